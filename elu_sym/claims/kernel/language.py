"""The language of statements: terms and formulas as nested tuples, which JSON can hold.

A term is an integer, the name of a variable, or a tuple with a head: ``("+", a, b)``,
``("exp", a)``, ``("if", condition, a, b)``, ``("D", x, body, at)`` for a derivative at a point,
``("E", x, law, body)`` for an expectation, or the name of a defined function with its arguments. A
formula is a comparison, a limit, a class of smoothness, or made of such by ``and or => iff not
forall exists exists1``. Variables are real; what else is known of them is written as a hypothesis.
What an experiment recorded is an atom without variables (:mod:`elu_sym.claims.kernel.recorded`).

Chapters write SymPy expressions, which :mod:`elu_sym.claims.formulas` reads; it is not believed.
"""

import json
from collections.abc import Callable, Mapping, Set
from typing import Any

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

_CONDITIONS = {"<": "term term", "<=": "term term"}
GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "term": {
        **{"+": "term*", "*": "term*", "/": "term term", "^": "term integer", "pi": ""},
        **dict.fromkeys(("sqrt", "exp", "log", "Phi"), "term"),
        **{"if": "condition term term", "D": "name term term", "E": "name law term"},
        "iterate": "integer name term term",
    },
    "condition": _CONDITIONS,
    "formula": {
        **_CONDITIONS,
        **{"=": "term term", "and": "formula*", "or": "formula*", "not": "formula"},
        **dict.fromkeys(("=>", "iff"), "formula formula"),
        **dict.fromkeys(("forall", "exists", "exists1"), "name formula"),
        **dict.fromkeys(("forall-law", "exists-law"), "name formula"),
        **{"limit": "name point term value", "smooth": "integer name term"},
        **{"symmetric": "law", "integrable": "law name term", "orbit": "name term term term"},
        **{"float": "format term", "rounds": "format term term"},
    },
    "law": {"normal": "term term"},
    "point": {"from-above": "term", "from-below": "term"},
    "format": {"format": "integer integer"},
}
"""By kind what a head is applied to; a star stands for one or more. Besides there are defined
functions, laws on points, which are pairs of a place and a weight, and what was recorded."""

DEFINITIONS: dict[str, tuple[tuple[str, ...], Term]] = {
    "density": (("t",), ("/", ("exp", ("/", ("^", "t", 2), -2)), ("sqrt", ("*", 2, ("pi",))))),
    "mills": (("t",), ("/", ("Phi", ("*", -1, "t")), ("density", "t"))),
}
"""The defined functions: parameters and body. Reading an activation adds it."""


class LanguageError(ValueError):
    """Something that is no term or formula; the message names it."""


def absolute(value: Term) -> Term:
    """The absolute value of a term."""
    return ("if", ("<=", 0, value), value, ("*", -1, value))


def implies(*formulas: Formula) -> Formula:
    """The last formula under the hypotheses before it."""
    *hypotheses, conclusion = formulas
    for hypothesis in reversed(hypotheses):
        conclusion = ("=>", hypothesis, conclusion)
    return conclusion


def define(name: str, parameters: tuple[str, ...], body: Term) -> None:
    """Add a defined function, or a number if it has no parameters.

    Raises:
        LanguageError: if the name has another definition or meaning, or the body is no term in
            the parameters.
    """
    definition = parameters, body
    if any(name in heads for heads in (*GRAMMAR.values(), ("points", "recorded"))):
        raise LanguageError(f"{name} is a word of the language")
    require("term", body, frozenset(parameters))
    if DEFINITIONS.setdefault(name, definition) != definition:
        raise LanguageError(f"there is another definition of {name}")


# --- Grammar ---------------------------------------------------------------------------------


def require(kind: str, part: Any, variables: Set[str], laws: Set[str] = frozenset[str]()) -> None:
    """Raise unless something is a term, formula or law, and has no other free variables or laws.

    Args:
        kind: a key of ``GRAMMAR``; or ``integer``, ``name``, or ``value``, that of a limit.
        part: what is to be that.
        variables: those that may occur free.
        laws: so, too.

    Raises:
        LanguageError: if it is not.
    """
    if type(part) is int:
        fits = kind in ("integer", "term", "value")
    elif type(part) is str and kind == "name":  # bound variables are compared as "#0", "#1", ...
        fits = part not in _WORDS and not part.startswith("#")
    elif type(part) is str:
        known = {"term": variables, "value": variables | _WORDS, "point": _WORDS, "law": laws}
        fits = part in known.get(kind, ())
    else:
        fits = type(part) is tuple and len(part) > 0 and type(part[0]) is str
        fits = fits and _parts_fit("term" if kind == "value" else kind, part, variables, laws)
    if not fits:
        raise LanguageError(f"{part} is no {kind} about what is known")


