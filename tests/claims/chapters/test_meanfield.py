"""What the claims of mean field theory rest on, and the mutants that their proofs do not prove."""

import pytest
from sympy import Rational, S

from elu_sym.claims.chapters.initialization.gain_lemmas import slope_square, square
from elu_sym.claims.chapters.meanfield import preservation
from elu_sym.claims.chapters.meanfield.monotone import Monotone
from elu_sym.claims.formulas import equal, for_all, less
from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.language import Formula
from elu_sym.claims.tactics import Tactic, have, intro, lemmas, linear
from elu_sym.symbols import alpha, sigma

GAP = sigma**2 * slope_square() - square()


def by_gap(factor: Rational) -> Tactic:
    """By Stein's identity."""
    lemma, proof = preservation.gap()
    return intro(have(lemma, proof, linear((factor, lemma))))


def test_stein_gives_the_gap_and_no_multiple_of_it() -> None:
    assert prove(for_all(alpha, sigma, less(0, GAP)), by_gap(S.One))
    for factor in (Rational(101, 100), Rational(99, 100), S.NegativeOne):
        with pytest.raises(RejectedError):
            prove(for_all(alpha, sigma, less(0, GAP)), by_gap(factor))


@pytest.mark.parametrize(
    "mutant",
    [
        for_all(alpha, sigma, less(GAP, 0)),
        for_all(alpha, sigma, less(0, GAP - square() / 100)),
    ],
)
def test_a_wrong_gap_is_not_proved(mutant: Formula) -> None:
    with pytest.raises(RejectedError):
        prove(mutant, by_gap(S.One))


def test_a_value_beyond_the_limits_is_not_taken() -> None:
    """A function that rises from 0 to oo takes 1, and not -1."""
    parabola = Monotone(sigma**2, S.Zero, preservation.oo, rises=True)
    rises = linear((sigma + preservation.TAU, less(sigma, preservation.TAU)))
    for value, is_taken in ((S.One, True), (S.NegativeOne, False)):
        exactly_one, proof = parabola.takes_once(value, equal(sigma**2, value), S.One)
        whole = lemmas(parabola.known(rises), proof)
        if is_taken:
            assert prove(exactly_one, whole)
            continue
        with pytest.raises(RejectedError):
            prove(exactly_one, whole)
