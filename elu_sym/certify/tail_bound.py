r"""How fast an elementary function grows along a ray, proved: what a tail of an integral needs.

An expression is read from the inside out. Of every part f two things are known on the interval,
which may reach to infinity: a range, and a bound

.. math:: |f(x)| \le c \, (1 + |x|)^n \, e^{k|x|}.

Sums and products of such bounds are such bounds; so is the exponential of one with n = 1 and k = 0,
and the logarithm of one, if the range is known to be positive. Where both ends of the range are
finite, the range is the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from math import factorial
from typing import Any, TypeAlias

from sympy import Add, Expr, Mul, Pow, atan, cos, erf, erfc, exp, log, sin, sqrt, tanh

from elu_sym.algebra.enclosure import Ball, Reader
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.certify.logistic import Logistic, Softplus
from elu_sym.symbols import x

End: TypeAlias = "Ball | None"
"""The end of a range; None where it is infinite."""


class NoTailBoundError(ValueError):
    """A function of which it is not known how fast it grows; the message names the part."""


class _Refusal(Exception):
    """The same, before the part is named."""


@dataclass(frozen=True)
class Growth:
    """The range of a function on an interval, and c, n, k with |f| <= c (1 + |x|)^n e^(k|x|)."""

    lower: End
    upper: End
    factor: Ball
    power: int
    rate: Ball

    @classmethod
    def within(cls, lower: End, upper: End, otherwise: Growth | None = None) -> Growth:
        """What is known of a function by its range, and by another bound if that is infinite."""
        if lower is not None and upper is not None:
            if not (lower.is_finite() and upper.is_finite()):
                raise _Refusal("is not finite")
            return cls(lower, upper, abs(lower).max(abs(upper)).upper(), 0, 0 * lower)
        assert otherwise is not None
        factor, rate = otherwise.factor.upper(), otherwise.rate.upper()
        return cls(lower, upper, factor, otherwise.power, rate)

    def exponential(self, scale: Ball) -> tuple[Ball, Ball]:
        """C and K with abs(f(x)) <= C e^(K abs(x)), since (1 + y)^n <= n! s^n e^((1 + y)/s).

        Args:
            scale: the number s, positive: of the order of the x at which the bound is to be good.
        """
        if not self.power:
            return self.factor, self.rate
        factor = self.factor * factorial(self.power) * scale**self.power * (1 / scale).exp()
        return factor, self.rate + 1 / scale


def growth(expression: Expr, start: End, end: End, precision: int = 64) -> Growth:
    """The range and the growth of a function of ``x`` on an interval.

    Args:
        expression: made of numbers, ``x``, ``+ * **``, ``exp``, ``log``, ``tanh``, ``atan``,
            ``sin``, ``cos``, ``erf``, ``erfc`` and the normal distribution functions.
        start: the lower end of the interval; None if there is none.
        end: the upper end.
        precision: in bits, of the numbers in the expression.

    Raises:
        NoTailBoundError: if a part may have a pole or a branch point there, grows faster than an
            exponential of a line, or is no such function.

    Examples:
        >>> import flint
        >>> bound = growth(x * tanh(log(1 + exp(x))), flint.arb(8), None)
        >>> bound.factor, bound.power, bound.rate
        (1.00000000000000, 1, 0)
        >>> growth(exp(x**2), flint.arb(8), None)
        Traceback (most recent call last):
            ...
        elu_sym.certify.tail_bound.NoTailBoundError: exp(x**2) may grow faster than exp(k*x)
    """
    import flint

    bounds = _Bounds(precision, {})
    bounds.known[x] = Growth.within(start, end, Growth(None, None, flint.arb(1), 1, flint.arb(0)))
    return _of_number(bounds.read(expression))


class _Bounds(Reader):
    """Reads an expression as bounds; numbers are balls until they meet one."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.operations = OPERATIONS

    def _read(self, expression: Expr) -> Any:
        try:
            return super()._read(expression)
        except _Refusal as reason:
            raise NoTailBoundError(f"{expression} {reason}") from None
        except ValueError as reason:  # of the reader, or of a part
            raise NoTailBoundError(str(reason)) from None

    def apply(self, operation: Any, *values: Any) -> Any:
        given = [value if isinstance(value, int) else _of_number(value) for value in values]
        return self.operations[operation](*given)


def _of_number(value: Any) -> Growth:
    return value if isinstance(value, Growth) else Growth.within(value.lower(), value.upper())


def _plus(first: End, second: End) -> End:
    return None if first is None or second is None else first + second


def _sum(first: Growth, second: Growth) -> Growth:
    lower = _plus(first.lower, second.lower)
    upper = _plus(first.upper, second.upper)
    rate = max(first.rate, second.rate)
    power = max(first.power, second.power)
    return _rounded(lower, upper, Growth(None, None, first.factor + second.factor, power, rate))


