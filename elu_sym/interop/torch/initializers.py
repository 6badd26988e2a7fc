"""Weights for PyTorch layers that are fed by ELU or a relative, instead of ``kaiming_*_``.

The first layer of a network, which no activation feeds, has gain 1 (``torch.nn.init.normal_`` with
``std=1/sqrt(fan_in)``), and biases start at 0 (``torch.nn.init.zeros_``; PyTorch's default is
random). ``torch.nn.init.calculate_gain`` knows no ELU; these take the exact gain of
:mod:`elu_sym.networks.initialization`. Importable from :mod:`elu_sym.interop.torch`. Needs the
extra ``torch``.
"""

import math
import warnings
from typing import Literal

import torch
from torch import Tensor

from elu_sym.interop.torch.layer_weights import is_computed
from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.initialization import Preserve, fans, layer_gain

__all__ = ["elu_kaiming_normal_", "elu_kaiming_uniform_"]

Mode = Literal["fan_in", "fan_out"]

DEVIATIONS = 10.0
"""No sample of PyTorch's lies so many standard deviations from zero."""


def elu_kaiming_normal_(
    tensor: Tensor,
    alpha: float | None = None,
    mode: Mode = "fan_in",
    mu: float = 0.0,
    sigma: float = 1.0,
    preserve: Preserve = "second_moment",
    generator: torch.Generator | None = None,
    *,
    transposed: bool = False,
    groups: int = 1,
    activation: ActivationArgument = "elu",
    **parameters: float,
) -> Tensor:
    """Fill weights in place from N(0, gain**2/fan), with the gain of an activation.

    Args:
        tensor: the weights of a ``Linear``, ``Conv1d`` to ``Conv3d`` or transposed layer, or any
            tensor with these axes, of floating-point numbers.
        alpha: that of the activation that feeds the layer, a positive number; by default its own,
            1 for ELU.
        mode: ``"fan_in"`` keeps the forward pass, ``"fan_out"`` the backward pass, as in
            ``torch.nn.init``; upper case is taken as well.
        mu: the mean of the pre-activations that the gain is for.
        sigma: their standard deviation.
        preserve: what is kept as it is, see :func:`elu_sym.networks.initialization.gain`.
        generator: where the random numbers come from; PyTorch's default one, if not given.
        transposed: whether the layer is a transposed convolution, whose axes are in another order;
            ``torch.nn.init`` takes its ``fan_out`` for ``fan_in``.
        groups: the groups of the convolution, see :func:`elu_sym.networks.initialization.fans`.
        activation: what feeds the layer, any activation that ``gain`` takes.
        **parameters: its other parameters, ``slope`` for leaky ReLU and ``scale`` for SELU.

    Returns:
        The same tensor.

    Raises:
        TypeError: if ``tensor`` is none, or of whole numbers, or the activation has no parameter of
            a name that is given.
        ValueError: if it has fewer than two axes or was computed from parameters, ``mode``,
            ``preserve`` or ``activation`` is unknown, there is no gain for the arguments, or its
            type does not hold the weights.

    Accuracy:
        The standard deviation is that of the formula to a few units in the last place, before
        PyTorch rounds the samples to the type of the tensor.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with E f**2 in place of the 1/2 of ReLU.

    Examples:
        >>> layer = torch.nn.Linear(400, 1000)
        >>> random = torch.Generator().manual_seed(1)
        >>> weights = elu_kaiming_normal_(layer.weight, alpha=1.0, generator=random)
        >>> weights is layer.weight
        True
        >>> print(f"{20 * weights.std().item():.2f}")  # the gain is 1.245
        1.25
        >>> weights = elu_kaiming_normal_(layer.weight, activation="selu", generator=random)
        >>> print(f"{20 * weights.std().item():.2f}")  # the gain is 1
        1.00
    """
    gain = layer_gain(alpha, mu, sigma, preserve, activation=activation, **parameters)
    deviation = _deviation(tensor, mode, gain, transposed, groups)
    with torch.no_grad():
        return tensor.normal_(0.0, deviation, generator=generator)


