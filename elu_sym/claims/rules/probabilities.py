"""The probability that a derivative lies below a level, case by case."""

from dataclasses import dataclass
from typing import ClassVar

from sympy import And, Expr, S, latex

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.book.formula import derivative_below
from elu_sym.claims.assertion import Assertion, Step


@dataclass(frozen=True)
class DerivativeBelow(Assertion):
    """P[f'(X) < level] of ELU under relations between level, 1 and alpha, X ~ N(mu, sigma^2).

    The event is found from the pieces of the derivative and its probability derived by the engine.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> from elu_sym.symbols import alpha, level, mu, sigma
        >>> DerivativeBelow((level <= 1, level > alpha), NormalCdf(-mu / sigma)).check().holds
        True
        >>> DerivativeBelow((level > 1, level > alpha), NormalCdf(mu / sigma)).check().witness
        {alpha: 1/2, level: 7/5, mu: 3/11, sigma: 13/4}
    """

    relations: tuple[Expr, ...]
    value: Expr
    rule: ClassVar[str] = "exact probability of the event, every step checked"

    @property
    def _condition(self) -> str:
        return " and ".join(map(str, self.relations))

    def to_text(self) -> str:
        """The equation and its condition."""
        return f"P[f'(X) < level] = {self.value} if {self._condition}"

    def to_latex(self) -> str:
        """The equation and its condition."""
        condition = r",\; ".join(map(latex, self.relations))
        return rf"P[f'(X) < \mathrm{{level}}] = {latex(self.value)} \quad ({condition})"

    def decide(self) -> Step:
        """Find the case, and compare the normal forms."""
        cases = [case for case in derivative_below.cases if case.relations == self.relations]
        if len(cases) != 1:
            known = "; ".join(case.name for case in derivative_below.cases)
            return self.undecided(f"the cases are {known}")
        (case,) = cases
        derived = case.closed_form
        steps, checks = case.derivation.size
        detail = f"derived in {steps} steps with {checks} exact checks"
        difference = derived - self.value
        if equals(derived, self.value):
            return self.proved(detail)
        for point in rational_points(difference.free_symbols | case.condition.free_symbols):
            if And(*(relation.xreplace(dict(point)) for relation in self.relations)) == S.true:
                ball = enclose(difference, point)
                if ball.is_finite() and not ball.contains(0):
                    found, said = (enclose(form, point).str(8) for form in (derived, self.value))
                    return self.refuted(f"it lies in {found}, the formula in {said}", point)
        return self.undecided(f"{detail}; no point separates them")
