"""Slopes of the moments of CELU in alpha, by which its argument is divided.

With L = 1 - e^Y and Y = X/alpha the part of CELU below 0 is -alpha L, and its slope in alpha is
-(1 - e^Y + Y e^Y), of the order of Y^2; as the sum of the slopes in mu/alpha, sigma/alpha and the
factor alpha nothing is left of its digits where Y is small.
"""

from __future__ import annotations

import math

import numpy as np

from elu_sym.numeric import lower_moments, mills
from elu_sym.numeric.exponential_moments import exponential_moment
from elu_sym.numeric.law import ONE_OVER_SQRT_TWO_PI, Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.lower_moments import lower_moment
from elu_sym.numeric.moment_differences import second_exponential_quotient
from elu_sym.numeric.operations import Array

_FARTHEST = 1000.0
# The nodes and weights of Gauss and Hermite for the normal law.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
_HERMITE = _NODES.tolist(), (ONE_OVER_SQRT_TWO_PI * _WEIGHTS).tolist()


def lower_remainder(order: int, law: Law) -> Array:
    """Return E[(1 - e^X)^(n - 1) (1 - e^X + X e^X); X < 0].

    Times n it is the slope in alpha, in its unit, of a partial moment of CELU.  Where the step is
    small it is sigma^(n + 1) phi(t) times divided differences of the Mills ratio at t, t + sigma,
    ..., t + n sigma, each of the last n points doubled in its turn,

        (D[t, t + sigma, t + sigma, ...] + 2 D[...] + ... + n D[..., t + n sigma, t + n sigma])
        / (n (n + 1)),

    and for t < -2 the mean over all X, by the rule of Gauss and Hermite, less the same on the other
    side; elsewhere it is the partial moment less those of -X e^(k X).

    Args:
        order: n, from 1 to 4.
        law: The law of X.

    Returns:
        Array of the shape of the law, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_remainder(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.10105772])
    """
    ops = law.ops
    if isinstance(law, LimitLaw):
        location = ops.maximum(ops.minimum(law.mu, 0.0), -_FARTHEST)
        small = ops.maximum(location, -1.0)
        curved = (small * small) * ops.exp(small) * second_exponential_quotient(ops, -small)
        below = -ops.expm1(location)
        far = location * ops.exp(location) + below
        return ops.where(location < -1.0, far, curved) * below ** (order - 1)

    def right(law: NormalLaw) -> Array:
        points = [law.t + k * law.sigma for k in range(order + 1)]
        root, weight = law.density
        bracket = weight * _doubled(law, points)
        return Moment(law.sigma, root, bracket).value(order) * law.sigma

    def left(law: NormalLaw) -> Array:
        close = (law.t < lower_moments.LEFT_EDGE) & (law.sigma - law.mu < 1.0)
        return law.choose(close, near, apart)

    def near(law: NormalLaw) -> Array:
        points = [-law.t - k * law.sigma for k in range(order, -1, -1)]
        above = (-1) ** (order - 1) * (law.density_value * _doubled(law, points, backwards=True))
        return _whole_remainder(order, law) - above * law.sigma ** (order + 1)

    def apart(law: NormalLaw) -> Array:
        total = lower_moment(order, law).value(order)
        for k in range(order):
            sign = (-1) ** k * math.comb(order - 1, k)
            total = total - sign * lower_tilted_mean(k + 1, law)
        return total

    close = mills.within_reach(ops, law.t, law.t + order * law.sigma)
    return law.choose((law.t >= lower_moments.LEFT_EDGE) & close, right, left)


def _doubled(law: NormalLaw, points: list[Array], backwards: bool = False) -> Array:
    """Return the sum of k D with the k-th point, counted from 0, doubled, over n (n + 1)."""
    order = len(points) - 1
    total = 0.0
    for k in range(1, order + 1):
        place = order - k if backwards else k
        doubled = [*points[: place + 1], *points[place:]]
        total = total + k * mills.divided_difference(law.ops, doubled)
    return total * (1.0 / (order * (order + 1)))


def _whole_remainder(order: int, law: NormalLaw) -> Array:
    """Return the mean over all X of what ``lower_remainder`` has below 0, for small X."""
    total = 0.0
    for node, weight in zip(*_HERMITE, strict=True):
        x = law.mu + node * law.sigma
        below = -law.ops.expm1(x)
        bent = (x * x) * (1.0 - below) * second_exponential_quotient(law.ops, -x)
        total = total + weight * (bent * below ** (order - 1))
    return total


def lower_tilted_mean(order: int, law: Law) -> Array:
    """Return -E[X e^(n X); X < 0], n times the slope of a moment of e^X in its unit.

    It is sigma phi(t) I_1(x) with x = t + n sigma, for x >= 0; for x < 0, by completing the square,
    e^(n mu + n^2 sigma^2/2) times the mean of the negative part of N(mu + n sigma^2, sigma^2).

    Args:
        order: n, a small whole number, not negative.
        law: The law of X.

    Returns:
        Array of the shape of the law, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_tilted_mean(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.13736399])
    """
    ops = law.ops
    if isinstance(law, LimitLaw):
        below = ops.maximum(ops.minimum(law.mu, 0.0), -_FARTHEST)
        return -below * ops.exp(order * below)

    def right(law: NormalLaw) -> Moment:
        root, weight = law.density
        first = mills.mills_derivatives(law.ops, 1, law.t + order * law.sigma)[1]
        return Moment(law.sigma, root, weight * first)

    def left(law: NormalLaw) -> Moment:
        # E[X e^(n X); X < 0] = (mu + n sigma^2) E_n - sigma phi(t), of one sign for x < 0.
        moment = exponential_moment(order, law)
        size = -(law.t + order * law.sigma)
        density = Moment(1.0, *law.density).beside(law.ops, moment.root)
        return Moment(law.sigma, moment.root, size * moment.bracket + density)

    return Moment(*law.choose(law.t + order * law.sigma >= 0.0, right, left)).value(1)


def lower_conditional_remainder(law: Law) -> Array:
    """Return E[1 - e^X + X e^X | X < 0], the slope of the conditional mean in its unit.

    Args:
        law: The law of X.

    Returns:
        Array of the shape of the law, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_conditional_remainder(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.20211544])
    """
    if isinstance(law, LimitLaw):
        return lower_remainder(1, law)

    def right(law: NormalLaw) -> Array:
        ops, t, beyond = law.ops, law.t, law.t + law.sigma
        return law.choose(mills.within_reach(ops, t, beyond), close, apart)

    def close(law: NormalLaw) -> Array:
        beyond = law.t + law.sigma
        points = [law.t, beyond, beyond]
        bracket = 0.5 * mills.relative_difference(law.ops, points)
        return (law.sigma * bracket) * law.sigma

    def apart(law: NormalLaw) -> Array:
        ratio = mills.mills_ratio(law.ops, law.t)
        beyond, slope = mills.mills_derivatives(law.ops, 1, law.t + law.sigma)
        return (ratio - beyond - law.sigma * slope) / ratio

    def left(law: NormalLaw) -> Array:
        return lower_remainder(1, law) / (1.0 - law.tail_probability)

    _ = law.tail_probability  # before the law is divided, since most of it is needed
    return law.choose(law.t >= lower_moments.LEFT_EDGE, right, left)
