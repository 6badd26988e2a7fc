"""The kernel accepts what is a proof, and refuses what is none."""

import pytest
from proof_cases import CASES

from elu_sym.activations import Elu
from elu_sym.claims.formulas import term
from elu_sym.claims.kernel import RULES, RejectedError, Theorem, prove
from elu_sym.symbols import alpha, x

term(Elu(x, alpha))  # the definition that the cases use


@pytest.mark.parametrize("case", CASES, ids=str)
def test_proofs_and_what_is_none(case):
    if case.holds:
        assert prove(case.statement, case.proof).statement == case.statement
        return
    with pytest.raises(RejectedError):
        prove(case.statement, case.proof)


def test_every_rule_has_cases_of_both_kinds():
    for holds in (True, False):
        found = {case.rule for case in CASES if case.holds is holds}
        # What an experiment bears out is no theorem: test_recorded.py has it.
        assert found >= RULES.keys() - ({"recorded"} if holds else set())


def test_a_theorem_is_made_by_the_kernel_alone():
    with pytest.raises(TypeError, match="a theorem is made by"):
        Theorem(("<", 0, 0), ("combine", ()))
