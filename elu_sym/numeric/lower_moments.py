"""Moments of alpha (1 - e^X)_+, the negative part of ELU, for a normal X.

    E[(1 - e^X)_+^n] = N_n(t, sigma) = phi(t) L_n(t, sigma),
    L_n(t, sigma) = int_0^oo (1 - e^(-sigma s))^n exp(-t s - s^2/2) ds
                  = sum_k (-1)^k C(n, k) M(t + k sigma).

N_1 is the undiscounted Black-Scholes put at strike 1.  Four regimes share the plane, none of which
loses more than a few units:

- ``quotient``     t >= -2, sigma small beside t + 4: sigma^n times a divided difference of M;
- ``differences``  t >= -2, sigma larger: the sum of Mills ratios as it stands;
- ``expansion``    t < -2, sigma + |mu| large: the sum of E[e^(k X); X < 0], now well separated;
- ``parity``       t < -2, sigma + |mu| small: (1 - e^X)_+^n = (1 - e^X)^n - (-1)^n (e^X - 1)_+^n
  (put-call parity for n = 1).  The moments of 1 - e^X follow from its mean
  a = -expm1(mu + sigma^2/2) > 0 and the central moments of the lognormal law, which are products;
  E[(e^X - 1)_+^n] = sigma^n phi(t) times a divided difference is a small correction.
"""

from __future__ import annotations

import math
from functools import partial

from elu_sym.numeric.exponential_moments import exponential_moment
from elu_sym.numeric.law import Law, LimitLaw, Moment, NormalLaw
from elu_sym.numeric.mills import (
    divided_difference,
    divided_differences,
    mills_ratio,
    relative_difference,
    within_reach,
)
from elu_sym.numeric.operations import Array, Operations

LEFT_EDGE = -2.0
# The |mu| + sigma from which ``expansion`` loses less than ``parity``, measured against Arb.
_EXPANSION_EDGE = {1: 0.7, 2: 1.0, 3: 1.5, 4: 1.5}


def lower_partial_moment(order: int, law: Law, alpha: Array | float) -> Array:
    """Return E[(alpha (1 - e^X))_+^n] for X ~ N(mu, sigma^2).

    Order 0 is P(X < 0) = Phi(-mu/sigma), with the value 1/2 at mu = sigma = 0.

    Args:
        order: n, from 0 to 4.
        law: The law of X.
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, not negative.

    Accuracy:
        The largest error found by search against Arb is 5 of the units defined in the package's
        documentation, and 3 up to order 2.

    Source:
        Black and Scholes (1973) for n = 1; P. Jaeckel, *Let's be rational* (2015), for the need of
        regimes; the quotient and parity forms are derived in the module's documentation.

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_partial_moment(1, NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.23842171])
    """
    if isinstance(law, LimitLaw):
        if order == 0:
            return law.negative
        return (alpha * abs(law.ops.expm1(law.ops.minimum(law.mu, 0.0)))) ** order
    return lower_moment(order, law)._replace(height=alpha).value(order)


def lower_conditional_mean(law: Law, alpha: Array | float) -> Array:
    """Return E[alpha (1 - e^X) | X < 0] for X ~ N(mu, sigma^2).

    Args:
        law: The law of X; where mu = inf the limit is 0, where sigma = 0 it is
            alpha (1 - e^min(mu, 0)).
        alpha: Array that broadcasts with it, or a number, positive and finite.

    Returns:
        Array of the broadcast shape, in [0, alpha].

    Accuracy:
        The largest error found by search against Arb is 3 of the units defined in the package's
        documentation.

    Source:
        The quotient of two partial moments; for t >= -2 the density cancels and leaves
        L_1(t, sigma)/M(t).

    >>> import numpy as np
    >>> from elu_sym.numeric.operations import NUMPY
    >>> lower_conditional_mean(NormalLaw(NUMPY, np.array([0.0]), np.array([1.0])), 1.0)
    array([0.47684342])
    """
    if isinstance(law, LimitLaw):
        return alpha * abs(law.ops.expm1(law.ops.minimum(law.mu, 0.0)))
    right = partial(laplace_form, 1, relative=True)
    unit, bracket = law.ops.choose(law.t >= LEFT_EDGE, right, _conditional_left, law)
    return (alpha * unit) * bracket


def lower_moment(order: int, law: NormalLaw) -> Moment:
    """Return N_n = E[(1 - e^X)_+^n] in factors, for n from 0 to 4."""
    if order == 0:
        return exponential_moment(0, law)
    name = "lower", order
    if name not in law.moments:
        law.moments[name] = Moment(*law.choose(law.t >= LEFT_EDGE, _right, _left, order))
    return law.moments[name]


