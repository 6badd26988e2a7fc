"""Shapes of functions: what is proved, what is refuted and where, what stays open."""

from typing import Any

import pytest
from findings import found, number, witness
from sympy import Abs, Expr, Rational, S, exp, log, sqrt

from elu_sym.activations import (
    Activation,
    Celu,
    Elu,
    EluDerivative,
    KinkedFunction,
    LeakyRelu,
    Relu,
    Selu,
)
from elu_sym.algebra.enclosure import Point
from elu_sym.claims.rules import function_shape
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE, Equality
from elu_sym.claims.rules.function_shape import (
    CoincideOnlyAt,
    InverseFunction,
    LipschitzConstant,
    NeverConvex,
    WishesDetermine,
)
from elu_sym.symbols import alpha, scale, slack, slope, x, y


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

LIPSCHITZ_TRUE = [
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

LIPSCHITZ_FALSE = [
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

LIPSCHITZ_OPEN = {
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


@pytest.mark.parametrize("assertion", LIPSCHITZ_TRUE, ids=lambda assertion: assertion.to_text())
def test_lipschitz_true(assertion: LipschitzConstant | InverseFunction) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", LIPSCHITZ_FALSE, ids=lambda assertion: assertion.to_text())
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


@pytest.mark.parametrize("name", LIPSCHITZ_OPEN)
def test_lipschitz_open(name: str) -> None:
    found(LIPSCHITZ_OPEN[name], None)


def test_a_constant_of_other_parameters_has_a_whole_witness() -> None:
    assert witness(LipschitzConstant(Relu(x), 2 + alpha + slope)).keys() >= {alpha, slope}


class Clipped(KinkedFunction):
    """max(x, -alpha), its kink moved to 0."""

    nargs = 2
    symbol = "c"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return -alpha

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x - alpha


class TwoRates(KinkedFunction):
    """Of the slope 1 at 0, with two exponentials."""

    nargs = 2
    symbol = "t"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return alpha * ((exp(x / (2 * alpha)) + exp(3 * x / (2 * alpha))) / 2 - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x


class Late(KinkedFunction):
    """An identity that begins at alpha, with the kink moved to 0."""

    nargs = 2
    symbol = "l"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return 2 * alpha * exp(x) - alpha

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x + alpha


class Overshooting(KinkedFunction):
    """C^1, but below the floor for a while."""

    nargs = 2
    symbol = "o"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return alpha * (exp(x) - 1) + (1 - alpha) * x * exp(x)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x


WISHES_FALSE = [
    WishesDetermine(Elu(x, alpha), Clipped(x, alpha), kink=-alpha),
    WishesDetermine(Elu(x, alpha), Celu(x, alpha)),
    WishesDetermine(Elu(x, alpha), Celu(x, alpha), increasing=True),
    WishesDetermine(Celu(x, alpha), TwoRates(x, alpha), order=1, increasing=True),
    WishesDetermine(Celu(x, alpha), Overshooting(x, alpha), order=1),
]

WISHES_OPEN = {
    "itself": WishesDetermine(Elu(x, alpha), Elu(x, alpha)),
    "another floor": WishesDetermine(Elu(x, alpha), Relu(x)),
    "a floor at -oo": WishesDetermine(LeakyRelu(x, slope), LeakyRelu(x, slope)),
    "the candidate is not smooth": WishesDetermine(Elu(x, alpha), Celu(x, alpha), order=1),
    "the rival is not smooth": WishesDetermine(Celu(x, alpha), Elu(x, alpha), order=1),
    "the rival is not C^2": WishesDetermine(Celu(x, alpha), TwoRates(x, alpha), order=2),
    "the rival does not increase": WishesDetermine(
        Celu(x, alpha), Overshooting(x, alpha), order=1, increasing=True
    ),
    "constant is not increasing": WishesDetermine(
        Elu(x, alpha), Clipped(x, alpha), kink=-alpha, increasing=True
    ),
    "the identity from a kink on the right": WishesDetermine(
        Elu(x, alpha), Late(x, alpha), kink=alpha
    ),
    "a shifted rival that is no identity": WishesDetermine(
        Elu(x, alpha), Celu(x, alpha), kink=-alpha
    ),
    "a kink that moves": WishesDetermine(Elu(x, alpha), Clipped(x, alpha), kink=-(x**2)),
}


@pytest.mark.parametrize("assertion", WISHES_FALSE, ids=lambda assertion: repr(assertion.rival))
def test_false_where_the_rival_has_another_value(assertion: WishesDetermine) -> None:
    point = witness(assertion)
    rival = assertion.rival.xreplace({x: x - assertion.kink})
    values = [number(f, point) for f in (assertion.function, rival)]
    assert abs(values[0] - values[1]) > 1e-9
    for place in (S.Half, S(3)):
        assert number(rival - x, {**point, x: place}) == pytest.approx(0, abs=1e-30)
    far = {**point, x: S(-200)}
    assert number(rival - assertion.function, far) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", WISHES_OPEN)
def test_wishes_open(name: str) -> None:
    found(WISHES_OPEN[name], None)


SAME_EVERYWHERE = CoincideOnlyAt(Elu(x, alpha), Elu(x, alpha), alpha, S.One)
TWICE_THE_SAME = CoincideOnlyAt(
    LeakyRelu(x, slope), LeakyRelu(x, slope**2 - 2 * slope + 2), slope, S.One
)
"""For slope 1 and for slope 2."""


@pytest.mark.parametrize("false", [SAME_EVERYWHERE, TWICE_THE_SAME])
def test_what_coincides_elsewhere_too_is_not_proved(
    false: CoincideOnlyAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(false, None)
    # It is the equation of the slopes that leaves no other value.
    anything = Equality(alpha + alpha, 2 * alpha)
    monkeypatch.setattr(function_shape, "UniqueSolution", lambda *_: anything)
    assert false.check().holds is True
