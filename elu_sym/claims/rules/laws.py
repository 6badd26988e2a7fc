"""Statements about every law of X, which come down to an inequality at every point.

- For every law with P(X < 0) > 0: if g >= 0 everywhere and g > 0 for x < 0, then E g(X) > 0.
- For every symmetric law, E g(X) = E h(abs(X)) with h(r) = (g(r) + g(-r))/2. If h > 0 for r > 0
  and h(0) >= 0, then E g(X) > 0 for all of them but the point mass at 0; and if h(r) < 0 for one r,
  the law with mass 1/2 at r and at -r has E g(X) = h(r) < 0. The pointwise condition is sharp.

That E g(X) exists is a hypothesis of the claim: without it E X = 0 fails for the Cauchy law. For
g >= 0 it always does, as a number or oo. Functions are written in ``x`` with the activations, such
as ``Relu(x) - Elu(x, alpha)``; the right piece holds at 0.
"""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, S, latex

from elu_sym.algebra.equality import equals
from elu_sym.claims.assertion import Assertion, Step, all_hold, first_false
from elu_sym.claims.rules.calculus import NonNegativeFromKink, PositiveFromKink
from elu_sym.claims.rules.elementary import Equality, NonNegative, Nonzero, Side
from elu_sym.symbols import distance, radius, weight, x


def on_side(expression: Expr, side: Side) -> Expr:
    """The expression in ``x`` that holds on one side: each activation by its piece.

    Raises:
        ValueError: if ``delta`` occurs, which stands for the distance from the kink.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> on_side(Elu(x, alpha) - x, Side.LEFT)
        alpha*(exp(x) - 1) - x
    """
    if expression.has(distance):
        raise ValueError(f"{expression} has {distance}, the distance from the kink, as a parameter")
    return side.approach(expression).xreplace({distance: side.value * x})


def symmetrized(expression: Expr) -> Expr:
    """The mean of an expression over ``x`` and ``-x``, for ``x > 0``.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> symmetrized(Relu(x))
        x/2
    """
    mirrored = on_side(expression, Side.LEFT).xreplace({x: -x})
    return (on_side(expression, Side.RIGHT) + mirrored) / 2


@dataclass(frozen=True)
class AlmostSurelyNonzero(Assertion):
    """P(g(X) = 0) = 0 for every law of X, because g vanishes nowhere.

    Examples:
        >>> from elu_sym.activations import EluDerivative, ReluDerivative
        >>> from elu_sym.symbols import alpha
        >>> AlmostSurelyNonzero(EluDerivative(x, alpha)).check().holds
        True
        >>> AlmostSurelyNonzero(ReluDerivative(x)).check().witness
        {x: -1}
    """

    expression: Expr
    rule: ClassVar[str] = "an event that is empty"

    def to_text(self) -> str:
        """The sentence."""
        return f"P[{self.expression} = 0] = 0 at x = X, for every law of X"

    def to_latex(self) -> str:
        """The sentence."""
        inner = latex(self.expression)
        return rf"P\left[{inner} = 0\right]_{{x = X}} = 0 \quad \text{{for every law}}"

    def decide(self) -> Step:
        """Look for zeros on either side and at 0."""
        premises = [Nonzero(on_side(self.expression, side), side).check() for side in Side]
        premises.append(Nonzero(self.expression.subs(x, S.Zero)).check())
        refutation = first_false(premises)
        if refutation is not None and refutation.witness is not None:
            # Where the expression is 0 on a whole half-line any of its points will do.
            place = (S.NegativeOne, S.One, S.Zero)[premises.index(refutation)]
            point = {x: place, **refutation.witness}
            return self.refuted("X = x with probability 1", point, premises)
        return self.concluded("it vanishes nowhere", premises)


@dataclass(frozen=True)
class PositiveMean(Assertion):
    """E g(X) > 0 for every law of X that gives the negative half-line a positive probability.

    Examples:
        >>> from elu_sym.activations import Elu, Relu
        >>> from elu_sym.symbols import alpha
        >>> PositiveMean(Relu(x) - Elu(x, alpha)).check().holds
        True
        >>> PositiveMean(1 - Elu(x, alpha)).check().witness
        {x: 7/5}
    """

    expression: Expr
    rule: ClassVar[str] = "expectation of a pointwise inequality"

    def to_text(self) -> str:
        """The sentence."""
        return f"E[{self.expression}] > 0 at x = X, for every law of X with P(X < 0) > 0"

    def to_latex(self) -> str:
        """The sentence."""
        inner = latex(self.expression)
        return (
            rf"\mathbb{{E}}\left[{inner}\right]_{{x = X}} > 0"
            r" \quad \text{for every law with } P(X < 0) > 0"
        )

    def decide(self) -> Step:
        """Check the sign on either side and at 0."""
        left = PositiveFromKink(on_side(self.expression, Side.LEFT), Side.LEFT).check()
        right = NonNegativeFromKink(on_side(self.expression, Side.RIGHT), Side.RIGHT).check()
        premises = [left, NonNegative(self.expression.subs(x, S.Zero)).check(), right]
        if all_hold(premises):
            return self.proved("positive on the left, nowhere negative", premises)
        if left.holds is False and left.witness is not None:
            return self.refuted("X = x at this point", left.witness, premises)
        if right.holds is False and right.witness is not None:
            # However little mass lies on the left, a law with nearly all of it here has E g < 0.
            return self.refuted("X = x but for a little mass on the left", right.witness, premises)
        return self.undecided("a sign is open", premises)


