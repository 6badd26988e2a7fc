"""Rigorous enclosures over boxes: the natural interval extension and the mean value form.

:mod:`elu_sym.algebra.enclosure` reads an expression at one rational point. A proof by subdivision
encloses one expression over ten thousands of boxes, so here the expression and its gradient are
compiled once, for Arb balls: into straight-line Python functions in which equal subexpressions are
computed once and numbers are enclosed beforehand.

A ball is wider than it must be where a function bends. Functions that are monotone, or monotone on
either side of 0, are therefore evaluated at the two end points of an argument that is an interval.

References:
    Moore, Kearfott, Cloud: Introduction to interval analysis, SIAM 2009, chapters 5 and 6.
    Baumann: Optimal centered forms, BIT 28 (1988).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sympy import Abs, Add, Expr, Mul, Pow, Symbol, cse, diff, erf, erfc, exp, log, sqrt

from elu_sym.algebra.enclosure import Ball, Operations, Reader, operations_at_points
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.algebra.working_precision import working_precision

if TYPE_CHECKING:
    from flint import fmpq

Interval = tuple["fmpq", "fmpq"]
"""The two ends of a closed interval, exact."""

Program = Callable[..., tuple[Any, ...]]

_BASES = 64
"""The base point of a centred form lies at so many equally spaced places of an edge, or ends."""


class BoxFunction:
    """An expression and its gradient as functions that enclose over boxes.

    Call the methods under ``working_precision(precision)``; what is outside the domain of a
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
        programs = _programs(expression, tuple(symbols), precision)
        self._at_point, self._on_box, self._with_gradient = programs

    def natural(self, box: Sequence[Interval]) -> Ball:
        """The natural interval extension: a ball that contains every value over the box."""
        self.enclosures += 1
        (ball,) = self._on_box(*map(_hull, box))
        return ball

    def at(self, point: Sequence["fmpq"]) -> Ball:
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

    lower: Ball
    base: tuple["fmpq", ...]
    value: Ball
    changes: tuple[float, ...] | None


def _hull(interval: Interval) -> Ball:
    import flint

    lower, upper = interval
    return flint.arb(lower).union(flint.arb(upper))


@lru_cache(maxsize=256)  # claims enclose the same few expressions over many boxes
def _programs(expression: Expr, symbols: tuple[Symbol, ...], precision: int) -> tuple[Program, ...]:
    """An expression at points, over boxes, and over boxes with its gradient."""
    points, boxes = operations_at_points(precision), operations_on_boxes(precision)
    at_point = compiled([expression], symbols, precision, points)
    on_box = compiled([expression], symbols, precision, boxes)
    outputs = [expression, *(diff(expression, symbol) for symbol in symbols)]
    try:
        return at_point, on_box, compiled(outputs, symbols, precision, boxes)
    except ValueError:  # a function like Abs, whose derivative is none of those known
        return at_point, on_box, lambda *balls: ()


def compiled(
    outputs: Sequence[Expr], symbols: Sequence[Symbol], precision: int, operations: Operations
) -> Callable[..., tuple[Any, ...]]:
    """A function of balls, one for each symbol, that returns a ball for each output.

    Args:
        outputs: made of numbers, symbols, ``+ * **``, ``exp``, ``log``, ``erf``, ``erfc``,
            ``Abs`` and the normal distribution functions.
        symbols: the arguments, in order.
        precision: in bits, of the numbers in the outputs.
        operations: :func:`operations_on_boxes`, or those for points.

    Raises:
        ValueError: if a function is unknown.

    Examples:
        >>> import flint
        >>> from elu_sym.symbols import mu
        >>> square = compiled([mu**2], [mu], 64, operations_on_boxes(64))
        >>> (ball,) = square(flint.arb(0, 1))
        >>> ball.contains(1), bool(ball > -0.01)
        (True, True)
    """
    arguments = [f"x{number}" for number in range(len(symbols))]
    program = _Program(precision, {})
    program.known |= dict(zip(symbols, arguments, strict=True))
    shared, outputs = cse(outputs, order="canonical")
    with working_precision(precision):
        for symbol, expression in shared:
            program.known[symbol] = program.read(expression)
        results = [program.name(program.read(expression)) for expression in outputs]
    body = [*program.lines, f"return ({', '.join(results)},)"]
    source = "\n    ".join([f"def enclosed({', '.join(arguments)}):", *body])
    namespace = {kind.__name__: function for kind, function in operations.items()}
    namespace |= program.numbers
    # The source holds names that are numbered here and those of the operations, only.
    exec(compile(source, "<enclosure over boxes>", "exec"), namespace)
    function: Callable[..., tuple[Any, ...]] = namespace["enclosed"]
    return function


class _Program(Reader):
    """Straight-line code for expressions, each operation a line: a value is the name of one.

    What depends on no symbol is a ball and computed here.

    Attributes:
        lines: the code.
        numbers: the balls in it by name.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lines: list[str] = []
        self.numbers: dict[str, Any] = {}

    def name(self, value: Any) -> str:
        """The name of a value; an exponent goes by its digits."""
        if isinstance(value, str | int):
            return str(value)
        name = f"c{len(self.numbers)}"
        self.numbers[name] = value
        return name

    def apply(self, operation: Any, *values: Any) -> Any:
        """Write a line, unless all values are numbers."""
        names = [value for value in values if isinstance(value, str)]
        if not names:
            return super().apply(operation, *values)
        if operation in (Add, Mul):
            numbers = [value for value in values if not isinstance(value, str)]
            total = super().apply(operation, *numbers) if numbers else None
            negative = operation is Mul and total == -1  # a product would be wider
            if total is not None and not negative:
                names.append(self.name(total))
            code = (" + " if operation is Add else " * ").join(names)
            code = f"-({code})" if negative else code
        else:
            code = f"{operation.__name__}({', '.join(map(self.name, values))})"
        self.lines.append(f"v{len(self.lines)} = {code}")
        return f"v{len(self.lines) - 1}"


def _monotone(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The hull of the values at the ends, for a function that only rises or only falls."""

    def enclosed(t: Any) -> Any:
        return function(t.lower()).union(function(t.upper()))

    return enclosed


def _turning_at_zero(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same for a function that only rises, or only falls, on either side of 0."""

    def enclosed(t: Any) -> Any:
        lower, upper = t.lower(), t.upper()
        hull = function(lower).union(function(upper))
        # The value at 0 is taken wherever the signs of the ends are not known.
        return hull if lower >= 0 or upper <= 0 else hull.union(function(0 * t.mid()))

    return enclosed


def _power_on_box(t: Any, exponent: int) -> Any:
    if exponent < 0:
        positive = _power_on_box(t, -exponent)
        lower, upper = positive.lower(), positive.upper()
        # 1/x falls on either side of its pole; across it the quotient is not finite.
        return (1 / lower).union(1 / upper) if lower > 0 or upper < 0 else 1 / positive
    lower, upper = t.lower(), t.upper()
    hull = (lower**exponent).union(upper**exponent)
    return hull if exponent % 2 or lower >= 0 or upper <= 0 else hull.union(0 * t.mid())


_MONOTONE = (sqrt, exp, log, erf, erfc, NormalCdf, MillsRatio)


def operations_on_boxes(precision: int) -> Operations:
    """The operations on balls that are intervals; those of a program are only sums and products."""
    at_points = operations_at_points(precision)
    return {
        **{kind: _monotone(at_points[kind]) for kind in _MONOTONE},
        NormalPdf: _turning_at_zero(at_points[NormalPdf]),
        Abs: _turning_at_zero(abs),
        Pow: _power_on_box,
    }
