"""Inequalities between moments of f(X) that hold on a box of parameters, by branch and bound.

The constants are sharp to within one per cent: with a constant that is changed by as much, each
inequality fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sympy import Derivative, Expr, Rational, S, Symbol, exp, sqrt

from elu_sym.activations import Elu, Selu
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.claims.analysis import mean_value
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.chapters.centering.zero_mean import SELU_ALPHA
from elu_sym.claims.chapters.moments.gaussian import BELOW, gaussian, mean, square, variance
from elu_sym.claims.claim import Claim
from elu_sym.claims.formulas import at_most, both, equal, exists, for_all, less, term
from elu_sym.claims.kernel.inequalities import Box
from elu_sym.claims.kernel.language import Formula, Term, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    ALGEBRA,
    Tactic,
    auto,
    by_fact,
    counterexample,
    from_last,
    have,
    instance,
    intro,
    lemmas,
    linear,
    obtained,
    parts,
    witness,
)
from elu_sym.symbols import alpha, mu, scale, sigma, x, z

# --- Monotone in sigma -----------------------------------------------------------------------

TWO_DECADES: Box = ((sigma, Rational(1, 10), Rational(10)),)
WIDE: Box = ((mu, Rational(-4), Rational(4)), (sigma, Rational(1, 4), Rational(4)))
ALPHAS: Box = (
    (mu, Rational(-1), Rational(1)),
    (sigma, Rational(1, 2), Rational(3, 2)),
    (alpha, Rational(1, 2), Rational(2)),
)
LARGER = Symbol("rho", positive=True)
"""A larger sigma."""

STANDARD = Elu(x, S.One)


def everywhere(box: Box, formula: Formula) -> Formula:
    """A formula at every point of a box."""
    ends = [end for s, low, high in box for end in (at_most(low, s), at_most(s, high))]
    return for_all(*(symbol for symbol, _, _ in box), implies(*ends, formula))


@dataclass(frozen=True)
class BoxInequality:
    """What is less than something else at every point of a box.

    Attributes:
        lower: the smaller side, in the symbols of the box.
        upper: the larger one.
        box: the symbols, each with the two rational ends of a closed interval.
    """

    lower: Any
    upper: Any
    box: Box

    @property
    def formula(self) -> Formula:
        """The statement."""
        return everywhere(self.box, less(self.lower, self.upper))

    @property
    def lemma(self) -> tuple[Formula, Tactic]:
        """The statement with its proof."""
        return self.formula, intro(on_box(self.box))


def tail(rate: int) -> Expr:
    """E[e^(k X); X < 0], so that its enclosures are narrow."""
    return exp(rate * mu + rate**2 * sigma**2 / 2) * NormalCdf(-mu / sigma - rate * sigma)


def spreads(height: Expr, box: Box) -> BoxInequality:
    """The derivative of Var f(X) in sigma, over 2 sigma, is positive."""
    density, positive = NormalPdf(mu / sigma), NormalCdf(mu / sigma)
    moved = (1 - height) * density / sigma + height * tail(1)
    first = mu * positive + sigma * density + height * (tail(1) - NormalCdf(-mu / sigma))
    second = positive + height**2 * (2 * tail(2) - tail(1))
    return BoxInequality(S.Zero, second - moved * first, box)


def grows(box: Box, function: Callable[[Expr], Expr]) -> Formula:
    """A function of sigma, and of others, is larger at a larger sigma of the box."""
    ends: list[Formula] = []
    for symbol, low, high in box:
        pair = at_most(low, symbol), at_most(symbol if symbol != sigma else LARGER, high)
        ends += [pair[0], less(sigma, LARGER), pair[1]] if symbol == sigma else pair
    symbols = (symbol for symbol, _, _ in box)
    return for_all(*symbols, LARGER, implies(*ends, less(function(sigma), function(LARGER))))


def with_slope(
    inequality: BoxInequality, function: Callable[[Expr], Expr], factor: Expr = S.One
) -> Tactic:
    """By the mean value theorem: what is positive on the box, times a factor, is the slope."""
    # sigma + z is positive for every z from 0 on.
    moved, steps = sigma + z, list[Any]()
    for symbol, _, _ in inequality.box:
        steps += [moved if symbol == sigma else symbol, *[auto()] * bool(symbol.is_positive)]
    steps += [linear()] * (2 * len(inequality.box))
    slope = intro(by_fact(inequality.formula, *steps, then=from_last(factor)))
    rise = mean_value(z, function(moved), 0, LARGER - sigma, slope)
    return have(*inequality.lemma, intro(rise))


def spread(height: Expr = alpha, location: Expr = mu) -> Callable[[Expr], Expr]:
    """Var f(X) as a function of sigma."""
    return lambda deviation: variance(location, deviation, Elu(x, height))


def over(power: int) -> Callable[[Expr], Expr]:
    """-Var f(X)/sigma^n at mu = 0 and alpha = 1."""
    return lambda deviation: -spread(S.One, S.Zero)(deviation) / deviation**power


def faster_than_input(deviation: Expr) -> Expr:
    """Var f(X) - Var X."""
    return spread(S.One)(deviation) - deviation**2


WIDELY = spreads(S.One, WIDE)
ANY_ALPHA = spreads(alpha, ALPHAS)
SHARE = BoxInequality(S.Zero, Derivative(over(2)(sigma), sigma), TWO_DECADES)

# --- Shares of the variance of the input -----------------------------------------------------

VARIANCE, SQUARE, MEAN = (moment(S.Zero, sigma, STANDARD) for moment in (variance, square, mean))


def above(moment: Expr, share: str) -> BoxInequality:
    """That a moment is more than a share of sigma^2."""
    return BoxInequality(Rational(share) * sigma**2, moment, TWO_DECADES)


def below(moment: Expr, share: str) -> BoxInequality:
    """That it is less."""
    return BoxInequality(moment, Rational(share) * sigma**2, TWO_DECADES)


def quotient(bend: str) -> Expr:
    """sigma^2/(4 + b*sigma)."""
    return sigma**2 / (4 + Rational(bend) * sigma)


# The shares fall from 0.9277 to 0.3799 and from 0.9282 to 0.5044.
SHARES = (
    above(VARIANCE, "0.379"),
    below(VARIANCE, "0.93"),
    above(SQUARE, "0.5"),
    below(SQUARE, "0.93"),
)

# With equality the constant is 2.1405 to 2.4337.
QUOTIENTS = (
    BoxInequality(quotient("2.44"), MEAN, TWO_DECADES),
    BoxInequality(MEAN, quotient("2.14"), TWO_DECADES),
)


def all_of(inequalities: Sequence[BoxInequality]) -> Statement:
    """Their conjunction."""
    formulas, proofs = zip(*(each.lemma for each in inequalities), strict=True)
    return Statement(both(*formulas), parts(*proofs))


def fails(formula: Formula, **values: Any) -> Statement:
    """A formula that fails at a point."""
    return refuted(formula, counterexample(**values))


# --- SELU ------------------------------------------------------------------------------------

LEAST, MOST = Rational(2, 3), Rational(10)
SELU, VARIANCE_IN = Selu(x, alpha, scale), Symbol("q", positive=True)


def preserved() -> tuple[Formula, Formula]:
    """Mean 0 and second moment 1 at N(0, 1): alpha and lambda are the standard ones."""
    return equal(gaussian(SELU, S.Zero, S.One), 0), equal(gaussian(SELU**2, S.Zero, S.One), 1)


def slope_of_map() -> Term:
    """The derivative of E selu(sqrt(q) Z)^2 at q = sigma^2."""
    moment = term(gaussian(SELU**2, S.Zero, sqrt(VARIANCE_IN)))
    return ("D", VARIANCE_IN.name, moment, ("^", sigma.name, 2))


def for_standard(formula: Formula) -> Formula:
    """A formula for the standard alpha and lambda."""
    return for_all(alpha, scale, implies(*preserved(), formula))


TAIL_BODY = (2 * exp(2 * x) - exp(x)) * BELOW
TAIL = gaussian(TAIL_BODY, S.Zero)
"""E selu(sigma Z)^2 has the slope lambda^2 (1/2 + alpha^2 t(sigma)) in sigma^2: this t."""

UNIT_TAIL = gaussian((exp(x) - 1) ** 2 * BELOW, S.Zero, S.One)
"""The same for the second moment at N(0, 1), lambda^2 (1/2 + alpha^2 u): this u."""

SLOPE, UNIT = (S.Half + SELU_ALPHA**2 * each for each in (TAIL, UNIT_TAIL))
"""Both over lambda^2, the second of which is 1/lambda^2."""

LOW, HIGH = Rational(55, 100), Rational(95, 100)
SELU_BOX: Box = ((sigma, LEAST, MOST),)

# The slope falls from 0.9489 to 0.5529.
SLOPES = (
    BoxInequality(LOW * UNIT, SLOPE, SELU_BOX),
    BoxInequality(SLOPE, HIGH * UNIT, SELU_BOX),
)


ROOT = Symbol("r", real=True)
IS_ROOT = equal(ROOT**2 * UNIT, 1)
"""That r is the standard lambda; with no name for a root the algebra stays rational."""


def with_root(then: Tactic) -> Tactic:
    """There is such an r, between 0 and 2."""
    exist = exists(ROOT, both(less(0, ROOT), less(ROOT, 2), IS_ROOT))
    rises = "root", term(ROOT**2 * UNIT), 0, 2, 1, "rising", auto(), auto()
    return have(exist, rises, obtained(ROOT, then))


def slope_above(bound: str, least: Rational = LEAST, sign: int = 1) -> Formula:
    """The slope is above a bound, or for -1 below it, from a least sigma on."""
    share = sign * Rational(bound)
    slope = ("*", sign, slope_of_map())
    return for_standard(everywhere(((sigma, least, MOST),), less(share, slope)))


def misses(bound: str, at: Rational, least: Rational = LEAST, sign: int = 1) -> Statement:
    """The slope is not so large, or for -1 so small, at a sigma."""
    share = Rational(bound)
    there = S.Half + SELU_ALPHA**2 * gaussian(TAIL_BODY, S.Zero, at)
    missed = at_most(sign * there, sign * share * UNIT)
    fails = have(missed, auto(), linear((ROOT**2, missed), (sign * share, IS_ROOT)))
    values = {"alpha": SELU_ALPHA, "lambda": ROOT, "sigma": at}
    return refuted(slope_above(bound, least, sign), with_root(instance(fails, **values)))


def selu_contracts() -> Statement:
    """There are such parameters, and for them the bounds hold."""
    mean_is_zero, square_is_one = preserved()
    is_standard = equal(alpha, SELU_ALPHA)
    weight = -SELU_ALPHA / (scale * NormalPdf(0))

    def bound(inequality: BoxInequality, share: Rational, sign: int) -> Tactic:
        slope = (TAIL - share * UNIT_TAIL) * (alpha + SELU_ALPHA)
        weights = (-sign * share, square_is_one), (-sign * scale**2 * slope, is_standard)
        here = less(inequality.lower, inequality.upper)
        use = linear((scale**2, here), *weights)
        return by_fact(inequality.formula, sigma, *[auto()] * 3, then=use)

    bounds = both(less(LOW, slope_of_map()), less(slope_of_map(), HIGH))
    exist = exists(alpha, exists(scale, both(*preserved())))
    there = witness(ROOT, parts(auto(), parts(ALGEBRA, linear((1, IS_ROOT)))))
    there = with_root(witness(SELU_ALPHA, parts(auto(), there)))
    each = parts(*(bound(i, r, n) for i, r, n in zip(SLOPES, (LOW, HIGH), (1, -1), strict=True)))
    hold = intro(have(is_standard, linear((weight, mean_is_zero)), each))
    return Statement(
        both(exist, for_standard(everywhere(SELU_BOX, bounds))),
        lemmas((each.lemma for each in SLOPES), parts(there, hold)),
    )


claim = partial(Claim, source="derived from the definition of ELU")

CLAIMS = (
    claim(
        "moments.variance_increases_with_sigma",
        "At alpha = 1, Var f(X) increases with sigma for -4 <= mu <= 4 and 1/4 <= sigma <= 4.",
        Statement(grows(WIDE, spread(S.One)), with_slope(WIDELY, spread(S.One), 2 * (sigma + z))),
        neighbours={
            "It decreases.": fails(
                grows(WIDE, lambda deviation: -spread(S.One)(deviation)), mu=0, sigma=1, rho=2
            ),
            "As fast as Var X.": fails(grows(WIDE, faster_than_input), mu=0, sigma=1, rho=2),
        },
    ),
    claim(
        "moments.variance_increases_with_sigma_any_alpha",
        "Var f(X) increases with sigma for -1 <= mu <= 1, 1/2 <= sigma <= 3/2, 1/2 <= alpha <= 2.",
        Statement(grows(ALPHAS, spread()), with_slope(ANY_ALPHA, spread(), 2 * (sigma + z))),
        neighbours={
            "It decreases.": fails(
                grows(ALPHAS, lambda deviation: -spread()(deviation)),
                mu=0,
                sigma=S.Half,
                alpha=1,
                rho=1,
            ),
            "It increases with mu as fast as with sigma.": fails(
                everywhere(ALPHAS, less(Derivative(variance(), sigma), Derivative(variance(), mu))),
                mu=0,
                sigma=1,
                alpha=1,
            ),
        },
    ),
    claim(
        "moments.variance_contracts",
        "At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " 0.379*sigma^2 < Var f(X) < 0.93*sigma^2 and 0.50*sigma^2 < E f(X)^2 < 0.93*sigma^2.",
        all_of(SHARES),
        neighbours={
            "The lower constant of Var f is 1 % larger.": fails(
                above(VARIANCE, "0.38279").formula, sigma=10
            ),
            "The upper constant of Var f is 1 % less.": fails(
                below(VARIANCE, "0.9207").formula, sigma=Rational(1, 10)
            ),
            "The lower constant of E f^2 is 1 % larger.": fails(
                above(SQUARE, "0.505").formula, sigma=10
            ),
            "The upper constant of E f^2 is 1 % less.": fails(
                below(SQUARE, "0.9207").formula, sigma=Rational(1, 10)
            ),
        },
    ),
    claim(
        "moments.variance_share_falls",
        "At alpha = 1, for X ~ N(0, sigma^2), the ratio Var f(X)/sigma^2 decreases with"
        " sigma for 1/10 <= sigma <= 10.",
        Statement(grows(TWO_DECADES, over(2)), with_slope(SHARE, over(2))),
        neighbours={"So does Var f(X)/sigma.": fails(grows(TWO_DECADES, over(1)), sigma=1, rho=2)},
    ),
    claim(
        "moments.mean_bounds",
        "At alpha = 1, for X ~ N(0, sigma^2), 1/10 <= sigma <= 10:"
        " sigma^2/(4 + 2.44*sigma) < E f(X) < sigma^2/(4 + 2.14*sigma).",
        all_of(QUOTIENTS),
        neighbours={
            "The larger constant is 1 % smaller.": fails(
                everywhere(TWO_DECADES, less(quotient("2.4156"), MEAN)), sigma=10
            ),
            "The smaller constant is 1 % larger.": fails(
                everywhere(TWO_DECADES, less(MEAN, quotient("2.1614"))), sigma=Rational(1, 10)
            ),
        },
    ),
    Claim(
        "moments.selu_second_moment_contracts",
        "With the standard parameters of SELU the map sigma^2 -> E selu(sigma*Z)^2,"
        " Z ~ N(0, 1), has the fixed point 1, at which the mean is 0, and a slope between 0.55 and"
        " 0.95 for 2/3 <= sigma <= 10.",
        selu_contracts,
        "Klambauer, Unterthiner, Mayr, Hochreiter, NeurIPS 2017, theorem 1, at mean 0",
        neighbours={
            "The least slope is 1 % larger.": misses("0.5555", MOST),
            "The greatest slope is 1 % smaller.": misses("0.9405", LEAST, sign=-1),
            "The slope is below 1 from sigma = 1/10 on, without theorem 1's lower bound.": misses(
                "1", Rational(1, 10), Rational(1, 10), sign=-1
            ),
            "The slope is below 1 from sigma = 1/2 on.": misses("1", S.Half, S.Half, sign=-1),
        },
    ),
)
