"""Time and correct digits of the kernel E f(X) f(Y) of ELU, beside the alternatives.

What a kernel takes depends on the place, so that a mixture says little: the median is over places,
of each of which an array of near copies is timed. What takes the same everywhere is timed on the
mixture. All is measured in one process, in turns, beside one ``scipy.special.owens_t``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from statistics import median
from typing import Any

import numpy as np
from joint_oracles import Truth, truth
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t
from scipy.stats import multivariate_normal

from elu_sym.numeric.joint_expectations import joint_expectation

Array = NDArray[np.float64]
Law = tuple[Array, Array, Array, Array, Array, Array]

PLACES, COPIES, SLOW, TURNS = 128, 4096, 32, 5
ELU = (1.0, 1.0, 1.0)
SEED = 2


# The candidates, for alpha = 1


def shipped(*law: Array) -> Array:
    return joint_expectation("kernel", law, ELU, ELU)


def activation(x: Array) -> Array:
    return np.where(x < 0, np.expm1(np.minimum(x, 0)), x)


def gauss_hermite(nodes: int, *law: Array) -> Array:
    """A product rule, in blocks that stay in the cache; each inner sum is a matrix product."""
    places, weights = hermegauss(nodes)
    weights = weights / weights.sum()
    found = np.zeros(law[0].size)
    block = 512
    for start in range(0, found.size, block):
        m, s, n, t, rho, complement = (each[start : start + block] for each in law)
        steps = (complement * t)[:, None] * places
        for place, weight in zip(places, weights, strict=True):
            inner = activation((n + rho * t * place)[:, None] + steps) @ weights
            found[start : start + block] += weight * activation(m + s * place) * inner
    return found


def by_owens_t(h: Array, k: Array, rho: Array) -> Array:
    """The bivariate normal distribution function by two of Owen's T, with its limit at 0, 0."""
    complement = np.sqrt((1 - rho) * (1 + rho))
    both = (h == 0) & (k == 0)
    first = np.where(both, (1 - rho) / complement, (k - rho * h) / (h * complement))
    second = np.where(both, first, (h - rho * k) / (k * complement))
    apart = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    tails = owens_t(h, first) + owens_t(k, second) + np.where(apart, 0.5, 0.0)
    return (ndtr(h) + ndtr(k)) / 2 - tails


def by_integration(h: Array, k: Array, rho: Array) -> Array:
    """The same by ``scipy.stats``, one by one."""
    points = zip(*(x.tolist() for x in np.broadcast_arrays(h, k, rho)), strict=True)
    return np.array([multivariate_normal.cdf([a, b], cov=[[1, r], [r, 1]]) for a, b, r in points])


@cache
def closed_form(distribution: Callable[..., Array]) -> Callable[..., Array]:
    """The closed form over the bivariate normal distribution function, with common parts once."""
    from sympy import Function, lambdify

    from elu_sym import JointGaussianExpectation, elu
    from elu_sym.algebra.bivariate_normal import BivariateNormalCdf

    kernel = JointGaussianExpectation(lambda x, y: elu(x, 1) * elu(y, 1))
    form = kernel.closed_form.replace(BivariateNormalCdf, Function("distribution"))
    modules = [{"distribution": distribution}, "scipy"]
    function = lambdify(kernel.symbols, form, modules, cse=True)
    return lambda *law: function(*law[:5])


CANDIDATES: dict[str, tuple[str, Callable[[], Callable[..., Array]], int]] = {
    "shipped": ("elu_sym", lambda: shipped, COPIES),
    "gauss_hermite_25": (
        "Gauss-Hermite, 25 x 25 nodes",
        lambda: partial(gauss_hermite, 25),
        COPIES // 4,
    ),
    "gauss_hermite_50": (
        "Gauss-Hermite, 50 x 50 nodes",
        lambda: partial(gauss_hermite, 50),
        COPIES // 4,
    ),
    "owens_t": ("closed form by owens_t", lambda: closed_form(by_owens_t), COPIES),
    "integration": ("closed form by scipy.stats", lambda: closed_form(by_integration), SLOW),
}
"""What a reader calls them, what makes them, and at how many elements they are timed."""


# The arguments


def zero_means(rng: np.random.Generator, size: int) -> Law:
    s, t = np.exp(rng.uniform(math.log(0.1), math.log(10), (2, size)))
    angle = rng.uniform(0, math.pi, size)
    return np.zeros(size), s, np.zeros(size), t, np.cos(angle), np.sin(angle)


def any_means(rng: np.random.Generator, size: int) -> Law:
    _, s, _, t, *angle = zero_means(rng, size)
    return rng.normal(size=size) * s, s, rng.normal(size=size) * t, t, *angle


POPULATIONS = {"zero_means": zero_means, "any_means": any_means}
WHAT = "sigma 0.1 to 10, log-uniform; angle uniform; means {}; alpha = 1"
DESCRIBED = {"zero_means": WHAT.format("0"), "any_means": WHAT.format("~ N(0, sigma^2)")}


