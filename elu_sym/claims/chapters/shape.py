"""The shape of ELU: its inverse, how steep it is, when it is convex, where it lies."""

from sympy import Abs, Expr, Max, Piecewise, Rational, S, Symbol, exp, log, oo

from elu_sym.activations import Elu, Relu
from elu_sym.claims.analysis import growth, mean_value, near_end, tends_otherwise, used_near
from elu_sym.claims.chapters.regularity import increasing, rises
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import at_most, both, equal, for_all, iff, less, limit, term
from elu_sym.claims.kernel import Proof
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    again,
    auto,
    by_cases,
    by_fact,
    counterexample,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    parts,
    tactic,
    witness,
)
from elu_sym.symbols import alpha, weight, x, y, z

PERCENT = Rational(101, 100)
"""One per cent more."""

REPEATED = "said of ELU at alpha = 1 and repeated without the condition"

BETA, BOUND = Symbol("beta", positive=True), Symbol("c", real=True)
ELU = Elu(x, alpha)
VALUE = Elu(y, alpha)
SHORTFALL = Relu(x) - ELU
"""What ELU lacks to ReLU."""

STEP = 1 - 1 / alpha
"""How far left of 0 ELU is seen below the identity, if alpha > 1."""


def on_each_side(*symbols: Symbol, then: Tactic) -> Tactic:
    """Prove it for negative and for other values of each symbol."""
    for symbol in symbols:
        then = by_cases(less(symbol, 0), then, then)
    return then


def negative(point: Expr, then: Tactic) -> Tactic:
    """Use that ELU is negative at a point on the left."""
    left, small = less(point, 0), less(exp(point), 1)
    facts = [
        (left, auto()),
        (small, linear(((exp(point) - 1) / point, left))),
        (less(Elu(point, alpha), 0), linear((alpha, small))),
    ]
    return lemmas(facts, then)


# --- The inverse -----------------------------------------------------------------------------


def invertible(below: Expr, above: Expr) -> Formula:
    """ELU takes no value twice, an inverse undoes it, and it undoes the inverse on the range."""
    inverse = Piecewise((above, y >= 0), (below, True))
    injective = for_all(x, z, implies(equal(ELU, Elu(z, alpha)), equal(x, z)))
    undone = for_all(x, both(less(-alpha, ELU), equal(inverse.xreplace({y: ELU}), x)))
    undoes = for_all(y, implies(less(-alpha, y), equal(Elu(inverse, alpha), y)))
    return for_all(alpha, both(injective, undone, undoes))


def inverted() -> Tactic:
    """What increases is injective; the rest is the algebra of exp and log."""

    def differ(left: Expr, right: Expr) -> Tactic:
        rise = by_fact(increasing(ELU), left, right, auto(), then=linear())
        return on_each_side(x, z, then=again(equal(ELU, Elu(z, alpha)), rise))

    injective = intro(("contradict", last_either(differ(x, z), differ(z, x))))
    logarithm = have(less(0, 1 + ELU / alpha), linear((exp(x), -1)), ALGEBRA)
    left = parts(linear((alpha * exp(x), -1)), negative(x, logarithm))
    undone = intro(by_cases(less(x, 0), left, parts(auto(), ALGEBRA)))
    positive = have(less(0, 1 + y / alpha), linear((1 / alpha, less(-alpha, y))), ALGEBRA)
    undoes = intro(by_cases(less(y, 0), positive, ALGEBRA))
    return intro(have(increasing(ELU), rises(ELU), parts(injective, undone, undoes)))


# --- How steep -------------------------------------------------------------------------------


def lipschitz(constant: Expr) -> Formula:
    """The constant is one of Lipschitz."""
    return for_all(x, y, at_most(Abs(ELU - VALUE), constant * Abs(x - y)))


def least_lipschitz(constant: Expr) -> Formula:
    """And no other one is less."""
    least = for_all(BOUND, implies(lipschitz(BOUND), at_most(constant, BOUND)))
    return both(lipschitz(constant), least)


