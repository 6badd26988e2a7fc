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

CONVOLUTION = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}

TRANSPOSED = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1}


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
        usual = TRANSPOSED if self.transposed else CONVOLUTION
        named = enumerate(usual.items(), start=3)
        return {name: self.call.argument(place, name, value) for place, (name, value) in named}

    @property
    def fan(self) -> float:
        """How many inputs meet in an output; of a transposed convolution the mean over places."""
        strides = math.prod(self._each("stride")) if self.transposed else 1
        return self.channels * math.prod(self.shape[2:]) / strides

    @property
    def channels(self) -> int:
        """How many channels meet in an output."""
        return self._channels[0]

    @property
    def _channels(self) -> tuple[int, int]:
        """Of a group, those that go in and those that come out."""
        first, second = self.shape[:2]
        in_front = first // self.options["groups"]
        backwards = self.transposed or self.call.name == "matmul"
        return (in_front, second) if backwards else (second, in_front)

    def of(self, moments: Tensor) -> Tensor:
        """The sums of the inputs that there are: one for all the outputs of a group."""
        axis, groups = -self.axes - 1, self.options["groups"]
        sums = moments.unflatten(axis, (groups, -1)).sum(axis)
        if self.axes:
            found = self._layer(sums.reshape(-1, 1, *sums.shape[-self.axes :]))
            sums = found.reshape(*sums.shape[: -self.axes], *found.shape[2:])
        shape = list(sums.unsqueeze(axis).shape)
        shape[axis] = self._channels[1]
        return sums.unsqueeze(axis).expand(shape).flatten(axis - 1, axis)

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
        there = self._layer(moments.new_ones(1, 1, *moments.shape[-self.axes :]))[0]
        if not self.transposed:
            return there, torch.full_like(there, math.prod(self.shape[2:]))
        full = there.new_ones(1)
        steps = (self._each(name) for name in ("stride", "padding", "dilation"))
        for size, length, stride, padding, dilation in zip(
            self.shape[2:], there.shape[1:], *steps, strict=True
        ):
            places = torch.arange(length)[:, None] + padding - dilation * torch.arange(size)
            full = full[..., None] * (places % stride == 0).sum(1)
        return there, full

    def _layer(self, values: Tensor) -> Tensor:
        """The layer with one channel, and with 1 for every weight."""
        ones, options = values.new_ones(1, 1, *self.shape[2:]), self.options | {"groups": 1}
        result: Tensor = getattr(functional, self.call.name)(values, ones, None, **options)
        return result

    def _each(self, name: str) -> tuple[int, ...]:
        value = self.options[name]
        given = (value,) if isinstance(value, int) else tuple(value)
        return given * self.axes if len(given) == 1 else given
