"""Numbers of closed forms that nobody wrote numerics for: in doubles, by Arb, or an error."""

import numpy as np
import pytest
from scipy.stats import norm
from sympy import Heaviside, Rational, exp

from elu_sym import celu, elu, leaky_relu
from elu_sym.activations import Relu
from elu_sym.algebra.enclosure import enclose_to
from elu_sym.book.expectation_formula import GaussianExpectation
from elu_sym.certify.quadrature import enclose_expectation
from elu_sym.symbols import mu, sigma, x


def test_what_a_small_value_comes_from():
    # 1e-9 below a breakpoint the two terms agree in all digits.
    formula = GaussianExpectation((1 - exp(x)) ** 2 * Heaviside(-x))
    assert formula.numeric.by_arb(0.0, 1e-9)
    np.testing.assert_allclose(formula(0.0, 1e-9), 5e-19, rtol=1e-8)
    assert formula(0.0, 1e-170) == 0.0
    assert formula(0.0, 3e-162) == 5e-324
    # Whatever digits are left of the precision that Arb starts with.
    for width in 0.5 ** np.arange(10, 80):
        ball = enclose_to(
            formula.closed_form, {mu: Rational(0), sigma: Rational(width)}, Rational(1, 2**70)
        )
        assert abs(ball - float(formula(0.0, width))) <= ball * 2.0**-52
    odd = GaussianExpectation(x**3)
    assert odd(0.0, 2.0) == 0.0
    assert odd(0.0, 1e200) == 0.0
    assert odd(1e200, 1.0) == np.inf
    assert odd(-1e200, 1.0) == -np.inf
    assert GaussianExpectation(-exp(x))(0.0, 100.0) == -np.inf
    assert GaussianExpectation(Relu(x) - Relu(-x))(0.0, 2.0) == 0.0


def test_without_arb_an_error_says_what_to_install(monkeypatch):
    formula = GaussianExpectation((1 - exp(x)) ** 2 * Heaviside(-x))
    monkeypatch.setitem(__import__("sys").modules, "flint", None)
    assert formula(-30.0, [1.0, 2.0]).shape == (2,)
    with pytest.raises(
        ModuleNotFoundError,
        match=r"at mu\[1\] = 0.0, sigma\[1\] = 1e-09.* needs flint: pip install .*\[verify\]",
    ):
        formula([-30.0, 0.0], [1.0, 1e-9])


PARTS = ("product_moment", "input_mean", "negative_probability", "negative_partial_mean")


@pytest.mark.parametrize("activation", [elu, celu, leaky_relu], ids=lambda each: each.name)
@pytest.mark.parametrize("name", PARTS)
def test_the_parts_of_other_formulas_have_numbers(activation, name):
    formula = activation.formulas[name]
    for place in ((0.3, 1.25), (-2.0, 0.5), (1.0, 0.25)):
        place = (*place, *[0.75] * len(activation.parameters))
        point = dict(zip(formula.symbols, map(Rational, place), strict=True))
        integral, size = enclose_expectation(formula.integrand, point)
        assert abs(integral - float(formula(*place))) <= size * 1e-14
    assert np.isfinite(formula(0.3, 0.0))


def test_the_black_put():
    # The price of a put is minus the partial mean: against Black's formula with N(-d) by SciPy.
    for forward, strike, deviation in ((100, 110, 0.25), (90, 80, 0.05), (1, 1, 3)):
        d = np.log(forward / strike) / deviation + deviation / 2
        black = strike * norm.cdf(deviation - d) - forward * norm.cdf(-d)
        place = np.log(forward / strike) - deviation**2 / 2
        value = -elu.negative_partial_mean(place, deviation, strike)
        np.testing.assert_allclose(value, black, rtol=1e-11)
