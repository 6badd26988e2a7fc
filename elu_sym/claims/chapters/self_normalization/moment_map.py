"""The map of the self-normalizing theorem: mean and variance after a SELU layer, and its Jacobian.

A layer has weights with the sum omega and the sum of squares tau; its inputs have the mean mu and
the variance nu. By the central limit theorem the pre-activation is taken to be
Z ~ N(omega*mu, tau*nu), and the layer maps

    (mu, nu) -> (E selu(Z), Var selu(Z)).

The map depends on its four variables through two, m = omega*mu and v = tau*nu, so

    J = A diag(omega, tau),   A = d(E selu(Z), Var selu(Z))/d(m, v),

whose columns carry omega and tau. Everything here is read off the closed forms of the formula book
and off the exact constants of the standard SELU, so another activation is another map.

References:
    Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, NeurIPS 2017,
    equations 3 to 5 and theorems 1 to 3.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sympy import Expr, S, Symbol, diff, sqrt

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.book.formula import selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality
from elu_sym.networks.published_constants import selu_alpha, selu_scale
from elu_sym.symbols import alpha, mu, scale, sigma

KLAMBAUER = "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017"

input_variance = Symbol("nu", positive=True)
"""The variance of the inputs of a layer."""

weight_sum = Symbol("omega", nonnegative=True)
"""The sum of the weights of a unit, in size: its sign only turns a column of the Jacobian."""

square_sum = Symbol("tau", positive=True)
"""The sum of the squared weights of a unit."""

bound = Symbol("b", real=True)
"""What a mean, a variance or a ratio is compared with."""

singular_bound = Symbol("s", positive=True)
"""What the largest singular value is compared with."""


def standard_selu() -> tuple[tuple[Symbol, Expr], ...]:
    """The alpha and the scale of SELU with mean 0 and second moment 1 at N(0, 1), exactly.

    Examples:
        >>> for symbol, value in standard_selu():
        ...     print(symbol, value.evalf(12))
        alpha 1.67326324235
        lambda 1.05070098736
    """
    return ((alpha, selu_alpha()), (scale, selu_scale()))


class Jacobian(NamedTuple):
    """The derivatives of the two moments after the activation by those before it.

    Attributes:
        mean_by_mean: dE selu(Z)/dm.
        mean_by_variance: dE selu(Z)/dv.
        variance_by_mean: dVar selu(Z)/dm.
        variance_by_variance: dVar selu(Z)/dv.
    """

    mean_by_mean: Expr
    mean_by_variance: Expr
    variance_by_mean: Expr
    variance_by_variance: Expr

    def squared_norm(self) -> Expr:
        """The sum of the squared entries of A diag(omega, tau)."""
        first = self.mean_by_mean**2 + self.variance_by_mean**2
        second = self.mean_by_variance**2 + self.variance_by_variance**2
        return weight_sum**2 * first + square_sum**2 * second

    def determinant(self) -> Expr:
        """The determinant of A diag(omega, tau)."""
        product = self.mean_by_mean * self.variance_by_variance
        return weight_sum * square_sum * (product - self.mean_by_variance * self.variance_by_mean)


def symbolic_jacobian() -> Jacobian:
    """A for any alpha and lambda, in mu and sigma; a derivative by v is one by sigma/(2*sigma)."""
    mean, square = selu.mean.closed_form, selu.second_moment.closed_form
    by_mean, by_variance = _canonical(diff(mean, mu)), _by_variance(mean)
    return Jacobian(
        by_mean,
        by_variance,
        _canonical(diff(square, mu)) - 2 * mean * by_mean,
        _by_variance(square) - 2 * mean * by_variance,
    )


@cache
def jacobian() -> Jacobian:
    """A for the standard constants, in mu and sigma.

    Examples:
        >>> from sympy import S
        >>> at = {mu: S.Zero, sigma: S.One}
        >>> [f"{float(entry.subs(at)):.4f}" for entry in jacobian()]
        ['0.9852', '0.0888', '0.3030', '0.7826']
    """
    standard = dict(standard_selu())
    return Jacobian(*(entry.xreplace(standard) for entry in symbolic_jacobian()))


def in_layer_variables(expression: Expr) -> Expr:
    """An expression in mu and sigma as one in m, which is written mu, and v = tau*nu."""
    return expression.xreplace({sigma: sqrt(square_sum * input_variance)})


def _by_variance(expression: Expr) -> Expr:
    return _canonical(diff(expression, sigma) / (2 * sigma))


def _canonical(expression: Expr) -> Expr:
    """The same with the densities cancelled that the differentiation brings in."""
    return NormalForm.from_expr(expression).to_expr()


def is_the_book() -> Iterator[Assertion]:
    """The entries of the Jacobian are the derivatives of the closed forms of the book."""
    entries = symbolic_jacobian()
    mean, variance = selu.mean.closed_form, selu.variance.closed_form
    yield Equality(mean.diff(mu), entries.mean_by_mean)
    yield Equality(mean.diff(sigma) / (2 * sigma), entries.mean_by_variance)
    yield Equality(variance.diff(mu), entries.variance_by_mean)
    yield Equality(variance.diff(sigma) / (2 * sigma), entries.variance_by_variance)
    yield Equality(selu.derivative_mean.closed_form, entries.mean_by_mean)


CLAIMS = (
    Claim(
        id="self_normalization.moment_map",
        statement="The Jacobian of (E selu(Z), Var selu(Z)) by the mean and the variance of Z has"
        " the entries that the theorem is proved for, whatever alpha and lambda are.",
        assumptions=(mu, sigma, alpha, scale),
        proof=is_the_book,
        source=f"{KLAMBAUER}, equations 8 to 11",
        neighbours={
            "The mean does not depend on the variance.": lambda: Equality(
                selu.mean.closed_form.diff(sigma), S.Zero
            )
        },
    ),
)
