"""Instances of what is said about expressions: identities, signs, limits, ranges, boxes."""

import math
from collections.abc import Iterator
from random import Random

import flint
from mpmath import MPContext
from sympy import Expr, Rational, S, Symbol, lambdify, oo

from elu_sym.algebra.enclosure import Ball, Point, exact
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.chapters.self_normalization.domains import OnDomain, with_exact_constants
from elu_sym.claims.covers.cover import Box
from elu_sym.claims.examination.instance import (
    H,
    Instance,
    around,
    equal,
    instances,
    place,
    points,
    relation,
    settled,
    signed,
    tried,
    value,
)
from elu_sym.claims.rules.calculus import (
    DerivativeOf,
    LimitAtInfinity,
    LimitAtKink,
    PositiveFromKink,
    SmoothPiece,
)
from elu_sym.claims.rules.elementary import (
    Equality,
    RunsThrough,
    Sign,
    UniqueSolution,
    admits,
)
from elu_sym.claims.rules.enclosures import Between, IterateBetween, PositiveOnBox
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.symbols import x

FAR = (Rational(2**30), Rational(2**16))
"""As good as infinite; the second one where the first one is too much for Arb."""

DIGITS = 60
"""The decimals with which mpmath evaluates a number that Arb has enclosed."""


@instances.register
def _(said: Equality) -> Iterator[Instance]:
    there = dict(said.at)
    left, right = (S(each).xreplace(there) for each in (said.left, said.right))
    symbols = left.free_symbols | right.free_symbols | ({x} if said.side else set())
    for point in points(symbols, said.side):
        yield from equal(left, right, point)


@instances.register(Sign)
@instances.register(PositiveFromKink)
def _(said: Sign | PositiveFromKink) -> Iterator[Instance]:
    symbols = said.expression.free_symbols | ({x} if said.side else set())
    kind = said.relation if isinstance(said, Sign) else said.sign.relation
    for point in points(symbols, said.side):
        yield from relation(said.expression, kind, point)


@instances.register
def _(said: UniqueSolution) -> Iterator[Instance]:
    """It solves the equations, and other values do not."""
    values = dict(zip(said.unknowns, said.solution, strict=True))
    symbols = {each for equation in said.equations for each in equation.free_symbols}
    symbols |= {each for found in said.solution for each in found.free_symbols}
    for point in points(symbols):
        for equation in said.equations:
            yield from equal(equation.xreplace(values), S.Zero, point)
        given = {key: number for key, number in point.items() if key not in values}
        if all(signed(values[key] - point[key], given).contains(0) for key in values):
            continue
        misses = sum(equation**2 for equation in said.equations)
        yield from relation(misses, ">", point, f"{place(point)}, another solution")


@instances.register
def _(said: RunsThrough) -> Iterator[Instance]:
    """Its values lie in the interval, and close to both ends of it."""
    low, high = said.interval.start, said.interval.end
    open_ends = (said.interval.left_open, said.interval.right_open)
    symbol, found = said.symbol, []
    ends = [{symbol: S.Zero}] if symbol.is_zero is None else []
    for point in [*points({symbol}), *ends, {symbol: H}, {symbol: 1 / H}]:
        found.append(value(said.expression, point))
        for end, sign, is_open in zip((low, high), (1, -1), open_ends, strict=True):
            if end.is_finite:
                kind = ">" if is_open else ">="
                yield from relation(sign * (said.expression - end), kind, point)
    for end, sign, is_open in zip((low, high), (1, -1), open_ends, strict=True):
        # The value that lies closest to the end, or beyond every bound.
        closest = min(found, key=lambda ball: sign * float(ball.mid()))
        if not end.is_finite:
            yield Instance(f"no value is close to {end}", -sign * closest - 2**20, ">")
        elif is_open:
            yield Instance(f"no value is close to {end}", around(closest - exact(end)), "=")
        else:
            yield Instance(f"{end} is no value", closest - exact(end), "=")


@instances.register
def _(said: DerivativeOf) -> Iterator[Instance]:
    for point in points(said.expression.free_symbols | said.derivative.free_symbols | {x}):
        ends = ({**point, x: point[x] + step} for step in (H, -H))
        above, below = (value(said.expression, end, 512) for end in ends)
        with working_precision(512):
            quotient = around((above - below) / (2 * exact(H)))
        yield from tried(quotient - value(said.derivative, point), "=", point)


@instances.register
def _(said: SmoothPiece) -> Iterator[Instance]:
    """It has values, and close points have close ones."""
    for point in points(said.expression.free_symbols | {x}, said.side):
        near, there = (
            value(said.expression, {**point, x: point[x] * (1 + step)}, 512) for step in (H, S.Zero)
        )
        difference = around(there) - near if near.is_finite() else flint.arb(1)
        yield Instance(place(point), difference, "=")


