"""Measure the memory that the audit of a layer takes, each file in a fresh process.

    python tests/bench/audit_memory.py              # 10^7 rows
    python tests/bench/audit_memory.py --rows 1000

A process reads a file of recorded values and tells the largest memory that it ever held, the
interpreter and the libraries included, with the times on the clock and of the processor. The files
are written by another process into a temporary directory. The results are kept in
``audit_memory.json`` beside this file; the program fails where a process took more than the limit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.derivations import machine, write

RESULTS = Path(__file__).with_name("audit_memory.json")
ROWS = 10**7
LIMIT = 500.0
"""In megabytes, of 10^6 bytes."""

WRITE = """
import sys
import numpy as np
path, rows, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
values = np.random.default_rng(1).normal(-0.5, 1.5, rows)
if kind == "npy":
    np.save(path, values)
elif kind == "csv":
    with open(path, "w") as stream:
        stream.write("x\\n")
        for part in np.array_split(values, 100):
            stream.writelines(f"{value!r}\\n" for value in part.tolist())
else:
    import pyarrow as pa
    from pyarrow import parquet
    single = kind == "float32"
    columns = {"x": values.astype(np.float32) if single else values, "other": values[::-1]}
    group = rows if kind == "one row group" else 1 << 20
    parquet.write_table(pa.table(columns), path, row_group_size=group)
"""

READ = """
import json, resource, sys, time
from elu_sym.layer_audit import audit
clock = time.perf_counter()
found = audit(sys.argv[1], column=sys.argv[2] or None)
seconds = time.perf_counter() - clock
usage = resource.getrusage(resource.RUSAGE_SELF)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({
    "count": found.count,
    "peak_megabytes": round(usage.ru_maxrss * unit / 1e6, 1),
    "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
    "seconds": round(seconds, 2),
}))
"""

FILES = {
    "parquet, float64": ("layer.parquet", "float64", "x"),
    "parquet, float64 in one row group": ("layer.parquet", "one row group", "x"),
    "parquet, float32": ("layer.parquet", "float32", "x"),
    "npy, float64": ("layer.npy", "npy", ""),
    "csv": ("layer.csv", "csv", ""),
}
"""The name of the file, how it is written, and the column that is read."""


def measure(rows: int) -> dict[str, Any]:
    """The peaks and times of all files.

    Args:
        rows: how many values a file has.
    """
    entries = {}
    for name, (file, kind, column) in tqdm(FILES.items(), desc="audit", disable=None):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / file
            subprocess.run([sys.executable, "-c", WRITE, path, str(rows), kind], check=True)
            read = [sys.executable, "-c", READ, path, column]
            done = subprocess.run(read, check=True, stdout=subprocess.PIPE, text=True)
            entries[name] = json.loads(done.stdout)
    return {"entries": entries, "limit_megabytes": LIMIT, "machine": machine(), "rows": rows}


def exceeded(results: dict[str, Any]) -> list[str]:
    """The files that took more than the limit, or were not read whole."""
    return [
        name
        for name, entry in results["entries"].items()
        if entry["peak_megabytes"] > LIMIT or entry["count"] != results["rows"]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and keep the result of the full size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="values a file (default 10^7)")
    rows = parser.parse_args(arguments).rows
    results = measure(rows)
    for name, entry in results["entries"].items():
        print(f"{name:36s}{entry['peak_megabytes']:8.1f} MB{entry['seconds']:8.2f} s")
    if rows == ROWS:
        write(results, RESULTS)
    return 1 if exceeded(results) else 0


if __name__ == "__main__":
    raise SystemExit(main())
