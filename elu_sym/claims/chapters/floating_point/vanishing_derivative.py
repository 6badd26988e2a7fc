"""The derivative alpha*e^x of the left piece in floating point: where it is subnormal, where 0."""

from collections.abc import Iterator

from sympy import Rational, S

from elu_sym.activations import EluDerivative
from elu_sym.algebra.rounding import (
    BFLOAT16,
    DERIVATIVE_ROUNDED_TWICE,
    EXPONENTIAL,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    SELU_ALPHA,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point.thresholds import (
    DERIVATIVE_IS_SUBNORMAL,
    EXPONENTIAL_IS_ZERO,
    IEEE,
    ROUNDING,
    listed,
    up_to,
)
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.rounded import AtMostUpTo, EqualUpTo, is_left_piece
from elu_sym.claims.rules.saturation import DerivativeZeroForEvery
from elu_sym.symbols import alpha, x


def exponential_zero() -> Iterator[Assertion]:
    """The threshold in each format."""
    for numbers, threshold in EXPONENTIAL_IS_ZERO.items():
        yield zero_up_to(numbers, threshold)


def derivative_subnormal() -> Iterator[Assertion]:
    """The threshold in each format for four values of alpha."""
    yield is_left_piece(DERIVATIVE_ROUNDED_TWICE, EluDerivative(x, alpha))
    for numbers, thresholds in DERIVATIVE_IS_SUBNORMAL.items():
        heights = (S.Half, S.One, numbers.round(SELU_ALPHA), S(2))
        for height, threshold in zip(heights, thresholds, strict=True):
            yield derivative_at_most_subnormal(numbers, threshold, height)


def derivative_zero() -> Iterator[Assertion]:
    """Every alpha after 1/2, in each format."""
    yield is_left_piece(DERIVATIVE_ROUNDED_TWICE, EluDerivative(x, alpha))
    for numbers, threshold in EXPONENTIAL_IS_ZERO.items():
        yield derivative_zero_from(numbers, threshold, numbers.successor(S.Half))


def zero_up_to(numbers: FloatingPointFormat, threshold: float | Rational) -> Assertion:
    """The exponential is 0 up to the threshold."""
    return EqualUpTo(EXPONENTIAL, numbers, S.Zero, Rational(threshold))


def derivative_at_most_subnormal(
    numbers: FloatingPointFormat, threshold: float | Rational, height: Rational
) -> Assertion:
    """The derivative is at most the largest subnormal number up to the threshold."""
    level = numbers.greatest_subnormal
    return AtMostUpTo(DERIVATIVE_ROUNDED_TWICE, numbers, level, Rational(threshold), height)


def derivative_zero_from(
    numbers: FloatingPointFormat, threshold: float | Rational, least: Rational
) -> Assertion:
    """The derivative is 0 up to the threshold for every alpha from a least one on."""
    return DerivativeZeroForEvery(numbers, Rational(threshold), least)


CLAIMS = (
    Claim(
        id="floating_point.exponential_zero",
        statement=(
            "Correctly rounded, the exponential of x <= 0 is 0 if and only if"
            f" {up_to(EXPONENTIAL_IS_ZERO)}."
        ),
        latex=r"\operatorname{fl}(e^x) = 0 \iff x \le (e_{\min} - p) \ln 2",
        assumptions=("x <= 0 a float", ROUNDING),
        proof=exponential_zero,
        source=IEEE,
        neighbours=(
            Neighbour(
                "in float64 already at the next float",
                lambda: [zero_up_to(FLOAT64, FLOAT64.successor(Rational(-745.1332191019412)))],
            ),
            Neighbour(
                "in bfloat16 where it is in float32, whose exponents it shares",
                lambda: [zero_up_to(BFLOAT16, Rational(-104))],
            ),
            Neighbour("in float16 up to -17.5, 1 % lower", lambda: [zero_up_to(FLOAT16, -17.5)]),
        ),
    ),
    Claim(
        id="floating_point.derivative_subnormal",
        statement=(
            "With both operations rounded, alpha*e^x is subnormal or 0 up to a threshold that"
            " depends on alpha: for alpha = 1/2, 1, SELU's and 2 it is"
            f" {listed(DERIVATIVE_IS_SUBNORMAL)}."
        ),
        latex=(
            r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) < 2^{e_{\min}}"
            r" \iff x \le t_\alpha"
        ),
        assumptions=("x <= 0 a float", ROUNDING),
        proof=derivative_subnormal,
        source=IEEE,
        neighbours=(
            Neighbour(
                "for alpha = 1 up to the float after the threshold",
                lambda: [
                    derivative_at_most_subnormal(
                        FLOAT32, FLOAT32.successor(Rational(-87.3365478515625)), S.One
                    )
                ],
            ),
            Neighbour(
                "for alpha = 2 in float64 1 % lower",
                lambda: [derivative_at_most_subnormal(FLOAT64, -716.0, S(2))],
            ),
        ),
    ),
    Claim(
        id="floating_point.derivative_subnormal_any_alpha",
        statement="Where alpha*e^x becomes subnormal does not depend on alpha.",
        proof=lambda: [
            derivative_at_most_subnormal(FLOAT64, -708.3964185322642, height)
            for height in (S.One, FLOAT64.round(SELU_ALPHA))
        ],
        source="a false generalization from alpha = 1",
        assumptions=("x <= 0 a float", ROUNDING),
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "it does not depend on alpha in bfloat16, where the floats are half a unit apart",
                lambda: [
                    derivative_at_most_subnormal(BFLOAT16, -87.5, height)
                    for height in (S.One, S(2))
                ],
            ),
        ),
    ),
    Claim(
        id="floating_point.derivative_zero",
        statement=(
            "With both operations rounded and any alpha > 1/2, alpha*e^x is 0 if and only if e^x"
            f" is: at {up_to(EXPONENTIAL_IS_ZERO)}."
        ),
        latex=(
            r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) = 0 \iff"
            r" \operatorname{fl}(e^x) = 0 \quad (\alpha > \tfrac12)"
        ),
        assumptions=("x <= 0 a float", "alpha > 1/2 a float", ROUNDING),
        proof=derivative_zero,
        source=IEEE,
        neighbours=(
            Neighbour(
                "for every alpha >= 1/2 in float32",
                lambda: [derivative_zero_from(FLOAT32, -103.97208404541016, S.Half)],
            ),
            Neighbour(
                "in float64 up to the float before the threshold only",
                lambda: [
                    derivative_zero_from(
                        FLOAT64, FLOAT64.predecessor(Rational(-745.1332191019412)), S.One
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="floating_point.derivative_zero_any_alpha",
        statement=(
            "With both operations rounded and any alpha > 0, alpha*e^x is 0 if and only if e^x is."
        ),
        proof=lambda: [
            derivative_zero_from(numbers, threshold, numbers.least_positive)
            for numbers, threshold in reversed(EXPONENTIAL_IS_ZERO.items())
        ],
        source="a false generalization from alpha = 1",
        assumptions=("x <= 0 a float", "alpha > 0 a float", ROUNDING),
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "for every alpha >= 0.49 in bfloat16",
                lambda: [derivative_zero_from(BFLOAT16, -93.0, BFLOAT16.round(Rational(49, 100)))],
            ),
        ),
    ),
)
