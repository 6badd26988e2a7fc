r"""The Hermite coefficients of an activation, and its kernel as a power series in the correlation.

For zero means and one standard deviation the kernel of an activation is

.. math:: E f(X) f(Y) = \sum_n a_n^2 \rho^n, \qquad
          a_n = E\,f(\sigma Z)\,\mathrm{He}_n(Z)/\sqrt{n!}.

For f(x) = c x, x >= 0, and c r (e^(k x) - 1)/k below, integrating by parts n times leaves, with
s = k sigma and b_n = E[e^(s Z) He_n(Z); Z < 0],

.. math:: \frac{\sqrt{n!}\,a_n}{c \sigma} = (1 - r) \varphi(0)\,\mathrm{He}_{n-2}(0) + r s\,b_{n-2},
          \qquad b_n = s\,b_{n-1} - \varphi(0)\,\mathrm{He}_{n-1}(0).

As it stands, this recurrence loses e^(s^2/2) of its digits on the way to n = s^2, where its own
solution s^n is largest. By Fourier's transform of the normal density, for even m,

.. math:: b_{m+1} = -\varphi(0)\,\mathrm{He}_m(0)\,x_m, \qquad b_{m+2} = s\,b_{m+1}, \qquad
          x_m = \frac{\int \omega^{m+2} e^{-\omega^2/2} (s^2 + \omega^2)^{-1} d\omega}
                     {\int \omega^m e^{-\omega^2/2} d\omega}.

So x_m lies between 0 and 1, and (m - 1)(1 - x_m) = s^2 x_(m-2). From m near s^2, where x_m is about
one half, this is stable upwards and downwards; there it is found by the trapezoidal rule, whose
error is e^(-2 pi s/h) for the step h.
"""

from __future__ import annotations

from math import factorial, pi, sqrt
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from elu_sym.book.activation_pieces import ActivationPieces, activation_pieces
from elu_sym.networks.activation_argument import ActivationArgument, book_activation_of
from elu_sym.numeric.arguments import Domain, broadcast_arguments
from elu_sym.numeric.mills import mills_ratio
from elu_sym.numeric.operations import NUMPY, FloatArray

if TYPE_CHECKING:
    from sympy import Expr

__all__ = ["KernelSeries", "exact_hermite_coefficient", "hermite_coefficients", "kernel_series"]

DEVIATION = Domain(lambda s: (s < 1e-150) | (s > 1e150), "a number from 1e-150 to 1e150")
CORRELATION = Domain(lambda r: abs(r) > 1.0, "a correlation from -1 to 1")
PEAK = 1 / sqrt(2 * pi)
"""The density of the standard normal law at 0."""

STEP = 1 / 8
WINDOW = 9.5
"""The step of the trapezoidal rule, and how far on either side of its peak a weight counts."""


def hermite_coefficients(
    count: int,
    sigma: float = 1.0,
    *parameters: float,
    activation: ActivationArgument = "elu",
    **named: float,
) -> FloatArray:
    """The first coefficients of f(sigma Z) in the normalized Hermite polynomials.

    Args:
        count: how many, at least 1; in some milliseconds for thousands.
        sigma: the standard deviation, a number.
        *parameters: those of the activation, numbers; alpha for ELU.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        a_0, a_1, ... up to a_(count - 1); the sum of their squares tends to E f(sigma Z)^2.

    Accuracy:
        Against the recurrence in as many digits as it loses, for sigma from 0.01 to 100 and up to
        n = 4000: at most 1e-14 of each coefficient for alpha up to 1. Beyond, the jump of the slope
        and the exponential have other signs, and each is accurate.

    Raises:
        TypeError: if an argument is no real number, or ``count`` a truth value.
        ValueError: if a value is outside its domain.

    Source:
        Derived above.

    Examples:
        >>> print(hermite_coefficients(4).round(6))
        [ 0.160521  0.761578  0.184964 -0.056079]
        >>> from elu_sym import relu
        >>> print((hermite_coefficients(3, activation=relu) ** 2).round(6))
        [0.159155 0.25     0.079577]
    """
    return _Expansion.of(sigma, parameters, activation, named).coefficients(_whole(count, 1))


