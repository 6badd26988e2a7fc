"""Rules about Var f(X), against few-point laws and mpmath's quadrature."""

from typing import Any

import numpy as np
import pytest
from findings import found, integral, number, witness
from sympy import Expr, Rational, S, exp, lambdify, log, sqrt

from elu_sym import derivative_mean, derivative_second_moment, mean, second_moment, variance
from elu_sym.activations import Activation, ActivationDerivative, Celu, Elu, LeakyRelu, Relu, Selu
from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.claims.rules.elementary import ABOVE_ONE, AT_MOST_ONE
from elu_sym.claims.rules.variance_bounds import (
    GaussianPoincare,
    PositiveVariance,
    ReducesVariation,
    VarianceBound,
    VarianceIncreasesWithMean,
    VarianceOf,
)
from elu_sym.symbols import alpha, mu, scale, sigma, slack, slope, x, y

ELU = Elu(x, alpha)
MEAN, VARIANCE = mean.closed_form, variance.closed_form
SLOPE, SQUARE = derivative_mean.closed_form, derivative_second_moment.closed_form
PERCENT = Rational(101, 100)


class Stairs(Activation):
    """Injective, with a step that the variance feels and the derivative does not."""

    nargs = 1
    symbol = "s"

    @staticmethod
    def left(x: Expr) -> Expr:
        return x - 1

    @staticmethod
    def right(x: Expr) -> Expr:
        return x


class StairsDerivative(ActivationDerivative):
    """1, without the atom of the step."""

    nargs = 1
    activation = Stairs


class Ceiling(Stairs):
    """Constant on the right."""

    @staticmethod
    def left(x: Expr) -> Expr:
        return exp(x)

    @staticmethod
    def right(x: Expr) -> Expr:
        return S.One


def at(value: Expr, *forms: Expr) -> list[Expr]:
    """ELU and forms of it at a value of alpha."""
    return [form.xreplace({alpha: value}) for form in (ELU, *forms)]


BELOW = NormalCdf(-mu / sigma)
SPREAD = sigma**2 + 2 * sigma * NormalPdf(mu / sigma) + BELOW * (1 - BELOW)
"""The variance of the stairs: of X, of the step, and twice their covariance."""

TRUE = [
    PositiveVariance(ELU),
    PositiveVariance(LeakyRelu(x, slope)),
    VarianceBound(Celu(x, alpha), S.One),
    VarianceBound(Elu(x, AT_MOST_ONE), S.One),
    VarianceBound(Elu(x, ABOVE_ONE), ABOVE_ONE),
    VarianceBound(Selu(x, AT_MOST_ONE, scale), scale),
    GaussianPoincare(ELU, MEAN, VARIANCE, SLOPE, SQUARE),
    VarianceIncreasesWithMean(*at(AT_MOST_ONE, VARIANCE, MEAN, SLOPE)),
    # The identity holds for the derivative alone.
    VarianceIncreasesWithMean(*at(S.Half, VARIANCE + 1, MEAN, SLOPE)),
]

FALSE = [
    PositiveVariance(Relu(x)),
    PositiveVariance(Ceiling(x)),
    VarianceBound(ELU, S.One),
    VarianceBound(Elu(x, AT_MOST_ONE), AT_MOST_ONE),
    VarianceBound(Elu(x, AT_MOST_ONE), PERCENT),
    GaussianPoincare(ELU, MEAN, VARIANCE, SLOPE, SQUARE / PERCENT),
    GaussianPoincare(ELU, MEAN, VARIANCE, SLOPE * PERCENT, SQUARE),
    GaussianPoincare(ELU, MEAN, VARIANCE, SLOPE, SLOPE**2),
    # The upper bound does not see the step.
    GaussianPoincare(Stairs(x), mu - BELOW, SPREAD, S.One, S.One),
    VarianceIncreasesWithMean(ELU, VARIANCE, MEAN, SLOPE),
    VarianceIncreasesWithMean(*at(S(3), VARIANCE, MEAN, SLOPE)),
]

WRONG = second_moment.closed_form
"""No variance of ELU."""

OPEN = {
    "a step": PositiveVariance(Stairs(x)),
    "constant at one value of the parameter": PositiveVariance(LeakyRelu(x, slack)),
    "a negative root of the factor": VarianceBound(Relu(x), -S.One),
    "a root of any sign": VarianceBound(Relu(x), mu),
    "a factor for a step": VarianceBound(Stairs(x), S(10)),
    "another variance": GaussianPoincare(ELU, MEAN, 100 * VARIANCE, SLOPE, SQUARE),
    "another mean": GaussianPoincare(ELU, MEAN + 1, VARIANCE, SLOPE, SQUARE),
    "an upper bound that is larger": GaussianPoincare(ELU, MEAN, VARIANCE, SLOPE, SQUARE + 1),
    "minus the variance": VarianceIncreasesWithMean(*at(S.Half, -VARIANCE, MEAN, SLOPE)),
    "another function": VarianceIncreasesWithMean(ELU, WRONG - mu**3, MEAN, SLOPE),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda a: f"{a.rule} {a.to_text()[:60]}")
def test_true(assertion: Any) -> None:
    found(assertion, True)


def variance_at(function: Expr, point: Point) -> Any:
    """Var f(X) by quadrature."""
    return integral(function**2, point) - integral(function, point) ** 2


@pytest.mark.parametrize("assertion", FALSE, ids=lambda a: f"{a.rule} {a.to_text()[:60]}")
def test_false(assertion: Any) -> None:
    point = witness(assertion)
    f = assertion.function
    if isinstance(assertion, PositiveVariance):
        assert number(f, point) == number(f, {**point, x: 2 * point[x]})
    elif isinstance(assertion, VarianceBound):
        # A law of two points close together has the factor f'(x)^2; no law has one above 1.
        near = {**point, x: point[x] + Rational(1, 10**12)}
        factor = ((number(f, near) - number(f, point)) * 10**12) ** 2
        constant = number(assertion.constant, point) ** 2
        assert factor > constant or constant > 1 >= number(AT_MOST_ONE, point)
    elif isinstance(assertion, GaussianPoincare):
        value, v = variance_at(f, point), number(sigma**2, point)
        lower = v * number(assertion.slope, point) ** 2
        assert value < lower or value > v * number(assertion.square, point)
    else:
        near = {**point, mu: point[mu] + Rational(1, 10**6)}
        assert variance_at(f, near) < variance_at(f, point)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


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
