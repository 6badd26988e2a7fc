/* Expectations of a function of X times one of Y, jointly normal; the reasons are in
   ../joint_expectations.py. */

#ifndef ELU_SYM_JOINT_EXPECTATIONS_H
#define ELU_SYM_JOINT_EXPECTATIONS_H

#include <stdint.h>
#include <string.h>

#include "variances.h"

#define PI 3.141592653589793
#define TWO_PI 6.283185307179586
#define SQRT_TWO_PI 2.5066282746310002

typedef enum {
    KERNEL,
    DERIVATIVE_KERNEL,
    CROSS_KERNEL,
    COVARIANCE,
    DISTANCE,
    COVARIANCE_MEAN_SLOPE,
    COVARIANCE_DEVIATION_SLOPE
} quantity;

/* A variable in units of the rate of its function: scale F(x), F(x) = x for x >= 0 and
   ratio (e^x - 1), or ratio x where it is a line, for x < 0. */
typedef struct {
    double mu, sigma, t, scale, ratio;
    bool is_line, is_deep, is_small;
} input;

INLINE bool has_exponential(const input *g)
{
    return !g->is_line && g->ratio > 0.0;
}

/* Gauss-Legendre rules of 2, 4, ... nodes, computed when the module is loaded. */
#define RULES 18
#define MOST_NODES (2 * RULES)
static double NODES[RULES][MOST_NODES], WEIGHTS[RULES][MOST_NODES];

static void legendre_rules(void)
{
    for (int half = 1; half <= RULES; half++)
        for (int i = 0; i < half; i++) {
            int n = 2 * half;
            long double x = cosl(3.14159265358979323846L * (i + 0.75L) / (n + 0.5L)), slope = 1.0L;
            for (int step = 0; step < 8; step++) {
                long double last = 1.0L, value = x;
                for (int k = 2; k <= n; k++) {
                    long double next = ((2 * k - 1) * x * value - (k - 1) * last) / k;
                    last = value;
                    value = next;
                }
                slope = n * (x * value - last) / (x * x - 1.0L);
                x -= value / slope;
            }
            NODES[half - 1][i] = (double)-x;
            NODES[half - 1][n - 1 - i] = (double)x;
            WEIGHTS[half - 1][i] = WEIGHTS[half - 1][n - 1 - i] =
                (double)(2.0L / ((1.0L - x * x) * slope * slope));
        }
}

/* e^x for x <= 0 and the Mills ratio for x >= 0, without branches: loops over them are vectorized. */

#define LOG2_E 1.4426950408889634
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define ROUNDING 0x1.8p52

INLINE double power_of_e(double x)
{
    x = x > -700.0 ? x : -700.0;
    double shifted = x * LOG2_E + ROUNDING, whole = shifted - ROUNDING;
    double y = (x - whole * LN2_HIGH) - whole * LN2_LOW, square = y * y, fourth = square * square;
    /* Taylor's series, in pairs. */
    double low = (0.5 + y * (1.0 / 6)) + square * (1.0 / 24 + y * (1.0 / 120));
    double middle = (1.0 / 720 + y * (1.0 / 5040)) + square * (1.0 / 40320 + y * (1.0 / 362880));
    double high = (1.0 / 3628800 + y * (1.0 / 39916800)) +
                  square * (1.0 / 479001600 + y * (1.0 / 6227020800.0));
    double power = 1.0 + (y + square * (low + fourth * (middle + fourth * high)));
    int64_t bits, exponent;
    memcpy(&bits, &power, sizeof bits);
    memcpy(&exponent, &shifted, sizeof exponent);
    bits += (int64_t)((uint64_t)exponent << 52);
    memcpy(&power, &bits, sizeof power);
    return power;
}

