"""Expectations over two jointly normal variables: published kernels, quadrature, and laws."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sympy import (
    Abs,
    DiracDelta,
    Heaviside,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Symbol,
    acos,
    cos,
    exp,
    pi,
    sin,
    symbols,
)
from sympy.stats import Normal

from elu_sym.activations import Celu, Elu, LeakyRelu, Relu, Selu
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import equals
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.gaussian.derivation import DerivationError
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.gaussian.two_inputs import JOINT_LAW, derive_joint_expectation
from elu_sym.symbols import alpha, mu, mu1, mu2, rho, scale, sigma, sigma1, sigma2, slope, x, y

STANDARD = {mu1: S.Zero, mu2: S.Zero, sigma1: S.One, sigma2: S.One}
POINTS = [
    (Rational(1, 2), Rational(7, 5), Rational(-1, 3), Rational(1, 2), Rational(1, 3)),
    (Rational(-2), Rational(1, 2), Rational(1), Rational(2), Rational(-9, 10)),
    (Rational(0), Rational(3), Rational(0), Rational(1, 4), Rational(19, 20)),
]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def closed(function):
    return derive_joint_expectation(function).result


def by_quadrature(first, second, law, kinks=(0.0,)):
    """E first(X) second(Y), by Gauss-Legendre rules between the kinks of either function."""
    m, s, n, t, r = map(float, law)

    def expectation(function, mean, deviation):
        cuts = [mean + deviation * z for z in range(-12, 13, 3)]
        total = 0.0
        ends = sorted({*cuts, *(kink for kink in kinks if cuts[0] < kink < cuts[-1])})
        for low, high in pairwise(ends):
            place = (high + low) / 2 + (high - low) / 2 * NODES
            z = (place - mean) / deviation
            density = np.exp(-z * z / 2) / (np.sqrt(2 * np.pi) * deviation)
            total += (high - low) / 2 * np.sum(WEIGHTS * density * function(place))
        return total

    def given(place):
        width = t * np.sqrt(1 - r * r)
        means = n + r * t * (place - m) / s
        return np.array([expectation(second, mean, width) for mean in means])

    return expectation(lambda place: first(place) * given(place), m, s)


def elu(values, height=1.5):
    return np.where(values > 0, values, height * np.expm1(np.minimum(values, 0)))


def slope_of_elu(values, height=1.5):
    return np.where(values > 0, 1.0, height * np.exp(np.minimum(values, 0)))


CASES = {
    "kernel": (Elu(x, alpha), Elu(x, alpha), elu, elu),
    "derivative kernel": (Elu(x, alpha).diff(x), Elu(x, alpha).diff(x), slope_of_elu, slope_of_elu),
    "cross kernel": (Elu(x, alpha), Elu(x, alpha).diff(x), elu, slope_of_elu),
    "ReLU and ELU": (Relu(x), Elu(x, alpha), lambda v: np.maximum(v, 0), elu),
    "input and output": (x, Elu(x, alpha), lambda v: v, elu),
    "SELU": (
        Selu(x, alpha, scale),
        Selu(x, alpha, scale),
        lambda v: 1.25 * elu(v),
        lambda v: 1.25 * elu(v),
    ),
    "leaky ReLU": (
        LeakyRelu(x, slope),
        Elu(x, alpha),
        lambda v: np.where(v > 0, v, 0.25 * v),
        elu,
    ),
    "CELU": (
        Celu(x, alpha),
        Celu(x, alpha),
        lambda v: np.where(v > 0, v, 1.5 * np.expm1(np.minimum(v, 0) / 1.5)),
        lambda v: np.where(v > 0, v, 1.5 * np.expm1(np.minimum(v, 0) / 1.5)),
    ),
    "clipped": (Max(-1, Min(1, x)), Abs(x), lambda v: np.clip(v, -1, 1), np.abs),
}


QUICK = ("derivative kernel", "ReLU and ELU", "clipped")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.deep] * (n not in QUICK)) for n in CASES]
)
def test_closed_forms_have_the_value_that_quadrature_gives(name):
    first, second, left, right = CASES[name]
    form = closed(first * second.xreplace({x: y}))
    kinks = (-1.0, 0.0, 1.0) if name == "clipped" else (0.0,)
    for law in POINTS:
        point = dict(zip(JOINT_LAW, law, strict=True))
        point |= {alpha: Rational(3, 2), scale: Rational(5, 4), slope: Rational(1, 4)}
        expected = by_quadrature(left, right, law, kinks)
        assert float(enclose(form, point, 256).mid()) == pytest.approx(expected, rel=1e-11), law


def test_kernels_of_relu_are_the_published_ones():
    # Cho, Saul: Kernel methods for deep learning, NIPS 2009, equations 1 to 6, with norms 1.
    theta = acos(rho)
    step = (pi - theta) / (2 * pi)
    ramp = (sin(theta) + (pi - theta) * cos(theta)) / (2 * pi)
    square = (3 * sin(theta) * cos(theta) + (pi - theta) * (1 + 2 * cos(theta) ** 2)) / (2 * pi)
    for function, published in ((Heaviside(x), step), (Relu(x), ramp), (Relu(x) ** 2, square)):
        form = closed(function * function.xreplace({x: y})).subs(STANDARD)
        for value in (Rational(-4, 5), Rational(0), Rational(1, 2), Rational(24, 25)):
            there = float(published.subs(rho, value))
            assert float(form.subs(rho, value).evalf(30)) == pytest.approx(there, rel=1e-14)


def test_moments_of_polynomials_are_those_of_isserlis():
    assert equals(closed(x**2 * y**2).subs(STANDARD), 1 + 2 * rho**2)
    assert equals(closed(x**3 * y**3).subs(STANDARD), 9 * rho + 6 * rho**3)
    assert equals(closed(exp(x) * exp(y)).subs(STANDARD), exp(1 + rho))


@pytest.mark.parametrize("name", ["kernel", "ReLU and ELU"])
def test_at_correlation_0_it_is_the_product_of_the_means(name):
    first, second, *_ = CASES[name]
    X, Y = Normal("X", mu1, sigma1), Normal("Y", mu2, sigma2)
    means = [derive_expectation(g.xreplace({x: Z}), Z).result for g, Z in ((first, X), (second, Y))]
    form = closed(first * second.xreplace({x: y}))
    assert is_zero(form.subs(rho, 0) - means[0] * means[1])


def test_the_ends_of_the_correlation_are_limits():
    form = closed(Elu(x, alpha) * Elu(y, alpha))
    X = Normal("X", mu, sigma)
    square = derive_expectation(Elu(X, alpha) ** 2, X).result
    place = {mu: Rational(1, 3), sigma: Rational(4, 3), alpha: Rational(3, 2)}
    law = {mu1: place[mu], mu2: place[mu], sigma1: place[sigma], sigma2: place[sigma]}
    at_end = enclose(square, place, 256)
    gaps = []
    for power in (10, 20, 40):
        near = enclose(form, {**law, rho: 1 - Rational(1, 2**power), alpha: place[alpha]}, 512)
        gaps.append(float(abs(near - at_end).mid()))
    assert gaps[0] > 900 * gaps[1] > 900 * 2**19 * gaps[2] > 0  # linear in 1 - rho


def test_it_is_symmetric():
    form = closed(Elu(x, alpha) * Elu(y, alpha))
    turned = {mu1: mu2, mu2: mu1, sigma1: sigma2, sigma2: sigma1}
    assert is_zero(form - form.subs(turned, simultaneous=True))


def test_sums_are_read_as_sums_of_products():
    distance = closed((Relu(x) - Relu(y)) ** 2)
    parts = closed(Relu(x) ** 2) - 2 * closed(Relu(x) * Relu(y)) + closed(Relu(y) ** 2)
    assert is_zero(distance - parts)
    assert is_zero(closed(exp(x + y)) - closed(exp(x) * exp(y)))


def test_atoms_are_densities():
    form = closed(DiracDelta(x) * DiracDelta(y - 1))
    law = {mu1: S.Zero, mu2: S.One, sigma1: S(2), sigma2: S(3), rho: Rational(3, 5)}
    assert float(form.subs(law).evalf(20)) == pytest.approx(1 / (2 * np.pi * 6 * 0.8), rel=1e-15)


def test_a_derivation_is_data_and_can_be_checked_again():
    derivation = derive_joint_expectation(Relu(x) * Relu(y))
    derivation.recheck()
    steps, checks = derivation.size
    assert steps == 12
    assert checks > 20
    text = derivation.to_text()
    assert "find_antiderivatives" in text
    assert "given x the law of y is N(" in text
    assert "BivariateNormalCdf" in repr(derivation)
    assert derivation._repr_latex_().count("\\Phi_2") >= 2
    # What was not derived so is no derivation.
    other = derive_joint_expectation(Relu(x) * Heaviside(y))
    for wrong in (
        {"outer": other.outer},
        {"inner": other.inner},
        {"products": {Relu(y): 2 * Relu(x)}},
        {"law": JOINT_LAW._replace(correlation=-rho)},
    ):
        with pytest.raises((DerivationError, KeyError)):
            replace(derivation, **wrong)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (Max(x, y), "Max\\(x, y\\) is no sum of products"),
        (Piecewise((1, x < y), (0, True)), "is no sum of products"),
        (x * NormalCdf(x) * y * NormalCdf(y), "has a normal distribution in it"),
        ((x + mu1) * y, "mu1 in g is a symbol of the law"),
        (exp(x * y), "is no sum of products"),
    ],
)
def test_what_is_outside_of_the_class_is_named(function, message):
    with pytest.raises(UnsupportedExpressionError, match=message):
        derive_joint_expectation(function)


def test_parameters_may_be_breakpoints():
    strike = Symbol("K", positive=True)
    form = closed(Max(exp(x) - strike, 0) * Max(y, 0))
    law = dict(zip(JOINT_LAW, POINTS[0], strict=True))
    expected = by_quadrature(
        lambda v: np.maximum(np.exp(v) - 2, 0),
        lambda v: np.maximum(v, 0),
        POINTS[0],
        (0.0, float(np.log(2))),
    )
    assert float(enclose(form, {**law, strike: S(2)}, 256).mid()) == pytest.approx(
        expected, rel=1e-11
    )


def test_prices_theorem_holds_exactly():
    f = Elu(x, alpha)
    for degree in (0, 1):
        lower, upper = f.diff(x, degree), f.diff(x, degree + 1)
        form, slope_form = (closed(g * g.xreplace({x: y})) for g in (lower, upper))
        moved = NormalForm.from_expr(form).diff(rho)
        assert (moved - NormalForm.from_expr(sigma1 * sigma2 * slope_form)).is_zero


def test_the_kernel_of_derivatives_has_a_cross_term_and_a_jump_squared():
    # Without the cross terms it would be 0.290 where it is 0.053: alpha = 1.7, rho = 0.35.
    f = Elu(x, alpha).diff(x, 2)
    law = {**STANDARD, mu1: Rational(1, 5), mu2: Rational(-2, 5)}
    form = closed(f * f.xreplace({x: y}))
    first = closed(Elu(x, alpha).diff(x) * Elu(y, alpha).diff(y))
    place, step = {**law, alpha: Rational(17, 10)}, Rational(1, 10**8)
    ends = [enclose(first, {**place, rho: Rational(35, 100) + s}, 256) for s in (step, -step)]
    quotient = float(((ends[0] - ends[1]) / 2).mid()) * 1e8
    value = float(enclose(form, {**place, rho: Rational(35, 100)}).mid())
    assert value == pytest.approx(quotient, rel=1e-9)


def test_a_clash_of_symbols_is_no_trap():
    # mu and sigma stand for the conditional law inside: as parameters of g they stay themselves.
    form = closed((x + mu) * (y + sigma))
    expected = mu1 * mu2 + rho * sigma1 * sigma2 + mu * mu2 + sigma * mu1 + mu * sigma
    assert is_zero(form - expected)
    a, b = symbols("a b", real=True)
    assert is_zero(closed((x + a) * (y + b)) - expected.subs({mu: a, sigma: b}))
