"""What accelerators compute, compiled for the CPU here: values and derivatives against Arb."""

from functools import cache

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="needs the extra jax")

import array_accuracy  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from accuracy import flaws  # noqa: E402

from elu_sym import derivative_mean, elu, mean, relu  # noqa: E402
from elu_sym.book.formula import ACTIVATIONS  # noqa: E402
from elu_sym.interop import selecting  # noqa: E402
from elu_sym.interop.jax import selecting_form  # noqa: E402
from elu_sym.numeric.evaluation import evaluate  # noqa: E402

# XLA takes subnormal numbers for zero, so there are to be none among the factors of a value.
SPARE_BITS = {"float32": 23, "float64": 52}
POINTS = 40


pytestmark = pytest.mark.usefixtures("x64")


def library_of(dtype, gradient):
    @cache  # compiled once, and not for every regime
    def library(formula):
        function = selecting.value_and_gradient(formula)[gradient]
        compiled = jax.jit(lambda *columns: selecting_form.values(function, *columns))

        def values(*columns):
            found = compiled(*(jnp.asarray(column, dtype) for column in columns))
            assert {each.dtype for each in found} == {np.dtype(dtype)}
            found = [np.asarray(each, np.float64) for each in found]
            return found if gradient else found[0]

        return values

    return library


def check_values(formulas, dtype):
    library = library_of(dtype, gradient=False)
    found = array_accuracy.value_errors(library, formulas, dtype, POINTS, SPARE_BITS[dtype])
    assert flaws(dtype, found) == []
    assert set(found) == {formula.id for formula in formulas}


def check_gradients(formula, dtype):
    library = library_of(dtype, gradient=True)
    found = array_accuracy.derivative_errors(library, [formula], dtype, 20)
    assert flaws(dtype, found) == []
    assert len(found) == len(formula.arguments)


# Each takes seconds to compile; PyTorch computes all of them by the same functions.
SINGLE = {
    "elu": ("mean", "second_moment", "variance", "std", "fourth_moment", "covariance"),
    "celu": ("mean", "third_moment"),
    "leaky_relu": ("mean", "variance"),
    "relu": ("mean",),
}


@pytest.mark.parametrize("activation", SINGLE)
@pytest.mark.deep
def test_values_in_single_precision(activation):
    formulas = ACTIVATIONS[activation].formulas
    check_values([formulas[name] for name in SINGLE[activation]], "float32")


@pytest.mark.parametrize("name", ["mean", "derivative_mean"])
def test_values_in_double_precision(name):
    check_values([elu.formulas[name]], "float64")


# The same gradients are measured on PyTorch; that of a variance takes long to compile.
@pytest.mark.deep
@pytest.mark.parametrize(
    "formula", [mean, derivative_mean, relu.std], ids=lambda formula: formula.id
)
def test_gradients_in_single_precision(formula):
    check_gradients(formula, "float32")


def test_gradients_in_double_precision():
    check_gradients(derivative_mean, "float64")


def test_second_derivatives():
    """Those of NumPy are held against the closed forms."""
    random = np.random.default_rng(5)
    mu, sigma = random.normal(size=200), np.exp(random.normal(size=200))
    mu[:3] = 0.0, np.nan, 1.0
    hessian = selecting.generated_function("relu_variance_hessian")
    found = jax.jit(lambda *columns: selecting_form.values(hessian, *columns))(mu, sigma)
    for one, other in zip(found, evaluate(hessian, mu, sigma), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)
