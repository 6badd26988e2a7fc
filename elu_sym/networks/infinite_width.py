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

What is carried from layer to layer is the angle of two inputs, see
:mod:`elu_sym.networks.wide_layers`, so that near-duplicates lose nothing.

References:
    Neal: Bayesian learning for neural networks, 1996, chapter 2. Cho, Saul: Kernel methods for deep
    learning, NeurIPS 2009. Lee, Bahri, Novak, Schoenholz, Pennington, Sohl-Dickstein: Deep neural
    networks as Gaussian processes, ICLR 2018. Jacot, Gabriel, Hongler: Neural tangent kernel,
    NeurIPS 2018.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.algebra.optional import with_progress
from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.networks.wide_layers import (
    Inputs,
    WideNetwork,
    inputs_of,
    kernels_of_pairs,
    tangents_of_inputs,
)
from elu_sym.numeric.operations import FloatArray

__all__ = ["GramMatrices", "gram", "gram_diagonal"]

Kind = Literal["nngp", "ntk", "both"]
"""Which kernel."""

DType = np.dtype[Any]
"""The type of the entries."""

PAIRS = 1 << 16
"""Pairs of inputs whose kernel is computed at once; it takes about 16 MB."""

LONG = 64
"""Parts of as many pairs from which on a bar tells how far it is."""


class GramMatrices(NamedTuple):
    """Both kernels of the same inputs.

    Attributes:
        nngp: the covariance of the outputs.
        ntk: the neural tangent kernel.
    """

    nngp: Any
    ntk: Any


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
        NaN. The bits do not depend on how many threads compute the entries; NumPy's product of
        matrices, with another number of threads of its own, may round otherwise.

        Beside the matrix, and the inputs in float64, it takes 16 MB for each thread, of which there
        are as many as the process may use. A correlation of two inputs that rounding has put beyond
        -1 by at most 4 units is -1 here; beyond 1 none can be. From the second layer on, pairs with
        a correlation above 63/64 take much longer than others: their distance is an integral.

    Raises:
        TypeError: if an argument is no real number or array, or ``depth`` no whole number.
        ValueError: if a value is outside its domain, the inputs are no matrices or do not have the
            same features, or the variance of an input in some layer is neither 0 nor from 1e-290 to
            1e290; the message names the input and the layer.
        BeyondRangeError: if an entry is too large for its type.

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
    network = WideNetwork.of(depth, weight_variance, bias_variance, activation, alpha, parameters)
    given = {"X": X} if Y is None else {"X": X, "Y": Y}
    read = [inputs_of(network, name, value) for name, value in given.items()]
    first, second = (inputs for inputs, _ in (read[0], read[-1]))
    if first.rows.shape[1] != second.rows.shape[1]:
        raise ValueError(
            f"X has {first.rows.shape[1]} features and Y {second.rows.shape[1]}: give as many"
        )
    single = all(dtype == np.float32 for _, dtype in read)
    dtype: DType = np.dtype(np.float32 if single else np.float64)
    return _of_kind(kind, *_matrices(network, first, second, Y is None, kind != "nngp", dtype))


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
    network = WideNetwork.of(depth, weight_variance, bias_variance, activation, alpha, parameters)
    inputs, dtype = inputs_of(network, "X", X)
    places = np.arange(len(inputs.rows))
    found = [inputs.variances[-1]]
    if kind != "nngp":
        found.append(tangents_of_inputs(network, inputs))
    return _of_kind(kind, *(_entries(dtype, each, places) for each in found))


def _check_kind(kind: str) -> None:
    if kind not in ("nngp", "ntk", "both"):
        raise ValueError(f"kind = {kind!r}: give 'nngp', 'ntk' or 'both'")


def _of_kind(kind: Kind, nngp: NDArray[Any], ntk: NDArray[Any] | None = None) -> Any:
    pair = GramMatrices(nngp, ntk)
    return pair if kind == "both" else getattr(pair, kind)


def _matrices(
    network: WideNetwork,
    first: Inputs,
    second: Inputs,
    symmetric: bool,
    tangent: bool,
    dtype: DType,
) -> tuple[FloatArray, FloatArray]:
    """Both kernels; the second is empty unless it is asked for."""
    shape = len(first.rows), len(second.rows)
    nngp, ntk = np.empty(shape, dtype), np.empty(shape if tangent else (0, 0), dtype)

    stopped = Event()

    def fill(slab: range) -> None:
        left, right = _pairs(slab, shape[1], symmetric)
        if stopped.is_set() or not left.size:
            return
        found = kernels_of_pairs(network, first, second, left, right, tangent, stopped.is_set)
        for matrix, values in zip((nngp, ntk), found, strict=False):
            matrix[left, right] = entries = _entries(dtype, values, left, right)
            if symmetric:
                matrix[right, left] = entries

    slabs = list(_slabs(*shape, symmetric))
    with ThreadPoolExecutor(_cores()) as threads:
        try:
            finished: Iterable[None] = threads.map(fill, slabs)
            if len(slabs) > LONG:
                finished = with_progress(finished, len(slabs), "part")
            for _ in finished:
                pass
        except BaseException:  # also when interrupted: nobody waits for what is left
            stopped.set()
            raise
    if symmetric:
        places = np.arange(len(first.rows))
        np.fill_diagonal(nngp, _entries(dtype, first.variances[-1], places, places))
        if tangent:
            diagonal = tangents_of_inputs(network, first)
            np.fill_diagonal(ntk, _entries(dtype, diagonal, places, places))
    return nngp, ntk


def _entries(dtype: DType, values: FloatArray, *places: NDArray[np.intp]) -> NDArray[Any]:
    """Some entries in the type of the result.

    Raises:
        BeyondRangeError: if one is infinite there.
    """
    with np.errstate(over="ignore", under="ignore"):
        entries = values.astype(dtype, copy=False)
    infinite = np.isinf(entries)
    if infinite.any():
        first = int(np.argmax(infinite))
        index = ", ".join(str(place[first]) for place in places)
        raise BeyondRangeError(
            f"the kernel at [{index}] is {values[first]:.3g}, beyond the range of {dtype}: give"
            " smaller inputs" + ", or float64" * (dtype == np.float32)
        )
    return entries


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
