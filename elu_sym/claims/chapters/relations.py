"""Exact relations between ELU, its relatives and its own derivative."""

from sympy import Expr, Rational, S

from elu_sym.activations import Celu, Elu, Selu
from elu_sym.claims.analysis import growth
from elu_sym.claims.chapters.construction import are_the_same, same_only_at
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import both, equal, exists, for_all, iff, less, limit
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    Tactic,
    auto,
    by_fact,
    counterexample,
    have,
    intro,
    linear,
    multiple,
    obtained,
    parts,
    rewritten,
    witness,
)
from elu_sym.symbols import alpha, height, rate, scale, x

ELU, CELU, SELU = Elu(x, alpha), Celu(x, alpha), Selu(x, alpha, scale)

RESCALED = scale * Celu(rate * x, height)
"""A CELU with any factor, any rate and a floor of its own."""


def identity(left: Expr, right: Expr, *parameters: Expr) -> Formula:
    """Two functions are the same, whatever the parameters."""
    return for_all(*(parameters or [alpha]), x, equal(left, right))


def has_the_rate(value: Expr) -> Formula:
    """A rescaled CELU that is the identity on the right has a rate, and slope 1 at 0."""
    identical = for_all(x, implies(less(0, x), equal(RESCALED, x)))
    quotient = (RESCALED - RESCALED.xreplace({x: S.Zero})) / x
    slopes = (limit(quotient, x, 0, 1, side) for side in "-+")
    return for_all(scale, rate, height, implies(identical, both(equal(rate, value), *slopes)))


def rescaled_only_at(value: Expr) -> Formula:
    """ELU is a rescaled CELU at one alpha only."""
    same = for_all(x, equal(ELU, RESCALED))
    return for_all(
        alpha, iff(exists(scale, exists(rate, exists(height, same))), equal(alpha, value))
    )


def slope_is_one() -> Tactic:
    """By the value 1 at 1 the rate is 1/lambda."""
    identical, inverse = for_all(x, implies(less(0, x), equal(RESCALED, x))), equal(rate, 1 / scale)
    slopes = (rewritten(inverse, growth()) for _ in "-+")
    return intro(
        by_fact(identical, S.One, auto(), then=have(inverse, multiple(), parts(linear(), *slopes)))
    )


def only_at_one() -> Tactic:
    """On the right lambda*k = 1; on the left lambda*h = alpha and k = h."""
    everywhere, identical = for_all(x, equal(ELU, RESCALED)), equal(scale * rate, 1)
    factor, speed = scale * height, rate / height
    same = linear((-scale * height, equal(speed, 1)), (-1, equal(factor, alpha)), (1, identical))
    on_the_left = are_the_same(RESCALED, factor, speed, same)
    forth = by_fact(everywhere, S.One, then=have(identical, linear(), on_the_left))
    for symbol in (height, rate, scale):
        forth = obtained(symbol, forth)
    back = auto()
    for _ in range(3):
        back = witness(1, parts(auto(), back))
    return intro(parts(("assume", forth), ("assume", rewritten(equal(alpha, 1), back))))


CLAIMS = (
    Claim(
        "relations.celu",
        "CELU is a rescaled ELU of alpha = 1: CELU_alpha(x) = alpha*ELU_1(x/alpha).",
        Statement(identity(CELU, alpha * Elu(x / alpha, S.One)), intro(auto())),
        "Barron 2017",
        neighbours={
            "CELU_alpha(x) = alpha*ELU_1(x).": refuted(identity(CELU, alpha * Elu(x, S.One))),
            "CELU_alpha(x) = alpha*ELU_alpha(x/alpha).": refuted(
                identity(CELU, alpha * Elu(x / alpha, alpha))
            ),
        },
    ),
    Claim(
        "relations.selu",
        "SELU is lambda times ELU.",
        Statement(identity(SELU, scale * ELU, alpha, scale), intro(auto())),
        "Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 2",
        neighbours={
            "It is ELU_alpha(lambda*x).": refuted(
                identity(SELU, Elu(scale * x, alpha), alpha, scale)
            )
        },
    ),
    Claim(
        "relations.only_alpha_1_is_a_rescaled_celu",
        "ELU is a CELU with another factor, rate and floor, lambda*CELU_h(k*x), only at"
        " alpha = 1: every such function has the slope 1 on both sides of 0 once it is the identity"
        " on the right.",
        Statement(
            both(rescaled_only_at(S.One), has_the_rate(1 / scale)),
            parts(only_at_one(), slope_is_one()),
        ),
        "the kink of ELU",
        neighbours={
            "A rescaled CELU that is the identity on the right has the rate lambda.": refuted(
                has_the_rate(scale),
                counterexample(**{"lambda": 2, "k": Rational(1, 2), "h": 1}),
            ),
            "ELU is CELU only at alpha = 1.01.": refuted(
                for_all(alpha, same_only_at(S(101) / 100))
            ),
        },
    ),
    Claim(
        "relations.rescaled_celu",
        "ELU of every alpha > 0 is the rescaled CELU alpha*CELU_1(x/alpha).",
        # With the factor and the rate that the right side and the floor ask for.
        refuted(identity(ELU, alpha * Celu(x / alpha, S.One))),
        "the relation between CELU and ELU, read backwards",
        expected=Verdict.REFUTED,
        neighbours={"f(x) = alpha*CELU_1(x).": refuted(identity(ELU, alpha * Celu(x, S.One)))},
    ),
)
