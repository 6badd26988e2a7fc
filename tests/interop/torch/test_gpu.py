"""Formulas on a GPU: against Arb, with the bits of processors, memory, graphs, streams.

``make test-gpu`` runs this; where something is missing every test fails, and says what.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

import array_accuracy  # noqa: E402
from accuracy import Block, flaws, groups  # noqa: E402
from regimes import REGIMES  # noqa: E402

from elu_sym import FORMULAS, elu, mean, selu, variance  # noqa: E402
from elu_sym.interop import cuda_programs  # noqa: E402
from elu_sym.interop.cuda_programs import runtime_compiler  # noqa: E402
from elu_sym.interop.torch import cuda_kernels, torch_function  # noqa: E402
from elu_sym.interop.torch.cuda_kernels import cuda_results  # noqa: E402
from elu_sym.interop.torch.processor_loops import processor_results  # noqa: E402

# What libraries warn of on a machine that is not this one says nothing about the results.
pytestmark = [pytest.mark.gpu, pytest.mark.filterwarnings("ignore")]

POINTS, MANY = 10_000, 100_000
MILLION = 10**6
SMALL = 1 << 16
"""The bytes of a few numbers, by what the allocator of PyTorch gives at least."""
DTYPES = {"float32": torch.float32, "float64": torch.float64}
WITH_GRADIENT = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}
GROUPS = {group[0].activation.name: group for group in groups() if group[0].id in WITH_GRADIENT}


def missing():
    """What a kernel needs and is not there; empty if nothing is missing."""
    if torch.version.cuda is None:
        return f"PyTorch {torch.__version__} was not built for CUDA: install one that is"
    if not torch.cuda.is_available():
        return "PyTorch sees no device of CUDA: is there one, and its driver?"
    if runtime_compiler() is None:
        major = torch.version.cuda.partition(".")[0]
        return f"cuda.bindings or NVRTC is missing: pip install 'cuda-bindings[all]=={major}.*'"
    return ""


@pytest.fixture(autouse=True)
def device():
    if what := missing():
        pytest.fail(what, pytrace=False)
    return torch.device("cuda", torch.cuda.current_device())


def tensors(columns, dtype="float64", device="cuda", **options):
    return [torch.tensor(each, dtype=DTYPES[dtype], device=device, **options) for each in columns]


def drawn(size, dtype="float64", **options):
    rng = np.random.default_rng(8)
    columns = rng.normal(0, 2, size), rng.uniform(0.1, 2, size), rng.uniform(0.5, 2, size)
    return tensors(columns, dtype, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", GROUPS)
def test_values_are_right_to_the_last_digits(activation, dtype):
    def library(formula):
        def values(*columns):
            return torch_function(formula)(*tensors(columns, dtype)).double().cpu().numpy()

        return values

    size = POINTS // len(REGIMES)
    found = array_accuracy.value_errors(library, GROUPS[activation], dtype, size)
    assert flaws(dtype, found) == []
    assert sum(each.points for each in found.values()) > POINTS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", GROUPS)
def test_gradients_are_right_to_the_last_digits(activation, dtype):
    def library(formula):
        def gradients(*columns):
            arguments = tensors(columns, dtype, requires_grad=True)
            torch_function(formula)(*arguments).sum().backward()
            return [argument.grad.double().cpu().numpy() for argument in arguments]

        return gradients

    size = POINTS // len(REGIMES)
    found = array_accuracy.derivative_errors(library, GROUPS[activation], dtype, size)
    assert flaws(dtype, found) == []
    assert sum(each.points for each in found.values()) > POINTS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_the_bits_are_those_of_processors(formula, dtype):
    size = MANY // len(REGIMES)
    with np.errstate(all="ignore"):
        regimes = zip(*(Block(each, 19, 0, size).columns(formula) for each in REGIMES), strict=True)
        columns = [np.concatenate(parts) for parts in regimes]
    on_processor = tensors(columns, dtype, "cpu")
    on_device = [each.cuda() for each in on_processor]
    name, count = formula.function_name, len(columns)
    for function, results in ((name, 1), (f"{name}_gradient", count)):
        found = cuda_results(function, on_device, results)
        expected = processor_results(function, on_processor, results)
        for each, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(each.cpu().numpy(), other.numpy(), strict=True)


def used(call, warm=3):
    """The bytes of a call beyond what was there before."""
    for _ in range(warm):
        call()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    call()
    return torch.cuda.max_memory_allocated() - before


def test_a_value_needs_the_memory_of_the_result():
    mu, sigma, _ = drawn(MILLION)
    formula = torch_function(mean)
    assert used(lambda: formula(mu, sigma, 1.5)) <= (8 + 16) * MILLION + SMALL


def test_a_gradient_needs_little_more_memory_than_the_results():
    arguments = drawn(MILLION, requires_grad=True)
    formula = torch_function(variance)

    def call():
        return torch.autograd.grad(formula(*arguments).sum(), arguments)

    assert used(call) <= (3 * 8 + 16) * MILLION + SMALL


def test_an_argument_may_be_broadcast():
    mu, sigma, alpha = drawn(1200)
    columns = mu.reshape(30, 40), sigma[:40], alpha[:30, None]
    found = torch_function(mean)(*columns)
    expected = torch_function(mean)(*(each.cpu() for each in columns))
    assert torch.equal(found.cpu(), expected)


def test_a_graph_is_captured_and_replayed():
    arguments = drawn(1000)
    formula = torch_function(variance)
    formula(*arguments)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = formula(*arguments)
    for other in (arguments, [2.0 * argument for argument in arguments]):
        for argument, value in zip(arguments, other, strict=True):
            argument.copy_(value)
        graph.replay()
        torch.cuda.synchronize()
        assert torch.equal(found, formula(*arguments))


def test_a_graph_of_values_and_gradients_is_captured():
    arguments = drawn(1000, requires_grad=True)
    formula = torch_function(selu.mean)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            torch.autograd.grad(formula(*arguments).sum(), arguments)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = torch.autograd.grad(formula(*arguments).sum(), arguments)
    graph.replay()
    torch.cuda.synchronize()
    expected = torch.autograd.grad(formula(*arguments).sum(), arguments)
    for each, other in zip(found, expected, strict=True):
        assert torch.equal(each, other)


def test_a_call_waits_for_nothing_and_copies_nothing_to_the_processor():
    arguments = drawn(1000, requires_grad=True)
    formula = torch_function(mean)
    formula(*arguments).sum().backward()
    torch.cuda.set_sync_debug_mode("error")
    try:
        formula(*arguments).sum().backward()
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_a_kernel_runs_on_the_current_stream():
    side = torch.cuda.Stream()
    mu = torch.zeros(1 << 20, dtype=torch.float64, device="cuda")
    formula = torch_function(mean)
    formula(mu, 1.0, 1.0)
    torch.cuda.synchronize()
    with torch.cuda.stream(side):
        torch.cuda._sleep(100_000_000)
        mu.fill_(3.0)
        found = formula(mu, 1.0, 1.0)
    side.synchronize()
    expected = formula(torch.tensor(3.0, dtype=torch.float64), 1.0, 1.0)
    assert (found.cpu() == expected).all()


def test_compiled_by_torch_without_a_break():
    arguments = drawn(1000, requires_grad=True)
    formula = torch_function(variance)

    @torch.compile(fullgraph=True)
    def scaled(*values):
        return 2.0 * formula(*values)

    found, expected = scaled(*arguments), 2.0 * formula(*arguments)
    assert torch.equal(found, expected)
    for each, other in zip(
        torch.autograd.grad(found.sum(), arguments),
        torch.autograd.grad(expected.sum(), arguments),
        strict=True,
    ):
        torch.testing.assert_close(each, other, rtol=1e-14, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_halves_are_computed_in_single_precision(dtype):
    mu, sigma, alpha = (each.to(dtype) for each in drawn(1000))
    found = torch_function(mean)(mu, sigma, alpha)
    expected = torch_function(mean)(*(each.float().cpu() for each in (mu, sigma, alpha)))
    assert torch.equal(found.cpu(), expected.to(dtype))


def test_second_derivatives():
    point = [torch.tensor(each, dtype=torch.float64, device="cuda") for each in (0.3, 0.8, 1.5)]
    found = torch.autograd.functional.hessian(torch_function(mean), tuple(point))
    on_processor = tuple(each.cpu() for each in point)
    expected = torch.autograd.functional.hessian(torch_function(mean), on_processor)
    for row, other in zip(found, expected, strict=True):
        for each, known in zip(row, other, strict=True):
            torch.testing.assert_close(each.cpu(), known, rtol=1e-11, atol=1e-14)


def test_every_device_has_its_kernels():
    if torch.cuda.device_count() < 2:
        pytest.skip("there is one device")
    results = []
    for index in range(2):
        arguments = [each.to(f"cuda:{index}").requires_grad_() for each in drawn(100)]
        torch_function(mean)(*arguments).sum().backward()  # whatever the current device is
        assert arguments[0].grad.device.index == index
        results.append(arguments[0].grad.cpu())
    assert torch.equal(*results)


def test_what_was_compiled_is_kept_on_disk(monkeypatch):
    (expected,) = cuda_results("mean", drawn(10), 1)
    monkeypatch.setattr(cuda_kernels, "LOADED", {})
    monkeypatch.setattr(cuda_programs, "_compiled", lambda *_: pytest.fail("it was compiled again"))
    (found,) = cuda_results("mean", drawn(10), 1)
    assert torch.equal(found, expected)


def test_another_process_computes_the_same_without_what_is_kept(tmp_path):
    code = (
        "import torch; from elu_sym import elu; from elu_sym.interop.torch import torch_function;"
        "x = torch.tensor([0.3], dtype=torch.float64, device='cuda');"
        "print(torch_function(elu.variance)(x, 1.0, 1.5).item().hex())"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    options = {"env": environment, "capture_output": True, "text": True, "check": True}
    command = [sys.executable, "-c", code]
    printed = {subprocess.run(command, **options).stdout.strip() for _ in range(2)}
    assert printed == {float(elu.variance(0.3, 1.0, 1.5)).hex()}
    assert len(list((tmp_path / "elu_sym").iterdir())) == 1
