"""Uncertain inputs: the methods of others, the distances, the networks and the stored rows."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import sqrtm

pytest.importorskip("sklearn")

from elu_sym.experiments import propagated_noise
from elu_sym.experiments.moment_methods import (
    METHODS,
    by_sigma_points,
    distances,
    moments_by,
    sampled_moments,
)
from elu_sym.experiments.noisy_inputs import (
    MISSING,
    TRAINED,
    UNCERTAINTIES,
    UncertainInput,
    data_set,
    outputs_of,
    trained_network,
    uncertain_input,
)
from elu_sym.experiments.propagated_noise import EXAMPLES, RESULTS, TRUTH, measured, read
from elu_sym.networks.uncertainty import OutputMoments, propagate

RANDOM = np.random.default_rng(1)
ROOT = RANDOM.normal(size=(3, 2))
GIVEN = UncertainInput(RANDOM.normal(size=3), ROOT @ ROOT.T, np.zeros(3))  # of rank 2
LINEAR = [(RANDOM.normal(size=(4, 3)), RANDOM.normal(size=4))]


def test_every_row_is_stored_once() -> None:
    expected = [
        (data, uncertainty, str(example), method)
        for data, uncertainty, example in product(TRAINED, UNCERTAINTIES, EXAMPLES)
        for method in (TRUTH, *METHODS)
    ]
    stored = read()
    assert [tuple(row[:4]) for row in stored] == expected
    assert RESULTS.stat().st_size < 500_000
    for row in stored:
        assert (row.mean == "0") == (row.method == TRUTH)


@pytest.mark.parametrize("key", [("digits", "missing"), ("diabetes", "noise 0.3")])
def test_a_row_comes_out_again_to_rounding(key) -> None:
    stored = {tuple(row[:4]): row for row in read()}
    for fresh in measured(*key, 3):
        kept = stored[tuple(fresh[:4])]
        for found, expected in zip(fresh[4:], kept[4:], strict=True):
            assert float(found) == pytest.approx(float(expected), rel=2e-2, abs=1e-3)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("diagonal", "sampling 1000")])
def test_every_method_is_exact_where_the_network_is_linear(method) -> None:
    found, expected = moments_by(method, LINEAR, GIVEN, 0), propagate(LINEAR, *GIVEN[:2])
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-7, atol=1e-9)


def test_samples_have_the_law_that_is_given() -> None:
    found = sampled_moments(LINEAR, GIVEN, 100_000, 0)
    expected = propagate(LINEAR, *GIVEN[:2])
    deviations = np.sqrt(expected.covariance.diagonal())
    assert (abs(found.mean - expected.mean) / deviations).max() < 0.02
    off = abs(found.covariance - expected.covariance) / np.outer(deviations, deviations)
    assert off.max() < 0.04


def test_the_tangent_is_that_of_differences() -> None:
    network, mean = trained_network("diabetes"), np.linspace(-1.0, 1.0, 10)
    step = 1e-5
    moved = [outputs_of(network, mean + sign * step * np.eye(10)) for sign in (1, -1)]
    slope = ((moved[0] - moved[1]) / (2 * step)).T
    found = moments_by("linearization", network, UncertainInput(mean, np.eye(10), mean), 0)
    np.testing.assert_allclose(found.covariance, slope @ slope.T, rtol=1e-6)


@pytest.mark.parametrize(("spread", "peak"), [(1.0, 0.0), (0.5, 2.0), (1e-3, 2.0)])
def test_sigma_points_are_those_of_the_textbook(spread: float, peak: float) -> None:
    """Weighted sums as van der Merwe writes them, with kappa = 0."""
    variance, units = 0.7, 1
    scale = spread**2 * units
    points = np.array([0.3, 0.3 + np.sqrt(scale * variance), 0.3 - np.sqrt(scale * variance)])
    values = np.where(points > 0.0, points, np.expm1(points))
    of_mean = np.array([1.0 - units / scale, 0.5 / scale, 0.5 / scale])
    of_covariance = of_mean + np.array([1.0 - spread**2 + peak, 0.0, 0.0])
    mean = of_mean @ values
    law = UncertainInput(np.array([0.3]), np.array([[variance]]), np.zeros(1))
    found = by_sigma_points(["elu"], law, spread, peak)
    assert found.mean[0] == pytest.approx(mean, rel=1e-9)
    expected = of_covariance @ (values - mean) ** 2
    assert found.covariance[0, 0] == pytest.approx(expected, rel=1e-6)


def test_distances_are_those_of_normal_laws() -> None:
    roots = RANDOM.normal(size=(2, 3, 3))
    one, other = (OutputMoments(RANDOM.normal(size=3), root @ root.T) for root in roots)
    found, off = distances(one, other), one.mean - other.mean
    unit = np.sqrt(np.trace(other.covariance))
    assert found.mean == pytest.approx(np.linalg.norm(off) / unit)
    root = sqrtm(other.covariance)
    cross = sqrtm(root @ one.covariance @ root)
    squared = off @ off + np.trace(one.covariance + other.covariance - 2.0 * cross)
    assert found.transport == pytest.approx(np.sqrt(squared.real) / unit, rel=1e-6)
    values = RANDOM.multivariate_normal(other.mean, other.covariance, 200_000)
    logarithms = []
    for law in (other, one):
        inverse = np.linalg.inv(law.covariance)
        squares = np.einsum("ij,jk,ik->i", values - law.mean, inverse, values - law.mean)
        logarithms.append(-squares / 2.0 - np.log(np.linalg.det(law.covariance)) / 2.0)
    ratio = logarithms[0] - logarithms[1]
    error = ratio.std() / np.sqrt(len(values))
    assert abs(found.divergence - ratio.mean()) < 5.5 * error
    assert np.isnan(distances(OutputMoments(one.mean, -one.covariance), other).divergence)


@pytest.mark.parametrize(("name", "least"), [("digits", 0.95), ("diabetes", 0.4)])
def test_the_networks_have_learned(name: str, least: float) -> None:
    """The share of digits that are right, of the variance that is explained, in other samples."""
    data = data_set(name)
    outputs, targets = (
        each[data.trained :]
        for each in (outputs_of(trained_network(name), data.inputs), data.targets)
    )
    right = outputs.argmax(axis=1) == targets.argmax(axis=1)
    explained = 1.0 - ((outputs - targets) ** 2).mean() / targets.var()
    assert (right.mean() if name == "digits" else explained) > least


def test_the_gradients_are_those_of_torch() -> None:
    """Of both losses, by autograd."""
    torch = pytest.importorskip("torch")
    from elu_sym.experiments import noisy_inputs

    random = np.random.default_rng(3)
    shapes = [(6, 5), (6,), (6, 6), (6,), (3, 6), (3,)]
    parameters = [random.normal(size=shape) for shape in shapes]
    inputs, targets = random.normal(size=(7, 5)), np.eye(3)[random.integers(3, size=7)]
    for of_classes in (True, False):
        leaves = [torch.tensor(each, requires_grad=True) for each in parameters]
        signal = torch.tensor(inputs)
        for place in (0, 2):
            signal = torch.nn.functional.elu(signal @ leaves[place].T + leaves[place + 1])
        outputs = signal @ leaves[4].T + leaves[5]
        if of_classes:
            loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(targets))
        else:
            loss = ((outputs - torch.tensor(targets)) ** 2).sum() / 14.0
        loss.backward()
        found = noisy_inputs._gradients(parameters, inputs, targets, of_classes)
        for slope, expected in zip(found, leaves, strict=True):
            np.testing.assert_allclose(slope, expected.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", TRAINED)
def test_what_is_missing_has_the_law_given_the_rest(name: str) -> None:
    """The residuals of the training samples are uncorrelated with what is there, and as wide."""
    data, lost = data_set(name), list(MISSING[name])
    kept = [each for each in range(data.inputs.shape[1]) if each not in lost]
    given = uncertain_input(name, "missing", 2)
    np.testing.assert_array_equal(given.mean[kept], given.truth[kept])
    np.testing.assert_array_equal(given.truth, data.inputs[data.trained + 2])
    assert not given.covariance[kept].any()
    laws = [uncertain_input(name, "missing", each) for each in range(100)]
    residuals = np.array([(each.truth - each.mean)[lost] for each in laws])
    squares = (residuals**2).sum(axis=1).mean()
    assert 0.7 < squares / np.trace(given.covariance) < 1.4
    broad = data.inputs[:, lost].var(axis=0).sum()
    assert squares < 0.9 * broad


def test_noise_is_drawn_as_it_is_said() -> None:
    laws = [uncertain_input("digits", "noise 0.3", example) for example in range(40)]
    noise = np.array([each.truth - each.mean for each in laws])
    assert abs(noise.std() / 0.3 - 1.0) < 0.1
    np.testing.assert_array_equal(laws[0].covariance, 0.3**2 * np.eye(64))


def test_a_block_has_a_row_for_each_method(monkeypatch) -> None:
    monkeypatch.setattr(propagated_noise, "METHODS", ("diagonal", "linearization"))
    monkeypatch.setattr(propagated_noise, "TRUTH", "sampling 500")
    for data, uncertainty in product(TRAINED, UNCERTAINTIES):
        rows = measured(data, uncertainty, 0)
        assert [row[:3] for row in rows] == [(data, uncertainty, "0")] * 3
        assert [row.method for row in rows] == ["sampling 500", "diagonal", "linearization"]
