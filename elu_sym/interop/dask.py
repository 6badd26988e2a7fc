"""Formulas on Dask: lazy arrays, sweeps over a grid, Monte Carlo estimates.

The bits of a result depend on what is asked and on nothing else: not on the number of workers, not
on the size of chunks, not on a worker that was lost and whose tasks Dask runs again. Formulas are
evaluated element by element, samples are drawn in chunks that are seeded by their number, and what
is merged is merged in a fixed order. Workers must have the packages of this process, in the same
versions, and the same kind of processor: NumPy's exponential may differ in a last bit on another.

The work is done by threads of this process, as many as Dask is configured for
(``dask.config.set(num_workers=4)``), or by the workers of a ``distributed.Client``. Tasks carry
the id of a formula, which workers look up in the book. Needs the extra ``dask``.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial, reduce
from hashlib import file_digest, sha256
from importlib.metadata import version
from math import inf, isfinite, prod, sqrt
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from elu_sym import numeric
from elu_sym.algebra.optional import extra
from elu_sym.book.formula import FORMULAS, Formula
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.generate.whole_files import keep_name, only_writer, write_whole
from elu_sym.interop.selecting import check_in_book
from elu_sym.numeric.function import compiled_module

with extra("dask", "elu_sym.interop.dask"):
    import dask.array as da
    import pyarrow as pa
    from dask.base import compute
    from dask.callbacks import Callback
    from dask.delayed import delayed
    from distributed import Client, as_completed
    from pyarrow import parquet
    from tqdm import tqdm

__all__ = ["MonteCarloEstimate", "dask_function", "monte_carlo", "sweep"]

ArrayFunction: TypeAlias = Callable[[NDArray[np.float64]], NDArray[Any]]

ROWS = 1 << 18
"""Rows of one part of a sweep: about a second of work, and 2 MiB a column."""

CHUNKS_A_TASK = 128
"""Chunks of samples that one task draws, so that its overhead is small against its work."""

_NOTHING = np.empty((0, *(1,) * 31))
"""No elements, but it broadcasts with every array: a formula that is called with one argument and
this for the others checks that argument and evaluates nothing."""


def dask_function(formula: Formula) -> Callable[..., Any]:
    """A formula as a lazy function of Dask arrays.

    Args:
        formula: a formula of the book.

    Returns:
        A function of the arguments of the formula, by position or name, with the same defaults:
        Dask arrays, NumPy arrays and numbers, which broadcast. Its result is a Dask array of the
        type and the bits that the formula gives for NumPy arrays; if no argument is a Dask array,
        it is what the formula gives. Types, shapes, and the values of what is no Dask array are
        checked at the call. The values of Dask arrays are checked when the result is computed: the
        index in the message counts within a block of the broadcast shape, and the message says
        where the block begins.

    Raises:
        TypeError: if ``formula`` is not in the book.

    Examples:
        >>> from elu_sym import mean
        >>> mu = np.linspace(-1, 1, 6)
        >>> lazy = dask_function(mean)(da.from_array(mu, chunks=2), sigma=1.0, alpha=0.5)
        >>> lazy.chunks
        ((2, 2, 2),)
        >>> bool((lazy.compute() == mean(mu, 1.0, 0.5)).all())
        True
    """
    check_in_book("formula", formula)

    def function(*values: Any, **named: Any) -> Any:
        given = formula.bind(values, named)
        lazy = {name: value for name, value in given.items() if isinstance(value, da.Array)}
        if not lazy:
            return formula(**given)
        empty = {name: _without_elements(name, array) for name, array in lazy.items()}
        dtype = formula(**(given | empty)).dtype
        numbers = {k: v for k, v in given.items() if k not in lazy and np.ndim(v) == 0}
        arrays = {name: da.asarray(v) for name, v in given.items() if name not in numbers}
        blocks = _broadcast(arrays)
        evaluate = partial(_evaluate_block, formula.id, tuple(arrays), numbers)
        return da.map_blocks(evaluate, *blocks, meta=np.empty((0,) * blocks[0].ndim, dtype))

    return function


def _without_elements(name: str, array: da.Array) -> NDArray[Any]:
    """No elements of the type of a Dask array."""
    # Blocks of another kind would lose their masks or units when they are broadcast.
    if type(array._meta) is not np.ndarray or array.dtype.kind not in "iuf":
        blocks = type(array._meta).__name__
        raise TypeError(
            f"{name} is a Dask array with blocks of type {blocks} and dtype {array.dtype}:"
            " give one of NumPy arrays of real numbers"
        )
    return _NOTHING.astype(array.dtype)


def _broadcast(arrays: Mapping[str, da.Array]) -> tuple[da.Array, ...]:
    """The arrays in their common shape and chunks."""
    try:
        return tuple(da.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} has shape {array.shape}" for name, array in arrays.items())
        raise ValueError(
            f"the arguments do not broadcast: {shapes}; give shapes that agree from the last axis"
            " on, or are 1 there, and call compute_chunk_sizes where one is nan"
        ) from error


def _evaluate_block(
    formula_id: str, names: Iterable[str], numbers: Any, *blocks: Any, block_info: Any = None
) -> Any:
    """The values of a formula on one block of each array."""
    try:
        return FORMULAS[formula_id](**dict(zip(names, blocks, strict=True)), **numbers)
    except ValueError as error:
        start = ", ".join(str(first) for first, _ in block_info[None]["array-location"])
        where = f"the index counts from [{start}], where the block begins"
        raise ValueError(f"{error}; {where}") from None


def sweep(
    formulas: Formula | Iterable[Formula],
    grid: Mapping[str, ArrayLike],
    path: str | os.PathLike[str],
    client: Client | None = None,
    chunk: int = ROWS,
    progress: bool = True,
) -> Path:
    """Evaluate formulas on the outer product of axes and write the table to Parquet.

    The table is a directory of Parquet files, which pyarrow, pandas and Dask read as one. Its parts
    are written to ``<path>.<digest>.partial``, a directory that is renamed to ``path`` when it is
    complete. The same call takes up an interrupted sweep where it stopped; the digest is of the
    formulas, the grid, ``chunk``, the code and its build, so that no parts of another sweep are
    taken. A part that is there is read: only one that is whole to the byte, by the checksums of its
    pages and by what its rows are, is not computed again.

    Args:
        formulas: one formula of the book, or several.
        grid: for each argument its values along one axis, taken as float64. Each axis is an
            argument of at least one formula; those that do not have it do not change along it.
            Arguments without an axis have their defaults.
        path: the directory to write, which must not exist, in a folder that does. The workers of
            a client must see the same file system.
        client: whose workers evaluate and write; by default threads of this process do.
        chunk: the rows of a part; every thread holds one part in memory at a time.
        progress: whether to show a progress bar, if standard error is a terminal.

    Returns:
        The absolute path. The columns are the axes, then the ids of the formulas, all of float64.
        The rows are in the order of the grid, the last axis varying fastest. No value and no row's
        place depends on ``client`` and ``chunk``, and no byte of a part on ``client``.

    Raises:
        TypeError: if a formula is not in the book, or an argument or a value is of a wrong type.
        ValueError: if an axis is unknown, missing, empty, not one-dimensional or has a value
            outside its domain; if ``path`` exists or its folder does not; if ``chunk`` is below 1;
            if among the parts is something else.
        BlockingIOError: if another process is at the same sweep.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from elu_sym import mean, variance
        >>> grid = {"mu": [-1.0, 0.0], "sigma": [0.0, 1.0]}
        >>> with TemporaryDirectory() as folder:
        ...     table = parquet.read_table(sweep([mean, variance], grid, f"{folder}/moments"))
        >>> table.column_names
        ['mu', 'sigma', 'mean', 'variance']
        >>> table["mu"].to_pylist(), table["sigma"].to_pylist()
        ([-1.0, -1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0])
        >>> print(f"{table['mean'][3].as_py():.15f}")
        0.160520572266556
    """
    given: Any = formulas  # it may be anything, and is checked
    several = isinstance(given, Iterable) and not isinstance(given, str)
    chosen = list(given) if several else [given]
    if not chosen:
        raise ValueError("formulas is empty: give one formula or more")
    for place, formula in enumerate(chosen):
        check_in_book(f"formulas[{place}]", formula)
        if formula in chosen[:place]:
            raise ValueError(f"formulas[{place}] = {formula!r} is there twice: give it once")
    axes = _axes(chosen, grid)
    chunk = _whole_number("chunk", chunk, 1)
    target = Path(path).absolute()
    if not target.parent.is_dir():
        raise ValueError(f"path = {str(path)!r} is in a folder that does not exist: make it first")
    _check_client(client)

    ids = tuple(formula.id for formula in chosen)
    unfinished = target.with_name(f"{target.name}.{_digest(ids, axes, chunk)}.partial")
    lock = unfinished.with_suffix(".lock")
    with only_writer(lock):
        try:
            if os.path.lexists(target):
                raise ValueError(f"path = {str(path)!r} exists: remove it or give another path")
            _write_parts(ids, axes, unfinished, chunk, client, progress)
            unfinished.rename(target)
            keep_name(target)
        finally:
            lock.unlink()
    return target


def _write_parts(
    ids: tuple[str, ...],
    axes: Mapping[str, NDArray[np.float64]],
    folder: Path,
    chunk: int,
    client: Client | None,
    progress: bool,
) -> None:
    """Write the parts that are not there yet, and leave nothing else in the folder."""
    folder.mkdir(exist_ok=True)
    rows = prod(axis.size for axis in axes.values())
    starts = range(0, rows, chunk)
    width = len(str(len(starts) - 1))  # readers sort the parts by name
    spans = {
        folder / f"part-{number:0{width}d}.parquet": (start, min(start + chunk, rows))
        for number, start in enumerate(starts)
    }
    strange = sorted({*folder.glob("[!.]*")} - spans.keys())
    if strange:
        raise ValueError(f"{strange[0]} is no part of the sweep: move it away")
    missing = {
        part: span for part, span in spans.items() if not _is_written(ids, axes, part, *span)
    }
    write = delayed(partial(_write_part, ids))
    shared_axes = delayed(axes, traverse=False)
    tasks = [write(shared_axes, str(part), *span) for part, span in missing.items()]
    _compute(tasks, "part", client, progress, done=len(spans) - len(missing))
    for leftover in folder.glob(".*"):  # of workers that were lost while they wrote
        leftover.unlink()


def _axes(
    formulas: Iterable[Formula], grid: Mapping[str, ArrayLike]
) -> dict[str, NDArray[np.float64]]:
    """The axes of a sweep, checked."""
    takers = {name: formula for formula in formulas for name in formula.arguments}
    axes = {}
    for name, values in grid.items():
        if name not in takers:
            known = ", ".join(takers)
            raise ValueError(f"grid has an axis {name!r}, which no formula takes: give {known}")
        others = dict.fromkeys(takers[name].arguments, _NOTHING)
        takers[name](**(others | {name: values}))
        axes[name] = np.array(values, np.float64)
        if axes[name].ndim != 1 or axes[name].size == 0:
            shape = axes[name].shape
            raise ValueError(f"grid[{name!r}] has shape {shape}: give values along one axis")
    missing = [name for name in ("level", "mu") if name in takers and name not in axes]
    if missing:
        raise ValueError(f"grid has no axis {missing[0]!r}, which has no default: give its values")
    return axes


def _digest(ids: tuple[str, ...], axes: Mapping[str, NDArray[np.float64]], chunk: int) -> str:
    """What tells one sweep from another; another code or build may change a last bit."""
    compiled = compiled_module()
    built = [] if compiled is None else [Path(str(compiled.__file__))]
    sources = sorted(Path(numeric.__file__).parent.glob("*.py"))
    digest = sha256(repr((np.__version__, version("scipy"), ids, chunk)).encode())
    for source in (*sources, *built):
        with source.open("rb") as stream:
            digest.update(file_digest(stream, "sha256").digest())
    for name, axis in axes.items():
        digest.update(f"{name}[{axis.size}]".encode() + axis.tobytes())
    return digest.hexdigest()[:16]


def _rows(
    axes: Mapping[str, NDArray[np.float64]], start: int, stop: int
) -> dict[str, NDArray[np.float64]]:
    """The values of the axes in the rows from start to stop."""
    places = np.unravel_index(np.arange(start, stop), [axis.size for axis in axes.values()])
    return {name: axes[name][place] for name, place in zip(axes, places, strict=True)}


def _content(columns: Mapping[str, Any]) -> Any:
    """The bytes of a part."""
    stream = pa.BufferOutputStream()
    parquet.write_table(pa.table(dict(columns)), stream, write_page_checksum=True)
    return stream.getvalue()


def _is_written(
    ids: tuple[str, ...],
    axes: Mapping[str, NDArray[np.float64]],
    part: Path,
    start: int,
    stop: int,
) -> bool:
    """Whether a part is what would be written of the values that it holds, in the rows it is for.

    Checksums of pages tell values that were changed, and the bytes everything else.
    """
    try:
        found = part.read_bytes()
        table = parquet.read_table(pa.BufferReader(found), page_checksum_verification=True)
        values = {name: table[name] for name in ids}
        return bool(_content(_rows(axes, start, stop) | values).equals(pa.py_buffer(found)))
    except (OSError, KeyError, pa.ArrowException):  # not there, cut off or damaged
        return False


def _write_part(
    ids: tuple[str, ...], axes: Mapping[str, NDArray[np.float64]], part: str, start: int, stop: int
) -> None:
    """Evaluate the rows from start to stop and write them; the file appears when it is whole."""
    path = Path(part)
    if not path.parent.is_dir():
        raise ValueError(
            f"path: a worker does not see {path.parent}; give a path on a file system that it"
            " shares with this process"
        )
    columns = _rows(axes, start, stop)
    values = {}
    for formula_id in ids:
        formula = FORMULAS[formula_id]
        given = {name: columns[name] for name in formula.arguments if name in columns}
        values[formula_id] = formula(**given)
    write_whole(path, memoryview(_content(columns | values)))


class MonteCarloEstimate(NamedTuple):
    """An estimate of an expectation.

    Attributes:
        mean: the mean of the sample.
        standard_error: the standard error of the mean, from the variance of the sample.
        samples: the number of values in the sample.
    """

    mean: float
    standard_error: float
    samples: int


def monte_carlo(
    function: ArrayFunction,
    mu: float,
    sigma: float,
    samples: int,
    seed: int,
    client: Client | None = None,
    progress: bool = True,
) -> MonteCarloEstimate:
    """Estimate E g(X), X ~ N(mu, sigma**2), from samples.

    Args:
        function: g, which takes a float64 array and gives real numbers or truth values, an array of
            the same shape; several threads call it at once. The fourth powers of its values must
            not overflow or underflow.
        mu: the mean of X, finite.
        sigma: the standard deviation of X, at least 0 and finite.
        samples: how many values to draw, at least 2.
        seed: the entropy of the root ``SeedSequence``, at least 0; chunk j of
            :data:`elu_sym.certify.sampling.CHUNK` values has the spawn key (0, j).
        client: whose workers draw; by default threads of this process do.
        progress: whether to show a progress bar, if standard error is a terminal.

    Returns:
        The estimate, of the same bits for any client; not finite if the function is not.

    Raises:
        TypeError: if an argument is of a wrong type, or the function gives no real numbers.
        ValueError: if a number is out of range, the function changes the shape of its argument,
            or the fourth powers of its values overflow.

    Examples:
        >>> from elu_sym import relu
        >>> estimate = monte_carlo(lambda x: np.maximum(x, 0), 0.5, 2, samples=1 << 18, seed=1)
        >>> estimate.samples, f"{estimate.standard_error:.4f}"
        (262144, '0.0026')
        >>> bool(abs(estimate.mean - relu.mean(0.5, 2)) < 4 * estimate.standard_error)
        True
    """
    from elu_sym.certify.sampling import CHUNK

    if not callable(function):
        raise TypeError(f"function = {function!r} cannot be called: give a function of an array")
    mu, sigma = _finite_number("mu", mu), _finite_number("sigma", sigma)
    if sigma < 0:
        raise ValueError(f"sigma = {sigma!r}: give a finite number, zero or more")
    samples = _whole_number("samples", samples, 2)
    seed = _whole_number("seed", seed, 0)
    _check_client(client)
    chunks = -(-samples // CHUNK)
    draw = delayed(partial(_draw, function, mu, sigma, samples, seed))
    firsts = range(0, chunks, CHUNKS_A_TASK)
    tasks = [draw(first, min(first + CHUNKS_A_TASK, chunks)) for first in firsts]
    moments = _merged(_compute(tasks, "task", client, progress))
    variance = moments.sums[0] / (samples - 1)
    return MonteCarloEstimate(moments.mean, sqrt(variance / samples), samples)


def _draw(
    function: ArrayFunction, mu: float, sigma: float, samples: int, seed: int, first: int, stop: int
) -> SampleMoments:
    """The moments of g(X) over the chunks from first to stop."""
    from elu_sym.certify.sampling import CHUNK

    parts = []
    for number in range(first, stop):
        size = min(CHUNK, samples - number * CHUNK)
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, number)))
        values = np.asarray(function(mu + sigma * generator.standard_normal(size)))
        if values.dtype.kind not in "biuf":
            raise TypeError(f"function gives dtype {values.dtype}: give real numbers")
        if values.shape != (size,):
            raise ValueError(
                f"function gives shape {values.shape} for an array of shape {(size,)}:"
                " give a function that acts on every element"
            )
        with np.errstate(all="ignore"):  # what is not finite shows in the estimate
            parts.append(SampleMoments.of(values.astype(np.float64)))
    return _merged(parts)


def _merged(parts: Iterable[SampleMoments]) -> SampleMoments:
    """The moments of all parts, merged from the first to the last."""
    try:
        return reduce(SampleMoments.merged, parts)
    except OverflowError:
        raise ValueError(
            "function has values whose fourth powers overflow: give a multiple of it"
        ) from None


def _compute(
    tasks: list[Any], unit: str, client: Client | None, progress: bool, done: int = 0
) -> list[Any]:
    """The results of the tasks in their order, with a bar that starts from what is done."""
    disable = None if progress else True  # None: no bar when stderr is no terminal
    total = done + len(tasks)
    with tqdm(total=total, initial=done, unit=unit, leave=False, disable=disable) as bar:
        if client is None:
            keys = {task.key for task in tasks}  # and not what they share
            with Callback(posttask=lambda key, *_: bar.update(key in keys)):
                return list(compute(*tasks, scheduler="threads"))
        futures = client.compute(tasks)
        try:
            for future in as_completed(futures):
                future.result()  # the first error ends the wait
                bar.update()
            return list(client.gather(futures))
        finally:
            client.cancel(futures)


def _check_client(client: Any) -> None:
    if client is not None and not isinstance(client, Client):
        raise TypeError(f"client = {client!r}: give a distributed.Client, or None for threads")


def _whole_number(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} = {value!r} is of type {type(value).__name__}: give an int")
    if value < least:
        raise ValueError(f"{name} = {value!r}: give {least} or more")
    return int(value)


def _finite_number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} = {value!r} is of type {type(value).__name__}: give a number")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond float64
        number = inf
    if not isfinite(number):
        raise ValueError(f"{name} = {value!r}: give a finite number")
    return number
