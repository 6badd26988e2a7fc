"""The sampling law of the second moment in a wide ELU network, from quadrature.

Given one layer, the pre-activations of the next are independent N(0, v), so with weights of
variance gain^2/n the variance v of a layer of width n is a Markov chain:

    v' = gain^2/n sum_i f(sqrt(v) Z_i)^2.

Its mean and variance are carried from layer to layer to second order in the deviation of v, whose
rest is of order n^-2. With n the number of independent units that is the law itself; where units
share weights, as the positions of a convolution do, n is that of the channels, and the interval is
wider than the truth: no more alarms, and no fewer than the mutants below need.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import integrate

DEPTH = 50
ALARM = 4.0
"""The deviations that raise an alarm: 6e-5 of all runs of a right initializer."""


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _mean(power: int, v: float, alpha: float) -> float:
    """E f(sqrt(v) Z)^power by SciPy's quadrature, split at the kink."""
    root = math.sqrt(v)
    left = integrate.quad(lambda z: (alpha * math.expm1(root * z)) ** power * _density(z), -12, 0)
    right = integrate.quad(lambda z: (root * z) ** power * _density(z), 0, 12)
    return left[0] + right[0]


@dataclass(frozen=True)
class DepthLaw:
    """The mean and the standard deviation of a layer's variance in one network."""

    mean: float
    deviation: float

    def score(self, found: np.ndarray) -> float:
        """By how many of its standard deviations the mean over networks is off."""
        return float((np.mean(found) - self.mean) / (self.deviation / math.sqrt(len(found))))


@cache
def depth_law(gain: float, width: int, alpha: float = 1.0, depth: int = DEPTH) -> DepthLaw:
    """The law after some layers, from the variance 1 in the first one."""
    step, squared = 1e-2, gain**2
    mean, variance = 1.0, 0.0
    for _ in range(depth):
        second = [squared * _mean(2, mean + shift, alpha) for shift in (-step, 0.0, step)]
        slope = (second[2] - second[0]) / (2 * step)
        bend = (second[2] - 2 * second[1] + second[0]) / step**2
        noise = squared**2 * _mean(4, mean, alpha) - second[1] ** 2
        mean = second[1] + bend * variance / 2
        variance = slope**2 * variance + noise / width
    return DepthLaw(mean, math.sqrt(variance))


def chain(gain: float, width: int, networks: int, seed: int, depth: int = DEPTH) -> np.ndarray:
    """The variances after some layers of many networks, by running the chain itself."""
    rng = np.random.default_rng(seed)
    v = np.ones(networks)
    for _ in range(depth):
        x = np.sqrt(v)[:, None] * rng.standard_normal((networks, width))
        v = gain**2 * np.mean(np.where(x > 0, x, np.expm1(np.minimum(x, 0))) ** 2, axis=1)
    return v
