"""Strict inequalities by rigorous enclosure: at a point, along an orbit, on a box."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sympy import Expr, Rational, S, Symbol, diff, latex

from elu_sym.algebra.enclosure import Point, enclose, enclose_to, exact
from elu_sym.algebra.interval_enclosure import compiled, operations_on_boxes
from elu_sym.algebra.working_precision import working_precision
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step
from elu_sym.claims.covers.cover import Box, read, recheck
from elu_sym.claims.covers.search import FEW_BOXES, search
from elu_sym.claims.rules.elementary import admits

if TYPE_CHECKING:
    import flint


def places(word: str, values: Iterable[tuple[Symbol, Expr]], box: Box = ()) -> Iterator[Notation]:
    """Where a sentence holds: symbols in intervals and symbols with values, if there are any."""
    parts = []
    for symbol, low, high in box:
        interval = rf"\in \left[{latex(low)}, {latex(high)}\right]"
        parts.append((f"{symbol} in [{low}, {high}]", f"{latex(symbol)} {interval}"))
    for symbol, value in values:
        parts.append((f"{symbol} = {value}", f"{latex(symbol)} = {latex(value)}"))
    if parts:
        texts, formulas = zip(*parts, strict=True)
        yield Notation(f"{word} {', '.join(texts)}", r"\quad (" + r",\; ".join(formulas) + ")")


class Between(Assertion):
    """The value of an expression at a point lies strictly between two rational numbers.

    The values of the point are such as the assumptions on their symbols admit.

    Examples:
        >>> from sympy import S, pi
        >>> from elu_sym.symbols import mu
        >>> Between(mu * pi, Rational(223, 71), Rational(22, 7), ((mu, S.One),)).check().holds
        True
        >>> Between(mu * pi, S(3), Rational(314, 100), ((mu, S.One),)).check().witness
        {mu: 1}
    """

    expression: Expr
    lower: Rational
    upper: Rational
    point: tuple[tuple[Symbol, Rational], ...]
    rule = "Arb enclosure"

    def sentence(self) -> Sentence:
        """The two inequalities."""
        return self.lower, "<", self.expression, "<", self.upper, *places("at", self.point)

    def decide(self) -> Step:
        """Enclose the value and compare."""
        point = dict(self.point)
        for symbol, value in point.items():
            if not admits(symbol, value):
                return self.undecided(f"{symbol} cannot be {value}")
        ball = enclose_to(self.expression, point, Rational(1, 10**40))
        return _compared(self, ball, f"the value lies in {ball.str(8)}", point)


def _compared(claim: "Between | IterateBetween", ball: "flint.arb", detail: str, at: Point) -> Step:
    """What a ball says of the number in it and of two rational numbers."""
    lower, upper = enclose(claim.lower, {}), enclose(claim.upper, {})
    if ball > lower and ball < upper:
        return claim.proved(detail, evidence=Evidence.ENCLOSURE)
    if ball <= lower or ball >= upper:
        return claim.refuted(detail, at)
    return claim.undecided(detail)


class IterateBetween(Assertion):
    """The n-th iterate of a map from a start lies strictly between two rational numbers.

    The map is iterated over balls by the mean value theorem: they shrink where it contracts.

    Attributes:
        map: an expression in one symbol.
        symbol: the symbol.
        start: a rational number.
        steps: n.
        lower: what the iterate exceeds.
        upper: what it is below.

    Examples:
        >>> from sympy import S
        >>> from elu_sym.symbols import mu
        >>> IterateBetween(mu / 2 + 1, mu, S.Zero, 10, Rational(199, 100), S(2)).check().holds
        True
        >>> IterateBetween(mu / 2 + 1, mu, S.Zero, 10, S(2), S(3)).check().witness
        {mu: 0}
    """

    map: Expr
    symbol: Symbol
    start: Rational
    steps: int
    lower: Rational
    upper: Rational
    rule = "iteration over Arb balls"
    precision = 192

    def sentence(self) -> Sentence:
        """The two inequalities."""
        start, name = self.start, latex(self.symbol)
        iterate = Notation(
            f"iterate {self.steps} of {self.map}", f"F^{{{self.steps}}}({latex(start)})"
        )
        yield from (self.lower, "<", iterate, "<", self.upper)
        yield Notation(f"from {self.symbol} = {start}", rf",\; F({name}) = {latex(self.map)}")

    def decide(self) -> Step:
        """Iterate and compare."""
        outputs = [self.map, diff(self.map, self.symbol)]
        operations = operations_on_boxes(self.precision)
        function = compiled(outputs, [self.symbol], self.precision, operations)
        import flint

        with working_precision(self.precision):
            ball = flint.arb(exact(self.start))
            for _ in range(self.steps):
                middle = ball.mid()
                value, (_, slope) = function(middle)[0], function(ball)
                ball = value + slope * (ball - middle)  # the mean value theorem
        detail = f"the iterate lies in {ball.str(8)}"
        return _compared(self, ball, detail, {self.symbol: self.start})


OTHER_COVER = "the stored cover is about another statement; make covers writes it anew"
"""Why a cover that is given may not serve."""


class PositiveOnBox(Assertion):
    """An expression is positive at every point of a box.

    A stored cover of this statement is checked; where none is named a short search decides. One
    that is named and about another expression or box proves nothing: then a search may refute.

    Attributes:
        expression: made of what :class:`elu_sym.algebra.interval_enclosure.BoxFunction` encloses.
        box: the symbols, each with the two rational ends of a closed interval that its
            assumptions admit.
        cover: the name of the cover.
        values: exact values of further symbols of the expression.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import mu
        >>> PositiveOnBox(exp(mu) - mu, ((mu, Rational(-3), Rational(3)),)).check().holds
        True
        >>> PositiveOnBox(exp(mu) - 3 * mu, ((mu, Rational(-1), Rational(3)),)).check().witness
        {mu: 1}
    """

    expression: Expr
    box: Box
    cover: str | None = None
    values: tuple[tuple[Symbol, Expr], ...] = ()
    rule = "interval branch and bound"

    def sentence(self) -> Sentence:
        """The inequality and the box."""
        return self.expression, ">", S.Zero, *places("for", self.values, self.box)

    @property
    def closed_form(self) -> Expr:
        """The expression with the values in it, over the symbols of the box."""
        return self.expression.xreplace(dict(self.values))

    def decide(self) -> Step:
        """Check the cover, or search."""
        cover, origin = read(self.cover) if self.cover else None, f"cover {self.cover}"
        if cover is None or not cover.states(self.closed_form, self.box):
            found = search(self.closed_form, self.box, FEW_BOXES)
            if found.witness is not None:
                return self.refuted(found.detail, found.witness)
            if found.cover is None or cover is not None:
                return self.undecided(found.detail if cover is None else OTHER_COVER)
            cover, origin = found.cover, "searched for"
        checked = recheck(cover, self.closed_form, self.box)
        detail = (
            f"{cover.leaves} boxes cover it, {checked.natural} by interval extension and"
            f" {checked.centred} by the mean value form, {origin}"
        )
        return self.proved(detail, evidence=Evidence.ENCLOSURE)
