"""Moments of a lognormal variable below 1.

    E[e^(k X); X < 0] = phi(t) M(t + k sigma) = exp(k mu + k^2 sigma^2/2) Phi(-t - k sigma).

The first form is used where t + k sigma >= 0 and the second where it is negative; each would
overflow in the place of the other.
"""

from __future__ import annotations

import math

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.mills import mills_ratio, normal_below, normal_density, probability_below
from elu_sym.numeric.scaled import FloatArray, Scaled, scaled_exponential

__all__ = ["lower_exponential_moment", "scaled_exponential_moment", "signed_binomials"]


def lower_exponential_moment(
    order: int, mu: FloatArray, sigma: FloatArray, alpha: FloatArray | float
) -> FloatArray:
    """Return E[(alpha e^X)^k; X < 0] for X ~ N(mu, sigma^2).

    Order 0 is P(X < 0) = Phi(-mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: k, a small whole number, not negative.
        mu: float64 array; +-inf gives the limit.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives the limit.
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 1.5 of the units defined in
        the package's documentation.

    Source:
        Completing the square; the lognormal part of the formula of Black and Scholes (1973).

    >>> lower_exponential_moment(1, np.array([0.0]), np.array([1.0]), np.array([1.0]))
    array([0.26157829])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        t = mu / sigma
        density = normal_density(mu, sigma, t)
        moment = scaled_exponential_moment(order, mu, sigma, t, density)
        return (moment * Scaled.from_float(alpha) ** order).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        if order == 0:
            return np.heaviside(-mu, 0.5)
        moment = scaled_exponential(order * np.minimum(mu, 0.0)) * Scaled.from_float(alpha) ** order
        return moment.times(np.heaviside(-mu, 0.5)).to_float()

    return evaluate(interior, limit, mu, sigma, alpha)


def scaled_exponential_moment(
    order: int, mu: FloatArray, sigma: FloatArray, t: FloatArray, density: Scaled
) -> Scaled:
    """Return E[e^(k X); X < 0] in scaled form, for finite mu and positive sigma.

    Args:
        order: k, not negative.
        mu: One-dimensional array.
        sigma: Array of the same shape.
        t: The rounded quotient mu/sigma.
        density: phi(mu/sigma).
    """
    if order == 0:
        return probability_below(density, t)
    distance = t + order * sigma
    moment = Scaled.zeros(t.size)
    beyond = distance >= 0.0
    if beyond.any():
        moment.fill(beyond, density.at(beyond).times(mills_ratio(distance[beyond])))
    inside = ~beyond
    if inside.any():
        spread = order * sigma[inside]
        exponent = order * mu[inside] + 0.5 * (spread * spread)
        below = normal_below(-distance[inside])
        moment.fill(inside, scaled_exponential(exponent).times(below))
    return moment


def signed_binomials(order: int) -> list[float]:
    """Return the coefficients of (1 - x)^n.

    >>> signed_binomials(2)
    [1.0, -2.0, 1.0]
    """
    return [float((-1) ** k * math.comb(order, k)) for k in range(order + 1)]
