"""Orbits of a map: where an iterate lies."""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, Symbol, diff, latex

from elu_sym.algebra.ball_program import compiled, functions_on_boxes
from elu_sym.algebra.interval_enclosure import exact
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step


@dataclass(frozen=True)
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
    rule: ClassVar[str] = "iteration over Arb balls"
    precision: ClassVar[int] = 192

    def to_text(self) -> str:
        """The two inequalities."""
        return (
            f"{self.lower} < iterate {self.steps} of {self.map} < {self.upper}"
            f" from {self.symbol} = {self.start}"
        )

    def to_latex(self) -> str:
        """The two inequalities."""
        return (
            rf"{latex(self.lower)} < F^{{{self.steps}}}({latex(self.start)}) < {latex(self.upper)},"
            rf"\; F({latex(self.symbol)}) = {latex(self.map)}"
        )

    def decide(self) -> Step:
        """Iterate and compare."""
        import flint

        outputs = [self.map, diff(self.map, self.symbol)]
        function = compiled(
            outputs, [self.symbol], self.precision, functions_on_boxes(self.precision)
        )
        with flint.ctx.workprec(self.precision):
            ball = flint.arb(exact(self.start))
            for _ in range(self.steps):
                middle = ball.mid()
                value, (_, slope) = function(middle)[0], function(ball)
                ball = value + slope * (ball - middle)  # the mean value theorem
            lower, upper = (flint.arb(exact(end)) for end in (self.lower, self.upper))
            detail = f"the iterate lies in {ball.str(8)}"
            if ball > lower and ball < upper:
                return self.proved(detail, evidence=Evidence.ENCLOSURE)
            if ball <= lower or ball >= upper:
                return self.refuted(detail, {self.symbol: self.start})
        return self.undecided(detail)
