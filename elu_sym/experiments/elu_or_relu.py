"""ELU against ReLU in a plain deep network, from short training to long.

    python -m elu_sym.experiments.elu_or_relu                  # half an hour
    python -m elu_sym.experiments.elu_or_relu --processes 2    # the same tables

The networks of :mod:`elu_sym.experiments.plain_networks`, 30 hidden layers of 64 units with biases
that are trained, too, learn 1,300 of scikit-learn's handwritten digits by stochastic gradient
descent without momentum; the other 497 are held out. ReLU has He's rule. ELU at alpha = 1/2, 1 and
2 has each of four rules, which the package computes: the gains that keep the second moment, the
variance and the gradient, and the point of the edge of chaos of variance 1, which has random
biases; elsewhere biases start at 0. The first layer, fed by images of mean square 1, has the gain 1
everywhere, and the softmax layer LeCun's rule. The seed draws weights, the same for all runs but
for their scale, and the order of the batches. Numbers are of single precision, which halves the
time.

Who trains a network looks for a learning rate that suits it. So on the first few seeds every
network runs at every rate. It has two best ones: one after ``EARLY`` steps, one at the end. Only
these run on the new seeds, of which nothing was known when the claims were worded
(:mod:`elu_sym.experiments.registered`); the one for the early end runs no further. Where the two
are one it runs once. When some of these runs with ReLU turned out not to be through at the end, the
two networks of which claims speak were trained longer, from the first of the new seeds.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from elu_sym.experiments import tables
from elu_sym.experiments.depth import FEATURES
from elu_sym.experiments.plain_networks import (
    CLASSES,
    TRAINED,
    Numbers,
    PlainNetworks,
    have_diverged,
    shuffled_digits,
)
from elu_sym.experiments.problems import ACTIVATIONS, Unit
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.experiments.training_curves import rate_of_fewest_errors
from elu_sym.networks.fixed_points import edge_through
from elu_sym.networks.initialization import Preserve, gain

RESULTS = Path(__file__).with_name("elu_or_relu.csv")
"""The runs at every learning rate."""

NEW_RESULTS = RESULTS.with_name("elu_or_relu_new.csv")
"""The runs at the best ones, on new seeds."""

LONG_RESULTS = RESULTS.with_name("elu_or_relu_long.csv")
"""Longer runs of the networks of which claims speak, on the first of the new seeds."""

HIDDEN_LAYERS = 30
"""The depth of the networks."""

EVALUATED = 256
"""Of how many of the images that are trained on the loss is measured."""

GAINS: tuple[Preserve, ...] = ("second_moment", "variance", "gradient")
"""The rules that are gains, by what they preserve; for ReLU the first is He's."""

Rule = Preserve | Literal["edge_of_chaos"]

RULES: tuple[Rule, ...] = (*GAINS, "edge_of_chaos")
"""The names of the rules for weights and biases."""

NETWORKS: tuple[tuple[str, Rule], ...] = (
    ("ReLU", "second_moment"),
    *((f"ELU({alpha})", rule) for alpha in ("0.5", "1", "2") for rule in RULES),
)
"""The activation and the rule of each network."""

CLAIMED: tuple[tuple[str, Rule], ...] = (("ReLU", "second_moment"), ("ELU(1)", "second_moment"))
"""The networks of which claims speak."""

LEARNING_RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
"""The learning rates that are tried, the first and the last one with the networks of claims only:
they are the best of none of them."""

STEPS = (0, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000)
"""After which steps the networks are measured."""

LONG_STEPS = (*STEPS, 4000, 5000, 7000, 10000)
"""The same of the longer runs."""

EARLY = 200
"""The early end."""

SEEDS = range(2)
"""The seeds of the runs at every learning rate."""

FEW_SEEDS = 8
"""How many of the new seeds the other networks have."""

TOGETHER = 4
"""How many runs are computed at once: what they need stays in the cache."""


class TrainingRecord(NamedTuple):
    """What one network can after some steps, as text.

    Attributes:
        seed: what the weights and the batches were drawn from.
        activation: the name of the activation.
        rule: the name of the rule for its weights and biases.
        learning_rate: the learning rate.
        step: how many steps were made.
        loss: the mean cross entropy of images that it is trained on; empty where the run has
            diverged.
        held_out_errors: how many of the images that are held out it takes for another digit; empty
            where the run has diverged.
    """

    seed: str
    activation: str
    rule: str
    learning_rate: str
    step: str
    loss: str
    held_out_errors: str


