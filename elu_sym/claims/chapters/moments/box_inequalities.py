"""Inequalities between moments of f(X) that hold on a box of parameters, by branch and bound.

The constants are sharp to within one per cent: with a constant that is changed by as much, each
inequality fails. The closed forms are those of the formula book, so another definition of the
activation is another statement, for which no stored certificate is valid.
"""

from collections.abc import Iterator

from sympy import Expr, Rational, S, diff, expand, sqrt

from elu_sym.book.formula import elu, selu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.covers.cover import Box
from elu_sym.claims.rules.boxes import PositiveOnBox
from elu_sym.claims.rules.elementary import Equality
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
SELU_INTERVAL: Box = ((sigma, Rational(2, 3), Rational(10)),)

PER_CENT = Rational(1, 100)


def variance_slope() -> Expr:
    """The derivative of Var f(X) in sigma."""
    return diff(elu.variance.closed_form, sigma)


def _increases() -> Iterator[Assertion]:
    slope = variance_slope().xreplace({alpha: S.One})
    yield PositiveOnBox(slope, WIDE, "variance_increases_with_sigma")


def _increases_for_any_alpha() -> Iterator[Assertion]:
    yield PositiveOnBox(variance_slope(), ANY_ALPHA, "variance_increases_with_sigma_any_alpha")


def _variance() -> Expr:
    return elu.variance.closed_form.xreplace(CENTRED)


def _second_moment() -> Expr:
    return elu.second_moment.closed_form.xreplace(CENTRED)


VARIANCE_SHARE = (Rational(379, 1000), Rational(93, 100))
"""Var f(X)/sigma^2 lies between these on two decades, where it falls from 0.9277 to 0.3799."""

SECOND_MOMENT_SHARE = (Rational(50, 100), Rational(93, 100))
"""E f(X)^2/sigma^2 lies between these, where it falls from 0.9282 to 0.5044."""


def _above(quantity: Expr, share: Rational, name: str | None = None) -> PositiveOnBox:
    return PositiveOnBox(quantity - share * sigma**2, TWO_DECADES, name)


def _below(quantity: Expr, share: Rational, name: str | None = None) -> PositiveOnBox:
    return PositiveOnBox(share * sigma**2 - quantity, TWO_DECADES, name)


def _contracts() -> Iterator[Assertion]:
    least, greatest = VARIANCE_SHARE
    yield _above(_variance(), least, "variance_above_share")
    yield _below(_variance(), greatest, "variance_below_share")
    least, greatest = SECOND_MOMENT_SHARE
    yield _above(_second_moment(), least, "second_moment_above_share")
    yield _below(_second_moment(), greatest, "second_moment_below_share")


def _share_falls() -> Iterator[Assertion]:
    falling = -diff(_variance() / sigma**2, sigma)
    yield PositiveOnBox(falling, TWO_DECADES, "variance_share_falls")


BENDS = (Rational(244, 100), Rational(214, 100))
"""E f(X) lies between sigma^2/(4 + b*sigma) with these b; with equality b is 2.1405 to 2.4337."""


def _mean_above(bend: Rational, name: str | None = None) -> PositiveOnBox:
    mean = elu.mean.closed_form.xreplace(CENTRED)
    return PositiveOnBox(mean - sigma**2 / (4 + bend * sigma), TWO_DECADES, name)


def _mean_below(bend: Rational, name: str | None = None) -> PositiveOnBox:
    mean = elu.mean.closed_form.xreplace(CENTRED)
    return PositiveOnBox(sigma**2 / (4 + bend * sigma) - mean, TWO_DECADES, name)


def _mean_bounds() -> Iterator[Assertion]:
    steeper, flatter = BENDS
    yield _mean_above(steeper, "mean_above_quotient")
    yield _mean_below(flatter, "mean_below_quotient")


UNIT = {mu: S.Zero, sigma: S.One}
"""X ~ N(0, 1)."""


def scale_of_second_moment_one() -> Expr:
    """The scale of SELU that makes the second moment 1 at N(0, 1), by alpha."""
    return 1 / sqrt(elu.second_moment.closed_form.xreplace(UNIT))


