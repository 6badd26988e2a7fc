"""The moments of any expression, in doubles: right to the last place, or an error."""

import pickle
import re
import sys
from decimal import localcontext

import mpmath
import numpy as np
import pytest
from activation_oracles import ORACLES, expectation, moments
from sympy import (
    I,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    erfc,
    exp,
    lambdify,
    log,
    sech,
    sin,
    sqrt,
    tanh,
)

import elu_sym
from elu_sym import elu, leaky_relu, relu
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.certify.gaussian_quadrature import UncertifiedError, enclose_mean
from elu_sym.networks.activation_argument import activation_of
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.networks.certified_activation import KEPT, CertifiedActivation
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.symbols import x

MOMENTS = ("mean", "second_moment", "variance", "derivative_second_moment")
PLACES = [(0.0, 1.0), (-1.5, 0.25), (3.0, 7.0), (0.1, 1e-3)]

deep = pytest.mark.deep


def of(activation, moment, place):
    return getattr(activation, moment)(*place)


def within_a_unit(value, truth):
    with mpmath.workdps(40):
        return abs(mpmath.mpf(float(value)) - truth) <= np.spacing(abs(float(value)))


@pytest.mark.parametrize("name", ["silu", pytest.param("relu6", marks=deep)])
@pytest.mark.parametrize(
    "place", [(3.0, 7.0), *(pytest.param(place, marks=deep) for place in PLACES[1::2])], ids=str
)
def test_doubles_are_right_to_the_last_place(name, place):
    truth = moments(name, *place)
    activation = CertifiedActivation.named(name)
    for moment in MOMENTS:
        assert within_a_unit(of(activation, moment, place), truth[moment])
    for rule, moment in KEPT.items():
        unit = 1.0 if rule == "gradient" else place[1]
        with mpmath.workdps(40):
            gain = unit / mpmath.sqrt(truth[moment])
        assert within_a_unit(activation.gain(*place, preserve=rule), gain)


@pytest.mark.parametrize("name", ["log_sigmoid", "hard_sigmoid"])
def test_the_table_holds_what_is_integrated(name):
    named = CertifiedActivation.named(name)
    own = CertifiedActivation(NAMED_ACTIVATIONS[name].define)
    for moment in ("mean", "second_moment"):
        assert of(named, moment, (0.0, 1.0)) == of(own, moment, (0.0, 1.0))


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize(
    ("book", "expression"),
    [
        (elu, elu(x, 1)),
        pytest.param(elu, Piecewise((x, x > 0), (exp(x) - 1, True)), marks=deep),
        pytest.param(relu, Max(0, x), marks=deep),
        (leaky_relu, Max(x, x * Rational(0.01))),
    ],
    ids=["elu", "pieces of elu", "relu", "leaky relu"],
)
def test_an_activation_of_the_book_is_the_same_as_an_expression(book, expression, place):
    """By the engine, as the integral, and from the book: to the last digit of a double."""
    activation = activation_of(expression)
    point = [*map(Rational, place)]
    for moment in MOMENTS:
        found = of(activation, moment, place)
        parameters = tuple(book.default_parameters.values())
        assert found == float(getattr(book, moment).lambdify("flint")(*place, *parameters))
        assert found == pytest.approx(getattr(book, moment)(*place), rel=1e-14, abs=1e-300)
        if moment != "variance":
            assert activation._closed_forms[moment] is not None
            assert found == float(enclose_mean(activation._integrands[moment], *point, 128))


def test_where_there_is_no_closed_form_there_is_none():
    activation = CertifiedActivation.named("mish")
    assert set(activation._closed_forms.values()) == {None}
    # Of GELU the mean has one; the other moments have the square of a distribution in them.
    known = {name for name, form in CertifiedActivation.named("gelu")._closed_forms.items() if form}
    assert known == {"mean"}


def test_a_mean_that_vanishes_is_zero():
    for name, oracle in ORACLES.items():
        odd = all(oracle.value(mpmath.mpf(z)) == -oracle.value(-mpmath.mpf(z)) for z in (0.7, 2))
        activation = CertifiedActivation(NAMED_ACTIVATIONS[name].define)
        assert activation._is_odd is odd
        assert not odd or activation.mean(0, 2) == 0.0