INLINE double ratio_of_mills(double x)
{
    double reciprocal = 1.0 / (x + OFFSET), scaled = 256.0 * reciprocal;
    /* The integer below, or at most 1/2 beyond the next one, where the series hold, too. */
    double shifted = (scaled - 0.5) + ROUNDING, y = 2.0 * (scaled - (shifted - ROUNDING)) - 1.0;
    int64_t piece;
    memcpy(&piece, &shifted, sizeof piece);
    piece &= FINE_PIECES - 1;
    double sum = ((FINE_0[piece][0] + y * FINE_0[piece][1]) + (y * y) * (FINE_0[piece][2] + y * FINE_0[piece][3])) +
                 ((y * y) * (y * y)) * ((FINE_0[piece][4] + y * FINE_0[piece][5]) + (y * y) * FINE_0[piece][6]);
    return sum * reciprocal;
}

#define DEEP (-1.0)
#define SMALL 0.02

INLINE input input_of(double mu, double sigma, double factor, double ratio, double rate)
{
    input x;
    x.is_line = rate == 0.0;
    double unit = x.is_line ? 1.0 : rate;
    x.mu = mu * unit;
    x.sigma = sigma * unit;
    x.t = sigma > 0.0 ? mu / sigma : 0.0;
    x.scale = factor / unit;
    x.ratio = ratio;
    x.is_deep = !x.is_line && x.mu < DEEP;
    x.is_small = !x.is_line && x.sigma < SMALL;
    return x;
}

INLINE double value_at(const input *g, double x)
{
    if (x > 0.0)
        return x;
    return g->ratio * (g->is_line ? x : expm1(x));
}

/* The same above the limit at -inf, where that is near. */
INLINE double level_at(const input *g, double x)
{
    if (!g->is_deep)
        return value_at(g, x);
    return x > 0.0 ? x + g->ratio : g->ratio * exp(x);
}

INLINE double slope_at(const input *g, double x)
{
    if (x > 0.0)
        return 1.0;
    double below = g->is_line ? g->ratio : g->ratio * exp(x);
    return x < 0.0 ? below : 0.5 + 0.5 * below;
}

/* What the expectations at N(m, s^2), s > 0, are made of. */
typedef struct {
    double m, s, above, below, excess, exponential;
} conditional;

/* P(Y > 0), P(Y < 0), E max(Y, 0) - max(m, 0), and E[e^Y; Y < 0]. */
INLINE conditional conditional_at(const input *g, double m, double s)
{
    double t = m / s, x = fabs(t), bounded = LESSER(x, FARTHEST);
    double density = ONE_OVER_SQRT_TWO_PI * exp(-0.5 * (bounded * bounded));
    double ratio = mills_ratio(bounded), tail = density * ratio;
    conditional y = {m, s, tail, tail, s * (density * (1.0 - bounded * ratio)), 0.0};
    if (t > 0.0)
        y.above = 1.0 - tail;
    else
        y.below = 1.0 - tail;
    if (has_exponential(g)) {
        double far = t + s;
        if (far > 0.0)
            y.exponential = density * mills_ratio(far);
        else
            y.exponential = exp(m + 0.5 * (s * s)) - density * mills_ratio(-far);
    }
    return y;
}

INLINE double conditional_slope(const input *g, double m, double s)
{
    if (s == 0.0)
        return slope_at(g, m);
    conditional y = conditional_at(g, m, s);
    return y.above + g->ratio * (g->is_line ? y.below : y.exponential);
}

static double small_mean(const input *g, double m, double s)
{
    law_at law = normal_law(m, s);
    return partial_moment_difference(1, &law, g->ratio, 1.0);
}

/* E G(Y), or that above the limit at -inf where X is deep below 0. */
INLINE double conditional_level(const input *g, double m, double s)
{
    if (s == 0.0)
        return level_at(g, m);
    if (g->is_small && !g->is_deep && g->ratio > 0.0)
        return small_mean(g, m, s);
    conditional y = conditional_at(g, m, s);
    double positive = y.excess + LARGER(m, 0.0);
    if (g->is_line)
        return positive - g->ratio * (y.excess + LARGER(-m, 0.0));
    return positive + g->ratio * (g->is_deep ? y.exponential + y.above : y.exponential - y.below);
}

