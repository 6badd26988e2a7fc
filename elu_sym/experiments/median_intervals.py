"""A median and the interval between two order statistics that holds it.

Of independent draws from any law the number below its median is binomial, whatever the law is; so
the interval from the k-th smallest to the k-th largest holds the median with a probability that is
known exactly, and at least that where values may be equal. Draws may be infinite, as the loss of a
run that diverged.

References:
    David, Nagaraja: Order statistics, third edition, 2003, section 7.1.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import comb, isnan
from typing import NamedTuple


class MedianInterval(NamedTuple):
    """The median of a sample, and where the median of the law lies.

    Attributes:
        low: an order statistic below it.
        median: the median of the sample.
        high: the order statistic above it that is as far from the other end.
        confidence: with which probability, at least, the median of the law is between the two.
    """

    low: float
    median: float
    high: float
    confidence: float


def median_interval(values: Sequence[float], confidence: float = 0.95) -> MedianInterval:
    """The median of a sample, and the narrowest interval of order statistics with a confidence.

    Args:
        values: independent draws from one law; infinite where a run diverged.
        confidence: the least probability that the interval is right.

    Raises:
        ValueError: if there are too few values for the confidence, or one is not a number.

    Examples:
        >>> found = median_interval(range(30))
        >>> print(found.low, found.median, found.high, round(found.confidence, 3))
        9.0 14.5 20.0 0.957
        >>> median_interval([1.0, 2.0])
        Traceback (most recent call last):
            ...
        ValueError: values: 2 of them hold their median with 50 % at most; give more of them, or \
a confidence below 0.95
    """
    ordered, count = sorted(map(float, values)), len(values)
    for index, value in enumerate(values):
        if isnan(value):
            raise ValueError(f"values[{index}] is {value}; leave it out, or count it as inf")
    beyond = accumulate(comb(count, place) for place in range(count // 2))  # times 2**-count
    confidences = [1.0 - 2 * each / 2**count for each in beyond]
    enough = [each for each in confidences if each >= confidence]
    if not enough:
        most = 100.0 * max(confidences, default=0.0)
        raise ValueError(
            f"values: {count} of them hold their median with {most:g} % at most; give more of them,"
            f" or a confidence below {confidence:g}"
        )
    median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return MedianInterval(ordered[len(enough) - 1], median, ordered[-len(enough)], enough[-1])
