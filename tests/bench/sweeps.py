"""Sweeps and Monte Carlo on Dask's threads, by the clock, which several workers share."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from bench.cells import progress, rounded
from bench.quadratures import activation

from elu_sym.book.formula import elu

MOMENTS = ("mean", "second_moment", "variance")
SEED = 1

SIZES = (10_000, 100_000, 1_000_000)
SAMPLES = 4_000_000
PART = 1 << 16
WORKERS = (1, 2)
SWEEP_TURNS = 5


def sweeps() -> dict[str, Any]:
    """Seconds by the clock that sweeps and Monte Carlo take on Dask's threads."""
    from dask import config

    from elu_sym.interop import dask

    def swept(rows: int, folder: str) -> None:
        axis = np.linspace(-5, 5, rows // 100), np.linspace(0.1, 3, 100)
        formulas = [getattr(elu, name) for name in MOMENTS]
        target = f"{folder}/{time.monotonic_ns()}"
        dask.sweep(formulas, {"mu": axis[0], "sigma": axis[1]}, target, chunk=PART, progress=False)

    def sampled(samples: int, folder: str) -> None:
        dask.monte_carlo(lambda x: activation(x, 1.0), 0.3, 1.2, samples, SEED, progress=False)

    tasks = {("sweep", str(size)): partial(swept, size) for size in SIZES}
    tasks["monte_carlo", str(SAMPLES)] = partial(sampled, SAMPLES)
    times: dict[tuple[str, str], dict[str, list[float]]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        progress(SWEEP_TURNS * len(tasks) * len(WORKERS), "sweeps") as bar,
    ):
        swept(SIZES[0], folder)
        for _ in range(SWEEP_TURNS):
            for key, task in tasks.items():
                for workers in WORKERS:
                    with config.set(num_workers=workers):
                        start = time.perf_counter()
                        task(folder)
                        seconds = time.perf_counter() - start
                    times.setdefault(key, {}).setdefault(str(workers), []).append(seconds)
                    bar.update()
    versions = {library: version(library) for library in ("dask", "pyarrow")}
    entries: dict[str, Any] = {}
    for (kind, size), found in times.items():
        medians = {workers: rounded(median(seconds)) for workers, seconds in found.items()}
        entries.setdefault(kind, {})[size] = medians
    return {"part": PART, "versions": versions, "entries": entries}


def lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'':26s}" + "".join(f"  {n} worker{'s' * (n > 1)}: s, 10^6 a s" for n in WORKERS)
    for kind, unit in (("sweep", "rows"), ("monte_carlo", "samples")):
        for size, by_workers in section["entries"][kind].items():
            times = "".join(
                f"   {by_workers[str(n)]:11.3g} {int(size) / by_workers[str(n)] / 1e6:9.3g}"
                for n in WORKERS
            )
            yield f"{kind + ', ' + size + ' ' + unit:26s}{times}"
