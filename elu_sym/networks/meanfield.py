"""Mean field theory of deep networks: how the variance of pre-activations and gradients moves.

A layer of many units with independent weights of variance ``weight_variance/fan_in`` and biases of
variance ``bias_variance`` takes pre-activations of law N(0, q) to

    q -> weight_variance E f(sqrt(q) Z)^2 + bias_variance        (forward),
    g -> g weight_variance E f'(sqrt(q) Z)^2                     (squared gradients, backward).

Two slopes are not to be confused. ``variance_slope`` is the derivative of the map, chi_q =
weight_variance E[f'^2 + f f''], and decides whether a fixed point of the variance is stable.
``correlation_slope`` is chi = weight_variance E f'^2: at a fixed point the factor of squared
gradients, and the slope of the correlation map at 1. For ELU without biases they lie on either
side of 1 at every fixed point. The claims of the chapter ``meanfield`` prove it.

References:
    Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli: Exponential expressivity in deep neural networks
    through transient chaos, NeurIPS 2016, equations 3 and 6. Schoenholz, Gilmer, Ganguli,
    Sohl-Dickstein: Deep information propagation, ICLR 2017, equations 3, 5, 9, and section 5.
"""

from typing import Any

import numpy as np

from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.networks.layer import Layer
from elu_sym.numeric.arguments import POSITIVE, broadcast_arguments

__all__ = [
    "BeyondRangeError",
    "correlation_slope",
    "depth_scale",
    "residual_variance_map",
    "variance_map",
    "variance_slope",
]