@dataclass(frozen=True)
class PositiveSymmetricMean(Assertion):
    """E g(X) > 0 for every symmetric law of X other than the point mass at 0, or >= 0 for all.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> PositiveSymmetricMean(x**2 + Elu(x, alpha) - x, strict=False).check().witness
        {alpha: 13/4, x: 2/9}
    """

    expression: Expr
    strict: bool = True
    rule: ClassVar[str] = "symmetry: a pointwise inequality in r = abs(x)"

    @property
    def _relation(self) -> str:
        return ">" if self.strict else ">="

    def to_text(self) -> str:
        """The sentence."""
        laws = "symmetric law of X" + (" but the point mass at 0" if self.strict else "")
        return f"E[{self.expression}] {self._relation} 0 at x = X, for every {laws}"

    def to_latex(self) -> str:
        """The sentence."""
        relation, but = (">", r" but $\delta_0$") if self.strict else (r"\ge", "")
        return (
            rf"\mathbb{{E}}\left[{latex(self.expression)}\right]_{{x = X}} {relation} 0"
            rf" \quad \text{{for every symmetric law{but}}}"
        )

    def decide(self) -> Step:
        """Check the mean over x and -x, for x > 0 and at 0."""
        even = symmetrized(self.expression)
        kind = PositiveFromKink if self.strict else NonNegativeFromKink
        pointwise = kind(even, Side.RIGHT).check()
        premises = [pointwise, NonNegative(self.expression.subs(x, S.Zero)).check()]
        if all_hold(premises):
            return self.proved(f"h(r) = {even.xreplace({x: radius})} for r = abs(x)", premises)
        if pointwise.holds is False and pointwise.witness is not None:
            detail = "mass 1/2 at x and at -x"
            return self.refuted(detail, pointwise.witness, premises)
        return self.undecided("a sign is open", premises)


@dataclass(frozen=True)
class SymmetricMean(Assertion):
    """E g(X) has the same value for every symmetric law, with or without an atom at 0.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> from sympy import Heaviside
        >>> SymmetricMean(Heaviside(-x), S.Half).check().holds
        True
        >>> SymmetricMean(Relu(x).diff(x), S.Half, atom_at_zero=True).check().witness
        {w: 1/2}
    """

    expression: Expr
    value: Expr
    atom_at_zero: bool = False
    rule: ClassVar[str] = "symmetry: a pointwise equality in r = abs(x)"

    @property
    def _laws(self) -> str:
        return "symmetric law" if self.atom_at_zero else "symmetric law without an atom at 0"

    def to_text(self) -> str:
        """The sentence."""
        return f"E[{self.expression}] = {self.value} at x = X, for every {self._laws}"

    def to_latex(self) -> str:
        """The sentence."""
        return (
            rf"\mathbb{{E}}\left[{latex(self.expression)}\right]_{{x = X}} = {latex(self.value)}"
            rf" \quad \text{{for every {self._laws}}}"
        )

    def decide(self) -> Step:
        """Compare the mean over x and -x with the value, and that at 0 where it may count."""
        if self.value.has(x, distance):
            return self.undecided(f"the value {self.value} contains x, which stands for X")
        premises = [Equality(symmetrized(self.expression), self.value, Side.RIGHT).check()]
        if self.atom_at_zero and premises[0].holds:
            comparison = equals(self.expression.subs(x, S.Zero), self.value)
            if not comparison:
                detail = f"an atom of weight w at 0, where {comparison.reason}"
                return self.refuted(
                    detail, {weight: Rational(1, 2), **comparison.witness}, premises
                )
        refutation = first_false(premises)
        if refutation is not None and refutation.witness is not None:
            # Where the mean over x and -x is constant, any x shows that it is another constant.
            point = {x: S.One, **refutation.witness}
            return self.refuted("mass 1/2 at x and at -x", point, premises)
        return self.concluded("the value at every r, whatever the law of r", premises)
