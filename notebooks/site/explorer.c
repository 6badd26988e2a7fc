/* What the explorer calls: each formula that it shows, at one point. explorer.py writes formulas.h
   and formula_list.h, as compiled_sources.py does for Python. */

#define WIDTH 1
#include "formulas.h"
#include "elements.h"
#include "joint_expectations.h"

#define EXPORTED(name) __attribute__((export_name(#name)))

EXPORTED(prepare) void prepare(void) { legendre_rules(); }

#define OF_ONE_INPUT(name, inputs, outputs, documentation)                                         \
    EXPORTED(name) double called_##name(double mu, double sigma, double parameter)                 \
    {                                                                                              \
        double given[] = {mu, sigma, parameter}, found[outputs];                                   \
        computation c = {inputs, outputs, (anything)compute_##name, compute_##name##_limit};       \
        compute(&c, given, found);                                                                 \
        return found[0];                                                                           \
    }
FORMULAS(OF_ONE_INPUT)

/* X and Y have the same law and the same function; near the ends 1 - rho is exact. */
#define OF_TWO_INPUTS(name, wanted, documentation)                                                 \
    EXPORTED(joint_##name) double called_joint_##name(double mu, double sigma, double rho,         \
                                                      double factor, double ratio, double rate)    \
    {                                                                                              \
        double complement = sqrt((1.0 - rho) * (1.0 + rho));                                       \
        double given[] = {mu,     sigma, mu,   sigma,  rho,   complement,                          \
                          factor, ratio, rate, factor, ratio, rate};                               \
        return joint_expectation(wanted, given);                                                   \
    }
QUANTITIES(OF_TWO_INPUTS)
