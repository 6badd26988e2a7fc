"""Every notebook is executed, deterministic, explains instead of defining, and reads as a page.

A page asks a question, answers it in bold, shows a picture soon, has less code than prose, and ends
with what to take along. What it names and links to is there.
"""

import ast
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from elu_sym.book.formula import ACTIVATIONS
from elu_sym.claims.chapters import CLAIMS, RETIRED

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
WRITTEN = sorted(FOLDER.glob("*.md"))
"""The pages without code."""

# What nbval compares, and PNG, which it does not. Anything else (SVG with its random ids, widgets)
# differs between two runs.
ALLOWED_MEDIA = {"image/png", "text/html", "text/latex", "text/markdown", "text/plain"}
RICH_MEDIA = {"text/html", "text/latex", "text/markdown"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
CLOCKS = {"time", "timeit", "datetime"}
TAGS = re.compile(r"hide-input|picture-\w+")
STYLE = 'plt.style.use("book.mplstyle")'
LAST = "## What to take along"
LONGEST_CELL, LONGEST_HIDDEN_CELL, MEDIAN_OF_CELLS = 25, 40, 8
"""Lines of code."""
SHORTEST_ALTERNATIVE = 40
"""Characters that say what a figure shows, to whom does not see it."""
ANSWER = re.compile(r"\*\*[^*?]{20,}\*\*")
TRUTH = re.compile(r"\b(?:True|False)\b")
# What is fenced is shown as it stands: nothing in it is a heading, a link or a name.
FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) +(.*?)#*$", re.MULTILINE)
CHAPTERS = {name.partition(".")[0] for name in (*CLAIMS, *RETIRED) if "." in name}
BUILT = ("formulas", "claims", "reference")
"""The folders of the pages that are written when the site is built."""
UNSTABLE_TEXT = {
    "a memory address": re.compile(r"\b0x[0-9a-f]{6,}"),
    "an absolute path": re.compile(r"(?<![\w./<])(?:/[\w.+-]+){2,}|\b[A-Z]:\\Users"),
    # The last digits of a double depend on the machine's libm. Exact and enclosed values have more.
    "the raw repr of a float": re.compile(r"(?<![\d.])\d\.\d{15,18}(?!\d)"),
    "the raw repr of an array": re.compile(r"\barray\(|\bnp\.\w+\("),
}


def lines(value: str | list[str]) -> str:
    """A text of the notebook format, which may be stored as a list of lines."""
    return "".join(value)


def source_problems(tree: ast.Module) -> Iterator[str]:
    """What the code of a cell must not contain."""
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            yield "defines something: that belongs in elu_sym"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            modules = [node.module] if isinstance(node, ast.ImportFrom) else names
            if CLOCKS.intersection(modules):
                yield "imports a clock: times are read from the stored results"
        if "init_printing" in (getattr(node, "id", None), getattr(node, "attr", None)):
            yield "calls init_printing, a hidden state"


def output_problems(output: dict) -> Iterator[str]:
    """What an output must not contain."""
    kind = output["output_type"]
    data = output.get("data", {})
    if kind == "error":
        yield "ends in an error"
    if output.get("name") == "stderr":
        yield "writes to stderr, as a warning does"
    if kind == "execute_result" and not RICH_MEDIA.intersection(data):
        yield "shows a raw repr: print a formatted value"
    for medium in sorted(data.keys() - ALLOWED_MEDIA):
        yield f"shows {medium}, which cannot be compared"
    texts = [value for medium, value in data.items() if not medium.startswith("image/")]
    for text in [lines(text) for text in [*texts, output.get("text", "")]]:
        for name, pattern in UNSTABLE_TEXT.items():
            if pattern.search(text):
                yield f"prints {name}"


def cell_problems(cell: dict) -> Iterator[str]:
    """What is wrong with one code cell and its outputs."""
    source = lines(cell["source"])
    if "NBVAL_" in source or not all(map(TAGS.fullmatch, cell["metadata"].get("tags", ()))):
        yield "asks nbval to look away"
    try:
        tree = ast.parse(source)
    except SyntaxError:
        yield "is not plain Python: no magics, no shell"
        return
    yield from source_problems(tree)
    for output in cell["outputs"]:
        yield from output_problems(output)
    yield from reading_problems(cell)
    if draws(cell):
        if not (tree.body and ast.unparse(tree.body[-1]) == "plt.show()"):
            yield "draws, but does not end with plt.show()"
        yield from figure_problems(cell)


def draws(cell: dict) -> bool:
    """Whether a picture is among the outputs of a code cell."""
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def is_hidden(cell: dict) -> bool:
    """Whether a reader of the site does not see the code of the cell."""
    return "hide-input" in cell["metadata"].get("tags", ())


