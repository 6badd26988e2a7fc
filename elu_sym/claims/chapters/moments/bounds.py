"""Sign, bounds and monotony of the moments of ELU."""

from functools import partial
from typing import Any

from sympy import Derivative, Expr, Max, Piecewise, Rational, S, Symbol, exp, log

from elu_sym.activations import Elu, Relu
from elu_sym.claims.analysis import growth, mean_value, near_end, signed_mean, tends_otherwise
from elu_sym.claims.chapters.moments.gaussian import ELU, gaussian, mean, square, variance
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import (
    Expectation,
    at_most,
    both,
    equal,
    exists,
    for_all,
    iff,
    less,
    limit,
    term,
)
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    counterexample,
    equality,
    first_of,
    from_last,
    have,
    intro,
    last,
    last_either,
    lemmas,
    linear,
    named,
    obtained,
    parts,
    rewritten,
    tactic,
    witness,
)
from elu_sym.symbols import alpha, mu, sigma, x, y, z

Law = tuple[Any, ...]

LAW = Symbol("p")
A, B, C, K, M, V, W = (Symbol(name, real=True) for name in "abckmvw")
FACTOR = Symbol("L", positive=True)
LESS = Symbol("K", real=True)

NEGATIVE = alpha * (exp(z) - 1)
"""The negative piece, in z."""

# --- Every law with a finite variance --------------------------------------------------------


def expectation(body: Expr) -> Expr:
    """E g(X) under any law."""
    return Expectation(body, x, LAW)


def spread(function: Expr) -> Expr:
    """Var g(X) under any law."""
    return expectation(function**2) - expectation(function) ** 2


def integrable(body: Expr) -> Formula:
    """E abs(g(X)) < oo."""
    return ("integrable", LAW.name, x.name, term(body))


def every_law(*formulas: Formula) -> Formula:
    """What holds under every law with E X^2 < oo, under further hypotheses."""
    return ("forall-law", LAW.name, implies(integrable(x**2), *formulas))


EVIDENT = ("law-evident",)


def two_points(one: Expr | int, other: Expr | int) -> Law:
    """The law with mass 1/2 at each of two points."""
    return ("points", (term(one), ("/", 1, 2)), (term(other), ("/", 1, 2)))


def on_both_sides(then: Tactic) -> Tactic:
    """For every x, the sign of which is known."""
    return intro(by_cases(less(x, 0), then, then))


def dominated(constant: Expr, factor: Expr, bound: Expr, shown: Tactic) -> Tactic:
    """What is at most a constant and a multiple of another function in size is integrable."""
    bounds = ((term(factor), term(bound)),)
    return ("law-dominated", term(constant), bounds, on_both_sides(shown))


def below_floor_and_size() -> Tactic:
    """ELU is at most alpha + abs(x) in size, for x < 0 as alpha*e^x is at most alpha."""
    less_than_1, less_than_alpha = less(exp(x), 1), less(alpha * exp(x), alpha)
    known = (less_than_1, auto()), (less_than_alpha, linear((alpha, less_than_1)))
    return first_of(auto, lambda: lemmas(known, auto()))


def by_squares(*squares: Expr) -> Tactic:
    """Both bounds, each of which is more by what is not negative."""
    return parts(*(linear((square, -1)) for square in squares))


def linear_in(total: Expr, *shares: tuple[Expr, Expr]) -> tuple[Formula, Tactic]:
    """E g, g the first of some functions that, with factors, add up to 0."""
    (_, body), *_ = shares
    data = tuple((term(S(factor)), term(S(part))) for factor, part in shares)
    return equal(expectation(body), total), (
        "law-linear", LAW.name, x.name, data, on_both_sides(ALGEBRA)
    )  # fmt: skip


Lemma = tuple[Formula, Tactic]


def shifted(body: Expr, shift: Expr) -> Lemma:
    """(g(X) - c)^2 is integrable where g(X)^2 is."""
    square = (body - shift) ** 2
    bound = 2 * body**2 + 2 * shift**2
    shown = by_squares(square + bound, (body + shift) ** 2)
    return integrable(square), dominated(2 * shift**2, S(2), body**2, shown)


