"""NumPy: arrays of every size, other arguments, single numbers, threads, no compiler, numba."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np
from bench import hand_written
from bench.cells import Cell, Section, compare_all
from bench.populations import POPULATIONS, Arguments
from bench.quadratures import gauss_hermite
from scipy.special import ndtr

from elu_sym import gain
from elu_sym.book.formula import elu, moments
from elu_sym.numeric.function import NumericFunction

SEED = 1
QUANTITIES = tuple(hand_written.FORMS)
SIZES = {1: "1", 10**2: "10^2", 10**3: "10^3", 10**4: "10^4", 10**5: "10^5", 10**6: "10^6"}
MILLION = 10**6

OURS, THEIRS = "ours(mu, sigma, alpha)", "theirs(mu, sigma, alpha)"


def shipped(quantity: str) -> Any:
    """What a user calls, with its checks."""
    return moments if quantity == "moments" else getattr(elu, quantity)


def by_numpy(quantity: str) -> Any:
    """The same without the compiled module."""
    return NumericFunction(quantity, ("mu", "sigma", "alpha")).by_numpy


def against(ours: Any, theirs: Any, arguments: Arguments, bar: float | None) -> Cell:
    """A cell of two functions of the same arrays."""
    mu, sigma, alpha = arguments
    names = {"ours": ours, "theirs": theirs, "mu": mu, "sigma": sigma, "alpha": alpha}
    return Cell(OURS, THEIRS, names, bar)


@cache
def drawn(population: str, size: int, dtype: str = "float64") -> Arguments:
    mu, sigma, alpha = POPULATIONS[population].draw(np.random.default_rng(SEED), size)
    return mu.astype(dtype), sigma.astype(dtype), alpha.astype(dtype)


def bar_of(quantity: str, size: int) -> float:
    """The bar for arrays, on one thread."""
    if size == 1:
        return 1.2
    if size == 10**3 or (size > 10**3 and quantity == "moments"):
        return 1.0
    return 0.8


def arrays() -> dict[str, Section]:
    """Every formula at every size, in both precisions, beside the form written by hand."""
    cells = {}
    for dtype, sizes in (("float64", SIZES), ("float32", (10**2, 10**4, 10**6))):
        for quantity in QUANTITIES:
            for size in sizes:
                bar = bar_of(quantity, size) if dtype == "float64" else None
                bar = 1.0 if dtype == "float32" and size >= 10**4 else bar
                cells[f"{quantity}, {SIZES[size]}, {dtype}"] = against(
                    shipped(quantity),
                    hand_written.by_scipy(quantity),
                    drawn("network", size, dtype),
                    bar,
                )
    return compare_all(cells, "arrays")


ELSEWHERE = {"variance": 1.5}
"""The bar of a quantity over all kinds of arguments, where it is not 1."""


def populations() -> dict[str, Section]:
    """10^6 arguments of other kinds, where the form written by hand is often wrong."""
    cells = {}
    with np.errstate(all="ignore"):
        for population in POPULATIONS:
            arguments = drawn(population, MILLION)
            for quantity in QUANTITIES if population != "network" else ():
                bar = ELSEWHERE.get(quantity, 1.0) if population == "mixed" else None
                theirs = hand_written.by_scipy(quantity)
                cells[f"{quantity}, {population}"] = against(
                    shipped(quantity), theirs, arguments, bar
                )
        rule = against(moments, partial(gauss_hermite, 25), drawn("mixed", MILLION), 1.0)
        return compare_all(
            cells | {"moments, mixed / Gauss-Hermite, 25 nodes": rule}, "populations"
        )


def numba() -> dict[str, Section]:
    """10^6 arguments beside a compiled loop, and beside logarithms, which do not overflow."""
    arguments = drawn("network", MILLION)
    cells = {
        "mean / log_ndtr": against(elu.mean, hand_written.repaired_mean, arguments, None),
        "moments / log_ndtr": against(moments, hand_written.repaired, arguments, None),
    }
    for quantity in ("mean", "variance"):
        theirs = hand_written.by_numba(quantity)
        cells[f"{quantity} / numba"] = against(shipped(quantity), theirs, arguments, 1.0)
    return compare_all(cells, "numba", seconds=1.0)


NUMBERS = {
    "floats": "(0.3, 1.2, 1.5)",
    "ints": "(0, 1, 2)",
    "np.float64": "(place[0], place[1], place[2])",
    "np.float32": "(single[0], single[1], single[2])",
    "np.int64": "(whole[0], whole[1], whole[2])",
    "arrays of no axes": "(points[0], points[1], points[2])",
    "keywords": "(mu=0.3, sigma=1.2, alpha=1.5)",
    "an int and a keyword": "(0, 1, alpha=1)",
    "defaults": "(0.3)",
}
"""What single numbers may be."""

NDTR, GAIN = 15.0, 10.0


def numbers() -> dict[str, Section]:
    """Single numbers of every type beside ``ndtr`` of a float; ``gain`` beside ``mean``."""
    place = [np.float64(x) for x in (0.3, 1.2, 1.5)]
    names: dict[str, Any] = {"ndtr": ndtr, "place": place, "single": [np.float32(x) for x in place]}
    names |= {"whole": [np.int64(x) for x in (0, 1, 2)], "points": [np.array(x) for x in place]}
    cells = {}
    for quantity in QUANTITIES:
        given = names | {"ours": shipped(quantity), "theirs": hand_written.by_math(quantity)}
        for kind, call in NUMBERS.items():
            if kind == "floats" or quantity in ("mean", "variance", "moments"):
                cells[f"{quantity}, {kind} / ndtr"] = Cell(f"ours{call}", "ndtr(0.5)", given, NDTR)
        call = NUMBERS["floats"]
        cells[f"{quantity}, floats / math, by hand"] = Cell(f"ours{call}", f"theirs{call}", given)
    given = {"gain": gain, "mean": elu.mean}
    cells["gain(1.0) / mean(0., 1., 1.)"] = Cell("gain(1.0)", "mean(0., 1., 1.)", given, GAIN)
    return compare_all(cells, "numbers", seconds=0.1)


def threads() -> dict[str, Section]:
    """Both forms on two threads, by the clock, each of which has half of 10^6 elements."""
    halves = list(zip(*(np.array_split(x, 2) for x in drawn("network", MILLION)), strict=True))
    with ThreadPoolExecutor(2) as pool:

        def on_both(function: Any) -> Any:
            return lambda: list(pool.map(lambda half: function(*half), halves))

        cells = {}
        for quantity in ("mean", "second_moment", "variance", "moments"):
            names = {"ours": on_both(shipped(quantity))}
            names["theirs"] = on_both(hand_written.by_scipy(quantity))
            cells[f"{quantity}, 2 threads"] = Cell("ours()", "theirs()", names)
        return compare_all(cells, "threads", clock=time.perf_counter)


def fallback() -> dict[str, Section]:
    """Without the compiled module, beside the form written by hand."""
    cells = dict(_without_compiler())
    return compare_all(cells, "fallback", seconds=0.3)


WITHOUT_COMPILER = 3.0


def _without_compiler() -> Iterator[tuple[str, Cell]]:
    for quantity in QUANTITIES:
        ours, theirs = by_numpy(quantity), hand_written.by_scipy(quantity)
        for size, name in SIZES.items():
            bar = WITHOUT_COMPILER if size >= 10**4 else None
            yield f"{quantity}, {name}", against(ours, theirs, drawn("network", size), bar)
        names = {"ours": ours, "theirs": shipped(quantity)}
        call = NUMBERS["floats"]
        yield f"{quantity}, floats / C", Cell(f"ours{call}", f"theirs{call}", names)
        mixed = drawn("mixed", MILLION)
        yield f"{quantity}, 10^6 mixed / C", against(ours, shipped(quantity), mixed, None)
