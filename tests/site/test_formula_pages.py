import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import formula_pages
import numpy as np
import pytest
from broken_lines import display, printed_width
from checked_once import found_once
from expectations_in_claims import claims_about, formulas_in
from formula_findings import address, found_of, in_sympy
from layered_drawing import Node, drawn
from mentions import book_pages, pages_with
from scipy.integrate import quad
from scipy.stats import norm
from sympy import Float, Symbol

from elu_sym.book.formula import FORMULAS
from elu_sym.claims.report import BOOK

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module")
def found():
    """What is found of one formula, in the place of what is found of every one."""
    return found_of("relu.mean")


@pytest.fixture
def written(found, tmp_path, monkeypatch):
    def write(**changes):
        every = dict.fromkeys(BOOK, found) | changes
        monkeypatch.setattr(formula_pages, "found_of_formulas", lambda: every)
        formula_pages.write(tmp_path / "formulas")
        return {path.stem: path.read_text("utf-8") for path in tmp_path.glob("formulas/*.md")}

    return write


def test_every_formula_has_a_page_and_is_in_the_table(written):
    pages = written()
    names = {address(formula) for formula in BOOK.values()}
    assert pages.keys() == {"index", *names}
    assert len(names) == len(BOOK)
    for name in names:
        assert pages["index"].count(f"]({name}.md)") == 1
        assert f"\n# {name}: " in pages[name]


def test_what_is_no_formula_any_more_has_no_page(written, tmp_path):
    (tmp_path / "formulas").mkdir()
    (tmp_path / "formulas" / "elu.gone.md").write_text("# gone", encoding="utf-8")
    assert "elu.gone" not in written()


def test_a_page_that_is_as_it_was_is_left_alone(written, tmp_path):
    written()
    path = tmp_path / "formulas" / "elu.mean.md"
    before = path.stat().st_mtime_ns
    written()
    assert path.stat().st_mtime_ns == before


def test_a_witness_that_rejects_is_shown(found, written):
    witnesses = [*found["witnesses"][1:], ["heat", False, "no limit at 0"]]
    pages = written(mean=found | {"passed": False, "witnesses": witnesses})
    assert "**FAILED**" in pages["elu.mean"]
    assert "It is not certified." in pages["elu.mean"]
    assert f"of {len(BOOK) - 1} of the {len(BOOK)}" in pages["index"]
    assert "FAILED" not in pages["elu.variance"]


def test_the_numbers_are_those_of_the_definition(found):
    value = float(re.search(r"is ([-.\d]+)\.$", found["example"])[1])
    mean, _ = quad(lambda x: max(x, 0) * norm.pdf(x, 1, 1), 0, 12, epsabs=1e-13)
    assert value == pytest.approx(mean, abs=1e-10)
    assert [value for _, value in found["limits"]] == [0, 1, 0, np.inf]


CHILD = """
import contextlib, io, json, sys

printed = []
for program in json.load(sys.stdin):
    scope, output = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(program, scope)
    text = scope.get("closed_form", scope.get("expression"))
    printed.append(output.getvalue() + (repr(text) if text is not None else ""))
json.dump(printed, sys.stdout)
"""
"""Runs programs, each as if it were the first one that Python reads."""


