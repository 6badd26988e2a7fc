"""The shape of a function with a kink: monotone, convex, its range, how steep, its inverse.

And whether another function has the same shape: equal to it, or fulfilling the same wishes.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, S, Symbol, latex

from elu_sym.activations import Activation, KinkedFunction
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step, all_hold, first_false
from elu_sym.claims.rules.calculus import LimitAtInfinity, LimitAtKink, NonNegativeFromKink
from elu_sym.claims.rules.elementary import Equality, NonNegative, Positive, Side, UniqueSolution
from elu_sym.claims.rules.kink import Jump, Smooth, differentiated, piece, value_at_kink
from elu_sym.symbols import x, y


@dataclass(frozen=True)
class StrictlyMonotone(Assertion):
    """A function is strictly increasing, or strictly decreasing, on the real line.

    It is if it is continuous and its derivative has the sign off the kink. A point at which the
    derivative has the opposite sign refutes.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> StrictlyMonotone(Elu(x, alpha)).check().holds
        True
        >>> StrictlyMonotone(Elu(x, alpha), increasing=False).check().witness
        {alpha: 1/2, x: -7/5}
    """

    function: KinkedFunction
    increasing: bool = True
    rule: ClassVar[str] = "sign of the derivative"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.function} is strictly {self._word} on the real line"

    def to_latex(self) -> str:
        """The sentence."""
        return rf"{latex(self.function)} \text{{ is strictly {self._word}}}"

    @property
    def _word(self) -> str:
        return "increasing" if self.increasing else "decreasing"

    def decide(self) -> Step:
        """Check the sign of the derivative on either side."""
        sign = 1 if self.increasing else -1
        premises = [Smooth(self.function, 0).check()]
        refutation: Step | None = None
        for side in Side:
            derivative = sign * piece(self.function, side, 1)
            differentiation = list(differentiated(self.function, side, 1))
            premises += [*differentiation, Positive(derivative, side).check()]
            # A derivative that is zero somewhere leaves room; one of the other sign does not.
            opposite = NonNegative(derivative, side).check()
            if opposite.holds is False and all_hold(differentiation):
                refutation = refutation or opposite
        if all_hold(premises):
            return self.proved("continuous, with this sign of the derivative off 0", premises)
        if refutation is not None and refutation.witness is not None:
            detail = f"the derivative has the other sign, {refutation.detail}"
            return self.refuted(detail, refutation.witness, premises)
        return self.undecided("a premise is open", premises)


@dataclass(frozen=True)
class Range(Assertion):
    """The range of a function is the open interval between two ends.

    A continuous, strictly increasing function takes, by the intermediate value theorem, exactly
    the values between its limits.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> from sympy import S, oo
        >>> Range(Elu(x, alpha), -alpha, oo).check().holds
        True
        >>> Range(Elu(x, alpha), S(-1), oo).check().witness
        {alpha: 1/2}
    """

    function: KinkedFunction
    lower: Expr
    upper: Expr
    rule: ClassVar[str] = "intermediate value theorem"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.function} maps the real line onto ({self.lower}, {self.upper})"

    def to_latex(self) -> str:
        """The sentence."""
        interval = rf"\left({latex(self.lower)}, {latex(self.upper)}\right)"
        return rf"x \mapsto {latex(self.function)},\; \mathbb{{R}} \to {interval} \text{{ is onto}}"

    def decide(self) -> Step:
        """Check that the function increases, and its limits."""
        increasing = StrictlyMonotone(self.function).check()
        limits = [
            LimitAtInfinity(piece(self.function, Side.LEFT), Side.LEFT, self.lower).check(),
            LimitAtInfinity(piece(self.function, Side.RIGHT), Side.RIGHT, self.upper).check(),
        ]
        premises = [increasing, *limits]
        if all_hold(premises):
            return self.proved("between its limits it takes every value, and no other", premises)
        refutation = first_false(limits)
        if increasing.holds and refutation is not None and refutation.witness is not None:
            return self.refuted("it ends elsewhere", refutation.witness, premises)
        return self.undecided("a premise is open", premises)


@dataclass(frozen=True)
class Convex(Assertion):
    """A function is convex on the real line.

    A continuous function is convex if and only if off the kink its second derivative is not
    negative and at the kink its derivative does not jump down.

    Examples:
        >>> from elu_sym.activations import Elu, Relu
        >>> from elu_sym.symbols import alpha, x
        >>> Convex(Relu(x)).check().holds
        True
        >>> Convex(Elu(x, alpha)).check().witness
        {alpha: 7/5}
    """

    function: KinkedFunction
    rule: ClassVar[str] = "increasing derivative"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.function} is convex on the real line"

    def to_latex(self) -> str:
        """The sentence."""
        return rf"{latex(self.function)} \text{{ is convex}}"

    def decide(self) -> Step:
        """Check the second derivatives and the jump."""
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        premises = [Smooth(self.function, 0).check(), Jump(self.function, right - left).check()]
        for side in Side:
            premises += differentiated(self.function, side, 2)
            premises.append(NonNegative(piece(self.function, side, 2), side).check())
        premises.append(NonNegative(right - left).check())
        return self.concluded("the derivative does not decrease", premises)


@dataclass(frozen=True)
class NeverConvex(Assertion):
    """For no value of its parameters is a function convex on the real line.

    The derivative of a convex function does not decrease; here it jumps down at the kink.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, excess, x
        >>> NeverConvex(Elu(x, 1 + excess)).check().holds
        True
        >>> NeverConvex(Elu(x, alpha)).check().witness
        {alpha: 1/2}
    """

    function: KinkedFunction
    rule: ClassVar[str] = "a derivative that jumps down"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.function} is convex for no value of its parameters"

    def to_latex(self) -> str:
        """The sentence."""
        return rf"{latex(self.function)} \text{{ is not convex}}"

    def decide(self) -> Step:
        """Check the sign of the jump, or look for parameters with which it is convex."""
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        premises = [Jump(self.function, right - left).check(), Positive(left - right).check()]
        if all_hold(premises):
            return self.proved("the derivative jumps down at 0", premises)
        for point in itertools.islice(rational_points(self.function.free_symbols - {x}), 20):
            counterexample = Convex(self.function.xreplace(dict(point))).check()
            if counterexample.holds:
                return self.refuted("here it is convex", point, [*premises, counterexample])
        return self.undecided("a premise is open", premises)


@dataclass(frozen=True)
class CoincideOnlyAt(Assertion):
    """Two functions are the same for one value of a parameter and for no other.

    At the value their pieces are equal. Conversely, equal functions have the same derivative at 0
    from the left, an equation whose only solution is the value.

    Examples:
        >>> from elu_sym.activations import Celu, Elu
        >>> from sympy import S
        >>> from elu_sym.symbols import alpha, x
        >>> CoincideOnlyAt(Elu(x, alpha), Celu(x, alpha), alpha, S.One).check().holds
        True
    """

    first: KinkedFunction
    second: KinkedFunction
    parameter: Symbol
    value: Expr
    rule: ClassVar[str] = "both directions"

    def to_text(self) -> str:
        """The equivalence."""
        condition = f"{self.parameter} = {self.value}"
        return f"{self.first} = {self.second} for all x if and only if {condition}"

    def to_latex(self) -> str:
        """The equivalence."""
        equation = rf"\forall x\colon {latex(self.first)} = {latex(self.second)}"
        return rf"{equation} \iff {latex(self.parameter)} = {latex(self.value)}"

    def decide(self) -> Step:
        """Compare the pieces at the value, and the derivatives from the left for any value."""
        there = {self.parameter: self.value}
        first, second = self.first.xreplace(there), self.second.xreplace(there)
        premises = [Equality(first, second, side).check() for side in Side]
        refutation = first_false(premises)
        slopes = [value_at_kink(f, Side.LEFT, 1) for f in (self.first, self.second)]
        for function, slope in zip((self.first, self.second), slopes, strict=True):
            premises += differentiated(function, Side.LEFT, 1)
            premises.append(LimitAtKink(piece(function, Side.LEFT, 1), Side.LEFT, slope).check())
        equation = (slopes[0] - slopes[1],)
        premises.append(UniqueSolution(equation, (self.parameter,), (self.value,)).check())
        if all_hold(premises):
            return self.proved("the same there, another slope at 0 elsewhere", premises)
        if refutation is not None and refutation.witness is not None:
            witness = {**there, **refutation.witness}
            return self.refuted("they differ at the value", witness, premises)
        return self.undecided("a premise is open", premises)


SMALLER = Rational(999, 1000)
"""The part of a constant that shows, if it will do, that the constant is not the least one."""


@dataclass(frozen=True)
class LipschitzConstant(Assertion):
    """The least Lipschitz constant of a function on the real line.

    A continuous function whose derivative off the kink is at most L in size is L-Lipschitz, by the
    mean value theorem; no less will do if the derivative tends to L or -L at the kink. A point of a
    steeper derivative refutes, and so does a smaller bound.

    Examples:
        >>> from elu_sym.activations import Elu, EluDerivative
        >>> from elu_sym.symbols import alpha
        >>> from sympy import S
        >>> LipschitzConstant(EluDerivative(x, S.One), S.One).check().holds
        True
        >>> LipschitzConstant(Elu(x, alpha), S.One).check().witness
        {alpha: 7/5, x: -3/11}
    """

    function: KinkedFunction
    constant: Expr
    rule: ClassVar[str] = "bound of the derivative, attained at the kink"

    def to_text(self) -> str:
        """The sentence."""
        return f"the least Lipschitz constant of {self.function} is {self.constant}"

    def to_latex(self) -> str:
        """The sentence."""
        rise = f"{latex(self.function)} - {latex(self.function.subs(x, y))}"
        quotient = rf"\left|\frac{{{rise}}}{{x - y}}\right|"
        return rf"\sup_{{x \ne y}} {quotient} = {latex(self.constant)}"

    def decide(self) -> Step:
        """Bound the derivative on either side, and look for the side on which it attains L."""
        if self.constant.has(x):
            return self.undecided(f"{self.constant} is no constant")
        premises = [Smooth(self.function, 0).check()]
        for side in Side:
            premises += differentiated(self.function, side, 1)
        bounds = list(self._bounds(self.constant))
        if not all_hold(premises):
            return self.undecided("a premise is open", premises)
        premises += bounds
        refutation = first_false(bounds)
        if refutation is not None and refutation.witness is not None:
            return self.refuted("the derivative is larger", refutation.witness, premises)
        attained = next((step for step in self._attained() if step.holds), None)
        if attained is not None and all_hold(bounds):
            return self.proved("bounded so, and attained in the limit", [*premises, attained])
        smaller = list(self._bounds(self.constant * SMALLER))
        if all_hold(smaller):
            symbols = self.function.free_symbols | self.constant.free_symbols
            anywhere, reason = next(rational_points(symbols)), f"{SMALLER} of it is a bound as well"
            return self.refuted(reason, anywhere, [*premises, *smaller])
        return self.undecided("it is not known whether less would do", premises)

    def _bounds(self, constant: Expr) -> Iterator[Step]:
        for side in Side:
            derivative = piece(self.function, side, 1)
            for difference in (constant - derivative, constant + derivative):
                yield NonNegativeFromKink(difference, side).check()

    def _attained(self) -> Iterator[Step]:
        for side in Side:
            for value in (self.constant, -self.constant):
                yield LimitAtKink(piece(self.function, side, 1), side, value).check()


@dataclass(frozen=True)
class InverseFunction(Assertion):
    """The inverse of a strictly increasing function with f(0) = 0, by its values below and above 0.

    Then the points on the left have the values below 0, and those on the right the values above.
    If ``g(f(x)) = x`` on either side and at 0, then ``g(y)`` is the solution of ``f(x) = y`` for
    every y in the range, and there is no other. An x with another ``g(f(x))`` refutes, such as one
    at which the piece of f does not give back ``f(x)``: for ``y = f(x)`` the solution is x.

    Examples:
        >>> from elu_sym.activations import Relu, Elu
        >>> from elu_sym.symbols import alpha
        >>> from sympy import log
        >>> InverseFunction(Elu(x, alpha), log(1 + y / alpha), y).check().holds
        True
        >>> InverseFunction(Elu(x, alpha), log(1 + y), y).check().witness
        {alpha: 1/2, x: -7/5}
    """

    function: Activation
    below: Expr
    above: Expr
    rule: ClassVar[str] = "the only solution of f(x) = y"

    def to_text(self) -> str:
        """The sentence."""
        return (
            f"{self.function} = y has, for every y in the range, the one solution x = {self.below}"
            f" if y < 0, x = {self.above} if y >= 0"
        )

    def to_latex(self) -> str:
        """The sentence."""
        return (
            rf"{latex(self.function)} = y \iff x = {latex(self.below)} \;(y < 0),"
            rf"\; x = {latex(self.above)} \;(y \ge 0)"
        )

    def decide(self) -> Step:
        """Check monotony, and put the solutions in."""
        if self.below.has(x) or self.above.has(x) or self.function.has(y):
            return self.undecided("the solutions are written in y and the function in x")
        at_zero = value_at_kink(self.function, Side.RIGHT)
        premises = [StrictlyMonotone(self.function).check(), Equality(at_zero, S.Zero).check()]
        premises.append(Equality(self.above.xreplace({y: at_zero}), S.Zero).check())
        inverted, solved = [], []
        for side, solution in ((Side.LEFT, self.below), (Side.RIGHT, self.above)):
            # Every y of this part of the range is the value of a point on this side.
            there = piece(self.function, side)
            inverted.append(Equality(solution.xreplace({y: there}), x, side).check())
            solved.append(
                Equality(there.xreplace({x: solution}).xreplace({y: there}), there, side).check()
            )
        if all_hold([*premises, *inverted]):
            return self.proved("the solution is one, and there is no other", premises + inverted)
        refutation = first_false([*inverted, *solved])
        if refutation is not None and refutation.witness is not None and all_hold(premises[:2]):
            return self.refuted("it solves another equation", refutation.witness, [refutation])
        return self.undecided("a premise is open", premises + inverted)


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
