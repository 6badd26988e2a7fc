"""The runs of deep networks: stored whole, computed right, taken up where they stopped."""

import itertools
import math

import numpy as np
import pytest

from elu_sym.experiments import depth, depth_training
from elu_sym.experiments.depth import INPUTS, LAYERS, NEW_LAYERS, NEW_WIDTHS, RULES, SEEDS
from elu_sym.experiments.registered import registered_seeds

pytest.importorskip("sklearn")


NEW_SEEDS = registered_seeds("depth")
TABLES = {
    depth.RESULTS: ({width: range(count) for width, count in SEEDS.items()}, LAYERS),
    depth.NEW_RESULTS: (dict.fromkeys(NEW_WIDTHS, NEW_SEEDS), NEW_LAYERS),
}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_layer_is_stored_once(path) -> None:
    widths, layers = TABLES[path]
    expected = [
        (str(width), str(seed), inputs, rule, str(layer))
        for width, seeds in widths.items()
        for seed in seeds
        for inputs in INPUTS
        for rule in RULES
        for layer in layers
    ]
    stored = depth.read(path)
    assert [(r.width, r.seed, r.inputs, r.rule, r.layer) for r in stored] == expected
    assert path.stat().st_size < 500_000
    for record in stored:
        assert float(record.second_moment) > float(record.mean) ** 2
        assert (record.gradient_50 == "") == (int(record.layer) > depth.HALF_DEPTH)
        assert float(record.gradient_100) > 0


def test_curves_of_runs_that_diverged_end_at_infinity():
    curves = depth_training.curves()
    assert len(curves) == len(depth_training.LEARNING_RATES) * len(depth_training.RULES)
    stored = {row[:4]: row.loss for row in depth_training.read()}
    for (rate, rule), losses in curves.items():
        for seed in depth_training.SEEDS:
            for place, step in enumerate(depth_training.STEPS):
                text = stored[str(seed), repr(rate), rule, str(step)]
                assert losses[seed, place] == float(text or "inf")


@pytest.mark.parametrize("path", [depth_training.RESULTS, depth_training.NEW_RESULTS])
def test_every_loss_is_stored_once(path) -> None:
    is_new = path == depth_training.NEW_RESULTS
    expected = [
        (str(seed), repr(rate), rule, str(step))
        for seed in (registered_seeds("depth_training") if is_new else depth_training.SEEDS)
        for rate in depth_training.LEARNING_RATES
        for rule in depth_training.RULES
        for step in depth_training.STEPS
    ]
    stored = depth_training.read(path)
    assert [(r.seed, r.learning_rate, r.rule, r.step) for r in stored] == expected
    diverged = {(r.rule, r.learning_rate) for r in stored if not r.loss}
    assert diverged == {("He", "0.03")}


@pytest.mark.parametrize(
    ("path", "seed", "layers"),
    [(depth.RESULTS, 5, LAYERS), (depth.NEW_RESULTS, NEW_SEEDS[7], NEW_LAYERS)],
    ids=["seen", "new"],
)
def test_a_run_comes_out_again_to_rounding(path, seed, layers) -> None:
    width = 64
    stored = [r for r in depth.read(path) if (r.width, r.seed) == (str(width), str(seed))]
    for kept, fresh in zip(stored, depth.measured(width, seed, layers=layers), strict=True):
        for name in ("mean", "second_moment", "square_deviation", "gradient_100"):
            found, expected = (float(getattr(each, name)) for each in (fresh, kept))
            assert found == pytest.approx(expected, rel=2e-2, abs=1e-4), (name, kept)


@pytest.mark.parametrize("is_new", [False, True])
def test_a_training_comes_out_again_to_rounding(is_new: bool) -> None:
    seed = registered_seeds("depth_training")[3] if is_new else 3
    path = depth_training.NEW_RESULTS if is_new else depth_training.RESULTS
    fresh = depth_training.measured(seed, learning_rates=(0.003,), steps=(0, 10))
    stored = {(r.seed, r.learning_rate, r.rule, r.step): r.loss for r in depth_training.read(path)}
    for record in fresh:
        kept = stored[(record.seed, record.learning_rate, record.rule, record.step)]
        assert float(record.loss) == pytest.approx(float(kept), rel=1e-3)


def test_signals_and_gradients_are_those_of_torch(monkeypatch) -> None:
    """Activations and gradients of the same network by PyTorch's autograd, in double precision."""
    torch = pytest.importorskip("torch")
    width, seed, layers = 16, 1, 6
    monkeypatch.setattr(depth, "HALF_DEPTH", 3)
    found = depth.measured(width, seed, depth=layers, layers=range(1, layers + 1))
    start = np.random.default_rng([seed, 0, width]).standard_normal((width, 1))
    for index, inputs in enumerate(INPUTS):
        for rule in RULES:
            signal = torch.tensor(depth.inputs_of(seed)[:, [index]])
            pres, signals = [], []
            for layer in range(1, layers + 1):
                variance = depth.weight_variance(rule, len(signal), width, layer == 1)
                weights = torch.tensor(depth.weights_of(seed, layer, width).astype(float))
                pre = math.sqrt(variance) * weights @ signal
                pre.requires_grad_()
                signal = torch.nn.functional.elu(pre)
                pres.append(pre)
                signals.append(signal)
            rows = [r for r in found if (r.inputs, r.rule) == (inputs, rule)]
            for row, value in zip(rows, signals, strict=True):
                assert float(row.mean) == pytest.approx(
                    float(value.detach().mean()), rel=1e-3, abs=1e-5
                )
                assert float(row.second_moment) == pytest.approx(
                    float((value.detach() ** 2).mean()), rel=1e-3
                )
            for top, name in ((layers, "gradient_100"), (3, "gradient_50")):
                gradients = torch.autograd.grad(
                    signals[top - 1], pres[:top], torch.tensor(start), retain_graph=True
                )
                for row, gradient in zip(rows, gradients, strict=False):
                    assert float(getattr(row, name)) == pytest.approx(
                        float((gradient**2).mean()), rel=1e-3
                    )


def test_deviations_have_a_mean_square_of_one() -> None:
    """Over seeds that are not stored, with the standard error of a chi square of 50 each."""
    rows = [r for seed in range(900, 906) for r in depth.measured(64, seed, depth=50)]
    last = [float(r.square_deviation) / 50 for r in rows if r.layer == "50"]
    assert abs(np.mean(last) - 1) < 5 * math.sqrt(2 / (50 * 12))
    assert len(last) == 6 * len(INPUTS) * len(RULES)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="rule = 'Kaiming'"):
        depth.weight_variance("Kaiming", 1, 1)


def test_a_run_that_diverges_has_no_losses() -> None:
    rows = depth_training.measured(0, learning_rates=(50.0,), steps=(0, 5, 20), hidden_layers=4)
    assert all(row.loss for row in rows if row.step == "0")
    assert any(not row.loss for row in rows)
    for before, after in itertools.pairwise(rows):
        if after.step != "0" and not before.loss:
            assert not after.loss


def test_too_few_layers_are_an_error() -> None:
    with pytest.raises(ValueError, match="depth = 20: give at least 50 layers"):
        depth.measured(8, 0, depth=20)
