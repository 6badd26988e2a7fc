"""Expectations over a normal law: what they are, their sign, where a linear one vanishes.

The engine derives E g(X); every step of it passes exact checks. The sign of an expectation is that
of its integrand, so inequalities between closed forms are proved at every point of the line and not
by trying out parameters. The probability that a derivative lies below a level is one, case by case.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from sympy import And, Expr, Rational, S, Symbol, diff, latex
from sympy.stats import Normal

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import is_zero
from elu_sym.book.formula import derivative_below
from elu_sym.claims.assertion import Assertion, Step, all_hold
from elu_sym.claims.rules.elementary import Equality, admits
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
                if admits(self.parameter, value):
                    yield {**others, self.parameter: value}


def _far_points(symbols: Iterable[Symbol]) -> Iterator[Point]:
    """Where an asymptotic statement fails if it does: sigma very small or very large."""
    symbols = set(symbols)
    for doublings in range(1, FARTHEST) if sigma in symbols else ():
        for deviation in (Rational(2**doublings), Rational(1, 2**doublings)):
            yield {**next(rational_points(symbols)), sigma: deviation}


def _given(location: Expr, deviation: Expr) -> Point:
    """What is fixed of a law: the place at which a relation without symbols fails."""
    law = {mu: S(location), sigma: S(deviation)}
    return {symbol: value for symbol, value in law.items() if isinstance(value, Rational)}


@dataclass(frozen=True)
class DerivativeBelow(Assertion):
    """P[f'(X) < level] of ELU under relations between level, 1 and alpha, X ~ N(mu, sigma^2).

    The event is found from the pieces of the derivative and its probability derived by the engine.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> from elu_sym.symbols import alpha, level, mu, sigma
        >>> DerivativeBelow((level <= 1, level > alpha), NormalCdf(-mu / sigma)).check().holds
        True
        >>> DerivativeBelow((level > 1, level > alpha), NormalCdf(mu / sigma)).check().witness
        {alpha: 1/2, level: 7/5, mu: 3/11, sigma: 13/4}
    """

    relations: tuple[Expr, ...]
    value: Expr
    rule: ClassVar[str] = "exact probability of the event, every step checked"

    @property
    def _condition(self) -> str:
        return " and ".join(map(str, self.relations))

    def to_text(self) -> str:
        """The equation and its condition."""
        return f"P[f'(X) < level] = {self.value} if {self._condition}"

    def to_latex(self) -> str:
        """The equation and its condition."""
        condition = r",\; ".join(map(latex, self.relations))
        return rf"P[f'(X) < \mathrm{{level}}] = {latex(self.value)} \quad ({condition})"

    def decide(self) -> Step:
        """Find the case, and compare the normal forms."""
        cases = [case for case in derivative_below.cases if case.relations == self.relations]
        if len(cases) != 1:
            known = "; ".join(case.name for case in derivative_below.cases)
            return self.undecided(f"the cases are {known}")
        (case,) = cases
        derived = case.closed_form
        steps, checks = case.derivation.size
        detail = f"derived in {steps} steps with {checks} exact checks"
        difference = derived - self.value
        if equals(derived, self.value):
            return self.proved(detail)
        for point in rational_points(difference.free_symbols | case.condition.free_symbols):
            if And(*(relation.xreplace(dict(point)) for relation in self.relations)) == S.true:
                ball = enclose(difference, point)
                if ball.is_finite() and not ball.contains(0):
                    found, said = (enclose(form, point).str(8) for form in (derived, self.value))
                    return self.refuted(f"it lies in {found}, the formula in {said}", point)
        return self.undecided(f"{detail}; no point separates them")
