"""The engine against values that somebody else computed, and every way in which it refuses."""

import mpmath
import pytest
from sympy import (
    Abs,
    DiracDelta,
    Dummy,
    E,
    Eq,
    EulerGamma,
    Float,
    Heaviside,
    I,
    Integral,
    Max,
    Min,
    Ne,
    Not,
    Piecewise,
    Rational,
    Symbol,
    cos,
    erfc,
    exp,
    log,
    pi,
    rootof,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
)
from sympy.stats import Normal, Uniform
from sympy.stats.rv import RandomSymbol

from elu_sym.activations import Celu, Elu, EluDerivative, LeakyRelu, Relu, Selu
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.forms import textbook
from elu_sym.gaussian.order import UnorderedBreakpointsError, UnsupportedExpressionError
from elu_sym.gaussian.random_variables import expectation
from elu_sym.symbols import alpha, mu, scale, sigma, slope, strike, x

X = Normal("X", mu, sigma)
t = mu / sigma
POINT = {
    mu: Rational(-3, 10),
    sigma: Rational(6, 5),
    alpha: Rational(2),
    slope: Rational(1, 5),
    scale: Rational(11, 10),
}


def quadrature(function, breakpoints):
    """E g(X) at POINT by mpmath's tanh-sinh rule, split at the breakpoints."""
    with mpmath.workdps(30):
        m, s = mpmath.mpf(-3) / 10, mpmath.mpf(6) / 5
        ends = [m - 40 * s, *breakpoints, m + 40 * s]
        value = mpmath.quad(lambda v: function(v) * mpmath.npdf(v, m, s), ends)
        return Float(mpmath.nstr(value, 28), 28)


def elu(v, a=2):
    return v if v >= 0 else a * mpmath.expm1(v)


CASES = {
    "elu": (Elu(X, alpha), elu, [0]),
    "elu cubed": (Elu(X, alpha) ** 3, lambda v: elu(v) ** 3, [0]),
    "elu to the eighth": (Elu(X, alpha) ** 8, lambda v: elu(v) ** 8, [0]),
    "x times elu": (X * Elu(X, alpha), lambda v: v * elu(v), [0]),
    "relu": (Relu(X), lambda v: max(v, 0), [0]),
    "leaky relu": (LeakyRelu(X, slope), lambda v: v if v > 0 else v / mpmath.mpf(5), [0]),
    "selu": (Selu(X, alpha, scale), lambda v: mpmath.mpf(11) / 10 * elu(v), [0]),
    "celu": (Celu(X, alpha), lambda v: v if v > 0 else 2 * mpmath.expm1(v / 2), [0]),
    "derivative": (EluDerivative(X, alpha), lambda v: 1 if v > 0 else 2 * mpmath.exp(v), [0]),
    "hard tanh": (Max(-1, Min(1, X)), lambda v: max(-1, min(1, v)), [-1, 1]),
    "absolute value": (Abs(X), abs, [0]),
    "sign": (sign(X - 1), lambda v: mpmath.sign(v - 1), [1]),
    "step": (Heaviside(2 - X), lambda v: v < 2, [2]),
    "indicator": (Piecewise((1, (X > 0) & (X < 1)), (0, True)), lambda v: 0 < v < 1, [0, 1]),
    "product": (Elu(X, alpha) * Relu(X + 1), lambda v: elu(v) * max(v + 1, 0), [-1, 0]),
    "exponential of a modulus": (exp(-2 * Abs(X)), lambda v: mpmath.exp(-2 * abs(v)), [0]),
}


@pytest.mark.parametrize("case", CASES)
def test_closed_form_agrees_with_quadrature(case):
    g, function, breakpoints = CASES[case]
    closed_form = expectation(g, X)
    assert not closed_form.has(Integral, Piecewise, RandomSymbol, Heaviside, Abs)
    value = closed_form.subs(POINT).evalf(30)
    assert abs(value - quadrature(function, breakpoints)) < 1e-24 * max(1, abs(value))


