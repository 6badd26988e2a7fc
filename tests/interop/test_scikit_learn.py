"""The kernel of infinitely wide networks passes what scikit-learn asks of its own kernels."""

import math
import pickle

import numpy as np
import pytest

from elu_sym.networks.infinite_width import gram

pytest.importorskip("sklearn", reason="needs the extra experiments")

from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, WhiteKernel, _approx_fprime
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.svm import SVC

from elu_sym.interop.scikit_learn import InfiniteNetworkKernel

X = np.random.default_rng(0).normal(size=(5, 2))
Y = np.random.default_rng(1).normal(size=(6, 2))
X.flags.writeable = Y.flags.writeable = False

KERNELS = {
    "plain": InfiniteNetworkKernel(),
    "deep": InfiniteNetworkKernel(depth=2, weight_variance=1.7, bias_variance=0.2, alpha=0.5),
    "alpha": InfiniteNetworkKernel(alpha=1.3, alpha_bounds=(0.1, 10.0)),
    "tangent": InfiniteNetworkKernel(depth=2, kind="ntk", alpha=2.0),
    "relu": InfiniteNetworkKernel(activation="relu", bias_variance_bounds="fixed"),
    "no bias": InfiniteNetworkKernel(bias_variance=0.0, bias_variance_bounds="fixed"),
    "sum": 2.0 * InfiniteNetworkKernel() + WhiteKernel(0.1),
}
BASIC = {name: kernel for name, kernel in KERNELS.items() if name != "sum"}

every_kernel = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
every_basic_kernel = pytest.mark.parametrize("kernel", BASIC.values(), ids=BASIC)


def by_theta(kernel, theta):
    return kernel.clone_with_theta(theta)(X)


@every_kernel
def test_the_gradient_is_that_of_differences(kernel):
    value, gradient = kernel(X, eval_gradient=True)
    assert gradient.shape == (5, 5, len(kernel.theta))
    assert np.array_equal(value, kernel(X))
    steps = np.eye(len(kernel.theta)) * 1e-3
    for place, step in enumerate(steps):
        # Of another order than the kernel's own, so that its step is judged, too.
        near, far = (
            (by_theta(kernel, kernel.theta + k * step) - by_theta(kernel, kernel.theta - k * step))
            / (2e-3 * k)
            for k in (1, 2)
        )
        expected = (4 * near - far) / 3
        assert np.abs(gradient[..., place] - expected).max() < 1e-8 * np.abs(value).max()


@every_kernel
def test_the_gradient_is_what_scikit_learn_finds(kernel):
    _, gradient = kernel(X, eval_gradient=True)

    expected = _approx_fprime(kernel.theta, lambda theta: by_theta(kernel, theta), 1e-7)
    assert np.abs(gradient - expected).max() < 1e-4


@every_basic_kernel
def test_theta_are_the_logarithms_of_what_is_sought(kernel):
    sought = [each for each in kernel.hyperparameters if not each.fixed]
    assert {each.name for each in kernel.hyperparameters} == {
        "alpha",
        "bias_variance",
        "weight_variance",
    }
    values = [getattr(kernel, each.name) for each in sought]
    assert np.array_equal(kernel.theta, np.log(values))
    assert np.array_equal(kernel.bounds, np.log([each.bounds[0] for each in sought]))
    _, gradient = kernel(X, eval_gradient=True)
    for place, each in enumerate(sought):
        fixed = type(kernel)(**{**kernel.get_params(), f"{each.name}_bounds": "fixed"})
        assert np.array_equal(fixed.theta, np.delete(kernel.theta, place))
        _, rest = fixed(X, eval_gradient=True)
        assert np.array_equal(rest, np.delete(gradient, place, axis=2))
    moved = clone(kernel)
    moved.theta = np.log(np.arange(2.0, 2.0 + len(sought)))
    for number, each in enumerate(sought):
        assert getattr(moved, each.name) == pytest.approx(2.0 + number)
        setattr(moved, each.name, 0.4)
        assert moved.theta[number] == pytest.approx(np.log(0.4))


