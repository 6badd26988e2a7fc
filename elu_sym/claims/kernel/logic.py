"""The rules of logic: natural deduction, from the goal backwards."""

from collections.abc import Callable
from typing import Any

from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.kernel.language import (
    BINDERS,
    COMPARISONS,
    FALSE,
    Formula,
    Term,
    canonical,
    expanded,
    free_variables,
    negation,
    renamed,
    substitute,
)
from elu_sym.claims.kernel.meaning import Context, RejectedError, check_weights
from elu_sym.claims.kernel.proof import Proof, check, rule


def need(condition: Any, what: str | Callable[[], str]) -> None:
    """Raise unless a side condition of a rule holds; a value is printed only if it fails."""
    if not condition:
        raise RejectedError(what if isinstance(what, str) else what())


def need_unbound(name: str, *parts: Any) -> None:
    """Raise if a name that a rule binds occurs free in what it is not meant to bind."""
    free = free_variables(("+", 0, *parts))
    need(name not in free, f"{name} is taken, and would be bound")


def fact_of(context: Context, number: int, *heads: str) -> Formula:
    """A fact, with one of these heads."""
    need(type(number) is int and 0 <= number < len(context.facts), f"there is no fact {number}")
    fact = context.facts[number]
    need(not heads or fact[0] in heads, f"fact {number} is {canonical(fact)}")
    return fact


@rule
def generalize(goal: Formula, context: Context, name: str, proof: Proof) -> None:
    """What holds of a new variable holds for all.

    Side conditions: the name is new.
    """
    head, bound, inner = goal
    need(head in ("forall", "forall-law"), f"{canonical(goal)} is about no variable")
    grown = context.with_variable(name) if head == "forall" else context.with_law(name)
    check(substitute(inner, bound, name), grown, proof)


@rule
def assume(goal: Formula, context: Context, proof: Proof) -> None:
    """What follows from a hypothesis is an implication; what leads to a falsehood is false.

    Side conditions: none. What is assumed and not an implication is an atom whose negation is to be
    shown.
    """
    head, hypothesis, *conclusion = goal
    need(head in ("=>", "not"), f"{canonical(goal)} has no hypothesis")
    check(conclusion[0] if conclusion else FALSE, context.with_fact(hypothesis), proof)


@rule
def split(goal: Formula, context: Context, *proofs: Proof) -> None:
    """A conjunction is proved part by part, an equivalence in both directions.

    Side conditions: a proof for each part, in order.
    """
    head, *parts = goal
    if head == "iff":
        left, right = parts
        parts = [("=>", left, right), ("=>", right, left)]
    need(head in ("and", "iff"), f"{canonical(goal)} has no parts")
    for part, proof in zip(parts, proofs, strict=True):
        check(part, context, proof)


@rule
def choose(goal: Formula, context: Context, number: int, proof: Proof) -> None:
    """One part of a disjunction proves it.

    Side conditions: the number is that of a part.
    """
    head, *parts = goal
    need(head == "or" and 0 <= number < len(parts), f"{canonical(goal)} has no part {number}")
    check(parts[number], context, proof)


@rule
def witness(goal: Formula, context: Context, value: Any, proof: Proof) -> None:
    """A value for which it holds proves that there is one.

    Side conditions: the value is defined, or the law is one; of "exactly one" the uniqueness is
    left to show.
    """
    head, bound, inner = expanded(goal)
    need(head in ("exists", "exists-law"), f"{canonical(goal)} asks for no value")
    check(_instance(head, bound, inner, value, context), context, proof)


@rule
def obtain(goal: Formula, context: Context, number: int, name: str, proof: Proof) -> None:
    """What is known to exist gets a name.

    Side conditions: the name is new.
    """
    fact = fact_of(context, number, "exists", "exists1", "exists-law")
    head, bound, inner = expanded(fact)
    grown = context.with_variable(name) if head == "exists" else context.with_law(name)
    check(goal, grown.with_fact(substitute(inner, bound, name)), proof)


@rule
def have(goal: Formula, context: Context, lemma: Formula, first: Proof, then: Proof) -> None:
    """What is proved on the way may be used.

    Side conditions: the lemma is about what is known.
    """
    need(free_variables(lemma) <= context.names, f"{canonical(lemma)} is about something unknown")
    check(lemma, context, first)
    check(goal, context.with_fact(lemma), then)


