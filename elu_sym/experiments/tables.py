"""Tables of what was measured: comma-separated, one row a line, written by rename.

A row is a named tuple of texts. Numbers are kept as decimals of a few significant digits, so
that a table can be compared byte by byte and a value is an exact rational; where a run diverged the
fields are empty, never zero and never not-a-number.

Long measurements go block by block and are taken up where they stopped: a block is all rows that
are measured together, known by the first fields of its rows. Complete blocks are kept in
``<path>.<digest>.part``, where the digest is of the code of the experiments, until all are there.
Neither the number of processes nor an interruption changes a byte of the table.
"""

import csv
import io
from argparse import ArgumentParser
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.generate.whole_files import write_whole

Row = TypeVar("Row", bound=NamedTuple)

Key = tuple[str, ...]
"""The first fields of every row of a block."""

SOURCES = Path(__file__).parent
"""Where the code lies whose results are not mixed with those of another version of it."""


def digits(value: float, significant: int = 5) -> str:
    """A number as text.

    Raises:
        ValueError: if it is not finite.

    Examples:
        >>> digits(0.123456789)
        '0.12346'
    """
    if not isfinite(value):
        raise ValueError(f"a measure is {value}; leave the field of a diverged run empty instead")
    return f"{value:.{significant}g}"


def to_text(rows: Iterable[Row], kind: type[Row], header: bool = True) -> str:
    """Rows as lines of comma-separated values."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(kind._fields)
    writer.writerows(rows)
    return stream.getvalue()


def from_text(text: str, kind: type[Row]) -> list[Row]:
    """Rows from comma-separated values.

    Raises:
        ValueError: if the header or the number of fields in a line is another one.
    """
    return list(_rows(text, kind))


@lru_cache(maxsize=8)  # many claims read the same few tables
def _rows(text: str, kind: type[Row]) -> tuple[Row, ...]:
    columns = kind._fields
    header, *lines = csv.reader(io.StringIO(text)) if text else ([],)
    if tuple(header) != columns:
        raise ValueError(f"the columns are {header}; they should be {list(columns)}")
    for number, line in enumerate(lines, start=2):
        if len(line) != len(columns):
            raise ValueError(f"line {number} has {len(line)} fields instead of {len(columns)}")
    return tuple(map(kind._make, lines))


def read(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a file.

    Raises:
        ValueError: if it is no such table.
        OSError: if it cannot be read.
    """
    return from_text(path.read_text(encoding="utf-8"), kind)


def write(rows: Iterable[Row], kind: type[Row], path: Path) -> None:
    """Write a table by rename: an interrupted call leaves the old file whole."""
    write_whole(path, to_text(rows, kind))


def measure_blocks(
    path: Path,
    kind: type[Row],
    keys: Sequence[Key],
    block: Callable[[Key], list[Row]],
    progress: bool = True,
    processes: int = 1,
) -> Path:
    """Measure the blocks that are not there yet, and write the table.

    Args:
        path: the table to write.
        kind: the class of its rows.
        keys: the blocks, in the order of the table.
        block: measures one of them; with more than one process, a function of a module.
        progress: whether to show a progress bar, if standard error is a terminal.
        processes: how many processes measure.

    Returns:
        The path.

    Raises:
        ValueError: if there are no keys, or ``processes`` is below 1.
        ModuleNotFoundError: if threadpoolctl or tqdm is not installed.
    """
    if not keys:
        raise ValueError("there is nothing to measure; give at least one seed")
    if processes < 1:
        raise ValueError(f"processes = {processes!r}; give at least 1")
    with extra("experiments", "an experiment"):
        from tqdm import tqdm

    part = path.with_name(f"{path.name}.{_digest()}.part")
    found = _complete_blocks(part, kind, len(keys[0]))
    found = {key: rows for key, rows in found.items() if key in keys}
    write_whole(part, "".join(_block_text(rows, kind) for rows in found.values()))
    missing = [key for key in keys if key not in found]
    hidden = None if progress else True  # None: shown on a terminal only
    with (
        part.open("a", encoding="utf-8") as stream,
        closing(_each(missing, block, processes)) as fresh,
        tqdm(total=len(keys), initial=len(found), disable=hidden) as bar,
    ):
        for key, rows in fresh:
            found[key] = rows
            stream.write(_block_text(rows, kind))
            stream.flush()
            bar.update()
    write([row for key in keys for row in found[key]], kind, path)
    part.unlink()
    return path


def command(name: str, description: str) -> ArgumentParser:
    """The parser of the command that measures anew, a module of this package."""
    return ArgumentParser(prog=f"python -m elu_sym.experiments.{name}", description=description)


def run_command(parser: ArgumentParser, measure: Callable[[], Path], kind: type[Row]) -> int:
    """Measure, as a command that says in one line what came of it.

    Args:
        parser: of the command, which ends the process where it fails: with 2 for what is wrong or
            missing, with 130 where it is interrupted.
        measure: writes the table.
        kind: the class of its rows.

    Returns:
        0.
    """
    try:
        path = measure()
    except (ValueError, ModuleNotFoundError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, f"{parser.prog}: interrupted; the same call goes on from here\n")
    print(f"wrote {len(read(path, kind))} rows into {path.name}")
    return 0


def _digest() -> str:
    """What tells results of this code, and of this version of NumPy, from other ones."""
    digest = sha256(np.__version__.encode())
    for source in sorted(SOURCES.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _each(
    keys: list[Key], block: Callable[[Key], list[Row]], processes: int
) -> Generator[tuple[Key, list[Row]], None, None]:
    """The rows of each block, in any order."""
    tasks = [(key, block) for key in keys]
    if processes == 1:
        yield from map(_measured_alone, tasks)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_measured_alone, tasks)


def _measured_alone(task: tuple[Key, Callable[[Key], list[Row]]]) -> tuple[Key, list[Row]]:
    """The rows of one block, by one thread: the bits must not depend on how many there are."""
    with extra("experiments", "an experiment"):
        from threadpoolctl import threadpool_limits

    key, block = task
    with threadpool_limits(limits=1):
        return key, block(key)


def _complete_blocks(part: Path, kind: type[Row], length: int) -> dict[Key, list[Row]]:
    """What an interrupted call left, without a block that was cut off."""
    if not part.exists():
        return {}
    header = to_text([], kind)
    *whole, _ = part.read_text(encoding="utf-8").split("\n\n")
    found = {}
    for text in whole:
        rows = from_text(f"{header}{text}\n", kind)
        found[rows[0][:length]] = rows
    return found


def _block_text(rows: list[Row], kind: type[Row]) -> str:
    """The lines of a block; the empty one at the end says that it is whole."""
    return to_text(rows, kind, header=False) + "\n"
