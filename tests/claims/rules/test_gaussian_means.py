"""Gaussian means: their values and signs against mpmath's quadrature, thresholds by trying them."""

from typing import Any

import mpmath
import pytest
from findings import found, integral, number, witness
from sympy import (
    And,
    DiracDelta,
    Expr,
    Heaviside,
    Rational,
    S,
    Symbol,
    cos,
    diff,
    exp,
    log,
    pi,
    sqrt,
)

from elu_sym import derivative_mean, mean
from elu_sym.activations import Elu, EluDerivative, Relu
from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_means import (
    DerivativeBelow,
    GaussianMean,
    PositiveGaussianMean,
    SignChange,
)
from elu_sym.symbols import alpha, level, mu, sigma, slack, x

ELU, LOSS, LEFT = Elu(x, alpha), Relu(x) - Elu(x, S.One), Heaviside(-x)
MEAN: Expr = mean.closed_form
THRESHOLD: Expr = MEAN.subs(alpha, 0) / -diff(MEAN, alpha)
DENSITY = NormalPdf(mu / sigma) / sigma
PERCENT = Rational(101, 100)
FIRST, LAST = Rational(223, 71), Rational(22, 7)

TRUE = [
    GaussianMean(ELU, MEAN),
    GaussianMean(x**2, sigma**2, S.Zero),
    GaussianMean(exp(x), S.One, -(sigma**2) / 2),
    GaussianMean(DiracDelta(x), DENSITY),
    GaussianMean(x * DiracDelta(x), S.Zero),
    # The value at the kink alone does not count.
    GaussianMean(Heaviside(-x) + Heaviside(x), S.One),
    PositiveGaussianMean(MEAN + alpha, ELU + alpha),
    PositiveGaussianMean(-diff(MEAN, alpha), LOSS),
    PositiveGaussianMean(NormalCdf(-mu / sigma), LEFT),
    PositiveGaussianMean(exp(S.Half), exp(x), S.Zero, S.One),
    SignChange(MEAN, alpha, THRESHOLD, LOSS),
    SignChange(1 - alpha, alpha, S.One, S.One, S.Zero, S.One),
    # A threshold below every admissible value: the line is negative for all of them.
    SignChange(-1 - alpha, alpha, S.NegativeOne, S.One, S.Zero, S.One),
    Between(mu * pi, FIRST, LAST, ((mu, S.One),)),
    Between(-mu * pi, -LAST, -FIRST, ((mu, S.One),)),
    Between(pi, FIRST, LAST, ()),
]

FALSE = [
    GaussianMean(ELU, MEAN * PERCENT),
    GaussianMean(x**2, sigma**2),
    GaussianMean(Relu(x), sigma / sqrt(2 * pi) * PERCENT, S.Zero),
    GaussianMean(EluDerivative(x, alpha), NormalCdf(mu / sigma)),
    PositiveGaussianMean(MEAN, ELU),
    PositiveGaussianMean(mu, x),
    PositiveGaussianMean(derivative_mean.closed_form - 1, EluDerivative(x, alpha) - 1),
    # Negative where sigma is small, or large.
    PositiveGaussianMean(sigma - Rational(1, 10**4), LEFT, S.Zero),
    PositiveGaussianMean(10**4 - sigma, LEFT, S.Zero),
    SignChange(MEAN, alpha, THRESHOLD * PERCENT, LOSS),
    SignChange(MEAN, alpha, THRESHOLD / PERCENT, LOSS),
    SignChange(MEAN, alpha, S.One, LOSS),
    SignChange(1 - alpha, alpha, S(2), S.One, S.Zero, S.One),
    SignChange(alpha - 1, alpha, S.One, S.One, S.Zero, S.One),
    Between(mu * pi, S(3), Rational(314, 100), ((mu, S.One),)),
    Between(mu * pi, LAST, S(4), ((mu, S.One),)),
    Between(alpha, S.One, S(2), ((alpha, S.One),)),
    Between(alpha, S.Zero, S.One, ((alpha, S.One),)),
]

