r"""The normal distribution as SymPy functions: distribution, density, Mills ratio.

SymPy writes :math:`\Phi(t)` as ``erfc(-t/sqrt(2))/2``, which no reader recognizes. These three
keep the field's notation through a derivation; ``rewrite(erfc)`` gives the plain SymPy form. They
print as code, and so ``lambdify`` takes them, in every language of SymPy: where that has no error
function, as in JavaScript, GLSL and Rust, the code calls an ``erfc`` that the user has to provide
(``libm::erfc`` in Rust).

References:
    Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2. Mills: Table of the ratio,
    Biometrika 18 (1926).
"""

from functools import lru_cache
from typing import Any, ClassVar

from sympy import Expr, Function, S, erfc, exp, pi, sqrt
from sympy.core.function import ArgumentIndexError

PRINTERS = (
    *("_pythoncode", "_cmathcode", "_mpmathcode", "_numpycode", "_scipycode", "_cupycode"),
    *("_jaxcode", "_torchcode", "_tensorflowcode", "_lambdacode", "_numexprcode"),
    *("_ccode", "_cxxcode", "_fcode", "_glsl", "_javascript", "_julia", "_maple", "_mcode"),
    *("_octave", "_rcode", "_rust_code"),
)
"""The names by which the printers of SymPy ask an expression for its code."""


@lru_cache(maxsize=1 << 12)  # printers ask for the value of a number once for each place
def _value(function: Expr, prec: int) -> Expr:
    return function.rewrite(erfc)._eval_evalf(prec)


class _NormalFunction(Function):
    """What the three have in common: a real function of one argument, in terms of ``erfc``.

    Each has its derivative as ``slope``.
    """

    symbol: ClassVar[str]

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative in the only argument."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self.slope()

    def _eval_evalf(self, prec: int) -> Expr:
        return _value(self, prec)

    def _code(self, printer: Any) -> str:
        """The code of the plain form, for any printer of SymPy."""
        return f"({printer._print(self.rewrite(NormalCdf))})"

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        superscript = f"^{{{exp}}}" if exp is not None else ""
        return rf"{self.symbol}{superscript}\left({printer._print(self.args[0])}\right)"


for _printer in PRINTERS:
    setattr(_NormalFunction, _printer, lambda self, printer, **settings: self._code(printer))


def _number(constant: Expr, printer: Any) -> Expr:
    """A constant for a printer; PyTorch's sqrt takes no number, though SymPy prints it."""
    return constant.evalf(17) if printer.printmethod == "_torchcode" else constant


def _call(printer: Any, name: str, argument: Expr) -> str:
    called = printer._module_format(name) if "." in name else name
    return f"{called}({printer._print(argument)})"


class NormalPdf(_NormalFunction):
    r"""The standard normal density :math:`\varphi(t) = e^{-t^2/2}/\sqrt{2\pi}`.

    Examples:
        >>> from sympy import erfc, Symbol
        >>> t = Symbol("t", real=True)
        >>> NormalPdf(t).diff(t)
        -t*NormalPdf(t)
        >>> NormalPdf(t).rewrite(erfc)
        sqrt(2)*exp(-t**2/2)/(2*sqrt(pi))
    """

    symbol = r"\varphi"

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The density vanishes at both infinities."""
        return S.Zero if t in (S.Infinity, S.NegativeInfinity) else None

    def _code(self, printer: Any) -> str:
        peak = _number(1 / sqrt(2 * pi), printer)
        return f"({printer._print(peak * exp(-(self.args[0] ** 2) / 2))})"

    def slope(self) -> Expr:
        """The derivative, ``-t`` times the density."""
        return -self.args[0] * self

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return exp(-(t**2) / 2) / sqrt(2 * pi)


class NormalCdf(_NormalFunction):
    r"""The standard normal distribution :math:`\Phi(t) = P(Z \le t)`.

    Examples:
        >>> from sympy import erfc, oo, Symbol
        >>> t = Symbol("t", real=True)
        >>> NormalCdf(-oo), NormalCdf(0), NormalCdf(oo)
        (0, 1/2, 1)
        >>> NormalCdf(t).rewrite(erfc)
        1 - erfc(sqrt(2)*t/2)/2
        >>> from sympy import ccode, lambdify
        >>> ccode(2 * NormalCdf(t))
        '2*((1.0/2.0)*erfc(-1.0/2.0*M_SQRT2*t))'
        >>> lambdify(t, NormalCdf(t), "math")(0.0)
        0.5
    """

    symbol = r"\Phi"

    distributions: ClassVar = {
        "_jaxcode": "jax.scipy.special.ndtr",
        "_rcode": "pnorm",
    }
    """What the function is called by libraries and languages that have it."""
    error_functions: ClassVar = {
        "_fcode": "erfc",
        "_glsl": "erfc",
        "_javascript": "erfc",
        "_rust_code": "libm::erfc",
        "_torchcode": "torch.erfc",
    }
    """What ``erfc`` is called where SymPy does not print it, or prints 1 - erf."""

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The values at 0 and at the infinities."""
        if t.is_zero:
            return S.Half
        return {S.Infinity: S.One, S.NegativeInfinity: S.Zero}.get(t)

    def _code(self, printer: Any) -> str:
        (t,), language = self.args, printer.printmethod
        if language in self.distributions:
            return _call(printer, self.distributions[language], t)
        # SymPy writes erfc(-t) as 2 - erfc(t) at once, which loses the tail.
        tail = erfc(-t * _number(sqrt(2) / 2, printer), evaluate=False)
        if language in self.error_functions:
            called = _call(printer, self.error_functions[language], tail.args[0])
            return f"({printer._print(S.Half)}*{called})"
        return f"({printer._print(S.Half * tail)})"

    def slope(self) -> Expr:
        """The derivative, the density."""
        return NormalPdf(self.args[0])

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return erfc(-t / sqrt(2)) / 2


class MillsRatio(_NormalFunction):
    r"""The Mills ratio :math:`M(t) = (1 - \Phi(t))/\varphi(t)`.

    Examples:
        >>> from sympy import erfc, Symbol
        >>> t = Symbol("t", real=True)
        >>> MillsRatio(t).diff(t)
        t*MillsRatio(t) - 1
        >>> MillsRatio(t).rewrite(erfc)
        sqrt(2)*sqrt(pi)*exp(t**2/2)*erfc(sqrt(2)*t/2)/2
    """

    symbol = "M"

    @classmethod
    def eval(cls, t: Expr) -> Expr | None:
        """The value at 0 and the limits."""
        if t.is_zero:
            return sqrt(pi / 2)
        return {S.Infinity: S.Zero, S.NegativeInfinity: S.Infinity}.get(t)

    def slope(self) -> Expr:
        """The derivative, by the differential equation of the ratio."""
        return self.args[0] * self - 1

    def _eval_rewrite_as_erfc(self, t: Expr, **hints: Any) -> Expr:
        return sqrt(pi / 2) * exp(t**2 / 2) * erfc(t / sqrt(2))

    def _eval_rewrite_as_NormalCdf(self, t: Expr, **hints: Any) -> Expr:
        return NormalCdf(-t) / NormalPdf(t)
