"""The gradients are right, and every activation starts from the same loss."""

import sys

import numpy as np
import pytest

from elu_sym.experiments import problems
from elu_sym.experiments.problems import ACTIVATIONS, INITIAL_RESIDUAL, PROBLEMS, Unit

NAMES = list(PROBLEMS)


def instance(problem: str, activation: str, seed: int = 0):
    if problem == "digits":
        pytest.importorskip("sklearn")
    return PROBLEMS[problem].instance(ACTIVATIONS[activation], seed)


def moved(start, seed: int = 1):
    """A point at which the output layer is not zero, and no residual is."""
    return start + 0.3 * np.random.default_rng(seed).standard_normal(start.shape)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("problem", NAMES)
def test_the_gradient_is_the_finite_difference(problem: str, activation: str) -> None:
    objective, start = instance(problem, activation)
    point = moved(start)
    _, gradient = objective(point)
    assert np.linalg.norm(gradient) > 0
    random = np.random.default_rng(5)
    for _ in range(20):
        # One coordinate at a time, so that a wrong part of the gradient cannot hide.
        place, step = random.integers(start.size), 1e-6
        direction = np.zeros_like(start)
        direction[place] = step
        difference = objective(point + direction)[0] - objective(point - direction)[0]
        assert difference / (2 * step) == pytest.approx(gradient[place], abs=2e-6, rel=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_the_sine_is_that_of_torch(activation: str) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    objective, start = instance("sine", activation)
    point = moved(start)
    loss, gradient = objective(point)
    alpha = ACTIVATIONS[activation].alpha
    parts = [torch.tensor(part.copy(), requires_grad=True) for part in objective.split(point)]
    hidden = torch.tensor(objective.inputs) @ parts[0] + parts[1]
    hidden = functional.elu(hidden, alpha) if alpha else functional.relu(hidden)
    outputs = hidden @ parts[2] + parts[3]
    target = torch.sin(torch.tensor(objective.inputs) * torch.pi / 3**0.5)
    expected = functional.mse_loss(outputs, target)
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    found = np.concatenate([part.grad.numpy().ravel() for part in parts])
    assert gradient == pytest.approx(found, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_the_digits_is_that_of_torch(activation: str) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    objective, start = instance("digits", activation)
    point = moved(start)
    loss, gradient = objective(point)
    alpha = ACTIVATIONS[activation].alpha
    parts = [torch.tensor(part.copy(), requires_grad=True) for part in objective.split(point)]
    hidden = torch.tensor(objective.inputs) @ parts[0] + parts[1]
    hidden = functional.elu(hidden, alpha) if alpha else functional.relu(hidden)
    labels = torch.tensor(problems.handwritten_digits()[1][: problems.DIGITS])
    expected = functional.cross_entropy(hidden @ parts[2] + parts[3], labels)
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    found = np.concatenate([part.grad.numpy().ravel() for part in parts])
    assert gradient == pytest.approx(found, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", [0, 41, 79])
@pytest.mark.parametrize("problem", NAMES)
def test_every_activation_starts_from_the_same_loss(problem: str, seed: int) -> None:
    losses = []
    for activation in ACTIVATIONS:
        objective, start = instance(problem, activation, seed)
        losses.append(objective(start)[0])
    if problem == "residual":
        assert losses == pytest.approx([INITIAL_RESIDUAL] * 4, rel=1e-12)
    else:
        assert len(set(losses)) == 1


def test_networks_of_one_seed_start_from_the_same_parameters() -> None:
    starts = [instance("sine", activation)[1] for activation in ACTIVATIONS]
    assert all((start == starts[0]).all() for start in starts)
    assert (starts[0] != instance("sine", "ReLU", 1)[1]).any()


def residual_profile(activation: str, distances):
    """The loss on the ray through the minimum, by the distance from it."""
    objective, start = instance("residual", activation)
    random = np.random.default_rng([1, 0])
    random.standard_normal((problems.SAMPLES, problems.DIMENSION))
    minimum = random.standard_normal(problems.DIMENSION)
    ray = (start - minimum) / np.linalg.norm(start - minimum)
    return np.array([objective(minimum + distance * ray)[0] for distance in distances])


@pytest.mark.parametrize(
    ("activation", "slope"), [("ReLU", 1.0), ("ELU(0.5)", 0.5), ("ELU(1)", 0.0), ("ELU(2)", -1.0)]
)
def test_the_kinks_meet_at_the_minimum_with_slope_one_less_alpha(activation, slope) -> None:
    distance = 1e-7
    reference = residual_profile("ReLU", [distance])[0]
    there, left, right = residual_profile(activation, [0.0, -distance, distance])
    assert there == pytest.approx(0, abs=1e-15)
    assert left / reference == pytest.approx(slope, abs=1e-6)
    assert right / reference == pytest.approx(slope, abs=1e-6)


def test_the_units_are_those_of_the_definition() -> None:
    from elu_sym.activations import Elu
    from elu_sym.symbols import x

    points = np.array([-3.0, -0.5, 0.0, 2.0])
    value, slope = Unit(0.5).value_and_slope(points)
    elu = Elu(x, 0.5)
    assert value == pytest.approx([float(elu.subs(x, point)) for point in points])
    assert slope == pytest.approx([float(elu.diff(x).subs(x, point)) for point in points])


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch) -> None:
    problems.handwritten_digits.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs sklearn: .*elu_sym\[experiments\]"):
        PROBLEMS["digits"].instance(ACTIVATIONS["ReLU"], 0)
    PROBLEMS["sine"].instance(ACTIVATIONS["ReLU"], 0)
