r"""The non-negative quantities that the numerics compute, as SymPy functions.

A closed form over :math:`\Phi` is right and useless in floating point: its terms overflow and
cancel. Written over these primitives,

.. math:: E f^n = E X_+^n + (-1)^n \, E\,(\alpha (1 - e^X))_+^n

it has no cancellation left that the problem does not have. Each primitive is *defined* by its
integrand; its closed form comes out of the engine, and that a formula equals a combination of
primitives is proved by the normal form. The numeric function of the same name computes it.
"""

from functools import cache
from typing import Any, ClassVar

from sympy import Expr, Function, Heaviside, Integer, S, exp
from sympy.stats import Normal

from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import alpha, mu, scale, sigma, slope


class Primitive(Function):
    """A quantity with a numeric function of the name ``numeric_name``.

    A quantity of the size of a square also has one for its root, ``root_name``.
    """

    numeric_name: ClassVar[str]
    root_name: ClassVar[str | None] = None

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The quantity at symbolic mu, sigma and alpha, over ``NormalCdf`` and ``NormalPdf``."""
        raise TypeError("a primitive is defined by a subclass with a closed form")

    def _eval_rewrite_as_NormalCdf(self, *arguments: Expr, **hints: Any) -> Expr:
        orders = arguments[: 1 if arguments and arguments[0].is_Integer else 0]
        parameters = arguments[len(orders) :]
        values = dict(zip((mu, sigma, alpha), parameters, strict=False))
        return self.closed_form(*orders).subs(values, simultaneous=True)

    @property
    def orders(self) -> tuple[Expr, ...]:
        """The whole number that the quantity is of, if it has one."""
        return self.args[: 1 if self.args[0].is_Integer else 0]

    @property
    def law(self) -> tuple[Expr, Expr]:
        """Mean and standard deviation of the law."""
        mean, deviation = self.args[len(self.orders) : len(self.orders) + 2]
        return mean, deviation

    @property
    def parameters(self) -> tuple[Expr, ...]:
        """The arguments after the law."""
        return self.args[len(self.orders) + 2 :]


@cache
def _expectation_above(order: Expr) -> Expr:
    X = Normal("X", mu, sigma)
    return derive_expectation(X**order * Heaviside(X), X).result


@cache
def _expectation_below(piece: Expr) -> Expr:
    """E[piece(X); X < 0] for a piece in mu's place holder, the random symbol."""
    X = Normal("X", mu, sigma)
    return derive_expectation(piece * Heaviside(-X), X).result


class UpperPartialMoment(Primitive):
    r"""The upper partial moment :math:`E X_+^n`; :math:`P(X > 0)` for n = 0.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> UpperPartialMoment(1, mu, sigma).rewrite(NormalCdf)
        mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
    """

    nargs = 3
    numeric_name = "upper_partial_moment"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``x**n`` for x > 0."""
        return _expectation_above(*orders)


class LowerPartialMoment(Primitive):
    r"""The lower partial moment about 1 of a lognormal law, :math:`E (\alpha(1 - e^X))_+^n`.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> LowerPartialMoment(0, mu, sigma, alpha).rewrite(NormalCdf)
        NormalCdf(-mu/sigma)
    """

    nargs = 4
    numeric_name = "lower_partial_moment"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``(alpha*(1 - exp(x)))**n`` for x < 0."""
        X = Normal("X", mu, sigma)
        return _expectation_below((alpha * (1 - exp(X))) ** orders[0])


class LowerExponentialMoment(Primitive):
    r"""The part below zero of a lognormal moment, :math:`E[(\alpha e^X)^n; X < 0]`."""

    nargs = 4
    numeric_name = "lower_exponential_moment"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``(alpha*exp(x))**n`` for x < 0."""
        X = Normal("X", mu, sigma)
        return _expectation_below((alpha * exp(X)) ** orders[0])


class UpperPartialVariance(Primitive):
    r"""The variance of :math:`X_+`."""

    nargs = 2
    numeric_name = "upper_partial_variance"
    root_name = "upper_partial_deviation"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The second moment less the squared mean."""
        return _expectation_above(S(2)) - _expectation_above(S(1)) ** 2


class LowerPartialVariance(Primitive):
    r"""The variance of :math:`(\alpha(1 - e^X))_+`."""

    nargs = 3
    numeric_name = "lower_partial_variance"
    root_name = "lower_partial_deviation"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The second moment less the squared mean."""
        return LowerPartialMoment.closed_form(S(2)) - LowerPartialMoment.closed_form(S(1)) ** 2


class PartialMeanProduct(Primitive):
    r"""The product :math:`E X_+ \cdot E (\alpha(1 - e^X))_+`.

    The two parts never are non-zero together, so it is minus their covariance.
    """

    nargs = 3
    numeric_name = "partial_mean_product"
    root_name = "partial_mean_root"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The product of the two first partial moments."""
        return _expectation_above(S(1)) * LowerPartialMoment.closed_form(S(1))


class OppositeMeanProduct(Primitive):
    r"""The product :math:`E X_+ \cdot E (-X)_+` of the means of the two parts of X."""

    nargs = 2
    numeric_name = "opposite_mean_product"
    root_name = "opposite_mean_root"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The product of the first partial moments above and below."""
        mean = _expectation_above(S(1))
        return mean * (mean - mu)


class UpperConditionalMean(Primitive):
    r"""The conditional mean :math:`E[X \mid X > 0]`."""

    nargs = 2
    numeric_name = "upper_conditional_mean"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The first upper partial moment over the probability."""
        return _expectation_above(S(1)) / _expectation_above(S(0))


