"""The truth of the published formulas together: one pass of shared Mills ratios for each point.

`oracles.truth` evaluates textbook definitions, which cancel: where sigma is tiny it needs thousands
of bits.  Here the same quantities stand in forms that keep most of their digits wherever the point
lies, so that nearly every point has all its truths from 128 bits, in a fraction of a millisecond.
They are enclosures all the same: what a form loses shows in its radius, and the precision rises.

With phi the normal density at t = mu/sigma and M(x) = Phi(-x)/phi(x) the Mills ratio, all that the
lower piece of ELU needs is E[e^(k X); X < 0] = phi M(t + k sigma) for k = 0, 1, 2.  The derivatives
of M are (-1)^j I_j with I_j(x) = int_0^inf u^j exp(-u^2/2 - x u) du, which is Tricomi's function
U((j + 1)/2, 1/2, x^2/2) up to a factor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from flint import arb, ctx
from oracles import PRECISIONS, UNDERFLOW, Truth

VALUE_BITS, CONDITION_BITS = 70, 20
"""How narrow an enclosure must be, and how narrow the condition beside it or beside the value."""

NEAR = 128
"""Where |t| is larger, phi is below 2^-11800, and bounds of what has this factor are enough."""

CONVERGENT = 18
"""Where x is larger, hypgeom_u takes its asymptotic series and is the faster one; else erfc is."""

SMALL = -10.0
"""log2 of the step, in units of how M varies, up to which differences of M are expanded in it."""

SPARE = 40
"""By how many bits an expansion may be less exact than the precision: the rest loses as many."""

FRACTION = arb(0.5, 0.5)
"""Any number from 0 to 1: what is positive and has a bound is the bound times this."""

SIGNED = arb(0, 1)
"""Any number from -1 to 1."""

MILLS_AT_ZERO = arb(1.26)
"""A bound of M(0) = sqrt(pi/2), and so of I_0, I_1 and I_2 at every x >= 0."""


class LogJet(NamedTuple):
    """A quantity and its derivatives by the logarithms of its arguments, x dF/dx, enclosed."""

    value: arb
    mu: arb
    sigma: arb
    parameter: arb

    def sqrt(self) -> LogJet:
        if not self.value > 0:  # not yet told from zero: all that is known of the root is its size
            unknown = self.value.abs_upper().sqrt() * FRACTION
            return LogJet(unknown, *(arb.nan() for _ in range(3)))
        value = self.value.sqrt()
        return LogJet(value, *(slope / (2 * value) for slope in self[1:]))


@dataclass(frozen=True, slots=True)
class HalfLines:
    """What the two half-lines contribute to the moments of ELU, alpha aside, at one mu and sigma.

    Above zero the piece of ELU is X_+, below it is -alpha L with L = (1 - e^X)_+.  Z stands for
    (X - mu)/sigma.
    """

    mu: arb
    sigma: arb
    t: arb
    density: arb  # phi
    positive: arb  # P[X > 0]
    upper_mean: arb  # E X_+
    upper_second: arb  # E X_+^2
    upper_variance: arb  # Var X_+
    upper_covariance: arb  # Cov(X_+, [X > 0]), half of the slope of Var X_+ in mu
    exponential: tuple[arb, arb]  # E[e^(k X); X < 0], k = 1, 2
    weighted: tuple[arb, arb]  # -E[Z e^(k X); X < 0] = phi - k sigma E[e^(k X); X < 0]
    lower_mean: arb  # E L
    lower_second: arb  # E L^2
    lower_variance: arb  # Var L
    lower_product: arb  # E[L e^X], minus half of the slope of E L^2 in mu
    lower_covariance: arb  # Cov(L, L'), half of the slope of Var L in mu
    ratio: arb  # E[L | X < 0]
    ratio_by_t: arb  # t d/dt of it at fixed sigma
    ratio_by_sigma: arb  # sigma d/dsigma of it at fixed t
    unit_mean: arb | None = None  # the mean for alpha = 1, where the two pieces nearly cancel

    def mean(self, alpha: arb) -> LogJet:
        one, _ = self.exponential
        if self.unit_mean is None:
            value = self.upper_mean - alpha * self.lower_mean
        else:
            value = (1 - alpha) * self.upper_mean + alpha * self.unit_mean
        return LogJet(
            value,
            self.mu * (self.positive + alpha * one),
            self.sigma * ((1 - alpha) * self.density + alpha * self.sigma * one),
            -alpha * self.lower_mean,
        )

    def absolute_mean(self, alpha: arb) -> LogJet:
        below = alpha * self.lower_mean
        return LogJet(
            self.upper_mean + below,
            self.mu * (self.positive - alpha * self.exponential[0]),
            self.sigma * (self.density + alpha * self.weighted[0]),
            below,
        )

    def second_moment(self, alpha: arb) -> LogJet:
        one, two = self.exponential
        square = alpha * alpha
        below = square * self.lower_second
        return LogJet(
            self.upper_second + below,
            2 * self.mu * (self.upper_mean - square * self.lower_product),
            2 * self.sigma * self.sigma * (self.positive + square * (2 * two - one)),
            2 * below,
        )

    def variance(self, alpha: arb) -> LogJet:
        one, two = self.exponential
        square = alpha * alpha
        below = square * self.lower_variance
        both = 2 * alpha * self.upper_mean * self.lower_mean
        by_mu = (
            self.upper_covariance
            + square * self.lower_covariance
            + alpha * (self.positive * self.lower_mean - self.upper_mean * one)
        )
        by_sigma = (
            (self.sigma * self.positive - self.upper_mean * self.density)
            + square * (self.sigma * (two + self.lower_covariance) - self.density * self.lower_mean)
            + alpha * (self.density * self.lower_mean + self.upper_mean * self.weighted[0])
        )
        return LogJet(
            self.upper_variance + below + both,
            2 * self.mu * by_mu,
            2 * self.sigma * by_sigma,
            2 * below + both,
        )

    def std(self, alpha: arb) -> LogJet:
        return self.variance(alpha).sqrt()

    def derivative_mean(self, alpha: arb) -> LogJet:
        below = alpha * self.exponential[0]
        weighted = alpha * self.weighted[0]
        return LogJet(
            self.positive + below,
            self.t * (self.density - weighted),
            (alpha - 1) * self.t * self.density - self.sigma * weighted,
            below,
        )

    def derivative_second_moment(self, alpha: arb) -> LogJet:
        square = alpha * alpha
        below = square * self.exponential[1]
        weighted = square * self.weighted[1]
        return LogJet(
            self.positive + below,
            self.t * (self.density - weighted),
            (square - 1) * self.t * self.density - 2 * self.sigma * weighted,
            2 * below,
        )

    def negative_mean(self, alpha: arb) -> LogJet:
        value, by_t = -alpha * self.ratio, -alpha * self.ratio_by_t
        return LogJet(value, by_t, -alpha * self.ratio_by_sigma - by_t, value)

    def leaky_mean(self, slope: arb) -> LogJet:
        """The mean of X_+ - slope X_-, leaky ReLU."""
        negative_part = self.upper_mean - self.mu
        leak = 1 - slope
        return LogJet(
            leak * self.upper_mean + slope * self.mu,
            self.mu * (leak * self.positive + slope),
            self.sigma * leak * self.density,
            -slope * negative_part,
        )

    def leaky_absolute_mean(self, slope: arb) -> LogJet:
        """The mean of X_+ + slope X_-."""
        below = slope * (self.upper_mean - self.mu)
        return LogJet(
            self.upper_mean + below,
            self.mu * (self.positive - slope * (1 - self.positive)),
            self.sigma * (1 + slope) * self.density,
            below,
        )

    def leaky_variance(self, slope: arb) -> LogJet:
        """The variance of X_+ - slope X_-, leaky ReLU."""
        negative_part = self.upper_mean - self.mu
        # The variance of X is that of both its parts and twice the product of their means.
        product = self.upper_mean * negative_part
        lower_variance = self.sigma * self.sigma - self.upper_variance - 2 * product
        negative = 1 - self.positive
        square = slope * slope
        below, both = square * lower_variance, 2 * slope * product
        by_mu = (
            self.upper_covariance
            - square * negative_part * self.positive
            + slope * (self.positive * negative_part - self.upper_mean * negative)
        )
        by_sigma = (
            (self.sigma * self.positive - self.upper_mean * self.density)
            + square * (self.sigma * negative - negative_part * self.density)
            + slope * self.density * (self.upper_mean + negative_part)
        )
        return LogJet(
            self.upper_variance + below + both,
            2 * self.mu * by_mu,
            2 * self.sigma * by_sigma,
            2 * below + both,
        )


@dataclass(frozen=True, slots=True)
class PointMass:
    """X = mu: the limits for sigma to zero from above."""

    mu: arb

    def mean(self, alpha: arb) -> LogJet:
        zero = arb(0)
        if self.mu >= 0:
            return LogJet(self.mu, self.mu, zero, zero)
        value = alpha * self.mu.expm1()
        return LogJet(value, alpha * self.mu * self.mu.exp(), zero, value)

    def absolute_mean(self, alpha: arb) -> LogJet:
        return LogJet(*(x if self.mu >= 0 else -x for x in self.mean(alpha)))

    def second_moment(self, alpha: arb) -> LogJet:
        value, *slopes = self.mean(alpha)
        return LogJet(value * value, *(2 * value * slope for slope in slopes))

    def variance(self, alpha: arb) -> LogJet:
        return LogJet(*(arb(0) for _ in range(4)))

    def std(self, alpha: arb) -> LogJet:
        return LogJet(*(arb(0) for _ in range(4)))

    def derivative_mean(self, alpha: arb) -> LogJet:
        zero = arb(0)
        if self.mu > 0:
            return LogJet(arb(1), zero, zero, zero)
        below = alpha * self.mu.exp()
        if self.mu < 0:
            return LogJet(below, self.mu * below, zero, below)
        return LogJet((1 + alpha) / 2, zero, zero, alpha / 2)

    def derivative_second_moment(self, alpha: arb) -> LogJet:
        zero = arb(0)
        if self.mu > 0:
            return LogJet(arb(1), zero, zero, zero)
        below = alpha * alpha * (2 * self.mu).exp()
        if self.mu < 0:
            return LogJet(below, 2 * self.mu * below, zero, 2 * below)
        return LogJet((1 + below) / 2, zero, zero, below)

    def negative_mean(self, alpha: arb) -> LogJet:
        return PointMass(self.mu.min(arb(0))).mean(alpha)

    def leaky_mean(self, slope: arb) -> LogJet:
        value = self.mu if self.mu >= 0 else slope * self.mu
        return LogJet(value, value, arb(0), arb(0) if self.mu >= 0 else value)

    def leaky_absolute_mean(self, slope: arb) -> LogJet:
        return LogJet(*(x if self.mu >= 0 else -x for x in self.leaky_mean(slope)))

    def leaky_variance(self, slope: arb) -> LogJet:
        return LogJet(*(arb(0) for _ in range(4)))


@lru_cache
def _roots(precision: int) -> tuple[arb, arb]:
    """The square roots of 2 pi and 2 at the present precision, which must be the argument."""
    return (2 * arb.pi()).sqrt(), arb(2).sqrt()


@lru_cache
def _bounds(precision: int) -> tuple[arb, arb]:
    """Enclosures of phi(t) for every |t| >= NEAR and of exp(-x) for every x >= 2^14."""
    density, power = (-(arb(NEAR) ** 2) / 2).exp(), (-(arb(2) ** 14)).exp()
    return density.abs_upper() * FRACTION, power.abs_upper() * FRACTION


def _mills(x: arb, n: int) -> list[arb]:
    """Return I_0(x), ..., I_n(x) for n >= 1; x may be negative while exp(x^2/2) is harmless."""
    root_tau, root_two = _roots(ctx.prec)
    if not x > CONVERGENT:
        values = [root_tau / 2 * (x * x / 2).exp() * (x / root_two).erfc()]
        values.append(1 - x * values[0])
        for j in range(1, n):
            values.append(j * values[j - 1] - x * values[j])
        return values
    # The recurrence is stable backwards only.  I_n alone is enough to start it: forwards, I_n is
    # +-(p_n I_0 - q_n) with polynomials in x, p_n positive, and p_n q_(n-1) - q_n p_(n-1) is
    # (n - 1)! up to the sign.
    before, last = arb(1), x
    for j in range(1, n):
        before, last = last, x * last + j * before
    top = (x * x / 2).hypgeom_u(arb(n + 1) / 2, arb(1) / 2)
    top *= arb(math.factorial(n)) / 2 ** ((n + 1) // 2)
    if n % 2 == 0:
        top /= root_two
    values = [top, (math.factorial(n - 1) - before * top) / last]
    for j in range(n - 1, 0, -1):
        values.append((values[-2] + x * values[-1]) / j)
    return values[::-1]


class Differences(NamedTuple):
    """Differences of the Mills ratio over the step sigma from t, all of them positive."""

    first: arb  # M(t) - M(t + sigma)
    second: arb  # M(t) - 2 M(t + sigma) + M(t + 2 sigma)
    slope: arb  # M'(t + sigma) - M'(t)
    end: arb  # -M'(t + sigma)
    bend: arb | None = None  # M(t + sigma) - M(t) - sigma M'(t), where it is known better than so


def _expanded(sigma: arb, mills: list[arb]) -> Differences:
    """Return the differences by Taylor's formula from I_0(t), ..., I_(n+1)(t), n >= 2.

    Every derivative of M is largest in absolute value at t, so that the remainder is a fraction of
    the term of order n.
    """
    n = len(mills) - 2
    second = slope = bend = arb(0)
    power = -sigma
    for j in range(1, n):
        slope -= power * mills[j + 1]
        if j > 1:
            term = power * mills[j]
            second += (2**j - 2) * term
            bend += term
        power *= -sigma / (j + 1)
    slope -= power * mills[n + 1] * FRACTION
    remainder = power * mills[n] * FRACTION
    second += 2**n * remainder - 2 * remainder
    bend += remainder
    return Differences(sigma * mills[1] - bend, second, slope, mills[1] - slope, bend)


def _expansion_order(mu: float, sigma: float, unit: float, precision: int) -> int | None:
    """Return the order of Taylor's formula that the precision asks for; None for a large step."""
    size = math.log2(sigma)
    t = max(0.0, math.log2(abs(mu)) - size) if mu else 0.0
    # M varies on the scale of 1 + t, and to the left of zero, as exp(t^2/2), on that of 1/|t|.
    step = size - math.log2(unit) + (t if mu < 0 else -t)
    return 2 + math.ceil((precision - SPARE) / (-2 - step)) if step < SMALL else None


