"""Recorded values in chunks, from ``.npy`` and ``.parquet`` files.

Nothing is guessed, dropped or unpickled: a file that is damaged, or holds anything but finite
numbers, is a :class:`RecordedValuesError` that names the file, the column and the row. Rows are
counted from 0.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

__all__ = ["LARGEST", "RecordedValues", "RecordedValuesError", "open_npy", "open_parquet"]

RealArray: TypeAlias = NDArray[Any]

ROWS = 1 << 16
"""Rows of one chunk, at most."""

BYTES = 1 << 25
"""Bytes of a file that are read at once, at most, however wide its rows are."""

COLUMNS = 64
"""Columns of a Parquet file that are read together: each has a buffer and a page in memory."""

LARGEST = 1e70
"""Fourth powers of larger numbers are not in the range of float64, nor those of 1/LARGEST."""


class RecordedValuesError(ValueError):
    """A file that holds no recorded values, with what is wrong and where."""


@dataclass(frozen=True)
class RecordedValues:
    """A file that was opened.

    Attributes:
        float_format: the format of the values; ``float64`` for whole numbers and text.
        count: how many there are, or None where only reading tells.
        chunks: reads them, as one-dimensional arrays of finite numbers.
        selection: of which columns they are, in words; empty if there is only one.
    """

    float_format: str
    count: int | None
    chunks: Callable[[], Iterator[RealArray]]
    selection: str = ""


def chosen_columns(
    source: Path | str, names: Sequence[str], column: str | int | None, all_columns: bool
) -> list[int]:
    """The numbers of the columns that are meant.

    Args:
        source: what has the columns, for messages.
        names: what they are called.
        column: one of these.
        all_columns: whether all are meant.

    Raises:
        RecordedValuesError: if that is not one, or it is not there.
    """
    if column is not None and all_columns:
        raise RecordedValuesError(f"{source}: choose one column or all columns, not both")
    if all_columns or (column is None and len(names) == 1):
        return list(range(len(names)))
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    if column is None:
        raise RecordedValuesError(
            f"{source}: there are {len(names)} columns, {listed}: choose one column, or all columns"
            " together"
        )
    found = [number for number, name in enumerate(names) if name == str(column)]
    if len(found) != 1:
        several = f"{len(found)} columns are called" if found else "there is no column"
        raise RecordedValuesError(f"{source}: {several} {str(column)!r}; the columns are {listed}")
    return found


def selection_of(names: Sequence[str], columns: Sequence[int]) -> str:
    """Which of the columns these are, in words.

    Examples:
        >>> selection_of(["x", "y"], [1]), selection_of(["x", "y"], [0, 1]), selection_of("x", [0])
        ("column 'y' of 2", '2 columns pooled', '')
    """
    if len(names) == 1:
        return ""
    if len(columns) > 1:
        return f"{len(columns)} columns pooled"
    return f"column {names[columns[0]]!r} of {len(names)}"


def checked_finite(chunk: RealArray, where: Callable[[int], str]) -> RealArray:
    """Return the chunk.

    Args:
        chunk: a one-dimensional array.
        where: from the index in the chunk to the file, the column and the row.

    Raises:
        RecordedValuesError: if there is NaN, infinity or a number beyond ``LARGEST`` in it.
    """
    inside = np.abs(chunk.astype(np.float64)) <= LARGEST
    if inside.all():
        return chunk
    first = int(np.argmin(inside))
    value = chunk[first]
    wrong = (
        f"{value}: give values up to {LARGEST:g}"
        if np.isfinite(value)
        else f"{value} is no finite number: remove or repair it"
    )
    raise RecordedValuesError(f"{where(first)}: {wrong}")


def _no_numbers(path: Path, what: str, kind: Any) -> RecordedValuesError:
    advice = "record float16, float32, float64 or whole numbers"
    return RecordedValuesError(f"{path}: {what} has the type {kind}: {advice}")


def _check_real(path: Path, what: str, dtype: np.dtype[Any]) -> str:
    """The float format of a type of NumPy."""
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise _no_numbers(path, what, dtype)
    return dtype.newbyteorder("=").name if dtype.kind == "f" else "float64"


def open_npy(path: Path, column: str | int | None, all_columns: bool) -> RecordedValues:
    """A file of NumPy, read piece by piece: one that is mapped kills whoever reads beyond its end.

    The values come in the order in which they lie in the file.
    """
    try:
        # It maps the file for its header and never unpickles: objects are an error.
        whole = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # the header is text that may be damaged in any way
        reason = " ".join(str(error).split())
        raise RecordedValuesError(f"{path}: this is no whole .npy file: {reason}") from error
    surplus = path.stat().st_size - whole.offset - whole.nbytes
    if surplus > 0:
        raise RecordedValuesError(
            f"{path}: {surplus} bytes follow the array: the file is damaged or holds several arrays"
        )
    if whole.ndim == 0:
        raise RecordedValuesError(f"{path}: this is a single number: give an array")
    if whole.size == 0:
        raise RecordedValuesError(f"{path}: the array of shape {whole.shape} has no values")
    selection, parts = _parts_of(path, whole, column, all_columns)
    offset, kind, shape = whole.offset, whole.dtype, whole.shape
    order: Literal["C", "F"] = "C" if whole.flags.c_contiguous else "F"
    types = {part.field: kind[part.field] if part.field else kind for part in parts}
    formats = [_check_real(path, part.name or "the array", types[part.field]) for part in parts]

    def where(part: _Part, index: int) -> str:
        if part.name:
            return f"{path}: {part.name}, row {index}"
        if len(shape) == 1:
            return f"{path}: row {index}"
        place = np.unravel_index(part.place(index), shape, order=order)
        return f"{path}: element {[int(k) for k in place]}"

    def chunks() -> Iterator[RealArray]:
        with path.open("rb") as stream:
            for part in parts:
                start = 0
                for first, runs, length in part.pieces(kind.itemsize):
                    stream.seek(offset + first * kind.itemsize)
                    size = ((runs - 1) * part.period + length) * kind.itemsize
                    content = stream.read(size)
                    if len(content) < size:
                        raise RecordedValuesError(f"{path}: the file ends before the array")
                    values = np.frombuffer(content, kind)
                    steps = (part.period * kind.itemsize, kind.itemsize)
                    taken = as_strided(values, (runs, length), steps, writeable=False).reshape(-1)
                    chunk = taken[part.field] if part.field else taken
                    yield checked_finite(chunk, lambda k: where(part, start + k))  # noqa: B023
                    start += runs * length

    count = sum(part.run * part.runs for part in parts)
    return RecordedValues(_one_format(path, formats), count, chunks, selection)


class _Part(NamedTuple):
    """What is read of an array: runs of elements that lie at equal distances in the file.

    Attributes:
        name: the column in words where its elements are rows, else empty.
        runs: how many there are.
        run: how many elements each has.
        first: where the first begins.
        period: from one beginning to the next.
        field: what of each element, empty for all of it.
    """

    name: str
    runs: int
    run: int = 1
    first: int = 0
    period: int = 1
    field: str = ""

    def place(self, index: int) -> int:
        """Where an element lies."""
        number, inside = divmod(index, self.run)
        return self.first + number * self.period + inside

    def pieces(self, itemsize: int) -> Iterator[tuple[int, int, int]]:
        """What is read at once: where it begins, how many runs, and how much of each."""
        if self.run > ROWS:
            for index in range(0, self.runs * self.run, self.run):
                for inside in range(0, self.run, ROWS):
                    yield self.place(index + inside), 1, min(ROWS, self.run - inside)
            return
        together = max(1, min(ROWS // self.run, BYTES // (self.period * itemsize)))
        for number in range(0, self.runs, together):
            first = self.first + number * self.period
            yield first, min(together, self.runs - number), self.run


def _parts_of(
    path: Path, array: RealArray, column: str | int | None, all_columns: bool
) -> tuple[str, list[_Part]]:
    """Which columns they are in words, and where they lie."""
    if array.dtype.names:
        names = list(array.dtype.names)
        if array.ndim > 1 or any(array.dtype[name].shape for name in names):
            raise RecordedValuesError(f"{path}: the records hold arrays: give one array of numbers")
        columns = chosen_columns(path, names, column, all_columns)
        fields = [names[number] for number in columns]
        parts = [_Part(f"column {field!r}", array.size, field=field) for field in fields]
        return selection_of(names, columns), parts
    width = array.shape[1] if array.ndim > 1 else 1
    names = [str(k) for k in range(width)]
    columns = chosen_columns(path, names, column, all_columns)
    selection = selection_of(names, columns)
    if array.ndim == 1 or len(columns) > 1 or width == 1:
        return selection, [_Part("", array.size)]
    # The elements of a channel lie together, but for the axes that change more slowly.
    slower, faster = array.shape[:1], array.shape[2:]
    if not array.flags.c_contiguous:
        slower, faster = faster, slower
    run = prod(faster)
    name = f"column '{columns[0]}'" if array.ndim == 2 else ""
    return selection, [_Part(name, prod(slower), run, columns[0] * run, width * run)]


def _one_format(path: Path, formats: Sequence[str]) -> str:
    if len(set(formats)) > 1:
        raise RecordedValuesError(
            f"{path}: the columns have the formats {', '.join(sorted(set(formats)))}: choose one"
            " column"
        )
    return formats[0]


def open_parquet(path: Path, column: str | int | None, all_columns: bool) -> RecordedValues:
    """A Parquet file, by PyArrow."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"a Parquet file needs {error.name}: pip install 'elu_sym[dask]'", name=error.name
        ) from error

    with _whole_parquet(path), parquet.ParquetFile(path) as file:
        schema, count = file.schema_arrow, file.metadata.num_rows
    known, types = schema.names, schema.types
    columns = chosen_columns(path, known, column, all_columns)
    names = [known[number] for number in columns]
    _check_paths(path, known, types, names)
    formats = []
    for name, kind in zip(names, (types[number] for number in columns), strict=True):
        floating = pa.types.is_floating(kind)
        if not (floating or pa.types.is_integer(kind)):
            raise _no_numbers(path, f"column {name!r}", kind)
        formats.append(f"float{kind.bit_width}" if floating else "float64")
    if count == 0:
        raise RecordedValuesError(f"{path}: the table has no rows")

    def batches() -> Iterator[tuple[int, list[str], Any]]:
        # Without read-ahead and threads only a batch and its pages are held.
        options = {"buffer_size": 1 << 20, "pre_buffer": False, "page_checksum_verification": True}
        with _whole_parquet(path), parquet.ParquetFile(path, **options) as file:
            for first in range(0, len(names), COLUMNS):
                together, start = names[first : first + COLUMNS], 0
                for batch in file.iter_batches(ROWS, columns=together, use_threads=False):
                    yield start, together, batch
                    start += batch.num_rows
                if start != count:
                    wrong = f"{start} rows were read where {count} are announced"
                    raise RecordedValuesError(f"{path}: {wrong}")

    def chunks() -> Iterator[RealArray]:
        for start, together, batch in batches():
            for name, values in zip(together, batch.columns, strict=True):

                def where(index: int, name: str = name, start: int = start) -> str:
                    return f"{path}: column {name!r}, row {start + index}"

                if values.null_count:
                    place = where(int(np.argmin(np.asarray(values.is_valid()))))
                    raise RecordedValuesError(f"{place}: the value is missing: remove or fill it")
                yield checked_finite(values.to_numpy(zero_copy_only=False), where)

    selection = selection_of(known, columns)
    return RecordedValues(_one_format(path, formats), count * len(columns), chunks, selection)


def _check_paths(
    path: Path, known: Sequence[str], types: Sequence[Any], names: Sequence[str]
) -> None:
    """PyArrow reads a column by a name in which a dot leads into a structure."""
    import pyarrow as pa

    nested = {name for name, kind in zip(known, types, strict=True) if pa.types.is_nested(kind)}
    longer = {beginning: name for name in known for beginning in _beginnings(name)}
    for name in names:
        others = [each for each in _beginnings(name) if each in nested]
        others += [longer[name]] if name in longer else []
        if others:
            raise RecordedValuesError(
                f"{path}: column {name!r} cannot be told from column {others[0]!r}: rename it"
            )


def _beginnings(name: str) -> Iterator[str]:
    """What stands before each dot of a name."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


@contextmanager
def _whole_parquet(path: Path) -> Iterator[None]:
    """Turn what PyArrow says of a damaged file into what this module says of one."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise RecordedValuesError(f"{path}: this is no whole Parquet file: {reason}") from error
