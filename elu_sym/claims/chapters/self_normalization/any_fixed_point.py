"""SELU for any fixed point: one alpha and one scale; and whether the standard one attracts.

With X ~ N(mu, sigma^2) and ELU as f(X) = X_+ - alpha*N, N = (1 - e^X)_+, write P, a for the mean
and the variance of X_+, n, b for those of N. Then E f = P - alpha*n and
Var f = a + 2*alpha*P*n + alpha^2*b. A scale that keeps mean and variance is sigma/std f, and it
exists where E f/std f = mu/sigma.

The Jacobian by the mean and the variance of the layer's input is A diag(omega, tau) at N(0, 1); see
:mod:`elu_sym.claims.chapters.self_normalization.moment_map`.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, Symbol, diff, exp

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book.formula import elu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, gain, loss_is_put, put
from elu_sym.claims.chapters.self_normalization.moment_map import jacobian, weight_sum
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.laws import on_side
from elu_sym.claims.rules.variance_bounds import PositiveVariance, ReducesVariation, VarianceBound
from elu_sym.symbols import alpha, mu, sigma, x


def gain_square() -> Expr:
    """E X_+^2."""
    return relu.second_moment.closed_form


def put_square() -> Expr:
    """E N^2."""
    return elu.second_moment.closed_form.xreplace({alpha: S.One}) - gain_square()


def put_variance() -> Expr:
    """Var N, which is b."""
    return put_square() - put() ** 2


def parts() -> Iterator[Assertion]:
    """The four moments of the two parts, and those of f made of them."""
    yield from loss_is_put()
    yield GaussianMean(Relu(x), gain())
    yield GaussianMean(Relu(x) ** 2, gain_square())
    yield GaussianMean(LOSS, put())
    yield GaussianMean(LOSS**2, put_square())
    yield Equality(elu.mean.closed_form, gain() - alpha * put())
    yield Equality(elu.second_moment.closed_form, gain_square() + alpha**2 * put_square())


def slope_numerator() -> Expr:
    """The derivative of E f/std f in alpha, times (Var f)^(3/2)."""
    mean, variance = elu.mean.closed_form, elu.variance.closed_form
    return diff(mean, alpha) * variance - mean * diff(variance, alpha) / 2


def slope_is_negative_sum(factor: Expr = S.One) -> Equality:
    """It is a sum of products of positive moments, with a minus sign."""
    return Equality(
        slope_numerator(), -alpha * gain() * put_square() - factor * put() * gain_square()
    )


def unique() -> Iterator[Assertion]:
    """E f/std f falls from P/sqrt(a) to -n/sqrt(b), and mu/sigma lies between."""
    yield from parts()
    yield PositiveVariance(Elu(x, alpha))
    yield slope_is_negative_sum()
    # All moments in it are positive; at -mu P and E X_+^2 are those of the negative part.
    yield PositiveGaussianMean(gain().xreplace({mu: -mu}), Relu(-x))
    yield PositiveGaussianMean(gain_square().xreplace({mu: -mu}), Relu(-x) ** 2)
    yield PositiveGaussianMean(put(), LOSS)
    yield PositiveGaussianMean(put_square(), LOSS**2)
    # P/sqrt(a) > mu/sigma: P > mu, and X_+ varies no more than X.
    yield PositiveGaussianMean(gain() - mu, Relu(-x))
    yield VarianceBound(Relu(x), S.One)
    # n/sqrt(b) > -mu/sigma: N is 1 - e^(-R) of R = (-X)_+, for which the same was just shown.
    yield ReducesVariation(on_side(LOSS, Side.LEFT).xreplace({x: -x}))


def quadratic() -> Iterator[Assertion]:
    """The equation, its discriminant, and the difference in which the density cancels."""
    yield from parts()
    t = mu / sigma
    at_zero = gain() ** 2 - t**2 * relu.variance.closed_form
    leading = put() ** 2 - t**2 * put_variance()
    equation = alpha**2 * leading - 2 * alpha * gain() * put() * (1 + t**2) + at_zero
    yield Equality(equation, elu.mean.closed_form**2 - t**2 * elu.variance.closed_form)
    yield discriminant(t**2)
    tail, density = NormalCdf(-t), NormalPdf(t)
    first = density - t * tail
    yield Equality(at_zero / sigma**2, t**2 * tail + t * (2 + t**2) * first + (1 + t**2) * first**2)


BETA, GAMMA = Symbol("beta", positive=True), Symbol("gamma", positive=True)
"""The squared coefficients of variation of N and of X_+."""


def discriminant(square: Expr, last: Expr = BETA * GAMMA) -> Equality:
    """A quarter of the discriminant is t^2*D."""
    product = (1 - square * BETA) * (1 - square * GAMMA)
    return Equality(
        (1 + square) ** 2 - product, square * (2 + square + BETA + GAMMA - square * last)
    )


def at_standard(expression: Expr, low: str, high: str) -> Between:
    """Where an expression lies at N(0, 1)."""
    standard = ((mu, S.Zero), (sigma, S.One))
    return Between(expression, Rational(low), Rational(high), standard)


def attracts_normalized() -> Iterator[Assertion]:
    """With omega = 0 and tau = 1 the first column vanishes: the eigenvalues are 0 and dVar/dv."""
    _, above, _, corner = jacobian()
    yield at_standard(corner, "0.7826", "0.7827")
    yield at_standard(above**2 + corner**2, "0.62031376", "0.62047129")


def characteristic(at: str, low: str, high: str, weights: str = "1") -> Between:
    """Where the characteristic polynomial of the Jacobian lies, for tau = 1."""
    a, b, c, d = jacobian()
    argument, omega = Rational(at), Rational(weights)
    return at_standard((argument - omega * a) * (argument - d) - omega * b * c, low, high)


def repels_unit_weights() -> Iterator[Assertion]:
    """The characteristic polynomial is negative at 1, so an eigenvalue lies above."""
    yield characteristic("1", "-0.0238", "-0.0236")
    yield characteristic("1.0767", "-1", "0")
    yield characteristic("1.0768", "0", "1")


def attracts_below() -> Iterator[Assertion]:
    """Jury's conditions are linear in omega, so that they hold between two ends where they do.

    The characteristic polynomial is to be positive at 1 and at -1, and the determinant less than 1
    in size; omega = 0 is one end, either sign of the largest omega the other one.
    """
    a, b, c, d = jacobian()
    yield at_standard(d, "0", "1")
    yield characteristic("1", "0", "0.001", "0.9016")
    yield characteristic("1", "0", "1", "-0.9016")
    yield characteristic("-1", "0", "2", "-0.9016")
    yield characteristic("-1", "0", "4", "0.9016")
    yield at_standard(Rational("0.9016") * (a * d - b * c), "-1", "1")
    yield characteristic("1", "-0.001", "0", "0.9017")


CLAIMS = (
    Claim(
        "self_normalization.parameters_unique",
        "E f(X)/std f(X) decreases strictly with alpha, for every normal law of X, and for every"
        " mean and every variance > 0 there is exactly one pair alpha, scale > 0 for which"
        " scale*f(X) has the mean and the variance of X ~ N(mean, variance).",
        unique,
        "Klambauer et al. 2017, equation 14, for (0, 1); derived for the others",
        r"\frac{\partial}{\partial\alpha} \frac{\mathbb{E} f}{\operatorname{std} f} ="
        r" -\frac{\mathbb{E} N\, \mathbb{E} X_+^2 + \alpha\, \mathbb{E} X_+\, \mathbb{E} N^2}"
        r"{(\operatorname{Var} f)^{3/2}} < 0,\quad"
        r" \forall \mu,\, \sigma > 0\ \exists!\, \alpha, \lambda > 0:\ \lambda\,\mathbb{E} f"
        r" = \mu,\ \lambda^2 \operatorname{Var} f = \sigma^2",
        (mu, sigma, alpha),
        conclusion="the quotient falls continuously from above mu/sigma to below it, so it is"
        " mu/sigma once; the scale is sigma/std f",
        neighbours={
            "E f(X)/std f(X) increases.": lambda: Positive(slope_numerator()),
            "Its derivative is that sum with a coefficient 1 % larger.": lambda: (
                slope_is_negative_sum(Rational(101, 100))
            ),
            "ReLU does it as well, with a scale alone.": lambda: Equality(
                gain() ** 2 * sigma**2, mu**2 * relu.variance.closed_form
            ),
            "A left piece 1 - e^r, convex on the left, would do.": ReducesVariation(exp(x) - 1),
            "X_+ varies at most 99 % as much as X.": VarianceBound(Relu(x), Rational(99, 100)),
        },
    ),
    Claim(
        "self_normalization.parameters_quadratic",
        "With t = mean/sigma that alpha solves a quadratic equation in E X_+, E N and the two"
        " variances, whose discriminant is 4*t^2*D, D = 2 + t^2 + beta + gamma - t^2*beta*gamma,"
        " beta and gamma the squared coefficients of variation of N and X_+.",
        quadratic,
        "E f = t std f, squared",
        r"(n^2 - t^2 b)\,\alpha^2 - 2 P n (1 + t^2)\,\alpha + P^2 - t^2 a = 0",
        (mu, sigma, alpha),
        neighbours={"D without its last term.": lambda: discriminant((mu / sigma) ** 2, S.Zero)},
    ),
    Claim(
        "self_normalization.attracts_normalized_weights",
        "With omega = 0 and tau = 1 the fixed point (0, 1) of the standard SELU attracts: the"
        " eigenvalues of the Jacobian by the layer's input are 0 and 0.7826, its largest singular"
        " value is 0.7876.",
        attracts_normalized,
        "Klambauer et al. 2017, section 2, who give 0.7877 for the singular value",
        r"\rho(J) = 0.7826\ldots, \quad \sigma_{\max}(J) = 0.7876\ldots",
        ("standard SELU, omega = 0, tau = 1",),
        conclusion="with omega = 0 the first column vanishes: the eigenvalues are 0 and the"
        " corner, the singular values 0 and the length of the second column",
        neighbours={
            "The eigenvalue is 1 % larger.": lambda: at_standard(
                jacobian().variance_by_variance, "0.7904", "0.7906"
            )
        },
    ),
    Claim(
        "self_normalization.repels_unit_weights",
        "With omega = tau = 1 the Jacobian at (0, 1) has an eigenvalue between 1.0767 and 1.0768,"
        " so the fixed point does not attract.",
        repels_unit_weights,
        "the sign of the characteristic polynomial",
        r"1.0767 < \rho(J) < 1.0768",
        ("standard SELU, omega = tau = 1",),
        conclusion="a quadratic that is negative at 1 has a root above 1; a fixed point with an"
        " eigenvalue above 1 does not attract",
        neighbours={
            "The fixed point attracts.": partial(characteristic, "1", "0", "10"),
            "It does so with omega = 19/20.": partial(characteristic, "1", "0", "10", "0.95"),
            "The eigenvalue lies below 1.066, 1 % less.": partial(
                characteristic, "1.066", "0", "1"
            ),
        },
    ),
    Claim(
        "self_normalization.attracts_weight_sum",
        "With tau = 1 the fixed point (0, 1) attracts for abs(omega) <= 0.9016, and not for omega ="
        " 0.9017.",
        attracts_below,
        "Jury's conditions for the roots of a quadratic to lie in the unit disc",
        r"\rho(J) < 1 \text{ for } |\omega| \le 0.9016",
        (weight_sum, "standard SELU, tau = 1"),
        conclusion="Jury's conditions are linear in omega and hold between two ends where they do;"
        " a spectral radius below 1 attracts",
        neighbours={
            "It attracts for omega = 0.9107, 1 % more.": partial(
                characteristic, "1", "0", "1", "0.9107"
            )
        },
    ),
)
