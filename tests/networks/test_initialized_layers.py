"""The rules and the table of initialized networks: by quadrature, by hand, and as it is read."""

import dataclasses
import math
import pickle
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, ndtr
from scipy.stats import norm, t as student

from elu_sym.networks.initialized_layers import (
    InitializedLayer,
    InitializedNetwork,
    LeftAlone,
    SecondMoment,
    branch_target,
    gain_for,
)
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

deep = pytest.mark.deep

SELU = 1.0507009873554805, 1.6732632423543772

FUNCTIONS = {
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "relu": lambda x: max(x, 0.0),
    "selu": lambda x: SELU[0] * (x if x > 0 else SELU[1] * math.expm1(x)),
    "gelu": lambda x: x * ndtr(x),
    "silu": lambda x: x * expit(x),
    "sigmoid": expit,
    "relu6": lambda x: min(max(x, 0.0), 6.0),
}


def integral(function, variance):
    """E f(X)^2 by SciPy, in pieces."""

    def density(z):
        return function(math.sqrt(variance) * z) ** 2 * math.exp(-z * z / 2)

    places = [-12.0, -6.0, -3.0, 0.0, 3.0, 6.0, 12.0]
    if 144.0 * variance > 36.0:  # where ReLU6 bends
        places = sorted([*places, 6.0 / math.sqrt(variance)])
    pieces = (quad(density, *pair, epsabs=1e-14, epsrel=1e-11)[0] for pair in pairwise(places))
    return sum(pieces) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_second_moment_is_the_integral_at_every_variance(name):
    variances = np.exp2(np.linspace(-2.9, 1.9, 60))
    found = SecondMoment(name)(variances)
    for k in (0, 23, 41, 59):
        assert found[k] == pytest.approx(integral(FUNCTIONS[name], variances[k]), rel=1e-10)


def test_a_black_box_is_interpolated_too():
    variances = np.linspace(0.6, 0.9, 30)
    found = SecondMoment(np.tanh)(variances)
    assert found[7] == pytest.approx(integral(math.tanh, variances[7]), rel=1e-10)


@deep
@pytest.mark.parametrize("name", NAMED_ACTIVATIONS)
def test_what_is_interpolated_is_as_near_as_is_said(name):
    moment, variances = SecondMoment(name), np.exp2(np.linspace(-9.9, 9.9, 41))
    alone = np.array([moment([each])[0] for each in variances])
    bound = 4.3e-12 if name == "hardshrink" else 1.2e-13
    assert np.all(np.abs(moment(variances) - alone) <= bound * (alone + variances))


def test_parameters_and_shapes():
    moment = SecondMoment("leaky_relu", slope=0.2)
    assert moment(3.0) == pytest.approx(1.56, rel=1e-14)  # 3 (1 + 0.2^2)/2
    assert moment(np.full((2, 1, 3), 2.0)).shape == (2, 1, 3)
    assert moment(np.float32(2.0)).dtype == np.float32


@pytest.mark.parametrize("name", ["elu", "relu6", "sigmoid"])
def test_without_variance_there_is_the_value_at_0_and_without_a_number_none(name):
    found = SecondMoment(name)([0.0, math.nan, 1.0])
    at_zero = 0.25 if name == "sigmoid" else 0.0
    assert found[0] == pytest.approx(at_zero, abs=1e-50)
    assert math.isnan(found[1])
    assert found[2] > at_zero


@pytest.mark.parametrize("variance", [-1.0, [1.0, math.inf]])
def test_no_variance_is_negative_or_infinite(variance):
    with pytest.raises(ValueError, match="variance"):
        SecondMoment("elu")(variance)


def test_parameters_are_those_of_the_activation():
    with pytest.raises(TypeError, match=r"slope = 0\.2 is no parameter of elu"):
        SecondMoment("elu", slope=0.2)


def test_the_gain_gives_the_target():
    generator = np.random.default_rng(7)
    inputs = np.exp(generator.normal(size=256))  # of no zero-mean law
    deviation = gain_for(np.mean(inputs**2), 0.25) / 16.0
    outputs = generator.normal(0.0, deviation, size=(20_000, 256)) @ inputs
    # The relative standard error is sqrt(2/20,000) = 0.01.
    assert np.mean(outputs**2) == pytest.approx(0.25, rel=0.04)


@pytest.mark.parametrize("arguments", [(0.0,), (-1.0,), (math.inf,), (1.0, 0.0)])
def test_no_gain_for_nothing(arguments):
    with pytest.raises(ValueError, match=r"(second_moment|target) = "):
        gain_for(*arguments)


@pytest.mark.parametrize("branches", [1, 3, 100])
def test_the_stream_doubles_over_all_branches(branches):
    assert 1.0 + branches * branch_target(branches) == pytest.approx(2.0)


@pytest.mark.parametrize(("branches", "error"), [(0, ValueError), (True, TypeError)])
def test_branches_are_counted_from_1(branches, error):
    with pytest.raises(error, match="branches = "):
        branch_target(branches)


