"""Run every stage of the tests, also those after one that fails, and end with one table.

``make test`` runs this, and gives the same answer twice; ``make test-deep`` runs it with
``--deep``, which adds the tests of that mark and draws other examples every time. What a stage
prints goes to a file in ``.make/stages/``; here are lines that say how far it is, and of a stage
that fails the end of its file. Types, generated code, the unit tests of what is derived and
doctests take as long as all other stages together, so they run beside them: what a process has
derived or imported it need not again, and so few processes, each on a core of its own, are the
fastest.

    python tests/stages.py --only "unit tests" doctests
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUTPUTS = ROOT / ".make" / "stages"

PYTEST = ("-m", "pytest", "-q")
# Importing nbval costs seconds.
WITHOUT_NBVAL = (*PYTEST, "-p", "no:nbval")
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120")
# One core is for the other stages; whoever finishes first takes of the others.
PROCESSES = min(4, (os.cpu_count() or 1) - 1)
SHARED = (f"--numprocesses={PROCESSES}", "--dist=worksteal") if PROCESSES > 1 else ()

DERIVED = "unit tests"
"""The unit tests of what is derived."""
NUMBERS = "numbers"
"""The unit tests of what is evaluated, which run beside those of what is derived."""
BESIDE = ("types", "generated code", DERIVED, "doctests")
"""The stages that run beside the others."""
OTHERS = ("tests/numeric", "tests/interop", "tests/networks", "tests/conformance")
WITHOUT_OTHERS = tuple(f"--ignore={path}" for path in OTHERS)

# What serves a library that is not installed has no examples and no cells that could run.
WITHOUT_LIBRARIES = tuple(
    f"--ignore={path}"
    for library, path in (
        ("dask", "elu_sym/interop/dask.py"),
        ("dask", "elu_sym/interop/dask_kernels.py"),
        ("jax", "elu_sym/interop/jax"),
        ("keras", "elu_sym/interop/keras"),
        ("torch", "elu_sym/interop/torch"),
        ("jax", "notebooks/13_gains_of_activations.ipynb"),
        ("keras", "notebooks/13_gains_of_activations.ipynb"),
        ("torch", "notebooks/13_gains_of_activations.ipynb"),
        ("jax", "notebooks/15_which_weights.ipynb"),
        ("keras", "notebooks/15_which_weights.ipynb"),
        ("torch", "notebooks/15_which_weights.ipynb"),
        ("torch", "notebooks/17_uncertainty.ipynb"),
        ("torch", "notebooks/20_floating_point.ipynb"),
        ("torch", "notebooks/22_layer_health.ipynb"),
    )
    if find_spec(library) is None
)

STAGES = {
    "lint": ("-m", "ruff", "check"),
    "format": ("-m", "ruff", "format", "--check"),
    "types": ("-m", "mypy"),
    "generated code": ("-m", "elu_sym.generate", "--check"),  # with any seed of hashes
    DERIVED: (*WITHOUT_NBVAL, *SHARED, *WITHOUT_OTHERS, "--durations=20", "tests"),
    NUMBERS: (*WITHOUT_NBVAL, *SHARED, "--durations=20", *OTHERS),
    "doctests": (*WITHOUT_NBVAL, *WITHOUT_LIBRARIES, "--doctest-modules", "elu_sym"),
    "notebooks": (*PYTEST, *NBVAL, *WITHOUT_LIBRARIES, "notebooks"),
}
"""What Python is given, stage by stage; a stage passes if it exits with 0."""

# The page of proofs lets two programs judge hundreds of mutants, and two load three libraries.
QUICK = {
    "notebooks": (
        "--ignore=notebooks/12_proofs.ipynb",
        "--ignore=notebooks/13_gains_of_activations.ipynb",
        "--ignore=notebooks/15_which_weights.ipynb",
    )
}
DEEP = dict.fromkeys((DERIVED, NUMBERS), ("-m", "not gpu"))
"""What more they are given, without ``--deep`` and with it."""

SLOWEST = re.compile(r"^=+ slowest 20 durations =+\n(.*?)^(?:=|\d+ passed)", re.MULTILINE | re.S)
COUNTS = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
LINES_OF_A_FAILURE = 150


@dataclass(frozen=True)
class Outcome:
    """How a stage went."""

    stage: str
    output: str
    code: int
    wall: float
    cpu: float

    @property
    def counts(self) -> dict[str, int]:
        """How many tests passed, failed and so on, by the last line of pytest."""
        lines = self.output.rstrip().splitlines()
        return {what: int(n) for n, what in COUNTS.findall(lines[-1] if lines else "")}

    @property
    def result(self) -> str:
        """One or a few words for the table."""
        others = [f"{n} {what}" for what, n in self.counts.items() if what != "passed"]
        return ", ".join(["passed" if self.code == 0 else f"FAILED ({self.code})", *others])


def percentages(lines: Iterator[str]) -> Iterator[int]:
    """Every quarter of the way that pytest reports, once."""
    shown = 0
    for line in lines:
        found = re.search(r"\[ *(\d+)%\]$", line.rstrip())
        if found and int(found[1]) // 25 > shown // 25:
            shown = int(found[1])
            yield shown


def run(stage: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    """Run Python with these arguments, and show how far it is."""
    start = time.monotonic()
    path = OUTPUTS / f"{stage.replace(' ', '_')}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, *arguments]
    # Line by line, so that what is there says how far it is, also when the stage is cut off.
    with (
        path.open("w", encoding="utf-8", buffering=1) as kept,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None

        def lines() -> Iterator[str]:
            for line in process.stdout:
                kept.write(line)
                yield line

        for percentage in percentages(lines()):
            print(f"{stage:15} {percentage:3} %", flush=True)
        # All processes below this one that were waited for count.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    output, wall = path.read_text(encoding="utf-8"), time.monotonic() - start
    outcome = Outcome(stage, output, process.returncode, wall, used.ru_utime + used.ru_stime)
    print(f"{stage:15} {outcome.result}, {outcome.wall:.0f} s", flush=True)
    return outcome


def failure(outcome: Outcome) -> str:
    """The end of what a stage printed that failed."""
    lines = outcome.output.rstrip().splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(r"=+ (FAILURES|ERRORS) =+$", line)]
    shown = lines[starts[0] :] if starts else lines
    left_out = max(0, len(shown) - LINES_OF_A_FAILURE)
    head = f"--- {outcome.stage}" + (f", without {left_out} lines before" if left_out else "")
    return "\n".join([head, *shown[left_out:]])


def table(outcomes: Sequence[Outcome], wall: float) -> str:
    """One line a stage, and one for all of them, some side by side."""
    rows = [
        (o.stage, str(sum(o.counts.values()) or ""), f"{o.wall:.0f}", f"{o.cpu:.0f}", o.result)
        for o in outcomes
    ]
    total = (
        "all",
        str(sum(sum(o.counts.values()) for o in outcomes)),
        f"{wall:.0f}",
        f"{sum(o.cpu for o in outcomes):.0f}",
        "passed" if all(o.code == 0 for o in outcomes) else "FAILED",
    )
    head = ("stage", "tests", "seconds", "CPU s", "result")
    lines = [f"{a:15} {b:>6} {c:>8} {d:>6}  {e}" for a, b, c, d, e in (head, *rows, total)]
    lines.insert(-1, "-" * 48)
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stages, all of them if none is named; 1 if one of them fails."""
    parser = argparse.ArgumentParser(description="Run every stage of the tests, and sum them up.")
    parser.add_argument("--only", nargs="+", choices=STAGES, default=list(STAGES), metavar="STAGE")
    parser.add_argument("--deep", action="store_true", help="with the tests that are marked deep")
    chosen = parser.parse_args(arguments)
    # A stage has a core, and threads of its own would wait for those of the other. The 1000 results
    # that SymPy keeps by default are too few for all that it is asked here.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "SYMPY_CACHE_SIZE": "50000"}
    # Without it each process compiles the package again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # Where this is set, random examples and seeds are the same on every run.
    environment.pop("CI", None)
    if not chosen.deep:
        environment["CI"] = "true"
    more = DEEP if chosen.deep else QUICK

    def run_all(stages: Sequence[str]) -> list[Outcome]:
        return [run(stage, STAGES[stage] + more.get(stage, ()), environment) for stage in stages]

    beside = [stage for stage in BESIDE if stage in chosen.only]
    lanes = beside, [stage for stage in chosen.only if stage not in BESIDE]
    start = time.monotonic()
    with ThreadPoolExecutor(len(lanes)) as pool:
        outcomes = [outcome for lane in pool.map(run_all, lanes) for outcome in lane]
    outcomes.sort(key=lambda outcome: chosen.only.index(outcome.stage))
    wall = time.monotonic() - start
    print()
    for outcome in outcomes:
        if slowest := SLOWEST.search(outcome.output):
            print(f"Slowest {outcome.stage}:\n{slowest[1]}")
        if outcome.code != 0:
            print(failure(outcome), end="\n\n")
    print(table(outcomes, wall))
    print(f"Everything that the stages printed is in {os.path.relpath(OUTPUTS)}/.")
    return int(any(outcome.code != 0 for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
