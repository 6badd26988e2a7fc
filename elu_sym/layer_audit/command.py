"""The command ``python -m elu_sym audit FILE``."""

import argparse
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from elu_sym.book.formula import ACTIVATIONS

__all__ = ["add_audit_command"]

PARAMETERS = {
    name: [each for each, activation in ACTIVATIONS.items() if name in activation.parameters]
    for name in dict.fromkeys(p for each in ACTIVATIONS.values() for p in each.parameters)
}
"""The parameters of all activations, each with those that have it."""


def add_audit_command(commands: Any) -> None:
    """Add the command to those of a program.

    Args:
        commands: what ``add_subparsers`` of an ``argparse.ArgumentParser`` returned. The parsed
            options have ``run``, which takes them and returns the exit code; a bad file or
            argument is a ``ValueError``, a missing package a ``ModuleNotFoundError``.
    """
    parser = commands.add_parser(
        "audit",
        help="compare recorded pre-activations with the Gaussian prediction",
        description="Read recorded pre-activations from a file of any length and print the moments"
        " of the activation beside the Gaussian prediction, how far from Gaussian they are, how"
        " sparse, and the weight variance that fits. The columns of a table are units; in an array"
        " (batch, channels, *space) they are the channels. Rows in messages count from 0. The first"
        " line of a .csv file is a header unless all of its fields are numbers: a header of numbers"
        " counts as values.",
    )
    parser.add_argument("file", metavar="FILE", help="an .npy, .csv or .parquet file")
    parser.add_argument(
        "--activation",
        metavar="NAME",
        default="elu",
        help=f"what follows: {', '.join(ACTIVATIONS)} (default elu)",
    )
    for name, of in PARAMETERS.items():
        parser.add_argument(
            f"--{name}", type=float, help=f"{name} of {' or '.join(of)} (default its own)"
        )
    parser.add_argument(
        "--column", metavar="C", help="the column: its name, or its number where there are no names"
    )
    parser.add_argument(
        "--all-columns", action="store_true", help="take the values of all columns together"
    )
    parser.add_argument(
        "--confidence", type=float, default=0.95, help="the level of the intervals (default 0.95)"
    )
    parser.add_argument("--json", action="store_true", help="print plain data as JSON")
    parser.add_argument(
        "--plot", type=Path, metavar="PNG", help="draw histogram and activation law too"
    )
    parser.set_defaults(run=run_audit)


def run_audit(options: argparse.Namespace) -> int:
    """Audit a file and print the result.

    Args:
        options: ``file``, those of :func:`audit` by their names, ``json`` and ``plot``.

    Returns:
        0.

    Raises:
        ValueError: if the file, an argument or the place of the picture is bad, in one line.
        OSError: if the picture cannot be written; the audit is printed then.
        ModuleNotFoundError: if an extra is missing.
    """
    from elu_sym.layer_audit.auditing import audit

    if options.plot is not None:
        _check_picture(options.plot)
    try:
        given = {name: getattr(options, name) for name in PARAMETERS}
        found = audit(
            options.file,
            activation=options.activation,
            column=options.column,
            all_columns=options.all_columns,
            confidence=options.confidence,
            progress=True,
            **{name: value for name, value in given.items() if value is not None},
        )
    except OSError as error:
        named = options.file if error.filename is None else error.filename
        raise ValueError(f"{named}: {error.strerror or error}") from error
    # JSON knows neither NaN nor infinity; there are none.
    text = json.dumps(found.to_json(), indent=2, allow_nan=False)
    # Before the picture, which may fail.
    print(text if options.json else found.to_text(), flush=True)
    if options.plot is not None:
        from elu_sym.layer_audit.picture import draw

        draw(found, options.plot)
    return 0


def _check_picture(path: Path) -> None:
    """Tell what is wrong before millions of rows are read."""
    if path.suffix.lower() != ".png":
        raise ValueError(f"--plot {path}: give a name that ends in .png")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"--plot {path}: there is no such directory")
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            "--plot needs matplotlib: pip install 'elu_sym[notebooks]'", name="matplotlib"
        )
