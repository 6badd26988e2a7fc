"""Initialization: what the gains of ELU are, which of them agree, and what libraries use.

With weights of variance gain^2/fan a layer keeps the second moment of the pre-activation for
gain^2 = sigma^2/E f^2, its variance about the mean of f for sigma^2/Var f, and the mean squared
gradient for 1/E f'^2. That the first is stable, and for which inputs, is said in
:mod:`elu_sym.claims.chapters.moments.variance_rule`.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Heaviside, Interval, Rational, S, Symbol, diff, exp, oo, pi

from elu_sym.activations import Elu, LeakyRelu, Relu, ReluDerivative
from elu_sym.book.formula import Formula, elu, leaky_relu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, centering_alpha, loss_is_put
from elu_sym.claims.chapters.moments import variance_rule
from elu_sym.claims.chapters.moments.variance_rule import ELU, slope_square, square
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.elementary import AT_MOST_ONE, Equality, NonNegative, RunsThrough
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean, SignChange
from elu_sym.claims.rules.variance_bounds import GaussianPoincare, VarianceOf
from elu_sym.symbols import alpha, mu, sigma, slack, slope, x

LEFT = Heaviside(-x)

Point = tuple[tuple[Symbol, Rational], ...]

STANDARD: Point = ((alpha, S.One), (sigma, S.One))

DIGITS = Rational(1, 10**12)
"""The width of the intervals that hold the standard gains."""

PERCENT_MORE = Rational(101, 100)

CRITICAL = 2 / (1 + alpha**2)
"""The weight variance from which on variances near 0 grow, a squared gain."""


def centered(formula: Formula) -> Expr:
    """A closed form at mu = 0."""
    return formula.closed_form.subs(mu, 0)


def mean_at_zero(value: Expr, integrand: Expr) -> PositiveGaussianMean:
    """A closed form at N(0, sigma^2) is positive."""
    return PositiveGaussianMean(value, integrand, S.Zero)


def between(value: Expr, low: str, high: str, point: Point = STANDARD) -> Between:
    """A value at a point, sigma = alpha = 1, lies between two decimal fractions."""
    return Between(value, Rational(low), Rational(high), point)


def share() -> Expr:
    """E f^2/sigma^2, the inverse of the squared gain."""
    return square() / sigma**2


def standard_gains() -> dict[str, tuple[Expr, Rational]]:
    """The squared gains at mu = 0, and their values at sigma = alpha = 1 cut after 12 decimals."""
    return {
        "second_moment": (1 / share(), Rational("1.550518808067")),
        "variance": (sigma**2 / centered(elu.variance), Rational("1.615042992693")),
        "gradient": (1 / slope_square(), Rational("1.496777435435")),
    }


def values(shift: Rational = S.Zero) -> Iterator[Assertion]:
    """An enclosure of each, moved by a multiple of the last decimal."""
    for gain_squared, value in standard_gains().values():
        lower = value + shift * DIGITS
        yield Between(gain_squared, lower, lower + DIGITS, STANDARD)


def agree_for_homogeneous() -> Iterator[Assertion]:
    """Both are 2/(1 + slope^2), whatever sigma is."""
    at_zero = centered(leaky_relu.second_moment)
    yield GaussianMean(LeakyRelu(x, slope) ** 2, (1 + slope**2) * sigma**2 / 2, S.Zero)
    yield Equality(at_zero, (1 + slope**2) * sigma**2 / 2)
    yield Equality(at_zero / sigma**2, centered(leaky_relu.derivative_second_moment))
    yield GaussianMean(Relu(x) ** 2 / sigma**2, S.Half, S.Zero)
    yield GaussianMean(ReluDerivative(x) ** 2, S.Half, S.Zero)


def squared_mean() -> VarianceOf:
    """Var f = E f^2 - (E f)^2."""
    return VarianceOf(ELU, elu.mean.closed_form, elu.second_moment.closed_form)


def variance_rule_is_largest(factor: Rational = S.One) -> Iterator[Assertion]:
    """Var f <= E f^2, and Poincare's inequality."""
    yield squared_mean()
    moments = (elu.mean, elu.variance, elu.derivative_mean)
    mean, variance, slope_mean = (each.closed_form for each in moments)
    slopes = elu.derivative_second_moment.closed_form * factor
    yield GaussianPoincare(ELU, mean, variance, slope_mean, slopes)


