"""The rules for expectations, under a normal law and under laws of which only facts are known."""

from typing import Any

from sympy import Expr

from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.kernel.language import (
    Formula,
    Term,
    absolute,
    canonical,
    free_variables,
    implies,
    renamed,
    substitute,
    unfolded,
)
from elu_sym.claims.kernel.logic import need
from elu_sym.claims.kernel.meaning import Context, check_weights
from elu_sym.claims.kernel.proof import Proof, check, rule


def _is_known(context: Context, formula: Formula) -> bool:
    same = (fact for fact in context.facts if fact[0] == formula[0])
    return renamed(unfolded(formula)) in (renamed(unfolded(fact)) for fact in same)


def _require_integrable(context: Context, law: Term, name: str, body: Term) -> None:
    """Raise unless a function has a mean: by a fact, as it takes finitely many values, or by it."""
    context.require("term", ("E", name, law, body))
    if law not in context.laws:
        context.value(("E", name, law, body))
        return
    known = ("integrable", law, name, body)
    simple = _is_simple(name, unfolded(body)) or _is_known(context, known)
    need(simple, f"{canonical(known)} is no fact")


def _is_simple(name: str, body: Term) -> bool:
    """Whether a function takes finitely many values, where a variable only decides which."""
    if name not in free_variables(body):
        return True
    composed = body[0] == "if" and _is_composed(name, body[1])
    return composed and all(_is_simple(name, piece) for piece in body[2:])


def _is_composed(name: str, part: Any) -> bool:
    """Whether no expectation depends on a variable: then a term is measurable."""
    if name not in free_variables(part) or part == name:
        return True
    if part[0] == "D":
        _, variable, body, at = part
        return _is_composed(name, at) and _is_composed(name, substitute(body, variable, at))
    return part[0] != "E" and all(_is_composed(name, inner) for inner in part[1:])


@rule
def law_positive(goal: Formula, context: Context, everywhere: Proof, *strictly: Any) -> None:
    """E g >= 0 if g >= 0; and E g > 0 if, besides, g > 0 wherever an h with E h > 0 is positive.

    Side conditions: g, and h, are integrable by a fact, take finitely many values, or have a mean
    under the law at hand. The signs of g and of E h are left to show.
    """
    match goal:  # which is no sequence of letters, as the name of a variable would be
        case ("<" | "<=" as relation, 0, ("E", str(name), law, body)):
            _require_integrable(context, law, name, body)
        case _:
            raise ValueError(f"{canonical(goal)} says of no expectation that it is positive")
    check(("forall", name, ("<=", 0, body)), context, everywhere)
    if relation == "<":
        part, hit, inside = strictly
        _require_integrable(context, law, name, part)
        check(("<", 0, ("E", name, law, part)), context, hit)
        check(("forall", name, implies(("<", 0, part), ("<", 0, body))), context, inside)


@rule
def law_linear(
    goal: Formula,
    context: Context,
    law: Term,
    name: str,
    shares: Any,
    proof: Proof,
    mirrored: Any = (),
) -> None:
    """What holds of functions of X, added up, holds of expectations; also of -X if it has the law.

    Side conditions: the functions are integrable by a fact, take finitely many values, or have a
    mean under the law at hand; the factors are constants; that the law is symmetric is a fact if
    there are functions of -X. That the sum of the functions is 0 everywhere is left to show.
    """
    relation, left, right = goal
    need(relation == "=", f"{canonical(goal)} is no equation")
    need(not mirrored or ("symmetric", law) in context.facts, f"{law} may not be symmetric")
    total = context.value(right) - context.value(left)
    for factor, body in (*shares, *mirrored):
        context.require("term", factor)
        need(name not in free_variables(factor), f"{canonical(factor)} is no constant")
        _require_integrable(context, law, name, body)
        constant = name not in free_variables(body)
        total -= context.value(factor) * context.value(body if constant else ("E", name, law, body))
    need(is_zero(total), lambda: f"what is left is {total}")
    turned = ((factor, substitute(body, name, ("*", -1, name))) for factor, body in mirrored)
    combined = ("+", 0, *(("*", factor, body) for factor, body in (*shares, *turned)))
    check(("forall", name, ("=", 0, combined)), context, proof)


@rule
def law_dominated(
    goal: Formula, context: Context, constant: Term, bounds: Any, proof: Proof
) -> None:
    """What is measurable, and bounded by a sum of integrable functions, is integrable.

    Side conditions: the function is made of measurable ones, or elementary between breakpoints; the
    bounds are integrable by a fact, or take finitely many values; constant and factors are defined
    and constant. That they bound the function everywhere is left to show.
    """
    head, law, name, body = goal
    need(head == "integrable" and law in context.laws, f"{canonical(goal)} is another statement")
    if not _is_composed(name, unfolded(body)):
        for _, _, inside, variable in context.pieces(name, body):
            inside.value(substitute(body, name, variable))
    for number in (constant, *(factor for factor, _ in bounds)):
        context.require("term", number)
        need(name not in free_variables(number), f"{canonical(number)} is no constant")
        context.value(number)
    for _, bound in bounds:
        _require_integrable(context, law, name, bound)
    upper = ("+", constant, *(("*", factor, absolute(bound)) for factor, bound in bounds))
    parts = ("<=", ("*", -1, upper), body), ("<=", body, upper)
    check(("forall", name, ("and", *parts)), context, proof)


@rule
def law_evident(goal: Formula, context: Context) -> None:
    """What is plain of a normal law, or of one on points.

    Side conditions: the mean is 0, or the points pair off; the expectation exists.
    """
    match goal:
        case ("symmetric", ("normal", mean, _)):
            need(is_zero(context.value(mean)), f"{canonical(mean)} may not be 0")
            context.value(("E", "x", goal[1], 1))
        case ("symmetric", ("points", *pairs)):
            check_weights(goal[1])
            places = [(context.value(place), context.value(mass)) for place, mass in pairs]
            same = (_count(places, p, m) == _count(places, -p, m) for p, m in places)
            need(all(same), "they do not pair off")
        case ("integrable", ("points" | "normal", *_) as law, name, body):
            context.value(("E", name, law, body))
        case _:
            raise ValueError(f"{canonical(goal)} is not evident")


def _count(places: list[tuple[Expr, Expr]], place: Expr, mass: Expr) -> int:
    """How many points of this weight lie at a place."""
    return sum(m == mass and is_zero(p - place) for p, m in places)
