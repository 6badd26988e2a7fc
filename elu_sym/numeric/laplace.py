"""Laplace integrals against the half normal weight, by quadrature with positive weights.

    Psi_n(x, sigma) = int_0^oo (2 sinh(sigma s/2))^n exp(-x s - s^2/2) ds
    I_n(x)          = int_0^oo s^n exp(-x s - s^2/2) ds  =  lim Psi_n(x, sigma) / sigma^n

I_n are the repeated integrals of the error function in the scale of the Mills ratio
(I_0 = M, and DLMF 7.18: I_n(x) = n! 2^((n-1)/2) sqrt(pi) exp(x^2/2) i^n erfc(x/sqrt 2)).  The
recurrence I_{n+1} = n I_{n-1} - x I_n subtracts nearly equal numbers for x > 0, and so do the
finite differences of M that equal Psi_n, for small sigma.  A Gauss rule has positive weights and
the integrands are positive, so no digit is lost in any of this; and of the forms that the integrand
of a finite difference can be given, the hyperbolic sine is what polynomials approximate best.

Two rules, both derived in ``rule_source``: one for the weight exp(-s^2/2), used for x < 3.25, and
one for exp(-10 s - s^2/2), used in the variable x s / 10 for x >= 3.25 up to infinity, where what
it leaves to the polynomial is exp((1 - 100/x^2) s^2/2).  Truncation errors are below 2^-53 where
x >= -2.5 and sigma is at most about 1 + x/2.
"""

from __future__ import annotations

import numpy as np

from elu_sym.numeric import gauss_rules
from elu_sym.numeric.scaled import FloatArray, Scaled

__all__ = [
    "hyperbolic_integral",
    "laplace_integral",
    "remainder_integral",
    "second_exponential_quotient",
]

_CROSSOVER = 3.25
_DECAY = gauss_rules.DECAY_CONSTANT
# Largest nodes first: their terms are the smallest, and are best added first.
_NEAR = tuple(zip(gauss_rules.HALF_RANGE_NODES, gauss_rules.HALF_RANGE_WEIGHTS, strict=True))[::-1]
_FAR = tuple(zip(gauss_rules.DECAY_NODES, gauss_rules.DECAY_WEIGHTS, strict=True))[::-1]
_NEGLIGIBLE = 1e-9


def laplace_integral(order: int, x: FloatArray) -> FloatArray:
    """Return I_n(x) = int_0^oo s^n exp(-x s - s^2/2) ds.

    Args:
        order: n, from 0 to 4.
        x: float64 array, from -2.5 to 1e60.

    Returns:
        float64 array of the same shape.

    >>> laplace_integral(1, np.array([0.0]))
    array([1.])
    """
    total = np.zeros_like(x)
    near = x < _CROSSOVER
    if near.any():
        decay, part = x[near], np.zeros(np.count_nonzero(near))
        for node, weight in _NEAR:
            part += (weight * node**order) * np.exp(-node * decay)
        total[near] = part
    far = ~near
    if far.any():
        scale = _DECAY / x[far]
        total[far] = _far_sum(order, 1.0 - scale * scale) * _power(scale, order + 1)
    return total


def hyperbolic_integral(order: int, x: FloatArray, sigma: FloatArray) -> Scaled:
    """Return Psi_n(x, sigma) = int_0^oo (2 sinh(sigma s/2))^n exp(-x s - s^2/2) ds.

    Args:
        order: n, from 1 to 4.
        x: float64 array, not below -2.5.
        sigma: float64 array of the same shape, positive, at most about 1 + |x|.

    Returns:
        Scaled array of the same shape.
    """
    total = Scaled.zeros(x.size)
    near = x < _CROSSOVER
    if near.any():
        total.fill(near, _hyperbolic_near(order, x[near], sigma[near]))
    far = ~near
    if far.any():
        total.fill(far, _hyperbolic_far(order, x[far], sigma[far]))
    return total


