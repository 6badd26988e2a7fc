"""Mean field theory of deep ELU networks: which variances are kept, and what that costs.

With q = sigma^2 the pre-activation variance of a layer, w and b the variances of its weights, times
fan_in, and of its biases, the next layer has the variance w*E f(sigma Z)^2 + b, and squared
gradients are multiplied by w*E f'(sigma Z)^2. Independent weights and infinite width are hypotheses
of every claim; about the functions of sigma that come out, nothing is assumed.
"""

from sympy import Derivative, Expr, Piecewise, Rational, S, Symbol, exp, oo, sqrt

from elu_sym.claims.analysis import growth, mean_value, tends_otherwise
from elu_sym.claims.chapters.initialization.gain_lemmas import (
    ELU,
    PERCENT_MORE,
    SLOPE,
    SMALL,
    TAU,
    Lemma,
    below_one,
    between,
    enclosed,
    multiple_of,
    normal,
    on_the_left,
    positive_mean,
    share,
    share_above_half,
    share_below_small,
    share_falls,
    slope_square,
    slope_square_falls,
    slope_steepness,
    square,
    steepness,
)
from elu_sym.claims.chapters.meanfield.monotone import PLACE, Monotone
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    at_most,
    both,
    equal,
    exists,
    exists_one,
    for_all,
    iff,
    less,
    limit,
    term,
)
from elu_sym.claims.kernel.language import Formula, Term, expanded, implies, substitute
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    again,
    assumption,
    auto,
    by_cases,
    by_fact,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    obtained,
    parts,
    positive,
    rewritten,
    witness,
)
from elu_sym.symbols import alpha, sigma, x, z

WEIGHTS, BIAS, ANY_BIAS = (
    Symbol("w", positive=True),
    Symbol("b", positive=True),
    Symbol("b", nonnegative=True),
)
"""The variances of weights and biases."""

Q, START = Symbol("q", positive=True), Symbol("q_0", positive=True)
"""A variance, and the one of the first layer."""


MAP = WEIGHTS * square() + BIAS
ANY_MAP = WEIGHTS * square() + ANY_BIAS
"""The variance of the next layer."""


def variance_slope(factor: Expr = S.One) -> Expr:
    """E[f'^2 + f f''] at N(0, q), with a factor at the second term."""
    return normal(SLOPE**2 + factor * ELU * Derivative(SLOPE, x), sqrt(Q))


BY_VARIANCE = Derivative(square(sqrt(Q)), Q)
"""d/dq E f(sqrt(q) Z)^2."""


def slope_is(value: Expr) -> Formula:
    """The slope of the variance map."""
    return for_all(
        WEIGHTS, alpha, Q, equal(Derivative(WEIGHTS * square(sqrt(Q)), Q), WEIGHTS * value)
    )


# --- The variance map ------------------------------------------------------------------------


WITH_BIAS = Monotone(MAP / sigma**2, oo, WEIGHTS / 2)
WITHOUT_BIAS = Monotone(share(), SMALL, S.Half)
"""What falls from above a value to below it: (w E f^2 + b)/q from above 1, E f^2/q from 1/w."""

LARGE_ENOUGH, SMALL_ENOUGH = less(1 / SMALL, WEIGHTS), less(WEIGHTS, 2)


def fixed_point_with_bias() -> Statement:
    """There is exactly one."""
    falling, share_proof = share_falls()
    bias_share = BIAS * (sigma + TAU) / (sigma * TAU) ** 2
    falls = have(falling, share_proof, linear((WEIGHTS, falling), (bias_share, less(sigma, TAU))))
    one, proof = WITH_BIAS.takes_once(S.One, equal(MAP, sigma**2), sigma**2)
    below = less(WEIGHTS / 2, 1), linear((Rational(1, 2), SMALL_ENOUGH))
    found = both(implies(SMALL_ENOUGH, one), WITH_BIAS.order, *WITH_BIAS.limits)
    known = WITH_BIAS.known(falls)
    shown = parts(intro(have(*below, proof)), *(assumption() for _ in known))
    return Statement(for_all(WEIGHTS, BIAS, alpha, found), intro(lemmas(known, shown)))


