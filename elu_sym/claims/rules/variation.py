"""Variances: that they are not negative, and functions under which a variable varies less."""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, S, diff, latex

from elu_sym.algebra.enclosure import enclose
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Side
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.claims.rules.kink import all_hold
from elu_sym.claims.rules.sign_analysis import PositiveFromKink
from elu_sym.symbols import x, y

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
