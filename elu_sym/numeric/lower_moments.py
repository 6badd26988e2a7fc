"""Moments of alpha (1 - e^X)_+, the negative part of ELU, for a normal X.

    E[(1 - e^X)_+^n] = N_n(t, sigma) = phi(t) L_n(t, sigma),
    L_n(t, sigma) = int_0^oo (1 - e^(-sigma s))^n exp(-t s - s^2/2) ds
                  = sum_k (-1)^k C(n, k) M(t + k sigma).

N_1 is the undiscounted Black-Scholes put at strike 1.  The sum loses all digits where sigma is
small, so four regimes share the plane, none of which loses more than a few units:

- ``differences``  t >= -2, sigma large beside 1 + |t|: the sum of Mills ratios itself;
- ``integral``     t >= -2, sigma smaller: L_n(t, sigma) = Psi_n(t + n sigma/2, sigma), whose
  integrand is positive (``laplace``);
- ``expansion``    t < -2, sigma + |mu| large: the sum of E[e^(k X); X < 0], now well separated;
- ``parity``       t < -2, sigma + |mu| small: (1 - e^X)_+^n = (1 - e^X)^n - (-1)^n (e^X - 1)_+^n
  (put-call parity for n = 1).  The moments of 1 - e^X follow from its mean
  a = -expm1(mu + sigma^2/2) > 0 and the central moments of the lognormal law, which are products;
  E[(e^X - 1)_+^n] = phi(t) Psi_n(|t| - n sigma/2, sigma) is a small correction.
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.exponential_moments import scaled_exponential_moment, signed_binomials
from elu_sym.numeric.laplace import hyperbolic_integral
from elu_sym.numeric.mills import (
    VANISHING_DENSITY,
    mills_ratio,
    normal_below,
    normal_density,
    probability_below,
)
from elu_sym.numeric.scaled import FloatArray, Scaled

__all__ = [
    "lower_conditional_mean",
    "lower_partial_moment",
    "mean_exponential_growth",
    "scaled_laplace_form",
    "scaled_lower_moment",
]

# The regimes meet where the losses on both sides are about equal, found by measurement against Arb.
LEFT_EDGE = -2.0
# sigma >= c + d |t|, by order: (c, d).
_DIFFERENCE_EDGE = {1: (0.7, 0.7), 2: (1.0, 0.6), 3: (1.25, 0.5), 4: (1.25, 0.5)}
_EXPANSION_EDGE = {1: 0.7, 2: 1.0, 3: 1.5, 4: 1.5}
# Beyond this |t|, E[(e^X - 1)_+^n] is below 2^-60 of what it corrects.
NEGLIGIBLE_TAIL = -10.5


def lower_partial_moment(
    order: int, mu: FloatArray, sigma: FloatArray, alpha: FloatArray
) -> FloatArray:
    """Return E[(alpha (1 - e^X))_+^n] for X ~ N(mu, sigma^2).

    Order 0 is P(X < 0) = Phi(-mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: n, from 0 to 4.
        mu: float64 array; +-inf gives the limit.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives the limit.
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, never negative, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2.5 of the units defined in
        the package's documentation up to order 2, and 4 at orders 3 and 4.

    Source:
        Black and Scholes (1973) for n = 1; P. Jaeckel, *Let's be rational* (2015), for the need of
        regimes; the integral and parity forms are derived in the module's documentation.

    >>> lower_partial_moment(1, np.array([0.0]), np.array([1.0]), np.array([1.0]))
    array([0.23842171])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        moment = scaled_lower_moment(order, mu, sigma)
        return (moment * Scaled.from_float(alpha) ** order).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        if order == 0:
            return np.heaviside(-mu, 0.5)
        return (alpha * np.abs(np.expm1(np.minimum(mu, 0.0)))) ** order

    return evaluate(interior, limit, mu, sigma, alpha)


def lower_conditional_mean(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return E[alpha (1 - e^X) | X < 0] for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, 0 at +inf.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives the limit,
            alpha (1 - e^min(mu, 0)).
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, in [0, alpha], NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in
        the package's documentation.

    Source:
        The quotient of two partial moments; for t >= -2 the density cancels and leaves
        L_1(t, sigma)/M(t).

    >>> lower_conditional_mean(np.array([0.0]), np.array([1.0]), np.array([1.0]))
    array([0.47684342])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        t = mu / sigma
        mean = Scaled.zeros(t.size)
        right = t >= LEFT_EDGE
        if right.any():
            # M(t) = 1/t where it would be subnormal.
            far = t[right] > 1e300
            ratio = np.where(far, 1e-300, mills_ratio(np.minimum(t[right], 1e300)))
            ratio_scaled = Scaled.from_float(ratio)
            form = scaled_laplace_form(1, t[right], sigma[right])
            mean.fill(right, form / ratio_scaled)
        left = ~right
        if left.any():
            moment = _left_moment(1, mu[left], sigma[left], t[left])
            mean.fill(left, moment / Scaled.from_float(normal_below(-t[left])))
        return (mean * Scaled.from_float(alpha)).to_float()

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return alpha * np.abs(np.expm1(np.minimum(mu, 0.0)))

    return evaluate(interior, limit, mu, sigma, alpha)


def scaled_lower_moment(order: int, mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return N_n = E[(1 - e^X)_+^n] in scaled form, for finite mu and positive sigma."""
    t = mu / sigma
    if order == 0:
        return probability_below(normal_density(mu, sigma, t), t)
    moment = Scaled.zeros(t.size)
    right = (t >= LEFT_EDGE) & (t < VANISHING_DENSITY)
    if right.any():
        density = normal_density(mu[right], sigma[right], t[right])
        moment.fill(right, density * scaled_laplace_form(order, t[right], sigma[right]))
    left = t < LEFT_EDGE
    if left.any():
        moment.fill(left, _left_moment(order, mu[left], sigma[left], t[left]))
    return moment


def scaled_laplace_form(order: int, t: FloatArray, sigma: FloatArray) -> Scaled:
    """Return L_n(t, sigma) for t >= -2, n >= 1."""
    form = Scaled.zeros(t.size)
    least, slope = _DIFFERENCE_EDGE[order]
    wide = sigma >= least + slope * np.abs(t)
    if wide.any():
        total = np.zeros(np.count_nonzero(wide))
        for k, coefficient in enumerate(signed_binomials(order)):
            total += coefficient * mills_ratio(t[wide] + k * sigma[wide])
        form.fill(wide, Scaled.from_float(total))
    narrow = ~wide
    if narrow.any():
        x = t[narrow] + 0.5 * order * sigma[narrow]
        form.fill(narrow, hyperbolic_integral(order, x, sigma[narrow]))
    return form


def _left_moment(order: int, mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    """Return N_n for t < -2, n >= 1."""
    moment = Scaled.zeros(t.size)
    wide = sigma - mu >= _EXPANSION_EDGE[order]
    if wide.any():
        moment.fill(wide, _expansion(order, mu[wide], sigma[wide], t[wide]))
    narrow = ~wide
    if narrow.any():
        moment.fill(narrow, _parity(order, mu[narrow], sigma[narrow], t[narrow]))
    return moment


def _expansion(order: int, mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    density = normal_density(mu, sigma, t)
    total = normal_below(-t)
    for k, coefficient in list(enumerate(signed_binomials(order)))[1:]:
        total += coefficient * scaled_exponential_moment(k, mu, sigma, t, density).to_float()
    return Scaled.from_float(total)


def mean_exponential_growth(variance: FloatArray) -> FloatArray:
    """Return expm1(v)/v for v = sigma^2 >= 0, which is 1 at 0."""
    effective = np.maximum(variance, 1e-30)
    growth: FloatArray = np.expm1(effective) / effective
    return growth


def _parity(order: int, mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    # In units of the mean a of 1 - e^X.  With w = exp(sigma^2), g = expm1(sigma^2)/sigma^2 and
    # m = exp(mu + sigma^2/2), the central moments of e^X are m^2 sigma^2 g,
    # m^3 sigma^4 g^2 (w + 2) and m^4 sigma^4 g^2 (w^4 + 2 w^3 + 3 w^2 - 3).
    variance = sigma * sigma
    exponent = mu + 0.5 * variance
    mean = -np.expm1(exponent)
    ratio = sigma / mean
    scale = ratio * np.exp(exponent)
    growth, w = mean_exponential_growth(variance), np.exp(variance)
    second = scale**2 * growth
    third = scale**3 * sigma * growth**2 * (w + 2.0)
    fourth = scale**4 * growth**2 * (((w + 2.0) * w + 3.0) * (w * w) - 3.0)
    total = {
        1: np.ones_like(mean),
        2: 1.0 + second,
        3: 1.0 + 3.0 * second - third,
        4: 1.0 + 6.0 * second - 4.0 * third + fourth,
    }[order]
    near = t > NEGLIGIBLE_TAIL
    if near.any():
        tail = _upper_tail(order, mu[near], sigma[near], t[near]).to_float()
        total[near] -= (-1) ** order * tail * ratio[near] ** order
    return Scaled.from_float(mean) ** order * Scaled.from_float(total)


def _upper_tail(order: int, mu: FloatArray, sigma: FloatArray, t: FloatArray) -> Scaled:
    """Return E[(e^X - 1)_+^n] / sigma^n."""
    density = normal_density(mu, sigma, t)
    integral = hyperbolic_integral(order, -t - 0.5 * order * sigma, sigma)
    return density * integral / Scaled.from_float(sigma) ** order
