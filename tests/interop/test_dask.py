"""Formulas on Dask: the bits of the eager formula, whoever computes them."""

import importlib.util
import io
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

REASON = "needs the extra dask"
dask = pytest.importorskip("dask", reason=REASON)
da = pytest.importorskip("dask.array", reason=REASON)
distributed = pytest.importorskip("distributed", reason=REASON)
parquet = pytest.importorskip("pyarrow.parquet", reason=REASON)
tqdm = pytest.importorskip("tqdm", reason=REASON)

from elu_sym import FORMULAS, celu, derivative_below, elu, mean, moments, relu, selu, variance  # noqa: E402
from elu_sym.book.formula import Activation  # noqa: E402
from elu_sym.certify.sampling import CHUNK, sample  # noqa: E402
from elu_sym.interop import dask as interop  # noqa: E402
from elu_sym.interop.dask import dask_function, monte_carlo, sweep  # noqa: E402
from elu_sym.numeric.function import implementation  # noqa: E402

MU = np.array([-np.inf, -40.0, -1.5, -1e-3, 0.0, np.nan, 0.25, 3.0, 1e6, np.inf])
SIGMA = np.array([0.0, 1e-9, 0.5, 1.0, 30.0])

GRID = {"mu": MU, "sigma": SIGMA, "alpha": [0.5, 1.0, 2.0]}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            processes=True,
            dashboard_address=":0",  # any port: the usual one may be taken
            silence_logs=logging.CRITICAL,  # a worker is killed on purpose
            local_directory=tmp_path_factory.mktemp("workers"),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def same_bits(left, right):
    left, right = np.asarray(left), np.asarray(right)
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    return left.tobytes() == right.tobytes()


# Lazy functions


BY_CASES = [name for name, formula in FORMULAS.items() if formula.quantity.by_cases]


@pytest.mark.parametrize("formula_id", [name for name in FORMULAS if name not in BY_CASES])
def test_every_formula_has_the_bits_of_the_eager_call(formula_id):
    formula = FORMULAS[formula_id]
    mu, sigma = np.meshgrid(MU, SIGMA)
    lazy = dask_function(formula)(
        da.from_array(mu, chunks=(2, 3)), da.from_array(sigma, chunks=(3, 4))
    )
    assert same_bits(lazy.compute(scheduler="sync"), formula(mu, sigma))
    mu = np.linspace(-5, 5, 101)  # without a limit among them
    lazy = dask_function(formula)(da.from_array(mu, chunks=13))
    assert same_bits(lazy.compute(scheduler="sync"), formula(mu))


@pytest.mark.parametrize("formula_id", BY_CASES)
def test_every_distribution_has_the_bits_of_the_eager_call(formula_id):
    distribution = FORMULAS[formula_id]
    level = np.linspace(0.1, 2.0, 7)[:, None]
    lazy = dask_function(distribution)(da.from_array(level, chunks=2), MU, sigma=2)
    assert same_bits(lazy.compute(scheduler="sync"), distribution(level, MU, sigma=2))


def test_nothing_is_computed_before_it_is_asked_for():
    def fail(block):
        raise AssertionError("computed")

    mu = da.map_blocks(fail, da.zeros((4,), chunks=2), meta=np.empty(0))
    lazy = dask_function(mean)(mu, 1.0, 1.0)
    assert isinstance(lazy, da.Array)
    assert lazy.chunks == ((2, 2),)
    assert lazy.dtype == np.float64
    with pytest.raises(AssertionError, match="computed"):
        lazy.compute()


@pytest.mark.parametrize("chunks", [1, 3, (10, 1), -1])
def test_arguments_broadcast_as_in_numpy(chunks):
    alpha = np.array([[[0.5]], [[2.0]]])
    mu = da.from_array(MU[:, None], chunks=chunks)
    lazy = dask_function(variance)(mu, sigma=SIGMA, alpha=da.from_array(alpha))
    assert same_bits(lazy.compute(), variance(MU[:, None], SIGMA, alpha))