/* E G(Y) - G(m), which tends to 0 with s; below 0 it is what a kink adds to a smooth function. */
static double conditional_gap(const input *g, double m, double s)
{
    if (s == 0.0)
        return 0.0;
    conditional y = conditional_at(g, m, s);
    if (g->is_line)
        return (1.0 - g->ratio) * y.excess;
    if (s > 0.5)
        return y.excess + g->ratio * (y.exponential + (m < 0.0 ? y.above - exp(m) : -y.below));
    law_at law = normal_law(m, s);
    if (m >= 0.0)
        return y.excess - g->ratio * lower_partial_moment(1, &law, 1.0);
    return y.excess + g->ratio * (exp(m) * expm1(0.5 * (s * s)) - s * call_moment(1, &law));
}

static double conditional_variance(const input *g, double m, double s)
{
    if (s == 0.0)
        return 0.0;
    law_at law = normal_law(m, s);
    double upper = upper_partial_variance(&law);
    if (g->ratio == 0.0)
        return upper;
    if (!g->is_line)
        return lower_partial_variance(&law, g->ratio) +
               2.0 * partial_mean_product(&law, g->ratio, 1.0) + upper;
    law_at reflected = reflected_law(&law), opposite = scaled_law(&reflected, g->ratio);
    return 2.0 * opposite_mean_product(&law, g->ratio) + upper + upper_partial_variance(&opposite);
}

/* The integral over the first variable. */

#define REACH_SQUARED 72.0
#define FARTHEST_REACH 11.5
#define VANISHING 40.0
#define WIDEST 14.0
#define BROAD 9.0

typedef struct {
    quantity wanted;
    input f, g;
    double rho, complement, reach, spared, outer_center, inner_center;
    double outer_end, inner_end; /* where the exponentials have become nothing */
    bool alike;
} pair;

/* e^x - e^m, with step = x - m. */
INLINE double difference_of_exponentials(double x, double m, double step)
{
    return step > 0.0 ? -exp(x) * expm1(-step) : exp(m) * expm1(step);
}

INLINE double squared_difference(const pair *p, double u)
{
    const input *f = &p->f, *g = &p->g;
    double x = f->mu + f->sigma * u, m = g->mu + (p->rho * g->sigma) * u, s = p->complement * g->sigma;
    double difference;
    if (p->alike && p->rho > 0.0) {
        double w = p->complement;
        double step = (f->mu - g->mu) + ((f->sigma - g->sigma) + g->sigma * (w * w / (1.0 + p->rho))) * u;
        if (x >= 0.0 && m >= 0.0)
            difference = step;
        else if (x < 0.0 && m < 0.0)
            difference = g->ratio * (g->is_line ? step : difference_of_exponentials(x, m, step));
        else
            difference = value_at(f, x) - value_at(g, m);
        difference = g->scale * (difference - conditional_gap(g, m, s));
    } else
        difference = f->scale * value_at(f, x) - g->scale * conditional_level(g, m, s);
    return difference * difference + (g->scale * g->scale) * conditional_variance(g, m, s);
}

/* The function of the first variable at nodes u. */
INLINE void outer_values(const pair *p, const double *u, int count, double *found)
{
    const input *f = &p->f;
    double mu = f->mu, sigma = f->sigma, ratio = f->ratio;
    bool is_slope = p->wanted == DERIVATIVE_KERNEL || p->wanted >= COVARIANCE_MEAN_SLOPE;
    if (sigma == 0.0 || f->is_line || (f->is_small && !is_slope))
        for (int i = 0; i < count; i++) {
            double x = mu + sigma * u[i];
            found[i] = is_slope ? slope_at(f, x) : level_at(f, x);
        }
    else {
        double floor = f->is_deep ? 0.0 : 1.0, shift = f->is_deep ? ratio : 0.0;
        for (int i = 0; i < count; i++) {
            double x = mu + sigma * u[i], power = ratio * power_of_e(LESSER(x, 0.0));
            if (is_slope)
                found[i] = x > 0.0 ? 1.0 : power;
            else
                found[i] = x > 0.0 ? x + shift : power - floor * ratio;
        }
    }
    if (p->wanted == COVARIANCE)
        for (int i = 0; i < count; i++)
            found[i] -= p->outer_center;
    if (p->wanted == COVARIANCE_DEVIATION_SLOPE)
        for (int i = 0; i < count; i++)
            found[i] *= u[i];
}

