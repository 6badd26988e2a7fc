"""A bound of growth holds wherever it is tried, and there is none where there can be none."""

import flint
import mpmath
import pytest
from sympy import atan, cos, erf, exp, lambdify, log, sin, sqrt, tanh

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.certify import tail_bound
from elu_sym.certify.logistic import Logistic, Softplus
from elu_sym.certify.tail_bound import NoTailBoundError, growth
from elu_sym.symbols import x

RIGHT, LEFT, SHORT = (8, None), (None, -8), (-3, 5)

FUNCTIONS = [
    x,
    x**3 - 7 * x + 2,
    -(x**2),
    exp(x),
    exp(-2 * x + 1),
    x * exp(-(x**2)),
    log(1 + exp(x)),
    log(1 + exp(-x)) ** 2,
    1 / (1 + exp(x)) ** 2,
    exp(x) / (1 + exp(x)),
    x * tanh(log(1 + exp(x))),
    sqrt(x**2 + 4),
    sqrt(1 + exp(x)) * sin(x),
    (1 + x**2) ** -3,
    x * NormalCdf(x) + x**2 * NormalPdf(x),
    erf(x) * cos(3 * x) - atan(x),
    (2 + sin(x)) * tanh(x**3 + x),
    Logistic(-x) * exp(x) + x * Logistic(2 * x) ** 3,
    Softplus(x - 3) * Softplus(-(x**3)),
]


def written(t):
    return 1 / (1 + exp(-t))


def summed(t):
    return log(1 + exp(t))


def violations(function, ray):
    """Where a function is outside of what its bound says."""
    ends = [None if end is None else flint.arb(end) for end in ray]
    bound = growth(function, *ends)
    factor, rate = (float(each) for each in bound.exponential(flint.arb(20)))
    value = lambdify(
        x, function.replace(Logistic, written).replace(Softplus, summed).rewrite(erf), "mpmath"
    )
    low, high = (-300 if ray[0] is None else ray[0]), (300 if ray[1] is None else ray[1])
    for step in range(401):
        place = mpmath.mpf(low) + mpmath.mpf(high - low) * step / 400
        found = value(place)
        slack = 1e-12 * (1 + abs(found))
        power = bound.factor.str(radius=False), bound.power, bound.rate
        sharp = mpmath.mpf(power[0]) * (1 + abs(place)) ** bound.power
        sharp *= mpmath.exp(float(bound.rate) * abs(place))
        if (
            abs(found) > factor * mpmath.exp(rate * abs(place)) + slack
            or abs(found) > sharp + slack
        ):
            yield place
        if bound.lower is not None and found < float(bound.lower) - slack:
            yield place
        if bound.upper is not None and found > float(bound.upper) + slack:
            yield place


@pytest.mark.parametrize(
    "ray",
    [RIGHT, LEFT, pytest.param(SHORT, marks=pytest.mark.deep)],
    ids=["right", "left", "between"],
)
@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_the_bound_holds(function, ray):
    assert not list(violations(function, ray))


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        (tail_bound.exp, lambda t: tail_bound._exponential(t) if t.upper is not None else half(t)),
        (tail_bound.log, lambda t: tail_bound.Growth.within(*(flint.arb(e) for e in (0, 1)))),
        (tail_bound.Mul, lambda *factors: factors[0]),
    ],
    ids=["half the rate", "a bounded logarithm", "one factor for a product"],
)
def test_a_wrong_rule_is_seen(monkeypatch, operation, wrong):
    monkeypatch.setitem(tail_bound.OPERATIONS, operation, wrong)
    assert any(list(violations(function, RIGHT)) for function in FUNCTIONS)


def half(t):
    bound = tail_bound._exponential(t)
    return tail_bound.Growth(bound.lower, bound.upper, bound.factor, bound.power, bound.rate / 2)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (exp(x**2 / 8), "may grow faster than exp"),
        (exp(exp(x)), "may grow faster than exp"),
        (1 / (x - 100), "may have a pole"),
        (1 / sin(x), "may have a pole"),
        (log(x - 100), "may have a branch point"),
        (sqrt(100 - x), "may have a branch point"),
        (tanh(x) + 1 / (x - 9) ** 2, "may have a pole"),
    ],
    ids=str,
)
def test_where_there_may_be_no_bound_there_is_none(function, reason):
    with pytest.raises(NoTailBoundError, match=reason):
        growth(function, flint.arb(8), None)


def test_the_part_that_is_to_blame_is_named():
    with pytest.raises(NoTailBoundError, match=r"1/\(x - 100\) may have a pole"):
        growth(x + tanh(1 / (x - 100)), flint.arb(8), None)
