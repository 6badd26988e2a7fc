"""Weights for Keras layers that are fed by ELU or a relative, as one of ``keras.initializers``.

The first layer of a network, which no activation feeds, has gain 1
(``keras.initializers.LecunNormal``), and biases start at 0, as is Keras's default. Importable from
:mod:`elu_sym.interop.keras`. Needs the extra ``keras`` and a backend for it.
"""

from collections.abc import Sequence
from typing import Any, Literal

import keras

from elu_sym.book.formula import ACTIVATIONS
from elu_sym.networks.activation_argument import (
    ActivationArgument,
    activation_of,
    parameters_of,
)
from elu_sym.networks.initialization import Preserve, layer_scale
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

__all__ = ["EluInitializer"]


@keras.saving.register_keras_serializable(package="elu_sym")
class EluInitializer(keras.initializers.VarianceScaling):
    """An initializer of weights of mean 0 and variance gain**2/fan, with the gain of an activation.

    It is ``keras.initializers.VarianceScaling`` with this scale, and is saved with a model: what is
    kept are the arguments below, from which the gain is computed again. Keras knows it only after
    ``import elu_sym.interop.keras``, so import that before ``keras.saving.load_model``, which
    otherwise "could not interpret initializer identifier". A model that has to load elsewhere takes
    ``keras.initializers.VarianceScaling(layer_scale(...))``, with :func:`layer_scale` of
    :mod:`elu_sym.networks.initialization` and the same arguments, or is initialized by
    :func:`elu_sym.interop.keras.initialize`, which saves nothing with it.

    Args:
        alpha: that of the activation that feeds the layer, a positive number; by default its own,
            1 for ELU.
        mode: ``"fan_in"`` keeps the forward pass, ``"fan_out"`` the backward pass, ``"fan_avg"``
            takes their mean. The last two axes are those of the inputs and the outputs, unless the
            axes are named below.
        distribution: ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``; the
            variance is the same.
        mu: the mean of the pre-activations that the gain is for.
        sigma: their standard deviation.
        preserve: what is kept as it is, see :func:`elu_sym.networks.initialization.gain`.
        seed: a whole number or a ``keras.random.SeedGenerator``.
        input_axes: the axes whose lengths make ``fan_in``, for weights in another order:
            ``(0, 1, 3)`` for ``Conv2DTranspose``, whose weights are (height, width, outputs,
            inputs), and ``(0, 1)`` for those of each channel by itself, as in ``DepthwiseConv2D``
            and ``SeparableConv2D``. With strides, one weight of a transposed convolution in as many
            meets an output: multiply the weights by the root of their product, or take
            :func:`elu_sym.interop.keras.initialize`.
        output_axes: those that make ``fan_out``, given with ``input_axes``: ``(0, 1, 2)`` and
            ``(0, 1, 3)``.
        activation: what feeds the layer, an activation with a name, which is kept.
        **parameters: its other parameters, ``slope`` for leaky ReLU and ``scale`` for SELU.

    Raises:
        TypeError: if an argument of the gain is no real number, or the activation has no parameter
            of a name that is given.
        ValueError: if ``mode``, ``distribution``, ``preserve`` or ``activation`` is unknown, or
            there is no gain; if only one of ``input_axes`` and ``output_axes`` is given.

    Accuracy:
        The variance is that of the formula to a few units in the last place of the type.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with E f**2 in place of the 1/2 of ReLU.

    Examples:
        >>> weights = keras.ops.convert_to_numpy(EluInitializer(seed=1)((400, 1000)))
        >>> print(weights.shape, f"{20 * weights.std():.1f}")  # the gain is 1.245
        (400, 1000) 1.2
    """

    def __init__(
        self,
        alpha: float | None = None,
        mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in",
        distribution: str = "truncated_normal",
        mu: float = 0.0,
        sigma: float = 1.0,
        preserve: Preserve = "second_moment",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
        *,
        activation: ActivationArgument = "elu",
        **parameters: float,
    ) -> None:
        function = activation_of(activation)
        bound = parameters_of(function, alpha, parameters)
        law: dict[str, Any] = {"mu": mu, "sigma": sigma, "preserve": preserve}
        scale = layer_scale(**bound, **law, activation=function)
        if function.name not in {*ACTIVATIONS, *NAMED_ACTIVATIONS}:
            raise ValueError(
                f"activation = {function.name} has no name by which a model could keep it: give"
                " one that has, or keras.initializers.VarianceScaling(gain(activation=...)**2)"
            )
        self.arguments = bound | law | {"activation": function.name}
        if (input_axes is None) != (output_axes is None):
            raise ValueError(
                f"input_axes = {input_axes} and output_axes = {output_axes}: give both or none"
            )
        # Versions of Keras that have no such arguments get none.
        self.axes: dict[str, Any] = {}
        if input_axes is not None and output_axes is not None:
            self.axes = {"input_axes": [*input_axes], "output_axes": [*output_axes]}
        super().__init__(scale=scale, mode=mode, distribution=distribution, seed=seed, **self.axes)

    def get_config(self) -> dict[str, Any]:
        """The arguments, the activation by its name and the seed as Keras serializes it."""
        kept = {"mode": self.mode, "distribution": self.distribution}
        return self.arguments | kept | self.axes | {"seed": super().get_config()["seed"]}
