"""One alpha and one scale for every fixed point.

With X ~ N(mu, sigma^2) write P, a for the mean and the variance of X_+ and n, b for those of
N = (1 - e^X)_+, so that E f = P - alpha*n and Var f = a + 2*alpha*P*n + alpha^2*b. The quotient
E f/std f falls with alpha from P/sqrt(a) to -n/sqrt(b), and mu/sigma lies between: X_+ has a larger
mean than X and varies no more, and N = 1 - e^(-R) of R = (-X)_+ has a smaller coefficient of
variation than R.
"""

from collections.abc import Callable
from typing import Any

from sympy import Derivative, Expr, Piecewise, S, Symbol, exp, sqrt

from elu_sym.activations import Elu, Relu
from elu_sym.claims.analysis import mean_value, signed_mean
from elu_sym.claims.chapters.self_normalization.selu_layer import linear_last, obtained, replaced
from elu_sym.claims.formulas import (
    Expectation,
    at_most,
    both,
    equal,
    exists,
    exists_one,
    for_all,
    less,
    term,
)
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    parts,
    positive,
    tactic,
    witness,
)
from elu_sym.symbols import alpha, mu, scale, sigma, x, z

P, A, N, B = (Symbol(name, positive=True) for name in ("p", "a", "n", "b"))
"""The mean and the variance of X_+, and those of N."""

T = Symbol("t", real=True)
"""Mu/sigma."""

K, C = Symbol("k", positive=True), Symbol("c", positive=True)
ONE, TWO = Symbol("y", positive=True), Symbol("w", positive=True)


def spread(value: Expr) -> Expr:
    """Var f for an alpha."""
    return A + 2 * value * P * N + value**2 * B


def quotient(value: Expr) -> Expr:
    """E f/std f for an alpha."""
    return (P - value * N) / sqrt(spread(value))


def falls() -> tuple[Formula, Tactic]:
    """The quotient falls."""
    there = ONE + z
    falling = (N * (A + P**2) + there * P * (N**2 + B)) / sqrt(spread(there)) ** 3
    slope = intro(linear((falling, -1)))
    formula = for_all(
        *(P, A, N, B, ONE, TWO), implies(less(ONE, TWO), less(quotient(TWO), quotient(ONE)))
    )
    return formula, intro(mean_value(z, -quotient(there), 0, TWO - ONE, slope))


def solvable() -> tuple[Formula, Tactic]:
    """There is an alpha with the quotient t, if t lies between the ends."""
    ends = less(T * sqrt(A), P), less(-N, T * sqrt(B))
    f = P - ONE * N - T * sqrt(spread(ONE))
    solution = exists(ONE, equal(P - ONE * N, T * sqrt(spread(ONE))))
    formula = for_all(P, A, N, B, T, implies(*ends, solution))

    def root(end: Expr, below: Tactic) -> Tactic:
        there = ("exists", "y", ("and", less(0, ONE), less(ONE, end), equal(f, 0)))
        found = ("root", term(f), 0, term(end), 0, "falling", linear((1, ends[0])), below)
        used = obtained("y", witness(ONE, parts(assumption(), linear())))
        return have(there, found, used)

    k = P * N / sqrt(B) + sqrt(A)
    gap, most = N + T * sqrt(B), TWO * sqrt(B) + k
    large = exists(TWO, equal(TWO * gap, 2 * (P - T * k)))
    root_of_spread = sqrt(spread(TWO))
    rest = 2 * TWO * sqrt(A) * sqrt(B) + P**2 * N**2 / B + 2 * P * N * sqrt(A) / sqrt(B)
    bounded = at_most(root_of_spread, most)
    at_end = linear((1, less(0, P - T * k)), (-T, bounded), (-1, equal(TWO * gap, 2 * (P - T * k))))
    negative = lemmas(
        [
            (less(0, gap), linear((1, ends[1]))),
            (less(0, P - T * k), linear((k, less(T, 0)), (P, -1))),
            (large, witness(2 * (P - T * k) / gap, parts(auto(), ALGEBRA))),
        ],
        obtained(
            "w", have(bounded, linear((rest / (root_of_spread + most), -1)), root(TWO, at_end))
        ),
    )
    return formula, intro(by_cases(less(T, 0), negative, root(2 * P / N, positive())))


