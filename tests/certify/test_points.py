import pytest
from sympy import Rational, Symbol, symbols

from elu_sym.certify.points import hard_points, random_points
from elu_sym.symbols import alpha, mu, sigma, slope

POINTS = random_points([alpha, slope], 100, seed=4)


def test_coordinates_are_rationals_that_doubles_hold_exactly():
    for point in [*POINTS, *hard_points([alpha])]:
        assert all(isinstance(value, Rational) for value in point.values())
        assert all(Rational(float(value)) == value for value in point.values())


def test_points_stay_in_their_ranges():
    for point in POINTS:
        assert abs(point[mu]) <= Rational(6001, 1000) * point[sigma]
        assert 0.04 < point[sigma] < 11
        assert 0.009 < point[alpha] < 101


def test_points_spread_over_both_sides_of_the_kink():
    left = sum(bool(point[mu] < 0) for point in POINTS)
    assert 30 < left < 70


def test_a_seed_determines_the_points():
    assert random_points([alpha, slope], 100, seed=4) == POINTS
    assert random_points([alpha, slope], 100, seed=5) != POINTS


def test_a_declared_order_is_respected():
    a, b = symbols("a b", real=True)
    for point in random_points([a, b], 50, order=(a, b)):
        assert point[a] < point[b]
    with pytest.raises(ValueError, match="satisfiable"):
        random_points([a], 1, order=(a, a))


def test_hard_points_hold_the_poles_and_the_far_ends():
    points = list(hard_points([alpha], Rational(3, 2)))
    ratios = {point[mu] / point[sigma] for point in points}
    assert {-40, 0, 40} <= ratios
    assert any(point[mu] == -(point[sigma] ** 2) for point in points)
    assert any(point[mu] == -2 * point[sigma] ** 2 for point in points)
    assert len({tuple(point.items()) for point in points}) == len(points)


def test_negative_parameters_get_negative_values():
    k = Symbol("k", negative=True)
    assert next(hard_points([k]))[k] == -1
