"""Checks of the arguments of public numeric functions: what is wrong, where, and what to do.

NaN is data and passes.  Anything that has no value as a real number is a ``TypeError``; a number
outside the domain of its argument, or shapes that do not broadcast, are a ``ValueError``.  Nothing
is clamped.  A real number of another kind, a ``Fraction``, a ``Decimal``, a number of SymPy or
mpmath, is rounded once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from numbers import Complex, Number, Rational, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from elu_sym.numeric.operations import FloatArray


class UnreadableArrayError(TypeError):
    """An array of another library that NumPy cannot read, as a tensor that requires gradients."""


@dataclass(frozen=True)
class Domain:
    """The numbers that an argument may hold, beside NaN.

    Attributes:
        excludes: Tells which elements of a float64 array are outside; None if none can be.  The
            domain is an interval.
        advice: What to give instead, the end of the sentence "give ...".
    """

    excludes: Callable[[FloatArray], NDArray[np.bool_]] | None
    advice: str


LOCATION = Domain(None, "a real number")
"""Any real number; an infinite one stands for the limit."""

FINITE = Domain(lambda x: abs(x) == inf, "a finite number")
"""Any real number that is not infinite."""

SCALE = Domain(
    lambda x: (x < 0.0) | (x == np.inf),
    "a finite number, zero or more (zero is the limit from above)",
)
"""A standard deviation."""

POSITIVE = Domain(lambda x: (x <= 0.0) | (x == np.inf), "a finite number above zero")
"""A positive parameter."""


def domain_of(argument: str) -> Domain:
    """Return the domain of an argument of a formula of the book, the same for every backend.

    >>> domain_of("alpha") is POSITIVE
    True
    """
    return {"mu": LOCATION, "sigma": SCALE}.get(argument, POSITIVE)


ADVICE = "give real numbers, Python's or NumPy's, or an array of them"


@dataclass(frozen=True)
class Arguments:
    """Checked arguments of one call.

    Attributes:
        arrays: float64 arrays in the order given, in their own shapes, which broadcast.
        shape: The broadcast shape.
        dtype: float32 if every floating-point argument is float32, else float64.
    """

    arrays: tuple[FloatArray, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def result(self, values: FloatArray | float) -> Any:
        """Return ``values`` in the result's type: a NumPy scalar where all arguments are scalars.

        >>> broadcast_arguments(mu=(0.5, LOCATION)).result(np.array(2.0))
        np.float64(2.0)
        """
        values = np.asarray(values)
        if self.dtype != np.float64:
            with np.errstate(over="ignore", under="ignore"):
                values = values.astype(self.dtype)
        return values[()] if values.ndim == 0 else values


def broadcast_arguments(
    _where: ArrayLike | None = None, /, **arguments: tuple[Any, Domain]
) -> Arguments:
    """Check named arguments and return them as float64 arrays that broadcast.

    Args:
        _where: Truth values that broadcast with the arguments: elements that are needed for no
            result are NaN in the arrays, and what they were is not checked. All are needed by
            default.
        **arguments: For each argument its value, anything array-like of real numbers, and its
            domain, one of ``LOCATION``, ``FINITE``, ``SCALE``, ``POSITIVE`` or a ``Domain`` of your
            own.

    Returns:
        The arrays, their broadcast shape and the type of the result.  As in NumPy, Python numbers
        are weak: they do not make a float32 result a float64 one.

    Raises:
        TypeError: A value is not real: complex, text, boolean, ``None``, masked, an object.
        ValueError: A value is outside its domain, or the shapes do not broadcast.

    >>> checked = broadcast_arguments(mu=([0.0, 1.0], LOCATION), sigma=(2, SCALE))
    >>> checked.arrays
    (array([0., 1.]), array(2.))
    >>> checked.shape, checked.dtype
    ((2,), dtype('float64'))
    >>> broadcast_arguments(mu=(0.0, LOCATION), sigma=([1.0, -2.0], SCALE))
    Traceback (most recent call last):
        ...
    ValueError: sigma[1] = -2.0: give a finite number, zero or more (zero is the limit from above)
    """
    where = None if _where is None else np.asarray(_where)
    if where is not None and where.dtype.kind != "b":
        raise TypeError(f"where has dtype {where.dtype}: give truth values, as of mu > 0")
    arrays, kinds = [], set()
    for name, (value, domain) in arguments.items():
        array, kind = _real_array(name, value)
        if where is not None:
            array = np.where(_needed(array.shape, where), array, np.nan)
        _check_domain(name, array, domain)
        arrays.append(array)
        kinds.add(kind)
    single = kinds - {None} == {np.dtype(np.float32)}
    given = dict(zip(arguments, arrays, strict=True)) | ({} if where is None else {"where": where})
    shapes = {array.shape for array in given.values()}
    try:
        shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(f"{name} has shape {array.shape}" for name, array in given.items())
        raise ValueError(
            f"the arguments do not broadcast: {listed}; give shapes that agree from the last "
            "axis on, or are 1 there"
        ) from None
    return Arguments(tuple(arrays), shape, np.dtype(np.float32 if single else np.float64))


def _real_array(name: str, value: Any) -> tuple[FloatArray, np.dtype[Any] | None]:
    """Return the value as float64, and its own type unless that is weak."""
    if type(value) is float:
        return np.array(value), None
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost: give {name}.filled(np.nan)"
        )
    array = _array(name, value)
    if array.dtype.kind == "O" and array.size:
        floats = [_nearest_float(name, index, array[index]) for index in np.ndindex(array.shape)]
        weak = isinstance(value, Number)
        return np.array(floats).reshape(array.shape), None if weak else np.dtype(np.float64)
    if array.dtype.kind not in "iuf":
        raise TypeError(_wrong_type(name, value, array))
    if array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {array.dtype}, which float64 cannot hold: "
            f"give {name}.astype(np.float64) if its rounding is meant"
        )
    weak = isinstance(value, int)
    return np.asarray(array, dtype=np.float64), None if weak else array.dtype


def _array(name: str, value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} = {_shown(value)} is ragged: give rows of one length") from error
    except Exception as error:  # of a library whose arrays are traced, or elsewhere
        reason = str(error).partition("\n")[0]
        raise UnreadableArrayError(
            f"{name} is a {type(value).__name__} that NumPy cannot read ({reason})"
        ) from error


def whole_number(name: str, value: Any) -> int:
    """Return a whole number of at least 1.

    Raises:
        TypeError: It is a truth value, or no number.
        ValueError: It is not whole, or below 1.

    >>> whole_number("depth", np.int64(3))
    3
    >>> whole_number("depth", 0)
    Traceback (most recent call last):
        ...
    ValueError: depth = 0: give a whole number of at least 1
    """
    message = f"{name} = {value!r}: give a whole number of at least 1"
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(message)
    try:
        count = operator.index(value)
    except TypeError:
        real = isinstance(value, (float, np.floating))
        raise (ValueError if real else TypeError)(message) from None
    if count < 1:
        raise ValueError(message)
    return count


def unrounded_array(name: str, value: Any, domain: Domain) -> NDArray[Any]:
    """Check an argument in the same way, and return its numbers as they were given, as objects.

    Raises:
        TypeError: A value is not real.
        ValueError: A value is outside its domain.

    >>> from fractions import Fraction
    >>> unrounded_array("sigma", [Fraction(1, 3), 2], SCALE)
    array([Fraction(1, 3), 2], dtype=object)
    >>> unrounded_array("sigma", Fraction(-1, 3), SCALE)
    Traceback (most recent call last):
        ...
    ValueError: sigma = -1/3: give a finite number, zero or more (zero is the limit from above)
    """
    array = _array(name, value)
    if array.dtype.kind != "O" or isinstance(value, np.ma.MaskedArray):
        _check_domain(name, _real_array(name, value)[0], domain)
        return array.astype(object)
    for index in np.ndindex(array.shape):
        number = array[index]
        _check_real(name, index, number)
        if domain.excludes is not None and domain.excludes(number):
            raise ValueError(f"{name}{_position(index)} = {number}: give {domain.advice}")
    return array


def _check_real(name: str, index: tuple[int, ...], value: Any) -> None:
    """Refuse an element of an argument that is no real number of any kind."""
    boolean = isinstance(value, (bool, np.bool_))  # Python's is Real
    # Decimal numbers and SymPy's infinities are Number and neither Real nor Complex.
    real = isinstance(value, Number) and (isinstance(value, Real) or not isinstance(value, Complex))
    if boolean or not real:
        kind = "boolean" if boolean else f"of type {type(value).__name__}"
        raise TypeError(f"{name}{_position(index)} = {_shown(value)} is {kind}: {ADVICE}")


def _nearest_float(name: str, index: tuple[int, ...], value: Any) -> float:
    """Return an element of an argument, a real number of any kind, rounded once."""
    _check_real(name, index, value)
    try:
        rational = isinstance(value, Rational)  # whose quotient Python rounds once
        number = int(value.numerator) / int(value.denominator) if rational else float(value)
    except OverflowError:
        number = inf
    if abs(number) == inf and number != value:
        raise ValueError(
            f"{name}{_position(index)} = {_shown(value)} is beyond the range of float64:"
            " give a smaller number"
        )
    return number


def _needed(shape: tuple[int, ...], where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which elements of an array of the shape are needed at one of the places at least."""
    try:
        places = np.broadcast_to(where, np.broadcast_shapes(shape, where.shape))
    except ValueError:
        return np.ones(shape, np.bool_)  # the shapes are refused later
    added = places.ndim - len(shape)
    repeated = tuple(added + axis for axis, length in enumerate(shape) if length == 1)
    kept = np.logical_or.reduce(places, axis=repeated, keepdims=True)
    needed: NDArray[np.bool_] = np.logical_or.reduce(kept, axis=tuple(range(added)))
    return needed


