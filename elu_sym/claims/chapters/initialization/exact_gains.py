"""Initialization: what the gains of ELU are, which of them agree, and what libraries use.

With weights of variance gain^2/fan a layer keeps the second moment of the pre-activation for
gain^2 = sigma^2/E f^2, its variance about the mean of f for sigma^2/Var f, and the mean squared
gradient for 1/E f'^2. That the first is stable, and for which inputs, is said in
:mod:`elu_sym.claims.chapters.moments.variance_rule`.
"""

from itertools import chain

from sympy import Derivative, Expr, Max, Rational, S, Symbol, exp, oo, pi, sqrt

from elu_sym.activations import Elu, LeakyRelu, Relu
from elu_sym.claims.analysis import continuity, tends_otherwise
from elu_sym.claims.chapters.initialization.gain_lemmas import (
    CONVEX_GAIN,
    ELU,
    PERCENT_MORE,
    SMALL,
    TAU,
    A,
    B,
    below_one,
    between,
    gain,
    gain_is_larger,
    gain_tends,
    multiple_of,
    normal,
    on_the_left,
    positive_mean,
    share,
    share_above_half,
    share_below_small,
    share_falls,
    slope_square,
    slope_square_above_half,
    slope_square_below_small,
    slope_square_falls,
    slope_square_is_positive,
    square,
    square_is_positive,
    variance_of,
)
from elu_sym.claims.chapters.initialization.poincare import poincare, variance_is_positive
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import at_most, both, equal, for_all, iff, less, limit, term
from elu_sym.claims.kernel.language import Formula, implies, substitute
from elu_sym.claims.standard_selu import SELU_ALPHA
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    auto,
    by_fact,
    counterexample,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    parts,
    positive,
    rewritten,
    rewritten_as,
    witness,
)
from elu_sym.symbols import alpha, mu, sigma, slope, x

BETA = Symbol("beta", positive=True)
"""Another alpha."""

STANDARD = Elu(x, S.One)

STANDARD_GAINS: dict[str, tuple[Expr, Rational]] = {
    "second_moment": (1 / square(S.One, S.One), Rational("1.550518808067")),
    "variance": (1 / variance_of(STANDARD, S.One), Rational("1.615042992693")),
    "gradient": (1 / slope_square(S.One, S.One), Rational("1.496777435435")),
}
"""The squared gains at mu = 0 and sigma = alpha = 1, and their values cut after 12 decimals."""


def digits(shift: int = 0) -> Formula:
    """Each lies in an interval of the width of the last decimal, or in one beside it."""
    unit = Rational(1, 10**12)
    values = ((value, cut + shift * unit) for value, cut in STANDARD_GAINS.values())
    return both(*(between(value, low, low + unit) for value, low in values))


# --- Homogeneous activations -----------------------------------------------------------------

LEAKY = LeakyRelu(x, slope)


def kept_by_leaky_relu() -> Statement:
    """Both moments are (1 + slope^2)/2, whatever sigma is."""
    moments, wanted = _moments(LEAKY), (1 + slope**2) / 2
    leaky = for_all(slope, both(*(equal(gain(moment), gain(wanted)) for moment in moments)))
    relu = both(*(equal(gain(moment), sqrt(2)) for moment in _moments(Relu(x))))
    proof = intro(parts(*(rewritten_as(moment, wanted, ALGEBRA, ALGEBRA) for moment in moments)))
    return Statement(
        for_all(sigma, both(leaky, relu)), intro(parts(proof, parts(ALGEBRA, ALGEBRA)))
    )


def _moments(function: Expr, mean: Expr = S.Zero) -> tuple[Expr, Expr]:
    slopes = normal(Derivative(function, x) ** 2, mean=mean)
    return normal(function**2, mean=mean) / sigma**2, slopes


# --- The rule for the variance ---------------------------------------------------------------

VARIANCE_SHARE = variance_of(ELU, mean=mu) / sigma**2
CENTRED_SHARE = share() - normal(ELU) ** 2 / sigma**2
"""Var f/sigma^2, at every mean and at the mean 0."""


