"""The mean of the smooth joint of a line and an exponential, which CELU is.

    g(x) = x for x >= 0, alpha (e^(x/alpha) - 1) for x < 0   (Barron, arXiv:1704.07483).

With alpha free, as in ELU, E[X_+] - E[(alpha (1 - e^X))_+] loses nothing that the problem does
not: alpha dE/dalpha is as large as the part subtracted.  Here both parts are nearly linear where mu
and sigma are small beside alpha, and cancel; so there, with Y = X/alpha ~ N(m, s^2),

    E g = mu + alpha E[e^Y - 1 - Y; Y < 0],

whose second term is positive.  For t = m/s >= -2 it is phi(t) times a Laplace integral of
e^(-s u) - 1 + s u; for t < -2 it is E[e^Y - 1 - Y] = (e^y - 1 - y) + s^2/2, y = m + s^2/2, less the
small part above zero.
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric.elementwise import evaluate
from elu_sym.numeric.laplace import remainder_integral, second_exponential_quotient
from elu_sym.numeric.lower_moments import LEFT_EDGE, NEGLIGIBLE_TAIL, scaled_lower_moment
from elu_sym.numeric.mills import VANISHING_DENSITY, normal_density
from elu_sym.numeric.scaled import FloatArray, Scaled
from elu_sym.numeric.upper_moments import scaled_upper_moment

__all__ = ["smooth_mean"]

# The sum |m| + s below which the two parts are nearly linear, found by measurement against Arb.
_LINEAR_EDGE = 1.0


def smooth_mean(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
    """Return E[X_+] - E[(alpha (1 - e^(X/alpha)))_+] for X ~ N(mu, sigma^2).

    Args:
        mu: float64 array; +-inf gives the limit, inf or -alpha.
        sigma: float64 array that broadcasts with it, not negative, finite; 0 gives g(mu).
        alpha: float64 array that broadcasts with both, positive and finite.

    Returns:
        float64 array of the broadcast shape, not below -alpha, NaN only where an argument is NaN.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in
        the package's documentation.

    Source:
        Derived in the module's documentation.

    >>> smooth_mean(np.array([0.0]), np.array([1e-3]), np.array([2.0]))
    array([1.24966763e-07])
    """

    def interior(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        # Beyond 1e300 the lower part is that of infinitely wide X/alpha, to the last digit.
        divisor = np.maximum(alpha, 1e-300 * np.maximum(np.abs(mu), sigma))
        location, scale = mu / divisor, sigma / divisor
        mean = np.empty_like(mu)
        linear = np.abs(location) + scale < _LINEAR_EDGE
        if linear.any():
            m, s = mu[linear], sigma[linear]
            excess = _excess(location[linear], scale[linear], m, s)
            unit = Scaled.from_float(s) ** 2 / Scaled.from_float(alpha[linear])
            mean[linear] = (excess * unit + Scaled.from_float(m)).to_float()
        curved = ~linear
        if curved.any():
            lower = scaled_lower_moment(1, location[curved], scale[curved])
            upper = scaled_upper_moment(1, mu[curved], sigma[curved])
            mean[curved] = (upper - lower * Scaled.from_float(alpha[curved])).to_float()
        return mean

    def limit(mu: FloatArray, sigma: FloatArray, alpha: FloatArray) -> FloatArray:
        return np.where(mu > 0.0, mu, alpha * np.expm1(np.minimum(mu / alpha, 0.0)))

    return evaluate(interior, limit, mu, sigma, alpha)


def _excess(location: FloatArray, scale: FloatArray, mu: FloatArray, sigma: FloatArray) -> Scaled:
    """Return E[e^Y - 1 - Y; Y < 0] / s^2 for Y ~ N(m, s^2), with m/s given as mu/sigma."""
    t = mu / sigma
    excess = Scaled.zeros(t.size)
    right = (t >= LEFT_EDGE) & (t < VANISHING_DENSITY)
    if right.any():
        density = normal_density(mu[right], sigma[right], t[right])
        excess.fill(right, density.times(remainder_integral(t[right], -scale[right])))
    left = t < LEFT_EDGE
    if left.any():
        m, s = location[left], scale[left]
        exponent = m + 0.5 * s * s
        # (e^y - 1 - y)/s^2 with y/s = t + s/2, which may be too large to square.
        ratio = Scaled.from_float(t[left] + 0.5 * s)
        whole = ratio**2 * Scaled.from_float(second_exponential_quotient(exponent))
        total = whole + Scaled.from_float(np.full_like(m, 0.5))
        near = t[left] > NEGLIGIBLE_TAIL
        above = Scaled.zeros(m.size)
        if near.any():
            x = t[left][near]
            density = normal_density(mu[left][near], sigma[left][near], x)
            above.fill(near, density.times(remainder_integral(-x, s[near])))
        excess.fill(left, total - above)
    return excess
