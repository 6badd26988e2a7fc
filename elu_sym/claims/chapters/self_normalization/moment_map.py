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

from functools import cache
from typing import NamedTuple

from sympy import Expr, Symbol, diff, sqrt

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.book.formula import selu
from elu_sym.networks.published_constants import selu_alpha, selu_scale
from elu_sym.symbols import alpha, mu, scale, sigma

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
    """A for any alpha and lambda, in mu and sigma."""
    mean = selu.mean.closed_form
    slopes, squares = derivatives(mean), derivatives(selu.second_moment.closed_form)
    pairs = zip(squares, slopes, strict=True)
    return Jacobian(*slopes, *(square - 2 * mean * slope for square, slope in pairs))


def derivatives(moment: Expr) -> list[Expr]:
    """The derivatives by m and by v, the densities cancelled that differentiation brings in."""
    found = (diff(moment, mu), diff(moment, sigma) / (2 * sigma))
    return [NormalForm.from_expr(each).to_expr() for each in found]


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
