"""Signals in deep ELU networks: what initialization does to them, layer by layer.

    python -m elu_sym.experiments.depth        # some minutes

Two inputs, a Gaussian vector and one of scikit-learn's handwritten digits, go through 100 layers
of equal width without biases, at alpha = 1, under four rules for the weight variance. The seed
draws the weights, which are the same for all rules but for their scale, and the two inputs, so that
runs are compared in pairs. A Gaussian gradient of variance 1 with respect to the activations of
layer 50, and of layer 100, is sent back to the first.

Given the layer before it, the pre-activations of a layer are independent and exactly Gaussian, of a
variance that is known. So the mean and the second moment of its activations have a known mean and
variance at every finite width, and their standardized deviations from it have a mean square of
exactly 1; the table has the sums of these squares up to a layer.

On the stored runs the claims were worded; they are measured on those of new seeds, of which the
first and the last layer are kept (:mod:`elu_sym.experiments.registered`).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.formula import elu
from elu_sym.experiments import tables
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.problems import Unit, handwritten_digits
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.tables import Key, Table, digits, run_command

RESULTS = Path(__file__).with_name("depth.csv")
"""The runs on which the claims were worded."""

NEW_RESULTS = RESULTS.with_name("depth_new.csv")
"""The runs on which they rest."""

FEATURES = 64
"""The length of an input: the pixels of a digit."""

DEPTH = 100
"""The number of layers."""

HALF_DEPTH = 50
"""The layer from which the other gradient is sent back."""

LAYERS = (1, 2, 5, 10, 20, 50, 75, 100)
"""The layers that the table tells about."""

INPUTS = ("Gaussian", "digits")
"""The names of the inputs."""

RULES = ("He", "Xavier", "LeCun", "exact")
"""The names of the rules for the weight variance."""

SEEDS = {64: 32, 256: 32, 1024: 32, 4096: 4}
"""By width the number of seeds of the runs on which the claims were worded, from 0 on."""

NEW_WIDTHS, NEW_LAYERS = (64, 256, 1024), (1, DEPTH)
"""The widths of the new runs, and the layers that are kept of them."""


class LayerRecord(NamedTuple):
    """What is kept of one layer in one run, as text.

    Attributes:
        width: the number of units in a layer.
        seed: what the weights and the input were drawn from.
        inputs: ``"Gaussian"`` or ``"digits"``.
        rule: the name of the rule for the weight variance.
        layer: which layer, from 1 on.
        input_square: the mean square of the input.
        mean: the mean of the activations of the layer.
        second_moment: the mean of their squares.
        mean_deviation: the sum of the squared standardized deviations of the means up to here.
        square_deviation: the same of the second moments.
        gradient_50: the mean square of the gradient with respect to the pre-activations of the
            layer, sent back from layer 50; empty beyond.
        gradient_100: the same from layer 100.
    """

    width: str
    seed: str
    inputs: str
    rule: str
    layer: str
    input_square: str
    mean: str
    second_moment: str
    mean_deviation: str
    square_deviation: str
    gradient_50: str
    gradient_100: str


def weight_variance(rule: str, fan_in: int, fan_out: int, is_first: bool = False) -> float:
    """The variance of a weight under a rule.

    Args:
        rule: ``"He"``, 2/fan_in; ``"Xavier"``, 2/(fan_in + fan_out); ``"LeCun"``, 1/fan_in; or
            ``"exact"``, 1/(fan_in*E f(Z)^2), which keeps the pre-activation variance 1.
        fan_in: the number of inputs of the layer.
        fan_out: the number of its units.
        is_first: whether the inputs are no activations; ``"exact"`` is 1/fan_in then.

    Raises:
        ValueError: if there is no such rule.

    Examples:
        >>> print(f"{64 * weight_variance('exact', 64, 64):.6f}")
        1.550519
        >>> weight_variance("Xavier", 64, 64) == weight_variance("LeCun", 64, 64)
        True
    """
    if rule not in RULES:
        raise ValueError(f"rule = {rule!r}; the rules are {', '.join(RULES)}")
    if rule == "Xavier":
        return 2.0 / (fan_in + fan_out)
    factor = {"He": 2.0, "LeCun": 1.0}.get(rule)
    if factor is None:
        factor = 1.0 if is_first else float(1.0 / elu.second_moment(0.0, 1.0, 1.0))
    return factor / fan_in


def inputs_of(seed: int) -> Array:
    """The two inputs of a seed, in columns.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    numbers = np.random.default_rng([seed, 0])
    images = digit_images()
    columns = (numbers.standard_normal(FEATURES), images[numbers.integers(len(images))])
    return np.stack(columns, axis=1)


