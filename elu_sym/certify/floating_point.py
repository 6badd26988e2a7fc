"""The numeric functions against ball arithmetic: every error is an upper bound, none an estimate.

The truth at a point is the ball of the closed form, whose own certificates are elsewhere; nothing
here imports or knows the numeric code, which comes as a function of arrays.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sympy import Expr, Rational, Symbol

from elu_sym.algebra.enclosure import Ball, Point, enclose
from elu_sym.algebra.working_precision import working_precision
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import alpha, mu, sigma

Scale = Callable[[Point, int], Ball]
"""What an error is measured against: a ball at a point, at a working precision in bits."""

LARGEST_ERROR = 8.0
"""What a numeric function may err, in units of ulp(F) + 2^-52 sum abs(x dF/dx)."""

HIGHEST_PRECISION = 1 << 15
"""Bits at which a closed form whose value is not narrow is given up."""


def relative_to(expression: Expr) -> Scale:
    """Measure errors relative to the size of an expression, such as E abs(g) for a mean."""
    return lambda point, precision: abs(enclose(expression, point, precision))


def condition_aware(expression: Expr, symbols: Sequence[Symbol] = (mu, sigma, alpha)) -> Scale:
    """Measure errors in units that every algorithm must be granted.

    The unit is ulp(F) + 2^-52 sum over inputs of abs(x dF/dx): half a unit in the last place of
    the result or of an input already costs that much.
    """
    import flint

    slopes = [symbol * expression.diff(symbol) for symbol in symbols]

    def scale(point: Point, precision: int) -> Ball:
        size = abs(enclose(expression, point, precision)).abs_upper()
        unit = flint.arb(float(np.spacing(float(size))))
        conditions = sum((abs(enclose(s, point, precision)) for s in slopes), flint.arb(0))
        return unit + conditions * flint.arb(2) ** -52

    return scale


def numeric_certificate(
    function: Callable[..., Any],
    expression: Expr,
    points: Sequence[Point],
    tolerance: float = LARGEST_ERROR,
    *,
    scale: Scale | None = None,
    symbols: Sequence[Symbol] = (mu, sigma, alpha),
) -> Witness:
    """Compare a floating-point function with the enclosure of its closed form.

    Args:
        function: called once with one float64 array for each of ``symbols``.
        expression: the closed form.
        points: rationals that doubles represent exactly, as those of
            :mod:`elu_sym.certify.points`.
        tolerance: the largest allowed error in units of the scale.
        scale: :func:`relative_to` an expression, by default the closed form itself, or
            :func:`condition_aware`.
        symbols: the arguments of the function, in order.

    Returns:
        A witness of kind ``"arb"`` with the worst error found. A value that is not finite fails.

    Raises:
        ValueError: if a coordinate is not exactly a double.

    Examples:
        >>> from elu_sym.certify.points import random_points
        >>> points = random_points([], 20, seed=2)
        >>> arguments = dict(tolerance=1e-15, symbols=(mu, sigma))
        >>> square = numeric_certificate(lambda m, s: m*m + s*s, mu**2 + sigma**2, points,
        ...                              **arguments)
        >>> square.passed
        True
        >>> numeric_certificate(lambda m, s: m*m + s, mu**2 + sigma**2, points,
        ...                     **arguments).passed
        False
    """
    measure = relative_to(expression) if scale is None else scale
    columns = [np.array([_exact_double(s, point[s]) for point in points]) for s in symbols]

    def check() -> str:
        values = np.asarray(function(*columns), dtype=np.float64)
        if values.shape != (len(points),):
            raise RejectedError(f"the function returns the shape {values.shape} for {len(points)}")
        pairs = zip(values.tolist(), points, strict=True)
        errors = [_error(value, expression, point, measure, tolerance) for value, point in pairs]
        worst, bad = max(errors, default=0.0), sum(not error <= tolerance for error in errors)
        if bad:
            at = points[errors.index(worst)]
            where = ", ".join(f"{s} = {float(at[s])!r}" for s in symbols)
            raise RejectedError(
                f"{bad} of {len(points)} points miss the tolerance {tolerance:.3g}; "
                f"the worst error is {worst:.3g} at {where}"
            )
        return f"{len(points)} points, worst error {worst:.2g} of the allowed {tolerance:.3g}"

    return testify(Evidence.ENCLOSURE, check)


def _exact_double(symbol: Symbol, value: Any) -> float:
    double = float(value)
    if value != Rational(double):
        raise ValueError(f"{symbol} = {value} is not exactly a double; round it first")
    return double


def _error(value: float, expression: Expr, point: Point, measure: Scale, tolerance: float) -> float:
    """An upper bound of the error in units of the scale, known to a thousandth of the tolerance."""
    import flint

    if not np.isfinite(value):
        return np.inf
    precision = 128
    while precision <= HIGHEST_PRECISION:
        truth, unit = enclose(expression, point, precision), measure(point, precision)
        with working_precision(precision):
            least = unit.abs_lower()
            margin = least * flint.arb(tolerance) / 1000
            if truth.is_finite() and unit.is_finite() and truth.rad() <= margin:
                difference = abs(truth - flint.arb(value))
                if difference == 0:
                    return 0.0
                return float((difference / least).abs_upper()) if least > 0 else np.inf
        precision *= 2
    raise RejectedError(f"the closed form is not narrow at {dict(point)}")
