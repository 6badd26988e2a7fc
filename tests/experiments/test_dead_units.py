"""A dead ReLU stays where it is, a dead ELU comes back, in the time that its mean slope says."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from elu_sym.experiments import dead_units
from elu_sym.experiments.dead_units import (
    LEARNING_RATE,
    TARGET,
    expected_return_time,
    layer_run,
    offsets,
    return_time,
)
from elu_sym.experiments.problems import Unit


def test_the_inputs_are_as_a_normal_law() -> None:
    inputs = dead_units._inputs()
    assert inputs == pytest.approx(-inputs[::-1], abs=1e-12)
    assert np.exp(inputs).mean() == pytest.approx(np.exp(0.5), rel=0.02)


def test_an_elu_rises_at_every_step_and_a_relu_at_none() -> None:
    targets = [TARGET] * 50
    assert np.ptp(offsets(Unit(0.0), -5.0, targets)) == 0
    assert (np.diff(offsets(Unit(0.5), -5.0, targets)) > 0).all()


def test_a_bad_batch_kills_a_relu_that_had_learned() -> None:
    targets = [TARGET] * 30 + [-20.0] + [TARGET] * 30
    path = offsets(Unit(0.0), 0.0, targets)
    assert path[30] > 0
    assert (path[31:] == path[31]).all()
    assert path[31] < -4


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("distance", [5.0, 7.0])
def test_the_time_is_that_of_the_mean_slope(alpha: float, distance: float) -> None:
    steps = return_time(Unit(alpha), -distance, 5000)
    assert steps == pytest.approx(expected_return_time(alpha, -distance), rel=0.03, abs=2)


def test_the_expected_time_by_integrals_that_know_no_formula() -> None:
    def moment(function, offset):  # of the unit above the kink, and below it
        pieces = ((-np.inf, 0.0), (0.0, np.inf))
        return sum(quad(lambda x: function(x) * norm.pdf(x, offset), *piece)[0] for piece in pieces)

    def integrand(offset):
        value = moment(lambda x: max(x, 0.0) + 2 * np.expm1(min(x, 0.0)), offset)
        slope = moment(lambda x: 1.0 if x > 0 else 2 * np.exp(x), offset)
        return 1 / (LEARNING_RATE * (TARGET - value) * slope)

    integral = quad(integrand, -3.0, 0.0, epsrel=1e-6)[0]
    assert expected_return_time(2.0, -3.0) == pytest.approx(integral, rel=1e-6)


def test_far_away_the_time_is_an_exponential() -> None:
    leading = np.exp(30 - 0.5) / (LEARNING_RATE * 0.5 * (TARGET + 0.5))
    assert expected_return_time(0.5, -30.0) == pytest.approx(leading, rel=1e-6)
    assert norm.logcdf(-30.0) < -450  # a normal input that would switch it on: never seen


@pytest.mark.parametrize("seed", [0, 1])
def test_a_layer_that_is_off_learns_with_elu_only(seed: int) -> None:
    relu, elu = (layer_run(name, 32, 4.0, 60, seed) for name in ("ReLU", "ELU(1)"))
    assert (relu.alive == 0).all()
    assert relu.losses[-1] == pytest.approx(np.log(10), rel=1e-3)
    assert elu.alive[0] == 0
    assert elu.alive[-1] > 10
    assert elu.losses[-1] < relu.losses[-1] / 2


@pytest.mark.parametrize("seed", [0, 1])
def test_units_that_nobody_misses_stay_off(seed: int) -> None:
    run = layer_run("ELU(1)", 16, 4.0, 60, seed)
    assert run.alive.max() == 0
    assert run.losses[-1] < 0.1


def test_units_that_were_not_pushed_are_not_counted(monkeypatch) -> None:
    monkeypatch.setattr(dead_units, "_alive", lambda *_: np.ones(32, bool))
    assert layer_run("ReLU", pushed=3, distance=4.0, steps=2).alive.tolist() == [3, 3, 3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: offsets(Unit(1.0), np.nan, [1.0]), "start = nan"),
        (lambda: offsets(Unit(1.0), 0.0, [1.0, np.inf]), "or a target"),
        (lambda: expected_return_time(0.0, -1.0), "alpha = 0.0"),
        (lambda: expected_return_time(1.0, 1.0), "start = 1.0"),
        (lambda: layer_run("GELU", 1, 1.0, 2), "activation = 'GELU'"),
        (lambda: layer_run("ReLU", 33, 1.0, 2), "pushed = 33"),
        (lambda: layer_run("ReLU", 1, -1.0, 2), "distance = -1.0"),
    ],
)
def test_bad_arguments_are_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
