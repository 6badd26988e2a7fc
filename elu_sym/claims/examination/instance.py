"""Instances of an assertion: what it says at single points, evaluated, whatever its rule found.

A rule proves a sentence; here the sentence is believed to be nothing but what it says at exact
points, for a few of them: numbers that are compared. Nothing of the rule is used, and no finding.
An assertion that has no instances proves nothing, since nothing could contradict it.

Points are drawn once and for all from the assumptions on the symbols: in general position, all 1,
all least, and one symbol after the other very small, very large and, where it may be, 0.
"""

from collections.abc import Iterable, Iterator
from functools import cache, singledispatch
from itertools import product
from random import Random
from typing import NamedTuple

import flint
from sympy import DiracDelta, Expr, Heaviside, Rational, S, Symbol

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.enclosure import Ball, Point, enclose
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.rules.elementary import Side
from elu_sym.symbols import x

PRECISIONS = (128, 512, 2048)
"""The bits with which a value is enclosed that may be 0."""

TINY, HUGE = Rational(1, 2**12), Rational(2**12)
"""The ends of the range of a symbol that is drawn."""

H = Rational(1, 2**60)
"""A distance that is as good as none."""

STRICT = ("<", ">", "!=")

CLOSE = flint.arb(2) ** -20
"""How close, relatively, numbers are that are the same in a limit."""


class Instance(NamedTuple):
    """That a number has a relation to 0.

    Attributes:
        place: where, in words.
        number: a ball.
        relation: one of ``= != < <= > >=``.
    """

    place: str
    number: Ball
    relation: str

    @property
    def contradicts(self) -> bool:
        """Whether it is false; what is 0 to hundreds of digits counts as 0."""
        number, may_vanish = self.number, bool(self.number.contains(0))
        return {
            "=": not may_vanish,
            "!=": may_vanish,
            ">": may_vanish or bool(number < 0),
            "<": may_vanish or bool(number > 0),
            ">=": bool(number < 0),
            "<=": bool(number > 0),
        }[self.relation]


@singledispatch
def instances(assertion: Assertion) -> Iterator[Instance]:
    """What an assertion says at single points; a kind of assertion registers how.

    Raises:
        NotImplementedError: if its kind has not.
    """
    raise NotImplementedError(f"no instance is known of {type(assertion).__name__}")


def objection(assertion: Assertion) -> str:
    """Why an assertion cannot be true, or cannot be tried; nothing if its instances agree.

    Examples:
        >>> from elu_sym.claims.examination import objection
        >>> from elu_sym.claims.rules.elementary import Positive
        >>> objection(Positive(x**2 + 1))
        ''
        >>> objection(Positive(x)).startswith("x > 0 is false at x = -")
        True
    """
    tried = 0
    try:
        for instance in instances(assertion):
            tried += 1
            if instance.contradicts:
                return f"{assertion.to_text()} is false at {instance.place}"
    except Exception as error:
        return f"{assertion.to_text()} cannot be tried, {type(error).__name__}: {error}"
    return "" if tried else f"{assertion.to_text()} has no instance"


def value(expression: Expr, point: Point, precision: int = 128) -> Ball:
    """The value of an expression at a point; not finite where it has none."""
    expression = S(expression)
    if expression.has(KinkedFunction, Heaviside, DiracDelta):
        expression = expression.xreplace(dict(point))
    if expression.has(S.NaN, S.ComplexInfinity):
        return flint.arb("nan")
    return enclose(expression, point, precision)


def signed(expression: Expr, point: Point) -> Ball:
    """The value with so many bits that it excludes 0, if that is possible."""
    for precision in PRECISIONS:
        ball = value(expression, point, precision)
        if not ball.contains(0):
            break
    return ball


def settled(expression: Expr, point: Point) -> Ball:
    """The value with so many bits that it is known well, though large terms may cancel, or NaN."""
    for precision in (256, 1024, 4096):
        ball = value(expression, point, precision)
        if ball.is_finite() and ball.rad() < CLOSE * CLOSE * (1 + abs(ball.mid())):
            return ball
    return flint.arb("nan")


def around(number: Ball, tolerance: Ball = CLOSE) -> Ball:
    """A number up to a tolerance, relatively and absolutely."""
    return number + (1 + abs(number)) * tolerance * flint.arb(0, 1)


def tried(number: Ball, relation: str, point: Point, words: str = "") -> Iterator[Instance]:
    """That a number has a relation to 0 at a point, if it is one.

    What may be 0 where some symbol is very small or large, and must not be, is no instance: it may
    as well be smaller than the digits show.
    """
    far = any(abs(size) in (TINY, HUGE) for size in point.values())
    if number.is_finite() and not (far and relation in STRICT and number.contains(0)):
        yield Instance(words or place(point), number, relation)


def relation(expression: Expr, relation: str, point: Point, words: str = "") -> Iterator[Instance]:
    """That an expression has a relation to 0 at a point, if it is defined there."""
    evaluate = signed if relation in STRICT else value
    yield from tried(evaluate(expression, point), relation, point, words)


def equal(left: Expr, right: Expr, point: Point) -> Iterator[Instance]:
    """That two expressions are equal at a point, if both are defined there."""
    yield from tried(value(left, point) - value(right, point), "=", point)


def place(point: Point) -> str:
    """A point in words."""
    return ", ".join(f"{symbol} = {number}" for symbol, number in point.items()) or "every point"


def points(symbols: Iterable[Symbol], side: Side | None = None) -> list[Point]:
    """Points that the assumptions admit, the same ones on every call.

    Args:
        symbols: real symbols.
        side: the half-line of ``x``.

    Examples:
        >>> from elu_sym.symbols import slack
        >>> {slack: S.Zero} in points([slack])
        True
    """
    return _points(tuple(sorted(symbols, key=str)), side)


@cache
def _points(symbols: tuple[Symbol, ...], side: Side | None) -> list[Point]:
    draw = Random(" ".join(map(str, symbols)))

    def drawn(symbol: Symbol, size: Rational | None = None) -> Rational:
        if symbol.is_integer:
            return S(draw.randint(1, 50) if size is None else max(1, int(size)))
        size = Rational(draw.randint(1, 400), 97) if size is None else size
        negative = symbol.is_nonpositive or (symbol == x and side is Side.LEFT)
        positive = symbol.is_nonnegative or (symbol == x and side is Side.RIGHT)
        return -size if negative or (not positive and draw.random() < 0.5) else size

    found: list[Point] = [{symbol: drawn(symbol) for symbol in symbols} for _ in range(3)]
    found.append({symbol: drawn(symbol, S.One) for symbol in symbols})
    # Close to the least size of all at once.
    found.append(
        {each: drawn(each, TINY if each.is_nonzero or each == x else S.Zero) for each in symbols}
    )
    for symbol, size in product(symbols, (TINY, HUGE, S.Zero)):
        can_vanish = not symbol.is_nonzero and (symbol != x or side is None)
        if size or can_vanish:
            found.append({each: drawn(each) for each in symbols} | {symbol: drawn(symbol, size)})
    return found if symbols else [{}]


def moderate(symbols: Iterable[Symbol]) -> list[Point]:
    """The points whose numbers are neither small nor large."""
    return points(symbols)[:3]
