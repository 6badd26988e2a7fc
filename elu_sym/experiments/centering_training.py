"""What the means of activations do while a network learns, and what centering them buys.

    python -m elu_sym.experiments.centering_training        # some minutes

Networks of eight hidden layers of 64 units learn scikit-learn's handwritten digits by stochastic
gradient descent without momentum, at constant learning rates: ReLU and ELU of four alpha, one of
which, SELU's, centers the standard normal law. Each is trained in four ways:

- ``as it is``: weights of the exact gain, biases of 0;
- ``shifted``: the constant E f(Z) is taken off every activation, and the biases begin at what the
  weights make of it. At SELU's alpha the constant is 0, and there is nothing to run;
- ``centred``: the same with a constant for each unit, its mean over the images at the start;
- ``normalized``: the pre-activations are batch-normalized, with the weights of the first way.

The first three are the same function at the start, and the same set of functions: only the
coordinates differ in which gradient descent goes down. The seed draws the weights, the same for all
but for their scale, and the order of the batches. Every pixel is centred over the images. The loss
is the mean cross entropy over fixed images, and the moments of the layers are over the same images,
at one learning rate for all.

References:
    Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear
    units (ELUs), ICLR 2016.
    Ioffe, Szegedy: Batch normalization: accelerating deep network training by reducing internal
    covariate shift, ICML 2015.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.book.formula import elu, relu
from elu_sym.experiments import tables
from elu_sym.experiments.depth import FEATURES
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.plain_networks import (
    CLASSES,
    Labels,
    PlainNetworks,
    have_diverged,
)
from elu_sym.experiments.problems import Unit, handwritten_digits
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.networks.self_normalization import selu_parameters

RESULTS = Path(__file__).with_name("centering_training.csv")
"""The losses of the stored runs."""

LAYER_RESULTS = RESULTS.with_name("centering_layers.csv")
"""The layers of those at the learning rate at which they are looked at."""

HIDDEN_LAYERS = 8
"""The number of hidden layers."""

EVALUATED = 512
"""The number of images on which the loss and the moments are measured."""

ALPHAS = {
    "ReLU": 0.0,
    "ELU(0.5)": 0.5,
    "ELU(1)": 1.0,
    "ELU(SELU's)": selu_parameters().alpha,
    "ELU(2)": 2.0,
}
"""The alpha of the activations by name; ReLU is the ELU of floor 0."""

TREATMENTS = ("as it is", "shifted", "centred", "normalized")
"""The ways in which each network is trained."""

LEARNING_RATES = (0.02, 0.04, 0.08, 0.16, 0.32)
"""The learning rates of the stored results."""

LAYERS_RATE = 0.04
"""That of the runs whose layers are looked at."""

STEPS = (0, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300)
"""After which steps the loss is kept."""

LAYERS_STEPS = (0, 10, 40, 100, 200, 300)
"""After which steps the layers are looked at."""

LAYERS = (1, 4, 8)
"""The hidden layers that are looked at."""

SEEDS = range(8)
"""The seeds of the stored results."""


class LossRecord(NamedTuple):
    """The loss of one run after some steps, as text.

    Attributes:
        seed: what the weights and the batches were drawn from.
        activation: the name of the activation.
        treatment: the way in which it is trained.
        learning_rate: the learning rate.
        step: how many steps were made.
        loss: the mean cross entropy; empty where the run has diverged.
    """

    seed: str
    activation: str
    treatment: str
    learning_rate: str
    step: str
    loss: str


class LayerRecord(NamedTuple):
    """The activations of one hidden layer after some steps, over the fixed images, as text.

    They are those before a constant is taken off, except for the shares, which are of what the next
    layer is given. All are empty where the run has diverged.

    Attributes:
        seed: what the weights and the batches were drawn from.
        activation: the name of the activation.
        treatment: the way in which it is trained.
        step: how many steps were made.
        layer: which hidden layer, from 1 on.
        mean: the mean of the activations of all units.
        second_moment: the mean of their squares.
        drift: the mean over the units of the square of how far the mean of each has moved from
            where it was at the start, relative to the second moment at the start.
        mean_share: the mean over the units of the squared mean of each, relative to the second
            moment.
        top_share: the largest eigenvalue of the second moment matrix of the units, relative to its
            trace.
        rest_share: the largest eigenvalue of their covariance matrix, relative to that same trace.
    """

    seed: str
    activation: str
    treatment: str
    step: str
    layer: str
    mean: str
    second_moment: str
    drift: str
    mean_share: str
    top_share: str
    rest_share: str


def mean_moments(alpha: float, variances: Array | float = 1.0) -> tuple[float, float]:
    """The mean and the second moment of activations, on average over centred normal laws.

    Args:
        alpha: a number of at least 0; 0 is ReLU.
        variances: those of the laws.

    Examples:
        >>> print(*(round(value, 4) for value in mean_moments(0.0)))
        0.3989 0.5
    """
    deviations, function = np.sqrt(variances), elu if alpha > 0.0 else relu
    parameters = (0.0, deviations, alpha) if alpha > 0.0 else (0.0, deviations)
    moments = function.mean(*parameters), function.second_moment(*parameters)
    return float(np.mean(moments[0])), float(np.mean(moments[1]))


def start(seed: int, treatment: str, alphas: Sequence[float]) -> PlainNetworks:
    """The networks that a seed draws, one for each alpha.

    Args:
        seed: a whole number of at least 0.
        treatment: one of ``TREATMENTS``.
        alphas: numbers of at least 0; 0 is ReLU.

    Raises:
        ValueError: if there is no such treatment.
        ModuleNotFoundError: if scikit-learn is not installed.

    Examples:
        >>> start(0, "shifted", (0.0,)).centres[0].round(4)
        array([[[0.3989]]])
    """
    if treatment not in TREATMENTS:
        raise ValueError(f"treatment = {treatment!r}; they are {', '.join(TREATMENTS)}")
    numbers = np.random.default_rng([5, seed])
    moments = np.array([mean_moments(alpha) for alpha in alphas]).reshape(-1, 2, 1, 1)
    ones = np.ones((len(alphas), 1, 1))
    weights, offsets = [], []
    for layer in range(HIDDEN_LAYERS + 1):
        fan_out = FEATURES if layer < HIDDEN_LAYERS else CLASSES
        standard = numbers.standard_normal((FEATURES, fan_out)) / np.sqrt(FEATURES)
        # What feeds the first layer is no activation, and the last one begins with LeCun's rule.
        gains = np.sqrt(1.0 / moments[:, 1]) if 0 < layer < HIDDEN_LAYERS else ones
        weights.append(gains * standard)
        offsets.append(ones * np.zeros(fan_out))
    count = HIDDEN_LAYERS if treatment == "normalized" else 0
    factors = [ones * np.ones(FEATURES) for _ in range(count)]
    centres = [0.0 * ones] * HIDDEN_LAYERS
    unit = Unit(np.reshape(alphas, (-1, 1, 1)))
    networks = PlainNetworks(unit, weights, offsets, factors, centres)
    if treatment == "shifted":
        centres = [moments[:, 0]] * HIDDEN_LAYERS
    elif treatment == "centred":
        centres = [np.mean(each, axis=1, keepdims=True) for each in networks.signals(inputs())[0]]
    for layer, centre in enumerate(centres, start=1):
        lost = np.broadcast_to(centre, (len(alphas), 1, FEATURES))
        offsets[layer] += np.matmul(lost, weights[layer])
    return networks._replace(centres=centres)


def losses(
    seed: int,
    activations: Sequence[str] = tuple(ALPHAS),
    learning_rates: Sequence[float] = LEARNING_RATES,
    steps: Sequence[int] = STEPS,
) -> list[LossRecord]:
    """Train from one seed, and keep the loss.

    Args:
        seed: a whole number of at least 0.
        activations: the names of the activations.
        learning_rates: positive numbers.
        steps: increasing; after which steps the loss is measured.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.

    Examples:
        >>> rows = losses(0, ("ReLU",), (0.1,), (0, 3))
        >>> [(row.treatment, row.step) for row in rows][:3]
        [('as it is', '0'), ('as it is', '3'), ('shifted', '0')]
    """
    images, labels = _images()
    records = []
    for treatment in TREATMENTS:
        runs = [(name, rate) for name in _run(treatment, activations) for rate in learning_rates]
        trained = _trained(seed, treatment, runs, steps)
        found = [each.loss(images[:EVALUATED], labels[:EVALUATED]) for each in trained]
        diverged = have_diverged(found)
        for run, (name, rate) in enumerate(runs):
            for index, count in enumerate(steps):
                loss = "" if diverged[index, run] else digits(found[index][run], 4)
                row = (str(seed), name, treatment, repr(rate), str(count), loss)
                records.append(LossRecord(*row))
    return records


def layers(
    seed: int, activations: Sequence[str] = tuple(ALPHAS), steps: Sequence[int] = LAYERS_STEPS
) -> list[LayerRecord]:
    """Train from one seed at the one learning rate, and look at the layers.

    Args:
        seed: a whole number of at least 0.
        activations: the names of the activations.
        steps: increasing, from 0 on; after which steps the layers are looked at.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    images, records = inputs()[:EVALUATED], []
    for treatment in TREATMENTS:
        names = _run(treatment, activations)
        trained = _trained(seed, treatment, [(name, LAYERS_RATE) for name in names], steps)
        looks = [(each.signals(images)[0], each.centres) for each in trained]
        for run, name in enumerate(names):
            for layer in LAYERS:
                signals = [passed[layer - 1][run] for passed, _ in looks]
                found = _layer_measures(signals, looks[0][1][layer - 1][run])
                for count, texts in zip(steps, found, strict=True):
                    row = (str(seed), name, treatment, str(count), str(layer), *texts)
                    records.append(LayerRecord(*row))
    return records


