"""A page for every claim at a permanent address, and for every id that was one.

``claims/regularity.c1_iff_alpha_1.md``: the sentence, the formula, the verdict, the proof, its
false neighbours, what it rests on and what uses it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claim_findings import found_of_claims
from dependency_map import around_claim, whole_map
from expectations_in_claims import formulas_in
from formula_findings import address
from markdown_parts import ORPHAN, code, folded, listed, plain, table, write_pages
from mentions import pages_with

from elu_sym.book.formula import FORMULAS
from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.claims.chapters.retired import RETIRED
from elu_sym.claims.claim import Claim
from elu_sym.claims.kernel import RULES

__all__ = ["write"]

MEANINGS = {
    "PROVED": "the kernel accepts a proof of the formula",
    "REFUTED": "the kernel accepts a proof of its negation, and the place where it fails is shown",
    "MEASURED": "recorded experiments bear it out, with a bound of confidence; that is no proof",
    "CONTRADICTED": "a recorded experiment contradicts it; that is no proof either",
    "UNKNOWN": "nothing was found that decides it",
}
"""What each verdict says."""

LONG = 700
"""How much LaTeX is shown without being asked for."""

BREAKS = re.compile(r"(\\text\{ (?:and|or|implies|if and only if) \})")


def write(folder: Path) -> None:
    """Write the page of every claim, of every retired id, and the list and the map of all.

    Args:
        folder: where they go, a file each; the notebooks lie beside it.
    """
    found, notebooks = found_of_claims(), folder.parent
    pages = {"index.md": _index(found), "map.md": whole_map(notebooks)}
    pages |= {f"{name}.md": _page(claim, found, notebooks) for name, claim in CLAIMS.items()}
    pages |= {f"{name}.md": _retired(name) for name in RETIRED}
    write_pages(folder, pages)


# --- One claim ---------------------------------------------------------------------------------


def _page(claim: Claim, found: dict[str, Any], notebooks: Path) -> str:
    here = found[claim.id]
    assumed = listed(map(plain, claim.assumptions))
    parts = [
        ORPHAN,
        f"# {claim.id}",
        f"**{plain(claim.statement)}**",
        _verdict(here),
        f"Source: {plain(claim.source)}. One of [all claims](index.md).",
        *(["Assumed of the runs:", assumed] if assumed else []),
        "## The formula",
        *_formula(here),
        *_recorded(here),
        *([f"## The idea\n\n{plain(here['idea'])}"] if here["idea"] else []),
        "## The proof",
        *_proof(here),
        "## False neighbours",
        *_neighbours(here),
        "## What it rests on, and what rests on it",
        *_relations(claim.id, found, notebooks),
        "## Check it yourself",
        code(f"python -m elu_sym explain {claim.id}\nmake check-proofs", "sh"),
        "The first asks the kernel; the second has all proofs judged by a program that shares no"
        " code with it, which [What has to be believed?](../12_proofs.ipynb) explains.",
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(here: dict[str, Any]) -> str:
    where = f" It fails {plain(here['where'])}." if here["where"] else ""
    other = "" if here["verdict"] == here["expected"] else f" **{here['expected']} is expected.**"
    return f"{here['verdict']}: {MEANINGS[here['verdict']]}.{where}{other}"


def _formula(here: dict[str, Any]) -> Iterator[str]:
    """The parts of the formal statement, in words and as a display."""
    for words, tex in zip(here["words"], here["latex"], strict=True):
        yield plain(words)
        if tex:
            lines = BREAKS.sub(r" \\\\ & \1", tex)
            display = f"$$\n\\begin{{align*}}\n& {lines}\n\\end{{align*}}\n$$"
            yield display if len(tex) < LONG else folded("As mathematics", display)


def _recorded(here: dict[str, Any]) -> Iterator[str]:
    if here["findings"]:
        yield "### What was recorded"
        yield listed(plain(each["detail"]) for each in here["findings"])


def _proof(here: dict[str, Any]) -> Iterator[str]:
    yield (
        f"The kernel accepted it when this page was made: {here['steps']} steps."
        if here["steps"]
        else f"There is none: {plain(here['finding'])}."
    )
    count = len(here["proof"].splitlines())
    shown = f"its first {count} of {here['lines']:,} lines" if count < here["lines"] else "whole"
    yield folded(f"The proof as data, {shown}", code(here["proof"], "python"))
    rows = ((f"`{rule}`", str(count), _says(rule)) for rule, count in here["rules"].items())
    used = folded(f"The {len(here['rules'])} rules it uses", table(("rule", "times", "says"), rows))
    yield used


def _says(rule: str) -> str:
    """The first sentence of what a rule says."""
    documented = (RULES[rule].__doc__ or "").strip().split("\n\n")[0]
    return plain(" ".join(documented.split()))


def _neighbours(here: dict[str, Any]) -> Iterator[str]:
    yield "Sentences close to it that are false. A prover that finds no fault with one is broken."
    rows = [
        (
            plain(each["statement"]),
            each["verdict"] + ("" if each["verdict"] == each["expected"] else " **(unexpected)**"),
            plain(each["where"]),
        )
        for each in here["neighbours"]
    ]
    yield table(("sentence", "verdict", "fails"), rows) if rows else "It has none."


def _relations(name: str, found: dict[str, Any], notebooks: Path) -> Iterator[str]:
    here = found[name]
    formulas = [address(FORMULAS[each]) for each in formulas_in(name)]
    pages = list(pages_with(notebooks, name))
    related = _with_same_lemmas(name, found)
    yield around_claim(name, formulas, here["definitions"], here["experiments"], pages)
    functions = ", ".join(f"`{each}`" for each in here["definitions"])
    if functions:
        yield f"Definitions in the formula: {functions}."
    if formulas:
        to_formulas = ", ".join(f"[{each}](../formulas/{each}.md)" for each in formulas)
        yield f"Formulas whose expectation stands in it: {to_formulas}."
    for experiment in here["experiments"]:
        yield (
            f"Records: `elu_sym/experiments/{experiment}.csv`, which `make experiments` makes anew."
        )
    if related:
        links = (f"[{each}]({each}.md) ({count})" for each, count in related.most_common())
        yield folded("Claims whose proofs have lemmas in common with it (how many)", listed(links))
    old = [f"`{each}`" for each, successor in RETIRED.items() if successor == name]
    if old:
        yield f"Retired ids that it takes the place of: {', '.join(old)}."
    linked = (f"[{plain(page.title)}](../{page.name}.ipynb)" for page in pages)
    yield f"Pages of the book that use it:\n\n{listed(linked)}" if pages else "No page uses it yet."


def _with_same_lemmas(name: str, found: dict[str, Any]) -> Counter[str]:
    """How many general lemmas the proofs of other claims share with that of one."""
    lemmas = set(found[name]["lemmas"])
    shared = {each: len(lemmas & set(other["lemmas"])) for each, other in found.items()}
    return Counter({each: count for each, count in shared.items() if count and each != name})


# --- All of them -------------------------------------------------------------------------------


def _retired(name: str) -> str:
    successor = RETIRED[name]
    page = f"{successor}.md"
    if successor in FORMULAS:
        page = f"../formulas/{address(FORMULAS[successor])}.md"
    return (
        f"{ORPHAN}\n# {name}\n\nThis claim is retired, its id is never used again."
        f" As much or more is said by [{successor}]({page}).\n"
    )


def _index(found: dict[str, Any]) -> str:
    verdicts = Counter(each["verdict"] for each in found.values())
    false = [each for one in found.values() for each in one["neighbours"]]
    as_expected = sum(each["verdict"] == each["expected"] for each in false)
    counted = [
        (verdict, str(verdicts[verdict]), meaning)
        for verdict, meaning in MEANINGS.items()
        if verdicts[verdict]
    ]
    parts = [
        "# Claims",
        f"What is said about ELU, {len(found)} sentences, each with a formula, and what was found"
        " of it when these pages were made. Beside them stand false neighbours, of which"
        f" {as_expected} of {len(false)} were found out. [How to read a claim](../11_claims.ipynb);"
        " [what rests on what](map.md).",
        table(("verdict", "claims", "says"), counted),
    ]
    for chapter, title in CHAPTERS.items():
        inside = [claim for claim in CLAIMS.values() if claim.chapter == chapter]
        count = Counter(found[claim.id]["verdict"] for claim in inside)
        parts += [
            f"## {title}",
            ", ".join(f"{n} {verdict}" for verdict, n in count.most_common()) + ".",
            listed(
                f"[{c.id}]({c.id}.md), {found[c.id]['verdict']}: {plain(c.statement)}"
                for c in inside
            ),
        ]
    retired = ((f"[{old}]({old}.md)", f"`{new}`") for old, new in RETIRED.items())
    parts += ["## Retired", table(("id", "its successor"), retired)]
    return "\n\n".join([*parts, "```{toctree}\n:hidden:\n\nmap\n```\n"])
