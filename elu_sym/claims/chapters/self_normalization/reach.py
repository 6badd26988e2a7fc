"""How far the domains of the self-normalizing theorems reach, and where they have no end.

With X ~ N(m, v), P and a the mean and variance of X_+, n and b those of N = (1 - e^X)_+,

    V = lambda^2 (a + 2*alpha*P*n + alpha^2*b),    0 < n < 1,   0 <= b <= 1/4 - (n - 1/2)^2,

since N^2 <= N. And a/v and P/sigma depend on t = m/sigma alone. So for large v

    lambda^2*a < V < lambda^2*(a + 2*alpha*P + alpha^2/4),

both of which are v times functions of t and 1/sigma that are bounded on a box; and for small v
V <= (lambda*max(1, alpha))^2*v for every law.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sympy import Expr, Piecewise, Rational, S, Symbol, exp, sqrt

from elu_sym.activations import Relu, Selu
from elu_sym.claims.analysis import signed_mean
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.chapters.self_normalization import (
    decay,
    domains,
    selu_layer as layer,
    statements,
)
from elu_sym.claims.chapters.self_normalization.domains import Domain, OnDomain, constants, fixed
from elu_sym.claims.chapters.self_normalization.moment_map import bound, input_variance, square_sum
from elu_sym.claims.chapters.self_normalization.statements import WIDENINGS, Widening, decimal
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import Expectation, at_most, both, for_all, less
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement
from elu_sym.claims.tactics import (
    Tactic,
    assumption,
    auto,
    by_cases,
    by_fact,
    have,
    intro,
    lemmas,
    linear,
    parts,
    tactic,
)
from elu_sym.symbols import alpha, mu, scale, sigma, x

PARAMETERS = {
    "mu": "abs(mu) up to",
    "omega": "abs(omega) up to",
    "nu_min": "nu from",
    "nu_max": "nu up to",
    "tau_min": "tau from",
    "tau_max": "tau up to",
    "factor": "the domain enlarged about (0, 0, 1, 1) by the factor",
}

STILL = {
    "variance_above": "the variance still stays above the least one of the domain",
    "variance_below": "the variance still stays below the greatest one of the domain",
    "mean_below": "the mean still stays below 0.1",
    "determinant": "the largest singular value still stays below 1",
    "corner": "the variance still grows where nu and tau are least, mu and omega greatest",
    None: "the statement still holds",
}
"""What is false on a domain that is a unit too wide, by what fails."""


CLAIMED: dict[str, Callable[..., tuple[Formula, Tactic]]] = {
    "self_normalizing": layer.self_normalizing,
    "shrinking": layer.shrinking,
    "growing": layer.growing,
    "growing_wider": layer.growing,
}
"""What is claimed of a domain, with its proof by boxes, for each theorem."""


def too_wide(widening: Widening) -> Statement:
    """What fails on the domain a unit wider, at a corner of it."""
    domain = widening.widened(widening.outer)
    mean, variance = layer.mean_and_variance()
    least = (-domain.mu, domain.omega, domain.nu_min, domain.tau_min)
    greatest = (domain.mu, domain.omega, domain.nu_max, domain.tau_max)
    steep = (domain.mu, domain.omega, domain.nu_min, domain.tau_max)
    slow = (domain.mu, domain.omega, domain.nu_max, domain.tau_min)
    corner = (domain.mu, domain.omega, domain.nu_min, domain.tau_min)
    grows = less(input_variance, variance)
    failures = {
        "variance_above": (less(domain.nu_min, variance), least),
        "variance_below": (less(variance, domain.nu_max), greatest),
        "mean_below": (less(mean, domain.mu), greatest),
        "determinant": (layer.contracts(S.One), steep),
        "corner": (grows, corner),
    }
    if widening.fails is not None:
        formula, *places = failures[widening.fails]
    elif widening.theorem == "shrinking":
        formula, *places = less(variance, input_variance), steep
    else:
        formula, *places = grows, slow, (-domain.mu, *slow[1:])
    return layer.missed(layer.everywhere(domain, formula), *places)


def reaches(name: str, statement: str, *widenings: Widening) -> Claim:
    """The claim that a statement holds on widened domains, and on none a unit wider."""
    return Claim(
        f"self_normalization.{name}",
        statement,
        lambda: layer.stated(
            *(CLAIMED[w.theorem](w.widened(w.inner), list(w.statement(w.inner))) for w in widenings)
        ),
        "branch and bound, where the paper stops at round numbers",
        neighbours={
            f"With {PARAMETERS[w.parameter]} {decimal(w.outer)} {STILL[w.fails]}.": partial(
                too_wide, w
            )
            for w in widenings
        },
    )


def one_at_a_time(theorem: str, statement: str) -> Claim:
    """How far each parameter can be moved alone."""
    reach = [f"{PARAMETERS[each.parameter]} {decimal(each.inner)}" for each in WIDENINGS[theorem]]
    return reaches(
        f"{theorem}_one_at_a_time",
        f"{statement} with one parameter changed at a time: {', '.join(reach)}.",
        *WIDENINGS[theorem],
    )


QUOTIENT = Symbol("t", real=True)
"""The mean of X in units of its standard deviation."""

INVERSE = Symbol("u", nonnegative=True)
"""1/sigma."""

DEVIATION = sqrt(square_sum * input_variance)
"""Sigma, in a layer."""

MEAN = layer.omega * mu
"""The mean of X, in a layer."""


def rectified(mean: Expr, deviation: Expr) -> tuple[Expr, Expr]:
    """The mean and the variance of X_+."""
    first, second = (Expectation(Relu(x) ** n, x, mean, deviation) for n in (1, 2))
    return first, second - first**2


def split() -> tuple[Formula, Tactic]:
    """What V exceeds and stays below, at every m and sigma."""
    lost = Piecewise((0, x >= 0), (1 - exp(x), True))
    n = Expectation(lost, x, mu, sigma)
    (p, a), (_, variance) = rectified(mu, sigma), layer.mean_and_variance(mu, sigma**2)
    low, high = scale**2 * a, scale**2 * (a + 2 * alpha * p + alpha**2 / 4)
    formula = for_all(
        *(alpha, scale, mu, sigma), both(at_most(low, variance), at_most(variance, high))
    )
    either_side = by_cases(less(x, 0), auto(), auto())
    # 1 - e^x is positive for x < 0.
    signs = {
        Relu(x): either_side,
        lost: by_cases(less(x, 0), linear((exp(x) * (exp(-x) - 1), -1)), auto()),
        1 - lost: either_side,
        lost - lost**2: by_cases(less(x, 0), linear((exp(2 * x) * (exp(-x) - 1), -1)), auto()),
        (lost - n) ** 2: either_side,
    }
    known = [at_most(0, Expectation(each, x, mu, sigma)) for each in signs]
    proofs = (signed_mean(intro(sign)) for sign in signs.values())
    twice, factor = 2 * alpha * scale**2 * p, alpha**2 * scale**2
    between = parts(
        linear((twice, known[1]), (factor, known[4])),
        linear((twice, known[2]), (factor, known[3]), (factor * (n - S.Half) ** 2, -1)),
    )
    return formula, intro(lemmas(zip(known, proofs, strict=True), between))


def quotient_box(
    conclusion: Formula, widest: Rational, *inverse: Rational
) -> tuple[Formula, Tactic]:
    """An inequality for small t, and small u if there is one."""
    axes = [(QUOTIENT, -widest, widest), *((INVERSE, S.Zero, end) for end in inverse)]
    axes += constants()
    ends = [each for s, low, high in axes for each in (at_most(low, s), at_most(s, high))]
    return for_all(*(s for s, *_ in axes), implies(*ends, conclusion)), intro(on_box(axes))


def small_quotient(
    formula: Formula, widest: Rational, least: Rational, most: Rational, *inverse: Rational
) -> Callable[[Tactic], Tactic]:
    """Use an inequality for small t, where abs(m) <= most and sigma >= least."""
    known = at_most(least, DEVIATION)
    share, rest = (widest / DEVIATION, known), ((widest * least - most) / DEVIATION, -1)
    ends = [linear(share, (1 / DEVIATION, at_most(sign * MEAN, most)), rest) for sign in (-1, 1)]
    values = [MEAN / DEVIATION]
    for end in inverse:
        values += [1 / DEVIATION, auto()]
        rest = ((end * least - 1) / DEVIATION, -1)
        ends += [auto(), linear((end / DEVIATION, known), rest)]
    constant = (alpha, assumption(), scale, assumption())
    return partial(by_fact_then, formula, *values, *constant, *ends, *[assumption()] * 4)


def by_fact_then(formula: Formula, *steps: Any) -> Tactic:
    """Apply a general fact, the tactic at the end of the steps following."""
    *applied, then = steps
    return by_fact(formula, *applied, then=then)


def deviation_from(least: Rational, square: Rational) -> tuple[Formula, Tactic]:
    """A variance from a square on has a deviation that is at least a number."""
    total = DEVIATION + least
    known = (1 / total, at_most(square, square_sum * input_variance))
    return at_most(least, DEVIATION), linear(known, ((square - least**2) / total, -1))


def shrinks_up_to(square: Rational) -> Formula:
    """The variance shrinks for nu >= 3 and every tau up to a number."""
    ends = layer.inside(statements.SHRINKING)[:5]
    _, variance = layer.mean_and_variance()
    return for_all(
        *(mu, layer.omega, input_variance, square_sum),
        implies(*ends, at_most(square_sum, square), less(variance, input_variance)),
    )


def small_variance() -> Tactic:
    """V <= (lambda*alpha)^2*(m^2 + v), because abs(selu(x)) <= lambda*alpha*abs(x)."""
    (positive_fall, _), (falls_less, _) = decay.fallen()[:2]
    slope, unit = (alpha * scale) ** 2, Selu(x, alpha, scale)
    lost = at_most(0, Expectation(slope * x**2 - unit**2, x, MEAN, DEVIATION))
    total = less(0, decay.FALL - x)
    below = have(
        total,
        linear((1, falls_less[2][2]), (2, positive_fall[2][2])),
        linear((slope * (decay.FALL - x), falls_less[2][2])),
    )
    for known in (falls_less, positive_fall):
        below = by_fact(known, x, assumption(), then=below)
    (_, least, _), _ = constants()
    steeper, most = less(0, alpha**2 - 1), less(slope, Rational(31, 10))
    above = linear((scale**2 * x**2, steeper))
    mean, _ = layer.mean_and_variance()
    small = at_most(0, (Rational(1, 10) - MEAN) * (Rational(1, 10) + MEAN))
    variance = square_sum * input_variance
    steps = [
        (steeper, linear((alpha + least, at_most(least, alpha)), (least**2 - 1, -1))),
        (lost, signed_mean(intro(by_cases(less(x, 0), below, above)))),
        (most, on_box(constants())),
        (small, auto()),
    ]
    return lemmas(
        steps,
        linear(
            *((1, lost), (mean**2, -1), (MEAN**2 + variance, most)),
            *((Rational(31, 10), small), (Rational(31, 10), less(variance, Rational(9, 10)))),
            *((1, at_most(3, input_variance)), (Rational(179, 1000), -1)),
        ),
    )


def shrinks_for_any_more() -> Statement:
    """Var selu(Z) < nu for nu >= 3, tau <= 5/4 and abs(m) <= 1/10, by the size of v."""
    square, v, domain = Rational(5, 4), square_sum * input_variance, statements.SHRINKING
    mean, lowest = domain.whole()[0], Rational(9, 10)
    axes = (mean, (input_variance, lowest, 3 * square), fixed(square_sum, S.One))
    middle = OnDomain("variance_below", (*axes, fixed(bound, S(3))))
    largest = (input_variance, domain.nu_min, domain.nu_max)
    large = OnDomain("shrinks", (mean, largest, fixed(square_sum, square), fixed(bound, S.One)))
    p, a = rectified(QUOTIENT, S.One)
    most = scale**2 * (a + 2 * alpha * p * INVERSE + alpha**2 * INVERSE**2 / 4)
    widest, inverse, least = Rational("0.0224"), Rational("0.2237"), Rational("4.472")
    beyond = quotient_box(less(most, 1 / square), widest, inverse)
    known, _ = split()
    fewer = (4 * input_variance / 5, at_most(square_sum, square))
    far = have(
        *deviation_from(least, S(20)),
        small_quotient(beyond[0], widest, least, Rational(1, 10), inverse)(
            by_fact(
                known,
                *(alpha, assumption(), scale, assumption(), MEAN, DEVIATION, auto()),
                then=tactic(
                    lambda goal, context: linear(
                        (1, len(context.facts) - 1), (v, len(context.facts) - 3), fewer
                    )
                ),
            )
        ),
    )
    in_middle = layer.used_at(
        middle,
        v,
        (assumption(), linear((1, less(v, 3 * square)))),
        layer.linear_last(S.One, (1, at_most(3, input_variance))),
    )
    in_large = layer.used_at(
        large,
        v / square,
        (
            linear((1 / square, at_most(3 * square, v))),
            linear((1 / square, less(v, S(20)))),
        ),
        layer.linear_last(S.One, fewer),
    )
    by_size = by_cases(
        less(v, lowest),
        small_variance(),
        by_cases(less(v, 3 * square), in_middle, by_cases(less(v, 20), in_large, far)),
    )
    formula = shrinks_up_to(square)
    proof_of_all = lemmas(layer.bounds_of_products(domain)[:6], by_size)
    steps = lemmas(
        [*decay.fallen(), split(), beyond],
        layer.at_the_standard(formula, (middle, large), proof_of_all),
    )
    return Statement(layer.standard(formula), steps)


def grows_from(domain: Domain) -> Formula:
    """The variance grows for every tau from the least one of a domain on."""
    _, variance = layer.mean_and_variance()
    return for_all(
        *(mu, layer.omega, input_variance, square_sum),
        implies(*layer.inside(domain)[:7], less(input_variance, variance)),
    )


def grows_for_any_larger_squares(domain: Domain, most: Rational) -> tuple[Formula, Tactic]:
    """Var selu(Z) > nu for every tau from the least one on, abs(m) <= 1/100.

    By boxes up to v = 4/5, which is nu_max times the largest tau of them, and by bounds from there.
    """
    v, share = square_sum * input_variance, Rational(4, 5)
    boxes = list(domains.variance_grows(replace(domain, tau_max=most)))
    _, a = rectified(QUOTIENT, S.One)
    widest, least = Rational("0.0112"), Rational("0.8944")
    beyond = quotient_box(less(domain.nu_max, share * scale**2 * a), widest)
    known, _ = split()
    _, there = rectified(MEAN / DEVIATION, S.One)
    positive_share = less(0, scale**2 * there)
    last = tactic(
        lambda goal, context: linear(
            (1, len(context.facts) - 2),
            (scale**2 * there, at_most(share, v)),
            (1, len(context.facts) - 4),
            (1, at_most(input_variance, domain.nu_max)),
        )
    )
    from_box = tactic(
        lambda goal, context: linear(
            (1 / share, len(context.facts) - 1), (domain.nu_max / share, -1)
        )
    )
    far = have(
        *deviation_from(least, share),
        small_quotient(beyond[0], widest, least, Rational(1, 100))(
            have(
                positive_share,
                from_box,
                by_fact(
                    known,
                    *(alpha, assumption(), scale, assumption(), MEAN, DEVIATION, auto()),
                    then=last,
                ),
            )
        ),
    )
    near = layer.growing_proof(
        replace(domain, tau_max=most), S.One, boxes, linear((1 / domain.nu_max, less(v, share)))
    )
    formula = grows_from(domain)
    proof = lemmas(layer.bounds_of_products(domain)[:6], by_cases(less(v, share), near, far))
    steps = lemmas([split(), beyond], layer.at_the_standard(formula, boxes, proof))
    return layer.standard(formula), steps


CLAIMS = (
    one_at_a_time("self_normalizing", "Theorem 1 holds"),
    reaches(
        "self_normalizing_jointly",
        "Theorem 1 holds on its domain enlarged about (0, 0, 1, 1) by the factor 1.744: abs(mu)"
        " and abs(omega) up to 0.1744, nu from 0.6512 to 1.872, tau from 0.9128 to 1.1744.",
        statements.JOINTLY,
    ),
    one_at_a_time("shrinking", "The variance shrinks on the domain of theorem 2"),
    one_at_a_time("growing", "The variance grows on the first domain of theorem 3"),
    one_at_a_time("growing_wider", "The variance grows on the second domain of theorem 3"),
    Claim(
        "self_normalization.variance_shrinks_without_end",
        "For mu in [-1, 1], omega in [-0.1, 0.1] the variance shrinks for every nu >= 3 and every"
        " tau in (0, 1.25].",
        shrinks_for_any_more,
        "bounds for large and for small variances, boxes between",
        neighbours={
            "It shrinks for every tau up to 1.32.": lambda: layer.missed(
                shrinks_up_to(Rational("1.32")), (S.One, Rational("0.1"), S(3), Rational("1.32"))
            )
        },
    ),
    Claim(
        "self_normalization.variance_grows_without_end",
        "For mu, omega in [-0.1, 0.1] the variance grows for nu in [0.02, 0.16] and every tau >="
        " 0.8, and for nu in [0.02, 0.24] and every tau >= 0.9.",
        lambda: layer.stated(
            grows_for_any_larger_squares(statements.GROWING, S(5)),
            grows_for_any_larger_squares(statements.GROWING_WIDER, Rational(10, 3)),
        ),
        "Var selu(Z) >= lambda^2*Var Z_+ for large variances, boxes below",
        neighbours={
            "For nu in [0.02, 0.24] it does so for every tau >= 0.7.": lambda: layer.missed(
                grows_from(replace(statements.GROWING_WIDER, tau_min=Rational("0.7"))),
                *(
                    (Rational(mean), Rational("0.1"), Rational("0.24"), Rational("0.7"))
                    for mean in ("-0.1", "0.1")
                ),
            )
        },
    ),
)
