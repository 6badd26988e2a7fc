"""Terms and formulas from SymPy expressions: how chapters write what they state.

An activation brings its definition. None of this is believed: a statement is what it comes to,
which is printed (:mod:`elu_sym.claims.printing`), and it is the statement that is proved.
"""

from collections.abc import Mapping
from functools import cache
from types import FunctionType
from typing import Any

import sympy
from sympy import Abs, Derivative, Expr, Max, Min, Piecewise, Symbol, oo, pi
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.claims.kernel.language import (
    DEFINITIONS,
    Formula,
    LanguageError,
    Term,
    absolute,
    canonical,
    define,
    implies,
)


class Expectation(Expr):
    """E g(X) in a statement: body, variable, and the symbol of a law, or mean and deviation.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> term(Expectation(x**2, x, mu, sigma))
        ('E', 'x', ('normal', 'mu', 'sigma'), ('^', 'x', 2))
    """

    is_commutative = True
    is_extended_real = True


class Defined(Expr):
    """A defined function in a statement: the symbol of its name, and its arguments."""

    is_commutative = True
    is_extended_real = True


# --- Terms ---------------------------------------------------------------------------

HEADS: Mapping[type[Expr], str] = {
    **{sympy.Add: "+", sympy.Mul: "*", sympy.exp: "exp", sympy.log: "log"},
    **{NormalCdf: "Phi", NormalPdf: "density", MillsRatio: "mills"},
}
"""The words for operations that are written as they are."""


def term(expression: Any) -> Term:
    """A SymPy expression as a term.

    Raises:
        LanguageError: if a part has no word in the language.
    """
    if isinstance(expression, int | tuple | str):
        return expression
    if head := HEADS.get(type(expression)):
        return (head, *map(term, expression.args))
    if expression.is_Integer:
        return int(expression)
    if expression.is_Rational:
        return ("/", expression.p, expression.q)
    if expression.is_Symbol:
        return expression.name
    if expression == pi:
        return ("pi",)
    if expression == sympy.E:
        return ("exp", 1)
    if isinstance(expression, KinkedFunction):
        return (_defined(type(expression)), *map(term, expression.args))
    if isinstance(expression, Abs):
        return absolute(term(expression.args[0]))
    if isinstance(expression, Max | Min) and len(expression.args) == 2:
        one, two = sorted(map(term, expression.args), key=canonical)
        first, second = (one, two) if isinstance(expression, Max) else (two, one)
        return ("if", ("<=", two, one), first, second)
    if isinstance(expression, Piecewise):
        return _conditional(expression.args)
    if isinstance(expression, Derivative):
        ((variable, order),) = expression.variable_count
        body = term(expression.expr)
        for _ in range(int(order)):
            body = ("D", variable.name, body, variable.name)
        return body
    if isinstance(expression, Expectation):
        body, variable, *law = expression.args
        name = law[0].name if len(law) == 1 else ("normal", *map(term, law))
        return ("E", variable.name, name, term(body))
    if isinstance(expression, sympy.Pow) and expression.base != sympy.E:
        return _power(expression)
    if isinstance(expression, Defined):
        return (expression.args[0].name, *map(term, expression.args[1:]))
    raise LanguageError(f"{expression} has no word in the language of statements")


def _power(power: Expr) -> Term:
    base, exponent = term(power.base), power.exp
    if exponent.is_Integer:
        return ("^", base, int(exponent))
    if (2 * exponent).is_Integer:
        return (
            ("sqrt", base) if exponent == sympy.S.Half else ("^", ("sqrt", base), int(2 * exponent))
        )
    return ("exp", ("*", term(exponent), ("log", base)))


def _conditional(pieces: Any) -> Term:
    (piece, condition), *others = pieces
    if not others:
        if condition != sympy.true:
            raise LanguageError("the last piece of a Piecewise has no condition in the language")
        return term(piece)
    heads = {StrictLessThan: "<", LessThan: "<=", StrictGreaterThan: "<", GreaterThan: "<="}
    head = heads.get(type(condition))
    if head is None:
        raise LanguageError(f"the condition {condition} is no inequality")
    # SymPy turns x > 0 into 0 < x, and keeps both sides.
    return (
        "if",
        (head, term(condition.lts), term(condition.gts)),
        term(piece),
        _conditional(others),
    )


def _defined(function: type[KinkedFunction]) -> str:
    """The name of an activation, whose definition is read from its two pieces."""
    name, definition = function.__name__.lower(), _definition(function.left, function.right)
    if DEFINITIONS.get(name) != definition:
        define(name, *definition)
    return name


@cache
def _definition(left: FunctionType, right: FunctionType) -> tuple[tuple[str, ...], Term]:
    """The parameters and the body."""
    code = left.__code__
    parameters = code.co_varnames[: code.co_argcount]
    symbols = [Symbol(parameter, real=True) for parameter in parameters]
    pieces = (term(piece(*symbols)) for piece in (right, left))
    return parameters, ("if", ("<=", 0, parameters[0]), *pieces)


# --- Formulas ------------------------------------------------------------------------


def equal(left: Any, right: Any) -> Formula:
    """``left = right``."""
    return ("=", term(left), term(right))


def less(left: Any, right: Any) -> Formula:
    """``left < right``."""
    return ("<", term(left), term(right))


def at_most(left: Any, right: Any) -> Formula:
    """``left <= right``."""
    return ("<=", term(left), term(right))


def both(*formulas: Formula) -> Formula:
    """Their conjunction."""
    return ("and", *formulas)


def either(*formulas: Formula) -> Formula:
    """Their disjunction."""
    return ("or", *formulas)


def iff(left: Formula, right: Formula) -> Formula:
    """That both hold or neither does."""
    return ("iff", left, right)


def for_all(*parts: Any) -> Formula:
    """A formula, the last argument, for all values of symbols, within what each assumes of itself.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> for_all(alpha, less(-1, alpha))
        ('forall', 'alpha', ('=>', ('<', 0, 'alpha'), ('<', -1, 'alpha')))
    """
    *symbols, formula = parts
    for symbol in reversed(symbols):
        formula = ("forall", symbol.name, implies(*_domain(symbol), formula))
    return formula


def exists(symbol: Symbol, formula: Formula) -> Formula:
    """That a value of a symbol, within what it assumes of itself, makes the formula true."""
    domain = _domain(symbol)
    return ("exists", symbol.name, both(*domain, formula) if domain else formula)


def exists_one(symbol: Symbol, formula: Formula) -> Formula:
    """That exactly one value does."""
    return ("exists1", *exists(symbol, formula)[1:])


def limit(body: Any, variable: Symbol, to: Any, value: Any, side: str = "") -> Formula:
    """That a body has a limit as a variable tends to ``oo``, ``-oo`` or a point from one side."""
    point = (
        _end(to) if to in (oo, -oo) else ({"+": "from-above", "-": "from-below"}[side], term(to))
    )
    return ("limit", variable.name, point, term(body), _end(value))


def _end(value: Any) -> Term:
    return {oo: "oo", -oo: "-oo"}.get(value) or term(value)


def smooth(order: int, body: Any, variable: Symbol) -> Formula:
    """That a function has so many continuous derivatives on the real line."""
    return ("smooth", order, variable.name, term(body))


def _domain(symbol: Symbol) -> tuple[Formula, ...]:
    if symbol.is_positive:
        return (("<", 0, symbol.name),)
    if symbol.is_negative:
        return (("<", symbol.name, 0),)
    return (("<=", 0, symbol.name),) if symbol.is_nonnegative else ()
