import pytest
import textbook
from hypothesis import given, settings, strategies as st
from sympy import Abs, DiracDelta, Max, Min, Piecewise, Rational, S, Symbol, exp, log, symbols
from textbook import ELU, MEAN, SECOND_MOMENT, VARIANCE, above, density, excess

from elu_sym.activations import Relu
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.certify.heat import (
    heat_certificate,
    require_heat_equation,
    require_limit,
    require_uniform_bound,
    variance_heat_certificate,
)
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.witness import RejectedError
from elu_sym.symbols import alpha, mu, sigma, x

t = mu / sigma
INVISIBLE = mu * sigma**-3 * exp(-(mu**2) / (2 * sigma**2))
"""Solves the heat equation and tends to 0 at every mu, but is unbounded near the origin."""


@pytest.mark.parametrize("name", textbook.EXPECTATIONS)
def test_textbook_forms_are_proved(name):
    expression, g = textbook.EXPECTATIONS[name]
    witness = heat_certificate(expression, g)
    assert witness.passed, witness.detail
    assert witness.kind == "heat"


def test_two_breakpoints_are_proved():
    hard_tanh = excess(-1) - excess(1) - 1
    assert heat_certificate(hard_tanh, Max(-1, Min(1, x)))
    assert not heat_certificate(excess(-1) - excess(2) - 1, Max(-1, Min(1, x)))
    assert heat_certificate(2 * excess(0) - mu, Abs(x))
    assert not heat_certificate(2 * excess(0), Abs(x))


def test_symbolic_breakpoints_need_and_respect_an_order():
    a, b = symbols("a b", real=True)
    indicator = Integrand.from_expr(Piecewise((1, (x > a) & (x < b)), (0, True)), order=(a, b))
    assert heat_certificate(above(a) - above(b), indicator)
    assert not heat_certificate(above(b) - above(a), indicator)


def test_the_invisible_solution_is_rejected_by_the_uniform_bound_alone():
    form = NormalForm.from_expr(INVISIBLE)
    require_heat_equation(form)
    require_limit(form, Integrand((S.Zero,), (S.Zero, S.Zero)))
    with pytest.raises(RejectedError, match="no uniform bound"):
        require_uniform_bound(form)
    witness = heat_certificate(MEAN + INVISIBLE, ELU)
    assert not witness.passed
    assert "no uniform bound" in witness.detail


@pytest.mark.parametrize(
    "wrong",
    [
        MEAN.subs(sigma, sigma**2),
        MEAN + sigma,
        MEAN * (1 + sigma),
        MEAN.subs(NormalCdf(-t - sigma), NormalCdf(-t + sigma)),
        MEAN.subs(exp(mu + sigma**2 / 2), exp(mu + sigma**2)),
        MEAN - 2 * sigma * NormalPdf(t),
    ],
)
def test_the_equation_rejects(wrong):
    witness = heat_certificate(wrong, ELU)
    assert not witness.passed
    assert "the heat equation fails" in witness.detail


@pytest.mark.parametrize(
    "wrong",
    [
        2 * MEAN,
        MEAN + Rational(1, 10**9),
        MEAN.subs(alpha, alpha + 1),
        MEAN.subs(mu, mu + 1),
        MEAN + above(0),
        SECOND_MOMENT,
        exp(mu + sigma**2 / 2),
    ],
)
def test_the_limit_rejects(wrong):
    witness = heat_certificate(wrong, ELU)
    assert not witness.passed
    assert "limit sigma -> 0+" in witness.detail or "has a kink" in witness.detail


@pytest.mark.parametrize(
    "unbounded",
    [
        1 / sigma,
        mu / sigma,
        1 / mu,
        exp(1 / sigma),
        exp(mu / sigma),
        exp(mu**2),
        exp(mu**3 / sigma**2),
        exp(mu**2 / sigma**2),
        exp(1 / sigma**2 - mu**2 / (2 * sigma**2)),
        exp(-(mu**2) / sigma**4),
        exp(1 / mu),
        1 / (1 + mu**2),
        1 / NormalCdf(t),
        log(sigma),
        log(sigma) * mu,
        mu / (alpha - 1),
        Symbol("w") * mu,
    ],
    ids=str,
)
def test_the_bound_rejects(unbounded):
    with pytest.raises(RejectedError, match="no uniform bound"):
        require_uniform_bound(NormalForm.from_expr(unbounded))


