"""The named activations in mpmath, written down a second time, and their moments by its quadrature.

Nothing here knows the package. Each activation has its definition, its derivative and its kinks.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import mpmath
from mpmath import mp

DIGITS = 30


class Oracle(NamedTuple):
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    kinks: tuple[float, ...] = ()


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def logistic_slope(x):
    return 1 / (2 + mp.exp(x) + mp.exp(-x))


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def tanh_slope(x):
    return 1 / mp.cosh(x) ** 2


def bend(x):
    """What the hyperbolic tangent of GELU is taken of."""
    return mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)


def bend_slope(x):
    return mp.sqrt(2 / mp.pi) * (1 + 3 * mp.mpf("0.044715") * x**2)


RATE = "1.702"

ORACLES = {
    "gelu": Oracle(lambda x: x * mp.ncdf(x), lambda x: mp.ncdf(x) + x * density(x)),
    "gelu_tanh": Oracle(
        lambda x: x / 2 * (1 + mp.tanh(bend(x))),
        lambda x: (1 + mp.tanh(bend(x))) / 2 + x / 2 * tanh_slope(bend(x)) * bend_slope(x),
    ),
    "quick_gelu": Oracle(
        lambda x: x * logistic(mp.mpf(RATE) * x),
        lambda x: logistic(mp.mpf(RATE) * x) + mp.mpf(RATE) * x * logistic_slope(mp.mpf(RATE) * x),
    ),
    "silu": Oracle(lambda x: x * logistic(x), lambda x: logistic(x) + x * logistic_slope(x)),
    "mish": Oracle(
        lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
        lambda x: mp.tanh(mp.log1p(mp.exp(x))) + x * tanh_slope(mp.log1p(mp.exp(x))) * logistic(x),
    ),
    "softplus": Oracle(lambda x: mp.log1p(mp.exp(x)), logistic),
    "squareplus": Oracle(
        lambda x: (x + mp.sqrt(x * x + 4)) / 2, lambda x: (1 + x / mp.sqrt(x * x + 4)) / 2
    ),
    "tanh": Oracle(mp.tanh, tanh_slope),
    "sigmoid": Oracle(logistic, logistic_slope),
    "hard_sigmoid": Oracle(
        lambda x: min(max(x / 6 + mp.mpf(1) / 2, 0), 1),
        lambda x: mp.mpf(1) / 6 if -3 < x < 3 else 0,
        (-3, 3),
    ),
    "hard_swish": Oracle(
        lambda x: x * min(max(x / 6 + mp.mpf(1) / 2, 0), 1),
        lambda x: x / 3 + mp.mpf(1) / 2 if -3 < x < 3 else int(x > 0),
        (-3, 3),
    ),
    "hard_tanh": Oracle(lambda x: min(max(x, -1), 1), lambda x: int(-1 < x < 1), (-1, 1)),
    "relu6": Oracle(lambda x: min(max(x, 0), 6), lambda x: int(0 < x < 6), (0, 6)),
    "squared_relu": Oracle(lambda x: max(x, 0) ** 2, lambda x: 2 * max(x, 0), (0,)),
    "softsign": Oracle(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, (0,)),
    "log_sigmoid": Oracle(lambda x: -mp.log1p(mp.exp(-x)), lambda x: logistic(-x)),
    "tanhshrink": Oracle(lambda x: x - mp.tanh(x), lambda x: mp.tanh(x) ** 2),
    "hardshrink": Oracle(
        lambda x: x if abs(x) > 0.5 else 0, lambda x: int(abs(x) > 0.5), (-0.5, 0.5)
    ),
    "softshrink": Oracle(
        lambda x: mp.sign(x) * max(abs(x) - 0.5, 0), lambda x: int(abs(x) > 0.5), (-0.5, 0.5)
    ),
}


def expectation(g: Callable[[Any], Any], kinks: tuple[float, ...], mu=0, sigma=1) -> Any:
    """E g(X) in mpmath's working precision, by Gauss and Legendre between whole numbers."""
    cuts = sorted({*range(-14, 15), *((mp.mpf(kink) - mu) / sigma for kink in kinks)})
    return mp.fsum(
        mp.quad(lambda z: g(mu + sigma * z) * density(z), pair, method="gauss-legendre")
        for pair in pairwise(cuts)
    )


def moments(name: str, mu=0, sigma=1, digits: int = DIGITS) -> dict[str, Any]:
    """The four moments of a named activation."""
    value, slope, kinks = ORACLES[name]
    with mpmath.workdps(digits + 8):
        first, second, steep = (
            expectation(g, kinks, mp.mpf(mu), mp.mpf(sigma))
            for g in (value, lambda x: value(x) ** 2, lambda x: slope(x) ** 2)
        )
        return {
            "mean": first,
            "second_moment": second,
            "variance": second - first**2,
            "derivative_second_moment": steep,
        }
