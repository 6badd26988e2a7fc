"""Each rule finds what is true, refutes what is false, and leaves open what it cannot decide."""

from fractions import Fraction

import pytest
from findings import found, number, witness
from sympy import Abs, Expr, Interval, Piecewise, Rational, S, Symbol, exp, log, oo, sqrt

from elu_sym.activations import Activation, Elu, LeakyRelu, Relu, Selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.rules import elementary
from elu_sym.claims.rules.calculus import (
    DerivativeOf,
    LimitAtInfinity,
    LimitAtKink,
    PositiveFromKink,
    SmoothPiece,
)
from elu_sym.claims.rules.elementary import (
    ABOVE_ONE,
    AT_MOST_ONE,
    Equality,
    NonNegative,
    Nonzero,
    Positive,
    RunsThrough,
    Side,
    UniqueSolution,
    both_conditions,
)
from elu_sym.claims.rules.function_shape import CoincideOnlyAt, Convex, Range, StrictlyMonotone
from elu_sym.claims.rules.kink import Jump, NeverSmooth, OneSidedDerivative, Smooth, SmoothOnlyAt
from elu_sym.symbols import alpha, distance, excess, rate, scale, slack, slope, threshold, x

LEFT, RIGHT = Side.LEFT, Side.RIGHT


class Cube(Activation):
    """Strictly increasing, though its derivative has a zero."""

    nargs = 1
    symbol = "c"

    @staticmethod
    def left(x: Expr) -> Expr:
        return x**3

    @staticmethod
    def right(x: Expr) -> Expr:
        return x**3


class Bowl(Cube):
    """Smooth, with a derivative that is zero at -1 and negative before."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return (x + 1) ** 2 - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x**2 + 2 * x


class PoleOnTheWay(Cube):
    """Both limits at 0 agree, but there is a pole at -1."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x / (x + 1)

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class StepDown(Cube):
    """Increasing on either side of 0, where it steps down."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return exp(x)

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class StepUp(Cube):
    """Strictly increasing, though it jumps."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class Steepening(Cube):
    """The identity on the left; on the right an exponential of any rate, 0 as well."""

    nargs = 2

    @staticmethod
    def left(x: Expr, rate: Expr) -> Expr:
        return x

    @staticmethod
    def right(x: Expr, rate: Expr) -> Expr:
        return exp(rate * x) - exp(-x)


TRUE: list[Assertion] = [
    Equality(Elu(x, alpha), S.Zero, at=((x, S.Zero),)),
    Equality(log(S(6)), log(S(2)) + log(S(3))),
    Positive(alpha * exp(x) + x**2),
    Positive(alpha + alpha * exp(x), LEFT),
    Positive(-x, LEFT),
    NonNegative(S.Zero),
    Nonzero(-exp(x)),
    DerivativeOf(x * exp(-rate * x), exp(-rate * x) - rate * x * exp(-rate * x)),
    SmoothPiece(1 / x, LEFT),
    SmoothPiece(1 / (x - 1), LEFT),
    LimitAtKink(exp(x) / (1 + exp(x)), LEFT, S.Half),
    LimitAtInfinity(x**3 * exp(x), LEFT, S.Zero),
    LimitAtInfinity((1 + exp(rate * x)) ** 2, LEFT, S.One),
    LimitAtInfinity(exp(-(x**2)), LEFT, S.Zero),
    LimitAtInfinity(1 / x, LEFT, S.Zero),
    LimitAtInfinity(x**2 - x, LEFT, oo),
    LimitAtInfinity(x**3 - 7 * x**2, LEFT, -oo),
    LimitAtInfinity(exp(2 * x) - exp(x) * x**5, RIGHT, oo),
    LimitAtInfinity(exp(-(x + 1)) * exp(x), RIGHT, exp(-1)),
    LimitAtInfinity((x + 1) ** 2 - x**2 - 2 * x, RIGHT, S.One),
    Smooth(Cube(x), 5),
    Smooth(Relu(x), 0),
    Smooth(Selu(x, alpha, scale), 0),
    NeverSmooth(Relu(x), 1),
    SmoothOnlyAt(LeakyRelu(x, slope), 1, slope, S.One),
    OneSidedDerivative(Relu(x), LEFT, S.Zero),
    Jump(Selu(x, alpha, scale), scale - scale * alpha),
    StrictlyMonotone(LeakyRelu(x, slope)),
    Range(LeakyRelu(x, slope), -oo, oo),
    Range(Selu(x, alpha, scale), -scale * alpha, oo),
    Convex(Bowl(x)),
    Convex(Elu(x, Rational(1, 2))),
    StrictlyMonotone(Cube(x)),
    CoincideOnlyAt(LeakyRelu(x, slope), LeakyRelu(x, S.One), slope, S.One),
]

