"""The witnesses for two inputs accept what is right and reject what is wrong, each of its kind."""

from functools import cache

import pytest
from sympy import DiracDelta, Rational, exp, sqrt
from sympy.stats import Normal

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.joint_heat import joint_heat_certificate
from elu_sym.certify.joint_witnesses import (
    LAW,
    joint_arb_certificate,
    joint_monte_carlo_certificate,
    joint_mutation_certificate,
    price_certificate,
    random_joint_points,
)
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.two_inputs import derive_joint_expectation
from elu_sym.symbols import alpha, mu, mu1, mu2, rho, sigma, sigma1, sigma2, x, y

FUNCTIONS = {
    "ReLU": (Relu(x), Relu(x)),
    "ELU": (Elu(x, alpha), Elu(x, alpha)),
    "ReLU and the derivative of ELU": (Relu(x), Elu(x, alpha).diff(x)),
}
VALUES = {alpha: Rational(3, 2)}


@cache
def known(name):
    """The closed form, the factors, their means, and the expectation of the derivatives."""
    first, second = FUNCTIONS[name]
    X = Normal("X", mu, sigma)
    means = [tuple(derive_expectation(g.subs(x, X), X).result for g in (first, second))]
    products = [tuple(Integrand.from_expr(g) for g in (first, second))]
    slope = derive_joint_expectation(first.diff(x) * second.diff(x).xreplace({x: y})).result
    form = derive_joint_expectation(first * second.xreplace({x: y})).result
    return form, products, means, slope


WRONG = {
    "a constant": lambda form: form + Rational(1, 10**9),
    "a factor": lambda form: form * (1 + Rational(1, 10**9)),
    "the correlation": lambda form: form.subs(rho, rho**3),
    "the sign of the correlation": lambda form: form.subs(rho, -rho),
    "another solution, not bounded near 0": lambda form: (
        form + mu1 / sigma1**3 * exp(-(mu1**2) / (2 * sigma1**2))
    ),
    "a density more": lambda form: form + NormalPdf(mu1 / sigma1) / sigma1,
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.deep] * (n != "ReLU")) for n in FUNCTIONS]
)
def test_the_right_form_passes(name):
    form, products, means, slope = known(name)
    points = random_joint_points(form, 3)
    assert joint_heat_certificate(form, products)
    assert price_certificate(form, products, means, slope)
    assert joint_arb_certificate(form, products, means, points)
    assert joint_monte_carlo_certificate(
        lambda *law: enclose(form, dict(zip(LAW, law, strict=True)) | VALUES, 200),
        products,
        VALUES,
        samples=1 << 16,
    )


@pytest.mark.parametrize("change", WRONG)
def test_each_rejects_a_wrong_form(change):
    form, products, means, slope = known("ReLU")
    wrong = WRONG[change](form)
    assert not joint_heat_certificate(wrong, products)
    assert not price_certificate(wrong, products, means, slope)
    assert not joint_arb_certificate(wrong, products, means, random_joint_points(form, 3))


def test_samples_reject_a_form_that_is_three_percent_off():
    form, products, *_ = known("ReLU")
    wrong = form * Rational(103, 100)
    assert not joint_monte_carlo_certificate(
        lambda *law: enclose(wrong, dict(zip(LAW, law, strict=True)), 200),
        products,
        {},
        samples=1 << 18,
    )


def test_price_needs_the_right_slope_and_the_right_means():
    form, products, means, slope = known("ReLU")
    assert not price_certificate(form, products, means, slope + rho)
    ((first, second),) = means
    assert "a mean" in price_certificate(form, products, [(first, second + 1)], slope).detail


def test_the_heat_equation_names_what_fails():
    identity = Integrand.from_expr(x)
    pair = [(identity, identity)]
    right = mu1 * mu2 + rho * sigma1 * sigma2
    cases = {
        right + sigma1: "the heat equation fails",
        right + 1 / sigma1: "the heat equation fails",
        right + 1: "is mu1*mu2 + 1 and not mu1*mu2",
        right + exp(mu1**2): "the heat equation fails",
        right / BivariateNormalCdf(mu1, mu2, rho): "the heat equation fails",
    }
    for wrong, reason in cases.items():
        witness = joint_heat_certificate(wrong, pair)
        assert not witness
        assert reason in witness.detail
    # It solves the equation and tends to 0, but is of size 1/v on the way: the bound refuses it.
    spike = mu1 / sigma1**3 * exp(-(mu1**2) / (2 * sigma1**2))
    assert "no uniform bound" in joint_heat_certificate(right + spike, pair).detail
    atom = Integrand.from_expr(DiracDelta(x))
    assert "an atom" in joint_heat_certificate(right, [(atom, identity)]).detail


def test_the_joint_density_of_a_point_is_no_bounded_solution():
    step = Integrand.from_expr(Relu(x).diff(x))
    form = derive_joint_expectation(Relu(x).diff(x) * Relu(y).diff(y)).result
    density = exp(-(mu1**2) / (2 * sigma1**2)) * sqrt(1 - rho**2) / (sigma1 * sigma2)
    assert joint_heat_certificate(form, [(step, step)])
    assert not joint_heat_certificate(form + density, [(step, step)])


@pytest.mark.deep
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_mutant_of_every_form_is_rejected(name):
    form, products, means, _ = known(name)
    assert joint_mutation_certificate(form, products, means, random_joint_points(form, 3))
