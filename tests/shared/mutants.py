"""Scratch copies of the package in which the definition of ELU is another one by a character."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import elu_sym

DEFINITION = "alpha*(exp(x) - 1)"
"""The left piece as it stands in ``activations.py``, where the tests change it."""

CHECK_CLAIMS = """
import json
import sys
import elu_sym
from elu_sym.claims.chapters import CLAIMS
verdicts = {name: CLAIMS[name].check().verdict.value for name in sys.argv[1:] or CLAIMS}
print(json.dumps([elu_sym.__file__, verdicts]))
"""

GENERATE_MEAN = """
from elu_sym import mean
from elu_sym.generate import codegen
print(codegen._function(mean))
"""


def mutated_copy(folder: Path, definition: str) -> Path:
    """Copy the package into a folder and write another left piece into the definition of ELU.

    Args:
        folder: an empty folder; put it first on the path to import the copy.
        definition: the expression that takes the place of :data:`DEFINITION`.

    Returns:
        The folder.
    """
    source = Path(elu_sym.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, folder / source.name, ignore=ignored)
    activations = folder / source.name / "activations.py"
    text = activations.read_text(encoding="utf-8")
    line = f"return {DEFINITION}  # fmt: skip"
    assert text.count(line) == 1
    activations.write_text(text.replace(line, f"return {definition}"), encoding="utf-8")
    return folder


def run_in(folder: Path, *arguments: str) -> str:
    """Run Python with a copy of the package first on the path, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def verdicts_in(folder: Path, names: Iterable[str] = ()) -> dict[str, str]:
    """The verdict of each claim, by default of all, under the definition in a copy."""
    imported_from, verdicts = json.loads(run_in(folder, "-c", CHECK_CLAIMS, *names))
    assert Path(imported_from).parent.parent.resolve() == folder.resolve()
    return dict(verdicts)


def generated_code_in(folder: Path) -> str:
    """The mean of ELU as codegen writes it in a copy of the package."""
    return run_in(folder, "-c", GENERATE_MEAN)
