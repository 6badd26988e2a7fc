"""Standard deviations of the two parts of ELU, right where their squares are not doubles.

A standard deviation of 1e-200 is an ordinary number, its square is not.  The roots here are taken
before anything is rounded, so that with a = ``upper_partial_deviation``,
b = ``lower_partial_deviation`` and c = ``partial_mean_root``, the deviation of ELU is

    hypot(hypot(a, b), sqrt(2) c),

which neither overflows nor underflows before its value does.
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.scaled import FloatArray, Scaled
from elu_sym.numeric.variances import (
    scaled_lower_variance,
    scaled_mean_product,
    scaled_upper_variance,
)

__all__ = ["lower_partial_deviation", "partial_mean_root", "upper_partial_deviation"]


def upper_partial_deviation(mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return the standard deviation of X_+ for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, sigma or 0.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives 0.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        The root of ``upper_partial_variance``, exponents halved before rounding.

    >>> upper_partial_deviation(np.array([0.0]), np.array([1e-200]))
    array([5.8381937e-201])
    """

    def interior(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return scaled_upper_variance(mu, sigma).sqrt().to_float()

    def limit(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return np.where(mu > 0.0, sigma, 0.0)

    return evaluate(interior, limit, mu, sigma)


def lower_partial_deviation(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return the standard deviation of (alpha (1 - e^X))_+ for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, 0.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives 0.
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 5 of the units defined in
        the package's documentation.

    Source:
        The root of ``lower_partial_variance``, exponents halved before rounding.

    >>> lower_partial_deviation(np.array([0.0]), np.array([1e-200]), np.array([1.0]))
    array([5.8381937e-201])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        deviation = scaled_lower_variance(mu, sigma).sqrt()
        return (deviation * Scaled.from_float(alpha)).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return np.zeros_like(mu)

    return evaluate(interior, limit, mu, sigma, alpha)


def partial_mean_root(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return the root of E[X_+] E[(alpha (1 - e^X))_+] for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, 0.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives 0.
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        The root of ``partial_mean_product``, exponents halved before rounding.

    >>> partial_mean_root(np.array([0.0]), np.array([1e-200]), np.array([1.0]))
    array([3.9894228e-201])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        product = scaled_mean_product(mu, sigma) * Scaled.from_float(alpha)
        return product.sqrt().to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return np.zeros_like(mu)

    return evaluate(interior, limit, mu, sigma, alpha)
