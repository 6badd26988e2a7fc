"""Rigorous enclosures: a SymPy expression at a rational point as an Arb ball.

Arb (through python-flint) returns a midpoint and a radius that provably contain the value, so a
ball that excludes zero decides a sign and two disjoint balls decide an inequality. Nothing here
knows a formula: it walks any expression made of elementary and error functions.

References:
    Johansson: Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE
    Transactions on Computers 66 (2017).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    erf,
    erfc,
    exp,
    log,
    pi,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf

if TYPE_CHECKING:
    from flint import arb

Point = Mapping[Symbol, Rational]

HIGHEST_PRECISION = 1 << 14
"""Bits at which :func:`enclose_to` gives up."""


def enclose(expression: Expr, point: Point, precision: int = 128) -> "arb":
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
    import flint

    for symbol, value in point.items():
        if not isinstance(value, Rational):
            raise TypeError(f"the point has {symbol} = {value!r}; give an exact sympy.Rational")
    with flint.ctx.workprec(precision):
        return _walk(expression, point, {})


def enclose_to(expression: Expr, point: Point, relative_width: Rational) -> "arb":
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
    precision = 128
    bits = _bits(relative_width)
    while precision <= HIGHEST_PRECISION:
        ball = enclose(expression, point, precision)
        if ball.is_finite() and ball.rel_accuracy_bits() > bits:
            return ball
        precision *= 2
    raise ArithmeticError(
        f"{expression} at {dict(point)} is not known to {relative_width}"
        f" with {HIGHEST_PRECISION} bits; is it zero there?"
    )


def _bits(relative_width: Rational) -> int:
    """The bits of relative accuracy that a relative width asks for."""
    return int(relative_width.q // relative_width.p).bit_length()


def _walk(expression: Expr, point: Point, known: dict[Expr, Any]) -> Any:
    import flint

    if expression in known:
        return known[expression]
    if expression.is_Rational:
        ball = flint.arb(flint.fmpq(int(expression.p), int(expression.q)))
    elif expression.is_Symbol:
        if expression not in point:
            raise ValueError(f"the point has no value for the symbol {expression}")
        ball = _walk(point[expression], point, known)
    elif isinstance(expression, Piecewise):
        ball = _walk(_chosen_piece(expression, point), point, known)
    elif isinstance(expression, Pow) and expression.exp.is_Integer:
        ball = _walk(expression.base, point, known) ** int(expression.exp)
    elif expression in (pi, S.Exp1):
        ball = flint.arb.pi() if expression == pi else flint.arb(1).exp()
    else:
        rule = _RULES.get(type(expression))
        if rule is None:
            raise ValueError(f"no enclosure is known for {expression}")
        ball = rule(*(_walk(argument, point, known) for argument in expression.args))
    known[expression] = ball
    return ball


def _chosen_piece(expression: Piecewise, point: Point) -> Expr:
    for piece, condition in expression.args:
        if _holds(condition, point):
            return piece
    raise ValueError(f"no condition of {expression} holds at {dict(point)}")


def _holds(condition: Boolean, point: Point) -> bool:
    """Decide a condition by exact arithmetic or by a ball, never by a floating-point number."""
    if condition in (S.true, S.false):
        return bool(condition)
    if isinstance(condition, And | Or | Not):
        parts = [_holds(part, point) for part in condition.args]
        return bool(condition.func(*parts))
    if not isinstance(condition, Relational):
        raise ValueError(f"the condition {condition} is no comparison")
    difference = (condition.lhs - condition.rhs).xreplace(dict(point))
    if not difference.is_Rational:
        ball = _walk(difference, point, {})
        if not ball.is_finite() or ball.contains(0):
            raise ValueError(f"the condition {condition} is not decided at {dict(point)}")
        difference = S.One if ball > 0 else S.NegativeOne
    return bool(condition.func(difference, 0))


def _sum(*balls: Any) -> Any:
    total = balls[0]
    for ball in balls[1:]:
        total = total + ball
    return total


def _product(*balls: Any) -> Any:
    total = balls[0]
    for ball in balls[1:]:
        total = total * ball
    return total


def _upper_tail(t: Any) -> Any:
    """The probability above t, by the complementary error function."""
    import flint

    return (t / flint.arb(2).sqrt()).erfc() / 2


def _density(t: Any) -> Any:
    import flint

    return (-t * t / 2).exp() / (2 * flint.arb.pi()).sqrt()


_RULES: dict[type, Callable[..., Any]] = {
    Add: _sum,
    Mul: _product,
    Pow: lambda base, power: base**power,
    exp: lambda t: t.exp(),
    log: lambda t: t.log(),
    erf: lambda t: t.erf(),
    erfc: lambda t: t.erfc(),
    Abs: abs,
    NormalCdf: lambda t: _upper_tail(-t),
    NormalPdf: _density,
    MillsRatio: lambda t: _upper_tail(t) / _density(t),
}
