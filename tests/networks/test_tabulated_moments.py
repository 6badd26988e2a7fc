"""The table is what Arb finds again, and what mpmath finds, to the last of its digits."""

import subprocess
import sys
from decimal import Decimal, localcontext

import mpmath
import pytest
from activation_oracles import ORACLES, moments

from elu_sym.certify.gaussian_quadrature import UncertifiedError
from elu_sym.networks import named_activations, tabulated_moments
from elu_sym.networks.certified_activation import CertifiedActivation
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.networks.tabulated_moments import DIGITS, FILE, MOMENTS

QUICK = ("gelu", "hard_swish", "mish")


def test_every_named_activation_is_there():
    assert list(MOMENTS) == list(NAMED_ACTIVATIONS) == list(ORACLES)
    assert len(MOMENTS) >= 13  # with the five of the book at least 18


def check(name):
    truth = moments(name)
    activation = CertifiedActivation(NAMED_ACTIVATIONS[name].define)
    for moment, known in MOMENTS[name].items():
        ball = activation.enclosure(moment, 0, 1, 4 * DIGITS)
        assert Decimal(ball.str(DIGITS, radius=False)) == known
        with mpmath.workdps(DIGITS + 8):
            error = abs(mpmath.mpf(str(known)) - truth[moment])
            assert error <= mpmath.mpf(10) ** (1 - DIGITS) * max(abs(truth[moment]), 0.1) / 2


@pytest.mark.parametrize("name", QUICK)
def test_the_moments_are_found_again(name):
    check(name)


@pytest.mark.deep
@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_all_moments_are_found_again(name):
    check(name)


@pytest.mark.deep
def test_the_table_is_written_again_byte_by_byte():
    assert tabulated_moments.table() == FILE.read_text(encoding="utf-8")


def test_the_variance_is_that_of_the_other_moments():
    with localcontext() as context:
        context.prec = 2 * DIGITS
        for row in MOMENTS.values():
            error = row["second_moment"] - row["mean"] ** 2 - row["variance"]
            assert abs(error) < Decimal(10) ** (2 - DIGITS)


def test_nothing_is_written_of_a_definition_whose_pieces_do_not_meet(monkeypatch):
    broken = NAMED_ACTIVATIONS["hardshrink"]._replace(jumps=False)
    monkeypatch.setattr(named_activations, "NAMED_ACTIVATIONS", {"hardshrink": broken})
    with pytest.raises(UncertifiedError, match=r"Stein's identity is off by .* for hardshrink"):
        tabulated_moments.table()


READ = """
import sys
from elu_sym.networks.activation_argument import activation_of
assert abs(activation_of("gelu").gain() - 1.5335304411955) < 1e-12
heavy = {"sympy", "scipy", "mpmath", "flint", "torch", "jax"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_tabulated_gain_loads_no_computer_algebra():
    subprocess.run([sys.executable, "-W", "error", "-c", READ], check=True)
