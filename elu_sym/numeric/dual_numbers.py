"""Second derivatives: the gradients as they stand, at numbers that carry their derivatives along.

A dual number is a value and its slopes in mu, sigma and the parameters. The operations of any
library become operations on dual numbers, and a gradient, a function of a law, gives the second
derivatives with the values: nothing is derived again, and what holds for a regime of values holds
for it here, since conditions look at values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from elu_sym.numeric.law import Law, LimitLaw, NormalLaw
from elu_sym.numeric.operations import Array, Operations

Slopes = dict[int, Array]


class Dual:
    """A number and its slopes, by the place of the argument; where there is none it is 0."""

    __array_ufunc__ = None  # so that NumPy's arrays leave operations with it to it
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Array, slopes: Slopes) -> None:
        """Take the parts."""
        self.value, self.slopes = value, slopes

    @property
    def size(self) -> int:
        """How many numbers there are."""
        size: int = self.value.size
        return size

    def __add__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        slopes = self.slopes | other.slopes
        for place in self.slopes.keys() & other.slopes.keys():
            slopes[place] = self.slopes[place] + other.slopes[place]
        return Dual(self.value + other.value, slopes)

    def __neg__(self) -> Dual:
        return Dual(-self.value, {place: -slope for place, slope in self.slopes.items()})

    def __sub__(self, other: Any) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return self.chain(self.value * other, other)
        first, second = self.chain(0.0, other.value), other.chain(0.0, self.value)
        return Dual(self.value * other.value, (first + second).slopes)

    def __truediv__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            value = self.value / other
            return Dual(value, {place: slope / other for place, slope in self.slopes.items()})
        value = self.value / other.value
        rest = self + other.chain(0.0, -value)
        return Dual(value, {place: slope / other.value for place, slope in rest.slopes.items()})

    def __rtruediv__(self, other: Any) -> Dual:
        value = other / self.value
        return Dual(
            value, {place: -value * slope / self.value for place, slope in self.slopes.items()}
        )

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n: int) -> Dual:
        return self.chain(self.value**n, n * self.value ** max(n - 1, 0))

    def __abs__(self) -> Dual:
        positive, negative = self.value >= 0.0, self.value < 0.0
        slopes = {place: x * positive - x * negative for place, x in self.slopes.items()}
        return Dual(abs(self.value), slopes)

    def __lt__(self, other: Any) -> Array:
        return self.value < _value(other)

    def __le__(self, other: Any) -> Array:
        return self.value <= _value(other)

    def __gt__(self, other: Any) -> Array:
        return self.value > _value(other)

    def __ge__(self, other: Any) -> Array:
        return self.value >= _value(other)

    def __eq__(self, other: Any) -> Any:
        return self.value == _value(other)

    def __getitem__(self, index: Array) -> Dual:
        slopes = {place: _part(slope, index) for place, slope in self.slopes.items()}
        return Dual(_part(self.value, index), slopes)

    at = take = __getitem__

    def chain(self, value: Array, slope: Array) -> Dual:
        """A function of this, from its value and its derivative there."""
        return Dual(value, {place: slope * each for place, each in self.slopes.items()})


def _part(x: Array | float, index: Array) -> Any:
    return x if isinstance(x, float) else x[index]


def _value(x: Any) -> Any:
    return x.value if isinstance(x, Dual) else x


def _without_zeros(slopes: tuple[Array, ...]) -> Slopes:
    return {p: x for p, x in enumerate(slopes) if not (isinstance(x, float) and x == 0.0)}


class DualOperations:
    """The operations of a library on dual numbers with so many slopes."""

    def __init__(self, ops: Operations, count: int) -> None:
        """Take the operations on values."""
        self.ops, self.count = ops, count
        self.least, self.unit, self.splitter = ops.least, ops.unit, ops.splitter
        self.entry, self.row = ops.entry, ops.row

    def exp(self, x: Any) -> Any:
        """Return e^x."""
        value = self.ops.exp(_value(x))
        return x.chain(value, value) if isinstance(x, Dual) else value

    def decay(self, x: Dual) -> Dual:
        """Return e^min(x, 0)."""
        value = self.ops.decay(x.value)
        return x.chain(value, self.ops.where(x.value < 0.0, value, 0.0))

    def expm1(self, x: Dual) -> Dual:
        """Return e^x - 1."""
        value = self.ops.expm1(x.value)
        return x.chain(value, value + 1.0)

    def sqrt(self, x: Dual) -> Dual:
        """Return the square root, with the slope 0 where it is 0."""
        value = self.ops.sqrt(x.value)
        positive = value > 0.0
        return x.chain(
            value, self.ops.where(positive, 0.5, 0.0) / self.ops.where(positive, value, 1.0)
        )

    def hypot(self, x: Dual, y: Dual) -> Dual:
        """Return the root of the sum of squares, with the slope 0 where it is 0."""
        value = self.ops.hypot(x.value, y.value)
        size = self.ops.where(value > 0.0, value, 1.0)
        slopes = x.chain(0.0, x.value / size) + y.chain(0.0, y.value / size)
        return Dual(value, slopes.slopes)

    def maximum(self, x: Dual, y: float) -> Dual:
        """Return the larger of x and y, at a tie y, so that the product with ``minimum`` is x y."""
        return self._clipped(x, self.ops.maximum(x.value, y), x.value <= y)

    def minimum(self, x: Dual, y: float) -> Dual:
        """Return the smaller of x and y."""
        return self._clipped(x, self.ops.minimum(x.value, y), x.value > y)

    def _clipped(self, x: Dual, value: Array, clipped: Array) -> Dual:
        where = self.ops.where
        return Dual(value, {p: where(clipped, 0.0, slope) for p, slope in x.slopes.items()})

    def multiply_add(self, x: Any, y: Any, z: Any) -> Any:
        """Return x y + z."""
        return x * y + z

    def ordinary_unit(self, x: Dual) -> Array | float:
        """Return powers of two that bring positive x between ``unit`` and its reciprocal."""
        return self.ops.ordinary_unit(x.value)

    def where(self, condition: Array, x: Any, y: Any) -> Any:
        """Return x where the condition holds, elsewhere y."""
        value = self.ops.where(condition, _value(x), _value(y))
        pairs = [each.slopes if isinstance(each, Dual) else {} for each in (x, y)]
        places = pairs[0].keys() | pairs[1].keys()
        slopes = {
            p: self.ops.where(condition, pairs[0].get(p, 0.0), pairs[1].get(p, 0.0)) for p in places
        }
        return Dual(value, slopes) if places else value

    def index(self, x: Dual, last: int) -> Array:
        """Return x >= 0 rounded down to whole numbers up to ``last``."""
        return self.ops.index(x.value, last)

    def product_rest(self, product: Any, x: Any, y: Any) -> Array:
        """Return x y - product for the rounded product, which is the same for numbers nearby."""
        return self.ops.product_rest(_value(product), _value(x), _value(y))

    def whole(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return ``function(self, *arguments)``."""
        return function(self, *arguments)

    def choose(
        self, condition: Array, yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        """Return ``yes(*values)`` where the condition holds, elsewhere ``no(*values)``."""
        shapes: list[bool] = []

        def parts(function: Callable[..., Any]) -> Callable[..., tuple[Array, ...]]:
            def apart(*values: Any) -> tuple[Array, ...]:
                found = function(*values)
                shapes.append(isinstance(found, tuple))
                numbers = found if isinstance(found, tuple) else (found,)
                return tuple(part for number in numbers for part in self._parts(number))

            return apart

        flat = self.ops.choose(condition, parts(yes), parts(no), *values)
        width = 1 + self.count
        numbers = tuple(
            Dual(flat[k], _without_zeros(flat[k + 1 : k + width]))
            for k in range(0, len(flat), width)
        )
        return numbers if shapes[0] else numbers[0]

    def _parts(self, number: Any) -> tuple[Array, ...]:
        if not isinstance(number, Dual):
            return number, *(0.0 for _ in range(self.count))
        return number.value, *(number.slopes.get(place, 0.0) for place in range(self.count))


_NEAR, _NEARER, _FAR = 2.0**-26, 2.0**-100, 2.0**100
"""What stands for sigma = 0, in units of mu or at mu = 0, and for an infinite mu."""

_INFINITE = 2.0**40
"""Beyond this size a limit is infinite, or nothing but rounding errors over a sigma."""


def hessian_of(gradient: Callable[..., tuple[Array, ...]]) -> Callable[..., tuple[Array, ...]]:
    """The second derivatives of a formula as a function of a law and of parameters.

    Args:
        gradient: a generated one.

    Returns:
        A function of the same arguments, whose results are the derivatives of the gradient by mu,
        sigma and the parameters, of each in its own argument and those after it. At sigma = 0 and
        infinite mu they are those of a law nearby, right to 1e-7; at mu = sigma = 0 those that are
        infinite are 0.

    >>> import numpy as np
    >>> from elu_sym.numeric._gradients import relu_mean_gradient
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> by_mu, *others = hessian_of(relu_mean_gradient)(law)
    >>> print(by_mu)  # the density of X at 0
    [0.39894228]
    """

    def hessian(law: Law, *parameters: Array) -> tuple[Array, ...]:
        near = _nearby(law) if isinstance(law, LimitLaw) else law
        # At mu = 0 forms for either side meet, which need not go on to the other.
        location = law.ops.where(near.mu == 0.0, law.ops.unit * near.sigma, near.mu)
        numbers = [location, near.sigma, *parameters]
        count = len(numbers)
        nothing = 0.0 * near.sigma
        mu, sigma, *others = (Dual(x, {place: nothing + 1.0}) for place, x in enumerate(numbers))
        slopes = gradient(NormalLaw(DualOperations(law.ops, count), mu, sigma), *others)
        bends = [slopes[i].slopes.get(j, nothing) for i in range(count) for j in range(i, count)]
        return tuple(bends if near is law else (_limit(near, bend) for bend in bends))

    return hessian


def _nearby(law: LimitLaw) -> NormalLaw:
    ops = law.ops
    mu = ops.where(abs(law.mu) > ops.unit, ops.maximum(ops.minimum(law.mu, _FAR), -_FAR), 0.0)
    sigma = ops.where(mu == 0.0, _NEARER, ops.where(abs(law.mu) < _FAR, _NEAR * abs(mu), law.sigma))
    return NormalLaw(ops, mu, ops.where(sigma > 0.0, sigma, 1.0))


def _limit(near: NormalLaw, bend: Array) -> Array:
    where, large = near.ops.where, abs(bend) > _INFINITE
    bend = where(large & (near.mu == 0.0), 0.0, bend)
    return where(large & (abs(near.mu) == _FAR), bend * float("inf"), bend)