def agree_at_centering_alpha(factor: Rational = S.One) -> Iterator[Assertion]:
    """The difference of the moments is the squared mean, which vanishes at one alpha."""
    yield squared_mean()
    yield from loss_is_put()
    yield SignChange(elu.mean.closed_form, alpha, centering_alpha() * factor, LOSS)


def moments_grow_with_alpha(sign: int = 1) -> Iterator[Assertion]:
    """Both moments increase, at every x < 0."""
    for formula, integrand in (
        (elu.second_moment, 2 * ELU * LEFT * (exp(x) - 1)),
        (elu.derivative_second_moment, 2 * alpha * LEFT * exp(2 * x)),
    ):
        yield PositiveGaussianMean(sign * diff(formula.closed_form, alpha), sign * integrand)


def small_alpha() -> Iterator[Assertion]:
    """The moments tend to those of ReLU."""
    yield GaussianLimit(share(), alpha, S.Zero, S.Half)
    yield GaussianLimit(slope_square(), alpha, S.Zero, S.Half)
    yield GaussianLimit(centered(elu.variance) / sigma**2, alpha, S.Zero, (1 - 1 / pi) / 2)


def below_sqrt_2(factor: Rational = S.One) -> Assertion:
    """The gain is below sqrt(2) times the root of a factor."""
    return mean_at_zero(square() - sigma**2 / (2 * factor), LEFT * ELU**2)


def above_small_sigma(factor: Rational = S.One) -> Assertion:
    """The squared gain is above 2/(1 + alpha^2) times a factor."""
    return mean_at_zero(
        sigma**2 / (factor * CRITICAL) - square(), LEFT * (alpha * x - ELU) * (alpha * x + ELU)
    )


def exceeds_one() -> Iterator[Assertion]:
    """2/(1 + alpha^2) is at least 1."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    yield above_small_sigma()
    yield NonNegative((1 - 1 / CRITICAL).xreplace({alpha: AT_MOST_ONE}))


def share_falls() -> Iterator[Assertion]:
    """E f^2/sigma^2 falls strictly, from (1 + alpha^2)/2 to 1/2."""
    yield variance_rule.share_decreases()
    yield from has_the_limits(share())


def slope_square_falls() -> Iterator[Assertion]:
    """E f'^2 does it as well."""
    yield slopes_fall()
    yield from has_the_limits(slope_square())


def slopes_fall(sign: int = 1) -> PositiveGaussianMean:
    """E f'^2 decreases with sigma."""
    integrand = -2 * alpha**2 * LEFT * x * exp(2 * x)
    return mean_at_zero(-sign * sigma * diff(slope_square(), sigma), sign * integrand)


def has_the_limits(moment: Expr) -> Iterator[GaussianLimit]:
    """A moment is that of the leaky ReLU of slope alpha for small sigma, for large that of ReLU."""
    yield GaussianLimit(moment, sigma, S.Zero, 1 / CRITICAL)
    yield GaussianLimit(moment, sigma, oo, S.Half)


HE = "He, Zhang, Ren, Sun, ICCV 2015, section 2.2"

at_every_law = partial(Claim, assumptions=(mu, sigma, alpha))
at_zero_mean = partial(Claim, assumptions=(sigma, alpha))

