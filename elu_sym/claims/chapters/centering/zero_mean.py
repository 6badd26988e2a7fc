"""Centering: how close to zero the mean of ELU is, and the alpha that makes it zero."""

from typing import Any

from sympy import Abs, Expr, Piecewise, Rational, S, Symbol, exp, pi, sqrt

from elu_sym.activations import Elu, LeakyRelu, Relu
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.analysis import mean_value, signed_mean
from elu_sym.claims.any_law import (
    HITS_NEGATIVE,
    NEGATIVE,
    SYMMETRIC,
    Lemma,
    added,
    dominated,
    every_law,
    integrable,
    mean_of,
    mirrored,
    nonnegative_mean,
    pointwise,
    positive_gaussian_mean,
    positive_mean,
    two_points,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import (
    Expectation,
    at_most,
    both,
    equal,
    exists_one,
    for_all,
    iff,
    less,
    term,
)
from elu_sym.claims.kernel.language import Formula, Term, absolute, implies, substitute
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    again,
    auto,
    by_cases,
    by_fact,
    by_sign,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    multiple,
    parts,
    witness,
)
from elu_sym.symbols import alpha, excess, mu, sigma, x, y, z

ELU, RELU = Elu(x, alpha), Relu(x)
SELU_ALPHA = 1 / (sqrt(2 * pi) * (S.Half - exp(S.Half) * NormalCdf(S.NegativeOne)))
"""The alpha of SELU in closed form."""

PUBLISHED = Rational("1.6732632423543772848170429916717")
"""The alpha of SELU as it was published, to 31 decimals."""

HALF_A_DIGIT = Rational(1, 2 * 10**31)
"""By how much a number may differ from one that it rounds to."""

SYMMETRIC_ALPHA = sigma / (sqrt(2 * pi) * (S.Half - exp(sigma**2 / 2) * NormalCdf(-sigma)))
"""The alpha that makes the mean zero at N(0, sigma^2)."""

# --- All laws --------------------------------------------------------------------------------


def falls(height: Expr) -> Lemma:
    """The exponential is below its height; for x < 0."""
    return less(height * exp(x), height), auto()


def has_mean(height: Expr) -> Lemma:
    """ELU has a mean, if ReLU has one."""
    return dominated(Elu(x, height), height, (1, RELU), proof=pointwise(falls(height)))


def symmetric_law(formula: Formula) -> Formula:
    """What holds of every alpha and every symmetric law but the point mass at 0."""
    return for_all(alpha, every_law(SYMMETRIC, integrable(x), HITS_NEGATIVE, formula))


def any_law(formula: Formula) -> Formula:
    """What holds of every alpha and every law with P(X < 0) > 0."""
    return for_all(alpha, every_law(HITS_NEGATIVE, integrable(x), formula))


def lower_where_negative() -> Tactic:
    """ELU is less than ReLU for x < 0, and elsewhere the same."""
    more = RELU - ELU
    steps = [
        dominated(RELU, 0, (1, x)),
        has_mean(alpha),
        dominated(more, 0, (1, RELU), (1, ELU)),
        dominated(NEGATIVE, 1),
        positive_mean(more),
        added(mean_of(RELU), mean_of(ELU) + mean_of(more)),
    ]
    return intro(lemmas(steps, auto()))


def decreasing(lower: Expr, upper: Expr) -> Formula:
    """Under every law the mean at one alpha is less than at another one."""
    means = (mean_of(Elu(x, height)) for height in (lower, upper))
    return for_all(alpha, excess, every_law(HITS_NEGATIVE, integrable(RELU), less(*means)))


def more_of_the_loss() -> Tactic:
    """At every x < 0 ELU is less for the larger alpha."""
    more = ELU - Elu(x, alpha + excess)
    steps = [
        has_mean(alpha),
        has_mean(alpha + excess),
        dominated(more, 0, (1, ELU), (1, Elu(x, alpha + excess))),
        dominated(NEGATIVE, 1),
        positive_mean(more),
        added(mean_of(ELU), mean_of(Elu(x, alpha + excess)) + mean_of(more)),
    ]
    return intro(lemmas(steps, auto()))


