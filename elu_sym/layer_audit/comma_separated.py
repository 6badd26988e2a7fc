"""Recorded values from a table of comma-separated text, with or without a header."""

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from elu_sym.layer_audit import recorded_values
from elu_sym.layer_audit.recorded_values import RecordedValues, RecordedValuesError

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
        lines = _whole_lines(path, stream, "line", 1)
        first = next(lines, "")
        if not first.strip():
            only = all(map(str.isspace, lines))
            wrong = "there are only blank lines and no values"
            later = "line 1 is blank: begin with a header or with values"
            raise RecordedValuesError(f"{path}: {wrong if only else later}")
    ((_, fields),) = _rows([first], lambda index: f"{path}: line 1")
    names = [field.strip() for field in fields]
    has_header = any(_number(name) is None for name in names)
    if not has_header:
        names = [str(number) for number in range(len(fields))]
    columns = recorded_values.chosen_columns(path, names, column, all_columns)

    def chunks() -> Iterator[NDArray[np.float64]]:
        start, line_of_row = 0, 2 if has_header else 1

        def where(index: int, column: str | None = None) -> str:
            row = f"row {start + index} (line {start + index + line_of_row})"
            return f"{path}: {row}" if column is None else f"{path}: column {column!r}, {row}"

        with path.open(encoding="utf-8-sig") as stream:
            if has_header:
                stream.readline()
            rows = _whole_lines(path, stream, "row", 0)
            for lines in _together(rows):
                values = _values(lines, names, columns, where)
                for part, number in zip(values.T, columns, strict=True):
                    yield recorded_values.checked_finite(part, partial(where, column=names[number]))
                start += len(lines)
        if start == 0:
            raise RecordedValuesError(f"{path}: the table has no rows")

    selection = recorded_values.selection_of(names, columns)
    return RecordedValues("float64", None, chunks, selection)


def _together(lines: Iterator[str]) -> Iterator[list[str]]:
    """The lines, as many at once as memory is to hold."""
    taken, size = [], 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if len(taken) == recorded_values.ROWS or size > recorded_values.BYTES:
            yield taken
            taken, size = [], 0
    if taken:
        yield taken


def _values(
    lines: list[str], names: list[str], columns: list[int], where: Callable[..., str]
) -> NDArray[np.float64]:
    """The chosen columns of lines, shape (lines, columns)."""
    width = len(names)
    plain = all(line.count(",") == width - 1 and '"' not in line for line in lines)
    if plain and not any(map(str.isspace, lines)):
        with suppress(ValueError):  # the first wrong field is found below
            return np.loadtxt(lines, delimiter=",", usecols=columns, comments=None, ndmin=2)
    values = np.empty((len(lines), len(columns)))
    for index, fields in _rows(lines, where):
        if len(fields) != width:
            raise RecordedValuesError(f"{where(index)} has {len(fields)} fields instead of {width}")
        for k, number in enumerate(columns):
            value = _number(fields[number])
            if value is None:
                wrong = _wrong(fields[number])
                raise RecordedValuesError(f"{where(index, names[number])}: {wrong}")
            values[index, k] = value
    return values


def _whole_lines(path: Path, stream: TextIO, kind: str, number: int) -> Iterator[str]:
    """The lines, each with its line break, counted from a number in messages."""
    try:
        for line in iter(lambda: stream.readline(LONGEST_LINE), ""):
            if not line.endswith("\n"):
                where = f"{path}: {kind} {number}"
                if len(line) >= LONGEST_LINE:
                    raise RecordedValuesError(f"{where} is longer than a line of a table can be")
                raise RecordedValuesError(
                    f"{where}, {line[-40:]!r}, ends without a line break: the file may be"
                    " half-written; if it is whole, end it with a line break"
                )
            yield line
            number += 1
    except UnicodeDecodeError as error:
        reason = f"this is no text in UTF-8: {error.reason}"
        raise RecordedValuesError(f"{path}: {reason}") from error


def _rows(lines: list[str], where: Callable[..., str]) -> Iterator[tuple[int, list[str]]]:
    """The fields of lines, with the index of the line."""
    reader, index = csv.reader(lines, strict=True), 0
    try:
        for fields in reader:
            if reader.line_num > index + 1:
                raise csv.Error("a quotation goes on in the next line")
            yield index, [] if lines[index].isspace() else fields
            index += 1
    except csv.Error as error:
        raise RecordedValuesError(f"{where(index)} is no line of a table: {error}") from error


def _number(field: str) -> float | None:
    """A decimal number, None if it is none; an underscore is Python's own."""
    try:
        return None if "_" in field else float(field)
    except ValueError:
        return None


def _wrong(field: str) -> str:
    text = field.strip() if len(field) <= 60 else field.strip()[:57] + "..."
    return f"{text!r} is no number" if text else "the value is missing"
