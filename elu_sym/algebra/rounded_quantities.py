"""The functions whose thresholds are measured, as computations that round."""

from dataclasses import dataclass

from sympy import Integer, Rational

from elu_sym.algebra.rounding import (
    DERIVATIVE_ROUNDED_ONCE,
    DERIVATIVE_ROUNDED_TWICE,
    ELU_ROUNDED_ONCE,
    ELU_ROUNDED_TWICE,
    EXPONENTIAL,
    EXPONENTIAL_LESS_ONE,
    Computation,
)


@dataclass(frozen=True)
class Quantity:
    """A function that libraries compute.

    Attributes:
        each_rounded: the computation with every operation rounded.
        rounded_once: the computation with one rounding of the whole.
        limit_at_alpha_1: what it tends to as x -> -oo for ``alpha = 1``.
        has_alpha: whether it depends on ``alpha``.

    Examples:
        >>> QUANTITIES["elu"].limit(Rational(1, 2)), QUANTITIES["expm1"].limit(None)
        (-1/2, -1)
    """

    each_rounded: Computation
    rounded_once: Computation
    limit_at_alpha_1: int
    has_alpha: bool

    def limit(self, height: Rational | None) -> Rational:
        """What it tends to as x -> -oo, which is proportional to ``alpha`` if that occurs."""
        return self.limit_at_alpha_1 * (Integer(1) if height is None else height)


QUANTITIES = {
    "exp": Quantity(EXPONENTIAL, EXPONENTIAL, 0, has_alpha=False),
    "expm1": Quantity(EXPONENTIAL_LESS_ONE, EXPONENTIAL_LESS_ONE, -1, has_alpha=False),
    "elu": Quantity(ELU_ROUNDED_TWICE, ELU_ROUNDED_ONCE, -1, has_alpha=True),
    "elu_derivative": Quantity(
        DERIVATIVE_ROUNDED_TWICE, DERIVATIVE_ROUNDED_ONCE, 0, has_alpha=True
    ),
}
"""The functions by the names that the table uses."""
