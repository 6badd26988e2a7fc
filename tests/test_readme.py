"""The README says what is so: its examples run, its numbers were measured, its names exist."""

import doctest
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from bench import speed

from elu_sym import FORMULAS, JOINT_FORMULAS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
EXAMPLES = [block for block in BLOCKS if ">>>" in block]


def test_it_is_short():
    assert TEXT.count("\n") <= 130
    assert len(EXAMPLES) == 2
    assert all(block.count("\n") <= 10 for block in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_prints_what_it_shows(example):
    if "torch" in example:
        pytest.importorskip("torch")
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner()
    runner.run(parsed)
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries == example.count(">>>")


def test_the_other_python_blocks_run(tmp_path, monkeypatch):
    for backend in ("torch", "dask"):
        pytest.importorskip(backend, reason=f"the README shows {backend}, which is not installed")
    monkeypatch.chdir(tmp_path)
    axis = np.linspace(0.5, 1.5, 3)
    names = {"preactivations": np.random.default_rng(1).standard_normal(1000), "g": np.tanh}
    names |= {"mus": axis, "sigmas": axis, "alphas": axis}
    for block in set(BLOCKS) - set(EXAMPLES):
        exec(compile(block, "README.md", "exec"), dict(names))


def test_times_are_the_measured_ones():
    assert speed.quoted(speed.with_cuda(speed.read())) in TEXT


def test_every_quantity_of_the_book_is_named():
    for formula in (*FORMULAS.values(), *JOINT_FORMULAS.values()):
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


def test_every_notebook_and_every_room_is_named():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{path.name}" in TEXT
    for path in (ROOT / "elu_sym").iterdir():
        if path.is_dir() and (path / "__init__.py").exists():
            assert f"| `{path.name}/` |" in TEXT
