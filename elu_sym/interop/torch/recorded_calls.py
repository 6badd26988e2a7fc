"""A run of a PyTorch network as it was recorded: functions, what they were given, what they gave.

Needs the extra ``torch``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils._pytree import tree_iter

from elu_sym.interop.torch.layer_weights import LayerWeights, NetworkWeights

__all__ = [
    "LAYERS",
    "Call",
    "Node",
    "Reference",
    "TracedNetwork",
    "argument",
    "argument_of",
    "operands_of_call",
]

LAYERS = (
    "linear",
    *(f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3)),
    "matmul",
)
"""The functions that multiply by weights."""


@dataclass(frozen=True)
class Reference:
    """A tensor that depends on weights: its place among all of them."""

    node: int


class Node(NamedTuple):
    """A tensor that was recorded.

    Attributes:
        shape: its shape.
        device: where it is.
        depends: the bits of the layers that it depends on.
        own: the bit of the weights that give it as they are, if it is what a layer gives, or of a
            part of them if it is some of its units.
        units: the axis of the units of that layer, from the last, -1, on; 0 if it is none.
    """

    shape: torch.Size
    device: torch.device
    depends: int
    own: int = 0
    units: int = 0


@dataclass(frozen=True)
class Call:
    """A function that was called.

    Attributes:
        name: its name, without the underscore of those that act in place.
        function: the function.
        arguments: what it was called with, references in the place of recorded tensors.
        keywords: the same by name.
        outputs: the nodes of the tensors that came out.
        layer: the weights, if it is a layer whose weights are drawn.
        bit: what depends on this call has this bit.
        of_batch: whether what it is given first comes from the batch alone, by no parameter.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    outputs: tuple[int, ...]
    layer: LayerWeights | None
    bit: int
    of_batch: bool

    @property
    def references(self) -> list[Reference]:
        """The recorded tensors that went in."""
        found = tree_iter((self.arguments, dict(self.keywords)))
        return [each for each in found if isinstance(each, Reference)]


@dataclass(frozen=True)
class TracedNetwork:
    """A run of a network.

    Attributes:
        calls: the functions, in order.
        nodes: the tensors.
        users: by the names of parameters, the functions that they were given to.
        shared: for the bit of weights, or of a part of them, those of all weights that are some of
            the same.
        weights: the layers of the network.
    """

    calls: Sequence[Call]
    nodes: Sequence[Node]
    users: Mapping[str, set[str]]
    shared: Mapping[int, int]
    weights: NetworkWeights

    @property
    def layer_calls(self) -> list[Call]:
        """The calls of layers whose weights are drawn, in order."""
        return [call for call in self.calls if call.layer is not None]


def argument(call: Call, place: int, name: str, default: Any = None) -> Any:
    """An argument of a call, given by its place or by its name."""
    return argument_of(call.arguments, call.keywords, place, name, default)


def argument_of(
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    place: int,
    name: str,
    default: Any = None,
) -> Any:
    """One of the arguments of a function, given by its place or by its name."""
    return arguments[place] if len(arguments) > place else keywords.get(name, default)


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