def is_lipschitz(height: Expr, constant: Expr) -> Tactic:
    """No rise is negative, and none larger than the constant, at least 1 and alpha, allows."""
    left = height * (exp(z) - 1)
    gap = constant * z - left
    # constant - alpha*e^z, for z < 0.
    steeper = linear((1, at_most(height, constant)), (height * ((exp(z) - 1) / z), less(z, 0)))
    slope = intro(have(less(z, 0), linear(), steeper))

    def between(p: Expr, q: Expr) -> Tactic:
        low, high = Elu(p, height), Elu(q, height)

        def bounded(rising: Tactic, rise: Tactic) -> Tactic:
            up, down = (at_most(s * (high - low), constant * (q - p)) for s in (1, -1))
            fall = have(at_most(low, high), rising, linear())
            return lemmas([(up, rise), (down, fall)], auto())

        on_the_left = bounded(mean_value(z, left, p, q), mean_value(z, gap, p, q, slope))
        to_zero = at_most(-left.xreplace({z: p}), -constant * p)
        from_zero = linear((1, to_zero), (q, at_most(1, constant)))
        small = less(exp(p), 1)
        rising = have(small, auto(), linear((1, at_most(0, q)), (height, small)))
        across = bounded(rising, have(to_zero, mean_value(z, gap, p, 0, slope), from_zero))
        on_the_right = bounded(auto(), linear((q - p, at_most(1, constant))))
        right = by_cases(less(p, 0), across, on_the_right)
        return by_cases(less(q, 0), have(less(p, 0), linear(), on_the_left), right)

    bounds = [(at_most(1, constant), auto()), (at_most(height, constant), auto())]
    return lemmas(bounds, intro(by_cases(less(x, y), between(x, y), between(y, x))))


TWO = witness(2, parts(is_lipschitz(S(2), S(2)), auto()))
"""A Lipschitz constant at alpha = 2."""

ALLOWED = lipschitz(BOUND)


def rises_by_one() -> Tactic:
    """From 0 to 1."""
    return intro(by_fact(ALLOWED, S.One, S.Zero, then=linear()))


def as_steep_as_alpha() -> Tactic:
    """The slope on the way to 0 from the left tends to alpha."""
    steep = limit(-Elu(-z, alpha) / z, z, 0, alpha, "+")

    def too_steep(end: str, slopes: Formula) -> Tactic:
        half = Symbol(end) / 2

        def clash(goal: Formula, context: Context) -> Proof:
            return ("combine", ((term(half), len(context.facts) - 2), (1, len(context.facts) - 1)))

        rise = by_fact(ALLOWED, S.Zero, -half, then=tactic(clash))
        return negative(-half, used_near(steep, [(end, slopes)], rise))

    too_small = ("contradict", near_end(steep, BOUND, "below", too_steep))
    return intro(have(steep, growth(), too_small))


# --- Convex ----------------------------------------------------------------------------------

EXPONENTIAL = for_all(z, at_most(1 + z, exp(z)))


def above_its_tangent() -> Tactic:
    """The difference falls up to 0 and rises from there."""
    rise = exp(y) - y
    after = mean_value(y, rise, 0, z)
    before = mean_value(y, -rise, z, 0)
    return intro(by_cases(less(z, 0), before, after))


def with_tangent(value: Expr, then: Tactic) -> Tactic:
    """Use that e^t is at least 1 + t."""
    return have(at_most(1 + value, exp(value)), by_fact(EXPONENTIAL, value, then=auto()), then)


def convex() -> Formula:
    """No chord runs below the graph."""
    middle, rest = weight * x + (1 - weight) * y, 1 - weight
    chord = weight * ELU + rest * VALUE
    below = at_most(Elu(middle, alpha), chord)
    return for_all(x, y, weight, implies(less(weight, 1), below))


def above_tangent(height: Expr, point: Expr, other: Expr) -> Formula:
    """The value at another point lies above the tangent at a point."""
    slope = Piecewise((1, point >= 0), (height * exp(point), True))
    return at_most(Elu(point, height) + slope * (other - point), Elu(other, height))