def _wrong_type(name: str, value: Any, array: NDArray[Any]) -> str:
    """Return the message for what is not an array of real numbers, with the first element."""
    kind = {"b": "boolean", "c": "complex", "U": "text", "S": "bytes"}.get(array.dtype.kind)
    if array.ndim == 0:
        return f"{name} = {_shown(value)} is {kind or 'of type ' + type(value).__name__}: {ADVICE}"
    if array.size == 0:
        return f"{name} is an empty array of dtype {array.dtype}: {ADVICE}"
    index = (0,) * array.ndim
    element = array[index]
    described = kind or f"of type {type(element).__name__}"
    return f"{name}{_position(index)} = {_shown(element)} is {described}: {ADVICE}"


def _check_domain(name: str, array: FloatArray, domain: Domain) -> None:
    if domain.excludes is None or array.size == 0:
        return
    if array.ndim == 0 and not domain.excludes(array[()]):
        return
    # What is repeated along an axis is looked at once: broadcast, an array has any size.
    seen = array[tuple(slice(None if step else 1) for step in array.strides)]
    ends = np.array([seen.min(), seen.max()])
    if not (domain.excludes(ends).any() or np.isnan(ends).any()):
        return  # the common case, without an array of truth values
    outside = domain.excludes(seen)
    if not outside.any():
        return
    first = np.unravel_index(int(np.argmax(outside)), seen.shape)
    index = tuple(int(i) for i in first)
    more = int(np.count_nonzero(outside)) * (array.size // seen.size) - 1
    others = f" (and {more} more)" if more else ""
    raise ValueError(f"{name}{_position(index)} = {array[index]}{others}: give {domain.advice}")


def _position(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _shown(value: Any) -> str:
    try:
        text = str(value) if isinstance(value, (int, np.generic)) else repr(value)
    except ValueError:  # Python refuses to print whole numbers of thousands of digits
        return "a whole number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."
