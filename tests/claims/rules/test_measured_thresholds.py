"""The rule about measured thresholds: distances, open cases, and the table beside the theorems."""

import re

import pytest
from sympy import Rational

from elu_sym.algebra.rounding import BFLOAT16, FLOAT64, FORMATS
from elu_sym.certify.witness import Evidence
from elu_sym.claims.rules import measured_thresholds
from elu_sym.claims.rules.measured_thresholds import MeasuredWithin, Reference
from elu_sym.experiments.library_thresholds import Measurement, read
from elu_sym.symbols import x


def within(*, least: int = 0, greatest: int = 0, cases: int = 2) -> MeasuredWithin:
    return MeasuredWithin(
        "torch", ("exp", "expm1"), (FLOAT64,), Reference.EACH_ROUNDED, least, greatest, cases
    )


def test_measured_distances_hold_within_their_interval_and_nowhere_else() -> None:
    step = within(greatest=10**14).check()
    assert step.holds
    assert step.evidence is Evidence.EXPERIMENT
    distance = int(re.search(r"0 to (\d+) floats above", step.detail).group(1))  # type: ignore[union-attr]
    assert distance > 10**12
    assert within(greatest=distance).check().holds
    refuted = within(greatest=distance - 1).check()
    assert refuted.holds is False
    assert refuted.witness == {x: Rational(-36.73680056967711)}
    assert within(least=1, greatest=distance).check().holds is False
    assert within(greatest=10**14, cases=3).check().holds is None


def test_neighbours_that_disagree_leave_a_measurement_open(monkeypatch: pytest.MonkeyPatch) -> None:
    table: list[Measurement] = read()
    place = next(i for i, row in enumerate(table) if row.library == "torch")
    table[place] = table[place]._replace(monotone="no")
    monkeypatch.setattr(measured_thresholds, "read", lambda: table)
    assert within(greatest=10**14).check().holds is None


def test_the_table_agrees_with_the_theorems() -> None:
    assert len(read()) == 82
    for row in read():
        numbers = next(numbers for numbers in FORMATS if numbers.name == row.format)
        rank = numbers.rank(Rational(row.threshold))
        for reference, stored, steps in (
            (Reference.EACH_ROUNDED, row.each_rounded, row.steps_from_each_rounded),
            (Reference.ROUNDED_ONCE, row.rounded_once, row.steps_from_rounded_once),
        ):
            threshold = reference.threshold(row)
            assert Rational(stored) == threshold
            assert int(steps) == rank - numbers.rank(threshold)
    assert BFLOAT16.name in {row.format for row in read() if row.library == "torch"}
