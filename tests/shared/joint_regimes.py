"""The points at which expectations of two inputs are measured, regime by regime."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from regimes import Array, Generator, log_uniform, near_one, signs

Law = tuple[Array, Array, Array, Array, Array, Array]
Triple = tuple[Array, Array, Array]


class Pairs(NamedTuple):
    """Columns of arguments: the law, and factor, ratio and rate of both activations."""

    law: Law
    first: Triple
    second: Triple


def means(rng: Generator, deviation: Array, reach: float = 6.0) -> Array:
    """Means within so many standard deviations; zero and tiny ones among them."""
    size = deviation.size
    mean = rng.uniform(-reach, reach, size) * deviation
    kind = rng.random(size)
    tiny = signs(rng, size) * log_uniform(rng, 1e-18, 1, size) * deviation
    return np.where(kind < 0.15, 0.0, np.where(kind < 0.3, tiny, mean))


def angles(rng: Generator, size: int) -> tuple[Array, Array]:
    """Correlation and complement of an angle anywhere."""
    angle = rng.uniform(0, np.pi, size)
    return np.cos(angle), np.sin(angle)


def small_angles(rng: Generator, low: float, high: float, size: int) -> tuple[Array, Array]:
    """Those of angles near 0."""
    angle = log_uniform(rng, low, high, size)
    return np.cos(angle), np.sin(angle)


def complement(rho: Array) -> Array:
    return np.sqrt((1 - rho) * (1 + rho))


def doubles_near_one(rng: Generator, size: int) -> tuple[Array, Array]:
    """Doubles on both ends, from one ulp away."""
    steps = np.floor(log_uniform(rng, 1, 1e14, size))
    rho = signs(rng, size) * (1 - steps * 2.0**-53)
    return rho, complement(rho)


def ordinary(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 0.1, 10, size) for _ in range(2))
    m, n = (rng.normal(size=size) * x for x in (s, t))
    return m, s, n, t, *angles(rng, size)


def zero_means(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    return 0 * s, s, 0 * t, t, *angles(rng, size)


def far_means(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-2, 1e2, size) for _ in range(2))
    m, n = (rng.uniform(-30, 30, size) * x for x in (s, t))
    return m, s, n, t, *angles(rng, size)


def unequal_deviations(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-8, 1e8, size) for _ in range(2))
    return means(rng, s), s, means(rng, t), t, *angles(rng, size)


def small_deviations(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-8, 1e-1, size) for _ in range(2))
    return means(rng, s), s, means(rng, t), t, *angles(rng, size)


def large_deviations(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 10, 1e8, size) for _ in range(2))
    return means(rng, s), s, means(rng, t), t, *angles(rng, size)


def near_a_line(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    near, far = doubles_near_one(rng, size), small_angles(rng, 1e-12, 0.1, size)
    pick = rng.random(size) < 0.5
    rho, w = np.where(pick, near[0], far[0] * signs(rng, size)), np.where(pick, near[1], far[1])
    return means(rng, s), s, means(rng, t), t, rho, w


def on_a_line(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    rho = signs(rng, size)
    return means(rng, s, 30), s, means(rng, t, 30), t, rho, np.zeros(size)


def nearly_independent(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    rho = signs(rng, size) * log_uniform(rng, 1e-300, 0.1, size)
    rho = np.where(rng.random(size) < 0.3, 0.0, rho)
    return means(rng, s), s, means(rng, t), t, rho, complement(rho)


def near_duplicates(rng: Generator, size: int) -> Law:
    """Equal marginals, or nearly so, and a small angle."""
    s = log_uniform(rng, 1e-3, 1e3, size)
    m = means(rng, s)
    pick = rng.random(size) < 0.7
    t = np.where(pick, s, s * near_one(rng, size))
    n = np.where(pick, m, m * near_one(rng, size))
    return m, s, n, t, *small_angles(rng, 1e-12, 0.1, size)


def bends_together(rng: Generator, size: int) -> Law:
    """Where Y, given that X is at its bend, is near its own, and often both are far out."""
    s, t = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    rho, w = angles(rng, size)
    near = small_angles(rng, 1e-8, 0.1, size)
    pick = rng.random(size) < 0.5
    rho, w = np.where(pick, near[0], rho), np.where(pick, near[1], w)
    place = rng.uniform(-30, 30, size)
    other = rho * place + w * rng.normal(size=size) * rng.choice([0.0, 1e-8, 1.0, 3.0], size)
    return place * s, s, np.clip(other, -30, 30) * t, t, rho, w


def far_bends(rng: Generator, size: int) -> Law:
    """Both bends far out, together, and Y nearly known: of some the marginals are equal."""
    s, t = (log_uniform(rng, 1e-3, 1e8, size) for _ in range(2))
    rho, w = small_angles(rng, 1e-12, 0.5, size)
    place = signs(rng, size) * rng.uniform(10, 30, size)
    other = np.clip(rho * place + 3 * w * rng.normal(size=size), -30, 30)
    twice = rng.random(size) < 0.5
    n = np.where(twice, place * s, other * t)
    return place * s, s, n, np.where(twice, s, t), rho, w


def bends_apart(rng: Generator, size: int) -> Law:
    """A small deviation with its bend far out, and a large one with its bend near its mean."""
    s, t = log_uniform(rng, 1e-8, 1, size), log_uniform(rng, 1e2, 1e8, size)
    rho, w = angles(rng, size)
    near = small_angles(rng, 1e-8, 1, size)
    pick = rng.random(size) < 0.7
    rho, w = np.where(pick, near[0] * signs(rng, size), rho), np.where(pick, near[1], w)
    return rng.uniform(-30, 30, size) * s, s, rng.uniform(-2, 2, size) * t, t, rho, w


def tilts_at_zero(rng: Generator, size: int) -> Law:
    """Where a tilted law has its mean at the bend."""
    s, t = (log_uniform(rng, 1e-2, 30, size) for _ in range(2))
    rho, w = angles(rng, size)
    n = rng.integers(0, 2, size)
    m = -(s * s + n * rho * s * t) * near_one(rng, size)
    k = -(t * t + n * rho * s * t) * near_one(rng, size)
    return np.clip(m, -30 * s, 30 * s), s, np.clip(k, -30 * t, 30 * t), t, rho, w


def anywhere(rng: Generator, size: int) -> Law:
    s, t = (log_uniform(rng, 1e-8, 1e8, size) for _ in range(2))
    near, far = doubles_near_one(rng, size), small_angles(rng, 1e-12, 0.1, size)
    rho, w = angles(rng, size)
    kind = rng.random(size)
    sign = signs(rng, size)
    rho = np.where(kind < 0.25, near[0], np.where(kind < 0.5, sign * far[0], rho))
    w = np.where(kind < 0.25, near[1], np.where(kind < 0.5, far[1], w))
    return means(rng, s, 30), s, means(rng, t, 30), t, rho, w


def mixed(rng: Generator, size: int) -> tuple[Triple, Triple]:
    """ELUs of the same alpha or of two, one in five of them SELU, CELU, leaky ReLU or ReLU."""
    ratio, other = (log_uniform(rng, 1e-3, 1e3, size) for _ in range(2))
    kind = rng.random(size)
    ratio = np.where(kind < 0.3, 1.0, ratio)
    other = np.where(kind < 0.6, ratio, other)
    return _mixed(rng, ratio), _mixed(rng, other)


def alike(rng: Generator, size: int) -> tuple[Triple, Triple]:
    """The same one twice."""
    one, _ = mixed(rng, size)
    return one, one


def plain(rng: Generator, size: int) -> tuple[Triple, Triple]:
    """ELU with alpha = 1."""
    one = np.ones(size)
    return (one, one, one), (one, one, one)


def steep_and_flat(rng: Generator, size: int) -> tuple[Triple, Triple]:
    """ELUs with alpha near 1e-3 or 1e3."""
    one = np.ones(size)
    ends = 1000.0 ** signs(rng, size), 1000.0 ** signs(rng, size)
    first, second = (end * log_uniform(rng, 0.5, 2, size) for end in ends)
    return (one, first, one), (one, second, one)


def second_steep(rng: Generator, size: int) -> tuple[Triple, Triple]:
    """ELUs with alpha = 1 and with a large one."""
    one = np.ones(size)
    return (one, one, one), (one, log_uniform(rng, 100, 1e3, size), one)


def _mixed(rng: Generator, ratio: Array) -> Triple:
    size = ratio.size
    one, kind = np.ones(size), rng.integers(0, 20, size)
    factor = np.where(kind == 0, log_uniform(rng, 0.5, 2, size), one)
    rate = np.where(kind == 1, 1 / ratio, one)
    line, flat = kind == 2, kind == 3
    ratio = np.select([kind == 1, line, flat], [one, 0.01 * one, 0 * one], ratio)
    return factor, ratio, np.where(line | flat, 0.0, rate)


class Regime(NamedTuple):
    """How laws are drawn, and how activations."""

    law: Callable[[Generator, int], Law]
    activations: Callable[[Generator, int], tuple[Triple, Triple]] = mixed


REGIMES: dict[str, Regime] = {
    "ordinary": Regime(ordinary, plain),
    "zero means": Regime(zero_means),
    "means to 30 sigma": Regime(far_means),
    "unequal sigmas": Regime(unequal_deviations),
    "small sigmas": Regime(small_deviations),
    "large sigmas": Regime(large_deviations),
    "rho near 1 and -1": Regime(near_a_line),
    "rho 1 and -1": Regime(on_a_line),
    "rho near 0": Regime(nearly_independent),
    "alpha small and large": Regime(ordinary, steep_and_flat),
    "near duplicates": Regime(near_duplicates, alike),
    "bends together": Regime(bends_together),
    "bends far out": Regime(far_bends, alike),
    "bends apart": Regime(bends_apart, second_steep),
    "tilts at zero": Regime(tilts_at_zero),
    "anywhere": Regime(anywhere),
}


def pairs(regime: str, rng: Generator, size: int) -> Pairs:
    """Draw the arguments of ``joint_expectation`` in a regime."""
    law, activations = REGIMES[regime]
    return Pairs(law(rng, size), *activations(rng, size))