class KernelSeries(NamedTuple):
    """A partial sum of a kernel.

    Attributes:
        value: the sum of the first terms.
        tail: a proved bound of the terms that are left out.
    """

    value: Any
    tail: Any


def kernel_series(
    rho: Any,
    count: int,
    sigma: float = 1.0,
    *parameters: float,
    activation: ActivationArgument = "elu",
    **named: float,
) -> KernelSeries:
    """E f(X) f(Y) at zero means and one standard deviation, from the first Hermite coefficients.

    What is left out is bounded by what 0 < x_m < 1 and x_m < (m + 1)/s^2 say of each coefficient;
    with He_m(0)^2/m! <= (2/(pi m))^(1/2) that is a sum of powers, and a geometric one.

    Args:
        rho: the correlation, a number or an array.
        count: how many terms, at least 4.
        sigma: the standard deviation, a number.
        *parameters: those of the activation, numbers; alpha for ELU.
        activation: an activation of the book or its name.
        **named: parameters by name.

    Returns:
        The sum of the first terms, with its rounding, and a bound of the sum of all others.

    Raises:
        TypeError: if an argument is no real number, or ``count`` a truth value.
        ValueError: if a value is outside its domain.

    Source:
        Derived above, by Mehler's formula.

    Examples:
        >>> from elu_sym import kernel
        >>> value, tail = kernel_series(0.5, 20)
        >>> print(f"{value:.9f} {tail:.1e} {kernel(0, 1, 0, 1, rho=0.5):.9f}")
        0.324783649 8.4e-12 0.324783649
    """
    expansion = _Expansion.of(sigma, parameters, activation, named)
    count = _whole(count, 4)
    checked = broadcast_arguments(rho=(rho, CORRELATION))
    correlation = checked.arrays[0]
    squares = expansion.coefficients(count) ** 2
    value = np.asarray(np.polynomial.polynomial.polyval(correlation, squares), np.float64)
    return KernelSeries(checked.result(value), checked.result(expansion.tail(correlation, count)))


def exact_hermite_coefficient(order: int, activation: ActivationArgument = "elu") -> Expr:
    """The coefficient of one order as an expression in sigma and the parameters.

    Args:
        order: n, at least 0; orders above twenty take long.
        activation: an activation of the book or its name.

    Returns:
        The closed form of E f(sigma Z) He_n(Z)/sqrt(n!), derived from this definition.

    Raises:
        TypeError: if the order is no whole number.
        ValueError: if the order is negative, or the activation is not in the book.

    Examples:
        >>> exact_hermite_coefficient(2, "relu")
        sigma/(2*sqrt(pi))
    """
    from sympy import S, expand, sqrt
    from sympy.functions.special.polynomials import hermite_prob
    from sympy.stats import Normal

    from elu_sym.gaussian.random_variables import expectation
    from elu_sym.symbols import sigma

    order = _whole(order, 0, "order")
    function = book_activation_of(activation)
    X = Normal("X", S.Zero, sigma)
    polynomial = expand(hermite_prob(order, X / sigma))
    found: Expr = expectation(function(X, *function.symbols) * polynomial, X)
    return expand(found / sqrt(factorial(order)))


