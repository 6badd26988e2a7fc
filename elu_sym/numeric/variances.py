"""Variances of the two parts of ELU, each a sum that loses at most a few units.

Neither is a difference of two large numbers where it is evaluated:

    Var X_+ = sigma^2 (P_2 - P_1^2)                                     t < 0
            = sigma^2 (1 - 2 q) + Var (-X)_+                            t >= 0

with q = Phi(-t).  By Cauchy and Schwarz P_1^2 <= (1 - q) P_2, so the first loses at most a factor 3
where t <= 0; the second, from X_+ = X + (-X)_+ and Cov(X, (-X)_+) = -q sigma^2, is at least 0.34
where its terms are at most 1.5.

For Y = (1 - e^X)_+ there are three forms:

- ``moments``   N_2 - N_1^2, which loses at most a factor (1 + p)/(1 - q) by the same inequality;
- ``parity``    Var(1 - e^X) - C_2 - 2 a C_1 - C_1^2, with a = E[1 - e^X] and
  C_n = E[(e^X - 1)_+^n], for t below -1/2 and small sigma: Y = (1 - e^X) + (e^X - 1)_+, whose
  product is -(e^X - 1)_+^2;
- ``capped``    Var e^min(X, 0) = E_2 + Phi(t) - (E_1 + Phi(t))^2, E_k = E[e^(k X); X < 0], for t
  below -1/2 and large sigma, where the lognormal law is so wide that its squared mean is a small
  part of its second moment.

A standard deviation of 1e-200 is an ordinary number, its square is not; so each part has a
deviation too, whose root is taken before its factors meet (``law.Moment``).  With a and b those of
the two parts and c = ``partial_mean_root``, the deviation of ELU is hypot(hypot(a, b), sqrt(2) c).
"""

from __future__ import annotations

from elu_sym.numeric.exponential_moments import exponential_moment
from elu_sym.numeric.law import ONE_OVER_SQRT_TWO_PI, Law, LimitLaw, Moment, NormalLaw, normal_below
from elu_sym.numeric.lower_moments import call_moments, lower_moment, mean_exponential_growth
from elu_sym.numeric.mills import mills_ratio, within_reach
from elu_sym.numeric.operations import Array, Operations
from elu_sym.numeric.upper_moments import upper_moment

# Where the forms of the lower variance meet: the least error of the three, measured against Arb.
_LEFT = -0.5
_FAR_LEFT = -1.0
# Beyond this |t|, E[(e^X - 1)_+^n] is below 2^-60 of what it corrects.
_NEGLIGIBLE_TAIL = -10.5


def upper_partial_variance(law: Law) -> Array:
    """Return Var(X_+) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X; the limits are sigma^2 at mu = inf, else 0.

    Returns:
        Array of the shape of the law, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        The moments of the rectified normal law; the form for t >= 0 is derived in the module's
        documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_partial_variance(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])))
    array([0.34084506])
    """
    if isinstance(law, LimitLaw):
        return law.ops.where(law.mu > 0.0, law.sigma * law.sigma, 0.0)
    return upper_variance_moment(law).value(2)


def upper_partial_deviation(law: Law) -> Array:
    """Return the standard deviation of X_+, the root of ``upper_partial_variance``.

    Args:
        law: The law of X; the limits are sigma at mu = inf, else 0.

    Returns:
        Array of the shape of the law, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> upper_partial_deviation(NormalLaw(NUMPY, np.array([0.0]), np.array([1e-200])))
    array([5.8381937e-201])
    """
    if isinstance(law, LimitLaw):
        return law.ops.where(law.mu > 0.0, law.sigma, 0.0)
    return upper_variance_moment(law).deviation(law.ops)


def lower_partial_variance(law: Law, alpha: Array | float) -> Array:
    """Return Var((alpha (1 - e^X))_+) for X ~ N(mu, sigma^2).

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 5 of the units defined in the package's
        documentation.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_partial_variance(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.08810051])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha
    return lower_variance_moment(law)._replace(height=alpha).value(2)


def lower_partial_deviation(law: Law, alpha: Array | float) -> Array:
    """Return the standard deviation of (alpha (1 - e^X))_+, the root of its variance.

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_partial_deviation(NormalLaw(NUMPY, np.array([0.0]), np.array([1e-200])), 1.0)
    array([5.8381937e-201])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha
    return lower_variance_moment(law)._replace(height=alpha).deviation(law.ops)


