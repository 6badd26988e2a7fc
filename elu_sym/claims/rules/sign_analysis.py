"""Signs on a half-line by calculus: a start at 0, and derivatives that keep it growing.

Where the structure of an expression does not show its sign, that of a derivative often does. Each
order is one application of the mean value theorem.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Mul, Pow, Rational, S, diff

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import NonNegative, Positive, Side, Sign, equal_forms
from elu_sym.claims.rules.limits_at_kink import DerivativeOf, LimitAtKink
from elu_sym.symbols import distance, x

_DERIVATIVES = ("its derivative", "its first two derivatives", "its first three derivatives")
_ARGUMENT = (
    "read off the expression",
    "starts at 0 and grows",
    *(f"it and {n} start at 0 or above and grow" for n in _DERIVATIVES),
)
"""What was found, by the order of the derivative whose structure shows the sign."""

NEAREST = 24
"""How often the distance from the kink is halved in the search for a counterexample."""


@dataclass(frozen=True)
class PositiveFromKink(Assertion):
    r"""An expression is positive on a side of the kink, because it starts at 0 and grows.

    With ``g(delta)`` for the expression at ``x = -delta`` or ``x = delta``: if ``g``, ``g'``, ...,
    :math:`g^{(n-1)}` are not negative at 0 and :math:`g^{(n)} > 0` for ``delta > 0``, then each of
    them is positive for ``delta > 0``, the last one first. The least such ``n`` is found. That all
    of them are differentiable needs no premise of its own: an expression of the normal form has no
    jump, and a pole of ``g`` would be one of :math:`g^{(n)}`. A product is taken factor by factor,
    an even number of which may be negative.

    A point where the expression has the wrong sign refutes, and nothing else does.

    Examples:
        >>> from sympy import exp
        >>> PositiveFromKink(exp(x) - 1 - x, Side.LEFT).check().holds
        True
        >>> PositiveFromKink(1 - x / 2 - exp(-x), Side.RIGHT).check().witness
        {x: 13/4}
    """

    expression: Expr
    side: Side
    rule: ClassVar[str] = "mean value theorem from 0"
    sign: ClassVar[type[Sign]] = Positive

    def to_text(self) -> str:
        """The inequality."""
        return self.sign(self.expression, self.side).to_text()

    def to_latex(self) -> str:
        """The inequality."""
        return self.sign(self.expression, self.side).to_latex()

    @property
    def _piece(self) -> Expr:
        """What holds on the side, each activation by its piece."""
        return self.side.approach(self.expression).xreplace({distance: self.side.value * x})

    def decide(self) -> Step:
        """Take it factor by factor, or differentiate until the structure shows the sign."""
        if self.expression.has(distance):
            return self.undecided(f"{distance} is the distance from the kink and no parameter")
        step = self._by_derivatives()
        if step.holds is not None:
            return step
        for form in equal_forms(self._piece):
            factors = list(_factors(form))
            # A number alone makes no product: a sum and its opposite would ask each other for ever.
            if sum(not factor.is_number for factor in factors) > 1:
                premises = [self._signed(factor) for factor in factors]
                negative = sum(
                    premise.assertion != type(self)(factor, self.side)
                    for premise, factor in zip(premises, factors, strict=True)
                )
                if negative % 2 == 0 and all(premise.holds for premise in premises):
                    return self.proved("the product of such factors", premises)
        return step

    def _signed(self, factor: Expr) -> Step:
        """That a factor is positive or, if that is not to be had, that its opposite is."""
        positive = type(self)(factor, self.side).check()
        return positive if positive.holds else type(self)(-factor, self.side).check()

    def _by_derivatives(self) -> Step:
        derivative = self.side.approach(self.expression).xreplace({distance: x})
        premises: list[Step] = []
        for order in range(len(_ARGUMENT)):
            evident = self.sign(derivative, Side.RIGHT)
            if any(map(self.sign.is_evident, equal_forms(Side.RIGHT.approach(derivative)))):
                detail = f"{self.side.substitution}: {_ARGUMENT[order]}"
                return self.proved(detail, [*premises, evident.check()])
            start = derivative.subs(x, S.Zero)
            following = diff(derivative, x)
            premises += [
                LimitAtKink(derivative, Side.RIGHT, start).check(),
                NonNegative(start).check(),
                DerivativeOf(derivative, following).check(),
            ]
            if not all(premise.holds for premise in premises):
                break
            derivative = following
        direct = self.sign(self.expression, self.side).check()
        if direct.holds is False and direct.witness is not None:
            return self.refuted(direct.detail, direct.witness, [direct])
        falls = next((step for step in premises if step.holds is False), None)
        if falls is not None and falls.witness is not None:
            return self._refuted_near_kink(falls.witness, premises)
        return self.undecided("no derivative shows the sign", premises)

    def _refuted_near_kink(self, parameters: Point, premises: list[Step]) -> Step:
        """Where a derivative is negative at 0, look close to it."""
        others = next(rational_points(self.expression.free_symbols - parameters.keys()))
        for halvings in range(NEAREST):
            place = self.side.value * Rational(1, 2**halvings)
            point = {**others, **parameters, x: place}
            ball = enclose(self._piece, point)
            if ball < 0:
                return self.refuted(f"the value lies in {ball.str(8)}, below 0", point)
        return self.undecided("it may fall from 0", premises)


@dataclass(frozen=True)
class NonNegativeFromKink(PositiveFromKink):
    """An expression is positive or zero on a side of the kink, by the same argument.

    Examples:
        >>> from sympy import exp
        >>> NonNegativeFromKink(1 - exp(x), Side.LEFT).check().holds
        True
        >>> NonNegativeFromKink(x + exp(-x) - S(101) / 100, Side.RIGHT).check().witness
        {x: 11/430}
    """

    sign: ClassVar[type[Sign]] = NonNegative


def _factors(product: Expr) -> Iterator[Expr]:
    """The factors of a product, a power once for each time that it is multiplied."""
    for factor in Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        repeated = isinstance(factor, Pow) and exponent.is_Integer and exponent > 0
        yield from [base] * int(exponent) if repeated else [factor]
