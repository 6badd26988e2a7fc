"""Second derivatives by dual numbers: against Arb, where forms meet, and at limits."""

import math

import numpy as np
import pytest
from second_derivatives import bound, errors, nearly_linear, ordinary_points

from elu_sym import FORMULAS, celu, elu, relu
from elu_sym.numeric import _gradients
from elu_sym.numeric.dual_numbers import Dual, DualOperations, hessian_of
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.law import NormalLaw
from elu_sym.numeric.operations import FLOATS, NUMPY

WITH_GRADIENT = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}


def second_derivatives(formula, *columns):
    gradient = getattr(_gradients, f"{formula.function_name}_gradient")
    return evaluate(hessian_of(gradient), *map(np.asarray, columns))


def worst(formula, size, seed):
    columns = ordinary_points(formula, size, seed)
    kept = ~nearly_linear(formula, columns)
    columns = [column[kept] for column in columns]
    found = errors(formula, columns, second_derivatives(formula, *columns))
    assert kept.sum() > size / 4
    return found.max()


@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_second_derivatives_are_right(formula):
    assert worst(formula, 40, seed=1) <= bound(formula)


@pytest.mark.deep
@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_second_derivatives_are_right_at_many_points(formula):
    assert worst(formula, 2000, seed=2) <= bound(formula)


@pytest.mark.parametrize(
    ("name", "flawed"),
    [
        ("maximum", lambda self, x, y: self._clipped(x, self.ops.maximum(x.value, y), x.value < y)),
        ("expm1", lambda self, x: x.chain(self.ops.expm1(x.value), self.ops.expm1(x.value))),
        ("decay", lambda self, x: x.chain(self.ops.decay(x.value), 0.0)),
    ],
)
def test_a_flaw_of_an_operation_is_found(monkeypatch, name, flawed):
    monkeypatch.setattr(DualOperations, name, flawed)
    columns = [np.array([-0.4, 5.0, -30.0]), np.array([0.1, 1.0, 1.0]), np.array([1.5, 1.5, 0.5])]
    found = []
    for formula in (elu.mean, elu.variance, celu.variance, relu.mean):
        given = columns[: len(formula.arguments)]
        error = errors(formula, given, second_derivatives(formula, *given)).max()
        found.append(error / bound(formula))
    assert max(found) > 1.0


def test_at_mu_zero_no_side_is_forgotten():
    columns = [np.zeros(2), np.array([0.5, 1.0]), np.array([0.5, 2.0])]
    for formula in (elu.mean, elu.second_moment, elu.variance):
        found = second_derivatives(formula, *columns)
        assert errors(formula, columns, found).max() <= bound(formula)


@pytest.mark.parametrize(
    ("formula", "point", "expected"),
    [  # by mu and mu, mu and sigma, mu and alpha, sigma and sigma, sigma and alpha, alpha and alpha
        (elu.mean, (-1.0, 0.0, 2.0), [2 / math.e, 0, 1 / math.e, 2 / math.e, 0, 0]),
        (elu.mean, (1.0, 0.0, 2.0), [0] * 6),
        (elu.mean, (-np.inf, 1.0, 2.0), [0] * 6),
        (elu.second_moment, (np.inf, 1.0, 2.0), [2, 0, 0, 2, 0, 0]),
        (elu.second_moment, (-np.inf, 0.0, 2.0), [0, 0, 0, 0, 0, 2]),
        (elu.third_moment, (np.inf, 0.0, 2.0), [np.inf, 6, 0, np.inf, 0, 0]),
        (elu.variance, (3.0, 0.0, 2.0), [0, 0, 0, 2, 0, 0]),
        (celu.second_moment, (0.0, 0.0, 2.0), [2, 0, 0, 2, 0, 0]),
        (relu.mean, (0.0, 0.0), [0, 0, 0]),
        (elu.mean, (0.0, np.nan, 1.0), [np.nan] * 6),
    ],
)
def test_limits(formula, point, expected):
    found = [float(each) for each in second_derivatives(formula, *point)]
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-7, nan_ok=True)


def test_numbers_and_arrays_give_the_same():
    hessian = hessian_of(_gradients.celu_variance_gradient)
    columns = np.array([[-3.0, 0.2, 2.0], [0.5, 1.0, 3.0], [1.0, 2.0, 0.5]])
    arrays = evaluate(hessian, *columns)
    for k, point in enumerate(columns.T.tolist()):
        numbers = hessian(NormalLaw(FLOATS, *point[:2]), point[2])
        assert numbers == pytest.approx([each[k] for each in arrays], rel=1e-12)


def test_the_arithmetic_of_dual_numbers():
    x = Dual(np.array([3.0]), {0: np.array([1.0])})
    y = Dual(np.array([-2.0]), {1: np.array([1.0])})
    for made, value, slopes in [
        (x * y + 1.0, -5.0, [-2.0, 3.0]),
        (np.array([1.0]) - x / y, 2.5, [0.5, 0.75]),
        (6.0 / x - 1.0, 1.0, [-2.0 / 3.0, 0.0]),
        (abs(y) * 2.0, 4.0, [0.0, -2.0]),
        (x**3 * x**0, 27.0, [27.0, 0.0]),
        (DualOperations(NUMPY, 2).hypot(x, y * 2.0), 5.0, [0.6, -1.6]),
        (DualOperations(NUMPY, 2).sqrt(x * 12.0), 6.0, [1.0, 0.0]),
        (DualOperations(NUMPY, 2).sqrt(x * 0.0), 0.0, [0.0, 0.0]),
    ]:
        assert made.value == pytest.approx([value])
        assert [float(made.slopes.get(k, 0.0 * x.value)[0]) for k in (0, 1)] == pytest.approx(
            slopes
        )