def size(cell: dict) -> int:
    """The lines of the source of a cell."""
    return lines(cell["source"]).count("\n") + 1


def reading_problems(cell: dict) -> Iterator[str]:
    """What keeps one from reading a code cell and what it prints."""
    limit = LONGEST_HIDDEN_CELL if is_hidden(cell) else LONGEST_CELL
    if size(cell) > limit:
        yield f"has {size(cell)} lines, more than {limit}"
    for output in cell["outputs"]:
        data = output.get("data", {})
        # Beside a rich text the plain one is not shown.
        shown = RICH_MEDIA.intersection(data) or {"text/plain"}.intersection(data)
        texts = [*map(data.__getitem__, shown), output.get("text", "")]
        if any(TRUTH.search(lines(text)) for text in texts):
            yield "prints True or False, where the number or the formula would say it"


def figure_problems(cell: dict) -> Iterator[str]:
    """What is missing in a figure."""
    said = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
    if len(said) < SHORTEST_ALTERNATIVE:
        yield "has no alternative text for its figure: mystnb.image.alt in the metadata"
    for label in ("xlabel", "ylabel"):
        if label not in lines(cell["source"]):
            yield f"draws without an {label}"


def page_problems(cells: list[dict]) -> Iterator[str]:
    """What keeps one from finding the question, the answer and the picture of a page."""
    first, last = (lines(cell["source"]) for cell in (cells[0], cells[-1]))
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    visible = [cell for cell in code if not is_hidden(cell)]
    if cells[0]["cell_type"] != "markdown" or not first.startswith("# "):
        yield "the first cell does not begin with the title"
    if "?" not in first:
        yield "the first cell asks no question"
    if not ANSWER.search(first):
        yield "the first cell gives no answer in bold"
    if not last.startswith(LAST):
        yield f"the last cell is not {LAST!r}"
    if not any(map(draws, code[:3])):
        yield "none of the first three code cells shows a picture"
    if any(map(draws, code)) and not any(STYLE in lines(cell["source"]) for cell in code):
        yield f"no cell has {STYLE}"
    if visible and median(map(size, visible)) > MEDIAN_OF_CELLS:
        yield f"the median of the code cells has {median(map(size, visible))} lines"
    if sum(len(lines(cell["source"])) for cell in visible) > len(prose(cells)):
        yield "there is more code than prose"


def text_problems(text: str) -> Iterator[str]:
    """What a text names or links to and is not there, and headings that skip a level."""
    text = FENCED.sub("", text)
    for name in INLINE_CODE.findall(text):
        owner, _, attribute = name.partition(".")
        if owner in CHAPTERS and attribute and not {name} & (CLAIMS.keys() | RETIRED.keys()):
            yield f"no claim is {name}"
        attribute, *_ = re.split(r"\W", attribute)  # `elu.mean(0, 1)` and `elu.mean.latex`, too
        if owner in ACTIVATIONS and attribute and not hasattr(ACTIVATIONS[owner], attribute):
            yield f"no formula is {name}"
    for target in LINK.findall(INLINE_CODE.sub("", text)):
        path, _, place = target.partition("#")
        if ":" in path or path.startswith(BUILT):
            continue
        linked = FOLDER / path
        if path and not linked.exists():
            yield f"no file is {path}"
        elif place and place not in anchors(prose_of(linked) if path else text):
            yield f"no heading is {target}"
    levels = [len(marks) for marks, _ in HEADING.findall(text)]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings are titles"
    if any(below - above > 1 for above, below in pairwise(levels)):
        yield "a heading skips a level"