def expanded_square(body: Expr, shift: Expr) -> Lemma:
    """E (g(X) - c)^2 = E g^2 - 2 c E g + c^2."""
    total = expectation(body**2) - 2 * shift * expectation(body) + shift**2
    summands = (1, body**2), (-2 * shift, body), (shift**2, S.One)
    return linear_in(total, (S.NegativeOne, (body - shift) ** 2), *summands)


SQUARE_IS_LESS = Piecewise(
    (alpha**2 * exp(x) * (1 + exp(x) * (exp(-x) - 1)) + x**2, x < 0), (alpha**2, True)
)
"""By how much f^2 is less than alpha^2 + x^2."""

ABOVE_LINES = tuple((x + S.Half * sign) ** 2 + Rational(3, 4) for sign in (1, -1))
"""1 + x + x^2 and 1 - x + x^2."""

INTEGRABLE = (
    (integrable(x), dominated(S.One, S.One, x**2, by_squares(*ABOVE_LINES))),
    (integrable(ELU), dominated(alpha, S.One, x, below_floor_and_size())),
    (
        integrable(ELU**2),
        dominated(alpha**2, S.One, x**2, by_squares(ELU**2 + alpha**2 + x**2, SQUARE_IS_LESS)),
    ),
)
"""What is integrable under a law with E X^2 < oo."""


def positive_variance(function: Expr) -> Formula:
    """Var f(X) > 0 under every law with 0 < Var X < oo."""
    return every_law(less(0, spread(x)), less(0, spread(function)))


def differs_somewhere() -> Tactic:
    """f(x) = c = E f(X) at one x at most, and X differs from that with a positive probability."""

    def unless(value: Expr, separate: Tactic) -> Tactic:
        """E (f(X) - c)^2 > 0, as f(x) = c at no x but a value."""
        beside, (equation, proof) = (x - value) ** 2, expanded_square(x, value)
        weights = (1, less(0, spread(x))), ((expectation(x) - value) ** 2, -1), (-1, equation)
        spread_out = less(0, expectation(beside)), linear(*weights)
        inside = ("law-positive", intro(auto()), term(beside), assumption(), intro(separate))
        return lemmas((shifted(x, value), (equation, proof), spread_out), inside)

    def ordered(low: Expr, high: Expr, relation: Formula) -> Tactic:
        rises = less(NEGATIVE.xreplace({z: low}), NEGATIVE.xreplace({z: high}))
        weights = (1, rises), (1 if high == A else -1, value_is)
        proof = have(rises, mean_value(z, NEGATIVE, low, high), linear(*weights))
        return have(relation, proof, auto())

    # The floor, or what is below it, is no value.
    above_floor = linear((alpha * exp(x), -1), (1, at_most(C, -alpha)))
    above = (have(less(C, ELU), proof, auto()) for proof in (above_floor, linear()))
    no_value = unless(S.Zero, by_cases(less(x, 0), *above))

    value_is, beside = equal(alpha * (exp(A) - 1), C), equal(x, A)
    is_there = ("contradict", last_either(linear(), linear()))
    clash = ("contradict", linear((1, less(0, (x - A) ** 2)), (x - A, beside)))
    above = by_cases(less(A, x), ordered(A, x, less(C, ELU)), have(beside, is_there, clash))
    separate = by_cases(less(x, A), ordered(x, A, less(ELU, C)), above)
    log_exists = have(
        less(0, 1 + C / alpha),
        linear((1 / alpha, less(-alpha, C))),
        witness(log(1 + C / alpha), parts(auto(), ALGEBRA)),
    )
    negative_value = have(
        exists(A, both(less(A, 0), value_is)),
        log_exists,
        obtained(A, unless(A, by_cases(less(x, 0), separate, auto()))),
    )
    less_than_1, not_negative = less(exp(x), 1), at_most(0, C)
    sides = (alpha, less_than_1), (1, not_negative)
    below = lemmas(((less_than_1, auto()), (less(ELU, C), linear(*sides))), auto())
    apart = first_of(auto, lambda: by_cases(less(x, 0), below, auto()))
    cases = by_cases(
        not_negative, unless(C, apart), by_cases(less(-alpha, C), negative_value, no_value)
    )
    equation, proof = expanded_square(ELU, C)
    positive, mean_is = less(0, expectation((ELU - C) ** 2)), equal(C, expectation(ELU))
    weights = (1, positive), (1, equation), (C - expectation(ELU), mean_is)
    steps = (shifted(ELU, C), (equation, proof), (positive, cases))
    return intro(lemmas(INTEGRABLE, named(C, expectation(ELU), lemmas(steps, linear(*weights)))))


