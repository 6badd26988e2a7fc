"""The arguments at which the bench measures, from a layer of a network to the range of doubles."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from regimes import REGIMES, log_uniform, signs

Array = NDArray[np.float64]
Generator = np.random.Generator
Arguments = tuple[Array, Array, Array]


def network(rng: Generator, size: int) -> Arguments:
    """A layer of a network at its initialization."""
    return rng.normal(size=size), rng.uniform(0.5, 2, size), rng.uniform(0.5, 2, size)


def moderate(rng: Generator, size: int) -> Arguments:
    sigma = log_uniform(rng, 1e-3, 1e3, size)
    return rng.uniform(-30, 30, size) * sigma, sigma, log_uniform(rng, 1e-2, 1e2, size)


def grid(rng: Generator, size: int) -> Arguments:
    """What a sweep over orders of magnitude asks."""
    mu = signs(rng, size) * log_uniform(rng, 1e-2, 1e2, size)
    return mu, log_uniform(rng, 1e-2, 1e2, size), log_uniform(rng, 1e-2, 1e2, size)


def whole_range(rng: Generator, size: int) -> Arguments:
    mu = signs(rng, size) * log_uniform(rng, 1e-300, 1e150, size)
    return mu, log_uniform(rng, 1e-300, 1e150, size), log_uniform(rng, 1e-10, 1e10, size)


def mixed(rng: Generator, size: int) -> Arguments:
    """Equal shares of the other populations, shuffled."""
    populations = (network, moderate, grid, whole_range)
    shares = [population(rng, size // len(populations)) for population in populations]
    order = rng.permutation(size // len(populations) * len(populations))
    mu, sigma, alpha = (np.concatenate(each)[order] for each in zip(*shares, strict=True))
    return mu, sigma, alpha


class Population(NamedTuple):
    """Arguments of one kind: how they are drawn, and what they are."""

    draw: Callable[[Generator, int], Arguments]
    what: str


POPULATIONS = {
    "network": Population(network, "mu ~ N(0, 1), sigma and alpha ~ U(0.5, 2)"),
    "mixed": Population(mixed, "equal shares of the others, shuffled"),
    "moderate": Population(
        moderate, "sigma 1e-3 to 1e3, alpha 1e-2 to 1e2, log-uniform; |mu| up to 30 sigma"
    ),
    "grid": Population(grid, "|mu|, sigma and alpha 1e-2 to 1e2, log-uniform"),
    "range": Population(
        whole_range, "|mu| and sigma 1e-300 to 1e150, alpha 1e-10 to 1e10, log-uniform"
    ),
}


def hard(rng: Generator, size: int) -> Arguments:
    """Points of every regime of the accuracy test in turn."""
    share = -(-size // len(REGIMES))
    places = [regime(rng, share)[:2] for regime in REGIMES.values()]
    mu, sigma = (np.concatenate(each)[:size] for each in zip(*places, strict=True))
    return mu, sigma, log_uniform(rng, 1e-10, 1e10, size)
