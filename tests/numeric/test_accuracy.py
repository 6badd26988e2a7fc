"""Every primitive against Arb, over the double range and where its regimes meet.

The measure is |computed - true| / (ulp(true) + 2^-52 sum |x dF/dx|), at most 8 and 1 on average.
"""

import math
import re
from zlib import crc32

import array_functions
import numpy as np
import oracles
import pytest

MAXIMUM, MEAN = 8.0, 1.0
SAMPLE = 100

CASES = {
    "mean": (
        lambda mu, sigma, alpha: (
            array_functions.upper_partial_moment(1, mu, sigma)
            - array_functions.lower_partial_moment(1, mu, sigma, alpha)
        ),
        oracles.mean,
    ),
    "second_moment": (
        lambda mu, sigma, alpha: (
            array_functions.upper_partial_moment(2, mu, sigma)
            + array_functions.lower_partial_moment(2, mu, sigma, alpha)
        ),
        oracles.second_moment,
    ),
    "variance": (
        lambda mu, sigma, alpha: (
            array_functions.upper_partial_variance(mu, sigma)
            + array_functions.lower_partial_variance(mu, sigma, alpha)
            + 2 * array_functions.partial_mean_product(mu, sigma, alpha)
        ),
        oracles.variance,
    ),
    "upper_partial_variance": (
        lambda mu, sigma, alpha: array_functions.upper_partial_variance(mu, sigma),
        oracles.upper_partial_variance,
    ),
    "lower_partial_variance": (
        array_functions.lower_partial_variance,
        oracles.lower_partial_variance,
    ),
    "partial_mean_product": (array_functions.partial_mean_product, oracles.partial_mean_product),
    "opposite_mean_product": (
        lambda mu, sigma, alpha: array_functions.opposite_mean_product(mu, sigma),
        oracles.opposite_mean_product,
    ),
    "smooth_mean": (array_functions.smooth_mean, oracles.smooth_mean),
    "partial_mean_difference": (array_functions.partial_mean_difference, oracles.mean),
    "deviation": (
        lambda mu, sigma, alpha: np.hypot(
            np.hypot(
                array_functions.upper_partial_deviation(mu, sigma),
                array_functions.lower_partial_deviation(mu, sigma, alpha),
            ),
            math.sqrt(2) * array_functions.partial_mean_root(mu, sigma, alpha),
        ),
        oracles.root(oracles.variance),
    ),
    "upper_partial_deviation": (
        lambda mu, sigma, alpha: array_functions.upper_partial_deviation(mu, sigma),
        oracles.root(oracles.upper_partial_variance),
    ),
    "lower_partial_deviation": (
        array_functions.lower_partial_deviation,
        oracles.root(oracles.lower_partial_variance),
    ),
    "partial_mean_root": (
        array_functions.partial_mean_root,
        oracles.root(oracles.partial_mean_product),
    ),
    "upper_conditional_mean": (
        lambda mu, sigma, alpha: array_functions.upper_conditional_mean(mu, sigma),
        oracles.upper_conditional_mean,
    ),
    "lower_conditional_mean": (
        array_functions.lower_conditional_mean,
        oracles.lower_conditional_mean,
    ),
}
for order in range(5):
    CASES[f"upper_partial_moment_{order}"] = (
        lambda mu, sigma, alpha, order=order: array_functions.upper_partial_moment(
            order, mu, sigma
        ),
        oracles.upper_partial_moment(order),
    )
    CASES[f"lower_partial_moment_{order}"] = (
        lambda mu, sigma, alpha, order=order: array_functions.lower_partial_moment(
            order, mu, sigma, alpha
        ),
        oracles.lower_partial_moment(order),
    )
for order in range(4):
    CASES[f"lower_exponential_moment_{order}"] = (
        lambda mu, sigma, alpha, order=order: array_functions.lower_exponential_moment(
            order, mu, sigma, alpha
        ),
        oracles.lower_exponential_moment(order),
    )


