"""Rules about the variance of f(X): its sign, its bounds, what moves or reduces it."""

from functools import partial

from sympy import Expr, Rational, S, diff, latex

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step, all_hold
from elu_sym.claims.rules.calculus import PositiveFromKink
from elu_sym.claims.rules.certified import SolvesHeatEquation, VarianceSolvesHeatEquation
from elu_sym.claims.rules.elementary import Equality, NonNegative, Side
from elu_sym.claims.rules.function_shape import Convex, LipschitzConstant, StrictlyMonotone
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.claims.rules.kink import AboutFunction, piece
from elu_sym.symbols import mu, sigma, x, y


def variance(integrand: Expr) -> Notation:
    """Var g(X), with g written in ``x``."""
    return Notation(f"Var[{integrand}]", rf"\operatorname{{Var}} {latex(integrand)}")


class PositiveVariance(AboutFunction):
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

    rule = "injective functions keep two points apart"

    def sentence(self) -> Sentence:
        """The inequality."""
        formula = r"\text{ unless } X \text{ is constant}"
        laws = Notation("at x = X, for every law of X but a point mass", formula)
        return variance(self.function), ">", S.Zero, laws

    def decide(self) -> Step:
        """Check that it is injective, or look for a half-line on which it is constant."""
        detail = "P(f(X) != f(Y)) > 0 for independent X and Y"
        step = self.concluded(detail, [StrictlyMonotone(self.function)], ())
        for side in Side if step.holds is None else ():
            constant = Equality(piece(self.function, side, 1), S.Zero, side).check()
            if constant.holds:
                detail = "X is x or 2*x with probability 1/2 each"
                return self.refuted(detail, {x: S(side.value)}, [constant])
        return step


class VarianceBound(AboutFunction):
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

    constant: Expr
    rule = "Lipschitz bound of a variance"

    def sentence(self) -> Sentence:
        """The bound."""
        name, square = variance(self.function), self.constant**2
        text = f"{square} is the least C with {name.text} <= C*Var[X] at x = X, for all X"
        yield Notation(text, rf"\sup_X {name.latex} / \operatorname{{Var}} X = {latex(square)}")

    def decide(self) -> Step:
        """The least Lipschitz constant decides."""
        size = NonNegative(self.constant).check()
        if not size.holds:
            return self.undecided("L may be negative", [size])
        premise = LipschitzConstant(self.function, self.constant)
        return self.concluded("E(f(X) - f(Y))^2/2 with an independent copy Y", [premise])


class GaussianPoincare(AboutFunction):
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

    mean: Expr
    variance: Expr
    slope: Expr
    square: Expr
    rule = "order of the sources of the heat equation"

    def sentence(self) -> Sentence:
        """The inequalities."""
        name, slope, square = variance(self.function), self.slope, self.square
        yield Notation(
            f"sigma**2*({slope})**2 <= {name.text} <= sigma**2*({square}) at x = X ~"
            " N(mu, sigma**2)",
            rf"\sigma^2 s^2 \le {name.latex} \le \sigma^2 q,"
            rf"\; s = {latex(slope)},\; q = {latex(square)}",
        )

    def decide(self) -> Step:
        """Check the three equations and what the derivatives are."""
        derivative, v = self.function.diff(x), sigma**2
        certified = VarianceSolvesHeatEquation(self.variance, self.function, self.mean).check()
        lower, upper = v * self.slope**2, v * self.square
        below = self.slope**2 - v * diff(self.slope, mu) ** 2
        premises = (
            GaussianMean(self.function, self.mean),
            certified,
            GaussianMean(derivative, self.slope),
            SolvesHeatEquation(self.slope, derivative),
            SolvesHeatEquation(self.square, derivative**2),
            Equality(diff(self.mean, mu), self.slope),
            Equality(_source(self.variance), self.slope**2),
            Equality(_source(upper), self.square),
            Equality(_source(lower), below),
        )

        def misplaced(point: Point) -> str:
            balls = [enclose(value, point) for value in (lower, self.variance, upper)]
            if balls[1] < balls[0] or balls[1] > balls[2]:
                return f"the three are {', '.join(ball.str(8) for ball in balls)}"
            return ""

        points = rational_points((self.variance + lower + upper).free_symbols | {mu, sigma})
        step = self.concluded("the sources are in this order", premises, ())
        return step.unless(points if certified.holds else (), misplaced)


