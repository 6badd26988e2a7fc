"""The thresholds of ELU in each format, each the largest float at which something holds.

They are facts about correct rounding to nearest, ties to even, with gradual underflow: where the
derivative alpha*e^x of the left piece is subnormal or 0, where the value reaches the floor -alpha,
and how alpha matters. A Python float here is the exact rational number that it is.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from sympy import Derivative, Rational, S, exp

from elu_sym.activations import Elu
from elu_sym.algebra.rounding import (
    BFLOAT16,
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_ONCE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    SELU_ALPHA,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.chapters.floating_point.computations import (
    Lemma,
    Level,
    Rounded,
    at_point,
    conjunction,
    rounds,
)
from elu_sym.claims.chapters.floating_point.every_alpha import (
    by_absolute_error,
    by_half,
    by_relative_error,
    floor_early,
    floor_together,
    for_every,
    least_normal,
    same_floor,
    two_floors,
    zero_together,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import at_most, either, equal, for_all, iff, less
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import ALGEBRA, Tactic, auto, intro, parts, tactic
from elu_sym.symbols import alpha, x, y, z

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
    return S.Half, S.One, numbers.round(SELU_ALPHA), S(2)


# --- Statements ------------------------------------------------------------------------------


def left_piece() -> Lemma:
    """For ``x < 0``, without rounding, alpha*(e^x - 1) is ELU."""
    same = equal(Elu(x, alpha), alpha * (exp(x) - 1))
    return for_all(alpha, x, implies(less(x, 0), same)), intro(ALGEBRA)


def left_slope() -> Lemma:
    """For ``x < 0``, without rounding, alpha*e^x is its derivative."""
    slope = Derivative(Elu(x, alpha), x)
    return for_all(alpha, x, implies(less(x, 0), equal(slope, alpha * exp(x)))), intro(ALGEBRA)


def selu_heights() -> list[Lemma]:
    """SELU's alpha in each format."""
    return [(rounds(n, SELU_ALPHA, n.round(SELU_ALPHA)), auto()) for n in FORMATS]


def exponential_zero(numbers: FloatingPointFormat, threshold: float) -> Level:
    """Up to a threshold e^x is 0."""
    return Level(Rounded(EXPONENTIAL, numbers), S.Zero, Rational(threshold))


def subnormal(numbers: FloatingPointFormat, threshold: float, height: Rational) -> Level:
    """Up to a threshold alpha*e^x is less than the smallest normal number."""
    rounded = Rounded(DERIVATIVE_ROUNDED_TWICE, numbers, height)
    return Level(rounded, least_normal(numbers), Rational(threshold), "<")


def floor(
    numbers: FloatingPointFormat,
    threshold: float,
    height: Rational,
    computation: Computation = ELU_ROUNDED_ONCE,
) -> Level:
    """Up to a threshold ELU is -alpha."""
    return Level(Rounded(computation, numbers, height), -height, Rational(threshold))


def others(numbers: FloatingPointFormat) -> tuple[Rational, ...]:
    """The float after 1, 3/2 and SELU's alpha."""
    return numbers.successor(S.One), Rational(3, 2), numbers.round(SELU_ALPHA)


def floor_rounded_once() -> Iterator[Lemma]:
    """Powers of 2 as with two roundings, and others."""
    yield left_piece()
    yield from selu_heights()
    for numbers, early in FLOOR_ROUNDED_ONCE.items():
        for height in (S.Half, S.One, S(2)):
            yield floor(numbers, FLOOR_IS_REACHED[numbers], height).lemma()
        for threshold, height in zip(early, others(numbers), strict=True):
            yield floor(numbers, threshold, height).lemma()


def floor_reached() -> Iterator[Lemma]:
    """Every alpha above the smallest normal number, and every one up to it, in each format."""
    yield left_piece()
    for numbers, threshold in FLOOR_IS_REACHED.items():
        at, normal = Rational(threshold), least_normal(numbers)
        after, large = numbers.successor(at), less(normal, alpha)
        yield floor_together(numbers, at, large), by_relative_error(numbers, at)
        yield floor_early(numbers, after, normal), by_absolute_error(numbers, after)


def derivative_zero() -> Iterator[Lemma]:
    """Every alpha above 1/2, in each format."""
    yield left_slope()
    for numbers, threshold in EXPONENTIAL_IS_ZERO.items():
        at = Rational(threshold)
        yield zero_together(numbers, at, less(S.Half, alpha)), by_half(numbers, at)


def derivative_subnormal() -> Iterator[Lemma]:
    """Four values of alpha in each format."""
    yield left_slope()
    yield from selu_heights()
    for numbers, thresholds in DERIVATIVE_IS_SUBNORMAL.items():
        for threshold, height in zip(thresholds, heights(numbers), strict=True):
            yield subnormal(numbers, threshold, height).lemma()


