"""The rules of the primitive: every transformation, second derivatives, machines and threads."""

import subprocess
import sys
import threading

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="needs the extra jax")

import jax.numpy as jnp  # noqa: E402

from elu_sym import elu, mean, relu  # noqa: E402
from elu_sym.interop import selecting, thread_parts  # noqa: E402
from elu_sym.interop.jax import foreign_calls, formula_primitive, jax_function  # noqa: E402
from elu_sym.interop.jax.formula_primitive import GRADIENT, HESSIAN, VALUE, bind  # noqa: E402
from elu_sym.numeric.evaluation import evaluate  # noqa: E402

MU = np.array([-3.0, -0.5, 0.0, 0.25, 4.0])
SIGMA, ALPHA = 1.5, 0.5


pytestmark = pytest.mark.usefixtures("x64")


def truth(formula, derivatives, *arguments):
    """What NumPy has, in the order of the primitive."""
    name = formula.function_name + selecting.SUFFIXES[derivatives]
    return evaluate(selecting.generated_function(name), *map(np.asarray, arguments))


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("derivatives", [VALUE, GRADIENT, HESSIAN])
def test_it_is_what_numpy_has(derivatives):
    arguments = [np.broadcast_to(each, MU.shape) for each in (MU, SIGMA, ALPHA)]
    expected = truth(mean, derivatives, *arguments)
    arrays = [jnp.asarray(each) for each in arguments]
    close(bind("mean", derivatives, arrays), expected)
    close(jax.jit(lambda *each: bind("mean", derivatives, each))(*arrays), expected)
    with jax.disable_jit():
        close(bind("mean", derivatives, arrays), expected)


def test_second_derivatives_by_every_way():
    function = jax_function(elu.variance)
    by_pair = [float(each) for each in truth(elu.variance, HESSIAN, 0.25, SIGMA, ALPHA)]
    rows = [[0, 1, 2], [1, 3, 4], [2, 4, 5]]
    expected = [[by_pair[k] for k in row] for row in rows]
    everything = (0, 1, 2)
    for outer, inner in (
        (jax.jacfwd, jax.jacrev),
        (jax.jacrev, jax.jacfwd),
        (jax.jacrev, jax.jacrev),
        (jax.jacfwd, jax.jacfwd),
    ):
        twice = outer(inner(function, everything), everything)
        np.testing.assert_allclose(twice(0.25, SIGMA, ALPHA), expected, rtol=1e-12)
    hessian = jax.jit(jax.hessian(function, everything))(0.25, SIGMA, ALPHA)
    np.testing.assert_allclose(hessian, expected, rtol=1e-12)
    np.testing.assert_array_equal(hessian, np.transpose(hessian))
    twice = jax.grad(jax.grad(function, 1), 2)
    np.testing.assert_allclose(twice(0.25, SIGMA, ALPHA), by_pair[4], rtol=1e-12)
    mapped = jax.vmap(jax.grad(jax.grad(function)), (0, None, None))(MU, SIGMA, ALPHA)
    expected = truth(elu.variance, HESSIAN, MU, SIGMA, ALPHA)[0]
    np.testing.assert_allclose(mapped, expected, rtol=1e-12)


def test_second_derivatives_of_functions_of_it():
    """By the chain rule, with each of the arguments a function of one number."""

    def composed(x):
        return jax_function(mean)(x * x, jnp.exp(x), 1.0 / x) ** 2

    step = 1e-4
    up, down = (float(jax.grad(composed)(0.7 + each)) for each in (step, -step))
    np.testing.assert_allclose(jax.hessian(composed)(0.7), (up - down) / (2 * step), rtol=1e-6)


def test_third_derivatives_are_refused():
    third = jax.grad(jax.grad(jax.grad(jax_function(relu.mean))))
    with pytest.raises(NotImplementedError, match=r"relu\.mean has no third derivatives on JAX"):
        third(0.5, 1.0)


