"""Moments merged of parts, against exact fractions."""

import math
from fractions import Fraction
from functools import reduce

import numpy as np
import pytest
from scipy import stats

from elu_sym.certify.sample_moments import SampleMoments

ULP = 2.0**-52


def exact_powers(values):
    """The mean and the sums of powers of deviations from it, as fractions."""
    numbers = [Fraction(value) for value in values]
    mean = sum(numbers) / len(numbers)
    return mean, [sum((number - mean) ** k for number in numbers) for k in (2, 3, 4)]


@pytest.mark.parametrize("offset", [0.0, 1.0, 1e4, 1e8])
@pytest.mark.parametrize("cuts", [(), (1,), (1, 2, 3, 500), (999,), tuple(range(1, 1000))])
def test_merged_powers_are_those_of_exact_fractions(offset, cuts):
    values = offset + stats.gamma(2.0).rvs(1000, random_state=1)
    running = reduce(SampleMoments.merged, map(SampleMoments.of, np.split(values, cuts)))
    mean, sums = exact_powers(values)
    spread = math.sqrt(sums[0] / 1000)
    assert running.count == 1000
    assert abs(running.mean - mean) <= (2 + len(cuts) ** 0.5) * ULP * max(offset, spread)
    # A mean that is rounded by r shifts the sums by multiples of n r^2 and r times lower sums.
    rounding = 100 * ULP + 10 * (ULP * offset / spread)
    for power, found, exact in zip((2, 3, 4), running.sums, sums, strict=True):
        assert abs(found - exact) <= rounding * 1000 * spread**power


def test_a_wrong_merge_is_found():
    """The mutant without the term that moves the squares to the common mean."""
    values = np.random.default_rng(0).normal(size=100)
    parts = map(SampleMoments.of, np.split(values + np.repeat([0.0, 5.0], 50), 2))
    squares = sum(part.sums[0] for part in parts)
    _, exact = exact_powers(values + np.repeat([0.0, 5.0], 50))
    assert abs(squares - exact[0]) > 0.5 * exact[0]
