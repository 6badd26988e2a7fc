import pytest
from sympy import Heaviside, symbols
from textbook import DERIVATIVE_MEAN, ELU, MEAN, SECOND_MOMENT, VARIANCE, below_zero

from elu_sym.certify.compound import VALUE, Compound, identity_certificate
from elu_sym.symbols import alpha, mu, sigma, x

SQUARE, PRODUCT, OTHER = symbols("E[g**2] E[g*h] E[h]", real=True)
VARIANCE_OF_ELU = Compound(SQUARE - VALUE**2, {VALUE: ELU, SQUARE: ELU**2})
COVARIANCE = Compound(PRODUCT - VALUE * OTHER, {VALUE: ELU, OTHER: x, PRODUCT: ELU * x})
WEIGHTED = mu * MEAN + sigma**2 * DERIVATIVE_MEAN


def test_the_variance_is_its_parts():
    parts = {VALUE: MEAN, SQUARE: SECOND_MOMENT}
    assert identity_certificate(VARIANCE, VARIANCE_OF_ELU, parts)


def test_the_covariance_with_the_input_is_its_parts_and_steins():
    parts = {VALUE: MEAN, OTHER: mu, PRODUCT: WEIGHTED}
    assert identity_certificate(sigma**2 * DERIVATIVE_MEAN, COVARIANCE, parts)
    assert not identity_certificate(sigma * DERIVATIVE_MEAN, COVARIANCE, parts)


def test_a_conditional_mean_is_a_quotient():
    below = Heaviside(-x)
    partial = alpha * (below_zero(1) - below_zero(0))
    parts = {PRODUCT: partial, OTHER: below_zero(0)}
    compound = Compound(PRODUCT / OTHER, {PRODUCT: ELU * below, OTHER: below})
    assert identity_certificate(partial / below_zero(0), compound, parts)
    assert not identity_certificate(partial / (1 - below_zero(0)), compound, parts)


def test_a_wrong_part_is_named():
    parts = {VALUE: MEAN + 1, SQUARE: SECOND_MOMENT}
    witness = identity_certificate(SECOND_MOMENT - (MEAN + 1) ** 2, VARIANCE_OF_ELU, parts)
    assert not witness.passed
    assert witness.detail.startswith("the part E[g]: the limit")


def test_a_wrong_identity_is_named():
    parts = {VALUE: MEAN, SQUARE: SECOND_MOMENT}
    witness = identity_certificate(SECOND_MOMENT + MEAN**2, VARIANCE_OF_ELU, parts)
    assert not witness.passed
    assert "is not" in witness.detail


def test_parts_must_be_those_of_the_compound():
    with pytest.raises(ValueError, match=r"give a closed form for each of \['E\[g\*\*2\]'"):
        identity_certificate(VARIANCE, VARIANCE_OF_ELU, {VALUE: MEAN})


def test_any_function_of_expectations_is_a_compound():
    gain = Compound(VALUE**-2, {VALUE: x + 0 * alpha})
    assert identity_certificate(mu**-2, gain, {VALUE: mu})
