import dataclasses

import pytest
from sympy import gamma

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.certify import witness as witnesses
from elu_sym.certify.witness import RejectedError, Witness
from elu_sym.symbols import mu


def test_a_witness_is_true_if_it_passed():
    assert Witness("heat", True, "", 0.0)
    assert not Witness("heat", False, "", 0.0)


def test_a_witness_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Witness("heat", False, "", 0.0).passed = True


def test_a_rejection_becomes_the_detail():
    def check():
        raise RejectedError("disjoint at mu = 0")

    witness = witnesses.testify("arb", check)
    assert (witness.kind, witness.passed, witness.detail) == ("arb", False, "disjoint at mu = 0")
    assert witness.seconds >= 0


def test_what_cannot_be_read_is_rejected_by_name():
    witness = witnesses.testify("heat", lambda: str(NormalForm.from_expr(gamma(mu))))
    assert not witness.passed
    assert "gamma(mu)" in witness.detail


def test_a_defect_of_a_check_is_no_rejection():
    def check():
        raise KeyError("a mistake in the certificate itself")

    with pytest.raises(KeyError):
        witnesses.testify("heat", check)
