"""QuantLib, which nobody here wrote, prices the moments of ELU: a call on X less puts on e^X.

QuantLib evaluates the textbook formulas in double precision, so it is off by the rounding of their
terms and by the error of its normal distribution, which is absolute: 0.5*(1 + erf) down to 1e-8,
and below that an asymptotic series whose relative error is at its worst, 1.3e-7, where it takes
over, at -5.6. :func:`normal_error` says so, and :func:`tolerances` adds up what it amounts to.
"""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import QuantLib
from numpy.typing import NDArray
from oracles import (
    derivative_mean as true_derivative_mean,
    mean as true_mean,
    truth,
    upper_partial_moment,
)
from scipy.special import ndtr
from sympy import Rational, exp

from elu_sym import derivative_mean, mean, relu, second_moment
from elu_sym.algebra.enclosure import enclose
from elu_sym.claims.chapters.options import (
    bachelier_call,
    bachelier_put,
    black_call,
    black_put,
)

Array = NDArray[np.float64]

EPSILON = 2.0**-52
SAFETY = 2
PROMISE = 8
POINTS = 10_000
CALL, PUT = QuantLib.Option.Call, QuantLib.Option.Put

bachelier = np.vectorize(QuantLib.bachelierBlackFormula, otypes=[float])
black = np.vectorize(QuantLib.blackFormula, otypes=[float])
normal_probability = np.vectorize(QuantLib.bachelierBlackFormulaAssetItmProbability, otypes=[float])
lognormal_probability = np.vectorize(QuantLib.blackFormulaAssetItmProbability, otypes=[float])


@dataclass(frozen=True)
class Law:
    """Points (mu, sigma, alpha), and what the textbook formulas are made of there."""

    mu: Array
    sigma: Array
    alpha: Array

    @property
    def t(self) -> Array:
        return self.mu / self.sigma

    @property
    def density(self) -> Array:
        return np.exp(-(self.t**2) / 2) / np.sqrt(2 * np.pi)

    def log_forward(self, k: int) -> Array:
        return k * self.mu + (k * self.sigma) ** 2 / 2

    def forward(self, k: int) -> Array:
        return np.exp(self.log_forward(k))

    @property
    def call(self) -> Array:
        return bachelier(CALL, 0.0, self.mu, self.sigma)

    def put(self, k: int) -> Array:
        return black(PUT, 1.0, self.forward(k), k * self.sigma)


def prices(law: Law) -> dict[str, Array]:
    """The three moments by QuantLib alone; E X_+^2 = mu E X_+ + sigma^2 P[X > 0]."""
    positive = normal_probability(CALL, 0.0, law.mu, law.sigma)
    below = lognormal_probability(PUT, 1.0, law.forward(1), law.sigma)
    square = law.mu * law.call + law.sigma**2 * positive
    return {
        "mean": law.call - law.alpha * law.put(1),
        "second_moment": square + law.alpha**2 * (2 * law.put(1) - law.put(2)),
        "derivative_mean": positive + law.alpha * law.forward(1) * below,
    }


def normal_error(t: Array) -> Array:
    """A bound of the error of QuantLib's normal distribution at t."""
    probability = ndtr(t)
    return np.where(probability > 1e-8, EPSILON, 1.5e-7 * probability)


def tolerances(law: Law) -> dict[str, Array]:
    """How far the textbook formulas may be off in double precision.

    The forward e^(mu + sigma^2/2) is rounded before QuantLib sees it, which moves the price by the
    delta and the probability by the density; the published functions keep within 8 times the
    rounding of their result and of their arguments.
    """
    t, phi = law.t, law.density
    upper = EPSILON * ndtr(t) + normal_error(t)
    lower = EPSILON * ndtr(-t) + normal_error(-t)
    call = abs(law.mu) * upper + law.sigma * phi * EPSILON * (1 + t**2)

    def below(k: int) -> Array:
        d = t + k * law.sigma
        relative = EPSILON * (3 + abs(law.log_forward(k)))
        return law.forward(k) * (normal_error(-d) + relative * ndtr(-d))

    exponential = law.forward(1) * ndtr(-t - law.sigma)
    moved = EPSILON * phi * (abs(t) + law.alpha * (1 + abs(law.log_forward(1))) / law.sigma)
    slope = ndtr(t) + law.alpha * exponential
    spread = law.sigma * (phi * abs(1 - law.alpha) + law.alpha * law.sigma * exponential)
    own = PROMISE * EPSILON * (abs(law.mu) * slope + spread + law.alpha * ndtr(-t))
    square_call = abs(law.mu) * call + law.sigma**2 * upper
    square_put = law.alpha**2 * (3 * lower + 2 * below(1) + below(2))
    own_square = 2 * PROMISE * EPSILON * (abs(law.mu) * phi * law.sigma + law.alpha**2 * ndtr(-t))
    return {
        "mean": SAFETY * (call + law.alpha * (lower + below(1))) + own,
        "second_moment": SAFETY * (square_call + square_put) + own_square,
        "derivative_mean": SAFETY * (upper + moved + law.alpha * below(1)) + own,
    }


