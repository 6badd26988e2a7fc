r"""Expectations of a function of X times one of Y, jointly normal, by conditioning on X.

    E F(X) G(Y) = int phi(u) F(mu1 + sigma1 u) M(u) du,    M(u) = E[G(Y) | X = mu1 + sigma1 u],

where Y, X given, is normal with the mean mu2 + rho sigma2 u and the standard deviation w sigma2,
w = sqrt(1 - rho^2), so that M is a formula of one variable.  The kernel takes F = f and G = g, the
others f' or g', the covariance both less their means; the distance of f(X) and g(Y) is the integral
of (f - M)^2 plus the conditional variance.  No sum has more to cancel than the quantity itself.

The integrand is entire on either side of the kink of f, and Gauss and Legendre's rules are as good
as the scales of it are known: 1 of phi, w within 8.5 w of the kink of g, 1/sigma1 and
1/(rho sigma2) where an exponential is something.  So the line is split where a scale begins or
ends, and a rule has about 9 nodes and two for each scale that it spans.  What matters is the error
beside the root of E F^2 E G^2: beyond 8.5 standard deviations nothing is left of it, beyond 11.5
where F or G is something only far from its mean.

Places are counted from the kink at which lost digits cost more, where x and the conditional mean
are known exactly, so that kinks close to each other, far from the means, lose nothing.  Of rho and
its complement w, which no doubles satisfy both, the smaller one is taken as exact.

With zero means the compiled code has the closed form: over a quadrant the exponential of a sum of
two normal variables is one wedge for either edge, and the scaled function of Owen has no factor
that grows.  It is left to conditioning where the deviations are so small that the terms cancel.

Here are the same rules over NumPy's primitives, with the most nodes that a rule has.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.exponential_moments import lower_exponential_moment
from elu_sym.numeric.function import compiled_module
from elu_sym.numeric.law import Law, LimitLaw, NormalLaw
from elu_sym.numeric.lower_moments import call_moment, lower_partial_moment
from elu_sym.numeric.moment_differences import partial_moment_difference
from elu_sym.numeric.operations import Array, FloatArray
from elu_sym.numeric.upper_moments import upper_partial_moment
from elu_sym.numeric.variances import (
    lower_partial_variance,
    opposite_mean_product,
    partial_mean_product,
    upper_partial_variance,
)

QUANTITIES = (
    "kernel",
    "derivative_kernel",
    "cross_kernel",
    "covariance",
    "distance",
    "covariance_mean_slope",
    "covariance_deviation_slope",
)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(36)
_WIDEST = 14.0  # what these nodes are enough for, in scales
_REACH_SQUARED, _FARTHEST_REACH, _NEAR_KINK = 72.0, 11.5, 64.0
_NO_DENSITY = 39.0  # where the normal density is 0 in a double
_VANISHING, _DEEP, _BROAD, _NARROW = 40.0, -1.0, 9.0, 0.5
_BLOCK = 1 << 10


def joint_expectation(
    quantity: str,
    law: tuple[Any, Any, Any, Any, Any, Any],
    first: tuple[Any, Any, Any],
    second: tuple[Any, Any, Any],
) -> FloatArray:
    """Return a quantity of f(X) and g(Y) at every element.

    Args:
        quantity: ``kernel`` E f(X) g(Y), ``derivative_kernel`` E f'(X) g'(Y), ``cross_kernel``
            E f(X) g'(Y), ``covariance`` of f(X) and g(Y), ``distance`` E (f(X) - g(Y))^2; and the
            derivatives of the covariance in mu1, ``covariance_mean_slope``, and in sigma1 at fixed
            correlation, ``covariance_deviation_slope``. (That in rho is sigma1 sigma2 times the
            derivative kernel; those in mu2 and sigma2 are these with the two exchanged.)
        law: mu1, sigma1, mu2, sigma2, rho and the complement sqrt(1 - rho^2), the smaller of the
            two exact: finite arrays that broadcast; standard deviations of 0 are limits.
        first: factor c, ratio r and rate k of f: c x for x >= 0, c r (e^(k x) - 1)/k for x < 0,
            c r x where k = 0.
        second: the same of g.

    Returns:
        Array of the broadcast shape; NaN where an argument is NaN.

    Raises:
        ValueError: if there is no such quantity.

    Accuracy:
        Within 1e-13 of the root of the product of E F^2 and E G^2, F and G as above, those less
        their means for a covariance; a distance within that of E f(X)^2 + E g(Y)^2, and of itself
        where X and Y are alike and the correlation is positive.  Measured against Arb for means of
        up to 30 standard deviations, deviations of 1e-8 to 1e8, ratios of 1e-3 to 1e3 and every
        correlation.

    Source:
        Derived in the module's documentation.

    >>> law, elu = (0.0, 1.0, 0.0, 1.0, 0.6, 0.8), (1.0, 1.0, 1.0)
    >>> print(f"{joint_expectation('kernel', law, elu, elu):.15f}")
    0.386920005408692
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"quantity = {quantity!r}: give one of {', '.join(QUANTITIES)}")
    arguments = [np.asarray(a, dtype=np.float64) for a in (*law, *first, *second)]
    compiled = getattr(compiled_module(), f"joint_{quantity}", None)
    found: FloatArray = (compiled or _of_arrays(quantity))(*arguments)
    return found


