r"""Three problems for gradient descent, each for ReLU and for ELU from the same initial loss.

ReLU is the ELU of floor 0, so one code serves all activations; the derivative at the kink is the
one from the right. The gradients are written out by hand.

- ``residual``: a pair of opposite units measures a residual,
  :math:`L(w) = \frac1n\sum_i [f(u_i) + f(-u_i)]` with :math:`u_i = x_i\cdot(w - w^*)`, so that the
  kinks of all units meet at :math:`w^*`. There f(u) + f(-u) is |u| for ReLU, a V of slope
  1 - alpha for alpha < 1, smooth at alpha = 1; for alpha > 1 it has a maximum at u = 0. Every
  activation starts on the same ray from :math:`w^*`, at the distance where its loss is
  ``INITIAL_RESIDUAL``: losses equal, and gradients nearly, since the kink is far.
- ``digits``: one hidden layer and cross entropy on part of scikit-learn's handwritten digits.
- ``sine``: one hidden layer and the mean square on a sine.

The seed draws everything of ``residual``, but of the networks their start only: the data are fixed.
Both networks start with the weights of He's rule in the hidden layer and with an output layer of
zeros, which makes the initial loss the same number for every activation.

References:
    He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elu_sym.algebra.optional import extra
from elu_sym.experiments.gradient_descent import Array, Objective

INITIAL_RESIDUAL = 4.0
"""The loss at which every run of the problem ``residual`` starts."""

SAMPLES, DIMENSION = 50, 10
"""The size of the problem ``residual``."""

DIGITS = 600
"""How many of the digits are used, the first ones of the file."""

HIDDEN = 32
"""The width of the hidden layers."""


@dataclass(frozen=True)
class Unit:
    """An ELU with a floor at ``-alpha``, which is ReLU at ``alpha = 0``.

    Examples:
        >>> Unit(0.5).value_and_slope(np.array([-np.log(2.0), 0.0, 3.0]))
        (array([-0.25,  0.  ,  3.  ]), array([0.25, 1.  , 1.  ]))
    """

    alpha: Any  # a number, or an array of them that belong to the rows of x

    def value_and_slope(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The activation and its derivative, the one from the right at 0."""
        below = self.alpha * np.expm1(np.minimum(x, 0.0))
        positive = x >= 0
        return np.where(positive, x, below), np.where(positive, 1.0, below + self.alpha)


ACTIVATIONS = {"ReLU": Unit(0.0), "ELU(0.5)": Unit(0.5), "ELU(1)": Unit(1.0), "ELU(2)": Unit(2.0)}
"""The activations that are compared, by name."""


@dataclass(frozen=True)
class Problem:
    """A problem and how it is run.

    Attributes:
        name: what it is called in the results.
        instance: makes the objective and the start from a unit and a seed.
        learning_rates: from calm to the edge of divergence, or of sense.
        steps: how many a run has.
        tolerance: the fraction of the initial loss that ends the count of steps.
    """

    name: str
    instance: Callable[[Unit, int], tuple[Objective, Array]]
    learning_rates: tuple[float, ...]
    steps: int
    tolerance: float


def residual(unit: Unit, seed: int) -> tuple[Objective, Array]:
    """Pairs of opposite units on Gaussian samples; the seed draws samples, minimum and ray."""
    random = np.random.default_rng([1, seed])
    samples = random.standard_normal((SAMPLES, DIMENSION))
    minimum = random.standard_normal(DIMENSION)
    ray = random.standard_normal(DIMENSION)

    def objective(parameters: Array) -> tuple[float, Array]:
        residuals = samples @ (parameters - minimum)
        value, slope = unit.value_and_slope(residuals)
        opposite_value, opposite_slope = unit.value_and_slope(-residuals)
        gradient = samples.T @ (slope - opposite_slope) / SAMPLES
        return float(np.mean(value + opposite_value)), gradient

    # f(u) + f(-u) is between |u| - alpha and |u|, which encloses the distance that is sought.
    average = float(np.mean(np.abs(samples @ ray)))
    least, most = INITIAL_RESIDUAL / average, (INITIAL_RESIDUAL + unit.alpha) / average
    if most > least:
        from scipy.optimize import brentq

        def excess(distance: float) -> float:
            return objective(minimum + distance * ray)[0] - INITIAL_RESIDUAL

        least = brentq(excess, least * (1 - 1e-9), most * (1 + 1e-9), xtol=1e-14)
    return objective, minimum + least * ray


