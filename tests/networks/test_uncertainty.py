"""Outputs for uncertain inputs beside samples, enumeration and products of matrices."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from elu_sym import elu, relu
from elu_sym.networks.gaussian_layers import (
    ActivationLayer,
    DenseLayer,
    DropoutLayer,
    ResidualLayer,
)
from elu_sym.networks.uncertainty import propagate

FALSE_ALARMS = 1e-6
BLOCK = 20_000


def value(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0.0, x, np.expm1(np.minimum(x, 0.0)))


def random_covariance(units: int, seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(units, units))
    return root @ root.T / units


def scores(
    output: Any, function: Callable[[np.ndarray], np.ndarray], law: Any, samples: int
) -> np.ndarray:
    """The normal scores of all means and covariances, by the fourth moments of the samples."""
    mean, covariance = law
    root, random = np.linalg.cholesky(covariance), np.random.default_rng(11)
    first, second, fourth = 0.0, 0.0, 0.0
    for start in range(0, samples, BLOCK):
        noise = random.standard_normal((min(BLOCK, samples - start), len(mean)))
        off = function(mean + noise @ root.T) - output.mean
        first += off.sum(axis=0)
        second += off.T @ off
        fourth += (off**2).T @ off**2
    units = np.triu_indices(len(output.mean))
    found, squares = second[units] / samples, fourth[units] / samples
    expected = output.covariance[units]
    spread = np.sqrt((squares - found**2) / samples)
    of_means = first / samples / np.sqrt(output.covariance.diagonal() / samples)
    return np.concatenate([of_means, (found - expected) / spread])


def activation_layer_scores(units: int, samples: int) -> np.ndarray:
    law = np.random.default_rng(1).normal(size=units), random_covariance(units, 2)
    return scores(propagate(["elu"], *law), value, law, samples)


def test_one_activation_layer_is_exact() -> None:
    found = activation_layer_scores(64, 200_000)
    assert len(found) == 64 + 64 * 65 // 2
    assert abs(found).max() < norm.isf(FALSE_ALARMS / 2 / len(found))


@pytest.mark.deep
def test_one_wide_activation_layer_is_exact() -> None:
    found = activation_layer_scores(256, 10**7)
    assert len(found) == 33_152
    assert abs(found).max() <= 5.55


@pytest.mark.parametrize("activation", [elu, relu, ActivationLayer.of("selu")])
def test_units_that_are_equal_stay_equal(activation: Any) -> None:
    output = propagate([([[1.0], [1.0], [-1.0]], 0.3), activation], [0.2], [[0.9]])
    assert output.mean[0] == output.mean[1] != output.mean[2]
    assert output.covariance[0, 1] == pytest.approx(output.covariance[0, 0], rel=1e-11)
    assert output.covariance[0, 2] < 0.0


WEIGHTS = [
    np.random.default_rng([3, layer]).normal(size=shape) / np.sqrt(shape[1])
    for layer, shape in enumerate([(12, 6), (6, 12), (4, 6)])
]
LAW = np.random.default_rng(5).normal(size=6), random_covariance(6, 6)


def test_a_residual_branch_of_one_activation_is_exact() -> None:
    inner, outer, last = WEIGHTS
    network = [ResidualLayer([(inner, np.full(12, 0.2)), "elu", (outer, 0.0)]), (last, 0.0)]

    def function(x: np.ndarray) -> np.ndarray:
        return (x + value(x @ inner.T + 0.2) @ outer.T) @ last.T

    found = scores(propagate(network, *LAW), function, LAW, 200_000)
    assert abs(found).max() < norm.isf(FALSE_ALARMS / 2 / len(found))


def distances(network: list[Any], function: Any, share: float) -> tuple[float, float]:
    """How far the moments are from those of samples, in deviations and relative to the norm.

    The covariance of the input is this share of that of ``LAW``.
    """
    covariance = share * LAW[1]
    output = propagate(network, LAW[0], covariance)
    noise = np.random.default_rng(12).standard_normal((200_000, 6))
    values = function(LAW[0] + noise @ np.linalg.cholesky(covariance).T)
    found, deviations = np.cov(values.T), values.std(axis=0)
    of_mean = abs(output.mean - values.mean(axis=0)) / deviations
    off = np.linalg.norm(output.covariance - found) / np.linalg.norm(found)
    return of_mean.max(), off


@pytest.mark.parametrize(
    ("share", "of_mean", "of_covariance"), [(1.0, 0.05, 0.2), (0.04, 0.01, 0.015)]
)
def test_the_second_activation_takes_its_inputs_for_gaussian(
    share: float, of_mean: float, of_covariance: float
) -> None:
    """A stated error: narrow layers and a great uncertainty, then a fifth of its deviations."""
    inner, outer, last = WEIGHTS
    network = [(inner, 0.2), "elu", (outer, 0.0), "elu", (last, 0.0)]
    found = distances(network, lambda x: value(value(x @ inner.T + 0.2) @ outer.T) @ last.T, share)
    assert found[0] < of_mean
    assert found[1] < of_covariance


@pytest.mark.parametrize(
    ("share", "of_mean", "of_covariance"), [(1.0, 0.06, 0.2), (0.04, 0.01, 0.015)]
)
def test_branches_in_branches(share: float, of_mean: float, of_covariance: float) -> None:
    inner, outer, last = WEIGHTS
    branch = [(inner, 0.2), "elu", ResidualLayer([(outer.T @ outer, 0.1), "elu"]), (outer, 0.0)]

    def function(x: np.ndarray) -> np.ndarray:
        hidden = value(x @ inner.T + 0.2)
        hidden = hidden + value(hidden @ outer.T @ outer + 0.1)
        return value(x + hidden @ outer.T) @ last.T

    found = distances([ResidualLayer(branch), "elu", (last, 0.0)], function, share)
    assert found[0] < of_mean
    assert found[1] < of_covariance


def test_linear_networks_are_products_of_matrices() -> None:
    inner, outer, last = WEIGHTS
    branch = [(outer, 0.5), ResidualLayer([(outer @ inner, 0.1)]), (inner, 0.0)]
    network = [(inner, np.arange(12.0)), ResidualLayer(branch), (outer, 0.0), (last, 1.0)]
    whole = last @ outer @ (np.eye(12) + inner @ (np.eye(6) + outer @ inner) @ outer)
    output = propagate(network, *LAW)
    stream = inner @ LAW[0] + np.arange(12.0)
    below = outer @ stream + 0.5
    ends = stream + inner @ (below + outer @ inner @ below + 0.1)
    np.testing.assert_allclose(output.mean, last @ outer @ ends + 1.0, rtol=1e-12)
    expected = whole @ inner @ LAW[1] @ inner.T @ whole.T
    np.testing.assert_allclose(output.covariance, expected, rtol=1e-12)
    np.testing.assert_array_equal(output.covariance, output.covariance.T)


TWO_POINTS = list(product([-1.0, 1.0], repeat=2))


def enumerated(values: list[np.ndarray], weights: list[float]) -> Any:
    points, share = np.array(values), np.array(weights)[:, None]
    mean = (share * points).sum(axis=0)
    return mean, (share * (points - mean)).T @ (points - mean)


def inputs() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Four equally likely inputs, not Gaussian, with their mean and covariance."""
    mixing = np.array([[0.5, 0.3], [-0.2, 0.7]])
    mean = np.array([0.4, -0.6])
    return [mean + mixing @ each for each in TWO_POINTS], mean, mixing @ mixing.T


