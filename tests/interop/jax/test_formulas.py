"""Formulas on JAX: values and derivatives against Arb, transformations, limits."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="needs the extra jax")

import array_accuracy  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from accuracy import flaws  # noqa: E402
from jax.test_util import check_grads  # noqa: E402

from elu_sym import derivative_mean, elu, mean, relu, selu  # noqa: E402
from elu_sym.book.formula import ACTIVATIONS  # noqa: E402
from elu_sym.interop.jax import jax_function  # noqa: E402

POINTS = 40


def arrays(columns, dtype):
    return [jnp.asarray(column, dtype) for column in columns]


def values_of(dtype):
    def library(formula):
        def values(*columns):
            found = jax_function(formula)(*arrays(columns, dtype))
            assert found.dtype == dtype
            return np.asarray(found, np.float64)

        return values

    return library


def gradients_of(dtype):
    def library(formula):
        def gradients(*columns):
            def total(*arguments):
                return jax_function(formula)(*arguments).sum()

            slopes = jax.grad(total, argnums=tuple(range(len(columns))))
            return [np.asarray(slope, np.float64) for slope in slopes(*arrays(columns, dtype))]

        return gradients

    return library


def check_values(formulas, dtype):
    found = array_accuracy.value_errors(values_of(dtype), formulas, dtype, POINTS)
    assert flaws(dtype, found) == []
    assert set(found) == {formula.id for formula in formulas}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["mean", "variance", "derivative_mean"])
def test_values(x64, name, dtype):
    check_values([elu.formulas[name]], dtype)


@pytest.mark.deep
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_values_of_every_formula_in_single_precision(activation):
    quantities = ((each, each.quantity) for each in ACTIVATIONS[activation].formulas.values())
    formulas = [each for each, of in quantities if of.published and not of.by_cases]
    check_values(formulas, "float32")


def check_gradients(formula, dtype):
    found = array_accuracy.derivative_errors(gradients_of(dtype), [formula], dtype, 20)
    assert flaws(dtype, found) == []
    assert len(found) == len(formula.arguments)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("formula", [mean, relu.std], ids=lambda formula: formula.id)
def test_gradients(x64, formula, dtype):
    check_gradients(formula, dtype)


def test_the_gradient_at_the_kink_has_the_rest_of_the_density():
    slopes = jax.grad(jax_function(derivative_mean), argnums=(0, 1, 2))(0.0, 0.0, 1.5)
    expected = [0.75, -1.5 / np.sqrt(2 * np.pi), 0.5]
    assert [float(each) for each in slopes] == pytest.approx(expected, rel=1e-6)


MU = np.array([-3.0, -0.5, 0.0, 0.25, 4.0], np.float32)


def test_transformations_agree():
    function = jax_function(derivative_mean)
    direct = function(MU, 1.5, 0.5)
    by_one = jax.grad(function, argnums=(0, 1, 2))
    mapped = jax.vmap(by_one, in_axes=(0, None, None))
    slopes = [np.stack(each) for each in zip(*(by_one(x, 1.5, 0.5) for x in MU), strict=True)]
    for found in (mapped(MU, 1.5, 0.5), jax.jit(mapped)(MU, 1.5, 0.5)):
        for one, other in zip(found, slopes, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)
    forward = jax.jacfwd(lambda mu: function(mu, 1.5, 0.5))(MU)
    np.testing.assert_allclose(np.diagonal(forward), slopes[0], rtol=1e-6)
    assert np.count_nonzero(forward) == MU.size
    np.testing.assert_allclose(jax.jit(function)(MU, 1.5, 0.5), direct, rtol=1e-6)
    np.testing.assert_allclose(
        jax.vmap(function, in_axes=(0, None, None))(MU, 1.5, 0.5), direct, rtol=1e-6
    )
    check_grads(function, (MU, 1.5, 0.5), order=1, modes=("fwd", "rev"), atol=3e-3, rtol=3e-3)


def test_arguments_broadcast_and_have_their_defaults():
    mu, sigma = jnp.asarray(MU)[:, None], jnp.array([0.5, 2.0])
    values = jax_function(selu.derivative_mean)(mu, sigma=sigma)
    assert values.shape == (5, 2)
    np.testing.assert_allclose(
        values, selu.derivative_mean(MU[:, None], np.array([0.5, 2.0])), rtol=2e-6
    )
    slope = jax.grad(lambda sigma: jax_function(selu.derivative_mean)(mu, sigma).sum())(sigma)
    assert slope.shape == (2,)
    assert jax_function(selu.derivative_mean)(jnp.empty((0, 3))).shape == (0, 3)


def test_the_precision_is_the_widest(x64):
    single, double = jnp.ones(2, jnp.float32), jnp.ones(2, jnp.float64)
    assert jax_function(derivative_mean)(single, 1.0).dtype == jnp.float32
    assert jax_function(derivative_mean)(single, double).dtype == jnp.float64
    assert jax_function(derivative_mean)(double, 1, jnp.array([1, 2])).dtype == jnp.float64


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_that_of_the_result_alone(dtype):
    mu = jnp.linspace(-3.0, 3.0, 101).astype(dtype)
    values = jax_function(mean)(mu, 0.75, 1.5)
    slopes = jax.grad(lambda mu: jax_function(mean)(mu, 0.75, 1.5).sum())(mu)
    exact = mean(np.asarray(mu, np.float64), 0.75, 1.5)
    wide = jax.grad(lambda mu: jax_function(mean)(mu, 0.75, 1.5).sum())(mu.astype(jnp.float32))
    for found, true in ((values, jnp.asarray(exact, jnp.float32)), (slopes, wide)):
        assert found.dtype == dtype
        assert (found == true.astype(dtype)).all()


def test_numbers_do_not_widen_the_type(x64):
    narrow = jnp.ones(2, jnp.bfloat16)
    assert jax_function(mean)(narrow, 1.0, 2).dtype == jnp.bfloat16
    assert jax_function(mean)(narrow, jnp.ones(2, jnp.float16)).dtype == jnp.float32
    assert jax_function(mean)(narrow, jnp.ones(2, jnp.float32)).dtype == jnp.float32


def test_limits_and_nan():
    mu = np.array([-np.inf, -1.5, 0.0, 0.5, np.inf, np.nan], np.float32)
    mu, sigma = (each.ravel() for each in np.meshgrid(mu, np.float32([0.0, 2.0, np.nan])))
    for formula in (relu.second_moment, derivative_mean):
        values = jax_function(formula)(mu, sigma)
        np.testing.assert_allclose(values, formula(mu, sigma), rtol=2e-6)
        slope = jax.grad(lambda mu, f=formula: jax_function(f)(mu, sigma).sum())(mu)
        assert (np.isnan(slope) == (np.isnan(mu) | np.isnan(sigma))).all()


def test_an_infinite_slope_leaves_the_others_alone():
    function = jax_function(relu.second_moment)
    _, slope = jax.jvp(lambda sigma: function(jnp.inf, sigma), (3.0,), (1.0,))
    assert slope == 6.0
    assert jax.grad(function, argnums=1)(jnp.inf, 3.0) == 6.0
    assert jax.grad(function)(jnp.inf, 3.0) == jnp.inf


OUTSIDE = 0.0, jnp.array([1.0, -1.0, jnp.inf, 1.0]), jnp.array([1.0, 1.0, 1.0, 0.0])


def test_outside_of_the_domain_there_is_nan_where_values_are_traced():
    values = jax.jit(jax_function(derivative_mean))(*OUTSIDE)
    assert np.isnan(values).tolist() == [False, True, True, True]
    slopes = jax.vmap(jax.grad(jax_function(derivative_mean), 1), (None, 0, 0))(*OUTSIDE)
    assert np.isnan(slopes).tolist() == [False, True, True, True]


def test_the_formula_takes_the_same_elsewhere():
    function = jax_function(mean)
    for value in (Fraction(1, 2), np.float64(0.5), [0.5, 1], np.array([0.5, 2]), Decimal("0.5")):
        np.testing.assert_allclose(function(value, 1, value), mean(value, 1, value), rtol=1e-6)
    assert function(Fraction(1, 2), jnp.float32(1)).dtype == jnp.float32


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((jnp.ones(2), jnp.ones(3)), ValueError, r"mu has shape \(2,\), sigma has shape \(3,\)"),
        ((jnp.ones(2, bool),), TypeError, "mu has dtype bool: give real numbers"),
        ((jnp.ones(2, jnp.complex64),), TypeError, "mu has dtype complex64: give real numbers"),
        (
            (0.0, jnp.ones(2, jnp.float8_e4m3fn)),
            TypeError,
            "sigma has dtype float8_e4m3fn",
        ),
        ((0.0, jnp.array([1, -1], jnp.bfloat16)), ValueError, r"sigma\[1\] = -1.0: give"),
        (OUTSIDE, ValueError, r"sigma\[1\] = -1.0 \(and 1 more\): give a finite number, zero or"),
        ((0.0, jnp.ones(2), OUTSIDE[2]), ValueError, r"alpha\[3\] = 0.0: give a finite number abo"),
        ((0, -1), ValueError, "sigma = -1.0: give"),
        (("1",), TypeError, "mu = '1' is text"),
        ((True,), TypeError, "mu = True is boolean"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        jax_function(mean)(*arguments)


def test_lambdify_gives_the_function():
    found = derivative_mean.lambdify("jax")(MU)
    np.testing.assert_array_equal(found, jax_function(derivative_mean)(MU))


def test_without_the_package_the_message_names_the_extra():
    code = (
        "import sys; sys.modules['jax'] = None\n"
        "from elu_sym import mean\n"
        "try:\n"
        "    mean.lambdify('jax')\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "elu_sym.interop.jax needs jax: pip install 'elu_sym[jax]'\n"
