"""Equality of two expressions: proved, refuted by a witness, or an error. Never a guess."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, Rational, Symbol, default_sort_key

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.normal_form import NormalForm

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


def equals(left: Expr, right: Expr) -> Comparison:
    """Decide whether two expressions are equal for every admissible value of their symbols.

    Args:
        left: an expression of the algebra of :mod:`elu_sym.algebra.normal_form`.
        right: another one.

    Returns:
        A :class:`Comparison`, true or false in a condition.

    Raises:
        NotNormalizableError: if a side lies outside the algebra.
        UndecidedError: if the form is not zero and no witness was found.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> from elu_sym.symbols import mu
        >>> equals(NormalCdf(mu) + NormalCdf(-mu), 1)
        Comparison(equal=True, reason='the normal form of the difference is zero', witness={})
        >>> comparison = equals(exp(mu), 1 + mu)
        >>> bool(comparison), comparison.witness
        (False, {mu: 1/2})
    """
    form = NormalForm.from_expr(left) - NormalForm.from_expr(right)
    if form.is_zero:
        return Comparison(True, "the normal form of the difference is zero", {})
    difference = form.to_expr()
    for point, precision in itertools.product(
        rational_points(difference.free_symbols), (128, 2048)
    ):
        ball = enclose(difference, point, precision)
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
            point[symbol] = -magnitude if turned or symbol.is_nonpositive else magnitude
        yield point
