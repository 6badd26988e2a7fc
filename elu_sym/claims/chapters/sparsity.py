"""Dead neurons: how often the derivative is zero or small, over the reals.

What becomes of these statements in floating point is the chapter ``floating_point``.
"""

from sympy import Derivative, Expr, Piecewise, Rational, S, Symbol, exp, log

from elu_sym.activations import Elu, LeakyRelu, Relu
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.analysis import mean_value
from elu_sym.claims.any_law import (
    HITS_NEGATIVE,
    NEGATIVE,
    POSITIVE,
    SYMMETRIC,
    Lemma,
    added,
    dominated,
    every_law,
    indicator_of_zero,
    mean_of,
    mirrored,
    pointwise,
    positive_gaussian_mean,
    positive_mean,
    reflection,
    slope,
    two_points,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import (
    Defined,
    Expectation,
    at_most,
    both,
    equal,
    for_all,
    iff,
    less,
    term,
)
from elu_sym.claims.kernel.language import Formula, define, implies, substitute
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    auto,
    by_cases,
    by_sign,
    counterexample,
    have,
    intro,
    lemmas,
    linear,
    parts,
    rewritten,
)
from elu_sym.symbols import alpha, level, mu, sigma, x, y, z

ELU, RELU = Elu(x, alpha), Relu(x)
SLOPE, RELU_SLOPE = slope(ELU), slope(RELU)

# --- Zero ------------------------------------------------------------------------------------

DEAD, AT_ZERO = indicator_of_zero(RELU_SLOPE), indicator_of_zero(x)
NO_ATOM = equal(mean_of(AT_ZERO), 0)


def never_zero(function: Expr) -> Formula:
    """Under every law a function is zero with probability 0."""
    return for_all(alpha, every_law(equal(mean_of(indicator_of_zero(function)), 0)))


def as_nowhere() -> Tactic:
    """The event is empty."""
    indicator = indicator_of_zero(SLOPE)
    return intro(lemmas([dominated(indicator, 1), added(mean_of(indicator), S.Zero)], auto()))


def dead(share: Expr, *hypotheses: Formula) -> Formula:
    """Under every symmetric law ReLU' is zero with a probability."""
    return every_law(SYMMETRIC, *hypotheses, equal(mean_of(DEAD), share))


def one_of_two() -> Tactic:
    """One of x and -x is negative, unless x = 0."""
    total = mean_of(DEAD) + mean_of(POSITIVE) + mean_of(AT_ZERO)
    bounded = (dominated(indicator, 1) for indicator in (DEAD, POSITIVE, AT_ZERO))
    return intro(lemmas([*bounded, mirrored(DEAD, POSITIVE), added(total, S.One)], auto()))


def dead_gaussian(share: Expr) -> Formula:
    """Where ReLU' is zero, and how probable that is."""
    where = for_all(x, iff(equal(RELU_SLOPE, 0), less(x, 0)))
    return for_all(mu, sigma, both(where, equal(Expectation(NEGATIVE, x, mu, sigma), share)))


def vanishes_on_the_left() -> Tactic:
    """Both directions, for x < 0, at 0, and for x > 0, where the derivative is 1."""
    at_zero, right = (parts(*(intro(("contradict", auto())) for _ in range(2))) for _ in range(2))
    return intro(by_sign(x, parts(auto(), auto()), at_zero, right))


# --- Small -----------------------------------------------------------------------------------

END = log(level / alpha)
"""Where the left piece of the derivative passes a level."""

LEFT = Piecewise((1, x < END), (0, True))
LOW = Piecewise((LEFT, x < 0), (Piecewise((1, level > 1), (0, True)), True))
"""The indicator of f'(x) < level: its left piece, all of it."""

TAIL = NormalCdf((END - mu) / sigma)
"""The one formula that is often given for P[f'(X) < level]."""

QUANTILE: Expr = alpha * exp(mu + sigma * z)
"""The level that belongs to the quantile z of the standard normal law."""

RIGHT_TOO = NormalCdf(mu / sigma) + NormalCdf(z)
"""The probability beyond the step at 1, where the right side belongs to the event."""

UP_TO_ONE = at_most(level, 1), at_most(level, alpha)
BEYOND_ONE = less(1, level), less(level, alpha)
"""Where a level lies."""