def test_single_precision_is_computed_in_double():
    mu = MU.astype(np.float32)
    found = jax.vmap(jax.grad(jax.grad(jax_function(mean))), (0, None, None))(mu, 1.5, 0.5)
    assert found.dtype == np.float32
    expected = truth(mean, HESSIAN, mu.astype(np.float64), 1.5, 0.5)[0].astype(np.float32)
    np.testing.assert_allclose(found, expected, rtol=2.0**-23)


@pytest.mark.parametrize("axes", [(0, None, None), (1, 0, None), (None, None, 0), (1, 0, 0)])
def test_any_axis_may_be_mapped(axes):
    shape = {None: (4,), 0: (3, 4), 1: (4, 3)}
    random = np.random.default_rng(3)
    arguments = [np.exp(random.normal(size=shape[axis])) for axis in axes]
    found = jax.vmap(jax_function(mean), axes)(*arguments)
    aligned = [
        x if axis is None else np.moveaxis(x, axis, 0)
        for x, axis in zip(arguments, axes, strict=True)
    ]
    close([found], truth(mean, VALUE, *np.broadcast_arrays(*aligned)))


def test_loops_and_branches():
    function = jax_function(mean)
    expected = mean(MU, SIGMA, ALPHA)

    @jax.jit
    def scanned(mu):
        return jax.lax.scan(lambda total, x: (total + x, function(x, SIGMA, ALPHA)), 0.0, mu)[1]

    @jax.jit
    def branched(x):
        return jax.lax.cond(x > 0.0, lambda x: function(x, SIGMA, ALPHA), jnp.sin, x)

    close([scanned(MU)], [expected])
    close([jax.lax.map(lambda x: function(x, SIGMA, ALPHA), MU)], [expected])
    close([jax.lax.map(lambda x: function(x, SIGMA, ALPHA), MU, batch_size=2)], [expected])
    close([branched(0.25), branched(-0.5)], [expected[3], np.sin(-0.5)])
    slopes = jax.grad(lambda mu: scanned(mu).sum())(jnp.asarray(MU))
    close([slopes], truth(mean, GRADIENT, MU, SIGMA, ALPHA)[:1])
    slopes = jax.jit(jax.vmap(jax.grad(jax.jit(function)), (0, None, None)))(MU, SIGMA, ALPHA)
    close([slopes], truth(mean, GRADIENT, MU, SIGMA, ALPHA)[:1])
    rematerialized = jax.grad(lambda mu: jax.checkpoint(function)(mu, SIGMA, ALPHA).sum())
    close([rematerialized(jnp.asarray(MU))], truth(mean, GRADIENT, MU, SIGMA, ALPHA)[:1])


def test_threads_at_once_have_the_bits_of_one(monkeypatch):
    monkeypatch.setattr(foreign_calls, "processors", lambda: 2)
    function = jax_function(mean)
    mu = jnp.linspace(-3.0, 3.0, 2 * thread_parts.LEAST + 1)

    @jax.jit
    def several(mu):
        values = [function(mu, sigma, 1.5) for sigma in (0.5, 1.0, 2.0)]
        last = jax.lax.map(lambda sigma: function(mu, sigma, 1.5), jnp.array([0.5, 2.0]))
        return (*values, last)

    expected = [mean(np.asarray(mu), sigma, 1.5) for sigma in (0.5, 1.0, 2.0)]
    found = []

    def again():
        for _ in range(3):
            found.append([np.asarray(each) for each in several(mu)])

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == 12
    for *values, last in found:
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_array_equal(last, expected[::2])


def test_only_what_a_machine_needs_is_lowered_for_it():
    function = jax.jit(jax_function(relu.mean))
    traced = function.trace(jnp.ones(3), jnp.ones(3))
    assert [str(each.primitive) for each in traced.jaxpr.eqns].count("elu_sym") == 1
    assert len(traced.jaxpr.eqns) < 10
    here = traced.lower(lowering_platforms=("cpu",)).as_text()
    assert here.count("custom_call") == 1
    assert len(here.splitlines()) < 50
    there = traced.lower(lowering_platforms=("cuda",)).as_text()
    assert "custom_call" not in there
    assert len(there.splitlines()) > 200
    anywhere = traced.lower(lowering_platforms=("cpu", "tpu")).as_text()
    assert "custom_call" in anywhere
    assert len(anywhere.splitlines()) > 200


