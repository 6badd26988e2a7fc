"""Directions in which the side theorems have no end: bounds for large and for small variances.

With X ~ N(m, v), P and a the mean and variance of X_+, n and b those of N = (1 - e^X)_+,

    V = lambda^2 (a + 2*alpha*P*n + alpha^2*b),    0 < n < 1,   0 <= b <= 1/4 - (n - 1/2)^2,

since N^2 <= N. And a/v and P/sigma depend on t = m/sigma alone. So for large v

    lambda^2*a < V < lambda^2*(a + 2*alpha*P + alpha^2/4),

both of which are v times functions of t and 1/sigma that are bounded on a box; and for small v
V <= (lambda*max(1, alpha))^2*v for every law.
"""

from collections.abc import Iterator
from dataclasses import replace

from sympy import Expr, Rational, S, Symbol

from elu_sym.activations import Elu, Relu
from elu_sym.book.formula import elu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, put
from elu_sym.claims.chapters.moments.box_inequalities import standard_selu
from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    OnDomain,
    fixed,
    variance_grows,
)
from elu_sym.claims.chapters.self_normalization.moment_map import bound, input_variance, square_sum
from elu_sym.claims.chapters.self_normalization.statements import SHRINKING
from elu_sym.claims.chapters.self_normalization.uniqueness import gain, gain_square, put_square
from elu_sym.claims.rules.boxes import PositiveOnBox
from elu_sym.claims.rules.conditions import ABOVE_ONE
from elu_sym.claims.rules.elementary import Equality, NonNegative
from elu_sym.claims.rules.gaussian_means import Between, PositiveGaussianMean
from elu_sym.claims.rules.variance_bounds import VarianceBound
from elu_sym.claims.rules.variation import VarianceOf
from elu_sym.symbols import alpha, mu, scale, sigma, x

quotient = Symbol("t", real=True)
"""The mean of X in units of its standard deviation."""

inverse_deviation = Symbol("u", nonnegative=True)
"""1/sigma."""


def gain_variance() -> Expr:
    """A = Var X_+."""
    return gain_square() - gain() ** 2


def split() -> Iterator[Assertion]:
    """What V exceeds and stays below, and the scaling of P and a."""
    variance = elu.variance.closed_form
    yield Equality(
        variance - gain_variance(),
        2 * alpha * gain() * put() + alpha**2 * (put_square() - put() ** 2),
    )
    yield VarianceOf(LOSS, put(), put_square())
    yield PositiveGaussianMean(gain().xreplace({mu: -mu}), Relu(-x))
    yield PositiveGaussianMean(put(), LOSS)
    yield Equality(
        gain_variance() + 2 * alpha * gain() + alpha**2 / 4 - variance,
        2 * alpha * gain() * (1 - put())
        + alpha**2 * ((put() - S.Half) ** 2 + (put() - put_square())),
    )
    yield PositiveGaussianMean(put() - put_square(), LOSS * (1 - LOSS))
    yield PositiveGaussianMean(1 - put(), 1 - LOSS)
    yield Equality(gain(), sigma * scaled(relu.mean.closed_form))
    yield Equality(gain_variance(), sigma**2 * scaled(relu.variance.closed_form))


def scaled(closed_form: Expr) -> Expr:
    """A moment of X_+ at N(mu/sigma, 1)."""
    return closed_form.xreplace({sigma: S.One}).xreplace({mu: mu / sigma})


def standardized(closed_form: Expr) -> Expr:
    """The same in t."""
    return closed_form.xreplace({sigma: S.One}).xreplace({mu: quotient})


LARGEST_SQUARE = Rational(5, 4)
"""The largest tau with which the variance is to shrink."""


def shrinks_for_any_more() -> Iterator[Assertion]:
    """Var selu(Z) < nu for nu >= 3, tau <= 5/4 and abs(m) <= 1/10, by the size of v."""
    square = LARGEST_SQUARE
    mean = SHRINKING.whole()[0]
    # v <= 9/10: V <= (lambda*alpha)^2*v < 3 <= nu.
    yield VarianceBound(Elu(x, ABOVE_ONE), ABOVE_ONE)
    (_, alpha_value), (_, scale_value) = standard_selu()
    yield Between(mu * alpha_value, S.One, S(2), ((mu, S.One),))
    slope = (alpha_value * scale_value) ** 2
    yield Between(mu * slope, S.Zero, S(3), ((mu, Rational(9, 10)),))
    # Up to v = 15/4, V < 3 <= nu; up to v = 20, V*5/4 < v, and v = nu*tau <= nu*5/4.
    middle = (input_variance, Rational(9, 10), 3 * square)
    yield OnDomain("variance_below", (mean, middle, fixed(square_sum, S.One), fixed(bound, S(3))))
    largest = (input_variance, S(3), S(16))
    yield OnDomain("shrinks", (mean, largest, fixed(square_sum, square), fixed(bound, S.One)))
    # From v = 20 on, by the bounds of this module: 1/sigma <= 0.2237, abs(t) <= 0.0224.
    yield from split()
    most = scale**2 * (
        standardized(relu.variance.closed_form)
        + 2 * alpha * standardized(relu.mean.closed_form) * inverse_deviation
        + alpha**2 * inverse_deviation**2 / 4
    )
    widest = Rational("0.0224")
    box = ((quotient, -widest, widest), (inverse_deviation, S.Zero, Rational("0.2237")))
    yield PositiveOnBox(1 / square - most, box, None, standard_selu())


def grows_for_any_larger_squares(domain: Domain, largest: Rational) -> Iterator[Assertion]:
    """Var selu(Z) > nu for every tau from the least one on.

    Args:
        domain: the least tau, the variances, and abs(m) <= 1/100.
        largest: up to which tau it is shown by boxes; from v = nu_max*largest >= 4/5 on by bounds.
    """
    low, _ = domain.squares
    yield from variance_grows(replace(domain, squares=(low, largest)))
    yield from split()
    least = scale**2 * Rational(4, 5) * standardized(relu.variance.closed_form)
    widest = Rational("0.0112")
    box = ((quotient, -widest, widest),)
    yield PositiveOnBox(least - domain.variances[1], box, None, standard_selu())
    yield NonNegative(largest * domain.variances[1] - Rational(4, 5))
