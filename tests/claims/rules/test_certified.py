"""Independent witnesses as rules: they prove what they can, and refute nothing."""

import pytest
from findings import found
from sympy import DiracDelta, Rational, S, cos, exp

from elu_sym import mean, variance
from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.certify.witness import Evidence
from elu_sym.claims.rules.certified import (
    Certified,
    EqualsIntegral,
    SolvesHeatEquation,
    VarianceSolvesHeatEquation,
)
from elu_sym.symbols import alpha, mu, sigma, x

ELU = Elu(x, alpha)
MEAN, VARIANCE = mean.closed_form, variance.closed_form
PERCENT = Rational(101, 100)
SPURIOUS = mu / sigma**3 * exp(-(mu**2) / (2 * sigma**2))
"""It solves the heat equation and tends to 0 at every mu, but not uniformly."""

TRUE = [
    SolvesHeatEquation(MEAN, ELU),
    SolvesHeatEquation(NormalPdf(mu / sigma) / sigma, DiracDelta(x)),
    VarianceSolvesHeatEquation(VARIANCE, ELU, MEAN),
    VarianceSolvesHeatEquation(sigma**2, x, mu),
    EqualsIntegral(MEAN, ELU),
    EqualsIntegral(exp(mu + sigma**2 / 2), exp(x)),
]

OPEN = {
    "one per cent": SolvesHeatEquation(MEAN * PERCENT, ELU),
    "another start": SolvesHeatEquation(MEAN, Relu(x)),
    "no uniform bound": SolvesHeatEquation(MEAN + SPURIOUS, ELU),
    "outside of the algebra": SolvesHeatEquation(exp(-(sigma**2) / 2), cos(x)),
    "one per cent of a variance": VarianceSolvesHeatEquation(VARIANCE * PERCENT, ELU, MEAN),
    "another mean": VarianceSolvesHeatEquation(VARIANCE, ELU, MEAN + 1),
    "the variance of an atom": VarianceSolvesHeatEquation(S.One, DiracDelta(x), S.One),
    "the twentieth digit": EqualsIntegral(MEAN * (1 + Rational(1, 10**18)), ELU),
    "no parameter of the integrand": EqualsIntegral(S.Half, ELU),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text()[:80])
def test_true(assertion: Certified) -> None:
    step = found(assertion, True)
    is_enclosed = isinstance(assertion, EqualsIntegral)
    assert step.evidence is (Evidence.ENCLOSURE if is_enclosed else Evidence.ALGEBRA)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_balls_at_a_few_points_are_said_to_be_no_more() -> None:
    text = EqualsIntegral(mu, x).to_text()
    assert text == "E[x] = mu at x = X ~ N(mu, sigma**2), to 20 digits at 4 rational points"
    assert SolvesHeatEquation(mu, x).to_text() == "E[x] = mu at x = X ~ N(mu, sigma**2)"
