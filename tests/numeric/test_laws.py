"""Laws that hold at every argument: signs, order, limits, homogeneity, shapes, silence."""

import math
import warnings

import array_functions
import numpy as np
import pytest
from hypothesis import assume, example, given, strategies as st

UPPER = {
    f"upper {n}": lambda mu, sigma, alpha, n=n: array_functions.upper_partial_moment(n, mu, sigma)
    for n in range(5)
}
LOWER = {
    f"lower {n}": lambda mu, sigma, alpha, n=n: array_functions.lower_partial_moment(
        n, mu, sigma, alpha
    )
    for n in range(5)
}
EXPONENTIAL = {
    f"exponential {n}": lambda mu, sigma, alpha, n=n: array_functions.lower_exponential_moment(
        n, mu, sigma, alpha
    )
    for n in range(4)
}
OTHERS = {
    "upper variance": lambda mu, sigma, alpha: array_functions.upper_partial_variance(mu, sigma),
    "lower variance": array_functions.lower_partial_variance,
    "upper deviation": lambda mu, sigma, alpha: array_functions.upper_partial_deviation(mu, sigma),
    "lower deviation": array_functions.lower_partial_deviation,
    "mean root": array_functions.partial_mean_root,
    "mean product": array_functions.partial_mean_product,
    "opposite mean product": lambda mu, sigma, alpha: array_functions.opposite_mean_product(
        mu, sigma
    ),
    "upper conditional mean": lambda mu, sigma, alpha: array_functions.upper_conditional_mean(
        mu, sigma
    ),
    "conditional mean": array_functions.lower_conditional_mean,
}
ALL = UPPER | LOWER | EXPONENTIAL | OTHERS

anything = st.floats(allow_nan=False)
finite = st.floats(allow_nan=False, allow_infinity=False)
deviation = st.floats(min_value=0.0, allow_infinity=False)
positive = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)
standardised = st.floats(-60.0, 60.0)
modest_deviation = st.floats(1e-100, 1e100)


def call(name, mu, sigma, alpha=1.0):
    arguments = (np.array(x, dtype=np.float64) for x in (mu, sigma, alpha))
    return ALL[name](*arguments)


def nearly(x, y):
    """Whether x is y, up to the rounding of a power."""
    return x == y or abs(x - y) <= 4e-16 * y + 1e-323


@pytest.mark.parametrize("name", ALL)
@given(mu=anything, sigma=deviation, alpha=positive)
@example(mu=-np.inf, sigma=1e160, alpha=1.0)
@example(mu=5e-324, sigma=0.0, alpha=1e160)
@example(mu=1.79e308, sigma=1.79e308, alpha=1.79e308)
@example(mu=-1.79e308, sigma=5e-324, alpha=5e-324)
def test_a_number_never_negative_and_no_warning(name, mu, sigma, alpha):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = call(name, mu, sigma, alpha)
    assert value >= 0
    assert not np.signbit(value)


@pytest.mark.parametrize("name", [*UPPER, "upper conditional mean"])
@given(sigma=modest_deviation, t=standardised, step=st.floats(1e-6, 10.0))
def test_upper_moments_increase_with_the_location(name, sigma, t, step):
    before, after = call(name, t * sigma, sigma), call(name, (t + step) * sigma, sigma)
    assert after >= before * (1 - 2e-12)


