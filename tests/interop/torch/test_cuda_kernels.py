"""Kernels at tensors, with a driver that runs them on the processor: arguments, grids, streams.

What is launched is the text for CUDA, compiled for the processor; the tensors are the processor's.
"""

import enum
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from kernels_on_processor import (  # noqa: E402
    Kernel,
    compile_kernel,
    needs_compiled,
    needs_compiler,
)

from elu_sym.interop.torch import cuda_kernels  # noqa: E402
from elu_sym.interop.torch.cuda_kernels import MOST_BLOCKS, THREADS, cuda_results  # noqa: E402
from elu_sym.interop.torch.processor_loops import processor_results  # noqa: E402

pytestmark = [needs_compiler, needs_compiled]

COUNTS = {"relu_mean": 1, "relu_mean_gradient": 2, "negative_mean": 1}
STREAM, CONTEXT = 77, "the context of PyTorch"


class Result(enum.IntEnum):
    CUDA_SUCCESS = 0
    CUDA_ERROR_INVALID_IMAGE = 200


class Driver:
    """The driver as ``cuda.bindings`` calls it. A program is the path of a library."""

    CUstream = staticmethod(lambda handle: ("stream", handle))

    def __init__(self):
        self.contexts, self.launched, self.loaded, self.fails = [], [], [], ""

    def _found(self, name, *found):
        return (Result.CUDA_ERROR_INVALID_IMAGE if name == self.fails else Result(0), *found)

    def cuInit(self, flags):
        return self._found("cuInit")

    def cuDeviceGet(self, ordinal):
        return self._found("cuDeviceGet", f"device {ordinal}")

    def cuDevicePrimaryCtxRetain(self, device):
        return self._found("cuDevicePrimaryCtxRetain", CONTEXT)

    def cuCtxPushCurrent(self, context):
        self.contexts.append(context)
        return self._found("cuCtxPushCurrent")

    def cuCtxPopCurrent(self):
        return self._found("cuCtxPopCurrent", self.contexts.pop())

    def cuModuleLoadData(self, program):
        assert self.contexts == [CONTEXT]
        self.loaded.append(program)
        return self._found("cuModuleLoadData", Kernel(program.decode()))

    def cuModuleGetFunction(self, module, name):
        assert name == b"over_elements"
        return self._found("cuModuleGetFunction", module)

    def cuLaunchKernel(self, kernel, *rest):
        assert self.contexts == [CONTEXT]
        blocks, y, z, threads, *others, memory, stream, (values, types), extra = rest
        assert (y, z, *others, memory, extra) == (1, 1, 1, 1, 0, 0)
        self.launched.append((blocks, threads, stream))
        found = self._found("cuLaunchKernel")
        if not found[0]:
            kernel.launch(blocks, threads, values, types)
        return found


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """The library of each kernel, by its text."""
    known = {}

    def program(files, capability):
        assert capability == (9, 0)
        text = files["kernel.cu"]
        if text not in known:
            folder = tmp_path_factory.mktemp("kernel")
            known[text] = str(compile_kernel(files, folder)).encode()
        return known[text]

    return program


@pytest.fixture
def driver(monkeypatch, libraries):
    fake = Driver()
    monkeypatch.setattr(cuda_kernels, "_driver", lambda: fake)
    monkeypatch.setattr(cuda_kernels, "cuda_program", libraries)
    monkeypatch.setattr(cuda_kernels, "LOADED", {})
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
    stream = SimpleNamespace(cuda_stream=STREAM)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    yield fake
    assert fake.contexts == []


def assert_as_on_processors(name, tensors):
    count = COUNTS[name]
    kept = [tensor.clone() for tensor in tensors]
    found = cuda_results(name, tensors, count)
    expected = processor_results(name, tensors, count)
    assert len(found) == count
    for each, other in zip(found, expected, strict=True):
        assert (each.dtype, each.shape) == (other.dtype, other.shape)
        assert each.is_contiguous()
        np.testing.assert_array_equal(each.numpy(), other.numpy())
    for tensor, before in zip(tensors, kept, strict=True):
        np.testing.assert_array_equal(tensor.numpy(), before.numpy())


def drawn(*shape, dtype=torch.float64):
    generator = torch.Generator().manual_seed(5)
    mu = torch.randn(*shape, generator=generator, dtype=torch.float64)
    sigma = torch.rand(*shape, generator=generator, dtype=torch.float64) + 0.1
    return mu.to(dtype), sigma.to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["relu_mean", "relu_mean_gradient"])
def test_results_are_those_of_processors(driver, name, dtype):
    mu, sigma = drawn(9, 31, dtype=dtype)
    mu[0, :4] = torch.tensor([torch.nan, torch.inf, -torch.inf, 0.0])
    sigma[1, :4] = torch.tensor([torch.nan, torch.inf, -1.0, 0.0])
    assert_as_on_processors(name, [mu, sigma])
    assert driver.launched == [(3, THREADS, ("stream", STREAM))]


