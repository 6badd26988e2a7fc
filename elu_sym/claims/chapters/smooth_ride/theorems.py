"""The smooth ride: what a continuous derivative buys, as far as there are theorems.

What gradient descent makes of it is measured, in ``residual`` and ``networks``. A loss ``l`` enters
by its slopes at the values of the activation: those of a loss with ``abs(l') <= G`` that is
``beta``-smooth are any numbers of size at most ``G`` that differ by at most ``beta`` times what the
values do, since the graph of such a slope can be drawn through them.
"""

from typing import Any

from sympy import Abs, Derivative, Expr, Piecewise, Rational, S, Symbol, exp

from elu_sym.activations import Celu, Elu, KinkedFunction, Relu
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.claims.analysis import joins_smoothly, mean_value
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import (
    Expectation,
    at_most,
    both,
    either,
    equal,
    exists,
    for_all,
    iff,
    less,
    smooth,
)
from elu_sym.claims.kernel.language import Formula, implies, negation
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
    first_of,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    parts,
    tactic,
    witness,
)
from elu_sym.symbols import alpha, distance, excess, mu, sigma, smoothness, steepness, x, y, z

AT_X, AT_Y, CONSTANT = Symbol("a", real=True), Symbol("b", real=True), Symbol("L", real=True)
"""The slopes of the loss at f(x) and at f(y); what a smoothness is compared with."""

NEAR = Symbol("epsilon", positive=True)
"""By how much the slopes of a loss may differ from the one at 0."""

T = excess
"""A distance from 0."""

BETA, G = smoothness, steepness


def slope(function: KinkedFunction) -> Expr:
    """The derivative of an activation, at 0 that from the right."""
    side = type(function).derivative
    at, *parameters = function.args
    return Piecewise((side.right(at, *parameters), at >= 0), (side.left(at, *parameters), True))


# --- The exponential function --------------------------------------------------------------------

FALLEN = 1 - exp(-T)
"""By how much exp has fallen at -t."""


def fallen() -> tuple[tuple[Formula, Tactic], ...]:
    """The lemmas 0 < 1 - exp(-t) <= t and t - t^2/2 <= 1 - exp(-t)."""
    at_most_t = for_all(T, at_most(FALLEN, T))
    slope_rises = by_fact(at_most_t, z, auto(), then=auto())
    return (
        (at_most_t, intro(mean_value(z, z + exp(-z), 0, T))),
        (for_all(T, less(0, FALLEN)), intro(mean_value(z, -exp(-z), 0, T))),
        (
            for_all(T, at_most(T - T**2 / 2, FALLEN)),
            intro(mean_value(z, z**2 / 2 - z - exp(-z), 0, T, intro(slope_rises))),
        ),
    )


def at_distance(value: Expr, then: Tactic) -> Tactic:
    """Use the three lemmas at a positive value, with what makes it positive among the facts."""
    for formula, _ in fallen():
        then = by_fact(formula, value, auto(), then=then)
    return then


def obtained(name: str, then: Tactic) -> Tactic:
    """Give what the last fact says to exist a name."""
    return tactic(lambda goal, context: ("obtain", len(context.facts) - 1, name, then))


# --- How far the derivative changes --------------------------------------------------------------


def changes_at_most(function: KinkedFunction, constant: Expr) -> Formula:
    """The derivative is Lipschitz with a constant."""
    change = Abs(slope(function) - slope(function.xreplace({x: y})))
    return for_all(x, y, implies(less(x, y), at_most(change, constant * (y - x))))


def least(function: KinkedFunction, width: Expr) -> Formula:
    """The derivative is Lipschitz with a constant if and only if that is at least 1/width."""
    return for_all(CONSTANT, iff(changes_at_most(function, CONSTANT), at_most(1 / width, CONSTANT)))


