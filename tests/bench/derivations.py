"""Measure the derivations, the imports and, on request, what SymPy does with the same questions.

    python tests/bench/derivations.py              # what the project does
    python tests/bench/derivations.py --upstream   # the calls of SymPy too, which take minutes

Every measurement is made in a process of its own, so that no cache of SymPy and no module is warm
that a first call would find cold.  Times are stored twice, as they passed on the clock and as the
processor spent them: on a machine that others use, too, the second is the one to compare.  The
results are kept in ``results.json`` beside this file; a section that was not measured anew stays.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from elu_sym.generate.whole_files import write_whole

RESULTS = Path(__file__).with_name("results.json")
LIBRARIES = ("mpmath", "numpy", "python-flint", "scipy", "sympy")

TIMED = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_CPU, ({limit}, {limit} + 5))
def processor_seconds():
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
{setup}
clock, processor = time.perf_counter(), processor_seconds()
{call}
found = {{"processor_seconds": processor_seconds() - processor,
         "seconds": time.perf_counter() - clock}}
{describe}
print(json.dumps(found))
"""
"""A script that times ``call`` alone, after ``setup``, and prints what it found as JSON."""


@dataclass(frozen=True)
class Measurement:
    """A call that is timed in a fresh process.

    Attributes:
        what: what is measured, in words.
        call: the statements that are timed.
        setup: the statements before, which are not timed; None if the start of the interpreter
            belongs to what is measured.
        runs: how many processes, the median of which counts.
        limit: the processor seconds after which a process is ended.
        describe: statements that put more into the dictionary ``found``.
    """

    what: str
    call: str
    setup: str | None = ""
    runs: int = 5
    limit: int = 600
    describe: str = ""

    def run(self) -> dict[str, Any]:
        """Time one process."""
        if self.setup is None:
            return _time_process(self.call)
        script = TIMED.format(
            limit=self.limit, setup=self.setup, call=self.call, describe=self.describe
        )
        process = subprocess.run(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
            check=False,
        )
        if process.returncode == -signal.SIGXCPU:
            return {"finished": False}
        process.check_returncode()
        return {"finished": True} | json.loads(process.stdout.splitlines()[-1])


ENGINE = """
from elu_sym import elu, expectation
from elu_sym.symbols import alpha, mu, sigma
from sympy import log
from sympy.stats import Normal
X, Z = Normal("X", mu, sigma), Normal("Z", 0, 1)
"""

DERIVATIONS = {
    "codegen": Measurement(
        "the generated module, from nothing",
        "from elu_sym.generate.codegen import generated_source; generated_source()",
        runs=3,
    ),
    "book": Measurement(
        "the whole book, derived and certified from nothing",
        "from elu_sym import FORMULAS, verify; report = verify(list(FORMULAS))",
        describe='assert report.passed; found["formulas"] = len(report.formulas)',
        runs=1,
    ),
    "claims": Measurement(
        "every claim, proved from nothing",
        "from elu_sym import CLAIMS, verify; report = verify(list(CLAIMS))",
        describe='assert report.passed; found["claims"] = len(report.claims)',
        runs=3,
    ),
    "expectation": Measurement(
        "expectation(elu(X, alpha)**2, X), after the imports",
        "closed = expectation(elu(X, alpha)**2, X)",
        setup=ENGINE,
    ),
    "expectation_standard": Measurement(
        "expectation(elu(Z, 1), Z), Z standard normal, after the imports",
        "closed = expectation(elu(Z, 1), Z)",
        setup=ENGINE,
    ),
    "variance": Measurement(
        "variance.expr of ELU, after the imports",
        "closed = variance.expr",
        setup=ENGINE + "from elu_sym import variance",
    ),
    "interpreter": Measurement("python, nothing imported", "pass", setup=None, runs=9),
    "scipy_special": Measurement(
        "python, import scipy.special", "import scipy.special", setup=None, runs=9
    ),
    "first_number": Measurement(
        "python, import elu_sym and the mean at (0, 1)",
        "from elu_sym import mean; mean(0.0, 1.0)",
        setup=None,
        runs=9,
    ),
}
"""What the project does, by permanent names."""

SYMPY = """
from sympy import *
from sympy.stats import E, Normal, density, variance
x, mu = symbols("x mu", real=True)
sigma, alpha = symbols("sigma alpha", positive=True)
X, Z = Normal("X", mu, sigma), Normal("Z", 0, 1)
general = Piecewise((x, x >= 0), (alpha*(exp(x) - 1), True))
standard = general.subs(alpha, 1)
"""

DESCRIBE = """
found["answer"] = "an integral" if answer.has(Integral) else "a closed form"
if not answer.free_symbols:
    found["value"] = str(answer.evalf(6))
elif not answer.has(Integral):
    found["at_mu_0"] = str(answer.subs({mu: 0, sigma: 1, alpha: 1}).evalf(6))
"""


def _asked(what: str, call: str, limit: int = 120) -> Measurement:
    return Measurement(
        what, "answer = " + call, setup=SYMPY, describe=DESCRIBE, runs=1, limit=limit
    )