# --- The means -----------------------------------------------------------------------------------

LEFT = Piecewise((0, x >= 0), (-x, True))
"""R."""

LOST = Piecewise((0, x >= 0), (1 - exp(x), True))
"""N."""


def mean(value: Expr) -> Expr:
    """The mean of a value."""
    return Expectation(value, x, mu, sigma)


def variance(value: Expr) -> Expr:
    """The variance of a value."""
    return mean(value**2) - mean(value) ** 2


def ratio_falls() -> tuple[Formula, Tactic]:
    """(1 - exp(-s))/s does not rise: 1 - exp(-s) is concave."""
    one, two = (1 - exp(-each) for each in (ONE, TWO))
    there, grows = ONE + z, for_all(K, less(1 + K, exp(K)))
    first = intro(mean_value(z, exp(z) - z, 0, K, intro(linear((exp(z) - 1, -1)))))
    slope = linear_last(exp(-there) / there**2)
    proof = mean_value(
        z,
        -(1 - exp(-there)) / there,
        0,
        TWO - ONE,
        intro(by_fact(grows, there, auto(), then=slope)),
    )
    falling = for_all(ONE, TWO, implies(at_most(ONE, TWO), at_most(two / TWO, one / ONE)))
    return falling, have(grows, first, intro(proof))


def crossing() -> tuple[Formula, Tactic]:
    """1 - exp(-k) = c*k somewhere, for 0 < c < 1."""
    there = exists(K, equal(1 - exp(-K), C * K))
    f = 1 - exp(-K) - C * K
    start = 1 - C
    ends = less(start, 1 / C)
    inner = ("exists", "k", ("and", less(start, K), less(K, 1 / C), equal(f, 0)))
    from_below = exp_below(start)
    root = (
        "root",
        term(f),
        term(start),
        term(1 / C),
        0,
        "falling",
        from_below,
        linear((exp(-1 / C), -1)),
    )
    steps = have(
        ends,
        linear((1 / C, less(C, 1)), (C, -1)),
        have(
            less(0, start),
            linear(),
            have(
                inner,
                root,
                obtained(
                    "k", have(less(0, K), linear(), witness(K, parts(assumption(), linear())))
                ),
            ),
        ),
    )
    return for_all(C, implies(less(C, 1), there)), intro(steps)


def exp_below(start: Expr) -> Tactic:
    """1 - exp(-s) > s - s^2/2, at s = 1 - c."""
    s = start
    cubic = less(s - s**2 / 2, 1 - exp(-s))
    slope = intro(linear_by(z))
    return have(
        cubic,
        mean_value(z, z**2 / 2 - z - exp(-z), 0, s, slope),
        linear((1, cubic), (s**2 / 2, -1)),
    )


def linear_by(value: Symbol) -> Tactic:
    """Z - 1 + exp(-z) > 0."""
    one = less(0, value - 1 + exp(-value))
    return have(
        one,
        mean_value(K, K + exp(-K), 0, value, intro(linear(((exp(K) - 1) * exp(-K), -1)))),
        auto(),
    )


