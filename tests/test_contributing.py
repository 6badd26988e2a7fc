"""CONTRIBUTING.md sends nobody to what is not there."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HERE = [f"/{path.relative_to(ROOT)}" for path in ROOT.glob("*")] + [
    f"/{path.relative_to(ROOT)}"
    for folder in (".github", "elu_sym", "notebooks", "tests")
    for path in (ROOT / folder).rglob("*")
]
MADE = re.compile(r"\.make/|dist/|NAME")
"""What is built, and what a newcomer writes."""


def test_the_make_targets_exist():
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = {line.split()[0] for line in listed.splitlines()}
    named = set(re.findall(r"`make ([a-z-]+)", TEXT))
    assert named
    assert named - targets == set()


def test_every_file_and_folder_named_exists():
    kinds = "cff|ipynb|json|md|py|pyi|txt|yml"
    named = re.findall(rf"`((?:[\w.]+/)*[\w.]*(?:\.(?:{kinds})|/))`", TEXT)
    assert len(named) > 20
    for name in named:
        there = any(path.endswith(f"/{name.rstrip('/')}") for path in HERE)
        assert there or MADE.search(name), name