@pytest.mark.parametrize(
    ("sigma", "dtype"),
    [
        (1.5, np.float32),
        (2, np.float32),
        (np.float32(1.5), np.float32),
        (SIGMA.astype(np.float32)[:, None], np.float32),
        (np.float64(1.5), np.float64),
        ([[1.5]], np.float64),
        (np.ones(10, np.int64), np.float64),
    ],
)
def test_the_type_is_that_of_the_eager_call(sigma, dtype):
    mu = MU.astype(np.float32)
    lazy = dask_function(mean)(da.from_array(mu, chunks=4), sigma, alpha=1)
    assert lazy.dtype == dtype
    assert same_bits(lazy.compute(), mean(mu, sigma, alpha=1))


def test_numbers_without_axes_may_be_lazy():
    mu = da.from_array(np.array([0.5, 1.5])).mean()
    lazy = dask_function(selu.mean)(mu)
    assert lazy.shape == ()
    assert lazy.compute() == selu.mean(1.0)


def test_chunks_of_unknown_size_pass():
    mu = da.from_array(MU, chunks=3)
    lazy = dask_function(mean)(mu[mu > 0])
    assert same_bits(lazy.compute(), mean(MU[MU > 0]))
    with pytest.raises(ValueError, match=r"sigma has shape \(nan,\); .* compute_chunk_sizes"):
        dask_function(mean)(mu, mu[mu > 0])


def test_without_a_dask_array_the_value_comes_at_once():
    assert same_bits(dask_function(mean)(MU, 2.0), mean(MU, 2.0))


def test_the_workers_of_a_cluster_give_the_same_bits(client):
    mu, sigma = da.from_array(MU, chunks=2), da.from_array(SIGMA[:, None], chunks=2)
    lazy = dask_function(celu.variance)(mu, sigma, alpha=2)
    future = client.compute(lazy)
    assert same_bits(future.result(), celu.variance(MU, SIGMA[:, None], alpha=2))


LAZY = da.zeros((2, 3), chunks=2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((LAZY, -1.0), ValueError, r"sigma = -1.0: give a finite number, zero or more"),
        ((LAZY, [1.0, 2.0, -3.0]), ValueError, r"sigma\[2\] = -3.0: give a finite"),
        ((LAZY, [[1.0], [1.0, 2.0]]), ValueError, "sigma = .* is ragged"),
        ((LAZY, "1"), TypeError, "sigma = '1' is text: give real numbers"),
        ((LAZY, 1.0, None), TypeError, "alpha = None is of type NoneType"),
        ((LAZY, LAZY > 0), TypeError, "sigma is a Dask array .* dtype bool: give one of NumPy"),
        ((LAZY.astype(complex),), TypeError, "mu is a Dask array .* dtype complex128"),
        ((da.ma.masked_array(LAZY),), TypeError, "mu is a Dask array .* type MaskedArray"),
        ((LAZY, np.ma.masked_array([1.0, 2.0, 3.0])), TypeError, "sigma is a masked array"),
        ((LAZY, da.ones(2)), ValueError, r"mu has shape \(2, 3\), sigma has shape \(2,\); give"),
        ((LAZY, 1.0, 1.0, 1.0), TypeError, "2 parameters were given to elu, which has alpha"),
        ((), TypeError, "missing a required argument: 'mu'"),
    ],
)
def test_what_is_known_at_the_call_is_checked_there(arguments, error, message):
    with pytest.raises(error, match=message):
        dask_function(mean)(*arguments)


@pytest.mark.parametrize("scheduler", ["sync", "threads"])
def test_values_are_checked_when_they_are_computed(scheduler):
    sigma = np.ones((3, 5))
    sigma[2, 4] = -2.0
    lazy = dask_function(mean)(0.0, da.from_array(sigma, chunks=(2, 3)))
    message = (
        r"sigma\[0, 1\] = -2.0: give a finite number, zero or more .*;"
        r" the index counts from \[2, 3\], where the block begins"
    )
    with pytest.raises(ValueError, match=message):
        lazy.compute(scheduler=scheduler)