@every_kernel
def test_it_is_cloned_pickled_and_shown(kernel):
    assert clone(kernel) == kernel
    assert clone(kernel) is not kernel
    assert clone(kernel).get_params() == kernel.get_params()
    again = pickle.loads(pickle.dumps(kernel))
    assert again == kernel
    assert np.array_equal(again(X), kernel(X))
    assert "InfiniteNetworkKernel(depth=" in repr(kernel)


@every_basic_kernel
def test_parameters_are_set(kernel):
    changed = clone(kernel).set_params(depth=3, weight_variance=0.5)
    assert (changed.depth, changed.weight_variance) == (3, 0.5)
    assert changed != kernel
    with pytest.raises(ValueError, match="width"):
        changed.set_params(width=100)


@every_basic_kernel
def test_rectangles_squares_and_diagonals_agree(kernel):
    square = kernel(X)
    assert np.abs(kernel(X, X) - square).max() < 1e-13 * square.max()
    assert np.array_equal(kernel.diag(X), np.diag(square))
    rectangle = kernel(X, Y)
    assert np.abs(pairwise_kernels(X, Y, metric=kernel) - rectangle).max() < 1e-13 * square.max()
    assert kernel.requires_vector_input
    assert not kernel.is_stationary()
    with pytest.raises(ValueError, match="Y is given with eval_gradient"):
        kernel(X, Y, eval_gradient=True)


def test_it_is_the_gram_matrix():
    assert np.array_equal(
        KERNELS["deep"](X, Y),
        gram(X, Y, depth=2, weight_variance=1.7, bias_variance=0.2, alpha=0.5),
    )


@every_kernel
def test_inputs_of_float32_lose_nothing(kernel):
    """A difference of matrices of float32 would have two digits left."""
    single = X.astype(np.float32)
    double = single.astype(np.float64)
    for found, expected in zip(
        kernel(single, eval_gradient=True), kernel(double, eval_gradient=True), strict=True
    ):
        assert np.array_equal(found, expected)
    assert np.array_equal(kernel(single, single), kernel(double, double))
    assert np.array_equal(kernel.diag(single), kernel.diag(double))


def test_a_process_finds_the_hyperparameters():
    numbers = np.random.default_rng(2)
    inputs = numbers.normal(size=(12, 1))
    targets = np.sin(inputs[:, 0])
    start = ConstantKernel(1.0, "fixed") * InfiniteNetworkKernel()
    process = GaussianProcessRegressor(start, alpha=1e-4).fit(inputs, targets)
    before = GaussianProcessRegressor(start, alpha=1e-4, optimizer=None).fit(inputs, targets)
    assert process.log_marginal_likelihood_value_ > before.log_marginal_likelihood_value_ + 0.1
    mean, deviation = process.predict(np.array([[0.1], [30.0]]), return_std=True)
    assert abs(mean[0] - np.sin(0.1)) < 0.05
    assert deviation[1] > 10 * deviation[0] > 0.0


def test_support_vectors_take_it():
    labels = (X[:, 0] > 0).astype(int)
    machine = SVC(kernel=InfiniteNetworkKernel(), C=100.0).fit(X, labels)
    assert np.array_equal(machine.predict(X), labels)


@pytest.mark.parametrize("value", [-1.0, 0.0, math.nan])
def test_a_process_is_told_which_number_has_no_logarithm(value):
    kernel = InfiniteNetworkKernel(weight_variance=value)
    with pytest.raises(ValueError, match=f"weight_variance = {value} is sought from .*: give a"):
        GaussianProcessRegressor(kernel).fit(X, X[:, 0])


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"bias_variance": 0.0}, r"bias_variance = 0.0 is sought from 1e-05 to 100000.0: give"),
        ({"alpha_bounds": (0.1, 1.0)}, "alpha = None is sought from 0.1 to 1.0: give"),
        ({"alpha_bounds": "Fixed"}, "alpha_bounds = 'Fixed': give 'fixed' or two positive numbers"),
        ({"kind": "both"}, "kind = 'both' are two kernels"),
        ({"depth": 0}, "depth = 0"),
    ],
)
def test_users_errors_are_named(named, message):
    with pytest.raises(ValueError, match=message):
        InfiniteNetworkKernel(**named)(X, eval_gradient=True)
