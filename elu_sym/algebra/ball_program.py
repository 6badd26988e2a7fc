"""Expressions compiled for Arb balls: straight-line Python functions over ``flint.arb``.

Subexpressions that are equal are computed once and numbers are enclosed beforehand. A ball is wider
than it must be where a function bends. Functions that are monotone, or monotone on either side of
0, are therefore evaluated at the two end points of an argument that is an interval.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import Abs, Add, Expr, Mul, Pow, S, Symbol, cse, erf, erfc, exp, log

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf


def compiled(
    outputs: Sequence[Expr],
    symbols: Sequence[Symbol],
    precision: int,
    functions: Mapping[str, Callable[..., Any]],
) -> Callable[..., tuple[Any, ...]]:
    """A function of balls, one for each symbol, that returns a ball for each output.

    Args:
        outputs: made of numbers, symbols, ``+ * **``, ``exp``, ``log``, ``erf``, ``erfc``,
            ``Abs`` and the normal distribution functions.
        symbols: the arguments, in order.
        precision: in bits, of the numbers in the outputs.
        functions: those of :func:`functions_at_points` or :func:`functions_on_boxes`.

    Raises:
        ValueError: if a function is unknown.

    Examples:
        >>> import flint
        >>> from elu_sym.symbols import mu
        >>> square = compiled([mu**2], [mu], 64, functions_on_boxes(64))
        >>> (ball,) = square(flint.arb(0, 1))
        >>> ball.contains(1), bool(ball > -0.01)
        (True, True)
    """
    program = _Program(symbols, precision)
    shared, outputs = cse(outputs, order="canonical")
    for symbol, expression in shared:
        program.define(symbol, expression)
    results = [program.written(expression) for expression in outputs]
    arguments = ", ".join(program.arguments)
    body = [*program.lines, f"return ({', '.join(results)},)"]
    source = "\n    ".join([f"def enclosed({arguments}):", *body])
    namespace: dict[str, Any] = {**functions, **program.numbers}
    # The source holds names that are numbered here and the names of the functions below, only.
    exec(compile(source, "<enclosure over boxes>", "exec"), namespace)
    function: Callable[..., tuple[Any, ...]] = namespace["enclosed"]
    return function


class _Program:
    """Straight-line code for expressions, each operation a line."""

    def __init__(self, symbols: Sequence[Symbol], precision: int) -> None:
        self.precision = precision
        self.arguments = [f"x{number}" for number in range(len(symbols))]
        self.lines: list[str] = []
        self.numbers: dict[str, Any] = {}
        self._names: dict[Expr, str] = dict(zip(symbols, self.arguments, strict=True))
        self._constants: dict[Symbol, Expr] = {}

    def define(self, symbol: Symbol, expression: Expr) -> None:
        """Let a symbol stand for an expression from now on."""
        expression = expression.xreplace(self._constants)
        if expression.free_symbols:
            self._names[symbol] = self.written(expression)
        else:
            self._constants[symbol] = expression

    def written(self, expression: Expr) -> str:
        """The name of what holds the value."""
        expression = expression.xreplace(self._constants)
        if expression not in self._names:
            self._names[expression] = self._written(expression)
        return self._names[expression]

    def _written(self, expression: Expr) -> str:
        if not expression.free_symbols:
            name = f"c{len(self.numbers)}"
            self.numbers[name] = enclose(expression, {}, self.precision)
            return name
        if isinstance(expression, Add | Mul):
            number, rest = expression.as_independent(*expression.free_symbols)
            terms = [self.written(term) for term in type(expression).make_args(rest)]
            if isinstance(expression, Add):
                return self._line(" + ".join(terms + [self.written(number)] * (number != 0)))
            if number == -1:
                return self._line(f"-({' * '.join(terms)})")
            return self._line(" * ".join(terms + [self.written(number)] * (number != 1)))
        if isinstance(expression, Pow):
            base, exponent = self.written(expression.base), expression.exp
            if exponent.is_Integer:
                return self._line(f"power({base}, {int(exponent)})")
            if exponent in (S.Half, -S.Half):
                root = self._line(f"square_root({base})")
                return root if exponent == S.Half else self._line(f"power({root}, -1)")
            return self._line(f"exponential(logarithm({base}) * {self.written(exponent)})")
        function = _NAMES.get(type(expression))
        if function is None:
            raise ValueError(f"no enclosure over a box is known for {expression}")
        return self._line(f"{function}({', '.join(map(self.written, expression.args))})")

    def _line(self, code: str) -> str:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {code}")
        return name


class _NormalLaw:
    """The normal distribution over balls, with the numbers in it enclosed once."""

    def __init__(self, precision: int) -> None:
        import flint

        with flint.ctx.workprec(precision):
            self._half = flint.arb(0.5)
            self._argument = self._half.sqrt()
            self._peak = (self._half / flint.arb.pi()).sqrt()

    def upper_tail(self, t: Any) -> Any:
        return (t * self._argument).erfc() * self._half

    def distribution(self, t: Any) -> Any:
        return self.upper_tail(-t)

    def density(self, t: Any) -> Any:
        return (-t * t * self._half).exp() * self._peak

    def density_on_box(self, t: Any) -> Any:
        lower, upper = t.lower(), t.upper()
        hull = self.density(lower).union(self.density(upper))
        # It rises up to 0 and falls from there.
        return hull if lower >= 0 or upper <= 0 else hull.union(self.density(0 * t.mid()))

    def mills_ratio(self, t: Any) -> Any:
        return self.upper_tail(t) / self.density(t)


def _monotone(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The hull of the values at the ends, for a function that only rises or only falls."""

    def enclosed(t: Any) -> Any:
        return function(t.lower()).union(function(t.upper()))

    return enclosed