@pytest.mark.parametrize("method", ["full", "diagonal"])
def test_uncertain_weights_are_enumerated(method: Any) -> None:
    """Weights of two equally likely values each, with the formulas for any distribution."""
    points, mean, covariance = inputs()
    if method == "diagonal":  # exact for inputs that are uncorrelated
        points = [mean + np.array([0.5, 0.7]) * each for each in TWO_POINTS]
        covariance = np.diag([0.25, 0.49])
    weights, bias = np.array([[1.0, -0.5], [0.3, 0.8]]), np.array([0.2, -0.1])
    spreads, bias_spreads = np.array([[0.4, 0.1], [0.2, 0.6]]), np.array([0.3, 0.5])
    values = [
        (weights + spreads * np.reshape(signs[:4], (2, 2))) @ x + bias + bias_spreads * signs[4:]
        for x in points
        for signs in product([-1.0, 1.0], repeat=6)
    ]
    expected = enumerated(values, [1.0 / len(values)] * len(values))
    layer = DenseLayer(weights, bias, spreads**2, bias_spreads**2)
    given = covariance.diagonal() if method == "diagonal" else covariance
    output = propagate([layer], mean, given, method)
    np.testing.assert_allclose(output.mean, expected[0], rtol=1e-13)
    wanted = expected[1].diagonal() if method == "diagonal" else expected[1]
    np.testing.assert_allclose(output.covariance, wanted, rtol=1e-12, atol=1e-15)


