"""The rules for floating-point numbers and correct rounding to nearest, ties to even.

A format is data, ``("format", precision, least exponent)``. Two atoms speak of it: ``("float", F,
x)``, x is one of its finite numbers, and ``("rounds", F, t, r)``, r is the real number t rounded in
F, with gradual underflow and without overflow. Each rule is a theorem about such a format.
"""

from typing import Any

from sympy import Rational

from elu_sym.algebra.binary_formats import FloatingPointFormat
from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.kernel.language import Formula, Term, canonical
from elu_sym.claims.kernel.logic import fact_of, need
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.kernel.proof import Proof, check, rule

LITERAL = -1
"""The number of no fact: a float is one because it is a rational number of the format."""


def _numbers(data: Any) -> FloatingPointFormat:
    head, precision, least_exponent = data
    need(head == "format" and precision >= 2 and least_exponent <= 0, f"{data} is no format")
    return FloatingPointFormat("float", precision, least_exponent)


def _number(value: Term, context: Context) -> Rational:
    number = context.value(value)
    need(number.is_Rational, f"{canonical(value)} is no rational number")
    return number


def _literal(number: Rational) -> Term:
    """A rational number as a term."""
    return int(number) if number.is_Integer else ("/", int(number.p), int(number.q))


@rule
def float_(goal: Formula, context: Context, number: int) -> None:
    """Rational numbers of a format are floats; so is what was rounded, and the opposite of one.

    Side conditions: the number is one of the format; or a fact says so of it or its opposite.
    """
    head, data, value = goal
    need(head == "float", f"{canonical(goal)} is another statement")
    numbers = _numbers(data)
    if number == LITERAL:
        numbers.rank(_number(value, context))
        return
    _, same, *_, known = fact_of(context, number, "float", "rounds")
    need(same == data, f"fact {number} is about another format")
    mine, theirs = context.value(value), context.value(known)
    need(is_zero(mine - theirs) or is_zero(mine + theirs), f"fact {number} is about {theirs}")


@rule
def floats_apart(goal: Formula, context: Context, number: int, at: Term, proof: Proof) -> None:
    """No float lies between a float and the next one.

    Side conditions: a fact says that the one is a float; the other is a number of the same format,
    not the greatest.
    """
    _, numbers, value = fact_of(context, number, "float")
    context.value(value)
    context.require("term", at)
    after = _numbers(numbers).successor(_number(at, context))
    check(goal, context.with_fact(("or", ("<=", value, at), ("<=", _literal(after), value))), proof)


@rule
def rounds_number(goal: Formula, context: Context, first: Proof, second: Proof) -> None:
    """What lies between the middles of a float and its neighbours rounds to it; ties if even.

    Side conditions: the result is a number of the format, not the greatest, nor the least. That the
    value lies there is left to show (Muller et al. 2018, section 2.2).
    """
    head, data, value, result = goal
    need(head == "rounds", f"{canonical(goal)} is another statement")
    numbers, at = _numbers(data), _number(result, context)
    relation = "<" if numbers.rank(at) % 2 else "<="
    lower, upper = (numbers.predecessor(at) + at) / 2, (at + numbers.successor(at)) / 2
    check((relation, _literal(lower), value), context, first)
    check((relation, value, _literal(upper)), context, second)


@rule
def rounds_near(
    goal: Formula, context: Context, is_float: Proof, first: Proof, second: Proof
) -> None:
    """What is closer to a float than half of the smallest positive one rounds to it.

    Side conditions: that the result is a float, and how close the value is, are left to show: no
    two floats are closer to each other than the smallest positive one.
    """
    head, data, value, result = goal
    need(head == "rounds", f"{canonical(goal)} is another statement")
    half = _numbers(data).least_positive / 2
    check(("float", data, result), context, is_float)
    check(("<", ("+", result, _literal(-half)), value), context, first)
    check(("<", value, ("+", result, _literal(half))), context, second)


@rule
def rounds_order(goal: Formula, context: Context, one: int, other: int, proof: Proof) -> None:
    """Rounding never decreases.

    Side conditions: facts say what is rounded, in the same format; the difference of the sides is
    that of the results. The order of the values is left to show.
    """
    relation, left, right = goal
    _, data, lower, low = fact_of(context, one, "rounds")
    _, same, upper, high = fact_of(context, other, "rounds")
    need(relation == "<=" and same == data, f"{canonical(goal)} is another statement")
    _numbers(data)
    rise = context.value(high) - context.value(low)
    need(
        is_zero(context.value(right) - context.value(left) - rise), f"the results differ by {rise}"
    )
    check(("<=", lower, upper), context, proof)


@rule
def rounds_error(goal: Formula, context: Context, number: int, proof: Proof) -> None:
    """The relative error is at most 2^-p, or the absolute one half of the smallest float.

    Side conditions: a fact says what is rounded, both are defined (Higham 2002, theorem 2.2).
    """
    _, data, value, result = fact_of(context, number, "rounds")
    numbers = _numbers(data)
    error = ("+", result, ("*", -1, value))
    context.value(error)
    half = numbers.least_positive / 2
    share = ("*", ("/", 1, 2**numbers.precision), value)
    ends = (_literal(-half), _literal(half)), (("*", -1, share), share), (share, ("*", -1, share))
    within = (("and", ("<=", low, error), ("<=", error, high)) for low, high in ends)
    check(goal, context.with_fact(("or", *within)), proof)