def partial_mean_product(law: Law, alpha: Array | float, scale: Array | float) -> Array:
    """Return E[(scale X)_+] E[(scale alpha (1 - e^X))_+] for X ~ N(mu, sigma^2).

    It is minus the covariance of the two parts of SELU, which are never positive together.

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.
        scale: As alpha.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        The product of two partial moments, whose factors meet in an order that loses nothing.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> partial_mean_product(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0, 1.0)
    array([0.0951165])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha * scale
    return _product(*_means(law, alpha, scale))


def partial_mean_root(law: Law, alpha: Array | float, scale: Array | float) -> Array:
    """Return the root of ``partial_mean_product``.

    Args:
        law: The law of X; all limits are 0.
        alpha: Array that broadcasts with it, or a number, positive and finite.
        scale: As alpha.

    Returns:
        Array of the broadcast shape, not negative.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> partial_mean_root(NormalLaw(NUMPY, np.array([0.0]), np.array([1e-200])), 1.0, 1.0)
    array([3.9894228e-201])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * alpha * scale
    return _root_of_product(law.ops, *_means(law, alpha, scale))


def _means(law: NormalLaw, alpha: Array | float, scale: Array | float) -> tuple[Moment, Moment]:
    """Return E[(scale X)_+] and E[(scale alpha (1 - e^X))_+] in factors."""
    law.highest = 2  # of the variances to which their product is added
    lower = lower_moment(1, law)._replace(height=scale * alpha)
    return upper_moment(1, law)._replace(height=scale), lower