def variance_gain_is_largest() -> Statement:
    """Var f <= E f^2, and Poincare's inequality."""
    others = share(mean=mu), slope_square(mean=mu)
    formula = both(*(at_most(gain(other), gain(VARIANCE_SHARE)) for other in others))
    known = variance_is_positive(), square_is_positive(mean=mu), slope_square_is_positive(mean=mu)
    squared_mean = normal(ELU, mean=mu) ** 2 / sigma**2
    differences = (
        (at_most(VARIANCE_SHARE, others[0]), linear((squared_mean, -1))),
        multiple_of(poincare(), sigma**-2, at_most(VARIANCE_SHARE, others[1])),
    )
    ways = (
        gain_is_larger(VARIANCE_SHARE, other, smaller, relation=at_most)
        for other, smaller in zip(others, differences, strict=True)
    )
    return Statement(for_all(mu, sigma, alpha, formula), intro(lemmas(known, parts(*ways))))


def centering_alpha(deviation: Expr = sigma, mean: Expr = mu) -> tuple[Expr, Expr]:
    """E X_+ and E (1 - e^X)_+, the quotient of which is the alpha that makes the mean 0."""
    put = on_the_left(1 - exp(x))
    return normal(Max(x, 0), deviation, mean), normal(put, deviation, mean)


def agree_only_at(factor: Rational = S.One) -> Formula:
    """The rules for the second moment and for the variance agree at one alpha."""
    call, put = centering_alpha()
    same = equal(gain(share(mean=mu)), gain(VARIANCE_SHARE))
    return for_all(mu, sigma, alpha, iff(same, equal(alpha, factor * call / put)))


GAINS_TELL = for_all(A, B, implies(equal(gain(A), gain(B)), equal(A, B)))
"""Moments of the same gain are the same."""

SQUARES_TELL = for_all(x, implies(equal(x**2, 0), equal(x, 0)))
"""A number whose square is 0 is 0."""


SQUARE_IS_POSITIVE = have(less(0, x**2), positive(), linear())


def agree_at_centering_alpha() -> tuple[Formula, Tactic]:
    """The difference of the moments is the squared mean, which vanishes at one alpha."""
    call, put = centering_alpha()
    moment, mean = share(mean=mu), normal(ELU, mean=mu)
    roots = sqrt(A) * sqrt(B) * (sqrt(A) + sqrt(B))
    known = (
        square_is_positive(mean=mu),
        variance_is_positive(),
        positive_mean(on_the_left(1 - exp(x)), below_one(x), mean=mu),
    )
    is_zero = by_fact(SQUARES_TELL, mean, assumption(), then=linear((-1 / put, equal(mean, 0))))
    difference = equal(mean**2, 0), linear((sigma**2, equal(moment, VARIANCE_SHARE)))
    same = by_fact(
        *(GAINS_TELL, moment, positive(), VARIANCE_SHARE, positive(), assumption()),
        then=have(*difference, is_zero),
    )
    at_alpha = have(
        equal(mean, 0),
        linear((-put, equal(alpha, call / put))),
        rewritten_as(VARIANCE_SHARE, moment, linear((-mean / sigma**2, equal(mean, 0))), ALGEBRA),
    )
    general = (
        (GAINS_TELL, intro(linear((-roots, equal(gain(A), gain(B)))))),
        (SQUARES_TELL, intro(("contradict", last_either(SQUARE_IS_POSITIVE, SQUARE_IS_POSITIVE)))),
    )
    directions = parts(("assume", same), ("assume", at_alpha))
    standard_call, standard_put = centering_alpha(S.One, S.Zero)
    return (
        both(agree_only_at(), equal(standard_call / standard_put, SELU_ALPHA)),
        parts(lemmas(general, intro(lemmas(known, directions))), ALGEBRA),
    )


