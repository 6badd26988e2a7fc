"""The gains and constants that others use for ELU and its relatives: how close each one is.

The rows, with their sources, are those of :mod:`elu_sym.networks.published_constants`.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, sqrt

from elu_sym.book.formula import Formula, celu, elu, leaky_relu, relu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.initialization.exact_gains import STANDARD, Point, between, centered
from elu_sym.claims.chapters.moments.variance_rule import square
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.claim import Claim
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.enclosures import Between
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS, selu_scale
from elu_sym.symbols import alpha, mu, scale, sigma, slope

UNIT: Point = ((sigma, S.One),)


def published(row: str, moment: Expr, low: str, high: str, point: Point = STANDARD) -> Assertion:
    """A published number times a moment is 1 more than something between two numbers."""
    return between(PUBLISHED_CONSTANTS[row].published * moment - 1, low, high, point)


def siren(low: str, high: str) -> Assertion:
    """The product with E f^2."""
    return published("siren.elu", square(), low, high)


def nfnets(every: tuple[str, str] | None = None) -> Iterator[Assertion]:
    """The product of each with std f/sigma."""
    hundredth = (*UNIT, (slope, Rational(1, 100)))
    for activation, point, found in (
        (elu, STANDARD, ("5.95e-4", "5.96e-4")),
        (celu, STANDARD, ("6.56e-5", "6.57e-5")),
        (relu, UNIT, ("6.42e-4", "6.43e-4")),
        (leaky_relu, hundredth, ("6.28e-4", "6.29e-4")),
        (selu, UNIT, ("8.51e-4", "8.52e-4")),
    ):
        deviation = centered(activation.std)
        if activation is selu:
            deviation = deviation.xreplace(dict(standard_selu()))
        yield published(f"nfnets.{activation.name}", deviation, *(every or found), point)


def three_quarters(low: str, high: str) -> Assertion:
    """What a layer makes of the variance 1 with the gain 3/4."""
    square = centered(selu.second_moment).xreplace(dict(standard_selu()))
    return between(Rational(9, 16) * square, low, high, UNIT)


def at_standard_selu(formula: Formula) -> Expr:
    """A formula of ELU at N(0, 1) and the alpha of SELU."""
    return centered(formula).xreplace({sigma: S.One, **dict(standard_selu())})


def square_is_one() -> Equality:
    """E selu(Z)^2 = lambda^2*E f(Z)^2 is 1."""
    square = scale**2 * centered(elu.second_moment).xreplace({sigma: S.One})
    return Equality(square, S.One, at=standard_selu())


def published_selu() -> Iterator[Assertion]:
    """The closed forms have these moments at N(0, 1), and the published digits."""
    yield Equality(at_standard_selu(elu.mean), S.Zero)
    yield square_is_one()
    yield from selu_digits()


def selu_digits(shift: Rational = S.Zero) -> Iterator[Assertion]:
    """The published numbers are the exact ones rounded to 31 decimals."""
    for row, (_, exact) in zip(("selu.alpha", "selu.scale"), standard_selu(), strict=True):
        yield rounds_to(exact, PUBLISHED_CONSTANTS[row].published + shift)


def rounds_to(exact: Expr, number: Rational) -> Assertion:
    """A number rounded to 31 decimals."""
    half = Rational(1, 2 * 10**31)
    return Between(sigma * exact, number - half, number + half, UNIT)


CLAIMS = (
    Claim(
        "initialization.published_siren",
        "The constant 1.5505188080679277 for ELU is 1/E f(Z)^2 at alpha = 1, relatively 3.2e-16"
        " too large: two units in the last place of a double.",
        partial(siren, "3.1e-16", "3.2e-16"),
        PUBLISHED_CONSTANTS["siren.elu"].source,
        r"1.5505188080679277\, \mathbb{E} f(Z)^2 - 1 \in (3.1, 3.2) \cdot 10^{-16}",
        (mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        neighbours={
            "It is the double next to it.": partial(siren, "-7.2e-17", "7.2e-17"),
            "It is the inverse of the variance, to 1 %.": lambda: published(
                "siren.elu", centered(elu.variance), "-0.01", "0.01"
            ),
        },
    ),
    Claim(
        "initialization.published_nfnets",
        "The factors of normalizer-free networks are too large: by 5.96e-4 for ELU, 6.6e-5 for"
        " CELU (which is ELU at alpha = 1), 6.42e-4 for ReLU, 6.29e-4 for leaky ReLU of slope 0.01"
        " and 8.52e-4 for SELU, relatively.",
        nfnets,
        PUBLISHED_CONSTANTS["nfnets.elu"].source,
        assumptions=(mu, sigma, alpha, "mu = 0, sigma = alpha = 1"),
        neighbours={
            "They are 1/std f(Z) to four digits.": lambda: nfnets(("-5e-5", "5e-5")),
            "The factor for ELU is 1/std f(Z) to 1e-4.": lambda: published(
                "nfnets.elu", centered(elu.std), "-1e-4", "1e-4"
            ),
            "The factor for ELU is 1/sqrt(E f(Z)^2) to 1 %.": lambda: published(
                "nfnets.elu", sqrt(square()), "-1e-2", "1e-2"
            ),
        },
    ),
    Claim(
        "initialization.selu_gain",
        "With the gain 3/4 that PyTorch has for SELU a layer turns the pre-activation variance 1"
        " into 0.5625; the gain that keeps it is 1.",
        lambda: [square_is_one(), three_quarters("0.5624999", "0.5625001")],
        PUBLISHED_CONSTANTS["pytorch.selu"].source,
        r"\mathbb{E} \operatorname{selu}(Z)^2 = 1",
        (sigma, "lambda as published", "mean-field limit"),
        neighbours={
            "It turns it into 0.568.": partial(three_quarters, "0.5675", "0.5685"),
            "The gain 3/4 preserves it, to 1 %.": partial(three_quarters, "0.99", "1.01"),
            "It preserves half of it, to 1 %.": partial(three_quarters, "0.495", "0.505"),
        },
    ),
    Claim(
        "initialization.published_selu",
        "The published alpha and lambda of SELU are those of mean 0 and second moment 1 at"
        " N(0, 1), rounded to 31 decimals.",
        published_selu,
        PUBLISHED_CONSTANTS["selu.alpha"].source,
        r"\alpha = 1.6732632423543772848170429916717,\;"
        r" \lambda = 1.0507009873554804934193349852946",
        ("X ~ N(0, 1)",),
        neighbours={
            "The last decimals are one larger.": lambda: selu_digits(Rational(1, 10**31)),
            "They are 0.01 larger.": lambda: selu_digits(Rational(1, 100)),
            "The scale is 1/E f^2 and not its root.": lambda: rounds_to(
                selu_scale() ** 2, PUBLISHED_CONSTANTS["selu.scale"].published
            ),
        },
    ),
)
