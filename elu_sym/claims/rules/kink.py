"""Smoothness at a kink: continuity, derivatives from either side, their jump.

Each rule takes a function such as ``Elu(x, alpha)``, reads its pieces off the definition, checks
the premises of a theorem about them and concludes. A false premise refutes a conclusion only where
the conclusion entails the premise; otherwise the conclusion stays open.
"""

from collections.abc import Iterable

from sympy import Expr, S, Symbol, diff, latex

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.claims.assertion import IFF, Assertion, Notation, Sentence, Step, all_hold
from elu_sym.claims.rules.calculus import DerivativeOf, LimitAtKink, SmoothPiece
from elu_sym.claims.rules.elementary import Nonzero, Side, UniqueSolution
from elu_sym.symbols import x


def piece(function: KinkedFunction, side: Side, order: int = 0) -> Expr:
    """One piece of a function, or a derivative of it, in ``x``.

    Raises:
        ValueError: if the argument of the function is not the symbol ``x``.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> piece(Elu(x, alpha), Side.LEFT), piece(Elu(x, alpha), Side.LEFT, order=1)
        (alpha*(exp(x) - 1), alpha*exp(x))
    """
    argument, *parameters = function.args
    if argument != x:
        raise ValueError(f"the argument of {function} is {argument}; use the symbol x of symbols")
    expression = function.left if side is Side.LEFT else function.right
    return diff(expression(x, *parameters), x, order)


def value_at_kink(function: KinkedFunction, side: Side, order: int = 0) -> Expr:
    """What a piece, or a derivative of it, gives at 0."""
    return piece(function, side, order).subs(x, 0)


class AboutFunction(Assertion):
    """An assertion about a function, whose argument is ``x``."""

    function: KinkedFunction


class Smooth(AboutFunction):
    """A function has ``order`` continuous derivatives.

    Inside the half-lines it has them all. At 0 it has them if and only if the one-sided limits of
    the function and of its derivatives agree there, by the mean value theorem.

    Examples:
        >>> from elu_sym.activations import Celu, Elu
        >>> from elu_sym.symbols import alpha
        >>> Smooth(Elu(x, alpha), 0).check().holds, Smooth(Celu(x, alpha), 1).check().holds
        (True, True)
        >>> step = Smooth(Elu(x, alpha), 1).check()
        >>> step.holds, step.witness
        (False, {alpha: 1/2, x: 0})
    """

    order: int
    rule = "mean value theorem at the joint"

    def sentence(self) -> Sentence:
        """How smooth it is."""
        words = "is continuous" if self.order == 0 else f"is C^{self.order}"
        space = rf"\in C^{{{self.order}}}(\mathbb{{R}})"
        return self.function, Notation(f"{words} on the real line", space)

    def decide(self) -> Step:
        """Compare the limits from both sides, order by order."""
        function = self.function
        premises = [SmoothPiece(piece(function, side), side).check() for side in Side]
        entailed = []
        for order in range(self.order + 1):
            value = value_at_kink(function, Side.RIGHT, order)
            for side in Side:
                premises += differentiated(function, side, order)
            left, right = (has_limit(function, side, order, value) for side in Side)
            premises += [left, right]
            if right.holds:
                entailed.append(left)
        detail, failure = "the limits from both sides agree", "the limits differ"
        return self.concluded(detail, premises, entailed, failure, {x: S.Zero})


class SmoothOnlyAt(AboutFunction):
    """A function has ``order`` continuous derivatives for one value of a parameter and no other.

    At the value it has them. Conversely, if it has them, then the limits of the last derivative
    from both sides agree, an equation whose only solution is the value.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> SmoothOnlyAt(Elu(x, alpha), 1, alpha, S.One).check().holds
        True
    """

    order: int
    parameter: Symbol
    value: Expr
    rule = "both directions"

    def sentence(self) -> Sentence:
        """The equivalence."""
        space = Notation(f"is C^{self.order}", rf"\in C^{{{self.order}}}(\mathbb{{R}})")
        return self.function, space, IFF, self.parameter, "=", self.value

    def decide(self) -> Step:
        """Check one direction at the value and the other by the limits."""

        def smooth(values: Point) -> Step:
            return Smooth(self.function.xreplace(dict(values)), self.order).check()

        there = {self.parameter: self.value}
        limits, difference = _limits(self.function, self.order)
        necessary = UniqueSolution((difference,), (self.parameter,), (self.value,))
        sufficient = smooth(there)
        premises = [sufficient, *limits, necessary.check()]
        detail = "the value suffices, and nothing else solves the equation"
        failure = "it is not smooth at the value"
        step = self.concluded(detail, premises, [sufficient], failure, there)
        elsewhere = next(rational_points({self.parameter}))
        return step.unless([elsewhere] if elsewhere != there else [], smooth)