def _of_arrays(quantity: str) -> Any:
    """The quantity as a function of arrays without the compiled module."""

    def function(*arguments: FloatArray) -> FloatArray:
        arrays = np.broadcast_arrays(*arguments)
        flat = [array.reshape(-1) for array in arrays]
        found = np.empty(arrays[0].size)
        with np.errstate(all="ignore"):
            for start in range(0, found.size, _BLOCK):
                part = [column[start : start + _BLOCK] for column in flat]
                found[start : start + _BLOCK] = _conditioned(quantity, part)
        return found.reshape(arrays[0].shape)

    return function


class _Input(NamedTuple):
    """A variable in units of the rate of its function.

    Attributes:
        mu: its mean.
        sigma: its standard deviation.
        scale: of the function: scale F(x), F(x) = x for x >= 0.
        ratio: F(x) = ratio (e^x - 1) for x < 0, or ratio x where it is a line.
        is_line: whether it is.
        is_deep: whether the limit at -inf is taken away from F, where that is near.
    """

    mu: FloatArray
    sigma: FloatArray
    scale: FloatArray
    ratio: FloatArray
    is_line: NDArray[np.bool_]
    is_deep: NDArray[np.bool_]

    @property
    def t(self) -> FloatArray:
        return np.where(self.sigma > 0, self.mu / np.where(self.sigma > 0, self.sigma, 1), 0.0)

    @property
    def has_exponential(self) -> NDArray[np.bool_]:
        return ~self.is_line & (self.ratio > 0)

    @property
    def end_of_exponential(self) -> FloatArray:
        """Where it has become nothing, beside the root of the mean of its square if it is all."""
        peak, decay = self.mu + 2 * self.sigma**2, np.maximum(2 + self.t / self.sigma, 1e-3)
        near = -np.minimum(12 * self.sigma, _VANISHING / decay) - _VANISHING
        return np.where(self.is_deep, np.where(peak < 0, peak - 12 * self.sigma, near), -_VANISHING)

    def at(self, index: NDArray[np.intp]) -> _Input:
        """That of some elements, each in a row."""
        columns: list[Any] = [column[index][:, None] for column in self]
        return _Input(*columns)

    def values(self, x: FloatArray) -> FloatArray:
        """F, or that less its limit."""
        below = np.minimum(x, 0)
        curve = np.where(self.is_deep, np.exp(below), np.expm1(below))
        left = self.ratio * np.where(self.is_line, below, curve)
        return np.where(x > 0, x + np.where(self.is_deep, self.ratio, 0.0), left)

    def slopes(self, x: FloatArray) -> FloatArray:
        """F', the mean of both at 0."""
        left = self.ratio * np.where(self.is_line, 1.0, np.exp(np.minimum(x, 0)))
        return np.where(x > 0, 1.0, np.where(x < 0, left, 0.5 + 0.5 * left))

    def expected_values(self, m: FloatArray, s: FloatArray) -> FloatArray:
        """The mean of ``values`` at N(m, s^2)."""
        upper, above = _of_normal(upper_partial_moment, 1, m, s), _probability(m, s)
        lower = _of_normal(upper_partial_moment, 1, -m, s)
        r = np.where(self.has_exponential, self.ratio, 1.0)
        whole = evaluate(lambda law, a: partial_moment_difference(1, law, a), m, s, r)[0]
        deep = upper + r * (_exponential(m, s) + above)
        curved = np.where(self.is_deep, deep, whole)
        return np.where(self.has_exponential, curved, upper - self.ratio * lower)

    def expected_slopes(self, m: FloatArray, s: FloatArray) -> FloatArray:
        """The mean of ``slopes``."""
        left = np.where(self.is_line, _probability(-m, s), _exponential(m, s))
        return _probability(m, s) + self.ratio * left

    def gap(self, m: FloatArray, s: FloatArray) -> FloatArray:
        """E F(X) - F(m), which tends to 0 with s: below 0 what the kink adds to a smooth curve."""
        line, curve = (evaluate(gap, m, s, self.ratio)[0] for gap in (gap_of_line, gap_of_curve))
        return np.where(self.is_line, line, curve)

    def variance(self, m: FloatArray, s: FloatArray) -> FloatArray:
        """The variance of F at N(m, s^2)."""
        r = np.where(self.ratio > 0, self.ratio, 1.0)
        line, curve = (evaluate(each, m, s, r)[0] for each in (variance_of_line, variance_of_curve))
        half = evaluate(upper_partial_variance, m, s)[0]
        return np.where(self.ratio > 0, np.where(self.is_line, line, curve), half)


