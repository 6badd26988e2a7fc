"""The Mills ratio and its divided differences, of which every primitive is made.

    M(x) = Phi(-x)/phi(x) = int_0^oo exp(-x s - s^2/2) ds = sqrt(pi/2) erfcx(x/sqrt 2)

is completely monotone.  Its derivatives and finite differences are the Laplace integrals

    (-1)^n M^(n)(x)                = int_0^oo s^n exp(-x s - s^2/2) ds,
    sum_k (-1)^k C(n,k) M(x + k h) = int_0^oo (1 - e^(-h s))^n exp(-x s - s^2/2) ds,

which are positive, and both are n! times a divided difference of M, up to sign, at points that
coincide or have equal steps.  Taken as written, the second loses all digits where h is small.

Here M(x) = r G(r) with r = 1/(x + 4) and G a polynomial on each piece of a table
(``elu_sym.generate.mills_polynomials``).  By induction on n, for any points and their r,

    (-1)^n M[x_0, ..., x_n] = r_0 ... r_n (r^n G)[r_0, ..., r_n],

and the divided differences of a polynomial follow from Horner's rule with a row for each order,
those of r^n G from Leibniz's rule.  All terms are positive: nothing cancels, whether the points
are far apart, close or the same.  (C. de Boor, *Divided differences*, Surveys in Approximation
Theory 1, 2005, sections 4 and 13; the expansion in 1/(x + c) is that of M. M. Shepherd and
J. G. Laframboise, *Chebyshev approximation of (1 + 2x) exp(x^2) erfc x*, Math. Comp. 36, 1981.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from elu_sym.numeric import mills_table as table
from elu_sym.numeric.operations import Array, Operations, whole

_OFFSET = 4.0
_PIECES_PER_UNIT = 256.0
_NEAR_ZERO = 0.25
_FINE = (table.FINE_0, table.FINE_2, table.FINE_2, table.FINE_4, table.FINE_4)
_WIDE = (table.WIDE_1, table.WIDE_1, table.WIDE_2, *(table.WIDE_4,) * 3)
"""The tables by order."""


@whole
def mills_ratio(ops: Operations, x: Array) -> Array:
    """Return M(x).

    Args:
        ops: Operations of the library that x is an array of.
        x: Array in one dimension, not below -2; infinity gives 0.

    Returns:
        Array of the same shape.  Measured against Arb: within 4 units in the last place for x >= 0
        and 7 below, where the condition number of M(x) is up to 4; about one on average.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> mills_ratio(NUMPY, np.array([0.0, 1e10]))
    array([1.25331414e+00, 1.00000000e-10])
    """
    return mills_derivatives(ops, 0, x)[0]


@whole
def mills_derivatives(ops: Operations, order: int, x: Array) -> list[Array]:
    """Return (-1)^k M^(k)(x), the Laplace integrals I_k(x), for k from 0 to n.

    Args:
        ops: Operations of the library that x is an array of.
        order: n, from 0 to 4.
        x: Array in one dimension, not below -2; infinity gives 0.

    Returns:
        n + 1 arrays of the same shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> mills_derivatives(NUMPY, 1, np.array([0.0]))[1]
    array([1.])
    """
    r = 1.0 / (x + _OFFSET)
    scaled = r * _PIECES_PER_UNIT
    piece = ops.index(scaled, len(table.FINE_0) - 1)
    z = 2.0 * (scaled - piece) - 1.0
    coefficients = ops.row(_FINE[order], piece)
    divided = _divided(ops, coefficients, [z] * (order + 1), 2.0 * _PIECES_PER_UNIT)
    values = _in_x(ops, divided, [r] * (order + 1), r)
    if order > 0:  # near 0, where the problem is best conditioned, fewer roundings
        values[1] = ops.where(abs(x) < _NEAR_ZERO, 1.0 - x * values[0], values[1])
    return values


@whole
def within_reach(ops: Operations, x: Array, farthest: Array) -> Array:
    """Tell where ``divided_difference`` may be asked for points between x and ``farthest``.

    Beyond, the points are so far apart that differences of M itself lose next to nothing.

    Args:
        ops: Operations of the library at hand.
        x: The least of the points.
        farthest: The largest of the points.
    """
    ratio = ops.entry(table.WIDE_RATIO, _piece(ops, x))
    return ratio * (farthest + _OFFSET) <= x + _OFFSET


@whole
def divided_difference(ops: Operations, points: list[Array]) -> Array:
    """Return n! (-1)^n M[x_0, ..., x_n], the divided difference of order n.

    With equal steps h it is sum_k (-1)^k C(n, k) M(x_0 + k h) / h^n.

    Args:
        ops: Operations of the library at hand.
        points: n + 1 arrays of one shape, ascending, not below -2, some or all of them equal,
            ``within_reach`` of each other; n from 0 to 5.

    Returns:
        Array of the same shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> x = np.array([0.0])
    >>> divided_difference(NUMPY, [x, x + 1e-200])  # minus the derivative
    array([1.])
    """
    return divided_differences(ops, points)[-1]


@whole
def divided_differences(ops: Operations, points: list[Array]) -> list[Array]:
    """Return ``divided_difference`` of the first point, of the first two, and so on, at once."""
    divided, reciprocals = _wide(ops, points)
    return _in_x(ops, divided, reciprocals, reciprocals[0])


@whole
def relative_difference(ops: Operations, points: list[Array]) -> Array:
    """Return ``divided_difference`` divided by M(x_0), for x_0 of any size.

    Args:
        ops: Operations of the library at hand.
        points: n + 1 arrays of one shape, as there.

    Returns:
        Array of the same shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> x = np.array([1e200])  # M(x) = 1/x and -M'(x) = 1/x^2, to the last digit
    >>> relative_difference(NUMPY, [x, x])
    array([1.e-200])
    """
    divided, reciprocals = _wide(ops, points)
    return _in_x(ops, divided, reciprocals, 1.0)[-1] / divided[0]


def _wide(ops: Operations, points: list[Array]) -> tuple[list[Array], list[Array]]:
    """Return G[r_0], G[r_0, r_1], ... and the r of the points, by one piece of the wide table."""
    piece = _piece(ops, points[0])
    slope, shift = ops.entry(table.WIDE_SLOPE, piece), ops.entry(table.WIDE_SHIFT, piece)
    reciprocals = [1.0 / (x + _OFFSET) for x in points]
    places = [slope * r - shift for r in reciprocals]
    coefficients = ops.row(_WIDE[len(points) - 1], piece)
    return _divided(ops, coefficients, places, slope), reciprocals


def _piece(ops: Operations, x: Array) -> Array:
    """Return the piece of the wide table for points from x on."""
    return ops.index(2.0 * (x + 2.0), len(table.WIDE_RATIO) - 1)


def _divided(
    ops: Operations, coefficients: Sequence[Array], places: list[Array], slope: Any
) -> list[Array]:
    """Return G[r_0], G[r_0, r_1], ... by Horner's rule, from z = slope r - shift."""
    order = len(places) - 1
    found = [coefficients[len(coefficients) - 1], *(0.0 * place for place in places[1:])]
    for power in range(len(coefficients) - 2, -1, -1):
        for k in range(order, 0, -1):
            found[k] = ops.multiply_add(found[k], places[k], found[k - 1])
        found[0] = ops.multiply_add(found[0], places[0], coefficients[power])
    scale = slope
    for k in range(1, order + 1):
        found[k] = found[k] * scale
        scale = scale * slope
    return found


def _in_x(
    ops: Operations, divided: list[Array], reciprocals: list[Array], first: Array | float
) -> list[Array]:
    """Return k! (-1)^k M[x_0, ..., x_k] for every k from the divided differences of G.

    The factor r_0 is ``first``.  All but the first of ``divided`` are overwritten.
    """
    order = len(divided) - 1
    for times in range(order):  # the k-th times r^k, by Leibniz's rule
        for k in range(order, times, -1):
            divided[k] = ops.multiply_add(divided[k], reciprocals[k], divided[k - 1])
    values = []
    for k, difference in enumerate(divided):
        if k > 0:
            first = first * (k * reciprocals[k] if k > 1 else reciprocals[k])
        values.append(difference * first)
    return values