DISTANCE = 1 - 2 / alpha
EXCEPTION = two_points(DISTANCE)
"""The law for which the mean is farther from 0, for alpha > 2."""

CLOSER = every_law(SYMMETRIC, integrable(x), at_most(Abs(mean_of(ELU)), mean_of(RELU)))


def at_exception(function: Expr) -> Term:
    """Its mean there."""
    return ("E", x.name, EXCEPTION, term(function))


def closer_iff(largest: Expr) -> Formula:
    """The alphas for which the mean is at least as close to 0, and an exception for others."""
    farther = less(at_exception(RELU), absolute(at_exception(ELU)))
    only = iff(CLOSER, at_most(alpha, largest))
    return for_all(alpha, both(only, implies(less(2, alpha), farther)))


def loss_grows() -> Lemma:
    """1 - exp(-r) > r - r^2 for r > 0: at r = 0 with its slope, and then by convexity."""
    w = Symbol("w", real=True)
    above_one = intro(have(less(exp(-w), 1), auto(), auto()))
    rises = intro(mean_value(w, 2 * w + exp(-w), 0, z, above_one))
    lemma = for_all(y, implies(less(0, y), less(y - y**2, 1 - exp(-y))))
    return lemma, intro(mean_value(z, z**2 - z - exp(-z), 0, y, rises))


def farther_away() -> list[Lemma]:
    """For alpha > 2 the mean at the two points is below 0, and farther away than that of ReLU."""
    grows, proof = loss_grows()
    below = less(at_exception(RELU), ("*", -1, at_exception(ELU)))
    return [
        (less(0, DISTANCE), auto()),
        (grows, proof),
        (below, by_fact(grows, DISTANCE, auto(), then=multiple())),
        (less(at_exception(ELU), 0), linear()),
    ]


def no_farther() -> Tactic:
    """For alpha <= 2: E f <= E X_+, and -E f <= E X_+, since at x and -x both add up to more."""
    mirror_elu, mirror_relu = Elu(-x, alpha), Relu(-x)
    less_loss = for_all(y, implies(less(0, y), less(alpha * (1 - exp(-y)), 2 * y)))
    tangent = less(1 - exp(-y), y), mean_value(z, z + exp(-z), 0, y)
    twice = at_most(alpha * (1 - exp(-y)), 2 * (1 - exp(-y)))
    by_height = linear((1 - exp(-y), at_most(alpha, 2)))
    is_loss = less(0, 1 - exp(-y)), auto()
    loss_proof = intro(lemmas([is_loss, tangent, (twice, by_height)], linear()))
    more = RELU - ELU
    total = RELU + ELU + mirror_relu + mirror_elu
    at_either = (by_fact(less_loss, sign * x, auto(), then=auto()) for sign in (-1, 1))
    below, above = at_either
    mirrored_falls = less(alpha * exp(-x), alpha), auto()
    mirror_bound = intro(by_sign(x, auto(), auto(), lemmas([mirrored_falls], auto())))
    steps = [
        dominated(RELU, 0, (1, x)),
        has_mean(alpha),
        dominated(mirror_relu, 0, (1, x)),
        dominated(mirror_elu, alpha, (1, x), proof=mirror_bound),
        dominated(more, 0, (1, RELU), (1, ELU)),
        dominated(total, 0, (1, RELU), (1, ELU), (1, mirror_relu), (1, mirror_elu)),
        nonnegative_mean(more),
        (less_loss, loss_proof),
        nonnegative_mean(total, intro(by_sign(x, below, auto(), above))),
        added(mean_of(RELU), mean_of(ELU) + mean_of(more)),
        mirrored(RELU, mirror_relu),
        mirrored(ELU, mirror_elu),
        added(
            mean_of(total),
            mean_of(RELU) + mean_of(ELU) + mean_of(mirror_relu) + mean_of(mirror_elu),
        ),
        (at_most(0, mean_of(RELU) + mean_of(ELU)), linear(most=4)),
    ]
    return intro(lemmas(steps, by_cases(at_most(0, mean_of(ELU)), linear(), linear())))


