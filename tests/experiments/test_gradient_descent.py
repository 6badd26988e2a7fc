"""The heavy ball is that of PyTorch, and each measure is what its sentence says."""

import numpy as np
import pytest

from elu_sym.experiments.gradient_descent import (
    DIVERGED_FACTOR,
    Trajectory,
    bowl_sign_changes,
    heavy_ball,
)
from elu_sym.experiments.problems import ACTIVATIONS, PROBLEMS


def trajectory(velocities=(), losses=(1.0,), gradients=((1.0,),), diverged=False) -> Trajectory:
    return Trajectory(
        np.array(losses, float), np.array(gradients, float), np.array(velocities, float), diverged
    )


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_trajectory_is_that_of_torch(name: str, momentum: float) -> None:
    torch = pytest.importorskip("torch")
    objective, start = PROBLEMS["sine"].instance(ACTIVATIONS[name], 3)
    found = heavy_ball(objective, start, 0.01, momentum, steps=40)
    parameters = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([parameters], lr=0.01, momentum=momentum)
    for loss in found.losses[1:]:
        parameters.grad = torch.tensor(objective(parameters.detach().numpy())[1])
        optimizer.step()
        assert objective(parameters.detach().numpy())[0] == pytest.approx(loss, rel=1e-10)


def test_sign_changes_are_counted_by_coordinate_and_step() -> None:
    velocities = [[1, 1], [-1, 2], [1, 3], [2, -1], [2, -1]]  # 2 and 1 of 4 possible changes each
    assert trajectory(velocities).velocity_sign_changes == 3 / 8


def test_a_velocity_of_zero_is_no_sign_change() -> None:
    assert trajectory([[1], [0], [-1], [0]]).velocity_sign_changes == 0


def test_the_path_of_a_gradient_that_turns_round_is_twice_its_size() -> None:
    assert trajectory(gradients=[[3, 4], [-3, -4], [3, 4]]).gradient_variation == 2
    assert trajectory(gradients=[[30, 40], [-30, -40], [30, 40]]).gradient_variation == 2
    assert trajectory(gradients=[[3, 4], [3, 4]]).gradient_variation == 0


def test_overshoot_adds_the_rises_and_leaves_the_falls() -> None:
    found = trajectory(losses=[4, 2, 3, 1, 2, 0.5])
    assert found.overshoot == 0.5
    assert found.final_loss == 0.125


def test_steps_to_a_tolerance_are_those_of_the_first_time() -> None:
    found = trajectory(losses=[4, 2, 0.4, 3, 0.1])
    assert found.steps_to(0.1) == 2
    assert found.steps_to(1.0) == 0
    assert found.steps_to(0.01) is None


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_edge_of_stability_of_a_bowl(momentum: float) -> None:
    edge = 2 * (1 + momentum)  # the largest stable rate for a curvature of 1

    def bowl(w):
        return 0.5 * float(w @ w), w

    start = np.ones(2)
    inside = heavy_ball(bowl, start, 0.97 * edge, momentum, steps=2000)
    outside = heavy_ball(bowl, start, 1.03 * edge, momentum, steps=2000)
    assert not inside.diverged
    assert inside.final_loss < 1e-6
    assert outside.diverged
    assert 10 < outside.losses.max() / outside.losses[0] <= DIVERGED_FACTOR == 100
    assert outside.steps < 2000
    assert (start == 1).all()


def test_a_loss_that_is_no_number_is_a_divergence() -> None:
    def cliff(w):
        return (1.0, w) if w[0] == 1 else (np.nan, w)

    found = heavy_ball(cliff, np.ones(1), 0.1, 0.9, steps=5)
    assert found.diverged
    assert found.steps == 0
    assert found.losses.tolist() == [1.0]


@pytest.mark.parametrize(
    ("rate", "momentum", "steps", "message"),
    [
        (0.0, 0.9, 5, "learning_rate = 0.0"),
        (float("nan"), 0.9, 5, "learning_rate = nan"),
        (0.1, 1.0, 5, "momentum = 1.0"),
        (0.1, -0.1, 5, "momentum = -0.1"),
        (0.1, 0.9, 1, "steps = 1"),
    ],
)
def test_numbers_outside_their_range(rate, momentum, steps, message) -> None:
    with pytest.raises(ValueError, match=message):
        heavy_ball(lambda w: (1.0, w), np.ones(1), rate, momentum, steps)


@pytest.mark.parametrize("loss", [0.0, -1.0, np.inf, np.nan])
def test_a_start_that_cannot_be_the_unit(loss) -> None:
    with pytest.raises(ValueError, match="the loss at the start"):
        heavy_ball(lambda w: (loss, w), np.ones(1), 0.1, 0.9, 5)


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.3, 2.0, 3.5])
def test_the_velocity_in_a_bowl_turns_as_its_roots_say(rate: float) -> None:
    def bowl(parameters):
        return 0.5 * float(parameters @ parameters), parameters

    found = heavy_ball(bowl, np.array([1.0]), rate, 0.9, steps=1000)
    expected = bowl_sign_changes(1.0, rate, 0.9)
    assert found.velocity_sign_changes == pytest.approx(expected, abs=2e-3)


def test_without_momentum_a_bowl_turns_never_or_always() -> None:
    assert bowl_sign_changes(2.0, 0.3, 0.0) == 0
    assert bowl_sign_changes(2.0, 0.7, 0.0) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.1, 0.9), "curvature = 0.0"),
        ((1.0, 0.0, 0.9), "learning_rate = 0.0"),
        ((1.0, 0.1, 1.0), "momentum = 1.0"),
    ],
)
def test_a_bowl_with_bad_arguments_is_named(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bowl_sign_changes(*arguments)
