"""Activations that are not in the book, each by its definition and by who proposed it.

The names are those of the field, as in PyTorch and JAX, and so are the constants in them. Each is
an expression in ``elu_sym.symbols.x``, built when it is asked for: a name alone loads no SymPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sympy import Expr

__all__ = ["NAMED_ACTIVATIONS", "NamedActivation"]


class NamedActivation(NamedTuple):
    """A definition.

    Attributes:
        define: from a real symbol to the expression.
        source: who proposed it.
        jumps: whether it is not continuous.

    Examples:
        >>> from elu_sym.symbols import x
        >>> NAMED_ACTIVATIONS["softplus"].define(x)
        log(exp(x) + 1)
    """

    define: Callable[[Expr], Expr]
    source: str
    jumps: bool = False


def _gelu(x: Expr) -> Expr:
    from elu_sym.algebra.special_functions import NormalCdf

    return x * NormalCdf(x)


def _gelu_tanh(x: Expr) -> Expr:
    from sympy import Rational, pi, sqrt, tanh

    return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3)))


def _quick_gelu(x: Expr) -> Expr:
    from sympy import Rational

    return x * _sigmoid(Rational(1702, 1000) * x)


def _silu(x: Expr) -> Expr:
    return x * _sigmoid(x)


def _mish(x: Expr) -> Expr:
    from sympy import tanh

    return x * tanh(_softplus(x))


def _softplus(x: Expr) -> Expr:
    from sympy import exp, log

    return log(1 + exp(x))


def _squareplus(x: Expr) -> Expr:
    from sympy import sqrt

    return (x + sqrt(x**2 + 4)) / 2


def _tanh(x: Expr) -> Expr:
    from sympy import tanh

    return tanh(x)


def _sigmoid(x: Expr) -> Expr:
    from sympy import exp

    return 1 / (1 + exp(-x))


def _hard_sigmoid(x: Expr) -> Expr:
    return _relu6(x + 3) / 6


def _hard_swish(x: Expr) -> Expr:
    return x * _hard_sigmoid(x)


def _hard_tanh(x: Expr) -> Expr:
    from sympy import Max, Min

    return Max(-1, Min(1, x))


def _relu6(x: Expr) -> Expr:
    from sympy import Max, Min

    return Max(0, Min(6, x))


def _squared_relu(x: Expr) -> Expr:
    from sympy import Max

    return Max(0, x) ** 2


def _softsign(x: Expr) -> Expr:
    return x / (1 + abs(x))


def _log_sigmoid(x: Expr) -> Expr:
    return -_softplus(-x)


def _tanhshrink(x: Expr) -> Expr:
    return x - _tanh(x)


def _hardshrink(x: Expr) -> Expr:
    from sympy import Piecewise, S

    return Piecewise((x, x < -S.Half), (0, x <= S.Half), (x, True))


def _softshrink(x: Expr) -> Expr:
    from sympy import Max, Min, S

    return Max(0, x - S.Half) + Min(0, x + S.Half)


_GELU = "Hendrycks, Gimpel, 2016, arXiv 1606.08415"
_MOBILE = "Howard and others, ICCV 2019, section 5.2"
_SHRINK = "Donoho, Johnstone, Biometrika 81, 1994, with the threshold 1/2 of PyTorch"

NAMED_ACTIVATIONS = {
    "gelu": NamedActivation(_gelu, _GELU),
    "gelu_tanh": NamedActivation(_gelu_tanh, f"{_GELU}, section 2, with the hyperbolic tangent"),
    "quick_gelu": NamedActivation(_quick_gelu, f"{_GELU}, section 2, with the logistic function"),
    "silu": NamedActivation(_silu, "Elfwing, Uchibe, Doya, Neural Networks 107, 2018; also Swish"),
    "mish": NamedActivation(_mish, "Misra, BMVC 2020"),
    "softplus": NamedActivation(_softplus, "Dugas and others, NIPS 2000"),
    "squareplus": NamedActivation(_squareplus, "Barron, 2021, arXiv 2112.11687, with b = 4"),
    "tanh": NamedActivation(_tanh, "LeCun, Bottou, Orr, Müller, Efficient BackProp, 1998"),
    "sigmoid": NamedActivation(_sigmoid, "Rumelhart, Hinton, Williams, Nature 323, 1986"),
    "hard_sigmoid": NamedActivation(_hard_sigmoid, f"{_MOBILE}: relu6(x + 3)/6"),
    "hard_swish": NamedActivation(_hard_swish, _MOBILE),
    "hard_tanh": NamedActivation(_hard_tanh, "Collobert, Université Paris VI, 2004"),
    "relu6": NamedActivation(_relu6, "Krizhevsky, University of Toronto, 2010"),
    "squared_relu": NamedActivation(_squared_relu, "So and others, NeurIPS 2021"),
    "softsign": NamedActivation(_softsign, "Bergstra, Desjardins, Lamblin, Bengio, 2009"),
    "log_sigmoid": NamedActivation(_log_sigmoid, "PyTorch, torch.nn.LogSigmoid"),
    "tanhshrink": NamedActivation(_tanhshrink, "PyTorch, torch.nn.Tanhshrink"),
    "hardshrink": NamedActivation(_hardshrink, _SHRINK, jumps=True),
    "softshrink": NamedActivation(_softshrink, _SHRINK),
}
"""Every definition by its name."""
