r"""The logistic function and softplus as functions of their own, whose enclosures stay narrow.

Written as 1/(1 + e^-x), on a complex ball far to the left, the logistic function seems to have a
pole: e^-x is huge there and encloses -1. As e^x/(1 + e^x) it has none. So the two, and with them
SiLU, Mish and what they are like, are read as functions that choose, and so are their derivatives:

.. math:: s' = s (1 - s), \quad (\log(1 + e^x))' = s(x).
"""

from sympy import Expr, Function, exp, log
from sympy.core.function import ArgumentIndexError

__all__ = ["Logistic", "Softplus", "with_logistic"]


class Logistic(Function):
    """The logistic function 1/(1 + exp(-x)).

    Examples:
        >>> from elu_sym.symbols import x
        >>> Logistic(x).diff(x)
        (1 - Logistic(x))*Logistic(x)
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative in the only argument."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self * (1 - self)

    def _eval_rewrite_as_exp(self, t: Expr, **hints: object) -> Expr:
        return 1 / (1 + exp(-t))


class Softplus(Function):
    """The function log(1 + exp(x)).

    Examples:
        >>> from elu_sym.symbols import x
        >>> Softplus(2 * x).diff(x)
        2*Logistic(2*x)
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative in the only argument."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return Logistic(self.args[0])

    def _eval_rewrite_as_exp(self, t: Expr, **hints: object) -> Expr:
        return log(1 + exp(t))


def with_logistic(expression: Expr) -> Expr:
    """An expression with both functions where they stand in it, written out.

    Examples:
        >>> from elu_sym.symbols import x
        >>> with_logistic(x / (1 + exp(-2 * x)) ** 2 + log(1 + exp(x)))
        x*Logistic(2*x)**2 + Softplus(x)
    """
    quotients = expression.replace(
        lambda part: (
            part.is_Pow and part.exp.is_Integer and part.exp < 0 and _is_one_more(part.base)
        ),
        lambda part: Logistic(-_exponent(part.base)) ** -part.exp,
    )
    return quotients.replace(
        lambda part: isinstance(part, log) and _is_one_more(part.args[0]),
        lambda part: Softplus(_exponent(part.args[0])),
    )


def _is_one_more(part: Expr) -> bool:
    """Whether this is 1 + exp(t)."""
    return part.is_Add and isinstance(part - 1, exp)


def _exponent(part: Expr) -> Expr:
    return (part - 1).args[0]