def rises_slowly(width: Expr) -> tuple[Formula, Tactic]:
    """The slope exp(x/width), 1 from 0 on, does not fall, and rises by (y - x)/width at most."""
    low, high = (Piecewise((1, at >= 0), (exp(at / width), True)) for at in (x, y))
    rise = both(at_most(low, high), at_most(high - low, (y - x) / width))

    def between(end: Expr) -> Tactic:
        first, second = exp(z / width), z / width - exp(z / width)
        # 1 - e^u is positive for u < 0.
        falls = linear((first * (1 / first - 1) / width, -1))
        falls = intro(have(less(z, 0), linear(), falls))
        return parts(mean_value(z, first, x, end), mean_value(z, second, x, end, falls))

    to_zero = both(at_most(exp(x / width), 1), at_most(1 - exp(x / width), -x / width))
    across = parts(linear((1, to_zero[1])), linear((1, to_zero[2]), (1 / width, at_most(0, y))))
    on_the_right = parts(auto(), linear((1 / width, less(x, y))))
    return (
        for_all(x, y, implies(less(x, y), rise)),
        intro(in_order(between(y), have(to_zero, between(S.Zero), across), on_the_right)),
    )


def in_order(below: Tactic, across: Tactic, above: Tactic) -> Tactic:
    """Tell apart on which pieces x < y lie."""
    return by_cases(
        less(y, 0), have(less(x, 0), linear(), below), by_cases(less(x, 0), across, above)
    )


def of_size(over: Tactic, under: Tactic) -> Tactic:
    """The goal abs(u) <= w, or w < abs(u), where u >= 0 and where u < 0."""

    def find(goal: Formula, context: Context) -> Tactic:
        (condition,) = (side[1] for side in goal[1:] if isinstance(side, tuple) and side[0] == "if")
        return by_cases(condition, over, under)

    return tactic(find)


def has_least(function: KinkedFunction, width: Expr) -> Tactic:
    """A smaller constant fails between 0 and a point to the left of it, close enough."""
    rises, steps = rises_slowly(width)
    _, falls_not, slowly = rises[2][2][2]
    enough = (y - x, at_most(1 / width, CONSTANT))

    falls, rises_at_most = linear(enough, (1, slowly)), linear(enough, (1, slowly), (2, falls_not))
    side = by_fact(rises, x, y, auto(), then=first_of(lambda: falls, lambda: rises_at_most))
    share = 1 - width * CONSTANT
    claimed = changes_at_most(function, CONSTANT)
    clash = by_fact(claimed, -width * share, S.Zero, auto(), then=linear())
    known = have(less(0, share**2), auto(), at_distance(share, clash))
    nearby = have(less(0, share), linear((width, less(CONSTANT, 1 / width))), known)
    back = ("contradict", nearby)
    forth = in_order(*[of_size(side, side)] * 3)
    return have(rises, steps, lemmas(fallen(), intro(parts(intro(back), intro(forth)))))


def has_slope(function: KinkedFunction) -> Formula:
    """It is continuously differentiable, with this derivative off 0."""
    derivative = equal(Derivative(function, x), slope(function))
    return both(
        smooth(1, function, x),
        for_all(x, both(implies(less(x, 0), derivative), implies(less(0, x), derivative))),
    )


def atom(weight: Expr) -> Formula:
    """Integrated by parts against the density of a normal law, f'' is a function and an atom."""
    density = NormalPdf((x - mu) / sigma) / sigma
    tested = Elu(x, alpha) * ((x - mu) ** 2 / sigma**2 - 1) / sigma**2
    regular = Piecewise((0, x >= 0), (Elu.left(x, alpha).diff(x, 2), True))
    means = (Expectation(each, x, mu, sigma) for each in (tested, regular))
    curvature, expected = means
    at_zero = density.xreplace({x: S.Zero})
    return for_all(alpha, mu, sigma, equal(curvature, expected + weight * at_zero))


# --- Losses --------------------------------------------------------------------------------------


def composed(function: KinkedFunction, constant: Expr) -> Formula:
    """The derivative of l(f) is Lipschitz with a constant for all beta-smooth losses."""
    other = function.xreplace({x: y})
    change = AT_X * slope(function) - AT_Y * slope(other)
    return for_all(
        *(x, y, AT_X, AT_Y),
        implies(
            less(x, y),
            at_most(Abs(AT_X), G),
            at_most(Abs(AT_Y), G),
            at_most(Abs(AT_X - AT_Y), BETA * (other - function)),
            at_most(Abs(change), constant * (y - x)),
        ),
    )


