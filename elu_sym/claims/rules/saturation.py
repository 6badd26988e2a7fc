"""Where ELU reaches its floor and its derivative is 0 in floating point, for all alpha at once.

With two roundings neither depends on ``alpha``, within sharp limits for ``alpha``. The proofs are
exact inequalities about the significand m, ``2^(p-1) <= m < 2^p``, of a normal number
``alpha = m*t`` with ``t`` a power of 2 and p the precision.
"""

from typing import ClassVar

from sympy import Expr, Integer, Rational

from elu_sym.algebra.rounding import (
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    Computation,
    FloatingPointFormat,
    number,
)
from elu_sym.claims.assertion import Assertion, Sentence, Step
from elu_sym.claims.rules.elementary import NonNegative, Positive
from elu_sym.claims.rules.rounded import (
    EqualUpTo,
    Increasing,
    RoundedValue,
    exact,
    in_format,
    rounded,
)
from elu_sym.symbols import alpha, scale, significand_steps, slack, x


class ReachedForEvery(Assertion):
    """For every ``alpha`` from a least one on, a level is reached if and only if x <= threshold.

    Attributes:
        number_format: the format of every operand and result.
        threshold: the largest float at which the level is reached.
        least_alpha: the smallest ``alpha`` that is meant.
        computation: what reaches the level.
        level: in terms of ``alpha``.
    """

    number_format: FloatingPointFormat
    threshold: Rational
    least_alpha: Rational
    computation: ClassVar[Computation]
    level: ClassVar[Expr]

    def sentence(self) -> Sentence:
        """The equivalence."""
        yield from in_format(self.number_format, None)
        yield from (", for every", alpha, ">=", exact(self.least_alpha), "and every float", x)
        yield from ("<= 0:", rounded(self.computation), "=", self.level)
        yield from ("if and only if", x, "<=", exact(self.threshold))


class FloorReachedForEvery(ReachedForEvery):
    """For every ``alpha`` from a least one on, ELU is ``-alpha`` if and only if x <= threshold.

    Both operations are rounded. Up to the threshold ``expm1`` is -1 and the product exact. Beyond
    it ``expm1`` is at least the successor of -1, so the product is at least ``-(1 - 2^-p)*alpha``,
    at a distance of ``m/2^p`` units from ``-alpha``, where the unit is the spacing of the numbers
    with the exponent of ``alpha``.

    - If ``m > 2^(p-1)``, the distance exceeds half a unit, the half of the spacing.
    - If ``m = 2^(p-1)`` it is half a unit, which is the spacing below a power of 2: the product is
      a number of the format itself. That fails for the smallest normal number, below which the
      spacing is still a unit: a tie, and ``-alpha`` is the even one. So it does for subnormals.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16
        >>> threshold, least = Rational(-25, 4), BFLOAT16.least_normal
        >>> FloorReachedForEvery(BFLOAT16, threshold, BFLOAT16.successor(least)).check().holds
        True
        >>> step = FloorReachedForEvery(BFLOAT16, threshold, least).check()
        >>> step.holds, step.witness[x], step.witness[alpha] == least
        (False, -199/32, True)
    """

    rule = "distance to the floor in units of alpha"
    computation = ELU_ROUNDED_TWICE
    level = -alpha

    def decide(self) -> Step:
        """Check the threshold of ``expm1`` and the three cases of ``alpha``."""
        numbers, least = self.number_format, self.least_alpha
        reached = EqualUpTo(EXPONENTIAL_LESS_ONE, numbers, Integer(-1), self.threshold).check()
        if reached.holds is False:
            # With the least alpha the product shows what expm1 does, if the distance counts.
            point = {**(reached.witness or {}), alpha: least}
            on_floor = ELU_ROUNDED_TWICE.value(numbers, point) == -least
            if on_floor == (point[x] <= self.threshold):
                return self.undecided("expm1 has another threshold", [reached])
            return self.refuted(f"not at this float of {numbers.name}", point, [reached])
        if least <= numbers.least_normal:
            after = numbers.successor(self.threshold)
            early = RoundedValue(ELU_ROUNDED_TWICE, numbers, "=", -least, after, least).check()
            if early.holds:
                detail = f"in {numbers.name} -alpha is reached beyond the threshold"
                return self.refuted(detail, {x: after, alpha: least}, [reached, early])
            return self.undecided("the least alpha is not normal", [reached, early])
        detail = (
            "beyond the threshold -alpha is m/2^p units away: for m = 2^(p-1) + j that exceeds"
            " 1/2 by j/2^p, and for m = 2^(p-1) the product is itself a float"
        )
        increasing = Increasing(ELU_ROUNDED_TWICE)
        return self.concluded(detail, [reached, increasing, *_distance(numbers)], ())


