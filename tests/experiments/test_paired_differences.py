"""Intervals enclose what they should, and where they mean nothing there is none."""

import numpy as np
import pytest

from elu_sym.experiments.paired_differences import (
    CONFIDENCE,
    FEWEST_PAIRS,
    common_rates,
    mean_difference,
    means_over_rates,
    paired_difference,
)
from elu_sym.experiments.smooth_ride import Record


def run(seed, rate, activation, overshoot="1", diverged="0"):
    value = "" if diverged == "1" else overshoot
    return Record("sine", str(seed), rate, activation, diverged, "9", overshoot=value)


def test_the_estimate_is_the_difference_in_units_of_the_reference() -> None:
    random = np.random.default_rng(1)
    reference = random.uniform(1, 3, 40)
    values = reference / 2 + 0.1 * random.standard_normal(40)
    found = mean_difference(values, reference)
    assert found.estimate == pytest.approx(values.mean() / reference.mean() - 1, rel=1e-12)
    assert found.low < found.estimate < found.high
    assert found.pairs == 40
    absolute = mean_difference(values, reference, relative=False)
    assert absolute.estimate == pytest.approx(values.mean() - reference.mean(), rel=1e-12)


def test_the_interval_is_about_as_wide_as_a_normal_one() -> None:
    values = np.random.default_rng(2).standard_normal(400)
    found = mean_difference(values, np.zeros(400), relative=False)
    # 3.29 standard errors on either side are 99.9 %; a wrong confidence is off by a tenth or more.
    assert CONFIDENCE == 0.999
    width = 2 * 3.29 * values.std() / 20
    assert found.high - found.low == pytest.approx(width, rel=0.07)


def test_the_interval_encloses_the_truth_in_every_one_of_a_few_experiments() -> None:
    for seed in range(12):
        random = np.random.default_rng(seed)
        reference = random.exponential(1.0, 40) + 1
        found = mean_difference(reference * random.uniform(0.4, 1.0, 40), reference)
        assert found.low < -0.3 < found.high


def test_pairs_are_kept_together() -> None:
    reference = np.random.default_rng(3).uniform(1, 100, 40)
    values = 0.9 * reference + np.random.default_rng(4).uniform(0, 0.1, 40)
    paired = mean_difference(values, reference)
    shuffled = mean_difference(np.random.default_rng(5).permutation(values), reference)
    assert paired.estimate == pytest.approx(shuffled.estimate, rel=1e-12)
    assert paired.high - paired.low < 0.01
    assert shuffled.high - shuffled.low > 0.1


def test_the_same_numbers_give_the_same_interval() -> None:
    reference = np.linspace(1, 2, 40)
    values = np.sin(reference * 9)
    assert mean_difference(values, reference) == mean_difference(values, reference)


@pytest.mark.parametrize(
    ("values", "reference", "message"),
    [
        (np.ones(29), np.ones(29), f"at least {FEWEST_PAIRS} pairs"),
        (np.ones(40), np.ones(41), "40 values and 41 references"),
        (np.ones(40), np.zeros(40), "must be positive"),
        (np.full(40, 0.5), np.linspace(1, 2, 40) * 0 + 1, "the same in every pair"),
        (np.linspace(1, 2, 40) / 3, np.linspace(1, 2, 40), "the same in every pair"),
    ],
)
def test_no_interval_where_none_is_due(values, reference, message) -> None:
    with pytest.raises(ValueError, match=message):
        mean_difference(values, reference)


def test_one_exception_among_zeros_gives_no_interval() -> None:
    values = np.zeros(40)
    values[3] = 1.0
    reference = np.zeros(40)
    reference[5] = 1.0
    with pytest.raises((ValueError, RuntimeWarning)):
        mean_difference(values, reference)


def test_a_rate_at_which_one_run_diverged_is_common_to_none() -> None:
    table = [run(seed, rate, name) for seed in (1, 2) for rate in ("1.0", "0.1") for name in "ab"]
    assert common_rates(table, "ab") == ("0.1", "1.0")
    table[0] = run(1, "1.0", "a", diverged="1")
    assert common_rates(table, "ab") == ("0.1",)
    assert common_rates(table, "b") == ("0.1", "1.0")


def test_means_are_over_the_rates_of_each_seed() -> None:
    table = [run(2, "0.1", "a", "4"), run(2, "1.0", "a", "6"), run(1, "0.1", "a", "1")]
    table += [run(1, "1.0", "a", "2"), run(1, "1.0", "b", "77")]
    assert means_over_rates(table, "a", "overshoot", ["0.1", "1.0"]) == {1: 1.5, 2: 5.0}
    assert means_over_rates(table, "a", "overshoot", ["0.1"]) == {1: 1.0, 2: 4.0}


def test_a_run_that_is_missing_twice_there_or_diverged_is_seen() -> None:
    table = [run(1, "0.1", "a"), run(1, "1.0", "a"), run(2, "0.1", "a")]
    with pytest.raises(ValueError, match=r"runs of a are missing, of seeds \[2\]"):
        means_over_rates(table, "a", "overshoot", ["0.1", "1.0"])
    with pytest.raises(ValueError, match="of seeds all"):
        means_over_rates(table, "b", "overshoot", ["0.1"])
    with pytest.raises(ValueError, match="is there twice"):
        means_over_rates([*table, table[0]], "a", "overshoot", ["0.1"])
    with pytest.raises(ValueError, match="has no overshoot"):
        means_over_rates([run(1, "0.1", "a", diverged="1")], "a", "overshoot", ["0.1"])


def test_seeds_without_a_partner_are_seen() -> None:
    table = [run(seed, "0.1", name, str(seed)) for seed in range(40) for name in "ab"]
    with pytest.raises(ValueError, match=r"seeds \[7\] have runs of one activation only"):
        paired_difference(
            [each for each in table if each != run(7, "0.1", "b", "7")],
            "a",
            "b",
            "overshoot",
            ["0.1"],
        )


def test_divergence_is_a_difference_of_fractions() -> None:
    table = [run(seed, "0.1", name) for seed in range(40) for name in "ab"]
    table = [
        each._replace(diverged="1") if each.activation == "a" and int(each.seed) % 4 == 0 else each
        for each in table
    ]
    found = paired_difference(table, "a", "b", "diverged", ["0.1"])
    assert found.estimate == 0.25
    assert 0 < found.low < 0.25 < found.high < 0.6