def positive_means() -> list[tuple[Formula, Tactic]]:
    """The means and variances that are positive, at mu and sigma."""
    fall = linear((exp(x) * (exp(-x) - 1), -1))
    to_left = by_cases(less(x, 0), auto(), auto())
    right = intro(have(less(0, x), linear(), auto()))

    def left(proof: Tactic) -> Tactic:
        return intro(have(less(x, 0), linear(), proof))

    shorter = mean_value(
        z, z - exp(z), x, 0, intro(have(less(z, 0), linear(), linear((exp(z) * (exp(-z) - 1), -1))))
    )
    less_lost = have(less(1 - exp(x), -x), shorter, linear((1, less(1 - exp(x), -x))))
    p, n, r = map(mean, (Relu(x), LOST, LEFT))

    def gaussian(value: Expr, everywhere: Tactic, *inside: Any) -> tuple[Formula, Tactic]:
        return less(0, mean(value)), signed_mean(intro(everywhere), *inside)

    lost = by_cases(less(x, 0), fall, auto())
    lost_square = by_cases(less(x, 0), auto(), auto())
    return [
        gaussian(Relu(x), to_left, 1, 2, right),
        gaussian(Relu(x) ** 2, to_left, 1, 2, right),
        gaussian(LOST, lost, -2, -1, left(fall)),
        gaussian(
            LOST**2,
            lost_square,
            -2,
            -1,
            left(have(less(0, 1 - exp(x)), fall, linear((1 - exp(x), less(0, 1 - exp(x)))))),
        ),
        gaussian(LEFT, to_left, -2, -1, left(auto())),
        gaussian(LEFT - LOST, by_cases(less(x, 0), less_lost, auto()), -2, -1, left(less_lost)),
        gaussian(
            (Relu(x) - p) ** 2,
            to_left,
            -2,
            -1,
            left(have(less(0, p**2), linear((p, less(0, p))), auto())),
        ),
        gaussian((LOST - n) ** 2, to_left, 1, 2, right_square(n)),
        (
            at_most(0, mean((LEFT - r) ** 2)),
            signed_mean(intro(to_left)),
        ),
        (less(0, variance(Relu(x))), linear((1, less(0, mean((Relu(x) - p) ** 2))))),
        (less(0, variance(LOST)), linear((1, less(0, mean((LOST - n) ** 2))))),
    ]


def right_square(n: Expr) -> Tactic:
    """(0 - n)^2 is positive."""
    return intro(have(less(0, x), linear(), have(less(0, n**2), linear((n, less(0, n))), auto())))


def crossed() -> tuple[Formula, Tactic]:
    """What a crossing of N and c R at k gives: (c R - N)(N + c R - 2 c k) is not negative."""
    fall, meets = 1 - exp(x), equal(1 - exp(-K), C * K)
    product = (C * LEFT - LOST) * (LOST + C * LEFT - 2 * C * K)
    falling, _ = ratio_falls()

    def side(first: Expr, second: Expr, sign: int) -> Tactic:
        # The two factors, both with this sign.
        one, two = sign * (-C * x - fall), sign * (fall - C * x - 2 * C * K)
        ends = (x, -K) if sign > 0 else (-K, x)
        order = at_most(exp(ends[0]), exp(ends[1]))
        factors = [
            (at_most(0, one), linear_last(-x, (-sign * x / K, meets))),
            (order, mean_value(z, exp(z), *ends)),
            (
                at_most(0, two),
                linear((1, order), (C, at_most(sign * K, -sign * x)), (-sign, meets)),
            ),
        ]
        then = lemmas(factors, linear((one, at_most(0, two))))
        return by_fact(falling, first, auto(), second, auto(), linear(), then=then)

    nearer = have(at_most(-K, x), linear(), side(-x, K, -1))
    at_left = by_cases(at_most(K, -x), side(K, -x, 1), nearer)
    everywhere = intro(by_cases(less(x, 0), at_left, auto()))
    known = at_most(0, mean(product))
    formula = for_all(
        *(mu, sigma, C, K),
        implies(
            meets,
            at_most(
                mean(LOST**2) - 2 * C * K * mean(LOST),
                C**2 * mean(LEFT**2) - 2 * C**2 * K * mean(LEFT),
            ),
        ),
    )
    return formula, intro(have(known, signed_mean(everywhere), linear((1, known))))


def varies_at_most(left: Expr) -> Formula:
    """A function of R, given at x < 0, has at most the coefficient of variation of R."""
    value = Piecewise((0, x >= 0), (left, True))
    first, second = mean(value) ** 2, mean(value**2)
    return for_all(mu, sigma, at_most(second * mean(LEFT) ** 2, mean(LEFT**2) * first))


def varies_less() -> tuple[Formula, Tactic]:
    """E N^2 (E R)^2 <= E R^2 (E N)^2, by c = E N/E R, which is less than 1."""
    n, r = mean(LOST), mean(LEFT)
    (found, _), (bound, _) = crossing(), crossed()
    used = by_fact(
        bound, mu, sigma, auto(), n / r, auto(), K, auto(), assumption(), then=linear_last(r**2)
    )
    steps = lemmas(
        [*positive_means(), (less(n / r, 1), linear((1 / r, less(0, mean(LEFT - LOST)))))],
        by_fact(found, n / r, auto(), assumption(), then=obtained("k", used)),
    )
    return varies_at_most(1 - exp(x)), intro(steps)


