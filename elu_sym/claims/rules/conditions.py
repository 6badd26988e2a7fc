"""Conditions on a parameter, written as a substitution that runs through all that fulfil it.

A hypothesis such as alpha <= 1 is no assumption that a symbol can carry. With alpha = 1/(1 + s),
s >= 0, it becomes one: what holds for every s holds for every alpha in (0, 1].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Interval, S, Symbol, diff, latex, limit, oo

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Nonzero
from elu_sym.symbols import excess, slack

AT_MOST_ONE = 1 / (1 + slack)
"""Runs through (0, 1]."""

ABOVE_ONE = 1 + excess
"""Runs through (1, oo)."""


@dataclass(frozen=True)
class RunsThrough(Assertion):
    """A rational function of one real symbol, at least 0, takes the values of an interval only.

    It is strictly monotone if its derivative does not vanish, so it takes every value between its
    limits at the ends of the range of the symbol and no other; the end at 0 is attained if the
    symbol may be 0. A pole would be one of the derivative, which then has no sign to be read off. A
    value outside of the interval refutes.

    Examples:
        >>> RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1)).check().holds
        True
        >>> RunsThrough(AT_MOST_ONE, slack, Interval.open(0, 1)).check().witness
        {s: 0}
    """

    expression: Expr
    symbol: Symbol
    interval: Interval
    rule: ClassVar[str] = "range of a monotone rational function"

    def to_text(self) -> str:
        """The sentence."""
        relation = ">=" if self.symbol.is_positive is None else ">"
        return f"{self.expression}, {self.symbol} {relation} 0, runs through {_text(self.interval)}"

    def to_latex(self) -> str:
        """The sentence."""
        relation = r"\ge" if self.symbol.is_positive is None else ">"
        return (
            rf"\left\{{{latex(self.expression)} : {latex(self.symbol)} {relation} 0\right\}}"
            rf" = {latex(self.interval)}"
        )

    def decide(self) -> Step:
        """Find the limits at the ends and compare."""
        if self.expression.free_symbols != {
            self.symbol
        } or not self.expression.is_rational_function(self.symbol):
            return self.undecided(f"{self.expression} is no rational function of {self.symbol}")
        if not self.symbol.is_nonnegative or self.symbol.is_rational:
            return self.undecided(f"{self.symbol} is no symbol that takes every value above 0")
        monotone = Nonzero(diff(self.expression, self.symbol)).check()
        at_zero = limit(self.expression, self.symbol, 0, "+")
        at_infinity = limit(self.expression, self.symbol, oo)
        attained = bool(self.symbol.is_nonnegative and not self.symbol.is_positive)
        if not monotone.holds:
            return self.undecided("the derivative may vanish", [monotone])
        increasing = at_zero < at_infinity
        found = Interval(
            *sorted((at_zero, at_infinity)),
            left_open=not (attained and increasing),
            right_open=not attained or increasing,
        )
        if found == self.interval:
            return self.proved(f"monotone from {at_zero} to {at_infinity}", [monotone])
        outside = self._value_outside(attained)
        if outside is None:
            return self.undecided(f"it runs through {_text(found)}", [monotone])
        return self.refuted(f"it runs through {_text(found)}", outside, [monotone])

    def _value_outside(self, attained: bool) -> Point | None:
        """A value of the symbol at which the expression lies outside of the interval."""
        zero = [{self.symbol: S.Zero}] if attained else []
        for point in (*zero, *rational_points({self.symbol})):
            if self.expression.xreplace(point) not in self.interval:
                return point
        return None


def _text(interval: Interval) -> str:
    left, right = "(" if interval.left_open else "[", ")" if interval.right_open else "]"
    return f"{left}{interval.start}, {interval.end}{right}"


def both_conditions() -> Iterator[Assertion]:
    """The two ranges of alpha, and nothing between."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    yield RunsThrough(ABOVE_ONE, excess, Interval.open(1, oo))
