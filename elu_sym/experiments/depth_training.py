"""Training a 30-layer ELU network on digits from several initializations.

    python -m elu_sym.experiments.depth_training        # some minutes

A network of 30 hidden layers of 64 units without biases, at alpha = 1, and a softmax layer on top
is trained on scikit-learn's handwritten digits by stochastic gradient descent without momentum,
at constant learning rates. The seed draws the weights, the same for all rules but for their scale,
and the order of the batches. The softmax layer starts with LeCun's rule under every rule, so that
the runs differ in what is below it. Xavier's rule is LeCun's here, since every hidden layer has as
many inputs as units. The loss is the mean cross entropy over fixed images. On the seeds from 0 to
29 the claims were worded; they are measured on new ones (:mod:`elu_sym.experiments.registered`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.experiments import tables
from elu_sym.experiments.depth import FEATURES, weight_variance
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.plain_networks import (
    CLASSES,
    PlainNetworks,
    have_diverged,
    shuffled_digits,
)
from elu_sym.experiments.problems import Unit
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.tables import Key, Table, digits, run_command

RESULTS = Path(__file__).with_name("depth_training.csv")
"""The runs on which the claims were worded."""

NEW_RESULTS = RESULTS.with_name("depth_training_new.csv")
"""The runs on which they rest."""

HIDDEN_LAYERS = 30
"""The depth of the network."""

EVALUATED = 256
"""The number of images on which the loss is measured."""

RULES = ("He", "LeCun", "exact")
"""The rules for the weight variance."""

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03)
"""The learning rates of the stored results."""

STEPS = (0, 10, 25, 50, 100, 150, 200)
"""After which steps the loss is kept."""

SEEDS = range(30)
"""The seeds of the runs on which the claims were worded."""


class LossRecord(NamedTuple):
    """The loss of one run after some steps, as text.

    Attributes:
        seed: what the weights and the batches were drawn from.
        learning_rate: the learning rate.
        rule: the name of the rule for the weight variance.
        step: how many steps were made.
        loss: the mean cross entropy; empty where the run has diverged.
    """

    seed: str
    learning_rate: str
    rule: str
    step: str
    loss: str


def measured(
    seed: int,
    learning_rates: Sequence[float] = LEARNING_RATES,
    steps: Sequence[int] = STEPS,
    hidden_layers: int = HIDDEN_LAYERS,
) -> list[LossRecord]:
    """Train from one seed, under every rule and at every learning rate at once.

    Args:
        seed: a whole number of at least 0.
        learning_rates: positive numbers.
        steps: increasing; after which steps the loss is measured.
        hidden_layers: the depth.

    Returns:
        The losses by learning rate, rule and step.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.

    Examples:
        >>> rows = measured(0, learning_rates=(0.01,), steps=(0, 2), hidden_layers=2)
        >>> [(row.rule, row.step) for row in rows][:3]
        [('He', '0'), ('He', '2'), ('LeCun', '0')]
    """
    images, labels = shuffled_digits()
    runs = [(rate, rule) for rate in learning_rates for rule in RULES]
    rates = np.array([rate for rate, _ in runs]).reshape(-1, 1, 1)
    weights = _initial_weights(seed, [rule for _, rule in runs], hidden_layers)
    networks = PlainNetworks(Unit(1.0), weights)
    order = np.random.default_rng([seed, 1])
    trained = networks.trained(rates, images, labels, order, steps)
    losses = [each.loss(images[:EVALUATED], labels[:EVALUATED]) for each in trained]
    values, diverged = np.array(losses), have_diverged(losses)
    return [
        LossRecord(
            str(seed),
            repr(rate),
            rule,
            str(step),
            "" if diverged[index, run] else digits(values[index, run]),
        )
        for run, (rate, rule) in enumerate(runs)
        for index, step in enumerate(steps)
    ]


def read(path: Path = RESULTS) -> list[LossRecord]:
    """The records of a file."""
    return tables.read(path, LossRecord)


def curves(path: Path = RESULTS) -> dict[tuple[float, str], Array]:
    """By learning rate and rule the losses of a file, a row for each seed, a column for each step.

    A run that has diverged counts as infinite.

    Examples:
        >>> curves()[0.01, "exact"].shape == (len(SEEDS), len(STEPS))
        True
    """
    found: dict[tuple[float, str], dict[str, list[float]]] = {}
    for row in read(path):
        by_seed = found.setdefault((float(row.learning_rate), row.rule), {})
        by_seed.setdefault(row.seed, []).append(float(row.loss or "inf"))
    return {key: np.array(list(by_seed.values())) for key, by_seed in found.items()}


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Train deep ELU networks from several initializations, one row a loss."
    stored = [
        Table(path, LossRecord, [(str(seed),) for seed in seeds], _block)
        for path, seeds in ((RESULTS, SEEDS), (NEW_RESULTS, registered_seeds("depth_training")))
    ]
    return run_command("depth_training", what, stored, arguments)


def _block(key: Key) -> list[LossRecord]:
    return measured(int(key[0]))


def _initial_weights(seed: int, rules: Sequence[str], hidden_layers: int) -> list[Array]:
    """By layer the weights of all runs, of shape (run, fan_in, fan_out)."""
    numbers = np.random.default_rng([seed, 0])
    weights = []
    for layer in range(hidden_layers):
        standard = numbers.standard_normal((FEATURES, FEATURES))
        scales = [np.sqrt(weight_variance(rule, FEATURES, FEATURES, layer == 0)) for rule in rules]
        weights.append(np.stack([scale * standard for scale in scales]))
    top = numbers.standard_normal((FEATURES, CLASSES)) / np.sqrt(FEATURES)
    return [*weights, np.repeat(top[np.newaxis], len(rules), axis=0)]


if __name__ == "__main__":
    raise SystemExit(main())
