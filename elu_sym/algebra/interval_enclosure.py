"""Rigorous enclosures over boxes: the natural interval extension and the mean value form.

:mod:`elu_sym.algebra.enclosure` walks an expression at one rational point. A proof by subdivision
encloses one expression over ten thousands of boxes, so here the expression and its gradient are
compiled once (:mod:`elu_sym.algebra.ball_program`).

References:
    Moore, Kearfott, Cloud: Introduction to interval analysis, SIAM 2009, chapters 5 and 6.
    Baumann: Optimal centered forms, BIT 28 (1988).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sympy import Expr, Symbol, diff

from elu_sym.algebra.ball_program import compiled, operations_on_boxes
from elu_sym.algebra.enclosure import operations_at_points

if TYPE_CHECKING:
    from flint import arb, fmpq

Interval = tuple["fmpq", "fmpq"]
"""The two ends of a closed interval, exact."""

_BASES = 64
"""The base point of a centred form lies at so many equally spaced places of an edge, or ends."""


class BoxFunction:
    """An expression and its gradient as functions that enclose over boxes.

    Call the methods under ``flint.ctx.workprec(precision)``; what is outside the domain of a
    function gives a ball that is not finite.

    Args:
        expression: made of numbers, symbols, ``+ * **``, ``exp``, ``log``, ``erf``, ``erfc``,
            ``Abs`` and the normal distribution functions.
        symbols: the axes of the boxes, in order; every symbol of the expression is one of them.
        precision: the working precision in bits, for the numbers in the expression.

    Attributes:
        enclosures: how many boxes and points the expression was enclosed at so far.

    Raises:
        ValueError: if a symbol is no axis or a function is unknown.

    Examples:
        >>> import flint
        >>> from elu_sym.symbols import mu, sigma
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> function = BoxFunction(NormalCdf(mu) - mu * sigma / 2, (mu, sigma))
        >>> unit = (flint.fmpq(0), flint.fmpq(1))
        >>> bool(function.natural([unit, unit]) > 0)
        False
        >>> bool(function.centred([unit, unit]).lower > 0)
        True
    """

    def __init__(self, expression: Expr, symbols: Sequence[Symbol], precision: int = 64) -> None:
        unknown = expression.free_symbols - set(symbols)
        if unknown:
            names = ", ".join(sorted(map(str, unknown)))
            raise ValueError(f"the box has no interval for the symbol {names}")
        self.enclosures = 0
        points, boxes = operations_at_points(precision), operations_on_boxes(precision)
        self._at_point = compiled([expression], symbols, precision, points)
        self._on_box = compiled([expression], symbols, precision, boxes)
        outputs = [expression, *(diff(expression, symbol) for symbol in symbols)]
        try:
            self._with_gradient = compiled(outputs, symbols, precision, boxes)
        except ValueError:  # a function like Abs, whose derivative is none of those known
            self._with_gradient = lambda *balls: ()

    def natural(self, box: Sequence[Interval]) -> "arb":
        """The natural interval extension: a ball that contains every value over the box."""
        self.enclosures += 1
        (ball,) = self._on_box(*map(_hull, box))
        return ball

    def at(self, point: Sequence["fmpq"]) -> "arb":
        """A ball that contains the value at an exact point."""
        import flint

        self.enclosures += 1
        (ball,) = self._at_point(*map(flint.arb, point))
        return ball

    def centred(self, box: Sequence[Interval]) -> "CentredForm":
        r"""A lower bound by the mean value theorem.

        :math:`F(x) \ge F(c) + \sum_i \min g_i (x_i - c_i)` with the gradient g enclosed over the
        box. The base point c, any point of the box, is chosen for the largest bound: an end of
        the edge where the sign of :math:`g_i` is known, in between where it is not.
        """
        import flint

        self.enclosures += 1
        values = self._with_gradient(*map(_hull, box))
        # A finite value of F shows that no domain is left on the box, so that F is smooth there.
        if not values or not all(ball.is_finite() for ball in values):
            middle = tuple((lower + upper) / 2 for lower, upper in box)
            return CentredForm(flint.arb("nan"), middle, self.at(middle), None)
        _, *gradient = values
        base, losses, changes = [], [], []
        for (lower, upper), slope in zip(box, gradient, strict=True):
            least, greatest = slope.lower(), slope.upper()
            width = upper - lower
            changes.append(float((abs(slope) * width).upper()))
            if least >= 0:
                base.append(lower)
            elif greatest <= 0:
                base.append(upper)
            else:
                share = float(-least / (greatest - least))
                step = width * flint.fmpq(round(share * _BASES), _BASES)
                base.append(lower + step)
                losses.append((least * (width - step)).min(-greatest * step))
        value = bound = self.at(base)
        for loss in losses:
            bound = bound + loss
        return CentredForm(bound.lower(), tuple(base), value, tuple(changes))


class CentredForm(NamedTuple):
    """What the mean value theorem says about an expression on a box.

    Attributes:
        lower: below every value on the box; NaN where the gradient is not known or not finite.
        base: the point from which the bound is taken.
        value: the value there.
        changes: for each axis by how much the value may change along it, as the search needs it;
            None where ``lower`` is NaN.
    """

    lower: "arb"
    base: tuple["fmpq", ...]
    value: "arb"
    changes: tuple[float, ...] | None


def _hull(interval: Interval) -> "arb":
    import flint

    lower, upper = interval
    return flint.arb(lower).union(flint.arb(upper))
