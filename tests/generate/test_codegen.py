"""The generated files are what the formula book derives, byte for byte, and safely written."""

import ast
import os
import subprocess
import sys

import pytest
from sympy import S

from elu_sym import elu, mean, relu, variance
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.decomposition import NoDecompositionError
from elu_sym.book.formula import FORMULAS, Formula
from elu_sym.book.primitives import (
    PRIMITIVES,
    Primitive,
    UpperPartialMoment,
    UpperPartialVariance,
)
from elu_sym.generate import codegen, gradients as gradient_codegen
from elu_sym.generate.gradients import GradientError, gradient, gradient_function
from elu_sym.generate.printers import PythonPrinter, written
from elu_sym.symbols import alpha, mu, sigma

FOLDER = codegen.GENERATED.parent
FILES = (codegen.GENERATED, codegen.GENERATED_GRADIENTS)


def name_of(path):
    return path.relative_to(FOLDER).as_posix()


EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=name_of)


@pytest.fixture
def few(monkeypatch):
    """Two sources that are quickly derived."""
    sources = {codegen.GENERATED: "new\n", codegen.GENERATED_GRADIENTS: "new too\n"}
    monkeypatch.setattr(codegen, "sources", lambda: sources)
    return sources


@EVERY_FILE
def test_it_says_not_to_edit_it_and_how_to_make_it(path):
    head = path.read_text(encoding="utf-8")[:500]
    assert "Do not edit" in head
    assert "make derive" in head


@pytest.mark.deep
def test_another_process_derives_the_same_bytes(tmp_path):
    # The order of a set and the rational numbers of SymPy's polynomials must not show. The stage
    # "generated code" derives all of it, too, with a third seed and the rational numbers of FLINT.
    environment = {**os.environ, "PYTHONHASHSEED": "1", "SYMPY_GROUND_TYPES": "python"}
    code = (
        "from pathlib import Path; from elu_sym.generate import codegen;"
        f"codegen.write(Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert written == {name_of(path) for path in FILES}
    for path in FILES:
        assert (tmp_path / name_of(path)).read_bytes() == path.read_bytes()


EDITS = [
    (codegen.GENERATED, "return -lower_conditional_mean", "return lower_conditional_mean"),
    (codegen.GENERATED, "2*partial_mean_product", "3*partial_mean_product"),
    (codegen.GENERATED, "Do not edit", "Do edit"),
    (codegen.GENERATED_GRADIENTS, "-lower_partial_moment_1/alpha", "lower_partial_moment_1/alpha"),
]


@pytest.mark.parametrize(("path", "old", "new"), EDITS)
def test_a_hand_edit_is_shown_as_a_diff(monkeypatch, tmp_path, path, old, new):
    # What is derived is what is committed, by the test above; here it is the edit that is to show.
    committed = {each: each.read_text(encoding="utf-8") for each in FILES}
    monkeypatch.setattr(codegen, "sources", lambda: committed)
    for each in FILES:
        copy = tmp_path / name_of(each)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(each.read_bytes())
    assert codegen.difference(tmp_path) == ""
    edited = tmp_path / name_of(path)
    text = edited.read_text(encoding="utf-8")
    assert old in text
    edited.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = codegen.difference(tmp_path)
    assert any(line.startswith("-") and new in line for line in found.splitlines())
    assert any(line.startswith("+") and old in line for line in found.splitlines())


def test_a_missing_file_differs(few, tmp_path):
    found = codegen.difference(tmp_path)
    assert "+new\n" in found
    assert "+new too\n" in found


def test_check_fails_on_a_difference(few, capsys):
    assert codegen.main(["--check"]) == 1
    assert "+new" in capsys.readouterr().out


def test_writing_again_changes_nothing(few, tmp_path):
    codegen.write(tmp_path)
    written = [tmp_path / name_of(path) for path in few]
    times = [path.stat().st_mtime_ns for path in written]
    codegen.write(tmp_path)
    assert [path.stat().st_mtime_ns for path in written] == times
    assert codegen.difference(tmp_path) == ""


def test_an_interrupted_write_leaves_the_old_file_whole(few, monkeypatch, tmp_path):
    target = tmp_path / codegen.GENERATED.name
    target.write_text("old\n")

    def interrupted(source, destination):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        codegen.write(tmp_path)
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["generated_source", "generated_gradient_source"])
def test_a_derivation_that_fails_leaves_the_old_files_whole(monkeypatch, tmp_path, name):
    target = tmp_path / codegen.GENERATED.name
    target.write_text("old\n")

    def fails():
        raise ArithmeticError("no decomposition")

    for other in ("generated_source", "generated_gradient_source"):
        monkeypatch.setattr(codegen, other, lambda: "new\n")
    monkeypatch.setattr(codegen, name, fails)
    with pytest.raises(ArithmeticError):
        codegen.write(tmp_path)
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_every_published_formula_has_its_function_and_its_gradient():
    from elu_sym.numeric import _generated, _gradients

    for formula in FORMULAS.values():
        assert callable(getattr(_generated, formula.function_name))
        has_gradient = hasattr(_gradients, f"{formula.function_name}_gradient")
        assert has_gradient != formula.quantity.by_cases