def above_identity_on_the_left(height: Expr, point: Expr) -> Tactic:
    """e^y - 1 >= y, and the rest of it, (1 - alpha)(1 - e^y), is positive."""
    tangent, small = at_most(1 + point, exp(point)), less(exp(point), 1)
    added = linear((1, tangent), (1 - exp(point), at_most(height, 1)))
    return with_tangent(point, have(small, auto(), added))


def above_tangents(height: Expr) -> Tactic:
    """By e^t >= 1 + t at z - x, at -x or at z."""
    h, small = height, at_most(height, 1)
    across = linear(
        (h * exp(x), at_most(1 - x, exp(-x))), (z, small), (h * z * (exp(x) - 1) / x, less(x, 0))
    )
    left = linear((h * exp(x), at_most(1 + (z - x), exp(z - x))))
    from_left = by_cases(less(z, 0), with_tangent(z - x, left), with_tangent(-x, across))
    from_right = by_cases(less(z, 0), above_identity_on_the_left(h, z), auto())
    return intro(by_cases(less(x, 0), from_left, from_right))


def is_convex(height: Expr = alpha) -> Tactic:
    """The tangent at the point between lies below both ends."""
    tangents = for_all(x, z, above_tangent(height, x, z))
    middle = weight * x + (1 - weight) * y
    from_middle = [
        (above_tangent(height, middle, end), by_fact(tangents, middle, end, then=auto()))
        for end in (x, y)
    ]
    (below_x, _), (below_y, _) = from_middle
    added = lemmas(from_middle, linear((weight, below_x), (1 - weight, below_y)))
    in_the_middle = on_each_side(middle, x, y, then=added)
    return lemmas(
        [
            (at_most(height, 1), auto()),
            (EXPONENTIAL, above_its_tangent()),
            (tangents, above_tangents(height)),
        ],
        intro(in_the_middle),
    )


# --- The identity and ReLU ---------------------------------------------------------------------


def below_identity(tangent: Tactic) -> Tactic:
    """At -h, h = 1 - 1/alpha: 1 - e^-h > 1 - 1/(1 + h), which is at least h/alpha."""
    h, one_more = STEP, 2 - 1 / alpha
    facts = [
        (less(0, h), linear((1 / alpha, less(1, alpha)))),
        (less(0, one_more), linear((1 / alpha, less(1, alpha)), (1, -1))),
        (less(1 + h, exp(h)), mean_value(z, exp(z) - z, 0, h)),
    ]
    rest = h * (alpha - 1) ** 2 / (alpha * one_more)
    added = linear((alpha * exp(-h) / one_more, less(1 + h, exp(h))), (rest, -1))
    return lemmas(facts, have(less(Elu(-h, alpha), -h), added, tangent))


def identity_below_iff(largest: Expr) -> Formula:
    """ELU lies nowhere below the identity; and where it does, and its chord, for larger alpha."""
    nowhere = for_all(x, at_most(x, ELU))
    chord = less(Elu(-STEP, alpha) + Elu(STEP, alpha), 2 * Elu(0, alpha))
    there = implies(less(largest, alpha), both(less(Elu(-STEP, alpha), -STEP), chord))
    return for_all(alpha, both(iff(nowhere, at_most(alpha, largest)), there))


def nowhere_below() -> Tactic:
    """For alpha <= 1 by e^x >= 1 + x; for alpha > 1 at -h."""
    nowhere = for_all(x, at_most(x, ELU))
    forth = ("contradict", below_identity(by_fact(nowhere, -STEP, then=linear())))
    left = have(EXPONENTIAL, above_its_tangent(), above_identity_on_the_left(alpha, x))
    back = intro(by_cases(less(x, 0), left, auto()))
    return intro(parts(parts(("assume", forth), ("assume", back)), intro(below_identity(auto()))))


def convex_iff(largest: Expr) -> Formula:
    """ELU is convex for alpha up to a value only."""
    return for_all(alpha, iff(convex(), at_most(alpha, largest)))


def chord_below() -> Tactic:
    """For alpha > 1 the chord from -h to h runs below the value at 0."""
    half = by_fact(convex(), -STEP, STEP, S.Half, auto(), auto(), then=linear())
    return ("contradict", below_identity(half))


