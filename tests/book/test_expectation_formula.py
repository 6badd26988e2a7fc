"""A formula of one's own has the two faces of every formula, and its numbers are right."""

import inspect
import math
import pickle
import pydoc

import mpmath
import numpy as np
import pytest
from flint import ctx
from scipy.integrate import quad
from scipy.stats import norm
from sympy import (
    Abs,
    DiracDelta,
    E,
    Heaviside,
    Lambda,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    cosh,
    erf,
    erfc,
    exp,
    lambdify,
    log,
    pi,
    sqrt,
)
from sympy.stats import Normal

from elu_sym import JointGaussianExpectation, celu, elu, leaky_relu, mean
from elu_sym.activations import Celu, Elu, Relu, Selu
from elu_sym.algebra.enclosure import enclosures
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.decomposition import NoDecompositionError
from elu_sym.book.expectation_formula import GaussianExpectation
from elu_sym.book.formula import Formula
from elu_sym.certify.floating_point import condition_aware
from elu_sym.certify.quadrature import enclose_expectation
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.symbols import alpha, mu, sigma, x

a = Symbol("a", real=True)
b = Symbol("b", positive=True)

OWN = [
    Elu(x - 1, 1),
    Elu(x - a, b) ** 2,
    Celu(2 * x + 1, b) * x,
    Selu(x, 2, 3) - Relu(x - 5),
    Max(-1, Min(1, x)),
    Max(-1, Min(1, x)) ** 4,
    Abs(x - a) ** 3,
    Piecewise((exp(x), x < -2), (x**2, x < Rational(1, 3)), (1, x < 7), (exp(-x), True)),
    Heaviside(x - b) - Heaviside(x + b),
    (x * exp(a * x) + 1) * Heaviside(-x),
    Max(b * x, -x),
    DiracDelta(x + b) * x + Relu(x),
]
EVERY = pytest.mark.parametrize("g", OWN, ids=str)


def drawn(formula, count=25):
    """Arguments of every size: near and far from the breakpoints, narrow and wide."""
    source = np.random.default_rng(11)
    width = np.exp(source.uniform(-14, 4, count))
    place = source.choice([0.0, 1.0, -2.0, 1 / 3], count) + width * source.normal(size=count) * 4
    others = [
        np.exp(source.uniform(-2, 1.5, count))
        if symbol.is_positive
        else source.normal(size=count) * 2
        for symbol in formula.parameters
    ]
    return place, width, *others


@EVERY
def test_a_call_keeps_eight_units_whoever_computes_it(g):
    formula = GaussianExpectation(g)
    columns = drawn(formula)
    values, by_arb = formula(*columns), formula.numeric.by_arb(*columns)
    scale = condition_aware(formula.closed_form, formula.symbols)
    for value, asked, *place in zip(values.tolist(), by_arb, *columns, strict=True):
        point = dict(zip(formula.symbols, map(Rational, place), strict=True))
        for ball in enclosures(formula.closed_form, point):
            if ball.rel_accuracy_bits() > 70 or ball.rad() < 1e-330:
                break
        if np.isinf(value):
            assert asked
            assert ball * np.sign(value) > np.finfo(float).max
            continue
        with ctx.workprec(200):
            unit = np.spacing(abs(value)) if asked else scale(point, 2048)
            assert abs(ball - value) <= (1 if asked else 8) * unit, point


@EVERY
def test_the_numbers_are_those_of_the_integral(g):
    formula = GaussianExpectation(g)
    place = dict(zip(formula.symbols, (0.3, 1.25, 0.75, 0.5), strict=False))
    integral, size = enclose_expectation(g, {s: Rational(v) for s, v in place.items()})
    assert abs(integral - float(formula(*place.values()))) <= size * 1e-15


def test_the_examples():
    shifted = GaussianExpectation(lambda x: elu(x - 1, 1))
    for place, width in ((0, 40), (1000, 1), (-1000, 1), (1, 1e-9), (1e200, 3), (3, 1e150)):
        np.testing.assert_allclose(shifted(place, width), mean(place - 1.0, width), rtol=1e-14)
    assert shifted(1000, 1) == 999
    payoff = GaussianExpectation(lambda x: Max(x, 0) * 100)
    np.testing.assert_allclose(payoff(-3, 0.5), 100 * elu.mean(-3, 0.5, 1e-300), rtol=1e-14)


