"""Intervals of order statistics: against the binomial law and SciPy, with infinite draws."""

import numpy as np
import pytest
from scipy.stats import binom, quantile_test

from elu_sym.experiments.median_intervals import median_interval


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99, 0.9999])
@pytest.mark.parametrize("count", [15, 16, 30, 80, 110])
def test_the_interval_is_the_narrowest_with_its_confidence(count, confidence):
    found = median_interval([(37 * place) % count for place in range(count)], confidence)
    low, high = int(found.low), int(found.high)
    # Below the true median are binomially many; the interval misses it if at most `low` are, or
    # more than `high`.
    misses = binom.cdf(low, count, 0.5) + binom.sf(high, count, 0.5)
    narrower = binom.cdf(low + 1, count, 0.5) + binom.sf(high - 1, count, 0.5)
    assert misses <= 1 - confidence < narrower
    assert found.confidence == pytest.approx(1 - misses, rel=1e-12)
    assert low + high == count - 1
    assert found.median == (count - 1) / 2


@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_the_interval_is_that_of_scipy(confidence):
    values = np.random.default_rng(0).standard_cauchy(111)
    test = quantile_test(values, p=0.5).confidence_interval(confidence_level=confidence)
    found = median_interval(values, confidence)
    assert (found.low, found.high) == (test.low, test.high)
    assert found.median == np.median(values)


def test_a_confidence_that_is_just_reached_is_reached():
    assert median_interval(range(8), 127 / 128) == (0, 3.5, 7, 127 / 128)


def test_a_run_that_diverged_counts_as_the_largest():
    found = median_interval([np.inf, 1.0, 3.0, 2.0, np.inf, 4.0, 5.0, np.inf])
    assert found[:3] == (1.0, 4.5, np.inf)
    assert median_interval([np.inf] * 20)[:3] == (np.inf, np.inf, np.inf)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0] * 7, r"values: 7 of them .* with 98\.4375 % at most; give more .* below 0\.99$"),
        ([1.0], "values: 1 of them hold their median with 0 % at most"),
        ([], "values: 0 of them hold their median with 0 % at most"),
        ([1.0] * 19 + [np.nan], r"values\[19\] is nan; leave it out, or count it as inf"),
    ],
)
def test_bad_arguments_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        median_interval(values, 0.99)