class NeverSmooth(AboutFunction):
    """For no value of its parameters has a function ``order`` continuous derivatives.

    If it had them, then the limits of the last derivative from both sides would agree.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> NeverSmooth(Elu(x, alpha), 2).check().holds
        True
        >>> step = NeverSmooth(Elu(x, alpha), 1).check()
        >>> step.holds, step.witness
        (False, {alpha: 1})
    """

    order: int
    rule = "contradiction of one-sided limits"

    def sentence(self) -> Sentence:
        """That it never is."""
        words = f"is C^{self.order} for no value of its parameters"
        return self.function, Notation(words, rf"\notin C^{{{self.order}}}(\mathbb{{R}})")

    def decide(self) -> Step:
        """Show that the limits differ for all values; or try the parameters at 1."""
        limits, difference = _limits(self.function, self.order)
        premises = [*limits, Nonzero(difference).check()]
        step = self.concluded("the limits from both sides differ", premises, ())
        ones = dict.fromkeys(self.function.free_symbols - {x}, S.One)
        return step.unless([ones], lambda p: Smooth(self.function.xreplace(p), self.order).check())


class OneSidedDerivative(AboutFunction):
    """The derivative of a function at 0 from one side.

    Where the piece continues the value at 0, the difference quotient from that side tends to the
    limit of the derivative, by the mean value theorem.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> OneSidedDerivative(Elu(x, alpha), Side.LEFT, alpha).check().holds
        True
    """

    side: Side
    value: Expr
    rule = "mean value theorem at the joint"

    def sentence(self) -> Sentence:
        """The derivative."""
        side = self.side
        text = f"the derivative of {self.function} at 0 from the {side.name.lower()} is"
        yield Notation(text, rf"\partial_x^{{{side.sign}}} {latex(self.function)}\big|_{{x = 0}} =")
        yield self.value

    def decide(self) -> Step:
        """Check that the piece continues the value at 0, and the limit of its derivative."""
        function, side = self.function, self.side
        values = (value_at_kink(function, Side.RIGHT), self.value)
        limits = [has_limit(function, side, order, value) for order, value in enumerate(values)]
        smooth = SmoothPiece(piece(function, side), side)
        premises = [smooth.check(), *differentiated(function, side, 1), *limits]
        detail, failure = "the piece continues the value at 0", "a limit is another one"
        return self.concluded(detail, premises, limits, failure, {x: S.Zero})


class Jump(AboutFunction):
    """The derivative of a function jumps at 0 by this much: from the right less from the left.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> Jump(Elu(x, alpha), 1 - alpha).check().holds
        True
        >>> Jump(Elu(x, alpha), alpha - 1).check().witness
        {alpha: 1/2}
    """

    value: Expr
    rule = "difference of the one-sided derivatives"

    def sentence(self) -> Sentence:
        """The difference."""
        name, value = latex(self.function), latex(self.value)
        jump = rf"\partial_x^{{+}} {name} - \partial_x^{{-}} {name}"
        text = f"the derivative of {self.function} jumps by {self.value} at 0"
        yield Notation(text, rf"\left({jump}\right)\big|_{{x = 0}} = {value}")

    def decide(self) -> Step:
        """Find both derivatives and subtract."""
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        values = zip(Side, (left, right), strict=True)
        premises = [OneSidedDerivative(self.function, *value).check() for value in values]
        comparison = equals(right - left, self.value)
        if not comparison and all_hold(premises):
            return self.refuted(comparison.reason, comparison.witness, premises)
        detail = f"{right} from the right less {left} from the left"
        return self.concluded(detail, premises, None if comparison else ())


def differentiated(function: KinkedFunction, side: Side, order: int) -> Iterable[Step]:
    """The steps that lead from a piece to its derivative."""
    for n in range(order):
        yield DerivativeOf(piece(function, side, n), piece(function, side, n + 1)).check()


def has_limit(function: KinkedFunction, side: Side, order: int, value: Expr) -> Step:
    """The step that a derivative of a piece tends to a value at the kink."""
    return LimitAtKink(piece(function, side, order), side, value).check()


def limit_of(function: KinkedFunction, side: Side, order: int) -> Iterable[Step]:
    """The steps to the limit of a derivative of a piece at the kink."""
    yield from differentiated(function, side, order)
    yield has_limit(function, side, order, value_at_kink(function, side, order))


def _limits(function: KinkedFunction, order: int) -> tuple[list[Step], Expr]:
    """The limits of a derivative from both sides, and their difference, right less left."""
    left, right = (value_at_kink(function, side, order) for side in Side)
    return [step for side in Side for step in limit_of(function, side, order)], right - left
