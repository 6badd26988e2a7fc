"""Whatever writes may be killed at any time: what is published is whole, and the next run is right.

Each command is killed at every call that changes its folder, then at ten moments of its time; then
it is run once more, and the folder has to be what it is without any of this, to the byte.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_config_var

import killing
import pytest
from killing import Scenario, snapshot
from seeds import seed_of_this_run

ROOT = Path(__file__).parent.parent
PACKAGE = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}

pytestmark = pytest.mark.skipif(not killing.READY, reason="calls are counted on Linux only")

WRITE = """
from pathlib import Path
from elu_sym.generate.whole_files import write_whole
write_whole(Path("file"), "new" * 5000)
"""

TABLE = """
import sys
from pathlib import Path
from typing import NamedTuple
from elu_sym.experiments import tables

class Row(NamedTuple):
    seed: str
    value: str

def block(key):
    return [Row(*key, f"{number}") for number in range(500)]

if __name__ == "__main__":
    keys = [(str(seed),) for seed in range(3)]
    tables.measure_blocks(Path("table.csv"), Row, keys, block, False, int(sys.argv[1]))
"""

SWEEP = """
import dask, numpy as np
from elu_sym import mean
from elu_sym.interop.dask import sweep
grid = {"mu": np.linspace(-3, 3, 40), "sigma": [0.5, 1.0]}
try:
    with dask.config.set(num_workers=1):
        sweep(mean, grid, "table", chunk=40)
except ValueError as error:  # it was killed when all was done
    assert "exists: remove it or give another path" in str(error)
"""

DERIVE = """#!/bin/sh
exec "{python}" -c '
from elu_sym.generate import codegen
# What is derived is told beforehand: deriving it takes a minute.
codegen.sources = lambda: {{
    path: path.with_suffix(".derived").read_text(encoding="utf-8")
    for path in (codegen.GENERATED, codegen.GENERATED_GRADIENTS)
}}
codegen.write()
'
"""

MODULE = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_compiled", NULL, -1, NULL};
PyMODINIT_FUNC PyInit__compiled(void) { return PyModule_Create(&module); }
"""

GENERATED = """
WIDTHS = (1,)

def compiled_sources():
    return {"width_1.c": "int width = 1;"}
"""

CHECKSUM = """
from pathlib import Path

def compiled_from():
    return [Path(__file__).with_name("compiled") / "module.c"]

def sources_checksum():
    return 0
"""

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {"tags": ["picture-small"]},
            "outputs": [],
            "source": (
                "from IPython.display import Image, display\n"
                "from base64 import b64decode\n"
                "print(6 * 7)\n"
                "display(Image(b64decode('iVBORw0KGgo='), format='png'))"
            ),
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def writes(name: str, text: str):
    def prepare(folder: Path) -> None:
        (folder / name).write_text(text)

    return prepare


def table(folder: Path) -> None:
    (folder / "table.csv").write_text("old\n")
    (folder / "measure.py").write_text(TABLE)


def checkout(folder: Path) -> None:
    """What `make derive` reads and writes, in an environment of its own."""
    ignored = shutil.ignore_patterns("__pycache__", "_compiled*", "claims", "*.csv", "mills_table*")
    shutil.copytree(ROOT / "elu_sym", folder / "elu_sym", ignore=ignored)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "setup.py"):
        shutil.copy(ROOT / name, folder)
    numeric = folder / "elu_sym" / "numeric"
    for name in ("_generated.py", "_gradients.py"):
        path = numeric / name
        shutil.copy(path, path.with_suffix(".derived"))
        path.write_text(path.read_text() + "\n")
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(DERIVE.format(python=sys.executable))
    python.chmod(0o755)
    (folder / ".venv" / ".complete").touch()


