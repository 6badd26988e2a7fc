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

import numpy as np

from elu_sym.numeric import lower_moments, mills
from elu_sym.numeric.exponential_moments import exponential_moment, lower_exponential_moment
from elu_sym.numeric.law import ONE_OVER_SQRT_TWO_PI, Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.lower_moments import lower_moment, lower_partial_moment
from elu_sym.numeric.moment_differences import second_exponential_quotient
from elu_sym.numeric.operations import Array
from elu_sym.numeric.upper_moments import upper_conditional_mean, upper_partial_moment
from elu_sym.numeric.variances import lower_partial_variance

_FARTHEST = 1000.0
# So that products of two of them are numbers in single precision.
_LARGE = 1e15
# The sum |mu| + sigma from which the terms of a moment stand apart.
_APART = 0.7
# The nodes and weights of Gauss and Hermite for the normal law.
_HERMITE = tuple(x.tolist() for x in np.polynomial.hermite_e.hermegauss(20))
_HERMITE = (_HERMITE[0], [w * ONE_OVER_SQRT_TWO_PI for w in _HERMITE[1]])
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


def _in_units_of(law: NormalLaw, root: Array, moment: Moment) -> Array:
    """Return the bracket of a moment of order 0 beside a root that is not much smaller."""
    beside = moment.root / law.ops.maximum(root, law.ops.unit)
    return (beside * beside) * (beside * beside) * moment.bracket


def _mixed_right(law: NormalLaw, order: int) -> Moment:
    root, weight = law.density
    unit, bracket = lower_moments.laplace_form(order - 1, law, first=1)
    return Moment(unit, root, weight * bracket)


def _mixed_left(law: NormalLaw, order: int) -> Moment:
    def expanded(law: NormalLaw) -> tuple[Array, Array]:
        # In units of the first, which is the largest.
        _, root, total, _ = exponential_moment(1, law)
        for k in range(1, order):
            bracket = _in_units_of(law, root, exponential_moment(k + 1, law))
            total = total + (-1) ** k * math.comb(order - 1, k) * bracket
        return root, total

    def difference(law: NormalLaw) -> tuple[Array, Array]:
        # e^X = 1 - (1 - e^X), which is at least 1/2 nearly everywhere.
        below, above = lower_moment(order - 1, law), lower_moment(order, law)
        return law.one, below.value(order - 1) - above.value(order)

    apart = law.sigma - law.mu >= _APART
    root, bracket = law.choose(apart, expanded, difference)
    return Moment(law.one, root, bracket)


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


def lower_exponential_moment_by_location(order: int, law: Law, alpha: Array | float) -> Array:
    """Return the slope in mu of E[(alpha e^X)^n; X < 0].

    It is n times the moment less what leaves through 0.  Where sigma is large the two are nearly
    equal, and it is -1/sigma of ``lower_weighted_moment``, by parts.

    Args:
        order: n, a small whole number, not negative.
        law: The law of X; 0 stands for the density of X at mu = sigma = 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1.0]))
    >>> lower_exponential_moment_by_location(1, law, 1.0)
    array([-0.13736399])
    """
    if isinstance(law, LimitLaw):
        return order * lower_exponential_moment(order, law, alpha)

    def wide(law: NormalLaw, alpha: Array | float) -> Array:
        return -lower_weighted_moment(order, law, alpha) / law.sigma

    def narrow(law: NormalLaw, alpha: Array | float) -> Array:
        through = alpha**order * density_at_zero(law)
        return order * lower_exponential_moment(order, law, alpha) - through

    beyond = (law.sigma >= 1.0) & (law.t + order * law.sigma >= 0.0)
    return law.choose(beyond, wide, narrow, alpha)


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
    """Return the mean over all X of what ``lower_remainder`` has below 0, for small mu and sigma."""
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
        density = _in_units_of(law, moment.root, Moment(law.one, *law.density))
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
    >>> root_gradient(law, lambda law: law.one + 1.0, None, lambda law: (4.0 * law.one,))
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
    by_location, by_scale, *others = halved(NormalLaw(law.ops, zero, zero + law.ops.unit**0.5))
    kink = law.mu == 0.0
    return (
        where(kink, by_location, nothing),
        where(kink, by_scale, abs(slope(law, *parameters))),
        *(where(kink, nothing, each) for each in halved(law)[2:]),
    )
