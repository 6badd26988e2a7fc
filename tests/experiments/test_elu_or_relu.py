"""ELU against ReLU: every network is stored, at the rates that were best elsewhere, and right."""

import itertools
import math

import numpy as np
import pytest

from elu_sym import elu, relu
from elu_sym.experiments import elu_or_relu
from elu_sym.experiments.elu_or_relu import (
    CLAIMED,
    EARLY,
    FEW_SEEDS,
    LEARNING_RATES,
    LONG_STEPS,
    NETWORKS,
    RULES,
    STEPS,
    Training,
    TrainingRecord,
    best_rate,
    trained,
    variances,
)
from elu_sym.experiments.plain_networks import HELD_OUT
from elu_sym.experiments.problems import ACTIVATIONS
from elu_sym.experiments.registered import registered_seeds

pytest.importorskip("sklearn")

SEEDS = registered_seeds("elu_or_relu")


def test_every_network_is_stored_at_every_rate() -> None:
    expected = {
        (str(seed), name, rule, repr(rate), str(step))
        for seed in elu_or_relu.SEEDS
        for name, rule in NETWORKS
        for rate in LEARNING_RATES
        for step in STEPS
        if (name, rule) in CLAIMED or rate not in (LEARNING_RATES[0], LEARNING_RATES[-1])
    }
    stored = elu_or_relu.read()
    assert {row[:5] for row in stored} == expected
    assert len(stored) == len(expected)


def test_every_network_is_stored_at_its_best_rates_on_new_seeds() -> None:
    expected = set()
    for number, seed in enumerate(SEEDS):
        for name, rule in NETWORKS if number < FEW_SEEDS else CLAIMED:
            for end in (EARLY, STEPS[-1]):
                rate = repr(best_rate(name, rule, end))
                expected |= {(str(seed), name, rule, rate, str(s)) for s in STEPS if s <= end}
    stored = elu_or_relu.read(elu_or_relu.NEW_RESULTS)
    assert {row[:5] for row in stored} == expected
    assert len(stored) == len(expected)
    assert set(NETWORKS) >= set(CLAIMED)
    assert len(SEEDS) > FEW_SEEDS
    # And this is what would be measured again, in this order.
    assert [row[:5] for row in stored] == [
        (seed, *training[:2], repr(training.learning_rate), str(step))
        for seed, name in elu_or_relu.new_blocks()
        for training in elu_or_relu.at_the_best_rates(name, int(seed))
        for step in STEPS
        if step <= training.end
    ]


def test_the_best_rates_of_the_claims_are_none_of_the_outermost() -> None:
    for network, step in itertools.product(CLAIMED, (EARLY, STEPS[-1])):
        assert LEARNING_RATES[0] < best_rate(*network, step) < LEARNING_RATES[-1]


@pytest.mark.parametrize("end", [EARLY, STEPS[-1]])
def test_the_best_runs_are_one_of_each_seed(end: int) -> None:
    for network in NETWORKS:
        rows = elu_or_relu.best_runs(*network, end)
        seeds = [str(seed) for seed in (SEEDS if network in CLAIMED else SEEDS[:FEW_SEEDS])]
        steps = [str(step) for step in STEPS if step <= end]
        assert [(r.seed, r.step) for r in rows] == list(itertools.product(seeds, steps))
        assert {r[1:4] for r in rows} == {(*network, repr(best_rate(*network, end)))}


def test_the_longer_runs_are_the_same_and_go_on() -> None:
    stored = elu_or_relu.read(elu_or_relu.LONG_RESULTS)
    assert [row[:5] for row in stored] == [
        (str(seed), *network, repr(best_rate(*network, STEPS[-1])), str(step))
        for seed in SEEDS[:FEW_SEEDS]
        for network in CLAIMED
        for step in LONG_STEPS
    ]
    shorter = {row[:5]: row for row in elu_or_relu.read(elu_or_relu.NEW_RESULTS)}
    for row in stored:
        if int(row.step) <= 20:
            assert float(row.loss) == pytest.approx(float(shorter[row[:5]].loss), rel=1e-2)


@pytest.mark.parametrize(
    "path", [elu_or_relu.RESULTS, elu_or_relu.NEW_RESULTS, elu_or_relu.LONG_RESULTS]
)
def test_what_is_stored_makes_sense(path) -> None:
    runs: dict[tuple[str, ...], list[TrainingRecord]] = {}
    for row in elu_or_relu.read(path):
        runs.setdefault(row[:4], []).append(row)
    for rows in runs.values():
        assert [int(row.step) for row in rows] == [*LONG_STEPS][: len(rows)]
        has_diverged = [not row.loss for row in rows]
        assert has_diverged == sorted(has_diverged)  # from then on
        for row in rows:
            assert bool(row.loss) == bool(row.held_out_errors)
            assert 0 <= int(row.held_out_errors or 0) <= HELD_OUT
        assert float(rows[0].loss) > 1.5  # before the first step nothing is known


