"""The order of breakpoints: which of two real expressions is the smaller one.

Numbers and symbols with signs order themselves. Where the assumptions of SymPy do not decide,
the caller declares the order; nothing is ever guessed.
"""

from dataclasses import dataclass
from functools import cache, cmp_to_key
from itertools import chain, groupby, pairwise

from sympy import Dummy, Expr, S, expand, expand_log

from elu_sym.algebra.normal_form import NotNormalizableError, is_zero


class UnsupportedExpressionError(ValueError):
    """An expectation outside what the engine integrates; the message says what to write instead."""


OTHERWISE = "at numbers, sympy.stats.E(g).evalf() integrates it"
"""What an error says where there is no closed form."""


class UnorderedBreakpointsError(UnsupportedExpressionError):
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
        # Of what has a denominator SymPy knows the sign as a quotient only.
        if sign := _sign(difference) or _sign(self.with_gaps(difference).factor()):
            return sign
        if left in self.declared and right in self.declared:
            return -1 if self.declared.index(left) < self.declared.index(right) else 1
        if _is_zero(difference):
            return 0
        raise UnorderedBreakpointsError(
            f"the order of the breakpoints {left} and {right} is not known; give the symbols"
            f" assumptions that decide it or declare it, order=({left}, {right})"
        )

    def merge(self, *groups: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """All breakpoints of the groups in increasing order, each once."""
        key = cmp_to_key(self.sign)
        return tuple(next(equal) for _, equal in groupby(sorted(chain(*groups), key=key), key))

    def with_gaps(self, expression: Expr) -> Expr:
        """An expression in which the declared order holds by construction.

        Each declared symbol becomes its lower neighbour plus a positive gap, its upper neighbour
        less a gap, or a mean of both with a positive weight, whichever leads to a number.

        Examples:
            >>> from sympy import symbols
            >>> a, b = symbols("a b", real=True)
            >>> BreakpointOrder((a, b)).with_gaps(b - a).is_positive
            True
            >>> BreakpointOrder((a, S.Zero)).with_gaps(a).is_negative
            True
        """
        return expression.xreplace(_parametrized(self.declared))


def _sign(value: Expr) -> int:
    """The sign of a value, 0 where SymPy does not know it."""
    return bool(value.is_positive) - bool(value.is_negative)


def _is_zero(difference: Expr) -> bool:
    """Whether two breakpoints that look different are proved to be equal."""
    try:
        return is_zero(difference)
    except NotNormalizableError:
        return False


@cache
def _parametrized(declared: tuple[Expr, ...]) -> dict[Expr, Expr]:
    """The declared symbols in terms of positive gaps; what is left out is not constrained."""
    values: dict[Expr, Expr] = {}
    settled: set[Expr] = set()

    def settle(point: Expr, value: Expr) -> None:
        unknown = sorted(point.free_symbols - settled, key=str)
        settled.update(point.free_symbols)
        # Only a new symbol may be solved for: any other is bound by the points before this one.
        for symbol in unknown[:1]:
            slope = point.diff(symbol)
            if slope.is_number and slope.is_nonzero:
                rest = expand(point - slope * symbol)
                values[symbol] = (value - rest.xreplace(values)) / slope

    numbers = [position for position, point in enumerate(declared) if point.is_number]
    start = numbers[0] if numbers else 0
    settled.update(*(point.free_symbols for point in declared[start : start + 1]))
    for lower, upper in reversed(list(pairwise(declared[: start + 1]))):
        settle(lower, upper.xreplace(values) - _gap_at(lower))
    for position, (lower, upper) in enumerate(pairwise(declared[start:]), start + 1):
        gap, below = _gap_at(upper), lower.xreplace(values)
        above = next((declared[n] for n in numbers if n > position), None)
        settle(upper, below + gap if above is None else (below + gap * above) / (1 + gap))
    return values


@cache
def _gap_at(point: Expr) -> Dummy:
    """One symbol a breakpoint, the same in every expression."""
    return Dummy("gap", positive=True)