def _half_lines(precision: int, mu: float, sigma: float, unit: float) -> HalfLines:
    """Return what is known at mu/unit and sigma/unit, finite and sigma > 0; set the precision.

    The precision is the one given, or more where more is sure to be lost.
    """
    ctx.prec = precision
    order = _expansion_order(mu, sigma, unit, precision)
    t = arb(mu) / sigma
    if order and 1 < t < CONVERGENT:  # the recurrence of _mills forwards
        ctx.prec += math.ceil(2 * order * math.log2(1 + float(t)))
        t = arb(mu) / sigma
    location, scale = arb(mu) / unit, arb(sigma) / unit
    if t > NEAR:
        return _far_right(location, scale, t, order)
    if t < -NEAR:
        return _far_left(location, scale, t)
    return _near(location, scale, t, order)


def _near(mu: arb, sigma: arb, t: arb, order: int | None) -> HalfLines:
    density = (-t * t / 2).exp() / _roots(ctx.prec)[0]
    variance = sigma * sigma
    # The moments of X beyond zero, seen from mu, and then those on the side of mu.
    mills = _mills(abs(t), order + 1 if order and t >= 0 else 2)
    beyond = density * mills[0]
    beyond_mean, beyond_second = sigma * density * mills[1], variance * density * mills[2]
    beyond_variance = beyond_second - beyond_mean * beyond_mean
    if t < 0:
        positive, negative = beyond, 1 - beyond
        upper_mean, upper_second, upper_variance = beyond_mean, beyond_second, beyond_variance
        mills = [negative / density]
        mills.append(1 - t * mills[0])
        for j in range(1, order + 1 if order else 1):
            mills.append(j * mills[j - 1] - t * mills[j])
    else:
        positive, negative = 1 - beyond, beyond
        upper_mean = mu + beyond_mean
        upper_second = mu * mu + variance - beyond_second
        # The variance of X is that of both its parts and twice the product of their means.
        upper_variance = variance - beyond_variance - 2 * upper_mean * beyond_mean
    if order:
        differences = _expanded(sigma, mills)
        one = density * (mills[0] - differences.first)
        two = density * (mills[0] - 2 * differences.first + differences.second)
        weighted = density - sigma * one, density - 2 * sigma * two
        unit_mean = mu + density * differences.bend
    else:
        at_one, at_two = _mills(t + sigma, 1), _mills(t + 2 * sigma, 1)
        differences = Differences(
            mills[0] - at_one[0],
            mills[0] - 2 * at_one[0] + at_two[0],
            mills[1] - at_one[1],
            at_one[1],
        )
        one, two = density * at_one[0], density * at_two[0]
        weighted = tuple(density * (x[1] + t * x[0]) for x in (at_one, at_two))
        unit_mean = None
    lower_mean, lower_second = density * differences.first, density * differences.second
    lower_product = lower_mean - lower_second if order else one - two
    if mu < -1:  # L is nearly constant
        lower_covariance = two - one * (one + positive)
        lower_variance = positive * lower_mean + lower_covariance
    else:
        lower_covariance = one * lower_mean - lower_product
        lower_variance = lower_second - lower_mean * lower_mean
    return HalfLines(
        mu=mu,
        sigma=sigma,
        t=t,
        density=density,
        positive=positive,
        upper_mean=upper_mean,
        upper_second=upper_second,
        upper_variance=upper_variance,
        upper_covariance=upper_mean * negative,
        exponential=(one, two),
        weighted=weighted,
        lower_mean=lower_mean,
        lower_second=lower_second,
        lower_variance=lower_variance,
        lower_product=lower_product,
        lower_covariance=lower_covariance,
        unit_mean=unit_mean,
        **_ratio(sigma, t, mills, differences),
    )