def up_to_two() -> Tactic:
    """Both directions, and the exception."""
    evident = (("law-evident",), ("law-evident",))
    at_points = by_fact(CLOSER, EXCEPTION, *evident, then=linear())
    only = intro(("contradict", lemmas(farther_away(), at_points)))
    exception = intro(lemmas(farther_away(), auto()))
    return intro(parts(parts(only, intro(no_farther())), exception))


# --- Normal laws -----------------------------------------------------------------------------

PUT = Piecewise((1 - exp(x), x < 0), (0, True))
"""(1 - e^x)_+, what every unit of alpha takes away."""


def elu_mean(mean: Any = mu, deviation: Any = sigma) -> Expr:
    """E f(X), X ~ N(mean, deviation^2)."""
    return Expectation(ELU, x, mean, deviation)


def relu_mean(mean: Any = mu, deviation: Any = sigma) -> Expr:
    """E X_+."""
    return Expectation(RELU, x, mean, deviation)


def put_mean(mean: Any = mu, deviation: Any = sigma) -> Expr:
    """E (1 - e^X)_+."""
    return Expectation(PUT, x, mean, deviation)


def positive_put(mean: Any = mu, deviation: Any = sigma) -> Lemma:
    """It is positive."""
    return positive_gaussian_mean(PUT, mean=mean, deviation=deviation)


def vanishes_at(value: Expr, mean: Any = mu, deviation: Any = sigma) -> Formula:
    """The mean is 0 at this alpha, and at no other one."""
    return iff(equal(elu_mean(mean, deviation), 0), equal(alpha, value))


def as_a_line(value: Expr, mean: Any = mu, deviation: Any = sigma) -> Tactic:
    """The mean is E (1 - e^X)_+ times what alpha lacks to the zero."""
    elu, put = elu_mean(mean, deviation), put_mean(mean, deviation)
    forth = linear((-1 / put, equal(elu, 0)))
    return parts(("assume", forth), ("assume", linear((-put, equal(alpha, value)))))


def sign_of_mean(value: Expr) -> Formula:
    """There is exactly one zero, this one; the mean is positive before it, and negative beyond."""
    signs = (
        iff(less(0, elu_mean()), less(alpha, value)),
        iff(less(elu_mean(), 0), less(value, alpha)),
    )
    zero = exists_one(alpha, equal(elu_mean(), 0))
    return for_all(mu, sigma, both(zero, for_all(alpha, both(vanishes_at(value), *signs))))


def one_zero() -> Tactic:
    """The mean is a falling line in alpha, positive at first."""
    value, put = relu_mean() / put_mean(), put_mean()
    inside = intro(have(less(0, x), linear(), auto()))
    right = less(0, relu_mean()), signed_mean(pointwise(), 1, 2, inside)
    other = substitute(equal(elu_mean(), 0), alpha.name, "alpha'")
    unique = linear((-1 / put, other))
    zero = witness(value, parts(parts(auto(), ALGEBRA), intro(unique)))

    def sides(one: Formula, two: Formula) -> Tactic:
        return parts(("assume", linear((1 / put, one))), ("assume", linear((put, two))))

    before = sides(less(0, elu_mean()), less(alpha, value))
    beyond = sides(less(elu_mean(), 0), less(value, alpha))
    each = intro(parts(as_a_line(value), before, beyond))
    return intro(lemmas([right, positive_put()], parts(zero, each)))


STANDARD = S.Zero, S.One
"""The mean and the deviation of the standard normal law."""


def closer_gaussian(largest: Expr, *digits: Formula) -> Formula:
    """The alphas for which the mean is at least as close to 0 as that of ReLU, at N(0, 1)."""
    closer = at_most(Abs(elu_mean(*STANDARD)), relu_mean(*STANDARD))
    return for_all(alpha, both(iff(closer, at_most(alpha, largest)), *digits))


