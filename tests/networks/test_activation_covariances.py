"""Covariances between the units of a layer: closed forms of others, differences, correlations."""

import mpmath
import numpy as np
import pytest

from elu_sym import ACTIVATIONS, elu, relu
from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.networks.activation_covariances import (
    correlation_of,
    covariance_slopes,
    covariances_between,
)

PIECES = {
    name: activation_pieces(each, tuple(each.default_parameters.values()))
    for name, each in ACTIVATIONS.items()
}


def random_covariance(units: int, seed: int = 0) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(units, units + 2))
    return root @ root.T / units


def test_the_arc_cosine_kernel_is_that_of_relu() -> None:
    """Cho, Saul, NIPS 2009, at means of 0, of which each unit has sigma/sqrt(2 pi)."""
    covariance = random_covariance(5)
    sigma = np.sqrt(covariance.diagonal())
    angle = np.arccos(np.clip(covariance / np.outer(sigma, sigma), -1.0, 1.0))
    shape = (np.sin(angle) + (np.pi - angle) * np.cos(angle) - 1.0) / (2.0 * np.pi)
    expected = np.outer(sigma, sigma) * shape
    np.fill_diagonal(expected, 0.0)
    found = covariances_between(activation_pieces(relu, ()), np.zeros(5), covariance)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", PIECES)
def test_equal_units_have_their_variance_for_covariance(name: str) -> None:
    """A rank of 1, where the correlation is 1, or -1 for the second unit."""
    signs = np.array([1.0, 1.0, -1.0])
    mean, covariance = 0.3 * signs, 0.7 * np.outer(signs, signs)
    found = covariances_between(PIECES[name], mean, covariance)
    assert found[0, 1] == pytest.approx(ACTIVATIONS[name].variance(0.3, np.sqrt(0.7)), rel=1e-11)
    assert found[0, 2] < 0.0


def test_batches_broadcast_in_both_ways() -> None:
    pieces, several = PIECES["elu"], np.stack([random_covariance(3, seed) for seed in (1, 2)])
    means = np.random.default_rng(3).normal(size=(2, 3))
    found = covariances_between(pieces, means, several)
    assert found.shape == (2, 3, 3)
    for at in range(2):
        alone = covariances_between(pieces, means[at], several[at])
        np.testing.assert_array_equal(found[at], alone)
    np.testing.assert_array_equal(
        covariances_between(pieces, means[0], several)[1],
        covariances_between(pieces, means[0], several[1]),
    )


def test_a_unit_without_variance_has_no_covariances() -> None:
    covariance = random_covariance(3)
    covariance[1] = covariance[:, 1] = 0.0
    found = covariances_between(PIECES["elu"], np.array([0.1, -0.4, 0.2]), covariance)
    assert not found[1].any()
    assert found[0, 2] != 0.0


@pytest.mark.parametrize("name", ["elu", "selu", "leaky_relu"])
def test_the_slopes_are_those_of_differences(name: str) -> None:
    random = np.random.default_rng(4)
    mean, covariance = random.normal(size=(2, 3)), random_covariance(3)
    outer = random.normal(size=(2, 3, 3))

    def total(means: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        symmetric = (matrix + matrix.swapaxes(-2, -1)) / 2.0
        values = covariances_between(PIECES[name], means, symmetric)
        return (outer * values).sum(axis=(-2, -1))

    of_mean, of_covariance = covariance_slopes(PIECES[name], mean, covariance, outer)
    step = 1e-4
    for i in range(3):
        moved = step * np.eye(3)[i]
        quotient = (total(mean + moved, covariance) - total(mean - moved, covariance)) / (2 * step)
        np.testing.assert_allclose(of_mean[:, i], quotient, rtol=0, atol=1e-6)
        for j in range(3):
            moved = step * np.outer(np.eye(3)[i], np.eye(3)[j])
            up, down = total(mean, covariance + moved), total(mean, covariance - moved)
            np.testing.assert_allclose(
                of_covariance[:, i, j], (up - down) / (2 * step), rtol=0, atol=1e-6
            )


def test_the_slope_in_a_variance_of_zero_is_zero() -> None:
    covariance = random_covariance(2)
    covariance[0] = covariance[:, 0] = 0.0
    pieces = activation_pieces(elu, (1.0,))
    of_mean, of_covariance = covariance_slopes(
        pieces, np.array([-0.5, 0.2]), covariance, np.ones((2, 2))
    )
    assert abs(of_mean).max() < 1e-15
    assert abs(of_covariance.diagonal()).max() < 1e-15
    # By Price's theorem, and of two equal halves the whole.
    sigma = np.sqrt(covariance[1, 1])
    expected = np.exp(-0.5) * elu.derivative_mean(0.2, sigma)
    assert of_covariance[0, 1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("exponent", [-150, 0, 145])
def test_the_complement_keeps_its_digits(exponent: int) -> None:
    random = np.random.default_rng(5)
    first, second = np.exp(random.normal(size=(2, 200)))
    signs = random.choice([-1.0, 1.0], size=200)
    rho = signs * (1.0 - 10.0 ** random.uniform(-16.0, 0.0, size=200))
    covariance = rho * np.sqrt(first * second) * 10.0**exponent
    first = first * 10.0 ** (2 * exponent)
    found = correlation_of(first, second, covariance)
    with mpmath.workdps(400):
        for a, b, c, r, w in zip(first, second, covariance, *found, strict=True):
            exact = mpmath.mpf(c) / mpmath.sqrt(mpmath.mpf(a) * mpmath.mpf(b))
            left = mpmath.sqrt(max(1 - exact**2, 0))
            assert abs(r - exact) <= 4e-16
            assert abs(w - left) <= 4e-16 * left
