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
from elu_sym.claims.kernel.logic import need, need_unbound
from elu_sym.claims.kernel.meaning import Context, check_weights
from elu_sym.claims.kernel.proof import Proof, check, rule


def _same(one: Formula, other: Formula) -> bool:
    return bool(renamed(unfolded(one)) == renamed(unfolded(other)))


def _is_known(context: Context, formula: Formula) -> bool:
    return any(fact[0] == formula[0] and _same(fact, formula) for fact in context.facts)


def _require_integrable(context: Context, law: str, name: str, body: Term) -> None:
    known = ("integrable", law, name, body)
    simple = _is_simple(name, unfolded(body)) or _is_known(context, known)
    need(simple, f"{canonical(known)} is no fact")


def _is_simple(name: str, body: Term) -> bool:
    """Whether a function takes finitely many values."""
    if name not in free_variables(body):
        return True
    return body[0] == "if" and all(_is_simple(name, piece) for piece in body[2:])


def _positive_mean(goal: Formula) -> tuple[str, str, Term, Term]:
    match goal:
        case ("<" | "<=" as relation, 0, ("E", str(name), law, body)):
            return relation, name, law, body
    raise ValueError(f"{canonical(goal)} says of no expectation that it is positive")


@rule
def gaussian_positive(
    goal: Formula, context: Context, everywhere: Proof, p: Term, q: Term, inside: Proof
) -> None:
    """E g > 0 if g >= 0, and g > 0 on an interval, which a normal law hits.

    Side conditions: g is a sum of powers times exponentials on finitely many intervals, so that its
    expectation exists; the interval is not empty. The signs of g are left to show.
    """
    relation, name, law, body = _positive_mean(goal)
    need(law[0] == "normal", f"{canonical(law)} is not normal")
    need_unbound(name, p or 0, q or 0)
    context.value(goal[2])
    check(("forall", name, ("<=", 0, body)), context, everywhere)
    if relation == "<=":
        return
    need(context.sign(context.value(q) - context.value(p)) == "+", "the interval is empty")
    positive = implies(("<", p, name), ("<", name, q), ("<", 0, body))
    check(("forall", name, positive), context, inside)


@rule
def law_positive(
    goal: Formula, context: Context, everywhere: Proof, part: Term, inside: Proof
) -> None:
    """E g > 0 if g >= 0, and g > 0 wherever an h with E h > 0 is positive.

    Side conditions: g, and h, are integrable by a fact, or take finitely many values; E h > 0 is a
    fact. The signs of g are left to show.
    """
    relation, name, law, body = _positive_mean(goal)
    need(law in context.laws, f"{canonical(law)} is no law here")
    _require_integrable(context, law, name, body)
    check(("forall", name, ("<=", 0, body)), context, everywhere)
    if relation == "<=":
        return
    _require_integrable(context, law, name, part)
    need(_is_known(context, ("<", 0, ("E", name, law, part))), "nothing says that it is not 0")
    positive = implies(("<", 0, part), ("<", 0, body))
    check(("forall", name, positive), context, inside)


@rule
def law_linear(
    goal: Formula, context: Context, law: str, name: str, shares: Any, proof: Proof
) -> None:
    """What holds of functions, added up, holds of their expectations.

    Side conditions: the functions are integrable by a fact, or take finitely many values; the
    factors are constants. That the sum of the functions is 0 everywhere is left to show.
    """
    relation, left, right = goal
    need(
        relation == "=" and law in context.laws, f"{canonical(goal)} is no equation of expectations"
    )
    total = context.value(right) - context.value(left)
    for factor, body in shares:
        _require_integrable(context, law, name, body)
        constant = name not in free_variables(body)
        total -= context.value(factor) * context.value(body if constant else ("E", name, law, body))
    need(is_zero(total), lambda: f"what is left is {total}")
    combined = ("+", 0, *(("*", factor, body) for factor, body in shares))
    need(not any(name in free_variables(factor) for factor, _ in shares), f"a factor has {name}")
    check(("forall", name, ("=", 0, combined)), context, proof)


@rule
def law_dominated(
    goal: Formula, context: Context, constant: Term, bounds: Any, proof: Proof
) -> None:
    """What is bounded by a constant and multiples of integrable functions is integrable.

    Side conditions: the bounds are integrable by a fact, or take finitely many values; constant and
    factors are constants. That they bound the function everywhere is left to show.
    """
    head, law, name, body = goal
    need(head == "integrable" and law in context.laws, f"{canonical(goal)} is another statement")
    for factor, bound in bounds:
        need(name not in free_variables(factor), f"{canonical(factor)} is no constant")
        _require_integrable(context, law, name, bound)
    need(name not in free_variables(constant), f"{canonical(constant)} is no constant")
    upper = ("+", constant, *(("*", factor, absolute(bound)) for factor, bound in bounds))
    parts = ("<=", ("*", -1, upper), body), ("<=", body, upper)
    check(("forall", name, ("and", *parts)), context, proof)


@rule
def law_symmetric(goal: Formula, context: Context) -> None:
    """Under a symmetric law g(-X) is distributed as g(X).

    Side conditions: the symmetry, and that g is integrable, are facts.
    """
    match goal:
        case ("=", ("E", name, law, body), ("E", other, law_too, reflected)):
            need(law == law_too, f"{law} is not {law_too}")
            found = ("E", other, law, reflected)
            wanted = ("E", name, law, substitute(body, name, ("*", -1, name)))
            _require_integrable(context, law, name, body)
        case ("integrable", law, name, reflected):
            found = goal
            body = substitute(reflected, name, ("*", -1, name))
            wanted = goal
            _require_integrable(context, law, name, body)
        case _:
            raise ValueError(f"{canonical(goal)} is another statement")
    need(law in context.laws and ("symmetric", law) in context.facts, f"{law} may not be symmetric")
    need(_same(found, wanted), "the second function is not the first one reflected")


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
            for place, mass in places:
                need(
                    _count(places, place, mass) == _count(places, -place, mass),
                    "they do not pair off",
                )
        case ("integrable", ("points" | "normal", *_) as law, name, body):
            context.value(("E", name, law, body))
        case _:
            raise ValueError(f"{canonical(goal)} is not evident")


def _count(places: list[tuple[Expr, Expr]], place: Expr, mass: Expr) -> int:
    """How many points of this weight lie at a place."""
    return sum(m == mass and is_zero(p - place) for p, m in places)
