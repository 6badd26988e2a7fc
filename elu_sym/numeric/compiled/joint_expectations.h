/* Expectations of a function of X times one of Y, jointly normal; the reasons are in
   ../joint_expectations.py. */

#ifndef ELU_SYM_JOINT_EXPECTATIONS_H
#define ELU_SYM_JOINT_EXPECTATIONS_H

#include <stdbool.h>

#include "formulas.h"
#include "quantities.h"

/* Unlike fmin and fmax these are one instruction; no argument here is NaN. */
#define LESSER(x, y) ((x) < (y) ? (x) : (y))
#define LARGER(x, y) ((x) > (y) ? (x) : (y))

#define ONE_OVER_SQRT_TWO_PI 0.3989422804014327
#define FARTHEST 1000.0
#define PI 3.141592653589793
#define TWO_PI 6.283185307179586

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

/* e^x for x <= 0 and the Mills ratio for x >= 0 without branches: loops over them become vector
   instructions. */

INLINE double power_of_e(double x)
{
    x = x > -700.0 ? x : -700.0;
    double shifted = x * LOG2_E + ROUNDING, whole = shifted - ROUNDING;
    double y = (x - whole * LN2_HIGH) - whole * LN2_LOW, square = y * y, fourth = square * square;
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

#if FINE_0_POWERS != 7 || (FINE_PIECES & (FINE_PIECES - 1)) != 0
#error "ratio_of_mills is written for polynomials of degree 6, as many as a power of two"
#endif
INLINE double ratio_of_mills(double x)
{
    double reciprocal = 1.0 / (x + 4.0), scaled = 256.0 * reciprocal;
    double shifted = (scaled - 0.5) + ROUNDING, y = 2.0 * (scaled - (shifted - ROUNDING)) - 1.0;
    int64_t piece;
    memcpy(&piece, &shifted, sizeof piece);
    piece &= FINE_PIECES - 1;
    double square = y * y;
    double low = (FINE_0[piece][0] + y * FINE_0[piece][1]) +
                 square * (FINE_0[piece][2] + y * FINE_0[piece][3]);
    double high = (FINE_0[piece][4] + y * FINE_0[piece][5]) + square * FINE_0[piece][6];
    return (low + (square * square) * high) * reciprocal;
}

/* e^x - 1 for |x| <= 1/4. */
INLINE double small_growth(double x)
{
    double sum = 1.0 / 3628800;
    sum = sum * x + 1.0 / 362880;
    sum = sum * x + 1.0 / 40320;
    sum = sum * x + 1.0 / 5040;
    sum = sum * x + 1.0 / 720;
    sum = sum * x + 1.0 / 120;
    sum = sum * x + 1.0 / 24;
    sum = sum * x + 1.0 / 6;
    sum = sum * x + 0.5;
    return x + (x * x) * sum;
}

/* A variable in units of the rate of its function: scale F(x), F(x) = x for x >= 0 and
   ratio (e^x - 1), or ratio x where it is a line, for x < 0. Levels are F less an origin: 0, or the
   limit at -inf, or F at min(mu, 0), beside which sigma is small. */

#define DEEP (-1.0)
#define SMALL 0.02

typedef struct {
    double mu, sigma, t, scale, ratio;
    bool has_exponential, is_deep, is_small;
    double center, height, origin; /* of what is small: min(mu, 0), ratio e^center, F(center) */
} input;

INLINE input input_of(double mu, double sigma, double factor, double ratio, double rate)
{
    double unit = rate == 0.0 ? 1.0 : rate;
    input x = {.mu = mu * unit, .sigma = sigma * unit, .scale = factor / unit, .ratio = ratio};
    x.t = sigma > 0.0 ? mu / sigma : 0.0;
    x.has_exponential = rate != 0.0 && ratio > 0.0;
    x.is_small = x.has_exponential && x.sigma < SMALL && x.mu >= DEEP;
    x.center = LESSER(x.mu, 0.0);
    if (x.is_small) {
        x.height = ratio * exp(x.center);
        x.origin = ratio * expm1(x.center);
    }
    return x;
}

INLINE double value_at(const input *g, double x)
{
    if (x > 0.0)
        return x;
    return g->ratio * (g->has_exponential ? expm1(x) : x);
}

INLINE double slope_at(const input *g, double x)
{
    if (x > 0.0)
        return 1.0;
    double below = g->has_exponential ? g->ratio * exp(x) : g->ratio;
    return x < 0.0 ? below : 0.5 + 0.5 * below;
}

INLINE double level_at(const input *g, double x)
{
    if (g->is_small)
        return x > 0.0 ? x - g->origin : g->height * expm1(x - g->center);
    if (g->is_deep)
        return x > 0.0 ? x + g->ratio : g->ratio * exp(x);
    return value_at(g, x);
}

/* Levels at start + step v, or slopes there. */
INLINE void function_values(const input *f, bool is_slope, double start, double step,
                            const double *v, int count, double *found)
{
    double ratio = f->ratio, center = f->center, height = f->height, origin = f->origin;
    if (step == 0.0 || !f->has_exponential)
        for (int i = 0; i < count; i++) {
            double x = start + step * v[i];
            found[i] = is_slope ? slope_at(f, x) : level_at(f, x);
        }
    else if (f->is_small && !is_slope)
        for (int i = 0; i < count; i++) {
            double x = start + step * v[i], below = LESSER(x, 0.0);
            found[i] = x > 0.0 ? x - origin : height * small_growth(below - center);
        }
    else {
        double above = f->is_deep ? ratio : 0.0, limit = f->is_deep ? 0.0 : ratio;
        for (int i = 0; i < count; i++) {
            double x = start + step * v[i], power = ratio * power_of_e(LESSER(x, 0.0));
            double right = is_slope ? 1.0 : x + above, left = is_slope ? power : power - limit;
            found[i] = x > 0.0 ? right : left;
        }
    }
}

TABLE double FACTORIAL[11] = {1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800};

/* The expectations of the same at N(m, s^2), m = start + step v. */
INLINE void expected_values(const input *g, bool is_slope, double start, double step, double s,
                            const double *v, int count, double *found)
{
    if (s == 0.0) {
        function_values(g, is_slope, start, step, v, count, found);
        return;
    }
    double ratio = g->ratio, reciprocal = 1.0 / s, variance = s * s;
    double t[MOST_NODES], x[MOST_NODES], mills[MOST_NODES], density[MOST_NODES];
    for (int i = 0; i < count; i++) {
        double place = (start + step * v[i]) * reciprocal;
        t[i] = LARGER(LESSER(place, FARTHEST), -FARTHEST);
        x[i] = fabs(t[i]);
    }
    for (int i = 0; i < count; i++)
        mills[i] = ratio_of_mills(x[i]);
    for (int i = 0; i < count; i++)
        density[i] = ONE_OVER_SQRT_TWO_PI * power_of_e(-0.5 * (x[i] * x[i]));
    if (g->is_small && !is_slope) {
        double center = g->center, height = g->height, origin = g->origin;
        for (int i = 0; i < count; i++) {
            /* The moments of Y - center below 0, over k!. */
            double tail = density[i] * mills[i], m = start + step * v[i], edge = s * density[i];
            double excess = s * (density[i] * (1.0 - x[i] * mills[i]));
            double above = t[i] > 0.0 ? 1.0 - tail : tail, below = t[i] > 0.0 ? tail : 1.0 - tail;
            double shift = m - center, power = -center, first = below;
            double second = shift * below - edge, sum = second;
            UNROLL
            for (int k = 2; k < 11; k++) {
                double next = shift * second + (k - 1) * variance * first - edge * power;
                power *= -center;
                first = second;
                second = next;
                sum += next / FACTORIAL[k];
            }
            found[i] = (excess + LARGER(m, 0.0)) - origin * above + height * sum;
        }
        return;
    }
    bool has_exponential = g->has_exponential, is_deep = g->is_deep;
    for (int i = 0; i < count; i++) {
        double tail = density[i] * mills[i], m = start + step * v[i];
        double excess = s * (density[i] * (1.0 - x[i] * mills[i]));
        double above = t[i] > 0.0 ? 1.0 - tail : tail, below = t[i] > 0.0 ? tail : 1.0 - tail;
        double upper = is_slope ? above : excess + LARGER(m, 0.0);
        double line = is_slope ? below : -(excess + LARGER(-m, 0.0));
        double limit = is_slope ? 0.0 : is_deep ? above : -below;
        found[i] = upper + ratio * (has_exponential ? limit : line);
    }
    if (!has_exponential)
        return;
    for (int i = 0; i < count; i++)
        mills[i] = ratio_of_mills(fabs(t[i] + s));
    for (int i = 0; i < count; i++) {
        double part = density[i] * mills[i];
        double whole = power_of_e(LESSER((start + step * v[i]) + 0.5 * variance, 0.0));
        found[i] += ratio * (t[i] + s > 0.0 ? part : whole - part);
    }
}

/* What a distance asks of N(m, s^2) at the nodes, by functions of WIDTH elements. */
INLINE void over_nodes(void (*function)(const real *, real *), const double *m, double s,
                       double ratio, int count, double *found)
{
    for (int i = 0; i < count; i += WIDTH) {
        real given[3] = {number(m[i]), number(s), number(ratio)}, result[1];
        int rest = count - i < WIDTH ? count - i : WIDTH;
        memcpy(&given[0], m + i, rest * sizeof(double));
        function(given, result);
        memcpy(found + i, result, rest * sizeof(double));
    }
}

/* E F(Y) - F(m), which tends to 0 with s; below 0 it is what the kink adds to a smooth function. */
INLINE void gaps_of_mean(const input *g, const double *m, double s, int count, double *found)
{
    if (s == 0.0)
        memset(found, 0, count * sizeof(double));
    else
        over_nodes(g->has_exponential ? compute_gap_of_curve : compute_gap_of_line, m, s, g->ratio,
                   count, found);
}

INLINE void variances_at(const input *g, const double *m, double s, int count, double *found)
{
    if (s == 0.0)
        memset(found, 0, count * sizeof(double));
    else if (g->ratio == 0.0)
        over_nodes(compute_upper_partial_variance, m, s, 1.0, count, found);
    else if (g->has_exponential)
        over_nodes(compute_variance_of_curve, m, s, g->ratio, count, found);
    else
        over_nodes(compute_variance_of_line, m, s, g->ratio, count, found);
}

/* The integral over the first variable, at u = start + v standard deviations from its mean: v
   counts from the kink at which lost digits cost more. */

#define REACH_SQUARED 72.0
#define FARTHEST_REACH 11.5
#define NO_DENSITY 39.0 /* where the normal density is 0 in a double */
#define NEAR_KINK 64.0
#define VANISHING 40.0
#define WIDEST 14.0
#define BROAD 9.0

typedef struct {
    input f, g;
    bool is_distance, f_slopes, g_slopes, by_deviation; /* what stands for F and G */
    double rho, complement, start, x, m, tilt, s; /* x and m at the start, and of Y, X given */
    double reach, spared, outer_end, inner_end, outer_center, inner_center;
    bool are_alike;
} pair;

/* e^x - e^m, with step = x - m. */
INLINE double growth_between(double m, double x, double step)
{
    return step > 0.0 ? -exp(x) * expm1(-step) : exp(m) * expm1(step);
}

/* (f(X) - E[g(Y) | X])^2, from the mean or, near a line, of functions alike, from its gap. */
INLINE double squared_difference(const pair *p, double v, double m, double mean, double gap)
{
    const input *f = &p->f, *g = &p->g;
    double x = p->x + f->sigma * v, difference;
    if (p->are_alike && p->rho > 0.0) {
        double w = p->complement, narrower = g->sigma * (w * w / (1.0 + p->rho));
        double step = (f->mu - g->mu) + ((f->sigma - g->sigma) + narrower) * (p->start + v);
        if (x >= 0.0 && m >= 0.0)
            difference = step;
        else if (x < 0.0 && m < 0.0)
            difference = g->ratio * (g->has_exponential ? growth_between(m, x, step) : step);
        else
            difference = value_at(f, x) - value_at(g, m);
        difference = g->scale * (difference - gap);
    } else {
        double value = f->is_deep ? level_at(f, x) : value_at(f, x);
        difference = f->scale * value - g->scale * (mean + g->origin);
    }
    return difference * difference;
}

INLINE double over_panel(const pair *p, double center, double radius, int half)
{
    double v[MOST_NODES], weight[MOST_NODES], outer[MOST_NODES], inner[MOST_NODES], sum = 0.0;
    int count = 2 * half;
    for (int i = 0; i < count; i++) {
        v[i] = center + radius * NODES[half - 1][i];
        double u = p->start + v[i];
        weight[i] = WEIGHTS[half - 1][i] * power_of_e(-0.5 * (u * u));
    }
    expected_values(&p->g, p->g_slopes, p->m, p->tilt, p->s, v, count, inner);
    if (p->is_distance) {
        const input *g = &p->g;
        double m[MOST_NODES], gaps[MOST_NODES] = {0.0}, variances[MOST_NODES];
        for (int i = 0; i < count; i++)
            m[i] = p->m + p->tilt * v[i];
        if (p->are_alike && p->rho > 0.0)
            gaps_of_mean(g, m, p->s, count, gaps);
        variances_at(g, m, p->s, count, variances);
        for (int i = 0; i < count; i++) {
            double squared = squared_difference(p, v[i], m[i], inner[i], gaps[i]);
            sum += weight[i] * (squared + (g->scale * g->scale) * variances[i]);
        }
        return sum * radius;
    }
    function_values(&p->f, p->f_slopes, p->x, p->f.sigma, v, count, outer);
    if (p->by_deviation)
        for (int i = 0; i < count; i++)
            weight[i] *= p->start + v[i];
    double outer_center = p->outer_center, inner_center = p->inner_center;
    for (int i = 0; i < count; i++)
        outer[i] = weight[i] * ((outer[i] - outer_center) * (inner[i] - inner_center));
    for (int i = 0; i < count; i++)
        sum += outer[i];
    return sum * radius;
}

/* By rules of as many nodes as the scales of the integrand ask for; what is small needs fewer. */
INLINE double over_segment(const pair *p, double a, double b, double rate)
{
    const input *f = &p->f, *g = &p->g;
    double middle = 0.5 * (a + b), x = p->x + f->sigma * middle, m = p->m + p->tilt * middle;
    double scales = fabs(m) < p->reach * p->s ? 1.0 / p->complement : 1.0;
    if (f->has_exponential && x < 0.0 && x > p->outer_end)
        rate += f->sigma;
    if (g->has_exponential && p->s < BROAD && m < p->reach * p->s && m > p->inner_end)
        rate += fabs(p->tilt);
    double extent = (b - a) * (scales + rate / 6.0);
    double away = LARGER(LARGER(p->start + a, -(p->start + b)), 0.0), needed = 1.0, least = 6.0;
    if (!p->is_distance) {
        needed -= 0.1 * LESSER(sqrt(LARGER(away * away - p->spared, 0.0)), 7.0);
        least = 4.5;
    }
    int panels = extent > WIDEST ? (int)ceil(LESSER(extent / WIDEST, 1e4)) : 1;
    int half = (int)ceil(least + needed * (extent / panels));
    half = half > RULES ? RULES : half;
    double radius = 0.5 * (b - a) / panels, total = 0.0;
    for (int k = 0; k < panels; k++)
        total += over_panel(p, a + (2 * k + 1) * radius, radius, half);
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

/* From a to b, on one side of the first kink: between the places where a scale ends. */
INLINE double over_side(const pair *p, double a, double b, double rate)
{
    if (!(a < b))
        return 0.0;
    double points[8] = {a, b}, total = 0.0;
    int count = 2;
    if (p->f.has_exponential && p->f.sigma > 0.0)
        insert(points, &count, (p->outer_end - p->x) / p->f.sigma);
    if (p->tilt != 0.0) {
        double kink = -p->m / p->tilt, width = p->reach * (p->s / fabs(p->tilt));
        insert(points, &count, kink - width);
        insert(points, &count, kink + width);
        if (p->g.has_exponential)
            insert(points, &count, (p->inner_end - p->m) / p->tilt);
    }
    for (int k = 0; k + 1 < count; k++)
        total += over_segment(p, points[k], points[k + 1], rate);
    return total;
}

/* Where the exponential of a variable has become nothing: where levels count from the limit,
   nothing beside the root of the expectation of its square. */
INLINE double end_of_exponential(const input *x)
{
    if (!x->is_deep)
        return -VANISHING;
    double s = x->sigma, peak = x->mu + 2.0 * (s * s), decay = 2.0 + x->t / s;
    if (peak < 0.0)
        return peak - 12.0 * s;
    return -LESSER(12.0 * s, VANISHING / LARGER(decay, 1e-3)) - VANISHING;
}

/* What digits lost at the kink of a function cost, in natural logarithms. */
INLINE double weight_of_kink(const input *x, double place)
{
    return x->has_exponential ? log(x->ratio) - 0.5 * (place * place) : -INFINITY;
}

INLINE double by_conditioning(pair *p)
{
    input *f = &p->f, *g = &p->g;
    p->tilt = p->rho * g->sigma;
    p->s = p->complement * g->sigma;
    double places[2] = {-f->t, p->rho == 0.0 ? INFINITY : -g->t / p->rho};
    bool from_second = weight_of_kink(g, places[1]) > weight_of_kink(f, places[0]);
    double place = places[from_second];
    p->start = fabs(place) < NEAR_KINK ? place : 0.0;
    p->x = f->mu + f->sigma * p->start;
    p->m = g->mu + p->tilt * p->start;
    if (p->start != 0.0) { /* exactly where the kink is */
        double sign = p->rho < 0.0 ? -1.0 : 1.0, lost = 0.0, tilt = p->tilt, rounding = 0.0;
        if (p->complement < fabs(p->rho)) { /* of the two the smaller one is exact */
            tilt = sign * g->sigma;
            lost = p->complement * p->complement / (1.0 + fabs(p->rho));
        } else
            rounding = fma(p->rho, g->sigma, -tilt);
        double product = tilt * p->start, rest = fma(tilt, p->start, -product);
        p->x = fma(f->sigma, p->start, f->mu);
        p->m = (g->mu + product) + ((rest - lost * product) + rounding * p->start);
    }
    double first = LESSER(f->t, 0.0), second = LESSER(g->t, 0.0);
    p->spared = 0.5 * (first * first + second * second) +
                2.0 * log(LARGER(f->ratio, 1.0) * LARGER(g->ratio, 1.0));
    p->reach = LESSER(sqrt(REACH_SQUARED + p->spared), FARTHEST_REACH);
    p->outer_end = end_of_exponential(f);
    p->inner_end = end_of_exponential(g) - 0.5 * LESSER(p->s * p->s, BROAD * BROAD);
    double low = -p->reach, high = p->reach;
    if (p->is_distance) { /* the second function may be something where it is alone */
        low -= LARGER(p->rho * second, 0.0);
        high += LARGER(-p->rho * second, 0.0);
    }
    low = LARGER(low, -NO_DENSITY);
    double start = p->start, kink = f->sigma > 0.0 ? -p->x / f->sigma : -INFINITY;
    double away = LARGER(start + kink, 0.0), most = LARGER(sqrt(away * away + p->reach * p->reach), high);
    most = LESSER(most, NO_DENSITY) - start;
    double total = over_side(p, LARGER(kink, low - start), most, away);
    if (f->ratio > 0.0 || p->is_distance || p->outer_center != 0.0)
        total += over_side(p, low - start, LESSER(kink, most), 0.0);
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
#define HUGE_DEVIATION 0x1p400 /* nothing is left of a wedge, and its square is a double */

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
    return exp(0.5 * k * k) * (0.5 * ONE_OVER_SQRT_TWO_PI * ratio_of_mills(d) - sum);
}

INLINE double wedge(double d, double k)
{
    if (d == 0.0)
        return 0.0;
    double sign = d < 0.0 ? -1.0 : 1.0;
    d = LESSER(fabs(d), HUGE_DEVIATION);
    k = LESSER(k, HUGE_DEVIATION);
    if (k <= d)
        return sign * flat_wedge(d, k);
    return sign * (ratio_of_mills(d) * ratio_of_mills(k) / TWO_PI - flat_wedge(k, d));
}

/* What the expectations of e^X, X < 0, are made of, in units of the deviation a of X. */
typedef struct {
    double same, across, mean; /* E[e^X; X < 0, Y < 0], that with Y > 0, and E[Y/b; with Y > 0] */
} tilted;

INLINE tilted tilted_by(double a, double rho, double complement)
{
    double even = 0.5 * ONE_OVER_SQRT_TWO_PI * ratio_of_mills(a), odd = wedge(a * rho, a * complement);
    tilted e = {even + odd, even - odd, 0.0};
    double density = ONE_OVER_SQRT_TWO_PI * ratio_of_mills(a * complement) - 0.5 * rho;
    e.mean = ONE_OVER_SQRT_TWO_PI * density + rho * (a * e.across);
    return e;
}

/* a + rho b, which may be nothing near rho = -1. */
INLINE double sum_along(double a, double b, double rho, double complement)
{
    return rho < 0.0 ? (a - b) + b * (complement * complement / (1.0 - rho)) : a + rho * b;
}

/* The deviations are not small; no function is a line below 0, except 0. */
INLINE double at_zero_means(quantity wanted, const pair *p)
{
    double a = p->f.sigma, b = p->g.sigma, rho = p->rho, w = p->complement;
    double r = p->f.ratio, q = p->g.ratio, both = 0.0;
    double theta = atan2(w, rho), same = (PI - theta) / TWO_PI, other = theta / TWO_PI;
    tilted of_x = {0}, of_y = {0};
    if (r > 0.0)
        of_x = tilted_by(a, rho, w);
    if (q > 0.0)
        of_y = tilted_by(b, rho, w);
    if (r > 0.0 && q > 0.0)
        both = wedge(sum_along(a, b, rho, w), b * w) + wedge(sum_along(b, a, rho, w), a * w);
    if (wanted == DERIVATIVE_KERNEL)
        return same + r * of_x.across + q * of_y.across + (r * q) * both;
    double half_mean = 0.5 * ONE_OVER_SQRT_TWO_PI;
    double upper = half_mean * (1.0 + rho), lower = half_mean * (1.0 - rho);
    if (wanted == CROSS_KERNEL)
        return a * (upper + q * of_y.mean) + r * ((of_x.across - other) + q * (both - of_y.same));
    double kernel = a * b * (w + (PI - theta) * rho) / TWO_PI;
    if (q > 0.0)
        kernel += q * a * (of_y.mean - lower);
    if (r > 0.0)
        kernel += r * b * (of_x.mean - lower);
    return kernel + (r * q) * ((both - of_x.same) - (of_y.same - same));
}

/* The least deviations, and product of them, beside which the closed form loses nothing. */
#define LEAST_DEVIATION 0.05
#define LEAST_PRODUCT 0.02

INLINE bool is_centered(const input *x)
{
    return x->mu == 0.0 && (x->has_exponential || x->ratio == 0.0);
}

/* What has no kink within reach moves to where it has one out of it: a covariance is that of a line
   or of an exponential, the height of which is returned. */
INLINE double moved_near(input *x)
{
    double edge = NEAR_KINK * x->sigma, moved = x->mu < 0.0 ? -edge : edge;
    if (!(fabs(x->mu) > edge) || x->sigma == 0.0)
        return 1.0;
    double height = x->mu < 0.0 && x->has_exponential ? exp(x->mu + edge) : 1.0;
    *x = input_of(moved, x->sigma, x->scale, x->ratio, x->has_exponential ? 1.0 : 0.0);
    return height;
}

/* mu1, sigma1, mu2, sigma2, rho, complement; factor, ratio and rate of either function. */
INLINE double joint_expectation(quantity wanted, const double *given)
{
    pair p = {.rho = given[4], .complement = fabs(given[5]), .is_distance = wanted == DISTANCE};
    p.f = input_of(given[0], given[1], given[6], given[7], given[8]);
    p.g = input_of(given[2], given[3], given[9], given[10], given[11]);
    p.are_alike = given[6] == given[9] && given[7] == given[10] && given[8] == given[11];
    p.f_slopes = wanted == DERIVATIVE_KERNEL || wanted >= COVARIANCE_MEAN_SLOPE;
    p.g_slopes = wanted == DERIVATIVE_KERNEL || wanted == CROSS_KERNEL;
    p.by_deviation = wanted == COVARIANCE_DEVIATION_SLOPE;
    double scale = (p.f_slopes ? given[6] : p.f.scale) * (p.g_slopes ? given[9] : p.g.scale);
    bool is_ordinary = p.f.sigma * p.g.sigma > LEAST_PRODUCT &&
                       LESSER(p.f.sigma, p.g.sigma) > LEAST_DEVIATION;
    if (wanted < COVARIANCE && is_centered(&p.f) && is_centered(&p.g) && is_ordinary)
        return scale * at_zero_means(wanted, &p);
    if (wanted == COVARIANCE || wanted >= COVARIANCE_MEAN_SLOPE)
        scale *= moved_near(&p.f) * moved_near(&p.g);
    bool f_is_deep = p.f.has_exponential && p.f.mu < DEEP;
    bool g_is_deep = p.g.has_exponential && p.g.mu < DEEP;
    if (wanted < COVARIANCE) { /* levels are values less the origins */
        p.outer_center = p.f_slopes ? 0.0 : -p.f.origin;
        p.inner_center = p.g_slopes ? 0.0 : -p.g.origin;
    } else if (wanted == DISTANCE) {
        scale = 1.0;
        p.f.is_deep = p.g.is_deep = p.are_alike && f_is_deep && g_is_deep;
    } else {
        const double nothing[1] = {0.0};
        p.f.is_deep = f_is_deep && wanted == COVARIANCE;
        p.g.is_deep = g_is_deep;
        if (wanted == COVARIANCE)
            expected_values(&p.f, false, p.f.mu, 0.0, p.f.sigma, nothing, 1, &p.outer_center);
        expected_values(&p.g, false, p.g.mu, 0.0, p.g.sigma, nothing, 1, &p.inner_center);
    }
    return scale * by_conditioning(&p);
}

#endif
