"""The moments of ELU at the ends of the range of mu and sigma."""

from collections.abc import Mapping
from functools import partial

from sympy import Derivative, Expr, Min, Rational, S, exp, oo, pi, sqrt

from elu_sym.activations import Elu
from elu_sym.claims.analysis import growth, tends_otherwise
from elu_sym.claims.chapters.moments.gaussian import BELOW, ELU, gaussian, mean, square, variance
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import both, either, equal, for_all, less, limit
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import Tactic, auto, by_sign, counterexample, intro, last_either, parts
from elu_sym.symbols import alpha, mu, sigma, x

ROOT_TWO_PI = sqrt(2 * pi)


def slope_moment(order: int, location: Expr = mu) -> Expr:
    """E f'^n."""
    return gaussian(Derivative(ELU, x) ** order, location)


def negative_mean(location: Expr = mu) -> Expr:
    """The mean of f given X < 0."""
    return gaussian(ELU * BELOW, location) / gaussian(BELOW, location)


def limits_in_mu() -> Formula:
    """Both ends, and by how much mean and second moment differ from those of the identity."""
    left = (
        (mean(), -alpha),
        (square(), alpha**2),
        (variance(), 0),
        (slope_moment(1), 0),
        (slope_moment(2), 0),
        (negative_mean(), -alpha),
    )
    right = (
        (mean() - mu, 0),
        (square() - mu**2, sigma**2),
        (variance(), sigma**2),
        (slope_moment(1), 1),
        (slope_moment(2), 1),
        (negative_mean(), 0),
    )
    ends = ((-oo, left), (oo, right))
    limits = (limit(body, mu, end, value) for end, pairs in ends for body, value in pairs)
    return for_all(sigma, alpha, both(*limits))


def far(body: Expr, end: Expr, value: Expr) -> Formula:
    """The limit in mu."""
    return for_all(sigma, alpha, limit(body, mu, end, value))


def narrow(body: Expr, value: Expr) -> Formula:
    """The limit sigma -> 0+."""
    return limit(body, sigma, 0, value, "+")


def limits_small_sigma() -> Formula:
    """At every mu, with the mean of the one-sided limits of f' and f'^2 at the jump."""
    there = Elu(mu, alpha)
    slope = Derivative(there, mu)
    off = (narrow(slope_moment(n), slope**n) for n in (1, 2))
    at_the_kink = (narrow(slope_moment(n), (1 + alpha**n) / 2) for n in (1, 2))
    everywhere = (
        narrow(mean(), there),
        narrow(square(), there**2),
        narrow(variance(), S.Zero),
        narrow(negative_mean(), Elu(Min(mu, 0), alpha)),
        implies(either(less(mu, 0), less(0, mu)), both(*off)),
        implies(equal(mu, 0), both(*at_the_kink)),
    )
    return for_all(mu, alpha, both(*everywhere))


def in_each_case() -> Tactic:
    """For each sign of mu."""
    everywhere = [growth()] * 4
    there = ("assume", parts(growth(), growth()))
    off = parts(*everywhere, there, ("assume", ("contradict", auto())))
    neither = ("assume", last_either(*[("contradict", auto())] * 2))
    return intro(by_sign(mu, off, parts(*everywhere, neither, there), off))


RATES = {
    mean(S.Zero) / sigma: (1 - alpha) / ROOT_TWO_PI,
    square(S.Zero) / sigma**2: (1 + alpha**2) / 2,
    variance(S.Zero) / sigma**2: (1 + alpha**2) / 2 - (1 - alpha) ** 2 / (2 * pi),
    negative_mean(S.Zero) / sigma: -alpha * sqrt(2 / pi),
}
"""The limits sigma -> 0+ at mu = 0 of quotients by the scale."""

WIDE = {
    mean() / sigma: 1 / ROOT_TWO_PI,
    square() / sigma**2: S.Half,
    variance() / sigma**2: S.Half - 1 / (2 * pi),
    slope_moment(1): S.Half,
    slope_moment(2): S.Half,
    negative_mean(): -alpha,
}
"""The limits sigma -> oo."""


def wide(limits: Mapping[Expr, Expr]) -> Formula:
    """Limits sigma -> oo at every mu."""
    first, *others = (limit(body, sigma, oo, value) for body, value in limits.items())
    return for_all(mu, alpha, both(first, *others) if others else first)


def offset(value: Expr) -> Formula:
    """The limit sigma -> oo of the mean less its leading term."""
    return wide({mean() - sigma / ROOT_TWO_PI: value})


def elsewhere(formula: Formula, value: Expr, **values: int) -> Statement:
    """A limit that is another one at values of the parameters."""
    other = partial(tends_otherwise, value, growth())
    return refuted(formula, counterexample(other, **values))


