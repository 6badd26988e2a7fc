"""The site, built once as ``make html`` builds it."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMMAND = "-m sphinx --quiet --fail-on-warning --keep-going --doctree-dir .make/doctrees notebooks"


@pytest.fixture(scope="session")
def site():
    """The folder of the site; a warning of Sphinx is an error."""
    folder = ROOT / ".make" / "html"
    folder.parent.mkdir(exist_ok=True)
    # Other processes that test build it, too: one after the other.
    with (folder.parent / "html.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = subprocess.run(
            [sys.executable, *COMMAND.split(), folder], cwd=ROOT, capture_output=True, text=True
        )
    assert run.returncode == 0, run.stderr
    return folder