def test_only_the_book_is_evaluated():
    own = Activation("own", {}, "")
    for formula in ("mean", None, own.mean, Activation("elu", {}, "").mean, np.exp):
        with pytest.raises(TypeError, match=r"formula = .* is not in the book: give one of FORMU"):
            dask_function(formula)


# Sweeps


def expected(formulas, grid):
    """The columns of a sweep, from one eager call a formula."""
    spread = np.meshgrid(*(np.asarray(axis, float) for axis in grid.values()), indexing="ij")
    columns = dict(zip(grid, (axis.ravel() for axis in spread), strict=True))
    values = {formula.id: formula(**columns) for formula in formulas}
    return columns | values


def assert_table(path, columns):
    table = parquet.read_table(path)
    assert table.column_names == list(columns)
    for name, values in columns.items():
        assert table[name].null_count == 0
        assert same_bits(table[name].to_numpy(), values), name


def contents(path):
    return {part.name: part.read_bytes() for part in sorted(path.iterdir())}


@pytest.mark.parametrize("chunk", [4, 7, 50, interop.ROWS])
def test_a_sweep_has_the_bits_of_the_eager_calls(tmp_path, chunk):
    formulas = [mean, celu.variance]
    path = sweep(formulas, GRID, tmp_path / "table", chunk=chunk)
    assert path == tmp_path / "table"
    assert_table(path, expected(formulas, GRID))
    assert list(tmp_path.iterdir()) == [path]
    assert len(list(path.iterdir())) == -(-150 // chunk)


def test_the_bytes_do_not_depend_on_who_works(tmp_path, client):
    formulas, sweeps = [mean, variance, elu.negative_mean], []
    for workers in (1, 2):
        with dask.config.set(num_workers=workers):
            sweeps.append(sweep(formulas, GRID, tmp_path / f"{workers}", chunk=40))
    sweeps.append(sweep(formulas, GRID, tmp_path / "c", client=client, chunk=40))
    first, *others = map(contents, sweeps)
    assert len(first) == 4
    assert all(other == first for other in others)


def test_axes_may_be_left_out_or_belong_to_some_formulas_only(tmp_path):
    path = sweep([relu.mean, mean], {"alpha": (1, 2), "mu": range(3)}, tmp_path / "table")
    alpha, mu = np.repeat([1.0, 2.0], 3), np.tile([0.0, 1.0, 2.0], 2)
    columns = {"alpha": alpha, "mu": mu, "relu.mean": relu.mean(mu), "mean": mean(mu, 1.0, alpha)}
    assert_table(path, columns)


def test_a_distribution_can_be_swept(tmp_path):
    grid = {"level": [0.5, 1.5], "mu": [0.0, 1.0], "sigma": [2.0]}
    path = sweep(derivative_below, grid, tmp_path / "table")
    assert_table(path, expected([derivative_below], grid))


def test_an_interrupted_sweep_leaves_no_table_and_is_taken_up(tmp_path, monkeypatch):
    path, write, written = tmp_path / "table", interop._write_part, []

    def write_until_interrupted(ids, axes, part, start, stop):
        if len(written) == 5:
            raise KeyboardInterrupt
        write(ids, axes, part, start, stop)
        written.append(part)

    whole = contents(sweep(mean, GRID, tmp_path / "whole", chunk=10))
    monkeypatch.setattr(interop, "_write_part", write_until_interrupted)
    with dask.config.set(num_workers=1), pytest.raises(KeyboardInterrupt):
        sweep(mean, GRID, path, chunk=10)
    assert not path.exists()
    (partial,) = tmp_path.glob("table.*.partial")
    assert sorted(map(str, partial.iterdir())) == sorted(written)

    broken, *kept = map(Path, written)
    broken.write_bytes(broken.read_bytes()[:-100])  # as after a failure of the machine
    (partial / ".part-00.parquet.0123").write_bytes(b"half")  # as of a worker that was killed
    times = {part.name: part.stat().st_mtime_ns for part in kept}
    monkeypatch.undo()
    assert contents(sweep(mean, GRID, path, chunk=15)) != whole  # takes up nothing of it
    shutil.rmtree(path)
    assert contents(sweep(mean, GRID, path, chunk=10)) == whole
    assert {name: (path / name).stat().st_mtime_ns for name in times} == times
    assert not partial.exists()


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def swap(one, other):
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def change(path, edit):
    """Write a part again, valid in itself."""
    parquet.write_table(edit(parquet.read_table(path)), path, write_page_checksum=True)


def without_metadata(path):
    content = path.read_bytes()
    path.write_bytes(content.replace(b"parquet-cpp-arrow", b"parquet-cpp-arrox"))


# Each changes two of six parts, or one of them twice.
DAMAGES = {
    "a flipped bit of a value": lambda one, other: (flip(one, 60), flip(other, -900)),
    "a flipped bit near the end": lambda one, other: (flip(one, -9), flip(other, -12)),
    "a zeroed page": lambda one, other: [
        part.write_bytes(part.read_bytes()[:64] + bytes(512) + part.read_bytes()[576:])
        for part in (one, other)
    ],
    "swapped": swap,
    "one for the other": lambda one, other: (other.write_bytes(one.read_bytes()), flip(one, 70)),
    "cut off": lambda one, other: [
        part.write_bytes(part.read_bytes()[:-5]) for part in (one, other)
    ],
    "empty": lambda one, other: (one.write_bytes(b""), other.unlink()),
    "another schema": lambda one, other: (
        change(one, lambda table: table.rename_columns(["mu", "sigma", "alpha", "variance"])),
        change(other, lambda table: table.append_column("z", table["mean"])),
    ),
    "fewer columns and another order": lambda one, other: (
        change(one, lambda table: table.drop_columns(["mean"])),
        change(other, lambda table: table.select(["mean", "mu", "sigma", "alpha"])),
    ),
    "another type": lambda one, other: (
        change(one, lambda table: table.set_column(0, "mu", table["mu"].cast("float32"))),
        change(other, lambda table: table.slice(1)),
    ),
    "without checksums": lambda one, other: [
        parquet.write_table(parquet.read_table(part), part) for part in (one, other)
    ],
    "words about the file": lambda one, other: (without_metadata(one), without_metadata(other)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_part_that_is_not_whole_is_written_again(tmp_path, damage):
    path = sweep(mean, GRID, tmp_path / "table", chunk=30)
    whole, digest = contents(path), interop._digest(("mean",), interop._axes([mean], GRID), 30)
    partial = path.rename(tmp_path / f"table.{digest}.partial")
    parts = sorted(partial.iterdir())
    DAMAGES[damage](parts[1], parts[3])
    times = [part.stat().st_mtime_ns for part in parts if part.exists()]
    assert contents(partial) != whole
    assert contents(sweep(mean, GRID, path, chunk=30)) == whole
    kept = [parts[k] for k in (0, 2, 4)]
    assert {(path / part.name).stat().st_mtime_ns for part in kept} <= set(times)
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_part_is_not_published(tmp_path):
    digest = interop._digest(("mean",), interop._axes([mean], GRID), 30)
    partial = tmp_path / f"table.{digest}.partial"
    partial.mkdir()
    (partial / "part-9.parquet").write_bytes(b"stray")
    with pytest.raises(ValueError, match=r"part-9\.parquet is no part of the sweep: move it away"):
        sweep(mean, GRID, tmp_path / "table", chunk=30)
    (partial / "part-9.parquet").unlink()
    sweep(mean, GRID, tmp_path / "table", chunk=30)
    assert [each.name for each in tmp_path.iterdir()] == ["table"]


def test_a_second_sweep_is_told_of_the_first(tmp_path, monkeypatch):
    write, told = interop._write_part, []

    def write_and_sweep(*arguments):
        if not told:
            told.append(True)
            with pytest.raises(BlockingIOError, match="another process is writing it"):
                sweep(mean, GRID, tmp_path / "table")
        write(*arguments)

    monkeypatch.setattr(interop, "_write_part", write_and_sweep)
    sweep(mean, GRID, tmp_path / "table")
    assert told
    assert [each.name for each in tmp_path.iterdir()] == ["table"]


SWEEP = """
import sys
import numpy as np
from elu_sym import mean
from elu_sym.interop.dask import sweep
grid = {"mu": np.linspace(-3, 3, 40), "sigma": np.linspace(0.1, 2, 50)}
print("begun", flush=True)
sys.stdin.readline()
try:
    sweep(mean, grid, sys.argv[1], chunk=100)
except (ValueError, BlockingIOError) as error:
    print(error)
"""


@pytest.mark.deep
def test_of_several_sweeps_one_wins(tmp_path):
    command, pipe = [sys.executable, "-c", SWEEP, str(tmp_path / "table")], subprocess.PIPE
    runs = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    assert [run.stdout.readline() for run in runs] == 3 * ["begun\n"]
    for run in runs:
        print(file=run.stdin, flush=True)
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert said.count("") == 1
    assert all(re.search("another process is writing it|exists", words) for words in said if words)
    assert [each.name for each in tmp_path.iterdir()] == ["table"]


def test_the_digest_is_of_the_compiled_module(tmp_path, monkeypatch):
    found = {interop._digest(("mean",), {}, 1)}
    for build in (b"one", b"another"):
        (tmp_path / "built").write_bytes(build)
        built = SimpleNamespace(__file__=str(tmp_path / "built"))
        monkeypatch.setattr(interop, "compiled_module", lambda built=built: built)
        found.add(interop._digest(("mean",), {}, 1))
    monkeypatch.setattr(interop, "compiled_module", lambda: None)
    found.add(interop._digest(("mean",), {}, 1))
    assert len(found) == 3 + (implementation() == "C")


@pytest.mark.parametrize("by_threads", [True, False])
def test_a_sweep_that_lacks_nothing_but_its_name_is_named(tmp_path, client, by_threads):
    arguments = mean, GRID, tmp_path / "table", None if by_threads else client
    path = sweep(*arguments)
    written = contents(path)
    digest = interop._digest(("mean",), interop._axes([mean], GRID), interop.ROWS)
    path.rename(tmp_path / f"table.{digest}.partial")
    assert contents(sweep(*arguments)) == written


def test_memory_is_bounded_by_the_chunk(tmp_path):
    grid = {"mu": np.linspace(-1, 1, 1 << 11), "sigma": np.linspace(0, 1, 1 << 8)}
    sweep(relu.mean, {"mu": [0.0]}, tmp_path / "first")  # what is loaded once, is loaded
    tracemalloc.start()
    try:
        with dask.config.set(num_workers=2):
            sweep(relu.mean, grid, tmp_path / "table", chunk=1 << 12)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    one_column = 8 << 19
    assert peak < one_column


@pytest.mark.parametrize("which", ["sweep", "monte_carlo"])
@pytest.mark.parametrize("by_threads", [True, False])
def test_progress_is_shown_to_a_terminal_only(tmp_path, monkeypatch, which, by_threads, client):
    bars = []

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def work(**options):
        options["client"] = None if by_threads else client
        if which == "sweep":
            sweep(mean, GRID, tmp_path / f"{len(bars)}", chunk=40, **options)
        else:
            monte_carlo(np.tanh, 0, 1, 3 * CHUNK + 1, 0, **options)

    def bar(file, **options):
        bars.append(tqdm.tqdm(file=file, **options))
        return bars[-1]

    monkeypatch.setattr(interop, "CHUNKS_A_TASK", 1)
    monkeypatch.setattr(interop, "tqdm", lambda **options: bar(Terminal(), **options))
    work()
    assert bars[0].n == bars[0].total == 4
    work(progress=False)
    assert bars[1].disable
    monkeypatch.setattr(interop, "tqdm", lambda **options: bar(io.StringIO(), **options))
    work()
    assert bars[2].disable


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"formulas": []}, ValueError, "formulas is empty: give one formula or more"),
        ({"formulas": "mean"}, TypeError, r"formulas\[0\] = 'mean' is not in the book"),
        ({"formulas": [mean, moments]}, TypeError, r"formulas\[1\] = <function .*> is not in the"),
        ({"formulas": [mean, mean]}, ValueError, r"formulas\[1\] = .* is there twice"),
        ({"grid": {"mu": [0], "beta": [1]}}, ValueError, "axis 'beta', .*: give mu, sigma, alpha"),
        ({"grid": {"sigma": [1.0]}}, ValueError, "no axis 'mu', which has no default: give its"),
        ({"grid": {}}, ValueError, "no axis 'mu'"),
        (
            {"formulas": derivative_below, "grid": {"mu": [1.0]}},
            ValueError,
            "no axis 'level', which has no default",
        ),
        ({"grid": {"mu": []}}, ValueError, r"grid\['mu'\] has shape \(0,\): give values along one"),
        ({"grid": {"mu": 1.0}}, ValueError, r"grid\['mu'\] has shape \(\): give values along one"),
        ({"grid": {"mu": [[1.0]]}}, ValueError, r"grid\['mu'\] has shape \(1, 1\)"),
        ({"grid": {"mu": [[1.0], []]}}, ValueError, "mu = .* is ragged"),
        ({"grid": {"mu": [0], "sigma": [1, -1]}}, ValueError, r"sigma\[1\] = -1.0: give a finite"),
        ({"grid": {"mu": [0], "alpha": [0]}}, ValueError, r"alpha\[0\] = 0.0: give a finite"),
        ({"grid": {"mu": ["0"]}}, TypeError, r"mu\[0\] = 0 is text"),
        ({"chunk": 0}, ValueError, "chunk = 0: give 1 or more"),
        ({"chunk": 1e6}, TypeError, "chunk = 1000000.0 is of type float: give an int"),
        ({"path": "no/table"}, ValueError, "path = '.*table' is in a folder that does not exist"),
        ({"path": "."}, ValueError, "path = '.*' exists: remove it or give another path"),
        ({"client": "tcp://"}, TypeError, "client = 'tcp://': give a distributed.Client, or None"),
    ],
)
def test_a_wrong_sweep_says_what_is_wrong_and_writes_nothing(tmp_path, arguments, error, message):
    arguments = {"formulas": mean, "grid": {"mu": [0.0]}, "path": "table"} | arguments
    arguments["path"] = str(tmp_path / arguments["path"])
    with pytest.raises(error, match=message):
        sweep(**arguments)
    assert not list(tmp_path.iterdir())