def anchors(text: str) -> set[str]:
    """The names that headings are linked to by: small letters, digits, and a hyphen for a space."""
    titles = (title.strip().lower() for _, title in HEADING.findall(FENCED.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def prose_of(path: Path) -> str:
    """The text of a page, without its code."""
    text = path.read_text(encoding="utf-8")
    return prose(json.loads(text)["cells"]) if path.suffix == ".ipynb" else text


def prose(cells: list[dict]) -> str:
    """The text between the code cells."""
    return "\n\n".join(lines(c["source"]) for c in cells if c["cell_type"] == "markdown")


def problems(notebook: dict) -> list[str]:
    """Every reason why a notebook must not be committed as it is."""
    found = [*page_problems(notebook["cells"]), *text_problems(prose(notebook["cells"]))]
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernel is not python3")
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if not any(cell["outputs"] for cell in cells):
        found.append("there are no outputs")
    if [cell["execution_count"] for cell in cells] != list(range(1, len(cells) + 1)):
        found.append("the execution counts are not 1, 2, 3, ...: execute it from top to bottom")
    for number, cell in enumerate(cells, start=1):
        found += [f"code cell {number} {problem}" for problem in cell_problems(cell)]
    return found


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path):
    assert problems(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_page_without_code(path):
    assert list(text_problems(prose_of(path))) == []


def printed(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def displayed(kind: str, **data: str) -> dict:
    media = {medium.replace("_", "/"): [value] for medium, value in data.items()}
    return {"output_type": kind, "metadata": {}, "data": media}


PLOT = displayed("display_data", image_png="iVBO/Rw0/KGgo", text_plain="<Figure size 640x480>")
DRAWN = f"{STYLE}\naxis.set(xlabel='layer', ylabel='variance')\nplt.show()"
SAID = {
    "mystnb": {"image": {"alt": "The variance over the layers, a line that rises to the right."}}
}
OPENING = (
    "# Title\n\nWhich one?\n\n**It is the second of the two that are shown below.**\n\n"
    + "So. " * 50
)


def written(text: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": [text]}


def notebook_of(*cells: tuple[str, list[dict]]) -> dict:
    """A page with a picture, and then code cells, each given by its source and its outputs."""
    code = [
        {
            "cell_type": "code",
            "metadata": SAID if PLOT in outputs else {},
            "source": [source],
            "outputs": outputs,
            "execution_count": number,
        }
        for number, (source, outputs) in enumerate([(DRAWN, [PLOT]), *cells], start=1)
    ]
    return {
        "metadata": {"kernelspec": {"name": "python3"}},
        "cells": [written(OPENING), *code, written(f"{LAST}\n\n- The second.")],
    }


def test_a_clean_notebook_has_no_problems():
    assert not problems(
        notebook_of(
            ("from elu_sym import mean", []),
            ("print(f'{mean(0, 1):.6g}')", [printed("0.160521, a/b, 1/2, 22.5 %\n")]),
            (
                "mean.expr",
                [displayed("execute_result", text_latex=r"$\mu$", text_plain="(x, True)")],
            ),
            (DRAWN, [PLOT]),
        )
    )


@pytest.mark.parametrize(
    ("source", "output", "expected"),
    [
        ("%matplotlib inline", printed("ok"), "is not plain Python"),
        ("files = !ls", printed("ok"), "is not plain Python"),
        ("def f(x):\n    return x", printed("ok"), "defines something"),
        ("class Elu:\n    pass", printed("ok"), "defines something"),
        ("f = lambda x: x", printed("ok"), "defines something"),
        ("sp.init_printing()", printed("ok"), "init_printing"),
        ("from sympy import *\ninit_printing()", printed("ok"), "init_printing"),
        ("import time", printed("ok"), "a clock"),
        ("from timeit import timeit", printed("ok"), "a clock"),
        ("# NBVAL_IGNORE_OUTPUT\nprint(1)", printed("1"), "asks nbval"),
        ("1 / 0", {"output_type": "error"}, "an error"),
        ("warn()", {"output_type": "stream", "name": "stderr", "text": "!"}, "stderr"),
        ("x", displayed("execute_result", text_plain="'x'"), "a raw repr"),
        ("print(x)", printed("0.16052057226655602"), "the raw repr of a float"),
        ("print(x)", printed("np.float64(0.5)"), "the raw repr of an array"),
        ("print(f)", printed("<function at 0x7f2b3c4d5e6f>"), "a memory address"),
        ("print(p)", printed("read from /home/someone/elu.json"), "an absolute path"),
        ("show(p)", displayed("display_data", text_html="src='/tmp/a.png'"), "an absolute path"),
        ("plt.show()", displayed("display_data", **{"image_svg+xml": "<svg>"}), "image/svg+xml"),
        (DRAWN.removesuffix("\nplt.show()"), PLOT, "plt.show()"),
        (f"{DRAWN}\nx = 1", PLOT, "plt.show()"),
        (DRAWN.replace("xlabel", "title"), PLOT, "without an xlabel"),
        (DRAWN.replace("ylabel", "title"), PLOT, "without an ylabel"),
        ("print(a == b)", printed("equal: True\n"), "prints True or False"),
        ("show(p)", displayed("display_data", text_html="<td>False</td>"), "prints True or False"),
    ],
)
def test_each_rule_for_cells_can_fail(source, output, expected):
    (problem,) = problems(notebook_of((source, [output])))
    assert problem.startswith("code cell 2 ")
    assert expected in problem


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        (0, OPENING.replace("# Title", "Title"), "does not begin with the title"),
        (1, "A picture, perhaps.", "none of the first three code cells shows a picture"),
        (0, OPENING.replace("?", "."), "asks no question"),
        (0, OPENING.replace("**", ""), "no answer in bold"),
        (0, OPENING.replace(".**", "?**"), "no answer in bold"),
        (0, "# Title", "more code than prose"),
        (0, f"{OPENING} `regularity.c2`", "no claim is regularity.c2"),
        (0, f"{OPENING} `elu.median`", "no formula is elu.median"),
        (0, f"{OPENING} `elu.median(0, 1)`", "no formula is elu.median(0, 1)"),
        (0, f"{OPENING} [there](99_nowhere.ipynb)", "no file is 99_nowhere.ipynb"),
        (0, f"{OPENING} [there](../README.md#nowhere)", "no heading is ../README.md#nowhere"),
        (0, f"{OPENING} [there](#nowhere)", "no heading is #nowhere"),
        (0, f"{OPENING}\n\n# Another title", "2 headings are titles"),
        (0, f"{OPENING}\n\n### Too deep", "skips a level"),
        (-1, "## Conclusion", "the last cell is not"),
    ],
)
def test_each_rule_for_the_text_can_fail(number, text, expected):
    notebook = notebook_of()
    notebook["cells"][number] = written(text)
    assert any(expected in problem for problem in problems(notebook))


def test_what_is_there_can_be_named_and_linked_to():
    notebook = notebook_of()
    notebook["cells"][0] = written(
        f"{OPENING} `regularity.c1_iff_alpha_1`, `elu.mean`, `moments.mean`, `[a](b)`,\n"
        f"[a](../README.md), [b](#what-to-take-along), [c](formulas/elu.mean.md), [d](https://x.y)\n"
        "```python\n# not a title\n```\n"
    )
    assert problems(notebook) == []


def test_a_page_that_shows_its_picture_late_is_a_problem():
    notebook = notebook_of(("x = 1", []), ("y = 1", []), ("z = 1", [printed("1")]))
    cells = notebook["cells"]
    cells.insert(4, cells.pop(1))
    for number, cell in enumerate(cells[1:5], start=1):
        cell["execution_count"] = number
    assert problems(notebook) == ["none of the first three code cells shows a picture"]


def test_a_page_in_its_own_style_is_a_problem():
    notebook = notebook_of()
    notebook["cells"][1]["source"] = [DRAWN.replace(STYLE, "x = 1")]
    assert problems(notebook) == [f"no cell has {STYLE}"]


def test_a_page_of_long_cells_is_a_problem():
    notebook = notebook_of(("x\n" * MEDIAN_OF_CELLS, [printed("1")]), ("x\n" * 8, [printed("1")]))
    assert problems(notebook) == ["the median of the code cells has 9 lines"]


@pytest.mark.parametrize(("tags", "most"), [([], LONGEST_CELL), (["hide-input"], 40)])
def test_a_cell_that_is_too_long_is_a_problem(tags, most):
    notebook = notebook_of(("x\n" * (most - 1), [printed("1")]), ("x = 1", []))
    notebook["cells"][2]["metadata"]["tags"] = tags
    assert problems(notebook) == []
    notebook["cells"][2]["source"] = ["x\n" * most]
    assert problems(notebook) == [f"code cell 2 has {most + 1} lines, more than {most}"]


def test_a_figure_without_words_is_a_problem():
    notebook = notebook_of()
    notebook["cells"][1]["metadata"] = {}
    (problem,) = problems(notebook)
    assert problem.startswith("code cell 1 has no alternative text")


def test_a_tag_that_is_not_for_nbval_is_no_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["cells"][2]["metadata"]["tags"] = ["hide-input", "picture-gain"]
    assert problems(notebook) == []


def test_a_tag_for_nbval_is_a_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["cells"][2]["metadata"]["tags"] = ["nbval-skip"]
    assert problems(notebook) == ["code cell 2 asks nbval to look away"]


def test_another_kernel_is_a_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["metadata"]["kernelspec"]["name"] = "my-environment"
    assert problems(notebook) == ["the kernel is not python3"]


def test_a_stripped_notebook_is_a_problem():
    notebook = notebook_of()
    notebook["cells"][1] |= {"execution_count": None, "outputs": []}
    assert [problem.split(":")[0] for problem in problems(notebook)] == [
        "none of the first three code cells shows a picture",
        "there are no outputs",
        "the execution counts are not 1, 2, 3, ...",
    ]


def test_cells_executed_out_of_order_are_a_problem():
    notebook = notebook_of(("x = 1", []), ("print(1)", [printed("1")]))
    notebook["cells"][2]["execution_count"] = 5
    (problem,) = problems(notebook)
    assert "execution counts" in problem


def test_pictures_are_those_of_the_notebooks():
    shown = {}
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            tags = cell["metadata"].get("tags", ())
            for tag in (tag for tag in tags if tag.startswith("picture-")):
                data = [output.get("data", {}) for output in cell["outputs"]]
                (png,) = (each["image/png"] for each in data if "image/png" in each)
                shown[f"{tag.removeprefix('picture-')}.png"] = b64decode(png)
    assert shown == {path.name: path.read_bytes() for path in FOLDER.glob("*.png")}