def test_it_agrees_with_the_book():
    grid = np.linspace(-4, 4, 9), np.array([[0.25], [3.0]])
    for g, formula, parameters in (
        (Elu(x, alpha), elu.mean, [1.5]),
        (Celu(x, alpha) ** 2, celu.second_moment, [1.5]),
        (lambda y: elu(y, 2) ** 4, elu.fourth_moment, [2.0]),
        (lambda y: leaky_relu(y, b), leaky_relu.mean, [0.1]),
    ):
        own = GaussianExpectation(g)
        given = parameters[: len(own.parameters)]
        values = formula(*grid, *parameters)
        np.testing.assert_allclose(own(*grid, *given), values, rtol=2e-14, atol=1e-15)


def test_the_limits_are_values():
    formula = GaussianExpectation(Elu(x - 1, b))
    assert formula(np.inf, 2, 3) == np.inf
    assert formula(-np.inf, 2, 3) == -3
    assert formula([0, 1, 2], 0, 3).tolist() == [3 * (np.exp(-1) - 1), 0, 1]
    assert np.isnan(formula([np.nan, 0, 0], [1, np.nan, 0], [1, 1, np.nan])).all()
    assert GaussianExpectation(Heaviside(x - a))(1, 0, 1) == 0.5
    assert GaussianExpectation(DiracDelta(x))([0, 1], 0).tolist() == [np.inf, 0]


def test_breakpoints_that_are_parameters():
    steps = Piecewise((1, x < a), (2, x < a + b), (3, True))
    formula = GaussianExpectation(steps)
    assert formula(0, 1, -1, 2) == 2
    assert formula([-1, 0.5, 1], 0, -1, 2).tolist() == [1.5, 2, 2.5]
    assert all(witness.passed for witness in formula.certificate)
    with pytest.raises(ValueError, match="the order of the breakpoints 0 and a is not known"):
        GaussianExpectation(Piecewise((1, x < a), (2, x < 0), (3, True)))(0, 1, 1)


def test_a_universal_function_has_out_and_where():
    formula, out = GaussianExpectation(x**2), np.zeros(3)
    assert formula([1, 2, 3], 1, out=out, where=[True, False, True]) is out
    assert out.tolist() == [2, 0, 10]
    np.testing.assert_array_equal(formula([1, 2], [1, -1], where=[True, False]), [2, np.nan])
    assert GaussianExpectation(3)(1, 2) == 3


def test_the_second_face():
    formula = GaussianExpectation(lambda x: elu(x - 1, b))
    assert isinstance(formula, Formula)
    assert formula.closed_form.free_symbols == {mu, sigma, b}
    assert not formula.expr.has(erfc) or formula.expr.free_symbols == {mu, sigma, b}
    assert formula.latex.startswith(r"\mathbb{E}\left[\operatorname{ELU}_{b}\left(X - 1\right)")
    assert formula._repr_latex_().startswith("$")
    assert formula.derivation.size[0] == 7
    assert formula.cases == ()
    assert formula.parts == {}
    assert formula.domain == "mu real or infinite, sigma >= 0 and finite, b > 0 and finite"
    assert repr(formula) == ("<formula E[Elu(x - 1, b)](mu, sigma, b): the mean of Elu(x - 1, b)>")
    witnesses = formula.certificate
    assert all(witness.passed for witness in witnesses)
    assert {"derivation", "heat", "stein", "arb", "mutation", "parameter"} == {
        str(witness.kind) for witness in witnesses
    }
    with pytest.raises(NoDecompositionError, match="one's own"):
        _ = formula.over_primitives


def test_the_backends():
    formula = GaussianExpectation(lambda x: elu(x - 1, b))
    assert formula.lambdify("scipy") is formula
    for backend in ("mpmath", "flint"):
        value = float(formula.lambdify(backend)(Rational(1, 4), 2, b=3))
        np.testing.assert_allclose(value, formula(0.25, 2, 3), rtol=1e-14)
    value = formula.lambdify("scipy", "textbook")(0.25, 2.0, 3.0)
    np.testing.assert_allclose(value, formula(0.25, 2, 3), rtol=1e-13)


