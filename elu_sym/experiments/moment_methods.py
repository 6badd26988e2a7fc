"""How others carry a mean and a covariance through a network, and how far from the truth that is.

- ``linearization``: the network is replaced by its tangent at the mean (the delta method).
- ``unscented``: the network is evaluated at 2 n + 1 points (Julier, Uhlmann, 1997) with the weights
  of van der Merwe (2004), alpha = 0.001, beta = 2, kappa = 0: all points near the mean.
- ``cubature``: at 2 n points, sqrt(n) deviations away (Arasaratnam, Haykin, 2009).
- ``sampling``: as many random points as the name says.

References:
    Julier, Uhlmann: A new extension of the Kalman filter to nonlinear systems, AeroSense 1997.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.noisy_inputs import Network, UncertainInput, outputs_of
from elu_sym.experiments.problems import Unit
from elu_sym.networks.uncertainty import OutputMoments, propagate

METHODS = ("full", "diagonal", "linearization", "unscented", "cubature", "sampling 1000")
"""By name: the two of ``propagate``, and those above."""


class Distances(NamedTuple):
    """How far moments are from those of a great many samples.

    Attributes:
        mean: the distance of the means, in units of the root of the trace of the true covariance.
        covariance: the Frobenius norm of the difference, relative to that of the true covariance.
        divergence: Kullback and Leibler's, of the normal law of these moments from that of the
            true ones; NaN where the covariance is not positive definite.
        transport: the 2-Wasserstein distance of these two laws, in the units of ``mean``.
    """

    mean: float
    covariance: float
    divergence: float
    transport: float


def moments_by(method: str, network: Network, given: UncertainInput, seed: int) -> OutputMoments:
    """Mean and covariance of the outputs, by one of ``METHODS``.

    Args:
        method: its name.
        network: its layers.
        given: the input.
        seed: what random points are drawn from.
    """
    mean, covariance = given.mean, given.covariance
    if method == "full":
        return propagate(network, mean, covariance)
    if method == "diagonal":
        found = propagate(network, mean, covariance.diagonal(), "diagonal")
        return OutputMoments(found.mean, np.diag(found.covariance))
    if method == "linearization":
        slope = _slope(network, mean)
        return OutputMoments(outputs_of(network, mean), slope @ covariance @ slope.T)
    if method == "unscented":
        return by_sigma_points(network, given, 0.001, 2.0)
    if method == "cubature":
        return by_sigma_points(network, given, 1.0, 0.0)
    return sampled_moments(network, given, int(method.removeprefix("sampling ")), seed)


def by_sigma_points(
    network: Network, given: UncertainInput, spread: float, peak: float
) -> OutputMoments:
    """The unscented transform.

    Args:
        network: its layers.
        given: the input, in whose directions without uncertainty there are no points.
        spread: alpha; the points are alpha sqrt(n) deviations from the mean.
        peak: beta, which adds to the weight of the mean in the covariance.

    Examples:
        >>> law = UncertainInput(np.array([0.0]), np.array([[1.0]]), np.array([0.0]))
        >>> found = by_sigma_points(["elu"], law, 1.0, 0.0)  # at -1 and 1
        >>> print(f"{found.mean[0]:.6f} +- {np.sqrt(found.covariance[0, 0]):.6f}")
        0.183940 +- 0.816060
    """
    root = _root(given.covariance)
    units = root.shape[1]
    points = spread * np.sqrt(units) * np.vstack([root.T, -root.T])
    center, *around = outputs_of(network, given.mean + np.vstack([0.0 * given.mean, points]))
    weight = 1.0 / (2.0 * units * spread**2)
    # In deviations from the center, whose weight is huge where the spread is small.
    moved = np.array(around) - center
    shift = weight * moved.sum(axis=0)
    second = weight * moved.T @ moved
    return OutputMoments(center + shift, second + (peak - spread**2) * np.outer(shift, shift))


def sampled_moments(
    network: Network, given: UncertainInput, samples: int, seed: int
) -> OutputMoments:
    """Mean and covariance of the outputs of random inputs."""
    root = _root(given.covariance)
    noise = np.random.default_rng([6, seed, samples]).standard_normal((samples, root.shape[1]))
    values = outputs_of(network, given.mean + noise @ root.T)
    return OutputMoments(values.mean(axis=0), np.atleast_2d(np.cov(values.T)))


def distances(found: OutputMoments, true: OutputMoments) -> Distances:
    """How far moments are from the true ones.

    Examples:
        >>> one, other = (OutputMoments(np.array([x]), np.array([[x]])) for x in (1.0, 4.0))
        >>> print(*(f"{each:.6f}" for each in distances(one, other)))
        1.500000 0.750000 5.306853 1.581139
    """
    off, matrix, expected = found.mean - true.mean, found.covariance, true.covariance
    unit, norm = np.sqrt(expected.trace()), np.linalg.norm
    divergence = np.nan
    if np.linalg.eigvalsh(matrix).min() > 0.0:
        logarithms = [np.linalg.slogdet(each)[1] for each in (matrix, expected)]
        both = np.linalg.solve(matrix, expected + np.outer(off, off)).trace()
        divergence = (both - len(off) + logarithms[0] - logarithms[1]) / 2.0
    root = _root(expected)
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root.T @ matrix @ root), 0.0)).sum()
    squared = off @ off + matrix.trace() + expected.trace() - 2.0 * cross
    return Distances(
        float(norm(off) / unit),
        float(norm(matrix - expected) / norm(expected)),
        float(divergence),
        float(np.sqrt(max(squared, 0.0)) / unit),
    )


def _root(covariance: Array) -> Array:
    """R with R R^T the covariance, with a column for every direction that has a variance."""
    values, vectors = np.linalg.eigh(covariance)
    random = values > 1e-12 * values.max()
    root: Array = vectors[:, random] * np.sqrt(values[random])
    return root


def _slope(network: Network, place: Array) -> Array:
    """The derivatives of the outputs in the inputs."""
    signal, slope = place, np.eye(len(place))
    elu: Callable[[Array], tuple[Array, Array]] = Unit(1.0).value_and_slope
    for layer in network:
        if layer == "elu":
            signal, slopes = elu(signal)
            slope = slopes[:, None] * slope
        else:
            signal, slope = layer[0] @ signal + layer[1], layer[0] @ slope
    return slope
