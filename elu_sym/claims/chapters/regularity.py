"""How regular ELU is: continuous, its corner, monotone, its range."""

from functools import partial

from sympy import Derivative, Expr, Rational, Symbol, expand, log, oo

from elu_sym.activations import Celu, Elu, KinkedFunction
from elu_sym.claims.analysis import (
    continuity,
    growth,
    joins_smoothly,
    mean_value,
    near_end,
    parting,
    tends_otherwise,
    used_near,
)
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    at_most,
    both,
    equal,
    exists,
    for_all,
    iff,
    less,
    limit,
    smooth,
    term,
)
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    again,
    assumption,
    auto,
    by_cases,
    counterexample,
    have,
    intro,
    linear,
    obtained,
    parts,
    witness,
)
from elu_sym.symbols import alpha, x, y, z

ELU, CELU = Elu(x, alpha), Celu(x, alpha)
SLOPE = Derivative(ELU, x)
PERCENT = Rational(101, 100)
"""One per cent more."""


def never_smooth(order: int) -> Formula:
    """ELU is C^n for no alpha."""
    return for_all(alpha, ("not", smooth(order, ELU, x)))


def smooth_only_at(function: Expr, value: Expr) -> Formula:
    """A function is C^1 if and only if alpha has a value."""
    return for_all(alpha, iff(smooth(1, function, x), equal(alpha, value)))


def has_corner(order: int, function: Expr) -> Tactic:
    """A function that were C^n would have derivatives that meet at 0."""
    return ("assume", parting(order, x, function, 0, then=auto()))


def jumps(left: Expr, right: Expr) -> Formula:
    """The one-sided derivatives at 0, and the limits there of the derivative on either side."""
    quotient = (ELU - Elu(0, alpha)) / x
    sides = (
        both(limit(quotient, x, 0, value, side), limit(SLOPE, x, 0, value, side))
        for value, side in ((left, "-"), (right, "+"))
    )
    return for_all(alpha, both(*sides))


ON_ONE_SIDE = parts(growth(), continuity())


def other_slope(side: int, value: Expr) -> Tactic:
    """The quotient has another limit, here at alpha = 2."""
    quotient = ("witness", side, ("witness", 0, tends_otherwise(value, growth())))
    return witness(2, parts(auto(), quotient))


def increasing(function: Expr) -> Formula:
    """X < y implies f(x) < f(y)."""
    return for_all(x, y, implies(less(x, y), less(function, function.xreplace({x: y}))))


def rises(function: KinkedFunction) -> Tactic:
    """The mean value theorem on the left piece, and f(0) = 0; the right one is the identity."""
    left = function.left(z, *function.args[1:])
    both_negative = have(less(x, 0), auto(), mean_value(z, left, x, y))
    negative = less(function, 0)
    below = have(negative, mean_value(z, left, x, 0), linear((1, negative), (1, at_most(0, y))))
    return intro(by_cases(less(y, 0), both_negative, by_cases(less(x, 0), below, auto())))


def onto(floor: Expr, *ceiling: Expr) -> Formula:
    """The limits at both ends, and between them, and nowhere else, the values."""
    ends = limit(ELU, x, -oo, floor), limit(ELU, x, oo, *ceiling or [oo])
    above, *below = less(floor, y), *(less(y, bound) for bound in ceiling)
    between = both(above, *below) if below else above
    return for_all(alpha, both(*ends, for_all(y, iff(exists(x, equal(ELU, y)), between))))


def takes_what_is_above_the_floor() -> Tactic:
    """Every value is above the floor; one below 0 lies between one far to the left, and f(0)."""
    equation, floor = equal(ELU, y), limit(ELU, x, -oo, -alpha)
    height = expand(Elu.left(x, alpha) + alpha)
    negative = again(equation, linear((1, equation), (height, -1)))
    above = obtained(x, by_cases(less(x, 0), negative, again(equation, linear())))

    def between(end: str, lower: Formula) -> Tactic:
        far, left = -1 - Symbol(end) ** 2, Elu.left(z, alpha)
        inside = exists(z, both(less(far, z), less(z, 0), equal(left, y)))
        root = ("root", term(left), term(far), 0, y.name, "rising", assumption(), auto())
        found = have(inside, root, obtained(z, witness(z, assumption())))
        return used_near(floor, [(end, lower)], found)

    below = have(floor, growth(0), near_end(floor, y, "above", between))
    taken = by_cases(less(y, 0), below, witness(y, ALGEBRA))
    return intro(parts(("assume", above), ("assume", taken)))


