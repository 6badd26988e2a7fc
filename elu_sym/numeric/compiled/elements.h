/* A formula at WIDTH elements: inside of its domain, at its limits, and NaN elsewhere. */

#ifndef ELU_SYM_ELEMENTS_H
#define ELU_SYM_ELEMENTS_H

#include "computation.h"
#include "vectors.h"

typedef void (*interior_function)(const real *, real *);

/* NaN where an argument is NaN or outside of its domain. */
FUNCTION void at_limits(const computation *c, int lane, const double *given, double *found)
{
    double values[MOST], results[MOST];
    int valid = 1;
    for (int k = 0; k < c->arguments; k++) {
        double x = values[k] = given[k * WIDTH + lane];
        valid &= k == 0 ? x == x : x < HUGE_VAL && (k == 1 ? x >= 0.0 : x > 0.0);
    }
    if (valid)
        c->limit(values, results);
    for (int k = 0; k < c->results; k++)
        found[k * WIDTH + lane] = valid ? results[k] : NAN;
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

#endif
