"""The shape of a function with a kink: monotone, convex, its range, how steep, its inverse.

And whether another function has the same shape: equal to it, or fulfilling the same wishes.
"""

import itertools
from collections.abc import Iterator

from sympy import Expr, Rational, S, Symbol, latex

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import IFF, Assertion, Notation, Sentence, Step, all_hold, first_false
from elu_sym.claims.rules import kink
from elu_sym.claims.rules.calculus import LimitAtInfinity, LimitAtKink, NonNegativeFromKink
from elu_sym.claims.rules.elementary import Equality, NonNegative, Positive, Side, UniqueSolution
from elu_sym.claims.rules.kink import AboutFunction, Smooth, piece, value_at_kink
from elu_sym.symbols import x, y


class StrictlyMonotone(AboutFunction):
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

    increasing: bool = True
    rule = "sign of the derivative"

    def sentence(self) -> Sentence:
        """Which way it goes."""
        word = "increasing" if self.increasing else "decreasing"
        latex_words = rf"\text{{ is strictly {word}}}"
        return self.function, Notation(f"is strictly {word} on the real line", latex_words)

    def decide(self) -> Step:
        """Check the sign of the derivative on either side."""
        sign = 1 if self.increasing else -1
        premises = [Smooth(self.function, 0).check()]
        entailed = []
        for side in Side:
            derivative = sign * piece(self.function, side, 1)
            differentiation = list(kink.differentiated(self.function, side, 1))
            premises += [*differentiation, Positive(derivative, side).check()]
            # A derivative that is zero somewhere leaves room; one of the other sign does not.
            if all_hold(differentiation):
                entailed.append(NonNegative(derivative, side).check())
        detail = "continuous, with this sign of the derivative off 0"
        return self.concluded(detail, premises, entailed, "the derivative has the other sign")


class Range(AboutFunction):
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

    lower: Expr
    upper: Expr
    rule = "intermediate value theorem"

    def sentence(self) -> Sentence:
        """Where it maps the line."""
        interval = rf"\left({latex(self.lower)}, {latex(self.upper)}\right)"
        yield Notation(
            f"{self.function} maps the real line onto ({self.lower}, {self.upper})",
            rf"x \mapsto {latex(self.function)},\; \mathbb{{R}} \to {interval}"
            r" \text{ is onto}",
        )

    def decide(self) -> Step:
        """Check that the function increases, and its limits."""
        increasing = StrictlyMonotone(self.function).check()
        limits = [
            LimitAtInfinity(piece(self.function, side), side, value).check()
            for side, value in zip(Side, (self.lower, self.upper), strict=True)
        ]
        premises, entailed = [increasing, *limits], limits if increasing.holds else ()
        detail = "between its limits it takes every value, and no other"
        return self.concluded(detail, premises, entailed, "it ends elsewhere")


class Convex(AboutFunction):
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

    rule = "increasing derivative"

    def sentence(self) -> Sentence:
        """That it is convex."""
        return self.function, Notation("is convex on the real line", r"\text{ is convex}")

    def decide(self) -> Step:
        """Check the second derivatives and the jump."""
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        jump = kink.Jump(self.function, right - left).check()
        premises = [Smooth(self.function, 0).check(), jump]
        for side in Side:
            premises += kink.differentiated(self.function, side, 2)
            premises.append(NonNegative(piece(self.function, side, 2), side).check())
        premises.append(NonNegative(right - left).check())
        return self.concluded("the derivative does not decrease", premises)


class NeverConvex(AboutFunction):
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

    rule = "a derivative that jumps down"

    def sentence(self) -> Sentence:
        """That it never is."""
        words = "is convex for no value of its parameters"
        return self.function, Notation(words, r"\text{ is not convex}")

    def decide(self) -> Step:
        """Check the sign of the jump, or look for parameters with which it is convex."""
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        premises = [kink.Jump(self.function, right - left), Positive(left - right)]
        points = itertools.islice(rational_points(self.function.free_symbols - {x}), 20)
        return self.concluded("the derivative jumps down at 0", premises, ()).unless(
            points, lambda point: Convex(self.function.xreplace(dict(point))).check()
        )


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
    rule = "both directions"

    def sentence(self) -> Sentence:
        """The equivalence."""
        formula = rf"\forall x\colon {latex(self.first)} = {latex(self.second)}"
        yield Notation(f"{self.first} = {self.second} for all x", formula)
        yield from (IFF, self.parameter, "=", self.value)

    def decide(self) -> Step:
        """Compare the pieces at the value, and the derivatives from the left for any value."""
        functions, there = (self.first, self.second), {self.parameter: self.value}
        first, second = (function.xreplace(there) for function in functions)
        equalities = [Equality(first, second, side).check() for side in Side]
        premises: list[Assertion | Step] = [*equalities]
        slopes = [value_at_kink(function, Side.LEFT, 1) for function in functions]
        for function in functions:
            premises += kink.limit_of(function, Side.LEFT, 1)
        equation = (slopes[0] - slopes[1],)
        premises.append(UniqueSolution(equation, (self.parameter,), (self.value,)))
        detail, failure = "the same there, another slope at 0 elsewhere", "they differ at the value"
        return self.concluded(detail, premises, equalities, failure, there)


SMALLER = Rational(999, 1000)
"""The part of a constant that shows, if it will do, that the constant is not the least one."""