define("is_below", ("t", "level"), ("if", ("<", "t", "level"), 1, 0))


def probability(indicator: Expr) -> Expr:
    """P[f'(X) < level], X ~ N(mu, sigma^2), if that is the indicator."""
    return Expectation(indicator, x, mu, sigma)


def indicates(indicator: Expr) -> Formula:
    """That it is 1 where the derivative is below the level, and 0 elsewhere."""
    return for_all(x, equal(indicator, Defined(Symbol("is_below"), SLOPE, level)))


def below(*cases: Formula) -> Formula:
    """What the probability is in some cases of the level."""
    return for_all(mu, sigma, alpha, level, both(indicates(LOW), *cases))


def low(value: Expr) -> Formula:
    """The probability of a level that is at most both slopes at 0."""
    return implies(*UP_TO_ONE, equal(probability(LOW), value))


def above_alpha(value: Expr) -> Formula:
    """The probability of a level above the slope on the left."""
    return implies(less(alpha, level), at_most(level, 1), equal(probability(LOW), value))


def above_one(value: Expr) -> Formula:
    """The probability of a level above the slope on the right."""
    return implies(less(1, level), at_most(level, alpha), equal(probability(LOW), value))


def above_both(value: Expr) -> Formula:
    """The probability of a level above both."""
    return implies(less(1, level), less(alpha, level), equal(probability(LOW), value))


def passes() -> Tactic:
    """The left piece increases, and passes the level at its end."""
    piece = alpha * exp(y)
    before = have(less(alpha * exp(x), level), mean_value(y, piece, x, END), auto())
    after = have(at_most(level, alpha * exp(x)), mean_value(y, piece, END, x), auto())
    return by_cases(less(x, END), before, after)


def integrated() -> Tactic:
    """The probability of a level that the left piece passes at 0 or before."""
    bounds = ((at_most(level / alpha, 1), auto()), (at_most(END, 0), auto()))
    return intro(by_sign(END, ALGEBRA, ALGEBRA, lemmas(bounds, ("contradict", auto()))))


def integrated_at_once() -> Tactic:
    """The probability of a level that the left piece does not reach."""
    return intro(have(less(1, level / alpha), auto(), ALGEBRA))


def case_by_case() -> Tactic:
    """The indicator, and its mean in each case."""
    indicated = intro(by_sign(x, passes(), auto(), auto()))
    low_and_not = integrated(), integrated_at_once(), integrated(), integrated_at_once()
    return intro(parts(indicated, *low_and_not))


def only_level(
    value: Expr, share: Expr, hypotheses: tuple[Formula, ...], indicator: Expr
) -> Formula:
    """Of the levels under some hypotheses one has a probability: a value, if it is one of them."""
    only = iff(equal(probability(indicator), share), equal(level, value))
    inner = for_all(level, implies(*hypotheses, both(indicates(indicator), only)))
    of_value = (substitute(hypothesis, level.name, term(value)) for hypothesis in hypotheses)
    return for_all(mu, sigma, alpha, z, implies(*of_value, inner))


def quantile_is_negative() -> Lemma:
    """A level below alpha belongs to a quantile on the left."""
    place = mu + sigma * z
    beyond = have(at_most(alpha, QUANTILE), mean_value(y, alpha * exp(y), 0, place), auto())
    return less(place, 0), ("contradict", beyond)


def grows(share: Expr, indicator: Expr, *lemma: Lemma) -> Tactic:
    """The probability grows with the level, which grows with its quantile."""
    place, gap = mu + sigma * z, level - QUANTILE
    is_share, is_level = equal(probability(indicator), share), equal(level, QUANTILE)

    def apart(
        ends: tuple[Expr, Expr], levels: tuple[Expr, Expr], order: Formula, sign: int
    ) -> Tactic:
        """Two levels are in the order of their ends, and so are the probabilities."""
        (low, high), (lower, upper) = ends, levels
        back = have(at_most(upper, lower), mean_value(y, alpha * exp(y), high, low), auto())
        shares = less(*(NormalCdf((end - mu) / sigma) for end in ends))
        grown = mean_value(y, NormalCdf((y - mu) / sigma), low, high)
        clashes = (
            intro(("contradict", linear((1, strict), (sign, equation))))
            for strict, equation in ((shares, is_share), (order, is_level))
        )
        return lemmas([(less(low, high), ("contradict", back)), (shares, grown)], parts(*clashes))

    below = apart((END, place), (level, QUANTILE), less(gap, 0), -1)
    same = parts(auto(), intro(rewritten(is_level, ALGEBRA)))
    above = apart((place, END), (QUANTILE, level), less(0, gap), 1)
    indicated = intro(by_sign(x, passes(), auto(), auto()))
    return intro(lemmas(lemma, parts(indicated, by_sign(gap, below, same, above))))