@pytest.mark.parametrize(
    "bounded",
    [
        mu**3 * sigma**2 * exp(mu * sigma + mu / alpha),
        NormalCdf(t + 5 / sigma) * exp(-((mu - 2) ** 2) / (2 * sigma**2) + 3 * mu),
        exp(-((mu - 1) ** 2) / (2 * sigma**2) - (mu - alpha) ** 2 / (2 * sigma**2)),
        log(alpha) / (1 + alpha),
    ],
    ids=str,
)
def test_the_bound_accepts(bounded):
    require_uniform_bound(NormalForm.from_expr(bounded))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (NormalCdf(sigma + mu), "no part"),
        (NormalCdf(t + 1 / sigma**2), "no part"),
        (NormalCdf(1 / sigma), "no part"),
        (NormalCdf(mu / (sigma + sigma**2)), "no limit"),
        (above(Rational(1, 3)), "kink at 1/3"),
        (sigma * density(3), "kink at 3"),
        (mu, "is mu and not 0"),
    ],
    ids=str,
)
def test_the_limit_is_refused_where_it_is_not_known(expression, reason):
    with pytest.raises(RejectedError, match=reason):
        require_limit(NormalForm.from_expr(expression), Integrand((S.Zero,), (S.Zero, S.Zero)))


def test_two_separate_densities_vanish_together():
    product = exp(-((mu - 1) ** 2) / (2 * sigma**2) - (mu + 1) ** 2 / (2 * sigma**2))
    require_limit(NormalForm.from_expr(product), Integrand((), (S.Zero,)))


def test_an_atom_is_the_derivative_of_a_step():
    assert heat_certificate(density(2), DiracDelta(x - 2))
    assert not heat_certificate(2 * density(2), DiracDelta(x - 2))
    assert not heat_certificate(density(1), DiracDelta(x - 2))
    assert not heat_certificate(S.Zero, DiracDelta(x - 2))
    careless = textbook.CURVATURE_MEAN - (1 - alpha) * density(0)
    assert not heat_certificate(careless, ELU.diff(x, 2))


def test_derivatives_of_a_certified_mean_are_certified():
    assert heat_certificate(MEAN.diff(mu), Integrand.from_expr(ELU).derivative())
    assert heat_certificate(MEAN.diff(alpha), Integrand.from_expr(ELU).derivative(alpha))


def test_the_variance_is_proved_by_its_own_equation():
    witness = variance_heat_certificate(VARIANCE, MEAN, ELU)
    assert witness.passed, witness.detail


@pytest.mark.parametrize(
    ("variance", "mean", "reason"),
    [
        (2 * VARIANCE, MEAN, "the heat equation fails"),
        (SECOND_MOMENT, MEAN, "the heat equation fails"),
        (VARIANCE + 1, MEAN, "the limit"),
        (VARIANCE + INVISIBLE, MEAN, "no uniform bound"),
        (VARIANCE, MEAN + 1, "the mean: the limit"),
        (sigma**2, mu, "the mean: the limit"),
    ],
)
def test_a_wrong_variance_is_rejected(variance, mean, reason):
    witness = variance_heat_certificate(variance, mean, ELU)
    assert not witness.passed
    assert reason in witness.detail


def test_an_atom_has_no_variance():
    assert "no variance" in variance_heat_certificate(S.One, density(0), DiracDelta(x)).detail


def test_an_expression_outside_the_algebra_is_rejected_and_not_an_error():
    witness = heat_certificate(Abs(mu), Relu(x))
    assert not witness.passed
    assert "Abs(mu)" in witness.detail


@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3), st.integers(0, 2))
@settings(max_examples=10)
def test_a_combination_is_proved_and_one_wrong_coefficient_refuted(coefficients, place):
    forms = [textbook.EXPECTATIONS[name] for name in ("elu", "relu squared", "elu'")]
    expression = S(sum(c * form for c, (form, _) in zip(coefficients, forms, strict=True)))
    g = Integrand.from_expr(S(sum(c * g for c, (_, g) in zip(coefficients, forms, strict=True))))
    assert heat_certificate(expression, g)
    assert not heat_certificate(expression + forms[place][0], g)


def test_a_distribution_in_an_exponent_is_not_read_as_something_else():
    witness = heat_certificate(exp(1 / NormalCdf(t)) - exp(1), S.Zero)
    assert not witness.passed
    assert "no rational function" in witness.detail
