"""The rules for equations and inequalities: algebra, and covers of boxes."""

from typing import Any

from sympy import Rational, S, Symbol, diff

from elu_sym.algebra.enclosure import enclose, exact
from elu_sym.algebra.interval_enclosure import (
    BoxFunction,
    Interval,
    compiled,
    operations_on_boxes,
)
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.kernel.language import COMPARISONS, Formula, Term, canonical, substitute
from elu_sym.claims.kernel.logic import need
from elu_sym.claims.kernel.meaning import ABOVE, Context, RejectedError
from elu_sym.claims.kernel.proof import Proof, check, rule

TRUE = -1
"""The number of the fact 0 < 1."""

NATURAL, CENTRED = "n", "m"
"""A leaf of a tree: the natural interval extension shows it, or the mean value form does."""

AXES = "0123456789"
"""An inner node of a tree: the axis along which a box is halved."""

Box = tuple[tuple[Symbol, Rational, Rational], ...]
"""A product of closed intervals: a symbol with the two ends of its interval, for each axis."""


@rule
def combine(goal: Formula, context: Context, shares: Any) -> None:
    """A sum of facts, times numbers at least 0, or at equations any, is a fact.

    Side conditions: all terms are defined; a multiplier is known to be at least 0 unless it is that
    of an equation; where the goal is strict, a strict fact has a positive one; the sum is the goal
    by the normal form. No fact at all gives what is equal by it. The number -1 stands for 0 < 1, so
    that a sign which shows is a combination, too.
    """
    relation, left, right = goal
    need(relation in COMPARISONS, f"{canonical(goal)} is no comparison")
    total, strict = context.value(right) - context.value(left), False
    for multiplier, number in shares:
        kind, difference = (
            ("<", S.One) if number == TRUE else context.difference(_known(number, context))
        )
        need(kind, f"fact {number} is no comparison of what is defined")
        factor = context.value(multiplier)
        sign = context.sign(factor) if kind != "=" else "0"
        if sign not in ABOVE:
            raise RejectedError(f"the sign of {factor} is not known to be positive")
        need(kind == relation or kind == "=" or relation != "=", "an inequality gives no equation")
        strict |= kind == "<" and sign == "+"
        total -= factor * difference
    need(strict or relation != "<", "nothing makes the inequality strict")
    need(is_zero(total), lambda: f"what is left is {total}")


def _known(number: int, context: Context) -> int:
    need(type(number) is int and 0 <= number < len(context.facts), f"there is no fact {number}")
    return number


@rule
def cover(goal: Formula, context: Context, bits: int, box: Any, tree: str) -> None:
    """What is seen on every part of a box by interval arithmetic holds on the box.

    Side conditions: the facts keep the variables in the box, and the sides have no other ones; on
    every leaf of the tree of halved boxes the difference is seen to be positive, by its natural
    interval extension or by its mean value form (Moore, Kearfott, Cloud, chapters 5 and 6). The
    tree is in preorder, a mark a node, the lower half of a box before the upper.
    """
    relation, left, right = goal
    need(relation in ("<", "<="), f"{canonical(goal)} is no inequality")
    need(bits in range(53, 257), f"{bits} is no working precision")
    gap = context.value(right) - context.value(left)
    axes = []
    for name, lower, upper in box:
        symbol, ends = context.symbols[name], (_number(lower, context), _number(upper, context))
        need(context.sign(symbol - ends[0]) in ABOVE, f"{name} may be less than {ends[0]}")
        need(context.sign(ends[1] - symbol) in ABOVE, f"{name} may be more than {ends[1]}")
        axes.append((symbol, *ends))
    walk(gap, tuple(axes), bits, tree)


def _number(term: Any, context: Context) -> Rational:
    value = context.value(term)
    need(value.is_Rational, f"{value} is no rational number")
    return value


