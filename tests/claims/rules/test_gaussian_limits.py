"""Limits of Gaussian closed forms: found, refuted, left open, and checked far out by Arb."""

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Expr, Integer, Rational, S, Symbol, exp, oo, pi, sqrt

from elu_sym import derivative_mean, mean, negative_mean, second_moment, std, variance
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import rational_points
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.kernel import growth
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.symbols import alpha, distance, mu, sigma, slack

ZERO = S.Zero
AT_KINK, RIGHT, LEFT = {mu: ZERO}, {mu: distance}, {mu: -distance}
tail = NormalCdf(-mu)

TRUE = [
    GaussianLimit(NormalCdf(mu / sigma), mu, oo, S.One),
    GaussianLimit(NormalCdf(mu / sigma), mu, -oo, ZERO),
    GaussianLimit(NormalCdf(mu / sigma), sigma, oo, S.Half),
    GaussianLimit(mu**5 * tail, mu, oo, ZERO),
    GaussianLimit(exp(mu**2 / 3) * tail, mu, oo, ZERO),
    GaussianLimit(exp(mu**2) * tail, mu, oo, oo),
    GaussianLimit(-exp(alpha * mu) * NormalCdf(mu), mu, oo, -oo),
    # The tail to both orders that the inequalities give.
    GaussianLimit(mu * MillsRatio(mu), mu, oo, S.One),
    GaussianLimit(mu**2 * (mu * MillsRatio(mu) - 1), mu, oo, S.NegativeOne),
    # Something bounded times what vanishes, and infinity times zero.
    GaussianLimit(sigma * (NormalCdf(mu / sigma) - S.Half), sigma, oo, mu / sqrt(2 * pi)),
    GaussianLimit(sigma**2 * (exp(-mu / sigma) - 1 + mu / sigma), sigma, oo, mu**2 / 2),
    # Quotients of what vanishes on both sides.
    GaussianLimit(negative_mean.closed_form, mu, oo, ZERO),
    GaussianLimit(mu * negative_mean.closed_form, mu, oo, -alpha * sigma**2),
    GaussianLimit(NormalPdf(mu) / tail, mu, oo, oo),
    GaussianLimit(NormalPdf(mu) / (mu * tail), mu, oo, S.One),
    GaussianLimit(tail / NormalCdf(-2 * mu), mu, oo, oo),
    GaussianLimit(NormalCdf(-2 * mu) / tail, mu, oo, ZERO),
    # Cancellation between terms that grow.
    GaussianLimit(mean.closed_form - mu, mu, oo, ZERO),
    GaussianLimit(variance.closed_form, mu, oo, sigma**2),
    GaussianLimit(mean.closed_form.xreplace(LEFT), sigma, ZERO, alpha * (exp(-distance) - 1)),
    GaussianLimit(derivative_mean.closed_form.xreplace(AT_KINK), sigma, ZERO, (1 + alpha) / 2),
    GaussianLimit(second_moment.closed_form / sigma**2, sigma, oo, S.Half),
    GaussianLimit(derivative_mean.closed_form, alpha, ZERO, NormalCdf(mu / sigma)),
    EventuallyNegative(mean.closed_form, mu, -oo, -alpha),
]

FALSE = [
    GaussianLimit(NormalCdf(alpha * mu), mu, oo, ZERO),
    GaussianLimit(NormalCdf(alpha * mu), mu, oo, oo),
    GaussianLimit(alpha * mu**5 * tail, mu, oo, S.One),
    GaussianLimit(exp(alpha * mu**2) * NormalCdf(mu), mu, oo, ZERO),
    GaussianLimit(exp(alpha * mu**2) * NormalCdf(mu), mu, oo, -oo),
    GaussianLimit((1 - alpha) * mu * NormalCdf(mu), mu, oo, oo),
    GaussianLimit(mean.closed_form, mu, -oo, ZERO),
    GaussianLimit(mean.closed_form, mu, oo, -oo),
    GaussianLimit(negative_mean.closed_form, mu, oo, -alpha),
    GaussianLimit(mean.closed_form.xreplace(RIGHT), sigma, ZERO, ZERO),
    GaussianLimit(variance.closed_form / sigma**2, sigma, oo, S.Half),
    GaussianLimit(derivative_mean.closed_form.xreplace(AT_KINK), sigma, ZERO, S.One),
    GaussianLimit(derivative_mean.closed_form, mu, oo, Rational(101, 100)),
    EventuallyNegative(mean.closed_form + 1, mu, -oo, 1 - alpha),
    EventuallyNegative(mean.closed_form + alpha + 1, mu, -oo, S.One),
]

