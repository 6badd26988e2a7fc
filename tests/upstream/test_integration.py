"""integrate: integrals given back, removable poles, overflow, integrands that are rewritten."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from flint import arb
from oracles import (
    Quantity,
    lower_exponential_moment,
    truth,
    upper_partial_moment,
)
from sympy import (
    Expr,
    Function,
    Integral,
    Piecewise,
    S,
    exp,
    integrate,
    lambdify,
    nan,
    oo,
    pi,
    sqrt,
)

from elu_sym.algebra.enclosure import enclose
from elu_sym.gaussian.derivation import DefiniteIntegral
from elu_sym.symbols import mu, sigma, x

DENSITY = exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma)


@pytest.fixture(scope="module")
def rectified() -> Expr:
    """E[X; X > 0] for X ~ N(mu, sigma^2), as SymPy integrates it."""
    return integrate(x * DENSITY, (x, 0, oo))


@pytest.fixture(scope="module")
def saturated() -> Expr:
    """E[e^X; X < 0]."""
    return integrate(exp(x) * DENSITY, (x, -oo, 0))


@pytest.mark.deep
def test_a_piecewise_comes_back_as_an_integral_that_can_be_integrated():
    """`split_at_kink` of the engine splits the line itself because of this."""
    whole = integrate(Piecewise((exp(x) * exp(-(x**2)), x < 0), (0, True)), (x, -oo, oo))
    assert isinstance(whole, Integral)
    assert whole.limits[0][1:] == (-oo, 0)
    right = (arb(1) / 4).exp() * (arb(1) / 2).erfc() * arb.pi().sqrt() / 2
    assert enclose(whole.doit(), {}).overlaps(right)


def test_the_mean_of_the_rectifier_has_a_pole_at_mu_0(rectified):
    """The engine integrates by parts instead, and no formula of the book has a pole."""
    assert rectified.subs(mu, 0) is nan
    beside = rectified.subs({mu: S("1e-9"), sigma: 1}).evalf(20)
    right = float(truth(upper_partial_moment(1), 0.0, 1.0).value)
    assert math.isclose(beside, right, rel_tol=1e-8)


def test_the_mean_of_the_exponential_has_a_pole_at_minus_the_variance(saturated):
    """`complete_square` of the engine shifts the density instead, and nothing is divided by."""
    assert saturated.subs(mu, -(sigma**2)) is nan
    beside = saturated.subs({mu: S("-1.000000001"), sigma: 1}).evalf(20)
    right = float(truth(lower_exponential_moment(1), -1.0, 1.0).value)
    assert math.isclose(beside, right, rel_tol=1e-8)


@pytest.mark.parametrize(
    ("integral", "place", "quantity"),
    [
        ("saturated", (-40.0, 1.0), lower_exponential_moment(1)),
        ("rectified", (0.0, 1.0), upper_partial_moment(1)),
    ],
)
def test_the_integrals_are_no_numbers_where_the_truth_is_one(
    integral: str, place: tuple[float, float], quantity: Quantity, request: pytest.FixtureRequest
):
    """`numeric` is generated from another form of the same formulas because of this."""
    function: Callable[..., float] = lambdify(
        (mu, sigma), request.getfixturevalue(integral), "scipy"
    )
    with np.errstate(all="ignore"):
        assert math.isnan(function(*map(np.float64, place)))
    assert 0 < float(truth(quantity, *place).value) < 1


def test_an_integral_folds_a_piecewise_into_its_integrand():
    """`DefiniteIntegral` of `gaussian/derivation.py` keeps the density visible because of this."""
    density = Function("p")(x)
    step = Piecewise((1, x >= 0), (0, True))
    assert Integral(step * density, (x, -oo, oo)).function == Piecewise(
        (density, x >= 0), (0, True)
    )
    assert DefiniteIntegral(step * density, (x, -oo, oo)).function == step * density