def agree_at_selu_alpha() -> Tactic:
    """At mu = 0 and sigma = 1 they agree at the alpha of SELU, and not at another one."""
    values = {"mu": 0, "sigma": 1, "alpha": term(SELU_ALPHA)}
    equation = equal(VARIANCE_SHARE, share(mean=mu))
    for name, value in values.items():
        equation = substitute(equation, name, value)
    same = parts(have(equation, ALGEBRA, rewritten(equation, ALGEBRA)), counterexample())
    at_alpha = witness(values["alpha"], parts(auto(), ("witness", 0, same)))
    return witness(0, witness(1, parts(auto(), at_alpha)))


# --- Monotone gains, and limits --------------------------------------------------------------


def larger_gain(one: Expr, other: Expr) -> Formula:
    """A gain is larger than another one."""
    return less(gain(other), gain(one))


def decrease_with_alpha(is_larger: bool = False) -> Formula:
    """The gains are smaller, or larger, for a larger alpha."""
    pairs = zip(_moments(ELU, mu), _moments(Elu(x, BETA), mu), strict=True)
    found = both(*(larger_gain(*(pair[::-1] if is_larger else pair)) for pair in pairs))
    return for_all(mu, sigma, alpha, BETA, implies(less(alpha, BETA), found))


def moments_grow_with_alpha() -> Tactic:
    """Both moments increase, at every x < 0."""
    squares = less(0, BETA**2 - alpha**2), linear((alpha + BETA, less(alpha, BETA)))
    growth_of = (BETA**2 - alpha**2) * (exp(x) - 1) ** 2, (BETA**2 - alpha**2) * exp(2 * x)
    known = squares, square_is_positive(mean=mu), slope_square_is_positive(mean=mu)
    ways = []
    for one, other, change, factor in zip(
        _moments(ELU, mu), _moments(Elu(x, BETA), mu), growth_of, (sigma**-2, 1), strict=True
    ):
        grows = multiple_of(positive_mean(on_the_left(change), mean=mu), factor, less(one, other))
        is_positive = less(0, other), linear((1, less(0, one)), (1, grows[0]))
        ways.append(gain_is_larger(one, other, (less(0, one), auto()), grows, is_positive))
    return intro(lemmas(known, parts(*ways)))


RELU_VARIANCE = (1 - 1 / pi) / 2
"""Var ReLU(Z)."""


def small_alpha() -> Statement:
    """The moments are analytic in alpha, and at 0 those of ReLU."""
    limits = ((m, S.Half) for m in _moments(ELU)), ((CENTRED_SHARE, RELU_VARIANCE),)
    formula = both(*(limit(gain(m), alpha, 0, gain(v), "+") for m, v in chain(*limits)))
    return Statement(for_all(sigma, formula), intro(parts(*[continuity()] * 3)))


def tends_to(moment: Expr, value: Expr) -> Formula:
    """A limit of a moment for small alpha."""
    return for_all(sigma, limit(moment, alpha, 0, value, "+"))


def elsewhere(value: Expr) -> Tactic:
    """At sigma = 1 it tends to something else."""
    return witness(1, parts(auto(), tends_otherwise(value, continuity())))


def above_one() -> Tactic:
    """E f^2 < sigma^2 (1 + alpha^2)/2 <= sigma^2."""
    below = share_below_small()
    decays = less(square(), sigma**2)
    by_both = have(
        *below,
        linear((sigma**2, below[0]), (sigma**2 * (1 + alpha) / 2, at_most(alpha, 1))),
    )
    is_less = less(share(), 1), linear((sigma**-2, decays))
    is_positive = less(0, share()), positive()
    gain_is_above = gain_is_larger(share(), S.One, is_positive, is_less)
    return intro(lemmas([square_is_positive(), (decays, by_both)], parts(gain_is_above, auto())))


