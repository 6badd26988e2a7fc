"""Closed forms against witnesses that do not know how they were derived."""

from sympy import Expr, latex

from elu_sym.certify.heat import heat_certificate, variance_heat_certificate
from elu_sym.certify.witness import Witness
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step


class SolvesHeatEquation(Assertion):
    """A closed form of E g(X) is the solution of the heat equation that starts from g.

    A rejection leaves it open: the certificate names no point.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> SolvesHeatEquation(mu**2 + sigma**2, x**2).check().holds
        True
        >>> SolvesHeatEquation(mu**2 + 2 * sigma**2, x**2).check().holds is None
        True
    """

    value: Expr
    integrand: Expr
    rule = "uniqueness of the heat equation"
    quantity = Notation("E", r"\mathbb{E}")

    def sentence(self) -> Sentence:
        """The equation."""
        inner = rf"\left[{latex(self.integrand)}\right]_{{x = X}}"
        yield Notation(f"{self.quantity.text}[{self.integrand}]", self.quantity.latex + inner)
        yield from ("=", self.value, Notation("at x = X ~ N(mu, sigma**2)", ""))

    def decide(self) -> Step:
        """Ask the witness."""
        witness = self.witness()
        return (self.proved if witness.passed else self.undecided)(witness.detail)

    def witness(self) -> Witness:
        """The heat certificate."""
        return heat_certificate(self.value, self.integrand)


class VarianceSolvesHeatEquation(SolvesHeatEquation):
    """A closed form of Var g(X) solves the heat equation with the source (dE g(X)/dmu)^2.

    Attributes:
        mean: the closed form of E g(X), certified first.
    """

    mean: Expr
    rule = "uniqueness of the heat equation with a source"
    quantity = Notation("Var", r"\operatorname{Var}")

    def witness(self) -> Witness:
        """The heat certificate of a variance."""
        return variance_heat_certificate(self.value, self.mean, self.integrand)
