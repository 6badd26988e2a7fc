/* Functions of several elements as loops over arrays; included by what is compiled for each WIDTH. */

#ifndef ELU_SYM_LOOPS_H
#define ELU_SYM_LOOPS_H

#include <stdbool.h>

#include "computation.h"
#include "joint_expectations.h"
#include "vectors.h"

typedef void (*interior_function)(const real *, real *);

/* NaN where an argument is NaN or outside of its domain. */
static void at_limits(const computation *c, int lane, const double *given, double *found)
{
    double values[MOST], results[MOST];
    bool valid = true;
    for (int k = 0; k < c->arguments; k++) {
        double x = values[k] = given[k * WIDTH + lane];
        valid &= k == 0 ? x == x : x < HUGE_VAL && (k == 1 ? x >= 0.0 : x > 0.0);
    }
    if (valid)
        c->limit(values, results);
    for (int k = 0; k < c->results; k++) {
        /* Nothing times something infinite, where the law is a point far away. */
        double result = valid ? results[k] == results[k] ? results[k] : 0.0 : NAN;
        found[k * WIDTH + lane] = result;
    }
}

INLINE truth inside(const computation *c, const real *given)
{
    truth found = both(less(absolute(given[0]), number(HUGE_VAL)),
                       both(less(number(0.0), given[1]), less(given[1], number(HUGE_VAL))));
    for (int k = 2; k < c->arguments; k++)
        found = both(found, both(less(number(0.0), given[k]), less(given[k], number(HUGE_VAL))));
    return found;
}

INLINE void compute(const computation *c, real *given, real *found)
{
    truth ordinary = inside(c, given);
    if (all(ordinary)) {
        ((interior_function)c->interior)(given, found);
        return;
    }
    double values[MOST * WIDTH], results[MOST * WIDTH], chosen[WIDTH];
    for (int k = 0; k < c->arguments; k++)
        memcpy(values + k * WIDTH, &given[k], sizeof(real));
    real flags = where(ordinary, number(1.0), number(0.0));
    memcpy(chosen, &flags, sizeof flags);
    if (any(ordinary)) {
        real safe[MOST];
        for (int k = 0; k < c->arguments; k++)
            safe[k] = where(ordinary, given[k], number(1.0));
        ((interior_function)c->interior)(safe, found);
    }
    for (int k = 0; k < c->results; k++)
        memcpy(results + k * WIDTH, &found[k], sizeof(real));
    for (int lane = 0; lane < WIDTH; lane++)
        if (chosen[lane] == 0.0)
            at_limits(c, lane, values, results);
    for (int k = 0; k < c->results; k++)
        memcpy(&found[k], results + k * WIDTH, sizeof(real));
}

#define LOOP(name, element)                                                                        \
    static void name(const computation *c, char **arrays, ptrdiff_t count, const ptrdiff_t *steps) \
    {                                                                                              \
        int inputs = c->arguments, outputs = c->results;                                           \
        for (ptrdiff_t i = 0; i < count; i += WIDTH) {                                             \
            real given[MOST], found[MOST];                                                         \
            double lanes[WIDTH];                                                                   \
            ptrdiff_t here = count - i < WIDTH ? count - i : WIDTH;                                \
            for (int k = 0; k < inputs; k++) {                                                     \
                const char *start = arrays[k] + i * steps[k];                                      \
                if (sizeof(element) == sizeof(double) && here == WIDTH &&                          \
                    steps[k] == sizeof(double)) {                                                  \
                    memcpy(&given[k], start, sizeof(real));                                        \
                    continue;                                                                      \
                }                                                                                  \
                for (ptrdiff_t j = 0; j < WIDTH; j++)                                              \
                    lanes[j] = *(const element *)(start + (j < here ? j : 0) * steps[k]);          \
                memcpy(&given[k], lanes, sizeof(real));                                            \
            }                                                                                      \
            compute(c, given, found);                                                              \
            for (int k = 0; k < outputs; k++) {                                                    \
                char *start = arrays[inputs + k] + i * steps[inputs + k];                          \
                if (sizeof(element) == sizeof(double) && here == WIDTH &&                          \
                    steps[inputs + k] == sizeof(double)) {                                         \
                    memcpy(start, &found[k], sizeof(real));                                        \
                    continue;                                                                      \
                }                                                                                  \
                memcpy(lanes, &found[k], sizeof(real));                                            \
                for (ptrdiff_t j = 0; j < here; j++)                                               \
                    *(element *)(start + j * steps[inputs + k]) = (element)lanes[j];               \
            }                                                                                      \
        }                                                                                          \
    }
LOOP(over_doubles, double)
LOOP(over_singles, float)

/* Quantities of two inputs: of their law and of the shapes of two functions. */
static void over_pairs(int wanted, char **arrays, ptrdiff_t count, const ptrdiff_t *steps)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        double given[PAIR_ARGUMENTS], sum = 0.0;
        for (int k = 0; k < PAIR_ARGUMENTS; k++)
            sum += given[k] = *(const double *)(arrays[k] + i * steps[k]);
        double *found = (double *)(arrays[PAIR_ARGUMENTS] + i * steps[PAIR_ARGUMENTS]);
        *found = isnan(sum) ? NAN : joint_expectation((quantity)wanted, given);
    }
}

#endif