class Training(NamedTuple):
    """How a network is trained.

    Attributes:
        activation: the name of the activation.
        rule: the name of the rule for its weights and biases.
        learning_rate: the learning rate.
        end: the last step.
    """

    activation: str
    rule: Rule
    learning_rate: float
    end: int


@cache
def variances(activation: str, rule: Rule) -> tuple[float, float]:
    """The variance of a weight times fan_in, and that of a bias, of a layer that ELU or ReLU feeds.

    Args:
        activation: ``"ReLU"``, ``"ELU(0.5)"``, ``"ELU(1)"`` or ``"ELU(2)"``.
        rule: ``"second_moment"``, ``"variance"``, ``"gradient"`` or, for ELU, ``"edge_of_chaos"``.

    Raises:
        ValueError: if there is no such rule, or the edge of chaos of ReLU is asked for.

    Examples:
        >>> print(f"{variances('ReLU', 'second_moment')[0]:.12f}")
        2.000000000000
        >>> print("{:.6f} {:.6f}".format(*variances("ELU(1)", "edge_of_chaos")))
        1.496777 0.034660
    """
    alpha = ACTIVATIONS[activation].alpha
    if rule == "edge_of_chaos":
        edge = edge_through(1.0, alpha)
        return float(edge.weight_variance), float(edge.bias_variance)
    if activation == "ReLU":
        return float(gain(preserve=rule, activation="relu")) ** 2, 0.0
    return float(gain(alpha, preserve=rule)) ** 2, 0.0


def trained(
    seed: int,
    trainings: Sequence[Training],
    steps: Sequence[int] = STEPS,
    hidden_layers: int = HIDDEN_LAYERS,
) -> list[TrainingRecord]:
    """Train some networks from one seed.

    Args:
        seed: a whole number of at least 0.
        trainings: how each of them is trained.
        steps: increasing; after which steps a network is measured, as far as it is trained.
        hidden_layers: the depth.

    Returns:
        The records by network and step.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.

    Examples:
        >>> rows = trained(0, [Training("ReLU", "second_moment", 0.01, 2)], (0, 2, 4), 2)
        >>> [(row.step, 400 < int(row.held_out_errors) < 497) for row in rows]
        [('0', True), ('2', True)]
    """
    found = []
    for end, same_end in groupby(trainings, lambda each: each.end):
        alike = list(same_end)
        for first in range(0, len(alike), TOGETHER):
            found += _together(
                seed, alike[first : first + TOGETHER], [s for s in steps if s <= end], hidden_layers
            )
    return found


def best_rate(activation: str, rule: str, step: int) -> float:
    """The learning rate at which a network makes the fewest held-out errors after a step.

    It is that of the first few seeds, on average.

    Examples:
        >>> best_rate("ReLU", "second_moment", STEPS[-1]) in LEARNING_RATES
        True
    """
    rows = [row for row in read() if (row.activation, row.rule) == (activation, rule)]
    return rate_of_fewest_errors(rows, step)


def best_runs(activation: str, rule: Rule, end: int) -> list[TrainingRecord]:
    """The runs of a network on the new seeds at the rate that is the best after a step, up to it.

    Examples:
        >>> {row.learning_rate for row in best_runs("ReLU", "second_moment", EARLY)} == {
        ...     repr(best_rate("ReLU", "second_moment", EARLY))
        ... }
        True
    """
    run = activation, rule, repr(best_rate(activation, rule, end))
    return [row for row in read(NEW_RESULTS) if row[1:4] == run and int(row.step) <= end]


def at_every_rate(activation: str) -> list[Training]:
    """What runs on the first few seeds, of one activation."""
    return [
        Training(*network, rate, STEPS[-1])
        for network in NETWORKS
        if network[0] == activation
        for rate in (LEARNING_RATES if network in CLAIMED else LEARNING_RATES[1:-1])
    ]


def at_the_best_rates(activation: str, seed: int) -> list[Training]:
    """What runs on a new seed, of one activation."""
    has_all = seed in registered_seeds("elu_or_relu")[:FEW_SEEDS]
    networks = NETWORKS if has_all else CLAIMED
    trainings = set()
    for name, rule in networks:
        if name == activation:
            late, early = (best_rate(name, rule, step) for step in (STEPS[-1], EARLY))
            trainings.add(Training(name, rule, late, STEPS[-1]))
            if early != late:
                trainings.add(Training(name, rule, early, EARLY))
    return sorted(trainings, key=lambda each: (-each.end, RULES.index(each.rule)))


