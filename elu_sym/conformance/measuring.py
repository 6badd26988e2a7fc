"""Measuring what is installed, beside what is stored of the rest."""

from collections.abc import Collection
from pathlib import Path

from elu_sym.algebra.optional import with_progress
from elu_sym.algebra.rounding import FORMATS
from elu_sym.algebra.working_precision import working_precision
from elu_sym.conformance.conformance_report import ConformanceReport
from elu_sym.conformance.implementations import ADAPTERS, IMPLEMENTATIONS
from elu_sym.conformance.measured_rows import STORED, Row, measured, merged, read


def _known(what: str, given: Collection[str] | None, names: Collection[str]) -> Collection[str]:
    for name in given or ():
        if name not in names:
            raise ValueError(f"no {what} {name!r} is known; there is {', '.join(names)}")
    return names if given is None else given


def conformance(
    libraries: Collection[str] | None = None,
    formats: Collection[str] | None = None,
    *,
    stored: Path | None = STORED,
) -> ConformanceReport:
    """Compare ELU, CELU and SELU of the installed libraries with exact rounding.

    Args:
        libraries: names of ``ADAPTERS``, such as ``["torch", "jax"]``; all by default. Each is
            measured in this process, in all its modes; Keras with the backend that is in force.
        formats: names of formats; ``float64``, ``float32``, ``bfloat16`` and ``float16`` by
            default.
        stored: the table whose rows stand for what is not measured; None for no such rows.

    Returns:
        The report: measured now, and as stored where a library is not installed.

    Raises:
        ValueError: if a library or a format is not known, or the table is no such table.
        ModuleNotFoundError: if python-flint, which the extra ``verify`` brings, is not installed.

    Accuracy:
        Exact values are enclosed with 128 bits; an error is known to 2**-40 of a unit of the last
        place.

    Source:
        Clevert, Unterthiner, Hochreiter, 2016 (ELU); Barron, 2017 (CELU); Klambauer et al., 2017
        (SELU).

    Examples:
        >>> report = conformance(["numpy"], ["float16"], stored=None)
        >>> report.grades("numpy", "exp")["near 0"], report.grades("numpy", "expm1")["near 0"]
        ('wrong', '4 ulp')
    """
    names = _known("library", libraries, ADAPTERS)
    by_name = {numbers.name: numbers for numbers in FORMATS}
    numbers = [by_name[name] for name in _known("format", formats, by_name)]
    with working_precision(128):
        pass  # an extra that is missing is told before anything is measured
    kept = [row for row in read(stored) if row.library in names] if stored else []
    kept = [row for row in kept if row.format in [each.name for each in numbers]]
    fresh: list[Row] = []
    messages: dict[str, None] = {}
    chosen = [each for each in IMPLEMENTATIONS if each.library in names]
    for implementation in with_progress(chosen, len(chosen), "implementation"):
        try:
            fresh += measured(implementation, numbers)
        except ModuleNotFoundError as error:
            there = any(row.library == implementation.library for row in kept)
            rows = "; its stored rows are shown" if there else ""
            messages[f"{implementation.library} is not measured: {error}{rows}"] = None
    parts = frozenset((row.library, row.mode) for row in fresh)
    return ConformanceReport(tuple(merged(kept, fresh)), parts, tuple(messages))
