"""A moment whose factors have not met yet."""

from __future__ import annotations

from typing import NamedTuple

from elu_sym.numeric.operations import Array, Operations

__all__ = ["Moment"]


class Moment(NamedTuple):
    """The number ``(height * unit)**order * root**4 * bracket``, from factors that are doubles.

    At the edges of the double range a moment is an ordinary number while ``unit**order`` or
    ``root**4`` is not; so they are multiplied in turns.

    Attributes:
        unit: A scale, not negative.
        root: The fourth root of a density, from 0 to 1, where it is apart from the bracket.
        bracket: What is left, not negative.
        height: Another scale: the parameter alpha.
    """

    unit: Array
    root: Array
    bracket: Array
    height: Array | float = 1.0

    def value(self, order: int) -> Array:
        """Return the moment.

        >>> print(f"{Moment(1e-150, 1.0, 2.0).value(2) * 1e300:.3g}")
        2
        """
        root, bracket = self.root, self.bracket
        if order == 0:
            return ((root * root) * (root * root)) * bracket
        rooted = (self.height * root) * self.unit
        if order == 1:
            return ((rooted * root) * bracket) * (root * root)
        if order == 2:
            rooted = rooted * root
            return (rooted * bracket) * rooted
        value = (rooted * bracket) * rooted * rooted
        return value * root if order == 3 else value * rooted

    def deviation(self, ops: Operations) -> Array:
        """Return the square root of a moment of order 2, right where the moment is no double."""
        return (((self.height * self.root) * self.unit) * self.root) * ops.sqrt(self.bracket)
