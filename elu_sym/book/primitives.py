r"""The non-negative quantities that the numerics compute, as SymPy functions.

A closed form over :math:`\Phi` is right and useless in floating point: its terms overflow and
cancel. Written over these primitives,

.. math:: E f^n = E X_+^n + (-1)^n \, E\,(\alpha (1 - e^X))_+^n

it has no cancellation left that the problem does not have. Each primitive is *defined* by its
integrand; its closed form comes out of the engine, and that a formula equals a combination of
primitives is proved by the normal form. The numeric function of the same name computes it.

The derivative of a primitive is a combination of primitives again, chosen so that small numbers are
no differences of large ones. A few primitives occur in derivatives only. Every rule is proved by
the normal form, in the tests: the derivative of the closed form is the closed form of the rule.
"""

from functools import cache
from re import sub
from typing import Any, ClassVar

from sympy import Dummy, Expr, Function, Heaviside, Integer, S, exp
from sympy.core.function import ArgumentIndexError
from sympy.stats import Normal

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import alpha, mu, scale, sigma, slope

Slopes = tuple[Expr, ...]
"""The derivatives with respect to mu, sigma and, where there is one, alpha."""


class Primitive(Function):
    """A quantity with a numeric function of the name ``numeric_name``, that of the class.

    A quantity of the size of a square also has one for its root, ``root_name``. A subclass writes
    its closed form, or its ``definition`` over other primitives; and its slopes, where those of the
    definition lose digits. What is of an order, or has a ``degree``, is a multiple of that power of
    alpha, and its slope in alpha follows.
    """

    numeric_name: ClassVar[str]
    root_name: ClassVar[str | None] = None
    degree: ClassVar[int | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Name the numeric function: ``UpperPartialMoment`` is ``upper_partial_moment``."""
        super().__init_subclass__(**options)
        cls.numeric_name = sub("(?<=.)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def definition(cls, *arguments: Any, **named: Any) -> Expr:
        """The same over other primitives, at symbols."""
        raise TypeError(
            f"{cls.__name__} in elu_sym/book/primitives.py has no closed_form and no definition"
        )

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The quantity at symbolic mu, sigma and alpha, over ``NormalCdf`` and ``NormalPdf``."""
        return cls.definition(*(mu, sigma, alpha)[: cls.nargs.args[0]]).rewrite(NormalCdf)

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

    @classmethod
    def slopes(cls, *arguments: Any, **named: Any) -> Slopes:
        """The derivatives of the primitive at its arguments, over primitives."""
        places = [Dummy(positive=True) for _ in arguments]
        defined, values = cls.definition(*places), dict(zip(places, arguments, strict=True))
        return tuple(defined.diff(place).xreplace(values) for place in places)

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative with respect to an argument after the order, over primitives.

        Examples:
            >>> UpperPartialMoment(2, mu, sigma).diff(mu)
            2*UpperPartialMoment(1, mu, sigma)
        """
        position = argindex - 1 - len(self.orders)
        if not 0 <= position < len(self.args) - len(self.orders):
            raise ArgumentIndexError(self, argindex)
        power = self.orders[0] if self.orders else self.degree
        if position == 2 and power is not None:
            return power * self / self.parameters[0]
        return self.slopes(*self.args)[position]


X = Normal("X", mu, sigma)


@cache
def _expectation(g: Expr) -> Expr:
    return derive_expectation(g, X).result


class UpperPartialMoment(Primitive):
    r"""The upper partial moment :math:`E X_+^n`; :math:`P(X > 0)` for n = 0.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> UpperPartialMoment(1, mu, sigma).rewrite(NormalCdf)
        mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
    """

    nargs = 3

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``x**n`` for x > 0."""
        return _expectation(X ** orders[0] * Heaviside(X))

    @classmethod
    def slopes(cls, n: Expr, m: Expr, s: Expr) -> Slopes:
        """One order less; the density where there is none."""
        if n == 0:
            return DensityAtZero(m, s), ProbabilityByScale(m, s)
        by_scale = n * (n - 1) * s * cls(n - 2, m, s) if n > 1 else StandardDensity(m, s)
        return n * cls(n - 1, m, s), by_scale


class LowerPartialMoment(Primitive):
    r"""The lower partial moment about 1 of a lognormal law, :math:`E (\alpha(1 - e^X))_+^n`.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> LowerPartialMoment(0, mu, sigma, alpha).rewrite(NormalCdf)
        NormalCdf(-mu/sigma)
    """

    nargs = 4

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``(alpha*(1 - exp(x)))**n`` for x < 0."""
        return _expectation((alpha * (1 - exp(X))) ** orders[0] * Heaviside(-X))

    @classmethod
    def slopes(cls, n: Expr, m: Expr, s: Expr, a: Expr) -> Slopes:
        """The mixed moment of the same order; by sigma from the heat equation."""
        if n == 0:
            return -DensityAtZero(m, s), -ProbabilityByScale(m, s)
        by_location = -n * LowerMixedMoment(n, m, s, a)
        if n == 1:
            by_scale = LowerWeightedMoment(n, m, s, a)
        else:
            mixed, below = LowerMixedMoment(n, m, s, a), LowerMixedMoment(n - 1, m, s, a)
            by_scale = n * s * ((n - 1) * a * below - n * mixed)
        return by_location, by_scale


class LowerExponentialMoment(Primitive):
    r"""The part below zero of a lognormal moment, :math:`E[(\alpha e^X)^n; X < 0]`."""

    nargs = 4

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand ``(alpha*exp(x))**n`` for x < 0."""
        return _expectation((alpha * exp(X)) ** orders[0] * Heaviside(-X))

    @classmethod
    def slopes(cls, n: Expr, m: Expr, s: Expr, a: Expr) -> Slopes:
        """The moment itself and what leaves through zero."""
        moment, power = cls(n, m, s, a), a**n
        by_scale = -n * LowerWeightedMoment(n, m, s, a) - power * ProbabilityByScale(m, s)
        return n * moment - power * DensityAtZero(m, s), by_scale


class UpperPartialVariance(Primitive):
    r"""The variance of :math:`X_+`."""

    nargs = 2
    root_name = "upper_partial_deviation"

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The second moment less the squared mean."""
        return UpperPartialMoment(S(2), *arguments) - UpperPartialMoment(S.One, *arguments) ** 2

    @classmethod
    def slopes(cls, m: Expr, s: Expr) -> Slopes:
        """Twice the covariance of the part with its slope, in products that do not cancel."""
        mean = UpperPartialMoment(S.One, m, s)
        return (
            2 * mean * UpperPartialMoment(S.Zero, -m, s),
            2 * s * UpperPartialMoment(S.Zero, m, s) - 2 * mean * StandardDensity(m, s),
        )


class LowerPartialVariance(Primitive):
    r"""The variance of :math:`(\alpha(1 - e^X))_+`."""

    nargs = 3
    root_name = "lower_partial_deviation"
    degree = 2

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The second moment less the squared mean."""
        return LowerPartialMoment(S(2), *arguments) - LowerPartialMoment(S.One, *arguments) ** 2

    @classmethod
    def slopes(cls, m: Expr, s: Expr, a: Expr) -> Slopes:
        """Twice the covariance of the part with its slope, which is of the order of sigma**2."""
        covariance = LowerSlopeCovariance(m, s, a)
        mean = LowerPartialMoment(S.One, m, s, a)
        second = LowerExponentialMoment(S(2), m, s, a)
        return (
            -2 * covariance,
            2 * s * second - 2 * s * covariance - 2 * a * mean * StandardDensity(m, s),
        )


class PartialMeanProduct(Primitive):
    r"""The product :math:`E X_+ \cdot E (\alpha(1 - e^X))_+`.

    The two parts never are non-zero together, so it is minus their covariance.
    """

    nargs = 3
    root_name = "partial_mean_root"
    degree = 1

    @classmethod
    def definition(cls, m: Expr, s: Expr, a: Expr) -> Expr:
        """The product of the two first partial moments."""
        return UpperPartialMoment(S.One, m, s) * LowerPartialMoment(S.One, m, s, a)


class OppositeMeanProduct(Primitive):
    r"""The product :math:`E X_+ \cdot E (-X)_+` of the means of the two parts of X."""

    nargs = 2
    root_name = "opposite_mean_root"

    @classmethod
    def definition(cls, m: Expr, s: Expr) -> Expr:
        """The product of the first partial moments above and below."""
        return UpperPartialMoment(S.One, m, s) * UpperPartialMoment(S.One, -m, s)

    @classmethod
    def slopes(cls, m: Expr, s: Expr) -> Slopes:
        """The rule of the product."""
        above, below = UpperPartialMoment(S.One, m, s), UpperPartialMoment(S.One, -m, s)
        return (
            UpperPartialMoment(S.Zero, m, s) * below - above * UpperPartialMoment(S.Zero, -m, s),
            (above + below) * StandardDensity(m, s),
        )


class UpperConditionalMean(Primitive):
    r"""The conditional mean :math:`E[X \mid X > 0]`."""

    nargs = 2

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The first upper partial moment over the probability."""
        return UpperPartialMoment(S.One, *arguments) / UpperPartialMoment(S.Zero, *arguments)

    @classmethod
    def slopes(cls, *arguments: Expr) -> Slopes:
        """Primitives of their own, since the quotients are 0/0 in the tail."""
        return UpperConditionalMeanByLocation(*arguments), UpperConditionalMeanByScale(*arguments)


class LowerConditionalMean(Primitive):
    r"""The conditional mean :math:`E[\alpha(1 - e^X) \mid X < 0]`."""

    nargs = 3
    degree = 1

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The first lower partial moment over the probability."""
        return LowerPartialMoment(S.One, *arguments) / LowerPartialMoment(S.Zero, *arguments)

    @classmethod
    def slopes(cls, *arguments: Expr) -> Slopes:
        """Primitives of their own, since the quotients are 0/0 in the tail."""
        return LowerConditionalMeanByLocation(*arguments), LowerConditionalMeanByScale(*arguments)


class PartialMeanDifference(Primitive):
    r"""The difference :math:`E X_+ - E (\alpha (1 - e^X))_+`, the mean of ELU.

    Near alpha = 1 and for small mu and sigma its two parts are equal in all their digits, so the
    numeric function has a regime of its own.
    """

    nargs = 3

    @classmethod
    def definition(cls, m: Expr, s: Expr, a: Expr) -> Expr:
        """The difference of the two first partial moments."""
        return UpperPartialMoment(S.One, m, s) - LowerPartialMoment(S.One, m, s, a)

    @classmethod
    def slopes(cls, m: Expr, s: Expr, a: Expr) -> Slopes:
        """The densities of the two parts cancel at alpha = 1, to the last digit."""
        first, density = LowerExponentialMoment(S.One, m, s, a), StandardDensity(m, s)
        return (
            UpperPartialMoment(S.Zero, m, s) + first,
            density - a * density + s * first,
            -LowerPartialMoment(S.One, m, s, a) / a,
        )


class SmoothMean(Primitive):
    r"""The mean of CELU: :math:`E X_+ - E (\alpha (1 - e^{X/\alpha}))_+` without the subtraction.

    Where the two parts are nearly linear they cancel for every alpha, so the numeric function has
    regimes of its own.
    """

    nargs = 3

    @classmethod
    def definition(cls, m: Expr, s: Expr, a: Expr) -> Expr:
        """The two pieces of CELU."""
        return UpperPartialMoment(S.One, m, s) - LowerPartialMoment(S.One, m / a, s / a, a)

    @classmethod
    def slopes(cls, m: Expr, s: Expr, a: Expr) -> Slopes:
        """Sums of positive terms, since CELU is convex for x < 0 and its slope is continuous."""
        first = LowerExponentialMoment(S.One, m / a, s / a, S.One)
        return (
            UpperPartialMoment(S.Zero, m, s) + first,
            s / a * first,
            -LowerRemainder(m / a, s / a),
        )


class StandardDensity(Primitive):
    r"""The density :math:`\varphi(\mu/\sigma)` of the standardized variable at the joint."""

    nargs = 2

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The density itself."""
        return NormalPdf(mu / sigma)

    @classmethod
    def slopes(cls, m: Expr, s: Expr) -> Slopes:
        """The density times a power of the argument."""
        by_scale = ProbabilityByScale(m, s)
        return by_scale, -m / s * by_scale


class DensityAtZero(Primitive):
    r"""The density of X at the joint, :math:`\partial_\mu P(X > 0) = \varphi(\mu/\sigma)/\sigma`.

    Where it is multiplied by -mu/sigma it is ``ProbabilityByScale``.
    """

    nargs = 2

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The density of X."""
        return NormalPdf(mu / sigma) / sigma

    @classmethod
    def slopes(cls, m: Expr, s: Expr) -> Slopes:
        """The density times a power of the argument."""
        by_scale = ProbabilityByScale(m, s)
        return by_scale / s, -(m / s * by_scale + cls(m, s)) / s


class ProbabilityByScale(Primitive):
    r"""The slope :math:`\partial_\sigma P(X > 0) = -\mu\,\varphi(\mu/\sigma)/\sigma^2`."""

    nargs = 2

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """The derivative of a distribution."""
        return -mu * NormalPdf(mu / sigma) / sigma**2

    @classmethod
    def slopes(cls, m: Expr, s: Expr) -> Slopes:
        """The density times a power of the argument."""
        t, value = m / s, cls(m, s)
        return -(t * value + DensityAtZero(m, s)) / s, (t**2 - 2) * value / s


class LowerMixedMoment(Primitive):
    r"""The mixed moment :math:`\alpha^n E[e^X (1 - e^X)^{n-1}; X < 0]`.

    It is the slope of ``LowerPartialMoment`` of order n in mu, but for the factor -n.
    """

    nargs = 4

    @classmethod
    def eval(cls, order: Expr, *arguments: Expr) -> Expr | None:
        """Order 1 has a name already."""
        return LowerExponentialMoment(order, *arguments) if order == 1 else None

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """Derived from the integrand for x < 0."""
        n = orders[0]
        return _expectation(alpha**n * exp(X) * (1 - exp(X)) ** (n - 1) * Heaviside(-X))

    @classmethod
    def slopes(cls, *arguments: Expr) -> Slopes:
        """One order less; by sigma from the heat equation."""
        n, *place = arguments
        _, s, a = place
        below = cls(n - 1, *place)
        by_location = n * cls(*arguments) - (n - 1) * a * below
        return by_location, s * (n * by_location - (n - 1) * a * below.fdiff(2))


class LowerWeightedMoment(Primitive):
    r"""The moment :math:`-E[Z (\alpha e^X)^n; X < 0]`, with Z the standardized variable.

    It is the slope in sigma of the first ``LowerPartialMoment`` for n = 1.
    """

    nargs = 4

    @classmethod
    def closed_form(cls, *orders: Expr) -> Expr:
        """By parts."""
        n = orders[0]
        density = alpha**n * NormalPdf(mu / sigma)
        return density - n * sigma * LowerExponentialMoment.closed_form(n)

    @classmethod
    def slopes(cls, n: Expr, m: Expr, s: Expr, a: Expr) -> Slopes:
        """By parts again."""
        value, through = cls(n, m, s, a), a**n * ProbabilityByScale(m, s)
        moment = LowerExponentialMoment(n, m, s, a)
        return through + n * value, (n * s - m / s) * through - n * moment + n**2 * s * value


class LowerSlopeCovariance(Primitive):
    r"""The covariance of :math:`(\alpha(1 - e^X))_+` and its slope :math:`\alpha e^X [X < 0]`.

    The slope is taken without its sign; so the covariance is minus half of the derivative of
    ``LowerPartialVariance`` in mu. It may have either sign.
    """

    nargs = 3

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """Minus half of the derivative."""
        return -LowerPartialVariance.definition(*arguments).diff(arguments[0]) / 2


class LowerRemainder(Primitive):
    r"""The moment :math:`E[1 - e^X + X e^X; X < 0]`, of the order of the squares of mu and sigma.

    At (mu, sigma)/alpha it is minus the slope of the mean of CELU in alpha.
    """

    nargs = 2

    @classmethod
    def definition(cls, m: Expr, s: Expr) -> Expr:
        """The three terms one by one."""
        first = LowerExponentialMoment(S.One, m, s, S.One)
        weighted = LowerWeightedMoment(S.One, m, s, S.One)
        return LowerPartialMoment(S.One, m, s, S.One) + m * first - s * weighted


class UpperConditionalMeanByLocation(Primitive):
    r"""The slope in mu of :math:`E[X \mid X > 0]`, the conditional variance of :math:`X/\sigma`."""

    nargs = 2

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The rule of the quotient."""
        return UpperConditionalMean.definition(*arguments).diff(arguments[0])


class UpperConditionalMeanByScale(Primitive):
    r"""The slope in sigma of :math:`E[X \mid X > 0]`."""

    nargs = 2

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The rule of the quotient."""
        return UpperConditionalMean.definition(*arguments).diff(arguments[1])


class LowerConditionalMeanByLocation(Primitive):
    r"""The slope in mu of :math:`E[\alpha(1 - e^X) \mid X < 0]`, which is negative."""

    nargs = 3

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The rule of the quotient."""
        return LowerConditionalMean.definition(*arguments).diff(arguments[0])


class LowerConditionalMeanByScale(Primitive):
    r"""The slope in sigma of :math:`E[\alpha(1 - e^X) \mid X < 0]`."""

    nargs = 3

    @classmethod
    def definition(cls, *arguments: Expr) -> Expr:
        """The rule of the quotient."""
        return LowerConditionalMean.definition(*arguments).diff(arguments[1])


def named_primitives() -> tuple[type[Primitive], ...]:
    """Every primitive, each with a numeric function."""
    return tuple(Primitive.__subclasses__())


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
_CELU_SLOPE = (mu / alpha, sigma / alpha, S.One)

PRIMITIVES: dict[str, tuple[Expr, ...]] = {
    "elu": (
        *_moments((mu, sigma), _ELU_BELOW),
        PartialMeanDifference(*_ELU_BELOW),
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
        *_moments((scale * mu, scale * sigma), _SELU_BELOW),
        scale * PartialMeanDifference(*_ELU_BELOW),
        PartialMeanProduct(mu, sigma, scale**2 * alpha),
        *_slopes(
            scale * _P_ABOVE,
            scale**2 * _P_ABOVE,
            *(LowerExponentialMoment(n, *_SELU_BELOW) for n in (1, 2)),
        ),
    ),
    "celu": (
        *_moments((mu, sigma), _CELU_BELOW),
        SmoothMean(mu, sigma, alpha),
        PartialMeanProduct(mu / alpha, sigma / alpha, alpha**2),
        *_slopes(_P_ABOVE, *(LowerExponentialMoment(n, *_CELU_SLOPE) for n in (1, 2))),
    ),
}
"""What the closed forms of each activation are written over, as ``decompose`` takes it."""


def primitives_of(activation: str) -> tuple[Expr, ...]:
    """What the closed forms of an activation are written over.

    Raises:
        LookupError: if nobody has said it.
    """
    if activation not in PRIMITIVES:
        raise LookupError(
            f"elu_sym/book/primitives.py: PRIMITIVES has no {activation!r}: list what its closed"
            f" forms are written over, as for {', '.join(PRIMITIVES)}"
        )
    return PRIMITIVES[activation]
