r"""A formula of one's own: the expectation of any function that the engine integrates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from keyword import iskeyword
from math import inf
from typing import TYPE_CHECKING, Any

from sympy import (
    Dummy,
    Expr,
    Lambda,
    Symbol,
    default_sort_key,
    latex,
)
from sympy.stats import random_symbols

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book.decomposition import NoDecompositionError
from elu_sym.book.formula import Formula
from elu_sym.book.quantities import Quantity
from elu_sym.gaussian.engine import readable
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.numeric.arguments import FINITE, POSITIVE, Domain, domain_of
from elu_sym.symbols import mu, sigma, symbolic, x

if TYPE_CHECKING:
    from elu_sym.certify.witness import Witness

DOCUMENTATION = """{id}({arguments}): {statement}, X ~ N(mu, sigma**2).

Domain: {domain}.

The arguments are numbers or arrays, which broadcast, by position or by name. sigma = 0 and infinite
mu give the limits, NaN gives NaN, and a value outside the domain is an error that names it. The
value is a float64 of the broadcast shape, a float32 if every array is one.

The object also knows where its numbers come from: closed_form and expr (SymPy), derivation (every
step with its checks), certificate (what testifies independently), latex, source, domain, and
lambdify(backend) for any precision.
"""


class GaussianExpectation(Formula):
    r"""The expectation E g(X), X ~ N(mu, sigma**2), of a function of your own, as a formula.

    It has what every formula has: a call with numbers, ``closed_form``, ``expr``, ``derivation``,
    ``certificate``, ``latex`` and ``lambdify``.

    Args:
        g: a function of one symbol, or an expression in ``elu_sym.symbols.x``: what
            :func:`~elu_sym.expectation` takes. The other symbols of the result become arguments
            after mu and sigma, in alphabetic order; each has to be declared real, positive,
            nonnegative, negative or nonpositive, which is its domain. Of two breakpoints that are
            parameters write the larger one as ``a + width`` with a positive width.

    Raises:
        TypeError: if g is text or anything else that is no function or expression.
        ValueError: if a symbol is not declared real, or is called like another argument.
        UnsupportedExpressionError: if a part of g cannot be integrated; it is named.

    Accuracy:
        8 units of ulp(F) + 2^-52 sum abs(x dF/dx) for every double, proved for each value as it is
        computed: in doubles where a bound of their error tells, else by Arb, which needs the extra
        ``verify`` and a millisecond a value. ``numeric.by_arb`` tells where.

    Examples:
        >>> from sympy import Max, Symbol, exp
        >>> from elu_sym import elu, mean
        >>> shifted = GaussianExpectation(lambda x: elu(x - 1, 1))
        >>> print(f"{shifted(0, 40):.12f} {mean(-1, 40):.12f}")
        14.962675661298 14.962675661298
        >>> shifted.numeric.by_arb([0, 0.999999999], [40, 1e-9])
        array([False,  True])
        >>> clipped = GaussianExpectation(lambda x: Max(x, Symbol("floor", real=True)))
        >>> clipped
        <formula E[Max(floor, x)](mu, sigma, floor): the mean of Max(floor, x)>
        >>> print(f"{clipped(0, 1, floor=-1):.12f}")
        0.083315470588
    """

    def __init__(self, g: Callable[[Symbol], Expr] | Expr) -> None:
        """Read the function and its parameters; nothing is derived yet."""
        self.integrand = _integrand(g)
        self.name = self.id = f"E[{self.integrand}]"
        self.function_name = "gaussian_expectation"
        self.statement = f"the mean of {self.integrand}"
        self.source = "derived from its definition"
        notation = rf"\mathbb{{E}}\left[{latex(self.integrand.subs(x, Symbol('X')))}\right]"
        self.quantity = Quantity(
            self.name, self.statement, notation, lambda f, x: self.integrand, published=False
        )
        self.law_arguments = ("mu", "sigma")
        parameters = sorted(self.integrand.free_symbols - {x}, key=default_sort_key)
        self.domains = {name: domain_of(name) for name in self.law_arguments}
        described = ["mu real or infinite", "sigma >= 0 and finite"]
        for symbol in parameters:
            words, domain = domain_of_symbol(symbol)
            if symbol.name in self.domains or symbol.name in RESERVED:
                raise ValueError(f"{symbol} in g is the name of something else; give another one")
            self.domains[symbol.name] = domain
            described.append(f"{symbol} {words} and finite")
        self.domain = ", ".join(described)
        self.arguments = tuple(self.domains)
        self._symbols = (mu, sigma, *parameters)
        self.__name__, self.nin = self.function_name, len(self.arguments)
        self.__doc__ = DOCUMENTATION.format(
            id=self.id,
            statement=self.statement,
            arguments=", ".join(self.arguments),
            domain=self.domain,
        )
        self.__signature__ = Signature(
            [
                Parameter(
                    name,
                    Parameter.POSITIONAL_OR_KEYWORD,
                    default=1.0 if name == "sigma" and not parameters else Parameter.empty,
                )
                for name in self.arguments
            ]
        )

    def bind(self, values: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name and in order.

        Raises:
            TypeError: if an argument is missing, unknown, given twice, or one too many.
        """
        try:
            bound = self.__signature__.bind(*values, **named)
        except TypeError as error:
            raise TypeError(f"{error}: {self.id} takes ({', '.join(self.arguments)})") from None
        bound.apply_defaults()
        return bound.arguments

    @property
    def over_primitives(self) -> Expr:
        """There is none: nobody wrote numerics for a function of one's own."""
        raise NoDecompositionError(f"{self.id} is a function of one's own, over no primitives")

    @property
    def certificate(self) -> tuple[Witness, ...]:
        """The independent witnesses and what they found; needs the extra ``verify``.

        Raises:
            UnsupportedExpressionError: if g has a normal distribution in it: its derivation has
                checks, but the other witnesses read exponential polynomials only.
        """
        assert self.integrand is not None  # what another formula is an identity of
        if self.integrand.has(NormalCdf, NormalPdf):
            raise UnsupportedExpressionError(
                f"no certificate is known for {self.id}, since g has a normal distribution in it:"
                " its derivation has checks, and compares it with quadrature"
            )
        return super().certificate

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        return self._symbols

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels as the function that it is the expectation of."""
        return GaussianExpectation, (self.integrand,)


RESERVED = ("x", "out", "where", "dtype")
"""Names that no parameter can have."""

NONNEGATIVE = Domain(lambda x: (x < 0.0) | (x == inf), "a finite number, zero or more")
NEGATIVE = Domain(lambda x: (x >= 0.0) | (x == -inf), "a finite number below zero")
NONPOSITIVE = Domain(lambda x: (x > 0.0) | (x == -inf), "a finite number, zero or less")

DOMAINS = {
    "positive": ("> 0", POSITIVE),
    "negative": ("< 0", NEGATIVE),
    "nonnegative": (">= 0", NONNEGATIVE),
    "nonpositive": ("<= 0", NONPOSITIVE),
    "real": ("real", FINITE),
}
"""What a parameter may be, by what its symbol was declared to be, in words and as a check."""


def domain_of_symbol(symbol: Symbol) -> tuple[str, Domain]:
    """What a parameter may be, in words and as a check.

    Raises:
        ValueError: if it is not declared, or its name is none of an argument.
    """
    declared = {name for name, holds in symbol.assumptions0.items() if holds}
    known = next((DOMAINS[name] for name in DOMAINS if name in declared), None)
    unchecked = declared & {"integer", "rational", "irrational", "algebraic", "transcendental"}
    if known is None or unchecked or (symbol.is_nonzero and known == DOMAINS["real"]):
        raise ValueError(
            f"the symbol {symbol} in g is an argument and may be any number of an interval:"
            f' declare it as Symbol("{symbol}", real=True), or positive=True'
        )
    if not symbol.name.isidentifier() or iskeyword(symbol.name):
        raise ValueError(f"the symbol {symbol} in g is no name of an argument; rename it")
    return known


def at_symbols(g: Callable[..., Any], *places: Symbol) -> Any:
    """A function of numbers, called with symbols.

    Raises:
        TypeError: if it takes none, as functions of other libraries do.
    """
    try:
        return g(*places)
    except (TypeError, AttributeError) as error:
        raise TypeError(
            f"g cannot be called with {len(places)} symbols of SymPy ({error}): write it with what"
            " SymPy has, as sympy.Max and sympy.exp, and with activations of elu_sym"
        ) from error


def _integrand(g: Any) -> Expr:
    """A function or an expression as an expression in x."""
    if (isinstance(g, Expr) and not isinstance(g, Lambda)) or not callable(g):
        expression = symbolic(g, "g")
    else:
        place = Dummy("x", real=True)
        expression = symbolic(at_symbols(g, place), "g(x)")
        if expression.has(x):
            raise ValueError(f"g has the symbol x beside its argument; rename it in {expression}")
        expression = expression.xreplace({place: x})
    for symbol in random_symbols(expression):
        raise ValueError(f"g = {expression} has the random symbol {symbol}: write x for it")
    return readable(expression)