def log_uniform(rng, low, high):
    return np.exp(rng.uniform(math.log(low), math.log(high), SAMPLE))


def signs(rng):
    return rng.choice([-1.0, 1.0], SAMPLE)


def anywhere(rng):
    return signs(rng) * log_uniform(rng, 1e-300, 1e150), log_uniform(rng, 1e-300, 1e150)


def ordinary(rng):
    sigma = log_uniform(rng, 1e-2, 30)
    return rng.uniform(-6, 6, SAMPLE) * sigma, sigma


def small_sigma(rng):
    sigma = log_uniform(rng, 1e-300, 1e-2)
    return rng.uniform(-12, 12, SAMPLE) * sigma, sigma


def any_scale(rng):
    sigma = log_uniform(rng, 1e-300, 1e150)
    return rng.uniform(-60, 60, SAMPLE) * sigma, sigma


def location_near_zero(rng):
    sigma = log_uniform(rng, 1e-3, 1e3)
    return signs(rng) * log_uniform(rng, 1e-18, 1) * sigma, sigma


def location_zero(rng):
    return np.zeros(SAMPLE), log_uniform(rng, 1e-300, 1e150)


def first_tilt_at_zero(rng):
    sigma = log_uniform(rng, 1e-3, 40)
    return -(sigma**2) * (1 + signs(rng) * log_uniform(rng, 1e-16, 0.1)), sigma


def second_tilt_at_zero(rng):
    sigma = log_uniform(rng, 1e-3, 40)
    return -2 * sigma**2 * (1 + signs(rng) * log_uniform(rng, 1e-16, 0.1)), sigma


def left_edges(rng):
    sigma = log_uniform(rng, 1e-3, 1e3)
    edge = rng.choice([-0.5, -1.0, -2.0, -10.5], SAMPLE)
    return sigma * edge * (1 + signs(rng) * log_uniform(rng, 1e-16, 0.1)), sigma


def differences_edge(rng):
    t = signs(rng) * log_uniform(rng, 0.01, 100)
    sigma = log_uniform(rng, 0.3, 3) * (1 + abs(t))
    return t * sigma, sigma


def expansion_edge(rng):
    t = -log_uniform(rng, 0.3, 100)
    sigma = log_uniform(rng, 0.3, 3) / (1 + abs(t))
    return t * sigma, sigma


def subnormal_results(rng):
    sigma = log_uniform(rng, 1e-310, 1e-140)
    return rng.uniform(-40, 40, SAMPLE) * sigma, sigma


def far_tails(rng):
    sigma = log_uniform(rng, 1e-5, 1e150)
    return signs(rng) * rng.uniform(30, 60, SAMPLE) * sigma, sigma


def unit_scale(rng):
    t = rng.uniform(-20, 20, SAMPLE)
    sigma = log_uniform(rng, 0.5, 2) / (1 + abs(t))
    return t * sigma, sigma


def far_left(rng):
    return -log_uniform(rng, 1, 800), log_uniform(rng, 1e-300, 30)


REGIONS = (
    anywhere,
    ordinary,
    small_sigma,
    any_scale,
    location_near_zero,
    location_zero,
    first_tilt_at_zero,
    second_tilt_at_zero,
    left_edges,
    differences_edge,
    expansion_edge,
    subnormal_results,
    far_tails,
    far_left,
    unit_scale,
)


def errors(quantity, mu, sigma, alpha, values):
    points = zip(mu, sigma, alpha, values, strict=True)
    return np.array(
        [
            oracles.truth(quantity, float(m), float(s), float(a)).error(float(v))
            for m, s, a, v in points
        ]
    )


def stated_bound(name):
    """The largest error that the documentation of a primitive admits."""
    primitive = getattr(array_functions, name.rstrip("_0123456789"), None)
    if primitive is None:  # not a primitive but a sum of some
        return MAXIMUM
    stated = re.search(r"by search against Arb is (\d+) of the units", primitive.__doc__)
    return float(stated[1]) if stated else MAXIMUM


