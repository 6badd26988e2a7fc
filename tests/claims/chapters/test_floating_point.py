"""The chapter on floating point: witnesses seen from elsewhere, mutants of rounding."""

from collections.abc import Callable

import numpy as np
import pytest
from sympy import Integer, Rational

from elu_sym.algebra.rounding import (
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_ONCE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    FLOAT16,
    FORMATS,
    SELU_ALPHA,
    FloatingPointFormat,
    largest_at_most,
)
from elu_sym.claims.chapters.floating_point import CLAIMS
from elu_sym.claims.chapters.floating_point.thresholds import (
    DERIVATIVE_IS_SUBNORMAL,
    EXPONENTIAL_IS_ZERO,
    FLOOR_IS_REACHED,
    FLOOR_ROUNDED_ONCE,
)
from elu_sym.claims.claim import Verdict
from elu_sym.claims.rules import measured_thresholds
from elu_sym.claims.rules.rounded import AtMostUpTo, EqualUpTo, GreaterEverywhere
from elu_sym.experiments.library_thresholds import Measurement, read
from elu_sym.symbols import alpha, x, y

BY_ID = {claim.id: claim for claim in CLAIMS}


def test_statements_name_every_threshold() -> None:
    for name, table in (
        ("exponential_zero", EXPONENTIAL_IS_ZERO),
        ("derivative_zero", EXPONENTIAL_IS_ZERO),
        ("floor_reached", FLOOR_IS_REACHED),
        ("derivative_from_value", FLOOR_IS_REACHED),
    ):
        statement = BY_ID[f"floating_point.{name}"].statement
        for numbers, threshold in table.items():
            assert f"{threshold!r} in {numbers.name}" in statement


def half(witness: object, function: Callable[[np.float16], object]) -> np.float16:
    value = function(np.float16(float(witness[x])))  # type: ignore[index]
    return np.float16(value)


def test_witnesses_in_float16_as_numpy_sees_them() -> None:
    """NumPy computes float16 by rounding float32, which is far from any tie at these floats."""
    witness = BY_ID["floating_point.derivative_positive"].check().witness
    assert half(witness, np.exp) == 0
    assert half({x: FLOAT16.successor(witness[x])}, np.exp) > 0
    floor = GreaterEverywhere(ELU_ROUNDED_TWICE, FLOAT16, Integer(-1), Integer(1))
    witness = floor.check().witness
    assert half(witness, np.expm1) == -1
    assert half({x: FLOAT16.successor(witness[x])}, np.expm1) > -1
    witness = BY_ID["floating_point.rate_positive"].check().witness
    assert half(witness, np.expm1) + np.float16(1) == 0
    _, above_floor, _ = BY_ID["floating_point.strictly_increasing"].false_claims
    assert "as long as it has not reached its floor" in above_floor.statement
    witness = above_floor.check().witness
    assert half(witness, np.expm1) == half({x: witness[y]}, np.expm1) > -1
    assert FLOAT16.successor(witness[x]) == witness[y]
    witness = BY_ID["floating_point.floor_any_alpha"].check().witness
    height = np.float16(float(witness[alpha]))
    assert half(witness, np.expm1) > -1
    assert height * half(witness, np.expm1) == -height
    witness = BY_ID["floating_point.derivative_zero_any_alpha"].check().witness
    height = np.float16(float(witness[alpha]))
    assert half(witness, np.exp) > 0
    assert height * half(witness, np.exp) == 0


def moved(numbers: FloatingPointFormat, threshold: float, steps: int) -> Rational:
    return numbers.at(numbers.rank(Rational(threshold)) + steps)


