"""The error of a value never exceeds its bound, and the bounds are no idle ones."""

import mpmath
import numpy as np
import pytest
from scipy.special import ndtr
from sympy import Rational, Symbol, exp, log, pi, sqrt

from elu_sym.algebra.enclosure import enclosures
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.book import error_bounds
from elu_sym.book.error_bounds import Bounded, bounded_function
from elu_sym.symbols import mu, sigma

a = Symbol("a", real=True)
t = mu / sigma

FORMS = [
    mu - Rational(1, 3),
    mu * sigma - sigma**2 / 7,
    (mu + a) ** 3 / sigma**2,
    sqrt(sigma) * sigma ** Rational(-3, 2),
    sigma ** Rational(1, 3) - pi * sigma ** sqrt(2),
    exp(mu - sigma) - exp(2),
    log(sigma) * mu,
    NormalPdf(t - a / sigma) * sigma,
    NormalCdf(t - a / sigma) - Rational(1, 2),
    exp(mu + sigma**2 / 2) * NormalCdf(-t - sigma) - NormalCdf(-t),
    exp(mu * 2 + 2 * sigma**2 - a) * NormalCdf(a / sigma - t - 2 * sigma),
    exp(a * mu) * NormalPdf(t) + NormalCdf(t) ** 2,
    NormalCdf(t).rewrite("erfc") - NormalCdf(t) * mu,
]


def points(count=400):
    source = np.random.default_rng(3)
    width = np.exp(source.uniform(-12, 5, count))
    mean = width * source.normal(size=count) * 10 ** source.uniform(-3, 2, count)
    return mean, width, source.normal(size=count) * 4


def proved_values(form, symbols=(mu, sigma, a)):
    """Values, bounds and rational points where something is proved."""
    columns = points()
    value, error = bounded_function(form, symbols)(*columns)
    proved = np.flatnonzero(np.isfinite(error))
    places = [
        {s: Rational(column[index]) for s, column in zip(symbols, columns, strict=True)}
        for index in proved
    ]
    return value[proved], error[proved], places


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_truth_is_within_the_bound(form):
    values, errors, places = proved_values(form)
    assert len(places) > 200
    for value, error, place in zip(values[:150].tolist(), errors.tolist(), places, strict=False):
        for ball in enclosures(form, place):
            if ball.rel_accuracy_bits() > 80 or ball.rad() < 2.0**-20 * error:
                break
        distance = abs(ball - value)
        assert distance < error or distance == error == 0, place


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_bound_is_not_so_large_that_every_value_goes_to_arb(form):
    values, errors, _ = proved_values(form)
    tight = errors <= 200 * 2.0**-53 * np.maximum(abs(values), 1e-280)
    assert tight.mean() > 0.3


def test_what_no_double_holds_is_not_proved():
    columns = np.array([0.0, 1e300]), np.array([40.0, 1e300])
    for form in (exp(mu + sigma**2), 1 / mu, sqrt(mu - 1), log(mu), mu * exp(2000)):
        _, error = bounded_function(form, (mu, sigma))(*columns)
        assert not np.isfinite(error).all(), form


def test_far_tails_are_proved():
    tail = bounded_function(NormalCdf(t), (mu, sigma))
    value, error = tail(np.array([-1e200, -1e5, 1e5, 1e200]), np.ones(4))
    assert value.tolist() == [0, 0, 1, 1]
    assert error.max() <= 2.0**-52
    # Overflow times underflow, combined: M(40)/sqrt(2 pi).
    value, _ = bounded_function(exp(mu + sigma**2 / 2) * NormalCdf(-t - sigma), (mu, sigma))(
        np.zeros(1), np.array([40.0])
    )
    with mpmath.workdps(30):
        true = mpmath.erfc(40 / mpmath.sqrt(2)) * mpmath.exp(800) / 2
    np.testing.assert_allclose(value, float(true), rtol=1e-14)


def test_the_functions_err_no_more_than_the_bounds_suppose():
    source = np.random.default_rng(4)
    places = np.concatenate([source.uniform(-700, 700, 2000), source.normal(size=2000)])
    sizes = np.exp(source.uniform(-700, 700, 2000))
    gaps = np.exp(source.uniform(-30, 6, 2000))
    sizes = np.concatenate([sizes, 1 + places[2000:] / 1e3])
    with mpmath.workdps(40):
        for function, true, arguments, allowed in (
            (np.exp, mpmath.exp, places, error_bounds.EXPONENTIAL),
            (np.log, mpmath.log, sizes, error_bounds.LOGARITHM),
            (error_bounds._mills, true_mills, np.minimum(gaps, 30.0), error_bounds.MILLS),
        ):
            for place, value in zip(arguments, function(arguments), strict=True):
                exact = true(mpmath.mpf(float(place)))
                assert abs(mpmath.mpf(float(value)) - exact) <= allowed * abs(exact)


def test_an_unknown_function_is_named():
    from sympy import sin

    with pytest.raises(ValueError, match=r"no error bound is known for sin\(mu\)"):
        bounded_function(sin(mu), (mu, sigma))


def true_mills(x):
    return mpmath.exp(x * x / 2) * mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(x / mpmath.sqrt(2))


FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "root": mpmath.sqrt,
    "reciprocal": lambda x: 1 / x,
    "mills_ratio": true_mills,
    "density": mpmath.npdf,
    "distribution": mpmath.ncdf,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_the_argument_may_be_is_within_the_bound(name):
    source = np.random.default_rng(5)
    places = source.uniform(0, 12, 300) * (1 if name in ("log", "root", "mills_ratio") else -1)
    errors = np.exp(source.uniform(-20, 0, 300))
    value, bound = getattr(Bounded(places, errors), name)()
    assert np.isfinite(bound).mean() > 0.8
    with mpmath.workdps(40):
        for index in np.flatnonzero(np.isfinite(bound)):
            for side in (-1, 1):
                place = mpmath.mpf(places[index]) + side * mpmath.mpf(errors[index])
                distance = abs(FUNCTIONS[name](place) - mpmath.mpf(value[index]))
                assert distance <= mpmath.mpf(bound[index]) * (1 + mpmath.mpf(2) ** -40), place


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("exp", lambda self: Bounded.rounded(np.exp(self.value))),
        (
            "density",
            lambda self: Bounded.rounded(np.exp(-(self.value**2) / 2) / np.sqrt(2 * np.pi)),
        ),
        ("distribution", lambda self: Bounded.rounded(ndtr(self.value))),
        ("mills_ratio", lambda self: Bounded.rounded(error_bounds._mills(self.value))),
        ("log", lambda self: Bounded.rounded(np.log(self.value))),
        ("root", lambda self: Bounded.rounded(np.sqrt(self.value))),
        ("__mul__", lambda self, other: Bounded.rounded(self.value * other.value)),
        ("__add__", lambda self, other: Bounded.rounded(self.value + other.value)),
    ],
)
def test_a_bound_that_forgets_something_is_found_out(name, mutant, monkeypatch):
    monkeypatch.setattr(Bounded, name, mutant)
    if name in FUNCTIONS:
        with pytest.raises(AssertionError):
            test_what_the_argument_may_be_is_within_the_bound(name)
        return
    form = mu * sigma - sigma**2 / 7
    with pytest.raises(AssertionError):
        test_the_truth_is_within_the_bound(form)