def variance_map(
    variance: Any,
    weight_variance: Any,
    bias_variance: Any = 0.0,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Any:
    """The pre-activation variance of the next layer.

    Args:
        variance: q, that of this layer, positive and finite; like all arguments but the parameters
            a scalar or an array, which broadcast.
        weight_variance: the variance of a weight times fan_in.
        bias_variance: the variance of a bias.
        *parameters: those of the activation, numbers; alpha for ELU.
        keep_probability: with which dropout keeps a unit, which is then divided by it.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        ``weight_variance/keep_probability E f(sqrt(q) Z)^2 + bias_variance``. Measured against Arb
        at random arguments: at most 2 in units of ulp(F) + 2^-52 sum |x dF/dx|.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain or the shapes do not broadcast; a parameter of
            ELU must be at most 1e150, one of SELU at most 1e75; :class:`BeyondRangeError` if the
            result is too large for its type.

    Source:
        Poole et al., NeurIPS 2016, equation 3; with dropout Schoenholz et al., ICLR 2017,
        section 5.

    Examples:
        >>> print(f"{variance_map(1.0, 1.5505188080679277):.12f}")
        1.000000000000
        >>> from elu_sym import relu
        >>> print(f"{variance_map(3.0, 2.0, activation=relu):.12f}")
        3.000000000000
    """
    values = (variance, weight_variance, keep_probability, bias_variance)
    layer = Layer.of(activation, parameters, named, *values)
    mapped = layer.scaled(layer.moments().square)
    return layer.result("the variance", mapped, layer.arrays["bias_variance"])


def variance_slope(
    variance: Any,
    weight_variance: Any,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Any:
    """Compute chi_q, the derivative of the variance map, which decides whether it is stable.

    It is weight_variance E[f'^2 + f f''] at N(0, q). The atom of f'' at the kink has the weight
    f(0) = 0.

    Args:
        variance: q, positive and finite, scalar or array.
        weight_variance: the variance of a weight times fan_in.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        The slope. Measured against Arb at random arguments: at most 3 in units of
        ulp(F) + 2^-52 sum |x dF/dx|.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain or the shapes do not broadcast; a parameter of
            ELU must be at most 1e150, one of SELU at most 1e75; :class:`BeyondRangeError` if the
            result is too large for its type.

    Source:
        Poole et al., NeurIPS 2016, section 2.1; the closed form is the claim
        ``meanfield.variance_slope``.

    Examples:
        >>> print(f"{variance_slope(1.0, 1.5505188080679277):.6f}")
        0.890968
    """
    layer = Layer.of(activation, parameters, named, variance, weight_variance, keep_probability)
    return layer.result("the slope", layer.scaled(layer.moments().square_slope))


def correlation_slope(
    variance: Any,
    weight_variance: Any,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Any:
    """Compute chi = weight_variance E f'^2, the factor of squared gradients in a layer.

    Without dropout it is also the slope at 1 of the map of correlations, at a fixed point q.

    Args:
        variance: q, positive and finite, scalar or array.
        weight_variance: the variance of a weight times fan_in.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        The factor. Measured against Arb at random arguments: at most 2 in units of
        ulp(F) + 2^-52 sum |x dF/dx|.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain or the shapes do not broadcast; a parameter of
            ELU must be at most 1e150, one of SELU at most 1e75; :class:`BeyondRangeError` if the
            result is too large for its type.

    Source:
        Schoenholz et al., ICLR 2017, equations 5 and 9.

    Examples:
        >>> print(f"{correlation_slope(1.0, 1.5505188080679277):.6f}")
        1.035905
    """
    layer = Layer.of(activation, parameters, named, variance, weight_variance, keep_probability)
    return layer.result("the factor", layer.scaled(layer.moments().slope_square))


def depth_scale(slope: Any) -> Any:
    """The number of layers in which a deviation with this slope shrinks by a factor e.

    Args:
        slope: chi_q or chi, positive and finite, scalar or array.

    Returns:
        -1/log(slope): positive where deviations shrink, negative where they grow, by a factor e in
        as many layers; infinite at 1, where they do neither exponentially.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a slope is not positive or not finite.

    Source:
        Schoenholz et al., ICLR 2017, equations 7 and 9.

    Examples:
        >>> print(f"{depth_scale(0.5):.6f} {depth_scale(2.0):.6f} {depth_scale(1.0)}")
        1.442695 -1.442695 inf
    """
    checked = broadcast_arguments(slope=(slope, POSITIVE))
    with np.errstate(divide="ignore"):
        return checked.result(1.0 / (0.0 - np.log(checked.arrays[0])))


def residual_variance_map(
    variance: Any,
    weight_variance: Any,
    bias_variance: Any = 0.0,
    *parameters: float,
    keep_probability: Any = 1.0,
    normalized: bool = False,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Any:
    """The variance after a residual block, x + W f(x) + b, or x + W f(x/std) + b.

    Args:
        variance: q before the block, positive and finite, scalar or array.
        weight_variance: the variance of a weight of the branch times fan_in.
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        normalized: whether the branch starts by dividing by the standard deviation.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        q + V(q), or q + V(1) with ``normalized``, where V is :func:`variance_map`. The first grows
        exponentially with depth for every weight variance, the second linearly. The factor of
        squared gradients is 1 + chi(q), or 1 + chi(1)/q to leading order in the width.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain or the shapes do not broadcast; a parameter of
            ELU must be at most 1e150, one of SELU at most 1e75; :class:`BeyondRangeError` if the
            result is too large for its type.

    Source:
        Yang, Schoenholz: Mean field residual networks, NeurIPS 2017, section 3; for the normalized
        block De, Smith: Batch normalization biases residual blocks towards the identity function,
        NeurIPS 2020, section 3.

    Examples:
        >>> print(f"{residual_variance_map(4.0, 1.0):.6f}")
        6.258207
        >>> print(f"{residual_variance_map(4.0, 1.0, normalized=True):.6f}")
        4.644945
    """
    values = (variance, weight_variance, keep_probability, bias_variance)
    layer = Layer.of(activation, parameters, named, *values)
    q, biases = layer.arrays["variance"], layer.arrays["bias_variance"]
    branch = layer.moments(np.ones_like(q) if normalized else q)
    return layer.result("the variance", layer.scaled(branch.square), biases, q)
