"""A formula at exact arguments: every digit of mpmath's working precision, or an Arb ball.

What may be given, what is refused and with which words, the defaults and the limits are those of
the formula as a function of doubles; a number of another kind is not rounded before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, S, Symbol

from elu_sym.algebra.arbitrary_precision import arb_function, exact_rational, mpmath_function
from elu_sym.algebra.enclosure import Ball, enclose_to, exact
from elu_sym.algebra.optional import extra
from elu_sym.algebra.working_precision import working_precision
from elu_sym.book.point_laws import digits_of, limit_at
from elu_sym.gaussian.order import BreakpointOrder
from elu_sym.gaussian.piecewise import PiecewiseExpression, read_piecewise
from elu_sym.numeric import _generated
from elu_sym.numeric.arguments import (
    LOCATION,
    Domain,
    broadcast_arguments,
    unrounded_array,
)
from elu_sym.numeric.law import LimitLaw
from elu_sym.symbols import mu, sigma, x

if TYPE_CHECKING:
    from elu_sym.book.formula import Formula

LIMIT_PRECISION = 256
"""Bits of a limit as a ball."""

TINY = -(1 << 20)
"""The binary logarithm of what no argument comes near; the doubles have a unit of their own."""

NARROW = Rational(1, 2**100)
"""The relative width of a ball."""


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
        >>> from fractions import Fraction
        >>> from elu_sym import mean
        >>> with mpmath.workdps(30):
        ...     print(exact_function(mean, "mpmath")(mu=0, sigma=[0, 2], alpha=Fraction(1, 3)))
        [mpf('0.0') mpf('0.687251894543922224688941824545116')]
    """
    library = _Mpmath(formula) if backend == "mpmath" else _Arb(formula)

    def function(*values: Any, **named: Any) -> Any:
        given = formula.bind(values, named)
        arrays = [_numbers(name, value, formula.domains[name]) for name, value in given.items()]
        shapes = {
            name: (np.empty(a.shape), LOCATION) for name, a in zip(given, arrays, strict=True)
        }
        found = np.empty(broadcast_arguments(**shapes).shape, dtype=object)
        columns = (array.flat for array in np.broadcast_arrays(*arrays))
        for index, *point in zip(np.ndindex(found.shape), *columns, strict=True):
            found[index] = library.value(point)
        return found[()]

    return function


def _numbers(name: str, value: Any, domain: Domain) -> NDArray[Any]:
    """The value as an array of exact numbers of SymPy."""
    numbers = unrounded_array(name, value, domain)
    exact = [_number(name, number) for number in numbers.flat]
    return np.array([*exact, None], dtype=object)[:-1].reshape(numbers.shape)


def _number(name: str, value: Any) -> Expr:
    """A real number of any kind as SymPy's, exactly."""
    if value != value:
        return S.NaN
    # SymPy's Rational(inf) is 0.
    return (
        S.Infinity * (1 if value > 0 else -1) if abs(value) == inf else exact_rational(name, value)
    )


class _Exact:
    """A formula over the exact numbers of one library."""

    number: Callable[[Expr], Any]
    inside: Callable[..., Any]
    exp: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]

    def __init__(self, formula: Formula) -> None:
        self.formula = formula

    def value(self, point: Sequence[Expr]) -> Any:
        if S.NaN in point:
            return self.number(S.NaN)
        at = dict(zip(self.formula.symbols, point, strict=True))
        if at[sigma] != 0 and at[mu].is_finite:
            return self.inside(*point)
        if self.formula.quantity.published and not self.formula.quantity.by_cases:
            return self.generated_limit(at)
        return self.number(limit_at(_pieces_at(self.formula, at), at[mu], at))

    def generated_limit(self, at: Mapping[Symbol, Expr]) -> Any:
        """What the function of doubles computes at a limit, in these numbers."""
        function = getattr(_generated, self.formula.function_name)
        mean, deviation, *parameters = map(self.number, at.values())
        operations: Any = self
        return function(LimitLaw(operations, mean, deviation), *parameters)

    # The operations of ``elu_sym.numeric.operations`` that a limit asks for.
    least = -300.0
    maximum, minimum = staticmethod(max), staticmethod(min)
    where = staticmethod(lambda condition, x, y: x if condition else y)

    def hypot(self, x: Any, y: Any) -> Any:
        return self.sqrt(x * x + y * y)

    def decay(self, x: Any) -> Any:
        return self.exp(min(x, self.number(S.Zero)))


class _Mpmath(_Exact):
    """In mpmath's working precision."""

    def __init__(self, formula: Formula) -> None:
        super().__init__(formula)
        self.inside = mpmath_function(formula.expr, formula.symbols)

    def number(self, value: Expr) -> mpmath.mpf:
        return mpmath.mpf("nan") if value is S.NaN else digits_of(value, mpmath.mp.dps)

    unit = mpmath.ldexp(1, TINY)
    exp, expm1 = staticmethod(mpmath.exp), staticmethod(mpmath.expm1)
    sqrt = staticmethod(mpmath.sqrt)


class _Arb(_Exact):
    """As balls."""

    def __init__(self, formula: Formula) -> None:
        with extra("verify", f'{formula.id}.lambdify("flint")'):
            import flint
        super().__init__(formula)
        self.ball, self.unit = flint.arb, flint.arb(2) ** TINY
        self.inside = arb_function(formula.expr, formula.symbols)

    def generated_limit(self, at: Mapping[Symbol, Expr]) -> Ball:
        with working_precision(LIMIT_PRECISION):
            return super().generated_limit(at)

    def number(self, value: Expr) -> Ball:
        if not value.is_finite:
            return self.ball(float(value))
        with working_precision(LIMIT_PRECISION):
            return self.ball(exact(value)) if value.is_Rational else enclose_to(value, {}, NARROW)

    def exp(self, x: Any) -> Ball:
        return self.ball(x).exp()

    def expm1(self, x: Any) -> Ball:
        return self.ball(x).expm1()

    def sqrt(self, x: Any) -> Ball:
        return self.ball(x).sqrt()


def _pieces_at(formula: Formula, at: Mapping[Symbol, Expr]) -> PiecewiseExpression:
    """The pieces of the function that a formula is the expectation of, at a point."""
    if not formula.quantity.by_cases:
        return read_piecewise(formula.integrand, x)
    case = next(c for c in formula.cases if all(bool(r.xreplace(at)) for r in c.relations))
    return read_piecewise(case.integrand, x, BreakpointOrder(case.order))
