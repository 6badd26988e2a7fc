"""A record holds what its run measured, and nothing in it is not a number."""

import numpy as np
import pytest

from elu_sym.experiments import records
from elu_sym.experiments.gradient_descent import Trajectory
from elu_sym.experiments.problems import PROBLEMS
from elu_sym.experiments.records import MEASURES, Record

FINISHED = Trajectory(
    np.array([4.0, 2.0, 3.0, 1.0]),
    np.array([[1.0], [-1.0], [1.0], [-1.0]]),
    np.array([[1.0], [-1.0], [1.0]]),
    diverged=False,
)
DIVERGED = Trajectory(np.array([4.0, 300.0]), np.ones((2, 1)), np.ones((1, 1)), diverged=True)


def record(trajectory=FINISHED, rate=0.1):
    return Record.of(trajectory, PROBLEMS["residual"], 7, rate, "ELU(1)")


def test_a_record_holds_the_measures_of_its_run() -> None:
    found = record()
    assert (found.problem, found.seed, found.learning_rate) == ("residual", "7", "0.1")
    assert (found.activation, found.diverged, found.steps) == ("ELU(1)", "0", "3")
    assert found.velocity_sign_changes == "1"
    assert found.gradient_variation == "2"
    assert found.overshoot == "0.25"
    assert found.final_loss == "0.25"


def test_a_run_that_does_not_get_there_is_censored() -> None:
    assert (record().steps_to_tolerance, record().reached) == ("3", "0")
    fast = Trajectory(np.array([4.0, 0.1, 0.1]), np.ones((3, 1)), np.ones((2, 1)), diverged=False)
    assert (record(fast).steps_to_tolerance, record(fast).reached) == ("1", "1")


def test_a_diverged_run_has_empty_fields_and_no_measure() -> None:
    found = record(DIVERGED)
    assert (found.diverged, found.steps) == ("1", "1")
    assert {getattr(found, name) for name in (*MEASURES, "reached")} == {""}
    assert found.value("diverged") == "1"
    with pytest.raises(ValueError, match="diverged and has no overshoot"):
        found.value("overshoot")
    with pytest.raises(ValueError, match="there is no measure 'speed'"):
        found.value("speed")


def test_no_number_that_is_none_is_written() -> None:
    hollow = Trajectory(FINISHED.losses, np.zeros((4, 1)), FINISHED.velocities, diverged=False)
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="a measure is nan"):
        record(hollow)


def test_the_stored_table_has_six_significant_digits() -> None:
    kept = records.read()
    assert len(kept) == 2560
    assert kept[0].velocity_sign_changes == "0.291973"
