"""Dead neurons: how often the derivative is zero or small, over the reals.

What becomes of these statements in floating point is the chapter ``floating_point``.
"""

from collections.abc import Iterator

from sympy import Expr, Piecewise, S, diff, erfc, exp, log

from elu_sym.activations import Elu, EluDerivative, LeakyReluDerivative, ReluDerivative
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.formula import derivative_mean, derivative_second_moment
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.laws import (
    AlmostSurelyNonzero,
    PositiveMean,
    PositiveSymmetricMean,
    SymmetricMean,
    on_side,
)
from elu_sym.claims.rules.probabilities import DerivativeBelow
from elu_sym.symbols import alpha, level, mu, sigma, x, z

RELU_IS_DEAD = Piecewise((1, x < 0), (0, True))
"""The indicator of ReLU'(x) = 0, with ReLU'(0) = 1."""

TAIL = NormalCdf((log(level / alpha) - mu) / sigma)
"""The one formula that is often given for P[f'(X) < level]."""

QUANTILE: Expr = alpha * exp(mu + sigma * z)
"""The level that belongs to the quantile z of the standard normal law."""

LEFT_SLOPE: Expr = EluDerivative(x, alpha) - ReluDerivative(x)
"""The derivative of ELU on the left, and 0 on the right."""

RELU_MEAN = NormalCdf(mu / sigma)
"""E ReLU'(X), and E ReLU'(X)^2."""


def elu_never_dead() -> Iterator[Assertion]:
    """The event is empty."""
    yield AlmostSurelyNonzero(EluDerivative(x, alpha))


def relu_dead_where() -> Iterator[Assertion]:
    """ReLU' is 1 less the indicator, on either side and at 0."""
    for side in Side:
        yield Equality(on_side(ReluDerivative(x) + RELU_IS_DEAD, side), S.One, side)
    yield Equality((ReluDerivative(x) + RELU_IS_DEAD).subs(x, S.Zero), S.One)


def relu_half() -> Iterator[Assertion]:
    """One of r and -r."""
    yield from relu_dead_where()
    yield SymmetricMean(RELU_IS_DEAD, S.Half)


def relu_half_every_symmetric_law() -> Iterator[Assertion]:
    """At an atom at 0 the derivative from the right is not 0."""
    yield SymmetricMean(RELU_IS_DEAD, S.Half, atom_at_zero=True)


def relu_gaussian() -> Iterator[Assertion]:
    """The probability of the negative half-line."""
    yield from relu_dead_where()
    yield GaussianMean(RELU_IS_DEAD, NormalCdf(-mu / sigma))


def below_by_cases() -> Iterator[Assertion]:
    """One derivation a case."""
    yield DerivativeBelow((level <= 1, level <= alpha), TAIL)
    yield DerivativeBelow((level <= 1, level > alpha), NormalCdf(-mu / sigma))
    yield DerivativeBelow((level > 1, level <= alpha), NormalCdf(mu / sigma) + TAIL)
    yield DerivativeBelow((level > 1, level > alpha), S.One)


def below_by_one_formula() -> Iterator[Assertion]:
    """At level 3/2 and alpha 2 all of x >= 0 belongs to the event as well."""
    yield DerivativeBelow((level > 1, level <= alpha), TAIL)


def tail_increases() -> Iterator[Assertion]:
    """Its derivative in the level is an exponential."""
    density = diff(TAIL, level).rewrite(erfc)
    yield Equality(diff(TAIL, level), density)
    yield Positive(density)


def level_of_probability() -> Iterator[Assertion]:
    """The quantile z of the standard normal law, put in; the probability grows with the level."""
    yield DerivativeBelow((level <= 1, level <= alpha), TAIL)
    yield Equality(TAIL.xreplace({level: QUANTILE}), NormalCdf(z))
    yield from tail_increases()


def level_above_one_of_probability() -> Iterator[Assertion]:
    """The same beyond the step at 1, where the right side belongs to the event."""
    yield DerivativeBelow((level > 1, level <= alpha), RELU_MEAN + TAIL)
    yield Equality((RELU_MEAN + TAIL).xreplace({level: QUANTILE}), RELU_MEAN + NormalCdf(z))
    yield from tail_increases()


def exceeds_relu() -> Iterator[Assertion]:
    """ELU' > ReLU' at every x < 0, and the same for the squares."""
    yield PositiveMean(EluDerivative(x, alpha) - ReluDerivative(x))
    yield PositiveMean(EluDerivative(x, alpha) ** 2 - ReluDerivative(x) ** 2)


def exceeds_half() -> Iterator[Assertion]:
    """Half the mass is on the right, where the derivative is 1."""
    yield SymmetricMean(ReluDerivative(x), S.Half)
    yield PositiveSymmetricMean(EluDerivative(x, alpha) - S.Half)
    yield PositiveSymmetricMean(EluDerivative(x, alpha) ** 2 - S.Half)


