"""What rests on what: definitions, formulas, claims, pages; the whole map and its parts."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from expectations_in_claims import claims_about, formulas_in
from layered_drawing import Node, drawn
from mentions import Page, book_pages, pages_with

from elu_sym.book.formula import ACTIVATIONS, FORMULAS
from elu_sym.claims.chapters import CHAPTERS, CLAIMS

__all__ = ["around_claim", "around_formula", "whole_map"]

MOST = 12
"""How many nodes a column has around a formula; the lists on the page have all of them."""

WIDE = 28
"""How many letters of the title of a page are shown."""

INTRODUCTION = """\
# What rests on what

From left to right: activations are defined, formulas are derived from them, claims speak of the
formulas, pages of the claims. A line is the thicker the more claims it stands for. The page of each
claim and of each formula has the part of the map around it.
"""


def around_claim(
    name: str,
    formulas: Sequence[str],
    definitions: Sequence[str],
    experiments: Sequence[str],
    pages: Sequence[Page],
) -> str:
    """What a claim rests on, and the pages that use it.

    Args:
        name: the id of the claim.
        formulas: the addresses of the formulas that its statement has.
        definitions: the functions in its statement.
        experiments: the records that it speaks of.
        pages: the pages.
    """
    called = {each.function_name.lower(): each.name for each in ACTIVATIONS.values()}
    claim, functions = Node(name), [Node(called.get(each, each)) for each in definitions]
    of_book = [Node(each, f"../formulas/{each}.html") for each in formulas]
    records = [Node(f"{each}.csv") for each in experiments]
    using = _nodes(pages)
    edges = {(f, g): 1 for f in functions for g in of_book if g.text.startswith(f"{f.text}.")}
    reached = {function for function, _ in edges}
    edges |= {(function, claim): 1 for function in functions if function not in reached}
    edges |= {(each, claim): 1 for each in (*of_book, *records)}
    edges |= {(claim, page): 1 for page in using}
    columns = {"definitions": functions, "formulas, records": [*of_book, *records]}
    columns |= {"claim": [claim], "pages": using}
    words = (
        f"{name} rests on {len(functions)} definitions, {len(formulas)} formulas and"
        f" {len(records)} records, and {len(using)} pages use it. The lists below say the same."
    )
    return drawn(columns, edges, f"What {name} rests on and what uses it", words)


def around_formula(formula_id: str, name: str, pages: Sequence[Page]) -> str:
    """What a formula of one input rests on, the claims that have it, and the pages that use it.

    Args:
        formula_id: its id.
        name: its qualified name.
        pages: the pages.
    """
    formula = FORMULAS[formula_id]
    this, definition = Node(name), Node(formula.activation.name)
    prefix = f"{formula.activation.name}."
    parts = [
        Node(prefix + part.name, f"{prefix}{part.name}.html" if part.quantity.published else "")
        for part in formula.parts.values()
    ]
    claims = [Node(each, f"../claims/{each}.html") for each in claims_about(formula_id)]
    using = _nodes(pages)
    edges = {(definition, part): 1 for part in parts} or {(definition, this): 1}
    edges |= {(part, this): 1 for part in parts}
    edges |= {(this, claim): 1 for claim in claims}
    for claim in claims[:MOST]:
        mentioned = [page.name for page in pages if page.mentions(claim.text)]
        edges |= {(claim, page): 1 for page in using if page.address[3:-5] in mentioned}
    if len(claims) > MOST:
        claims = [*claims[: MOST - 1], Node(f"and {len(claims) - MOST + 1} more claims")]
        edges[this, claims[-1]] = 1
    columns = {"definition": [definition], "parts": parts, "formula": [this], "claims": claims}
    words = f"{name} rests on {', '.join(part.text for part in parts) or definition.text}"
    words += f"; {len(claims_about(formula_id))} claims have it, {len(using)} pages use it."
    title = f"What {name} rests on and what uses it"
    return drawn(columns | {"pages": using}, edges, title, words)


def _nodes(pages: Sequence[Page]) -> list[Node]:
    """A node for each page, with the title as far as a column is wide."""
    titles = (page.title.partition(":")[0] for page in pages)
    short = (title if len(title) <= WIDE else f"{title[: WIDE - 1].rstrip()}…" for title in titles)
    return [Node(t, f"../{page.name}.html") for t, page in zip(short, pages, strict=True)]


def whole_map(notebooks: Path) -> str:
    """The page with the map of everything: activations, quantities, chapters, pages.

    Args:
        notebooks: the folder of the pages.
    """
    activations = {name: Node(name) for name in ACTIVATIONS}
    quantities = {f.name: Node(f.name, "../formulas/index.html") for f in FORMULAS.values()}
    chapters = {
        chapter: Node(title, f"index.html#{re.sub(r'[^a-z]+', '-', title.lower())}")
        for chapter, title in CHAPTERS.items()
    }
    pages = dict(zip(book_pages(notebooks), _nodes(book_pages(notebooks)), strict=True))
    edges: dict[tuple[Node, Node], int] = defaultdict(int)
    for formula in FORMULAS.values():
        edges[activations[formula.activation.name], quantities[formula.name]] += 1
    for name, claim in CLAIMS.items():
        for formula_id in formulas_in(name):
            edges[quantities[FORMULAS[formula_id].name], chapters[claim.chapter]] += 1
        for page in pages_with(notebooks, name):
            edges[chapters[claim.chapter], pages[page]] += 1
    columns = {
        "definitions": list(activations.values()),
        "formulas": list(quantities.values()),
        "chapters of claims": list(chapters.values()),
        "pages": list(pages.values()),
    }
    words = (
        "Four columns: definitions, formulas, chapters of claims, pages. A line joins two of which"
        " the right one speaks of the left one, the thicker the more often."
    )
    return f"{INTRODUCTION}\n{drawn(columns, edges, 'From definitions to pages', words)}\n"
