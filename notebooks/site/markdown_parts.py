"""Parts of generated pages in Markdown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from elu_sym.generate.whole_files import write_whole

__all__ = ["FOUND_BY", "ORPHAN", "code", "folded", "listed", "plain", "table", "write_pages"]

ORPHAN = "---\norphan: true\n---\n"
"""The head of a page that the menu does not list: hundreds would hide the others."""

FOUND_BY = "---\norphan: true\nmyst:\n  html_meta:\n    keywords: {}\n---\n"
"""The same, with words by which the search finds the page."""


def plain(words: str) -> str:
    """Words for Markdown, which otherwise sets the b of a*b*c in italics."""
    return re.sub(r"([*_<>$\\|`\[\]{}])", r"\\\1", words)


def code(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what stands in it is Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def listed(items: Iterable[str]) -> str:
    """A list with a dot before each."""
    return "\n".join(f"- {item}" for item in items)


def folded(summary: str, *parts: str) -> str:
    """What is shown when a reader asks for it."""
    inside = "\n\n".join(parts)
    return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages of a folder by the names of their files, and take away the others.

    One that is as it was is left alone: Sphinx reads what is newer again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()
