"""Ratios are of the same seeds, and a run that diverged is the worse one."""

import numpy as np
import pytest

from elu_sym.experiments import smooth_ride
from elu_sym.experiments.paired_runs import CONFIDENCE, compared, level, runs_by_seed
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


def test_runs_are_compared_with_the_reference_of_their_seed() -> None:
    relu = [float(seed) for seed in range(1, 21)]
    found = compared(
        runs_of(relu, [2 * value for value in relu]), "sine", "ELU(1)", 0.01, "overshoot"
    )
    assert found.ratio[:3] == (2.0, 2.0, 2.0)
    assert found.ratio.confidence >= CONFIDENCE
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
    assert (found.ratio.low, found.ratio.high) == (1.0, np.inf)


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
