"""ELU + 1 as the rate of a Poisson law: for which alpha the rate is positive on average.

A rate f(x) + 1 is the linear link of a large predictor and, for alpha = 1, the exponential link of
a negative one. For alpha > 1 it is negative at the far left.
"""

from collections.abc import Iterator

from sympy import Expr, Interval, Rational, S, diff, exp, oo

from elu_sym.activations import Elu
from elu_sym.book.formula import derivative_mean, mean
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules import elementary
from elu_sym.claims.rules.calculus import PositiveFromKink
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE, Equality, Positive, Side
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.claims.rules.gaussian_means import PositiveGaussianMean
from elu_sym.claims.rules.laws import PositiveMean, on_side
from elu_sym.symbols import alpha, excess, mu, sigma, slack, x

UNIT: Expr = Elu(x, S.One) + 1
"""The rate at alpha = 1."""


def positive_for_every_law(height: Expr) -> Iterator[Assertion]:
    """Positive at every point, for laws with P(X < 0) > 0 and for those on x >= 0."""
    rate: Expr = Elu(x, height) + 1
    yield PositiveMean(rate)
    yield Positive(on_side(rate, Side.RIGHT), Side.RIGHT)
    yield Positive(rate.subs(x, S.Zero))


def mean_rate(height: Expr) -> Expr:
    """E[f(X) + 1] for a floor at -height, from the formula book."""
    return mean.closed_form.xreplace({alpha: height}) + 1


def mean_rate_positive(height: Expr) -> PositiveGaussianMean:
    """The same is positive for every Gaussian law."""
    return PositiveGaussianMean(mean_rate(height), Elu(x, height) + 1)


def positive_on_a_half_line() -> Iterator[Assertion]:
    """It increases strictly in mu, from a negative limit to oo; alpha = 1 + e."""
    slope = derivative_mean.closed_form
    yield elementary.RunsThrough(ABOVE_ONE, excess, Interval.open(1, oo))
    yield Equality(diff(mean_rate(alpha), mu), slope)
    yield PositiveGaussianMean(slope, Elu(x, alpha).diff(x))
    yield EventuallyNegative(mean_rate(ABOVE_ONE), mu, -oo, -excess)
    yield GaussianLimit(mean_rate(ABOVE_ONE), mu, oo, oo)


CLAIMS = (
    Claim(
        "rate.positive_for_small_alpha",
        "For alpha <= 1 the rate f(x) + 1 is positive, and so is E[f(X) + 1] for every"
        " law of X for which it exists.",
        [
            elementary.RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1)),
            *positive_for_every_law(AT_MOST_ONE),
        ],
        "use of ELU + 1 as a positive rate in neural response models",
        latex=r"\alpha \le 1 \implies \mathbb{E}[f(X) + 1] > 0",
        assumptions=(x, slack, "alpha = 1/(1 + s)", "E f(X) exists"),
        conclusion="a law gives x < 0 a positive probability or lies on x >= 0",
        neighbours={
            "The same holds for alpha <= 2.": lambda: positive_for_every_law(2 * AT_MOST_ONE),
            "The same holds for every alpha > 0.": lambda: positive_for_every_law(alpha),
        },
    ),
    Claim(
        "rate.positive_on_a_half_line",
        "For alpha > 1 and any sigma the mu for which E[f(X) + 1] > 0 are a half-line (m,"
        " oo): the mean rate increases strictly and continuously in mu, from 1 - alpha to oo.",
        positive_on_a_half_line,
        "monotonicity of the mean: its derivative is E f'(X) > 0",
        latex=r"\alpha > 1 \implies \exists\,m(\sigma, \alpha)\colon"
        r" \mathbb{E}[f(X) + 1] > 0 \iff \mu > m",
        assumptions=(mu, sigma, alpha, excess, "alpha = 1 + e in the limits"),
        conclusion="a continuous function that increases from a negative limit to oo is positive"
        " on a half-line",
        neighbours={
            "It is the whole line for every alpha.": lambda: mean_rate_positive(alpha),
            "It is the whole line for alpha <= 2.": lambda: mean_rate_positive(2 * AT_MOST_ONE),
            "With 2 in place of 1 it is the whole line for every alpha.": lambda: (
                PositiveGaussianMean(mean_rate(alpha) + 1, Elu(x, alpha) + 2)
            ),
            "The rate saturates: the mean rate has the limit 1 + alpha as mu -> oo.": lambda: (
                GaussianLimit(mean_rate(ABOVE_ONE), mu, oo, 1 + ABOVE_ONE)
            ),
            "The mean rate decreases in mu.": lambda: PositiveGaussianMean(
                -derivative_mean.closed_form, -Elu(x, alpha).diff(x)
            ),
        },
    ),
    Claim(
        "rate.between_links",
        "For alpha = 1 the rate f(x) + 1 is the exponential link e^x for x <= 0 and the"
        " linear link 1 + x for x >= 0, where it lies below the exponential one for x > 0.",
        # The exponential on the left; on the right it lies above its tangent.
        [
            Equality(UNIT, exp(x), Side.LEFT),
            Equality(UNIT, 1 + x, Side.RIGHT),
            PositiveFromKink(exp(x) - UNIT, Side.RIGHT),
            Equality(UNIT, exp(x), at=((x, S.Zero),)),
        ],
        "the canonical link of the Poisson law: McCullagh, Nelder 1989, section 2.2",
        latex=r"f(x) + 1 = e^x \;(x \le 0), \quad f(x) + 1 = 1 + x < e^x \;(x > 0)",
        assumptions=(x, "alpha = 1"),
        neighbours={
            "It is the exponential link on the right too.": Equality(UNIT, exp(x), Side.RIGHT),
            "For alpha = 1.01 it is the exponential link on the left.": Equality(
                Elu(x, Rational(101, 100)) + 1, exp(x), Side.LEFT
            ),
            "It lies above e^x for x > 0.": PositiveFromKink(UNIT - exp(x), Side.RIGHT),
        },
    ),
)
