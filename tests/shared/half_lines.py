"""The truth for numeric tests: rigorous enclosures by Arb, and the measure of an error.

Nothing here comes from the package under test.  A piecewise function of X ~ N(mu, sigma^2), a
polynomial for x > 0 and a polynomial in x or in e^x for x < 0, has an expectation made of

    E[X^j; X > 0],  E[X^j; X < 0],  E[e^(k X); X < 0] = phi(t) M(t + k sigma),  t = mu/sigma,

with the Mills ratio M(x) = Phi(-x)/phi(x).  Its derivatives in mu are expectations of derivatives
and densities of X at 0, and those in sigma follow from the heat equation, dF/dsigma = sigma d^2F/
dmu^2.  So everything, second derivatives included, comes from one pass of shared Mills ratios.
What is lost by cancellation shows in the radius of an enclosure, and the precision rises.

The limits need no forms of their own: sigma = 0 is 2^-2500 and an infinite mu is 2^2500, since the
exponents of Arb are not bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

PRECISIONS = (128, 512, 2048, 8192, 32768)
VALUE_BITS, CONDITION_BITS = 70, 16
"""How narrow an enclosure must be, and how narrow the condition beside it or beside the value."""

UNDERFLOW, SUBNORMAL = arb(2) ** -1200, arb(2) ** -1074
LIMIT = 2500
"""The binary exponent that stands for an infinite one."""

NEAR = 128
"""Where |t| is larger, phi is below 2^-11800, and bounds of what has this factor are enough."""

SMALL = -6
"""log2 of the size of X, given X < 0, up to which exponentials of it are expanded."""

SPARE = 30
"""By how many bits an expansion may be less exact than the precision: the rest loses as many."""

FRACTION, SIGNED = arb(0.5, 0.5), arb(0, 1)
"""Any number from 0 to 1, and from -1 to 1: what is unknown below a bound is the bound times it."""

MILLS_AT_ZERO = arb(1.26)
"""A bound of M(0) = sqrt(pi/2), and so of I_j(x)/j! for every j and every x >= 0."""

FARTHEST = arb(2) ** 40
"""Of an exponential below e^-this no more is known."""

PAIRS = {n: [(i, j) for i in range(n) for j in range(i, n)] for n in range(6)}
"""The places of second derivatives in n variables, in order."""


class Jet(NamedTuple):
    """A quantity, its derivatives and, unless they are left out, its second derivatives."""

    value: arb
    slopes: tuple[arb, ...]
    bends: tuple[arb, ...] = ()

    def __add__(self, other: Jet) -> Jet:
        return self._with(other, lambda x, y: x + y)

    def __sub__(self, other: Jet) -> Jet:
        return self._with(other, lambda x, y: x - y)

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(*_scaled(self, other))
        (a, first, bends), (b, second, _) = self, other
        return Jet(
            a * b,
            tuple([x * b + a * y for x, y in zip(first, second, strict=True)]),
            tuple(
                [
                    x * b + a * y + first[i] * second[j] + first[j] * second[i]
                    for x, y, (i, j) in zip(bends, other.bends, PAIRS[len(first)], strict=True)
                ]
                if bends
                else []
            ),
        )

    __rmul__ = __mul__

    def __pow__(self, n: int) -> Jet:
        return self if n == 1 else self * self ** (n - 1)

    def __truediv__(self, other: Jet) -> Jet:
        one = 1 / other.value
        return self * other.chain(one, -one * one, 2 * one**3)

    def _with(self, other: Jet, add: Callable[[arb, arb], arb]) -> Jet:
        return Jet(
            add(self.value, other.value),
            tuple(map(add, self.slopes, other.slopes)),
            tuple(map(add, self.bends, other.bends)),
        )

    def chain(self, value: arb, slope: arb, bend: arb) -> Jet:
        """A function of this, from its value and its two derivatives there."""
        slopes = self.slopes
        pairs = PAIRS[len(slopes)] if self.bends else ()
        return Jet(
            value,
            tuple(slope * x for x in slopes),
            tuple(
                slope * x + bend * slopes[i] * slopes[j]
                for x, (i, j) in zip(self.bends, pairs, strict=True)
            ),
        )

    def log(self) -> Jet:
        one = 1 / self.value
        return self.chain(self.value.log(), one, -one * one)

    def sqrt(self) -> Jet:
        if not self.value > 0:  # not yet told from zero: all that is known of the root is its size
            unknown = self.value.abs_upper().sqrt() * FRACTION
            return self.chain(unknown, arb.nan(), arb.nan())
        root = self.value.sqrt()
        half = 1 / (2 * root)
        return self.chain(root, half, -half / (2 * self.value))


def _scaled(jet: Jet, factor: Any) -> tuple[Any, ...]:
    return (
        jet.value * factor,
        tuple([x * factor for x in jet.slopes]),
        tuple([x * factor for x in jet.bends]),
    )


class HalfLines:
    """What the half-lines of X ~ N(mu, sigma^2) contribute to expectations; sigma > 0.

    Args:
        mu: the mean.
        sigma: the standard deviation.
        size: how many variables the jets have: mu, sigma and parameters.
        bends: whether second derivatives are wanted.
        over_density: for mu > 0: leave the factor phi(t) out of all that belongs to x < 0, which
            keeps quotients sharp where phi is below everything.
    """

    def __init__(
        self, mu: arb, sigma: arb, size: int, bends: bool = False, over_density: bool = False
    ) -> None:
        self.mu, self.sigma, self.t = mu, sigma, mu / sigma
        self.size, self.bends, self.over_density = size, bends, over_density
        self.order = 4 if bends else 2
        size_below = _log2(sigma) - _log2(1 + self.t) if self.t > 0 else _log2(sigma - mu)
        # How many powers of X stand for the exponentials; none if they stand for themselves.
        self.terms = 0
        if size_below < SMALL:
            self.terms = 6 + max(0, math.ceil((ctx.prec - SPARE) / (-size_below - 2)))
        if self.terms and 1 < abs(self.t) < NEAR and not _by_asymptotics(abs(self.t), ctx.prec):
            ctx.prec += math.ceil(2 * self.terms * math.log2(1 + abs(float(self.t))))
            self.t = mu / sigma
        self.far = abs(self.t) > NEAR
        if self.far:
            # phi(t) |t|^m is below it for all m that occur.
            square = (self.t * self.t / 4).lower().min(FARTHEST)
            self.nothing = (-square).exp().abs_upper() * FRACTION
            self.density = self.nothing
        else:
            self.density = (-self.t * self.t / 2).exp() / _roots(ctx.prec)[0]
        if over_density:
            self.density = arb(1)

    @cached_property
    def densities(self) -> list[arb]:
        """The density of X at 0 and its derivatives in mu."""
        t, hermite = self.t, [arb(1)]
        if self.far and not self.over_density:
            hermite += [SIGNED] * (self.order - 1)
        else:
            hermite += [-t, t * t - 1, -t * (t * t - 3)][: self.order - 1]
        found, factor = [], self.density
        for each in hermite:
            factor = factor / self.sigma
            found.append(factor * each)
        return found

    @cached_property
    def moments(self) -> tuple[list[arb], list[arb]]:
        """E[X^j; X > 0]/j! and E[X^j; X < 0]/j!."""
        last = max(4, self.terms)
        t, sigma = abs(self.t), self.sigma
        powers = [arb(1)]
        for _ in range(last):
            powers.append(powers[-1] * sigma)
        if not self.far or self.over_density:
            integrals = _laplace(t, last)
            beyond = [self.density * x * y for x, y in zip(powers, integrals, strict=True)]
        else:
            beyond = [self.nothing * MILLS_AT_ZERO * x for x in powers]
        location = -self.mu if self.t < 0 else self.mu
        if self.over_density:
            side = [arb.nan()] * (last + 1)
        elif self.far:
            variance, side = sigma * sigma, [arb(1), location]
            for j in range(1, last):
                side.append((location * side[j] + variance * side[j - 1]) / (j + 1))
            side = [x + SIGNED * y for x, y in zip(side, beyond, strict=True)]
        else:
            own = [1 / self.density - integrals[0]]
            own.append(1 + t * own[0])
            for j in range(1, last):
                own.append((own[j - 1] + t * own[j]) / (j + 1))
            side = [self.density * x * y for x, y in zip(powers, own, strict=True)]
        upper, lower = (beyond, side) if self.t < 0 else (side, beyond)
        return upper, [-x if j % 2 else x for j, x in enumerate(lower)]

    def upper(self, j: int) -> Jet:
        """E[X^j; X > 0]."""
        return self._power(j, self.moments[0], 1)

    def lower_power(self, j: int) -> Jet:
        """E[X^j; X < 0]."""
        return self._power(j, self.moments[1], -1)

    def _power(self, j: int, moments: list[arb], sign: int) -> Jet:
        found = [
            moments[j - m] if m <= j else sign * self.densities[m - j - 1]
            for m in range(self.order + 1)
        ]
        return self._jet([math.factorial(j) * x for x in found] if j > 1 else found)

    @cached_property
    def exponentials(self) -> list[arb]:
        """E[e^(k X); X < 0] for k = 0, ..., 4."""
        return [self.moments[1][0], *(self._exponential(k) for k in range(1, 5))]

    def _exponential(self, k: int) -> arb:
        x = self.t + k * self.sigma
        if self.over_density:
            return _laplace(x, 0)[0]
        if x >= 0:
            ratio = MILLS_AT_ZERO * FRACTION if self.far else _laplace(x, 0)[0]
            return self.density * ratio
        exponent = k * (self.mu + k * self.sigma * self.sigma / 2)
        if exponent < -FARTHEST:
            return (-FARTHEST).exp().abs_upper() * FRACTION
        if x < -NEAR:
            below = 1 - (arb(NEAR) ** 2 / -2).exp().abs_upper() * FRACTION
        else:
            below = (x / _roots(ctx.prec)[1]).erfc() / 2
        return exponent.exp() * below

    def lower_polynomial(self, coefficients: tuple[int, ...]) -> Jet:
        """E[sum_k a_k e^(k X); X < 0] for whole numbers a_k."""
        sums = _power_sums(coefficients, self.order + self.terms)
        found = []
        for m in range(self.order + 1):
            if self.terms:
                value = arb(0)
                for j, moment in enumerate(self.moments[1][:-1]):
                    if sums[j + m]:
                        value += sums[j + m] * moment
                bound = sum(abs(a) * k ** (self.terms + m) for k, a in enumerate(coefficients))
                value += bound * abs(self.moments[1][self.terms]) * SIGNED
            else:
                value = arb(0)
                for k, a in enumerate(coefficients):
                    if a and (k or not m):
                        value += a * k**m * self.exponentials[k]
            for i in range(m):
                if sums[i]:
                    value -= sums[i] * self.densities[m - 1 - i]
            found.append(value)
        return self._jet(found)

    def _jet(self, derivatives: Sequence[arb]) -> Jet:
        """From the derivatives in mu of a solution of the heat equation."""
        value, one, two, *more = derivatives
        sigma, nothing = self.sigma, [arb(0)] * (self.size - 2)
        slopes = (one, sigma * two, *nothing)
        if not more:
            return Jet(value, slopes)
        three, four = more
        bends = [arb(0)] * len(PAIRS[self.size])
        bends[0], bends[1], bends[self.size] = two, sigma * three, two + sigma * sigma * four
        return Jet(value, slopes, tuple(bends))

    def variable(self, value: arb, place: int) -> Jet:
        """One of the variables."""
        slopes = [arb(0)] * self.size
        slopes[place] = arb(1)
        bends = [arb(0)] * len(PAIRS[self.size]) if self.bends else []
        return Jet(value, tuple(slopes), tuple(bends))


def probability(z: Jet) -> Jet:
    """Phi(z)."""
    x = z.value
    if abs(x) > NEAR:
        nothing = (-(x * x / 4).lower().min(FARTHEST)).exp().abs_upper() * FRACTION
        value, density = (1 - nothing if x > 0 else nothing), nothing
        return z.chain(value, density, SIGNED * nothing)
    root_tau, root_two = _roots(ctx.prec)
    density = (-x * x / 2).exp() / root_tau
    return z.chain((-x / root_two).erfc() / 2, density, -x * density)


@lru_cache
def _power_sums(coefficients: tuple[int, ...], last: int) -> list[int]:
    """sum_k a_k k^j."""
    return [sum(a * k**j for k, a in enumerate(coefficients)) for j in range(last + 1)]


@lru_cache
def _roots(precision: int) -> tuple[arb, arb]:
    """The square roots of 2 pi and 2 at the present precision, which must be the argument."""
    return (2 * arb.pi()).sqrt(), arb(2).sqrt()


def _log2(x: arb) -> int:
    """The binary exponent of a number that is not 0."""
    mantissa, exponent = x.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length()


def _by_asymptotics(x: arb, precision: int) -> bool:
    """Whether hypgeom_u takes its asymptotic series, and is the faster one; else erfc is."""
    return bool(x * x > 1.5 * precision + 100)


def _laplace(x: arb, n: int) -> list[arb]:
    """I_0(x), ..., I_n(x)/n!, I_j(x) = int_0^inf u^j exp(-u^2/2 - x u) du, for x >= 0.

    They are the derivatives of the Mills ratio up to signs, and Tricomi's function
    U((j + 1)/2, 1/2, x^2/2) up to a factor.
    """
    root_tau, root_two = _roots(ctx.prec)
    if not _by_asymptotics(x, ctx.prec):
        values = [root_tau / 2 * (x * x / 2).exp() * (x / root_two).erfc()]
        if n:
            values.append(1 - x * values[0])
        for j in range(1, n):
            values.append((values[j - 1] - x * values[j]) / (j + 1))
        return values
    if n == 0:
        return [(x * x / 2).hypgeom_u(arb(0.5), arb(0.5)) / root_two]
    # The recurrence is stable backwards only.  I_n alone is enough to start it: forwards, I_n is
    # +-(p_n I_0 - q_n) with polynomials in x, p_n positive, and p_n q_(n-1) - q_n p_(n-1) is
    # (n - 1)! up to the sign.
    before, last = arb(1), x
    for j in range(1, n):
        before, last = last, x * last + j * before
    top = (x * x / 2).hypgeom_u(arb(n + 1) / 2, arb(1) / 2) / 2 ** ((n + 1) // 2)
    if n % 2 == 0:
        top /= root_two
    values = [top, (1 - n * before * top) / last]
    for j in range(n - 1, 0, -1):
        values.append((j + 1) * values[-2] + x * values[-1])
    return values[::-1]


class Truth(NamedTuple):
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

        It is infinite for NaN, and for an infinity in place of a number and the reverse.
        """
        nearest = float(self.value.mid())
        if math.isinf(nearest) or math.isinf(computed):
            return 0.0 if nearest == computed else math.inf
        if math.isnan(computed):
            return math.inf
        return float((abs(arb(computed) - self.value.mid()) / self.unit()).mid())


