"""Lemmas about laws of which only facts are known: they are proved, and false ones are not."""

import pytest
from sympy import Piecewise, Rational, S, exp

from elu_sym.activations import Elu, Relu
from elu_sym.claims.any_law import (
    ALWAYS,
    HITS_NEGATIVE,
    NEGATIVE,
    POSITIVE,
    SYMMETRIC,
    Lemma,
    added,
    dominated,
    every_law,
    indicator_of_zero,
    integrable,
    mean_of,
    mirrored,
    nonnegative_mean,
    pointwise,
    positive_gaussian_mean,
    positive_mean,
    slope,
    sure,
    two_points,
)
from elu_sym.claims.formulas import at_most, equal, for_all, less
from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.language import Formula, negation
from elu_sym.claims.tactics import auto, by_sign, counterexample, intro, lemmas
from elu_sym.symbols import alpha, mu, sigma, x

LOSS = Relu(x) - Elu(x, S.One)
"""Positive for x < 0, 0 elsewhere, at most 1."""

INDICATORS = [
    *(dominated(indicator, 1) for indicator in (NEGATIVE, POSITIVE)),
    dominated(LOSS, 1, proof=pointwise((less(exp(x), 1), auto()))),
]

EITHER, TOTAL = NEGATIVE + POSITIVE, mean_of(NEGATIVE) + mean_of(POSITIVE)


def last_of(steps: list[Lemma], *hypotheses: Formula) -> None:
    """Prove the last lemma by those before it, under hypotheses on the law."""
    *before, (formula, proof) = steps
    prove(every_law(*hypotheses, formula), intro(lemmas(before, proof)))


TRUE: dict[str, tuple[list[Lemma], tuple[Formula, ...]]] = {
    "what is bounded has a mean": (INDICATORS, ()),
    "and so has what is bounded by that": ([dominated(Relu(x), 0, (1, x))], (integrable(x),)),
    "a mean is positive": ([*INDICATORS, positive_mean(LOSS)], (HITS_NEGATIVE,)),
    "or at least 0": ([*INDICATORS, nonnegative_mean(LOSS)], ()),
    "means add up": ([*INDICATORS, dominated(EITHER, 1), added(mean_of(EITHER), TOTAL)], ()),
    "mirror images": ([*INDICATORS, mirrored(NEGATIVE, POSITIVE)], (SYMMETRIC,)),
    "everything is sure": (list(sure()), ()),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_lemma_is_proved(name: str) -> None:
    steps, hypotheses = TRUE[name]
    last_of(steps, *hypotheses)


FALSE: dict[str, tuple[list[Lemma], tuple[Formula, ...]]] = {
    "a bound that is too small": ([dominated(NEGATIVE, Rational(1, 2))], ()),
    "a mean of what is not known to have one": ([nonnegative_mean(Relu(x))], ()),
    "positive without a hypothesis": ([*INDICATORS, positive_mean(LOSS)], ()),
    "positive, of what is negative": ([*INDICATORS, positive_mean(-LOSS)], (HITS_NEGATIVE,)),
    "a sum that is wrong": ([*INDICATORS, added(TOTAL, S.One)], ()),
    "mirror images without symmetry": ([*INDICATORS, mirrored(NEGATIVE, POSITIVE)], ()),
    "another image": ([*INDICATORS, mirrored(NEGATIVE, NEGATIVE)], (SYMMETRIC,)),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_lemma_is_rejected(name: str) -> None:
    steps, hypotheses = FALSE[name]
    with pytest.raises(RejectedError):
        last_of(steps, *hypotheses)


def test_the_slope_is_the_derivative_and_1_at_0() -> None:
    pieces = Piecewise((alpha * exp(x), x < 0), (1, True))
    formula = for_all(alpha, x, equal(slope(Elu(x, alpha)), pieces))
    prove(formula, intro(by_sign(x, auto(), auto(), auto())))


def test_a_normal_mean_is_positive() -> None:
    formula, proof = positive_gaussian_mean(LOSS)
    prove(for_all(mu, sigma, formula), intro(proof))


def test_a_counterexample_may_be_a_law() -> None:
    at_zero = every_law(SYMMETRIC, integrable(x), equal(mean_of(indicator_of_zero(x)), 0))
    prove(negation(at_zero), counterexample())
    half = every_law(SYMMETRIC, at_most(mean_of(ALWAYS * NEGATIVE), Rational(1, 4)))
    prove(negation(half), counterexample(p=two_points(1)))
    true = every_law(less(mean_of(ALWAYS), 2))
    with pytest.raises(RejectedError):
        prove(negation(true), counterexample())
