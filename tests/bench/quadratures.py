"""The moments of ELU by quadrature and by sampling."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from bench.populations import Array, Generator
from numpy.polynomial.hermite_e import hermegauss
from scipy.integrate import quad


def activation(x: Array, alpha: Array | float) -> Array:
    return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


@cache
def _rule(nodes: int) -> list[tuple[float, float]]:
    places, weights = hermegauss(nodes)
    return list(zip(places.tolist(), (weights / weights.sum()).tolist(), strict=True))


def gauss_hermite(nodes: int, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """Mean and second moment by Gauss-Hermite quadrature, in blocks that stay in the cache."""
    found = np.zeros((2, mu.size))
    block = 1 << 13
    for start in range(0, mu.size, block):
        part = slice(start, start + block)
        location, scale, height = mu[part], sigma[part], alpha[part]
        for place, weight in _rule(nodes):
            value = activation(location + place * scale, height)
            found[0, part] += weight * value
            found[1, part] += weight * value * value
    return tuple(found)


def gauss_hermite_moments(nodes: int, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """The same, and the variance as the mean square of what is off the mean."""
    first, second = gauss_hermite(nodes, mu, sigma, alpha)
    variance = np.zeros_like(mu)
    for place, weight in _rule(nodes):
        variance += weight * (activation(mu + place * sigma, alpha) - first) ** 2
    return first, second, variance


def quadrature(mu: float, sigma: float, alpha: float) -> tuple[float, float, float]:
    """The moments by scipy.integrate.quad, as a careful user asks: in units of sigma, in two parts
    that meet at the kink, and to a relative error alone.
    """
    end = 38.0  # where the density underflows
    kink = -mu / sigma if sigma else -math.copysign(math.inf, mu)
    kink = min(max(kink, -end), end)

    def integral(power: int, center: float = 0.0) -> float:
        def below(z: float) -> float:
            value = alpha * math.expm1(min(mu + z * sigma, 0.0)) - center
            return value**power * math.exp(-z * z / 2)

        def above(z: float) -> float:
            return (mu + z * sigma - center) ** power * math.exp(-z * z / 2)

        options = {"epsabs": 0.0, "epsrel": 1e-13, "limit": 200}
        parts = [quad(below, -end, kink, **options)[0], quad(above, kink, end, **options)[0]]
        return sum(parts) / math.sqrt(2 * math.pi)

    def attempt(power: int, center: float = 0.0) -> float:
        try:
            return integral(power, center)
        except OverflowError:
            return math.inf

    first = attempt(1)
    return first, attempt(2), attempt(2, first)


def monte_carlo(
    rng: Generator, mu: float, sigma: float, alpha: float
) -> tuple[np.float64, np.float64, np.float64]:
    """The moments of a million samples."""
    values = activation(mu + sigma * rng.standard_normal(1_000_000), alpha)
    return values.mean(), (values * values).mean(), values.var()
