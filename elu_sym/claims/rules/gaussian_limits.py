"""Limits of Gaussian closed forms as a parameter tends to an end of its range.

The variable is written as ``s``, ``-s`` or ``1/s`` with s -> oo; how the terms of the closed form
then grow or vanish is found in :mod:`elu_sym.claims.rules.gaussian_growth`, exactly, by Gordon's
inequality for the tail of the normal distribution.
"""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Dummy, Expr, S, Symbol, latex, oo

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import NonNegative, Positive
from elu_sym.claims.rules.gaussian_growth import Limit, limit_at_infinity


@dataclass(frozen=True)
class GaussianLimit(Assertion):
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

    expression: Expr
    variable: Symbol
    to: Expr
    value: Expr
    rule: ClassVar[str] = "growth of Gaussian terms, Gordon's inequality"

    def to_text(self) -> str:
        """The limit."""
        end = "0+" if self.to == 0 else self.to
        return f"{self.expression} -> {self.value} as {self.variable} -> {end}"

    def to_latex(self) -> str:
        """The limit."""
        end = "0^+" if self.to == 0 else latex(self.to)
        arrow = rf"{latex(self.variable)} \to {end}"
        inner = rf"\left({latex(self.expression)}\right)"
        return rf"\lim_{{{arrow}}} {inner} = {latex(self.value)}"

    def decide(self) -> Step:
        """Expand both sums of the quotient, find the limit, and compare."""
        if self.value.has(self.variable):
            return self.undecided(f"the value {self.value} depends on {self.variable}")
        large = Dummy("s", positive=True)
        approach = {oo: large, -oo: -large, S.Zero: 1 / large}.get(self.to)
        if approach is None or (self.to == -oo and self.variable.is_nonnegative):
            return self.undecided(f"{self.variable} does not tend to {self.to}")
        form = NormalForm.from_expr(self.expression.xreplace({self.variable: approach}))
        unreal = [str(symbol) for symbol in form.domain.symbols if not symbol.is_real]
        if unreal:
            return self.undecided(f"{', '.join(unreal)} not assumed to be real")
        found = limit_at_infinity(form, large)
        if found.grows:
            return self._infinite(found)
        detail = f"the terms that do not vanish tend to {found.coefficient}"
        if self.value in (oo, -oo):
            return self.refuted(f"{detail}, which is finite", _named({}, self))
        comparison = equals(found.coefficient, self.value)
        if comparison:
            return self.proved(detail)
        return self.refuted(f"{detail}, {comparison.reason}", _named(comparison.witness, self))

    def _infinite(self, found: Limit) -> Step:
        """Something that grows has no limit but an infinity of the sign of its coefficient."""
        detail = f"it grows like {found.coefficient} times what tends to infinity"
        if self.value in (oo, -oo) and (self.value * found.coefficient).is_extended_positive:
            return self.proved(detail)
        for point in rational_points(found.coefficient.free_symbols | self.value.free_symbols):
            ball = enclose(found.coefficient, point)
            claimed = {oo: ball > 0, -oo: ball < 0}.get(self.value, False)
            if not claimed and (ball > 0 or ball < 0):
                return self.refuted(f"{detail}, in {ball.str(8)}", _named(point, self))
        return self.undecided(f"{detail}, of unknown sign")


@dataclass(frozen=True)
class EventuallyNegative(Assertion):
    """A closed form is negative once a variable is close enough to an end, as its limit is.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.symbols import alpha, mu
        >>> EventuallyNegative(mean.closed_form, mu, -oo, -alpha).check().holds
        True
        >>> EventuallyNegative(1 + mean.closed_form, mu, -oo, 1 - alpha).check().witness
        {alpha: 1/2}
    """

    expression: Expr
    variable: Symbol
    to: Expr
    limit: Expr
    rule: ClassVar[str] = "sign of the limit"

    def to_text(self) -> str:
        """The inequality."""
        end = "0+" if self.to == 0 else self.to
        return f"{self.expression} < 0 for {self.variable} close to {end}"

    def to_latex(self) -> str:
        """The inequality."""
        end = "0^+" if self.to == 0 else latex(self.to)
        near = rf"\text{{for }} {latex(self.variable)} \text{{ close to }} {end}"
        return rf"{latex(self.expression)} < 0 \quad {near}"

    def decide(self) -> Step:
        """Check the limit and its sign; where the limit is positive, so is the closed form."""
        limit = GaussianLimit(self.expression, self.variable, self.to, self.limit).check()
        negative = Positive(-self.limit).check()
        premises = [limit, negative]
        if limit.holds and negative.holds:
            return self.proved("the limit is negative", premises)
        opposite = NonNegative(-self.limit).check()
        if limit.holds and opposite.holds is False and opposite.witness is not None:
            witness = _named(opposite.witness, self)
            return self.refuted("the limit is positive", witness, [limit, opposite])
        return self.undecided("a premise is open", premises)


def _named(witness: Point, limit: GaussianLimit | EventuallyNegative) -> Point:
    """A witness; where any values of the parameters will do, some that are admissible."""
    return witness or next(rational_points(limit.expression.free_symbols - {limit.variable}))
