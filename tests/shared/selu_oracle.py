"""The truth for the parameters of SELU: Arb and the defining equations, no solution formula.

E f/std f decreases strictly with alpha, so a bracket whose ends have it on either side of
mean/sigma holds the solution; it is halved until the doubles next to it are known. The moments
are sums of E[e^(k X); X < 0] and of the moments of X_+, in a precision that rises until a sign is
known, for which some t^2 bits are needed with t = mean/sigma.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from flint import arb, ctx

PRECISIONS = (256, 512, 1024, 2048, 4096, 8192, 16384)
HALVINGS = 90


class Law:
    """The moments of the two parts of ELU for X ~ N(mean, variance), at the present precision."""

    def __init__(self, mean: float, variance: float) -> None:
        self.mean, self.sigma = arb(mean), arb(variance).sqrt()
        self.t = self.mean / self.sigma
        root = arb(2).sqrt()
        density = (-self.t * self.t / 2).exp() / (2 * arb.pi()).sqrt()

        def mills(x: arb) -> arb:
            return (x * x / 2).hypgeom_u(arb(1) / 2, arb(1) / 2) / root

        def exponential(k: int) -> arb:
            x = self.t + k * self.sigma
            if x >= 0:
                return density * mills(x)
            whole = ((x - self.t) * (x + self.t) / 2).exp()
            if x < 0:
                return whole * (1 - (-x * x / 2).exp() / (2 * arb.pi()).sqrt() * mills(-x))
            return whole * (x / root).erfc() / 2

        zero, one, two = map(exponential, range(3))
        self.loss, self.loss_square = zero - one, zero - 2 * one + two
        above = density * mills(-self.t) if self.t < 0 else 1 - zero
        self.gain = self.sigma * (self.t * above + density)
        self.gain_square = self.sigma**2 * ((1 + self.t**2) * above + self.t * density)

    def moments(self, alpha: arb) -> tuple[arb, arb]:
        """E f and Var f."""
        mean = self.gain - alpha * self.loss
        return mean, self.gain_square + alpha**2 * self.loss_square - mean**2

    def excess(self, alpha: arb) -> arb:
        """What has the sign of E f/std f - mean/sigma."""
        mean, variance = self.moments(alpha)
        if not variance > 0:
            return arb(0, 1)
        return mean / variance.sqrt() - self.t


def truth(mean: float, variance: float, near: float) -> tuple[arb, arb]:
    """Balls around alpha and the scale, given a double near alpha.

    Raises:
        AssertionError: if the double is not within two units in the last place.
    """
    previous = ctx.prec
    try:
        for ctx.prec in PRECISIONS:
            law = Law(mean, variance)
            unit = arb(2) ** (math.frexp(near)[1] - 53)
            low, high = arb(near) - 2 * unit, arb(near) + 2 * unit
            signs = law.excess(low), law.excess(high)
            if signs[0] < 0 or signs[1] > 0:
                raise AssertionError(f"alpha is not within 2 units of {near}")
            if not (signs[0] > 0 and signs[1] < 0):
                continue
            for _ in range(HALVINGS):
                middle = ((low + high) / 2).mid()
                sign = law.excess(middle)
                if sign > 0:
                    low = middle
                elif sign < 0:
                    high = middle
                else:
                    break
            else:
                alpha = low.union(high)
                _, variance_found = law.moments(alpha)
                return alpha, law.sigma / variance_found.sqrt()
        raise ArithmeticError(f"no precision decides {mean}, {variance}")
    finally:
        ctx.prec = previous


def error_in_units(value: float, ball: arb) -> float:
    """The distance of a double from a ball, in units of its last place."""
    unit = arb(2) ** max(math.frexp(value)[1] - 53, -1074)
    return float((abs(arb(value) - ball) / unit).upper())


def derivatives(
    function: Callable[[arb, arb], arb], mean: float, variance: float, step: int = -60
) -> Iterator[arb]:
    """Central differences by mean and variance, at the present precision."""
    h = arb(2) ** step
    m, v = arb(mean), arb(variance)
    yield (function(m + h, v) - function(m - h, v)) / (2 * h)
    yield (function(m, v + h) - function(m, v - h)) / (2 * h)