# --- More than ReLU --------------------------------------------------------------------------


def moments_exceed(function: Expr) -> Formula:
    """Under every law with P(X < 0) > 0 E ELU' and E ELU'^2 exceed those of another slope."""
    more = (less(mean_of(function**n), mean_of(SLOPE**n)) for n in (1, 2))
    return for_all(alpha, every_law(HITS_NEGATIVE, both(*more)))


def bounded_slopes(n: int) -> list[Lemma]:
    """The powers of both slopes have means, and the indicator."""
    below_alpha = less((alpha * exp(x)) ** n, alpha**n), auto()
    steep = dominated(SLOPE**n, 1 + alpha**n, proof=pointwise(below_alpha))
    return [steep, dominated(RELU_SLOPE**n, 1), dominated(NEGATIVE, 1)]


def more_on_the_left() -> Tactic:
    """ELU' > ReLU' at every x < 0, and the same for the squares."""

    def of(n: int) -> Tactic:
        more = SLOPE**n - RELU_SLOPE**n
        steps = [
            *bounded_slopes(n),
            dominated(more, 0, (1, SLOPE**n), (1, RELU_SLOPE**n)),
            positive_mean(more),
            added(mean_of(SLOPE**n), mean_of(RELU_SLOPE**n) + mean_of(more)),
        ]
        return lemmas(steps, auto())

    return intro(parts(of(1), of(2)))


def under_symmetry(*formulas: Formula) -> Formula:
    """What holds for every alpha and every symmetric law but the point mass at 0."""
    return for_all(alpha, every_law(SYMMETRIC, HITS_NEGATIVE, both(*formulas)))


def more_than(share: Expr) -> Formula:
    """The mean and the mean square of ELU' exceed a share, which is that of ReLU'."""
    more = (less(share, mean_of(SLOPE**n)) for n in (1, 2))
    of_relu = (implies(NO_ATOM, equal(mean_of(RELU_SLOPE**n), share)) for n in (1, 2))
    return under_symmetry(*more, *of_relu)


def half_on_the_right() -> Tactic:
    """The right half has the slope 1, the left one more than 0."""
    sides = [dominated(indicator, 1) for indicator in (NEGATIVE, POSITIVE, AT_ZERO)]
    halves = S.Half + (mean_of(POSITIVE) - mean_of(NEGATIVE)) / 2

    def of_elu(n: int) -> Tactic:
        more = SLOPE**n - POSITIVE - AT_ZERO / 2
        bounds = ((1, function) for function in (SLOPE**n, POSITIVE, AT_ZERO))
        steps = [dominated(more, 0, *bounds), positive_mean(more)]
        total = added(mean_of(SLOPE**n), mean_of(more) + halves)
        return lemmas([*bounded_slopes(n), *steps, total], auto())

    def of_relu(n: int) -> Tactic:
        total = added(mean_of(RELU_SLOPE**n), halves + mean_of(AT_ZERO) / 2)
        return intro(lemmas([*bounded_slopes(n), total], auto()))

    each = parts(of_elu(1), of_elu(2), of_relu(1), of_relu(2))
    return intro(lemmas([*sides, mirrored(NEGATIVE, POSITIVE)], each))


def gaussian(n: int, function: Expr) -> Expr:
    """E g'(X)^n, X ~ N(mu, sigma^2)."""
    return Expectation(Derivative(function, x) ** n, x, mu, sigma)


def gaussian_excess(*formulas: Formula) -> Formula:
    """What E f' and E f'^2 have beyond the moments of ReLU', and what those are."""
    of_relu = (equal(gaussian(n, RELU), NormalCdf(mu / sigma)) for n in (1, 2))
    return for_all(mu, sigma, alpha, both(*of_relu, *formulas))


