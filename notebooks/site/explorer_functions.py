"""What the explorer computes beside its program, printed by SymPy as JavaScript.

That is the function itself, its slope, the densities, and what is made of the formulas.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    And,
    Expr,
    Min,
    Piecewise,
    Symbol,
    UnevaluatedExpr,
    diff,
    exp,
    expand,
    log,
    logcombine,
    nan,
    pi,
    solve,
    sqrt,
)
from sympy.codegen.cfunctions import log1p
from sympy.printing.jscode import JavascriptCodePrinter

from elu_sym import elu
from elu_sym.activations import EluDerivative
from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.book.formula import FORMULAS
from elu_sym.book.primitives import UpperPartialMoment

__all__ = ["javascript"]


class _Printer(JavascriptCodePrinter):
    """Prints what the page calls by the names that it has there."""

    def __init__(self) -> None:
        super().__init__({"user_functions": {"log1p": "Math.log1p"}})

    def _print_NaN(self, _: Expr) -> str:
        return "NaN"

    def _print_UpperPartialMoment(self, moment: UpperPartialMoment) -> str:
        order, mean, deviation = moment.args
        assert order == 0, "the page knows probabilities of half-lines and no other moments"
        return f"program.negative_probability({self._print(-mean)}, {self._print(deviation)})"


def _density_at(piece: Expr, x: Symbol, y: Symbol) -> Expr:
    """The density of a piece of f at its value y, X being normal."""
    inverses = solve(piece - y, x)
    if len(inverses) != 1:
        raise NotImplementedError(f"{piece}: the explorer needs a piece with one inverse")
    inverse = logcombine(inverses[0], force=True)
    stable = inverse.replace(log, lambda argument: log1p(expand(argument - 1)))
    return _normal_density(stable) * Abs(diff(inverse, y))


def _normal_density(x: Expr) -> Expr:
    mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)
    standardized = UnevaluatedExpr((x - mu) / sigma)  # the square of sigma may be no double
    return exp(-(standardized**2) / 2) / (sigma * sqrt(2 * pi))


def javascript() -> str:
    """Return the functions that SymPy prints: each of all that is known, by name."""
    x, y = Symbol("x", real=True), Symbol("y", real=True)
    parameters = [Symbol(name, positive=True) for name in elu.parameters]
    sigma, moment, variance = map(Symbol, ("sigma", "second_moment", "variance"))
    slopes = Symbol("derivative_second_moment")
    plain = {each: Symbol(each.name) for each in FORMULAS["derivative_below"].symbols}
    cases = [
        (Min(case.over_primitives(), 1), case.condition)
        for case in FORMULAS["derivative_below"].cases
    ]
    pieces = activation_pieces(elu, tuple(parameters))
    functions = {
        "value": elu.function(x, *parameters),
        "slope": EluDerivative(x, *parameters),
        "normal": _normal_density(x),
        "densityBelow": _density_at(elu.function.left(x, *parameters), x, y),
        "densityAbove": _density_at(elu.function.right(x, *parameters), x, y),
        "factor": pieces.factor,
        "ratio": pieces.ratio,
        "rate": pieces.rate,
        "derivative_below": Piecewise(*cases[:-1], (cases[-1][0], True)).xreplace(plain),
        "second_moment_gain": _where_double(sigma / sqrt(moment), moment),
        "variance_gain": _where_double(sigma / sqrt(variance), variance),
        "gradient_gain": _where_double(1 / sqrt(slopes), slopes),
        "correlation": Symbol("joint_covariance") / variance,
    }
    return "\n".join(f"  {name}: {_function(each)}," for name, each in functions.items())


def _where_double(gain: Expr, moment: Symbol) -> Expr:
    """A gain, and nothing where the moment has left the range of doubles, or would soon."""
    return Piecewise((gain, And(moment > 1e-280, moment < 1e280)), (nan, True))


def _function(expression: Any) -> str:
    """What is printed, as a function of all that is known."""
    printed = _Printer().doprint(expression)
    names = sorted(each.name for each in getattr(expression, "free_symbols", ()))
    return f"({{{', '.join(names)}}}) => {' '.join(printed.split())}"
