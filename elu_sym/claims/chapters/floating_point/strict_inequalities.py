"""Strict inequalities of ELU that fail in floating point, and where they do."""

from collections.abc import Iterator, Sequence

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
    SELU_ALPHA,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point.thresholds import (
    EXPONENTIAL_IS_ZERO,
    FLOOR_IS_REACHED,
    ROUNDING,
    up_to,
)
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.rounded import (
    EqualUpTo,
    GreaterEverywhere,
    InjectiveBetween,
    RoundedValue,
    is_left_piece,
)
from elu_sym.symbols import alpha, x, y

RATE = Computation((*ELU_ROUNDED_TWICE.operations, y + 1))
"""ELU plus 1, meant as a positive rate."""


def greater_everywhere(
    computation: Computation,
    level: Rational,
    formats: Sequence[FloatingPointFormat] = FORMATS,
    height: Rational = S.One,
) -> Iterator[Assertion]:
    """Greater than a level at every float of each format."""
    for numbers in reversed(formats):
        yield GreaterEverywhere(computation, numbers, level, height)


def injective_above(thresholds: dict[FloatingPointFormat, float]) -> Iterator[Assertion]:
    """Different values at all the floats above a threshold and up to 0, with alpha = 1."""
    for numbers, threshold in reversed(thresholds.items()):
        first = numbers.successor(Rational(threshold))
        yield InjectiveBetween(ELU_ROUNDED_TWICE, numbers, first, S.Zero, S.One)


def injective_from_first(formats: Sequence[FloatingPointFormat] = FORMATS) -> Iterator[Assertion]:
    """Different values at all the floats up to 0, with alpha = 1."""
    for numbers in reversed(formats):
        yield InjectiveBetween(ELU_ROUNDED_TWICE, numbers, -numbers.greatest, S.Zero, S.One)


def derivative_from_value() -> Iterator[Assertion]:
    """Four values of alpha in each format, and alpha*e^x at the threshold."""
    yield is_left_piece(DERIVATIVE_FROM_VALUE, EluDerivative(x, alpha))
    for numbers, threshold in FLOOR_IS_REACHED.items():
        for height in (S.Half, S.One, numbers.round(SELU_ALPHA), S(2)):
            yield zero_up_to(DERIVATIVE_FROM_VALUE, numbers, threshold, height)
            yield RoundedValue(
                DERIVATIVE_ROUNDED_TWICE, numbers, ">", S.Zero, Rational(threshold), height
            )


def rate_zero() -> Iterator[Assertion]:
    """The threshold in each format."""
    yield is_left_piece(RATE, Elu(x, alpha) + 1)
    for numbers, threshold in FLOOR_IS_REACHED.items():
        yield zero_up_to(RATE, numbers, threshold)


def zero_up_to(
    computation: Computation,
    numbers: FloatingPointFormat,
    threshold: float | Rational,
    height: Rational = S.One,
) -> Assertion:
    """A computation is 0 up to a threshold and positive beyond it."""
    return EqualUpTo(computation, numbers, S.Zero, Rational(threshold), height)


HYPOTHESES = ("x <= 0 a float", "alpha = 1", ROUNDING)

