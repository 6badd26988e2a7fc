/* Numbers, one at a time or several: the words in which mills.h and the generated functions are
   written.

   WIDTH is 1, 4 (AVX2) or 8 (AVX-512).  A `real` is so many doubles, a `truth` as many truth values,
   a `whole` as many whole numbers.  Every operation rounds alike at every width, and products are
   fused with sums where `fused` says so and nowhere else, so that all widths compute the same bits. */

#ifndef ELU_SYM_VECTORS_H
#define ELU_SYM_VECTORS_H

#ifndef WIDTH
#define WIDTH 1
#endif

#if WIDTH == 8
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma")
#elif WIDTH == 4
#pragma GCC target("avx2,fma")
#endif

#ifdef __CUDACC_RTC__
/* CUDA C++, which knows the functions of the C library without a header, but not its macros. */
#define FUNCTION static __device__
#define INLINE static __device__ __forceinline__
#define UNROLL _Pragma("unroll")
#define UNROLL_ALL _Pragma("unroll")
#define TABLE static __device__ const
#define HUGE_VAL __longlong_as_double(0x7ff0000000000000)
#define NAN __longlong_as_double(0x7ff8000000000000)
#else
#include <math.h>
#include <stdint.h>
#include <string.h>
#define FUNCTION static
#define TABLE static const
#if defined(__GNUC__) && !(WIDTH == 1 && defined(HAS_VECTORS))
/* The order is a constant wherever a function of mills.h is called; inlining turns loops over it
   into registers. */
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")
#define UNROLL_ALL _Pragma("GCC unroll 40")
#else
#define INLINE static inline
#define UNROLL
#define UNROLL_ALL
#endif
#endif

#if WIDTH == 1

typedef double real;
typedef int truth;
typedef int whole;

INLINE real number(double x) { return x; }
INLINE int any(truth x) { return x; }
INLINE int all(truth x) { return x; }
INLINE truth less(real x, real y) { return x < y; }
INLINE truth at_most(real x, real y) { return x <= y; }
INLINE truth same(real x, real y) { return x == y; }
INLINE truth alike(truth x, truth y) { return x == y; }
INLINE truth both(truth x, truth y) { return x & y; }
INLINE truth either(truth x, truth y) { return x | y; }
INLINE real where(truth condition, real x, real y) { return condition ? x : y; }
INLINE real fused(real x, real y, real z) { return fma(x, y, z); }
INLINE real lesser(real x, real y) { return x < y ? x : y; }
INLINE real larger(real x, real y) { return x > y ? x : y; }
INLINE real absolute(real x) { return fabs(x); }
INLINE real root_of(real x) { return sqrt(x); }
INLINE real entry(const double *row, whole index) { return row[index]; }
INLINE void column(const double *table, int length, whole index, real *found)
{
    for (int k = 0; k < length; k++)
        found[k] = table[index * length + k];
}
INLINE whole whole_part(real x) { return (int)x; }
INLINE real whole_number(whole x) { return (double)x; }

INLINE real times_power_of_two(real x, real magic)
{
    long long bits; /* of 64 bits in C and in CUDA, whose headers of other types are not at hand */
    double power;
    memcpy(&bits, &magic, sizeof bits);
    bits = (long long)((unsigned long long)(bits + 1023) << 52);
    memcpy(&power, &bits, sizeof power);
    return x * power;
}

#elif WIDTH == 4

#include <immintrin.h>
typedef __m256d real;
typedef __m256d truth;
typedef __m128i whole;

