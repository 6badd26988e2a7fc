"""Sign, bounds and monotony of the moments of ELU."""

from sympy import Expr, Interval, S, diff, log, oo

from elu_sym.activations import Elu, EluDerivative, Relu
from elu_sym.book.formula import derivative_mean, derivative_second_moment, mean, variance
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules import elementary, variance_bounds
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE, Equality, Positive
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.claims.rules.gaussian_means import PositiveGaussianMean
from elu_sym.claims.rules.variance_bounds import VarianceBound
from elu_sym.symbols import alpha, excess, mu, sigma, slack, x

ELU, SLOPE = Elu(x, alpha), EluDerivative(x, alpha)
LOW, HIGH = Elu(x, AT_MOST_ONE), Elu(x, ABOVE_ONE)

SQUARE_ABOVE_ONE = ABOVE_ONE**2
"""Runs through (1, oo) too, and has a square root."""


def narrow_variance(factor: Expr) -> GaussianLimit:
    """Var f/sigma^2 at mu = -ln(alpha)/2 as sigma -> 0."""
    there = variance.closed_form.xreplace({alpha: SQUARE_ABOVE_ONE, mu: -log(ABOVE_ONE)})
    return GaussianLimit(there / sigma**2, sigma, S.Zero, factor)


def poincare(factor: Expr = S.One) -> variance_bounds.GaussianPoincare:
    """All of it in the closed forms of the book; the upper bound times a factor."""
    slopes = (derivative_mean.closed_form, factor * derivative_second_moment.closed_form)
    return variance_bounds.GaussianPoincare(ELU, mean.closed_form, variance.closed_form, *slopes)


def variance_increases_with_mean(value: Expr) -> variance_bounds.VarianceIncreasesWithMean:
    """At an alpha, such as those up to 1."""
    forms = (variance.closed_form, mean.closed_form, derivative_mean.closed_form)
    return variance_bounds.VarianceIncreasesWithMean(
        ELU.xreplace({alpha: value}), *(form.xreplace({alpha: value}) for form in forms)
    )


CLAIMS = (
    Claim(
        "moments.variance_positive",
        "Var f(X) > 0 under every law of X with a finite variance but a point mass.",
        # ELU is injective.
        variance_bounds.PositiveVariance(ELU),
        "ELU is injective",
        latex=r"\operatorname{Var} f(X) > 0",
        assumptions=(x, alpha, "X is not constant, E X^2 < oo"),
        neighbours={"The same for ReLU.": variance_bounds.PositiveVariance(Relu(x))},
    ),
    Claim(
        "moments.variance_bound",
        "Var f(X) <= max(1, alpha)^2 Var X under every law with a finite variance, and no"
        " smaller factor will do.",
        [*elementary.both_conditions(), VarianceBound(LOW, S.One), VarianceBound(HIGH, ABOVE_ONE)],
        "the Lipschitz constant of ELU",
        latex=r"\operatorname{Var} f(X) \le \max(1, \alpha)^2 \operatorname{Var} X",
        assumptions=(x, alpha, "E X^2 < oo"),
        neighbours={
            "For alpha <= 1 the factor is alpha^2.": VarianceBound(LOW, AT_MOST_ONE),
            "For alpha > 1 it is (1.01*alpha)^2.": VarianceBound(HIGH, ABOVE_ONE * S(101) / 100),
        },
    ),
    Claim(
        "moments.variance_below_input_iff",
        "ELU increases the variance of no Gaussian if and only if alpha <= 1: for alpha >"
        " 1 and mu = -ln(alpha)/2 the quotient Var f/sigma^2 tends to alpha as sigma -> 0.",
        # The Lipschitz constant on one side, a limit above 1 on the other.
        lambda: [
            elementary.RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 1)),
            VarianceBound(LOW, S.One),
            elementary.RunsThrough(SQUARE_ABOVE_ONE, excess, Interval.open(1, oo)),
            narrow_variance(SQUARE_ABOVE_ONE),
        ],
        "the Lipschitz constant, and the slope of ELU between -ln(alpha) and 0",
        latex=r"\operatorname{Var} f(X) \le \sigma^2 \;\forall \mu, \sigma \iff \alpha \le 1",
        assumptions=(x, mu, sigma, alpha),
        conclusion="a quotient whose limit is above 1 is above 1 for some sigma",
        neighbours={
            "That quotient tends to alpha^2.": lambda: narrow_variance(SQUARE_ABOVE_ONE**2),
            "That quotient tends to 1.": lambda: narrow_variance(S.One),
            "So for every alpha.": lambda: elementary.NonNegative(sigma**2 - variance.closed_form),
            "Var f(X) <= alpha^2 Var X.": lambda: elementary.NonNegative(
                alpha**2 * sigma**2 - variance.closed_form
            ),
        },
    ),
    Claim(
        "moments.poincare",
        "For X ~ N(mu, sigma^2) Var f(X) lies between sigma^2 (E f')^2 and sigma^2 E f'^2.",
        poincare,
        "Chernoff 1981; Cacoullos 1982",
        latex=r"\sigma^2 (\mathbb{E} f')^2 \le \operatorname{Var} f \le \sigma^2\, \mathbb{E} f'^2",
        assumptions=(mu, sigma, alpha),
        neighbours={"The upper bound times 0.99.": lambda: poincare(S(99) / 100)},
    ),
    Claim(
        "moments.variance_increases_with_mean",
        "For alpha <= 1 the variance of f(X) does not decrease when mu grows.",
        lambda: [*elementary.both_conditions(), variance_increases_with_mean(AT_MOST_ONE)],
        "f and f' increase, so they are positively correlated",
        latex=r"\alpha \le 1 \implies \frac{\partial}{\partial\mu} \operatorname{Var} f(X) \ge 0",
        assumptions=(mu, sigma, "alpha <= 1"),
        neighbours={
            "The same for alpha > 1.": lambda: variance_increases_with_mean(ABOVE_ONE),
            "The same for every alpha > 0.": lambda: variance_increases_with_mean(alpha),
            "It decreases, whatever alpha.": lambda: Positive(-diff(variance.closed_form, mu)),
        },
    ),
    Claim(
        "moments.mean_increases_with_mean",
        "E f(X) increases strictly with mu, at the rate E f'(X).",
        # The derivative is E f', and f' > 0.
        lambda: [
            Equality(diff(mean.closed_form, mu), derivative_mean.closed_form),
            PositiveGaussianMean(derivative_mean.closed_form, SLOPE),
        ],
        "Stein 1981; f' > 0",
        latex=r"\frac{\partial}{\partial\mu} \mathbb{E} f(X) = \mathbb{E} f'(X) > 0",
        assumptions=(mu, sigma, alpha),
        conclusion="mean value theorem",
        neighbours={
            "At a rate above 1/100.": lambda: Positive(derivative_mean.closed_form - S(1) / 100)
        },
    ),
)