def gap_of_curve(law: Law, ratio: Array) -> Array:
    """Return E F(X) - F(mu) of F(x) = x for x >= 0 and ratio (e^x - 1) for x < 0; 0 at a limit."""
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * ratio

    def right(law: NormalLaw, ratio: Array) -> Array:
        below = upper_partial_moment(1, law.reflected())
        return below - ratio * lower_partial_moment(1, law, 1.0)

    def left(law: NormalLaw, ratio: Array) -> Array:
        curved = law.choose(law.sigma > _NARROW, broad, narrow)
        return upper_partial_moment(1, law) + ratio * curved

    def broad(law: NormalLaw) -> Array:
        slope = upper_partial_moment(0, law) + lower_exponential_moment(1, law, 1.0)
        return slope - law.ops.exp(law.mu)

    def narrow(law: NormalLaw) -> Array:
        growth = law.ops.expm1(0.5 * (law.sigma * law.sigma))
        return law.ops.exp(law.mu) * growth - law.sigma * call_moment(1, law)

    return law.choose(law.mu >= 0.0, right, left, ratio)


def gap_of_line(law: Law, ratio: Array) -> Array:
    """Return the same of F(x) = x for x >= 0 and ratio x for x < 0."""

    def right(law: NormalLaw) -> Array:
        return upper_partial_moment(1, law.reflected())

    def left(law: NormalLaw) -> Array:
        return upper_partial_moment(1, law)

    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * ratio
    return (1.0 - ratio) * law.choose(law.mu >= 0.0, right, left)


def variance_of_curve(law: Law, ratio: Array) -> Array:
    """Return the variance of F(X), F(x) = x for x >= 0 and ratio (e^x - 1) for x < 0."""
    parts = lower_partial_variance(law, ratio) + upper_partial_variance(law)
    return parts + 2.0 * partial_mean_product(law, ratio, 1.0)


def variance_of_line(law: Law, ratio: Array) -> Array:
    """Return the variance of F(X), F(x) = x for x >= 0 and ratio x for x < 0."""
    opposite = law.reflected().scaled(ratio)
    parts = upper_partial_variance(law) + upper_partial_variance(opposite)
    return parts + 2.0 * opposite_mean_product(law, ratio)


OF_ONE_INPUT = (
    gap_of_curve,
    gap_of_line,
    variance_of_curve,
    variance_of_line,
    upper_partial_variance,
)
"""What a distance asks of one input, given the other."""


def _of_normal(moment: Any, order: int, m: FloatArray, s: FloatArray) -> FloatArray:
    found: FloatArray = evaluate(lambda law: moment(order, law), m, s)[0]
    return found


def _probability(m: FloatArray, s: FloatArray) -> FloatArray:
    return _of_normal(upper_partial_moment, 0, m, s)


def _exponential(m: FloatArray, s: FloatArray) -> FloatArray:
    return _of_normal(lambda order, law: lower_exponential_moment(order, law, 1.0), 1, m, s)


