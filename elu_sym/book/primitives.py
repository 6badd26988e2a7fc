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

from sympy import Add, Expr, Function, Heaviside, S, binomial, exp
from sympy.core.function import ArgumentIndexError
from sympy.stats import Normal

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import alpha, mu, scale, sigma, slope

X = Normal("X", mu, sigma)

PLACE = (mu, sigma, alpha, scale)
"""Where a primitive is defined, as far as it has so many arguments after the order."""

ELU = (mu, sigma, alpha)
"""What a primitive of the negative part of ELU is written at."""


@cache
def _expectation(g: Expr) -> Expr:
    return derive_expectation(g, X).result


class Primitive(Function):
    """A quantity with a numeric function of the name ``numeric_name``, that of the class.

    A quantity of the size of a square also has one for its root, ``root_name``. A subclass writes
    its definition, and its slopes where those of the definition lose digits: both at mu, sigma,
    alpha and scale, and as functions of the order if it is of one. What is of an order, or has a
    ``degree``, is a multiple of that power of its last parameter, and its slope in it follows,
    unless it says that it is not ``homogeneous``.
    """

    numeric_name: ClassVar[str]
    root_name: ClassVar[str | None] = None
    degree: ClassVar[int | None] = None
    homogeneous: ClassVar[bool] = True

    definition: ClassVar[Any] = None
    """The same over other primitives, or over ``NormalCdf`` and ``NormalPdf``."""
    slopes: ClassVar[Any] = None
    """The derivatives with respect to mu, sigma and perhaps alpha, over primitives."""
    by_divisor: ClassVar[Any] = None
    """The derivative by alpha at mu/alpha and sigma/alpha, from alpha and the other arguments; None
    where the sum of the derivatives loses nothing."""

    def __init_subclass__(cls, nargs: int) -> None:
        """Name the numeric function: ``UpperPartialMoment`` is ``upper_partial_moment``.

        SymPy, which takes the number of arguments, checks it.
        """
        super().__init_subclass__()
        cls.numeric_name = sub("(?<=.)(?=[A-Z])", "_", cls.__name__).lower()

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

    @property
    def _place(self) -> dict[Expr, Expr]:
        return dict(zip(PLACE, (*self.law, *self.parameters), strict=False))

    def _eval_rewrite_as_NormalCdf(self, *arguments: Expr, **hints: Any) -> Expr:
        if self.definition is None:
            raise TypeError(
                f"{type(self).__name__} in elu_sym/book/primitives.py has no definition"
            )
        defined = self.definition(*self.orders) if self.orders else self.definition
        return defined.rewrite(NormalCdf).subs(self._place, simultaneous=True)

    def _eval_derivative(self, symbol: Expr) -> Expr:
        if self.by_divisor is not None and self.law == (mu / symbol, sigma / symbol):
            slope = self.by_divisor(symbol, *self.orders, *self.parameters)
            if slope is not None:
                return slope
        return super()._eval_derivative(symbol)

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
        if self.homogeneous and power is not None and 1 < position == len(self.parameters) + 1:
            return power * self / self.parameters[-1]
        slopes = self.slopes(*self.orders) if self.slopes and self.orders else self.slopes
        if slopes is None:
            defined = self.definition(*self.orders) if self.orders else self.definition
            slopes = [defined.diff(symbol) for symbol in PLACE]
        return slopes[position].xreplace(self._place)


class StandardDensity(Primitive, nargs=2):
    r"""The density :math:`\varphi(\mu/\sigma)` of the standardized variable at the joint."""

    definition = NormalPdf(mu / sigma)


class DensityAtZero(Primitive, nargs=2):
    r"""The density of X at the joint, :math:`\partial_\mu P(X > 0) = \varphi(\mu/\sigma)/\sigma`.

    Where it is multiplied by -mu/sigma it is ``ProbabilityByScale``.
    """

    definition = NormalPdf(mu / sigma) / sigma


