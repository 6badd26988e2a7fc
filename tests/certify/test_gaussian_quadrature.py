"""Enclosures by quadrature hold the values of others, and what is wrong with g shows."""

import mpmath
import pytest
from activation_oracles import ORACLES, expectation, moments
from hypothesis import given, settings, strategies as st
from sympy import Abs, Max, Rational, Symbol, atan, exp, floor, log, sin, sqrt, tan, tanh

from elu_sym.activations import Elu
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.certify import gaussian_quadrature, tail_bound
from elu_sym.certify.gaussian_quadrature import (
    OPERATIONS,
    UncertifiedError,
    by_pieces,
    derivative,
    enclose_mean,
    stein_gap,
    until_narrow,
)
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.logistic import with_logistic
from elu_sym.certify.quadrature import enclose_expectation
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.symbols import mu, sigma, x

ZERO, ONE = Rational(0), Rational(1)
LAWS = [(ZERO, ONE), (Rational(-3, 2), Rational(1, 4)), (Rational(5), Rational(7))]

rationals = st.fractions(-3, 3, max_denominator=8).map(lambda q: Rational(str(q)))
widths = st.fractions("1/8", 4, max_denominator=8).map(lambda q: Rational(str(q)))


def pieces_of(name):
    return Integrand.split(with_logistic(NAMED_ACTIVATIONS[name].define(x)))


def ball_of(number):
    """What mpmath found, as a ball that is as wide as its error may be."""
    import flint

    return flint.arb(mpmath.nstr(number, 36), flint.arb("1e-29") * max(abs(float(number)), 1e-3))


def found(name, moment, law):
    g = pieces_of(name)
    square = by_pieces(g if moment != "derivative_second_moment" else derivative(g), lambda p: p**2)
    return enclose_mean(g if moment == "mean" else square, *law, 128)


def agrees(name, law=(ZERO, ONE)):
    truth = moments(name, mpmath.mpf(law[0].p) / law[0].q, mpmath.mpf(law[1].p) / law[1].q)
    for moment in ("mean", "second_moment", "derivative_second_moment"):
        ball = found(name, moment, law)
        assert ball.rad() < 1e-28 * max(1, abs(float(ball)))
        if not ball.overlaps(ball_of(truth[moment])):
            return False
    return True


@pytest.mark.parametrize("name", ["hard_swish", "softsign"])
def test_the_ball_holds_the_30_digits_of_mpmath(name):
    assert agrees(name)


@pytest.mark.deep
@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("law", LAWS, ids=str)
def test_every_ball_holds_the_30_digits_of_mpmath(name, law):
    assert agrees(name, law)


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_stein_confirms_the_derivative(name):
    g = pieces_of(name)
    gap = stein_gap(g, derivative(g), Rational(1, 3), Rational(2), 64)
    assert gap.rad() < 1e-15
    assert gap.contains(0) is not NAMED_ACTIVATIONS[name].jumps


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_stein_sees_a_derivative_that_is_wrong_by_a_billionth(name):
    g = pieces_of(name)
    wrong = by_pieces(derivative(g), lambda piece: piece * (1 + Rational(1, 10**9)))
    assert not stein_gap(g, wrong, Rational(1, 3), Rational(2), 64).contains(0)


@pytest.mark.parametrize("name", [name for name, oracle in ORACLES.items() if oracle.kinks])
def test_stein_sees_a_kink_that_is_moved(name):
    g = moved(pieces_of(name))
    assert not stein_gap(g, derivative(g), Rational(1, 3), Rational(2), 64).contains(0)


def test_with_a_kink_that_is_moved_the_ball_misses_the_value():
    truth = ball_of(moments("softshrink")["second_moment"])
    square = by_pieces(pieces_of("softshrink"), lambda piece: piece**2)
    assert enclose_mean(square, ZERO, ONE, 100).overlaps(truth)
    assert not enclose_mean(moved(square), ZERO, ONE, 100).overlaps(truth)


def moved(g):
    first, *others = g.breakpoints
    return Integrand((first + Rational(1, 1000), *others), g.pieces)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_written_out_or_as_functions_of_their_own_it_is_the_same(law):
    """The logistic function and softplus, which are read in two ways far from 0."""
    written = Integrand.split(NAMED_ACTIVATIONS["mish"].define(x))
    first, second = (enclose_mean(g, *law, 100) for g in (written, pieces_of("mish")))
    assert first.overlaps(second)
    assert max(first.rad(), second.rad()) < 1e-24


