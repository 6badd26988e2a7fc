"""The table is the derived one, and what is made of it is right on its own."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import oracles
import pytest
from flint import arb, ctx

from elu_sym.generate import mills_polynomials
from elu_sym.numeric import mills_table
from elu_sym.numeric.law import Moment, NormalLaw
from elu_sym.numeric.mills import (
    divided_difference,
    mills_derivatives,
    mills_ratio,
    relative_difference,
    within_reach,
)
from elu_sym.numeric.operations import FLOATS, NUMPY


@pytest.fixture(autouse=True)
def precision():
    saved, ctx.prec = ctx.prec, 2000
    yield
    ctx.prec = saved


@pytest.fixture(scope="module")
def derived():
    return mills_polynomials.source()


def test_the_stored_tables_are_the_derived_ones(derived):
    assert Path(mills_table.__file__).read_text(encoding="utf-8") == derived


def test_the_tables_are_written_by_rename(derived, tmp_path, monkeypatch):
    monkeypatch.setattr(mills_polynomials, "source", lambda: derived)
    mills_polynomials.write(tmp_path / "table.py")
    assert [path.name for path in tmp_path.iterdir()] == ["table.py"]


def mills(x):
    """M(x) at the present precision, by Tricomi's function or, for negative x, by erfc."""
    if x >= 0:
        return (x * x / 2).hypgeom_u(arb(1) / 2, arb(1) / 2) / arb(2).sqrt()
    return (arb.pi() / 2).sqrt() * (x * x / 2).exp() * (x / arb(2).sqrt()).erfc()


def units(computed, true):
    return float(abs(arb(float(computed)) - true) / math.ulp(float(true)))


@pytest.mark.parametrize(
    ("low", "high"), [(1e-20, 1e-3), (1e-3, 1), (1, 10), (10, 100), (99, 101), (100, 1e300)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_mills_ratio(low, high, sign):
    rng = np.random.default_rng(1)
    if sign < 0:
        low, high = min(low, 1e-3), min(high, 2)
    x = sign * np.exp(rng.uniform(math.log(low), math.log(high), 200))
    found = [units(m, mills(arb(float(s)))) for s, m in zip(x, mills_ratio(NUMPY, x), strict=True)]
    assert max(found) <= (4 if sign > 0 else 7)
    assert np.mean(found) <= 1.5


def test_mills_ratio_at_infinity():
    assert mills_ratio(NUMPY, np.array([np.inf])) == 0


def derivatives(x, order):
    values = [mills(x), 1 - x * mills(x)]
    for k in range(1, order):
        values.append(k * values[k - 1] - x * values[k])
    return values[: order + 1]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_of_the_mills_ratio(order):
    rng = np.random.default_rng(2)
    x = np.exp(rng.uniform(math.log(1e-3), math.log(1e10), 300))
    for k, values in enumerate(mills_derivatives(NUMPY, order, x)):
        found = [
            units(value, derivatives(arb(float(s)), order)[k])
            for s, value in zip(x, values, strict=True)
        ]
        assert max(found) <= 6 + 2 * order
        assert np.mean(found) <= 1 + 0.5 * order


def true_difference(points):
    """n! (-1)^n M[x_0, ..., x_n] by the definition, points that coincide moved apart."""
    apart = [x + k * (1 + abs(x)) * arb(2) ** -300 for k, x in enumerate(points)]
    row = [mills(x) for x in apart]
    for order in range(1, len(apart)):
        row = [(b - a) / (apart[k + order] - apart[k]) for k, (a, b) in enumerate(pairwise(row))]
    return row[0] * math.factorial(len(points) - 1) * (-1) ** (len(points) - 1)


def random_points(rng, order, size):
    """Ascending points from -2 on, from equal ones to the farthest within reach."""
    first = np.where(
        rng.random(size) < 0.5, rng.uniform(-2, 3, size), np.exp(rng.uniform(0, 12, size)) - 2
    )
    step = (first + 4) * np.exp(rng.uniform(math.log(1e-20), math.log(0.95), size))
    fractions = np.sort(rng.random((order, size)), axis=0)
    return [first, *(first + step * fraction for fraction in fractions)]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_divided_differences(order):
    rng = np.random.default_rng(3)
    points = random_points(rng, order, 150)
    assert within_reach(NUMPY, points[0], points[-1]).all()
    values = divided_difference(NUMPY, points)
    relative = relative_difference(NUMPY, points)
    found = []
    for k, (value, ratio) in enumerate(zip(values, relative, strict=True)):
        place = [arb(float(x[k])) for x in points]
        true = true_difference(place)
        found += [units(value, true), units(ratio, true / mills(place[0]))]
    assert max(found) <= 12
    assert np.mean(found) <= 3


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_coinciding_points_give_a_derivative(order):
    x = np.linspace(-1.9, 30, 77)
    equal = divided_difference(NUMPY, [x] * (order + 1))
    np.testing.assert_allclose(equal, mills_derivatives(NUMPY, order, x)[order], rtol=3e-15)


def test_a_wrong_coefficient_is_noticed(monkeypatch):
    wrong = [list(row) for row in mills_table.FINE_0]
    wrong[63][3] *= 1 + 1e-6
    monkeypatch.setattr("elu_sym.numeric.mills._FINE", (tuple(map(tuple, wrong)),))
    x = np.linspace(1e-3, 0.1, 50)
    found = [units(m, mills(arb(float(s)))) for s, m in zip(x, mills_ratio(NUMPY, x), strict=True)]
    assert max(found) > 4


def test_the_density_does_not_feel_the_rounding_of_its_argument():
    rng = np.random.default_rng(4)
    sigma = np.exp(rng.uniform(-600, 300, 500))
    mu = rng.uniform(-60, 60, 500) * sigma
    root, weight = NormalLaw(NUMPY, mu, sigma).density
    for m, s, r, w in zip(mu, sigma, root, weight, strict=True):
        true = (-((arb(float(m)) / arb(float(s))) ** 2) / 2).exp() / (2 * arb.pi()).sqrt()
        computed = arb(float(w)) * arb(float(r)) ** 4
        # Each factor of the root adds an error that is small beside that of t^2.
        assert float(abs(computed / true - 1)) < (2.5 if r == 1 else 5) * 2.0**-52


@pytest.mark.parametrize("order", range(5))
def test_factors_meet_in_an_order_that_loses_nothing(order):
    unit, root, bracket = 1e-140, 1e-20, 1e300
    value = Moment(unit, root, bracket).value(order)
    true = arb(unit) ** order * arb(root) ** 4 * arb(bracket)
    assert float(abs(arb(value) - true)) <= max(8e-16 * float(true), 1e-320)
    huge = Moment(1e150, 1e-70, 1e-20).value(2)
    assert huge == pytest.approx(1.0, rel=1e-14)
    assert Moment(1e-200, 1.0, 4.0).deviation(FLOATS) == pytest.approx(2e-200, rel=1e-15)


def test_the_oracle_module_is_independent():
    source = Path(oracles.__file__).read_text(encoding="utf-8")
    assert "elu_sym" not in source