def _distance(numbers: FloatingPointFormat) -> list[Assertion]:
    """Why ``-(1 - 2^-p)*alpha`` is not rounded to ``-alpha``, above the smallest normal alpha."""
    smallest = Integer(2) ** (numbers.precision - 1)
    # The float beside -1, and a power of 2 times it is one as well: for m = 2^(p-1) the product.
    factor = -numbers.successor(Integer(-1))
    significand = smallest + significand_steps
    return [
        Positive((significand - factor * significand) - Rational(1, 2)),
        Positive(smallest * scale - factor * smallest * scale),
    ]


class FloorReachedEarlyUpTo(Assertion):
    """For every positive ``alpha`` up to a greatest one, ELU is ``-alpha`` although expm1 > -1.

    At the float ``at``, ``expm1`` is the successor of -1. An ``alpha`` of at most ``2^(p-1)`` units
    of the smallest positive number is at a distance of at most half a unit from the product, and
    in the one tie ``-alpha`` is the even number.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16
        >>> at = Rational(-199, 32)
        >>> FloorReachedEarlyUpTo(BFLOAT16, at, BFLOAT16.least_normal).check().holds
        True
        >>> greatest = BFLOAT16.successor(BFLOAT16.least_normal)
        >>> FloorReachedEarlyUpTo(BFLOAT16, at, greatest).check().witness[alpha] == greatest
        True
    """

    number_format: FloatingPointFormat
    at: Rational
    greatest_alpha: Rational
    rule = "distance to the floor in units of the smallest number"

    def sentence(self) -> Sentence:
        """The value on the floor, and the one above it."""
        yield from in_format(self.number_format, None)
        yield from (rounded(ELU_ROUNDED_TWICE), "=", -alpha, "and", rounded(EXPONENTIAL_LESS_ONE))
        yield from (">", Integer(-1), "at", x, "=", exact(self.at), ", for every", alpha, "<=")
        yield exact(self.greatest_alpha)

    def decide(self) -> Step:
        """Check the value of ``expm1``, and half a unit less the distance."""
        numbers, greatest = self.number_format, self.greatest_alpha
        beside = numbers.successor(Integer(-1))
        above = RoundedValue(EXPONENTIAL_LESS_ONE, numbers, "=", beside, self.at).check()
        product = RoundedValue(ELU_ROUNDED_TWICE, numbers, "=", -greatest, self.at, greatest)
        premises = [above, product.check()]
        if premises[1].holds is False:
            detail = f"not at the greatest alpha of {numbers.name}"
            return self.refuted(detail, product.point, premises)
        if greatest > numbers.least_normal:
            return self.undecided("the greatest alpha is above the smallest normal", premises)
        p = numbers.precision
        significand = Integer(2) ** (p - 1) - slack
        half = NonNegative(Rational(1, 2) - significand * (1 + beside))
        detail = "for m = 2^(p-1) - s the distance m/2^p is 1/2 - s/2^p, and 2^(p-1) is even"
        return self.concluded(detail, [*premises, half], entailed=())


class DerivativeZeroForEvery(ReachedForEvery):
    """For every ``alpha`` from a least one on, alpha*e^x is 0 if and only if x <= threshold.

    Both operations are rounded. Up to the threshold the exponential is 0. Beyond it the exponential
    is at least some number of units, the smallest positive numbers, and ``alpha`` times that is
    not rounded to 0 if and only if it exceeds half a unit.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16
        >>> least = BFLOAT16.successor(Rational(1, 2))
        >>> DerivativeZeroForEvery(BFLOAT16, Rational(-93), least).check().holds
        True
        >>> DerivativeZeroForEvery(BFLOAT16, Rational(-93), Rational(1, 2)).check().witness
        {x: -185/2, alpha: 1/2}
    """

    rule = "half of the smallest positive number"
    computation = DERIVATIVE_ROUNDED_TWICE
    level = Integer(0)

    def decide(self) -> Step:
        """Check the threshold of the exponential, and half a unit."""
        numbers, least = self.number_format, self.least_alpha
        after = numbers.successor(self.threshold)
        level, threshold = Integer(0), self.threshold
        at_least = EqualUpTo(DERIVATIVE_ROUNDED_TWICE, numbers, level, threshold, least).check()
        if at_least.holds is False:
            detail = f"not at the least alpha of {numbers.name}"
            return self.refuted(detail, at_least.witness or {}, [at_least])
        exponential = EqualUpTo(EXPONENTIAL, numbers, level, threshold)
        units = EXPONENTIAL.value(numbers, {x: after}) / numbers.least_positive
        beyond_half = Positive((least + slack) * units - Rational(1, 2))
        premises = (exponential, beyond_half, Increasing(DERIVATIVE_ROUNDED_TWICE))
        return self.concluded(f"alpha = {number(least)} + s, s >= 0", premises, entailed=())
