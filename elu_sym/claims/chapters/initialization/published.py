"""The gains and constants that others use for ELU and its relatives: how close each one is.

The rows, with their sources, are those of :mod:`elu_sym.networks.published_constants`.
"""

from typing import Any

from sympy import Expr, Rational, S, sqrt

from elu_sym.activations import Celu, Elu, LeakyRelu, Relu, Selu
from elu_sym.claims.chapters.initialization.gain_lemmas import (
    A,
    between,
    enclosed,
    gain,
    normal,
    variance_of,
)
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import both, equal, for_all, term
from elu_sym.claims.kernel.language import Formula, substitute
from elu_sym.claims.standard_selu import SELU_ALPHA, SELU_SCALE
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    assumption,
    by_fact,
    have,
    intro,
    parts,
    positive,
    rewritten,
    rewritten_as,
)
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS
from elu_sym.symbols import alpha, scale, x

STANDARD = Elu(x, S.One)
STANDARD_SELU = Selu(x, SELU_ALPHA, SELU_SCALE)

ACTIVATIONS = {
    "elu": STANDARD,
    "celu": Celu(x, S.One),
    "relu": Relu(x),
    "leaky_relu": LeakyRelu(x, Rational(1, 100)),
    "selu": STANDARD_SELU,
}


def at_unit(integrand: Expr) -> Expr:
    """E g(Z)."""
    return normal(integrand, S.One)


def published(row: str, moment: Expr, low: str, high: str) -> Formula:
    """A published number times a moment is 1 more than something between two numbers."""
    return between(PUBLISHED_CONSTANTS[row].published * moment - 1, low, high)


def siren(low: str, high: str) -> Formula:
    """The product with E f(Z)^2."""
    return published("siren.elu", at_unit(STANDARD**2), low, high)


def nfnets(**found: Any) -> Formula:
    """The product of each with std f(Z)."""
    products = (
        published(f"nfnets.{name}", sqrt(variance_of(ACTIVATIONS[name], S.One)), *bounds)
        for name, bounds in found.items()
    )
    return both(*products)


def gain_of_selu(low: str, high: str) -> Formula:
    """What a layer makes of the variance 1 with the gain 3/4."""
    return between(Rational(9, 16) * at_unit(STANDARD_SELU**2), low, high)


def selu_digits(shift: Rational = S.Zero) -> Formula:
    """The published numbers are the exact ones rounded to 31 decimals."""
    return both(
        *(
            rounds_to(exact, PUBLISHED_CONSTANTS[row].published + shift)
            for row, exact in (("selu.alpha", SELU_ALPHA), ("selu.scale", SELU_SCALE))
        )
    )


def rounds_to(exact: Expr, number: Rational) -> Formula:
    """A number rounded to 31 decimals."""
    half = Rational(1, 2 * 10**31)
    return between(exact, number - half, number + half)


IS_CENTRED, IS_ONE = equal(at_unit(STANDARD_SELU), 0), equal(at_unit(STANDARD_SELU**2), 1)


INVERSE = for_all(A, equal(("*", ("^", gain(A), 2), term(A)), 1))
"""The square of a gain times its moment is 1."""


def standardized() -> tuple[Tactic, Tactic]:
    """SELU has the mean 0 and the second moment 1: it is ELU times a factor, which is a gain."""
    mean, moment = (at_unit(Elu(x, SELU_ALPHA) ** n) for n in (1, 2))
    cancelled = by_fact(INVERSE, moment, positive(), then=assumption())
    scale_is_gain = rewritten_as(SELU_SCALE, gain(moment), ALGEBRA, cancelled)
    return (
        _scaled(1, rewritten_as(mean, 0, ALGEBRA, ALGEBRA)),
        have(INVERSE, intro(ALGEBRA), _scaled(2, scale_is_gain)),
    )


def _scaled(power: int, then: Tactic) -> Tactic:
    """Write lambda^n E f^n for E selu^n in the goal."""
    here = Selu(x, alpha, scale) ** power, scale**power * at_unit(Elu(x, alpha) ** power)
    general = for_all(alpha, scale, equal(at_unit(here[0]), here[1]))
    equation = equal(at_unit(here[0]), here[1])
    for symbol, value in ((alpha, SELU_ALPHA), (scale, SELU_SCALE)):
        equation = substitute(equation, symbol.name, term(value))
    known = rewritten(equation, then)
    values = SELU_ALPHA, positive(), SELU_SCALE, positive()
    return have(general, intro(ALGEBRA), by_fact(general, *values, then=known))


