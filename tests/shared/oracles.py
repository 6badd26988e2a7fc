"""The truth of the primitives: what the closed forms of the formulas are written over.

Each is made of what `half_lines` encloses: the two pieces of ELU to a power, on their half-lines.
"""

from __future__ import annotations

from collections.abc import Callable

from formula_oracles import Point, enclosed
from half_lines import PRECISIONS, UNDERFLOW, HalfLines, Jet, Truth

__all__ = ["PRECISIONS", "UNDERFLOW", "Jet", "Point", "Truth", "truth"]

Quantity = Callable[[Point], Jet]


def truth(quantity: Quantity, mu: float, sigma: float, alpha: float = 1.0) -> Truth:
    """Return the true value and its condition.

    Raises:
        ArithmeticError: if no precision up to the last makes the enclosure narrow.
    """
    return enclosed({"quantity": quantity}, (mu, sigma, alpha))["quantity"]


def root(quantity: Quantity) -> Quantity:
    """The square root of a quantity."""
    return lambda x: quantity(x).sqrt()


def upper_partial_moment(order: int) -> Quantity:
    """E[X_+^n]."""
    return lambda x: x.law.upper(order)


def lower_partial_moment(order: int) -> Quantity:
    """E[(alpha (1 - e^X))_+^n]."""
    return lambda x: x.lower(order) * (-1) ** order


def lower_exponential_moment(order: int) -> Quantity:
    """E[(alpha e^X)^n; X < 0]."""
    return lambda x: x.lower_slope(order)


def partial_moment_difference(order: int) -> Quantity:
    """E f(X)^n, where for odd n the two pieces cancel."""
    return lambda x: x.moment(order)


def smooth_moment(order: int) -> Quantity:
    """E f(X)^n for CELU."""
    name = ("mean", "second_moment", "third_moment", "fourth_moment")[order - 1]
    return lambda x: Point("celu", x.bends, *x.given).jet(name)


mean, second_moment = partial_moment_difference(1), partial_moment_difference(2)
smooth_mean = smooth_moment(1)


def variance(x: Point) -> Jet:
    return x.variance()


def upper_partial_variance(x: Point) -> Jet:
    return x.upper(2) - x.upper(1) * x.upper(1)


def lower_partial_variance(x: Point) -> Jet:
    return x.lower(2) - x.lower(1) * x.lower(1)


def partial_mean_product(x: Point) -> Jet:
    return x.upper(1) * x.lower(1) * -1


def opposite_mean_product(x: Point) -> Jet:
    """E[X_+] E[X_-]."""
    return x.law.upper(1) * x.law.lower_power(1) * -1


def upper_conditional_mean(x: Point) -> Jet:
    """E[X | X > 0], that of -X given -X < 0."""
    law = x.law
    if not law.t < 0:
        return law.upper(1) / law.upper(0)
    mirrored = HalfLines(-law.mu, law.sigma, law.size, over_density=True)
    value, (by_mu, *others), _ = mirrored.lower_power(1) / mirrored.lower_power(0)
    return Jet(-value, (by_mu, *(-each for each in others)))


def lower_conditional_mean(x: Point) -> Jet:
    """E[alpha (1 - e^X) | X < 0]."""
    return x.negative_mean() * -1


def derivative_mean(x: Point) -> Jet:
    return x.derivative_moment(1)


def derivative_second_moment(x: Point) -> Jet:
    return x.derivative_moment(2)