CLAIMS = (
    Claim(
        "regularity.continuous",
        "ELU is continuous for every alpha > 0.",
        # Both pieces tend to the value at 0.
        Statement(for_all(alpha, smooth(0, ELU, x)), intro(joins_smoothly(0))),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is C^1 for every alpha.": refuted(
                for_all(alpha, smooth(1, ELU, x)),
                witness(2, parts(auto(), has_corner(1, Elu(x, 2)))),
            )
        },
    ),
    Claim(
        "regularity.derivative_jump",
        "At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        Statement(jumps(alpha, 1), intro(parts(ON_ONE_SIDE, ON_ONE_SIDE))),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "The jump is alpha - 1.": refuted(
                jumps(alpha, 2 * alpha - 1),
                other_slope(1, 1),
            ),
            "The derivative at 0 from the left is 1.": refuted(
                jumps(1, 1),
                other_slope(0, 2),
            ),
        },
    ),
    Claim(
        "regularity.c1_iff_alpha_1",
        "ELU is continuously differentiable if and only if alpha = 1.",
        # The corner vanishes at alpha = 1 and nowhere else.
        Statement(
            smooth_only_at(ELU, 1),
            intro(parts(has_corner(1, ELU), ("assume", joins_smoothly(0)))),
        ),
        "Barron 2017",
        neighbours={
            "If and only if alpha = 1.01.": refuted(
                smooth_only_at(ELU, PERCENT), counterexample(partial(joins_smoothly, 0), alpha=1)
            ),
            "CELU is C^1 only at alpha = 1.": refuted(
                smooth_only_at(CELU, 1), counterexample(partial(joins_smoothly, 0), alpha=2)
            ),
        },
    ),
    Claim(
        "regularity.never_c2",
        "ELU is twice continuously differentiable for no alpha > 0.",
        # The second derivative has other limits from the left and from the right.
        Statement(never_smooth(2), intro(has_corner(2, ELU))),
        "Barron 2017, sharpened",
        neighbours={
            "It is C^1 for no alpha.": refuted(
                never_smooth(1), witness(1, parts(auto(), joins_smoothly(0)))
            ),
            "It is C^2 at alpha = 1.": refuted(
                for_all(alpha, implies(equal(alpha, 1), smooth(2, ELU, x))),
                witness(1, parts(auto(), parts(ALGEBRA, has_corner(2, Elu(x, 1))))),
            ),
        },
    ),
    Claim(
        "regularity.monotone",
        "ELU is strictly increasing for every alpha > 0.",
        # The derivative is positive on either side.
        Statement(for_all(alpha, increasing(ELU)), intro(rises(ELU))),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={
            "It is strictly decreasing.": refuted(
                for_all(alpha, x, y, implies(less(x, y), less(Elu(y, alpha), ELU)))
            )
        },
    ),
    Claim(
        "regularity.range",
        "ELU maps the real line onto (-alpha, oo): its limits are -alpha and oo, and it"
        " takes every value between them and no other.",
        Statement(
            onto(-alpha), intro(parts(growth(0), growth(0), takes_what_is_above_the_floor()))
        ),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={
            # The value at x lies outside.
            "The range is (-1, oo) for every alpha.": refuted(
                onto(-1), counterexample(alpha=2, y=Rational(-5, 4), x=log(Rational(3, 8)))
            ),
            "The range is (-alpha, alpha).": refuted(
                onto(-alpha, alpha), counterexample(alpha=1, y=2, x=2)
            ),
        },
    ),
)
