"""Mean field theory of deep ELU networks: which variances are kept, and what that costs.

With q = sigma^2 the pre-activation variance of a layer, w and b the variances of its weights, times
fan_in, and of its biases, the next layer has the variance w*E f(sigma Z)^2 + b, and squared
gradients are multiplied by w*E f'(sigma Z)^2. Independent weights and infinite width are hypotheses
of every claim; about the functions of sigma that come out, nothing is assumed.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Heaviside, Rational, S, Symbol, diff, exp, oo

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.initialization import exact_gains
from elu_sym.claims.chapters.initialization.exact_gains import LEFT, PERCENT_MORE, mean_at_zero
from elu_sym.claims.chapters.moments import variance_rule
from elu_sym.claims.chapters.moments.variance_rule import ELU, slope_square, square
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Positive, UniqueSolution
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.symbols import alpha, excess, sigma, slack, x

BIAS = Symbol("b", positive=True)
"""The variance of the biases."""

SETTING = "independent weights and biases of mean 0, infinite width"


def by_variance(expression: Expr) -> Expr:
    """The derivative in q = sigma^2."""
    return diff(expression, sigma) / (2 * sigma)


def slope_is(curvature: Expr) -> GaussianMean:
    """The slope of the variance map is E[f'^2 + f*f''], with a curvature f''."""
    return GaussianMean(
        variance_rule.DERIVATIVE**2 + ELU * curvature, by_variance(square()), S.Zero
    )


def fixed_point_with_bias() -> Iterator[Assertion]:
    """(w E f^2 + b)/q falls strictly from oo to w/2."""
    below_two = 2 / (1 + excess)  # runs through (0, 2)
    yield variance_rule.share_decreases()
    yield EventuallyNegative(sigma**2 - below_two * square() - BIAS, sigma, S.Zero, -BIAS)
    yield large_variances_shrink(below_two, -excess / (1 + excess))


def large_variances_shrink(weights: Expr, limit: Expr) -> EventuallyNegative:
    """The variance map lies below the identity from some variance on."""
    return EventuallyNegative((weights * square() + BIAS) / sigma**2 - 1, sigma, oo, limit)


def no_fixed_point() -> Iterator[Assertion]:
    """E f^2 lies strictly between q/2 and q*(1 + alpha^2)/2."""
    yield exact_gains.below_sqrt_2()
    yield large_weights(2 + slack)
    yield exact_gains.above_small_sigma()
    yield mean_at_zero(square(), ELU**2)


def large_weights(weights: Expr) -> PositiveGaussianMean:
    """Every variance grows."""
    return mean_at_zero(
        weights * square() + BIAS - sigma**2, weights * ELU**2 + BIAS - 2 * x**2 * Heaviside(x)
    )


def fixed_point_stable() -> Iterator[Assertion]:
    """At a fixed point w = (q - b)/E f^2, and q*m' < m."""
    yield variance_rule.share_decreases()
    yield mean_at_zero(sigma**2 * by_variance(square()), x * ELU * variance_rule.DERIVATIVE)


def gap() -> Expr:
    """The excess of q E f'^2 over E f^2."""
    return sigma**2 * slope_square() - square()


def gap_positive() -> PositiveGaussianMean:
    """By Stein's identity q E[e^{2X}; X < 0] is E[X*(e^{2X} - 1)/2; X < 0]."""
    return mean_at_zero(gap(), LEFT * stein(x))


def stein(argument: Expr) -> Expr:
    """What is left of the gap by Stein's identity, at a negative argument."""
    rise = 1 - exp(argument)
    return alpha**2 * rise * (-argument * (1 + exp(argument)) / 2 - rise)


def price() -> Expr:
    """The factor chi of squared gradients under weights that preserve q = sigma^2."""
    return sigma**2 * slope_square() / square()


def map_slope() -> Expr:
    """The slope chi_q of the variance map under the same weights."""
    return sigma**2 * by_variance(square()) / square()


def gradients_grow() -> Iterator[Assertion]:
    """What chi exceeds 1 by is the gap, divided by E f^2."""
    yield gap_positive()
    yield Equality((price() - 1) * square(), gap())
    yield exact_gains.between(price(), "1.0355", "1.0363")
    yield exact_gains.between(map_slope(), "0.8905", "0.8914")


WEIGHTS, ANY_BIAS = Symbol("w", positive=True), Symbol("b", real=True)
MOMENT, SLOPES = Symbol("m", positive=True), Symbol("s", positive=True)
"""E f^2 and E f'^2."""

EDGE = (1 / SLOPES, sigma**2 - MOMENT / SLOPES)
"""The variances of weights and biases of the edge through q = sigma^2."""


def edge() -> tuple[Expr, ...]:
    """The same in closed form."""
    moments = {MOMENT: square(), SLOPES: slope_square()}
    return tuple(form.xreplace(moments) for form in EDGE)


def curvature() -> Expr:
    """E f'^2 - d/dq E f^2 + q d/dq E f'^2."""
    return slope_square() - by_variance(square()) + sigma**2 * by_variance(slope_square())


def edge_unique() -> Iterator[Assertion]:
    """b(q) = q - E f^2/E f'^2 grows strictly from 0 to oo, and w(q) = 1/E f'^2 with it."""
    weights, biases = edge()
    # With m and s for E f^2 and E f'^2, chi = w*s = 1 and w*m + b = q.
    equations = (WEIGHTS * SLOPES - 1, WEIGHTS * MOMENT + ANY_BIAS - sigma**2)
    yield UniqueSolution(equations, (WEIGHTS, ANY_BIAS), EDGE)
    yield gap_positive()
    # The two parts of the derivative of b: each is positive.
    parts = slope_square() * curvature() - gap() * by_variance(slope_square())
    yield Equality(by_variance(biases) * slope_square() ** 2, parts)
    yield mean_at_zero(curvature(), alpha**2 * LEFT * exp(2 * x) * (exp(-x) - 1 + x))
    yield from exact_gains.slope_square_falls()
    yield GaussianLimit(gap(), sigma, S.Zero, S.Zero)
    yield GaussianLimit(gap(), sigma, oo, oo)
    yield exact_gains.between(weights, "1.4967", "1.4969")
    yield exact_gains.between(biases, "0.03465", "0.03467")


def he_grows() -> Iterator[Assertion]:
    """2 E f^2 - q lies strictly between 0 and alpha^2."""
    yield exact_gains.below_sqrt_2()
    yield he_adds_less(alpha**2, 2 * LEFT * (alpha**2 - ELU**2))
    yield GaussianLimit(2 * square() - sigma**2, sigma, oo, alpha**2)
    yield exact_gains.between(2 * square(), "1.28989", "1.28990")


def he_adds_less(most: Expr, integrand: Expr) -> PositiveGaussianMean:
    """The variance grows by less than this."""
    return mean_at_zero(most - 2 * square() + sigma**2, integrand)


SCHOENHOLZ = "Schoenholz, Gilmer, Ganguli, Sohl-Dickstein, ICLR 2017, sections 2 and 3"
DERIVED = "derived from the definition of ELU"

in_general = partial(Claim, assumptions=(alpha, sigma, SETTING))
without_biases = partial(Claim, assumptions=(alpha, sigma, "b = 0", SETTING))

CLAIMS = (
    in_general(
        "meanfield.variance_slope",
        "The slope of the variance map is chi_q = w*E[f'(X)^2 + f(X)*f''(X)], X ~ N(0, q), the"
        " atom of f'' at the kink included, whose weight f(0)*(1 - alpha) is 0.",
        # The second derivative of f^2/2, with its atom, and without.
        lambda: [slope_is(ELU.diff(x, 2)), slope_is(LEFT * alpha * exp(x))],
        "Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli, NeurIPS 2016, section 2",
        r"\frac{d}{dq} \mathbb{E} f(\sqrt{q} Z)^2 ="
        r" \mathbb{E}\left[f'(X)^2 + f(X) f''(X)\right],\; X \sim N(0, q)",
        neighbours={
            "It is w*E f'(X)^2, the factor of squared gradients.": lambda: slope_is(S.Zero),
            "The term f*f'' is 1 % larger.": lambda: slope_is(PERCENT_MORE * LEFT * alpha * exp(x)),
        },
    ),
    Claim(
        "meanfield.fixed_point_with_bias",
        "With biases of any variance b > 0 and weights of variance w < 2 the variance map has"
        " exactly one fixed point, for every alpha: (w*E f^2 + b)/q decreases strictly, is above 1"
        " near q = 0 and below 1 for large q.",
        fixed_point_with_bias,
        DERIVED,
        r"w < 2,\; b > 0 \implies \exists!\, q > 0: q = w\, \mathbb{E} f(\sqrt{q} Z)^2 + b",
        (alpha, sigma, excess, BIAS, "w = 2/(1 + t)", SETTING),
        conclusion="a continuous quotient that falls from above 1 to below 1 is 1 once",
        neighbours={
            "At w = 2.02 large variances shrink, too.": lambda: large_variances_shrink(
                2 * PERCENT_MORE, PERCENT_MORE - 1
            ),
            "E f^2/q increases.": lambda: Positive(diff(exact_gains.share(), sigma)),
        },
    ),
    without_biases(
        "meanfield.fixed_point_without_bias",
        "Without biases E f^2/q decreases strictly from (1 + alpha^2)/2 at q -> 0 to 1/2 at q ->"
        " oo, so there is exactly one fixed point for 2/(1 + alpha^2) < w < 2.",
        exact_gains.share_falls,
        DERIVED,
        r"\frac{2}{1 + \alpha^2} < w < 2 \implies"
        r" \exists!\, q > 0: q = w\, \mathbb{E} f(\sqrt{q} Z)^2",
        conclusion="a continuous quotient that falls strictly takes each value between its limits"
        " once",
        neighbours={
            "For every alpha the share near q = 0 is 1, as it is at alpha = 1.": lambda: (
                GaussianLimit(exact_gains.share(), sigma, S.Zero, S.One)
            ),
            "The share of large variances is 1 % larger.": lambda: GaussianLimit(
                exact_gains.share(), sigma, oo, PERCENT_MORE / 2
            ),
        },
    ),
    Claim(
        "meanfield.no_fixed_point",
        "There is none for w >= 2, where every variance grows, with biases or without; nor without"
        " biases for w <= 2/(1 + alpha^2), where every variance decays: q/2 < E f^2 <"
        " q*(1 + alpha^2)/2.",
        no_fixed_point,
        DERIVED,
        r"\frac{q}{2} < \mathbb{E} f(\sqrt{q} Z)^2 < \frac{1 + \alpha^2}{2}\, q",
        (alpha, sigma, slack, BIAS, "w = 2 + s", SETTING),
        conclusion="a map that lies above the identity, or below it, has no fixed point",
        neighbours={
            "Every variance grows for w = 1.98, too.": lambda: large_weights(Rational("1.98")),
            "Every variance decays without biases at a w that is 1 % larger.": lambda: (
                exact_gains.above_small_sigma(PERCENT_MORE)
            ),
        },
    ),
    Claim(
        "meanfield.fixed_point_stable",
        "A fixed point of the variance map, with biases or without, has a slope 0 < chi_q < 1, for"
        " every alpha: it is stable, and approached from one side.",
        fixed_point_stable,
        DERIVED,
        r"q = w\, \mathbb{E} f^2 + b \implies 0 < \chi_q < 1",
        (alpha, sigma, "b >= 0", SETTING),
        conclusion="at a fixed point w = (q - b)/E f^2, so that 0 < chi_q <= q*m'/m < 1; an"
        " increasing map with such a slope attracts from one side",
        neighbours={
            "The slope is less than 0.99 at every fixed point.": lambda: (
                variance_rule.share_decreases(Rational("0.99"))
            )
        },
    ),
    without_biases(
        "meanfield.gradients_grow",
        "Without biases weights that preserve the pre-activation variance q make squared gradients"
        " grow, for every alpha and every q: chi = q*E f'(X)^2/E f(X)^2 > 1. At alpha = 1 and q = 1"
        " chi = 1.0359, by 3.6 % a layer, where chi_q = 0.891.",
        gradients_grow,
        "Stein's identity, and tanh(r/2) < r/2",
        r"q\, \mathbb{E} f'(X)^2 > \mathbb{E} f(X)^2,\; X \sim N(0, q);\quad"
        r" \chi_q \approx 0.891 < 1 < \chi \approx 1.0359",
        conclusion="chi - 1 is the gap divided by E f^2 > 0",
        neighbours={
            "chi > 1.01 for every alpha and q.": lambda: mean_at_zero(
                gap() - square() / 100, LEFT * stein(x) - ELU**2 / 100
            ),
            "Squared gradients shrink.": lambda: mean_at_zero(-gap(), LEFT * (1 - exp(x))),
            "At alpha = 1 and q = 1 they grow by 4.6 %.": lambda: exact_gains.between(
                price(), "1.0455", "1.0465"
            ),
            "There the slope of the variance map is 0.9, 1 % larger.": lambda: exact_gains.between(
                map_slope(), "0.8995", "0.9005"
            ),
        },
    ),
    in_general(
        "meanfield.edge_unique",
        "For every alpha and every bias variance b > 0 exactly one weight variance is on the edge"
        " of chaos, chi = 1 at the fixed point: w = 1/E f'^2 with b = q - E f^2/E f'^2, a function"
        " of q that grows strictly from 0 to oo, while w grows from 2/(1 + alpha^2) to 2. At alpha"
        " = 1 and q = 1 these are 1.4968 and 0.03466.",
        edge_unique,
        SCHOENHOLZ + "; that it is unique is derived here",
        r"w = \frac{1}{\mathbb{E} f'^2},\; b = q - \frac{\mathbb{E} f^2}{\mathbb{E} f'^2},\;"
        r" \frac{db}{dq} > 0",
        conclusion="b(q) has a positive derivative and the limits 0 and oo, so it takes each value"
        " once; w(q) is 1/E f'^2",
        neighbours={
            "The weight variance on it decreases with q.": lambda: exact_gains.slopes_fall(-1),
            "Its weight variance at small biases is 2/(1 + alpha).": lambda: GaussianLimit(
                slope_square(), sigma, S.Zero, (1 + alpha) / 2
            ),
            "At alpha = 1 and q = 1 the weight variance is 1.512, 1 % larger.": lambda: (
                exact_gains.between(edge()[0], "1.5116", "1.5119")
            ),
            "There the bias variance is 0.035, 1 % larger.": lambda: exact_gains.between(
                edge()[1], "0.0349", "0.0351"
            ),
            "With the weights that preserve the variance without biases chi is 1.": lambda: (
                Equality(price(), S.One)
            ),
        },
    ),
    without_biases(
        "meanfield.he_grows",
        "Under He's rule for ReLU, w = 2, and without biases, every layer of ELU units adds to the"
        " pre-activation variance more than 0 and less than alpha^2, which is the limit for large"
        " variances: it grows linearly with depth, not exponentially. From 1 at alpha = 1 it grows"
        " by 28.99 %.",
        he_grows,
        "He, Zhang, Ren, Sun 2015, section 2.2, used with ELU",
        r"0 < 2\, \mathbb{E} f(\sqrt{q} Z)^2 - q < \alpha^2",
        conclusion="increments between 0 and alpha^2 that tend to alpha^2 as the variance grows"
        " make it grow linearly",
        neighbours={
            "It adds less than 0.99*alpha^2.": lambda: he_adds_less(
                Rational("0.99") * alpha**2, 2 * LEFT * (alpha**2 - ELU**2)
            ),
            "It preserves the second moment.": lambda: Equality(2 * square(), sigma**2),
            "It does so at alpha = 1.": lambda: Equality(
                2 * square().xreplace({alpha: S.One}), sigma**2
            ),
            "It makes it grow by at least 1 % in every layer.": lambda: exact_gains.below_sqrt_2(
                1 / PERCENT_MORE
            ),
        },
    ),
    Claim(
        "meanfield.residual_grows",
        "A residual block x + W f(x) multiplies the variance by more than 1 + w/2, for every w and"
        " alpha; that is the limit for large variances, and 1 + w*(1 + alpha^2)/2 the one for small"
        " ones: no choice of weights keeps it.",
        # The factor is 1 + w*E f^2/q, and w a factor of what is to be shown.
        lambda: [exact_gains.below_sqrt_2(), *exact_gains.share_falls()],
        "Yang, Schoenholz, NeurIPS 2017, for ELU",
        r"q + w\, \mathbb{E} f(\sqrt{q} Z)^2 > \left(1 + \frac{w}{2}\right) q",
        (alpha, sigma, "w > 0", SETTING),
        conclusion="the factor is 1 + w*E f^2/q",
        neighbours={
            "It multiplies it by more than 1 + 0.505*w.": lambda: exact_gains.below_sqrt_2(
                1 / PERCENT_MORE
            )
        },
    ),
)
