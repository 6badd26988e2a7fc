"""The variance of every layer of a traced network, before any weight is touched.

Needs the extra ``torch``.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from elu_sym.interop.torch.layer_sums import LayerSums
from elu_sym.interop.torch.layer_weights import LayerWeights
from elu_sym.interop.torch.moment_rules import entries_after
from elu_sym.interop.torch.recorded_calls import Call, Node, Reference, TracedNetwork
from elu_sym.interop.torch.residual_branches import Branch, residual_branches
from elu_sym.interop.torch.tensor_entries import Entries, Squares, entries_of_data
from elu_sym.networks.initialized_layers import InitializedLayer, gain_for

__all__ = ["InitializationPlan", "PlannedLayer", "planned"]

FEW = 16
"""Sums over fewer channels that depend on other weights are only nearly Gaussian."""


@dataclass(frozen=True)
class PlannedLayer:
    """A layer whose weights will be drawn.

    Attributes:
        weights: what is drawn.
        row: what the table will say, without a measurement.
    """

    weights: LayerWeights
    row: InitializedLayer

    @property
    def deviation(self) -> float:
        """The standard deviation of the weights."""
        return math.sqrt(self.row.weight_variance)


@dataclass(frozen=True)
class InitializationPlan:
    """What will be done.

    Attributes:
        layers: the layers, in the order of their first calls.
        reasons: why layers that were called are left alone, by their names.
    """

    layers: list[PlannedLayer] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def planned(network: TracedNetwork) -> InitializationPlan:
    """Follow the second moments through a network, and give each layer its variance on the way.

    Args:
        network: a recorded run.

    Raises:
        ValueError: if the data are not finite; the message names the layer.
    """
    return _Planning(network).plan


class _Planning:
    def __init__(self, network: TracedNetwork) -> None:
        self.network = network
        self.plan = InitializationPlan(reasons=dict(network.weights.reasons))
        self._known: dict[int, Entries] = {}
        self._done: dict[int, PlannedLayer | None] = {}
        self._calls = Counter(id(call.layer) for call in network.layer_calls)
        self._branches: Mapping[int, Branch] = residual_branches(network)
        for call in network.calls:
            if call.layer is not None:
                found = [self._layer(call, call.layer)]
            else:
                found = entries_after(call, self._of, self._raw, network.nodes)
            for node, entries in zip(call.outputs, found, strict=True):
                self._known[node] = self._with_bits(entries, network.nodes[node])

    def _with_bits(self, entries: Entries, node: Node) -> Entries:
        """The same with the bits of the weights that they depend on, and are linear in."""
        terms = frozenset((self.network.shared[node.own],)) if node.own else entries.terms
        known = entries.terms or entries.gaussian
        return replace(entries, depends=node.depends, terms=terms if known else frozenset())

    def _raw(self, value: Any) -> Entries:
        if not isinstance(value, Reference):
            return entries_of_data(torch.as_tensor(value))
        unknown = Entries("what is not known", depends=self.network.nodes[value.node].depends)
        return self._known.get(value.node, unknown)

    def _of(self, value: Any) -> Entries:
        found = self._raw(value).settled()
        if isinstance(value, Reference):
            self._known[value.node] = found
        return found

    def _layer(self, call: Call, weights: LayerWeights) -> Entries:
        given = call.arguments[0] if call.arguments else call.keywords["input"]
        source = self._of(given)
        if not isinstance(given, Reference):
            source = replace(source, feed="what is left alone")  # or by the batch, see below
        sums = LayerSums(call, tuple(weights.tensor.shape))
        squares = None
        if source.squares is not None:
            exact, inside = source.squares
            squares = Squares(sums.of(exact), sums.inside(inside))
        if id(weights) not in self._done:
            self._done[id(weights)] = self._plan(weights, source, sums, squares, call.of_batch)
        made = self._done[id(weights)]
        if made is None:
            return Entries(f"{weights.name}, which is left alone")
        variance = made.row.weight_variance
        return Entries(
            "a layer without activation",
            None if squares is None else squares.each(lambda m: variance * m),
            gaussian=True,
            nearly=sums.channels < FEW and isinstance(given, Reference),
            approximate=source.approximate,
            usual=1.0,
        )

    def _plan(
        self,
        weights: LayerWeights,
        source: Entries,
        sums: LayerSums,
        squares: Squares | None,
        first: bool,
    ) -> PlannedLayer | None:
        branch = self._branches.get(id(weights))
        target = 1.0 if branch is None else branch.target
        mean = None if squares is None else float(squares.inside.mean())
        if mean is not None and not math.isfinite(mean):
            raise ValueError(
                f"{weights.name}: the mean square of what feeds it on this batch is"
                f" {mean / sums.fan}: give a batch of finite numbers"
            )
        rule = "first layer" if first else f"fed by {source.feed}"
        if first:
            gain = math.sqrt(target)
        elif mean:
            gain = float(gain_for(mean / sums.fan, target))
        elif source.usual:
            gain = float(gain_for(source.usual, target))
            rule += ", usual gain"
        else:
            why = "what feeds it is 0" if mean == 0.0 else f"no rule for {source.feed} before it"
            self.plan.reasons[weights.name] = why
            return None
        if branch is not None:
            rule += f", ends 1 of {branch.branches} branches" if branch.branches > 1 else ""
        if (calls := self._calls[id(weights)]) > 1:
            rule += f", shared by {calls} calls, this is the first"
        variance = gain**2 / sums.fan
        predicted = None if squares is None else variance * float(squares.exact.mean())
        row = InitializedLayer(
            weights.name, rule, sums.fan, gain, predicted, approximate=source.approximate
        )
        self.plan.layers.append(PlannedLayer(weights, row))
        return self.plan.layers[-1]