def least_composed() -> Formula:
    """It is so if and only if the constant is at least beta + G."""
    lipschitz = composed(Elu(x, S.One), CONSTANT)
    return for_all(BETA, G, CONSTANT, iff(lipschitz, at_most(BETA + G, CONSTANT)))


def _sides(known: Formula) -> tuple[Formula, Formula]:
    """What abs(u) <= w says: -w <= u and u <= w."""
    _, (_, _, value, _), size = known
    return ("<=", ("*", -1, size), value), ("<=", value, size)


def bounded(known: Formula, then: Tactic) -> Tactic:
    """Add both sides of abs(u) <= w, a fact."""
    condition, same = known[1][1], (1, known)
    over = parts(linear(same, (2, condition)), linear(same))
    under = parts(linear(same), linear(same, (2, negation(condition))))
    shown = by_cases(condition, again(known, over), again(known, under))
    return have(both(*_sides(known)), shown, then)


FIRST, SECOND, APART, RISE = (Symbol(name, real=True) for name in ("p", "q", "d", "r"))
"""The slopes of f at x and at y; y - x, and f(y) - f(x)."""


def product_rule() -> tuple[Formula, Tactic]:
    """The bound of p a - q b = (a - b) p + b (p - q)."""
    turned, gap = FIRST - SECOND, AT_X - AT_Y
    hypotheses = (
        *(at_most(Abs(AT_Y), G), at_most(Abs(gap), BETA * RISE)),
        *(at_most(0, FIRST), at_most(FIRST, 1), at_most(0, RISE), at_most(RISE, APART)),
        *(at_most(turned, APART), at_most(-turned, APART)),
    )
    change = Abs(AT_X * FIRST - AT_Y * SECOND)

    def one_side(sign: int) -> Tactic:
        # G d - s b r, r = p - q, is half the sum of (G - s b)(d + r) and (G + s b)(d - r).
        products = [
            at_most(0, (G - each * AT_Y) * (APART + each * sign * turned)) for each in (sign, -sign)
        ]
        below = at_most(gap, BETA * RISE) if sign > 0 else _sides(hypotheses[1])[0]
        return lemmas(
            [(each, auto()) for each in products],
            linear(
                *((FIRST, below), (BETA * RISE, at_most(FIRST, 1)), (BETA, at_most(RISE, APART))),
                *((S.Half, each) for each in products),
            ),
        )

    then = of_size(one_side(1), one_side(-1))
    for value, size in ((AT_Y, G), (gap, BETA * RISE)):
        then = bounded(at_most(Abs(value), size), then)
    return (
        for_all(
            *(BETA, G, AT_X, AT_Y, FIRST, SECOND, APART, RISE),
            implies(*hypotheses, at_most(change, (BETA + G) * APART)),
        ),
        intro(then),
    )


def follows(constant: Expr) -> Tactic:
    """The derivative of l(f) is Lipschitz with beta + G, and so with a constant from there on."""
    unit, other = Elu(x, S.One), Elu(y, S.One)
    rises, _ = rises_slowly(S.One)
    _, falls_not, slowly = rises[2][2][2]
    rule, _ = product_rule()
    s_x, s_y = slope(unit), slope(other)
    more = (y - x, at_most(BETA + G, constant))
    differ = at_most(Abs(AT_X - AT_Y), BETA * (other - unit))

    def compared(grows: Tactic) -> Tactic:
        change = linear((y - x, -1), (1, falls_not)), linear((1, slowly))
        values = (BETA, auto(), G, auto(), AT_X, AT_Y, s_x, s_y, y - x, other - unit)
        apart = of_size(*(again(differ, auto()) for _ in range(2)))
        bounds = (auto(), apart, auto(), auto(), auto(), grows, *change)
        reached = last_is_at_most(more)
        used = by_fact(rule, *values, *bounds, then=reached)
        return by_fact(rises, x, y, auto(), then=used)

    across = by_fact(rises, x, 0, auto(), then=compared(auto()))
    return in_order(compared(auto()), across, compared(auto()))


