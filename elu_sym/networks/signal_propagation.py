"""Signals through a network of given depth: variances forward and backward, layer by layer.

What mean field theory says of the layers of one network, and how far a network of finite width
strays from it.

References:
    Schoenholz, Gilmer, Ganguli, Sohl-Dickstein: Deep information propagation, ICLR 2017.
"""

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from elu_sym.networks.activation_argument import ActivationArgument, book_activation_of
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.networks.meanfield import correlation_slope, variance_map, variance_slope
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments, whole_number
from elu_sym.numeric.operations import FloatArray

__all__ = ["backward_variances", "forward_variances", "sampling_deviation"]

SQUARABLE = Domain(lambda x: (x < 1e-150) | (x > 1e150), "variances from 1e-150 to 1e150")
"""Whose squares are doubles."""


def forward_variances(
    depth: int,
    first_variance: Any,
    weight_variance: float,
    bias_variance: float = 0.0,
    *parameters: float,
    activation: ActivationArgument = "elu",
    **named: float,
) -> FloatArray:
    """The pre-activation variances of the layers 1 to ``depth``.

    Args:
        depth: how many layers, at least 1.
        first_variance: that of layer 1, positive, a scalar or an array.
        weight_variance: the variance of a weight times fan_in.
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        An array with an axis of length ``depth`` in front of those of ``first_variance``.

    Raises:
        TypeError: if an argument is no real number, or ``depth`` a truth value.
        ValueError: if a value is outside its domain, or the variance leaves the range of a double;
            the message names the layer.

    Source:
        :func:`elu_sym.networks.meanfield.variance_map`, again and again.

    Examples:
        >>> print(forward_variances(3, 1.0, 2.0).round(6))
        [1.       1.289891 1.618853]
    """
    depth = whole_number("depth", depth)
    found = [broadcast_arguments(first_variance=(first_variance, POSITIVE)).arrays[0]]
    for layer in range(2, depth + 1):
        given: Any = (found[-1], weight_variance, bias_variance, *parameters)
        try:
            after = np.asarray(variance_map(*given, activation=activation, **named))
        except BeyondRangeError:
            after = np.full_like(found[0], np.inf)
        if after.shape != found[0].shape:
            raise ValueError(
                f"weight_variance has shape {np.shape(weight_variance)} and bias_variance"
                f" {np.shape(bias_variance)}, which do not broadcast to that of first_variance,"
                f" {found[0].shape}: give numbers, or as many first variances"
            )
        if not np.all((after > 0.0) & (after < np.inf)):
            raise ValueError(
                f"a variance of layer {layer} is {np.min(after)}, beyond the range of a double:"
                f" give depth = {layer - 1} or less, or another weight_variance than"
                f" {weight_variance}"
            )
        found.append(after)
    return np.array(found)


def backward_variances(
    variances: FloatArray,
    weight_variance: float,
    *parameters: float,
    activation: ActivationArgument = "elu",
    **named: float,
) -> FloatArray:
    """The mean squares of the gradient with respect to the pre-activations of the layers.

    Args:
        variances: the pre-activation variances of the layers, as of :func:`forward_variances`,
            with the layers along the first axis.
        weight_variance: the variance of a weight times fan_in; fan_in and fan_out are equal.
        *parameters: those of the activation.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        An array of the same shape, for a gradient of mean square 1 with respect to the activations
        of the last layer; 0 where it is less than a double can be.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain, ``variances`` has no layers, or a mean square
            leaves the range of a double.

    Source:
        Schoenholz et al., ICLR 2017, equation 15, which takes forward and backward weights for
        independent.

    Examples:
        >>> print(backward_variances(np.array([1.0, 1.0]), 1.5505188080679277).round(6))
        [0.69209  0.668102]
    """
    layers = _layers(variances, POSITIVE)
    slope: Callable[..., Any] = partial(correlation_slope, activation=activation, **named)
    factors = _at_every_layer(slope, layers, weight_variance, parameters)
    last = slope(layers[-1], 1.0, *parameters)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        products = np.cumprod(factors[-2::-1], axis=0)[::-1]
        found: FloatArray = np.concatenate([last * products, [last]])
    if np.any(np.isinf(found)):
        raise ValueError(
            f"weight_variance = {weight_variance}: the mean square of a gradient is beyond the"
            f" range of a double over {len(layers)} layers; give a smaller one, or fewer variances"
        )
    return found


def sampling_deviation(
    variances: FloatArray,
    weight_variance: float,
    width: int,
    *parameters: float,
    activation: ActivationArgument = "elu",
    **named: float,
) -> FloatArray:
    """The standard deviation of the second moments of the activations of layers of finite width.

    Given the layer before it, the mean of f^2 over the units of a layer has the variance
    Var f(X)^2/width, exactly; what came before is passed on with the slope of the variance map.

    Args:
        variances: the pre-activation variances of the layers, as of :func:`forward_variances`,
            from 1e-150 to 1e150; that of layer 1 is exact.
        weight_variance: the variance of a weight times fan_in.
        width: the number of units in a layer.
        *parameters: those of the activation.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        The deviations, to leading order in 1/width.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain, ``variances`` has no layers, ``width`` is no
            whole number of at least 1, or a deviation leaves the range of a double.

    Source:
        The delta method.

    Examples:
        >>> print(sampling_deviation(np.array([1.0, 1.0]), 1.5505188080679277, 100).round(6))
        [0.107457 0.143921]
    """
    units = whole_number("width", width)
    layers = _layers(variances, SQUARABLE)
    slope = partial(variance_slope, activation=activation, **named)
    slopes = _at_every_layer(slope, layers, weight_variance, parameters)
    function = book_activation_of(activation)
    bound = tuple(function.bind(parameters, named).values())
    deviations = np.sqrt(layers)
    with np.errstate(all="ignore"):
        squares = function.second_moment(0.0, deviations, *bound)
        fresh = (function.fourth_moment(0.0, deviations, *bound) - squares**2) / units
        later = zip(slopes[1:], fresh[1:], strict=True)
        found = accumulate(later, lambda x, at: at[0] ** 2 * x + at[1], initial=fresh[0])
        result: FloatArray = np.sqrt(np.array(list(found)))
    if np.any(~np.isfinite(result) & ~np.isnan(layers).any()):
        raise ValueError(
            f"a deviation is beyond the range of a double at weight_variance = {weight_variance},"
            f" parameters {bound} and variances up to {layers.max()}: give numbers nearer to 1"
        )
    return result


def _layers(variances: Any, domain: Domain) -> FloatArray:
    """The checked variances, with at least one layer along the first axis.

    Raises:
        TypeError: if they are no real numbers.
        ValueError: if one is outside the domain, or there is no layer.
    """
    found = broadcast_arguments(variances=(variances, domain)).arrays[0]
    if found.size == 0 or found.ndim == 0:
        what = "no variance" if found.ndim else "a number"
        raise ValueError(
            f"variances = {variances!r} is {what}: give an array with the variances of at least one"
            " layer along its first axis, as of forward_variances"
        )
    return found


def _at_every_layer(
    slope: Callable[..., Any], layers: FloatArray, weight_variance: Any, parameters: Any
) -> FloatArray:
    """The slopes, which have the shape of the variances.

    Raises:
        ValueError: if the weight variance has more axes, or as the slope does.
    """
    found: FloatArray = np.asarray(slope(layers, weight_variance, *parameters))
    if found.shape != layers.shape:
        raise ValueError(
            f"weight_variance has shape {np.shape(weight_variance)}, which does not broadcast to"
            f" that of variances, {layers.shape}: give a number"
        )
    return found
