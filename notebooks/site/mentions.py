"""Which pages of the book speak of a claim or a formula, found in their text and their code."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Page", "book_pages", "pages_with"]


class Page(NamedTuple):
    """A page of the book.

    Attributes:
        name: that of the file without its ending.
        title: the heading.
        text: prose and code, cell by cell.
        imported: what its code imports from ``elu_sym`` itself.
    """

    name: str
    title: str
    text: str
    imported: frozenset[str]

    def mentions(self, name: str) -> bool:
        """Whether a name stands in the text, and is no part of a longer one."""
        return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", self.text) is not None


@cache
def book_pages(folder: Path) -> tuple[Page, ...]:
    """Every notebook of a folder, in order."""
    return tuple(map(_read, sorted(folder.glob("*.ipynb"))))


def pages_with(folder: Path, name: str, bare: str = "") -> Iterator[Page]:
    """The pages that have a name in their text, or whose code imports it without its activation."""
    for page in book_pages(folder):
        if page.mentions(name) or (bare and bare in page.imported):
            yield page


def _read(path: Path) -> Page:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    heading = next((line for line in sources[0].splitlines() if line.startswith("# ")), path.stem)
    code = (s for s, cell in zip(sources, cells, strict=True) if cell["cell_type"] == "code")
    imported = frozenset(name for source in code for name in _imported(source))
    return Page(path.stem, heading.removeprefix("# "), "\n\n".join(sources), imported)


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "elu_sym":
            yield from (each.name for each in node.names)
