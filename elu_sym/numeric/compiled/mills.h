/* The Mills ratio and its divided differences; the reasons are in ../mills.py. */

#ifndef ELU_SYM_MILLS_H
#define ELU_SYM_MILLS_H

#include <math.h>

#include "mills_table.h"

/* The order is a constant wherever a formula is evaluated; inlining turns loops over it into
   registers. */
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")
#else
#define INLINE static inline
#define UNROLL
#endif

/* Processors with fused multiplication, or with wide vectors, get code that uses it; the results
   are the same. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__)
#define USES_FUSED_MULTIPLICATION __attribute__((target_clones("fma", "default")))
#define VECTORIZED __attribute__((target_clones("avx2", "default")))
#else
#define USES_FUSED_MULTIPLICATION
#define VECTORIZED
#endif

/* Unlike fmin and fmax these are one instruction; no argument here is NaN. */
#define LESSER(x, y) ((x) < (y) ? (x) : (y))
#define LARGER(x, y) ((x) > (y) ? (x) : (y))

#define OFFSET 4.0
#define FINE_PIECES (sizeof(FINE_0) / sizeof(FINE_0[0]))
#define WIDE_PIECES (sizeof(WIDE_RATIO) / sizeof(WIDE_RATIO[0]))
#define COUNT(row) ((int)(sizeof(row) / sizeof((row)[0])))

/* found[k] = G[r_0, ..., r_k] by Horner's rule, from the places z = slope r - shift. */
INLINE void divided(const double *coefficients, int count, const double *places, int order,
                    double slope, double *found)
{
    found[0] = coefficients[count - 1];
    UNROLL
    for (int k = 1; k <= order; k++)
        found[k] = 0.0;
    for (int power = count - 2; power >= 0; power--) {
        UNROLL
        for (int k = order; k > 0; k--)
            found[k] = fma(found[k], places[k], found[k - 1]);
        found[0] = fma(found[0], places[0], coefficients[power]);
    }
    double scale = slope;
    UNROLL
    for (int k = 1; k <= order; k++, scale *= slope)
        found[k] *= scale;
}

/* n! (-1)^n M[x_0, ..., x_n] / r_0 from the divided differences of G, which are overwritten. */
INLINE double in_x(double *found, const double *r, int order)
{
    UNROLL
    for (int times = 0; times < order; times++) {
        UNROLL
        for (int k = order; k > 0; k--)
            found[k] = fma(r[k], found[k], found[k - 1]);
        found[0] *= r[0];
    }
    double difference = found[order];
    UNROLL
    for (int k = 1; k <= order; k++)
        difference *= k * r[k];
    return difference;
}

INLINE int fine_piece(double scaled)
{
    return scaled < FINE_PIECES ? (int)scaled : (int)FINE_PIECES - 1;
}

/* (-1)^k M^(k)(x) for k from 0 to n. */
INLINE void mills_derivatives(int order, double x, double *values)
{
    double r = 1.0 / (x + OFFSET), scaled = 256.0 * r, found[5], copy[5], places[5], reciprocals[5];
    int piece = fine_piece(scaled);
    UNROLL
    for (int k = 0; k <= order; k++) {
        places[k] = 2.0 * (scaled - piece) - 1.0;
        reciprocals[k] = r;
    }
    if (order == 0)
        divided(FINE_0[piece], COUNT(FINE_0[0]), places, order, 512.0, found);
    else if (order <= 2)
        divided(FINE_2[piece], COUNT(FINE_2[0]), places, order, 512.0, found);
    else
        divided(FINE_4[piece], COUNT(FINE_4[0]), places, order, 512.0, found);
    UNROLL
    for (int k = 0; k <= order; k++) {
        UNROLL
        for (int m = 0; m <= k; m++)
            copy[m] = found[m];
        values[k] = in_x(copy, reciprocals, k) * r;
    }
    if (order > 0 && fabs(x) < 0.25)
        values[1] = 1.0 - x * values[0];
}

INLINE double mills_ratio(double x)
{
    double value[1];
    mills_derivatives(0, x, value);
    return value[0];
}

INLINE int wide_piece(double x)
{
    double place = 2.0 * (x + 2.0);
    return place < WIDE_PIECES - 1 ? (int)place : (int)WIDE_PIECES - 1;
}

INLINE int within_reach(double x, double farthest)
{
    return WIDE_RATIO[wide_piece(x)] * (farthest + OFFSET) <= x + OFFSET;
}

/* Fills r and G[r_0], G[r_0, r_1], ... for points from x[0] on. */
INLINE void wide(const double *x, int order, double *r, double *found)
{
    int piece = wide_piece(x[0]);
    double places[5];
    UNROLL
    for (int k = 0; k <= order; k++) {
        r[k] = 1.0 / (x[k] + OFFSET);
        places[k] = WIDE_SLOPE[piece] * r[k] - WIDE_SHIFT[piece];
    }
    if (order == 1)
        divided(WIDE_1[piece], COUNT(WIDE_1[0]), places, order, WIDE_SLOPE[piece], found);
    else if (order == 2)
        divided(WIDE_2[piece], COUNT(WIDE_2[0]), places, order, WIDE_SLOPE[piece], found);
    else
        divided(WIDE_4[piece], COUNT(WIDE_4[0]), places, order, WIDE_SLOPE[piece], found);
}

/* n! (-1)^n M[x_0, ..., x_n]. */
INLINE double divided_difference(const double *x, int order)
{
    double r[5], found[5];
    wide(x, order, r, found);
    return in_x(found, r, order) * r[0];
}

/* The same for the first point, the first two, and so on. */
INLINE void divided_differences(const double *x, int order, double *values)
{
    double r[5], found[5], copy[5];
    wide(x, order, r, found);
    UNROLL
    for (int k = 0; k <= order; k++) {
        UNROLL
        for (int m = 0; m <= k; m++)
            copy[m] = found[m];
        values[k] = in_x(copy, r, k) * r[0];
    }
}

/* divided_difference divided by M(x_0). */
INLINE double relative_difference(const double *x, int order)
{
    double r[5], found[5];
    wide(x, order, r, found);
    double value = found[0];
    return in_x(found, r, order) / value;
}

#endif
