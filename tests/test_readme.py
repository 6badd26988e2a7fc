"""The README says what is so: its examples run, its table is the registry, its commands exist."""

import doctest
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from elu_sym import CLAIMS, FORMULAS
from elu_sym.claims.chapters import CHAPTERS
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_example_prints_what_it_shows():
    (example,) = [block for block in blocks("python") if ">>>" in block]
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner()
    runner.run(parsed)
    assert runner.summarize(verbose=False) == (0, 4)


def test_the_other_python_blocks_run(tmp_path, monkeypatch):
    for backend in ("torch", "dask"):
        pytest.importorskip(backend, reason=f"the README shows {backend}, which is not installed")
    monkeypatch.chdir(tmp_path)
    axis = np.linspace(0.5, 1.5, 3)
    names = {"mu": 0.3, "sigma": 1.2, "alpha": 1.5, "g": np.tanh}
    names |= {"mus": axis, "sigmas": axis, "alphas": axis}
    for block in blocks("python"):
        if ">>>" not in block:
            exec(compile(block, "README.md", "exec"), dict(names))


def test_the_table_says_what_the_verdicts_are():
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| ([A-Z]+) \|", TEXT, flags=re.MULTILINE)
    assert rows == [(name, CLAIMS[name].expected.value) for name, _ in rows]
    assert {CLAIMS[name].chapter for name, _ in rows} >= set(CHAPTERS) - {"relations", "sparsity"}


def test_the_published_constants_are_those_of_the_table():
    rows = re.findall(
        r"^\| ([0-9.]+) \| .*? \| `([a-z0-9_.]+)` \| ([0-9.]+) \| (\S+) \|", TEXT, re.M
    )
    assert [name for _, name, _, _ in rows] == list(PUBLISHED_CONSTANTS)
    for value, name, exact, difference in rows:
        row = PUBLISHED_CONSTANTS[name]
        assert (value, exact) == (row.value, row.digits(17))
        assert difference == f"{float(row.relative_difference):+.1e}"


def test_every_quantity_of_the_book_is_named():
    for formula in FORMULAS.values():
        assert f"`{formula.name}`" in TEXT


def test_the_make_targets_exist():
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = {line.split()[0] for line in listed.splitlines()}
    assert set(re.findall(r"`make ([a-z]+)`", TEXT)) <= targets
    assert set(re.findall(r"^make ([a-z]+)", TEXT, flags=re.MULTILINE)) <= targets


def test_every_file_and_folder_named_exists():
    for name in re.findall(r"`([a-z_/]+(?:\.py|/))`", TEXT):
        assert (ROOT / name).exists() or (ROOT / "elu_sym" / name).exists(), name
    for name in re.findall(r"\]\(([\w./]+)\)", TEXT):
        assert (ROOT / name).exists(), name
