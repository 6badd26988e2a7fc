"""What the moments predict for the layers of :mod:`elu_sym.experiments.centering_training`.

At the start, over random weights and at infinite width, everything that is measured of a layer is
an expectation under a normal law of two variables: the mean, the second moment, and how much of it
belongs to the means of the units, which is the average covariance of two images.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from elu_sym.experiments.centering_training import ALPHAS, mean_moments
from elu_sym.experiments.gradient_descent import Array
from elu_sym.networks.infinite_width import gram, gram_diagonal


class Moments(NamedTuple):
    """The activations of a layer.

    Attributes:
        mean: of all units and inputs.
        second_moment: of all units and inputs.
        mean_share: the mean over the units of the squared mean of each over the inputs, relative
            to the second moment.
    """

    mean: float
    second_moment: float
    mean_share: float


def normalized_layer(activation: str) -> Moments:
    """A layer behind batch normalization: every unit has a standard normal pre-activation.

    Args:
        activation: a name of ``ALPHAS``.

    Examples:
        >>> print(*(round(value, 4) for value in normalized_layer("ReLU")))
        0.3989 0.5 0.3183
    """
    mean, second_moment = mean_moments(ALPHAS[activation])
    return Moments(mean, second_moment, mean**2 / second_moment)


def first_moments(activation: str, layer: int, inputs: Array) -> Moments:
    """A hidden layer at the start, at infinite width, with the exact weights and without biases.

    Args:
        activation: a name of ``ALPHAS``.
        layer: which hidden layer, from 1 on.
        inputs: the images, one a row.

    Examples:
        >>> opposite = np.array([[1.0], [-1.0]])
        >>> print(*(round(value, 4) for value in first_moments("ReLU", 1, opposite)))
        0.3989 0.5 0.5
    """
    squares = np.mean(inputs**2, axis=1)
    if layer > 1:
        squares = _kernel(gram_diagonal, activation, layer - 1, inputs)
    # Up to the weight variance of the next layer the kernel is that of the activations.
    kernel = _kernel(gram, activation, layer, inputs)
    share = float(np.mean(kernel) / np.mean(np.diag(kernel)))
    return Moments(*mean_moments(ALPHAS[activation], squares), share)


def _kernel(kernel: Callable[..., Any], activation: str, depth: int, inputs: Array) -> Array:
    """The kernel of wide networks with exact weights."""
    alpha = ALPHAS[activation]
    if alpha == 0.0:
        return np.asarray(kernel(inputs, depth=depth, activation="relu"))
    return np.asarray(kernel(inputs, depth=depth, activation="elu", alpha=alpha))
