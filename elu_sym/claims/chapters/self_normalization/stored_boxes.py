"""The covers of the self-normalizing theorem, as the three files of them have it.

The SELU paper proves its theorem 1 by evaluating a singular value on a grid, with bounds of
derivatives between the grid points and of the rounding of the program. Here each statement is a few
inequalities on boxes (:mod:`elu_sym.claims.chapters.self_normalization.domains`), and a cover
says how each box is divided. Checking it encloses every part once and believes nothing that is
stored; ``python -m elu_sym.claims.covers`` writes the files, or checks them.

References:
    Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, NeurIPS 2017,
    theorems 1 to 3 and their proofs in the appendix.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from elu_sym.claims.chapters.self_normalization.domains import OnDomain, constants, expressions
from elu_sym.claims.chapters.self_normalization.moment_map import standard_selu
from elu_sym.claims.chapters.self_normalization.statements import NUMBERS, STATEMENTS, decimal
from elu_sym.claims.covers.cover import FOLDER, Cover, CoverError, written


def read_all(file: str, folder: Path = FOLDER) -> dict[str, list[Cover]]:
    """The covers of a file by statement, as many as each of its statements has inequalities.

    Raises:
        CoverError: if there is no such file, if it holds no covers, or too few or too
            many for a statement.
    """
    path = folder / f"{file}.json"
    again = "python -m elu_sym.claims.covers writes it"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found = {
            statement: [_cover(entry, data) for entry in entries]
            for statement, entries in data["boxes"].items()
        }
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise CoverError(f"{path.name} is damaged or missing: {error!r}; {again}") from error
    for statement, inequalities in STATEMENTS[file].items():
        needed, stored = len(list(inequalities())), len(found.get(statement, ()))
        if needed != stored:
            raise CoverError(
                f"{path.name}: {statement} needs {needed} boxes and has {stored}; {again}"
            )
    return found


def _cover(entry: dict[str, Any], data: dict[str, Any]) -> Cover:
    """The cover of a box, whose inequality and constants the file states once for all."""
    expression = data["expressions"][entry.pop("kind")]
    box = [*entry.pop("box"), *data["constants"]]
    return Cover.from_json(json.dumps({"expression": expression, "box": box, **entry}))


def text(file: str, covers: Mapping[str, Sequence[Cover]]) -> str:
    """What a file says with these covers."""
    boxes = {
        statement: [
            {
                "kind": inequality.kind,
                "box": written(inequality.box),
                "leaves": cover.leaves,
                "precision": cover.precision,
                "tree": cover.tree,
            }
            for inequality, cover in zip(inequalities(), covers[statement], strict=True)
        ]
        for statement, inequalities in STATEMENTS[file].items()
    }
    numbers = {
        name: [decimal(each.inner), decimal(each.outer)] for name, each in NUMBERS[file].items()
    }
    data = numbers | {
        "activation": {str(symbol): str(value) for symbol, value in standard_selu()},
        "constants": written(constants()),
        "expressions": {kind: str(value) for kind, value in expressions().items()},
        "boxes": boxes,
    }
    return json.dumps(data, indent=1) + "\n"


def covered(file: str, statement: str) -> Iterator[OnDomain]:
    """The inequalities of a statement, each with its stored cover.

    Args:
        file: the name of the file, a key of ``STATEMENTS``.
        statement: the name of the statement in it.

    Examples:
        >>> {assertion.check().holds for assertion in covered("snn_theorem", "image")}
        {True}
    """
    stored = _read_once(file)[statement]
    for inequality, cover in zip(STATEMENTS[file][statement](), stored, strict=True):
        yield replace(inequality, cover=cover)


_read_once = cache(read_all)