def test_a_worker_on_another_file_system_is_an_error(tmp_path):
    axes = {"mu": np.zeros(1)}
    with pytest.raises(ValueError, match=r"path: a worker does not see .*; give a path"):
        interop._write_part(("mean",), axes, str(tmp_path / "elsewhere" / "part"), 0, 1)


# Monte Carlo

SAMPLES = 2 * CHUNK * interop.CHUNKS_A_TASK + 17  # three tasks, a ragged end
ALPHA = 1.5


def elu_values(x):
    return np.where(x >= 0, x, ALPHA * np.expm1(np.minimum(x, 0)))


def wrong_elu_values(x):
    return np.where(x >= 0, x, np.expm1(np.minimum(x, 0)))


def score(function, exact, mu=0.25, sigma=1.5):
    estimate = monte_carlo(function, mu, sigma, SAMPLES, seed=7)
    return (estimate.mean - exact(mu, sigma, ALPHA)) / estimate.standard_error


def test_the_estimate_agrees_with_the_formula():
    assert abs(score(elu_values, mean)) < 5
    assert abs(score(lambda x: elu_values(x) ** 2, elu.second_moment)) < 5


def test_a_wrong_function_is_rejected():
    assert abs(score(wrong_elu_values, mean)) > 5
    assert abs(score(elu_values, celu.mean)) > 5


