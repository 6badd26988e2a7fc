"""Convex for no value of the parameters: the jump proves it, a convex member refutes it."""

import pytest
from findings import found, number
from sympy import Expr, Rational, S

from elu_sym.activations import Activation, Elu, LeakyRelu, Relu
from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE
from elu_sym.claims.rules.function_shape import NeverConvex
from elu_sym.symbols import alpha, slack, slope, x


class StepUp(Activation):
    """Not convex, since it is not continuous; its derivative does not jump."""

    nargs = 1
    symbol = "s"

    @staticmethod
    def left(x: Expr) -> Expr:
        return x - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class Cap(StepUp):
    """Smooth and not convex."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return -(x**2)

    @staticmethod
    def right(x: Expr) -> Expr:
        return -(x**2)


TRUE = [
    NeverConvex(Elu(x, ABOVE_ONE)),
    NeverConvex(Elu(x, Rational(101, 100))),
    NeverConvex(LeakyRelu(x, ABOVE_ONE)),
]

FALSE = [
    NeverConvex(Elu(x, alpha)),
    NeverConvex(Elu(x, AT_MOST_ONE)),
    NeverConvex(LeakyRelu(x, slope)),
    NeverConvex(Relu(x)),
    # 1.01*alpha for alpha <= 1: most of them are convex.
    NeverConvex(Elu(x, Rational(101, 100) * AT_MOST_ONE)),
]

OPEN = {
    "a step": NeverConvex(StepUp(x)),
    "no kink": NeverConvex(Cap(x)),
    # Convex at s = 0, which is no point in general position.
    "no jump at one value": NeverConvex(Elu(x, 1 + slack)),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: NeverConvex) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_with_a_convex_member(assertion: NeverConvex) -> None:
    point = found(assertion, False).witness
    assert point is not None
    assert bool(point) == bool(assertion.function.free_symbols - {x})
    grid = [Rational(n, 4) for n in range(-20, 21)]
    values = [number(assertion.function, {**point, x: place}) for place in grid]
    assert all(
        before + after >= 2 * value
        for before, value, after in zip(values, values[1:], values[2:], strict=False)
    )


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_a_chord_shows_that_the_proved_are_not_convex() -> None:
    for assertion in TRUE:
        ends = [number(assertion.function, {x: sign * Rational(1, 10**3)}) for sign in (1, -1)]
        assert sum(ends) < 2 * number(assertion.function.xreplace({x: S.Zero}), {})