def distance(bound: Expr, end: Expr) -> Formula:
    """ELU is less than ReLU on the left alone, by less than a bound; how far at most."""
    apart = iff(less(ELU, Relu(x)), less(x, 0))
    bounded = for_all(x, at_most(Abs(SHORTFALL), BOUND))
    supremum = for_all(BOUND, implies(bounded, at_most(end, BOUND)))
    everywhere = for_all(x, both(apart, less(Abs(SHORTFALL), bound)))
    return for_all(alpha, both(everywhere, limit(SHORTFALL, x, -oo, end), supremum))


def far_left() -> Tactic:
    """Far enough to the left the distance exceeds whatever is less than alpha."""
    bounded, tends = for_all(x, at_most(Abs(SHORTFALL), BOUND)), limit(SHORTFALL, x, -oo, alpha)

    def exceeded(end: str, larger: Formula) -> Tactic:
        far = -1 - Symbol(end) ** 2
        there = by_fact(bounded, far, then=linear())
        return negative(far, used_near(tends, [(end, larger)], there))

    beyond = have(tends, growth(0), near_end(tends, BOUND, "below", exceeded))
    return intro(("contradict", beyond))


def is_apart() -> Tactic:
    """On the right and at 0 ELU is ReLU."""
    right = ("contradict", again(less(ELU, Relu(x)), linear()))
    left = negative(x, auto())
    apart = parts(("assume", right), ("assume", left))
    return intro(parts(apart, by_cases(less(x, 0), left, auto())))


def decreasing(less_so: Expr, more_so: Expr) -> Formula:
    """For alpha < beta one of two functions is less on the left, and the same on the right."""
    left = implies(less(x, 0), less(less_so, more_so))
    right = implies(at_most(0, x), equal(less_so, more_so))
    return for_all(alpha, BETA, x, implies(less(alpha, BETA), both(left, right)))


def shrinks() -> Tactic:
    """By (beta - alpha)(1 - e^x)."""
    less_than_one = less(exp(x), 1)
    return have(less_than_one, auto(), linear((1 - exp(x), less(alpha, BETA))))


