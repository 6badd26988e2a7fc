"""Cells of the table: a call of ours beside one of somebody else's, in one process and in turns.

Each call has been made before, so that code and memory are warm, and of the ratios of all turns the
median counts. A cell may have a bar; one that misses it is kept, and ``reasons.py`` says why.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from importlib import import_module
from statistics import median
from timeit import Timer
from typing import Any, NamedTuple

import numpy as np
from bench.reasons import REASONS
from tqdm import tqdm

TURNS = (3, 15)
"""As many as the time of a cell allows, but not fewer and not more than these."""
LONG = 4.0
"""Of what takes so many times the time of a cell one turn is enough."""
SHORTEST = 1e-3
"""Seconds: a call that is shorter is repeated in a turn."""

# The C library of Linux gives freed memory back to the system up to the size of the largest array
# that it has seen freed, which costs as much as computing a small one.  It is to be warm for both.
np.empty(1 << 22)

Clock = Callable[[], float]
Section = dict[str, Any]


class Cell(NamedTuple):
    """What is compared.

    Attributes:
        ours: the statement that is timed.
        theirs: the other one.
        names: what the names in both mean.
        bar: how many times their time ours may take; None if it is only shown.
    """

    ours: str
    theirs: str
    names: Mapping[str, Any]
    bar: float | None = None


def rounded(x: float) -> float:
    return float(f"{x:.4g}")


def progress(total: int, title: str) -> Any:
    return tqdm(total=total, desc=title, disable=not sys.stderr.isatty())


def entry(
    ours: float, theirs: float, bar: float | None, ratio: float | None = None, unit: str = "ns"
) -> Section:
    """A cell as it is stored."""
    ratio = ours / theirs if ratio is None else ratio
    found: Section = {"ours": rounded(ours), "theirs": rounded(theirs), "ratio": rounded(ratio)}
    return found | {"bar": bar, "unit": unit}


def unmeasured(bar: float | None) -> Section:
    """A cell for which there is no machine."""
    return {"ours": None, "theirs": None, "ratio": None, "bar": bar, "unit": "ns"}


def compare(cell: Cell, seconds: float = 0.5, clock: Clock = time.process_time) -> Section:
    """Time both calls of a cell in turns, for about so many seconds."""
    timers = [Timer(call, timer=clock, globals=dict(cell.names)) for call in cell[:2]]
    for timer in timers:
        timer.timeit(1)  # which may compile
    once = [timer.timeit(1) for timer in timers]
    least = TURNS[0] if sum(once) < LONG * seconds else 1
    if max(once) < SHORTEST:
        once = [min(timer.repeat(2, 20)) / 20 for timer in timers]
    numbers = [max(1, round(SHORTEST / max(each, 1e-9))) for each in once]
    turn = sum(number * each for number, each in zip(numbers, once, strict=True))
    turns = min(max(least, int(seconds / turn)), TURNS[1])
    times = [
        [timer.timeit(number) / number for timer, number in zip(timers, numbers, strict=True)]
        for _ in range(turns)
    ]
    ours, theirs = (1e9 * median(each) for each in zip(*times, strict=True))
    return entry(ours, theirs, cell.bar, median(mine / other for mine, other in times))


def compare_all(
    cells: Mapping[str, Cell], title: str, seconds: float = 0.5, clock: Clock = time.process_time
) -> dict[str, Section]:
    """Time every cell, and show how far it is."""
    found = {}
    with progress(len(cells), title) as bar:
        for name, cell in cells.items():
            found[name] = compare(cell, seconds, clock)
            bar.update()
    return found


def confined(module: str, threads: int) -> dict[str, Section]:
    """What ``measure`` of a module beside this one finds in a process with so many processors.

    A library makes as many threads as there are processors, when it is loaded.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, _confine, (threads,)) as process:
        return process.submit(_measure, module, threads).result()


def _measure(module: str, threads: int) -> dict[str, Section]:
    return import_module(f"bench.{module}").measure(threads)


def _confine(threads: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


# The bars

Limited = tuple[str, float | None, float]
"""What is limited, its value, which None does not know, and the bar."""


def limited(section: str, cells: Mapping[str, Section]) -> Iterator[Limited]:
    """The cells of a section that have a bar."""
    for name, cell in cells.items():
        if cell["bar"] is not None:
            yield f"{section}: {name}", cell["ratio"], cell["bar"]


def reasons(name: str) -> list[str]:
    """Why a bar is missed, as far as it is known."""
    return [why for pattern, why in REASONS.items() if fnmatchcase(name, pattern)]


def judged(bars: Iterable[Limited]) -> dict[str, Section]:
    """Whether each bar holds, and why not."""
    found: dict[str, Section] = {}
    for name, value, bar in bars:
        verdict = "not measured" if value is None else "holds" if value <= bar else "misses"
        known = None if value is None else float(f"{value:.3g}")
        found[name] = {"value": known, "bar": bar, "verdict": verdict}
        if verdict != "holds":
            found[name]["why"] = " ".join(reasons(name))
    return found


def unexplained(bars: Mapping[str, Section]) -> list[str]:
    """The bars that do not hold and have no reason, or more than one."""
    return [name for name in _missed(bars) if len(reasons(name)) != 1]


def superfluous(bars: Mapping[str, Section]) -> list[str]:
    """The reasons for which no bar is missed."""
    return [each for each in REASONS if not any(fnmatchcase(name, each) for name in _missed(bars))]


def _missed(bars: Mapping[str, Section]) -> list[str]:
    return [name for name, each in bars.items() if each["verdict"] != "holds"]


# For a reader

UNITS: Sequence[tuple[str, float]] = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))


def amount(value: float | None, unit: str) -> str:
    """A time in the unit that suits it, or something else in its own."""
    if value is None:
        return ""
    if unit == "ns":
        unit, size = next((each for each in UNITS if value >= each[1]), UNITS[-1])
        value /= size
    return f"{value:.3g} {unit}"


def lines(cells: Mapping[str, Section]) -> Iterator[str]:
    """The cells for a reader, one a line."""
    width = max(map(len, cells))
    yield f"{'':{width}s} {'ours':>9s} {'theirs':>9s} {'ratio':>7s} {'bar':>5s}"
    for name, cell in cells.items():
        ratio, bar = cell["ratio"], cell["bar"]
        ours, theirs = (amount(cell[each], cell["unit"]) for each in ("ours", "theirs"))
        numbers = ("" if each is None else f"{each:.3g}" for each in (ratio, bar))
        missed = "  MISSES" if None not in (ratio, bar) and ratio > bar else ""
        verdict = "  not measured" if ratio is None else missed
        row = "{:{}s} {:>9s} {:>9s} {:>7s} {:>5s}{}"
        yield row.format(name, width, ours, theirs, *numbers, verdict)
