"""SELU for any fixed point: one alpha and one scale.

With X ~ N(mu, sigma^2) and ELU as f(X) = X_+ - alpha*N, N = (1 - e^X)_+, write P, a for the mean
and the variance of X_+, n, b for those of N. Then E f = P - alpha*n and
Var f = a + 2*alpha*P*n + alpha^2*b. A scale that keeps mean and variance is sigma/std f, and it
exists where E f/std f = mu/sigma.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, Symbol, diff, exp

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book.formula import elu, relu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.centering.zero_mean import LOSS, PUBLISHED, put
from elu_sym.claims.chapters.moments.box_inequalities import standard_selu
from elu_sym.claims.claim import Claim, Neighbour
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.gaussian_means import Between, GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.laws import on_side
from elu_sym.claims.rules.variance_bounds import PositiveVariance, VarianceBound
from elu_sym.claims.rules.variation import ReducesVariation
from elu_sym.symbols import alpha, mu, scale, sigma, x

PUBLISHED_SCALE = Rational("1.0507009873554804934193349852946")
"""The lambda of SELU as it was published, to 31 decimals."""

STANDARD = ((mu, S.Zero), (sigma, S.One))


def gain() -> Expr:
    """P = E X_+."""
    return relu.mean.closed_form


def gain_square() -> Expr:
    """E X_+^2."""
    return relu.second_moment.closed_form


def put_square() -> Expr:
    """E N^2."""
    return elu.second_moment.closed_form.xreplace({alpha: S.One}) - gain_square()


def _parts() -> Iterator[Assertion]:
    """The four moments of the two parts, and those of f made of them."""
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


def decreasing() -> Iterator[Assertion]:
    """The derivative is a sum of products of positive moments, with a minus sign."""
    yield from _parts()
    yield PositiveVariance(Elu(x, alpha))
    positive_part = alpha * gain() * put_square() + put() * gain_square()
    yield Equality(slope_numerator(), -positive_part)
    # P at -mu and E X_+^2 at -mu are those of the negative part.
    yield PositiveGaussianMean(gain().xreplace({mu: -mu}), Relu(-x))
    yield PositiveGaussianMean(gain_square().xreplace({mu: -mu}), Relu(-x) ** 2)
    yield PositiveGaussianMean(put(), LOSS)
    yield PositiveGaussianMean(put_square(), LOSS**2)


def unique() -> Iterator[Assertion]:
    """It falls from P/sqrt(a) to -n/sqrt(b), and mu/sigma lies between."""
    yield from decreasing()
    # P/sqrt(a) > mu/sigma: P > mu, and X_+ varies no more than X.
    yield PositiveGaussianMean(gain() - mu, Relu(-x))
    yield VarianceBound(Relu(x), S.One)
    # n/sqrt(b) > -mu/sigma: N is 1 - e^(-R) of R = (-X)_+, for which the same was just shown.
    yield ReducesVariation(on_side(LOSS, Side.LEFT).xreplace({x: -x}))


def quadratic() -> Iterator[Assertion]:
    """The equation, its discriminant, and the difference in which the density cancels."""
    yield from _parts()
    a, b = gain_square() - gain() ** 2, put_square() - put() ** 2
    t = mu / sigma
    equation = (
        alpha**2 * (put() ** 2 - t**2 * b)
        - 2 * alpha * gain() * put() * (1 + t**2)
        + gain() ** 2
        - t**2 * a
    )
    yield Equality(equation, elu.mean.closed_form**2 - t**2 * elu.variance.closed_form)
    yield discriminant(t**2)
    tail, density = NormalCdf(-t), NormalPdf(t)
    first = density - t * tail
    yield Equality(
        (gain() ** 2 - t**2 * a) / sigma**2,
        t**2 * tail + t * (2 + t**2) * first + (1 + t**2) * first**2,
    )


BETA, GAMMA = Symbol("beta", positive=True), Symbol("gamma", positive=True)
"""The squared coefficients of variation of N and of X_+."""


def discriminant(square: Expr, last: Expr = BETA * GAMMA) -> Equality:
    """A quarter of the discriminant is t^2*D."""
    product = (1 - square * BETA) * (1 - square * GAMMA)
    return Equality(
        (1 + square) ** 2 - product, square * (2 + square + BETA + GAMMA - square * last)
    )


def standard_parameters() -> Iterator[Assertion]:
    """The closed forms at (0, 1), and the published digits."""
    values = dict(standard_selu())
    unit = {**dict(STANDARD), **values}
    yield Equality(elu.mean.closed_form.xreplace(unit), S.Zero)
    yield Equality(values[scale] ** 2 * elu.second_moment.closed_form.xreplace(unit), S.One)
    for symbol, published in ((alpha, PUBLISHED), (scale, PUBLISHED_SCALE)):
        yield Between(symbol * values[symbol], *_around(published), ((symbol, S.One),))


def _around(value: Rational) -> tuple[Rational, Rational]:
    unit = Rational(1, 10**30)
    return value - unit, value + unit


CLAIMS = (
    Claim(
        id="self_normalization.parameters_decreasing",
        statement="E f(X)/std f(X) decreases strictly with alpha, for every normal law of X.",
        latex=(
            r"\frac{\partial}{\partial\alpha} \frac{\mathbb{E} f}{\operatorname{std} f} ="
            r" -\frac{\mathbb{E} N\, \mathbb{E} X_+^2 + \alpha\, \mathbb{E} X_+\, \mathbb{E} N^2}"
            r"{(\operatorname{Var} f)^{3/2}} < 0"
        ),
        assumptions=(mu, sigma, alpha),
        proof=decreasing,
        source="the derivative, in which all terms have one sign",
        neighbours=(
            Neighbour("It increases.", lambda: [Positive(slope_numerator())]),
            Neighbour(
                "Its derivative is that sum with a coefficient 1 % larger.",
                lambda: [
                    Equality(
                        slope_numerator(),
                        -alpha * gain() * put_square() - Rational(101, 100) * put() * gain_square(),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="self_normalization.parameters_unique",
        statement=(
            "For every mean and every variance > 0 there is exactly one pair alpha, scale > 0 for"
            " which scale*f(X) has the mean and the variance of X ~ N(mean, variance)."
        ),
        latex=(
            r"\forall \mu,\, \sigma > 0\ \exists!\, \alpha, \lambda > 0:\ \lambda\,\mathbb{E} f ="
            r" \mu,\ \lambda^2 \operatorname{Var} f = \sigma^2"
        ),
        assumptions=(mu, sigma),
        proof=unique,
        source="Klambauer et al. 2017, equation 14, for (0, 1); derived for the others",
        neighbours=(
            Neighbour(
                "ReLU does it as well, with a scale alone.",
                lambda: [Equality(gain() ** 2 * sigma**2, mu**2 * (gain_square() - gain() ** 2))],
            ),
            Neighbour(
                "A left piece 1 - e^r, convex on the left, would do.",
                lambda: [ReducesVariation(exp(x) - 1)],
            ),
            Neighbour(
                "X_+ varies at most 99 % as much as X.",
                lambda: [VarianceBound(Relu(x), Rational(99, 100))],
            ),
        ),
    ),
    Claim(
        id="self_normalization.parameters_quadratic",
        statement=(
            "With t = mean/sigma that alpha solves a quadratic equation in E X_+, E N and the two"
            " variances, whose discriminant is 4*t^2*D, D = 2 + t^2 + beta + gamma -"
            " t^2*beta*gamma, beta and gamma the squared coefficients of variation of N and X_+."
        ),
        latex=(r"(n^2 - t^2 b)\,\alpha^2 - 2 P n (1 + t^2)\,\alpha + P^2 - t^2 a = 0"),
        assumptions=(mu, sigma, alpha),
        proof=quadratic,
        source="E f = t std f, squared",
        neighbours=(
            Neighbour(
                "D without its last term.",
                lambda: [discriminant((mu / sigma) ** 2, S.Zero)],
            ),
        ),
    ),
    Claim(
        id="self_normalization.standard_parameters",
        statement=(
            "At mean 0 and variance 1 alpha and scale agree with the published constants of SELU to"
            " 30 decimals."
        ),
        latex=(
            r"\alpha_{01} = 1.6732632423543772\ldots,"
            r" \quad \lambda_{01} = 1.0507009873554804\ldots"
        ),
        assumptions=(alpha, scale),
        proof=standard_parameters,
        source="Klambauer et al. 2017, equation 14 and their code",
        neighbours=(
            Neighbour(
                "The last of the 30 decimals of alpha is 5 units larger.",
                lambda: [
                    Between(
                        alpha * dict(standard_selu())[alpha],
                        *_around(PUBLISHED + Rational(5, 10**30)),
                        ((alpha, S.One),),
                    )
                ],
            ),
            Neighbour(
                "The scale is 1/E f^2 and not its root.",
                lambda: [
                    Between(
                        scale * dict(standard_selu())[scale] ** 2,
                        *_around(PUBLISHED_SCALE),
                        ((scale, S.One),),
                    )
                ],
            ),
        ),
    ),
)
