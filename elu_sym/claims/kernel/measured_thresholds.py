"""How many floats the measured thresholds of a library lie from proved ones.

``("recorded", "thresholds", *THRESHOLDS)``, the fields of :class:`Thresholds`, says of the stored
table of :mod:`elu_sym.experiments.library_thresholds`: it has so many cases of the library, of
these functions in these formats, with so many floats in one call; in each the function has its
limit exactly up to the threshold, as far as was looked around it; and the threshold lies ``least``
to ``greatest`` floats above the reference.

The reference thresholds are computed anew, and the distances are counted. That is an experiment on
the libraries and processors that the rows name.
"""

from enum import StrEnum
from typing import NamedTuple

from sympy import Rational

from elu_sym.algebra import rounding
from elu_sym.claims.kernel.logic import need
from elu_sym.claims.kernel.meaning import Place
from elu_sym.experiments.library_thresholds import ELEMENTS, Measurement, read
from elu_sym.symbols import alpha, x


class Reference(StrEnum):
    """The threshold with which measured ones are compared, for correctly rounded operations."""

    EACH_ROUNDED = "the threshold with every operation rounded"
    ROUNDED_ONCE = "the threshold with one rounding of the whole"
    FROM_VALUE = "the threshold of the value of ELU plus alpha"
    SUBNORMAL = "the largest float at which e^x is subnormal or 0"
    EPSILON = "the largest float at which e^x is at most 2^-p"

    def threshold(self, row: Measurement) -> Rational:
        """The float for what a row measures."""
        numbers, quantity = _format(row), rounding.QUANTITIES[row.function]
        height = Rational(row.alpha) if row.alpha else None
        limit = quantity.limit(height)
        computation, level = {
            Reference.EACH_ROUNDED: (quantity.each_rounded, limit),
            Reference.ROUNDED_ONCE: (quantity.rounded_once, limit),
            Reference.FROM_VALUE: (rounding.DERIVATIVE_FROM_VALUE, limit),
            Reference.SUBNORMAL: (rounding.EXPONENTIAL, numbers.greatest_subnormal),
            Reference.EPSILON: (rounding.EXPONENTIAL, Rational(1, 2**numbers.precision)),
        }[self]
        return rounding.largest_at_most(computation, numbers, level, height)


class Thresholds(NamedTuple):
    """The measured thresholds of a library, and how far they are said to lie from a reference.

    Attributes:
        library: ``numpy``, ``torch`` or ``jax``.
        functions: keys of :data:`elu_sym.algebra.rounding.QUANTITIES`.
        formats: their names.
        reference: the value of a :class:`Reference`.
        least: the smallest distance, in floats of the format; below 0 if the threshold is lower.
        greatest: the largest distance.
        cases: how many rows of the table that is.
        elements: how many floats the library got in one call.
    """

    library: str
    functions: tuple[str, ...]
    formats: tuple[str, ...]
    reference: str
    least: int
    greatest: int
    cases: int
    elements: int = ELEMENTS

    def rows(self) -> list[Measurement]:
        """The rows of the table that are meant."""
        meant = self.library, str(self.elements)
        rows = (row for row in read() if (row.library, row.elements) == meant)
        return [r for r in rows if r.function in self.functions and r.format in self.formats]


def within(holds: bool, said: Thresholds) -> tuple[str, Place]:
    """That all distances are in the interval, in words; or the first exception, and where it is.

    Args:
        holds: whether they are said to be, or one is said not to be.
        said: the interval.

    Raises:
        RejectedError: if it is otherwise, or the table does not say.
    """
    several = isinstance(said.functions, tuple) and isinstance(said.formats, tuple)
    need(several, "give tuples of functions and formats: a part of a name is none")
    rows, distances = said.rows(), []
    need(len(rows) == said.cases, f"the table has {len(rows)} such cases")
    for row in rows:
        need(row.monotone == "yes", f"around {row.threshold} in {row.format} not all agree")
        numbers, measured = _format(row), Rational(row.threshold)
        distance = numbers.rank(measured) - numbers.rank(Reference(said.reference).threshold(row))
        if not said.least <= distance <= said.greatest:
            named = f"{row.library} {row.version}, {row.function} in {row.format}"
            need(not holds, f"{named}: {distance} floats")
            heights = [(alpha, Rational(row.alpha))] if row.alpha else []
            return f"{named}: {distance} floats", ((x, measured), *heights)
        distances.append(distance)
    machines = sorted({f"{row.version} on {row.instruction_set}" for row in rows})
    detail = (
        f"{len(rows)} thresholds, {min(distances)} to {max(distances)} floats above;"
        f" {said.library} {', '.join(machines)}"
    )
    need(holds, detail)
    return detail, ()


def _format(row: Measurement) -> rounding.FloatingPointFormat:
    return next(numbers for numbers in rounding.FORMATS if numbers.name == row.format)
