"""A leaf of the parameters of a network of JAX. Needs the extra ``jax``."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Parameter"]


@dataclass(eq=False)
class Parameter:
    """A leaf of the parameters, of which it is not known yet what it is for.

    Attributes:
        index: which leaf.
        value: its values, in the order and shape that it has here.
        is_vector: whether the leaf has one axis, apart from those of length 1.
        factor: by which it was multiplied.
        whole: whether each entry is here once.
    """

    index: int
    value: Any
    is_vector: bool
    factor: float = 1.0
    whole: bool = True
