"""The difference of the means of the two parts, where it is more than a difference.

The mean of ELU is E[X_+] - E[(alpha (1 - e^X))_+].  With alpha free this loses nothing that the
problem does not: alpha dE/dalpha is as large as the part subtracted.  But where mu and sigma are
small both parts are nearly linear, and at alpha = 1 nothing is left of the digits.  For CELU,

    g(x) = x for x >= 0, alpha (e^(x/alpha) - 1) for x < 0   (Barron, arXiv:1704.07483),

which is smooth, that is so for every alpha.  There, with Y = X/alpha ~ N(m, s^2),

    E g = mu + alpha E[e^Y - 1 - Y; Y < 0],

whose second term is positive.  For t = m/s >= -2 it is s^2 phi(t) times the divided difference of
the Mills ratio at t, t and t + s; for t < -2 it is E[e^Y - 1 - Y] = (e^y - 1 - y) + s^2/2,
y = m + s^2/2, less the same at -t - s, -t and -t.
"""

from __future__ import annotations

from elu_sym.numeric.law import Law, LimitLaw, NormalLaw
from elu_sym.numeric.lower_moments import LEFT_EDGE, lower_partial_moment
from elu_sym.numeric.mills import divided_difference
from elu_sym.numeric.operations import Array, Operations
from elu_sym.numeric.upper_moments import upper_partial_moment

# The sum |m| + s below which the two parts are nearly linear, found by measurement against Arb.
_LINEAR_EDGE = 1.0
# The same for ELU with alpha near 1, where the plain difference has no more error than alpha itself
# accounts for, but digits are lost and may all be lost; and how near.
_TINY_EDGE = 0.125
_NEAR_ONE = 0.5


def partial_mean_difference(law: Law, alpha: Array) -> Array:
    """Return E[X_+] - E[(alpha (1 - e^X))_+] for X ~ N(mu, sigma^2), the mean of ELU.

    Args:
        law: The law of X; the limits are f(mu) where sigma = 0, and inf or -alpha.
        alpha: Array of its shape, positive and finite.

    Returns:
        Array of the same shape, not below -alpha.

    Accuracy:
        The largest error found by search against Arb is 4 of the units defined in the package's
        documentation; it is zero only where the true value is no normal number.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-30]))
    >>> partial_mean_difference(law, np.array([1.0]))  # sigma^2/4
    array([2.5e-61])
    """
    if isinstance(law, LimitLaw):
        return _difference(law, alpha)
    tiny = (abs(law.mu) + law.sigma < _TINY_EDGE) & (abs(alpha - 1.0) < _NEAR_ONE)
    return law.choose(tiny, _smooth_and_rest, _difference, alpha)


def _difference(law: Law, alpha: Array) -> Array:
    # The lower part first: it divides the law, which is cheap while little is known of it.
    lower = lower_partial_moment(1, law, alpha)
    return upper_partial_moment(1, law) - lower


def _smooth_and_rest(law: NormalLaw, alpha: Array) -> Array:
    """Return the mean at alpha = 1 and what another alpha adds."""
    return _nearly_linear(law, law) - (alpha - 1.0) * lower_partial_moment(1, law, 1.0)


def smooth_mean(law: Law, alpha: Array) -> Array:
    """Return E[X_+] - E[(alpha (1 - e^(X/alpha)))_+] for X ~ N(mu, sigma^2).

    Args:
        law: The law of X; the limits are g(mu) where sigma = 0, and inf or -alpha.
        alpha: Array of its shape, positive and finite.

    Returns:
        Array of the same shape, not below -alpha.

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-3]))
    >>> smooth_mean(law, np.array([2.0]))
    array([1.24966763e-07])
    """
    ops, mu = law.ops, law.mu
    if isinstance(law, LimitLaw):
        below = alpha * ops.expm1(ops.minimum(mu / alpha, 0.0))
        return ops.where(mu > 0.0, mu, below)
    unit = law.divided(alpha)  # with its density
    linear = abs(unit.mu) + unit.sigma < _LINEAR_EDGE
    return ops.choose(
        linear, lambda law, unit, _: _nearly_linear(law, unit), _curved, law, unit, alpha
    )


def _curved(law: NormalLaw, unit: NormalLaw, alpha: Array) -> Array:
    return upper_partial_moment(1, law) - lower_partial_moment(1, unit, alpha)


def _nearly_linear(law: NormalLaw, unit: NormalLaw) -> Array:
    return law.mu + law.choose(law.t >= LEFT_EDGE, _right, _left, unit)


def _right(law: NormalLaw, unit: NormalLaw) -> Array:
    """Return alpha E[e^Y - 1 - Y; Y < 0] from the integral over Y < 0."""
    t = law.t
    excess = 0.5 * divided_difference(law.ops, [t, t, t + unit.sigma])
    root, weight = law.density
    # alpha s^2 = s sigma
    return ((unit.sigma * (root * root)) * (weight * excess)) * (law.sigma * (root * root))


def _left(law: NormalLaw, unit: NormalLaw) -> Array:
    """Return alpha E[e^Y - 1 - Y; Y < 0] as a difference of the integrals over all Y and Y > 0."""
    t, s = law.t, unit.sigma
    y = unit.mu + 0.5 * (s * s)
    # alpha (e^y - 1 - y) from the two factors y and alpha y, neither of which is squared alone.
    curved = (y * second_exponential_quotient(law.ops, y)) * (law.mu + 0.5 * (s * law.sigma))
    above = 0.5 * divided_difference(law.ops, [-t - s, -t, -t])
    return curved + (s * (0.5 - law.density_value * above)) * law.sigma


def second_exponential_quotient(ops: Operations, z: Array) -> Array:
    """Return (e^z - 1 - z)/z^2, which is 1/2 at 0, for z from -1 to 1 by its Taylor series.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> second_exponential_quotient(NUMPY, np.array([0.0, 1.0]))
    array([0.5       , 0.71828183])
    """
    series = 0.0 * z + 1.0
    for k in range(19, 2, -1):
        series = 1.0 + z * (1.0 / k) * series
    return 0.5 * series
