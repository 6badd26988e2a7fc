"""The initializer for JAX: its scale, its axes, the signal at depth 50."""

import math

import numpy as np
import pytest
from depth_law import ALARM, DEPTH, depth_law

jax = pytest.importorskip("jax", reason="needs the extra jax")

import jax.numpy as jnp  # noqa: E402

from elu_sym import ACTIVATIONS  # noqa: E402
from elu_sym.interop.jax.initializers import elu_initializer  # noqa: E402
from elu_sym.networks.initialization import gain  # noqa: E402

WIDTH, NETWORKS = 128, 150
SQUARE = 1.5505188080679272
"""1/E f(Z)^2 at alpha = 1, from Arb."""


def kept_second_moment(initializer, factor=1.0):
    def layer(signal, key):
        return jax.nn.elu(factor * (signal @ initializer(key, (WIDTH, WIDTH)))), None

    def network(key):
        signal = jnp.ones(WIDTH) / math.sqrt(SQUARE)
        signal, _ = jax.lax.scan(layer, signal, jax.random.split(key, DEPTH + 1))
        return SQUARE * jnp.mean(signal**2)

    return np.asarray(jax.lax.map(network, jax.random.split(jax.random.key(3), NETWORKS)))


LAW = depth_law(math.sqrt(SQUARE), WIDTH)


@pytest.mark.deep
def test_second_moment_is_kept_at_depth_50():
    assert abs(LAW.score(kept_second_moment(elu_initializer(distribution="normal")))) < ALARM


@pytest.mark.deep
def test_a_gain_of_1_percent_more_raises_the_alarm():
    assert LAW.score(kept_second_moment(elu_initializer(distribution="normal"), 1.01)) > ALARM


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg", "fan_geo_avg"])
@pytest.mark.parametrize("distribution", ["truncated_normal", "normal", "uniform"])
def test_samples_are_those_of_jax_with_the_scale(mode, distribution):
    shape, key = (3, 3, 20, 30), jax.random.key(1)
    theirs = jax.nn.initializers.variance_scaling(2.0, mode, distribution)(key, shape)
    found = elu_initializer(0.5, mode=mode, distribution=distribution)(key, shape)
    np.testing.assert_allclose(found, theirs * float(gain(0.5)) / math.sqrt(2), rtol=1e-6)


def test_axes_and_dtype_are_passed_on():
    shape, key = (30, 20, 3), jax.random.key(1)
    options = {"in_axis": 1, "out_axis": 0}
    theirs = jax.nn.initializers.variance_scaling(1.0, "fan_in", "normal", **options)
    initializer = elu_initializer(distribution="normal", dtype=jnp.bfloat16, **options)
    assert initializer(key, shape).dtype == jnp.bfloat16
    found = initializer(key, shape, jnp.float32)
    np.testing.assert_allclose(found, theirs(key, shape) * math.sqrt(SQUARE), rtol=1e-6)


@pytest.mark.parametrize("preserve", ["second_moment", "variance", "gradient"])
def test_gain_is_the_one_asked_for(preserve):
    key, law = jax.random.key(2), {"mu": -0.5, "sigma": 1.3, "preserve": preserve}
    ratio = float(gain(1.0, -0.5, 1.3, preserve) / gain())
    one, other = (elu_initializer(**options)(key, (8, 8)) for options in ({}, law))
    np.testing.assert_allclose(other, ratio * one, rtol=1e-6)


PARAMETERS = {"selu": {}, "celu": {"alpha": 2.0}, "relu": {}, "leaky_relu": {"slope": 0.2}}


@pytest.mark.parametrize("activation", PARAMETERS)
def test_gain_is_that_of_the_activation(activation):
    key, law = jax.random.key(2), {"mu": -0.5, "sigma": 1.3} | PARAMETERS[activation]
    theirs = jax.nn.initializers.variance_scaling(1.0, "fan_in", "normal")(key, (8, 8))
    for given in (activation, ACTIVATIONS[activation]):
        found = elu_initializer(distribution="normal", activation=given, **law)(key, (8, 8))
        ratio = float(gain(activation=activation, **law))
        np.testing.assert_allclose(found, ratio * theirs, rtol=1e-6)


def test_relu_has_the_weights_of_he_and_selu_those_of_lecun():
    key, shape = jax.random.key(5), (30, 20)
    he, lecun = jax.nn.initializers.he_normal(), jax.nn.initializers.lecun_normal()
    np.testing.assert_allclose(
        elu_initializer(activation="relu")(key, shape), he(key, shape), rtol=1e-6
    )
    np.testing.assert_allclose(
        elu_initializer(activation="selu")(key, shape), lecun(key, shape), rtol=1e-6
    )


def test_it_works_under_jit_and_vmap():
    initializer = elu_initializer()
    keys = jax.random.split(jax.random.key(0), 3)
    found = jax.jit(jax.vmap(lambda key: initializer(key, (4, 5))))(keys)
    np.testing.assert_allclose(found[1], initializer(keys[1], (4, 5)), rtol=1e-6)


def test_what_is_wrong_is_named():
    with pytest.raises(ValueError, match="mode = 'fan' is none of 'fan_in', 'fan_out'"):
        elu_initializer(mode="fan")
    with pytest.raises(ValueError, match="distribution = 'gamma' is none of"):
        elu_initializer(distribution="gamma")
    with pytest.raises(ValueError, match="preserve = 'mean' is none of"):
        elu_initializer(preserve="mean")
    with pytest.raises(ValueError, match="alpha = -1"):
        elu_initializer(alpha=-1)
    with pytest.raises(ValueError, match=r"^activation = 'ELU' is none of 'elu', 'relu'"):
        elu_initializer(activation="ELU")
    with pytest.raises(TypeError, match=r"^alpha = 1.0 is no parameter of relu, which has none$"):
        elu_initializer(1.0, activation="relu")
    with pytest.raises(ValueError, match=r"^mu = -99.0, sigma = 1.0: the gain that preserves"):
        elu_initializer(mu=-99.0, activation="relu")
    with pytest.raises(ValueError, match=r"must be a float.* dtype, got int32"):
        elu_initializer()(jax.random.key(0), (3, 4), jnp.int32)
