"""Results of arguments in their domains that are too large for their type."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from elu_sym.numeric.arguments import Arguments
from elu_sym.numeric.operations import FloatArray

__all__ = ["BeyondRangeError", "finite_result"]


class BeyondRangeError(ValueError):
    """The arguments are in their domains, but the result is too large for its type."""


def finite_result(
    checked: Arguments, values: FloatArray, given: Mapping[str, Any], what: str, advice: str
) -> Any:
    """The values in the type of the arguments.

    Args:
        checked: the arguments of the call.
        values: of their broadcast shape.
        given: the arguments by name, and others that are numbers.
        what: what the values are.
        advice: the end of the message.

    Raises:
        BeyondRangeError: if one is infinite, with the first arguments of which that is so.
    """
    found = checked.result(values)
    if not checked.shape and isfinite(found):
        return found
    infinite = np.isinf(found)
    if np.any(infinite):
        first = np.unravel_index(int(np.argmax(infinite)), checked.shape)
        place = "[" + ", ".join(str(int(i)) for i in first) + "]" if first else ""
        shown = ", ".join(
            f"{name} = {value}"
            if isinstance(value, float)
            else f"{name}{place} = {np.broadcast_to(value, checked.shape)[first]}"
            for name, value in given.items()
        )
        raise BeyondRangeError(f"{shown}: {what} is beyond the range of {checked.dtype}{advice}")
    return found