FIRST, SECOND = (gaussian(n, ELU) - gaussian(n, RELU) for n in (1, 2))


def between_zero_and_alpha() -> Tactic:
    """0 < f' < alpha on the left."""
    left = Piecewise((alpha * exp(x), x < 0), (0, True))
    below_alpha = less((alpha * exp(x)) ** 2, alpha * alpha * exp(x)), auto()
    positive = (
        lemmas([positive_gaussian_mean(body, below_alpha)], auto())
        for body in (left, left**2, alpha * left - left**2)
    )
    return intro(parts(ALGEBRA, ALGEBRA, *positive))


CLAIMS = (
    Claim(
        "sparsity.elu",
        "Under any law of X the derivative of ELU is zero with probability 0.",
        Statement(never_zero(SLOPE), as_nowhere()),
        "the definition",
        neighbours={
            "That of ReLU is zero with probability 0.": refuted(never_zero(RELU_SLOPE)),
            "ELU itself is zero with probability 0.": refuted(never_zero(ELU)),
        },
    ),
    Claim(
        "sparsity.relu_symmetric",
        "Under any symmetric law without an atom at 0 ReLU' is zero with probability 1/2.",
        Statement(dead(S.Half, NO_ATOM), one_of_two()),
        "Glorot, Bordes, Bengio 2011, section 3, made precise",
        neighbours={"The probability is 0.505.": refuted(dead(Rational(101, 200), NO_ATOM))},
    ),
    Claim(
        "sparsity.relu_every_symmetric_law",
        "Under every symmetric law the derivative of ReLU is zero with probability 1/2.",
        # At an atom at 0 the derivative from the right is not 0.
        refuted(dead(S.Half)),
        "Glorot, Bordes, Bengio 2011, section 3, without the condition on atoms",
        expected=Verdict.REFUTED,
        neighbours={
            "ReLU' and its mirror image add up to 1 at 0 as well.": refuted(
                for_all(x, equal(("+", term(RELU_SLOPE), reflection(RELU_SLOPE)), 1)),
                counterexample(x=0),
            )
        },
    ),
    Claim(
        "sparsity.relu_gaussian",
        "For X ~ N(mu, sigma^2) the derivative of ReLU is zero with probability Phi(-mu/sigma).",
        Statement(
            dead_gaussian(NormalCdf(-mu / sigma)), intro(parts(vanishes_on_the_left(), ALGEBRA))
        ),
        "the normal distribution",
        neighbours={
            "The probability is Phi(mu/sigma).": refuted(dead_gaussian(NormalCdf(mu / sigma))),
            "The probability is 1/2 for every mu.": refuted(dead_gaussian(S.Half)),
        },
    ),
    Claim(
        "sparsity.below_by_cases",
        "P[f'(X) < level] is Phi((ln(level/alpha) - mu)/sigma) for level <= min(1,"
        " alpha); Phi(-mu/sigma) for alpha < level <= 1; Phi(mu/sigma) + Phi((ln(level/alpha) -"
        " mu)/sigma) for 1 < level <= alpha; and 1 for level > 1, alpha.",
        Statement(
            below(
                low(TAIL),
                above_alpha(NormalCdf(-mu / sigma)),
                above_one(NormalCdf(mu / sigma) + TAIL),
                above_both(S.One),
            ),
            case_by_case(),
        ),
        "the two pieces of the derivative",
        neighbours={
            "For alpha < level <= 1 it is Phi(mu/sigma).": refuted(
                below(above_alpha(NormalCdf(mu / sigma))),
                counterexample(mu=1, sigma=1, alpha=Rational(1, 2), level=1),
            ),
            "For level <= min(1, alpha) it is Phi((ln(level) - mu)/sigma).": refuted(
                below(low(NormalCdf((log(level) - mu) / sigma))),
                counterexample(mu=1, sigma=1, alpha=2, level=1),
            ),
        },
    ),
    Claim(
        "sparsity.below_by_one_formula",
        "P[f'(X) < level] = Phi((ln(level/alpha) - mu)/sigma) for every level <= alpha.",
        # At level 3/2 and alpha 2 all of x >= 0 belongs to the event as well.
        refuted(
            below(implies(at_most(level, alpha), equal(probability(LOW), TAIL))),
            counterexample(mu=1, sigma=1, alpha=2, level=Rational(3, 2)),
        ),
        "the inverse of the left piece, applied to the whole line",
        expected=Verdict.REFUTED,
        neighbours={
            "So it is for alpha < level <= 1.": refuted(
                below(above_alpha(TAIL)),
                counterexample(mu=1, sigma=1, alpha=Rational(1, 2), level=1),
            )
        },
    ),
    Claim(
        "sparsity.quantile",
        "The one level up to min(1, alpha) below which the derivative lies with probability Phi(z)"
        " is alpha*exp(mu + sigma*z), as long as that is at most min(1, alpha).",
        Statement(
            only_level(QUANTILE, NormalCdf(z), UP_TO_ONE, LEFT),
            grows(NormalCdf(z), LEFT, (at_most(level / alpha, 1), auto())),
        ),
        "the probability, solved for the level",
        neighbours={
            "The level is alpha*exp(mu - sigma*z).": refuted(
                only_level(QUANTILE.xreplace({z: -z}), NormalCdf(z), UP_TO_ONE, LEFT),
                counterexample(mu=1, sigma=1, alpha=1, z=1, level=1),
            ),
            "The level is 1.01*alpha*exp(mu + sigma*z).": refuted(
                only_level(QUANTILE * Rational(101, 100), NormalCdf(z), UP_TO_ONE, LEFT),
                counterexample(mu=-2, sigma=1, alpha=1, z=1, level=Rational(101, 100) * exp(-1)),
            ),
        },
    ),
    Claim(
        "sparsity.quantile_above_one",
        "The one level between 1 and alpha below which the derivative lies with probability"
        " Phi(mu/sigma) + Phi(z) is the same alpha*exp(mu + sigma*z), as long as that is above 1"
        " and below alpha.",
        Statement(
            only_level(QUANTILE, RIGHT_TOO, BEYOND_ONE, LOW),
            grows(RIGHT_TOO, LOW, (less(level / alpha, 1), auto()), quantile_is_negative()),
        ),
        "the probability, solved for the level",
        neighbours={
            "The probability there is Phi(z) alone.": refuted(
                only_level(QUANTILE, NormalCdf(z), BEYOND_ONE, LOW),
                counterexample(mu=-2, sigma=1, alpha=10, z=1, level=10 * exp(-1)),
            )
        },
    ),
    Claim(
        "sparsity.exceeds_relu",
        "Under every law with P(X < 0) > 0 the mean and the mean square of ELU' exceed"
        " those of ReLU', for every alpha > 0.",
        Statement(moments_exceed(RELU_SLOPE), more_on_the_left()),
        "the derivative is positive where that of ReLU is 0",
        neighbours={
            "They exceed those of a leaky ReLU of slope alpha.": refuted(
                moments_exceed(slope(LeakyRelu(x, alpha)))
            )
        },
    ),
    Claim(
        "sparsity.exceeds_half",
        "Under every symmetric law but the point mass at 0 the mean and the mean square"
        " of ELU' exceed 1/2, which is what ReLU' has if there is no atom at 0.",
        Statement(more_than(S.Half), half_on_the_right()),
        "half of the mass is on the right, where the derivative is 1",
        neighbours={
            "They exceed 0.505.": refuted(
                more_than(Rational(101, 200)), counterexample(p=two_points(10))
            ),
            "They are less than 1.": refuted(
                under_symmetry(less(mean_of(SLOPE), 1), less(mean_of(SLOPE**2), 1))
            ),
        },
    ),
    Claim(
        "sparsity.gaussian_excess",
        "For X ~ N(mu, sigma^2) what E f' and E f'^2 have beyond ReLU's Phi(mu/sigma) is"
        " positive, and the second is less than alpha times the first.",
        Statement(
            gaussian_excess(less(0, FIRST), less(0, SECOND), less(SECOND, alpha * FIRST)),
            between_zero_and_alpha(),
        ),
        "0 < f' < alpha on the left",
        neighbours={
            "E f' < Phi(mu/sigma).": refuted(gaussian_excess(less(FIRST, 0))),
            "The second is above 0.99*alpha times the first.": refuted(
                gaussian_excess(less(Rational(99, 100) * alpha * FIRST, SECOND))
            ),
        },
    ),
)
