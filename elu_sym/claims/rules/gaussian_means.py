"""Expectations over a normal law: what they are, their sign, where a linear one vanishes.

The engine derives E g(X); every step of it passes exact checks. The sign of an expectation is that
of its integrand, so inequalities between closed forms are proved at every point of the line and not
by trying out parameters.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from sympy import Expr, Rational, S, Symbol, diff, latex
from sympy.stats import Normal

from elu_sym.algebra.enclosure import Point, enclose, enclose_to
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import is_zero
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Equality
from elu_sym.claims.rules.kink import all_hold
from elu_sym.claims.rules.laws import PositiveMean
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import mu, sigma, x

FARTHEST = 24
"""How often sigma is doubled and halved in the search for a counterexample."""

DENOMINATORS = (10, 10**3, 10**6)
"""The largest denominators of a parameter that is sought between two numbers."""

TRIES = 40
"""The points at which a wrong threshold is sought out."""


@dataclass(frozen=True)
class GaussianMean(Assertion):
    """The value of E g(X), X ~ N(location, deviation^2), for a positive deviation.

    Examples:
        >>> from sympy import exp
        >>> GaussianMean(exp(x), exp(mu + sigma**2 / 2)).check().holds
        True
        >>> GaussianMean(x**2, sigma**2).check().witness
        {mu: 1/2}
    """

    expression: Expr
    value: Expr
    location: Expr = mu
    deviation: Expr = sigma
    rule: ClassVar[str] = "exact expectation, every step checked"

    def to_text(self) -> str:
        """The equation."""
        return f"E[{self.expression}] = {self.value} at x = X ~ {self._law}"

    def to_latex(self) -> str:
        """The equation."""
        return (
            rf"\mathbb{{E}}\left[{latex(self.expression)}\right]_{{x = X}} = {latex(self.value)},"
            rf"\; X \sim N({latex(self.location)}, {latex(self.deviation**2)})"
        )

    @property
    def _law(self) -> str:
        return f"N({self.location}, {self.deviation**2})"

    def decide(self) -> Step:
        """Derive the expectation and compare the normal forms."""
        location, deviation = S(self.location), S(self.deviation)
        if not (deviation.is_positive and location.is_real):
            return self.undecided(f"the deviation {deviation} is not known to be positive")
        if any(given.has(x) for given in (location, deviation, self.value)):
            return self.undecided("x stands for X, and is no parameter")
        X = Normal("X", location, deviation)
        derivation = derive_expectation(self.expression.subs(x, X), X)
        comparison = equals(derivation.result, self.value)
        steps, checks = derivation.size
        detail = f"derived in {steps} steps with {checks} exact checks; {comparison.reason}"
        if comparison:
            return self.proved(detail)
        given = _given(self.location, self.deviation)
        return self.refuted(detail, {**given, **comparison.witness})


@dataclass(frozen=True)
class PositiveGaussianMean(Assertion):
    """A closed form is positive for every normal law, being E g(X) with g >= 0, g > 0 for x < 0.

    A point at which the closed form is negative refutes, whatever it is the expectation of.

    Examples:
        >>> from sympy import S
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> from elu_sym import mean
        >>> PositiveGaussianMean(mean.closed_form + alpha, Elu(x, alpha) + alpha).check().holds
        True
    """

    value: Expr
    integrand: Expr
    location: Expr = mu
    deviation: Expr = sigma
    rule: ClassVar[str] = "sign of the integrand"

    def to_text(self) -> str:
        """The inequality."""
        return f"{self.value} > 0"

    def to_latex(self) -> str:
        """The inequality."""
        return f"{latex(self.value)} > 0"

    def decide(self) -> Step:
        """Check that it is the expectation, and the sign of the integrand."""
        premises = [
            GaussianMean(self.integrand, self.value, self.location, self.deviation).check(),
            PositiveMean(self.integrand).check(),
        ]
        if all_hold(premises):
            return self.proved("a normal law gives every half-line positive probability", premises)
        given = _given(self.location, self.deviation)
        for point in itertools.chain(
            rational_points(self.value.free_symbols), _far_points(self.value.free_symbols)
        ):
            ball = enclose(self.value, point)
            if ball < 0:
                detail = f"the value lies in {ball.str(8)}, below 0"
                return self.refuted(detail, {**given, **point}, premises)
        return self.undecided("a premise is open", premises)


@dataclass(frozen=True)
class SignChange(Assertion):
    """A closed form that is linear in a parameter is positive below a threshold, negative above.

    It is zero at the threshold, and the parameter enters with a negative coefficient, whose
    opposite is an expectation of something positive. An admissible value of the parameter at which
    the signs do not go together refutes; one is sought half-way between the threshold and the zero
    of the line, and then anywhere.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.activations import Elu, Relu
        >>> from elu_sym.symbols import alpha
        >>> gain, loss = mean.closed_form.subs(alpha, 0), -diff(mean.closed_form, alpha)
        >>> SignChange(mean.closed_form, alpha, gain / loss, Relu(x) - Elu(x, S.One)).check().holds
        True
    """

    expression: Expr
    parameter: Symbol
    threshold: Expr
    integrand: Expr
    location: Expr = mu
    deviation: Expr = sigma
    rule: ClassVar[str] = "a line that falls"

    def to_text(self) -> str:
        """The equivalence."""
        return (
            f"{self.expression} > 0 if and only if {self.parameter} < {self.threshold},"
            " and = 0 there"
        )

    def to_latex(self) -> str:
        """The equivalence."""
        return (
            rf"{latex(self.expression)} > 0 \iff {latex(self.parameter)} < {latex(self.threshold)}"
        )

    def decide(self) -> Step:
        """Check that it is linear, that it falls, and where it vanishes."""
        slope = diff(self.expression, self.parameter)
        if not is_zero(diff(slope, self.parameter)):
            return self.undecided(f"it is not linear in {self.parameter}")
        falls = PositiveGaussianMean(-slope, self.integrand, self.location, self.deviation).check()
        at_threshold = self.expression.xreplace({self.parameter: self.threshold})
        vanishes = Equality(at_threshold, S.Zero).check()
        premises = [falls, vanishes]
        if all_hold(premises):
            return self.proved("it falls, and vanishes at the threshold", premises)
        close = self._close_to(self.threshold - at_threshold / (2 * slope))
        anywhere = itertools.islice(rational_points(self._symbols), TRIES)
        for point in itertools.chain(close, anywhere):
            value = enclose(self.expression, point)
            below = enclose(self.threshold - self.parameter, point)
            if (value > 0 and below < 0) or (value < 0 and below > 0):
                detail = f"it lies in {value.str(8)}, and the threshold {below.str(8)} above"
                given = _given(self.location, self.deviation)
                return self.refuted(detail, {**given, **point}, premises)
        return self.undecided("a premise is open", premises)

    @property
    def _symbols(self) -> set[Symbol]:
        return {*self.expression.free_symbols, *self.threshold.free_symbols, self.parameter}

    def _close_to(self, half_way: Expr) -> Iterator[Point]:
        """Points whose value of the parameter is close to an expression, and admissible."""
        for others in itertools.islice(rational_points(self._symbols - {self.parameter}), TRIES):
            ball = enclose(half_way, others)
            for denominator in DENOMINATORS if ball.is_finite() else ():
                close = Fraction(float(ball.mid())).limit_denominator(denominator)
                value = Rational(close.numerator, close.denominator)
                if _admits(self.parameter, value):
                    yield {**others, self.parameter: value}


@dataclass(frozen=True)
class Between(Assertion):
    """The value of an expression at a point lies strictly between two rational numbers.

    The values of the point are such as the assumptions on their symbols admit.

    Examples:
        >>> from sympy import pi
        >>> Between(mu * pi, Rational(223, 71), Rational(22, 7), ((mu, S.One),)).check().holds
        True
        >>> Between(mu * pi, S(3), Rational(314, 100), ((mu, S.One),)).check().witness
        {mu: 1}
    """

    expression: Expr
    lower: Rational
    upper: Rational
    point: tuple[tuple[Symbol, Rational], ...]
    rule: ClassVar[str] = "Arb enclosure"

    def to_text(self) -> str:
        """The two inequalities."""
        at = ", ".join(f"{symbol} = {value}" for symbol, value in self.point)
        return f"{self.lower} < {self.expression} < {self.upper} at {at}"

    def to_latex(self) -> str:
        """The two inequalities."""
        at = r",\; ".join(f"{latex(symbol)} = {latex(value)}" for symbol, value in self.point)
        bounds = f"{latex(self.lower)} < {latex(self.expression)} < {latex(self.upper)}"
        return rf"{bounds} \quad ({at})"

    def decide(self) -> Step:
        """Enclose the value and compare."""
        point = dict(self.point)
        for symbol, value in point.items():
            if not _admits(symbol, value):
                return self.undecided(f"{symbol} cannot be {value}")
        ball = enclose_to(self.expression, point, Rational(1, 10**40))
        lower, upper = (enclose(bound, {}) for bound in (self.lower, self.upper))
        detail = f"the value lies in {ball.str(8)}"
        if ball > lower and ball < upper:
            return self.proved(detail, evidence=Evidence.ENCLOSURE)
        if ball <= lower or ball >= upper:
            return self.refuted(detail, point)
        return self.undecided(detail)


def _far_points(symbols: Iterable[Symbol]) -> Iterator[Point]:
    """Where an asymptotic statement fails if it does: sigma very small or very large."""
    symbols = set(symbols)
    for doublings in range(1, FARTHEST) if sigma in symbols else ():
        for deviation in (Rational(2**doublings), Rational(1, 2**doublings)):
            yield {**next(rational_points(symbols)), sigma: deviation}


def _admits(symbol: Symbol, value: Rational) -> bool:
    """Whether a value has every property that a symbol assumes."""
    return all(getattr(value, f"is_{name}") is holds for name, holds in symbol.assumptions0.items())


def _given(location: Expr, deviation: Expr) -> Point:
    """What is fixed of a law: the place at which a relation without symbols fails."""
    law = {mu: S(location), sigma: S(deviation)}
    return {symbol: value for symbol, value in law.items() if isinstance(value, Rational)}
