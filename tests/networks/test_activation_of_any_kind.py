"""What an argument activation= may be beside an activation of the book."""

import re

import pytest
from sympy import Lambda, exp, tanh

from elu_sym import elu
from elu_sym.networks.activation_argument import activation_of, parameters_of
from elu_sym.networks.certified_activation import CertifiedActivation
from elu_sym.networks.estimated_activation import EstimatedActivation
from elu_sym.symbols import x


def test_names_of_both_kinds():
    assert activation_of("elu") is elu
    assert activation_of("mish").name == "mish"


@pytest.mark.parametrize(
    "given",
    [
        x / (1 + exp(-x)),
        Lambda(x, x * tanh(x)),
        lambda t: t / (1 + abs(t)),
        lambda t: t * elu(t, 2),
        CertifiedActivation.named("gelu"),
    ],
    ids=["expression", "Lambda", "arithmetic", "of the book", "certified"],
)
def test_an_expression_in_any_clothes_is_certified(given):
    assert isinstance(activation_of(given), CertifiedActivation)


def test_a_black_box_is_not():
    function = activation_of(lambda t: max(t, 0.0) + t)
    assert isinstance(function, EstimatedActivation)
    assert activation_of(function) is function


@pytest.mark.parametrize("given", [None, 3, ["gelu"]], ids=repr)
def test_anything_else_is_refused(given):
    with pytest.raises(TypeError, match=r"give a name, one of 'elu', .*an expression in"):
        activation_of(given)


def test_text_is_a_name_and_never_a_formula():
    message = "activation = 'x*tanh(x)' is none of 'elu', 'relu'"
    with pytest.raises(ValueError, match=re.escape(message)):
        activation_of("x*tanh(x)")


@pytest.mark.parametrize("given", ["gelu", lambda t: max(t, 0.0)], ids=["named", "black box"])
def test_there_are_no_parameters(given):
    activation = activation_of(given)
    assert parameters_of(activation, None, {}) == {}
    with pytest.raises(TypeError, match=r"alpha = 1.0 is no parameter of .*, which has none"):
        parameters_of(activation, 1.0, {})
