"""Strict inequalities that rounding takes away: positive, above the floor, never twice the same.

Each holds for real numbers and fails for floats, or the other way round on a short interval; the
rules find the float, or the two neighbours, at which it fails.
"""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Rational, Symbol

from elu_sym.algebra.rounding import Computation, FloatingPointFormat, largest_at_most, number
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.rounded import (
    Increasing,
    RoundedValue,
    given,
    given_latex,
)
from elu_sym.symbols import alpha, x, y


@dataclass(frozen=True)
class GreaterEverywhere(Assertion):
    """A computation is greater than a level at every float ``x <= 0``.

    A float at which it is not refutes: the largest one, found by bisection.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL
        >>> GreaterEverywhere(EXPONENTIAL, BFLOAT16, Rational(-1)).check().holds
        True
        >>> GreaterEverywhere(EXPONENTIAL, BFLOAT16, Rational(0)).check().witness
        {x: -93}
    """

    computation: Computation
    number_format: FloatingPointFormat
    level: Rational
    height: Rational | None = None
    rule: ClassVar[str] = "monotone: the first float decides"

    def to_text(self) -> str:
        """The inequality."""
        return (
            f"in {self.number_format.name}{given(self.height)},"
            f" {self.computation} > {number(self.level)} for every float x <= 0"
        )

    def to_latex(self) -> str:
        """The inequality."""
        return (
            rf"{self.computation.to_latex()} > \mathtt{{{number(self.level)}}}"
            rf" \quad (\text{{{self.number_format.name}}}, x \le 0{given_latex(self.height)})"
        )

    def decide(self) -> Step:
        """Check the result at the first float, and where it is not greater go to the last such."""
        first = self._value_at(-self.number_format.greatest).check()
        if first.holds is False:
            at = largest_at_most(self.computation, self.number_format, self.level, self.height)
            last = self._value_at(at).check()
            return self.refuted(last.detail, last.witness or {}, [last])
        increasing = Increasing(self.computation).check()
        if first.holds and increasing.holds:
            return self.proved("greater already at the first float", [first, increasing])
        return self.undecided("a premise is open", [first, increasing])

    def _value_at(self, at: Rational) -> RoundedValue:
        return RoundedValue(self.computation, self.number_format, ">", self.level, at, self.height)


@dataclass(frozen=True)
class InjectiveBetween(Assertion):
    """A computation gives different results at different floats of an interval.

    Two neighbouring floats with the same result refute. Where none is found among the first
    floats of a long interval, nothing is decided.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL_LESS_ONE
        >>> ends = Rational(-1, 2), Rational(-1, 4)
        >>> InjectiveBetween(EXPONENTIAL_LESS_ONE, BFLOAT16, *ends).check().witness
        {x: -1/2, y: -255/512}
    """

    computation: Computation
    number_format: FloatingPointFormat
    first: Rational
    last: Rational
    height: Rational | None = None
    rule: ClassVar[str] = "neighbouring floats"
    most: ClassVar[int] = 2048

    def to_text(self) -> str:
        """The sentence."""
        interval = f"[{number(self.first)}, {number(self.last)}]"
        return (
            f"in {self.number_format.name}{given(self.height)}, {self.computation} has different"
            f" values at different floats x in {interval}"
        )

    def to_latex(self) -> str:
        """The sentence."""
        interval = rf"[\mathtt{{{number(self.first)}}}, \mathtt{{{number(self.last)}}}]"
        return (
            rf"{self.computation.to_latex()} \text{{ is injective on }} {interval}"
            rf" \quad (\text{{{self.number_format.name}}}{given_latex(self.height)})"
        )

    def decide(self) -> Step:
        """Compare neighbours, from the first float on."""
        start, end = self.number_format.rank(self.first), self.number_format.rank(self.last)
        before = self._value(start)
        for rank in range(start + 1, min(end, start + self.most) + 1):
            value = self._value(rank)
            if value == before:
                pair = {x: self.number_format.at(rank - 1), y: self.number_format.at(rank)}
                detail = f"neighbours in {self.number_format.name}, both with {number(value)}"
                return self.refuted(detail, pair | self._given)
            before = value
        if end - start > self.most:
            return self.undecided(f"the first {self.most} floats have different values")
        increasing = Increasing(self.computation).check()
        if increasing.holds:
            detail = f"increasing, and different at all {end - start} pairs of neighbours"
            return self.proved(detail, [increasing], Evidence.ENCLOSURE)
        return self.undecided("a premise is open", [increasing])

    @property
    def _given(self) -> dict[Symbol, Rational]:
        return {} if self.height is None else {alpha: self.height}

    def _value(self, rank: int) -> Rational:
        point = {x: self.number_format.at(rank)} | self._given
        return self.computation.value(self.number_format, point)
