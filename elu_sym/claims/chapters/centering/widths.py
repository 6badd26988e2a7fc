"""Centering at N(0, sigma^2): how the mean, and the alpha that makes it zero, move with sigma."""

from sympy import Expr, Piecewise, Rational, S, Symbol, exp, factorial, oo, pi, sqrt

from elu_sym.activations import Elu
from elu_sym.claims.analysis import continuity, growth, mean_value
from elu_sym.claims.any_law import Lemma, positive_gaussian_mean
from elu_sym.claims.chapters.centering.zero_mean import (
    SYMMETRIC_ALPHA,
    elu_mean,
    positive_put,
    put_mean,
    relu_mean,
)
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import Expectation, both, equal, for_all, less, limit, term
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    Tactic,
    assumption,
    auto,
    counterexample,
    intro,
    lemmas,
    linear,
    multiple,
    parts,
    positive,
    witness,
)
from elu_sym.symbols import alpha, excess, height, sigma, x, y, z

GAIN = sigma / sqrt(2 * pi)
"""E X_+ at N(0, sigma^2)."""

ELU_MEAN, PUT_MEAN = elu_mean(S.Zero), put_mean(S.Zero)
IS_ZERO = equal(ELU_MEAN, 0)


def rest(order: int, at: Expr) -> Expr:
    """What is left of the exponential after Taylor's terms up to an order."""
    return exp(at) - sum(at**n / factorial(n) for n in range(order + 1))


def alternates(order: int, at: Expr = x) -> Lemma:
    """Left of 0 the rest has the sign of the next term."""
    sign = (-1) ** (order + 1)
    if order == 0:
        return less(0, sign * rest(0, at)), auto()
    inner = Symbol(f"z_{order}", real=True)
    slope = intro(lemmas([alternates(order - 1, inner)], auto()))
    rise = mean_value(inner, -sign * rest(order, inner), at, 0, slope)
    return less(0, sign * rest(order, at)), rise


def on_the_left(integrand: Expr, *below: Lemma, deviation: Expr = sigma) -> Lemma:
    """The mean of what is positive for x < 0, and 0 elsewhere, is positive at N(0, sigma^2)."""
    body = Piecewise((integrand, x < 0), (0, True))
    return positive_gaussian_mean(body, *below, mean=S.Zero, deviation=deviation)


# --- How it moves ----------------------------------------------------------------------------

IS_ZERO_WIDER = equal(Expectation(Elu(x, height), x, S.Zero, sigma + excess), 0)


def wider(conclusion: Formula) -> Formula:
    """What holds of the alphas of mean zero at a deviation sigma, and h at a larger one."""
    return for_all(sigma, excess, alpha, height, implies(IS_ZERO, IS_ZERO_WIDER, conclusion))


def increases() -> Tactic:
    """The mean, divided by sigma, increases, for 1 - exp(x) + x*exp(x) > 0 on the left."""
    scaled = elu_mean(S.Zero, sigma + z) / (sigma + z)
    weighted = 1 - exp(x) + x * exp(x)
    on_the_way = on_the_left(
        weighted, (less(0, weighted), mean_value(y, exp(y) - y * exp(y), x, 0)), deviation=sigma + z
    )
    rises = less(scaled.subs(z, 0), scaled.subs(z, excess))
    put = put_mean(S.Zero, sigma + excess)
    shares = (
        ((sigma + excess) / put, rises),
        (-(sigma + excess) / (sigma * put), IS_ZERO),
        (1 / put, IS_ZERO_WIDER),
    )
    steps = [
        positive_put(S.Zero, sigma + excess),
        (
            rises,
            mean_value(
                z,
                scaled,
                0,
                excess,
                intro(lemmas([on_the_way], linear((alpha / (sigma + z) ** 2, on_the_way[0])))),
            ),
        ),
    ]
    return intro(lemmas(steps, linear(*shares)))


SMALL, LARGE = GAIN - sigma**2 / 4, S.Half - 1 / (2 * pi * GAIN)
"""Lower bounds of E (1 - e^X)_+."""


