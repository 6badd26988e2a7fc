"""The residual branches of a traced network: which layers end one, and how many there are.

Where a layer's outputs are added to what they were computed from, a branch ends in the layer. The
sums that a stream goes through one after the other are the branches that it grows by; a layer
without a way around it, and a normalization, begin another stream. So does a factor that the
network itself has, as in (x + branch)/sqrt(2): there the sum is the network's own affair.

Needs the extra ``torch``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from elu_sym.interop.torch.call_rules import (
    DROPOUTS,
    ELEMENTWISE,
    KEEPING,
    POOLS,
    SAME,
    is_nearest,
)
from elu_sym.interop.torch.recorded_calls import Call, Data

__all__ = ["residual_branches"]

PARTS = ("chunk", "split", "tensor_split", "unbind")
"""After these no layer ends: its other outputs go elsewhere."""


@dataclass(frozen=True)
class Trail:
    """Where a tensor comes from.

    Attributes:
        end: the call of the layer whose outputs these are as they are, if they are of one.
        stream: the sums before it, if it is what came of such.
        depth: how many layers there are before it, on the longest way.
    """

    end: Call | None = None
    stream: int | None = None
    depth: int = 0


def residual_branches(calls: Sequence[Call]) -> dict[Any, int]:
    """The weights that end a branch, and how many branches are added to the same stream."""
    trails: dict[Any, Trail] = {}
    streams: list[list[Any]] = []
    ended: set[Any] = set()
    for call in calls:
        sources = [trails.get(each, Trail()) for each in call.random]
        depth = max((each.depth for each in sources), default=0)
        first = sources[0] if sources else Trail()
        after = Trail(depth=depth)
        if call.layer is not None:
            after = Trail(call, None, depth + 1)
        elif call.name in ("add", "sub") and (sources[1:] or _data_stream(call, first)):
            branch, other = _branch(call, sources) if sources[1:] else (first.end, Trail())
            stream = other.stream
            if branch is not None:
                if stream is None:
                    stream = len(streams)
                    streams.append([])
                if branch.layer not in ended or branch.layer in streams[stream]:
                    ended.add(branch.layer)
                    streams[stream].append(branch.layer)
            after = Trail(None, stream, depth)
        elif len(sources) == 1 and _keeps_entries(call):
            after = replace(first, end=None if call.name in PARTS else first.end)
        elif len(sources) == 1 and _keeps_stream(call):
            after = replace(first, end=None)
        trails |= dict.fromkeys(call.outputs, after)
    return {weights: len(stream) for stream in streams for weights in stream}


def _data_stream(call: Call, first: Trail) -> bool:
    """Whether a branch is added to data: to a tensor of its shape that is no parameter."""
    data = [each.tensor for each in call.arguments if isinstance(each, Data)]
    alike = [each for each in data if (*each.shape, 2) == call.shapes[0]]
    return first.depth > 1 and any(not isinstance(each, nn.Parameter) for each in alike)


def _branch(call: Call, sources: list[Trail]) -> tuple[Call | None, Trail]:
    """The layer call that ends the branch of a sum, if one does, and the stream it is added to."""
    depends = [each.ancestors for each in call.random]
    left, right = (
        source if source.end is not None and source.end.number not in other else None
        for source, other in zip(sources, reversed(depends), strict=True)
    )
    if left is not None and right is not None:
        # The stream is what the other was computed from, or what went through fewer layers.
        if left.depth < right.depth:
            left = None
        elif right.depth < left.depth:
            right = None
        else:
            return None, Trail()
    if left is not None:
        return left.end, sources[1]
    return (right.end, sources[0]) if right is not None else (None, _stream(sources))


def _stream(sources: list[Trail]) -> Trail:
    return next((each for each in sources if each.stream is not None), Trail())


def _keeps_entries(call: Call) -> bool:
    moved = call.name in KEEPING or call.name in SAME or call.name in DROPOUTS
    return moved or call.name == "pad" or is_nearest(call)


def _keeps_stream(call: Call) -> bool:
    return call.name in POOLS or call.name == "alpha_dropout" or call.name in ELEMENTWISE