def zero_any_alpha(numbers: FloatingPointFormat, *conditions: Formula) -> Formula:
    """The derivative is 0 if and only if the exponential is, for every such alpha."""
    said = iff(equal(z, 0), equal(y, 0))
    return for_every(DERIVATIVE_ROUNDED_TWICE, numbers, said, *conditions)


def after(threshold: float, numbers: FloatingPointFormat) -> Rational:
    """The next float."""
    return numbers.successor(Rational(threshold))


def with_alpha(
    computation: Computation, numbers: FloatingPointFormat, at: Rational, height: Rational
) -> Tactic:
    """A float and an alpha at which a statement is false."""
    return at_point(Rounded(computation, numbers).values(at, height))


def in_no_format(
    said: Callable[[FloatingPointFormat], Formula], proof: Callable[[FloatingPointFormat], Tactic]
) -> Statement:
    """What is said is false in every format, each with its counterexample."""

    def shown(numbers: FloatingPointFormat) -> Tactic:
        return tactic(lambda goal, context: proof(numbers))

    return refuted(either(*map(said, FORMATS)), parts(*map(shown, FORMATS)))


claim = partial(Claim, source="IEEE 754-2019, sections 4.3.1 and 7.5")

CLAIMS = (
    claim(
        "floating_point.exponential_zero",
        f"Correctly rounded, e^x, x <= 0, is 0 if and only if {up_to(EXPONENTIAL_IS_ZERO)}.",
        lambda: conjunction(exponential_zero(*e).lemma() for e in EXPONENTIAL_IS_ZERO.items()),
        neighbours={
            "in float64 already at the next float": lambda: exponential_zero(
                FLOAT64, after(-745.1332191019412, FLOAT64)
            ).refuted(),
            "in bfloat16 where it is in float32, whose exponents it shares": lambda: (
                exponential_zero(BFLOAT16, -104.0).refuted()
            ),
            "in float16 up to -17.5, 1 % lower": lambda: exponential_zero(FLOAT16, -17.5).refuted(),
        },
    ),
    claim(
        "floating_point.derivative_subnormal",
        "With both operations rounded, alpha*e^x is subnormal or 0 up to a threshold that depends"
        f" on alpha: for alpha = 1/2, 1, SELU's and 2 it is {listed(DERIVATIVE_IS_SUBNORMAL)}.",
        lambda: conjunction(derivative_subnormal()),
        neighbours={
            "for alpha = 1 up to the float after the threshold": lambda: subnormal(
                FLOAT32, after(-87.3365478515625, FLOAT32), S.One
            ).refuted(),
            "for alpha = 2 in float64 1 % lower": lambda: subnormal(
                FLOAT64, -716.0, S(2)
            ).refuted(),
        },
    ),
    claim(
        "floating_point.derivative_zero",
        "With both operations rounded and any alpha > 1/2, alpha*e^x is 0 if and only if"
        f" e^x is: at {up_to(EXPONENTIAL_IS_ZERO)}.",
        lambda: conjunction(derivative_zero()),
        neighbours={
            "alpha >= 1/2 in float32": lambda: refuted(
                zero_together(
                    FLOAT32, Rational(EXPONENTIAL_IS_ZERO[FLOAT32]), at_most(S.Half, alpha)
                ),
                with_alpha(
                    DERIVATIVE_ROUNDED_TWICE,
                    FLOAT32,
                    after(EXPONENTIAL_IS_ZERO[FLOAT32], FLOAT32),
                    S.Half,
                ),
            ),
            "in float64 up to the float before the threshold only": lambda: refuted(
                zero_together(
                    FLOAT64, FLOAT64.predecessor(Rational(-745.1332191019412)), at_most(1, alpha)
                ),
                with_alpha(DERIVATIVE_ROUNDED_TWICE, FLOAT64, Rational(-745.1332191019412), S.One),
            ),
        },
    ),
    claim(
        "floating_point.derivative_zero_any_alpha",
        "With both operations rounded and any alpha > 0, alpha*e^x is 0 if and only if e^x is.",
        in_no_format(
            zero_any_alpha,
            lambda numbers: with_alpha(
                DERIVATIVE_ROUNDED_TWICE,
                numbers,
                after(EXPONENTIAL_IS_ZERO[numbers], numbers),
                S.Half,
            ),
        ),
        source="a false generalization from alpha = 1",
        expected=Verdict.REFUTED,
        neighbours={
            "alpha >= 0.49 in bfloat16": lambda: refuted(
                zero_any_alpha(BFLOAT16, at_most(BFLOAT16.round(S(49) / 100), alpha)),
                with_alpha(
                    DERIVATIVE_ROUNDED_TWICE,
                    BFLOAT16,
                    after(-93.0, BFLOAT16),
                    BFLOAT16.round(S(49) / 100),
                ),
            )
        },
    ),
    claim(
        "floating_point.floor_reached",
        "With both operations rounded ELU is -alpha if and only if expm1 is -1, at"
        f" {up_to(FLOOR_IS_REACHED)}, for every alpha above the smallest normal number; for"
        " every positive alpha up to that one ELU is -alpha at the next float already.",
        lambda: conjunction(floor_reached()),
        source="the usual code alpha*expm1(x)",
        neighbours={
            "for every normal alpha of float64, the smallest one included": lambda: refuted(
                floor_together(
                    FLOAT64,
                    Rational(FLOOR_IS_REACHED[FLOAT64]),
                    at_most(least_normal(FLOAT64), alpha),
                ),
                with_alpha(
                    ELU_ROUNDED_TWICE,
                    FLOAT64,
                    after(FLOOR_IS_REACHED[FLOAT64], FLOAT64),
                    FLOAT64.least_normal,
                ),
            ),
            "up to -8.40625 in float16, 1 % lower": lambda: refuted(
                floor_together(FLOAT16, Rational(-8.40625), at_most(1, alpha)),
                with_alpha(ELU_ROUNDED_TWICE, FLOAT16, after(-8.40625, FLOAT16), S.One),
            ),
            "the first alpha with a normal product is reached early too": lambda: refuted(
                floor_early(
                    BFLOAT16, after(-6.25, BFLOAT16), BFLOAT16.successor(BFLOAT16.least_normal)
                ),
                with_alpha(
                    ELU_ROUNDED_TWICE,
                    BFLOAT16,
                    after(-6.25, BFLOAT16),
                    BFLOAT16.successor(BFLOAT16.least_normal),
                ),
            ),
        },
    ),
    claim(
        "floating_point.floor_any_alpha",
        "With both operations rounded the float at which ELU reaches -alpha is the same"
        " for every positive alpha, subnormal ones included.",
        in_no_format(
            partial(same_floor, ELU_ROUNDED_TWICE),
            lambda numbers: two_floors(
                ELU_ROUNDED_TWICE,
                numbers,
                after(FLOOR_IS_REACHED[numbers], numbers),
                numbers.least_positive,
                S.One,
            ),
        ),
        source="floating_point.floor_reached without its condition",
        expected=Verdict.REFUTED,
        neighbours={
            "for every alpha from the largest subnormal number of float32 on": lambda: refuted(
                same_floor(ELU_ROUNDED_TWICE, FLOAT32, FLOAT32.greatest_subnormal),
                two_floors(
                    ELU_ROUNDED_TWICE,
                    FLOAT32,
                    after(FLOOR_IS_REACHED[FLOAT32], FLOAT32),
                    FLOAT32.greatest_subnormal,
                    S.One,
                ),
            )
        },
    ),
    claim(
        "floating_point.floor_rounded_once",
        "Rounded once as a whole, ELU reaches -alpha for alpha = 1/2, 1 and 2 where it"
        " does with two roundings, and at a greater x for the float after 1, 3/2 and SELU's: at"
        f" {listed(FLOOR_ROUNDED_ONCE)}.",
        lambda: conjunction(floor_rounded_once()),
        neighbours={
            "for alpha = 3/2 in bfloat16 up to -6": lambda: floor(
                BFLOAT16, -6.0, Rational(3, 2)
            ).refuted(),
            "with two roundings the same for SELU's alpha in float64": lambda: floor(
                FLOAT64, -37.25157632679613, FLOAT64.round(SELU_ALPHA), ELU_ROUNDED_TWICE
            ).refuted(),
        },
    ),
    claim(
        "floating_point.floor_rounded_once_any_alpha",
        "Rounded once as a whole, ELU reaches -alpha at the same float for every alpha.",
        in_no_format(
            partial(same_floor, ELU_ROUNDED_ONCE),
            lambda numbers: two_floors(
                ELU_ROUNDED_ONCE,
                numbers,
                Rational(FLOOR_ROUNDED_ONCE[numbers][2]),
                numbers.round(SELU_ALPHA),
                S.One,
            ),
        ),
        source="floating_point.floor_reached said of one rounding",
        expected=Verdict.REFUTED,
        neighbours={
            "at the same float for alpha = 1 and the float after it in float16": lambda: refuted(
                same_floor(ELU_ROUNDED_ONCE, FLOAT16, heights=(FLOAT16.successor(S.One), S.One)),
                two_floors(
                    ELU_ROUNDED_ONCE,
                    FLOAT16,
                    Rational(FLOOR_ROUNDED_ONCE[FLOAT16][0]),
                    FLOAT16.successor(S.One),
                    S.One,
                ),
            )
        },
    ),
)
