r"""The exact expectation of a function of two jointly normal variables, by conditioning.

.. math:: E\,g(X)\,h(Y) = E\,[g(X)\,H(X)], \qquad H(x) = E[h(Y) \mid X = x]

Given X = x the law of Y is normal, with the mean
:math:`\mu_2 + \rho \sigma_2 (x - \mu_1)/\sigma_1` and the standard deviation
:math:`\sigma_2 \sqrt{1 - \rho^2}`. So the engine is used twice: H is made of exponential
polynomials times normal distributions, which it integrates, too.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sympy import Add, Dummy, Expr, Mul, exp, expand, pi
from sympy.stats import Normal

from elu_sym.algebra.bivariate_normal import complement
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.derivation import Check, Derivation, DerivationError, Hypotheses
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.symbols import mu, mu1, mu2, rho, sigma, sigma1, sigma2, x, y


class JointLaw(NamedTuple):
    """The law of two jointly normal variables.

    Examples:
        >>> JOINT_LAW.conditional(x)
        (rho*sigma2*(-mu1 + x)/sigma1 + mu2, sigma2*sqrt(1 - rho**2))
    """

    first_mean: Expr
    first_deviation: Expr
    second_mean: Expr
    second_deviation: Expr
    correlation: Expr

    def density(self, first: Expr, second: Expr) -> Expr:
        """The joint density."""
        m, s, n, t, r = self
        u, v, w = (first - m) / s, (second - n) / t, complement(r)
        return exp(-(u**2 - 2 * r * u * v + v**2) / (2 * w**2)) / (2 * pi * s * t * w)

    def conditional(self, first: Expr) -> tuple[Expr, Expr]:
        """The mean and the standard deviation of the second, given the first."""
        m, s, n, t, r = self
        return n + r * t * (first - m) / s, t * complement(r)


JOINT_LAW = JointLaw(mu1, sigma1, mu2, sigma2, rho)
"""The law in symbols."""


@dataclass(frozen=True, repr=False)
class JointDerivation:
    """From the definition of an expectation over two variables to its closed form.

    Attributes:
        law: the law of the two.
        products: the function as a sum of products g(x) h(y): g by h.
        inner: the derivation of E h(X) for a normal law in symbols, by h.
        outer: that of the expectation of the sum of g(X) E[h(Y) | X].

    Raises:
        DerivationError: if the parts are not those of the function.
    """

    law: JointLaw
    products: dict[Expr, Expr]
    inner: dict[Expr, Derivation]
    outer: Derivation

    def __post_init__(self) -> None:
        """Take nothing that does not pass its checks."""
        if failed := [check.statement for check in self.checks if not check.holds]:
            raise DerivationError("; ".join(failed))

    @property
    def checks(self) -> tuple[Check, ...]:
        """What conditioning rests on, beside the steps of the parts."""
        first = Hypotheses(*self.law[:2])
        given = Hypotheses(*self.law.conditional(x))
        density = first.density(x) * given.density(y)
        whole = Add(*(g * self.given(h) for h, g in self.products.items()))
        return (
            Check(
                f"given {x} the law of {y} is N({given.mean}, ({given.standard_deviation})^2)",
                is_zero(self.law.density(x, y) - density),
            ),
            *(
                Check(f"the inner function is {h}", _function(part) == h.xreplace({y: x}))
                for h, part in self.inner.items()
            ),
            Check("the outer one is its sum", _function(self.outer) == whole),
        )

    def given(self, factor: Expr) -> Expr:
        """The expectation of a factor of the second variable, given that the first is x."""
        return _given(self.inner[factor], self.law)

    @property
    def result(self) -> Expr:
        """The closed form."""
        return self.outer.result

    @property
    def size(self) -> tuple[int, int]:
        """The number of steps and the number of exact checks, conditioning being one step."""
        sizes = [part.size for part in (*self.inner.values(), self.outer)]
        steps, checks = (sum(column) for column in zip(*sizes, strict=True))
        return 1 + steps, len(self.checks) + checks

    def recheck(self) -> None:
        """Check every step again from its before and after alone.

        Raises:
            DerivationError: naming the first step that does not follow.
        """
        self.__post_init__()
        for part in (*self.inner.values(), self.outer):
            part.recheck()

    def to_text(self) -> str:
        """The conditional expectations, what conditioning rests on, and the whole."""
        parts = [f"E[{h}] for a normal {y}:\n{part.to_text()}" for h, part in self.inner.items()]
        checks = [f"[checked] {check.statement}" for check in self.checks]
        return "\n\n".join([*parts, "\n".join(checks), self.outer.to_text()])

    def to_latex(self) -> str:
        """The steps of the parts as displays."""
        return "\n\n".join(part.to_latex() for part in (*self.inner.values(), self.outer))

    def _repr_latex_(self) -> str:
        return self.to_latex()

    def __repr__(self) -> str:
        return f"<derivation: {self.result}>"


@lru_cache(maxsize=64)
def derive_joint_expectation(function: Expr, order: tuple[Expr, ...] = ()) -> JointDerivation:
    """Derive E of a function of x and y for the law ``JOINT_LAW``, step by step.

    Args:
        function: an expression in ``x`` and ``y`` of :mod:`elu_sym.symbols`.
        order: symbolic breakpoints in increasing order.

    Returns:
        The derivation; its ``result`` is over ``NormalCdf``, ``NormalPdf`` and
        ``BivariateNormalCdf``.

    Raises:
        UnsupportedExpressionError: if the function is outside the class, or has a symbol of the
            law; the part is named.
        DerivationError: if a step does not pass its check: a mistake in here.

    Examples:
        >>> derive_joint_expectation(x * y).result
        rho*sigma1*sigma2 + mu1*mu2
    """
    if clash := function.free_symbols & set(JOINT_LAW):
        raise UnsupportedExpressionError(f"{min(clash, key=str)} in g is a symbol of the law")
    if function.has(NormalCdf, NormalPdf):
        raise UnsupportedExpressionError(
            f"g = {function} has a normal distribution in it, as GELU has: a function of one"
            " variable may, but one of two has pieces of exponential polynomials only, as ELU has"
        )
    products = _products(function)
    inside = mu, sigma
    if function.has(mu, sigma):
        inside = Dummy("mu", real=True), Dummy("sigma", positive=True)
    X, Y = Normal("X", *JOINT_LAW[:2]), Normal("Y", *inside)
    inner = {h: derive_expectation(h.xreplace({y: Y}), Y, order) for h in products}
    whole = Add(*(g * _given(inner[h], JOINT_LAW) for h, g in products.items()))
    outer = derive_expectation(whole.xreplace({x: X}), X, order)
    return JointDerivation(JOINT_LAW, products, inner, outer)


def _given(inner: Derivation, law: JointLaw) -> Expr:
    """An expectation where the law is the conditional one of the second variable."""
    inside = inner.hypotheses
    return inner.result.xreplace(
        dict(zip((inside.mean, inside.standard_deviation), law.conditional(x), strict=True))
    )


def _products(function: Expr) -> dict[Expr, Expr]:
    """A sum of products g(x) h(y): g by h.

    Raises:
        UnsupportedExpressionError: if a factor has both; it is named.
    """
    found: dict[Expr, list[Expr]] = defaultdict(list)
    for term in _separated(function):
        factors = Mul.make_args(term)
        if mixed := [factor for factor in factors if factor.has(x) and factor.has(y)]:
            raise UnsupportedExpressionError(
                f"{mixed[0]} is no sum of products of a function of {x} and one of {y}: write it"
                " as one, or as pieces that are"
            )
        second = Mul(*(factor for factor in factors if factor.has(y)))
        found[second].append(Mul(*(factor for factor in factors if not factor.has(y))))
    return {second: Add(*first) for second, first in found.items()}


def _separated(function: Expr) -> tuple[Expr, ...]:
    """The summands, multiplied out only where that separates the variables."""
    factors = Mul.make_args(function)
    if not any(factor.has(x) and factor.has(y) for factor in factors):
        return (function,)
    return Add.make_args(expand(function))


def _function(derivation: Derivation) -> Expr:
    """What a derivation is the expectation of."""
    (definition,) = derivation.steps[0].before
    return definition.function / derivation.hypotheses.density(x)
