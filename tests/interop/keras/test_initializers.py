"""The initializer for Keras: in its layers, saved and loaded, the signal at depth 50."""

import json
import math
import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from depth_law import ALARM, DEPTH, depth_law

pytest.importorskip("jax", reason="the tests of Keras compute with JAX")
os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", reason="needs the extra keras")

from elu_sym import ACTIVATIONS  # noqa: E402
from elu_sym.interop.keras import EluInitializer  # noqa: E402
from elu_sym.networks.initialization import gain  # noqa: E402

WIDTH, NETWORKS = 128, 60
SQUARE = 1.5505188080679272
"""1/E f(Z)^2 at alpha = 1, from Arb."""
LAW = depth_law(math.sqrt(SQUARE), WIDTH)


@cache
def kept_second_moment(factor=1.0):
    seeds = keras.random.SeedGenerator(3)
    initializer = EluInitializer(distribution="untruncated_normal", seed=seeds)
    found = []
    for _ in range(NETWORKS):
        signal = keras.ops.ones((1, WIDTH)) / math.sqrt(SQUARE)
        for _ in range(DEPTH + 1):
            layer = keras.layers.Dense(WIDTH, kernel_initializer=initializer, use_bias=False)
            signal = keras.ops.elu(factor * layer(signal))
        found.append(SQUARE * np.mean(keras.ops.convert_to_numpy(signal) ** 2))
    return np.array(found)


@pytest.mark.deep
def test_second_moment_is_kept_at_depth_50():
    assert abs(LAW.score(kept_second_moment())) < ALARM


@pytest.mark.deep
def test_a_gain_of_1_percent_more_moves_it():
    # The same random numbers: the difference has a small part of the deviation.
    assert LAW.score(kept_second_moment(1.01)) - LAW.score(kept_second_moment()) > 3.0


@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform"])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_samples_are_those_of_keras_with_the_scale(mode, distribution):
    shape = (3, 3, 20, 30)
    theirs = keras.initializers.VarianceScaling(2.0, mode, distribution, seed=1)(shape)
    found = EluInitializer(0.5, mode, distribution, seed=1)(shape)
    theirs, found = (keras.ops.convert_to_numpy(each) for each in (theirs, found))
    np.testing.assert_allclose(found, theirs * float(gain(0.5)) / math.sqrt(2), rtol=1e-6)


def test_layers_take_it_and_give_it_back():
    initializer = EluInitializer(0.5, mu=-0.5, sigma=1.3, preserve="variance", seed=4)
    layer = keras.layers.Conv2D(8, 3, kernel_initializer=initializer)
    loaded = keras.layers.Conv2D.from_config(layer.get_config())
    assert isinstance(loaded.kernel_initializer, EluInitializer)
    assert loaded.kernel_initializer.get_config() == initializer.get_config()
    text = keras.saving.serialize_keras_object(initializer)
    again = keras.saving.deserialize_keras_object(text)
    first, second = (
        keras.ops.convert_to_numpy(each((3, 3, 4, 8))) for each in (initializer, again)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("activation", "parameters"),
    [("selu", {}), ("celu", {"alpha": 2.0}), ("relu", {}), ("leaky_relu", {"slope": 0.2})],
)
def test_the_activation_is_kept_as_its_name(activation, parameters):
    initializer = EluInitializer(activation=ACTIVATIONS[activation], seed=4, **parameters)
    config = initializer.get_config()
    expected = ACTIVATIONS[activation].default_parameters | parameters
    assert config | expected | {"activation": activation} == config
    json.dumps(config)
    text = keras.saving.serialize_keras_object(initializer)
    again = keras.saving.deserialize_keras_object(text)
    assert again.get_config() == EluInitializer.from_config(config).get_config() == config
    theirs = keras.initializers.VarianceScaling(1.0, seed=4)((6, 8))
    found, again, theirs = map(
        keras.ops.convert_to_numpy, (initializer((6, 8)), again((6, 8)), theirs)
    )
    np.testing.assert_array_equal(found, again)
    ratio = float(gain(activation=activation, **parameters))
    np.testing.assert_allclose(found, ratio * theirs, rtol=1e-6)


def test_a_configuration_without_an_activation_means_elu():
    before = {"alpha": 0.5, "mode": "fan_in", "distribution": "uniform", "mu": 0.1, "sigma": 1.0}
    found = EluInitializer.from_config(before | {"preserve": "gradient", "seed": 3})
    assert found.get_config()["activation"] == "elu"
    assert found.scale == pytest.approx(gain(0.5, 0.1, preserve="gradient") ** 2, rel=1e-15)


