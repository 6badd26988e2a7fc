"""The thresholds of ELU in each format, each the largest float at which something holds.

They are facts about correct rounding to nearest, ties to even, with gradual underflow, proved in
:mod:`elu_sym.claims.chapters.floating_point`: a Python float here is the exact rational number that
it is.
"""

from collections.abc import Mapping

from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FloatingPointFormat

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

IEEE = "IEEE 754-2019, sections 4.3.1 and 7.5"
"""Where rounding and underflow are defined."""


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
