"""The moments of ELU at the ends of the range of mu and sigma.

Each limit is taken of the closed form that the formula book derives, so it moves with the
definition. For sigma -> 0+ the location is ``-delta``, 0 or ``delta`` with ``delta > 0``.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, exp, oo, pi, sqrt

from elu_sym.book.formula import Formula, elu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.symbols import alpha, distance, mu, sigma

ROOT_TWO_PI = sqrt(2 * pi)

BOOK = (
    elu.mean,
    elu.second_moment,
    elu.variance,
    elu.derivative_mean,
    elu.derivative_second_moment,
    elu.negative_mean,
)


def concentrated(
    value: Expr, slope: Expr, slope_square: Expr, below: Expr
) -> Iterator[tuple[Formula, Expr]]:
    """The limits where f(X) tends to a value, f'(X) and its square on average to two others.

    The last one is the limit of the mean given X < 0.
    """
    yield from zip(BOOK, (value, value**2, S.Zero, slope, slope_square, below), strict=True)


SATURATING = alpha * (exp(-distance) - 1)
"""f(-delta); like all limits here it is typed in and not read off the definition."""

NARROW = {
    -distance: (SATURATING, alpha * exp(-distance), alpha**2 * exp(-2 * distance), SATURATING),
    S.Zero: (S.Zero, (1 + alpha) / 2, (1 + alpha**2) / 2, S.Zero),
    distance: (distance, S.One, S.One, S.Zero),
}
"""The limits sigma -> 0+ by mu."""

FAR_RIGHT = (
    (S.Zero, sigma**2, sigma**2, S.One, S.One, S.Zero),
    (mu, mu**2, S.Zero, S.Zero, S.Zero, S.Zero),
)
"""The limits mu -> oo of the formulas less something, and what that is."""

WIDE = (
    (1 / ROOT_TWO_PI, S.Half, S.Half - 1 / (2 * pi), S.Half, S.Half, -alpha),
    (sigma, sigma**2, sigma**2, S.One, S.One, S.One),
)
"""The limits sigma -> oo of the quotients by a scale, and that scale."""

AT_THE_KINK = {
    elu.mean: ((1 - alpha) / ROOT_TWO_PI, sigma),
    elu.second_moment: ((1 + alpha**2) / 2, sigma**2),
    elu.variance: ((1 + alpha**2) / 2 - (1 - alpha) ** 2 / (2 * pi), sigma**2),
    elu.negative_mean: (-2 * alpha / ROOT_TWO_PI, sigma),
}
"""The limit sigma -> 0+ at mu = 0 of the quotient by a scale, and that scale."""


def far(formula: Formula, end: Expr, value: Expr, less: Expr = S.Zero) -> GaussianLimit:
    """The limit mu -> end of a formula less something."""
    return GaussianLimit(formula.closed_form - less, mu, end, value)


def wide(formula: Formula, value: Expr, unit: Expr = S.One) -> GaussianLimit:
    """The limit sigma -> oo of a formula over a scale."""
    return GaussianLimit(formula.closed_form / unit, sigma, oo, value)


def narrow(formula: Formula, location: Expr, value: Expr, unit: Expr = S.One) -> GaussianLimit:
    """The limit sigma -> 0+ of a formula over a scale."""
    there = formula.closed_form.xreplace({mu: location})
    return GaussianLimit(there / unit, sigma, S.Zero, value)


def offset(value: Expr) -> GaussianLimit:
    """The limit sigma -> oo of the mean less its leading term."""
    return GaussianLimit(elu.mean.closed_form - sigma / ROOT_TWO_PI, sigma, oo, value)


def limits_in_mu() -> Iterator[Assertion]:
    """Both ends, and by how much mean and second moment differ from those of the identity."""
    for formula, value in concentrated(-alpha, S.Zero, S.Zero, -alpha):
        yield far(formula, -oo, value)
    for formula, value, less in zip(BOOK, *FAR_RIGHT, strict=True):
        yield far(formula, oo, value, less)


def limits_small_sigma() -> Iterator[Assertion]:
    """The three cases of the sign of mu."""
    for location, limits in NARROW.items():
        for formula, value in concentrated(*limits):
            yield narrow(formula, location, value)


claim = partial(Claim, assumptions=(mu, sigma, alpha))

CLAIMS = (
    claim(
        "moments.limits_in_mu",
        "As mu -> -oo the mean, second moment and variance of f(X) tend to -alpha,"
        " alpha^2 and 0, both moments of f'(X) to 0, and the mean given X < 0 to -alpha; as mu ->"
        " oo E f - mu tends to 0, E f^2 - mu^2 and Var f to sigma^2, both moments of f'(X) to 1,"
        " and the mean given X < 0 to 0.",
        limits_in_mu,
        "saturation and identity: Clevert, Unterthiner, Hochreiter 2016, section 3",
        latex=r"\mathbb{E} f \to -\alpha \;(\mu \to -\infty), \quad"
        r" \mathbb{E} f - \mu \to 0,\; \operatorname{Var} f \to \sigma^2 \;(\mu \to \infty)",
        neighbours={
            "As mu -> -oo the mean tends to -1.": lambda: far(elu.mean, -oo, S.NegativeOne),
            "As mu -> -oo the second moment tends to a number 1 % above alpha^2.": lambda: far(
                elu.second_moment, -oo, Rational(101, 100) * alpha**2
            ),
            "As mu -> oo the variance tends to sigma^2 + alpha^2.": lambda: far(
                elu.variance, oo, sigma**2 + alpha**2
            ),
            "The mean saturates at both ends: it has a finite limit, alpha, as mu -> oo.": lambda: (
                far(elu.mean, oo, alpha)
            ),
        },
    ),
    claim(
        "moments.limits_small_sigma",
        "As sigma -> 0+ the moments of f(X) tend to f(mu), f(mu)^2 and 0, those of f'(X)"
        " to f'(mu) and f'(mu)^2 for mu != 0 and to (1 + alpha)/2 and (1 + alpha^2)/2 at mu = 0,"
        " and the mean given X < 0 to f(min(mu, 0)).",
        limits_small_sigma,
        "the mean of the one-sided limits at a jump, as for Fourier series: Dirichlet 1829",
        latex=r"\mathbb{E} f \to f(\mu), \quad \mathbb{E} f'^{\,n} \to \tfrac{1}{2}(1 + \alpha^n)"
        r" \text{ at } \mu = 0 \quad (\sigma \to 0^+)",
        assumptions=(distance, sigma, alpha),
        neighbours={
            "At mu = 0 the mean of f'(X) tends to f'(0) = 1, the value from the right.": lambda: (
                narrow(elu.derivative_mean, S.Zero, S.One)
            ),
            "At mu = 0 the second moment of f'(X) tends to the square of (1 + alpha)/2.": lambda: (
                narrow(elu.derivative_second_moment, S.Zero, (1 + alpha) ** 2 / 4)
            ),
            "On the left too E f tends to mu.": lambda: narrow(elu.mean, -distance, -distance),
        },
    ),
    claim(
        "moments.rates_at_the_kink",
        "At mu = 0, as sigma -> 0+, E f/sigma tends to (1 - alpha)/sqrt(2 pi), E f^2/sigma^2 to"
        " (1 + alpha^2)/2, Var f/sigma^2 to (1 + alpha^2)/2 - (1 - alpha)^2/(2 pi) and"
        " E[f | X < 0]/sigma to -alpha sqrt(2/pi).",
        lambda: [narrow(formula, S.Zero, *limit) for formula, limit in AT_THE_KINK.items()],
        "the moments of the leaky ReLU with slope alpha, which ELU is at first order",
        latex=r"\frac{\mathbb{E} f}{\sigma} \to \frac{1 - \alpha}{\sqrt{2\pi}}, \quad"
        r" \frac{\operatorname{Var} f}{\sigma^2} \to"
        r" \frac{1 + \alpha^2}{2} - \frac{(1 - \alpha)^2}{2\pi} \quad (\mu = 0)",
        assumptions=(sigma, alpha),
        neighbours={
            "The kink does not show at first order: E f/sigma -> 0 for every alpha.": lambda: (
                narrow(elu.mean, S.Zero, S.Zero, sigma)
            ),
            "Var f/sigma^2 tends to (1 + alpha^2)/2, as if the mean were of lower order.": lambda: (
                narrow(elu.variance, S.Zero, (1 + alpha**2) / 2, sigma**2)
            ),
        },
    ),
    claim(
        "moments.limits_large_sigma",
        "As sigma -> oo, E f/sigma -> 1/sqrt(2 pi), E f^2/sigma^2 -> 1/2, Var f/sigma^2"
        " -> 1/2 - 1/(2 pi), both moments of f'(X) tend to 1/2, and E[f | X < 0] to -alpha,"
        " whatever mu: but for the last, the limits of ReLU.",
        lambda: [wide(*limit) for limit in zip(BOOK, *WIDE, strict=True)],
        "He, Zhang, Ren, Sun 2015, section 2.2, whose factor 1/2 these limits give",
        latex=r"\frac{\mathbb{E} f}{\sigma} \to \frac{1}{\sqrt{2\pi}}, \quad"
        r" \frac{\operatorname{Var} f}{\sigma^2} \to \frac{1}{2} - \frac{1}{2\pi}, \quad"
        r" \mathbb{E} f'^{\,n} \to \frac{1}{2} \quad (\sigma \to \infty)",
        neighbours={
            "E f/sigma tends to a number 1 % above 1/sqrt(2 pi).": lambda: wide(
                elu.mean, Rational(101, 100) / ROOT_TWO_PI, sigma
            ),
            "Var f/sigma^2 tends to 1/2 too.": lambda: wide(elu.variance, S.Half, sigma**2),
            "The slope of the left half counts: E f' tends to (1 + alpha)/2.": lambda: wide(
                elu.derivative_mean, (1 + alpha) / 2
            ),
            "A wide law averages the mean out: E f tends to 0.": lambda: wide(elu.mean, S.Zero),
        },
    ),
    claim(
        "moments.offset_large_sigma",
        "As sigma -> oo, E f - sigma/sqrt(2 pi) tends to (mu - alpha)/2.",
        lambda: offset((mu - alpha) / 2),
        "the second term of the expansion of the closed form",
        latex=r"\mathbb{E} f - \frac{\sigma}{\sqrt{2\pi}} \to \frac{\mu - \alpha}{2}"
        r" \quad (\sigma \to \infty)",
        neighbours={"It tends to mu/2, as for ReLU.": lambda: offset(mu / 2)},
    ),
)
