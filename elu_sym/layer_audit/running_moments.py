"""Means and co-moments of several functions of a stream, merged without cancellation.

The mean vector and the matrix of co-moments are merged as the moments of one column are by
:mod:`elu_sym.certify.sample_moments`, and to the same accuracy.
"""

import numpy as np

from elu_sym.numeric.operations import FloatArray

__all__ = ["RunningCovariance"]


class RunningCovariance:
    """Mean vector and co-moments of several functions of the values of all blocks so far.

    Attributes:
        count: the number of values.
        mean: the mean of each function.
        sums: the sums of the products of deviations from the mean, a symmetric matrix.

    Examples:
        >>> running = RunningCovariance(1)
        >>> running.add(np.array([[1.0, 2.0]]))
        >>> running.add(np.array([[6.0]]))
        >>> running.count, running.mean.tolist(), running.sums.tolist()
        (3, [3.0], [[14.0]])
    """

    def __init__(self, functions: int) -> None:
        """Start with no values of so many functions."""
        self.count = 0
        self.mean: FloatArray = np.zeros(functions)
        self.sums: FloatArray = np.zeros((functions, functions))

    def add(self, block: FloatArray) -> None:
        """Take a block.

        Args:
            block: an array of shape (functions, values), at least one value. NumPy sums along the
                last axis in pairs, along the first it would not.
        """
        added = block.shape[1]
        mean = block.mean(axis=1)
        deviations = block - mean[:, None]
        count, step = self.count + added, mean - self.mean
        self.sums += deviations @ deviations.T
        self.sums += np.outer(step, step) * (self.count * (added / count))
        self.mean = self.mean + step * (added / count)
        self.count = count

    @property
    def covariance_of_mean(self) -> FloatArray:
        """The estimated covariance matrix of the mean vector, for independent values."""
        return self.sums / (self.count - 1) / self.count