# --- The Lipschitz constant ------------------------------------------------------------------

RISE = Elu(B, alpha) - Elu(A, alpha)

LIPSCHITZ = for_all(
    A, B, implies(at_most(A, B), both(at_most(0, RISE), at_most(RISE, FACTOR * (B - A))))
)
"""From one point to another ELU rises at most L times as much as they differ."""

SQUARED = for_all(x, y, at_most((Elu(y, alpha) - ELU) ** 2, FACTOR**2 * (y - x) ** 2))


def rises_no_faster() -> Tactic:
    """The slopes alpha e^x and 1 are at most L."""
    slope = linear((1, at_most(alpha, FACTOR)), (alpha * exp(z) * (exp(-z) - 1), -1))
    slope = intro(have(less(z, 0), linear(), slope))
    excess = FACTOR * z - NEGATIVE
    below = parts(mean_value(z, NEGATIVE, A, B), mean_value(z, excess, A, B, slope))
    negative, to_zero = less(Elu(A, alpha), 0), at_most(-Elu(A, alpha), -FACTOR * A)
    weights = (1, to_zero), (B, at_most(1, FACTOR))
    across = parts(
        have(negative, mean_value(z, NEGATIVE, A, 0), linear()),
        have(to_zero, mean_value(z, excess, A, 0, slope), linear(*weights)),
    )
    above = parts(linear(), linear((B - A, at_most(1, FACTOR))))
    below = have(less(A, 0), linear(), below)
    return intro(by_cases(less(B, 0), below, by_cases(less(A, 0), across, above)))


def squared() -> Tactic:
    """The same for the squares, in whatever order the points are."""

    def from_rise(low: Expr, high: Expr) -> Tactic:
        # A sum of two positive terms, whose signs show one by one.
        weights = FACTOR * (high - low), Elu(high, alpha) - Elu(low, alpha)
        steps = tactic(
            lambda goal, context: linear(*((m, len(context.facts) - 1) for m in weights))
        )
        apply = by_fact(LIPSCHITZ, low, high, auto(), then=steps)
        # Some orders contradict the signs.
        return first_of(lambda: apply, lambda: ("contradict", linear()))

    order = by_cases(at_most(x, y), from_rise(x, y), from_rise(y, x))
    known = by_cases(less(y, 0), order, order)
    return intro(by_cases(less(x, 0), known, known))


VARIANCE_BOUND = for_all(
    alpha,
    FACTOR,
    implies(
        at_most(1, FACTOR),
        at_most(alpha, FACTOR),
        every_law(at_most(spread(ELU), FACTOR**2 * spread(x))),
    ),
)
"""Var f <= L^2 Var X for every L from the Lipschitz constant on."""


def bounds_variance() -> Tactic:
    """Var f <= E (f(X) - f(m))^2 <= L^2 E (X - m)^2 at the mean m of X."""
    near = for_all(x, at_most((ELU - V) ** 2, FACTOR**2 * (x - M) ** 2))
    value = by_fact(SQUARED, M, x, then=assumption())
    value = witness(Elu(M, alpha), on_both_sides(value))
    gap = FACTOR**2 * (x - M) ** 2 - (ELU - V) ** 2
    square, line = expectation(x**2), expectation(x)
    total = FACTOR**2 * (square - 2 * M * line + M**2)
    total -= expectation(ELU**2) - 2 * V * expectation(ELU) + V**2
    equation, proof = linear_in(
        total,
        (S.NegativeOne, gap),
        (FACTOR**2, x**2),
        (-2 * FACTOR**2 * M, x),
        (FACTOR**2 * M**2 - V**2, S.One),
        (S.NegativeOne, ELU**2),
        (2 * V, ELU),
    )
    bound = 2 * FACTOR**2 * (M**2 + x**2)
    small = parts(
        by_fact(near, x, then=from_last(1, rest=bound)),
        linear((FACTOR**2 * (x + M) ** 2 + (ELU - V) ** 2, -1)),
    )
    positive = at_most(0, expectation(gap))
    steps = (
        (integrable(gap), dominated(2 * FACTOR**2 * M**2, 2 * FACTOR**2, x**2, small)),
        (equation, proof),
        (
            positive,
            signed_mean(on_both_sides(by_fact(near, x, then=auto()))),
        ),
    )
    weights = (
        (1, positive),
        (1, equation),
        ((expectation(ELU) - V) ** 2, -1),
        (-(FACTOR**2) * (line - M), equal(M, line)),
    )
    bounded = obtained(V, lemmas(steps, linear(*weights)))
    then = have(exists(V, near), by_cases(less(M, 0), value, value), bounded)
    known = ((LIPSCHITZ, rises_no_faster()), (SQUARED, squared()), *INTEGRABLE)
    return intro(lemmas(known, named(M, line, then)))


