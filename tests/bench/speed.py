"""Measure the numeric functions: time, memory and correct digits, beside the alternatives.

    python tests/bench/speed.py                     # everything, in about five minutes
    python tests/bench/speed.py --only arrays       # some sections; the others stay as they are
    python tests/bench/speed.py --plot FILE         # draw what is stored, and measure nothing

The yardstick is the naive form, the textbook closed form lambdified to NumPy and SciPy.  All that
is compared is measured in one process on the same arguments, in turns, so that a machine that slows
down for a minute slows all of it down alike; of the turns the median counts.  Times are those of
the processor, except for sweeps, where several workers share the clock.  The results are kept in
``speed.json`` beside this file, with the limits and whether they hold.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import timeit
import warnings
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from statistics import mean as average, median
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import erfcx, log_ndtr, ndtr
from tqdm import tqdm

sys.path.extend(str(Path(__file__).parents[1] / folder) for folder in ("", "shared"))
from accuracy import LIMITS
from bench import joint_kernel
from bench.derivations import Measurement, machine, measure, write
from formula_oracles import truths
from oracles import Truth
from regimes import REGIMES, log_uniform, signs

from elu_sym.book.formula import elu, moments
from elu_sym.numeric.function import NumericFunction, implementation

RESULTS = Path(__file__).with_suffix(".json")
SEED = 1

Array = NDArray[np.float64]
Generator = np.random.Generator
Arguments = tuple[Array, Array, Array]
Function = Callable[..., Any]

QUANTITIES = (
    "mean",
    "second_moment",
    "variance",
    "std",
    "derivative_mean",
    "derivative_second_moment",
    "negative_mean",
)
MOMENTS = ("mean", "second_moment", "variance")


# The candidates


def shipped(quantity: str) -> Function:
    """What a user calls, with its checks."""
    return moments if quantity == "moments" else getattr(elu, quantity)


def by_numpy(quantity: str) -> Function:
    """The same without the compiled module."""
    return NumericFunction(quantity, ("mu", "sigma", "alpha")).by_numpy


@cache
def naive(quantity: str, library: str = "scipy") -> Function:
    """The closed form as it stands in papers, for SciPy or for Python's own ``math``."""
    from sympy import lambdify

    if quantity == "moments":
        return lambdify(elu.mean.symbols, [getattr(elu, name).expr for name in MOMENTS], library)
    if library == "scipy":
        return getattr(elu, quantity).lambdify("scipy", form="textbook")
    return lambdify(elu.mean.symbols, getattr(elu, quantity).expr, library)


def activation(x: Array, alpha: Array | float) -> Array:
    return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


def repaired(mu: Array, sigma: Array, alpha: Array) -> tuple[Array, Array, Array]:
    """The naive form with the exponentials of its products in one, which do not overflow."""
    t = mu / sigma
    above, below = ndtr(t), ndtr(-t)
    density = np.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    one = np.exp(mu + sigma**2 / 2 + log_ndtr(-t - sigma))
    two = np.exp(2 * mu + 2 * sigma**2 + log_ndtr(-t - 2 * sigma))
    first = mu * above + sigma * density + alpha * (one - below)
    second = (mu**2 + sigma**2) * above + mu * sigma * density + alpha**2 * (two - 2 * one + below)
    return first, second, second - first**2


@cache
def _rule(nodes: int) -> list[tuple[float, float]]:
    places, weights = hermegauss(nodes)
    return list(zip(places.tolist(), (weights / weights.sum()).tolist(), strict=True))