# --- One pair ------------------------------------------------------------------------------------

OTHER = Symbol("beta", positive=True)
"""Another alpha, or another scale."""


def keeps(first: Expr, second: Expr, factor: Expr = scale) -> Formula:
    """A function with this mean and variance has those of X, when it is scaled."""
    return both(equal(factor * first, mu), equal(factor**2 * second, sigma**2))


def one_solution() -> tuple[Formula, Tactic]:
    """One alpha and one scale, from what the four numbers fulfil."""
    t, r = mu / sigma, P - mu
    hypotheses = less(mu, P), at_most(A, sigma**2), at_most(B * r**2, N**2 * sigma**2)
    kept = keeps(P - alpha * N, spread(alpha))
    formula = for_all(
        *(mu, sigma, P, A, N, B),
        implies(*hypotheses, exists_one(alpha, exists(scale, kept))),
    )
    falling, _ = falls()
    solved, _ = solvable()
    narrow, end = at_most(sqrt(A), sigma), N * sigma / r
    short = at_most(sqrt(B), end)
    above = by_cases(
        less(0, mu),
        linear((1, hypotheses[0]), (t, narrow)),
        linear((P, -1), (sqrt(A) / sigma, at_most(mu, 0))),
    )
    below = by_cases(
        less(mu, 0),
        linear((-t, short), (N * P / r, -1)),
        linear((N, -1), (sqrt(B) / sigma, at_most(0, mu))),
    )
    known = [
        (less(0, r), linear((1, hypotheses[0]))),
        (narrow, linear((1 / (sigma + sqrt(A)), hypotheses[1]))),
        (less(t * sqrt(A), P), above),
        (short, linear((1 / (r**2 * (end + sqrt(B))), hypotheses[2]))),
        (less(-N, t * sqrt(B)), below),
    ]
    root, other = sqrt(spread(alpha)), sqrt(spread(ONE))
    solution = equal(P - ONE * N, t * other)
    scaled = witness(
        sigma / other, parts(auto(), parts(linear((sigma / other, solution)), ALGEBRA))
    )
    deviation = equal(root, sigma / scale)
    same, found = (equal(quotient(each), t) for each in (alpha, ONE))

    def clash(first: Expr, second: Expr, sign: int) -> Tactic:
        values = (P, auto(), A, auto(), N, auto(), B, auto(), first, auto(), second, auto())
        then = linear_last(1, (sign, same), (-sign, found))
        return by_fact(falling, *values, assumption(), then=then)

    unique = lemmas(
        [
            (deviation, linear((1 / (scale**2 * (root + sigma / scale)), kept[2]))),
            (same, linear((1 / (scale * root), kept[1]), (-t / root, deviation))),
            (found, linear((1 / other, solution))),
        ],
        ("contradict", last_either(clash(alpha, ONE, 1), clash(ONE, alpha, -1))),
    )
    uniqueness = ("generalize", "alpha", ("assume", obtained("lambda", unique)))
    pair = witness(ONE, parts(parts(assumption(), scaled), uniqueness))
    values = (P, auto(), A, auto(), N, auto(), B, auto(), t, assumption(), assumption())
    used = by_fact(solved, *values, then=obtained("y", have(solution, assumption(), pair)))
    return formula, intro(lemmas(known, used))


def falls_with_alpha(relation: Callable[[Expr, Expr], Formula] = less) -> Formula:
    """E f/std f falls strictly with alpha; or it is related otherwise."""
    one, two = (mean(Elu(x, each)) / sqrt(variance(Elu(x, each))) for each in (alpha, OTHER))
    return for_all(mu, sigma, alpha, OTHER, implies(less(alpha, OTHER), relation(two, one)))


def slope_is(share: Expr = S.One) -> Formula:
    """Its derivative, times (Var f)^(3/2), is a sum of products of positive moments, negative."""
    unit = Elu(x, alpha)
    first, second = mean(unit), variance(unit)
    slope = Derivative(first, alpha) * second - first * Derivative(second, alpha) / 2
    p, n = mean(Relu(x)), mean(LOST)
    sum_of_products = alpha * p * mean(LOST**2) + share * n * mean(Relu(x) ** 2)
    return for_all(mu, sigma, alpha, equal(slope, -sum_of_products))


