/* What module.c knows of a formula: who computes it, several elements at a time or one. */

#ifndef ELU_SYM_COMPUTATION_H
#define ELU_SYM_COMPUTATION_H

#include "formula_list.h" /* FORMULAS, and MOST, the arguments or results that one has at most */

typedef void (*anything)(void); /* a function of vectors, which only its own loops know */
typedef void (*limit_function)(const double *given, double *found);

/* A formula, its gradient, or several formulas at once. */
typedef struct {
    int arguments, results;
    anything interior;    /* at elements of finite mu and positive sigma, as many as a vector has */
    limit_function limit; /* at one element of sigma = 0 or an infinite mu */
} computation;

#ifndef __CUDACC_RTC__
#include <stddef.h>

/* The loops over arrays of one width. */
typedef struct {
    void (*over_doubles)(const computation *, char **, ptrdiff_t, const ptrdiff_t *);
    void (*over_singles)(const computation *, char **, ptrdiff_t, const ptrdiff_t *);
    void (*over_pairs)(int quantity, char **, ptrdiff_t, const ptrdiff_t *);
    void (*prepare)(void); /* once, before the first call */
} loops;
#endif

#endif