def bounded(factor: Expr) -> Formula:
    """Var f(X) is at most so many times Var X under every law."""
    return every_law(at_most(spread(ELU), factor * spread(x)))


def least_factor(factor: Expr) -> Formula:
    """No smaller factor will do."""
    return for_all(LESS, implies(bounded(LESS), at_most(factor, LESS)))


MAX = Max(1, alpha) ** 2
ONE_PERCENT = Rational(101, 100)


def at_the_lipschitz_constant() -> Tactic:
    """The bound, and two laws on two points for which less will not do."""

    def apply(factor: Expr) -> Tactic:
        use = by_fact(VARIANCE_BOUND, alpha, auto(), factor, auto(), auto(), auto(), then=at_law)
        return intro(use)

    at_law = last((LAW.name, assumption()), linear())
    upper = by_cases(at_most(1, alpha), apply(alpha), apply(S.One))
    linear_piece = by_fact(bounded(LESS), two_points(0, 1), EVIDENT, then=linear())
    quotient = (alpha * (1 - exp(-y)) / y) ** 2

    def clash(end: str, _: Formula) -> Tactic:
        # The quotient is more than K, and Var f at most K Var X = K h^2/4.
        h = Symbol(end) / 2
        less_spread = by_fact(
            bounded(LESS), two_points(-h, 0), EVIDENT, then=from_last(1, h**2 / 4)
        )
        return last((h, auto(), auto()), less_spread)

    tends = limit(quotient, y, 0, alpha**2, "+")
    curved = ("contradict", have(tends, growth(), near_end(tends, LESS, "below", clash)))
    sharp = intro(by_cases(at_most(1, alpha), curved, linear_piece))
    return have(VARIANCE_BOUND, bounds_variance(), intro(parts(upper, sharp)))


def two_is_enough() -> Tactic:
    """At alpha = 2 the factor is 4, less than 1.01^2 4."""
    bound = last((LAW.name, assumption()), linear())
    use = by_fact(VARIANCE_BOUND, 2, auto(), 2, *[auto()] * 3, then=bound)
    return have(
        VARIANCE_BOUND,
        bounds_variance(),
        counterexample(lambda: intro(use), alpha=2, K=4),
    )


# --- Every Gaussian --------------------------------------------------------------------------

KINK = -log(alpha) / 2
"""Where the slope of ELU is sqrt(alpha), if alpha > 1."""


def increased_nowhere(height: Expr | int = 1) -> Formula:
    """Var f <= sigma^2 under every Gaussian, times a factor."""
    return for_all(mu, sigma, at_most(variance(), height * sigma**2))


def narrow_variance(value: Expr | int) -> Formula:
    """Var f/sigma^2 where the slope is sqrt(alpha), as sigma -> 0."""
    return limit(variance(KINK) / sigma**2, sigma, 0, value, "+")


def only_at_small_alpha() -> Tactic:
    """The Lipschitz constant is 1 up to alpha = 1; beyond it a limit is above 1."""
    at_law = last((("normal", mu.name, sigma.name), EVIDENT), linear())
    bound = by_fact(VARIANCE_BOUND, alpha, auto(), 1, *[auto()] * 3, then=at_law)
    exponent = exists(V, both(less(0, V), equal(alpha, exp(2 * V))))
    logarithm = witness(log(alpha) / 2, parts(auto(), ALGEBRA))
    put_in = rewritten(equal(alpha, exp(2 * V)), growth())
    tends = have(exponent, logarithm, obtained(V, put_in))

    def clash(end: str, _: Formula) -> Tactic:
        half = Symbol(end) / 2
        at_most_input = by_fact(increased_nowhere(), KINK, half, auto(), then=from_last(1, half**2))
        return last((half, auto(), auto()), at_most_input)

    rate = narrow_variance(alpha)
    necessary = ("contradict", have(rate, tends, near_end(rate, 1, "below", clash)))
    both_ways = parts(intro(necessary), intro(bound))
    return have(VARIANCE_BOUND, bounds_variance(), intro(parts(both_ways, intro(tends))))


