"""The loops on the processor: strides, threads, what is outside of a domain, no compiled module."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from elu_sym import celu, elu, mean, selu, variance  # noqa: E402
from elu_sym.interop import array_loops  # noqa: E402
from elu_sym.interop.thread_parts import LEAST  # noqa: E402
from elu_sym.interop.torch import processor_loops, torch_function  # noqa: E402
from elu_sym.interop.torch.processor_loops import processor_results  # noqa: E402

SIZE = 3 * LEAST + 7


def law(size=SIZE, dtype=torch.float64):
    generator = torch.Generator().manual_seed(2)
    mu = torch.randn(size, generator=generator, dtype=torch.float64).mul(2)
    sigma = torch.rand(size, generator=generator, dtype=torch.float64).add(0.1)
    return mu.to(dtype), sigma.to(dtype)


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["mean", "mean_gradient"])
def test_the_number_of_threads_changes_no_bit(threads, name, dtype):
    mu, sigma = law(dtype=dtype)
    tensors = [mu, sigma, torch.ones((), dtype=dtype).expand(SIZE)]
    count = 3 if name.endswith("gradient") else 1
    threads(1)
    expected = processor_results(name, tensors, count)
    for number in (2, 3, 8):
        threads(number)
        for one, other in zip(processor_results(name, tensors, count), expected, strict=True):
            assert torch.equal(one, other)


@pytest.fixture
def parts(monkeypatch):
    """The arguments of every part that is computed."""
    found = []
    original = processor_loops.array_loop

    def loop(name):
        def compute(columns, outputs):
            found.append(columns)
            original(name)(columns, outputs)

        return compute

    monkeypatch.setattr(processor_loops, "array_loop", loop)
    return found


def test_every_part_is_computed_by_a_thread_of_its_own(threads, parts):
    threads(3)
    mu, sigma = law()
    torch_function(mean)(mu, sigma)
    sizes = [columns[0].size for columns in parts]
    assert len(sizes) == 3
    assert sum(sizes) == SIZE
    parts.clear()
    torch_function(mean)(mu[:100], sigma[:100])
    assert [columns[0].size for columns in parts] == [100]


def test_an_error_in_a_thread_is_raised(threads, monkeypatch):
    def broken(columns, outputs):
        raise FloatingPointError("no loop")

    monkeypatch.setattr(processor_loops, "array_loop", lambda name: broken)
    threads(2)
    with pytest.raises(FloatingPointError, match="no loop"):
        torch_function(mean)(*law())


def test_strided_and_expanded_tensors_are_read_where_they_are(threads):
    mu, sigma = law(4 * SIZE)
    for number in (1, 2):
        threads(number)
        for columns in [
            (mu[::3], sigma[::3]),
            (mu.view(4, SIZE).T, sigma.view(4, SIZE).T),
            (mu.view(4, SIZE), sigma[:SIZE]),
            (mu.view(4, SIZE), sigma[:4, None]),
            (mu.flip(0)[5:9].view(2, 2, 1), sigma[:7]),
            (mu[0], sigma[0]),
            (mu[:0], sigma[:1]),
        ]:
            found = torch_function(variance)(*columns, 1.5)
            expected = variance(*(column.numpy() for column in columns), 1.5)
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14)
            assert found.is_contiguous()


def test_expanded_tensors_are_not_copied(parts):
    mu = torch.zeros(8)
    torch_function(mean)(mu, torch.ones(()), 1.5)
    (columns,) = parts
    assert columns[0].__array_interface__["data"][0] == mu.data_ptr()
    assert [column.strides for column in columns[1:]] == [(0,), (0,)]


@pytest.fixture(params=["compiled", "NumPy"])
def implementation(request, monkeypatch):
    if request.param == "NumPy":
        monkeypatch.setattr(array_loops, "compiled_module", lambda: None)
    array_loops.array_loop.cache_clear()
    yield request.param
    array_loops.array_loop.cache_clear()


@pytest.mark.usefixtures("implementation")
@pytest.mark.parametrize("shape", [(7,), ()])
@pytest.mark.parametrize(
    ("name", "count"), [("mean", 1), ("mean_gradient", 3), ("mean_hessian", 6)]
)
def test_what_is_outside_of_a_domain_is_nan_and_nothing_else(name, count, shape):
    for place, wrong in [(1, -1e-300), (1, torch.inf), (2, 0.0), (2, -1.0), (2, torch.inf)]:
        tensors = [torch.ones(shape, dtype=torch.float64) for _ in range(3)]
        whole = processor_results(name, tensors, count)
        tensors[place].view(-1)[-1] = wrong
        for each, right in zip(processor_results(name, tensors, count), whole, strict=True):
            assert each.view(-1)[-1].isnan()
            torch.testing.assert_close(each.view(-1)[:-1], right.view(-1)[:-1])
    zero = [torch.ones(shape, dtype=torch.float64) for _ in range(3)]
    zero[1] = torch.zeros_like(zero[1])  # the limit
    assert not any(each.isnan().any() for each in processor_results(name, zero, count))


@pytest.mark.parametrize("formula", [elu.mean, celu.variance, selu.third_moment], ids=repr)
def test_without_a_compiled_module_numpy_computes_the_same(formula, monkeypatch):
    mu, sigma = law(200)
    mu[:3], sigma[3] = torch.tensor([torch.inf, -torch.inf, torch.nan]), 0.0
    expected = [mu.clone().requires_grad_(), sigma.clone().requires_grad_()]
    by_loops = torch_function(formula)(*expected)
    by_loops.sum().backward()
    monkeypatch.setattr(array_loops, "compiled_module", lambda: None)
    array_loops.array_loop.cache_clear()
    found = [mu.clone().requires_grad_(), sigma.clone().requires_grad_()]
    by_numpy = torch_function(formula)(*found)
    by_numpy.sum().backward()
    array_loops.array_loop.cache_clear()
    options = {"rtol": 1e-12, "atol": 1e-14, "equal_nan": True}
    torch.testing.assert_close(by_numpy, by_loops, **options)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.grad, other.grad, **options)
