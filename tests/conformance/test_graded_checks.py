"""A faithful implementation has the best grade everywhere; each kind of fault is seen by one check.

The faithful one is mpmath's, rounded once by integer arithmetic, and shares nothing with what it
is compared with. A mutant is it with one fault, and only the check that is for this fault minds.
"""

from collections.abc import Callable
from functools import cache

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from numpy.typing import NDArray
from sympy import Rational

from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FORMATS
from elu_sym.conformance.evaluation_points import SPECIAL, evaluation_points
from elu_sym.conformance.graded_checks import (
    MEANINGS,
    NEAR_ZERO,
    SAMPLES,
    SMALL,
    findings,
    limits_at_zero,
    samples,
)
from elu_sym.conformance.grades import Grade, grade_of
from elu_sym.conformance.implementations import SELU_ALPHA, SELU_SCALE, Call

Doubles = NDArray[np.float64]
Function = Callable[[Doubles], Doubles]

STRIDE = 37
CASES = [("elu", 1.0), ("elu", 1.5), ("celu", 2.0), ("selu", None)]
ELU = Call("elu", 1.0, 0, FLOAT32)


def constants(call: Call) -> tuple[mpf, mpf, mpf]:
    if call.function == "selu":
        return mpf(SELU_SCALE), mpf(SELU_ALPHA), mpf(1)
    return mpf(1), mpf(call.alpha), mpf(call.alpha) if call.function == "celu" else mpf(1)


def rounded_value(call: Call, point: float) -> float:
    scale, alpha, inner = constants(call)
    scaled = max(mpf(point) / inner, mpf(-2000))  # the exponent of e^-1e300 would fill the memory
    if point > 0:
        value = scale * (mpf(point), 1, 0)[call.order]
    elif call.order == 0:
        value = scale * alpha * mpmath.expm1(scaled)
    else:
        value = scale * alpha / inner**call.order * mpmath.exp(scaled)
    sign, mantissa, exponent, _ = mpf(value)._mpf_
    fraction = Rational(-mantissa if sign else mantissa) * Rational(2) ** exponent
    try:
        nearest = float(call.number_format.round(fraction))
    except OverflowError:
        return float(np.copysign(np.inf, point))
    return nearest or float(np.copysign(0.0, point if call.order == 0 else 1.0))


def special_value(call: Call, point: float) -> float:
    if np.isnan(point):
        return np.nan
    scale, alpha, _ = constants(call)
    if point == 0:
        return point if call.order == 0 else rounded_value(call, point)
    limits = {0: (np.inf, -scale * alpha), 1: (scale, 0), 2: (0, 0)}[call.order]
    limit = float(limits[point < 0])
    if np.isinf(limit):
        return limit
    return float(call.number_format.round(Rational(limit)))


@cache
def faithful_values(call: Call) -> dict[float, float]:
    points = [SMALL, *SAMPLES] if call.number_format == FLOAT32 else [SMALL]
    if call.alpha is None or call.alpha > 0:  # CELU grows without bound for others
        points.append(evaluation_points(call.number_format, STRIDE))
    with mpmath.workprec(200):
        return {point: rounded_value(call, point) for point in np.concatenate(points).tolist()}


def faithful(call: Call) -> Function:
    values = faithful_values(call)

    def evaluate(points: Doubles) -> Doubles:
        found = [
            values[point] if point in values and point else special_value(call, point)
            for point in points.tolist()
        ]
        return np.array(found)

    return evaluate


def unlike_the_best(function: Function, call: Call) -> dict[str, str]:
    """The checks whose grade is not the best, with it."""
    found = findings(function, call, STRIDE)
    return {each.check: str(each.grade) for each in found if each.grade != Grade.EXACT}


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
@pytest.mark.parametrize(("function", "alpha"), CASES)
def test_correct_rounding_has_the_best_grade_everywhere(numbers, function, alpha) -> None:
    checked = set()
    for order in range(3):
        call = Call(function, alpha, order, numbers)
        found = findings(faithful(call), call, STRIDE)
        assert {each.grade for each in found} == {Grade.EXACT}
        assert all(each.points > 0 for each in found)
        checked |= {each.check for each in found}
    assert checked == set(MEANINGS) - {"alpha <= 0", "sample"}