SLOPE = Derivative(ELU, x)


LOWER_BOUND = at_most(sigma**2 * gaussian(SLOPE) ** 2, variance())


def upper_bound(factor: Expr = S.One) -> Formula:
    """Var f <= sigma^2 E f'^2, times a factor."""
    return at_most(variance(), factor * sigma**2 * gaussian(SLOPE**2))


def energy(at: Expr) -> Expr:
    """An antiderivative of the square of the slope."""
    return Piecewise((alpha**2 * (exp(2 * at) - 1) / 2, at < 0), (at, True))


RISING = for_all(
    C,
    A,
    B,
    implies(at_most(A, B), at_most(0, energy(B) - energy(A) - 2 * C * RISE + C**2 * (B - A))),
)
"""An antiderivative of (f' - c)^2 rises."""

SCHWARZ = for_all(x, y, at_most((ELU - Elu(y, alpha)) ** 2, (x - y) * (energy(x) - energy(y))))
"""Cauchy and Schwarz: the square of a rise is at most the integral of f'^2 times the distance."""


def antiderivative_rises() -> Tactic:
    """By the mean value theorem on one piece, or through 0."""
    piece = alpha**2 * (exp(2 * z) - 1) / 2 - 2 * C * NEGATIVE + C**2 * z
    slope = intro(linear(((alpha * exp(z) - C) ** 2, -1)))
    at = piece.xreplace({z: A})
    to_zero = at_most(at, 0)
    below = have(less(A, 0), linear(), mean_value(z, piece, A, B, slope))
    weights = (1, to_zero), ((1 - C) ** 2 * B, -1)
    across = have(to_zero, mean_value(z, piece, A, 0, slope), linear(*weights))
    above = linear(((1 - C) ** 2 * (B - A), -1))
    return intro(by_cases(less(B, 0), below, by_cases(less(A, 0), across, above)))


def schwarz() -> Tactic:
    """With c the slope of the chord."""

    def chord(low: Expr, high: Expr) -> Tactic:
        rise = Elu(high, alpha) - Elu(low, alpha)
        use = by_fact(RISING, rise / (high - low), low, high, auto(), then=from_last(high - low))
        return first_of(lambda: use, lambda: ("contradict", linear()))

    same = equality(x.name, auto(), y)
    order = by_cases(less(x, y), chord(x, y), by_cases(less(y, x), chord(y, x), same))
    known = by_cases(less(y, 0), order, order)
    return intro(by_cases(less(x, 0), known, known))


def bounds_gaussian_variance() -> Tactic:
    """Below E (f - E f - E f' (X - mu))^2 >= 0; above (f - f(mu))^2, integrated by parts."""
    residual = gaussian((ELU - A - B * (x - mu)) ** 2)
    stein = square() - 2 * A * mean() + A**2 - 2 * B * sigma**2 * gaussian(SLOPE)
    fits = for_all(A, B, at_most(0, stein + B**2 * sigma**2))
    positive = signed_mean(on_both_sides(auto()))
    fit = intro(have(at_most(0, residual), positive, linear()))
    lower = have(fits, fit, by_fact(fits, mean(), gaussian(SLOPE), then=from_last(1)))
    near = for_all(x, at_most((ELU - V) ** 2, (x - mu) * (energy(x) - W)))
    there = witness(
        Elu(mu, alpha),
        witness(energy(mu), on_both_sides(by_fact(SCHWARZ, x, mu, then=assumption()))),
    )
    gap = at_most(0, gaussian((x - mu) * (energy(x) - W) - (ELU - V) ** 2))
    inside = on_both_sides(by_fact(near, x, then=auto()))
    weights = (1, gap), ((mean() - V) ** 2, -1)
    closed = have(gap, signed_mean(inside), linear(*weights))
    cases = by_cases(less(mu, 0), there, there)
    upper = have(exists(V, exists(W, near)), cases, obtained(V, obtained(W, closed)))
    known = (RISING, antiderivative_rises()), (SCHWARZ, schwarz())
    return intro(parts(lower, lemmas(known, upper)))


