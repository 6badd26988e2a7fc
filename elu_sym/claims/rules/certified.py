"""Closed forms against witnesses that do not know how they were derived."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, latex

from elu_sym.certify.heat import heat_certificate, variance_heat_certificate
from elu_sym.certify.points import random_points
from elu_sym.certify.quadrature import arb_certificate
from elu_sym.certify.witness import Evidence, Witness
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step

POINTS = 4
"""Random points of a comparison with the integral; a formula of the book is compared at more."""


@dataclass(frozen=True)
class Certified(Assertion):
    """A closed form passes a witness. A rejection leaves it open: the witness names no point."""

    value: Expr
    integrand: Expr
    evidence: ClassVar[Evidence] = Evidence.ALGEBRA
    quantity: ClassVar[Notation] = Notation("E", r"\mathbb{E}")
    reach: ClassVar[str] = ""
    """How far it goes, where it does not hold everywhere."""

    def sentence(self) -> Sentence:
        """The equation."""
        inner = rf"\left[{latex(self.integrand)}\right]_{{x = X}}"
        yield Notation(f"{self.quantity.text}[{self.integrand}]", self.quantity.latex + inner)
        yield from ("=", self.value, Notation("at x = X ~ N(mu, sigma**2)", ""))
        if self.reach:
            yield Notation(f", {self.reach}", rf"\; \text{{{self.reach}}}")

    def decide(self) -> Step:
        """Ask the witness."""
        witness = self.witness()
        if witness.passed:
            return self.proved(witness.detail, evidence=self.evidence)
        return self.undecided(witness.detail)

    @abstractmethod
    def witness(self) -> Witness:
        """What the independent check finds."""


@dataclass(frozen=True)
class SolvesHeatEquation(Certified):
    """A closed form of E g(X) is the solution of the heat equation that starts from g.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> SolvesHeatEquation(mu**2 + sigma**2, x**2).check().holds
        True
        >>> SolvesHeatEquation(mu**2 + 2 * sigma**2, x**2).check().holds is None
        True
    """

    rule: ClassVar[str] = "uniqueness of the heat equation"

    def witness(self) -> Witness:
        """The heat certificate."""
        return heat_certificate(self.value, self.integrand)


@dataclass(frozen=True)
class VarianceSolvesHeatEquation(Certified):
    """A closed form of Var g(X) solves the heat equation with the source (dE g(X)/dmu)^2.

    Attributes:
        mean: the closed form of E g(X), certified first.
    """

    mean: Expr
    rule: ClassVar[str] = "uniqueness of the heat equation with a source"
    quantity: ClassVar[Notation] = Notation("Var", r"\operatorname{Var}")

    def witness(self) -> Witness:
        """The heat certificate of a variance."""
        return variance_heat_certificate(self.value, self.mean, self.integrand)


@dataclass(frozen=True)
class EqualsIntegral(Certified):
    """A closed form and an expectation lie close together at a few random rational points.

    Rigorous quadrature gives a ball for the expectation that overlaps with that of the closed form,
    both narrower than 20 digits. Nothing is concluded about other points.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> EqualsIntegral(mu**2 + sigma**2, x**2).check().evidence
        <Evidence.ENCLOSURE: 'arb'>
    """

    rule: ClassVar[str] = "Arb quadrature at random points"
    evidence: ClassVar[Evidence] = Evidence.ENCLOSURE
    reach: ClassVar[str] = f"to 20 digits at {POINTS} rational points"

    def witness(self) -> Witness:
        """The comparison of two balls a point."""
        points = random_points(self.value.free_symbols, POINTS, seed=7, sigma_range=(0.1, 4))
        return arb_certificate(self.value, self.integrand, points)
