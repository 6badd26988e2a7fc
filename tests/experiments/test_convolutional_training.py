"""Networks with convolutions, normalization and skips: stored whole, and as they are described."""

import itertools
import json
from hashlib import sha256

import pytest

from elu_sym import gain
from elu_sym.experiments import convolutional_training
from elu_sym.experiments.convolutional_training import (
    ACTIVATIONS,
    EARLY,
    LEARNING_RATES,
    LONG_NETWORKS,
    LONG_STEPS,
    NETWORKS,
    STEPS,
    best_rate,
    best_runs,
    network_of,
    trained_network,
)
from elu_sym.experiments.median_intervals import median_interval
from elu_sym.experiments.plain_networks import HELD_OUT, shuffled_digits
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.training_curves import CONFIDENCE

pytest.importorskip("sklearn")

SEEDS = registered_seeds("convolutional_training")


def test_every_network_is_stored_at_every_rate() -> None:
    stored = [row[:5] for row in convolutional_training.read()]
    assert stored == [
        (str(seed), network, name, repr(rate), str(step))
        for seed in convolutional_training.SEEDS
        for network in NETWORKS
        for name in ACTIVATIONS
        for rate in LEARNING_RATES
        for step in STEPS
    ]


def test_every_network_is_stored_at_its_best_rates_on_new_seeds() -> None:
    expected = set()
    for seed in SEEDS:
        for network in NETWORKS:
            for name in ACTIVATIONS:
                for end in (EARLY, STEPS[-1]):
                    run = str(seed), network, name, repr(best_rate(network, name, end))
                    expected |= {(*run, str(step)) for step in STEPS if step <= end}
    stored = [row[:5] for row in convolutional_training.read(convolutional_training.NEW_RESULTS)]
    assert set(stored) == expected
    assert len(stored) == len(expected)
    # And this is what would be measured again, in this order.
    assert stored == [
        (str(seed), network, name, repr(rate), str(step))
        for seed in SEEDS
        for network in NETWORKS
        for name, rate, end in convolutional_training.at_the_best_rates(network)
        for step in STEPS
        if step <= end
    ]
    assert not set(SEEDS) & set(convolutional_training.SEEDS)


def test_what_was_written_down_is_what_is_compared() -> None:
    path = convolutional_training.RESULTS
    text = path.with_name("convolutional_training.registered.json").read_text(encoding="utf-8")
    written = json.loads(text)
    seen = path.read_text(encoding="utf-8").encode()
    assert written["seen"] == {path.name: sha256(seen).hexdigest()}
    assert list(written["comparisons"]) == [*NETWORKS]
    assert all(f"after {EARLY} and after {STEPS[-1]}" in s for s in written["comparisons"].values())
    assert written["seeds"] == len(SEEDS) == 8
    assert median_interval(range(8), CONFIDENCE)[::2] == (0, 7)


@pytest.mark.parametrize("end", [EARLY, STEPS[-1]])
def test_the_best_runs_are_one_of_each_seed(end: int) -> None:
    for network, name in itertools.product(NETWORKS, ACTIVATIONS):
        rows = best_runs(network, name, end)
        steps = [str(step) for step in STEPS if step <= end]
        expected = list(itertools.product(map(str, SEEDS), steps))
        assert [(row.seed, row.step) for row in rows] == expected
        assert {row[1:4] for row in rows} == {(network, name, repr(best_rate(network, name, end)))}


def test_the_longer_runs_are_the_same_and_go_on() -> None:
    stored = convolutional_training.read(convolutional_training.LONG_RESULTS)
    assert [row[:5] for row in stored] == [
        (str(seed), network, name, repr(best_rate(network, name, STEPS[-1])), str(step))
        for seed in SEEDS
        for network in LONG_NETWORKS
        for name in ACTIVATIONS
        for step in LONG_STEPS
    ]
    shorter = {
        row[:5]: row for row in convolutional_training.read(convolutional_training.NEW_RESULTS)
    }
    for row in stored:
        if int(row.step) <= 10:
            assert float(row.loss) == pytest.approx(float(shorter[row[:5]].loss), rel=2e-2)


