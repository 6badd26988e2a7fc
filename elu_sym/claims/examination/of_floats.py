"""Instances of what is said about rounded computations: single floats, in rational arithmetic.

An exponential comes from the decimal arithmetic of Python, all else is exact, and the rounding is
Python's rounding of fractions to even integers. None of it is shared with the rules.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import flint
from sympy import Rational, lambdify

from elu_sym.algebra.enclosure import Ball
from elu_sym.algebra.rounding import (
    BFLOAT16,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL_LESS_ONE,
    Computation,
    FloatingPointFormat,
)
from elu_sym.claims.examination.instance import Instance, instances
from elu_sym.claims.rules.rounded import (
    AtMostUpTo,
    GreaterEverywhere,
    Increasing,
    InjectiveBetween,
    RoundedValue,
    RoundingPreservesOrder,
)
from elu_sym.claims.rules.saturation import FloorReachedEarlyUpTo, ReachedForEvery
from elu_sym.symbols import alpha, x, y

DECIMALS = Context(prec=90, Emin=-(10**17), Emax=10**17)


def rounded(number: Fraction, numbers: FloatingPointFormat) -> Fraction:
    """The float next to a number, the even one of two."""
    if not number:
        return number
    unit = _unit(number, numbers)
    return round(number / unit) * unit


def _unit(number: Fraction, numbers: FloatingPointFormat) -> Fraction:
    """The spacing of the floats at a number that is not 0."""
    exponent = abs(number.numerator).bit_length() - number.denominator.bit_length()
    exponent -= abs(number) < Fraction(2) ** exponent
    return Fraction(2) ** (max(exponent, numbers.least_exponent) - numbers.precision + 1)


def after(number: Fraction, numbers: FloatingPointFormat, steps: int = 1) -> Fraction:
    """The next float, or one before for negative steps."""
    for _ in range(abs(steps)):
        unit = _unit(number, numbers) if number else _unit(Fraction(1, 10**400), numbers)
        half = number + (unit / 2 if steps > 0 else -unit / 2)
        whole = number + (unit if steps > 0 else -unit)
        number = half if rounded(half, numbers) == half else whole
    return number


def _exp(number: Fraction) -> Fraction:
    if abs(number) < Fraction(1, 10**20):
        return 1 + number + number**2 / 2 + number**3 / 6 + number**4 / 24
    quotient = DECIMALS.divide(Decimal(number.numerator), Decimal(number.denominator))
    # Every format rounds what is smaller than that to 0.
    return Fraction(DECIMALS.exp(max(quotient, Decimal(-20_000))))


@cache
def _compiled(computation: Computation) -> list[Callable[..., Any]]:
    return [lambdify((x, y, alpha), each, [{"exp": _exp}]) for each in computation.operations]


def computed(
    computation: Computation, numbers: FloatingPointFormat, at: Fraction, height: Fraction
) -> Fraction:
    """What a computation gives at a float, every operation rounded."""
    result = Fraction(0)
    for operation in _compiled(computation):
        result = rounded(Fraction(operation(at, result, height)), numbers)
    return result


def fraction(number: Rational | None) -> Fraction:
    """A rational number; 1 if none is given."""
    return Fraction(1) if number is None else Fraction(int(number.p), int(number.q))


def ball(number: Fraction) -> Ball:
    """A fraction as a ball; the sign is what matters."""
    return flint.arb((number > 0) - (number < 0))


def said_of(at: Fraction, difference: Fraction, kind: str) -> Instance:
    """That a difference has a relation to 0, at a float."""
    return Instance(f"{x} = {float(at)!r}", ball(difference), kind)


def drawn(
    numbers: FloatingPointFormat, low: Fraction, high: Fraction, count: int = 6
) -> Iterator[Fraction]:
    """Floats between two negative ones, some of each size, and some close to the ends."""
    draw = Random(f"{numbers.name} {low} {high}")
    for _ in range(count):
        share = Fraction(draw.randint(1, 2**30), 2**30)
        ratio = high / low if low else Fraction(0)
        power = Fraction(float(ratio) ** float(share)) if 0 < ratio < 1 else share
        yield from (
            each
            for each in (
                rounded(low + share * (high - low), numbers),
                rounded(low * power, numbers),
            )
            if low <= each <= high
        )
    for steps in range(1, 4):
        yield from (after(low, numbers, steps), after(high, numbers, -steps))


def around_threshold(
    numbers: FloatingPointFormat, threshold: Fraction
) -> Iterator[tuple[Fraction, bool]]:
    """Floats up to a threshold and beyond it."""
    least = -fraction(numbers.greatest)
    beyond = after(threshold, numbers)
    for at in (threshold, least, *drawn(numbers, least, threshold)):
        if at <= threshold:
            yield at, True
    for at in (beyond, Fraction(0), *drawn(numbers, beyond, Fraction(0))):
        if beyond <= at <= 0:
            yield at, False


@instances.register
def _(said: RoundingPreservesOrder) -> Iterator[Instance]:
    draw = Random(1)
    for _ in range(20):
        low, high = sorted(Fraction(draw.randint(-(10**6), 10**6), 977) for _ in range(2))
        yield said_of(low, rounded(high, BFLOAT16) - rounded(low, BFLOAT16), ">=")


def in_order(floats: Iterable[Fraction]) -> list[Fraction]:
    """Different floats from the least one on."""
    return sorted(set(floats))


@instances.register
def _(said: Increasing) -> Iterator[Instance]:
    for height in (Fraction(1), Fraction(1, 2), Fraction(3, 2)):
        floats = in_order(drawn(BFLOAT16, Fraction(-120), Fraction(-1, 2**40), 20))
        values = [computed(said.computation, BFLOAT16, at, height) for at in floats]
        for at, low, high in zip(floats, values, values[1:], strict=False):
            yield said_of(at, high - low, ">=")


@instances.register
def _(said: RoundedValue) -> Iterator[Instance]:
    at, level = fraction(said.at), fraction(said.level)
    found = computed(said.computation, said.number_format, at, fraction(said.height))
    yield said_of(at, found - level, said.relation)


@instances.register
def _(said: AtMostUpTo) -> Iterator[Instance]:
    for at, reached in around_threshold(said.number_format, fraction(said.threshold)):
        found = computed(said.computation, said.number_format, at, fraction(said.height))
        yield said_of(at, found - fraction(said.level), said.relation if reached else ">")


@instances.register
def _(said: GreaterEverywhere) -> Iterator[Instance]:
    least = -fraction(said.number_format.greatest)
    for at in (least, *drawn(said.number_format, least, Fraction(0))):
        found = computed(said.computation, said.number_format, at, fraction(said.height))
        yield said_of(at, found - fraction(said.level), ">")


@instances.register
def _(said: InjectiveBetween) -> Iterator[Instance]:
    """Neighbours have different values."""
    numbers, low, high = said.number_format, fraction(said.first), fraction(said.last)
    for at in (low, *drawn(numbers, low, high)):
        pair = (at, after(at, numbers))
        if low <= at and pair[1] <= high:
            first, second = (
                computed(said.computation, numbers, each, fraction(said.height)) for each in pair
            )
            yield said_of(at, second - first, "!=")


@instances.register
def _(said: ReachedForEvery) -> Iterator[Instance]:
    numbers, least = said.number_format, fraction(said.least_alpha)
    heights = [least, after(least, numbers), *(rounded(least * k, numbers) for k in (2, 3, 5))]
    heights += [each for each in map(Fraction, ("1/2", "1", "3/2", "2")) if each >= least]
    for height in heights:
        level = rounded(Fraction(said.level.xreplace({alpha: Rational(1)})) * height, numbers)
        for at, reached in around_threshold(numbers, fraction(said.threshold)):
            found = computed(said.computation, numbers, at, height)
            yield said_of(at, found - level, "=" if reached else "!=")


@instances.register
def _(said: FloorReachedEarlyUpTo) -> Iterator[Instance]:
    numbers, greatest, at = said.number_format, fraction(said.greatest_alpha), fraction(said.at)
    yield said_of(at, computed(EXPONENTIAL_LESS_ONE, numbers, at, greatest) + 1, ">")
    least = fraction(numbers.least_positive)
    for height in (greatest, greatest / 2, rounded(greatest / 3, numbers), least, 3 * least):
        if least <= height <= greatest:
            yield said_of(at, computed(ELU_ROUNDED_TWICE, numbers, at, height) + height, "=")
