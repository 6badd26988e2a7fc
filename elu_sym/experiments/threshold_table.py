"""The table of measured thresholds: one row a library, format, function and value of alpha.

Numbers are integer ratios, which are exact. Nothing of the proofs is imported here, so that the
claims can rest on the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from elu_sym.experiments import tables

RESULTS = Path(__file__).with_name("library_thresholds.csv")
"""The measurements on which the claims rest."""

ELEMENTS = 4096
"""How many floats a library gets in one call, a multiple of every vector length."""


@dataclass(frozen=True)
class Measurement:
    """One row of the table, as text.

    Attributes:
        library: ``numpy``, ``torch`` or ``jax``.
        version: the version of the library.
        instruction_set: the processor family, and the vector instructions that the library says to
            use, if it says so.
        format: the name of the format.
        function: ``exp``, ``expm1``, ``elu`` or ``elu_derivative``.
        alpha: the value of ``alpha``; empty for a function without it.
        threshold: the largest float at which the library's function has its limit.
        elements: how many floats the library got in one call.
        neighbours: how many floats around the threshold were evaluated.
        monotone: ``yes`` if among them exactly those up to the threshold have the limit.
        each_rounded: the threshold of the theorem with every operation correctly rounded.
        steps_from_each_rounded: how many floats the threshold lies above that one.
        rounded_once: the threshold of the theorem with one rounding of the whole.
        steps_from_rounded_once: how many floats the threshold lies above that one.
    """

    library: str
    version: str
    instruction_set: str
    format: str
    function: str
    alpha: str
    threshold: str
    elements: str
    neighbours: str
    monotone: str
    each_rounded: str
    steps_from_each_rounded: str
    rounded_once: str
    steps_from_rounded_once: str


def read(path: Path = RESULTS) -> list[Measurement]:
    """The rows of a table."""
    return tables.read(path, Measurement)


def write(rows: Iterable[Measurement], path: Path = RESULTS) -> None:
    """Write a table by rename."""
    tables.write(rows, Measurement, path)
