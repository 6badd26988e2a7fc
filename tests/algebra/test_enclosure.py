"""A ball contains the value, is narrow, and refuses what it cannot enclose."""

import math

import mpmath
import pytest
from expressions import expressions, points
from flint import arb, ctx
from hypothesis import given, settings
from sympy import (
    Abs,
    And,
    E,
    Expr,
    Float,
    Or,
    Piecewise,
    Rational,
    S,
    Symbol,
    erf,
    erfc,
    exp,
    log,
    pi,
    rootof,
    sin,
    sqrt,
)

from elu_sym.algebra.enclosure import Point, enclose, enclose_to
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, x

HALF = Rational(1, 2)
AT = {x: HALF, alpha: S(3)}


@settings(max_examples=50)
@given(expressions, points)
def test_contains_what_mpmath_finds(expression: Expr, at: Point) -> None:
    value = expression.subs(at).evalf(60)
    with ctx.workprec(256):
        width = (1 + abs(arb(str(value)))) * arb(10) ** -40
        ball = enclose(expression, at, 1024)
        assert abs(ball - arb(str(value))) < width


@settings(max_examples=50)
@given(expressions, points)
def test_more_precision_gives_a_narrower_ball_inside(expression: Expr, at: Point) -> None:
    wide, narrow = enclose(expression, at, 128), enclose(expression, at, 1024)
    assert wide.overlaps(narrow)
    assert narrow.rad() <= wide.rad()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (NormalCdf(mu), lambda t: mpmath.ncdf(t)),
        (NormalPdf(mu), lambda t: mpmath.npdf(t)),
        (MillsRatio(mu), lambda t: mpmath.ncdf(-t) / mpmath.npdf(t)),
        (erf(mu), mpmath.erf),
        (erfc(mu), mpmath.erfc),
        (Abs(mu), abs),
        (exp(mu) ** 3 / pi, lambda t: mpmath.exp(3 * t) / mpmath.pi),
        (E**mu + log(mu**2 + 1), lambda t: mpmath.exp(t) + mpmath.log(t * t + 1)),
        (sqrt(mu**2 + 2), lambda t: mpmath.sqrt(t * t + 2)),
    ],
)
@pytest.mark.parametrize("at", [Rational(-7, 3), Rational(1, 8), Rational(40)])
def test_each_function_by_mpmath(expression: Expr, value: object, at: Rational) -> None:
    with mpmath.workdps(60), ctx.workprec(256):
        reference = arb(mpmath.nstr(value(mpmath.mpf(at.p) / at.q), 50))
        ball = enclose(expression, {mu: at}, 256)
        assert abs(ball - reference) < abs(reference) * arb(10) ** -45


@pytest.mark.parametrize("precision", [64, 256, 1024])
def test_the_root_of_a_polynomial(precision: int) -> None:
    ball = enclose(rootof(x**5 - x - 3, 0), {}, precision)
    with ctx.workprec(2 * precision):
        assert (ball**5 - ball - 3).contains(0)
        assert ball.rel_accuracy_bits() > precision * 0.9


class TestPiecewise:
    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            (Piecewise((1, x >= HALF), (2, True)), 1),
            (Piecewise((1, x > HALF), (2, True)), 2),
            (Piecewise((1, And(x > 0, exp(x) > alpha)), (2, Or(x < 0, alpha >= 3)), (3, True)), 2),
            (Piecewise((1, ~(x < HALF)), (2, True)), 1),
            (Piecewise((1, exp(exp(x)) > Rational(26, 5)), (2, True)), 1),
        ],
    )
    def test_takes_the_piece_whose_condition_is_decided(self, expression: Expr, value: int) -> None:
        assert enclose(expression, AT) == value

    def test_condition_that_no_ball_decides(self) -> None:
        equal = Piecewise((1, erf(x) + erfc(x) > 1), (2, True))
        with pytest.raises(ValueError, match="not decided"):
            enclose(equal, AT)

    def test_no_condition_holds(self) -> None:
        with pytest.raises(ValueError, match="no condition"):
            enclose(Piecewise((1, x < 0), (2, x > 3)), AT)


class TestErrors:
    @pytest.mark.parametrize("value", [0.5, 1, Float(0.5), sqrt(2), "1/2"])
    def test_only_exact_rationals_are_points(self, value: object) -> None:
        with pytest.raises(TypeError, match=r"mu = .*; give an exact sympy\.Rational"):
            enclose(exp(mu), {mu: value})

    def test_missing_symbol_is_named(self) -> None:
        with pytest.raises(ValueError, match="symbol alpha"):
            enclose(alpha * mu, {mu: HALF})

    def test_symbol_of_other_assumptions_is_another_symbol(self) -> None:
        with pytest.raises(ValueError, match="symbol alpha"):
            enclose(alpha, {Symbol("alpha"): HALF})

    def test_unknown_function_is_named(self) -> None:
        with pytest.raises(ValueError, match=r"no enclosure is known for sin\(mu\)"):
            enclose(sin(mu), {mu: HALF})

    @pytest.mark.parametrize("expression", [1 / (mu - HALF), log(-mu), sqrt(-mu), log(mu - HALF)])
    def test_undefined_value_is_not_finite(self, expression: Expr) -> None:
        assert not enclose(expression, {mu: HALF}).is_finite()


class TestWidth:
    def test_cancellation_costs_time_and_not_digits(self) -> None:
        point = {mu: Rational(1, 10**60)}
        ball = enclose_to(exp(mu) - 1 - mu, point, Rational(1, 10**30))
        with ctx.workprec(256):
            assert (ball * arb(10) ** 120).overlaps(arb("0.5 +/- 1e-29"))

    @pytest.mark.parametrize("width", [Rational(1, 3), Rational(2, 7), S.One, S(5)])
    def test_any_positive_width_is_met(self, width: Rational) -> None:
        ball = enclose_to(exp(mu), {mu: HALF}, width)
        assert ball.rad() <= abs(ball.mid()) * width.p / width.q

    def test_zero_is_never_narrow(self) -> None:
        with pytest.raises(ArithmeticError, match="is it zero there"):
            enclose_to(erf(mu) + erfc(mu) - 1, {mu: HALF}, Rational(1, 10))


def test_far_out_a_tail_is_as_sharp_as_its_argument():
    for size in (10**5, 10**8):
        t = Rational(size) + Rational(1, 3)
        expression = exp(t**2 / 2) * NormalCdf(-t) * t  # 1/sqrt(2 pi), but for 1/t^2
        ball = enclose(expression, {}, 256)
        assert ball.rel_accuracy_bits() > 100
        assert float(ball.mid()) == pytest.approx((2 * math.pi) ** -0.5, rel=2.0 / size**2 + 1e-15)