class ProbabilityByScale(Primitive, nargs=2):
    r"""The slope :math:`\partial_\sigma P(X > 0) = -\mu\,\varphi(\mu/\sigma)/\sigma^2`."""

    definition = -mu * NormalPdf(mu / sigma) / sigma**2


T, DENSITY, AT_ZERO = mu / sigma, StandardDensity(mu, sigma), DensityAtZero(mu, sigma)
BY_SCALE = ProbabilityByScale(mu, sigma)

# Each derivative is a density times a power of the argument.
StandardDensity.slopes = (BY_SCALE, -T * BY_SCALE)
DensityAtZero.slopes = (BY_SCALE / sigma, -(T * BY_SCALE + AT_ZERO) / sigma)
ProbabilityByScale.slopes = (-(T * BY_SCALE + AT_ZERO) / sigma, (T**2 - 2) * BY_SCALE / sigma)


class UpperPartialMoment(Primitive, nargs=3):
    r"""The upper partial moment :math:`E X_+^n`; :math:`P(X > 0)` for n = 0.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> UpperPartialMoment(1, mu, sigma).rewrite(NormalCdf)
        mu*NormalCdf(mu/sigma) + sigma*NormalPdf(mu/sigma)
    """

    definition = staticmethod(lambda n: _expectation(X**n * Heaviside(X)))

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """One order less; the density where there is none."""
        if n == 0:
            return AT_ZERO, BY_SCALE
        by_scale = n * (n - 1) * sigma * cls(n - 2, mu, sigma) if n > 1 else DENSITY
        return n * cls(n - 1, mu, sigma), by_scale


class UpperSlopeMoment(Primitive, nargs=4):
    r"""The moment :math:`E[\alpha^n; X > 0]` of the slope of :math:`\alpha X_+`."""

    definition = staticmethod(lambda n: alpha**n * UpperPartialMoment(0, mu, sigma))


class UpperPartialCovariance(Primitive, nargs=3):
    r"""The covariance of X and :math:`\alpha X_+`, by C. Stein's identity."""

    degree = 1
    definition = sigma**2 * alpha * UpperPartialMoment(0, mu, sigma)


class LowerPartialMoment(Primitive, nargs=4):
    r"""The lower partial moment about 1 of a lognormal law, :math:`E (\alpha(1 - e^X))_+^n`.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> LowerPartialMoment(0, mu, sigma, alpha).rewrite(NormalCdf)
        NormalCdf(-mu/sigma)
    """

    definition = staticmethod(lambda n: _expectation((alpha * (1 - exp(X))) ** n * Heaviside(-X)))

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """The mixed moment of the same order; by sigma from the heat equation."""
        if n == 0:
            return -AT_ZERO, -BY_SCALE
        mixed = LowerMixedMoment(n, *ELU)
        if n == 1:
            return -mixed, LowerWeightedMoment(n, *ELU)
        below = LowerMixedMoment(n - 1, *ELU)
        return -n * mixed, n * sigma * ((n - 1) * alpha * below - n * mixed)


class LowerExponentialMoment(Primitive, nargs=4):
    r"""The part below zero of a lognormal moment, :math:`E[(\alpha e^X)^n; X < 0]`."""

    definition = staticmethod(lambda n: _expectation((alpha * exp(X)) ** n * Heaviside(-X)))

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """The moment itself and what leaves through zero."""
        by_location = SlopeByLocation(n, *ELU, 0) if n else -AT_ZERO
        return by_location, -n * LowerWeightedMoment(n, *ELU) - alpha**n * BY_SCALE


