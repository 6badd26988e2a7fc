"""The covariances between the units of an activation layer, exactly, and their derivatives.

X_i and X_j are jointly Gaussian, and unit i gives f(X_i). Each pair of units is one expectation of
two inputs; a pair and its mirror image are computed once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.activation_pieces import ActivationPieces
from elu_sym.numeric.joint_expectations import joint_expectation
from elu_sym.numeric.operations import NUMPY, FloatArray

__all__ = ["correlation_of", "covariance_slopes", "covariances_between"]


def covariances_between(
    pieces: ActivationPieces, mean: FloatArray, covariance: FloatArray
) -> FloatArray:
    """Cov(f(X_i), f(X_j)) for i != j, and 0 on the diagonal.

    Args:
        pieces: those of f.
        mean: E X_i along the last axis.
        covariance: Cov(X_i, X_j) along the last two axes, of which the part above the diagonal is
            read; variances may be 0. The axes before broadcast with those of the mean.

    Returns:
        A symmetric array of the broadcast shape.

    Accuracy:
        That of :func:`~elu_sym.numeric.joint_expectations.joint_expectation` at the correlation
        that the arguments have, which is computed without cancellation.

    Examples:
        >>> from elu_sym import elu
        >>> from elu_sym.book.activation_pieces import activation_pieces
        >>> pieces = activation_pieces(elu, (1.0,))
        >>> covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
        >>> covariances_between(pieces, np.zeros(2), covariance).round(6)
        array([[0.      , 0.299017],
               [0.299017, 0.      ]])
    """
    pairs = _Pairs.of(mean, covariance)
    values = joint_expectation("covariance", pairs.law, pieces, pieces)
    # Not even a rounding error: the root of a variance below 0 would be no number.
    certain = (pairs.law.sigma1 == 0.0) | (pairs.law.sigma2 == 0.0)
    values = np.where(certain, 0.0, values)
    found = np.zeros((*values.shape[:-1], *covariance.shape[-2:]))
    found[..., pairs.first, pairs.second] = found[..., pairs.second, pairs.first] = values
    return found


def covariance_slopes(
    pieces: ActivationPieces, mean: FloatArray, covariance: FloatArray, outer: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The gradient of sum_ij G_ij Cov(f(X_i), f(X_j)) over i != j, in the mean and the covariance.

    Args:
        pieces: those of f.
        mean: as for :func:`covariances_between`.
        covariance: as there.
        outer: G, of the shape of what that gives.

    Returns:
        The derivatives in the means, and those in the entries of the covariance: of Cov(X_i, X_j)
        one half at each of its two places. Where a variance is 0 the covariances of that unit are
        0 at every value of it, and so is the derivative in it.

    Source:
        Price's theorem for the derivative in Cov(X_i, X_j), E f'(X_i) f'(X_j).
    """
    pairs = _Pairs.of(mean, covariance)
    i, j, law = pairs.first, pairs.second, pairs.law
    outer = outer[..., i, j] + outer[..., j, i]
    slope = outer * joint_expectation("derivative_kernel", law, pieces, pieces)
    shared = np.broadcast_to(covariance[..., i, j], slope.shape)
    shape = (*slope.shape[:-1], *covariance.shape[-2:])
    by_mean, by_variance, of_covariance = np.zeros((3, *shape))
    of_covariance[..., i, j] = of_covariance[..., j, i] = slope / 2.0
    for unit, other, at in ((i, j, law), (j, i, law.mirrored)):
        moved = joint_expectation("covariance_mean_slope", at, pieces, pieces)
        widened = joint_expectation("covariance_deviation_slope", at, pieces, pieces)
        # Without a variance, covariances are 0 at every value of it.
        spread = np.where(at.sigma1 > 0.0, at.sigma1, 1.0)
        # At a fixed covariance the correlation falls when the deviation grows.
        alone = outer * widened - shared * slope / spread
        by_mean[..., unit, other] = outer * moved
        by_variance[..., unit, other] = alone / (2.0 * spread)
    units = np.arange(shape[-1])
    of_covariance[..., units, units] = by_variance.sum(axis=-1)
    return by_mean.sum(axis=-1), of_covariance


def correlation_of(
    first: FloatArray, second: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The correlation rho and its complement sqrt(1 - rho^2), by variances and a covariance.

    Args:
        first: the variance of X; where it is 0, so is the correlation.
        second: that of Y.
        covariance: that of X and Y; beyond the bound of Cauchy and Schwarz rho is 1 or -1.

    Accuracy:
        Both are right to a few units of the last place, however near to 1 the correlation is: the
        determinant of the covariance matrix is computed from exact products.

    Examples:
        >>> rho, complement = correlation_of(*map(np.array, (1.0, 1.0, 1.0 - 2.0**-53)))
        >>> print(f"{complement:.9e}")
        1.490116119e-08
    """
    present = (first > 0.0) & (second > 0.0)
    variances = [np.where(present, each, 1.0) for each in (first, second)]
    halves = [np.frexp(each)[1] // 2 for each in variances]
    # By powers of two, so that no square leaves the range of a double and none is rounded.
    a, b = (np.ldexp(each, -2 * half) for each, half in zip(variances, halves, strict=True))
    c = np.ldexp(np.where(present, covariance, 0.0), -halves[0] - halves[1])
    (ab, ab_rest), (cc, cc_rest) = _exact_product(a, b), _exact_product(c, c)
    root = np.sqrt(a) * np.sqrt(b)
    complement = np.sqrt(np.maximum((ab - cc) + (ab_rest - cc_rest), 0.0)) / root
    return np.clip(c / root, -1.0, 1.0), np.minimum(complement, 1.0)


class _Law(NamedTuple):
    """The law of pairs, in the order of :func:`joint_expectation`."""

    mu1: FloatArray
    sigma1: FloatArray
    mu2: FloatArray
    sigma2: FloatArray
    rho: FloatArray
    complement: FloatArray

    @property
    def mirrored(self) -> _Law:
        return _Law(*self[2:4], *self[:2], *self[4:])


class _Pairs(NamedTuple):
    """All pairs of units, along the last axis."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    law: _Law

    @classmethod
    def of(cls, mean: FloatArray, covariance: FloatArray) -> _Pairs:
        i, j = np.triu_indices(covariance.shape[-1], 1)
        variances = np.maximum(covariance.diagonal(0, -2, -1), 0.0)  # to rounding they are
        sigma = np.sqrt(variances)
        rho, complement = correlation_of(
            variances[..., i], variances[..., j], covariance[..., i, j]
        )
        law = _Law(mean[..., i], sigma[..., i], mean[..., j], sigma[..., j], rho, complement)
        return cls(i, j, law)


def _exact_product(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A product and its rounding error, by Dekker's splitting."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    error = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return product, error


def _halves(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The upper half of the bits of a significand, and the rest."""
    scaled = NUMPY.splitter * x
    high = scaled - (scaled - x)
    return high, x - high
