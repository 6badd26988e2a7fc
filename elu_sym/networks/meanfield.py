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

from __future__ import annotations

from typing import Any

import numpy as np

from elu_sym.book.formula import Activation, elu
from elu_sym.networks.meanfield_moments import CenteredMoments, FloatArray, centered_moments
from elu_sym.numeric.arguments import POSITIVE, Arguments, Domain, broadcast_arguments

__all__ = [
    "BeyondRangeError",
    "correlation_slope",
    "depth_scale",
    "residual_variance_map",
    "variance_map",
    "variance_slope",
]

VARIANCE = Domain(lambda x: (x < 0.0) | (x == np.inf), "a finite variance, zero or more")
"""The variance of biases."""

PROBABILITY = Domain(lambda x: (x <= 0.0) | (x > 1.0), "a probability above 0, at most 1")
"""With which dropout keeps a unit."""

AT_MOST = Domain(lambda x: (x <= 0.0) | (x > 1e150), "a number above zero, at most 1e150")
BETWEEN = Domain(lambda x: (x < 1e-150) | (x > 1e150), "a number from 1e-150 to 1e150")
FACTOR_AT_MOST = Domain(lambda x: (x <= 0.0) | (x > 1e75), "a number above zero, at most 1e75")
FACTOR_BETWEEN = Domain(lambda x: (x < 1e-75) | (x > 1e75), "a number from 1e-75 to 1e75")

PARAMETER_DOMAINS = {
    ("elu", "alpha"): AT_MOST,
    ("leaky_relu", "slope"): AT_MOST,
    ("celu", "alpha"): BETWEEN,
    ("selu", "alpha"): FACTOR_AT_MOST,
    ("selu", "scale"): FACTOR_BETWEEN,
}
"""Where the squares of the parameters, and what is divided by them, are doubles."""


class BeyondRangeError(ValueError):
    """The arguments are in their domains, but the result is too large for its type."""


def variance_map(
    variance: Any,
    weight_variance: Any,
    bias_variance: Any = 0.0,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: Activation = elu,
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
        activation: an activation of the book.
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
    layer = _Layer(
        activation, parameters, named, variance, weight_variance, keep_probability, (bias_variance,)
    )
    return layer.result(layer.scaled("square"), "the variance")


def variance_slope(
    variance: Any,
    weight_variance: Any,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: Activation = elu,
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
        activation: an activation of the book.
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
    layer = _Layer(activation, parameters, named, variance, weight_variance, keep_probability)
    return layer.result(layer.scaled("square_slope"), "the slope")


def correlation_slope(
    variance: Any,
    weight_variance: Any,
    *parameters: float,
    keep_probability: Any = 1.0,
    activation: Activation = elu,
    **named: float,
) -> Any:
    """Compute chi = weight_variance E f'^2, the factor of squared gradients in a layer.

    Without dropout it is also the slope at 1 of the map of correlations, at a fixed point q.

    Args:
        variance: q, positive and finite, scalar or array.
        weight_variance: the variance of a weight times fan_in.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book.
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
    layer = _Layer(activation, parameters, named, variance, weight_variance, keep_probability)
    return layer.result(layer.scaled("slope_square"), "the factor")


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
    activation: Activation = elu,
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
        activation: an activation of the book.
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
    layer = _Layer(
        activation,
        parameters,
        named,
        variance,
        weight_variance,
        keep_probability,
        (bias_variance,),
        normalized,
    )
    return layer.result(layer.scaled("square"), "the variance", layer.variance)


class _Layer:
    """The checked arguments of a layer, and the expectations there."""

    def __init__(
        self,
        activation: Activation,
        parameters: tuple[float, ...],
        named: dict[str, float],
        variance: Any,
        weight_variance: Any,
        keep_probability: Any,
        biases: tuple[Any, ...] = (),
        normalized: bool = False,
    ) -> None:
        given = {
            "variance": (variance, POSITIVE),
            "weight_variance": (weight_variance, POSITIVE),
            "keep_probability": (keep_probability, PROBABILITY),
        }
        for bias_variance in biases:
            given["bias_variance"] = (bias_variance, VARIANCE)
        self.names = tuple(given)
        self.bound = bound = activation.bind(parameters, named)
        for name, value in bound.items():
            if np.ndim(value):
                raise TypeError(f"{name} = {value!r} is an array: give a number")
            broadcast_arguments(**{name: (value, parameter_domain(activation, name))})
        self.arguments: Arguments = broadcast_arguments(**given)
        self.variance, self.weights, self.keep = self.arguments.arrays[:3]
        q = np.ones_like(self.variance) if normalized else self.variance
        found = centered_moments(activation, tuple(bound.values()), np.ravel(q))
        self.moments = CenteredMoments(
            *(np.reshape(getattr(found, name), q.shape) for name in found.__dataclass_fields__)
        )

    def scaled(self, name: str) -> FloatArray:
        """The moment of this name times the weight variance over the probability to keep."""
        moment = getattr(self.moments, name)
        with np.errstate(all="ignore"):
            gain = self.weights / self.keep
            found: FloatArray = np.where(
                np.isinf(gain), self.weights * moment / self.keep, gain * moment
            )
        return found

    def result(self, value: FloatArray, what: str, before: FloatArray | None = None) -> Any:
        """The value in the type of the arguments, with the variances of biases and before.

        Raises:
            BeyondRangeError: if it is infinite.
        """
        with np.errstate(over="ignore"):
            for added in (*self.arguments.arrays[3:], *(() if before is None else (before,))):
                value = value + added
        found = self.arguments.result(value)
        infinite = np.isinf(found)
        if np.any(infinite):
            first = np.unravel_index(int(np.argmax(infinite)), self.arguments.shape)
            place = "[" + ", ".join(str(int(i)) for i in first) + "]" if first else ""
            given = [
                f"{name}{place} = {np.broadcast_to(array, self.arguments.shape)[first]}"
                for name, array in zip(self.names, self.arguments.arrays, strict=True)
            ]
            given += [f"{name} = {number}" for name, number in self.bound.items()]
            raise BeyondRangeError(
                f"{', '.join(given)}: {what} is beyond the range of {self.arguments.dtype}; give a"
                " smaller weight_variance or variance"
            )
        return found


def parameter_domain(activation: Activation, name: str) -> Domain:
    """Where a parameter of an activation keeps the expectations within the doubles."""
    return PARAMETER_DOMAINS.get((activation.name, name), POSITIVE)
