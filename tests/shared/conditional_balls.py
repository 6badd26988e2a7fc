"""Expectations of an activation and of its slope of one normal variable, as balls.

Here the mean may be complex, which makes them what Arb integrates: all are entire functions of it.
On a wide box, whose value only serves a bound of Arb's own, |erfc(z) e^(z^2)| <= 1 to the right of
the imaginary axis is enough; Arb's erfc bounds nothing there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import acb, arb

WIDE = 2.0**-40
"""Of a box as wide as this erfc is only bounded."""

DISK = acb(arb(0, 1), arb(0, 1))
"""What contains every complex number of a size up to 1."""


class Activation(NamedTuple):
    """An activation plus a constant: factor c, ratio r and rate k.

    It is c x for x >= 0; for x < 0 it is c r (e^(k x) - 1)/k, or c r x where k is 0.

    Attributes:
        factor: the slope c on the right.
        ratio: how many times the slope at 0 is as large on the left.
        rate: that of the exponential, or 0 for a line.
        lifted: whether c r/k is added. Where nearly all is far to the left, what is left is small.
    """

    factor: arb
    ratio: arb
    rate: arb
    lifted: bool = False

    @property
    def lift(self) -> arb:
        return self.factor * self.ratio / self.rate if self.lifted else arb(0)

    def left(self, x: Any) -> Any:
        rise = self.factor * self.ratio
        if self.rate == 0:
            return rise * x
        power = (self.rate * x).exp()
        return rise / self.rate * (power if self.lifted else power - 1)

    def right(self, x: Any) -> Any:
        return self.factor * x + self.lift

    def left_slope(self, x: Any) -> Any:
        rise = self.factor * self.ratio
        return rise if self.rate == 0 else rise * (self.rate * x).exp()

    def right_slope(self, x: Any) -> Any:
        return self.factor

    def mean(self, m: Any, s: Any) -> Any:
        """E f(X), X normal with mean m and standard deviation s > 0."""
        below, above = sides(m / s)
        upper = m * above + s * density(m / s)
        if self.rate == 0:
            return self.factor * (upper + self.ratio * (m - upper))
        lower = tilted(self.rate, m, s) + (above if self.lifted else -below)
        return self.factor * (upper + self.ratio / self.rate * lower)

    def mean_slope(self, m: Any, s: Any) -> Any:
        """E f'(X)."""
        below, above = sides(m / s)
        lower = below if self.rate == 0 else tilted(self.rate, m, s)
        return self.factor * (above + self.ratio * lower)

    def mean_slope_of_deviate(self, m: Any, s: Any) -> Any:
        """E Z f'(X), X = m + s Z."""
        height = density(m / s)
        if self.rate == 0:
            return self.factor * (1 - self.ratio) * height
        # Under the tilted law the mean of Z is k s.
        lower = tilted(self.rate, m, s) * self.rate * s - height
        return self.factor * (height + self.ratio * lower)

    def square(self, m: Any, s: Any) -> Any:
        """E f(X)^2."""
        below, above = sides(m / s)
        height = s * density(m / s)
        upper = (m * m + s * s) * above + m * height
        if self.rate == 0:
            return self.factor**2 * (upper + self.ratio**2 * (m * m + s * s - upper))
        depth, lower = self.ratio / self.rate, tilted(2 * self.rate, m, s)
        if self.lifted:
            upper += 2 * depth * (m * above + height) + depth**2 * above
        else:
            lower += below - 2 * tilted(self.rate, m, s)
        return self.factor**2 * (upper + depth**2 * lower)

    def square_slope(self, m: Any, s: Any) -> Any:
        """E f'(X)^2."""
        below, above = sides(m / s)
        lower = below if self.rate == 0 else tilted(2 * self.rate, m, s)
        return self.factor**2 * (above + self.ratio**2 * lower)

    def square_slope_of_deviate(self, m: Any, s: Any) -> Any:
        """E (Z f'(X))^2, X = m + s Z."""
        t = m / s
        above = sides(t)[1] - t * density(t)
        if self.rate == 0:
            lower = 1 - above
        else:
            shift = 2 * self.rate * s
            lower = tilted(2 * self.rate, m, s) * (1 + shift * shift) - density(t) * (shift - t)
        return self.factor**2 * (above + self.ratio**2 * lower)


def tilted(rate: arb, m: Any, s: Any) -> Any:
    """E e^(rate X) over X < 0."""
    z = (m + rate * s * s) / (s * arb(2).sqrt())
    height = (rate * m + (rate * s) ** 2 / 2).exp()
    if not _is_wide(z):
        return height * _erfc_and_opposite(z)[0] / 2
    right = (-m * m / (2 * s * s)).exp() * DISK / 2
    if z.real > 0:
        return right
    return height * (1 if z.real < 0 else acb(arb(1, 1))) + right


def sides(t: Any) -> tuple[Any, Any]:
    """The probabilities of X < 0 and X > 0 where the mean is t standard deviations."""
    below, above = _erfc_and_opposite(t / arb(2).sqrt())
    return below / 2, above / 2


def density(t: Any) -> Any:
    return (-t * t / 2).exp() / (2 * arb.pi()).sqrt()


def _is_wide(z: Any) -> bool:
    return bool(z.real.rad() + z.imag.rad() > WIDE)


def _erfc_and_opposite(z: Any) -> tuple[Any, Any]:
    """erfc(z) and erfc(-z), the small one of them in full relative precision if z is narrow."""
    if not _is_wide(z):
        small = _narrow_erfc(z if z.real > 0 else -z)
    else:
        small = (-z * z).exp() * DISK
        if not z.real > 0 and not z.real < 0:
            either = acb(arb(1, 1)) + small
            return either, either
    return (small, 2 - small) if z.real > 0 else (2 - small, small)


def _narrow_erfc(z: Any) -> Any:
    """That of the middle, and how far the steepest slope leads; Arb's own radius is too large."""
    found = acb(z.real.mid(), z.imag.mid()).erfc()
    radius = 2 * (z.real.rad() + z.imag.rad()) * abs((-z * z).exp()).upper()
    return found + radius.upper() * DISK
