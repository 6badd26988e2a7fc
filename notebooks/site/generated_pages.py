"""Pages that the package writes, before Sphinx reads them: reference, tables, formulas, claims."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import claim_pages
import formula_pages
import reference_pages
import table_pages
from markdown_parts import write_pages
from sphinx.application import Sphinx

CHECKOUT = {
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
    "THIRD_PARTY.md": "third_party",
}
"""Files of the checkout that are pages of the reference, too."""


def write_all(app: Sphinx) -> None:
    """Write every page that is not as it was."""
    source = Path(app.srcdir)
    formula_pages.write(source / "formulas")
    claim_pages.write(source / "claims")
    texts = {
        f"{page}.md": (source.parent / file).read_text(encoding="utf-8")
        for file, page in CHECKOUT.items()
    }
    reference = {**dict(reference_pages.pages()), **dict(table_pages.pages()), **texts}
    write_pages(source / "reference", reference)


def read_source(app: Sphinx, name: str, source: list[str]) -> None:
    """Let links to files of the checkout lead to the pages that show them."""
    for file, page in CHECKOUT.items():
        source[0] = source[0].replace(f"../{file}", f"reference/{page}.md")


def process_docstring(
    app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]
) -> None:
    """Write the lines of a docstring as reStructuredText."""
    lines[:] = reference_pages.in_rst("\n".join(lines))


def skip_member(
    app: Sphinx, what: str, name: str, value: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of a named tuple: its docstring describes them."""
    return True if type(value).__name__ == "_tuplegetter" else None


def level_captions(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Give the captions of the navigation, which are headings, the level that headings have."""
    context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    # Pages are made again when this code changes.
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    app.add_config_value("site_sources", digest, "env", str)
    app.connect("builder-inited", write_all)
    app.connect("source-read", read_source)
    app.connect("autodoc-process-docstring", process_docstring)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("html-page-context", level_captions, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
