"""A formula at exact arguments: every digit of mpmath's working precision, or an Arb ball.

What may be given, what is refused and with which words, the defaults and the limits are those of
the formula as a function of doubles; a number of another kind is not rounded before.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, S, Symbol

from elu_sym.algebra.arbitrary_precision import arb_function, exact_rational, mpmath_function
from elu_sym.algebra.enclosure import exact
from elu_sym.book.limits import digits_of, limit_at
from elu_sym.gaussian.order import BreakpointOrder
from elu_sym.gaussian.piecewise import read_piecewise
from elu_sym.numeric import _generated
from elu_sym.numeric.arguments import Domain, broadcast_arguments, check_number
from elu_sym.numeric.law import LimitLaw
from elu_sym.symbols import mu, sigma, x

if TYPE_CHECKING:
    from elu_sym.book.formula import Formula

LIMIT_PRECISION = 256
"""Bits of a limit as a ball."""


def exact_function(formula: Formula, backend: str) -> Callable[..., Any]:
    """A formula as a function of exact arguments.

    Args:
        formula: any formula.
        backend: ``"mpmath"`` or ``"flint"``.

    Returns:
        A function of the arguments of the formula, by position or name: real numbers of Python,
        NumPy, SymPy or mpmath, or arrays of such. It gives an ``mpf`` or an ``arb``, or an object
        array of the broadcast shape.

    Raises:
        ModuleNotFoundError: if python-flint is missing; the message names the extra.

    Examples:
        >>> from elu_sym import mean
        >>> with mpmath.workdps(30):
        ...     print(exact_function(mean, "mpmath")(mu=0, sigma=[0, 2], alpha=Fraction(1, 3)))
        [mpf('0.0') mpf('0.685757208183594352258284962829563')]
    """
    library = _Mpmath(formula) if backend == "mpmath" else _Arb(formula)

    def function(*values: Any, **named: Any) -> Any:
        given = formula.bind(values, named)
        arrays = [_numbers(name, value, formula.domains[name]) for name, value in given.items()]
        zeros = {name: (np.zeros(array.shape), formula.domains["mu"]) for name, array in zip(given, arrays, strict=True)}
        found = np.empty(broadcast_arguments(**zeros).shape, dtype=object)
        for index, *point in zip(np.ndindex(found.shape), *(a.flat for a in np.broadcast_arrays(*arrays)), strict=True):
            found[index] = library.value(dict(zip(formula.symbols, point, strict=True)))
        return found[()]

    return function


def _numbers(name: str, value: Any, domain: Domain) -> NDArray[Any]:
    """The value as an array of exact numbers, checked as for the function of doubles."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0)
    if array.dtype.kind != "O":
        broadcast_arguments(**{name: (value, domain)})
    numbers = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        numbers[index] = _number(name, index, array[index])
        check_number(name, index, numbers[index], domain)
    return numbers