def fixed_point_without_bias() -> Statement:
    """There is exactly one, as 1/w is between the limits."""
    equation = equal(WEIGHTS * square(), sigma**2)
    one, proof = WITHOUT_BIAS.takes_once(1 / WEIGHTS, equation, WEIGHTS * sigma**2)
    between_them = (
        (less(1 / WEIGHTS, SMALL), linear((SMALL / WEIGHTS, LARGE_ENOUGH))),
        (less(S.Half, 1 / WEIGHTS), linear((1 / (2 * WEIGHTS), SMALL_ENOUGH))),
    )
    exactly_one = for_all(WEIGHTS, implies(LARGE_ENOUGH, SMALL_ENOUGH, one))
    known = WITHOUT_BIAS.known(share_falls()[1])
    shown = parts(*(assumption() for _ in known), intro(lemmas(between_them, proof)))
    formula = both(WITHOUT_BIAS.order, *WITHOUT_BIAS.limits, exactly_one)
    return Statement(for_all(alpha, formula), intro(lemmas(known, shown)))


# --- What grows, and what decays -------------------------------------------------------------


def steady(variance: Expr = Q) -> Formula:
    """A variance is a fixed point."""
    return equal(variance, WEIGHTS * square(sqrt(variance)) + ANY_BIAS)


def no_fixed_point() -> Statement:
    """q/2 < E f^2 < q (1 + alpha^2)/2."""
    above, below = less(sigma**2 / 2, square()), less(square(), SMALL * sigma**2)
    grows = for_all(WEIGHTS, ANY_BIAS, implies(at_most(2, WEIGHTS), less(sigma**2, ANY_MAP)))
    decays = for_all(
        WEIGHTS, implies(at_most(WEIGHTS, 1 / SMALL), less(WEIGHTS * square(), sigma**2))
    )
    is_above = linear(
        (WEIGHTS, above), (sigma**2 / 2, at_most(2, WEIGHTS)), (1, at_most(0, ANY_BIAS))
    )
    is_below = linear((WEIGHTS, below), (SMALL * sigma**2, at_most(WEIGHTS, 1 / SMALL)))
    known = (
        multiple_of(share_above_half(), sigma**2, above),
        multiple_of(share_below_small(), sigma**2, below),
    )
    proof = lemmas(known, parts(assumption(), assumption(), intro(is_above), intro(is_below)))
    return Statement(for_all(alpha, sigma, both(above, below, grows, decays)), intro(proof))


def grows(weights: Expr) -> Formula:
    """Every variance grows under weights of a variance."""
    return for_all(alpha, BIAS, sigma, less(sigma**2, weights * square() + BIAS))


# --- Stability -------------------------------------------------------------------------------

LAYER = Symbol("v", positive=True)
"""The variance in a layer."""


def positive_slope(deviation: Expr) -> Lemma:
    """Q d/dq E f^2 = E[X f f'] > 0."""
    slope = Piecewise((alpha * exp(x), x < 0), (S.One, True))
    return positive_mean(x * ELU * slope, deviation=deviation)


def square_rises() -> Lemma:
    """E f^2 grows with sigma."""
    fact, proof = positive_slope(z)
    slope = intro(lemmas([(less(0, z), linear()), (fact, proof)], linear((2 / z, fact))))
    formula = for_all(sigma, TAU, implies(less(sigma, TAU), less(square(), square(TAU))))
    return formula, intro(mean_value(z, square(z), sigma, TAU, slope))


SHARE_FALLS = (
    for_all(sigma, TAU, implies(less(sigma, TAU), share_falls()[0])),
    intro(share_falls()[1]),
)


def approached() -> Tactic:
    """From above, the map stays above the fixed point, and below its argument; or the reverse."""
    root, layer = sqrt(Q), sqrt(LAYER)

    def ordered(one: Expr, other: Expr) -> tuple[Lemma, ...]:
        positive_one = less(0, one), positive()
        difference = less(one, other), linear((1 / (one + other), less(one**2, other**2)))
        return positive_one, (less(0, other), positive()), difference

    def applied(general: Lemma, one: Expr, other: Expr, then: Tactic) -> Tactic:
        return by_fact(general[0], one, assumption(), other, assumption(), assumption(), then=then)

    def way(one: Expr, other: Expr, sign: int) -> Tactic:
        change = less(square(one), square(other))
        shares = less(square(other) / other**2, square(one) / one**2)
        stays = linear((WEIGHTS, change), (sign, steady()))
        moves = linear(
            (LAYER * WEIGHTS, shares),
            (ANY_BIAS / Q, less(one**2, other**2)),
            (-sign * LAYER / Q, steady()),
        )
        known = (less(0, LAYER), linear()), *ordered(one, other)
        return (
            "orbit-monotone",
            intro(lemmas(known, applied(square_rises(), one, other, again(change, stays)))),
            intro(lemmas(known, applied(SHARE_FALLS, one, other, again(shares, moves)))),
        )

    return parts(intro(way(root, layer, 1)), intro(way(layer, root, -1)))


