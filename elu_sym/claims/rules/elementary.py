"""Rules of inference about expressions: identities, signs, linear equations, ranges.

Each class is an assertion and the rule that decides it. On one side of the kink the variable is
written ``x = -delta`` or ``x = delta`` with ``delta > 0``, so that a half-line becomes an
assumption on a symbol; a witness is given in ``x`` again. True comes from the normal form or from
the structure of an expression, False from an Arb ball at an exact rational point.

A condition on a parameter, such as alpha <= 1, is no assumption that a symbol can carry. It is
written as a substitution that runs through all that fulfil it: with alpha = 1/(1 + s), s >= 0, what
holds for every s holds for every alpha in (0, 1].
"""

import itertools
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import ClassVar

from sympy import (
    Expr,
    Interval,
    Matrix,
    Pow,
    Rational,
    S,
    Symbol,
    diff,
    expand,
    factor,
    latex,
    log,
    oo,
    preorder_traversal,
)

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.assertion import AND, IFF, Assertion, Notation, Sentence, Step
from elu_sym.symbols import distance, excess, slack, x


class Side(Enum):
    """A side of the kink, ``x < 0`` or ``x > 0``."""

    LEFT = -1
    RIGHT = 1

    def approach(self, expression: Expr) -> Expr:
        """The expression at ``x = -delta`` or ``x = delta``.

        Raises:
            ValueError: if ``delta`` occurs in the expression, where it would be captured.

        Examples:
            >>> from sympy import exp
            >>> Side.LEFT.approach(exp(x))
            exp(-delta)
        """
        if expression.has(distance):
            raise ValueError(f"{expression} has {distance}, the distance from the kink")
        return expression.xreplace({x: self.value * distance})

    @property
    def relation(self) -> str:
        """The half-line."""
        return "x < 0" if self is Side.LEFT else "x > 0"

    @property
    def sign(self) -> str:
        """The sign of ``x``."""
        return "-" if self is Side.LEFT else "+"

    @property
    def substitution(self) -> str:
        """How ``x`` is written on the half-line."""
        return "x = -delta, delta > 0" if self is Side.LEFT else "x = delta > 0"


class Equality(Assertion):
    """Two expressions are equal, on a side of the kink or everywhere; or at values of symbols.

    A common factor cancels, even where it is 0. So if a denominator may vanish, the equation is
    said of the points where both sides are defined.

    Attributes:
        left: an expression.
        right: another one.
        side: the half-line of ``x``; None for the whole line.
        at: symbols, each with what is put in for it.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import alpha
        >>> Equality(exp(x) * exp(-x), S.One).check().holds
        True
        >>> step = Equality(x, alpha * x, Side.LEFT).check()
        >>> step.holds, step.witness
        (False, {alpha: 1/2, x: -7/5})
        >>> print(Equality((x**2 - 1) / (x - 1), x + 1).to_text())
        (x**2 - 1)/(x - 1) = x + 1, where both are defined
    """

    left: Expr
    right: Expr
    side: Side | None = None
    at: tuple[tuple[Symbol, Expr], ...] = ()
    rule = "zero of the normal form"

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """The two expressions with the values put in, on the half-line."""
        left, right = (
            _on(self.side, S(each).xreplace(dict(self.at))) for each in (self.left, self.right)
        )
        return left, right

    def sentence(self) -> Sentence:
        """The equation."""
        yield from (self.left, "=", self.right, *where(self.side))
        for number, (symbol, value) in enumerate(self.at):
            yield from ("," if number else "at", symbol, "=", value)
        yield from where_defined(*self.sides)

    def decide(self) -> Step:
        """Compare the normal forms; where they differ, look for a point that separates them."""
        left, right = self.sides
        comparison = equals(left, right)
        if comparison:
            return self.proved(f"{_written(self.side)}{left} and {right} have the same normal form")
        fixed = {symbol: value for symbol, value in self.at if isinstance(value, Rational)}
        witness = _in_x(comparison.witness, self.side)
        return self.refuted(comparison.reason, {**fixed, **witness})


