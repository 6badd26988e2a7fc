"""Formulas at tensors on the processor: the compiled loops, in as many threads as PyTorch has.

Nothing is copied: the loops read tensors of any strides, expanded ones with them, compute each
element in double precision and write it in the type of the tensors. An element does not depend on
the number of threads. Where nothing is compiled NumPy computes the same. Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from elu_sym.interop.array_loops import array_loop
from elu_sym.interop.thread_parts import in_threads

__all__ = ["processor_results"]


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
        in_threads(array_loop(name), columns, outputs, torch.get_num_threads())
    return results
