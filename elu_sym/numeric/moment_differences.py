"""The difference of odd moments of the two parts, where it is more than a difference.

The mean of ELU is E[X_+] - E[(alpha (1 - e^X))_+].  With alpha free this loses nothing that the
problem does not: alpha dE/dalpha is as large as the part subtracted.  But where mu and sigma are
small both parts are nearly linear, and at alpha = 1 nothing is left of the digits.  For CELU,

    g(x) = x for x >= 0, alpha (e^(x/alpha) - 1) for x < 0   (Barron, arXiv:1704.07483),

which is smooth, that is so for every alpha, and of the third moment as of the mean.  There, with
Y = X/alpha ~ N(m, s^2),

    E g   = mu    + alpha   E[e^Y - 1 - Y; Y < 0],
    E g^3 = E X^3 + alpha^3 E[(e^Y - 1)^3 - Y^3; Y < 0],

whose second terms are positive.  For t = m/s >= -2 they are sigma s phi(t) D[t, t, t + s]/2 and

    sigma^3 s phi(t) (D[t, t, t, t, t + s] + 2 D[t, t, t, t + s, t + 2s]
                      + 3 D[t, t, t + s, t + 2s, t + 3s])/4,

D the divided differences of the Mills ratio, n! (-1)^n M[...]: what is left of that at t, t + s,
... when the same at t alone is taken away, point by point.  For t < -2 the mean of e^Y - 1 - Y is
(e^y - 1 - y) + s^2/2, y = m + s^2/2, less the same at -t - s, -t and -t; the third moment is that
of the lower part nearly alone.

Of leaky ReLU, f(x) = x for x >= 0, c x for x < 0, the parts cancel where c is near 1; for odd n

    f(x)^n = x^n + (1 - c^n) (-x)_+^n = c^n x^n + (1 - c^n) x_+^n.
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


def partial_moment_difference(
    order: int, law: Law, alpha: Array, scale: Array | float = 1
) -> Array:
    """Return E[(scale X)_+^n] - E[(scale alpha (1 - e^X))_+^n], the moment of ELU or SELU.

    Args:
        order: n, 1 or 3.
        law: The law of X; the limits are f(mu)^n where sigma = 0, and inf or -(scale alpha)^n.
        alpha: Array of its shape, positive and finite.
        scale: Array of its shape, positive and finite, or the number 1.

    Returns:
        Array of the same shape, not below -(scale alpha)^n.

    Accuracy:
        The largest error found by search against Arb is 4 of the units defined in the package's
        documentation.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-30]))
    >>> partial_moment_difference(1, law, np.array([1.0]))  # sigma^2/4
    array([2.5e-61])
    """
    if isinstance(law, LimitLaw):
        return _difference(law, alpha, scale, order)
    tiny = (abs(law.mu) + law.sigma < _TINY_EDGE) & (abs(alpha - 1.0) < _NEAR_ONE)
    if order == 3:
        tiny = tiny & (law.t >= LEFT_EDGE)
    return law.choose(tiny, _smooth_and_rest, _difference, alpha, scale, order)


def _difference(law: Law, alpha: Array, scale: Array | float, order: int) -> Array:
    # The lower part first: it divides the law, which is cheap while little is known of it.
    lower = lower_partial_moment(order, law, scale * alpha)
    return upper_partial_moment(order, law.scaled(scale)) - lower


def _smooth_and_rest(law: NormalLaw, alpha: Array, scale: Array | float, order: int) -> Array:
    """Return the moment at alpha = 1 and what another alpha adds."""
    rest = alpha - 1.0
    if order == 3:
        rest = rest * (alpha * alpha + alpha + 1.0)
    smooth = _nearly_linear(law.scaled(scale), law, law.sigma, order)
    return smooth - rest * lower_partial_moment(order, law, scale)


def smooth_moment(order: int, law: Law, alpha: Array) -> Array:
    """Return E[X_+^n] - E[(alpha (1 - e^(X/alpha)))_+^n], the moment of CELU.

    Args:
        order: n, 1 or 3.
        law: The law of X; the limits are g(mu)^n where sigma = 0, and inf or -alpha^n.
        alpha: Array of its shape, positive and finite.

    Returns:
        Array of the same shape, not below -alpha^n.

    Accuracy:
        The largest error found by search against Arb is 4 of the units defined in the package's
        documentation.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([0.0]), np.array([1e-3]))
    >>> smooth_moment(1, law, np.array([2.0]))
    array([1.24966763e-07])
    """
    unit = law.shrunk(alpha)  # with its density
    if isinstance(law, LimitLaw):
        return _curved(law, unit, alpha, order)
    linear = abs(unit.mu) + unit.sigma < _LINEAR_EDGE
    if order == 3:
        linear = linear & (law.t >= LEFT_EDGE)
    return law.choose(linear, _nearly_linear_celu, _curved, unit, alpha, order)


def _curved(law: Law, unit: Law, alpha: Array, order: int) -> Array:
    return upper_partial_moment(order, law) - lower_partial_moment(order, unit, unit.divisor)


def _nearly_linear_celu(law: NormalLaw, unit: NormalLaw, alpha: Array, order: int) -> Array:
    # Not the step of the shrunk law, which is another where alpha does not matter to it.
    return _nearly_linear(law, unit, law.sigma / alpha, order)


def _nearly_linear(law: NormalLaw, unit: NormalLaw, step: Array, order: int) -> Array:
    if order == 3:
        return _nearly_cubic(law, step)
    return law.mu + law.choose(law.t >= LEFT_EDGE, _right, _left, unit, step)


def _nearly_cubic(law: NormalLaw, step: Array) -> Array:
    ops, t = law.ops, law.t
    points = [t, t + step, t + 2.0 * step, t + 3.0 * step]
    excess = 0.0
    for k in range(1, 4):
        excess = excess + k * divided_difference(ops, [t] * (5 - k) + points[1 : k + 1])
    # In the unit of the larger one no power leaves the double range before the whole does.
    unit = ops.where(abs(law.mu) > law.sigma, abs(law.mu), law.sigma)
    mu, sigma = law.mu / unit, law.sigma / unit
    variance = sigma * sigma
    bent = (0.25 * step) * ((sigma * variance) * (law.density_value * excess))
    return ((unit * (mu * (mu * mu + 3.0 * variance) + bent)) * unit) * unit


def _right(law: NormalLaw, unit: NormalLaw, step: Array) -> Array:
    """Return alpha E[e^Y - 1 - Y; Y < 0] from the integral over Y < 0."""
    t = law.t
    excess = 0.5 * divided_difference(law.ops, [t, t, t + step])
    root, weight = law.density
    # alpha s^2 = s sigma
    return ((step * (root * root)) * (weight * excess)) * (law.sigma * (root * root))


def _left(law: NormalLaw, unit: NormalLaw, step: Array) -> Array:
    """Return alpha E[e^Y - 1 - Y; Y < 0] as a difference of the integrals over all Y and Y > 0."""
    t = law.t
    y = unit.mu + 0.5 * (step * step)
    # alpha (e^y - 1 - y) from the two factors y and alpha y, neither of which is squared alone.
    curved = (y * second_exponential_quotient(law.ops, y)) * (law.mu + 0.5 * (step * law.sigma))
    above = 0.5 * divided_difference(law.ops, [-t - step, -t, -t])
    return curved + (step * (0.5 - law.density_value * above)) * law.sigma


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


def opposite_moment_difference(order: int, law: Law, slope: Array) -> Array:
    """Return E[X_+^n] - E[(-slope X)_+^n], the moment of leaky ReLU.

    Args:
        order: n, 1 or 3.
        law: The law of X; the limits are f(mu)^n, also where mu is infinite.
        slope: Array of its shape, positive and finite.

    Returns:
        Array of the same shape.

    Accuracy:
        The largest error found by search against Arb is 4 of the units defined in the package's
        documentation.

    Source:
        Derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> law = NormalLaw(NUMPY, np.array([1e-30]), np.array([1.0]))
    >>> opposite_moment_difference(1, law, np.array([1.0]))
    array([1.e-30])
    """
    if isinstance(law, LimitLaw):
        below = upper_partial_moment(order, law.reflected().scaled(slope))
        return upper_partial_moment(order, law) - below
    ops = law.ops
    steep = slope > 1.0
    height, low = ops.where(steep, slope, 1.0), ops.where(steep, 1.0 / slope, slope)
    # The moment of the half-line on which mu does not lie.
    whole = height * law.mu
    other = (height * law.sigma) * (law.density_value * law.integrals(order)[order])
    power, gap = low, (1.0 - slope) / height
    if order == 3:
        # Two factors of the moments in the unit of the larger one of |mu| and sigma.
        unit = ops.where(abs(law.mu) > law.sigma, abs(law.mu), law.sigma)
        mu, variance = law.mu / unit, (law.sigma / unit) * (law.sigma / unit)
        whole, other = whole * (mu * mu + 3.0 * variance), other * variance
        power, gap = low * (low * low), gap * (1.0 + low * (1.0 + low))
    whole = whole * ops.where((law.mu < 0.0) == steep, 1.0, power)
    value = whole + gap * other
    return value if order == 1 else (value * (height * unit)) * (height * unit)