def _conditioned(quantity: str, columns: list[FloatArray]) -> FloatArray:
    mu1, s1, mu2, s2, rho, w, c1, r1, k1, c2, r2, k2 = columns
    w = abs(w)
    alike = (c1 == c2) & (r1 == r2) & (k1 == k2)
    f_slopes = quantity == "derivative_kernel" or quantity.endswith("_slope")
    g_slopes = quantity in ("derivative_kernel", "cross_kernel")
    f, g = _input(mu1, s1, c1, r1, k1), _input(mu2, s2, c2, r2, k2)
    scale = (c1 if f_slopes else f.scale) * (c2 if g_slopes else g.scale)
    if quantity.startswith("covariance"):
        (f, f_height), (g, g_height) = _moved_near(f), _moved_near(g)
        scale = scale * f_height * g_height
    both = f.is_deep & g.is_deep & alike & (quantity == "distance")
    f = f._replace(is_deep=f.is_deep & (both | (quantity == "covariance")))
    g = g._replace(is_deep=g.is_deep & (both | quantity.startswith("covariance")))
    centers = [np.zeros_like(mu1), np.zeros_like(mu1)]
    if quantity == "covariance":
        centers[0] = f.expected_values(f.mu, f.sigma)
    if quantity.startswith("covariance"):
        centers[1] = g.expected_values(g.mu, g.sigma)
    tilt, s = rho * g.sigma, w * g.sigma
    places = -f.t, np.where(rho == 0, np.inf, -g.t / rho)
    # What digits lost at a kink cost, in natural logarithms.
    weights = [
        np.where(x.has_exponential, np.log(x.ratio) - place**2 / 2, -np.inf)
        for x, place in zip((f, g), places, strict=True)
    ]
    place = np.where(weights[1] > weights[0], places[1], places[0])
    start = np.where(abs(place) < _NEAR_KINK, place, 0.0)
    x0, m0 = _at_the_kink(f, g, start, rho, w)
    index, middle, radius = _panels(quantity, f, g, (rho, w, tilt, s, start, x0, m0))
    found = np.zeros(mu1.shape)
    for part in range(0, len(index), _BLOCK):
        chosen = slice(part, part + _BLOCK)
        row, half = index[chosen], radius[chosen][:, None]
        v = middle[chosen][:, None] + half * _NODES
        u, first, second = start[row][:, None] + v, f.at(row), g.at(row)
        x, m = x0[row][:, None] + first.sigma * v, m0[row][:, None] + tilt[row][:, None] * v
        deviation = np.broadcast_to(s[row][:, None], m.shape)
        weight = _WEIGHTS * np.exp(-u * u / 2) * half / np.sqrt(2 * np.pi)
        if quantity == "distance":
            narrower = second.sigma * (w**2 / (1 + abs(rho)))[row][:, None]
            step = (first.mu - second.mu) + ((first.sigma - second.sigma) + narrower) * u
            near = (alike & (rho > 0))[row][:, None]
            integrand = _squared_difference(first, second, x, m, deviation, step, near)
        else:
            mean = second.expected_slopes if g_slopes else second.expected_values
            outer = (first.slopes if f_slopes else first.values)(x) - centers[0][row][:, None]
            integrand = outer * (mean(m, deviation) - centers[1][row][:, None])
            if quantity == "covariance_deviation_slope":
                integrand = u * integrand
        np.add.at(found, row, np.sum(weight * integrand, axis=1))
    missing = np.isnan(np.sum(columns, axis=0))
    return np.where(missing, np.nan, found if quantity == "distance" else scale * found)


def _input(*columns: FloatArray) -> _Input:
    mu, sigma, factor, ratio, rate = columns
    is_line = rate == 0
    unit = np.where(is_line, 1.0, rate)
    is_deep = ~is_line & (ratio > 0) & (mu * unit < _DEEP)
    return _Input(mu * unit, sigma * unit, factor / unit, ratio, is_line, is_deep)


def _moved_near(x: _Input) -> tuple[_Input, FloatArray]:
    """What has no kink within reach moves to where it has one out of it, with its height.

    A covariance is that of a line or of an exponential.
    """
    edge = _NEAR_KINK * x.sigma
    far = (abs(x.mu) > edge) & (x.sigma > 0)
    mu = np.where(far, np.sign(x.mu) * edge, x.mu)
    fallen = far & (x.mu < 0) & x.has_exponential
    height = np.where(fallen, np.exp(np.minimum(x.mu + edge, 0)), 1.0)
    return x._replace(mu=mu, is_deep=x.has_exponential & (mu < _DEEP)), height