class SlopeByLocation(Primitive, nargs=5):
    r"""The slope in mu of :math:`E[(\alpha e^X)^n; X < 0] + s^n P(X > 0)`, with the scale s.

    The slope of one moment stands as its two terms for alpha = 1, since the density there cancels
    that of the other part; elsewhere with the scale 0, until ``joined`` meets that of another.
    """

    homogeneous = False
    definition = staticmethod(
        lambda n: n * LowerExponentialMoment(n, *ELU) + (scale**n - alpha**n) * AT_ZERO
    )

    @classmethod
    def eval(
        cls, order: Expr, mean: Expr, deviation: Expr, below: Expr, above: Expr
    ) -> Expr | None:
        """The two terms."""
        if below != 1 or above != 0:
            return None
        moment = LowerExponentialMoment(order, mean, deviation, below)
        return order * moment - DensityAtZero(mean, deviation)

    def joined(self, above: Expr) -> Expr:
        """The same with the slope of the other part, less that slope."""
        n, *place = self.args[:-1]
        return self.func(n, *place, above) - above**n * DensityAtZero(*self.law)


class PartialMeanByScale(Primitive, nargs=4):
    r"""The slope in sigma of :math:`E (sX)_+ - E (\alpha(1 - e^X))_+`, with the scale s."""

    homogeneous = False
    definition = (scale - alpha) * DENSITY + sigma * LowerExponentialMoment(1, *ELU)


class LowerMixedMoment(Primitive, nargs=4):
    r"""The mixed moment :math:`\alpha^n E[e^X (1 - e^X)^{n-1}; X < 0]`.

    It is the slope of ``LowerPartialMoment`` of order n in mu, but for the factor -n.
    """

    definition = staticmethod(
        lambda n: _expectation(alpha**n * exp(X) * (1 - exp(X)) ** (n - 1) * Heaviside(-X))
    )

    @classmethod
    def eval(cls, order: Expr, *arguments: Expr) -> Expr | None:
        """Order 1 has a name already."""
        return LowerExponentialMoment(order, *arguments) if order == 1 else None

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """One order less; by sigma from the heat equation."""
        below = (n - 1) * alpha * cls(n - 1, *ELU)
        by_location = n * cls(n, *ELU) - below
        return by_location, sigma * (n * by_location - below.diff(mu))


class LowerWeightedMoment(Primitive, nargs=4):
    r"""The moment :math:`-E[Z (\alpha e^X)^n; X < 0]`, with Z the standardized variable.

    It is the slope in sigma of the first ``LowerPartialMoment`` for n = 1.
    """

    definition = staticmethod(  # by parts
        lambda n: alpha**n * DENSITY - n * sigma * LowerExponentialMoment(n, *ELU)
    )

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """By parts again."""
        value, through = cls(n, *ELU), alpha**n * BY_SCALE
        by_scale = (n * sigma - T) * through + n**2 * sigma * value
        return through + n * value, by_scale - n * LowerExponentialMoment(n, *ELU)


class LowerPartialCovariance(Primitive, nargs=4):
    r"""Minus the covariance of sX and :math:`(s\alpha(1 - e^X))_+`, by C. Stein's identity."""

    degree = 2
    definition = (scale * sigma) ** 2 * LowerExponentialMoment(1, *ELU)


LowerPartialCovariance.slopes = (
    *(LowerPartialCovariance.definition.diff(symbol) for symbol in (mu, sigma)),
    LowerPartialCovariance(*PLACE) / alpha,
)


class LowerTiltedMean(Primitive, nargs=3):
    r"""The moment :math:`-E[X e^{nX}; X < 0]`.

    At (mu, sigma)/alpha it is alpha/n times the slope in alpha of a moment of :math:`e^{X/\alpha}`.
    """

    homogeneous = False
    definition = staticmethod(
        lambda n: (
            sigma * LowerWeightedMoment(n, mu, sigma, 1)
            - mu * LowerExponentialMoment(n, mu, sigma, 1)
        )
    )


def _tilted(divisor: Expr, n: Expr, height: Expr) -> Expr | None:
    if height.has(divisor):
        return None
    return n * height**n / divisor * LowerTiltedMean(n, mu / divisor, sigma / divisor)


LowerExponentialMoment.by_divisor = staticmethod(_tilted)


def _covariance_by_divisor(divisor: Expr, height: Expr, scale: Expr) -> Expr | None:
    if height.has(divisor) or scale != divisor:
        return None
    return sigma**2 * _tilted(divisor, S.One, height)