def bounds(small: Expr, half: Expr) -> Formula:
    """Bounds of E (1 - e^X)_+, and those of the alpha that they give."""
    near, far = (small, GAIN), (LARGE, half)
    of_put = (both(less(low, PUT_MEAN), less(PUT_MEAN, high)) for low, high in (near, far))
    lower = less(1, alpha), less(GAIN / half, alpha)
    upper = (implies(less(0, low), less(alpha, GAIN / low)) for low, _ in (near, far))
    of_alpha = for_all(alpha, implies(IS_ZERO, both(*lower, *upper)))
    return for_all(sigma, both(*of_put, of_alpha))


def put_bounds() -> list[Lemma]:
    """Taylor's formula with its remainder, and one integration by parts."""
    tangent = on_the_left(rest(1, x), alternates(1)), less(PUT_MEAN, GAIN)
    parabola = on_the_left(-rest(2, x), alternates(2)), less(SMALL, PUT_MEAN)
    floor = on_the_left(exp(x)), less(PUT_MEAN, S.Half)
    by_parts = on_the_left(-x * exp(x), (less(0, -x * exp(x)), auto())), less(LARGE, PUT_MEAN)
    found = [
        (bound, lemmas([lemma], multiple()))
        for lemma, bound in (tangent, parabola, floor, by_parts)
    ]
    return [positive_put(S.Zero), *found]


def bounded() -> Tactic:
    """Bounds of E (1 - e^X)_+ are bounds of the quotient in the other direction."""
    is_less, is_half = less(PUT_MEAN, GAIN), less(PUT_MEAN, S.Half)
    above_one = linear((1 / PUT_MEAN, is_less), (1 / PUT_MEAN, IS_ZERO))
    above_half = linear((2 * GAIN / PUT_MEAN, is_half), (1 / PUT_MEAN, IS_ZERO))
    below = (
        intro(linear((GAIN / (low * PUT_MEAN), less(low, PUT_MEAN)), (-1 / PUT_MEAN, IS_ZERO)))
        for low in (SMALL, LARGE)
    )
    of_alpha = intro(parts(above_one, above_half, *below))
    known = (parts(assumption(), assumption()) for _ in range(2))
    return intro(lemmas(put_bounds(), parts(*known, of_alpha)))


QUOTIENT = relu_mean(S.Zero) / PUT_MEAN
"""The alpha of mean zero."""

LIMITS = (
    limit(QUOTIENT, sigma, 0, 1, "+"),
    limit(QUOTIENT / (sigma * sqrt(2 / pi)), sigma, oo, 1),
)


def at_zero() -> Tactic:
    """Between 1 and 1 + 3*u: 1/(1 - u) is less for u < 2/3, and here u < sigma*2/3."""
    u, k = sigma * sqrt(2 * pi) / 4, 3 * sqrt(2 * pi) / 4
    small = less(3 * u, 2), linear((k, less(sigma, 1)), (2 - k, -1))
    above = linear(
        ((1 + 3 * u) / PUT_MEAN, less(SMALL, PUT_MEAN)), (sigma**2 / (4 * PUT_MEAN), small[0])
    )
    between = parts(linear((1 / PUT_MEAN, less(PUT_MEAN, GAIN))), above)
    order = intro(lemmas([(less(sigma, 1), linear()), *put_bounds(), small], between))
    return ("squeeze", 1, term(1 + 3 * u), continuity(), continuity(), order)


def at_infinity() -> Tactic:
    """Between 1 and 1 + 5*v: 1/(1 - v) is less for v < 4/5, and here v < 4/(5*sigma)."""
    v, k = 2 / (sigma * sqrt(2 * pi)), 10 / sqrt(2 * pi)
    small = less(5 * v, 4), linear((4 / sigma, less(1, sigma)), ((4 - k) / sigma, -1))
    above = linear(((1 + 5 * v) / PUT_MEAN, less(LARGE, PUT_MEAN)), (v / (2 * PUT_MEAN), small[0]))
    between = parts(linear((1 / PUT_MEAN, less(PUT_MEAN, S.Half))), above)
    order = intro(lemmas([(less(0, sigma), linear()), *put_bounds(), small], between))
    return ("squeeze", 1, term(1 + 5 * v), growth(0), growth(0), order)


# --- The mean itself -------------------------------------------------------------------------