def stable() -> Statement:
    """At a fixed point w = (q - b)/E f^2, and q*m' < m."""
    slope = WEIGHTS * BY_VARIANCE
    steps = WEIGHTS * square(sqrt(LAYER)) + ANY_BIAS
    orbit = ("orbit", LAYER.name, term(steps), START.name, Q.name)
    attracts = for_all(START, both(implies(less(Q, START), orbit), implies(less(START, Q), orbit)))
    formula = for_all(
        *(alpha, WEIGHTS, ANY_BIAS, Q),
        implies(steady(), both(less(0, slope), less(slope, 1), attracts)),
    )
    rising, falling = positive_slope(sqrt(Q)), steepness(sqrt(Q))
    below_one_ = linear(
        (WEIGHTS / (2 * Q), falling[0]), (1 / Q, at_most(0, ANY_BIAS)), (-1 / Q, steady())
    )
    bounds = have(*rising, linear((WEIGHTS / Q, rising[0]))), have(*falling, below_one_)
    proof = parts(*bounds, intro(approached()))
    return Statement(formula, intro(lemmas([square_rises(), SHARE_FALLS], proof)))


# --- The price -------------------------------------------------------------------------------

U, V = Symbol("u", real=True), Symbol("v", real=True)


def trapezoid(value: Expr) -> Lemma:
    """tanh(r/2) < r/2, for r = -v > 0."""
    steeper = less(exp(U) - 1 - U * exp(U), 0), mean_value(V, exp(V) - 1 - V * exp(V), U, S.Zero)
    rise = U * (1 + exp(U)) - 2 * (exp(U) - 1)
    return (
        less(2 * (1 - exp(value)), -value * (1 + exp(value))),
        mean_value(U, rise, value, S.Zero, intro(have(*steeper, linear()))),
    )


def stein(argument: Expr) -> Expr:
    """What is left of the gap by Stein's identity, at a negative argument."""
    rise = 1 - exp(argument)
    return rise * (-argument * (1 + exp(argument)) - 2 * rise) * alpha**2 / 2


def gap(deviation: Expr = sigma, argument: Expr = x, factor: Expr = S.One) -> Lemma:
    """By Stein's identity q E[e^{2X}; X < 0] is E[X*(e^{2X} - 1)/2; X < 0]."""
    below = less(0, 1 - exp(argument)), have(*below_one(argument), linear())
    integrand = on_the_left(factor * stein(argument))
    return positive_mean(integrand, below, trapezoid(argument), deviation=deviation)


PRICE = slope_square(S.One, S.One) / square(S.One, S.One)
"""The factor chi of squared gradients under weights that preserve the variance 1."""

MAP_SLOPE: Term = (
    "/",
    ("D", Q.name, term(square(sqrt(Q), S.One)), 1),
    term(square(S.One, S.One)),
)
"""The slope chi_q of the variance map under the same weights."""

KEPT = equal(WEIGHTS * square(), sigma**2)
"""Weights preserve the variance."""


def gradients_grow() -> Statement:
    """What chi exceeds 1 by is the gap, divided by E f^2."""
    more, proof = gap()
    grow = linear((WEIGHTS / sigma**2, more), (-1 / sigma**2, KEPT))
    formula = for_all(alpha, sigma, WEIGHTS, implies(KEPT, less(1, WEIGHTS * slope_square())))
    values = between(PRICE, "1.0355", "1.0363"), between(MAP_SLOPE, "0.8905", "0.8914")
    return Statement(
        both(formula, *values), parts(intro(have(more, proof, grow)), enclosed(), enclosed())
    )


# --- The edge of chaos -----------------------------------------------------------------------

