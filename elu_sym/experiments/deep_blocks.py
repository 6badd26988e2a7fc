"""Signals through stacks of ELU layers and of residual blocks, with dropout and without.

    python -m elu_sym.experiments.deep_blocks        # half a minute

A vector of mean square 1 goes through 50 layers without biases, at alpha = 1, under four weight
variances and with dropout; and through 30 residual blocks, x + W f(x), or x + W f(x/s) where s is
the root mean square of x. A Gaussian gradient of mean square 1 is sent back through the blocks. The
seed draws the vectors, the weights, which are the same for all but for their scale, and the masks
of dropout. Beside the table stands what the moments predict for infinite width.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.formula import elu
from elu_sym.experiments import tables
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.problems import Unit
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.networks.meanfield import correlation_slope, residual_variance_map
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS
from elu_sym.networks.signal_propagation import forward_variances

RESULTS = Path(__file__).with_name("deep_blocks.csv")
"""The stored results."""

WIDTH = 512
"""The number of units in a layer."""

PLACES = (1, 2, 3, 5, 8, 12, 18, 25, 31, 40, 50)
"""The layers that the table tells about, as far as there are so many."""

SEEDS = range(32)
"""The seeds of the stored results."""

EXACT = float(1.0 / elu.second_moment(0.0, 1.0, 1.0))
"""The weight variance, times fan_in, that keeps the pre-activation variance 1."""


class Case(NamedTuple):
    """Layers or blocks of one kind.

    Attributes:
        kind: ``"stack"``; ``"residual"``; or ``"normalized"``, residual blocks whose branch sees
            its input in units of the root mean square.
        weight_variance: the variance of a weight times fan_in.
        keep_probability: that of a unit under dropout.
        depth: how many layers there are, the first of which is given; one more than blocks.
    """

    kind: str
    weight_variance: float
    keep_probability: float = 1.0
    depth: int = 50


CASES = {
    "exact": Case("stack", EXACT),
    "He": Case("stack", 2.0),
    "LeCun": Case("stack", 1.0),
    "NFNet's": Case("stack", float(PUBLISHED_CONSTANTS["nfnets.elu"].value) ** 2),
    "exact, dropout": Case("stack", EXACT, 0.9),
    "exact times p, dropout": Case("stack", 0.9 * EXACT, 0.9),
    "residual": Case("residual", 0.5, depth=31),
    "residual, dropout": Case("residual", 0.5, 0.8, depth=31),
    "normalized": Case("normalized", 0.5, depth=31),
    "normalized, dropout": Case("normalized", 0.5, 0.8, depth=31),
}
"""What the signal goes through, by name."""


class BlockRecord(NamedTuple):
    """What is kept of one layer in one run, as text.

    Attributes:
        case: the name of the case.
        seed: what was drawn from.
        layer: which layer, from 1 on; of residual blocks, what the block of this number is given.
        square: the mean square of the pre-activations.
        gradient: the mean square of the gradient there; empty but in layer 1 of residual blocks.
    """

    case: str
    seed: str
    layer: str
    square: str
    gradient: str


class Prediction(NamedTuple):
    """What the moments say of a case at infinite width.

    Attributes:
        variances: of the pre-activations, by layer.
        gradient: the mean square of the gradient that arrives in layer 1; not a number for stacks.
    """

    variances: Array
    gradient: float


def predicted(case: Case) -> Prediction:
    """The variances of all layers, and the gradient in the first.

    Examples:
        >>> print(predicted(Case("stack", 2.0, depth=3)).variances.round(4))
        [1.     1.2899 1.6189]
        >>> print(round(predicted(Case("normalized", 0.5, depth=2)).gradient, 4))
        1.3341
    """
    kind, weight, keep, depth = case
    if kind == "stack":
        return Prediction(forward_variances(depth, 1.0, weight / keep), np.nan)
    normalized = kind == "normalized"
    variances, gradient = [1.0], 1.0
    for _ in range(depth - 1):
        q = variances[-1]
        inner, outer = (1.0, q) if normalized else (q, 1.0)
        gradient *= 1.0 + correlation_slope(inner, weight, keep_probability=keep) / outer
        variances.append(
            residual_variance_map(q, weight, keep_probability=keep, normalized=normalized)
        )
    return Prediction(np.array(variances), gradient)


def measured(
    seed: int, cases: Sequence[str] = tuple(CASES), width: int = WIDTH
) -> list[BlockRecord]:
    """The records of one seed.

    Args:
        seed: a whole number of at least 0.
        cases: their names.
        width: the number of units in a layer.

    Examples:
        >>> for row in measured(0, ("exact",), width=8)[:2]:
        ...     print(row.case, row.layer)
        exact 1
        exact 2
    """
    numbers = np.random.default_rng([7, seed])
    start, back = numbers.standard_normal((2, width))
    layers = max(CASES[name].depth for name in cases) - 1
    standard = numbers.standard_normal((layers, width, width), dtype=np.float32)
    standard /= np.float32(np.sqrt(width))
    chances = np.random.default_rng([8, seed]).random((layers, width))
    records = []
    for name in cases:
        case = CASES[name]
        signals, gradient = _passed(case, start, back, standard, chances)
        for place in PLACES:
            if place <= case.depth:
                sent = digits(gradient) if place == 1 and case.kind != "stack" else ""
                square = digits(float(np.mean(signals[place - 1] ** 2)))
                records.append(BlockRecord(name, str(seed), str(place), square, sent))
    return records


def read(path: Path = RESULTS) -> list[BlockRecord]:
    """The records of a file."""
    return tables.read(path, BlockRecord)


class Spread(NamedTuple):
    """Means over the networks of the table, and their standard errors.

    Attributes:
        layers: which layers these are.
        means: of the mean square of the pre-activations.
        errors: of these means.
        deviations: the standard deviations of one network.
        gradient: the mean of the mean squares of the gradient in layer 1; not a number for stacks.
        gradient_error: of this mean.
    """

    layers: NDArray[np.intp]
    means: Array
    errors: Array
    deviations: Array
    gradient: float
    gradient_error: float


def spreads(path: Path = RESULTS) -> dict[str, Spread]:
    """By case what the networks of a file have in common.

    Examples:
        >>> print(spreads()["exact"].means[0])
        1.0
    """
    squares: dict[str, dict[str, list[float]]] = {}
    gradients: dict[str, list[float]] = {}
    for row in read(path):
        squares.setdefault(row.case, {}).setdefault(row.layer, []).append(float(row.square))
        if row.layer == "1":
            gradients.setdefault(row.case, []).append(float(row.gradient or "nan"))
    found = {}
    for name, by_layer in squares.items():
        values = np.array(list(by_layer.values()))
        root = np.sqrt(values.shape[1])
        deviations = np.std(values, axis=1, ddof=1)
        sent = np.array(gradients[name])
        found[name] = Spread(
            np.array(list(map(int, by_layer))),
            np.mean(values, axis=1),
            deviations / root,
            deviations,
            float(np.mean(sent)),
            float(np.std(sent, ddof=1) / root),
        )
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Send signals through stacks of layers and residual blocks, one row a layer."
    keys = [(name, str(seed)) for name in CASES for seed in SEEDS]
    stored = [Table(RESULTS, BlockRecord, keys, _block)]
    return run_command("deep_blocks", what, stored, arguments)


def _block(key: Key) -> list[BlockRecord]:
    name, seed = key
    return measured(int(seed), (name,))


def _passed(
    case: Case, start: Array, back: Array, standard: NDArray[np.float32], chances: Array
) -> tuple[list[Array], float]:
    """The pre-activations of all layers, and the mean square of the gradient in the first."""
    signal = start / np.sqrt(np.mean(start**2))
    signals, slopes, scales = [signal], [], []
    root = np.float32(np.sqrt(case.weight_variance))
    masks = (chances < case.keep_probability) / case.keep_probability
    for layer in range(case.depth - 1):
        scale = np.sqrt(np.mean(signal**2)) if case.kind == "normalized" else 1.0
        value, slope = Unit(1.0).value_and_slope(signal / scale)
        branch = root * (standard[layer] @ (masks[layer] * value))
        slopes.append(masks[layer] * slope)
        scales.append(scale)
        signal = branch if case.kind == "stack" else signal + branch
        signals.append(signal)
    gradient = back / np.sqrt(np.mean(back**2))
    for layer in range(case.depth - 2, -1, -1):
        branch = slopes[layer] * (root * (standard[layer].T @ gradient)) / scales[layer]
        if case.kind == "normalized":
            along = np.mean(signals[layer] * branch) / scales[layer] ** 2
            branch = branch - signals[layer] * along
        gradient = branch if case.kind == "stack" else gradient + branch
    return signals, float(np.mean(gradient**2))


if __name__ == "__main__":
    raise SystemExit(main())
