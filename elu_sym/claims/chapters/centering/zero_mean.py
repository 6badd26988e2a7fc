"""Centering: how close to zero the mean of ELU is, and the alpha that makes it zero."""

from collections.abc import Iterator

from sympy import Expr, Interval, Rational, S, diff, exp, oo, pi, sqrt

from elu_sym.activations import Elu, LeakyRelu, Relu
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.formula import mean, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.shape import positive_at_a_distance
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.elementary import Equality, RunsThrough, Side
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean, SignChange
from elu_sym.claims.rules.laws import PositiveMean, PositiveSymmetricMean, symmetrized
from elu_sym.symbols import alpha, excess, mu, sigma, slack, x

ELU, RELU = Elu(x, alpha), Relu(x)
LOSS = RELU - Elu(x, S.One)
"""1 - exp(x) for x < 0, else 0: what every unit of alpha takes away."""


def gain() -> Expr:
    """E X_+, X ~ N(mu, sigma^2)."""
    return relu.mean.closed_form


def put() -> Expr:
    """E (1 - e^X)_+, the mean of the loss."""
    return gain() - mean.closed_form.subs(alpha, 1)


def centering_alpha() -> Expr:
    """The alpha that makes the mean zero."""
    return gain() / put()


def centered(closed_form: Expr) -> Expr:
    """A closed form at mu = 0."""
    return closed_form.subs(mu, 0)


def standard(closed_form: Expr) -> Expr:
    """A closed form at mu = 0, sigma = 1."""
    return closed_form.subs({mu: 0, sigma: 1})


def symmetric_alpha() -> Expr:
    """The alpha that makes the mean zero at N(0, sigma^2), written out."""
    return sigma / (sqrt(2 * pi) * (S.Half - exp(sigma**2 / 2) * NormalCdf(-sigma)))


SELU_ALPHA = 1 / (sqrt(2 * pi) * (S.Half - exp(S.Half) * NormalCdf(S.NegativeOne)))
"""The alpha of SELU in closed form."""

PUBLISHED = Rational("1.6732632423543772848170429916717")
"""The alpha of SELU as it was published, to 31 decimals."""


HALF_A_DIGIT = Rational(1, 2 * 10**31)
"""By how much a number may differ from one that it rounds to."""


def selu_alpha_is(value: Rational, error: Rational = HALF_A_DIGIT) -> Between:
    """That the alpha of SELU is a number up to an error, by default that of rounding."""
    return Between(alpha * SELU_ALPHA, value - error, value + error, ((alpha, S.One),))


def both_means() -> Expr:
    """E f(Z) + E Z_+ at N(0, 1)."""
    return standard(mean.closed_form + gain())


def vanishes_at(threshold: Expr, *law: Expr) -> SignChange:
    """That the mean, a falling line in alpha, has its zero there, at a mu and sigma if given."""
    there = mean.closed_form.subs(dict(zip((mu, sigma), law, strict=False)))
    return SignChange(there, alpha, threshold, LOSS, *law)


def closer_up_to(threshold: Expr) -> SignChange:
    """That E f(Z) + E Z_+ falls with alpha, and vanishes there."""
    return SignChange(both_means(), alpha, threshold, LOSS, S.Zero, S.One)


def closer_iff_at_most_2() -> Iterator[Assertion]:
    """For alpha <= 2 at every r; for alpha > 2 not at r = (alpha - 2)/alpha."""
    yield RunsThrough(2 / (1 + slack), slack, Interval.Lopen(0, 2))
    yield PositiveSymmetricMean(RELU - ELU)
    yield PositiveSymmetricMean(RELU + Elu(x, 2 / (1 + slack)))
    yield RunsThrough(2 + 2 * excess, excess, Interval.open(2, oo))
    excess_of_size = -symmetrized(RELU + ELU).xreplace({alpha: 2 / (1 - x)})
    yield from positive_at_a_distance(S(2), excess_of_size)


def loss_is_put() -> Iterator[Equality]:
    """The loss is (1 - e^x)_+, on either side and at 0."""
    yield Equality(LOSS, 1 - exp(x), Side.LEFT)
    yield Equality(LOSS, S.Zero, Side.RIGHT)
    yield Equality(LOSS, S.Zero, at=((x, S.Zero),))


def zero_mean() -> Iterator[Assertion]:
    """The mean is a falling line in alpha, positive at first."""
    yield from loss_is_put()
    yield GaussianMean(RELU, gain())
    yield GaussianMean(LOSS, put())
    yield Equality(mean.closed_form, gain() - alpha * put())
    # E X_+ at -mu is E (-X)_+ at mu.
    yield PositiveGaussianMean(gain().subs(mu, -mu), Relu(-x))
    yield vanishes_at(centering_alpha())


