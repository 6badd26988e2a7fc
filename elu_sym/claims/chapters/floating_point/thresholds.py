"""The thresholds of ELU in each format, each the largest float at which something holds.

They are facts about correct rounding to nearest, ties to even, with gradual underflow: where the
derivative alpha*e^x of the left piece is subnormal or 0, where the value reaches the floor -alpha,
and how alpha matters. A Python float here is the exact rational number that it is.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypeAlias

from sympy import Rational, S

from elu_sym.activations import Elu, EluDerivative
from elu_sym.algebra import rounding
from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatingPointFormat
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules import saturation
from elu_sym.claims.rules.rounded import AtMostUpTo, EqualUpTo, is_left_piece
from elu_sym.claims.rules.saturation import FloorReachedEarlyUpTo
from elu_sym.symbols import alpha, x

EXPONENTIAL_IS_ZERO = {
    FLOAT64: -745.1332191019412,
    FLOAT32: -103.97208404541016,
    BFLOAT16: -93.0,
    FLOAT16: -17.34375,
}
"""Up to here e^x is at most half of the smallest positive float."""

FLOOR_IS_REACHED = {
    FLOAT64: -37.42994775023705,
    FLOAT32: -17.32868003845215,
    BFLOAT16: -6.25,
    FLOAT16: -8.3203125,
}
"""Up to here e^x is at most a quarter of the spacing of the floats above 1."""

DERIVATIVE_IS_SUBNORMAL = {
    FLOAT64: (-707.7032713517042, -708.3964185322642, -708.9111942893832, -709.0895657128241),
    FLOAT32: (-86.64340209960938, -87.3365478515625, -87.85132598876953, -88.02969360351562),
    BFLOAT16: (-87.0, -87.5, -88.0, -88.5),
    FLOAT16: (-9.015625, -9.7109375, -10.2265625, -10.3984375),
}
"""Up to here alpha*e^x is subnormal or 0, for alpha = 1/2, 1, SELU's, 2."""

FLOOR_ROUNDED_ONCE = {
    FLOAT64: (-36.73680056967711, -37.14226567778527, -37.25157632679613),
    FLOAT32: (-16.635534286499023, -17.040998458862305, -17.15030860900879),
    BFLOAT16: (-5.5625, -5.96875, -6.0625),
    FLOAT16: (-7.62890625, -8.03125, -8.140625),
}
"""Up to here ELU rounded as a whole is -alpha, for the float after 1, 3/2 and SELU's alpha."""

ROUNDING = "operations correctly rounded to nearest even, gradual underflow"
"""The hypothesis of every theorem."""

FLOATS = ("x <= 0 a float", ROUNDING)

POSITIVE_ALPHA = ("x <= 0 a float", "alpha > 0 a float", ROUNDING)

Number: TypeAlias = "float | Rational"
"""A threshold, as the float that it is or as the same rational number."""


def up_to(thresholds: Mapping[FloatingPointFormat, float]) -> str:
    """The thresholds in a sentence.

    Examples:
        >>> up_to({FLOAT16: -17.34375, BFLOAT16: -93.0})
        'x <= -17.34375 in float16, -93.0 in bfloat16'
    """
    return "x <= " + ", ".join(f"{value} in {key.name}" for key, value in thresholds.items())


def listed(thresholds: Mapping[FloatingPointFormat, tuple[float, ...]]) -> str:
    """Several thresholds in each format in a sentence.

    Examples:
        >>> listed({FLOAT16: (-8.25, -8.5), BFLOAT16: (-6.0, -6.25)})
        '-8.25, -8.5 in float16; -6.0, -6.25 in bfloat16'
    """
    return "; ".join(
        f"{', '.join(map(str, values))} in {numbers.name}" for numbers, values in thresholds.items()
    )


def heights(numbers: FloatingPointFormat) -> tuple[Rational, ...]:
    """The values 1/2, 1, SELU's and 2 of ``alpha`` in a format."""
    return S.Half, S.One, numbers.round(rounding.SELU_ALPHA), S(2)


def zero_up_to(
    computation: rounding.Computation,
    numbers: FloatingPointFormat,
    threshold: Number,
    height: Rational | None = None,
) -> Assertion:
    """A computation is 0 up to a threshold and positive beyond it."""
    return EqualUpTo(computation, numbers, S.Zero, Rational(threshold), height)


def subnormal_up_to(numbers: FloatingPointFormat, threshold: Number, height: Rational) -> Assertion:
    """The derivative is at most the largest subnormal number up to a threshold."""
    level = numbers.greatest_subnormal
    return AtMostUpTo(
        rounding.DERIVATIVE_ROUNDED_TWICE, numbers, level, Rational(threshold), height
    )