FALSE: list[Assertion] = [
    Equality(sqrt(S(3)), S.One),
    Equality(exp(x), 1 + x),
    Equality(Elu(x, alpha), S.One, at=((x, S.Zero),)),
    Positive(x**2),
    Positive(x, LEFT),
    NonNegative(-alpha),
    Nonzero(2 * x - 1),
    DerivativeOf(exp(rate * x), exp(rate * x)),
    LimitAtKink(exp(x), LEFT, S.Zero),
    LimitAtInfinity(x, LEFT, oo),
    LimitAtInfinity(x, LEFT, alpha),
    LimitAtInfinity(exp(x), LEFT, oo),
    LimitAtInfinity(exp(x), LEFT, alpha),
    LimitAtInfinity((1 - alpha) * x, RIGHT, oo),
    UniqueSolution((x - alpha,), (x,), (2 * alpha,)),
    Smooth(StepDown(x), 0),
    Smooth(StepUp(x), 3),
    Smooth(Relu(x), 1),
    OneSidedDerivative(StepUp(x), LEFT, S.One),
    Jump(StepUp(x), S.Zero),
    StrictlyMonotone(Bowl(x)),
    Range(LeakyRelu(x, slope), -slope, oo),
    Convex(StepUp(x)),
    Convex(Cube(x)),
]

OPEN: list[Assertion] = [
    Equality(Abs(x), x),
    Equality(Elu(x, alpha), x),
    SmoothPiece(1 / (x + 1), LEFT),
    SmoothPiece(1 / (alpha - 1) + x, LEFT),
    SmoothPiece(Abs(x + 1), LEFT),
    SmoothPiece(sqrt(1 + x), LEFT),
    SmoothPiece(Piecewise((x, x > -1), (1, True)), LEFT),
    LimitAtKink(1 / x, LEFT, oo),
    LimitAtKink(exp(1 / x), LEFT, S.Zero),
    LimitAtInfinity(exp((alpha - 1) * x), LEFT, S.Zero),
    LimitAtInfinity(exp(alpha * x) - exp(rate * x), RIGHT, oo),
    UniqueSolution((x**2 - 1,), (x,), (S.One,)),
    UniqueSolution((S.Zero,), (x,), (S.One,)),
    UniqueSolution((x - 1, x - 1), (x,), (S.One,)),
    # No positive rate is -1, and a solution in terms of what is sought is none.
    UniqueSolution((rate + 1,), (rate,), (S.NegativeOne,)),
    UniqueSolution((rate - slack,), (rate,), (slack,)),
    # A form without the denominator has a value where the expression has none.
    NonNegative((x**2 - 1) / (x - 1) - x - 1),
    Positive((x**2 - 1) / (x - 1) - x, RIGHT),
    PositiveFromKink((x**2 - 1) / (x - 1) - x, RIGHT),
    # At the rate 0, and at the slope 0, there is another limit.
    LimitAtInfinity(exp(slack * x), RIGHT, oo),
    LimitAtInfinity(exp(slack * x), LEFT, S.Zero),
    LimitAtInfinity(slack * x, RIGHT, oo),
    Range(Steepening(x, slack), -oo, oo),
    Smooth(PoleOnTheWay(x), 0),
    # Whether these increase is not to be read off the sign of the derivative alone.
    StrictlyMonotone(StepDown(x)),
    StrictlyMonotone(StepUp(x)),
    Range(StepUp(x), -oo, oo),
    Range(Bowl(x), -oo, oo),
]


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is True, step.detail


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is False, step.detail
    assert step.witness is not None


