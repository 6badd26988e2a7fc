"""The numeric function of a closed form that nobody wrote numerics for.

A value is computed in doubles with a running bound of its error. Where the bound proves the 8 units
that every formula is held to, that is the answer. Elsewhere, where terms cancel or overflow, Arb
encloses the closed form with as many bits as it takes. So a call is never wrong, and slow where it
has to be: a few microseconds an element in doubles, half a millisecond by Arb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Rational, S

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.enclosure import enclosures
from elu_sym.algebra.optional import extra
from elu_sym.book.error_bounds import UNIT, bounded_function
from elu_sym.book.point_laws import limit_at, nearest_double
from elu_sym.gaussian.piecewise import PiecewiseExpression, read_piecewise
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.function import NumericFunction
from elu_sym.numeric.law import Law, LimitLaw
from elu_sym.numeric.operations import FloatArray
from elu_sym.symbols import x

if TYPE_CHECKING:
    from elu_sym.book.formula import Formula

LARGEST_ERROR = 8
"""The largest error of a value in units of ulp(F) + 2^-52 sum abs(x dF/dx)."""

LEAST = -1080
"""The binary logarithm of what is surely less than half of the smallest double."""

HIGHEST_PRECISION = 1 << 16
"""Bits at which Arb gives up."""


class CertifiedFunction(NumericFunction):
    """An expectation E g(X) as a function of arrays.

    Examples:
        >>> from elu_sym import elu
        >>> moment = elu.product_moment.numeric
        >>> moment(0.5, [0.5, 1e-9], 1.0), moment.by_arb(0.5, [0.5, 1e-9], 1.0)
        (array([0.49544664, 0.25      ]), array([False, False]))
    """

    compiled = None

    def __init__(self, formula: Formula) -> None:
        """Take a formula whose closed form is the expectation of its integrand."""
        super().__init__(formula.id, formula.arguments)
        self.formula, self.domain_of = formula, formula.domains.__getitem__

    def _number_by_numpy(self, *values: Any, **named: Any) -> Any:
        """No number is computed otherwise than an array of one."""
        return NotImplemented

    def by_arb(self, *values: Any, **named: Any) -> Any:
        """Where a call asks Arb, since the error of the doubles is not proved to be small.

        Args:
            *values: as for a call of the formula.
            **named: the same by name.
        """
        values = tuple(self.formula.bind(values, named).values())
        _, unproved = evaluate(self._in_doubles, *self._checked(values).arrays)
        return (unproved == 1.0)[()]

    def _of_arrays(self, *arrays: FloatArray) -> FloatArray:
        found, unproved = evaluate(self._in_doubles, *arrays)
        places = np.broadcast_arrays(*arrays)
        for index in map(tuple, np.argwhere(unproved == 1.0).tolist()):
            found[index] = self._by_arb([float(place[index]) for place in places], index)
        return found

    @cached_property
    def _bounded(self) -> tuple[Callable[..., Any], ...]:
        """The closed form and its derivatives with bounds of their errors."""
        symbols, value = self.formula.symbols, self.formula.closed_form
        forms = [value, *(value.diff(symbol) for symbol in symbols)]
        return tuple(bounded_function(form, symbols) for form in forms)

    def _in_doubles(self, law: Law, *parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values, and 1 where they are not proved, else 0."""
        arrays = (law.mu, law.sigma, *parameters)
        if isinstance(law, LimitLaw):
            points = zip(*(array.tolist() for array in arrays), strict=True)
            limits = [self._limit(*point) for point in points]
            return np.array(limits, dtype=np.float64), np.zeros(len(limits))
        if self.formula.closed_form.has(BivariateNormalCdf):  # which doubles have no function for
            return np.full(len(law.mu), np.nan), np.ones(len(law.mu))
        value, error = self._bounded[0](*arrays)
        allowed = LARGEST_ERROR * np.spacing(np.maximum(abs(value) - error, 0.0))
        left = np.flatnonzero(~(error <= allowed))
        if left.size:
            places = [array[left] for array in arrays]
            for array, slope in zip(places, self._bounded[1:], strict=True):
                size, uncertain = slope(*places)
                certain = np.nan_to_num(np.maximum(abs(size) - uncertain, 0.0), posinf=0.0)
                allowed[left] += (2 * LARGEST_ERROR * UNIT) * (abs(array) * certain)
        return value, np.where(error <= allowed, 0.0, 1.0)

    @cached_property
    def _pieces(self) -> PiecewiseExpression:
        return read_piecewise(self.formula.integrand, x)

    def _limit(self, mean: float, _: float, *parameters: float) -> float:
        values = dict(zip(self.formula.parameters, map(Rational, parameters), strict=True))
        # SymPy's Rational(inf) is 0.
        place = S(mean) if abs(mean) == inf else Rational(mean)
        return nearest_double(limit_at(self._pieces, place, values))

    def _by_arb(self, values: Sequence[float], index: tuple[int, ...]) -> float:
        """The value at one point; the index is for messages."""
        place = list(index) or ""
        where = ", ".join(
            f"{name}{place} = {value!r}" for name, value in zip(self.arguments, values, strict=True)
        )
        with extra("verify", f"{self.name} at {where}, where doubles lose too many digits,"):
            import flint  # noqa: F401 - what encloses
        point = dict(zip(self.formula.symbols, map(Rational, values), strict=True))
        for ball in enclosures(self.formula.closed_form, point, HIGHEST_PRECISION):
            value = rounded(ball)
            if value is not None:
                return value
        raise ArithmeticError(f"{self.name} at {where} is not known with {HIGHEST_PRECISION} bits")


def rounded(ball: Any) -> float | None:
    """The double next to what a ball contains, if it is narrow enough to tell within a unit."""
    import flint

    if ball.abs_upper() < flint.arb(2) ** LEAST:
        return 0.0
    if ball.rel_accuracy_bits() < 60:
        return None
    significand, exponent = map(int, ball.mid().man_exp())
    size = significand.bit_length() + exponent
    if size > 1024:
        return inf if significand > 0 else -inf
    return float(Fraction(significand) * Fraction(2) ** exponent) if size > LEAST else 0.0