def _parts_fit(kind: str, part: Any, variables: Set[str], laws: Set[str]) -> bool:
    """Whether there are as many parts as there must be; raise unless each of them fits."""
    head, *parts = part
    if kind == "formula" and head == "recorded":
        return all(map(_is_data, parts))
    if kind == "law" and head == "points":
        for place, weight in parts:
            require("term", place, variables, laws)
            require("term", weight, frozenset())
        return len(parts) > 0 and all(type(pair) is tuple for pair in parts)
    if kind == "term" and head in DEFINITIONS:
        shape = ["term"] * len(DEFINITIONS[head][0])
    elif head in GRAMMAR.get(kind, ()):
        shape = GRAMMAR[kind][head].split()
    else:
        return False
    if shape and shape[0].endswith("*"):
        shape = [shape[0][:-1]] * max(len(parts), 1)
    if len(shape) != len(parts):
        return False
    place, scope = BINDERS.get(head, (0, 0))
    for number, (wanted, inner) in enumerate(zip(shape, parts, strict=True), start=1):
        if number != scope:
            require(wanted, inner, variables, laws)
        elif head.endswith("-law"):
            require(wanted, inner, variables - {part[place]}, laws | {part[place]})
        else:
            require(wanted, inner, variables | {part[place]}, laws - {part[place]})
    return True


def _is_data(part: Any) -> bool:
    """Whether something is made of tuples, strings, integers and None."""
    if type(part) is tuple:
        return all(map(_is_data, part))
    return part is None or type(part) in (int, str)


# --- Bound variables -------------------------------------------------------------------------


def free_variables(part: Any) -> frozenset[str]:
    """The names of variables and laws that occur free."""
    if isinstance(part, str):
        return frozenset() if part in _WORDS else frozenset([part])
    if not isinstance(part, tuple) or part[0] == "recorded":
        return frozenset()
    if part[0] == "points":
        part = ("+", *(value for pair in part[1:] for value in pair))
    if part[0] not in BINDERS:
        return frozenset().union(*map(free_variables, part[1:]))
    place, scope = BINDERS[part[0]]
    outside = (p for n, p in enumerate(part) if n not in (0, place, scope))
    inside = free_variables(part[scope]) - {part[place]}
    return inside.union(*map(free_variables, outside))


def substitute(part: Any, name: str, value: Term) -> Any:
    """A term or formula with another term in the place of a free variable.

    Raises:
        LanguageError: if a variable of the term would become bound.
    """
    if isinstance(part, str):
        return value if part == name else part
    if not isinstance(part, tuple) or part[0] == "recorded":
        return part
    if part[0] == "points":
        return (
            "points",
            *((substitute(place, name, value), weight) for place, weight in part[1:]),
        )
    if part[0] not in BINDERS:
        return (part[0], *(substitute(inner, name, value) for inner in part[1:]))
    place, scope = BINDERS[part[0]]
    bound = part[place]
    if bound != name and bound in free_variables(value) and name in free_variables(part[scope]):
        raise LanguageError(f"{bound} would be bound in place of {name}")
    return tuple(
        inner
        if n in (0, place) or (n == scope and bound == name)
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
        taken = free_variables(part).union(parameters)
        # By number: primes would make the stand-ins of two parameters one.
        stand_ins = [fresh(f"{part[0]}.{number}", taken) for number in range(len(parameters))]
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
    """The negation, pushed inward as far as it goes: that of an atom is that it leads to FALSE."""
    head, *parts = formula
    swapped: dict[str, Callable[..., Formula]] = {
        "<": lambda a, b: ("<=", b, a),
        "<=": lambda a, b: ("<", b, a),
        "=": lambda a, b: ("or", ("<", a, b), ("<", b, a)),
        "not": lambda inner: inner,
        "and": lambda *inner: ("or", *map(negation, inner)),
        "or": lambda *inner: ("and", *map(negation, inner)),
        "=>": lambda a, b: a if b == FALSE else ("and", a, negation(b)),
        "iff": lambda a, b: ("or", ("and", a, negation(b)), ("and", negation(a), b)),
        "forall": lambda name, inner: ("exists", name, negation(inner)),
        "exists": lambda name, inner: ("forall", name, negation(inner)),
        "exists1": lambda name, inner: negation(expanded(formula)),
        "forall-law": lambda name, inner: ("exists-law", name, negation(inner)),
        "exists-law": lambda name, inner: ("forall-law", name, negation(inner)),
    }
    return swapped[head](*parts) if head in swapped else ("=>", formula, FALSE)


def pushed(formula: Formula) -> Formula:
    """The formula without a negation in front."""
    while formula[0] == "not":
        formula = negation(formula[1])
    return formula


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
