"""Moments of the positive part of a normal variable.

    E[X_+^n] = sigma^n P_n(t),   P_n(t) = E[(t + Z)_+^n],   X ~ N(mu, sigma^2),  t = mu/sigma.

Two regimes, without a subtraction in either:

- t >= 0: the recurrence U_0 = Phi(t), U_1 = mu U_0 + sigma phi(t),
  U_{n+1} = mu U_n + n sigma^2 U_{n-1} (integration by parts), all of whose terms are positive;
- t < 0: sigma^n phi(t) I_n(-t), the integral by quadrature (``laplace``).
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.laplace import laplace_integral
from elu_sym.numeric.mills import VANISHING_DENSITY, mills_ratio, normal_density, normal_tail
from elu_sym.numeric.scaled import FloatArray, Scaled

__all__ = ["scaled_upper_moment", "upper_conditional_mean", "upper_partial_moment"]

_INVERSE = 1e8


def upper_partial_moment(order: int, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return E[X_+^n] for X ~ N(mu, sigma^2): the upper partial moment of order n about 0.

    Order 0 is P(X > 0) = Phi(mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: n, from 0 to 4.
        mu: float64 array; +-inf gives the limit.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives the limit.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 1.5 of the units defined in
        the package's documentation.

    Source:
        Bachelier's call price for n = 1; for the recurrence, R. L. Winkler, G. M. Roodman,
        R. R. Britney, *The determination of partial moments*, Management Science 19 (1972).

    >>> upper_partial_moment(1, np.array([0.0, 3.0, np.inf]), np.array([1.0, 0.0, 1.0]))
    array([0.39894228, 3.        ,        inf])
    """

    def interior(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return scaled_upper_moment(order, mu, sigma).to_float()

    def limit(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        if order == 0:
            return np.heaviside(mu, 0.5)
        return np.maximum(mu, 0.0) ** order

    return evaluate(interior, limit, mu, sigma)


def upper_conditional_mean(mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return E[X | X > 0] for X ~ N(mu, sigma^2): the mean of a truncated normal law.

    Args:
        mu: float64 array; +-inf gives the limit, 0 at -inf.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives max(mu, 0).

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        The quotient of two partial moments: for t < 0 their common density cancels and leaves
        sigma I_1(-t)/M(-t), which is sigma^2/|mu| to the last digit beyond |t| = 1e8.

    >>> upper_conditional_mean(np.array([0.0, -np.inf]), np.array([1.0, 1.0]))
    array([0.79788456, 0.        ])
    """

    def interior(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        t = mu / sigma
        mean = np.empty_like(t)
        above = t >= 0.0
        if above.any():
            density = normal_density(mu[above], sigma[above], t[above])
            probability = 1.0 - normal_tail(density, t[above]).to_float()
            mean[above] = mu[above] + sigma[above] * (density.to_float() / probability)
        below = ~above
        if below.any():
            x, unit = -t[below], sigma[below]
            far = x > _INVERSE
            near = np.minimum(x, _INVERSE)
            ratio = laplace_integral(1, near) / mills_ratio(near)
            mean[below] = unit * np.where(far, unit / -mu[below], ratio)
        return mean

    def limit(mu: FloatArray, sigma: FloatArray) -> FloatArray:
        return np.maximum(mu, 0.0)

    return evaluate(interior, limit, mu, sigma)


def scaled_upper_moment(order: int, mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return E[X_+^n] in scaled form, for finite mu and positive sigma in one dimension."""
    t = mu / sigma
    density = normal_density(mu, sigma, t)
    moment = Scaled.zeros(t.size)
    above = t >= 0.0
    if above.any():
        moment.fill(above, _recurrence(order, mu[above], sigma[above], density.at(above), t[above]))
    below = ~above & (t > -VANISHING_DENSITY)
    if below.any():
        moment.fill(below, _integral(order, sigma[below], density.at(below), t[below]))
    return moment


def _recurrence(
    order: int, mu: FloatArray, sigma: FloatArray, density: Scaled, t: FloatArray
) -> Scaled:
    probability = 1.0 - normal_tail(density, t).to_float()
    if order == 0:
        return Scaled.from_float(probability)
    # In units of a power of two near the larger of mu and sigma, no power overflows.
    _, exponent = np.frexp(np.maximum(mu, sigma))
    location, scale = np.ldexp(mu, -exponent), np.ldexp(sigma, -exponent)
    before, now = probability, location * probability + scale * density.to_float()
    for n in range(1, order):
        before, now = now, location * now + n * (scale * scale) * before
    return Scaled(now, exponent.astype(np.float64) * order)


def _integral(order: int, sigma: FloatArray, density: Scaled, t: FloatArray) -> Scaled:
    if order == 0:
        return normal_tail(density, t)
    integral = laplace_integral(order, -t)
    return Scaled.from_float(sigma) ** order * density.times(integral)
