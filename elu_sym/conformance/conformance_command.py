"""The command ``python -m elu_sym conformance``."""

import argparse
import sys
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "torch", "jax", "tensorflow", "keras", "onnxruntime", "tinygrad")
FORMATS = ("float64", "float32", "bfloat16", "float16")


def add_conformance_command(commands: Any) -> None:
    """Add the command to those of a program.

    Args:
        commands: what ``add_subparsers`` of an ``argparse.ArgumentParser`` returned. The parsed
            options have ``run``, which takes them and returns the exit code; a bad file or
            argument is a ``ValueError``, a missing package a ``ModuleNotFoundError``.
    """
    parser = commands.add_parser(
        "conformance",
        help="compare ELU, CELU and SELU of the installed libraries with exact rounding",
        description="Evaluate ELU, CELU and SELU and their derivatives in every library that is"
        " installed, compare them with exact values, and print the worst grade of each: exact"
        " (correctly rounded), 1 ulp, 4 ulp, refused, degraded (half of the bits are right, or a"
        " sign of zero, a subnormal number or the NaN of a derivative is lost) and wrong. What is"
        " not installed is shown as it was stored.",
    )
    parser.add_argument(
        "--library", nargs="+", metavar="NAME", help=f"only these: {', '.join(LIBRARIES)}"
    )
    parser.add_argument(
        "--format", nargs="+", metavar="NAME", help=f"only these: {', '.join(FORMATS)}"
    )
    parser.add_argument(
        "--report", metavar="NAME", help="print what is not right in a library, as an issue"
    )
    parser.add_argument(
        "--stored", action="store_true", help="measure nothing, show what is stored"
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--output", type=Path, metavar="CSV", help="write the rows into this table")
    kept.add_argument("--write", action="store_true", help="write them into the stored table")
    parser.set_defaults(run=run_conformance)


def run_conformance(options: argparse.Namespace) -> int:
    """Measure, print a table or a report, and write the rows.

    Args:
        options: ``library``, ``format``, ``report``, ``stored``, ``output`` and ``write``.

    Returns:
        0: what a library does wrong is a result.

    Raises:
        ValueError: if a library or a format is not known, in one line.
        OSError: if the table cannot be written.
        ModuleNotFoundError: if python-flint is missing.
    """
    from elu_sym.conformance.conformance_report import ConformanceReport
    from elu_sym.conformance.measured_rows import STORED, Row, merged, read
    from elu_sym.conformance.measuring import conformance
    from elu_sym.experiments import tables

    if options.write and options.format:
        # The rows of one format would take the place of all.
        raise ValueError("--write keeps all formats; leave --format out, or give --output")
    if options.report and options.report not in (options.library or [options.report]):
        raise ValueError(f"--report {options.report} is not among --library: leave that out")
    wanted = [options.report] if options.report and not options.library else options.library
    if options.stored:
        rows = [row for row in read() if row.library in (wanted or LIBRARIES)]
        report = ConformanceReport(tuple(rows))
    else:
        report = conformance(wanted, options.format)
    for message in report.messages:
        print(message, file=sys.stderr)
    print(report.to_issue(options.report) if options.report else report.to_text())
    target = STORED if options.write else options.output
    if target is not None:
        new = [row for row in report.rows if (row.library, row.mode) in report.fresh]
        rows = merged(read(target) if target.exists() else [], new)
        tables.write(rows, Row, target)
        print(f"wrote {len(new)} rows of {len(rows)} into {target.name}", file=sys.stderr)
    return 0
