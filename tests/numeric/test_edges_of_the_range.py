"""Where a power of a parameter meets a moment that is no double, and in the limits.

The truth is the closed form of the book, enclosed by Arb with as many bits as it takes, and so are
the derivatives of which the permitted error is made; neither knows the primitives.  How near all
formulas are to the truth all over the range is for ``test_formula_accuracy``.
"""

import math
from itertools import product

import numpy as np
import pytest
from flint import arb, ctx
from sympy import Rational

from elu_sym.algebra.enclosure import enclose, enclose_to
from elu_sym.book.formula import FORMULAS

PERMITTED = 8
INF = math.inf
SMOOTH = [name for name, formula in FORMULAS.items() if not formula.quantity.by_cases]

POINTS = [
    # The third moment of CELU cancels for every alpha, that of ELU for alpha = 1.
    ("celu.third_moment", (0.0, 1e-3, 1.0)),
    ("celu.third_moment", (0.0, 1.0, 1e4)),
    ("celu.third_moment", (0.0, 1e-16, 1.0)),
    ("celu.third_moment", (-1.9e-3, 1e-3, 1.0)),
    ("celu.third_moment", (0.0, 9.6e-29, 1e10)),
    ("third_moment", (0.0, 1e-16, 1.0)),
    ("third_moment", (-2e-20, 1e-16, 1.0)),
    ("third_moment", (1e-9, 1e-3, 1.0 + 2.0**-40)),
    ("selu.third_moment", (0.0, 1e-16, 1.0, 1e10)),
    # So do the mean and the third moment of leaky ReLU for slope = 1.
    ("leaky_relu.mean", (1e-30, 1.0, 1.0)),
    ("leaky_relu.mean", (-1e-30, 1.0, 1.0)),
    ("leaky_relu.third_moment", (-4e-281, 8e64, 1.0)),
    ("leaky_relu.third_moment", (1.0, 1e3, 1.0 - 2.0**-40)),
    # A moment that overflows and one that does too, or a small power.
    ("leaky_relu.third_moment", (0.0, 1e103, 0.5)),
    ("leaky_relu.third_moment", (0.0, 1e103, 1.0)),
    ("leaky_relu.third_moment", (0.0, 1e103, 1.0 - 1e-9)),
    ("leaky_relu.third_moment", (1e103, 1e103, 1.0 + 1e-9)),
    ("leaky_relu.third_moment", (-1e104, 1e103, 1e-5)),
    ("leaky_relu.fourth_moment", (-1e78, 1e3, 0.01)),
    ("leaky_relu.covariance", (1e150, 4.4e149, 2.5e9)),
    ("relu.third_moment", (-3.6e151, 1e150)),
    # A moment that underflows and a large power.
    ("leaky_relu.second_moment", (0.0, 1e-160, 1e10)),
    ("leaky_relu.fourth_moment", (0.0, 1e-82, 1e10)),
    ("leaky_relu.variance", (0.0, 1e-160, 1e10)),
    ("leaky_relu.variance", (-1e-300, 8e-160, 6e4)),
    ("selu.mean", (0.0, 3e-156, 1.0, 1e10)),
    ("selu.covariance", (-3.8e6, 1e5, 1.0, 1e10)),
    # A density that is no double.
    ("relu.covariance", (-4e31, 1e30)),
    ("relu.covariance", (-3.8e6, 1e5)),
    # CELU in units of alpha is subnormal.
    ("celu.mean", (-3e-300, 1e-300, 1e10)),
    ("celu.absolute_mean", (-3e-300, 1e-300, 1e10)),
    ("celu.negative_mean", (0.0, 1e-300, 1e10)),
    ("celu.std", (1e-300, 3e-300, 1e10)),
]


def implementations(formula):
    """C, or what there is; NumPy for numbers; NumPy for arrays: each has paths of its own."""

    def of_arrays(*point):
        return formula.numeric.by_numpy(*(np.array([x]) for x in point))[0]

    return formula, formula.numeric.by_numpy, of_arrays


def enclosed(formula, point):
    """The value and sum |x dF/dx|."""
    exact = dict(zip(formula.symbols, map(Rational, point), strict=True))
    value = enclose_to(formula.closed_form, exact, Rational(1, 2**60))
    slopes = (enclose(formula.closed_form.diff(symbol), exact, 8000) for symbol in exact)
    with ctx.workprec(100):
        condition = sum((abs(x * slope) for x, slope in zip(point, slopes, strict=True)), arb(0))
        return value, condition


def error(computed, value, condition):
    with ctx.workprec(100):
        nearest = float(value)
        if math.isinf(nearest):
            return 0.0 if computed == nearest else INF
        if not math.isfinite(computed) or (computed == 0.0 and abs(nearest) > 1e-307):
            return INF
        return float(abs(computed - value) / (math.ulp(nearest) + 2.0**-52 * condition))


