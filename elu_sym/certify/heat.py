r"""The heat-equation certificate of a Gaussian expectation.

Let g be a piecewise exponential polynomial and X ~ N(mu, v), v = sigma^2. The theorem used:

    *Let F(mu, v) be smooth for v > 0 with*

    1. dF/dv = 1/2 d^2F/dmu^2,
    2. *for every T there are C and c with* :math:`|F| \le C e^{c|\mu|}` *for all* 0 < v <= T,
    3. F(mu, v) -> g(mu) *as* v -> 0+ *for all but finitely many mu.*

    *Then F(mu, v) = E g(X).*

Proof. Fix 0 < e < v. On [e, v] both F and the average of F(., e) over N(mu, v - e) are smooth
solutions with the same values at e, and both grow at most like C e^{c|mu|}, far below Tychonoff's
e^{c mu^2}; hence they agree, F(mu, v) = E F(mu + sqrt(v - e) Z, e). Let e -> 0+. For e < v/2 the
density of N(mu, v - e) is at most sqrt(2) times that of N(mu, v), so the integrand is dominated by
that times C e^{c|y|}, and by 3 it converges for almost every y to g(y) times the density of
N(mu, v). Dominated convergence gives the claim. The breakpoints themselves do not matter.

Condition 2 cannot be left out: mu v^{-3/2} e^{-mu^2/2v} satisfies 1 and tends to 0 at every mu,
0 included, but is of size 1/v at mu = sqrt(v).

How the three are checked is said in :mod:`elu_sym.certify.heat_conditions`.

An atom of weight w at b adds w times the density of X at b to F, which is not uniformly bounded.
That density is d/dmu Phi((mu - b)/sigma), and differentiation in mu under the integral says that
E[delta_b(X)] = d/dmu E[1_{X > b}]; the step's own expectation is certified by 1-3, the derivative
is subtracted from F, and the rest is certified for g without its atoms.

References:
    Tychonoff: Théorèmes d'unicité pour l'équation de la chaleur, 1935. Widder: The heat equation,
    1975, chapter 8.
"""

from collections.abc import Sequence

from sympy import Expr, S

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.heat_conditions import (
    require_heat_equation,
    require_limit,
    require_uniform_bound,
)
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, sigma


def heat_certificate(expression: Expr, g: Expr | Integrand, order: Sequence[Expr] = ()) -> Witness:
    """Prove or reject that an expression equals E g(X) for X ~ N(mu, sigma^2).

    Args:
        expression: the closed form in ``mu``, ``sigma`` and the parameters of ``g``.
        g: the function of ``x``, as :meth:`~elu_sym.certify.integrand.Integrand.from_expr` reads.
        order: the increasing order of symbolic breakpoints.

    Returns:
        A witness of kind ``"heat"``; a rejection names the condition that fails.

    Raises:
        IntegrandError: if ``g`` cannot be read. A closed form that cannot be read is rejected.

    Examples:
        >>> from elu_sym.activations import Relu
        >>> from elu_sym.symbols import x
        >>> from elu_sym.algebra.special_functions import NormalPdf
        >>> relu = mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
        >>> heat_certificate(relu, Relu(x)).detail
        'heat equation exact, 2 terms uniformly bounded, limit g on 2 intervals'
        >>> heat_certificate(relu + mu, Relu(x)).detail
        'the limit sigma -> 0+ on (-oo, 0) is mu and not 0'
        >>> heat_certificate(2*sigma + relu, Relu(x)).detail
        'the heat equation fails: dF/dv - 1/2 d2F/dmu2 = 1/sigma'
    """
    integrand = Integrand.from_expr(g, order)

    def check() -> str:
        form = NormalForm.from_expr(expression)
        atoms = ""
        if integrand.atoms:
            form = form - _atomic_part(integrand)
            atoms = f", {len(integrand.atoms)} atoms as derivatives of certified steps"
        require_heat_equation(form)
        require_uniform_bound(form)
        require_limit(form, integrand)
        return (
            f"heat equation exact, {len(form.numerator)} terms uniformly bounded, "
            f"limit g on {len(integrand.pieces)} intervals{atoms}"
        )

    return testify(Evidence.HEAT, check)


def variance_heat_certificate(
    variance: Expr, mean: Expr, g: Expr | Integrand, order: Sequence[Expr] = ()
) -> Witness:
    """Prove or reject a variance by its own equation, dV/dv - 1/2 d2V/dmu2 = (dm/dmu)^2.

    The variance is no expectation of one function. But E g^2 solves the heat equation and the
    square of a solution m misses it by -(dm/dmu)^2, so V = E g^2 - m^2 solves the equation with
    that source, is uniformly bounded, and tends to 0 wherever g is continuous; the difference of
    two such V satisfies the theorem of this module with g = 0. The mean itself is certified first,
    so the second moment is never used.

    Args:
        variance: the closed form of Var g(X).
        mean: the closed form of E g(X).
        g: the function of ``x``, without atoms.
        order: the increasing order of symbolic breakpoints.

    Returns:
        A witness of kind ``"heat"``.

    Raises:
        IntegrandError: if ``g`` cannot be read.

    Examples:
        >>> from elu_sym.symbols import x
        >>> variance_heat_certificate(sigma**2, mu, x).passed
        True
        >>> variance_heat_certificate(2*sigma**2, mu, x).detail
        'the heat equation fails: dF/dv - 1/2 d2F/dmu2 - (dm/dmu)^2 = 1'
    """
    integrand = Integrand.from_expr(g, order)

    def check() -> str:
        part = heat_certificate(mean, integrand)
        if not part.passed:
            raise RejectedError(f"the mean: {part.detail}")
        if integrand.atoms:
            raise RejectedError("a function with atoms has no variance")
        form = NormalForm.from_expr(variance)
        slope = NormalForm.from_expr(mean).diff(mu)
        require_heat_equation(form, slope * slope)
        require_uniform_bound(form)
        zero = Integrand(integrand.breakpoints, tuple(S.Zero for _ in integrand.pieces))
        require_limit(form, zero)
        return (
            f"equation with source (dm/dmu)^2 exact, {len(form.numerator)} terms uniformly "
            f"bounded, limit 0 on {len(integrand.pieces)} intervals, mean certified"
        )

    return testify(Evidence.HEAT, check)


def _atomic_part(integrand: Integrand) -> NormalForm:
    """The expectation of the atoms: derivatives of steps that are certified here."""
    total = NormalForm.from_expr(S.Zero)
    for location, weight in integrand.atoms:
        step = NormalForm.from_expr(NormalCdf((mu - location) / sigma))
        require_heat_equation(step)
        require_uniform_bound(step)
        require_limit(step, Integrand((location,), (S.Zero, S.One)))
        total = total + NormalForm.from_expr(weight) * step.diff(mu)
    return total
