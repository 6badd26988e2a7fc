"""What fills arrays: the compiled function or NumPy, with NaN outside of a domain."""

import numpy as np
import pytest

from elu_sym import mean
from elu_sym.interop import array_loops
from elu_sym.interop.array_loops import array_loop


@pytest.fixture(params=["as it is", "NumPy"], autouse=True)
def implementation(request, monkeypatch):
    if request.param == "NumPy":
        monkeypatch.setattr(array_loops, "compiled_module", lambda: None)
    array_loop.cache_clear()
    yield
    array_loop.cache_clear()


def arguments(dtype):
    columns = np.linspace(-2.0, 2.0, 12), np.full(12, 0.5), np.full(12, 1.5)
    return [column.reshape(3, 4).astype(dtype).T for column in columns]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_are_written_in_the_type_and_the_strides_of_the_arrays(dtype):
    given, found = arguments(dtype), [np.zeros((3, 4), dtype).T]
    array_loop("mean")(given, found)
    np.testing.assert_allclose(found[0], mean(*given), rtol=1e-13)


def test_outside_of_a_domain_there_is_nan():
    given = arguments(np.float64)
    given[1][0, 0], given[2][1, 1], given[2][2, 2] = -1.0, 0.0, np.inf
    found = [np.zeros((4, 3)) for _ in given]
    array_loop("mean_gradient")(given, found)
    for each in found:
        assert np.argwhere(np.isnan(each)).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_second_derivatives_have_no_compiled_function_and_are_computed():
    given, found = arguments(np.float64), [np.zeros((4, 3)) for _ in range(6)]
    array_loop("mean_hessian")(given, found)
    assert not np.isnan(found).any()