@cache
def digit_images() -> Array:
    """The handwritten digits in units of their root mean square, one row each.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    images, _ = handwritten_digits()
    return images / np.sqrt(np.mean(images**2))


def weights_of(seed: int, layer: int, width: int) -> NDArray[np.float32]:
    """The weights of a layer before they are scaled: independent and of variance 1."""
    shape = (width, FEATURES if layer == 1 else width)
    numbers = np.random.default_rng([seed, layer, width])
    return numbers.standard_normal(shape, dtype=np.float32)


def measured(
    width: int, seed: int, depth: int = DEPTH, layers: Sequence[int] = LAYERS
) -> list[LayerRecord]:
    """The records of one seed at one width: both inputs and every rule.

    Args:
        width: units a layer.
        seed: what inputs and weights are drawn from.
        depth: how many layers, at least the 50 of the smaller network.
        layers: which of them are kept.

    Raises:
        ValueError: if there are fewer layers.

    Examples:
        >>> rows = measured(16, 0, depth=50)
        >>> len(rows), rows[0].rule, rows[0].layer, rows[-1].layer
        (48, 'He', '1', '50')
    """
    if depth < HALF_DEPTH:
        raise ValueError(f"depth = {depth}: give at least {HALF_DEPTH} layers")
    runs = [(i, inputs, rule) for i, inputs in enumerate(INPUTS) for rule in RULES]
    signal = inputs_of(seed)[:, [i for i, _, _ in runs]]
    squares = np.mean(signal**2, axis=0)
    forward = [np.zeros((4, len(runs)))]
    slopes: list[Array] = []
    for layer in range(1, depth + 1):
        scale = _scales(runs, layer, len(signal), width)
        variance = scale**2 * np.sum(signal**2, axis=0)
        pre = scale * _product(weights_of(seed, layer, width), signal)
        signal, slope = Unit(1.0).value_and_slope(pre)
        slopes.append(slope)
        forward.append(_statistics(signal, variance, forward[-1]))
    gradients = _gradients(seed, runs, slopes, width)
    records = []
    for run, (_, inputs, rule) in enumerate(runs):
        for layer in (each for each in layers if each <= depth):
            numbers = squares[run], *forward[layer][:, run], *gradients[layer][:, run]
            texts = [digits(number) for number in numbers]
            if layer > HALF_DEPTH:
                texts[-2] = ""
            records.append(LayerRecord(str(width), str(seed), inputs, rule, str(layer), *texts))
    return records


def read(path: Path = RESULTS) -> list[LayerRecord]:
    """The records of a file."""
    return tables.read(path, LayerRecord)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Send signals through deep ELU networks and write one row a layer."
    keys = [(str(width), str(seed)) for width, count in SEEDS.items() for seed in range(count)]
    new = [(str(width), str(seed)) for width in NEW_WIDTHS for seed in registered_seeds("depth")]
    stored = Table(RESULTS, LayerRecord, keys, _all), Table(NEW_RESULTS, LayerRecord, new, _ends)
    return run_command("depth", what, stored, arguments)


def _all(key: Key) -> list[LayerRecord]:
    width, seed = map(int, key)
    return measured(width, seed)


def _ends(key: Key) -> list[LayerRecord]:
    width, seed = map(int, key)
    return measured(width, seed, layers=NEW_LAYERS)


def _scales(runs: list[tuple[int, str, str]], layer: int, fan_in: int, width: int) -> Array:
    """By run the standard deviation of a weight."""
    return np.sqrt([weight_variance(rule, fan_in, width, layer == 1) for _, _, rule in runs])


def _product(weights: NDArray[np.float32], signal: Array) -> Array:
    """A product in single precision, in units that keep the signal within its range."""
    unit = np.max(np.abs(signal), axis=0)
    return np.asarray(weights @ (signal / unit).astype(np.float32), dtype=np.float64) * unit


def _statistics(signal: Array, variance: Array, before: Array) -> Array:
    """Mean, second moment, and the two sums of squared deviations from what is exact."""
    deviation = np.sqrt(variance)
    mean, square = np.mean(signal, axis=0), np.mean(signal**2, axis=0)
    of_mean = (mean - elu.mean(0.0, deviation, 1.0)) ** 2 * len(signal)
    exact = elu.second_moment(0.0, deviation, 1.0)
    of_square = (square - exact) ** 2 * len(signal)
    spread = elu.fourth_moment(0.0, deviation, 1.0) - exact**2
    deviations = of_mean / elu.variance(0.0, deviation, 1.0), of_square / spread
    return np.stack((mean, square, before[2] + deviations[0], before[3] + deviations[1]))


def _gradients(
    seed: int, runs: list[tuple[int, str, str]], slopes: list[Array], width: int
) -> list[Array]:
    """By layer, from 0 on, the mean squares of the gradients sent back from the two layers."""
    depth, count = len(slopes), len(runs)
    start = np.random.default_rng([seed, 0, width]).standard_normal((width, 1))
    gradient = np.zeros((width, 2 * count))
    found = [np.zeros((2, count)) for _ in range(depth + 1)]
    for layer in range(depth, 0, -1):
        if layer < depth:
            scale = np.tile(_scales(runs, layer + 1, width, width), 2)
            weights = weights_of(seed, layer + 1, width)
            active = slice(0 if layer < HALF_DEPTH else count, 2 * count)
            gradient[:, active] = scale[active] * _product(weights.T, gradient[:, active])
        else:
            gradient[:, count:] = start
        if layer == HALF_DEPTH:
            gradient[:, :count] = start
        gradient *= np.tile(slopes[layer - 1], (1, 2))
        found[layer] = np.mean(gradient**2, axis=0).reshape(2, count)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
