"""The text of functions that know the pieces of an activation, for the modules of networks.

What the theory of layers needs beside the formulas is the shape of an activation,

    f(x) = c x,  x >= 0,      f(x) = c r (e^(k x) - 1)/k,  x < 0     (c r x where k = 0),

with numbers c > 0, r >= 0 and k >= 0 that depend on the parameters. They are read from the pieces
of the definition; where the pieces are no such functions there is no text, and what needs the shape
says so when it is asked.
"""

import re

from sympy import Expr, Symbol, diff, exp, simplify

from elu_sym.algebra.equality import UndecidedError, equals
from elu_sym.algebra.normal_form import NotNormalizableError
from elu_sym.book.formula import ACTIVATIONS, Activation
from elu_sym.generate.printers import PythonPrinter, python_function

__all__ = ["pieces_source", "read_pieces"]


def pieces_source() -> str:
    """Of every activation: its pieces, if it has such, itself and its derivative as functions."""
    activations = ACTIVATIONS.values()
    return "".join([*map(_pieces_function, activations), *map(_value_and_slope, activations)])


def read_pieces(activation: Activation) -> tuple[Expr, Expr, Expr] | None:
    """The numbers c, r and k of an activation.

    Args:
        activation: one of the book.

    Returns:
        Expressions in its parameters, or None if its pieces are no such functions. That they are is
        decided by the normal form.

    Examples:
        >>> from elu_sym import celu, relu
        >>> read_pieces(celu), read_pieces(relu)
        ((1, 1, 1/alpha), (1, 0, 0))
    """
    x = Symbol("x", real=True)
    left, right = (
        piece(x, *activation.symbols)
        for piece in (activation.function.left, activation.function.right)
    )
    factor, slope = diff(right, x), diff(left, x)
    # The left piece solves f'' = k f'.
    rate = simplify(diff(slope, x) / slope) if slope != 0 else slope
    if factor.has(x) or rate.has(x) or not factor.is_positive:
        return None
    ratio = simplify(slope.subs(x, 0) / factor)
    if not (rate.is_nonnegative and ratio.is_nonnegative):
        return None
    below = factor * ratio * (x if rate == 0 else (exp(rate * x) - 1) / rate)
    try:
        fits = equals(left, below) and equals(right, factor * x)
    except (NotNormalizableError, UndecidedError):
        return None
    return (factor, ratio, rate) if fits else None


def _pieces_function(activation: Activation) -> str:
    """The text of a function of the parameters; empty where there are no such pieces."""
    pieces = read_pieces(activation)
    if pieces is None:
        return ""
    below = "c r x" if pieces[2] == 0 else "c r (e^(k x) - 1)/k"
    return python_function(
        f"{activation.name}_pieces",
        dict.fromkeys(activation.parameters, "Array"),
        f"Return c, r, k: {activation.name}(x) is c x for x >= 0, {below} for x < 0.",
        ", ".join(_code(activation, number) for number in pieces),
        returns="tuple[Array, ...]",
    )


def _value_and_slope(activation: Activation) -> str:
    """The text of the activation and of its derivative, functions of x and of the parameters."""
    x, name = Symbol("x", real=True), activation.name
    arguments = dict.fromkeys(("x", *activation.parameters), "Array")
    value = activation.function(x, *activation.symbols)
    slope = activation.function.derivative(x, *activation.symbols)
    return "".join(
        python_function(f"{name}_{kind}", arguments, statement, _code(activation, expression))
        for kind, statement, expression in (
            ("value", f"Compute {name}.", value),
            ("slope", f"Compute the derivative of {name}.", slope),
        )
    )


def _code(activation: Activation, expression: Expr) -> str:
    names = (Symbol(name, positive=True) for name in activation.parameters)
    plain = expression.xreplace(dict(zip(activation.symbols, names, strict=True)))
    # SymPy folds what it clips by a list, for any number of arguments.
    code = PythonPrinter().doprint(plain)
    return re.sub(r"functools\.reduce\(([\w.]+), \[(.+?)\]\)", r"\1(\2)", code)