def small_module(folder: Path) -> None:
    """A build of a module that is quickly compiled."""
    sources = folder / "elu_sym" / "numeric" / "compiled"
    sources.mkdir(parents=True)
    (sources / "module.c").write_text(MODULE)
    (folder / "elu_sym" / "generate").mkdir()
    for package in ("elu_sym", "elu_sym/generate", "elu_sym/numeric"):
        (folder / package / "__init__.py").touch()
    (folder / "elu_sym" / "generate" / "compiled_sources.py").write_text(GENERATED)
    (folder / "elu_sym" / "numeric" / "function.py").write_text(CHECKSUM)
    shutil.copy(ROOT / "setup.py", folder)
    (folder / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "1"\n')


def a_built_module(folder: Path) -> None:
    """The same, built before of other sources."""
    small_module(folder)
    subprocess.run([sys.executable, "-B", *BUILD], cwd=folder, check=True, capture_output=True)
    source = folder / "elu_sym" / "numeric" / "compiled" / "module.c"
    source.write_text(MODULE.replace("NULL, -1", '"Other words.", -1'))
    for built in folder.rglob("*.so"):
        os.utime(built, (1, 1))


BUILD = ("setup.py", "--quiet", "build_ext", "--inplace")
BUILT = f"_compiled.{get_config_var('SOABI')}.so"

ONLY = ("regularity.range", "regularity.monotone")

SCENARIOS = {
    "a file": Scenario(writes("file", "old"), [sys.executable, "-c", WRITE], ["file"], PACKAGE),
    "a table": Scenario(table, [sys.executable, "measure.py", "1"], ["table.csv"], PACKAGE),
    "a table by processes": Scenario(
        table, [sys.executable, "measure.py", "2"], ["table.csv"], PACKAGE
    ),
    "a sweep": Scenario(
        writes("other", ""),
        [sys.executable, "-c", SWEEP],
        ["table/part-0.parquet", "table/part-1.parquet"],
        PACKAGE,
    ),
    "verify": Scenario(
        writes("report.txt", "old"),
        [sys.executable, "-m", "elu_sym", "verify", "--report", "report.txt", "--only", *ONLY],
        ["report.txt"],
        PACKAGE,
        # The times differ.
        lambda content: re.sub(rb"\d+\.\d+ s|in \d+ s", b"", content),
    ),
    "make derive": Scenario(
        checkout,
        ["make", "--quiet", "derive"],
        [f"elu_sym/numeric/{n}" for n in ("_generated.py", "_gradients.py")],
        {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "."},
        numbers=(signal.SIGKILL, signal.SIGINT, signal.SIGTERM),
    ),
    "a first build": Scenario(
        small_module, [sys.executable, "-B", *BUILD], [f"elu_sym/numeric/{BUILT}"]
    ),
    "a build": Scenario(
        a_built_module, [sys.executable, "-B", *BUILD], [f"elu_sym/numeric/{BUILT}"]
    ),
    "a notebook": Scenario(
        lambda folder: (folder / "page.ipynb").write_text(json.dumps(NOTEBOOK)),
        [sys.executable, ROOT / "notebooks" / "execute.py", "page.ipynb"],
        ["page.ipynb", "small.png"],
        PACKAGE,
    ),
}
NEEDED = {"a sweep": "dask", "a notebook": "nbclient", "verify": "flint"}
NEEDED |= dict.fromkeys(("a table", "a table by processes"), "threadpoolctl")


@pytest.mark.deep
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_command_that_is_killed_damages_nothing(tmp_path, name):
    if name in NEEDED and find_spec(NEEDED[name]) is None:
        pytest.skip(f"needs {NEEDED[name]}")
    at_every_call(SCENARIOS[name], tmp_path)


def at_every_call(scenario, folder, moments=10):
    drawn = random.Random(seed_of_this_run())  # a failure names the moment itself
    place = folder / "place"  # the same for all, in case that its path is written
    before, after, calls, seconds = scenario.whole(place)
    shutil.rmtree(place)
    assert calls > 4
    for number in scenario.numbers:
        for at in range(1, calls + 1):
            scenario.check(place, before, after, at=at, number=number)
            shutil.rmtree(place)
    for _ in range(moments):
        moment = drawn.uniform(0.0, 1.1 * seconds)
        scenario.check(place, before, after, seconds=moment)
        shutil.rmtree(place)


def test_a_file_that_is_killed_while_it_is_written_is_whole(tmp_path):
    at_every_call(SCENARIOS["a file"], tmp_path, moments=3)


LINKER = """#!/bin/sh
# A compiler that is killed, and all that started it, when it has linked so many bytes.
gcc "$@"
for last; do
    case "$before $last" in "-o "*.so*) truncate -s $LINKED "$last"; kill -9 0 ;; esac
    before="$last"
done
"""


@pytest.mark.parametrize("linked", [0, 1000])
@pytest.mark.deep
def test_a_build_that_is_killed_while_it_links_is_repaired_by_the_next(tmp_path, linked):
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc")
    (tmp_path / "gcc-killed").write_text(LINKER)
    (tmp_path / "gcc-killed").chmod(0o755)
    build = SCENARIOS["a build"]
    _, whole, _, _ = build.whole(tmp_path / "whole")
    place = tmp_path / "whole"
    shutil.rmtree(place)
    build.begin(place)
    environment = {"CC": str(tmp_path / "gcc-killed"), "LDSHARED": "", "LINKED": str(linked)}
    environment["LDSHARED"] = f"{environment['CC']} -shared"
    assert killing.run(build.command, place, environment).code == -signal.SIGKILL
    assert killing.run(build.command, place, {}).code == 0
    assert snapshot(place) == whole


def test_a_copy_of_a_module_that_was_cut_off_is_not_taken_up(tmp_path):
    build, place = SCENARIOS["a build"], tmp_path / "place"
    _, whole, _, _ = build.whole(place)
    (place / "elu_sym" / "numeric" / f"{BUILT}.part").write_bytes(b"half")
    assert killing.run(build.command, place, {}).code == 0
    assert snapshot(place) == whole
