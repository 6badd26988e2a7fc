"""Two inputs through the layers of a network of infinite width: their kernels and their angle.

What is carried from layer to layer is the angle of two inputs, never 1 - rho: where inputs are
nearly parallel, as (unit vectors a and b) |a - b|^2 = E (f(U)/|f(U)| - f(V)/|f(V)|)^2. For E f' f'
feels the angle itself where f has a kink, and of an angle of 1e-8 nothing is left in 1 - rho.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.activation_pieces import ActivationPieces
from elu_sym.book.formula import Activation
from elu_sym.networks.activation_argument import (
    ActivationArgument,
    book_activation_of,
    parameters_of,
)
from elu_sym.networks.initialization import layer_scale
from elu_sym.networks.layer import Layer
from elu_sym.numeric.arguments import Domain, broadcast_arguments, whole_number
from elu_sym.numeric.joint_expectations import joint_expectation
from elu_sym.numeric.operations import FloatArray

__all__ = ["Inputs", "WideNetwork", "inputs_of", "kernels_of_pairs", "tangents_of_inputs"]

PRODUCTS = 1 << 16
"""Numbers of inputs whose differences are computed at once."""

NEAR = 1.0 - 1.0 / 64.0
"""The correlation from which on an angle is found by a distance; below, rho has lost at most a
factor 64 of its digits in 1 - rho, and the distance costs more."""

ROUNDING = 4.0 * np.finfo(float).eps
"""How far a correlation may lie beyond -1 and be taken for it."""

FINITE = Domain(np.isinf, "finite numbers")

SMALLEST, LARGEST = 1e-290, 1e290
"""Variances whose products and quotients with each other have all their digits."""


@dataclass(frozen=True)
class WideNetwork:
    """What is the same for all inputs.

    Attributes:
        function: the activation.
        parameters: its parameters by name.
        pieces: its shape.
        weights: w of each layer, the readout included.
        biases: b.
    """

    function: Activation
    parameters: dict[str, float]
    pieces: ActivationPieces
    weights: tuple[float, ...]
    biases: float

    @classmethod
    def of(
        cls,
        depth: Any,
        weight_variance: float | None,
        bias_variance: float,
        activation: ActivationArgument,
        alpha: float | None,
        parameters: dict[str, float],
    ) -> "WideNetwork":
        """Check the arguments of a network, which are those of ``gram``.

        Raises:
            TypeError: if an argument is no real number, or ``depth`` no whole number.
            ValueError: if a value is outside its domain.
        """
        function = book_activation_of(activation)
        bound = parameters_of(function, alpha, parameters)
        hidden = whole_number("depth", depth)
        given = {"weight_variance": 1.0 if weight_variance is None else weight_variance}
        layer = Layer.of_numbers(function, (), bound, **given, bias_variance=bias_variance)
        first = layer.numbers["weight_variance"]
        later = layer_scale(activation=function, **bound) if weight_variance is None else first
        weights, biases = (first, *[later] * hidden), layer.numbers["bias_variance"]
        return cls(function, layer.parameters, layer.pieces, weights, biases)


class Inputs(NamedTuple):
    """Inputs, and what is known of each by itself.

    Attributes:
        rows: a row an input.
        variances: K_l(x, x), a row a layer.
        slopes: E f'(U)^2 at them, a row for each layer but the last.
    """

    rows: FloatArray
    variances: FloatArray
    slopes: FloatArray


def inputs_of(network: WideNetwork, name: str, given: Any) -> tuple[Inputs, Any]:
    """Inputs with their variances in all layers, and the type of results.

    Raises:
        TypeError: if they are no real numbers.
        ValueError: if they are no matrix, or a variance is too small or too large.
    """
    checked = broadcast_arguments(**{name: (given, FINITE)})
    rows = checked.arrays[0]
    if rows.ndim != 2 or not rows.shape[1]:
        raise ValueError(
            f"{name} has shape {rows.shape}: give a matrix, a row for each input and a column for"
            " each feature"
        )
    rows = np.ascontiguousarray(rows)
    parameters = tuple(network.parameters.values())

    def variances_after(variances: FloatArray, weights: float) -> FloatArray:
        square = network.function.second_moment(0.0, np.sqrt(variances), *parameters)
        return np.asarray(weights * square + network.biases)

    with np.errstate(over="ignore", under="ignore"):
        squares = np.einsum("ij,ij->i", rows, rows)
        first = network.weights[0] * (squares / rows.shape[1]) + network.biases
    # A square that is no double is none of zero.
    lost = (squares < SMALLEST) & rows.any(axis=1) & (network.biases == 0.0)
    if lost.any():
        raise ValueError(
            f"{name}[{int(np.argmax(lost))}] is not zero, but has a sum of squares below 1e-290:"
            " give zeros or inputs of another size"
        )
    variances = [first]
    for number, weights in enumerate((*network.weights[1:], None)):
        outside = (variances[-1] != 0.0) & (variances[-1] < SMALLEST) | (variances[-1] > LARGEST)
        if outside.any():
            place = int(np.argmax(outside))
            raise ValueError(
                f"{name}[{place}] has a variance of {variances[-1][place]:.3g} in layer {number},"
                " which is none of 0 and 1e-290 to 1e290: give inputs of another size, another"
                " weight_variance or fewer layers"
            )
        if weights is not None:
            variances.append(variances_after(variances[-1], weights))
    deviations = np.sqrt(np.array(variances))
    slopes = network.function.derivative_second_moment(0.0, deviations[:-1], *parameters)
    return Inputs(rows, np.array(variances), np.asarray(slopes)), checked.dtype


def tangents_of_inputs(network: WideNetwork, inputs: Inputs) -> FloatArray:
    """The neural tangent kernel of each input with itself, T_depth(x, x)."""
    layers = zip(network.weights[1:], inputs.slopes, inputs.variances[1:], strict=True)
    found = accumulate(
        layers,
        lambda before, layer: layer[2] + layer[0] * layer[1] * before,
        initial=inputs.variances[0],
    )
    *_, last = found
    return np.asarray(last)


def kernels_of_pairs(
    network: WideNetwork,
    first: Inputs,
    second: Inputs,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
    tangent: bool,
    interrupted: Callable[[], bool],
) -> tuple[FloatArray, ...]:
    """The kernels of some pairs of inputs.

    Args:
        network: the network.
        first: some inputs.
        second: other ones, or the same.
        left: the places of the first of each pair.
        right: those of the second.
        tangent: whether the neural tangent kernel is asked for, too.
        interrupted: tells after each layer whether the result is wanted no more.

    Returns:
        K_depth of each pair, and T_depth if it is asked for; those of an earlier layer if
        interrupted.

    Raises:
        ArithmeticError: if a correlation is beyond -1 by more than rounding.
    """
    covariance, correlation, complement = _first_angles(network, first, second, left, right)
    tangents = covariance
    expect = partial(joint_expectation, first=network.pieces, second=network.pieces)
    deviations = np.sqrt([first.variances[0, left], second.variances[0, right]])
    for layer, weights in enumerate(network.weights[1:], start=1):
        law = (0.0, deviations[0], 0.0, deviations[1], correlation, complement)
        covariance = network.biases + weights * expect("kernel", law)
        if tangent:
            tangents = covariance + weights * expect("derivative_kernel", law) * tangents
        if layer + 1 < len(network.weights):
            deviations = np.sqrt([first.variances[layer, left], second.variances[layer, right]])
            correlation, complement = _angles(network, weights, covariance, law, deviations)
        if interrupted():
            break
    return (covariance, tangents) if tangent else (covariance,)


def _first_angles(
    network: WideNetwork,
    first: Inputs,
    second: Inputs,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """K_0 of pairs of inputs, its correlation, and the sine of the angle.

    Where two inputs are nearly parallel, or opposite, the sine is the length of what their
    difference, or sum, has at right angles to the shorter one, over that of the longer one.
    """
    features = first.rows.shape[1]
    scale = np.sqrt(network.weights[0] / features)
    deviation = np.sqrt(first.variances[0, left]), np.sqrt(second.variances[0, right])
    rows, columns = (slice(each.min(), each.max() + 1) for each in (left, right))
    products = (first.rows[rows] @ second.rows[columns].T)[left - rows.start, right - columns.start]
    covariance = network.weights[0] * (products / features) + network.biases
    correlation = _quotient(covariance, deviation[0] * deviation[1])
    complement = _sine(np.clip(correlation, -1.0, 1.0))
    (near,) = np.nonzero(abs(correlation) > NEAR)
    for part in np.array_split(near, 1 + near.size * features // PRODUCTS):
        x, y = first.rows[left[part]], second.rows[right[part]]
        sign, longer = np.sign(correlation[part]), deviation[0][part] > deviation[1][part]
        shorter = _with_bias(network, scale, np.where(longer[:, None], y, x))
        apart = _with_bias(network, scale, x - sign[:, None] * y, 1.0 - sign)
        share = np.einsum("ij,ij->i", shorter, apart) / np.minimum(*deviation)[part] ** 2
        across = apart - share[:, None] * shorter
        lengths = np.sqrt(np.einsum("ij,ij->i", across, across))
        complement[part] = lengths / np.maximum(*deviation)[part]
        correlation[part] = sign * _sine(complement[part])
    return covariance, correlation, complement


def _with_bias(
    network: WideNetwork, scale: float, rows: FloatArray, share: float | FloatArray = 1.0
) -> FloatArray:
    """Scaled inputs with one more coordinate, whose product is the variance of the biases."""
    bias = np.full(len(rows), np.sqrt(network.biases)) * share
    return np.concatenate([scale * rows, bias[:, None]], axis=1)


def _angles(
    network: WideNetwork,
    weights: float,
    covariance: FloatArray,
    law: tuple[Any, ...],
    deviations: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """The correlation of the next layer and the sine of its angle.

    Args:
        network: the network.
        weights: w of the layer that leads there.
        covariance: K there.
        law: the joint law before it.
        deviations: the two roots of K(x, x) and K(y, y) there, a row each.

    Raises:
        ArithmeticError: if a correlation is beyond -1 by more than rounding.
    """
    correlation = _quotient(covariance, deviations[0] * deviations[1])
    if (correlation < -1.0 - ROUNDING).any():
        raise ArithmeticError(f"a correlation is {correlation.min()}, beyond -1 by more than 4 ulp")
    correlation = np.maximum(correlation, -1.0)
    (near,) = np.nonzero(correlation > NEAR)
    complement = _sine(np.minimum(correlation, 1.0))
    if near.size:
        scales = 1.0 / deviations[:, near]
        factors = network.pieces.factor * np.sqrt(weights) * scales
        _, ratio, rate = network.pieces
        there: Any = tuple(np.broadcast_to(each, covariance.shape)[near] for each in law)
        first, second = ((factor, ratio, rate) for factor in factors)
        squared = joint_expectation("distance", there, first, second)
        squared = squared + network.biases * (scales[0] - scales[1]) ** 2
        correlation[near] = 1.0 - squared / 2.0
        complement[near] = np.sqrt(squared * (1.0 - squared / 4.0))
    return correlation, complement


def _sine(cosine: FloatArray) -> FloatArray:
    """The other one of sine and cosine, at most 1 in size."""
    return np.asarray(np.sqrt((1.0 - cosine) * (1.0 + cosine)))


def _quotient(covariance: FloatArray, deviations: FloatArray) -> FloatArray:
    """A correlation, which is 0 where a variance is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(deviations == 0.0, 0.0, covariance / deviations)