INLINE real number(double x) { return _mm256_set1_pd(x); }
INLINE int any(truth x) { return _mm256_movemask_pd(x) != 0; }
INLINE int all(truth x) { return _mm256_movemask_pd(x) == 15; }
INLINE truth less(real x, real y) { return _mm256_cmp_pd(x, y, _CMP_LT_OQ); }
INLINE truth at_most(real x, real y) { return _mm256_cmp_pd(x, y, _CMP_LE_OQ); }
INLINE truth same(real x, real y) { return _mm256_cmp_pd(x, y, _CMP_EQ_OQ); }
INLINE truth both(truth x, truth y) { return _mm256_and_pd(x, y); }
INLINE truth either(truth x, truth y) { return _mm256_or_pd(x, y); }
INLINE real where(truth condition, real x, real y) { return _mm256_blendv_pd(y, x, condition); }
INLINE truth alike(truth x, truth y)
{
    return _mm256_xor_pd(_mm256_xor_pd(x, y), _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
}
INLINE real fused(real x, real y, real z) { return _mm256_fmadd_pd(x, y, z); }
INLINE real lesser(real x, real y) { return _mm256_min_pd(x, y); }
INLINE real larger(real x, real y) { return _mm256_max_pd(x, y); }
INLINE real absolute(real x) { return _mm256_andnot_pd(number(-0.0), x); }
INLINE real root_of(real x) { return _mm256_sqrt_pd(x); }
INLINE real entry(const double *row, whole index) { return _mm256_i32gather_pd(row, index, 8); }
INLINE void column(const double *table, int length, whole index, real *found)
{
    /* Whole rows are loaded and turned, which takes a third of the time of gathering. */
    int rows[4];
    _mm_storeu_si128((__m128i *)rows, index);
    const double *a = table + rows[0] * length, *b = table + rows[1] * length;
    const double *c = table + rows[2] * length, *d = table + rows[3] * length;
    UNROLL
    for (int k = 0; k < length; k += 4) {
        real ac = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(a + k)), _mm_loadu_pd(c + k), 1);
        real bd = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(b + k)), _mm_loadu_pd(d + k), 1);
        real AC = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(a + k + 2)), _mm_loadu_pd(c + k + 2), 1);
        real BD = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(b + k + 2)), _mm_loadu_pd(d + k + 2), 1);
        found[k] = _mm256_unpacklo_pd(ac, bd);
        found[k + 1] = _mm256_unpackhi_pd(ac, bd);
        found[k + 2] = _mm256_unpacklo_pd(AC, BD);
        found[k + 3] = _mm256_unpackhi_pd(AC, BD);
    }
}
INLINE whole whole_part(real x) { return _mm256_cvttpd_epi32(x); }
INLINE real whole_number(whole x) { return _mm256_cvtepi32_pd(x); }
INLINE real times_power_of_two(real x, real magic)
{
    __m256i bits = _mm256_add_epi64(_mm256_castpd_si256(magic), _mm256_set1_epi64x(1023));
    return x * _mm256_castsi256_pd(_mm256_slli_epi64(bits, 52));
}

#else

#include <immintrin.h>
typedef __m512d real;
typedef __mmask8 truth;
typedef __m512i whole;

INLINE real number(double x) { return _mm512_set1_pd(x); }
INLINE int any(truth x) { return x != 0; }
INLINE int all(truth x) { return x == 255; }
INLINE truth less(real x, real y) { return _mm512_cmp_pd_mask(x, y, _CMP_LT_OQ); }
INLINE truth at_most(real x, real y) { return _mm512_cmp_pd_mask(x, y, _CMP_LE_OQ); }
INLINE truth same(real x, real y) { return _mm512_cmp_pd_mask(x, y, _CMP_EQ_OQ); }
INLINE truth alike(truth x, truth y) { return (truth)~(x ^ y); }
INLINE truth both(truth x, truth y) { return x & y; }
INLINE truth either(truth x, truth y) { return x | y; }
INLINE real where(truth condition, real x, real y) { return _mm512_mask_blend_pd(condition, y, x); }
INLINE real fused(real x, real y, real z) { return _mm512_fmadd_pd(x, y, z); }
INLINE real lesser(real x, real y) { return _mm512_min_pd(x, y); }
INLINE real larger(real x, real y) { return _mm512_max_pd(x, y); }
INLINE real absolute(real x) { return _mm512_abs_pd(x); }
INLINE real root_of(real x) { return _mm512_sqrt_pd(x); }
INLINE real entry(const double *row, whole index)
{
    return _mm512_permutex2var_pd(_mm512_loadu_pd(row), index, _mm512_loadu_pd(row + 8));
}
INLINE void column(const double *table, int length, whole index, real *found)
{
    int64_t rows[8];
    _mm512_storeu_si512(rows, index);
    UNROLL
    for (int k = 0; k < length; k += 8) {
        real line[8], two[8], four[8];
        for (int j = 0; j < 8; j++)
            line[j] = _mm512_loadu_pd(table + rows[j] * length + k);
        for (int j = 0; j < 8; j += 2) {
            two[j] = _mm512_unpacklo_pd(line[j], line[j + 1]);
            two[j + 1] = _mm512_unpackhi_pd(line[j], line[j + 1]);
        }
        for (int j = 0; j < 2; j++) {
            four[j] = _mm512_shuffle_f64x2(two[j], two[j + 2], 0x88);
            four[j + 2] = _mm512_shuffle_f64x2(two[j], two[j + 2], 0xdd);
            four[j + 4] = _mm512_shuffle_f64x2(two[j + 4], two[j + 6], 0x88);
            four[j + 6] = _mm512_shuffle_f64x2(two[j + 4], two[j + 6], 0xdd);
        }
        for (int j = 0; j < 2; j++) {
            found[k + j] = _mm512_shuffle_f64x2(four[j], four[j + 4], 0x88);
            found[k + j + 4] = _mm512_shuffle_f64x2(four[j], four[j + 4], 0xdd);
            found[k + j + 2] = _mm512_shuffle_f64x2(four[j + 2], four[j + 6], 0x88);
            found[k + j + 6] = _mm512_shuffle_f64x2(four[j + 2], four[j + 6], 0xdd);
        }
    }
}
INLINE whole whole_part(real x) { return _mm512_cvttpd_epi64(x); }
INLINE real whole_number(whole x) { return _mm512_cvtepi64_pd(x); }
INLINE real times_power_of_two(real x, real magic)
{
    __m512i bits = _mm512_add_epi64(_mm512_castpd_si512(magic), _mm512_set1_epi64(1023));
    return x * _mm512_castsi512_pd(_mm512_slli_epi64(bits, 52));
}