def walk(gap: Any, axes: Box, bits: int, tree: str) -> None:
    """Raise unless an expression is seen to be positive on each leaf of a tree of halved boxes."""
    function = BoxFunction(gap, [symbol for symbol, _, _ in axes], bits)
    parts = [intervals(axes)]
    with working_precision(bits):
        for mark in tree:
            need(parts, "the tree goes on after the last box")
            part = parts.pop()
            if mark in AXES[: len(axes)]:
                parts += reversed(halved(part, AXES.index(mark)))
                continue
            need(mark in (NATURAL, CENTRED), f"{mark} is no mark of a tree")
            bound = function.natural(part) if mark == NATURAL else function.centred(part).lower
            # A bound that is no number fulfils no comparison.
            need(bound > 0, f"nothing is seen on {part}")
    need(not parts, f"the tree leaves {len(parts)} boxes open")


def intervals(box: Box) -> tuple[Interval, ...]:
    """The intervals of a box, in Arb's exact numbers.

    Raises:
        ValueError: if it is no box, or goes beyond what the symbols assume, naming the symbol.
    """
    symbols = [symbol for symbol, _, _ in box]
    if not 0 < len(symbols) <= len(AXES) or len(set(symbols)) < len(symbols):
        raise ValueError(f"a box has one to {len(AXES)} different symbols, not {symbols}")
    for symbol, lower, upper in box:
        if not (lower.is_Rational and upper.is_Rational and lower <= upper):
            raise ValueError(f"{symbol} in [{lower}, {upper}] is no interval of rational numbers")
        if not symbol.is_real or symbol.is_integer:
            raise ValueError(f"{symbol} is not assumed to be a real number in general")
        # Under an assumption SymPy may have simplified the expression.
        if (
            (symbol.is_nonnegative and lower < 0)
            or (symbol.is_nonpositive and upper > 0)
            or (symbol.is_nonzero and lower <= 0 <= upper)
        ):
            raise ValueError(f"{symbol} in [{lower}, {upper}] goes beyond what {symbol} may be")
    return tuple((exact(lower), exact(upper)) for _, lower, upper in box)


def halved(
    part: tuple[Interval, ...], axis: int
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The lower and the upper half of a box along an axis."""
    lower, upper = part[axis]
    middle = (lower + upper) / 2
    before, after = part[:axis], part[axis + 1 :]
    return (*before, (lower, middle), *after), (*before, (middle, upper), *after)


@rule
def iterated(
    goal: Formula, context: Context, term: Term, lower: Term, upper: Term, bits: int, proof: Proof
) -> None:
    """An iterate lies in the ball to which the mean value theorem leads, step by step.

    Side conditions: the function is defined and differentiable at every positive number, and so are
    the numbers on the way; the bounds are rational, and the ball lies between them.
    """
    for part in (term, lower, upper):
        context.require("term", part)
    head, number, name, body, start = term
    need(head == "iterate" and type(number) is int, f"{canonical(term)} is no iterate")
    need(0 < number <= 10_000 and bits in range(53, 1025), "too many steps, or bits")
    variable = context.unused(name, body)
    inside = context.between(variable, 0, None, closed=False).strictly()
    function, symbol = inside.value(substitute(body, name, variable)), inside.symbols[variable]
    outputs = [function, diff(function, symbol)]
    enclosed = compiled(outputs, [symbol], bits, operations_on_boxes(bits))
    with working_precision(bits):
        ball = enclose(_number(start, context), {}, bits)
        for _ in range(number):
            need(ball > 0, "what is not positive is on the way")
            middle = ball.mid()
            value, (_, slope) = enclosed(middle)[0], enclosed(ball)
            ball = value + slope * (ball - middle)
        ends = [enclose(_number(end, context), {}, bits) for end in (lower, upper)]
        need(ends[0] < ball and ball < ends[1], f"it lies in {ball}")
    check(goal, context.with_fact(("and", ("<", lower, term), ("<", term, upper))), proof)
