"""Formulas at tensors on NVIDIA's devices: one kernel for the value, and one for all derivatives.

The kernels are made of the functions that processors compute with, have their bits, and need no
memory beyond the results but for what is not flat: of an argument that is broadcast along some axes
and not along all there is a copy. Each is compiled for a device the first time it is asked for,
which takes seconds, and kept on disk. All compute in double precision. They run on PyTorch's
current stream, wait for nothing, and can be captured by CUDA graphs after a first call. Needs the
extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ctypes import c_longlong, c_void_p
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elu_sym.generate.cuda_source import ENTRY, cuda_files
from elu_sym.generate.expression_graph import UntracedError
from elu_sym.interop.cuda_programs import cuda_program, runtime_compiler
from elu_sym.interop.torch.tensor_operations import selected_results

__all__ = ["can_compile", "cuda_results"]

ELEMENT = {torch.float64: "double", torch.float32: "float"}

THREADS = 128
"""Of a block. Every one of them may have all the registers that there are for one."""

MOST_BLOCKS = 1 << 20
"""Beyond so many a thread computes several elements."""


def can_compile() -> bool:
    """Whether there are kernels: PyTorch is one for CUDA, and CUDA's compiler is there."""
    return torch.version.cuda is not None and runtime_compiler() is not None


def cuda_results(name: str, tensors: Sequence[Tensor], count: int) -> list[Tensor]:
    """The results of a formula, of its gradient or of its second derivatives.

    Second derivatives, and what no kernel can be compiled for, are computed by plain operations.

    Args:
        name: the name that :func:`elu_sym.interop.selecting.generated_function` takes.
        tensors: mu, sigma and the parameters, of one shape and type, float32 or float64, on one
            device of CUDA.
        count: how many results there are.

    Returns:
        Tensors of the shape and type; NaN at an element where an argument is NaN or outside of its
        domain.

    Raises:
        RuntimeError: if CUDA fails, or if a graph is captured before a first call.
    """
    first = tensors[0]
    kernel = _kernel(name, ELEMENT[first.dtype], first.device.index)
    if kernel is None:
        return selected_results(name, tensors, count)
    shape, dtype, device = first.shape, first.dtype, first.device
    results = [torch.empty(shape, dtype=dtype, device=device) for _ in range(count)]
    if first.numel():
        _launch(kernel, list(tensors), results, torch.cuda.current_stream(device).cuda_stream)
    return results


class _Kernel(NamedTuple):
    """A kernel that is loaded.

    Attributes:
        context: that of its device which PyTorch uses, too.
        function: what is launched in it.
    """

    context: Any
    function: Any


LOADED: dict[tuple[str, str, int], _Kernel | None] = {}
LOADING = Lock()


def _kernel(name: str, element: str, device: int) -> _Kernel | None:
    """The kernel of a function, loaded on a device; None where there is none."""
    key = name, element, device
    if key not in LOADED:
        with LOADING:
            if key not in LOADED:
                LOADED[key] = _load(*key)
    return LOADED[key]


def _load(name: str, element: str, device: int) -> _Kernel | None:
    try:
        files = cuda_files(name, element)
    except (LookupError, UntracedError):
        return None
    if torch.cuda.is_current_stream_capturing():
        raise RuntimeError(
            f"the kernel of {name} is not loaded while a graph is captured: call it once before"
        )
    program = cuda_program(files, torch.cuda.get_device_capability(device))
    if program is None:
        return None
    driver = _driver()
    _call(driver.cuInit, 0)
    # It is not released: it is PyTorch's, which uses it as long as the process lives.
    context = _call(driver.cuDevicePrimaryCtxRetain, _call(driver.cuDeviceGet, device))
    _call(driver.cuCtxPushCurrent, context)
    try:
        module = _call(driver.cuModuleLoadData, program)
        return _Kernel(context, _call(driver.cuModuleGetFunction, module, ENTRY.encode()))
    finally:
        _call(driver.cuCtxPopCurrent)


def _launch(kernel: _Kernel, tensors: list[Tensor], results: list[Tensor], stream: int) -> None:
    size = results[0].numel()
    arguments: list[tuple[int, Any]] = [(size, c_longlong)]
    for place, tensor in enumerate(tensors):
        step = _step(tensor)
        if step is None:  # the copy is kept in the list until the kernel is on its stream
            tensors[place], step = tensor.contiguous(), 1
        arguments += [(tensors[place].data_ptr(), c_void_p), (step, c_longlong)]
    arguments += [(result.data_ptr(), c_void_p) for result in results]
    values, types = zip(*arguments, strict=True)
    blocks = min(-(-size // THREADS), MOST_BLOCKS)
    driver = _driver()
    # A thread of autograd may not have a context yet, or that of another device.
    _call(driver.cuCtxPushCurrent, kernel.context)
    try:
        shape = blocks, 1, 1, THREADS, 1, 1
        place_to_run = 0, driver.CUstream(stream)
        _call(driver.cuLaunchKernel, kernel.function, *shape, *place_to_run, (values, types), 0)
    finally:
        _call(driver.cuCtxPopCurrent)


def _step(tensor: Tensor) -> int | None:
    """How many elements lie between two that follow each other; None where it is not always so."""
    step, span = 0, None
    for size, stride in zip(reversed(tensor.shape), reversed(tensor.stride()), strict=True):
        if size == 1:
            continue
        if span is None:
            step = stride
        elif stride != span:
            return None
        span = size * stride
    return step


@cache
def _driver() -> Any:
    from cuda.bindings import driver

    return driver


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function of CUDA's driver.

    Raises:
        RuntimeError: if it fails.
    """
    error, *found = function(*arguments)
    if error:
        raise RuntimeError(f"{function.__name__} of CUDA's driver: {error.name}")
    return found[0] if found else None