def test_dropout_is_enumerated() -> None:
    points, mean, covariance = inputs()
    kept = {0.0: 0.3, 1.0 / 0.7: 0.7}
    values = [x * np.array(masks) for x in points for masks in product(kept, repeat=2)]
    chances = [kept[a] * kept[b] / 4.0 for _ in points for a, b in product(kept, repeat=2)]
    expected = enumerated(values, chances)
    output = propagate([DropoutLayer(0.3)], mean, covariance)
    np.testing.assert_allclose(output.mean, expected[0], rtol=1e-13)
    np.testing.assert_allclose(output.covariance, expected[1], rtol=1e-12, atol=1e-15)
    simple = propagate([DropoutLayer(0.3)], mean, covariance.diagonal(), "diagonal")
    np.testing.assert_allclose(simple.covariance, expected[1].diagonal(), rtol=1e-12)


def test_without_uncertainty_it_is_the_network() -> None:
    inner, outer, _ = WEIGHTS
    network = [(inner, 0.2), "elu", (outer, 0.0), ActivationLayer.of("celu", alpha=0.5)]
    output = propagate(network, LAW[0], np.zeros((6, 6)))
    hidden = value(inner @ LAW[0] + 0.2) @ outer.T
    expected = np.where(hidden > 0.0, hidden, 0.5 * np.expm1(np.minimum(hidden, 0.0) / 0.5))
    np.testing.assert_allclose(output.mean, expected, rtol=1e-13)
    assert not output.covariance.any()


def test_batches_are_their_members() -> None:
    inner, outer, last = WEIGHTS
    branch = ResidualLayer([(inner, 0.0), elu, (outer, 0.0)])
    network = [branch, DropoutLayer(0.1), DenseLayer(last, 0.0, np.full(last.shape, 0.01)), relu]
    means = np.random.default_rng(7).normal(size=(2, 6))
    several = np.stack([LAW[1], 0.5 * LAW[1]])
    for given, covariance in ((means, several), (means, LAW[1]), (means[0], several)):
        output = propagate(network, given, covariance)
        for at in range(2):
            mean = given[at] if given.ndim == 2 else given
            alone = propagate(network, mean, covariance[at] if covariance.ndim == 3 else covariance)
            np.testing.assert_allclose(output.mean[at], alone.mean, rtol=1e-12)
            np.testing.assert_allclose(output.covariance[at], alone.covariance, rtol=1e-11)
    output = propagate(network, means, 0.3, "diagonal")
    alone = propagate(network, means[1], np.full(6, 0.3), "diagonal")
    np.testing.assert_allclose(output.covariance[1], alone.covariance, rtol=1e-13)


def test_one_covariance_stays_one_while_it_can() -> None:
    output = propagate([(WEIGHTS[0], 0.0)], np.zeros((5, 6)), LAW[1])
    assert output.mean.shape == (5, 12)
    assert output.covariance.shape == (12, 12)


def test_the_diagonal_method_takes_units_for_uncorrelated() -> None:
    inner, outer, _ = WEIGHTS
    branch = [(inner, 0.2), "elu", (outer, 0.0)]
    output = propagate([ResidualLayer(branch)], LAW[0], LAW[1].diagonal(), "diagonal")
    mean, deviation = inner @ LAW[0] + 0.2, np.sqrt(inner**2 @ LAW[1].diagonal())
    np.testing.assert_allclose(output.mean, LAW[0] + outer @ elu.mean(mean, deviation), rtol=1e-13)
    expected = LAW[1].diagonal() + outer**2 @ elu.variance(mean, deviation)
    np.testing.assert_allclose(output.covariance, expected, rtol=1e-13)


def test_nan_goes_through() -> None:
    output = propagate([([[1.0, 0.0]], 0.0), "elu"], [0.0, np.nan], np.eye(2))
    assert np.isnan(output.mean).all()
    output = propagate(["elu"], [0.0, 0.0], [[1.0, np.nan], [np.nan, 1.0]])
    assert output.covariance[0, 0] == pytest.approx(elu.variance(0.0, 1.0))
    assert np.isnan(output.covariance[0, 1])
    output = propagate([DropoutLayer(0.5)], [np.nan, 0.0], np.eye(2))
    np.testing.assert_array_equal(output.covariance, [[np.nan, 0.0], [0.0, 2.0]])


def test_covariances_after_a_residual_branch_are_symmetric_to_the_last_digit() -> None:
    inner, outer, _ = WEIGHTS
    output = propagate([ResidualLayer([(inner, 0.2), "elu", (outer, 0.0)])], *LAW)
    np.testing.assert_array_equal(output.covariance, output.covariance.T)


