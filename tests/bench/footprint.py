"""What a large call takes of memory, and what the first number takes of time."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench.cells import Limited, progress, rounded
from bench.derivations import Measurement, measure

LARGE = 100_000_000

MEMORY = """
import json, resource, sys
import numpy as np
from elu_sym.numeric.function import NumericFunction

unit = 1 if sys.platform == "darwin" else 1024

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

rng = np.random.default_rng(1)
mu, sigma = (np.empty({elements}) for _ in range(2))
rng.standard_normal(out=mu)
rng.random(out=sigma)
function = NumericFunction({quantity!r}, ("mu", "sigma", "alpha")){attribute}
function(mu[:10000], sigma[:10000], 1.0)
before = peak()
found = function(mu, sigma, 1.0)
growth = peak() - before
output = sum(each.nbytes for each in (found if isinstance(found, tuple) else (found,)))
sizes = {{"input": mu.nbytes + sigma.nbytes, "output": output, "beyond": growth - output}}
print(json.dumps(sizes))
"""
"""A script that calls a function once, mu and sigma arrays and alpha a number."""

LARGE_CALLS = {
    ("mean", "shipped"): "",
    ("moments", "shipped"): "",
    ("mean", "numpy"): ".by_numpy",
}


def memory() -> dict[str, Any]:
    """The growth of the peak of resident memory in a large call, in GiB, beyond its results."""
    entries: dict[str, Any] = {}
    with progress(len(LARGE_CALLS), "memory") as bar:
        for (quantity, name), attribute in LARGE_CALLS.items():
            script = MEMORY.format(elements=LARGE, quantity=quantity, attribute=attribute)
            process = subprocess.run(
                [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
            )
            found = json.loads(process.stdout)
            entries.setdefault(quantity, {})[name] = {
                key: rounded(value / 2**30) for key, value in found.items()
            }
            bar.update()
    return {"elements": LARGE, "entries": entries}


IMPORTS = {
    "scipy_special": Measurement(
        "python, import scipy.special", "import scipy.special", setup=None, runs=15
    ),
    "first_number": Measurement(
        "python, from elu_sym import mean; mean(0., 1., 1.)",
        "from elu_sym import mean; mean(0., 1., 1.)",
        setup=None,
        runs=15,
    ),
    "first_number_numpy": Measurement(
        "the same without the compiled module",
        "from elu_sym import mean; mean.numeric.by_numpy(0., 1., 1.)",
        setup=None,
        runs=15,
    ),
}


def imports() -> dict[str, Any]:
    """Seconds from a fresh interpreter to the first number."""
    return {"entries": measure(IMPORTS, "imports")}


# The bars

GIB, IMPORT = 2.0, 1.1
WITHOUT_C = 2.5
"""How many times as long the first number may take without the compiled module."""


def memory_bars(section: dict[str, Any]) -> Iterator[Limited]:
    """The memory beyond the results."""
    for quantity, entries in section["entries"].items():
        for name, entry in entries.items():
            yield f"memory: {quantity}, {name}, GiB", entry["beyond"], GIB


def import_bars(section: dict[str, Any]) -> Iterator[Limited]:
    """The first number beside the import of ``scipy.special``."""
    processes = section["entries"]
    unit = processes["scipy_special"]["processor_seconds"]
    for name, bar in (("first_number", IMPORT), ("first_number_numpy", IMPORT * WITHOUT_C)):
        yield f"imports: {name}", processes[name]["processor_seconds"] / unit, bar


# For a reader


def memory_lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'GiB, 10^' + str(round(math.log10(section['elements']))) + ' elements':26s}" + "".join(
        f" {name:>8s}" for name in ("input", "output", "beyond")
    )
    for quantity, entries in section["entries"].items():
        for name, entry in sorted(entries.items(), reverse=True):
            sizes = " ".join(f"{entry[key]:8.2f}" for key in ("input", "output", "beyond"))
            yield f"{quantity + ', ' + name:26s} {sizes}"


def import_lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'processor s':>13s} {'clock s':>10s}  runs"
    for name in IMPORTS:
        entry = section["entries"][name]
        times = f"{entry['processor_seconds']:13.3g} {entry['seconds']:10.3g}"
        yield f"{times} {entry['runs']:5d}  {entry['what']}"
