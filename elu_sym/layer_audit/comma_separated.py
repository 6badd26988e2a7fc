"""Recorded values from a table of comma-separated text, with or without a header."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from elu_sym.layer_audit.recorded_values import (
    ROWS,
    RecordedValues,
    RecordedValuesError,
    checked_finite,
    chosen_columns,
)

__all__ = ["open_comma_separated"]

LONGEST_LINE = 1 << 20
"""A longer line is no row of a table."""


def open_comma_separated(
    path: Path, column: str | int | None = None, all_columns: bool = False
) -> RecordedValues:
    """Open a table of text in UTF-8.

    The first line is a header unless all of its fields are numbers; without one the columns are
    numbered from 0. Every line ends with a line break: without it the last number may have been
    cut short, which nothing else would tell.

    Args:
        path: the file.
        column: which column, by name, or by number where there is no header.
        all_columns: take the values of all columns together.

    Raises:
        RecordedValuesError: if it is no table, or columns are to be chosen.
    """
    with path.open(encoding="utf-8-sig") as stream:
        first = _first_line(path, stream)
        blank = first.isspace() and all(map(str.isspace, _short_lines(path, stream)))
    if blank:
        raise RecordedValuesError(f"{path}: there are only blank lines and no values")
    if first.isspace():
        raise RecordedValuesError(f"{path}: line 1 is blank: begin with a header or with values")
    fields = [field.strip() for field in _fields(path, first, "line 1")]
    has_header = not all(map(_is_number, fields))
    names = fields if has_header else [str(number) for number in range(len(fields))]
    columns = chosen_columns(path, names, column, all_columns)

    def chunks() -> Iterator[NDArray[np.float64]]:
        with path.open(encoding="utf-8-sig") as stream:
            if has_header:
                stream.readline()
            start = 0
            while lines := _next_lines(path, stream, start):
                table = _Lines(path, lines, start, names, columns, has_header)
                values = table.values()
                for number, name in enumerate(table.shown):
                    yield checked_finite(path, values[:, number], table.place(name))
                start += len(lines)
        if start == 0:
            raise RecordedValuesError(f"{path}: the table has no rows")

    return RecordedValues("float64", None, chunks)


class _Lines:
    """Some lines of the table."""

    def __init__(
        self,
        path: Path,
        lines: list[str],
        start: int,
        names: list[str],
        columns: list[int],
        has_header: bool,
    ) -> None:
        self.path, self.lines, self.start = path, lines, start
        self.columns, self.width = columns, len(names)
        self.shown = [names[number] for number in columns]
        self.first_line = start + (2 if has_header else 1)

    def place(self, name: str) -> Callable[[int], str]:
        """The words for a row of a column."""
        return lambda index: (
            f"column {name!r}, row {self.start + index} (line {self.first_line + index})"
        )

    def values(self) -> NDArray[np.float64]:
        """The chosen columns, shape (lines, columns)."""
        plain = all(line.count(",") == self.width - 1 for line in self.lines)
        if plain and not any('"' in line or line.isspace() for line in self.lines):
            try:
                return np.loadtxt(
                    self.lines, delimiter=",", usecols=self.columns, comments=None, ndmin=2
                )
            except ValueError:
                pass  # the first wrong field is found below
        return np.array([self._row(index) for index in range(len(self.lines))])

    def _row(self, index: int) -> list[float]:
        where = f"row {self.start + index} (line {self.first_line + index})"
        line = self.lines[index]
        fields = [] if line.isspace() else _fields(self.path, line, where)
        if len(fields) != self.width:
            raise RecordedValuesError(
                f"{self.path}: {where} has {len(fields)} fields instead of {self.width}"
            )
        chosen = zip(self.columns, self.shown, strict=True)
        return [self._number(fields[number], index, name) for number, name in chosen]

    def _number(self, field: str, index: int, name: str) -> float:
        if not _is_number(field):
            text = field.strip() if len(field) <= 60 else field.strip()[:57] + "..."
            wrong = f"{text!r} is no number" if text else "the value is missing"
            raise RecordedValuesError(f"{self.path}: {self.place(name)(index)}: {wrong}")
        return float(field)


def _first_line(path: Path, stream: TextIO) -> str:
    try:
        line = stream.readline(LONGEST_LINE)
    except UnicodeDecodeError as error:
        raise _not_text(path, error) from error
    if not line.endswith("\n"):
        _complain_of_end(path, line, "line 1")
    return line


def _short_lines(path: Path, stream: TextIO) -> Iterator[str]:
    try:
        yield from iter(lambda: stream.readline(LONGEST_LINE), "")
    except UnicodeDecodeError as error:
        raise _not_text(path, error) from error


def _next_lines(path: Path, stream: TextIO, start: int) -> list[str]:
    lines = list(islice(_short_lines(path, stream), ROWS))
    for index, line in enumerate(lines):
        if not line.endswith("\n"):
            _complain_of_end(path, line, f"row {start + index}")
    return lines


def _complain_of_end(path: Path, line: str, where: str) -> None:
    if len(line) >= LONGEST_LINE:
        raise RecordedValuesError(f"{path}: {where} is longer than a line of a table can be")
    raise RecordedValuesError(
        f"{path}: {where}, {line[-40:]!r}, ends without a line break: the file may be half-written;"
        " if it is whole, end it with a line break"
    )


def _not_text(path: Path, error: UnicodeDecodeError) -> RecordedValuesError:
    return RecordedValuesError(f"{path}: this is no text in UTF-8: {error.reason}")


def _fields(path: Path, line: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\n")], strict=True), [])
    except csv.Error as error:
        raise RecordedValuesError(f"{path}: {where} is no line of a table: {error}") from error


def _is_number(field: str) -> bool:
    """Whether a field is a decimal number; an underscore is Python's own."""
    try:
        float(field)
    except ValueError:
        return False
    return "_" not in field
