"""A closed form over primitives: proved, and what depends on others stands for them."""

import pytest
from sympy import S

from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.decomposition import NoDecompositionError, decompose
from elu_sym.book.primitives import LowerPartialMoment, PartialMomentDifference, UpperPartialMoment
from elu_sym.symbols import alpha, mu, sigma

ABOVE = UpperPartialMoment(S.One, mu, sigma)
BELOW = LowerPartialMoment(S.One, mu, sigma, alpha)
DIFFERENCE = PartialMomentDifference(1, mu, sigma, alpha, 1)


@pytest.mark.parametrize(
    "combination",
    [
        DIFFERENCE,
        -2 * DIFFERENCE,
        ABOVE + BELOW,
        ABOVE,
        -3 * BELOW,
        DIFFERENCE - BELOW,
        DIFFERENCE + 2 * ABOVE,
        S.Zero,
    ],
)
def test_a_difference_stands_for_its_parts_where_both_occur_with_its_signs(combination):
    found = decompose(combination.rewrite(NormalCdf), (ABOVE, BELOW, DIFFERENCE))
    assert found == combination


def test_without_the_difference_its_parts_are_taken():
    assert decompose(DIFFERENCE.rewrite(NormalCdf), (ABOVE, BELOW)) == ABOVE - BELOW


def test_what_is_no_combination_is_refused():
    with pytest.raises(NoDecompositionError):
        decompose(alpha * NormalCdf(mu / sigma), (ABOVE, BELOW, DIFFERENCE))
