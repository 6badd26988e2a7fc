"""Mean field theory in numbers: the price of preservation, the relatives, depth at alpha = 1."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from sympy import Add, Expr, Rational, S, Symbol, exp, pi, sqrt
from sympy.stats import Normal

from elu_sym.activations import Celu, Selu
from elu_sym.book.formula import Activation, celu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.initialization.exact_gains import LEFT, between, centered, mean_at_zero
from elu_sym.claims.chapters.meanfield import preservation
from elu_sym.claims.chapters.meanfield.preservation import BIAS, SETTING, stein
from elu_sym.claims.chapters.moments.variance_rule import ELU, slope_square, square
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.claim import Claim
from elu_sym.claims.covers.cover import Box
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.enclosures import Between, PositiveOnBox
from elu_sym.claims.rules.gaussian_means import GaussianMean
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import alpha, excess, scale, sigma, x

TWO_DECADES: Box = ((sigma, Rational(1, 10), Rational(10)),)
ANY_ALPHA: Box = (*TWO_DECADES, (alpha, Rational(1, 2), Rational(2)))


def price_below(factor: str, box: Box) -> PositiveOnBox:
    """A bound of chi on a box; without an interval alpha is 1."""
    value = Rational(factor) * square() - sigma**2 * slope_square()
    return PositiveOnBox(value if box == ANY_ALPHA else value.xreplace({alpha: S.One}), box)


def price_bounded() -> Iterator[Assertion]:
    """Branch and bound, in parts; the largest value is 1.0546, at q = 6.85."""
    for low, high in pairwise(map(Rational, ("1/10", 3, 4, 5, 7, 10))):
        yield price_below("1.06", ((sigma, low, high),))


def gap_of(activation: Activation, factor: Rational = S.One) -> Expr:
    """The gap q E f'^2 - E f^2 of a relative, the latter times a factor."""
    slopes = centered(activation.derivative_second_moment)
    return sigma**2 * slopes - factor * centered(activation.second_moment)


def relatives_grow() -> Iterator[Assertion]:
    """The same integrand, scaled, for CELU at x/alpha; and SELU at its own fixed point."""
    yield mean_at_zero(gap_of(selu), LEFT * scale**2 * stein(x))
    yield mean_at_zero(gap_of(celu), LEFT * stein(x / alpha))
    yield selu_at_one("1.0715", "1.0725")


def selu_at_one(low: str, high: str) -> Between:
    """The factor of squared gradients of SELU at N(0, 1), where it preserves the variance."""
    chi = 1 + gap_of(selu) / centered(selu.second_moment)
    return between(chi.xreplace(dict(standard_selu())), low, high, ((sigma, S.One),))


CUBIC = sqrt(2 / pi)
"""E R^3 over a half-line, R = abs(Z)."""


def cubic_rest(factor: Rational = S.One) -> Expr:
    """E f^2 at alpha = 1 less q - sqrt(2/pi) q^(3/2), the cubic term times a factor."""
    return square().subs(alpha, 1) - sigma**2 + factor * CUBIC * sigma**3


def lecun_decay() -> Iterator[Assertion]:
    """With r = -x and u = 1 - e^-r, r^3 - (r - u)*(r + u) in parts that are positive, and less."""
    r, u = -x, 1 - exp(x)
    second = r**2 / 2 - r + u
    yield from positive_parts(cubic_rest(), (second * (r + u), r**2 / 2 * (r - u)))
    third = r**3 / 6 - second
    parts = (third * (r + u), r**3 / 6 * (r - u), r**2 / 2 * second)
    yield from positive_parts(Rational(7, 8) * sigma**4 - cubic_rest(), parts)


def positive_parts(value: Expr, parts: tuple[Expr, ...]) -> Iterator[Assertion]:
    """A closed form is the sum of the expectations of functions that are positive for x < 0."""
    X = Normal("X", 0, sigma)
    values = [derive_expectation((LEFT * part).subs(x, X), X).result for part in parts]
    for found, part in zip(values, parts, strict=True):
        yield mean_at_zero(found, LEFT * part)
    yield Equality(Add(*values), value)


KEPT, PASSED = Symbol("p", positive=True), Symbol("v", real=True)
"""The probability that a unit is kept, and what it then passes on."""


