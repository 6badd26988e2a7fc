"""The errors of expectations of two inputs, in units of the bounds that are promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from joint_oracles import truth
from joint_regimes import Pairs
from regimes import Array

from elu_sym.numeric.joint_expectations import joint_expectation

BOUND = 1e-13
"""In units of the norms of Cauchy and Schwarz; of a distance of near duplicates relative."""

Function = Callable[..., Any]


def errors(quantity: str, pairs: Pairs, function: Function = joint_expectation) -> Array:
    """The error of a quantity at every pair, over its bound."""
    computed = function(quantity, *pairs)
    return np.array(
        [
            truth(quantity, *point).error(float(value)) / BOUND
            for point, value in zip(rows(pairs), computed, strict=True)
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
