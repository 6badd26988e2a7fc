"""A median and the interval between two order statistics that holds it.

Of n independent draws from any law the number below its median is binomial, whatever the law is;
so the interval from the k-th smallest to the k-th largest holds the median with a probability that
is known exactly, also where some of the draws are infinite, as the loss of a run that diverged.
"""

from math import comb
from typing import NamedTuple

import numpy as np

from elu_sym.experiments.gradient_descent import Array


class MedianInterval(NamedTuple):
    """The median of each column, and where the median of the law lies.

    Attributes:
        median: the median of the draws.
        low: an order statistic below it.
        high: the one above it that is as far from the other end.
        confidence: the probability that the median of the law lies between them, at least.
    """

    median: Array
    low: Array
    high: Array
    confidence: float


def median_interval(draws: Array, least_confidence: float = 0.95) -> MedianInterval:
    """The narrowest interval of order statistics with a confidence.

    Args:
        draws: independent along the first axis; infinite where a run diverged.
        least_confidence: the least probability.

    Returns:
        The medians, and the ends of the intervals, along the other axes.

    Raises:
        ValueError: if there are too few draws for the confidence.

    Examples:
        >>> found = median_interval(np.arange(30.0))
        >>> float(found.low), float(found.high), round(found.confidence, 3)
        (9.0, 20.0, 0.957)
    """
    values = np.sort(draws, axis=0)
    count = len(values)
    outside, left = 0, -1
    for place in range(count // 2):
        outside += comb(count, place)
        if 1 - 2 * outside / 2**count < least_confidence:
            outside -= comb(count, place)
            break
        left = place
    if left < 0:
        raise ValueError(
            f"{count} draws do not hold their median with the confidence {least_confidence}"
            f" even between the least and the greatest; give more draws"
        )
    with np.errstate(invalid="ignore"):
        median = np.median(values, axis=0)
    low, high = values[left], values[count - 1 - left]
    return MedianInterval(median, low, high, 1 - 2 * outside / 2**count)