@instances.register
def _(said: LimitAtKink) -> Iterator[Instance]:
    for point in points((said.expression.free_symbols | S(said.value).free_symbols) - {x}):
        near = around(value(said.expression, {**point, x: said.side.value * H}, 512))
        yield from tried(near - value(said.value, point), "=", point)


def close_to(
    expression: Expr, variable: Symbol, to: Expr, *also: Expr
) -> Iterator[tuple[Point, Ball, Rational]]:
    """Points close to the end, the values there, and how far the points are."""
    symbols = {symbol for form in (expression, *also) for symbol in S(form).free_symbols}
    first, *others = points(symbols - {variable})[:4]
    least = {symbol: size if symbol.is_nonzero else S.Zero for symbol, size in first.items()}
    for point in (first, *others, least):
        for far in FAR:
            end = {oo: far, -oo: -far, S.Zero: 1 / far}[to]
            there = {**point, variable: end}
            ball = settled(expression, there)
            if admits(variable, end) and ball.is_finite():
                yield there, ball, far
                break


def tends(expression: Expr, variable: Symbol, to: Expr, limit: Expr) -> Iterator[Instance]:
    """That an expression is close to its limit, or large, close to the end."""
    for point, ball, far in close_to(expression, variable, to, limit):
        if limit in (oo, -oo):
            yield Instance(place(point), ball * (1 if limit == oo else -1) - 16, ">")
        else:
            near = around(ball, 128 / flint.arb(exact(far)))
            yield from tried(near - value(limit, point), "=", point)


@instances.register
def _(said: LimitAtInfinity) -> Iterator[Instance]:
    yield from tends(said.expression, x, said.side.value * oo, said.value)


@instances.register
def _(said: GaussianLimit) -> Iterator[Instance]:
    yield from tends(said.expression, said.variable, said.to, said.value)


@instances.register
def _(said: EventuallyNegative) -> Iterator[Instance]:
    for point, ball, _ in close_to(said.expression, said.variable, said.to):
        yield Instance(place(point), ball, "<")


def by_mpmath(expression: Expr, point: Point) -> Ball:
    """A value by mpmath, which shares nothing with Arb, as a ball of its last digits."""
    mp = MPContext()  # whose precision is nobody else's
    mp.dps = DIGITS
    names = {name: getattr(mp, name) for name in dir(mp) if not name.startswith("_")}
    names |= {"NormalCdf": mp.ncdf, "NormalPdf": mp.npdf}
    function = lambdify(list(point), expression, [names, "mpmath"], cse=True)
    arguments = (mp.mpf(int(each.p)) / int(each.q) for each in point.values())
    digits = mp.nstr(function(*arguments), DIGITS)
    with working_precision(4 * DIGITS):
        return around(flint.arb(digits), flint.arb(10) ** (8 - DIGITS))


def between(number: Ball, low: Expr, high: Expr, point: Point) -> Iterator[Instance]:
    """That a number lies between two others."""
    with working_precision(4 * DIGITS):
        yield Instance(place(point), number - exact(low), ">")
        yield Instance(place(point), number - exact(high), "<")


@instances.register
def _(said: Between) -> Iterator[Instance]:
    point = dict(said.point)
    yield from between(by_mpmath(said.expression, point), said.lower, said.upper, point)


@instances.register
def _(said: IterateBetween) -> Iterator[Instance]:
    """The orbit in floating point."""
    root = math.sqrt(2)
    normal = {
        "NormalCdf": lambda t: math.erfc(-t / root) / 2,
        "NormalPdf": lambda t: math.exp(-t * t / 2) / math.sqrt(2 * math.pi),
    }
    step, number = lambdify([said.symbol], said.map, [normal, "math"]), float(said.start)
    for _ in range(said.steps):
        number = step(number)
    ball = flint.arb(number, abs(number) * 1e-6)
    yield from between(ball, said.lower, said.upper, {said.symbol: said.start})


def in_box(box: Box) -> Iterator[Point]:
    """The corners of a box that has few, and points inside."""
    draw = Random(str(box))
    axes = [axis for axis in box if axis[1] < axis[2]]
    fixed = {symbol: low for symbol, low, high in box if low == high}
    for corner in range(min(2 ** len(axes), 16)):
        yield fixed | {
            symbol: high if corner >> number & 1 else low
            for number, (symbol, low, high) in enumerate(axes)
        }
    for _ in range(8 if axes else 0):
        yield fixed | {
            symbol: low + (high - low) * Rational(draw.randint(1, 999), 1000)
            for symbol, low, high in axes
        }


@instances.register
def _(said: OnDomain) -> Iterator[Instance]:
    for point in in_box(said.box):
        yield from relation(with_exact_constants(said.kind), ">", point)


@instances.register
def _(said: PositiveOnBox) -> Iterator[Instance]:
    positive = said.expression.xreplace(dict(said.values))
    for point in in_box(said.box):
        yield from relation(positive, ">", point)
