"""The notation of textbooks has the value of the normal form, whichever terms meet."""

from itertools import combinations_with_replacement, product

import pytest
from sympy import Add, Heaviside, Rational, S, symbols
from sympy.stats import Normal

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.gaussian.derivation import Hypotheses
from elu_sym.gaussian.forms import textbook
from elu_sym.gaussian.random_variables import expectation
from elu_sym.symbols import mu, rho, sigma

h, k = symbols("h k", real=True)


@pytest.mark.parametrize("pair", [*combinations_with_replacement((h, k, S.Zero), 2)][:-1])
def test_tails_and_quadrants_keep_the_value(pair):
    first, second = pair
    parts = NormalCdf(first), NormalCdf(second), BivariateNormalCdf(first, second, rho)
    for constant, *weights in product((0, 1), (-2, -1, 0), (-1, 0), (-1, 1)):
        given = constant + Add(*(w * part for w, part in zip(weights, parts, strict=True)))
        written = textbook(NormalForm.from_expr(given), Hypotheses(mu, sigma))
        assert is_zero(written - given), given


def test_a_quadrant_of_two_equal_arguments_is_written_as_its_tail():
    given = 1 - 2 * NormalCdf(h) + BivariateNormalCdf(h, h, rho)
    written = textbook(NormalForm.from_expr(given), Hypotheses(mu, sigma))
    assert written == BivariateNormalCdf(-h, -h, rho)


def test_an_expectation_in_which_both_arguments_are_equal_is_found():
    X = Normal("X", 1, Rational(3, 4))
    place = Rational(2, 5)
    step = Heaviside(X - place)
    below, above = expectation(1 - step, X), expectation(NormalCdf(X) * step, X)
    whole = expectation(1 - step + NormalCdf(X) * step, X)
    assert is_zero(whole - below - above)
