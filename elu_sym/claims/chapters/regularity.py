"""How regular ELU is: continuous, its corner, monotone, its range."""

from sympy import Derivative, Expr, exp

from elu_sym.activations import Celu, Elu
from elu_sym.claims.claim import Claim
from elu_sym.claims.kernel.language import (
    Formula,
    at_most,
    both,
    equal,
    exists,
    for_all,
    iff,
    implies,
    less,
    limit,
    smooth,
)
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    Tactic,
    auto,
    by_cases,
    continuity,
    have,
    intro,
    linear,
    mean_value,
    meets,
    parting,
    parts,
    witness,
)
from elu_sym.symbols import alpha, x, y, z

ELU, CELU = Elu(x, alpha), Celu(x, alpha)
SLOPE = Derivative(ELU, x)
NEGATIVE, LINEAR = alpha * (exp(z) - 1), z
"""The pieces, in z."""


def smooth_only_at(value: Expr) -> Formula:
    """ELU is C^1 if and only if alpha has a value."""
    return for_all(alpha, iff(smooth(1, ELU, x), equal(alpha, value)))


def only_at_one() -> Tactic:
    """The slopes alpha and 1 of the two pieces meet."""
    forth = ("assume", parting(1, x, ELU, 0, then=auto()))
    return intro(parts(forth, ("assume", meets(1, x, ELU, 0))))


def increasing() -> Formula:
    """X < y implies f(x) < f(y)."""
    return for_all(alpha, x, y, implies(less(x, y), less(ELU, Elu(y, alpha))))


def rises() -> Tactic:
    """By the mean value theorem on one piece, or through f(0) = 0."""
    both_negative = have(less(x, 0), auto(), mean_value(z, NEGATIVE, x, y))
    below = have(
        less(ELU, 0), mean_value(z, NEGATIVE, x, 0), linear((1, less(ELU, 0)), (1, at_most(0, y)))
    )
    return intro(by_cases(less(y, 0), both_negative, by_cases(less(x, 0), below, auto())))


def onto(floor: Expr) -> Formula:
    """The values are those above the floor."""
    return for_all(alpha, y, iff(exists(x, equal(ELU, y)), less(floor, y)))


CLAIMS = (
    Claim(
        "regularity.continuous",
        "ELU is continuous for every alpha > 0.",
        # Both pieces tend to the value at 0.
        Statement(for_all(alpha, smooth(0, ELU, x)), intro(meets(0, x, ELU, 0))),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={
            "It is C^1 for every alpha.": refuted(
                for_all(alpha, smooth(1, ELU, x)),
                witness(2, parts(auto(), ("assume", parting(1, x, Elu(x, 2), 0, then=auto())))),
            )
        },
    ),
    Claim(
        "regularity.derivative_jump",
        "At 0 the derivative of ELU jumps by 1 - alpha, from alpha to 1.",
        Statement(
            for_all(alpha, both(limit(SLOPE, x, 0, alpha, "-"), limit(SLOPE, x, 0, 1, "+"))),
            intro(parts(continuity(), continuity())),
        ),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15",
        neighbours={},
    ),
    Claim(
        "regularity.c1_iff_alpha_1",
        "ELU is continuously differentiable if and only if alpha = 1.",
        Statement(smooth_only_at(1), only_at_one()),
        "Barron 2017",
        neighbours={},
    ),
    Claim(
        "regularity.monotone",
        "ELU is strictly increasing for every alpha > 0.",
        Statement(increasing(), rises()),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
    ),
)
