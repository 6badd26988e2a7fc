"""The least Lipschitz constant and the inverse, with difference quotients and values by mpmath."""

from typing import Any

import pytest
from findings import found, number, witness
from sympy import Abs, Expr, Rational, S, exp, log, sqrt

from elu_sym.activations import Activation, Celu, Elu, EluDerivative, LeakyRelu, Relu, Selu
from elu_sym.algebra.enclosure import Point
from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE
from elu_sym.claims.rules.lipschitz import InverseFunction, LipschitzConstant
from elu_sym.symbols import alpha, scale, slope, x, y

NEAR = Rational(1, 10**12)


class Parabola(Activation):
    """Increasing, though its left piece does not on the whole line."""

    nargs = 1
    symbol = "p"

    @staticmethod
    def left(x: Expr) -> Expr:
        return -(x**2)

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class Lifted(Parabola):
    """Increasing, with the value 1 at 0."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return 2 * x + 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x + 1


class Bounded(Parabola):
    """Increasing, with the range (-oo, 1)."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x

    @staticmethod
    def right(x: Expr) -> Expr:
        return 1 - exp(-x)


class Stairs(Parabola):
    """Of slope 1 on either side, with a step at 0."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class Downhill(Parabola):
    """Steepest on the left, downwards."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return -3 * x

    @staticmethod
    def right(x: Expr) -> Expr:
        return -x


class Steeper(Parabola):
    """Of slope 2 as x tends to oo, and less before."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x

    @staticmethod
    def right(x: Expr) -> Expr:
        return 2 * x + exp(-x) - 1


LOGARITHM = log(1 + y / alpha)

TRUE = [
    LipschitzConstant(Relu(x), S.One),
    LipschitzConstant(Elu(x, AT_MOST_ONE), S.One),
    LipschitzConstant(Elu(x, ABOVE_ONE), ABOVE_ONE),
    LipschitzConstant(EluDerivative(x, S.One), S.One),
    LipschitzConstant(Selu(x, AT_MOST_ONE, scale), scale),
    LipschitzConstant(LeakyRelu(x, ABOVE_ONE), ABOVE_ONE),
    LipschitzConstant(Celu(x, alpha).diff(x), 1 / alpha),
    LipschitzConstant(Downhill(x), S(3)),
    InverseFunction(Elu(x, alpha), LOGARITHM, y),
    InverseFunction(Celu(x, alpha), alpha * LOGARITHM, y),
    InverseFunction(Selu(x, alpha, scale), log(1 + y / (alpha * scale)), y / scale),
    InverseFunction(Parabola(x), -sqrt(-y), y),
    InverseFunction(Bounded(x), y, -log(1 - y)),
]

FALSE = [
    LipschitzConstant(Elu(x, alpha), S.One),
    LipschitzConstant(Elu(x, alpha), alpha),
    LipschitzConstant(Elu(x, AT_MOST_ONE), S(101) / 100),
    LipschitzConstant(EluDerivative(x, S.One), S(99) / 100),
    LipschitzConstant(Relu(x), -S.One),
    LipschitzConstant(Downhill(x), S(2)),
    LipschitzConstant(Downhill(x), S.One),
    LipschitzConstant(Relu(x), 2 + alpha + slope),
    InverseFunction(Elu(x, alpha), log(1 + y), y),
    InverseFunction(Elu(x, alpha), LOGARITHM, y * S(101) / 100),
    InverseFunction(Parabola(x), -y, y),
    # It solves the equation of the left piece, on the right.
    InverseFunction(Parabola(x), sqrt(-y), y),
]

OPEN = {
    "a step": LipschitzConstant(Stairs(x), S.One),
    "attained at infinity alone": LipschitzConstant(Steeper(x), S(2)),
    "less than a thousandth too large": LipschitzConstant(Relu(x), 1 + Rational(1, 10**4)),
    "no constant": LipschitzConstant(Relu(x), exp(x)),
    "a maximum": LipschitzConstant(Elu(x, alpha), (1 + alpha + Abs(1 - alpha)) / 2),
    "not injective": InverseFunction(Relu(x), y, y),
    "another value at 0": InverseFunction(Lifted(x), (y - 1) / 2, y - 1),
    "what is to be solved": InverseFunction(Elu(x, alpha), x, x),
    "y as a parameter": InverseFunction(Elu(x, y**2 + 1), LOGARITHM, y),
    "a step to jump over": InverseFunction(Stairs(x), y + 1, y),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: LipschitzConstant | InverseFunction) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false(assertion: LipschitzConstant | InverseFunction) -> None:
    point = witness(assertion)
    at = number(assertion.function, point)
    if isinstance(assertion, InverseFunction):
        solution = assertion.below if at < 0 else assertion.above
        # x solves f(x) = y, so that another solution is none or is not the only one.
        written = solution.xreplace({y: assertion.function.xreplace({x: point[x]})})
        assert abs(number(written.xreplace(dict(point)), {}) - number(x, point)) > 1e-9
        return
    constant = number(assertion.constant, point)
    # Steeper here, or less steep everywhere; on a grid, for the latter.
    grid = [Rational(n, 8) for n in range(-40, 41)]
    assert steepness_at(assertion, point) > constant + 1e-9 or all(
        steepness_at(assertion, {**point, x: place}) < constant - 1e-9 for place in grid
    )


def steepness_at(assertion: LipschitzConstant, point: Point) -> Any:
    """The difference quotient at a point and one close to it on the right."""
    near = {**point, x: point[x] + NEAR}
    rise = number(assertion.function, near) - number(assertion.function, point)
    return abs(rise) / number(NEAR, {})


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_a_constant_of_other_parameters_has_a_whole_witness() -> None:
    assert witness(LipschitzConstant(Relu(x), 2 + alpha + slope)).keys() >= {alpha, slope}