def eigenvalue_shares(signal: Array) -> tuple[float, float, float]:
    """What the mean and the largest eigenvalues have of the trace of the second moment matrix.

    The matrix is the factor of the Fisher matrix of the next layer that belongs to its inputs.

    Args:
        signal: one sample a row.

    Returns:
        The shares of the squared length of the vector of means, of the largest eigenvalue of the
        matrix, and of that of the covariance matrix.

    Examples:
        >>> eigenvalue_shares(np.array([[1.0, 1.0], [1.0, -1.0]]))
        (0.5, 0.5, 0.5)
    """
    second, means = signal.T @ signal / len(signal), np.mean(signal, axis=0)
    trace = float(np.trace(second))
    top, rest = (np.linalg.eigvalsh(each)[-1] for each in (second, second - np.outer(means, means)))
    return float(means @ means) / trace, float(top) / trace, float(rest) / trace


def read(path: Path = RESULTS) -> list[LossRecord]:
    """The losses of a file."""
    return tables.read(path, LossRecord)


def read_layers(path: Path = LAYER_RESULTS) -> list[LayerRecord]:
    """The layers of a file."""
    return tables.read(path, LayerRecord)


def steps_to(loss: float, path: Path = RESULTS) -> dict[tuple[str, str, float], Array]:
    """After how many steps the runs of a file reach a loss for the first time.

    Between the steps at which the loss is known its logarithm is taken for a straight line.

    Args:
        loss: a positive number.
        path: the table.

    Returns:
        By activation, treatment and learning rate the numbers of all seeds; infinite where a run
        does not get there.

    Examples:
        >>> found = steps_to(0.1)["ELU(1)", "as it is", 0.08]
        >>> len(found) == len(SEEDS), bool(50 < found.min() < found.max() < 200)
        (True, True)
    """
    curves: dict[tuple[str, str, float], dict[str, list[tuple[int, float]]]] = {}
    for row in read(path):
        key = row.activation, row.treatment, float(row.learning_rate)
        value = float(row.loss or "inf")
        curves.setdefault(key, {}).setdefault(row.seed, []).append((int(row.step), value))
    return {
        key: np.array([_first_at_most(loss, curve) for curve in by_seed.values()])
        for key, by_seed in curves.items()
    }