def laplace_form(
    order: int, law: NormalLaw, first: int = 0, relative: bool = False
) -> tuple[Array, Array]:
    """Return L_n(x, sigma), x = t + first sigma >= -2, n >= 1, as unit^n bracket.

    Args:
        order: n.
        law: The law of X.
        first: By how many steps of sigma the first point lies beyond t.
        relative: Divide by M(x).
    """
    last = first + order

    def quotient(law: NormalLaw) -> tuple[Array, Array]:
        if relative:
            bracket = relative_difference(law.ops, law.steps(first, last))
        elif first:
            bracket = divided_difference(law.ops, law.steps(first, last))
        else:
            bracket = law.differences(order)[order]
        if order > 1 or first:
            return law.sigma, bracket
        # A unit above 1 could overflow with alpha, though the mean is below alpha.
        return law.ops.minimum(law.sigma, 1.0), bracket * law.ops.maximum(law.sigma, 1.0)

    def differences(law: NormalLaw) -> tuple[Array, Array]:
        nearest, *others = [mills_ratio(law.ops, x) for x in law.steps(first, last)]
        total = nearest
        for k, ratio in enumerate(others, 1):
            total = total + (-1) ** k * math.comb(order, k) * ratio
        return 1.0, total / nearest if relative else total

    nearest, *_, farthest = law.steps(first, last)
    close = within_reach(law.ops, nearest, farthest)
    unit, bracket = law.ops.choose(close, quotient, differences, law)
    return unit, bracket


def call_moment(order: int, law: NormalLaw) -> Array:
    """Return E[(e^X - 1)_+^n] / sigma^n, for t < -1/2 and sigma small beside |t| + 2."""
    first = -law.t - order * law.sigma
    points = [first + k * law.sigma for k in range(order)]
    return law.density_value * divided_difference(law.ops, [*points, -law.t])


def call_moments(law: NormalLaw) -> tuple[Array, Array]:
    """Return E[e^X - 1; X > 0]/sigma and E[(e^X - 1)^2; X > 0]/sigma^2, there."""
    beyond = -law.t - 2.0 * law.sigma
    points = [beyond, beyond + law.sigma, -law.t]
    _, nearest, second = divided_differences(law.ops, points)
    # From the first two points to the last two.
    first = nearest - law.sigma * second
    return law.density_value * first, law.density_value * second


def mean_exponential_growth(ops: Operations, variance: Array) -> Array:
    """Return expm1(v)/v for v = sigma^2 >= 0, which is 1 at 0."""
    effective = ops.maximum(variance, 1e-30)
    return ops.expm1(effective) / effective


def _right(law: NormalLaw, order: int) -> Moment:
    root, weight = law.density
    unit, bracket = laplace_form(order, law)
    return Moment(unit, root, weight * bracket)


def _left(law: NormalLaw, order: int) -> Moment:
    wide = law.sigma - law.mu >= _EXPANSION_EDGE[order]
    unit, bracket = law.choose(wide, _expansion, _parity, order)
    return Moment(unit, 1.0, bracket)


def _expansion(law: NormalLaw, order: int) -> tuple[Array, Array]:
    total = 1.0 - law.tail_probability
    for k in range(1, order + 1):
        moment = exponential_moment(k, law).value(k)
        total = total + (-1) ** k * math.comb(order, k) * moment
    return 1.0, total


def _parity(law: NormalLaw, order: int) -> tuple[Array, Array]:
    # In units of the mean a of 1 - e^X.  With w = exp(sigma^2), g = expm1(sigma^2)/sigma^2 and
    # m = exp(mu + sigma^2/2), the central moments of e^X are m^2 sigma^2 g,
    # m^3 sigma^4 g^2 (w + 2) and m^4 sigma^4 g^2 (w^4 + 2 w^3 + 3 w^2 - 3).
    ops, sigma = law.ops, law.sigma
    variance = sigma * sigma
    exponent = law.mu + 0.5 * variance
    mean = -ops.expm1(exponent)
    ratio = sigma / mean
    total = 1.0 - (-1) ** order * call_moment(order, law) * ratio**order
    if order == 1:
        return mean, total
    scale = ratio * ops.exp(exponent)
    growth = mean_exponential_growth(ops, variance)
    second = scale * scale * growth
    total = total + math.comb(order, 2) * second
    if order > 2:
        w = ops.exp(variance)
        third = second * scale * sigma * growth * (w + 2.0)
        total = total - math.comb(order, 3) * third
    if order > 3:
        total = total + second * second * (((w + 2.0) * w + 3.0) * (w * w) - 3.0)
    return mean, total


def _conditional_left(law: NormalLaw) -> tuple[Array, Array]:
    moment = _left(law, 1)
    return moment.unit, moment.bracket / (1.0 - law.tail_probability)