def elu_kaiming_uniform_(
    tensor: Tensor,
    alpha: float | None = None,
    mode: Mode = "fan_in",
    mu: float = 0.0,
    sigma: float = 1.0,
    preserve: Preserve = "second_moment",
    generator: torch.Generator | None = None,
    *,
    transposed: bool = False,
    groups: int = 1,
    activation: ActivationArgument = "elu",
    **parameters: float,
) -> Tensor:
    """Fill weights in place uniformly between -b and b, b = gain*sqrt(3/fan).

    The variance of the weights is that of :func:`elu_kaiming_normal_`.

    Args:
        tensor: the weights of a ``Linear``, ``Conv1d`` to ``Conv3d`` or transposed layer, or any
            tensor with these axes, of floating-point numbers.
        alpha: that of the activation that feeds the layer, a positive number; by default its own,
            1 for ELU.
        mode: ``"fan_in"`` keeps the forward pass, ``"fan_out"`` the backward pass.
        mu: the mean of the pre-activations that the gain is for.
        sigma: their standard deviation.
        preserve: what is kept as it is, see :func:`elu_sym.networks.initialization.gain`.
        generator: where the random numbers come from; PyTorch's default one, if not given.
        transposed: whether the layer is a transposed convolution.
        groups: the groups of the convolution.
        activation: what feeds the layer, any activation that ``gain`` takes.
        **parameters: its other parameters.

    Returns:
        The same tensor.

    Raises:
        TypeError: if ``tensor`` is none, or of whole numbers, or the activation has no parameter of
            a name that is given.
        ValueError: if it has fewer than two axes or was computed from parameters, ``mode``,
            ``preserve`` or ``activation`` is unknown, there is no gain for the arguments, or its
            type does not hold the weights.

    Accuracy:
        The bound is that of the formula to a few units in the last place.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with E f**2 in place of the 1/2 of ReLU.

    Examples:
        >>> weights = elu_kaiming_uniform_(torch.empty(64, 32, 3, 3))
        >>> bound = (3 / 0.644945 / (32 * 9)) ** 0.5  # 0.644945 is E f(Z)^2
        >>> bool(weights.abs().max() <= bound), bool(weights.abs().max() > 0.99 * bound)
        (True, True)
    """
    gain = layer_gain(alpha, mu, sigma, preserve, activation=activation, **parameters)
    deviation = _deviation(tensor, mode, gain, transposed, groups)
    bound = math.sqrt(3.0) * deviation
    with torch.no_grad():
        return tensor.uniform_(-bound, bound, generator=generator)


def _deviation(tensor: Tensor, mode: str, gain: float, transposed: bool, groups: int) -> float:
    """The standard deviation; 0, with PyTorch's own warning, for a tensor without elements."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"tensor is of type {type(tensor).__name__}: give the weights of a layer")
    if not tensor.dtype.is_floating_point:
        raise TypeError(f"tensor has dtype {tensor.dtype}: give floating-point weights")
    if is_computed(tensor):
        raise ValueError(
            "tensor was computed from parameters, as by weight_norm, so filling it would change no"
            " layer: with torch.nn.utils.parametrizations, fill a tensor of its shape and assign"
            " it, layer.weight = elu_kaiming_normal_(torch.empty_like(layer.weight)) under"
            " torch.no_grad(), or use initialize_ for the whole network"
        )
    choice = mode.lower() if isinstance(mode, str) else mode
    if choice not in ("fan_in", "fan_out"):
        raise ValueError(f"mode = {mode!r} is none of 'fan_in', 'fan_out'")
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return 0.0
    counted = fans(tuple(tensor.shape), transposed=transposed, groups=groups)
    deviation = gain / math.sqrt(counted.fan_in if choice == "fan_in" else counted.fan_out)
    if not DEVIATIONS * deviation <= torch.finfo(tensor.dtype).max:
        raise ValueError(
            f"the standard deviation {deviation:.3g} is beyond the range of {tensor.dtype}: give a"
            " larger mu or another dtype"
        )
    return deviation
