"""Inequalities between moments of f(X) that hold on a box of parameters, by branch and bound.

The constants are sharp to within one per cent: with a constant that is changed by as much, each
inequality fails. The closed forms are those of the formula book, so another definition of the
activation is another statement, for which no stored cover is valid.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, Symbol, diff, expand, sqrt

from elu_sym.book.formula import Formula, elu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.claim import Claim
from elu_sym.claims.covers.cover import Box
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.enclosures import PositiveOnBox
from elu_sym.symbols import alpha, mu, scale, sigma

CENTRED = {mu: S.Zero, alpha: S.One}
"""X ~ N(0, sigma^2) and the ELU of its authors."""

TWO_DECADES: Box = ((sigma, Rational(1, 10), Rational(10)),)
WIDE: Box = ((mu, Rational(-4), Rational(4)), (sigma, Rational(1, 4), Rational(4)))
ANY_ALPHA: Box = (
    (mu, Rational(-1), Rational(1)),
    (sigma, Rational(1, 2), Rational(3, 2)),
    (alpha, Rational(1, 2), Rational(2)),
)
SELU_LEAST = Rational(2, 3)
SELU_INTERVAL: Box = ((sigma, SELU_LEAST, Rational(10)),)

MORE, LESS = Rational(101, 100), Rational(99, 100)
"""One per cent."""

VARIANCE_SHARE = (Rational(379, 1000), Rational(93, 100))
"""Var f(X)/sigma^2 lies between these on two decades, where it falls from 0.9277 to 0.3799."""

SECOND_MOMENT_SHARE = (Rational(50, 100), Rational(93, 100))
"""E f(X)^2/sigma^2 lies between these, where it falls from 0.9282 to 0.5044."""

BENDS = (Rational(244, 100), Rational(214, 100))
"""E f(X) lies between sigma^2/(4 + b*sigma) with these b; with equality b is 2.1405 to 2.4337."""

SELU_SLOPES = (Rational(55, 100), Rational(95, 100))
"""The slope lies between these on the interval, where it falls from 0.9489 to 0.5529."""

UNIT = {mu: S.Zero, sigma: S.One}
"""X ~ N(0, 1)."""


def variance_slope(height: Expr = alpha, by: Symbol = sigma) -> Expr:
    """The derivative of Var f(X), in sigma, at an alpha."""
    return diff(elu.variance.closed_form, by).xreplace({alpha: height})


def centred(formula: Formula) -> Expr:
    """A closed form at mu = 0 and alpha = 1."""
    return formula.closed_form.xreplace(CENTRED)


def over_share(formula: Formula, share: Rational) -> Expr:
    """What a moment has beyond a share of sigma^2."""
    return centred(formula) - share * sigma**2


def over_quotient(bend: Rational) -> Expr:
    """What the mean has beyond sigma^2/(4 + b*sigma)."""
    return centred(elu.mean) - sigma**2 / (4 + bend * sigma)


def positive(expression: Expr, cover: str | None = None) -> list[Assertion]:
    """That it is positive on two decades of sigma."""
    return [PositiveOnBox(expression, TWO_DECADES, cover)]


def contracts() -> Iterator[Assertion]:
    """Both moments lie between shares of sigma^2."""
    least, greatest = VARIANCE_SHARE
    yield from positive(over_share(elu.variance, least), "variance_above_share")
    yield from positive(-over_share(elu.variance, greatest), "variance_below_share")
    least, greatest = SECOND_MOMENT_SHARE
    yield from positive(over_share(elu.second_moment, least), "second_moment_above_share")
    yield from positive(-over_share(elu.second_moment, greatest), "second_moment_below_share")


def scale_of_second_moment_one() -> Expr:
    """The scale of SELU that makes the second moment 1 at N(0, 1), by alpha."""
    return 1 / sqrt(elu.second_moment.closed_form.xreplace(UNIT))


def selu_map() -> Expr:
    """E selu(sigma*Z)^2."""
    return selu.second_moment.closed_form.xreplace({mu: S.Zero})


def selu_slope() -> Expr:
    """Its derivative in sigma^2."""
    return expand(diff(selu_map(), sigma) / (2 * sigma))


def steeper(slope: Rational, cover: str | None = None) -> PositiveOnBox:
    """That the map of SELU has a larger slope."""
    return PositiveOnBox(selu_slope() - slope, SELU_INTERVAL, cover, standard_selu())


def flatter(
    slope: Rational, cover: str | None = None, least: Rational = SELU_LEAST
) -> PositiveOnBox:
    """That it has a smaller slope, from a least sigma on."""
    box = ((sigma, least, Rational(10)),)
    return PositiveOnBox(slope - selu_slope(), box, cover, standard_selu())


def selu_contracts() -> Iterator[Assertion]:
    """Mean 0 and second moment 1 at N(0, 1), and both bounds of the slope."""
    least, greatest = SELU_SLOPES
    # The second moment is 1 for every alpha; the standard one makes the mean 0 for every scale.
    at_one = selu_map().xreplace({sigma: S.One, scale: scale_of_second_moment_one()})
    yield Equality(at_one, S.One)
    (_, standard_alpha), _ = standard_selu()
    yield Equality(selu.mean.closed_form.xreplace({**UNIT, alpha: standard_alpha}), S.Zero)
    yield steeper(least, "selu_slope_above")
    yield flatter(greatest, "selu_slope_below")


DERIVED = "derived from the definition of ELU"

CLAIMS = (
    Claim(
        id="moments.variance_increases_with_sigma",
        statement="At alpha = 1, Var f(X) increases with sigma for -4 <= mu <= 4 and"
        " 1/4 <= sigma <= 4.",
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma),
        proof=lambda: [PositiveOnBox(variance_slope(S.One), WIDE, "variance_increases_with_sigma")],
        source=DERIVED,
        neighbours={
            "It decreases.": lambda: PositiveOnBox(-variance_slope(S.One), WIDE),
            "It increases as fast as Var X.": lambda: PositiveOnBox(
                variance_slope(S.One) - 2 * sigma, WIDE
            ),
        },
    ),
    Claim(
        id="moments.variance_increases_with_sigma_any_alpha",
        statement="Var f(X) increases with sigma for -1 <= mu <= 1, 1/2 <= sigma <= 3/2 and"
        " 1/2 <= alpha <= 2.",
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma, alpha),
        proof=lambda: [
            PositiveOnBox(variance_slope(), ANY_ALPHA, "variance_increases_with_sigma_any_alpha")
        ],
        source=DERIVED,
        neighbours={
            "It decreases.": lambda: PositiveOnBox(-variance_slope(), ANY_ALPHA),
            "It increases with mu as fast as with sigma.": lambda: PositiveOnBox(
                variance_slope(by=mu) - variance_slope(), ANY_ALPHA
            ),
        },
    ),
    Claim(
        id="moments.variance_contracts",
        statement="At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " 0.379*sigma^2 < Var f(X) < 0.93*sigma^2 and 0.50*sigma^2 < E f(X)^2 < 0.93*sigma^2.",
        latex=r"0.379\,\sigma^2 < \operatorname{Var} f(X) < 0.93\,\sigma^2,\;"
        r" 0.50\,\sigma^2 < \mathbb{E} f(X)^2 < 0.93\,\sigma^2",
        assumptions=(sigma,),
        proof=contracts,
        source=DERIVED,
        neighbours={
            "The lower constant of the variance is 1 % larger.": lambda: positive(
                over_share(elu.variance, VARIANCE_SHARE[0] * MORE)
            ),
            "The upper constant of the variance is 1 % smaller.": lambda: positive(
                -over_share(elu.variance, VARIANCE_SHARE[1] * LESS)
            ),
            "The lower constant of the second moment is 1 % larger.": lambda: positive(
                over_share(elu.second_moment, SECOND_MOMENT_SHARE[0] * MORE)
            ),
            "The upper constant of the second moment is 1 % smaller.": lambda: positive(
                -over_share(elu.second_moment, SECOND_MOMENT_SHARE[1] * LESS)
            ),
        },
    ),
    Claim(
        id="moments.variance_share_falls",
        statement="At alpha = 1, for X ~ N(0, sigma^2), the ratio Var f(X)/sigma^2 decreases with"
        " sigma for 1/10 <= sigma <= 10.",
        latex=r"\frac{d}{d\sigma} \frac{\operatorname{Var} f(X)}{\sigma^2} < 0",
        assumptions=(sigma,),
        proof=lambda: positive(
            -diff(centred(elu.variance) / sigma**2, sigma), "variance_share_falls"
        ),
        source=DERIVED,
        neighbours={
            "The ratio to sigma decreases.": lambda: positive(
                -diff(centred(elu.variance) / sigma, sigma)
            )
        },
    ),
    Claim(
        id="moments.mean_bounds",
        statement="At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " sigma^2/(4 + 2.44*sigma) < E f(X) < sigma^2/(4 + 2.14*sigma).",
        latex=r"\frac{\sigma^2}{4 + 2.44\,\sigma} < \mathbb{E} f(X) <"
        r" \frac{\sigma^2}{4 + 2.14\,\sigma}",
        assumptions=(sigma,),
        proof=lambda: [
            *positive(over_quotient(BENDS[0]), "mean_above_quotient"),
            *positive(-over_quotient(BENDS[1]), "mean_below_quotient"),
        ],
        source=DERIVED,
        neighbours={
            "The larger constant is 1 % smaller.": lambda: positive(over_quotient(BENDS[0] * LESS)),
            "The smaller constant is 1 % larger.": lambda: positive(
                -over_quotient(BENDS[1] * MORE)
            ),
        },
    ),
    Claim(
        id="moments.selu_second_moment_contracts",
        statement="With the standard parameters of SELU the map sigma^2 -> E selu(sigma*Z)^2,"
        " Z ~ N(0, 1), has the fixed point 1, at which the mean is 0, and a slope between 0.55 and"
        " 0.95 for 2/3 <= sigma <= 10.",
        latex=r"0.55 < \frac{d}{d\sigma^2}\, \mathbb{E} \operatorname{selu}(\sigma Z)^2 < 0.95",
        assumptions=(sigma, "alpha and lambda give mean 0 and second moment 1 at N(0, 1)"),
        proof=selu_contracts,
        source="Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, theorem 1, at mean 0",
        neighbours={
            "The least slope is 1 % larger.": lambda: steeper(SELU_SLOPES[0] * MORE),
            "The greatest slope is 1 % smaller.": lambda: flatter(SELU_SLOPES[1] * LESS),
            "The slope is below 1 from sigma = 1/10 on, without theorem 1's lower bound.": lambda: (
                flatter(S.One, least=Rational(1, 10))
            ),
            "The slope is below 1 from sigma = 1/2 on.": lambda: flatter(S.One, least=S.Half),
        },
    ),
)
