"""The generated module is what the formula book derives, byte for byte, and safely written."""

import os
import subprocess
import sys

import pytest

from elu_sym import codegen
from elu_sym.formula_book import FORMULAS
from elu_sym.gaussian.primitives import Primitive


def test_the_committed_module_is_what_is_derived():
    assert codegen.difference() == ""


def test_it_says_not_to_edit_it_and_how_to_make_it():
    head = codegen.GENERATED.read_text(encoding="utf-8").partition('"""\n\n')[0]
    assert "Do not edit" in head
    assert "make derive" in head


@pytest.mark.parametrize(("hash_seed", "ground_types"), [("1", "python"), ("2", "flint")])
def test_another_process_derives_the_same_bytes(hash_seed, ground_types, tmp_path):
    # The order of a set and the rational numbers of SymPy's polynomials must not show.
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "SYMPY_GROUND_TYPES": ground_types}
    code = (
        "from pathlib import Path; from elu_sym import codegen;"
        f"codegen.write(Path({str(tmp_path / 'again.py')!r}))"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert (tmp_path / "again.py").read_bytes() == codegen.GENERATED.read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- lower_partial_moment(1", "+ lower_partial_moment(1"),
        ("2*partial_mean_product", "3*partial_mean_product"),
        ("Do not edit", "Do edit"),
    ],
)
def test_a_hand_edit_is_shown_as_a_diff(tmp_path, old, new):
    text = codegen.GENERATED.read_text(encoding="utf-8")
    assert old in text
    edited = tmp_path / "_generated.py"
    edited.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = codegen.difference(edited)
    assert any(line.startswith("-") and new in line for line in found.splitlines())
    assert any(line.startswith("+") and old in line for line in found.splitlines())


def test_a_missing_file_differs():
    assert codegen.difference(codegen.GENERATED.parent / "absent.py").startswith("---")


def test_check_fails_on_a_difference(monkeypatch, capsys):
    monkeypatch.setattr(codegen, "generated_source", lambda: "something else\n")
    assert codegen.main(["--check"]) == 1
    assert "+something else" in capsys.readouterr().out


def test_an_interrupted_write_leaves_the_old_file_whole(monkeypatch, tmp_path):
    target = tmp_path / "_generated.py"
    target.write_text("old\n")
    monkeypatch.setattr(codegen, "generated_source", lambda: "new\n")

    def interrupted(source, destination):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        codegen.write(target)
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_derivation_that_fails_leaves_the_old_file_whole(monkeypatch, tmp_path):
    target = tmp_path / "_generated.py"
    target.write_text("old\n")

    def fails():
        raise ArithmeticError("no decomposition")

    monkeypatch.setattr(codegen, "generated_source", fails)
    with pytest.raises(ArithmeticError):
        codegen.write(target)
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_every_published_formula_has_its_function():
    from elu_sym.numeric import _generated

    for formula in FORMULAS.values():
        assert callable(getattr(_generated, formula.function_name))


def test_every_primitive_has_its_numeric_function():
    import elu_sym.numeric as numeric

    for primitive in Primitive.__subclasses__():
        assert callable(getattr(numeric, primitive.numeric_name))