EDGE_WEIGHTS = Monotone(1 / slope_square(), 1 / SMALL, S(2), rises=True)
EDGE_BIASES = Monotone(sigma**2 - square() / slope_square(), S.Zero, oo, rises=True)
"""The variances of weights and biases of the edge through q = sigma^2."""


def edge_rises() -> Tactic:
    """The derivative of b(q), times (E f'^2)^2, is a sum of two positive products."""
    above = (
        less(0, exp(-x) - 1 + x),
        mean_value(U, -exp(-U) - U, x, S.Zero),
    )
    curved = positive_mean(
        on_the_left(alpha**2 * exp(2 * x) * (exp(-x) - 1 + x)), above, deviation=z
    )
    more, steep = gap(z), slope_steepness(z)
    slopes = slope_square(z)
    gap_there = normal(on_the_left(stein(x)), z)
    whole = linear((2 * z / slopes, curved[0]), (gap_there / (z * slopes**2), steep[0]))
    slope = intro(lemmas([(less(0, z), linear()), curved, more, steep], whole))
    return mean_value(z, EDGE_BIASES.function.subs(sigma, z), sigma, TAU, slope)


def edge_weights_rise() -> Tactic:
    """1/E f'^2 rises as E f'^2 falls."""
    falling, proof = slope_square_falls()
    share_of = 1 / (slope_square() * slope_square(TAU))
    return have(falling, proof, linear((share_of, falling)))


ON_THE_EDGE = both(equal(MAP, sigma**2), equal(WEIGHTS * slope_square(), 1))
"""A fixed point, with chi = 1."""


def edge() -> Statement:
    """b(q) = q - E f^2/E f'^2 grows strictly from 0 to oo, and w(q) = 1/E f'^2 with it."""
    exactly_one = for_all(BIAS, exists_one(WEIGHTS, exists(sigma, ON_THE_EDGE)))
    weights, biases = EDGE_WEIGHTS.function, EDGE_BIASES.function
    solved = both(equal(WEIGHTS, weights), equal(BIAS, biases))
    solution = for_all(sigma, WEIGHTS, BIAS, iff(ON_THE_EDGE, solved))
    orders = EDGE_BIASES.order, *EDGE_BIASES.limits, EDGE_WEIGHTS.order, *EDGE_WEIGHTS.limits
    standard = {sigma: S.One, alpha: S.One}
    values = (
        between(weights.subs(standard), "1.4967", "1.4969"),
        between(biases.subs(standard), "0.03465", "0.03467"),
    )
    formula = both(for_all(alpha, both(exactly_one, solution, *orders)), *values)
    known = *EDGE_BIASES.known(edge_rises()), *EDGE_WEIGHTS.known(edge_weights_rise())
    shown = parts(intro(one_on_the_edge()), intro(solves()), *(assumption() for _ in known))
    return Statement(formula, parts(intro(lemmas(known, shown)), enclosed(), enclosed()))


def solves() -> Tactic:
    """Two equations for w and b, of which the second one gives w."""
    slopes = slope_square()
    weights, biases = EDGE_WEIGHTS.function, EDGE_BIASES.function
    steady_, critical = ON_THE_EDGE[1:]
    is_weight = equal(WEIGHTS, weights)
    is_bias = equal(BIAS, biases)
    forth = lemmas(
        [
            (is_weight, linear((1 / slopes, critical))),
            (is_bias, linear((1, steady_), (-square() / slopes, critical))),
        ],
        parts(assumption(), assumption()),
    )
    back = parts(
        linear((1, is_bias), (square(), is_weight)),
        linear((slopes, is_weight)),
    )
    return parts(("assume", forth), ("assume", back))


