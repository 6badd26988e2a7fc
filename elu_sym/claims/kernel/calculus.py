"""The rules of calculus: mean values, intermediate values, smoothness, limits."""

from itertools import pairwise
from typing import Any

from sympy import Dummy, Expr

from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.claims.kernel.growth import limit_at_infinity
from elu_sym.claims.kernel.language import (
    COMPARISONS,
    Formula,
    Term,
    canonical,
    free_variables,
    fresh,
    implies,
    renamed,
    substitute,
    unfolded,
)
from elu_sym.claims.kernel.logic import fact_of, need, need_unbound
from elu_sym.claims.kernel.meaning import ABOVE, STRICT, Context
from elu_sym.claims.kernel.proof import Proof, check, rule

# A term without conditions is analytic where it is defined and no root is taken of 0: hence a
# term that is defined on a closed interval is continuous there, and one that is defined strictly
# is smooth.


@rule
def mean_value(
    goal: Formula, context: Context, name: str, f: Term, p: Term, q: Term, proof: Proof
) -> None:
    """The mean value theorem: f(q) - f(p) has the sign that f' has between.

    Side conditions: f is defined on [p, q] without a condition that changes there, and
    differentiable between; f(q) - f(p) is the difference of the sides; p < q, or p <= q where the
    goal is not strict. The sign of f' is left to show (Rudin, theorem 5.10).
    """
    relation, left, right = goal
    need(relation in COMPARISONS, f"{canonical(goal)} is no comparison")
    context.require("term", f, name)
    for end in (p, q):
        context.require("term", end)
    need_unbound(name, p, q)
    order = context.sign(context.value(q) - context.value(p))
    need(order == "+" or (order in ABOVE and relation != "<"), "the order of the ends is not known")
    variable = context.unused(name, f)
    at = substitute(f, name, variable)
    context.between(variable, p, q, closed=True).value(at)
    context.between(variable, p, q, closed=False).strictly().value(at)
    rise = context.value(substitute(f, name, q)) - context.value(substitute(f, name, p))
    gap = context.value(right) - context.value(left)
    need(is_zero(rise - gap), lambda: f"the rise of {canonical(f)} is {rise}, not {gap}")
    slope = (relation, 0, ("D", name, f, name))
    check(("forall", name, implies(("<", p, name), ("<", name, q), slope)), context, proof)


@rule
def root(
    goal: Formula, context: Context, f: Term, p: Term, q: Term, c: Term, way: str,
    first: Proof, second: Proof,
) -> None:  # fmt: skip
    """The intermediate value theorem: f takes the value c between p and q.

    Side conditions: f is defined on [p, q] without a condition that changes there, p < q. That c
    lies between f(p) and f(q) is left to show (Rudin, theorem 4.23).
    """
    head, name, inner = goal
    wanted = ("and", ("<", p, name), ("<", name, q), ("=", f, c))
    need(
        head == "exists" and renamed(inner) == renamed(wanted), f"{canonical(goal)} is another root"
    )
    need_unbound(name, p, q, c)
    need(context.sign(context.value(q) - context.value(p)) == "+", "the ends are not in order")
    variable = context.unused(name, f)
    context.between(variable, p, q, closed=True).value(substitute(f, name, variable))
    low, high = substitute(f, name, p), substitute(f, name, q)
    need(way in ("rising", "falling"), f"{way} is no direction")
    check(("<", low, c) if way == "rising" else ("<", c, low), context, first)
    check(("<", c, high) if way == "rising" else ("<", high, c), context, second)


