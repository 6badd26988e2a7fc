"""Gaussian processes on two data sets: the likelihood, the parts, and the stored table."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import multivariate_normal

pytest.importorskip("sklearn", reason="needs the extra experiments")

from elu_sym.experiments import gaussian_processes
from elu_sym.experiments.gaussian_processes import (
    DATA,
    KERNELS,
    NOISES,
    SEEDS,
    SHAPES,
    TRAINED,
    Part,
    fit,
    measured,
    network,
    radial,
    read,
)

INPUTS = np.random.default_rng(0).normal(size=(9, 2))
TARGETS = np.random.default_rng(1).normal(size=(9, 2))


def test_the_evidence_is_the_density_of_the_targets(monkeypatch):
    monkeypatch.setattr(gaussian_processes, "SHAPES", (1.5,))
    monkeypatch.setattr(gaussian_processes, "NOISES", (0.2,))
    found = fit(radial, INPUTS, TARGETS)
    matrix = radial(1.5, INPUTS, None)
    matrix = matrix + 0.2 * np.mean(np.diag(matrix)) * np.eye(9)
    assert np.allclose(matrix @ found.weights, TARGETS)

    def density(size):
        law = multivariate_normal(np.zeros(9), size * matrix)
        return law.logpdf(TARGETS.T).sum() / TARGETS.size

    best = np.sum(TARGETS * found.weights) / TARGETS.size
    assert found.evidence == pytest.approx(density(best))
    assert found.evidence > max(density(best * 1.02), density(best / 1.02))


def test_the_choice_has_the_largest_evidence(monkeypatch):
    chosen = fit(radial, INPUTS, TARGETS)
    found = []
    for shape, noise in product(SHAPES, NOISES):
        monkeypatch.setattr(gaussian_processes, "SHAPES", (shape,))
        monkeypatch.setattr(gaussian_processes, "NOISES", (noise,))
        found.append(fit(radial, INPUTS, TARGETS).evidence)
    assert chosen.evidence == max(found)


@pytest.mark.parametrize("data", DATA)
def test_a_part_is_drawn_by_its_seed_and_the_rest_left_out(data):
    one, same, other = (Part.drawn(data, seed) for seed in (0, 0, 1))
    assert len(one.inputs) == len(one.targets) == TRAINED
    assert np.array_equal(one.inputs, same.inputs)
    assert not np.array_equal(one.inputs, other.inputs)
    assert np.abs(one.inputs.mean(axis=0)).max() < 1e-12
    assert np.abs(one.targets.mean(axis=0)).max() < 1e-12
    assert one.inputs.var() == pytest.approx(1.0)
    assert {442 - TRAINED, 1797 - TRAINED} >= {len(one.other_inputs)}
    joint = {row.tobytes() for row in one.inputs} & {row.tobytes() for row in one.other_inputs}
    assert not joint


def test_a_rectangle_is_a_part_of_the_square():
    for kernel in (radial, lambda *given: network("relu", 2, *given)):
        square = kernel(2.0, INPUTS, None)
        assert np.allclose(kernel(2.0, INPUTS[:3], INPUTS[3:]), square[:3, 3:])


@pytest.mark.parametrize("data", DATA)
def test_radial_rows_of_the_table_come_back(data, monkeypatch):
    monkeypatch.setattr(gaussian_processes, "KERNELS", {("radial", ""): radial})
    stored = {(row.data, row.seed, row.kernel): row for row in read()}
    for seed in ("0", "7"):
        (row,) = measured(data, int(seed))
        known = stored[data, seed, "radial"]
        assert (row.shape, row.noise) == (known.shape, known.noise)
        assert float(row.evidence) == pytest.approx(float(known.evidence), rel=1e-3)
        assert float(row.error) == pytest.approx(float(known.error), rel=1e-2)


@pytest.mark.deep
def test_rows_of_networks_come_back():
    stored = [row for row in read() if (row.data, row.seed) == ("diabetes", "3")]
    for row, known in zip(measured("diabetes", 3), stored, strict=True):
        assert row[:5] == known[:5]
        assert float(row.error) == pytest.approx(float(known.error), rel=1e-3)


def test_the_stored_table_is_complete():
    rows = read()
    keys = [(row.data, row.seed, row.kernel, row.depth) for row in rows]
    expected = [(d, str(s), *kernel) for d, s, kernel in product(DATA, SEEDS, KERNELS)]
    assert keys == expected
    for row in rows:
        assert float(row.shape) in SHAPES
        assert 0.0 < float(row.error) < 1.0
