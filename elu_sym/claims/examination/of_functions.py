"""Instances of what is said about a function with a kink: differences of its values.

No piece of it is differentiated: a derivative is a difference quotient of close values.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise, product
from math import comb

import flint
from sympy import Expr, Rational, S

from elu_sym.algebra.enclosure import Ball, Point, exact
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.examination.instance import (
    CLOSE,
    H,
    Instance,
    around,
    equal,
    instances,
    place,
    points,
    tried,
    value,
)
from elu_sym.claims.rules.elementary import Side
from elu_sym.claims.rules.function_shape import (
    CoincideOnlyAt,
    Convex,
    InverseFunction,
    LipschitzConstant,
    NeverConvex,
    Range,
    StrictlyMonotone,
)
from elu_sym.claims.rules.kink import (
    AboutFunction,
    Jump,
    NeverSmooth,
    OneSidedDerivative,
    Smooth,
    SmoothOnlyAt,
)
from elu_sym.claims.rules.losses import ComposedJump, ComposedSmoothness
from elu_sym.symbols import smoothness, steepness, x, y

BITS = 640
"""The precision at which close values are subtracted."""

PLACES = tuple(map(Rational, ("-9", "-3", "-5/4", "-2/7", "-1/64", "0", "1/64", "2/7", "5/4", "9")))
"""Where a function is looked at, far from the kink and close to it."""

BESIDE = (*PLACES, *(side * H for side in (-1, 1)))


def at(function: Expr, point: Point, there: Rational) -> Ball:
    """The value of a function at a place."""
    return value(function, {**point, x: there}, BITS)


def parameters(said: AboutFunction, *also: Expr) -> list[Point]:
    """Values of the parameters."""
    forms = (said.function, *map(S, also))
    return points({symbol for form in forms for symbol in form.free_symbols} - {x, y})


def beside(function: Expr, point: Point, side: Side, order: int) -> Ball:
    """A derivative close to the kink on a side of it, by forward differences."""
    step = side.value * H
    terms = (
        (-1) ** (order - n) * comb(order, n) * at(function, point, step * (n + 1))
        for n in range(order + 1)
    )
    with working_precision(BITS):
        return around(sum(terms, flint.arb(0)) / exact(step) ** order)


def disagreement(function: Expr, point: Point, order: int) -> Iterator[Ball]:
    """By how much both sides differ in the derivatives up to an order, and in the value at 0."""
    left, right = Side
    yield around(at(function, point, S.Zero)) - at(function, point, -H)
    for n in range(order + 1):
        yield beside(function, point, right, n) - beside(function, point, left, n)


def differ_in_some(balls: Iterator[Ball], words: str) -> Instance:
    """That one of these is not 0."""
    return Instance(words, flint.arb(sum(not ball.contains(0) for ball in balls)), ">")


@instances.register
def _(said: Smooth) -> Iterator[Instance]:
    for point in parameters(said):
        for ball in disagreement(said.function, point, said.order):
            yield Instance(place(point), ball, "=")


@instances.register
def _(said: SmoothOnlyAt) -> Iterator[Instance]:
    """At the value, and at others."""
    for point in parameters(said, said.value):
        special = value(said.value, point)
        there = said.function.xreplace({said.parameter: said.value})
        for ball in disagreement(there, point, said.order):
            yield Instance(place({**point, said.parameter: said.value}), ball, "=")
        if not (special - exact(point[said.parameter])).contains(0):
            yield differ_in_some(disagreement(said.function, point, said.order), place(point))


@instances.register
def _(said: NeverSmooth) -> Iterator[Instance]:
    for point in parameters(said):
        yield differ_in_some(disagreement(said.function, point, said.order), place(point))


def quotient(said: AboutFunction, point: Point, side: Side) -> Ball:
    """The difference quotient at 0 on a side."""
    step = side.value * H
    rise = at(said.function, point, step) - at(said.function, point, S.Zero)
    with working_precision(BITS):
        return around(rise / exact(step))


@instances.register
def _(said: OneSidedDerivative) -> Iterator[Instance]:
    for point in parameters(said, said.value):
        difference = quotient(said, point, said.side) - value(said.value, point)
        yield Instance(place(point), difference, "=")


@instances.register
def _(said: Jump) -> Iterator[Instance]:
    left, right = Side
    for point in parameters(said, said.value):
        jump = quotient(said, point, right) - quotient(said, point, left)
        yield Instance(place(point), jump - value(said.value, point), "=")


@instances.register
def _(said: StrictlyMonotone) -> Iterator[Instance]:
    for point in parameters(said):
        values = [at(said.function, point, there) for there in sorted(BESIDE)]
        for low, high in pairwise(values):
            yield from tried(high - low, ">" if said.increasing else "<", point)


@instances.register
def _(said: Range) -> Iterator[Instance]:
    """It stays between the ends and comes close to them."""
    for point in parameters(said, said.lower, said.upper):
        far = Rational(2**40) * (1 + sum(map(abs, point.values())))
        for end, sign in ((said.lower, 1), (said.upper, -1)):
            last = sign * at(said.function, point, -sign * far)
            if not end.is_finite:
                yield Instance(place(point), -last - 2**20, ">")
                continue
            limit = value(end, point, BITS)
            yield Instance(f"{place(point)}, {x} far out", around(last) - sign * limit, "=")
            for there in PLACES:
                distance = sign * (at(said.function, point, there) - limit)
                yield from tried(distance, ">", {**point, x: there})


def sagging(function: Expr, point: Point, low: Rational, high: Rational) -> Ball:
    """By how much the function lies below its chord, half-way."""
    middle = at(function, point, (low + high) / 2)
    return at(function, point, low) + at(function, point, high) - 2 * middle


CHORDS = (*combinations(PLACES, 2), *((-step, step) for step in (H, Rational(1, 2**20))))


@instances.register
def _(said: Convex) -> Iterator[Instance]:
    for point in parameters(said):
        for low, high in CHORDS:
            words = f"{place(point)}, the chord from {low} to {high}"
            yield Instance(words, sagging(said.function, point, low, high), ">=")


@instances.register
def _(said: NeverConvex) -> Iterator[Instance]:
    """Some chord lies below."""
    for point in parameters(said):
        below = (bool(sagging(said.function, point, *chord) < 0) for chord in CHORDS)
        yield Instance(place(point), flint.arb(sum(below)), ">")


@instances.register
def _(said: CoincideOnlyAt) -> Iterator[Instance]:
    """The same at the value, and different somewhere at others."""
    both = (said.first, said.second)
    symbols = {symbol for form in (*both, S(said.value)) for symbol in form.free_symbols}
    first, second = (form.xreplace({said.parameter: said.value}) for form in both)
    for point in points((symbols | {said.parameter}) - {x}):
        for there in BESIDE:
            yield from equal(first, second, {**point, x: there})
        if not (value(said.value, point) - exact(point[said.parameter])).contains(0):
            apart = (at(said.first, point, t) - at(said.second, point, t) for t in PLACES)
            yield differ_in_some(apart, place(point))


def steepness_between(function: Expr, point: Point) -> Iterator[Ball]:
    """The sizes of the slopes of chords, some of them between close places."""
    close = [(there, there + step) for there in (S.Zero, S(40)) for step in (H, -H)]
    close += [(there, there + H) for there in (2 * H, -2 * H, *PLACES)]
    for low, high in (*combinations(PLACES, 2), *close):
        rise = at(function, point, high) - at(function, point, low)
        with working_precision(BITS):
            yield abs(rise / exact(high - low))


def least_bound(
    said: AboutFunction, constant: Expr, slopes: list[Ball], point: Point
) -> Iterator[Instance]:
    """That a constant bounds these, and that one of them nearly attains it."""
    bound = value(constant, point, BITS)
    for slope in slopes:
        yield Instance(place(point), bound - slope, ">=")
    largest = max(slopes, key=lambda slope: float(slope.mid()))
    yield Instance(f"{place(point)}, less would do", around(largest) - bound, "=")


@instances.register
def _(said: LipschitzConstant) -> Iterator[Instance]:
    for point in parameters(said, said.constant):
        slopes = list(steepness_between(said.function, point))
        yield from least_bound(said, said.constant, slopes, point)


@instances.register
def _(said: InverseFunction) -> Iterator[Instance]:
    """It gives every argument back."""
    for point in parameters(said, said.below, said.above):
        for there in PLACES:
            back = said.below if there < 0 else said.above
            image = said.function.xreplace({**point, x: there})
            difference = value(back.xreplace({y: image}), point, BITS) - exact(there)
            yield Instance(place({**point, x: there}), difference, "=")


BESIDE_AND_FAR = ((-2 * H, -H), (H, 2 * H), *pairwise(PLACES))
"""Pairs of places on a side of the kink each, some of them close to it."""


@instances.register
def _(said: ComposedSmoothness) -> Iterator[Instance]:
    """For two losses whose slope rises from one bound to the other, above or below f(0)."""
    for point in parameters(said, said.constant, smoothness, steepness):
        beta, bound = (exact(point[symbol]) for symbol in (smoothness, steepness))
        middle, slopes = at(said.function, point, S.Zero), []
        with working_precision(BITS):
            for start, (low, high) in product((bound, -bound), BESIDE_AND_FAR):
                moved = []
                for there in (low, high):
                    image = at(said.function, point, there)
                    rise = (at(said.function, point, there + H * H) - image) / exact(H * H)
                    inner = start + beta * (image - middle)
                    moved.append(max(-bound, min(bound, inner)) * rise)
                slopes.append(abs(moved[1] - moved[0]) / exact(high - low))
        bound_of_all = value(said.constant, point, BITS)
        for slope in slopes:
            yield Instance(place(point), around(bound_of_all, 2 * CLOSE) - slope, ">=")
        largest = max(slopes, key=lambda slope: float(slope.mid()))
        yield Instance(f"{place(point)}, less would do", around(largest) - bound_of_all, "=")


@instances.register
def _(said: ComposedJump) -> Iterator[Instance]:
    """For the loss l(y) = G*y + y^2/2."""
    for point in parameters(said, said.loss_slope, said.jump):
        first, jumps = value(said.loss_slope, point, BITS), []
        for side in Side:
            inner = at(said.function, point, side.value * H)
            jumps.append((first + inner) * quotient(said, point, side))
        jump = value(said.jump, point, BITS)
        yield Instance(place(point), around(jumps[1] - jumps[0]) - jump, "=")
        yield from tried(jump, "!=", point)
