"""What the primitives ask of a library of arrays, and NumPy's answer.

The primitives are written once, over the arithmetic operators and the few operations below, which
they get as ``ops``.  NumPy evaluates each regime at its own elements alone, a single number needs
only one of them; a graph, in ``elu_sym.generate``, has all of them, to be written as C; PyTorch and
JAX, in ``elu_sym.interop``, evaluate all and select where they do not call what is compiled.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = Any
"""An array of the library at hand."""

FloatArray = NDArray[np.float64]


class Operations(Protocol):
    """Operations on arrays of one library.

    Attributes:
        least: The exponent below which an exponential is taken apart, before it underflows.
        unit: A power of two whose square is a normal number far below 1.
        splitter: 2^s + 1, s half of the bits of a significand: Dekker's constant.
    """

    least: float
    unit: float
    splitter: float

    def exp(self, x: Array) -> Array:
        """Return e^x."""

    def decay(self, x: Array) -> Array:
        """Return e^min(x, 0), which is nearly everywhere 1."""

    def expm1(self, x: Array) -> Array:
        """Return e^x - 1."""

    def sqrt(self, x: Array) -> Array:
        """Return the square root."""

    def hypot(self, x: Array, y: Array) -> Array:
        """Return the root of the sum of squares."""

    def maximum(self, x: Array, y: float) -> Array:
        """Return the larger of x and y."""

    def minimum(self, x: Array, y: float) -> Array:
        """Return the smaller of x and y."""

    def multiply_add(self, x: Array, y: Array, z: Array | float) -> Array:
        """Return x y + z, for an x that nobody else holds and that may be overwritten."""

    def ordinary_unit(self, x: Array) -> Array | float:
        """Return powers of two that bring positive x between ``unit`` and its reciprocal."""

    def where(self, condition: Array, x: Array, y: Array) -> Array:
        """Return x where the condition holds, elsewhere y; both are arrays or numbers."""

    def index(self, x: Array, last: int) -> Array:
        """Return x >= 0 rounded down to whole numbers up to ``last``."""

    def entry(self, table: tuple[float, ...], index: Array) -> Array:
        """Return the entries of a table at an index."""

    def row(self, table: tuple[tuple[float, ...], ...], index: Array) -> Sequence[Array]:
        """Return the rows of a table at an index, an array for each column."""

    def choose(
        self, condition: Array, yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        """Return ``yes(*values)`` where the condition holds, elsewhere ``no(*values)``.

        Both give an array or the same number of arrays.  Values are arrays, or have ``at``.
        """

    def product_rest(self, product: Array, x: Array, y: Array) -> Array:
        """Return x y - product, exactly, for the rounded product of x and y."""

    def whole(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return ``function(self, *arguments)``, one of those that C has by hand."""


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function of operations that C has by hand: whoever writes C does not look inside."""

    @wraps(function)
    def called(ops: Operations, *arguments: Any) -> Any:
        return ops.whole(function, *arguments)

    return called


def halved_product_rest(splitter: float, product: Array, x: Array, y: Array) -> Array:
    """Return x y - product by T. J. Dekker's halves of the bits (Numer. Math. 18, 1971)."""
    carried, others = splitter * x, splitter * y
    x_high, y_high = carried - (carried - x), others - (others - y)
    x_low, y_low = x - x_high, y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


_RARE = 8
"""A regime of less than one in so many elements is rare."""


