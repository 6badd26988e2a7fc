"""The chapter on floating point: witnesses seen from elsewhere, mutants of rounding."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from mpmath import mp
from numpy.typing import NDArray
from rounding_oracles import converted, stored
from sympy import Integer, Rational

from elu_sym.algebra.rounding import (
    BFLOAT16,
    ELU_ROUNDED_ONCE,
    FLOAT16,
    FORMATS,
    FloatingPointFormat,
    largest_at_most,
)
from elu_sym.claims.chapters.floating_point import CLAIMS
from elu_sym.claims.chapters.floating_point.computations import Level
from elu_sym.claims.chapters.floating_point.every_alpha import (
    by_half,
    by_relative_error,
    floor_together,
    least_normal,
    zero_together,
)
from elu_sym.claims.chapters.floating_point.strict_inequalities import zero_from_value
from elu_sym.claims.chapters.floating_point.thresholds import (
    DERIVATIVE_IS_SUBNORMAL,
    EXPONENTIAL_IS_ZERO,
    FLOOR_IS_REACHED,
    FLOOR_ROUNDED_ONCE,
    exponential_zero,
    floor,
    heights,
    others,
    subnormal,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import less
from elu_sym.claims.kernel import RejectedError, measured_thresholds, prove
from elu_sym.claims.statement import contradicted, witness_of
from elu_sym.experiments.library_thresholds import Measurement, read
from elu_sym.symbols import alpha, x

ONE = Integer(1)
SHORT = (FLOAT16, BFLOAT16)

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


def half(value: Rational, function: Callable[[np.float16], np.float16]) -> np.float16:
    return np.float16(function(np.float16(float(value))))


def named_witness(claim: Claim) -> dict[str, Rational]:
    witness = claim.check().witness
    assert witness
    return {symbol.name: value for symbol, value in witness.items()}


def test_witnesses_in_float16_as_numpy_sees_them() -> None:
    """NumPy computes float16 by rounding float32, which is far from any tie at these floats."""
    at = named_witness(BY_ID["floating_point.derivative_positive"])["x"]
    assert half(at, np.exp) == 0
    assert half(FLOAT16.successor(at), np.exp) > 0
    at = Rational(FLOOR_IS_REACHED[FLOAT16])
    assert half(at, np.expm1) == -1
    assert half(FLOAT16.successor(at), np.expm1) > -1
    at = named_witness(BY_ID["floating_point.rate_positive"])["x"]
    assert half(at, np.expm1) + np.float16(1) == 0
    _, above_floor, _ = BY_ID["floating_point.strictly_increasing"].false_claims
    assert "as long as it has not reached its floor" in above_floor.statement
    witness = named_witness(above_floor)
    assert half(witness["x"], np.expm1) == half(witness["y"], np.expm1) > -1
    assert FLOAT16.successor(witness["x"]) == witness["y"]
    witness = named_witness(BY_ID["floating_point.floor_any_alpha"])
    height, at = np.float16(float(witness["alpha"])), witness["x"]
    assert half(at, np.expm1) > -1 == -witness["h"]
    assert height * half(at, np.expm1) == -height
    witness = named_witness(BY_ID["floating_point.derivative_zero_any_alpha"])
    height, at = np.float16(float(witness["alpha"])), witness["x"]
    assert half(at, np.exp) > 0
    assert height * half(at, np.exp) == 0


def levels(numbers: FloatingPointFormat, steps: int) -> Iterator[Level]:
    """Every level of a format, with its threshold so many floats away."""

    def moved(level: Level) -> Level:
        threshold = numbers.at(numbers.rank(level.threshold) + steps)
        return replace(level, threshold=threshold)

    yield moved(exponential_zero(numbers, EXPONENTIAL_IS_ZERO[numbers]))
    thresholds = DERIVATIVE_IS_SUBNORMAL[numbers]
    for height, threshold in zip(heights(numbers), thresholds, strict=True):
        yield moved(subnormal(numbers, threshold, height))
        yield moved(zero_from_value(numbers, FLOOR_IS_REACHED[numbers], height))
    for height, threshold in zip(others(numbers), FLOOR_ROUNDED_ONCE[numbers], strict=True):
        yield moved(floor(numbers, threshold, height))


@pytest.mark.deep
@pytest.mark.parametrize("steps", [-1, 1])
@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_a_threshold_that_is_off_by_one_float_is_refuted(
    numbers: FloatingPointFormat, steps: int
) -> None:
    for level in levels(numbers, steps):
        assert witness_of(level.refuted().theorem())
        with pytest.raises(RejectedError):
            prove(*level.lemma())


@pytest.mark.parametrize("steps", [-1, 1])
@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_a_threshold_for_every_alpha_is_proved_at_no_other_float(
    numbers: FloatingPointFormat, steps: int
) -> None:
    at = Rational(EXPONENTIAL_IS_ZERO[numbers])
    moved = numbers.at(numbers.rank(at) + steps)
    large = less(Rational(1, 2), alpha)
    with pytest.raises(RejectedError):
        prove(zero_together(numbers, moved, large), by_half(numbers, moved))
    at = Rational(FLOOR_IS_REACHED[numbers])
    moved = numbers.at(numbers.rank(at) + steps)
    normal = less(least_normal(numbers), alpha)
    with pytest.raises(RejectedError):
        prove(floor_together(numbers, moved, normal), by_relative_error(numbers, moved))


ROUNDED_UNITS = FloatingPointFormat._rounded_units


def towards_zero(numbers: FloatingPointFormat, numerator: int, denominator: int) -> int:
    size = abs(numerator) << -numbers._unit_exponent
    whole = size // denominator
    shift = max(0, whole.bit_length() - numbers.precision)
    return (whole >> shift << shift) * (-1 if numerator < 0 else 1)


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
    ],
    ids=["towards zero", "flush to zero"],
)
def test_values_of_another_rounding_prove_nothing(
    mutant: Callable[..., int], killed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values that a proof names are computed by other means than the rules check them."""
    monkeypatch.setattr(FloatingPointFormat, "_rounded_units", mutant)
    claims = [claim for claim in CLAIMS if claim.expected is Verdict.PROVED]
    turned = {claim.id.partition(".")[2] for claim in claims if not claim.check().is_expected}
    assert killed <= turned


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_thresholds_are_logarithms(numbers: FloatingPointFormat) -> None:
    p, least = numbers.precision, numbers.least_exponent
    with mp.workdps(60):
        limits = [
            (EXPONENTIAL_IS_ZERO[numbers], (least - p) * mp.log(2)),
            (FLOOR_IS_REACHED[numbers], -(p + 1) * mp.log(2)),
        ]
        for threshold, height in zip(FLOOR_ROUNDED_ONCE[numbers], others(numbers), strict=True):
            significand = height * 2 ** (p - 1)
            limits.append((threshold, -mp.log(2 * mp.mpf(int(significand)))))
        for threshold, limit in limits:
            beyond = numbers.successor(Rational(threshold))
            assert mp.mpf(threshold) <= limit < mp.mpf(int(beyond.p)) / int(beyond.q)


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_thresholds_hold_at_every_float_of_a_16_bit_format(numbers: FloatingPointFormat) -> None:
    """NumPy's double exponential is far from every tie, as its distance from them shows."""
    points = -stored(numbers.name)
    exponential = nearest(numbers, np.exp(points))
    less_one = nearest(numbers, np.expm1(points))
    assert ((exponential == 0) == (points <= EXPONENTIAL_IS_ZERO[numbers])).all()
    assert ((less_one == -1) == (points <= FLOOR_IS_REACHED[numbers])).all()
    thresholds = DERIVATIVE_IS_SUBNORMAL[numbers]
    for height, threshold in zip(heights(numbers), thresholds, strict=True):
        product = converted(numbers.name, float(height) * exponential)
        assert ((product < float(numbers.least_normal)) == (points <= threshold)).all()


