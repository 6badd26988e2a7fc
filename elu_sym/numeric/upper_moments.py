"""Moments of the positive part of a normal variable.

    E[X_+^n] = sigma^n P_n(t),   P_n(t) = E[(t + Z)_+^n],   X ~ N(mu, sigma^2),  t = mu/sigma.

For t <= 0 it is sigma^n phi(t) I_n(|t|), I_n = (-1)^n M^(n) (``mills``).  For t > 0 it is

    E[X^n] - (-1)^n E[(-X)_+^n],

the moment of the whole law and the same integral: a sum of positive terms if n is odd, and a
difference that loses at most a factor 2 if n is even.
"""

from __future__ import annotations

from elu_sym.numeric.law import Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.mills import relative_difference
from elu_sym.numeric.operations import Array


def upper_partial_moment(order: int, law: Law) -> Array:
    """Return E[X_+^n] for X ~ N(mu, sigma^2): the upper partial moment of order n about 0.

    Order 0 is P(X > 0) = Phi(mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: n, from 0 to 4.
        law: The law of X.

    Returns:
        Array of the shape of the law, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        Bachelier's call price for n = 1; for the recurrence, R. L. Winkler, G. M. Roodman,
        R. R. Britney, *The determination of partial moments*, Management Science 19 (1972).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_partial_moment(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.39894228])
    """
    if isinstance(law, LimitLaw):
        positive_part = law.ops.maximum(law.mu, 0.0)
        return law.positive if order == 0 else positive_part**order
    return upper_moment(order, law).value(order)


def upper_slope_moment(order: int, law: Law, height: Array) -> Array:
    """Return E[(height [X > 0])^n] for X ~ N(mu, sigma^2), [X > 0] the slope of X_+.

    Args:
        order: n, 1 or 2.
        law: The law of X.
        height: Array that broadcasts with it, positive and finite.

    Returns:
        Array of the broadcast shape, not negative, at mu = sigma = 0 half of the power.

    Accuracy:
        That of ``upper_partial_moment``, also where P(X > 0) is no double.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_slope_moment(2, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), np.array([3.0]))
    array([4.5])
    """
    first, second = height, height if order == 2 else 1.0
    if isinstance(law, LimitLaw):
        return (first * law.positive) * second
    return upper_moment(0, law).times(first, second)


def upper_partial_covariance(law: Law, height: Array | float) -> Array:
    """Return Cov(X, height X_+) = sigma^2 height P(X > 0) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X; the limits are height sigma^2 at mu = inf, else 0.
        height: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation, also where sigma^2 or P(X > 0) is no double.

    Source:
        C. Stein's identity Cov(X, g(X)) = sigma^2 E g'(X).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_partial_covariance(NormalLaw(NUMPY, np.array([0.0]), np.array([2.0])), 1.0)
    array([2.])
    """
    if isinstance(law, LimitLaw):
        return law.ops.where(law.mu > 0.0, (height * law.sigma) * law.sigma, 0.0)
    return upper_moment(0, law).times(height * law.sigma, law.sigma)


def upper_conditional_mean(law: Law) -> Array:
    """Return E[X | X > 0] for X ~ N(mu, sigma^2): the mean of a truncated normal law.

    Args:
        law: The law of X; where mu = -inf the limit is 0, where sigma = 0 it is max(mu, 0).

    Returns:
        Array of the shape of the law, not negative.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in the package's
        documentation.

    Source:
        The quotient of two partial moments: for t < 0 their common density cancels and leaves
        sigma I_1(-t)/M(-t).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_conditional_mean(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.79788456])
    """
    if isinstance(law, LimitLaw):
        return law.ops.maximum(law.mu, 0.0)

    def above(law: NormalLaw) -> Array:
        return law.mu + law.sigma * (law.density_value / (1.0 - law.tail_probability))

    def below(law: NormalLaw) -> Array:
        return law.sigma * relative_difference(law.ops, [-law.t, -law.t])

    return law.ops.choose(law.t >= 0.0, above, below, law)


def upper_moment(order: int, law: NormalLaw) -> Moment:
    """Return E[X_+^n] in factors, for n from 0 to 4."""
    name = "upper", order
    if name not in law.moments:
        where, left = law.ops.where, law.t <= 0.0
        root, weight = law.tail if order == 0 else law.density
        integral = weight if order == 0 else weight * law.integrals(order)[order]
        unit, whole = _complement(order, law, ((root * root) * (root * root)) * integral)
        law.moments[name] = Moment(
            where(left, law.sigma, unit), where(left, root, 1.0), where(left, integral, whole)
        )
    return law.moments[name]


def _complement(order: int, law: NormalLaw, below: Array) -> tuple[Array | float, Array]:
    """Return E[X_+^n] for t > 0 as unit^n bracket, from that of -X in units of sigma^n."""
    mu, sigma = law.mu, law.sigma
    if order == 0:
        return 1.0, 1.0 - below
    if order == 1:
        return 1.0, mu + sigma * below
    if order == 2:
        return 1.0, mu * mu + sigma * (sigma * (1.0 - below))
    # In the unit of the larger one no power overflows before it is multiplied by a small one.
    unit = law.ops.where(mu > sigma, mu, sigma)
    mu, sigma = mu / unit, sigma / unit
    squared, variance = mu * mu, sigma * sigma
    if order == 3:
        return unit, mu * (squared + 3.0 * variance) + sigma * variance * below
    whole = squared * (squared + 6.0 * variance)
    return unit, whole + variance * (variance * (3.0 - below))
