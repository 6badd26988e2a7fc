"""A black box is estimated, with an error that holds, and says that it is."""

import math
import pickle

import numpy as np
import pytest
from scipy.special import erf, expit

from elu_sym.networks.activation_argument import activation_of
from elu_sym.networks.certified_activation import CertifiedActivation
from elu_sym.networks.estimated_activation import Estimate, EstimatedActivation

MOMENTS = ("mean", "second_moment", "variance", "derivative_second_moment")
PLACES = [(0.0, 1.0), (-2.0, 0.3), (1.0, 12.0)]

deep = pytest.mark.deep

FUNCTIONS = {
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "silu": lambda x: x * expit(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
}


@pytest.mark.parametrize(
    "place", [PLACES[0], *(pytest.param(place, marks=deep) for place in PLACES[1:])], ids=str
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_value_is_within_the_error_that_is_estimated(name, place):
    certified, estimated = CertifiedActivation.named(name), activation_of(FUNCTIONS[name])
    for moment in MOMENTS:
        truth, found = (getattr(each, moment)(*place) for each in (certified, estimated))
        assert isinstance(found, Estimate)
        assert abs(found - truth) <= 4 * found.error
        # A difference quotient sees a kink from as far away as its step is.
        assert found.error <= (1e-4 if moment.startswith("derivative") else 1e-9) * max(1, truth)
    assert abs(estimated.gain(*place) - certified.gain(*place)) <= 4 * estimated.gain(*place).error


def test_an_estimate_shows_its_error_and_keeps_it():
    found = activation_of(np.tanh).second_moment(0, 1)
    assert repr(found) == f"Estimate({float(found)!r}, error={found.error:.1g})"
    assert pickle.loads(pickle.dumps(found)).error == found.error


@pytest.mark.parametrize(
    "name",
    [
        "GELU",
        "PReLU",
        *(pytest.param(name, marks=deep) for name in ("Mish", "Hardswish", "Softplus")),
    ],
)
def test_a_module_of_torch_is_differentiated_by_torch(name):
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    names = {"Hardswish": "hard_swish"}
    module = getattr(torch.nn, name)()
    estimated = activation_of(module)
    assert isinstance(estimated, EstimatedActivation)
    if name == "PReLU":
        assert estimated.derivative_second_moment(0, 1) == pytest.approx((1 + 0.25**2) / 2)
        assert next(module.parameters()).dtype == torch.float32
        return
    certified = CertifiedActivation.named(names.get(name, name.lower()))
    for moment in ("mean", "derivative_second_moment"):
        truth, found = (getattr(each, moment)(0.5, 2.0) for each in (certified, estimated))
        assert abs(found - truth) <= 4 * found.error <= 1e-10


def test_a_function_of_tensors_is_one_too():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    found = activation_of(lambda t: t * torch.sigmoid(t)).derivative_second_moment(0, 1)
    truth = CertifiedActivation.named("silu").derivative_second_moment(0, 1)
    assert abs(found - truth) <= 4 * found.error <= 1e-10


def test_single_precision_is_in_the_error():
    coarse = activation_of(lambda x: np.tanh(np.float32(x)))
    found = coarse.second_moment(0, 1)
    truth = CertifiedActivation.named("tanh").second_moment(0, 1)
    assert abs(found - truth) <= found.error
    assert found.error > 1e-8


def test_a_number_may_come_out_as_a_tensor():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    weight = torch.nn.Parameter(torch.tensor(2.0))
    doubled = activation_of(lambda t: t * weight)
    assert doubled.second_moment(0, 1) == pytest.approx(4)
    assert doubled.derivative_second_moment(0, 1) == pytest.approx(4)
    single = activation_of(lambda t: torch.tanh(t.float()))
    assert 1e-8 < single.second_moment(0, 1).error < 1e-5


def test_what_mixes_the_elements_of_a_tensor_is_refused():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    for function in (torch.nn.Softmax(-1), lambda t: torch.tanh(t) - torch.tanh(t).mean()):
        with pytest.raises(TypeError, match="gives an element of a tensor another value"):
            activation_of(function)
    branching = activation_of(lambda t: torch.tanh(t) if t > 0 else t)
    assert branching.derivative_second_moment(-50.0, 1.0) == pytest.approx(1)


@pytest.mark.parametrize(
    "step", [lambda t: t > 0, lambda t: np.int64(t > 0), lambda t: int(t > 0)], ids=range(3)
)
def test_a_truth_or_a_whole_number_is_a_number(step):
    assert activation_of(step).mean(0, 1) == pytest.approx(0.5)


def test_where_it_gives_no_number_is_told():
    with pytest.raises(ValueError, match=r"^activation = function sqrt gives no real number for -"):
        activation_of(math.sqrt).mean(0, 1)
    naive = activation_of(lambda t: t / (1 + math.exp(-t)))
    with pytest.raises(ValueError, match=r"for -\d+\S* \(math range error\): give one that does"):
        naive.mean(0, 30)
    assert repr(activation_of(np.tanh)) == "<activation function tanh, estimated>"


def test_a_constant_has_no_gain_for_its_variance():
    with pytest.raises(ValueError, match="and the gain one over its root"):
        EstimatedActivation(lambda x: 0.0).gain()


def test_an_array_is_refused():
    with pytest.raises(
        TypeError, match=r"the shape \(2,\): function tanh is integrated at one point"
    ):
        activation_of(np.tanh).mean([0.0, 1.0])


def test_an_integral_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="of function <lambda> is"):
        activation_of(lambda x: np.where(x > 5, np.inf, x)).mean(0, 1)


@pytest.mark.parametrize("function", [lambda x: "text", lambda x: 1j, lambda: 0, lambda x: [x, x]])
def test_what_gives_no_number_is_refused(function):
    with pytest.raises(TypeError, match="gives no real number for"):
        activation_of(function)
