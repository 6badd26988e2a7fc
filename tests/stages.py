"""Run every stage of the tests, also those after one that fails, and end with one table.

``make test`` runs this, and gives the same answer twice; ``make test-deep`` runs it with
``--deep``, which adds the tests of that mark and draws other examples every time. What a stage
prints goes to a file in ``.make/stages/``; here one line a stage grows while it works, and of a
stage that fails the end of its file is shown.

    python tests/stages.py --only "unit tests" doctests
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUTPUTS = ROOT / ".make" / "stages"

PYTEST = ("-m", "pytest", "-q", "--numprocesses=auto", "--maxprocesses=4")
# Importing nbval costs seconds in each process, and whoever finishes first takes of the others.
SHARED = (*PYTEST, "-p", "no:nbval", "--dist=worksteal")
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "--dist=loadscope")

STAGES = {
    "lint": ("-m", "ruff", "check"),
    "format": ("-m", "ruff", "format", "--check"),
    "types": ("-m", "mypy"),
    "generated code": ("-m", "elu_sym.generate", "--check"),  # with any seed of hashes
    "stored covers": ("-m", "elu_sym.claims.covers", "--check"),
    "unit tests": (*SHARED, "--durations=20", "tests"),
    "doctests": (*SHARED, "--doctest-modules", "elu_sym"),
    # All cells of a notebook run in one process, one after the other.
    "notebooks": (*PYTEST, *NBVAL, "notebooks"),
}
"""What Python is given, stage by stage; a stage passes if it exits with 0."""

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
    """Every tenth part of the way that pytest reports, once."""
    shown = 0
    for line in lines:
        found = re.search(r"\[ *(\d+)%\]$", line.rstrip())
        if found and int(found[1]) // 10 > shown // 10:
            shown = int(found[1])
            yield shown


def cpu_seconds() -> float:
    """What all processes that have ended below this one have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(stage: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    """Run Python with these arguments, and show how far it is."""
    print(f"{stage:15}", end="", flush=True)
    wall, cpu = time.monotonic(), cpu_seconds()
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
            print(f" {percentage} %", end="", flush=True)
    output = path.read_text(encoding="utf-8")
    code = process.returncode
    outcome = Outcome(stage, output, code, time.monotonic() - wall, cpu_seconds() - cpu)
    print(f"  {outcome.result}, {outcome.wall:.0f} s", flush=True)
    return outcome


def failure(outcome: Outcome) -> str:
    """The end of what a stage printed that failed."""
    lines = outcome.output.rstrip().splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(r"=+ (FAILURES|ERRORS) =+$", line)]
    shown = lines[starts[0] :] if starts else lines
    left_out = max(0, len(shown) - LINES_OF_A_FAILURE)
    head = f"--- {outcome.stage}" + (f", without {left_out} lines before" if left_out else "")
    return "\n".join([head, *shown[left_out:]])


def table(outcomes: Sequence[Outcome]) -> str:
    """One line a stage, and their sum."""
    rows = [
        (o.stage, str(sum(o.counts.values()) or ""), f"{o.wall:.0f}", f"{o.cpu:.0f}", o.result)
        for o in outcomes
    ]
    total = (
        "all",
        str(sum(sum(o.counts.values()) for o in outcomes)),
        f"{sum(o.wall for o in outcomes):.0f}",
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
    # A worker of pytest has a core, and threads of its own would wait for those of the others.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    # Where this is set, random examples and seeds are the same on every run.
    environment.pop("CI", None)
    if not chosen.deep:
        environment["CI"] = "true"
    outcomes = []
    for stage in chosen.only:
        deep = ("-m", "deep or not deep") if chosen.deep and stage == "unit tests" else ()
        outcomes.append(run(stage, (*STAGES[stage], *deep), environment))
    print()
    for outcome in outcomes:
        if slowest := SLOWEST.search(outcome.output):
            print(f"Slowest {outcome.stage}:\n{slowest[1]}")
        if outcome.code != 0:
            print(failure(outcome), end="\n\n")
    print(table(outcomes))
    print(f"Everything that the stages printed is in {os.path.relpath(OUTPUTS)}/.")
    return int(any(outcome.code != 0 for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
