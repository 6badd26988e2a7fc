"""PyTorch on the CPU: tensors of 10^6, on one thread and on two, values and gradients.

The form written by hand is evaluated eagerly, as it stands, and compiled by ``torch.compile``.
"""

from __future__ import annotations

import time
from typing import Any

import torch
from bench import hand_written
from bench.cells import Cell, Section, compare_all
from bench.numpy_cells import MILLION, drawn
from torch import Tensor

from elu_sym.book.formula import elu
from elu_sym.interop.torch import torch_function

QUANTITIES = ("mean", "second_moment", "variance")
BARS = {"float64": {"forward": 1.0, "gradient": 1.5}, "float32": {"forward": 4.0, "gradient": 4.0}}
"""Formulas are computed in double precision whatever the type is, which is what float32 costs."""
CALLS = {
    "forward": "{}(mu, sigma, alpha)",
    "gradient": "gradient({}(mu, sigma, alpha).sum(), (mu, sigma, alpha))",
}
"""What is timed."""


def names_of(arguments: tuple[Tensor, ...], way: str, **functions: Any) -> dict[str, Any]:
    """What the names in a call mean."""
    with_gradients = [x.clone().requires_grad_(way == "gradient") for x in arguments]
    names = dict(zip(("mu", "sigma", "alpha"), with_gradients, strict=True))
    return {**names, **functions, "gradient": torch.autograd.grad}


def cells_of(arguments: tuple[Tensor, ...], label: str) -> dict[str, Cell]:
    """Every quantity, both ways, beside the form written by hand."""
    cells = {}
    for quantity in QUANTITIES:
        ours, theirs = torch_function(getattr(elu, quantity)), hand_written.by_torch(quantity)
        for way, call in CALLS.items():
            names = names_of(arguments, way, ours=ours, theirs=theirs)
            name = f"{quantity}, {way}, {label}"
            bar = BARS[str(arguments[0].dtype).removeprefix("torch.")][way]
            cells[name] = Cell(call.format("ours"), call.format("theirs"), names, bar)
    return cells


def compiled_cells(arguments: tuple[Tensor, ...], label: str) -> dict[str, Cell]:
    """The same beside what ``torch.compile`` makes of it, of mean and variance."""
    cells = {}
    for quantity in ("mean", "variance"):
        ours = torch_function(getattr(elu, quantity))
        for way, call in CALLS.items():
            theirs = torch.compile(hand_written.by_torch(quantity), dynamic=False)
            names = names_of(arguments, way, ours=ours, theirs=theirs)
            name = f"{quantity}, {way}, {label} / compiled"
            cells[name] = Cell(call.format("ours"), call.format("theirs"), names)
    return cells


def measure(threads: int) -> dict[str, Section]:
    """The cells on so many threads, by the clock where there are several."""
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    cells: dict[str, Cell] = {}
    for dtype in ("float64", "float32"):
        arguments = tuple(map(torch.from_numpy, drawn("network", MILLION, dtype)))
        label = f"{dtype}, {threads} thread{'s' * (threads > 1)}"
        cells |= cells_of(arguments, label)
        if dtype == "float64" and threads == 1:
            cells |= compiled_cells(arguments, label)
    return compare_all(cells, f"torch, {threads}", seconds=0.5, clock=clock)