/* The conditional mean of that of the second. */
INLINE void inner_values(const pair *p, const double *u, int count, double *found)
{
    const input *g = &p->g;
    double mu = g->mu, tilt = p->rho * g->sigma, s = p->complement * g->sigma, ratio = g->ratio;
    bool is_slope = p->wanted == DERIVATIVE_KERNEL || p->wanted == CROSS_KERNEL;
    bool is_deep = g->is_deep, is_line = g->is_line;
    if (s == 0.0 || (g->is_small && !is_slope))
        for (int i = 0; i < count; i++) {
            double m = mu + tilt * u[i];
            found[i] = is_slope ? conditional_slope(g, m, s) : conditional_level(g, m, s);
        }
    else {
        double reciprocal = 1.0 / s, variance = s * s;
        double t[MOST_NODES], x[MOST_NODES], mills[MOST_NODES], density[MOST_NODES];
        for (int i = 0; i < count; i++) {
            double place = (mu + tilt * u[i]) * reciprocal;
            t[i] = LARGER(LESSER(place, FARTHEST), -FARTHEST);
            x[i] = fabs(t[i]);
        }
        for (int i = 0; i < count; i++)
            mills[i] = ratio_of_mills(x[i]);
        for (int i = 0; i < count; i++)
            density[i] = ONE_OVER_SQRT_TWO_PI * power_of_e(-0.5 * (x[i] * x[i]));
        for (int i = 0; i < count; i++) {
            double tail = density[i] * mills[i], m = mu + tilt * u[i];
            double excess = s * (density[i] * (1.0 - x[i] * mills[i]));
            double above = t[i] > 0.0 ? 1.0 - tail : tail, below = t[i] > 0.0 ? tail : 1.0 - tail;
            double value = excess + LARGER(m, 0.0), lower = excess + LARGER(-m, 0.0);
            double part = is_slope ? above : value, rest = is_slope ? below : -lower;
            found[i] = part + (is_line ? ratio * rest : is_slope ? 0.0 : is_deep ? ratio * above : -ratio * below);
        }
        if (!is_line && ratio > 0.0) {
            for (int i = 0; i < count; i++)
                x[i] = fabs(t[i] + s);
            for (int i = 0; i < count; i++)
                mills[i] = ratio_of_mills(x[i]);
            for (int i = 0; i < count; i++) {
                double part = density[i] * mills[i];
                double whole = power_of_e(LESSER((mu + tilt * u[i]) + 0.5 * variance, 0.0));
                found[i] += ratio * (t[i] + s > 0.0 ? part : whole - part);
            }
        }
    }
    if (p->wanted == COVARIANCE || p->wanted >= COVARIANCE_MEAN_SLOPE)
        for (int i = 0; i < count; i++)
            found[i] -= p->inner_center;
}

