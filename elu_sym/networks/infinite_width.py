r"""Networks of infinite width: the kernels of their outputs, NNGP and NTK, as Gram matrices.

The outputs of a fully connected network with independent normal weights tend, as its hidden layers
get wide, to a Gaussian process (NNGP); trained by gradient flow, it moves as kernel regression with
the neural tangent kernel (NTK) does. Of two inputs x and y, in layers with weights of variance
w/fan_in and biases of variance b,

    K_0     = b + w x.y/features,
    K_{l+1} = b + w E f(U) f(V),    (U, V) ~ N(0, [[K_l(x, x), K_l(x, y)], [K_l(x, y), K_l(y, y)]]),
    T_0     = K_0,        T_{l+1} = K_{l+1} + w E f'(U) f'(V) T_l.

K_depth is the covariance of the outputs of a network with as many hidden layers and a linear
readout, which has weights and biases like every other layer. T_depth is its NTK where all layers
are trained, the readout included, in the NTK parameterization: a layer computes
sqrt(w/fan_in) W a + sqrt(b) c, and what is trained are W and c, standard normal at the start.

What is carried from layer to layer is the angle of two inputs, never 1 - rho: where inputs are
nearly parallel, as (unit vectors a and b) |a - b|^2 = E (f(U)/|f(U)| - f(V)/|f(V)|)^2. For E f' f'
feels the angle itself where f has a kink, and of an angle of 1e-8 nothing is left in 1 - rho.

References:
    Neal: Bayesian learning for neural networks, 1996, chapter 2. Cho, Saul: Kernel methods for deep
    learning, NeurIPS 2009. Lee, Bahri, Novak, Schoenholz, Pennington, Sohl-Dickstein: Deep neural
    networks as Gaussian processes, ICLR 2018. Jacot, Gabriel, Hongler: Neural tangent kernel,
    NeurIPS 2018.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.algebra.optional import with_progress
from elu_sym.book.formula import Activation
from elu_sym.networks.activation_argument import (
    ActivationArgument,
    book_activation_of,
    parameters_of,
)
from elu_sym.networks.activation_pieces import ActivationPieces
from elu_sym.networks.initialization import layer_scale
from elu_sym.networks.layer import Layer
from elu_sym.numeric.arguments import Domain, broadcast_arguments, whole_number
from elu_sym.numeric.joint_expectations import joint_expectation
from elu_sym.numeric.operations import FloatArray

__all__ = ["GramMatrices", "gram", "gram_diagonal"]

Kind = Literal["nngp", "ntk", "both"]
"""Which kernel."""

NEAR = 1.0 - 1.0 / 64.0
"""The correlation from which on an angle is found by a distance; below, rho has lost at most a
factor 64 of its digits in 1 - rho, and the distance costs more."""

PAIRS = 1 << 16
"""Pairs of inputs whose kernel is computed at once; it takes about 16 MB."""

LONG = 64
"""Parts of as many pairs from which on a bar tells how far it is."""

ROUNDING = 4.0 * np.finfo(float).eps
"""How far a correlation may lie beyond -1 and be taken for it."""

FINITE = Domain(np.isinf, "finite numbers")

SMALLEST, LARGEST = 1e-290, 1e290
"""Variances whose products and quotients with each other have all their digits."""


class GramMatrices(NamedTuple):
    """Both kernels of the same inputs.

    Attributes:
        nngp: the covariance of the outputs.
        ntk: the neural tangent kernel.
    """

    nngp: Any
    ntk: Any


@dataclass(frozen=True)
class _Network:
    """What is the same for all inputs: the activation, and the variances by layer."""

    function: Activation
    parameters: dict[str, float]
    pieces: ActivationPieces
    weights: tuple[float, ...]
    biases: float


class _Inputs(NamedTuple):
    """Inputs, and what is known of each by itself.

    Attributes:
        rows: a row an input.
        variances: K_l(x, x), a row a layer.
        slopes: E f'(U)^2 at them, a row for each layer but the last.
    """

    rows: FloatArray
    variances: FloatArray
    slopes: FloatArray


def gram(
    X: Any,
    Y: Any = None,
    *,
    depth: int,
    weight_variance: float | None = None,
    bias_variance: float = 0.0,
    kind: Kind = "nngp",
    activation: ActivationArgument = "elu",
    alpha: float | None = None,
    **parameters: float,
) -> Any:
    """The kernel of an infinitely wide network for all pairs of inputs.

    Args:
        X: the inputs, one a row.
        Y: other inputs with as many features; by default those of X again, and then the matrix is
            symmetric to the bit and each pair is computed once.
        depth: the number of hidden layers, at least 1.
        weight_variance: the variance of a weight times fan_in, w, in all layers. By default the
            exact one of each: 1 in the first, 1/E f(Z)^2 in the others, which keeps inputs of mean
            square 1 as they are without biases.
        bias_variance: the variance of a bias, b, in all layers.
        kind: ``"nngp"`` for K_depth, ``"ntk"`` for T_depth, ``"both"`` for the pair.
        activation: an activation of the book or its name.
        alpha: the alpha of ELU, CELU or SELU; by default that of the activation.
        **parameters: other parameters by name.

    Returns:
        A matrix, a row for each row of X and a column for each of Y, of float64, or float32 if all
        inputs are; :class:`GramMatrices` for both kinds. NaN in the rows and columns of inputs with
        NaN. The bits do not depend on the number of threads.

        Beside the matrix it takes 16 MB for each thread, of which there are as many as the process
        may use. A correlation of two inputs that rounding has put beyond -1 by at most 4 units is
        -1 here; beyond 1 none can be.

    Raises:
        TypeError: if an argument is no real number or array, or ``depth`` no whole number.
        ValueError: if a value is outside its domain, the inputs are no matrices or do not have the
            same features, or the variance of an input in some layer is neither 0 nor from 1e-290 to
            1e290; the message names the input and the layer.

    Accuracy:
        Each layer adds at most 1e-13 sqrt(K(x, x) K(y, y)) and what rounds in the one before: with
        rows as they are given an angle between two inputs has the error of one rounding of their
        distance, and keeps its digits however small it is.

    Source:
        Lee et al., ICLR 2018, equations 4 and 5; Jacot et al., NeurIPS 2018, theorem 1.

    Examples:
        >>> X = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
        >>> print(gram(X, depth=1).round(4))
        [[ 1.      0.04   -0.8112]
         [ 0.04    1.      0.04  ]
         [-0.8112  0.04    1.    ]]
        >>> both = gram(X[:1], X, depth=2, kind="both", activation="relu", bias_variance=0.1)
        >>> print(both.nngp.round(4), both.ntk.round(4))
        [[1.3    0.7666 0.547 ]] [[3.6    1.12   0.5205]]
    """
    _check_kind(kind)
    network = _network(depth, weight_variance, bias_variance, activation, alpha, parameters)
    given = {"X": X} if Y is None else {"X": X, "Y": Y}
    read = [_inputs(network, name, value) for name, value in given.items()]
    first, second = (inputs for inputs, _ in (read[0], read[-1]))
    if first.rows.shape[1] != second.rows.shape[1]:
        raise ValueError(
            f"X has {first.rows.shape[1]} features and Y {second.rows.shape[1]}: give as many"
        )
    single = all(dtype == np.float32 for _, dtype in read)
    found = _matrices(network, first, second, Y is None, kind != "nngp")
    return _of_kind(kind, found, np.float32 if single else np.float64)


def gram_diagonal(
    X: Any,
    *,
    depth: int,
    weight_variance: float | None = None,
    bias_variance: float = 0.0,
    kind: Kind = "nngp",
    activation: ActivationArgument = "elu",
    alpha: float | None = None,
    **parameters: float,
) -> Any:
    """The kernel of each input with itself: the diagonal of :func:`gram`, in a moment.

    Args:
        X: the inputs, one a row.
        depth: the number of hidden layers, at least 1.
        weight_variance: w, as for :func:`gram`.
        bias_variance: b.
        kind: which kernel, as for :func:`gram`.
        activation: an activation of the book or its name.
        alpha: the alpha of ELU, CELU or SELU; by default that of the activation.
        **parameters: other parameters by name.

    Returns:
        A vector with the bits of the diagonal; :class:`GramMatrices` of two for both kinds.

    Raises:
        TypeError: as for :func:`gram`.
        ValueError: as for :func:`gram`.

    Examples:
        >>> print(gram_diagonal([[1.0, 1.0], [2.0, 0.0]], depth=1).round(4))
        [1.     1.8608]
    """
    _check_kind(kind)
    network = _network(depth, weight_variance, bias_variance, activation, alpha, parameters)
    inputs, dtype = _inputs(network, "X", X)
    return _of_kind(kind, (inputs.variances[-1], _tangents(network, inputs)), dtype)


def _check_kind(kind: str) -> None:
    if kind not in ("nngp", "ntk", "both"):
        raise ValueError(f"kind = {kind!r}: give 'nngp', 'ntk' or 'both'")


def _of_kind(kind: Kind, found: tuple[FloatArray, FloatArray], dtype: Any) -> Any:
    pair = GramMatrices(*(each.astype(dtype, copy=False) for each in found))
    return pair if kind == "both" else getattr(pair, kind)


def _network(
    depth: Any,
    weight_variance: float | None,
    bias_variance: float,
    activation: ActivationArgument,
    alpha: float | None,
    parameters: dict[str, float],
) -> _Network:
    """The checked arguments of a network."""
    function = book_activation_of(activation)
    bound = parameters_of(function, alpha, parameters)
    hidden = whole_number("depth", depth)
    given = {"weight_variance": 1.0 if weight_variance is None else weight_variance}
    layer = Layer.of_numbers(function, (), bound, **given, bias_variance=bias_variance)
    first = layer.numbers["weight_variance"]
    later = layer_scale(activation=function, **bound) if weight_variance is None else first
    weights, biases = (first, *[later] * hidden), layer.numbers["bias_variance"]
    return _Network(function, layer.parameters, layer.pieces, weights, biases)


def _inputs(network: _Network, name: str, given: Any) -> tuple[_Inputs, Any]:
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
    parameters = tuple(network.parameters.values())

    def variances_after(variances: FloatArray, weights: float) -> FloatArray:
        square = network.function.second_moment(0.0, np.sqrt(variances), *parameters)
        return np.asarray(weights * square + network.biases)

    with np.errstate(over="ignore", under="ignore"):
        squares = np.einsum("ij,ij->i", rows, rows)
        first = network.weights[0] * (squares / rows.shape[1]) + network.biases
    # A square that is no double is none of zero.
    first = np.where((squares < SMALLEST) & rows.any(axis=1), SMALLEST / 2, first)
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
    return _Inputs(rows, np.array(variances), np.asarray(slopes)), checked.dtype


def _matrices(
    network: _Network, first: _Inputs, second: _Inputs, symmetric: bool, tangent: bool
) -> tuple[FloatArray, FloatArray]:
    """Both kernels; the second is empty unless it is asked for."""
    shape = len(first.rows), len(second.rows)
    nngp, ntk = np.empty(shape), np.empty(shape if tangent else (0, 0))

    def fill(slab: range) -> None:
        left, right = _pairs(slab, shape[1], symmetric)
        if not left.size:
            return
        found = _kernels(network, first, second, left, right, tangent)
        for matrix, values in zip((nngp, ntk), found, strict=False):
            matrix[left, right] = values
            if symmetric:
                matrix[right, left] = values

    slabs = list(_slabs(*shape, symmetric))
    with ThreadPoolExecutor(_cores()) as threads:
        finished: Iterable[None] = threads.map(fill, slabs)
        if len(slabs) > LONG:
            finished = with_progress(finished, len(slabs), "part")
        for _ in finished:
            pass
    if symmetric:
        np.fill_diagonal(nngp, first.variances[-1])
        if tangent:
            np.fill_diagonal(ntk, _tangents(network, first))
    return nngp, ntk


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _slabs(rows: int, columns: int, symmetric: bool) -> Iterator[range]:
    """Neighbouring rows with about as many pairs as are computed at once, at least one row."""
    start = 0
    while start < rows:
        width = columns - start if symmetric else columns
        stop = min(rows, start + max(1, PAIRS // max(width, 1)))
        yield range(start, stop)
        start = stop


def _pairs(slab: range, columns: int, symmetric: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of the pairs in some rows, those above the diagonal where it is symmetric."""
    start = slab.start if symmetric else 0
    left = np.repeat(np.arange(slab.start, slab.stop), columns - start)
    right = np.tile(np.arange(start, columns), len(slab))
    kept = right > left if symmetric else np.ones(len(left), bool)
    return left[kept], right[kept]


