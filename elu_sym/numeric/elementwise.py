"""Evaluation of a formula over broadcast arrays, in blocks, with its limits apart.

A formula is written for finite mu and positive sigma; sigma = 0 and mu = +-inf are limits of their
own, and NaN passes through.  Blocks bound the memory that intermediate results take and keep them
in the cache.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from elu_sym.numeric.scaled import FloatArray

__all__ = ["evaluate"]

BLOCK = 1 << 14


def evaluate(
    interior: Callable[..., FloatArray],
    limit: Callable[..., FloatArray],
    mu: FloatArray,
    sigma: FloatArray,
    *parameters: FloatArray | float,
) -> FloatArray:
    """Return the values of a formula at every element of the broadcast arguments.

    Args:
        interior: The formula for finite mu and positive sigma, on one-dimensional arrays.
        limit: Its limit for sigma = 0 or infinite mu, on one-dimensional arrays.
        mu: float64 array, NaN and infinities allowed.
        sigma: float64 array, not negative; NaN allowed.
        *parameters: More float64 arrays; NaN allowed.

    Returns:
        float64 array of the broadcast shape, NaN where any argument is NaN.
    """
    arguments = np.broadcast_arrays(mu, sigma, *parameters)
    values: FloatArray = np.empty(arguments[0].shape)
    flat_values = values.reshape(-1)
    # A flat iterator copies one block at a time; reshape would copy a whole broadcast argument.
    flat = [a.reshape(-1) if a.flags.c_contiguous else a.flat for a in arguments]
    with np.errstate(all="ignore"):
        for start in range(0, flat_values.size, BLOCK):
            block = [np.asarray(a[start : start + BLOCK], dtype=np.float64) for a in flat]
            flat_values[start : start + BLOCK] = _evaluate_block(interior, limit, block)
    return values


def _evaluate_block(
    interior: Callable[..., FloatArray],
    limit: Callable[..., FloatArray],
    block: list[FloatArray],
) -> FloatArray:
    missing = np.isnan(block[0])
    for argument in block[1:]:
        missing |= np.isnan(argument)
    at_limit = ~missing & (np.isinf(block[0]) | (block[1] == 0.0))
    inside = ~(missing | at_limit)
    if inside.all():
        return interior(*block)
    values = np.full(block[0].shape, np.nan)
    if at_limit.any():
        values[at_limit] = limit(*(argument[at_limit] for argument in block))
    if inside.any():
        values[inside] = interior(*(argument[inside] for argument in block))
    return values