def test_it_travels_and_says_what_it_is():
    formula = pickle.loads(pickle.dumps(GaussianExpectation(lambda x: elu(x - a, b))))
    assert formula.integrand == Elu(x - a, b)
    np.testing.assert_allclose(formula(0.5, 1, 0.25, 2), mean(0.25, 1, 2), rtol=2e-15)
    assert list(inspect.signature(formula).parameters) == ["mu", "sigma", "a", "b"]
    assert "a real and finite, b > 0 and finite" in pydoc.render_doc(formula)


def test_arguments_are_bound_and_checked():
    formula = GaussianExpectation(lambda x: elu(x - a, b))
    assert formula(mu=1, sigma=2, a=3, b=4) == formula(1, 2, 3, 4)
    assert GaussianExpectation(x**2)(3) == 10
    assert formula(np.float32(1), np.float32(2), np.float32(3), np.float32(4)).dtype == np.float32
    assert formula(np.zeros((2, 1)), np.ones(3), 0, 1).shape == (2, 3)
    assert formula([], 1, 0, 1).shape == (0,)
    for arguments, error, message in (
        ((0, 1, np.inf, 1), ValueError, r"a = inf: give a finite number"),
        ((0, 1, 0, [1, -1]), ValueError, r"b\[1\] = -1.0: give a finite number above zero"),
        ((0, -1, 0, 1), ValueError, "sigma = -1.0"),
        ((0, 1, "0", 1), TypeError, "a = '0' is text"),
        ((0, 1), TypeError, r"missing a required argument: 'a'.* takes \(mu, sigma, a, b\)"),
        ((0, 1, 2, 3, 4), TypeError, "too many positional arguments"),
    ):
        with pytest.raises(error, match=message):
            formula(*arguments)
    with pytest.raises(TypeError, match="unexpected keyword argument 'c'"):
        formula(0, 1, 2, 3, c=4)


@pytest.mark.parametrize(
    ("declared", "inside", "outside"),
    [
        ({"nonnegative": True}, 0.0, -1.0),
        ({"negative": True}, -1.0, 0.0),
        ({"nonpositive": True}, 0.0, 1.0),
        ({"positive": True}, 1.0, 0.0),
        ({"real": True}, -1.0, -np.inf),
    ],
)
def test_a_declaration_is_a_domain(declared, inside, outside):
    formula = GaussianExpectation(x * Symbol("c", **declared))
    assert formula(2, 1, inside) == 2 * inside
    with pytest.raises(ValueError, match=f"c = {outside}"):
        formula(2, 1, outside)


@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        ("x**2", TypeError, "g = 'x\\*\\*2' is of type str"),
        (lambda x: "x**2", TypeError, r"g\(x\) = 'x\*\*2' is of type str"),
        (None, TypeError, "g = None"),
        (x > 0, TypeError, "condition"),
        (x * Symbol("c"), ValueError, r'declare it as Symbol\("c", real=True\)'),
        (x * Symbol("n", integer=True), ValueError, "declare it as"),
        (x * Symbol("c", real=True, nonzero=True), ValueError, "declare it as"),
        (x * mu, ValueError, "mu in g is the name of something else"),
        (x * Symbol("sigma", real=True), ValueError, "sigma in g is the name"),
        (x * a + Symbol("a", positive=True), ValueError, "a in g is the name"),
        (x * Symbol("lambda", positive=True), ValueError, "no name of an argument"),
        (x * Symbol("out", positive=True), ValueError, "out in g is the name"),
        (x * Symbol("dtype", positive=True), ValueError, "dtype in g is the name"),
        (lambda y: x + y, ValueError, "g has the symbol x beside its argument"),
        (Normal("X", 0, 1) ** 2, ValueError, "random symbol X: write x for it"),
    ],
)
def test_what_is_no_function_is_refused(g, error, message):
    with pytest.raises(error, match=message):
        GaussianExpectation(g)


