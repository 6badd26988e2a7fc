"""Means while networks learn: steps against PyTorch, equal starts, moments, and the tables."""

from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

pytest.importorskip("sklearn", reason="needs the extra experiments")

from elu_sym.experiments import centering_training as training
from elu_sym.experiments.centering_predictions import first_moments, normalized_layer
from elu_sym.experiments.centering_training import ALPHAS, TREATMENTS, LossRecord
from elu_sym.experiments.plain_networks import SMALLEST_VARIANCE
from elu_sym.experiments.tables import write

IMAGES = training.inputs()[:16]
LABELS = np.arange(16) % 10


def torch_loss(torch, networks, run):
    """The loss of one network, and what it depends on, written for PyTorch."""
    elu, alpha = torch.nn.functional.elu, float(networks.unit.alpha[run, 0, 0])
    parts = [
        [torch.tensor(part[run], requires_grad=True) for part in parts]
        for parts in (networks.weights, networks.biases, networks.factors)
    ]
    weights, offsets, factors = parts
    signal = torch.tensor(IMAGES)
    for layer in range(training.HIDDEN_LAYERS):
        before = signal @ weights[layer]
        if factors:
            shapes = factors[layer][0], offsets[layer][0]
            smallest = SMALLEST_VARIANCE
            before = torch.nn.functional.batch_norm(
                before, None, None, *shapes, training=True, eps=smallest
            )
        else:
            before = before + offsets[layer]
        active = elu(before, alpha) if alpha > 0 else torch.relu(before)
        signal = active - torch.tensor(networks.centres[layer][run])
    logits = signal @ weights[-1] + offsets[-1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS)), parts


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_a_step_is_that_of_torch(treatment):
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    networks = training.start(1, treatment, (0.0, 0.5))
    before = [[part.copy() for part in parts] for parts in networks[1:4]]
    losses = [torch_loss(torch, networks, run) for run in range(2)]
    networks.descend(np.array([0.5, 0.25]).reshape(2, 1, 1), IMAGES, LABELS)
    for run, (loss, parts) in enumerate(losses):
        loss.backward()
        rate = 0.5 / (run + 1)
        for old, new, tensors in zip(before, networks[1:4], parts, strict=True):
            for was, now, tensor in zip(old, new, tensors, strict=True):
                moved = (was[run] - now[run]) / rate
                assert np.allclose(moved, tensor.grad.numpy(), rtol=1e-6, atol=1e-10)


def test_three_treatments_are_the_same_function_at_the_start():
    alphas = tuple(ALPHAS.values())
    plain, shifted, centred = (
        training.start(3, treatment, alphas).signals(IMAGES) for treatment in TREATMENTS[:3]
    )
    assert np.allclose(plain[1], shifted[1], rtol=1e-9, atol=1e-9)
    assert np.allclose(plain[1], centred[1], rtol=1e-9, atol=1e-9)
    assert not np.allclose(plain[0][0][0], shifted[0][0][0])


def test_centred_units_have_the_mean_zero_and_shifted_ones_lack_a_constant():
    networks = training.start(0, "centred", (0.0, 1.0))
    for signal in networks.signals(training.inputs())[0]:
        assert np.max(np.abs(np.mean(signal, axis=1))) < 1e-12
    (shift, none) = training.start(0, "shifted", (0.0, ALPHAS["ELU(SELU's)"])).centres[3].ravel()
    assert shift == pytest.approx(1 / np.sqrt(2 * np.pi))
    assert abs(none) < 1e-15


def test_behind_batch_normalization_a_constant_is_not_seen():
    networks = training.start(2, "normalized", (0.0, 1.0))
    shifted = networks._replace(centres=[*[np.full((2, 1, 1), 0.7)] * 7, networks.centres[-1]])
    assert np.allclose(networks.signals(IMAGES)[1], shifted.signals(IMAGES)[1])
    last = networks._replace(centres=[np.full((2, 1, 1), 0.7)] * 8)
    assert not np.allclose(networks.signals(IMAGES)[1], last.signals(IMAGES)[1])


def test_an_unknown_treatment_is_refused():
    with pytest.raises(ValueError, match="treatment = 'whitened'; they are as it is"):
        training.start(0, "whitened", (1.0,))


def test_shares_of_eigenvalues_are_those_of_singular_values():
    signal = np.random.default_rng(0).normal(size=(50, 7)) + np.arange(7)
    of_mean, top, rest = training.eigenvalue_shares(signal)
    whole = np.sum(signal**2)
    centred = signal - signal.mean(axis=0)
    assert of_mean == pytest.approx(50 * np.sum(signal.mean(axis=0) ** 2) / whole)
    assert top == pytest.approx(np.linalg.svd(signal)[1][0] ** 2 / whole)
    assert rest == pytest.approx(np.linalg.svd(centred)[1][0] ** 2 / whole)


