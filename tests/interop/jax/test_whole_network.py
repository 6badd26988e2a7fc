"""Networks of JAX that are initialized by one call: what each layer gives, predicted and measured.

The oracles are hand-written sums over the weights that meet in an output, SciPy's quadrature, and
the network itself with its weights drawn again and again.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from depth_law import ALARM, DEPTH, _mean as power_mean, depth_law

jax = pytest.importorskip("jax", reason="needs the extra jax")

import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

from elu_sym.interop import signals, weighted_layer  # noqa: E402
from elu_sym.interop.jax import entry_rules, initialize, propagation  # noqa: E402

# Other keys take JAX longer to compile, for each shape of weights.
KEY = jax.random.key(7, impl="rbg")
WIDE = 512
NHWC = ("NHWC", "HWIO", "NHWC")
elu = jax.nn.elu


def ones(*shape):
    return jnp.ones(shape)


def signs(*shape):
    """Data every sample of which has the second moment 1."""
    return jnp.where(jax.random.bernoulli(jax.random.key(1), 0.5, shape), 1.0, -1.0)


def convolution(x, kernel, stride=1, **options):
    strides = (stride, stride)
    return lax.conv_general_dilated(x, kernel, strides, "SAME", dimension_numbers=NHWC, **options)


def perceptron(depth, width, activation=elu):
    def apply(params, x):
        *hidden, last = params
        for layer in hidden:
            x = activation(x @ layer["kernel"] + layer["bias"])
        return x @ last["kernel"] + last["bias"]

    sizes = [64] + [width] * depth
    pairs = pairwise(sizes)
    return apply, [{"kernel": ones(n, m), "bias": ones(m)} for n, m in pairs]


def residual(branches, channels):
    def apply(params, x):
        x = convolution(x, params["stem"])
        for block in params["blocks"]:
            inner = convolution(elu(x), block["first"]) + block["bias"]
            x = x + convolution(elu(inner), block["second"])
        return convolution(elu(x), params["depthwise"], feature_group_count=channels)

    square = (3, 3, channels, channels)
    block = {"first": ones(*square), "bias": ones(channels), "second": ones(*square)}
    return apply, {
        "stem": ones(3, 3, 3, channels),
        "blocks": [block] * branches,
        "depthwise": ones(3, 3, 1, channels),
    }


def transposed(channels):
    def apply(params, z):
        x = elu(z @ params["dense"]).reshape(-1, 2, 2, channels)
        x = elu(lax.conv_transpose(x, params["double"], (2, 2), "SAME") + params["bias"])
        return lax.conv_transpose(x, params["triple"], (3, 3), "VALID")

    return apply, {
        "dense": ones(64, 4 * channels),
        "double": ones(4, 4, channels, channels),
        "bias": ones(channels),
        "triple": ones(5, 5, channels, 3),
    }


@pytest.fixture(autouse=True)
def _compiled_quickly(request):
    quickly = request.node.get_closest_marker("deep") is None
    jax.config.update("jax_disable_most_optimizations", quickly)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


IMAGES, VECTORS = signs(3, 6, 6, 3), jax.random.normal(jax.random.key(2), (8, 64))
NETWORKS = {
    "perceptron": (*perceptron(4, 64), VECTORS),
    "residual": (*residual(2, 16), IMAGES),
    "transposed": (*transposed(16), VECTORS),
}


def worst(table):
    assert not table.unpredicted
    return max(abs(layer.z) for layer in table.layers)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_gives_what_is_predicted(name):
    apply, params, batch = NETWORKS[name]
    _, table = initialize(apply, params, batch, KEY, redraws=16)
    assert worst(table) < ALARM


@pytest.mark.deep
@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_gives_what_is_predicted_over_200_draws(name):
    apply, params, batch = NETWORKS[name]
    _, table = initialize(apply, params, batch, KEY, redraws=200)
    assert worst(table) < ALARM


@pytest.mark.deep
def test_50_layers_give_what_is_predicted_over_200_draws():
    # At this width what is of order 1/width is less than a standard error, see depth_law.
    apply, params = perceptron(DEPTH, WIDE)
    _, table = initialize(apply, params, VECTORS, KEY, redraws=200, distribution="normal")
    assert len(table.layers) == DEPTH
    assert worst(table) < ALARM


def test_the_width_of_50_layers_is_large_enough():
    law = depth_law(math.sqrt(1.0 / power_mean(2, 1.0, 1.0)), WIDE)
    assert abs(law.mean - 1.0) < law.deviation / math.sqrt(200)


def test_the_gains_of_a_perceptron_are_those_of_quadrature():
    apply, params = perceptron(3, 64)
    drawn, table = initialize(apply, params, VECTORS, KEY, redraws=0)
    variances = np.mean(np.asarray(VECTORS, dtype=float) ** 2, axis=1)
    first, second, third = table.layers
    assert (first.gain, first.fan, first.rule) == (1.0, 64, "first layer")
    assert first.predicted == pytest.approx(variances.mean(), rel=1e-6)
    moments = [power_mean(2, q, 1.0) for q in variances]
    assert second.gain == pytest.approx(1.0 / math.sqrt(np.mean(moments)), rel=1e-6)
    variances = moments / np.mean(moments)
    moments = [power_mean(2, q, 1.0) for q in variances]
    assert third.gain == pytest.approx(1.0 / math.sqrt(np.mean(moments)), rel=1e-6)
    assert (third.name, third.rule, third.measured) == ("[2]['kernel']", "fed by elu", None)
    for layer, values in zip(table.layers, drawn, strict=True):
        assert values["kernel"].var() == pytest.approx(layer.weight_variance, rel=0.15)
        assert not values["bias"].any()


def hand_summed_transposed(squares, size, stride):
    """The number of weights that meet in each output of an axis, times what they meet."""
    outputs = np.zeros((len(squares) - 1) * stride + size)
    for place, square in enumerate(squares):
        outputs[place * stride : place * stride + size] += square
    return outputs


@pytest.mark.parametrize(("size", "stride"), [(4, 2), (2, 3)])
def test_a_transposed_convolution_is_summed_by_hand(size, stride):
    def apply(params, x):
        return lax.conv_transpose(
            x, params, (stride,), "VALID", dimension_numbers=("NWC", "WIO", "NWC")
        )

    x = jax.random.normal(jax.random.key(3), (1, 5, 2))
    _, table = initialize(apply, ones(size, 2, 3), x, KEY, redraws=0)
    (layer,) = table.layers
    assert layer.fan == pytest.approx(2 * size / stride)
    sums = hand_summed_transposed(np.sum(np.asarray(x[0]) ** 2, axis=1), size, stride)
    # VALID pads with as many places as there are between kernels that are shorter than the stride.
    total = 5 * stride + max(size - stride, 0)
    assert layer.predicted == pytest.approx(sums.sum() / total / layer.fan, rel=1e-5)


def test_a_strided_grouped_convolution_is_summed_by_hand():
    def apply(params, x):
        return convolution(x, params, stride=2, feature_group_count=2, rhs_dilation=(1, 2))

    x = jax.random.normal(jax.random.key(3), (1, 5, 6, 4))
    _, table = initialize(apply, ones(3, 3, 2, 6), x, KEY, redraws=0)
    (layer,) = table.layers
    assert layer.fan == 18
    padded = np.zeros((7, 10, 4))
    padded[1:6, 1:7] = np.asarray(x[0], dtype=float) ** 2
    sums = [
        padded[2 * i : 2 * i + 3, 2 * j : 2 * j + 5 : 2, 2 * group : 2 * group + 2].sum()
        for i in range(3)
        for j in range(3)
        for group in range(2)
    ]
    assert layer.predicted == pytest.approx(np.mean(sums) / 18, rel=1e-5)


def dense_residual(branches):
    def apply(params, x):
        x = x @ params["first"]
        for kernel in params["branches"]:
            x = x + elu(x) @ kernel
        return elu(x) @ params["last"]

    square = ones(64, 64)
    return apply, {"first": ones(64, 64), "branches": [square] * branches, "last": square}


def test_the_stream_of_a_residual_network_grows_from_1_to_2():
    apply, params = dense_residual(4)
    _, table = initialize(apply, params, signs(8, 64), KEY, redraws=0)
    for step in range(4):
        layer = table[f"['branches'][{step}]"]
        moment = power_mean(2, 1.0 + step / 4.0, 1.0)
        assert layer.gain == pytest.approx(math.sqrt(0.25 / moment), rel=1e-6)
        assert layer.predicted == pytest.approx(0.25, rel=1e-6)
        assert layer.rule == "fed by elu, ends 1 of 4 branches"
    assert table["['last']"].gain == pytest.approx(power_mean(2, 2.0, 1.0) ** -0.5, rel=1e-6)


# What is wrong is seen.


def test_a_wrong_gain_is_seen(monkeypatch):
    right = weighted_layer.gain_for
    monkeypatch.setattr(weighted_layer, "gain_for", lambda *given: 1.05 * right(*given))
    with pytest.raises(AssertionError):
        test_the_gains_of_a_perceptron_are_those_of_quadrature()


def test_a_stride_that_is_left_out_is_seen(monkeypatch):
    right = propagation.fan_of

    def without(operation, at, shape):
        parameters = {**operation.parameters, "lhs_dilation": (1, 1)}
        return right(operation._replace(parameters=parameters), at, shape)

    monkeypatch.setattr(propagation, "fan_of", without)
    with pytest.raises(AssertionError):
        test_a_transposed_convolution_is_summed_by_hand(4, 2)


def test_a_sum_without_the_branch_is_seen(monkeypatch):
    right = signals.sum_of

    def without(one, other, shape):
        found = right(one, other, shape)
        found.squares = lambda: one.second_moments
        return found

    monkeypatch.setattr(entry_rules, "sum_of", without)
    apply, params = dense_residual(2)
    _, table = initialize(apply, params, signs(8, 64), KEY, redraws=16)
    assert worst(table) > ALARM


def test_weights_of_another_variance_are_seen(monkeypatch):
    right = propagation.Product.weigh
    monkeypatch.setattr(propagation.Product, "weigh", lambda self, x: 1.1 * right(self, x))
    apply, params = perceptron(2, 64)
    _, table = initialize(apply, params, VECTORS, KEY, redraws=16)
    assert worst(table) > ALARM


def test_what_is_not_known_beforehand_is_measured():
    def apply(params, x):
        x = jnp.sort(elu(x @ params[0]), axis=1) @ params[1]
        return (x - x.mean(1, keepdims=True)) @ params[2]

    params = [ones(64, 64)] * 3
    drawn, table = initialize(apply, params, VECTORS, KEY, redraws=16)
    first, second, third = table.layers
    assert second.rule == "fed by sort, measured"
    assert third.rule == "fed by reduce_sum, measured"
    assert abs(first.z) < ALARM
    assert table.unpredicted == (second, third)
    assert abs(second.measured - 1.0) < 0.1
    assert abs(third.measured - 1.0) < 0.1
    again, same = initialize(apply, params, VECTORS, KEY, redraws=16)
    assert same == table
    assert all((one == other).all() for one, other in zip(drawn, again, strict=True))
    _, unmeasured = initialize(apply, params, VECTORS, KEY, redraws=0)
    assert unmeasured.layers[1].measured is None


def test_what_is_only_nearly_gaussian_is_marked():
    apply, params = residual(1, 16)
    _, table = initialize(
        lambda params, x: elu(apply(params, x)).reshape(3, -1) @ params["head"],
        params | {"head": ones(36 * 16, 3)},
        IMAGES,
        KEY,
        redraws=0,
    )
    assert [layer.name for layer in table.layers if layer.approximate] == ["['head']"]


def test_what_is_left_alone_is_as_it_was():
    def apply(params, x):
        x, _ = lax.scan(lambda x, kernel: (elu(x @ kernel), None), x, params["stack"])
        return x * params["scale"] @ params["kernel"] + params["positions"]

    params = {
        "stack": ones(2, 64, 64) / 64,
        "scale": 2 * ones(64),
        "kernel": ones(64, 64),
        "positions": ones(8, 64),
        "unused": ones(3, 3),
    }
    drawn, table = initialize(apply, params, VECTORS, KEY, redraws=2)
    assert {each.name: each.reason for each in table.left_alone} == {
        "['stack']": "used by scan",
        "['scale']": "used by mul",
        "['positions']": "used by add",
        "['unused']": "not used",
    }
    assert [layer.name for layer in table.layers] == ["['kernel']"]
    for name in ("stack", "scale", "positions", "unused"):
        np.testing.assert_array_equal(drawn[name], params[name])


def test_weights_keep_their_type_and_are_those_of_the_key():
    def apply(params, x):
        return elu(x.astype(jnp.bfloat16) @ params[0]) @ params[1]

    params = [each.astype(jnp.bfloat16) for each in (ones(64, 64), ones(64, 64))]
    drawn, _ = initialize(apply, params, VECTORS, KEY, redraws=0)
    other, _ = initialize(apply, params, VECTORS, jax.random.key(8, impl="rbg"), redraws=0)
    assert all(each.dtype == jnp.bfloat16 for each in drawn)
    assert abs(float(drawn[0].astype(float).std()) - 0.125) < 0.01
    assert not (drawn[0] == other[0]).all()


def test_what_is_wrong_is_named():
    apply, params = perceptron(2, 64)
    with pytest.raises(ValueError, match=r"^params has no weights: apply multiplies no signal"):
        initialize(lambda p, x: x + p, ones(64), VECTORS, KEY)
    integers = [{**layer, "kernel": layer["kernel"].astype(int)} for layer in params]
    with pytest.raises(TypeError, match=r"^params\[0\]\['kernel'\] has dtype int32 and is"):
        initialize(apply, integers, VECTORS, KEY)
    with pytest.raises(ValueError, match=r"^apply\(params, batch\) fails with TypeError: dot_gen"):
        initialize(apply, params, VECTORS[:, :5], KEY)
    with pytest.raises(TypeError, match=r"^params\[0\]\['bias'\] is of type str: give arrays"):
        initialize(apply, [{"kernel": ones(64, 64), "bias": "none"}], VECTORS, KEY)
    with pytest.raises(ValueError, match=r"^batch is not finite everywhere"):
        initialize(apply, params, VECTORS.at[0, 0].set(jnp.nan), KEY)
    with pytest.raises(ValueError, match=r"^redraws = -1: give a whole number of at least 0"):
        initialize(apply, params, VECTORS, KEY, redraws=-1)
    with pytest.raises(ValueError, match=r"^distribution = 'gamma' is none of 'truncated_normal'"):
        initialize(apply, params, VECTORS, KEY, distribution="gamma")
    with pytest.raises(ValueError, match=r"^\[1\] is fed by identity, whose second moment is inf"):
        initialize(
            lambda p, x: (x @ p[0] * p[2]) @ p[1],
            [ones(64, 64), ones(64, 64), jnp.inf * ones(64)],
            VECTORS,
            KEY,
        )
