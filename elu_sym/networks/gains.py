"""The gains of an activation: what its moments make of a standard deviation.

    sigma/sqrt(E f^2),   sigma/sqrt(Var f),   1/sqrt(E f'^2),   X ~ N(mu, sigma^2).

A gain is an ordinary number in many places where a moment is none: for ELU at mu = -1e150,
sigma = 2e148 the variance is 3e-252 and at sigma = 1e-200 every second moment is 0 for a double. So
each moment is taken over sigma^2 from its factors (``moment``), which are doubles, as a significand
and an exponent of its own that cannot overflow.

The factors are those of g(x) = x for x >= 0 and r (e^x - 1), or the line r x, for x < 0. An
activation is (c/k) g(k x), or c g(x), with the numbers c, r and k of its definition: 1, alpha and 1
for ELU. On a line the left half is r times the right half of the mirrored law.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.book.formula import Activation
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

    def times(self, factor: _Factor) -> "_Scaled":
        """The product with a power."""
        significand, exponent = _product((self.significand, 1), factor)
        return _Scaled(significand, self.exponent + exponent)

    def inverse_root(self) -> FloatArray:
        """One over the square root, rounded to a double: infinite for 0 and beyond the range."""
        half = self.exponent // 2
        root = np.sqrt(np.ldexp(self.significand, np.clip(self.exponent - 2 * half, 0, 1)))
        return np.ldexp(1.0 / root, np.clip(-half, -_FARTHEST, _FARTHEST))


def second_moment_gain(activation: Activation, law: Law, *parameters: FloatArray) -> FloatArray:
    """Return sigma/sqrt(E f(X)^2) for X ~ N(mu, sigma^2).

    Args:
        activation: one of the book.
        law: The law of X. The limits are, with the floor of f at -h, sigma/h at mu = -inf, and
            sqrt(2/(f'(0+)^2 + f'(0-)^2)) at mu = sigma = 0; else 0, infinite where f is 0.
        *parameters: Arrays of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym import elu
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> second_moment_gain(elu, law, np.array([1.0]))
    array([1.2451983])
    """
    law, shape = _standard(activation, law, parameters)
    if isinstance(law, LimitLaw):
        far = np.where(shape.left.saturates & (law.mu == -np.inf), law.sigma, 0.0)
        left = np.where(np.equal(shape.ratio, 0.0), np.inf, np.divide(far, shape.ratio))
        found = np.where(law.mu < 0.0, left, 0.0)
        return np.where(law.mu == 0.0, _at_kink(shape.ratio), found) / shape.factor
    above, below = _second_above(law), shape.left.second(law)
    return (above + below.times((shape.ratio, 2))).times((shape.factor, 2)).inverse_root()


def variance_gain(activation: Activation, law: Law, *parameters: FloatArray) -> FloatArray:
    """Return sigma/std f(X) for X ~ N(mu, sigma^2).

    Args:
        activation: one of the book.
        law: The law of X. The limits are 1/f'(mu), and at mu = sigma = 0 the value of the leaky
            ReLU with the slopes of f.
        *parameters: Arrays of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym import elu
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> variance_gain(elu, law, np.array([1.0]))
    array([1.27084342])
    """
    law, shape = _standard(activation, law, parameters)
    if isinstance(law, LimitLaw):
        unit = np.maximum(shape.ratio, 1.0)  # in which no square overflows
        squares = ((1.0 / unit) ** 2 + (shape.ratio / unit) ** 2) / 2.0
        spread = squares - ((1.0 - shape.ratio) / unit) ** 2 / (2.0 * np.pi)
        at_kink = 1.0 / (unit * np.sqrt(spread))
        return np.where(law.mu == 0.0, at_kink, _one_over_slope(law, shape)) / shape.factor
    means = upper_moment(1, law), shape.left.mean(law)
    factors = (factor for each in means for factor in _factors(each, 1))
    product = _product((2.0, 1), (shape.ratio, 1), *factors, (law.sigma, -2))
    upper, lower = upper_variance_moment(law), shape.left.variance(law)
    total = _over_variance(upper, law) + product
    total += _over_variance(lower, law).times((shape.ratio, 2))
    return total.times((shape.factor, 2)).inverse_root()


def gradient_gain(activation: Activation, law: Law, *parameters: FloatArray) -> FloatArray:
    """Return 1/sqrt(E f'(X)^2) for X ~ N(mu, sigma^2).

    Args:
        activation: one of the book.
        law: The law of X. The limits are 1/f'(mu), and sqrt(2/(f'(0+)^2 + f'(0-)^2)) at
            mu = sigma = 0.
        *parameters: Arrays of the shape of the law, positive and finite.

    Returns:
        Array of that shape; infinite beyond the double range.

    >>> from elu_sym import elu
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> gradient_gain(elu, law, np.array([1.0]))
    array([1.22342856])
    """
    law, shape = _standard(activation, law, parameters)
    if isinstance(law, LimitLaw):
        slope = _one_over_slope(law, shape)
        return np.where(law.mu == 0.0, _at_kink(shape.ratio), slope) / shape.factor
    above, below = upper_moment(0, law), shape.left.slope_square(law)
    right, left = (_product((each.root, 4), (each.bracket, 1)) for each in (above, below))
    return (right + left.times((shape.ratio, 2))).times((shape.factor, 2)).inverse_root()


class _Left(NamedTuple):
    """The left half of g for r = 1: moments of the absolute value of g(X) for X < 0.

    Attributes:
        saturates: whether there is a floor.
        mean: E abs(g(X)).
        second: E g(X)^2 over sigma^2.
        variance: Var g(X).
        slope_square: E g'(X)^2.
    """

    saturates: bool
    mean: Callable[[NormalLaw], Moment]
    second: Callable[[NormalLaw], _Scaled]
    variance: Callable[[NormalLaw], Moment]
    slope_square: Callable[[NormalLaw], Moment]


_EXPONENTIAL = _Left(
    True,
    lambda law: lower_moment(1, law),
    lambda law: _over_variance(lower_moment(2, law), law),
    lower_variance_moment,
    lambda law: exponential_moment(2, law),
)
_LINE = _Left(
    False,
    lambda law: upper_moment(1, law.reflected()),
    lambda law: _second_above(law.reflected()),
    lambda law: upper_variance_moment(law.reflected()),
    lambda law: upper_moment(0, law.reflected()),
)


class _Shape(NamedTuple):
    """The numbers r and c of an activation and its left half."""

    ratio: FloatArray
    factor: FloatArray
    left: _Left


def _standard(
    activation: Activation, law: Law, parameters: tuple[FloatArray, ...]
) -> tuple[Law, _Shape]:
    """The law of k X, and the shape of g: the gain of the activation is that of c g there.

    Raises:
        UnsuitableActivationError: if the definition of the activation has another shape.
    """
    pieces = activation_pieces(activation, parameters)
    if not np.any(pieces.rate):
        return law, _Shape(pieces.ratio, pieces.factor, _LINE)
    # Where X is tiny beside 1/k another unit does as well, in which it keeps its digits.
    unit = 1.0 / np.minimum(pieces.rate, np.finfo(np.float64).max)
    if isinstance(law, LimitLaw):
        return law.shrunk(unit), _Shape(pieces.ratio, pieces.factor, _EXPONENTIAL)
    # Where k X is beyond the double range f is at its floor, which another unit has for less r.
    size = np.maximum(np.abs(law.mu), law.sigma)
    wide = np.where(size * 2.0**-1024 > unit, size * 2.0**-1000, unit)
    return law.shrunk(wide), _Shape(pieces.ratio * (unit / wide), pieces.factor, _EXPONENTIAL)


def _second_above(law: NormalLaw) -> _Scaled:
    """Return E X_+^2/sigma^2, on the right t^2 + 1 - E(-X)_+^2/sigma^2."""
    root, weight = law.density
    integral = weight * law.integrals(2)[2]
    right = law.t > 0.0
    below = ((root * root) * (root * root)) * integral
    bracket = np.where(right, 1.0 - below, integral)
    near = _product((np.where(right, 1.0, root), 4), (bracket, 1))
    return near + _product((np.where(right, law.mu, 0.0), 2), (law.sigma, -2))


def _at_kink(ratio: FloatArray) -> FloatArray:
    """The root of one over the mean of the squared slopes on either side."""
    return np.sqrt(2.0) / np.hypot(1.0, ratio)


def _one_over_slope(law: LimitLaw, shape: _Shape) -> FloatArray:
    half = np.exp(-0.5 * np.minimum(law.mu, 0.0)) if shape.left.saturates else 1.0
    return np.where(law.mu > 0.0, 1.0, np.divide(half, shape.ratio) * half)


def _over_variance(moment: Moment, law: NormalLaw) -> _Scaled:
    """Return a moment of order 2 over sigma^2."""
    return _product(*_factors(moment, 2), (law.sigma, -2))


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
