"""Signals through a network of given depth: variances forward and backward, layer by layer.

What mean field theory says of the layers of one network, and how far a network of finite width
strays from it.

References:
    Schoenholz, Gilmer, Ganguli, Sohl-Dickstein: Deep information propagation, ICLR 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from elu_sym.formula_book import Activation, elu
from elu_sym.meanfield import correlation_slope, variance_map, variance_slope
from elu_sym.meanfield_moments import FloatArray
from elu_sym.numeric.arguments import POSITIVE, broadcast_arguments

__all__ = ["backward_variances", "forward_variances", "sampling_deviation"]


def forward_variances(
    depth: int,
    first_variance: Any,
    weight_variance: float,
    bias_variance: float = 0.0,
    *parameters: float,
    activation: Activation = elu,
    **named: float,
) -> FloatArray:
    """The pre-activation variances of the layers 1 to ``depth``.

    Args:
        depth: how many layers, at least 1.
        first_variance: that of layer 1, positive, a scalar or an array.
        weight_variance: the variance of a weight times fan_in.
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        An array with an axis of length ``depth`` in front of those of ``first_variance``.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: if a value is outside its domain, or the variance leaves the range of a double;
            the message names the layer.

    Source:
        :func:`elu_sym.meanfield.variance_map`, again and again.

    Examples:
        >>> print(forward_variances(3, 1.0, 2.0).round(6))
        [1.       1.289891 1.618853]
    """
    if not isinstance(depth, int) or depth < 1:
        raise ValueError(f"depth = {depth!r}: give a whole number of at least 1")
    found = [broadcast_arguments(first_variance=(first_variance, POSITIVE)).arrays[0]]
    for layer in range(2, depth + 1):
        after = np.asarray(
            variance_map(
                found[-1],
                weight_variance,
                bias_variance,
                *parameters,
                activation=activation,
                **named,
            )
        )
        if not np.all((after > 0.0) & (after < np.inf)):
            raise ValueError(
                f"a variance of layer {layer} is {np.min(after)} to {np.max(after)}, beyond the"
                f" range of a double: give depth = {layer - 1} or less, or another weight_variance"
                f" than {weight_variance}"
            )
        found.append(after)
    return np.array(found)


def backward_variances(
    variances: FloatArray,
    weight_variance: float,
    *parameters: float,
    activation: Activation = elu,
    **named: float,
) -> FloatArray:
    """The mean squares of the gradient with respect to the pre-activations of the layers.

    Args:
        variances: the pre-activation variances of the layers, as of :func:`forward_variances`,
            with the layers along the first axis.
        weight_variance: the variance of a weight times fan_in; fan_in and fan_out are equal.
        *parameters: those of the activation.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        An array of the same shape, for a gradient of mean square 1 with respect to the activations
        of the last layer.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain.

    Source:
        Schoenholz et al., ICLR 2017, equation 15, which takes forward and backward weights for
        independent.

    Examples:
        >>> print(backward_variances(np.array([1.0, 1.0]), 1.5505188080679277).round(6))
        [0.69209  0.668102]
    """
    factors = correlation_slope(
        np.asarray(variances), weight_variance, *parameters, activation=activation, **named
    )
    last = correlation_slope(variances[-1], 1.0, *parameters, activation=activation, **named)
    products: FloatArray = np.cumprod(factors[-2::-1], axis=0)[::-1]
    return np.concatenate([last * products, [last]])


def sampling_deviation(
    variances: FloatArray,
    weight_variance: float,
    width: int,
    *parameters: float,
    activation: Activation = elu,
    **named: float,
) -> FloatArray:
    """The standard deviation of the second moments of the activations of layers of finite width.

    Given the layer before it, the mean of f^2 over the units of a layer has the variance
    Var f(X)^2/width, exactly; what came before is passed on with the slope of the variance map.

    Args:
        variances: the pre-activation variances of the layers, as of :func:`forward_variances`; that
            of layer 1 is exact.
        weight_variance: the variance of a weight times fan_in.
        width: the number of units in a layer.
        *parameters: those of the activation.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        The deviations, to leading order in 1/width.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain, or ``width`` is below 1.

    Source:
        The delta method.

    Examples:
        >>> print(sampling_deviation(np.array([1.0, 1.0]), 1.5505188080679277, 100).round(6))
        [0.107457 0.143921]
    """
    if width < 1:
        raise ValueError(f"width = {width!r}: give at least 1")
    bound = tuple(activation.bind(parameters, named).values())
    deviations = np.sqrt(np.asarray(variances, dtype=np.float64))
    squares = activation.second_moment(0.0, deviations, *bound)
    fresh = (activation.fourth_moment(0.0, deviations, *bound) - squares**2) / width
    slopes = variance_slope(variances, weight_variance, *bound, activation=activation)
    found = [fresh[0]]
    for new, slope in zip(fresh[1:], slopes[1:], strict=True):
        found.append(slope**2 * found[-1] + new)
    return np.sqrt(np.array(found))
