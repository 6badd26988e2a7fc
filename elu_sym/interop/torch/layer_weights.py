"""The weights of the layers of a PyTorch network, and how they are drawn.

A weight is a parameter, or it is computed from parameters each time that the network runs, as by
weight normalization. Filling what was computed changes nothing, so these are set through what they
are computed from, where that is possible.

Needs the extra ``torch``.
"""

import math
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.weight_norm import WeightNorm

__all__ = ["Distribution", "LayerWeights", "NetworkWeights", "is_computed"]

Distribution = Literal["normal", "uniform"]
"""The law of the weights."""

CLOSE = 1e-3
"""How near weights are, relative to their norm, to those that were assigned."""


def is_computed(tensor: Tensor) -> bool:
    """Whether a tensor is a result of operations, and not a parameter or a part of one.

    Examples:
        >>> layer = nn.Linear(2, 2)
        >>> is_computed(layer.weight), is_computed(layer.weight[:1]), is_computed(-layer.weight)
        (False, False, True)
    """
    part = tensor._is_view() and tensor._base is not None and tensor._base.is_leaf
    return tensor.grad_fn is not None and not part


@dataclass(eq=False)
class LayerWeights:
    """What a layer multiplies its inputs by.

    Attributes:
        name: the layer, as the network calls it.
        parameter: the parameter, or None for weights that are computed.
        module: the module whose attribute they are then.
        attribute: and the name of that.
        biases: the parameters that are added, which start at 0.
    """

    name: str
    parameter: nn.Parameter | None = None
    module: nn.Module | None = None
    attribute: str = "weight"
    biases: list[nn.Parameter] = field(default_factory=list)

    @property
    def tensor(self) -> Tensor:
        """The weights as they are now."""
        return (
            self.parameter if self.parameter is not None else getattr(self.module, self.attribute)
        )

    @property
    def parameters(self) -> list[nn.Parameter]:
        """Every parameter that is set."""
        if self.parameter is not None:
            return [self.parameter, *self.biases]
        assert self.module is not None
        if (hook := _weight_norm(self.module, self.attribute)) is not None:
            made_of = [getattr(self.module, f"{hook.name}_{part}") for part in "gv"]
        else:
            lists: Any = self.module.parametrizations
            made_of = list(lists[self.attribute].parameters())
        return [*made_of, *self.biases]

    def add(self, bias: nn.Parameter) -> None:
        """Let biases start at 0, too."""
        if not any(bias is each for each in self.biases):
            self.biases.append(bias)

    def draw(
        self,
        deviation: float,
        distribution: Distribution = "normal",
        generator: torch.Generator | None = None,
    ) -> None:
        """Fill the weights at random, with this standard deviation, and the biases with 0."""
        with torch.no_grad():
            for bias in self.biases:
                bias.zero_()
            target = self.tensor
            filled = target if self.parameter is not None else torch.empty_like(target)
            if distribution == "normal":
                filled.normal_(0.0, deviation, generator=generator)
            else:
                bound = math.sqrt(3.0) * deviation
                filled.uniform_(-bound, bound, generator=generator)
            if self.parameter is None:
                self.assign(filled)

    def assign(self, weights: Tensor) -> None:
        """Set weights that are computed, through what they are computed from."""
        assert self.module is not None
        hook = _weight_norm(self.module, self.attribute)
        if hook is None:
            setattr(self.module, self.attribute, weights)
            return
        getattr(self.module, f"{hook.name}_v").copy_(weights)
        getattr(self.module, f"{hook.name}_g").copy_(torch.norm_except_dim(weights, 2, hook.dim))
        setattr(self.module, hook.name, hook.compute_weight(self.module))


