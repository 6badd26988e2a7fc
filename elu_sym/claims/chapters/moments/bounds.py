"""Sign, bounds and monotony of the moments of ELU."""

from collections.abc import Iterator

from sympy import Expr, Interval, S, diff, log, oo

from elu_sym.activations import Elu, EluDerivative, Relu
from elu_sym.book.formula import (
    derivative_mean,
    derivative_second_moment,
    mean,
    second_moment,
    variance,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LEFT
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE, RunsThrough, both_conditions
from elu_sym.claims.rules.elementary import Equality, NonNegative, Positive
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.variance_bounds import (
    GaussianPoincare,
    PositiveVariance,
    VarianceBound,
    VarianceIncreasesWithMean,
)
from elu_sym.symbols import alpha, excess, mu, sigma, slack, x

ELU, SLOPE = Elu(x, alpha), EluDerivative(x, alpha)


def variance_positive() -> Iterator[Assertion]:
    """ELU is injective."""
    yield PositiveVariance(ELU)


def variance_bound() -> Iterator[Assertion]:
    """The Lipschitz constants of ELU."""
    yield from both_conditions()
    yield VarianceBound(Elu(x, AT_MOST_ONE), S.One)
    yield VarianceBound(Elu(x, ABOVE_ONE), ABOVE_ONE)


def variance_below_input() -> Iterator[Assertion]:
    """The difference is negative somewhere."""
    yield NonNegative(sigma**2 - variance.closed_form)


SQUARE_ABOVE_ONE = ABOVE_ONE**2
"""Runs through (1, oo) too, and has a square root."""


def narrow_variance(factor: Expr) -> GaussianLimit:
    """Var f/sigma^2 at mu = -ln(alpha)/2 as sigma -> 0."""
    there = variance.closed_form.xreplace({alpha: SQUARE_ABOVE_ONE, mu: -log(ABOVE_ONE)})
    return GaussianLimit(there / sigma**2, sigma, S.Zero, factor)


def variance_below_input_iff() -> Iterator[Assertion]:
    """The Lipschitz constant on one side, a limit above 1 on the other."""
    yield RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1))
    yield VarianceBound(Elu(x, AT_MOST_ONE), S.One)
    yield RunsThrough(SQUARE_ABOVE_ONE, excess, Interval.open(1, oo))
    yield narrow_variance(SQUARE_ABOVE_ONE)


def poincare(percent: Expr = S.One) -> Iterator[Assertion]:
    """All of it in the closed forms of the book; the upper bound times a factor."""
    yield GaussianPoincare(
        ELU,
        mean.closed_form,
        variance.closed_form,
        derivative_mean.closed_form,
        percent * derivative_second_moment.closed_form,
    )


def variance_increases_with_mean(value: Expr = AT_MOST_ONE) -> Iterator[Assertion]:
    """At an alpha, such as those up to 1."""
    yield from both_conditions()
    forms = (variance.closed_form, mean.closed_form, derivative_mean.closed_form)
    yield VarianceIncreasesWithMean(
        ELU.xreplace({alpha: value}), *(form.xreplace({alpha: value}) for form in forms)
    )


def mean_increases_with_mean() -> Iterator[Assertion]:
    """The derivative is E f', and f' > 0."""
    yield Equality(diff(mean.closed_form, mu), derivative_mean.closed_form)
    yield PositiveGaussianMean(derivative_mean.closed_form, SLOPE)


def second_moment_increases() -> Iterator[Assertion]:
    """The derivative in sigma is 2*E[X f(X) f'(X)]/sigma at mu = 0."""
    at_zero = second_moment.closed_form.subs(mu, 0)
    yield PositiveGaussianMean(sigma * diff(at_zero, sigma) / 2, x * ELU * SLOPE, S.Zero)


def second_moment_bounds() -> Iterator[Assertion]:
    """Between those of ReLU and of the leaky ReLU of slope alpha."""
    at_zero = second_moment.closed_form.subs(mu, 0)
    yield GaussianMean(Relu(x) ** 2, sigma**2 / 2, S.Zero)
    yield PositiveGaussianMean(at_zero - sigma**2 / 2, ELU**2 - Relu(x) ** 2, S.Zero)
    yield PositiveGaussianMean(
        (1 + alpha**2) * sigma**2 / 2 - at_zero,
        LEFT * (alpha * x - ELU) * (alpha * x + ELU),
        S.Zero,
    )


