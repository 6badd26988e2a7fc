"""Floating-point formats: the finite numbers of each, in order, and rounding to them.

A format is a set of rational numbers. A real number is rounded to the nearest of them, a tie to
the even significand; below the normal range the spacing stays the same (gradual underflow), and
nothing is flushed to zero. The sign of zero is not modelled.

References:
    IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, sections 3.4 and 4.3.1. Muller et
    al.: Handbook of Floating-Point Arithmetic, second edition, 2018, chapters 2 and 10.
"""

import math
from dataclasses import dataclass

from sympy import Rational

from elu_sym.algebra.enclosure import Ball
from elu_sym.algebra.working_precision import working_precision


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
