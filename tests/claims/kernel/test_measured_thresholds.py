"""Measured thresholds: distances, open cases, and the table beside the theorems."""

import re
from typing import Any

import pytest
from sympy import Rational

from elu_sym.algebra.rounding import BFLOAT16, FLOAT64, FORMATS
from elu_sym.claims.kernel import RejectedError, measured_thresholds, prove
from elu_sym.claims.kernel.meaning import Finding
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.measured import thresholds_within
from elu_sym.claims.statement import RECORDED
from elu_sym.experiments.library_thresholds import Measurement, read
from elu_sym.symbols import x


def within(*, least: int = 0, greatest: int = 0, cases: int = 2) -> Any:
    exp = "torch", ("exp", "expm1"), (FLOAT64,), Reference.EACH_ROUNDED
    return thresholds_within(*exp, least=least, greatest=greatest, cases=cases)


def found(goal: Any) -> Finding:
    (finding,) = prove(goal, RECORDED).findings
    return finding


def is_open(atom: Any) -> bool:
    """Whether the table neither bears it out nor contradicts it."""
    for goal in (atom, ("not", atom)):
        with pytest.raises(RejectedError):
            prove(goal, RECORDED)
    return True


def test_measured_distances_hold_within_their_interval_and_nowhere_else() -> None:
    detail = found(within(greatest=10**14)).detail
    distance = int(re.search(r"0 to (\d+) floats above", detail).group(1))  # type: ignore[union-attr]
    assert distance > 10**12
    assert found(within(greatest=distance)).detail == detail
    with pytest.raises(RejectedError, match=f"expm1 in float64: {distance} floats"):
        prove(within(greatest=distance - 1), RECORDED)
    exception = found(("not", within(greatest=distance - 1)))
    assert exception.place == ((x, Rational(-36.73680056967711)),)
    assert exception.detail.endswith(f"expm1 in float64: {distance} floats")
    with pytest.raises(RejectedError, match="2 thresholds"):
        prove(("not", within(greatest=distance)), RECORDED)
    assert found(("not", within(least=1, greatest=distance)))
    assert is_open(within(greatest=10**14, cases=3))


def test_neighbours_that_disagree_leave_a_measurement_open(monkeypatch: pytest.MonkeyPatch) -> None:
    table: list[Measurement] = read()
    place = next(i for i, row in enumerate(table) if row.library == "torch")
    table[place] = table[place]._replace(monotone="no")
    monkeypatch.setattr(measured_thresholds, "read", lambda: table)
    assert is_open(within(greatest=10**14))


def test_a_row_that_is_missing_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [row for row in read() if (row.library, row.function) != ("torch", "exp")]
    monkeypatch.setattr(measured_thresholds, "read", lambda: table)
    assert is_open(within(greatest=10**14))


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
