import numpy as np
import pytest
from sympy import Rational, S, erfc, lambdify
from textbook import ABSOLUTE_MEAN, MEAN, VARIANCE

from elu_sym.certify.floating_point import condition_aware, numeric_certificate, relative_to
from elu_sym.certify.points import hard_points, random_points
from elu_sym.symbols import alpha, mu, sigma

MILD = random_points([alpha], 60, seed=7, largest_ratio=3, sigma_range=(0.2, 2))
textbook_mean = lambdify((mu, sigma, alpha), MEAN.rewrite(erfc), "scipy")
textbook_variance = lambdify((mu, sigma, alpha), VARIANCE.rewrite(erfc), "scipy")


def test_a_good_function_passes():
    witness = numeric_certificate(textbook_mean, MEAN, MILD, 1e-9, scale=relative_to(ABSOLUTE_MEAN))
    assert witness.passed, witness.detail
    assert witness.kind == "arb"
    assert "60 points" in witness.detail


@pytest.mark.parametrize("flaw", [1 + 1e-8, 1 - 1e-8, -1])
def test_a_small_flaw_is_seen(flaw):
    def flawed(*values):
        return flaw * textbook_mean(*values)

    witness = numeric_certificate(flawed, MEAN, MILD, 1e-9, scale=relative_to(ABSOLUTE_MEAN))
    assert not witness.passed
    assert "mu = " in witness.detail


def test_one_wrong_point_is_named():
    def flawed(means, sigmas, alphas):
        values = textbook_mean(means, sigmas, alphas)
        values[17] += 1e-3
        return values

    witness = numeric_certificate(flawed, MEAN, MILD, 1e-9, scale=relative_to(ABSOLUTE_MEAN))
    assert not witness.passed
    assert witness.detail.startswith("1 of 60 points")
    assert f"mu = {float(MILD[17][mu])!r}" in witness.detail


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_fails(bad):
    witness = numeric_certificate(lambda m, s, a: m * bad, MEAN, MILD, 1e30)
    assert not witness.passed


def test_the_textbook_form_fails_at_the_hard_points():
    points = list(hard_points([alpha]))
    with np.errstate(all="ignore"):
        witness = numeric_certificate(textbook_mean, MEAN, points, 1e-9)
    assert not witness.passed


def test_the_textbook_variance_cancels():
    point = {mu: Rational(-12), sigma: Rational(1, 4), alpha: S.One}
    assert not numeric_certificate(textbook_variance, VARIANCE, [point], 1e-6)


def test_the_condition_aware_measure_grants_what_no_algorithm_can_avoid():
    """Near its zero the mean cannot be right relative to itself, however it is computed."""
    points = random_points([alpha], 30, seed=9, largest_ratio=1, sigma_range=(0.5, 2))

    def exact_on_rounded_input(means, sigmas, alphas):
        nudged = np.nextafter(means, np.inf)
        return textbook_mean(nudged, sigmas, alphas)

    scale = condition_aware(MEAN)
    assert numeric_certificate(exact_on_rounded_input, MEAN, points, 100, scale=scale)
    assert not numeric_certificate(
        lambda *values: textbook_mean(*values) * (1 + 1e-12), MEAN, points, 100, scale=scale
    )


def test_an_exact_zero_needs_an_exact_zero():
    points = [{mu: S.Zero, sigma: S.One}]
    assert numeric_certificate(lambda m, s: m, mu, points, 1e-9, symbols=(mu, sigma))
    assert not numeric_certificate(lambda m, s: m + 1e-300, mu, points, 1e-9, symbols=(mu, sigma))


def test_a_wrong_shape_is_rejected():
    witness = numeric_certificate(lambda m, s, a: 0.0, MEAN, MILD, 1e-9)
    assert "shape" in witness.detail


def test_a_point_that_is_no_double_is_an_error():
    points = [{mu: Rational(1, 3), sigma: S.One, alpha: S.One}]
    with pytest.raises(ValueError, match="not exactly a double"):
        numeric_certificate(textbook_mean, MEAN, points, 1e-9)
