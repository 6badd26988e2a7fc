"""What testifies for a formula, and that it objects to a wrong one."""

import pytest
from sympy import sqrt

from elu_sym import mean, std, variance
from elu_sym.book.certificates import _certified, _exact_certificates, witnesses_of
from elu_sym.book.formula import Formula


@pytest.mark.parametrize("formula", [mean, variance], ids=lambda formula: formula.id)
def test_the_witnesses_of_a_formula(formula):
    witnesses = witnesses_of(formula)
    assert all(witness.passed for witness in witnesses)
    kinds = {witness.kind for witness in witnesses}
    assert {"derivation", "heat", "arb", "montecarlo"} <= kinds


def test_a_wrong_root_is_rejected():
    wrong = Formula(std.quantity, std.activation)
    wrong.closed_form = sqrt(2) * std.closed_form
    right, wrong = (list(_exact_certificates(*_certified(each))) for each in (std, wrong))
    assert [witness.passed for witness in right] == [True, True]
    assert [witness.passed for witness in wrong] == [False, False]
