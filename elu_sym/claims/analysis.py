"""Tactics of analysis: mean values, signs of means, smoothness, and limits.

Like all tactics they find proofs, in which nobody has to believe (:mod:`elu_sym.claims.tactics`).
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sympy import Symbol, oo

from elu_sym.claims.formulas import term
from elu_sym.claims.kernel import Proof, RejectedError
from elu_sym.claims.kernel.language import Formula, Term, canonical, fresh, implies, substitute
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import (
    Tactic,
    assumption,
    auto,
    by_cases,
    first_of,
    have,
    intro,
    last,
    last_either,
    lemmas,
    linear,
    multiple_of,
    number_of,
    obtained,
    positive,
    tactic,
    using,
)


def mean_value(variable: Symbol, f: Any, p: Any, q: Any, slope: Tactic | None = None) -> Tactic:
    """The goal is the sign of a rise, shown by the sign of the slope."""
    return ("mean-value", variable.name, term(f), term(p), term(q), slope or auto())


def signed_mean(
    everywhere: Tactic, p: Any = None, q: Any = None, inside: Tactic | None = None
) -> Tactic:
    """The goal is that a mean is at least 0; or positive under a normal law, which hits [p, q].

    Args:
        everywhere: shows that the function is at least 0.
        p: the lower end of an interval in which the function is positive, if the mean is to be.
        q: its upper end.
        inside: shows that it is positive there.
    """

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] == "<=":
            return ("law-positive", everywhere)
        _, _, (_, name, (_, centre, deviation), body) = goal
        low, high, at, known = term(p), term(q), fresh(name, context.names), len(context.facts)
        place = ("/", ("+", at, ("*", -1, centre)), deviation)
        slope = ("combine", ((("/", ("density", place), deviation), -1),))
        is_hit = ("mean-value", at, ("Phi", place), low, high, intro(slope))

        def outside(number: int) -> Proof:
            there = ("<", 0, substitute(part, name, at))
            return ("have", there, ("fact", known + 1), ("contradict", multiple_of(number)))

        part = ("if", ("<", low, name), ("if", ("<", name, high), 1, 0), 0)
        lemma = ("forall", name, implies(("<", low, name), ("<", name, high), ("<", 0, body)))
        steps = (("at", at), ("by", ("fact", known + 2)), ("by", ("fact", known + 3)))
        applied = ("use", known, steps, ("fact", known + 4))
        below_q: Proof = ("cases", ("<", at, high), applied, outside(known + 4))
        above_p = ("cases", ("<", low, at), below_q, outside(known + 3))
        shown = ("generalize", at, ("assume", above_p))
        return ("have", lemma, inside, ("law-positive", everywhere, part, is_hit, shown))

    return tactic(find)


def continuity(distance: Any = 1) -> Tactic:
    """The limit at a point is the value of a continuous piece next to it."""
    return ("limit-by-continuity", term(distance))


def growth(bound: Any = 1) -> Tactic:
    """The limit is that of the terms that grow fastest, beyond a bound."""
    return ("limit-by-growth", term(bound))


def joined(order: int, variable: Symbol, f: Any, joints: Iterable[Any], then: Tactic) -> Tactic:
    """Add that a function is of class C^n if and only if its pieces meet."""
    return ("joint", order, variable.name, term(f), tuple(map(term, joints)), then)


def parting(order: int, variable: Symbol, f: Any, *joints: Any, then: Tactic) -> Tactic:
    """From a function of class C^n, a fact, it follows that its pieces meet."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("use", len(context.facts) - 2, (("by", assumption()),), then)

    return joined(order, variable, f, joints, tactic(find))


def joins_smoothly(*joints: Any) -> Tactic:
    """The function of the goal is as smooth as is asked for, because its pieces meet."""

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] != "smooth":
            raise RejectedError(f"{canonical(goal)} says of no function that it is smooth")
        _, order, name, function = goal
        return joined(order, Symbol(name), function, joints, last((auto(),), auto()))

    return tactic(find)