class Best(NamedTuple):
    """The learning rate of the fewest steps, and what it takes.

    Attributes:
        learning_rate: the one whose median is the least.
        steps: the numbers of steps of all seeds at this rate.
    """

    learning_rate: float
    steps: Array


def fewest_steps(loss: float, path: Path = RESULTS) -> dict[tuple[str, str], Best]:
    """By activation and treatment the steps to a loss, at the best of the learning rates.

    Args:
        loss: a positive number.
        path: the table.

    Examples:
        >>> fewest_steps(0.1)["ReLU", "as it is"].learning_rate
        0.08
    """
    found: dict[tuple[str, str], Best] = {}
    for (activation, treatment, rate), steps in steps_to(loss, path).items():
        key = activation, treatment
        if key not in found or np.median(steps) < np.median(found[key].steps):
            found[key] = Best(rate, steps)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Train networks with and without centred activations, one row a loss or a layer."
    keys = [(str(seed),) for seed in SEEDS]
    stored = [
        Table(RESULTS, LossRecord, keys, _loss_block),
        Table(LAYER_RESULTS, LayerRecord, keys, _layer_block),
    ]
    return run_command("centering_training", what, stored, arguments)


def _loss_block(key: Key) -> list[LossRecord]:
    return losses(int(key[0]))


