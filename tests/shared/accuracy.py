"""Measure the error of every published formula against Arb, all over the range of its arguments.

    python tests/shared/accuracy.py                # two million points a formula, a fresh seed
    python tests/shared/accuracy.py --seed 1       # the same points again
    python tests/shared/accuracy.py --write        # keep the result beside this file

The measure is |computed - true| / (ulp(true) + 2^-52 sum |x dF/dx|), the sum over all arguments:
at most 8, and 1 on average, in every regime; infinite for NaN, for a wrong infinity and for zero
where the true value is a normal number.  A point without a truth ends the program.

Half of the points lie anywhere in the range.  The rest lie where something happens: in the limits,
and where an implementation goes from one form to another.  The points depend on the seed alone,
not on the number of processes.  SELU, CELU, leaky ReLU and ReLU are made of the same parts as ELU
and have their share of the points, ``LIGHT``.  Where the compiled module is in use, NumPy computes
the same again, and the larger of the two errors counts.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent))
from formula_oracles import DEGREES, celu_truths, leaky_relu_truths, selu_truths, truths
from oracles import Truth

from elu_sym.book.formula import ACTIVATIONS, Formula

MAXIMUM, MEAN = 8.0, 1.0
FEW = 20  # of so many points or fewer the mean is not judged
POINTS = 2_000_000
BLOCK = 1000
LIGHT = 16
RESULTS = Path(__file__).with_suffix(".json")

Array = NDArray[np.float64]
Generator = np.random.Generator
Place = tuple[Array, Array]


def log_uniform(rng: Generator, low: float, high: float, size: int) -> Array:
    return np.exp(rng.uniform(math.log(low), math.log(high), size))


def signs(rng: Generator, size: int) -> Array:
    return rng.choice([-1.0, 1.0], size)


def near_one(rng: Generator, size: int) -> Array:
    """One, and both sides of it at every distance from an ulp to a tenth."""
    return 1 + signs(rng, size) * log_uniform(rng, 1e-17, 0.1, size)


def some_scale(rng: Generator, size: int) -> Array:
    """Mostly where the regimes of t and sigma meet, now and then anywhere in the range."""
    ordinary, any_scale = log_uniform(rng, 1e-3, 1e3, size), log_uniform(rng, 1e-300, 1e150, size)
    return np.where(rng.random(size) < 0.75, ordinary, any_scale)


def anywhere(rng: Generator, size: int) -> Place:
    mu = signs(rng, size) * log_uniform(rng, 1e-300, 1e150, size)
    sigma = log_uniform(rng, 1e-300, 1e150, size)
    mu[rng.random(size) < 0.02] = 0.0
    return mu, sigma


def ordinary(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-2, 30, size)
    return rng.uniform(-6, 6, size) * sigma, sigma


def vanishing_scale(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-300, 1e-2, size)
    return rng.uniform(-12, 12, size) * sigma, sigma


def any_scale(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-300, 1e150, size)
    return rng.uniform(-60, 60, size) * sigma, sigma


def unit_scale(rng: Generator, size: int) -> Place:
    t = rng.uniform(-20, 20, size)
    sigma = log_uniform(rng, 0.5, 2, size) / (1 + abs(t))
    return t * sigma, sigma


def location_near_zero(rng: Generator, size: int) -> Place:
    sigma = some_scale(rng, size)
    return signs(rng, size) * log_uniform(rng, 1e-18, 1, size) * sigma, sigma


def location_zero(rng: Generator, size: int) -> Place:
    return np.zeros(size), log_uniform(rng, 1e-300, 1e150, size)


def first_tilt_at_zero(rng: Generator, size: int) -> Place:
    """t + sigma near zero."""
    sigma = np.minimum(some_scale(rng, size), 1e74)
    return -(sigma**2) * near_one(rng, size), sigma


def second_tilt_at_zero(rng: Generator, size: int) -> Place:
    """t + 2 sigma near zero."""
    sigma = np.minimum(some_scale(rng, size), 1e74)
    return -2 * sigma**2 * near_one(rng, size), sigma


def far_tails(rng: Generator, size: int) -> Place:
    sigma = log_uniform(rng, 1e-5, 1e150, size)
    return signs(rng, size) * rng.uniform(30, 60, size) * sigma, sigma


def far_left(rng: Generator, size: int) -> Place:
    """Where exp(mu) is what there is."""
    return -log_uniform(rng, 1, 800, size), log_uniform(rng, 1e-300, 30, size)


def far_away(rng: Generator, size: int) -> Place:
    """t to plus and minus infinity at an ordinary sigma."""
    sigma = log_uniform(rng, 1e-2, 30, size)
    return signs(rng, size) * log_uniform(rng, 10, 1e100, size) * sigma, sigma


def subnormal_results(rng: Generator, size: int) -> Place:
    """Where sigma, sigma^2, P[X > 0], exp(mu), exp(2 mu) or sigma^2/mu is next to subnormal."""
    t = rng.uniform(-40, 40, size)
    sigma = log_uniform(rng, 1e-310, 1e-290, size)
    root = log_uniform(rng, 1e-165, 1e-150, size)
    scale = some_scale(rng, size)
    tail = signs(rng, size) * rng.uniform(36, 40, size)
    narrow = log_uniform(rng, 1e-300, 30, size)
    ratio = log_uniform(rng, 1e-229, 1e-80, size)
    kinds = [
        (t * sigma, sigma),
        (t * root, root),
        (tail * scale, scale),
        (-rng.uniform(690, 760, size), narrow),
        (-rng.uniform(340, 380, size), narrow),
        (ratio * (ratio * 1e300) * log_uniform(rng, 1, 1e26, size), ratio),
    ]
    mu, sigma = zip(*kinds, strict=True)
    kind = rng.integers(0, len(kinds), size)
    return np.choose(kind, mu), np.choose(kind, sigma)


def edges_of_t(rng: Generator, size: int) -> Place:
    t = rng.choice([-77.0, -36.0, -10.5, -2.0, -1.0, -0.5, 2.0, 36.0, 77.0], size)
    sigma = some_scale(rng, size)
    return t * near_one(rng, size) * sigma, sigma


def edges_of_sigma(rng: Generator, size: int) -> Place:
    """On the left, sigma and |mu| + sigma near the ends of regimes."""
    t = -log_uniform(rng, 0.5, 100, size)
    end = rng.choice([0.5, 0.7, 0.9], size) * near_one(rng, size)
    total = rng.choice([0.7, 1.0, 1.5], size) * near_one(rng, size)
    sigma = np.where(rng.random(size) < 0.5, end, total / (1 - t))
    return t * sigma, sigma


def edges_of_steps(rng: Generator, size: int) -> Place:
    """The steps sigma and 2 sigma of the Mills ratio near the longest that differences take."""
    t = rng.uniform(-2, 40, size)
    sigma = (t + 4) * (3 * near_one(rng, size) - 1) / rng.choice([1.0, 2.0], size)
    return t * sigma, sigma


def edges_of_differences(rng: Generator, size: int) -> Place:
    t = signs(rng, size) * log_uniform(rng, 0.01, 100, size)
    sigma = log_uniform(rng, 0.3, 3, size) * (1 + abs(t))
    return t * sigma, sigma


def edges_of_expansions(rng: Generator, size: int) -> Place:
    t = -log_uniform(rng, 0.3, 100, size)
    sigma = log_uniform(rng, 0.3, 3, size) / (1 + abs(t))
    return t * sigma, sigma


REGIMES: dict[str, Callable[[Generator, int], Place]] = {
    regime.__name__: regime
    for regime in (
        anywhere,
        ordinary,
        unit_scale,
        any_scale,
        vanishing_scale,
        location_near_zero,
        location_zero,
        first_tilt_at_zero,
        second_tilt_at_zero,
        far_tails,
        far_left,
        far_away,
        subnormal_results,
        edges_of_t,
        edges_of_sigma,
        edges_of_steps,
        edges_of_differences,
        edges_of_expansions,
    )
}


class Family(NamedTuple):
    """An activation as it is measured.

    Attributes:
        truths: from the names of formulas and a point to their truths.
        quantities: the names of the formulas that are measured.
        arguments: from places and an alpha for each to the columns of arguments.
        share: one in how many points is taken.
    """

    truths: Callable[..., dict[str, Truth]]
    quantities: tuple[str, ...]
    arguments: Callable[[Generator, Array, Array, Array], tuple[Array, ...]]
    share: int = LIGHT


def _of_elu(rng: Generator, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    return mu, sigma, alpha


def _of_selu(rng: Generator, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """The scale is near those in use: a large one multiplies the ulp of a subnormal moment."""
    return mu, sigma, alpha, log_uniform(rng, 0.5, 2, mu.size)


def _of_celu(rng: Generator, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """CELU sees mu and sigma in units of alpha, where they are not to be subnormal.

    Half of the places are meant in these units.
    """
    unit = np.where(rng.random(mu.size) < 0.5, alpha, 1.0)
    smallest = 1e-300 * np.maximum(alpha, 1.0)

    def in_range(x: Array) -> Array:
        size = np.clip(abs(x * unit), smallest, 1e150)
        return np.where(x == 0, x, np.copysign(size, x))

    return in_range(mu), in_range(sigma), alpha


def _of_leaky_relu(rng: Generator, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """A slope below 1, of which leaky ReLU is a straight line."""
    return mu, sigma, log_uniform(rng, 1e-10, 1, mu.size)


def _of_relu(rng: Generator, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    return mu, sigma


ALL, PIECEWISE_LINEAR = tuple(DEGREES), ("mean", "absolute_mean", "variance", "std")

FAMILIES = {
    "elu": Family(truths, ALL, _of_elu, share=1),
    "selu": Family(selu_truths, ALL, _of_selu),
    "celu": Family(celu_truths, ALL, _of_celu),
    "leaky_relu": Family(leaky_relu_truths, PIECEWISE_LINEAR, _of_leaky_relu),
    "relu": Family(leaky_relu_truths, PIECEWISE_LINEAR, _of_relu),
}


def published(activation: str) -> dict[str, Callable[..., Any]]:
    """Return the numeric functions of the book that are measured, by the name of the quantity."""
    formulas = ACTIVATIONS[activation].formulas
    return {name: formulas[name] for name in FAMILIES[activation].quantities if name in formulas}


def implementations(function: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """Return what computes a formula: C as users call it, and NumPy."""
    if isinstance(function, Formula) and function.numeric.compiled is not None:
        return function, function.numeric.by_numpy
    return (function,)


@dataclass
class Tally:
    """The errors of one formula over some points."""

    points: int = 0
    total: float = 0.0
    maximum: float = -1.0
    worst: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        return self.total / self.points

    def add(self, error: float, point: tuple[float, ...]) -> None:
        self.merge(Tally(1, error, error, point))

    def merge(self, other: Tally) -> None:
        self.points += other.points
        self.total += other.total
        if other.maximum > self.maximum:
            self.maximum, self.worst = other.maximum, other.worst


Tallies = dict[str, Tally]


def errors_at(activation: str, columns: tuple[Array, ...], functions: Any = None) -> Tallies:
    """Measure formulas of an activation at the points whose arguments are in the columns.

    Args:
        activation: its name.
        columns: mu, sigma and the parameters.
        functions: what to measure, by the name of the quantity; what is published, if not given.
    """
    functions = published(activation) if functions is None else functions
    prefix = "" if activation == "elu" else f"{activation}."
    tallies = {name: Tally() for name in functions}
    values = [
        np.array([each(*columns) for each in implementations(function)]).T.tolist()
        for function in functions.values()
    ]
    for point, *computed in zip(
        zip(*(column.tolist() for column in columns), strict=True), *values, strict=True
    ):
        found = FAMILIES[activation].truths(functions, *point)
        for name, value in zip(functions, computed, strict=True):
            tallies[name].add(max(map(found[name].error, value)), point)
    return {prefix + name: tally for name, tally in tallies.items()}


class Block(NamedTuple):
    """Points of one regime that are drawn and measured together."""

    regime: str
    seed: int
    index: int
    size: int

    def places(self) -> tuple[Generator, Array, Array, Array]:
        """Return mu, sigma and alpha of the points, and the generator that they came from."""
        rng = np.random.default_rng([self.seed, crc32(self.regime.encode()), self.index])
        mu, sigma = REGIMES[self.regime](rng, self.size)
        mu = np.clip(mu, -1e150, 1e150)
        sigma[rng.random(self.size) < 0.02] = 0.0  # the limit belongs to every regime of mu
        alpha = log_uniform(rng, 1e-10, 1e10, self.size)
        alpha[rng.random(self.size) < 0.125] = 1.0
        return rng, mu, sigma, alpha

    def measure(self) -> Tallies:
        """Measure every published formula, by its id."""
        rng, *places = self.places()
        tallies: Tallies = {}
        for activation, family in FAMILIES.items():
            some = (column[:: family.share] for column in places)
            tallies |= errors_at(activation, family.arguments(rng, *some))
        return tallies


def blocks(points: int, seed: int) -> Iterator[Block]:
    """Divide the points between the regimes: half of them anywhere, the rest evenly."""
    rest = points // 2 // (len(REGIMES) - 1)
    for regime in REGIMES:
        size = points // 2 if regime == "anywhere" else rest
        for index, start in enumerate(range(0, size, BLOCK)):
            yield Block(regime, seed, index, min(BLOCK, size - start))


def flaws(regime: str, tallies: Tallies) -> list[str]:
    """Say which errors are beyond the limits."""
    return [
        f"{formula}, {regime}: maximum {tally.maximum:.3g}, mean {tally.mean:.3g},"
        f" worst at {tally.worst}"
        for formula, tally in tallies.items()
        if not (tally.maximum <= MAXIMUM and (tally.mean <= MEAN or tally.points <= FEW))
    ]


Table = dict[str, Tallies]


def measure(points: int, seed: int, processes: int) -> Table:
    """Measure every formula in every regime, the regimes together last, as ``all``."""
    planned = list(blocks(points, seed))
    table: Table = {regime: {} for regime in (*REGIMES, "all")}
    with (
        # Threads of libraries that are loaded, too, forbid a fork.
        multiprocessing.get_context("spawn").Pool(processes) as pool,
        tqdm(total=sum(block.size for block in planned), unit=" points", unit_scale=True) as bar,
    ):
        for block, tallies in zip(planned, pool.imap(Block.measure, planned), strict=True):
            for formula, tally in tallies.items():
                for row in (block.regime, "all"):
                    table[row].setdefault(formula, Tally()).merge(tally)
            bar.update(block.size)
    return table


def text_of(table: Table) -> str:
    """Lay the table out, by formula and regime."""
    lines = [f"{'formula':24} {'regime':20} {'points':>9} {'max err':>8} {'mean err':>8}  worst"]
    for formula in table["all"]:
        for regime, tallies in table.items():
            tally = tallies[formula]
            lines.append(
                f"{formula:24} {regime:20} {tally.points:9} {tally.maximum:8.3f} {tally.mean:8.3f}"
                f"  {tally.worst}"
            )
    return "\n".join(lines)


def worst_points(table: Table) -> list[dict[str, Any]]:
    """Return the worst point of each formula, as it is kept."""
    return [
        {"formula": formula, "point": list(tally.worst), "error": tally.maximum}
        for formula, tally in table["all"].items()
    ]


def read() -> dict[str, Any]:
    """Return the last result that was kept."""
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def _json(result: dict[str, Any]) -> str:
    """Return JSON with one line for each entry of a list."""
    lines = []
    for key, value in result.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n  " + ",\n  ".join(json.dumps(entry) for entry in value) + "\n ]"
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write(table: Table, points: int, seed: int) -> None:
    """Keep a result, and its worst points beside those of the results before."""
    kept = read()["worst_points"] if RESULTS.exists() else []
    known = {(entry["formula"], *entry["point"]) for entry in kept}
    new = [
        entry for entry in worst_points(table) if (entry["formula"], *entry["point"]) not in known
    ]
    rows = [
        {
            "formula": formula,
            "regime": regime,
            "points": tally.points,
            "maximum": tally.maximum,
            "mean": tally.mean,
            "worst": list(tally.worst),
        }
        for regime, tallies in table.items()
        for formula, tally in tallies.items()
    ]
    result = {
        "seed": seed,
        "points": points,
        "limits": {"maximum": MAXIMUM, "mean": MEAN},
        "table": rows,
        "worst_points": kept + new,
    }
    part = RESULTS.with_suffix(".part")
    part.write_text(_json(result), encoding="utf-8")
    part.replace(RESULTS)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=POINTS, help="points a formula of ELU")
    parser.add_argument("--seed", type=int, help="what the points depend on; fresh if not given")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many at once")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {RESULTS.name}")
    options = parser.parse_args(arguments)
    seed = secrets.randbits(64) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    table = measure(options.points, seed, options.processes)
    print(text_of(table))
    found = [flaw for regime, tallies in table.items() for flaw in flaws(regime, tallies)]
    for flaw in found:
        print(flaw)
    if options.write and not found:
        write(table, options.points, seed)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