DENSE = ([[1.0, 2.0]], 0.0)
ERRORS = {
    "method": (([DENSE], [0, 0], np.eye(2), "none"), "method = 'none': give 'full' or 'diagonal'"),
    "a layer": (([DENSE, 3], [0, 0], np.eye(2)), r"network\[1\] is a int: give a pair"),
    "a name": (
        ([DENSE, "erf"], [0, 0], np.eye(2)),
        r"network\[1\]: activation = 'erf' is none of 'elu'",
    ),
    "not of the book": (
        (["gelu"], [0, 0], np.eye(2)),
        r"network\[0\]: activation = gelu is not in the book",
    ),
    "no bias": (([([[1, 2]], None)], [0, 0], np.eye(2)), r"network\[0\]\.bias = None is of type"),
    "no weights": (([(None, 0)], [0, 0], np.eye(2)), r"network\[0\]\.weights = None is of type"),
    "rates": (
        ([DropoutLayer([0.1, 0.2])], [0, 0], np.eye(2)),  # type: ignore[arg-type]
        r"network\[0\]\.rate has shape \(2,\): give one number for all units",
    ),
    "a module": (("elu", [0, 0], np.eye(2)), "network is a str: give a list of layers"),
    "inputs": (([DENSE, DENSE], [0, 0], np.eye(2)), r"network\[1\]: weights of shape \(1, 2\)"),
    "a bias": (([([[1, 2]], [1, 2])], [0, 0], np.eye(2)), r"network\[0\]: bias of shape \(2,\)"),
    "a weight": (
        ([([[1, np.inf]], 0)], [0, 0], np.eye(2)),
        r"network\[0\]\.weights\[0, 1\] = inf: give a finite number",
    ),
    "a weight's variance": (
        ([DenseLayer([[1, 2]], 0, -1.0)], [0, 0], np.eye(2)),
        r"network\[0\]\.weight_variances = -1\.0: give a finite variance",
    ),
    "a rate": (([DropoutLayer(1.0)], [0, 0], np.eye(2)), r"network\[0\]\.rate = 1\.0: give a prob"),
    "a branch": (
        ([ResidualLayer([DENSE])], [0, 0], np.eye(2)),
        r"network\[0\]: the branch gives 1 units and is added to 2",
    ),
    "in a branch": (
        ([ResidualLayer(["elu", 3.0])], [0, 0], np.eye(2)),
        r"network\[0\]\.branch\[1\] is a float",
    ),
    "a covariance's shape": (
        ([DENSE], [0, 0], [1, 1]),
        r'covariance \(2,\): give .* shape \(\.\.\., 2, 2\), or variances by method="diagonal"',
    ),
    "a mean's shape": (([DENSE], 0, np.eye(2)), r"mean has shape \(\)"),
    "a covariance for variances": (
        ([DENSE], [0, 0], np.eye(2), "diagonal"),
        r'covariance has shape \(2, 2\) and mean \(2,\): method="diagonal" takes variances',
    ),
    "a number": (([DENSE], 0.0, 1.0, "diagonal"), "mean = 0.0 is a number"),
    "batches": (
        ([DENSE], np.zeros((3, 2)), np.zeros((2, 2, 2))),
        r"the batch of mean has shape \(3,\) and that of covariance \(2,\)",
    ),
    "symmetry": (
        ([DENSE], [0, 0], [[1, 0.5], [0.4, 1]]),
        r"covariance\[0, 1\] = 0\.5 and covariance\[1, 0\] = 0\.4: give a symmetric matrix",
    ),
    "eigenvalues": (
        ([DENSE], [0, 0], [[1, 2], [2, 1]]),
        "covariance has the eigenvalue -1: give a covariance, which has none below 0",
    ),
    "one of several": (
        ([DENSE], [0, 0], [np.eye(2), [[1, 2], [2, 1]]]),
        r"covariance\[1\] has the eigenvalue -1",
    ),
    "a variance": (([DENSE], [0, 0], [1, -1], "diagonal"), r"covariance\[1\] = -1\.0: give a fin"),
    "an infinity": (([DENSE], [0, np.inf], np.eye(2)), r"mean\[1\] = inf: give a finite number"),
    "text": (([DENSE], ["a", "b"], np.eye(2)), r"mean\[0\] = a is text"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_say_where_and_what_to_do(case: str) -> None:
    arguments, message = ERRORS[case]
    with pytest.raises((TypeError, ValueError), match=message):
        propagate(*arguments)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": -1.0}, "alpha = -1.0: give a finite number above zero"),
        ({"slope": 1.0}, "slope"),
        ({"alpha": [1.0, 2.0]}, r"alpha has shape \(2,\): give one number for all units"),
    ],
)
def test_parameters_of_an_activation_are_checked(parameters: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        ActivationLayer.of("elu", **parameters)
