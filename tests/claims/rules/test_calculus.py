"""Signs by calculus: the start at 0, the derivatives, the factors, and what lies close to 0."""

import pytest
from findings import found, number, witness
from sympy import Abs, Max, Rational, S, exp, log

from elu_sym.activations import Elu, Relu
from elu_sym.claims.rules import calculus
from elu_sym.claims.rules.calculus import NonNegativeFromKink, PositiveFromKink
from elu_sym.claims.rules.elementary import AT_MOST_ONE, Positive, Side
from elu_sym.symbols import alpha, distance, excess, slack, slope, x

LEFT, RIGHT = Side.LEFT, Side.RIGHT
TINY = Rational(1, 10**9)

TRUE = [
    PositiveFromKink(exp(x) - 1 - x, LEFT),
    PositiveFromKink(exp(x) - 1 - x - x**2 / 2 - x**3 / 6, RIGHT),
    PositiveFromKink(1 - exp(-x) - x * exp(-x), RIGHT),
    PositiveFromKink(Elu(x, 1 + excess) - x - excess * x, LEFT),
    PositiveFromKink(alpha * exp(x) + slack, LEFT),
    # Two negative factors, a square, and what is positive by its structure.
    PositiveFromKink((exp(x) - 1) * (x - alpha), LEFT),
    PositiveFromKink(Elu(x, alpha) * (exp(x) - 1), LEFT),
    PositiveFromKink((1 - exp(x)) ** 2 * exp(-alpha * x), LEFT),
    # A product only with the activation written as its piece.
    PositiveFromKink(x**2 - x * Elu(x, AT_MOST_ONE), LEFT),
    NonNegativeFromKink(slack * (Relu(x) - Elu(x, alpha)), LEFT),
    NonNegativeFromKink(Relu(x) - Elu(x, alpha), RIGHT),
    NonNegativeFromKink(S.Zero, LEFT),
]

FALSE = [
    PositiveFromKink(1 - x / 2 - exp(-x), RIGHT),
    PositiveFromKink(slack * (exp(x) - 1), RIGHT),
    PositiveFromKink((exp(x) - 1) * (alpha - x), LEFT),
    PositiveFromKink(x * (alpha - 1) * (slope - 1), RIGHT),
    PositiveFromKink((x - 1) ** 2, RIGHT),
    # A pole on the way.
    PositiveFromKink(x / (1 - x), RIGHT),
    NonNegativeFromKink(1 / (1 + x) - 1, LEFT),
    # Found before a form is asked for that has none.
    PositiveFromKink((Elu(x, alpha) - x) * (x - 1), LEFT),
    # Negative only close to 0, and whatever the slope is.
    PositiveFromKink(exp(x) - 1 - Rational(1001, 1000) * x + slope * x**2, RIGHT),
    NonNegativeFromKink(Elu(x, alpha) - x + slope * x**2 - x**2, LEFT),
    NonNegativeFromKink(x + exp(-x) - Rational(101, 100), RIGHT),
]

OPEN = {
    "negative closer to 0 than is looked": PositiveFromKink(x**2 - TINY * x, RIGHT),
    "one negative factor, of no enclosure": PositiveFromKink(-x * Max(1, x), RIGHT),
    "no derivative at 1": NonNegativeFromKink(Abs(x - 1) - 1 + x, RIGHT),
    "no normal form": PositiveFromKink(log(1 + x) - x / (1 + x), RIGHT),
    "delta as a parameter": NonNegativeFromKink(x - distance, RIGHT),
    "delta as a factor": PositiveFromKink(distance * x, RIGHT),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: PositiveFromKink) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_at_a_point_of_the_side(assertion: PositiveFromKink) -> None:
    point = witness(assertion)
    assert (point[x] < 0) == (assertion.side is LEFT)
    value = number(assertion.expression, point)
    assert value < 0 or (value == 0 and assertion.sign is Positive)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_zeros_refute_positive_alone() -> None:
    double_zero = (x - 1) ** 2
    assert PositiveFromKink(double_zero, RIGHT).check().holds is False
    assert NonNegativeFromKink(double_zero, RIGHT).check().holds is True


def test_a_start_below_zero_is_no_growth_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    falls_first = PositiveFromKink(exp(x) - 1 - (1 + TINY) * x, RIGHT)
    found(falls_first, None)
    monkeypatch.setattr(calculus, "NonNegative", lambda start: Positive(S.One))
    assert falls_first.check().holds is True