def _ratio(sigma: arb, t: arb, mills: list[arb], differences: Differences) -> dict[str, arb]:
    """Return E[L | X < 0] = 1 - M(t + sigma)/M(t) and its derivatives by log t and log sigma."""
    value, slope, *_ = mills
    by_t = (differences.first * slope - differences.slope * value) / (value * value)
    return {
        "ratio": differences.first / value,
        "ratio_by_t": t * by_t,
        "ratio_by_sigma": sigma * differences.end / value,
    }


def _far_right(mu: arb, sigma: arb, t: arb, order: int | None) -> HalfLines:
    density, _ = _bounds(ctx.prec)
    small = MILLS_AT_ZERO * density  # phi I_j(x) for any x >= 0 and j <= 2
    if order:
        mills = _mills(t, order + 1)
        differences = _expanded(sigma, mills)
    else:
        mills, at_one = _mills(t, 1), _mills(t + sigma, 1)
        first, slope = (x - y for x, y in zip(mills, at_one, strict=True))
        differences = Differences(first, arb.nan(), slope, at_one[1])
    upper_mean = mu + sigma * small
    variance = sigma * sigma
    return HalfLines(
        mu=mu,
        sigma=sigma,
        t=t,
        density=density,
        positive=1 - small,
        upper_mean=upper_mean,
        upper_second=mu * mu + variance - variance * small,
        upper_variance=variance - variance * small - 2 * upper_mean * sigma * small,
        upper_covariance=upper_mean * small,
        exponential=(small, small),
        weighted=(2 * density, 2 * density),  # phi (I_1(x) + t M(x)), where x M(x) < 1
        lower_mean=small,
        lower_second=small,
        lower_variance=small,
        lower_product=small,
        lower_covariance=SIGNED * small,
        **_ratio(sigma, t, mills, differences),
    )


