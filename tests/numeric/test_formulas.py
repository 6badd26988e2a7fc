"""Laws of the published formulas of ELU, as a user calls them: order, limits, NaN, overflow.

How near the values are to the truth is what `test_formula_accuracy` and `make accuracy` measure.
Where a law holds for the true values, the computed ones may break it by their permitted errors,
eight units of |computed - true| / (ulp(true) + 2^-52 sum |x dF/dx|) each.
"""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from formula_oracles import truths
from hypothesis import assume, example, given, strategies as st

from elu_sym import elu
from elu_sym.numeric.function import implementation

NAMES = ("mean", "absolute_mean", "second_moment", "variance", "std", "derivative_mean")
NAMES = (*NAMES, "derivative_second_moment", "negative_mean")
FORMULAS = {name: elu.formulas[name] for name in NAMES if name in elu.formulas}
PERMITTED = 8

scales = st.floats(-300, 150).map(lambda exponent: 10.0**exponent)
alphas = st.just(1.0) | st.floats(-10, 10).map(lambda exponent: 10.0**exponent)
locations = st.just(0.0) | st.tuples(scales, st.sampled_from([-1.0, 1.0])).map(math.prod)
steps = st.floats(-15, 2).map(lambda exponent: 10.0**exponent)


@st.composite
def places(draw):
    """mu and sigma: t is ordinary, or mu is, or both are anywhere in the range."""
    sigma = draw(scales)
    mu = draw(st.floats(-40, 40).map(lambda t: t * sigma) | st.floats(-800, 40) | locations)
    return mu, sigma


def value_and_error(name, *point):
    """The computed value, and how far from the truth it may be."""
    unit = truths([name], *point)[name].unit()
    return float(FORMULAS[name](*point)), PERMITTED * float(unit)


def increases(name, before, after):
    (low, low_error), (high, high_error) = (
        value_and_error(name, *point) for point in (before, after)
    )
    return low - low_error <= high + high_error


@pytest.mark.parametrize("name", ["mean", "negative_mean"])
@given(place=places(), alpha=alphas, step=steps)
def test_means_increase_with_the_location(name, place, alpha, step):
    mu, sigma = place
    further = mu + step * max(sigma, abs(mu))
    assert increases(name, (mu, sigma, alpha), (further, sigma, alpha))


@given(place=places(), alpha=alphas, step=steps)
def test_the_mean_decreases_with_alpha(place, alpha, step):
    assert increases("mean", (*place, alpha * (1 + step)), (*place, alpha))


@pytest.mark.parametrize("name", ["second_moment", "variance"])
@given(place=places(), alpha=alphas, step=steps)
def test_second_moments_increase_with_alpha(name, place, alpha, step):
    assert increases(name, (*place, alpha), (*place, alpha * (1 + step)))


def test_the_order_has_teeth():
    assert increases("mean", (0.3, 1.0, 1.0), (0.3 + 1e-13, 1.0, 1.0))
    assert not increases("mean", (0.3 + 1e-13, 1.0, 1.0), (0.3, 1.0, 1.0))
    assert not increases("variance", (-1.0, 2.0, 3.0 + 1e-13), (-1.0, 2.0, 3.0))


@pytest.mark.skipif("std" not in FORMULAS, reason="the book has no std")
@given(place=places(), alpha=alphas)
@example(place=(-358.0, 1e-100), alpha=1.0)
def test_the_standard_deviation_is_the_root_of_the_variance(place, alpha):
    variance, variance_error = value_and_error("variance", *place, alpha)
    std, std_error = value_and_error("std", *place, alpha)
    assert std >= 0
    assume(sys.float_info.min <= variance < math.inf)
    root = math.sqrt(variance)
    assert abs(std - root) <= std_error + variance_error / (2 * root) + math.ulp(root)


@pytest.mark.skipif("std" not in FORMULAS, reason="the book has no std")
@pytest.mark.parametrize("sigma", [1e-300, 1e-170, 1e170, 1e300])
def test_the_standard_deviation_where_the_variance_is_no_double(sigma):
    assert elu.variance(sigma, sigma, 2.0) in (0.0, math.inf)
    found = truths(["std"], sigma, sigma, 2.0)["std"]
    assert found.error(elu.formulas["std"](sigma, sigma, 2.0)) <= PERMITTED


def f(x, alpha):
    return x if x >= 0 else alpha * math.expm1(x)


def derivative(x, alpha):
    """The derivative of ELU; at zero the mean of the one-sided ones."""
    if x == 0:
        return (1 + alpha) / 2
    return 1.0 if x > 0 else alpha * math.exp(x)


def square(x):
    """The square rounded once, as `x * x` is; the power of the C library may be a unit off."""
    return float(Fraction(x) ** 2)


def squared_derivative(x, alpha):
    return (1 + square(alpha)) / 2 if x == 0 else square(derivative(x, alpha))


