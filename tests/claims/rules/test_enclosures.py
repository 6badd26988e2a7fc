"""Iterates of a map, against mpmath."""

import mpmath
import pytest
from findings import found, witness
from sympy import Expr, Rational, exp, lambdify

from elu_sym.claims.rules.enclosures import IterateBetween
from elu_sym.symbols import sigma

MAPS = [sigma / 2 + 1, 1 - exp(-sigma), sigma * (2 - sigma) / 2, sigma - sigma**2 / 10]
STEPS = 300


def iterate(function: Expr, start: Rational) -> mpmath.mpf:
    step = lambdify(sigma, function, "mpmath")
    value = mpmath.mpf(start.p) / start.q
    for _ in range(STEPS):
        value = step(value)
    return value


@pytest.mark.parametrize("function", MAPS, ids=str)
def test_the_iterate_lies_where_mpmath_finds_it(function: Expr) -> None:
    start, margin = Rational(1, 3), Rational(1, 10**15)
    with mpmath.workdps(60):
        value = Rational(mpmath.nstr(iterate(function, start), 40))
    low, high = value * (1 - margin), value * (1 + margin)
    found(IterateBetween(function, sigma, start, STEPS, low, high), True)
    above = IterateBetween(function, sigma, start, STEPS, high, 2 * high)
    below = IterateBetween(function, sigma, start, STEPS, low / 2, low)
    assert witness(above) == witness(below) == {sigma: start}
    # One step more or less is another number, where the orbit still moves.
    if function == MAPS[3]:
        assert witness(IterateBetween(function, sigma, start, STEPS + 1, low, high))


def test_an_orbit_that_spreads_is_left_open() -> None:
    chaotic = 4 * sigma * (1 - sigma)
    start = Rational(1, 3)
    found(IterateBetween(chaotic, sigma, start, 500, Rational(1, 4), Rational(3, 4)), None)
