"""Writes the covers that the claims name, from nothing: the same bytes on every run.

Run as ``python -m elu_sym.claims.covers`` to search for all of them and write them, with
``--check`` to check what is stored without a search, and with the names of some for these only.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sympy import Expr

from elu_sym.algebra.optional import with_progress
from elu_sym.claims.chapters.moments import box_inequalities
from elu_sym.claims.chapters.self_normalization import stored_boxes
from elu_sym.claims.chapters.self_normalization.statements import STATEMENTS
from elu_sym.claims.covers.cover import FOLDER, Box, Cover, CoverError, read, recheck
from elu_sym.claims.covers.search import MANY_BOXES, PRECISION, search
from elu_sym.generate.exit_codes import exit_code
from elu_sym.generate.whole_files import write_whole

Covers = Mapping[str, Sequence[Cover]]


class Summary(NamedTuple):
    """What a file of covers consists of.

    Attributes:
        inequalities: how many inequalities on boxes were checked.
        boxes: how many parts the boxes have together.
    """

    inequalities: int
    boxes: int


@cache
def stored_files() -> dict[str, dict[str, list[tuple[Expr, Box]]]]:
    """By file the inequalities of which it has the covers: by statement, what is positive where."""
    files = {
        each.cover: {each.cover: [(each.closed_form, each.box)]}
        for each in box_inequalities.COVERED
    }
    for name, statements in STATEMENTS.items():
        files[name] = {
            statement: [(each.expression, each.whole_box) for each in inequalities()]
            for statement, inequalities in statements.items()
        }
    return files


def _stored(name: str, folder: Path) -> Covers:
    """The covers in a file, as many as it needs."""
    is_many = name in STATEMENTS
    return stored_boxes.read_all(name, folder) if is_many else {name: [read(name, folder)]}


def _text(name: str, covers: Covers) -> str:
    """What a file says with covers."""
    return stored_boxes.text(name, covers) if name in STATEMENTS else covers[name][0].to_json()


def check(name: str, folder: Path = FOLDER) -> Summary:
    """Check a file of covers: every word in it, and every box, without a search.

    Args:
        name: the name of the file.
        folder: where it lies.

    Raises:
        CoverError: naming what the file states that is not proved.

    Examples:
        >>> check("snn_theorem").inequalities
        13
    """
    stored = _stored(name, folder)

    def proved(statement: str, number: int, expression: Expr, box: Box) -> Cover:
        cover = stored[statement][number]
        recheck(cover, expression, box)
        return Cover.of(expression, box, PRECISION, cover.tree)

    found = _covers(name, proved)
    # The trees prove what the claims say; what else the file says has to be what they give.
    if (folder / f"{name}.json").read_text(encoding="utf-8") != _text(name, found):
        raise CoverError(
            f"{name}.json says something else than its boxes and the claims;"
            " python -m elu_sym.claims.covers writes it"
        )
    leaves = [cover.leaves for those in found.values() for cover in those]
    return Summary(len(leaves), sum(leaves))


def derived(name: str) -> str:
    """Search for every cover of a file and return its text.

    Raises:
        CoverError: if a search finds none, naming the statement and a counterexample.
    """

    def proved(statement: str, number: int, expression: Expr, box: Box) -> Cover:
        result = search(expression, box, MANY_BOXES)
        if result.cover is None:
            witness = "" if result.witness is None else f" at {dict(result.witness)}"
            raise CoverError(f"{result.detail}{witness}")
        return result.cover

    return _text(name, _covers(name, proved))


def _covers(name: str, proved: Callable[[str, int, Expr, Box], Cover]) -> dict[str, list[Cover]]:
    """A cover for each inequality of a file; what is not proved is named."""
    found: dict[str, list[Cover]] = {}
    stored = stored_files()[name]
    for statement, inequalities in with_progress(stored.items(), len(stored), "statement"):
        found[statement] = []
        for number, (expression, box) in enumerate(inequalities):
            try:
                found[statement].append(proved(statement, number, expression, box))
            except CoverError as error:
                raise CoverError(f"{name}.json: {statement}, box {number}: {error}") from None
    return found


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Write the covers, or check them."""
    parser = argparse.ArgumentParser(prog="python -m elu_sym.claims.covers")
    parser.add_argument("names", nargs="*", help="which covers; all by default")
    parser.add_argument("--check", action="store_true", help="check what is stored, do not search")
    options = parser.parse_args(arguments)
    known = stored_files()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no claim names {', '.join(sorted(unknown))}; use {', '.join(known)}")
    names = options.names or list(known)
    for name in names:
        try:
            if not options.check:
                write_whole(folder / f"{name}.json", derived(name))
            summary = check(name, folder)
        except CoverError as error:
            print(f"{error}", file=sys.stderr)
            return 1
        print(f"{name}.json: {summary.inequalities} inequalities on {summary.boxes} boxes hold")
    print(f"{len(names)} covers {'are up to date' if options.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code("python -m elu_sym.claims.covers", main))