def test_what_is_cut_off_is_in_the_radius(monkeypatch):
    """Without the bound of the tails, or with one that is too small, the ball misses the value."""
    import flint

    truth = ball_of(moments("gelu")["second_moment"])
    monkeypatch.setattr(gaussian_quadrature, "_tail", lambda *_: (flint.arb(5), flint.arb(0)))
    assert not found("gelu", "second_moment", (ZERO, ONE)).overlaps(truth)


def test_a_branch_cut_is_seen(monkeypatch):
    """Near the roots of x^2 + 1/100 the integral is wrong for whoever does not ask."""
    g = Integrand.split(sqrt(x**2 + Rational(1, 100)))
    with mpmath.workdps(40):
        truth = ball_of(mpmath.hyperu(0.5, 2, mpmath.mpf(1) / 200) / mpmath.sqrt(2) / 100)
    assert enclose_mean(g, ZERO, ONE, 100).overlaps(truth)
    careless = {sqrt: lambda analytic, t: t.sqrt()}
    monkeypatch.setattr(gaussian_quadrature, "OPERATIONS", OPERATIONS | careless)
    assert not enclose_mean(g, ZERO, ONE, 100).overlaps(truth)


def test_the_branch_points_of_the_arc_tangent_are_seen():
    """E atan(5 X)^2, whose branch points lie at a distance of 1/5."""
    ball = enclose_mean(Integrand.split(atan(5 * x) ** 2), ZERO, ONE, 110)
    with mpmath.workdps(38):
        assert ball.overlaps(ball_of(expectation(lambda t: mpmath.atan(5 * t) ** 2, (0,))))


def test_every_operation_has_a_bound_of_its_growth():
    assert set(OPERATIONS) == set(tail_bound.OPERATIONS)


@given(st.integers(0, 3), rationals, rationals, widths, rationals)
@settings(max_examples=10)
def test_exponential_polynomials_are_enclosed_alike(n, rate, mean, width, cut):
    """By the quadrature that bounds their tails term by term."""
    g = x**n * exp(rate * x) * Max(x, cut)
    other = enclose_expectation(g, {mu: mean, sigma: width}).value
    assert enclose_mean(Integrand.split(g), mean, width, 100).overlaps(other)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_elu_is_enclosed_alike(law):
    g = Integrand.split(Elu(x, ONE) ** 2)
    other = enclose_expectation(Elu(x, ONE) ** 2, dict(zip((mu, sigma), law, strict=True))).value
    ball = enclose_mean(g, *law, 128)
    assert ball.overlaps(other)
    assert float(ball) == float(other)


@pytest.mark.parametrize(
    ("g", "reason"),
    [
        (exp(x**2), "may grow faster than exp"),
        (Abs(x) ** Rational(5, 2) + tan(x), "no enclosure is known for tan"),
        (Symbol("a", real=True) * tanh(x), "a in the integrand"),
        (floor(x), "no enclosure is known for floor"),
    ],
    ids=str,
)
def test_what_cannot_be_enclosed_is_refused(g, reason):
    with pytest.raises(UncertifiedError, match=reason):
        enclose_mean(Integrand.split(g), ZERO, ONE, 100)


@pytest.mark.parametrize("g", [1 / x, log(x**2), 1 / sin(x)], ids=str)
def test_no_ball_is_narrow_at_a_pole(g, monkeypatch):
    monkeypatch.setattr(gaussian_quadrature, "HIGHEST_PRECISION", 64)
    with pytest.raises(UncertifiedError):
        until_narrow(lambda b: enclose_mean(Integrand.split(g), ZERO, ONE, b), 60, "a mean")


def test_a_value_that_is_0_is_refused_and_not_rounded(monkeypatch):
    monkeypatch.setattr(gaussian_quadrature, "HIGHEST_PRECISION", 256)
    odd = Integrand.split(tanh(x))
    with pytest.raises(UncertifiedError, match="a mean is only known to be"):
        until_narrow(lambda bits: enclose_mean(odd, ZERO, ONE, bits), 60, "a mean")


def test_the_density_is_that_of_the_law():
    """E phi(X) is a normal density itself."""
    law = Rational(2, 3), Rational(3, 2)
    ball = enclose_mean(Integrand.split(NormalPdf(x)), *law, 120)
    with mpmath.workdps(40):
        mean, spread = mpmath.mpf(2) / 3, mpmath.sqrt(1 + mpmath.mpf(9) / 4)
        assert ball.overlaps(ball_of(mpmath.npdf(mean, 0, spread)))
