"""Inequalities on boxes, as statements that a stored cover proves."""

from dataclasses import dataclass
from typing import Any

from sympy import Expr

from elu_sym.claims.covers.cover import Box, read
from elu_sym.claims.kernel.language import Formula, at_most, for_all, implies, less, term
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import Tactic, intro, tactic


@dataclass(frozen=True)
class BoxInequality:
    """What is less than something else at every point of a box.

    Attributes:
        cover: the name of the cover.
        lower: the smaller side, in the symbols of the box.
        upper: the larger one.
        box: the symbols, each with the two rational ends of a closed interval.

    Examples:
        >>> from sympy import Rational
        >>> from elu_sym.claims.kernel.printing import in_words
        >>> from elu_sym.symbols import sigma
        >>> box = ((sigma, Rational(1), Rational(2)),)
        >>> in_words(BoxInequality("none", sigma, sigma**2 + 1, box).formula)
        'for all sigma > 0: 1 <= sigma implies (sigma <= 2 implies sigma < 1 + sigma^2)'
    """

    cover: str
    lower: Any
    upper: Any
    box: Box

    @property
    def formula(self) -> Formula:
        """The statement."""
        ends = [end for symbol, *ends in self.box for end in between(symbol, *ends)]
        symbols = (symbol for symbol, _, _ in self.box)
        return for_all(*symbols, implies(*ends, less(self.lower, self.upper)))

    @property
    def closed_form(self) -> Expr:
        """What is positive, as the kernel writes it."""
        context = Context()
        for symbol, _, _ in self.box:
            context = context.with_variable(symbol.name)
            if symbol.is_positive:
                context = context.with_fact(less(0, symbol))
        return context.value(term(self.upper)) - context.value(term(self.lower))

    @property
    def proof(self) -> Tactic:
        """The cover, read when the proof is checked."""
        box = tuple(tuple(map(term, axis)) for axis in self.box)

        def find(goal: Formula, context: Context) -> Tactic:
            cover = read(self.cover)
            return ("cover", cover.precision, box, cover.tree)

        return intro(tactic(find))

    @property
    def lemma(self) -> tuple[Formula, Tactic]:
        """The statement with its proof."""
        return self.formula, self.proof


def between(value: Any, lower: Any, upper: Any) -> tuple[Formula, Formula]:
    """That a value lies in a closed interval."""
    return at_most(lower, value), at_most(value, upper)
