/* Functions of several elements as loops over arrays; included by what is compiled for each WIDTH. */

#ifndef ELU_SYM_LOOPS_H
#define ELU_SYM_LOOPS_H

#include "computation.h"
#include "elements.h"
#include "joint_expectations.h"
#include "vectors.h"

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
