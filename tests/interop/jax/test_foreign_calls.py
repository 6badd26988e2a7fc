"""Foreign calls: arrays where they are, what goes wrong is told, subnormal numbers are numbers."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count
from threading import Barrier

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="needs the extra jax")

import jax.numpy as jnp  # noqa: E402

from elu_sym.interop.jax import foreign_calls  # noqa: E402
from elu_sym.interop.jax.foreign_calls import register  # noqa: E402

NAMES = (f"tests.foreign_call_{number}" for number in count())


def calling(compute, results=1):
    target = next(NAMES)
    assert register(target, compute)

    @jax.jit
    def function(*arrays):
        result = jax.ShapeDtypeStruct(arrays[0].shape, arrays[0].dtype)
        return jax.ffi.ffi_call(target, [result] * results)(*arrays)

    return function


def test_arguments_and_results_are_where_xla_has_them():
    seen = []

    def compute(arguments, results):
        seen.extend(arguments)
        for k, result in enumerate(results):
            result[:] = arguments[k]

    x, y = jnp.arange(6.0).reshape(2, 3), jnp.ones((2, 3))
    first, second = calling(compute, 2)(x, y)
    assert (first == x).all()
    assert (second == y).all()
    assert [each.ctypes.data for each in seen] == [each.unsafe_buffer_pointer() for each in (x, y)]
    assert {(each.shape, each.dtype.name) for each in seen} == {((6,), "float32")}
    assert not any(each.flags.writeable for each in seen)


def test_a_transposed_array_comes_in_order():
    def compute(arguments, results):
        results[0][:] = arguments[0]

    function = calling(compute)
    x = jnp.arange(6.0).reshape(2, 3)
    assert (jax.jit(lambda x: function(x.T)[0])(x) == x.T).all()


@pytest.mark.parametrize("shape", [(0,), (3, 0), ()])
def test_arrays_of_no_and_of_one_element(shape):
    sizes = []

    def compute(arguments, results):
        sizes.append(arguments[0].size)
        results[0][:] = 2.0 * arguments[0]

    (found,) = calling(compute)(jnp.ones(shape))
    assert found.shape == shape
    assert (found == 2.0).all()
    assert sizes == ([] if found.size == 0 else [1])


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_what_is_raised_is_an_error_of_xla(error):
    def compute(arguments, results):
        raise error

    function = calling(compute)
    with pytest.raises(jax.errors.JaxRuntimeError, match=f"foreign_call.*{type(error).__name__}"):
        jax.block_until_ready(function(jnp.ones(3)))


def test_other_types_are_an_error():
    def compute(arguments, results):
        results[0][:] = arguments[0]

    with pytest.raises(jax.errors.JaxRuntimeError, match="KeyError"):
        jax.block_until_ready(calling(compute)(jnp.arange(3)))


def subnormal():
    return bool((np.full(3, 1e-310) * np.full(3, 0.5)).all())


def test_subnormal_numbers_are_numbers():
    found = []

    def compute(arguments, results):
        found.append(subnormal())
        results[0][:] = arguments[0]

    jax.block_until_ready(calling(compute)(jnp.ones(3)))
    assert found == [True]


def test_xla_gets_its_rounding_back(monkeypatch):
    found, ordinary = [], foreign_calls._OrdinaryNumbers

    def compute(arguments, results):
        found.append(subnormal())
        with ordinary():
            found.append(subnormal())
        found.append(subnormal())
        results[0][:] = arguments[0]

    monkeypatch.setattr(foreign_calls, "_OrdinaryNumbers", nullcontext)
    jax.block_until_ready(calling(compute)(jnp.ones(3)))
    flushed, inside, after = found
    assert inside
    assert after == flushed


def test_another_version_of_the_interface_is_left_alone(monkeypatch):
    def compute(arguments, results):
        raise AssertionError("it is not called")

    monkeypatch.setattr(foreign_calls, "_MAJOR", 7)
    assert not register(next(NAMES), compute)
    monkeypatch.undo()
    monkeypatch.setattr(foreign_calls, "_Buffers", foreign_calls._Buffer)
    assert not register(next(NAMES), compute)
    monkeypatch.undo()
    assert register(next(NAMES), compute)


def test_xla_gets_a_target_once_and_what_is_kept(monkeypatch):
    target, everyone, given = next(NAMES), Barrier(3), []

    def take(name, capsule, platform):
        time.sleep(0.02)
        given.append(name)

    def ask(number):
        everyone.wait()
        return register(target, lambda arguments, results: None)

    monkeypatch.setattr(jax.ffi, "register_ffi_target", take)
    monkeypatch.setattr(foreign_calls, "_FOREVER", {})
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, range(3))) == [True] * 3
    assert given == [target]