def run_alone(programs):
    """What programs print, or the expressions that they make, in a process of their own."""
    run = [sys.executable, "-c", CHILD]
    done = subprocess.run(run, input=json.dumps(programs), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LIBRARIES = re.compile("import torch|from jax")


@pytest.fixture
def programs(written, found):
    """The programs of pages by the name of the formula, and what is found of each for SymPy."""

    def collect(*names):
        sympy = {name: in_sympy(BOOK[name]) for name in names}
        pages = written(**{name: found | {"sympy": each} for name, each in sympy.items()})
        fenced = re.compile(r"^```python\n(.*?)\n```", re.DOTALL | re.MULTILINE)
        return {name: fenced.findall(pages[address(BOOK[name])]) for name in names}, sympy

    return collect


def agree(name, printed, sympy):
    """Whether the programs of a page say the same; those of PyTorch and JAX are the last ones."""
    formula, digits = BOOK[name], sympy["digits"]
    question, exact, closed_form, expression, numeric, *others = printed
    assert question == f"{digits}\n"
    assert exact[:29] == digits[:29]
    assert (closed_form, expression) == (repr(formula.closed_form), repr(formula.expr))
    assert float(numeric) == pytest.approx(float(digits), rel=1e-13)
    for each in others[1:]:  # the first one is the generated function, which is called by others
        values = [float(value) for value in re.findall(r"-?\d+\.\d*(?:e-?\d+)?", each)[:3]]
        assert np.allclose(values, formula([-1.0, 0.0, 1.0]), rtol=1e-3, atol=1e-4)


def test_the_programs_of_a_page_run_as_they_stand_and_agree(programs):
    names = ("third_moment", "selu.mean", "derivative_below")
    every, sympy = programs(*names)
    alone = {n: [each for each in every[n] if not LIBRARIES.match(each)] for n in names}
    assert {len(each) for each in alone.values()} == {6}
    printed = iter(run_alone([each for name in names for each in alone[name]]))
    for name in names:
        agree(name, [next(printed) for _ in alone[name]], sympy[name])


@pytest.mark.deep
def test_the_programs_of_two_inputs_and_of_other_libraries_run_too(programs):
    for library in ("torch", "jax"):
        pytest.importorskip(library)
    counts = {"third_moment": 8, "selu.mean": 8, "kernel": 5, "relu_elu.kernel": 5}
    every, sympy = programs(*counts)
    assert {name: len(each) for name, each in every.items()} == counts
    printed = iter(run_alone([each for name in counts for each in every[name]]))
    for name in counts:
        agree(name, [next(printed) for _ in every[name]], sympy[name])


def test_what_is_put_in_for_another_symbol_changes_nothing():
    closed_form = FORMULAS["mean"].closed_form
    assert closed_form.subs({Symbol("mu"): 1, Symbol("sigma"): 1}) == closed_form


def test_fractions_stay_exact_in_the_text_of_every_example():
    for name in ("mean", "fourth_moment", "selu.variance", "leaky_relu.mean", "celu.std"):
        program = in_sympy(BOOK[name])["exact"]
        scope: dict = {}
        exec(program.replace("print(", "("), scope)
        assert not scope["exact"].atoms(Float)


def test_witnesses_of_one_kind_have_a_sentence_each(written, found):
    details = (
        "closed form and integral overlap at 12 rational points, relative width at most 1e-25",
        "C: 53 points, worst error 0.3 of the allowed 8",
        "NumPy: 53 points, worst error 0.3 of the allowed 8",
        "level <= 1, level <= alpha: 40 points, worst error 0.6 of the allowed 8",
        "level <= 1, level > alpha: 40 points, worst error 0.6 of the allowed 8",
        "the balls are disjoint at mu = 0",
    )
    witnesses = [["arb", True, each] for each in details] + [["heat", True, "exact"]]
    page = written(mean=found | {"witnesses": witnesses})["elu.mean"]
    rows = re.findall(r"^\| arb \| passed \| (.*?) \|", page, re.M)
    assert len(set(rows)) == len(rows) == len(details)
    assert "7 of 7 witnesses, of 2 kinds," in page


def test_samples_of_parts_name_the_part(written, found):
    sampled = ["montecarlo", True, "largest |z| = 1.00"]
    pages = written(covariance=found | {"witnesses": [sampled, sampled]})
    rows = re.findall(r"^\| montecarlo \| passed \| (.*?) \|", pages["elu.covariance"], re.M)
    assert len(set(rows)) == 2
    assert all("agree with its part $" in row for row in rows)


def test_pages_say_where_the_expression_holds(written, found):
    divided = found | {"closed form": r"$$\sqrt{1 - \rho^{2}}$$"}
    pages = written(kernel=divided)
    assert r"$\lvert\rho\rvert < 1$" in pages["elu.kernel"]
    assert r"$\lvert\rho\rvert < 1$" not in pages["elu.input_covariance"]
    assert r"finite $\mu$ and $\sigma > 0$" in pages["elu.mean"]


def test_infinity_is_written_in_one_way(written):
    page = written()["relu.mean"]
    assert "| mu = ∞, sigma = 1 | ∞ |" in page
    assert not re.search(r"\binf\b", page)


def test_displays_have_every_term_and_no_wide_line():
    closed_form = FORMULAS["fourth_moment"].closed_form
    lines = display(closed_form, "F =").splitlines()[3:-2]
    assert sum(len(re.findall(r"(?:^& |(?<=\} )|(?<=\) ))[+-] ", line)) for line in lines) >= 1
    terms = len(closed_form.as_ordered_terms())
    assert sum(line.count(r"\Phi\left(") + line.count(r"\varphi\left(") for line in lines) == terms
    assert len(lines) > 1
    assert all(printed_width(line) <= 30 or line.count("Phi") <= 1 for line in lines)


TASK = """
def task(name):
    with open({trace!r}, "a") as trace:
        trace.write(name)
    return {{"name": name}}
"""


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A task of a module, and the file in which it writes what it was asked."""
    trace = tmp_path / "trace"
    trace.touch()
    (tmp_path / "some_task.py").write_text(TASK.format(trace=str(trace)), encoding="utf-8")
    (tmp_path / "package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr("checked_once.PACKAGE", tmp_path / "package")
    monkeypatch.delitem(sys.modules, "some_task", raising=False)
    return importlib.import_module("some_task").task, trace


def test_what_was_found_is_kept_until_a_source_changes(task, tmp_path):
    find, trace = task
    kept = tmp_path / "kept"
    first = found_once(find, ["a", "b"], "things", kept)
    assert first == {"a": {"name": "a"}, "b": {"name": "b"}}
    assert found_once(find, ["a", "b"], "things", kept) == first
    assert trace.read_text() == "ab"
    (tmp_path / "package" / "new.py").write_text("x = 1\n", encoding="utf-8")
    found_once(find, ["a", "b"], "things", kept)
    assert trace.read_text() == "abab"


def test_an_interrupted_run_is_taken_up_where_it_stopped(task, tmp_path, monkeypatch):
    find, trace = task
    kept = tmp_path / "kept"

    def interrupted(function, names, processes):
        yield names[0], function(names[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("checked_once.finished", interrupted)
        with pytest.raises(KeyboardInterrupt):
            found_once(find, ["a", "b"], "things", kept)
    assert list(found_once(find, ["b", "a"], "things", kept)) == ["b", "a"]
    assert trace.read_text() == "ab"


def test_what_others_found_is_not_taken(task, tmp_path):
    find, trace = task
    (tmp_path / "kept").mkdir()
    forged = {"sources": "of another state", "found": {"a": {"name": "forged"}}}
    (tmp_path / "kept" / "found_things.json").write_text(json.dumps(forged), encoding="utf-8")
    assert found_once(find, ["a"], "things", tmp_path / "kept") == {"a": {"name": "a"}}
    assert trace.read_text() == "a"


def test_claims_that_have_an_expectation():
    assert "moments.mean_increases_with_mean" in claims_about("mean")
    assert set(formulas_in("moments.poincare")) >= {"variance", "derivative_mean", "second_moment"}
    assert formulas_in("regularity.range") == ()
    assert claims_about("fourth_moment") == ()
    # Under any law it is another expectation.
    assert "centering.below_relu_any_law" not in claims_about("mean")


def test_pages_that_use_a_formula(tmp_path):
    prose = {"cell_type": "markdown", "source": ["# A page\n", "\n", "It is `celu.mean`."]}
    code = {"cell_type": "code", "source": ["from elu_sym import elu, mean\n", "elu.variance(0)"]}
    text = json.dumps({"cells": [prose, code]})
    (tmp_path / "01_page.ipynb").write_text(text, encoding="utf-8")
    (page,) = book_pages(tmp_path)
    assert page.title == "A page"
    for name, bare, uses in (
        ("celu.mean", "", True),
        ("elu.variance", "", True),
        ("elu.mean", "", False),
        ("elu.mean", "mean", True),
        ("elu.var", "", False),
    ):
        assert bool(list(pages_with(tmp_path, name, bare))) == uses


def test_the_map_is_text_with_links():
    here, there, apart = Node("a < b"), Node("there", "../there.html"), Node("apart")
    columns = {"from": [here], "none": [], "to": [there]}
    tree = ElementTree.fromstring(drawn(columns, {(here, there): 1, (here, apart): 1}, "T", "D"))
    name = "{http://www.w3.org/2000/svg}"
    assert [each.text for each in tree.iter(f"{name}text")] == ["from", "to", "a < b", "there"]
    assert [each.get("href") for each in tree.iter(f"{name}a")] == ["../there.html"]
    assert len(list(tree.iter(f"{name}path"))) == 1
    assert [tree.find(f".//{name}{each}").text for each in ("title", "desc")] == ["T", "D"]
