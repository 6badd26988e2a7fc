"""Gram matrices as lazy arrays have the values of those in memory."""

import numpy as np
import pytest

from elu_sym import gram

pytest.importorskip("dask", reason="needs the extra dask")

import dask.array as da

from elu_sym.interop import dask_kernels
from elu_sym.interop.dask_kernels import dask_gram

ROWS = np.random.default_rng(0).normal(size=(7, 4))
OTHERS = np.random.default_rng(1).normal(size=(3, 4))
LATER = da.from_array(ROWS)[da.from_array(ROWS)[:, 0] > 0.0]
NETWORK = {"depth": 2, "weight_variance": 1.3, "bias_variance": 0.1, "alpha": 1.5}


@pytest.mark.parametrize("kind", ["nngp", "ntk"])
def test_values_are_those_in_memory(kind):
    lazy = dask_gram(da.from_array(ROWS, chunks=(3, 2)), kind=kind, **NETWORK)
    expected = gram(ROWS, kind=kind, **NETWORK)
    found = lazy.compute()
    assert lazy.dtype == found.dtype == np.float64
    assert np.abs(found - expected).max() < 1e-14 * expected.max()
    assert np.array_equal(found, found.T)
    rectangle = dask_gram(
        da.from_array(ROWS, chunks=3), da.from_array(OTHERS), kind=kind, **NETWORK
    )
    expected = gram(ROWS, OTHERS, kind=kind, **NETWORK)
    assert rectangle.shape == (7, 3)
    assert np.abs(rectangle.compute() - expected).max() < 1e-14 * expected.max()


def test_each_block_is_computed_once(monkeypatch):
    calls = []

    def counted(first, second, **_network):
        calls.append(second is None)
        return np.zeros((len(first), len(first if second is None else second)))

    lazy = dask_gram(da.from_array(ROWS, chunks=(2, 4)), depth=1)
    monkeypatch.setattr(dask_kernels, "gram", counted)
    lazy.compute(scheduler="synchronous")
    assert sorted(calls) == [False] * 6 + [True] * 4


@pytest.mark.parametrize(
    ("inputs", "named", "error", "message"),
    [
        (ROWS, {}, TypeError, "X is of type ndarray: give a Dask array"),
        (da.ones((2, 2), dtype=bool), {}, TypeError, "X has dtype bool: give real"),
        (da.ones(3), {}, ValueError, r"X has shape \(3,\): give a matrix"),
        (da.ones((3, 2)), {"kind": "both"}, ValueError, "kind = 'both' are two arrays"),
        (da.ones((3, 2)), {"kind": "nngk"}, ValueError, "kind = 'nngk': give"),
        (da.ones((3, 2)), {"depth": 0}, ValueError, "depth = 0: give"),
        (da.ones((3, 2)), {"height": 1.0}, TypeError, "height = 1.0 is no parameter of elu"),
        (da.ones((3, 2)), {"Y": da.ones((1, 3))}, ValueError, "X has 2 features and Y 3: give"),
        (LATER, {}, ValueError, r"X has shape \(nan, 4\): call X.compute_chunk_sizes\(\) first"),
    ],
)
def test_users_errors_are_named(inputs, named, error, message):
    with pytest.raises(error, match=message):
        dask_gram(inputs, **{"depth": 1, **named})
