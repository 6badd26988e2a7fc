"""Formulas at tensors on the processor: the compiled loops, in as many threads as PyTorch has.

Nothing is copied: the loops read tensors of any strides, expanded ones with them, compute each
element in double precision and write it in the type of the tensors. An element does not depend on
the number of threads. Where nothing is compiled NumPy computes the same. Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from elu_sym.interop.selecting import generated_function
from elu_sym.interop.thread_parts import in_threads
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.function import compiled_module

__all__ = ["processor_results"]

Arrays = Sequence[NDArray[Any]]


def processor_results(name: str, tensors: Sequence[Tensor], count: int) -> list[Tensor]:
    """The results of a formula, of its gradient or of its second derivatives.

    Args:
        name: the name that :func:`elu_sym.interop.selecting.generated_function` takes.
        tensors: mu, sigma and the parameters, of one shape and type, float32 or float64, on the
            processor.
        count: how many results there are.

    Returns:
        Tensors of the shape and type; NaN at an element where an argument is NaN or outside of its
        domain.
    """
    results = [torch.empty(tensors[0].shape, dtype=tensors[0].dtype) for _ in range(count)]
    columns = [tensor.numpy(force=True) for tensor in tensors]  # which copies nothing here
    outputs = [result.numpy() for result in results]
    if results[0].numel():
        in_threads(partial(_compute, _loop(name)), columns, outputs, torch.get_num_threads())
    return results


def _compute(loop: Callable[..., Any], columns: Arrays, outputs: Arrays) -> None:
    with np.errstate(all="ignore"):
        loop(*columns, out=tuple(outputs))


@cache
def _loop(name: str) -> Callable[..., Any]:
    """What writes the results of a function to ``out``."""
    compiled = getattr(compiled_module(), name, None)
    return compiled or partial(_by_numpy, generated_function(name))


def _by_numpy(
    function: Callable[..., Any], mu: Any, sigma: Any, *parameters: Any, out: Arrays
) -> None:
    # What is outside of its domain is NaN, as it is for what is compiled.
    sigma = np.where((sigma >= 0.0) & (sigma < np.inf), sigma, np.nan)
    inside = (np.where((x > 0.0) & (x < np.inf), x, np.nan) for x in parameters)
    for output, values in zip(out, evaluate(function, mu, sigma, *inside), strict=True):
        output[...] = values
