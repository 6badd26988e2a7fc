"""Strict inequalities of ELU that fail in floating point, and where they do."""

from collections.abc import Iterator

from sympy import Rational, S

from elu_sym.activations import Elu, EluDerivative
from elu_sym.algebra.rounding import (
    BFLOAT16,
    DERIVATIVE_FROM_VALUE,
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_TWICE,
    FLOAT32,
    FLOAT64,
    FORMATS,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point.thresholds import (
    EXPONENTIAL_IS_ZERO,
    FLOATS,
    FLOOR_IS_REACHED,
    ROUNDING,
    heights,
    up_to,
    zero_up_to,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.rounded import (
    GreaterEverywhere,
    InjectiveBetween,
    RoundedValue,
    is_left_piece,
)
from elu_sym.symbols import alpha, x, y

RATE = Computation((*ELU_ROUNDED_TWICE.operations, y + 1))
"""ELU plus 1, meant as a positive rate."""


def greater_everywhere(computation: Computation, level: Rational) -> list[Assertion]:
    """Greater than a level at every float of each format, with alpha = 1."""
    return [GreaterEverywhere(computation, each, level, S.One) for each in reversed(FORMATS)]


def injective_from(numbers: FloatingPointFormat, first: Rational) -> Assertion:
    """Different values at all the floats from a first one up to 0, with alpha = 1."""
    return InjectiveBetween(ELU_ROUNDED_TWICE, numbers, first, S.Zero, S.One)


def derivative_from_value() -> Iterator[Assertion]:
    """Four values of alpha in each format, and alpha*e^x at the threshold."""
    yield is_left_piece(DERIVATIVE_FROM_VALUE, EluDerivative(x, alpha))
    for numbers, threshold in FLOOR_IS_REACHED.items():
        for height in heights(numbers):
            yield zero_up_to(DERIVATIVE_FROM_VALUE, numbers, threshold, height)
            yield RoundedValue(
                DERIVATIVE_ROUNDED_TWICE, numbers, ">", S.Zero, Rational(threshold), height
            )


ALPHA_IS_1 = ("x <= 0 a float", "alpha = 1", ROUNDING)

CLAIMS = (
    Claim(
        "floating_point.derivative_positive",
        "In floating point the derivative alpha*e^x is positive at every float x <= 0.",
        greater_everywhere(DERIVATIVE_ROUNDED_TWICE, S.Zero),
        "Clevert, Unterthiner, Hochreiter 2016, section 3, said of real numbers",
        neighbours={
            "in float32, with alpha = 2": GreaterEverywhere(
                DERIVATIVE_ROUNDED_TWICE, FLOAT32, S.Zero, S(2)
            ),
        },
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) > 0",
        assumptions=ALPHA_IS_1,
        expected=Verdict.REFUTED,
    ),
    Claim(
        "floating_point.derivative_from_value",
        "The derivative computed as the value of ELU plus alpha is 0 if and only if"
        f" {up_to(FLOOR_IS_REACHED)}, for alpha = 1/2, 1, SELU's and 2, and at these floats"
        " alpha*e^x is positive.",
        derivative_from_value,
        "derivative.self_expression, as code that keeps the result and not the argument",
        neighbours={
            "it is 0 only where alpha*e^x is, in float32": zero_up_to(
                DERIVATIVE_FROM_VALUE, FLOAT32, EXPONENTIAL_IS_ZERO[FLOAT32], S.One
            ),
            "alpha*e^x is 0 there too, in float64": zero_up_to(
                DERIVATIVE_ROUNDED_TWICE, FLOAT64, FLOOR_IS_REACHED[FLOAT64], S.One
            ),
        },
        latex=r"\operatorname{fl}(\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) + \alpha)"
        r" = 0 \iff \operatorname{fl}(e^x - 1) = -1",
        assumptions=FLOATS,
    ),
    Claim(
        "floating_point.strictly_increasing",
        "In floating point ELU is strictly increasing.",
        [injective_from(each, -each.greatest) for each in reversed(FORMATS)],
        "regularity.monotone, said of real numbers",
        neighbours={"in bfloat16 alone": injective_from(BFLOAT16, -BFLOAT16.greatest)},
        latex=r"x < y \implies \operatorname{fl}(f(x)) < \operatorname{fl}(f(y))",
        assumptions=ALPHA_IS_1,
        expected=Verdict.REFUTED,
    ),
    Claim(
        "floating_point.injective_above_floor",
        "In floating point ELU takes different values at different floats x <= 0 as long"
        " as it has not reached its floor.",
        [
            injective_from(numbers, numbers.successor(Rational(threshold)))
            for numbers, threshold in reversed(FLOOR_IS_REACHED.items())
        ],
        "floating_point.strictly_increasing with a condition that does not save it",
        neighbours={
            "for x > -1/2, where the derivative is above 0.6": [
                injective_from(each, each.successor(-S.Half)) for each in reversed(FORMATS)
            ],
        },
        assumptions=ALPHA_IS_1,
        expected=Verdict.REFUTED,
    ),
    Claim(
        "floating_point.rate_zero",
        f"With alpha = 1, ELU plus 1 is 0 if and only if {up_to(FLOOR_IS_REACHED)}.",
        [
            is_left_piece(RATE, Elu(x, alpha) + 1),
            *(zero_up_to(RATE, *each, S.One) for each in FLOOR_IS_REACHED.items()),
        ],
        "ELU plus 1 as a positive rate or feature map, as in linear attention",
        neighbours={
            "in float64 up to -37.05, 1 % higher": zero_up_to(RATE, FLOAT64, -37.05, S.One),
            "in bfloat16 up to -6.5 only": zero_up_to(RATE, BFLOAT16, -6.5, S.One),
        },
        latex=r"\operatorname{fl}(\operatorname{fl}(f(x)) + 1) = 0 \iff x \le t",
        assumptions=ALPHA_IS_1,
    ),
    Claim(
        "floating_point.rate_positive",
        "With alpha = 1, ELU plus 1 is positive at every float.",
        greater_everywhere(RATE, S.Zero),
        "Katharopoulos et al. 2020, section 3.2.1, said of real numbers",
        neighbours={
            "with alpha = 1/2 it is greater than 1/2 in float64": GreaterEverywhere(
                RATE, FLOAT64, S.Half, S.Half
            ),
        },
        latex=r"\operatorname{fl}(\operatorname{fl}(f(x)) + 1) > 0",
        assumptions=ALPHA_IS_1,
        expected=Verdict.REFUTED,
    ),
)