UPSTREAM = {
    "expectation_standard": _asked(
        "sympy.stats.E of ELU of a standard normal", "E(standard.subs(x, Z))"
    ),
    "expectation_general": _asked(
        "sympy.stats.E of ELU, symbolic mu, sigma, alpha", "E(general.subs(x, X))"
    ),
    "integral_standard": _asked(
        "integrate of the Piecewise, standard normal",
        "integrate(standard*density(Z)(x), (x, -oo, oo))",
    ),
    "integral_general": _asked(
        "integrate of the Piecewise, symbolic mu, sigma, alpha",
        "integrate(general*density(X)(x), (x, -oo, oo))",
    ),
    "split_by_hand": _asked(
        "integrate on either side of the kink, symbolic mu, sigma, alpha",
        "integrate(x*density(X)(x), (x, 0, oo))"
        " + integrate(alpha*(exp(x) - 1)*density(X)(x), (x, -oo, 0))",
    ),
    "variance_standard": _asked(
        "sympy.stats.variance of ELU of a standard normal", "variance(standard.subs(x, Z))", 300
    ),
}
"""The same questions to SymPy; each is ended when it has taken its processor seconds."""

SECTIONS = {"derivations": DERIVATIONS, "upstream": UPSTREAM}


def _environment() -> dict[str, str]:
    """The order of sets moves the searches of SymPy, so it is the same in every run."""
    return os.environ | {"PYTHONHASHSEED": "0"}


def _time_process(code: str) -> dict[str, Any]:
    """Time a whole process, the start of the interpreter included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())
    seconds = time.perf_counter() - clock
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"finished": True, "processor_seconds": processor, "seconds": seconds}


def measure(measurements: dict[str, Measurement], title: str) -> dict[str, dict[str, Any]]:
    """Run every measurement as often as it asks for, in turns, and take the medians.

    Turns, because a machine that slows down for a minute should slow all of them down alike.
    """
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in measurements}
    turns = [
        name
        for turn in range(max(measurement.runs for measurement in measurements.values()))
        for name, measurement in measurements.items()
        if turn < measurement.runs
    ]
    for name in tqdm(turns, desc=title, unit="process", disable=not sys.stderr.isatty()):
        runs[name].append(measurements[name].run())
    return {name: _summary(measurements[name], runs[name]) for name in measurements}


def _summary(measurement: Measurement, runs: list[dict[str, Any]]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "what": measurement.what,
        "runs": len(runs),
        "limit_processor_seconds": measurement.limit,
        "finished": all(run["finished"] for run in runs),
    }
    if entry["finished"]:
        entry |= runs[-1]
        for unit in ("processor_seconds", "seconds"):
            entry[unit] = float(f"{median(run[unit] for run in runs):.4g}")
    return entry


def machine() -> dict[str, Any]:
    """What the times depend on, without the name of the host."""
    return {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.system(),
        "versions": {library: version(library) for library in LIBRARIES},
    }


def _processor() -> str:
    description = Path("/proc/cpuinfo")
    if description.exists():
        for line in description.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def ratios(results: dict[str, Any]) -> dict[str, float]:
    """What the times say about each other, in processor seconds."""
    ours, theirs = (results[section]["entries"] for section in ("derivations", "upstream"))
    pairs = {
        "first_number_to_scipy_special": (ours["first_number"], ours["scipy_special"]),
        "stats_expectation_to_expectation": (
            theirs["expectation_standard"],
            ours["expectation_standard"],
        ),
        "stats_variance_to_variance": (theirs["variance_standard"], ours["variance"]),
    }
    return {
        name: float(f"{first['processor_seconds'] / second['processor_seconds']:.3g}")
        for name, (first, second) in pairs.items()
        if first["finished"] and second["finished"]
    }


def text_of(results: dict[str, Any]) -> str:
    """The results as they are stored."""
    return json.dumps(results, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(results: dict[str, Any], path: Path = RESULTS) -> None:
    """Write the results by rename: an interrupted run leaves the old file whole."""
    write_whole(path, text_of(results))


def table(results: dict[str, Any]) -> str:
    """The results for a reader."""
    lines = []
    for section, measurements in SECTIONS.items():
        of = results[section]["machine"]
        lines += [
            f"{section}: {of['processor']}, {of['cores']} cores (load {of['load_average']}),"
            f" Python {of['python']}, SymPy {of['versions']['sympy']}",
            f"{'processor s':>13s} {'clock s':>10s}  runs",
        ]
        for name in measurements:
            entry = results[section]["entries"][name]
            times = f"{'over ' + str(entry['limit_processor_seconds']):>13s} {'':>10s}"
            if entry["finished"]:
                times = f"{entry['processor_seconds']:13.3g} {entry['seconds']:10.3g}"
            found = [entry[key] for key in ("answer", "value", "at_mu_0") if key in entry]
            remark = f" ({', '.join(found)})" if found else ""
            lines.append(f"{times} {entry['runs']:5d}  {entry['what']}{remark}")
    lines += [f"{ratio:13.3g}  {name}" for name, ratio in results["ratios"].items()]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, store and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--upstream", action="store_true", help="measure the calls of SymPy too (minutes)"
    )
    options = parser.parse_args(arguments)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for section, measurements in SECTIONS.items():
        if section == "derivations" or options.upstream or section not in results:
            results[section] = {"machine": machine(), "entries": measure(measurements, section)}
    results["ratios"] = ratios(results)
    write(results)
    print(table(results))


if __name__ == "__main__":
    main()
