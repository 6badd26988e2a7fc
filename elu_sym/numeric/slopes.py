"""Quantities that occur in derivatives only.

The derivative of a partial moment is a partial moment of a lower order, a density at the joint, or
one of the few quantities here.  They come down to divided differences of the Mills ratio like all
others.  Where sigma = 0 or mu is infinite they are the limits, with one exception: at
mu = sigma = 0, where P(X > 0) jumps, the density of X is infinite, and 0 stands for it, so that the
derivative of what jumps there is that of the rest.

Of the conditional means, with x = |t| and r(x) = I_1(x)/M(x),

    dE[X | X > 0]/dmu    = I_2/M - r^2                                             t < 0,
    dE[X | X > 0]/dsigma = (r^2 + the same)/M                                      t < 0,

and where the points t and t + sigma of r would cancel, with the divided differences of M at them,

    (r(t) - r(t + sigma))/sigma = D_2/M + D_2'/M' - D_1^2/(M M').
"""

from __future__ import annotations

import math
from collections.abc import Callable

from elu_sym.numeric import lower_moments, mills
from elu_sym.numeric.exponential_moments import exponential_moment, lower_exponential_moment
from elu_sym.numeric.law import ONE_OVER_SQRT_TWO_PI, Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.lower_moments import lower_moment, lower_partial_moment
from elu_sym.numeric.operations import Array
from elu_sym.numeric.upper_moments import upper_conditional_mean, upper_partial_moment
from elu_sym.numeric.variances import lower_partial_variance

_FARTHEST = 1000.0
# So that products of two of them are numbers in single precision.
_LARGE = 1e15
# The sum |mu| + sigma from which the terms of a moment stand apart.
_APART = 0.7
# Where the covariance of the lower part and its slope goes from one form to the other.
_COVARIANCE_EDGE = -0.5


def finite(law: Law, x: Array) -> Array:
    """Return x, and a large number in place of an infinite x: a factor of what vanishes there."""
    if isinstance(law, LimitLaw):
        return law.ops.maximum(law.ops.minimum(x, _LARGE), -_LARGE)
    return x


def standard_density(law: Law) -> Array:
    """Return phi(mu/sigma), at mu = sigma = 0 the limit for sigma to 0.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> standard_density(NormalLaw(NUMPY, np.array([0.0]), np.array([2.0])))
    array([0.39894228])
    """
    if isinstance(law, LimitLaw):
        return law.ops.where(law.mu == 0.0, ONE_OVER_SQRT_TWO_PI, 0.0 * law.negative)
    return law.density_value


def density_at_zero(law: Law) -> Array:
    """Return phi(mu/sigma)/sigma, the density of X at 0; 0 stands for it at mu = sigma = 0.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> density_at_zero(NormalLaw(NUMPY, np.array([0.0]), np.array([2.0])))
    array([0.19947114])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative
    root, weight = law.density
    return (((root * root) * weight) / law.sigma) * (root * root)


def probability_by_scale(law: Law) -> Array:
    """Return dP(X > 0)/dsigma = -t phi(t)/sigma.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> probability_by_scale(NormalLaw(NUMPY, np.array([1.0]), np.array([1.0])))
    array([-0.24197072])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative
    t = law.ops.maximum(law.ops.minimum(law.t, _FARTHEST), -_FARTHEST)
    return -t * density_at_zero(law)


def lower_mixed_moment(order: int, law: Law, alpha: Array | float) -> Array:
    """Return alpha^n E[e^X (1 - e^X)^(n - 1); X < 0], minus 1/n of the slope of a partial moment.

    Args:
        order: n, from 2 to 4.
        law: The law of X.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Source:
        The forms of ``lower_moments`` with every point of the Mills ratio one step further.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_mixed_moment(2, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.09347629])
    """
    ops = law.ops
    if isinstance(law, LimitLaw):
        location = ops.minimum(law.mu, 0.0)
        return (alpha * ops.exp(location)) * (alpha * abs(ops.expm1(location))) ** (order - 1)
    moment = Moment(*law.choose(law.t >= lower_moments.LEFT_EDGE, _mixed_right, _mixed_left, order))
    bracket = alpha * moment.bracket
    return Moment(alpha * moment.unit, moment.root, bracket).value(order - 1)