def test_bounds_are_stated():
    bounds = {name: stated_bound(name) for name in CASES}
    assert bounds["mean"] == MAXIMUM
    assert sum(bound < MAXIMUM for bound in bounds.values()) >= 20


def check(found, mu, sigma, alpha, maximum=MAXIMUM):
    worst = int(np.argmax(found))
    where = f"mu={mu[worst]!r}, sigma={sigma[worst]!r}, alpha={alpha[worst]!r}"
    assert found[worst] <= maximum, f"error {found[worst]:.3g} at {where}"
    assert found.mean() <= MEAN


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.__name__)
@pytest.mark.parametrize("name", CASES)
def test_against_arb(name, region):
    function, quantity = CASES[name]
    rng = np.random.default_rng(crc32(f"{name} {region.__name__}".encode()))
    mu, sigma = region(rng)
    alpha = log_uniform(rng, 1e-10, 1e10)
    with np.errstate(all="ignore"):  # the sums above may overflow; the primitives never warn
        values = function(mu, sigma, alpha)
    check(errors(quantity, mu, sigma, alpha, values), mu, sigma, alpha, stated_bound(name))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("perturbation", [1e-8, -1e-13])
def test_a_small_perturbation_is_caught(name, perturbation):
    function, quantity = CASES[name]
    rng = np.random.default_rng(7)
    mu, sigma, alpha = rng.normal(size=9), rng.uniform(0.5, 2, 9), rng.uniform(0.5, 2, 9)
    values = function(mu, sigma, alpha) * (1 + perturbation)
    with pytest.raises(AssertionError):
        check(errors(quantity, mu, sigma, alpha, values), mu, sigma, alpha)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.__name__)
def test_the_smooth_mean_in_units_of_alpha(region):
    rng = np.random.default_rng(crc32(region.__name__.encode()))
    mu, sigma = region(rng)
    alpha = log_uniform(rng, 1e-10, 1e10)
    mu, sigma = np.clip(mu * alpha, -1e150, 1e150), np.clip(sigma * alpha, 1e-300, 1e150)
    values = array_functions.smooth_mean(mu, sigma, alpha)
    check(errors(oracles.smooth_mean, mu, sigma, alpha, values), mu, sigma, alpha)


# Points at which an earlier version was wrong, and why.
REGRESSIONS = {
    # Two regimes of a lognormal moment shared one array of exponents.
    "shared exponents": ("lower_partial_moment_2", -9.521158464597256, 2.1818751642512826),
    "shared exponents, variance": (
        "lower_partial_variance",
        -343.6736283025102,
        13.108654170099069,
    ),
    # A quadrature rule too short for the second difference at sigma near t.
    "short rule": ("lower_partial_moment_2", 204.87854975732685, 14.180763435807508),
    "short rule, order 4": ("lower_partial_moment_4", 172.08610240187676, 15.282356685910562),
    # 1 - phi M beside 1/2, where the condition number is zero.
    "central probability": ("lower_partial_moment_0", 8.142979455875637e-10, 136.6072555139491),
    # erfcx errs by eight units in the last place near zero.
    "differences at zero": ("lower_partial_moment_1", 0.05046130674452451, 0.7791491326775424),
    # A cancelling form of the lower variance, where another does not cancel.
    "edge of the forms": ("lower_partial_variance", -1.2963720669775312, 1.3652377439729422),
    # mu/sigma overflows while sigma is subnormal.
    "overflowing quotient": ("lower_partial_moment_2", -4.682874356963086e-10, 7.20486e-319),
}


@pytest.mark.parametrize("cause", REGRESSIONS)
def test_regressions(cause):
    name, mu, sigma = REGRESSIONS[cause]
    function, quantity = CASES[name]
    point = [np.array([x]) for x in (mu, sigma, 3.0)]
    check(errors(quantity, *point, function(*point)), *point)
