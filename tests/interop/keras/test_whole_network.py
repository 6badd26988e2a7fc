"""Models of Keras that are initialized by one call: what each layer gives, predicted and measured.

The oracles are hand-written sums over the weights that meet in an output, SciPy's quadrature, and
the model itself with its weights drawn again and again.
"""

import math
import os
from functools import partial

import numpy as np
import pytest
from depth_law import ALARM, DEPTH, _mean as power_mean

pytest.importorskip("jax", reason="the tests of Keras compute with JAX")
os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", reason="needs the extra keras")

from keras import Input, Model, Sequential, layers, ops  # noqa: E402

from elu_sym.interop import signals, weighted_layer  # noqa: E402
from elu_sym.interop.keras import call_rules, initialize, kernels  # noqa: E402

# What Keras draws when it builds a layer takes JAX long to compile, for each shape of weights.
PLAIN = {"kernel_initializer": "zeros"}
Dense, Conv2D = partial(layers.Dense, **PLAIN), partial(layers.Conv2D, **PLAIN)
Conv1D, EinsumDense = partial(layers.Conv1D, **PLAIN), partial(layers.EinsumDense, **PLAIN)
Conv2DTranspose = partial(layers.Conv2DTranspose, **PLAIN)
Conv1DTranspose = partial(layers.Conv1DTranspose, **PLAIN)
DepthwiseConv2D = partial(layers.DepthwiseConv2D, depthwise_initializer="zeros")
SeparableConv2D = partial(
    layers.SeparableConv2D, depthwise_initializer="zeros", pointwise_initializer="zeros"
)
RANDOM = np.random.default_rng(5)
VECTORS = RANDOM.standard_normal((8, 16)).astype("float32")
SIGNS = np.sign(RANDOM.standard_normal((8, 16))).astype("float32")
IMAGES = np.sign(RANDOM.standard_normal((3, 6, 6, 3))).astype("float32")


def numbers(variable):
    return keras.ops.convert_to_numpy(variable.value)


def worst(table):
    assert not table.unpredicted
    return max(abs(layer.z) for layer in table.layers)


def perceptron(depth=3, width=64):
    hidden = [Dense(width, activation="elu") for _ in range(depth - 1)]
    return Sequential([*hidden, Dense(width)])


def residual(branches=2, channels=16):
    def convolution():
        return Conv2D(channels, 3, padding="same")

    start = Input((6, 6, 3))
    stream = convolution()(start)
    for _ in range(branches):
        inner = convolution()(layers.ELU()(stream))
        inner = layers.Activation("elu")(layers.BatchNormalization()(inner))
        stream = layers.Add()([stream, convolution()(inner)])
    return Model(start, convolution()(ops.elu(stream)))


def transposed(channels=32):
    return Sequential(
        [
            Input((16,)),
            Dense(9 * channels, activation="elu"),
            layers.Reshape((3, 3, channels)),
            Conv2DTranspose(channels, 4, strides=2, padding="same", activation="elu"),
            Conv2DTranspose(3, 5, strides=3),
        ]
    )


