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
from elu_sym.numeric.evaluation import is_derivative
from elu_sym.numeric.operations import FloatArray

__all__ = ["WIDTHS", "Traced", "compiled_sources", "functions", "in_c", "tables_source"]

WIDTHS = (1, 4, 8)
"""How many elements are computed at once: 4 with AVX2, 8 with AVX-512."""


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
    if is_derivative(function):  # sigma = 0 times something infinite
        limits = tuple(each.graph.node("where", each == each, each, 0.0) for each in limits)
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
    """Return the tables of the Mills ratio: a row for each piece, or a column (``vectors.h``)."""
    lines = [
        f"#define FINE_PIECES {len(mills_table.FINE_0)}",
        f"#define WIDE_PIECES {len(mills_table.WIDE_RATIO)}",
    ]
    for name, rows in vars(mills_table).items():
        if not name.isupper():
            continue
        table = np.array(rows)
        if table.ndim == 1:
            lines.append(_table(name, _padded(table, 16)))
            continue
        powers, by_rows = table.shape[1], _padded(table, 8)
        lines.append(f"#define {name}_POWERS {powers}")
        text, length = _table(name, by_rows), str(by_rows.shape[1])
        if len(rows) <= 16:
            columns = _table(name, _padded(table.T, 16))
            text = f"#if WIDTH == 8\n{columns}\n#else\n{text}\n#endif"
            length = f"(WIDTH == 8 ? {powers} : {length})"
        lines += [f"#define {name}_LENGTH {length}", text]
    return "\n".join(lines) + "\n"


def _padded(table: FloatArray, multiple: int) -> FloatArray:
    """Return a table whose rows are longer, up to a multiple of a length."""
    missing = -table.shape[-1] % multiple
    return np.pad(table, [(0, 0)] * (table.ndim - 1) + [(0, missing)])


def _table(name: str, table: FloatArray) -> str:
    shape = "".join(f"[{size}]" for size in table.shape)
    rows = [f"{{{', '.join(map(float.hex, row))}}}" for row in np.atleast_2d(table).tolist()]
    values = rows[0] if table.ndim == 1 else "{" + ",\n    ".join(rows) + "}"
    return f"TABLE double {name}{shape} = {values};"


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
        "formula_list.h": f"#define MOST {most}\n#define FORMULAS(X){''.join(listed)}\n",
    }
    for width in WIDTHS:
        files[f"width_{width}.c"] = f'#define WIDTH {width}\n#include "width.h"\n'
    return files
