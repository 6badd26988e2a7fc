"""What a newcomer does in the first quarter of an hour, in a clean checkout: step by step."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEFINITION = "elu_sym/activations.py"
PIECE = "return alpha*(exp(x) - 1)"
"""What ELU is below zero, as its definition says it."""

WEIGHTS = """
import torch
from elu_sym import gain
from elu_sym.interop.torch import initialize_
hidden = [torch.nn.Linear(512, 512), torch.nn.ELU()] * 3
network = torch.nn.Sequential(torch.nn.Linear(64, 512), torch.nn.ELU(), *hidden)
table = initialize_(network, torch.randn(64, 64))
exact = gain() ** 2 / 512
assert abs(float(network[2].weight.var()) / exact - 1) < 0.05
print(table)
"""
"""A gain into a model of PyTorch."""

MOVED = """
import sys
sys.path.insert(0, "notebooks/site")
from formula_findings import found_of
from elu_sym import mean
print(mean.closed_form)
print(found_of("mean")["closed form"])
"""
"""The derivation, and what the formula's page on the site shows of it."""


def run(*command: str | Path, folder: Path, fails: bool = False) -> str:
    """Run it as from a new shell, print how long it took, and return what it printed."""
    start = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    print(f"{time.monotonic() - start:6.1f} s  {' '.join(map(str, command)).splitlines()[0][:80]}")
    printed = f"{finished.stdout}{finished.stderr}"
    assert (finished.returncode != 0) == fails, printed[-3000:]
    return printed


@pytest.mark.deep
def test_the_first_quarter_of_an_hour(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("there is no repository to check out")
    checkout, python = tmp_path / "checkout", ".venv/bin/python"
    run("git", "clone", "--quiet", ROOT, checkout, folder=tmp_path)

    # The first command: what was derived is what is committed, and nothing else is left behind.
    run("make", f"PYTHON={sys.executable}", "VENV=.venv", folder=checkout)
    assert run("git", "status", "--porcelain", folder=checkout) == ""
    # The second time there is nothing to do but to show the report.
    assert "Verifying" not in run("make", "VENV=.venv", folder=checkout)

    # The second command takes as long as it does wherever it runs; here a stage of it.
    run("make", "backends", "VENV=.venv", "BACKENDS=torch", folder=checkout)
    run(python, "tests/stages.py", "--only", "generated code", folder=checkout)

    # The tour, cell by cell, gives what is printed in it.
    tour = ("-q", "--nbval", "--nbval-current-env", "notebooks/00_tour.ipynb")
    assert " passed" in run(python, "-m", "pytest", *tour, folder=checkout)

    assert "fed by elu" in run(python, "-c", WEIGHTS, folder=checkout)

    # Another constant in the definition: the derivation, the code and the page of the formula move
    # together, and the page that says what is no longer true does not pass.
    before = run(python, "-c", MOVED, folder=checkout)
    text = (checkout / DEFINITION).read_text(encoding="utf-8")
    assert text.count(PIECE) == 1
    (checkout / DEFINITION).write_text(text.replace(PIECE, PIECE.replace("alpha", "3*alpha")))
    after = run(python, "-c", MOVED, folder=checkout)
    run("make", "compile", "VENV=.venv", folder=checkout)
    assert "3*alpha*exp(" in after.splitlines()[0]
    assert r"3 \alpha" in after
    assert before.splitlines()[0] not in after
    changed = run("git", "status", "--porcelain", folder=checkout)
    assert "elu_sym/numeric/_generated.py" in changed
    assert " failed" in run(python, "-m", "pytest", *tour, folder=checkout, fails=True)