MODELS = {
    "perceptron": (perceptron, VECTORS),
    "residual": (residual, IMAGES),
    "transposed": (transposed, VECTORS),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_gives_what_is_predicted(name):
    make, batch = MODELS[name]
    assert worst(initialize(make(), batch, redraws=16, seed=1)) < ALARM


@pytest.mark.deep
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_gives_what_is_predicted_over_200_draws(name):
    make, batch = MODELS[name]
    assert worst(initialize(make(), batch, redraws=200, seed=1)) < ALARM


@pytest.mark.deep
def test_50_layers_give_what_is_predicted_over_200_draws():
    # At this width what is of order 1/width is less than a standard error, see depth_law.
    model, wide = perceptron(DEPTH, 512), "untruncated_normal"
    table = initialize(model, VECTORS, redraws=200, seed=1, distribution=wide)
    assert len(table.layers) == DEPTH
    assert worst(table) < ALARM


def test_the_gains_of_a_perceptron_are_those_of_quadrature():
    model = perceptron()
    table = initialize(model, VECTORS, redraws=0, seed=1)
    variances = np.mean(VECTORS.astype(float) ** 2, axis=1)
    first, second, third = table.layers
    assert (first.gain, first.fan, first.rule) == (1.0, 16, "first layer")
    assert first.predicted == pytest.approx(variances.mean(), rel=1e-6)
    moments = [power_mean(2, q, 1.0) for q in variances]
    assert second.gain == pytest.approx(1.0 / math.sqrt(np.mean(moments)), rel=1e-6)
    moments = [power_mean(2, q, 1.0) for q in moments / np.mean(moments)]
    assert third.gain == pytest.approx(1.0 / math.sqrt(np.mean(moments)), rel=1e-6)
    assert (third.rule, third.predicted, third.measured) == ("fed by elu", pytest.approx(1), None)
    for row, layer in zip(table.layers, model.layers, strict=True):
        values = numbers(layer.kernel)
        assert layer.kernel.path == f"{row.name}/kernel"
        assert values.var() == pytest.approx(row.weight_variance, rel=0.15)


@pytest.mark.parametrize(("size", "stride"), [(4, 2), (5, 3)])
def test_a_transposed_convolution_is_summed_by_hand(size, stride):
    x = RANDOM.standard_normal((1, 5, 2)).astype("float32")
    model = Sequential([Conv1DTranspose(3, size, strides=stride)])
    (layer,) = initialize(model, x, redraws=0).layers
    assert layer.fan == pytest.approx(2 * size / stride)
    sums = np.zeros(4 * stride + size)
    for place, square in enumerate(np.sum(x[0].astype(float) ** 2, axis=1)):
        sums[place * stride : place * stride + size] += square
    assert layer.predicted == pytest.approx(sums.mean() / layer.fan, rel=1e-5)


def test_the_stream_of_a_residual_network_grows_from_1_to_2():
    start = Input((16,))
    stream = Dense(64)(start)
    for _ in range(4):
        stream = stream + Dense(64)(layers.ELU(alpha=2.0)(stream))
    model = Model(start, Dense(64)(layers.ELU(alpha=2.0)(stream)))
    table = initialize(model, SIGNS, redraws=0)
    for step, layer in enumerate(table.layers[1:5]):
        moment = power_mean(2, 1.0 + step / 4.0, 2.0)
        assert layer.gain == pytest.approx(math.sqrt(0.25 / moment), rel=1e-6)
        assert layer.rule == "fed by elu(alpha=2), ends 1 of 4 branches"
    assert table.layers[5].gain == pytest.approx(power_mean(2, 2.0, 2.0) ** -0.5, rel=1e-6)


# What is wrong is seen.


def test_a_wrong_gain_is_seen(monkeypatch):
    right = weighted_layer.gain_for
    monkeypatch.setattr(weighted_layer, "gain_for", lambda *given: 1.05 * right(*given))
    with pytest.raises(AssertionError):
        test_the_gains_of_a_perceptron_are_those_of_quadrature()


def test_a_stride_that_is_left_out_is_seen(monkeypatch):
    monkeypatch.setattr(
        kernels, "prod", lambda lengths: math.prod(lengths) if len([*lengths]) > 1 else 1
    )
    with pytest.raises(AssertionError):
        test_a_transposed_convolution_is_summed_by_hand(4, 2)


def test_a_sum_without_the_branch_is_seen(monkeypatch):
    right = signals.sum_of

    def without(one, other, shape):
        found = right(one, other, shape)
        found.squares = lambda: one.second_moments
        return found

    monkeypatch.setattr(call_rules, "sum_of", without)
    assert worst(initialize(residual(), IMAGES, redraws=16, seed=1)) > ALARM


# Whatever a model is made of.


def separable():
    return Sequential(
        [
            SeparableConv2D(16, 3, depth_multiplier=4, activation="selu", padding="same"),
            DepthwiseConv2D(3, depth_multiplier=2, activation="relu"),
            layers.Dropout(0.5),
            layers.Flatten(),
            Dense(8, activation="softmax"),
        ]
    )


def gated():
    start = Input((16,))
    left, right = Dense(64)(start), Dense(64)(start)
    product = ops.silu(left) * right
    side = layers.Concatenate()([product, ops.tanh(left) * 0.5, layers.LeakyReLU(0.3)(right)])
    return Model(start, Dense(64)(side))


def nested():
    start = Input((16,))
    shared = Dense(64, activation=lambda x: ops.where(x > 0, x, ops.expm1(x)))
    tower = Sequential([Input((16,)), shared, Dense(64)])
    both = layers.Concatenate()([tower(start), tower(ops.flip(start, 1))])
    by_hand = both * ops.sigmoid(both)
    return Model(start, Dense(64)(layers.Rescaling(0.5)(by_hand)))


def looked_up():
    start = Input((16,), dtype="int32")
    x = layers.ZeroPadding1D(1)(layers.Embedding(10, 64, "zeros")(start))
    x = Conv1D(64, 3, padding="causal", dilation_rate=2, groups=2)(ops.gelu(x))
    x = layers.UpSampling1D(2)(layers.PReLU(shared_axes=[1])(x))
    x = EinsumDense("btd,dh->bth", output_shape=(36, 64))(x)
    return Model(start, Dense(64)(layers.Activation("tanh")(x)))


OTHERS = {
    separable: IMAGES,
    gated: VECTORS,
    nested: VECTORS,
    looked_up: np.abs(3 * VECTORS).astype(int) % 10,
}


QUICK = (separable,)


@pytest.mark.parametrize(
    "make",
    [pytest.param(each, marks=[] if each in QUICK else pytest.mark.deep) for each in OTHERS],
    ids=lambda make: make.__name__,
)
def test_what_models_do_besides(make):
    table = initialize(make(), OTHERS[make], redraws=24, seed=2, distribution="uniform")
    assert worst(table) < ALARM
    nearly = {"depthwise_conv2d", "dense"} if make is separable else set()
    assert {
        layer.name.rsplit("/", 1)[-1].rstrip("_0123456789")
        for layer in table.layers
        if layer.approximate
    } == nearly


def test_what_is_not_known_beforehand_is_measured_and_other_layers_are_left_alone():
    start = Input((6, 6, 3))
    x = layers.MaxPooling2D()(Conv2D(64, 3, activation="relu", name="first")(start))
    x = Dense(64, name="second")(layers.Flatten()(x))
    x = Dense(64, name="third")(layers.LayerNormalization(name="norm")(x))
    frozen = layers.Dense(64, name="frozen", trainable=False)
    model = Model(start, Dense(64, name="fourth")(frozen(x)))
    before = numbers(frozen.kernel)
    table = initialize(model, IMAGES, redraws=16, seed=2)
    rules = [(layer.name, layer.rule) for layer in table.layers]
    assert rules == [
        ("first", "first layer"),
        ("second", "fed by max_pooling2d, measured"),
        ("third", "fed by norm, measured"),
        ("fourth", "fed by frozen, measured"),
    ]
    assert {each.name: each.reason for each in table.left_alone} == {
        "norm": "LayerNormalization",
        "frozen": "frozen",
    }
    assert [layer.name for layer in table.unpredicted] == ["second", "third", "fourth"]
    assert all(abs(layer.measured - 1.0) < 0.1 for layer in table.unpredicted)
    np.testing.assert_array_equal(numbers(frozen.kernel), before)


def test_weights_are_those_of_the_seed_and_biases_are_0():
    models = [perceptron(2) for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        model.build(VECTORS.shape)
        model.layers[0].bias.assign(np.ones(64))
        initialize(model, VECTORS, redraws=2, seed=seed)
        assert not numbers(model.layers[0].bias).any()
    kernels_of_all = [numbers(model.layers[0].kernel) for model in models]
    # The names of layers count, and these have others.
    assert not (kernels_of_all[0] == kernels_of_all[2]).all()
    again = [numbers(each) for each in models[0].weights]
    initialize(models[0], VECTORS, redraws=2, seed=1)
    for one, other in zip(again, models[0].weights, strict=True):
        np.testing.assert_array_equal(one, numbers(other))


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = Dense(4)

    def call(self, x):
        return self.dense(x)


def test_what_is_wrong_is_named():
    model = Sequential([Input((16,)), Dense(4)])
    before = [numbers(each) for each in model.weights]
    with pytest.raises(TypeError, match=r"^model is of type Dense: give a keras.Model"):
        initialize(Dense(3), VECTORS)
    with pytest.raises(ValueError, match=r"is a Subclass, whose call is no graph of layers: make"):
        initialize(Subclass(), VECTORS)
    with pytest.raises(
        ValueError, match=r"^model has no layer whose weights can be drawn \(none\)"
    ):
        initialize(Sequential([Input((16,)), layers.ELU()]), VECTORS)
    with pytest.raises(ValueError, match=r"can be drawn \(scale: BatchNormalization\)"):
        initialize(Sequential([layers.BatchNormalization(name="scale")]), VECTORS)
    with pytest.raises(ValueError, match=r"^model\(batch\) fails with ValueError: "):
        initialize(model, VECTORS[:, :5])
    with pytest.raises(ValueError, match=r"^batch is not finite everywhere, in array 0"):
        initialize(model, np.where(VECTORS > 1, np.nan, VECTORS))
    with pytest.raises(ValueError, match=r"^redraws = -1: give a whole number of at least 0"):
        initialize(model, VECTORS, redraws=-1)
    with pytest.raises(ValueError, match=r"^distribution = 'normal' is none of 'truncated_norm"):
        initialize(model, VECTORS, distribution="normal")
    for one, other in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, numbers(other))
