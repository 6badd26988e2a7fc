"""Recorded values in chunks, from ``.npy`` and ``.parquet`` files.

Nothing is guessed, dropped or unpickled: a file that is damaged, or holds anything but finite
numbers, is a :class:`RecordedValuesError` that names the file, the column and the row. Rows are
counted from 0.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "RecordedValues", "RecordedValuesError", "open_npy", "open_parquet"]

RealArray: TypeAlias = NDArray[Any]

ROWS = 1 << 16
"""Rows of one chunk."""


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
    """

    float_format: str
    count: int | None
    chunks: Callable[[], Iterator[RealArray]]


def chosen_columns(
    path: Path, names: Sequence[str], column: str | int | None, all_columns: bool
) -> list[int]:
    """The numbers of the columns that are meant.

    Raises:
        RecordedValuesError: if that is not one, or it is not there.
    """
    if all_columns or (column is None and len(names) == 1):
        return list(range(len(names)))
    listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    if column is None:
        raise RecordedValuesError(
            f"{path}: there are {len(names)} columns, {listed}: choose one with column, or take the"
            " values of all with all_columns"
        )
    found = [number for number, name in enumerate(names) if name == str(column)]
    if len(found) != 1:
        several = f"{len(found)} columns are called" if found else "there is no column"
        raise RecordedValuesError(f"{path}: {several} {str(column)!r}; the columns are {listed}")
    return found


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
    """A file of NumPy, mapped into memory."""
    try:
        # It maps the file and never unpickles: objects are an error.
        whole = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # the header is text that may be damaged in any way
        reason = " ".join(str(error).split())
        raise RecordedValuesError(f"{path}: this is no whole .npy file: {reason}") from error
    surplus = path.stat().st_size - whole.offset - whole.nbytes
    if surplus:
        raise RecordedValuesError(
            f"{path}: {surplus} bytes follow the array: the file is damaged or holds several arrays"
        )
    if whole.ndim == 0:
        raise RecordedValuesError(f"{path}: this is a single number: give an array")
    if whole.size == 0:
        raise RecordedValuesError(f"{path}: the array of shape {whole.shape} has no values")
    selections = _selections(path, whole, column, all_columns)
    formats = [
        _check_real(path, name or "the array", whole[key].dtype) for name, key in selections.items()
    ]
    order: Literal["C", "F"] = "C" if whole.flags.c_contiguous else "F"

    def where(name: str, shape: tuple[int, ...], index: int) -> str:
        if len(shape) == 1:
            return f"{path}: {name}, row {index}" if name else f"{path}: row {index}"
        return f"{path}: element {[int(k) for k in np.unravel_index(index, shape, order=order)]}"

    def chunks() -> Iterator[RealArray]:
        for name, key in selections.items():
            shape = whole[key].shape
            for start in range(0, whole[key].size, ROWS):
                # Mapped anew for every chunk, so that what was read does not stay in memory. The
                # values in the order in which they lie in the file, without a copy.
                part = np.lib.format.open_memmap(path, mode="r")[key]
                values = (part if order == "C" else part.T).reshape(-1)
                chunk = np.asarray(values[start : start + ROWS])
                yield checked_finite(chunk, lambda k: where(name, shape, start + k))  # noqa: B023

    count = sum(whole[key].size for key in selections.values())
    return RecordedValues(_one_format(path, formats), count, chunks)


def _selections(
    path: Path, array: RealArray, column: str | int | None, all_columns: bool
) -> dict[str, Any]:
    """What is read of an array: each column in words, empty for the whole, and its index."""
    if array.dtype.names:
        names = list(array.dtype.names)
        if array.ndim > 1 or any(array.dtype[name].shape for name in names):
            raise RecordedValuesError(f"{path}: the records hold arrays: give one array of numbers")
        fields = [names[number] for number in chosen_columns(path, names, column, all_columns)]
        return {f"column {field!r}": field for field in fields}
    if array.ndim > 2 and not all_columns:
        raise RecordedValuesError(
            f"{path}: the array of shape {array.shape} has no columns: take all of its values with"
            " all_columns"
        )
    width = array.shape[1] if array.ndim == 2 else 1
    columns = chosen_columns(path, [str(k) for k in range(width)], column, all_columns)
    if array.ndim == 2 and len(columns) == 1:
        return {f"column '{columns[0]}'": (..., columns[0])}
    return {"": ...}


def _one_format(path: Path, formats: Sequence[str]) -> str:
    if len(set(formats)) > 1:
        raise RecordedValuesError(
            f"{path}: the columns have the formats {', '.join(sorted(set(formats)))}: choose one"
            " with column"
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
    columns = chosen_columns(path, schema.names, column, all_columns)
    names = [schema.names[number] for number in columns]
    formats = []
    for name in names:
        _check_path(path, schema, name)
        kind = schema.field(name).type
        floating = pa.types.is_floating(kind)
        if not (floating or pa.types.is_integer(kind)):
            raise _no_numbers(path, f"column {name!r}", kind)
        formats.append(f"float{kind.bit_width}" if floating else "float64")
    if count == 0:
        raise RecordedValuesError(f"{path}: the table has no rows")

    def batches() -> Iterator[Any]:
        # Without read-ahead and threads only a batch and its pages are held.
        options = {"buffer_size": 1 << 20, "pre_buffer": False, "page_checksum_verification": True}
        with _whole_parquet(path), parquet.ParquetFile(path, **options) as file:
            yield from file.iter_batches(batch_size=ROWS, columns=names, use_threads=False)

    def chunks() -> Iterator[RealArray]:
        start = 0
        for batch in batches():
            for name, values in zip(names, batch.columns, strict=True):

                def where(index: int, name: str = name, start: int = start) -> str:
                    return f"{path}: column {name!r}, row {start + index}"

                if values.null_count:
                    place = where(int(np.argmin(np.asarray(values.is_valid()))))
                    raise RecordedValuesError(f"{place}: the value is missing: remove or fill it")
                yield checked_finite(values.to_numpy(zero_copy_only=False), where)
            start += batch.num_rows
        if start != count:
            raise RecordedValuesError(f"{path}: {start} rows were read where {count} are announced")

    return RecordedValues(_one_format(path, formats), count * len(columns), chunks)


def _check_path(path: Path, schema: Any, name: str) -> None:
    """PyArrow reads a column by a name in which a dot leads into a structure."""
    import pyarrow as pa

    for other, kind in zip(schema.names, schema.types, strict=True):
        inside = pa.types.is_nested(kind) and name.startswith(f"{other}.")
        if inside or other.startswith(f"{name}."):
            raise RecordedValuesError(
                f"{path}: column {name!r} cannot be told from column {other!r}: rename it"
            )


@contextmanager
def _whole_parquet(path: Path) -> Iterator[None]:
    """Turn what PyArrow says of a damaged file into what this module says of one."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise RecordedValuesError(f"{path}: this is no whole Parquet file: {reason}") from error
