"""Variances of the two parts of ELU, each a sum that loses at most a few units.

Neither is a difference of two large numbers where it is evaluated:

    Var X_+ = sigma^2 (P_2 - P_1^2)                                     t < 0
            = sigma^2 (p + p q t^2 - t phi (p - q) - phi^2)             t >= 0

with p = Phi(t), q = Phi(-t).  By Cauchy and Schwarz P_1^2 <= p P_2, so the first loses at most a
factor 3 where p <= 1/2; the second is the first with P_2 = (t^2 + 1) p + t phi and P_1 = t p + phi
expanded, and its negative terms are bounded by 0.4 where the sum is at least 0.34.

For Y = (1 - e^X)_+ there are three forms:

- ``moments``   N_2 - N_1^2, which loses at most a factor (1 + p)/(1 - q) by the same inequality;
- ``parity``    Var(1 - e^X) - C_2 - 2 a C_1 - C_1^2, with a = E[1 - e^X] and
  C_n = E[(e^X - 1)_+^n], for t below -1/2 and small sigma: Y = (1 - e^X) + (e^X - 1)_+, whose
  product is -(e^X - 1)_+^2;
- ``capped``    Var e^min(X, 0) = E_2 + Phi(t) - (E_1 + Phi(t))^2, E_k = E[e^(k X); X < 0], for t
  below -1/2 and large sigma, where the lognormal law is so wide that its squared mean is a small
  part of its second moment.
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.exponential_moments import scaled_exponential_moment
from elu_sym.numeric.laplace import hyperbolic_integral, laplace_integral
from elu_sym.numeric.lower_moments import (
    NEGLIGIBLE_TAIL,
    mean_exponential_growth,
    scaled_lower_moment,
)
from elu_sym.numeric.mills import VANISHING_DENSITY, normal_density, normal_tail
from elu_sym.numeric.scaled import FloatArray, Scaled, scaled_exponential
from elu_sym.numeric.upper_moments import scaled_upper_moment

__all__ = [
    "lower_partial_variance",
    "opposite_mean_product",
    "partial_mean_product",
    "scaled_lower_variance",
    "scaled_mean_product",
    "scaled_upper_variance",
    "upper_partial_variance",
]

# Where the forms of the lower variance meet: the least error of the three, measured against Arb.
_LEFT = -0.5
_FAR_LEFT = -1.0


def upper_partial_variance(mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return Var(X_+) for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, sigma^2 or 0.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives 0.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        The moments of the rectified normal law; the form for t >= 0 is derived in the module's
        documentation.

    >>> upper_partial_variance(np.array([0.0]), np.array([1.0]))
    array([0.34084506])
    """

    def interior(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return scaled_upper_variance(mu, sigma).to_float()

    def limit(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return np.where(mu > 0.0, sigma * sigma, 0.0)

    return evaluate(interior, limit, mu, sigma)


def scaled_upper_variance(mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return Var(X_+) in scaled form, for finite mu and positive sigma in one dimension."""
    t = mu / sigma
    density = normal_density(mu, sigma, t)
    variance = Scaled.zeros(t.size)
    above = t >= 0.0
    if above.any():
        variance.fill(above, Scaled.from_float(_rectified(density.at(above), t[above])))
    below = ~above & (t > -VANISHING_DENSITY)
    if below.any():
        x = -t[below]
        first, second = laplace_integral(1, x), laplace_integral(2, x)
        squared_mean = density.at(below).to_float() * first * (first / second)
        variance.fill(below, density.at(below).times(second * (1.0 - squared_mean)))
    return variance * Scaled.from_float(sigma) ** 2


def _rectified(density: Scaled, t: FloatArray) -> FloatArray:
    """Return Var (t + Z)_+ for t >= 0."""
    # At t = 40 the rectification is far below the last digit.
    bounded = np.minimum(t, 40.0)
    phi = density.to_float()
    q = normal_tail(density, t).to_float()
    p = 1.0 - q
    return (p + p * q * (bounded * bounded)) - phi * (bounded * (p - q) + phi)


def lower_partial_variance(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return Var((alpha (1 - e^X))_+) for X ~ N(mu, sigma^2).

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
        Derived in the module's documentation.

    >>> lower_partial_variance(np.array([0.0]), np.array([1.0]), np.array([1.0]))
    array([0.08810051])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        variance = scaled_lower_variance(mu, sigma)
        return (variance * Scaled.from_float(alpha) ** 2).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return np.zeros_like(mu)

    return evaluate(interior, limit, mu, sigma, alpha)


def partial_mean_product(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return E[X_+] E[(alpha (1 - e^X))_+] for X ~ N(mu, sigma^2).

    It is minus the covariance of the two parts of ELU, which are never positive together.

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
        The product of two partial moments, exponents combined before rounding.

    >>> partial_mean_product(np.array([0.0]), np.array([1.0]), np.array([1.0]))
    array([0.0951165])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return (scaled_mean_product(mu, sigma) * Scaled.from_float(alpha)).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return np.zeros_like(mu)

    return evaluate(interior, limit, mu, sigma, alpha)


def scaled_mean_product(mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return E[X_+] E[(1 - e^X)_+] in scaled form, for finite mu and positive sigma."""
    return scaled_upper_moment(1, mu, sigma) * scaled_lower_moment(1, mu, sigma)


def opposite_mean_product(mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return E[X_+] E[(-X)_+] for X ~ N(mu, sigma^2).

    It is minus the covariance of the two parts of X, which are never positive together.

    Args:
        mu: float64 array; +-inf gives the limit, 0.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives 0.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        The product of two partial moments, exponents combined before rounding.

    >>> opposite_mean_product(np.array([0.0]), np.array([1.0]))
    array([0.15915494])
    """

    def interior(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return (scaled_upper_moment(1, mu, sigma) * scaled_upper_moment(1, -mu, sigma)).to_float()

    def limit(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return np.zeros_like(mu)

    return evaluate(interior, limit, mu, sigma)


def scaled_lower_variance(mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return Var((1 - e^X)_+) in scaled form, for finite mu and positive sigma in one dimension."""
    t = mu / sigma
    variance = Scaled.zeros(t.size)
    left = t < _LEFT
    far = t < _FAR_LEFT
    capped = left & (sigma >= np.where(far, 0.7, 0.9))
    parity = left & (sigma < np.where(far, 0.7, 0.5))
    moments = ~(capped | parity) & (t < VANISHING_DENSITY)
    for where, form in (
        (moments, _moments),
        (parity, _parity),
        (capped, _capped),
    ):
        if where.any():
            variance.fill(where, form(mu[where], sigma[where], t[where]))
    return variance


def _moments(mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    second, mean = scaled_lower_moment(2, mu, sigma), scaled_lower_moment(1, mu, sigma)
    return second - mean * mean


def _parity(mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    # In units of sigma.
    squared = sigma * sigma
    exponent = mu + 0.5 * squared
    whole = scaled_exponential(2.0 * exponent).times(mean_exponential_growth(squared))
    variance = Scaled.zeros(t.size)
    near = t > NEGLIGIBLE_TAIL
    variance.fill(~near, whole.at(~near))
    if near.any():
        part, x = sigma[near], -t[near]
        density = normal_density(mu[near], part, t[near])
        unit = Scaled.from_float(part)
        first = (density * hyperbolic_integral(1, x - 0.5 * part, part) / unit).to_float()
        second = (density * hyperbolic_integral(2, x - part, part) / unit**2).to_float()
        mean = -np.expm1(exponent[near]) / part
        rest = whole.at(near).to_float() - (second + first * (2.0 * mean + first))
        variance.fill(near, Scaled.from_float(rest))
    return variance * Scaled.from_float(sigma) ** 2


def _capped(mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    density = normal_density(mu, sigma, t)
    above = normal_tail(density, t)
    mean = scaled_exponential_moment(1, mu, sigma, t, density) + above
    second = scaled_exponential_moment(2, mu, sigma, t, density) + above
    return second - mean * mean
