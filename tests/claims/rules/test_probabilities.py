"""P[f'(X) < level] case by case, against quadrature over the event."""

import mpmath
import pytest
from findings import found, number, witness
from sympy import And, Rational, S, log

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.rules.probabilities import DerivativeBelow
from elu_sym.symbols import alpha, level, mu, sigma

TAIL = NormalCdf((log(level / alpha) - mu) / sigma)
BELOW, ABOVE = NormalCdf(-mu / sigma), NormalCdf(mu / sigma)
BOTH = (level <= 1, level <= alpha)

TRUE = [
    DerivativeBelow(BOTH, TAIL),
    DerivativeBelow(BOTH, 1 - NormalCdf((log(alpha) - log(level) + mu) / sigma)),
    DerivativeBelow((level <= 1, level > alpha), BELOW),
    DerivativeBelow((level > 1, level <= alpha), ABOVE + TAIL),
    DerivativeBelow((level > 1, level > alpha), S.One),
]

FALSE = [
    DerivativeBelow(BOTH, BELOW),
    DerivativeBelow(BOTH, TAIL * Rational(101, 100)),
    DerivativeBelow((level <= 1, level > alpha), TAIL),
    DerivativeBelow((level > 1, level <= alpha), TAIL),
    DerivativeBelow((level > 1, level > alpha), ABOVE + TAIL),
    DerivativeBelow((level > 1, level > alpha), S.Zero),
]

OPEN = {
    "the relations in another order": DerivativeBelow((level <= alpha, level <= 1), TAIL),
    "one relation": DerivativeBelow((level <= 1,), TAIL),
    "strict instead of not": DerivativeBelow((level < 1, level <= alpha), TAIL),
    "no relation": DerivativeBelow((), TAIL),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: DerivativeBelow) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_at_a_point_of_the_case(assertion: DerivativeBelow) -> None:
    point = witness(assertion)
    assert And(*(relation.xreplace(dict(point)) for relation in assertion.relations)) == S.true
    truth, claimed = probability(point), number(assertion.value, point)
    assert abs(truth - claimed) > max(truth, claimed) / 10**6


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
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
