from math import factorial

import pytest
import textbook
from hypothesis import given, settings, strategies as st
from sympy import (
    DiracDelta,
    Heaviside,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Symbol,
    exp,
    gamma,
    symbols,
)
from textbook import ELU, MEAN, SECOND_MOMENT, VARIANCE, excess

from elu_sym.activations import Relu
from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.compound import VALUE, Compound
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.points import hard_points, random_points
from elu_sym.certify.quadrature import arb_certificate, enclose_expectation
from elu_sym.symbols import alpha, mu, sigma, x

INPUT, OTHER = symbols("E[h] E[g*h]", real=True)

rationals = st.fractions(-3, 3, max_denominator=8).map(lambda q: Rational(str(q)))
widths = st.fractions("1/8", 4, max_denominator=8).map(lambda q: Rational(str(q)))


@pytest.mark.parametrize("name", textbook.EXPECTATIONS)
def test_textbook_forms_overlap_the_integral(name):
    expression, g = textbook.EXPECTATIONS[name]
    witness = arb_certificate(expression, g)
    assert witness.passed, witness.detail


@given(st.integers(0, 4), rationals, rationals, widths, rationals)
@settings(max_examples=40)
def test_the_enclosure_holds_the_exact_moments_wherever_it_is_split(n, rate, mean, width, cut):
    """E[x^n e^{kx}] is e^{k mu + k^2 sigma^2/2} times a moment of N(mu + k sigma^2, sigma^2)."""
    g = x**n * exp(rate * x)
    split = Piecewise((g, x > cut), (g, True))
    shifted = mu + rate * sigma**2
    moment = sum(
        shifted ** (n - 2 * j)
        * sigma ** (2 * j)
        * Rational(factorial(n), factorial(n - 2 * j) * factorial(j) * 2**j)
        for j in range(n // 2 + 1)
    )
    point = {mu: mean, sigma: width}
    truth = enclose(exp(rate * mu + rate**2 * sigma**2 / 2) * moment, point, 256)
    ball = enclose_expectation(split, point)
    assert ball.value.overlaps(truth)
    assert ball.value.rad() <= ball.magnitude * 1e-20


def test_a_power_that_vanishes_at_a_midpoint_leaves_the_scale_a_number():
    """At 18/7 - 9/8 16/7 = 0, which no ball knows to be 0."""
    point = {mu: Rational(18, 7), sigma: Rational(16, 7)}
    ball = enclose_expectation(x**2, point)
    assert ball.magnitude > 0
    assert ball.value.overlaps(enclose(mu**2 + sigma**2, point, 256))


@pytest.mark.parametrize(
    ("expression", "g"),
    [(MEAN, ELU), (SECOND_MOMENT, ELU**2), (excess(0), Relu(x))],
    ids=["mean", "second moment", "relu"],
)
def test_hard_points_are_enclosed_too(expression, g):
    points = list(hard_points([alpha], Rational(3, 2)))
    witness = arb_certificate(expression, g, points)
    assert witness.passed, witness.detail


def test_the_variance_is_enclosed_though_its_parts_cancel():
    points = list(hard_points([alpha], Rational(3, 2), largest_ratio=6))
    variance = Compound(OTHER - VALUE**2, {VALUE: ELU, OTHER: ELU**2})
    witness = arb_certificate(VARIANCE, variance, points)
    assert witness.passed, witness.detail


def test_the_covariance_and_a_quotient_are_enclosed():
    points = random_points([alpha], 4, seed=8, largest_ratio=2)
    covariance = Compound(OTHER - VALUE * INPUT, {VALUE: ELU, INPUT: x, OTHER: ELU * x})
    assert arb_certificate(sigma**2 * textbook.DERIVATIVE_MEAN, covariance, points)
    assert arb_certificate(1 / MEAN, Compound(1 / VALUE, {VALUE: ELU}), points)


def test_a_rare_event_is_seen_to_all_digits():
    point = {mu: S(-40), sigma: S.One}
    ball = enclose_expectation(Heaviside(x), point).value
    assert ball.overlaps(enclose(textbook.above(0), point, 256))
    assert ball.rel_accuracy_bits() > 60


def test_far_and_steep_pieces_are_in_the_tail():
    """The breakpoint lies outside the first cut, and beyond it the function grows."""
    g = Piecewise((exp(5 * x), x > 20), (1, True))
    point = {mu: S.Zero, sigma: S.One}
    whole = enclose_expectation(g, point).value
    truth = textbook.above(20) * -1 + 1 + exp(Rational(25, 2)) * textbook.above(20 - 5)
    assert whole.overlaps(enclose(truth, point, 256))
    assert whole.rel_accuracy_bits() > 60


@pytest.mark.parametrize("g", [x, x**3, x**2 - 1, exp(x) - exp(-x), S.Zero * x], ids=str)
def test_an_expectation_that_vanishes_is_enclosed(g):
    ball = enclose_expectation(g, {mu: S.Zero, sigma: S.One})
    assert ball.value.contains(0)
    assert ball.value.rad() <= 1e-20


def test_atoms_are_added():
    point = {mu: Rational(1, 3), sigma: S(2)}
    found = enclose_expectation(x + 3 * DiracDelta(x - 1), point).value
    assert found.overlaps(enclose(mu + 3 * textbook.density(1), point, 200))


def test_breakpoints_may_be_symbols():
    a, b = symbols("a b", real=True)
    clipped = Max(a, Min(b, x))
    g = Piecewise((a, x < a), (x, x < b), (b, True))
    assert arb_certificate(a + excess(a) - excess(b), Integrand.from_expr(g, (a, b)))
    point = {mu: S.Zero, sigma: S.One, a: S(-1), b: S(2)}
    numbers = clipped.subs(point)
    assert enclose_expectation(numbers, point).value.overlaps(
        enclose(a + excess(a) - excess(b), point, 200)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        MEAN + Rational(1, 10**18),
        MEAN * (1 + Rational(1, 10**17)),
        MEAN.subs(sigma, sigma**2),
        MEAN - 2 * alpha * textbook.below_zero(1),
        SECOND_MOMENT,
    ],
)
def test_a_wrong_form_is_disjoint(wrong):
    witness = arb_certificate(wrong, ELU)
    assert not witness.passed
    assert "disjoint" in witness.detail


def test_a_form_with_a_pole_at_the_point_is_rejected():
    point = {mu: S.One, sigma: S.One, alpha: S.One}
    witness = arb_certificate(MEAN / (mu - 1), ELU, [point])
    assert not witness.passed
    assert "not narrow" in witness.detail


@pytest.mark.parametrize(
    "wrong", [MEAN + Symbol("beta"), MEAN * gamma(sigma)], ids=["beta", "gamma"]
)
def test_a_form_without_a_value_is_rejected(wrong):
    witness = arb_certificate(wrong, ELU)
    assert not witness.passed
    assert "no value" in witness.detail


def test_a_recipe_is_any_function_that_balls_have():
    grown = Compound(exp(VALUE), {VALUE: x})
    assert arb_certificate(exp(mu), grown)
    assert not arb_certificate(mu, grown)
    with pytest.raises(ValueError, match="no enclosure is known"):
        arb_certificate(mu, Compound(gamma(VALUE), {VALUE: x}))


def test_a_symbol_without_a_value_is_named():
    with pytest.raises(ValueError, match="beta"):
        enclose_expectation(Symbol("beta", real=True) * x, {mu: S.Zero, sigma: S.One})
