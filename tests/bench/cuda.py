"""Measure PyTorch and JAX on a GPU: time, memory, and what the first call takes; in three minutes.

    python tests/bench/cuda.py                   # keeps the results in cuda.json beside this file
    python tests/bench/cuda.py --store FILE      # or elsewhere

10^7 doubles of a network, values and gradients, beside the form written by hand, as it stands and
compiled by ``torch.compile``. Where there is no GPU it says so, and measures nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.extend(str(Path(__file__).parents[1] / folder) for folder in ("", "shared"))
from bench import cells, hand_written
from bench.cells import Cell, Section
from bench.derivations import machine, write
from bench.numpy_cells import drawn

from elu_sym.numeric.function import implementation

RESULTS = Path(__file__).with_suffix(".json")
ELEMENTS = 10**7
QUANTITIES = ("mean", "second_moment", "variance")
EAGER = {"forward": 0.3, "gradient": 0.5}
COMPILED = {"mean": 2.5, "second_moment": 2.5, "variance": 5.0}
MEMORY = 16.0
"""Bytes an element, beyond the results."""
JAX = 4.0
WAYS = tuple(EAGER)

FIRST = """
import time
import torch
from elu_sym.book.formula import elu
from elu_sym.interop.torch import torch_function
x = torch.ones(1000, dtype=torch.float64, device="cuda", requires_grad=True)
x.exp().sum().backward()
torch.cuda.synchronize()
start = time.perf_counter()
torch_function(elu.variance)(x, x, x).sum().backward()
torch.cuda.synchronize()
print(time.perf_counter() - start)
"""
"""What prints the seconds of the first value and gradient of a process."""


def bars() -> dict[str, float | None]:
    """The cells and their bars, also where there is nothing to measure them with."""
    found: dict[str, float | None] = {}
    for quantity in QUANTITIES:
        for way in WAYS:
            found[f"torch, {quantity}, {way} / eager"] = EAGER[way]
            found[f"torch, {quantity}, {way} / compiled"] = COMPILED[quantity]
            found[f"torch, {quantity}, {way}, bytes an element beyond results"] = MEMORY
            found[f"JAX, {quantity}, {way}"] = JAX
    return found | {"torch, first call of a process, later ones / the first": None}


def torch_cells() -> Iterator[tuple[str, Section]]:
    """Times and memory."""
    import torch
    from bench.torch_cells import CALLS, names_of

    from elu_sym.book.formula import elu
    from elu_sym.interop.torch import torch_function

    arguments = tuple(torch.from_numpy(x).cuda() for x in drawn("network", ELEMENTS))
    for quantity in QUANTITIES:
        ours, by_hand = torch_function(getattr(elu, quantity)), hand_written.by_torch(quantity)
        for way, call in CALLS.items():
            compiled = torch.compile(by_hand, dynamic=False)
            for theirs, name, bar in (
                (by_hand, "eager", EAGER[way]),
                (compiled, "compiled", COMPILED[quantity]),
            ):
                names = names_of(arguments, way, ours=ours, theirs=theirs)
                names["ready"] = torch.cuda.synchronize
                calls = (f"{call.format(each)}; ready()" for each in ("ours", "theirs"))
                cell = Cell(*calls, names, bar)
                found = cells.compare(cell, clock=time.perf_counter)
                yield f"torch, {quantity}, {way} / {name}", found
            sizes = [_beyond(each, way, arguments) for each in (ours, by_hand)]
            found = cells.entry(*sizes, MEMORY, ratio=sizes[0], unit="bytes")
            yield f"torch, {quantity}, {way}, bytes an element beyond results", found


def _beyond(function: Any, way: str, arguments: Any) -> float:
    """The peak of the memory of a call, beyond what it returns, for an element."""
    import torch
    from bench.torch_cells import CALLS, names_of

    names = names_of(arguments, way, function=function)
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    found = eval(CALLS[way].format("function"), names)
    outputs = found if isinstance(found, tuple) else (found,)
    results = sum(each.numel() * each.element_size() for each in outputs)
    return (torch.cuda.max_memory_allocated() - before - results) / ELEMENTS


def jax_cells() -> Iterator[tuple[str, Section]]:
    """Times of what is jitted."""
    import jax
    from bench.jax_cells import compiled

    from elu_sym.book.formula import elu
    from elu_sym.interop.jax import jax_function

    arguments = tuple(map(jax.numpy.asarray, drawn("network", ELEMENTS)))
    for quantity in QUANTITIES:
        forms = jax_function(getattr(elu, quantity)), hand_written.by_jax(quantity)
        for way in WAYS:
            ours, theirs = (compiled(form, way, arguments)[0] for form in forms)
            names = {"ours": ours, "theirs": theirs, "arguments": arguments}
            names["ready"] = jax.block_until_ready
            calls = (f"ready({each}(*arguments))" for each in ("ours", "theirs"))
            found = cells.compare(Cell(*calls, names, JAX), clock=time.perf_counter)
            yield f"JAX, {quantity}, {way}", found


def first_calls() -> Section:
    """The first call in a process after another one that may have kept what it compiled."""
    printed = [
        subprocess.run([sys.executable, "-c", FIRST], stdout=subprocess.PIPE, text=True, check=True)
        for _ in range(2)
    ]
    first, later = (1e9 * float(each.stdout) for each in printed)
    return cells.entry(later, first, None)


def measure() -> Section | None:
    """The cells; None where there is no GPU."""
    if not find_spec("torch"):
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    found = {name: cells.unmeasured(bar) for name, bar in bars().items()}
    sources = [torch_cells()]
    # JAX would take most of the memory when it starts.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if find_spec("jax"):
        import jax

        sources += [jax_cells()] if jax.default_backend() == "gpu" else []
    found["torch, first call of a process, later ones / the first"] = first_calls()
    with cells.progress(len(found) - 1, "cuda") as bar:
        for source in sources:
            for name, cell in source:
                found[name] = cell
                bar.update()
    names = [name for name in ("torch", "jax") if find_spec(name)]
    versions = {name: version(name) for name in names}
    return {"device": torch.cuda.get_device_name(), "versions": versions, "cells": found}


def main(arguments: list[str] | None = None) -> None:
    """Measure, store and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--store", type=Path, default=RESULTS, metavar="FILE", help="cuda.json")
    path = parser.parse_args(arguments).store
    found = measure()
    if found is None:
        print("There is no GPU that PyTorch sees: nothing was measured.")
        if path.exists():
            return
        found = {"cells": {name: cells.unmeasured(bar) for name, bar in bars().items()}}
    results = {"machine": machine(), "implementation": implementation()} | found
    write(results, path)
    print("\n".join(cells.lines(results["cells"])))


if __name__ == "__main__":
    main()