def one_pair() -> Formula:
    """The quotient falls, and one alpha with one scale keeps the mean and the variance."""
    moments = mean(Elu(x, alpha)), variance(Elu(x, alpha))
    pair = exists_one(alpha, exists(scale, keeps(*moments)))
    same = implies(keeps(*moments), keeps(*moments, OTHER), equal(scale, OTHER))
    only = for_all(alpha, scale, OTHER, same)
    return both(falls_with_alpha(), slope_is(), for_all(mu, sigma, both(pair, only)))


def proof() -> Tactic:
    """By the lemmas of this module, at the moments."""
    p, n, r = mean(Relu(x)), mean(LOST), mean(LEFT)
    a, b = variance(Relu(x)), variance(LOST)
    values = (p, auto(), a, auto(), n, auto(), b, auto())
    falling, _ = falls()
    solution, _ = one_solution()
    varies, _ = varies_less()
    at_moments = dict(zip((P, A, N, B), (p, a, n, b), strict=True))

    def total(value: Expr) -> Expr:
        return spread(value).xreplace(at_moments)

    def positive_total(value: Expr) -> tuple[Formula, Tactic]:
        shares = (1, less(0, a)), (2 * value * n, less(0, p)), (value**2, less(0, b))
        return less(0, total(value)), linear(*shares)

    used = by_fact(falling, *values, alpha, auto(), OTHER, auto(), assumption(), then=assumption())
    for each in (alpha, OTHER):
        used = replaced(mean(Elu(x, each)), p - each * n, ALGEBRA, used)
        used = replaced(variance(Elu(x, each)), total(each), ALGEBRA, used)
    quotient_falls = intro(
        lemmas([*positive_means(), positive_total(alpha), positive_total(OTHER)], used)
    )
    no_more, wide = at_most(a, sigma**2), at_most(b * (p - mu) ** 2, n**2 * sigma**2)
    left = at_most(0, mean((LEFT - r) ** 2))
    wider = linear_last(1, (n**2, less(0, a)), (2 * p * n**2, less(0, r)))
    known = [
        *positive_means(),
        (less(mu, p), linear((1, less(0, r)))),
        (no_more, linear((1, left), (p, less(0, r)), (p, less(0, r)))),
        (wide, by_fact(varies, mu, sigma, auto(), then=wider)),
    ]
    unit = Elu(x, alpha)
    kept, again_kept = (
        keeps(mean(unit), variance(unit))[2],
        keeps(mean(unit), variance(unit), OTHER)[2],
    )
    pair = by_fact(solution, mu, sigma, auto(), *values, *[assumption()] * 3, then=same_pair())
    spread_is = (less(0, variance(unit)), linear((-1 / scale**2, kept), (sigma**2 / scale**2, -1)))
    factor = 1 / (variance(unit) * (scale + OTHER))
    only = intro(lemmas([spread_is], linear((factor, kept), (-factor, again_kept))))
    general = [
        falls(),
        solvable(),
        one_solution(),
        ratio_falls(),
        crossing(),
        crossed(),
        varies_less(),
    ]
    return lemmas(
        general,
        parts(quotient_falls, intro(ALGEBRA), intro(lemmas(known, parts(pair, only)))),
    )


def same_pair() -> Tactic:
    """One pair for the closed moments, the last fact, is one for the moments."""

    def kept(goal: Formula, context: Context) -> Tactic:
        last = len(context.facts) - 1
        return witness(scale, parts(assumption(), parts(linear((1, last - 1)), linear((1, last)))))

    def find(goal: Formula, context: Context) -> Tactic:
        last = len(context.facts) - 1
        there = ("obtain", last - 1, "lambda", tactic(kept))
        steps = ("at", "alpha"), ("by", parts(assumption(), tactic(kept)))
        used = obtained("lambda", ("use", last, steps, assumption()))
        uniqueness = ("generalize", "alpha", ("assume", used))
        return witness(ONE, parts(parts(assumption(), there), uniqueness))

    return obtained("y", tactic(find))