/* By rules of as many nodes as the scales of the integrand ask for. */
INLINE double over_segment(const pair *p, double a, double b, double rate)
{
    const input *f = &p->f, *g = &p->g;
    double middle = 0.5 * (a + b), x = f->mu + f->sigma * middle, w = p->complement;
    double place = g->t + p->rho * middle, m = g->sigma * place, s = w * g->sigma;
    double scales = fabs(place) < p->reach * w ? 1.0 / w : 1.0;
    if (has_exponential(f) && x < 0.0 && x > p->outer_end)
        rate += f->sigma;
    if (has_exponential(g) && s < BROAD && m < p->reach * s && m > p->inner_end)
        rate += fabs(p->rho) * g->sigma;
    double extent = (b - a) * (scales + rate / 6.0);
    /* What is small needs fewer digits. */
    double away = LARGER(LARGER(a, -b), 0.0), spared = away * away - p->spared;
    double needed = p->wanted == DISTANCE ? 1.0 : 1.0 - 0.1 * LESSER(sqrt(LARGER(spared, 0.0)), 7.0);
    int panels = extent > WIDEST ? (int)ceil(LESSER(extent / WIDEST, 1e4)) : 1;
    int half = (int)ceil(4.5 + needed * (extent / panels));
    half = half > RULES ? RULES : half;
    double radius = 0.5 * (b - a) / panels, total = 0.0;
    for (int k = 0; k < panels; k++) {
        double center = a + (2 * k + 1) * radius, sum = 0.0;
        double u[MOST_NODES], weight[MOST_NODES], outer[MOST_NODES], inner[MOST_NODES];
        for (int i = 0; i < 2 * half; i++) {
            u[i] = center + radius * NODES[half - 1][i];
            weight[i] = WEIGHTS[half - 1][i] * power_of_e(-0.5 * (u[i] * u[i]));
        }
        if (p->wanted == DISTANCE)
            for (int i = 0; i < 2 * half; i++)
                sum += weight[i] * squared_difference(p, u[i]);
        else {
            outer_values(p, u, 2 * half, outer);
            inner_values(p, u, 2 * half, inner);
            for (int i = 0; i < 2 * half; i++)
                sum += weight[i] * (outer[i] * inner[i]);
        }
        total += sum * radius;
    }
    return total;
}

INLINE void insert(double *points, int *count, double point)
{
    if (!(point > points[0] && point < points[*count - 1]))
        return;
    int k = (*count)++;
    for (; points[k - 1] > point; k--)
        points[k] = points[k - 1];
    points[k] = point;
}

INLINE double over_side(const pair *p, double a, double b, double rate)
{
    if (!(a < b))
        return 0.0;
    const input *f = &p->f, *g = &p->g;
    double points[8] = {a, b}, total = 0.0;
    int count = 2;
    if (has_exponential(f) && f->sigma > 0.0)
        insert(points, &count, (p->outer_end - f->mu) / f->sigma);
    if (p->rho != 0.0 && g->sigma > 0.0) {
        double kink = -g->t / p->rho, width = p->reach * (p->complement / fabs(p->rho));
        insert(points, &count, kink - width);
        insert(points, &count, kink + width);
        if (has_exponential(g))
            insert(points, &count, (p->inner_end / g->sigma - g->t) / p->rho);
    }
    for (int k = 0; k + 1 < count; k++)
        total += over_segment(p, points[k], points[k + 1], rate);
    return total;
}

/* How far below 0 the exponential of a variable counts, for the sake of its square where that is
   all there is. */
INLINE double end_of_exponential(const input *x)
{
    if (!x->is_deep)
        return -VANISHING;
    double s = x->sigma, peak = x->mu + 2.0 * (s * s), decay = 2.0 + x->t / s;
    if (peak < 0.0)
        return peak - 12.0 * s;
    return -LESSER(12.0 * s, VANISHING / LARGER(decay, 1e-3)) - VANISHING;
}