LowerPartialCovariance.by_divisor = staticmethod(_covariance_by_divisor)

P_ABOVE, ABOVE, ABOVE_SQUARED = (UpperPartialMoment(n, mu, sigma) for n in range(3))
P_BELOW, MINUS = (UpperPartialMoment(n, -mu, sigma) for n in range(2))
BELOW, BELOW_SQUARED = LowerPartialMoment(1, *ELU), LowerPartialMoment(2, *ELU)
FIRST, SECOND = LowerExponentialMoment(1, *ELU), LowerExponentialMoment(2, *ELU)
UNIT_BELOW = (mu / alpha, sigma / alpha, S.One)


class UpperPartialVariance(Primitive, nargs=2):
    r"""The variance of :math:`X_+`.

    Its slopes are twice the covariance of the part with its slope, in products that do not cancel.
    """

    root_name = "upper_partial_deviation"
    definition = ABOVE_SQUARED - ABOVE**2
    slopes = (2 * ABOVE * P_BELOW, 2 * sigma * P_ABOVE - 2 * ABOVE * DENSITY)


class LowerSlopeCovariance(Primitive, nargs=3):
    r"""The covariance of :math:`(\alpha(1 - e^X))_+` and its slope :math:`\alpha e^X [X < 0]`.

    The slope is taken without its sign; so the covariance is minus half of the derivative of
    ``LowerPartialVariance`` in mu. It may have either sign.
    """

    definition = -(BELOW_SQUARED - BELOW**2).diff(mu) / 2


class LowerPartialVariance(Primitive, nargs=3):
    r"""The variance of :math:`(\alpha(1 - e^X))_+`.

    Its slopes are twice the covariance of the part with its slope, of the order of sigma**2.
    """

    root_name = "lower_partial_deviation"
    degree = 2
    definition = BELOW_SQUARED - BELOW**2
    slopes = (
        -2 * LowerSlopeCovariance(*ELU),
        2 * sigma * (SECOND - LowerSlopeCovariance(*ELU)) - 2 * alpha * BELOW * DENSITY,
    )


class PartialMeanProduct(Primitive, nargs=4):
    r"""The product :math:`E (sX)_+ \cdot E (s\alpha(1 - e^X))_+`, with the scale s.

    The two parts never are non-zero together, so it is minus their covariance.
    """

    root_name = "partial_mean_root"
    degree = 2
    definition = scale**2 * ABOVE * BELOW


PartialMeanProduct.slopes = (
    *(PartialMeanProduct.definition.diff(symbol) for symbol in (mu, sigma)),
    PartialMeanProduct(*PLACE) / alpha,
)


class OppositeMeanProduct(Primitive, nargs=3):
    r"""The product :math:`E X_+ \cdot E (-\alpha X)_+` of the means of two parts of X."""

    root_name = "opposite_mean_root"
    degree = 1
    definition = alpha * ABOVE * MINUS
    slopes = (
        alpha * (P_ABOVE * MINUS - ABOVE * P_BELOW),
        alpha * (ABOVE + MINUS) * DENSITY,
    )


class UpperConditionalMeanByLocation(Primitive, nargs=2):
    r"""The slope in mu of :math:`E[X \mid X > 0]`, the conditional variance of :math:`X/\sigma`."""

    definition = (ABOVE / P_ABOVE).diff(mu)


class UpperConditionalMeanByScale(Primitive, nargs=2):
    r"""The slope in sigma of :math:`E[X \mid X > 0]`."""

    definition = (ABOVE / P_ABOVE).diff(sigma)


class UpperConditionalMean(Primitive, nargs=2):
    r"""The conditional mean :math:`E[X \mid X > 0]`.

    Its slopes are primitives of their own, since the quotients are 0/0 in the tail.
    """

    definition = ABOVE / P_ABOVE
    slopes = (UpperConditionalMeanByLocation(mu, sigma), UpperConditionalMeanByScale(mu, sigma))