@pytest.mark.parametrize("name", ALPHAS)
def test_a_normalized_layer_has_the_moments_of_a_standard_normal_law(name):
    alpha = ALPHAS[name]

    def moment(power):
        below = quad(lambda x: (alpha * np.expm1(x)) ** power * norm.pdf(x), -40, 0)[0]
        return below + quad(lambda x: x**power * norm.pdf(x), 0, 40)[0]

    found = normalized_layer(name)
    assert found.mean == pytest.approx(moment(1), abs=1e-9)
    assert found.second_moment == pytest.approx(moment(2))
    assert found.mean_share == pytest.approx(moment(1) ** 2 / moment(2), abs=1e-9)


@pytest.mark.parametrize("layer", [1, 2, 5])
def test_the_share_of_the_mean_of_relu_is_that_of_the_arc_cosine_kernel(layer):
    kernel = IMAGES @ IMAGES.T / IMAGES.shape[1]
    for _ in range(layer):  # Cho and Saul, 2009, with weights of variance 2/fan
        sizes = np.sqrt(np.diag(kernel))
        angles = np.arccos(np.clip(kernel / np.outer(sizes, sizes), -1, 1))
        arc = np.sin(angles) + (np.pi - angles) * np.cos(angles)
        kernel = np.outer(sizes, sizes) * arc / np.pi
    found = first_moments("ReLU", layer, IMAGES)
    assert found.mean_share == pytest.approx(np.mean(kernel) / np.mean(np.diag(kernel)))
    assert found.second_moment == pytest.approx(np.mean(np.diag(kernel)) / 2)


def test_a_wide_layer_has_the_moments_that_are_predicted():
    alpha, units = ALPHAS["ELU(2)"], 1 << 16
    weights = np.random.default_rng(0).normal(size=(IMAGES.shape[1], units)) / 8
    before = IMAGES @ weights
    active = np.where(before > 0, before, alpha * np.expm1(np.minimum(before, 0)))
    found = first_moments("ELU(2)", 1, IMAGES)
    for value, draws in (
        (found.mean, active.mean(axis=0)),
        (found.second_moment, (active**2).mean(axis=0)),
        (found.mean_share * found.second_moment, active.mean(axis=0) ** 2),
    ):
        assert abs(draws.mean() - value) < 5 * draws.std() / np.sqrt(units)


def test_steps_are_counted_to_the_first_that_is_low_enough(tmp_path):
    curves = {"0": ("2.0", "0.5", "0.125"), "1": ("2.0", "1.0", ""), "2": ("0.1", "3.0", "0.01")}
    rows = [
        LossRecord(seed, "ReLU", "as it is", repr(rate), step, loss)
        for rate, which in ((0.1, "012"), (0.2, "111"))
        for seed, curve in zip("012", which, strict=True)
        for step, loss in zip(("0", "10", "20"), curves[curve], strict=True)
    ]
    write(rows, LossRecord, tmp_path / "table.csv")
    found = training.steps_to(0.25, tmp_path / "table.csv")
    assert found["ReLU", "as it is", 0.1].tolist() == [15.0, np.inf, 0.0]
    best = training.fewest_steps(0.25, tmp_path / "table.csv")["ReLU", "as it is"]
    assert best.learning_rate == 0.1
    assert best.steps.tolist() == [15.0, np.inf, 0.0]


def test_the_best_rate_has_the_least_median():
    everything = training.steps_to(0.1)
    for (activation, treatment), best in training.fewest_steps(0.1).items():
        medians = {
            rate: np.median(everything[activation, treatment, rate])
            for rate in training.LEARNING_RATES
        }
        assert medians[best.learning_rate] == min(medians.values())


def test_losses_of_the_table_come_back():
    stored = {row[:5]: row.loss for row in training.read()}
    for row in training.losses(3, ("ReLU", "ELU(1)"), (0.02,), (0, 10)):
        assert float(row.loss) == pytest.approx(float(stored[row[:5]]), rel=1e-3)


def test_layers_of_the_table_come_back():
    stored = {row[:5]: row[5:] for row in training.read_layers()}
    for row in training.layers(3, ("ELU(1)",), (0, 10)):
        known = np.array(list(map(float, stored[row[:5]])))
        assert np.allclose(list(map(float, row[5:])), known, rtol=0.02, atol=1e-6)


def test_a_run_that_diverges_leaves_its_fields_empty():
    losses = training.losses(0, ("ELU(2)",), (1e9,), (0, 5))
    plain = [row.loss for row in losses if row.treatment == "as it is"]
    assert plain[0] != ""
    assert plain[1] == ""


def test_the_stored_tables_are_complete():
    runs = [run for run in product(TREATMENTS, ALPHAS) if run != ("shifted", "ELU(SELU's)")]
    places = product(training.SEEDS, runs, training.LEARNING_RATES, training.STEPS)
    expected = [(str(s), name, how, repr(rate), str(at)) for s, (how, name), rate, at in places]
    assert [row[:5] for row in training.read()] == expected
    places = product(training.SEEDS, runs, training.LAYERS, training.LAYERS_STEPS)
    expected = [(str(s), name, how, str(at), str(layer)) for s, (how, name), layer, at in places]
    assert [row[:5] for row in training.read_layers()] == expected
