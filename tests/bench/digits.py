"""Correct digits of mean, second moment and variance, and their cost, by every method."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import mean as average, median
from typing import Any

import numpy as np
from accuracy import LIMITS
from bench.cells import progress, rounded
from bench.hand_written import by_scipy, repaired
from bench.populations import Arguments, Array, hard, network
from bench.quadratures import gauss_hermite_moments, monte_carlo, quadrature
from formula_oracles import truths
from oracles import Truth

from elu_sym.book.formula import moments

MOMENTS = ("mean", "second_moment", "variance")
SEED = 1

GROUPS = {"network": network, "hard": hard}
"""Where digits are counted: arguments that anyone has, and those that ask the most."""

POINTS = 300
TILED = 60_000

IN_ARRAYS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "hand_written": by_scipy("moments"),
    "repaired": repaired,
    "gauss_hermite_25": partial(gauss_hermite_moments, 25),
    "gauss_hermite_100": partial(gauss_hermite_moments, 100),
    "shipped": moments,
}
"""Methods that take arrays: the time is for a point among many."""

ONE_BY_ONE = {
    "quad": quadrature,
    "monte_carlo": partial(monte_carlo, np.random.default_rng(SEED)),
}

METHODS = {
    "hand_written": "textbook, by hand",
    "repaired": "by hand, with log_ndtr",
    "gauss_hermite_25": "Gauss-Hermite, 25 nodes",
    "gauss_hermite_100": "Gauss-Hermite, 100 nodes",
    "quad": "scipy.integrate.quad",
    "monte_carlo": "Monte Carlo, 10^6 samples",
    "shipped": "elu_sym",
}
"""Their names for a reader."""

ALL_DIGITS = 53 * math.log10(2)
"""The digits that a double has."""


def correct_digits(computed: float, truth: Truth) -> float:
    """-log10 of the relative error, from 0 to 17; the double next to the truth has all digits."""
    nearest = float(truth.value)
    if computed != nearest and not (math.isfinite(computed) and math.isfinite(nearest) and nearest):
        return 0.0
    if computed == nearest and (nearest == 0 or math.isinf(nearest)):
        return 17.0
    error = float(abs((truth.value - computed) / truth.value).mid())
    digits = 17.0 if error == 0 else min(max(0.0, -math.log10(error)), 17.0)
    return max(digits, ALL_DIGITS) if computed == nearest else digits


def digits_entry(computed: list[float], known: list[Truth]) -> dict[str, float]:
    """What there is to say about the digits of a method at some points.

    Returns:
        The median, the quantile of 1 % and the least of the correct digits; the share of the points
        where the result is not finite though the truth is, in floating point; the share where it is
        within the limit of the accuracy test, which knows how a problem is conditioned.
    """
    pairs = list(zip(computed, known, strict=True))
    digits = [correct_digits(value, truth) for value, truth in pairs]
    lost = [math.isfinite(float(t.value)) and not math.isfinite(x) for x, t in pairs]
    right = [truth.error(value) <= LIMITS["formula"][0] for value, truth in pairs]
    return {
        "median": rounded(median(digits)),
        "quantile": rounded(float(np.quantile(digits, 0.01))),
        "least": rounded(min(digits)),
        "not_finite": rounded(average(lost)),
        "right": rounded(average(right)),
    }


def accuracy() -> dict[str, Any]:
    """Seconds a point and correct digits of mean, second moment and variance, by each method."""
    entries: dict[str, Any] = {}
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        progress(len(GROUPS) * len(METHODS), "accuracy") as bar,
    ):
        warnings.simplefilter("ignore")
        for group, draw in GROUPS.items():
            arguments = draw(np.random.default_rng(SEED), POINTS)
            rows = list(zip(*(each.tolist() for each in arguments), strict=True))
            known = [truths(MOMENTS, *row) for row in rows]
            for method in METHODS:
                columns, seconds = _evaluate(method, arguments, rows)
                digits = {
                    name: digits_entry(column, [truth[name] for truth in known])
                    for name, column in zip(MOMENTS, columns, strict=True)
                }
                entries.setdefault(group, {})[method] = {"seconds": rounded(seconds), **digits}
                bar.update()
    return {"points": POINTS, "entries": entries}


def _evaluate(
    method: str, arguments: Arguments, rows: list[tuple[float, float, float]]
) -> tuple[list[list[float]], float]:
    """The three columns of results, and the seconds that a point takes."""
    if method in ONE_BY_ONE:
        start = time.process_time()
        found = [ONE_BY_ONE[method](*row) for row in rows]
        seconds = (time.process_time() - start) / len(rows)
        return [list(map(float, column)) for column in zip(*found, strict=True)], seconds
    columns = [np.asarray(column).tolist() for column in IN_ARRAYS[method](*arguments)]
    copies = TILED // len(rows)
    tiled = [np.tile(each, copies) for each in arguments]
    times = []
    for _ in range(5):
        start = time.process_time()
        IN_ARRAYS[method](*tiled)
        times.append(time.process_time() - start)
    return columns, median(times) / (copies * len(rows))


# For a reader


def lines(section: dict[str, Any]) -> Iterator[str]:
    for group in GROUPS:
        yield f"{group}, {section['points']} points: correct digits, median / 1 % / least; right"
        yield f"{'':28s} {'s a point':>9s}" + "".join(f"  {name:>22s}" for name in MOMENTS)
        for method, label in METHODS.items():
            entry = section["entries"][group][method]
            digits = "".join(
                f"  {entry[name]['median']:4.1f} {entry[name]['quantile']:4.1f}"
                f" {entry[name]['least']:4.1f} {entry[name]['right']:7.1%}"
                for name in MOMENTS
            )
            yield f"{label:28s} {entry['seconds']:9.1e}{digits}"


def plot(results: dict[str, Any], path: Path) -> None:
    """Draw correct digits against cost."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    groups = results["accuracy"]["entries"]
    figure, axes = plt.subplots(
        len(groups), len(MOMENTS), figsize=(12, 6.5), sharex=True, sharey=True, layout="constrained"
    )
    for row, group in zip(axes, GROUPS, strict=True):
        for axis, name in zip(row, MOMENTS, strict=True):
            for number, (method, label) in enumerate(METHODS.items()):
                color, size = ("black", 5) if method == "shipped" else (f"C{number}", 8)
                seconds, digits = groups[group][method]["seconds"], groups[group][method][name]
                axis.vlines(seconds, digits["quantile"], digits["median"], color=color)
                axis.plot(seconds, digits["median"], "o", color=color, label=label, markersize=size)
            axis.axhline(ALL_DIGITS, color="gray", linewidth=0.6, linestyle=":")
            axis.set(xscale="log", ylim=(-0.7, 17.7), yticks=range(0, 17, 4))
            axis.set_title(f"{name}, {group} points")
    for axis in axes[-1]:
        axis.set_xlabel("processor seconds a point")
    for axis in axes[:, 0]:
        axis.set_ylabel("correct digits: median, 1 %")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=120)
    plt.close(figure)
