"""How near the uncertainty of outputs is to the truth, by several methods, on two data sets.

    python -m elu_sym.experiments.propagated_noise

The networks and what is uncertain about their inputs are those of
:mod:`elu_sym.experiments.noisy_inputs`, the methods and the distances those of
:mod:`elu_sym.experiments.moment_methods`. What is taken for the true mean and covariance are those
of 100 000 samples, whose own error is a tenth of that in the rows of 1000 samples. The score says
whether a predicted interval holds what it promises: it is the distance of the true value from the
predicted one in units of the predicted deviation. For the patients the value is the output, for the
digits the lead of the class that the network decides for over the next one. One network for each
data set, of seed 0; nothing is claimed of others.
"""

from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.experiments import tables
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.moment_methods import METHODS, distances, moments_by
from elu_sym.experiments.noisy_inputs import (
    TRAINED,
    UNCERTAINTIES,
    outputs_of,
    trained_network,
    uncertain_input,
)
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.networks.uncertainty import OutputMoments

RESULTS = Path(__file__).with_name("propagated_noise.csv")
"""The stored results."""

EXAMPLES = range(60)
"""The samples that are measured, of those that were not trained on."""

TRUTH = "sampling 100000"
"""Whose moments are taken for the true ones."""


class PropagationRecord(NamedTuple):
    """What a method gives for an input, as text.

    Attributes:
        data: the data set.
        uncertainty: what is uncertain about the input.
        example: which sample it is.
        method: one of ``METHODS``, or ``TRUTH``.
        mean: the distance of the means; 0 for the truth itself, as the next three.
        covariance: that of the covariances.
        divergence: Kullback and Leibler's; empty where a covariance is not positive definite.
        transport: the 2-Wasserstein distance.
        score: how many predicted deviations the true value is from the predicted one; empty where
            there is no deviation.
    """

    data: str
    uncertainty: str
    example: str
    method: str
    mean: str
    covariance: str
    divergence: str
    transport: str
    score: str


def measured(data: str, uncertainty: str, example: int) -> list[PropagationRecord]:
    """Every method for one input.

    Args:
        data: ``"digits"`` or ``"diabetes"``.
        uncertainty: one of ``UNCERTAINTIES``.
        example: a whole number of at least 0.

    Returns:
        A record for the truth and one for each method.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    network, given = trained_network(data), uncertain_input(data, uncertainty, example)
    true = outputs_of(network, given.truth)
    direction = _decisive(outputs_of(network, given.mean))
    expected = moments_by(TRUTH, network, given, example)
    rows = []
    for method in (TRUTH, *METHODS):
        numbers, found = ["0"] * 4, expected
        if method != TRUTH:
            found = moments_by(method, network, given, example)
            numbers = [digits(x) if np.isfinite(x) else "" for x in distances(found, expected)]
        score = _score(found, true, direction)
        fields = data, uncertainty, str(example), method, *numbers, score
        rows.append(PropagationRecord._make(fields))
    return rows


def read(path: Path = RESULTS) -> list[PropagationRecord]:
    """The records of a file."""
    return tables.read(path, PropagationRecord)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Compare the uncertainty of outputs by several methods with samples, one row an input."
    keys = list(product(TRAINED, UNCERTAINTIES, map(str, EXAMPLES)))
    stored = [Table(RESULTS, PropagationRecord, keys, _block)]
    return run_command("propagated_noise", what, stored, arguments)


def _block(key: Key) -> list[PropagationRecord]:
    data, uncertainty, example = key
    return measured(data, uncertainty, int(example))


def _decisive(outputs: Array) -> Array:
    """The direction of what is decided: the first class less the second, or the only output."""
    if len(outputs) == 1:
        return np.ones(1)
    *_, second, first = np.argsort(outputs)
    direction = np.zeros(len(outputs))
    direction[first], direction[second] = 1.0, -1.0
    return direction


def _score(moments: OutputMoments, true: Array, direction: Array) -> str:
    variance = direction @ moments.covariance @ direction
    return digits(direction @ (true - moments.mean) / np.sqrt(variance)) if variance > 0.0 else ""


if __name__ == "__main__":
    raise SystemExit(main())
