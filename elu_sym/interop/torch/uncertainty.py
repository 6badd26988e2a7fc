"""What an uncertain input makes of the output of a PyTorch network: its mean and its covariance.

The layers are those of :mod:`elu_sym.networks.gaussian_layers`, with tensors for arrays: one
propagation for NumPy and PyTorch. Importable from :mod:`elu_sym.interop.torch`. Needs the extra
``torch``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from elu_sym.interop.torch.audit_hook import MODULES
from elu_sym.interop.torch.layer_moments import TorchMoments
from elu_sym.networks.gaussian_layers import (
    ActivationLayer,
    DenseLayer,
    DropoutLayer,
    GaussianLaw,
    GaussianLayer,
    LayerMoments,
    ResidualLayer,
    law_after,
)
from elu_sym.networks.uncertainty import Method, OutputMoments, checked_law
from elu_sym.numeric.arguments import LOCATION, broadcast_arguments

__all__ = ["Residual", "propagate"]

PRECISIONS = (torch.float32, torch.float64)
"""The types in which the formulas are computed."""


class Residual(nn.Module):
    """x + branch(x), for a network whose uncertainty is propagated.

    Args:
        branch: gives tensors of the shape of those that it gets.

    Examples:
        >>> Residual(nn.Tanh())(torch.tensor([0.0, 1.0]))
        tensor([0.0000, 1.7616])
    """

    def __init__(self, branch: nn.Module) -> None:
        """Keep the branch."""
        super().__init__()
        self.branch = branch

    def forward(self, x: Tensor) -> Tensor:
        """The sum."""
        total: Tensor = x + self.branch(x)
        return total


RULES: tuple[type[nn.Module], ...] = (
    nn.Sequential,
    nn.Linear,
    nn.Conv2d,
    nn.AvgPool2d,
    nn.Flatten,
    nn.Dropout,
    *MODULES,
    Residual,
)
"""The modules for which there is a rule."""


def propagate(
    network: nn.Module, mean: Any, covariance: Any, method: Method = "full"
) -> OutputMoments:
    """The mean and the covariance of the outputs of a network with an uncertain input.

    Args:
        network: ``nn.Sequential``, nested or not, of ``Linear``, ``Conv2d``, ``AvgPool2d``,
            ``Flatten``, ``Dropout``, ``ELU``, ``SELU``, ``CELU``, ``ReLU``, ``LeakyReLU`` and
            :class:`Residual`; or one of these. Dropout is what it is in the mode of the network:
            in training random, with its variance, in evaluation nothing. A module that stands in
            several places is a layer in each. Hooks are not called: weights that one computes
            before each call, as pruning does, are those of the last call.
        mean: the mean of the input: of shape (..., inputs) by the method ``"full"``, else of a
            shape that the network takes, with the axis of a batch where it flattens images.
        covariance: of shape (..., inputs, inputs), one, or one for each mean. By the method
            ``"diagonal"`` variances that broadcast with the means.
        method: ``"full"``, or ``"diagonal"`` to carry variances alone, as if all units were
            uncorrelated at every layer. A convolution and a pooling have the latter only.

    Returns:
        Tensors in the type of the parameters of the network and on their device, with gradients
        with respect to the parameters, ``mean`` and ``covariance``, which can be taken once. Where
        a unit of mean 0 has no variance and the activation has a kink, as ReLU has, the derivative
        of its mean in the variance is infinite, and the gradient that without the kink.

    Raises:
        TypeError: if an argument has no real numbers, a type is neither float32 nor float64, or a
            module is none of those above, or of a class that computes something else; the message
            names it.
        ValueError: as :func:`elu_sym.networks.uncertainty.propagate`, and for a convolution or a
            pooling by the method ``"full"``, or a padding of other than zeros. What PyTorch raises
            for images of a shape that a module does not take, and for a residual branch that gives
            another than it gets, is raised as it is.

    Accuracy:
        As for :func:`elu_sym.networks.uncertainty.propagate`: exact for a Gaussian input up to the
        first activations and the linear layers after them, by the method ``"full"``; beyond an
        approximation that takes what comes into each activation layer for jointly Gaussian. The sum
        of a residual branch and its stream has their covariance by ``"full"``; by ``"diagonal"``
        they are taken for uncorrelated. In float32 with the rounding of that.

    Examples:
        >>> network = nn.Sequential(nn.Linear(4, 8), nn.ELU(), nn.Linear(8, 2)).double()
        >>> output = propagate(network, torch.zeros(4), torch.eye(4))
        >>> print(output.mean.shape, output.covariance.shape)
        torch.Size([2]) torch.Size([2, 2])
    """
    layers = list(_layers(network, "", method))
    like = next(network.parameters(), None)
    kind = None if like is None else like.dtype
    if kind and kind not in PRECISIONS:
        raise TypeError(f"network has parameters of {kind}: give network.float() or .double()")
    place = None if like is None else like.device
    given = {"mean": mean, "covariance": covariance}
    tensors = [_tensor(name, value, kind, place) for name, value in given.items()]
    arrays = [each.detach().cpu().numpy() for each in tensors]
    law = checked_law(arrays[0], arrays[1], method)
    if not law.full:
        tensors = list(torch.broadcast_tensors(*tensors))
    found = law_after(layers, replace(law, mean=tensors[0], covariance=tensors[1]), TorchMoments())
    return OutputMoments(found.mean, found.covariance)


def _tensor(name: str, value: Any, kind: Any, place: Any) -> Tensor:
    """An argument as floating-point numbers.

    Raises:
        TypeError: if it has no real numbers.
    """
    if not isinstance(value, Tensor):
        checked = broadcast_arguments(**{name: (value, LOCATION)})
        value = torch.from_numpy(checked.arrays[0].astype(checked.dtype))
    if value.is_complex() or value.dtype == torch.bool:
        raise TypeError(f"{name} has dtype {value.dtype}: give a tensor of real numbers")
    kind = kind or (value.dtype if value.is_floating_point() else torch.get_default_dtype())
    if kind not in PRECISIONS:
        raise TypeError(f"{name} has dtype {kind}: give {name}.float() or {name}.double()")
    tensor: Tensor = value.to(place, kind)
    return tensor


def _layers(module: nn.Module, path: str, method: Method) -> Iterator[GaussianLayer]:
    """The layers of a module, in order.

    Raises:
        TypeError: if there is none for it.
        ValueError: if there is one, but not for its arguments or by this method.
    """
    name = f"{path} ({type(module).__name__})" if path else type(module).__name__
    kind = next((each for each in RULES if isinstance(module, each)), None)
    if kind and getattr(module.forward, "__func__", None) is not kind.forward:
        raise TypeError(
            f"{name} has a forward of its own, which may be another than that of {kind.__name__}:"
            f" give {kind.__name__} itself, or a Sequential or Residual of such modules"
        )
    if isinstance(module, nn.Sequential):
        # Of named_children, a module that stands in several places is one.
        for child, each in zip(module._modules, module, strict=True):
            yield from _layers(each, f"{path}.{child}" if path else child, method)
    elif isinstance(module, Residual):
        branch = f"{path}.branch" if path else "branch"
        yield ResidualLayer(list(_layers(module.branch, branch, method)))
    elif isinstance(module, nn.Linear):
        yield _Linear(module.weight, 0.0 if module.bias is None else module.bias, name=name)
    elif isinstance(module, nn.Dropout):
        if module.p == 1.0 and module.training:
            raise ValueError(f"{name}: p = 1.0 leaves nothing: give a probability below 1")
        if module.training:
            yield DropoutLayer(module.p)
    elif isinstance(module, nn.Flatten):
        yield _Flattening(module, name)
    elif isinstance(module, nn.Conv2d | nn.AvgPool2d):
        yield _of_images(module, name, method)
    else:
        yield _activation(module, name)


def _activation(module: nn.Module, name: str) -> ActivationLayer:
    for kind, given in MODULES.items():
        if isinstance(module, kind):
            try:
                return ActivationLayer.of(**given(module))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
    known = (
        f"{', '.join(kind.__name__ for kind in RULES[:-1])}, and Residual of elu_sym.interop.torch"
    )
    raise TypeError(f"{name} is a module without a rule: there are rules for {known}")


def _of_images(module: nn.Conv2d | nn.AvgPool2d, name: str, method: Method) -> GaussianLayer:
    if method == "full":
        raise ValueError(
            f"{name}: the covariances of all places of images with each other are too many to be"
            ' kept: give method="diagonal", or a Linear in its place'
        )
    if isinstance(module, nn.AvgPool2d):
        return _Pooling(module)
    if module.padding_mode != "zeros":
        raise ValueError(
            f"{name}: padding_mode = {module.padding_mode!r} has the same pixel in two places: give"
            " 'zeros'"
        )
    return _Convolution(module)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Linear(DenseLayer):
    """A dense layer whose errors name the module."""

    name: str

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        units, shape = law.mean.shape[-1], tuple(self.weights.shape)
        if units != shape[1]:
            raise ValueError(
                f"{self.name}: weights of shape {shape} are fed by {units} units: give weights of"
                f" shape (outputs, {units})"
            )
        return super().after(law, moments)


@dataclass(frozen=True)
class _Flattening:
    """The same units in other places."""

    module: nn.Flatten
    name: str

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        first, last = self.module.start_dim, self.module.end_dim
        if not law.full:
            mean, covariance = (each.flatten(first, last) for each in (law.mean, law.covariance))
            return replace(law, mean=mean, covariance=covariance)
        # A single input has one axis, which nothing can be flattened with.
        if law.mean.ndim > 1 and law.mean.flatten(first, last).shape != law.mean.shape:
            raise ValueError(
                f"{self.name}: flattens the batch of the means, which have shape"
                f" {tuple(law.mean.shape)}: give them in shape (batch, inputs)"
            )
        return law


@dataclass(frozen=True)
class _Convolution:
    """A sum of the pixels around a place, with weights."""

    module: nn.Conv2d

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        module = self.module
        padding: Any = module.padding  # a name, too
        options = (module.stride, padding, module.dilation, module.groups)
        mean = functional.conv2d(law.mean, module.weight, module.bias, *options)
        variances = functional.conv2d(law.covariance, module.weight**2, None, *options)
        return replace(law, mean=mean, covariance=variances)


@dataclass(frozen=True)
class _Pooling:
    """The mean of the pixels around a place."""

    module: nn.AvgPool2d

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        # At an edge it depends on the options of the module how many pixels it divides by.
        ones = torch.ones_like(law.mean)
        divisor = self.pooled(ones, divisor_override=1) / self.pooled(ones)
        mean, covariance = self.pooled(law.mean), self.pooled(law.covariance) / divisor
        return replace(law, mean=mean, covariance=covariance)

    def pooled(self, images: Tensor, **changes: int) -> Tensor:
        """What the module makes of images, without its hooks."""
        names = nn.AvgPool2d.__constants__
        return functional.avg_pool2d(
            images, **{name: getattr(self.module, name) for name in names} | changes
        )