def last_is_at_most(*shares: tuple[Expr, Formula]) -> Tactic:
    """Conclude abs(u) <= w from the last fact, a smaller bound of abs(u)."""

    def find(goal: Formula, context: Context) -> Tactic:
        known = context.facts[-1]
        side = again(known, linear((1, known), *shares))
        return of_size(side, side)

    return tactic(find)


def attained() -> Tactic:
    """A loss of slope G and curvature beta at 0 has it in the limit, from the left."""
    lipschitz, total = composed(Elu(x, S.One), CONSTANT), BETA + G
    lost = total - CONSTANT
    near = exists(T, both(at_most(BETA * T, G), at_most(2 * total * T, lost)))
    share = G / (2 * total**2)
    small = parts(
        linear((BETA * share, at_most(0, CONSTANT)), (G * (2 * G + BETA) / (2 * total), -1)),
        linear((BETA / total, less(CONSTANT, total))),
    )
    exists_near = witness(lost * share, parts(linear((share, less(CONSTANT, total))), small))
    at_zero = (S.Zero, S.Zero, auto(), auto(), auto(), auto())
    not_negative = by_fact(lipschitz, S.NegativeOne, S.Zero, *at_zero, then=linear())
    slope_there = G - BETA * FALLEN
    claimed = at_most(FALLEN * (total - BETA * FALLEN), CONSTANT * T)
    below_g = less(0, total - BETA * T)
    clash = linear(
        (1, claimed),
        (total - BETA * T, at_most(T - T**2 / 2, FALLEN)),
        (BETA * FALLEN, at_most(FALLEN, T)),
        (T, at_most(2 * total * T, lost)),
        (T**2 * (3 * G + BETA) / 2 + BETA * T**3 / 2, -1),
    )
    # 0 < 1 - exp(-t) <= t gives 0 < G - l' = beta (1 - exp(-t)) <= G.
    inside = both(less(0, BETA * FALLEN), at_most(BETA * FALLEN, G))
    shown = parts(
        linear((BETA, less(0, FALLEN))),
        linear((BETA, at_most(FALLEN, T)), (1, at_most(BETA * T, G))),
    )
    used = by_fact(
        lipschitz,
        *(-T, S.Zero, slope_there, G, auto(), of_size(auto(), auto()), auto(), auto()),
        then=tactic(
            lambda goal, context: bounded(
                context.facts[-1], have(claimed, linear(), have(below_g, linear(), clash))
            )
        ),
    )
    there = obtained("t", at_distance(T, have(inside, shown, used)))
    start = have(at_most(0, CONSTANT), not_negative, have(near, exists_near, there))
    return ("contradict", start)


def composes() -> Tactic:
    """By the product rule; and a loss of slope G at 0 and curvature beta attains it there."""
    known = [rises_slowly(S.One), product_rule(), *fallen()]
    return lemmas(known, intro(parts(intro(attained()), intro(follows(CONSTANT)))))


# --- Kinks ---------------------------------------------------------------------------------------


def rough(function: KinkedFunction) -> Formula:
    """The derivative of l(f), l a C^1 loss with l'(0) = G, is Lipschitz with no constant.

    However close to 0 the slopes of the loss come to differ from G by at most epsilon: between two
    points there the derivative of l(f) changes by more than any multiple of their distance.
    """
    other = function.xreplace({x: y})
    change = Abs(AT_X * slope(function) - AT_Y * slope(other))
    close = [at_most(Abs(G - each), NEAR) for each in (AT_X, AT_Y)]
    far = for_all(AT_X, AT_Y, implies(*close, less(CONSTANT * (y - x), change)))
    near = [less(Abs(each), distance) for each in (function, other)]
    points = exists(x, exists(y, both(less(x, 0), less(0, y), *near, far)))
    return for_all(G, exists(NEAR, for_all(distance, CONSTANT, points)))


