"""Formulas and gradients of other libraries against Arb, in the measure of ``numeric.accuracy``.

An error is |computed - true| / (ulp(true) + eps sum |x dF/dx|) with the ulp and the eps of the
precision at hand, for a derivative in place of F as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from accuracy import FAMILIES, REGIMES, Block, published
from flint import arb, ctx
from formula_oracles import DEGREES, _point

PRECISIONS = (400, 1200, 3600, 10800)
STEP = 2.0**-40
"""A relative change of an argument, exact in the arguments below."""

SMALL = 1e-310
"""Where a number is smaller, there is nothing to compare."""

LEAST_DEVIATION = {"float64": 1e-140, "float32": 1e-15}
"""Where a standard deviation is smaller, the gradient of the variance leaves the range."""

RANGES = {"float64": (1e-290, 1e150), "float32": (1e-12, 1e12)}
"""Sizes of mu and sigma at which neither they nor their squares leave the range."""

ALPHAS = {"float64": (1e-10, 1e10), "float32": (1e-4, 1e4)}

Columns = tuple[np.ndarray, ...]


def columns(activation: str, dtype: str, regime: str, size: int) -> Columns:
    """Points of a regime that are exact in the precision."""
    rng, mu, sigma, alpha = Block(regime, 7, 0, size).places()
    low, high = RANGES[dtype]
    sigma = np.where(sigma == 0.0, 0.0, np.clip(sigma, low, high))
    mu = np.where(mu == 0.0, 0.0, np.copysign(np.clip(abs(mu), low, high), mu))
    found = FAMILIES[activation].arguments(rng, mu, sigma, np.clip(alpha, *ALPHAS[dtype]))
    return tuple(column.astype(dtype).astype(np.float64) for column in found)


class Largest(NamedTuple):
    """The largest error, and where it is."""

    error: float = 0.0
    point: tuple[float, ...] = ()
    computed: float = 0.0


def _measured(found: dict[str, Largest], name: str, *largest: Any) -> None:
    if not largest[0] <= found.get(name, Largest()).error:
        found[name] = Largest(*largest)


def _error(
    computed: float, true: float, condition: float, dtype: str, bits: int = 0
) -> float | None:
    """The error in its unit; None where the truth is not above the subnormal numbers.

    With some bits to spare, where subnormal numbers are taken for zero.
    """
    limits = np.finfo(dtype)
    if not (
        abs(true) >= limits.tiny * 2.0**bits and abs(true) <= limits.max and condition <= limits.max
    ):
        return None
    unit = float(np.spacing(np.abs(np.asarray(true, dtype)))) + float(limits.eps) * condition
    error = abs(computed - true) / unit
    return error if error == error else float("inf")


def value_errors(
    library: Callable[[Any], Callable[[Columns], np.ndarray]],
    activation: str,
    dtype: str,
    size: int,
    names: tuple[str, ...] | None = None,
    bits: int = 0,
) -> dict[str, Largest]:
    """The largest error of each formula of an activation over all regimes.

    Args:
        library: from a formula to a function from columns of arguments to values.
        activation: its name.
        dtype: the precision.
        size: how many points to take of each regime.
        names: the formulas; all that have a truth, if not given.
        bits: how far above the subnormal numbers truths are to be.
    """
    formulas = published(activation)
    formulas = {name: formulas[name] for name in names or formulas}
    found: dict[str, Largest] = {}
    functions = {name: library(formula) for name, formula in formulas.items()}
    parts = [columns(activation, dtype, regime, size) for regime in REGIMES]
    arguments = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    values = {name: function(arguments).tolist() for name, function in functions.items()}
    for i, point in enumerate(zip(*(column.tolist() for column in arguments), strict=True)):
        truths = FAMILIES[activation].truths(functions, *point)
        for name, truth in truths.items():
            computed, true = values[name][i], float(truth.value.mid())
            error = _error(computed, true, float(truth.condition.mid()), dtype, bits)
            if error is not None:
                _measured(found, name, error, point, computed)
    return found


def _slopes(name: str, activation: str, point: tuple[float, ...], precision: int) -> list[arb]:
    """The derivatives of a formula by mu, sigma and the parameters."""
    mu, sigma, alpha, *scale = point
    if activation == "celu":
        degree = 0 if name.startswith("derivative") else DEGREES[name]
        jet = getattr(_point(precision, mu, sigma, alpha), name)(arb(1))
        value, by_mu, by_sigma = (arb(alpha) ** degree * x for x in jet[:3])
        logarithmic = [by_mu, by_sigma, degree * value - by_mu - by_sigma]
    else:
        jet = getattr(_point(precision, mu, sigma), name)(arb(alpha))
        value, *logarithmic = jet
        if scale:
            power = arb(scale[0]) ** DEGREES[name]
            logarithmic = [power * x for x in (*logarithmic, DEGREES[name] * value)]
    if abs(value) < SMALL:  # nothing but a bound is known of it, nor of a root of it
        return [arb(0) for _ in point]
    return [slope / x for slope, x in zip(logarithmic, point, strict=True)]


def gradient_truths(
    name: str, activation: str, point: tuple[float, ...]
) -> list[tuple[float, float]]:
    """Each derivative and its condition; mu and sigma are not 0.

    Where the formula is too small for a number they are 0.

    Raises:
        ArithmeticError: no precision makes the enclosures narrow.
    """
    saved = ctx.prec
    try:
        for precision in PRECISIONS:
            slopes = _slopes(name, activation, point, precision)
            conditions = [arb(0)] * len(point)
            for k, x in enumerate(point):
                moved = (*point[:k], x * (1 + STEP), *point[k + 1 :])
                step = arb(moved[k]) / arb(x) - 1
                for j, slope in enumerate(_slopes(name, activation, moved, precision)):
                    conditions[j] += abs((slope - slopes[j]) / step)
            pairs = list(zip(slopes, conditions, strict=True))
            if all(_narrow(slope, condition) for slope, condition in pairs):
                return [(float(s.mid()), float(c.mid())) for s, c in pairs]
    finally:
        ctx.prec = saved
    raise ArithmeticError(f"no narrow enclosure of the gradient of {name} at {point}")


def _narrow(slope: arb, condition: arb) -> bool:
    if abs(slope) < SMALL:
        return True
    exact = slope.rel_accuracy_bits() > 60
    return exact and (condition.rel_accuracy_bits() > 6 or condition.rad() < abs(slope) / 64)


def gradient_errors(
    library: Callable[[Any], Callable[[Columns], list[np.ndarray]]],
    activation: str,
    dtype: str,
    size: int,
    names: tuple[str, ...],
    bits: int = 0,
) -> dict[str, Largest]:
    """The largest error of each derivative of formulas over all regimes, as ``value_errors``.

    The points are those at which derivatives of two parts do not cancel: not where sigma and alpha
    are both large, and for CELU not where mu and sigma are small beside alpha.
    """
    found: dict[str, Largest] = {}
    arguments = ("mu", "sigma", "alpha", "scale")
    parts = [columns(activation, dtype, regime, size) for regime in REGIMES]
    points = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    mu, sigma, alpha = (abs(column) for column in points[:3])
    low = 1e-40 if dtype == "float64" else 1e-6
    inside = (mu >= low) & (sigma >= low) & (sigma <= 30) & (alpha >= 0.1) & (alpha <= 10)
    if activation == "celu":  # which is nearly linear there
        inside &= mu + sigma >= alpha / 10
    points = tuple(column[inside] for column in points)
    for name in names:
        formula = published(activation)[name]
        computed = [gradient.tolist() for gradient in library(formula)(points)]
        values = formula(*points).tolist()
        for i, point in enumerate(zip(*(column.tolist() for column in points), strict=True)):
            if name == "std" and values[i] < LEAST_DEVIATION[dtype]:
                continue
            truths = gradient_truths(name, activation, point)
            for j, (true, condition) in enumerate(truths):
                error = _error(computed[j][i], true, condition, dtype, bits)
                if error is not None:
                    key = f"{name} by {arguments[j]}"
                    _measured(found, key, error, point, computed[j][i])
    return found