@dataclass(frozen=True)
class Layers:
    """A network with one hidden layer, its parameters in one vector.

    Attributes:
        unit: the activation of the hidden layer.
        inputs: one row a sample.
        outputs: the number of outputs.
        loss: the loss and its gradient in the outputs of the network.
    """

    unit: Unit
    inputs: Array
    outputs: int
    loss: Callable[[Array], tuple[float, Array]]

    def split(self, parameters: Array) -> list[Array]:
        """The weights and offsets of the hidden layer, then those of the output layer."""
        features = self.inputs.shape[1]
        shapes = [(features, HIDDEN), (HIDDEN,), (HIDDEN, self.outputs), (self.outputs,)]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        parts = np.split(parameters, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def __call__(self, parameters: Array) -> tuple[float, Array]:
        """The loss and its gradient, backwards through the layers."""
        weights, offsets, output_weights, output_offsets = self.split(parameters)
        hidden, slope = self.unit.value_and_slope(self.inputs @ weights + offsets)
        loss, error = self.loss(hidden @ output_weights + output_offsets)
        hidden_error = (error @ output_weights.T) * slope
        inner = self.inputs.T @ hidden_error, hidden_error.sum(axis=0)
        outer = hidden.T @ error, error.sum(axis=0)
        return loss, np.concatenate([part.ravel() for part in (*inner, *outer)])

    def start(self, random: np.random.Generator, offset_scale: float) -> Array:
        """He's weights in the hidden layer, zeros in the output layer."""
        features = self.inputs.shape[1]
        weights = random.standard_normal((features, HIDDEN)) * np.sqrt(2 / features)
        offsets = offset_scale * random.standard_normal(HIDDEN)
        return np.concatenate([weights.ravel(), offsets, np.zeros((HIDDEN + 1) * self.outputs)])


def digits(unit: Unit, seed: int) -> tuple[Objective, Array]:
    """Cross entropy on the digits; the seed draws the hidden layer.

    Raises:
        ModuleNotFoundError: if scikit-learn, which has the data, is not installed.
    """
    images, labels = (part[:DIGITS] for part in handwritten_digits())
    inputs, targets = (images - images.mean()) / images.std(), np.eye(10)[labels]

    def cross_entropy(logits: Array) -> tuple[float, Array]:
        logarithms = log_probabilities(logits)
        loss = -float(np.mean(np.sum(targets * logarithms, axis=1)))
        return loss, (np.exp(logarithms) - targets) / len(targets)

    layers = Layers(unit, inputs, targets.shape[1], cross_entropy)
    return layers, layers.start(np.random.default_rng([2, seed]), offset_scale=0.0)


def sine(unit: Unit, seed: int) -> tuple[Objective, Array]:
    """The mean square of the error on one period of a sine; the seed draws the hidden layer."""
    points = np.linspace(-np.sqrt(3), np.sqrt(3), 64)[:, None]  # of variance 1, as He's rule asks
    target = np.sin(np.pi / np.sqrt(3) * points)

    def mean_square(outputs: Array) -> tuple[float, Array]:
        error = outputs - target
        return float(np.mean(error**2)), 2 * error / len(error)

    layers = Layers(unit, points, 1, mean_square)
    return layers, layers.start(np.random.default_rng([3, seed]), offset_scale=1.0)


def log_probabilities(logits: Array) -> Array:
    """The logarithms of the softmax of the last axis.

    Examples:
        >>> np.exp(log_probabilities(np.array([1000.0, 1000.0]))).round(12)
        array([0.5, 0.5])
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@cache
def handwritten_digits() -> tuple[Array, NDArray[np.intp]]:
    """The images, one row each, and the labels.

    Raises:
        ModuleNotFoundError: if scikit-learn, which has the data, is not installed.
    """
    with extra("experiments", "an experiment with digits"):
        from sklearn.datasets import load_digits
    images, labels = load_digits(return_X_y=True)
    return images.astype(np.float64), labels


PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem("residual", residual, (0.01, 0.03, 0.1, 0.3, 1.0, 3.0), steps=300, tolerance=0.05),
        Problem("digits", digits, (0.03, 0.1, 0.3, 1.0, 1.5), steps=200, tolerance=0.1),
        Problem("sine", sine, (0.001, 0.003, 0.01, 0.03, 0.06), steps=500, tolerance=0.05),
    )
}
"""The problems by name."""
