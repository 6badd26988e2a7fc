"""The logistic function and softplus mean what they are written for."""

import pytest
from activation_oracles import ORACLES
from mpmath import mpf, workdps
from sympy import erf, exp, lambdify, log

from elu_sym.certify.logistic import Logistic, Softplus, with_logistic
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.symbols import x

WITH = ("quick_gelu", "silu", "mish", "softplus", "sigmoid", "log_sigmoid")


@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_it_stands_where_it_is_written_out(name):
    definition = NAMED_ACTIVATIONS[name].define(x)
    read = with_logistic(definition)
    assert read.has(Logistic, Softplus) is (name in WITH)
    if name in WITH:
        assert not read.has(exp, log)


@pytest.mark.parametrize("name", WITH)
def test_value_and_derivative_are_those_of_mpmath(name):
    read = with_logistic(NAMED_ACTIVATIONS[name].define(x))
    functions = [read, read.diff(x)]
    value, slope = (lambdify(x, f.rewrite(exp).rewrite(erf), "mpmath") for f in functions)
    with workdps(30):
        for place in map(mpf, ("-7.5", "-0.3", "0", "2.25", "11")):
            assert abs(value(place) - ORACLES[name].value(place)) < 1e-27
            assert abs(slope(place) - ORACLES[name].slope(place)) < 1e-27


@pytest.mark.parametrize(
    "other", [1 / (2 + exp(x)), log(1 + exp(x) + x), (1 + exp(x)) ** 2, log(x)]
)
def test_nothing_else_is_taken_for_it(other):
    assert with_logistic(other) == other
