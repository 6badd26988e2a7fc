"""The equations that make SELU keep a normal law's mean and variance, in any precision.

With X ~ N(m, v), sigma^2 = v, t = m/sigma, ELU is f(X) = X_+ - alpha N, N = (1 - e^X)_+, and

    E f = P - alpha n,   Var f = a + 2 alpha P n + alpha^2 b,

with P, a the mean and variance of X_+, n, b those of N, since X_+ N = 0. A scale that keeps mean
and variance exists if and only if E f = t std f, a quadratic equation in x = alpha n/P:

    (1 - t^2 beta) x^2 - 2 (1 + t^2) x + 1 - t^2 gamma = 0,   beta = b/n^2,   gamma = a/P^2,

of whose roots the smaller one belongs to t >= 0 and the larger one to t < 0, so that P - alpha n
has the sign of t. With D = 2 + t^2 + beta + gamma - t^2 beta gamma they are

    x = (1 - t^2 gamma)/(1 + t^2 + t sqrt(D)),             t >= 0,
    x = (1 + t^2 + |t| sqrt(D))/(1 - t^2 beta),            t < 0.

Nothing cancels in these but the two differences. The first is, with the Mills ratio M = M(t),
I = 1 - t M and the density phi = phi(t),

    (P^2 - t^2 a)/sigma^2 = phi (t^2 M + t (2 + t^2) I + (1 + t^2) phi I^2),

positive terms from which the density cancels, as it does from D in the form
2 + t^2 + gamma + beta (1 - t^2 gamma). The second, n^2 - t^2 b, loses digits where sigma and |m|
are small or |t| is large, as n and b themselves do; how many depends on the request, so all is
computed with mpmath in a precision that rises until two successive ones agree to 80 bits. The
precision is that of a context of its own, never the global one, which all threads of a program
share.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import MPContext

from elu_sym.book.activation_pieces import UnsuitableActivationError, activation_pieces
from elu_sym.book.formula import elu

__all__ = ["SeluParameters", "precise", "precise_jacobian", "precise_parameters", "vanishes"]

AGREEMENT = 80
"""The bits to which two precisions must agree, of 53 that are kept."""

VANISHING_PRECISION = 4096
"""The bits at which terms up to the square of the largest double cancel below the smallest."""

LOWEST_PRECISION = 128
HIGHEST_PRECISION = 1 << 16

Number = Any
"""A number of mpmath. It knows its context, whose precision is the working precision."""


class SeluParameters(NamedTuple):
    """The parameters of SELU, scale*f(x; alpha): doubles, or numbers of mpmath.

    Attributes:
        alpha: the height of the floor of ELU.
        scale: the factor in front, lambda in the literature.
    """

    alpha: float
    scale: float


class Moments:
    """What is needed of N(mean, variance), with all factors of the density taken apart.

    Attributes:
        mean: The mean m.
        sigma: The standard deviation.
        t: m/sigma.
        density: phi(t).
    """

    def __init__(self, mean: Number, variance: Number) -> None:
        """Take exact arguments, numbers of one context."""
        self.mean = mean
        self.sigma = mean.context.sqrt(variance)
        self.t = self.mean / self.sigma
        self.density = _density(self.t)

    def exponential(self, order: int) -> Number:
        """E[e^(order X); X < 0]."""
        x = self.t + order * self.sigma
        if x >= 0:
            return self.density * mills_ratio(x)
        whole = x.context.exp((x - self.t) * (x + self.t) / 2)
        return whole * (1 - _density(x) * mills_ratio(-x))

    @property
    def positive_probability(self) -> Number:
        """P(X > 0)."""
        if self.t < 0:
            return self.density * mills_ratio(-self.t)
        return 1 - self.density * mills_ratio(self.t)

    @property
    def positive_mean(self) -> Number:
        """E X_+ in units of sigma."""
        r = abs(self.t)
        below = self.density * (1 - r * mills_ratio(r))
        return below if self.t < 0 else self.t + below


def mills_ratio(x: Number) -> Number:
    """The Mills ratio (1 - Phi(x))/phi(x) for x >= 0, in the working precision.

    >>> from mpmath import mp
    >>> print(mp.nstr(mills_ratio(mp.mpf(1)), 12))
    0.655679542419
    """
    mp = x.context
    if x * x < 2 * mp.prec:
        return mp.sqrt(mp.pi / 2) * mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2))
    # The terms of the asymptotic series fall below the precision before they grow again.
    term, total, order, square = 1 / x, mp.zero, 0, x * x
    while mp.mag(term) > mp.mag(1 / x) - mp.prec - 8:
        total += term
        order += 1
        term *= -(2 * order - 1) / square
    return total


def precise_parameters(mean: Number, variance: Number) -> SeluParameters:
    """The two parameters in the working precision.

    Args:
        mean: The mean to keep.
        variance: The variance to keep, of the same context.

    Raises:
        ArithmeticError: If the precision is too low for a difference to be positive.
        UnsuitableActivationError: If the definition of ELU is none that the equations are of.
    """
    found = (_right if mean >= 0 else _left)(Moments(mean, variance))
    _require_elu(found.alpha)
    return found


def _require_elu(alpha: Number) -> None:
    """Refuse another definition than that of the equations.

    Raises:
        UnsuitableActivationError: If that is so.
    """
    if activation_pieces(elu, (alpha,)) != (1, alpha, 1):
        raise UnsuitableActivationError(elu, "x for x >= 0 and alpha (e^x - 1) for x < 0")


def _right(law: Moments) -> SeluParameters:
    """For t >= 0, everything of the left side in units of phi(t)."""
    t, sigma, phi = law.t, law.sigma, law.density
    mills, one, two = (mills_ratio(t + k * sigma) for k in range(3))
    first = 1 - t * mills
    mean = t + phi * first
    # E N/phi and Var N/phi.
    loss = _positive(mills - one)
    loss_variance = _positive(mills - 2 * one + two - phi * loss**2)
    variance = 1 - 2 * phi * mills + phi * (mills - t * first - phi * first**2)
    rest = t**2 * mills + t * (2 + t**2) * first + (1 + t**2) * phi * first**2
    root = 2 + t**2 + variance / mean**2 + loss_variance * rest / (loss * mean) ** 2
    alpha = sigma * rest / (mean * loss * (1 + t**2 + t * _square_root(root)))
    whole = (
        sigma**2 * variance + 2 * alpha * sigma * mean * phi * loss + alpha**2 * phi * loss_variance
    )
    return SeluParameters(_positive(alpha), sigma / _square_root(whole))


def _left(law: Moments) -> SeluParameters:
    """For t < 0."""
    r, sigma, phi = -law.t, law.sigma, law.density
    mills = mills_ratio(r)
    first = 1 - r * mills
    mean = phi * first
    variance = phi * (mills - r * first) - mean**2
    probability, one, two = (law.exponential(order) for order in range(3))
    loss = _positive(probability - one)
    loss_variance = _positive(probability - 2 * one + two - loss**2)
    rest = _positive(loss**2 - r**2 * loss_variance)
    root = 2 + r**2 + loss_variance / loss**2 + variance * rest / (mean * loss) ** 2
    alpha = sigma * mean * loss * (1 + r**2 + r * _square_root(root)) / rest
    whole = sigma**2 * variance + 2 * alpha * sigma * mean * loss + alpha**2 * loss_variance
    return SeluParameters(_positive(alpha), sigma / _square_root(whole))


def precise_jacobian(
    mean: Number, variance: Number, parameters: SeluParameters
) -> tuple[Number, Number, Number, Number]:
    """The derivatives of mean and variance after the activation by those before it.

    Args:
        mean: The mean of X, which is that of scale f(X).
        variance: The variance of X, of the same context.
        parameters: Those that keep both.

    Returns:
        dE/dm, dE/dv, dVar/dm and dVar/dv of scale f(X) at N(mean, variance), in the working
        precision.

    Raises:
        UnsuitableActivationError: If the definition of ELU is none that the equations are of.
    """
    law = Moments(mean, variance)
    alpha, scale = parameters
    _require_elu(alpha)
    positive, one, two = law.positive_probability, law.exponential(1), law.exponential(2)
    by_mean = scale * (positive + alpha * one)
    by_variance = scale * ((1 - alpha) * law.density / law.sigma + alpha * one) / 2
    # E f f' and E f'^2 + E f f'', in which the atom of f'' counts f(0) = 0.
    product = law.sigma * law.positive_mean + alpha**2 * (two - one)
    square = positive + alpha**2 * (2 * two - one)
    variance_by_mean = 2 * (scale**2 * product - law.mean * by_mean)
    variance_by_variance = scale**2 * square - 2 * law.mean * by_variance
    return by_mean, by_variance, variance_by_mean, variance_by_variance


def precise(function: Callable[[MPContext], tuple[Number, ...]]) -> tuple[Number, ...]:
    """The values of a function in a precision in which they are known to 80 bits.

    Args:
        function: Computes numbers of the context of mpmath that it is given, none of which is
            exactly 0, from terms that lie within the square of the range of a double.

    Returns:
        Numbers of mpmath. One that is below the smallest double may be anything that is.

    Raises:
        ArithmeticError: If 65,536 bits do not suffice.

    >>> (value,) = precise(lambda mp: (mp.expm1(mp.mpf(1) / 3),))
    >>> print(value.context.nstr(value, 12))
    0.395612425086
    """
    known: tuple[Number, ...] | None = None
    mp = MPContext()
    mp.prec = LOWEST_PRECISION
    while mp.prec <= HIGHEST_PRECISION:
        try:
            values: tuple[Number, ...] | None = tuple(+value for value in function(mp))
        except _TooLowPrecisionError:
            values = None
        if known is not None and values is not None and _agree(known, values, mp.prec):
            return values
        known = values
        mp.prec *= 2
    raise ArithmeticError(f"{HIGHEST_PRECISION} bits do not suffice; the last values are {known}")


class _TooLowPrecisionError(ArithmeticError):
    """What is positive does not come out so."""


def _positive(value: Number) -> Number:
    if not value > 0:
        raise _TooLowPrecisionError(f"a positive number comes out as {value}")
    return value


def _square_root(value: Number) -> Number:
    return value.context.sqrt(_positive(value))


def vanishes(value: Number) -> bool:
    """Whether a number is 0 or rounds to 0 as a double."""
    return not value or value.context.mag(value) < -1080


def _agree(first: tuple[Number, ...], second: tuple[Number, ...], precision: int) -> bool:
    for x, y in zip(first, second, strict=True):
        # What comes out as 0 has cancelled, and is below the smallest double only if the terms
        # were precise enough.
        if vanishes(x) and vanishes(y) and precision >= VANISHING_PRECISION:
            continue
        mag = y.context.mag
        if not y or (x != y and mag(x - y) > mag(y) - AGREEMENT):
            return False
    return True


def _density(x: Number) -> Number:
    mp = x.context
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