@pytest.mark.parametrize(("function", "alpha"), [("elu", 0.0), ("elu", -1.0), ("celu", -1.0)])
def test_alpha_that_is_not_positive_can_be_right(function, alpha) -> None:
    for order in (0, 1):
        call = Call(function, alpha, order, FLOAT32)
        (finding,) = findings(faithful(call), call)
        assert (finding.check, finding.points, finding.grade) == ("alpha <= 0", 8, Grade.EXACT)


def changed(call: Call, change: Callable[[Doubles, Doubles], Doubles]) -> Function:
    """The faithful implementation with one fault, a function of arguments and right results."""
    right = faithful(call)
    return lambda points: change(points, right(points))


def cancelling(x: Doubles, y: Doubles) -> Doubles:
    low = np.minimum(x, 0).astype(np.float32)
    return np.where((x < 0) & (x >= -NEAR_ZERO) & (x < -1e-30), np.exp(low) - 1, y)


def off_by(units: float, at: float) -> Callable[[Doubles, Doubles], Doubles]:
    place = evaluation_points(FLOAT32, STRIDE)
    point = place[np.argmin(np.abs(place - at))]
    return lambda x, y: np.where(x == point, y + units * np.spacing(np.abs(y).astype("f4")), y)


def where(condition: Callable[[Doubles], NDArray[np.bool_]], value: float):
    return lambda x, y: np.where(condition(x), value, y)


TINY = 2.0**-127  # a subnormal number of float32