def zero_from(numbers: FloatingPointFormat, threshold: Number, least: Rational) -> Assertion:
    """The derivative is 0 up to a threshold for every alpha from a least one on."""
    return saturation.DerivativeZeroForEvery(numbers, Rational(threshold), least)


def floor_reached() -> Iterator[Assertion]:
    """Every alpha after the smallest normal number, and none up to it, in each format."""
    yield is_left_piece(rounding.ELU_ROUNDED_TWICE, Elu(x, alpha))
    for numbers, threshold in FLOOR_IS_REACHED.items():
        least, after = numbers.least_normal, numbers.successor(Rational(threshold))
        yield floor_from(numbers, threshold, numbers.successor(least))
        yield FloorReachedEarlyUpTo(numbers, after, least)


def floor_from(numbers: FloatingPointFormat, threshold: Number, least: Rational) -> Assertion:
    """ELU is -alpha up to a threshold for every alpha from a least one on."""
    return saturation.FloorReachedForEvery(numbers, Rational(threshold), least)


def floor_rounded_once() -> Iterator[Assertion]:
    """Powers of 2 as with two roundings, the float after 1 and others above."""
    yield is_left_piece(rounding.ELU_ROUNDED_ONCE, Elu(x, alpha))
    for numbers, thresholds in FLOOR_ROUNDED_ONCE.items():
        for height in (S.Half, S.One, S(2)):
            yield floor_up_to(numbers, FLOOR_IS_REACHED[numbers], height)
        others = (numbers.successor(S.One), Rational(3, 2), numbers.round(rounding.SELU_ALPHA))
        for threshold, height in zip(thresholds, others, strict=True):
            yield floor_up_to(numbers, threshold, height)


def floor_up_to(
    numbers: FloatingPointFormat,
    threshold: Number,
    height: Rational,
    computation: rounding.Computation = rounding.ELU_ROUNDED_ONCE,
) -> Assertion:
    """ELU is -alpha up to a threshold."""
    return EqualUpTo(computation, numbers, -height, Rational(threshold), height)


claim = partial(Claim, source="IEEE 754-2019, sections 4.3.1 and 7.5", assumptions=FLOATS)

