"""The rule that sets the weight variance by E f^2: what it preserves, and from which inputs.

With weights of variance w/fan and no bias, a layer maps the pre-activation variance q to
w*E f(sqrt(q) Z)^2. The rule w = q0/E f(sqrt(q0) Z)^2 makes the design point q0 a fixed point.
"""

from sympy import Expr, Piecewise, Rational, S, Symbol, exp, sqrt

from elu_sym.activations import Elu
from elu_sym.claims.analysis import mean_value, signed_mean
from elu_sym.claims.chapters.moments.gaussian import gaussian
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import both, equal, for_all, less, term
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    auto,
    by_cases,
    by_fact,
    counterexample,
    from_last,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    parts,
)
from elu_sym.symbols import alpha, x, z

ELU = Elu(x, alpha)


Q, LARGER, DESIGN = (Symbol(name, positive=True) for name in ("q", "r", "q_0"))
"""The variance of the pre-activations, a larger one, and the one that the rule is made for."""


def moment(q: Expr, body: Expr = ELU**2) -> Expr:
    """E f(sqrt(q) Z)^2."""
    return gaussian(body, S.Zero, sqrt(q))


def mapped(q: Expr, design: Expr = DESIGN) -> Expr:
    """What the rule for a design point makes of q."""
    return design / moment(design) * moment(q)


SLOPE = Piecewise((alpha * exp(x), x < 0), (1, True))
POSITIVE = for_all(Q, less(0, moment(Q)))
RATE = for_all(Q, less(0, moment(Q, x * ELU * SLOPE)))
"""q times the derivative of E f^2."""

SHORTFALL = for_all(Q, less(0, moment(Q, ELU * (ELU - x * SLOPE))))
"""By how much that is less than E f^2."""

INCREASES = for_all(Q, LARGER, implies(less(Q, LARGER), less(moment(Q), moment(LARGER))))
SHARE_FALLS = for_all(
    Q, LARGER, implies(less(Q, LARGER), less(moment(LARGER) / LARGER, moment(Q) / Q))
)


def growth_of_the_moment() -> list[tuple[Formula, Tactic]]:
    """E f^2 increases with q, and E f^2/q decreases, as 0 < x f'(x) < f(x) in size for x < 0."""
    bend = less(0, exp(-x) + x - 1)
    size = linear((alpha**2 * exp(2 * x) * (exp(-x) - 1), bend))
    below = have(bend, mean_value(z, -exp(-z) - z, x, 0), size)
    positive = signed_mean(intro(auto()), -1, 0, intro(auto()))
    short = signed_mean(intro(by_cases(less(x, 0), below, auto())), -1, 0, intro(below))
    rises = intro(by_fact(RATE, z, auto(), then=from_last(1 / z)))
    falls = intro(by_fact(SHORTFALL, z, auto(), then=from_last(1 / z**2)))
    return [
        (POSITIVE, intro(positive)),
        (RATE, intro(positive)),
        (SHORTFALL, intro(short)),
        (INCREASES, intro(mean_value(z, moment(z), Q, LARGER, rises))),
        (SHARE_FALLS, intro(mean_value(z, -moment(z) / z, Q, LARGER, falls))),
    ]


START = Symbol("t", positive=True)
SLOPE_AT_DESIGN = ("D", Q.name, term(mapped(Q)), DESIGN.name)
TENDS = ("orbit", START.name, term(mapped(START)), Q.name, DESIGN.name)
"""The variances of the layers from q on."""


