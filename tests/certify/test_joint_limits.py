"""Limits of formulas of two inputs: what is right is accepted, and what is not is rejected."""

import pytest
from sympy import Rational, S, exp

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.joint_limits import joint_limits_certificate, limit_on_a_line
from elu_sym.certify.witness import RejectedError
from elu_sym.symbols import mu1, mu2, rho, sigma1, sigma2

QUADRANT = BivariateNormalCdf(mu1 / sigma1, mu2 / sigma2, rho)
INDEPENDENT = NormalCdf(mu1 / sigma1) * NormalCdf(mu2 / sigma2)
POINT = {mu1: S.One, sigma1: S(2), mu2: Rational(-3, 4), sigma2: S.One}
LINES = [
    ({**POINT, rho: S.One}, NormalCdf(Rational(-3, 4))),
    ({**POINT, rho: -S.One}, S.Zero),
    ({**POINT, mu2: S.One, rho: -S.One}, NormalCdf(Rational(1, 2)) - NormalCdf(-1)),
]


def found(expression, lines=LINES, symmetric=True):
    return joint_limits_certificate(expression, INDEPENDENT, lines, symmetric=symmetric)


def test_the_probability_of_a_quadrant():
    witness = found(QUADRANT)
    assert witness.passed
    assert witness.kind == "limits"
    assert witness.detail.startswith("independence at correlation 0, 3 limits on a line, and")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (QUADRANT + 1, "at correlation 0"),
        (QUADRANT + rho**2, "the limit on the line"),
        (QUADRANT * (1 + rho * complement(rho) * mu1), "exchanging the inputs"),
        (QUADRANT + rho * exp(rho / complement(rho)), "has no limit"),
        (QUADRANT + rho / complement(rho), "a term has no limit"),
        (QUADRANT + rho * NormalCdf((rho - 1) / complement(rho)), "pass a breakpoint together"),
    ],
)
def test_what_is_wrong_is_rejected_with_the_reason(expression, reason):
    witness = found(expression)
    assert not witness.passed
    assert reason in witness.detail


def test_what_vanishes_at_both_ends_is_seen_by_exchange_alone():
    wrong = QUADRANT + rho * complement(rho) * mu1
    assert found(wrong, symmetric=False).passed
    assert not found(wrong).passed


def test_what_is_divided_by_the_complement_has_a_side():
    point = {mu1: S(2), mu2: S.One, rho: -S.One}
    assert limit_on_a_line(NormalCdf((mu1 + rho * mu2) / complement(rho)), point) == 1
    assert limit_on_a_line(NormalCdf((mu2 + rho * mu1) / complement(rho)), point) == 0
    assert limit_on_a_line(exp(-mu1 / complement(rho) ** 2), point) == 0
    with pytest.raises(RejectedError, match="has no limit"):
        limit_on_a_line(exp(mu1 / complement(rho) ** 2), point)