def _far_left(mu: arb, sigma: arb, t: arb) -> HalfLines:
    density, vanishing = _bounds(ctx.prec)
    small = MILLS_AT_ZERO * density  # phi I_j(x) for any x >= 0 and j <= 2
    variance = sigma * sigma
    exponents = mu + variance / 2, 2 * (mu + variance)
    exponential, unrestricted = [], []
    for k, exponent in enumerate(exponents, 1):
        tilted = t + k * sigma
        if tilted >= 0:
            exponential.append(small)
            continue
        moment = vanishing if exponent < -(2**14) else exponent.exp()  # E e^(k X)
        unrestricted.append(moment)
        # Where t + k sigma is not told from zero, sigma is huge and the bound no loss.
        exponential.append(moment - small if tilted < 0 else moment.abs_upper() * FRACTION)
    one, two = exponential
    lower_mean = 1 - small - one
    lower_product = one - two
    if t + 2 * sigma < 0:
        # L is 1 - e^X on the whole line, up to terms with the factor phi.
        if mu > -1:
            lower_mean = SIGNED * small - exponents[0].expm1()
        square = unrestricted[0] * unrestricted[0]
        lower_variance = square * variance.expm1() if sigma < 1 else unrestricted[1] - square
        lower_variance += 8 * SIGNED * small
        lower_covariance = lower_variance
        lower_second = lower_mean * lower_mean + lower_variance
        if mu > -1:
            lower_product = lower_mean - lower_second
    else:
        lower_second = 1 - small - 2 * one + two
        lower_covariance = two - one * (one + small)
        lower_variance = small * lower_mean + lower_covariance
    upper_mean = sigma * small
    negative = 1 - small
    ratio = lower_mean / negative
    weighted = density - sigma * one, density - 2 * sigma * two
    return HalfLines(
        mu=mu,
        sigma=sigma,
        t=t,
        density=density,
        positive=small,
        upper_mean=upper_mean,
        upper_second=variance * small,
        upper_variance=variance * small,
        upper_covariance=upper_mean,
        exponential=(one, two),
        weighted=weighted,
        lower_mean=lower_mean,
        lower_second=lower_second,
        lower_variance=lower_variance,
        lower_product=lower_product,
        lower_covariance=lower_covariance,
        ratio=ratio,
        ratio_by_t=(ratio * t * density - mu * one) / negative,
        ratio_by_sigma=(sigma * weighted[0] - mu * one) / negative,
    )