def test_a_lambda_of_sympy_is_a_function():
    t = Symbol("t")
    assert GaussianExpectation(Lambda(t, t**2)).integrand == x**2


def test_a_breakpoint_that_is_no_rational_number():
    formula = GaussianExpectation(Max(x, log(2)) + exp(x / 3))

    def integrand(place):
        value = max(place, mpmath.log(2)) + mpmath.exp(place / 3)
        return value * mpmath.npdf(place, 0.5, 2)

    with mpmath.workdps(25):
        true = mpmath.quad(integrand, [-40, -10, mpmath.log(2), 10, 40])
    assert abs(formula(0.5, 2.0) - float(true)) < 1e-15


K = Symbol("K", positive=True)


@pytest.mark.parametrize(
    "g",
    [
        Max(exp(x) - K, 0),
        Abs(x**2 - 1),
        Abs(Elu(x, b)),
        sqrt(2) * Abs(x - pi),
        exp(sqrt(2) * x) * Heaviside(x),
        Max(E, x),
        exp(0.5 * x),
        cosh(x) - 1,
        Piecewise((x**2 / 2, Abs(x) < 1), (Abs(x) - Rational(1, 2), True)),
    ],
    ids=str,
)
def test_whatever_the_engine_integrates_is_a_formula(g):
    formula = GaussianExpectation(g)
    place = (0.5, 1.25, *[1.5] * len(formula.parameters))
    point = dict(zip((x, *formula.parameters), (x, *place[2:]), strict=True))
    with mpmath.workdps(25):
        value = lambdify(x, g.xreplace(point), "mpmath")
        ends = [-40, -1, 0, mpmath.log(1.5), 1, mpmath.e, mpmath.pi, 40]
        true = mpmath.quad(lambda z: value(z) * mpmath.npdf(z, *place[:2]), ends)
    np.testing.assert_allclose(formula(*place), float(true), rtol=1e-14)
    witnesses = formula.certificate
    assert len(witnesses) > 4
    assert all(witness.passed for witness in witnesses)
    assert formula(*place[:1], 0.0, *place[2:]) == pytest.approx(float(value(0.5)), rel=1e-15)


def test_a_normal_distribution_may_be_a_factor():
    gelu = GaussianExpectation(lambda x: x * NormalCdf(x))
    # E X Phi(X) = mu Phi(t) + sigma^2 phi(t)/sqrt(1 + sigma^2), t = mu/sqrt(1 + sigma^2).
    width = np.sqrt(1 + 1.2**2)
    expected = 0.3 * norm.cdf(0.3 / width) + 1.2**2 / width * norm.pdf(0.3 / width)
    assert gelu(0.3, 1.2) == pytest.approx(expected, rel=1e-15)
    assert gelu(0.3, 0) == pytest.approx(0.3 * norm.cdf(0.3), rel=1e-15)
    assert gelu([-np.inf, np.inf], 1).tolist() == [0.0, np.inf]
    assert GaussianExpectation(lambda x: x * (1 + erf(x / sqrt(2))) / 2)(0.3, 1.2) == gelu(0.3, 1.2)
    with pytest.raises(UnsupportedExpressionError, match="no certificate is known"):
        assert gelu.certificate


def test_a_piece_of_gelu_has_numbers_too():
    # Its closed form has a distribution of two variables.
    piece = GaussianExpectation(lambda u: u * erfc(-u / sqrt(2)) / 2 * Heaviside(u - 1))
    expected, _ = quad(lambda v: v * norm.cdf(v) * norm.pdf(v, 0.25, 2.0), 1.0, 40.0, epsabs=1e-13)
    assert piece([0.25, 0.25], 2.0) == pytest.approx([expected] * 2, rel=1e-11)


@pytest.mark.parametrize("g", [lambda x: max(x, 0), math.exp, lambda x: x.relu()])
def test_a_function_of_another_library_is_an_error_that_says_how_to_write_it(g):
    with pytest.raises(TypeError, match="write it with what SymPy has"):
        GaussianExpectation(g)
    with pytest.raises(TypeError, match="write it with what SymPy has"):
        JointGaussianExpectation(lambda x, y: g(x) * y)
