"""Weights for JAX layers that are fed by ELU or a relative, as one of ``jax.nn.initializers``.

The first layer of a network, which no activation feeds, has gain 1 (``lecun_normal``), and biases
start at 0. Importable from :mod:`elu_sym.interop.jax`. Whatever takes a JAX initializer takes it:
Flax, Equinox, Haiku. Needs the extra ``jax``.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from jax.nn import initializers

from elu_sym.networks.activation_argument import ActivationArgument
from elu_sym.networks.initialization import Preserve, layer_scale

__all__ = ["elu_initializer"]

MODES = ("fan_in", "fan_out", "fan_avg", "fan_geo_avg")
DISTRIBUTIONS = ("truncated_normal", "normal", "uniform")


def elu_initializer(
    alpha: float | None = None,
    mode: Literal["fan_in", "fan_out", "fan_avg", "fan_geo_avg"] = "fan_in",
    distribution: Literal["truncated_normal", "normal", "uniform"] = "truncated_normal",
    mu: float = 0.0,
    sigma: float = 1.0,
    preserve: Preserve = "second_moment",
    in_axis: int | Sequence[int] = -2,
    out_axis: int | Sequence[int] = -1,
    batch_axis: int | Sequence[int] = (),
    dtype: Any = None,
    *,
    activation: ActivationArgument = "elu",
    **parameters: float,
) -> Callable[..., Any]:
    """An initializer of weights of mean 0 and variance gain**2/fan, with the gain of an activation.

    It is ``jax.nn.initializers.variance_scaling`` with this scale, so the axes and the order of the
    random numbers are those of ``he_normal`` and its kin.

    Args:
        alpha: that of the activation that feeds the layer, a positive number; by default its own,
            1 for ELU.
        mode: ``"fan_in"`` keeps the forward pass, ``"fan_out"`` the backward pass, ``"fan_avg"``
            and ``"fan_geo_avg"`` take their arithmetic and geometric mean.
        distribution: ``"truncated_normal"``, ``"normal"`` or ``"uniform"``; the variance is the
            same.
        mu: the mean of the pre-activations that the gain is for.
        sigma: their standard deviation.
        preserve: what is kept as it is, see :func:`elu_sym.networks.initialization.gain`.
        in_axis: the axes of the inputs. For the weights of a transposed convolution, whose axes are
            in another order, name its own.
        out_axis: the axes of the outputs.
        batch_axis: axes that do not count.
        dtype: the type of the weights; JAX's default type, if not given.
        activation: what feeds the layer, any activation that ``gain`` takes.
        **parameters: its other parameters, ``slope`` for leaky ReLU and ``scale`` for SELU.

    Returns:
        A function of a key, a shape and optionally a dtype.

    Raises:
        TypeError: if an argument of the gain is no real number, or the activation has no parameter
            of a name that is given.
        ValueError: if ``mode``, ``distribution``, ``preserve`` or ``activation`` is unknown, or
            there is no gain.

    Accuracy:
        The variance is that of the formula to a few units in the last place of the type.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with E f**2 in place of the 1/2 of ReLU.

    Examples:
        >>> import jax
        >>> weights = elu_initializer(alpha=1.0)(jax.random.key(0), (400, 1000))
        >>> print(weights.shape, f"{20 * float(weights.std()):.1f}")  # the gain is 1.245
        (400, 1000) 1.2
    """
    if mode not in MODES:
        raise ValueError(f"mode = {mode!r} is none of {', '.join(map(repr, MODES))}")
    if distribution not in DISTRIBUTIONS:
        choices = ", ".join(map(repr, DISTRIBUTIONS))
        raise ValueError(f"distribution = {distribution!r} is none of {choices}")
    scale = layer_scale(alpha, mu, sigma, preserve, activation=activation, **parameters)
    typed = {} if dtype is None else {"dtype": dtype}
    return initializers.variance_scaling(
        scale, mode, distribution, in_axis, out_axis, batch_axis, **typed
    )
