"""Weights for Keras layers that are fed by ELU or a relative, as one of ``keras.initializers``.

The first layer of a network, which no activation feeds, has gain 1
(``keras.initializers.LecunNormal``), and biases start at 0, as is Keras's default. Needs the extra
``keras`` and a backend for it.
"""

from typing import Any, Literal

from elu_sym.algebra.optional import extra
from elu_sym.book.formula import ACTIVATIONS
from elu_sym.networks.activation_argument import (
    ActivationArgument,
    activation_of,
    parameters_of,
)
from elu_sym.networks.initialization import Preserve, layer_scale
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

with extra("keras", "elu_sym.interop.keras"):
    try:
        import keras
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("tensorflow", "torch", "jax"):
            raise
        raise ModuleNotFoundError(
            f"Keras is set to compute with {library}, which is missing: set the environment"
            " variable KERAS_BACKEND=jax before Keras is imported, since the extra keras installs"
            f" JAX; or pip install {library}",
            name=error.name,
        ) from error

__all__ = ["EluInitializer"]


@keras.saving.register_keras_serializable(package="elu_sym")
class EluInitializer(keras.initializers.VarianceScaling):
    """An initializer of weights of mean 0 and variance gain**2/fan, with the gain of an activation.

    It is ``keras.initializers.VarianceScaling`` with this scale, and is saved with a model: what is
    kept are the arguments below, from which the gain is computed again.

    Args:
        alpha: that of the activation that feeds the layer, a positive number; by default its own,
            1 for ELU.
        mode: ``"fan_in"`` keeps the forward pass, ``"fan_out"`` the backward pass, ``"fan_avg"``
            takes their mean. Keras takes the ``fan_out`` of a transposed convolution for its
            ``fan_in``.
        distribution: ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``; the
            variance is the same.
        mu: the mean of the pre-activations that the gain is for.
        sigma: their standard deviation.
        preserve: what is kept as it is, see :func:`elu_sym.networks.initialization.gain`.
        seed: a whole number or a ``keras.random.SeedGenerator``.
        activation: what feeds the layer, an activation with a name, which is kept.
        **parameters: its other parameters, ``slope`` for leaky ReLU and ``scale`` for SELU.

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
        super().__init__(scale=scale, mode=mode, distribution=distribution, seed=seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments, the activation by its name and the seed as Keras serializes it."""
        kept = {"mode": self.mode, "distribution": self.distribution}
        return self.arguments | kept | {"seed": super().get_config()["seed"]}