def test_every_primitive_has_its_numeric_function():
    functions = codegen._numeric_functions()
    for primitive in Primitive.__subclasses__():
        for name in filter(None, (primitive.numeric_name, primitive.root_name)):
            assert callable(functions[name])


def test_a_missing_numeric_function_is_named(monkeypatch):
    monkeypatch.setattr(UpperPartialMoment, "numeric_name", "forgotten")
    message = "elu_sym/numeric: no module has a function 'forgotten', which UpperPartialMoment of "
    with pytest.raises(LookupError, match=message):
        codegen._numeric_functions.__wrapped__()


def test_a_missing_list_of_primitives_is_named(monkeypatch):
    monkeypatch.delitem(PRIMITIVES, "relu")
    with pytest.raises(LookupError, match=r"primitives.py: PRIMITIVES has no 'relu'"):
        _ = Formula(relu.mean.quantity, relu).over_primitives


def test_a_missing_root_is_named(monkeypatch):
    monkeypatch.setattr(UpperPartialVariance, "root_name", None)
    with pytest.raises(LookupError, match=r"primitives.py: UpperPartialVariance has no root_name"):
        written(relu.std, PythonPrinter())


def test_a_missing_part_of_a_primitive_is_named():
    with pytest.raises(TypeError, match=r"Primitive in .*primitives.py has no definition"):
        Primitive(mu, sigma).rewrite(NormalCdf)


def test_a_closed_form_that_is_no_combination_is_said(monkeypatch, few, capsys, tmp_path):
    monkeypatch.setattr(codegen, "write", lambda: None)
    monkeypatch.setitem(PRIMITIVES, "relu", (UpperPartialMoment(0, mu, sigma),))
    missing = Formula(relu.mean.quantity, relu)
    monkeypatch.setitem(FORMULAS, missing.id, missing)
    assert codegen.main([]) == 0
    assert "relu.mean is no combination of PRIMITIVES['relu'] in" in capsys.readouterr().err


def test_no_function_is_hidden_by_a_local_name():
    tree = ast.parse(codegen.GENERATED_GRADIENTS.read_text(encoding="utf-8"))
    imported = {
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assigned = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert assigned
    assert assigned & imported == set()


def test_a_gradient_that_is_not_proved_is_not_printed(monkeypatch):
    wrong = classmethod(lambda cls, *arguments: (S.Zero, S.Zero))
    monkeypatch.setattr(UpperPartialMoment, "slopes", wrong)
    with pytest.raises(GradientError, match=r"not proved to be the derivative of relu\.mean by mu"):
        gradient.__wrapped__(FORMULAS["relu.mean"])


def test_the_gradient_is_over_primitives_in_the_order_of_the_arguments():
    by_mu, by_sigma, by_alpha = gradient(mean)
    assert len(gradient(variance)) == 3
    assert by_alpha.free_symbols == {mu, sigma, alpha}
    assert by_mu != by_sigma


def test_a_formula_without_a_combination_has_no_gradient(monkeypatch):
    def fails(*_):
        raise NoDecompositionError("none")

    monkeypatch.setattr(gradient_codegen, "gradient", fails)
    with pytest.raises(NoDecompositionError):
        gradient_function(mean)
    monkeypatch.setattr(codegen, "gradient_function", fails)
    assert "def " not in codegen.generated_gradient_source()


def test_the_gradient_of_a_deviation_is_that_of_the_variance_over_twice_it():
    text = gradient_function(elu.std)
    assert "root_gradient(" in text
    assert "variance_gradient, alpha)" in text