class LipschitzConstant(AboutFunction):
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

    constant: Expr
    rule = "bound of the derivative, attained at the kink"

    def sentence(self) -> Sentence:
        """The least constant."""
        rise = f"{latex(self.function)} - {latex(self.function.subs(x, y))}"
        formula = rf"\sup_{{x \ne y}} \left|\frac{{{rise}}}{{x - y}}\right| ="
        yield Notation(f"the least Lipschitz constant of {self.function} is", formula)
        yield self.constant

    def decide(self) -> Step:
        """Bound the derivative on either side, and look for the side on which it attains L."""
        if self.constant.has(x):
            return self.undecided(f"{self.constant} is no constant")
        premises = [Smooth(self.function, 0).check()]
        for side in Side:
            premises += kink.differentiated(self.function, side, 1)
        if not all_hold(premises):
            return self.undecided("a premise is open", premises)
        bounds = list(self._bounds(self.constant))
        attained = next((step for step in self._attained() if step.holds), None)
        if attained is not None or first_false(bounds):
            rests = [*premises, *bounds, *([] if attained is None else [attained])]
            detail, failure = "bounded so, and attained in the limit", "the derivative is larger"
            return self.concluded(detail, rests, bounds, failure)
        smaller = list(self._bounds(self.constant * SMALLER))
        if all_hold(smaller):
            symbols = self.function.free_symbols | self.constant.free_symbols
            anywhere, reason = next(rational_points(symbols)), f"{SMALLER} of it is a bound as well"
            return self.refuted(reason, anywhere, [*premises, *bounds, *smaller])
        return self.undecided("it is not known whether less would do", [*premises, *bounds])

    def _bounds(self, constant: Expr) -> Iterator[Step]:
        for side in Side:
            derivative = piece(self.function, side, 1)
            for difference in (constant - derivative, constant + derivative):
                yield NonNegativeFromKink(difference, side).check()

    def _attained(self) -> Iterator[Step]:
        for side in Side:
            for value in (self.constant, -self.constant):
                yield LimitAtKink(piece(self.function, side, 1), side, value).check()


class InverseFunction(AboutFunction):
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

    below: Expr
    above: Expr
    rule = "the only solution of f(x) = y"

    def sentence(self) -> Sentence:
        """The solutions."""
        yield from (self.function, "=", y)
        yield Notation("has, for every y in the range, the one solution", r"\iff")
        yield from (x, "=", self.below, Notation("if y < 0,", r"\;(y < 0),\;"))
        yield from (x, "=", self.above, Notation("if y >= 0", r"\;(y \ge 0)"))

    def decide(self) -> Step:
        """Check monotony, and put the solutions in."""
        if self.below.has(x) or self.above.has(x) or self.function.has(y):
            return self.undecided("the solutions are written in y and the function in x")
        at_zero = value_at_kink(self.function, Side.RIGHT)
        starts = Equality(self.function, S.Zero, at=((x, S.Zero),)).check()
        premises = [StrictlyMonotone(self.function).check(), starts]
        known = all_hold(premises)
        premises.append(Equality(self.above, S.Zero, at=((y, at_zero),)).check())
        solved = []
        for side, solution in ((Side.LEFT, self.below), (Side.RIGHT, self.above)):
            # Every y of this part of the range is the value of a point on this side.
            there = piece(self.function, side)
            premises.append(Equality(solution, x, side, at=((y, there),)).check())
            again = there.xreplace({x: solution})
            solved.append(Equality(again, there, side, at=((y, there),)).check())
        entailed = [*premises[3:], *solved] if known else ()
        detail = "the solution is one, and there is no other"
        return self.concluded(detail, premises, entailed, "it solves another equation")


class WishesDetermine(AboutFunction):
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

    rival: KinkedFunction
    kink: Expr = S.Zero
    order: int = 0
    increasing: bool = False
    rule = "a rival that fulfils the wishes"

    def sentence(self) -> Sentence:
        """The wishes, and that nothing else fulfils them."""
        text = ", strictly increasing" if self.increasing else ""
        formula = r",\; g \text{ increasing}" if self.increasing else ""
        yield Notation(
            f"only {self.function} is the identity for x > 0, C^{self.order}{text}, and tends to"
            f" {self._floor} at -oo",
            rf"g(x) = x \;(x > 0),\; g \in C^{self.order}{formula},"
            rf"\; g(-\infty) = {latex(self._floor)} \implies g = {latex(self.function)}",
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

        def separated(point: Point) -> str:
            if point[x] < min(S.Zero, self.kink.xreplace(dict(point))):
                ball = enclose(difference, point)
                if ball.is_finite() and not ball.contains(0):
                    return f"{self.rival} at {x - self.kink} differs by {ball.str(8)}"
            return ""

        points = itertools.islice(rational_points(difference.free_symbols | {x}), 100)
        return self.undecided("no point separates the rival", wishes).unless(points, separated)

    def _wishes(self, function: KinkedFunction, kink: Expr) -> Iterator[Step]:
        yield Smooth(function, self.order).check()
        yield LimitAtInfinity(piece(function, Side.LEFT), Side.LEFT, self._floor).check()
        yield Equality(function, x + kink, Side.RIGHT).check()
        if self.increasing:
            yield StrictlyMonotone(function).check()
