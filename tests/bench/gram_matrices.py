"""Measure the time and the memory of large Gram matrices, each in a fresh process.

    python tests/bench/gram_matrices.py              # 10^4 inputs
    python tests/bench/gram_matrices.py --inputs 500

A process computes the kernel of an infinitely wide network for all pairs of random inputs and tells
the largest memory that it ever held, the interpreter and the libraries included, with the times on
the clock and of the processor. The results are kept in ``gram_matrices.json`` beside this file; the
program fails where a process took more memory than the limit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.derivations import machine, write

RESULTS = Path(__file__).with_name("gram_matrices.json")
INPUTS = 10**4
FEATURES = 64
DEPTH = 3
THREADS_MEGABYTES = 16.0
"""What a thread may take, in megabytes of 10^6 bytes."""
BASE_MEGABYTES = 150.0
"""What the interpreter and the libraries may take."""

COMPUTE = """
import json, os, resource, sys, time
import numpy as np
from elu_sym import gram
inputs, features, depth = map(int, sys.argv[1:4])
rows = np.random.default_rng(1).normal(size=(inputs, features))
before = resource.getrusage(resource.RUSAGE_SELF)
clock = time.perf_counter()
found = gram(rows, depth=depth, kind=sys.argv[4], activation=sys.argv[5])
seconds = time.perf_counter() - clock
usage = resource.getrusage(resource.RUSAGE_SELF)
unit = 1 if sys.platform == "darwin" else 1024
spent = [each.ru_utime + each.ru_stime for each in (usage, before)]
print(json.dumps({
    "shape": found.shape,
    "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    "peak_megabytes": round(usage.ru_maxrss * unit / 1e6, 1),
    "processor_seconds": round(spent[0] - spent[1], 2),
    "seconds": round(seconds, 2),
    "microseconds_a_pair_and_layer": round(
        2e6 * (spent[0] - spent[1]) / (inputs * (inputs - 1) * depth), 3
    ),
}))
"""

KERNELS = {
    "NNGP of ELU": ("nngp", "elu"),
    "NTK of ELU": ("ntk", "elu"),
    "NNGP of ReLU": ("nngp", "relu"),
}
"""The kind and the activation."""


def limit(inputs: int, kind: str, threads: int) -> float:
    """The megabytes that a process may take; the other kernel is computed on the way to the NTK."""
    matrices = 2 if kind == "ntk" else 1
    return BASE_MEGABYTES + matrices * 8e-6 * inputs**2 + threads * THREADS_MEGABYTES


def measure(inputs: int) -> dict[str, Any]:
    """The peaks and times of all kernels.

    Args:
        inputs: how many rows and columns a matrix has.
    """
    entries = {}
    for name, (kind, activation) in tqdm(KERNELS.items(), desc="gram", disable=None):
        numbers = map(str, (inputs, FEATURES, DEPTH))
        command = [sys.executable, "-c", COMPUTE, *numbers, kind, activation]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        entry = json.loads(done.stdout)
        entry["limit_megabytes"] = limit(inputs, kind, entry["threads"])
        entries[name] = entry
    sizes = {"inputs": inputs, "features": FEATURES, "depth": DEPTH}
    return {"entries": entries, "machine": machine(), **sizes}


def exceeded(results: dict[str, Any]) -> list[str]:
    """The kernels that took more than the limit, or are no matrix of the size."""
    return [
        name
        for name, entry in results["entries"].items()
        if entry["peak_megabytes"] > entry["limit_megabytes"]
        or entry["shape"] != [results["inputs"]] * 2
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and keep the result of the full size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=INPUTS, help="rows (default 10^4)")
    inputs = parser.parse_args(arguments).inputs
    results = measure(inputs)
    for name, entry in results["entries"].items():
        print(
            f"{name:16s}{entry['peak_megabytes']:8.1f} MB{entry['seconds']:8.2f} s"
            f"{entry['microseconds_a_pair_and_layer']:8.3f} µs a pair and layer"
        )
    if inputs == INPUTS:
        write(results, RESULTS)
    return 1 if exceeded(results) else 0


if __name__ == "__main__":
    raise SystemExit(main())
