"""The truth of expectations of two inputs, by conditioning on X, from the definitions alone.

Of X given, E g(Y) is a closed form over erfc, and Arb encloses the integral over X of the rest, on
both sides of the bend of f. It takes a hundredth of a second, and a tenth where the two are nearly
on a line, at any means and standard deviations. Nothing is shared with the closed forms over the
bivariate normal distribution function, nor with what computes in doubles.

The correlation and its complement are doubles, and both cannot be right: the smaller one is exact,
and the other one follows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from conditional_balls import Activation, density
from flint import acb, arb, ctx

DIGITS = 20
"""How many digits there are after a point in units of the norm."""

PRECISIONS = (128, 192, 256, 384, 640, 1280)

FAR = 80
"""At so many standard deviations the integrals end."""

Triple = tuple[float, float, float]
Integrand = Callable[[Any, bool], Any]
Law = tuple[float, float, float, float, float, float]


class Truth(NamedTuple):
    """A quantity, and what an error of it is measured by."""

    value: arb
    norm: arb

    def error(self, computed: float) -> float:
        """The error in units of the norm; infinite for what is not finite."""
        if not math.isfinite(computed):
            return math.inf
        gap = abs(self.value - computed)
        # What is no normal number has an absolute error.
        return float(((gap - arb(2) ** -1074) / self.norm).upper().max(arb(0)))


class Point:
    """All quantities at one law and two activations, at the present precision.

    Attributes:
        digits: to how many digits of the norms integrals are enclosed.
    """

    def __init__(self, law: Law, first: Triple, second: Triple, digits: int) -> None:
        self.m1, self.s1, self.m2, self.s2 = map(arb, law[:4])
        self.rho, self.complement = correlation(*law[4:])
        self.f, self.g = (
            Activation(arb(triple[0]), arb(triple[1]), arb(triple[2]), m < 0 and triple[2] * s > 1)
            for triple, m, s in ((first, *law[:2]), (second, *law[2:4]))
        )
        self.digits = digits

    @cached_property
    def alone(self) -> dict[str, arb]:
        """Moments of one of the two: of f, of f lifted, of its square and so on."""
        found = {}
        laws = (("f", self.f, self.m1, self.s1), ("g", self.g, self.m2, self.s2))
        for name, lifted, mean, s in laws:
            m, plain = acb(mean), lifted._replace(lifted=False)
            found[name] = plain.mean(m, s)
            found[f"lifted {name}"] = lifted.mean(m, s)
            found[f"{name}^2"] = plain.square(m, s)
            found[f"var {name}"] = lifted.square(m, s) - lifted.mean(m, s) ** 2
            found[f"{name}'"] = plain.mean_slope(m, s)
            found[f"{name}'^2"] = plain.square_slope(m, s)
            found[f"Z {name}'"] = plain.mean_slope_of_deviate(m, s)
            found[f"(Z {name}')^2"] = plain.square_slope_of_deviate(m, s)
        return {name: each.real for name, each in found.items()}

    def norm(self, first: str, second: str) -> arb:
        return (self.alone[first] * self.alone[second]).sqrt()

    @property
    def kernel(self) -> Truth:
        value = self.covariance.value + self.alone["f"] * self.alone["g"]
        return Truth(value, self.norm("f^2", "g^2"))

    @cached_property
    def covariance(self) -> Truth:
        norm = self.norm("var f", "var g")
        goal = norm.min(self.norm("f^2", "g^2"))
        product = self.integral(self.f.left, self.f.right, self.g.mean, goal)
        return Truth(product - self.alone["lifted f"] * self.alone["lifted g"], norm)

    @property
    def distance(self) -> Truth:
        squares = self.alone["f^2"] + self.alone["g^2"]
        return Truth(squares - 2 * self.kernel.value, squares)

    @property
    def derivative_kernel(self) -> Truth:
        norm = self.norm("f'^2", "g'^2")
        f, g = self.f, self.g
        return Truth(self.integral(f.left_slope, f.right_slope, g.mean_slope, norm), norm)

    @property
    def cross_kernel(self) -> Truth:
        norm = self.norm("f^2", "g'^2")
        product = self.integral(self.f.left, self.f.right, self.g.mean_slope, norm)
        return Truth(product - self.f.lift * self.alone["g'"], norm)

    @property
    def covariance_mean_slope(self) -> Truth:
        norm = self.norm("f'^2", "var g")
        product = self.integral(self.f.left_slope, self.f.right_slope, self.g.mean, norm)
        return Truth(product - self.alone["f'"] * self.alone["lifted g"], norm)

    @property
    def covariance_deviation_slope(self) -> Truth:
        norm = self.norm("(Z f')^2", "var g")
        product = self.integral(
            lambda x: self.deviate(x) * self.f.left_slope(x),
            lambda x: self.deviate(x) * self.f.right_slope(x),
            self.g.mean,
            norm,
        )
        return Truth(product - self.alone["Z f'"] * self.alone["lifted g"], norm)

    def deviate(self, x: Any) -> Any:
        return (x - self.m1) / self.s1

    def integral(
        self,
        left: Callable[[Any], Any],
        right: Callable[[Any], Any],
        given: Callable[[Any, Any], Any],
        norm: arb,
    ) -> arb:
        """E F(X) E(G(Y) | X), F in two pieces, to so many digits of a norm."""
        goal = (norm.lower() * arb(10) ** -(self.digits + 2)).mid()
        bend = -self.m1 / self.s1
        whole = self.beyond
        for low, high, piece in ((arb(-FAR), bend, left), (bend, arb(FAR), right)):
            for start, end in self.panels(low, high):
                integrand = self.product(piece, self.conditional(given, (start + end) / 2))
                whole += acb.integral(integrand, start, end, abs_tol=goal).real
        return whole

    def panels(self, start: arb, end: arb) -> list[tuple[arb, arb]]:
        """Divide a piece of the line of deviates where the mean of Y is at the bend of g."""
        edges = [start, end]
        if self.rho != 0:
            bend = -self.m2 / (self.rho * self.s2)
            if start < bend and bend < end:
                # Where nothing jumps there, an exact edge is faster.
                edges.insert(1, bend if self.complement == 0 else bend.mid())
        return list(pairwise(edges))

    def conditional(self, given: Callable[[Any, Any], Any], place: arb) -> Callable[[Any], Any]:
        """E G(Y) by the mean of Y; on a line it is one of two pieces, that of a place."""
        if self.complement != 0:
            deviation = self.complement * self.s2
            return lambda m: given(m, deviation)
        above = self.m2 + self.rho * self.s2 * place.mid() > 0
        if given == self.g.mean:
            return self.g.right if above else self.g.left
        return self.g.right_slope if above else self.g.left_slope

    def product(self, piece: Callable[[Any], Any], given: Callable[[Any], Any]) -> Integrand:
        def value(u: Any, _: bool) -> Any:
            g = given(self.m2 + self.rho * self.s2 * u)
            return piece(self.m1 + self.s1 * u) * g * density(u)

        return value

    @cached_property
    def beyond(self) -> arb:
        """A ball around 0 that contains what is left out.

        Every function here is at most a constant times 1 + |x|, and Z times it is one power more.
        """
        size = arb(2 * (FAR**2 + 2)) * density(arb(FAR))
        for each, m, s in ((self.f, self.m1, self.s1), (self.g, self.m2, self.s2)):
            depth = 1 if each.rate == 0 else 1 + 1 / each.rate
            size *= each.factor * (1 + each.ratio) * (depth + abs(m) + s)
        return arb(0, size.upper())


@lru_cache(maxsize=256)
def _point(law: Law, first: Triple, second: Triple, digits: int, precision: int) -> Point:
    """That of a law, whose kernel, covariance and distance share an integral."""
    return Point(law, first, second, digits)


def correlation(rho: float, complement: float) -> tuple[arb, arb]:
    """Both, exact but for the last bits of the precision."""
    if abs(rho) <= complement:
        return arb(rho), (1 - arb(rho) ** 2).sqrt()
    other = (1 - arb(complement) ** 2).sqrt()
    return (other if rho > 0 else -other), arb(complement)


def truth(quantity: str, law: Law, first: Triple, second: Triple, digits: int = DIGITS) -> Truth:
    """The truth of a quantity of ``joint_expectation``.

    The norms are those of Cauchy and Schwarz. That of a distance is E f(X)^2 + E g(Y)^2, unless
    both inputs have the same law and the same activation: then it is the distance itself.

    Args:
        quantity: its name there.
        law: mu1, sigma1, mu2, sigma2, rho and the complement.
        first: factor, ratio and rate of f.
        second: those of g.
        digits: how many digits there are after a point in units of the norm.

    Raises:
        ArithmeticError: if no precision up to the last makes an enclosure narrow.
    """
    same = quantity == "distance" and law[:2] == law[2:4] and first == second and law[4] > 0
    if same and law[5] == 0:
        return Truth(arb(0), arb(1))
    # The distance is about the square of the angle.
    lost = max(0, math.ceil(-2 * math.log10(law[5]))) if same else 0
    saved = ctx.prec
    try:
        least = (digits + lost) * math.log2(10)
        for precision in (bits for bits in PRECISIONS if bits > least):
            ctx.prec = precision
            found: Truth = getattr(_point(law, first, second, digits + lost, precision), quantity)
            if same:
                found = Truth(found.value, found.value)
            narrow = found.value.rad() < found.norm.lower() * arb(10) ** -digits
            if narrow and found.norm.rel_accuracy_bits() > 30:
                return found
    finally:
        ctx.prec = saved
    raise ArithmeticError(f"{quantity} at {law}, {first}, {second}: no narrow enclosure")
