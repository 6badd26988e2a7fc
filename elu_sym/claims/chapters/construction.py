"""How the wishes for an activation function lead to ELU, and one wish more to CELU."""

from functools import partial

from sympy import Expr, Max, Piecewise, Rational, S, Symbol, exp, log, oo

from elu_sym.activations import Celu, Elu, KinkedFunction
from elu_sym.claims.analysis import continuity, growth, joins_smoothly, one_limit, parting
from elu_sym.claims.chapters.regularity import increasing, rises
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import both, equal, for_all, iff, less, limit, smooth
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    auto,
    by_fact,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    multiple,
    parts,
    rewritten,
    witness,
)
from elu_sym.symbols import alpha, amplitude, offset, rate, x

ELU, CELU = Elu(x, alpha), Celu(x, alpha)


class TwoRates(KinkedFunction):
    """The mean of two exponentials, of rates 1/2 and 3/2 over alpha, joined to the identity."""

    nargs = 2
    symbol = r"\operatorname{two}"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        """The saturating piece, whose slope at 0 is 1."""
        return alpha * ((exp(x / (2 * alpha)) + exp(3 * x / (2 * alpha))) / 2 - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        """The identity."""
        return x


# --- The ansatz ------------------------------------------------------------------------------


def joined(constant: Expr, factor: Expr, speed: Expr) -> Expr:
    """The ansatz p + q e^(kx) for x < 0, joined to the identity."""
    return Piecewise((x, x >= 0), (constant + factor * exp(speed * x), True))


ANSATZ, FAMILY = joined(offset, amplitude, rate), joined(-alpha, alpha, rate)
VALUE, FLOOR = limit(ANSATZ, x, 0, 0, "-"), limit(ANSATZ, x, -oo, -alpha)


def wishes_force(constant: Expr, factor: Expr) -> Formula:
    """The value 0 at 0 and the floor determine p and q."""
    forced = both(equal(offset, constant), equal(amplitude, factor))
    return for_all(offset, amplitude, rate, iff(both(VALUE, FLOOR), forced))


def smooth_joint_forces(value: Expr) -> Formula:
    """The joint has no corner for one rate only."""
    return for_all(rate, iff(smooth(1, FAMILY, x), equal(rate, value)))


def same_only_at(value: Expr) -> Formula:
    """ELU is CELU for one alpha only."""
    return iff(for_all(x, equal(ELU, CELU)), equal(alpha, value))


def solved() -> Tactic:
    """The limits of the ansatz turn the wishes into two equations for p and q."""
    value, floor = limit(ANSATZ, x, 0, offset + amplitude, "-"), limit(ANSATZ, x, -oo, offset)
    forth = lemmas(
        [(value, continuity()), (floor, growth(0))],
        one_limit(VALUE, value, one_limit(FLOOR, floor, auto())),
    )
    put_in = rewritten(equal(amplitude, alpha), parts(continuity(), growth(0)))
    back = rewritten(equal(offset, -alpha), put_in)
    return intro(parts(("assume", forth), ("assume", back)))


def without_corner() -> Tactic:
    """The slopes alpha*k and 1 meet."""
    forth = parting(1, x, FAMILY, 0, then=multiple())
    back = rewritten(equal(rate, 1 / alpha), joins_smoothly(0))
    return intro(parts(("assume", forth), ("assume", back)))


ONE, OTHER, SPEED = Symbol("a", positive=True), Symbol("b", real=True), Symbol("c", real=True)
ONCE, TWICE = (equal(ONE * (exp(-n) - 1), OTHER * (exp(-n * SPEED) - 1)) for n in (1, 2))
SAME_EXPONENTIAL = for_all(
    ONE, OTHER, SPEED, implies(ONCE, TWICE, both(equal(SPEED, 1), equal(OTHER, ONE)))
)
"""If a(e^x - 1) = b(e^(cx) - 1) at -1 and at -2, then c = 1 and b = a."""


def same_exponential() -> Tactic:
    """By the quotient of the two equations, and the logarithm."""
    u, v = exp(-1), exp(-SPEED)
    quotient = ONE * (u - 1)
    equation = equal(u, v)
    by_quotient = linear((1 / quotient, TWICE), (-(v + 1) / quotient, ONCE))
    logarithms = equal(log(u, evaluate=False), log(v, evaluate=False))
    return intro(
        lemmas(
            [(equation, by_quotient), (logarithms, rewritten(equation, ALGEBRA))],
            parts(linear(), linear((-1 / (u - 1), ONCE), (OTHER / (u - 1), equation))),
        )
    )


def are_the_same(other: Expr, factor: Expr, speed: Expr, then: Tactic) -> Tactic:
    """ELU, equal to a function b(e^(kx) - 1) for x < 0, has its k and its b."""
    everywhere = for_all(x, equal(ELU, other))
    use = by_fact(SAME_EXPONENTIAL, alpha, auto(), factor, speed, auto(), auto(), then=then)
    at_points = by_fact(everywhere, S(-1), then=by_fact(everywhere, S(-2), then=use))
    return have(SAME_EXPONENTIAL, same_exponential(), at_points)


UNIQUE = for_all(
    alpha,
    both(
        wishes_force(-alpha, alpha),
        for_all(x, equal(FAMILY.xreplace({rate: S.One}), ELU)),
        smooth_joint_forces(1 / alpha),
        for_all(x, equal(FAMILY.xreplace({rate: 1 / alpha}), CELU)),
        same_only_at(S.One),
    ),
)


def unique() -> Tactic:
    """Part by part."""
    forth = are_the_same(CELU, alpha, 1 / alpha, linear((-alpha, equal(1 / alpha, 1))))
    same = parts(("assume", forth), ("assume", rewritten(equal(alpha, 1), auto())))
    return intro(parts(solved(), auto(), without_corner(), auto(), same))


# --- Without the ansatz ------------------------------------------------------------------------


def wishes(function: Expr, order: int, is_increasing: bool) -> Formula:
    """The identity for x > 0, smooth, the floor -alpha; and strictly increasing, if asked for."""
    identity = for_all(x, implies(less(0, x), equal(function, x)))
    asked = [increasing(function)] if is_increasing else []
    return both(identity, smooth(order, function, x), limit(function, x, -oo, -alpha), *asked)


def determine(function: Expr, rival: Expr, order: int = 0, is_increasing: bool = False) -> Formula:
    """The function has the wishes, and a rival that has them is the same function."""
    ours, theirs = (wishes(each, order, is_increasing) for each in (function, rival))
    return for_all(alpha, both(ours, implies(theirs, for_all(x, equal(rival, function)))))


def has_them_too(value: int, *rising: Tactic, joint: int = 0) -> Tactic:
    """At this alpha the rival has all wishes, and another value at -2."""
    fulfilled = parts(auto(), joins_smoothly(joint), growth(joint), *rising)
    rival = parts(fulfilled, counterexample(x=-2))
    return witness(value, parts(auto(), ("witness", 1, rival)))


CLAIMS = (
    Claim(
        "construction.unique",
        "Among the functions p + q*exp(k*x), k > 0, for x < 0, joined to the identity,"
        " the value 0 at 0 and the floor -alpha force p = -alpha and q = alpha, which is ELU at k ="
        " 1; a C^1 joint then forces k = 1/alpha, which is CELU; and the two are the same only at"
        " alpha = 1.",
        Statement(UNIQUE, unique()),
        "Clevert, Unterthiner, Hochreiter 2016, section 3; Barron 2017",
        neighbours={
            "The wishes force p = alpha.": refuted(
                for_all(alpha, wishes_force(alpha, -alpha)),
                counterexample(continuity, partial(growth, 0), alpha=1, p=-1, q=1),
            ),
            "A C^1 joint forces k = alpha.": refuted(
                for_all(alpha, smooth_joint_forces(alpha)),
                counterexample(partial(joins_smoothly, 0), alpha=2, k=Rational(1, 2)),
            ),
            "ELU is CELU only at alpha = 2.": refuted(for_all(alpha, same_only_at(S(2)))),
        },
    ),
    Claim(
        "construction.wishes_determine_elu",
        "Without the ansatz, the wishes (identity for x > 0, continuous, falling to the"
        " floor -alpha at -oo) determine ELU, so that max(x, -alpha), if it has them, is ELU.",
        refuted(determine(ELU, Max(x, -alpha)), has_them_too(1, joint=-1)),
        "Clevert, Unterthiner, Hochreiter 2016, section 3, read as a derivation",
        expected=Verdict.REFUTED,
        neighbours={
            "Strictly increasing as a further wish makes them determine ELU.": refuted(
                determine(ELU, CELU, is_increasing=True), has_them_too(2, rises(Celu(x, 2)))
            )
        },
    ),
    Claim(
        "construction.smooth_wishes_determine_celu",
        "Without the ansatz, the same wishes with C^1 and strictly increasing determine CELU, so"
        " that the mean of two exponentials of rates 1/2 and 3/2 over alpha, if it has them, is"
        " CELU.",
        refuted(
            determine(CELU, TwoRates(x, alpha), order=1, is_increasing=True),
            has_them_too(1, rises(TwoRates(x, 1))),
        ),
        "Barron 2017, read as a derivation",
        expected=Verdict.REFUTED,
        neighbours={
            "With strictly increasing, but only continuous, they determine CELU.": refuted(
                determine(CELU, ELU, is_increasing=True), has_them_too(2, rises(Elu(x, 2)))
            )
        },
    ),
)
