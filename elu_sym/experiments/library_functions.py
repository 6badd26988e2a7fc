"""The functions of NumPy, PyTorch and JAX whose thresholds are measured, behind one signature.

A function takes and gives arrays of doubles, which hold the numbers of every smaller format
exactly; in between it computes in the format, with the library's own conversion and operations.
"""

import importlib
import platform
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Rational

from elu_sym.algebra.rounding import FloatingPointFormat

Evaluate = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function of a library in a format."""


def numpy_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of NumPy in a format, which has no ELU; none in bfloat16.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> numpy_functions(FLOAT32, Rational(1))["exp"](np.array([-200.0, 0.0])).tolist()
        [0.0, 1.0]
    """
    if number_format.name == "bfloat16":
        return {}
    dtype = np.dtype(number_format.name)

    def evaluate(function: Any) -> Evaluate:
        return lambda points: function(points.astype(dtype)).astype(np.float64)

    return {"exp": evaluate(np.exp), "expm1": evaluate(np.expm1)}


def torch_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of PyTorch on the processor, and the derivative by its automatic one."""
    import torch

    dtype, slope = getattr(torch, number_format.name), float(height)

    def evaluate(function: Any) -> Evaluate:
        return lambda points: function(torch.from_numpy(points).to(dtype)).double().numpy()

    def elu(arguments: Any) -> Any:
        return torch.nn.functional.elu(arguments, slope)

    def derivative(arguments: Any) -> Any:
        leaf = arguments.clone().requires_grad_(True)
        return torch.autograd.grad(elu(leaf).sum(), leaf)[0]

    functions = {"exp": torch.exp, "expm1": torch.expm1, "elu": elu, "elu_derivative": derivative}
    return {name: evaluate(function) for name, function in functions.items()}


def jax_functions(number_format: FloatingPointFormat, height: Rational) -> dict[str, Evaluate]:
    """The functions of JAX on the processor, and the derivative by its automatic one."""
    import jax

    slope = float(height)

    def elu(argument: Any) -> Any:
        return jax.nn.elu(argument, slope)

    def evaluate(function: Any) -> Evaluate:
        def values(points: NDArray[np.float64]) -> NDArray[np.float64]:
            with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
                arguments = jax.numpy.asarray(points).astype(number_format.name)
                return np.asarray(function(arguments)).astype(np.float64)

        return values

    functions = {"exp": jax.numpy.exp, "expm1": jax.numpy.expm1, "elu": elu}
    functions["elu_derivative"] = jax.vmap(jax.grad(elu))
    return {name: evaluate(function) for name, function in functions.items()}


LIBRARIES = {"numpy": numpy_functions, "torch": torch_functions, "jax": jax_functions}
"""The functions of each library."""


def version(library: str) -> str:
    """The version of a library, without what names a build."""
    return str(importlib.import_module(library).__version__).partition("+")[0]


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
