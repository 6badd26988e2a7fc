/* Partial moments; the reasons are in ../upper_moments.py, ../lower_moments.py,
   ../exponential_moments.py and ../moment_differences.py. */

#ifndef ELU_SYM_MOMENTS_H
#define ELU_SYM_MOMENTS_H

#include "law.h"

#define LEFT_EDGE (-2.0)
static const double BINOMIAL[5][5] = {
    {1, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {1, 2, 1, 0, 0}, {1, 3, 3, 1, 0}, {1, 4, 6, 4, 1}};
static const double EXPANSION_EDGE[5] = {0.0, 0.7, 1.0, 1.5, 1.5};

/* Moments of X_+. */

INLINE moment upper_moment(int order, law_at *law)
{
    double mu = law->mu, sigma = law->sigma, root, weight;
    if (order == 0) {
        tail(law, &root, &weight);
        double above = 1.0 - fourth_power(root) * weight;
        return law->t < 0.0 ? (moment){1.0, root, weight} : (moment){1.0, 1.0, above};
    }
    need_density(law);
    need_integrals(law, order);
    if (law->t <= 0.0)
        return (moment){sigma, law->root, law->weight * law->integrals[order]};
    double below = law->density * law->integrals[order];
    if (order == 1)
        return (moment){1.0, 1.0, mu + sigma * below};
    if (order == 2)
        return (moment){1.0, 1.0, mu * mu + sigma * (sigma * (1.0 - below))};
    double unit = LARGER(mu, sigma);
    mu /= unit;
    sigma /= unit;
    double squared = mu * mu, variance = sigma * sigma;
    double whole = order == 3 ? mu * (squared + 3.0 * variance) + sigma * variance * below
                              : squared * (squared + 6.0 * variance) + variance * (variance * (3.0 - below));
    return (moment){unit, 1.0, whole};
}

INLINE double upper_partial_moment(int order, law_at *law)
{
    if (law->is_limit)
        return order ? whole_power(LARGER(law->mu, 0.0), order) : positive_probability(law);
    return moment_value(upper_moment(order, law), order, 1.0);
}

INLINE double upper_slope_moment(int order, law_at *law, double height)
{
    double second = order == 2 ? height : 1.0;
    if (law->is_limit)
        return (height * positive_probability(law)) * second;
    return moment_times(upper_moment(0, law), height, second);
}

INLINE double upper_partial_covariance(law_at *law, double height)
{
    if (law->is_limit)
        return law->mu > 0.0 ? (height * law->sigma) * law->sigma : 0.0;
    return moment_times(upper_moment(0, law), height * law->sigma, law->sigma);
}

INLINE double upper_conditional_mean(law_at *law)
{
    if (law->is_limit)
        return LARGER(law->mu, 0.0);
    if (law->t >= 0.0) {
        double below = tail_probability(law);
        return law->mu + law->sigma * (law->density / (1.0 - below));
    }
    return law->sigma * relative_difference((double[]){-law->t, -law->t}, 1);
}

/* Moments of e^X below 1. */

INLINE moment exponential_moment(int order, law_at *law)
{
    double x = law->t + order * law->sigma, root, weight;
    if (order == 0) {
        tail(law, &root, &weight);
        double below = 1.0 - fourth_power(root) * weight;
        return x >= 0.0 ? (moment){1.0, root, weight} : (moment){1.0, 1.0, below};
    }
    if (x >= 0.0) {
        need_density(law);
        return (moment){1.0, law->root, law->weight * mills_ratio(x)};
    }
    double spread = order * law->sigma;
    negative_exponential(order * law->mu + 0.5 * (spread * spread), &root, &weight);
    return (moment){1.0, root, weight * normal_below(-x)};
}

INLINE double lower_exponential_moment(int order, law_at *law, double alpha)
{
    if (law->is_limit) {
        double negative = 1.0 - positive_probability(law);
        if (order == 0 || negative == 0.0)
            return negative;
        double root, weight;
        negative_exponential(LESSER(law->mu, 0.0), &root, &weight);
        double value = ((alpha * (root * root)) * weight) * (root * root);
        return whole_power(value, order) * negative;
    }
    return moment_value(exponential_moment(order, law), order, alpha);
}

INLINE double lower_partial_covariance(law_at *law, double alpha, double scale)
{
    if (law->is_limit)
        return 0.0;
    double scaled = scale * law->sigma;
    return moment_times(exponential_moment(1, law), alpha * scaled, scaled);
}

/* Moments of (1 - e^X)_+. */

/* L_n(t, sigma) as unit^n bracket, for t >= -2 and n > 0; relative to M(t) on request. */
INLINE moment laplace_form(int order, law_at *law, bool relative)
{
    double points[5], ratio;
    UNROLL
    for (int k = 0; k <= order; k++)
        points[k] = law->t + k * law->sigma;
    if (within_reach(law->t, points[order])) {
        ratio = relative ? relative_difference(points, order) : divided_difference(points, order);
        if (order > 1)
            return (moment){law->sigma, 1.0, ratio};
        return (moment){LESSER(law->sigma, 1.0), 1.0, ratio * LARGER(law->sigma, 1.0)};
    }
    double first = mills_ratio(law->t), total = first;
    UNROLL
    for (int k = 1; k <= order; k++) {
        double term = BINOMIAL[order][k] * mills_ratio(points[k]);
        total = k % 2 ? total - term : total + term;
    }
    return (moment){1.0, 1.0, relative ? total / first : total};
}

/* E[(e^X - 1)_+^n] / sigma^n for t < -1/2 and sigma small beside |t| + 2. */
INLINE double call_moment(int order, law_at *law)
{
    double points[5];
    UNROLL
    for (int k = 0; k < order; k++)
        points[k] = (-law->t - order * law->sigma) + k * law->sigma;
    points[order] = -law->t;
    need_density(law);
    return law->density * divided_difference(points, order);
}

INLINE double mean_exponential_growth(double variance)
{
    double effective = LARGER(variance, 1e-30);
    return expm1(effective) / effective;
}

INLINE moment left_lower_moment(int order, law_at *law)
{
    double sigma = law->sigma;
    if (sigma - law->mu >= EXPANSION_EDGE[order]) {
        double total = 1.0 - tail_probability(law);
        UNROLL
        for (int k = 1; k <= order; k++) {
            double term = BINOMIAL[order][k] * moment_value(exponential_moment(k, law), k, 1.0);
            total = k % 2 ? total - term : total + term;
        }
        return (moment){1.0, 1.0, total};
    }
    double variance = sigma * sigma, exponent = law->mu + 0.5 * variance;
    double mean = -expm1(exponent), ratio = sigma / mean;
    double call = call_moment(order, law) * whole_power(ratio, order);
    double total = order % 2 ? 1.0 + call : 1.0 - call;
    if (order > 1) {
        double scale = ratio * exp(exponent), growth = mean_exponential_growth(variance);
        double second = scale * scale * growth;
        total += BINOMIAL[order][2] * second;
        if (order > 2) {
            double w = exp(variance);
            total -= BINOMIAL[order][3] * (second * scale * sigma * growth * (w + 2.0));
            if (order > 3)
                total += second * second * (((w + 2.0) * w + 3.0) * (w * w) - 3.0);
        }
    }
    return (moment){mean, 1.0, total};
}

INLINE moment lower_moment(int order, law_at *law)
{
    if (order == 0)
        return exponential_moment(0, law);
    if (law->t < LEFT_EDGE)
        return left_lower_moment(order, law);
    need_density(law);
    if (law->root == 0.0) /* so far to the right that nothing is left */
        return (moment){0.0, 0.0, 0.0};
    moment m = laplace_form(order, law, false);
    m.root = law->root;
    m.bracket *= law->weight;
    return m;
}

INLINE double lower_partial_moment(int order, law_at *law, double alpha)
{
    if (law->is_limit) {
        if (order == 0)
            return 1.0 - positive_probability(law);
        return whole_power(alpha * fabs(expm1(LESSER(law->mu, 0.0))), order);
    }
    return moment_value(lower_moment(order, law), order, alpha);
}

INLINE double lower_conditional_mean(law_at *law, double alpha)
{
    if (law->is_limit)
        return alpha * fabs(expm1(LESSER(law->mu, 0.0)));
    if (law->t >= LEFT_EDGE) {
        moment m = laplace_form(1, law, true);
        return (alpha * m.unit) * m.bracket;
    }
    moment m = left_lower_moment(1, law);
    return (alpha * m.unit) * (m.bracket / (1.0 - tail_probability(law)));
}

/* Odd moments of CELU, of SELU and of leaky ReLU. */

INLINE double second_exponential_quotient(double z)
{
    double series = 1.0;
    UNROLL
    for (int k = 19; k > 2; k--)
        series = fma(z * (1.0 / k), series, 1.0);
    return 0.5 * series;
}

INLINE double nearly_cubic_moment(law_at *law, double step)
{
    double t = law->t, excess = 0.0;
    UNROLL
    for (int k = 1; k < 4; k++) {
        double points[5];
        UNROLL
        for (int j = 0; j < 5; j++)
            points[j] = t + LARGER(j + k - 4, 0) * step;
        excess += k * divided_difference(points, 4);
    }
    double unit = LARGER(fabs(law->mu), law->sigma);
    double mu = law->mu / unit, sigma = law->sigma / unit, variance = sigma * sigma;
    double bent = (0.25 * step) * ((sigma * variance) * (law->density * excess));
    return ((unit * (mu * (mu * mu + 3.0 * variance) + bent)) * unit) * unit;
}

/* alpha^n E g(X/alpha)^n of the smooth g, where |m| + s is small. */
INLINE double nearly_linear_moment(int order, law_at *law, law_at *unit, double step)
{
    need_density(law);
    if (order == 3)
        return nearly_cubic_moment(law, step);
    double t = law->t;
    if (t >= LEFT_EDGE) {
        double squared = law->root * law->root;
        double excess = 0.5 * divided_difference((double[]){t, t, t + step}, 2);
        return law->mu + ((step * squared) * (law->weight * excess)) * (law->sigma * squared);
    }
    double y = unit->mu + 0.5 * (step * step);
    double curved = (y * second_exponential_quotient(y)) * (law->mu + 0.5 * (step * law->sigma));
    double above = 0.5 * divided_difference((double[]){-t - step, -t, -t}, 2);
    return law->mu + (curved + (step * (0.5 - law->density * above)) * law->sigma);
}

INLINE double smooth_moment(int order, law_at *law, double alpha)
{
    law_at unit = shrunk_law(law, alpha);
    bool linear = !law->is_limit && fabs(unit.mu) + unit.sigma < 1.0;
    if (linear && (order == 1 || law->t >= LEFT_EDGE))
        return nearly_linear_moment(order, law, &unit, law->sigma / alpha);
    return upper_partial_moment(order, law) - lower_partial_moment(order, &unit, unit.divisor);
}

INLINE double partial_moment_difference(int order, law_at *law, double alpha, double scale)
{
    law_at scaled_law_at, *scaled = law;
    if (scale != 1.0) {
        scaled_law_at = scaled_law(law, scale);
        scaled = &scaled_law_at;
    }
    bool tiny = !law->is_limit && fabs(law->mu) + law->sigma < 0.125 && fabs(alpha - 1.0) < 0.5;
    if (tiny && (order == 1 || law->t >= LEFT_EDGE)) {
        double rest = alpha - 1.0;
        if (order == 3)
            rest *= alpha * alpha + alpha + 1.0;
        double smooth = nearly_linear_moment(order, scaled, law, law->sigma);
        return smooth - rest * lower_partial_moment(order, law, scale);
    }
    return upper_partial_moment(order, scaled) - lower_partial_moment(order, law, scale * alpha);
}

INLINE double opposite_moment_difference(int order, law_at *law, double slope)
{
    if (law->is_limit) {
        law_at reflected = reflected_law(law), below = scaled_law(&reflected, slope);
        return upper_partial_moment(order, law) - upper_partial_moment(order, &below);
    }
    need_density(law);
    need_integrals(law, order);
    bool steep = slope > 1.0;
    double height = steep ? slope : 1.0, low = steep ? 1.0 / slope : slope;
    double unit = LARGER(fabs(law->mu), law->sigma);
    double whole = height * law->mu;
    double other = (height * law->sigma) * (law->density * law->integrals[order]);
    double power = low, gap = (1.0 - slope) / height;
    if (order == 3) {
        double mu = law->mu / unit, sigma = law->sigma / unit, variance = sigma * sigma;
        whole *= mu * mu + 3.0 * variance;
        other *= variance;
        power *= low * low;
        gap *= 1.0 + low * (1.0 + low);
    }
    if ((law->mu < 0.0) != steep)
        whole *= power;
    double value = whole + gap * other;
    return order == 1 ? value : (value * (height * unit)) * (height * unit);
}

#endif
