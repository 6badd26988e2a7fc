"""What a newcomer does first: a clean checkout, and `make`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, folder: Path = ROOT) -> str:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, f"{finished.stdout[-3000:]}{finished.stderr[-3000:]}"
    return finished.stdout


@pytest.mark.deep
def test_a_clean_checkout_derives_compiles_and_verifies(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("there is no repository to check out")
    checkout = tmp_path / "checkout"
    run("git", "clone", "--quiet", ROOT, checkout)
    run("make", f"PYTHON={sys.executable}", "VENV=.venv", folder=checkout)
    # What was derived is what is committed, and nothing else is left behind.
    assert run("git", "status", "--porcelain", folder=checkout) == ""
    # The second time there is nothing to do but to show the report.
    assert "Verifying" not in run("make", "VENV=.venv", folder=checkout)
