"""The errors of expectations of two inputs, in units of the bounds that are promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import patch

import numpy as np
from joint_oracles import truth
from joint_regimes import Pairs
from regimes import Array

from elu_sym.numeric import joint_expectations
from elu_sym.numeric.joint_expectations import joint_expectation

BOUND = 1e-13
"""In units of the norms of Cauchy and Schwarz; of a distance of near duplicates relative."""

Function = Callable[..., Any]


def by_numpy(quantity: str, *pairs: Any) -> Array:
    """The same without the compiled module."""
    with patch.object(joint_expectations, "compiled_module", return_value=None):
        return joint_expectation(quantity, *pairs)


def errors(quantity: str, pairs: Pairs, function: Function | None = None) -> Array:
    """The error of a quantity at every pair, over its bound.

    Args:
        quantity: its name.
        pairs: the arguments.
        function: what is measured in place of ``joint_expectation``, of which both implementations
            are, and the larger error counts.
    """
    functions = (joint_expectation, by_numpy) if function is None else (function,)
    computed = [each(quantity, *pairs).tolist() for each in functions]
    known = [truth(quantity, *point) for point in rows(pairs)]
    return np.array(
        [
            max(one.error(value) for value in values) / BOUND
            for one, *values in zip(known, *computed, strict=True)
        ]
    )


def rows(pairs: Pairs) -> Iterable[tuple[Any, Any, Any]]:
    """The law and the two activations of every pair."""
    parts = (zip(*(column.tolist() for column in part), strict=True) for part in pairs)
    return zip(*parts, strict=True)


def columns(points: Iterable[Iterable[float]]) -> Pairs:
    """Pairs of points of twelve numbers."""
    numbers = [np.array(column) for column in zip(*points, strict=True)]
    return Pairs(tuple(numbers[:6]), tuple(numbers[6:9]), tuple(numbers[9:]))
