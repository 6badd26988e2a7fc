"""The opponents: the textbook forms as a good engineer writes them by hand, for every library.

Subexpressions are shared, nothing is computed twice. ``repaired`` has the exponentials of its
products in one, which do not overflow. This file is stored with what it was measured against.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import pi, sqrt
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import log_ndtr, ndtr

Function = Callable[..., Any]

ROOT_TWO_PI = sqrt(2 * pi)


def mean(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t = mu / sigma
    above = mu * by.ndtr(t) + sigma / ROOT_TWO_PI * by.exp(-t * t / 2)
    return above + alpha * (by.exp(mu + sigma * sigma / 2) * by.ndtr(-t - sigma) - by.ndtr(-t))


def second_moment(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t, square = mu / sigma, sigma * sigma
    density = sigma / ROOT_TWO_PI * by.exp(-t * t / 2)
    one = by.exp(mu + square / 2) * by.ndtr(-t - sigma)
    two = by.exp(2 * (mu + square)) * by.ndtr(-t - 2 * sigma)
    above = (mu * mu + square) * by.ndtr(t) + mu * density
    return above + alpha * alpha * (two - 2 * one + by.ndtr(-t))


def moments(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t, square = mu / sigma, sigma * sigma
    above, below = by.ndtr(t), by.ndtr(-t)
    density = sigma / ROOT_TWO_PI * by.exp(-t * t / 2)
    one = by.exp(mu + square / 2) * by.ndtr(-t - sigma)
    two = by.exp(2 * (mu + square)) * by.ndtr(-t - 2 * sigma)
    first = mu * above + density + alpha * (one - below)
    second = (mu * mu + square) * above + mu * density + alpha * alpha * (two - 2 * one + below)
    return first, second, second - first * first


def variance(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    return moments(by, mu, sigma, alpha)[2]


def std(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    return by.sqrt(variance(by, mu, sigma, alpha))


def derivative_mean(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t = mu / sigma
    return by.ndtr(t) + alpha * by.exp(mu + sigma * sigma / 2) * by.ndtr(-t - sigma)


def derivative_second_moment(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t = mu / sigma
    grown = by.exp(2 * (mu + sigma * sigma))
    return by.ndtr(t) + alpha * alpha * grown * by.ndtr(-t - 2 * sigma)


def negative_mean(by: Any, mu: Any, sigma: Any, alpha: Any) -> Any:
    t = mu / sigma
    return alpha * (by.exp(mu + sigma * sigma / 2) * by.ndtr(-t - sigma) / by.ndtr(-t) - 1)


FORMS: dict[str, Function] = {
    each.__name__: each
    for each in (
        *(mean, second_moment, variance, std),
        *(derivative_mean, derivative_second_moment, negative_mean, moments),
    )
}


def repaired(mu: Any, sigma: Any, alpha: Any) -> tuple[Any, Any, Any]:
    """Mean, second moment and variance by ``log_ndtr``."""
    t, square = mu / sigma, sigma * sigma
    above, below = ndtr(t), ndtr(-t)
    density = sigma / ROOT_TWO_PI * np.exp(-t * t / 2)
    one = np.exp(mu + square / 2 + log_ndtr(-t - sigma))
    two = np.exp(2 * (mu + square) + log_ndtr(-t - 2 * sigma))
    first = mu * above + density + alpha * (one - below)
    second = (mu * mu + square) * above + mu * density + alpha * alpha * (two - 2 * one + below)
    return first, second, second - first * first


def repaired_mean(mu: Any, sigma: Any, alpha: Any) -> Any:
    """The mean by ``log_ndtr``."""
    t = mu / sigma
    above = mu * ndtr(t) + sigma / ROOT_TWO_PI * np.exp(-t * t / 2)
    return above + alpha * (np.exp(mu + sigma * sigma / 2 + log_ndtr(-t - sigma)) - ndtr(-t))


def by_scipy(quantity: str) -> Function:
    """For arrays of NumPy."""
    return partial(FORMS[quantity], SimpleNamespace(ndtr=ndtr, exp=np.exp, sqrt=np.sqrt))


def by_math(quantity: str) -> Function:
    """For Python's floats."""
    import math

    def distribution(x: float) -> float:
        return math.erfc(-x / math.sqrt(2)) / 2

    by = SimpleNamespace(ndtr=distribution, exp=math.exp, sqrt=math.sqrt)
    return partial(FORMS[quantity], by)


def by_torch(quantity: str) -> Function:
    """For tensors."""
    import torch

    by = SimpleNamespace(ndtr=torch.special.ndtr, exp=torch.exp, sqrt=torch.sqrt)
    return partial(FORMS[quantity], by)


def by_jax(quantity: str) -> Function:
    """For arrays of JAX."""
    import jax

    by = SimpleNamespace(ndtr=jax.scipy.stats.norm.cdf, exp=jax.numpy.exp, sqrt=jax.numpy.sqrt)
    return partial(FORMS[quantity], by)


@cache
def by_numba(quantity: str) -> Function:
    """A compiled loop over arrays of NumPy, element by element: mean or variance."""
    import math

    import numba

    @numba.njit
    def distribution(x):
        return math.erfc(-x * math.sqrt(0.5)) / 2

    @numba.vectorize(["f8(f8,f8,f8)"])
    def mean(mu, sigma, alpha):
        t = mu / sigma
        above = mu * distribution(t) + sigma / ROOT_TWO_PI * math.exp(-t * t / 2)
        one = math.exp(mu + sigma * sigma / 2) * distribution(-t - sigma)
        return above + alpha * (one - distribution(-t))

    @numba.vectorize(["f8(f8,f8,f8)"])
    def variance(mu, sigma, alpha):
        t, square = mu / sigma, sigma * sigma
        above, below = distribution(t), distribution(-t)
        density = sigma / ROOT_TWO_PI * math.exp(-t * t / 2)
        one = math.exp(mu + square / 2) * distribution(-t - sigma)
        two = math.exp(2 * (mu + square)) * distribution(-t - 2 * sigma)
        first = mu * above + density + alpha * (one - below)
        second = (mu * mu + square) * above + mu * density + alpha * alpha * (two - 2 * one + below)
        return second - first * first

    return {"mean": mean, "variance": variance}[quantity]