class Sign(Assertion):
    """An expression has a sign, on a side of the kink or everywhere.

    Sums, products, powers and exponentials of what is positive are positive: that is read off the
    expression or off an equal form of it. A rational point at which an Arb ball lies on the wrong
    side of 0, or at which the value is exactly 0, refutes.
    """

    expression: Expr
    side: Side | None = None
    rule = "sign by structure"
    relation: ClassVar[str]
    evident: ClassVar[tuple[str, ...]]
    """What SymPy may know of a form from the signs of its parts; one of them shows the sign."""

    def sentence(self) -> Sentence:
        """The inequality."""
        return self.expression, self.relation, S.Zero, *where(self.side)

    def decide(self) -> Step:
        """Read the sign off a form of the expression, or search for a counterexample."""
        expression = _on(self.side, self.expression)
        for form in equal_forms(expression):
            if self.is_evident(form):
                return self.proved(f"{_written(self.side)}read off {form}")
        symbols = expression.free_symbols
        for point in itertools.chain(rational_points(symbols), _special_points(symbols)):
            found = self.counterexample(expression, point)
            if found:
                return self.refuted(found, _in_x(point, self.side))
        return self.undecided("no form shows the sign and no rational point contradicts it")

    @classmethod
    def is_evident(cls, form: Expr) -> bool:
        """Whether the structure of the form shows the sign."""
        return any(getattr(form, f"is_{name}") for name in cls.evident)

    @classmethod
    def counterexample(cls, expression: Expr, point: Point) -> str:
        """Why the assertion fails at a point, or nothing."""
        ball = enclose(expression, point)
        if ball < 0 and cls.relation != "!=":
            return f"the value lies in {ball.str(8)}, below 0"
        # That a value is 0 exact algebra tells, since no ball can.
        may_vanish = ball.is_finite() and ball.contains(0) and cls.relation != ">="
        return "the value is 0" if may_vanish and is_zero(expression.xreplace(dict(point))) else ""


class Positive(Sign):
    """An expression is positive, on a side of the kink or everywhere.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import alpha
        >>> Positive(alpha * exp(x), Side.LEFT).check().holds
        True
        >>> step = Positive(1 - alpha).check()
        >>> step.holds, step.witness
        (False, {alpha: 7/5})
    """

    relation = ">"
    evident = ("positive",)


class NonNegative(Sign):
    """An expression is positive or zero, on a side of the kink or everywhere.

    Examples:
        >>> NonNegative(x**2).check().holds
        True
        >>> NonNegative(x, Side.LEFT).check().witness
        {x: -1/2}
    """

    relation = ">="
    evident = ("nonnegative",)


class Nonzero(Sign):
    """An expression does not vanish, on a side of the kink or everywhere.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> Nonzero(-alpha).check().holds
        True
        >>> Nonzero(alpha - alpha).check().holds
        False
    """

    relation = "!="
    evident = ("positive", "negative")


class UniqueSolution(Assertion):
    """Linear equations have exactly one solution, and this is it.

    The unknowns run through what their assumptions admit, and so has the solution to.

    Examples:
        >>> from elu_sym.symbols import alpha, rate
        >>> UniqueSolution((alpha * rate - 1,), (rate,), (1 / alpha,)).check().holds
        True
        >>> UniqueSolution((alpha * rate - 1,), (rate,), (alpha,)).check().holds
        False
    """

    equations: tuple[Expr, ...]
    unknowns: tuple[Symbol, ...]
    solution: tuple[Expr, ...]
    rule = "linear equations, determinant not zero"

    def sentence(self) -> Sentence:
        """The equivalence."""
        for number, equation in enumerate(self.equations):
            yield from (*((AND,) if number else ()), equation, "=", S.Zero)
        for number, pair in enumerate(zip(self.unknowns, self.solution, strict=True)):
            yield from (AND if number else IFF, pair[0], "=", pair[1])

    def decide(self) -> Step:
        """Check linearity, the determinant, and the solution in each equation."""
        matrix = Matrix(self.equations).jacobian(self.unknowns)
        if matrix.has(*self.unknowns):
            return self.undecided(f"the equations are not linear in {self.unknowns}")
        values = dict(zip(self.unknowns, self.solution, strict=True))
        for unknown, value in values.items():
            if value.has(*self.unknowns) or not admits(unknown, value):
                return self.undecided(f"{value} is not known to be a value of {unknown}")
        for equation in self.equations:
            comparison = equals(equation.xreplace(values), S.Zero)
            if not comparison:
                return self.refuted(f"{equation} = 0 is not solved", comparison.witness)
        regular = Nonzero(matrix.det())
        return self.concluded("the values solve it, and nothing else does", [regular], ())


def where(side: Side | None) -> Iterator[Notation]:
    """The half-line in a sentence, or nothing."""
    if side is not None:
        yield Notation(f"for {side.relation}", rf"\quad ({side.relation})")


def _written(side: Side | None) -> str:
    return "" if side is None else f"{side.substitution}: "


def _on(side: Side | None, expression: Expr) -> Expr:
    return expression if side is None else side.approach(expression)


def _in_x(witness: Point, side: Side | None) -> Point:
    """A witness in ``delta`` as one in ``x``; where ``delta`` does not matter it is 1."""
    if side is None:
        return witness
    others = {symbol: value for symbol, value in witness.items() if symbol != distance}
    return others | {x: side.value * witness.get(distance, S.One)}


