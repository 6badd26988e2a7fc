"""The limits of an expectation where the law is a point, against expectations close to it."""

import pytest
from sympy import DiracDelta, Heaviside, Piecewise, Rational, S, Symbol, exp, log, oo

from elu_sym.activations import Celu, Elu
from elu_sym.book.expectation_formula import GaussianExpectation
from elu_sym.book.point_laws import limit_at, nearest_double
from elu_sym.gaussian.piecewise import read_piecewise
from elu_sym.symbols import alpha, x

c = Symbol("c", real=True)
POINT = {alpha: Rational(3, 2), c: Rational(-1, 4)}
SMOOTH = [
    Elu(x, alpha) ** 2,
    Celu(x - c, alpha) - x,
    x * exp(c * x) + exp(-2 * x),
    Piecewise((exp(x), x < c), (x**3 - 2 * x, True)),
    Heaviside(x - c) * 2,
    7 - exp(-(x**1)) * Heaviside(x),
]


@pytest.mark.parametrize("g", SMOOTH, ids=str)
@pytest.mark.parametrize("place", [Rational(-3), Rational(-1, 4), S.Zero, Rational(1, 3)])
def test_a_small_deviation_is_close_to_the_limit(g, place):
    formula = GaussianExpectation(g)
    parameters = [POINT[symbol] for symbol in formula.parameters]
    near = formula.lambdify("mpmath")(place, Rational(1, 10**12), *parameters)
    limit = limit_at(read_piecewise(g, x), place, POINT)
    assert abs(near - limit.evalf(30)) < 1e-9


@pytest.mark.parametrize("g", SMOOTH, ids=str)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_large_mean_is_on_its_way_to_the_limit(g, side):
    formula = GaussianExpectation(g)
    parameters = [POINT[symbol] for symbol in formula.parameters]
    far = formula.lambdify("mpmath")(side * 200, 1, *parameters)
    limit = limit_at(read_piecewise(g, x), side * oo, POINT)
    if limit.is_infinite:
        assert far * side * (1 if limit == side * oo else -1) > 100
    else:
        assert abs(far - limit.evalf(30)) < 1e-9


def test_jumps_and_atoms():
    step = read_piecewise(Heaviside(x - log(2)) + 3 * DiracDelta(x - 1), x)
    assert limit_at(step, S.Zero, {}) == 0
    assert limit_at(step, S(1), {}) == oo
    assert limit_at(step, S(2), {}) == 1
    assert limit_at(read_piecewise(Heaviside(x), x), S.Zero, {}) == S.Half
    # Two breakpoints that meet at the values of the parameters leave one jump.
    between = Piecewise((0, x < 0), (5, x < alpha), (1, True))
    assert limit_at(read_piecewise(between, x), S.Zero, {alpha: S.Zero}) == S.Half


def test_the_fastest_growing_term_decides():
    quick = read_piecewise(exp(x) - 10**6 * x**5, x)
    assert limit_at(quick, oo, {}) == oo
    assert limit_at(quick, -oo, {}) == oo
    assert limit_at(read_piecewise(x * exp(-x), x), -oo, {}) == -oo
    assert limit_at(read_piecewise(x**2 * exp(x), x), -oo, {}) == 0
    assert limit_at(read_piecewise(exp(x) - exp(x), x), oo, {}) == 0


def test_a_number_is_rounded_once():
    assert nearest_double(S(10) ** 17 + 1) == 1e17
    assert nearest_double(-exp(S(10) ** 6)) == -float("inf")
    assert nearest_double(exp(-(S(10) ** 6))) == 0.0
    assert nearest_double(exp(Rational(1, 10**200)) - 1) == 1e-200
