"""Initialization: what the gains of ELU are, which of them agree, and what libraries use.

With weights of variance gain^2/fan a layer keeps the second moment of the pre-activation for
gain^2 = sigma^2/E f^2, its variance about the mean of f for sigma^2/Var f, and the mean squared
gradient for 1/E f'^2. That the first is stable, and for which inputs, is said in
:mod:`elu_sym.claims.chapters.moments.variance_rule`.
"""

from collections.abc import Iterator

from sympy import Expr, Heaviside, Interval, Rational, S, Symbol, diff, exp, oo, pi

from elu_sym.activations import Elu, LeakyRelu
from elu_sym.book.formula import Formula, elu, leaky_relu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, centering_alpha
from elu_sym.claims.chapters.moments.variance_rule import (
    DERIVATIVE,
    ELU,
    share_decreases,
    slope_square,
    square,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.elementary import AT_MOST_ONE, Equality, NonNegative, RunsThrough
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean, SignChange
from elu_sym.claims.rules.variance_bounds import GaussianPoincare
from elu_sym.symbols import alpha, mu, sigma, slack, slope, x

LEFT = Heaviside(-x)

Point = tuple[tuple[Symbol, Rational], ...]

STANDARD: Point = ((alpha, S.One), (sigma, S.One))

DIGITS = Rational(1, 10**12)
"""The width of the intervals that hold the standard gains."""

PERCENT_MORE = Rational(101, 100)


def centered(formula: Formula) -> Expr:
    """A closed form at mu = 0."""
    return formula.closed_form.subs(mu, 0)


def mean_at_zero(value: Expr, integrand: Expr) -> PositiveGaussianMean:
    """A closed form at N(0, sigma^2) is positive."""
    return PositiveGaussianMean(value, integrand, S.Zero)


def standard_gains() -> dict[str, tuple[Expr, Rational]]:
    """The squared gains at mu = 0, and their values at sigma = alpha = 1 cut after 12 decimals."""
    return {
        "second_moment": (sigma**2 / square(), Rational("1.550518808067")),
        "variance": (sigma**2 / centered(elu.variance), Rational("1.615042992693")),
        "gradient": (1 / slope_square(), Rational("1.496777435435")),
    }


def values(shift: Rational = S.Zero) -> Iterator[Assertion]:
    """An enclosure of each, moved by a multiple of the last decimal."""
    for gain_squared, value in standard_gains().values():
        lower = value + shift * DIGITS
        yield Between(gain_squared, lower, lower + DIGITS, STANDARD)


def first_value_off(percent: int) -> list[Assertion]:
    """Within half a per cent of a value that is so many per cent off."""
    gain_squared, value = standard_gains()["second_moment"]
    moved, half = value * (1 + Rational(percent, 100)), value / 200
    return [Between(gain_squared, moved - half, moved + half, STANDARD)]


def agree_for_homogeneous() -> Iterator[Assertion]:
    """Both are 2/(1 + slope^2), whatever sigma is."""
    at_zero = centered(leaky_relu.second_moment)
    yield GaussianMean(LeakyRelu(x, slope) ** 2, (1 + slope**2) * sigma**2 / 2, S.Zero)
    yield Equality(at_zero, (1 + slope**2) * sigma**2 / 2)
    yield Equality(at_zero / sigma**2, centered(leaky_relu.derivative_second_moment))
    yield Equality(centered(relu.second_moment) / sigma**2, S.Half)
    yield Equality(centered(relu.derivative_second_moment), S.Half)


def squared_mean() -> Equality:
    """Var f = E f^2 - (E f)^2."""
    return Equality(
        elu.second_moment.closed_form - elu.variance.closed_form, elu.mean.closed_form**2
    )


def variance_rule_is_largest(percent: int = 100) -> Iterator[Assertion]:
    """Var f <= E f^2, and Poincare's inequality."""
    yield squared_mean()
    yield GaussianPoincare(
        ELU,
        elu.mean.closed_form,
        elu.variance.closed_form,
        elu.derivative_mean.closed_form,
        elu.derivative_second_moment.closed_form * Rational(percent, 100),
    )


def agree_at_centering_alpha(factor: Rational = S.One) -> Iterator[Assertion]:
    """The difference of the moments is the squared mean, which vanishes at one alpha."""
    yield squared_mean()
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
    yield GaussianLimit(square() / sigma**2, alpha, S.Zero, S.Half)
    yield GaussianLimit(slope_square(), alpha, S.Zero, S.Half)
    yield GaussianLimit(centered(elu.variance) / sigma**2, alpha, S.Zero, (1 - 1 / pi) / 2)


def below_sqrt_2(factor: Rational = S.One) -> Assertion:
    """The gain is below sqrt(2) times the root of a factor."""
    return mean_at_zero(square() - sigma**2 / (2 * factor), LEFT * ELU**2)


def above_small_sigma(factor: Rational = S.One) -> Assertion:
    """The squared gain is above 2/(1 + alpha^2) times a factor."""
    return mean_at_zero(
        (1 + alpha**2) * sigma**2 / (2 * factor) - square(),
        LEFT * (alpha * x - ELU) * (alpha * x + ELU),
    )


def bounds() -> Iterator[Assertion]:
    """The moment lies between those of ReLU and of the leaky ReLU of slope alpha, and tends there.

    Large sigma gives the first, small sigma the second.
    """
    yield below_sqrt_2()
    yield above_small_sigma()
    yield GaussianLimit(square() / sigma**2, sigma, oo, S.Half)
    yield GaussianLimit(square() / sigma**2, sigma, S.Zero, (1 + alpha**2) / 2)


def exceeds_one() -> Iterator[Assertion]:
    """2/(1 + alpha^2) is at least 1."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    yield above_small_sigma()
    yield NonNegative((1 - (1 + alpha**2) / 2).xreplace({alpha: AT_MOST_ONE}))


def increases_with_sigma() -> Iterator[Assertion]:
    """E f^2/sigma^2 and E f'^2 decrease."""
    yield share_decreases()
    yield slope_square_falls()


def slope_square_falls(sign: int = 1) -> PositiveGaussianMean:
    """E f'^2 decreases with sigma."""
    integrand = -2 * alpha**2 * LEFT * x * exp(2 * x)
    return mean_at_zero(-sign * sigma * diff(slope_square(), sigma), sign * integrand)


HE = "He, Zhang, Ren, Sun, ICCV 2015, section 2.2"

CLAIMS = (
    Claim(
        id="initialization.gains",
        statement="At mu = 0, sigma = 1, alpha = 1 the squared gains are 1.550518808067... for the"
        " second moment, 1.615042992693... for the variance and 1.496777435435... for the"
        " gradient.",
        latex=r"\frac{1}{\mathbb{E} f(Z)^2} = 1.5505\ldots,\;"
        r" \frac{1}{\operatorname{Var} f(Z)} = 1.6150\ldots,\;"
        r" \frac{1}{\mathbb{E} f'(Z)^2} = 1.4967\ldots",
        assumptions=(mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        proof=values,
        source=HE + ", for ELU",
        neighbours={
            "The last decimals are one larger.": lambda: values(S.One),
            "The first is 1 % larger.": lambda: first_value_off(1),
            "The first is 1 % smaller.": lambda: first_value_off(-1),
        },
    ),
    Claim(
        id="initialization.rules_agree_for_leaky_relu",
        statement="For ReLU and every leaky ReLU at mu = 0 the gain that preserves the second"
        " moment also preserves the gradient, from every sigma: both are sqrt(2/(1 + slope^2)).",
        latex=r"\frac{\mathbb{E} g(\sigma Z)^2}{\sigma^2} = \mathbb{E} g'(\sigma Z)^2",
        assumptions=(sigma, slope),
        proof=agree_for_homogeneous,
        source=HE,
        neighbours={
            "It also preserves the variance.": lambda: Equality(
                centered(leaky_relu.variance), centered(leaky_relu.second_moment)
            ),
            "The same at every mu.": lambda: Equality(
                leaky_relu.second_moment.closed_form / sigma**2,
                leaky_relu.derivative_second_moment.closed_form,
            ),
        },
    ),
    Claim(
        id="initialization.rules_agree",
        statement="For ELU at mu = 0 the gain that preserves the second moment also preserves the"
        " gradient: they are the same rule.",
        assumptions=(sigma, alpha),
        proof=lambda: [Equality(square() / sigma**2, slope_square())],
        source="true for ReLU and repeated for ELU",
        expected=Verdict.REFUTED,
        neighbours={
            "They are the same rule at sigma = 1 and alpha = 1, to 1 %.": lambda: Between(
                square() / slope_square(), 2 - PERCENT_MORE, PERCENT_MORE, STANDARD
            ),
            "The rules for the second moment and for the variance are the same.": lambda: Equality(
                elu.second_moment.closed_form, elu.variance.closed_form
            ),
        },
    ),
    Claim(
        id="initialization.variance_gain_is_largest",
        statement="At every mu, sigma and alpha the gain that preserves the variance is at least"
        " as large as the one that preserves the second moment, and as the one that preserves the"
        " gradient.",
        latex=r"\operatorname{Var} f(X) \le \mathbb{E} f(X)^2,\;"
        r" \operatorname{Var} f(X) \le \sigma^2\, \mathbb{E} f'(X)^2",
        assumptions=(mu, sigma, alpha),
        proof=variance_rule_is_largest,
        source="Poincare's inequality for the normal law",
        neighbours={
            "It is 1 % larger than the latter, squared.": lambda: variance_rule_is_largest(99)
        },
    ),
    Claim(
        id="initialization.agree_at_centering_alpha",
        statement="The rules for the second moment and for the variance agree if and only if the"
        " mean of f(X) is 0: at alpha = E X_+/E (1 - e^X)_+ alone, the alpha of SELU at N(0, 1).",
        latex=r"\mathbb{E} f(X)^2 = \operatorname{Var} f(X) \iff"
        r" \alpha = \frac{\mathbb{E} X_+}{\mathbb{E} (1 - e^X)_+}",
        assumptions=(mu, sigma, alpha),
        proof=agree_at_centering_alpha,
        source="their difference is the square of the mean",
        neighbours={
            "At an alpha that is 1 % larger.": lambda: agree_at_centering_alpha(PERCENT_MORE)
        },
    ),
    Claim(
        id="initialization.decreases_with_alpha",
        statement="The larger alpha, the smaller the gains that preserve the second moment and the"
        " gradient, at every mu and sigma.",
        latex=r"\frac{\partial}{\partial\alpha} \mathbb{E} f(X)^2 > 0,\;"
        r" \frac{\partial}{\partial\alpha} \mathbb{E} f'(X)^2 > 0",
        assumptions=(mu, sigma, alpha),
        proof=moments_grow_with_alpha,
        source="f^2 and f'^2 increase with alpha at every x < 0",
        neighbours={"They grow with alpha.": lambda: moments_grow_with_alpha(-1)},
    ),
    Claim(
        id="initialization.small_alpha",
        statement="As alpha -> 0 the gains at mu = 0 tend to those of ReLU, from every sigma:"
        " sqrt(2), sqrt(2*pi/(pi - 1)) and sqrt(2).",
        latex=r"\frac{\mathbb{E} f^2}{\sigma^2} \to \frac{1}{2},\;"
        r" \frac{\operatorname{Var} f}{\sigma^2} \to \frac{\pi - 1}{2\pi},\;"
        r" \mathbb{E} f'^2 \to \frac{1}{2}",
        assumptions=(sigma, alpha),
        proof=small_alpha,
        source="ELU tends to ReLU",
        neighbours={
            "The second moment tends to 0.505*sigma^2.": lambda: GaussianLimit(
                square() / sigma**2, alpha, S.Zero, S(101) / 200
            ),
            "The gain for the variance tends to sqrt(2) too.": lambda: GaussianLimit(
                centered(elu.variance) / sigma**2, alpha, S.Zero, S.Half
            ),
        },
    ),
    Claim(
        id="initialization.bounds",
        statement="At mu = 0 the gain that preserves the second moment lies strictly between"
        " sqrt(2/(1 + alpha^2)) and sqrt(2), for every sigma and alpha; it tends to the first"
        " as sigma -> 0 and to the second as sigma -> oo.",
        latex=r"\sqrt{\frac{2}{1 + \alpha^2}} < \frac{\sigma}{\sqrt{\mathbb{E} f^2}} < \sqrt{2}",
        assumptions=(sigma, alpha),
        proof=bounds,
        source="ELU lies between ReLU and the leaky ReLU of slope alpha",
        neighbours={
            "The squared gain is below 1.98.": lambda: below_sqrt_2(S(99) / 100),
            "The squared gain is above 2.02/(1 + alpha^2).": lambda: above_small_sigma(
                PERCENT_MORE
            ),
        },
    ),
    Claim(
        id="initialization.exceeds_one",
        statement="For alpha <= 1 the gain that preserves the second moment exceeds 1 at mu = 0,"
        " for every sigma: with the variance 1/fan of LeCun the signal decays.",
        latex=r"\alpha \le 1 \implies \mathbb{E} f(\sigma Z)^2 < \sigma^2",
        assumptions=(sigma, "alpha <= 1"),
        proof=exceeds_one,
        source="LeCun, Bottou, Orr, Mueller 1998; Glorot, Bengio 2010, for layers of equal width",
        neighbours={
            "It exceeds sqrt(1.01) at alpha = 1.": lambda: mean_at_zero(
                sigma**2 / PERCENT_MORE - square().xreplace({alpha: S.One}),
                LEFT * (x**2 - Elu(x, S.One) ** 2),
            )
        },
    ),
    Claim(
        id="initialization.exceeds_one_always",
        statement="The gain that preserves the second moment exceeds 1 at mu = 0, for every alpha.",
        assumptions=(sigma, alpha),
        proof=lambda: [mean_at_zero(sigma**2 - square(), LEFT * (x - ELU) * (x + ELU))],
        source="true for alpha <= 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours={
            "It exceeds 1/alpha.": lambda: mean_at_zero(
                alpha**2 * sigma**2 - square(), alpha**2 * x**2
            )
        },
    ),
    Claim(
        id="initialization.increases_with_sigma",
        statement="At mu = 0 the gains that preserve the second moment and the gradient increase"
        " with sigma, for every alpha.",
        latex=r"\frac{d}{d\sigma} \frac{\mathbb{E} f(\sigma Z)^2}{\sigma^2} < 0,\;"
        r" \frac{d}{d\sigma} \mathbb{E} f'(\sigma Z)^2 < 0",
        assumptions=(sigma, alpha),
        proof=increases_with_sigma,
        source="0 < x*f'(x)/f(x) < 1 and f' increases on the left",
        neighbours={
            "The second moment itself decreases.": lambda: mean_at_zero(
                -diff(square(), sigma) * sigma, -2 * x * ELU * DERIVATIVE
            )
        },
    ),
)
