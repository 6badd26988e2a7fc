"""Independent witnesses as rules: they prove what they can, and refute nothing."""

import pytest
from findings import found
from sympy import DiracDelta, Rational, S, cos, exp

from elu_sym import mean, variance
from elu_sym.activations import Elu, Relu
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.certify.witness import Evidence
from elu_sym.claims.rules.certified import SolvesHeatEquation, VarianceSolvesHeatEquation
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
]

OPEN = {
    "one per cent": SolvesHeatEquation(MEAN * PERCENT, ELU),
    "another start": SolvesHeatEquation(MEAN, Relu(x)),
    "no uniform bound": SolvesHeatEquation(MEAN + SPURIOUS, ELU),
    "outside of the algebra": SolvesHeatEquation(exp(-(sigma**2) / 2), cos(x)),
    "one per cent of a variance": VarianceSolvesHeatEquation(VARIANCE * PERCENT, ELU, MEAN),
    "another mean": VarianceSolvesHeatEquation(VARIANCE, ELU, MEAN + 1),
    "the variance of an atom": VarianceSolvesHeatEquation(S.One, DiracDelta(x), S.One),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text()[:80])
def test_true(assertion: SolvesHeatEquation) -> None:
    assert found(assertion, True).evidence is Evidence.ALGEBRA


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)


def test_the_sentence_names_the_law() -> None:
    assert SolvesHeatEquation(mu, x).to_text() == "E[x] = mu at x = X ~ N(mu, sigma**2)"
