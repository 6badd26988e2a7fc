r"""Formulas as MathML, which browsers show without a script; the TeX goes along for copying.

What is different in TeX and in latex2mathml is written so that both mean the same, and what it
does not know, and would show as it stands, is an error.
"""

import html
import re
from functools import cache
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

UNKNOWN = re.compile(r"<m(?:[ino]|text)[^>]*>([^<]*(?:\\|&amp;|&(?=<))[^<]*)</m")
"""What is shown as it stands: a command, or the sign between columns outside of a table."""


class UnknownMathError(ValueError):
    """TeX for which there is no MathML."""


@cache
def mathml(tex: str, display: str) -> str:
    r"""The formula as a ``math`` element, whose alternative text is its TeX.

    Args:
        tex: the formula, without dollar signs.
        display: ``"inline"`` or ``"block"``.

    Raises:
        UnknownMathError: if a part of it is not known; it would be shown as it stands.

    Examples:
        >>> mathml(r"x", "inline").count("<mi>x</mi>")
        1
    """
    # The same environment, under the name that latex2mathml knows.
    known = tex.strip().replace("{aligned}", "{split}")
    converted = convert(known, display=display)
    converted = re.sub(r"(?<=<mtext>)[^<]*", lambda text: text[0].replace(r"\_", "_"), converted)
    if unknown := UNKNOWN.search(converted):
        raise UnknownMathError(f"there is no MathML for {unknown[1]!r} in {tex!r}")
    alternative = html.escape(" ".join(tex.split()))
    return converted.replace("<math ", f'<math alttext="{alternative}" ', 1)


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula in a line."""
    translator.body.append(f'<span class="math">{mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a displayed formula, which scrolls by itself where it is wider than the page."""
    translator.body.append(f'<div class="math">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
