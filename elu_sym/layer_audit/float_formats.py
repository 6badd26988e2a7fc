"""Where an activation has reached its floor in the format that the values were recorded in."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.book.formula import Activation
from elu_sym.numeric.operations import FloatArray

__all__ = ["FORMATS", "at_floor", "rounded_parameters"]


def _through(dtype: str, values: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        return values.astype(dtype).astype(np.float64)


def _to_bfloat16(values: FloatArray) -> FloatArray:
    """The upper half of a float32, rounded to nearest, ties to even."""
    with np.errstate(over="ignore", under="ignore"):
        bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    bits += np.uint64(0x7FFF) + ((bits >> np.uint64(16)) & np.uint64(1))
    upper = (bits & np.uint64(0xFFFF0000)).astype(np.uint32)
    return upper.view(np.float32).astype(np.float64)


FORMATS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "float16": partial(_through, "float16"),
    "bfloat16": _to_bfloat16,
    "float32": partial(_through, "float32"),
    "float64": lambda values: values,
}
"""How float64 values are rounded to each format."""


def rounded_parameters(parameters: Mapping[str, float], float_format: str) -> dict[str, float]:
    """The parameters as the format holds them.

    Raises:
        ValueError: if one is zero or infinite there.
    """
    found = {}
    for name, value in parameters.items():
        found[name] = rounded = float(FORMATS[float_format](np.array([value]))[0])
        if not 0.0 < rounded < np.inf:
            raise ValueError(
                f"{name} = {value} is {rounded} in {float_format}, the format of the values: give"
                " one within its range"
            )
    return found


def at_floor(
    values: FloatArray, activation: Activation, parameters: Sequence[float], float_format: str
) -> NDArray[np.bool_]:
    """Tell where an activation, rounded after either operation, is exactly at its floor.

    For ELU the operations are alpha * expm1(x); the floor of ReLU is 0, where it is dead.

    Args:
        values: numbers of the format, in float64.
        activation: one of the book.
        parameters: its parameters, numbers of the format.
        float_format: one of ``FORMATS``.

    Returns:
        Truth values; no value is at the floor of leaky ReLU, which has none.

    Raises:
        UnsuitableActivationError: if the activation is defined otherwise.

    Examples:
        >>> from elu_sym import elu
        >>> at_floor(np.array([-8.0, -17.0, -38.0]), elu, (1.0,), "float32")
        array([False, False,  True])
    """
    rounded = FORMATS[float_format]
    pieces = activation_pieces(activation, tuple(parameters))
    if not pieces.rate:
        return (values < 0.0) & (pieces.ratio == 0.0)
    depth = float(rounded(np.array([pieces.factor * pieces.ratio / pieces.rate]))[0])
    powers = rounded(pieces.rate * np.minimum(values, 0.0))
    height = depth * rounded(np.expm1(powers))
    return (values < 0.0) & (rounded(height) == -depth)
