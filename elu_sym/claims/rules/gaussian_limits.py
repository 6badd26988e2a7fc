"""Limits of Gaussian closed forms as assertions: :mod:`elu_sym.claims.kernel.growth` finds them."""

from sympy import Add, Dummy, Expr, S, Symbol, latex, oo

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step
from elu_sym.claims.kernel.growth import Limit, limit_at_infinity
from elu_sym.claims.rules.elementary import NonNegative, Positive, takes_every

POSITIVE, NEGATIVE = ("positive", "nonnegative"), ("negative", "nonpositive")
"""What may be assumed of a symbol that tends to oo or to 0 from above, and of one to -oo."""


def _sign(value: Expr) -> str:
    """The sign that the assumptions give."""
    return "+" if value.is_positive else "-" if value.is_negative else ""


def limit_notation(expression: Expr, variable: Symbol, end: Notation, value: Expr) -> Notation:
    """That the limit of an expression as a variable tends to an end is this value."""
    printed = latex(expression)
    inner = rf"\left({printed}\right)" if isinstance(expression, Add) else printed
    return Notation(
        f"{expression} -> {value} as {variable} -> {end.text}",
        rf"\lim_{{{latex(variable)} \to {end.latex}}} {inner} = {latex(value)}",
    )


def _end(to: Expr) -> Notation:
    return Notation("0+", "0^+") if to == 0 else Notation(str(to), latex(to))


class AtEnd(Assertion):
    """An assertion about a closed form as a variable tends to ``oo``, ``-oo`` or 0 from above."""

    expression: Expr
    variable: Symbol
    to: Expr

    def _named(self, witness: Point) -> Point:
        """A witness; where any values of the parameters will do, some that are admissible."""
        return witness or next(rational_points(self.expression.free_symbols - {self.variable}))


class GaussianLimit(AtEnd):
    """The limit of a Gaussian closed form as a variable tends to ``oo``, ``-oo`` or 0 from above.

    The other symbols are fixed, anywhere in the range that their assumptions admit.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.symbols import alpha, mu
        >>> GaussianLimit(mean.closed_form, mu, -oo, -alpha).check().holds
        True
        >>> GaussianLimit(mean.closed_form, mu, oo, oo).check().holds
        True
        >>> GaussianLimit(mean.closed_form, mu, -oo, -S.One).check().witness
        {alpha: 1/2}
    """

    value: Expr
    rule = "growth of Gaussian terms, Gordon's inequality"

    def sentence(self) -> Sentence:
        """The limit."""
        yield limit_notation(self.expression, self.variable, _end(self.to), self.value)

    def decide(self) -> Step:
        """Expand both sums of the quotient, find the limit, and compare."""
        if self.value.has(self.variable):
            return self.undecided(f"the value {self.value} depends on {self.variable}")
        large = Dummy("s", positive=True)
        approach = {oo: large, -oo: -large, S.Zero: 1 / large}.get(self.to)
        towards = NEGATIVE if self.to == -oo else POSITIVE
        if approach is None or not takes_every(self.variable, "real", *towards):
            return self.undecided(f"{self.variable} does not tend to {self.to}")
        form = NormalForm.from_expr(self.expression.xreplace({self.variable: approach}))
        unreal = [str(symbol) for symbol in form.domain.symbols if not symbol.is_real]
        if unreal:
            return self.undecided(f"{', '.join(unreal)} not assumed to be real")
        found = limit_at_infinity(form, large, _sign)
        if found.grows:
            return self._infinite(found)
        detail = f"the terms that do not vanish tend to {found.coefficient}"
        if self.value in (oo, -oo):
            return self.refuted(f"{detail}, which is finite", self._named({}))
        comparison = equals(found.coefficient, self.value)
        if comparison:
            return self.proved(detail)
        return self.refuted(f"{detail}, {comparison.reason}", self._named(comparison.witness))

    def _infinite(self, found: Limit) -> Step:
        """Something that grows has no limit but an infinity of the sign of its coefficient."""
        detail = f"the term that grows fastest has the coefficient {found.coefficient}"
        if self.value in (oo, -oo) and (self.value * found.coefficient).is_extended_positive:
            return self.proved(detail)
        for point in rational_points(found.coefficient.free_symbols | self.value.free_symbols):
            ball = enclose(found.coefficient, point)
            claimed = {oo: ball > 0, -oo: ball < 0}.get(self.value, False)
            if not claimed and (ball > 0 or ball < 0):
                return self.refuted(f"{detail}, which lies in {ball.str(8)}", self._named(point))
        return self.undecided(f"{detail}, of unknown sign")


class EventuallyNegative(AtEnd):
    """A closed form is negative once a variable is close enough to an end, as its limit is.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.symbols import alpha, mu
        >>> EventuallyNegative(mean.closed_form, mu, -oo, -alpha).check().holds
        True
        >>> EventuallyNegative(1 + mean.closed_form, mu, -oo, 1 - alpha).check().witness
        {alpha: 1/2}
    """

    limit: Expr
    rule = "sign of the limit"

    def sentence(self) -> Sentence:
        """The inequality."""
        yield from (self.expression, "<", S.Zero, "for", self.variable, "close to", _end(self.to))

    def decide(self) -> Step:
        """Check the limit and its sign; where the limit is positive, so is the closed form."""
        limit = GaussianLimit(self.expression, self.variable, self.to, self.limit).check()
        opposite = NonNegative(-self.limit).check()
        if limit.holds and opposite.witness is not None:
            witness = self._named(opposite.witness)
            return self.refuted("the limit is positive", witness, [limit, opposite])
        premises = (limit, Positive(-self.limit))
        return self.concluded("the limit is negative", premises, entailed=())