@pytest.mark.parametrize("name", [*LOWER, "conditional mean"])
@given(sigma=modest_deviation, t=standardised, step=st.floats(1e-6, 10.0))
def test_lower_moments_decrease_with_the_location(name, sigma, t, step):
    before, after = call(name, t * sigma, sigma), call(name, (t + step) * sigma, sigma)
    assert after <= before * (1 + 2e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@given(mu=st.floats(-50.0, 50.0), sigma=st.floats(1e-3, 50.0), power=st.integers(-40, 40))
def test_lower_moments_are_homogeneous_in_alpha(n, mu, sigma, power):
    alpha = 2.0**power
    for name in (f"lower {n}", f"exponential {min(n, 3)}"):
        degree = int(name[-1])
        unit = call(name, mu, sigma)
        expected = unit * alpha**degree
        if min(unit, expected) > 1e-290:  # powers of two are exact but for underflow
            assert call(name, mu, sigma, alpha) == expected


@given(mu=st.floats(-50.0, 50.0), sigma=st.floats(1e-3, 50.0), power=st.integers(-40, 40))
def test_upper_moments_are_homogeneous_in_location_and_scale(mu, sigma, power):
    assume(mu == 0 or abs(mu) > 1e-290)  # powers of two are exact but for underflow
    unit = 2.0**power
    for n in range(1, 5):
        value = call(f"upper {n}", mu, sigma)
        expected = value * unit**n
        if min(value, expected) > 1e-290:
            assert call(f"upper {n}", mu * unit, sigma * unit) == expected


@given(mu=st.floats(-50.0, 50.0), sigma=st.floats(1e-3, 50.0))
def test_the_parts_add_up(mu, sigma):
    above, below = call("upper 0", mu, sigma), call("lower 0", mu, sigma)
    assert above + below == pytest.approx(1.0, abs=4e-16)
    assert call("exponential 0", mu, sigma) == below
    assert call("exponential 1", mu, sigma) + call("lower 1", mu, sigma) == pytest.approx(
        float(below), rel=1e-13
    )
    positive_part, negative_part = call("upper 1", mu, sigma), call("upper 1", -mu, sigma)
    scale = abs(mu) + sigma
    assert positive_part - negative_part == pytest.approx(mu, abs=1e-15 * scale)
    assert call("opposite mean product", mu, sigma) == pytest.approx(
        float(positive_part * negative_part), rel=1e-14
    )


@given(mu=st.floats(-50.0, 50.0), sigma=st.floats(1e-3, 50.0))
def test_moments_are_ordered(mu, sigma):
    """Lyapunov's inequality, and 0 <= (1 - e^X)_+ <= 1."""
    for n in range(4):
        assert call(f"lower {n + 1}", mu, sigma) <= call(f"lower {n}", mu, sigma) * (1 + 1e-12)
    for kind in ("upper", "lower"):
        first, second = call(f"{kind} 1", mu, sigma), call(f"{kind} 2", mu, sigma)
        variance = call(f"{kind} variance", mu, sigma)
        assert variance <= second * (1 + 1e-12)
        assert second == pytest.approx(float(variance + first**2), rel=1e-12)


@given(mu=finite, alpha=positive)
def test_limit_of_small_sigma(mu, alpha):
    floor = alpha * -np.expm1(min(mu, 0.0))
    with np.errstate(all="ignore"):
        for n in range(1, 5):
            assert nearly(call(f"upper {n}", mu, 0.0), np.float64(max(mu, 0.0)) ** n)
            assert nearly(call(f"lower {n}", mu, 0.0, alpha), np.float64(floor) ** n)
    half = 0.5 if mu == 0 else float(mu > 0)
    assert call("upper 0", mu, 0.0) == half
    assert call("lower 0", mu, 0.0) == 1 - half
    assert call("conditional mean", mu, 0.0, alpha) == floor
    for name in ("upper variance", "lower variance", "mean product", "opposite mean product"):
        assert call(name, mu, 0.0, alpha) == 0.0


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("mu", [-3.0, -0.25, 0.5, 40.0])
def test_the_limit_of_small_sigma_is_reached_continuously(name, mu):
    near, limit = call(name, mu, 1e-160, 2.0), call(name, mu, 0.0, 2.0)
    assert near == pytest.approx(float(limit), rel=1e-15, abs=1e-150)


@given(sigma=deviation, alpha=positive)
def test_limits_of_infinite_location(sigma, alpha):
    with np.errstate(all="ignore"):
        power = [np.float64(alpha) ** n for n in range(5)]
    assert call("upper 0", np.inf, sigma) == 1
    assert call("upper 0", -np.inf, sigma) == 0
    for n in range(1, 5):
        assert call(f"upper {n}", np.inf, sigma) == np.inf
        assert call(f"upper {n}", -np.inf, sigma) == 0
        assert call(f"lower {n}", np.inf, sigma, alpha) == 0
        assert nearly(call(f"lower {n}", -np.inf, sigma, alpha), power[n])
    for n in range(1, 4):
        for mu in (-np.inf, np.inf):
            assert call(f"exponential {n}", mu, sigma, alpha) == 0
    with np.errstate(over="ignore", under="ignore"):
        assert call("upper variance", np.inf, sigma) == np.float64(sigma) ** 2
    assert call("upper variance", -np.inf, sigma) == 0
    assert call("conditional mean", np.inf, sigma, alpha) == 0
    assert call("conditional mean", -np.inf, sigma, alpha) == alpha
    for mu in (-np.inf, np.inf):
        for name in ("lower variance", "mean product", "opposite mean product"):
            assert call(name, mu, sigma, alpha) == 0


@pytest.mark.parametrize("name", ALL)
def test_nan_stays_at_its_element(name):
    mu = np.array([0.0, np.nan, 1.0, np.inf, -2.0])
    sigma = np.array([1.0, 1.0, np.nan, 1.0, 0.0])
    values = call(name, mu, sigma)
    assert np.array_equal(np.isnan(values), [False, True, True, False, False])


@pytest.mark.parametrize("name", LOWER | EXPONENTIAL)
def test_nan_of_alpha_gives_nan(name):
    assert np.isnan(call(name, 0.0, 1.0, np.nan))
    assert np.isnan(call(name, np.inf, 1.0, np.nan))


@pytest.mark.parametrize("name", ALL)
def test_arguments_broadcast_and_every_element_stands_alone(name):
    rng = np.random.default_rng(3)
    mu, sigma = rng.normal(size=(7, 1)), rng.uniform(0, 3, size=(1, 9))
    values = call(name, mu, sigma, 2.0)
    assert values.shape == (7, 9)
    assert values.dtype == np.float64
    for i in range(7):
        for j in range(9):
            assert values[i, j] == call(name, mu[i, 0], sigma[0, j], 2.0)


@pytest.mark.parametrize("name", ALL)
def test_a_long_array_equals_its_pieces(name):
    rng = np.random.default_rng(4)
    mu, sigma = rng.normal(size=40_000) * 3, rng.uniform(0, 3, size=40_000)
    whole = call(name, mu, sigma)
    pieces = np.concatenate([call(name, mu[i::2], sigma[i::2]) for i in range(2)])
    assert np.array_equal(np.concatenate([whole[0::2], whole[1::2]]), pieces)
    assert np.array_equal(call(name, mu[::-1], sigma[::-1]), whole[::-1])


def test_empty_arrays_and_zero_dimensions():
    empty = np.empty((0, 3))
    for name in ALL:
        assert call(name, empty, empty, empty).shape == (0, 3)
        assert call(name, 0.0, 1.0).shape == ()


def smooth(mu, sigma, alpha):
    return array_functions.smooth_mean(*(np.array(x, dtype=np.float64) for x in (mu, sigma, alpha)))


@given(mu=anything, sigma=deviation, alpha=positive)
@example(mu=1.79e308, sigma=1.79e308, alpha=5e-324)
@example(mu=-1.79e308, sigma=5e-324, alpha=5e-324)
@example(mu=5e-324, sigma=5e-324, alpha=1.79e308)
def test_the_smooth_mean_is_a_number_above_minus_alpha(mu, sigma, alpha):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = smooth(mu, sigma, alpha)
    assert value >= -alpha
    assert value >= mu * (1 - 1e-15) if mu > 0 else value >= mu * (1 + 1e-15)


@given(mu=finite, alpha=positive)
def test_the_smooth_mean_without_spread_is_celu(mu, alpha):
    with np.errstate(all="ignore"):
        expected = mu if mu > 0 else alpha * np.expm1(np.float64(mu) / alpha)
    if mu < 0 and -mu / alpha < 1e-180:  # the quotient loses digits, and celu is the identity
        assert abs(smooth(mu, 0.0, alpha) - mu) <= math.ulp(mu)
    else:
        assert smooth(mu, 0.0, alpha) == expected
    assert smooth(np.inf, 1.0, alpha) == np.inf
    assert smooth(-np.inf, 1.0, alpha) == -alpha
    assert np.isnan(smooth(np.nan, 1.0, alpha))


@given(mu=st.floats(-50.0, 50.0), sigma=st.floats(1e-3, 50.0), alpha=st.floats(1e-3, 1e3))
def test_the_smooth_mean_is_the_difference_of_the_parts(mu, sigma, alpha):
    upper = call("upper 1", mu, sigma)
    lower = call("lower 1", mu / alpha, sigma / alpha, alpha)
    assert smooth(mu, sigma, alpha) == pytest.approx(
        float(upper - lower), abs=1e-14 * float(upper + lower)
    )


@given(mu=st.floats(-1e3, 1e3), sigma=st.floats(1e-250, 1e100))
def test_deviations_are_roots_of_variances(mu, sigma):
    for kind in ("upper", "lower"):
        variance = call(f"{kind} variance", mu, sigma)
        if variance > 1e-290:
            assert call(f"{kind} deviation", mu, sigma) == pytest.approx(
                float(np.sqrt(variance)), rel=4e-16
            )