def _selu_map() -> Expr:
    """E selu(sigma*Z)^2."""
    return selu.second_moment.closed_form.xreplace({mu: S.Zero})


def _selu_slope() -> Expr:
    """Its derivative in sigma^2."""
    return expand(diff(_selu_map(), sigma) / (2 * sigma))


SELU_SLOPES = (Rational(55, 100), Rational(95, 100))
"""The slope lies between these on the interval, where it falls from 0.9489 to 0.5529."""


def _steeper(slope: Rational, name: str | None = None) -> PositiveOnBox:
    return PositiveOnBox(_selu_slope() - slope, SELU_INTERVAL, name, standard_selu())


def _flatter(slope: Rational, name: str | None = None, box: Box = SELU_INTERVAL) -> PositiveOnBox:
    return PositiveOnBox(slope - _selu_slope(), box, name, standard_selu())


def _selu_contracts() -> Iterator[Assertion]:
    least, greatest = SELU_SLOPES
    # The second moment is 1 for every alpha; the standard one makes the mean 0 for every scale.
    at_one = _selu_map().xreplace({sigma: S.One, scale: scale_of_second_moment_one()})
    yield Equality(at_one, S.One)
    (_, standard_alpha), _ = standard_selu()
    yield Equality(selu.mean.closed_form.xreplace({**UNIT, alpha: standard_alpha}), S.Zero)
    yield _steeper(least, "selu_slope_above")
    yield _flatter(greatest, "selu_slope_below")


def _selu_contracts_from_near_zero() -> Iterator[Assertion]:
    yield _flatter(S.One, box=((sigma, Rational(1, 10), Rational(10)),))


DERIVED = "derived from the definition of ELU"
KLAMBAUER = "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, theorem 1, at mean 0"