def new_blocks() -> list[Key]:
    """The seed and the activation of what is measured anew."""
    return [
        (str(seed), name)
        for seed in registered_seeds("elu_or_relu")
        for name in ACTIVATIONS
        if at_the_best_rates(name, seed)
    ]


def read(path: Path = RESULTS) -> list[TrainingRecord]:
    """The records of a file."""
    return tables.read(path, TrainingRecord)


def stored_tables() -> Iterator[Table]:
    """The tables; which runs the second one has follows from the first."""
    keys = [(str(seed), name) for seed in SEEDS for name in ACTIVATIONS]
    yield Table(RESULTS, TrainingRecord, keys, _every_rate)
    yield Table(NEW_RESULTS, TrainingRecord, new_blocks(), _best_rates)
    few = [(str(seed),) for seed in registered_seeds("elu_or_relu")[:FEW_SEEDS]]
    yield Table(LONG_RESULTS, TrainingRecord, few, _long)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Train deep networks with ELU and ReLU, one row a measurement."
    return run_command("elu_or_relu", what, stored_tables(), arguments)


def _every_rate(key: Key) -> list[TrainingRecord]:
    seed, activation = key
    return trained(int(seed), at_every_rate(activation))


def _best_rates(key: Key) -> list[TrainingRecord]:
    seed, activation = key
    return trained(int(seed), at_the_best_rates(activation, int(seed)))


def _long(key: Key) -> list[TrainingRecord]:
    rates = [best_rate(*network, STEPS[-1]) for network in CLAIMED]
    trainings = [Training(*n, rate, LONG_STEPS[-1]) for n, rate in zip(CLAIMED, rates, strict=True)]
    return trained(int(key[0]), trainings, LONG_STEPS)


def _together(
    seed: int, trainings: Sequence[Training], steps: Sequence[int], hidden_layers: int
) -> list[TrainingRecord]:
    """The records of networks that are trained equally long, computed at once."""
    images, labels = shuffled_digits()
    images = images.astype(np.float32)
    networks = _initial_networks(seed, trainings, hidden_layers)
    rates = _by_run([each.learning_rate for each in trainings])
    order = np.random.default_rng([seed, 1])
    losses, errors = [], []
    for each in networks.trained(rates, images[:TRAINED], labels[:TRAINED], order, steps):
        losses.append(each.loss(images[:EVALUATED], labels[:EVALUATED]))
        guesses = np.argmax(each.signals(images[TRAINED:])[1], axis=2)
        errors.append(np.sum(guesses != labels[TRAINED:], axis=1))
    diverged = have_diverged(losses)
    return [
        TrainingRecord(
            str(seed),
            each.activation,
            each.rule,
            repr(each.learning_rate),
            str(step),
            "" if diverged[index, run] else digits(losses[index][run], 4),
            "" if diverged[index, run] else str(errors[index][run]),
        )
        for run, each in enumerate(trainings)
        for index, step in enumerate(steps)
    ]


def _initial_networks(
    seed: int, trainings: Sequence[Training], hidden_layers: int
) -> PlainNetworks:
    """The networks before the first step."""
    numbers = np.random.default_rng([seed, 0])
    of_weights, of_biases = zip(*(variances(t.activation, t.rule) for t in trainings), strict=True)
    weights, biases = [], []
    for layer in range(hidden_layers):
        # Whatever the biases add, the images are to give the first layer the variance 1.
        scale = _by_run(of_weights if layer else [1.0 - each for each in of_biases])
        weights.append(np.sqrt(scale / FEATURES) * _normal(numbers, FEATURES, FEATURES))
        biases.append(np.sqrt(_by_run(of_biases)) * _normal(numbers, 1, FEATURES))
    top = _normal(numbers, FEATURES, CLASSES) / np.float32(np.sqrt(FEATURES))
    weights.append(np.repeat(top[np.newaxis], len(trainings), axis=0))
    alphas = _by_run([ACTIVATIONS[each.activation].alpha for each in trainings])
    return PlainNetworks(Unit(alphas), weights, biases)


def _by_run(numbers: Sequence[float]) -> Numbers:
    """One number a run, to be multiplied by what all runs have."""
    return np.array(numbers, np.float32).reshape(-1, 1, 1)


def _normal(numbers: np.random.Generator, *shape: int) -> Numbers:
    return numbers.standard_normal(shape, dtype=np.float32)


if __name__ == "__main__":
    raise SystemExit(main())
