"""The truth for numeric tests: rigorous enclosures by Arb, and the measure of an error.

Nothing here comes from the package under test.  Each quantity is evaluated at the exact values of
its double arguments from its textbook definition, at a precision that rises until the enclosure is
narrow, with the derivatives that say how well the problem is conditioned.  `formula_oracles` beside
this has the published formulas together, in forms that need less precision.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, ctx

RELATIVE_WIDTH = 2.0**-70
PRECISIONS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
UNDERFLOW = arb(2) ** -1200
MODERATE = 100
"""Up to here erfc is narrow, and many times faster than Tricomi's function, which is so beyond."""


@dataclass(frozen=True)
class Jet:
    """A quantity and its derivatives with respect to mu, sigma and alpha, enclosed."""

    value: arb
    mu: arb
    sigma: arb
    alpha: arb

    def __add__(self, other: Jet) -> Jet:
        return Jet(*(x + y for x, y in zip(self.parts(), other.parts(), strict=True)))

    def __sub__(self, other: Jet) -> Jet:
        return Jet(*(x - y for x, y in zip(self.parts(), other.parts(), strict=True)))

    def __mul__(self, other: Jet) -> Jet:
        slopes = zip(self.parts()[1:], other.parts()[1:], strict=True)
        return Jet(self.value * other.value, *(x * other.value + self.value * y for x, y in slopes))

    def __truediv__(self, other: Jet) -> Jet:
        value = self.value / other.value
        slopes = zip(self.parts()[1:], other.parts()[1:], strict=True)
        return Jet(value, *((x - value * y) / other.value for x, y in slopes))

    def sqrt(self) -> Jet:
        if not self.value > 0:  # not yet told from zero: all that is known of the root is its size
            unknown = arb(0, float(self.value.abs_upper().sqrt().upper()))
            return Jet(unknown, *(arb.nan() for _ in range(3)))
        root = self.value.sqrt()
        return Jet(root, *(slope / (2 * root) for slope in self.parts()[1:]))

    def scaled(self, factor: int) -> Jet:
        return Jet(*(factor * x for x in self.parts()))

    def parts(self) -> tuple[arb, arb, arb, arb]:
        return self.value, self.mu, self.sigma, self.alpha


class Normal:
    """X ~ N(mu, sigma^2) at exact arguments and the present precision; sigma > 0, mu finite."""

    def __init__(self, mu: float, sigma: float, alpha: float) -> None:
        self.mu, self.sigma, self.alpha = arb(mu), arb(sigma), arb(alpha)
        self.t = self.mu / self.sigma
        self.density = (-self.t * self.t / 2).exp() / (2 * arb.pi()).sqrt()
        self._exponential: dict[int, arb] = {}

    def mills(self, x: arb) -> arb:
        """Phi(-x)/phi(x) for x >= 0."""
        if x < MODERATE:
            return (arb.pi() / 2).sqrt() * (x * x / 2).exp() * (x / arb(2).sqrt()).erfc()
        return (x * x / 2).hypgeom_u(arb(1) / 2, arb(1) / 2) / arb(2).sqrt()

    def tail(self, x: arb) -> arb:
        """Phi(-x) for x >= 0."""
        if x < MODERATE:
            return (x / arb(2).sqrt()).erfc() / 2
        return self.mills(x) * (-x * x / 2).exp() / (2 * arb.pi()).sqrt()

    def exponential(self, k: int) -> arb:
        """E[e^(k X); X < 0]."""
        if k not in self._exponential:
            x = self.t + k * self.sigma
            if x >= 0:
                value = self.density * self.mills(x)
            elif x <= 0:
                value = (k * self.mu + (k * self.sigma) ** 2 / 2).exp() * (1 - self.tail(-x))
            else:  # the enclosure of x holds 0
                value = (
                    (k * self.mu + (k * self.sigma) ** 2 / 2).exp() * (x / arb(2).sqrt()).erfc() / 2
                )
            self._exponential[k] = value
        return self._exponential[k]

    def lower_exponential(self, k: int) -> Jet:
        e, phi, s = self.exponential(k), self.density, self.sigma
        power = self.alpha**k
        return Jet(
            power * e,
            power * (k * e - phi / s),
            power * (k * k * s * e - k * phi + self.t * phi / s),
            k * power * e / self.alpha,
        )

    def lower(self, n: int) -> Jet:
        """E[(alpha (1 - e^X))_+^n], by expanding the power; slopes by the heat equation."""
        total = Jet(arb(0), arb(0), arb(0), arb(0))
        one = Normal.__new__(Normal)
        one.__dict__.update(self.__dict__, alpha=arb(1))
        for k in range(n + 1):
            total = total + one.lower_exponential(k).scaled((-1) ** k * math.comb(n, k))
        power = self.alpha**n
        return Jet(
            power * total.value,
            power * total.mu,
            power * total.sigma,
            n * power * total.value / self.alpha,
        )

    def upper(self, n: int) -> Jet:
        """E[X_+^n] by its recurrence."""
        moments = [self.tail(-self.t) if self.t < 0 else 1 - self.tail(self.t)]
        if not (self.t < 0 or self.t >= 0):
            moments = [(-self.t / arb(2).sqrt()).erfc() / 2]
        moments.append(self.mu * moments[0] + self.sigma * self.density)
        for k in range(1, n):
            moments.append(self.mu * moments[k] + k * self.sigma**2 * moments[k - 1])
        zero = arb(0)
        if n == 0:
            slope = self.density / self.sigma
            return Jet(moments[0], slope, -self.t * slope, zero)
        if n == 1:
            return Jet(moments[1], moments[0], self.density, zero)
        return Jet(moments[n], n * moments[n - 1], n * (n - 1) * self.sigma * moments[n - 2], zero)


