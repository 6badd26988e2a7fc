"""The truth of every published formula and of its derivatives, from the definitions alone.

For x > 0 an activation is ``rise`` x, for x < 0 it is ``fall`` (e^x - 1) or ``fall`` x; CELU is so
in units of its alpha.  The formulas are expectations of polynomials in the pieces, which
`half_lines.HalfLines` encloses with their derivatives; the covariance is Stein's sigma^2 E f'(X).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import comb
from typing import NamedTuple

from flint import arb, ctx
from half_lines import (
    PAIRS,
    PRECISIONS,
    SIGNED,
    HalfLines,
    Jet,
    Truth,
    at_limit,
    narrow,
    probability,
)


class Pieces(NamedTuple):
    """An activation.

    Attributes:
        rise: from its parameters to the slope on the right.
        fall: from its parameters to the factor on the left; None where that is zero.
        line: whether the left piece is a line, else e^x - 1.
        in_units: whether x and the value are in units of its only parameter.
    """

    rise: Callable[..., Jet]
    fall: Callable[..., Jet] | None
    line: bool = False
    in_units: bool = False


def _one(*parameters: Jet) -> None:
    return None


ACTIVATIONS = {
    "elu": Pieces(_one, lambda alpha: alpha),
    "selu": Pieces(lambda alpha, scale: scale, lambda alpha, scale: scale * alpha),
    "celu": Pieces(_one, _one, in_units=True),
    "leaky_relu": Pieces(_one, lambda slope: slope, line=True),
    "relu": Pieces(_one, None, line=True),
}


class Point:
    """The formulas of an activation at one mu, sigma and parameters and the present precision.

    ``level`` is not among the variables of the jets but for ``derivative_below``.
    """

    def __init__(self, activation: str, bends: bool, mu: float, sigma: float, *values: float):
        self.pieces = ACTIVATIONS[activation]
        self.bends, self.given = bends, (mu, sigma, *values)
        self.plain = (*at_limit(mu, sigma), *map(arb, values))
        location, scale = self.plain[:2]
        parameters: list[Jet] = []
        self.unit = arb(values[0]) if self.pieces.in_units else None
        self.size = 2 if self.unit is not None else len(self.plain)
        if self.unit is not None:
            location, scale = location / self.unit, scale / self.unit
        self.law = HalfLines(location, scale, self.size, bends)
        if self.unit is None:
            parameters = [self.law.variable(x, i) for i, x in enumerate(self.plain)][2:]
        self.rise = self.pieces.rise(*parameters)
        self.fall = self.pieces.fall and self.pieces.fall(*parameters)
        self.parts: dict[tuple[str, int], Jet | None] = {}

    def upper(self, n: int) -> Jet:
        """E[f(X)^n; X > 0]."""
        if ("upper", n) not in self.parts:
            self.parts["upper", n] = _times(self.rise, n, self.law.upper(n))
        return self.parts["upper", n]

    def lower(self, n: int) -> Jet | None:
        """E[f(X)^n; X < 0], None for zero."""
        return self._lower("lower", n, n, tuple((-1) ** (n - k) * comb(n, k) for k in range(n + 1)))

    def lower_slope(self, n: int) -> Jet | None:
        """E[f'(X)^n; X < 0], None for zero."""
        return self._lower("slope", n, 0, (0,) * n + (1,))

    def _lower(self, kind: str, n: int, power: int, coefficients: tuple[int, ...]) -> Jet | None:
        if self.pieces.fall is None:
            return None
        if (kind, n) not in self.parts:
            line = self.pieces.line
            law = self.law.lower_power(power) if line else self.law.lower_polynomial(coefficients)
            self.parts[kind, n] = _times(self.fall, n, law)
        return self.parts[kind, n]

    def moment(self, n: int) -> Jet:
        return _sum(self.upper(n), self.lower(n))

    def absolute_mean(self) -> Jet:
        below = self.lower(1)
        return self.upper(1) if below is None else self.upper(1) - below

    def variance(self) -> Jet:
        if self.pieces.line or not self.law.mu < -1:
            mean = self.moment(1)
            return self.moment(2) - mean * mean
        # f is nearly constant: the variance of f + fall, which is fall e^x on the left.
        positive = self.law.upper(0)
        shift = positive if self.fall is None else self.fall * positive
        mean = self.upper(1) + self.lower_slope(1) + shift
        cross = 2 * self.upper(1) + shift
        cross = cross if self.fall is None else self.fall * cross
        return self.upper(2) + self.lower_slope(2) + cross - mean * mean

    def std(self) -> Jet:
        variance = self.variance()
        if variance.value > 0:
            return variance.sqrt()
        # Not told from zero.  By Cauchy and Schwarz the slopes are no larger than the deviations
        # of f', of Z f' and, for a parameter p, of df/dp, where p df/dp is a part of f.
        size = variance.value.abs_upper().sqrt()
        by_mu = self.derivative_moment(2).value.abs_upper().sqrt()
        steepest = sum(1 if each is None else each.value for each in (self.rise, self.fall))
        by_sigma = (2 * steepest * by_mu).sqrt()
        slopes = [by_mu, by_sigma, *(size / x for x in self.plain[2:] if self.unit is None)]
        bends = tuple(arb.nan() for _ in variance.bends)
        return Jet(size * SIGNED, tuple(x * SIGNED for x in slopes), bends)

    def derivative_moment(self, n: int) -> Jet:
        return _sum(_times(self.rise, n, self.law.upper(0)), self.lower_slope(n))

    def covariance(self) -> Jet:
        variance = self.law.variable(self.law.sigma, 1) ** 2
        return variance * self.derivative_moment(1)

    def negative_mean(self) -> Jet:
        if self.pieces.fall is None:
            nothing = self.law.variable(self.law.mu, 0)
            return nothing - nothing
        law, saved = self.law, ctx.prec
        over_density = bool(law.t > 0)
        if over_density:
            law = HalfLines(law.mu, law.sigma, law.size, self.bends, over_density)
        below = law.lower_power(1) if self.pieces.line else law.lower_polynomial((-1, 1))
        found = _times(self.fall, 1, below / law.lower_power(0))
        ctx.prec = saved
        return found

    def derivative_below(self, level: float) -> Jet:
        """The probability; its variables are mu, sigma, the parameters and the level."""
        values = (*self.plain, arb(level))
        space = HalfLines.__new__(HalfLines)
        space.size, space.bends = len(values), False
        mu, sigma, *parameters, height = (space.variable(x, i) for i, x in enumerate(values))
        found = space.variable(arb(0), 0) * 0
        rise = self.pieces.rise(*parameters)
        if height.value > (1 if rise is None else rise.value):
            found += probability(mu / sigma)
        edge = 0 * mu
        if self.pieces.line:
            fall = self.pieces.fall and self.pieces.fall(*parameters)
            below = fall is None or fall.value < height.value
        else:
            below = True
            fall = self.pieces.fall(*parameters)
            depth = height.log() if fall is None else height.log() - fall.log()
            if depth.value < 0:
                edge = depth if self.unit is None else parameters[0] * depth
        if below:
            found += probability((edge - mu) / sigma)
        return found

    def jet(self, name: str, *leading: float) -> Jet:
        """A formula in all its arguments, those before mu last."""
        method, degree = FORMULAS[name]
        jet = method(self, *leading)
        if self.unit is None or leading:
            return jet
        return _homogeneous(jet, degree, *self.plain)


def _times(factor: Jet | None, n: int, jet: Jet) -> Jet:
    return jet if factor is None or n == 0 else factor**n * jet


def _sum(first: Jet, second: Jet | None) -> Jet:
    return first if second is None else first + second


def _homogeneous(jet: Jet, degree: int, mu: arb, sigma: arb, unit: arb) -> Jet:
    """What is unit^degree times a function of mu/unit and sigma/unit, by Euler's theorem."""
    power = unit**degree
    value = power * jet.value
    by_mu, by_sigma = (power / unit * x for x in jet.slopes)
    by_unit = (degree * value - mu * by_mu - sigma * by_sigma) / unit
    if not jet.bends:
        return Jet(value, (by_mu, by_sigma, by_unit))
    first, mixed, second = (power / unit**2 * x for x in jet.bends)
    degree -= 1
    mu_unit = (degree * by_mu - mu * first - sigma * mixed) / unit
    sigma_unit = (degree * by_sigma - mu * mixed - sigma * second) / unit
    unit_unit = (degree * by_unit - mu * mu_unit - sigma * sigma_unit) / unit
    bends = (first, mixed, mu_unit, second, sigma_unit, unit_unit)
    return Jet(value, (by_mu, by_sigma, by_unit), bends)


FORMULAS: dict[str, tuple[Callable[..., Jet], int]] = {
    "mean": (lambda point: point.moment(1), 1),
    "absolute_mean": (Point.absolute_mean, 1),
    "second_moment": (lambda point: point.moment(2), 2),
    "variance": (Point.variance, 2),
    "std": (Point.std, 1),
    "third_moment": (lambda point: point.moment(3), 3),
    "fourth_moment": (lambda point: point.moment(4), 4),
    "derivative_mean": (lambda point: point.derivative_moment(1), 0),
    "derivative_second_moment": (lambda point: point.derivative_moment(2), 0),
    "covariance": (Point.covariance, 2),
    "negative_mean": (Point.negative_mean, 1),
    "derivative_below": (Point.derivative_below, 0),
}
"""Every quantity, and the degree in which it is homogeneous for CELU."""

LEADING = {"derivative_below": 1}
"""How many arguments stand before mu."""


def truths(
    names: Iterable[str], *point: float, activation: str = "elu", derivatives: bool = False
) -> dict[str, Truth]:
    """Return the truth of formulas of an activation at a point.

    Args:
        names: the quantities, all with the same arguments.
        *point: what stands before mu, mu, sigma and the parameters.
        activation: its name.
        derivatives: whether the derivatives are wanted as well, as "mean by 0" and so on, by mu,
            sigma and the parameters.

    Raises:
        LookupError: there is no truth of this name.
        ArithmeticError: if no precision up to the last makes an enclosure narrow.
    """
    names = list(names)
    for name in names:
        if name not in FORMULAS or activation not in ACTIVATIONS:
            raise LookupError(f"tests/shared/formula_oracles.py: no truth of {activation}.{name}")
    first = LEADING.get(names[0], 0)
    leading = point[:first]
    quantities = {name: (lambda here, name=name: here.jet(name, *leading)) for name in names}
    return enclosed(quantities, point[first:], activation, derivatives, leading)


def enclosed(
    quantities: Mapping[str, Callable[[Point], Jet]],
    point: tuple[float, ...],
    activation: str = "elu",
    derivatives: bool = False,
    leading: tuple[float, ...] = (),
) -> dict[str, Truth]:
    """Return the truth of quantities of a `Point`, by name, at a precision that is enough.

    Raises:
        ArithmeticError: if no precision up to the last makes an enclosure narrow.
    """
    found: dict[str, Truth] = {}
    wanted = {name: range(1 + len(point) * derivatives) for name in quantities}
    saved = ctx.prec
    try:
        for precision in PRECISIONS:
            ctx.prec = precision
            here = Point(activation, derivatives, *point)
            arguments = (*here.plain, *map(arb, leading))
            missing: dict[str, Iterable[int]] = {}
            for name, rows in wanted.items():
                jet = quantities[name](here)
                for i in rows:
                    truth = narrow(*_row(jet, i), arguments, cancels=i > 0)
                    if truth is None:
                        missing.setdefault(name, []).append(i)
                    else:
                        found[f"{name} by {i - 1}" if i else name] = truth
            wanted = missing
            if not wanted:
                return found
    finally:
        ctx.prec = saved
    raise ArithmeticError(
        f"no narrow enclosure of {', '.join(wanted)} of {activation} at {leading + point}"
    )


def _row(jet: Jet, i: int) -> tuple[arb, list[arb]]:
    """The value and its slopes for i = 0, else a slope and the slopes of it."""
    if i == 0:
        return jet.value, list(jet.slopes)
    places = PAIRS[len(jet.slopes)]
    row = [bend for bend, pair in zip(jet.bends, places, strict=True) if i - 1 in pair]
    return jet.slopes[i - 1], row
