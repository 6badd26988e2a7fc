/* Variances and deviations; the reasons are in ../variances.py. */

#ifndef ELU_SYM_VARIANCES_H
#define ELU_SYM_VARIANCES_H

#include "moments.h"

#define NEGLIGIBLE_TAIL (-10.5)

INLINE moment upper_variance(law_at *law)
{
    need_density(law);
    need_integrals(law, 2);
    double mills = law->integrals[0], first = law->integrals[1], second = law->integrals[2];
    double censored = second - law->density * (first * first);
    if (law->t < 0.0)
        return (moment){law->sigma, law->root, law->weight * censored};
    return (moment){law->sigma, 1.0, 1.0 + law->density * (censored - 2.0 * mills)};
}

INLINE double upper_partial_variance(law_at *law)
{
    if (law->is_limit)
        return law->mu > 0.0 ? law->sigma * law->sigma : 0.0;
    return moment_value(upper_variance(law), 2, 1.0);
}

INLINE double upper_partial_deviation(law_at *law)
{
    if (law->is_limit)
        return law->mu > 0.0 ? law->sigma : 0.0;
    return moment_root(upper_variance(law), 1.0);
}

INLINE moment variance_from_moments(law_at *law)
{
    need_density(law);
    if (law->root == 0.0)
        return (moment){0.0, 0.0, 0.0};
    double points[3] = {law->t, law->t + law->sigma, law->t + 2.0 * law->sigma}, found[3], unit;
    if (within_reach(points[0], points[2])) {
        unit = law->sigma;
        divided_differences(points, 2, found);
    } else {
        unit = 1.0;
        double near = mills_ratio(points[1]);
        found[1] = mills_ratio(points[0]) - near;
        found[2] = found[1] - (near - mills_ratio(points[2]));
    }
    double bracket = law->weight * (found[2] - law->density * (found[1] * found[1]));
    return (moment){unit, law->root, bracket};
}

INLINE moment variance_by_parity(law_at *law)
{
    double variance = law->sigma * law->sigma, exponent = law->mu + 0.5 * variance;
    double growth = mean_exponential_growth(variance);
    if (law->t <= NEGLIGIBLE_TAIL)
        return (moment){law->sigma, exp(0.5 * exponent), growth};
    double first = call_moment(1, law), second = call_moment(2, law);
    double mean = -expm1(exponent) / law->sigma;
    double bracket = exp(2.0 * exponent) * growth - (second + first * (2.0 * mean + first));
    return (moment){law->sigma, 1.0, bracket};
}

INLINE double deep_density(law_at *law, double unit)
{
    return ONE_OVER_SQRT_TWO_PI * exp(LESSER(-0.5 * (law->t * law->t) - unit, 0.0));
}

/* E[e^(k X); X < 0] in units of e^unit. */
INLINE double deep_part(law_at *law, int k, double unit)
{
    double x = law->t + k * law->sigma, spread = k * law->sigma;
    if (x >= 0.0)
        return deep_density(law, unit) * mills_ratio(x);
    return exp(LESSER(k * law->mu + 0.5 * (spread * spread) - unit, 0.0)) * normal_below(-x);
}

INLINE moment variance_of_cap(law_at *law)
{
    double largest = -0.5 * (law->t * law->t);
    if (law->t + 2.0 * law->sigma < 0.0)
        largest = 2.0 * law->mu + 2.0 * (law->sigma * law->sigma);
    largest = LARGER(largest, -1e300);
    if (largest < LEAST) {
        double ratio = mills_ratio(-law->t), half = 0.5 * largest;
        double mean = deep_part(law, 1, half) + deep_density(law, half) * ratio;
        double second = deep_part(law, 2, largest) + deep_density(law, largest) * ratio;
        return (moment){1.0, exp(0.25 * largest), second - mean * mean};
    }
    double above = tail_probability(law);
    double mean = moment_value(exponential_moment(1, law), 1, 1.0) + above;
    double second = moment_value(exponential_moment(2, law), 2, 1.0) + above;
    return (moment){1.0, 1.0, second - mean * mean};
}

INLINE moment lower_variance(law_at *law)
{
    if (law->t < -0.5) {
        bool far = law->t < -1.0;
        if (law->sigma >= (far ? 0.7 : 0.9))
            return variance_of_cap(law);
        if (law->sigma < (far ? 0.7 : 0.5))
            return variance_by_parity(law);
    }
    return variance_from_moments(law);
}

INLINE double lower_partial_variance(law_at *law, double alpha)
{
    if (law->is_limit)
        return 0.0;
    return moment_value(lower_variance(law), 2, alpha);
}

INLINE double lower_partial_deviation(law_at *law, double alpha)
{
    if (law->is_limit)
        return 0.0;
    return moment_root(lower_variance(law), alpha);
}

INLINE double product_of_means(moment first, moment second, double height, double other)
{
    double root = first.root * second.root;
    double first_unit = ((height * root) * first.unit) * root;
    double second_unit = ((other * root) * second.unit) * root;
    return (first.bracket * first_unit) * (second.bracket * second_unit);
}

INLINE double root_of_product(moment first, moment second, double height, double other)
{
    double root = first.root * second.root, brackets = sqrt(first.bracket) * sqrt(second.bracket);
    double first_unit = ((height * root) * first.unit) * root;
    double second_unit = ((other * root) * second.unit) * root;
    return (brackets * sqrt(first_unit)) * sqrt(second_unit);
}

INLINE double partial_mean_product(law_at *law, double alpha, double scale)
{
    if (law->is_limit)
        return 0.0;
    return product_of_means(upper_moment(1, law), lower_moment(1, law), scale, scale * alpha);
}

INLINE double partial_mean_root(law_at *law, double alpha, double scale)
{
    if (law->is_limit)
        return 0.0;
    return root_of_product(upper_moment(1, law), lower_moment(1, law), scale, scale * alpha);
}

INLINE double opposite_mean_product(law_at *law, double slope)
{
    if (law->is_limit)
        return 0.0;
    law_at reflected = reflected_law(law);
    return product_of_means(upper_moment(1, law), upper_moment(1, &reflected), 1.0, slope);
}

INLINE double opposite_mean_root(law_at *law, double slope)
{
    if (law->is_limit)
        return 0.0;
    law_at reflected = reflected_law(law);
    return root_of_product(upper_moment(1, law), upper_moment(1, &reflected), 1.0, slope);
}

#endif