def test_without_foreign_calls_the_form_of_the_accelerators_is_compiled(monkeypatch):
    monkeypatch.setattr(formula_primitive, "foreign_target", lambda formula, derivatives: None)
    function = jax.jit(lambda mu: bind("relu.mean", VALUE, [mu, jnp.ones_like(mu)])[0])
    assert "custom_call" not in function.lower(MU).as_text()
    close([function(MU)], truth(relu.mean, VALUE, MU, 1.0))


def test_exported_it_calls_the_same_targets():
    export = jax.export
    safe = [export.DisabledSafetyCheck.custom_call("elu_sym.mean")]
    function = jax.jit(lambda mu: jax_function(mean)(mu, SIGMA, ALPHA))
    shape = jax.ShapeDtypeStruct(export.symbolic_shape("n"), np.float64)
    exported = export.export(function, platforms=["cpu", "cuda"], disabled_checks=safe)(shape)
    np.testing.assert_array_equal(exported.call(MU), mean(MU, SIGMA, ALPHA))


SEVERAL_DEVICES = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
from elu_sym import mean
from elu_sym.interop.jax import jax_function

jax.config.update("jax_enable_x64", True)
function = jax_function(mean)
mesh = jax.make_mesh((2,), ("i",), axis_types=(AxisType.Auto,))
mu = jnp.linspace(-3.0, 3.0, 64)
values = mean(np.asarray(mu), 0.75, 1.5)
laid_out = jax.device_put(mu, NamedSharding(mesh, P("i")))
assert (jax.jit(lambda mu: function(mu, 0.75, 1.5))(laid_out) == values).all()
assert (jax.pmap(lambda mu: function(mu, 0.75, 1.5))(mu.reshape(2, 32)).ravel() == values).all()
def alone(sigma):
    return function(mu, sigma, 1.5).sum()
for checked in (False, True):
    parts = jax.shard_map(lambda mu, sigma: function(mu, sigma, 1.5), mesh=mesh,
                          in_specs=(P("i"), P()), out_specs=P("i"), check_vma=checked)
    assert (jax.jit(parts)(laid_out, 0.75) == values).all()
    def together(sigma):
        return parts(mu, sigma).sum()
    for derivative in (jax.grad, jax.hessian):
        found = jax.jit(derivative(together))(jnp.asarray(0.75))
        np.testing.assert_allclose(found, derivative(alone)(0.75), rtol=1e-13)
    spread = jax.shard_map(lambda sigma, mu: function(mu, sigma, 1.5).sum(keepdims=True),
                           mesh=mesh, in_specs=(P("i"), P()), out_specs=P("i"), check_vma=checked)
    sigma = jnp.exp(mu)
    found = jax.jit(jax.grad(lambda mu: spread(sigma, mu).sum()))(jnp.asarray(0.5))
    expected = jax.grad(lambda mu: function(mu, sigma, 1.5).sum())(0.5)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
explicit = jax.make_mesh((2,), ("i",), axis_types=(AxisType.Explicit,))
apart = jax.device_put(sigma, NamedSharding(explicit, P("i")))
with jax.set_mesh(explicit):
    found = jax.jit(lambda mu, sigma: function(mu, sigma, 1.5))(jnp.asarray(0.5), apart)
assert found.sharding.spec == P("i")
assert (found == mean(0.5, np.asarray(sigma), 1.5)).all()
print("done")
"""


def test_several_devices(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    run = subprocess.run([sys.executable, "-c", SEVERAL_DEVICES], capture_output=True, text=True)
    assert run.stdout == "done\n", run.stderr