class _Expansion(NamedTuple):
    """The pieces of an activation, and what a law says of its first two coefficients.

    Attributes:
        pieces: its factor, ratio and rate.
        sigma: the standard deviation.
        first: a_0 and a_1.
    """

    pieces: ActivationPieces
    sigma: float
    first: tuple[float, float]

    @classmethod
    def of(
        cls, sigma: Any, parameters: tuple[Any, ...], activation: Any, named: dict[str, Any]
    ) -> _Expansion:
        """From the arguments of a call, checked."""
        function = book_activation_of(activation)
        (array,) = broadcast_arguments(sigma=(sigma, DEVIATION)).arrays
        if array.ndim:
            raise ValueError(f"sigma has shape {array.shape}: give a number, one law at a time")
        bound = tuple(function.bind(parameters, named).values())
        first = function.mean(0.0, float(array), *bound)
        second = float(array) * function.derivative_mean(0.0, float(array), *bound)
        if np.ndim(first):
            raise ValueError("a parameter is an array: give numbers, one activation at a time")
        return cls(activation_pieces(function, bound), float(array), (float(first), float(second)))

    def coefficients(self, count: int) -> FloatArray:
        """a_0 to a_(count - 1)."""
        (factor, ratio, rate), found = self.pieces, np.zeros(max(count, 4))
        found[:2] = self.first
        orders = np.arange(2.0, found.size)
        even, odd = orders[::2], orders[1::2]
        # He_m(0)/sqrt(m!) for even m: its sign alternates, and its square is a binomial's share.
        halves = np.arange(1.0, even.size)
        central = np.sqrt(np.cumprod(np.append(1.0, (2 * halves - 1) / (2 * halves))))
        central *= np.where(np.arange(even.size) % 2, -1.0, 1.0)
        jump, smooth = np.full(even.size, 1.0 - ratio), np.zeros(odd.size)
        if rate:
            s = rate * self.sigma
            shares = _shares(s, even.size)
            jump[0] += ratio * s * _mills_ratio(s)
            jump[1:] += ratio * s * (s * shares[:-1] / (2 * halves - 1))
            smooth = -ratio * s * shares[: odd.size]
        size = factor * self.sigma * PEAK
        found[2::2] = size * central * jump / np.sqrt(even * (even - 1))
        found[3::2] = size * central[: odd.size] * smooth / np.sqrt(odd * (odd - 1) * (odd - 2))
        return found[:count]

    def tail(self, rho: FloatArray, count: int) -> FloatArray:
        """A bound of the sum of a_n^2 abs(rho)^n over n >= count."""
        (factor, ratio, rate), size = self.pieces, float(count - 3)
        square = (rate * self.sigma) ** 2
        # In units of phi(0) He_m(0), s b_m lies between 0 and 1, and below s^2/(m - 1); s^2 x_m^2
        # lies below s^2, and below m + 1.
        even = max(abs(1 - ratio), abs(1 - ratio + ratio * min(1.0, square / size)))
        odd = ratio * min(1.0, square / size) ** 0.5
        powers = size**-2.5 + size**-1.5 / 3
        with np.errstate(divide="ignore"):
            terms = np.minimum(powers, size**-2.5 / (1.0 - rho * rho))
        most = (factor * self.sigma * PEAK) ** 2 * sqrt(2 / pi) * (even**2 + odd**2)
        bound: FloatArray = most * terms * abs(rho) ** count
        return bound


def _shares(s: float, count: int) -> FloatArray:
    """x_0, x_2, ..., so many: from m near s^2 in both directions."""
    start = int(min(count - 1, s * s / 2))
    found = np.empty(count)
    found[start] = _share(s, 2 * start)
    for j in range(start + 1, count):
        found[j] = 1.0 - s * s * found[j - 1] / (2 * j - 1)
    for j in range(start, 0, -1):
        found[j - 1] = (2 * j - 1) * (1.0 - found[j]) / s / s
    return found


def _share(s: float, m: int) -> float:
    """x_m by the trapezoidal rule, the weight in units of its peak; x_0 for s < 1."""
    if s < 1.0:
        return 1.0 - s * _mills_ratio(s)
    peak = sqrt(m)
    first = max(1, int((peak - WINDOW) / STEP))
    omega = STEP * np.arange(first, int((peak + WINDOW) / STEP) + 1)
    if m:
        away = (omega - peak) / peak
        weight = np.exp(m * (np.log1p(away) - away - away * away / 2))
    else:
        omega = np.append(0.0, omega)
        weight = np.exp(-omega * omega / 2)
        weight[0] /= 2
    part = (omega / s) ** 2
    return float(np.sum(weight * part / (1.0 + part)) / np.sum(weight))


def _mills_ratio(s: float) -> float:
    with np.errstate(invalid="ignore"):  # NaN is NaN
        return float(mills_ratio(NUMPY, np.array([s]))[0])


def _whole(number: Any, least: int, name: str = "count") -> int:
    if isinstance(number, bool | np.bool_):
        raise TypeError(f"{name} = {number} is a truth value: give a whole number")
    try:
        found = index(number)
    except TypeError:
        raise TypeError(f"{name} = {number!r} is no whole number: give one") from None
    if found < least:
        raise ValueError(f"{name} = {number}: give at least {least}")
    return found