def jumps(left: Expr, sign: int) -> Tactic:
    """The proof for the slopes ``left*exp(x)`` and 1, where ``sign*(1 - left)`` is positive."""
    jump = sign * (1 - left)
    near = G * jump / (4 * (1 + left))
    ends = distance, jump, G * jump
    rates = 1 + left, 4 * left, 4 * (CONSTANT**2 + 1)
    close, small, steep = (less(rate * T, end) for rate, end in zip(rates, ends, strict=True))
    shares = [rate / end for rate, end in zip(rates, ends, strict=True)]
    at = 1 / (1 + sum(shares))
    within = (
        linear((end * at * (1 + sum(shares) - share), -1))
        for end, share in zip(ends, shares, strict=True)
    )
    found = witness(at, parts(auto(), parts(*within)))
    # The change is at least G*jump/2 in size, and less than L*(y - x) is less than that.
    known = [at_most(Abs(G - each), near) for each in (AT_X, AT_Y)]
    (low_x, high_x), (low_y, high_y) = map(_sides, known)
    change = sign * (AT_Y - AT_X * left * exp(-T))
    half = at_most(G * jump / 2, change)
    more = (near * left, less(0, FALLEN))
    facts: tuple[tuple[Any, Any], ...]
    if sign > 0:
        facts = (1, high_y), (left * exp(-T), low_x), (G * jump / 4, -1), (G * left, more[1])
    else:
        facts = (1, low_y), (left * exp(-T), high_x), (G / 4, small), (G * left, at_most(FALLEN, T))
    larger = linear((1, half), (S.Half, steep), (2 * T * ((CONSTANT - S.Half) ** 2 + S(3) / 4), -1))
    changed = lemmas(
        [
            (half, linear(*facts, more)),
            (less(0, change), linear((1, half), (G * jump / 2, -1))),
        ],
        larger,
    )
    for each in known:
        changed = bounded(each, changed)
    inside = (
        linear((1, close), (left, at_most(FALLEN, T)), (T, -1)),
        linear((1, close), (left * T, -1)),
    )
    points = witness(-T, witness(T, parts(auto(), auto(), *inside, intro(changed))))
    if left:  # f(-t) = -left*(1 - exp(-t)), however it is written
        points = have(less(0, left * FALLEN), linear((left, more[1])), points)
    there = obtained("t", at_distance(T, points))
    steps = intro(have(exists(T, both(close, small, steep)), found, there))
    return lemmas(fallen(), intro(witness(near, parts(auto(), steps))))


def off_one() -> Formula:
    """The derivative of l(ELU(x)) is Lipschitz with no constant, where alpha is not 1."""
    return for_all(alpha, implies(either(less(alpha, 1), less(1, alpha)), rough(Elu(x, alpha))))


def smooth_at_one() -> Tactic:
    """At alpha = 1, and where the slopes of the loss are all 1, the constant 1 does."""
    falls = exp(z) * (exp(-z) - 1)
    slowly = mean_value(z, z - exp(z), x, 0, intro(linear((falls, -1))))
    slow = at_most(1 - exp(x), -x)
    change = have(slow, slowly, linear((1, slow), (1, less(0, y))))
    values = witness(1, witness(1, parts(auto(), parts(auto(), change))))
    near = by_cases(
        less(x, 0),
        by_cases(less(0, y), ("witness", 4, values), ("witness", 1, auto())),
        ("witness", 0, auto()),
    )
    found = witness(1, parts(auto(), witness(1, intro(near))))
    at_one = intro(by_cases(less(0, NEAR), ("witness", 1, found), ("witness", 0, auto())))
    return witness(1, parts(auto(), witness(1, parts(auto(), at_one))))


