"""The pages of tables: gains, published constants, conformance, benchmarks.

Every number is computed by the package while the site is built, or read from what it has stored.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markdown_parts import table

from elu_sym import ACTIVATIONS, gain
from elu_sym.conformance.conformance_report import COLUMNS, ConformanceReport
from elu_sym.conformance.grades import Grade
from elu_sym.conformance.measured_rows import read
from elu_sym.networks.initialization import Preserve
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS
from elu_sym.networks.published_gains import PUBLISHED_GAINS

BENCH = Path(__file__).parents[2] / "tests" / "bench"

RULES: tuple[Preserve, ...] = ("second_moment", "variance", "gradient")

UNITS = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))
"""Units of time, in nanoseconds."""


def gains() -> Iterator[str]:
    """The gain of every activation by each rule."""
    names = [*ACTIVATIONS, *NAMED_ACTIVATIONS]
    yield "# Gains of all activations"
    yield (
        f"The {len(names)} activations that `elu_sym.gain` knows by name, for pre-activations"
        " $X \\sim N(0, 1)$ and the default parameters of each. A layer that is fed by one gets"
        " weights of mean 0 and variance $g^2/n$, with $n$ its fan-in: in code"
        ' `gain(activation="gelu")`, and for a whole network `initialize_`. *Second moment* keeps'
        " $\\mathbb{E} f^2$ and is the rule of He and others; *variance* is for layers whose mean"
        " is taken away; *gradient* keeps the gradients, with $n$ the fan-out."
    )
    yield table(
        ("activation", "second moment", "variance", "gradient", "who proposed it"),
        (
            (
                f"`{name}`",
                *(f"{gain(activation=name, preserve=rule):.12f}" for rule in RULES),
                (ACTIVATIONS.get(name) or NAMED_ACTIVATIONS[name]).source,
            )
            for name in names
        ),
    )
    yield (
        "Other parameters, means and variances: `gain` takes them, and it takes an activation of"
        " your own. How the digits are certified stands in"
        " [Which gain has your activation?](../13_gains_of_activations.ipynb)."
    )


def constants() -> Iterator[str]:
    """What is published, beside what is exact."""
    yield "# Published constants, beside the exact values"
    yield (
        "Numbers that libraries and papers have for ELU and its relatives, as they stand there, and"
        " the exact value of what each is meant to be, for $X \\sim N(0, 1)$. The difference is"
        " that of the published number, relative to the exact one."
    )
    yield table(
        ("", "published", "exact", "difference", "what it is", "where it stands"),
        (
            (
                f"`{row.id}`",
                row.value,
                row.digits(),
                f"{row.relative_difference:.1e}",
                f"{row.meaning}, {row.activation}",
                row.source,
            )
            for row in PUBLISHED_CONSTANTS.values()
        ),
    )
    yield "## Gains of other activations"
    yield table(
        ("", "published", "exact", "difference", "preserves"),
        (
            (
                f"`{name}`",
                row.value,
                f"{row.exact:.15f}",
                f"{row.relative_difference:.1e}",
                row.preserve.replace("_", " "),
            )
            for name, row in PUBLISHED_GAINS.items()
        ),
    )
    for source in dict.fromkeys(row.source for row in PUBLISHED_GAINS.values()):
        yield f"They stand in {source}."


def conformance_table() -> Iterator[str]:
    """The worst grade of every library in each column, as stored."""
    report = ConformanceReport(tuple(read()))
    counts = ", ".join(f"{count} {grade}" for grade, count in report.counts.items())
    yield "# How right ELU is in each library"
    yield (
        f"ELU, CELU and SELU of each library, in each of its modes, compared with exact values in"
        f" {len(report.checks)} checks: {counts}. A cell is the worst grade of all functions and"
        " formats. `python -m elu_sym conformance --report torch` says what is behind a cell, and"
        " [How right is your framework?](../14_your_framework.ipynb) what it means."
    )
    rows = []
    for (library, mode), found in report.parts.items():
        name = f"{library} {found[0].version}, {mode}"
        if found[0].grade == Grade.NOT_RUN:
            rows.append((name, "not run", *("" for _ in list(COLUMNS)[1:])))
        else:
            rows.append((name, *(each or "–" for each in report.grades(library, mode).values())))
    yield table(("library", *COLUMNS), rows)
    yield (
        "**exact**: correctly rounded at every point. **1 ulp, 4 ulp**: off by at most so many"
        " units of the last place. **degraded**: at least half of the bits are right. **wrong**:"
        " fewer are. **refused**: an error is raised. **–**: the library does not have it."
    )


def benchmarks() -> Iterator[str]:
    """The times that are stored, in units of those of the textbook forms."""
    results = json.loads((BENCH / "speed.json").read_text(encoding="utf-8"))
    bars = results["bars"]
    held = sum(bar["verdict"] == "holds" for bar in bars.values())
    yield "# Benchmarks"
    yield (
        "The time that a formula takes, beside that of the textbook form as a good engineer writes"
        " it by hand for the same library (`tests/bench/hand_written.py`). A bar is the ratio that"
        f" was allowed before anything was measured: {held} of {len(bars)} hold. `make bench`"
        " measures anew."
    )
    for name, section in results.items():
        if "cells" in section:
            yield f"## {name.replace('_', ' ').capitalize()}"
            machine = section["machine"]
            yield (
                f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']},"
                f" NumPy {machine['versions']['numpy']}; computed by {section['implementation']}."
            )
            cells = section["cells"].items()
            yield table(
                ("what", "here", "by hand", "ratio", "bar", ""), (row(*cell) for cell in cells)
            )
    missed: dict[str, list[str]] = {}
    for name, bar in bars.items():
        if bar["verdict"] != "holds":
            missed.setdefault(bar["why"], []).append(f"`{name}`")
    yield "## Bars that are missed, and why"
    for why, names in missed.items():
        yield f"{why} ({', '.join(names)})"


def row(name: str, cell: Mapping[str, Any]) -> tuple[str, ...]:
    """A cell of the bench as a row of its table."""
    ratio, bar = cell["ratio"], cell["bar"]
    verdict = "" if None in (ratio, bar) else "holds" if ratio <= bar else "missed"
    times = (amount(cell[each], cell["unit"]) for each in ("ours", "theirs"))
    numbers = ("" if each is None else f"{each:.3g}" for each in (ratio, bar))
    return name, *times, *numbers, verdict


def amount(value: float | None, unit: str) -> str:
    """A time in the unit that suits it, or something else in its own."""
    if value is None:
        return ""
    if unit == "ns":
        unit, size = next((each for each in UNITS if value >= each[1]), UNITS[-1])
        value /= size
    return f"{value:.3g} {unit}"


PAGES = {
    "gains": gains,
    "constants": constants,
    "conformance_table": conformance_table,
    "benchmarks": benchmarks,
}


def pages() -> Iterator[tuple[str, str]]:
    """The name of each file and what stands in it."""
    for name, parts in PAGES.items():
        yield f"{name}.md", "\n\n".join(parts()) + "\n"
