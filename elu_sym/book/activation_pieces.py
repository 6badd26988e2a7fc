"""The shape of an activation as numbers, read from its definition when the code was generated.

    f(x) = c x,  x >= 0,      f(x) = c r (e^(k x) - 1)/k,  x < 0     (c r x where k = 0).

ELU has c = 1, r = alpha and k = 1. Where theory needs more than the formulas of the book it takes
these numbers, and refuses an activation whose definition has another shape.
"""

from typing import Any, NamedTuple

from elu_sym.book.formula import Activation
from elu_sym.numeric import _generated

__all__ = ["ActivationPieces", "UnsuitableActivationError", "activation_pieces"]


class UnsuitableActivationError(ValueError):
    """The definition of an activation is none that the theory is made for."""

    def __init__(self, activation: Activation, needed: str) -> None:
        """Name the activation and what its definition would have to be."""
        super().__init__(
            f"activation = {activation.name}: its pieces, {activation.function_name} in"
            f" elu_sym/activations.py, are not as this needs them: {needed}"
        )


class ActivationPieces(NamedTuple):
    """The numbers of an activation.

    Attributes:
        factor: c, the slope for x >= 0, positive.
        ratio: r, the slope at 0 from the left over c, not negative.
        rate: k, that of the exponential, or 0 where the left piece is a line.
    """

    factor: Any
    ratio: Any
    rate: Any

    @property
    def far_ratio(self) -> Any:
        """The slope far to the left over c: 0 unless the left piece is a line."""
        return 0 if self.rate else self.ratio


def activation_pieces(activation: Activation, parameters: tuple[Any, ...]) -> ActivationPieces:
    """The numbers of an activation.

    Args:
        activation: one of the book.
        parameters: its parameters: numbers of any library, or arrays.

    Raises:
        UnsuitableActivationError: if its pieces are not as above.

    Examples:
        >>> from elu_sym import celu, leaky_relu
        >>> activation_pieces(celu, (4.0,))
        ActivationPieces(factor=1, ratio=1, rate=0.25)
        >>> activation_pieces(leaky_relu, (0.5,)).far_ratio
        0.5
    """
    function = getattr(_generated, f"{activation.name}_pieces", None)
    if function is None:
        needed = "c x for x >= 0 and c r (e^(k x) - 1)/k or c r x for x < 0, c, k > 0, r >= 0"
        raise UnsuitableActivationError(activation, needed)
    return ActivationPieces(*function(*parameters))