def up_to_twice() -> Tactic:
    """E f <= E Z_+ always, and -E f <= E Z_+ up to twice the alpha of the zero."""
    elu, relu, put = (each(*STANDARD) for each in (elu_mean, relu_mean, put_mean))
    closer = at_most(Abs(elu), relu)
    positive = parts(
        ("assume", linear((1 / put, at_most(0, elu)), (relu / put, -1))), intro(auto())
    )
    back = linear((put, at_most(alpha, 2 * SELU_ALPHA)))
    negative = parts(intro(again(closer, linear((1 / put, closer)))), ("assume", back))
    only = by_cases(at_most(0, elu), positive, negative)
    return intro(parts(only, auto()))


def selu_alpha_is(value: Rational, error: Rational = HALF_A_DIGIT) -> Formula:
    """That the alpha of SELU is a number up to an error, by default that of rounding."""
    # SymPy would decide the sign by itself.
    return at_most(absolute(term(SELU_ALPHA - value)), error)


def standard_zero(factor: Expr, published: Rational) -> Formula:
    """The alpha of mean zero at N(0, 1), and its digits."""
    zero = vanishes_at(factor * SELU_ALPHA, *STANDARD)
    return for_all(alpha, both(zero, selu_alpha_is(published)))


def symmetric_zero(value: Expr) -> Formula:
    """The alpha of mean zero at N(0, sigma^2)."""
    return for_all(sigma, alpha, vanishes_at(value, S.Zero))


