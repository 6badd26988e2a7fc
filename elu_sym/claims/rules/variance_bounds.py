"""Rules about the variance of f(X): its sign, its bounds, what moves or reduces it."""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, S, diff, latex

from elu_sym.activations import Activation
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step, all_hold
from elu_sym.claims.rules.calculus import PositiveFromKink
from elu_sym.claims.rules.certified import SolvesHeatEquation, VarianceSolvesHeatEquation
from elu_sym.claims.rules.elementary import Equality, NonNegative, Side
from elu_sym.claims.rules.function_shape import Convex, LipschitzConstant, StrictlyMonotone
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.claims.rules.kink import piece
from elu_sym.symbols import mu, sigma, x, y


@dataclass(frozen=True)
class PositiveVariance(Assertion):
    """Var f(X) > 0 for every law of X that is no point mass.

    A strictly monotone f takes different values where X does.

    Examples:
        >>> from elu_sym.activations import Elu, Relu
        >>> from elu_sym.symbols import alpha
        >>> PositiveVariance(Elu(x, alpha)).check().holds
        True
        >>> PositiveVariance(Relu(x)).check().witness
        {x: -1}
    """

    function: Activation
    rule: ClassVar[str] = "injective functions keep two points apart"

    def to_text(self) -> str:
        """The sentence."""
        return f"Var[{self.function}] > 0 at x = X, for every law of X but a point mass"

    def to_latex(self) -> str:
        """The sentence."""
        variance = rf"\operatorname{{Var}} {latex(self.function)}"
        return rf"{variance} > 0 \text{{ unless }} X \text{{ is constant}}"

    def decide(self) -> Step:
        """Check that it is injective, or look for a half-line on which it is constant."""
        injective = StrictlyMonotone(self.function).check()
        if injective.holds:
            return self.concluded("P(f(X) != f(Y)) > 0 for independent X and Y", [injective])
        constant = [(side, Equality(piece(self.function, side, 1), S.Zero, side)) for side in Side]
        for side, assertion in constant:
            step = assertion.check()
            if step.holds:
                detail = "X is x or 2*x with probability 1/2 each"
                return self.refuted(detail, {x: S(side.value)}, [step])
        return self.undecided("a premise is open", [injective])


@dataclass(frozen=True)
class VarianceBound(Assertion):
    """Var f(X) <= L^2 Var X for every law of X with a finite variance, and no smaller L will do.

    With an independent copy Y of X, Var f(X) = E(f(X) - f(Y))^2/2 <= L^2 E(X - Y)^2/2. Two close
    points at which the quotient is nearly L show that L is the least one. So it holds if and only
    if L >= 0 is the least Lipschitz constant of f.

    Examples:
        >>> from elu_sym.activations import Celu
        >>> from elu_sym.symbols import alpha
        >>> VarianceBound(Celu(x, alpha), S.One).check().holds
        True
    """

    function: Activation
    constant: Expr
    rule: ClassVar[str] = "Lipschitz bound of a variance"

    def to_text(self) -> str:
        """The inequality."""
        factor = self.constant**2
        return f"{factor} is the least C with Var[{self.function}] <= C*Var[X] at x = X, for all X"

    def to_latex(self) -> str:
        """The inequality."""
        quotient = rf"\operatorname{{Var}} {latex(self.function)} / \operatorname{{Var}} X"
        return rf"\sup_X {quotient} = {latex(self.constant**2)}"

    def decide(self) -> Step:
        """The least Lipschitz constant decides."""
        size = NonNegative(self.constant).check()
        if not size.holds:
            return self.undecided("L may be negative", [size])
        premise = LipschitzConstant(self.function, self.constant).check()
        return self.concluded("E(f(X) - f(Y))^2/2 with an independent copy Y", [premise])


