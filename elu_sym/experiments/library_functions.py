"""The functions of NumPy, PyTorch and JAX that are measured, behind one signature.

A function takes and gives arrays of doubles, which hold the numbers of every smaller format
exactly; in between it computes in the format, with the library's own conversion and operations.
"""

import importlib
import platform
from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Rational

from elu_sym.algebra.rounding import FloatingPointFormat

Evaluate = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function of a library in a format."""


def in_numpy(function: Any, number_format: FloatingPointFormat) -> Evaluate:
    """A function of NumPy's arrays, computed in a format.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT16
        >>> in_numpy(np.expm1, FLOAT16)(np.array([-0.0, -20.0])).tolist()
        [-0.0, -1.0]
    """
    dtype = np.dtype(number_format.name)
    return lambda points: function(points.astype(dtype)).astype(np.float64)


def in_torch(function: Any, number_format: FloatingPointFormat, device: str = "cpu") -> Evaluate:
    """A function of PyTorch's tensors, computed in a format on a device."""
    import torch

    dtype = getattr(torch, number_format.name)

    def values(points: NDArray[np.float64]) -> NDArray[np.float64]:
        result = function(torch.from_numpy(points).to(dtype).to(device))
        return np.asarray(result.detach().cpu().double().numpy())

    return values


def in_jax(function: Any, number_format: FloatingPointFormat) -> Evaluate:
    """A function of JAX's arrays, computed in a format on the processor."""
    import jax

    def values(points: NDArray[np.float64]) -> NDArray[np.float64]:
        with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
            arguments = jax.numpy.asarray(points).astype(number_format.name)
            return np.asarray(function(arguments)).astype(np.float64)

    return values


def torch_derivative(function: Any, order: int) -> Any:
    """The derivative of a function of tensors, of any order, by automatic differentiation."""
    import torch

    def derivative(arguments: Any) -> Any:
        leaf = arguments.clone().requires_grad_(True)
        result = function(leaf)
        for left in range(order - 1, -1, -1):
            (result,) = torch.autograd.grad(result.sum(), leaf, create_graph=left > 0)
        return result

    return derivative


def jax_derivative(function: Any, order: int) -> Any:
    """The derivative of a function of arrays, of any order, by automatic differentiation."""
    import jax

    for _ in range(order):
        function = jax.grad(function)
    return jax.vmap(function)


def numpy_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of NumPy in a format, which has no ELU; none in bfloat16.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> numpy_functions(FLOAT32, Rational(1))["exp"](np.array([-200.0, 0.0])).tolist()
        [0.0, 1.0]
    """
    if number_format.name == "bfloat16":
        return {}
    functions = {"exp": np.exp, "expm1": np.expm1}
    return {name: in_numpy(function, number_format) for name, function in functions.items()}


def torch_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of PyTorch on the processor, and the derivative by its automatic one."""
    import torch

    slope = float(height)

    def elu(arguments: Any) -> Any:
        return torch.nn.functional.elu(arguments, slope)

    functions = {"exp": torch.exp, "expm1": torch.expm1, "elu": elu}
    functions["elu_derivative"] = torch_derivative(elu, 1)
    return {name: in_torch(function, number_format) for name, function in functions.items()}


def jax_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of JAX on the processor, and the derivative by its automatic one."""
    import jax

    slope = float(height)

    def elu(argument: Any) -> Any:
        return jax.nn.elu(argument, slope)

    functions = {"exp": jax.numpy.exp, "expm1": jax.numpy.expm1, "elu": elu}
    functions["elu_derivative"] = jax_derivative(elu, 1)
    return {name: in_jax(function, number_format) for name, function in functions.items()}


LIBRARIES = {"numpy": numpy_functions, "torch": torch_functions, "jax": jax_functions}
"""The functions of each library."""


def version(library: str) -> str:
    """The version of a library, without what names a build."""
    module = importlib.import_module(library)
    found = getattr(module, "__version__", None) or metadata.version(library)
    return str(found).partition("+")[0]


def instruction_set(library: str) -> str:
    """The processor family, and the vector instructions that the library says to use.

    Examples:
        >>> instruction_set("numpy").startswith(platform.machine())
        True
    """
    module, found = importlib.import_module(library), ""
    if library == "torch":
        found = module.backends.cpu.get_cpu_capability()
    elif library == "numpy":
        extensions = module.show_config(mode="dicts")["SIMD Extensions"]
        found = [*extensions["baseline"], *extensions.get("found", [])][-1]
    return f"{platform.machine()} {found}".strip()