def test_the_atom_of_the_second_derivative_is_kept():
    second_derivative = Elu(x, alpha).diff(x, 2).subs(x, X)
    value = expectation(second_derivative, X)
    point = {mu: Rational(3, 10), sigma: Rational(6, 5), alpha: Rational(2)}
    with mpmath.workdps(30):
        m, s = mpmath.mpf(3) / 10, mpmath.mpf(6) / 5
        smooth = mpmath.quad(lambda v: 2 * mpmath.exp(v) * mpmath.npdf(v, m, s), [-50, 0])
        known = Float(mpmath.nstr(smooth - mpmath.npdf(0, m, s), 28), 28)
    assert abs(value.subs(point).evalf(30) - known) < 1e-25
    assert f"{value.subs(point).evalf(4):.4f}" == "0.0856"


@pytest.mark.parametrize("g", [Elu(x, alpha), Relu(x), Celu(x, alpha), Elu(x, alpha) ** 2, Abs(x)])
def test_stein_identity_with_atoms(g):
    weighted = derive_expectation((X - mu) * g.subs(x, X), X).result
    slope_of_g = g.diff(x) if g != Abs(x) else sign(x)
    assert is_zero(weighted - sigma**2 * derive_expectation(slope_of_g.subs(x, X), X).result)


def test_stein_identity_for_the_derivative_needs_the_atom():
    left = derive_expectation((X - mu) * EluDerivative(X, alpha), X).result
    curvature = Elu(x, alpha).diff(x, 2)
    right = derive_expectation(curvature.subs(x, X), X).result
    assert is_zero(left - sigma**2 * right)
    careless = derive_expectation(curvature.replace(DiracDelta, lambda _: 0).subs(x, X), X).result
    assert not is_zero(left - sigma**2 * careless)


def test_special_laws():
    standard = Normal("Z", 0, 1)
    assert expectation(Abs(standard), standard) == sqrt(2) / sqrt(pi)
    assert expectation(standard**4, standard) == 3
    shifted = Normal("Y", mu - 1, 2 * sigma)
    assert is_zero(expectation(shifted**2, shifted) - (mu - 1) ** 2 - 4 * sigma**2)
    constant = expectation(alpha, X)
    assert constant == alpha


def test_symbolic_breakpoints_with_a_declared_order():
    a, b = symbols("a b", real=True)
    between = Piecewise((X, (a < X) & (b > X)), (0, True))
    with pytest.raises(UnorderedBreakpointsError, match="order of the breakpoints"):
        expectation(between, X)
    derivation = derive_expectation(between, X, order=(a, b))
    derivation.recheck()
    ends = [NormalCdf((b - mu) / sigma), NormalCdf((a - mu) / sigma)]
    densities = [NormalPdf((b - mu) / sigma), NormalPdf((a - mu) / sigma)]
    known = mu * (ends[0] - ends[1]) - sigma * (densities[0] - densities[1])
    assert is_zero(derivation.result - known)


def test_breakpoints_ordered_by_assumptions():
    width = Symbol("width", positive=True)
    clipped = Max(-width, Min(width, X))
    derivation = derive_expectation(clipped, X)
    at_zero = derivation.result.subs(mu, 0)
    assert is_zero(at_zero)


def test_breakpoints_with_the_rate_as_denominator_are_ordered_by_numbers():
    Y = Normal("Y", 0, 1)
    level = (exp(alpha * Y) - Rational(3, 8)) * (exp(alpha * Y) - E + 2)
    inside = expectation(Heaviside(-level), Y)
    low, high = log(Rational(3, 8)) / alpha, log(E - 2) / alpha
    assert is_zero(inside - NormalCdf(high) + NormalCdf(low))


def test_a_logarithmic_breakpoint():
    level = Symbol("level", positive=True)
    below = Piecewise((exp(X), log(level / alpha) > X), (0, True))
    derivation = derive_expectation(below, X)
    bound = (log(level) - log(alpha) - mu) / sigma
    assert is_zero(derivation.result - exp(mu + sigma**2 / 2) * NormalCdf(bound - sigma))


K = strike
s = Symbol("s", positive=True)
POINTS = POINT | {strike: Rational(7, 4), s: Rational(9, 5)}
STANDARD, SCALED, AT_PI = Normal("Z", 0, 1), Normal("W", mu, sqrt(s)), Normal("P", pi, 1)