FIRST = InitializedLayer("0", "first layer", 64.0, 1.0, 1.0, 0.99, 0.02)
SECOND = InitializedLayer("block.conv", "fed by <lambda> & co", 4.5, 1.2451983, 1.0)
POOLED = InitializedLayer("9", "fed by elu", 32.0, 1.2451983, None, 3.25, None)
TABLE = InitializedNetwork(
    (FIRST, SECOND, POOLED),
    (LeftAlone("norm1", "a norm"), LeftAlone("emb", "no fan"), LeftAlone("norm2", "a norm")),
    1,
)


def test_the_table_is_aligned():
    assert str(TABLE).splitlines() == [
        "layer       rule                  fan   gain  predicted     measured     z",
        "0           first layer            64  1.000      1.000  0.990±0.020  -0.5",
        "block.conv  fed by <lambda> & co  4.5  1.245      1.000            -     -",
        "9           fed by elu             32  1.245          -        3.250     -",
        "second moments of outputs over 1 draw of the weights",
        "unpredicted: 9",
        "left alone: norm1, norm2 (a norm)",
        "left alone: emb (no fan)",
    ]


def test_a_notebook_shows_names_as_they_are():
    shown = TABLE._repr_html_()
    assert "fed by &lt;lambda&gt; &amp; co" in shown
    assert "<lambda>" not in shown
    assert shown.count("<tr>") == 4
    assert shown.count("<p>") == 4


def test_short_and_plain():
    assert repr(TABLE) == (
        "<InitializedNetwork: 3 layers initialized, 3 left alone; print() shows the table>"
    )
    assert pickle.loads(pickle.dumps(TABLE)) == TABLE
    with pytest.raises(dataclasses.FrozenInstanceError):
        FIRST.gain = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changed", "cells"),
    [
        (
            {"gain": 1.5e-5, "predicted": 65025.0, "measured": 0.0},
            "1.500e-05 6.502e+04 0.000±0.020",
        ),
        ({"measured": 1.03149, "standard_error": 0.002795}, "1.000 1.000 1.0315±0.0028"),
        ({"measured": 43.2, "standard_error": 12.9}, "1.000 1.000 43±13"),
        ({"measured": 1.0, "standard_error": 1e-9}, "1.000 1.000 1.000±1.0e-09"),
        ({"measured": 19460.0, "standard_error": 512.0}, "1.000 1.000 1.946e+04±5.1e+02"),
        ({"approximate": True}, "1.000 ≈1.000 0.990±0.020"),
        ({"approximate": True, "predicted": None}, "1.000 - 0.990±0.020"),
    ],
    ids=str,
)
def test_numbers_are_shown_to_what_is_known(changed, cells):
    row = str(InitializedNetwork((dataclasses.replace(FIRST, **changed),))).splitlines()[1]
    assert row.split()[4:7] == cells.split()


@pytest.mark.parametrize(
    ("changed", "z"),
    [
        ({}, -0.5),
        ({"predicted": 1.0702}, -4.01),
        ({"predicted": None}, None),
        ({"measured": None}, None),
        ({"standard_error": None}, None),
        ({"standard_error": 0.0}, None),
    ],
    ids=str,
)
def test_z_counts_standard_errors(changed, z):
    assert dataclasses.replace(FIRST, **changed).z == (z if z is None else pytest.approx(z))


def test_layers_are_found_by_name():
    assert TABLE["block.conv"] is SECOND
    assert TABLE.unpredicted == (POOLED,)
    with pytest.raises(KeyError, match="emb was left alone: no fan"):
        _ = TABLE["emb"]
    with pytest.raises(KeyError, match=r"'7' is no layer of the network: there are '0', "):
        _ = TABLE["7"]


def test_the_variance_of_the_weights():
    assert SECOND.weight_variance == pytest.approx(1.2451983**2 / 4.5)


@pytest.mark.parametrize(("name", "at_0"), [("gelu", 0.0), ("tanh", 0.0), ("sigmoid", 0.25)])
def test_where_nothing_comes_in_the_moment_is_that_at_0(name, at_0):
    # One of 2^-200 made weights of 1e30.
    assert SecondMoment(name)([0.0, 1e-300]).tolist() == [at_0, at_0]


def test_the_score_of_few_draws_is_as_improbable_as_the_distance():
    layer = InitializedLayer("0", "first layer", 4, 1.0, 1.0, 1.6, 0.1)
    few, many = (dataclasses.replace(layer, draws=n) for n in (8, 100_000))
    assert layer.z == pytest.approx(6.0)
    assert norm.sf(few.z) == pytest.approx(student.sf(6.0, 7), rel=1e-9)
    assert few.z < 4.0 < many.z < 6.0
    assert dataclasses.replace(few, measured=0.4).z == pytest.approx(-few.z)
