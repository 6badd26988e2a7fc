"""The uncertainty of the outputs of PyTorch's modules: as by NumPy, with gradients, or refused."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch import nn  # noqa: E402
from torch.nn.utils import parametrizations  # noqa: E402

from elu_sym.interop.torch import Residual, propagate  # noqa: E402
from elu_sym.networks import uncertainty  # noqa: E402
from elu_sym.networks.gaussian_layers import (  # noqa: E402
    ActivationLayer,
    DropoutLayer,
    ResidualLayer,
)

RANDOM = np.random.default_rng(0)
MEAN, ROOT = RANDOM.normal(size=(2, 4)), RANDOM.normal(size=(4, 4)) / 2.0
COVARIANCE = ROOT @ ROOT.T
ACTIVATIONS = {
    nn.ELU(0.7): ActivationLayer.of("elu", alpha=0.7),
    nn.SELU(): "selu",
    nn.CELU(2.0): ActivationLayer.of("celu", alpha=2.0),
    nn.ReLU(): "relu",
    nn.LeakyReLU(0.2): ActivationLayer.of("leaky_relu", slope=0.2),
    nn.LeakyReLU(0.0): "relu",
}


def linear(inputs: int, outputs: int, bias: bool = True) -> Any:
    torch.manual_seed(outputs)
    return nn.Linear(inputs, outputs, bias=bias, dtype=torch.float64)


def pair(module: Any) -> tuple[np.ndarray, Any]:
    bias = 0.0 if module.bias is None else module.bias.detach().numpy()
    return module.weight.detach().numpy(), bias


def same(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one.detach().numpy(), other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("method", ["full", "diagonal"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_it_is_the_propagation_of_numpy(activation: Any, method: Any) -> None:
    first, inner, outer = linear(4, 5), linear(5, 3, bias=False), linear(3, 5)
    branch = nn.Sequential(inner, nn.Sequential(nn.Dropout(0.25), activation), outer)
    network = nn.Sequential(nn.Flatten(), first, activation, Residual(branch))
    layer = ACTIVATIONS[activation]
    residual = ResidualLayer([pair(inner), DropoutLayer(0.25), layer, pair(outer)])
    expected = [pair(first), layer, residual]
    given = COVARIANCE if method == "full" else COVARIANCE.diagonal()
    found = propagate(network, MEAN, given, method)
    same(found, uncertainty.propagate(expected, MEAN, given, method))
    network.eval()
    expected[2] = ResidualLayer([pair(inner), layer, pair(outer)])
    same(
        propagate(network, torch.tensor(MEAN), torch.tensor(given), method),
        uncertainty.propagate(expected, MEAN, given, method),
    )


def test_one_module_is_a_network() -> None:
    found = propagate(nn.ELU(), MEAN[0], COVARIANCE)
    same(found, uncertainty.propagate(["elu"], MEAN[0], COVARIANCE))
    assert found.mean.dtype == torch.float64


def test_a_module_in_several_places_is_a_layer_in_each() -> None:
    first, activation = linear(4, 4), nn.ELU()
    part = nn.Sequential(first, activation, first, activation)
    network = nn.Sequential(part, activation, part)
    found = propagate(network, MEAN, COVARIANCE)
    twice = [pair(first), "elu"] * 2
    expected = [*twice, "elu", *twice]
    same(found, uncertainty.propagate(expected, MEAN, COVARIANCE))


@pytest.mark.parametrize("module", [nn.Conv2d(1, 1, 2), nn.AvgPool2d(2), nn.Flatten()], ids=str)
def test_hooks_are_not_called(module: Any) -> None:
    calls: list[Any] = []
    handle = module.register_forward_hook(lambda *given: calls.append(given))
    propagate(module, torch.zeros(1, 1, 3, 3), torch.ones(1, 1, 3, 3), "diagonal")
    handle.remove()
    assert not calls


class Skip(nn.Sequential):
    def forward(self, x: Any) -> Any:
        return x + super().forward(x)


class Twice(nn.Linear):
    def forward(self, x: Any) -> Any:
        return 2.0 * super().forward(x)


class Difference(Residual):
    def forward(self, x: Any) -> Any:
        return x - self.branch(x)


def negated() -> Any:
    module = nn.ELU()
    module.forward = lambda x: -x
    return module


class Plain(nn.Sequential):
    pass


def test_a_class_that_computes_something_else_is_refused() -> None:
    for module in (Skip(nn.ELU()), Twice(2, 2), Difference(nn.ELU()), negated()):
        with pytest.raises(TypeError, match=r"^0 \(\w+\) has a forward of its own, .*: give "):
            propagate(nn.Sequential(module), torch.zeros(2), torch.eye(2))
    same(
        propagate(Plain(nn.ELU()), MEAN, COVARIANCE),
        uncertainty.propagate(["elu"], MEAN, COVARIANCE),
    )


def test_weights_that_are_computed_are_those_that_are_used() -> None:
    layer = parametrizations.weight_norm(linear(4, 3))
    found = propagate(layer, MEAN, COVARIANCE)
    same(found, uncertainty.propagate([pair(layer)], MEAN, COVARIANCE))


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2, dtype=torch.float64),
        nn.Conv2d(2, 3, (2, 3), dilation=2, bias=False, padding="same", dtype=torch.float64),
        nn.AvgPool2d(2),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False, ceil_mode=True),
        nn.AvgPool2d(2, divisor_override=3),
    ],
    ids=str,
)
def test_images_are_as_by_the_matrix_of_the_layer(module: Any) -> None:
    """A layer is linear: its matrix is what it makes of the images with one pixel."""
    pixels, random = 2 * 6 * 6, np.random.default_rng(1)
    mean, variances = random.normal(size=(3, pixels)), random.uniform(size=(3, pixels))
    network = nn.Sequential(module, nn.ELU(), nn.Flatten())
    zero = torch.zeros(1, 2, 6, 6, dtype=torch.float64)
    one = torch.eye(pixels, dtype=torch.float64).reshape(pixels, 2, 6, 6)
    with torch.no_grad():
        bias = module(zero).reshape(-1)
        weights = (module(one).reshape(pixels, -1) - bias).T
    images = [torch.tensor(each).reshape(3, 2, 6, 6) for each in (mean, variances)]
    found = propagate(network, *images, "diagonal")
    expected = [(weights.numpy(), bias.numpy()), "elu"]
    same(found, uncertainty.propagate(expected, mean, variances, "diagonal"))


def with_tensors(module: Any, **tensors: Any) -> Any:
    """The module with tensors for its parameters, through which gradients flow."""
    for name, tensor in tensors.items():
        del module._parameters[name]
        setattr(module, name, tensor)
    return module


def leaf(*shape: int) -> Any:
    values = np.random.default_rng(shape).normal(size=shape)
    return torch.tensor(values, requires_grad=True)


@pytest.mark.parametrize("batch", [(), (2,)])
def test_gradients_by_the_whole_covariance(batch: tuple[int, ...]) -> None:
    def outputs(mean: Any, root: Any, weights: Any, inner: Any, bias: Any) -> Any:
        branch = with_tensors(linear(3, 3), weight=inner, bias=bias)
        network = nn.Sequential(
            with_tensors(linear(2, 3), weight=weights),
            nn.ELU(0.7),
            nn.Dropout(0.2),
            Residual(nn.Sequential(branch, nn.SELU(), linear(3, 3))),
        )
        return tuple(propagate(network, mean, root @ root.T))

    given = leaf(*batch, 2), leaf(2, 2), leaf(3, 2), leaf(3, 3), leaf(3)
    assert torch.autograd.gradcheck(outputs, given, eps=1e-5, atol=1e-6, fast_mode=True)


def test_gradients_by_variances() -> None:
    def outputs(mean: Any, logarithms: Any, kernel: Any, weights: Any) -> Any:
        network = nn.Sequential(
            with_tensors(nn.Conv2d(1, 2, 2, bias=False, dtype=torch.float64), weight=kernel),
            nn.CELU(2.0),
            nn.AvgPool2d(2),
            nn.Flatten(),
            with_tensors(linear(2, 2), weight=weights),
            nn.LeakyReLU(0.2),
        )
        return tuple(propagate(network, mean, logarithms.exp(), "diagonal"))

    given = leaf(1, 1, 3, 3), leaf(1, 1, 3, 3), leaf(2, 1, 2, 2), leaf(2, 2)
    assert torch.autograd.gradcheck(outputs, given, eps=1e-5, atol=1e-6, fast_mode=True)


@pytest.mark.parametrize("method", ["full", "diagonal"])
def test_the_gradient_at_a_variance_of_zero_is_that_from_above(method: Any) -> None:
    mean = torch.tensor([-0.5, 0.3], dtype=torch.float64, requires_grad=True)
    network = nn.Sequential(nn.ELU(), Residual(nn.Sequential(linear(2, 2), nn.ELU())))

    def total(variances: Any) -> Any:
        covariance = torch.diag(variances) if method == "full" else variances
        output = propagate(network, mean, covariance, method)
        share = 1.0 + torch.arange(output.covariance.numel()).reshape(output.covariance.shape)
        return (output.mean * torch.tensor([1.0, 2.0])).sum() + (output.covariance * share).sum()

    place = torch.tensor([0.0, 0.4], dtype=torch.float64, requires_grad=True)
    total(place).backward()
    step = 1e-6
    with torch.no_grad():
        ahead = [total(place + torch.tensor([k * step, 0.0])) for k in (0.0, 1.0, 2.0)]
        around = [total(place + torch.tensor([0.0, k * step])) for k in (-1.0, 1.0)]
    assert place.grad[1].item() == pytest.approx(
        ((around[1] - around[0]) / (2.0 * step)).item(), rel=1e-5
    )
    quotient = (-3.0 * ahead[0] + 4.0 * ahead[1] - ahead[2]) / (2.0 * step)
    assert place.grad[0].item() == pytest.approx(quotient.item(), rel=1e-5)
    assert mean.grad.isfinite().all()
    for parameter in network.parameters():
        assert parameter.grad.isfinite().all()


def test_no_uncertainty_at_all_has_finite_gradients() -> None:
    network = nn.Sequential(linear(4, 3), nn.ELU(), linear(3, 1))
    output = propagate(network, torch.tensor(MEAN), torch.zeros(4, 4))
    (output.mean.sum() + output.covariance.sum()).backward()
    expected = network(torch.tensor(MEAN))
    torch.testing.assert_close(output.mean, expected, rtol=1e-13, atol=0.0)
    slopes = torch.autograd.grad(expected.sum(), list(network.parameters()))
    for parameter, slope in zip(network.parameters(), slopes, strict=True):
        torch.testing.assert_close(parameter.grad, slope, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("variance", [1e-8, 1e-14, 1e-20])
def test_the_gradient_at_a_small_variance_is_nearly_that_at_none(variance: float) -> None:
    network = nn.Sequential(linear(4, 3), nn.ELU(), linear(3, 2))
    slopes = []
    for each in (0.0, variance):
        given = (each * torch.tensor(COVARIANCE)).requires_grad_()
        output = propagate(network, MEAN[0], given)
        slopes += torch.autograd.grad(output.covariance.sum(), given)
    torch.testing.assert_close(slopes[1], slopes[0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("method", ["full", "diagonal"])
def test_single_precision_is_that_of_the_network(method: Any) -> None:
    network = nn.Sequential(linear(4, 3), nn.ELU(), linear(3, 2))
    given = COVARIANCE if method == "full" else COVARIANCE.diagonal().copy()
    expected = propagate(network, MEAN, given, method)
    found = propagate(network.float(), MEAN, given, method)
    assert found.mean.dtype == found.covariance.dtype == torch.float32
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-5, atol=1e-5)
    found.covariance.sum().backward()
    assert network[0].weight.grad.dtype == torch.float32


def test_gradients_are_taken_once() -> None:
    mean = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    output = propagate(nn.ELU(), mean, torch.eye(2))
    (slope,) = torch.autograd.grad(output.covariance.sum(), mean, create_graph=True)
    with pytest.raises(RuntimeError, match="no second derivatives"):
        slope.sum().backward()


CIRCULAR = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
TWICE = nn.Sequential(nn.ELU(), nn.Sequential(nn.Linear(2, 2), nn.Tanh()))
ERRORS = {
    "a module": (
        TWICE,
        "full",
        r"1\.1 \(Tanh\) is a module without a rule: there are rules for",
    ),
    "in a branch": (
        nn.Sequential(Residual(nn.Sequential(nn.GELU()))),
        "full",
        r"0\.branch\.0 \(GELU\) is a module",
    ),
    "alone": (nn.MaxPool2d(2), "diagonal", r"MaxPool2d is a module without"),
    "a convolution": (
        nn.Sequential(nn.ELU(), nn.Conv2d(1, 1, 3)),
        "full",
        r'1 \(Conv2d\): the covariances .* give method="diagonal", or a Linear',
    ),
    "a pooling": (nn.Sequential(nn.AvgPool2d(2)), "full", r'0 \(AvgPool2d\): .*method="diagonal"'),
    "a padding": (
        nn.Sequential(CIRCULAR),
        "diagonal",
        r"padding_mode = 'circular' .* 'zeros'",
    ),
    "dropout": (nn.Sequential(nn.Dropout(1.0)), "full", r"0 \(Dropout\): p = 1\.0 leaves nothing"),
    "alpha": (nn.Sequential(nn.ELU(-1.0)), "full", r"0 \(ELU\): alpha = -1\.0: give a finite num"),
    "units": (
        nn.Sequential(nn.ELU(), nn.Sequential(nn.Linear(3, 1))),
        "full",
        r"1\.0 \(Linear\): weights of shape \(1, 3\) are fed by 2 units: give .*\(outputs, 2\)",
    ),
    "a type": (nn.Linear(2, 2).bfloat16(), "full", r"parameters of torch\.bfloat16: give .*float"),
    "method": (nn.ELU(), "half", "method = 'half': give 'full' or 'diagonal'"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_name_the_module_and_what_to_do(case: str) -> None:
    network, method, message = ERRORS[case]
    with pytest.raises((TypeError, ValueError), match=message):
        propagate(network, torch.zeros(2), torch.eye(2), method)


@pytest.mark.parametrize(
    ("mean", "covariance", "message"),
    [
        (torch.zeros(2), torch.tensor([[1.0, 2.0], [2.0, 1.0]]), "covariance has the eigenvalue"),
        (torch.zeros(2), torch.ones(2), "covariance \\(2,\\): give a mean of shape"),
        (torch.zeros(2, dtype=torch.complex64), torch.eye(2), "mean has dtype torch.complex64"),
        (torch.zeros(2), torch.eye(2, dtype=torch.bool), "covariance has dtype torch.bool"),
        (torch.zeros(2).half(), torch.eye(2), r"mean has dtype torch.float16: give mean.float\(\)"),
        (["a", "b"], torch.eye(2), r"mean\[0\] = a is text"),
        (torch.zeros(2), None, "covariance = None is of type NoneType"),
    ],
)
def test_what_is_no_law_is_refused(mean: Any, covariance: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        propagate(nn.ELU(), mean, covariance)


def test_a_batch_is_not_flattened_by_the_whole_covariance() -> None:
    for module, shape in ((nn.Flatten(0), (3, 2)), (nn.Flatten(), (3, 4, 2))):
        with pytest.raises(ValueError, match=r"0 \(Flatten\): flattens the batch .* give them in"):
            propagate(nn.Sequential(module), torch.zeros(shape), torch.eye(2))
    assert propagate(nn.Flatten(), torch.zeros(2), torch.eye(2)).mean.shape == (2,)
