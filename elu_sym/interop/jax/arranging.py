"""What puts the entries of a value elsewhere: their second moments go with them.

Entries may be repeated, dropped, or get others beside them. Needs the extra ``jax``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from elu_sym.interop.jax.traced_operations import Operation, in_float32
from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Given,
    Random,
    Unknown,
    made_of,
    second_moments_of,
)
from elu_sym.numeric.operations import FloatArray

__all__ = ["ARRANGING", "arranged"]

ARRANGING = frozenset(
    {
        *("broadcast_in_dim", "copy", "copy_p", "device_put", "dynamic_slice", "expand_dims"),
        *("gather", "name", "reshape", "rev", "sharding_constraint", "slice", "split", "squeeze"),
        *("transpose",),
    }
)
"""What arranges the entries of its first operand; others are indices."""

JOINING = ("concatenate", "pad")
"""What joins the entries of several operands."""


def arranged(operation: Operation, operands: list[Any]) -> list[Any] | None:
    """What is known of the results of an operation that arranges entries.

    Args:
        operation: any operation.
        operands: what is known of its operands.

    Returns:
        What is known of its results; None if it is another kind of operation, or too little is
        known.
    """
    if operation.name == "optimization_barrier":
        return operands
    if any(isinstance(each, Unknown) for each in operands):
        return None
    if operation.name in JOINING:
        return _joined(operation, operands)
    if operation.name not in ARRANGING or not isinstance(operands[0], Random):
        return None
    if not all(isinstance(each, Given) for each in operands[1:]):
        return None
    first, places = operands[0], [each.value for each in operands[1:]]
    if isinstance(first, Gaussian):
        return _moved(operation, first, places)
    if isinstance(first, Composed):
        return [
            Composed(each.shape, first.ancestors, source=each, function=first.function)
            for each in _moved(operation, first.source, places)
        ]
    return _each(operation, first, places)


def _moved(operation: Operation, value: Gaussian, places: list[Any]) -> list[Any]:
    """The same for a Gaussian value: the same object whenever this is done to it again."""
    told = [np.asarray(each).tolist() for each in places]
    key = f"{operation.name} {sorted(operation.parameters.items())} {told}"
    if key not in value.moved:
        value.moved[key] = _each(operation, value, places)
    return value.moved[key]


def _each(operation: Operation, value: Any, places: list[Any]) -> list[Any]:
    """Each result of an operation on one value."""
    return [
        made_of([value], partial(_applied, operation, [value], places, k), shape.shape)
        for k, shape in enumerate(operation.shapes)
    ]


def _joined(operation: Operation, operands: list[Any]) -> list[Any]:
    """Several values side by side; zeros between them change nothing but second moments."""
    random = [each for each in operands if isinstance(each, Random)]
    empty = all(each.uniform == 0 for each in operands if isinstance(each, Given))
    squares = partial(_applied, operation, operands, [], 0)
    return [made_of(random if empty else operands, squares, operation.shapes[0].shape)]


def _applied(operation: Operation, values: list[Any], places: list[Any], which: int) -> FloatArray:
    """The second moments of a result, by the operation itself."""
    squares = [in_float32(second_moments_of(each)) for each in values]
    return np.asarray(operation.apply([*squares, *places])[which], dtype=np.float64)
