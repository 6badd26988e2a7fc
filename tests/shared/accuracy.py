"""Measure the error of every formula and derivative against Arb, all over the range.

    python tests/shared/accuracy.py                # two million points, a fresh seed
    python tests/shared/accuracy.py --seed 1       # the same points again
    python tests/shared/accuracy.py --write        # keep the result beside this file
    python tests/shared/accuracy.py --only two-inputs  # one table; the other stays as it is

What is measured is ``FORMULAS``, every formula of the book, and the derivative of each in each of
its arguments, which PyTorch and JAX take; one without a truth ends the program.  The measure is

    |computed - true| / (ulp(true) + 2^-52 sum |x dF/dx|),

the sum over all arguments, for a derivative with the derivative in place of F; infinite for NaN and
for a wrong infinity.  At mu = sigma = 0 a density is infinite; 0 stands for it in derivatives, and
those that are infinite are left out there.

The formulas of ELU are measured at all points, those of other activations and derivatives at one
in ``LIGHT``, and at as many more where some of the derivatives do not exist.  NumPy computes the
same again where C is in use, and Python's numbers at one in ``SINGLE``; the largest error counts.
Expectations of two inputs have a table of their own: what is measured is each quantity of
``joint_expectation`` at one point in ``PAIR``, an error over its bound, which is 1e-13 in units of
the norms that ``joint_oracles`` says, and the largest one of a regime counts.

The points depend on the seed alone.  A run that was interrupted goes on where it stopped, from its
parts in .make/accuracy.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent))
import joint_accuracy
import joint_regimes
import regimes
from formula_oracles import ACTIVATIONS, truths
from half_lines import Columns, Truth, errors
from regimes import REGIMES, Array

from elu_sym.book.formula import FORMULAS, Formula
from elu_sym.generate.whole_files import write_whole
from elu_sym.numeric import _gradients
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.joint_expectations import QUANTITIES

LIMITS = {"formula": (8.0, 1.0), "derivative": (64.0, 16.0), "two inputs": (1.0, 1.0)}
"""The largest error of any point and of the mean over a regime."""

LEAST = {"float64": 1e-250, "float32": 1e-25}
"""Below this the unit of a derivative stays the same: parts of it are no normal numbers."""

LEAST_DEVIATION = {"float64": 1e-140, "float32": 1e-15}
"""Where a standard deviation is smaller, its variance is no number, and its derivatives are 0."""

FEW = 20  # of so many points or fewer the mean is not judged
POINTS, BLOCK = 2_000_000, 4000
LIGHT, SINGLE = 16, 256
PAIR, PAIR_BLOCK = 1000, 20
TABLES = ("formulas", "two-inputs")
ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_suffix(".json")
PARTS = ROOT / ".make" / "accuracy"

Function = Callable[..., Any]


def implementations(formula: Formula) -> Iterator[tuple[int, Function]]:
    """What computes a formula, each with the share of the points at which it is measured."""

    def one_by_one(function: Function) -> Function:
        return lambda *columns: np.array(
            [function(*point) for point in zip(*(x.tolist() for x in columns), strict=True)]
        )

    yield 1, formula
    if formula.numeric.compiled is not None:
        yield 1, formula.numeric.by_numpy
        yield SINGLE, one_by_one(formula)
    yield SINGLE, one_by_one(formula.numeric.by_numpy)


def gradient(formula: Formula) -> Function:
    """What computes the derivatives of a formula by NumPy."""
    function = getattr(_gradients, f"{formula.function_name}_gradient")
    return lambda *columns: evaluate(function, *columns)


def gradients(formula: Formula) -> list[Function]:
    """What computes the derivatives of a formula."""
    return [gradient(formula), *filter(None, [formula.numeric.compiled_gradient])]


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

    def merge(self, other: Tally) -> None:
        self.points += other.points
        self.total += other.total
        if other.maximum > self.maximum:
            self.maximum, self.worst = other.maximum, other.worst


Tallies = dict[str, Tally]


def merged(tallies: Tallies, others: Tallies) -> Tallies:
    """The tallies of the points of both."""
    for name, each in others.items():
        tallies.setdefault(name, Tally()).merge(each)
    return tallies


def tally(found: Array, columns: tuple[Array, ...]) -> Tally:
    """Count the errors at points; those that are NaN are left out."""
    place = np.flatnonzero(found == found)
    if not place.size:
        return Tally()
    worst = place[np.argmax(found[place])]
    point = tuple(float(column[worst]) for column in columns)
    return Tally(place.size, float(found[place].sum()), float(found[worst]), point)


def measure_formulas(
    formulas: Sequence[Formula], columns: tuple[Array, ...], value: Function | None = None
) -> Tallies:
    """Measure formulas of the same activation and arguments.

    Args:
        formulas: the formulas.
        columns: the arguments.
        value: what is measured in place of the first formula.
    """
    known = truths_at(formulas, columns)
    tallies = {}
    for formula in formulas:
        true = Columns.of(each[formula.name] for each in known)
        worst = np.zeros(len(known))
        for share, function in [(1, value)] if value else implementations(formula):
            computed = function(*(column[::share] for column in columns))
            worst[::share] = np.maximum(worst[::share], errors(computed, true.every(share)))
        tallies[formula.id] = tally(worst, columns)
    return tallies


def measure_derivatives(
    formulas: Sequence[Formula],
    columns: tuple[Array, ...],
    gradient: Callable[[Formula], Function] | None = None,
    dtype: str = "float64",
) -> Tallies:
    """Measure the derivatives of formulas of the same activation and arguments.

    Args:
        formulas: the formulas; those by cases, which have no derivatives, are left out.
        columns: the arguments.
        gradient: what computes the derivatives of a formula; by default all that does, of which
            the worst counts.
        dtype: the precision of the derivatives.
    """
    formulas = [formula for formula in formulas if not formula.quantity.by_cases]
    known = truths_at(formulas, columns, derivatives=True) if formulas else []
    tallies = {}
    for formula in formulas:
        functions = [gradient(formula)] if gradient else gradients(formula)
        computed = [function(*columns) for function in functions]
        for i, (name, *slopes) in enumerate(zip(formula.arguments, *computed, strict=True)):
            true = Columns.of(each[f"{formula.name} by {i}"] for each in known)
            error = np.max([errors(each, true, dtype, LEAST[dtype]) for each in slopes], axis=0)
            mu, sigma = columns[:2]
            error[(mu == 0) & (sigma == 0) & np.isinf(true.nearest)] = np.nan
            error[np.isinf(mu) & (sigma == 0)] = np.nan  # which limit comes first decides
            if ACTIVATIONS[formula.activation.name].in_units and name == "alpha":
                error[regimes.nearly_linear(*columns)] = np.nan
            if formula.name == "std":
                value = Columns.of(each[formula.name] for each in known).nearest
                error[(sigma > 0) & (value < LEAST_DEVIATION[dtype])] = np.nan
            tallies[f"{formula.id} by {name}"] = tally(error, columns)
    return tallies


def truths_at(
    formulas: Sequence[Formula], columns: tuple[Array, ...], derivatives: bool = False
) -> list[dict[str, Truth]]:
    """The truths of formulas of one activation at points, and those of their derivatives."""
    names, activation = [formula.name for formula in formulas], formulas[0].activation.name
    return [
        truths(names, *point, activation=activation, derivatives=derivatives)
        for point in zip(*(column.tolist() for column in columns), strict=True)
    ]


def groups() -> Iterator[list[Formula]]:
    """The formulas of the book, those of the same activation and arguments together."""
    found: dict[tuple[Any, ...], list[Formula]] = {}
    for formula in FORMULAS.values():
        found.setdefault((formula.activation, formula.arguments), []).append(formula)
    yield from found.values()


class Block(NamedTuple):
    """Points of one regime that are drawn and measured together."""

    regime: str
    seed: int
    index: int
    size: int

    def columns(self, formula: Formula, derivatives: bool = False) -> tuple[Array, ...]:
        """Draw the arguments of a formula, or of its derivatives."""
        rng = np.random.default_rng([self.seed, crc32(self.regime.encode()), self.index])
        place = regimes.places(self.regime, rng, self.size)
        names, in_units = formula.arguments, ACTIVATIONS[formula.activation.name].in_units
        columns = regimes.arguments(names, in_units, rng, *place)
        if not derivatives:
            return columns
        return regimes.in_the_range_of_derivatives(names, in_units, columns)

    def measure(self) -> Tallies:
        """Measure everything."""
        tallies: Tallies = {}
        for formulas in groups():
            share = 1 if formulas[0].activation.name == "elu" else LIGHT
            columns = (x[::share] for x in self.columns(formulas[0]))
            tallies |= measure_formulas(formulas, tuple(columns))
            columns = self.columns(formulas[0], derivatives=True)
            tallies |= measure_derivatives(formulas, tuple(x[::LIGHT] for x in columns))
            tallies = merged(tallies, self.measure_again(formulas, columns))
        return tallies

    def measure_again(self, formulas: Sequence[Formula], columns: tuple[Array, ...]) -> Tallies:
        """Measure derivatives that do not exist, or are not judged, at many points, at others."""
        often_none = [
            formula
            for formula in formulas
            if formula.name == "std" or ACTIVATIONS[formula.activation.name].in_units
        ]
        return measure_derivatives(often_none, tuple(x[LIGHT // 2 :: LIGHT] for x in columns))

    def measured(self, folder: Path | None) -> Tallies:
        """Measure everything, or read it from the part that an earlier run left in the folder."""
        if folder is None:
            return self.measure()
        path = folder / f"{self.name}.json"
        known = read_part(path, self)
        if known is None:
            known = self.measure()
            rows = json.dumps({name: asdict(each) for name, each in known.items()})
            write_whole(path, f"{self.mark(rows)}\n{rows}")
        return known

    @property
    def name(self) -> str:
        """What a part is called."""
        return f"{self.regime}-{self.index}"

    def mark(self, rows: str) -> str:
        """What a part begins with: of which points and sources it is, and that it is whole."""
        return f"{sources():08x} {crc32(repr((self, rows)).encode()):08x}"


class PairBlock(Block):
    """Pairs of inputs of one regime."""

    @property
    def pairs(self) -> joint_regimes.Pairs:
        """Draw the arguments of ``joint_expectation``."""
        rng = np.random.default_rng([self.seed, crc32(self.regime.encode()), self.index])
        return joint_regimes.pairs(self.regime, rng, self.size)

    def measure(self) -> Tallies:
        """Measure every quantity."""
        pairs = self.pairs
        numbers = tuple(column for part in pairs for column in part)
        return {
            f"two inputs: {quantity}": tally(joint_accuracy.errors(quantity, pairs), numbers)
            for quantity in QUANTITIES
        }

    @property
    def name(self) -> str:
        return f"two inputs, {self.regime}-{self.index}"


def read_part(path: Path, block: Block) -> Tallies | None:
    """The tallies of a block, unless they are damaged or of other sources or points."""
    try:
        mark, rows = path.read_text(encoding="utf-8").split("\n", 1)
    except (OSError, ValueError):
        return None
    if mark != block.mark(rows):
        return None
    return {
        name: Tally(**each | {"worst": tuple(each["worst"])})
        for name, each in json.loads(rows).items()
    }


def sources() -> int:
    """The checksum of what is measured and what measures."""
    paths = sorted(
        path
        for folder in (
            ROOT / "elu_sym" / "numeric",
            ROOT / "elu_sym" / "book",
            Path(__file__).parent,
        )
        for path in folder.rglob("*.[pch]*")
        if path.suffix in (".py", ".c", ".h")
    )
    return crc32(b"".join(path.read_bytes() for path in paths))


def blocks(points: int, seed: int) -> Iterator[Block]:
    """Divide the points between the regimes: half of them anywhere, the rest evenly."""
    rest = points // 2 // (len(REGIMES) - 1)
    for regime in REGIMES:
        size = points // 2 if regime == "anywhere" else rest
        for index, start in enumerate(range(0, size, BLOCK)):
            yield Block(regime, seed, index, min(BLOCK, size - start))


def pair_blocks(points: int, seed: int) -> Iterator[PairBlock]:
    """Divide the pairs evenly between their regimes."""
    size = max(points // PAIR // len(joint_regimes.REGIMES), 1)
    for regime in joint_regimes.REGIMES:
        for index, start in enumerate(range(0, size, PAIR_BLOCK)):
            yield PairBlock(regime, seed, index, min(PAIR_BLOCK, size - start))


def limits(name: str) -> tuple[float, float]:
    """The limits of a formula, a derivative or a quantity of two inputs, by its name in a tally."""
    if name.startswith("two inputs"):
        return LIMITS["two inputs"]
    return LIMITS["derivative" if " by " in name else "formula"]


def flaws(regime: str, tallies: Tallies) -> list[str]:
    """Say which errors are beyond the limits."""
    found = []
    for name, each in tallies.items():
        maximum, mean = limits(name)
        if not (each.maximum <= maximum and (each.points <= FEW or each.mean <= mean)):
            found.append(
                f"{name}, {regime}: maximum {each.maximum:.3g}, mean {each.mean:.3g},"
                f" worst at {each.worst}"
            )
    return found


Table = dict[str, Tallies]


def measure(planned: Sequence[Block], processes: int, folder: Path | None = None) -> Table:
    """Measure blocks, and the tallies of their regimes, those of all regimes last, as ``all``."""
    table: Table = {block.regime: {} for block in planned} | {"all": {}}
    tasks = [(block, folder) for block in planned]
    with (
        _pool(processes) as each_of,
        tqdm(total=sum(block.size for block in planned), unit=" points", unit_scale=True) as bar,
    ):
        for block, tallies in zip(planned, each_of(_measured, tasks), strict=True):
            for row in (block.regime, "all"):
                merged(table[row], tallies)
            bar.update(block.size)
    return table


@contextmanager
def _pool(processes: int) -> Iterator[Function]:
    """What maps a function over tasks in order, by so many processes; 0 is this one."""
    if not processes:
        yield map
        return
    # Threads of libraries that are loaded, too, forbid a fork.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield pool.imap


def _measured(task: tuple[Block, Path | None]) -> Tallies:
    block, folder = task
    return block.measured(folder)


def text_of(table: Table) -> str:
    """Lay out what was found in all regimes together."""
    lines = [f"{'formula':42} {'points':>9} {'max err':>8} {'mean err':>8}  regime, worst point"]
    for name, each in table["all"].items():
        regime = next(regime for regime in table if table[regime][name].worst == each.worst)
        lines.append(
            f"{name:42} {each.points:9} {each.maximum:8.3f} {each.mean:8.3f}"
            f"  {regime}, {each.worst}"
        )
    return "\n".join(lines)


def text_of_pairs(table: Table) -> str:
    """Lay out the largest error over its bound in each regime, and the worst points."""
    names = list(table["all"])
    short = [name.removeprefix("two inputs: ").replace("covariance_", "") for name in names]
    lines = [
        f"{'two inputs, error / bound':24} {'points':>6}" + "".join(f" {x:>17}" for x in short)
    ]
    for regime, tallies in table.items():
        points = max((each.points for each in tallies.values()), default=0)
        row = "".join(f" {tallies[name].maximum:17.3g}" for name in names)
        lines.append(f"{regime:24} {points:6}{row}")
    return "\n".join([*lines, *(f"{n}: worst at {each.worst}" for n, each in table["all"].items())])


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


def write(tables: dict[str, Table], points: int, seed: int) -> None:
    """Keep a result, and its worst points beside those of the results before."""
    kept = read() if RESULTS.exists() else {"worst_points": []}
    known = {(entry["formula"], *entry["point"]) for entry in kept["worst_points"]}
    new = [
        {"formula": name, "point": list(each.worst), "error": each.maximum}
        for table in tables.values()
        for name, each in table["all"].items()
        if (name, *each.worst) not in known
    ]
    result: dict[str, Any] = {}
    for name, table in tables.items():
        if name == "formulas":
            result |= _formulas_entry(table) | {"seed": seed, "points": points}
        else:
            result["two_inputs"] = [{"seed": seed}, *_pair_rows(table)]
    worst_points = {"worst_points": kept["worst_points"] + new}
    order = ("seed", "points", "limits", "regimes", "table", "two_inputs", "worst_points")
    whole = kept | result | {"limits": LIMITS} | worst_points
    write_whole(RESULTS, _json({key: whole[key] for key in order if key in whole}))


def _formulas_entry(table: Table) -> dict[str, Any]:
    return {
        "regimes": {regime: max(x.points for x in table[regime].values()) for regime in table},
        "table": [{"formula": name, **asdict(each)} for name, each in table["all"].items()],
    }


def _pair_rows(table: Table) -> list[dict[str, Any]]:
    """The largest errors of each regime over their bounds, and at how many points."""
    return [
        {"regime": regime, "points": max(each.points for each in tallies.values())}
        | {name.removeprefix("two inputs: "): each.maximum for name, each in tallies.items()}
        for regime, tallies in table.items()
    ]


def seed_to_go_on_with(points: int) -> int | None:
    """The seed of a run of so many points that was interrupted, if there is one."""
    found = sorted(PARTS.glob(f"*-{points}"), key=lambda folder: folder.stat().st_mtime)
    return int(found[-1].name.split("-")[0]) if found else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=POINTS, help="points a formula of ELU")
    parser.add_argument("--seed", type=int, help="what the points depend on; fresh if not given")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many at once")
    parser.add_argument("--only", choices=TABLES, help="the table to measure")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {RESULTS.name}")
    options = parser.parse_args(arguments)
    seed = options.seed
    if seed is None:
        seed = seed_to_go_on_with(options.points)
    if seed is None:
        seed = secrets.randbits(64)
    print(f"seed {seed}", flush=True)
    folder = PARTS / f"{seed}-{options.points}"
    folder.mkdir(parents=True, exist_ok=True)
    plans = dict(zip(TABLES, (blocks, pair_blocks), strict=True))
    tables = {
        name: measure([*plan(options.points, seed)], options.processes, folder)
        for name, plan in plans.items()
        if options.only in (None, name)
    }
    for name, table in tables.items():
        print(text_of(table) if name == "formulas" else text_of_pairs(table))
    found = [
        flaw
        for table in tables.values()
        for regime, tallies in table.items()
        for flaw in flaws(regime, tallies)
    ]
    for flaw in found:
        print(flaw)
    if options.write and not found:
        write(tables, options.points, seed)
    shutil.rmtree(folder)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
