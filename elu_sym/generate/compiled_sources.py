"""What is compiled beside what lies in ``numeric/compiled``, written when the module is built.

The formulas and their gradients, ``numeric._generated`` and ``numeric._gradients``, are followed
through the primitives and printed as C, with the tables of the Mills ratio.  So NumPy and C have
one source; no SymPy is needed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from elu_sym.generate.c_source import c_function
from elu_sym.generate.expression_graph import UntracedError, traced
from elu_sym.numeric import _generated, _gradients, joint_expectations, mills_table

__all__ = ["WIDTHS", "Traced", "compiled_sources", "functions", "in_c", "tables_source"]

WIDTHS = (1, 4, 8)
"""How many elements are computed at once: 4 with AVX2, 8 with AVX-512."""

ROOM = 16
"""Of a table of few pieces a processor with wide vectors keeps a row of this length."""


class Traced(NamedTuple):
    """A function of a law and of parameters, in C.

    Attributes:
        name: its name; that of the functions in C follows ``compute_``.
        documentation: what it computes.
        arguments: the names of its arguments.
        results: how many results it has.
        interior: the function of C for finite mu and positive sigma.
        limit: that for the others, whose name ends with ``_limit``.
    """

    name: str
    documentation: str
    arguments: tuple[str, ...]
    results: int
    interior: str
    limit: str


def in_c(name: str, function: Callable[..., Any]) -> Traced:
    """Follow a function through the primitives.

    Raises:
        UntracedError: if it is a textbook form, which calls NumPy and SciPy.
    """
    _, *parameters = inspect.signature(function).parameters
    arguments = ("mu", "sigma", *parameters)
    results = traced(function, tuple(parameters))
    limits = traced(function, tuple(parameters), limit=True)
    first = (function.__doc__ or "").partition("\n")[0].removeprefix("Compute ")
    return Traced(
        name,
        first[:1].upper() + first[1:],
        arguments,
        len(results),
        c_function(name, arguments, results),
        c_function(f"{name}_limit", arguments, limits),
    )


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the generated functions of a law by name."""
    for module in (_generated, _gradients):
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            if next(iter(inspect.signature(function).parameters), "") == "law":
                yield name, function


def tables_source() -> str:
    """Return the tables of the Mills ratio, a row for each power and a column for each piece."""
    lines = [
        f"#define FINE_PIECES {len(mills_table.FINE_0)}",
        f"#define WIDE_PIECES {len(mills_table.WIDE_RATIO)}",
        f"#define WIDE_ROOM {ROOM}",
    ]
    for name, rows in vars(mills_table).items():
        if not name.isupper():
            continue
        table = np.array(rows).T
        room = [(0, 0)] * (table.ndim - 1) + [(0, max(ROOM - len(rows), 0))]
        table = np.pad(table, room, mode="edge")
        shape = "".join(f"[{size}]" for size in table.shape)
        written = [", ".join(map(float.hex, row)) for row in np.atleast_2d(table).tolist()]
        whole = ",\n    ".join(f"{{{row}}}" for row in written)
        lines.append(
            f"TABLE double {name}{shape} = {whole if table.ndim == 1 else f'{{{whole}}}'};"
        )
    return "\n".join(lines) + "\n"


def _once(name: str, text: str) -> str:
    guard = f"ELU_SYM_{name.upper()}_H"
    return f"#ifndef {guard}\n#define {guard}\n\n{text}\n#endif\n"


def compiled_sources() -> dict[str, str]:
    """Return the text of the files by name: what all include, and what is compiled, one a width."""
    found = []
    for name, function in functions():
        with suppress(UntracedError):
            found.append(in_c(name, function))
    parts = [in_c(each.__name__, each) for each in joint_expectations.OF_ONE_INPUT]
    listed = (
        f' \\\n    X({each.name}, {len(each.arguments)}, {each.results}, "{each.documentation}")'
        for each in found
    )
    most = max(max(len(each.arguments), each.results) for each in found)
    formulas = [
        "#if WIDTH == 1\n",
        *(each.limit for each in found),
        "#endif\n",
        *(each.interior for each in (*found, *parts)),
    ]
    files = {
        "mills_table.h": tables_source(),
        "formulas.h": _once("formulas", '#include "mills.h"\n' + "".join(formulas)),
        "formula_list.h": f"#define MOST {most}\n#define FORMULAS(X) \\\n"
        + " \\\n".join(listed)
        + "\n",
    }
    for width in WIDTHS:
        files[f"width_{width}.c"] = f'#define WIDTH {width}\n#include "width.h"\n'
    return files
