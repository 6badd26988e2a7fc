"""Every notebook is executed, deterministic, and explains instead of defining."""

import ast
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

# What nbval compares, and PNG, which it does not. Anything else (SVG with its random ids, widgets)
# differs between two runs.
ALLOWED_MEDIA = {"image/png", "text/html", "text/latex", "text/markdown", "text/plain"}
RICH_MEDIA = {"text/html", "text/latex", "text/markdown"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
CLOCKS = {"time", "timeit", "datetime"}
TAGS = re.compile(r"hide-input|picture-\w+")
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
    draws = any("image/png" in output.get("data", {}) for output in cell["outputs"])
    if draws and not (tree.body and ast.unparse(tree.body[-1]) == "plt.show()"):
        yield "draws, but does not end with plt.show()"


def problems(notebook: dict) -> list[str]:
    """Every reason why a notebook must not be committed as it is."""
    found = []
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


def printed(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def displayed(kind: str, **data: str) -> dict:
    media = {medium.replace("_", "/"): [value] for medium, value in data.items()}
    return {"output_type": kind, "metadata": {}, "data": media}


def notebook_of(*cells: tuple[str, list[dict]]) -> dict:
    """A notebook of code cells, each given by its source and its outputs."""
    return {
        "metadata": {"kernelspec": {"name": "python3"}},
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}]
        + [
            {
                "cell_type": "code",
                "metadata": {},
                "source": [source],
                "outputs": outputs,
                "execution_count": number,
            }
            for number, (source, outputs) in enumerate(cells, start=1)
        ],
    }


PLOT = displayed("display_data", image_png="iVBO/Rw0/KGgo", text_plain="<Figure size 640x480>")


def test_a_clean_notebook_has_no_problems():
    assert not problems(
        notebook_of(
            ("from elu_sym import mean", []),
            ("print(f'{mean(0, 1):.6g}')", [printed("0.160521, a/b, 1/2, 22.5 %\n")]),
            ("mean.expr", [displayed("execute_result", text_latex=r"$\mu$", text_plain="mu")]),
            ("plt.plot(x, y)\nplt.show()", [PLOT]),
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
        ("plt.plot(x, y)", PLOT, "plt.show()"),
        ("plt.show()\nx = 1", PLOT, "plt.show()"),
    ],
)
def test_each_rule_for_cells_can_fail(source, output, expected):
    (problem,) = problems(notebook_of((source, [output])))
    assert problem.startswith("code cell 1 ")
    assert expected in problem


def test_a_tag_that_is_not_for_nbval_is_no_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["cells"][1]["metadata"]["tags"] = ["hide-input", "picture-gain"]
    assert problems(notebook) == []


def test_a_tag_for_nbval_is_a_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["cells"][1]["metadata"]["tags"] = ["nbval-skip"]
    assert problems(notebook) == ["code cell 1 asks nbval to look away"]


def test_another_kernel_is_a_problem():
    notebook = notebook_of(("print(1)", [printed("1")]))
    notebook["metadata"]["kernelspec"]["name"] = "my-environment"
    assert problems(notebook) == ["the kernel is not python3"]


def test_a_stripped_notebook_is_a_problem():
    notebook = notebook_of(("print(1)", []))
    notebook["cells"][1]["execution_count"] = None
    assert [problem.split(":")[0] for problem in problems(notebook)] == [
        "there are no outputs",
        "the execution counts are not 1, 2, 3, ...",
    ]


def test_cells_executed_out_of_order_are_a_problem():
    notebook = notebook_of(("x = 1", []), ("print(1)", [printed("1")]))
    notebook["cells"][1]["execution_count"] = 5
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
