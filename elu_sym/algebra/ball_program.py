"""Expressions compiled for Arb balls: straight-line Python functions over ``flint.arb``.

Subexpressions that are equal are computed once and numbers are enclosed beforehand. A ball is wider
than it must be where a function bends. Functions that are monotone, or monotone on either side of
0, are therefore evaluated at the two end points of an argument that is an interval.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Abs, Add, Expr, Mul, Pow, Symbol, cse, erf, erfc, exp, log, sqrt

from elu_sym.algebra.enclosure import Operations, Reader, operations_at_points
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf


def compiled(
    outputs: Sequence[Expr],
    symbols: Sequence[Symbol],
    precision: int,
    operations: Operations,
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
    import flint

    arguments = [f"x{number}" for number in range(len(symbols))]
    program = _Program(operations_at_points(precision), {})
    program.known |= dict(zip(symbols, arguments, strict=True))
    shared, outputs = cse(outputs, order="canonical")
    with flint.ctx.workprec(precision):
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