def gaussian_excess() -> Iterator[Assertion]:
    """What the left side adds, in the closed forms of the book."""
    first = derivative_mean.closed_form - RELU_MEAN
    second = derivative_second_moment.closed_form - RELU_MEAN
    yield PositiveGaussianMean(first, LEFT_SLOPE)
    yield PositiveGaussianMean(second, LEFT_SLOPE**2)
    yield PositiveGaussianMean(alpha * first - second, LEFT_SLOPE * (alpha - LEFT_SLOPE))


CLAIMS = (
    Claim(
        id="sparsity.elu",
        statement="Under any law of X the derivative of ELU is zero with probability 0.",
        latex=r"P[f'(X) = 0] = 0",
        assumptions=(x, alpha, "any law of X"),
        proof=elu_never_dead,
        source="the definition",
        neighbours=(
            Neighbour(
                "The derivative of ReLU is zero with probability 0.",
                lambda: [AlmostSurelyNonzero(ReluDerivative(x))],
            ),
            Neighbour(
                "ELU itself is zero with probability 0.",
                lambda: [AlmostSurelyNonzero(Elu(x, alpha))],
            ),
        ),
    ),
    Claim(
        id="sparsity.relu_symmetric",
        statement=(
            "Under any symmetric law without an atom at 0 the derivative of ReLU is zero with"
            " probability 1/2."
        ),
        latex=r"P[\operatorname{ReLU}'(X) = 0] = \tfrac{1}{2}",
        assumptions=(x, "X symmetric, P(X = 0) = 0"),
        proof=relu_half,
        source="Glorot, Bordes, Bengio 2011, section 3, made precise",
        neighbours=(
            Neighbour(
                "The probability is 0.505.",
                lambda: [SymmetricMean(RELU_IS_DEAD, S(101) / 200)],
            ),
        ),
    ),
    Claim(
        id="sparsity.relu_every_symmetric_law",
        statement="Under every symmetric law the derivative of ReLU is zero with probability 1/2.",
        assumptions=(x, "X symmetric"),
        proof=relu_half_every_symmetric_law,
        source="Glorot, Bordes, Bengio 2011, section 3, without the condition on atoms",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "ReLU' and its mirror image add up to 1 at 0 as well.",
                lambda: [SymmetricMean(ReluDerivative(x), S.Half, atom_at_zero=True)],
            ),
        ),
    ),
    Claim(
        id="sparsity.relu_gaussian",
        statement=(
            "For X ~ N(mu, sigma^2) the derivative of ReLU is zero with probability Phi(-mu/sigma)."
        ),
        latex=r"P[\operatorname{ReLU}'(X) = 0] = \Phi(-\mu/\sigma)",
        assumptions=(x, mu, sigma),
        proof=relu_gaussian,
        source="the normal distribution",
        neighbours=(
            Neighbour(
                "The probability is Phi(mu/sigma).",
                lambda: [GaussianMean(RELU_IS_DEAD, NormalCdf(mu / sigma))],
            ),
            Neighbour(
                "The probability is 1/2 for every mu.",
                lambda: [GaussianMean(RELU_IS_DEAD, S.Half)],
            ),
        ),
    ),
    Claim(
        id="sparsity.below_by_cases",
        statement=(
            "P[f'(X) < level] is Phi((ln(level/alpha) - mu)/sigma) for level <= min(1, alpha);"
            " Phi(-mu/sigma) for alpha < level <= 1; Phi(mu/sigma) +"
            " Phi((ln(level/alpha) - mu)/sigma) for 1 < level <= alpha; and 1 for level > 1, alpha."
        ),
        latex=(
            r"P[f'(X) < \varepsilon] = \begin{cases}"
            r" \Phi\left(\frac{\ln(\varepsilon/\alpha) - \mu}{\sigma}\right)"
            r" & \varepsilon \le \min(1, \alpha) \\"
            r" \Phi\left(-\frac{\mu}{\sigma}\right) & \alpha < \varepsilon \le 1 \\"
            r" \Phi\left(\frac{\mu}{\sigma}\right)"
            r" + \Phi\left(\frac{\ln(\varepsilon/\alpha) - \mu}{\sigma}\right)"
            r" & 1 < \varepsilon \le \alpha \\"
            r" 1 & \varepsilon > \max(1, \alpha) \end{cases}"
        ),
        assumptions=(x, mu, sigma, alpha, level),
        proof=below_by_cases,
        source="the two pieces of the derivative",
        neighbours=(
            Neighbour(
                "For alpha < level <= 1 it is Phi(mu/sigma).",
                lambda: [
                    DerivativeBelow((level <= 1, level > alpha), NormalCdf(mu / sigma)),
                ],
            ),
            Neighbour(
                "For level <= min(1, alpha) it is Phi((ln(level) - mu)/sigma).",
                lambda: [
                    DerivativeBelow(
                        (level <= 1, level <= alpha), NormalCdf((log(level) - mu) / sigma)
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="sparsity.below_by_one_formula",
        statement="P[f'(X) < level] = Phi((ln(level/alpha) - mu)/sigma) for every level <= alpha.",
        assumptions=(x, mu, sigma, alpha, level),
        proof=below_by_one_formula,
        source="the inverse of the left piece, applied to the whole line",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "The same formula holds for alpha < level <= 1.",
                lambda: [DerivativeBelow((level <= 1, level > alpha), TAIL)],
            ),
        ),
    ),
    Claim(
        id="sparsity.quantile",
        statement=(
            "The one level below which the derivative lies with probability Phi(z) is"
            " alpha*exp(mu + sigma*z), as long as that is at most min(1, alpha)."
        ),
        latex=r"P[f'(X) < \alpha e^{\mu + \sigma z}] = \Phi(z)",
        assumptions=(mu, sigma, alpha, z, "alpha*exp(mu + sigma*z) <= min(1, alpha)"),
        proof=level_of_probability,
        source="the probability, solved for the level",
        neighbours=(
            Neighbour(
                "The level is alpha*exp(mu - sigma*z).",
                lambda: [
                    Equality(TAIL.xreplace({level: QUANTILE.xreplace({z: -z})}), NormalCdf(z))
                ],
            ),
            Neighbour(
                "The level is 1.01*alpha*exp(mu + sigma*z).",
                lambda: [Equality(TAIL.xreplace({level: QUANTILE * S(101) / 100}), NormalCdf(z))],
            ),
        ),
    ),
    Claim(
        id="sparsity.quantile_above_one",
        statement=(
            "The one level above 1 below which the derivative lies with probability Phi(mu/sigma) +"
            " Phi(z) is the same alpha*exp(mu + sigma*z), as long as that is above 1 and at most"
            " alpha."
        ),
        latex=r"P[f'(X) < \alpha e^{\mu + \sigma z}] = \Phi(\mu/\sigma) + \Phi(z)",
        assumptions=(mu, sigma, alpha, z, "1 < alpha*exp(mu + sigma*z) <= alpha"),
        proof=level_above_one_of_probability,
        source="the probability, solved for the level",
        neighbours=(
            Neighbour(
                "The probability there is Phi(z) alone.",
                lambda: [DerivativeBelow((level > 1, level <= alpha), TAIL)],
            ),
        ),
    ),
    Claim(
        id="sparsity.exceeds_relu",
        statement=(
            "Under every law with P(X < 0) > 0 the mean and the mean square of ELU' exceed those of"
            " ReLU', for every alpha > 0."
        ),
        latex=r"\mathbb{E} f'(X)^n > P(X \ge 0),\quad n = 1, 2",
        assumptions=(x, alpha, "P(X < 0) > 0"),
        proof=exceeds_relu,
        source="the derivative is positive where that of ReLU is 0",
        neighbours=(
            Neighbour(
                "They exceed those of a leaky ReLU of slope alpha.",
                lambda: [PositiveMean(EluDerivative(x, alpha) - LeakyReluDerivative(x, alpha))],
            ),
        ),
    ),
    Claim(
        id="sparsity.exceeds_half",
        statement=(
            "Under every symmetric law but the point mass at 0 the mean and the mean square of ELU'"
            " exceed 1/2, which is what ReLU' has if there is no atom at 0."
        ),
        latex=r"\mathbb{E} f'(X)^n > \tfrac{1}{2},\quad n = 1, 2",
        assumptions=(x, alpha, "X symmetric, not 0"),
        proof=exceeds_half,
        source="half of the mass is on the right, where the derivative is 1",
        neighbours=(
            Neighbour(
                "They exceed 0.505.",
                lambda: [PositiveSymmetricMean(EluDerivative(x, alpha) - S(101) / 200)],
            ),
            Neighbour(
                "They are less than 1.",
                lambda: [PositiveSymmetricMean(1 - EluDerivative(x, alpha))],
            ),
        ),
    ),
    Claim(
        id="sparsity.gaussian_excess",
        statement=(
            "For X ~ N(mu, sigma^2) what E f' and E f'^2 have beyond ReLU's Phi(mu/sigma) is"
            " positive, and the second is less than alpha times the first."
        ),
        latex=(
            r"0 < \mathbb{E} f'(X)^2 - \Phi(\mu/\sigma)"
            r" < \alpha \left(\mathbb{E} f'(X) - \Phi(\mu/\sigma)\right)"
        ),
        assumptions=(mu, sigma, alpha),
        proof=gaussian_excess,
        source="0 < f' < alpha on the left",
        neighbours=(
            Neighbour(
                "E f' is less than Phi(mu/sigma).",
                lambda: [
                    PositiveGaussianMean(RELU_MEAN - derivative_mean.closed_form, -LEFT_SLOPE)
                ],
            ),
            Neighbour(
                "The second is more than 0.99*alpha times the first.",
                lambda: [
                    PositiveGaussianMean(
                        derivative_second_moment.closed_form
                        - RELU_MEAN
                        - (derivative_mean.closed_form - RELU_MEAN) * alpha * S(99) / 100,
                        LEFT_SLOPE * (LEFT_SLOPE - alpha * S(99) / 100),
                    )
                ],
            ),
        ),
    ),
)
