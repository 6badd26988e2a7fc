r"""Quantities made of several expectations: variance, covariance, conditional mean.

They are no expectation of one function, so the heat equation does not certify them. They inherit
from their parts: a :class:`Compound` says which function of which expectations the quantity *is*,
and the identity certificate proves two things, that every part is certified by the heat equation
and that the closed form equals that function of the closed forms of the parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Symbol

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify


@dataclass(frozen=True)
class Compound:
    """A function of expectations.

    Attributes:
        recipe: the function, in the symbols of its parts.
        integrands: for each of these symbols the g of the expectation E g(X) that it stands for.

    Examples:
        >>> from sympy import symbols
        >>> from elu_sym.activations import Relu
        >>> from elu_sym.symbols import x
        >>> first, second = symbols("first second")
        >>> variance = Compound(second - first**2, {first: Relu(x), second: Relu(x)**2})
        >>> variance.parts[second].pieces
        (0, x**2)
    """

    recipe: Expr
    integrands: Mapping[Symbol, Expr | Integrand]

    @classmethod
    def of(cls, quantity: "Expr | Integrand | Compound") -> "Compound":
        """A compound as it is, or the compound of one part that E g(X) is."""
        return quantity if isinstance(quantity, Compound) else cls(VALUE, {VALUE: quantity})

    @cached_property
    def parts(self) -> dict[Symbol, Integrand]:
        """The integrands, each read once.

        Raises:
            IntegrandError: if one cannot be read.
        """
        return {symbol: Integrand.from_expr(g) for symbol, g in self.integrands.items()}

    @property
    def only(self) -> Integrand | None:
        """The integrand, if the quantity is nothing but its expectation."""
        return self.parts.get(self.recipe)

    @property
    def order(self) -> tuple[Expr, ...]:
        """The declared order of symbolic breakpoints, if a part has one."""
        return next((part.order for part in self.parts.values() if part.order), ())

    @property
    def parameters(self) -> set[Symbol]:
        """The symbols of the integrands other than ``x``."""
        return set().union(*(part.parameters() for part in self.parts.values()))


VALUE = Symbol("E[g]", real=True)
"""Stands for the mean of g where the quantity is that alone."""


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
        >>> from sympy import symbols
        >>> from elu_sym.symbols import mu, sigma, x
        >>> first, second = symbols("first second")
        >>> variance = Compound(second - first**2, {first: x, second: x**2})
        >>> parts = {first: mu, second: mu**2 + sigma**2}
        >>> identity_certificate(sigma**2, variance, parts).detail
        'identity to 2 parts exact, each certified by the heat equation'
        >>> identity_certificate(sigma, variance, parts).passed
        False
    """
    if set(parts) != set(compound.integrands):
        raise ValueError(
            f"parts has {sorted(map(str, parts))}; give a closed form for each of "
            f"{sorted(map(str, compound.integrands))}"
        )

    def check() -> str:
        for symbol, integrand in compound.parts.items():
            part = heat_certificate(parts[symbol], integrand)
            if not part.passed:
                raise RejectedError(f"the part {symbol}: {part.detail}")
        composed = NormalForm.from_expr(compound.recipe.xreplace(dict(parts)))
        if not (NormalForm.from_expr(expression) - composed).is_zero:
            raise RejectedError(f"the closed form is not {compound.recipe} of its parts")
        return f"identity to {len(parts)} parts exact, each certified by the heat equation"

    return testify(Evidence.IDENTITY, check)
