"""Strict inequalities of ELU that fail in floating point, and where they do."""

from collections.abc import Iterator
from functools import partial

from sympy import Rational, S

from elu_sym.activations import Elu, EluDerivative
from elu_sym.algebra import rounding
from elu_sym.algebra.rounding import BFLOAT16, FLOAT32, FLOAT64, FORMATS, FloatingPointFormat
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point import thresholds
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules import rounded
from elu_sym.symbols import alpha, x, y

RATE = rounding.Computation((*rounding.ELU_ROUNDED_TWICE.operations, y + 1))
"""ELU plus 1, meant as a positive rate."""


def greater_everywhere(computation: rounding.Computation) -> list[Assertion]:
    """Greater than 0 at every float of each format, with alpha = 1."""
    return [
        rounded.GreaterEverywhere(computation, each, S.Zero, S.One) for each in reversed(FORMATS)
    ]


def injective_from(numbers: FloatingPointFormat, first: Rational) -> Assertion:
    """Different values at all the floats from a first one up to 0, with alpha = 1."""
    return rounded.InjectiveBetween(rounding.ELU_ROUNDED_TWICE, numbers, first, S.Zero, S.One)


def derivative_from_value() -> Iterator[Assertion]:
    """Four values of alpha in each format, and alpha*e^x at the threshold."""
    value = rounding.Computation(rounding.DERIVATIVE_FROM_VALUE.operations[:-1])
    yield rounded.is_left_piece(value, Elu(x, alpha))
    yield rounded.is_left_piece(rounding.DERIVATIVE_FROM_VALUE, EluDerivative(x, alpha))
    for numbers, threshold in thresholds.FLOOR_IS_REACHED.items():
        for height in thresholds.heights(numbers):
            yield thresholds.zero_up_to(rounding.DERIVATIVE_FROM_VALUE, numbers, threshold, height)
            yield rounded.RoundedValue(
                rounding.DERIVATIVE_ROUNDED_TWICE, numbers, ">", S.Zero, Rational(threshold), height
            )


claim = partial(
    Claim,
    assumptions=("x <= 0 a float", "alpha = 1", thresholds.ROUNDING),
    expected=Verdict.REFUTED,
)

CLAIMS = (
    claim(
        "floating_point.derivative_positive",
        "In floating point the derivative alpha*e^x is positive at every float x <= 0.",
        greater_everywhere(rounding.DERIVATIVE_ROUNDED_TWICE),
        "Clevert, Unterthiner, Hochreiter 2016, section 3, said of real numbers",
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) > 0",
        neighbours={
            "in float32, with alpha = 2": rounded.GreaterEverywhere(
                rounding.DERIVATIVE_ROUNDED_TWICE, FLOAT32, S.Zero, S(2)
            )
        },
    ),
    Claim(
        "floating_point.derivative_from_value",
        "The derivative computed as the value of ELU plus alpha is 0 if and only if"
        f" {thresholds.up_to(thresholds.FLOOR_IS_REACHED)}, for alpha = 1/2, 1, SELU's and 2, and"
        " at these floats alpha*e^x is positive.",
        derivative_from_value,
        "derivative.self_expression, as code that keeps the result and not the argument",
        latex=r"\operatorname{fl}(\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) + \alpha)"
        r" = 0 \iff \operatorname{fl}(e^x - 1) = -1",
        assumptions=thresholds.FLOATS,
        neighbours={
            "it is 0 only where alpha*e^x is, in float32": thresholds.zero_up_to(
                rounding.DERIVATIVE_FROM_VALUE, FLOAT32, -103.97208404541016, S.One
            ),
            "alpha*e^x is 0 there too, in float64": thresholds.zero_up_to(
                rounding.DERIVATIVE_ROUNDED_TWICE, FLOAT64, -37.42994775023705, S.One
            ),
            "for alpha = 1 in float64 up to -37.05, 1 % higher": thresholds.zero_up_to(
                rounding.DERIVATIVE_FROM_VALUE, FLOAT64, -37.05, S.One
            ),
            "for alpha = 1 in bfloat16 up to -6.5 only": thresholds.zero_up_to(
                rounding.DERIVATIVE_FROM_VALUE, BFLOAT16, -6.5, S.One
            ),
        },
    ),
    claim(
        "floating_point.strictly_increasing",
        "In floating point ELU is strictly increasing.",
        [injective_from(each, -each.greatest) for each in reversed(FORMATS)],
        "regularity.monotone, said of real numbers",
        latex=r"x < y \implies \operatorname{fl}(f(x)) < \operatorname{fl}(f(y))",
        neighbours={
            "in bfloat16 alone": injective_from(BFLOAT16, -BFLOAT16.greatest),
            "different values at different floats as long as it has not reached its floor": [
                injective_from(each, each.successor(Rational(threshold)))
                for each, threshold in reversed(thresholds.FLOOR_IS_REACHED.items())
            ],
            "different values for x > -1/2, where the derivative is above 0.6": [
                injective_from(each, each.successor(-S.Half)) for each in reversed(FORMATS)
            ],
        },
    ),
    claim(
        "floating_point.rate_positive",
        "With alpha = 1, ELU plus 1 is positive at every float.",
        [rounded.is_left_piece(RATE, Elu(x, alpha) + 1), *greater_everywhere(RATE)],
        "Katharopoulos et al. 2020, section 3.2.1, said of real numbers",
        latex=r"\operatorname{fl}(\operatorname{fl}(f(x)) + 1) > 0",
        neighbours={
            "with alpha = 1/2 it is greater than 1/2 in float64": rounded.GreaterEverywhere(
                RATE, FLOAT64, S.Half, S.Half
            )
        },
    ),
)