def opposite_mean_product(law: Law, slope: Array | float) -> Array:
    """Return E[X_+] E[(-slope X)_+] for X ~ N(mu, sigma^2).

    It is minus the covariance of the two parts of leaky ReLU, which are never positive together.

    Args:
        law: The law of X; all limits are 0.
        slope: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        The product of two partial moments, whose factors meet in an order that loses nothing.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> opposite_mean_product(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.15915494])
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * slope
    return _product(upper_moment(1, law), _below(law, slope))


def opposite_mean_root(law: Law, slope: Array | float) -> Array:
    """Return the root of ``opposite_mean_product``.

    Args:
        law: The law of X; all limits are 0.
        slope: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.
    """
    if isinstance(law, LimitLaw):
        return 0.0 * law.negative * slope
    return _root_of_product(law.ops, upper_moment(1, law), _below(law, slope))


def _below(law: NormalLaw, slope: Array | float) -> Moment:
    """Return E[(-slope X)_+] in factors."""
    return upper_moment(1, law.reflected())._replace(height=slope)


def _product(first: Moment, second: Moment) -> Array:
    """Return the product of two moments of order 1.

    The density, which one of them has, is divided between the two; so neither leaves the double
    range where the product does not.
    """
    first_unit, second_unit = _units(first, second)
    return (first.bracket * first_unit) * (second.bracket * second_unit)


def _root_of_product(ops: Operations, first: Moment, second: Moment) -> Array:
    first_unit, second_unit = _units(first, second)
    brackets = ops.sqrt(first.bracket) * ops.sqrt(second.bracket)
    return (brackets * ops.sqrt(first_unit)) * ops.sqrt(second_unit)


def _units(first: Moment, second: Moment) -> tuple[Array, Array]:
    root = first.root * second.root
    first_unit, second_unit = (
        ((each.height * root) * each.unit) * root for each in (first, second)
    )
    return first_unit, second_unit


def upper_variance_moment(law: NormalLaw) -> Moment:
    """Return the variance of X_+ by its factors."""
    mills, first, second = law.integrals(2)
    root, weight = law.density
    censored = second - law.density_value * (first * first)
    right = law.t >= 0.0
    bracket = law.ops.where(
        right, 1.0 + law.density_value * (censored - 2.0 * mills), weight * censored
    )
    return Moment(law.sigma, law.ops.where(right, 1.0, root), bracket)


def lower_variance_moment(law: NormalLaw) -> Moment:
    """Return the variance of (1 - e^X)_+ by its factors."""
    law.highest = 2

    def left(law: NormalLaw) -> Moment:
        far = law.t < _FAR_LEFT
        capped = law.sigma >= law.ops.where(far, 0.7, 0.9)
        return Moment(*law.choose(capped, _capped, narrow))

    def narrow(law: NormalLaw) -> Moment:
        parity = law.sigma < law.ops.where(law.t < _FAR_LEFT, 0.7, 0.5)
        return Moment(*law.choose(parity, _parity, _moments))

    return Moment(*law.choose(law.t < _LEFT, left, _moments))


def _moments(law: NormalLaw) -> Moment:
    root, weight = law.density
    close = within_reach(law.ops, law.t, law.t + 2.0 * law.sigma)
    unit, first, second = law.choose(close, _quotients, _differences)
    return Moment(unit, root, weight * (second - law.density_value * (first * first)))


def _quotients(law: NormalLaw) -> tuple[Array, Array, Array]:
    """Return L_1 and L_2 in units of sigma and sigma^2, and sigma."""
    _, first, second = law.differences(2)
    return law.sigma, first, second


def _differences(law: NormalLaw) -> tuple[Array, Array, Array]:
    """Return L_1 and L_2, after 1."""
    ratios = [mills_ratio(law.ops, x) for x in law.steps(0, 2)]
    first = ratios[0] - ratios[1]
    return 1.0, first, first - (ratios[1] - ratios[2])


def _parity(law: NormalLaw) -> Moment:
    exponent = law.mu + 0.5 * (law.sigma * law.sigma)
    return Moment(*law.choose(law.t > _NEGLIGIBLE_TAIL, _parity_near, _parity_far, exponent))


def _parity_near(law: NormalLaw, exponent: Array) -> Moment:
    growth = mean_exponential_growth(law.ops, law.sigma * law.sigma)
    whole = law.ops.exp(2.0 * exponent) * growth
    first, second = call_moments(law)
    mean = -law.ops.expm1(exponent) / law.sigma
    return Moment(law.sigma, 1.0, whole - (second + first * (2.0 * mean + first)))


def _parity_far(law: NormalLaw, exponent: Array) -> Moment:
    growth = mean_exponential_growth(law.ops, law.sigma * law.sigma)
    return Moment(law.sigma, law.ops.exp(0.5 * exponent), growth)


def _capped(law: NormalLaw) -> Moment:
    largest = 2.0 * law.mu + 2.0 * (law.sigma * law.sigma)
    largest = law.ops.where(law.t + 2.0 * law.sigma < 0.0, largest, -0.5 * (law.t * law.t))
    largest = law.ops.maximum(largest, -1e300)  # not infinite; the variance is zero long before
    deep = largest < law.ops.least
    return Moment(*law.choose(deep, _capped_deep, _capped_ordinary, largest))


def _capped_ordinary(law: NormalLaw, largest: Array) -> Moment:
    above = law.tail_probability
    mean = exponential_moment(1, law).value(1) + above
    second = exponential_moment(2, law).value(2) + above
    return Moment(1.0, 1.0, second - mean * mean)


def _capped_deep(law: NormalLaw, largest: Array) -> Moment:
    """Return the same where E_2 may be no double, all terms in units of e^largest.

    There |mu| is so large that errors of an exponent are those of mu.
    """
    ops, t, sigma = law.ops, law.t, law.sigma

    def part(k: int, unit: Array) -> Array:
        x = t + k * sigma
        right = density(unit) * mills_ratio(ops, ops.maximum(x, 0.0))
        exponent = k * law.mu + 0.5 * ((k * sigma) * (k * sigma)) - unit
        left = ops.exp(ops.minimum(exponent, 0.0)) * normal_below(ops, ops.maximum(-x, 0.0))
        return ops.where(x < 0.0, left, right)

    def density(unit: Array) -> Array:
        # Not above 0 but for the rounding of huge numbers.
        return ONE_OVER_SQRT_TWO_PI * ops.exp(ops.minimum(-0.5 * (t * t) - unit, 0.0))

    ratio = mills_ratio(ops, -t)
    mean = part(1, 0.5 * largest) + density(0.5 * largest) * ratio
    second = part(2, largest) + density(largest) * ratio
    return Moment(1.0, ops.exp(0.25 * largest), second - mean * mean)
