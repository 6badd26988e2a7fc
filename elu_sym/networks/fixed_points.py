"""Fixed points of the variance map and the edge of chaos, to the last digits.

Both are roots of increasing or decreasing functions of log q with exact derivatives
(:mod:`elu_sym.networks.meanfield_moments`), found by Newton's method inside a bracket. That there
is a root, and only one, is decided before the search by the claims of the chapter ``meanfield``; a
search that does not end raises an exception instead of returning its last iterate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from elu_sym.book.formula import Activation, elu
from elu_sym.networks.meanfield import (
    PROBABILITY,
    VARIANCE,
    correlation_slope,
    parameter_domain,
    variance_slope,
)
from elu_sym.networks.meanfield_moments import CenteredMoments, centered_moments
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments

__all__ = [
    "Edge",
    "FixedPoint",
    "NoFixedPointError",
    "SearchError",
    "edge_of_chaos",
    "edge_through",
    "fixed_point",
]

ITERATIONS = 200
"""After so many steps a search has failed."""

LARGEST_ERROR = 2.0**-5
"""A relative error of a fixed point above this is no result."""


class NoFixedPointError(ValueError):
    """There is no such point, or not exactly one; the message says why and what to give."""


class SearchError(ArithmeticError):
    """A point exists and was not found, as where it leaves the range of a double."""


class FixedPoint(NamedTuple):
    """A fixed point of the variance map.

    Attributes:
        variance: q.
        variance_slope: chi_q there, below 1: it is stable.
        correlation_slope: chi there.
    """

    variance: float
    variance_slope: float
    correlation_slope: float


class Edge(NamedTuple):
    """A point on the edge of chaos, where chi = 1.

    Attributes:
        weight_variance: the variance of a weight times fan_in.
        bias_variance: the variance of a bias.
        variance: the fixed point q of the variance map.
    """

    weight_variance: Any
    bias_variance: Any
    variance: Any


def fixed_point(
    weight_variance: float,
    bias_variance: float = 0.0,
    *parameters: float,
    keep_probability: float = 1.0,
    activation: Activation = elu,
    **named: float,
) -> FixedPoint:
    """The positive fixed point of the variance map.

    For ELU, with w the weight variance over the probability to keep a unit, there is exactly one if
    w < 2 and the bias variance is positive, or it is 0 and 2/(1 + alpha^2) < w < 2; otherwise there
    is none.

    Args:
        weight_variance: the variance of a weight times fan_in.
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        The fixed point and both slopes there. Measured against Arb at random arguments: its error
        is at most 4 in units of ulp(q) + 2^-52 sum |x dq/dx|.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: if a value is outside its domain; :class:`NoFixedPointError` if there is no
            fixed point, or every variance is one. An alpha of ELU must be at most 1e150, parameters
            of SELU at most 1e75, and the alpha of CELU and the scale of SELU no less than 1 over
            that.
        SearchError: if it is not a double from 1e-300 to 1e300.

    Source:
        The claims ``meanfield.fixed_point_with_bias`` and ``meanfield.fixed_point_without_bias``.

    Examples:
        >>> print(f"{fixed_point(1.5505188080679277).variance:.12f}")
        1.000000000000
        >>> fixed_point(2.0)
        Traceback (most recent call last):
            ...
        elu_sym.networks.fixed_points.NoFixedPointError: weight_variance = 2.0: every variance \
