"""Regression with the kernels of infinitely wide networks, beside the one of radial functions.

    python -m elu_sym.experiments.gaussian_processes    # 20 seeds, some minutes

A Gaussian process is fitted to a part of two data sets of scikit-learn and asked about the rest: a
number, how far diabetes got on, and a class, which of ten digits an image shows, as the largest of
ten numbers. The kernels are those of wide networks of ELU and of ReLU (the arc-cosine kernel) with
one and with three hidden layers, and that of radial functions. Each has one number that decides its
shape, the weight variance or the squared length over that of an input; it, the size of the kernel
and the noise have the largest marginal likelihood of the training data, over one grid for all. What
a seed draws, the part, is the same for all kernels.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.experiments import tables
from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.problems import handwritten_digits
from elu_sym.experiments.tables import Key, Table, digits, run_command
from elu_sym.networks.infinite_width import gram

RESULTS = Path(__file__).with_name("gaussian_processes.csv")
"""The stored results."""

TRAINED = 300
"""How many samples a process is fitted to."""

SHAPES = (0.0625, 0.25, 1.0, 4.0, 16.0, 64.0)
"""The weight variances, or squared lengths, among which is chosen."""

NOISES = tuple(10.0 ** (place / 2) for place in range(-16, 5))
"""The variances of the noise in units of the size of the kernel, among which is chosen."""

BIASES = 0.1
"""The variance of the biases of all networks."""

SEEDS = range(20)
"""The seeds of the stored results."""

Kernel = Callable[[float, Array, Array | None], Array]
"""The matrix of a kernel of some shape for all pairs of rows, or for those of one array."""


class Record(NamedTuple):
    """What is kept of one process, as text.

    Attributes:
        data: the name of the data.
        seed: what the part was drawn from.
        kernel: the name of the kernel.
        depth: the number of hidden layers; empty for radial functions.
        shape: the number that decides the shape of the kernel.
        noise: the variance of the noise over the mean of the diagonal of the kernel.
        evidence: the logarithm of the marginal likelihood, per number that was fitted.
        error: the root mean square of the error in units of the deviation of what is predicted, or
            the share of digits that are taken for another one.
    """

    data: str
    seed: str
    kernel: str
    depth: str
    shape: str
    noise: str
    evidence: str
    error: str


def radial(shape: float, rows: Array, columns: Array | None) -> Array:
    """The kernel exp(-|x - y|^2/(2 shape features)).

    Examples:
        >>> print(radial(1.0, np.array([[0.0], [2.0]]), None).round(4))
        [[1.     0.1353]
         [0.1353 1.    ]]
    """
    others = rows if columns is None else columns
    squares = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2.0 * rows @ others.T
    return np.asarray(np.exp(np.maximum(squares, 0.0) / (-2.0 * shape * rows.shape[1])))


def network(activation: str, depth: int, shape: float, rows: Array, columns: Array | None) -> Array:
    """The kernel of a network of infinite width.

    Examples:
        >>> print(network("relu", 1, 2.0, np.array([[1.0]]), None))
        [[2.2]]
    """
    return np.asarray(
        gram(
            rows,
            columns,
            depth=depth,
            weight_variance=shape,
            bias_variance=BIASES,
            activation=activation,
        )
    )


KERNELS: dict[tuple[str, str], Kernel] = {
    ("ELU", "1"): partial(network, "elu", 1),
    ("ELU", "3"): partial(network, "elu", 3),
    ("ReLU", "1"): partial(network, "relu", 1),
    ("ReLU", "3"): partial(network, "relu", 3),
    ("radial", ""): radial,
}
"""The kernels by name and depth."""


class Fit(NamedTuple):
    """A Gaussian process whose numbers have the largest marginal likelihood.

    Attributes:
        shape: the number that decides the shape of the kernel.
        noise: the variance of the noise over the mean of the diagonal of the kernel.
        evidence: the logarithm of the marginal likelihood, per number that was fitted.
        weights: what the kernel is multiplied by in a prediction.
    """

    shape: float
    noise: float
    evidence: float
    weights: Array


def fit(kernel: Kernel, inputs: Array, targets: Array) -> Fit:
    """Choose the shape and the noise; the best size of the kernel is known in closed form.

    Args:
        kernel: the kernel.
        inputs: the samples, one a row.
        targets: what belongs to them, a column for each output.

    Examples:
        >>> line = np.linspace(-1.0, 1.0, 20)[:, None]
        >>> fit(radial, line, line**2).noise == min(NOISES)
        True
    """
    found = []
    for shape in SHAPES:
        values, vectors = np.linalg.eigh(kernel(shape, inputs, None))
        parts = vectors.T @ targets
        for noise in NOISES:
            spectrum = np.maximum(values, 0.0) + noise * values.mean()
            size = np.mean(parts**2 / spectrum[:, None])
            evidence = -0.5 * (np.mean(np.log(spectrum)) + np.log(2.0 * np.pi * size) + 1.0)
            found.append(Fit(shape, noise, evidence, vectors @ (parts / spectrum[:, None])))
    return max(found, key=lambda each: each.evidence)


class Part(NamedTuple):
    """Samples that are fitted, and the others.

    Attributes:
        inputs: those that are fitted, relative to their mean; every input in units of its deviation
            for diabetes, of that of all of them for the digits.
        targets: what belongs to them, relative to its mean.
        means: that mean.
        other_inputs: the others, relative to the same mean.
        other_targets: what belongs to them.
    """

    inputs: Array
    targets: Array
    means: Array
    other_inputs: Array
    other_targets: Array

    @classmethod
    def drawn(cls, data: str, seed: int) -> "Part":
        """The part that a seed draws."""
        inputs, targets = _data(data)
        order = np.random.default_rng([4, seed]).permutation(len(inputs))
        there, rest = order[:TRAINED], order[TRAINED:]
        centred = inputs - inputs[there].mean(axis=0)
        scaled = centred / centred[there].std(axis=0 if data == "diabetes" else None)
        means = targets[there].mean(axis=0)
        return cls(scaled[there], targets[there] - means, means, scaled[rest], targets[rest])


@cache
def _data(data: str) -> tuple[Array, Array]:
    """All samples, and what belongs to them, a column for each output."""
    if data == "digits":
        images, labels = handwritten_digits()
        return images, np.eye(10)[labels]
    with extra("experiments", "an experiment"):
        from sklearn.datasets import load_diabetes

    inputs, progress = load_diabetes(return_X_y=True)
    return inputs, progress[:, None] / progress.std()


DATA = ("diabetes", "digits")
"""The names of the data."""


def measured(data: str, seed: int) -> list[Record]:
    """The records of one part of the data, with all kernels.

    Raises:
        ModuleNotFoundError: if scikit-learn, which has the data, is not installed.
    """
    part = Part.drawn(data, seed)
    records = []
    for (name, depth), kernel in KERNELS.items():
        found = fit(kernel, part.inputs, part.targets)
        predicted = part.means + kernel(found.shape, part.other_inputs, part.inputs) @ found.weights
        if data == "digits":
            wrong = np.argmax(predicted, axis=1) != np.argmax(part.other_targets, axis=1)
            error = float(np.mean(wrong))
        else:
            error = float(np.sqrt(np.mean((predicted - part.other_targets) ** 2)))
        numbers = (found.shape, found.noise, found.evidence, error)
        records.append(Record(data, str(seed), name, depth, *map(digits, numbers)))
    return records


def read(path: Path = RESULTS) -> list[Record]:
    """The records of a file."""
    return tables.read(path, Record)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Fit Gaussian processes with kernels of wide networks, one row a process."
    keys = [(data, str(seed)) for data in DATA for seed in SEEDS]
    stored = [Table(RESULTS, Record, keys, _block)]
    return run_command("gaussian_processes", what, stored, arguments)


def _block(key: Key) -> list[Record]:
    data, seed = key
    return measured(data, int(seed))


if __name__ == "__main__":
    raise SystemExit(main())
