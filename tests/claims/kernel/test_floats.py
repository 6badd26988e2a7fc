"""The rules about floats, against the floats of a tiny format, looked at one by one."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from proof_cases import is_float, rounds, suppose, supposed

from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.language import negation
from elu_sym.claims.printing import in_latex, in_words
from elu_sym.claims.tactics import positive

EIGHTH = Fraction(1, 8)
POSITIVE = [m * 2**e * EIGHTH for m in range(1, 8) for e in range(6) if m * 2**e <= 7 * 8]
FLOATS = sorted({0, *POSITIVE, *(-each for each in POSITIVE)})
"""All floats with three bits and a smallest normal number of 1/2."""

POINTS = [Fraction(n, 64) for n in range(-7 * 64 + 1, 7 * 64)]
"""Floats, ties, and what lies between them."""


def nearest(value: Fraction) -> Fraction:
    """The nearest float, of two the one with the even significand."""
    distance = min(abs(each - value) for each in FLOATS)
    found = [each for each in FLOATS if abs(each - value) == distance]
    return next(each for each in found if len(found) == 1 or is_even(each))


def is_even(value: Fraction) -> bool:
    spacing = EIGHTH
    while abs(value) >= 8 * spacing:
        spacing *= 2
    return value / spacing % 2 == 0


def literal(value: Fraction) -> object:
    return ("/", value.numerator, value.denominator)


def holds(statement: Any, proof: Any) -> bool:
    try:
        prove(statement, proof)
    except RejectedError:
        return False
    return True


def test_the_floats_are_these() -> None:
    for value in POINTS:
        assert holds(is_float(literal(value)), ("float", -1)) == (value in FLOATS)
    assert len(FLOATS) == 39


def test_every_number_rounds_to_the_nearest_float_and_to_no_other() -> None:
    proof = ("rounds-number", positive(), positive())
    for value in POINTS[::3]:
        for result in FLOATS:
            if abs(result - value) < 1 and abs(result) < 7:
                said = rounds(literal(value), literal(result))
                assert holds(said, proof) == (result == nearest(value)), (value, result)


def test_the_next_float_is_the_next_one() -> None:
    for one, other in pairwise(FLOATS):
        statement = supposed(
            "x", is_float("x"), ("<", literal(one), "x"), ("<=", literal(other), "x")
        )
        below, above = ("contradict", ("combine", ((1, 1), (1, 3)))), ("combine", ((1, 3),))
        ways = ("cases", 2, below, above)
        assert holds(statement, suppose("x", 2, ("floats-apart", 0, literal(one), ways)))


def test_what_is_closer_than_half_of_the_smallest_float_rounds_to_it() -> None:
    for result in FLOATS[1:-1]:
        for sixtyfourths in range(-3, 4):
            assert nearest(result + Fraction(sixtyfourths, 64)) == result


def test_the_error_is_bounded_absolutely_or_relatively() -> None:
    for value in POINTS:
        error = abs(nearest(value) - value)
        assert error <= EIGHTH / 2 or error <= EIGHTH * abs(value)


def test_rounding_never_decreases() -> None:
    assert all(nearest(low) <= nearest(high) for low, high in pairwise(POINTS))


@pytest.mark.parametrize(("precision", "least_exponent"), [(1, 0), (2, 1), ("p", 0), (0, 0)])
def test_what_is_no_format_has_no_floats(precision: Any, least_exponent: int) -> None:
    assert not holds(is_float(0, ("format", precision, least_exponent)), ("float", -1))


def test_that_a_number_is_no_float_is_its_own_negation() -> None:
    assert negation(negation(is_float("x"))) == is_float("x")


def test_they_are_printed_with_the_names_of_the_formats() -> None:
    said = supposed("xy", is_float("x"), rounds(("exp", "x"), "y", ("format", 53, -1022)))
    assert in_words(said) == "for all x, y: x is in binary(3, -1) implies y = float64(exp(x))"
    assert r"y = \operatorname{fl}_{\text{float64}}\left(e^{x}\right)" in in_latex(said)