@rule
def joint(
    goal: Formula, context: Context, order: int, name: str, f: Term, joints: Any, proof: Proof
) -> None:
    """Smooth pieces make a function of class C^n if and only if their derivatives meet.

    Side conditions: the joints are in order; between two of them, and at both, f is a term without
    conditions that is defined and takes no root of 0, so that it is smooth up to its ends.
    """
    need(type(order) is int and 0 <= order < 10, f"{order} is no order")
    context.require("term", f, name)
    for end in joints:
        context.require("term", end)
    variable = context.unused(name, f)
    body = unfolded(substitute(f, name, variable))
    ends = [context.value(end) for end in joints]
    for lower, upper in pairwise(ends):
        need(context.sign(upper - lower) == "+", "the joints are not in order")
    pieces = []
    for lower, upper in zip((None, *joints), (*joints, None), strict=True):
        pieces.append(context.between(variable, lower, upper, closed=False).chosen(body))
        context.between(variable, lower, upper, closed=True).strictly().value(pieces[-1])
    meetings: list[Formula] = []
    for left, end, right in zip(pieces, joints, pieces[1:], strict=False):
        meetings.append(("=", substitute(body, variable, end), substitute(right, variable, end)))
        for _ in range(order + 1):
            meetings.append(("=", *(substitute(piece, variable, end) for piece in (left, right))))
            left, right = (("D", variable, piece, variable) for piece in (left, right))
    smooth = ("smooth", order, name, f)
    fact = ("iff", smooth, ("and", *meetings)) if joints else smooth
    check(goal, context.with_fact(fact), proof)


def _approach(point: Any, variable: str, bound: Term, context: Context) -> Context:
    """The context of a variable near the end of a limit: beyond a bound, or so far from the end."""
    match point:
        case "oo":
            return context.between(variable, bound, None, closed=False)
        case "-oo":
            return context.between(variable, None, bound, closed=False)
        case ("from-above" | "from-below" as side, end):
            need(context.sign(context.value(bound)) == "+", f"{canonical(bound)} is no distance")
            if side == "from-above":
                return context.between(variable, end, ("+", end, bound), closed=False)
            return context.between(variable, ("+", end, ("*", -1, bound)), end, closed=False)
    raise ValueError(f"{point} is no end of a limit")


@rule
def limit_by_continuity(goal: Formula, context: Context, distance: Term) -> None:
    """The limit of a continuous function is its value.

    Side conditions: beside the end, closer than the distance, the facts decide every condition; the
    piece is defined at the end itself and takes no root of 0 there.
    """
    head, name, point, body, value = goal
    need(
        head == "limit" and point not in ("oo", "-oo"), f"{canonical(goal)} is no limit at a point"
    )
    variable = context.unused(name, body)
    near = _approach(point, variable, distance, context)
    piece = near.chosen(unfolded(substitute(body, name, variable)))
    # Around the end, not at it, where breakpoints of an expectation may meet.
    end = context.value(point[1])
    around = context.around(variable, end)
    there = around.value(piece).xreplace({around.symbols[variable]: end})
    need(is_zero(there - context.value(value)), lambda: f"the limit is {there}")


@rule
def limit_by_growth(goal: Formula, context: Context, bound: Term) -> None:
    """The limit of a closed form is that of its terms that grow fastest.

    Side conditions: beyond the bound, or closer than it, the facts decide every condition; the
    signs of all leading coefficients are known (Gordon 1941).
    """
    head, name, point, body, value = goal
    need(head == "limit", f"{canonical(goal)} is no limit")
    variable = context.unused(name, body)
    near = _approach(point, variable, bound, context)
    function, symbol = near.value(substitute(body, name, variable)), near.symbols[variable]
    large = Dummy("s", positive=True)
    approach: Expr = {"oo": large, "-oo": -large}.get(point, large)
    if point not in ("oo", "-oo"):
        side = 1 if point[0] == "from-above" else -1
        approach = context.value(point[1]) + side / large
    form = NormalForm.from_expr(function.xreplace({symbol: approach}))
    found = limit_at_infinity(form, large, context.sign)
    if value in ("oo", "-oo"):
        sign = context.sign(found.coefficient)
        need(found.grows and sign == ("+" if value == "oo" else "-"), f"the limit is {found}")
        return
    need(not found.grows, "there is no finite limit")
    need(is_zero(found.coefficient - context.value(value)), f"the limit is {found.coefficient}")


