"""Curves of training over seeds: medians, and intervals that hold whatever the law of the runs.

Half of all seeds lie on either side of the median, so the number of those in a sample that lie
below it is binomial, and two of the sorted values enclose the median with a probability that is
known, for every continuous law, and at least that for any other one.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from elu_sym.experiments.elu_or_relu import HELD_OUT

CONFIDENCE = 0.99
"""The least confidence of an interval."""


class Measured(Protocol):
    """What is asked of a record to be on a curve."""

    @property
    def step(self) -> str:
        """After how many steps."""

    @property
    def loss(self) -> str:
        """The loss; empty where the run has diverged."""

    @property
    def held_out_errors(self) -> str:
        """How many images are taken for another digit; empty where the run has diverged."""


class Median(NamedTuple):
    """A median over seeds.

    Attributes:
        low: the lower end of its interval.
        value: the median of the sample.
        high: the upper end.
    """

    low: float
    value: float
    high: float


def median_of(values: Sequence[float], confidence: float = CONFIDENCE) -> Median:
    """The median of a sample, and the narrowest symmetric interval of two of its sorted values.

    Args:
        values: independent numbers of one law.
        confidence: with which probability, at least, the interval is to hold the median of the law.

    Returns:
        The interval and, between, the median of the sample.

    Raises:
        ValueError: if there are too few values for this confidence.

    Source:
        H. A. David, H. N. Nagaraja, Order Statistics, 2003, section 7.1.

    Examples:
        >>> median_of([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
        Median(low=1.0, value=3.5, high=9.0)
        >>> median_of([1.0, 2.0])
        Traceback (most recent call last):
            ...
        ValueError: 2 values enclose their median with 50 % at most; give more of them, or a \
confidence below 0.99
    """
    ordered, count = sorted(values), len(values)
    beyond, left_out = 2, 0  # in units of 2**-count: that as few values lie on either side
    if beyond > (1.0 - confidence) * 2**count:
        most = 100 * max(0.0, 1.0 - 2.0 ** (1 - count))
        raise ValueError(
            f"{count} values enclose their median with {most:g} % at most; give more of them, or a"
            f" confidence below {confidence}"
        )
    while beyond + 2 * math.comb(count, left_out + 1) <= (1.0 - confidence) * 2**count:
        left_out += 1
        beyond += 2 * math.comb(count, left_out)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return Median(ordered[left_out], middle, ordered[count - 1 - left_out])


def loss_curve(rows: Iterable[Measured]) -> dict[int, Median]:
    """By step the median of the loss, of runs that differ in their seeds; diverged ones are inf."""
    return _curve((int(row.step), float(row.loss or math.inf)) for row in rows)


def accuracy_curve(rows: Iterable[Measured]) -> dict[int, Median]:
    """By step the median of the share of held-out images that are recognized; 0 if diverged."""
    return _curve(
        (int(row.step), 1.0 - int(row.held_out_errors or HELD_OUT) / HELD_OUT) for row in rows
    )


def _curve(points: Iterable[tuple[int, float]]) -> dict[int, Median]:
    found: dict[int, list[float]] = {}
    for step, value in points:
        found.setdefault(step, []).append(value)
    return {step: median_of(values) for step, values in sorted(found.items())}