def _point(precision: int, mu: float, sigma: float, unit: float = 1.0) -> HalfLines | PointMass:
    if sigma:
        return _half_lines(precision, mu, sigma, unit)
    ctx.prec = precision
    return PointMass(arb(mu) / unit)


DEGREES = {
    "mean": 1,
    "absolute_mean": 1,
    "second_moment": 2,
    "variance": 2,
    "std": 1,
    "derivative_mean": 1,
    "derivative_second_moment": 2,
    "negative_mean": 1,
}
"""The formulas, and the power of a factor of the activation that comes out of each."""


def truths(quantities: Iterable[str], mu: float, sigma: float, alpha: float) -> dict[str, Truth]:
    """Return the truths of formulas of ELU by name; mu is finite and sigma zero or positive.

    Raises:
        ArithmeticError: if no precision up to the last makes an enclosure narrow.
    """

    def jets(precision: int) -> Callable[[str], tuple[arb, ...]]:
        point = _point(precision, mu, sigma)
        parameter = arb(alpha)
        return lambda name: getattr(point, name)(parameter)

    return _narrowed(quantities, jets, (mu, sigma, alpha))


def selu_truths(
    quantities: Iterable[str], mu: float, sigma: float, alpha: float, scale: float
) -> dict[str, Truth]:
    """Return the truths for SELU, which is scale times ELU."""

    def jets(precision: int) -> Callable[[str], tuple[arb, ...]]:
        point = _point(precision, mu, sigma)
        parameter, factor = arb(alpha), arb(scale)

        def jet(name: str) -> tuple[arb, ...]:
            value, *slopes = (x * factor ** DEGREES[name] for x in getattr(point, name)(parameter))
            return value, *slopes, DEGREES[name] * value

        return jet

    return _narrowed(quantities, jets, (mu, sigma, alpha, scale))