CLAIMS = (
    Claim(
        "centering.below_relu",
        "Under every symmetric law with a finite mean, other than the point mass at 0,"
        " the mean of ELU is less than that of ReLU.",
        Statement(symmetric_law(less(mean_of(ELU), mean_of(RELU))), lower_where_negative()),
        "Clevert, Unterthiner, Hochreiter 2016, section 2, made precise",
        neighbours={
            "Even less than the mean of a leaky ReLU of slope alpha.": refuted(
                symmetric_law(less(mean_of(ELU), mean_of(LeakyRelu(x, alpha))))
            ),
            "The mean of ELU is negative under every symmetric law.": refuted(
                symmetric_law(less(mean_of(ELU), 0))
            ),
        },
    ),
    Claim(
        "centering.below_relu_any_law",
        "No symmetry is needed: under every law with P(X < 0) > 0 and a finite mean E"
        " f(X) is less than E ReLU(X).",
        Statement(any_law(less(mean_of(ELU), mean_of(RELU))), lower_where_negative()),
        "a sharper form of the same",
        neighbours={
            "E f(X) is less than 0.99*E ReLU(X).": refuted(
                any_law(less(mean_of(ELU), Rational(99, 100) * mean_of(RELU))),
                counterexample(alpha=1, p=("points", (-1, ("/", 1, 2)), (100, ("/", 1, 2)))),
            )
        },
    ),
    Claim(
        "centering.closer_iff_at_most_2",
        "The mean of ELU is at least as close to 0 as that of ReLU under all symmetric"
        " laws if and only if alpha <= 2; for alpha > 2 the two points r and -r, r = 1 - 2/alpha,"
        " are an exception.",
        Statement(closer_iff(S(2)), up_to_two()),
        "Clevert, Unterthiner, Hochreiter 2016, section 2, with its condition",
        neighbours={
            "The same for all alpha <= 2.02.": refuted(
                closer_iff(Rational(202, 100)),
                counterexample(alpha=Rational(202, 100), p=two_points(Rational(1, 100))),
            )
        },
    ),
    Claim(
        "centering.closer",
        "Under every symmetric law the mean of ELU is closer to 0 than ReLU's for every alpha > 0.",
        # Two points.
        refuted(symmetric_law(less(Abs(mean_of(ELU)), mean_of(RELU)))),
        "Clevert, Unterthiner, Hochreiter 2016, section 2, without the condition",
        expected=Verdict.REFUTED,
        neighbours={
            "So for every alpha > 2.": refuted(
                symmetric_law(implies(less(2, alpha), less(Abs(mean_of(ELU)), mean_of(RELU))))
            )
        },
    ),
    Claim(
        "centering.closer_gaussian",
        "For X ~ N(0, 1) the mean of ELU is at least as close to 0 as that of ReLU if and"
        " only if alpha <= 2/(sqrt(2*pi)*(1/2 - sqrt(e)*Phi(-1))), twice the alpha of SELU.",
        Statement(
            closer_gaussian(2 * SELU_ALPHA, selu_alpha_is(PUBLISHED)),
            up_to_twice(),
        ),
        "the mean is a line in alpha",
        neighbours={
            "The threshold is 1 % larger.": refuted(
                closer_gaussian(SELU_ALPHA * Rational(202, 100)),
                counterexample(alpha=Rational(336, 100)),
            ),
            "The threshold is the alpha of SELU.": refuted(closer_gaussian(SELU_ALPHA)),
        },
    ),
    Claim(
        "centering.closer_gaussian_every_alpha",
        "For X ~ N(0, 1) the mean of ELU is closer to 0 than that of ReLU, for every alpha.",
        # A large alpha makes the mean negative and larger in size.
        refuted(for_all(alpha, less(Abs(elu_mean(*STANDARD)), relu_mean(*STANDARD)))),
        "measured at alpha = 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours={
            "The mean of ELU is positive for every alpha.": refuted(
                for_all(alpha, less(0, elu_mean(*STANDARD)))
            )
        },
    ),
    Claim(
        "centering.decreasing_in_alpha",
        "alpha is the knob: under every law with P(X < 0) > 0 the mean of ELU decreases"
        " strictly as alpha grows.",
        Statement(decreasing(alpha + excess, alpha), more_of_the_loss()),
        "ELU decreases with alpha at every x < 0",
        neighbours={"It increases with alpha.": refuted(decreasing(alpha, alpha + excess))},
    ),
    Claim(
        "centering.zero_mean",
        "For X ~ N(mu, sigma^2) there is exactly one alpha with E f(X) = 0, and it is"
        " alpha = E X_+ / E (1 - e^X)_+; below it the mean is positive, above it negative.",
        Statement(sign_of_mean(relu_mean() / put_mean()), one_zero()),
        "the mean is a line in alpha",
        neighbours={
            "The zero lies 1 % higher.": refuted(
                sign_of_mean(Rational(101, 100) * relu_mean() / put_mean()),
                counterexample(mu=0, sigma=1, alpha=Rational("1.68")),
            ),
            "At every mu and sigma it is zero at SELU's alpha.": refuted(sign_of_mean(SELU_ALPHA)),
        },
    ),
    Claim(
        "centering.zero_mean_standard",
        "At N(0, 1) the alpha of mean zero is 1/(sqrt(2*pi)*(1/2 - sqrt(e)*Phi(-1))),"
        " SELU's, to all of the 31 published decimals.",
        Statement(
            standard_zero(S.One, PUBLISHED), intro(parts(as_a_line(SELU_ALPHA, *STANDARD), auto()))
        ),
        "Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 14 and their code",
        neighbours={
            "It is 1 % larger.": refuted(
                standard_zero(Rational(101, 100), PUBLISHED), counterexample(alpha=SELU_ALPHA)
            ),
            "The last published digit is one more.": refuted(
                standard_zero(S.One, PUBLISHED + 2 * HALF_A_DIGIT)
            ),
        },
    ),
    Claim(
        "centering.zero_mean_symmetric",
        "At N(0, sigma^2) the alpha of mean zero is sigma/(sqrt(2*pi)*(1/2 -"
        " e^(sigma^2/2)*Phi(-sigma))).",
        Statement(
            symmetric_zero(SYMMETRIC_ALPHA),
            intro(lemmas([positive_put(S.Zero)], as_a_line(SYMMETRIC_ALPHA, S.Zero))),
        ),
        "the mean is a line in alpha",
        neighbours={
            "It is sigma times that of SELU.": refuted(
                symmetric_zero(sigma * SELU_ALPHA), counterexample(sigma=2, alpha=2 * SELU_ALPHA)
            ),
            "The mean is zero at an alpha that is 1 % larger.": refuted(
                symmetric_zero(Rational(101, 100) * SYMMETRIC_ALPHA),
                counterexample(sigma=1, alpha=SELU_ALPHA),
            ),
        },
    ),
)