def _layer_block(key: Key) -> list[LayerRecord]:
    return layers(int(key[0]))


def inputs() -> Array:
    """The images, each pixel centred over them, their mean square 1, in a fixed random order.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    return _images()[0]


@cache
def _images() -> tuple[Array, Labels]:
    """The images and their labels."""
    images, labels = handwritten_digits()
    order = np.random.default_rng(5).permutation(len(labels))
    centred = (images - images.mean(axis=0))[order]
    return centred / np.sqrt(np.mean(centred**2)), labels[order]


def _first_at_most(loss: float, curve: Sequence[tuple[int, float]]) -> float:
    """Where a curve of steps and losses meets a loss for the first time."""
    before = curve[0]
    for here in curve:
        if here[1] <= loss:
            if before[1] <= loss or not np.isfinite(before[1]):
                return float(here[0])
            part = np.log(before[1] / loss) / np.log(before[1] / here[1])
            return before[0] + part * (here[0] - before[0])
        before = here
    return float("inf")


def _layer_measures(signals: Sequence[Array], centres: Array) -> list[list[str]]:
    """What is kept of one layer of one network, after each number of steps."""
    start_means, start_square = np.mean(signals[0], axis=0), np.mean((signals[0] + centres) ** 2)
    found = []
    for signal in signals:
        if not np.all(np.isfinite(signal)):
            found.append([""] * 6)
            continue
        whole = signal + centres
        drift = np.mean((np.mean(signal, axis=0) - start_means) ** 2) / start_square
        numbers = (np.mean(whole), np.mean(whole**2), drift, *eigenvalue_shares(signal))
        found.append([digits(float(number), 3) for number in numbers])
    return found


def _run(treatment: str, activations: Sequence[str]) -> list[str]:
    """The activations that are trained in this way."""
    nothing_to_centre = "ELU(SELU's)" if treatment == "shifted" else ""
    return [name for name in activations if name != nothing_to_centre]


def _trained(
    seed: int, treatment: str, runs: Sequence[tuple[str, float]], steps: Sequence[int]
) -> Iterator[PlainNetworks]:
    """The networks of some activations and learning rates, after each number of steps."""
    networks = start(seed, treatment, [ALPHAS[name] for name, _ in runs])
    rates = np.array([rate for _, rate in runs]).reshape(-1, 1, 1)
    return networks.trained(rates, *_images(), np.random.default_rng([6, seed]), steps)


if __name__ == "__main__":
    raise SystemExit(main())
