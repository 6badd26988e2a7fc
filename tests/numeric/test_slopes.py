"""Gradients where a sum of slopes has no digits left, or in the limits, against Arb."""

import math

import numpy as np
import pytest
from sympy import Rational

from elu_sym.algebra.enclosure import enclose_to
from elu_sym.book.formula import FORMULAS
from elu_sym.numeric import _gradients
from elu_sym.numeric.evaluation import evaluate

CANCELLING = [
    ("mean", "sigma", (0.0, 1e-20, 1.0)),
    ("mean", "sigma", (0.0, 30.0, 10.0)),
    ("derivative_mean", "mu", (0.0, 1e-9, 1.0)),
    ("derivative_second_moment", "mu", (1e-3, 17.0, 10.0)),
    ("selu.covariance", "mu", (0.0, 1e-9, 1.0, 1.5)),
    ("second_moment", "mu", (-929.0, 30.0, 10.0)),
    ("celu.absolute_mean", "alpha", (5e-6, 2e-7, 245.0)),
    ("celu.second_moment", "alpha", (1e-12, 1e-11, 3.5)),
    ("celu.third_moment", "alpha", (-0.4, 0.005, 3.5)),
    ("celu.third_moment", "alpha", (1125.0, 30.0, 0.16)),
    ("celu.fourth_moment", "alpha", (-0.4, 0.005, 3.5)),
    ("celu.fourth_moment", "alpha", (0.0, 1e-9, 1.0)),
    ("celu.mean", "alpha", (123.0, 109.0, 10.0)),
    ("celu.derivative_mean", "alpha", (1e-9, 1e-9, 1.0)),
    ("celu.derivative_second_moment", "alpha", (-40.0, 3.0, 0.1)),
    ("celu.covariance", "alpha", (0.6, 0.03, 1.0)),
    ("celu.negative_mean", "alpha", (1e-6, 1e-6, 3.0)),
    ("celu.negative_mean", "alpha", (40.0, 1.0, 3.0)),
]


def gradient(name, *point):
    function = getattr(_gradients, f"{FORMULAS[name].function_name}_gradient")
    return [float(part[0]) for part in evaluate(function, *(np.array([x]) for x in point))]


@pytest.mark.parametrize(("name", "argument", "point"), CANCELLING, ids=str)
def test_a_slope_has_its_digits(name, argument, point):
    formula = FORMULAS[name]
    place = formula.arguments.index(argument)
    exact = dict(zip(formula.symbols, map(Rational, point), strict=True))
    slope = formula.closed_form.diff(formula.symbols[place])
    truth = float(enclose_to(slope, exact, Rational(1, 2**60)))
    assert gradient(name, *point)[place] == pytest.approx(truth, rel=3e-13, abs=0.0)


@pytest.mark.parametrize("slope", [0.03, 1.0, 7.0])
def test_a_deviation_has_the_slopes_of_its_tangents_at_the_kink(slope):
    deviation = math.sqrt((1 + slope**2) / 2 - (1 - slope) ** 2 / (2 * math.pi))
    by_mu = (1 - slope**2) / math.sqrt(8 * math.pi) / deviation
    expected = [by_mu, deviation, 0.0]
    assert gradient("leaky_relu.std", 0.0, 0.0, slope) == pytest.approx(expected, rel=1e-14)


def test_a_deviation_far_away_is_that_of_a_line():
    assert gradient("leaky_relu.std", -math.inf, 0.7, 0.1) == pytest.approx([0.0, 0.1, 0.7])
    assert gradient("selu.std", math.inf, 3.0, 0.1, 2.0) == pytest.approx([0.0, 2.0, 0.0, 3.0])
    expected = 0.2 * math.exp(-371.0)
    assert gradient("std", -371.0, 0.0, 0.2)[1] == pytest.approx(expected, rel=1e-14, abs=0.0)