def one_on_the_edge() -> Tactic:
    """The variance at which b(q) has its value gives w; another w would belong to that one, too."""
    one, proof = EDGE_BIASES.takes_once(BIAS, equal(EDGE_BIASES.function, BIAS), S.One)
    _, _, (_, _, alone) = expanded(one)
    alone = substitute(alone, sigma.name, PLACE.name)
    second, other = Symbol("sigma_2", positive=True), Symbol("w'", positive=True)
    slopes = slope_square(second)

    def known(formula: Formula) -> Formula:
        return substitute(substitute(formula, sigma.name, second.name), "w", other.name)

    steady_, critical = map(known, ON_THE_EDGE[1:])
    same_bias = equal(EDGE_BIASES.at(second), BIAS)
    is_weight = equal(other, EDGE_WEIGHTS.at(second))
    facts = (
        (same_bias, linear((-1, steady_), (square(second) / slopes, critical))),
        (is_weight, linear((1 / slopes, critical))),
    )
    same = equal(PLACE, second), linear((-1, equal(second, PLACE)))
    in_its_place = have(*same, rewritten(same[0], assumption()))
    at_one = by_fact(alone, second, parts(assumption(), assumption()), then=in_its_place)
    unique = intro(obtained(second, lemmas(facts, at_one)))
    solved = parts(linear((-1, equal(EDGE_BIASES.at(PLACE), BIAS))), ALGEBRA)
    found = parts(positive(), witness(PLACE, parts(assumption(), solved)))
    weights = EDGE_WEIGHTS.at(PLACE)
    return have(one, proof, obtained(PLACE, witness(weights, parts(found, unique))))


# --- He's rule, and residual blocks ----------------------------------------------------------


def added(most: Expr = alpha**2) -> Formula:
    """He's rule for ReLU adds more than 0, and less than this."""
    grown = 2 * square() - sigma**2
    return for_all(alpha, sigma, both(less(0, grown), less(grown, most)))


def he_grows() -> Statement:
    """2 E f^2 - q lies strictly between 0 and alpha^2."""
    grown = 2 * square() - sigma**2
    above, proof = share_above_half()
    below_two = less(0, 2 - exp(x)), have(*below_one(x), linear())
    rest = positive_mean(on_the_left(2 * alpha**2 * exp(x) * (2 - exp(x))), below_two)
    bounds = (
        have(above, proof, linear((2 * sigma**2, above))),
        have(*rest, linear((1, rest[0]))),
    )
    formula = both(
        added(),
        for_all(alpha, limit(grown, sigma, oo, alpha**2)),
        between(2 * square(S.One, S.One), "1.28989", "1.28990"),
    )
    return Statement(formula, parts(intro(parts(*bounds)), intro(growth(0)), enclosed()))


def adds_more() -> Tactic:
    """More than 0.99 is added at alpha = 1 and sigma = 200."""
    return witness(1, parts(auto(), witness(200, parts(auto(), ("witness", 1, enclosed())))))


def residual(factor: Rational = S.One) -> Formula:
    """A residual block multiplies the variance by more than 1 + w/2, or a factor at w/2."""
    least = (1 + factor * WEIGHTS / 2) * sigma**2
    return for_all(WEIGHTS, alpha, sigma, less(least, sigma**2 + WEIGHTS * square()))


def residual_grows() -> Statement:
    """The factor is 1 + w E f^2/q."""
    above, proof = share_above_half()
    more = have(above, proof, linear((WEIGHTS * sigma**2, above)))
    factor = 1 + WEIGHTS * share()
    limits = (
        limit(factor, sigma, oo, 1 + WEIGHTS / 2),
        limit(factor, sigma, 0, 1 + WEIGHTS * SMALL, "+"),
    )
    formula = both(residual(), for_all(WEIGHTS, alpha, both(*limits)))
    return Statement(formula, parts(intro(more), intro(parts(growth(0), growth()))))


def never_shrinks() -> Tactic:
    """With w = 2.02 and a bias every variance grows, at alpha = 1, too."""
    above, proof = share_above_half()
    general = for_all(alpha, sigma, above)
    grown = linear(
        (2 * PERCENT_MORE * sigma**2, less(S.Half, share(height=S.One))),
        ((PERCENT_MORE - 1) * sigma**2, -1),
        (1, -1),
    )
    applied = by_fact(general, S.One, auto(), sigma, assumption(), then=grown)
    beyond = by_cases(less(0, sigma), ("witness", 1, applied), ("witness", 0, assumption()))
    at_one = witness(1, parts(auto(), witness(1, parts(auto(), intro(beyond)))))
    return have(general, intro(proof), at_one)


TINY = Rational(1, 10**6)


def steep_fixed_point() -> Tactic:
    """Without biases the weights q/E f^2 keep q, and near 0 the map is nearly linear."""
    weights = TINY / square(sqrt(TINY), S.One)
    return counterexample(alpha=1, w=weights, b=0, q=TINY)


