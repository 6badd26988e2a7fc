"""Dead neurons: how often the derivative is zero or small, over the reals.

What becomes of these statements in floating point is the chapter ``floating_point``.
"""

from collections.abc import Iterator

from sympy import Expr, Piecewise, S, diff, erfc, exp, log

from elu_sym.activations import Elu, EluDerivative, LeakyReluDerivative, ReluDerivative
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.formula import derivative_mean, derivative_second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules import laws
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.gaussian_means import DerivativeBelow, GaussianMean, PositiveGaussianMean
from elu_sym.symbols import alpha, level, mu, sigma, x, z

SLOPE, RELU_SLOPE = EluDerivative(x, alpha), ReluDerivative(x)

LEFT_SLOPE: Expr = SLOPE - RELU_SLOPE
"""The derivative of ELU on the left, and 0 on the right."""

RELU_IS_DEAD = Piecewise((1, x < 0), (0, True))
"""The indicator of ReLU'(x) = 0, with ReLU'(0) = 1."""

RELU_MEAN = NormalCdf(mu / sigma)
"""E ReLU'(X), and E ReLU'(X)^2."""

LOW = (level <= 1, level <= alpha)
ABOVE_ALPHA = (level <= 1, level > alpha)
ABOVE_ONE = (level > 1, level <= alpha)
HIGH = (level > 1, level > alpha)
"""Where a level lies."""

TAIL = NormalCdf((log(level / alpha) - mu) / sigma)
"""The one formula that is often given for P[f'(X) < level]."""

QUANTILE: Expr = alpha * exp(mu + sigma * z)
"""The level that belongs to the quantile z of the standard normal law."""


def relu_dead_where() -> Iterator[Assertion]:
    """ReLU' is 1 less the indicator, on either side and at 0."""
    for side in Side:
        yield Equality(RELU_SLOPE + RELU_IS_DEAD, S.One, side)
    yield Equality(RELU_SLOPE + RELU_IS_DEAD, S.One, at=((x, S.Zero),))


def level_of(case: tuple[Expr, ...], right: Expr) -> Iterator[Assertion]:
    """Where the probability is that of the right side and the tail, it grows with the level.

    The quantile z of the standard normal law is put in; the derivative in the level is an
    exponential.
    """
    yield DerivativeBelow(case, right + TAIL)
    yield Equality(right + TAIL, right + NormalCdf(z), at=((level, QUANTILE),))
    density = diff(TAIL, level).rewrite(erfc)
    yield Equality(diff(TAIL, level), density)
    yield Positive(density)


def tail_at(quantile: Expr) -> Equality:
    """That a level lies above the derivative with probability Phi(z)."""
    return Equality(TAIL, NormalCdf(z), at=((level, quantile),))


def excesses() -> tuple[Expr, Expr]:
    """What E f' and E f'^2 have beyond ReLU's, in the closed forms of the book."""
    return derivative_mean.closed_form - RELU_MEAN, derivative_second_moment.closed_form - RELU_MEAN


def gaussian_excess() -> Iterator[Assertion]:
    """What the left side adds."""
    first, second = excesses()
    yield PositiveGaussianMean(first, LEFT_SLOPE)
    yield PositiveGaussianMean(second, LEFT_SLOPE**2)
    yield PositiveGaussianMean(alpha * first - second, LEFT_SLOPE * (alpha - LEFT_SLOPE))


def second_above(share: Expr) -> PositiveGaussianMean:
    """That the second excess is more than a share of alpha times the first."""
    first, second = excesses()
    factor = share * alpha
    return PositiveGaussianMean(second - factor * first, LEFT_SLOPE * (LEFT_SLOPE - factor))