@dataclass(frozen=True)
class GaussianPoincare(Assertion):
    """sigma^2 (E f')^2 <= Var f(X) <= sigma^2 E f'^2 for X ~ N(mu, sigma^2).

    With v = sigma^2 each of the three vanishes as v -> 0, and misses the heat equation by

    - (E f')^2 - v*(dE f'/dmu)^2 for the lower bound,
    - (E f')^2 for the variance,
    - E f'^2 for the upper bound.

    A bounded solution of the heat equation with a source is the integral of the source over the
    heat kernel, so the order of the sources is that of the solutions: they differ by
    v*(dE f'/dmu)^2 >= 0 and by Var f'(X) >= 0.

    A point at which the three are in another order refutes, where the variance is certified.

    Attributes:
        function: f, whose derivative has no atom.
        mean: the closed form of E f.
        variance: that of Var f.
        slope: that of E f'.
        square: that of E f'^2.
    """

    function: Activation
    mean: Expr
    variance: Expr
    slope: Expr
    square: Expr
    rule: ClassVar[str] = "order of the sources of the heat equation"

    def to_text(self) -> str:
        """The inequalities."""
        return (
            f"sigma**2*({self.slope})**2 <= Var[{self.function}] <= sigma**2*({self.square})"
            " at x = X ~ N(mu, sigma**2)"
        )

    def to_latex(self) -> str:
        """The inequalities."""
        return (
            rf"\sigma^2 s^2 \le \operatorname{{Var}} {latex(self.function)} \le \sigma^2 q,"
            rf"\; s = {latex(self.slope)},\; q = {latex(self.square)}"
        )

    def decide(self) -> Step:
        """Check the three equations and what the derivatives are."""
        derivative = self.function.diff(x)
        v = sigma**2
        premises = [
            GaussianMean(self.function, self.mean).check(),
            VarianceSolvesHeatEquation(self.variance, self.function, self.mean).check(),
            GaussianMean(derivative, self.slope).check(),
            SolvesHeatEquation(self.slope, derivative).check(),
            SolvesHeatEquation(self.square, derivative**2).check(),
            Equality(diff(self.mean, mu), self.slope).check(),
            Equality(_source(self.variance), self.slope**2).check(),
            Equality(_source(v * self.square), self.square).check(),
            Equality(
                _source(v * self.slope**2), self.slope**2 - v * diff(self.slope, mu) ** 2
            ).check(),
        ]
        if all_hold(premises):
            return self.proved("the sources are in this order", premises)
        lower, upper = v * self.slope**2, v * self.square
        symbols = (self.variance + lower + upper).free_symbols | {mu, sigma}
        for point in rational_points(symbols) if premises[1].holds else ():
            variance, least, greatest = (
                enclose(bound, point) for bound in (self.variance, lower, upper)
            )
            if variance < least or variance > greatest:
                found = f"{least.str(8)}, {variance.str(8)}, {greatest.str(8)}"
                return self.refuted(f"the three are {found}", point, [premises[1]])
        return self.undecided("a premise is open", premises)


def _source(solution: Expr) -> Expr:
    """By what a function of mu and sigma misses the heat equation in v = sigma^2."""
    return diff(solution, sigma) / (2 * sigma) - diff(solution, mu, 2) / 2


@dataclass(frozen=True)
class VarianceIncreasesWithMean(Assertion):
    """d Var f(X)/dmu = 2 Cov(f(X), f'(X)) >= 0, since f and f' both increase.

    Two increasing functions of one variable are positively correlated (Chebyshev): with an
    independent copy Y, (f(X) - f(Y))(f'(X) - f'(Y)) >= 0. A point at which the derivative is
    negative refutes, where the variance is certified.

    Attributes:
        function: f.
        variance: the closed form of Var f(X), X ~ N(mu, sigma^2).
        mean: that of E f.
        slope: that of E f'.
    """

    function: Activation
    variance: Expr
    mean: Expr
    slope: Expr
    rule: ClassVar[str] = "Chebyshev's association inequality"

    def to_text(self) -> str:
        """The inequality."""
        return f"d Var[{self.function}]/dmu >= 0 at x = X ~ N(mu, sigma**2)"

    def to_latex(self) -> str:
        """The inequality."""
        return (
            rf"\frac{{\partial}}{{\partial\mu}} \operatorname{{Var}} {latex(self.function)} \ge 0"
        )

    def decide(self) -> Step:
        """Check the identity, and that both functions increase."""
        derivative = self.function.diff(x)
        moved = diff(self.variance, mu)
        product = moved / 2 + self.mean * self.slope
        premises = [
            GaussianMean(self.function, self.mean).check(),
            GaussianMean(derivative, self.slope).check(),
            GaussianMean(self.function * derivative, product).check(),
            StrictlyMonotone(self.function).check(),
            Convex(self.function).check(),
        ]
        if all_hold(premises):
            return self.proved("both f and f' increase", premises)
        certified = VarianceSolvesHeatEquation(self.variance, self.function, self.mean).check()
        premises.append(certified)
        for point in rational_points(moved.free_symbols | {mu, sigma}) if certified.holds else ():
            ball = enclose(moved, point)
            if ball < 0:
                return self.refuted(f"it lies in {ball.str(8)}, below 0", point, [certified])
        return self.undecided("a premise is open", premises)


