"""What a layer of PyTorch does to second moments, place by place.

With independent weights of mean 0 and variance v, the second moment of an output is v times the sum
of those of the inputs that meet in it. So it is what the layer itself gives for the second moments
with 1 for every weight: padding, strides, dilation and groups are exact.

Needs the extra ``torch``.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from elu_sym.interop.torch.recorded_calls import Call, argument_of

__all__ = ["LAYERS", "LayerSums", "operands_of_call"]

LAYERS = (
    "linear",
    *(f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3)),
    "matmul",
)
"""The functions that multiply by weights."""

CONVOLUTION = ("stride", "padding", "dilation", "groups")
TRANSPOSED = ("stride", "padding", "output_padding", "groups", "dilation")
DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0}


def operands_of_call(name: str, arguments: Any, keywords: Any) -> tuple[Any, Any]:
    """The weights and the biases that a function multiplies and adds, None where there are none."""
    if name not in LAYERS:
        return None, None
    weight = argument_of(arguments, keywords, 1, "other" if name == "matmul" else "weight")
    if name != "matmul":
        return weight, argument_of(arguments, keywords, 2, "bias")
    first = argument_of(arguments, keywords, 0, "input")
    layer = isinstance(weight, nn.Parameter) and weight.ndim == 2 and first is not weight
    return (weight if layer else None), None


@dataclass(frozen=True)
class LayerSums:
    """The sums over the inputs of a layer.

    Attributes:
        call: the call of the layer.
        shape: the shape of its weights.

    Examples:
        >>> values = torch.ones(1, 1, 4)
        >>> arguments = (values, torch.empty(2, 1, 3), None, 1, 1)
        >>> call = Call("conv1d", functional.conv1d, arguments, {}, [(1, 2, 4, 2)], 0)
        >>> sums = LayerSums(call, (2, 1, 3))
        >>> sums.fan, sums.of(values)[0].tolist()
        (3.0, [[2.0, 3.0, 3.0, 2.0], [2.0, 3.0, 3.0, 2.0]])
        >>> sums.inside(values)[0].tolist()
        [[3.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0, 3.0]]
    """

    call: Call
    shape: tuple[int, ...]

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution."""
        return "transpose" in self.call.name

    @property
    def axes(self) -> int:
        """The axes of space."""
        return len(self.shape) - 2

    @property
    def options(self) -> dict[str, Any]:
        """Stride, padding and their like."""
        names = TRANSPOSED if self.transposed else CONVOLUTION
        return {
            name: self.call.argument(3 + place, name, DEFAULTS[name])
            for place, name in enumerate(names)
        }

    @property
    def fan(self) -> float:
        """How many inputs meet in an output; of a transposed convolution the mean over places."""
        if self.call.name == "matmul":
            return float(self.shape[0])
        strides = math.prod(self._each("stride")) if self.transposed else 1
        return self.channels * math.prod(self.shape[2:]) / strides

    @property
    def channels(self) -> int:
        """How many channels meet in an output."""
        if self.call.name == "matmul":
            return self.shape[0]
        return self.shape[0] // self.options["groups"] if self.transposed else self.shape[1]

    def of(self, moments: Tensor) -> Tensor:
        """The sums of the inputs that there are."""
        if not self.axes:
            outputs = self.shape[1] if self.call.name == "matmul" else self.shape[0]
            return moments.sum(-1, keepdim=True).expand(*moments.shape[:-1], outputs)
        batched = moments if moments.ndim == self.axes + 2 else moments.unsqueeze(0)
        groups = self.options["groups"]
        inputs, kernel = self.shape[0 if self.transposed else 1], self.shape[2:]
        alike = 1
        if groups == 1 and batched.stride(1) == 0:  # after a layer all channels are
            alike, inputs, batched = inputs, 1, batched.narrow(1, 0, 1)
        # All the outputs of a group are alike.
        rows = (inputs, 1) if self.transposed else (groups, inputs)
        summed = alike * self._layer(batched, rows, kernel, groups)
        outputs = self.shape[1] if self.transposed else self.shape[0] // groups
        spread = summed.unsqueeze(2).expand(-1, -1, outputs, *summed.shape[2:])
        flat = spread.squeeze(1) if groups == 1 else spread.flatten(1, 2)
        return flat if moments.ndim == self.axes + 2 else flat.squeeze(0)

    def inside(self, moments: Tensor) -> Tensor:
        """The sums with what padding leaves out filled in: by the mean of what there is."""
        sums = self.of(moments)
        if not self.axes:
            return sums
        there, full = self._terms(moments)
        if torch.equal(there, full):
            return sums
        axis = -self.axes - 1  # of channels, all of which are one in memory but with groups
        one = sums if sums.stride(axis) else sums.narrow(axis, 0, 1)
        filled = one * torch.where(there > 0, full / there.clamp(min=1), 0.0)
        known = ((there > 0) | (full == 0)).expand_as(filled)
        return torch.where(known, filled, filled[known].mean()).expand_as(sums)

    def _terms(self, moments: Tensor) -> tuple[Tensor, Tensor]:
        """How many places of the kernel meet an input, at each output: here, and far from edges."""
        space, kernel = moments.shape[-self.axes :], self.shape[2:]
        ones = moments.new_ones(1, 1, *space)
        there = self._layer(ones, (1, 1), kernel, 1)[0]
        if not self.transposed:
            return there, torch.full_like(there, math.prod(kernel))
        strides, dilation = self._each("stride"), self._each("dilation")
        more = [
            -(-step * (size - 1) // stride) + 1
            for step, size, stride in zip(dilation, kernel, strides, strict=True)
        ]
        wide = moments.new_ones(
            1, 1, *(n + 2 * extra for n, extra in zip(space, more, strict=True))
        )
        full = self._layer(wide, (1, 1), kernel, 1)[0]
        for axis, (extra, stride) in enumerate(zip(more, strides, strict=True), start=1):
            full = full.narrow(axis, extra * stride, there.shape[axis])
        return there, full

    def _layer(self, values: Tensor, rows: Any, kernel: Any, groups: int) -> Tensor:
        ones = values.new_ones(*rows, *kernel)
        options = self.options | {"groups": groups}
        function = getattr(functional, self.call.name)
        return function(values, ones, None, **options)

    def _each(self, name: str) -> tuple[int, ...]:
        value = self.options[name]
        given = (value,) if isinstance(value, int) else tuple(value)
        return given * self.axes if len(given) == 1 else given
