"""The rules about rounded operations: true, false and open cases, and exhaustion where it is cheap.

What a rule says of every float or every alpha of a 16-bit format is computed by NumPy as well.
"""

import numpy as np
import pytest
from mpmath import mp
from numpy.typing import NDArray
from rounding_oracles import converted, stored
from sympy import Integer, Rational, exp

from elu_sym.algebra.rounding import (
    BFLOAT16,
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_ONCE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    SELU_ALPHA,
    Computation,
    FloatingPointFormat,
    largest_at_most,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point.thresholds import (
    DERIVATIVE_IS_SUBNORMAL,
    EXPONENTIAL_IS_ZERO,
    FLOOR_IS_REACHED,
    FLOOR_ROUNDED_ONCE,
)
from elu_sym.claims.rules.rounded import (
    AtMostUpTo,
    EqualUpTo,
    GreaterEverywhere,
    Increasing,
    InjectiveBetween,
    RoundedValue,
    RoundingPreservesOrder,
)
from elu_sym.claims.rules.saturation import (
    DerivativeZeroForEvery,
    FloorReachedEarlyUpTo,
    FloorReachedForEvery,
)
from elu_sym.symbols import alpha, x, y

ZERO, ONE, MINUS_ONE, HALF = Integer(0), Integer(1), Integer(-1), Rational(1, 2)
DECREASING = Computation((exp(-x),))
SQUARE = Computation((exp(x) - 1, y**2))
DIP = Computation((exp(x) - 1, (y + HALF) ** 2))
NEARBY = Rational(-1, 2**30) + Rational(1000, 2**54)
SHORT = (FLOAT16, BFLOAT16)


def after(numbers: FloatingPointFormat, value: float | Rational) -> Rational:
    return numbers.successor(Rational(value))


TRUE: list[Assertion] = [
    RoundingPreservesOrder(),
    Increasing(ELU_ROUNDED_TWICE),
    Increasing(Computation((exp(x) - 1, alpha * y, y + alpha))),
    Increasing(Computation((exp(x), y + x))),
    RoundedValue(EXPONENTIAL, FLOAT16, "<=", ONE, Integer(-2)),
    RoundedValue(EXPONENTIAL, FLOAT16, ">", ZERO, Integer(-2)),
    RoundedValue(ELU_ROUNDED_TWICE, FLOAT16, "=", MINUS_ONE, Integer(-9), ONE),
    AtMostUpTo(EXPONENTIAL, BFLOAT16, HALF, Rational(-177, 256)),
    EqualUpTo(EXPONENTIAL, BFLOAT16, ZERO, Integer(-93)),
    GreaterEverywhere(EXPONENTIAL, FLOAT16, MINUS_ONE),
    GreaterEverywhere(ELU_ROUNDED_TWICE, FLOAT64, Integer(-2), ONE),
    InjectiveBetween(EXPONENTIAL_LESS_ONE, FLOAT32, Rational(-1, 2**30), NEARBY),
    InjectiveBetween(ELU_ROUNDED_TWICE, FLOAT16, Integer(-2), Integer(-2), ONE),
    FloorReachedForEvery(BFLOAT16, Rational(-25, 4), after(BFLOAT16, BFLOAT16.least_normal)),
    FloorReachedEarlyUpTo(BFLOAT16, Rational(-199, 32), BFLOAT16.least_positive),
    DerivativeZeroForEvery(BFLOAT16, Integer(-93), after(BFLOAT16, HALF)),
]

FALSE: list[Assertion] = [
    RoundedValue(EXPONENTIAL, FLOAT16, "<=", ZERO, Integer(-2)),
    RoundedValue(EXPONENTIAL, FLOAT16, "=", ZERO, Integer(-17)),
    AtMostUpTo(EXPONENTIAL, BFLOAT16, HALF, Rational(-89, 128)),
    AtMostUpTo(EXPONENTIAL, BFLOAT16, HALF, Rational(-11, 16)),
    AtMostUpTo(DERIVATIVE_ROUNDED_TWICE, BFLOAT16, ZERO, Integer(-93), HALF),
    EqualUpTo(EXPONENTIAL, BFLOAT16, HALF, Rational(-177, 256)),
    EqualUpTo(EXPONENTIAL, BFLOAT16, ZERO, Rational(-187, 2)),
    GreaterEverywhere(EXPONENTIAL, FLOAT16, ZERO),
    GreaterEverywhere(ELU_ROUNDED_TWICE, FLOAT64, MINUS_ONE, ONE),
    InjectiveBetween(EXPONENTIAL_LESS_ONE, FLOAT32, Integer(-18), ZERO),
    FloorReachedForEvery(BFLOAT16, Rational(-25, 4), BFLOAT16.least_normal),
    FloorReachedForEvery(BFLOAT16, Rational(-25, 4), BFLOAT16.least_positive),
    FloorReachedForEvery(BFLOAT16, Rational(-199, 32), ONE),
    FloorReachedForEvery(BFLOAT16, Rational(-201, 32), ONE),
    FloorReachedEarlyUpTo(BFLOAT16, Rational(-199, 32), after(BFLOAT16, BFLOAT16.least_normal)),
    FloorReachedEarlyUpTo(BFLOAT16, Integer(-6), ONE),
    DerivativeZeroForEvery(BFLOAT16, Integer(-93), HALF),
    DerivativeZeroForEvery(BFLOAT16, Rational(-187, 2), ONE),
]

OPEN: list[Assertion] = [
    Increasing(DECREASING),
    Increasing(SQUARE),
    # A later operation falls with x itself, or comes back.
    Increasing(Computation((exp(x), y - 100 * x))),
    AtMostUpTo(Computation((exp(x), y + x**2)), BFLOAT16, Rational(15, 16), Rational(-137, 2048)),
    GreaterEverywhere(Computation((exp(x), y - x)), FLOAT16, MINUS_ONE),
    # A pole between, and an operation of what has no value yet.
    Increasing(Computation((-1 / x,))),
    Increasing(Computation((x + y,))),
    RoundedValue(EXPONENTIAL, FLOAT16, "=", ZERO, Rational(1, 3)),
    RoundedValue(EXPONENTIAL, FLOAT16, "<", ZERO, Integer(-1)),
    RoundedValue(ELU_ROUNDED_TWICE, FLOAT16, "=", ZERO, Integer(-1)),
    # The two floats fit, but the computation is not monotone and may come back to the level.
    AtMostUpTo(DIP, FLOAT16, DIP.value(FLOAT16, {x: Rational(-1, 2)}), Rational(-1, 2)),
    AtMostUpTo(EXPONENTIAL, FLOAT16, ONE, ZERO),
    EqualUpTo(EXPONENTIAL, FLOAT16, ZERO, Rational(1, 3)),
    GreaterEverywhere(DECREASING, FLOAT64, ZERO),
    GreaterEverywhere(SQUARE, FLOAT64, ZERO),
    InjectiveBetween(EXPONENTIAL_LESS_ONE, FLOAT64, Rational(-1, 2**70), Rational(-1, 2**80)),
    # At the last float the product is -alpha as well, whatever expm1 is: subnormal alpha.
    FloorReachedForEvery(BFLOAT16, Rational(-199, 32), BFLOAT16.least_positive),
    DerivativeZeroForEvery(BFLOAT16, Rational(-1, 3), ONE),
]


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is True, step.detail


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is False, step.detail
    assert step.witness
    assert all(isinstance(value, Rational) for value in step.witness.values())


@pytest.mark.parametrize("assertion", OPEN, ids=lambda assertion: assertion.rule)
def test_open(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is None, step.detail
    assert step.detail


@pytest.mark.parametrize("assertion", [*TRUE, *FALSE], ids=lambda a: a.to_text())
def test_prints_and_repeats(assertion: Assertion) -> None:
    assert assertion.to_text()
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    assert assertion.check() == assertion.check()


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_thresholds_are_logarithms(numbers: FloatingPointFormat) -> None:
    p, least = numbers.precision, numbers.least_exponent
    with mp.workdps(60):
        limits = [
            (EXPONENTIAL_IS_ZERO[numbers], (least - p) * mp.log(2)),
            (FLOOR_IS_REACHED[numbers], -(p + 1) * mp.log(2)),
        ]
        heights = after(numbers, ONE), Rational(3, 2), numbers.round(SELU_ALPHA)
        for threshold, height in zip(FLOOR_ROUNDED_ONCE[numbers], heights, strict=True):
            significand = height * 2 ** (p - 1)
            limits.append((threshold, -mp.log(2 * mp.mpf(int(significand)))))
        for threshold, limit in limits:
            beyond = after(numbers, threshold)
            assert mp.mpf(threshold) <= limit < mp.mpf(int(beyond.p)) / int(beyond.q)


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_thresholds_hold_at_every_float_of_a_16_bit_format(numbers: FloatingPointFormat) -> None:
    """NumPy's double exponential is far from every tie, as its distance from them shows."""
    points = -stored(numbers.name)
    exponential = nearest(numbers, np.exp(points))
    less_one = nearest(numbers, np.expm1(points))
    assert ((exponential == 0) == (points <= EXPONENTIAL_IS_ZERO[numbers])).all()
    assert ((less_one == -1) == (points <= FLOOR_IS_REACHED[numbers])).all()
    heights = (0.5, 1.0, float(numbers.round(SELU_ALPHA)), 2.0)
    for height, threshold in zip(heights, DERIVATIVE_IS_SUBNORMAL[numbers], strict=True):
        product = converted(numbers.name, height * exponential)
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
    heights = stored(numbers.name)[1:]
    for number_of_steps in range(1, 9):
        value = -1 + number_of_steps * 2.0**-numbers.precision
        reached = converted(numbers.name, heights * value) == -heights
        limit = float(numbers.least_normal) if number_of_steps == 1 else 0.0
        if number_of_steps == 1:
            assert (reached == (heights <= limit)).all()
        assert not reached[heights > float(numbers.least_normal)].any()


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_the_limit_of_alpha_for_the_derivative_holds_for_every_alpha(
    numbers: FloatingPointFormat,
) -> None:
    heights = stored(numbers.name)[1:]
    heights = heights[heights > 2.0**-9]  # whose products with it are numbers of float32
    products = converted(numbers.name, heights * float(numbers.least_positive))
    assert ((products > 0) == (heights > 0.5)).all()


@pytest.mark.parametrize("numbers", SHORT, ids=lambda numbers: numbers.name)
def test_the_floor_rounded_once_for_every_significand(numbers: FloatingPointFormat) -> None:
    """At x <= -ln(2m), for powers of 2 at x <= -(p + 1) ln 2, by bisection for each alpha."""
    p = numbers.precision
    heights = [numbers.at(numbers.rank(ONE) + step) for step in range(0, 2 ** (p - 1), 37)]
    for height in heights:
        found = largest_at_most(ELU_ROUNDED_ONCE, numbers, -height, height)
        significand = int(height * 2 ** (p - 1))
        with mp.workdps(40):
            limit = -(p + 1) * mp.log(2) if height == 1 else -mp.log(2 * significand)
            assert mp.mpf(float(found)) <= limit < mp.mpf(float(numbers.successor(found)))


def test_a_level_that_is_not_passed_is_an_error() -> None:
    for level in (MINUS_ONE, Integer(2)):
        with pytest.raises(ValueError, match="at every float x <= 0 or at none"):
            largest_at_most(EXPONENTIAL, FLOAT16, level)