def dropout() -> Iterator[Assertion]:
    """A unit of value x passes on x*(1 + t) with probability 1/(1 + t), and else 0."""
    masked = ((KEPT, 1 / (1 + excess)), (PASSED, x * (1 + excess)))
    # The means over one mask, its square, and over two independent ones, their product.
    yield Equality(KEPT * PASSED, x, at=masked)
    yield Equality(KEPT * PASSED**2, (1 + excess) * x**2, at=masked)
    yield Equality((KEPT * PASSED) * (KEPT * PASSED), x**2, at=masked)
    yield GaussianMean(ELU**2, square(), S.Zero)
    weights = Symbol("w", positive=True)
    with_noise = weights * (1 + excess) * square() + BIAS
    yield mean_at_zero(with_noise - (weights * square() + BIAS), weights * excess * ELU**2)


CLAIMS = (
    Claim(
        "meanfield.price_bounded",
        "At alpha = 1 the price of preserving the variance is at most 6 % a layer, chi < 1.06, for"
        " 1/10 <= sigma <= 10.",
        price_bounded,
        preservation.DERIVED,
        r"\chi < 1.06",
        (sigma, "alpha = 1, b = 0", SETTING),
        neighbours={
            "It is at most 4.94 %.": partial(price_below, "1.0494", TWO_DECADES),
            "The same bound holds for 1/2 <= alpha <= 2.": partial(price_below, "1.06", ANY_ALPHA),
            "With 1.1 in place of 1.06 it holds for 1/2 <= alpha <= 2.": partial(
                price_below, "1.1", ANY_ALPHA
            ),
        },
    ),
    Claim(
        "meanfield.relatives_grow",
        "SELU of every alpha and scale and CELU of every alpha make squared gradients grow as well,"
        " wherever weights preserve the variance: chi > 1 at every q. For SELU with its standard"
        " parameters at N(0, 1), chi = 1.072.",
        relatives_grow,
        "Stein's identity; Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017",
        r"\chi_{\mathrm{SELU}}, \chi_{\mathrm{CELU}} > 1",
        (alpha, scale, sigma, "b = 0", SETTING),
        conclusion="chi - 1 is the gap divided by E f^2 > 0",
        neighbours={
            "The factor of SELU is 1 % larger.": partial(selu_at_one, "1.0822", "1.0833"),
            "Squared gradients of CELU shrink.": lambda: mean_at_zero(
                -gap_of(celu), Celu(x, alpha) ** 2
            ),
            "For SELU the factor is above 1.01 at every q and alpha.": lambda: mean_at_zero(
                gap_of(selu, Rational("1.01")), -(Selu(x, alpha, scale) ** 2)
            ),
        },
    ),
    Claim(
        "meanfield.lecun_decay",
        "At alpha = 1 under LeCun's rule, w = 1, without biases, E f^2 = q - sqrt(2/pi)*q^(3/2) + R"
        " with 0 < R < 7/8*q^2: near 0 the variance decays algebraically, and the reciprocal of"
        " sigma grows by 1/sqrt(2*pi) a layer in the limit: q is about 2*pi/l^2 in layer l.",
        lecun_decay,
        preservation.DERIVED,
        r"0 < \mathbb{E} f^2 - q + \sqrt{2/\pi}\, q^{3/2} < \tfrac{7}{8} q^2",
        (sigma, "alpha = 1, w = 1, b = 0", SETTING),
        conclusion="q^(-1/2) grows by 1/sqrt(2*pi) a layer in the limit, and so do its means",
        neighbours={
            "The cubic term is 1 % larger.": lambda: mean_at_zero(
                Rational(7, 8) * sigma**4 - cubic_rest(Rational("1.01")), LEFT * x**4
            ),
            "The cubic term is 1 % smaller.": lambda: mean_at_zero(
                cubic_rest(Rational("0.99")), LEFT * x**4
            ),
        },
    ),
    Claim(
        "meanfield.dropout",
        "With dropout the correlation 1 is no fixed point: two copies of one input under"
        " independent masks, units kept with probability 1/(1 + t) and then multiplied by 1 + t,"
        " have the covariance w*E f^2 + b in the next layer and the larger variance"
        " w*(1 + t)*E f^2 + b.",
        dropout,
        "Schoenholz et al., ICLR 2017, section 5, for ELU",
        r"w\, \mathbb{E} f^2 + b < w (1 + t)\, \mathbb{E} f^2 + b",
        (alpha, sigma, excess, BIAS, SETTING),
        conclusion="weights that are independent of the masks have the covariance w times the mean"
        " product, and b",
        neighbours={"The two are equal.": lambda: Equality((1 + excess) * square(), square())},
    ),
)