def test_the_estimate_is_that_of_the_whole_sample():
    drawn = []

    def kept(x):
        drawn.append(x)
        return x

    with dask.config.set(num_workers=1):
        estimate = monte_carlo(kept, 3.0, 2.0, SAMPLES, seed=0)
    values = np.concatenate(drawn)
    assert estimate.samples == values.size == SAMPLES
    assert len(np.unique(values)) > 0.999 * SAMPLES  # no chunk is drawn twice
    assert estimate.mean == pytest.approx(values.mean(), rel=1e-13)
    assert estimate.standard_error == pytest.approx(values.std(ddof=1) / SAMPLES**0.5, rel=1e-13)


def test_the_samples_are_those_of_the_certificate():
    from elu_sym.activations import Relu
    from elu_sym.symbols import mu, sigma, x

    (drawn,) = sample(Relu(x), [(0.5, 2.0)], 9 * CHUNK, seed=3, symbols=(mu, sigma))
    estimate = monte_carlo(lambda x: np.maximum(x, 0), 0.5, 2.0, 9 * CHUNK, seed=3)
    assert estimate.mean == drawn.mean
    assert estimate.standard_error == (drawn.sums[0] / (9 * CHUNK - 1) / (9 * CHUNK)) ** 0.5


def test_the_bits_of_an_estimate_do_not_depend_on_who_works(client):
    estimates = []
    for workers in (1, 2):
        with dask.config.set(num_workers=workers):
            estimates.append(monte_carlo(np.tanh, 1, 2, SAMPLES, seed=5))
    estimates.append(monte_carlo(np.tanh, 1, 2, SAMPLES, seed=5, client=client))
    assert estimates[0] == estimates[1] == estimates[2]
    assert monte_carlo(np.tanh, 1, 2, SAMPLES, seed=6) != estimates[0]


