r"""The distribution of two correlated normal variables as a SymPy function.

.. math:: \Phi_2(h, k; r) = P(U \le h, V \le k)

for standard normal U and V with the correlation r, :math:`-1 \le r \le 1`.

References:
    Owen: Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27
    (1956). Drezner, Wesolowsky: On the computation of the bivariate normal integral, Journal of
    Statistical Computation and Simulation 35 (1990), for the integral over the correlation.
"""

from typing import Any

from sympy import (
    Dummy,
    Expr,
    Function,
    Integral,
    Max,
    Min,
    Pow,
    S,
    asin,
    cancel,
    cos,
    exp,
    pi,
    sin,
    sqrt,
)
from sympy.core.function import ArgumentIndexError

from elu_sym.algebra.special_functions import PRINTERS, NormalCdf, NormalPdf
from elu_sym.symbols import Correlation


def complement(r: Expr) -> Expr:
    """The root of ``1 - r**2``, for which the literature has no name of its own.

    Examples:
        >>> from sympy import Rational
        >>> from elu_sym.symbols import rho
        >>> complement(Rational(3, 5)), complement(-rho)
        (4/5, sqrt(1 - rho**2))
    """
    return sqrt(cancel(1 - r**2))


def parametrized(expression: Expr) -> Expr:
    """An expression with every correlation as a rational function of a positive number.

    With r = (1 - t^2)/(1 + t^2) the root of 1 - r^2 is 2 t/(1 + t^2), and SymPy knows signs.

    Examples:
        >>> from elu_sym.symbols import rho
        >>> parametrized(1 - rho**2).factor().is_positive
        True
    """
    for number, r in enumerate(sorted(expression.atoms(Correlation), key=str)):
        t = Dummy(f"t{number}", positive=True)
        width = 2 * t / (1 + t**2)
        roots = {
            power: width ** (2 * power.exp)
            for power in expression.atoms(Pow)
            if power.base == 1 - r**2
        }
        expression = expression.xreplace(roots).xreplace({r: (1 - t**2) / (1 + t**2)})
    return expression


class BivariateNormalCdf(Function):
    r"""The bivariate normal distribution :math:`\Phi_2(h, k; r)`.

    Examples:
        >>> from sympy import S, oo, symbols
        >>> from elu_sym.symbols import rho
        >>> h, k = symbols("h k", real=True)
        >>> BivariateNormalCdf(h, oo, rho), BivariateNormalCdf(h, k, 0)
        (NormalCdf(h), NormalCdf(h)*NormalCdf(k))
        >>> BivariateNormalCdf(0, 0, S.Half), BivariateNormalCdf(h, k, 1)
        (1/3, NormalCdf(Min(h, k)))
        >>> BivariateNormalCdf(h, k, rho).diff(h)
        NormalCdf((-rho*h + k)/sqrt(1 - rho**2))*NormalPdf(h)
        >>> print(BivariateNormalCdf(1, -S.Half, S(3)/5).evalf(20))
        0.30132191575296217364
    """

    nargs = 3

    @classmethod
    def eval(cls, h: Expr, k: Expr, r: Expr) -> Expr | None:
        """The values where an argument is infinite, and where the law is degenerate or known."""
        if S.NegativeInfinity in (h, k):
            return S.Zero
        if S.Infinity in (h, k):
            return NormalCdf(k if h == S.Infinity else h)
        if r.is_zero:
            return NormalCdf(h) * NormalCdf(k)
        if (r - 1).is_zero:
            return NormalCdf(Min(h, k))
        if (r + 1).is_zero:
            return NormalCdf(Max(h, -k)) - NormalCdf(-k)
        if h.is_zero and k.is_zero:
            return S.One / 4 + asin(r) / (2 * pi)
        if r.is_number and r.is_extended_real and (abs(r) > 1) == S.true:
            raise ValueError(f"r = {r}: a correlation is between -1 and 1")
        return None

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative in an argument."""
        h, k, r = self.args
        if argindex not in (1, 2, 3):
            raise ArgumentIndexError(self, argindex)
        if argindex == 2:
            h, k = k, h
        given = (k - r * h) / complement(r)
        if argindex == 3:
            return NormalPdf(h) * NormalPdf(given) / complement(r)
        return NormalPdf(h) * NormalCdf(given)

    def _eval_rewrite_as_Integral(self, h: Expr, k: Expr, r: Expr, **hints: Any) -> Expr:
        angle = Dummy("theta", real=True)
        exponent = -(h**2 - 2 * h * k * sin(angle) + k**2) / (2 * cos(angle) ** 2)
        whole = Integral(exp(exponent), (angle, 0, asin(r)))
        return NormalCdf(h) * NormalCdf(k) + whole / (2 * pi)

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(Integral)._eval_evalf(prec)

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(argument.is_extended_real for argument in self.args) else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        h, k, r = map(printer._print, self.args)
        superscript = f"^{{{exp}}}" if exp is not None else ""
        return rf"\Phi_2{superscript}\left({h}, {k}; {r}\right)"

    def _code(self, printer: Any, **settings: Any) -> str:
        """As the integral over the correlation, where a printer has integrals."""
        return f"({printer._print(self.rewrite(Integral))})"


for _printer in PRINTERS:
    setattr(BivariateNormalCdf, _printer, BivariateNormalCdf._code)
