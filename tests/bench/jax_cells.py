"""JAX on the CPU: arrays of 10^6, jitted, on one thread and on two; and what compiling takes."""

from __future__ import annotations

import time
from typing import Any

import jax
from bench import hand_written
from bench.cells import Cell, Section, compare_all, entry, progress
from bench.numpy_cells import MILLION, drawn

from elu_sym.book.formula import elu
from elu_sym.interop.jax import jax_function

jax.config.update("jax_enable_x64", True)

QUANTITIES = ("mean", "second_moment", "variance")
BARS = {"forward": 1.5, "gradient": 2.5}


def transformed(function: Any, way: str) -> Any:
    """The function of which the time is taken, before it is compiled."""
    if way == "forward":
        return jax.jit(function)
    total = lambda *arguments: function(*arguments).sum()  # noqa: E731
    return jax.jit(jax.value_and_grad(total, argnums=(0, 1, 2)))


def compiled(function: Any, way: str, arguments: Any) -> tuple[Any, float]:
    """What XLA makes of it, and the nanoseconds that this takes."""
    start = time.perf_counter()
    made = transformed(function, way).lower(*arguments).compile()
    return made, 1e9 * (time.perf_counter() - start)


def measure(threads: int) -> dict[str, Section]:
    """The cells on so many threads, by the clock where there are several."""
    clock = time.process_time if threads == 1 else time.perf_counter
    cells: dict[str, Cell] = {}
    compilations: dict[str, Section] = {}
    with progress(4 * len(QUANTITIES), f"jax, {threads}, compiling") as bar:
        for dtype in ("float64", "float32"):
            arguments = tuple(map(jax.numpy.asarray, drawn("network", MILLION, dtype)))
            for quantity in QUANTITIES:
                forms = jax_function(getattr(elu, quantity)), hand_written.by_jax(quantity)
                for way, limit in BARS.items():
                    pair = [compiled(form, way, arguments) for form in forms]
                    name = f"{quantity}, {way}, {dtype}"
                    compilations[f"{name}, compiling"] = entry(pair[0][1], pair[1][1], None)
                    names = {"ours": pair[0][0], "theirs": pair[1][0], "arguments": arguments}
                    names["ready"] = jax.block_until_ready
                    calls = (f"ready({each}(*arguments))" for each in ("ours", "theirs"))
                    label = f"{name}, {threads} thread{'s' * (threads > 1)}"
                    cells[label] = Cell(*calls, names, limit)
                    bar.update()
    found = compare_all(cells, f"jax, {threads}", clock=clock)
    return found | (compilations if threads == 1 else {})
