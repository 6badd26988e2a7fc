"""The explorer in the pages of the site: in the tour, and on the pages of what it shows."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import explorer
from explorer_quantities import GROUPS
from sphinx.application import Sphinx

FRAME = """
<section class="explorer-frame">
<h2>Try it</h2>
<iframe class="explorer" title="Explorer: {title}" loading="lazy" src="{address}"
 style="width: 100%; height: 70rem; border: 0"></iframe>
</section>
"""


def shown_on(page: str) -> str | None:
    """Return what the explorer shows on a page, or None where it is not.

    >>> shown_on("00_tour"), shown_on("formulas/elu.kernel"), shown_on("formulas/relu.mean")
    ('mean', 'kernel', None)
    """
    if page == "00_tour":
        return "mean"
    folder, _, name = page.partition("/elu.")
    known = any(name in group for group in GROUPS.values())
    return name if folder == "formulas" and known else None


def embed(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Append the explorer to the body of a page, in the state that belongs there."""
    name = shown_on(page)
    if name is None or "body" not in context:
        return
    # The place of the examples on the pages of formulas.
    place = {"alpha": 1, "mu": 0 if page == "00_tour" else 1, "sigma": 1, "rho": 0.5}
    state = urlencode({**place, "show": name})
    address = f"{context['pathto']('explorer.html', resource=True)}#{state}"
    title = "ELU of a normal variable" if page == "00_tour" else f"elu.{name}"
    context["body"] += FRAME.format(title=title, address=html.escape(address))
    script = Path(__file__).with_name("explorer_frame.js").read_text(encoding="utf-8")
    app.add_js_file(None, body=script)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the explorer beside the pages."""
    if exception is None and app.builder.format == "html":
        explorer.write(Path(app.outdir, "explorer.html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("html-page-context", embed)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
