"""A histogram of a stream that finds its own scale, and Kolmogorov's distance from it.

The bins are narrow against the spread of the values: 1/2048 of the standard deviation of the first
block, or less. Where later blocks are wider, neighbouring bins are joined in pairs, which keeps
every count exact; single outliers are counted beyond the ends. A distribution function is known
exactly at the edges of the bins and monotone between them, which encloses Kolmogorov's distance.
"""

from math import floor, log2
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from elu_sym.numeric.operations import FloatArray

__all__ = ["RunningHistogram", "distance_to_normal"]

IntegerArray: TypeAlias = NDArray[np.int64]

HALF = 1 << 15
"""Half of the number of bins."""

OUTLIERS = 1e-3
"""The share of a block that may lie beyond the ends."""


class RunningHistogram:
    """Counts in bins of one width about a centre, and beyond either end.

    Attributes:
        counts: an entry a bin, with what lies below the first and above the last at the ends.
        centre: the edge in the middle.
        width: the width of a bin, a power of two; 0 as long as there is no block.

    Examples:
        >>> histogram = RunningHistogram()
        >>> histogram.add(np.array([-1.0, 0.5, 0.5, 2.0]))
        >>> int(histogram.counts.sum()), histogram.width
        (4, 0.00048828125)
        >>> histogram.add(np.array([30.0, 60.0]))
        >>> int(histogram.counts.sum()), histogram.width
        (6, 0.001953125)
    """

    def __init__(self) -> None:
        """Start with no values."""
        self.counts: IntegerArray = np.zeros(2 * HALF + 2, dtype=np.int64)
        self.centre, self.width = 0.0, 0.0

    def add(self, values: FloatArray) -> None:
        """Take a block of at least one value."""
        if not self.width:
            self._begin(values)
        distances = np.abs(values - self.centre)
        while np.count_nonzero(distances >= HALF * self.width) > OUTLIERS * values.size:
            self._join()
        positions = np.floor((values - self.centre) / self.width)
        bins = np.clip(positions, -HALF - 1, HALF).astype(np.int64) + (HALF + 1)
        self.counts += np.bincount(bins, minlength=self.counts.size)

    def _begin(self, values: FloatArray) -> None:
        mean, spread = float(values.mean()), float(values.std())
        # Where a block is constant up to rounding, the bins are those that rounding can tell apart.
        spread = max(spread, abs(mean) * 2.0**-30, 2.0**-200)
        self.width = 2.0 ** (floor(log2(spread)) - 11)
        self.centre = round(mean / self.width) * self.width

    def _join(self) -> None:
        inner = self.counts[1:-1].reshape(-1, 2).sum(axis=1)
        self.counts[1:-1] = 0
        self.counts[1 + HALF // 2 : 1 + HALF // 2 + HALF] = inner
        self.width *= 2.0

    @property
    def edges(self) -> FloatArray:
        """The edges of the bins, increasing."""
        return self.centre + self.width * np.arange(-HALF, HALF + 1, dtype=np.float64)

    def coarse(self, low: float, high: float, bins: int) -> tuple[FloatArray, IntegerArray]:
        """Join bins to about so many between two points, at edges, so that counts stay exact.

        Args:
            low: where they begin.
            high: where they end, above ``low``.
            bins: at most how many.

        Returns:
            The edges, and the counts: those below the first edge, between the edges, and from the
            last one on.
        """
        first, last = (
            int(np.clip(round((end - self.centre) / self.width), -HALF, HALF)) + HALF
            for end in (low, high)
        )
        last = max(last, first + 1) if first < 2 * HALF else last
        first = min(first, last - 1)
        chosen = np.unique(np.linspace(first, last, bins + 1).round().astype(np.int64))
        # counts[k + 1] lies between the edges k and k + 1.
        below = np.cumsum(self.counts)[:-1]
        counts = np.diff(below[chosen], prepend=0, append=int(self.counts.sum()))
        return self.edges[chosen], counts


class KolmogorovEnclosure(NamedTuple):
    """Two numbers between which Kolmogorov's distance of a sample lies, up to rounding.

    Attributes:
        low: the distance is at least this.
        high: and at most this.
    """

    low: float
    high: float


def distance_to_normal(histogram: RunningHistogram, mu: float, sigma: float) -> KolmogorovEnclosure:
    """Enclose the supremum of abs(F_n - Phi((x - mu)/sigma)), F_n that of the sample.

    Args:
        histogram: the values.
        mu: the mean of the normal law.
        sigma: its standard deviation, above zero.

    Returns:
        The enclosure. Between two edges both functions are monotone, so the largest difference
        at an edge is a lower bound, and the largest between opposite edges of a bin an upper one.

    Examples:
        >>> histogram = RunningHistogram()
        >>> histogram.add(np.array([-1.0, 1.0]))
        >>> found = distance_to_normal(histogram, 0.0, 1.0)  # Phi(1) - 1/2
        >>> bool(found.low <= 0.341345 <= found.high <= found.low + 0.001)
        True
    """
    from scipy.special import ndtr

    total = int(histogram.counts.sum())
    # F_n just below each edge; bins are closed on the left.
    sample = np.concatenate(([0], np.cumsum(histogram.counts))) / total
    normal = np.concatenate(([0.0], ndtr((histogram.edges - mu) / sigma), [1.0]))
    low = float(np.abs(sample - normal).max())
    high = max(float((sample[1:] - normal[:-1]).max()), float((normal[1:] - sample[:-1]).max()))
    return KolmogorovEnclosure(low, high)