def nearest(numbers: FloatingPointFormat, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Doubles rounded to the nearest number; none may be so close to a tie that its error counts.

    Where a double has an error, it is no number of the format and no tie of it.
    """
    grid = stored(numbers.name)
    sizes, signs = np.abs(values), np.sign(values)
    above = np.searchsorted(grid, sizes).clip(1, len(grid) - 1)
    ties = (grid[above - 1] + grid[above]) / 2
    exact = np.isin(sizes, grid)
    distance = np.abs(sizes - ties)
    assert (exact | (distance > 4 * np.spacing(np.maximum(sizes, 1e-300)))).all()
    return signs * np.where(exact, sizes, np.where(sizes < ties, grid[above - 1], grid[above]))


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_the_limit_of_alpha_for_the_floor_holds_for_every_alpha(
    numbers: FloatingPointFormat,
) -> None:
    alphas = stored(numbers.name)[1:]
    for number_of_steps in range(1, 9):
        value = -1 + number_of_steps * 2.0**-numbers.precision
        reached = converted(numbers.name, alphas * value) == -alphas
        if number_of_steps == 1:
            assert (reached == (alphas <= float(numbers.least_normal))).all()
        assert not reached[alphas > float(numbers.least_normal)].any()


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_the_limit_of_alpha_for_the_derivative_holds_for_every_alpha(
    numbers: FloatingPointFormat,
) -> None:
    alphas = stored(numbers.name)[1:]
    alphas = alphas[alphas > 2.0**-9]  # whose products with it are numbers of float32
    products = converted(numbers.name, alphas * float(numbers.least_positive))
    assert ((products > 0) == (alphas > 0.5)).all()


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_the_floor_rounded_once_for_every_significand(numbers: FloatingPointFormat) -> None:
    """At x <= -ln(2m), for powers of 2 at x <= -(p + 1) ln 2, by bisection for each alpha."""
    p = numbers.precision
    for height in (numbers.at(numbers.rank(ONE) + step) for step in range(0, 2 ** (p - 1), 37)):
        found = largest_at_most(ELU_ROUNDED_ONCE, numbers, -height, height)
        significand = int(height * 2 ** (p - 1))
        with mp.workdps(40):
            limit = -(p + 1) * mp.log(2) if height == 1 else -mp.log(2 * significand)
            assert mp.mpf(float(found)) <= limit < mp.mpf(float(numbers.successor(found)))


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
        assert turned.verdict is Verdict.UNKNOWN
        false = replace(turned.claim, proof=contradicted(*turned.claim.formal.parts)).check()
        assert false.verdict is Verdict.CONTRADICTED
        assert false.witness[x] == shifted  # type: ignore[index]
        table[place] = row