def test_arrays_broadcast_and_keep_their_type():
    silu = CertifiedActivation.named("silu")
    found = silu.mean([[0.0], [np.nan]], np.float32([1.0, 2.0]))
    assert found.shape == (2, 2)
    assert np.isnan(found[1]).all()
    assert found[0, 1] == silu.mean(0.0, 2.0)
    assert silu.gain(np.float32(0.5), np.float32(1.0)).dtype == np.float32
    assert silu.gain(np.float32(0.5), np.float32(1.0)) == np.float32(silu.gain(0.5, 1.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mu": np.inf}, "mu = inf: give a finite number"),
        ({"sigma": 0.0}, "sigma = 0.0: give a finite number above zero"),
        ({"preserve": "mean"}, "preserve = 'mean' is none of 'second_moment', 'variance', 'grad"),
    ],
)
def test_what_is_outside_is_an_error(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        CertifiedActivation.named("gelu").gain(**arguments)


def test_a_ball_needs_a_moment_and_a_law():
    gelu = CertifiedActivation.named("gelu")
    with pytest.raises(ValueError, match="moment = 'gain' is none of 'mean', "):
        gelu.enclosure("gain", 0, 1)
    with pytest.raises(ValueError, match="sigma = -1: give a number above zero"):
        gelu.enclosure("mean", 0, -1)
    with pytest.raises(TypeError, match="mu = '0' is no finite"):
        gelu.enclosure("mean", "0", 1)


def test_the_precision_of_decimal_numbers_makes_no_difference():
    expected = CertifiedActivation.named("gelu").gain()
    with localcontext() as context:
        context.prec = 3
        assert CertifiedActivation.named("gelu").gain() == expected


def test_another_symbol_is_an_error():
    for name, symbol in (("a", Symbol("a", real=True)), ("x", Symbol("x"))):
        message = f"has the symbol {name} beside elu_sym.symbols.x: give a number"
        for given in (x * tanh(symbol * x), lambda t, symbol=symbol: t * tanh(symbol * t)):
            with pytest.raises(ValueError, match=message):
                CertifiedActivation(given)


def test_what_cannot_be_certified_is_an_error_that_says_where():
    with pytest.raises(UncertifiedError, match=r"log\(x\*\*2\).mean|not known to be finite"):
        CertifiedActivation(log(x**2)).mean(1, 1)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (sqrt(x), "second_moment"),
        (x**1.5, "gradient"),
        (sqrt(x**2 - 1), "second_moment"),
        (I * x, "gradient"),
    ],
    ids=str,
)
def test_what_is_not_real_has_no_gain_though_its_square_has_a_mean(given, rule):
    with pytest.raises(UncertifiedError):
        CertifiedActivation(given).gain(2.0, 1.0, preserve=rule)


@pytest.mark.parametrize("given", [Piecewise((sqrt(x), x > 0), (0, True)), x * NormalCdf(2 * x)])
def test_what_is_real_has_one_though_sympy_does_not_know_it(given):
    assert given.is_real is None
    value = lambdify(x, (given**2).rewrite(erfc), "mpmath")
    with mpmath.workdps(25):
        truth = expectation(value, (0,))
        assert within_a_unit(CertifiedActivation(given).second_moment(0, 1), truth)


def test_what_cannot_be_certified_may_be_estimated_and_the_error_says_so():
    with pytest.raises(UncertifiedError, match=r"for sech\(x\); a function of numbers in place"):
        CertifiedActivation(sech(x)).mean(0, 1)
    assert activation_of(lambdify(x, sech(x), "numpy")).mean(0, 1) > 0.7


def test_a_gain_beyond_the_doubles_is_an_error():
    with pytest.raises(BeyondRangeError, match=r"gain .* of Max.* is beyond the range of float64"):
        CertifiedActivation(Max(0, x)).gain(-60.0, 1.0)


def test_far_out_the_gain_is_a_number_where_the_moment_is_none():
    activation = CertifiedActivation(Max(0, x))
    assert activation.gain(-45.0, 1.0) == pytest.approx(elu_sym.gain(1e-300, -45.0, 1.0), rel=1e-6)


def test_decimals_are_the_fractions_that_they_are():
    swish = CertifiedActivation(x / (1 + exp(-1.702 * x)))
    with mpmath.workdps(38):
        truth = expectation(lambda z: z / (1 + mpmath.exp(-mpmath.mpf(1.702) * z)), ())
    assert within_a_unit(swish.mean(0, 1), truth)


def test_it_travels():
    for activation in (CertifiedActivation.named("mish"), CertifiedActivation(x + sin(x) ** 2)):
        again = pickle.loads(pickle.dumps(activation))
        assert again.name == activation.name
        assert again.gain() == activation.gain()
    assert repr(again) == "<activation x + sin(x)**2, certified>"


def test_without_flint_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    assert CertifiedActivation.named("gelu").mean(0, 1) > 0.28
    message = "gelu.mean at mu = 1.0, sigma = 1.0 needs flint: pip install 'elu_sym[verify]'"
    with pytest.raises(ModuleNotFoundError, match=re.escape(message)):
        CertifiedActivation.named("gelu").mean(1, 1)


def test_a_clipped_activation_has_a_closed_form():
    activation = CertifiedActivation(Max(-1, Min(1, x)))
    assert activation.variance(0, 1) == CertifiedActivation.named("hard_tanh").variance(0, 1)
