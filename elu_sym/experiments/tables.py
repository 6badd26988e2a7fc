"""Tables of what was measured: comma-separated, one row a line, written by rename.

A row is a named tuple of texts. Numbers are kept as decimals of a few significant digits, so
that a table can be compared byte by byte and a value is an exact rational; where a run diverged the
fields are empty, never zero and never not-a-number.

Long measurements go block by block and are taken up where they stopped: a block is all rows that
are measured together, known by the first fields of its rows. Complete blocks are kept in
``<path>.<digest>.part``, where the digest is of the code, until all are there; each ends with a
digest of its own, and what follows one that is damaged is measured again. Neither the number of
processes nor an interruption changes a byte of the table.
"""

import csv
import io
import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import lru_cache, partial
from hashlib import sha256
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from elu_sym.algebra.optional import extra
from elu_sym.experiments.processes import finished
from elu_sym.generate.exit_codes import exit_code
from elu_sym.generate.whole_files import only_writer, write_whole
from elu_sym.numeric.function import compiled_module

Row = TypeVar("Row", bound=NamedTuple)

Key = tuple[str, ...]
"""The first fields of every row of a block."""

SOURCES = Path(__file__).parents[1]
"""Where the code lies whose results are not mixed with those of another version of it."""

LIBRARIES = ("numpy", "scipy", "scikit-learn")
"""What else the results depend on."""


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
        BlockingIOError: if another process measures the same.
        ModuleNotFoundError: if threadpoolctl or tqdm is not installed.
    """
    if not keys:
        raise ValueError("there is nothing to measure; give at least one seed")
    with extra("experiments", "an experiment"):
        from tqdm import tqdm

    part = path.with_name(f"{path.name}.{_digest()}.part")
    hidden = None if progress else True  # None: shown on a terminal only
    with only_writer(part) as stream:
        whole = _whole_blocks(stream.read(), kind)
        found = {rows[0][: len(keys[0])]: rows for rows in whole}
        stream.seek(sum(len(_block(rows, kind)) for rows in whole))
        stream.truncate()
        missing = [key for key in keys if key not in found]
        fresh = finished(partial(_measured_alone, block), missing, processes)
        with (
            closing(fresh),
            tqdm(total=len(keys), initial=len(keys) - len(missing), disable=hidden) as bar,
        ):
            for key, rows in fresh:
                found[key] = rows
                stream.write(_block(rows, kind))
                stream.flush()
                os.fsync(stream.fileno())
                bar.update()
        write([row for key in keys for row in found[key]], kind, path)
        part.unlink()
    return path


class Table(NamedTuple):
    """A table that an experiment stores.

    Attributes:
        path: where.
        kind: the class of its rows.
        keys: its blocks, in their order.
        block: measures one of them, a function of a module.
    """

    path: Path
    kind: type[Any]
    keys: Sequence[Key]
    block: Callable[[Key], list[Any]]


def run_command(
    name: str, description: str, stored: Iterable[Table], arguments: list[str] | None
) -> int:
    """Measure the tables of a module of this package, as a command that says what came of them.

    An interrupted call is taken up where it stopped.

    Args:
        name: of the module.
        description: what it does.
        stored: the tables; of an iterator each one is asked for when those before it are written.
        arguments: of the command; None for those of this process.

    Returns:
        0; 2 for what is wrong or missing, 130 where it is interrupted.
    """
    parser = ArgumentParser(prog=f"python -m elu_sym.experiments.{name}", description=description)
    parser.add_argument("--processes", type=int, default=1, help="how many (%(default)s)")
    processes = parser.parse_args(arguments).processes

    def measure_and_tell() -> int:
        try:
            for path, kind, keys, block in stored:
                measure_blocks(path, kind, keys, block, processes=processes)
                print(f"wrote {len(read(path, kind))} rows into {path.name}")
        except KeyboardInterrupt:
            parser.exit(130, f"{parser.prog}: interrupted; the same call goes on from here\n")
        return 0

    return exit_code(parser.prog, measure_and_tell)


def _digest() -> str:
    """What tells results of this code from others: its text, its build, and the libraries."""
    compiled = compiled_module()
    digest = sha256(repr([version(name) for name in LIBRARIES]).encode())
    for source in sorted(SOURCES.rglob("*.py")):
        digest.update(source.read_bytes())
    if compiled is not None and compiled.__file__ is not None:
        digest.update(Path(compiled.__file__).read_bytes())
    return digest.hexdigest()[:16]


def _measured_alone(block: Callable[[Key], list[Row]], key: Key) -> list[Row]:
    """The rows of one block, by one thread: the bits must not depend on how many there are."""
    with extra("experiments", "an experiment"):
        from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return block(key)


def _block(rows: list[Row], kind: type[Row]) -> bytes:
    """The lines of a block, with a digest that says that it is whole and of which table."""
    lines = to_text(rows, kind, header=False)
    digest = sha256((to_text([], kind) + lines).encode()).hexdigest()
    return f"{lines}{digest}\n\n".encode()


def _whole_blocks(content: bytes, kind: type[Row]) -> list[list[Row]]:
    """What an interrupted call left, up to the first block that is damaged or cut off."""
    found: list[list[Row]] = []
    for block in content.split(b"\n\n"):
        with suppress(ValueError):
            lines = block.rpartition(b"\n")[0].decode()
            rows = from_text(f"{to_text([], kind)}{lines}\n", kind)
            if rows and _block(rows, kind) == block + b"\n\n":
                found.append(rows)
                continue
        break
    return found