def is_stable() -> Formula:
    """What is said of the map."""
    shares = less(mapped(LARGER) / LARGER, mapped(Q) / Q)
    order = implies(less(Q, LARGER), both(less(mapped(Q), mapped(LARGER)), shares))
    only = for_all(Q, implies(equal(mapped(Q), Q), equal(Q, DESIGN)))
    below = both(less(Q, mapped(Q)), less(mapped(Q), DESIGN), TENDS)
    above = both(less(DESIGN, mapped(Q)), less(mapped(Q), Q), TENDS)
    parts_of_it = (
        for_all(Q, LARGER, order),
        both(equal(mapped(DESIGN), DESIGN), only),
        both(less(0, SLOPE_AT_DESIGN), less(SLOPE_AT_DESIGN, 1)),
        for_all(Q, implies(less(Q, DESIGN), below)),
        for_all(Q, implies(less(DESIGN, Q), above)),
    )
    return for_all(alpha, DESIGN, both(*parts_of_it))


def stable() -> Tactic:
    """Everything from the two monotone functions."""
    weight = DESIGN / moment(DESIGN)

    def by(fact: Formula, low: Expr, high: Expr, factor: Expr) -> Tactic:
        return by_fact(fact, low, auto(), high, auto(), auto(), then=from_last(factor))

    def fixed(low: Expr, high: Expr) -> Tactic:
        factor = (1 if low == Q else -1) / (weight * Q)
        clash = from_last(1, also=[(factor, equal(mapped(Q), Q))])
        return by_fact(SHARE_FALLS, low, auto(), high, auto(), auto(), then=clash)

    def one_side(low: Expr, high: Expr) -> Tactic:
        """What holds of q on one side of the design point; and of every t between."""
        pair = low, high
        at_start = by(SHARE_FALLS, *pair, Q * weight), by(INCREASES, *pair, weight)
        between = (START if each == Q else each for each in pair)
        pair = next(between), next(between)
        stays = intro(by(INCREASES, *pair, weight))
        moves = intro(by(SHARE_FALLS, *pair, START * weight))
        ordered = at_start if low == Q else at_start[::-1]
        return intro(parts(*ordered, ("orbit-monotone", stays, moves)))

    order = by(INCREASES, Q, LARGER, weight), by(SHARE_FALLS, Q, LARGER, weight)
    only = intro(("contradict", last_either(fixed(Q, DESIGN), fixed(DESIGN, Q))))
    slope = (
        by_fact(rate, DESIGN, auto(), then=from_last(1 / moment(DESIGN)))
        for rate in (RATE, SHORTFALL)
    )
    each = parts(
        intro(parts(*order)),
        parts(ALGEBRA, only),
        parts(*slope),
        one_side(Q, DESIGN),
        one_side(DESIGN, Q),
    )
    known = by_fact(POSITIVE, DESIGN, auto(), then=each)
    return intro(lemmas(growth_of_the_moment(), known))


def keeps_every_variance(height: Expr = alpha) -> Formula:
    """The rule for the design point 1 gives every q back."""
    design, there = (moment(q, Elu(x, height) ** 2) for q in (S.One, Q))
    return for_all(alpha, Q, equal(there / design, Q))


CLAIMS = (
    Claim(
        "moments.rule_stable",
        "The variance map increases with q, and less than in proportion, for every alpha:"
        " at the design point, its only fixed point, its slope lies strictly between 0 and 1, and"
        " from every other variance the layers approach that point from one side.",
        Statement(is_stable(), stable()),
        "0 < x*f'(x) < f(x) in size for x < 0",
        neighbours={
            "The rule keeps every variance.": refuted(
                keeps_every_variance(), counterexample(alpha=2, q=4)
            ),
            "It keeps every variance at alpha = 1.": refuted(
                keeps_every_variance(S.One), counterexample(alpha=1, q=4)
            ),
            "The slope is less than 0.99 everywhere.": refuted(
                for_all(alpha, DESIGN, less(SLOPE_AT_DESIGN, Rational(99, 100))),
                counterexample(alpha=1, q_0=Rational(1, 10**6)),
            ),
            "The weights keep the design point with the 1/2 of ReLU in place of E f^2.": refuted(
                for_all(alpha, DESIGN, equal(2 * moment(DESIGN), DESIGN)),
                counterexample(alpha=1, q_0=1),
            ),
        },
    ),
)
