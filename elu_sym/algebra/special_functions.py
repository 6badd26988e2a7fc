r"""The normal distribution as SymPy functions: distribution, density, Mills ratio.

SymPy writes :math:`\Phi(t)` as ``erfc(-t/sqrt(2))/2``, which no reader recognizes. These three
keep the field's notation through a derivation; ``rewrite(erfc)`` gives the plain SymPy form.

References:
    Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2. Mills: Table of the ratio,
    Biometrika 18 (1926).
"""

from typing import Any

from sympy import Expr, Function, S, erfc, exp, pi, sqrt
from sympy.core.function import ArgumentIndexError


class NormalPdf(Function):
    r"""The standard normal density :math:`\varphi(t) = e^{-t^2/2}/\sqrt{2\pi}`.

    Examples:
        >>> from sympy import erfc, Symbol
        >>> t = Symbol("t", real=True)
        >>> NormalPdf(t).diff(t)
        -t*NormalPdf(t)
        >>> NormalPdf(t).rewrite(erfc)
        sqrt(2)*exp(-t**2/2)/(2*sqrt(pi))
    """

    nargs = 1

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The density vanishes at both infinities."""
        return S.Zero if t in (S.Infinity, S.NegativeInfinity) else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative, ``-t`` times the density."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return -self.args[0] * self

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return exp(-(t**2) / 2) / sqrt(2 * pi)

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(erfc)._eval_evalf(prec)

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _named(r"\varphi", self, printer, exp)


class NormalCdf(Function):
    r"""The standard normal distribution :math:`\Phi(t) = P(Z \le t)`.

    Examples:
        >>> from sympy import erfc, oo, Symbol
        >>> t = Symbol("t", real=True)
        >>> NormalCdf(-oo), NormalCdf(0), NormalCdf(oo)
        (0, 1/2, 1)
        >>> NormalCdf(t).rewrite(erfc)
        1 - erfc(sqrt(2)*t/2)/2
    """

    nargs = 1

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The values at 0 and at the infinities."""
        if t.is_zero:
            return S.Half
        return {S.Infinity: S.One, S.NegativeInfinity: S.Zero}.get(t)

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative, the density."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return NormalPdf(self.args[0])

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return erfc(-t / sqrt(2)) / 2

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(erfc)._eval_evalf(prec)

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _named(r"\Phi", self, printer, exp)


class MillsRatio(Function):
    r"""The Mills ratio :math:`M(t) = (1 - \Phi(t))/\varphi(t)`.

    Examples:
        >>> from sympy import erfc, Symbol
        >>> t = Symbol("t", real=True)
        >>> MillsRatio(t).diff(t)
        t*MillsRatio(t) - 1
        >>> MillsRatio(t).rewrite(erfc)
        sqrt(2)*sqrt(pi)*exp(t**2/2)*erfc(sqrt(2)*t/2)/2
    """

    nargs = 1

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The value at 0 and the limits."""
        if t.is_zero:
            return sqrt(pi / 2)
        return {S.Infinity: S.Zero, S.NegativeInfinity: S.Infinity}.get(t)

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative, by the differential equation of the ratio."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self.args[0] * self - 1

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return sqrt(pi / 2) * exp(t**2 / 2) * erfc(t / sqrt(2))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(erfc)._eval_evalf(prec)

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _named("M", self, printer, exp)


def _named(name: str, function: Function, printer: Any, power: str | None) -> str:
    superscript = f"^{{{power}}}" if power is not None else ""
    return rf"{name}{superscript}\left({printer._print(function.args[0])}\right)"