class LowerConditionalMeanByLocation(Primitive, nargs=3):
    r"""The slope in mu of :math:`E[\alpha(1 - e^X) \mid X < 0]`, which is negative."""

    definition = (BELOW / LowerPartialMoment(0, *ELU)).diff(mu)


class LowerConditionalMeanByScale(Primitive, nargs=3):
    r"""The slope in sigma of :math:`E[\alpha(1 - e^X) \mid X < 0]`."""

    definition = (BELOW / LowerPartialMoment(0, *ELU)).diff(sigma)


class LowerRemainder(Primitive, nargs=3):
    r"""The moment :math:`E[(1 - e^X)^{n-1} (1 - e^X + X e^X); X < 0]`.

    It is of the order n + 1 in mu and sigma. At (mu, sigma)/alpha and times :math:`n\alpha^{n-1}`
    it is the slope of a partial moment of CELU in alpha.
    """

    homogeneous = False
    definition = staticmethod(
        lambda n: (
            LowerPartialMoment(n, mu, sigma, 1)
            - Add(
                *(
                    (-1) ** k * binomial(n - 1, k) * LowerTiltedMean(k + 1, mu, sigma)
                    for k in range(n)
                )
            )
        )
    )


def _remainder(divisor: Expr, n: Expr, height: Expr) -> Expr | None:
    if n == 0 or height != divisor:
        return None
    return n * height ** (n - 1) * LowerRemainder(n, mu / divisor, sigma / divisor)


LowerPartialMoment.by_divisor = staticmethod(_remainder)


class LowerConditionalRemainder(Primitive, nargs=2):
    r"""The conditional mean :math:`E[1 - e^X + X e^X \mid X < 0]`.

    At (mu, sigma)/alpha it is the slope of the conditional mean of CELU in alpha, without its sign.
    """

    definition = LowerRemainder(1, mu, sigma) / LowerPartialMoment(0, *ELU)


class LowerConditionalMean(Primitive, nargs=3):
    r"""The conditional mean :math:`E[\alpha(1 - e^X) \mid X < 0]`.

    Its slopes are primitives of their own, since the quotients are 0/0 in the tail.
    """

    degree = 1
    definition = BELOW / LowerPartialMoment(0, *ELU)
    slopes = (LowerConditionalMeanByLocation(*ELU), LowerConditionalMeanByScale(*ELU))


def _conditional_remainder(divisor: Expr, height: Expr) -> Expr | None:
    if height != divisor:
        return None
    return LowerConditionalRemainder(mu / divisor, sigma / divisor)


LowerConditionalMean.by_divisor = staticmethod(_conditional_remainder)


class PartialMomentDifference(Primitive, nargs=5):
    r"""The difference :math:`E (sX)_+^n - E (s\alpha(1 - e^X))_+^n`, an odd moment of SELU.

    Near alpha = 1 and for small mu and sigma its two parts are equal in all their digits, so the
    numeric function has a regime of its own. In the slopes of the mean the densities of the two
    parts cancel at alpha = 1, to the last digit.
    """

    definition = staticmethod(
        lambda n: (
            scale**n * UpperPartialMoment(n, mu, sigma)
            - LowerPartialMoment(n, mu, sigma, scale * alpha)
        )
    )

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """Those of the two parts, but for the mean by sigma."""
        if n > 1:
            return tuple(cls.definition(n).diff(symbol) for symbol in ELU)
        by_scale = PartialMeanByScale(mu, sigma, scale * alpha, scale)
        return scale * (P_ABOVE + FIRST), by_scale, -scale * BELOW / alpha


class OppositeMomentDifference(Primitive, nargs=4):
    r"""The difference :math:`E X_+^n - E (-\alpha X)_+^n`, an odd moment of leaky ReLU.

    Near alpha = 1 and for small mu its two parts are equal in all their digits.
    """

    homogeneous = False
    definition = staticmethod(
        lambda n: UpperPartialMoment(n, mu, sigma) - alpha**n * UpperPartialMoment(n, -mu, sigma)
    )