def remainder_integral(x: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return int_0^oo (e^(sigma s) - 1 - sigma s) exp(-x s - s^2/2) ds / sigma^2.

    Args:
        x: float64 array, from -2.5 to 1e60.
        sigma: float64 array of the same shape, of either sign, at most about 1 in size.

    Returns:
        float64 array of the same shape.

    >>> remainder_integral(np.array([0.0]), np.array([1e-20]))  # half of I_2(0)
    array([0.62665707])
    """
    total = np.zeros_like(x)
    near = x < _CROSSOVER
    if near.any():
        decay, step, part = x[near], sigma[near], np.zeros(np.count_nonzero(near))
        for node, weight in _NEAR:
            quotient = second_exponential_quotient(node * step)
            part += (weight * node**2) * np.exp(-node * decay) * quotient
        total[near] = part
    far = ~near
    if far.any():
        scale = _DECAY / x[far]
        shape, step = 1.0 - scale * scale, sigma[far] * scale
        part = np.zeros(np.count_nonzero(far))
        for node, weight in _FAR:
            quotient = second_exponential_quotient(node * step)
            part += (weight * node**2) * np.exp((0.5 * node * node) * shape) * quotient
        total[far] = part * _power(scale, 3)
    return total


def second_exponential_quotient(z: FloatArray) -> FloatArray:
    """Return (e^z - 1 - z)/z^2, which is 1/2 at 0.

    Between -1 and 1 by its Taylor series of 18 terms, elsewhere as it stands.

    >>> second_exponential_quotient(np.array([0.0, 1.0, -40.0]))
    array([0.5       , 0.71828183, 0.024375  ])
    """
    small = np.clip(z, -1.0, 1.0)
    series = np.ones_like(z)
    for k in range(19, 2, -1):
        series = 1.0 + small / k * series
    large = np.where(np.abs(z) > 1.0, z, 2.0)
    direct = (np.expm1(large) - large) / (large * large)
    return np.where(np.abs(z) > 1.0, direct, 0.5 * series)


def _hyperbolic_near(order: int, x: FloatArray, sigma: FloatArray) -> Scaled:
    part = np.zeros_like(x)
    # Where the ratio 2 sinh(sigma s/2)/sigma is s to the last digit, the integral is I_n.
    limit = sigma < _NEGLIGIBLE
    if limit.any():
        part[limit] = laplace_integral(order, x[limit])
    general = ~limit
    if general.any():
        decay, step = x[general], sigma[general]
        scale, total = 2.0 / step, np.zeros(np.count_nonzero(general))
        for node, weight in _NEAR:
            sine = scale * np.sinh((0.5 * node) * step)
            total += weight * np.exp(-node * decay) * _power(sine, order)
        part[general] = total
    return Scaled.from_float(sigma) ** order * Scaled.from_float(part)


def _hyperbolic_far(order: int, x: FloatArray, sigma: FloatArray) -> Scaled:
    inverse = _DECAY / x
    shape = 1.0 - inverse * inverse
    ratio = sigma / x
    part = np.zeros_like(x)
    limit = ratio < _NEGLIGIBLE
    if limit.any():
        part[limit] = _far_sum(order, shape[limit])
    general = ~limit
    if general.any():
        step, curve = ratio[general], shape[general]
        scale, total = (2.0 / _DECAY) / step, np.zeros(np.count_nonzero(general))
        for node, weight in _FAR:
            sine = scale * np.sinh((0.5 * _DECAY * node) * step)
            total += weight * np.exp((0.5 * node * node) * curve) * _power(sine, order)
        part[general] = total
    location = Scaled.from_float(x)
    unit = (Scaled.from_float(sigma) / location).times(_DECAY)
    return unit**order * Scaled.from_float(_DECAY * part) / location


def _far_sum(order: int, shape: FloatArray) -> FloatArray:
    """Return (x/10)^(n+1) I_n(x), where shape is 1 - 100/x^2."""
    total = np.zeros_like(shape)
    for node, weight in _FAR:
        total += (weight * node**order) * np.exp((0.5 * node * node) * shape)
    return total


def _power(base: FloatArray, order: int) -> FloatArray:
    """Return a small whole power by products, which are faster than the general power."""
    power = base
    for _ in range(order - 1):
        power = power * base
    return power
