"""Inequalities between moments of f(X) that hold on a box of parameters, by branch and bound.

The constants are sharp to within one per cent: with a constant that is changed by as much, each
inequality fails. The closed forms are those of the formula book, so another definition of the
activation is another statement, for which no stored cover is valid.
"""

from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, Symbol, diff, expand, sqrt

from elu_sym.book.formula import Formula, elu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.claim import Claim
from elu_sym.claims.covers.cover import Box
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.enclosures import PositiveOnBox
from elu_sym.symbols import alpha, mu, scale, sigma

TWO_DECADES: Box = ((sigma, Rational(1, 10), Rational(10)),)
WIDE: Box = ((mu, Rational(-4), Rational(4)), (sigma, Rational(1, 4), Rational(4)))
ALPHAS: Box = (
    (mu, Rational(-1), Rational(1)),
    (sigma, Rational(1, 2), Rational(3, 2)),
    (alpha, Rational(1, 2), Rational(2)),
)
SELU_LEAST = Rational(2, 3)


def variance_slope(height: Expr = alpha, by: Symbol = sigma) -> Expr:
    """The derivative of Var f(X), in sigma, at an alpha."""
    return diff(elu.variance.closed_form, by).xreplace({alpha: height})


def centred(formula: Formula) -> Expr:
    """A closed form at mu = 0 and alpha = 1."""
    return formula.closed_form.xreplace({mu: S.Zero, alpha: S.One})


def positive(expression: Expr, cover: str | None = None) -> PositiveOnBox:
    """That it is positive on two decades of sigma."""
    return PositiveOnBox(expression, TWO_DECADES, cover)


def above(formula: Formula, share: str, cover: str | None = None) -> PositiveOnBox:
    """That a moment is more than a share of sigma^2."""
    return positive(centred(formula) - Rational(share) * sigma**2, cover)


def below(formula: Formula, share: str, cover: str | None = None) -> PositiveOnBox:
    """That it is less."""
    return positive(Rational(share) * sigma**2 - centred(formula), cover)


def over_quotient(bend: str) -> Expr:
    """What the mean has beyond sigma^2/(4 + b*sigma)."""
    return centred(elu.mean) - sigma**2 / (4 + Rational(bend) * sigma)


def selu_map() -> Expr:
    """E selu(sigma*Z)^2."""
    return selu.second_moment.closed_form.xreplace({mu: S.Zero})


def flatter(
    slope: Expr, cover: str | None = None, least: Expr = SELU_LEAST, sign: int = 1
) -> PositiveOnBox:
    """That its slope in sigma^2 is smaller, from a least sigma on, or for sign -1 larger."""
    box = ((sigma, least, Rational(10)),)
    excess = sign * (slope - expand(diff(selu_map(), sigma) / (2 * sigma)))
    return PositiveOnBox(excess, box, cover, standard_selu())


def selu_contracts() -> Iterator[Assertion]:
    """Mean 0 and second moment 1 at N(0, 1), and both bounds of the slope."""
    unit = {mu: S.Zero, sigma: S.One}
    # The second moment is 1 for every alpha; the standard one makes the mean 0 for every scale.
    scale_of_second_moment_one = 1 / sqrt(elu.second_moment.closed_form.xreplace(unit))
    at_one = selu_map().xreplace({sigma: S.One, scale: scale_of_second_moment_one})
    yield Equality(at_one, S.One)
    (_, standard_alpha), _ = standard_selu()
    yield Equality(selu.mean.closed_form.xreplace({**unit, alpha: standard_alpha}), S.Zero)
    # It falls from 0.9489 to 0.5529.
    yield flatter(Rational("0.55"), "selu_slope_above", sign=-1)
    yield flatter(Rational("0.95"), "selu_slope_below")


claim = partial(Claim, source="derived from the definition of ELU", assumptions=(sigma,))

