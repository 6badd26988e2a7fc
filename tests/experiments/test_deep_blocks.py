"""Blocks and stacks: signals and gradients against PyTorch, the predictions, the stored table."""

import numpy as np
import pytest

from elu_sym.experiments import deep_blocks
from elu_sym.experiments.deep_blocks import (
    CASES,
    PLACES,
    SEEDS,
    Case,
    measured,
    predicted,
    read,
    spreads,
)


@pytest.mark.parametrize("kind", ["stack", "residual", "normalized"])
def test_signals_and_gradients_are_those_of_torch(kind):
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    numbers = np.random.default_rng(0)
    width, case = 6, Case(kind, 0.7, 0.8, depth=5)
    start, back = numbers.standard_normal((2, width))
    standard = numbers.standard_normal((4, width, width)).astype(np.float32)
    chances = numbers.random((4, width))
    signals, gradient = deep_blocks._passed(case, start, back, standard, chances)

    x = torch.tensor(start / np.sqrt(np.mean(start**2)), requires_grad=True)
    stream = x
    for matrix, chance in zip(standard, chances, strict=True):
        inner = stream / stream.square().mean().sqrt() if kind == "normalized" else stream
        kept = torch.tensor((chance < 0.8) / 0.8)
        weights = torch.tensor(matrix.astype(float)) * np.float32(np.sqrt(0.7))
        branch = weights @ (kept * torch.nn.functional.elu(inner))
        stream = branch if kind == "stack" else stream + branch
    stream.backward(torch.tensor(back / np.sqrt(np.mean(back**2))))
    assert np.allclose(signals[-1], stream.detach().numpy(), rtol=1e-5)
    assert gradient == pytest.approx(float(x.grad.square().mean()), rel=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_networks_agree_with_what_is_predicted(name):
    case, found = CASES[name], spreads()[name]
    line, gradient = predicted(case)
    strays = (found.means[1:] - line[found.layers[1:] - 1]) / found.errors[1:]
    assert np.max(np.abs(strays)) < 4
    if case.kind != "stack":
        assert abs(found.gradient - gradient) < 4 * found.gradient_error


@pytest.mark.parametrize("change", [{"weight_variance": 0.6}, {"keep_probability": 0.7}])
def test_networks_disagree_with_another_prediction(change):
    found = spreads()["normalized"]
    line = predicted(CASES["normalized"]._replace(**change)).variances
    assert abs(found.means[-1] - line[found.layers[-1] - 1]) > 6 * found.errors[-1]


@pytest.mark.parametrize("name", ["exact, dropout", "normalized"])
def test_rows_of_the_table_come_back(name):
    stored = [row for row in read() if (row.case, row.seed) == (name, "3")]
    for row, known in zip(measured(3, (name,)), stored, strict=True):
        assert row[:3] == known[:3]
        assert float(row.square) == pytest.approx(float(known.square), rel=1e-3)
        assert (row.gradient == "") == (known.gradient == "")


def test_a_case_does_not_depend_on_those_beside_it():
    together = measured(1, ("normalized, dropout", "exact, dropout"), width=16)
    alone = measured(1, ("normalized, dropout",), width=16)
    assert together[: len(alone)] == alone


def test_the_stored_table_is_complete():
    rows = read()
    expected = [
        (name, str(seed), str(place))
        for name, case in CASES.items()
        for seed in SEEDS
        for place in PLACES
        if place <= case.depth
    ]
    assert [row[:3] for row in rows] == expected