@pytest.mark.parametrize("assertion", OPEN, ids=lambda assertion: assertion.to_text())
def test_open(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is None, step.detail
    assert step.detail


@pytest.mark.parametrize("assertion", [*TRUE, *FALSE, *OPEN], ids=lambda a: a.to_text())
def test_prints_and_repeats(assertion: Assertion) -> None:
    assert assertion.to_text()
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    assert assertion.check() == assertion.check()


def test_where_a_denominator_vanishes_nothing_is_said() -> None:
    quotient = (x**2 - 1) / (x - 1)
    equation = Equality(quotient, x + 1)
    assert equation.check().holds is True
    assert equation.to_text() == "(x**2 - 1)/(x - 1) = x + 1, where both are defined"
    assert Equality(quotient, x + 1, RIGHT).to_text().endswith("where both are defined")
    # There is no such place on the left.
    assert Equality(quotient, x + 1, LEFT).to_text() == "(x**2 - 1)/(x - 1) = x + 1 for x < 0"
    assert DerivativeOf(quotient, S.One).to_text().endswith("where both are defined")


def test_an_equation_at_a_place_names_it() -> None:
    there = Equality(Elu(x, alpha), S.Zero, at=((x, S.Zero), (alpha, S(2))))
    assert there.to_text() == "Elu(x, alpha) = 0 at x = 0, alpha = 2"
    assert Equality(x, S.One, at=((x, S.Zero),)).check().witness == {x: 0}


def test_other_symbols_than_x_are_an_error_that_says_what_to_do() -> None:
    step = Smooth(Elu(Symbol("y", real=True), alpha), 0).check()
    assert step.holds is None
    assert "use the symbol x" in step.detail


@pytest.mark.parametrize("side", Side)
def test_a_symbol_that_the_side_would_capture_is_refused(side: Side) -> None:
    with pytest.raises(ValueError, match="delta"):
        side.approach(x - distance)
    assert NonNegative(x - distance, side).check().holds is None


WHOLE = Symbol("n", integer=True, nonnegative=True)
HALVES = Symbol("m", rational=True, positive=True)

CONDITIONS_TRUE = [
    *both_conditions(),
    RunsThrough(2 / (1 + slack), slack, Interval.Lopen(0, 2)),
    RunsThrough(slack / (1 + slack), slack, Interval.Ropen(0, 1)),
    RunsThrough(slack, slack, Interval(0, oo)),
    RunsThrough(-slack, slack, Interval(-oo, 0)),
    RunsThrough(1 / excess, excess, Interval.open(0, oo)),
]

CONDITIONS_FALSE = [
    RunsThrough(AT_MOST_ONE, slack, Interval.open(0, 1)),
    RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, S.Half)),
    RunsThrough(ABOVE_ONE, excess, Interval.open(2, oo)),
    RunsThrough(slack / (1 + slack), slack, Interval.Lopen(0, 1)),
    RunsThrough(-slack, slack, Interval.open(-oo, 0)),
]

CONDITIONS_OPEN = {
    # Every value lies in the interval, but not every value of the interval is taken.
    "a part of the interval": RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 2)),
    "an end that is not attained": RunsThrough(ABOVE_ONE, excess, Interval(1, oo)),
    "a symbol of any sign": RunsThrough(x, x, Interval.open(0, oo)),
    "a negative symbol": RunsThrough(threshold, threshold, Interval.open(0, oo)),
    "whole numbers": RunsThrough(WHOLE, WHOLE, Interval(0, oo)),
    "fractions": RunsThrough(HALVES, HALVES, Interval.open(0, oo)),
    "a pole at the end": RunsThrough(1 / slack, slack, Interval.open(0, oo)),
    "a pole on the way": RunsThrough(1 / (1 - excess), excess, Interval.open(-oo, 0)),
    "up and down": RunsThrough(slack / (1 + slack**2), slack, Interval(0, S.Half)),
    "constant": RunsThrough(S.One, slack, Interval(0, 1)),
    "another parameter": RunsThrough(alpha * slack, slack, Interval(0, oo)),
    "no rational function": RunsThrough(exp(-slack), slack, Interval.Lopen(0, 1)),
}


@pytest.mark.parametrize("assertion", CONDITIONS_TRUE, ids=lambda assertion: assertion.to_text())
def test_conditions_true(assertion: RunsThrough) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", CONDITIONS_FALSE, ids=lambda assertion: assertion.to_text())
def test_false_with_a_value_outside(assertion: RunsThrough) -> None:
    point = witness(assertion)
    value = assertion.expression.xreplace(dict(point))
    assert float(value) == pytest.approx(float(number(assertion.expression, point)))
    interval, exact = assertion.interval, Fraction(value.p, value.q)
    below = exact < interval.start or (exact == interval.start and interval.left_open)
    above = exact > interval.end or (exact == interval.end and interval.right_open)
    assert below or above


@pytest.mark.parametrize("name", CONDITIONS_OPEN)
def test_conditions_open(name: str) -> None:
    found(CONDITIONS_OPEN[name], None)


def test_the_sentence_says_where_the_parameter_starts() -> None:
    interval = Interval.Lopen(0, 1)
    assert "s >= 0, runs through (0, 1]" in RunsThrough(AT_MOST_ONE, slack, interval).to_text()
    assert "t > 0, runs through (0, 1]" in RunsThrough(ABOVE_ONE, excess, interval).to_text()


def test_a_witness_names_its_symbols_in_one_order() -> None:
    symbols = {alpha, x, rate, scale, slope, slack, excess}
    for point in elementary._special_points(symbols):
        assert [str(symbol) for symbol in point] == sorted(map(str, symbols))
