"""Second derivatives against those of the closed forms and of the definition, at 1400 bits."""

from itertools import combinations_with_replacement

import mpmath
import numpy as np
import pytest
import sympy
from regimes import nearly_linear

from elu_sym import celu, elu, leaky_relu, mean, relu, selu
from elu_sym.numeric import _gradients
from elu_sym.numeric.dual_numbers import hessian_of
from elu_sym.numeric.evaluation import evaluate

UNITS = 64.0
"""The bound that :mod:`elu_sym.interop.jax` states."""

NOTHING = 1e-280
"""What is smaller may be 0."""


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(420):
        yield


def found(formula, *columns):
    gradient = getattr(_gradients, f"{formula.function_name}_gradient")
    return evaluate(hessian_of(gradient), *columns)


def points(formula, size):
    random = np.random.default_rng(17)
    sigma = np.exp(random.uniform(np.log(0.01), np.log(30.0), size))
    mu = np.where(random.random(size) < 0.5, sigma * random.uniform(-6, 6, size), 3.0 * sigma)
    mu[:6], sigma[:6] = (0.0, 0.0, 0.0, 1.0, -1.0, 0.0), (1.0, 2.0, 0.5, 1.0, 1.0, 0.1)
    ranges = [random.uniform(np.log(0.1), np.log(10.0), size) for _ in formula.arguments[2:]]
    parameters = [np.exp(each) for each in ranges]
    for parameter in parameters:
        parameter[:4] = 1.0
    columns = [mu, sigma, *parameters]
    if formula.activation is celu:
        columns = [column[~nearly_linear(*columns)] for column in columns]
    return columns


def errors(formula, columns):
    """The errors of each second derivative in the units of the module."""
    x = list(formula.symbols)
    first = [sympy.diff(formula.closed_form, each) for each in x]
    pairs = list(combinations_with_replacement(range(len(x)), 2))
    second = [sympy.diff(first[i], x[k]) for i, k in pairs]
    third = [sympy.diff(each, variable) for each in second for variable in x]
    names = {"NormalCdf": mpmath.ncdf, "NormalPdf": mpmath.npdf}
    evaluated = sympy.lambdify(x, [*first, *second, *third], [names, "mpmath"], cse=True)
    for place, computed in zip(
        zip(*columns, strict=True), zip(*found(formula, *columns), strict=True), strict=True
    ):
        exact = [mpmath.mpf(float(each)) for each in place]
        values = evaluated(*exact)
        slopes, values = values[: len(x)], values[len(x) :]
        truths, curves = values[: len(pairs)], values[len(pairs) :]
        size = [exact[1], *exact[1:]]  # that of mu is sigma
        for n, (i, k) in enumerate(pairs):
            error = abs(mpmath.mpf(float(computed[n])) - truths[n])
            along = curves[n * len(x) : (n + 1) * len(x)]
            unit = abs(truths[n]) + abs(slopes[i]) / size[k] + abs(slopes[k]) / size[i]
            unit += sum(abs(a * b) for a, b in zip(exact, along, strict=True))
            if max(error, unit) > NOTHING:
                yield float(error / unit) * 2.0**52


FORMULAS = [mean, elu.variance, relu.std, leaky_relu.mean, celu.mean, selu.derivative_mean]


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.id)
def test_they_are_those_of_the_closed_form(formula):
    measured = list(errors(formula, points(formula, 12)))
    assert max(measured) < UNITS
    assert np.median(measured) < 1.0


@pytest.mark.deep
@pytest.mark.parametrize(
    "formula",
    [elu.std, elu.fourth_moment, elu.negative_mean, celu.std, celu.third_moment, selu.std],
    ids=lambda formula: formula.id,
)
def test_they_are_those_of_long_closed_forms(formula):
    assert max(errors(formula, points(formula, 40))) < UNITS


DENSITIES = {
    "mu": lambda z: z,
    "sigma": lambda z: z**2 - 1,
    "mu, mu": lambda z: z**2 - 1,
    "mu, sigma": lambda z: z**3 - 3 * z,
    "sigma, sigma": lambda z: z**4 - 5 * z**2 + 2,
}
"""Derivatives of a normal density, over it, in units of powers of sigma."""


@pytest.mark.parametrize("point", [(0.5, 1.5, 2.0), (0.0, 1.0, 1.0), (-2.0, 0.5, 0.3)])
def test_they_are_those_of_the_definition(point):
    mu, sigma, alpha = point

    def mean_of(below, above, by):
        def weighted(x, function):
            density = mpmath.npdf(x, mu, sigma) / sigma ** len(by.split(", "))
            return function(x) * DENSITIES[by]((x - mu) / sigma) * density

        left = mpmath.quad(lambda x: weighted(x, below), [-30, -10, -3, -1, 0])
        return float(left + mpmath.quad(lambda x: weighted(x, above), [0, 1, 3, 10, 30]))

    with mpmath.workdps(20):
        pairs = {
            by: mean_of(lambda x: alpha * mpmath.expm1(x), lambda x: x, by) for by in DENSITIES
        }
        singles = {by: mean_of(mpmath.expm1, lambda x: 0, by) for by in ("mu", "sigma")}
    truths = [
        pairs["mu, mu"],
        pairs["mu, sigma"],
        singles["mu"],
        pairs["sigma, sigma"],
        singles["sigma"],
        0.0,
    ]
    computed = found(mean, *map(np.array, point))
    np.testing.assert_allclose(computed, truths, rtol=1e-9, atol=1e-15)


def test_neighbours_do_not_matter():
    columns = points(elu.variance, 300)
    together = found(elu.variance, *columns)
    for k in range(0, 300, 17):
        alone = found(elu.variance, *(column[k : k + 1] for column in columns))
        # NumPy's exponential of one number and of several may differ in the last digit.
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(one[0], other[k], rtol=1e-9, atol=1e-12)
