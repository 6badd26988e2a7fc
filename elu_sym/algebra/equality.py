"""Equality of two expressions: proved, refuted by a witness, or an error. Never a guess."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, Rational, Symbol, default_sort_key

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.working_precision import alone
from elu_sym.symbols import Correlation, symbolic

MAGNITUDES = (
    *(Rational(1, 2), Rational(7, 5), Rational(3, 11), Rational(13, 4), Rational(2, 9)),
    *(Rational(17, 3), Rational(5, 19), Rational(23, 6), Rational(29, 31), Rational(37, 8)),
    Rational(11, 430),
)
"""Sizes of the coordinates of :func:`rational_points`: unrelated, and a prime number of them."""


class UndecidedError(ArithmeticError):
    """Neither the normal form nor an enclosure decides."""


@dataclass(frozen=True)
class Comparison:
    """What was found, and why it may be believed.

    Attributes:
        equal: True if the difference has the normal form zero, False if a witness separates.
        reason: the proof or the refutation in words.
        witness: the rational point at which the two sides differ; empty if they are equal.
    """

    equal: bool
    reason: str
    witness: Point

    def __bool__(self) -> bool:
        return self.equal


@alone()
def equals(left: Expr, right: Expr) -> Comparison:
    """Decide whether two expressions are equal as functions of their symbols.

    Equal means: at every admissible value of the symbols at which no denominator, of either side
    as it was written, vanishes. So ``(x**2 - 1)/(x - 1)`` equals ``x + 1``, though only the second
    has a value at 1. Nothing is guessed and nothing is rounded: True is a proof by the normal form
    (:mod:`elu_sym.algebra.normal_form`), False comes with a rational point at which an Arb ball
    around the difference excludes zero, and whatever is neither is an error.

    Args:
        left: an expression, or a number, made by ``+ - * /``, powers and roots from rational
            numbers, symbols, ``pi``, ``E`` and other real constants, ``log``, ``exp``, ``erf``,
            ``erfc`` and the functions of :mod:`elu_sym.algebra.special_functions`.
        right: another one.

    Returns:
        A :class:`Comparison`, true or false in a condition.

    Raises:
        TypeError: if a side is text, a condition or otherwise no expression.
        NotNormalizableError: if a side lies outside the algebra, as ``Abs`` and floats do; the
            part is named.
        ZeroDivisionError: if a denominator vanishes identically.
        UndecidedError: if the form is not zero and no witness was found.
        ModuleNotFoundError: if python-flint, of the extra ``verify``, is needed and not installed.

    Examples:
        >>> from sympy import exp, sqrt
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> from elu_sym.symbols import mu
        >>> equals(NormalCdf(mu) + NormalCdf(-mu), 1)
        Comparison(equal=True, reason='the normal form of the difference is zero', witness={})
        >>> bool(equals(1/(1 + sqrt(2)), sqrt(2) - 1))
        True
        >>> comparison = equals(exp(mu), 1 + mu)
        >>> bool(comparison), comparison.witness
        (False, {mu: 1/2})
    """
    left, right = symbolic(left, "left"), symbolic(right, "right")
    form = NormalForm.from_expr(left) - NormalForm.from_expr(right)
    if form.is_zero:
        return Comparison(True, "the normal form of the difference is zero", {})
    difference = form.to_expr()
    for point, precision in itertools.product(
        rational_points(difference.free_symbols), (128, 2048)
    ):
        try:
            ball = enclose(difference, point, precision)
        except ValueError as unknown:  # a constant of which nothing is known
            raise UndecidedError(
                f"{left} - ({right}) is not zero by its form, and {unknown}"
            ) from None
        if ball.is_finite() and not ball.contains(0):
            reason = f"the difference lies in {ball.str(8)} and excludes zero"
            return Comparison(False, reason, point)
    raise UndecidedError(
        f"the normal form of {left} - ({right}) is not zero, but no rational point separates them"
    )


def rational_points(symbols: Iterable[Symbol]) -> Iterator[Point]:
    """Rational points in general position that respect the signs the symbols assume.

    Within a point no two symbols have the same magnitude, and the patterns of signs take turns,
    so that an expression that is not zero vanishes at all the points only by design.

    Args:
        symbols: real symbols, in any order.

    Yields:
        One exact value for each symbol.

    Examples:
        >>> from elu_sym.symbols import alpha, mu, sigma
        >>> points = rational_points([sigma, mu, alpha])
        >>> next(points)
        {alpha: 1/2, mu: 7/5, sigma: 3/11}
        >>> next(points)
        {alpha: 7/5, mu: 3/11, sigma: 13/4}
        >>> next(points)
        {alpha: 3/11, mu: -13/4, sigma: 2/9}
    """
    ordered = sorted(set(symbols), key=default_sort_key)
    length = len(MAGNITUDES)
    for number, (stride, start) in enumerate(itertools.product(range(1, length), range(length))):
        point = {}
        for position, symbol in enumerate(ordered):
            # The length is prime, so a stride meets every magnitude before it repeats one; the
            # wholes added after that keep further symbols apart.
            index = start + stride * position
            magnitude = MAGNITUDES[index % length] + 10 * (position // length)
            if symbol.is_integer:
                magnitude = Integer(magnitude.p)
            # The binary digits of the number of the point run through the patterns of signs.
            turned = number >> position & 1 and not symbol.is_nonnegative
            if isinstance(symbol, Correlation):
                magnitude /= 1 + magnitude
            point[symbol] = -magnitude if turned or symbol.is_nonpositive else magnitude
        yield point
