"""How smooth a loss of an activation is; the losses that refute, differentiated by mpmath."""

import mpmath
import pytest
from findings import found, integral, number, witness
from sympy import DiracDelta, Expr, Heaviside, Rational, S, cos, exp

from elu_sym import mean, relu
from elu_sym.activations import Activation, Celu, Elu, Relu, Selu
from elu_sym.algebra.enclosure import Point
from elu_sym.claims.rules.elementary import ABOVE_ONE
from elu_sym.claims.rules.losses import ComposedJump, ComposedSmoothness, SecondDerivative
from elu_sym.symbols import alpha, mu, scale, sigma, slack, smoothness, steepness, x

SMOOTH = Elu(x, S.One)
BOUND = smoothness + steepness
PERCENT = Rational(101, 100)
REGULAR = alpha * exp(x) * Heaviside(-x)
MEAN = mean.closed_form


class Lifted(Activation):
    """A kink at 0, where the value is 1."""

    nargs = 1
    symbol = "l"

    @staticmethod
    def left(x: Expr) -> Expr:
        return 2 * x + 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x + 1


class Stairs(Lifted):
    """A step to 0."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return x - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


TRUE = [
    ComposedSmoothness(SMOOTH, S.One, S.One, BOUND),
    ComposedSmoothness(Celu(x, alpha), S.One, 1 / alpha, smoothness + steepness / alpha),
    ComposedSmoothness(
        Selu(x, S.One, scale), scale, scale, smoothness * scale**2 + steepness * scale
    ),
    ComposedJump(Relu(x), steepness, steepness),
    ComposedJump(Elu(x, ABOVE_ONE), -steepness, steepness * (ABOVE_ONE - 1)),
    SecondDerivative(Elu(x, alpha), MEAN, REGULAR, 1 - alpha),
    SecondDerivative(Relu(x), relu.mean.closed_form, S.Zero, S.One),
    SecondDerivative(x**2, mu**2 + sigma**2, S(2), S.Zero),
]

FALSE = [
    ComposedSmoothness(SMOOTH, S.One, S.One, BOUND / PERCENT),
    ComposedSmoothness(SMOOTH, S.One, S.One, BOUND * PERCENT),
    ComposedSmoothness(SMOOTH, S.One, S.One, smoothness),
    ComposedSmoothness(Celu(x, alpha), S.One, 1 / alpha, BOUND),
    ComposedJump(Relu(x), steepness, steepness * PERCENT),
    ComposedJump(Relu(x), steepness, -steepness),
    ComposedJump(Relu(x), slack, slack),
    ComposedJump(Elu(x, alpha), steepness, steepness * (1 - alpha)),
    SecondDerivative(Elu(x, alpha), MEAN, REGULAR, S.Zero),
    SecondDerivative(Elu(x, alpha), MEAN, REGULAR, (1 - alpha) * PERCENT),
    SecondDerivative(Elu(x, alpha), MEAN, REGULAR * PERCENT, 1 - alpha),
]

OPEN = {
    "another constant of f": ComposedSmoothness(SMOOTH, S(2), S.One, 4 * smoothness + steepness),
    "a negative constant of f, of the same square": ComposedSmoothness(
        SMOOTH, -S.One, S.One, BOUND
    ),
    "a derivative that jumps": ComposedSmoothness(Relu(x), S.One, S.Zero, smoothness),
    "l'(0) does not count where f(0) = 1": ComposedJump(Lifted(x), steepness, -steepness),
    "a step": ComposedJump(Stairs(x), steepness, S.Zero),
    "a corner of no exact height": ComposedJump(Relu(x), cos(smoothness), cos(smoothness)),
    "another mean": SecondDerivative(Relu(x), mu, S.Zero, S.One),
    "another mean of the same second derivative": SecondDerivative(
        Relu(x), relu.mean.closed_form + mu, S.Zero, S.One
    ),
}


def steepest(assertion: ComposedSmoothness, point: Point) -> float:
    """The largest difference quotient of (l(f(x)))' below 0, l'(y) = G + beta*y for y < 0."""
    beta, bound = (number(symbol, point) for symbol in (smoothness, steepness))

    def slope(place: Rational) -> mpmath.mpf:
        there = {**point, x: place}
        value, near = (
            number(assertion.function, {**there, x: place + shift})
            for shift in (S.Zero, Rational(1, 10**15))
        )
        return (bound + beta * value) * (near - value) * 10**15

    step = Rational(1, 10**7)
    places = [-Rational(n, 20) - 2 * step for n in range(20)]
    return max(float(abs(slope(p + step) - slope(p)) / number(step, {})) for p in places)


@pytest.mark.parametrize("assertion", TRUE, ids=lambda a: f"{a.rule} {a.to_text()[:60]}")
def test_true(assertion: ComposedSmoothness) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda a: f"{a.rule} {a.to_text()[:60]}")
def test_false(assertion: ComposedSmoothness | ComposedJump | SecondDerivative) -> None:
    point = witness(assertion)
    if isinstance(assertion, ComposedSmoothness):
        constant = float(number(assertion.constant, point))
        # Too small for this loss; or so large that for all of them less would do.
        enough = smoothness * assertion.slope**2 + steepness * assertion.curvature
        assert steepest(assertion, point) > constant or constant > float(number(enough, point))
    elif isinstance(assertion, ComposedJump):
        jump = number(assertion.jump, point)
        step = Rational(1, 10**15)
        right, left = (
            number(assertion.function, {**point, x: side * step}) * side * 10**15
            for side in (1, -1)
        )
        truth = (right - left) * number(assertion.loss_slope, point)
        assert jump == 0 or abs(truth - jump) > 1e-9
    else:
        h = Rational(1, 10**6)
        around = [
            integral(assertion.function, {**point, mu: point[mu] + n * h}) for n in (-1, 0, 1)
        ]
        truth = (around[0] - 2 * around[1] + around[2]) * 10**12
        atom = mpmath.npdf(number(mu / sigma, point)) / number(sigma, point)
        claimed = integral(assertion.regular, point) + number(assertion.weight, point) * atom
        assert abs(truth - claimed) > 1e-5


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


@pytest.mark.parametrize("assertion", TRUE[:1], ids=lambda a: a.to_text()[:60])
def test_the_bound_is_nearly_attained(assertion: ComposedSmoothness) -> None:
    point = {smoothness: Rational(7, 5), steepness: S.Half}
    assert steepest(assertion, point) == pytest.approx(float(number(BOUND, point)), rel=1e-5)


def test_an_atom_may_stand_on_either_side() -> None:
    moved = SecondDerivative(Relu(x), relu.mean.closed_form, DiracDelta(x) / 2, S.Half)
    assert moved.check().holds is True
