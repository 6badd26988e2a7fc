"""Intervals of order statistics: against the binomial law, with infinite draws, in columns."""

import numpy as np
import pytest
from scipy.stats import binom

from elu_sym.experiments.median_intervals import median_interval


@pytest.mark.parametrize("count", [6, 8, 10, 30, 101])
def test_the_confidence_is_that_of_the_binomial_law_and_the_interval_the_narrowest(count):
    found = median_interval(np.arange(float(count)))
    left = int(found.low)
    assert found.high == count - 1 - left
    assert found.confidence == pytest.approx(1 - 2 * binom.cdf(left, count, 0.5))
    assert found.confidence >= 0.95
    assert 1 - 2 * binom.cdf(left + 1, count, 0.5) < 0.95


def test_a_run_that_diverged_counts_as_the_largest():
    found = median_interval(np.array([np.inf, 1.0, 3.0, 2.0, np.inf, 4.0, 5.0, np.inf]))
    assert (found.low, found.median, found.high) == (1.0, 4.5, np.inf)


def test_columns_are_looked_at_one_by_one():
    draws = np.random.default_rng(0).normal(size=(30, 3))
    found = median_interval(draws)
    for place in range(3):
        alone = median_interval(draws[:, place])
        assert (alone.median, alone.low, alone.high) == tuple(part[place] for part in found[:3])


def test_too_few_draws_are_refused():
    with pytest.raises(ValueError, match=r"5 draws do not hold .* give more draws"):
        median_interval(np.arange(5.0))