CLAIMS = (
    Claim(
        id="moments.variance_positive",
        statement="Var f(X) > 0 under every law of X with a finite variance but a point mass.",
        latex=r"\operatorname{Var} f(X) > 0",
        assumptions=(x, alpha, "X is not constant, E X^2 < oo"),
        proof=variance_positive,
        source="ELU is injective",
        neighbours=(
            Neighbour(
                "The same for ReLU.",
                lambda: [PositiveVariance(Relu(x))],
            ),
        ),
    ),
    Claim(
        id="moments.variance_bound",
        statement=(
            "Var f(X) <= max(1, alpha)^2 Var X under every law with a finite variance, and no"
            " smaller factor will do."
        ),
        latex=r"\operatorname{Var} f(X) \le \max(1, \alpha)^2 \operatorname{Var} X",
        assumptions=(x, alpha, "E X^2 < oo"),
        proof=variance_bound,
        source="the Lipschitz constant of ELU",
        neighbours=(
            Neighbour(
                "For alpha <= 1 the factor is alpha^2.",
                lambda: [VarianceBound(Elu(x, AT_MOST_ONE), AT_MOST_ONE)],
            ),
            Neighbour(
                "For alpha > 1 the least factor is (1.01*alpha)^2.",
                lambda: [VarianceBound(Elu(x, ABOVE_ONE), ABOVE_ONE * S(101) / 100)],
            ),
        ),
    ),
    Claim(
        id="moments.variance_below_input",
        statement="ELU never increases the variance of a Gaussian, for every alpha > 0.",
        assumptions=(mu, sigma, alpha),
        proof=variance_below_input,
        source="true for alpha <= 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "Var f(X) <= alpha^2 Var X.",
                lambda: [NonNegative(alpha**2 * sigma**2 - variance.closed_form)],
            ),
        ),
    ),
    Claim(
        id="moments.variance_below_input_iff",
        statement=(
            "ELU increases the variance of no Gaussian if and only if alpha <= 1: for alpha > 1 and"
            " mu = -ln(alpha)/2 the quotient Var f/sigma^2 tends to alpha as sigma -> 0."
        ),
        latex=(r"\operatorname{Var} f(X) \le \sigma^2 \;\forall \mu, \sigma \iff \alpha \le 1"),
        assumptions=(x, mu, sigma, alpha),
        proof=variance_below_input_iff,
        source="the Lipschitz constant, and the slope of ELU between -ln(alpha) and 0",
        neighbours=(
            Neighbour(
                "That quotient tends to alpha^2.",
                lambda: [narrow_variance(SQUARE_ABOVE_ONE**2)],
            ),
            Neighbour(
                "That quotient tends to 1.",
                lambda: [narrow_variance(S.One)],
            ),
        ),
    ),
    Claim(
        id="moments.poincare",
        statement=(
            "For X ~ N(mu, sigma^2) the variance of f(X) lies between sigma^2 (E f')^2 and"
            " sigma^2 E f'^2."
        ),
        latex=(
            r"\sigma^2 (\mathbb{E} f'(X))^2 \le \operatorname{Var} f(X)"
            r" \le \sigma^2\, \mathbb{E} f'(X)^2"
        ),
        assumptions=(mu, sigma, alpha),
        proof=poincare,
        source="Chernoff 1981; Cacoullos 1982",
        neighbours=(
            Neighbour(
                "The upper bound times 0.99.",
                lambda: poincare(S(99) / 100),
            ),
        ),
    ),
    Claim(
        id="moments.variance_increases_with_mean",
        statement="For alpha <= 1 the variance of f(X) does not decrease when mu grows.",
        latex=r"\alpha \le 1 \implies \frac{\partial}{\partial\mu} \operatorname{Var} f(X) \ge 0",
        assumptions=(mu, sigma, "alpha <= 1"),
        proof=variance_increases_with_mean,
        source="f and f' increase, so they are positively correlated",
        neighbours=(
            Neighbour(
                "The same for alpha > 1.",
                lambda: variance_increases_with_mean(ABOVE_ONE),
            ),
        ),
    ),
    Claim(
        id="moments.variance_increases_with_mean_always",
        statement="The variance of f(X) does not decrease when mu grows, for every alpha > 0.",
        assumptions=(mu, sigma, alpha),
        proof=lambda: variance_increases_with_mean(alpha),
        source="true for alpha <= 1 and repeated without the condition",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "It does not increase.",
                lambda: [Positive(-diff(variance.closed_form, mu))],
            ),
        ),
    ),
    Claim(
        id="moments.mean_increases_with_mean",
        statement="E f(X) increases strictly with mu, at the rate E f'(X).",
        latex=r"\frac{\partial}{\partial\mu} \mathbb{E} f(X) = \mathbb{E} f'(X) > 0",
        assumptions=(mu, sigma, alpha),
        proof=mean_increases_with_mean,
        source="Stein 1981; f' > 0",
        neighbours=(
            Neighbour(
                "At a rate of at least 1/100.",
                lambda: [Positive(derivative_mean.closed_form - S(1) / 100)],
            ),
        ),
    ),
    Claim(
        id="moments.second_moment_increases",
        statement="At mu = 0 the second moment increases strictly with sigma, for every alpha > 0.",
        latex=r"\frac{d}{d\sigma} \mathbb{E} f(\sigma Z)^2 > 0",
        assumptions=(sigma, alpha),
        proof=second_moment_increases,
        source="x*f(x)*f'(x) >= 0",
        neighbours=(
            Neighbour(
                "It decreases with sigma.",
                lambda: [Positive(-diff(second_moment.closed_form.subs(mu, 0), sigma))],
            ),
        ),
    ),
    Claim(
        id="moments.second_moment_bounds",
        statement=(
            "At mu = 0 the second moment lies between sigma^2/2, that of ReLU, and"
            " (1 + alpha^2)*sigma^2/2, that of the leaky ReLU of slope alpha."
        ),
        latex=(
            r"\tfrac{1}{2}\sigma^2 < \mathbb{E} f(\sigma Z)^2 < \tfrac{1 + \alpha^2}{2}\sigma^2"
        ),
        assumptions=(sigma, alpha),
        proof=second_moment_bounds,
        source="0 < 1 - e^{-r} < r",
        neighbours=(
            Neighbour(
                "The lower bound times 1.01.",
                lambda: [
                    PositiveGaussianMean(
                        second_moment.closed_form.subs(mu, 0) - sigma**2 * S(101) / 200,
                        ELU**2 - Relu(x) ** 2 * S(101) / 100,
                        S.Zero,
                    )
                ],
            ),
            Neighbour(
                "The upper bound times 0.99.",
                lambda: [
                    Positive(
                        (1 + alpha**2) * sigma**2 * S(99) / 200
                        - second_moment.closed_form.subs(mu, 0)
                    )
                ],
            ),
        ),
    ),
)