@rule
def squeeze(
    goal: Formula, context: Context, lower: Term, upper: Term, low: Proof, high: Proof, order: Proof
) -> None:
    """What lies between two functions with the same limit has it, too.

    Side conditions: both limits, and the order at less than 1 from the end, or beyond 1, are left
    to show.
    """
    head, name, point, body, value = goal
    sides: list[Formula]
    need(head == "limit" and value not in ("oo", "-oo"), f"{canonical(goal)} is no finite limit")
    need_unbound(name, point, value)
    for side in (lower, upper):
        context.require("term", side, name)
    check((head, name, point, lower, value), context, low)
    check((head, name, point, upper, value), context, high)
    match point:
        case "oo":
            sides = [("<", 1, name)]
        case "-oo":
            sides = [("<", name, -1)]
        case ("from-above", end):
            sides = [("<", end, name), ("<", name, ("+", end, 1))]
        case ("from-below", end):
            sides = [("<", ("+", end, -1), name), ("<", name, end)]
    between = ("and", ("<=", lower, body), ("<=", body, upper))
    check(("forall", name, implies(*sides, between)), context, order)


@rule
def near(goal: Formula, context: Context, number: int, bound: Term, way: str, proof: Proof) -> None:
    """Close enough to the end a function lies on the same side of a number as its limit.

    Side conditions: the number is defined, and lies on one side of the limit.
    """
    _, name, point, body, value = fact_of(context, number, "limit")
    context.require("term", bound)
    level = context.value(bound)
    need(way in ("above", "below"), f"{way} is no side")
    if value in ("oo", "-oo"):
        need(value == ("oo" if way == "below" else "-oo"), "the limit lies on the other side")
    else:
        gap = context.value(value) - level
        need(context.sign(gap) == ("+" if way == "below" else "-"), "the limit may lie beyond")
    need_unbound(name, bound, point, value)
    end = fresh(
        "y", free_variables(("+", name, body, bound, 0)) | free_variables(point) | context.names
    )
    inequality = ("<", bound, body) if way == "below" else ("<", body, bound)
    match point:
        case "oo":
            found = ("forall", name, implies(("<", end, name), inequality))
        case "-oo":
            found = ("forall", name, implies(("<", name, end), inequality))
        case ("from-above", c):
            close = implies(("<", c, name), ("<", name, end), inequality)
            found = ("and", ("<", c, end), ("forall", name, close))
        case ("from-below", c):
            close = implies(("<", end, name), ("<", name, c), inequality)
            found = ("and", ("<", end, c), ("forall", name, close))
    check(goal, context.with_fact(("exists", end, found)), proof)


@rule
def orbit_monotone(goal: Formula, context: Context, stays: Proof, moves: Proof) -> None:
    """An orbit that falls, or rises, and stays above, or below, tends to the only fixed point.

    Side conditions: the function is defined between start and end without a condition that changes
    there, hence continuous, and the end is a fixed point. That the orbit stays beyond the end and
    moves towards it is left to show.
    """
    head, name, body, start, end = goal
    need(head == "orbit", f"{canonical(goal)} is about no orbit")
    need_unbound(name, start, end)
    side = context.sign(context.value(start) - context.value(end))
    need(side in STRICT, f"whether the orbit falls or rises to {canonical(end)} is not known")
    variable = context.unused(name, body)
    ends = (end, start) if side == "+" else (start, end)
    context.between(variable, *ends, closed=True).value(substitute(body, name, variable))
    change = context.value(substitute(body, name, end)) - context.value(end)
    need(is_zero(change) or context.sign(change) == "0", "it moves at the end")

    def on_the_way(relation: str, one: Term, other: Term) -> Formula:
        if side == "+":
            inside = ("<", end, name), ("<=", name, start), (relation, other, one)
        else:
            inside = ("<=", start, name), ("<", name, end), (relation, one, other)
        return ("forall", name, implies(*inside))

    check(on_the_way("<=", body, end), context, stays)
    check(on_the_way("<", name, body), context, moves)
