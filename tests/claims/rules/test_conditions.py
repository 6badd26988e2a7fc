"""Which interval a rational function of a parameter runs through."""

from fractions import Fraction

import pytest
from findings import found, number, witness
from sympy import Interval, S, Symbol, exp, oo

from elu_sym.claims.rules.conditions import ABOVE_ONE, AT_MOST_ONE, RunsThrough, both_conditions
from elu_sym.symbols import alpha, excess, slack, threshold, x

WHOLE = Symbol("n", integer=True, nonnegative=True)
HALVES = Symbol("m", rational=True, positive=True)

TRUE = [
    *both_conditions(),
    RunsThrough(2 / (1 + slack), slack, Interval.Lopen(0, 2)),
    RunsThrough(slack / (1 + slack), slack, Interval.Ropen(0, 1)),
    RunsThrough(slack, slack, Interval(0, oo)),
    RunsThrough(-slack, slack, Interval(-oo, 0)),
    RunsThrough(1 / excess, excess, Interval.open(0, oo)),
]

FALSE = [
    RunsThrough(AT_MOST_ONE, slack, Interval.open(0, 1)),
    RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, S.Half)),
    RunsThrough(ABOVE_ONE, excess, Interval.open(2, oo)),
    RunsThrough(slack / (1 + slack), slack, Interval.Lopen(0, 1)),
    RunsThrough(-slack, slack, Interval.open(-oo, 0)),
]

OPEN = {
    # Every value lies in the interval, but not every value of the interval is taken.
    "a part of the interval": RunsThrough(AT_MOST_ONE, slack, Interval.Lopen(0, 2)),
    "an end that is not attained": RunsThrough(ABOVE_ONE, excess, Interval(1, oo)),
    "a symbol of any sign": RunsThrough(x, x, Interval.open(0, oo)),
    "a negative symbol": RunsThrough(threshold, threshold, Interval.open(0, oo)),
    "whole numbers": RunsThrough(WHOLE, WHOLE, Interval(0, oo)),
    "fractions": RunsThrough(HALVES, HALVES, Interval.open(0, oo)),
    "a pole at the end": RunsThrough(1 / slack, slack, Interval.open(0, oo)),
    "a pole on the way": RunsThrough(1 / (1 - excess), excess, Interval.open(-oo, 0)),
    "up and down": RunsThrough(slack / (1 + slack**2), slack, Interval(0, S.Half)),
    "constant": RunsThrough(S.One, slack, Interval(0, 1)),
    "another parameter": RunsThrough(alpha * slack, slack, Interval(0, oo)),
    "no rational function": RunsThrough(exp(-slack), slack, Interval.Lopen(0, 1)),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: RunsThrough) -> None:
    found(assertion, True)


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false_with_a_value_outside(assertion: RunsThrough) -> None:
    point = witness(assertion)
    value = assertion.expression.xreplace(dict(point))
    assert float(value) == pytest.approx(float(number(assertion.expression, point)))
    interval, exact = assertion.interval, Fraction(value.p, value.q)
    below = exact < interval.start or (exact == interval.start and interval.left_open)
    above = exact > interval.end or (exact == interval.end and interval.right_open)
    assert below or above


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_the_sentence_says_where_the_parameter_starts() -> None:
    interval = Interval.Lopen(0, 1)
    assert "s >= 0, runs through (0, 1]" in RunsThrough(AT_MOST_ONE, slack, interval).to_text()
    assert "t > 0, runs through (0, 1]" in RunsThrough(ABOVE_ONE, excess, interval).to_text()
