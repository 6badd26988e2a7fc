"""How a result is graded, from its largest error.

A grade is decided by numbers alone. With the error in units of the last place (ulp) of the exact
value, p the precision of the format, and the worst of all points that belong to a check:

``exact``
    at most half a unit: what correct rounding gives, at every point.
``1 ulp``, ``4 ulp``
    at most that many units.
``degraded``
    at least half of the p bits are right at every point, or what is lost is the sign of a zero, a
    subnormal number (flushed to zero), or a NaN in a derivative whose value still has it.
``wrong``
    at some point fewer than half of the bits are right: another number, zero, or no number.
``refused``
    the library raises an error; of CELU with ``alpha = 0``, which divides by it, NaN says the same.
``not run``
    the library is there and does not run; the row says why.
"""

from enum import StrEnum
from typing import NamedTuple

from elu_sym.algebra.rounding import FloatingPointFormat

MARGIN = 2.0**-20
"""In units of the last place: below what the exact values are known to, above what they need."""


class Grade(StrEnum):
    """How right a result is, from best to worst; see the module."""

    EXACT = "exact"
    ONE_ULP = "1 ulp"
    FOUR_ULP = "4 ulp"
    REFUSED = "refused"
    DEGRADED = "degraded"
    WRONG = "wrong"
    NOT_RUN = "not run"


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        check: its name, a key of ``MEANINGS`` of the checks.
        points: at how many points.
        error: the largest error in units of the last place; infinite for what is no number.
        where: the point at which it is largest.
        found: what the library gives there.
        exact: what is exact there.
        grade: the verdict.
    """

    check: str
    points: int
    error: float
    where: float
    found: float
    exact: str
    grade: Grade


def grade_of(error: float, number_format: FloatingPointFormat) -> Grade:
    """The grade of a largest error.

    Args:
        error: in units of the last place.
        number_format: the format of the result.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> [str(grade_of(error, FLOAT32)) for error in (0.5, 0.51, 3.2, 100.0, 5000.0)]
        ['exact', '1 ulp', '4 ulp', 'degraded', 'wrong']
    """
    half = 2.0 ** (number_format.precision / 2)
    limits = {Grade.EXACT: 0.5, Grade.ONE_ULP: 1.0, Grade.FOUR_ULP: 4.0, Grade.DEGRADED: half}
    fitting = (grade for grade, limit in limits.items() if error <= limit + MARGIN)
    return next(fitting, Grade.WRONG)
