"""The compiler is asked what it is: its name does not say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GCC = shutil.which("gcc")

COMPILER = """#!/bin/sh
case "$*" in *-dM*) exec {gcc} "$@";; esac
echo "$*" >> {asked}
while [ $# -gt 0 ]; do case "$1" in -o) touch "$2";; esac; shift; done
"""
"""It compiles nothing, but so that nobody sees it, since after a failure no more is asked."""


@pytest.mark.skipif(GCC is None, reason="there is no GCC")
@pytest.mark.parametrize("name", ["cc", "x86_64-conda-linux-gnu-cc"])
def test_gcc_of_another_name_gets_its_flags(name, tmp_path):
    asked, compiler = tmp_path / "asked", tmp_path / name
    compiler.write_text(COMPILER.format(gcc=GCC, asked=asked), encoding="utf-8")
    compiler.chmod(0o755)
    folders = (f"--build-{name}={tmp_path / name}" for name in ("temp", "lib"))
    subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", *folders],
        env=os.environ | {"CC": str(compiler)},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    lines = asked.read_text(encoding="utf-8").splitlines()
    calls = [line for line in lines if " -c " in line]  # others link
    assert calls
    assert all("-ffp-contract=off" in call for call in calls)
    macros = subprocess.run(
        [GCC, "-dM", "-E", "-x", "c", os.devnull], check=True, capture_output=True, text=True
    ).stdout
    assert any("width_8.c" in call for call in calls) == ("__x86_64__" in macros)
