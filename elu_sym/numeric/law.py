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
from typing import Any, NamedTuple, TypeVar

from elu_sym.numeric.mills import divided_differences, mills_derivatives, mills_ratio
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


_Value = TypeVar("_Value")


class _kept(cached_property[_Value]):
    """A property of a law that is computed once, as ``NormalLaw.kept`` says."""

    def __get__(self, law: Any, owner: Any = None) -> Any:
        return law.kept(self.attrname, self.func)


class NormalLaw:
    """N(mu, sigma^2) for finite mu and positive finite sigma, in one dimension.

    Attributes:
        ops: Operations of the library of the arrays.
        mu: The mean.
        sigma: The standard deviation.
        t: The rounded quotient mu/sigma, which may be infinite.
        moments: Those that have been computed, by the name of their function and their order.
        divisor: Of a ``shrunk`` law, what X was divided by.
        highest: The order of integrals and differences that will be asked for; all are computed
            at once.
    """

    divisor: Array
    highest = 0
    _whole: NormalLaw | None = None
    _index: Array = None

    def __init__(self, ops: Operations, mu: Array, sigma: Array) -> None:
        """Take the parameters as arrays of one shape."""
        self.ops: Operations = ops
        self.mu, self.sigma = mu, sigma
        self.t = mu / sigma
        self.moments: dict[tuple[str, int], Moment] = {}

    def kept(self, name: str, compute: Callable[[NormalLaw], Any], order: int = 0) -> Any:
        """Return what is known by a name, computed once.

        A law of some of the elements takes it from the whole law, if that knows it.  What most of
        the elements ask for is computed for all, so that others find it.

        Args:
            name: The name.
            compute: What computes it for a law: an array or several.
            order: Of a list the last place that is asked for.
        """
        found = self._found(name, order)
        whole = self._whole
        if found is None and whole is not None and 3 * self._index.size > 2 * whole.sigma.size:
            whole.kept(name, compute, order)
            found = self._found(name, order)
        if found is None:
            found = self.__dict__[name] = compute(self)
        return found

    def _found(self, name: str, order: int = 0) -> Any:
        found = self.__dict__.get(name)
        if isinstance(found, list) and len(found) <= order:
            found = None
        if found is None and self._whole is not None:
            found = _taken(self._whole._found(name, order), self._index)
            if found is not None:
                self.__dict__[name] = found
        return found

    @_kept
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

    @_kept
    def density_value(self) -> Array:
        """phi(t), 0 where it is no double."""
        root, weight = self.density
        return (root * root) * (root * root) * weight

    def integrals(self, order: int) -> list[Array]:
        """I_0(|t|), I_1(|t|), ... up to an order, the derivatives of the Mills ratio but for sign.

        With them the moments of either side of X follow from each other.
        """
        order = max(order, self.highest)

        def compute(law: NormalLaw) -> list[Array]:
            return mills_derivatives(law.ops, order, abs(law.t))

        found: list[Array] = self.kept("_integrals", compute, order)
        return found

    def steps(self, first: int, last: int) -> list[Array]:
        """The points t + k sigma for k from ``first`` to ``last``."""
        later = [self.t + (k * self.sigma if k > 1 else self.sigma) for k in range(1, last + 1)]
        return [self.t, *later][first:]

    def differences(self, order: int) -> list[Array]:
        """Divided differences n! (-1)^n M[t, t + sigma, ...], M the Mills ratio, up to an order.

        One of them is right where t >= -2 and its own points are ``within_reach``.
        """
        order = max(order, self.highest)

        def compute(law: NormalLaw) -> list[Array]:
            return divided_differences(law.ops, law.steps(0, order))

        found: list[Array] = self.kept("_differences", compute, order)
        return found

    @_kept
    def tail(self) -> Any:
        """The fourth root and the weight of Phi(-|t|)."""
        return self.choose(abs(self.t) < _CENTRAL, _central_tail, _far_tail)

    @_kept
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
        known = {name: self._found(name) for name in _OF_T}
        law.__dict__ |= {name: value for name, value in known.items() if value is not None}
        law.__dict__ |= {"mu": self.mu, "sigma": self.sigma, "t": self.t} | changed
        law.ops, law.moments, law.highest = self.ops, {}, self.highest
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
        law.ops, law.moments, law.highest = self.ops, {}, self.highest
        law._whole, law._index = self, index
        for name in ("mu", "sigma", "t", "divisor"):
            if name in self.__dict__:
                law.__dict__[name] = _taken(self.__dict__[name], index)
        return law


_OF_T = ("density", "density_value", "_integrals", "tail", "tail_probability")
"""What is known of a law and depends on abs(t) alone."""


def _taken(value: Any, index: Array) -> Any:
    """Return some of the elements of an array or of several; of None, None."""
    if isinstance(value, (tuple, list)):
        return type(value)(_taken(part, index) for part in value)
    return value if value is None or isinstance(value, float) else value.take(index)


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
    series = 1.0
    for odd in range(23, 1, -2):
        series = 1.0 + series * square * (1.0 / odd)
    return 1.0, 0.5 - abs(law.t) * law.density_value * series


def normal_below(ops: Operations, x: Array) -> Array:
    """Return Phi(x) for x >= 0."""
    return 1.0 - central_density(ops, x) * mills_ratio(ops, x)


def central_density(ops: Operations, x: Array) -> Array:
    """Return phi(x), as right as the rounded x is, 0 far away."""
    bounded = ops.maximum(ops.minimum(x, _FARTHEST), -_FARTHEST)
    return ONE_OVER_SQRT_TWO_PI * ops.exp(-0.5 * (bounded * bounded))
