"""Correct rounding, decided exactly: what libraries compute by rounded operations.

Rational results are rounded by integer arithmetic. An exponential is enclosed by a ball whose
precision is raised until both its ends round to the same float; since e^x is irrational for
rational x other than 0, it never lies on a tie.

References:
    IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, sections 3.4 and 4.3.1. Muller et
    al.: Handbook of Floating-Point Arithmetic, second edition, 2018, chapters 2 and 10.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from sympy import Expr, Integer, Rational, Symbol, exp

from elu_sym.algebra.binary_formats import (
    BFLOAT16 as BFLOAT16,
    FLOAT16 as FLOAT16,
    FLOAT32 as FLOAT32,
    FLOAT64 as FLOAT64,
    FORMATS as FORMATS,
    FloatingPointFormat as FloatingPointFormat,
)
from elu_sym.algebra.enclosure import HIGHEST_PRECISION, Point, enclosures
from elu_sym.symbols import alpha, x, y

SELU_ALPHA = Rational("1.6732632423543772848170429916717")
"""SELU's alpha as the libraries write it; each format rounds it."""


@dataclass(frozen=True)
class Computation:
    """Operations one after the other, each correctly rounded.

    Attributes:
        operations: expressions; the first is one of ``x``, each later one of ``y``, which stands
            for the rounded result of the one before. ``alpha`` may occur in all of them.

    Examples:
        >>> print(Computation((exp(x) - 1, alpha * y)))
        fl(alpha*fl(exp(x) - 1))
        >>> print(Computation((alpha * (exp(x) - 1),)))
        fl(alpha*(exp(x) - 1))
    """

    operations: tuple[Expr, ...]

    def __str__(self) -> str:
        text = ""
        for operation in self.operations:
            text = f"fl({operation.xreplace({y: Symbol(text)})})"
        return text

    def value(self, number_format: FloatingPointFormat, point: Point) -> Rational:
        """The result in a format at a point.

        Args:
            number_format: the format of every operand and result.
            point: the value of ``x``, and that of ``alpha`` if it occurs.

        Raises:
            ValueError: if a value is no number of the format.
            ArithmeticError: if no precision within reach decides how an operation is rounded.

        Examples:
            >>> Computation((exp(x),)).value(FLOAT16, {x: Rational(-17)})
            1/16777216
        """
        for value in point.values():
            number_format.rank(value)
        previous: dict[Symbol, Rational] = {}
        for operation in self.operations:
            result = _rounded(operation, {**point, **previous}, number_format)
            previous = {y: result}
        return previous[y]


def _rounded(operation: Expr, point: Point, number_format: FloatingPointFormat) -> Rational:
    exact = operation.xreplace(dict(point))
    if exact.is_Rational:
        return number_format.round(exact)
    for ball in enclosures(operation, point):
        rounded = number_format.round_ball(ball)
        if rounded is not None:
            return rounded
    raise ArithmeticError(
        f"{operation} at {dict(point)} lies on both sides of a tie of {number_format.name}"
        f" with {HIGHEST_PRECISION} bits"
    )


def number(value: Rational) -> str:
    """A float as text that identifies it: the shortest decimal of the double that it is.

    Raises:
        ValueError: if the value is no double.

    Examples:
        >>> number(Rational(-1, 2)), number(Rational(0))
        ('-0.5', '0')
    """
    double = int(value.p) / int(value.q)
    if Rational(double) != value:
        raise ValueError(f"{value} is no double")
    return f"{double:.0f}" if value.is_Integer and abs(value) < 2**53 else repr(double)


EXPONENTIAL = Computation((exp(x),))
"""The exponential."""

EXPONENTIAL_LESS_ONE = Computation((exp(x) - 1,))
"""``expm1``."""

ELU_ROUNDED_TWICE = Computation((exp(x) - 1, alpha * y))
"""The left piece of ELU as a product with ``expm1``."""

ELU_ROUNDED_ONCE = Computation((alpha * (exp(x) - 1),))
"""The left piece of ELU correctly rounded as a whole."""

DERIVATIVE_ROUNDED_TWICE = Computation((exp(x), alpha * y))
"""The derivative of the left piece as a product with ``exp``."""

DERIVATIVE_ROUNDED_ONCE = Computation((alpha * exp(x),))
"""The derivative of the left piece correctly rounded as a whole."""

DERIVATIVE_FROM_VALUE = Computation((exp(x) - 1, alpha * y, y + alpha))
"""The derivative of the left piece as the value of ELU plus alpha, which is what is stored."""


@dataclass(frozen=True)
class Quantity:
    """A function that libraries compute.

    Attributes:
        each_rounded: the computation with every operation rounded.
        rounded_once: the computation with one rounding of the whole.
        limit_at_alpha_1: what it tends to as x -> -oo for ``alpha = 1``.
        has_alpha: whether it depends on ``alpha``.

    Examples:
        >>> QUANTITIES["elu"].limit(Rational(1, 2)), QUANTITIES["expm1"].limit(None)
        (-1/2, -1)
    """

    each_rounded: Computation
    rounded_once: Computation
    limit_at_alpha_1: int
    has_alpha: bool

    def limit(self, height: Rational | None) -> Rational:
        """What it tends to as x -> -oo, which is proportional to ``alpha`` if that occurs."""
        return self.limit_at_alpha_1 * (Integer(1) if height is None else height)


QUANTITIES = {
    "exp": Quantity(EXPONENTIAL, EXPONENTIAL, 0, has_alpha=False),
    "expm1": Quantity(EXPONENTIAL_LESS_ONE, EXPONENTIAL_LESS_ONE, -1, has_alpha=False),
    "elu": Quantity(ELU_ROUNDED_TWICE, ELU_ROUNDED_ONCE, -1, has_alpha=True),
    "elu_derivative": Quantity(
        DERIVATIVE_ROUNDED_TWICE, DERIVATIVE_ROUNDED_ONCE, 0, has_alpha=True
    ),
}
"""The functions by the names that the table uses."""


@cache  # several claims ask for the same threshold
def largest_at_most(
    computation: Computation,
    number_format: FloatingPointFormat,
    level: Rational,
    height: Rational | None = None,
) -> Rational:
    """The largest float ``x <= 0`` at which an increasing computation is at most a level.

    Raises:
        ValueError: if there is none, or if it is 0.

    Examples:
        >>> number(largest_at_most(EXPONENTIAL, FLOAT32, Rational(0)))
        '-103.97208404541016'
    """

    def is_reached(rank: int) -> bool:
        point = {x: number_format.at(rank)}
        if height is not None:
            point[alpha] = height
        return bool(computation.value(number_format, point) <= level)

    ranks = range(number_format.rank(-number_format.greatest), 1)
    reached = bisect_left(ranks, True, key=lambda rank: not is_reached(rank))
    if reached in (0, len(ranks)):
        raise ValueError(f"{computation} <= {level} at every float x <= 0 or at none")
    return number_format.at(ranks[reached - 1])
