"""The shape of a function with a kink: monotone, its range, convex, equal to another one."""

import itertools
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Symbol, latex

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Equality, NonNegative, Positive, Side, UniqueSolution
from elu_sym.claims.rules.kink import (
    Jump,
    Smooth,
    all_hold,
    differentiated,
    first_false,
    piece,
    value_at_kink,
)
from elu_sym.claims.rules.limits_at_kink import LimitAtInfinity, LimitAtKink
from elu_sym.symbols import x


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