MUTANTS = {
    "exp(x) - 1": (ELU, cancelling, {"near 0": "wrong"}),
    "the derivative is dead below -37": (
        ELU._replace(order=1, number_format=FLOAT64),
        where(lambda x: (x < -37) & (x > -700), 0.0),
        {"tail": "wrong"},
    ),
    "NaN through the untaken branch": (
        ELU,
        where(lambda x: (x > 88) & (x < np.inf), np.nan),
        {"large x": "wrong"},
    ),
    "NaN in the gradient through it": (
        ELU._replace(order=1),
        where(lambda x: (x > 88) & (x < np.inf), np.nan),
        {"large x": "wrong"},
    ),
    "another value at 0": (ELU, where(lambda x: x == 0, 1.0), {"zero": "wrong"}),
    "another derivative at 0": (
        ELU._replace(order=1),
        where(lambda x: x == 0, 0.0),
        {"zero": "wrong"},
    ),
    "no derivative at 0": (
        ELU._replace(order=1),
        where(lambda x: x == 0, np.nan),
        {"zero": "wrong"},
    ),
    "the sign of -0 is lost": (ELU, where(lambda x: x == 0, 0.0), {"zero": "degraded"}),
    "NaN is swallowed": (ELU, where(np.isnan, 0.0), {"NaN": "wrong"}),
    "NaN is swallowed by the derivative": (
        ELU._replace(order=1),
        where(np.isnan, 1.0),
        {"NaN": "degraded"},
    ),
    "3 units at one point": (ELU, off_by(3, -2.5), {"rounding": "4 ulp"}),
    "1 unit at one point": (ELU, off_by(-1, 3.0), {"rounding": "1 ulp"}),
    "10 units at one large point": (ELU, off_by(10, 1e9), {"large x": "degraded"}),
    "no floor": (ELU, where(np.isneginf, -np.inf), {"infinity": "wrong"}),
    "NaN at infinity": (ELU, where(np.isposinf, np.nan), {"infinity": "wrong"}),
    "subnormal numbers are flushed": (
        ELU,
        where(lambda x: (np.abs(x) < 2.0**-126) & (x < 0), -0.0),
        {"subnormal": "degraded"},
    ),
    "subnormal numbers are flushed, and the derivative is that at 0": (
        ELU._replace(alpha=1.5, order=1),
        where(lambda x: (x > 0) & (x < 2.0**-126), 1.5),
        {"subnormal": "degraded"},
    ),
    "subnormal numbers are lost the wrong way": (
        ELU,
        where(lambda x: (np.abs(x) < 2.0**-126) & (x < 0), TINY),
        {"subnormal": "wrong"},
    ),
    "the curvature is lost": (
        ELU._replace(order=2),
        where(lambda x: (x < 0) & (x > -(2.0**-25)) & (x < -1e-30), 0.0),
        {"rounding": "wrong"},
    ),
    "the second derivative dies": (
        ELU._replace(order=2),
        where(lambda x: (x < -17) & (x > -80), 0.0),
        {"tail": "wrong"},
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_seen_by_the_check_for_it_alone(name: str) -> None:
    call, change, expected = MUTANTS[name]
    assert unlike_the_best(changed(call, change), call) == expected


def test_alpha_that_is_ignored_is_seen() -> None:
    call = ELU._replace(alpha=1.5)
    seen = unlike_the_best(faithful(ELU), call)
    assert seen["rounding"] == seen["near 0"] == seen["infinity"] == "wrong"
    celu = Call("celu", 2.0, 0, FLOAT32)
    assert unlike_the_best(faithful(ELU._replace(alpha=2.0)), celu)["rounding"] == "wrong"


def test_the_tail_names_the_first_point_where_the_derivative_is_0() -> None:
    call = ELU._replace(order=1)
    mutant = changed(call, where(lambda x: (x < -20) & (x > -80), 0.0))
    (tail,) = (each for each in findings(mutant, call, STRIDE) if each.check == "tail")
    points = evaluation_points(FLOAT32, STRIDE)
    assert tail.where == points[points < -20].max()
    assert tail.found == 0.0
    assert float(tail.exact) == pytest.approx(np.exp(tail.where))


def test_near_0_the_first_point_that_is_lost_is_named() -> None:
    mutant = changed(ELU, where(lambda x: (x > -1e-8) & (x < -1e-30), 0.0))
    (near,) = (each for each in findings(mutant, ELU, STRIDE) if each.check == "near 0")
    points = evaluation_points(FLOAT32, STRIDE)
    assert near.where == points[points > -1e-8].min()


def test_max_and_min_are_no_elu_for_negative_alpha() -> None:
    call = ELU._replace(alpha=-1.0)
    (finding,) = findings(lambda x: np.maximum(x, 0) + np.minimum(0, -np.expm1(x)), call)
    assert (finding.check, finding.grade) == ("alpha <= 0", Grade.WRONG)


def test_nan_refuses_the_alpha_that_celu_divides_by() -> None:
    call = Call("celu", 0.0, 0, FLOAT32)
    (finding,) = findings(lambda x: np.where(x > 0, x, np.nan), call)
    assert finding.grade == Grade.REFUSED
    (finding,) = findings(lambda x: x, call)
    assert finding.grade == Grade.WRONG


@pytest.mark.parametrize("numbers", FORMATS, ids=lambda numbers: numbers.name)
def test_grades_are_in_order(numbers) -> None:
    half = 2.0 ** (numbers.precision / 2)
    limits = [0.5, 1.0, 4.0, half]
    grades = [Grade.EXACT, Grade.ONE_ULP, Grade.FOUR_ULP, Grade.DEGRADED, Grade.WRONG]
    assert [grade_of(limit, numbers) for limit in limits] == grades[:4]
    assert [grade_of(limit + 0.001, numbers) for limit in limits] == grades[1:]
    assert grade_of(np.inf, numbers) == grade_of(np.nan, numbers) == Grade.WRONG
    assert grade_of(0.0, numbers) == Grade.EXACT


def test_special_values_are_seen_by_vector_instructions() -> None:
    lengths = []

    def evaluate(points: Doubles) -> Doubles:
        lengths.append(len(points))
        return faithful(call)(points)

    call = ELU._replace(number_format=BFLOAT16)
    findings(evaluate, call, STRIDE)
    assert lengths == [len(evaluation_points(BFLOAT16, STRIDE)) + 64 * len(SPECIAL)]


def test_samples_are_graded_one_by_one() -> None:
    call = ELU._replace(number_format=FLOAT32)
    found = samples(changed(call, cancelling), call)
    assert [each.where for each in found] == SAMPLES[0].tolist()
    grades = {round(np.log10(-each.where)): each.grade for each in found}
    assert grades[0] == grades[-1] == Grade.EXACT
    assert grades[-7] == grades[-10] == Grade.WRONG
    assert {each.grade for each in samples(faithful(call), call)} == {Grade.EXACT}


def test_limits_at_zero() -> None:
    assert limits_at_zero(Call("elu", 1.5, 1, FLOAT16)) == (1.5, 1.0)
    assert limits_at_zero(Call("selu", None, 1, FLOAT16)) == pytest.approx((1.7581, 1.0507), 1e-4)
    assert limits_at_zero(Call("elu", 1.5, 2, FLOAT16)) == (1.5, 0.0)