def narrow(
    value: arb, slopes: Sequence[arb], arguments: Sequence[arb], cancels: bool = False
) -> Truth | None:
    """Return the truth unless the enclosure is too wide.

    Args:
        value: a quantity.
        slopes: its derivatives.
        arguments: what they are the derivatives by.
        cancels: whether the unit of an error may be all that the enclosure tells from zero.
    """
    condition = arb(0)
    for slope, argument in zip(slopes, arguments, strict=True):
        condition += abs(slope * argument)
    if abs(value) < UNDERFLOW:  # zero for a double
        known = condition.abs_lower()
        return Truth(value.mid(), known if cancels and known.is_finite() else arb(0))
    if value.rel_accuracy_bits() < VALUE_BITS:
        unit = condition.abs_lower() / 2**52 + SUBNORMAL
        if not (cancels and value.rad() < unit / 2**CONDITION_BITS):
            return None
    # What is small beside the value does not matter.
    if condition.rel_accuracy_bits() < CONDITION_BITS and not (
        condition.rad() < abs(value) / 2**CONDITION_BITS
    ):
        return None
    return Truth(value.mid(), condition.mid())


def at_limit(mu: float, sigma: float) -> tuple[arb, arb]:
    """mu and sigma as balls, what is zero or infinite in a limit at 2^-2500 and 2^2500."""
    location = arb(mu) if math.isfinite(mu) else arb(2) ** LIMIT * (1 if mu > 0 else -1)
    return location, arb(sigma) if sigma else arb(2) ** -LIMIT