three_quarters = rewritten_as(at_unit(STANDARD_SELU**2), 1, assumption(), ALGEBRA)

CLAIMS = (
    Claim(
        "initialization.published_siren",
        "The constant 1.5505188080679277 for ELU is 1/E f(Z)^2 at alpha = 1, relatively 3.2e-16"
        " too large: two units in the last place of a double.",
        Statement(siren("3.1e-16", "3.2e-16"), enclosed()),
        PUBLISHED_CONSTANTS["siren.elu"].source,
        neighbours={
            "It is the double next to it.": refuted(siren("-7.2e-17", "7.2e-17"), enclosed()),
            "It is the inverse of the variance, to 1 %.": refuted(
                published("siren.elu", variance_of(STANDARD, S.One), "-0.01", "0.01"), enclosed()
            ),
        },
    ),
    Claim(
        "initialization.published_nfnets",
        "The factors of normalizer-free networks are too large: by 5.96e-4 for ELU, 6.6e-5 for"
        " CELU (which is ELU at alpha = 1), 6.42e-4 for ReLU, 6.29e-4 for leaky ReLU of slope 0.01"
        " and 8.52e-4 for SELU, relatively.",
        Statement(
            nfnets(
                elu=("5.95e-4", "5.96e-4"),
                celu=("6.56e-5", "6.57e-5"),
                relu=("6.42e-4", "6.43e-4"),
                leaky_relu=("6.28e-4", "6.29e-4"),
                selu=("8.51e-4", "8.52e-4"),
            ),
            enclosed(),
        ),
        PUBLISHED_CONSTANTS["nfnets.elu"].source,
        neighbours={
            "They are 1/std f(Z) to four digits.": refuted(
                nfnets(**dict.fromkeys(ACTIVATIONS, ("-5e-5", "5e-5"))), enclosed()
            ),
            "The factor for ELU is 1/std f(Z) to 1e-4.": refuted(
                nfnets(elu=("-1e-4", "1e-4")), enclosed()
            ),
            "The factor for ELU is 1/sqrt(E f(Z)^2) to 1 %.": refuted(
                published("nfnets.elu", sqrt(at_unit(STANDARD**2)), "-1e-2", "1e-2"), enclosed()
            ),
        },
    ),
    Claim(
        "initialization.selu_gain",
        "With the gain 3/4 that PyTorch has for SELU a layer turns the pre-activation variance 1"
        " into 0.5625; the gain that keeps it is 1.",
        Statement(
            both(
                IS_ONE, equal(Rational(3, 4) ** 2 * at_unit(STANDARD_SELU**2), Rational("0.5625"))
            ),
            have(IS_ONE, standardized()[1], parts(assumption(), three_quarters)),
        ),
        PUBLISHED_CONSTANTS["pytorch.selu"].source,
        neighbours={
            "It turns it into 0.568.": refuted(gain_of_selu("0.5675", "0.5685"), enclosed()),
            "The gain 3/4 preserves it, to 1 %.": refuted(gain_of_selu("0.99", "1.01"), enclosed()),
            "It preserves half of it, to 1 %.": refuted(gain_of_selu("0.495", "0.505"), enclosed()),
        },
    ),
    Claim(
        "initialization.published_selu",
        "The published alpha and lambda of SELU are those of mean 0 and second moment 1 at"
        " N(0, 1), rounded to 31 decimals.",
        Statement(
            both(IS_CENTRED, IS_ONE, selu_digits()),
            parts(*standardized(), enclosed()),
        ),
        PUBLISHED_CONSTANTS["selu.alpha"].source,
        neighbours={
            "The last decimals are one larger.": refuted(
                selu_digits(Rational(1, 10**31)), enclosed()
            ),
            "They are 0.01 larger.": refuted(selu_digits(Rational(1, 100)), enclosed()),
            "The scale is 1/E f^2 and not its root.": refuted(
                rounds_to(SELU_SCALE**2, PUBLISHED_CONSTANTS["selu.scale"].published), enclosed()
            ),
        },
    ),
)
