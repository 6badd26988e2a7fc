"""Fixed points of the variance map and the edge of chaos, to the last digits.

Both are roots of increasing or decreasing functions of log q with exact derivatives
(:mod:`elu_sym.networks.meanfield_moments`), found by Newton's method inside a bracket. That there
is a root, and only one, is decided before the search by the claims of the chapter ``meanfield``; a
search that does not end raises an exception instead of returning its last iterate.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from elu_sym.book.activation_pieces import ActivationPieces
from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.layer import Layer
from elu_sym.networks.meanfield_moments import CenteredMoments
from elu_sym.numeric.arguments import POSITIVE, broadcast_arguments

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
    activation: ActivationArgument = "elu",
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
        activation: an activation of the book or its name.
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
    layer = Layer.of_numbers(
        activation,
        parameters,
        named,
        weight_variance=weight_variance,
        bias_variance=bias_variance,
        keep_probability=keep_probability,
    )
    gain, biases = float(layer.gain), layer.numbers["bias_variance"]
    _require_fixed_point(layer)

    def relative_decay(q: float, moments: CenteredMoments) -> tuple[float, float]:
        mapped = gain * float(moments.square) + biases
        growth = math.log1p((mapped - q) / q) if _is_close(mapped, q) else math.log(mapped / q)
        return -growth, 1.0 - gain * float(moments.square_slope) * q / mapped

    q = _root(layer, relative_decay)
    found = layer.moments(np.array(q))
    return FixedPoint(q, gain * float(found.square_slope), gain * float(found.slope_square))


def edge_through(
    variance: Any,
    *parameters: float,
    keep_probability: float = 1.0,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Edge:
    """The point of the edge of chaos whose fixed point is a given variance, in closed form.

    Args:
        variance: q, positive and finite, scalar or array.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book or its name.
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
    layer = Layer.of_numbers(activation, parameters, named, keep_probability=keep_probability)
    checked = broadcast_arguments(variance=(variance, POSITIVE))
    moments = layer.moments(checked.arrays[0])
    weights = layer.arrays["keep_probability"] / moments.slope_square
    return Edge(*map(checked.result, (weights, moments.gap, *checked.arrays)))


def edge_of_chaos(
    bias_variance: float,
    *parameters: float,
    keep_probability: float = 1.0,
    activation: ActivationArgument = "elu",
    **named: float,
) -> Edge:
    """The weight variance at which chi = 1, and the fixed point there, for a given bias variance.

    For ELU there is exactly one for every positive bias variance and every alpha; the weight
    variance grows with it from 2/(1 + alpha^2) to 2. Without biases the edge is the limit: q = 0.

    Args:
        bias_variance: the variance of a bias.
        *parameters: those of the activation.
        keep_probability: with which dropout keeps a unit.
        activation: an activation of the book or its name.
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
    layer = Layer.of_numbers(
        activation,
        parameters,
        named,
        bias_variance=bias_variance,
        keep_probability=keep_probability,
    )
    biases, keep = layer.numbers["bias_variance"], layer.numbers["keep_probability"]
    _, greatest = _shares(layer.pieces)
    if not layer.pieces.rate:
        raise NoFixedPointError(
            f"{layer.activation.name} is linear on either side of 0: its edge of chaos is"
            f" weight_variance = {keep / greatest:.6g} without biases, where every variance is a"
            " fixed point; use edge_through(variance)"
        )
    if biases == 0.0:
        return Edge(keep / greatest, 0.0, 0.0)

    def relative_excess(q: float, moments: CenteredMoments) -> tuple[float, float]:
        found = float(moments.gap)
        if found == 0.0:  # it underflows, far below the root
            return -math.inf, 1.0
        value = (
            math.log1p((found - biases) / biases)
            if _is_close(found, biases)
            else math.log(found) - math.log(biases)  # the quotient may be no double
        )
        return value, float(moments.gap_slope) * q / found

    q = _root(layer, relative_excess)
    return Edge(float(keep / layer.moments(np.array(q)).slope_square), biases, q)


def _is_close(x: float, y: float) -> bool:
    """Whether log(x/y) is to be taken of their difference."""
    return y / 2.0 <= x <= 2.0 * y


def _root(layer: Layer, function: Callable[[float, CenteredMoments], tuple[float, float]]) -> float:
    """The zero of a strictly increasing function of log q, given with its derivative in log q.

    The root grows with the variances of the layer, which are what to change where there is none.

    Raises:
        SearchError: if no bracket is found among the positive doubles, or it does not shrink.
    """
    variances = {k: v for k, v in layer.numbers.items() if k != "keep_probability"}
    shown = ", ".join(f"{name} = {value}" for name, value in (variances | layer.parameters).items())
    advice = " or ".join(variances)

    def value_and_slope(q: float) -> tuple[float, float]:
        value, slope = function(q, layer.moments(np.array(q)))
        if math.isnan(value) or not math.isfinite(slope):
            raise SearchError(
                f"{shown}: the expectations at q = {q}, on the way to the fixed point, are out of"
                f" the range of a double; give a {advice}"
                f"{' or parameters' if layer.parameters else ''} nearer to 1"
            )
        return value, slope

    low, q, high = 0.0, 1.0, math.inf
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
                    f" {LARGEST_ERROR:g} of itself with the last digit of {advice}; give one"
                    " farther from where there is none"
                )
            return q + q * step
        new = q * math.exp(step) if abs(step) < 8.0 else q * math.exp(math.copysign(8.0, step))
        if not low < new < high:
            new = math.sqrt(low) * math.sqrt(high) if low > 0.0 and high < math.inf else new
        if not 1e-300 < new < 1e300:
            raise SearchError(
                f"{shown}: the fixed point is beyond q = {q}, out of the range of the search,"
                f" 1e-300 to 1e300; give a {'smaller' if new > 1.0 else 'larger'} {advice}"
            )
        if new == q:
            return q
        q = new
    raise SearchError(
        f"{shown}: the fixed point lies between {low} and {high}, where {ITERATIONS} steps did not"
        f" find it; give a slightly different {advice}"
    )


def _shares(pieces: ActivationPieces) -> tuple[float, float]:
    """E f^2/q for q -> oo and for q -> 0, between which it decreases strictly, or is constant."""
    far, near = (
        pieces.factor**2 * (1.0 + ratio**2) / 2.0 for ratio in (pieces.far_ratio, pieces.ratio)
    )
    return far, near


def _require_fixed_point(layer: Layer) -> None:
    """Refuse what has no fixed point, or no other than all.

    Raises:
        NoFixedPointError: saying what the variances do instead.
    """
    weights, biases = layer.numbers["weight_variance"], layer.numbers["bias_variance"]
    highest, lowest = (layer.numbers["keep_probability"] / share for share in _shares(layer.pieces))
    given = f"weight_variance = {weights}"
    if highest == lowest and weights == highest and biases == 0.0:
        raise NoFixedPointError(f"{given}: every variance is a fixed point")
    if weights >= highest:
        raise NoFixedPointError(f"{given}: every variance grows; give less than {highest:.17g}")
    if biases == 0.0 and weights <= lowest:
        raise NoFixedPointError(
            f"{given}: without biases every variance decays to 0; give more than {lowest:.17g},"
            " or a bias_variance"
        )
