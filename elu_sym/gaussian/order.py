"""The order of breakpoints: which of two real expressions is the smaller one.

Numbers and symbols with signs order themselves. Where the assumptions of SymPy do not decide,
the caller declares the order; nothing is ever guessed.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sympy import Dummy, Expr, S, expand, expand_log


class UnorderedBreakpointsError(ValueError):
    """Two breakpoints whose order neither follows from assumptions nor was declared."""


@dataclass(frozen=True)
class BreakpointOrder:
    """Compares breakpoints by assumptions first and by a declaration second.

    Attributes:
        declared: breakpoints in increasing order.

    Examples:
        >>> from sympy import symbols
        >>> a, b = symbols("a b", real=True)
        >>> BreakpointOrder().sign(S.Zero, S.One)
        -1
        >>> BreakpointOrder((a, b)).sign(b, a)
        1
    """

    declared: tuple[Expr, ...] = ()

    def sign(self, left: Expr, right: Expr) -> int:
        """The sign of ``left - right``: -1, 0 or 1.

        Raises:
            UnorderedBreakpointsError: if nothing decides.
        """
        if left == right:
            return 0
        if left in (S.Infinity, S.NegativeInfinity) or right in (S.Infinity, S.NegativeInfinity):
            return -1 if S.NegativeInfinity == left or S.Infinity == right else 1
        difference = expand_log(expand(left - right))
        if difference.is_zero:
            return 0
        if difference.is_positive:
            return 1
        if difference.is_negative:
            return -1
        if left in self.declared and right in self.declared:
            return -1 if self.declared.index(left) < self.declared.index(right) else 1
        raise UnorderedBreakpointsError(
            f"the order of the breakpoints {left} and {right} is not known; give the symbols"
            f" assumptions that decide it or declare it, order=({left}, {right})"
        )

    def merge(self, *groups: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """All breakpoints of the groups in increasing order, each once."""
        merged: list[Expr] = []
        for point in (point for group in groups for point in group):
            position = 0
            while position < len(merged) and (order := self.sign(merged[position], point)) < 0:
                position += 1
            if position == len(merged) or order != 0:
                merged.insert(position, point)
        return tuple(merged)

    def with_gaps(self, expression: Expr) -> Expr:
        """An expression in which the declared order holds by construction.

        Each declared symbol but the first becomes the one before it plus a positive gap.

        Examples:
            >>> from sympy import symbols
            >>> a, b = symbols("a b", real=True)
            >>> BreakpointOrder((a, b)).with_gaps(b - a).is_positive
            True
        """
        gaps: dict[Expr, Expr] = {}
        for lower, upper in pairwise(self.declared):
            if upper.is_Symbol:
                gaps[upper] = gaps.get(lower, lower) + _gap_below(upper)
        return expression.xreplace(gaps)


@cache
def _gap_below(point: Expr) -> Dummy:
    """One symbol a breakpoint, the same in every expression."""
    return Dummy("gap", positive=True)