class NetworkWeights:
    """The weights of a network by the tensors that its layers are called with.

    Args:
        network: any module.
        left_out: parameters that are not to be drawn, and why.

    Attributes:
        reasons: why weights are left alone, by the names of their layers.
    """

    def __init__(self, network: nn.Module, left_out: dict[int, str]) -> None:
        """Read the names; nothing is drawn."""
        self.reasons: dict[str, str] = {}
        self._left_out = left_out
        self._names = {id(each): name for name, each in network.named_parameters()}
        self._modules = {id(module): name for name, module in network.named_modules()}
        self._known: dict[tuple[int, str], LayerWeights | None] = {}

    def name_of(self, parameter: Tensor) -> str | None:
        """The name of a parameter; None for what is none."""
        return self._names.get(id(parameter))

    def module_name(self, module: nn.Module) -> str:
        """The name of a module, or its type where it is the whole network or none of its own."""
        return self._modules.get(id(module), "") or type(module).__name__

    def of(self, weight: Tensor, bias: Any, module: nn.Module | None) -> LayerWeights | None:
        """The weights that a layer is called with; None if they are left alone, with a reason.

        Raises:
            TypeError: if they are no floating-point numbers.
        """
        name = self.name_of(weight)
        key = (id(weight), "") if name is not None else (id(module), "weight")
        if key not in self._known:
            layer = layer_name(name) if name is not None else self.module_name_or(module)
            if not weight.dtype.is_floating_point:
                raise TypeError(
                    f"{layer}: its weights are of {weight.dtype}: initialize a network of"
                    " floating-point weights, and quantize it then"
                )
            if isinstance(weight, nn.Parameter):
                made: LayerWeights | None = LayerWeights(layer, weight)
            else:
                made = _computed(layer, module, weight)
            reason = self._reason(made, weight)
            if reason:
                self.reasons[layer] = reason
            self._known[key] = None if reason else made
        found = self._known[key]
        if found is not None and self.name_of(bias) is not None and bias.requires_grad:
            found.add(bias)
        return found

    def module_name_or(self, module: nn.Module | None) -> str:
        """The name of a module if there is one."""
        return "a function" if module is None else self.module_name(module)

    def _reason(self, weights: LayerWeights | None, weight: Tensor) -> str:
        if weights is None:
            return "its weights are computed in a way that cannot be set"
        if 0 in weight.shape:
            return "it has no weights"
        for parameter in weights.parameters:
            if id(parameter) in self._left_out:
                return self._left_out[id(parameter)]
            if not parameter.requires_grad:
                return "it is frozen: requires_grad is False"
        return ""


def layer_name(parameter: str) -> str:
    """The name of a layer by that of its weights.

    Examples:
        >>> layer_name("blocks.0.conv.weight"), layer_name("weight"), layer_name("blocks.0.mixing")
        ('blocks.0.conv', 'weight', 'blocks.0.mixing')
    """
    return parameter.removesuffix(".weight")


def _computed(name: str, module: nn.Module | None, used: Tensor) -> LayerWeights | None:
    """The weights of a module that it computes and uses as they are, if assigning them works."""
    if module is None or not isinstance(getattr(module, "weight", None), Tensor):
        return None
    weights = LayerWeights(name, module=module)
    if not torch.equal(weights.tensor, used):
        return None
    if _weight_norm(module, "weight") is not None:
        return weights
    if not parametrize.is_parametrized(module, "weight"):
        return None
    before = [parameter.detach().clone() for parameter in weights.parameters]
    generator = torch.Generator().manual_seed(0)
    trial = torch.randn(used.shape, generator=generator).to(used) / 100.0
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            weights.assign(trial)
            distance = torch.linalg.vector_norm(weights.tensor - trial)
            works = bool(distance <= CLOSE * torch.linalg.vector_norm(trial))
        except Exception:  # in its own way, every parametrization that cannot be inverted
            works = False
        for parameter, old in zip(weights.parameters, before, strict=True):
            parameter.copy_(old)
    return weights if works else None


def _weight_norm(module: nn.Module, attribute: str) -> WeightNorm | None:
    """The hook of ``torch.nn.utils.weight_norm``, the old one, that computes an attribute."""
    for hook in module._forward_pre_hooks.values():
        if isinstance(hook, WeightNorm) and hook.name == attribute:
            return hook
    return None
