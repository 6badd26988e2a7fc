"""The 16-bit formats as NumPy and the bits of a float32 have them, for tests by exhaustion."""

import numpy as np
from numpy.typing import NDArray

FIRST_INFINITE = {"float16": 0x7C00, "bfloat16": 0x7F80}
"""The first bit pattern that is no finite number."""


def stored(name: str) -> NDArray[np.float64]:
    """All finite numbers that are not negative, in the order of their bit patterns."""
    patterns = np.arange(FIRST_INFINITE[name], dtype=np.uint16)
    if name == "float16":
        return patterns.view(np.float16).astype(np.float64)
    return (patterns.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def converted(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Doubles rounded by NumPy, or by adding half a unit to the bits of a float32.

    For bfloat16 they must be numbers of float32, lest they be rounded twice.
    """
    if name == "float16":
        return values.astype(np.float16).astype(np.float64)
    single = values.astype(np.float32)
    if not (single == values).all():
        raise ValueError("not every value is a float32")
    bits = single.view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return rounded.view(np.float32).astype(np.float64)
