"""Expectations of what is written with the random symbols of SymPy."""

import pytest
from sympy import Max, Rational, Symbol, erf, exp, pi, sqrt, symbols
from sympy.stats import Exponential, Normal

from elu_sym.activations import Relu
from elu_sym.algebra.equality import equals
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.gaussian.random_variables import expectation
from elu_sym.symbols import mu, rho, sigma

r, m1, m2 = symbols("r m1 m2", real=True)
s1, s2 = symbols("s1 s2", positive=True)
Z = Normal("Z", [m1, m2], [[s1**2, r * s1 * s2], [r * s1 * s2, s2**2]])


def test_components_of_a_vector():
    assert equals(expectation(Z[0] * Z[1], Z[0], Z[1]), m1 * m2 + r * s1 * s2)
    assert equals(expectation(Z[1] ** 2, Z[1]), m2**2 + s2**2)
    # Whichever is named first.
    product = Max(Z[0], 0) * Z[1]
    numbers = {m1: Rational(1, 3), m2: -1, s1: 2, s2: Rational(1, 2), r: Rational(-2, 5)}
    forward, backward = expectation(product, Z[0], Z[1]), expectation(product, Z[1], Z[0])
    assert forward.subs(numbers).evalf(20) == pytest.approx(backward.subs(numbers).evalf(20))


def test_independent_symbols():
    X, Y = Normal("X", 0, 1), Normal("Y", 1, 2)
    assert equals(expectation(X**2 * exp(Y), X, Y), exp(3))
    assert equals(
        expectation(Relu(X) * Relu(Y), X, Y), expectation(Relu(X), X) * expectation(Relu(Y), Y)
    )


def test_floats_of_a_law_are_the_numbers_that_they_are():
    exact = Normal("Z", [Rational(1, 2), 0], [[1, Rational(1, 2)], [Rational(1, 2), 1]])
    floats = Normal("Z", [0.5, 0.0], [[1.0, 0.5], [0.5, 1.0]])
    found, expected = (expectation(Max(V[0], 0) * V[1], V[0], V[1]) for V in (floats, exact))
    assert found == expected
    X, Y = Normal("X", 0.5, 1.5), Normal("Y", 0.25, 1)
    assert expectation(X * Y**2, X, Y) == Rational(17, 32)


def test_a_law_on_a_line_has_no_value_that_is_no_number():
    floats = Normal("Z", [0, 0], [[0.1, 0.1], [0.1, 0.1]])
    assert equals(expectation(floats[0] * floats[1], floats[0], floats[1]), Rational(0.1))
    signed = Normal("Z", [0, 0], [[r**2, r], [r, 1]])
    with pytest.raises(UnsupportedExpressionError, match="Abs"):
        expectation(signed[0] * signed[1], signed[0], signed[1])
    fixed = Normal("Z", [1, 2], [[1, 0], [0, 0]])
    with pytest.raises(ValueError, match=r"^Z\[1\] has the variance 0: put its mean into g$"):
        expectation(fixed[0] * fixed[1], fixed[0], fixed[1])


@pytest.mark.parametrize("sign", [1, -1])
def test_at_the_ends_of_the_correlation_the_second_is_a_line_in_the_first(sign):
    vector = Normal("V", [0, 0], [[4, sign * 6], [sign * 6, 9]])
    half = expectation(Max(vector[0], 0) * Max(vector[1], 0), vector[0], vector[1])
    assert equals(half, 3 if sign > 0 else 0)


def test_a_parameter_may_be_called_as_a_symbol_of_the_law():
    shift = Symbol("mu1", real=True)
    assert equals(
        expectation((Z[0] + shift) * Z[1], Z[0], Z[1]), m1 * m2 + r * s1 * s2 + shift * m2
    )


def test_a_distribution_may_be_a_factor():
    X = Normal("X", mu, sigma)
    expected = mu * NormalCdf(mu / sqrt(1 + sigma**2)) + sigma**2 * exp(
        -(mu**2) / (2 * (1 + sigma**2))
    ) / sqrt(2 * pi * (1 + sigma**2))
    gelu = X * NormalCdf(X)
    assert equals(expectation(gelu, X), expected)
    assert equals(expectation(X * (1 + erf(X / sqrt(2))) / 2, X), expected)
    with pytest.raises(UnsupportedExpressionError, match="more than one distribution of x"):
        expectation(gelu**2, X)


def test_users_errors_are_named():
    X = Normal("X", 0, 1)
    with pytest.raises(TypeError, match="give the order of breakpoints as order="):
        expectation(X, X, (1, 2))
    for pair in ((X, X), (X, Z[0]), (Z[0], Z[0]), (X, Exponential("T", 1)), (X, rho)):
        with pytest.raises(TypeError, match="no two jointly normal variables"):
            expectation(X, *pair)
    with pytest.raises(TypeError, match="g = 'x' is of type str"):
        expectation("x", Z[0], Z[1])
    with pytest.raises(UnsupportedExpressionError, match="another random symbol"):
        expectation(X * Z[0] * Z[1], Z[0], Z[1])
