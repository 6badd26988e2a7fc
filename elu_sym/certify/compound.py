r"""Quantities made of several expectations: variance, covariance, conditional mean.

They are no expectation of one function, so the heat equation does not certify them. They inherit
from their parts: a :class:`Compound` says which function of which expectations the quantity *is*,
and the identity certificate proves two things, that every part is certified by the heat equation
and that the closed form equals that function of the closed forms of the parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import x


@dataclass(frozen=True)
class Compound:
    """A function of expectations.

    Attributes:
        recipe: the function, in the symbols of its parts.
        integrands: for each of these symbols the g of the expectation E g(X) that it stands for.
        order: the increasing order of symbolic breakpoints.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> variance_of(Relu(x)).recipe
        E[g**2] - E[g]**2
    """

    recipe: Expr
    integrands: Mapping[Symbol, Expr | Integrand]
    order: Sequence[Expr] = ()

    def read(self) -> dict[Symbol, Integrand]:
        """The integrands, each read once."""
        return {symbol: Integrand.from_expr(g, self.order) for symbol, g in self.integrands.items()}


VALUE = Symbol("E[g]", real=True)
"""Stands for the mean of g in the recipes of this module."""

SQUARE = Symbol("E[g**2]", real=True)
"""Stands for the second moment of g."""

PRODUCT = Symbol("E[g*h]", real=True)
"""Stands for the mean of a product."""

OTHER = Symbol("E[h]", real=True)
"""Stands for the mean of the second factor, or the probability of the condition."""


def single(g: Expr | Integrand, order: Sequence[Expr] = ()) -> Compound:
    """E g(X) itself, the compound of one part."""
    return Compound(VALUE, {VALUE: g}, order)


def variance_of(g: Expr, order: Sequence[Expr] = ()) -> Compound:
    """Var g(X) = E g^2 - (E g)^2."""
    return Compound(SQUARE - VALUE**2, {VALUE: g, SQUARE: g**2}, order)


def covariance_of(g: Expr, h: Expr = x, order: Sequence[Expr] = ()) -> Compound:
    """Cov(g(X), h(X)) = E[g h] - E g E h."""
    return Compound(PRODUCT - VALUE * OTHER, {VALUE: g, OTHER: h, PRODUCT: g * h}, order)


def conditional_mean_of(g: Expr, indicator: Expr, order: Sequence[Expr] = ()) -> Compound:
    """E[g | A] = E[g 1_A] / P(A), the event given by its indicator function."""
    return Compound(PRODUCT / OTHER, {PRODUCT: g * indicator, OTHER: indicator}, order)


def identity_certificate(
    expression: Expr, compound: Compound, parts: Mapping[Symbol, Expr]
) -> Witness:
    """Prove or reject that an expression is the stated function of certified expectations.

    Args:
        expression: the closed form of the compound quantity.
        compound: what it is.
        parts: a closed form for each of the symbols of the compound.

    Returns:
        A witness of kind ``"identity"``.

    Raises:
        ValueError: if ``parts`` does not name exactly the parts of the compound.
        IntegrandError: if an integrand cannot be read.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> square = variance_of(x)
        >>> identity_certificate(sigma**2, square, {VALUE: mu, SQUARE: mu**2 + sigma**2}).detail
        'identity to 2 parts exact, each certified by the heat equation'
        >>> identity_certificate(sigma, square, {VALUE: mu, SQUARE: mu**2 + sigma**2}).passed
        False
    """
    if set(parts) != set(compound.integrands):
        raise ValueError(
            f"parts has {sorted(map(str, parts))}; give a closed form for each of "
            f"{sorted(map(str, compound.integrands))}"
        )
    integrands = compound.read()

    def check() -> str:
        for symbol, integrand in integrands.items():
            part = heat_certificate(parts[symbol], integrand)
            if not part.passed:
                raise RejectedError(f"the part {symbol}: {part.detail}")
        composed = NormalForm.from_expr(compound.recipe.xreplace(dict(parts)))
        if not (NormalForm.from_expr(expression) - composed).is_zero:
            raise RejectedError(f"the closed form is not {compound.recipe} of its parts")
        return f"identity to {len(parts)} parts exact, each certified by the heat equation"

    return testify(Evidence.IDENTITY, check)
