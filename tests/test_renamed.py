"""What version 0.1 called otherwise is found for one release, and says where it is now."""

import importlib
import re
import sys
from pathlib import Path

import pytest

from elu_sym import FORMULAS
from elu_sym._renamed import FOLDERS, RENAMED

CHANGELOG = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _as_if_never_imported(monkeypatch):
    for old in RENAMED:
        monkeypatch.delitem(sys.modules, old, raising=False)


@pytest.mark.parametrize("old", [old for old in RENAMED if old not in FOLDERS])
def test_an_old_path_is_the_new_module_and_warns(old):
    if old.startswith("elu_sym.interop."):
        pytest.importorskip(old.split(".")[2].partition("_")[0])
    new = importlib.import_module(RENAMED[old])
    with pytest.warns(DeprecationWarning, match=f"{re.escape(old)} is {re.escape(RENAMED[old])}"):
        found = importlib.import_module(old)
    assert found is new
    assert new.__spec__.name == new.__name__ == RENAMED[old]


def test_names_and_modules_of_an_old_folder_are_found_in_it():
    with pytest.warns(DeprecationWarning, match="the old path goes") as warned:
        from elu_sym.proofs import CLAIMS, meanfield_values
    assert {warning.filename for warning in warned} == {__file__}
    assert meanfield_values.__name__ == "elu_sym.claims.chapters.meanfield.values"
    assert "regularity.continuous" in CLAIMS
    assert not hasattr(sys.modules["elu_sym.proofs"], "__file__")  # without a warning
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from elu_sym.proofs import nothing  # noqa: F401


def test_the_formulas_by_cases_have_their_old_name():
    with pytest.warns(DeprecationWarning, match="DISTRIBUTIONS is a part of FORMULAS"):
        from elu_sym import DISTRIBUTIONS
    assert list(DISTRIBUTIONS)[:2] == ["derivative_below", "relu.derivative_below"]
    assert all(FORMULAS[name] is formula for name, formula in DISTRIBUTIONS.items())


@pytest.mark.parametrize("old", RENAMED)
def test_the_changelog_lists_it(old):
    assert f"| `{old}` | `{RENAMED[old]}` |" in CHANGELOG
