"""A layer with weights in a PyTorch network.

Needs the extra ``torch``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from elu_sym.interop.signals import Given, described, second_moments_of
from elu_sym.interop.torch.layer_sums import LayerSums
from elu_sym.interop.torch.layer_weights import LayerWeights
from elu_sym.interop.torch.recorded_calls import Unpredicted, of_both, usual_of
from elu_sym.interop.weighted_layer import WeightedLayer
from elu_sym.networks.initialized_layers import branch_target, gain_for
from elu_sym.numeric.operations import FloatArray

__all__ = ["TorchLayer"]


@dataclass(eq=False)
class TorchLayer(WeightedLayer):
    """A call of a layer with weights.

    Attributes:
        weights: the weights.
        sums: the sums over the inputs.
        calls: how many calls these weights have, if it is the first.
        left_alone: why the weights are not drawn, if they are not.
        is_usual: whether the second moment of what feeds it is 0, or not known.
    """

    weights: LayerWeights = field(kw_only=True)
    sums: LayerSums = field(kw_only=True)
    calls: int = 0
    left_alone: str = ""
    is_usual: bool = False

    def __post_init__(self) -> None:
        """Where not even an activation is known, there is no rule."""
        self.is_estimated = isinstance(self.feeding, Unpredicted)
        if self.is_estimated and self.feeding.usual is None:
            self.left_alone = f"no rule for {described(self.feeding)} before it"

    @cached_property
    def met(self) -> FloatArray:
        """The sums of the second moments of the inputs that meet in an output."""
        moments = second_moments_of(self.feeding)
        return of_both(self.sums.of, moments, inside=self.sums.inside)

    def weigh(self, squares: FloatArray) -> FloatArray:
        """The second moments of the outputs, for weights of variance 1."""
        return self.met

    def decide(self) -> None:
        """Decide the variance of the weights, by what would feed them if there were no edges.

        Raises:
            ValueError: if the second moment of what feeds it is not finite.
        """
        target = branch_target(self.branches) if self.branches else 1.0
        moment = 0.0 if self.is_estimated else float(self.met[..., 1].mean()) / self.fan
        if not math.isfinite(moment):
            raise ValueError(
                f"{self.name}: the mean square of what feeds it on this batch is {moment}: give a"
                " batch of finite numbers"
            )
        self.is_usual = not moment
        moment = 1.0 if self.keeps_data else moment or usual_of(self.feeding) or 0.0
        if not moment:
            self.left_alone = self.left_alone or "what feeds it is 0"
        gain = float(gain_for(moment or 1.0, target))
        self.variance = gain**2 / self.fan

    def predicted(self) -> float:
        """The mean of the second moments of the entries of what it gives."""
        return float(self.squares()[..., 0].mean())

    def describe(self) -> str:
        """The rule by which it is initialized, in words."""
        rule = super().describe()
        if isinstance(self.feeding, Given) and not self.keeps_data:
            rule = rule.replace("fed by data", "fed by what is left alone")
        if self.is_usual:
            rule = rule.replace(feed := described(self.feeding), f"{feed}, usual gain")
        shared = f", shared by {self.calls} calls, this is the first" if self.calls > 1 else ""
        return rule + shared
