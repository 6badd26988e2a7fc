"""The rows that are kept of a measurement, one a check, beside the code that made them."""

import re
import warnings
from collections.abc import Callable, Collection, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.algebra.rounding import FLOAT32, FORMATS, FloatingPointFormat
from elu_sym.conformance.graded_checks import findings, samples
from elu_sym.conformance.grades import Finding, Grade
from elu_sym.conformance.implementations import (
    IMPLEMENTATIONS,
    ORDERS,
    USUAL,
    Call,
    Implementation,
    Missing,
    imported,
)
from elu_sym.experiments import tables
from elu_sym.experiments.library_functions import Evaluate, instruction_set, version

STORED = Path(__file__).with_name("conformance.csv")
"""What ``make conformance`` measured."""

ALL = ("rounding", "near 0", "tail", "large x", "zero", "subnormal", "NaN", "infinity")

CASES: tuple[tuple[str, float | None, Collection[str]], ...] = (
    ("elu", 1.0, ALL),
    ("elu", 1.5, ("rounding",)),
    ("celu", 2.0, ALL[:5]),
    ("selu", None, ALL[:5]),
)
"""The functions, and which checks are made of each: another alpha needs no other zeros.

CELU's is a power of two, so that ``x / alpha`` is exact and what is measured is the function: the
rounding of another quotient costs ``|x| / alpha`` half units of its derivative, in every library.
"""

NOT_POSITIVE: tuple[tuple[str, float], ...] = (
    ("elu", 0.0),
    ("elu", -1.0),
    ("celu", 0.0),
    ("celu", -1.0),
)
"""Which ``alpha`` are tried that the papers leave out, in float32."""


class Row(NamedTuple):
    """One check of one function of one implementation, as text.

    Attributes:
        library: the module.
        version: its version.
        platform: the processor family, and the vector instructions that the library names.
        mode: how it computes.
        format: the format of arguments and results.
        function: ``elu``, ``celu`` or ``selu``.
        alpha: its parameter, if it has one.
        of: ``value``, ``derivative`` or ``second derivative``.
        check: a key of ``MEANINGS``; empty where nothing could be asked.
        points: at how many floats.
        error: the largest error in units of the last place; ``inf`` for what is no number.
        where: the argument at which it is largest.
        found: what the library gives there, or the error that it raises.
        exact: what is exact there.
        grade: the verdict, see :mod:`elu_sym.conformance.grades`.
    """

    library: str
    version: str
    platform: str
    mode: str
    format: str
    function: str
    alpha: str
    of: str
    check: str
    points: str
    error: str
    where: str
    found: str
    exact: str
    grade: str


def _said(error: Exception) -> str:
    """An error as one short line, without the folders of this machine."""
    said = re.sub(r"[^\s'\"]*/", "", " ".join(str(error).split()))
    return f"{type(error).__name__}: {said}"[:90].rstrip()


def _row(implementation: Implementation, call: Call, **found: str) -> Row:
    blank = dict.fromkeys(("check", "points", "error", "where", "found", "exact"), "")
    return Row(
        library=implementation.library,
        version=version(implementation.library),
        platform=instruction_set(implementation.library),
        mode=implementation.mode,
        format=call.number_format.name,
        function=call.function,
        alpha="" if call.alpha is None else f"{call.alpha:g}",
        of=ORDERS[call.order],
        **(blank | found),
    )


def _fields(finding: Finding) -> dict[str, str]:
    texts = {name: str(value) for name, value in finding._asdict().items()}
    return texts | {"error": f"{finding.error:.6g}", "found": repr(finding.found)}


def _asked(
    implementation: Implementation,
    call: Call,
    checks: Collection[str],
    ask: Callable[[Evaluate, Call, int], list[Finding]] = findings,
) -> Iterator[Row]:
    try:
        with warnings.catch_warnings():  # of a library about itself
            warnings.simplefilter("ignore")
            found = ask(implementation.evaluate(call), call, implementation.stride)
    except Missing:
        return
    except Exception as error:  # whatever it is, it is what the library says
        said = {"check": next(iter(checks)), "found": _said(error)}
        yield _row(implementation, call, **said, grade=str(Grade.REFUSED))
        return
    for finding in found:
        if finding.check in checks:
            yield _row(implementation, call, **_fields(finding))


def measured(
    implementation: Implementation, formats: Collection[FloatingPointFormat] = FORMATS
) -> Iterator[Row]:
    """The rows of one implementation.

    Args:
        implementation: a library in a mode.
        formats: the formats to measure.

    Yields:
        A row a check; a single one if the implementation does not run here; none if it has no ELU
        in this process, as Keras with another backend.

    Raises:
        ModuleNotFoundError: if the library or python-flint is not installed.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT16
        >>> from elu_sym.conformance.implementations import IMPLEMENTATIONS
        >>> rows = list(measured(IMPLEMENTATIONS[0], [FLOAT16]))
        >>> print({row.grade for row in rows if row.check == "near 0"})
        {'wrong'}
    """
    imported(implementation.library)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            implementation.evaluate(USUAL)(np.linspace(-2.0, 2.0, 64))
    except Missing:
        return
    except ModuleNotFoundError:
        raise
    except Exception as error:
        yield _row(implementation, USUAL, found=_said(error), grade=str(Grade.NOT_RUN))
        return
    for numbers, (function, alpha, checks) in product(formats, CASES):
        for order in range(len(ORDERS)):
            if order < 2 or checks is ALL:
                yield from _asked(implementation, Call(function, alpha, order, numbers), checks)
    if FLOAT32 in formats:
        for (function, alpha), order in product(NOT_POSITIVE, (0, 1)):
            call = Call(function, alpha, order, FLOAT32)
            yield from _asked(implementation, call, ["alpha <= 0"])
        for order in (0, 1):
            call = USUAL._replace(order=order)
            yield from _asked(implementation, call, ["sample"], samples)


def read(path: Path = STORED) -> list[Row]:
    """The rows of a table.

    Raises:
        ValueError: if it is no such table.
        OSError: if it cannot be read.
    """
    return tables.read(path, Row)


def merged(kept: list[Row], new: list[Row]) -> list[Row]:
    """A table with the rows of what was measured anew in place of the old ones.

    Examples:
        >>> row = Row(*[""] * len(Row._fields))._replace(library="jax", mode="jit", points="1")
        >>> new = [row._replace(points="2"), row._replace(library="numpy", mode="exp")]
        >>> [(each.library, each.points) for each in merged([row], new)]
        [('numpy', '1'), ('jax', '2')]
    """
    parts = {(row.library, row.mode) for row in new}
    both = [row for row in kept if (row.library, row.mode) not in parts] + new
    order = [(each.library, each.mode) for each in IMPLEMENTATIONS]
    return sorted(both, key=lambda row: order.index((row.library, row.mode)))