CONSTANTS = {
    "a level at pi": (Abs(STANDARD - pi), STANDARD, lambda v: abs(v - mpmath.pi), [mpmath.pi]),
    "a rate of 1/pi": (exp(STANDARD / pi), STANDARD, lambda v: mpmath.exp(v / mpmath.pi), []),
    "a maximum with pi": (Max(X, pi), X, lambda v: max(v, mpmath.pi), [mpmath.pi]),
    "a step at 1/pi": (Heaviside(X - 1 / pi), X, lambda v: v > 1 / mpmath.pi, [1 / mpmath.pi]),
    "a law at pi": (Max(AT_PI, 3), AT_PI, lambda v: max(v, 3), [3]),
    "a root before": (sqrt(2) * Abs(X), X, lambda v: mpmath.sqrt(2) * abs(v), [0]),
    "a maximum with e": (Max(X, E), X, lambda v: max(v, mpmath.e), [mpmath.e]),
    "an irrational rate": (exp(sqrt(2) * X), X, lambda v: mpmath.exp(mpmath.sqrt(2) * v), []),
    "a variance": (Abs(SCALED), SCALED, abs, [0]),
    "a float": (exp(0.5 * X), X, lambda v: mpmath.exp(v / 2), []),
    "a float of many digits": (Abs(X - 0.1), X, lambda v: abs(v - mpmath.mpf(0.1)), [0.1]),
    "the payoff": (
        Max(exp(X) - K, 0),
        X,
        lambda v: max(mpmath.exp(v) - mpmath.mpf(7) / 4, 0),
        [mpmath.log(mpmath.mpf(7) / 4)],
    ),
    "ELU in the documentation of frameworks": (
        Max(0, X) + Min(0, alpha * (exp(X) - 1)),
        X,
        elu,
        [0],
    ),
    "a parabola": (Abs(X**2 - 1), X, lambda v: abs(v * v - 1), [-1, 1]),
    "a curved condition": (Piecewise((1, X**2 < 1), (0, True)), X, lambda v: abs(v) < 1, [-1, 1]),
    "Huber's loss": (
        Piecewise((X**2 / 2, Abs(X) < 1), (Abs(X) - Rational(1, 2), True)),
        X,
        lambda v: v * v / 2 if abs(v) < 1 else abs(v) - mpmath.mpf(1) / 2,
        [-1, 0, 1],
    ),
    "the modulus of ELU": (Abs(Elu(X, alpha)), X, lambda v: abs(elu(v)), [0]),
    "a power of 2": (Abs(2**X - 3), X, lambda v: abs(2**v - 3), [mpmath.log(3, 2)]),
    "hyperbolic functions": (Abs(sinh(X)), X, lambda v: abs(mpmath.sinh(v)), [0]),
    "a window of a parabola": (
        Piecewise((X, Abs(X**2 - 2) < 1), (0, True)),
        X,
        lambda v: v if abs(v * v - 2) < 1 else 0,
        [-mpmath.sqrt(3), -1, 1, mpmath.sqrt(3)],
    ),
    "a constant of which nothing is known": (
        EulerGamma * Abs(X - sin(1)),
        X,
        lambda v: mpmath.euler * abs(v - mpmath.sin(1)),
        [mpmath.sin(1)],
    ),
}


@pytest.mark.parametrize("case", CONSTANTS)
def test_constants_and_levels_agree_with_quadrature(case):
    g, variable, function, breakpoints = CONSTANTS[case]
    closed_form = expectation(g, variable)
    law = variable.pspace.distribution
    asked = g.free_symbols | law.mean.free_symbols | law.std.free_symbols
    assert closed_form.free_symbols <= asked
    with mpmath.workdps(30):
        m, d = (mpmath.mpmathify(part.subs(POINTS).evalf(30)) for part in (law.mean, law.std))
        ends = sorted([m - 40 * d, *map(mpmath.mpf, breakpoints), m + 40 * d])
        known = mpmath.quad(lambda v: function(v) * mpmath.npdf(v, m, d), ends)
        value = mpmath.mpmathify(closed_form.subs(POINTS).evalf(30))
        assert abs(value - known) < 1e-15 * max(1, abs(known))