def increase_with_sigma() -> Statement:
    """Both moments fall strictly, from (1 + alpha^2)/2 to 1/2."""
    moments = (
        (share, share_falls(), share_above_half(), share_below_small()),
        (
            *(slope_square, slope_square_falls()),
            *(slope_square_above_half(), slope_square_below_small()),
        ),
    )
    rising, rise, limits, ways = [], [], [], []
    for moment, falling, above, below in moments:
        rising.append(larger_gain(moment(TAU), moment()))
        positive_at = [square_is_positive(s) for s in (sigma, TAU)]
        is_positive = [(less(0, moment(s)), positive()) for s in (TAU, sigma)]
        rise.append(gain_is_larger(moment(TAU), moment(), *positive_at, *is_positive, falling))
        for end, side, value, bound in ((S.Zero, "+", SMALL, 1), (oo, "", S.Half, 0)):
            limits.append(limit(gain(moment()), sigma, end, gain(value), side))
            ways.append(gain_tends(moment(), above, below, sqrt(value), bound))
    increase = for_all(sigma, TAU, implies(less(sigma, TAU), both(*rising)))
    proof = lemmas(CONVEX_GAIN, intro(parts(intro(parts(*rise)), *ways)))
    return Statement(for_all(alpha, both(increase, *limits)), proof)


HE = "He, Zhang, Ren, Sun, ICCV 2015, section 2.2"
EVERY = sigma, alpha

