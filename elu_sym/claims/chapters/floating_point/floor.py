"""The floor -alpha of ELU in floating point: where it is reached, and how alpha matters."""

from collections.abc import Iterator

from sympy import Rational, S

from elu_sym.activations import Elu
from elu_sym.algebra.rounding import (
    BFLOAT16,
    ELU_ROUNDED_ONCE,
    ELU_ROUNDED_TWICE,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    SELU_ALPHA,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.floating_point.thresholds import (
    FLOOR_IS_REACHED,
    FLOOR_ROUNDED_ONCE,
    IEEE,
    ROUNDING,
    listed,
    up_to,
)
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.rounded import EqualUpTo, is_left_piece
from elu_sym.claims.rules.saturation import FloorReachedEarlyUpTo, FloorReachedForEvery
from elu_sym.symbols import alpha, x


def floor_reached() -> Iterator[Assertion]:
    """Every alpha after the smallest normal number, and none up to it, in each format."""
    yield is_left_piece(ELU_ROUNDED_TWICE, Elu(x, alpha))
    for numbers, threshold in FLOOR_IS_REACHED.items():
        least, after = numbers.least_normal, numbers.successor(Rational(threshold))
        yield floor_from(numbers, threshold, numbers.successor(least))
        yield FloorReachedEarlyUpTo(numbers, after, least)


def floor_rounded_once() -> Iterator[Assertion]:
    """Powers of 2 as with two roundings, the float after 1 and others above."""
    yield is_left_piece(ELU_ROUNDED_ONCE, Elu(x, alpha))
    for numbers, thresholds in FLOOR_ROUNDED_ONCE.items():
        for height in (S.Half, S.One, S(2)):
            yield floor_up_to(ELU_ROUNDED_ONCE, numbers, FLOOR_IS_REACHED[numbers], height)
        heights = (numbers.successor(S.One), Rational(3, 2), numbers.round(SELU_ALPHA))
        for height, threshold in zip(heights, thresholds, strict=True):
            yield floor_up_to(ELU_ROUNDED_ONCE, numbers, threshold, height)


def floor_up_to(
    computation: Computation,
    numbers: FloatingPointFormat,
    threshold: float | Rational,
    height: Rational,
) -> Assertion:
    """ELU is -alpha up to the threshold."""
    return EqualUpTo(computation, numbers, -height, Rational(threshold), height)


def floor_from(
    numbers: FloatingPointFormat, threshold: float | Rational, least: Rational = S.One
) -> Assertion:
    """ELU is -alpha up to the threshold for every alpha from a least one on."""
    return FloorReachedForEvery(numbers, Rational(threshold), least)


CLAIMS = (
    Claim(
        id="floating_point.floor_reached",
        statement=(
            "With both operations rounded ELU is -alpha if and only if expm1 is -1, at"
            f" {up_to(FLOOR_IS_REACHED)}, for every alpha above the smallest normal number; for"
            " every positive alpha up to that one ELU is -alpha at the next float already."
        ),
        latex=(
            r"\operatorname{fl}(\alpha \operatorname{fl}(e^x - 1)) = -\alpha \iff"
            r" \operatorname{fl}(e^x - 1) = -1 \quad (\alpha > 2^{e_{\min}})"
        ),
        assumptions=("x <= 0 a float", "alpha > 0 a float", ROUNDING),
        proof=floor_reached,
        source="the usual code alpha*expm1(x)",
        neighbours=(
            Neighbour(
                "for every normal alpha of float64, the smallest one included",
                lambda: [floor_from(FLOAT64, -37.42994775023705, FLOAT64.least_normal)],
            ),
            Neighbour(
                "up to -8.40625 in float16, 1 % lower", lambda: [floor_from(FLOAT16, -8.40625)]
            ),
            Neighbour(
                "the first alpha with a normal product is reached early too",
                lambda: [
                    FloorReachedEarlyUpTo(
                        BFLOAT16, Rational(-199, 32), BFLOAT16.successor(BFLOAT16.least_normal)
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="floating_point.floor_any_alpha",
        statement=(
            "With both operations rounded the float at which ELU reaches -alpha is the same for"
            " every positive alpha, subnormal ones included."
        ),
        proof=lambda: [
            floor_from(numbers, threshold, numbers.least_positive)
            for numbers, threshold in reversed(FLOOR_IS_REACHED.items())
        ],
        source="floating_point.floor_reached without its condition",
        assumptions=("x <= 0 a float", "alpha > 0 a float", ROUNDING),
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "for every alpha from the largest subnormal number of float32 on",
                lambda: [floor_from(FLOAT32, -17.32868003845215, FLOAT32.greatest_subnormal)],
            ),
        ),
    ),
    Claim(
        id="floating_point.floor_rounded_once",
        statement=(
            "Rounded once as a whole, ELU reaches -alpha for alpha = 1/2, 1 and 2 where it does"
            " with two roundings, and at a greater x for the float after 1, 3/2 and SELU's: at"
            f" {listed(FLOOR_ROUNDED_ONCE)}."
        ),
        latex=r"\operatorname{fl}(\alpha (e^x - 1)) = -\alpha \iff x \le t_\alpha",
        assumptions=("x <= 0 a float", ROUNDING),
        proof=floor_rounded_once,
        source=IEEE,
        neighbours=(
            Neighbour(
                "for alpha = 3/2 in bfloat16 up to -6 only",
                lambda: [floor_up_to(ELU_ROUNDED_ONCE, BFLOAT16, -6.0, Rational(3, 2))],
            ),
            Neighbour(
                "with two roundings the same for SELU's alpha in float64",
                lambda: [
                    floor_up_to(
                        ELU_ROUNDED_TWICE, FLOAT64, -37.25157632679613, FLOAT64.round(SELU_ALPHA)
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="floating_point.floor_rounded_once_any_alpha",
        statement="Rounded once as a whole, ELU reaches -alpha at the same float for every alpha.",
        proof=lambda: [
            floor_up_to(ELU_ROUNDED_ONCE, numbers, threshold, height)
            for numbers, threshold in reversed(FLOOR_IS_REACHED.items())
            for height in (S.One, numbers.round(SELU_ALPHA))
        ],
        source="floating_point.floor_reached said of one rounding",
        assumptions=("x <= 0 a float", ROUNDING),
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "at the same float for alpha = 1 and the float after it in float16",
                lambda: [
                    floor_up_to(ELU_ROUNDED_ONCE, FLOAT16, -8.3203125, height)
                    for height in (S.One, FLOAT16.successor(S.One))
                ],
            ),
        ),
    ),
)
