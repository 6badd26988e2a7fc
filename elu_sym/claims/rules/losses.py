"""A loss of an activation: how smooth l(f(x)) is, given how smooth l is; and atoms of f''."""

from collections.abc import Iterator

from sympy import DiracDelta, Expr, S, Symbol, diff, latex

from elu_sym.claims.assertion import Notation, Step, all_hold
from elu_sym.claims.rules.elementary import Equality, Nonzero, Side
from elu_sym.claims.rules.function_shape import LipschitzConstant
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.claims.rules.kink import AboutFunction, Jump, Smooth, value_at_kink
from elu_sym.symbols import mu, smoothness, steepness, x

SLOPE, CURVATURE = Symbol("L", positive=True), Symbol("K", positive=True)
"""The Lipschitz constants of f and of f'."""

JUMP = Symbol("J", real=True)
"""By how much f' jumps."""


class ComposedSmoothness(AboutFunction):
    r"""The least smoothness of l(f(x)) over all losses with abs(l') <= G and a beta-Lipschitz l'.

    With p = f'(x), q = f'(y),

    .. math:: l'(f(x)) p - l'(f(y)) q = (l'(f(x)) - l'(f(y))) p + l'(f(y)) (p - q),

    which is at most (beta L^2 + G K) abs(x - y) in size, where L and K are the Lipschitz constants
    of f and f'. It is attained in the limit at the kink: there f' is L or -L, being continuous, and
    f'' tends to K or -K from one side, say to K from a side on which f < f(0); the loss with
    l'(y) = G + beta*(y - f(0)) there has (l(f(x)))'' -> beta*L^2 + G*K, and the other cases are
    mirror images. So another constant is refuted where it differs.

    Attributes:
        function: f.
        slope: L.
        curvature: K.
        constant: the smoothness of the composition, in beta and G.
    """

    slope: Expr
    curvature: Expr
    constant: Expr
    rule = "product rule for Lipschitz functions"

    def sentence(self) -> Iterator[str | Notation]:
        """The constant."""
        yield Notation(f"l({self.function})", f"l({latex(self.function)})")
        yield "is"
        yield Notation(f"({self.constant})-smooth", rf"({latex(self.constant)})\text{{-smooth}}")
        yield ", and no less in general, for every beta-smooth loss l with abs(l') <= G"

    def decide(self) -> Step:
        """Check both Lipschitz constants, and that the bound is what they give."""
        bound = smoothness * SLOPE**2 + steepness * CURVATURE
        constants = ((self.function, self.slope), (self.function.diff(x), self.curvature))
        premises = [LipschitzConstant(*each).check() for each in constants]
        values = ((SLOPE, self.slope), (CURVATURE, self.curvature))
        comparison = Equality(self.constant, bound, at=values).check()
        entailed = [comparison] if all_hold(premises) else []
        return self.concluded("beta*L^2 + G*K", [*premises, comparison], entailed)


class ComposedJump(AboutFunction):
    """The derivative of l(f(x)) jumps at 0 by l'(0) times the jump of f', for every C^1 loss l.

    Where that is not 0 the composition is smooth with no constant. Another product refutes, and
    one that is 0 somewhere, if f is continuous with f(0) = 0.

    Attributes:
        function: f, with f(0) = 0.
        loss_slope: l'(0).
        jump: the jump of the composition, nowhere 0.
    """

    loss_slope: Expr
    jump: Expr
    rule = "chain rule from either side"

    def sentence(self) -> Iterator[str | Expr | Notation]:
        """The jump."""
        yield "the derivative of"
        yield Notation(f"l({self.function})", f"l({latex(self.function)})")
        yield from ("jumps at 0 by", self.jump, ", which is not 0, if")
        yield from (Notation("l'(0)", "l'(0)"), "=", self.loss_slope)

    def decide(self) -> Step:
        """Check that f is continuous, its jump, and that the product is not 0."""
        at_zero = Equality(self.function, S.Zero, at=((x, S.Zero),)).check()
        premises = [Smooth(self.function, 0).check(), at_zero]
        if not all_hold(premises):
            return self.undecided("f is not known to be continuous with f(0) = 0", premises)
        left, right = (value_at_kink(self.function, side, 1) for side in Side)
        product = Equality(self.jump, self.loss_slope * JUMP, at=((JUMP, right - left),))
        found = (Jump(self.function, right - left), product, Nonzero(self.jump))
        return self.concluded("l' is continuous at f(0) = 0", [*premises, *found])


class SecondDerivative(AboutFunction):
    """The second derivative of a function in the sense of distributions: a function and an atom.

    A distribution T that grows at most exponentially is the limit of its Gaussian means
    mu -> T*N(0, sigma^2)(mu) as sigma -> 0, and so determined by them. Hence f'' = g + w*delta_0
    if and only if d^2 E f(X)/dmu^2 = E g(X) + w*density(0) for every mu and sigma.

    Attributes:
        function: f.
        mean: the closed form of E f(X), X ~ N(mu, sigma^2).
        regular: g.
        weight: w.
    """

    mean: Expr
    regular: Expr
    weight: Expr
    rule = "a distribution is determined by its Gaussian means"

    def sentence(self) -> Iterator[Notation]:
        """The function and the atom."""
        function, regular, weight = map(latex, (self.function, self.regular, self.weight))
        yield Notation(
            f"{self.function}'' is {self.regular} and an atom of weight {self.weight} at 0",
            rf"\partial_x^2 {function} = {regular} + \left({weight}\right) \delta_0",
        )

    def decide(self) -> Step:
        """Derive both expectations and compare."""
        second = self.regular + self.weight * DiracDelta(x)
        mean = GaussianMean(self.function, self.mean).check()
        curvature = GaussianMean(second, diff(self.mean, mu, 2)).check()
        entailed = [curvature] if mean.holds else []
        return self.concluded("the same Gaussian means", [mean, curvature], entailed)
