/* The normal law at which a formula is evaluated; the reasons are in ../law.py. */

#ifndef ELU_SYM_LAW_H
#define ELU_SYM_LAW_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "mills.h"

#define ONE_OVER_SQRT_TWO_PI 0.3989422804014327
#define LEAST (-300.0)
#define FARTHEST 1000.0
#define CENTRAL 0.5

/* The number (height unit)^order root^4 bracket; see ../moment.py. */
typedef struct {
    double unit, root, bracket;
} moment;

/* What is computed when it is first asked for is kept; the flags are known when a formula is
   compiled, wherever it does not depend on the regime what is asked for. */
typedef struct {
    double mu, sigma, t;
    double divisor; /* of a shrunk law, what X was divided by */
    bool is_limit; /* sigma = 0 or mu = +-inf; then only mu and sigma are set */
    bool has_density;
    double root, weight, density; /* phi(t) = root^4 weight; density is 0 where it is no double */
    int integrals_known;
    double integrals[5]; /* I_0(|t|), I_1(|t|), ... */
} law_at;

INLINE double fourth_power(double x)
{
    return (x * x) * (x * x);
}

INLINE void negative_exponential(double exponent, double *root, double *weight)
{
    if (exponent >= LEAST) {
        *root = 1.0;
        *weight = exp(exponent);
    } else {
        *root = exp(0.25 * (exponent - LEAST));
        *weight = exp(LEAST);
    }
}

INLINE double central_series(double square)
{
    double series = 1.0;
    for (int odd = 23; odd > 1; odd -= 2)
        series = fma(series * square, 1.0 / odd, 1.0);
    return series;
}

INLINE law_at normal_law(double mu, double sigma)
{
    law_at law;
    law.mu = mu;
    law.sigma = sigma;
    law.divisor = 1.0;
    law.is_limit = sigma == 0.0 || isinf(mu);
    law.has_density = false;
    law.integrals_known = -1;
    law.t = mu / sigma;
    return law;
}

INLINE void need_density(law_at *law)
{
    if (law->has_density)
        return;
    law->has_density = true;
    double t = LARGER(LESSER(law->t, FARTHEST), -FARTHEST);
    double square = t * t, rest = fma(t, t, -square);
    if (t == law->t) {
        double sigma = law->sigma, unit = 1.0;
        if (sigma > 0x1p500 || sigma < 0x1p-500)
            unit = sigma > 1.0 ? 0x1p-500 : 0x1p500;
        double scaled = sigma * unit;
        rest += 2.0 * t * (-fma(t, scaled, -(law->mu * unit)) / scaled);
    }
    negative_exponential(-0.5 * square, &law->root, &law->weight);
    law->weight *= ONE_OVER_SQRT_TWO_PI - (0.5 * ONE_OVER_SQRT_TWO_PI) * rest;
    law->density = fourth_power(law->root) * law->weight;
}

INLINE void need_integrals(law_at *law, int order)
{
    if (law->integrals_known >= order)
        return;
    law->integrals_known = order;
    mills_derivatives(order, fabs(law->t), law->integrals);
}

/* Phi(-|t|) as root^4 weight. */
INLINE void tail(law_at *law, double *root, double *weight)
{
    need_density(law);
    need_integrals(law, 0);
    double t = fabs(law->t), bounded = LESSER(t, CENTRAL);
    double central = 0.5 - bounded * law->density * central_series(bounded * bounded);
    double far = law->weight * law->integrals[0];
    *root = law->root;
    *weight = t < CENTRAL ? central : far;
}

INLINE double tail_probability(law_at *law)
{
    double root, weight;
    tail(law, &root, &weight);
    return fourth_power(root) * weight;
}

INLINE law_at reflected_law(law_at *law)
{
    need_density(law);
    law_at reflected = *law;
    reflected.mu = -law->mu;
    reflected.t = -law->t;
    return reflected;
}

/* Another law of the same t; what leaves the double range is as good as its end. */
INLINE law_at law_with(law_at *law, double mu, double sigma)
{
    if (!law->is_limit)
        need_density(law);
    law_at other = *law;
    other.mu = law->is_limit ? mu : LARGER(LESSER(mu, DBL_MAX), -DBL_MAX);
    other.sigma = law->is_limit ? sigma : LARGER(LESSER(sigma, DBL_MAX), DBL_TRUE_MIN);
    return other;
}

INLINE law_at scaled_law(law_at *law, double factor)
{
    return law_with(law, law->mu * factor, law->sigma * factor);
}

INLINE law_at shrunk_law(law_at *law, double alpha)
{
    double nearest = LARGER(LARGER(fabs(law->mu), law->sigma), DBL_TRUE_MIN) * 0x1p625;
    double divisor = LESSER(nearest, alpha);
    law_at other = law_with(law, law->mu / divisor, law->sigma / divisor);
    other.divisor = divisor;
    return other;
}

INLINE double positive_probability(const law_at *law)
{
    return law->mu > 0.0 ? 1.0 : law->mu < 0.0 ? 0.0 : 0.5;
}

INLINE double normal_below(double x)
{
    double bounded = LESSER(x, FARTHEST);
    return 1.0 - ONE_OVER_SQRT_TWO_PI * exp(-0.5 * (bounded * bounded)) * mills_ratio(bounded);
}

INLINE double moment_value(moment m, int order, double height)
{
    double root = m.root;
    if (order == 0)
        return fourth_power(root) * m.bracket;
    double rooted = (height * root) * m.unit;
    if (order == 1)
        return ((rooted * root) * m.bracket) * (root * root);
    if (order == 2) {
        rooted *= root;
        return (rooted * m.bracket) * rooted;
    }
    if (order == 3)
        return (((rooted * m.bracket) * root) * rooted) * rooted;
    return ((rooted * m.bracket) * rooted) * rooted * rooted;
}

/* A moment of order 0 times two factors. */
INLINE double moment_times(moment m, double first, double second)
{
    double squared = m.root * m.root;
    return ((first * squared) * m.bracket) * (second * squared);
}

INLINE double moment_root(moment m, double height)
{
    return (((height * m.root) * m.unit) * m.root) * sqrt(m.bracket);
}

INLINE double whole_power(double x, int order)
{
    double power = 1.0;
    UNROLL
    for (int k = 0; k < order; k++)
        power *= x;
    return power;
}

#endif
