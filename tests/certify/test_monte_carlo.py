from functools import cache
from math import inf, isclose, nan

import numpy as np
import pytest
from sympy import Heaviside, Rational, erfc, lambdify
from textbook import ELU, MEAN, SECOND_MOMENT, VARIANCE, above, below_zero

from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify import monte_carlo
from elu_sym.certify.monte_carlo import (
    GRID,
    largest_share,
    lyapunov_bound,
    monte_carlo_certificate,
)
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.certify.sampling import sample
from elu_sym.symbols import alpha, mu, sigma, x

SAMPLES = 1 << 21

t = mu / sigma


@cache
def drawn():
    """One draw of f(X) for every test of a mean or a variance."""
    return sample(ELU, GRID, SAMPLES)


def check(formula, statistic="mean", **options):
    return monte_carlo_certificate(formula, ELU, statistic, drawn=drawn(), **options)


def test_the_right_formulas_pass():
    for witness in (
        check(MEAN),
        check(lambdify((mu, sigma, alpha), MEAN.rewrite(erfc), "scipy")),
        check(VARIANCE, "variance"),
        monte_carlo_certificate(SECOND_MOMENT, ELU**2, samples=SAMPLES),
    ):
        assert witness.passed, witness.detail
        assert witness.kind == "montecarlo"
        assert "false-alarm rate 1e-06" in witness.detail
        assert "2097152 samples" in witness.detail


@pytest.mark.parametrize(
    "wrong",
    [
        MEAN - 2 * alpha * below_zero(1),
        MEAN.subs(NormalCdf(-t - sigma), NormalCdf(-t + sigma)),
        MEAN + mu * NormalCdf(t),
        MEAN + alpha * below_zero(0) / 50,
        MEAN.subs(sigma, sigma**2),
        MEAN.subs(alpha, 2 * alpha),
        MEAN * Rational(101, 100),
    ],
    ids=[
        "sign",
        "sign in an argument",
        "coefficient",
        "coefficient 2 %",
        "sigma^2",
        "alpha",
        "1 %",
    ],
)
def test_a_wrong_mean_is_rejected(wrong):
    witness = check(wrong)
    assert not witness.passed
    assert "at mu = " in witness.detail


@pytest.mark.parametrize(
    "wrong",
    [SECOND_MOMENT, SECOND_MOMENT + MEAN**2, VARIANCE.subs(sigma, sigma**2), 2 * VARIANCE],
    ids=["mean left out", "sign", "sigma^2", "factor"],
)
def test_a_wrong_variance_is_rejected(wrong):
    assert not check(wrong, "variance")


@pytest.mark.parametrize("value", [nan, inf])
def test_what_is_not_finite_is_rejected(value):
    assert not check(lambda m, s, a: m * 0 + value)
    one_bad = np.where(np.arange(len(GRID)) == 5, value, 1.0)
    right = lambdify((mu, sigma, alpha), MEAN.rewrite(erfc), "scipy")
    assert not check(lambda m, s, a: right(m, s, a) * one_bad)


def test_z_scores_are_those_of_the_definition():
    moments = SampleMoments.of(np.array([0.0, 1.0, 3.0, 8.0]))
    values = np.array([0.0, 1.0, 3.0, 8.0])
    error = values.std(ddof=1) / 2
    assert isclose(monte_carlo._score(2.0, moments, "mean"), 1.0 / error)
    deviations = (values - 3) ** 2
    error = deviations.std() / 2
    found = monte_carlo._score(10.0, moments, "variance")
    assert isclose(found, (values.var(ddof=1) - 10) / error)


def test_the_false_alarm_rate_is_that_of_the_whole_grid():
    """On 400 grids of pure chance, 5 % of them are rejected, within four standard errors."""
    normal = np.random.default_rng(0).standard_normal((4000, 12))
    rejected = np.mean(np.abs(normal).max(axis=1) > monte_carlo.threshold_of(0.05, 12))
    assert abs(rejected - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 4000)


def test_z_scores_of_a_right_formula_look_standard_normal():
    grid = [(0.1, 1.0, 1.0)] * 60
    moments = sample(ELU, grid, 1 << 15, seed=5)
    value = float(MEAN.subs({mu: Rational(1, 10), sigma: 1, alpha: 1}).rewrite(erfc).evalf())
    scores = np.array([monte_carlo._score(value, moment, "mean") for moment in moments])
    assert abs(scores.mean()) < 4 / np.sqrt(60)
    assert abs((scores**2).mean() - 1) < 4 * np.sqrt(2 / 60)


def test_a_rare_event_is_not_passed_but_counted():
    step = Heaviside(x)
    grid = [(0.0, 1.0), (-4.0, 1.0), (-12.0, 1.0)]
    options = {"grid": grid, "samples": 1 << 17, "symbols": (mu, sigma)}
    witness = monte_carlo_certificate(above(0), step, **options)
    assert not witness.passed
    assert "only 1 of 3 points are informative" in witness.detail
    tolerant = monte_carlo_certificate(above(0), step, uninformative=2, **options)
    assert tolerant.passed
    assert "2 points uninformative" in tolerant.detail


def test_a_grid_without_information_never_passes():
    options = {"grid": [(-12.0, 1.0)], "samples": 1 << 13, "symbols": (mu, sigma)}
    assert not monte_carlo_certificate(above(0), Heaviside(x), uninformative=1, **options)


def test_a_constant_sample_has_no_information():
    assert largest_share(SampleMoments.of(np.ones(100))) == 1.0
    assert largest_share(SampleMoments.of(np.ones(100)), "variance") == 1.0


def test_the_share_bounds_every_single_contribution():
    values = np.random.default_rng(1).exponential(size=1000)
    moments = SampleMoments.of(values)
    squares = (values - values.mean()) ** 2
    assert isclose(largest_share(moments), (squares / squares.sum()).max())
    deviations = (squares - squares.mean()) ** 2
    share = largest_share(moments, "variance")
    assert share >= (deviations / deviations.sum()).max() * (1 - 1e-12)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match=r"false_alarm = 2"):
        check(MEAN, false_alarm=2)
    with pytest.raises(ValueError, match="give one for each of 12"):
        monte_carlo_certificate(MEAN, ELU, drawn=drawn()[:3])


def test_the_lyapunov_bound_is_a_bound_and_sharper_than_the_largest_share():
    values = np.random.default_rng(8).standard_normal(1000) ** 3
    moments = SampleMoments.of(values)
    deviations = np.abs(values - values.mean())
    ratio = (deviations**3).sum() / (deviations**2).sum() ** 1.5
    assert ratio <= lyapunov_bound(moments) <= np.sqrt(largest_share(moments))
    spread = np.abs(deviations**2 - (deviations**2).mean())
    assert (spread**3).sum() / (spread**2).sum() ** 1.5 <= lyapunov_bound(moments, "variance")
    assert lyapunov_bound(SampleMoments.of(np.ones(100))) == 1.0