CLAIMS = (
    Claim(
        "initialization.gains",
        "At mu = 0, sigma = 1, alpha = 1 the squared gains are 1.550518808067... for the second"
        " moment, 1.615042992693... for the variance and 1.496777435435... for the gradient.",
        Statement(digits(), auto()),
        HE + ", for ELU",
        neighbours={
            "The last decimals are one larger.": refuted(digits(1)),
            "The first is 1 % larger.": refuted(
                between(STANDARD_GAINS["second_moment"][0], "1.5583", "1.5738")
            ),
            "The first is 1 % smaller.": refuted(
                between(STANDARD_GAINS["second_moment"][0], "1.5273", "1.5428")
            ),
        },
    ),
    Claim(
        "initialization.rules_agree_for_leaky_relu",
        "For ReLU and every leaky ReLU at mu = 0 the gain that preserves the second moment also"
        " preserves the gradient, from every sigma: both are sqrt(2/(1 + slope^2)).",
        kept_by_leaky_relu(),
        HE,
        neighbours={
            "The squared gain of ReLU is 2/1.01.": refuted(
                for_all(sigma, equal(1 / _moments(Relu(x))[0], 2 / PERCENT_MORE))
            ),
            "It also preserves the variance.": refuted(
                for_all(
                    *(sigma, slope),
                    equal(gain(_moments(LEAKY)[0]), gain(variance_of(LEAKY) / sigma**2)),
                )
            ),
            "The same at every mu.": refuted(
                for_all(mu, sigma, slope, equal(*map(gain, _moments(LEAKY, mu))))
            ),
        },
    ),
    Claim(
        "initialization.rules_agree",
        "For ELU at mu = 0 the gain that preserves the second moment also preserves the gradient:"
        " they are the same rule.",
        refuted(for_all(*EVERY, equal(gain(share()), gain(slope_square())))),
        "true for ReLU and repeated for ELU",
        expected=Verdict.REFUTED,
        neighbours={
            "They are the same rule at sigma = 1 and alpha = 1, to 1 %.": refuted(
                between(share(S.One, S.One) / slope_square(S.One, S.One), "0.99", "1.01")
            ),
            "The rules for the second moment and for the variance are the same.": refuted(
                for_all(mu, *EVERY, equal(gain(share(mean=mu)), gain(VARIANCE_SHARE)))
            ),
        },
    ),
    Claim(
        "initialization.variance_gain_is_largest",
        "At every mu, sigma and alpha the gain that preserves the variance is at least as large as"
        " the one that preserves the second moment, and as the one that preserves the gradient.",
        variance_gain_is_largest(),
        "Poincare's inequality for the normal law",
        neighbours={
            "It is 1 % larger than the latter, squared.": refuted(
                for_all(
                    *(mu, *EVERY),
                    at_most(PERCENT_MORE / slope_square(mean=mu), 1 / VARIANCE_SHARE),
                ),
                counterexample(mu=10, sigma=1, alpha=1),
            )
        },
    ),
    Claim(
        "initialization.agree_at_centering_alpha",
        "The rules for the second moment and for the variance agree if and only if the mean of"
        " f(X) is 0: at alpha = E X_+/E (1 - e^X)_+ alone, the alpha of SELU at N(0, 1).",
        Statement(*agree_at_centering_alpha()),
        "their difference is the square of the mean",
        neighbours={
            "At an alpha that is 1 % larger.": refuted(
                agree_only_at(PERCENT_MORE),
                agree_at_selu_alpha(),
            )
        },
    ),
    Claim(
        "initialization.decreases_with_alpha",
        "The larger alpha, the smaller the gains that preserve the second moment and the gradient,"
        " at every mu and sigma.",
        Statement(decrease_with_alpha(), moments_grow_with_alpha()),
        "f^2 and f'^2 increase with alpha at every x < 0",
        neighbours={"They grow with alpha.": refuted(decrease_with_alpha(is_larger=True))},
    ),
    Claim(
        "initialization.small_alpha",
        "As alpha -> 0 the gains at mu = 0 tend to those of ReLU, from every sigma: sqrt(2),"
        " sqrt(2*pi/(pi - 1)) and sqrt(2).",
        small_alpha(),
        "ELU tends to ReLU",
        neighbours={
            "The second moment tends to 0.505*sigma^2.": refuted(
                tends_to(share(), PERCENT_MORE / 2), elsewhere(S.Half)
            ),
            "The gain for the variance tends to sqrt(2) too.": refuted(
                tends_to(CENTRED_SHARE, S.Half), elsewhere(RELU_VARIANCE)
            ),
        },
    ),
    Claim(
        "initialization.exceeds_one",
        "For alpha <= 1 the gain that preserves the second moment exceeds 1 at mu = 0, for every"
        " sigma: with the variance 1/fan of LeCun the signal decays, E f^2 < sigma^2.",
        Statement(
            for_all(
                *EVERY,
                implies(at_most(alpha, 1), both(less(1, gain(share())), less(square(), sigma**2))),
            ),
            above_one(),
        ),
        "LeCun, Bottou, Orr, Mueller 1998; Glorot, Bengio 2010, for layers of equal width",
        neighbours={
            "The gain exceeds 1 for every alpha.": refuted(for_all(*EVERY, less(1, gain(share())))),
            "It exceeds 1/alpha.": refuted(
                for_all(*EVERY, implies(at_most(alpha, 1), less(1 / alpha, gain(share()))))
            ),
            "It exceeds sqrt(1.01) at alpha = 1.": refuted(
                for_all(sigma, less(sqrt(PERCENT_MORE), gain(share(height=S.One)))),
                counterexample(sigma=Rational(1, 100)),
            ),
        },
    ),
    Claim(
        "initialization.increases_with_sigma",
        "At mu = 0 the gains that preserve the second moment and the gradient increase with sigma,"
        " for every alpha, both from sqrt(2/(1 + alpha^2)) for small sigma to sqrt(2) for large.",
        increase_with_sigma(),
        "0 < x*f'(x)/f(x) < 1 and f' increases on the left",
        neighbours={
            "The second moment itself decreases.": refuted(
                for_all(alpha, sigma, TAU, implies(less(sigma, TAU), less(square(TAU), square())))
            ),
            "The first squared gain is below 1.98.": refuted(
                for_all(*EVERY, less(1 / share(), Rational("1.98"))),
                counterexample(sigma=100, alpha=1),
            ),
            "It is above 2.02/(1 + alpha^2).": refuted(
                for_all(*EVERY, less(PERCENT_MORE / SMALL, 1 / share())),
                counterexample(sigma=Rational(1, 1000), alpha=1),
            ),
        },
    ),
)
