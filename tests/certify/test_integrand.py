import pytest
from hypothesis import given, settings, strategies as st
from sympy import (
    Abs,
    DiracDelta,
    Eq,
    Heaviside,
    Max,
    Min,
    Or,
    Piecewise,
    Rational,
    S,
    cos,
    exp,
    log,
    nan,
    sign,
    symbols,
)

from elu_sym.activations import Celu, Elu, LeakyRelu, Relu, Selu
from elu_sym.certify.integrand import Integrand, IntegrandError, compare, terms
from elu_sym.symbols import alpha, scale, slope, x

a, b = symbols("a b", real=True)

FUNCTIONS = [
    Elu(x, alpha),
    Elu(2 * x - 1, alpha) ** 2,
    Elu(-x, alpha) * x,
    Relu(x) * LeakyRelu(x - 1, slope),
    Selu(x, alpha, scale).diff(x) ** 2,
    Celu(x, alpha).diff(alpha),
    Abs(x - 1) + Abs(x + 1),
    Max(-1, Min(1, x)),
    Heaviside(-x) * exp(x),
    sign(x - Rational(1, 2)),
    Piecewise((1, (x > -1) & (x <= 2)), (x, True)),
    Piecewise((x, Or(x < 0, x > 1)), (x**2, True)),
    Piecewise((Piecewise((1, x > 0), (2, True)), x > -1), (3, True)),
    Piecewise((5, Eq(x, 1)), (x, True)),
    Piecewise((x, x >= 0), (exp(2 * x) * x, True)),
]
PARAMETERS = {alpha: Rational(3, 2), slope: Rational(1, 7), scale: Rational(6, 5)}


@pytest.mark.parametrize("g", FUNCTIONS, ids=str)
@settings(max_examples=15)
@given(place=st.fractions(-4, 4, max_denominator=7).map(lambda q: Rational(str(q))))
def test_the_pieces_agree_with_the_function(g, place):
    integrand = Integrand.from_expr(g)
    if place in integrand.breakpoints:
        return
    position = sum(bool(place > location) for location in integrand.breakpoints)
    difference = integrand.pieces[position].subs(x, place) - g.subs(x, place)
    value = difference.subs(PARAMETERS).doit()
    assert abs(value.evalf(30)) < 1e-25


def test_breakpoints_come_in_increasing_order():
    assert Integrand.from_expr(Max(-1, Min(1, x)) + Abs(x)).breakpoints == (-1, 0, 1)


def test_a_breakpoint_with_a_parameter_is_solved_for():
    step = Integrand.from_expr(Piecewise((1, alpha * x > -1), (0, True)))
    assert step.breakpoints == (-1 / alpha,)
    assert step.pieces == (0, 1)


def test_a_declared_order_decides_between_symbols():
    g = Piecewise((1, (x > a) & (x < b)), (0, True))
    assert Integrand.from_expr(g, order=(a, b)).breakpoints == (a, b)
    assert Integrand.from_expr(g, order=(b, a)).pieces == (0, 0, 0)
    with pytest.raises(IntegrandError, match="declare it by order"):
        Integrand.from_expr(g)


def test_compare_uses_the_assumptions():
    assert compare(-alpha, alpha) == -1
    assert compare(log(2 * alpha), log(2) + log(alpha)) == 0


@pytest.mark.parametrize(
    ("g", "reason"),
    [
        (exp(x**2), "no exponential polynomial"),
        (1 / x, "no exponential polynomial"),
        (log(x), "no exponential polynomial"),
        (cos(x), "no exponential polynomial"),
        (nan, "no exponential polynomial"),
        (exp(exp(x)), "no exponential polynomial"),
        (1 / (1 + exp(x)), "no exponential polynomial"),
        (Elu(Elu(x, alpha), 1), "not affine"),
        (Piecewise((1, x**2 > 1), (0, True)), "not affine"),
        (Piecewise((1, a * x > 1), (0, True)), "slope known not to vanish"),
        (Piecewise((1, alpha > 1), (x, True)), "not decided by x"),
        (DiracDelta(x, 1), "no measure"),
        (DiracDelta(x) ** 2, "no meaning"),
        (DiracDelta(x) * Heaviside(x), "jumps there"),
    ],
    ids=str,
)
def test_what_cannot_be_treated_is_named(g, reason):
    with pytest.raises(IntegrandError, match=reason):
        Integrand.from_expr(g)


def test_an_atom_is_scaled_and_placed():
    assert Integrand.from_expr(x * DiracDelta(2 * x - 3)).atoms == (
        (Rational(3, 2), Rational(3, 4)),
    )


def test_an_atom_on_a_zero_vanishes():
    assert Integrand.from_expr(Elu(x, alpha) * DiracDelta(x)).atoms == ()


def test_the_distributional_derivative_keeps_the_atom():
    slope_of_elu = Integrand.from_expr(Elu(x, alpha).diff(x))
    assert slope_of_elu.derivative().equals(Integrand.from_expr(Elu(x, alpha).diff(x, 2)))
    careless = Piecewise((0, x >= 0), (alpha * exp(x), True))
    assert not slope_of_elu.derivative().equals(Integrand.from_expr(careless))


def test_a_moving_jump_leaves_an_atom():
    moving = Integrand.from_expr(Heaviside(x - alpha)).derivative(alpha)
    assert moving.atoms == ((alpha, -1),)


def test_the_derivative_of_an_atom_is_refused():
    with pytest.raises(IntegrandError, match="no measure"):
        Integrand((S.Zero,), (S.Zero, S.Zero), ((S.Zero, S.One),)).derivative()


def test_equality_ignores_breakpoints_where_nothing_happens():
    assert Integrand.from_expr(Heaviside(x) + Heaviside(-x)).equals(Integrand.from_expr(S.One))
    assert not Integrand.from_expr(Heaviside(x)).equals(Integrand.from_expr(S.One))


def test_terms_merge_equal_exponents():
    (only,) = terms(exp(x) * exp(2 * x + alpha) * x**2 * 3)
    assert (only.power, only.rate) == (2, 3)
    assert only.coefficient == 3 * exp(alpha)
    assert terms(exp(x) - exp(x)) == []
