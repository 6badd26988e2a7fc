"""Activations that are known by their values: their names, and their second moments."""

import math

import numpy as np
import pytest

from elu_sym import ACTIVATIONS, gain
from elu_sym.interop import recognized_activation
from elu_sym.interop.recognized_activation import NAMED, RecognizedActivation
from elu_sym.networks.activation_argument import activation_of

VARIANCES = np.array([0.04, 0.25, 1.0, 3.0, 9.0])


def of_book(name, **parameters):
    alpha, slope = parameters.get("alpha", 1.0), parameters.get("slope", 0.01)
    negative = {
        "elu": lambda x: alpha * np.expm1(x),
        "celu": lambda x: alpha * np.expm1(x / alpha),
        "selu": lambda x: alpha * np.expm1(x),
        "relu": lambda x: 0.0 * x,
        "leaky_relu": lambda x: slope * x,
    }[name]
    scale = parameters.get("scale", 1.0)
    return lambda x: scale * np.where(x > 0, x, negative(np.minimum(x, 0.0)))


BOOK = {
    "relu": {},
    "elu": {},
    "elu(alpha=0.25)": {"alpha": 0.25},
    "celu(alpha=3)": {"alpha": 3.0},
    "selu": {"alpha": 1.6732632423543772, "scale": 1.0507009873554805},
    "selu(alpha=1, scale=2)": {"alpha": 1.0, "scale": 2.0},
    "leaky_relu": {},
    "leaky_relu(slope=0.3)": {"slope": 0.3},
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("called", BOOK)
def test_the_activations_of_the_book_are_recognized_with_their_parameters(called, precision):
    name, parameters = called.partition("(")[0], BOOK[called]
    function = of_book(name, **parameters)
    eps = float(np.finfo(precision).eps)
    found = RecognizedActivation(lambda x: function(x.astype(precision)), eps)
    assert found.name == called
    expected = ACTIVATIONS[name].second_moment(0.0, np.sqrt(VARIANCES), **parameters)
    np.testing.assert_allclose(found.second_moments(VARIANCES), expected, rtol=20 * eps)


@pytest.mark.parametrize("name", NAMED)
def test_other_names_have_the_moments_that_are_certified(name):
    found = RecognizedActivation(NAMED[name])
    assert (found.name, found.of_book) == (name, None)
    assert found.second_moments([1.0])[0] == pytest.approx(gain(activation=name) ** -2, rel=1e-9)


@pytest.mark.deep
@pytest.mark.parametrize("name", NAMED)
def test_other_names_have_the_certified_moments_at_all_variances(name):
    found = RecognizedActivation(lambda x: NAMED[name](x.astype(np.float32)), 2.0**-23)
    assert found.name == name
    expected = activation_of(name).second_moment(0.0, np.sqrt(VARIANCES))
    np.testing.assert_allclose(found.second_moments(VARIANCES), expected, rtol=1e-6)


def test_many_variances_are_interpolated():
    found = RecognizedActivation(NAMED["hard_tanh"])
    many = np.linspace(0.0, 4.0, 1500).reshape(30, 50)
    moments = found.second_moments(many)
    assert moments.shape == (30, 50)
    few = [found.second_moments([variance])[0] for variance in many[::7, 3]]
    np.testing.assert_allclose(moments[::7, 3], few, rtol=1e-6)


def test_what_is_not_known_is_a_function_with_its_moments():
    found = RecognizedActivation(np.sin)
    assert found.name == "a function"
    expected = (1.0 - np.exp(-2.0 * VARIANCES)) / 2.0
    np.testing.assert_allclose(found.second_moments(VARIANCES), expected, rtol=1e-12)
    assert RecognizedActivation(lambda x: x).name == "identity"
    assert RecognizedActivation(lambda x: x + 1e-3 * np.maximum(x, 0.0)).name == "a function"


def test_another_alpha_is_not_taken_for_the_usual_one():
    function = of_book("elu", alpha=1.001)
    assert RecognizedActivation(function, 2.0**-23).name == "elu(alpha=1.001)"
    moment = RecognizedActivation(function, 2.0**-23).second_moments([1.0])[0]
    assert moment == pytest.approx(ACTIVATIONS["elu"].second_moment(0, 1, alpha=1.001), rel=1e-6)


def test_pieces_that_do_not_end_at_the_kinks_are_seen(monkeypatch):
    def error():
        found = RecognizedActivation(NAMED["hard_tanh"]).second_moments([2.0])[0]
        expected = activation_of("hard_tanh").second_moment(0.0, math.sqrt(2.0))
        return abs(found / expected - 1.0)

    assert error() < 1e-9
    monkeypatch.setattr(recognized_activation, "KINKS", np.array([0.0]))
    assert error() > 1e-6
