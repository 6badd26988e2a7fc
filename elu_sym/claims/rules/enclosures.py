"""Iterates of a map by rigorous enclosure."""

from sympy import Expr, Rational, Symbol, diff, latex

from elu_sym.algebra.enclosure import enclose, exact
from elu_sym.algebra.interval_enclosure import compiled, operations_on_boxes
from elu_sym.algebra.working_precision import working_precision
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step


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
        lower, upper = enclose(self.lower, {}), enclose(self.upper, {})
        if ball > lower and ball < upper:
            return self.proved(detail, Evidence.ENCLOSURE)
        if ball <= lower or ball >= upper:
            return self.refuted(detail, {self.symbol: self.start})
        return self.undecided(detail)
