"""SELU for any fixed point: the parameters that keep a normal law, and what happens around it.

For alpha, scale > 0 and every mean and variance there is exactly one pair (alpha, scale) such that
scale*f(X), X ~ N(mean, variance), has the mean and the variance of X
(claim ``self_normalization.parameters_unique``). All is computed with mpmath in a precision that
rises until the digits of a double stand; see :mod:`elu_sym.networks.selu_equations`.

References:
    Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks, NeurIPS 2017,
    equations 3 to 5 and 14.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from mpmath import MPContext

from elu_sym.networks import selu_equations
from elu_sym.networks.selu_equations import SeluParameters, precise, precise_parameters
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments

__all__ = ["SeluFixedPoint", "SeluParameters", "selu_fixed_point", "selu_parameters"]

_FINITE = Domain(lambda x: ~np.isfinite(x), "a finite number")
_VARIANCE = Domain(lambda x: ~((x > 0.0) & (x < np.inf)), POSITIVE.advice)
_NOT_NEGATIVE = Domain(lambda x: ~((x >= 0.0) & (x < np.inf)), "a finite number, zero or more")


_FARTHEST_LEFT = -60.0
"""The mean/sigma below which the scale exceeds 1e313 for every variance that is a double.

There it grows like exp(t^2/4) or faster, so that nothing is to be computed.
"""


@dataclass(frozen=True)
class SeluFixedPoint:
    """The map of a layer around a fixed point, by the mean and the variance of its input.

    Attributes:
        mean: the mean of the pre-activation and of the output.
        variance: the variance of both.
        omega: the sum of the weights of a unit.
        tau: the sum of the squared weights of a unit.
        parameters: the alpha and the scale that keep mean and variance.
        jacobian: rows for the mean and the variance of the output, columns for those of the
            input; the first column carries omega, the second tau.
        eigenvalues: of the Jacobian, the larger in size first; with imaginary part 0 where real.
        largest_singular_value: of the Jacobian; below 1 the map contracts in the Euclidean norm.
        attracting: whether both eigenvalues are smaller than 1 in size, so that inputs with moments
            close to the fixed point approach it from layer to layer; None where the larger one is
            as close to 1 as the smallest double to 0, as from a mean 39 deviations above zero on.
    """

    mean: float
    variance: float
    omega: float
    tau: float
    parameters: SeluParameters
    jacobian: tuple[tuple[float, float], tuple[float, float]]
    eigenvalues: tuple[complex, complex]
    largest_singular_value: float
    attracting: bool | None


def selu_parameters(mean: float = 0.0, variance: float = 1.0) -> SeluParameters:
    """The alpha and the scale with which SELU keeps the mean and the variance of a normal law.

    Args:
        mean: the mean to keep, a finite number.
        variance: the variance to keep, a finite number above zero.

    Returns:
        The named pair (alpha, scale): scale*f(X; alpha), X ~ N(mean, variance), has this mean and
        this variance. There is one and only one such pair for every request.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: if an argument is an array, is not finite or is a variance that is not positive;
            if alpha or scale lies outside of the range of float64, as for variance 1 and mean -54,
            where scale is 1.8e319.

    Accuracy:
        Each is the double next to the true value: the error is at most half a unit in the last
        place (of a subnormal number, of the smallest one). Measured against Arb at 6,000 random
        requests with mean/sigma from -37 to 50 and sigma from 1e-20 to 1e20, where the largest
        error was 0.49995 units, and at extreme ones with sigma from 2e-162 to 1e154. A request
        takes about a millisecond, and seconds where mean/sigma is beyond 1e300.

    Source:
        Klambauer et al. 2017, equation 14, for mean 0 and variance 1; the general solution is
        derived in :mod:`elu_sym.networks.selu_equations`.

    Examples:
        >>> alpha, scale = selu_parameters()
        >>> print(f"{alpha:.15f} {scale:.15f}")
        1.673263242354377 1.050700987355480
        >>> print(f"{selu_parameters(mean=-0.5, variance=2.0).alpha:.12f}")
        1.950996352735
    """
    m, v = _request(mean=(mean, _FINITE), variance=(variance, _VARIANCE))
    solved = precise(lambda mp: precise_parameters(mp.mpf(m), mp.mpf(v)))
    return _rounded(SeluParameters(*solved), m, v)


def selu_fixed_point(
    mean: float, variance: float, omega: float = 0.0, tau: float = 1.0
) -> SeluFixedPoint:
    """What a layer does to moments close to those that its SELU keeps.

    The pre-activation of a layer with the weight sum omega and the sum of squared weights tau has
    the mean omega*mu + const and the variance tau*nu + const for inputs with mean mu and variance
    nu; at the fixed point it is N(mean, variance). Without a bias the constants are 0, and that is
    so for (0, 1) with any omega and tau = 1, and for every fixed point with omega = tau = 1; else a
    bias makes up the difference, and the derivatives are the same.

    Args:
        mean: the mean that is kept, a finite number.
        variance: the variance that is kept, a finite number above zero.
        omega: the sum of the weights of a unit; 0 for centred weights.
        tau: the sum of the squared weights of a unit, not negative; 1 for normalized weights.

    Returns:
        The parameters of SELU, the Jacobian of (output mean, output variance) by (input mean, input
        variance), its eigenvalues, its largest singular value, and whether the point attracts.

    Raises:
        TypeError: if an argument is no real number.
        ValueError: as for :func:`selu_parameters`; if omega is not finite or tau is negative or not
            finite; if an entry of the Jacobian lies outside of the range of float64.

    Accuracy:
        Parameters, entries and the largest singular value are the doubles next to the true values,
        as for :func:`selu_parameters`; an eigenvalue errs by at most half a unit in the last place
        of the larger one. Measured in the same way.

    Source:
        Klambauer et al. 2017, theorem 1 and equation 11 (there with omega and tau inside).

    Examples:
        >>> normalized = selu_fixed_point(0, 1)
        >>> print(f"{normalized.largest_singular_value:.6f} {normalized.attracting}")
        0.787673 True
        >>> shifted = selu_fixed_point(0, 1, omega=1, tau=1)
        >>> print(f"{shifted.eigenvalues[0].real:.6f} {shifted.attracting}")
        1.076750 False
    """
    m, v, first, second = _request(
        mean=(mean, _FINITE),
        variance=(variance, _VARIANCE),
        omega=(omega, _FINITE),
        tau=(tau, _NOT_NEGATIVE),
    )

    def numbers(mp: MPContext) -> tuple[Any, ...]:
        law = mp.mpf(m), mp.mpf(v)
        parameters = precise_parameters(*law)
        slopes = selu_equations.precise_jacobian(*law, parameters)
        # The larger eigenvalue may be below 1 in size by less than any double.
        distance = 1 - abs(_eigenvalues(_weighted(slopes, first, second))[0])
        return (*parameters, *slopes, distance)

    alpha, scale, *slopes, distance = precise(numbers)
    jacobian = _weighted(slopes, first, second)
    request = f"mean = {m}, variance = {v}, omega = {first}, tau = {second}"
    a, b, c, d = (_double(entry, "an entry of the Jacobian", request, 0.0) for entry in jacobian)
    size = _double(_largest_singular_value(jacobian), "the largest singular value", request, 0.0)
    larger, smaller = map(complex, _eigenvalues(jacobian))
    attracting = None if selu_equations.vanishes(distance) else bool(distance > 0)
    solved = _rounded(SeluParameters(alpha, scale), m, v)
    rows = ((a, b), (c, d))
    return SeluFixedPoint(m, v, first, second, solved, rows, (larger, smaller), size, attracting)


def _request(**arguments: tuple[Any, Domain]) -> tuple[float, ...]:
    """Mean, variance and whatever follows, each a single number in its domain.

    Raises:
        TypeError: if one is no real number.
        ValueError: if one is an array or outside its domain, or the mean is so far below zero that
            the scale is no double.
    """
    arrays = broadcast_arguments(**arguments).arrays
    for name, array in zip(arguments, arrays, strict=True):
        if array.ndim:
            raise ValueError(f"{name} has the shape {array.shape}: give a single number")
    mean, variance, *others = map(float, arrays)
    t = mean / math.sqrt(variance)
    if t < _FARTHEST_LEFT:
        raise ValueError(
            f"mean = {mean}, variance = {variance}: scale is above 1e313, outside of the range of"
            f" float64; give a mean that is fewer standard deviations below zero, not {-t:.4g}"
        )
    return mean, variance, *others


Jacobian: TypeAlias = tuple[Any, Any, Any, Any]
"""Its entries row by row, numbers of mpmath."""


def _weighted(slopes: Sequence[Any], omega: float, tau: float) -> Jacobian:
    """The entries, exact products: a double has 53 bits beside those of a slope."""
    a, b, c, d = slopes
    mp = a.context
    with mp.workprec(mp.prec + 64):
        return omega * a, tau * b, omega * c, tau * d


def _eigenvalues(jacobian: Jacobian) -> tuple[Any, Any]:
    """Both, the larger in size first, to the precision of the entries in units of the larger."""
    a, b, c, d = jacobian
    mp = a.context
    with mp.workprec(mp.prec + 512):
        half = (a + d) / 2
        root = mp.sqrt(((a - d) / 2) ** 2 + b * c)
        first, second = sorted((half + root, half - root), key=abs, reverse=True)
        return first, second


def _largest_singular_value(jacobian: Jacobian) -> Any:
    a, b, c, d = jacobian
    mp = a.context
    with mp.workprec(512):
        return (mp.hypot(a + d, b - c) + mp.hypot(a - d, b + c)) / 2


def _rounded(solved: SeluParameters, mean: float, variance: float) -> SeluParameters:
    request = f"mean = {mean}, variance = {variance}"
    alpha, scale = solved
    return SeluParameters(_double(alpha, "alpha", request), _double(scale, "scale", request))


def _double(value: Any, name: str, request: str, underflow: float | None = None) -> float:
    """The double next to a number of mpmath.

    Args:
        value: the number.
        name: what it is called in the message.
        request: what it was computed for.
        underflow: what stands for a number below the smallest double, if it may be one.

    Raises:
        ValueError: if it is not in the range of float64.
    """
    if not value:
        return 0.0
    mp = value.context
    size = mp.mag(value)
    if -1080 < size < 1080:
        with suppress(OverflowError):
            # The quotient of two whole numbers is rounded once, subnormal or not.
            double = float(Fraction(int(value.man)) * Fraction(2) ** int(value.exp))
            if double:
                return -double if value < 0 else double
    if size < 0 and underflow is not None:
        return underflow
    with mp.workprec(64):
        # An exponent may have more digits than Python prints.
        power = mp.nstr(mp.log(abs(value), 10), 6)
        shown = mp.nstr(value, 3) if abs(size) < 10**6 else f"10^{power} in size"
    raise ValueError(
        f"{request}: {name} is {shown}, outside of the range of float64; give a mean that is fewer"
        " standard deviations away from zero, or a variance closer to 1"
    )
