"""The points at which the formulas are measured: places in the range, regime by regime.

Half of the points lie anywhere in the range, the rest where something happens: in the limits, where
an implementation goes from one form to another, at the edges of the range, where a power of a
parameter meets a moment that under- or overflowed, and where derivatives and covariances cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

Array = NDArray[np.float64]
Generator = np.random.Generator
Place = tuple[Array, ...]
"""mu and sigma, and where it matters alpha."""

RANGE = {"mu": (1e-300, 1e150), "sigma": (1e-300, 1e150), "alpha": (1e-10, 1e10)}


def log_uniform(rng: Generator, low: float, high: float, size: int) -> Array:
    return np.exp(rng.uniform(math.log(low), math.log(high), size))


def signs(rng: Generator, size: int) -> Array:
    return rng.choice([-1.0, 1.0], size)


def near_one(rng: Generator, size: int) -> Array:
    """One, and both sides of it at every distance from an ulp to a tenth."""
    return 1 + signs(rng, size) * log_uniform(rng, 1e-17, 0.1, size)


def some_scale(rng: Generator, size: int) -> Array:
    """Mostly where the regimes of t and sigma meet, now and then anywhere in the range."""
    ordinary, any_scale = log_uniform(rng, 1e-3, 1e3, size), log_uniform(rng, 1e-300, 1e150, size)
    return np.where(rng.random(size) < 0.75, ordinary, any_scale)


def anywhere(rng: Generator, size: int) -> Place:
    mu = signs(rng, size) * log_uniform(rng, 1e-300, 1e150, size)
    sigma = log_uniform(rng, 1e-300, 1e150, size)
    mu[rng.random(size) < 0.02] = 0.0
    return mu, sigma


def ordinary(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-2, 30, size)
    return rng.uniform(-6, 6, size) * sigma, sigma


def vanishing_scale(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-300, 1e-2, size)
    return rng.uniform(-12, 12, size) * sigma, sigma


def any_scale(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-300, 1e150, size)
    return rng.uniform(-60, 60, size) * sigma, sigma


def unit_scale(rng: Generator, size: int) -> Place:
    t = rng.uniform(-20, 20, size)
    sigma = log_uniform(rng, 0.5, 2, size) / (1 + abs(t))
    return t * sigma, sigma


def location_near_zero(rng: Generator, size: int) -> Place:
    sigma = some_scale(rng, size)
    return signs(rng, size) * log_uniform(rng, 1e-18, 1, size) * sigma, sigma


def location_zero(rng: Generator, size: int) -> Place:
    return np.zeros(size), log_uniform(rng, 1e-300, 1e150, size)


def tilt_at_zero(rng: Generator, size: int) -> Place:
    """t + k sigma near zero, for k up to 4."""
    sigma = np.minimum(some_scale(rng, size), 1e74)
    return -rng.integers(1, 5, size) * sigma**2 * near_one(rng, size), sigma


def far_tails(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-5, 1e150, size)
    return signs(rng, size) * rng.uniform(30, 60, size) * sigma, sigma


def far_left(rng: Generator, size: int) -> Place:
    """Where exp(mu) is what there is."""
    return -log_uniform(rng, 1, 800, size), log_uniform(rng, 1e-300, 30, size)


def far_away(rng: Generator, size: int) -> Place:
    """t to plus and minus infinity at an ordinary sigma."""
    sigma = log_uniform(rng, 1e-2, 30, size)
    return signs(rng, size) * log_uniform(rng, 10, 1e100, size) * sigma, sigma


def subnormal_results(rng: Generator, size: int) -> Place:
    """Where sigma, sigma^2, P[X > 0], exp(mu), exp(2 mu) or sigma^2/mu is next to subnormal."""
    t = rng.uniform(-40, 40, size)
    sigma = log_uniform(rng, 1e-310, 1e-290, size)
    root = log_uniform(rng, 1e-165, 1e-150, size)
    scale = some_scale(rng, size)
    tail = signs(rng, size) * rng.uniform(36, 40, size)
    narrow = log_uniform(rng, 1e-300, 30, size)
    ratio = log_uniform(rng, 1e-229, 1e-80, size)
    kinds = [
        (t * sigma, sigma),
        (t * root, root),
        (tail * scale, scale),
        (-rng.uniform(690, 760, size), narrow),
        (-rng.uniform(340, 380, size), narrow),
        (ratio * (ratio * 1e300) * log_uniform(rng, 1, 1e26, size), ratio),
    ]
    mu, sigma = zip(*kinds, strict=True)
    kind = rng.integers(0, len(kinds), size)
    return np.choose(kind, mu), np.choose(kind, sigma)


def edges_of_t(rng: Generator, size: int) -> Place:
    t = rng.choice([-77.0, -36.0, -10.5, -2.0, -1.0, -0.5, 2.0, 36.0, 77.0], size)
    sigma = some_scale(rng, size)
    return t * near_one(rng, size) * sigma, sigma


def edges_of_sigma(rng: Generator, size: int) -> Place:
    """On the left, sigma and |mu| + sigma near the ends of regimes."""
    t = -log_uniform(rng, 0.5, 100, size)
    end = rng.choice([0.5, 0.7, 0.9], size) * near_one(rng, size)
    total = rng.choice([0.7, 1.0, 1.5], size) * near_one(rng, size)
    sigma = np.where(rng.random(size) < 0.5, end, total / (1 - t))
    return t * sigma, sigma


def edges_of_steps(rng: Generator, size: int) -> Place:
    """The steps sigma and 2 sigma of the Mills ratio near the longest that differences take."""
    t = rng.uniform(-2, 40, size)
    sigma = (t + 4) * (3 * near_one(rng, size) - 1) / rng.choice([1.0, 2.0], size)
    return t * sigma, sigma


def edges_of_differences(rng: Generator, size: int) -> Place:
    t = signs(rng, size) * log_uniform(rng, 0.01, 100, size)
    sigma = log_uniform(rng, 0.3, 3, size) * (1 + abs(t))
    return t * sigma, sigma


def edges_of_expansions(rng: Generator, size: int) -> Place:
    t = -log_uniform(rng, 0.3, 100, size)
    sigma = log_uniform(rng, 0.3, 3, size) / (1 + abs(t))
    return t * sigma, sigma


def edges_of_the_range(rng: Generator, size: int) -> Place:
    def end(argument: str) -> Array:
        low, high = RANGE[argument]
        inwards = log_uniform(rng, 1, 10, size) ** rng.integers(0, 2, size)
        return np.where(rng.random(size) < 0.5, low * inwards, high / inwards)

    mu, sigma = signs(rng, size) * end("mu"), end("sigma")
    near = rng.random(size) < 0.5
    mu[near] = (rng.uniform(-40, 40, size) * sigma)[near]
    return mu, sigma, end("alpha")


def edges_of_powers(rng: Generator, size: int) -> Place:
    """Where alpha^n times a moment of order n is next to the ends of the double range."""
    alpha, n = log_uniform(rng, 1e-10, 1e10, size), rng.integers(1, 5, size)
    end = rng.choice([-708.4, 709.8], size) + rng.uniform(-40, 40, size)
    t = np.where(rng.random(size) < 0.5, rng.uniform(-10, 10, size), rng.uniform(-40, 40, size))
    factor = np.where(rng.random(size) < 0.5, np.log(alpha), 0.0)
    # The moment is sigma^n, with the factor phi(t) or without, or e^(n mu).
    tail = np.where(rng.random(size) < 0.5, t * t / 2, 0.0)
    sigma = np.exp(np.clip((end + tail) / n - factor, -690, 345))
    far = -abs(end) / n - factor
    exponential = (rng.random(size) < 0.3) & (far < 0)
    sigma[exponential] = log_uniform(rng, 1e-300, 30, size)[exponential]
    return np.where(exponential, far, t * sigma), sigma, alpha


def cancellation(rng: Generator, size: int) -> Place:
    """Where the pieces cancel: in the mean, the third moment, the slope of the mean in sigma."""
    t, sigma = rng.uniform(-5, 5, size), log_uniform(rng, 1e-3, 30, size)
    phi = np.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    above = [ndtr(t)]
    above.append(t * above[0] + phi)
    above += [t * above[1] + above[0], 0.0]
    above[3] = t * above[2] + 2 * above[1]
    k = np.arange(4)[:, None]
    tilted = np.exp(k * t * sigma + (k * sigma) ** 2 / 2 + log_ndtr(-t - k * sigma))
    first = tilted[0] - tilted[1]
    third = tilted[0] - 3 * tilted[1] + 3 * tilted[2] - tilted[3]
    zeros = [
        sigma * above[1] / first,
        sigma * np.cbrt(abs(above[3] / third)),
        phi / (phi - sigma * tilted[1]),
    ]
    alpha = np.choose(rng.integers(0, 3, size), zeros) * near_one(rng, size)
    return t * sigma, sigma, np.clip(np.nan_to_num(abs(alpha), nan=1.0), *RANGE["alpha"])


REGIMES: dict[str, Callable[[Generator, int], Place]] = {
    regime.__name__: regime
    for regime in (
        anywhere,
        ordinary,
        unit_scale,
        any_scale,
        vanishing_scale,
        location_near_zero,
        location_zero,
        tilt_at_zero,
        far_tails,
        far_left,
        far_away,
        subnormal_results,
        edges_of_t,
        edges_of_sigma,
        edges_of_steps,
        edges_of_differences,
        edges_of_expansions,
        edges_of_the_range,
        edges_of_powers,
        cancellation,
    )
}


def places(regime: str, rng: Generator, size: int) -> tuple[Array, Array, Array]:
    """Draw mu, sigma and alpha in a regime; the limits belong to every one."""
    mu, sigma, *given = REGIMES[regime](rng, size)
    mu = np.clip(mu, -1e150, 1e150)
    sigma[rng.random(size) < 0.02] = 0.0
    infinite = rng.random(size) < 0.01
    mu[infinite] = np.copysign(np.inf, mu)[infinite]
    alpha = log_uniform(rng, *RANGE["alpha"], size)
    alpha[rng.random(size) < 0.125] = 1.0
    return mu, sigma, np.clip(given[0], *RANGE["alpha"]) if given else alpha


def arguments(
    names: tuple[str, ...], in_units: bool, rng: Generator, *place: Array
) -> tuple[Array, ...]:
    """The columns of arguments of a formula at places.

    Args:
        names: what the arguments are called.
        in_units: whether the activation sees mu and sigma in units of alpha: half of the places
            are meant so.
        rng: what parameters are drawn from.
        *place: mu, sigma and alpha.
    """
    mu, sigma, alpha = place
    if in_units:
        unit = np.where(rng.random(mu.size) < 0.5, alpha, 1.0)
        mu, sigma = _in_range(mu * unit, "mu"), _in_range(sigma * unit, "sigma")
    drawn = {"mu": mu, "sigma": sigma, "alpha": alpha, "slope": alpha}
    # A large scale multiplies the ulp of a subnormal moment.
    drawn["scale"] = log_uniform(rng, 0.5, 2, mu.size)
    if "level" in names:
        drawn["level"] = _level(rng, drawn, alpha if in_units else 1.0)
    return tuple(drawn[name] for name in names)


DERIVATIVES = {"mu": (1e-40, 1e40), "sigma": (1e-40, 30), "alpha": (0.1, 10), "slope": (0.1, 10)}
"""Where derivatives are bounded.  Beyond, those of the pieces cancel, or leave the doubles."""


def in_the_range_of_derivatives(
    names: tuple[str, ...], in_units: bool, columns: tuple[Array, ...]
) -> tuple[Array, ...]:
    """Arguments moved to where derivatives are bounded; the limits stay.

    Args:
        names: what the arguments are called.
        in_units: whether the range is meant in units of alpha.  There the activation is CELU, which
            is nearly linear where mu and sigma are small beside alpha, and its derivatives cancel.
        columns: the arguments.
    """
    given = dict(zip(names, columns, strict=True))

    def move(name: str, unit: Array | float = 1.0) -> None:
        low, high = DERIVATIVES[name]
        x = given[name]
        inside = np.copysign(np.clip(abs(x), low * unit, high * unit), x)
        given[name] = np.where((x == 0) | np.isinf(x), x, inside)

    for name in names[2:]:
        if name in DERIVATIVES:
            move(name)
    unit = given["alpha"] if in_units else 1.0
    move("mu", unit)
    move("sigma", unit)
    if in_units:
        near = abs(given["mu"]) + given["sigma"] < unit / 10
        given["sigma"] = np.where(near, unit / 10, given["sigma"])
    return tuple(given.values())


def nearly_linear(mu: Array, sigma: Array, alpha: Array) -> Array:
    """Where X, given X < 0, is so small beside the alpha of CELU that the slope in it cancels."""
    with np.errstate(all="ignore"):
        size = np.where(mu < 0, sigma - mu, sigma * (sigma / (sigma + mu)))
    return ~(size >= alpha / 10)


def _in_range(x: Array, argument: str) -> Array:
    size = np.clip(abs(x), *RANGE[argument])
    return np.where((x == 0) | np.isinf(x), x, np.copysign(size, x))


def _level(rng: Generator, drawn: dict[str, Array], unit: Array | float) -> Array:
    """Levels anywhere, near the slopes of the pieces at 0, and near those of the left one."""
    mu, sigma, alpha = drawn["mu"], drawn["sigma"], drawn["alpha"]
    size = mu.size
    # Nearer to a jump than this, the last digit of an argument decides between 0 and 1.
    distance = np.maximum(sigma, abs(mu) * 2.0**-40)
    with np.errstate(all="ignore"):
        x = (mu + signs(rng, size) * rng.uniform(0.1, 6, size) * distance) / unit
        steepness = np.where(np.isscalar(unit), alpha, 1.0) * np.exp(np.minimum(x, 0.0))
    ends = np.choose(rng.integers(0, 3, size), [np.ones(size), alpha, drawn["scale"]])
    kinds = [log_uniform(rng, *RANGE["alpha"], size), steepness, ends * near_one(rng, size)]
    level = np.choose(rng.integers(0, 3, size), kinds)
    return np.clip(np.nan_to_num(level, nan=1.0), 1e-300, 1e150)
