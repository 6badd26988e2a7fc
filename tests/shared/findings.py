"""What every rule of inference owes: a finding, a reason, an exact witness, and all of it again.

Witnesses are looked at by mpmath, which shares neither Arb nor the normal form with the rules.
"""

from collections.abc import Callable
from typing import Any

import mpmath
from sympy import Expr, Rational, lambdify

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.equality import rational_points
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.symbols import mu, sigma, x

NORMAL = {
    "NormalCdf": mpmath.ncdf,
    "NormalPdf": mpmath.npdf,
    "MillsRatio": lambda t: mpmath.ncdf(-t) / mpmath.npdf(t),
}

DIGITS = 40
"""The precision at which a witness is looked at."""


def found(assertion: Assertion, holds: bool | None) -> Step:
    """The step of a rule that is to find this, checked for what any step owes."""
    step = assertion.check()
    assert step.holds is holds, f"{assertion.to_text()}: {step.holds}, {step.detail}"
    assert step.detail
    assert assertion.to_text()
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    assert assertion.check() == step
    assert hash(assertion) == hash(step.assertion)
    if step.witness is not None:
        assert all(isinstance(value, Rational) for value in step.witness.values())
    return step


def witness(assertion: Assertion) -> Point:
    """Where a rule refutes an assertion; a false one with symbols has a place where it fails."""
    step = found(assertion, False)
    assert step.witness
    return step.witness


def number(expression: Expr, point: Point) -> Any:
    """The value of an expression at a point, by mpmath from the definitions.

    A witness without a value for a symbol is one whatever the value is.
    """
    symbols = sorted(expression.free_symbols, key=str)
    point = {**next(rational_points(set(symbols) - point.keys())), **point}
    function = lambdify(symbols, expression, [NORMAL, "mpmath"])
    with mpmath.workdps(DIGITS):
        return mpmath.mpf(function(*(mpmath.mpf(point[s].p) / point[s].q for s in symbols)))


def integral(integrand: Expr, point: Point) -> Any:
    """E g(X), X ~ N(mu, sigma^2), by quadrature on either side of the kink."""
    parameters = {symbol: value for symbol, value in point.items() if symbol != x}
    g: Callable[[Any], Any] = lambdify([x], integrand.xreplace(parameters), "mpmath")
    with mpmath.workdps(DIGITS):
        location, deviation = (mpmath.mpf(point[s].p) / point[s].q for s in (mu, sigma))

        def weighted(z: Any) -> Any:
            return g(location + deviation * z) * mpmath.npdf(z)

        kink = -location / deviation
        return mpmath.quad(weighted, sorted([-30, -8, kink, 8, 30]))
