"""Two data sets, networks trained on them, and inputs of which not everything is known.

``digits`` are scikit-learn's handwritten digits, 64 pixels and ten classes; ``diabetes`` are its
442 patients, ten features and the progress of the disease a year later. The network has five hidden
layers of 32 units of ELU and is trained by Adam (Kingma, Ba, ICLR 2015) on the first part of the
samples, in a fixed random order. The gradients are written out by hand.

What is uncertain is one of

- the noise of a sensor: the input was read with an error of a known deviation, in units of the
  deviation of the features. The truth is one draw around the reading;
- features that are missing: the lower half of the image, or three features of a patient. What is
  there says something about them: their law is the normal one given the rest, by the mean and the
  covariance of the training samples. The truth is the sample itself, which no normal law has drawn.
"""

from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.problems import Unit, handwritten_digits, log_probabilities

WIDTH, HIDDEN_LAYERS = 32, 5
"""The hidden layers."""

STEPS, BATCH, LEARNING_RATE = {"digits": 150, "diabetes": 60}, 64, 3e-3
"""The training; for longer the patients would be learned by heart."""

TRAINED = {"digits": 1297, "diabetes": 300}
"""How many samples are trained on; the others are for the measurements."""

MISSING = {"digits": tuple(range(32, 64)), "diabetes": (2, 3, 8)}
"""The features that are missing: of a patient the body mass index, the blood pressure and s5."""

RIDGE = 0.01
"""What is added to the variances of the features, in units of theirs: some pixels are constant."""

UNCERTAINTIES = ("noise 0.1", "noise 0.3", "noise 1", "missing")
"""What is uncertain about an input."""

Network = list[Any]
"""Pairs of weights and biases, with ``"elu"`` between them."""


class DataSet(NamedTuple):
    """Samples in random order, those of the training first.

    Attributes:
        inputs: one row each, of mean 0; pixels in units of the deviation of all, features each in
            units of its own.
        targets: a one in the column of the class; or the progress, standardized.
        trained: how many are trained on.
    """

    inputs: Array
    targets: Array
    trained: int


class UncertainInput(NamedTuple):
    """An input as a normal law, and what it was.

    Attributes:
        mean: the mean of the law.
        covariance: its covariance, which may have less than full rank.
        truth: the input that is not known.
    """

    mean: Array
    covariance: Array
    truth: Array


@cache
def data_set(name: str) -> DataSet:
    """The samples of ``"digits"`` or ``"diabetes"``.

    Raises:
        ModuleNotFoundError: if scikit-learn, which has the data, is not installed.
    """
    pixels, labels = handwritten_digits()  # whose message says what is missing, too
    if name == "digits":
        inputs, targets = (pixels - pixels.mean(axis=0)) / pixels.std(), np.eye(10)[labels]
    else:
        from sklearn.datasets import load_diabetes

        features, progress = load_diabetes(return_X_y=True, scaled=False)
        inputs = (features - features.mean(axis=0)) / features.std(axis=0)
        targets = (progress[:, None] - progress.mean()) / progress.std()
    order = np.random.default_rng(0).permutation(len(inputs))
    return DataSet(inputs[order], targets[order], TRAINED[name])


@cache
def trained_network(name: str, seed: int = 0) -> Network:
    """A network trained on a data set; the seed draws its weights and the batches.

    Raises:
        ModuleNotFoundError: if scikit-learn, which has the data, is not installed.
    """
    data, random = data_set(name), np.random.default_rng([4, seed])
    inputs, targets = data.inputs[: data.trained], data.targets[: data.trained]
    sizes = [inputs.shape[1], *[WIDTH] * HIDDEN_LAYERS, targets.shape[1]]
    weights = [
        random.standard_normal((rows, columns)) / np.sqrt(columns)
        for columns, rows in pairwise(sizes)
    ]
    parameters = [each for weight in weights for each in (weight, np.zeros(len(weight)))]
    means, squares = ([np.zeros_like(each) for each in parameters] for _ in range(2))
    for step in range(1, STEPS[name] + 1):
        chosen = random.integers(len(inputs), size=BATCH)
        slopes = _gradients(parameters, inputs[chosen], targets[chosen], name == "digits")
        for parameter, mean, square, slope in zip(parameters, means, squares, slopes, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            scale = np.sqrt(square / (1.0 - 0.999**step)) + 1e-8
            parameter -= LEARNING_RATE * mean / (1.0 - 0.9**step) / scale
    pairs: Network = list(zip(parameters[::2], parameters[1::2], strict=True))
    return [each for pair in pairs for each in (pair, "elu")][:-1]


def outputs_of(network: Network, inputs: Array) -> Array:
    """What the network gives for inputs, one row each."""
    signal = inputs
    for layer in network:
        if layer == "elu":
            signal = Unit(1.0).value_and_slope(signal)[0]
        else:
            signal = signal @ layer[0].T + layer[1]
    return signal


def uncertain_input(name: str, uncertainty: str, example: int) -> UncertainInput:
    """A sample that was not trained on, with an uncertainty.

    Args:
        name: the data set.
        uncertainty: one of ``UNCERTAINTIES``.
        example: which of the samples that were not trained on.
    """
    data = data_set(name)
    sample = data.inputs[data.trained + example]
    if uncertainty != "missing":
        deviation = float(uncertainty.removeprefix("noise "))
        noise = np.random.default_rng([5, example]).standard_normal(len(sample))
        covariance = deviation**2 * np.eye(len(sample))
        return UncertainInput(sample, covariance, sample + deviation * noise)
    known = data.inputs[: data.trained]
    middle, spread = known.mean(axis=0), np.cov(known.T)
    spread = spread + RIDGE * np.diag(np.maximum(spread.diagonal(), RIDGE))
    lost = np.array(MISSING[name])
    kept = np.setdiff1d(np.arange(len(sample)), lost)
    slopes = np.linalg.solve(spread[np.ix_(kept, kept)], spread[np.ix_(kept, lost)]).T
    mean, covariance = sample.copy(), np.zeros_like(spread)
    mean[lost] = middle[lost] + slopes @ (sample[kept] - middle[kept])
    rest = spread[np.ix_(lost, lost)] - slopes @ spread[np.ix_(kept, lost)]
    covariance[np.ix_(lost, lost)] = (rest + rest.T) / 2.0
    return UncertainInput(mean, covariance, sample)


def _gradients(
    parameters: list[Array], inputs: Array, targets: Array, of_classes: bool
) -> list[Array]:
    """The gradient of the mean cross entropy, or of half the mean square, in every parameter."""
    signals, slopes = [inputs], []
    weights, biases = parameters[::2], parameters[1::2]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        signal, slope = Unit(1.0).value_and_slope(signals[-1] @ weight.T + bias)
        signals.append(signal)
        slopes.append(slope)
    outputs = signals[-1] @ weights[-1].T + biases[-1]
    error = (np.exp(log_probabilities(outputs)) if of_classes else outputs) - targets
    error = error / len(inputs)
    found: list[Array] = []
    for layer in range(len(weights) - 1, -1, -1):
        found = [error.T @ signals[layer], error.sum(axis=0), *found]
        if layer:
            error = (error @ weights[layer]) * slopes[layer - 1]
    return found
