"""Rigorous enclosures: a SymPy expression at a rational point as an Arb ball.

Arb (through python-flint) returns a midpoint and a radius that provably contain the value, so a
ball that excludes zero decides a sign and two disjoint balls decide an inequality. Nothing here
knows a formula: it reads any expression made of elementary and error functions.

References:
    Johansson: Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE
    Transactions on Computers 66 (2017).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from operator import add, mul
from typing import TYPE_CHECKING, Any, TypeAlias

import sympy
from sympy import (
    Abs,
    Add,
    CRootOf,
    Expr,
    Mul,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    asin,
    exp,
    log,
    pi,
    sqrt,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Not, Or

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.algebra.working_precision import working_precision

if TYPE_CHECKING:
    from flint import arb, fmpq

Ball: TypeAlias = "arb"
"""An Arb ball; flint is imported where one is made, since it comes with an extra."""

Point = Mapping[Symbol, Rational]
Operations = Mapping[Any, Callable[..., Any]]
"""The operation on balls for each operation of SymPy: its class, or ``sqrt``."""

FAR = 1000
"""From here on the tail of a normal distribution is enclosed in another way."""

HIGHEST_PRECISION = 1 << 14
"""Bits at which :func:`enclose_to` gives up."""


def exact(value: Rational) -> "fmpq":
    """A rational number for flint.

    Examples:
        >>> exact(Rational(-2, 6))
        -1/3
    """
    import flint

    return flint.fmpq(int(value.p), int(value.q))


def enclose(expression: Expr, point: Point, precision: int = 128) -> Ball:
    """The value of an expression at a rational point, as a ball that contains it.

    Args:
        expression: made of numbers, symbols, ``+ * **``, ``exp``, ``log``, ``erf``, ``erfc``,
            ``Abs``, ``Piecewise`` and the normal distribution functions.
        point: an exact rational for each symbol of the expression.
        precision: the working precision in bits.

    Returns:
        A ``flint.arb``; it is not finite where the expression is not.

    Raises:
        TypeError: if a value of the point is not rational.
        ValueError: if a symbol has no value or a function is unknown.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> ball = enclose(exp(mu), {mu: Rational(1, 2)})
        >>> ball.contains(1), bool(ball > 1), bool(ball < 2)
        (False, True, True)
    """
    for symbol, value in point.items():
        if not isinstance(value, Rational):
            raise TypeError(f"the point has {symbol} = {value!r}; give an exact sympy.Rational")
    with working_precision(precision):
        return Reader(precision, point).read(expression)


def enclosures(
    expression: Expr, point: Point, highest_precision: int = HIGHEST_PRECISION
) -> Iterator[Ball]:
    """The finite ones of the balls with 128 bits, 256, 512 and so on up to a precision."""
    precision = 128
    while precision <= highest_precision:
        ball = enclose(expression, point, precision)
        if ball.is_finite():
            yield ball
        precision *= 2


def enclose_to(expression: Expr, point: Point, relative_width: Rational) -> Ball:
    """A ball whose radius is at most ``relative_width`` times its midpoint.

    The precision is raised until the ball is that narrow, so cancellation costs time and not
    digits.

    Raises:
        ArithmeticError: if 16,384 bits do not suffice, as where the value is exactly zero.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> tiny = enclose_to(exp(mu) - 1 - mu, {mu: Rational(1, 10**40)}, Rational(1, 10**30))
        >>> tiny.rel_accuracy_bits() > 90
        True
    """
    bits = int(relative_width.q // relative_width.p).bit_length()
    for ball in enclosures(expression, point):
        if ball.rel_accuracy_bits() > bits:
            return ball
    raise ArithmeticError(
        f"{expression} at {dict(point)} is not known to {relative_width}"
        f" with {HIGHEST_PRECISION} bits; is it zero there?"
    )


class Reader:
    """Reads expressions, each part once, as operations on what is known of their symbols.

    Args:
        precision: the working precision in bits.
        point: an exact rational for each symbol.

    Attributes:
        known: the values that were found, by expression; a symbol may have any value here.
    """

    def __init__(self, precision: int, point: Point) -> None:
        self.precision, self.point = precision, point
        self.operations = operations_at_points(precision)
        self.known: dict[Expr, Any] = {}

    def read(self, expression: Expr) -> Any:
        """The value of an expression.

        Raises:
            ValueError: if a symbol has no value or a function is unknown.
        """
        if expression not in self.known:
            self.known[expression] = self._read(expression)
        return self.known[expression]

    def apply(self, operation: Any, *values: Any) -> Any:
        """The value of an operation."""
        return self.operations[operation](*values)

    def _read(self, expression: Expr) -> Any:
        import flint

        if expression.is_Rational:
            return flint.arb(exact(expression))
        if expression.is_Symbol:
            if expression not in self.point:
                raise ValueError(f"the point has no value for the symbol {expression}")
            return self.read(self.point[expression])
        if isinstance(expression, Pow):
            return self._power(self.read(expression.base), expression.exp)
        if type(expression) in self.operations:
            return self.apply(type(expression), *map(self.read, expression.args))
        if isinstance(expression, Piecewise):
            return self.read(self._chosen_piece(expression))
        if expression is pi:
            return flint.arb.pi()
        if expression is S.Exp1:
            return flint.arb(1).exp()
        if expression is S.GoldenRatio:
            return self.read((1 + sqrt(5)) / 2)
        if isinstance(expression, CRootOf):
            digits = self.precision // 3 + 2  # log2(10) > 3
            center = flint.arb(exact(expression.eval_rational(n=digits)))
            return center + flint.arb(0, flint.arb(10) ** -digits)
        raise ValueError(f"no enclosure is known for {expression}")

    def _power(self, base: Any, exponent: Expr) -> Any:
        if exponent.is_Integer:
            return self.apply(Pow, base, int(exponent))
        halves = 2 * exponent
        if halves.is_Integer:
            root = self.apply(sqrt, base)
            return root if halves == 1 else self.apply(Pow, root, int(halves))
        return self.apply(exp, self.apply(Mul, self.apply(log, base), self.read(exponent)))

    def _chosen_piece(self, expression: Piecewise) -> Expr:
        for piece, condition in expression.args:
            if self._holds(condition):
                return piece
        raise ValueError(f"no condition of {expression} holds at {dict(self.point)}")

    def _holds(self, condition: Boolean) -> bool:
        """Decide a condition by exact arithmetic or by a ball, never by a floating-point number."""
        if condition in (S.true, S.false):
            return bool(condition)
        if isinstance(condition, And | Or | Not):
            return bool(condition.func(*map(self._holds, condition.args)))
        if not isinstance(condition, Relational):
            raise ValueError(f"the condition {condition} is no comparison")
        difference = (condition.lhs - condition.rhs).xreplace(dict(self.point))
        if not difference.is_Rational:
            ball = Reader(self.precision, {}).read(difference)
            if not ball.is_finite() or ball.contains(0):
                raise ValueError(f"the condition {condition} is not decided at {dict(self.point)}")
            difference = S.One if ball > 0 else S.NegativeOne
        return bool(condition.func(difference, 0))


@cache
def operations_at_points(precision: int) -> Operations:
    """The operations on thin balls around one number, with the numbers in them enclosed once."""
    import flint

    with working_precision(precision):
        half = flint.arb(0.5)
        root, peak = half.sqrt(), (half / flint.arb.pi()).sqrt()
        unit = flint.arb(2) ** -precision

    def upper_tail(t: Ball) -> Ball:
        scaled = t * root
        if abs(scaled) < FAR:
            return scaled.erfc() * half
        # Arb's own radius is e^(t^2/10^9) times too large: the largest slope tells a better one.
        middle, radius = scaled.mid(), scaled.rad()
        near = (abs(middle) - radius).max(flint.arb(0))
        slope = (-near * near).exp() * 2 / flint.arb.pi().sqrt()
        return (middle.erfc() + flint.arb(0, (radius * slope).upper())) * half

    def density(t: Ball) -> Ball:
        return (-t * t * half).exp() * peak

    def joint_distribution(h: Ball, k: Ball, r: Ball) -> Ball:
        sign = -1 if r < 0 else 1
        gap, doubled = h - sign * k, sign * h * k
        square = gap * gap * half  # a power of a real ball around 0 is NaN

        def weight(sine: Any, cosine: Any) -> Any:
            # h^2 - 2 h k s + k^2 over 1 - s^2, so written that it is sharp where s is near the end.
            steep = square / (cosine * cosine) if square != 0 else 0
            return (-steep - doubled / (1 + sign * sine)).exp()

        def integral(function: Any, start: Ball, end: Ball, least: Ball) -> Ball:
            # What is small may be multiplied by what is large: the goal is a relative one.
            goal = unit * least.upper().max(unit * function(end, True).lower())
            return flint.acb.integral(function, start, end, abs_tol=goal).real

        if sign > 0 or (gap.contains(0) and gap != 0):
            known = upper_tail(-h) * upper_tail(-k)
            end = r.asin()
            whole = integral(lambda t, _: weight(t.sin(), t.cos()), flint.arb(0), end, known)
            return known + whole / (2 * flint.arb.pi())
        # From r = -1 upwards, all is positive. The variable is the angle from there.
        known = upper_tail(-k) - upper_tail(h) if h > k else upper_tail(-h) - upper_tail(k)
        known, end, start = known.max(flint.arb(0)), (-r).acos(), flint.arb(0)
        if square != 0:
            end_steep = square / end.sin() ** 2
            start = (square / (precision + abs(doubled) + end_steep)).upper().sqrt().mid()
        # Below the start the integrand is at most exp(-square/sin(start)^2 + max(-doubled, 0)).
        bound = start * weight(flint.arb(0), start.sin()) if square != 0 else start
        bound = bound * doubled.max(flint.arb(0)).exp()
        whole = integral(lambda t, _: weight(-t.cos(), t.sin()), start, end, known)
        return known + (whole + bound * flint.arb(half, half)) / (2 * flint.arb.pi())

    return {
        Add: lambda *balls: reduce(add, balls),
        Mul: lambda *balls: reduce(mul, balls),
        Pow: lambda t, exponent: t**exponent,
        sqrt: lambda t: t.sqrt(),
        exp: lambda t: t.exp(),
        log: lambda t: t.log(),
        sympy.erf: lambda t: t.erf(),
        sympy.erfc: lambda t: t.erfc(),
        Abs: abs,
        asin: lambda t: t.asin(),
        NormalCdf: lambda t: upper_tail(-t),
        BivariateNormalCdf: joint_distribution,
        NormalPdf: density,
        MillsRatio: lambda t: upper_tail(t) / density(t),
    }