INLINE double by_conditioning(pair *p)
{
    input *f = &p->f, *g = &p->g;
    double first = LESSER(f->t, 0.0), second = LESSER(g->t, 0.0), s = p->complement * g->sigma;
    p->spared = 0.5 * (first * first + second * second) + 2.0 * log(LARGER(f->ratio, 1.0) * LARGER(g->ratio, 1.0));
    p->reach = LESSER(sqrt(REACH_SQUARED + p->spared), FARTHEST_REACH);
    double low = -p->reach, high = p->reach;
    if (p->wanted == DISTANCE) { /* the second function may be something where it is alone */
        low -= LARGER(p->rho * second, 0.0);
        high += LARGER(-p->rho * second, 0.0);
    }
    p->outer_end = end_of_exponential(f);
    p->inner_end = end_of_exponential(g) - 0.5 * LESSER(s * s, BROAD * BROAD);
    double total;
    if (f->sigma == 0.0)
        total = over_side(p, low, high, 0.0);
    else {
        double kink = -f->t, most = LARGER(hypot(LARGER(kink, 0.0), p->reach), high);
        total = over_side(p, LARGER(kink, low), most, LARGER(kink, 0.0));
        bool nothing = f->ratio == 0.0 && (p->wanted != COVARIANCE && p->wanted != DISTANCE);
        if (!nothing)
            total += over_side(p, low, LESSER(kink, most), 0.0);
    }
    return total * ONE_OVER_SQRT_TWO_PI;
}

/* Zero means. The expectation of an exponential over a wedge,

       S(d, k) = (1/2pi) int_k^inf e^((k^2 - z^2)/2) d/(d^2 + z^2) dz,

   is e^((d^2 + k^2)/2) (Q(d)/2 - T(d, k/d)), Q the upper tail of the normal law and T the function
   of Owen; S(d, k) + S(k, d) = R(d) R(k)/(2pi), R the Mills ratio. */

#define WEDGE_NODES 12
#define FAR_NODES 24
#define WEDGE_EDGE 2.0
#define WEDGE_REACH 74.0

/* For 0 <= k <= d. */
INLINE double flat_wedge(double d, double k)
{
    bool is_far = k > WEDGE_EDGE;
    int count = is_far ? FAR_NODES : WEDGE_NODES;
    double square = d * d, radius = 0.5 * (is_far ? sqrt(k * k + WEDGE_REACH) - k : k), sum = 0.0;
    double start = is_far ? k : 0.0, found[FAR_NODES];
    const double *nodes = NODES[count / 2 - 1], *weights = WEIGHTS[count / 2 - 1];
    for (int i = 0; i < count; i++) {
        double step = radius * (1.0 + nodes[i]), z = start + step;
        found[i] = weights[i] * power_of_e(-(start + 0.5 * step) * step) / (square + z * z);
    }
    for (int i = 0; i < count; i++)
        sum += found[i];
    sum *= radius * d / TWO_PI;
    if (is_far)
        return sum;
    return exp(0.5 * k * k) * (mills_ratio(d) / (2.0 * SQRT_TWO_PI) - sum);
}

INLINE double wedge(double d, double k)
{
    double sign = d < 0.0 ? -1.0 : 1.0;
    d = fabs(d);
    if (k <= d)
        return sign * flat_wedge(d, k);
    return sign * (mills_ratio(d) * mills_ratio(k) / TWO_PI - flat_wedge(k, d));
}

