"""Hermite coefficients: exact, beside many digits, how fast they fall, and the kernel they make."""

import math

import mpmath
import numpy as np
import pytest
from numpy.polynomial import HermiteE
from scipy.integrate import quad

from elu_sym import ACTIVATIONS, elu, hermite_coefficients, kernel_series, leaky_relu, relu
from elu_sym.networks.hermite_series import exact_hermite_coefficient
from elu_sym.symbols import alpha, sigma

C = math.sqrt(2 / math.pi) / (2 * math.pi)
EVERY_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def by_recurrence(count, deviation, height):
    """a_2, a_3, ... of ELU by the recurrence as it stands, with the digits that it loses."""
    context = mpmath.MPContext()
    context.dps = 30 + int(deviation**2 / 4)
    s, root = context.mpf(deviation), context.sqrt
    peak = 1 / root(2 * context.pi)
    below, zeros, found = [context.exp(s * s / 2) * context.ncdf(-s)], [context.one, 0], []
    for n in range(1, count):
        below.append((s * below[-1] - peak * zeros[n - 1]) / root(n))
        zeros.append(-root(context.mpf(n) / (n + 1)) * zeros[n - 1])
    for n in range(2, count):
        jump = (1 - context.mpf(height)) * peak * zeros[n - 2]
        found.append(s * (jump + height * s * below[n - 2]) / root(n * (n - 1)))
    return np.array(list(map(float, found)))


@EVERY_ACTIVATION
def test_they_are_the_integrals_that_define_them(activation):
    values = [0.8 + 0.3 * place for place, _ in enumerate(activation.parameters)]
    found = hermite_coefficients(7, 1.3, *values, activation=activation)
    ratio, rate, factor = {
        "elu": lambda a: (a, 1.0, 1.0),
        "relu": lambda: (0.0, 0.0, 1.0),
        "leaky_relu": lambda a: (a, 0.0, 1.0),
        "selu": lambda a, b: (a, 1.0, b),
        "celu": lambda a: (1.0, 1.0 / a, 1.0),
    }[activation.name](*values)

    def function(x):
        return factor * (x if x > 0 else ratio * (math.expm1(rate * x) / rate if rate else x))

    for order, coefficient in enumerate(found):
        polynomial = HermiteE.basis(order)

        def integrand(z, polynomial=polynomial):
            density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            return function(1.3 * z) * float(polynomial(z)) * density

        halves = (quad(integrand, *ends, epsabs=1e-13)[0] for ends in ((-12, 0), (0, 12)))
        assert coefficient == pytest.approx(
            math.fsum(halves) / math.sqrt(math.factorial(order)), abs=1e-11
        )


def test_they_are_the_exact_ones():
    for order in range(6):
        exact = exact_hermite_coefficient(order).subs({sigma: 3, alpha: 2}).evalf(30)
        assert hermite_coefficients(6, 3.0, 2.0)[order] == pytest.approx(float(exact), rel=2e-14)
    assert str(exact_hermite_coefficient(2, "relu")) == "sigma/(2*sqrt(pi))"
    assert exact_hermite_coefficient(3, relu) == 0


@pytest.mark.parametrize("height", [0.25, 1.0])
@pytest.mark.parametrize("deviation", [0.01, 0.97, 1.0, 1.5, 4.0, 12.0, 25.0])
def test_digits_are_kept_where_the_recurrence_loses_them(deviation, height):
    expected = by_recurrence(1000, deviation, height)
    found = hermite_coefficients(1000, deviation, height)[2:]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.deep
@pytest.mark.parametrize("deviation", [1.0, 20.0, 60.0, 63.3, 100.0])
def test_digits_are_kept_up_to_four_thousand(deviation):
    expected = by_recurrence(4001, deviation, 1.0)
    np.testing.assert_allclose(hermite_coefficients(4001, deviation)[2:], expected, rtol=1e-14)


def test_the_recurrence_as_it_stands_loses_them():
    # In doubles nothing is left at n = s^2, hence the two directions.
    s = 8.0
    below, zeros = [math.exp(s * s / 2) * math.erfc(s / math.sqrt(2)) / 2], [1.0, 0.0]
    for n in range(1, 70):
        below.append((s * below[-1] - zeros[n - 1] / math.sqrt(2 * math.pi)) / math.sqrt(n))
        zeros.append(-math.sqrt(n / (n + 1)) * zeros[n - 1])
    straight = s * s * below[62] / math.sqrt(64 * 63)
    assert abs(straight / hermite_coefficients(65, s)[64] - 1) > 1e-3