class LowerConditionalMean(Primitive):
    r"""The conditional mean :math:`E[\alpha(1 - e^X) \mid X < 0]`."""

    nargs = 3
    numeric_name = "lower_conditional_mean"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The first lower partial moment over the probability."""
        return LowerPartialMoment.closed_form(S(1)) / LowerPartialMoment.closed_form(S(0))


class PartialMeanDifference(Primitive):
    r"""The difference :math:`E X_+ - E (\alpha (1 - e^X))_+`, the mean of ELU.

    Near alpha = 1 and for small mu and sigma its two parts are equal in all their digits, so the
    numeric function has a regime of its own.
    """

    nargs = 3
    numeric_name = "partial_mean_difference"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The difference of the two first partial moments."""
        return _expectation_above(S(1)) - LowerPartialMoment.closed_form(S(1))


class SmoothMean(Primitive):
    r"""The mean of CELU: :math:`E X_+ - E (\alpha (1 - e^{X/\alpha}))_+` without the subtraction.

    Where the two parts are nearly linear they cancel for every alpha, so the numeric function has
    regimes of its own.
    """

    nargs = 3
    numeric_name = "smooth_mean"

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand, the two pieces of CELU."""
        X = Normal("X", mu, sigma)
        below = _expectation_below(alpha * (1 - exp(X / alpha)))
        return _expectation_above(S(1)) - below


def _moments(
    above: tuple[Expr, Expr], below: tuple[Expr, Expr, Expr] | None = None
) -> tuple[Expr, ...]:
    """Partial moments and variances of the two parts of f(X), at the arguments of each."""
    orders = [Integer(n) for n in range(5)]
    offered: list[Expr] = [UpperPartialMoment(n, *above) for n in orders]
    offered.append(UpperPartialVariance(*above))
    if below is not None:
        offered += [LowerPartialMoment(n, *below) for n in orders]
        offered += [LowerPartialVariance(*below), LowerConditionalMean(*below)]
    return tuple(offered)


def _slopes(*slopes: Expr) -> tuple[Expr, ...]:
    """The expected slopes of the two parts, and the same times the input variance (Stein)."""
    return (*slopes, *(sigma**2 * slope for slope in slopes))


_P_ABOVE = UpperPartialMoment(0, mu, sigma)
_P_BELOW = UpperPartialMoment(0, -mu, sigma)
_ELU_BELOW = (mu, sigma, alpha)
_SELU_BELOW = (mu, sigma, scale * alpha)
_CELU_BELOW = (mu / alpha, sigma / alpha, alpha)
_UPPER_MEAN = UpperPartialMoment(1, mu, sigma)  # only as a part of PartialMeanDifference
_SELU_UPPER_MEAN = UpperPartialMoment(1, scale * mu, scale * sigma)
_CELU_LOWER_MEAN = LowerPartialMoment(1, *_CELU_BELOW)  # only as a part of SmoothMean
_CELU_SLOPE = (mu / alpha, sigma / alpha, S.One)

PRIMITIVES: dict[str, tuple[Expr, ...]] = {
    "elu": (
        PartialMeanDifference(*_ELU_BELOW),
        *(moment for moment in _moments((mu, sigma), _ELU_BELOW) if moment != _UPPER_MEAN),
        PartialMeanProduct(*_ELU_BELOW),
        *_slopes(_P_ABOVE, *(LowerExponentialMoment(n, *_ELU_BELOW) for n in (1, 2))),
    ),
    "relu": (*_moments((mu, sigma)), *_slopes(_P_ABOVE)),
    "leaky_relu": (
        *_moments((mu, sigma)),
        *(slope**n * UpperPartialMoment(n, -mu, sigma) for n in range(1, 5)),
        slope**2 * UpperPartialVariance(-mu, sigma),
        slope * OppositeMeanProduct(mu, sigma),
        slope * UpperConditionalMean(-mu, sigma),
        *_slopes(_P_ABOVE, slope * _P_BELOW, slope**2 * _P_BELOW),
    ),
    "selu": (
        scale * PartialMeanDifference(*_ELU_BELOW),
        *(
            moment
            for moment in _moments((scale * mu, scale * sigma), _SELU_BELOW)
            if moment != _SELU_UPPER_MEAN
        ),
        PartialMeanProduct(mu, sigma, scale**2 * alpha),
        *_slopes(
            scale * _P_ABOVE,
            scale**2 * _P_ABOVE,
            *(LowerExponentialMoment(n, *_SELU_BELOW) for n in (1, 2)),
        ),
    ),
    "celu": (
        SmoothMean(mu, sigma, alpha),
        *(moment for moment in _moments((mu, sigma), _CELU_BELOW) if moment != _CELU_LOWER_MEAN),
        PartialMeanProduct(mu / alpha, sigma / alpha, alpha**2),
        *_slopes(_P_ABOVE, *(LowerExponentialMoment(n, *_CELU_SLOPE) for n in (1, 2))),
    ),
}
"""What the closed forms of each activation are written over."""