OPEN = {
    "no expectation": GaussianMean(exp(x**2), S.One),
    "no exponential polynomial": GaussianMean(cos(x), exp(-(sigma**2) / 2), S.Zero),
    "a deviation of any sign": GaussianMean(Relu(x), mu / sqrt(2 * pi), S.Zero, mu),
    "a deviation that may be 0": GaussianMean(Relu(x), slack / sqrt(2 * pi), S.Zero, slack),
    "no deviation": GaussianMean(S.One, S.One, S.Zero, S.Zero),
    "a complex location": GaussianMean(x, Symbol("w"), Symbol("w")),
    "x as a location": GaussianMean(x, x, x),
    "x as a value": GaussianMean(x, x),
    "another integrand": PositiveGaussianMean(MEAN + alpha, ELU + 2 * alpha),
    "zero on the left": PositiveGaussianMean(NormalCdf(mu / sigma), Heaviside(x)),
    "a negative atom": PositiveGaussianMean(1 - DENSITY / 10**6, 1 - DiracDelta(x) / 10**6),
    "zero": PositiveGaussianMean(S.Zero, S.Zero),
    # It falls for alpha > 0, which says nothing about its zero at -1.
    "not linear": SignChange(1 - alpha**2, alpha, -S.One, 2 * alpha, S.Zero, S.One),
    # Both lie below every admissible value, so that the equivalence holds.
    "a threshold that does not matter": SignChange(
        -1 - alpha, alpha, -S.Half, S.One, S.Zero, S.One
    ),
    "an inadmissible point": Between(sqrt(alpha**2), S.Zero, S(2), ((alpha, -S.One),)),
    "no value for a symbol": Between(alpha * mu, S.Zero, S(2), ((alpha, S.One),)),
    "no digits of 0": Between(NormalCdf(mu) + NormalCdf(-mu) - 1, -S.One, S.One, ((mu, S.One),)),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: Any) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_by_quadrature(assertion: Any) -> None:
    point = witness(assertion)
    if isinstance(assertion, Between):
        value = number(assertion.expression, point)
        assert value <= number(assertion.lower, {}) or value >= number(assertion.upper, {})
    elif isinstance(assertion, SignChange):
        value = number(assertion.expression, point)
        below = number(assertion.threshold - assertion.parameter, point)
        assert point[assertion.parameter] > 0
        assert (value > 0) != (below > 0)
    elif isinstance(assertion, PositiveGaussianMean):
        assert number(assertion.value, point) < 0
    else:
        law = {mu: S(assertion.location).subs(point), sigma: S(assertion.deviation).subs(point)}
        everywhere = {alpha: Rational(1, 3), sigma: Rational(2, 3), **point}
        law = {symbol: value.subs(everywhere) for symbol, value in law.items()}
        truth = integral(assertion.expression, {**everywhere, **law})
        assert abs(truth - number(assertion.value, {**everywhere, **law})) > mpmath.mpf(10) ** -12


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


@pytest.mark.parametrize(
    "assertion",
    [a for a in TRUE if isinstance(a, GaussianMean) and not a.expression.has(DiracDelta)],
    ids=lambda assertion: assertion.to_text(),
)
def test_what_is_proved_agrees_with_quadrature(assertion: GaussianMean) -> None:
    point = {mu: Rational(-2, 3), sigma: Rational(7, 5), alpha: Rational(5, 4)}
    law = {mu: S(assertion.location).subs(point), sigma: S(assertion.deviation).subs(point)}
    truth = integral(assertion.expression, {**point, **law})
    assert truth == pytest.approx(number(assertion.value, {**point, **law}), rel=1e-12)


def test_plain_integers_are_a_law_too() -> None:
    assert PositiveGaussianMean(exp(S.Half), exp(x), 0, 1).check().holds is True
    negative = PositiveGaussianMean(-exp(S.Half), exp(x), 0, 1).check()
    assert negative.witness == {mu: 0, sigma: 1}