CLAIMS = (
    claim(
        "floating_point.exponential_zero",
        f"Correctly rounded, e^x, x <= 0, is 0 if and only if {up_to(EXPONENTIAL_IS_ZERO)}.",
        [zero_up_to(rounding.EXPONENTIAL, *each) for each in EXPONENTIAL_IS_ZERO.items()],
        latex=r"\operatorname{fl}(e^x) = 0 \iff x \le (e_{\min} - p) \ln 2",
        neighbours={
            "in float64 already at the next float": zero_up_to(
                rounding.EXPONENTIAL, FLOAT64, FLOAT64.successor(Rational(-745.1332191019412))
            ),
            "in bfloat16 where it is in float32, whose exponents it shares": zero_up_to(
                rounding.EXPONENTIAL, BFLOAT16, -104.0
            ),
            "in float16 up to -17.5, 1 % lower": zero_up_to(rounding.EXPONENTIAL, FLOAT16, -17.5),
        },
    ),
    claim(
        "floating_point.derivative_subnormal",
        "With both operations rounded, alpha*e^x is subnormal or 0 up to a threshold that depends"
        f" on alpha: for alpha = 1/2, 1, SELU's and 2 it is {listed(DERIVATIVE_IS_SUBNORMAL)}.",
        [
            is_left_piece(rounding.DERIVATIVE_ROUNDED_TWICE, EluDerivative(x, alpha)),
            *(
                subnormal_up_to(numbers, threshold, height)
                for numbers, thresholds in DERIVATIVE_IS_SUBNORMAL.items()
                for threshold, height in zip(thresholds, heights(numbers), strict=True)
            ),
        ],
        latex=r"\operatorname{fl}(\alpha\operatorname{fl}(e^x)) < 2^{e_{\min}} \iff x \le t_\alpha",
        neighbours={
            "for alpha = 1 up to the float after the threshold": subnormal_up_to(
                FLOAT32, FLOAT32.successor(Rational(-87.3365478515625)), S.One
            ),
            "for alpha = 2 in float64 1 % lower": subnormal_up_to(FLOAT64, -716.0, S(2)),
        },
    ),
    claim(
        "floating_point.derivative_zero",
        "With both operations rounded and any alpha > 1/2, alpha*e^x is 0 if and only if"
        f" e^x is: at {up_to(EXPONENTIAL_IS_ZERO)}.",
        [
            is_left_piece(rounding.DERIVATIVE_ROUNDED_TWICE, EluDerivative(x, alpha)),
            *(
                zero_from(numbers, threshold, numbers.successor(S.Half))
                for numbers, threshold in EXPONENTIAL_IS_ZERO.items()
            ),
        ],
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x)) = 0 \iff"
        r" \operatorname{fl}(e^x) = 0 \quad (\alpha > \tfrac12)",
        assumptions=("x <= 0 a float", "alpha > 1/2 a float", ROUNDING),
        neighbours={
            "alpha >= 1/2 in float32": zero_from(FLOAT32, EXPONENTIAL_IS_ZERO[FLOAT32], S.Half),
            "in float64 up to the float before the threshold only": zero_from(
                FLOAT64, FLOAT64.predecessor(Rational(-745.1332191019412)), S.One
            ),
        },
    ),
    claim(
        "floating_point.derivative_zero_any_alpha",
        "With both operations rounded and any alpha > 0, alpha*e^x is 0 if and only if e^x is.",
        [
            zero_from(numbers, threshold, numbers.least_positive)
            for numbers, threshold in reversed(EXPONENTIAL_IS_ZERO.items())
        ],
        source="a false generalization from alpha = 1",
        assumptions=POSITIVE_ALPHA,
        expected=Verdict.REFUTED,
        neighbours={
            "alpha >= 0.49 in bfloat16": zero_from(BFLOAT16, -93.0, BFLOAT16.round(S(49) / 100))
        },
    ),
    claim(
        "floating_point.floor_reached",
        "With both operations rounded ELU is -alpha if and only if expm1 is -1, at"
        f" {up_to(FLOOR_IS_REACHED)}, for every alpha above the smallest normal number; for"
        " every positive alpha up to that one ELU is -alpha at the next float already.",
        floor_reached,
        source="the usual code alpha*expm1(x)",
        latex=r"\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) = -\alpha \iff"
        r" \operatorname{fl}(e^x - 1) = -1 \quad (\alpha > 2^{e_{\min}})",
        assumptions=POSITIVE_ALPHA,
        neighbours={
            "for every normal alpha of float64, the smallest one included": floor_from(
                FLOAT64, FLOOR_IS_REACHED[FLOAT64], FLOAT64.least_normal
            ),
            "up to -8.40625 in float16, 1 % lower": floor_from(FLOAT16, -8.40625, S.One),
            "the first alpha with a normal product is reached early too": FloorReachedEarlyUpTo(
                BFLOAT16, Rational(-199, 32), BFLOAT16.successor(BFLOAT16.least_normal)
            ),
        },
    ),
    claim(
        "floating_point.floor_any_alpha",
        "With both operations rounded the float at which ELU reaches -alpha is the same"
        " for every positive alpha, subnormal ones included.",
        [
            floor_from(numbers, threshold, numbers.least_positive)
            for numbers, threshold in reversed(FLOOR_IS_REACHED.items())
        ],
        source="floating_point.floor_reached without its condition",
        assumptions=POSITIVE_ALPHA,
        expected=Verdict.REFUTED,
        neighbours={
            "for every alpha from the largest subnormal number of float32 on": floor_from(
                FLOAT32, FLOOR_IS_REACHED[FLOAT32], FLOAT32.greatest_subnormal
            )
        },
    ),
    claim(
        "floating_point.floor_rounded_once",
        "Rounded once as a whole, ELU reaches -alpha for alpha = 1/2, 1 and 2 where it"
        " does with two roundings, and at a greater x for the float after 1, 3/2 and SELU's: at"
        f" {listed(FLOOR_ROUNDED_ONCE)}.",
        floor_rounded_once,
        latex=r"\operatorname{fl}(\alpha (e^x - 1)) = -\alpha \iff x \le t_\alpha",
        neighbours={
            "for alpha = 3/2 in bfloat16 up to -6": floor_up_to(BFLOAT16, -6.0, Rational(3, 2)),
            "with two roundings the same for SELU's alpha in float64": floor_up_to(
                FLOAT64,
                -37.25157632679613,
                FLOAT64.round(rounding.SELU_ALPHA),
                rounding.ELU_ROUNDED_TWICE,
            ),
        },
    ),
    claim(
        "floating_point.floor_rounded_once_any_alpha",
        "Rounded once as a whole, ELU reaches -alpha at the same float for every alpha.",
        [
            floor_up_to(numbers, threshold, height)
            for numbers, threshold in reversed(FLOOR_IS_REACHED.items())
            for height in (S.One, numbers.round(rounding.SELU_ALPHA))
        ],
        source="floating_point.floor_reached said of one rounding",
        expected=Verdict.REFUTED,
        neighbours={
            "at the same float for alpha = 1 and the float after it in float16": floor_up_to(
                FLOAT16, -8.3203125, FLOAT16.successor(S.One)
            )
        },
    ),
)
