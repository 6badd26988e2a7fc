"""What an uncertain input makes of the output of a PyTorch network: its mean and its covariance.

The layers are those of :mod:`elu_sym.networks.gaussian_layers`, with tensors for arrays: one
propagation for NumPy and PyTorch. Importable from :mod:`elu_sym.interop.torch`. Needs the extra
``torch``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
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

__all__ = ["Residual", "propagate"]

SUPPORTED = (
    "Sequential, Linear, Conv2d, AvgPool2d, Flatten, Dropout,"
    f" {', '.join(kind.__name__ for kind in MODULES)}, and Residual of elu_sym.interop.torch"
)


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


def propagate(
    network: nn.Module, mean: Any, covariance: Any, method: Method = "full"
) -> OutputMoments:
    """The mean and the covariance of the outputs of a network with an uncertain input.

    Args:
        network: ``nn.Sequential``, nested or not, of ``Linear``, ``Conv2d``, ``AvgPool2d``,
            ``Flatten``, ``Dropout``, ``ELU``, ``SELU``, ``CELU``, ``ReLU``, ``LeakyReLU`` and
            :class:`Residual`; or one of these. Dropout is what it is in the mode of the network:
            in training random, with its variance, in evaluation nothing.
        mean: the mean of the input: of shape (..., inputs) by the method ``"full"``, else of a
            shape that the network takes, with the axis of a batch where it flattens images.
        covariance: of shape (..., inputs, inputs), one, or one for each mean. By the method
            ``"diagonal"`` variances that broadcast with the means.
        method: ``"full"``, or ``"diagonal"`` to carry variances alone, as if all units were
            uncorrelated at every layer. A convolution and a pooling have the latter only.

    Returns:
        Tensors in the type of the parameters of the network and on their device, with gradients
        with respect to the parameters, ``mean`` and ``covariance``, which can be taken once.

    Raises:
        TypeError: if an argument has no real numbers, or a module is none of those above; the
            message names it.
        ValueError: as :func:`elu_sym.networks.uncertainty.propagate`, and for a convolution or a
            pooling by the method ``"full"``, or a padding of other than zeros.

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
    tensor = value if isinstance(value, Tensor) else torch.from_numpy(np.array(value))
    if tensor.is_complex() or tensor.dtype == torch.bool:
        raise TypeError(f"{name} has dtype {tensor.dtype}: give a tensor of real numbers")
    kind = kind or (tensor.dtype if tensor.is_floating_point() else torch.get_default_dtype())
    return tensor.to(place, kind)


def _layers(module: nn.Module, path: str, method: Method) -> Iterator[GaussianLayer]:
    """The layers of a module, in order.

    Raises:
        TypeError: if there is none for it.
        ValueError: if there is one, but not for its arguments or by this method.
    """
    name = f"{path} ({type(module).__name__})" if path else type(module).__name__
    if isinstance(module, nn.Sequential):
        for child, each in module.named_children():
            yield from _layers(each, f"{path}.{child}" if path else child, method)
    elif isinstance(module, Residual):
        branch = f"{path}.branch" if path else "branch"
        yield ResidualLayer(list(_layers(module.branch, branch, method)))
    elif isinstance(module, nn.Linear):
        yield DenseLayer(module.weight, 0.0 if module.bias is None else module.bias)
    elif isinstance(module, nn.Dropout):
        if module.p == 1.0 and module.training:
            raise ValueError(f"{name}: p = 1.0 leaves nothing: give a probability below 1")
        if module.training:
            yield DropoutLayer(module.p)
    elif isinstance(module, nn.Flatten):
        if method == "diagonal":
            yield _Flattening(module)
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
    raise TypeError(f"{name} is a module without a rule: there are rules for {SUPPORTED}")


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


@dataclass(frozen=True)
class _Flattening:
    """The same units in other places."""

    module: nn.Flatten

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        return replace(law, mean=self.module(law.mean), covariance=self.module(law.covariance))


@dataclass(frozen=True)
class _Convolution:
    """A sum of the pixels around a place, with weights."""

    module: nn.Conv2d

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        module = self.module
        padding: Any = module.padding  # a name, too
        variances = functional.conv2d(
            law.covariance,
            module.weight**2,
            None,
            module.stride,
            padding,
            module.dilation,
            module.groups,
        )
        return replace(law, mean=module(law.mean), covariance=variances)


@dataclass(frozen=True)
class _Pooling:
    """The mean of the pixels around a place."""

    module: nn.AvgPool2d

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        module = self.module
        # At an edge it depends on the options of the module how many pixels it divides by.
        ones = torch.ones_like(law.mean)
        pixels = functional.avg_pool2d(
            ones,
            module.kernel_size,
            module.stride,
            module.padding,
            module.ceil_mode,
            module.count_include_pad,
            divisor_override=1,
        )
        divisor = pixels / module(ones)
        return replace(law, mean=module(law.mean), covariance=module(law.covariance) / divisor)