def small_sigma(coefficient: Expr) -> Formula:
    """Two terms of the mean at a small sigma, with this coefficient, and the first order."""
    left = (1 - alpha) * GAIN + coefficient * alpha * sigma**2 - ELU_MEAN
    cubic = alpha * sqrt(2 / pi) * sigma**3 / 6
    first_order = limit(ELU_MEAN / sigma, sigma, 0, (1 - alpha) / sqrt(2 * pi), "+")
    bounded = for_all(sigma, both(less(0, left), less(left, cubic)))
    return for_all(alpha, both(bounded, first_order))


def by_taylor() -> Tactic:
    """Taylor's formula under the expectation, with its sign."""
    lemma = (on_the_left(sign * rest(n, x), alternates(n)) for n, sign in ((2, -1), (3, 1)))
    each = parts(*(lemmas([each], multiple()) for each in lemma))
    return intro(parts(intro(each), growth()))


def large_sigma(half: Expr) -> Formula:
    """Two terms of the mean at a large sigma, -alpha with this coefficient."""
    left = ELU_MEAN - GAIN + half * alpha
    bounded = less(0, left), less(left, alpha / (sigma * sqrt(2 * pi)))
    return for_all(sigma, alpha, both(*bounded))


def by_parts() -> Tactic:
    """What is left over is alpha*E[exp(X); X < 0]."""
    minus = less(0, -x * exp(x)), auto()
    lemma = on_the_left(exp(x)), on_the_left(-x * exp(x), minus)
    return intro(parts(*(lemmas([each], multiple()) for each in lemma)))


CLAIMS = (
    Claim(
        "centering.knob_increases",
        "The alpha that makes the mean zero at N(0, sigma^2) increases strictly with sigma.",
        Statement(wider(less(alpha, height)), increases()),
        "1 - e^{-r} - r*e^{-r} > 0 for r > 0",
        neighbours={
            "That alpha falls with sigma.": refuted(
                wider(less(height, alpha)),
                counterexample(
                    sigma=1,
                    t=1,
                    alpha=SYMMETRIC_ALPHA.subs(sigma, 1),
                    h=SYMMETRIC_ALPHA.subs(sigma, 2),
                ),
            )
        },
    ),
    Claim(
        "centering.knob_limits",
        "At N(0, sigma^2), with g = sigma/sqrt(2*pi), the alpha of mean zero lies above 1"
        " and above 2*g, below g/(g - sigma^2/4) and below g/(1/2 - 1/(2*pi*g)), each where it is"
        " positive: it tends to 1 as sigma -> 0 and grows like sigma*sqrt(2/pi) as sigma -> oo.",
        Statement(both(bounds(SMALL, S.Half), *LIMITS), parts(bounded(), at_zero(), at_infinity())),
        "Taylor's formula for small sigma, one integration by parts for large sigma",
        neighbours={
            "The lower bound at small sigma holds with sigma^2/4.04.": refuted(
                bounds(GAIN - sigma**2 * Rational(100, 404), S.Half),
                counterexample(sigma=Rational(1, 100)),
            ),
            "E (1 - e^X)_+ < 0.495 for every sigma.": refuted(
                bounds(SMALL, Rational(99, 200)),
                witness(100, parts(auto(), ("witness", 1, ("witness", 1, positive())))),
            ),
        },
    ),
    Claim(
        "centering.small_sigma",
        "At N(0, sigma^2) the mean is (1 - alpha)*sigma/sqrt(2*pi) + alpha*sigma^2/4 less"
        " a rest between 0 and alpha*sqrt(2/pi)*sigma^3/6: to first order in sigma it vanishes only"
        " at alpha = 1.",
        Statement(small_sigma(Rational(1, 4)), by_taylor()),
        "Taylor's formula with its remainder",
        neighbours={
            "The coefficient of sigma^2 is 1 % smaller.": refuted(
                small_sigma(Rational(99, 400)), counterexample(alpha=1, sigma=Rational(1, 100))
            )
        },
    ),
    Claim(
        "centering.large_sigma",
        "At N(0, sigma^2) the mean exceeds sigma/sqrt(2*pi) - alpha/2 by less than"
        " alpha/(sigma*sqrt(2*pi)).",
        Statement(large_sigma(S.Half), by_parts()),
        "Gordon 1941, the bound of the Mills ratio",
        neighbours={
            "It exceeds sigma/sqrt(2*pi) - 0.495*alpha.": refuted(
                large_sigma(Rational(99, 200)), counterexample(sigma=100, alpha=1)
            )
        },
    ),
)