CLAIMS = (
    claim(
        "moments.variance_increases_with_sigma",
        "At alpha = 1, Var f(X) increases with sigma for -4 <= mu <= 4 and 1/4 <= sigma <= 4.",
        lambda: PositiveOnBox(variance_slope(S.One), WIDE, "variance_increases_with_sigma"),
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma),
        conclusion="mean value theorem",
        neighbours={
            "It decreases.": lambda: PositiveOnBox(-variance_slope(S.One), WIDE),
            "As fast as Var X.": lambda: PositiveOnBox(variance_slope(S.One) - 2 * sigma, WIDE),
        },
    ),
    claim(
        "moments.variance_increases_with_sigma_any_alpha",
        "Var f(X) increases with sigma for -1 <= mu <= 1, 1/2 <= sigma <= 3/2, 1/2 <= alpha <= 2.",
        lambda: PositiveOnBox(variance_slope(), ALPHAS, "variance_increases_with_sigma_any_alpha"),
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma, alpha),
        conclusion="mean value theorem",
        neighbours={
            "It decreases.": lambda: PositiveOnBox(-variance_slope(), ALPHAS),
            "It increases with mu as fast as with sigma.": lambda: PositiveOnBox(
                variance_slope(by=mu) - variance_slope(), ALPHAS
            ),
        },
    ),
    claim(
        "moments.variance_contracts",
        "At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " 0.379*sigma^2 < Var f(X) < 0.93*sigma^2 and 0.50*sigma^2 < E f(X)^2 < 0.93*sigma^2.",
        # The shares fall from 0.9277 to 0.3799 and from 0.9282 to 0.5044.
        lambda: [
            above(elu.variance, "0.379", "variance_above_share"),
            below(elu.variance, "0.93", "variance_below_share"),
            above(elu.second_moment, "0.5", "second_moment_above_share"),
            below(elu.second_moment, "0.93", "second_moment_below_share"),
        ],
        latex=r"0.379\,\sigma^2 < \operatorname{Var} f(X) < 0.93\,\sigma^2,\;"
        r" 0.50\,\sigma^2 < \mathbb{E} f(X)^2 < 0.93\,\sigma^2",
        neighbours={
            "The lower constant of Var f is 1 % larger.": lambda: above(elu.variance, "0.38279"),
            "The upper constant of Var f is 1 % less.": lambda: below(elu.variance, "0.9207"),
            "The lower constant of E f^2 is 1 % larger.": lambda: above(elu.second_moment, "0.505"),
            "The upper constant of E f^2 is 1 % less.": lambda: below(elu.second_moment, "0.9207"),
        },
    ),
    claim(
        "moments.variance_share_falls",
        "At alpha = 1, for X ~ N(0, sigma^2), the ratio Var f(X)/sigma^2 decreases with"
        " sigma for 1/10 <= sigma <= 10.",
        lambda: positive(-diff(centred(elu.variance) / sigma**2, sigma), "variance_share_falls"),
        latex=r"\frac{d}{d\sigma} \frac{\operatorname{Var} f(X)}{\sigma^2} < 0",
        conclusion="mean value theorem",
        neighbours={
            "So does Var f(X)/sigma.": lambda: positive(-diff(centred(elu.variance) / sigma, sigma))
        },
    ),
    claim(
        "moments.mean_bounds",
        "At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " sigma^2/(4 + 2.44*sigma) < E f(X) < sigma^2/(4 + 2.14*sigma).",
        # With equality the constant is 2.1405 to 2.4337.
        lambda: [
            positive(over_quotient("2.44"), "mean_above_quotient"),
            positive(-over_quotient("2.14"), "mean_below_quotient"),
        ],
        latex=r"\frac{\sigma^2}{4 + 2.44 \sigma} < \mathbb{E} f < \frac{\sigma^2}{4 + 2.14 \sigma}",
        neighbours={
            "The larger constant is 1 % smaller.": lambda: positive(over_quotient("2.4156")),
            "The smaller constant is 1 % larger.": lambda: positive(-over_quotient("2.1614")),
        },
    ),
    Claim(
        "moments.selu_second_moment_contracts",
        "With the standard parameters of SELU the map sigma^2 -> E selu(sigma*Z)^2,"
        " Z ~ N(0, 1), has the fixed point 1, at which the mean is 0, and a slope between 0.55 and"
        " 0.95 for 2/3 <= sigma <= 10.",
        selu_contracts,
        "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, theorem 1, at mean 0",
        latex=r"0.55 < \frac{d}{d\sigma^2}\, \mathbb{E} \operatorname{selu}(\sigma Z)^2 < 0.95",
        assumptions=(sigma, "alpha and lambda give mean 0 and second moment 1 at N(0, 1)"),
        neighbours={
            "The least slope is 1 % larger.": lambda: flatter(Rational("0.5555"), sign=-1),
            "The greatest slope is 1 % smaller.": lambda: flatter(Rational("0.9405")),
            "The slope is below 1 from sigma = 1/10 on, without theorem 1's lower bound.": lambda: (
                flatter(S.One, least=Rational(1, 10))
            ),
            "The slope is below 1 from sigma = 1/2 on.": lambda: flatter(S.One, least=S.Half),
        },
    ),
)
