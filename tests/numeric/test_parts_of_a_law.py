"""NumPy computes each regime at its own elements, what several ask for once: no value shows it."""

import inspect
import math
from zlib import crc32

import numpy as np
import pytest
import regimes

from elu_sym.numeric import _generated, _gradients, law as laws
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.law import NormalLaw
from elu_sym.numeric.operations import NUMPY

FUNCTIONS = {
    name: function
    for module in (_generated, _gradients)
    for name, function in vars(module).items()
    if inspect.isfunction(function)
    and function.__module__ == module.__name__
    and list(inspect.signature(function).parameters) == ["law", "alpha"]
}


def points(rng):
    """Points of every regime, and as many ordinary ones."""
    names = ("mu", "sigma", "alpha")
    drawn = [
        regimes.arguments(names, False, rng, *regimes.places(regime, rng, 20))
        for regime in regimes.REGIMES
    ]
    size = 20 * len(drawn)
    drawn.append((rng.normal(size=size), rng.uniform(0.5, 2, size), rng.uniform(0.5, 2, size)))
    return tuple(map(np.concatenate, zip(*drawn, strict=True)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_value_depends_on_its_neighbours(name):
    rng = np.random.default_rng(crc32(name.encode()))
    columns = points(rng)
    whole = evaluate(FUNCTIONS[name], *columns)
    for piece in np.split(rng.permutation(columns[0].size), (1, 5, 25, 125)):
        part = evaluate(FUNCTIONS[name], *(column[piece] for column in columns))
        for values, found in zip(whole, part, strict=True):
            assert np.array_equal(values[piece], found, equal_nan=True)


@pytest.fixture
def sizes(monkeypatch):
    """At how many elements the derivatives of the Mills ratio are computed, each time."""
    found, derivatives = [], laws.mills_derivatives

    def counted(ops, order, x):
        found.append(x.size)
        return derivatives(ops, order, x)

    monkeypatch.setattr(laws, "mills_derivatives", counted)
    return found


def a_law():
    return NormalLaw(NUMPY, np.linspace(-3.0, 3.0, 9), np.linspace(0.5, 2.0, 9))


def test_a_part_takes_what_the_whole_law_knows(sizes):
    law, few = a_law(), np.array([1, 4])
    known = law.integrals(2)
    part = law.at(few).at(np.array([1]))
    assert [x.tolist() for x in part.integrals(1)] == [x[few[1:]].tolist() for x in known]
    assert sizes == [9]


@pytest.mark.parametrize(("count", "computed"), [(3, [3, 9]), (7, [9])])
def test_what_most_elements_ask_for_is_computed_for_all(sizes, count, computed):
    law = a_law()
    part = law.at(np.arange(count))
    assert np.array_equal(part.integrals(1)[1], law.integrals(1)[1][:count])
    assert sizes == computed


def test_the_highest_order_is_computed_first(sizes):
    law = a_law()
    law.highest = 2
    assert len(law.integrals(0)) == len(law.at(np.arange(3)).integrals(1)) == 3
    assert sizes == [9]


def test_another_law_of_the_same_t_knows_what_depends_on_it_alone(sizes):
    law = a_law()
    law.integrals(1)
    assert law.scaled(2.0).integrals(1)[1] is law.integrals(1)[1]
    right = law.t >= -2.0
    near, far = (each.differences(1)[1][right] for each in (law, law.scaled(2.0)))
    assert np.all(far < near)  # the step is another
    assert sizes == [9]


def test_the_hypotenuse_at_any_size():
    rng = np.random.default_rng(3)
    sides = np.exp(rng.uniform(math.log(1e-310), math.log(1e305), (2, 300)))
    sides[1, ::2] = sides[0, ::2] * rng.uniform(0.1, 1.0, 150)
    x, y = np.hstack([sides, [[0.0, 0.0, 3e-170, math.inf], [0.0, 2.0, 4e-170, 1.0]]])
    expected = np.array(list(map(math.hypot, x, y)))
    with np.errstate(all="ignore"):
        found = NUMPY.hypot(x, y)
    assert np.all(abs(found[:-1] - expected[:-1]) <= 2 * np.spacing(expected[:-1]))
    assert found[-1] == math.inf
