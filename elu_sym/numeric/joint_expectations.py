"""Expectations of a function of X times one of Y, jointly normal, by conditioning on X.

Draft: one dense rule on panels; the interface is the one that stays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.function import compiled_module
from elu_sym.numeric.exponential_moments import lower_exponential_moment
from elu_sym.numeric.lower_moments import lower_partial_moment
from elu_sym.numeric.moment_differences import partial_moment_difference
from elu_sym.numeric.operations import FloatArray
from elu_sym.numeric.upper_moments import upper_partial_moment

QUANTITIES = (
    "kernel",
    "derivative_kernel",
    "cross_kernel",
    "covariance",
    "distance",
    "covariance_mean_slope",
    "covariance_deviation_slope",
)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


def joint_expectation(
    quantity: str,
    law: tuple[Any, Any, Any, Any, Any, Any],
    first: tuple[Any, Any, Any],
    second: tuple[Any, Any, Any],
) -> FloatArray:
    """The quantity of f(X) and g(Y) at every element.

    Args:
        quantity: ``kernel`` E f(X) g(Y), ``derivative_kernel`` E f'(X) g'(Y), ``cross_kernel``
            E f(X) g'(Y), ``covariance`` of f(X) and g(Y), ``distance`` E (f(X) - g(Y))^2; and the
            derivatives of the covariance in mu1, ``covariance_mean_slope``, and in sigma1 at fixed
            correlation, ``covariance_deviation_slope``. (That in rho is sigma1 sigma2 times the
            derivative kernel; those in mu2 and sigma2 are these with the two exchanged.)
        law: mu1, sigma1, mu2, sigma2, rho and the complement sqrt(1 - rho^2); finite, or NaN;
            standard deviations of 0 are limits.
        first: factor c, ratio r and rate k of f: c x for x >= 0, c r (e^(k x) - 1)/k for x < 0,
            c r x where k = 0.
        second: the same of g.
    """
    numbers = [np.asarray(a, dtype=np.float64) for a in (*law, *first, *second)]
    compiled = getattr(compiled_module(), f"joint_{quantity}", None)
    if compiled is not None:
        found: FloatArray = compiled(*numbers)
        return found
    arrays = np.broadcast_arrays(*numbers)
    flat = [a.reshape(-1) for a in arrays]
    found = np.array([_one(quantity, *map(float, p)) for p in zip(*flat, strict=True)])
    return found.reshape(arrays[0].shape)


def _value(x: Any, r: float, k: float) -> Any:
    return np.where(x > 0, x, r * (np.expm1(np.minimum(k * x, 0)) / k if k else x))


def _slope(x: Any, r: float, k: float) -> Any:
    return np.where(x > 0, 1.0, np.where(x < 0, r * np.exp(np.minimum(k * x, 0)), 0.5 + 0.5 * r))


def _mean(m: Any, s: Any, r: float, k: float) -> Any:
    if k == 0:
        return (1 - r) * evaluate(lambda law: upper_partial_moment(1, law), m, s)[0] + r * m
    if r == 0:
        return evaluate(lambda law: upper_partial_moment(1, law), m, s)[0]
    return evaluate(lambda law, a: partial_moment_difference(1, law, a), k * m, k * s, r)[0] / k


def _square(m: Any, s: Any, r: float, k: float) -> Any:
    upper = evaluate(lambda law: upper_partial_moment(2, law), m, s)[0]
    if r == 0:
        return upper
    if k == 0:
        return upper + r * r * evaluate(lambda law: upper_partial_moment(2, law), -m, s)[0]
    lower = evaluate(lambda law, a: lower_partial_moment(2, law, a), k * m, k * s, r)[0]
    return upper + lower / k**2


def _mean_slope(m: Any, s: Any, r: float, k: float) -> Any:
    upper = evaluate(lambda law: upper_partial_moment(0, law), m, s)[0]
    if r == 0:
        return upper
    if k == 0:
        return upper + r * (1 - upper)
    return upper + evaluate(lambda law, a: lower_exponential_moment(1, law, a), k * m, k * s, r)[0]


def _one(q, m1, s1, m2, s2, rho, w, c1, r1, k1, c2, r2, k2) -> float:  # type: ignore
    if not np.isfinite([m1, s1, m2, s2, rho, w]).all():
        return float("nan")
    t1, t2 = (m1 / s1 if s1 else 0.0), (m2 / s2 if s2 else 0.0)
    breaks = [np.linspace(-14, 14, 29)]
    if s1:
        breaks += [-t1 - np.geomspace(1e-3, 60, 12) / s1, [-t1], -t1 + np.linspace(-8, 8, 9)]
    if s2 and rho:
        u2, scale = -t2 / rho, w / abs(rho)
        breaks += [[u2], u2 + scale * np.linspace(-9, 9, 9)]
        for side in (-1, 1):
            breaks.append(u2 + side * np.geomspace(1e-3, 60, 12) / (abs(rho) * s2))
    edges = np.unique(np.concatenate(breaks))
    edges = edges[np.abs(edges) < 40 + 0 * t1]
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half * (1 + _NODES)).ravel()
    weight = (half * _WEIGHTS).ravel() * np.exp(-u * u / 2) / np.sqrt(2 * np.pi)
    x, m, s = m1 + s1 * u, m2 + rho * s2 * u, np.full_like(u, w * s2)
    f, df = c1 * _value(x, r1, k1), c1 * _slope(x, r1, k1)
    if q == "distance":
        g, gg = c2 * _mean(m, s, r2, k2), c2 * c2 * _square(m, s, r2, k2)
        return float(np.sum(weight * (f * f - 2 * f * g + gg)))
    if q in ("derivative_kernel", "cross_kernel"):
        g = c2 * _mean_slope(m, s, r2, k2)
        return float(np.sum(weight * (df if q[0] == "d" else f) * g))
    g = c2 * _mean(m, s, r2, k2)
    if q != "kernel":
        g = g - np.sum(weight * g)
    outer = {"covariance_mean_slope": df, "covariance_deviation_slope": u * df}.get(q, f)
    if q == "covariance":
        outer = f - np.sum(weight * f)
    return float(np.sum(weight * outer * g))