@rule
def use(goal: Formula, context: Context, number: int, steps: Any, proof: Proof) -> None:
    """A general fact is applied: at values, once its hypotheses are shown.

    Side conditions: a value is defined, a law is one, and each hypothesis has a proof.
    """
    fact = fact_of(context, number)
    for kind, data in steps:
        if kind == "at":
            head, bound, inner = fact
            need(head in ("forall", "forall-law"), f"{canonical(fact)} is not general")
            fact = _instance(head, bound, inner, data, context)
        else:
            head, hypothesis, conclusion = fact
            need(kind == "by" and head == "=>", f"{canonical(fact)} has no hypothesis")
            check(hypothesis, context, data)
            fact = conclusion
    check(goal, context.with_fact(fact), proof)


def _instance(head: str, bound: str, inner: Formula, value: Any, context: Context) -> Formula:
    """A formula at a defined term, or at a law."""
    if head in ("forall", "exists"):
        context.value(value)
    else:
        check_law(value, context)
    return substitute(inner, bound, value)


def check_law(law: Term, context: Context) -> None:
    """Raise unless a law is a free one, normal with a positive deviation, or on points."""
    match law:
        case str():
            need(law in context.laws, f"{law} is no law here")
        case ("points", *pairs):
            check_weights(law)
            for place, _ in pairs:
                context.value(place)
        case ("normal", mean, deviation):
            context.value(mean)
            need(context.sign(context.value(deviation)) == "+", f"{canonical(law)} is no law")
        case _:
            raise RejectedError(f"{canonical(law)} is no law")


@rule
def cases(goal: Formula, context: Context, formula: Formula, first: Proof, second: Proof) -> None:
    """A formula holds or its negation does.

    Side conditions: the formula is about what is known. A negation is pushed inward.
    """
    need(free_variables(formula) <= context.names, f"{canonical(formula)} is not about this")
    check(goal, context.with_fact(formula), first)
    check(goal, context.with_fact(negation(formula)), second)


@rule
def either(goal: Formula, context: Context, number: int, *proofs: Proof) -> None:
    """A disjunction that is known is used part by part.

    Side conditions: a proof for each part, in order.
    """
    _, *parts = fact_of(context, number, "or")
    for part, proof in zip(parts, proofs, strict=True):
        check(goal, context.with_fact(part), proof)


@rule
def contradict(goal: Formula, context: Context, proof: Proof) -> None:
    """What cannot be false is true.

    Side conditions: none. The negation of the goal becomes a fact, and a falsehood is left to show.
    """
    check(FALSE, context.with_fact(negation(goal)), proof)


@rule
def absurd(goal: Formula, context: Context, proof: Proof) -> None:
    """From a falsehood everything follows.

    Side conditions: none.
    """
    check(FALSE, context, proof)


@rule
def deny(goal: Formula, context: Context, number: int, proof: Proof) -> None:
    """What is known to be false cannot be proved, unless everything can.

    Side conditions: the fact is the negation of an atom.
    """
    _, inner = fact_of(context, number, "not")
    check(inner, context, proof)


@rule
def fact(goal: Formula, context: Context, number: int) -> None:
    """What is known is proved, in other words, too: equal differences, equal functions.

    Side conditions: the same up to names; or comparisons of the same kind, both sides of both
    defined; or limits, with the same end and value, and classes of smoothness of equal functions.
    """
    known = fact_of(context, number, goal[0])
    if renamed(known) == renamed(goal):
        return
    if goal[0] in COMPARISONS:
        left, right = map(context.value, goal[1:])
        relation, difference = context.difference(number)
        need(relation and is_zero(right - left - difference), f"fact {number} says something else")
        return
    need(goal[0] in ("limit", "smooth"), f"fact {number} is {canonical(known)}")
    place, scope = BINDERS[goal[0]]
    name = context.unused(goal[place], goal[scope], known[scope])
    inside = context.with_variable(name)
    one, other = (inside.value(substitute(f[scope], f[place], name)) for f in (goal, known))
    need(is_zero(one - other), f"fact {number} is about another function")
    for place, (mine, theirs) in enumerate(zip(goal, known, strict=True)):
        same = mine == theirs or place in BINDERS[goal[0]]
        need(same or is_zero(context.value(mine) - context.value(theirs)), "another end or value")


@rule
def replace(
    goal: Formula, context: Context, number: int, name: str, template: Formula, proof: Proof
) -> None:
    """Equal terms are equal in every respect.

    Side conditions: both terms are defined, and the template with the left one is the goal.
    """
    _, left, right = fact_of(context, number, "=")
    need(name not in context.names, f"{name} is taken")
    context.value(left)
    context.value(right)
    need(renamed(substitute(template, name, left)) == renamed(goal), "the template is another goal")
    check(substitute(template, name, right), context, proof)
