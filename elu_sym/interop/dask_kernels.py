"""Kernels of infinitely wide networks for more inputs than their matrix has room for.

Needs the extra ``dask``.
"""

from functools import partial
from typing import Any

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.networks.infinite_width import gram

with extra("dask", "elu_sym.interop.dask_kernels"):
    import dask.array as da

__all__ = ["dask_gram"]


def dask_gram(X: Any, Y: Any = None, **network: Any) -> Any:
    """The matrix of :func:`elu_sym.gram` as a lazy array, a block for each two blocks of inputs.

    Args:
        X: the inputs, a Dask array with one a row.
        Y: other inputs, another one; by default those of X again, and then each block below the
            diagonal is the one above it, computed once.
        **network: what :func:`elu_sym.gram` is given by name, for one kind of kernel.

    Returns:
        A Dask array of float64. Inputs are checked when it is computed; the number of an input in
        a message counts within a block.

    Raises:
        TypeError: if an argument is no Dask array of real numbers.
        ValueError: if one is no matrix, they do not have the same features, the number of inputs
            is unknown, or both kinds are asked for; and as :func:`elu_sym.gram` for the network.

    Accuracy:
        That of :func:`elu_sym.gram`, whose values these are up to the rounding of products of rows.

    Examples:
        >>> rows = np.random.default_rng(0).normal(size=(6, 3))
        >>> lazy = dask_gram(da.from_array(rows, chunks=(4, 3)), depth=2)
        >>> lazy.chunks
        ((4, 2), (4, 2))
        >>> bool(abs(lazy.compute() - gram(rows, depth=2)).max() < 1e-14)
        True
    """
    if network.get("kind") == "both":
        raise ValueError("kind = 'both' are two arrays: give 'nngp' or 'ntk', once each")
    first = _rows("X", X)
    gram(np.empty((0, 1)), **network)  # its errors, now and not when it is computed
    evaluate = partial(_block, network=network)
    if Y is not None:
        second = _rows("Y", Y)
        if first.shape[1] != second.shape[1]:
            raise ValueError(
                f"X has {first.shape[1]} features and Y {second.shape[1]}: give as many"
            )
        return da.blockwise(evaluate, "ij", first, "ik", second, "jk", **_OF_BLOCKS)
    parts = [first.blocks[number] for number in range(first.numblocks[0])]
    above = {
        (i, j): da.blockwise(
            partial(evaluate, same=i == j), "ij", parts[i], "ik", parts[j], "jk", **_OF_BLOCKS
        )
        for j in range(len(parts))
        for i in range(j + 1)
    }
    places = range(len(parts))
    return da.block([[above[i, j] if i <= j else above[j, i].T for j in places] for i in places])


_OF_BLOCKS: dict[str, Any] = {"concatenate": True, "dtype": np.float64, "meta": np.empty((0, 0))}


def _rows(name: str, inputs: Any) -> Any:
    """Inputs with all features of one in one block."""
    if not isinstance(inputs, da.Array):
        raise TypeError(f"{name} is of type {type(inputs).__name__}: give a Dask array")
    if inputs.dtype.kind not in "iuf":
        raise TypeError(f"{name} has dtype {inputs.dtype}: give real numbers")
    if inputs.ndim != 2:
        raise ValueError(f"{name} has shape {inputs.shape}: give a matrix, a row for each input")
    if any(map(np.isnan, inputs.shape)):
        raise ValueError(
            f"{name} has shape {inputs.shape}: call {name}.compute_chunk_sizes() first"
        )
    return inputs.astype(np.float64).rechunk({1: -1})


def _block(first: Any, second: Any, network: dict[str, Any], same: bool = False) -> Any:
    return gram(first, None if same else second, **network)