NU = Symbol("nu", real=True)


def moves(relation: Formula, *hypotheses: Formula) -> Formula:
    """How the variance moves from one mean to a larger one, for some alpha."""
    order = for_all(sigma, mu, NU, implies(less(mu, NU), relation))
    return for_all(alpha, implies(*hypotheses, order))


RISES, FALLS = at_most(variance(), variance(NU)), at_most(variance(NU), variance())


def increasing_functions_correlate() -> Tactic:
    """(f - c)(f' - E f') >= 0 for the c at which f' passes E f'."""
    slope = Piecewise((alpha * exp(x), x < 0), (1, True))
    slope_mean = gaussian(slope, V)
    falls = alpha * exp(x) * (exp(-x) - 1)
    small = linear((1, at_most(alpha, 1)), (falls, -1))
    below_one = at_most(0, gaussian(1 - slope, V))
    positive = signed_mean(intro(by_cases(less(x, 0), small, auto())))

    def through(value: Expr, below: Tactic, above: Tactic) -> Tactic:
        product = at_most(0, gaussian((ELU - value) * (slope - K), V))
        shown = signed_mean(intro(by_cases(less(x, 0), below, above)))
        weights = (1, product), (value - mean(V), equal(K, slope_mean))
        return have(product, shown, linear(*weights))

    falls_to_zero = linear(
        (alpha * (exp(-x) - 1) * exp(x), at_most(alpha, K)),
        (falls * alpha * (exp(-x) - 1) * exp(x), -1),
    )
    at_zero = through(S.Zero, falls_to_zero, linear((x, at_most(K, 1))))
    square = linear(((ELU + alpha - K) ** 2, -1))
    lower = through(K - alpha, square, linear((x, at_most(K, 1)), (alpha - K, at_most(K, 1))))
    correlated = at_most(0, gaussian(ELU * slope, V) - mean(V) * slope_mean)
    cases = by_cases(at_most(alpha, K), at_zero, lower)
    cases = have(below_one, positive, named(K, slope_mean, have(at_most(K, 1), linear(), cases)))
    any_mean = for_all(V, correlated)
    point = mean_value(y, variance(y), mu, NU, intro(by_fact(any_mean, y, then=from_last(2))))
    return intro(have(any_mean, intro(cases), point))


def rates(rate: Formula) -> Formula:
    """Something of the rate at which the mean increases, for every Gaussian."""
    return for_all(mu, sigma, alpha, rate)


MEAN_INCREASES = for_all(
    sigma,
    alpha,
    both(
        for_all(mu, both(equal(Derivative(mean(), mu), gaussian(SLOPE)), less(0, gaussian(SLOPE)))),
        for_all(mu, NU, implies(less(mu, NU), less(mean(), mean(NU)))),
    ),
)


def slope_is_positive() -> Tactic:
    """The derivative is E f', and f' > 0 but perhaps at the kink."""
    slope = Piecewise((alpha * exp(x), x < 0), (1, True))
    positive = less(0, gaussian(slope))
    inside = signed_mean(intro(auto()), 1, 2, intro(auto()))
    rate = have(positive, inside, parts(ALGEBRA, linear((1, positive))))
    anywhere = for_all(mu, less(0, gaussian(slope)))
    point = mean_value(y, mean(y), mu, NU, intro(by_fact(anywhere, y, then=from_last(1))))
    return intro(parts(intro(rate), have(anywhere, intro(inside), intro(point))))


def across_the_kink() -> Tactic:
    """A counterexample where the slope falls from 2 to 1."""
    tenth = Rational(1, 10)
    return counterexample(alpha=2, sigma=tenth, mu=-tenth, nu=1)


