"""Ratios are of the same seeds, and their intervals hold the median of any law as often as said."""

import numpy as np
import pytest
from scipy.stats import binom, quantile_test

from elu_sym.experiments import smooth_ride
from elu_sym.experiments.paired_runs import (
    CONFIDENCE,
    Interval,
    compared,
    level,
    median_interval,
    runs_by_seed,
)
from elu_sym.experiments.smooth_ride import Record


@pytest.fixture(scope="module")
def stored():
    return runs_by_seed(smooth_ride.read(smooth_ride.NEW_RESULTS))


def runs_of(relu, elu):
    """Runs of one measure, by seed; None for one that diverged."""
    records = []
    for name, values in (("ReLU", relu), ("ELU(1)", elu)):
        for seed, value in enumerate(values):
            run = ("sine", str(seed), "0.01", name)
            records.append(
                Record(*run, "1", "7")
                if value is None
                else Record(*run, "0", "500", overshoot=repr(value))
            )
    return runs_by_seed(records)


@pytest.mark.parametrize("count", [15, 80, 110])
def test_the_ends_are_as_narrow_as_the_confidence_allows(count: int) -> None:
    found = median_interval(range(1, count + 1))
    low, high = int(found.low), int(found.high)
    # Below the true median are binomially many; the interval misses it if fewer than `low` are, or
    # more than `high` - 1.
    misses = binom.cdf(low - 1, count, 0.5) + binom.sf(high - 1, count, 0.5)
    narrower = binom.cdf(low, count, 0.5) + binom.sf(high - 2, count, 0.5)
    assert misses <= 1 - CONFIDENCE < narrower
    assert low + high == count + 1


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(0).standard_cauchy(110)
    test = quantile_test(values, p=0.5).confidence_interval(confidence_level=0.99)
    found = median_interval(values, 0.99)
    assert (found.low, found.high) == (test.low, test.high)
    assert found.median == np.median(values)


def test_the_order_of_the_numbers_says_nothing() -> None:
    values = [3.0, np.inf, 1.0, 2.0] * 5
    assert median_interval(values, 0.9) == median_interval(sorted(values), 0.9)
    assert median_interval(values, 0.9).median == 2.5


def test_infinity_may_be_the_median() -> None:
    assert median_interval([np.inf] * 20) == Interval(np.inf, np.inf, np.inf)


def test_runs_are_compared_with_the_reference_of_their_seed() -> None:
    relu = [float(seed) for seed in range(1, 21)]
    found = compared(
        runs_of(relu, [2 * value for value in relu]), "sine", "ELU(1)", 0.01, "overshoot"
    )
    assert found.ratio == Interval(2.0, 2.0, 2.0)
    assert (found.larger, found.smaller, found.seeds) == (20, 0, 20)


def test_a_run_that_diverged_is_the_worse_one() -> None:
    runs = runs_of([None] * 3 + [1.0] * 21, [None, 1.0, 1.0] + [None] * 21)
    found = compared(runs, "sine", "ELU(1)", 0.01, "overshoot")
    assert (found.larger, found.smaller, found.seeds) == (21, 2, 23)
    assert found.ratio.median == np.inf
    assert compared(runs, "sine", "ReLU", 0.01, "overshoot", "ELU(1)").ratio.median == 0
    assert level(runs, "sine", "ELU(1)", 0.01, "overshoot").median == np.inf


def test_two_zeros_are_alike_and_more_than_zero_is_infinitely_more() -> None:
    runs = runs_of([0.0] * 40, [0.0] * 20 + [1.0] * 20)
    found = compared(runs, "sine", "ELU(1)", 0.01, "overshoot")
    assert (found.larger, found.smaller, found.seeds) == (20, 0, 40)
    assert found.ratio[::2] == (1.0, np.inf)


def test_the_counts_are_those_of_the_records(stored) -> None:
    found = compared(stored, "digits", "ELU(2)", 0.03, "velocity_sign_changes")
    by_hand = [
        float(record.velocity_sign_changes) > float(stored["digits", "ReLU", 0.03][seed][6])
        for seed, record in stored["digits", "ELU(2)", 0.03].items()
    ]
    assert found.larger == sum(by_hand)
    assert found.seeds == len(by_hand) == 110


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda runs: median_interval([1.0] * 10), "10 are too few"),
        (lambda runs: median_interval([np.nan] * 20), "not a number"),
        (lambda runs: level(runs, "digits", "GELU", 0.3, "overshoot"), "no run .*'GELU'"),
        (lambda runs: level(runs, "digits", "ReLU", 0.3, "speed"), "measure = 'speed'"),
        (lambda runs: compared(runs, "residual", "ELU(2)", 0.3, "final_loss"), "negative"),
    ],
)
def test_bad_arguments_are_named(stored, call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call(stored)


def test_runs_without_a_partner_are_named() -> None:
    with pytest.raises(ValueError, match="have no partner"):
        compared(runs_of([1.0] * 20, [1.0] * 21), "sine", "ELU(1)", 0.01, "overshoot")