def gauss_hermite(nodes: int, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """Mean and second moment by Gauss-Hermite quadrature, in blocks that stay in the cache."""
    found = np.zeros((2, mu.size))
    block = 1 << 13
    for start in range(0, mu.size, block):
        part = slice(start, start + block)
        location, scale, height = mu[part], sigma[part], alpha[part]
        for place, weight in _rule(nodes):
            value = activation(location + place * scale, height)
            found[0, part] += weight * value
            found[1, part] += weight * value * value
    return tuple(found)


def gauss_hermite_moments(nodes: int, mu: Array, sigma: Array, alpha: Array) -> tuple[Array, ...]:
    """The same, and the variance as the mean square of what is off the mean."""
    first, second = gauss_hermite(nodes, mu, sigma, alpha)
    variance = np.zeros_like(mu)
    for place, weight in _rule(nodes):
        variance += weight * (activation(mu + place * sigma, alpha) - first) ** 2
    return first, second, variance


def quadrature(mu: float, sigma: float, alpha: float) -> tuple[float, float, float]:
    """The moments by scipy.integrate.quad, as a careful user asks: in units of sigma, in two parts
    that meet at the kink, and to a relative error alone.
    """
    end = 38.0  # where the density underflows
    kink = -mu / sigma if sigma else -math.copysign(math.inf, mu)
    kink = min(max(kink, -end), end)

    def integral(power: int, center: float = 0.0) -> float:
        def below(z: float) -> float:
            value = alpha * math.expm1(min(mu + z * sigma, 0.0)) - center
            return value**power * math.exp(-z * z / 2)

        def above(z: float) -> float:
            return (mu + z * sigma - center) ** power * math.exp(-z * z / 2)

        options = {"epsabs": 0.0, "epsrel": 1e-13, "limit": 200}
        parts = [quad(below, -end, kink, **options)[0], quad(above, kink, end, **options)[0]]
        return sum(parts) / math.sqrt(2 * math.pi)

    def attempt(power: int, center: float = 0.0) -> float:
        try:
            return integral(power, center)
        except OverflowError:
            return math.inf

    first = attempt(1)
    return first, attempt(2), attempt(2, first)


def monte_carlo(
    rng: Generator, mu: float, sigma: float, alpha: float
) -> tuple[np.float64, np.float64, np.float64]:
    """The moments of a million samples."""
    values = activation(mu + sigma * rng.standard_normal(1_000_000), alpha)
    return values.mean(), (values * values).mean(), values.var()


# The arguments


def network(rng: Generator, size: int) -> Arguments:
    """A layer of a network at its initialization."""
    return rng.normal(size=size), rng.uniform(0.5, 2, size), rng.uniform(0.5, 2, size)


def moderate(rng: Generator, size: int) -> Arguments:
    sigma = log_uniform(rng, 1e-3, 1e3, size)
    return rng.uniform(-30, 30, size) * sigma, sigma, log_uniform(rng, 1e-2, 1e2, size)


def grid(rng: Generator, size: int) -> Arguments:
    """What a sweep over orders of magnitude asks."""
    mu = signs(rng, size) * log_uniform(rng, 1e-2, 1e2, size)
    return mu, log_uniform(rng, 1e-2, 1e2, size), log_uniform(rng, 1e-2, 1e2, size)


def whole_range(rng: Generator, size: int) -> Arguments:
    mu = signs(rng, size) * log_uniform(rng, 1e-300, 1e150, size)
    return mu, log_uniform(rng, 1e-300, 1e150, size), log_uniform(rng, 1e-10, 1e10, size)


def mixed(rng: Generator, size: int) -> Arguments:
    """Equal shares of the other populations, shuffled."""
    populations = (network, moderate, grid, whole_range)
    shares = [population(rng, size // len(populations)) for population in populations]
    order = rng.permutation(size // len(populations) * len(populations))
    mu, sigma, alpha = (np.concatenate(each)[order] for each in zip(*shares, strict=True))
    return mu, sigma, alpha


class Population(NamedTuple):
    """Arguments of one kind: how they are drawn, what they are, and in how many turns."""

    draw: Callable[[Generator, int], Arguments]
    what: str
    turns: int


POPULATIONS = {
    "mixed": Population(mixed, "equal shares of the others, shuffled", 7),
    "network": Population(network, "mu ~ N(0, 1), sigma and alpha ~ U(0.5, 2)", 3),
    "moderate": Population(
        moderate, "sigma 1e-3 to 1e3, alpha 1e-2 to 1e2, log-uniform; |mu| up to 30 sigma", 3
    ),
    "grid": Population(grid, "|mu|, sigma and alpha 1e-2 to 1e2, log-uniform", 3),
    "range": Population(
        whole_range, "|mu| and sigma 1e-300 to 1e150, alpha 1e-10 to 1e10, log-uniform", 3
    ),
}

SCALARS = ((0.3, 1.2, 1.5), (-3.0, 0.7, 1.0), (0.0, 1.0, 1.0), (2.0, 0.25, 2.0))
"""Points of scalar calls, of whose times the average is taken."""


def hard(rng: Generator, size: int) -> Arguments:
    """Points of every regime of the accuracy test in turn."""
    share = -(-size // len(REGIMES))
    places = [regime(rng, share)[:2] for regime in REGIMES.values()]
    mu, sigma = (np.concatenate(each)[:size] for each in zip(*places, strict=True))
    return mu, sigma, log_uniform(rng, 1e-10, 1e10, size)


GROUPS = {"network": network, "hard": hard}
"""Where digits are counted: arguments that anyone has, and those that ask the most."""


# The sections


def _bar(total: int, title: str) -> Any:
    return tqdm(total=total, desc=title, disable=not sys.stderr.isatty())


def _rounded(x: float) -> float:
    return float(f"{x:.4g}")


def _medians(times: dict[tuple[str, ...], list[float]], factor: float) -> dict[str, Any]:
    """The medians as nested dictionaries."""
    entries: dict[str, Any] = {}
    for (*path, last), values in times.items():
        inner = entries
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = _rounded(median(values) * factor)
    return entries


ELEMENTS = 1_000_000


def array_candidates() -> dict[tuple[str, str], Function]:
    """What is called with arrays, by the quantity and the name of the candidate."""
    candidates = {
        (quantity, name): make(quantity)
        for quantity in (*QUANTITIES, "moments")
        for name, make in (("shipped", shipped), ("numpy", by_numpy), ("naive", naive))
    }
    candidates["moments", "gauss_hermite_25"] = partial(gauss_hermite, 25)
    candidates["erfcx", "scipy"] = lambda mu, sigma, alpha: erfcx(mu)
    return candidates


def arrays() -> dict[str, Any]:
    """Nanoseconds for an element of a large array."""
    candidates = array_candidates()
    rng = np.random.default_rng(SEED)
    values = {name: each.draw(rng, ELEMENTS) for name, each in POPULATIONS.items()}
    plan = [
        (name, key)
        for turn in range(max(each.turns for each in POPULATIONS.values()))
        for name, each in POPULATIONS.items()
        if turn < each.turns
        for key in candidates
    ]
    times: dict[tuple[str, ...], list[float]] = {}
    with np.errstate(all="ignore"), _bar(len(plan), "arrays") as bar:
        for function in candidates.values():  # so that no table is read for the first time
            function(*(each[:1000] for each in values["mixed"]))
        for name, key in plan:
            start = time.process_time()
            candidates[key](*values[name])
            times.setdefault((name, *key), []).append(time.process_time() - start)
            bar.update()
    described = {name: each.what for name, each in POPULATIONS.items()}
    entries = _medians(times, 1e9 / ELEMENTS)
    return {"elements": ELEMENTS, "populations": described, "entries": entries}


SCALAR_TURNS = 11


def scalar_candidates() -> dict[tuple[str, str], Function]:
    """What is called with Python floats."""
    makers = {"shipped": shipped, "numpy": by_numpy, "naive": partial(naive, library="math")}
    return {
        (quantity, name): make(quantity)
        for quantity in (*QUANTITIES, "moments")
        for name, make in makers.items()
    }


def scalars() -> dict[str, Any]:
    """Nanoseconds for a call with Python floats."""
    timers = {
        key: [
            timeit.Timer(f"function{point}", timer=time.process_time, globals={"function": each})
            for point in SCALARS
        ]
        for key, each in scalar_candidates().items()
    }
    ndtr_timer = timeit.Timer("ndtr(0.5)", timer=time.process_time, globals={"ndtr": ndtr})
    timers["ndtr", "scipy"] = [ndtr_timer]
    numbers = {}
    for key, several in timers.items():
        once = min(several[0].repeat(3, 20)) / 20
        numbers[key] = max(20, int(0.004 / once))
    times: dict[tuple[str, ...], list[float]] = {}
    with _bar(SCALAR_TURNS * len(timers), "scalars") as bar:
        for _ in range(SCALAR_TURNS):
            for key, several in timers.items():
                number = numbers[key]
                times.setdefault(key, []).append(
                    average(timer.timeit(number) / number for timer in several)
                )
                bar.update()
    return {"points": len(SCALARS), "entries": _medians(times, 1e9)}


LARGE = 100_000_000

MEMORY = """
import json, resource, sys
import numpy as np
from elu_sym.numeric.function import NumericFunction

unit = 1 if sys.platform == "darwin" else 1024

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

rng = np.random.default_rng(1)
mu, sigma = (np.empty({elements}) for _ in range(2))
rng.standard_normal(out=mu)
rng.random(out=sigma)
function = NumericFunction({quantity!r}, ("mu", "sigma", "alpha")){attribute}
function(mu[:10000], sigma[:10000], 1.0)
before = peak()
found = function(mu, sigma, 1.0)
growth = peak() - before
output = sum(each.nbytes for each in (found if isinstance(found, tuple) else (found,)))
sizes = {{"input": mu.nbytes + sigma.nbytes, "output": output, "beyond": growth - output}}
print(json.dumps(sizes))
"""
"""A script that calls a function once, mu and sigma arrays and alpha a number."""

LARGE_CALLS = {
    ("mean", "shipped"): "",
    ("moments", "shipped"): "",
    ("mean", "numpy"): ".by_numpy",
}


def memory() -> dict[str, Any]:
    """The growth of the peak of resident memory in a large call, in GiB, beyond its results."""
    entries: dict[str, Any] = {}
    with _bar(len(LARGE_CALLS), "memory") as bar:
        for (quantity, name), attribute in LARGE_CALLS.items():
            script = MEMORY.format(elements=LARGE, quantity=quantity, attribute=attribute)
            process = subprocess.run(
                [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
            )
            found = json.loads(process.stdout)
            entries.setdefault(quantity, {})[name] = {
                key: _rounded(value / 2**30) for key, value in found.items()
            }
            bar.update()
    return {"elements": LARGE, "entries": entries}


IMPORTS = {
    "scipy_special": Measurement(
        "python, import scipy.special", "import scipy.special", setup=None, runs=15
    ),
    "first_number": Measurement(
        "python, from elu_sym import mean; mean(0., 1., 1.)",
        "from elu_sym import mean; mean(0., 1., 1.)",
        setup=None,
        runs=15,
    ),
    "first_number_numpy": Measurement(
        "the same without the compiled module",
        "from elu_sym import mean; mean.numeric.by_numpy(0., 1., 1.)",
        setup=None,
        runs=15,
    ),
}


def imports() -> dict[str, Any]:
    """Seconds from a fresh interpreter to the first number."""
    return {"entries": measure(IMPORTS, "imports")}


POINTS = 300
TILED = 60_000

IN_ARRAYS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "naive": lambda *arguments: tuple(naive(name)(*arguments) for name in MOMENTS),
    "repaired": repaired,
    "gauss_hermite_25": partial(gauss_hermite_moments, 25),
    "gauss_hermite_100": partial(gauss_hermite_moments, 100),
    "shipped": moments,
}
"""Methods that take arrays: the time is for a point among many."""

ONE_BY_ONE = {
    "quad": quadrature,
    "monte_carlo": partial(monte_carlo, np.random.default_rng(SEED)),
}

METHODS = {
    "naive": "the naive form",
    "repaired": "the naive form with log_ndtr",
    "gauss_hermite_25": "Gauss-Hermite, 25 nodes",
    "gauss_hermite_100": "Gauss-Hermite, 100 nodes",
    "quad": "scipy.integrate.quad",
    "monte_carlo": "Monte Carlo, 10^6 samples",
    "shipped": "elu_sym",
}
"""Their names for a reader."""

ALL_DIGITS = 53 * math.log10(2)
"""The digits that a double has."""


def correct_digits(computed: float, truth: Truth) -> float:
    """-log10 of the relative error, from 0 to 17; the double next to the truth has all digits."""
    nearest = float(truth.value)
    if computed != nearest and not (math.isfinite(computed) and math.isfinite(nearest) and nearest):
        return 0.0
    if computed == nearest and (nearest == 0 or math.isinf(nearest)):
        return 17.0
    error = float(abs((truth.value - computed) / truth.value).mid())
    digits = 17.0 if error == 0 else min(max(0.0, -math.log10(error)), 17.0)
    return max(digits, ALL_DIGITS) if computed == nearest else digits


def digits_entry(computed: list[float], known: list[Truth]) -> dict[str, float]:
    """What there is to say about the digits of a method at some points.

    Returns:
        The median, the quantile of 1 % and the least of the correct digits; the share of the points
        where the result is not finite though the truth is, in floating point; the share where it is
        within the limit of the accuracy test, which knows how a problem is conditioned.
    """
    pairs = list(zip(computed, known, strict=True))
    digits = [correct_digits(value, truth) for value, truth in pairs]
    lost = [math.isfinite(float(t.value)) and not math.isfinite(x) for x, t in pairs]
    right = [truth.error(value) <= LIMITS["formula"][0] for value, truth in pairs]
    return {
        "median": _rounded(median(digits)),
        "quantile": _rounded(float(np.quantile(digits, 0.01))),
        "least": _rounded(min(digits)),
        "not_finite": _rounded(average(lost)),
        "right": _rounded(average(right)),
    }


def accuracy() -> dict[str, Any]:
    """Seconds a point and correct digits of mean, second moment and variance, by each method."""
    entries: dict[str, Any] = {}
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        _bar(len(GROUPS) * len(METHODS), "accuracy") as bar,
    ):
        warnings.simplefilter("ignore")
        for group, draw in GROUPS.items():
            arguments = draw(np.random.default_rng(SEED), POINTS)
            rows = list(zip(*(each.tolist() for each in arguments), strict=True))
            known = [truths(MOMENTS, *row) for row in rows]
            for method in METHODS:
                columns, seconds = _evaluate(method, arguments, rows)
                digits = {
                    name: digits_entry(column, [truth[name] for truth in known])
                    for name, column in zip(MOMENTS, columns, strict=True)
                }
                entries.setdefault(group, {})[method] = {"seconds": _rounded(seconds), **digits}
                bar.update()
    return {"points": POINTS, "entries": entries}


def _evaluate(
    method: str, arguments: Arguments, rows: list[tuple[float, float, float]]
) -> tuple[list[list[float]], float]:
    """The three columns of results, and the seconds that a point takes."""
    if method in ONE_BY_ONE:
        start = time.process_time()
        found = [ONE_BY_ONE[method](*row) for row in rows]
        seconds = (time.process_time() - start) / len(rows)
        return [list(map(float, column)) for column in zip(*found, strict=True)], seconds
    columns = [np.asarray(column).tolist() for column in IN_ARRAYS[method](*arguments)]
    copies = TILED // len(rows)
    tiled = [np.tile(each, copies) for each in arguments]
    times = []
    for _ in range(5):
        start = time.process_time()
        IN_ARRAYS[method](*tiled)
        times.append(time.process_time() - start)
    return columns, median(times) / (copies * len(rows))


SIZES = (10_000, 100_000, 1_000_000)
SAMPLES = 4_000_000
PART = 1 << 16
WORKERS = (1, 2)
SWEEP_TURNS = 5


def sweeps() -> dict[str, Any]:
    """Seconds by the clock that sweeps and Monte Carlo take on Dask's threads."""
    from dask import config

    from elu_sym.interop import dask

    def swept(rows: int, folder: str) -> None:
        axis = np.linspace(-5, 5, rows // 100), np.linspace(0.1, 3, 100)
        formulas = [getattr(elu, name) for name in MOMENTS]
        target = f"{folder}/{time.monotonic_ns()}"
        dask.sweep(formulas, {"mu": axis[0], "sigma": axis[1]}, target, chunk=PART, progress=False)

    def sampled(samples: int, folder: str) -> None:
        dask.monte_carlo(lambda x: activation(x, 1.0), 0.3, 1.2, samples, SEED, progress=False)

    tasks = {("sweep", str(size)): partial(swept, size) for size in SIZES}
    tasks["monte_carlo", str(SAMPLES)] = partial(sampled, SAMPLES)
    times: dict[tuple[str, ...], list[float]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        _bar(SWEEP_TURNS * len(tasks) * len(WORKERS), "sweeps") as bar,
    ):
        swept(SIZES[0], folder)
        for _ in range(SWEEP_TURNS):
            for key, task in tasks.items():
                for workers in WORKERS:
                    with config.set(num_workers=workers):
                        start = time.perf_counter()
                        task(folder)
                        seconds = time.perf_counter() - start
                    times.setdefault((*key, str(workers)), []).append(seconds)
                    bar.update()
    versions = {library: version(library) for library in ("dask", "pyarrow")}
    return {"part": PART, "versions": versions, "entries": _medians(times, 1.0)}


SECTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "arrays": arrays,
    "scalars": scalars,
    "memory": memory,
    "imports": imports,
    "accuracy": accuracy,
    "sweeps": sweeps,
    "two_inputs": joint_kernel.two_inputs,
}


# The limits

NAIVE = {
    "mean": 1.0,
    "second_moment": 1.0,
    "derivative_mean": 1.0,
    "derivative_second_moment": 1.0,
    "variance": 1.5,
}
"""How many times the naive form's time a quantity may take, over the mixed arrays."""

GAUSS_HERMITE, NDTR, GIB, IMPORT = 1.0, 20.0, 2.0, 1.1
WITHOUT_C = 2.5
"""How many times the limits of time for arrays are as long without the compiled module."""


def limits(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What must hold, by the implementation, from what was measured."""
    factors = {"shipped": 1.0, "numpy": WITHOUT_C}
    return {name: dict(_limits(results, name, factor)) for name, factor in factors.items()}


def _limits(results: dict[str, Any], name: str, factor: float) -> Iterator[tuple[str, Any]]:
    over = results["arrays"]["entries"]["mixed"]
    for quantity, limit in NAIVE.items():
        ratio = over[quantity][name] / over[quantity]["naive"]
        yield f"arrays: {quantity} to the naive form", _judged(ratio, limit * factor)
    ratio = over["moments"][name] / over["moments"]["gauss_hermite_25"]
    yield "arrays: moments to Gauss-Hermite, 25 nodes", _judged(ratio, GAUSS_HERMITE * factor)
    calls = results["scalars"]["entries"]
    # Without the compiled module a single number goes through hundreds of operations of the
    # interpreter: it is measured, and what it costs is said, but no limit is kept.
    for quantity in (*QUANTITIES, "moments") if name == "shipped" else ():
        ratio = calls[quantity][name] / calls["ndtr"]["scipy"]
        yield f"scalars: {quantity} to ndtr", _judged(ratio, NDTR * factor)
    for quantity, entry in results["memory"]["entries"].items():
        if name in entry:
            yield f"memory: {quantity}, GiB", _judged(entry[name]["beyond"], GIB)
    processes = results["imports"]["entries"]
    first = processes["first_number" if name == "shipped" else "first_number_numpy"]
    ratio = first["processor_seconds"] / processes["scipy_special"]["processor_seconds"]
    yield "imports: the first number to scipy.special", _judged(ratio, IMPORT * factor)
    for what, ratio, limit in joint_kernel.ratios(results["two_inputs"]):
        if name == "shipped":
            yield what, _judged(ratio, limit)


def _judged(value: float, limit: float) -> dict[str, Any]:
    return {"value": float(f"{value:.3g}"), "limit": limit, "holds": value <= limit}


# For a reader


def table(results: dict[str, Any]) -> str:
    """The results for a reader."""
    lines: list[str] = []
    for section, lines_of in TABLES.items():
        of = results[section]["machine"]
        versions = of["versions"]
        lines += [
            f"{section}: {of['processor']}, {of['cores']} cores (load {of['load_average']}),"
            f" Python {of['python']}, NumPy {versions['numpy']}, SciPy {versions['scipy']},"
            f" shipped in {results[section]['implementation']}",
            *lines_of(results[section]),
            "",
        ]
    for name, entries in results["limits"].items():
        lines.append(f"limits, {'as shipped' if name == 'shipped' else 'without the C module'}:")
        lines += [
            f"{entry['value']:9.3g} {'<=' if entry['holds'] else '> '} {entry['limit']:<5g}"
            f" {'holds' if entry['holds'] else 'FAILS':6s} {what}"
            for what, entry in entries.items()
        ]
    return "\n".join(lines)


def _array_lines(section: dict[str, Any]) -> Iterator[str]:
    over = section["entries"]
    others = [name for name in POPULATIONS if name != "mixed"]
    for name, what in section["populations"].items():
        yield f"{name + ':':10s} {what}"
    yield f"{'':26s} ns an element, mixed       shipped / naive"
    yield f"{'':26s} {'shipped':>7s} {'numpy':>7s} {'naive':>7s}  " + " ".join(
        f"{name:>8s}" for name in ("mixed", *others)
    )
    for quantity in (*QUANTITIES, "moments"):
        entry = over["mixed"][quantity]
        times = " ".join(f"{entry[name]:7.1f}" for name in ("shipped", "numpy", "naive"))
        ratios = " ".join(
            f"{over[name][quantity]['shipped'] / over[name][quantity]['naive']:8.2f}"
            for name in ("mixed", *others)
        )
        yield f"{quantity:26s} {times}  {ratios}"
    rule = over["mixed"]["moments"]["gauss_hermite_25"]
    yield f"{'Gauss-Hermite, 25 nodes':26s} {'':7s} {'':7s} {rule:7.1f}"
    yield f"{'erfcx, the unit':26s} {'':7s} {'':7s} {over['mixed']['erfcx']['scipy']:7.1f}"


def _scalar_lines(section: dict[str, Any]) -> Iterator[str]:
    calls = section["entries"]
    unit = calls["ndtr"]["scipy"]
    yield f"{'':26s} ns a call                    times ndtr"
    yield f"{'':26s} {'shipped':>8s} {'numpy':>8s} {'math':>8s}  {'shipped':>8s} {'numpy':>8s}"
    for quantity in (*QUANTITIES, "moments"):
        entry = calls[quantity]
        times = " ".join(f"{entry[name]:8.0f}" for name in ("shipped", "numpy", "naive"))
        yield (
            f"{quantity:26s} {times}  {entry['shipped'] / unit:8.2f} {entry['numpy'] / unit:8.1f}"
        )
    yield f"{'scipy.special.ndtr':26s} {unit:8.0f}"


def _memory_lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'GiB, 10^' + str(round(math.log10(section['elements']))) + ' elements':26s}" + "".join(
        f" {name:>8s}" for name in ("input", "output", "beyond")
    )
    for quantity, entries in section["entries"].items():
        for name, entry in sorted(entries.items(), reverse=True):
            sizes = " ".join(f"{entry[key]:8.2f}" for key in ("input", "output", "beyond"))
            yield f"{quantity + ', ' + name:26s} {sizes}"


def _import_lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'processor s':>13s} {'clock s':>10s}  runs"
    for name in IMPORTS:
        entry = section["entries"][name]
        times = f"{entry['processor_seconds']:13.3g} {entry['seconds']:10.3g}"
        yield f"{times} {entry['runs']:5d}  {entry['what']}"


def _accuracy_lines(section: dict[str, Any]) -> Iterator[str]:
    for group in GROUPS:
        yield f"{group}, {section['points']} points: correct digits, median / 1 % / least; right"
        yield f"{'':28s} {'s a point':>9s}" + "".join(f"  {name:>22s}" for name in MOMENTS)
        for method, label in METHODS.items():
            entry = section["entries"][group][method]
            digits = "".join(
                f"  {entry[name]['median']:4.1f} {entry[name]['quantile']:4.1f}"
                f" {entry[name]['least']:4.1f} {entry[name]['right']:7.1%}"
                for name in MOMENTS
            )
            yield f"{label:28s} {entry['seconds']:9.1e}{digits}"


def _sweep_lines(section: dict[str, Any]) -> Iterator[str]:
    yield f"{'':26s}" + "".join(f"  {n} worker{'s' * (n > 1)}: s, 10^6 a s" for n in WORKERS)
    for kind, unit in (("sweep", "rows"), ("monte_carlo", "samples")):
        for size, by_workers in section["entries"][kind].items():
            times = "".join(
                f"   {by_workers[str(n)]:11.3g} {int(size) / by_workers[str(n)] / 1e6:9.3g}"
                for n in WORKERS
            )
            yield f"{kind + ', ' + size + ' ' + unit:26s}{times}"


TABLES = {
    "arrays": _array_lines,
    "scalars": _scalar_lines,
    "memory": _memory_lines,
    "imports": _import_lines,
    "accuracy": _accuracy_lines,
    "sweeps": _sweep_lines,
    "two_inputs": joint_kernel.lines,
}


def plot(results: dict[str, Any], path: Path) -> None:
    """Draw correct digits against cost."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    groups = results["accuracy"]["entries"]
    figure, axes = plt.subplots(
        len(groups), len(MOMENTS), figsize=(12, 6.5), sharex=True, sharey=True, layout="constrained"
    )
    for row, group in zip(axes, GROUPS, strict=True):
        for axis, name in zip(row, MOMENTS, strict=True):
            for number, (method, label) in enumerate(METHODS.items()):
                color, size = ("black", 5) if method == "shipped" else (f"C{number}", 8)
                seconds, digits = groups[group][method]["seconds"], groups[group][method][name]
                axis.vlines(seconds, digits["quantile"], digits["median"], color=color)
                axis.plot(seconds, digits["median"], "o", color=color, label=label, markersize=size)
            axis.axhline(ALL_DIGITS, color="gray", linewidth=0.6, linestyle=":")
            axis.set(xscale="log", ylim=(-0.7, 17.7), yticks=range(0, 17, 4))
            axis.set_title(f"{name}, {group} points")
    for axis in axes[-1]:
        axis.set_xlabel("processor seconds a point")
    for axis in axes[:, 0]:
        axis.set_ylabel("correct digits: median, 1 %")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def read() -> dict[str, Any]:
    """What is stored; nothing, before the first run."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def main(arguments: list[str] | None = None) -> None:
    """Measure, store and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=f"of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw what is stored, no more")
    options = parser.parse_args(arguments)
    results = read()
    if options.plot:
        plot(results, options.plot)
        return
    for section, measure_section in SECTIONS.items():
        if not options.only or section in options.only or section not in results:
            of = {"machine": machine(), "implementation": implementation()}
            results[section] = of | measure_section()
            if results.keys() >= SECTIONS.keys():
                results["limits"] = limits(results)
            write(results, RESULTS)
    print(table(results))


if __name__ == "__main__":
    main()