class _Doubles:
    least = -300.0
    unit = 2.0**-500
    splitter = 2.0**27 + 1.0

    def product_rest(self, product: Array, x: Array, y: Array) -> Array:
        return halved_product_rest(self.splitter, product, x, y)

    def whole(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(self, *arguments)


class _NumPy(_Doubles):
    exp = staticmethod(np.exp)
    expm1 = staticmethod(np.expm1)
    sqrt = staticmethod(np.sqrt)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)

    def hypot(self, x: FloatArray, y: FloatArray) -> FloatArray:
        values = np.sqrt(x * x + y * y)
        beyond = ~((values >= self.unit) & (values <= 1.0 / self.unit))
        if beyond.any():
            values[beyond] = np.hypot(x[beyond], y[beyond])
        return values

    @staticmethod
    def multiply_add(x: FloatArray, y: FloatArray, z: FloatArray | float) -> FloatArray:
        np.multiply(x, y, out=x)
        return np.add(x, z, out=x)

    def ordinary_unit(self, x: FloatArray) -> FloatArray | float:
        if x.size and x.min() >= self.unit and x.max() <= 1.0 / self.unit:
            return 1.0
        return np.where(
            x > 1.0 / self.unit, self.unit, np.where(x < self.unit, 1.0 / self.unit, 1.0)
        )

    @staticmethod
    def where(condition: NDArray[np.bool_], x: Any, y: Any) -> Any:
        alike = isinstance(x, float) and isinstance(y, float) and x == y
        return x if alike else np.where(condition, x, y)

    @staticmethod
    def decay(x: FloatArray) -> FloatArray | float:
        if x.size and x.min() >= 0.0:
            return 1.0
        values, below = np.ones_like(x), np.flatnonzero(x < 0.0)
        if below.size:
            values[below] = np.exp(x[below])
        return values

    @staticmethod
    def index(x: FloatArray, last: int) -> NDArray[np.intp]:
        whole: NDArray[np.intp] = np.minimum(x, last).astype(np.intp)
        return whole

    @staticmethod
    def entry(table: tuple[float, ...], index: NDArray[np.intp]) -> FloatArray:
        return _columns(table).take(index, mode="clip")

    @staticmethod
    def row(table: tuple[tuple[float, ...], ...], index: NDArray[np.intp]) -> _Row:
        return _Row(_columns(table), index)

    @staticmethod
    def choose(
        condition: NDArray[np.bool_], yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        count, size = np.count_nonzero(condition), condition.size
        if count == size:
            return yes(*values)
        if count == 0:
            return no(*values)
        if count > size - size // _RARE:
            condition, count, yes, no = ~condition, size - count, no, yes
        (chosen,) = condition.nonzero()
        found = yes(*(_at(value, chosen) for value in values))
        if count < size // _RARE:
            # It is cheaper to compute the other regime everywhere than to divide all values.
            rest: NDArray[np.intp] | slice = slice(None)
            other = no(*values)
        else:
            (rest,) = (~condition).nonzero()
            other = no(*(_at(value, rest) for value in values))
        if not isinstance(found, tuple):
            return _merged(size, chosen, found, rest, other)
        pairs = zip(found, other, strict=True)
        return tuple(_merged(size, chosen, x, rest, y) for x, y in pairs)


def _at(value: Any, index: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.take(index)
    return value if isinstance(value, (int, float)) else value.at(index)


def _merged(
    size: int, chosen: NDArray[np.intp], found: Any, rest: NDArray[np.intp] | slice, other: Any
) -> FloatArray:
    merged = np.empty(size)
    merged[rest] = other
    merged[chosen] = found
    return merged


class _Row(Sequence[FloatArray]):
    """The rows of a table at an index, each column when it is asked for: all fill the cache."""

    def __init__(self, columns: FloatArray, index: NDArray[np.intp]) -> None:
        self._columns, self._index = columns, index

    def __len__(self) -> int:
        return len(self._columns)

    def __getitem__(self, place: Any) -> Any:
        # The index is in range, and to say so is faster than to have it checked.
        return self._columns[place].take(self._index, mode="clip")


_COLUMNS: dict[int, FloatArray] = {}


def _columns(table: Any) -> FloatArray:
    """Return the table, a constant of a module, with a contiguous row for each of its columns."""
    if id(table) not in _COLUMNS:
        _COLUMNS[id(table)] = np.ascontiguousarray(np.array(table).T)
    return _COLUMNS[id(table)]


NUMPY: Operations = _NumPy()


class _Floats(_Doubles):
    """Python's own numbers, for which an array of one element is a detour."""

    exp = staticmethod(math.exp)
    expm1 = staticmethod(math.expm1)
    sqrt = staticmethod(math.sqrt)
    hypot = staticmethod(math.hypot)
    maximum = staticmethod(max)
    minimum = staticmethod(min)
    entry = row = staticmethod(operator.getitem)

    @staticmethod
    def decay(x: float) -> float:
        return math.exp(x) if x < 0.0 else 1.0

    @staticmethod
    def multiply_add(x: float, y: float, z: float) -> float:
        return x * y + z

    def ordinary_unit(self, x: float) -> float:
        if self.unit <= x <= 1.0 / self.unit:
            return 1.0
        return self.unit if x > 1.0 else 1.0 / self.unit

    @staticmethod
    def where(condition: bool, x: float, y: float) -> float:
        return x if condition else y

    @staticmethod
    def index(x: float, last: int) -> int:
        return int(x) if x < last else last

    @staticmethod
    def choose(
        condition: bool, yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        return yes(*values) if condition else no(*values)


FLOATS: Operations = _Floats()
