"""One layer of a network as mean field theory sees it: an activation and variances, checked once.

The arguments are those of the functions of :mod:`elu_sym.networks.meanfield`, which says what they
mean.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from elu_sym.book.activation_pieces import ActivationPieces, activation_pieces
from elu_sym.book.formula import Activation
from elu_sym.networks.activation_argument import ActivationArgument, book_activation_of
from elu_sym.networks.beyond_range import finite_result
from elu_sym.networks.meanfield_moments import CenteredMoments, centered_moments
from elu_sym.numeric.arguments import POSITIVE, Arguments, Domain, broadcast_arguments
from elu_sym.numeric.operations import FloatArray

__all__ = ["Layer"]

DOMAINS = {
    "variance": POSITIVE,
    "weight_variance": POSITIVE,
    "keep_probability": Domain(
        lambda x: (x <= 0.0) | (x > 1.0), "a probability above 0, at most 1"
    ),
    "bias_variance": Domain(lambda x: (x < 0.0) | (x == np.inf), "a finite variance, zero or more"),
}

AT_MOST = Domain(lambda x: (x <= 0.0) | (x > 1e150), "a number above zero, at most 1e150")
BETWEEN = Domain(lambda x: (x < 1e-150) | (x > 1e150), "a number from 1e-150 to 1e150")
FACTOR_AT_MOST = Domain(lambda x: (x <= 0.0) | (x > 1e75), "a number above zero, at most 1e75")
FACTOR_BETWEEN = Domain(lambda x: (x < 1e-75) | (x > 1e75), "a number from 1e-75 to 1e75")

PARAMETER_DOMAINS = {
    ("elu", "alpha"): AT_MOST,
    ("leaky_relu", "slope"): AT_MOST,
    ("celu", "alpha"): BETWEEN,
    ("selu", "alpha"): FACTOR_AT_MOST,
    ("selu", "scale"): FACTOR_BETWEEN,
}
"""Where the squares of the parameters, and what is divided by them, are doubles."""


@dataclass(frozen=True)
class Layer:
    """The checked arguments of a layer.

    Attributes:
        activation: an activation of the book.
        parameters: its parameters by name.
        arrays: those of ``variance``, ``weight_variance``, ``keep_probability`` and
            ``bias_variance`` that were given, in their own shapes, which broadcast.
        arguments: the same as the arguments of one call.

    Examples:
        >>> from elu_sym import elu
        >>> layer = Layer.of(elu, (1.5,), {}, weight_variance=1.2, keep_probability=[0.8, 1.0])
        >>> layer.parameters, layer.gain.tolist()
        ({'alpha': 1.5}, [1.4999999999999998, 1.2])
    """

    activation: Activation
    parameters: dict[str, float]
    arrays: dict[str, FloatArray]
    arguments: Arguments

    @classmethod
    def of(
        cls,
        activation: ActivationArgument,
        parameters: tuple[float, ...],
        named: dict[str, float],
        *values: Any,
        **given: Any,
    ) -> "Layer":
        """Check the arguments of a layer.

        Args:
            activation: an activation of the book or its name.
            parameters: those of its parameters that are given by position.
            named: those that are given by name; the others have their defaults.
            *values: scalars or arrays, in the order of ``DOMAINS``.
            **given: the same by name.

        Raises:
            TypeError: if an argument is no real number or array, a parameter no number, or
                ``activation`` neither of the book nor a name.
            ValueError: if a value is outside its domain, the shapes do not broadcast, or there is
                no activation of this name.
        """
        function = book_activation_of(activation)
        bound = function.bind(parameters, named)
        for name, value in bound.items():
            domain = PARAMETER_DOMAINS.get((function.name, name), POSITIVE)
            array = broadcast_arguments(**{name: (value, domain)}).arrays[0]
            _refuse_array(name, array)
            bound[name] = float(array)
        given = dict(zip(DOMAINS, values, strict=False)) | given
        unchecked = {name: (value, DOMAINS[name]) for name, value in given.items()}
        arguments = broadcast_arguments(**unchecked)
        arrays = dict(zip(given, arguments.arrays, strict=True))
        return cls(function, bound, arrays, arguments)

    @classmethod
    def of_numbers(cls, *activation: Any, **given: Any) -> "Layer":
        """The same where every argument must be a number, and none may be NaN.

        Raises:
            TypeError: as for ``of``, and if an argument is an array.
            ValueError: as for ``of``, and if an argument is NaN.
        """
        layer = cls.of(*activation, **given)
        for name, value in (layer.arrays | layer.parameters).items():
            _refuse_array(name, value)
            if np.isnan(value):
                raise ValueError(f"{name} = nan: give a number")
        return layer

    @cached_property
    def numbers(self) -> dict[str, float]:
        """What was given, as numbers."""
        return {name: float(array) for name, array in self.arrays.items()}

    @cached_property
    def pieces(self) -> ActivationPieces:
        """The shape of the activation."""
        return activation_pieces(self.activation, tuple(self.parameters.values()))

    @property
    def gain(self) -> Any:
        """The weight variance over the probability to keep a unit; infinite beyond the doubles."""
        with np.errstate(over="ignore"):
            return self.arrays["weight_variance"] / self.arrays["keep_probability"]

    def moments(self, variance: FloatArray | None = None) -> CenteredMoments:
        """The expectations at the variance of the layer, or at another one."""
        q = self.arrays["variance"] if variance is None else variance
        return centered_moments(self.activation, tuple(self.parameters.values()), q)

    def scaled(self, moment: FloatArray) -> FloatArray:
        """A moment times the weight variance over the probability to keep a unit."""
        weights, keep = self.arrays["weight_variance"], self.arrays["keep_probability"]
        with np.errstate(all="ignore"):
            return np.where(np.isinf(self.gain), weights * moment / keep, self.gain * moment)

    def result(self, what: str, *terms: FloatArray) -> Any:
        """A sum in the type of the arguments.

        Raises:
            BeyondRangeError: if it is infinite.
        """
        with np.errstate(over="ignore"):
            total = sum(terms[1:], terms[0])
        advice = "; give a smaller weight_variance or variance"
        return finite_result(self.arguments, total, self.arrays | self.parameters, what, advice)


def _refuse_array(name: str, value: Any) -> None:
    if np.ndim(value):
        raise TypeError(f"{name} = {value!r} is an array: give a number")