@pytest.mark.parametrize("steps", [-1, 1])
@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_a_threshold_that_is_off_by_one_float_is_refuted(
    numbers: FloatingPointFormat, steps: int
) -> None:
    selu, one = numbers.round(SELU_ALPHA), Integer(1)
    shifted = moved(numbers, EXPONENTIAL_IS_ZERO[numbers], steps)
    assertions = [EqualUpTo(EXPONENTIAL, numbers, Integer(0), shifted)]
    shifted = moved(numbers, FLOOR_IS_REACHED[numbers], steps)
    assertions.append(EqualUpTo(EXPONENTIAL_LESS_ONE, numbers, Integer(-1), shifted))
    for height, threshold in zip(
        (Rational(1, 2), one, selu, Integer(2)), DERIVATIVE_IS_SUBNORMAL[numbers], strict=True
    ):
        shifted, level = moved(numbers, threshold, steps), numbers.greatest_subnormal
        assertions.append(AtMostUpTo(DERIVATIVE_ROUNDED_TWICE, numbers, level, shifted, height))
    for height, threshold in zip(
        (numbers.successor(one), Rational(3, 2), selu), FLOOR_ROUNDED_ONCE[numbers], strict=True
    ):
        shifted = moved(numbers, threshold, steps)
        assertions.append(EqualUpTo(ELU_ROUNDED_ONCE, numbers, -height, shifted, height))
    for assertion in assertions:
        step = assertion.check()
        assert step.holds is False, step.assertion.to_text()
        assert step.witness


ROUNDED_UNITS = FloatingPointFormat._rounded_units


def towards_zero(numbers: FloatingPointFormat, numerator: int, denominator: int) -> int:
    size = abs(numerator) << -numbers._unit_exponent
    whole = size // denominator
    shift = max(0, whole.bit_length() - numbers.precision)
    return (whole >> shift << shift) * (-1 if numerator < 0 else 1)


def ties_away(numbers: FloatingPointFormat, numerator: int, denominator: int) -> int:
    """Round a little further out: a tie is none any more, and goes away from zero."""
    return ROUNDED_UNITS(
        numbers, (numerator << 6000) + (1 if numerator > 0 else -1), denominator << 6000
    )


def flushed(numbers: FloatingPointFormat, numerator: int, denominator: int) -> int:
    units = ROUNDED_UNITS(numbers, numerator, denominator)
    return units if abs(units) >> numbers.precision - 1 else 0


@pytest.mark.parametrize(
    ("mutant", "killed"),
    [
        (
            towards_zero,
            {"exponential_zero", "floor_reached", "floor_rounded_once", "derivative_from_value"},
        ),
        (flushed, {"exponential_zero", "derivative_zero", "derivative_subnormal"}),
        (ties_away, {"derivative_zero_false_1"}),
    ],
    ids=["towards zero", "flush to zero", "ties away from zero"],
)
def test_another_rounding_turns_claims_over(
    mutant: Callable[..., int], killed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    largest_at_most.cache_clear()  # of what correct rounding gave
    monkeypatch.setattr(FloatingPointFormat, "_rounded_units", mutant)
    claims = [claim for claim in CLAIMS if claim.expected is Verdict.PROVED]
    claims += [false for claim in claims for false in claim.false_claims]
    turned = {claim.id.partition(".")[2] for claim in claims if not claim.check().is_expected}
    largest_at_most.cache_clear()  # of what this one gave
    assert killed <= turned


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> list[Measurement]:
    rows = read()
    monkeypatch.setattr(measured_thresholds, "read", lambda: rows)
    return rows


def test_another_measured_threshold_turns_its_claim_over(table: list[Measurement]) -> None:
    for place, row in enumerate(table):
        numbers = next(numbers for numbers in FORMATS if numbers.name == row.format)
        shifted = numbers.at(numbers.rank(Rational(row.threshold)) - 2)
        table[place] = row._replace(threshold=str(shifted))
        claims = [claim for claim in CLAIMS if claim.expected is Verdict.MEASURED]
        outcomes = [claim.check() for claim in claims if row.library in claim.id]
        (turned,) = [outcome for outcome in outcomes if not outcome.is_expected]
        assert turned.verdict is Verdict.REFUTED
        assert turned.witness[x] == shifted  # type: ignore[index]
        table[place] = row