def test_a_false_premise_alone_refutes_no_sign() -> None:
    step = PositiveGaussianMean(MEAN + alpha, ELU + 2 * alpha).check()
    assert step.holds is None
    assert [premise.holds for premise in step.premises] == [False, True]


TAIL = NormalCdf((log(level / alpha) - mu) / sigma)
BELOW, ABOVE = NormalCdf(-mu / sigma), NormalCdf(mu / sigma)
BOTH = (level <= 1, level <= alpha)

PROBABILITIES_TRUE = [
    DerivativeBelow(BOTH, TAIL),
    DerivativeBelow(BOTH, 1 - NormalCdf((log(alpha) - log(level) + mu) / sigma)),
    DerivativeBelow((level <= 1, level > alpha), BELOW),
    DerivativeBelow((level > 1, level <= alpha), ABOVE + TAIL),
    DerivativeBelow((level > 1, level > alpha), S.One),
]

PROBABILITIES_FALSE = [
    DerivativeBelow(BOTH, BELOW),
    DerivativeBelow(BOTH, TAIL * Rational(101, 100)),
    DerivativeBelow((level <= 1, level > alpha), TAIL),
    DerivativeBelow((level > 1, level <= alpha), TAIL),
    DerivativeBelow((level > 1, level > alpha), ABOVE + TAIL),
    DerivativeBelow((level > 1, level > alpha), S.Zero),
]

PROBABILITIES_OPEN = {
    "the relations in another order": DerivativeBelow((level <= alpha, level <= 1), TAIL),
    "one relation": DerivativeBelow((level <= 1,), TAIL),
    "strict instead of not": DerivativeBelow((level < 1, level <= alpha), TAIL),
    "no relation": DerivativeBelow((), TAIL),
}


@pytest.mark.parametrize("assertion", PROBABILITIES_TRUE, ids=lambda assertion: assertion.to_text())
def test_probabilities_true(assertion: DerivativeBelow) -> None:
    found(assertion, True)


@pytest.mark.parametrize(
    "assertion", PROBABILITIES_FALSE, ids=lambda assertion: assertion.to_text()
)
def test_false_at_a_point_of_the_case(assertion: DerivativeBelow) -> None:
    point = witness(assertion)
    assert And(*(relation.xreplace(dict(point)) for relation in assertion.relations)) == S.true
    truth, claimed = probability(point), number(assertion.value, point)
    assert abs(truth - claimed) > max(truth, claimed) / 10**6


@pytest.mark.parametrize("name", PROBABILITIES_OPEN)
def test_probabilities_open(name: str) -> None:
    found(PROBABILITIES_OPEN[name], None)


@pytest.mark.parametrize("assertion", PROBABILITIES_TRUE, ids=lambda assertion: assertion.to_text())
def test_what_is_proved_agrees(assertion: DerivativeBelow) -> None:
    for sizes in ((1, 3, 2, 3), (5, 3, 1, 2), (3, 1, 2, 1), (7, 2, 3, 1)):
        level_there, alpha_there = Rational(*sizes[:2]), Rational(*sizes[2:])
        point = {level: level_there, alpha: alpha_there, mu: -S.Half, sigma: Rational(4, 3)}
        if all(relation.xreplace(point) == S.true for relation in assertion.relations):
            assert abs(probability(point) - number(assertion.value, point)) < 1e-30


def probability(point: Point) -> mpmath.mpf:
    """The mass of the x < 0 with alpha*exp(x) < level, and of x >= 0 if 1 < level."""
    with mpmath.workdps(40):
        a, b, m, s = (number(symbol, point) for symbol in (alpha, level, mu, sigma))
        left = mpmath.ncdf((min(mpmath.log(b / a), 0) - m) / s)
        return left + (mpmath.ncdf(m / s) if b > 1 else 0)