def test_how_fast_they_fall():
    n = 4000
    even, odd = hermite_coefficients(n + 2, 1.0, 0.25)[n:] ** 2
    assert even / (C * 0.75**2) * n**2.5 == pytest.approx(1, rel=1e-3)
    assert odd / (C * 0.25**2) * (n + 1) ** 3.5 == pytest.approx(1, rel=1e-3)
    s = 1.5
    even, odd = hermite_coefficients(n + 2, s, 1.0)[n:] ** 2
    assert even / (C * s**6) * n**4.5 == pytest.approx(1, rel=1e-3)
    assert odd / (C * s**4) * (n + 1) ** 3.5 == pytest.approx(1, rel=1e-3)
    # What is missing at sigma = 1 falls as 1/n: from two n the limit is known better.
    found = hermite_coefficients(n + 1) ** 2 / C
    ratios = [found[m] * m**4.5 for m in (n // 2, n)]
    assert 2 * ratios[1] - ratios[0] == pytest.approx(1, rel=1e-5)
    assert ratios[1] == pytest.approx(1, rel=2e-3)


@EVERY_ACTIVATION
def test_their_squares_add_up_to_the_moments(activation):
    squares = hermite_coefficients(4001, 1.5, activation=activation) ** 2
    tail = kernel_series(1.0, 4001, 1.5, activation=activation).tail
    missing = activation.second_moment(0, 1.5) - squares.sum()
    assert -1e-14 < missing <= tail
    assert tail < 1e-5
    slopes = 1.5**2 * activation.derivative_second_moment(0, 1.5)
    assert np.arange(4001) @ squares == pytest.approx(slopes, rel=1e-2)


@EVERY_ACTIVATION
@pytest.mark.parametrize("deviation", [0.3, 3.0, 30.0])
def test_the_kernel_is_between_the_sum_and_its_tail(activation, deviation):
    rho = np.array([-1.0, -0.9, -0.3, 0.0, 0.5, 0.99, 1.0])
    exact = activation.kernel(0, deviation, 0, deviation, rho)
    rounding = 1e-13 * activation.second_moment(0, deviation)
    for count in (4, 7, 30, 200):
        value, tail = kernel_series(rho, count, deviation, activation=activation)
        assert (abs(value - exact) <= tail + rounding).all()
    # And the bound is no wild one.
    assert (tail[[0, -1]] <= 10 * abs(value - exact)[-1] + rounding).all()


@pytest.mark.parametrize("deviation", [1e-150, 1e-8, 1e8, 1e150])
def test_any_deviation_has_finite_coefficients(deviation):
    found = hermite_coefficients(50, deviation)
    assert np.isfinite(found).all()
    # Far out ELU is ReLU, and next to 0 the identity.
    limit = hermite_coefficients(50, deviation, activation=relu) if deviation > 1 else np.eye(50)[1]
    scale = 1.0 if deviation > 1 else deviation
    np.testing.assert_allclose(found / deviation, limit / deviation * scale, atol=2e-8)


def test_nan_is_nan_without_a_warning():
    with np.errstate(all="raise"):
        for values in ((math.nan,), (1.0, math.nan)):
            assert np.isnan(hermite_coefficients(5, *values)).all()
            assert np.isnan(kernel_series(0.5, 5, *values)).all()


def test_users_errors_are_named():
    for given, error, message in (
        ((0,), ValueError, "count = 0: give at least 1"),
        ((True,), TypeError, "count = True is a truth value"),
        ((2.5,), TypeError, "count = 2.5 is no whole number"),
        ((5, 0.0), ValueError, "sigma = 0.0: give a number from 1e-150 to 1e150"),
        ((5, [1.0, 2.0]), ValueError, r"sigma has shape \(2,\): give a number"),
        ((5, 1.0, [1.0, 2.0]), ValueError, "a parameter is an array: give numbers"),
        ((5, 1.0, -1.0), ValueError, "alpha = -1.0"),
    ):
        with pytest.raises(error, match=message):
            hermite_coefficients(*given)
    with pytest.raises(ValueError, match="count = 3: give at least 4"):
        kernel_series(0.5, 3)
    with pytest.raises(ValueError, match=r"rho = 1.5: give a correlation"):
        kernel_series(1.5, 8)
    with pytest.raises(ValueError, match="order = -1: give at least 0"):
        exact_hermite_coefficient(-1)
    with pytest.raises(ValueError, match="gelu is not in the book"):
        hermite_coefficients(5, activation="gelu")
    assert hermite_coefficients(1).tolist() == [elu.mean(0, 1)]
    assert kernel_series(np.float32(0.5), 8, activation=leaky_relu).value.dtype == np.float32
