"""The formulas of the book for ELU, each a claim with a derivation and independent witnesses."""

from collections.abc import Iterator

from sympy import Add, Expr, Symbol

from elu_sym.book.formula import FORMULAS, Formula
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.claims.rules.certified import (
    EqualsIntegral,
    SolvesHeatEquation,
    VarianceSolvesHeatEquation,
)
from elu_sym.claims.rules.elementary import Equality, SquareRoot
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.symbols import alpha, mu, sigma


def proof_of(formula: Formula) -> Iterator[Assertion]:
    """Derive it, certify it by the heat equation, compare it with the integral.

    What is made of other expectations inherits from them by an identity.
    """
    if formula.integrand is not None:
        yield GaussianMean(formula.integrand, formula.closed_form)
        yield SolvesHeatEquation(formula.closed_form, formula.integrand)
        yield EqualsIntegral(formula.closed_form, formula.integrand)
        return
    for part in formula.parts.values():
        yield from proof_of(part)
    yield _identity(formula, formula.closed_form)
    if formula.name == "variance":
        mean = FORMULAS["mean"]
        yield VarianceSolvesHeatEquation(formula.closed_form, mean.integrand, mean.closed_form)


def _identity(formula: Formula, closed_form: Expr) -> Assertion:
    """What the formula is by definition, in the closed forms of its parts."""
    parts = {Symbol(name): part.closed_form for name, part in formula.parts.items()}
    definition = formula.quantity.define(*parts).xreplace(parts)
    if formula.name == "std":
        return SquareRoot(closed_form, definition**2)
    return Equality(closed_form, definition)


def _changed(formula: Formula, closed_form: Expr) -> Assertion:
    """What the formula would say with another closed form."""
    if formula.integrand is not None:
        return GaussianMean(formula.integrand, closed_form)
    return _identity(formula, closed_form)


def _neighbours(formula: Formula) -> tuple[Neighbour, ...]:
    """The last term one per cent larger, or with the other sign."""

    def larger() -> list[Assertion]:
        closed_form = formula.closed_form
        *_, last = Add.make_args(closed_form)
        return [_changed(formula, closed_form + last / 100)]

    def turned() -> list[Assertion]:
        closed_form = formula.closed_form
        first, *_ = Add.make_args(closed_form)
        return [_changed(formula, closed_form - 2 * first)]

    return (
        Neighbour("A term is 1 % larger.", larger),
        Neighbour("A term has the other sign.", turned),
    )


def _claim(formula: Formula) -> Claim:
    name = formula.name
    return Claim(
        id=f"moments.{name}",
        statement=f"For X ~ N(mu, sigma^2) {formula.statement} is the closed form of the book.",
        latex=formula.quantity.notation,
        assumptions=(mu, sigma, alpha),
        proof=lambda: proof_of(formula),
        source="derived from the definition of ELU",
        neighbours=_neighbours(formula),
    )


CLAIMS = tuple(
    _claim(formula)
    for formula in FORMULAS.values()
    if formula.activation.name == "elu" and not formula.quantity.by_cases
)
