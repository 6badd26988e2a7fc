"""Whether a list of wishes determines a function, or another function fulfils it as well."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, S, latex

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Equality, NonNegative, Side
from elu_sym.claims.rules.function_shape import StrictlyMonotone
from elu_sym.claims.rules.kink import Smooth, all_hold, piece
from elu_sym.claims.rules.limits_at_kink import LimitAtInfinity
from elu_sym.symbols import x


@dataclass(frozen=True)
class WishesDetermine(Assertion):
    """A function is the only one that fulfils the wishes which it fulfils.

    The wishes: the identity for ``x > 0``, ``order`` continuous derivatives, the limit of the
    function at -oo, and, if asked for, strictly increasing. A rival refutes that fulfils them and
    has another value somewhere. That there is no rival this rule never finds.

    Attributes:
        function: the candidate.
        rival: another function, whose argument is ``x - kink``.
        kink: where the rival has its kink, at most 0.
        order: how smooth is wished for.
        increasing: whether strictly increasing is wished for.
    """

    function: KinkedFunction
    rival: KinkedFunction
    kink: Expr = S.Zero
    order: int = 0
    increasing: bool = False
    rule: ClassVar[str] = "a rival that fulfils the wishes"

    def to_text(self) -> str:
        """The sentence."""
        increasing = ", strictly increasing" if self.increasing else ""
        return (
            f"only {self.function} is the identity for x > 0, C^{self.order}{increasing}, and"
            f" tends to {self._floor} at -oo"
        )

    def to_latex(self) -> str:
        """The sentence."""
        increasing = r",\; g \text{ increasing}" if self.increasing else ""
        return (
            rf"g(x) = x \;(x > 0),\; g \in C^{self.order}{increasing},"
            rf"\; g(-\infty) = {latex(self._floor)} \implies g = {latex(self.function)}"
        )

    @property
    def _floor(self) -> Expr:
        """The limit at -oo, read off the definition; whether it is one is a premise."""
        return piece(self.function, Side.LEFT).subs(x, S.NegativeInfinity)

    def decide(self) -> Step:
        """Check the wishes of both, and look for a point left of the kink where they differ."""
        wishes = [*self._wishes(self.function, S.Zero), *self._wishes(self.rival, self.kink)]
        wishes.append(NonNegative(-self.kink).check())
        if not all_hold(wishes):
            return self.undecided("the rival is not known to fulfil the wishes", wishes)
        rival = piece(self.rival, Side.LEFT).xreplace({x: x - self.kink})
        difference = piece(self.function, Side.LEFT) - rival
        for point in itertools.islice(rational_points(difference.free_symbols | {x}), 100):
            if point[x] < min(S.Zero, self.kink.xreplace(dict(point))):
                ball = enclose(difference, point)
                if ball.is_finite() and not ball.contains(0):
                    detail = f"{self.rival} at {x - self.kink} differs by {ball.str(8)}"
                    return self.refuted(detail, point, wishes)
        return self.undecided("no point separates the rival", wishes)

    def _wishes(self, function: KinkedFunction, kink: Expr) -> Iterator[Step]:
        yield Smooth(function, self.order).check()
        yield LimitAtInfinity(piece(function, Side.LEFT), Side.LEFT, self._floor).check()
        yield Equality(piece(function, Side.RIGHT).xreplace({x: x - kink}), x).check()
        if self.increasing:
            yield StrictlyMonotone(function).check()
