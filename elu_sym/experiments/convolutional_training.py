"""ELU against ReLU where convolutions, normalization and skip connections help.

    python -m elu_sym.experiments.convolutional_training                  # half an hour
    python -m elu_sym.experiments.convolutional_training --processes 2    # the same tables

As :mod:`elu_sym.experiments.elu_or_relu`, with the same images, batches and learning without
momentum, and with networks of PyTorch. Four have 12 convolutions of 3 by 3, of which the last ten
have 16 channels on 4 by 4 pixels, an average over pixels and a softmax layer: one is plain, one has
batch normalization before every activation, in one pairs of convolutions are branches that are
added to their inputs, and one has both. A fifth one has the 30 hidden layers of 64 units of
:mod:`elu_sym.experiments.elu_or_relu` with batch normalization. All get their weights from
:func:`elu_sym.interop.torch.initialize_`, that is the exact gain of what feeds a layer, He's for
ReLU, and of the last layer of L branches a share of 1/L. Loss and errors are those of the network
in its mode of evaluation, with the running averages of batch normalization.

On the first few seeds every network runs at every learning rate, on the new ones at its best ones.
When some of these runs with ReLU turned out not to be through at the end, two networks were trained
longer, from the same seeds.
"""

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.experiments import tables
from elu_sym.experiments.depth import FEATURES
from elu_sym.experiments.elu_or_relu import EVALUATED, HIDDEN_LAYERS
from elu_sym.experiments.plain_networks import (
    BATCH,
    CLASSES,
    LARGEST_LOSS,
    TRAINED,
    shuffled_digits,
)
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.experiments.training_curves import rate_of_fewest_errors

if TYPE_CHECKING:
    from torch import nn

RESULTS = Path(__file__).with_name("convolutional_training.csv")
"""The runs at every learning rate."""

NEW_RESULTS = RESULTS.with_name("convolutional_training_new.csv")
"""The runs at the best ones, on new seeds."""

LONG_RESULTS = RESULTS.with_name("convolutional_training_long.csv")
"""Longer runs of the networks that were not through, on the same seeds."""

ACTIVATIONS = ("ReLU", "ELU")
"""The names of the activations, as PyTorch has them."""

NETWORKS = (
    "convolutions",
    "convolutions, normalized",
    "convolutions, skips",
    "convolutions, normalized, skips",
    "dense, normalized",
)
"""The names of the networks."""

LONG_NETWORKS = ("convolutions", "dense, normalized")
"""Those that are trained longer."""

CHANNELS, BLOCKS = 16, 5
"""The channels of the convolutions, and how many pairs of them there are."""

LEARNING_RATES = (0.03, 0.1, 0.3)
"""The learning rates that are tried."""

