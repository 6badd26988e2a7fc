"""Correct rounding, decided exactly: the formats, and what libraries compute by rounded operations.

A format is a set of rational numbers. A real number is rounded to the nearest of them, a tie to
the even significand; below the normal range the spacing stays the same (gradual underflow), and
nothing is flushed to zero. Rational results are rounded by integer arithmetic. An exponential is
enclosed by a ball whose precision is raised until both its ends round to the same float; since e^x
is irrational for rational x other than 0, it never lies on a tie. The sign of zero is not modelled.

References:
    IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, sections 3.4 and 4.3.1. Muller et
    al.: Handbook of Floating-Point Arithmetic, second edition, 2018, chapters 2 and 10.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from sympy import Expr, Integer, Rational, Symbol, exp

from elu_sym.algebra.enclosure import HIGHEST_PRECISION, Ball, Point, enclosures
from elu_sym.algebra.working_precision import working_precision
from elu_sym.symbols import alpha, x, y


@dataclass(frozen=True)
class FloatingPointFormat:
    """A binary floating-point format: its finite numbers, in order, and rounding to them.

    The finite numbers are numbered by their rank, 0 for zero and one more for every next number;
    the rank of a positive one is its bit pattern read as an integer.

    Attributes:
        name: how the libraries call it.
        precision: the bits of the significand, the hidden one included.
        least_exponent: the smallest positive normal number is ``2**least_exponent``.

    Examples:
        >>> float16 = FloatingPointFormat("float16", 11, -14)
        >>> float16.round(Rational(1, 3)), float16.greatest
        (1365/4096, 65504)
        >>> float16.round(float16.least_positive / 2)
        0
        >>> float16.successor(Rational(-1))
        -2047/2048
    """

    name: str
    precision: int
    least_exponent: int

    @property
    def _unit_exponent(self) -> int:
        """The exponent of the smallest positive number, in units of which all are integers."""
        return self.least_exponent - self.precision + 1

    @property
    def least_positive(self) -> Rational:
        """The smallest positive number, which is subnormal."""
        return self._from_units(1)

    @property
    def least_normal(self) -> Rational:
        """The smallest positive normal number."""
        return self._from_units(1 << self.precision - 1)

    @property
    def greatest_subnormal(self) -> Rational:
        """The number before the smallest positive normal one."""
        return self.predecessor(self.least_normal)

    @property
    def greatest(self) -> Rational:
        """The largest finite number."""
        return self._from_units(self._greatest_units)

    @property
    def _greatest_units(self) -> int:
        # The greatest exponent is 1 - least_exponent in every format of IEEE 754.
        return (1 << self.precision) - 1 << 1 - 2 * self.least_exponent

    def _from_units(self, units: int) -> Rational:
        return Rational(units, 1 << -self._unit_exponent)

    def round(self, value: Rational) -> Rational:
        """The nearest number of the format, of two the one with the even significand.

        Raises:
            OverflowError: if that is beyond the largest finite number.
        """
        return self._from_units(self._rounded_units(int(value.p), int(value.q)))

    def _rounded_units(self, numerator: int, denominator: int) -> int:
        size = abs(numerator) << -self._unit_exponent
        shift = max(0, (size // denominator).bit_length() - self.precision)
        step = denominator << shift
        significand, rest = divmod(size, step)
        significand += 2 * rest > step or (2 * rest == step and significand % 2 == 1)
        units = significand << shift
        if units > self._greatest_units:
            raise OverflowError(f"the value rounds beyond the largest finite {self.name}")
        return -units if numerator < 0 else units

    def round_ball(self, ball: Ball) -> Rational | None:
        """The number to which everything in a ball rounds, or None if there are two."""
        with working_precision(ball.bits() + 64):  # at which the ends are rounded outwards
            ends = ball.lower(), ball.upper()
        lower, upper = (self._rounded_end(end) for end in ends)
        return self._from_units(lower) if lower == upper else None

    def _rounded_end(self, end: Ball) -> int:
        mantissa, exponent = (int(part) for part in end.man_exp())
        if mantissa.bit_length() + exponent < self._unit_exponent - 1:
            return 0  # below half of the smallest number; 2**-exponent may not fit into memory
        if exponent >= 0:
            return self._rounded_units(mantissa << exponent, 1)
        return self._rounded_units(mantissa, 1 << -exponent)

    def rank(self, value: Rational) -> int:
        """The place of a number among those of the format, 0 for zero.

        Raises:
            ValueError: if the value is no number of the format.

        Examples:
            >>> BFLOAT16.rank(Rational(1)) == 0x3F80
            True
        """
        units = abs(value) * (1 << -self._unit_exponent)
        size = int(units)
        shift = max(0, size.bit_length() - self.precision)
        if not size >> shift << shift == units <= self._greatest_units:
            raise ValueError(f"{value} is no finite {self.name}")
        rank = (shift << self.precision - 1) + (size >> shift)
        return -rank if value < 0 else rank

    def at(self, rank: int) -> Rational:
        """The number with this rank.

        Raises:
            OverflowError: beyond the largest finite number.
        """
        significand, shift = self._parts(rank)
        return self._from_units(significand << shift)

    def double_at(self, rank: int) -> float:
        """The number with this rank as a double, which is exact for every format here."""
        significand, shift = self._parts(rank)
        return math.ldexp(significand, shift + self._unit_exponent)

    def _parts(self, rank: int) -> tuple[int, int]:
        half = self.precision - 1
        shift = max(0, (abs(rank) >> half) - 1)
        significand = abs(rank) - (shift << half)
        if significand << shift > self._greatest_units:
            raise OverflowError(f"rank {rank} is beyond the largest finite {self.name}")
        return -significand if rank < 0 else significand, shift

    def successor(self, value: Rational) -> Rational:
        """The next greater number."""
        return self.at(self.rank(value) + 1)

    def predecessor(self, value: Rational) -> Rational:
        """The next smaller number."""
        return self.at(self.rank(value) - 1)


FLOAT64 = FloatingPointFormat("float64", 53, -1022)
FLOAT32 = FloatingPointFormat("float32", 24, -126)
BFLOAT16 = FloatingPointFormat("bfloat16", 8, -126)
FLOAT16 = FloatingPointFormat("float16", 11, -14)
FORMATS = (FLOAT64, FLOAT32, BFLOAT16, FLOAT16)
"""The formats that the libraries compute in, the narrowest range last."""

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