def _at_the_kink(
    f: _Input, g: _Input, start: FloatArray, rho: FloatArray, w: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The values of x and of the conditional mean at the start, where little is left of them."""
    whole, missed = _product(f.sigma, start, f.mu)
    near = w < abs(rho)
    tilt = np.where(near, np.sign(rho), rho) * g.sigma
    rounding = np.where(near, 0.0, sum(_product(rho, g.sigma, -tilt)))
    lost = np.where(near, w * w / (1 + abs(rho)), 0.0)
    product, rest = _product(tilt, start)
    return whole + missed, (g.mu + product) + ((rest - lost * product) + rounding * start)


def _product(x: FloatArray, y: FloatArray, *less: FloatArray) -> tuple[FloatArray, ...]:
    """The rounded product, less what is given, and what the rounding left out (T. J. Dekker)."""
    product, halves = x * y, []
    for each in (x, y):
        carried = (2.0**27 + 1.0) * each
        high = carried - (carried - each)
        halves += [high, each - high]
    rest = (halves[0] * halves[2] - product) + halves[0] * halves[3] + halves[1] * halves[2]
    return sum(less, product), rest + halves[1] * halves[3]


def _panels(
    quantity: str, f: _Input, g: _Input, geometry: tuple[FloatArray, ...]
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Which elements have a panel where: index, middle and radius."""
    rho, w, tilt, s, start, x0, m0 = geometry
    first, second = np.minimum(f.t, 0), np.minimum(g.t, 0)
    larger = np.log(np.maximum(f.ratio, 1) * np.maximum(g.ratio, 1))
    spared = (first**2 + second**2) / 2 + 2 * larger
    reach = np.minimum(np.sqrt(_REACH_SQUARED + spared), _FARTHEST_REACH)
    low, high = -reach, reach
    if quantity == "distance":  # the second function may be something where it is alone
        low = low - np.maximum(rho * second, 0)
        high = high + np.maximum(-rho * second, 0)
    low = np.maximum(low, -_NO_DENSITY)
    ends = f.end_of_exponential, g.end_of_exponential - np.minimum(s, _BROAD) ** 2 / 2
    kink = np.where(f.sigma > 0, -x0 / np.where(f.sigma > 0, f.sigma, 1), -np.inf)
    away = np.maximum(start + kink, 0)
    most = np.minimum(np.maximum(np.hypot(away, reach), high), _NO_DENSITY) - start
    width, place = reach * s / abs(tilt), -m0 / tilt
    breaks = [place - width, place + width, (ends[0] - x0) / f.sigma, (ends[1] - m0) / tilt]
    found = []
    for a, b, rate in (
        (np.maximum(kink, low - start), most, away),
        (low - start, np.minimum(kink, most), np.zeros_like(away)),
    ):
        inside = [np.where((p > a) & (p < b), p, a) for p in breaks]
        edges = np.sort(np.stack([a, *inside, np.maximum(a, b)]), axis=0)
        for left, right in pairwise(edges):
            middle = (left + right) / 2
            x, m = x0 + f.sigma * middle, m0 + tilt * middle
            scales = np.where(abs(m) < reach * s, 1 / w, 1.0)
            steep = f.has_exponential & (x < 0) & (x > ends[0])
            curved = g.has_exponential & (s < _BROAD) & (m < reach * s) & (m > ends[1])
            rates = rate + np.where(steep, f.sigma, 0) + np.where(curved, abs(tilt), 0)
            extent = (right - left) * (scales + rates / 6)
            count = np.where(right > left, np.ceil(np.minimum(extent / _WIDEST, 1e4)), 0)
            count = np.where(np.isfinite(count), count, 0).astype(np.intp)
            index = np.repeat(np.arange(len(count)), count)
            number = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
            radius = ((right - left) / (2 * np.maximum(count, 1)))[index]
            found.append((index, left[index] + (2 * number + 1) * radius, radius))
    index, middle, radius = (np.concatenate(column) for column in zip(*found, strict=True))
    return index, middle, radius


def _squared_difference(
    f: _Input,
    g: _Input,
    x: FloatArray,
    m: FloatArray,
    s: FloatArray,
    step: FloatArray,
    near: NDArray[np.bool_],
) -> FloatArray:
    """E[(f(X) - g(Y))^2 | X]; near a line, of functions alike, from the step x - m."""
    larger = np.where(step > 0, x, m)
    exponentials = -np.sign(step) * np.exp(np.minimum(larger, 0)) * np.expm1(-abs(step))
    left = g.ratio * np.where(g.is_line, step, exponentials)
    plain = g._replace(is_deep=np.zeros_like(g.is_deep))
    crossing = plain.values(x) - plain.values(m)
    moved = np.where((x >= 0) & (m >= 0), step, np.where((x < 0) & (m < 0), left, crossing))
    close = g.scale * (moved - g.gap(m, s))
    apart = f.scale * f.values(x) - g.scale * g.expected_values(m, s)
    return np.where(near, close, apart) ** 2 + g.scale**2 * g.variance(m, s)