def tends_otherwise(value: Any, proof: Tactic | None = None) -> Tactic:
    """The goal is that something is no limit, since the limit is another value, or infinite."""

    def find(goal: Formula, context: Context) -> Proof:
        _, said, _ = goal
        other = (*said[:-1], "oo" if value == oo else term(value))
        orders = partial(_parted, said, other), partial(_parted, other, said)
        clash = first_of(*orders[: 1 if value == oo else 2])
        shown = proof or growth(0 if said[2] in ("oo", "-oo") else 1)
        return ("assume", have(other, shown, clash))

    return tactic(find)


def one_limit(first: Formula, second: Formula, then: Tactic) -> Tactic:
    """From two limits of a function at one end, finite and facts, add that they are equal."""
    parted = last_either(
        first_of(linear, lambda: _parted(first, second)),
        first_of(linear, lambda: _parted(second, first)),
    )
    return have(("=", first[-1], second[-1]), ("contradict", parted), then)


def near_end(
    limit: Formula, bound: Any, way: str, then: Callable[[str, Formula], Tactic]
) -> Tactic:
    """Use that near the end of a limit, a fact, the function lies above or below a bound.

    Args:
        limit: the fact.
        bound: less than the limit, or more.
        way: on which side of the function the bound lies, ``below`` or ``above``.
        then: given the name of where it is near enough, and what holds from there on.
    """

    def find(goal: Formula, context: Context) -> Proof:
        name = fresh("end", context.names)
        used = tactic(lambda goal, inside: then(name, inside.facts[-1]))
        return ("near", number_of(context, limit), term(bound), way, obtained(name, used))

    return tactic(find)


def used_near(limit: Formula, bounds: Iterable[tuple[str, Formula]], then: Tactic) -> Tactic:
    """Apply what holds near the end of a limit at a place that is near enough for each bound."""
    (one, _), *others = bounds = list(bounds)
    end = limit[2]
    if isinstance(end, str):
        # 1 + y^2 + z^2 exceeds y by (y - 1/2)^2 + z^2 + 3/4.
        squares = [("^", name, 2) for name, _ in bounds]
        sign = 1 if end == "oo" else -1
        place: Term = ("*", sign, ("+", 1, *squares))

        def close(goal: Formula, context: Context) -> Proof:
            (name,) = (name for name, _ in bounds if name in goal)
            rest = [(("^", other, 2), -1) for other, _ in bounds if other != name]
            square = ("^", ("+", name, ("/", -sign, 2)), 2)
            return ("combine", ((square, -1), *rest, (("/", 3, 4), -1)))

        return _applied(place, bounds, [tactic(close)], then)
    hypotheses = [linear(), linear()]
    halves = [("/", ("+", end[1], name), 2) for name, _ in bounds]
    if not others:
        return _applied(halves[0], bounds, hypotheses, then)
    nearer = halves if end[0] == "from-above" else halves[::-1]
    in_order = ("<", one, others[0][0])
    return by_cases(in_order, *(_applied(half, bounds, hypotheses, then) for half in nearer))


def _applied(
    place: Term, bounds: list[tuple[str, Formula]], hypotheses: list[Tactic], then: Tactic
) -> Tactic:
    steps = (("at", place), *(("by", each) for each in hypotheses))
    for _, formula in reversed(bounds):
        then = using(formula, steps, then)
    return then


def _parted(lower: Formula, upper: Formula) -> Tactic:
    """Two limits, the first one less: near the end the function would be less than itself."""
    middle: Term = ("/", ("+", lower[-1], upper[-1]), 2)
    less = first_of(positive, linear)
    between = [(("<", lower[-1], middle), less), (("<", middle, upper[-1]), less)]
    if upper[-1] == "oo":
        middle, between = ("+", lower[-1], 1), []

    def clash(goal: Formula, context: Context) -> Proof:
        return ("combine", tuple((1, len(context.facts) - n) for n in (2, 1)))

    def meet(*below: Any) -> Tactic:
        return near_end(
            upper, middle, "below", lambda *above: used_near(lower, (below, above), tactic(clash))
        )

    return lemmas(between, near_end(lower, middle, "above", meet))
