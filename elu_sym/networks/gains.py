"""The gains of ELU: what its moments make of a standard deviation.

    sigma/sqrt(E f^2),   sigma/sqrt(Var f),   1/sqrt(E f'^2),   X ~ N(mu, sigma^2).

A gain is an ordinary number in many places where a moment is none: at mu = -1e150, sigma = 2e148
the variance is 3e-252 and at sigma = 1e-200 every second moment is 0 for a double. So each moment
is taken over sigma^2 from its factors (``moment``), which are doubles, as a significand and an
exponent of its own that cannot overflow.

The factors are those of g(x) = x for x >= 0 and r (e^x - 1) for x < 0. ELU is (c/k) g(k x), with
the numbers c, r and k of its definition: 1, alpha and 1.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.formula import elu
from elu_sym.networks.activation_pieces import UnsuitableActivationError, activation_pieces
from elu_sym.numeric.exponential_moments import exponential_moment
from elu_sym.numeric.law import Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.lower_moments import lower_moment
from elu_sym.numeric.operations import FloatArray
from elu_sym.numeric.upper_moments import upper_moment
from elu_sym.numeric.variances import lower_variance_moment, upper_variance_moment

__all__ = ["gradient_gain", "second_moment_gain", "variance_gain"]

_Factor: TypeAlias = tuple[FloatArray | float, int]
"""A number and the power of it."""

_ZERO = -(2**40)
_FARTHEST = 2**12


class _Scaled(NamedTuple):
    """The numbers significand 2^exponent, not negative; 0 has an exponent below all others."""

    significand: FloatArray
    exponent: NDArray[np.int64]

    def __add__(self, other: "_Scaled") -> "_Scaled":  # type: ignore[override]
        exponent = np.maximum(self.exponent, other.exponent)
        first, second = (
            np.ldexp(each.significand, np.maximum(each.exponent - exponent, -_FARTHEST))
            for each in (self, other)
        )
        return _Scaled(first + second, exponent)

    def inverse_root(self) -> FloatArray:
        """One over the square root, rounded to a double: infinite for 0 and beyond the range."""
        half = self.exponent // 2
        root = np.sqrt(np.ldexp(self.significand, np.clip(self.exponent - 2 * half, 0, 1)))
        return np.ldexp(1.0 / root, np.clip(-half, -_FARTHEST, _FARTHEST))


def second_moment_gain(law: Law, alpha: FloatArray) -> FloatArray:
    """Return sigma/sqrt(E f(X)^2) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X. The limits are sigma/alpha at mu = -inf, sqrt(2/(1 + alpha^2)) at
            mu = sigma = 0, else 0.
        alpha: Array of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> second_moment_gain(law, np.array([1.0]))
    array([1.2451983])
    """
    law, ratio, factor = _standard(law, alpha)
    if isinstance(law, LimitLaw):
        at_kink = np.where(law.mu == 0.0, np.sqrt(2.0) / np.hypot(1.0, ratio), 0.0)
        return np.where(law.mu == -np.inf, law.sigma / ratio, at_kink) / factor
    below = _over_variance(lower_moment(2, law), law, ratio)
    return (_second_above(law) + below).inverse_root() / factor


def variance_gain(law: Law, alpha: FloatArray) -> FloatArray:
    """Return sigma/std f(X) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X. The limits are 1 on the right, 1/f'(mu) on the left, and at
            mu = sigma = 0 the value of the leaky ReLU of slope alpha.
        alpha: Array of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> variance_gain(law, np.array([1.0]))
    array([1.27084342])
    """
    law, ratio, factor = _standard(law, alpha)
    if isinstance(law, LimitLaw):
        unit = np.maximum(ratio, 1.0)  # in which no square overflows
        squares = ((1.0 / unit) ** 2 + (ratio / unit) ** 2) / 2.0
        spread = squares - ((1.0 - ratio) / unit) ** 2 / (2.0 * np.pi)
        at_kink = 1.0 / (unit * np.sqrt(spread))
        return np.where(law.mu == 0.0, at_kink, _one_over_slope(law, ratio)) / factor
    above, below = upper_moment(1, law), lower_moment(1, law)
    factors = (factor for each in (above, below) for factor in _factors(each, 1))
    product = _product((2.0, 1), (ratio, 1), *factors, (law.sigma, -2))
    upper = _over_variance(upper_variance_moment(law), law, 1.0)
    lower = _over_variance(lower_variance_moment(law), law, ratio)
    return (upper + product + lower).inverse_root() / factor


def gradient_gain(law: Law, alpha: FloatArray) -> FloatArray:
    """Return 1/sqrt(E f'(X)^2) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X. The limits are 1 on the right, 1/f'(mu) on the left, and
            sqrt(2/(1 + alpha^2)) at mu = sigma = 0.
        alpha: Array of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> gradient_gain(law, np.array([1.0]))
    array([1.22342856])
    """
    law, ratio, factor = _standard(law, alpha)
    if isinstance(law, LimitLaw):
        at_kink = np.sqrt(2.0) / np.hypot(1.0, ratio)
        return np.where(law.mu == 0.0, at_kink, _one_over_slope(law, ratio)) / factor
    above, below = upper_moment(0, law), exponential_moment(2, law)
    right = _product((above.root, 4), (above.bracket, 1))
    left = _product((ratio, 2), (below.root, 4), (below.bracket, 1))
    return (right + left).inverse_root() / factor


def _standard(law: Law, alpha: FloatArray) -> tuple[Law, FloatArray, FloatArray]:
    """The law of k X, r and c: the gain of ELU is that of g there, over c.

    Raises:
        UnsuitableActivationError: if the definition of ELU is none of these.
    """
    pieces = activation_pieces(elu, (alpha,))
    if not np.all(pieces.rate):
        raise UnsuitableActivationError(elu, "c r (e^(k x) - 1)/k for x < 0 with k > 0")
    return law.scaled(pieces.rate), pieces.ratio, pieces.factor


def _second_above(law: NormalLaw) -> _Scaled:
    """Return E X_+^2/sigma^2, on the right t^2 + 1 - E(-X)_+^2/sigma^2."""
    root, weight = law.density
    integral = weight * law.integrals(2)[2]
    right = law.t > 0.0
    below = ((root * root) * (root * root)) * integral
    bracket = np.where(right, 1.0 - below, integral)
    near = _product((np.where(right, 1.0, root), 4), (bracket, 1))
    return near + _product((np.where(right, law.mu, 0.0), 2), (law.sigma, -2))


def _one_over_slope(law: LimitLaw, alpha: FloatArray) -> FloatArray:
    half = np.exp(-0.5 * np.minimum(law.mu, 0.0))
    return np.where(law.mu > 0.0, 1.0, (half / alpha) * half)


def _over_variance(moment: Moment, law: NormalLaw, alpha: FloatArray | float) -> _Scaled:
    """Return alpha^2 times a moment of order 2 over sigma^2."""
    return _product((alpha, 2), *_factors(moment, 2), (law.sigma, -2))


def _factors(moment: Moment, order: int) -> tuple[_Factor, ...]:
    return (moment.unit, order), (moment.root, 4), (moment.bracket, 1)


def _product(*factors: _Factor) -> _Scaled:
    """Return the product of powers, its significand between 1/2 and 1 again."""
    product: FloatArray = np.array(1.0)
    total: NDArray[np.int64] = np.array(0)
    for x, power in factors:
        significand, exponent = np.frexp(x)
        whole = np.where(significand == 0.0, _ZERO, exponent.astype(np.int64))
        product, total = product * significand**power, total + power * whole
    significand, shift = np.frexp(product)
    return _Scaled(significand, total + shift)