def random_law(seed: int) -> Law:
    """Half of the points ordinary; the rest far out, narrow, wide, or at the end of a tail."""
    rng = np.random.default_rng(seed)
    regimes = [
        (rng.uniform(-5, 5, POINTS // 2), np.exp(rng.uniform(-3, 1, POINTS // 2))),
        (rng.uniform(-30, 30, POINTS // 8), np.exp(rng.uniform(-5, 0, POINTS // 8))),
        (rng.uniform(-3, 3, POINTS // 8), np.exp(rng.uniform(-15, -5, POINTS // 8))),
        (rng.uniform(-3, 3, POINTS // 8), rng.uniform(3, 12, POINTS // 8)),
        (rng.uniform(-8, -5, POINTS // 8), np.exp(rng.uniform(-3, 1, POINTS // 8))),
    ]
    t, sigma = (np.concatenate(parts) for parts in zip(*regimes, strict=True))
    return Law(t * sigma, sigma, np.exp(rng.uniform(-4, 4, len(t))))


@pytest.mark.parametrize("mu", [Rational(-7, 5), Rational(0), Rational(3, 11)])
@pytest.mark.parametrize("sigma", [Rational(1, 2), Rational(9, 4)])
@pytest.mark.parametrize("level", [Rational(1, 3), Rational(5, 2)])
def test_the_formulas_of_the_proofs_are_those_of_quantlib(
    mu: Rational, sigma: Rational, level: Rational
) -> None:
    forward = exp(mu + sigma**2 / 2)
    normal = float(mu), float(sigma)
    lognormal = float(forward), float(sigma)
    for formula, found in (
        (bachelier_call(mu, level, sigma), bachelier(CALL, float(level), *normal)),
        (bachelier_put(mu, level, sigma), bachelier(PUT, float(level), *normal)),
        (black_call(forward, level, sigma), black(CALL, float(level), *lognormal)),
        (black_put(forward, level, sigma), black(PUT, float(level), *lognormal)),
    ):
        exact = float(enclose(formula, {}).mid())
        assert abs(found - exact) <= 64 * EPSILON * (1 + abs(mu) + forward)


LAW = random_law(20240229)
PUBLISHED = {"mean": mean, "second_moment": second_moment, "derivative_mean": derivative_mean}


@pytest.fixture(scope="module")
def priced() -> dict[str, Array]:
    return prices(LAW)


@pytest.mark.parametrize("name", PUBLISHED)
def test_quantlib_prices_the_moment(name: str, priced: dict[str, Array]) -> None:
    computed = PUBLISHED[name](LAW.mu, LAW.sigma, LAW.alpha)
    assert len(computed) == POINTS
    excess = abs(computed - priced[name]) / tolerances(LAW)[name]
    worst = int(np.argmax(excess))
    assert excess[worst] <= 1, (LAW.mu[worst], LAW.sigma[worst], LAW.alpha[worst], excess[worst])


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("argument", ["mu", "sigma", "alpha"])
def test_the_tolerance_sees_an_argument_changed_by_a_millionth(
    name: str, argument: str, priced: dict[str, Array]
) -> None:
    arguments = {"mu": LAW.mu, "sigma": LAW.sigma, "alpha": LAW.alpha}
    arguments[argument] = arguments[argument] * (1 + 1e-6)
    computed = PUBLISHED[name](**arguments)
    seen = abs(computed - priced[name]) > tolerances(LAW)[name]
    assert np.mean(seen) > 0.5


def test_the_tolerance_is_narrow_at_ordinary_points() -> None:
    ordinary = slice(POINTS // 2)
    for name, formula in PUBLISHED.items():
        scale = abs(formula(LAW.mu, LAW.sigma, LAW.alpha))
        relative = (tolerances(LAW)[name] / scale)[ordinary]
        assert np.median(relative) < 1e-12, name


WHERE_QUANTLIB_LOSES = {
    # mu, sigma: the relative error of its price is between these two.
    "the series of the normal distribution takes over": (-5.61375, 1.0, 1e-6, 1e-5),
    "a call far out of the money cancels": (-5.0, 1.0, 1e-10, 1e-8),
}


@pytest.mark.parametrize("place", WHERE_QUANTLIB_LOSES)
def test_where_quantlib_loses_digits_of_a_call_the_book_does_not(place: str) -> None:
    mu, sigma, least, most = WHERE_QUANTLIB_LOSES[place]
    exact = truth(upper_partial_moment(1), mu, sigma)
    value = float(exact.value.mid())
    error = abs(QuantLib.bachelierBlackFormula(CALL, 0.0, mu, sigma) - value) / value
    assert least < error < most
    assert exact.error(float(relu.mean(mu, sigma))) <= 8


def test_a_narrow_law_costs_quantlib_half_of_its_digits() -> None:
    mu, sigma = 0.0, 1e-8
    exact = truth(true_mean, mu, sigma, 2.0)
    value = float(exact.value.mid())
    law = Law(*(np.array([each]) for each in (mu, sigma, 2.0)))
    error = abs(prices(law)["mean"][0] - value) / abs(value)
    assert 1e-10 < error < 1e-7
    assert exact.error(float(mean(mu, sigma, 2.0))) <= 8


def test_a_wide_law_is_beyond_quantlib_whose_forward_is_no_double() -> None:
    mu, sigma = 0.0, 40.0
    with pytest.raises(OverflowError):
        math.exp(sigma**2 / 2)
    for published, quantity in ((mean, true_mean), (derivative_mean, true_derivative_mean)):
        assert truth(quantity, mu, sigma).error(float(published(mu, sigma))) <= 8