@pytest.mark.parametrize(
    "path",
    [
        convolutional_training.RESULTS,
        convolutional_training.NEW_RESULTS,
        convolutional_training.LONG_RESULTS,
    ],
)
def test_what_is_stored_makes_sense(path) -> None:
    for row in convolutional_training.read(path):
        assert bool(row.loss) == bool(row.held_out_errors)
        assert 0 <= int(row.held_out_errors or 0) <= HELD_OUT
        if row.step == "0":  # before the first step nothing is known
            assert float(row.loss) > 1.5


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_has_the_layers_that_its_name_says(name: str, activation: str) -> None:
    torch = pytest.importorskip("torch")
    from elu_sym.interop.torch import Residual, initialize_

    network = network_of(name, activation)
    kinds = [type(module) for module in network.modules()]
    layers, functions = (torch.nn.Conv2d, torch.nn.Linear), getattr(torch.nn, activation)
    is_dense = name.startswith("dense")
    assert kinds.count(layers[0]) == (0 if is_dense else 12)
    assert kinds.count(layers[1]) == (31 if is_dense else 1)
    assert kinds.count(functions) == (30 if is_dense else 12)
    norms = kinds.count(torch.nn.BatchNorm2d) + kinds.count(torch.nn.BatchNorm1d)
    assert norms == ("normalized" in name) * kinds.count(functions)
    assert kinds.count(Residual) == ("skips" in name) * 5
    images = torch.tensor(shuffled_digits()[0][:64], dtype=torch.float32)
    assert network(images).shape == (64, 10)
    table = initialize_(network, images, redraws=1)
    ends = [layer for layer in table.layers if "ends 1 of 5 branches" in str(layer)]
    assert len(table.layers) == sum(map(kinds.count, layers))
    assert len(ends) == ("skips" in name) * 5


def test_a_training_comes_out_again_to_rounding() -> None:
    pytest.importorskip("torch")
    network, name = "convolutions, normalized, skips", "ELU"
    stored = {row[:5]: row for row in convolutional_training.read()}
    for fresh in trained_network(1, network, name, 0.1, (0, 10)):
        kept = stored[fresh[:5]]
        assert float(fresh.loss) == pytest.approx(float(kept.loss), rel=2e-2)
        assert abs(int(fresh.held_out_errors) - int(kept.held_out_errors)) <= 10


def test_a_run_that_diverges_has_no_numbers_from_then_on() -> None:
    pytest.importorskip("torch")
    rows = trained_network(0, "convolutions", "ELU", 1e4, (0, 5, 6))
    assert rows[0].loss
    assert rows[-1][-2:] == ("", "")


def test_a_network_that_is_not_there_is_named() -> None:
    pytest.importorskip("torch")
    with pytest.raises(ValueError, match="name = 'recurrent'; the networks are convolutions, "):
        network_of("recurrent", "ELU")


@pytest.mark.parametrize("activation", ["relu", "elu"])
def test_normalization_makes_gradients_grow_by_the_ratio_of_two_gains(activation) -> None:
    """By PyTorch's autograd: layer by layer, in units of what the normalization divides by."""
    torch = pytest.importorskip("torch")
    functional, numbers = torch.nn.functional, torch.Generator().manual_seed(0)
    width, layers = 256, 12
    signal = torch.randn(width, width, generator=numbers, requires_grad=True)
    before = []
    for _ in range(layers):
        weights = torch.randn(width, width, generator=numbers) / width**0.5
        before.append(functional.linear(signal, weights))
        before[-1].retain_grad()
        normal = functional.batch_norm(before[-1], None, None, training=True, eps=1e-9)
        signal = getattr(functional, activation)(normal)
    signal.backward(torch.randn(width, width, generator=numbers))
    sizes = [float((p.grad**2).mean() * p.detach().var(0).mean()) for p in before]
    factor = (sizes[1] / sizes[-2]) ** (1 / (layers - 3))
    variance, gradient = (gain(activation=activation, preserve=p) for p in ("variance", "gradient"))
    assert factor == pytest.approx((variance / gradient) ** 2, rel=0.04)
