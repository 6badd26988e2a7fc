"""Statements about every law of X, which come down to an inequality at every point.

- For every law with P(X < 0) > 0: if g >= 0 everywhere and g > 0 for x < 0, then E g(X) > 0.
- For every symmetric law, E g(X) = E h(abs(X)) with h(r) = (g(r) + g(-r))/2. If h > 0 for r > 0
  and h(0) >= 0, then E g(X) > 0 for all of them but the point mass at 0; and if h(r) < 0 for one r,
  the law with mass 1/2 at r and at -r has E g(X) = h(r) < 0. The pointwise condition is sharp.

That E g(X) exists is a hypothesis of the claim: without it E X = 0 fails for the Cauchy law. For
g >= 0 it always does, as a number or oo. Functions are written in ``x`` with the activations, such
as ``Relu(x) - Elu(x, alpha)``; the right piece holds at 0.
"""

from sympy import DiracDelta, Expr, S, SingularityFunction, latex

from elu_sym.algebra.equality import equals
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step
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
    return side.approach(expression).xreplace({distance: side.value * x})


def symmetrized(expression: Expr) -> Expr:
    """The mean of an expression over ``x`` and ``-x``, for ``x > 0``.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> symmetrized(Relu(x))
        x/2
    """
    return sum(side.approach(expression) for side in Side).xreplace({distance: x}) / 2


def expectation(integrand: Expr) -> Notation:
    """E g(X), with g written in ``x``."""
    return Notation(f"E[{integrand}]", rf"\mathbb{{E}}\left[{latex(integrand)}\right]_{{x = X}}")


def _for_every(text: str, formula: str) -> Notation:
    return Notation(f"at x = X, for every {text}", rf"\quad \text{{for every {formula}}}")


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
    rule = "an event that is empty"

    def sentence(self) -> Sentence:
        """That the event has no probability."""
        yield Notation(
            f"P[{self.expression} = 0]", rf"P\left[{latex(self.expression)} = 0\right]_{{x = X}}"
        )
        yield from ("=", S.Zero, _for_every("law of X", "law"))

    def decide(self) -> Step:
        """Look for zeros on either side and at 0."""
        signs = [Nonzero(on_side(self.expression, side), side).check() for side in Side]
        signs.append(Nonzero(self.expression.subs(x, S.Zero)).check())
        # Where the expression is 0 on a whole half-line any of its points will do.
        places = zip(signs, (S.NegativeOne, S.One, S.Zero), strict=True)
        place = {x: next((place for sign, place in places if sign.holds is False), S.Zero)}
        return self.concluded(
            "it vanishes nowhere", signs, signs, "X = x with probability 1", place
        )


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
    rule = "expectation of a pointwise inequality"

    def sentence(self) -> Sentence:
        """The inequality."""
        condition = Notation("P(X < 0) > 0", "P(X < 0) > 0")
        laws = _for_every("law of X with", "law with ")
        return expectation(self.expression), ">", S.Zero, laws, condition

    def decide(self) -> Step:
        """Check the sign on either side and at 0."""
        left = PositiveFromKink(on_side(self.expression, Side.LEFT), Side.LEFT).check()
        right = NonNegativeFromKink(on_side(self.expression, Side.RIGHT), Side.RIGHT).check()
        # However little mass lies on the left, a law with nearly all of it at a point has E g < 0.
        is_left = left.holds is False
        failure = f"X = x {'at this point' if is_left else 'but for a little mass on the left'}"
        premises = (left, NonNegative(self.expression.subs(x, S.Zero)), right)
        detail = "positive on the left, nowhere negative"
        return self.concluded(detail, premises, (left, right), failure)


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
    rule = "symmetry: a pointwise inequality in r = abs(x)"

    def sentence(self) -> Sentence:
        """The inequality."""
        laws = ("symmetric law of X", "symmetric law")
        if self.strict:
            laws = (f"{laws[0]} but the point mass at 0", rf"{laws[1]} but $\delta_0$")
        return expectation(self.expression), ">" if self.strict else ">=", S.Zero, _for_every(*laws)

    def decide(self) -> Step:
        """Check the mean over x and -x, for x > 0 and at 0."""
        even = symmetrized(self.expression)
        kind = PositiveFromKink if self.strict else NonNegativeFromKink
        pairs = kind(even, Side.RIGHT).check()
        premises = (pairs, NonNegative(self.expression.subs(x, S.Zero)))
        detail = f"h(r) = {even.xreplace({x: radius})} for r = abs(x)"
        return self.concluded(detail, premises, [pairs], "mass 1/2 at x and at -x")


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
    rule = "symmetry: a pointwise equality in r = abs(x)"

    def sentence(self) -> Sentence:
        """The equation."""
        laws = "symmetric law" if self.atom_at_zero else "symmetric law without an atom at 0"
        return expectation(self.expression), "=", self.value, _for_every(laws, laws)

    def decide(self) -> Step:
        """Compare the mean over x and -x with the value, and that at 0 where it may count."""
        if self.value.has(x, distance):
            return self.undecided(f"the value {self.value} contains x, which stands for X")
        if self.expression.has(DiracDelta, SingularityFunction):
            return self.undecided(f"{self.expression} is no function: it may have an atom at 0")
        both = (self.expression + self.expression.xreplace({x: -x})) / 2
        pairs = Equality(both, self.value, Side.RIGHT).check()
        if self.atom_at_zero and pairs.holds:
            comparison = equals(self.expression.subs(x, S.Zero), self.value)
            if not comparison:
                detail = f"an atom of weight w at 0, where {comparison.reason}"
                return self.refuted(detail, {weight: S.Half, **comparison.witness}, [pairs])
        # Where the mean over x and -x is constant, any x shows that it is another constant.
        detail, failure = "the value at every r, whatever the law of r", "mass 1/2 at x and at -x"
        return self.concluded(detail, [pairs], failure=failure, at={x: S.One})