LAYOUTS = {
    "of no dimension": lambda mu, sigma: (mu[0, 0], sigma[0, 0]),
    "one element": lambda mu, sigma: (mu[:1, :1], sigma[:1, :1]),
    "a number": lambda mu, sigma: (mu, sigma[0, 0].expand(mu.shape)),
    "a row": lambda mu, sigma: (mu, sigma[0].expand(mu.shape)),
    "a column": lambda mu, sigma: (mu[:, :1].expand(mu.shape), sigma),
    "transposed": lambda mu, sigma: (mu.T, sigma.T),
    "one of them transposed": lambda mu, sigma: (mu[:, :12].T, sigma[:12, :12]),
    "every second": lambda mu, sigma: (mu.ravel()[::2], sigma.ravel()[1::2]),
    "a column of its own": lambda mu, sigma: (mu[:, 3], sigma[:, 5]),
    "a part": lambda mu, sigma: (mu[2:7, 1:9], sigma[4:9, 3:11]),
    "with an axis of one": lambda mu, sigma: (mu[:, None, :], sigma[:, None, :]),
    "both one number": lambda mu, sigma: (mu[0, 0].expand(4, 5), sigma[0, 0].expand(4, 5)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(driver, layout):
    tensors = LAYOUTS[layout](*drawn(12, 14))
    assert_as_on_processors("relu_mean", list(tensors))


@pytest.mark.parametrize("layout", ["a number", "every second", "with an axis of one"])
def test_what_is_flat_is_not_copied(driver, layout, monkeypatch):
    tensors = list(LAYOUTS[layout](*drawn(12, 14)))
    monkeypatch.setattr(torch.Tensor, "contiguous", lambda tensor: pytest.fail("it was copied"))
    cuda_results("relu_mean", tensors, 1)


@pytest.mark.parametrize("shape", [(0,), (3, 0, 2)])
def test_nothing_is_launched_for_an_empty_tensor(driver, shape):
    (found,) = cuda_results("relu_mean", drawn(*shape), 1)
    assert (found.shape, driver.launched) == (shape, [])


@pytest.mark.parametrize("size", [1, THREADS, THREADS + 1, 5 * THREADS])
def test_a_grid_has_a_thread_for_each_element(driver, size):
    assert_as_on_processors("relu_mean", drawn(size))
    ((blocks, threads, _),) = driver.launched
    assert size <= blocks * threads < size + threads


def test_a_grid_has_a_most(driver, monkeypatch):
    assert MOST_BLOCKS < 2**31
    monkeypatch.setattr(cuda_kernels, "MOST_BLOCKS", 2)
    assert_as_on_processors("relu_mean", drawn(5 * THREADS + 3))
    assert driver.launched[0][0] == 2


def test_a_kernel_is_loaded_once_for_a_type(driver):
    for dtype in (torch.float64, torch.float32, torch.float64):
        cuda_results("relu_mean", drawn(3, dtype=dtype), 1)
    assert len(driver.loaded) == 2 == len(set(driver.loaded))


def test_threads_load_a_kernel_once(driver):
    with ThreadPoolExecutor(8) as pool:
        kernels = list(
            pool.map(lambda _: cuda_kernels._kernel("relu_mean", "double", None), range(32))
        )
    assert len(driver.loaded) == 1
    assert all(kernel is kernels[0] for kernel in kernels)


@pytest.mark.parametrize("step", ["cuModuleLoadData", "cuLaunchKernel", "cuDevicePrimaryCtxRetain"])
def test_a_failure_of_the_driver_is_named(driver, step):
    driver.fails = step
    with pytest.raises(RuntimeError, match=f"{step} of CUDA's driver: CUDA_ERROR_INVALID_IMAGE"):
        cuda_results("relu_mean", drawn(3), 1)


def test_a_graph_is_captured_after_a_first_call(driver, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    with pytest.raises(RuntimeError, match="the kernel of relu_mean is not loaded"):
        cuda_results("relu_mean", drawn(3), 1)
    with monkeypatch.context() as before:
        before.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
        cuda_results("relu_mean", drawn(3), 1)
    assert_as_on_processors("relu_mean", drawn(3))


def test_without_a_program_plain_operations_compute(driver, monkeypatch):
    monkeypatch.setattr(cuda_kernels, "cuda_program", lambda files, capability: None)
    mu, sigma = drawn(20)
    (found,) = cuda_results("relu_mean", [mu, sigma], 1)
    (expected,) = processor_results("relu_mean", [mu, sigma], 1)
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=0)
    assert driver.launched == []


def test_second_derivatives_are_computed_by_plain_operations(driver, monkeypatch):
    given = ("relu_mean_hessian", drawn(20), 3)
    monkeypatch.setattr(cuda_kernels, "selected_results", lambda *arguments: arguments)
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    assert cuda_results(*given) == given
    assert driver.loaded == driver.launched == []


def test_pytorch_for_processors_has_no_kernels(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    assert not cuda_kernels.can_compile()
