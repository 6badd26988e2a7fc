"""Functions that reduce the variation, against samples and laws on two points; variances."""

import numpy as np
import pytest
from findings import found, witness
from sympy import Expr, Rational, S, exp, lambdify, log, sqrt

from elu_sym.activations import Relu
from elu_sym.claims.rules.variation import ReducesVariation, VarianceOf
from elu_sym.symbols import mu, sigma, x, y

REDUCE = [1 - exp(-x), x / (1 + x), 1 - exp(-3 * x)]
INCREASE = [exp(x) - 1, x**2, x + x**3]


def quotient(function: Expr, values: np.ndarray) -> float:
    """The mean over the deviation of a function of a variable that takes each value alike often."""
    images = np.broadcast_to(lambdify(x, function)(values), values.shape)
    return float(images.mean() / images.std())


@pytest.mark.parametrize("function", REDUCE, ids=str)
def test_it_holds_for_samples_of_many_laws(function: Expr) -> None:
    found(ReducesVariation(function), True)
    draw = np.random.default_rng(5)
    for values in (
        draw.exponential(size=1000),
        draw.pareto(3, size=1000),
        np.maximum(draw.normal(size=1000), 0),
        np.array([0.0, 0.0, 1e-3, 5.0]),
    ):
        assert quotient(function, values) >= quotient(x, values)


@pytest.mark.parametrize("function", INCREASE, ids=str)
def test_a_witness_is_a_law_on_two_points_of_which_it_is_false(function: Expr) -> None:
    point = witness(ReducesVariation(function))
    values = np.array([float(point[x]), float(point[y])])
    assert quotient(function, values) < quotient(x, values)


@pytest.mark.parametrize("function", [-x, exp(-x), log(1 + x) + sqrt(x), S.One], ids=str)
def test_what_it_cannot_decide_stays_open(function: Expr) -> None:
    found(ReducesVariation(function), None)


def test_a_variance_is_what_it_is_said_to_be() -> None:
    found(VarianceOf(x, mu, mu**2 + sigma**2), True)
    assert witness(VarianceOf(x, mu, mu**2 + sigma**2 * Rational(101, 100)))
    assert witness(VarianceOf(Relu(x), mu, mu**2 + sigma**2))
