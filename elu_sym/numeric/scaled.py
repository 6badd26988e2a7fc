"""Arrays of floating-point numbers that carry an exponent of their own.

At the edges of the double range a moment is an ordinary number while its factors are not:
``exp(-t^2/2)`` underflows where ``sigma^2`` or ``alpha^2`` would bring it back.  A ``Scaled`` array
holds ``significand * 2**exponent``, so that factors meet before anything is rounded to zero, and
``to_float`` rounds once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "Scaled", "scaled_exponential"]

FloatArray = NDArray[np.float64]

_ZERO_EXPONENT = -1e9
_EXPONENT_LIMIT = 2e9
# ln 2 in two parts: the first has 32 significant bits, so that its product with an exponent below
# 2^21 is exact (Cody and Waite, Software Manual for the Elementary Functions, 1980, chapter 6).
_LN2_HIGH = float.fromhex("0x1.62e42feep-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_LOG2_E = float.fromhex("0x1.71547652b82fep+0")


@dataclass(frozen=True, slots=True)
class Scaled:
    """``significand * 2**exponent``, elementwise.

    Attributes:
        significand: float64 array; kept near 1 by ``normalised`` where sums need it.
        exponent: float64 array of whole numbers, of the same shape.

    >>> tiny = Scaled.from_float(np.array([1e-200]))
    >>> (tiny * tiny * Scaled.from_float(np.array([1e300]))).to_float()
    array([1.e-100])
    """

    significand: FloatArray
    exponent: FloatArray

    @classmethod
    def from_float(cls, x: FloatArray) -> Scaled:
        """Return finite numbers in scaled form, exactly."""
        significand, exponent = np.frexp(x)
        return cls(significand, exponent.astype(np.float64))

    @classmethod
    def zeros(cls, size: int) -> Scaled:
        """Return zeros, to be filled regime by regime."""
        return cls(np.zeros(size), np.zeros(size))

    def fill(self, where: NDArray[np.bool_], values: Scaled) -> None:
        """Put ``values`` at the true elements of ``where``, in an array made by ``zeros``.

        Results of arithmetic may share their exponents, so only a fresh array is to be filled.
        """
        self.significand[where] = values.significand
        self.exponent[where] = values.exponent

    def at(self, where: NDArray[np.bool_]) -> Scaled:
        """Return the true elements of ``where``."""
        return Scaled(self.significand[where], self.exponent[where])

    def normalised(self) -> Scaled:
        """Return the same numbers with significands in [1/2, 1)."""
        significand, shift = np.frexp(self.significand)
        exponent = np.where(significand == 0.0, _ZERO_EXPONENT, self.exponent + shift)
        return Scaled(significand, exponent)

    def times(self, factor: FloatArray | float) -> Scaled:
        """Return the product with ordinary floats that neither overflow nor underflow it."""
        return Scaled(self.significand * factor, self.exponent)

    def __mul__(self, other: Scaled) -> Scaled:
        """Return the elementwise product."""
        return Scaled(self.significand * other.significand, self.exponent + other.exponent)

    def __truediv__(self, other: Scaled) -> Scaled:
        """Return the elementwise quotient."""
        return Scaled(self.significand / other.significand, self.exponent - other.exponent)

    def __pow__(self, order: int) -> Scaled:
        """Return the elementwise power, for a small whole order, by repeated products."""
        if order == 0:
            return Scaled(np.ones_like(self.significand), np.zeros_like(self.exponent))
        base = self.normalised()
        significand = base.significand
        for _ in range(order - 1):
            significand = significand * base.significand
        return Scaled(significand, base.exponent * order)

    def __add__(self, other: Scaled) -> Scaled:
        """Return the elementwise sum, rounded once."""
        left, right = self.normalised(), other.normalised()
        exponent = np.maximum(left.exponent, right.exponent)
        return Scaled(
            _shift(left.significand, left.exponent - exponent)
            + _shift(right.significand, right.exponent - exponent),
            exponent,
        )

    def __neg__(self) -> Scaled:
        """Return the elementwise negative."""
        return Scaled(-self.significand, self.exponent)

    def __sub__(self, other: Scaled) -> Scaled:
        """Return the elementwise difference, rounded once."""
        return self + (-other)

    def sqrt(self) -> Scaled:
        """Return the elementwise square root of numbers that are not negative."""
        base = self.normalised()
        half = np.floor(0.5 * base.exponent)
        return Scaled(np.sqrt(np.ldexp(base.significand, _odd(base.exponent, half))), half)

    def to_float(self) -> FloatArray:
        """Return float64, rounded once; beyond the double range, 0 or infinity."""
        return _shift(self.significand, self.exponent)


def _odd(exponent: FloatArray, half: FloatArray) -> NDArray[np.intc]:
    """Return 1 where the exponent is odd, else 0."""
    return (exponent - 2.0 * half).astype(np.intc)


def _shift(significand: FloatArray, exponent: FloatArray) -> FloatArray:
    """Return ``significand * 2**exponent`` for whole exponents of any size."""
    whole = np.clip(exponent, -_EXPONENT_LIMIT, _EXPONENT_LIMIT).astype(np.intc)
    shifted: FloatArray = np.ldexp(significand, whole)
    return shifted


def scaled_exponential(high: FloatArray, low: FloatArray | float = 0.0) -> Scaled:
    """Return ``exp(high + low)`` with its exponent apart, so that it cannot underflow.

    Args:
        high: The exponent, at most about 1e6 in size; far smaller ones count as -1e6, whose
            exponential no scale used here brings back into the double range.
        low: What rounding left out of ``high``, small beside 1.

    Returns:
        The exponential, right to about one unit in the last place of its significand.
    """
    bounded = np.maximum(high, -1e6)
    exponent = np.rint(bounded * _LOG2_E)
    rest = (bounded - exponent * _LN2_HIGH) - exponent * _LN2_LOW
    return Scaled(np.exp(rest + low), exponent)
