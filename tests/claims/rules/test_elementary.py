"""Each rule finds what is true, refutes what is false, and leaves open what it cannot decide."""

import pytest
from sympy import Abs, Expr, Piecewise, Rational, S, Symbol, exp, log, oo, sqrt

from elu_sym.activations import Activation, Elu, LeakyRelu, Relu, Selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.rules.elementary import (
    Equality,
    NonNegative,
    Nonzero,
    Positive,
    Side,
    SquareRoot,
    UniqueSolution,
)
from elu_sym.claims.rules.function_shape import CoincideOnlyAt, Convex, Range, StrictlyMonotone
from elu_sym.claims.rules.kink import Jump, NeverSmooth, OneSidedDerivative, Smooth, SmoothOnlyAt
from elu_sym.claims.rules.limits_at_kink import (
    DerivativeOf,
    LimitAtInfinity,
    LimitAtKink,
    SmoothPiece,
)
from elu_sym.symbols import alpha, distance, rate, scale, slope, x

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


TRUE: list[Assertion] = [
    Equality(log(S(6)), log(S(2)) + log(S(3))),
    Positive(alpha * exp(x) + x**2),
    Positive(alpha + alpha * exp(x), LEFT),
    Positive(-x, LEFT),
    NonNegative(S.Zero),
    SquareRoot(sqrt(x**2 + alpha), alpha + x**2),
    Nonzero(-exp(x)),
    DerivativeOf(x * exp(-rate * x), exp(-rate * x) - rate * x * exp(-rate * x)),
    SmoothPiece(1 / x, LEFT),
    SmoothPiece(1 / (x - 1), LEFT),
    LimitAtKink(exp(x) / (1 + exp(x)), LEFT, S.Half),
    LimitAtInfinity(x**3 * exp(x), LEFT, S.Zero),
    LimitAtInfinity((1 + exp(rate * x)) ** 2, LEFT, S.One),
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
    Equality(exp(x), 1 + x),
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
    SquareRoot(-sqrt(1 + x**2), 1 + x**2),
    SquareRoot(sqrt(1 + x**2), 1 + alpha * x**2),
    SquareRoot(x, x**2),
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
    Equality(sqrt(S(3)), S.One),
    Equality(Elu(x, alpha), x),
    SmoothPiece(1 / (x + 1), LEFT),
    SmoothPiece(1 / (alpha - 1) + x, LEFT),
    SmoothPiece(Abs(x + 1), LEFT),
    SmoothPiece(sqrt(1 + x), LEFT),
    SmoothPiece(Piecewise((x, x > -1), (1, True)), LEFT),
    LimitAtKink(1 / x, LEFT, oo),
    LimitAtKink(exp(1 / x), LEFT, S.Zero),
    LimitAtInfinity(exp(-(x**2)), LEFT, S.Zero),
    LimitAtInfinity(1 / x, LEFT, S.Zero),
    LimitAtInfinity(exp((alpha - 1) * x), LEFT, S.Zero),
    LimitAtInfinity(exp(alpha * x) - exp(rate * x), RIGHT, oo),
    UniqueSolution((x**2 - 1,), (x,), (S.One,)),
    SquareRoot(exp(x), exp(2 * x)),
    SquareRoot(sqrt(1 + Abs(x)), 1 + Abs(x)),
    UniqueSolution((S.Zero,), (x,), (S.One,)),
    UniqueSolution((x - 1, x - 1), (x,), (S.One,)),
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


def test_other_symbols_than_x_are_an_error_that_says_what_to_do() -> None:
    step = Smooth(Elu(Symbol("y", real=True), alpha), 0).check()
    assert step.holds is None
    assert "use the symbol x" in step.detail


@pytest.mark.parametrize("side", Side)
def test_a_symbol_that_the_side_would_capture_is_refused(side: Side) -> None:
    with pytest.raises(ValueError, match="delta"):
        side.approach(x - distance)
    assert NonNegative(x - distance, side).check().holds is None
