"""The stored runs are complete and come out again, by any number of processes.

A record holds what its run measured, and nothing in it is not a number.
"""

from collections import Counter

import numpy as np
import pytest

from elu_sym.experiments import smooth_ride, tables
from elu_sym.experiments.gradient_descent import Trajectory
from elu_sym.experiments.problems import ACTIVATIONS, PROBLEMS
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.smooth_ride import (
    MEASURES,
    NEW_RESULTS,
    RESULTS,
    SEEDS,
    Record,
    measured,
    run,
)

NEW_SEEDS = registered_seeds("smooth_ride")
TABLES = {RESULTS: SEEDS, NEW_RESULTS: NEW_SEEDS}


@pytest.fixture(scope="module")
def stored() -> list[Record]:
    return [record for path in TABLES for record in smooth_ride.read(path)]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_run_is_stored_once(path) -> None:
    expected = [
        (name, str(seed), repr(rate), activation)
        for name, problem in PROBLEMS.items()
        for seed in TABLES[path]
        for rate in problem.learning_rates
        for activation in ACTIVATIONS
    ]
    stored = smooth_ride.read(path)
    found = [(each.problem, each.seed, each.learning_rate, each.activation) for each in stored]
    assert found == expected
    assert path.stat().st_size < 600_000


def test_what_is_stored_is_finite_or_diverged(stored) -> None:
    for record in stored:
        measures = [getattr(record, name) for name in MEASURES]
        if record.diverged == "1":
            assert set(measures) == {""}
            assert int(record.steps) < PROBLEMS[record.problem].steps
        else:
            assert all(abs(float(text)) < 1e6 for text in measures)
            assert int(record.steps) == PROBLEMS[record.problem].steps
            assert record.reached in {"0", "1"}
            assert record.reached == "1" or record.steps_to_tolerance == record.steps
    # Both outcomes occur, so that neither branch above is idle.
    assert set(Counter(record.diverged for record in stored)) == {"0", "1"}


@pytest.mark.parametrize("seed", [SEEDS[0], SEEDS[-1], NEW_SEEDS[-1]])
def test_calm_runs_come_out_again_to_rounding(stored, seed: int) -> None:
    compared = 0
    for fresh in measured("residual", [seed]):
        if float(fresh.learning_rate) > 0.3:
            continue  # near the edge a last bit may grow
        kept = next(
            each
            for each in stored
            if (each.problem, each.seed, each.learning_rate, each.activation)
            == (fresh.problem, fresh.seed, fresh.learning_rate, fresh.activation)
        )
        for field in Record._fields[4:]:
            found, expected = (float(getattr(each, field)) for each in (fresh, kept))
            assert found == pytest.approx(expected, rel=1e-4, abs=1e-9), (field, fresh, kept)
        compared += 1
    assert compared == 4 * len(ACTIVATIONS)


@pytest.mark.parametrize("seed", [SEEDS[0], NEW_SEEDS[0]])
def test_a_run_of_the_sine_comes_out_again(stored, seed: int) -> None:
    trajectory = run("sine", "ELU(1)", 0.003, seed)
    fresh = Record.of(trajectory, PROBLEMS["sine"], seed, 0.003, "ELU(1)")
    assert fresh.activation == "ELU(1)"
    kept = next(
        each
        for each in stored
        if (each.problem, each.seed, each.learning_rate, each.activation)
        == ("sine", str(seed), "0.003", "ELU(1)")
    )
    assert float(fresh.final_loss) == pytest.approx(float(kept.final_loss), rel=1e-4)
    assert float(fresh.overshoot) == pytest.approx(float(kept.overshoot), rel=1e-4)


@pytest.mark.deep
def test_the_table_does_not_depend_on_the_number_of_processes(tmp_path) -> None:
    pytest.importorskip("tqdm")
    pytest.importorskip("threadpoolctl")
    keys = [("residual", str(seed)) for seed in range(3)]
    texts = set()
    for count in (1, 2):
        path, block = tmp_path / f"{count}.csv", smooth_ride._block
        tables.measure_blocks(path, Record, keys, block, False, count)
        texts.add(path.read_text())
    assert texts == {tables.to_text(measured("residual", range(3)), Record)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run("parity", "ReLU", 0.1, 0), "problem = 'parity'"),
        (lambda: run("sine", "GELU", 0.1, 0), "activation = 'GELU'"),
        (lambda: run("sine", "ReLU", -1.0, 0), "learning_rate = -1.0"),
    ],
)
def test_bad_arguments_are_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()


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
    kept = [each for each in smooth_ride.read() if each.seed == "40"]
    assert kept[0].velocity_sign_changes == "0.291973"
