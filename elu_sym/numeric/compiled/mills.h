/* The Mills ratio and its divided differences; the reasons are in ../mills.py. */

#ifndef ELU_SYM_MILLS_H
#define ELU_SYM_MILLS_H

#include "vectors.h"
#include <mills_table.h>

#define OFFSET 4.0

/* Elements of another regime, or NaN, have any piece. */
INLINE whole piece_at(real place, int count)
{
    return whole_part(larger(lesser(place, number(count - 1)), number(0.0)));
}

/* found[k] = G[r_0, ..., r_k] by Horner's rule, from the places z = slope r - shift. */
INLINE void divided(const real *coefficients, int powers, const real *places, int order, real slope,
                    real *found)
{
    found[0] = coefficients[powers - 1];
    UNROLL
    for (int k = 1; k <= order; k++)
        found[k] = number(0.0);
    UNROLL_ALL
    for (int power = powers - 2; power >= 0; power--) {
        UNROLL
        for (int k = order; k > 0; k--)
            found[k] = fused(found[k], places[k], found[k - 1]);
        found[0] = fused(found[0], places[0], coefficients[power]);
    }
    real scale = slope;
    UNROLL
    for (int k = 1; k <= order; k++, scale = scale * slope)
        found[k] = found[k] * scale;
}

/* n! (-1)^n M[x_0, ..., x_n] / r_0 from the divided differences of G, which are overwritten. */
INLINE real in_x(real *found, const real *r, int order)
{
    UNROLL
    for (int times = 0; times < order; times++) {
        UNROLL
        for (int k = order; k > 0; k--)
            found[k] = fused(r[k], found[k], found[k - 1]);
        found[0] = found[0] * r[0];
    }
    real difference = found[order];
    UNROLL
    for (int k = 1; k <= order; k++)
        difference = difference * (number(k) * r[k]);
    return difference;
}

/* (-1)^k M^(k)(x) for k from 0 to n. */
INLINE void mills_derivatives(int order, real x, real *values)
{
    real r = number(1.0) / (x + number(OFFSET)), scaled = number(256.0) * r;
    real found[5], copy[5], places[5], reciprocals[5];
    whole piece = piece_at(scaled, FINE_PIECES);
    UNROLL
    for (int k = 0; k <= order; k++) {
        places[k] = fused(number(2.0), scaled - whole_number(piece), number(-1.0));
        reciprocals[k] = r;
    }
    real coefficients[FINE_4_LENGTH];
    if (order == 0)
        column(FINE_0[0], FINE_0_LENGTH, piece, coefficients);
    else if (order <= 2)
        column(FINE_2[0], FINE_2_LENGTH, piece, coefficients);
    else
        column(FINE_4[0], FINE_4_LENGTH, piece, coefficients);
    int powers = order == 0 ? FINE_0_POWERS : order <= 2 ? FINE_2_POWERS : FINE_4_POWERS;
    divided(coefficients, powers, places, order, number(512.0), found);
    UNROLL
    for (int k = 0; k <= order; k++) {
        UNROLL
        for (int m = 0; m <= k; m++)
            copy[m] = found[m];
        values[k] = in_x(copy, reciprocals, k) * r;
    }
    if (order > 0)
        values[1] = where(less(absolute(x), number(0.25)), fused(-x, values[0], number(1.0)),
                          values[1]);
}

INLINE real mills_ratio(real x)
{
    real value[1];
    mills_derivatives(0, x, value);
    return value[0];
}

INLINE whole wide_piece(real x)
{
    return piece_at(number(2.0) * (x + number(2.0)), WIDE_PIECES);
}

INLINE truth within_reach(real x, real farthest)
{
    real ratio = entry(WIDE_RATIO, wide_piece(x));
    return at_most(ratio * (farthest + number(OFFSET)), x + number(OFFSET));
}

/* Fills r and G[r_0], G[r_0, r_1], ... for points from x[0] on. */
INLINE void wide(const real *x, int order, real *r, real *found)
{
    whole piece = wide_piece(x[0]);
    real slope = entry(WIDE_SLOPE, piece), shift = entry(WIDE_SHIFT, piece), places[6];
    UNROLL
    for (int k = 0; k <= order; k++) {
        r[k] = number(1.0) / (x[k] + number(OFFSET));
        places[k] = slope * r[k] - shift;
    }
    real coefficients[WIDE_4_LENGTH];
    if (order <= 1)
        column_of_few(WIDE_1[0], WIDE_1_LENGTH, piece, coefficients);
    else if (order == 2)
        column_of_few(WIDE_2[0], WIDE_2_LENGTH, piece, coefficients);
    else
        column_of_few(WIDE_4[0], WIDE_4_LENGTH, piece, coefficients);
    int powers = order <= 1 ? WIDE_1_POWERS : order == 2 ? WIDE_2_POWERS : WIDE_4_POWERS;
    divided(coefficients, powers, places, order, slope, found);
}

/* n! (-1)^n M[x_0, ..., x_n]. */
INLINE real divided_difference(int order, const real *x)
{
    real r[6], found[6];
    wide(x, order, r, found);
    return in_x(found, r, order) * r[0];
}

/* The same for the first point, the first two, and so on. */
INLINE void divided_differences(int order, const real *x, real *values)
{
    real r[6], found[6], copy[6];
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
INLINE real relative_difference(int order, const real *x)
{
    real r[6], found[6];
    wide(x, order, r, found);
    real value = found[0];
    return in_x(found, r, order) / value;
}

#endif