def _product(first: Growth, second: Growth) -> Growth:
    bound = Growth(
        None,
        None,
        first.factor * second.factor,
        first.power + second.power,
        first.rate + second.rate,
    )
    corners = [
        a * b
        for a in (first.lower, first.upper)
        for b in (second.lower, second.upper)
        if a is not None and b is not None
    ]
    # An infinite end makes the product infinite where the other factor has a sign.
    below = above = False
    for infinite, other in ((first, second), (second, first)):
        positive = other.upper is None or other.upper > 0
        negative = other.lower is None or other.lower < 0
        above |= (infinite.upper is None and positive) or (infinite.lower is None and negative)
        below |= (infinite.upper is None and negative) or (infinite.lower is None and positive)
    corners = corners or [first.factor * 0]
    lower = None if below else reduce(lambda a, b: a.min(b), corners)
    upper = None if above else reduce(lambda a, b: a.max(b), corners)
    return _rounded(lower, upper, bound)


def _rounded(lower: End, upper: End, otherwise: Growth) -> Growth:
    return Growth.within(
        None if lower is None else lower.lower(),
        None if upper is None else upper.upper(),
        otherwise,
    )


def _power(base: Growth, exponent: int) -> Growth:
    if exponent < 0:
        return _inverse(_power(base, -exponent))
    result = reduce(_product, [base] * exponent)
    if exponent % 2 == 0 and (result.lower is None or result.lower < 0):
        return _rounded(base.factor * 0, result.upper, result)
    return result


def _inverse(base: Growth) -> Growth:
    if base.lower is not None and base.lower > 0:
        upper, zero = 1 / base.lower, base.factor * 0
        return _rounded(zero if base.upper is None else 1 / base.upper, upper, base)
    if base.upper is not None and base.upper < 0:
        lower, zero = 1 / base.upper, base.factor * 0
        return _rounded(lower, zero if base.lower is None else 1 / base.lower, base)
    raise _Refusal("may have a pole")


def _exponential(power: Growth) -> Growth:
    lower = power.factor * 0 if power.lower is None else power.lower.exp()
    if power.upper is not None:
        return _rounded(lower, power.upper.exp(), power)
    if power.power > 1 or power.rate != 0:
        raise _Refusal("may grow faster than exp(k*x)")
    rate = power.factor if power.power else power.rate
    bound = Growth(None, None, power.factor.exp(), 0, rate)
    return _rounded(lower, None, bound)


def _logarithm(argument: Growth) -> Growth:
    if argument.lower is None or not argument.lower > 0:
        raise _Refusal("may have a branch point")
    lower = argument.lower.log()
    if argument.upper is not None:
        return _rounded(lower, argument.upper.log(), argument)
    # log f <= log c + n log(1 + y) + k y <= (abs(log c) + n + k)(1 + y), and -log f <= -log lower.
    size = abs(argument.factor.log()) + argument.power + argument.rate
    return _rounded(lower, None, Growth(None, None, size.max(abs(lower)), 1, 0 * size))


def _root(argument: Growth) -> Growth:
    if argument.lower is None or not argument.lower >= 0:
        raise _Refusal("may have a branch point")
    upper = None if argument.upper is None else argument.upper.sqrt()
    half = (argument.power + 1) // 2
    bound = Growth(None, None, argument.factor.sqrt(), half, argument.rate / 2)
    return _rounded(argument.lower.sqrt(), upper, bound)


def _softplus(argument: Growth) -> Growth:
    zero = argument.factor * 0
    lower = zero if argument.lower is None else argument.lower.exp().log1p()
    upper = None if argument.upper is None else argument.upper.exp().log1p()
    # It is at most log 2 + abs(t).
    return _rounded(lower, upper, replace(argument, factor=argument.factor + 1))


def _logistic(t: Ball) -> Ball:
    return 1 / (1 + (-t).exp())


def _rising(function: Callable[[Ball], Ball], least: int, most: int) -> Callable[[Growth], Growth]:
    """The range of a function that rises between two bounds."""

    def bounded(argument: Growth) -> Growth:
        zero = argument.factor * 0
        lower = zero + least if argument.lower is None else function(argument.lower)
        upper = zero + most if argument.upper is None else function(argument.upper)
        return _rounded(lower, upper, argument)

    return bounded


def _between(least: int, most: int) -> Callable[[Growth], Growth]:
    return lambda argument: _rounded(
        argument.factor * 0 + least, argument.factor * 0 + most, argument
    )


def _upper_tail(t: Ball) -> Ball:
    return (t / (t * 0 + 2).sqrt()).erfc() / 2


OPERATIONS: dict[Any, Callable[..., Growth]] = {
    Add: lambda *terms: reduce(_sum, terms),
    Mul: lambda *factors: reduce(_product, factors),
    Pow: _power,
    sqrt: _root,
    exp: _exponential,
    log: _logarithm,
    tanh: _rising(lambda t: t.tanh(), -1, 1),
    atan: _rising(lambda t: t.atan(), -2, 2),
    erf: _rising(lambda t: t.erf(), -1, 1),
    Logistic: _rising(_logistic, 0, 1),
    Softplus: _softplus,
    NormalCdf: _rising(lambda t: _upper_tail(-t), 0, 1),
    erfc: _between(0, 2),
    NormalPdf: _between(0, 1),
    sin: _between(-1, 1),
    cos: _between(-1, 1),
}
"""The range and the growth of an operation by those of its arguments."""