@pytest.mark.parametrize(
    ("shape", "axes", "fan_in", "fan_out"),
    [
        ((3, 2, 40, 50), ((0, 1, 3), (0, 1, 2)), 300, 240),  # transposed: outputs before inputs
        ((3, 2, 40, 50), ((0, 1), (0, 1, 3)), 6, 300),  # each channel by itself
    ],
)
def test_axes_make_the_fans(shape, axes, fan_in, fan_out):
    options = {"input_axes": axes[0], "output_axes": axes[1], "seed": 1}
    for mode, fan in (
        ("fan_in", fan_in),
        ("fan_out", fan_out),
        ("fan_avg", (fan_in + fan_out) / 2),
    ):
        initializer = EluInitializer(mode=mode, distribution="uniform", **options)
        found = keras.ops.convert_to_numpy(initializer(shape))
        assert np.abs(found).max() == pytest.approx(math.sqrt(3 * SQUARE / fan), rel=1e-3)
        again = EluInitializer.from_config(initializer.get_config())
        np.testing.assert_array_equal(found, keras.ops.convert_to_numpy(again(shape)))
        json.dumps(initializer.get_config())
    layer = keras.layers.Conv2DTranspose(8, 3, kernel_initializer=EluInitializer(**options))
    loaded = keras.layers.Conv2DTranspose.from_config(layer.get_config())
    assert loaded.kernel_initializer.axes == {
        "input_axes": [*axes[0]],
        "output_axes": [*axes[1]],
    }


BEFORE = {
    "module": "elu_sym.interop.keras",
    "class_name": "EluInitializer",
    "config": {
        **{"alpha": 0.5, "mu": 0.0, "sigma": 1.0, "preserve": "second_moment"},
        **{"activation": "elu", "mode": "fan_in", "distribution": "truncated_normal", "seed": 3},
    },
    "registered_name": "elu_sym>EluInitializer",
}
"""What a model kept of an initializer that it was saved with before there were axes."""


def test_what_was_saved_before_is_read_and_the_same_is_saved():
    found = keras.initializers.get(BEFORE)
    assert isinstance(found, EluInitializer)
    assert found.get_config() == BEFORE["config"]
    saved = keras.saving.serialize_keras_object(EluInitializer(0.5, seed=3))
    assert saved["registered_name"] == "elu_sym>EluInitializer"
    assert saved["config"] == BEFORE["config"]


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_a_model_that_was_saved_loads_where_the_initializer_is_registered(tmp_path):
    layer = keras.layers.Dense(2, kernel_initializer=EluInitializer(0.5, seed=3))
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((3,)), layer]).save(path)
    loaded = keras.saving.load_model(path)
    assert loaded.layers[0].kernel_initializer.arguments["alpha"] == 0.5
    # As without the import that the documentation names.
    registered = keras.saving.get_custom_objects()
    ours = registered.pop("elu_sym>EluInitializer")
    try:
        with pytest.raises(TypeError, match="Could not interpret initializer identifier"):
            keras.saving.load_model(path)
    finally:
        registered["elu_sym>EluInitializer"] = ours


def test_what_is_wrong_is_named():
    with pytest.raises(ValueError, match=r"^input_axes = \(0, 1\) and output_axes = None: give bo"):
        EluInitializer(input_axes=(0, 1))
    with pytest.raises(ValueError, match="preserve = 'mean' is none of"):
        EluInitializer(preserve="mean")
    with pytest.raises(ValueError, match=r"^activation = 'ELU' is none of 'elu', 'relu'"):
        EluInitializer(activation="ELU")
    for function in (keras.activations.gelu, lambda t: t * abs(t)):
        with pytest.raises(
            ValueError, match=r"^activation = .* has no name by which a model could"
        ):
            EluInitializer(activation=function)
    with pytest.raises(TypeError, match=r"^alpha = 1.0 is no parameter of relu, which has none$"):
        EluInitializer(1.0, activation="relu")
    with pytest.raises(ValueError, match=r"^mu = -99.0, sigma = 1.0: the gain that preserves"):
        EluInitializer(mu=-99.0, activation="relu")
    with pytest.raises(ValueError, match="must be a float dtype, got int32"):
        EluInitializer()((3, 4), dtype="int32")
    with pytest.raises(ValueError, match="mode"):
        EluInitializer(mode="fan")


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_a_backend_of_keras_that_is_missing_says_what_to_set(backend):
    code = (
        f"import sys; sys.modules[{backend!r}] = None\n"
        "try:\n"
        "    import elu_sym.interop.keras\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error)\n"
    )
    environment = os.environ | {"KERAS_BACKEND": backend}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout == (
        f"Keras is set to compute with {backend}, which is missing: set the environment variable"
        " KERAS_BACKEND=jax before Keras is imported, since the extra keras installs JAX; or pip"
        f" install {backend}\n"
    )