def test_truth_values_whole_numbers_and_no_spread_are_welcome():
    assert monte_carlo(lambda x: x > 2, 3.0, 0.0, 2, seed=np.int64(0)) == (1.0, 0.0, 2)
    assert monte_carlo(np.sign, Fraction(1, 2), np.float32(0), 9, seed=2**80) == (1.0, 0.0, 9)
    below = monte_carlo(lambda x: x < 0, 0, 1, 1 << 16, seed=0)
    assert abs(below.mean - 0.5) < 5 * below.standard_error


def test_what_is_not_finite_shows_in_the_estimate():
    assert np.isnan(monte_carlo(lambda x: x * np.nan, 0, 1, 100, seed=0).mean)
    estimate = monte_carlo(lambda x: np.where(x > 0, np.inf, 0.0), 0, 1, 3 * CHUNK, seed=0)
    assert not np.isfinite(estimate.mean)
    assert np.isnan(estimate.standard_error)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"function": "exp"}, TypeError, "function = 'exp' cannot be called: give a function"),
        ({"function": lambda x: 1.0}, ValueError, r"shape \(\) for an array of shape \(10,\)"),
        ({"function": lambda x: x[1:]}, ValueError, r"gives shape \(9,\) for .*: give a function"),
        ({"function": lambda x: x * 1j}, TypeError, "gives dtype complex128: give real numbers"),
        ({"function": lambda x: None}, TypeError, "gives dtype object: give real numbers"),
        (
            {"function": lambda x: 1e200 * x, "samples": 2 * CHUNK},
            ValueError,
            "fourth powers overflow: give a multiple of it",
        ),
        ({"mu": np.inf}, ValueError, "mu = inf: give a finite number"),
        ({"mu": 10**400}, ValueError, "mu = 10+: give a finite number"),
        ({"mu": [0.0]}, TypeError, r"mu = \[0.0\] is of type list: give a number"),
        ({"mu": "0"}, TypeError, "mu = '0' is of type str: give a number"),
        ({"sigma": -1.0}, ValueError, "sigma = -1.0: give a finite number, zero or more"),
        ({"sigma": np.nan}, ValueError, "sigma = nan: give a finite number"),
        ({"sigma": True}, TypeError, "sigma = True is of type bool"),
        ({"samples": 1}, ValueError, "samples = 1: give 2 or more"),
        ({"samples": 1e6}, TypeError, "samples = 1000000.0 is of type float: give an int"),
        ({"seed": -1}, ValueError, "seed = -1: give 0 or more"),
        ({"seed": None}, TypeError, "seed = None is of type NoneType: give an int"),
        ({"seed": "1"}, TypeError, "seed = '1' is of type str: give an int"),
        ({"client": 4}, TypeError, "client = 4: give a distributed.Client, or None for threads"),
    ],
)
def test_a_wrong_estimate_says_what_is_wrong(arguments, error, message):
    right = {"function": np.tanh, "mu": 0.0, "sigma": 1.0, "samples": 10, "seed": 0}
    with pytest.raises(error, match=message):
        monte_carlo(**(right | arguments))