def _source(solution: Expr) -> Expr:
    """By what a function of mu and sigma misses the heat equation in v = sigma^2."""
    return diff(solution, sigma) / (2 * sigma) - diff(solution, mu, 2) / 2


class VarianceIncreasesWithMean(AboutFunction):
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

    variance: Expr
    mean: Expr
    slope: Expr
    rule = "Chebyshev's association inequality"

    def sentence(self) -> Sentence:
        """The inequality."""
        name = variance(self.function)
        text = f"d {name.text}/dmu >= 0 at x = X ~ N(mu, sigma**2)"
        yield Notation(text, rf"\frac{{\partial}}{{\partial\mu}} {name.latex} \ge 0")

    def decide(self) -> Step:
        """Check the identity, and that both functions increase."""
        derivative = self.function.diff(x)
        moved = diff(self.variance, mu)
        product = moved / 2 + self.mean * self.slope
        premises = (
            GaussianMean(self.function, self.mean),
            GaussianMean(derivative, self.slope),
            GaussianMean(self.function * derivative, product),
            StrictlyMonotone(self.function),
            Convex(self.function),
        )
        step = self.concluded("both f and f' increase", premises, ())
        if step.holds:
            return step
        certified = VarianceSolvesHeatEquation(self.variance, self.function, self.mean).check()
        points = rational_points(moved.free_symbols | {mu, sigma}) if certified.holds else ()
        step = self.undecided("a premise is open", [*step.premises, certified])
        return step.unless(points, partial(NonNegative.counterexample, moved))


PAIRS = ((1, 2), (1, 10), (10, 20), (Rational(1, 10), Rational(1, 5)), (Rational(1, 10), 10))
"""Where a function that does not reduce the variation is looked for, r and r'."""


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
    rule = "Chebyshev's association inequality, twice"

    def sentence(self) -> Sentence:
        """The inequality."""
        h, std = latex(self.function), r"\operatorname{std}"
        yield Notation(
            f"E[{self.function}]/std[{self.function}] >= E[R]/std[R] at x = R,"
            " for every law of R >= 0",
            rf"\frac{{\mathbb{{E}}\left[{h}\right]}}{{{std}\left[{h}\right]}} \ge"
            rf" \frac{{\mathbb{{E}} R}}{{{std} R}} \quad (x = R \ge 0)",
        )

    def decide(self) -> Step:
        """Check the sign of h, of its derivative and of that of the quotient."""
        h, slope = self.function, diff(self.function, x)
        signs = [PositiveFromKink(e, Side.RIGHT).check() for e in (h, slope, h - x * slope)]

        def rises(point: Point) -> str:
            near, far = (enclose(h / x, {x: point[place]}) for place in (x, y))
            if far > near:
                return f"mass 1/2 at x and at y, where h(r)/r is {near.str(6)} and {far.str(6)}"
            return ""

        pairs = [{x: S(low), y: S(high)} for low, high in PAIRS] if all_hold(signs[:2]) else []
        return self.concluded("h increases and h(r)/r decreases", signs, ()).unless(pairs, rises)


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
    rule = "E g^2 >= (E g)^2"

    def sentence(self) -> Sentence:
        """The inequality."""
        g, square, mean = self.integrand, self.second_moment, self.mean
        yield Notation(
            f"Var[{g}] = {square} - ({mean})**2 >= 0 at x = X",
            rf"\operatorname{{Var}}\left[{latex(g)}\right] ="
            rf" {latex(square)} - \left({latex(mean)}\right)^2 \ge 0",
        )

    def decide(self) -> Step:
        """Check the two expectations."""
        mean = GaussianMean(self.integrand, self.mean)
        square = GaussianMean(self.integrand**2, self.second_moment)
        return self.concluded("Jensen's inequality", (mean, square))