SCHOENHOLZ = "Schoenholz, Gilmer, Ganguli, Sohl-Dickstein, ICLR 2017, sections 2 and 3"
DERIVED = "derived from the definition of ELU"
STANDARD = {sigma: S.One, alpha: S.One}

CLAIMS = (
    Claim(
        "meanfield.variance_slope",
        "The slope of the variance map is chi_q = w*E[f'(X)^2 + f(X)*f''(X)], X ~ N(0, q), f''"
        " beside the kink: its atom there has the weight f(0)*(1 - alpha), which is 0.",
        Statement(
            both(
                slope_is(variance_slope()),
                for_all(alpha, equal(("*", ("elu", 0, "alpha"), term(1 - alpha)), 0)),
            ),
            parts(intro(ALGEBRA), intro(ALGEBRA)),
        ),
        "Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli, NeurIPS 2016, section 2",
        neighbours={
            "It is w*E f'(X)^2, the factor of squared gradients.": refuted(
                slope_is(variance_slope(S.Zero))
            ),
            "The term f*f'' is 1 % larger.": refuted(slope_is(variance_slope(PERCENT_MORE))),
        },
    ),
    Claim(
        "meanfield.fixed_point_with_bias",
        "With biases of any variance b > 0 and weights of variance w < 2 the variance map has"
        " exactly one fixed point, for every alpha: (w*E f^2 + b)/q decreases strictly, is above 1"
        " near q = 0 and below 1 for large q.",
        fixed_point_with_bias(),
        DERIVED,
        neighbours={
            "At w = 2.02 large variances shrink, too.": refuted(
                for_all(
                    *(BIAS, alpha),
                    exists(sigma, less(2 * PERCENT_MORE * square() + BIAS, sigma**2)),
                ),
                never_shrinks(),
            ),
            "E f^2/q increases.": refuted(
                for_all(alpha, sigma, TAU, implies(less(sigma, TAU), less(share(), share(TAU))))
            ),
        },
    ),
    Claim(
        "meanfield.fixed_point_without_bias",
        "Without biases E f^2/q decreases strictly from (1 + alpha^2)/2 at q -> 0 to 1/2 at q ->"
        " oo, so there is exactly one fixed point for 2/(1 + alpha^2) < w < 2.",
        fixed_point_without_bias(),
        DERIVED,
        neighbours={
            "For every alpha the share near q = 0 is 1, as it is at alpha = 1.": refuted(
                for_all(alpha, limit(share(), sigma, 0, 1, "+")),
                witness(2, parts(auto(), tends_otherwise(Rational(5, 2)))),
            ),
            "The share of large variances is 1 % larger.": refuted(
                for_all(alpha, limit(share(), sigma, oo, PERCENT_MORE / 2)),
                witness(1, parts(auto(), tends_otherwise(S.Half))),
            ),
        },
    ),
    Claim(
        "meanfield.no_fixed_point",
        "There is none for w >= 2, where every variance grows, with biases or without; nor without"
        " biases for w <= 2/(1 + alpha^2), where every variance decays: q/2 < E f^2 <"
        " q*(1 + alpha^2)/2.",
        no_fixed_point(),
        DERIVED,
        neighbours={
            "Every variance grows for w = 1.98, too.": refuted(
                grows(Rational("1.98")), counterexample(alpha=1, b=1, sigma=100)
            ),
            "Every variance decays without biases at a w that is 1 % larger.": refuted(
                for_all(alpha, sigma, less(PERCENT_MORE / SMALL * square(), sigma**2)),
                counterexample(alpha=1, sigma=Rational(1, 1000)),
            ),
        },
    ),
    Claim(
        "meanfield.fixed_point_stable",
        "A fixed point of the variance map, with biases or without, has a slope 0 < chi_q < 1, for"
        " every alpha: it is stable, and the layers approach it from every other variance.",
        stable(),
        DERIVED,
        neighbours={
            "The slope is less than 0.99 at every fixed point.": refuted(
                for_all(
                    *(alpha, WEIGHTS, ANY_BIAS, Q),
                    implies(steady(), less(WEIGHTS * BY_VARIANCE, Rational("0.99"))),
                ),
                steep_fixed_point(),
            )
        },
    ),
    Claim(
        "meanfield.gradients_grow",
        "Without biases weights that preserve the pre-activation variance q make squared gradients"
        " grow, for every alpha and every q: chi = q*E f'(X)^2/E f(X)^2 > 1. At alpha = 1 and q = 1"
        " chi = 1.0359, by 3.6 % a layer, where chi_q = 0.891.",
        gradients_grow(),
        "Stein's identity, and tanh(r/2) < r/2",
        neighbours={
            "chi > 1.01 for every alpha and q.": refuted(
                for_all(alpha, sigma, less(PERCENT_MORE * square(), sigma**2 * slope_square())),
                counterexample(alpha=1, sigma=100),
            ),
            "Squared gradients shrink.": refuted(
                for_all(alpha, sigma, less(sigma**2 * slope_square(), square()))
            ),
            "At alpha = 1 and q = 1 they grow by 4.6 %.": refuted(
                between(PRICE, "1.0455", "1.0465")
            ),
            "There the slope of the variance map is 0.9, 1 % larger.": refuted(
                between(MAP_SLOPE, "0.8995", "0.9005")
            ),
        },
    ),
    Claim(
        "meanfield.edge_unique",
        "For every alpha and every bias variance b > 0 exactly one weight variance is on the edge"
        " of chaos, chi = 1 at the fixed point: w = 1/E f'^2 with b = q - E f^2/E f'^2, a function"
        " of q that grows strictly from 0 to oo, while w grows from 2/(1 + alpha^2) to 2. At alpha"
        " = 1 and q = 1 these are 1.4968 and 0.03466.",
        edge(),
        SCHOENHOLZ + "; that it is unique is derived here",
        neighbours={
            "The weight variance on it decreases with q.": refuted(
                for_all(
                    *(alpha, sigma, TAU),
                    implies(less(sigma, TAU), less(slope_square(), slope_square(TAU))),
                )
            ),
            "Its weight variance at small biases is 2/(1 + alpha).": refuted(
                for_all(alpha, limit(slope_square(), sigma, 0, (1 + alpha) / 2, "+")),
                witness(2, parts(auto(), tends_otherwise(Rational(5, 2)))),
            ),
            "At alpha = 1 and q = 1 the weight variance is 1.512, 1 % larger.": refuted(
                between(EDGE_WEIGHTS.function.subs(STANDARD), "1.5116", "1.5119")
            ),
            "There the bias variance is 0.035, 1 % larger.": refuted(
                between(EDGE_BIASES.function.subs(STANDARD), "0.0349", "0.0351")
            ),
            "With the weights that preserve the variance without biases chi is 1.": refuted(
                for_all(alpha, sigma, equal(sigma**2 * slope_square(), square()))
            ),
        },
    ),
    Claim(
        "meanfield.he_grows",
        "Under He's rule for ReLU, w = 2, and without biases, every layer of ELU units adds to the"
        " pre-activation variance more than 0 and less than alpha^2, which is the limit for large"
        " variances. From 1 at alpha = 1 it grows by 28.99 %.",
        he_grows(),
        "He, Zhang, Ren, Sun 2015, section 2.2, used with ELU",
        neighbours={
            "It adds less than 0.99*alpha^2.": refuted(
                added(Rational("0.99") * alpha**2), adds_more()
            ),
            "It preserves the second moment.": refuted(
                for_all(alpha, sigma, equal(2 * square(), sigma**2))
            ),
            "It does so at alpha = 1.": refuted(
                for_all(sigma, equal(2 * square(height=S.One), sigma**2))
            ),
            "It makes it grow by at least 1 % in every layer.": refuted(
                for_all(alpha, sigma, at_most(PERCENT_MORE * sigma**2, 2 * square())),
                counterexample(alpha=1, sigma=100),
            ),
        },
    ),
    Claim(
        "meanfield.residual_grows",
        "A residual block x + W f(x) multiplies the variance by more than 1 + w/2, for every w and"
        " alpha; that is the limit for large variances, and 1 + w*(1 + alpha^2)/2 the one for small"
        " ones: no choice of weights keeps it.",
        residual_grows(),
        "Yang, Schoenholz, NeurIPS 2017, for ELU",
        neighbours={
            "It multiplies it by more than 1 + 0.505*w.": refuted(
                residual(PERCENT_MORE), counterexample(w=1, alpha=1, sigma=100)
            )
        },
    ),
)