class Columns(NamedTuple):
    """Truths at many points, for `errors`.

    Attributes:
        nearest: the true values, rounded to doubles; infinite beyond them.
        rest: what the rounding left out.
        slack: 2^-52 times the conditions.
    """

    nearest: NDArray[np.float64]
    rest: NDArray[np.float64]
    slack: NDArray[np.float64]

    @classmethod
    def of(cls, truths: Iterable[Truth]) -> Columns:
        rows = []
        for value, condition in truths:
            nearest = float(value)
            rest = 0.0 if math.isinf(nearest) else float(value - nearest)
            rows.append((nearest, rest, float(condition / 2**52)))
        return cls(*np.array(rows).reshape(-1, 3).T)

    def every(self, share: int) -> Columns:
        return Columns(*(column[::share] for column in self))


def errors(
    computed: Any,
    true: Columns,
    dtype: str = "float64",
    least: float = 0.0,
) -> NDArray[np.float64]:
    """Return |computed - true| / (ulp(true) + eps condition) at many points.

    It is infinite for NaN, and for an infinity in place of a number and the reverse. Zero in place
    of a number is many units, except where that number is the rest of others that cancel.

    Args:
        computed: the values, numbers of the precision.
        true: the truths.
        dtype: the precision, float32 or float64.
        least: a number whose ulp is the unit below it.
    """
    numbers = np.finfo(dtype)
    computed = np.asarray(computed, np.float64)
    with np.errstate(all="ignore"):
        nearest = true.nearest.astype(dtype)
        ulp = np.spacing(np.maximum(abs(nearest), np.asarray(least, dtype)).astype(dtype))
        unit = ulp.astype(np.float64) + true.slack * (float(numbers.eps) * 2.0**52)
        found = abs((computed - true.nearest) - true.rest) / unit
        infinite = np.isinf(nearest) | np.isinf(computed)
        found[infinite] = np.where(computed == nearest, 0.0, np.inf)[infinite]
    found[np.isnan(computed)] = np.inf
    return found
