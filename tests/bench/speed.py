"""Measure the numeric functions: time, memory and correct digits, beside the alternatives.

    python tests/bench/speed.py                     # everything, in less than ten minutes
    python tests/bench/speed.py --only arrays       # some sections; the others stay as they are
    python tests/bench/speed.py --quote             # print what the README says of what is stored
    python tests/bench/speed.py --plot FILE         # draw the digits that are stored

The yardstick is the textbook form as a good engineer writes it by hand, in ``hand_written.py``. A
cell of the table compares two calls in one process and in turns; the times are those of the
processor, except where several threads or workers share the clock. The results are kept in
``speed.json`` beside this file, with the machine, the opponents as they were written, and the bars:
whether they hold, and why not. ``cuda.py`` adds what needs a GPU, in ``cuda.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from textwrap import fill
from typing import Any

sys.path.extend(str(Path(__file__).parents[1] / folder) for folder in ("", "shared"))
from bench import cells, digits, footprint, hand_written, joint_kernel, numpy_cells, sweeps
from bench.derivations import machine, write

from elu_sym.numeric.function import implementation

RESULTS = Path(__file__).with_suffix(".json")
CUDA = Path(__file__).with_name("cuda.json")

Section = dict[str, Any]


def _of_arrays(measure: Callable[[], Section]) -> Callable[[], Section]:
    return lambda: {"cells": measure()}


def _of_library(name: str) -> Callable[[], Section]:
    def section() -> Section:
        found = {}
        for threads in (1, 2):
            found |= cells.confined(f"{name}_cells", threads)
        return {"versions": {name: version(name)}, "cells": found}

    return section


CELLS: dict[str, Callable[[], Section]] = {
    "arrays": _of_arrays(numpy_cells.arrays),
    "populations": _of_arrays(numpy_cells.populations),
    "numba": _of_arrays(numpy_cells.numba),
    "numbers": _of_arrays(numpy_cells.numbers),
    "threads": _of_arrays(numpy_cells.threads),
    "fallback": _of_arrays(numpy_cells.fallback),
    "torch": _of_library("torch"),
    "jax": _of_library("jax"),
}
"""The sections that compare two calls."""

SECTIONS = CELLS | {
    "memory": footprint.memory,
    "imports": footprint.imports,
    "accuracy": digits.accuracy,
    "sweeps": sweeps.sweeps,
    "two_inputs": joint_kernel.two_inputs,
}

LIBRARIES = {"numba": "numba", "torch": "torch", "jax": "jax", "sweeps": "dask"}
"""What a section needs beside the package; without it what is stored stays."""


# The bars

BARS: dict[str, Callable[[Section], Iterator[cells.Limited]]] = {
    "memory": footprint.memory_bars,
    "imports": footprint.import_bars,
    "two_inputs": joint_kernel.ratios,
}


def bars(results: Mapping[str, Section]) -> dict[str, Section]:
    """Whether every bar holds, by what was measured."""

    def limited() -> Iterator[cells.Limited]:
        for section in results:
            if section in CELLS or section == "cuda":
                yield from cells.limited(section, results[section]["cells"])
            elif section in BARS:
                yield from BARS[section](results[section])

    return cells.judged(limited())


# For a reader

LINES: dict[str, Callable[[Section], Iterator[str]]] = {
    "memory": footprint.memory_lines,
    "imports": footprint.import_lines,
    "accuracy": digits.lines,
    "sweeps": sweeps.lines,
    "two_inputs": joint_kernel.lines,
}


def table(results: Mapping[str, Any], sections: Collection[str] = ()) -> str:
    """The results of some sections or of all for a reader, and the bars that are missed."""
    printed = ["Opponents: tests/bench/hand_written.py; stored with the results.", ""]
    for name, section in results.items():
        if name in (sections or (*SECTIONS, "cuda")):
            of = section["machine"]
            versions = of["versions"] | section.get("versions", {})
            named = ("numpy", "scipy", "numba", "torch", "jax", "dask")
            printed += [
                f"{name}: {section.get('device', of['processor'])}, {of['cores']} cores"
                f" (load {of['load_average']}), Python {of['python']}, "
                + ", ".join(f"{each} {versions[each]}" for each in named if each in versions)
                + f", shipped in {section['implementation']}",
                *(LINES[name](section) if name in LINES else cells.lines(section["cells"])),
                "",
            ]
    found = results["bars"]
    held = [each for each in found.values() if each["verdict"] == "holds"]
    printed.append(f"{len(held)} of {len(found)} bars hold.")
    unexplained = cells.unexplained(found)
    why: dict[str, list[str]] = {}
    for name, each in found.items():
        if each["verdict"] != "holds" and (not sections or name.partition(":")[0] in sections):
            value = each["verdict"] if each["value"] is None else f"{each['value']:g}"
            reason = each["why"] if name not in unexplained else "Not one reason in reasons.py:"
            why.setdefault(reason, []).append(f"  {name}: {value}, bar {each['bar']:g}")
    for reason, names in why.items():
        printed += [reason, *names]
    return "\n".join(printed)


def quoted(results: Mapping[str, Any]) -> str:
    """What the README says of the results."""

    def ratios(section: str, ending: str) -> str:
        cells_of = results[section]["cells"].items()
        found = [cell["ratio"] for name, cell in cells_of if name.endswith(ending)]
        return f"{min(found):.2g} to {max(found):.2g}"

    def both_ways(section: str) -> str:
        ways = (f", {way}, float64, 1 thread" for way in ("forward", "gradient"))
        return "{} (with gradients {})".format(*(ratios(section, way) for way in ways))

    found = [each["verdict"] == "holds" for each in results["bars"].values()]
    large, small = (ratios("arrays", f", {size}, float64") for size in ("10^6", "10^2"))
    text = (
        "Numbers are computed by C, or where there is no compiler by NumPy, as accurate, in units"
        f" of the time of the textbook form by hand: C {large} at 10⁶ elements, {small} at 100;"
        f" NumPy {ratios('fallback', ', 10^6')}, PyTorch {both_ways('torch')}, JAX"
        f" {both_ways('jax')}. {sum(found)} of {len(found)} bars hold,"
        " [others not](tests/bench/reasons.py)."
    )
    return fill(text, width=138, break_on_hyphens=False, break_long_words=False)


def read() -> dict[str, Any]:
    """What is stored; nothing, before the first run."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def with_cuda(results: Mapping[str, Any]) -> dict[str, Any]:
    """The results, with those of the GPU, if any."""
    found = json.loads(CUDA.read_text(encoding="utf-8")) if CUDA.exists() else None
    measured = {name: results[name] for name in SECTIONS if name in results}
    measured |= {"cuda": found} if found else {}
    return measured | {"opponents": results["opponents"], "bars": bars(measured)}


def main(arguments: list[str] | None = None) -> None:
    """Measure, store and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=f"of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--quote", action="store_true", help="print what the README says, no more")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the digits, no more")
    options = parser.parse_args(arguments)
    if options.plot:
        digits.plot(read(), options.plot)
        return
    if options.quote:
        print(quoted(with_cuda(read())))
        return
    for section, measure in SECTIONS.items():
        library = LIBRARIES.get(section)
        if options.only and section not in options.only:
            continue
        if library and not find_spec(library):
            print(f"{section}: {library} is not installed; what is stored stays", file=sys.stderr)
            continue
        found = {"machine": machine(), "implementation": implementation()} | measure()
        opponents = Path(hand_written.__file__).read_text(encoding="utf-8")
        write(read() | {section: found, "opponents": opponents}, RESULTS)
    results = with_cuda(read())
    write({name: each for name, each in results.items() if name != "cuda"}, RESULTS)
    print(table(results, options.only or ()))


if __name__ == "__main__":
    main()
