"""Moments of a lognormal variable below 1.

    E[e^(k X); X < 0] = phi(t) M(t + k sigma) = exp(k mu + k^2 sigma^2/2) Phi(-t - k sigma).

The first form is used where t + k sigma >= 0 and the second where it is negative; each would
overflow in the place of the other.
"""

from __future__ import annotations

from elu_sym.numeric.law import (
    Law,
    LimitLaw,
    Moment,
    NormalLaw,
    central_density,
    negative_exponential,
)
from elu_sym.numeric.mills import mills_ratio
from elu_sym.numeric.operations import Array


def lower_exponential_moment(order: int, law: Law, alpha: Array | float) -> Array:
    """Return E[(alpha e^X)^k; X < 0] for X ~ N(mu, sigma^2).

    Order 0 is P(X < 0) = Phi(-mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: k, a small whole number, not negative.
        law: The law of X.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 2 of the units defined in the package's
        documentation.

    Source:
        Completing the square; the lognormal part of the formula of Black and Scholes (1973).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_exponential_moment(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.26157829])
    """
    if isinstance(law, LimitLaw):
        if order == 0:
            return law.negative
        root, weight = negative_exponential(law.ops, law.ops.minimum(law.mu, 0.0))
        power = (((alpha * (root * root)) * weight) * (root * root)) ** order
        return law.ops.where(law.negative > 0.0, power * law.negative, 0.0)
    return exponential_moment(order, law)._replace(height=alpha).value(order)


def lower_partial_covariance(law: Law, alpha: Array | float, scale: Array | float) -> Array:
    """Return -Cov(scale X, (scale alpha (1 - e^X))_+) for X ~ N(mu, sigma^2).

    It is (scale sigma)^2 E[alpha e^X; X < 0].

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.
        scale: As alpha.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation, also where sigma^2 or the moment is no double.

    Source:
        C. Stein's identity Cov(X, g(X)) = sigma^2 E g'(X).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_partial_covariance(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0, 1.0)
    array([0.26157829])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha * scale
    scaled = scale * law.sigma
    return exponential_moment(1, law).times(alpha * scaled, scaled)


def exponential_moment(order: int, law: NormalLaw) -> Moment:
    """Return E[e^(k X); X < 0] in factors.

    Args:
        order: k, not negative.
        law: The law of X.
    """
    ops = law.ops
    if order == 0:
        positive, (root, weight) = law.t >= 0.0, law.tail
        below = ops.where(positive, weight, 1.0 - law.tail_probability)
        return Moment(1.0, ops.where(positive, root, 1.0), below)
    x = law.t + order * law.sigma
    ratio = mills_ratio(ops, abs(x))
    parts = law.choose(x >= 0.0, _over_mills_ratio, _over_exponential, order, x, ratio)
    return Moment(1.0, *parts)


def _over_mills_ratio(law: NormalLaw, order: int, x: Array, ratio: Array) -> tuple[Array, Array]:
    root, weight = law.density
    return root, weight * ratio


def _over_exponential(law: NormalLaw, order: int, x: Array, ratio: Array) -> tuple[Array, Array]:
    spread = order * law.sigma
    root, weight = negative_exponential(law.ops, order * law.mu + 0.5 * (spread * spread))
    return root, weight * (1.0 - central_density(law.ops, x) * ratio)
