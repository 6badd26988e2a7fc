"""Second derivatives of formulas: points, the truth by Arb, and the measure of an error."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from accuracy import LEAST_DEVIATION
from flint import arb, ctx
from formula_oracles import Point
from half_lines import PAIRS, PRECISIONS
from numpy.typing import NDArray

from elu_sym.book.formula import Formula

LEAST = 1e-250
"""Below this a second derivative is made of what is no normal number."""

Array = NDArray[np.float64]


def ordinary_points(formula: Formula, size: int, seed: int) -> list[Array]:
    """Points at random, some of them at the places where forms meet."""
    rng = np.random.default_rng(seed)
    sigma = np.exp(rng.uniform(np.log(1e-3), np.log(30.0), size))
    mu = np.where(rng.random(size) < 0.5, 5.0 * sigma, 3.0) * rng.uniform(-1.0, 1.0, size)
    parameters = [np.exp(rng.uniform(np.log(0.1), np.log(10.0), size)) for _ in formula.parameters]
    meeting = rng.random(size) < 0.25
    sigma = np.where(meeting, rng.choice([0.25, 0.5, 1.0, 2.0], size), sigma)
    mu = np.where(meeting, rng.choice([0.0, -0.5, -1.0, -2.0, 1.0], size) * sigma, mu)
    return [mu, sigma, *(np.where(meeting, rng.choice([0.5, 1.0], size), x) for x in parameters)]


def bound(formula: Formula) -> float:
    """The largest error in units of `errors`."""
    return 1024.0 if formula.activation.name == "celu" else 256.0


def nearly_linear(formula: Formula, columns: Sequence[Array]) -> NDArray[np.bool_]:
    """Where CELU is so nearly a line that its derivatives have no bound."""
    mu, sigma, *parameters = columns
    size = abs(mu) + sigma
    return size < (0.3 * parameters[0] if formula.activation.name == "celu" else 0.0)


def errors(formula: Formula, columns: Sequence[Array], found: Sequence[Array]) -> Array:
    """The errors of second derivatives, for each pair of arguments and point.

    They are in units of 2^-52 (|H_ij| + G_i/x_j + G_j/x_i): H_ij is the second derivative, G_i the
    size of a derivative and of what roundings of the arguments make of it, |F_i| + sum |x_k H_ik|,
    and x the size of an argument, for mu at least sigma.
    """
    pairs = PAIRS[len(columns)]
    rows = []
    for point, *row in zip(zip(*columns, strict=True), *found, strict=True):
        slopes, bends = _truth(formula, point)
        mu, sigma, *parameters = point
        x = [max(abs(mu), sigma), sigma, *parameters]
        whole = {(i, j): abs(bend) for (i, j), bend in zip(pairs, bends, strict=True)}
        whole |= {(j, i): bend for (i, j), bend in whole.items()}
        places = range(len(x))
        sizes = [abs(slopes[i]) + sum(x[k] * whole[i, k] for k in places) for i in places]
        units = [whole[i, j] + sizes[i] / x[j] + sizes[j] / x[i] for i, j in pairs]
        rows.append(
            [
                0.0
                if value == bend or unit < LEAST or math.isnan(unit)
                else abs(value - bend) / (2.0**-52 * unit)
                for value, bend, unit in zip(row, bends, units, strict=True)
            ]
        )
    return np.array(rows).T


def _truth(formula: Formula, point: Sequence[float]) -> tuple[list[float], list[float]]:
    """The derivatives and the second derivatives; NaN where a variance is no number.

    Raises:
        ArithmeticError: if no precision makes the enclosures narrow.
    """
    saved = ctx.prec
    try:
        for precision in PRECISIONS:
            ctx.prec = precision
            jet = Point(formula.activation.name, True, *point).jet(formula.name)
            known = (*jet.slopes, *jet.bends)
            if formula.name == "std" and jet.value < LEAST_DEVIATION["float64"]:
                return [math.nan] * len(jet.slopes), [math.nan] * len(jet.bends)
            if all(_narrow(x) for x in known):
                return [float(x.mid()) for x in jet.slopes], [float(x.mid()) for x in jet.bends]
    finally:
        ctx.prec = saved
    raise ArithmeticError(f"no narrow second derivatives of {formula.id} at {point}")


def _narrow(x: arb) -> bool:
    return bool(x.rad() <= 2.0**-60 * abs(x).lower() or abs(x) < LEAST)
