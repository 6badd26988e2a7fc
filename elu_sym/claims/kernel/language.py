"""The language of statements: terms and formulas as nested tuples, which JSON can hold.

A term is an integer, the name of a variable, or a tuple with a head: ``("+", a, b)``,
``("exp", a)``, ``("if", condition, a, b)``, ``("D", x, body, at)`` for a derivative at a point,
``("E", x, law, body)`` for an expectation, or the name of a defined function with its arguments. A
formula is a comparison, a limit, a class of smoothness, or made of such by ``and or => iff not
forall exists exists1``. Variables are real; what else is known of them is written as a hypothesis.
What an experiment recorded is an atom without variables (:mod:`elu_sym.claims.kernel.recorded`).

Chapters write SymPy expressions: :func:`term` reads them, and an activation brings its definition.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy
from sympy import Abs, Derivative, Expr, Max, Min, Piecewise, Symbol, oo, pi
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf

Term = Any
"""An integer, the name of a variable, or a tuple: a head and what it is applied to."""

Formula = tuple[Any, ...]
"""A tuple: a head and what it is applied to."""

FALSE = ("<", 0, 0)

BINDERS: Mapping[str, tuple[int, int]] = {
    "D": (1, 2),
    "E": (1, 3),
    "forall": (1, 2),
    "exists": (1, 2),
    "exists1": (1, 2),
    "forall-law": (1, 2),
    "exists-law": (1, 2),
    "limit": (1, 3),
    "smooth": (2, 3),
    "orbit": (1, 2),
    "iterate": (2, 3),
    "integrable": (2, 3),
}
"""What binds a variable: where its name stands, and where it is bound."""

COMPARISONS = ("=", "<", "<=")
_WORDS = {"oo", "-oo"}

DEFINITIONS: dict[str, tuple[tuple[str, ...], Term]] = {
    "density": (("t",), ("/", ("exp", ("/", ("^", "t", 2), -2)), ("sqrt", ("*", 2, ("pi",))))),
    "mills": (("t",), ("/", ("Phi", ("*", -1, "t")), ("density", "t"))),
}
"""The defined functions: parameters and body. Reading an activation adds it."""


class LanguageError(ValueError):
    """Something that is no term or formula; the message names it."""


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


# --- Reading SymPy ---------------------------------------------------------------------------


def term(expression: Any) -> Term:
    """A SymPy expression as a term.

    Raises:
        LanguageError: if a part has no word in the language.
    """
    if isinstance(expression, int | tuple | str):
        return expression
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
    heads = {sympy.Add: "+", sympy.Mul: "*", sympy.exp: "exp", sympy.log: "log"}
    heads |= {NormalCdf: "Phi", NormalPdf: "density", MillsRatio: "mills"}
    head = heads.get(type(expression))
    if head is None:
        raise LanguageError(f"{expression} has no word in the language of statements")
    return (head, *map(term, expression.args))


def absolute(value: Term) -> Term:
    """The absolute value of a term."""
    return ("if", ("<=", 0, value), value, ("*", -1, value))


def define(name: str, parameters: tuple[str, ...], body: Any) -> None:
    """Add a defined function, or a number if it has no parameters.

    Raises:
        LanguageError: if the name has another definition, or the body has other variables.
    """
    definition = parameters, term(body)
    if free_variables(definition[1]) - set(parameters):
        raise LanguageError(f"the body of {name} has variables that are no parameters")
    if DEFINITIONS.setdefault(name, definition) != definition:
        raise LanguageError(f"there is another definition of {name}")


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
    name = function.__name__.lower()
    code = function.left.__code__
    parameters = code.co_varnames[: code.co_argcount]
    symbols = [Symbol(parameter, real=True) for parameter in parameters]
    right, left = (term(piece(*symbols)) for piece in (function.right, function.left))
    define(name, parameters, ("if", ("<=", 0, parameters[0]), right, left))
    return name


# --- Writing formulas ------------------------------------------------------------------------


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


def implies(*formulas: Formula) -> Formula:
    """The last formula under the hypotheses before it."""
    *hypotheses, conclusion = formulas
    for hypothesis in reversed(hypotheses):
        conclusion = ("=>", hypothesis, conclusion)
    return conclusion


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


# --- Bound variables -------------------------------------------------------------------------


def parts_of(part: Any) -> Iterator[Any]:
    """What a term or formula is directly made of; names of bound variables are none of it."""
    if not isinstance(part, tuple):
        return
    if part[0] == "points":
        yield from (value for pair in part[1:] for value in pair)
        return
    place, _ = BINDERS.get(part[0], (0, 0))
    yield from (inner for n, inner in enumerate(part) if n not in (0, place))


def free_variables(part: Any) -> frozenset[str]:
    """The names of variables and laws that occur free."""
    if isinstance(part, str):
        return frozenset() if part in _WORDS else frozenset([part])
    if not isinstance(part, tuple) or part[0] == "recorded":
        return frozenset()
    if part[0] not in BINDERS:
        return frozenset().union(*map(free_variables, parts_of(part)))
    place, scope = BINDERS[part[0]]
    outside = (p for n, p in enumerate(part) if n not in (0, place, scope))
    inside = free_variables(part[scope]) - {part[place]}
    return inside.union(*map(free_variables, outside))


def substitute(part: Any, name: str, value: Term) -> Any:
    """A term or formula with another term in the place of a free variable.

    Raises:
        LanguageError: if a variable of the term would become bound.
    """
    if name not in free_variables(part):
        return part
    if isinstance(part, str):
        return value
    if part[0] == "points":
        return (
            "points",
            *((substitute(place, name, value), weight) for place, weight in part[1:]),
        )
    place, scope = BINDERS.get(part[0], (0, 0))
    bound = part[place] if place else name
    if bound != name and bound in free_variables(value) and name in free_variables(part[scope]):
        raise LanguageError(f"{part[place]} would be bound in place of {name}")
    return tuple(
        inner
        if n in (0, place) or (n == scope and place and part[place] == name)
        else substitute(inner, name, value)
        for n, inner in enumerate(part)
    )


def renamed(part: Any, names: Mapping[str, str] | None = None, depth: int = 0) -> Any:
    """A term or formula whose bound variables are numbered by their depth, for comparison."""
    names = names or {}
    if isinstance(part, str):
        return names.get(part, part)
    if not isinstance(part, tuple) or part[0] == "recorded":
        return part
    if part[0] == "points":
        return ("points", *((renamed(place, names, depth), weight) for place, weight in part[1:]))
    if part[0] not in BINDERS:
        return (part[0], *(renamed(inner, names, depth) for inner in part[1:]))
    place, scope = BINDERS[part[0]]
    # Not the number of names: a name that is bound twice is one name at two depths.
    inside = {**names, part[place]: f"#{depth}"}
    return tuple(
        p
        if n == 0
        else renamed(p, inside, depth + 1)
        if n in (place, scope)
        else renamed(p, names, depth)
        for n, p in enumerate(part)
    )


def unfolded(part: Any) -> Any:
    """A term with the bodies of defined functions in their places."""
    if not isinstance(part, tuple):
        return part
    if part[0] in DEFINITIONS:
        parameters, body = DEFINITIONS[part[0]]
        if len(parameters) != len(part) - 1:
            raise LanguageError(f"{part[0]} takes {len(parameters)} arguments, not {len(part) - 1}")
        taken = free_variables(part)
        stand_ins = [fresh(f"{part[0]}.{parameter}", taken) for parameter in parameters]
        for parameter, stand_in in zip(parameters, stand_ins, strict=True):
            body = substitute(body, parameter, stand_in)
        for stand_in, argument in zip(stand_ins, part[1:], strict=True):
            body = substitute(body, stand_in, argument)
        return unfolded(body)
    if part[0] == "points":
        return ("points", *((unfolded(place), weight) for place, weight in part[1:]))
    return (part[0], *map(unfolded, part[1:]))


def fresh(name: str, taken: Any) -> str:
    """The name, with as many primes as make it none of those taken."""
    while name in taken:
        name += "'"
    return name


# --- Negation --------------------------------------------------------------------------------


def negation(formula: Formula) -> Formula:
    """The negation, pushed inward as far as it goes."""
    head, *parts = formula
    swapped: dict[str, Callable[..., Formula]] = {
        "<": lambda a, b: ("<=", b, a),
        "<=": lambda a, b: ("<", b, a),
        "=": lambda a, b: ("or", ("<", a, b), ("<", b, a)),
        "not": lambda inner: inner,
        "and": lambda *inner: ("or", *map(negation, inner)),
        "or": lambda *inner: ("and", *map(negation, inner)),
        "=>": lambda a, b: ("and", a, negation(b)),
        "iff": lambda a, b: ("or", ("and", a, negation(b)), ("and", negation(a), b)),
        "forall": lambda name, inner: ("exists", name, negation(inner)),
        "exists": lambda name, inner: ("forall", name, negation(inner)),
        "exists1": lambda name, inner: negation(expanded(formula)),
        "forall-law": lambda name, inner: ("exists-law", name, negation(inner)),
        "exists-law": lambda name, inner: ("forall-law", name, negation(inner)),
    }
    return swapped[head](*parts) if head in swapped else ("not", formula)


def expanded(formula: Formula) -> Formula:
    """``exists1 x F`` as ``exists x (F and forall y (F[y] => y = x))``; others as they are."""
    if formula[0] != "exists1":
        return formula
    _, name, inner = formula
    other = fresh(name + "'", free_variables(inner))
    unique = ("forall", other, ("=>", substitute(inner, name, other), ("=", other, name)))
    return ("exists", name, ("and", inner, unique))


def canonical(part: Any) -> str:
    """The text that stands for a term or formula in a file."""
    return json.dumps(part, separators=(",", ":"))


def read(data: Any) -> Any:
    """What JSON gives, as tuples.

    Raises:
        LanguageError: if there is anything but arrays, strings and integers, or an empty array.
    """
    if isinstance(data, list) and data:
        return tuple(map(read, data))
    if data is not None and type(data) not in (int, str):
        raise LanguageError(f"{data!r} belongs to no term, formula or proof")
    return data