def test_a_bound_symbol_in_a_constant_is_none_of_g():
    root = rootof(x**3 - x - 1, 0)
    assert expectation(root * X, X) == root * mu


def test_a_divisor_stays_away_from_a_falling_exponential():
    g = X * exp(-X) / (1 + sqrt(2)) + exp((sqrt(3) - 1) * X) / (1 + alpha)
    known = (mu - sigma**2) * exp(-mu + sigma**2 / 2) * (sqrt(2) - 1)
    known += exp((sqrt(3) - 1) * mu + (2 - sqrt(3)) * sigma**2) / (1 + alpha)
    assert is_zero(expectation(g, X) - known)


def test_text_is_not_run(tmp_path):
    trace = tmp_path / "trace"
    text = f"__import__('pathlib').Path({str(trace)!r}).touch()"
    for value in (text, text.encode(), "X**2", (text,), [text]):
        with pytest.raises(TypeError, match="g = "):
            expectation(value, X)
        with pytest.raises(TypeError, match="normal random symbol"):
            expectation(X, value)
        with pytest.raises(TypeError, match=r"order\[0\] = "):
            expectation(Abs(X), X, order=(value,))
    assert not trace.exists()


@pytest.mark.parametrize("condition", [X > 0, (X > 0) & (X < 1), X**2 < 1])
def test_a_condition_is_told_how_its_probability_is_written(condition):
    with pytest.raises(TypeError, match=r"Piecewise\(\(1, .*\), \(0, True\)\) for its indicator"):
        expectation(condition, X)
    assert expectation(Piecewise((1, condition), (0, True)), X).has(erfc)


def test_an_unknown_order_is_of_the_one_type_of_error():
    a, b = symbols("a b", real=True)
    with pytest.raises(UnsupportedExpressionError, match=r"order=\("):
        expectation(Max(X, a, b), X)


def test_a_value_that_no_double_holds_is_confirmed_too():
    wide = Normal("Y", 0, 2)
    assert expectation(exp(100 * wide), wide) == exp(20000)
    far = expectation(Heaviside(STANDARD - 200), STANDARD)
    assert far == erfc(100 * sqrt(2)) / 2