CLAIMS = (
    Claim(
        "centering.below_relu",
        "Under every symmetric law with a finite mean, other than the point mass at 0,"
        " the mean of ELU is less than that of ReLU.",
        # At every r the mean over r and -r is smaller.
        PositiveSymmetricMean(RELU - ELU),
        "Clevert, Unterthiner, Hochreiter 2016, section 2, made precise",
        latex=r"\mathbb{E} f(X) < \mathbb{E} X_+",
        assumptions=(x, alpha, "X symmetric, not 0, E abs(X) < oo"),
        neighbours={
            "Even less than the mean of a leaky ReLU of slope alpha.": PositiveSymmetricMean(
                LeakyRelu(x, alpha) - ELU
            ),
            "The mean of ELU is negative under every symmetric law.": PositiveSymmetricMean(-ELU),
        },
    ),
    Claim(
        "centering.below_relu_any_law",
        "No symmetry is needed: under every law with P(X < 0) > 0 and a finite mean E"
        " f(X) is less than E ReLU(X).",
        # Where X < 0 it is smaller, elsewhere equal.
        PositiveMean(RELU - ELU),
        "a sharper form of the same",
        latex=r"P(X < 0) > 0 \implies \mathbb{E} f(X) < \mathbb{E} X_+",
        assumptions=(x, alpha, "P(X < 0) > 0, E abs(X) < oo"),
        neighbours={"E f(X) is less than 0.99*E ReLU(X).": PositiveMean(RELU * S(99) / 100 - ELU)},
    ),
    Claim(
        "centering.closer_iff_at_most_2",
        "The mean of ELU is at least as close to 0 as that of ReLU under all symmetric"
        " laws if and only if alpha <= 2; for alpha > 2 the two points r and -r, r = 1 - 2/alpha,"
        " are an exception.",
        closer_iff_at_most_2,
        "Clevert, Unterthiner, Hochreiter 2016, section 2, with its condition",
        latex=r"\left|\mathbb{E} f(X)\right| \le \mathbb{E} X_+ \;\forall X \iff \alpha \le 2",
        assumptions=(x, alpha, "X symmetric, E abs(X) < oo"),
        conclusion="abs(E f) <= E X_+ is E X_+ - E f >= 0 and E X_+ + E f >= 0; alpha = 2/(1 - r),"
        " and the mass is 1/2 at r and at -r",
        neighbours={
            "The same for all alpha <= 2.02.": PositiveSymmetricMean(
                RELU + Elu(x, S(202) / 100 / (1 + slack))
            )
        },
    ),
    Claim(
        "centering.closer",
        "Under every symmetric law the mean of ELU is closer to 0 than ReLU's for every alpha > 0.",
        # Two points.
        PositiveSymmetricMean(RELU + ELU),
        "Clevert, Unterthiner, Hochreiter 2016, section 2, without the condition",
        assumptions=(x, alpha, "X symmetric, not 0, E abs(X) < oo"),
        expected=Verdict.REFUTED,
        neighbours={"So for every alpha > 2.": PositiveSymmetricMean(RELU + Elu(x, 2 + excess))},
    ),
    Claim(
        "centering.closer_gaussian",
        "For X ~ N(0, 1) the mean of ELU is at least as close to 0 as that of ReLU if and"
        " only if alpha <= 2/(sqrt(2*pi)*(1/2 - sqrt(e)*Phi(-1))), twice the alpha of SELU.",
        # E f < E ReLU always; E f + E ReLU vanishes at twice the alpha of SELU, and falls.
        lambda: [
            PositiveGaussianMean(standard(gain() - mean.closed_form), RELU - ELU, S.Zero, S.One),
            closer_up_to(2 * SELU_ALPHA),
            selu_alpha_is(PUBLISHED),
        ],
        "the mean is a line in alpha",
        latex=r"\left|\mathbb{E} f(Z)\right| \le \mathbb{E} Z_+ \iff"
        r" \alpha \le \frac{2}{\sqrt{2\pi}\left(\frac{1}{2} - \sqrt{e}\,\Phi(-1)\right)}",
        assumptions=(alpha,),
        conclusion="abs(E f) <= E Z_+ is E Z_+ - E f >= 0 and E Z_+ + E f >= 0",
        neighbours={
            "The threshold is 1 % larger.": lambda: closer_up_to(SELU_ALPHA * S(202) / 100),
            "The threshold is the alpha of SELU.": lambda: closer_up_to(SELU_ALPHA),
        },
    ),
    Claim(
        "centering.closer_gaussian_every_alpha",
        "For X ~ N(0, 1) the mean of ELU is closer to 0 than that of ReLU, for every alpha.",
        # A large alpha makes the mean negative and larger in size.
        lambda: PositiveGaussianMean(both_means(), RELU + ELU, S.Zero, S.One),
        "measured at alpha = 1 and repeated without the condition",
        assumptions=(alpha,),
        expected=Verdict.REFUTED,
        neighbours={
            "The mean of ELU is positive for every alpha.": lambda: PositiveGaussianMean(
                standard(mean.closed_form), ELU, S.Zero, S.One
            )
        },
    ),
    Claim(
        "centering.decreasing_in_alpha",
        "alpha is the knob: under every law with P(X < 0) > 0 the mean of ELU decreases"
        " strictly as alpha grows.",
        # For alpha < beta = alpha + t, at every x < 0.
        lambda: [
            PositiveMean(ELU - Elu(x, alpha + excess)),
            PositiveGaussianMean(-diff(mean.closed_form, alpha), LOSS),
        ],
        "ELU decreases with alpha at every x < 0",
        latex=r"\alpha < \beta \implies \mathbb{E} f(X; \beta) < \mathbb{E} f(X; \alpha)",
        assumptions=(x, alpha, excess, "P(X < 0) > 0, E max(X, 0) < oo"),
        neighbours={"It increases with alpha.": PositiveMean(Elu(x, alpha + excess) - ELU)},
    ),
    Claim(
        "centering.zero_mean",
        "For X ~ N(mu, sigma^2) there is exactly one alpha with E f(X) = 0, and it is"
        " alpha = E X_+ / E (1 - e^X)_+; below it the mean is positive, above it negative.",
        zero_mean,
        "the mean is a line in alpha",
        latex=r"\mathbb{E} f(X) = 0 \iff \alpha = \frac{\mathbb{E} X_+}{\mathbb{E} (1 - e^X)_+}",
        assumptions=(mu, sigma, alpha),
        conclusion="a quotient of positive expectations is an alpha > 0",
        neighbours={
            "The zero lies 1 % higher.": lambda: vanishes_at(centering_alpha() * S(101) / 100),
            "At every mu and sigma it is zero at SELU's alpha.": lambda: vanishes_at(SELU_ALPHA),
        },
    ),
    Claim(
        "centering.zero_mean_standard",
        "At N(0, 1) the alpha of mean zero is 1/(sqrt(2*pi)*(1/2 - sqrt(e)*Phi(-1))),"
        " SELU's, to all of the 31 published decimals.",
        # The general formula at mu = 0, sigma = 1, and the published digits.
        lambda: [
            Equality(standard(centering_alpha()), SELU_ALPHA),
            vanishes_at(SELU_ALPHA, S.Zero, S.One),
            selu_alpha_is(PUBLISHED),
        ],
        "Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 14 and their code",
        latex=r"\alpha_{\operatorname{SELU}} ="
        r" \frac{1}{\sqrt{2\pi}\left(\frac{1}{2} - \sqrt{e}\,\Phi(-1)\right)}",
        assumptions=(alpha,),
        neighbours={
            "It is 1 % larger.": selu_alpha_is(PUBLISHED * S(101) / 100, PUBLISHED / 200),
            "The last published digit is one more.": selu_alpha_is(PUBLISHED + 2 * HALF_A_DIGIT),
        },
    ),
    Claim(
        "centering.zero_mean_symmetric",
        "At N(0, sigma^2) the alpha of mean zero is sigma/(sqrt(2*pi)*(1/2 -"
        " e^(sigma^2/2)*Phi(-sigma))).",
        # The general formula at mu = 0.
        lambda: [
            Equality(centered(centering_alpha()), symmetric_alpha()),
            vanishes_at(symmetric_alpha(), S.Zero),
        ],
        "the mean is a line in alpha",
        latex=r"\mathbb{E} f(\sigma Z) = 0 \iff \alpha = \frac{\sigma}{\sqrt{2\pi}\left(\frac{1}{2}"
        r" - e^{\sigma^2/2}\,\Phi(-\sigma)\right)}",
        assumptions=(sigma, alpha),
        neighbours={
            "It is sigma times that of SELU.": lambda: vanishes_at(sigma * SELU_ALPHA, S.Zero),
            "The mean is zero at an alpha that is 1 % larger.": lambda: Equality(
                centered(centering_alpha()) * S(101) / 100, symmetric_alpha()
            ),
        },
    ),
)
