"""What the moments predict for the stored networks of :mod:`elu_sym.experiments.depth`.

Every network has its own input, hence its own prediction; averages of both are compared.

References:
    Schoenholz, Gilmer, Ganguli, Sohl-Dickstein: Deep information propagation, ICLR 2017.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.book.formula import elu
from elu_sym.experiments import depth
from elu_sym.experiments.gradient_descent import Array
from elu_sym.networks.signal_propagation import (
    backward_variances,
    forward_variances,
    sampling_deviation,
)

MEASURES = ("mean", "second_moment", "gradient_50", "gradient_100")
"""What is measured in a layer."""


class Comparison(NamedTuple):
    """The networks of one width, kind of input and rule, and what is predicted for them.

    Attributes:
        measured: by measure an array with a row for each network and a column for each of the
            stored layers.
        predicted: the same, with a column for every layer.
        deviations: what theory gives for the standard deviation of the second moment in a single
            network, in the shape of a prediction.
    """

    measured: Mapping[str, Array]
    predicted: Mapping[str, Array]
    deviations: Array


def factor(rule: str) -> float:
    """The variance of a weight times fan_in, in layers that activations feed.

    Examples:
        >>> factor("He"), round(factor("exact"), 6)
        (2.0, 1.550519)
    """
    return depth.FEATURES * depth.weight_variance(rule, depth.FEATURES, depth.FEATURES)


def comparisons(
    path: Path = depth.RESULTS, widths: tuple[int, ...] = tuple(depth.SEEDS)
) -> dict[tuple[int, str, str], Comparison]:
    """By width, inputs and rule what was measured and what is predicted.

    Args:
        path: the table.
        widths: those that are looked at.

    Examples:
        >>> found = comparisons(widths=(4096,))[4096, "digits", "exact"]
        >>> found.measured["mean"].shape, found.predicted["mean"].shape
        ((4, 8), (4, 100))
    """
    names = ("input_square", *MEASURES)
    rows: dict[tuple[int, str, str], list[list[float]]] = {}
    for row in depth.read(path):
        if int(row.width) in widths:
            numbers = [float(getattr(row, name) or "nan") for name in names]
            rows.setdefault((int(row.width), row.inputs, row.rule), []).append(numbers)
    measured, firsts = {}, {}
    for (width, inputs, rule), lines in rows.items():
        table = np.array(lines).reshape(-1, len(depth.LAYERS), len(names))
        values = {name: table[:, :, place] for place, name in enumerate(names)}
        squares = values.pop("input_square")[:, 0]
        variance = depth.weight_variance(rule, depth.FEATURES, width, is_first=True)
        measured[width, inputs, rule] = values
        firsts[width, inputs, rule] = depth.FEATURES * variance * squares
    found = {}
    for rule in depth.RULES:
        keys = [key for key in firsts if key[2] == rule]
        together = _predicted(np.concatenate([firsts[key] for key in keys]), factor(rule))
        ends = np.cumsum([len(firsts[key]) for key in keys])[:-1]
        parts = {name: np.split(lines, ends) for name, lines in together.items()}
        deviations = parts.pop("deviation")
        for place, key in enumerate(keys):
            predicted = {name: lines[place] for name, lines in parts.items()}
            own = deviations[place] / np.sqrt(key[0])
            found[key] = Comparison(measured[key], predicted, own)
    return found


def _predicted(firsts: Array, weights: float) -> dict[str, Array]:
    """A row for each variance of layer 1; the deviations are those of layers of one unit."""
    forward = forward_variances(depth.DEPTH, firsts, weights)
    lines = {
        "mean": elu.mean(0.0, np.sqrt(forward), 1.0),
        "second_moment": elu.second_moment(0.0, np.sqrt(forward), 1.0),
        "gradient_50": backward_variances(forward[: depth.HALF_DEPTH], weights),
        "gradient_100": backward_variances(forward, weights),
        "deviation": sampling_deviation(forward, weights, 1),
    }
    return {name: np.asarray(line).T for name, line in lines.items()}