def test_one_start_and_one_order_of_batches_for_all_rates() -> None:
    """What a rate changes it changes from the first step on, and not before."""
    rows = elu_or_relu.read()
    starts = {row[:3]: set() for row in rows}
    for row in rows:
        if row.step == "0":
            starts[row[:3]].add((row.loss, row.held_out_errors))
    assert {len(each) for each in starts.values()} == {1}
    assert len(set(itertools.chain(*starts.values()))) == len(starts)


@pytest.mark.parametrize("is_new", [False, True])
def test_a_training_comes_out_again_to_rounding(is_new: bool) -> None:
    """In single precision rounding grows; after ten steps it is still small."""
    path = elu_or_relu.NEW_RESULTS if is_new else elu_or_relu.RESULTS
    seed = SEEDS[1] if is_new else 1
    stored = {row[:5]: row for row in elu_or_relu.read(path)}
    trainings = [
        Training(name, rule, best_rate(name, rule, STEPS[-1]), 10)
        for name, rule in (("ReLU", "second_moment"), ("ELU(1)", "edge_of_chaos"))
    ]
    for fresh in trained(seed, trainings):
        kept = stored[fresh[:5]]
        assert float(fresh.loss) == pytest.approx(float(kept.loss), rel=1e-2)
        assert abs(int(fresh.held_out_errors) - int(kept.held_out_errors)) <= 5


@pytest.mark.deep
def test_a_block_comes_out_again() -> None:
    """All steps of the early end, at every rate."""
    seed, name = 0, "ELU(1)"
    stored = {row[:5]: row for row in elu_or_relu.read()}
    trainings = [each._replace(end=EARLY) for each in elu_or_relu.at_every_rate(name)]
    rows = trained(seed, trainings)
    alike = [
        bool(row.loss) == bool(kept.loss)
        and (not row.loss or math.isclose(float(row.loss), float(kept.loss), rel_tol=0.05))
        for row in rows
        for kept in [stored[row[:5]]]
        if int(row.step) <= 50
    ]
    assert np.mean(alike) > 0.9


@pytest.mark.parametrize("network", NETWORKS, ids="-".join)
def test_variances_keep_what_their_rules_name(network) -> None:
    """By the exact moments of the package, and for the edge by its two equations."""
    name, rule = network
    alpha = ACTIVATIONS[name].alpha
    weight, bias = variances(name, rule)
    function, parameters = (elu, (alpha,)) if alpha else (relu, ())
    second = function.second_moment(0.0, 1.0, *parameters)
    slope = function.derivative_second_moment(0.0, 1.0, *parameters)
    if rule == "variance":
        assert weight * function.variance(0.0, 1.0, *parameters) == pytest.approx(1.0, rel=1e-12)
    if rule in ("gradient", "edge_of_chaos"):
        assert weight * slope == pytest.approx(1.0, rel=1e-12)
    if rule in ("second_moment", "edge_of_chaos"):
        assert weight * second + bias == pytest.approx(1.0, rel=1e-12)
    assert (bias > 0) == (rule == "edge_of_chaos")


def test_the_first_layers_start_with_the_variance_that_is_meant() -> None:
    """Pre-activations of the first two layers on all images, over 200 networks."""
    trainings = [Training(name, rule, 0.1, 0) for name, rule in NETWORKS]
    images = elu_or_relu.shuffled_digits()[0].astype(np.float32)[:200]
    squares = []
    for seed in range(40):
        networks = elu_or_relu._initial_networks(seed, trainings, 2)
        first = images @ networks.weights[0] + networks.biases[0]
        signal, _ = networks.unit.value_and_slope(first)
        second = signal @ networks.weights[1] + networks.biases[1]
        squares.append([np.mean(first**2, axis=(1, 2)), np.mean(second**2, axis=(1, 2))])
    mean, error = np.mean(squares, axis=0), np.std(squares, axis=0) / math.sqrt(40)
    assert np.all(np.abs(mean[0] - np.mean(images**2)) < 6 * error[0] + 0.02)
    by_rule = {rule: mean[1, [r == rule for _, r in NETWORKS]] for rule in RULES}
    assert np.all(by_rule["variance"] > by_rule["second_moment"][1:])
    assert np.all(by_rule["gradient"] < by_rule["second_moment"][1:])


def test_two_ends_and_groups_of_runs_change_nothing() -> None:
    trainings = [Training("ReLU", "second_moment", rate, 2) for rate in (0.01, 0.02, 0.03)]
    trainings += [Training("ELU(2)", "gradient", 0.01, end) for end in (2, 1, 1)]
    rows = trained(3, trainings, (0, 1, 2), 2)
    assert [row.step for row in rows] == ["0", "1", "2"] * 4 + ["0", "1"] * 2
    assert [row.learning_rate for row in rows[:9:3]] == ["0.01", "0.02", "0.03"]
    alone = [row for each in trainings for row in trained(3, [each], (0, 1, 2), 2)]
    for row, other in zip(rows, alone, strict=True):
        assert row[:5] == other[:5]
        assert float(row.loss) == pytest.approx(float(other.loss), rel=1e-3)


def test_a_run_that_diverges_has_no_numbers_from_then_on() -> None:
    rows = trained(0, [Training("ELU(2)", "variance", 50.0, 20)], (0, 1, 5, 20), 4)
    assert rows[0].loss
    assert rows[-1][-2:] == ("", "")