/* Means of 0, standard deviations not small: E over the quadrants, of ReLU and of exponentials. */
INLINE double at_zero_means(const pair *p)
{
    const input *f = &p->f, *g = &p->g;
    double a = f->sigma, b = g->sigma, c = p->rho, w = p->complement, r = f->ratio, q = g->ratio;
    double theta = atan2(w, c), same = (PI - theta) / TWO_PI, other = theta / TWO_PI;
    double ratio_a = mills_ratio(a), ratio_b = mills_ratio(b);
    double half_mean = 0.5 * ONE_OVER_SQRT_TWO_PI;
    /* E[e^X; X < 0, Y < 0], E[e^X; X < 0, Y > 0], and the same of Y, and E[e^(X + Y); both]. */
    double only_a = 0.0, across_a = 0.0, only_b = 0.0, across_b = 0.0, both = 0.0;
    if (r > 0.0) {
        double even = ratio_a * half_mean, odd = wedge(a * c, a * w);
        only_a = even + odd;
        across_a = even - odd;
    }
    if (q > 0.0) {
        double even = ratio_b * half_mean, odd = wedge(b * c, b * w);
        only_b = even + odd;
        across_b = even - odd;
    }
    if (r > 0.0 && q > 0.0)
        both = wedge(a + b * c, b * w) + wedge(b + a * c, a * w);
    if (p->wanted == DERIVATIVE_KERNEL)
        return same + r * across_a + q * across_b + (r * q) * both;
    /* E[X; X > 0, Y > 0]/a and E[X e^Y; X > 0, Y < 0]/a: by Stein. */
    double upper = half_mean * (1.0 + c), lower = half_mean * (1.0 - c);
    double tilted_b = q == 0.0 ? 0.0 : ONE_OVER_SQRT_TWO_PI * (mills_ratio(b * w) * ONE_OVER_SQRT_TWO_PI - 0.5 * c) + c * b * across_b;
    if (p->wanted == CROSS_KERNEL)
        return a * (upper + q * tilted_b) + r * ((across_a - other) + q * (both - only_b));
    double tilted_a = r == 0.0 ? 0.0 : ONE_OVER_SQRT_TWO_PI * (mills_ratio(a * w) * ONE_OVER_SQRT_TWO_PI - 0.5 * c) + c * a * across_a;
    double kernel = a * b * (w + (PI - theta) * c) / TWO_PI;
    if (q > 0.0)
        kernel += q * a * (tilted_b - lower);
    if (r > 0.0)
        kernel += r * b * (tilted_a - lower);
    if (r > 0.0 && q > 0.0)
        kernel += (r * q) * ((both - only_a) - (only_b - same));
    return kernel;
}

#define LEAST_DEVIATION 0.05

INLINE bool is_ordinary(const input *x)
{
    return x->mu == 0.0 && x->sigma >= LEAST_DEVIATION && (!x->is_line || x->ratio == 0.0);
}

INLINE double joint_expectation(quantity wanted, const double *given)
{
    bool alike = given[6] == given[9] && given[7] == given[10] && given[8] == given[11];
    pair p = {.wanted = wanted, .rho = given[4], .complement = given[5], .alike = alike};
    p.f = input_of(given[0], given[1], given[6], given[7], given[8]);
    p.g = input_of(given[2], given[3], given[9], given[10], given[11]);
    bool is_centered = wanted == COVARIANCE || wanted >= COVARIANCE_MEAN_SLOPE;
    p.f.is_deep = p.f.is_deep && wanted == COVARIANCE;
    p.g.is_deep = p.g.is_deep && is_centered;
    double scale = p.g.scale;
    if (wanted == DISTANCE)
        scale = 1.0;
    else if (wanted == DERIVATIVE_KERNEL)
        scale = given[6] * given[9];
    else if (wanted == CROSS_KERNEL)
        scale = p.f.scale * given[9];
    else
        scale = (wanted == KERNEL || wanted == COVARIANCE ? p.f.scale : given[6]) * p.g.scale;
    if (wanted < COVARIANCE && is_ordinary(&p.f) && is_ordinary(&p.g))
        return scale * at_zero_means(&p);
    if (wanted == COVARIANCE)
        p.outer_center = conditional_level(&p.f, p.f.mu, p.f.sigma);
    if (is_centered)
        p.inner_center = conditional_level(&p.g, p.g.mu, p.g.sigma);
    return scale * by_conditioning(&p);
}

#define QUANTITIES(X) \
    X(kernel, KERNEL, "E f(X) g(Y).") \
    X(derivative_kernel, DERIVATIVE_KERNEL, "E f'(X) g'(Y).") \
    X(cross_kernel, CROSS_KERNEL, "E f(X) g'(Y).") \
    X(covariance, COVARIANCE, "The covariance of f(X) and g(Y).") \
    X(distance, DISTANCE, "E (f(X) - g(Y))^2.") \
    X(covariance_mean_slope, COVARIANCE_MEAN_SLOPE, "The derivative of the covariance in mu1.") \
    X(covariance_deviation_slope, COVARIANCE_DEVIATION_SLOPE, "That in sigma1 at a fixed rho.")

#endif
