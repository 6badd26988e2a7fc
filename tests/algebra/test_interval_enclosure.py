"""Enclosures over boxes contain what they enclose, and an unsound one is noticed."""

from collections.abc import Callable, Sequence
from typing import Any

import flint
import pytest
from expressions import expressions
from hypothesis import assume, given, settings, strategies as st
from sympy import Abs, Expr, Rational, S, Symbol, erf, erfc, exp, log, sqrt

from elu_sym.algebra import interval_enclosure
from elu_sym.algebra.enclosure import enclose, exact
from elu_sym.algebra.interval_enclosure import BoxFunction, CentredForm
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import alpha, mu, sigma

Box = tuple[tuple[Symbol, Rational, Rational], ...]
R = Rational
PRECISION = 64
AXES = (mu, sigma, alpha)


def interval(low: Any, high: Any) -> tuple[Any, Any]:
    return exact(S(low)), exact(S(high))


def violation(function: BoxFunction, expression: Expr, box: Box, point: Sequence[Rational]) -> str:
    """What an enclosure over a box says that is wrong at a point of the box, or nothing."""
    place = dict(zip((symbol for symbol, _, _ in box), point, strict=True))
    value = enclose(expression, place, 256)
    intervals = [interval(low, high) for _, low, high in box]
    with flint.ctx.workprec(PRECISION):
        natural, form = function.natural(intervals), function.centred(intervals)
        if not value.is_finite():
            # Where the expression has no value, no enclosure may show that it is positive.
            return "a pole is positive" if natural > 0 or form.lower > 0 else ""
        if natural.is_finite() and not natural.overlaps(value):
            return f"{value} is not in {natural}"
        if value < form.lower:
            return f"{value} lies below {form.lower}"
    return ""


ordinates = st.fractions(0, 1, max_denominator=16).map(lambda q: R(str(q)))
widths = st.fractions("1/64", 2, max_denominator=64).map(lambda q: R(str(q)))
lower_ends = {
    mu: st.fractions(-3, 2, max_denominator=8).map(lambda q: R(str(q))),
    sigma: st.fractions("1/4", 2, max_denominator=8).map(lambda q: R(str(q))),
    alpha: st.fractions("1/4", 2, max_denominator=8).map(lambda q: R(str(q))),
}
boxes = st.tuples(*(st.tuples(lower_ends[symbol], widths) for symbol in AXES)).map(
    lambda ends: tuple(
        (symbol, low, low + width) for symbol, (low, width) in zip(AXES, ends, strict=True)
    )
)
shapes = st.sampled_from(
    [
        *(lambda e: e, lambda e: e**2, lambda e: e**3, lambda e: 1 / e, lambda e: e**-2),
        *(Abs, erf, erfc, NormalPdf, NormalCdf, lambda e: exp(-(e**2))),
        *(lambda e: sqrt(1 + e**2), lambda e: log(1 + e**2), lambda e: (1 + e**2) ** R(1, 3)),
    ]
)


@pytest.mark.parametrize("examples", [25, pytest.param(80, marks=pytest.mark.deep)])
def test_what_an_expression_is_at_a_point_lies_in_its_enclosure_over_a_box(examples: int) -> None:
    @given(expressions, shapes, boxes, st.tuples(ordinates, ordinates, ordinates))
    @settings(max_examples=examples, deadline=None)
    def lies_in_it(
        inner: Expr, shape: Callable[[Expr], Expr], box: Box, shares: tuple[Rational, ...]
    ) -> None:
        assume(inner != 0)
        expression = shape(inner)
        assume(not expression.has(S.ComplexInfinity, S.NaN))
        function = BoxFunction(expression, AXES, PRECISION)
        ends = zip(box, shares, strict=True)
        point = [low + share * (high - low) for (_, low, high), share in ends]
        assert violation(function, expression, box, point) == ""

    lies_in_it()


UNIT: Box = ((mu, R(-1), R(1)),)
TURNS = [
    *(mu**2, Abs(mu), NormalPdf(mu), 1 / mu, 1 / mu**2, log(mu), 1 / sqrt(mu), mu**3 - mu),
    *(sqrt(mu + 2), 1 / sqrt(mu + 2), (mu + 2) ** R(1, 3), (mu + 2) ** R(-5, 2)),
]


@pytest.mark.parametrize("expression", TURNS, ids=str)
def test_turning_points_and_poles_inside_a_box(expression: Expr) -> None:
    function = BoxFunction(expression, (mu,), PRECISION)
    for number in range(-8, 9):
        assert violation(function, expression, UNIT, [R(number, 8)]) == "", number


def without_turning_point(t: Any, exponent: int) -> Any:
    return (t.lower() ** exponent).union(t.upper() ** exponent)


MONOTONE, TURNING_AT_ZERO = interval_enclosure._monotone, interval_enclosure._turning_at_zero
MUTANTS: dict[str, tuple[str, Any]] = {
    "an even power and a pole taken at the ends": ("_power_on_box", without_turning_point),
    "Abs taken at the ends": (
        "_turning_at_zero",
        lambda f: MONOTONE(f) if f is abs else TURNING_AT_ZERO(f),
    ),
    "a density without its peak": (
        "_turning_at_zero",
        lambda f: TURNING_AT_ZERO(f) if f is abs else MONOTONE(f),
    ),
    "every function taken in the middle": ("_monotone", lambda f: lambda t: f(t.mid())),
}
SEEN_AT = [*TURNS, exp(mu), NormalCdf(mu), MillsRatio(mu)]


def is_noticed() -> bool:
    interval_enclosure._programs.cache_clear()  # of the operations that were there before
    return any(
        violation(BoxFunction(expression, (mu,), PRECISION), expression, UNIT, [R(number, 8)])
        for expression in SEEN_AT
        for number in range(-8, 9)
    )


@pytest.mark.parametrize("name", MUTANTS)
def test_an_unsound_enclosure_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_noticed()
    monkeypatch.setattr(interval_enclosure, *MUTANTS[name])
    assert is_noticed()
    interval_enclosure._programs.cache_clear()  # of the unsound ones


def test_a_mean_value_form_without_its_loss_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = BoxFunction.centred

    def unsound(self: BoxFunction, box: Any) -> CentredForm:
        form = sound(self, box)
        return CentredForm(form.value.lower(), form.base, form.value, form.changes)

    monkeypatch.setattr(BoxFunction, "centred", unsound)
    assert is_noticed()


def test_the_mean_value_form_gains_by_the_square_of_the_width() -> None:
    function = BoxFunction(exp(mu) - mu, (mu,), PRECISION)
    losses = []
    with flint.ctx.workprec(PRECISION):
        for width in (R(1, 16), R(1, 32), R(1, 64)):
            form = function.centred([interval(-width, width)])
            losses.append(1 - float(form.lower))
            assert 1 - float(function.natural([interval(-width, width)]).lower()) > width
    assert losses[0] < R(1, 100)
    assert losses[1] / losses[0] == pytest.approx(1 / 4, rel=0.1)
    assert losses[2] / losses[1] == pytest.approx(1 / 4, rel=0.1)


def test_numbers_are_enclosed_and_not_rounded() -> None:
    function = BoxFunction(mu / 3 + sqrt(S(2)), (mu,), PRECISION)
    with flint.ctx.workprec(PRECISION):
        ball = function.at([exact(S(1))])
        assert ball.overlaps(flint.arb(flint.fmpq(1, 3)) + flint.arb(2).sqrt())
        assert ball.rad() > 0
