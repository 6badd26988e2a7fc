"""The formats against NumPy, PyTorch and Python's own rounding, every 16-bit pattern included."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from mpmath import mp
from rounding_oracles import converted, stored
from sympy import Integer, Rational, exp, sqrt

from elu_sym.algebra.rounding import (
    BFLOAT16,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Computation,
    FloatingPointFormat,
    largest_at_most,
    number,
)
from elu_sym.symbols import alpha, x, y


@pytest.mark.deep
@pytest.mark.parametrize("numbers", [FLOAT16, BFLOAT16], ids=lambda numbers: numbers.name)
def test_every_16_bit_pattern_is_the_number_with_its_rank(numbers: FloatingPointFormat) -> None:
    values = stored(numbers.name)
    for sign in (1, -1):
        ranks = [sign * rank for rank in range(len(values))]
        assert [numbers.double_at(rank) for rank in ranks] == (sign * values).tolist()
        assert [numbers.rank(Rational(sign * value)) for value in values.tolist()] == ranks
    assert numbers.greatest == Rational(values[-1])
    with pytest.raises(OverflowError, match="beyond the largest finite"):
        numbers.at(len(values))


@pytest.mark.parametrize("numbers", [FLOAT16, BFLOAT16], ids=lambda numbers: numbers.name)
def test_ties_and_their_neighbours_round_as_the_hardware_does(numbers: FloatingPointFormat) -> None:
    values = stored(numbers.name)
    ties = (values[:-1] + values[1:]) / 2
    wide = np.float32 if numbers is BFLOAT16 else np.float64
    for points in (
        ties,
        np.nextafter(ties.astype(wide), wide(0)).astype(np.float64)[::7],
        np.nextafter(ties.astype(wide), wide(np.inf)).astype(np.float64)[::7],
    ):
        own = [float(numbers.round(Rational(-value))) for value in points.tolist()]
        assert own == (-converted(numbers.name, points)).tolist()


def test_pytorch_converts_to_bfloat16_in_the_same_way() -> None:
    torch = pytest.importorskip("torch")
    values = stored("bfloat16")
    ties = (values[:-1] + values[1:]) / 2
    theirs = torch.from_numpy(ties).to(torch.float32).to(torch.bfloat16).to(torch.float64).numpy()
    assert (converted("bfloat16", ties) == theirs).all()


@given(st.fractions(), st.integers(-1070, 60))
def test_float64_rounds_as_the_division_of_integers(fraction: object, exponent: int) -> None:
    value = Rational(fraction) * Rational(2) ** exponent
    assert FLOAT64.round(value) == Rational(int(value.p) / int(value.q))


@given(st.floats(-3e38, 3e38, allow_subnormal=True))
def test_float32_rounds_as_numpy(value: float) -> None:
    assert FLOAT32.round(Rational(value)) == Rational(float(np.float32(value)))


@given(st.sampled_from(FORMATS), st.fractions(-60000, 60000), st.fractions(-60000, 60000))
def test_rounding_is_monotone_idempotent_and_odd(
    numbers: FloatingPointFormat, first: object, second: object
) -> None:
    low, high = sorted((Rational(first), Rational(second)))
    assert numbers.round(low) <= numbers.round(high)
    rounded = numbers.round(low)
    assert numbers.round(rounded) == rounded
    assert numbers.round(-low) == -rounded
    error = abs(rounded - low)
    assert error <= abs(numbers.successor(rounded) - low)
    assert error <= abs(numbers.predecessor(rounded) - low)


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_ends_of_a_format(numbers: FloatingPointFormat) -> None:
    least, greatest = numbers.least_positive, numbers.greatest
    assert numbers.round(least / 2) == 0
    assert numbers.round(least * Rational(3, 2)) == 2 * least
    assert numbers.successor(numbers.greatest_subnormal) == numbers.least_normal
    assert numbers.least_normal == Rational(2) ** numbers.least_exponent
    half = (greatest - numbers.predecessor(greatest)) / 2
    assert numbers.round(greatest + half * Rational(99, 100)) == greatest
    with pytest.raises(OverflowError, match=numbers.name):
        numbers.round(greatest + half)
    for value in (Rational(1, 3), least / 2, 2 * greatest, greatest + half):
        with pytest.raises(ValueError, match=f"is no finite {numbers.name}"):
            numbers.rank(value)


def test_the_limits_are_those_of_numpy() -> None:
    for numbers in (FLOAT64, FLOAT32, FLOAT16):
        info = np.finfo(numbers.name)
        assert numbers.greatest == Rational(float(info.max))
        assert numbers.least_normal == Rational(float(info.smallest_normal))
        assert numbers.least_positive == Rational(float(info.smallest_subnormal))


def test_a_ball_around_a_tie_rounds_to_nothing() -> None:
    import flint

    tie = 1 + Rational(1, 2**11)
    ball = flint.arb(flint.fmpq(int(tie.p), int(tie.q)))
    assert FLOAT16.round_ball(ball) == FLOAT16.round(tie) == 1
    assert FLOAT16.round_ball(flint.arb(ball.mid(), 2**-40)) is None
    assert FLOAT16.round_ball(flint.arb(1, 2**-13)) == 1


def test_the_first_float_needs_no_memory_for_its_exponential() -> None:
    for numbers in FORMATS:
        assert EXPONENTIAL.value(numbers, {x: -numbers.greatest}) == 0
        assert EXPONENTIAL_LESS_ONE.value(numbers, {x: -numbers.greatest}) == -1


def test_the_precision_rises_until_the_rounding_is_decided() -> None:
    for numbers in FORMATS:
        smallest = -numbers.least_positive
        assert EXPONENTIAL_LESS_ONE.value(numbers, {x: smallest}) == smallest


def test_a_tie_that_no_precision_decides_is_an_error() -> None:
    zero = sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3)
    operation = x + Rational(1, 2**11) + zero
    with pytest.raises(ArithmeticError, match="on both sides of a tie of float16"):
        Computation((operation,)).value(FLOAT16, {x: Integer(1)})
    assert Computation((operation,)).value(FLOAT64, {x: Integer(1)}) == 1 + Rational(1, 2**11)


def test_an_operand_that_is_no_float_is_an_error() -> None:
    with pytest.raises(ValueError, match="1/3 is no finite float32"):
        EXPONENTIAL.value(FLOAT32, {x: Rational(1, 3)})


@given(st.floats(-800, 0))
def test_exponentials_in_float64_are_correctly_rounded(value: float) -> None:
    with mp.workprec(2400):
        truth, less_one = mp.exp(value), mp.expm1(value)
        own = EXPONENTIAL.value(FLOAT64, {x: Rational(value)})
        assert own == FLOAT64.round(rational(truth))
        own = EXPONENTIAL_LESS_ONE.value(FLOAT64, {x: Rational(value)})
        assert own == FLOAT64.round(rational(less_one))


def rational(value: object) -> Rational:
    sign, mantissa, exponent, _ = value._mpf_  # type: ignore[attr-defined]
    return (-1) ** sign * Rational(int(mantissa)) * Rational(2) ** int(exponent)


def test_operations_follow_one_another() -> None:
    height, at = FLOAT16.round(Rational(5, 3)), Rational(-3, 4)
    inner = FLOAT16.round(Rational(math.expm1(-0.75)))
    assert ELU_ROUNDED_TWICE.value(FLOAT16, {x: at, alpha: height}) == FLOAT16.round(height * inner)
    shifted = Computation((exp(x) - 1, y + 1))
    assert shifted.value(FLOAT16, {x: at}) == inner + 1


def test_computations_print() -> None:
    assert str(ELU_ROUNDED_TWICE) == "fl(alpha*fl(exp(x) - 1))"


def test_a_level_that_is_not_passed_is_an_error() -> None:
    for level in (Integer(-1), Integer(2)):
        with pytest.raises(ValueError, match="at every float x <= 0 or at none"):
            largest_at_most(EXPONENTIAL, FLOAT16, level)


def test_numbers_print_as_what_identifies_them() -> None:
    for value in (-745.1332191019412, 5e-324, 0.0, -2.0, 65504.0, 3e38):
        assert float(number(Rational(value))) == value
    with pytest.raises(ValueError, match="is no double"):
        number(Rational(1, 3))
