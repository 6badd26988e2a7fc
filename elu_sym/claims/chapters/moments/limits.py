"""The moments of ELU at the ends of the range of mu and sigma.

Each limit is taken of the closed form that the formula book derives, so it moves with the
definition. For sigma -> 0+ the location is ``-delta``, 0 or ``delta`` with ``delta > 0``.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, exp, oo, pi, sqrt

from elu_sym.book.formula import (
    Formula,
    derivative_mean,
    derivative_second_moment,
    mean,
    negative_mean,
    second_moment,
    variance,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.symbols import alpha, distance, mu, sigma

ROOT_TWO_PI = sqrt(2 * pi)

AT_THE_LEFT = {
    mean: alpha * (exp(-distance) - 1),
    second_moment: alpha**2 * (exp(-distance) - 1) ** 2,
    variance: S.Zero,
    derivative_mean: alpha * exp(-distance),
    derivative_second_moment: alpha**2 * exp(-2 * distance),
    negative_mean: alpha * (exp(-distance) - 1),
}
"""The limits sigma -> 0+ at mu = -delta, typed in and not read off the definition."""

AT_THE_KINK = {
    mean: S.Zero,
    second_moment: S.Zero,
    variance: S.Zero,
    derivative_mean: (1 + alpha) / 2,
    derivative_second_moment: (1 + alpha**2) / 2,
    negative_mean: S.Zero,
}
"""The same at mu = 0."""

AT_THE_RIGHT = {
    mean: distance,
    second_moment: distance**2,
    variance: S.Zero,
    derivative_mean: S.One,
    derivative_second_moment: S.One,
    negative_mean: S.Zero,
}
"""The same at mu = delta."""

FAR_LEFT = {
    mean: -alpha,
    second_moment: alpha**2,
    variance: S.Zero,
    derivative_mean: S.Zero,
    derivative_second_moment: S.Zero,
    negative_mean: -alpha,
}
"""The limits mu -> -oo."""

FAR_RIGHT = {
    variance: sigma**2,
    derivative_mean: S.One,
    derivative_second_moment: S.One,
    negative_mean: S.Zero,
}
"""The limits mu -> oo of what has a finite one."""

WIDE = {
    mean: (sigma, 1 / ROOT_TWO_PI),
    second_moment: (sigma**2, S.Half),
    variance: (sigma**2, S.Half - 1 / (2 * pi)),
    derivative_mean: (S.One, S.Half),
    derivative_second_moment: (S.One, S.Half),
    negative_mean: (S.One, -alpha),
}
"""A scale and the limit sigma -> oo of the quotient by it."""


def limits_in_mu() -> Iterator[Assertion]:
    """Both ends, and by how much mean and second moment differ from those of the identity."""
    for formula, value in FAR_LEFT.items():
        yield GaussianLimit(formula.closed_form, mu, -oo, value)
    for formula, value in FAR_RIGHT.items():
        yield GaussianLimit(formula.closed_form, mu, oo, value)
    yield GaussianLimit(mean.closed_form - mu, mu, oo, S.Zero)
    yield GaussianLimit(second_moment.closed_form - mu**2, mu, oo, sigma**2)


def limits_small_sigma() -> Iterator[Assertion]:
    """The three cases of the sign of mu."""
    table = ((-distance, AT_THE_LEFT), (S.Zero, AT_THE_KINK), (distance, AT_THE_RIGHT))
    for location, values in table:
        for formula, value in values.items():
            yield _narrow(formula, location, value)


def rates_at_the_kink() -> Iterator[Assertion]:
    """The closed forms at mu = 0 over a power of sigma."""
    for formula, power, value in (
        (mean, 1, (1 - alpha) / ROOT_TWO_PI),
        (second_moment, 2, (1 + alpha**2) / 2),
        (variance, 2, (1 + alpha**2) / 2 - (1 - alpha) ** 2 / (2 * pi)),
        (negative_mean, 1, -2 * alpha / ROOT_TWO_PI),
    ):
        yield _narrow(formula, S.Zero, value, sigma**power)


def limits_large_sigma() -> Iterator[Assertion]:
    """Each moment over its scale."""
    for formula, (unit, value) in WIDE.items():
        yield GaussianLimit(formula.closed_form / unit, sigma, oo, value)


def offset_large_sigma() -> Iterator[Assertion]:
    """What is left of the mean after its leading term."""
    yield GaussianLimit(mean.closed_form - sigma / ROOT_TWO_PI, sigma, oo, (mu - alpha) / 2)


def _narrow(formula: Formula, location: Expr, value: Expr, unit: Expr = S.One) -> GaussianLimit:
    there = formula.closed_form.xreplace({mu: location})
    return GaussianLimit(there / unit, sigma, S.Zero, value)


CLAIMS = (
    Claim(
        id="moments.limits_in_mu",
        statement=(
            "As mu -> -oo the mean, second moment and variance of f(X) tend to -alpha, alpha^2 and"
            " 0, both moments of f'(X) to 0, and the mean given X < 0 to -alpha; as mu -> oo"
            " E f - mu tends to 0, E f^2 - mu^2 and Var f to sigma^2, both moments of f'(X) to 1,"
            " and the mean given X < 0 to 0."
        ),
        latex=(
            r"\mathbb{E} f \to -\alpha \;(\mu \to -\infty), \quad"
            r" \mathbb{E} f - \mu \to 0,\; \operatorname{Var} f \to \sigma^2 \;(\mu \to \infty)"
        ),
        assumptions=(mu, sigma, alpha),
        proof=limits_in_mu,
        source="saturation and identity: Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours=(
            Neighbour(
                "As mu -> -oo the mean tends to -1 for every alpha.",
                lambda: [GaussianLimit(mean.closed_form, mu, -oo, S.NegativeOne)],
            ),
            Neighbour(
                "As mu -> -oo the second moment tends to a number 1 % above alpha^2.",
                lambda: [
                    GaussianLimit(second_moment.closed_form, mu, -oo, Rational(101, 100) * alpha**2)
                ],
            ),
            Neighbour(
                "As mu -> oo the variance tends to sigma^2 + alpha^2.",
                lambda: [GaussianLimit(variance.closed_form, mu, oo, sigma**2 + alpha**2)],
            ),
            Neighbour(
                "The mean saturates at both ends: it has a finite limit, alpha, as mu -> oo.",
                lambda: [GaussianLimit(mean.closed_form, mu, oo, alpha)],
            ),
        ),
    ),
    Claim(
        id="moments.limits_small_sigma",
        statement=(
            "As sigma -> 0+ the moments of f(X) tend to f(mu), f(mu)^2 and 0, those of f'(X) to"
            " f'(mu) and f'(mu)^2 for mu != 0 and to (1 + alpha)/2 and (1 + alpha^2)/2 at mu = 0,"
            " and the mean given X < 0 to f(min(mu, 0))."
        ),
        latex=(
            r"\mathbb{E} f \to f(\mu), \quad"
            r" \mathbb{E} f'^{\,n} \to \tfrac{1}{2}(1 + \alpha^n) \text{ at } \mu = 0"
            r" \quad (\sigma \to 0^+)"
        ),
        assumptions=(distance, sigma, alpha),
        proof=limits_small_sigma,
        source="the mean of the one-sided limits at a jump, as for Fourier series: Dirichlet 1829",
        neighbours=(
            Neighbour(
                "At mu = 0 the mean of f'(X) tends to f'(0) = 1, the value from the right.",
                lambda: [_narrow(derivative_mean, S.Zero, S.One)],
            ),
            Neighbour(
                "At mu = 0 the second moment of f'(X) tends to the square of (1 + alpha)/2.",
                lambda: [_narrow(derivative_second_moment, S.Zero, (1 + alpha) ** 2 / 4)],
            ),
            Neighbour(
                "The limit of the mean is the identity on the left too.",
                lambda: [_narrow(mean, -distance, -distance)],
            ),
        ),
    ),
    Claim(
        id="moments.rates_at_the_kink",
        statement=(
            "At mu = 0, as sigma -> 0+, E f ~ (1 - alpha) sigma/sqrt(2 pi), E f^2 ~"
            " (1 + alpha^2) sigma^2/2, Var f ~ ((1 + alpha^2)/2 - (1 - alpha)^2/(2 pi)) sigma^2 and"
            " E[f | X < 0] ~ -alpha sigma sqrt(2/pi)."
        ),
        latex=(
            r"\frac{\mathbb{E} f}{\sigma} \to \frac{1 - \alpha}{\sqrt{2\pi}}, \quad"
            r" \frac{\operatorname{Var} f}{\sigma^2} \to"
            r" \frac{1 + \alpha^2}{2} - \frac{(1 - \alpha)^2}{2\pi} \quad (\mu = 0)"
        ),
        assumptions=(sigma, alpha),
        proof=rates_at_the_kink,
        source="the moments of the leaky ReLU with slope alpha, which ELU is at first order",
        neighbours=(
            Neighbour(
                "The kink does not show at first order: E f/sigma -> 0 for every alpha.",
                lambda: [_narrow(mean, S.Zero, S.Zero, sigma)],
            ),
            Neighbour(
                "Var f/sigma^2 tends to (1 + alpha^2)/2, as if the mean were of smaller order.",
                lambda: [_narrow(variance, S.Zero, (1 + alpha**2) / 2, sigma**2)],
            ),
        ),
    ),
    Claim(
        id="moments.limits_large_sigma",
        statement=(
            "As sigma -> oo, E f/sigma -> 1/sqrt(2 pi), E f^2/sigma^2 -> 1/2, Var f/sigma^2 ->"
            " 1/2 - 1/(2 pi), both moments of f'(X) tend to 1/2, and E[f | X < 0] to -alpha,"
            " whatever mu: but for the last, the limits of ReLU."
        ),
        latex=(
            r"\frac{\mathbb{E} f}{\sigma} \to \frac{1}{\sqrt{2\pi}}, \quad"
            r" \frac{\operatorname{Var} f}{\sigma^2} \to \frac{1}{2} - \frac{1}{2\pi}, \quad"
            r" \mathbb{E} f'^{\,n} \to \frac{1}{2} \quad (\sigma \to \infty)"
        ),
        assumptions=(mu, sigma, alpha),
        proof=limits_large_sigma,
        source="He, Zhang, Ren, Sun 2015, section 2.2, whose factor 1/2 these limits give",
        neighbours=(
            Neighbour(
                "E f/sigma tends to a number 1 % above 1/sqrt(2 pi).",
                lambda: [
                    GaussianLimit(
                        mean.closed_form / sigma, sigma, oo, Rational(101, 100) / ROOT_TWO_PI
                    )
                ],
            ),
            Neighbour(
                "Var f/sigma^2 tends to 1/2, the second moment alone.",
                lambda: [GaussianLimit(variance.closed_form / sigma**2, sigma, oo, S.Half)],
            ),
            Neighbour(
                "The slope of the left half counts: E f' tends to (1 + alpha)/2.",
                lambda: [GaussianLimit(derivative_mean.closed_form, sigma, oo, (1 + alpha) / 2)],
            ),
            Neighbour(
                "A wide law averages the mean out: E f tends to 0.",
                lambda: [GaussianLimit(mean.closed_form, sigma, oo, S.Zero)],
            ),
        ),
    ),
    Claim(
        id="moments.offset_large_sigma",
        statement="As sigma -> oo, E f - sigma/sqrt(2 pi) tends to (mu - alpha)/2.",
        latex=(
            r"\mathbb{E} f - \frac{\sigma}{\sqrt{2\pi}} \to \frac{\mu - \alpha}{2}"
            r" \quad (\sigma \to \infty)"
        ),
        assumptions=(mu, sigma, alpha),
        proof=offset_large_sigma,
        source="the second term of the expansion of the closed form",
        neighbours=(
            Neighbour(
                "It tends to mu/2, as for ReLU.",
                lambda: [GaussianLimit(mean.closed_form - sigma / ROOT_TWO_PI, sigma, oo, mu / 2)],
            ),
        ),
    ),
)