CLAIMS = (
    Claim(
        "shape.inverse",
        "ELU is injective; its inverse is y for y >= 0 and log(1 + y/alpha) for -alpha < y < 0.",
        Statement(invertible(log(1 + y / alpha), y), inverted()),
        "Clevert, Unterthiner, Hochreiter 2016, equation 15, solved",
        neighbours={
            "The inverse below 0 is log(1 + y).": refuted(
                invertible(log(1 + y), y), counterexample(alpha=2, x=Rational(-1, 4))
            ),
            "The inverse above 0 is 1.01*y.": refuted(
                invertible(log(1 + y / alpha), y * PERCENT), counterexample(alpha=1, x=1)
            ),
        },
    ),
    Claim(
        "shape.lipschitz",
        "The least Lipschitz constant of ELU is max(1, alpha).",
        # The slope 1 on the right rules for alpha <= 1, the slope alpha at 0- for alpha > 1.
        Statement(
            for_all(alpha, least_lipschitz(Max(1, alpha))),
            intro(
                by_cases(
                    less(alpha, 1),
                    parts(is_lipschitz(alpha, S.One), rises_by_one()),
                    parts(is_lipschitz(alpha, alpha), as_steep_as_alpha()),
                )
            ),
        ),
        "the one-sided derivatives at 0",
        neighbours={
            "For alpha <= 1 it is alpha.": refuted(
                for_all(alpha, implies(at_most(alpha, 1), least_lipschitz(alpha))),
                counterexample(alpha=S.Half, x=1, y=0),
            ),
            "For alpha > 1 it is 1.01*alpha.": refuted(
                for_all(alpha, implies(less(1, alpha), least_lipschitz(alpha * PERCENT))),
                witness(2, parts(auto(), parts(auto(), ("witness", 1, TWO)))),
            ),
        },
    ),
    Claim(
        "shape.one_lipschitz",
        "ELU is 1-Lipschitz, and no less, for every alpha > 0.",
        # It is steeper left of 0 if alpha > 1.
        refuted(for_all(alpha, least_lipschitz(S.One)), counterexample(alpha=2, x=-1, y=0)),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={
            "ELU is alpha-Lipschitz for every alpha > 0.": refuted(
                for_all(alpha, lipschitz(alpha)), counterexample(alpha=S.Half, x=1, y=0)
            )
        },
    ),
    Claim(
        "shape.convex_iff",
        "ELU is convex if and only if alpha <= 1.",
        # The derivative jumps by 1 - alpha at 0, and increases elsewhere.
        Statement(
            convex_iff(S.One), intro(parts(("assume", chord_below()), ("assume", is_convex())))
        ),
        "the jump 1 - alpha of the derivative at 0",
        neighbours={
            "ELU is convex if and only if alpha <= 1.01.": refuted(
                convex_iff(PERCENT),
                counterexample(
                    alpha=PERCENT, x=Rational(-1, 101), y=Rational(1, 101), w=Rational(1, 2)
                ),
            ),
            "ELU is convex for no alpha.": refuted(
                for_all(alpha, ("not", convex())), witness(1, parts(auto(), is_convex(S.One)))
            ),
        },
    ),
    Claim(
        "shape.convex",
        "ELU is convex for every alpha > 0.",
        # The jump is downwards if alpha > 1.
        refuted(for_all(alpha, convex()), counterexample(alpha=2, w=S.Half)),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={
            "ELU is convex for every alpha > 1.": refuted(
                for_all(alpha, implies(less(1, alpha), convex())), counterexample(w=S.Half)
            )
        },
    ),
    Claim(
        "shape.distance_to_relu",
        "ReLU exceeds ELU for x < 0 alone, by less than alpha, and by no less in the"
        " limit: the distance in the supremum norm is alpha, and is not attained.",
        Statement(distance(alpha, alpha), intro(parts(is_apart(), growth(0), far_left()))),
        "the floor of ELU",
        neighbours={
            "It is less than 0.99*alpha.": refuted(
                distance(alpha * (2 - PERCENT), alpha), counterexample(x=-10)
            ),
            "It tends to 1.01*alpha.": refuted(
                distance(alpha, alpha * PERCENT),
                witness(1, parts(auto(), ("witness", 1, tends_otherwise(1, growth(0))))),
            ),
        },
    ),
    Claim(
        "shape.above_identity_iff",
        "ELU lies nowhere below the identity if and only if alpha <= 1; for alpha > 1 it"
        " does at x = -h, h = 1 - 1/alpha, so that the chord from -h to h runs below f(0).",
        Statement(identity_below_iff(S.One), nowhere_below()),
        "the slope alpha left of 0; why ELU is not convex for alpha > 1",
        neighbours={
            "ELU lies above the identity for x < 0 if alpha <= 1.01.": refuted(
                for_all(alpha, x, implies(at_most(alpha, PERCENT), less(x, 0), less(x, ELU))),
                counterexample(alpha=PERCENT, x=Rational(-1, 100)),
            ),
            "ELU lies below the identity for x < 0 if alpha > 1.": refuted(
                for_all(alpha, x, implies(less(1, alpha), less(x, 0), less(ELU, x)))
            ),
        },
    ),
    Claim(
        "shape.above_identity",
        "ELU lies nowhere below the identity, for every alpha > 0.",
        # Left of 0 and close to it ELU lies below the identity if alpha > 1.
        refuted(for_all(alpha, x, at_most(x, ELU))),
        REPEATED,
        expected=Verdict.REFUTED,
        neighbours={
            "ELU lies nowhere above the identity for x < 0.": refuted(
                for_all(alpha, x, implies(less(x, 0), at_most(ELU, x)))
            )
        },
    ),
    Claim(
        "shape.decreasing_in_alpha",
        "At every x < 0 ELU decreases strictly as alpha grows, and at x >= 0 not at all.",
        Statement(decreasing(Elu(x, BETA), ELU), intro(parts(intro(shrinks()), intro(auto())))),
        "Clevert, Unterthiner, Hochreiter 2016, section 3",
        neighbours={"At x < 0 ELU increases with alpha.": refuted(decreasing(ELU, Elu(x, BETA)))},
    ),
)