@pytest.mark.parametrize(("name", "point"), POINTS, ids=str)
def test_a_number_at_the_edge_of_the_doubles_is_near_the_truth(name, point):
    formula = FORMULAS[name]
    if point == (0.0, 1e103, 1.0):  # f is the identity; Arb does not tell the value from 0
        assert [float(compute(*point)) for compute in implementations(formula)] == [0.0] * 3
        return
    truth = enclosed(formula, point)
    for compute in implementations(formula):
        assert error(float(compute(*point)), *truth) <= PERMITTED


def tail(x):
    """Phi(-x), for x > 0."""
    return (x / arb(2).sqrt()).erfc() / 2


def density_and_ratio(t, x):
    """phi(t) M(x), M the Mills ratio, for x > 0."""
    density = (-t * t / 2).exp() / (2 * arb.pi()).sqrt()
    return density * (x * x / 2).hypgeom_u(arb(0.5), arb(0.5)) / arb(2).sqrt()


FAR = {  # where the closed form would take too many bits: sigma^2 E f', and the like
    ("covariance", (-4e31, 1e30, 1.0)): lambda t, s: (
        s**2 * (tail(-t) + density_and_ratio(t, t + s))
    ),
    ("celu.covariance", (-1e150, 1e150, 1e-10)): (
        lambda t, s: s**2 * (tail(-t) + density_and_ratio(t, t + s / arb(1e-10)))
    ),
    ("selu.derivative_second_moment", (-3.8e11, 1e10, 1.0, 1e10)): (
        lambda t, s: arb(1e10) ** 2 * (tail(-t) + density_and_ratio(t, t + 2 * s))
    ),
    ("leaky_relu.negative_mean", (1e150, 1e-82, 1e10)): lambda t, s: -1e10 * s / t,
}


@pytest.mark.parametrize(("name", "point"), FAR, ids=str)
def test_a_number_far_in_a_tail_is_near_the_truth(name, point):
    with ctx.workprec(200):
        t, sigma = arb(point[0]) / arb(point[1]), arb(point[1])
        truth = FAR[name, point](t, sigma)
        condition = (2 + 2 * min(t * t, arb(3200))) * abs(truth)
    for compute in implementations(FORMULAS[name]):
        assert error(float(compute(*point)), truth, condition) <= PERMITTED


def test_the_measure_has_teeth():
    truth = enclosed(FORMULAS["celu.third_moment"], (0.0, 1e-3, 1.0))
    assert error(2.2460161953419517e-12, *truth) > PERMITTED  # U_3 - N_3 in doubles
    assert error(0.0, *truth) == error(math.nan, *truth) == error(INF, *truth) == INF


def pieces(activation, parameters):
    """The limits of f and the slopes of f, on the left and on the right."""
    first, second = (*parameters, 1.0, 1.0)[:2]
    return {
        "elu": ((-first, 0.0), (INF, 1.0)),
        "relu": ((0.0, 0.0), (INF, 1.0)),
        "leaky_relu": ((-INF, first), (INF, 1.0)),
        "selu": ((-first * second, 0.0), (INF, second)),
        "celu": ((-first, 0.0), (INF, 1.0)),
    }[activation]


LIMITS = {
    "mean": lambda f, slope, sigma: f,
    "absolute_mean": lambda f, slope, sigma: abs(f),
    "second_moment": lambda f, slope, sigma: f * f,
    "third_moment": lambda f, slope, sigma: f * f * f,
    "fourth_moment": lambda f, slope, sigma: f * f * f * f,
    "variance": lambda f, slope, sigma: (slope * sigma) * (slope * sigma),
    "std": lambda f, slope, sigma: slope * sigma,
    "derivative_mean": lambda f, slope, sigma: slope,
    "derivative_second_moment": lambda f, slope, sigma: slope * slope,
    "covariance": lambda f, slope, sigma: slope * sigma * sigma,
    "negative_mean": lambda f, slope, sigma: min(f, 0.0) if f < 0.0 else 0.0,
}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_limits_of_infinite_location_for_parameters_of_any_size(name):
    formula = FORMULAS[name]
    activation = formula.activation
    for sigma, size in product(
        [0.0, 1e-300, 1e-160, 0.7, 1e150, 1e155], [1e-300, 1e-10, 1.0, 3.5, 1e10]
    ):
        parameters = (size, 1.5)[: len(activation.parameters)]
        sides = zip((-INF, INF), pieces(activation.name, parameters), strict=True)
        for mu, (f, slope) in sides:
            expected = LIMITS[formula.name](f, slope, sigma)
            for compute in implementations(formula):
                value = float(compute(mu, sigma, *parameters))
                assert value == pytest.approx(expected, rel=4e-15, abs=5e-324)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_corner_of_the_range_is_a_number(name):
    formula = FORMULAS[name]
    places = [-1e150, -1e-300, 0.0, 1e-300, 1e150], [0.0, 1e-300, 1e150]
    for mu, sigma, size in product(*places, [1e-300, 1e-10, 1.0, 1e10, 1e100]):
        parameters = (size, 1.0)[: len(formula.activation.parameters)]
        for compute in implementations(formula):
            assert not np.isnan(compute(mu, sigma, *parameters))