PAIRS = ((1, 2), (1, 10), (10, 20), (Rational(1, 10), Rational(1, 5)), (Rational(1, 10), 10))
"""Where a function that does not reduce the variation is looked for, r and r'."""


@dataclass(frozen=True)
class ReducesVariation(Assertion):
    """E h(R)/std h(R) >= E R/std R for every law of R >= 0 with P(R > 0) > 0, E R^2 < oo.

    If h increases and h(r)/r decreases then, with an independent copy R' of R, both
    (h(R) R' - h(R') R)(h(R) - h(R')) and (h(R) R' - h(R') R)(R - R') are at most 0, so that
    E h^2 E R <= E[h R] E h and E[h R] E R <= E R^2 E h; multiplied, E h^2 (E R)^2 <= E R^2 (E h)^2.

    A law with mass 1/2 at two points has the quotient abs(r' - r)/(r' + r) of deviation and mean.
    So two points at which h(r)/r increases refute, where h increases.

    Attributes:
        function: h, as an expression in x > 0.

    Examples:
        >>> from sympy import exp
        >>> ReducesVariation(1 - exp(-x)).check().holds
        True
        >>> ReducesVariation(exp(x) - 1).check().witness
        {x: 1, y: 2}
    """

    function: Expr
    rule: ClassVar[str] = "Chebyshev's association inequality, twice"

    def to_text(self) -> str:
        """The inequality."""
        return (
            f"E[{self.function}]/std[{self.function}] >= E[R]/std[R] at x = R,"
            " for every law of R >= 0"
        )

    def to_latex(self) -> str:
        """The inequality."""
        h = latex(self.function)
        return (
            rf"\frac{{\mathbb{{E}}\left[{h}\right]}}{{\operatorname{{std}}\left[{h}\right]}}"
            r" \ge \frac{\mathbb{E} R}{\operatorname{std} R} \quad (x = R \ge 0)"
        )

    def decide(self) -> Step:
        """Check the sign of h, of its derivative and of that of the quotient."""
        derivative = diff(self.function, x)
        premises = [
            PositiveFromKink(expression, Side.RIGHT).check()
            for expression in (self.function, derivative, self.function - x * derivative)
        ]
        if all_hold(premises):
            return self.proved("h increases and h(r)/r decreases", premises)
        for pair in PAIRS if all_hold(premises[:2]) else ():
            low, high = map(S, pair)
            near, far = (enclose(self.function / x, {x: place}) for place in (low, high))
            if far > near:
                detail = f"mass 1/2 at x and at y, where h(r)/r is {near.str(6)} and {far.str(6)}"
                return self.refuted(detail, {x: low, y: high}, premises[:2])
        return self.undecided("a premise is open", premises)


@dataclass(frozen=True)
class VarianceOf(Assertion):
    """A closed form is Var g(X), hence not negative: E g(X)^2 - (E g(X))^2.

    Attributes:
        integrand: g.
        mean: the closed form of E g(X).
        second_moment: that of E g(X)^2.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> VarianceOf(x, mu, mu**2 + sigma**2).check().holds
        True
    """

    integrand: Expr
    mean: Expr
    second_moment: Expr
    rule: ClassVar[str] = "E g^2 >= (E g)^2"

    def to_text(self) -> str:
        """The inequality."""
        return f"Var[{self.integrand}] = {self.second_moment} - ({self.mean})**2 >= 0 at x = X"

    def to_latex(self) -> str:
        """The inequality."""
        return (
            rf"\operatorname{{Var}}\left[{latex(self.integrand)}\right] ="
            rf" {latex(self.second_moment)} - \left({latex(self.mean)}\right)^2 \ge 0"
        )

    def decide(self) -> Step:
        """Check the two expectations."""
        premises = [
            GaussianMean(self.integrand, self.mean).check(),
            GaussianMean(self.integrand**2, self.second_moment).check(),
        ]
        return self.concluded("Jensen's inequality", premises)
