"""Which operations of JAX are read, whatever a network is made of."""

import pytest
from depth_law import ALARM

jax = pytest.importorskip("jax", reason="needs the extra jax")

import jax.numpy as jnp  # noqa: E402

from elu_sym.interop.jax import initialize  # noqa: E402

# Other keys take JAX longer to compile, for each shape of weights.
KEY = jax.random.key(7, impl="rbg")
VECTORS = jax.random.normal(jax.random.key(2), (8, 64))
elu, ones = jax.nn.elu, jnp.ones


def worst(table):
    assert not table.unpredicted
    return max(abs(layer.z) for layer in table.layers)


def with_derivative(function):
    wrapped = jax.custom_jvp(function)
    wrapped.defjvp(lambda given, tangents: jax.jvp(function, given, tangents))
    return wrapped


def with_gradient(function):
    wrapped = jax.custom_vjp(function)
    wrapped.defvjp(lambda *given: (function(*given), given), lambda given, slopes: given)
    return wrapped


WAYS = {
    "jitted": lambda f: jax.jit(f),
    "checkpointed": lambda f: jax.checkpoint(f),
    "with a derivative of its own": with_derivative,
    "with a gradient of its own": with_gradient,
    "one sample at a time": lambda f: lambda *given: jax.vmap(f, (None, 0))(*given),
}


@pytest.mark.parametrize("way", WAYS)
def test_functions_in_functions_are_read(way):
    def layer(kernel, x):
        return elu(x @ kernel)

    wrapped = WAYS[way](layer)
    params = [ones((64, 64)), ones((64, 64))]
    expected = [
        initialize(
            lambda p, x, each=each: each(p[1], each(p[0], x)), params, VECTORS, KEY, redraws=0
        )[1].layers
        for each in (layer, wrapped)
    ]
    assert expected[0] == expected[1]


def rule_of(apply, params, batch=VECTORS):
    return initialize(apply, params, batch, KEY, redraws=0)[1].layers[-1].rule


SQUARES = [ones((64, 64)), ones((64, 64))]
FUNCTIONS = {
    "elu": elu,
    "elu(alpha=0.3)": lambda x: jnp.where(x > 0, x, 0.3 * (jnp.exp(x) - 1)),
    "selu": jax.nn.selu,
    "relu": lambda x: jnp.maximum(x, 0),
    "leaky_relu(slope=0.2)": lambda x: jax.nn.leaky_relu(x, 0.2),
    "gelu_tanh": jax.nn.gelu,
    "silu": jax.nn.silu,
    "a function": jnp.sin,
    "identity": lambda x: x,
}
REST = {
    "celu(alpha=2)": lambda x: jax.nn.celu(x, 2.0),
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "softplus": jax.nn.softplus,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "mish": jax.nn.mish,
    "hard_swish": jax.nn.hard_swish,
    "softsign": jax.nn.soft_sign,
    "squareplus": jax.nn.squareplus,
}


@pytest.mark.parametrize(
    "name", [*FUNCTIONS, *(pytest.param(name, marks=pytest.mark.deep) for name in REST)]
)
def test_activations_are_recognized_however_they_are_written(name):
    function = (FUNCTIONS | REST)[name]
    rule = rule_of(lambda p, x: function(x @ p[0]) @ p[1], SQUARES)
    assert rule == f"fed by {name}"


def gated(params, x):
    return (jax.nn.silu(x @ params[0]) * (x @ params[1])) @ params[2]


def shared(params, x):
    both = jnp.concatenate([elu(x @ params[0]), jnp.tanh(x[:, ::-1] @ params[0])], axis=1)
    return both @ params[1] + jnp.split(elu(x @ params[2]), [64], axis=1)[0]


def scaled(params, x):
    return elu(x @ (params[0] / 4.0)) @ params[1].T * 3.0 @ params[2][0]


def dropped(params, x):
    x = elu(x @ params[0])
    kept = jax.random.bernoulli(KEY, 0.5, x.shape)
    return jnp.where(kept, x / 0.5, 0.0) @ params[1]


def looked_up(params, x):
    rows = params[0][jnp.abs(8 * x[:, :8]).astype(int) % 64]
    return elu(rows * params[2]) @ params[1]


OTHERS = {
    gated: [ones((64, 64)), ones((64, 64)), ones((64, 64))],
    shared: [ones((64, 64)), ones((128, 64)), ones((64, 64))],
    scaled: [ones((64, 64)), ones((64, 64)), ones((1, 64, 64))],
    dropped: [ones((64, 64)), ones((64, 64))],
    looked_up: [ones((64, 64)), ones((64, 64)), 1.5 * ones(64)],
}


QUICK = (scaled,)


@pytest.mark.parametrize(
    "apply",
    [pytest.param(each, marks=[] if each in QUICK else pytest.mark.deep) for each in OTHERS],
    ids=lambda apply: apply.__name__,
)
def test_what_networks_do_besides(apply):
    params = OTHERS[apply]
    _, table = initialize(apply, params, VECTORS, KEY, redraws=24, distribution="uniform")
    assert worst(table) < ALARM
