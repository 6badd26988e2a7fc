r"""A formula of one's own in two variables: E of a function of two jointly normal variables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import (
    Add,
    DiracDelta,
    Dummy,
    Expr,
    Rational,
    S,
    Symbol,
    default_sort_key,
    erfc,
    latex,
)

from elu_sym.algebra.enclosure import Point, enclosures
from elu_sym.algebra.optional import extra
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.certified_function import HIGHEST_PRECISION, rounded
from elu_sym.book.expectation_formula import REAL, at_symbols, domain_of_symbol
from elu_sym.gaussian.derivation import DefiniteIntegral, Hypotheses, Terms
from elu_sym.gaussian.engine import RULES, readable
from elu_sym.gaussian.two_inputs import JOINT_LAW, JointDerivation, derive_joint_expectation
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments
from elu_sym.symbols import symbolic, x, y

if TYPE_CHECKING:
    from elu_sym.certify.witness import Witness

CORRELATION = Domain(lambda r: abs(r) > 1.0, "a correlation from -1 to 1")
LAW = tuple(symbol.name for symbol in JOINT_LAW)
LAW_DOMAINS = dict(zip(LAW, (REAL, POSITIVE, REAL, POSITIVE, CORRELATION), strict=True))


class JointGaussianExpectation:
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

    def __init__(self, g: Callable[[Symbol, Symbol], Expr] | Expr) -> None:
        """Read the function and its parameters; nothing is derived yet."""
        self.integrand = _integrand(g)
        parameters = sorted(self.integrand.free_symbols - {x, y}, key=default_sort_key)
        self.domains = dict(LAW_DOMAINS)
        for symbol in parameters:
            _, domain = domain_of_symbol(symbol)
            if symbol.name in {*self.domains, "x", "y"}:
                raise ValueError(f"{symbol} in g is the name of something else; give another one")
            self.domains[symbol.name] = domain
        self.arguments = tuple(self.domains)
        self.symbols = (*JOINT_LAW, *parameters)

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The value, broadcast over the arguments.

        Args:
            *values: the ``arguments`` in order: means, standard deviations above 0, the
                correlation, its ends included, and the parameters.
            **named: the same by name.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an argument
            is NaN.

        Raises:
            TypeError: if an argument is no real number or array, unknown, missing or given twice.
            ValueError: if a value is outside its domain or the shapes do not broadcast.
            ModuleNotFoundError: if python-flint, of the extra ``verify``, is missing.
        """
        given = self._bound(values, named)
        checked = broadcast_arguments(**{n: (v, self.domains[n]) for n, v in given.items()})
        with extra("verify", f"the value of {self!r}"):
            import flint  # noqa: F401 - what encloses
        arrays = np.broadcast_arrays(*checked.arrays)
        found = np.full(checked.shape, np.nan)
        for index in np.ndindex(checked.shape):
            point = [float(array[index]) for array in arrays]
            if not np.isnan(point).any():
                found[index] = self._value(point)
        return checked.result(found)

    def _bound(self, values: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        given = dict(zip(self.arguments, values, strict=False))
        unknown = [name for name in named if name not in self.domains]
        twice = [name for name in named if name in given]
        missing = [name for name in self.arguments if name not in {**given, **named}]
        for names, fault in ((unknown, "unknown"), (twice, "given twice"), (missing, "missing")):
            if names:
                raise TypeError(f"{names[0]} is {fault}: give ({', '.join(self.arguments)})")
        if len(values) > len(self.arguments):
            raise TypeError(f"{len(values)} arguments are given: {', '.join(self.arguments)}")
        return {name: {**given, **named}[name] for name in self.arguments}

    def _value(self, values: list[float]) -> float:
        point: Point = dict(zip(self.symbols, map(Rational, values), strict=True))
        form = self.closed_form
        if abs(values[4]) == 1.0:
            form, point = self._on_a_line(point), {}
        for ball in enclosures(form, point, HIGHEST_PRECISION):
            value = rounded(ball)
            if value is not None:
                return value
        where = ", ".join(f"{n} = {v!r}" for n, v in zip(self.arguments, values, strict=True))
        raise ArithmeticError(f"{self!r} at {where} is not known with {HIGHEST_PRECISION} bits")

    def _on_a_line(self, point: Point) -> Expr:
        """The closed form, with numbers in it, where the second variable is a line in the first.

        The rules are those of every derivation. A derivation also compares with quadrature, which
        is too much for it where standard deviations are as far apart as they may be here.
        """
        m, s, n, t, r = (point[symbol] for symbol in JOINT_LAW)
        numbers = self.integrand.xreplace({k: v for k, v in point.items() if k not in JOINT_LAW})
        g, law = numbers.xreplace({y: n + r * t * (x - m) / s}), Hypotheses(m, s)
        terms: Terms = (DefiniteIntegral(g * law.density(x), (x, -S.Infinity, S.Infinity)),)
        for rule in RULES:
            terms = rule.apply(terms, law)
        # With every distribution a tail, what exponentials have in common cancels exactly.
        return Add(*terms).replace(NormalCdf, _by_tail).expand()

    @property
    def derivation(self) -> JointDerivation:
        """The steps from the definition to the closed form, each with its checks."""
        return derive_joint_expectation(self.integrand)

    @property
    def closed_form(self) -> Expr:
        """The closed form over ``NormalCdf``, ``NormalPdf`` and ``BivariateNormalCdf``."""
        return self.derivation.result

    @property
    def expr(self) -> Expr:
        """The closed form over ``erfc`` and ``BivariateNormalCdf``."""
        return self.closed_form.rewrite(erfc)

    @property
    def latex(self) -> str:
        """The formula as an equation in LaTeX."""
        return rf"\mathbb{{E}}\left[{latex(self.integrand)}\right] = {latex(self.closed_form)}"

    def _repr_latex_(self) -> str:
        return f"$$ {self.latex} $$"

    @cached_property
    def certificate(self) -> tuple[Witness, ...]:
        """The independent witnesses and what they found; needs the extra ``verify``."""
        with extra("verify", f"the certificate of {self!r}"):
            from elu_sym.book.certificates import joint_witnesses_of

            return joint_witnesses_of(self)

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


def _by_tail(t: Expr) -> Expr:
    return 1 - NormalCdf(-t) if t.is_positive else NormalCdf(t)


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
