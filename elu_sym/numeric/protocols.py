"""NumPy's protocols for arrays of other libraries, kept by what is no ``numpy.ufunc`` itself.

A universal function leaves the evaluation to an argument whose class has an ``__array_ufunc__`` of
its own (pandas, xarray, Dask: labels are kept, lazy arrays stay lazy), and otherwise hands its
result to the ``__array_wrap__`` of an argument that has one (``numpy.matrix``, PyTorch's tensors).
``scipy.special.ndtr`` does so by being compiled; here it is done for functions that check their
arguments first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["by_their_own", "overriding", "wrapped"]

_NUMPY = np.ndarray.__array_ufunc__


def overriding(values: Iterable[Any]) -> list[Any]:
    """The first value of each class that overrides universal functions, in the order to ask them.

    That is from the left to the right, but a subclass before its base class.

    >>> overriding([0.5, np.ones(3)])
    []
    """
    found: list[Any] = []
    for value in values:
        kind = type(value)
        if getattr(kind, "__array_ufunc__", _NUMPY) is _NUMPY or kind in map(type, found):
            continue
        bases = (k for k, other in enumerate(found) if issubclass(kind, type(other)))
        found.insert(next(bases, len(found)), value)
    return found


def by_their_own(
    function: Callable[..., Any],
    others: Sequence[Any],
    values: Sequence[Any],
    keywords: Mapping[str, Any],
) -> Any:
    """What the first of the overriding values makes of a call.

    Args:
        function: what is called, with the ``__name__``, ``nin``, ``nout`` and ``signature`` of a
            universal function; it is called back with plain arrays.
        others: the overriding values among the arguments, in the order to ask them.
        values: the arguments.
        keywords: ``out``, a tuple, and ``where``, if they are given.

    Raises:
        TypeError: if none of them knows how, or one does not want to.
    """
    for other in others:
        method = other.__array_ufunc__
        if method is None:
            raise TypeError(f"{type(other).__name__} does not support universal functions")
        found = method(function, "__call__", *values, **keywords)
        if found is not NotImplemented:
            return found
    kinds = ", ".join(type(value).__name__ for value in values)
    raise TypeError(
        f"{function.__name__} of ({kinds}): none of these classes says what that is together; give"
        " arrays of one library"
    )


def wrapped(values: Iterable[Any], found: Any) -> Any:
    """The result as the argument of the highest priority wants it: an array like itself.

    >>> wrapped([0.5, np.zeros(2).view(np.recarray)], np.array([3.0, 4.0]))
    rec.array([3., 4.],
              dtype=float64)
    """
    holders = [
        value
        for value in values
        if type(value) is not np.ndarray
        and not isinstance(value, np.generic)
        and hasattr(type(value), "__array_wrap__")
    ]
    if not holders:
        return found
    holder = max(holders, key=lambda value: getattr(value, "__array_priority__", 0.0))
    return holder.__array_wrap__(np.asarray(found))
