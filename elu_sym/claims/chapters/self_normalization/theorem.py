"""The certificates of the self-normalizing theorem: written, read, and checked without a search.

The SELU paper proves its theorem 1 by evaluating a singular value on a grid, with bounds of
derivatives between the grid points and of the rounding of the program. Here each statement is a few
inequalities on boxes (:mod:`elu_sym.claims.chapters.self_normalization.domains`), and a certificate
says how each box is divided. Checking it encloses every part once and believes nothing that is
stored.

Run ``python -m elu_sym.claims.chapters.self_normalization.theorem`` to search for all of them and
write the three files again, the same bytes on every run; with ``--check`` to check what is stored;
with the names of files for these only.

References:
    Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, NeurIPS 2017,
    theorems 1 to 3 and their proofs in the appendix.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sympy import Rational
from tqdm import tqdm

from elu_sym.claims import covers
from elu_sym.claims.chapters.moments.box_inequalities import standard_selu
from elu_sym.claims.chapters.self_normalization.domains import OnDomain, constants, expressions
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING_RATIO,
    GROWING_WIDER_RATIO,
    IMAGE,
    JOINTLY,
    SHRINKING_RATIO,
    SINGULAR_VALUE,
    STATEMENTS,
    WIDENINGS,
    widening_name,
)
from elu_sym.claims.covers.cover import Certificate, CertificateError, written
from elu_sym.claims.rules.boxes import MANY_BOXES, recheck, search
from elu_sym.generate.whole_files import write_whole

FOLDER = Path(covers.__file__).parent
"""Where the files of certificates lie."""


class Summary(NamedTuple):
    """What a file of certificates consists of.

    Attributes:
        inequalities: how many inequalities on boxes were checked.
        boxes: how many parts the boxes have together.
        enclosures: how often an expression was enclosed.
    """

    inequalities: int
    boxes: int
    enclosures: int


PARTS = {"constants", "expressions", "boxes"}
"""What a file has beside the numbers that it states: its boxes, and what they are about."""


def certified(file: str, statement: str) -> Iterator[OnDomain]:
    """The inequalities of a statement, each with its stored certificate.

    Args:
        file: the name of the file, a key of ``STATEMENTS``.
        statement: the name of the statement in it.

    Returns:
        The inequalities in order. One whose certificate is missing or is about something else is
        searched for when it is checked.

    Examples:
        >>> {assertion.check().holds for assertion in certified("snn_theorem", "image")}
        {True}
    """
    stored = _stored(FOLDER / f"{file}.json").get(statement, ())
    for number, inequality in enumerate(STATEMENTS[file][statement]()):
        known = stored[number] if number < len(stored) else None
        yield replace(inequality, certificate=known)


def check(file: str = "snn_theorem", folder: Path = FOLDER) -> Summary:
    """Check a file of certificates: every number in it, and every box, without a search.

    Args:
        file: the name of the file, a key of ``STATEMENTS``.
        folder: where it lies.

    Returns:
        How much was checked.

    Raises:
        CertificateError: naming what the file states that is not proved.

    Examples:
        >>> check("snn_theorem").inequalities
        13
    """
    path = folder / f"{file}.json"
    data = _read(path)
    stored = _certificates(data)
    stated = {**_numbers(file), "activation": _activation()}
    if stated != {key: data.get(key) for key in stated}:
        raise CertificateError(f"{path.name} has other numbers than those that are claimed")
    surplus = (data.keys() - stated.keys() - PARTS) | (stored.keys() - STATEMENTS[file].keys())
    if surplus:
        raise CertificateError(f"{path.name} has {', '.join(sorted(surplus))}, which none claims")
    inequalities = boxes = enclosures = 0
    for statement, inequalities_of in STATEMENTS[file].items():
        expected, known = list(inequalities_of()), stored.get(statement, ())
        if len(expected) != len(known):
            raise CertificateError(
                f"{path.name}: {statement} needs {len(expected)} boxes, not {len(known)}"
            )
        for number, (inequality, certificate) in enumerate(zip(expected, known, strict=True)):
            try:
                checked = recheck(certificate, inequality.expression, inequality.whole_box)
            except CertificateError as error:
                raise CertificateError(f"{path.name}: {statement}, box {number}: {error}") from None
            inequalities += 1
            boxes += checked.natural + checked.centred
            enclosures += checked.enclosures
    return Summary(inequalities, boxes, enclosures)


def derived(file: str) -> str:
    """Search for every certificate of a file and return its text.

    Raises:
        CertificateError: if a search finds none, naming the statement and a counterexample.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for statement, inequalities in tqdm(
        STATEMENTS[file].items(), desc=file, unit="statement", leave=False, disable=None
    ):
        found[statement] = []
        for inequality in inequalities():
            result = search(inequality.expression, inequality.whole_box, MANY_BOXES)
            if result.certificate is None:
                witness = "" if result.witness is None else f" at {dict(result.witness)}"
                raise CertificateError(
                    f"{statement}, {inequality.to_text()}: {result.detail}{witness}"
                )
            found[statement].append(
                {
                    "kind": inequality.kind,
                    "box": written(inequality.box),
                    "leaves": result.certificate.leaves,
                    "precision": result.certificate.precision,
                    "tree": result.certificate.tree,
                }
            )
    data = {
        **_numbers(file),
        "activation": _activation(),
        "constants": written(constants()),
        "expressions": {kind: str(value) for kind, value in expressions().items()},
        "boxes": found,
    }
    return json.dumps(data, indent=1) + "\n"