CLAIMS = (
    Claim(
        "sparsity.elu",
        "Under any law of X the derivative of ELU is zero with probability 0.",
        # The event is empty.
        laws.AlmostSurelyNonzero(SLOPE),
        "the definition",
        latex=r"P[f'(X) = 0] = 0",
        assumptions=(x, alpha, "any law of X"),
        neighbours={
            "That of ReLU is zero with probability 0.": laws.AlmostSurelyNonzero(RELU_SLOPE),
            "ELU itself is zero with probability 0.": laws.AlmostSurelyNonzero(Elu(x, alpha)),
        },
    ),
    Claim(
        "sparsity.relu_symmetric",
        "Under any symmetric law without an atom at 0 ReLU' is zero with probability 1/2.",
        # One of r and -r.
        [*relu_dead_where(), laws.SymmetricMean(RELU_IS_DEAD, S.Half)],
        "Glorot, Bordes, Bengio 2011, section 3, made precise",
        latex=r"P[\operatorname{ReLU}'(X) = 0] = \tfrac{1}{2}",
        assumptions=(x, "X symmetric, P(X = 0) = 0"),
        neighbours={"The probability is 0.505.": laws.SymmetricMean(RELU_IS_DEAD, S(101) / 200)},
    ),
    Claim(
        "sparsity.relu_every_symmetric_law",
        "Under every symmetric law the derivative of ReLU is zero with probability 1/2.",
        # At an atom at 0 the derivative from the right is not 0.
        laws.SymmetricMean(RELU_IS_DEAD, S.Half, atom_at_zero=True),
        "Glorot, Bordes, Bengio 2011, section 3, without the condition on atoms",
        assumptions=(x, "X symmetric"),
        expected=Verdict.REFUTED,
        neighbours={
            "ReLU' and its mirror image add up to 1 at 0 as well.": laws.SymmetricMean(
                RELU_SLOPE, S.Half, atom_at_zero=True
            )
        },
    ),
    Claim(
        "sparsity.relu_gaussian",
        "For X ~ N(mu, sigma^2) the derivative of ReLU is zero with probability Phi(-mu/sigma).",
        # The probability of the negative half-line.
        [*relu_dead_where(), GaussianMean(RELU_IS_DEAD, NormalCdf(-mu / sigma))],
        "the normal distribution",
        latex=r"P[\operatorname{ReLU}'(X) = 0] = \Phi(-\mu/\sigma)",
        assumptions=(x, mu, sigma),
        neighbours={
            "The probability is Phi(mu/sigma).": GaussianMean(RELU_IS_DEAD, RELU_MEAN),
            "The probability is 1/2 for every mu.": GaussianMean(RELU_IS_DEAD, S.Half),
        },
    ),
    Claim(
        "sparsity.below_by_cases",
        "P[f'(X) < level] is Phi((ln(level/alpha) - mu)/sigma) for level <= min(1,"
        " alpha); Phi(-mu/sigma) for alpha < level <= 1; Phi(mu/sigma) + Phi((ln(level/alpha) -"
        " mu)/sigma) for 1 < level <= alpha; and 1 for level > 1, alpha.",
        # One derivation a case.
        [
            DerivativeBelow(LOW, TAIL),
            DerivativeBelow(ABOVE_ALPHA, NormalCdf(-mu / sigma)),
            DerivativeBelow(ABOVE_ONE, RELU_MEAN + TAIL),
            DerivativeBelow(HIGH, S.One),
        ],
        "the two pieces of the derivative",
        latex=r"P[f'(X) < \varepsilon] = \begin{cases}"
        r" \Phi\left(\frac{\ln(\varepsilon/\alpha) - \mu}{\sigma}\right)"
        r" & \varepsilon \le \min(1, \alpha) \\"
        r" \Phi\left(-\frac{\mu}{\sigma}\right) & \alpha < \varepsilon \le 1 \\"
        r" \Phi\left(\frac{\mu}{\sigma}\right)"
        r" + \Phi\left(\frac{\ln(\varepsilon/\alpha) - \mu}{\sigma}\right)"
        r" & 1 < \varepsilon \le \alpha \\ 1 & \varepsilon > \max(1, \alpha) \end{cases}",
        assumptions=(x, mu, sigma, alpha, level),
        neighbours={
            "For alpha < level <= 1 it is Phi(mu/sigma).": DerivativeBelow(ABOVE_ALPHA, RELU_MEAN),
            "For level <= min(1, alpha) it is Phi((ln(level) - mu)/sigma).": lambda: (
                DerivativeBelow(LOW, NormalCdf((log(level) - mu) / sigma))
            ),
        },
    ),
    Claim(
        "sparsity.below_by_one_formula",
        "P[f'(X) < level] = Phi((ln(level/alpha) - mu)/sigma) for every level <= alpha.",
        # At level 3/2 and alpha 2 all of x >= 0 belongs to the event as well.
        DerivativeBelow(ABOVE_ONE, TAIL),
        "the inverse of the left piece, applied to the whole line",
        assumptions=(x, mu, sigma, alpha, level),
        expected=Verdict.REFUTED,
        neighbours={"So it is for alpha < level <= 1.": DerivativeBelow(ABOVE_ALPHA, TAIL)},
    ),
    Claim(
        "sparsity.quantile",
        "The one level below which the derivative lies with probability Phi(z) is"
        " alpha*exp(mu + sigma*z), as long as that is at most min(1, alpha).",
        lambda: level_of(LOW, S.Zero),
        "the probability, solved for the level",
        latex=r"P[f'(X) < \alpha e^{\mu + \sigma z}] = \Phi(z)",
        assumptions=(mu, sigma, alpha, z, "alpha*exp(mu + sigma*z) <= min(1, alpha)"),
        conclusion="a probability that grows with the level is passed once",
        neighbours={
            "The level is alpha*exp(mu - sigma*z).": tail_at(QUANTILE.xreplace({z: -z})),
            "The level is 1.01*alpha*exp(mu + sigma*z).": lambda: tail_at(QUANTILE * S(101) / 100),
        },
    ),
    Claim(
        "sparsity.quantile_above_one",
        "The one level above 1 below which the derivative lies with probability"
        " Phi(mu/sigma) + Phi(z) is the same alpha*exp(mu + sigma*z), as long as that is above 1"
        " and at most alpha.",
        # Beyond the step at 1 the right side belongs to the event.
        lambda: level_of(ABOVE_ONE, RELU_MEAN),
        "the probability, solved for the level",
        latex=r"P[f'(X) < \alpha e^{\mu + \sigma z}] = \Phi(\mu/\sigma) + \Phi(z)",
        assumptions=(mu, sigma, alpha, z, "1 < alpha*exp(mu + sigma*z) <= alpha"),
        conclusion="a probability that grows with the level is passed once",
        neighbours={"The probability there is Phi(z) alone.": DerivativeBelow(ABOVE_ONE, TAIL)},
    ),
    Claim(
        "sparsity.exceeds_relu",
        "Under every law with P(X < 0) > 0 the mean and the mean square of ELU' exceed"
        " those of ReLU', for every alpha > 0.",
        # ELU' > ReLU' at every x < 0, and the same for the squares.
        [laws.PositiveMean(SLOPE - RELU_SLOPE), laws.PositiveMean(SLOPE**2 - RELU_SLOPE**2)],
        "the derivative is positive where that of ReLU is 0",
        latex=r"\mathbb{E} f'(X)^n > P(X \ge 0),\quad n = 1, 2",
        assumptions=(x, alpha, "P(X < 0) > 0"),
        neighbours={
            "They exceed those of a leaky ReLU of slope alpha.": laws.PositiveMean(
                SLOPE - LeakyReluDerivative(x, alpha)
            )
        },
    ),
    Claim(
        "sparsity.exceeds_half",
        "Under every symmetric law but the point mass at 0 the mean and the mean square"
        " of ELU' exceed 1/2, which is what ReLU' has if there is no atom at 0.",
        # Half the mass is on the right, where the derivative is 1.
        [
            laws.SymmetricMean(RELU_SLOPE, S.Half),
            laws.PositiveSymmetricMean(SLOPE - S.Half),
            laws.PositiveSymmetricMean(SLOPE**2 - S.Half),
        ],
        "half of the mass is on the right, where the derivative is 1",
        latex=r"\mathbb{E} f'(X)^n > \tfrac{1}{2},\quad n = 1, 2",
        assumptions=(x, alpha, "X symmetric, not 0"),
        neighbours={
            "They exceed 0.505.": laws.PositiveSymmetricMean(SLOPE - S(101) / 200),
            "They are less than 1.": laws.PositiveSymmetricMean(1 - SLOPE),
        },
    ),
    Claim(
        "sparsity.gaussian_excess",
        "For X ~ N(mu, sigma^2) what E f' and E f'^2 have beyond ReLU's Phi(mu/sigma) is"
        " positive, and the second is less than alpha times the first.",
        gaussian_excess,
        "0 < f' < alpha on the left",
        latex=r"0 < \mathbb{E} f'(X)^2 - \Phi(\mu/\sigma)"
        r" < \alpha \left(\mathbb{E} f'(X) - \Phi(\mu/\sigma)\right)",
        assumptions=(mu, sigma, alpha),
        neighbours={
            "E f' < Phi(mu/sigma).": lambda: PositiveGaussianMean(-excesses()[0], -LEFT_SLOPE),
            "The second is above 0.99*alpha times the first.": lambda: second_above(S(99) / 100),
        },
    ),
)
