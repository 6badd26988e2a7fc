"""Centering at N(0, sigma^2): how the mean, and the alpha that makes it zero, move with sigma."""

from collections.abc import Iterator

from sympy import Expr, Heaviside, S, diff, exp, oo, pi, sqrt

from elu_sym.book.formula import mean
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering import zero_mean
from elu_sym.claims.chapters.centering.zero_mean import centered, gain, put
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import PositiveGaussianMean
from elu_sym.symbols import alpha, sigma, x

TAYLOR = exp(x) - 1 - x
"""What is left of the exponential after two terms of Taylor's series."""

RELU_MEAN = sigma / sqrt(2 * pi)
"""E X_+ at N(0, sigma^2)."""


def positive(closed_form: Expr, on_the_left: Expr) -> PositiveGaussianMean:
    """That what has this integrand for x < 0 and 0 for x > 0 is positive at N(0, sigma^2)."""
    return PositiveGaussianMean(closed_form, Heaviside(-x) * on_the_left, S.Zero)


def knob_increases() -> Iterator[Assertion]:
    """The derivative in sigma has the sign of E[1 - exp(-R) - R*exp(-R)], R = abs(X)."""
    call, lost = centered(gain()), centered(put())
    yield Equality(zero_mean.symmetric_alpha(), call / lost)
    yield PositiveGaussianMean(lost, zero_mean.LOSS, S.Zero)
    numerator = diff(call, sigma) * lost - call * diff(lost, sigma)
    weighted = lost - sigma * diff(lost, sigma)
    yield Equality(numerator, weighted * call / sigma)
    yield positive(weighted, 1 - exp(x) + x * exp(x))


def knob_limits() -> Iterator[Assertion]:
    """E X_+ less the put lies between 0 and sigma^2/4; 1/2 less the put between 0 and a tail."""
    call, lost = centered(gain()), centered(put())
    yield Equality(call, RELU_MEAN)
    yield positive(call - lost, TAYLOR)
    yield positive(sigma**2 / 4 - call + lost, x**2 / 2 - TAYLOR)
    yield positive(S.Half - lost, exp(x))
    yield positive(1 / (sigma * sqrt(2 * pi)) - S.Half + lost, -x * exp(x) / sigma**2)
    yield GaussianLimit(lost / sigma, sigma, S.Zero, 1 / sqrt(2 * pi))
    yield GaussianLimit(lost, sigma, oo, S.Half)


def rest_of_small_sigma(coefficient: Expr) -> Expr:
    """What the mean lacks to two terms, alpha*sigma^2 with this coefficient."""
    terms = (1 - alpha) * RELU_MEAN + coefficient * alpha * sigma**2
    return terms - centered(mean.closed_form)


def small_sigma() -> Iterator[Assertion]:
    """Taylor's formula under the expectation, with its sign."""
    rest = rest_of_small_sigma(S.One / 4)
    cubic = alpha * sqrt(2 / pi) * sigma**3 / 6
    taylor = TAYLOR - x**2 / 2
    yield positive(rest, -alpha * taylor)
    yield positive(cubic - rest, alpha * (taylor - x**3 / 6))


def rest_of_large_sigma(coefficient: Expr) -> Expr:
    """What the mean has beyond two terms, -alpha with this coefficient."""
    return centered(mean.closed_form) - RELU_MEAN + coefficient * alpha


def large_sigma() -> Iterator[Assertion]:
    """What is left over is alpha*E[exp(X); X < 0]."""
    rest = rest_of_large_sigma(S.Half)
    yield positive(rest, alpha * exp(x))
    yield positive(alpha / (sigma * sqrt(2 * pi)) - rest, alpha * -x * exp(x) / sigma**2)


CLAIMS = (
    Claim(
        "centering.knob_increases",
        "The alpha that makes the mean zero at N(0, sigma^2) increases strictly with sigma.",
        knob_increases,
        "1 - e^{-r} - r*e^{-r} > 0 for r > 0",
        latex=r"\frac{d}{d\sigma} \frac{\sigma}{\sqrt{2\pi}\,\mathbb{E} (1 - e^X)_+} > 0",
        assumptions=(sigma,),
        conclusion="the derivative of a quotient has the sign of its numerator, a product of"
        " positive factors",
        neighbours={
            "That alpha falls with sigma.": lambda: Positive(
                -diff(centered(zero_mean.centering_alpha()), sigma)
            )
        },
    ),
    Claim(
        "centering.knob_limits",
        "At N(0, sigma^2), with g = sigma/sqrt(2*pi), the alpha of mean zero lies above 1"
        " and above 2*g, below g/(g - sigma^2/4) and below g/(1/2 - 1/(2*pi*g)), each where it is"
        " positive: it tends to 1 as sigma -> 0 and grows like sigma*sqrt(2/pi) as sigma -> oo.",
        knob_limits,
        "Taylor's formula for small sigma, one integration by parts for large sigma",
        latex=r"g - \tfrac{\sigma^2}{4} < \mathbb{E} (1 - e^X)_+ < g,\quad"
        r" \tfrac{1}{2} - \tfrac{1}{2 \pi g} < \mathbb{E} (1 - e^X)_+ < \tfrac{1}{2}",
        assumptions=(sigma,),
        conclusion="bounds of the put are bounds of the quotient in the other direction, and its"
        " limits follow from those of the put",
        neighbours={
            "The lower bound at small sigma holds with sigma^2/4.04.": lambda: positive(
                sigma**2 * S(100) / 404 - centered(gain() - put()), x**2 * S(100) / 202 - TAYLOR
            ),
            "E (1 - e^X)_+ < 0.495 for every sigma.": lambda: positive(
                S(99) / 200 - centered(put()), exp(x) - S(1) / 100
            ),
        },
    ),
    Claim(
        "centering.small_sigma",
        "At N(0, sigma^2) the mean is (1 - alpha)*sigma/sqrt(2*pi) + alpha*sigma^2/4 less"
        " a rest between 0 and alpha*sqrt(2/pi)*sigma^3/6: to first order in sigma it vanishes only"
        " at alpha = 1.",
        small_sigma,
        "Taylor's formula with its remainder",
        latex=r"0 < \frac{(1 - \alpha)\sigma}{\sqrt{2\pi}} + \frac{\alpha\sigma^2}{4}"
        r" - \mathbb{E} f(X) < \frac{\alpha}{6}\sqrt{\frac{2}{\pi}}\,\sigma^3",
        assumptions=(sigma, alpha),
        conclusion="the rest is of second order in sigma",
        neighbours={
            "The coefficient of sigma^2 is 1 % smaller.": lambda: positive(
                rest_of_small_sigma(S(99) / 400), alpha * (x**2 * S(99) / 200 - TAYLOR)
            )
        },
    ),
    Claim(
        "centering.large_sigma",
        "At N(0, sigma^2) the mean exceeds sigma/sqrt(2*pi) - alpha/2 by less than"
        " alpha/(sigma*sqrt(2*pi)).",
        large_sigma,
        "Gordon 1941, the bound of the Mills ratio",
        latex=r"0 < \mathbb{E} f(X) - \frac{\sigma}{\sqrt{2\pi}} + \frac{\alpha}{2}"
        r" < \frac{\alpha}{\sigma\sqrt{2\pi}}",
        assumptions=(sigma, alpha),
        neighbours={
            "It exceeds sigma/sqrt(2*pi) - 0.495*alpha.": lambda: positive(
                rest_of_large_sigma(S(99) / 200), alpha * (exp(x) - S(1) / 100)
            )
        },
    ),
)
