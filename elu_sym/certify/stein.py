r"""Stein's identity and differentiation in a parameter, with the atoms that a jump leaves.

For X ~ N(mu, sigma^2) and g of bounded variation on compacts and of at most exponential growth,

.. math:: E[(X - \mu) g(X)] = \sigma^2 E[g'(X)],

where g' is the distributional derivative: the pieces' derivatives and, at every breakpoint, an atom
of the height of the jump. (Integrate by parts between the breakpoints: the boundary terms are
exactly the jumps times the density.) Leaving an atom out is the classical mistake: with
``Elu(x, alpha).diff(x)`` as g and a ``Piecewise`` that was differentiated piece by piece as g', the
identity fails by (1 - alpha) times sigma times the standard density at mu/sigma.

In a parameter a, :math:`\partial_a E g = E[\partial_a g]`, where a breakpoint b(a) that moves
leaves an atom of weight -b'(a) times the jump.

References:
    Stein: Estimation of the mean of a multivariate normal distribution, Annals of Statistics 9
    (1981).
"""

from sympy import Expr, Symbol

from elu_sym.algebra.equality import UndecidedError, equals
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import mu, sigma


def stein_certificate(
    mean: Expr,
    weighted_mean: Expr,
    derivative_mean: Expr,
    g: Expr | Integrand,
    derivative: Expr | Integrand | None = None,
) -> Witness:
    """Prove or refute Stein's identity between three closed forms.

    Args:
        mean: the closed form of E g(X).
        weighted_mean: the closed form of E[X g(X)].
        derivative_mean: the closed form of E[g'(X)].
        g: the function of ``x``, without atoms.
        derivative: what ``derivative_mean`` was derived for; checked against the distributional
            derivative of ``g``, atoms included.

    Returns:
        A witness of kind ``"stein"``; a refutation names a rational point.

    Raises:
        IntegrandError: if ``g`` or ``derivative`` cannot be read, or ``g`` has an atom.

    Examples:
        >>> from sympy import Heaviside
        >>> from elu_sym.symbols import x
        >>> from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
        >>> t = mu/sigma
        >>> step, weighted = NormalCdf(t), mu*NormalCdf(t) + sigma*NormalPdf(t)
        >>> stein_certificate(step, weighted, NormalPdf(t)/sigma, Heaviside(x)).passed
        True
        >>> stein_certificate(step, weighted, NormalPdf(t), Heaviside(x)).passed
        False
    """
    return _identity_certificate(
        Evidence.STEIN,
        "E[(X - mu) g] = sigma^2 E[g']",
        (weighted_mean - mu * mean, sigma**2 * derivative_mean),
        Integrand.from_expr(g).derivative(),
        derivative,
    )


def parameter_certificate(
    mean: Expr,
    derivative_mean: Expr,
    g: Expr | Integrand,
    parameter: Symbol,
    derivative: Expr | Integrand | None = None,
) -> Witness:
    """Prove or refute that the derivative of E g in a parameter is E of the derivative of g.

    Args:
        mean: the closed form of E g(X).
        derivative_mean: the closed form of E of the derivative of g in the parameter.
        g: the function of ``x``, without atoms.
        parameter: a parameter of ``g``.
        derivative: what ``derivative_mean`` was derived for; checked against that of ``g``.

    Returns:
        A witness of kind ``"parameter"``.

    Raises:
        IntegrandError: if ``g`` or ``derivative`` cannot be read, or ``g`` has an atom.

    Examples:
        >>> from elu_sym.symbols import alpha, x
        >>> parameter_certificate(alpha*mu, mu, alpha*x, alpha).passed
        True
        >>> parameter_certificate(alpha*mu, alpha, alpha*x, alpha).passed
        False
    """
    return _identity_certificate(
        Evidence.PARAMETER,
        f"d/d{parameter} E[g] = E[dg/d{parameter}]",
        (mean.diff(parameter), derivative_mean),
        Integrand.from_expr(g).derivative(parameter),
        derivative,
    )


def _identity_certificate(
    kind: Evidence,
    identity: str,
    sides: tuple[Expr, Expr],
    slope: Integrand,
    derivative: Expr | Integrand | None,
) -> Witness:
    """Compare the two sides, and the derivative they rest on with the one that is claimed."""
    claimed = slope if derivative is None else Integrand.from_expr(derivative, slope.order)

    def check() -> str:
        if not slope.equals(claimed):
            raise RejectedError(
                f"the derivative of g has the pieces {slope.pieces} and the atoms {slope.atoms}, "
                f"but what was given has {claimed.pieces} and {claimed.atoms}"
            )
        try:
            comparison = equals(*sides)
        except UndecidedError as reason:
            raise RejectedError(f"{identity} is undecided: {reason}") from None
        if not comparison:
            place = ", ".join(f"{symbol} = {value}" for symbol, value in comparison.witness.items())
            raise RejectedError(f"{identity} fails at {place}: {comparison.reason}")
        return f"{identity} exact, with {len(slope.atoms)} atoms in the derivative"

    return testify(kind, check)