@pytest.mark.parametrize("by_threads", [True, False])
def test_an_error_of_the_function_comes_back_as_it_is(client, by_threads):
    def fail(x):
        raise OverflowError("my own")

    with pytest.raises(OverflowError, match="my own"):
        monte_carlo(fail, 0, 1, 10, seed=0, client=None if by_threads else client)


# Workers that are lost. What a cluster runs is nested in a test, so that it is sent by value: its
# processes cannot import this file.


def pids(client):
    return set(client.run(os.getpid).values())


def test_a_sweep_survives_the_loss_of_a_worker(tmp_path, client):
    grid = {"mu": np.linspace(-3, 3, 240), "sigma": np.linspace(0.1, 2, 500)}
    chunk, total = 3000, 40
    eager = sweep(variance, grid, tmp_path / "eager", chunk=chunk)
    marker = tmp_path / "killed"

    def die_once_in_the_middle(marker, folder):
        if marker.exists():
            return
        while not (parts := len(list(folder.glob("lazy.*.partial/part-*")))):
            time.sleep(0.005)
        marker.write_text(str(parts))
        os.kill(os.getpid(), signal.SIGKILL)

    client.wait_for_workers(2)
    before = pids(client)
    killer = client.submit(die_once_in_the_middle, marker, tmp_path, priority=10)
    path = sweep(variance, grid, tmp_path / "lazy", client=client, chunk=chunk)
    assert killer.result() is None
    assert 0 < int(marker.read_text()) < total
    assert contents(path) == contents(eager)
    client.wait_for_workers(2)
    assert len(before - pids(client)) == 1