def smooth_mean(x: Normal) -> Jet:
    """The mean of CELU: the parts at (mu, sigma) and (mu, sigma)/alpha."""
    upper, unit = x.upper(1), Normal(0.0, 1.0, 1.0)
    unit.mu, unit.sigma, unit.t, unit.density = x.mu / x.alpha, x.sigma / x.alpha, x.t, x.density
    lower = unit.lower(1)
    # The chain rule; the total is homogeneous of degree 1 in its three arguments.
    value = upper.value - x.alpha * lower.value
    by_mu, by_sigma = upper.mu - lower.mu, upper.sigma - lower.sigma
    by_alpha = (value - x.mu * by_mu - x.sigma * by_sigma) / x.alpha
    return Jet(value, by_mu, by_sigma, by_alpha)


def root(quantity: Callable[[Normal], Jet]) -> Callable[[Normal], Jet]:
    """The square root of a quantity."""
    return lambda x: quantity(x).sqrt()


Quantity = Callable[[Normal], Jet]


def upper_partial_moment(order: int) -> Quantity:
    return lambda x: x.upper(order)


def lower_partial_moment(order: int) -> Quantity:
    return lambda x: x.lower(order)


def lower_exponential_moment(order: int) -> Quantity:
    return lambda x: x.lower_exponential(order)


def upper_partial_variance(x: Normal) -> Jet:
    return x.upper(2) - x.upper(1) * x.upper(1)


def lower_partial_variance(x: Normal) -> Jet:
    return x.lower(2) - x.lower(1) * x.lower(1)


def partial_mean_product(x: Normal) -> Jet:
    return x.upper(1) * x.lower(1)


def opposite_mean_product(x: Normal) -> Jet:
    upper = x.upper(1)
    one, zero = arb(1), arb(0)
    return upper * (upper - Jet(x.mu, one, zero, zero))


def upper_conditional_mean(x: Normal) -> Jet:
    return x.upper(1) / x.upper(0)


def lower_conditional_mean(x: Normal) -> Jet:
    return x.lower(1) / x.lower(0)


def mean(x: Normal) -> Jet:
    return x.upper(1) - x.lower(1)


def absolute_mean(x: Normal) -> Jet:
    return x.upper(1) + x.lower(1)


def second_moment(x: Normal) -> Jet:
    return x.upper(2) + x.lower(2)


def variance(x: Normal) -> Jet:
    first = mean(x)
    return second_moment(x) - first * first


def derivative_mean(x: Normal) -> Jet:
    return x.upper(0) + x.lower_exponential(1)


def derivative_second_moment(x: Normal) -> Jet:
    return x.upper(0) + x.lower_exponential(2)


def _narrow(x: arb) -> bool:
    if not x.is_finite():
        return False
    if abs(x) < UNDERFLOW:
        return True
    return x.rad() < RELATIVE_WIDTH * abs(x.mid())


@dataclass(frozen=True)
class Truth:
    """An enclosed value and the sum of |x dF/dx| over its arguments.

    Both are midpoints: the radius of the value is 2^-70 of it.
    """

    value: arb
    condition: arb

    def unit(self) -> arb:
        """Return ulp(true) + 2^-52 condition, in which errors are measured; the value is finite."""
        return arb(math.ulp(float(self.value.mid()))) + self.condition / 2**52

    def error(self, computed: float) -> float:
        """Return |computed - true| in that unit.

        It is infinite for NaN, for an infinity in place of a number and the reverse, and for zero
        where the true value is a normal number, however conditioned.
        """
        nearest = float(self.value.mid())
        if math.isinf(nearest) or math.isinf(computed):
            return 0.0 if nearest == computed else math.inf
        if math.isnan(computed) or (computed == 0 and abs(nearest) >= sys.float_info.min):
            return math.inf
        return float((abs(arb(computed) - self.value.mid()) / self.unit()).mid())


def truth(quantity: Quantity, mu: float, sigma: float, alpha: float = 1.0) -> Truth:
    """Return the true value and its condition; sigma > 0, mu finite.

    Raises:
        ArithmeticError: if no precision up to the last makes the enclosure narrow.
    """
    saved = ctx.prec
    try:
        for precision in PRECISIONS:
            ctx.prec = precision
            jet = quantity(Normal(mu, sigma, alpha))
            if not _narrow(jet.value):
                continue
            if abs(jet.value) < UNDERFLOW:  # zero for a double, however conditioned
                return Truth(jet.value.mid(), arb(0))
            slopes = zip((mu, sigma, alpha), jet.parts()[1:], strict=True)
            products = [abs(arb(x) * slope) for x, slope in slopes]
            condition = sum(products, arb(0))
            # A slope that is exactly zero keeps a wide ball; one that is small beside the value
            # does not matter.
            if condition.is_finite() and (
                condition.rad() < 1e-6 * condition.mid()
                or condition.rad() < 1e-6 * abs(jet.value)
                or condition < UNDERFLOW
            ):
                return Truth(jet.value.mid(), condition.mid())
    finally:
        ctx.prec = saved
    raise ArithmeticError(f"no narrow enclosure at {mu!r}, {sigma!r}, {alpha!r}")
