"""A moment whose factors have not met yet."""

from __future__ import annotations

from typing import NamedTuple

from elu_sym.numeric.operations import Array, Operations

__all__ = ["Moment"]


class Moment(NamedTuple):
    """The number ``unit**order * root**4 * bracket``, from factors that are doubles themselves.

    At the edges of the double range a moment is an ordinary number while ``unit**order`` or
    ``root**4`` is not; so they are multiplied in turns.

    Attributes:
        unit: A scale, not negative.
        root: The fourth root of a density, from 0 to 1, where it is apart from the bracket.
        bracket: What is left, not negative.
    """

    unit: Array
    root: Array
    bracket: Array

    def value(self, order: int) -> Array:
        """Return the moment.

        >>> float(Moment(1e-160, 1.0, 2.0).value(2) * 1e300)
        2e-20
        """
        unit, root, bracket = self
        if order == 0:
            return ((root * root) * (root * root)) * bracket
        if order == 1:
            return (((unit * root) * root) * bracket) * (root * root)
        rooted = unit * root
        if order == 2:
            return ((rooted * root) * bracket) * (rooted * root)
        value = (rooted * bracket) * rooted * rooted
        return value * root if order == 3 else value * rooted

    def deviation(self, ops: Operations) -> Array:
        """Return the square root of a moment of order 2, right where the moment is no double."""
        return ((self.unit * self.root) * self.root) * ops.sqrt(self.bracket)
