"""A file of recorded values, opened by the reader that its suffix names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from elu_sym.layer_audit.comma_separated import open_comma_separated
from elu_sym.layer_audit.recorded_values import (
    RecordedValues,
    RecordedValuesError,
    open_npy,
    open_parquet,
)

__all__ = ["open_recorded"]

READERS = {".npy": open_npy, ".csv": open_comma_separated, ".parquet": open_parquet}


def open_recorded(
    path: Path, column: str | int | None = None, all_columns: bool = False
) -> RecordedValues:
    """Open a file of recorded values.

    Args:
        path: the file; its suffix tells the format.
        column: which column, by name, or by number from 0 where columns have no names.
        all_columns: take the values of all columns together.

    Returns:
        The values, to be read in chunks.

    Raises:
        RecordedValuesError: if the file is damaged, empty, of another format, or has several
            columns and none is chosen. A wrong value is found when its chunk is read, and that the
            file changed meanwhile after the last.
        OSError: if the file cannot be opened.
        ModuleNotFoundError: if a Parquet file needs the extra ``dask``.
    """
    if path.suffix.lower() not in READERS:
        raise RecordedValuesError(
            f"{path}: no format is known by the suffix {path.suffix!r}: give a file of"
            f" {', '.join(READERS)}"
        )
    if path.is_dir():
        raise RecordedValuesError(f"{path}: this is a directory: give a file")
    if path.stat().st_size == 0:
        raise RecordedValuesError(f"{path}: the file is empty")
    before = _state(path)
    opened = READERS[path.suffix.lower()](path, column, all_columns)

    def chunks() -> Iterator[NDArray[Any]]:
        wrong: RecordedValuesError | None = None
        try:
            yield from opened.chunks()
        except RecordedValuesError as error:
            wrong = error
        if _state(path) != before:
            raise RecordedValuesError(
                f"{path}: the file changed while it was read: audit it when it is written"
            ) from wrong
        if wrong is not None:
            raise wrong

    return replace(opened, chunks=chunks)


def _state(path: Path) -> tuple[int, int, int]:
    """What tells that a file was written to, or that another one has taken its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
