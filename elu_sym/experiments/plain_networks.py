"""Plain deep networks on handwritten digits, many of them trained at once.

Hidden layers of 64 units, as many as a digit has pixels, each fed by the one before, and a softmax
layer on top. What differs between the networks is an axis of every array: weights are of shape
(run, fan_in, fan_out), signals of shape (run, image, unit). Gradients are written out by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elu_sym.experiments.depth import digit_images
from elu_sym.experiments.problems import Unit, handwritten_digits, log_probabilities

Numbers = NDArray[Any]
"""Of single or of double precision."""

CLASSES = 10
"""The number of digits."""

BATCH = 32
"""The number of images in a step."""


@dataclass(frozen=True)
class PlainNetworks:
    """Networks of one shape; training changes their arrays in place.

    Attributes:
        unit: the activation, whose alpha may be an array of shape (run, 1, 1).
        weights: by layer those of all runs.
        biases: by hidden layer those of all runs, of shape (run, 1, unit); empty for none.
    """

    unit: Unit
    weights: list[Numbers]
    biases: Sequence[Numbers] = ()

    def logits(self, images: Numbers) -> Numbers:
        """What the softmax is taken of, by run, image and class."""
        return self._forward(images)[2]

    def loss(self, images: Numbers, labels: NDArray[np.intp]) -> Numbers:
        """By run the mean cross entropy."""
        logarithms = log_probabilities(self.logits(images))
        return -np.mean(logarithms[:, np.arange(len(labels)), labels], axis=1)

    def gradients(
        self, images: Numbers, labels: NDArray[np.intp]
    ) -> tuple[list[Numbers], list[Numbers]]:
        """By layer the derivatives of the mean cross entropy in the weights, and in the biases."""
        inputs, slopes, logits = self._forward(images)
        error = np.exp(log_probabilities(logits))
        error[:, np.arange(len(labels)), labels] -= 1.0
        error /= len(labels)
        of_weights, of_biases = [], []
        for layer in range(len(self.weights) - 1, -1, -1):
            of_weights.append(np.swapaxes(inputs[layer], 1, 2) @ error)
            if self.biases and layer < len(self.biases):
                of_biases.append(error.sum(axis=1, keepdims=True))
            if layer > 0:
                error = (error @ np.swapaxes(self.weights[layer], 1, 2)) * slopes[layer - 1]
        return of_weights[::-1], of_biases[::-1]

    def descend(self, rates: Numbers, images: Numbers, labels: NDArray[np.intp]) -> None:
        """One step of gradient descent; the learning rates are of shape (run, 1, 1)."""
        of_weights, of_biases = self.gradients(images, labels)
        for weight, gradient in zip(self.weights, of_weights, strict=True):
            weight -= rates * gradient
        for bias, gradient in zip(self.biases, of_biases, strict=True):
            bias -= rates * gradient

    def _forward(self, images: Numbers) -> tuple[list[Numbers], list[Numbers], Numbers]:
        """The inputs of every layer, the slopes of the hidden ones, the logits."""
        signal = np.broadcast_to(images, (len(self.weights[0]), *images.shape))
        inputs, slopes = [signal], []
        for layer, weight in enumerate(self.weights[:-1]):
            before = signal @ weight
            if self.biases:
                before += self.biases[layer]
            signal, slope = self.unit.value_and_slope(before)
            inputs.append(signal)
            slopes.append(slope)
        return inputs, slopes, signal @ self.weights[-1]


def shuffled_digits() -> tuple[Numbers, NDArray[np.intp]]:
    """The images in units of their root mean square, in a fixed random order, and the labels.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    _, labels = handwritten_digits()
    order = np.random.default_rng(0).permutation(len(labels))
    return digit_images()[order], labels[order]