CLAIMS = (
    Claim(
        id="moments.variance_increases_with_sigma",
        statement="At alpha = 1, Var f(X) increases with sigma for -4 <= mu <= 4 and"
        " 1/4 <= sigma <= 4.",
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma),
        proof=_increases,
        source=DERIVED,
        neighbours=(
            Neighbour(
                "It decreases.",
                lambda: [PositiveOnBox(-variance_slope().xreplace({alpha: S.One}), WIDE)],
            ),
            Neighbour(
                "It increases as fast as Var X.",
                lambda: [
                    PositiveOnBox(variance_slope().xreplace({alpha: S.One}) - 2 * sigma, WIDE)
                ],
            ),
        ),
    ),
    Claim(
        id="moments.variance_increases_with_sigma_any_alpha",
        statement="Var f(X) increases with sigma for -1 <= mu <= 1, 1/2 <= sigma <= 3/2 and"
        " 1/2 <= alpha <= 2.",
        latex=r"\frac{\partial}{\partial\sigma} \operatorname{Var} f(X) > 0",
        assumptions=(mu, sigma, alpha),
        proof=_increases_for_any_alpha,
        source=DERIVED,
        neighbours=(
            Neighbour("It decreases.", lambda: [PositiveOnBox(-variance_slope(), ANY_ALPHA)]),
            Neighbour(
                "It increases with mu as fast as with sigma.",
                lambda: [
                    PositiveOnBox(diff(elu.variance.closed_form, mu) - variance_slope(), ANY_ALPHA)
                ],
            ),
        ),
    ),
    Claim(
        id="moments.variance_contracts",
        statement="At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " 0.379*sigma^2 < Var f(X) < 0.93*sigma^2 and 0.50*sigma^2 < E f(X)^2 < 0.93*sigma^2.",
        latex=r"0.379\,\sigma^2 < \operatorname{Var} f(X) < 0.93\,\sigma^2,\;"
        r" 0.50\,\sigma^2 < \mathbb{E} f(X)^2 < 0.93\,\sigma^2",
        assumptions=(sigma,),
        proof=_contracts,
        source=DERIVED,
        neighbours=(
            Neighbour(
                "The lower constant of the variance is 1 % larger.",
                lambda: [_above(_variance(), VARIANCE_SHARE[0] * (1 + PER_CENT))],
            ),
            Neighbour(
                "The upper constant of the variance is 1 % smaller.",
                lambda: [_below(_variance(), VARIANCE_SHARE[1] * (1 - PER_CENT))],
            ),
            Neighbour(
                "The lower constant of the second moment is 1 % larger.",
                lambda: [_above(_second_moment(), SECOND_MOMENT_SHARE[0] * (1 + PER_CENT))],
            ),
            Neighbour(
                "The upper constant of the second moment is 1 % smaller.",
                lambda: [_below(_second_moment(), SECOND_MOMENT_SHARE[1] * (1 - PER_CENT))],
            ),
        ),
    ),
    Claim(
        id="moments.variance_share_falls",
        statement="At alpha = 1, for X ~ N(0, sigma^2), the ratio Var f(X)/sigma^2 decreases with"
        " sigma for 1/10 <= sigma <= 10.",
        latex=r"\frac{d}{d\sigma} \frac{\operatorname{Var} f(X)}{\sigma^2} < 0",
        assumptions=(sigma,),
        proof=_share_falls,
        source=DERIVED,
        neighbours=(
            Neighbour(
                "The ratio to sigma decreases.",
                lambda: [PositiveOnBox(-diff(_variance() / sigma, sigma), TWO_DECADES)],
            ),
        ),
    ),
    Claim(
        id="moments.mean_bounds",
        statement="At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " sigma^2/(4 + 2.44*sigma) < E f(X) < sigma^2/(4 + 2.14*sigma).",
        latex=r"\frac{\sigma^2}{4 + 2.44\,\sigma} < \mathbb{E} f(X) <"
        r" \frac{\sigma^2}{4 + 2.14\,\sigma}",
        assumptions=(sigma,),
        proof=_mean_bounds,
        source=DERIVED,
        neighbours=(
            Neighbour(
                "The larger constant is 1 % smaller.",
                lambda: [_mean_above(BENDS[0] * (1 - PER_CENT))],
            ),
            Neighbour(
                "The smaller constant is 1 % larger.",
                lambda: [_mean_below(BENDS[1] * (1 + PER_CENT))],
            ),
        ),
    ),
    Claim(
        id="moments.selu_second_moment_contracts",
        statement="With the standard parameters of SELU the map sigma^2 -> E selu(sigma*Z)^2,"
        " Z ~ N(0, 1), has the fixed point 1, at which the mean is 0, and a slope between 0.55 and"
        " 0.95 for 2/3 <= sigma <= 10.",
        latex=r"0.55 < \frac{d}{d\sigma^2}\, \mathbb{E} \operatorname{selu}(\sigma Z)^2 < 0.95",
        assumptions=(sigma, "alpha and lambda give mean 0 and second moment 1 at N(0, 1)"),
        proof=_selu_contracts,
        source=KLAMBAUER,
        neighbours=(
            Neighbour(
                "The least slope is 1 % larger.",
                lambda: [_steeper(SELU_SLOPES[0] * (1 + PER_CENT))],
            ),
            Neighbour(
                "The greatest slope is 1 % smaller.",
                lambda: [_flatter(SELU_SLOPES[1] * (1 - PER_CENT))],
            ),
        ),
    ),
    Claim(
        id="moments.selu_second_moment_contracts_from_near_zero",
        statement="With the standard parameters of SELU the map sigma^2 -> E selu(sigma*Z)^2,"
        " Z ~ N(0, 1), has a slope below 1 for 1/10 <= sigma <= 10.",
        latex=r"\frac{d}{d\sigma^2}\, \mathbb{E} \operatorname{selu}(\sigma Z)^2 < 1",
        assumptions=(sigma, "alpha and lambda give mean 0 and second moment 1 at N(0, 1)"),
        proof=_selu_contracts_from_near_zero,
        source="theorem 1 of the SELU paper without its lower bound on the variance",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "From sigma = 1/2 on the slope is below 1.",
                lambda: [_flatter(S.One, box=((sigma, S.Half, Rational(10)),))],
            ),
        ),
    ),
)
