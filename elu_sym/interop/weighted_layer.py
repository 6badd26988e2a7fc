"""A layer with weights in a network, and the decision about their variance.

Nothing here knows a library: each says what the layer does to second moments.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from elu_sym.interop.signals import (
    Random,
    Unknown,
    ancestors_of,
    described,
    second_moments_of,
    without_copies,
)
from elu_sym.networks.initialized_layers import InitializedLayer, branch_target, gain_for
from elu_sym.numeric.operations import FloatArray

__all__ = ["WeightedLayer", "finish"]

FEW = 16
"""Sums over fewer channels that depend on other weights are only nearly Gaussian."""


@dataclass(eq=False)
class WeightedLayer:
    """A layer with weights of one variance.

    Attributes:
        key: by which ancestors name it.
        name: its name in the table.
        feeding: what feeds it.
        fan: how many weights meet in an output, on average.
        channels: over how many channels it sums.
        factor: by which the network multiplies its weights.
        keeps_data: whether it is fed by data, whose second moment it keeps.
        is_embedding: whether it looks up rows of a table.
        is_estimated: whether it rests on something that was measured.
        is_approximate: whether it takes for Gaussian what is only nearly so.
        branches: how many residual branches there are, if it is the last layer of one; else 0.
        variance: that of the weights, once it is decided.
    """

    key: Any
    name: str
    feeding: Any
    fan: float
    channels: int
    factor: float = 1.0
    keeps_data: bool = False
    is_embedding: bool = False
    is_estimated: bool = False
    is_approximate: bool = False
    branches: int = 0
    variance: float | None = None

    def weigh(self, squares: FloatArray) -> FloatArray:
        """The second moments of the outputs, by those of the inputs, for weights of variance 1."""
        raise NotImplementedError

    def squares(self) -> FloatArray:
        """The second moments of the entries of what it gives."""
        if self.variance is None:
            raise RuntimeError(f"{self.name} is asked before its variance is decided")
        squares = np.ones(()) if self.is_embedding else second_moments_of(self.feeding)
        return self.variance * self.factor**2 * without_copies(self.weigh(squares))

    def decide(self) -> None:
        """Decide the variance of the weights; what feeds the layer is known.

        Raises:
            ValueError: if the second moment of what feeds it is not finite.
        """
        gain = 1.0
        if not (self.keeps_data or self.is_embedding):
            moment = float(second_moments_of(self.feeding).mean())
            if not np.isfinite(moment):
                raise ValueError(
                    f"{self.name} is {self.describe()}, whose second moment is {moment}: give a"
                    " batch, and parameters that are left alone, for which it is finite"
                )
            # Whatever the weights are, what is fed by 0 gives 0.
            target = branch_target(self.branches) if self.branches else 1.0
            gain = float(gain_for(moment, target)) if moment > 0.0 else 1.0
        self.variance = gain**2 / self.fan / self.factor**2

    def describe(self) -> str:
        """The rule by which it is initialized, in words."""
        if self.is_embedding:
            return "embedding"
        rule = "first layer" if self.keeps_data else f"fed by {described(self.feeding)}"
        return f"{rule}, ends 1 of {self.branches} branches" if self.branches > 1 else rule

    def predicted(self) -> float:
        """The mean of the second moments of the entries of what it gives."""
        return float(self.squares().mean())

    @property
    def rests_on_approximation(self) -> bool:
        """Whether what it is predicted to give takes for Gaussian what is only nearly so."""
        return self.is_approximate or bool(self.feeding.approximate)

    def row(self, measured: FloatArray) -> InitializedLayer:
        """Its row in the table.

        Args:
            measured: the mean squares of its outputs, one for each draw.
        """
        assert self.variance is not None
        gain = (self.variance * self.fan) ** 0.5 * abs(self.factor)
        row = InitializedLayer(
            self.name,
            self.describe(),
            self.fan,
            gain,
            None if self.is_estimated else self.predicted(),
            approximate=not self.is_estimated and self.rests_on_approximation,
        )
        if measured.size:
            row = replace(row, measured=float(measured.mean()))
        if measured.size > 1:
            error = float(measured.std(ddof=1) / measured.size**0.5)
            row = replace(row, standard_error=error, draws=measured.size)
        return row


def finish(layers: Sequence[WeightedLayer], branches: Collection[Any]) -> None:
    """Say of all layers of a network what only the whole network says.

    Args:
        layers: in the order in which they are called.
        branches: the keys of the last layers of residual branches.
    """
    estimated: set[Any] = set()
    nearly: set[Any] = set()
    for layer in layers:
        before = ancestors_of([layer.feeding])
        layer.branches = len(branches) if layer.key in branches else 0
        # Second moments of what is linear in the weights of a layer are exact, whatever its law.
        linear = layer.feeding.centred if isinstance(layer.feeding, Random) else frozenset()
        layer.is_approximate = bool(nearly & (before - linear))
        layer.is_estimated = isinstance(layer.feeding, Unknown) or bool(estimated & before)
        if layer.channels < FEW and isinstance(layer.feeding, Random):
            nearly.add(layer.key)
        if layer.is_estimated:
            estimated.add(layer.key)
