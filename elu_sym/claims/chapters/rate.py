"""ELU + 1 as the rate of a Poisson law: for which alpha the rate is positive on average.

A rate f(x) + 1 is the linear link of a large predictor and, for alpha = 1, the exponential link of
a negative one. For alpha > 1 it is negative at the far left.
"""

from sympy import Expr, Rational, S, Symbol, exp, oo

from elu_sym.activations import Elu
from elu_sym.claims.analysis import growth, joined, mean_value, near_end, tends_otherwise
from elu_sym.claims.any_law import (
    ALWAYS,
    dominated,
    every_law,
    integrable,
    mean_of,
    pointwise,
    positive_gaussian_mean,
    positive_mean,
    slope,
    sure,
)
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
    smooth,
    term,
)
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_fact,
    by_sign,
    counterexample,
    have,
    instance,
    intro,
    lemmas,
    linear,
    obtained,
    parts,
    rewritten_as,
    witness,
)
from elu_sym.symbols import alpha, mu, sigma, x, y, z

ELU = Elu(x, alpha)
UNIT: Expr = Elu(x, S.One) + 1
"""The rate at alpha = 1."""


def positive_rate(*hypotheses: Formula) -> Formula:
    """The rate is positive, and its mean under every law."""
    of_laws = every_law(integrable(ELU), less(0, mean_of(ELU + 1)))
    return for_all(alpha, implies(*hypotheses, both(for_all(x, less(0, ELU + 1)), of_laws)))


def positive_everywhere() -> Tactic:
    """It lies above 1 - alpha."""
    above = less(0, alpha * exp(x)), auto()
    of_laws = [*sure(), dominated(ELU + 1, 1, (1, ELU)), positive_mean(ELU + 1, above, part=ALWAYS)]
    return intro(parts(pointwise(above), intro(lemmas(of_laws, auto()))))


def links(rate: Expr, on_the_right: Formula) -> Formula:
    """The rate on the left, on the right, and beside the exponential link."""
    left, right = equal(rate, exp(x)), equal(rate, 1 + x)
    return for_all(
        x,
        both(
            implies(at_most(x, 0), left),
            implies(at_most(0, x), right),
            implies(less(0, x), on_the_right),
        ),
    )


def linked() -> Tactic:
    """At 0 both pieces are 1; exp(x) - 1 - x increases for x > 0."""
    on_the_left = by_sign(x, ALGEBRA, ALGEBRA, ("contradict", auto()))
    above_the_tangent = mean_value(z, exp(z) - z, 0, x)
    return intro(parts(intro(on_the_left), auto(), intro(above_the_tangent)))


# --- Under normal laws -----------------------------------------------------------------------


def mean_rate(mean: Expr) -> Expr:
    """E[f(X) + 1], X ~ N(mean, sigma^2)."""
    return Expectation(ELU + 1, x, mean, sigma)


RATE = mean_rate(mu)
LEFT, RIGHT = limit(RATE, mu, -oo, 1 - alpha), limit(RATE, mu, oo, oo)


def above_one(formula: Formula) -> Formula:
    """What holds of every normal law if alpha > 1."""
    return for_all(alpha, sigma, implies(less(1, alpha), formula))


def half_line() -> Formula:
    """The mean rate increases continuously, from a limit below 0, and is positive beyond a mean."""
    increases = for_all(mu, y, implies(less(mu, y), less(RATE, mean_rate(y))))
    positive = exists(z, for_all(mu, iff(less(0, RATE), less(z, mu))))
    return above_one(both(smooth(0, RATE, mu), increases, LEFT, RIGHT, positive))


def rise(lower: Expr, upper: Expr) -> Tactic:
    """The derivative in the mean is E f'(X) > 0."""
    positive_slope = positive_gaussian_mean(slope(ELU), mean=z)
    return mean_value(z, mean_rate(z), lower, upper, intro(lemmas([positive_slope], auto())))


def from_its_root() -> Tactic:
    """It increases, so that it is positive beyond its root alone."""
    root = Symbol("root")

    def clash() -> Tactic:
        return parts(intro(("contradict", auto())), intro(("contradict", auto())))

    below = have(less(RATE, mean_rate(root)), rise(mu, root), clash())
    at_root = rewritten_as(mu, root, linear(), clash())
    grown = less(mean_rate(root), RATE)
    positive = intro(linear((1, grown), (-1, equal(mean_rate(root), 0))))
    above = have(grown, rise(root, mu), parts(auto(), positive))
    return witness(root, intro(by_sign(mu - root, below, at_root, above)))


