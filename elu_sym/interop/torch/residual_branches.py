"""The residual branches of a traced network: which layers end one, and how many there are.

Where a layer's outputs are added to what they were computed from, a branch ends in the layer. The
sums that a stream goes through one after the other are the branches that it grows by; a layer
without a way around it, and a normalization, begin another stream. So does a factor that the
network itself has, as in (x + branch)/sqrt(2): there the sum is the network's own affair.

Needs the extra ``torch``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from torch import nn

from elu_sym.interop.torch.call_rules import keeps_entries, keeps_stream
from elu_sym.interop.torch.recorded_calls import Call, Data

__all__ = ["residual_branches"]


class Trail(NamedTuple):
    """Where a tensor comes from.

    Attributes:
        end: the call of the layer whose outputs these are as they are, if they are of one.
        stream: the weights that end the branches that were added to it.
    """

    end: Call | None = None
    stream: list[Any] | None = None


def residual_branches(calls: Sequence[Call]) -> dict[Any, int]:
    """The weights that end a branch, and how many branches are added to the same stream."""
    trails: defaultdict[Any, Trail] = defaultdict(Trail)
    streams: list[list[Any]] = []
    for call in calls:
        first = trails[call.random[0]] if call.random else Trail()
        after = Trail()
        if call.layer is not None:
            after = Trail(call)
        elif call.name in ("add", "sub") and (len(call.random) > 1 or _is_added_to_data(call)):
            end, stream = _joined(call, trails)
            if end is not None:
                if stream is None:
                    streams.append(stream := [])
                if not any(end.layer in each for each in streams if each is not stream):
                    stream.append(end.layer)
            after = Trail(None, stream)
        elif len(call.random) == 1 and keeps_entries(call):
            # Where the outputs are parts, the others go elsewhere.
            after = first if len(call.outputs) == 1 else Trail(None, first.stream)
        elif len(call.random) == 1 and keeps_stream(call):
            after = Trail(None, first.stream)
        trails.update(dict.fromkeys(call.outputs, after))
    return {weights: len(stream) for stream in streams for weights in stream}


def _is_added_to_data(call: Call) -> bool:
    """Whether a branch is added to data: to a tensor of its shape that is no parameter."""
    data = [each.tensor for each in call.arguments if isinstance(each, Data)]
    alike = [each for each in data if (*each.shape, 2) == call.shapes[0]]
    # One layer alone, its weights and its call, is no branch.
    has_layers = any(len(each.ancestors) > 2 for each in call.random)
    return has_layers and any(not isinstance(each, nn.Parameter) for each in alike)


def _joined(call: Call, trails: Mapping[Any, Trail]) -> Trail:
    """The layer call that ends the branch of a sum, if one does, and the stream it is added to."""
    values = call.random
    found = [trails[each] for each in values]
    if len(values) == 1:
        return Trail(found[0].end)
    # A stream does not depend on its branch; of two layers that of fewer before it is one.
    branches = [
        (len(value.ancestors), Trail(trail.end, other.stream))
        for value, trail, other, stream in zip(
            values, found, reversed(found), reversed(values), strict=True
        )
        if trail.end is not None and trail.end.number not in stream.ancestors
    ]
    if not branches:
        return next((Trail(None, each.stream) for each in found if each.stream), Trail())
    if len({layers for layers, _ in branches}) < len(branches):
        return Trail()
    return max(branches, key=itemgetter(0))[1]
