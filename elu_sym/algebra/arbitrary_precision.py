"""A closed form as a function of any precision: mpmath numbers, or Arb balls."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from mpmath.libmp import to_rational
from sympy import Expr, Float, Piecewise, Rational, S, Symbol

from elu_sym.algebra.enclosure import Ball, enclose_to
from elu_sym.algebra.working_precision import alone


def exact_rational(name: str, value: Any) -> Rational:
    """The exact rational number that a finite number is.

    Args:
        name: what it is called in messages.
        value: a whole number, a float, a fraction or a decimal number of Python or NumPy, a
            rational or floating-point number of SymPy, or an mpf.

    Raises:
        TypeError: if the value is none of these, or is not finite.

    Examples:
        >>> exact_rational("mu", -0.5)
        -1/2
    """
    kinds = Rational | int | Fraction | Decimal | float | Float | mpmath.mpf | np.number
    if isinstance(value, kinds) and not isinstance(value, bool) and abs(value) < math.inf:
        if isinstance(value, mpmath.mpf | Float):
            return Rational(*to_rational(value._mpf_))
        return Rational(Fraction(value.item() if isinstance(value, np.number) else value))
    raise TypeError(
        f"{name} = {value!r} is no finite int, float, Fraction, Decimal, mpf, Rational or Float"
    )


def mpmath_function(expression: Expr, arguments: tuple[Symbol, ...]) -> Callable[..., mpmath.mpf]:
    """A function that gives every digit of mpmath's working precision.

    SymPy raises its precision until the requested digits survive all cancellation.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import mu
        >>> function = mpmath_function(exp(mu) - 1 - mu, (mu,))
        >>> with mpmath.workdps(25):
        ...     print(function(1e-20))
        4.999999999999999451549381e-41
    """

    @alone()
    def evaluate(*values: Any) -> mpmath.mpf:
        point = _point(arguments, values)
        digits = mpmath.mp.dps
        try:
            value = expression.subs(point).evalf(digits + 2, maxn=100_000, strict=True)
        except OverflowError:
            raise ArithmeticError(
                f'mpmath has no error function so far out as at {point}: use the backend "flint"'
            ) from None
        return mpmath.mpf(Float(value, digits + 2)._mpf_)

    return evaluate


def arb_function(expression: Expr, arguments: tuple[Symbol, ...]) -> Callable[..., Ball]:
    """A function that gives an Arb ball of relative width 2**-100 around the exact value.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import mu
        >>> arb_function(exp(mu) - 1, (mu,))(0.5).rel_accuracy_bits() >= 100
        True
    """

    @alone()
    def evaluate(*values: Any) -> Ball:
        point, chosen = _point(arguments, values), expression
        if isinstance(expression, Piecewise):  # the conditions are decided at an exact point
            chosen = next(e for e, when in expression.args if when.xreplace(point) == S.true)
        return enclose_to(chosen, point, Rational(1, 2**100))

    return evaluate


def _point(arguments: tuple[Symbol, ...], values: tuple[Any, ...]) -> dict[Symbol, Rational]:
    if len(values) != len(arguments):
        names = ", ".join(map(str, arguments))
        raise TypeError(f"{len(values)} values for the arguments ({names})")
    return {
        symbol: exact_rational(str(symbol), value)
        for symbol, value in zip(arguments, values, strict=True)
    }