CLAIMS = (
    Claim(
        "moments.variance_positive",
        "Var f(X) > 0 under every law of X with a finite variance but a point mass.",
        Statement(for_all(alpha, positive_variance(ELU)), differs_somewhere()),
        "ELU is injective",
        neighbours={
            "The same for ReLU.": refuted(
                positive_variance(Relu(x)),
                counterexample(p=two_points(-2, -1)),
            )
        },
    ),
    Claim(
        "moments.variance_bound",
        "Var f(X) <= max(1, alpha)^2 Var X under every law with a finite variance, and no"
        " smaller factor will do.",
        Statement(
            for_all(alpha, both(bounded(MAX), least_factor(MAX))), at_the_lipschitz_constant()
        ),
        "the Lipschitz constant of ELU",
        neighbours={
            "For alpha <= 1 the factor is alpha^2.": refuted(
                for_all(alpha, implies(at_most(alpha, 1), bounded(alpha**2))),
                counterexample(p=two_points(0, 1), alpha=S.Half),
            ),
            "For alpha > 1 it is (1.01*alpha)^2.": refuted(
                for_all(alpha, implies(less(1, alpha), least_factor((ONE_PERCENT * alpha) ** 2))),
                two_is_enough(),
            ),
        },
    ),
    Claim(
        "moments.variance_below_input_iff",
        "ELU increases the variance of no Gaussian if and only if alpha <= 1: for alpha >"
        " 1 and mu = -ln(alpha)/2 the quotient Var f/sigma^2 tends to alpha as sigma -> 0.",
        Statement(
            for_all(
                alpha,
                both(
                    iff(increased_nowhere(), at_most(alpha, 1)),
                    implies(less(1, alpha), narrow_variance(alpha)),
                ),
            ),
            only_at_small_alpha(),
        ),
        "the Lipschitz constant, and the slope of ELU between -ln(alpha) and 0",
        neighbours={
            "That quotient tends to alpha^2.": refuted(
                for_all(alpha, implies(less(1, alpha), narrow_variance(alpha**2))),
                counterexample(partial(tends_otherwise, 4, growth()), alpha=4),
            ),
            "That quotient tends to 1.": refuted(
                for_all(alpha, implies(less(1, alpha), narrow_variance(1))),
                counterexample(partial(tends_otherwise, 4, growth()), alpha=4),
            ),
            "So for every alpha.": refuted(
                for_all(alpha, increased_nowhere()),
                counterexample(alpha=4, mu=-S.Half, sigma=S.Half / 2),
            ),
            "Var f(X) <= alpha^2 Var X.": refuted(
                for_all(alpha, increased_nowhere(alpha**2)),
                counterexample(alpha=S.Half, mu=1, sigma=1),
            ),
        },
    ),
    Claim(
        "moments.poincare",
        "For X ~ N(mu, sigma^2) Var f(X) lies between sigma^2 (E f')^2 and sigma^2 E f'^2.",
        Statement(
            for_all(mu, sigma, alpha, both(LOWER_BOUND, upper_bound())), bounds_gaussian_variance()
        ),
        "Chernoff 1981; Cacoullos 1982",
        neighbours={
            "The upper bound times 0.99.": refuted(
                for_all(mu, sigma, alpha, upper_bound(Rational(99, 100))),
                counterexample(mu=10, sigma=1, alpha=1),
            )
        },
    ),
    Claim(
        "moments.variance_increases_with_mean",
        "For alpha <= 1 the variance of f(X) does not decrease when mu grows.",
        Statement(moves(RISES, at_most(alpha, 1)), increasing_functions_correlate()),
        "f and f' increase, so they are positively correlated",
        neighbours={
            "The same for alpha > 1.": refuted(moves(RISES, less(1, alpha)), across_the_kink()),
            "The same for every alpha > 0.": refuted(moves(RISES), across_the_kink()),
            "It decreases, whatever alpha.": refuted(
                moves(FALLS), counterexample(alpha=1, sigma=1, mu=-1, nu=1)
            ),
        },
    ),
    Claim(
        "moments.mean_increases_with_mean",
        "E f(X) increases strictly with mu, at the rate E f'(X).",
        Statement(MEAN_INCREASES, slope_is_positive()),
        "Stein 1981; f' > 0",
        neighbours={
            "At a rate above 1/100.": refuted(
                rates(less(Rational(1, 100), gaussian(SLOPE))),
                counterexample(mu=-10, sigma=1, alpha=1),
            )
        },
    ),
)