class SmoothMoment(Primitive, nargs=4):
    r"""An odd moment of CELU: :math:`E X_+^n - E (\alpha (1 - e^{X/\alpha}))_+^n`.

    Where the two parts are nearly linear they cancel for every alpha, so the numeric function has
    regimes of its own. The slopes of the mean are sums of positive terms, since CELU is convex for
    x < 0 and its slope is continuous.
    """

    homogeneous = False
    definition = staticmethod(
        lambda n: (
            UpperPartialMoment(n, mu, sigma)
            - LowerPartialMoment(n, mu / alpha, sigma / alpha, alpha)
        )
    )

    @classmethod
    def slopes(cls, n: Expr) -> tuple[Expr, ...]:
        """Those of the two parts, but for the mean."""
        if n > 1:
            return tuple(cls.definition(n).diff(symbol) for symbol in ELU)
        slope = LowerExponentialMoment(1, *UNIT_BELOW)
        return P_ABOVE + slope, sigma / alpha * slope, -LowerRemainder(1, *UNIT_BELOW[:2])


def _moments(
    above: tuple[Expr, Expr], below: tuple[Expr, Expr, Expr] | None = None
) -> tuple[Expr, ...]:
    """Partial moments and variances of the two parts of f(X), at the arguments of each."""
    offered = (*(UpperPartialMoment(n, *above) for n in range(5)), UpperPartialVariance(*above))
    if below is None:
        return offered
    offered += tuple(LowerPartialMoment(n, *below) for n in range(5))
    return (*offered, LowerPartialVariance(*below), LowerConditionalMean(*below))


SELU_BELOW = (mu, sigma, scale * alpha)

PRIMITIVES: dict[str, tuple[Expr, ...]] = {
    "elu": (
        *_moments((mu, sigma), ELU),
        *(PartialMomentDifference(n, *ELU, 1) for n in (1, 3)),
        PartialMeanProduct(*ELU, 1),
        P_ABOVE,
        *(LowerExponentialMoment(n, *ELU) for n in (1, 2)),
        UpperPartialCovariance(mu, sigma, 1),
        LowerPartialCovariance(*ELU, 1),
    ),
    "relu": (*_moments((mu, sigma)), UpperPartialCovariance(mu, sigma, 1)),
    "leaky_relu": (
        *_moments((mu, sigma)),
        *_moments((-slope * mu, slope * sigma)),
        *(OppositeMomentDifference(n, mu, sigma, slope) for n in (1, 3)),
        OppositeMeanProduct(mu, sigma, slope),
        UpperConditionalMean(-slope * mu, slope * sigma),
        *(UpperSlopeMoment(n, -mu, sigma, slope) for n in (1, 2)),
        UpperPartialCovariance(mu, sigma, 1),
        UpperPartialCovariance(-mu, sigma, slope),
    ),
    "selu": (
        *_moments((scale * mu, scale * sigma), SELU_BELOW),
        *(PartialMomentDifference(n, *PLACE) for n in (1, 3)),
        PartialMeanProduct(*PLACE),
        *(UpperSlopeMoment(n, mu, sigma, scale) for n in (1, 2)),
        *(LowerExponentialMoment(n, *SELU_BELOW) for n in (1, 2)),
        UpperPartialCovariance(mu, sigma, scale),
        LowerPartialCovariance(*SELU_BELOW, 1),
    ),
    "celu": (
        *_moments((mu, sigma), (mu / alpha, sigma / alpha, alpha)),
        *(SmoothMoment(n, *ELU) for n in (1, 3)),
        PartialMeanProduct(*UNIT_BELOW, alpha),
        P_ABOVE,
        *(LowerExponentialMoment(n, *UNIT_BELOW) for n in (1, 2)),
        UpperPartialCovariance(mu, sigma, 1),
        LowerPartialCovariance(*UNIT_BELOW, alpha),
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
