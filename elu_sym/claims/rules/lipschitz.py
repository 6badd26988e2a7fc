"""How steep a function is: Lipschitz constants, the least one included; and its inverse."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, S, latex

from elu_sym.activations import Activation, KinkedFunction
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Equality, Side
from elu_sym.claims.rules.function_shape import StrictlyMonotone
from elu_sym.claims.rules.kink import (
    Smooth,
    all_hold,
    differentiated,
    first_false,
    piece,
    value_at_kink,
)
from elu_sym.claims.rules.limits_at_kink import LimitAtKink
from elu_sym.claims.rules.sign_analysis import NonNegativeFromKink
from elu_sym.symbols import x, y

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