CLAIMS = (
    Claim(
        "initialization.gains",
        "At mu = 0, sigma = 1, alpha = 1 the squared gains are 1.550518808067... for the second"
        " moment, 1.615042992693... for the variance and 1.496777435435... for the gradient.",
        values,
        HE + ", for ELU",
        r"\frac{1}{\mathbb{E} f(Z)^2} = 1.5505\ldots,\;"
        r" \frac{1}{\operatorname{Var} f(Z)} = 1.6150\ldots,\;"
        r" \frac{1}{\mathbb{E} f'(Z)^2} = 1.4967\ldots",
        (mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        neighbours={
            "The last decimals are one larger.": lambda: values(S.One),
            "The first is 1 % larger.": lambda: between(1 / share(), "1.5583", "1.5738"),
            "The first is 1 % smaller.": lambda: between(1 / share(), "1.5273", "1.5428"),
        },
    ),
    Claim(
        "initialization.rules_agree_for_leaky_relu",
        "For ReLU and every leaky ReLU at mu = 0 the gain that preserves the second moment also"
        " preserves the gradient, from every sigma: both are sqrt(2/(1 + slope^2)).",
        agree_for_homogeneous,
        HE,
        r"\frac{\mathbb{E} g(\sigma Z)^2}{\sigma^2} = \mathbb{E} g'(\sigma Z)^2",
        (sigma, slope),
        neighbours={
            "The squared gain of ReLU is 2/1.01.": lambda: Equality(
                centered(relu.second_moment), PERCENT_MORE * sigma**2 / 2
            ),
            "It also preserves the variance.": lambda: Equality(
                centered(leaky_relu.variance), centered(leaky_relu.second_moment)
            ),
            "The same at every mu.": lambda: Equality(
                leaky_relu.second_moment.closed_form / sigma**2,
                leaky_relu.derivative_second_moment.closed_form,
            ),
        },
    ),
    at_zero_mean(
        "initialization.rules_agree",
        "For ELU at mu = 0 the gain that preserves the second moment also preserves the gradient:"
        " they are the same rule.",
        lambda: Equality(share(), slope_square()),
        "true for ReLU and repeated for ELU",
        expected=Verdict.REFUTED,
        neighbours={
            "They are the same rule at sigma = 1 and alpha = 1, to 1 %.": lambda: between(
                square() / slope_square(), "0.99", "1.01"
            ),
            "The rules for the second moment and for the variance are the same.": lambda: Equality(
                elu.second_moment.closed_form, elu.variance.closed_form
            ),
        },
    ),
    at_every_law(
        "initialization.variance_gain_is_largest",
        "At every mu, sigma and alpha the gain that preserves the variance is at least as large as"
        " the one that preserves the second moment, and as the one that preserves the gradient.",
        variance_rule_is_largest,
        "Poincare's inequality for the normal law",
        r"\operatorname{Var} f(X) \le \mathbb{E} f(X)^2,\;"
        r" \operatorname{Var} f(X) \le \sigma^2\, \mathbb{E} f'(X)^2",
        conclusion="a gain falls as its moment grows; Var f <= E f^2 because the difference is a"
        " square",
        neighbours={
            "It is 1 % larger than the latter, squared.": lambda: variance_rule_is_largest(
                Rational(99, 100)
            )
        },
    ),
    at_every_law(
        "initialization.agree_at_centering_alpha",
        "The rules for the second moment and for the variance agree if and only if the mean of"
        " f(X) is 0: at alpha = E X_+/E (1 - e^X)_+ alone, the alpha of SELU at N(0, 1).",
        agree_at_centering_alpha,
        "their difference is the square of the mean",
        r"\mathbb{E} f(X)^2 = \operatorname{Var} f(X) \iff"
        r" \alpha = \frac{\mathbb{E} X_+}{\mathbb{E} (1 - e^X)_+}",
        conclusion="the difference of the moments is the squared mean, which is 0 where the mean"
        " is",
        neighbours={
            "At an alpha that is 1 % larger.": lambda: agree_at_centering_alpha(PERCENT_MORE)
        },
    ),
    at_every_law(
        "initialization.decreases_with_alpha",
        "The larger alpha, the smaller the gains that preserve the second moment and the gradient,"
        " at every mu and sigma.",
        moments_grow_with_alpha,
        "f^2 and f'^2 increase with alpha at every x < 0",
        r"\frac{\partial}{\partial\alpha} \mathbb{E} f(X)^2 > 0,\;"
        r" \frac{\partial}{\partial\alpha} \mathbb{E} f'(X)^2 > 0",
        conclusion="a gain falls as its moment grows",
        neighbours={"They grow with alpha.": lambda: moments_grow_with_alpha(-1)},
    ),
    at_zero_mean(
        "initialization.small_alpha",
        "As alpha -> 0 the gains at mu = 0 tend to those of ReLU, from every sigma: sqrt(2),"
        " sqrt(2*pi/(pi - 1)) and sqrt(2).",
        small_alpha,
        "ELU tends to ReLU",
        r"\frac{\mathbb{E} f^2}{\sigma^2} \to \frac{1}{2},\;"
        r" \frac{\operatorname{Var} f}{\sigma^2} \to \frac{\pi - 1}{2\pi},\;"
        r" \mathbb{E} f'^2 \to \frac{1}{2}",
        conclusion="a gain is a continuous function of its moment",
        neighbours={
            "The second moment tends to 0.505*sigma^2.": lambda: GaussianLimit(
                share(), alpha, S.Zero, PERCENT_MORE / 2
            ),
            "The gain for the variance tends to sqrt(2) too.": lambda: GaussianLimit(
                centered(elu.variance) / sigma**2, alpha, S.Zero, S.Half
            ),
        },
    ),
    Claim(
        "initialization.exceeds_one",
        "For alpha <= 1 the gain that preserves the second moment exceeds 1 at mu = 0, for every"
        " sigma: with the variance 1/fan of LeCun the signal decays.",
        exceeds_one,
        "LeCun, Bottou, Orr, Mueller 1998; Glorot, Bengio 2010, for layers of equal width",
        r"\alpha \le 1 \implies \mathbb{E} f(\sigma Z)^2 < \sigma^2",
        (sigma, "alpha <= 1"),
        conclusion="E f^2 < sigma^2*(1 + alpha^2)/2 <= sigma^2",
        neighbours={
            "The gain exceeds 1 for every alpha.": lambda: mean_at_zero(
                sigma**2 - square(), LEFT * (x - ELU) * (x + ELU)
            ),
            "It exceeds 1/alpha.": lambda: mean_at_zero(
                alpha**2 * sigma**2 - square(), alpha**2 * x**2
            ),
            "It exceeds sqrt(1.01) at alpha = 1.": lambda: mean_at_zero(
                sigma**2 / PERCENT_MORE - square().xreplace({alpha: S.One}),
                LEFT * (x**2 - Elu(x, S.One) ** 2),
            ),
        },
    ),
    at_zero_mean(
        "initialization.increases_with_sigma",
        "At mu = 0 the gains that preserve the second moment and the gradient increase with sigma,"
        " for every alpha, both from sqrt(2/(1 + alpha^2)) for small sigma to sqrt(2) for large.",
        lambda: [*share_falls(), *slope_square_falls()],
        "0 < x*f'(x)/f(x) < 1 and f' increases on the left",
        r"\frac{d}{d\sigma} \frac{\mathbb{E} f(\sigma Z)^2}{\sigma^2} < 0,\;"
        r" \frac{d}{d\sigma} \mathbb{E} f'(\sigma Z)^2 < 0",
        conclusion="a gain falls as its moment grows; mean value theorem",
        neighbours={
            "The second moment itself decreases.": lambda: mean_at_zero(
                -diff(square(), sigma) * sigma, -2 * x * ELU * variance_rule.DERIVATIVE
            ),
            "The first squared gain is below 1.98.": lambda: below_sqrt_2(S(99) / 100),
            "It is above 2.02/(1 + alpha^2).": lambda: above_small_sigma(PERCENT_MORE),
        },
    ),
)
