"""Expectations over a normal law: what they are, their sign, where a linear one vanishes.

The engine derives E g(X); every step of it passes exact checks. The sign of an expectation is that
of its integrand, so inequalities between closed forms are proved at every point of the line and not
by trying out parameters. The probability that a derivative lies below a level is one, case by case.
"""

import itertools
from collections.abc import Iterator
from functools import partial

from sympy import Expr, Rational, S, Symbol, diff, latex
from sympy.stats import Normal

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import equals, rational_points
from elu_sym.algebra.normal_form import is_zero
from elu_sym.book.formula import derivative_below
from elu_sym.claims.assertion import IFF, Assertion, Notation, Sentence, Step
from elu_sym.claims.rules.elementary import Equality, NonNegative, admits
from elu_sym.claims.rules.laws import PositiveMean, expectation
from elu_sym.gaussian.derivation import Derivation
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.symbols import mu, sigma, x

FARTHEST = 24
"""How often sigma is doubled and halved in the search for a counterexample."""

DENOMINATORS = (10, 10**3, 10**6)
"""The largest denominators of a parameter that is sought between two numbers."""

TRIES = 40
"""The points at which a wrong threshold is sought out."""


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
    rule = "exact expectation, every step checked"

    def sentence(self) -> Sentence:
        """The equation."""
        location, variance = self.location, self.deviation**2
        yield from (expectation(self.expression), "=", self.value)
        formula = rf",\; X \sim N({latex(location)}, {latex(variance)})"
        yield Notation(f"at x = X ~ N({location}, {variance})", formula)

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
        detail = f"{_derived(derivation)}; {comparison.reason}"
        if comparison:
            return self.proved(detail)
        return self.refuted(detail, {**_given(self), **comparison.witness})


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
    rule = "sign of the integrand"

    def sentence(self) -> Sentence:
        """The inequality."""
        return self.value, ">", S.Zero

    def decide(self) -> Step:
        """Check that it is the expectation, and the sign of the integrand."""
        mean = GaussianMean(self.integrand, self.value, self.location, self.deviation)
        symbols = self.value.free_symbols
        points = itertools.chain(rational_points(symbols), _far_points(symbols))
        premises = (mean, PositiveMean(self.integrand))
        detail = "a normal law gives every half-line positive probability"
        failure = partial(NonNegative.counterexample, self.value)
        return self.concluded(detail, premises, ()).unless(points, failure, _given(self))


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
    rule = "a line that falls"

    def sentence(self) -> Sentence:
        """The equivalence."""
        yield from (self.expression, ">", S.Zero, IFF, self.parameter, "<", self.threshold)
        yield Notation(", and = 0 there", "")

    def decide(self) -> Step:
        """Check that it is linear, that it falls, and where it vanishes."""
        slope = diff(self.expression, self.parameter)
        if not is_zero(diff(slope, self.parameter)):
            return self.undecided(f"it is not linear in {self.parameter}")
        at_threshold = self.expression.xreplace({self.parameter: self.threshold})

        def other_sign(point: Point) -> str:
            value = enclose(self.expression, point)
            below = enclose(self.threshold - self.parameter, point)
            if (value > 0 and below < 0) or (value < 0 and below > 0):
                return f"it lies in {value.str(8)}, and the threshold {below.str(8)} above"
            return ""

        close = self._close_to(self.threshold - at_threshold / (2 * slope))
        anywhere = itertools.islice(rational_points(self._symbols), TRIES)
        falls = PositiveGaussianMean(-slope, self.integrand, self.location, self.deviation)
        premises = (falls, Equality(at_threshold, S.Zero))
        step = self.concluded("it falls, and vanishes at the threshold", premises, ())
        return step.unless(itertools.chain(close, anywhere), other_sign, _given(self))

    @property
    def _symbols(self) -> set[Symbol]:
        return {*self.expression.free_symbols, *self.threshold.free_symbols, self.parameter}

    def _close_to(self, half_way: Expr) -> Iterator[Point]:
        """Points whose value of the parameter is close to an expression, and admissible."""
        for others in itertools.islice(rational_points(self._symbols - {self.parameter}), TRIES):
            ball = enclose(half_way, others)
            for denominator in DENOMINATORS if ball.is_finite() else ():
                value = Rational(float(ball.mid())).limit_denominator(denominator)
                if admits(self.parameter, value):
                    yield {**others, self.parameter: value}


def _far_points(symbols: set[Symbol]) -> Iterator[Point]:
    """Where an asymptotic statement fails if it does: sigma very small or very large."""
    for doublings in range(1, FARTHEST) if sigma in symbols else ():
        for deviation in (Rational(2**doublings), Rational(1, 2**doublings)):
            yield {**next(rational_points(symbols)), sigma: deviation}


def _given(law: GaussianMean | PositiveGaussianMean | SignChange) -> Point:
    """What is fixed of a law: the place at which a relation without symbols fails."""
    fixed = {mu: S(law.location), sigma: S(law.deviation)}
    return {symbol: value for symbol, value in fixed.items() if isinstance(value, Rational)}


def _derived(derivation: Derivation) -> str:
    steps, checks = derivation.size
    return f"derived in {steps} steps with {checks} exact checks"


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
    rule = "exact probability of the event, every step checked"

    def sentence(self) -> Sentence:
        """The equation and its condition."""
        yield from (Notation("P[f'(X) < level]", r"P[f'(X) < \mathrm{level}]"), "=", self.value)
        text = " and ".join(map(str, self.relations))
        formula = r",\; ".join(map(latex, self.relations))
        yield Notation(f"if {text}", rf"\quad ({formula})")

    def decide(self) -> Step:
        """Find the case, and compare the normal forms."""
        cases = {case.relations: case for case in derivative_below.cases}
        if self.relations not in cases:
            known = "; ".join(case.name for case in derivative_below.cases)
            return self.undecided(f"the cases are {known}")
        case = cases[self.relations]
        derived, detail = case.closed_form, _derived(case.derivation)
        if equals(derived, self.value):
            return self.proved(detail)
        difference = derived - self.value

        def differs(point: Point) -> str:
            if any(relation.xreplace(dict(point)) != S.true for relation in self.relations):
                return ""
            ball = enclose(difference, point)
            found, said = (enclose(form, point).str(8) for form in (derived, self.value))
            separated = ball.is_finite() and not ball.contains(0)
            return f"it lies in {found}, the formula in {said}" if separated else ""

        points = rational_points(difference.free_symbols | case.condition.free_symbols)
        return self.undecided(f"{detail}; no point separates them").unless(points, differs)