grows; give less than 2
    """
    weights = _number("weight_variance", weight_variance, POSITIVE)
    biases = _number("bias_variance", bias_variance, VARIANCE)
    keep = _number("keep_probability", keep_probability, PROBABILITY)
    bound = _parameters(activation, parameters, named)
    gain = weights / keep
    least, greatest = _shares(activation, bound)
    _require_fixed_point(weights, biases, keep, least, greatest)

    def relative_growth(q: float, moments: CenteredMoments) -> tuple[float, float]:
        mapped = gain * float(moments.square[0]) + biases
        slope = gain * float(moments.square_slope[0]) * q / mapped - 1.0
        is_close = q / 2.0 <= mapped <= 2.0 * q
        return math.log1p((mapped - q) / q) if is_close else math.log(mapped / q), slope

    given = {"weight_variance": weights, "bias_variance": biases}
    q = _root(activation, bound, relative_growth, given, falls=True)
    return FixedPoint(
        q,
        float(variance_slope(q, gain, *bound, activation=activation)),
        float(correlation_slope(q, gain, *bound, activation=activation)),
    )


def edge_through(
    variance: Any,
    *parameters: float,
    keep_probability: float = 1.0,
    activation: Activation = elu,
    **named: float,
) -> Edge:
    """The point of the edge of chaos whose fixed point is a given variance, in closed form.

    Args:
        variance: q, positive and finite, scalar or array.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        Weight variance 1/E f'^2, times the probability to keep a unit, and bias variance
        q - E f^2/E f'^2, which is positive unless f is linear on either side of 0. Measured against
        Arb at random arguments: at most 3 in units of ulp(F) + 2^-52 sum |x dF/dx|.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is outside its domain; parameters as for :func:`fixed_point`.

    Source:
        The definition in Schoenholz et al., ICLR 2017, section 3, solved for the two variances.

    Examples:
        >>> edge = edge_through(1.0)
        >>> print(f"{edge.weight_variance:.12f} {edge.bias_variance:.12f}")
        1.496777435435 0.034660252009
    """
    keep = _number("keep_probability", keep_probability, PROBABILITY)
    bound = _parameters(activation, parameters, named)
    checked = broadcast_arguments(variance=(variance, POSITIVE))
    q = checked.arrays[0]
    moments = centered_moments(activation, bound, np.ravel(q))
    weights = np.reshape(keep / moments.slope_square, q.shape)
    biases = np.reshape(moments.gap / moments.slope_square, q.shape)
    return Edge(checked.result(weights), checked.result(biases), checked.result(q))


def edge_of_chaos(
    bias_variance: float,
    *parameters: float,
    keep_probability: float = 1.0,
    activation: Activation = elu,
    **named: float,
) -> Edge:
    """The weight variance at which chi = 1, and the fixed point there, for a given bias variance.

    For ELU there is exactly one for every positive bias variance and every alpha; the weight
    variance grows with it from 2/(1 + alpha^2) to 2. Without biases the edge is the limit: q = 0.

    Args:
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book.
        **named: parameters by name.

    Returns:
        The point of the edge. Measured against Arb at random arguments: the errors of q and of
        the weight variance are at most 4 in units of ulp(F) + 2^-52 sum |x dF/dx|.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: if a value is outside its domain; :class:`NoFixedPointError` for ReLU and leaky
            ReLU, whose edge has no biases and leaves every variance as it is. Parameters as for
            :func:`fixed_point`.
        SearchError: if the fixed point is not a double from 1e-300 to 1e300.

    Source:
        The claim ``meanfield.edge_unique``.

    Examples:
        >>> edge = edge_of_chaos(0.01)
        >>> print(f"{edge.weight_variance:.9f} {edge.variance:.9f}")
        1.383325232 0.437829230
        >>> print(edge_of_chaos(0.0, alpha=2.0).weight_variance)
        0.4
    """
    biases = _number("bias_variance", bias_variance, VARIANCE)
    keep = _number("keep_probability", keep_probability, PROBABILITY)
    bound = _parameters(activation, parameters, named)
    _, greatest = _shares(activation, bound)
    if activation.name in ("relu", "leaky_relu"):
        raise NoFixedPointError(
            f"{activation.name} is linear on either side of 0: its edge of chaos is weight_variance"
            f" = {keep / greatest:.6g} without biases, where every variance is a fixed point; use"
            " edge_through(variance)"
        )
    if biases == 0.0:
        return Edge(keep / greatest, 0.0, 0.0)

    def relative_excess(q: float, moments: CenteredMoments) -> tuple[float, float]:
        with np.errstate(all="ignore"):
            found = float(moments.gap[0] / moments.slope_square[0])
        if found == 0.0:  # it underflows, far below the root
            return -math.inf, 1.0
        slope = float(moments.gap_slope[0]) * q / found
        is_close = biases / 2.0 <= found <= 2.0 * biases
        value = math.log1p((found - biases) / biases) if is_close else math.log(found)
        return value - (0.0 if is_close else math.log(biases)), slope

    q = _root(activation, bound, relative_excess, {"bias_variance": biases}, falls=False)
    moments = centered_moments(activation, bound, np.array([q]))
    return Edge(float(keep / moments.slope_square[0]), biases, q)


def _root(
    activation: Activation,
    parameters: tuple[float, ...],
    function: Callable[[float, CenteredMoments], tuple[float, float]],
    given: dict[str, float],
    falls: bool,
) -> float:
    """The zero of a strictly monotone function of log q, given with its derivative in log q.

    The root grows with what is in ``given``, the arguments to name where it is not found.

    Raises:
        SearchError: if no bracket is found among the positive doubles, or it does not shrink.
    """
    sign = -1.0 if falls else 1.0
    names = " or ".join(given)
    numbers = given | dict(zip(activation.parameters, parameters, strict=True))
    shown = ", ".join(f"{name} = {value}" for name, value in numbers.items())

    def value_and_slope(q: float) -> tuple[float, float]:
        value, slope = function(q, centered_moments(activation, parameters, np.array([q])))
        if math.isnan(value) or not math.isfinite(slope):
            raise SearchError(
                f"{shown}: the expectations at q = {q}, on the way to the fixed point, are out of"
                f" the range of a double; give a {names}"
                f"{' or parameters' if parameters else ''} nearer to 1"
            )
        return sign * value, sign * slope

    low, high = 0.0, math.inf
    q = 1.0
    for _ in range(ITERATIONS):
        value, slope = value_and_slope(q)
        low, high = (q, high) if value < 0.0 else (low, q)
        step = -value / slope if slope > 0.0 else math.copysign(math.inf, -value)
        # The rounding errors of the function itself are worth as much in log q.
        error = 2.0**-51 * (1.0 + 1.0 / slope) if slope > 0.0 else 0.0
        if value == 0.0 or abs(step) <= error:
            if error > LARGEST_ERROR or not slope > 0.0:
                raise SearchError(
                    f"{shown}: the fixed point is about {q:.0e}, but it moves by more than"
                    f" {LARGEST_ERROR:g} of itself with the last digit of {names}; give one"
                    " farther from where there is none"
                )
            return q + q * step
        new = q * math.exp(step) if abs(step) < 8.0 else q * math.exp(math.copysign(8.0, step))
        if not low < new < high:
            new = math.sqrt(low) * math.sqrt(high) if low > 0.0 and high < math.inf else new
        if not 1e-300 < new < 1e300:
            raise SearchError(
                f"{shown}: the fixed point is beyond q = {q}, out of the range of the search,"
                f" 1e-300 to 1e300; give a {'smaller' if new > 1.0 else 'larger'} {names}"
            )
        if new == q:
            return q
        q = new
    raise SearchError(
        f"{shown}: the fixed point lies between {low} and {high}, where {ITERATIONS} steps did not"
        f" find it; give a slightly different {names}"
    )


def _shares(activation: Activation, parameters: tuple[float, ...]) -> tuple[float, float]:
    """E f^2/q for q -> oo and for q -> 0, between which it decreases strictly, or is constant."""
    name = activation.name
    factor = parameters[1] if name == "selu" else 1.0
    left = {"relu": 0.0, "celu": 1.0}.get(name)
    slope = parameters[0] if left is None else left
    far = slope if name == "leaky_relu" else 0.0
    return factor**2 * (1.0 + far**2) / 2.0, factor**2 * (1.0 + slope**2) / 2.0


def _require_fixed_point(
    weights: float, biases: float, keep: float, least: float, greatest: float
) -> None:
    """Refuse what has no fixed point, or no other than all.

    Raises:
        NoFixedPointError: saying what the variances do instead.
    """
    highest, lowest = keep / least, keep / greatest
    given = f"weight_variance = {weights}"
    if least == greatest and weights == highest and biases == 0.0:
        raise NoFixedPointError(f"{given}: every variance is a fixed point")
    if weights >= highest:
        raise NoFixedPointError(f"{given}: every variance grows; give less than {highest:.17g}")
    if biases == 0.0 and weights <= lowest:
        raise NoFixedPointError(
            f"{given}: without biases every variance decays to 0; give more than {lowest:.17g},"
            " or a bias_variance"
        )


def _number(name: str, value: Any, domain: Domain) -> float:
    """A checked number.

    Raises:
        TypeError: if it is an array or no real number.
        ValueError: if it is outside its domain, or NaN.
    """
    array = broadcast_arguments(**{name: (value, domain)}).arrays[0]
    if array.ndim:
        raise TypeError(f"{name} = {value!r} is an array: give a number")
    if np.isnan(array):
        raise ValueError(f"{name} = nan: give {domain.advice}")
    return float(array)


def _parameters(
    activation: Activation, parameters: tuple[float, ...], named: dict[str, float]
) -> tuple[float, ...]:
    bound = activation.bind(parameters, named)
    return tuple(
        _number(name, value, parameter_domain(activation, name)) for name, value in bound.items()
    )
