"""What an argument activation= may be beside an activation of the book."""

import re

import numpy as np
import pytest
from sympy import Lambda, exp, tanh

from elu_sym import elu, fixed_point, gain, sampling_deviation, variance_map, weight_variance
from elu_sym.networks.activation_argument import activation_of, parameters_of
from elu_sym.networks.certified_activation import CertifiedActivation
from elu_sym.networks.estimated_activation import Estimate, EstimatedActivation
from elu_sym.networks.initialization import layer_gain
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


@pytest.mark.parametrize("preserve", ["second_moment", "variance", "gradient"])
def test_a_gain_takes_any_activation(preserve):
    tabulated = gain(activation="silu", preserve=preserve)
    assert tabulated == CertifiedActivation.named("silu").gain(preserve=preserve)
    assert gain(activation=x / (1 + exp(-x)), preserve=preserve) == tabulated
    assert layer_gain(activation="silu", preserve=preserve) == tabulated
    estimated = gain(activation=lambda t: t / (1.0 + np.exp(-t)), preserve=preserve)
    assert isinstance(estimated, Estimate)
    assert abs(estimated - tabulated) <= 4 * estimated.error <= 1e-8


def test_a_gain_takes_arrays():
    found = gain(mu=[0.0, 1.0], sigma=[[1.0], [2.0]], activation="gelu")
    assert found.shape == (2, 2)
    assert found[1, 1] == gain(mu=1.0, sigma=2.0, activation="gelu")


def test_so_does_the_variance_of_weights():
    found = weight_variance([10, 20], activation="gelu")
    assert np.allclose(found, gain(activation="gelu") ** 2 / np.array([10, 20]), rtol=1e-15)
    estimated = weight_variance(10, activation=np.arctan)
    assert isinstance(estimated, Estimate)
    assert estimated == pytest.approx(float(gain(activation=np.arctan)) ** 2 / 10)
    assert 0.0 < estimated.error < 1e-12


@pytest.mark.parametrize(
    "call",
    [
        lambda activation: variance_map(1.0, 1.5, activation=activation),
        lambda activation: fixed_point(1.5, activation=activation),
        lambda activation: sampling_deviation(np.ones(2), 1.5, 100, activation=activation),
    ],
    ids=["variance_map", "fixed_point", "sampling_deviation"],
)
@pytest.mark.parametrize("given", ["gelu", np.arctan], ids=["named", "black box"])
def test_the_theory_of_the_book_refuses_it_by_name(call, given):
    with pytest.raises(ValueError, match=r"activation = (gelu|function arctan) is not in the book"):
        call(given)


def test_weights_of_torch_have_the_gain():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    from elu_sym.interop.torch import elu_kaiming_normal_

    random = torch.Generator().manual_seed(1)
    weights = elu_kaiming_normal_(torch.empty(300, 400), activation="mish", generator=random)
    assert weights.std().item() * 20 == pytest.approx(gain(activation="mish"), rel=0.01)


@pytest.mark.parametrize("given", ["gelu", elu, abs], ids=["name", "activation", "function"])
def test_an_activation_in_the_place_of_alpha_is_told_its_own(given):
    with pytest.raises(TypeError, match=r"^alpha = .* is no real number: name an act"):
        gain(given)


def test_a_class_is_no_activation_but_its_object():
    class Twice:
        def __call__(self, t):
            return 2.0 * max(t, 0.0)

    with pytest.raises(TypeError, match=r"^activation = Twice is a class: give an .* Twice\(\)$"):
        activation_of(Twice)
    assert gain(activation=Twice()) == pytest.approx(2**-0.5)


def test_the_theory_of_the_book_lists_what_it_takes():
    with pytest.raises(ValueError, match=r"^activation = 'swish' is none of .*'celu'$"):
        variance_map(1.0, 1.0, activation="swish")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("swish", "silu"),
        ("GELU", "gelu"),
        ("Leaky-ReLU", "leaky_relu"),
        ("mich", "mish"),
        ("elu ", "elu"),
    ],
)
def test_a_name_that_is_spelled_otherwise_is_an_error_that_says_which_is_meant(name, meant):
    with pytest.raises(ValueError, match=f"'softshrink'; did you mean '{meant}'\\?$"):
        gain(activation=name)


def test_a_name_that_is_like_none_is_an_error_without_a_guess():
    for name in ("foo", "swiglu"):
        with pytest.raises(ValueError, match=r"'softshrink'$"):
            gain(activation=name)