CLAIMS = (
    Claim(
        id="floating_point.derivative_positive",
        statement="In floating point the derivative alpha*e^x is positive at every float x <= 0.",
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) > 0",
        assumptions=HYPOTHESES,
        proof=lambda: greater_everywhere(DERIVATIVE_ROUNDED_TWICE, S.Zero),
        source="Clevert, Unterthiner, Hochreiter 2016, section 3, said of real numbers",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "in float32, with alpha = 2",
                lambda: greater_everywhere(DERIVATIVE_ROUNDED_TWICE, S.Zero, [FLOAT32], S(2)),
            ),
        ),
    ),
    Claim(
        id="floating_point.derivative_from_value",
        statement=(
            "The derivative computed as the value of ELU plus alpha is 0 if and only if"
            f" {up_to(FLOOR_IS_REACHED)}, for alpha = 1/2, 1, SELU's and 2, and at these floats"
            " alpha*e^x is positive."
        ),
        latex=(
            r"\operatorname{fl}(\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) + \alpha) = 0"
            r" \iff \operatorname{fl}(e^x - 1) = -1"
        ),
        assumptions=("x <= 0 a float", ROUNDING),
        proof=derivative_from_value,
        source="derivative.self_expression, as code that keeps the result and not the argument",
        neighbours=(
            Neighbour(
                "it is 0 only where alpha*e^x is, in float32",
                lambda: [zero_up_to(DERIVATIVE_FROM_VALUE, FLOAT32, EXPONENTIAL_IS_ZERO[FLOAT32])],
            ),
            Neighbour(
                "alpha*e^x is 0 there too, in float64",
                lambda: [zero_up_to(DERIVATIVE_ROUNDED_TWICE, FLOAT64, FLOOR_IS_REACHED[FLOAT64])],
            ),
        ),
    ),
    Claim(
        id="floating_point.above_floor",
        statement="In floating point ELU is greater than -alpha at every float.",
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) > -\alpha",
        assumptions=HYPOTHESES,
        proof=lambda: greater_everywhere(ELU_ROUNDED_TWICE, S.NegativeOne),
        source="regularity.range, said of real numbers",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "in bfloat16 it is greater than -0.99*alpha",
                lambda: greater_everywhere(
                    ELU_ROUNDED_TWICE, BFLOAT16.round(Rational(-99, 100)), [BFLOAT16]
                ),
            ),
        ),
    ),
    Claim(
        id="floating_point.strictly_increasing",
        statement="In floating point ELU is strictly increasing.",
        latex=r"x < y \implies \operatorname{fl}(f(x)) < \operatorname{fl}(f(y))",
        assumptions=HYPOTHESES,
        proof=injective_from_first,
        source="regularity.monotone, said of real numbers",
        expected=Verdict.REFUTED,
        neighbours=(Neighbour("in bfloat16 alone", lambda: injective_from_first([BFLOAT16])),),
    ),
    Claim(
        id="floating_point.injective_above_floor",
        statement=(
            "In floating point ELU takes different values at different floats x <= 0 as long as"
            " it has not reached its floor."
        ),
        assumptions=HYPOTHESES,
        proof=lambda: injective_above(FLOOR_IS_REACHED),
        source="floating_point.strictly_increasing with a condition that does not save it",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "for x > -1/2, where the derivative is above 0.6",
                lambda: injective_above(dict.fromkeys(FORMATS, -0.5)),
            ),
        ),
    ),
    Claim(
        id="floating_point.rate_zero",
        statement=f"With alpha = 1, ELU plus 1 is 0 if and only if {up_to(FLOOR_IS_REACHED)}.",
        latex=r"\operatorname{fl}(\operatorname{fl}(f(x)) + 1) = 0 \iff x \le t",
        assumptions=HYPOTHESES,
        proof=rate_zero,
        source="ELU plus 1 as a positive rate or feature map, as in linear attention",
        neighbours=(
            Neighbour(
                "in float64 up to -37.05, 1 % higher", lambda: [zero_up_to(RATE, FLOAT64, -37.05)]
            ),
            Neighbour("in bfloat16 up to -6.5 only", lambda: [zero_up_to(RATE, BFLOAT16, -6.5)]),
        ),
    ),
    Claim(
        id="floating_point.rate_positive",
        statement="With alpha = 1, ELU plus 1 is positive at every float.",
        latex=r"\operatorname{fl}(\operatorname{fl}(f(x)) + 1) > 0",
        assumptions=HYPOTHESES,
        proof=lambda: greater_everywhere(RATE, S.Zero),
        source="Katharopoulos et al. 2020, section 3.2.1, said of real numbers",
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "with alpha = 1/2 it is greater than 1/2 in float64",
                lambda: greater_everywhere(RATE, S.Half, [FLOAT64], S.Half),
            ),
        ),
    ),
)