def _activation() -> dict[str, str]:
    """The parameters of SELU, as text."""
    return {str(symbol): str(value) for symbol, value in standard_selu()}


def _numbers(file: str) -> dict[str, Any]:
    """The pairs [inner, outer] of a file, as text."""
    if file == "snn_theorem":
        extremes = {**IMAGE, "singular_value_max": SINGULAR_VALUE}
    elif file == "snn_side_theorems":
        extremes = {
            "shrinking_ratio_max": SHRINKING_RATIO,
            "growing_ratio_min": GROWING_RATIO,
            "growing_wider_ratio_min": GROWING_WIDER_RATIO,
        }
    else:
        widenings = (*WIDENINGS.items(), ("self_normalizing", (JOINTLY,)))
        return {
            widening_name(theorem, each): [_decimal(each.inner), _decimal(each.outer)]
            for theorem, those in widenings
            for each in those
        }
    return {
        name: [_decimal(extreme.inner), _decimal(extreme.outer)]
        for name, extreme in extremes.items()
    }


def _decimal(value: Rational) -> str:
    """A decimal fraction as one.

    >>> _decimal(Rational("-0.03106"))
    '-0.03106'
    """
    places = 0
    while (value * 10**places).q != 1:
        places += 1
    digits = str(abs(value) * 10**places).rjust(places + 1, "0")
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{'-' if value < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


def _read(path: Path) -> dict[str, Any]:
    """The data of a file.

    Raises:
        CertificateError: if there is no file, or it is no object of JSON.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CertificateError(
            f"there is no {path.name}; python -m {__spec__.name} writes it"
        ) from None
    except ValueError as error:
        raise CertificateError(f"{path.name} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise CertificateError(f"{path.name} is damaged: it holds no object")
    return data


def _certificates(data: dict[str, Any]) -> dict[str, tuple[Certificate, ...]]:
    """The certificates by statement.

    Raises:
        CertificateError: if the data are not those of certificates.
    """
    try:
        axes = [tuple(axis) for axis in data["constants"]]
        return {
            statement: tuple(
                Certificate.from_json(
                    json.dumps(
                        {
                            "expression": data["expressions"][entry["kind"]],
                            "box": [*entry["box"], *axes],
                            **{key: entry[key] for key in ("leaves", "precision", "tree")},
                        }
                    )
                )
                for entry in entries
            )
            for statement, entries in data["boxes"].items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise CertificateError(f"this is no file of certificates: {error!r}") from error


@cache
def _stored(path: Path) -> dict[str, tuple[Certificate, ...]]:
    return _certificates(_read(path))


def write(file: str, folder: Path = FOLDER) -> Path:
    """Search for the certificates of a file and store it, by rename."""
    path = folder / f"{file}.json"
    write_whole(path, derived(file))
    return path


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Write the files of certificates, or check them."""
    parser = argparse.ArgumentParser(
        prog="python -m elu_sym.claims.chapters.self_normalization.theorem"
    )
    parser.add_argument("files", nargs="*", help="which files; all by default")
    parser.add_argument("--check", action="store_true", help="check what is stored, do not search")
    options = parser.parse_args(arguments)
    unknown = set(options.files) - set(STATEMENTS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; use {', '.join(STATEMENTS)}")
    for file in options.files or STATEMENTS:
        try:
            if not options.check:
                write(file, folder)
            summary = check(file, folder)
        except CertificateError as error:
            print(f"{error}", file=sys.stderr)
            return 1
        print(
            f"{file}: {summary.inequalities} inequalities on {summary.boxes} boxes,"
            f" {'checked' if options.check else 'written and checked'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
