"""The normal law at which a formula is evaluated, and moments of it whose factors have not met.

X ~ N(mu, sigma^2), t = mu/sigma.  The density phi(t) is kept as ``root``^4 ``weight``: at the edge
of the double range a moment is an ordinary number while phi(t) is none, and a fourth root can be
multiplied into each factor before it underflows.  Density and tail are computed once.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from elu_sym.numeric.mills import mills_derivatives, mills_ratio
from elu_sym.numeric.operations import Array, Operations

ONE_OVER_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)
_FARTHEST = 1000.0
_CENTRAL = 0.5
_LARGEST = sys.float_info.max
_SMALLEST = math.ulp(0.0)


class Moment(NamedTuple):
    """The number ``(height * unit)**order * root**4 * bracket``, from factors that are doubles.

    At the edges of the double range a moment is an ordinary number while ``unit**order`` or
    ``root**4`` is not; so they are multiplied in turns.

    Attributes:
        unit: A scale, not negative.
        root: The fourth root of a density, from 0 to 1, where it is apart from the bracket.
        bracket: What is left, not negative.
        height: Another scale: the parameter alpha.
    """

    unit: Array
    root: Array
    bracket: Array
    height: Array | float = 1.0

    def value(self, order: int) -> Array:
        """Return the moment.

        >>> print(f"{Moment(1e-150, 1.0, 2.0).value(2) * 1e300:.3g}")
        2
        """
        root, bracket = self.root, self.bracket
        if order == 0:
            return ((root * root) * (root * root)) * bracket
        rooted = (self.height * root) * self.unit
        if order == 1:
            return ((rooted * root) * bracket) * (root * root)
        if order == 2:
            rooted = rooted * root
            return (rooted * bracket) * rooted
        if order == 3:
            return (((rooted * bracket) * root) * rooted) * rooted
        return ((rooted * bracket) * rooted) * rooted * rooted

    def times(self, first: Array, second: Array) -> Array:
        """Return a moment of order 0 times two factors, whose product may be no double.

        >>> print(f"{Moment(1.0, 1e-80, 2.0).times(1e160, 1e160):.3g}")
        2
        """
        squared = self.root * self.root
        return ((first * squared) * self.bracket) * (second * squared)

    def beside(self, ops: Operations, root: Array) -> Array:
        """Return the bracket of a moment of order 0 in units of root**4, which is not far below."""
        ratio = self.root / ops.maximum(root, ops.unit)
        return (ratio * ratio) * (ratio * ratio) * self.bracket

    def deviation(self, ops: Operations) -> Array:
        """Return the square root of a moment of order 2, right where the moment is no double."""
        return (((self.height * self.root) * self.unit) * self.root) * ops.sqrt(self.bracket)


class NormalLaw:
    """N(mu, sigma^2) for finite mu and positive finite sigma, in one dimension.

    Attributes:
        ops: Operations of the library of the arrays.
        mu: The mean.
        sigma: The standard deviation.
        t: The rounded quotient mu/sigma, which may be infinite.
        lower_moments: Those that ``elu_sym.numeric.lower_moments`` has computed, by their order.
        divisor: Of a ``shrunk`` law, what X was divided by.
    """

    divisor: Array

    def __init__(self, ops: Operations, mu: Array, sigma: Array) -> None:
        """Take the parameters as arrays of one shape."""
        self.ops: Operations = ops
        self.mu, self.sigma = mu, sigma
        self.t = mu / sigma
        self.lower_moments: dict[int, Moment] = {}

    @property
    def one(self) -> Array:
        """The number 1 at every element."""
        return 0.0 * self.sigma + 1.0

    @cached_property
    def density(self) -> tuple[Array, Array]:
        """The fourth root and the weight of phi(mu/sigma), as if mu/sigma were not rounded.

        A rounding of t alone costs phi(t) t^2 units in the last place.  So t^2/2 is taken in two
        parts: the rounded square, and what the rounding of the square and of the quotient left
        out.  The root is 1 unless phi(t) is nearly too small for a double.
        """
        ops = self.ops
        # A unit in which neither mu nor sigma nor a product below can overflow.
        unit = ops.ordinary_unit(self.sigma)
        mu, sigma = unit * self.mu, unit * self.sigma
        t = ops.maximum(ops.minimum(self.t, _FARTHEST), -_FARTHEST)
        square, product = t * t, t * sigma
        square_rest = ops.product_rest(square, t, t)
        # What t leaves of mu/sigma; it does not matter for a t of this size or more.
        remainder = (mu - product - ops.product_rest(product, t, sigma)) / sigma
        rest = square_rest + 2.0 * t * ops.where(self.t == t, remainder, 0.0)
        root, weight = negative_exponential(ops, -0.5 * square)
        return root, weight * (ONE_OVER_SQRT_TWO_PI - (0.5 * ONE_OVER_SQRT_TWO_PI) * rest)

    @cached_property
    def density_value(self) -> Array:
        """phi(t), 0 where it is no double."""
        root, weight = self.density
        return (root * root) * (root * root) * weight

    def integrals(self, order: int) -> list[Array]:
        """I_0(|t|), I_1(|t|), ... up to an order, the derivatives of the Mills ratio but for sign.

        With them the moments of either side of X follow from each other.
        """
        known = self.__dict__.get("_integrals", [])
        if len(known) <= order:
            known = self._integrals = mills_derivatives(self.ops, order, abs(self.t))
        return known

    @cached_property
    def tail(self) -> Any:
        """The fourth root and the weight of Phi(-|t|)."""
        return self.choose(abs(self.t) < _CENTRAL, _central_tail, _far_tail)

    @cached_property
    def tail_probability(self) -> Array:
        """Phi(-|t|), at most 1/2."""
        root, weight = self.tail
        return (root * root) * (root * root) * weight

    def reflected(self) -> NormalLaw:
        """The law of -X."""
        return self._changed(mu=-self.mu, t=-self.t)

    def scaled(self, factor: Array | float) -> NormalLaw:
        """The law of ``factor`` X, for a positive factor; for the number 1 the law itself."""
        if isinstance(factor, int) and factor == 1:
            return self
        return self._with(factor * self.mu, factor * self.sigma)

    def divided(self, divisor: Array | float) -> NormalLaw:
        """The law of X over a positive ``divisor``."""
        return self._with(self.mu / divisor, self.sigma / divisor)

    def shrunk(self, alpha: Array | float) -> NormalLaw:
        """The law of X over its ``divisor``, which is alpha unless X is tiny beside it."""
        divisor = nearest_divisor(self.ops, alpha, self.mu, self.sigma)
        law = self.divided(divisor)
        law.divisor = divisor
        return law

    def _with(self, mu: Array, sigma: Array) -> NormalLaw:
        """Another law of the same t; what leaves the double range is as good as its end."""
        ops = self.ops
        sigma = ops.maximum(ops.minimum(sigma, _LARGEST), _SMALLEST)
        mu = ops.maximum(ops.minimum(mu, _LARGEST), -_LARGEST)
        return self._changed(mu=mu, sigma=sigma)

    def _changed(self, **changed: Array) -> NormalLaw:
        """Another law of the same density, which is computed once."""
        _ = self.density
        law = NormalLaw.__new__(NormalLaw)
        law.__dict__ |= self.__dict__ | changed | {"lower_moments": {}}
        return law

    def choose(
        self, condition: Array, yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        """Choose between two functions of a law and of the values, as the operations do.

        Most of the density is needed on either side, so it is computed before it is divided.
        """
        _ = self.density
        return self.ops.choose(condition, yes, no, self, *values)

    def at(self, index: Array) -> NormalLaw:
        """The law at some of the elements."""
        law = NormalLaw.__new__(NormalLaw)
        for name, value in self.__dict__.items():
            if name == "ops":
                law.ops = value
            elif name == "lower_moments":
                law.lower_moments = {}
            elif isinstance(value, (tuple, list)):
                law.__dict__[name] = type(value)(part[index] for part in value)
            else:
                law.__dict__[name] = value[index]
        return law


class LimitLaw:
    """What N(mu, sigma^2) tends to where sigma = 0 or mu is infinite: the point mu.

    Attributes:
        ops: Operations of the library of the arrays.
        mu: The mean, which may be infinite.
        sigma: The standard deviation, 0 unless mu is infinite.
        positive: P(X > 0), with the value 1/2 at mu = 0, where half of the law is on either side.
        negative: P(X < 0).
        divisor: As that of ``NormalLaw``.
    """

    divisor: Array

    def __init__(self, ops: Operations, mu: Array, sigma: Array) -> None:
        """Take the parameters as arrays of one shape."""
        self.ops, self.mu, self.sigma = ops, mu, sigma
        self.positive = ops.where(mu > 0.0, 1.0, ops.where(mu < 0.0, 0.0, 0.5))
        self.negative = 1.0 - self.positive

    def reflected(self) -> LimitLaw:
        """The law of -X."""
        return LimitLaw(self.ops, -self.mu, self.sigma)

    def scaled(self, factor: Array | float) -> LimitLaw:
        """The law of ``factor`` X, for a positive factor."""
        return LimitLaw(self.ops, factor * self.mu, factor * self.sigma)

    def divided(self, divisor: Array | float) -> LimitLaw:
        """The law of X over a positive ``divisor``."""
        return LimitLaw(self.ops, self.mu / divisor, self.sigma / divisor)

    def shrunk(self, alpha: Array | float) -> LimitLaw:
        """The law of X over its ``divisor``, which is alpha unless X is tiny beside it."""
        divisor = nearest_divisor(self.ops, alpha, self.mu, self.sigma)
        law = self.divided(divisor)
        law.divisor = divisor
        return law


def nearest_divisor(ops: Operations, alpha: Array | float, mu: Array, sigma: Array) -> Array:
    """Return the least number beside which X is as good as nothing, if alpha is above it.

    Where the square of X/alpha is 0, alpha (1 - e^(X/alpha)) is -X to the last digit, for this
    alpha as for every larger one; but X/alpha, subnormal, would lose its digits.
    """
    size = ops.where(abs(mu) > sigma, abs(mu), sigma)
    nearest = ops.maximum(size, _SMALLEST) * ops.unit**-1.25
    return ops.where(nearest < alpha, nearest, alpha)


Law = NormalLaw | LimitLaw
"""What a primitive is asked about; where it is a limit, the primitive has a form of its own."""


def negative_exponential(ops: Operations, exponent: Array) -> tuple[Array, Array]:
    """Return e^exponent, exponent <= 0, as root^4 weight with factors that are doubles."""
    return ops.decay(0.25 * (exponent - ops.least)), ops.exp(ops.maximum(exponent, ops.least))


def _far_tail(law: NormalLaw) -> tuple[Array, Array]:
    root, weight = law.density
    return root, weight * law.integrals(0)[0]


def _central_tail(law: NormalLaw) -> tuple[Array, Array]:
    """Return 1/2 - phi(t) (t + t^3/3 + t^5/15 + ...), A. de Moivre's series of positive terms.

    Where the condition number of Phi(t) is small, the product of two rounded factors would show.
    """
    square = law.t * law.t
    series = law.one
    for odd in range(23, 1, -2):
        series = 1.0 + series * square * (1.0 / odd)
    return law.one, 0.5 - abs(law.t) * law.density_value * series


def normal_below(ops: Operations, x: Array) -> Array:
    """Return Phi(x) for x >= 0."""
    bounded = ops.minimum(x, _FARTHEST)
    density = ONE_OVER_SQRT_TWO_PI * ops.exp(-0.5 * (bounded * bounded))
    return 1.0 - density * mills_ratio(ops, bounded)
