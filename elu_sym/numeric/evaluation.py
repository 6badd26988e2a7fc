"""Evaluation of a formula over broadcast NumPy arrays, in blocks, with its limits apart.

A formula is a function of a law and of parameters.  It is written for finite mu and positive sigma;
sigma = 0 and mu = +-inf are limits of their own, and NaN passes through.  Blocks bound the memory
that intermediate results take; they are so long that calling NumPy takes less than computing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from elu_sym.numeric.law import LimitLaw, NormalLaw
from elu_sym.numeric.operations import FLOATS, NUMPY, FloatArray

BLOCK = 1 << 16


def evaluate(formula: Callable[..., Any], *arguments: FloatArray) -> tuple[FloatArray, ...]:
    """Return the values of a formula at every element of the broadcast arguments.

    Args:
        formula: A function of a law and of parameters, on one-dimensional arrays, that returns an
            array or a tuple of arrays.
        *arguments: mu, sigma and the parameters: float64 arrays that broadcast, sigma not negative.

    Returns:
        float64 arrays of the broadcast shape, NaN where any argument is NaN.
    """
    broadcast = np.broadcast_arrays(*arguments)
    # A flat iterator copies one block at a time; reshape would copy a whole broadcast argument.
    flat = [a.reshape(-1) if a.flags.c_contiguous else a.flat for a in broadcast]
    size, values = broadcast[0].size, None
    with np.errstate(all="ignore"):
        for start in range(0, max(size, 1), BLOCK):
            block = [np.asarray(a[start : start + BLOCK], dtype=np.float64) for a in flat]
            results = _evaluate_block(formula, block)
            if values is None:
                values = [np.empty(size) for _ in results]
            for whole, part in zip(values, results, strict=True):
                whole[start : start + BLOCK] = part
    return tuple(each.reshape(broadcast[0].shape) for each in values or ())


def evaluate_floats(
    formula: Callable[..., Any], mu: float, sigma: float, *parameters: float
) -> tuple[float, ...]:
    """Return the values of a formula at one point, by Python's own numbers.

    Args:
        formula: A function of a law and of parameters that returns a number or several.
        mu: The mean.
        sigma: The standard deviation, not negative.
        *parameters: The parameters.

    Raises:
        ArithmeticError: A power leaves the double range, or a textbook form divides by zero;
            ``evaluate`` knows infinity and NaN.
    """
    missing = any(value != value for value in (mu, sigma, *parameters))
    at_limit = sigma == 0.0 or abs(mu) == np.inf
    law = LimitLaw if at_limit or missing else NormalLaw
    with np.errstate(all="ignore"):  # a textbook form asks NumPy
        values = _tuple(formula(law(FLOATS, mu, sigma), *parameters))
    return tuple(np.nan for _ in values) if missing else values


def _evaluate_block(formula: Callable[..., Any], block: list[FloatArray]) -> tuple[FloatArray, ...]:
    mu, sigma, *parameters = block
    # No argument but mu may be infinite, so the sum is NaN exactly where one of them is.
    missing = np.isnan(sum(block[1:], mu))
    at_limit = ~missing & (np.isinf(mu) | (sigma == 0.0))
    inside = ~(missing | at_limit)
    if inside.all():
        return _tuple(formula(NormalLaw(NUMPY, mu, sigma), *parameters))
    parts: list[tuple[Any, Any]] = []
    for where, law in ((inside, NormalLaw), (at_limit, LimitLaw)):
        # Where all is NaN, or nothing is there, an empty limit tells how many results there are.
        if where.any() or not (parts or law is NormalLaw):
            mu, sigma, *parameters = (argument[where] for argument in block)
            found = _tuple(formula(law(NUMPY, mu, sigma), *parameters))
            if law is LimitLaw and is_derivative(formula):  # sigma = 0 times something infinite
                found = tuple(np.where(np.isnan(each), 0.0, each) for each in found)
            parts.append((where, found))
    results = tuple(np.full(missing.shape, np.nan) for _ in parts[0][1])
    for where, values in parts:
        for result, value in zip(results, values, strict=True):
            result[where] = value
    return results


def is_derivative(formula: Callable[..., Any]) -> bool:
    """Tell by its name whether a function gives derivatives, as those that are generated."""
    return getattr(formula, "__name__", "").endswith(("gradient", "hessian"))


def _tuple(values: Any) -> tuple[Any, ...]:
    return values if isinstance(values, tuple) else (values,)