OPEN = {
    "the sign of mu decides": GaussianLimit(NormalCdf(mu / sigma), sigma, ZERO, S.One),
    "an exponent of unknown sign": GaussianLimit(exp((1 - alpha) * mu), mu, oo, ZERO),
    "no normal form": GaussianLimit(std.closed_form, mu, oo, sigma),
    "no Laurent polynomial": GaussianLimit(1 / (1 + mu), mu, oo, ZERO),
    "a denominator that may vanish": GaussianLimit(NormalCdf(mu) / (1 - alpha), mu, oo, S.One),
    "a sum in the denominator that may vanish": GaussianLimit(
        1 / (alpha - NormalCdf(mu)), mu, oo, 1 / (alpha - 1)
    ),
    "a coefficient that is positive for a deeper reason": GaussianLimit(
        second_moment.closed_form, alpha, oo, oo
    ),
    "three orders of the tail": GaussianLimit(
        mu**4 * (mu * MillsRatio(mu) - 1 + mu**-2), mu, oo, S(3)
    ),
    "a limit at another place": GaussianLimit(NormalCdf(mu), mu, S.One, S.One),
    "a variable that is positive": GaussianLimit(NormalCdf(sigma), sigma, -oo, ZERO),
    "a variable that is negative": GaussianLimit(
        Symbol("m", negative=True) ** 2, Symbol("m", negative=True), oo, oo
    ),
    "one that is not positive, to 0 from above": GaussianLimit(
        exp(Symbol("m", nonpositive=True)), Symbol("m", nonpositive=True), ZERO, S.One
    ),
    "an integer, to 0": GaussianLimit(
        exp(Symbol("n", integer=True)), Symbol("n", integer=True), ZERO, S.One
    ),
    "a rate that may be 0": GaussianLimit(exp(slack * mu), mu, oo, oo),
    "a value that moves": GaussianLimit(mean.closed_form, mu, oo, mu),
    "a parameter that may be complex": GaussianLimit(
        Symbol("w") * NormalCdf(mu), mu, oo, Symbol("w")
    ),
    "a sign that no point shows": GaussianLimit(mu * NormalCdf(alpha), mu, oo, oo),
    "a limit that is another one": EventuallyNegative(mean.closed_form, mu, -oo, -2 * alpha),
    "a limit of no sign": EventuallyNegative(mean.closed_form - mu, mu, oo, ZERO),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is True, step.detail


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false(assertion: Assertion) -> None:
    step = assertion.check()
    assert step.holds is False, step.detail
    assert step.witness
    assert all(isinstance(value, Rational) for value in step.witness.values())


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    step = OPEN[name].check()
    assert step.holds is None, step.detail
    assert step.detail


@pytest.mark.parametrize("assertion", [*TRUE, *FALSE, *OPEN.values()], ids=lambda a: a.to_text())
def test_prints_and_repeats(assertion: Assertion) -> None:
    assert assertion.to_text()
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    assert assertion.check() == assertion.check()


def far_out(limit: GaussianLimit, expression: Expr, size: Integer) -> Any:
    """The expression at a point that is this far towards the end, as a ball."""
    place = {oo: size, -oo: -size, ZERO: 1 / size}[limit.to]
    parameters = (expression.free_symbols | limit.value.free_symbols) - {limit.variable}
    return enclose(expression, {**next(rational_points(parameters)), limit.variable: place}, 16384)


FINITE = [a for a in TRUE if isinstance(a, GaussianLimit) and a.value not in (oo, -oo)]


@pytest.mark.parametrize("limit", FINITE, ids=lambda limit: limit.to_text())
def test_arb_comes_closer_and_closer(limit: GaussianLimit) -> None:
    distances = [
        abs(far_out(limit, limit.expression - limit.value, Integer(size))) for size in (20, 80)
    ]
    assert distances[1] < 1
    assert distances[1] < distances[0] / 2


def upside_down(parts: dict[int, Expr], sign: growth.Sign) -> int:
    return -SIGN(parts, sign)


def not_reflected(domain: Any, terms: Any, s: Symbol, sign: growth.Sign) -> Any:
    return terms


def leading_order_only(parts: dict[int, Expr], h: Symbol) -> Expr:
    return parts.get(0, ZERO)


SIGN = growth._leading_sign
MUTANTS: dict[str, Callable[..., Any]] = {
    "_leading_sign": upside_down,
    "_reflected": not_reflected,
    "_regular": leading_order_only,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_changed_rule_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, name, MUTANTS[name])
    assert sum(assertion.check().holds is not True for assertion in TRUE) >= 3