@pytest.mark.deep
def test_an_estimate_survives_the_loss_of_a_worker(tmp_path, client):
    marker = tmp_path / "killed"

    def tanh(x):
        return np.tanh(x)

    def tanh_that_kills_once(x):
        if x[0] > 1.5:  # in the middle of a task
            with suppress(FileExistsError):
                marker.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
        return np.tanh(x)

    client.wait_for_workers(2)
    before = pids(client)
    lossy = monte_carlo(tanh_that_kills_once, 0, 1, 2 * SAMPLES, seed=11, client=client)
    assert marker.exists()
    assert lossy == monte_carlo(tanh, 0, 1, 2 * SAMPLES, seed=11)
    client.wait_for_workers(2)
    assert len(before - pids(client)) == 1


# What is needed


def test_numbers_load_no_dask():
    code = """
import sys
from elu_sym import mean
mean(0.0, 1.0)
heavy = {"dask", "distributed", "pyarrow", "pandas"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("package", ["dask", "distributed", "pyarrow", "tqdm"])
def test_a_missing_package_says_how_to_install_it(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    if package == "dask":
        monkeypatch.delitem(sys.modules, "dask.array")
    spec = importlib.util.spec_from_file_location("anew", interop.__file__)
    module = importlib.util.module_from_spec(spec)
    message = rf"needs {package}\S*: pip install 'elu_sym\[dask\]'"
    with pytest.raises(ModuleNotFoundError, match=message):
        spec.loader.exec_module(module)
