"""The gains and constants that others use for ELU and its relatives: how close each one is.

The rows, with their sources, are those of :mod:`elu_sym.networks.published_constants`.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, oo, sqrt

from elu_sym.book.formula import celu, elu, leaky_relu, relu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.initialization.exact_gains import (
    HE,
    PERCENT_MORE,
    STANDARD,
    Point,
    below_sqrt_2,
    centered,
)
from elu_sym.claims.chapters.moments.variance_rule import square
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.enclosures import Between
from elu_sym.claims.rules.gaussian_limits import GaussianLimit
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS, selu_alpha, selu_scale
from elu_sym.symbols import alpha, mu, scale, sigma, slope


def published(row: str, moment: Expr, low: str, high: str, point: Point = STANDARD) -> Assertion:
    """A published number times a moment is 1 more than something between two numbers."""
    product = PUBLISHED_CONSTANTS[row].published * moment
    return Between(product - 1, Rational(low), Rational(high), point)


def siren(low: str, high: str) -> list[Assertion]:
    """The product with E f^2."""
    return [published("siren.elu", square(), low, high)]


def nfnets(every: tuple[str, str] | None = None) -> Iterator[Assertion]:
    """The product of each with std f/sigma."""
    unit: Point = ((sigma, S.One),)
    standard = {alpha: selu_alpha(), scale: selu_scale()}
    for row, deviation, point, found in (
        ("elu", centered(elu.std), STANDARD, ("5.95e-4", "5.96e-4")),
        ("celu", centered(celu.std), STANDARD, ("6.56e-5", "6.57e-5")),
        ("relu", centered(relu.std), unit, ("6.42e-4", "6.43e-4")),
        (
            "leaky_relu",
            centered(leaky_relu.std),
            (*unit, (slope, Rational(1, 100))),
            ("6.28e-4", "6.29e-4"),
        ),
        ("selu", centered(selu.std).xreplace(standard), unit, ("8.51e-4", "8.52e-4")),
    ):
        yield published(f"nfnets.{row}", deviation, *(every or found), point)


def selu_square() -> Expr:
    """E selu(sigma Z)^2 for the lambda that makes it 1 at sigma = 1."""
    standard = square().xreplace({sigma: S.One})
    return centered(selu.second_moment).xreplace({scale: 1 / sqrt(standard)})


def three_quarters(lower: str, upper: str) -> Assertion:
    """What a layer makes of the variance 1 with the gain 3/4, at the alpha of SELU."""
    moment = selu_square().xreplace({alpha: selu_alpha()})
    point = ((sigma, S.One),)
    return Between(Rational(9, 16) * moment, Rational(lower), Rational(upper), point)


def selu_three_quarters() -> Iterator[Assertion]:
    """(3/4)^2 times E selu^2, which is 1 by the definition of lambda."""
    yield Equality(selu_square().xreplace({sigma: S.One}), S.One)
    yield three_quarters("0.5624999", "0.5625001")


def selu_digits(shift: Rational = S.Zero) -> Iterator[Assertion]:
    """The published numbers are the exact ones rounded to 31 decimals."""
    half = Rational(1, 2 * 10**31)
    for row, exact in (("selu.alpha", selu_alpha()), ("selu.scale", selu_scale())):
        number = PUBLISHED_CONSTANTS[row].published + shift
        yield Between(sigma * exact, number - half, number + half, ((sigma, S.One),))


def he_grows() -> Iterator[Assertion]:
    """2*E f^2 > sigma^2, and how much that is at first."""
    yield below_sqrt_2()
    yield GaussianLimit(2 * square() / sigma**2, sigma, oo, S.One)
    yield Between(2 * square(), Rational("1.28989"), Rational("1.28990"), STANDARD)


CLAIMS = (
    Claim(
        id="initialization.relu_gain_grows",
        statement="With the gain sqrt(2) of ReLU the pre-activation variance of an ELU network"
        " grows in every layer, from every variance and for every alpha; from 1 at alpha = 1 by"
        " 28.99 %, and by a factor that tends to 1 as it grows.",
        latex=r"2\, \mathbb{E} f(\sigma Z)^2 > \sigma^2",
        assumptions=(sigma, alpha, "mean-field limit"),
        proof=he_grows,
        source=HE + ", used for ELU",
        neighbours={
            "It grows by at least 1 % in every layer.": lambda: below_sqrt_2(1 / PERCENT_MORE)
        },
    ),
    Claim(
        id="initialization.relu_gain_preserves",
        statement="The gain sqrt(2) of ReLU preserves the second moment in an ELU network.",
        assumptions=(sigma, alpha, "mean-field limit"),
        proof=lambda: [Equality(2 * square(), sigma**2)],
        source="the gain that libraries without one for ELU are given",
        expected=Verdict.REFUTED,
        neighbours={
            "It does so at alpha = 1.": lambda: Equality(
                2 * square().xreplace({alpha: S.One}), sigma**2
            )
        },
    ),
    Claim(
        id="initialization.published_siren",
        statement="The constant 1.5505188080679277 for ELU is 1/E f(Z)^2 at alpha = 1, relatively"
        " 3.2e-16 too large: two units in the last place of a double.",
        latex=r"1.5505188080679277\, \mathbb{E} f(Z)^2 - 1 \in (3.1, 3.2) \cdot 10^{-16}",
        assumptions=(mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        proof=lambda: siren("3.1e-16", "3.2e-16"),
        source=PUBLISHED_CONSTANTS["siren.elu"].source,
        neighbours={
            "It is the double next to it.": lambda: siren("-7.2e-17", "7.2e-17"),
            "It is the inverse of the variance, to 1 %.": lambda: published(
                "siren.elu", centered(elu.variance), "-0.01", "0.01"
            ),
        },
    ),
    Claim(
        id="initialization.published_nfnets",
        statement="The factors of normalizer-free networks are too large: by 5.96e-4 for ELU,"
        " 6.6e-5 for CELU (which is ELU at alpha = 1), 6.42e-4 for ReLU, 6.29e-4 for leaky ReLU of"
        " slope 0.01 and 8.52e-4 for SELU, relatively.",
        assumptions=(mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        proof=nfnets,
        source=PUBLISHED_CONSTANTS["nfnets.elu"].source,
        neighbours={"They are 1/std f(Z) to four digits.": lambda: nfnets(("-5e-5", "5e-5"))},
    ),
    Claim(
        id="initialization.published_nfnets_exact",
        statement="The factor for ELU of normalizer-free networks is 1/std f(Z) to 1e-4.",
        assumptions=(mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        proof=lambda: [published("nfnets.elu", centered(elu.std), "-1e-4", "1e-4")],
        source="Brock, De, Smith, ICLR 2021, section 4.2; it was sampled",
        expected=Verdict.REFUTED,
        neighbours={
            "It is 1/sqrt(E f(Z)^2) to 1 %.": lambda: published(
                "nfnets.elu", sqrt(square()), "-1e-2", "1e-2"
            )
        },
    ),
    Claim(
        id="initialization.selu_gain",
        statement="With the gain 3/4 that PyTorch has for SELU a layer turns the pre-activation"
        " variance 1 into 0.5625; the gain that keeps it is 1.",
        latex=r"\mathbb{E} \operatorname{selu}(Z)^2 = 1",
        assumptions=(sigma, "lambda as published", "mean-field limit"),
        proof=selu_three_quarters,
        source=PUBLISHED_CONSTANTS["pytorch.selu"].source,
        neighbours={"It turns it into 0.568.": lambda: three_quarters("0.5675", "0.5685")},
    ),
    Claim(
        id="initialization.selu_gain_preserves",
        statement="The gain 3/4 that PyTorch has for SELU preserves the variance 1, to 1 %.",
        assumptions=(sigma, "mean-field limit"),
        proof=lambda: [three_quarters("0.99", "1.01")],
        source=PUBLISHED_CONSTANTS["pytorch.selu"].source,
        expected=Verdict.REFUTED,
        neighbours={"It preserves half of it, to 1 %.": lambda: three_quarters("0.495", "0.505")},
    ),
    Claim(
        id="initialization.published_selu",
        statement="The published alpha and lambda of SELU are those of mean 0 and second moment 1"
        " at N(0, 1), rounded to 31 decimals.",
        latex=r"\alpha = 1.6732632423543772848170429916717,\;"
        r" \lambda = 1.0507009873554804934193349852946",
        assumptions=("X ~ N(0, 1)",),
        proof=selu_digits,
        source=PUBLISHED_CONSTANTS["selu.alpha"].source,
        neighbours={
            "The last decimals are one larger.": lambda: selu_digits(Rational(1, 10**31)),
            "They are 0.01 larger.": lambda: selu_digits(Rational(1, 100)),
        },
    ),
)
