"""Strict inequalities of ELU that fail in floating point, and where they do."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from sympy import Rational, S

from elu_sym.activations import Elu
from elu_sym.algebra.rounding import (
    BFLOAT16,
    DERIVATIVE_FROM_VALUE,
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_ONCE,
    FLOAT32,
    FLOAT64,
    FloatingPointFormat,
)
from elu_sym.claims.chapters.floating_point import thresholds
from elu_sym.claims.chapters.floating_point.computations import (
    RESULTS,
    Lemma,
    Level,
    Rounded,
    at_point,
    conjunction,
    is_float,
    rounds,
)
from elu_sym.claims.chapters.floating_point.every_alpha import for_every
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import at_most, equal, for_all, less
from elu_sym.claims.kernel import Proof, RejectedError
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.statement import refuted
from elu_sym.claims.tactics import Tactic, intro, linear, tactic
from elu_sym.symbols import x, y, z

VALUES = RESULTS[1:]
"""The values at x and at y."""


def derivative_from_value() -> Iterator[Lemma]:
    """Four values of alpha in each format, and alpha*e^x from the threshold on."""
    yield thresholds.left_piece()
    yield thresholds.left_slope()
    yield from thresholds.selu_heights()
    for numbers, threshold in thresholds.FLOOR_IS_REACHED.items():
        for height in thresholds.heights(numbers):
            yield zero_from_value(numbers, threshold, height).lemma()
            yield positive_from(numbers, Rational(threshold), height)


def zero_from_value(
    numbers: FloatingPointFormat, threshold: float, height: Rational = S.One
) -> Level:
    """The value of ELU plus alpha is 0 up to a threshold."""
    return Level(Rounded(DERIVATIVE_FROM_VALUE, numbers, height), S.Zero, Rational(threshold))


def positive_from(numbers: FloatingPointFormat, at: Rational, height: Rational) -> Lemma:
    """The product alpha*e^x is positive from a float on."""
    product = Rounded(DERIVATIVE_ROUNDED_TWICE, numbers, height)
    least = product.values(at)[z]
    proof = product.at_least(at, linear((1, at_most(least, z)), (least, -1)))
    return product.at_floats(at_most(at, x), less(0, z)), intro(proof)


def at_two_floats(numbers: FloatingPointFormat, *said: Formula) -> Formula:
    """What holds of the values of ELU, with alpha = 1, at two floats, under further hypotheses."""
    values = (
        rounds(numbers, Elu(at, S.One), value) for at, value in zip((x, y), VALUES, strict=True)
    )
    floats = is_float(numbers, x), is_float(numbers, y)
    return for_all(x, y, *VALUES, implies(*floats, *values, *said))


def increasing(numbers: FloatingPointFormat) -> Formula:
    """At a greater float the value is greater."""
    return at_two_floats(numbers, less(x, y), less(*VALUES))


def different_from(numbers: FloatingPointFormat, first: Rational) -> Formula:
    """At different floats between a first one and 0 the values are different."""
    between = at_most(first, x), less(x, y), at_most(y, 0)
    return at_two_floats(numbers, *between, ("not", equal(*VALUES)))


def equal_neighbours(numbers: FloatingPointFormat, first: Rational, most: int = 2048) -> Tactic:
    """Two neighbours with the same value, the first ones from a float on."""
    elu = Rounded(ELU_ROUNDED_ONCE, numbers, S.One)

    def find(goal: Formula, context: Context) -> Proof:
        start = numbers.rank(first)
        points = (elu.values(numbers.at(rank)) for rank in range(start, start + most))
        for one, other in pairwise(points):
            if one[y] == other[y]:
                found = x, y, *VALUES
                return at_point(dict(zip(found, (one[x], other[x], one[y], other[y]), strict=True)))
        raise RejectedError(f"the first {most} floats have different values")

    return tactic(find)


def rate_above(numbers: FloatingPointFormat, height: Rational, least: Rational) -> Formula:
    """ELU plus 1 is greater than a number at every float."""
    rate = rounds(numbers, Elu(x, height), y), rounds(numbers, y + 1, z)
    return for_all(x, y, z, implies(is_float(numbers, x), *rate, less(least, z)))


def rate_at(at: float, height: Rational) -> Tactic:
    """At a float where ELU is -alpha."""
    return at_point({x: Rational(at), y: -height, z: 1 - height})


def derivative_positive(numbers: FloatingPointFormat) -> Formula:
    """The derivative alpha*e^x is positive at every float ``x <= 0`` for every alpha."""
    return for_every(DERIVATIVE_ROUNDED_TWICE, numbers, less(0, z))


def above_floor(numbers: FloatingPointFormat) -> Rational:
    """The float after the one at which ELU, with alpha = 1, reaches its floor."""
    return thresholds.after(thresholds.FLOOR_IS_REACHED[numbers], numbers)


claim = partial(Claim, expected=Verdict.REFUTED)

CLAIMS = (
    claim(
        "floating_point.derivative_positive",
        "In floating point the derivative alpha*e^x is positive at every float x <= 0.",
        thresholds.in_no_format(
            derivative_positive,
            lambda numbers: thresholds.with_alpha(
                DERIVATIVE_ROUNDED_TWICE,
                numbers,
                Rational(thresholds.EXPONENTIAL_IS_ZERO[numbers]),
                S.One,
            ),
        ),
        "Clevert, Unterthiner, Hochreiter 2016, section 3, said of real numbers",
        neighbours={
            "in float32, with alpha = 2": lambda: refuted(
                Rounded(DERIVATIVE_ROUNDED_TWICE, FLOAT32, S(2)).at_floats(less(0, z)),
                at_point(
                    Rounded(DERIVATIVE_ROUNDED_TWICE, FLOAT32, S(2)).values(
                        Rational(thresholds.EXPONENTIAL_IS_ZERO[FLOAT32])
                    )
                ),
            )
        },
    ),
    Claim(
        "floating_point.derivative_from_value",
        "The derivative computed as the value of ELU plus alpha is 0 if and only if"
        f" {thresholds.up_to(thresholds.FLOOR_IS_REACHED)}, for alpha = 1/2, 1, SELU's and 2, and"
        " at these floats alpha*e^x is positive.",
        lambda: conjunction(derivative_from_value()),
        "derivative.self_expression, as code that keeps the result and not the argument",
        neighbours={
            "it is 0 only where alpha*e^x is, in float32": lambda: zero_from_value(
                FLOAT32, thresholds.EXPONENTIAL_IS_ZERO[FLOAT32]
            ).refuted(),
            "alpha*e^x is 0 there too, in float64": lambda: Level(
                Rounded(DERIVATIVE_ROUNDED_TWICE, FLOAT64, S.One),
                S.Zero,
                Rational(thresholds.FLOOR_IS_REACHED[FLOAT64]),
            ).refuted(),
            "for alpha = 1 in float64 up to -37.05, 1 % higher": lambda: zero_from_value(
                FLOAT64, -37.05
            ).refuted(),
            "for alpha = 1 in bfloat16 up to -6.5 only": lambda: zero_from_value(
                BFLOAT16, -6.5
            ).refuted(),
        },
    ),
    claim(
        "floating_point.strictly_increasing",
        "In floating point ELU with alpha = 1 is strictly increasing.",
        thresholds.in_no_format(increasing, lambda n: equal_neighbours(n, -n.greatest)),
        "regularity.monotone, said of real numbers",
        neighbours={
            "in bfloat16 alone": lambda: refuted(
                increasing(BFLOAT16), equal_neighbours(BFLOAT16, -BFLOAT16.greatest)
            ),
            "different values at different floats as long as it has not reached its floor": (
                lambda: thresholds.in_no_format(
                    lambda n: different_from(n, above_floor(n)),
                    lambda n: equal_neighbours(n, above_floor(n)),
                )
            ),
            "different values for x > -1/2, where the derivative is above 0.6": (
                lambda: thresholds.in_no_format(
                    lambda n: different_from(n, n.successor(-S.Half)),
                    lambda n: equal_neighbours(n, n.successor(-S.Half)),
                )
            ),
        },
    ),
    claim(
        "floating_point.rate_positive",
        "With alpha = 1, ELU plus 1 is positive at every float.",
        thresholds.in_no_format(
            lambda numbers: rate_above(numbers, S.One, S.Zero),
            lambda numbers: rate_at(thresholds.FLOOR_IS_REACHED[numbers], S.One),
        ),
        "Katharopoulos et al. 2020, section 3.2.1, said of real numbers",
        neighbours={
            "with alpha = 1/2 it is greater than 1/2 in float64": lambda: refuted(
                rate_above(FLOAT64, S.Half, S.Half),
                rate_at(thresholds.FLOOR_IS_REACHED[FLOAT64], S.Half),
            )
        },
    ),
)
