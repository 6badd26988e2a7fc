"""Scratch copies of the package in which the definition of ELU is another one by a character."""

import atexit
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
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

PROCESSES = """
import gc, json, os, sys, traceback
gc.disable()  # a process ends before there is much garbage
import flint, mpmath, numpy, scipy.integrate, scipy.optimize, scipy.stats, sympy.stats
for line in sys.stdin:
    folder, output, errors, program, arguments = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 1
        for path, descriptor in ((output, 1), (errors, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        try:
            os.chdir(folder)
            sys.path.insert(0, folder)
            sys.argv = ["-c", *arguments]
            exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Forks a process for each program, with the libraries loaded, and nothing of this package."""

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
    # What is compiled already is compiled from the same sources, but for the one that changes.
    ignored = shutil.ignore_patterns("activations.*.pyc", "*.pyc.*")
    shutil.copytree(source, folder / source.name, ignore=ignored)
    activations = folder / source.name / "activations.py"
    text = activations.read_text(encoding="utf-8")
    line = f"return {DEFINITION}  # fmt: skip"
    assert text.count(line) == 1
    activations.write_text(text.replace(line, f"return {definition}"), encoding="utf-8")
    return folder


@cache
def _processes() -> subprocess.Popen[str]:
    """What starts the processes; it ends with the tests, when its input does."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", PROCESSES]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
    atexit.register(process.communicate)  # waited for, so that its time counts
    return process


def run_in(folder: Path, program: str, *arguments: str) -> str:
    """Run a program in a process whose package is the copy, and return what it prints."""
    output, errors = folder / "output.txt", folder / "errors.txt"
    processes = _processes()
    assert processes.stdin is not None
    assert processes.stdout is not None
    request = [*map(str, (folder, output, errors, program)), arguments]
    print(json.dumps(request), file=processes.stdin, flush=True)
    assert int(processes.stdout.readline()) == 0, errors.read_text(encoding="utf-8")
    return output.read_text(encoding="utf-8")


def verdicts_in(folder: Path, names: Iterable[str] = ()) -> dict[str, str]:
    """The verdict of each claim, by default of all, under the definition in a copy."""
    imported_from, verdicts = json.loads(run_in(folder, CHECK_CLAIMS, *names))
    assert Path(imported_from).parent.parent.resolve() == folder.resolve()
    return dict(verdicts)


def generated_code_in(folder: Path) -> str:
    """The mean of ELU as codegen writes it in a copy of the package."""
    return run_in(folder, GENERATE_MEAN)