def celu_truths(
    quantities: Iterable[str], mu: float, sigma: float, alpha: float
) -> dict[str, Truth]:
    """Return the truths for CELU, which is alpha times ELU of X/alpha with its own alpha 1."""

    def jets(precision: int) -> Callable[[str], tuple[arb, ...]]:
        point = _point(precision, mu, sigma, alpha)
        one = arb(1)

        def jet(name: str) -> tuple[arb, ...]:
            degree = 0 if name.startswith("derivative") else DEGREES[name]
            factor = arb(alpha) ** degree
            value, by_mu, by_sigma, _ = (x * factor for x in getattr(point, name)(one))
            # Homogeneous of this degree in all three arguments.
            return value, by_mu, by_sigma, degree * value - by_mu - by_sigma

        return jet

    return _narrowed(quantities, jets, (mu, sigma, alpha))


def leaky_relu_truths(
    quantities: Iterable[str], mu: float, sigma: float, slope: float = 0.0
) -> dict[str, Truth]:
    """Return the means, the variance and the standard deviation for leaky ReLU; for ReLU at 0."""

    def jets(precision: int) -> Callable[[str], tuple[arb, ...]]:
        point = _point(precision, mu, sigma)
        parameter = arb(slope)

        def jet(name: str) -> LogJet:
            if name == "std":
                return point.leaky_variance(parameter).sqrt()
            return getattr(point, f"leaky_{name}")(parameter)

        return jet

    return _narrowed(quantities, jets, (mu, sigma, slope))