def has_a_root(then: Tactic) -> Tactic:
    """The mean rate is below 0 at the far left and above 0 at the far right."""

    def between(low: Expr, high: Expr) -> Tactic:
        zero = exists(z, both(less(low, z), less(z, high), equal(mean_rate(z), 0)))
        falls = have(at_most(mean_rate(high), mean_rate(low)), rise(high, low), auto())
        root = ("root", term(mean_rate(z)), term(low), term(high), 0, "rising", auto(), auto())
        named = have(zero, root, obtained("root", then))
        return have(less(low, high), ("contradict", falls), named)

    def on_the_right(low: Expr) -> Tactic:
        def found(end: str, is_positive: Formula) -> Tactic:
            high = Symbol(end) + 1
            return by_fact(is_positive, high, auto(), then=between(low, high))

        return have(RIGHT, growth(0), near_end(RIGHT, 0, "below", found))

    def on_the_left(end: str, is_negative: Formula) -> Tactic:
        low = Symbol(end) - 1
        return by_fact(is_negative, low, auto(), then=on_the_right(low))

    return have(LEFT, growth(0), near_end(LEFT, 0, "above", on_the_left))


def negative_then_positive() -> Tactic:
    """Each part."""
    smoothly = joined(0, mu, RATE, (), assumption())
    monotone, limits = intro(rise(mu, y)), (growth(0), growth(0))
    return intro(parts(smoothly, monotone, *limits, has_a_root(from_its_root())))


CLAIMS = (
    Claim(
        "rate.positive_for_small_alpha",
        "For alpha <= 1 the rate f(x) + 1 is positive, and so is E[f(X) + 1] for every"
        " law of X for which it exists.",
        Statement(positive_rate(at_most(alpha, 1)), positive_everywhere()),
        "use of ELU + 1 as a positive rate in neural response models",
        neighbours={
            "The same holds for alpha <= 2.": refuted(positive_rate(at_most(alpha, 2))),
            "The same holds for every alpha > 0.": refuted(positive_rate()),
        },
    ),
    Claim(
        "rate.positive_on_a_half_line",
        "For alpha > 1 and any sigma the mu for which E[f(X) + 1] > 0 are a half-line (m,"
        " oo): the mean rate increases strictly and continuously in mu, from 1 - alpha to oo.",
        Statement(half_line(), negative_then_positive()),
        "monotonicity of the mean: its derivative is E f'(X) > 0",
        neighbours={
            "It is the whole line for every alpha.": refuted(
                for_all(alpha, sigma, mu, less(0, RATE)),
                counterexample(alpha=2, sigma=1, mu=-3),
            ),
            "It is the whole line for alpha <= 2.": refuted(
                for_all(alpha, sigma, mu, implies(at_most(alpha, 2), less(0, RATE))),
                counterexample(alpha=2, sigma=1, mu=-3),
            ),
            "With 2 in place of 1 it is the whole line for every alpha.": refuted(
                for_all(alpha, sigma, mu, less(0, RATE + 1)),
                counterexample(alpha=3, sigma=1, mu=-3),
            ),
            "The rate saturates: the mean rate has the limit 1 + alpha as mu -> oo.": refuted(
                above_one(limit(RATE, mu, oo, 1 + alpha)),
                instance(tends_otherwise(oo, growth(0)), alpha=2, sigma=1),
            ),
            "The mean rate decreases in mu.": refuted(
                above_one(for_all(mu, y, implies(less(mu, y), less(mean_rate(y), RATE)))),
                counterexample(alpha=2, sigma=1, mu=0, y=1),
            ),
        },
    ),
    Claim(
        "rate.between_links",
        "For alpha = 1 the rate f(x) + 1 is the exponential link e^x for x <= 0 and the"
        " linear link 1 + x for x >= 0, where it lies below the exponential one for x > 0.",
        Statement(links(UNIT, less(UNIT, exp(x))), linked()),
        "the canonical link of the Poisson law: McCullagh, Nelder 1989, section 2.2",
        neighbours={
            "It is the exponential link on the right too.": refuted(
                links(UNIT, equal(UNIT, exp(x)))
            ),
            "For alpha = 1.01 it is the exponential link on the left.": refuted(
                links(Elu(x, Rational(101, 100)) + 1, less(UNIT, exp(x)))
            ),
            "It lies above e^x for x > 0.": refuted(links(UNIT, less(exp(x), UNIT))),
        },
    ),
)