REFUSED = {
    "a Gaussian inside g": (exp(X**2), "a Gaussian inside g"),
    "a pole": (1 / X, "not a positive integer"),
    "an unknown function": (cos(X), "cos"),
    "a root": (sqrt(X), "not a positive integer"),
    "an imaginary rate": (exp(I * X), "not real"),
    "an imaginary coefficient": (I * X, "not real"),
    "two random symbols": (X * Normal("Y", 0, 1), "another random symbol"),
    "a condition without X": (Piecewise((X, alpha > 1), (0, True)), "not a comparison"),
    "no piece left of zero": (Piecewise((X, X > 0)), "no condition"),
    "an atom times a jump": (DiracDelta(X) * Heaviside(X), "jumps"),
    "two atoms": (DiracDelta(X) * DiracDelta(X - 1), "two atoms"),
    "the square of an atom": (DiracDelta(X) ** 2, "atoms"),
    "the derivative of an atom": (DiracDelta(X, 1), "derivatives of an atom"),
    "an atom of a square": (DiracDelta(X**2 - 1), "not linear"),
    "a power of what may be negative": (mu**X, "not a positive integer"),
    "a cubic with parameters": (Abs(X**3 + alpha * X + mu), "the sign of"),
    "an unknown sign": (Abs(exp(X) - X), "the sign of"),
    "an atom in a piece": (Piecewise((DiracDelta(X), X > -1), (0, True)), "atom inside"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_a_typed_error(case):
    g, message = REFUSED[case]
    with pytest.raises(UnsupportedExpressionError, match=message):
        expectation(g, X)


@pytest.mark.parametrize("law", [(sin(mu), 1), (0, NormalCdf(sigma))])
def test_a_law_outside_the_algebra_is_a_typed_error(law):
    narrow = Normal("Y", *law)
    with pytest.raises(UnsupportedExpressionError, match=r"no rational function|real"):
        expectation(Abs(narrow - 1), narrow)


@pytest.mark.parametrize("wrong", [Uniform("U", 0, 1), Symbol("X"), 3, None])
def test_x_must_be_a_normal_random_symbol(wrong):
    with pytest.raises(TypeError, match="normal random symbol"):
        expectation(x, wrong)


def test_conditions_on_single_points_do_not_matter():
    assert expectation(Piecewise((5, Eq(X, 1)), (X, True)), X) == mu
    assert expectation(Piecewise((X, Ne(X, 1)), (7, True)), X) == mu
    assert expectation(Piecewise((X, Not(X > 3)), (X, True)), X) == mu


def test_the_variable_of_the_integral_is_no_parameter_of_g():
    assert is_zero(expectation(x * X, X) - x * mu)


def test_a_random_symbol_with_the_parameter_inside_the_law():
    Y = Normal("Y", x, 1)
    assert is_zero(expectation(Y**2, Y) - x**2 - 1)


@pytest.mark.parametrize("case", ["elu", "elu cubed", "hard tanh", "derivative", "celu", "product"])
def test_every_form_has_the_same_normal_form(case):
    derivation = derive_expectation(CASES[case][0], X)
    form = NormalForm.from_expr(derivation.result)
    assert is_zero(textbook(form, derivation.hypotheses) - derivation.result)
    assert is_zero(derivation.result.rewrite(erfc) - derivation.result)


def test_the_textbook_form_of_the_mean_is_the_one_in_textbooks():
    result = derive_expectation(Elu(X, alpha), X).result
    known = mu * NormalCdf(t) + sigma * NormalPdf(t) - alpha * NormalCdf(-t)
    known += alpha * exp(mu + sigma**2 / 2) * NormalCdf(-t - sigma)
    assert result == known


@pytest.mark.parametrize("power", range(1, 9))
def test_powers_of_elu_have_no_removable_poles(power):
    closed_form = expectation(Elu(X, alpha) ** power, X)
    for special in ({mu: 0}, {mu: -(sigma**2)}, {mu: -2 * sigma**2}, {alpha: 1}):
        value = closed_form.subs(special).subs({sigma: Rational(2, 3), alpha: 3, mu: 1})
        assert value.is_finite is not False
        assert value.evalf().is_real


def test_dummy_symbols_do_not_clash():
    hidden = Dummy("x", real=True)
    assert is_zero(expectation(hidden * X, X) - hidden * mu)


@pytest.mark.parametrize(("mean", "deviation"), [(0.1, 0.7), (-0.3, 1.1)])
def test_exponents_that_are_floats_make_roots_of_any_degree(mean, deviation):
    """2**(1/6135428905104631294035961535529) is one of (-0.3, 1.1)."""
    X = Normal("X", Float(mean), Float(deviation))
    found = expectation(Piecewise((sqrt(2), log(2) > X), (sqrt(2) * X, True)), X)
    with mpmath.workdps(30):
        cut, law = mpmath.log(2), (mpmath.mpf(mean), mpmath.mpf(deviation))
        below = mpmath.ncdf(cut, *law)
        above = law[0] * (1 - below) + law[1] ** 2 * mpmath.npdf(cut, *law)
        assert abs(mpmath.mpf(str(found.evalf(25))) - mpmath.sqrt(2) * (below + above)) < 1e-20


def test_a_fractional_power_of_pi_meets_its_root():
    X = Normal("X", mu, sigma)
    g = Piecewise((sqrt(2), 8 * log(pi) / 3 > X), (X**2 * exp((sqrt(3) - 1) * X), True))
    value = expectation(g, X).subs({mu: 1, sigma: 1})
    with mpmath.workdps(30):
        cut, rate = 8 * mpmath.log(mpmath.pi) / 3, mpmath.sqrt(3) - 1
        above = mpmath.quad(
            lambda t: t**2 * mpmath.exp(rate * t) * mpmath.npdf(t, 1, 1), [cut, 4, 6, 9, 15]
        )
        expected = mpmath.sqrt(2) * mpmath.ncdf(cut, 1, 1) + above
        assert abs(mpmath.mpf(str(value.evalf(25))) - expected) < 1e-20
