"""How steep a function is: Lipschitz constants, the least one included; and its inverse."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, latex

from elu_sym.activations import Activation, KinkedFunction
from elu_sym.algebra.equality import rational_points
from elu_sym.assertion import Assertion, Step
from elu_sym.proofs.inference import Equality, Side
from elu_sym.proofs.limits import LimitAtKink
from elu_sym.proofs.shape import StrictlyMonotone
from elu_sym.proofs.sign_analysis import NonNegativeFromKink
from elu_sym.proofs.smoothness import Smooth, all_hold, differentiated, first_false, piece
from elu_sym.symbols import x, y

SMALLER = Rational(999, 1000)
"""The part of a constant that shows, if it will do, that the constant is not the least one."""


@dataclass(frozen=True)
class LipschitzConstant(Assertion):
    """The least Lipschitz constant of a function on the real line.

    A continuous function whose derivative off the kink is at most L in size is L-Lipschitz, by the
    mean value theorem; no less will do if the derivative tends to L or -L at the kink.

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
            anywhere = next(rational_points(self.function.free_symbols))
            return self.refuted(f"{SMALLER} of it is a bound as well", anywhere, smaller)
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
    """The inverse of a strictly increasing function, by its values below and above 0.

    Where ``f(g(y)) = y`` and ``f`` is strictly monotone, ``g(y)`` is the only solution.

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
            f"{self.function} = y has the one solution x = {self.below} for y < 0 in the range,"
            f" and x = {self.above} for y >= 0"
        )

    def to_latex(self) -> str:
        """The sentence."""
        return (
            rf"{latex(self.function)} = y \iff x = {latex(self.below)} \;(y < 0),"
            rf"\; x = {latex(self.above)} \;(y \ge 0)"
        )

    def decide(self) -> Step:
        """Check monotony, and put the solutions in."""
        premises = [StrictlyMonotone(self.function).check()]
        for side, solution in ((Side.LEFT, self.below), (Side.RIGHT, self.above)):
            # Every y of this part of the range is the value of a point on this side.
            there = piece(self.function, side)
            solved = there.xreplace({x: solution}).xreplace({y: there})
            premises.append(Equality(solved, there, side).check())
        refutation = first_false(premises[1:])
        if refutation is not None and refutation.witness is not None:
            return self.refuted("it solves another equation", refutation.witness, premises)
        return self.concluded("the solution is one, and there is no other", premises)
