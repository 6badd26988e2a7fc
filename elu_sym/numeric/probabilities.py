"""Probabilities of half-lines whose end is a logarithm, and the choice between cases.

The end of the half-line is log(a/b) for positive doubles a and b whose quotient may leave the
double range, and the distance from the mean to it may do so as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.operations import FloatArray
from elu_sym.numeric.upper_moments import upper_partial_moment

Case = tuple[Callable[..., NDArray[np.bool_]], Callable[..., FloatArray]]
"""Where a case applies, and the probability there; both functions of all the arguments."""

_LARGEST = np.finfo(np.float64).max


def log_ratio(numerator: FloatArray, *denominators: FloatArray) -> FloatArray:
    """Return the logarithm of a positive number divided by others, for any size of the quotient.

    Args:
        numerator: positive float64 array.
        *denominators: positive float64 arrays that broadcast with it.

    Returns:
        float64 array; the error is a few units of 2^-53 max(1, |result|), and with at most one
        denominator of 2^-53 |result| next to 1.

    >>> print(log_ratio(np.array([1e-200, 3.0]), np.array([1e200, 3.0])))
    [-921.0340372    0.       ]
    """
    above, exponent = np.frexp(numerator)
    below = np.ones_like(above)
    for denominator in denominators:
        part, power = np.frexp(denominator)
        part, carried = np.frexp(below * part)
        below, exponent = part, exponent - power - carried
    # The quotient is brought to [sqrt(1/2), sqrt(2)), so that the two terms do not cancel; next to
    # 1 the difference is exact.
    high, low = above >= np.sqrt(2.0) * below, above < np.sqrt(0.5) * below
    exponent = exponent + high - low
    above = np.where(high, 0.5 * above, np.where(low, 2.0 * above, above))
    logarithm: FloatArray = np.log1p((above - below) / below) + exponent * np.log(2.0)
    return logarithm


def probability_below(end: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return P(X < end) for X ~ N(mu, sigma^2), accurate in both tails.

    Args:
        end: float64 array.
        mu: float64 array that broadcasts with it; +-inf gives the limit.
        sigma: float64 array, not negative, finite; 0 gives the limit, 1/2 at mu = end.

    Returns:
        float64 array of the broadcast shape.

    >>> zero = np.array(0.0)
    >>> float(probability_below(zero, zero, np.array(1.0)))
    0.5
    """
    with np.errstate(over="ignore", invalid="ignore"):
        # An end beyond the double range is beyond every finite mean, but not beyond mu = +-inf.
        bounded = np.clip(end, -_LARGEST, _LARGEST)
        large = np.maximum(np.abs(bounded), np.abs(mu)) > _LARGEST / 4
        unit = np.where(large, 0.5, 1.0)  # the law is the same in any unit
        beyond = unit * bounded - unit * mu
        return evaluate(partial(upper_partial_moment, 0), beyond, unit * sigma)[0]


def probability_above(end: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return P(X > end), as ``probability_below`` does P(X < end)."""
    return probability_below(-end, -mu, sigma)


def probability_by_cases(arguments: tuple[FloatArray, ...], *cases: Case) -> FloatArray:
    """Evaluate at every element the one case that applies there.

    Args:
        arguments: float64 arrays that broadcast.
        *cases: pairs of functions of all the arguments.

    Returns:
        float64 array of the broadcast shape, NaN where an argument is NaN.

    >>> halves = probability_by_cases(
    ...     (np.array([1.0, 3.0, np.nan]),),
    ...     (lambda x: x <= 2.0, lambda x: x / 2.0),
    ...     (lambda x: x > 2.0, np.ones_like),
    ... )
    >>> print(halves)
    [0.5 1.  nan]
    """
    arrays = np.broadcast_arrays(*arguments)
    missing = np.logical_or.reduce([np.isnan(array) for array in arrays])
    values = np.full(missing.shape, np.nan)
    for applies, probability in cases:
        chosen = applies(*arrays) & ~missing
        if chosen.any():
            # The rounded probabilities of two disjoint events may add up to more than 1.
            values[chosen] = np.minimum(probability(*(array[chosen] for array in arrays)), 1.0)
    return values
