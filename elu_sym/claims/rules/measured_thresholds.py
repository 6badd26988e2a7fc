"""The rule about measured thresholds: how many floats they lie from a proved one.

The table of :mod:`elu_sym.experiments.library_thresholds` is read, the reference thresholds are
computed anew, and the distances are counted. That is an experiment on the libraries and processors
that the rows name. A row that is not so refutes a statement about every row.
"""

from collections.abc import Iterator
from enum import Enum

from sympy import Rational, Symbol

from elu_sym.algebra import rounding
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.experiments.library_thresholds import ELEMENTS, Measurement, read
from elu_sym.symbols import alpha, x


class Reference(Enum):
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


class MeasuredWithin(Assertion):
    """The measured thresholds of a library lie within some floats of a reference.

    Attributes:
        library: ``numpy``, ``torch`` or ``jax``.
        functions: keys of :data:`elu_sym.algebra.rounding.QUANTITIES`.
        formats: the formats.
        reference: what the thresholds are compared with.
        least: the smallest distance, in floats of the format; below 0 if the threshold is lower.
        greatest: the largest distance.
        cases: how many rows of the table that is.
        elements: how many floats the library got in one call.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> rows = "jax", ("exp", "expm1"), (FLOAT32,)
        >>> step = MeasuredWithin(*rows, Reference.EACH_ROUNDED, 0, 0, cases=2).check()
        >>> step.holds, step.evidence.value, float(step.witness[x])
        (False, 'experiment', -87.3365478515625)
    """

    library: str
    functions: tuple[str, ...]
    formats: tuple[rounding.FloatingPointFormat, ...]
    reference: Reference
    least: int
    greatest: int
    cases: int
    elements: int = ELEMENTS
    rule = "measured thresholds, counted in floats"

    def sentence(self) -> Iterator[str]:
        """The range of the distances."""
        functions, formats = (", ".join(names) for names in (self.functions, self._names))
        distances = f"{self.least} to {self.greatest}" if self.least < self.greatest else self.least
        yield (
            f"in all {self.cases} cases of {self.library} ({functions}; {formats}; {self.elements}"
            f" at a time) the threshold lies {distances} floats above {self.reference.value}"
        )

    def decide(self) -> Step:
        """Count the floats between each measured threshold and the reference."""
        meant = self.library, str(self.elements)
        rows = [
            row
            for row in read()
            if (row.library, row.elements) == meant
            and row.function in self.functions
            and row.format in self._names
        ]
        if len(rows) != self.cases:
            return self.undecided(f"the table has {len(rows)} such cases")
        distances = []
        for row in rows:
            if row.monotone != "yes":
                return self.undecided(f"around {row.threshold} in {row.format} not all agree")
            numbers, measured = _format(row), Rational(row.threshold)
            distance = numbers.rank(measured) - numbers.rank(self.reference.threshold(row))
            if not self.least <= distance <= self.greatest:
                point: dict[Symbol, Rational] = {x: measured}
                point |= {alpha: Rational(row.alpha)} if row.alpha else {}
                named = f"{row.library} {row.version}, {row.function} in {row.format}"
                detail = f"{named}: {distance} floats"
                return self.refuted(detail, point, evidence=Evidence.EXPERIMENT)
            distances.append(distance)
        machines = sorted({f"{row.version} on {row.instruction_set}" for row in rows})
        detail = (
            f"{len(rows)} thresholds, {min(distances)} to {max(distances)} floats above;"
            f" {self.library} {', '.join(machines)}"
        )
        return self.proved(detail, evidence=Evidence.EXPERIMENT)

    @property
    def _names(self) -> list[str]:
        return [numbers.name for numbers in self.formats]


def _format(row: Measurement) -> rounding.FloatingPointFormat:
    return next(numbers for numbers in rounding.FORMATS if numbers.name == row.format)