def _mixed_right(law: NormalLaw, order: int) -> Moment:
    root, weight = law.density
    unit, bracket = lower_moments.laplace_form(order - 1, law, first=1)
    return Moment(unit, root, weight * bracket)


def _mixed_left(law: NormalLaw, order: int) -> Moment:
    def expanded(law: NormalLaw) -> tuple[Array, Array]:
        # In units of the first, which is the largest.
        _, root, total, _ = exponential_moment(1, law)
        for k in range(1, order):
            bracket = exponential_moment(k + 1, law).beside(law.ops, root)
            total = total + (-1) ** k * math.comb(order - 1, k) * bracket
        return root, total

    def difference(law: NormalLaw) -> tuple[Array, Array]:
        # e^X = 1 - (1 - e^X), which is at least 1/2 nearly everywhere.
        below, above = lower_moment(order - 1, law), lower_moment(order, law)
        return 1.0, below.value(order - 1) - above.value(order)

    apart = law.sigma - law.mu >= _APART
    root, bracket = law.choose(apart, expanded, difference)
    return Moment(1.0, root, bracket)


def lower_weighted_moment(order: int, law: Law, alpha: Array | float) -> Array:
    """Return -E[Z (alpha e^X)^n; X < 0], Z = (X - mu)/sigma.

    It is alpha^n phi(t) (I_1(x) + t M(x)) with x = t + n sigma, for x >= 0.

    Args:
        order: n, a small whole number, not negative.
        law: The law of X.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_weighted_moment(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.13736399])
    """
    if isinstance(law, LimitLaw):
        return alpha**order * standard_density(law)

    def right(law: NormalLaw) -> Array:
        ratio, first = mills.mills_derivatives(law.ops, 1, law.t + order * law.sigma)
        # In the tail t M overflows where the density is nothing, but not t phi.
        t = law.ops.minimum(law.t, _FARTHEST)
        return law.density_value * first + (t * law.density_value) * ratio

    def left(law: NormalLaw) -> Array:
        moment = exponential_moment(order, law).value(order)
        return law.density_value - order * law.sigma * moment

    beyond = law.t + order * law.sigma >= 0.0
    return alpha**order * law.choose(beyond, right, left)


def slope_by_location(order: int, law: Law, below: Array | float, above: Array | float) -> Array:
    """Return the slope in mu of E f'(X)^n, for f' = above for x > 0, below e^x for x < 0.

    It is n E[f'(X)^n; X < 0] and what goes through 0.  Where sigma is large the two are nearly
    opposite, and the first is by parts what leaves below, less ``lower_weighted_moment``/sigma.

    Args:
        order: n, 1 or 2.
        law: The law of X; 0 stands for the density of X at mu = sigma = 0.
        below: Array that broadcasts with it, or a number, positive and finite.
        above: As below, or 0.

    Returns:
        Array of the broadcast shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-9]))
    >>> slope_by_location(1, law, 1.0, 1.0)
    array([0.5])
    """
    if isinstance(law, LimitLaw):
        return order * lower_exponential_moment(order, law, below)

    def wide(law: NormalLaw, below: Array | float, above: Array | float) -> Array:
        leaving = lower_weighted_moment(order, law, below) / law.sigma
        return above**order * density_at_zero(law) - leaving

    def narrow(law: NormalLaw, below: Array | float, above: Array | float) -> Array:
        through = (above**order - below**order) * density_at_zero(law)
        return order * lower_exponential_moment(order, law, below) + through

    beyond = (law.sigma >= 1.0) & (law.t + order * law.sigma >= 0.0)
    return law.choose(beyond, wide, narrow, below, above)


def partial_mean_by_scale(law: Law, below: Array | float, above: Array | float) -> Array:
    """Return the slope in sigma of E f(X), f' = above for x > 0, below e^x for x < 0, f(0) = 0.

    By the heat equation it is sigma times ``slope_by_location`` of f'.

    Args:
        law: The law of X.
        below: Array that broadcasts with it, or a number, positive and finite.
        above: As below.

    Returns:
        Array of the broadcast shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-30]))
    >>> partial_mean_by_scale(law, 1.0, 1.0)
    array([5.e-31])
    """
    if isinstance(law, LimitLaw):
        return (above - below) * standard_density(law)
    return law.sigma * slope_by_location(1, law, below, above)


