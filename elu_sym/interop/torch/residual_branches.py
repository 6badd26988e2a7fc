"""The residual branches of a traced network: which layers end one, and how many there are.

Where a layer's outputs are added to what they were computed from, a branch ends in the layer. The
sums that a stream goes through one after the other are the branches that it grows by; a layer
without a way around it, and a normalization, begin another stream. So does a factor that the
network itself has, as in (x + branch)/sqrt(2): there the sum is the network's own affair.

Needs the extra ``torch``.
"""

from dataclasses import dataclass, replace

from torch import Tensor, nn

from elu_sym.interop.torch.moment_rules import DROPOUTS, KEEPING, POOLS, SAME, is_nearest
from elu_sym.interop.torch.recorded_calls import Call, TracedNetwork
from elu_sym.interop.torch.torch_activations import is_elementwise
from elu_sym.networks.initialized_layers import branch_target

__all__ = ["Branch", "residual_branches"]

PARTS = ("chunk", "split", "tensor_split", "unbind")
"""After these no layer ends: its other outputs go elsewhere."""


@dataclass(frozen=True)
class Branch:
    """A branch that ends in a layer.

    Attributes:
        branches: how many are added to the same stream.
    """

    branches: int

    @property
    def target(self) -> float:
        """The second moment that it adds."""
        return branch_target(self.branches)


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


def residual_branches(network: TracedNetwork) -> dict[int, Branch]:
    """The branches of a network by the identities of the weights that end them."""
    trails: dict[int, Trail] = {}
    streams: list[list[int]] = []
    ended: set[int] = set()
    for call in network.calls:
        sources = [trails.get(each.node, Trail()) for each in call.references]
        depth = max((each.depth for each in sources), default=0)
        first = sources[0] if sources else Trail()
        after = Trail(depth=depth)
        if call.layer is not None:
            after = Trail(call, None, depth + 1)
        elif call.name in ("add", "sub") and (sources[1:] or _data_stream(network, call, first)):
            branch, other = _branch(network, call, sources) if sources[1:] else (first.end, Trail())
            stream = other.stream
            if branch is not None and branch.layer is not None:
                key = id(branch.layer)
                if stream is None:
                    stream = len(streams)
                    streams.append([])
                if key not in ended or key in streams[stream]:
                    ended.add(key)
                    streams[stream].append(key)
            after = Trail(None, stream, depth)
        elif len(sources) == 1 and _keeps_entries(call):
            after = replace(first, end=None if call.name in PARTS else first.end)
        elif len(sources) == 1 and _keeps_stream(call):
            after = replace(first, end=None)
        for node in call.outputs:
            trails[node] = after
    return {key: Branch(len(stream)) for stream in streams for key in stream}


def _data_stream(network: TracedNetwork, call: Call, first: Trail) -> bool:
    """Whether a branch is added to data: to a tensor of its shape that is no parameter."""
    shape = network.nodes[call.outputs[0]].shape
    data = [each for each in call.arguments if isinstance(each, Tensor) and each.shape == shape]
    return first.depth > 1 and any(not isinstance(each, nn.Parameter) for each in data)


def _branch(network: TracedNetwork, call: Call, sources: list[Trail]) -> tuple[Call | None, Trail]:
    """The layer call that ends the branch of a sum, if one does, and the stream it is added to."""
    depends = [network.nodes[each.node].depends for each in call.references]
    ends = [
        source if source.end is not None and not source.end.bit & other else None
        for source, other in zip(sources, reversed(depends), strict=True)
    ]
    left, right = ends
    if left is not None and right is not None:
        # The stream is what the other was computed from, or what went through fewer layers.
        assert left.end is not None
        assert right.end is not None
        if left.end.bit & depends[1] or left.depth < right.depth:
            left = None
        elif right.end.bit & depends[0] or right.depth < left.depth:
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
    return call.name in POOLS or call.name == "alpha_dropout" or is_elementwise(call)
