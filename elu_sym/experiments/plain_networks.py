"""Plain deep networks on handwritten digits, many of them trained at once.

Hidden layers of 64 units, as many as a digit has pixels, each fed by the one before, and a softmax
layer on top. What differs between the networks is an axis of every array: weights are of shape
(run, fan_in, fan_out), signals of shape (run, image, unit). Gradients are written out by hand.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.experiments.depth import digit_images
from elu_sym.experiments.problems import Unit, handwritten_digits, log_probabilities

Numbers = NDArray[Any]
"""Of single or of double precision."""

Labels = NDArray[np.intp]
"""The digits that images show."""

CLASSES = 10
"""The number of digits."""

BATCH = 32
"""The number of images in a step."""

TRAINED, HELD_OUT = 1300, 497
"""How many images are trained on where others are held out, and how many these are."""

LARGEST_LOSS = 1e6
"""A run whose loss exceeds it, or is no number, has diverged."""

SMALLEST_VARIANCE = 1e-5
"""What batch normalization adds to a variance."""


class PlainNetworks(NamedTuple):
    """Networks of one shape; training changes their arrays in place.

    Attributes:
        unit: the activation, whose alpha may be an array of shape (run, 1, 1).
        weights: by layer those of all runs.
        biases: by layer those of all runs, of shape (run, 1, unit); the last layers may have none.
        factors: by hidden layer what its batch-normalized pre-activations are multiplied by, of the
            same shape; empty where nothing is normalized.
        centres: by hidden layer what is taken off its activations, of shape (run, 1, 1 or unit);
            empty for nothing.
    """

    unit: Unit
    weights: list[Numbers]
    biases: Sequence[Numbers] = ()
    factors: Sequence[Numbers] = ()
    centres: Sequence[Numbers] = ()

    def signals(self, images: Numbers) -> tuple[list[Numbers], Numbers]:
        """What the hidden layers pass on, and what the softmax is taken of."""
        inputs, _, _, logits = self._forward(images)
        return inputs[1:], logits

    def loss(self, images: Numbers, labels: Labels) -> Numbers:
        """By run the mean cross entropy."""
        logarithms = log_probabilities(self._forward(images)[-1])
        return -np.mean(logarithms[:, np.arange(len(labels)), labels], axis=1)

    def gradients(self, images: Numbers, labels: Labels) -> list[tuple[Numbers, Numbers]]:
        """Every array of the networks with the derivatives of the mean cross entropy in it."""
        inputs, slopes, normals, logits = self._forward(images)
        error, count, found = np.exp(log_probabilities(logits)), len(labels), []
        error[:, np.arange(count), labels] -= 1.0
        error /= count
        for layer in range(len(self.weights) - 1, -1, -1):
            total = error.sum(axis=1, keepdims=True)
            if layer < len(self.biases):
                found.append((self.biases[layer], total))
            if layer < len(self.factors):
                normal, deviations = normals[layer]
                along = np.sum(error * normal, axis=1, keepdims=True)
                found.append((self.factors[layer], along))
                error = error - total / count - normal * along / count
                error = self.factors[layer] / deviations * error
            found.append((self.weights[layer], np.swapaxes(inputs[layer], 1, 2) @ error))
            if layer > 0:
                error = (error @ np.swapaxes(self.weights[layer], 1, 2)) * slopes[layer - 1]
        return found

    def descend(self, rates: Numbers, images: Numbers, labels: Labels) -> None:
        """One step of gradient descent; the learning rates are of shape (run, 1, 1)."""
        for array, gradient in self.gradients(images, labels):
            array -= rates * gradient

    def trained(
        self,
        rates: Numbers,
        images: Numbers,
        labels: Labels,
        order: np.random.Generator,
        steps: Sequence[int],
    ) -> Iterator["PlainNetworks"]:
        """These networks, after each of the numbers of steps, which increase.

        Args:
            rates: the learning rates, of shape (run, 1, 1).
            images: one a row.
            labels: of the images.
            order: draws the batches.
            steps: after how many steps the networks are looked at.
        """
        # A run that diverges overflows, and is not looked at from there on.
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(steps[-1] + 1):
                if step in steps:
                    yield self
                chosen = order.integers(len(images), size=BATCH)
                self.descend(rates, images[chosen], labels[chosen])

    def _forward(
        self, images: Numbers
    ) -> tuple[list[Numbers], list[Numbers], list[tuple[Numbers, Numbers]], Numbers]:
        """What layers are given; slopes; normalized signals with their deviations; the logits."""
        signal = np.broadcast_to(images, (len(self.weights[0]), *images.shape))
        inputs, slopes, normals = [signal], [], []
        for layer, weight in enumerate(self.weights):
            before = signal @ weight
            if layer < len(self.factors):
                before -= np.mean(before, axis=1, keepdims=True)
                variances = np.mean(before**2, axis=1, keepdims=True)
                deviations = np.sqrt(variances + SMALLEST_VARIANCE)
                normals.append((before / deviations, deviations))
                before = self.factors[layer] * normals[layer][0]
            if layer < len(self.biases):
                before += self.biases[layer]
            if layer < len(self.weights) - 1:
                signal, slope = self.unit.value_and_slope(before)
                if self.centres:
                    signal = signal - self.centres[layer]
                inputs.append(signal)
                slopes.append(slope)
        return inputs, slopes, normals, before


def have_diverged(losses: Sequence[Numbers]) -> NDArray[np.bool_]:
    """By step and run whether the run has diverged by then."""
    return np.cumsum(~(np.array(losses) < LARGEST_LOSS), axis=0) > 0


def shuffled_digits() -> tuple[Numbers, Labels]:
    """The images in units of their root mean square, in a fixed random order, and the labels.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.
    """
    _, labels = handwritten_digits()
    order = np.random.default_rng(0).permutation(len(labels))
    return digit_images()[order], labels[order]