AT_NO_DEVIATION = {
    "mean": f,
    "absolute_mean": lambda mu, alpha: abs(f(mu, alpha)),
    "second_moment": lambda mu, alpha: square(f(mu, alpha)),
    "variance": lambda mu, alpha: 0.0,
    "std": lambda mu, alpha: 0.0,
    "derivative_mean": derivative,
    "derivative_second_moment": squared_derivative,
    "negative_mean": lambda mu, alpha: f(min(mu, 0.0), alpha),
}


@pytest.mark.parametrize("name", FORMULAS)
@given(mu=st.floats(-1e150, 1e150) | locations, alpha=alphas)
@example(mu=0.0, alpha=3.0)
@example(mu=-0.0, alpha=0.1)
@example(mu=-745.0, alpha=1.0)
@example(mu=-752.0, alpha=1e8)
@example(mu=549372.3750475172, alpha=1.0)  # whose power is a unit off its square
def test_the_limit_of_no_deviation(name, mu, alpha):
    value, expected = float(FORMULAS[name](mu, 0.0, alpha)), AT_NO_DEVIATION[name](mu, alpha)
    if mu >= 0:
        # C multiplies; NumPy and Python ask their power, of which a last digit may differ.
        unit = 0.0 if implementation() == "C" else math.ulp(expected)
        assert abs(value - expected) <= unit
    else:  # the functions of the libraries differ in the last digit, or lose it to underflow
        assert value == pytest.approx(expected, rel=4e-15, abs=1e-320 * (1 + alpha**2))
    assert truths([name], mu, 0.0, alpha)[name].error(value) <= PERMITTED


@pytest.mark.parametrize("mu", [549372.3750475172, 3.0, 0.1])
def test_without_c_a_number_and_an_array_differ_by_at_most_a_unit(mu):
    """NumPy squares an array by a product; Python's power of a number may be a unit off."""
    function, exact = elu.second_moment.numeric, square(mu)
    assert function.by_numpy(np.array([mu]), 0.0, 1.0)[0] == exact
    assert abs(function.by_numpy(mu, 0.0, 1.0) - exact) <= math.ulp(exact)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("mu", [-1e100, -3.0, -1e-3, 1e-3, 2.0, 1e100])
def test_the_limit_of_no_deviation_is_reached_continuously(name, mu):
    near, limit = FORMULAS[name](mu, 1e-200, 3.0), FORMULAS[name](mu, 0.0, 3.0)
    assert near == pytest.approx(limit, rel=4e-15, abs=1e-190)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("sigma", [0.0, 1e-300, 0.7, 1e150])
@pytest.mark.parametrize("alpha", [1e-10, 1.0, 3.5, 1e10])
def test_the_limits_of_infinite_location(name, sigma, alpha):
    right, left = {
        "mean": (math.inf, -alpha),
        "absolute_mean": (math.inf, alpha),
        "second_moment": (math.inf, alpha**2),
        "variance": (sigma**2, 0.0),
        "std": (sigma, 0.0),
        "derivative_mean": (1.0, 0.0),
        "derivative_second_moment": (1.0, 0.0),
        "negative_mean": (0.0, -alpha),
    }[name]
    assert FORMULAS[name](math.inf, sigma, alpha) == right
    assert FORMULAS[name](-math.inf, sigma, alpha) == left


@pytest.mark.parametrize("name", FORMULAS)
def test_nan_passes_at_its_element_only(name):
    mu = np.array([0.0, math.nan, 1.0, 0.3, math.inf, -2.0, -math.inf])
    sigma = np.array([1.0, 1.0, math.nan, 2.0, 1.0, 0.0, math.nan])
    alpha = np.array([1.0, 2.0, 1.0, math.nan, 1.0, 1.0, 1.0])
    values = FORMULAS[name](mu, sigma, alpha)
    missing = np.isnan(mu) | np.isnan(sigma) | np.isnan(alpha)
    assert np.isnan(values).tolist() == missing.tolist()
    alone = [FORMULAS[name](*point) for point in zip(mu, sigma, alpha, strict=True)]
    assert np.array_equal(values, alone, equal_nan=True)


BEYOND = [
    (1e200, 1.0, 1.0),
    (-1.0, 1.0, 1e200),
    (0.3, 1e200, 2.0),
    (-2e200, 1e200, 1e-10),
    (1e154, 1e153, 1.0),
    (-5.0, 1.0, 1e155),
]


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("point", BEYOND)
def test_infinity_is_where_the_truth_is_beyond_the_doubles(name, point):
    found = truths([name], *point)[name]
    assert found.error(float(FORMULAS[name](*point))) <= PERMITTED


def test_some_truths_are_beyond_the_doubles_and_some_are_not():
    found = [float(truth.value) for point in BEYOND for truth in truths(NAMES, *point).values()]
    assert 0 < sum(map(math.isinf, found)) < len(found)