STEPS = (0, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
"""After which steps the networks are measured."""

LONG_STEPS = (*STEPS, 1500, 2000, 3000)
"""The same of the longer runs."""

EARLY = 100
"""The early end."""

SEEDS = range(2)
"""The seeds of the runs at every learning rate."""


class ConvolutionalRecord(NamedTuple):
    """What one network can after some steps, as text.

    Attributes:
        seed: what the weights and the batches were drawn from.
        network: the name of the network.
        activation: the name of the activation.
        learning_rate: the learning rate.
        step: how many steps were made.
        loss: the mean cross entropy of images that it is trained on; empty where the run has
            diverged.
        held_out_errors: how many of the images that are held out it takes for another digit; empty
            where the run has diverged.
    """

    seed: str
    network: str
    activation: str
    learning_rate: str
    step: str
    loss: str
    held_out_errors: str


def network_of(name: str, activation: str) -> "nn.Module":
    """A network of PyTorch, with the weights that PyTorch gives it.

    Args:
        name: one of ``NETWORKS``.
        activation: ``"ReLU"`` or ``"ELU"``.

    Raises:
        ValueError: if there is no such network.
        ModuleNotFoundError: if PyTorch is not installed.
    """
    if name not in NETWORKS:
        raise ValueError(f"name = {name!r}; the networks are {', '.join(NETWORKS)}")
    with extra("torch", "this experiment"):
        from torch import nn

    from elu_sym.interop.torch import Residual

    function: Callable[[], nn.Module] = getattr(nn, activation)
    is_normalized = "normalized" in name

    def activated(channels: int, normalization: Callable[[int], nn.Module]) -> list[nn.Module]:
        return [*([normalization(channels)] if is_normalized else []), function()]

    layers: list[nn.Module] = []
    if name.startswith("dense"):
        for _ in range(HIDDEN_LAYERS):
            layers += [nn.Linear(FEATURES, FEATURES), *activated(FEATURES, nn.BatchNorm1d)]
        return nn.Sequential(*layers, nn.Linear(FEATURES, CLASSES))
    layers += [nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, CHANNELS // 2, 3, padding=1)]
    layers += activated(CHANNELS // 2, nn.BatchNorm2d)
    layers.append(nn.Conv2d(CHANNELS // 2, CHANNELS, 3, stride=2, padding=1))
    for _ in range(BLOCKS):
        branch: list[nn.Module] = []
        for _ in range(2):
            branch += activated(CHANNELS, nn.BatchNorm2d)
            branch.append(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1))
        layers += [Residual(nn.Sequential(*branch))] if name.endswith("skips") else branch
    layers += [*activated(CHANNELS, nn.BatchNorm2d), nn.AvgPool2d(4), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(CHANNELS, CLASSES))


def trained_network(
    seed: int, name: str, activation: str, learning_rate: float, steps: Sequence[int] = STEPS
) -> list[ConvolutionalRecord]:
    """Train a network from one seed.

    Args:
        seed: a whole number of at least 0.
        name: one of ``NETWORKS``.
        activation: ``"ReLU"`` or ``"ELU"``.
        learning_rate: a positive number.
        steps: increasing; after which steps it is measured.

    Returns:
        The records by step.

    Raises:
        ModuleNotFoundError: if scikit-learn or PyTorch is not installed.

    Examples:
        >>> rows = trained_network(0, "convolutions", "ELU", 0.1, (0, 1))
        >>> [(row.step, 300 < int(row.held_out_errors) < 497) for row in rows]
        [('0', True), ('1', True)]
    """
    with extra("torch", "this experiment"):
        import torch
    from elu_sym.interop.torch import initialize_

    pixels, digit = shuffled_digits()
    images, labels = torch.tensor(pixels, dtype=torch.float32), torch.tensor(digit)
    network = network_of(name, activation)
    numbers = torch.Generator().manual_seed(seed)
    initialize_(network, images[:TRAINED], redraws=1, generator=numbers)
    order = np.random.default_rng([seed, 1])
    descent = torch.optim.SGD(network.parameters(), lr=learning_rate)
    cross_entropy = torch.nn.functional.cross_entropy
    rows: list[ConvolutionalRecord] = []
    for step in range(steps[-1] + 1):
        if step in steps:
            network.eval()
            with torch.no_grad():
                loss = float(cross_entropy(network(images[:EVALUATED]), labels[:EVALUATED]))
                guesses = network(images[TRAINED:]).argmax(1)
            errors = int((guesses != labels[TRAINED:]).sum())
            has_diverged = not loss < LARGEST_LOSS or bool(rows and not rows[-1].loss)
            found = ("", "") if has_diverged else (digits(loss, 4), str(errors))
            run = str(seed), name, activation, repr(learning_rate), str(step)
            rows.append(ConvolutionalRecord(*run, *found))
            network.train()
        chosen = torch.from_numpy(order.integers(TRAINED, size=BATCH))
        descent.zero_grad()
        cross_entropy(network(images[chosen]), labels[chosen]).backward()
        descent.step()
    return rows


def at_every_rate(network: str) -> list[tuple[str, float, int]]:
    """What runs on the first few seeds, of one network: activation, learning rate and end."""
    return [(name, rate, STEPS[-1]) for name in ACTIVATIONS for rate in LEARNING_RATES]


def at_the_best_rates(network: str) -> list[tuple[str, float, int]]:
    """What runs on the new seeds, of one network: activation, learning rate and end."""
    trainings = []
    for name in ACTIVATIONS:
        late, early = (best_rate(network, name, step) for step in (STEPS[-1], EARLY))
        trainings.append((name, late, STEPS[-1]))
        if early != late:
            trainings.append((name, early, EARLY))
    return trainings


def best_rate(network: str, activation: str, step: int) -> float:
    """The learning rate at which a network makes the fewest held-out errors after a step.

    As :func:`elu_sym.experiments.elu_or_relu.best_rate`.
    """
    rows = [row for row in read() if (row.network, row.activation) == (network, activation)]
    return rate_of_fewest_errors(rows, step)


def best_runs(network: str, activation: str, end: int) -> list[ConvolutionalRecord]:
    """As :func:`elu_sym.experiments.elu_or_relu.best_runs`."""
    run = network, activation, repr(best_rate(network, activation, end))
    return [row for row in read(NEW_RESULTS) if row[1:4] == run and int(row.step) <= end]


def read(path: Path = RESULTS) -> list[ConvolutionalRecord]:
    """The records of a file."""
    return tables.read(path, ConvolutionalRecord)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Train convolutional networks with ELU and ReLU, one row a measurement."
    new = registered_seeds("convolutional_training")
    blocks = {
        RESULTS: (product(SEEDS, NETWORKS), _every_rate),
        NEW_RESULTS: (product(new, NETWORKS), _best_rates),
        LONG_RESULTS: (product(new, LONG_NETWORKS), _long),
    }
    stored = [
        Table(path, ConvolutionalRecord, [(str(seed), name) for seed, name in pairs], block)
        for path, (pairs, block) in blocks.items()
    ]
    return run_command("convolutional_training", what, stored, arguments)


def _every_rate(key: Key) -> list[ConvolutionalRecord]:
    return _alone(key, at_every_rate(key[1]), STEPS)


def _best_rates(key: Key) -> list[ConvolutionalRecord]:
    return _alone(key, at_the_best_rates(key[1]), STEPS)


def _long(key: Key) -> list[ConvolutionalRecord]:
    end = LONG_STEPS[-1]
    trainings = [(name, best_rate(key[1], name, STEPS[-1]), end) for name in ACTIVATIONS]
    return _alone(key, trainings, LONG_STEPS)


def _alone(
    key: Key, trainings: Sequence[tuple[str, float, int]], steps: Sequence[int]
) -> list[ConvolutionalRecord]:
    """The records of one network, by one thread as in the other experiments."""
    import torch

    seed, network = key
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [
            row
            for activation, rate, end in trainings
            for row in trained_network(
                int(seed), network, activation, rate, [step for step in steps if step <= end]
            )
        ]
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    raise SystemExit(main())
