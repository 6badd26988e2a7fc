"""The rules of logic: natural deduction, from the goal backwards."""

from collections.abc import Callable
from typing import Any

from elu_sym.claims.kernel.language import (
    FALSE,
    Formula,
    canonical,
    expanded,
    free_variables,
    negation,
    renamed,
    substitute,
)
from elu_sym.claims.kernel.meaning import Context, RejectedError
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

    Side conditions: the name is new, and does not occur in what is to be shown.
    """
    need_unbound(name, goal)
    head, bound, inner = goal
    need(head in ("forall", "forall-law"), f"{canonical(goal)} is about no variable")
    grown = context.with_variable(name) if head == "forall" else context.with_law(name)
    check(substitute(inner, bound, name), grown, proof)


@rule
def assume(goal: Formula, context: Context, proof: Proof) -> None:
    """What follows from a hypothesis is an implication.

    Side conditions: none. That an atom does not hold is that a falsehood follows from it.
    """
    head, hypothesis, conclusion = goal
    need(head == "=>", f"{canonical(goal)} has no hypothesis")
    check(conclusion, context.with_fact(hypothesis), proof)


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
def witness(goal: Formula, context: Context, value: Any, proof: Proof) -> None:
    """An instance proves that there is one: a value, a law, or the number of a part of "or".

    Side conditions: the value is defined, the law is one, the part is there; of "exactly one" the
    uniqueness is left to show.
    """
    head, *parts = expanded(goal)
    if head == "or":
        need(type(value) is int and 0 <= value < len(parts), f"there is no part {value}")
        check(parts[value], context, proof)
        return
    need(head in ("exists", "exists-law"), f"{canonical(goal)} asks for no value")
    bound, inner = parts
    check(_instance(head, bound, inner, value, context), context, proof)


@rule
def obtain(goal: Formula, context: Context, number: int, name: str, proof: Proof) -> None:
    """What is known to exist gets a name.

    Side conditions: the name is new, and does not occur in what is to be shown.
    """
    fact = fact_of(context, number, "exists", "exists1", "exists-law")
    need_unbound(name, goal, fact)
    head, bound, inner = expanded(fact)
    grown = context.with_variable(name) if head == "exists" else context.with_law(name)
    check(goal, grown.with_fact(substitute(inner, bound, name)), proof)


@rule
def have(goal: Formula, context: Context, lemma: Formula, first: Proof, then: Proof) -> None:
    """What is proved on the way may be used.

    Side conditions: the lemma is about what is known.
    """
    context.require("formula", lemma)
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
    """A formula at a defined term, or at a law, under which 1 has a mean."""
    is_term = head in ("forall", "exists")
    context.require("term" if is_term else "law", value)
    context.value(value if is_term else ("E", "x", value, 1))
    return substitute(inner, bound, value)


@rule
def cases(goal: Formula, context: Context, known: Formula | int, *proofs: Proof) -> None:
    """What follows in every case holds: in those of a disjunction, or with a formula and without.

    Side conditions: a proof for each case, in order; the disjunction is a fact, of which the number
    is given, or the formula is about what is known.
    """
    if isinstance(known, int):
        _, *parts = fact_of(context, known, "or")
    else:
        context.require("formula", known)
        parts = [known, negation(known)]
    for part, proof in zip(parts, proofs, strict=True):
        check(goal, context.with_fact(part), proof)


@rule
def contradict(goal: Formula, context: Context, proof: Proof) -> None:
    """What cannot be false is true; from a falsehood everything follows.

    Side conditions: none. The negation of the goal becomes a fact, and a falsehood is left to show.
    """
    check(FALSE, context.with_fact(negation(goal)), proof)


@rule
def fact(goal: Formula, context: Context, number: int) -> None:
    """What is known is proved.

    Side conditions: the fact is the same up to the names of bound variables.
    """
    known = fact_of(context, number, goal[0])
    need(renamed(known) == renamed(goal), f"fact {number} is {canonical(known)}")


@rule
def replace(
    goal: Formula, context: Context, number: int, name: str, template: Formula, proof: Proof
) -> None:
    """Equal terms are equal in every respect.

    Side conditions: both terms are defined, and the template with the left one is the goal.
    """
    _, left, right = fact_of(context, number, "=")
    need(name not in context.names, f"{name} is taken")
    context.require("formula", template, name)
    context.value(left)
    context.value(right)
    need(renamed(substitute(template, name, left)) == renamed(goal), "the template is another goal")
    check(substitute(template, name, right), context, proof)