CLAIMS = (
    Claim(
        "moments.limits_in_mu",
        "As mu -> -oo the mean, second moment and variance of f(X) tend to -alpha,"
        " alpha^2 and 0, both moments of f'(X) to 0, and the mean given X < 0 to -alpha; as mu ->"
        " oo E f - mu tends to 0, E f^2 - mu^2 and Var f to sigma^2, both moments of f'(X) to 1,"
        " and the mean given X < 0 to 0.",
        Statement(limits_in_mu(), intro(parts(*[growth(0)] * 12))),
        "saturation and identity: Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={
            "As mu -> -oo the mean tends to -1.": elsewhere(
                far(mean(), -oo, S.NegativeOne), S(-2), sigma=1, alpha=2
            ),
            "As mu -> -oo the second moment tends to a number 1 % above alpha^2.": elsewhere(
                far(square(), -oo, Rational(101, 100) * alpha**2), S.One, sigma=1, alpha=1
            ),
            "As mu -> oo the variance tends to sigma^2 + alpha^2.": elsewhere(
                far(variance(), oo, sigma**2 + alpha**2), S.One, sigma=1, alpha=1
            ),
            "The mean saturates at both ends: it has a finite limit, alpha, as mu -> oo.": (
                elsewhere(far(mean(), oo, alpha), oo, sigma=1, alpha=1)
            ),
        },
    ),
    Claim(
        "moments.limits_small_sigma",
        "As sigma -> 0+ the moments of f(X) tend to f(mu), f(mu)^2 and 0, those of f'(X)"
        " to f'(mu) and f'(mu)^2 for mu != 0 and to (1 + alpha)/2 and (1 + alpha^2)/2 at mu = 0,"
        " and the mean given X < 0 to f(min(mu, 0)).",
        Statement(limits_small_sigma(), in_each_case()),
        "the mean of the one-sided limits at a jump, as for Fourier series: Dirichlet 1829",
        neighbours={
            "At mu = 0 the mean of f'(X) tends to f'(0) = 1, the value from the right.": elsewhere(
                for_all(alpha, narrow(slope_moment(1, S.Zero), S.One)), 3 * S.Half, alpha=2
            ),
            "At mu = 0 the second moment of f'(X) tends to the square of (1 + alpha)/2.": elsewhere(
                for_all(alpha, narrow(slope_moment(2, S.Zero), (1 + alpha) ** 2 / 4)),
                5 * S.Half,
                alpha=2,
            ),
            "On the left too E f tends to mu.": elsewhere(
                for_all(mu, alpha, implies(less(mu, 0), narrow(mean(), mu))),
                exp(-1) - 1,
                mu=-1,
                alpha=1,
            ),
        },
    ),
    Claim(
        "moments.rates_at_the_kink",
        "At mu = 0, as sigma -> 0+, E f/sigma tends to (1 - alpha)/sqrt(2 pi), E f^2/sigma^2 to"
        " (1 + alpha^2)/2, Var f/sigma^2 to (1 + alpha^2)/2 - (1 - alpha)^2/(2 pi) and"
        " E[f | X < 0]/sigma to -alpha sqrt(2/pi).",
        Statement(
            for_all(alpha, both(*(narrow(body, value) for body, value in RATES.items()))),
            intro(parts(*[growth()] * 4)),
        ),
        "the moments of the leaky ReLU with slope alpha, which ELU is at first order",
        neighbours={
            "The kink does not show at first order: E f/sigma -> 0 for every alpha.": elsewhere(
                for_all(alpha, narrow(mean(S.Zero) / sigma, S.Zero)), -1 / ROOT_TWO_PI, alpha=2
            ),
            "Var f/sigma^2 tends to (1 + alpha^2)/2, as if the mean were of lower order.": (
                elsewhere(
                    for_all(alpha, narrow(variance(S.Zero) / sigma**2, (1 + alpha**2) / 2)),
                    5 * S.Half - 1 / (2 * pi),
                    alpha=2,
                )
            ),
        },
    ),
    Claim(
        "moments.limits_large_sigma",
        "As sigma -> oo, E f/sigma -> 1/sqrt(2 pi), E f^2/sigma^2 -> 1/2, Var f/sigma^2"
        " -> 1/2 - 1/(2 pi), both moments of f'(X) tend to 1/2, and E[f | X < 0] to -alpha,"
        " whatever mu: but for the last, the limits of ReLU.",
        Statement(wide(WIDE), intro(parts(*[growth(0)] * 6))),
        "He, Zhang, Ren, Sun 2015, section 2.2, whose factor 1/2 these limits give",
        neighbours={
            "E f/sigma tends to a number 1 % above 1/sqrt(2 pi).": elsewhere(
                wide({mean() / sigma: Rational(101, 100) / ROOT_TWO_PI}),
                1 / ROOT_TWO_PI,
                mu=0,
                alpha=1,
            ),
            "Var f/sigma^2 tends to 1/2 too.": elsewhere(
                wide({variance() / sigma**2: S.Half}), S.Half - 1 / (2 * pi), mu=0, alpha=1
            ),
            "The slope of the left half counts: E f' tends to (1 + alpha)/2.": elsewhere(
                wide({slope_moment(1): (1 + alpha) / 2}), S.Half, mu=0, alpha=2
            ),
            "A wide law averages the mean out: E f tends to 0.": elsewhere(
                wide({mean(): S.Zero}), oo, mu=0, alpha=1
            ),
        },
    ),
    Claim(
        "moments.offset_large_sigma",
        "As sigma -> oo, E f - sigma/sqrt(2 pi) tends to (mu - alpha)/2.",
        Statement(offset((mu - alpha) / 2), intro(growth(0))),
        "the second term of the expansion of the closed form",
        neighbours={
            "It tends to mu/2, as for ReLU.": elsewhere(offset(mu / 2), -S.Half, mu=0, alpha=1)
        },
    ),
)