def _tangents(network: _Network, inputs: _Inputs) -> FloatArray:
    """T_depth(x, x)."""
    layers = zip(network.weights[1:], inputs.slopes, inputs.variances[1:], strict=True)
    found = accumulate(
        layers,
        lambda before, layer: layer[2] + layer[0] * layer[1] * before,
        initial=inputs.variances[0],
    )
    *_, last = found
    return np.asarray(last)


def _kernels(
    network: _Network,
    first: _Inputs,
    second: _Inputs,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
    tangent: bool,
) -> tuple[FloatArray, ...]:
    """The kernels of some pairs, layer by layer."""
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
    return (covariance, tangents) if tangent else (covariance,)


def _first_angles(
    network: _Network,
    first: _Inputs,
    second: _Inputs,
    left: NDArray[np.intp],
    right: NDArray[np.intp],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """K_0 of pairs of inputs, its correlation, and the sine of the angle.

    Where two inputs are nearly parallel, or opposite, the sine is the length of what their
    difference, or sum, has at right angles to the shorter one, over that of the longer one.
    """
    scale = np.sqrt(network.weights[0] / first.rows.shape[1])
    deviation = np.sqrt(first.variances[0, left]), np.sqrt(second.variances[0, right])
    rows, columns = (slice(each.min(), each.max() + 1) for each in (left, right))
    products = (scale * first.rows[rows]) @ (scale * second.rows[columns]).T
    covariance = products[left - rows.start, right - columns.start] + network.biases
    correlation = _quotient(covariance, deviation[0] * deviation[1])
    complement = _sine(np.clip(correlation, -1.0, 1.0))
    (near,) = np.nonzero(abs(correlation) > NEAR)
    for part in np.array_split(near, 1 + near.size * first.rows.shape[1] // (4 * PAIRS)):
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
    network: _Network, scale: float, rows: FloatArray, share: float | FloatArray = 1.0
) -> FloatArray:
    """Scaled inputs with one more coordinate, whose product is the variance of the biases."""
    bias = np.full(len(rows), np.sqrt(network.biases)) * share
    return np.concatenate([scale * rows, bias[:, None]], axis=1)


def _angles(
    network: _Network,
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
