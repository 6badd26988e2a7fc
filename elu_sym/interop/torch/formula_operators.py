"""Formulas as operators of PyTorch: what ``torch.compile`` and ``torch.func`` know of them.

``torch.ops.elu_sym.mean`` has the gradient ``mean_gradient`` and the second derivatives
``mean_hessian``, operators themselves; all take mu, sigma and the parameters as tensors of one
shape, device and type, float32 or float64, and look at no value. Kernels are chosen by the type of
the device when an operator is called; a graph of ``torch.compile`` has plain operations where there
is none. Needs the extra ``torch``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import cache, reduce
from threading import Lock
from typing import Any

import torch
from torch import Tensor
from torch._functorch.utils import enable_single_level_autograd_function
from torch._subclasses.functional_tensor import FunctionalTensorMode
from torch.autograd import forward_ad
from torch.autograd.function import _SingleLevelFunction

from elu_sym.book.formula import Formula
from elu_sym.interop.selecting import SUFFIXES
from elu_sym.interop.torch.cuda_kernels import can_compile, cuda_results
from elu_sym.interop.torch.processor_loops import processor_results
from elu_sym.interop.torch.tensor_operations import selected_results

__all__ = ["formula_operator"]

Kernel = Callable[[str, Sequence[Tensor], int], list[Tensor]]

KERNELS: dict[str, Kernel] = {"cpu": processor_results}
"""By the type of a device, what gives so many results of a name at tensors of one shape and type;
where there is none, they are computed by plain operations of tensors."""
if can_compile():
    KERNELS["cuda"] = cuda_results

LIBRARY = torch.library.Library("elu_sym", "FRAGMENT")
REGISTERING = Lock()


class FormulaOperator:
    """The derivatives of one order of a formula, the first of which is the formula itself.

    Attributes:
        name: that of the generated function.
        count: how many results it has.
        overload: what PyTorch calls.
        derivative: the operator of the derivatives of the results; None where there is none.
    """

    def __init__(self, function_name: str, arguments: Sequence[str], order: int = 0) -> None:
        """Register the derivatives of an order, and those of higher orders."""
        self.name, self.size = function_name + SUFFIXES[order], len(arguments)
        self.count = (1, self.size, self.size * (self.size + 1) // 2)[order]
        last = order + 1 == len(SUFFIXES)
        self.derivative = None if last else FormulaOperator(function_name, arguments, order + 1)
        if not hasattr(torch.ops.elu_sym, self.name):  # this module may be imported once more
            self._register(arguments)
        self.overload = getattr(torch.ops.elu_sym, self.name).default

    def _register(self, arguments: Sequence[str]) -> None:
        given = ", ".join(f"Tensor {argument}" for argument in arguments)
        results = ", ".join(["Tensor"] * self.count)
        schema = f"{self.name}({given}) -> {results if self.count == 1 else f'({results})'}"
        name = f"elu_sym::{self.name}"
        LIBRARY.define(schema, tags=(torch.Tag.pt2_compliant_tag,))
        LIBRARY.impl(self.name, self._kernel, "CompositeExplicitAutograd")
        LIBRARY.impl(self.name, self._with_derivatives, "Autograd", with_keyset=True)
        torch.library.register_fake(name, self._fake, lib=LIBRARY)
        torch.library.register_vmap(name, self._batched, lib=LIBRARY)
        torch.library.register_torch_dispatch(
            name, FunctionalTensorMode, self._in_graph, lib=LIBRARY
        )

    def pulled_back(self, slopes: list[Any], outer: Any, needed: Any) -> tuple[Any, ...]:
        """The gradient in the arguments, from that in the results and the derivatives of them.

        The derivatives of a single result are let go one by one, once they were used.
        """
        found = []
        for j in range(self.size):
            pairs = ((outer[i], slopes[self._place(i, j)]) for i in range(self.count))
            found.append(_total(pairs) if needed[j] else None)
            if self.count == 1:
                slopes[j] = None
        return tuple(found)

    def pushed_forward(self, slopes: Sequence[Tensor], tangents: Any) -> Any:
        """The tangents of the results, from those of the arguments."""
        return self._results(
            [
                _total((tangents[j], slopes[self._place(i, j)]) for j in range(self.size))
                for i in range(self.count)
            ]
        )

    def slopes(self) -> FormulaOperator:
        """The operator of the derivatives.

        Raises:
            RuntimeError: if there is none.
        """
        if self.derivative is None:
            raise RuntimeError(f"{self.name} has no derivatives: there are none of third order")
        return self.derivative

    def _place(self, i: int, j: int) -> int:
        """Which result of the derivative is that of result i in argument j."""
        if self.count == 1:
            return j
        i, j = min(i, j), max(i, j)
        return i * self.size - i * (i - 1) // 2 + j - i

    def _results(self, results: Sequence[Any]) -> Any:
        return results[0] if self.count == 1 else tuple(results)

    def _kernel(self, *tensors: Tensor) -> Any:
        kernel = KERNELS.get(tensors[0].device.type, selected_results)
        return self._results(kernel(self.name, tensors, self.count))

    def _with_derivatives(self, keys: Any, *tensors: Tensor) -> Any:
        wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
        tangents = forward_ad._current_level >= 0 or torch._C._are_functorch_transforms_active()
        if not (wanted or tangents or torch.compiler.is_compiling()):
            return self.below(keys, tensors)
        with enable_single_level_autograd_function():
            return _Rules.apply(self, keys, *tensors)  # type: ignore[attr-defined]

    def below(self, keys: Any, tensors: Sequence[Tensor]) -> Any:
        """The results, by what is below derivatives."""
        with torch._C._AutoDispatchBelowAutograd():
            return self.overload.redispatch(keys & torch._C._after_autograd_keyset, *tensors)

    def _in_graph(self, mode: Any, overload: Any, types: Any, tensors: Any, named: Any) -> Any:
        if tensors[0].device.type in KERNELS:
            return mode.__torch_dispatch__(overload, types, tensors, named)
        with mode:
            return self._results(selected_results(self.name, tensors, self.count, {}))

    def _fake(self, *tensors: Tensor) -> Any:
        first = tensors[0]
        return self._results([first.new_empty(first.shape) for _ in range(self.count)])

    def _batched(self, info: Any, axes: tuple[int | None, ...], *tensors: Tensor) -> Any:
        moved = [
            tensor.expand(info.batch_size, *tensor.shape)
            if axis is None
            else tensor.movedim(axis, 0)
            for tensor, axis in zip(tensors, axes, strict=True)
        ]
        return self.overload(*moved), self._results([0] * self.count)


class _Rules(_SingleLevelFunction):
    """The derivative of an operator, in reverse and in forward mode, for one transform at a time.

    A function with rules for all of ``torch.func`` at once is none that ``torch.compile`` takes;
    an operator whose kernel for derivatives is this is one.
    """

    # By which compiled autograd tells functions apart; this class inherits all else that it needs.
    _compiled_autograd_key = staticmethod(torch.autograd.Function._compiled_autograd_key)

    @staticmethod
    def forward(ctx: Any, operator: FormulaOperator, keys: Any, *tensors: Tensor) -> Any:
        ctx.operator = operator
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)
        ctx.set_materialize_grads(False)
        # PyTorch calls this with derivatives off, and another transform may be below this one.
        with torch.enable_grad(), forward_ad._set_fwd_grad_enabled(True):
            return operator.below(keys, tensors)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor | None) -> tuple[Tensor | None, ...]:
        slopes = list(ctx.operator.slopes().overload(*ctx.saved_tensors))
        return None, None, *ctx.operator.pulled_back(slopes, outer, ctx.needs_input_grad[2:])

    @staticmethod
    def jvp(ctx: Any, _: None, __: None, *tangents: Tensor | None) -> Any:
        # PyTorch calls this with tangents off, without which those of a second one would be lost.
        points = [forward_ad.unpack_dual(each, level=0).primal for each in ctx.saved_tensors]
        with forward_ad._set_fwd_grad_enabled(True):
            slopes = ctx.operator.slopes().overload(*points)
            return ctx.operator.pushed_forward(slopes, tangents)


def _total(pairs: Iterable[tuple[Tensor | None, Tensor]]) -> Tensor | None:
    """The sum of products; where a first factor is missing there is no term."""
    terms = [factor * slope for factor, slope in pairs if factor is not None]
    return reduce(operator.add, terms) if terms else None


@cache
def formula_operator(formula: Formula) -> FormulaOperator:
    """The operator of a formula that has a gradient, registered at first use.

    Examples:
        >>> from elu_sym import mean
        >>> formula_operator(mean).overload
        <OpOverload(op='elu_sym.mean', overload='default')>
    """
    with REGISTERING:  # two threads may ask for one, and PyTorch takes each name once
        return FormulaOperator(formula.function_name, formula.arguments)