def _narrowed(
    quantities: Iterable[str],
    jets: Callable[[int], Callable[[str], tuple[arb, ...]]],
    point: tuple[float, ...],
) -> dict[str, Truth]:
    found: dict[str, Truth] = {}
    missing = list(quantities)
    saved = ctx.prec
    try:
        for precision in PRECISIONS:
            jet = jets(precision)
            for name in missing:
                truth = _truth(*jet(name))
                if truth is not None:
                    found[name] = truth
            missing = [name for name in missing if name not in found]
            if not missing:
                return found
    finally:
        ctx.prec = saved
    raise ArithmeticError(f"no narrow enclosure of {', '.join(missing)} at {point}")


def _truth(value: arb, *slopes: arb) -> Truth | None:
    """Return the truth unless the enclosure is too wide."""
    if abs(value) < UNDERFLOW:  # zero for a double, however conditioned
        return Truth(value.mid(), arb(0))
    if value.rel_accuracy_bits() < VALUE_BITS:
        return None
    condition = sum(map(abs, slopes))
    narrow = condition.rel_accuracy_bits() >= CONDITION_BITS
    # What is small beside the value does not matter.
    if narrow or condition.rad() < abs(value) / 2**CONDITION_BITS:
        return Truth(value.mid(), condition.mid())
    return None