def _power_on_box(t: Any, exponent: int) -> Any:
    if exponent < 0:
        positive = _power_on_box(t, -exponent)
        lower, upper = positive.lower(), positive.upper()
        # 1/x falls on either side of its pole; across it the quotient is not finite.
        return (1 / lower).union(1 / upper) if lower > 0 or upper < 0 else 1 / positive
    lower, upper = t.lower(), t.upper()
    hull = (lower**exponent).union(upper**exponent)
    # An even power turns at 0; so it is taken wherever the signs of the ends are not known.
    return hull if exponent % 2 or lower >= 0 or upper <= 0 else hull.union(0 * t.mid())


def _absolute_value_on_box(t: Any) -> Any:
    lower, upper = t.lower(), t.upper()
    hull = abs(lower).union(abs(upper))
    return hull if lower >= 0 or upper <= 0 else hull.union(0 * t.mid())


_NAMES: dict[type, str] = {
    exp: "exponential",
    log: "logarithm",
    erf: "error_function",
    erfc: "complementary_error_function",
    Abs: "absolute_value",
    NormalCdf: "normal_distribution",
    NormalPdf: "normal_density",
    MillsRatio: "mills_ratio",
}
_MONOTONE: dict[str, Callable[[Any], Any]] = {
    "square_root": lambda t: t.sqrt(),
    "exponential": lambda t: t.exp(),
    "logarithm": lambda t: t.log(),
    "error_function": lambda t: t.erf(),
    "complementary_error_function": lambda t: t.erfc(),
}


def functions_at_points(precision: int) -> dict[str, Callable[..., Any]]:
    """What the source names, for an argument that is a thin ball around one number."""
    law = _NormalLaw(precision)
    return {
        **_MONOTONE,
        "normal_distribution": law.distribution,
        "normal_density": law.density,
        "mills_ratio": law.mills_ratio,
        "absolute_value": abs,
        "power": lambda t, exponent: t**exponent,
    }


def functions_on_boxes(precision: int) -> dict[str, Callable[..., Any]]:
    """What the source names, for an argument that is an interval."""
    law = _NormalLaw(precision)
    return {
        **{name: _monotone(function) for name, function in _MONOTONE.items()},
        "normal_distribution": _monotone(law.distribution),
        "normal_density": law.density_on_box,
        "mills_ratio": _monotone(law.mills_ratio),
        "absolute_value": _absolute_value_on_box,
        "power": _power_on_box,
    }