def lower_slope_covariance(law: Law, alpha: Array | float) -> Array:
    """Return Cov((alpha (1 - e^X))_+, alpha e^X [X < 0]).

    For t >= -1/2 it is E[L e^X; X < 0] - E[L] E_1, with E_k = E[e^(k X); X < 0] and alpha = 1.
    To the left the difference cancels.  There it is E_1 (P(X > 0) + E_1) - E_2 for large sigma; for
    small sigma, with e^X [X < 0] = [X < 0] - L, it is E[L] P(X > 0) - Var L, of the order of
    sigma^2 as it is.

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_slope_covariance(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.03111035])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha

    def right(law: NormalLaw, alpha: Array) -> Array:
        product = lower_partial_moment(1, law, alpha) * lower_exponential_moment(1, law, alpha)
        return lower_mixed_moment(2, law, alpha) - product

    def left(law: NormalLaw, alpha: Array) -> Array:
        return law.choose(law.sigma >= _APART, wide, narrow, alpha)

    def wide(law: NormalLaw, alpha: Array) -> Array:
        first = lower_exponential_moment(1, law, alpha)
        above = alpha * upper_partial_moment(0, law) + first
        return first * above - lower_exponential_moment(2, law, alpha)

    def narrow(law: NormalLaw, alpha: Array) -> Array:
        through = alpha * lower_partial_moment(1, law, alpha) * upper_partial_moment(0, law)
        return through - lower_partial_variance(law, alpha)

    return law.choose(law.t >= _COVARIANCE_EDGE, right, left, alpha)


def _standard_conditional_variance(law: NormalLaw) -> Array:
    """Return Var(X | X > 0)/sigma^2."""

    def above(law: NormalLaw) -> Array:
        ratio = law.density_value / (1.0 - law.tail_probability)
        t = law.ops.minimum(law.t, _FARTHEST)
        return 1.0 - ratio * (t + ratio)

    def below(law: NormalLaw) -> Array:
        first = mills.relative_difference(law.ops, [-law.t, -law.t])
        return mills.relative_difference(law.ops, [-law.t, -law.t, -law.t]) - first * first

    _ = law.tail_probability  # before the law is divided, since most of it is needed
    return law.choose(law.t >= 0.0, above, below)


def upper_conditional_mean_by_location(law: Law) -> Array:
    """Return dE[X | X > 0]/dmu = Var(X | X > 0)/sigma^2.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_conditional_mean_by_location(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.36338023])
    """
    if isinstance(law, LimitLaw):
        at_zero = 1.0 - 2.0 / math.pi
        return law.ops.where(law.mu == 0.0, at_zero, law.positive)
    return _standard_conditional_variance(law)


def upper_conditional_mean_by_scale(law: Law) -> Array:
    """Return dE[X | X > 0]/dsigma = E[X^2 | X > 0] phi(t)/(Phi(t) sigma^2).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_conditional_mean_by_scale(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.79788456])
    """
    if isinstance(law, LimitLaw):
        return 2.0 * standard_density(law)
    ratio = law.density_value / (1.0 - law.tail_probability)  # phi(t)/Phi(t)
    ratio = law.ops.where(law.t <= 0.0, 1.0 / law.integrals(0)[0], ratio)
    mean = upper_conditional_mean(law) / law.sigma
    # Far away the variance is 1/t^2, which may be no number, and the ratio |t|.
    far = law.t < -1.0 / law.ops.unit
    spread = law.ops.where(far, mean, ratio * _standard_conditional_variance(law))
    return spread + (ratio * mean) * mean


def _lower_conditional_slopes(law: NormalLaw) -> tuple[Array, Array]:
    """Return -d/dmu and d/dsigma of E[1 - e^X | X < 0]."""

    def left(law: NormalLaw) -> tuple[Array, Array]:
        probability = 1.0 - law.tail_probability
        mean = lower_partial_moment(1, law, 1.0) / probability
        first, weighted = exponential_moment(1, law).value(1), lower_weighted_moment(1, law, 1.0)
        by_scale = (weighted + mean * probability_by_scale(law)) / probability
        return (first - mean * density_at_zero(law)) / probability, by_scale

    def right(law: NormalLaw) -> tuple[Array, Array]:
        ops, t, sigma = law.ops, law.t, law.sigma
        beyond = t + sigma
        slope, ratio = law.choose(mills.within_reach(ops, t, beyond), close, apart)
        first = ratio * mills.relative_difference(ops, [beyond, beyond])
        # Far away the slope is 1/t^2, which may be no number, and the other term 1/t.
        return slope, first + ops.where(t > 1.0 / ops.unit, first, t * slope)

    def close(law: NormalLaw) -> tuple[Array, Array]:
        x, y = law.t, law.t + law.sigma
        first = mills.relative_difference(law.ops, [x, y])
        ratio = 1.0 - law.sigma * first  # M(y)/M(x)
        curved = ratio * mills.relative_difference(law.ops, [x, x, y])
        second = 0.5 * (curved + mills.relative_difference(law.ops, [x, y, y]))
        return second - first * first, ratio

    def apart(law: NormalLaw) -> tuple[Array, Array]:
        x, y = law.t, law.t + law.sigma
        ratio = mills.mills_ratio(law.ops, y) / mills.mills_ratio(law.ops, x)
        first, second = (mills.relative_difference(law.ops, [place, place]) for place in (x, y))
        return ratio * ((first - second) / law.sigma), ratio

    _ = law.tail_probability  # before the law is divided, since most of it is needed
    by_location, by_scale = law.choose(law.t >= lower_moments.LEFT_EDGE, right, left)
    return by_location, by_scale


def lower_conditional_mean_by_location(law: Law, alpha: Array | float) -> Array:
    """Return dE[alpha (1 - e^X) | X < 0]/dmu, which is not positive.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> lower_conditional_mean_by_location(law, 1.0)
    array([-0.14269058])
    """
    if isinstance(law, LimitLaw):
        ops = law.ops
        inside = ops.where(law.mu < 0.0, ops.exp(ops.minimum(law.mu, 0.0)), 0.0 * law.negative)
        return -alpha * ops.where(law.mu == 0.0, 1.0 - 2.0 / math.pi, inside)
    return -alpha * _lower_conditional_slopes(law)[0]


def lower_conditional_mean_by_scale(law: Law, alpha: Array | float) -> Array:
    """Return dE[alpha (1 - e^X) | X < 0]/dsigma.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> lower_conditional_mean_by_scale(law, 1.0)
    array([0.27472798])
    """
    if isinstance(law, LimitLaw):
        return 2.0 * alpha * standard_density(law)
    return alpha * _lower_conditional_slopes(law)[1]


def root_gradient(
    law: Law,
    root: Callable[..., Array],
    slope: Callable[..., Array],
    gradient: Callable[..., tuple[Array, ...]],
    *parameters: Array,
) -> tuple[Array, ...]:
    """Return the gradient of the root of a variance.

    Args:
        law: The law of X.
        root: The standard deviation, a function of the law and of the parameters as the others.
        slope: The mean of the slope of the activation.
        gradient: That of the variance.
        *parameters: Those of the activation.

    Returns:
        The derivatives in the same order.  Where sigma = 0 the deviation is sigma times the size of
        ``slope``, and at mu = 0 sigma times that of two straight lines, which a tiny sigma shows;
        where it is 0 because it is no number any more, so are they.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> root_gradient(law, lambda law: law.mu + 2.0, None, lambda law: (law.mu + 4.0,))
    (array([1.]),)
    """
    where = law.ops.where

    def halved(law: Law) -> tuple[Array, ...]:
        deviation = root(law, *parameters)
        double = 2.0 * where(deviation > 0.0, deviation, 1.0)
        return tuple(
            where(deviation > 0.0, each / double, 0.0 * deviation)
            for each in gradient(law, *parameters)
        )

    if isinstance(law, NormalLaw):
        return halved(law)
    nothing = 0.0 * law.negative
    zero = nothing * law.sigma
    tiny = NormalLaw(law.ops, zero, zero + law.ops.unit**0.5)
    by_location, by_scale = halved(tiny)[:2]
    kink = law.mu == 0.0
    return (
        where(kink, by_location, nothing),
        where(kink, by_scale, abs(slope(law, *parameters))),
        *(where(kink, nothing, each) for each in halved(law)[2:]),
    )
