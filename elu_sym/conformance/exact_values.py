"""ELU, CELU, SELU and their derivatives at floats, by Arb: what libraries are compared with.

Every value is enclosed by a ball of 128 bits, ``expm1`` and all, so that nothing cancels, and kept
as a sum of two doubles in units of its last place (ulp) in the format: what is rounded away is
below 2**-100 of it, and an error is known to 2**-40 of a unit.
"""

from functools import cache
from math import frexp, inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import Rational

from elu_sym.algebra.enclosure import Ball, exact
from elu_sym.algebra.working_precision import working_precision
from elu_sym.conformance.evaluation_points import evaluation_points
from elu_sym.conformance.implementations import SELU_ALPHA, SELU_SCALE, Call

Doubles = NDArray[np.float64]

PRECISION = 128
"""Bits of every ball."""


class Parameters(NamedTuple):
    """A function as ``outer * x`` above 0 and ``factor * (exp(x / inner) - 1)`` below."""

    outer: Rational
    factor: Rational
    inner: Rational


def parameters(function: str, alpha: float | None) -> Parameters:
    """The exact parameters of a function.

    Args:
        function: ``elu``, ``celu`` or ``selu``.
        alpha: that of the first two, a double.

    Examples:
        >>> parameters("celu", 1.5)
        Parameters(outer=1, factor=3/2, inner=3/2)
    """
    if function == "selu":
        outer = Rational(SELU_SCALE)
        return Parameters(outer, outer * Rational(SELU_ALPHA), Rational(1))
    height = Rational(alpha)
    return Parameters(Rational(1), height, height if function == "celu" else Rational(1))


def exact_ball(call: Call, point: float) -> Ball:
    """A value as a ball of about 38 digits.

    Args:
        call: the function, its parameter, and the order of the derivative.
        point: where. At 0 a derivative is that from below, which is f'(-0).

    Returns:
        The value. CELU with ``alpha = 0`` is its limit, ReLU.

    Raises:
        ModuleNotFoundError: if python-flint is not installed.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> exact_ball(Call("elu", 2.0, 0, FLOAT32), -1e-7).str(10, radius=False)
        '-1.999999900e-7'
    """
    with working_precision(PRECISION):
        return _ball(call, parameters(call.function, call.alpha), point)


def _ball(call: Call, given: Parameters, point: float) -> Any:
    import flint

    x, order = flint.arb(point), call.order
    if point > 0 or not given.inner:
        slope = exact(given.outer if point > 0 else Rational(0))
        return x * slope if order == 0 else flint.arb(slope if order == 1 else 0)
    scaled = x / exact(given.inner)
    if order == 0:
        return scaled.expm1() * exact(given.factor)
    return scaled.exp() * exact(given.factor / given.inner**order)


class ExactValues(NamedTuple):
    """Exact values at many points, in units of the last place.

    A value is ``(units + rest) * 2**exponent``, where ``2**exponent`` is the distance of the floats
    around it; a normal one has between ``2**(p - 1)`` and ``2**p`` units.

    Attributes:
        points: where.
        units: the values, rounded to doubles.
        rest: what that leaves.
        exponent: integers.
    """

    points: Doubles
    units: Doubles
    rest: Doubles
    exponent: NDArray[np.int64]

    def errors(self, computed: Doubles) -> Doubles:
        """How far computed values are off, in units of the last place; infinite if not finite.

        Examples:
            >>> from elu_sym.algebra.rounding import FLOAT64
            >>> values = exact_values(Call("elu", 1.0, 0, FLOAT64), np.array([-1e-9]))
            >>> typed = np.exp(values.points) - 1
            >>> bool(values.errors(typed)[0] > 1e8), bool(values.errors(np.expm1(-1e-9)) < 1)
            (True, True)
        """
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.abs(np.ldexp(computed, -self.exponent) - self.units - self.rest)
        return np.where(np.isfinite(computed), found, inf)


def exact_values(call: Call, points: Doubles) -> ExactValues:
    """The exact values at points, which should be numbers of the format of the call.

    Raises:
        ModuleNotFoundError: if python-flint is not installed.

    Accuracy:
        Units and rest together are within 2**-40 of a unit.
    """
    given = parameters(call.function, call.alpha)
    least, precision = call.number_format.least_exponent, call.number_format.precision
    rows = np.empty((3, len(points)))
    with working_precision(PRECISION):
        import flint

        for place, point in enumerate(points.tolist()):
            ball = _ball(call, given, point)
            near = float(ball)
            mantissa, exponent = frexp(near)
            # Just below a power of two, which is what it is rounded to, floats are closer.
            below = abs(mantissa) == 0.5 and abs(ball) < abs(near)
            binade = exponent - 1 - below if near else least  # what is no double is subnormal
            unit = max(binade, least) - precision + 1
            in_units = ball * flint.arb(2) ** -unit
            units = float(in_units)
            rows[:, place] = units, float(in_units - units), unit
    return ExactValues(points, rows[0], rows[1], rows[2].astype(np.int64))


@cache  # each is used for every implementation
def exact_at_points(call: Call, stride: int = 1) -> ExactValues:
    """The exact values at all points of the format of a call."""
    return exact_values(call, evaluation_points(call.number_format, stride))


def shown(call: Call, point: float) -> str:
    """A value to 17 digits, for a table.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> shown(Call("elu", 1.0, 1, FLOAT32), -40.0)
        '4.2483542552915890e-18'
    """
    return str(exact_ball(call, point).str(17, radius=False))
