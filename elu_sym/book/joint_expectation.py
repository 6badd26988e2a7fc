r"""A formula of one's own in two variables: E of a function of two jointly normal variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sympy import DiracDelta, Dummy, Expr, Symbol, default_sort_key, latex

from elu_sym.book.expectation_formula import at_symbols, domain_of_symbol
from elu_sym.book.joint_formula import JointFormula
from elu_sym.book.joint_function import LAW_DOMAINS
from elu_sym.book.joint_quantities import Law
from elu_sym.gaussian.engine import readable
from elu_sym.gaussian.two_inputs import JOINT_LAW
from elu_sym.numeric.arguments import POSITIVE
from elu_sym.symbols import symbolic, x, y


class JointGaussianExpectation(JointFormula):
    r"""The expectation E g(X, Y) of two jointly normal variables as a formula.

    Args:
        g: a function of two symbols, or an expression in ``x`` and ``y`` of
            :mod:`elu_sym.symbols`: a sum of products of a function of one and one of the other,
            each of the class of :func:`~elu_sym.expectation`, without atoms. Its other symbols
            become arguments after the law's, in alphabetic order; each has to be declared real,
            positive, nonnegative, negative or nonpositive, which is its domain.

    Attributes:
        arguments: what a call takes, ``mu1, sigma1, mu2, sigma2, rho`` and the parameters.

    Raises:
        TypeError: if g is text or anything else that is no function or expression.
        ValueError: if a symbol is not declared real, or is called like another argument.
        UnsupportedExpressionError: if a part of g cannot be integrated; it is named.

    Accuracy:
        Each value is the double next to what an Arb ball contains, or the one beside it. It takes
        about a hundredth of a second for standard deviations up to a hundred, since every value is
        enclosed, and the longer the larger they are: minutes beyond 30,000.

    Source:
        Derived from its definition, by conditioning on the first variable.

    Examples:
        >>> from sympy import Symbol
        >>> from elu_sym import elu
        >>> kernel = JointGaussianExpectation(lambda x, y: elu(x, 1) * elu(y, 1))
        >>> print(f"{kernel(0, 1, 0, 1, rho=0.5):.15f} {kernel(0, 1, 0, 1, rho=1):.15f}")
        0.324783648956762 0.644945417492924
        >>> covariance = JointGaussianExpectation(lambda x, y: x * y)
        >>> covariance.closed_form
        rho*sigma1*sigma2 + mu1*mu2
        >>> [witness.kind.value for witness in covariance.certificate if witness.passed]
        ['derivation', 'heat', 'price', 'arb', 'montecarlo', 'mutation']
    """

    dependences: ClassVar[tuple[str, ...]] = ("rho",)
    mutants: ClassVar[int | None] = None
    in_doubles = False

    def __init__(self, g: Callable[[Symbol, Symbol], Expr] | Expr) -> None:
        """Read the function and its parameters; nothing is derived yet."""
        self.integrand = _integrand(g)
        self.name = "joint_gaussian_expectation"
        self.id = f"E[{self.integrand}]"
        self.statement = f"the mean of {self.integrand}"
        self.notation = rf"\mathbb{{E}}\left[{latex(self.integrand)}\right]"
        self.source = "derived from its definition"
        parameters = sorted(self.integrand.free_symbols - {x, y}, key=default_sort_key)
        self.domains = LAW_DOMAINS | {"sigma1": POSITIVE, "sigma2": POSITIVE}
        described = ["mu1, mu2 real", "sigma1, sigma2 > 0 and finite", "-1 <= rho <= 1"]
        for symbol in parameters:
            words, domain = domain_of_symbol(symbol)
            if symbol.name in {*self.domains, "x", "y"}:
                raise ValueError(f"{symbol} in g is the name of something else; give another one")
            self.domains[symbol.name] = domain
            described.append(f"{symbol} {words} and finite")
        self.domain = ", ".join(described)
        self.arguments = tuple(self.domains)
        self._symbols = (*JOINT_LAW, *parameters)

    @property
    def default_parameters(self) -> dict[str, Any]:
        """There are none for parameters of one's own."""
        return {}

    def evaluated(self, law: Law, parameters: Mapping[str, Any]) -> Any:
        """The values at arrays of float64, each by Arb."""
        return self._enclosed(law[:5], parameters)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        return self._symbols

    def __repr__(self) -> str:
        return f"<formula E[{self.integrand}]({', '.join(self.arguments)})>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JointGaussianExpectation):
            return NotImplemented
        return bool(self.integrand == other.integrand)

    def __hash__(self) -> int:
        return hash((type(self), self.integrand))

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels as the function that it is the expectation of."""
        return JointGaussianExpectation, (self.integrand,)


def _integrand(g: Any) -> Expr:
    """A function or an expression as an expression in x and y."""
    if isinstance(g, Expr) or not callable(g):
        expression = symbolic(g, "g")
    else:
        first, second = Dummy("x", real=True), Dummy("y", real=True)
        expression = symbolic(at_symbols(g, first, second), "g(x, y)")
        if expression.has(x, y):
            raise ValueError(f"g has a symbol x or y beside its arguments; rename it in {g}")
        expression = expression.xreplace({first: x, second: y})
    if expression.has(DiracDelta):
        raise ValueError(f"g = {expression} has an atom: give the function that jumps there")
    return readable(expression)