def may_be_undefined(expression: Expr) -> bool:
    """Whether some denominator is not known to differ from 0, or some root or logarithm to be real.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> may_be_undefined(1 / (1 + alpha)), may_be_undefined(1 / (1 - alpha))
        (False, True)
    """
    for part in preorder_traversal(expression):
        if isinstance(part, Pow):
            base, power = part.args
            if power.is_nonnegative is not True and not _is_known_nonzero(base):
                return True
            if not power.is_integer and not base.is_nonnegative:
                return True
        elif isinstance(part, log) and not part.args[0].is_positive:
            return True
    return False


def _is_known_nonzero(base: Expr) -> bool:
    if base.free_symbols:
        return Nonzero.is_evident(base)
    return not enclose(base, {}).contains(0)


def where_defined(*expressions: Expr) -> Iterator[str]:
    """The condition of a sentence about expressions, if one of them may be undefined somewhere."""
    if any(map(may_be_undefined, expressions)):
        yield ", where both are defined"


def equal_forms(expression: Expr) -> Iterator[Expr]:
    """The expression, and other ways to write it that the normal form knows to be equal.

    Where a denominator may vanish another way to write it may have a value where it has none.
    """
    yield expression
    if may_be_undefined(expression):
        return
    for form in (expand(expression), factor(expression)):
        if form != expression and is_zero(form - expression):
            yield form


def _special_points(symbols: Iterable[Symbol]) -> Iterator[Point]:
    """Where what does not vanish in general may: every symbol 0, 1 or -1, as its sign admits."""
    for value in (S.Zero, S.One, S.NegativeOne):
        point = {}
        for symbol in sorted(symbols, key=str):
            size = S.One if symbol.is_nonzero else abs(value)
            is_below = symbol.is_nonpositive or (value < 0 and not symbol.is_nonnegative)
            point[symbol] = -size if is_below else size
        yield point


def admits(symbol: Symbol, value: Expr) -> bool:
    """Whether a value has every property that a symbol assumes.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> admits(slack, alpha), admits(alpha, slack), admits(alpha, S(-1))
        (True, False, False)
    """
    return all(getattr(value, f"is_{name}") is holds for name, holds in symbol.assumptions0.items())


RANGES = {
    kind: Symbol("_", **{kind: True}).assumptions0
    for kind in ("real", "positive", "nonnegative", "negative", "nonpositive")
}
"""What is assumed of a symbol that takes every real value, or every one on a side of 0."""


def takes_every(symbol: Symbol, *kinds: str) -> bool:
    """Whether a symbol takes every value of one of these ranges, being assumed nothing else.

    Examples:
        >>> takes_every(slack, "positive", "nonnegative")
        True
        >>> takes_every(Symbol("n", positive=True, algebraic=True), "positive")
        False
    """
    return symbol.assumptions0 in [RANGES[kind] for kind in kinds]


AT_MOST_ONE = 1 / (1 + slack)
"""Runs through (0, 1]."""

ABOVE_ONE = 1 + excess
"""Runs through (1, oo)."""


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
    rule = "range of a monotone rational function"

    def sentence(self) -> Sentence:
        """The values that the expression takes."""
        yield Notation(f"{self.expression},", rf"\left\{{{latex(self.expression)} :")
        yield from (self.symbol, ">=" if self.symbol.is_positive is None else ">", S.Zero)
        yield Notation(", runs through", r"\right\} =")
        yield Notation(_text(self.interval), latex(self.interval))

    def decide(self) -> Step:
        """Find the limits at the ends and compare."""
        symbol, expression = self.symbol, self.expression
        if expression.free_symbols != {symbol} or not expression.is_rational_function(symbol):
            return self.undecided(f"{expression} is no rational function of {symbol}")
        if not takes_every(symbol, "positive", "nonnegative"):
            return self.undecided(f"{symbol} is no symbol that takes every value above 0")
        monotone = Nonzero(diff(expression, symbol)).check()
        if not monotone.holds:
            return self.undecided("the derivative may vanish", [monotone])
        start, end = expression.limit(symbol, 0), expression.limit(symbol, oo)
        open_at = {end: True, start: bool(symbol.is_positive)}
        lower, upper = sorted(open_at)
        found = Interval(lower, upper, left_open=open_at[lower], right_open=open_at[upper])
        if found == self.interval:
            return self.proved(f"monotone from {start} to {end}", [monotone])
        detail = f"it runs through {_text(found)}"
        zero = [] if symbol.is_positive else [{symbol: S.Zero}]
        for point in (*zero, *rational_points({symbol})):
            if expression.xreplace(point) not in self.interval:
                return self.refuted(detail, point, [monotone])
        return self.undecided(detail, [monotone])


def _text(interval: Interval) -> str:
    left, right = "(" if interval.left_open else "[", ")" if interval.right_open else "]"
    return f"{left}{interval.start}, {interval.end}{right}"


def both_conditions() -> Iterator[Assertion]:
    """The two ranges of alpha, and nothing between."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    yield RunsThrough(ABOVE_ONE, excess, Interval.open(1, oo))
