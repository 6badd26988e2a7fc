"""Formulas and gradients of other libraries against Arb: the list and the regimes of `accuracy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from accuracy import Block, Function, Tallies, Tally, measure_derivatives, tally, truths_at
from half_lines import Columns, errors
from regimes import REGIMES, Array

from elu_sym.book.formula import Formula

RANGES = {
    "float64": {"mu": (1e-290, 1e150), "sigma": (1e-290, 1e150), "alpha": (1e-10, 1e10)},
    "float32": {"mu": (1e-12, 1e12), "sigma": (1e-12, 1e12), "alpha": (1e-4, 1e4)},
}
"""Sizes of arguments of which neither they nor their squares leave the range."""

SINGLE = {"mu": (1e-6, 1e6), "sigma": (1e-6, 1e6)}
"""Those of derivatives in single precision, beside the range of all derivatives."""

Library = Callable[[Formula], Function]


def points(
    formula: Formula, dtype: str, size: int, derivatives: bool
) -> Iterator[tuple[Array, ...]]:
    """Points of every regime, exact in the precision."""
    ranges = RANGES[dtype]
    if derivatives:
        ranges = SINGLE if dtype == "float32" else {}
    for regime in REGIMES:
        columns = Block(regime, 7, 0, size).columns(formula, derivatives)
        moved = []
        for name, x in zip(formula.arguments, columns, strict=True):
            low, high = ranges.get("alpha" if name == "slope" else name, (0.0, np.inf))
            inside = np.copysign(np.clip(abs(x), low, high), x)
            moved.append(np.where((x == 0) | np.isinf(x), x, inside).astype(dtype))
        yield tuple(column.astype(np.float64) for column in moved)


def value_errors(
    library: Library, formulas: Sequence[Formula], dtype: str, size: int, bits: int = 0
) -> Tallies:
    """The errors of formulas of one activation at so many points of each regime.

    Args:
        library: from a formula to a function from columns of arguments to values.
        formulas: the formulas.
        dtype: the precision.
        size: how many points to take of each regime.
        bits: how far above the subnormal numbers truths are to be to be compared.
    """
    least, found = float(np.finfo(dtype).tiny) * 2.0**bits, {each.id: Tally() for each in formulas}
    for columns in points(formulas[0], dtype, size, derivatives=False):
        known = truths_at(formulas, columns)
        for formula in formulas:
            true = Columns.of(each[formula.name] for each in known)
            error = errors(library(formula)(*columns), true, dtype, least=least)
            # Zero stands for what is smaller, where subnormal numbers are taken for it.
            error[np.isinf(error) & (abs(true.nearest) < least)] = np.nan
            found[formula.id].merge(tally(error, columns))
    return found


def derivative_errors(
    library: Library, formulas: Sequence[Formula], dtype: str, size: int
) -> Tallies:
    """The errors of the derivatives of formulas, as ``value_errors``, where they are bounded."""
    found: Tallies = {}
    for columns in points(formulas[0], dtype, size, derivatives=True):
        for name, each in measure_derivatives(formulas, columns, library, dtype).items():
            found.setdefault(name, Tally()).merge(each)
    return found
