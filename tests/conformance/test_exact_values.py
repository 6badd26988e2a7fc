"""Exact values beside mpmath, the definition of the house, and NumPy's spacing of floats."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Rational

from elu_sym.activations import Celu, Elu, Selu
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from elu_sym.conformance.evaluation_points import evaluation_points
from elu_sym.conformance.exact_values import exact_ball, exact_values, parameters, shown
from elu_sym.conformance.implementations import SELU_ALPHA, SELU_SCALE, Call
from elu_sym.symbols import x

CASES = [("elu", 1.0), ("elu", 1.5), ("elu", -1.0), ("celu", 2.0), ("celu", 1.5), ("selu", None)]


def by_mpmath(call: Call, point: float) -> mpf:
    """The textbook formulas with so many digits that nothing cancels."""
    scale = mpf(SELU_SCALE) if call.function == "selu" else mpf(1)
    alpha = mpf(SELU_ALPHA) if call.function == "selu" else mpf(call.alpha)
    inner = alpha if call.function == "celu" else mpf(1)
    t = mpf(point)
    if t > 0:
        return scale * (t, 1, 0)[call.order]
    if call.order == 0:
        return scale * alpha * (mpmath.exp(t / inner) - 1)
    return scale * alpha / inner**call.order * mpmath.exp(t / inner)


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
@pytest.mark.parametrize(("function", "alpha"), CASES)
def test_units_and_rest_are_what_mpmath_says(numbers, function, alpha) -> None:
    points = evaluation_points(numbers, stride=997)
    points = points[points > -2000.0]  # mpmath would need the digits of 1 + exp(-1e300)
    with mpmath.workdps(700):
        for order in range(3):
            call = Call(function, alpha, order, numbers)
            found = exact_values(call, points)
            for place, point in enumerate(points.tolist()):
                expected = mpmath.ldexp(by_mpmath(call, point), -int(found.exponent[place]))
                assert abs(mpf(found.units[place]) + mpf(found.rest[place]) - expected) < 2.0**-40


def test_it_is_the_definition_of_the_house() -> None:
    functions = {
        ("elu", 1.5): Elu(x, Rational(3, 2)),
        ("celu", 1.5): Celu(x, Rational(3, 2)),
        ("selu", None): Selu(x, Rational(SELU_ALPHA), Rational(SELU_SCALE)),
    }
    for (function, alpha), activation in functions.items():
        for order in range(3):
            expression = activation.diff(x, order) if order else activation
            for point in (-30.0, -1.0, -1e-3, 0.75, 3.0):
                exact = enclose(expression.doit().rewrite("Piecewise"), {x: Rational(point)})
                assert exact_ball(Call(function, alpha, order, FLOAT32), point).overlaps(exact)


@pytest.mark.parametrize("numbers", [FLOAT16, FLOAT32, FLOAT64], ids=lambda numbers: numbers.name)
def test_a_unit_is_the_spacing_of_floats(numbers) -> None:
    points = evaluation_points(numbers, stride=101)
    points = points[points > 0]
    found = exact_values(Call("elu", 1.0, 0, numbers), points)
    spacing = np.spacing(points.astype(numbers.name)).astype(np.float64)
    assert (np.ldexp(1.0, found.exponent) == spacing).all()
    assert (found.rest == 0).all()
    assert (np.ldexp(found.units, found.exponent) == points).all()


def test_just_below_a_power_of_two_floats_are_closer() -> None:
    # 1 - 2^-60 rounds to the double 1, but has the spacing of what is below 1.
    (point,) = points = np.array([-(2.0**-60)])
    found = exact_values(Call("elu", 1.0, 1, FLOAT64), points)
    assert found.exponent[0] == -53
    assert found.units[0] == 2.0**53
    assert abs(Fraction(found.rest[0]) - Fraction(point) * 2**53) < Fraction(1, 2**60)
    assert found.errors(np.array([1.0]))[0] < 0.01
    assert found.errors(np.array([1.0 - 2.0**-53]))[0] == pytest.approx(1.0, abs=0.01)


def test_what_is_no_double_is_subnormal() -> None:
    # e^-800 was taken for a number with a unit of 2^-53, so that every error looked like none.
    found = exact_values(Call("elu", 1.0, 1, FLOAT64), np.array([-800.0, -1e300]))
    assert (found.exponent == -1074).all()
    assert (found.errors(np.array([1e-300, 1e-300])) > 1e20).all()
    assert (found.errors(np.zeros(2)) < 1e-20).all()


def test_what_is_no_number_is_infinitely_wrong() -> None:
    found = exact_values(Call("elu", 1.0, 0, FLOAT32), np.array([-1.0, -1.0, 1.0]))
    assert (found.errors(np.array([np.nan, -np.inf, np.inf])) == np.inf).all()


def test_parameters() -> None:
    assert parameters("elu", 1.5) == (1, Rational(3, 2), 1)
    assert parameters("celu", 0.5) == (1, Rational(1, 2), Rational(1, 2))
    outer, factor, inner = parameters("selu", None)
    assert (outer, factor / outer, inner) == (Rational(SELU_SCALE), Rational(SELU_ALPHA), 1)


def test_celu_with_alpha_0_is_its_limit() -> None:
    for order, values in enumerate(([0.0, 3.0], [0.0, 1.0], [0.0, 0.0])):
        for point, value in zip((-2.0, 3.0), values, strict=True):
            assert float(exact_ball(Call("celu", 0.0, order, BFLOAT16), point)) == value


def test_shown_to_17_digits() -> None:
    assert shown(Call("elu", 1.0, 0, FLOAT32), 2.0) == "2.0000000000000000"