#endif

/* A column of a table of at most 16 rows.  Vectors of eight elements find each entry by a permutation:
   for them the table lies in columns of 16 numbers, for others in rows as any table. */
INLINE void column_of_few(const double *table, int length, whole index, real *found)
{
#if WIDTH == 8
    UNROLL_ALL
    for (int k = 0; k < length; k++)
        found[k] = entry(table + 16 * k, index);
#else
    column(table, length, index, found);
#endif
}

/* Exponentials: x = k log 2 + y, |y| <= log(2)/2, and e^y - 1 by Taylor's polynomial. */

#define LOG2_E 1.4426950408889634
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define ROUNDING 0x1.8p52 /* added to a number it leaves the nearest whole one in the last bits */

/* e^y - 1; k + ROUNDING; and 2^k in two factors, neither of which leaves the double range. */
INLINE real growth_of_rest(real x, real *half, real *other)
{
    real shifted = fused(x, number(LOG2_E), number(ROUNDING)), k = shifted - number(ROUNDING);
    real y = fused(-k, number(LN2_LOW), fused(-k, number(LN2_HIGH), x));
    real halved = fused(k, number(0.5), number(ROUNDING));
    *half = halved;
    *other = (k - (halved - number(ROUNDING))) + number(ROUNDING);
    real square = y * y, fourth = square * square;
    real low = fused(square, fused(y, number(1.0 / 120), number(1.0 / 24)),
                     fused(y, number(1.0 / 6), number(0.5)));
    real middle = fused(square, fused(y, number(1.0 / 362880), number(1.0 / 40320)),
                        fused(y, number(1.0 / 5040), number(1.0 / 720)));
    real high = fused(square, fused(y, number(1.0 / 6227020800.0), number(1.0 / 479001600)),
                      fused(y, number(1.0 / 39916800), number(1.0 / 3628800)));
    return fused(square, fused(fourth, fused(fourth, high, middle), low), y);
}

INLINE real within_exponents(real x)
{
    return lesser(larger(x, number(-1000.0)), number(1000.0));
}

INLINE real exponential(real x)
{
    real half, other, growth = growth_of_rest(within_exponents(x), &half, &other);
    return times_power_of_two(times_power_of_two(number(1.0) + growth, half), other);
}

INLINE real exponential_growth(real x)
{
    real half, other, growth = growth_of_rest(within_exponents(x), &half, &other);
    real power = times_power_of_two(times_power_of_two(number(1.0), half), other);
    return fused(power, growth, power - number(1.0));
}

INLINE real length(real x, real y)
{
    real large = larger(absolute(x), absolute(y)), small = lesser(absolute(x), absolute(y));
    /* In a unit in which the larger one is a normal number, or both are zero. */
    truth tiny = less(large, number(0x1p-900));
    large = where(tiny, large * number(0x1p900), large);
    small = where(tiny, small * number(0x1p900), small);
    real ratio = small / larger(large, number(0x1p-900));
    real found = large * root_of(fused(ratio, ratio, number(1.0)));
    return where(tiny, found * number(0x1p-900), found);
}

#endif
