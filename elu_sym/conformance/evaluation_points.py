"""The floats at which libraries are measured: the same on every machine and in every run.

All nonzero finite numbers of a 16-bit format. Of a longer one, on both sides of 0: numbers that are
equally spaced by rank, which is a logarithmic grid from the smallest subnormal to the largest
number, as many random ranks with a fixed seed, and equally spaced numbers where e^x is neither 1
nor 0 in the format.
"""

import numpy as np
from numpy.typing import NDArray

from elu_sym.algebra.rounding import FloatingPointFormat

Doubles = NDArray[np.float64]

GRID = 4096
"""How many numbers each part of a grid has on either side of 0."""

SEED = 20151123
"""Of the random ranks: the day on which the paper on ELU appeared."""

SPECIAL = np.array([0.0, -0.0, np.nan, np.inf, -np.inf])
"""What is evaluated beside the points, many times each, so that vector instructions see them."""


def doubles_at(number_format: FloatingPointFormat, ranks: NDArray[np.int64]) -> Doubles:
    """The numbers of a format with these ranks, as doubles.

    Args:
        number_format: the format.
        ranks: places among its finite numbers, 0 for zero.

    Returns:
        An array of the same shape, exact for every format here.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> doubles_at(FLOAT32, np.array([-1, 0x3F800000])).tolist()
        [-1.401298464324817e-45, 1.0]
    """
    half = number_format.precision - 1
    size = np.abs(ranks)
    shift = np.maximum(0, (size >> half) - 1)
    significand = size - (shift << half)
    unit = number_format.least_exponent - half
    return np.copysign(np.ldexp(significand.astype(np.float64), shift + unit), ranks)


def evaluation_points(number_format: FloatingPointFormat, stride: int = 1) -> Doubles:
    """The points of a format.

    Args:
        number_format: the format.
        stride: every how many of them to take.

    Returns:
        Doubles in increasing order, without 0, each once, each a number of the format.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT16, FLOAT32
        >>> len(evaluation_points(FLOAT16))
        63486
        >>> points = evaluation_points(FLOAT32)
        >>> bool((points.astype(np.float32) == points).all()), len(points) > 20000
        (True, True)
    """
    greatest = number_format.rank(number_format.greatest)
    if greatest < 1 << 16:
        sizes = doubles_at(number_format, np.arange(1, greatest + 1))
    else:
        random = np.random.default_rng(SEED).integers(1, greatest, GRID, endpoint=True)
        ranks = np.concatenate([np.linspace(1, greatest, GRID).astype(np.int64), random])
        ranks = np.minimum(ranks, greatest)  # the last one of the grid was rounded to a double
        reach = -number_format.least_exponent + number_format.precision
        uniform = np.linspace(0, reach * np.log(2), GRID + 1)[1:]
        single = uniform.astype(np.dtype(number_format.name)).astype(np.float64)
        sizes = np.unique(np.concatenate([doubles_at(number_format, ranks), single]))
    return np.concatenate([-sizes[::-1], sizes])[::stride]