def copies(law: tuple[float, ...], rng: np.random.Generator) -> Law:
    """Elements near a place, of which each takes about as long."""
    m, s, n, t, rho, complement = law
    near = 1 + 1e-3 * rng.uniform(-1, 1, (5, COPIES))
    angle = math.atan2(complement, rho) * near[4]
    angle = np.minimum(angle, math.pi)
    return m * near[0], s * near[1], n * near[2], t * near[3], np.cos(angle), np.sin(angle)


# The section


def two_inputs() -> dict[str, Any]:
    """Nanoseconds for an element, and correct digits, by the population and the candidate."""
    entries = {name: _population(name) for name in POPULATIONS}
    return {"places": PLACES, "copies": COPIES, "populations": DESCRIBED, "entries": entries}


def _population(name: str) -> dict[str, Any]:
    rng = np.random.default_rng(SEED)
    law = POPULATIONS[name](rng, COPIES)
    functions = {key: make() for key, (_, make, _) in CANDIDATES.items()}
    places = list(zip(*(x[:PLACES].tolist() for x in law), strict=True))
    arrays = [copies(place, rng) for place in places]
    h, a = 2 * rng.normal(size=COPIES), np.tan(rng.uniform(-1.5, 1.5, COPIES))
    times: dict[str, list[float]] = {key: [] for key in (*functions, "unit")}
    at_places: list[list[float]] = [[] for _ in places]
    with np.errstate(all="ignore"):
        for _ in range(TURNS):
            times["unit"].append(_seconds(partial(owens_t, h, a), COPIES))
            for key, (_, _, size) in CANDIDATES.items():
                part = tuple(x[:size] for x in law)
                times[key].append(_seconds(partial(functions[key], *part), size))
            for found, array in zip(at_places, arrays, strict=True):
                found.append(_seconds(partial(shipped, *array), COPIES))
        entry = {key: {"ns": _rounded(1e9 * median(each))} for key, each in times.items()}
        known = [truth("kernel", place, ELU, ELU) for place in places]
        for key, function in functions.items():
            size = min(CANDIDATES[key][2], PLACES)
            computed = function(*(x[:size] for x in law))
            entry[key] |= _digits(computed, known[:size])
    by_place = [1e9 * median(each) for each in at_places]
    worst = int(np.argmax(by_place))
    entry["shipped"] |= {
        "median": _rounded(median(by_place)),
        "worst": _rounded(by_place[worst]),
        "worst_at": [_rounded(x) for x in places[worst]],
    }
    return entry


def _seconds(call: Callable[[], Any], elements: int) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) / elements


def _digits(computed: Array, known: list[Truth]) -> dict[str, float]:
    """Correct digits in units of the norm, from 0 to 17: the median and the least."""
    found = [truth.error(value) for value, truth in zip(computed.tolist(), known, strict=True)]
    digits = [0.0 if error >= 1 else min(-math.log10(max(error, 1e-17)), 17.0) for error in found]
    return {"digits": _rounded(median(digits)), "least": _rounded(min(digits))}


def _rounded(x: float) -> float:
    return float(f"{x:.4g}")


# For a reader

LIMITS = {"zero_means": (5.0, 20.0), "any_means": (20.0, 40.0)}
"""How many times one ``owens_t`` a kernel may take: the median over places, and the worst place."""

GAUSS_HERMITE = 1.0


def ratios(section: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    """What is limited, its value and the limit."""
    for name, (middle, most) in LIMITS.items():
        entry = section["entries"][name]
        what = f"two inputs, {name.replace('_', ' ')}: kernel to"
        unit, kernel = entry["unit"]["ns"], entry["shipped"]
        yield f"{what} owens_t, median", kernel["median"] / unit, middle
        yield f"{what} owens_t, worst place", kernel["worst"] / unit, most
        rule = entry["gauss_hermite_25"]["ns"]
        yield f"{what} Gauss-Hermite, 25 x 25 nodes", kernel["ns"] / rule, GAUSS_HERMITE


def lines(section: dict[str, Any]) -> Iterator[str]:
    """The section for a reader."""
    for name, entry in section["entries"].items():
        unit = entry["unit"]["ns"]
        yield f"{name}: {section['populations'][name]}"
        yield f"{'':32s} {'ns':>9s} {'/ owens_t':>9s} {'digits':>7s} {'least':>7s}"
        for key, (label, _, _) in CANDIDATES.items():
            each = entry[key]
            times = f"{each['ns']:9.0f} {each['ns'] / unit:9.1f}"
            yield f"{label:32s} {times} {each['digits']:7.1f} {each['least']:7.1f}"
        for what in ("median", "worst"):
            time = entry["shipped"][what]
            yield f"{'elu_sym, ' + what + ' place':32s} {time:9.0f} {time / unit:9.1f}"
        yield f"worst place: {entry['shipped']['worst_at']}"
        yield f"{'owens_t, the unit':32s} {unit:9.0f}"