CLAIMS = (
    Claim(
        "smooth_ride.derivative_lipschitz",
        "At alpha = 1 the derivative of ELU is Lipschitz, with 1 as its least constant.",
        Statement(
            both(has_slope(Elu(x, S.One)), least(Elu(x, S.One), S.One)),
            parts(parts(joins_smoothly(0), auto()), has_least(Elu(x, S.One), S.One)),
        ),
        "Clevert, Unterthiner, Hochreiter 2016; f is C^{1,1} and not C^2",
        neighbours={
            "With the constant 0.99.": refuted(
                changes_at_most(Elu(x, S.One), Rational(99, 100)),
                counterexample(x=Rational(-1, 100), y=S.Zero),
            )
        },
    ),
    Claim(
        "smooth_ride.celu_derivative_lipschitz",
        "The derivative of CELU is Lipschitz for every alpha > 0, with 1/alpha as its"
        " least constant: the smaller alpha, the closer it is to a kink.",
        Statement(
            for_all(alpha, both(has_slope(Celu(x, alpha)), least(Celu(x, alpha), alpha))),
            intro(parts(parts(joins_smoothly(0), auto()), has_least(Celu(x, alpha), alpha))),
        ),
        "Barron 2017",
        neighbours={
            "With the constant 1 for every alpha.": refuted(
                for_all(alpha, changes_at_most(Celu(x, alpha), S.One)),
                counterexample(alpha=Rational(1, 2), x=Rational(-1, 4), y=S.Zero),
            )
        },
    ),
    Claim(
        "smooth_ride.atom",
        "Tested with every normal density, f'' is alpha*exp(x) for x < 0, 0 for x > 0, and an"
        " atom of weight 1 - alpha at 0.",
        Statement(atom(1 - alpha), intro(ALGEBRA)),
        "the jump of f'",
        neighbours={
            "Without an atom.": refuted(atom(S.Zero), counterexample(alpha=2, mu=0, sigma=1)),
            "With the weight alpha - 1.": refuted(
                atom(alpha - 1), counterexample(alpha=2, mu=0, sigma=1)
            ),
        },
    ),
    Claim(
        "smooth_ride.composed_loss",
        "If the outer loss has abs(l') <= G and is beta-smooth, then l(ELU(x)) at"
        " alpha = 1 is (beta + G)-smooth, and there are losses for which it is not less.",
        lambda: Statement(least_composed(), composes()),
        "Nesterov 2004, section 1.2.2, for the notion",
        neighbours={
            "With 0.99*(beta + G).": lambda: refuted(
                for_all(BETA, G, composed(Elu(x, S.One), (BETA + G) * Rational(99, 100))),
                counterexample(
                    beta=S.One,
                    G=S.One,
                    x=Rational(-1, 200),
                    y=S.Zero,
                    a=exp(Rational(-1, 200)),
                    b=S.One,
                ),
            )
        },
    ),
    Claim(
        "smooth_ride.composed_with_a_kink",
        "If l'(0) > 0, then l(ReLU(x)) is smooth with no constant, and neither is l(ELU(x)) for"
        " alpha != 1: the derivative jumps at 0. For l'(0) < 0 take -l.",
        Statement(
            both(rough(Relu(x)), off_one()),
            parts(
                jumps(S.Zero, 1),
                (
                    "generalize",
                    "alpha",
                    ("assume", ("assume", last_either(jumps(alpha, 1), jumps(alpha, -1)))),
                ),
            ),
        ),
        "the jump of the derivative",
        neighbours={
            "Nor at any alpha.": refuted(for_all(alpha, rough(Elu(x, alpha))), smooth_at_one())
        },
    ),
    Claim(
        "smooth_ride.same_smoothness",
        "If the outer loss has abs(l') <= G and is beta-smooth, then l(ELU(x)) at"
        " alpha = 1 is beta-smooth again.",
        lambda: refuted(
            for_all(BETA, G, composed(Elu(x, S.One), BETA)),
            counterexample(beta=S.One, G=S.One, x=-S.Half, y=S.Zero, a=exp(-S.Half), b=S.One),
        ),
        "the smooth ride, taken literally",
        expected=Verdict.REFUTED,
        neighbours={
            "It is 2*beta-smooth again.": lambda: refuted(
                for_all(BETA, G, composed(Elu(x, S.One), 2 * BETA)),
                counterexample(
                    beta=S.One,
                    G=S(3),
                    x=Rational(-1, 8),
                    y=S.Zero,
                    a=2 + exp(Rational(-1, 8)),
                    b=S(3),
                ),
            )
        },
    ),
)
