r"""Does a dead unit come back? One unit by itself, and the hidden layer of a small network.

A unit is dead if it is off for every input. The single unit has the pre-activation
:math:`X = b + Z`, where Z takes equally likely quantiles of the standard normal law, and gradient
descent moves the offset b so that the mean output meets a target y. The gradient of
:math:`\tfrac12(\mathbb{E} f(X) - y)^2` is :math:`(\mathbb{E} f(X) - y)\,\mathbb{E} f'(X)`: what
calls the unit back is the error times the mean slope. Far to the left the output is -alpha and the
mean slope :math:`\alpha e^{b + 1/2}`, so that a unit at -c needs about
:math:`e^{c - 1/2} / (\eta\,\alpha\,(y + \alpha))` steps. With ReLU the mean slope is 0.

In the network of :mod:`elu_sym.experiments.problems` that reads digits some hidden units are pushed
off by their offsets before the first step. Nothing is random but the start, which has a seed.

References:
    Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models, 2013.
    Lu, Shin, Su, Karniadakis: Dying ReLU and initialization, Commun. Comput. Phys. 28 (2020).
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from elu_sym.book.formula import elu
from elu_sym.experiments.gradient_descent import Array, heavy_ball
from elu_sym.experiments.problems import ACTIVATIONS, HIDDEN, Layers, Unit, digits
from elu_sym.experiments.smooth_ride import MOMENTUM

LEARNING_RATE = 0.5
"""The learning rate of the single unit."""

LAYER_LEARNING_RATE = 0.1
"""The learning rate of the network, at which ReLU and ELU both learn the digits."""

TARGET = 1.0
"""What the mean output of the single unit should be."""

INPUTS = 1000
"""How many quantiles stand for the standard normal law."""


def offsets(unit: Unit, start: float, targets: Sequence[float]) -> Array:
    """Gradient descent on the offset of a single unit, one step for each target.

    Args:
        unit: the activation.
        start: the offset before the first step, in standard deviations of the pre-activation.
        targets: what the mean output should be, step by step; one that is far off is a bad batch.

    Returns:
        The offset at the start and after every step.

    Raises:
        ValueError: if a number is not finite.

    Examples:
        >>> relu, elu = Unit(0.0), Unit(1.0)
        >>> float(offsets(relu, -6.0, [1.0] * 500)[-1])
        -6.0
        >>> bool(offsets(elu, -6.0, [1.0] * 500)[-1] > 0)
        True
    """
    if not np.isfinite([start, *targets]).all():
        raise ValueError(f"start = {start!r}, or a target, is not finite; give finite numbers")
    path = [start]
    for target in targets:
        path.append(_after_a_step(unit, path[-1], target))
    return np.array(path)


def return_time(unit: Unit, start: float, longest: int) -> int | None:
    """After how many steps the single unit is on for half of its inputs.

    Args:
        unit: the activation.
        start: the offset before the first step.
        longest: how many steps are tried.

    Returns:
        The number of steps, or None if it is still off for more than half of them.

    Examples:
        >>> return_time(Unit(1.0), -6.0, 1000), return_time(Unit(0.0), -6.0, 1000)
        (252, None)
    """
    offset = start
    for steps in range(longest + 1):
        if offset >= 0:
            return steps
        offset = _after_a_step(unit, offset, TARGET)
    return None


def expected_return_time(alpha: float, start: float) -> float:
    r"""How many steps the exact moments of ELU say that the single unit needs.

    Steps that are small beside the way are a flow: the time is the integral of
    :math:`1 / (\eta\,(y - \mathbb{E} f)\,\mathbb{E} f')` over the offsets from ``start`` to 0.

    Args:
        alpha: the floor of ELU, positive.
        start: the offset before the first step, at most 0.

    Raises:
        ValueError: if a number is outside its range.

    Accuracy:
        SciPy's quadrature of formulas that are right to the last digits: 1e-8 of the value.

    Examples:
        >>> print(f"{expected_return_time(1.0, -6.0):.1f}")
        249.2
    """
    from scipy.integrate import quad

    if not alpha > 0:
        raise ValueError(f"alpha = {alpha!r}; give a positive number")
    if not -np.inf < start <= 0:
        raise ValueError(f"start = {start!r}; give a finite number of at most 0")

    def steps_per_distance(offset: float) -> float:
        error = TARGET - elu.mean(offset, 1.0, alpha)
        return cast(float, 1 / (LEARNING_RATE * error * elu.derivative_mean(offset, 1.0, alpha)))

    return float(quad(steps_per_distance, start, 0.0, epsabs=0.0, epsrel=1e-9, limit=200)[0])


class LayerRun(NamedTuple):
    """A run of the network.

    Attributes:
        losses: the cross entropy at the start and after every step.
        alive: how many of the pushed units are on for at least one of the digits, at the same
            points.
    """

    losses: Array
    alive: NDArray[np.intp]


def layer_run(activation: str, pushed: int, distance: float, steps: int, seed: int = 0) -> LayerRun:
    """Train the network that reads digits after some of its hidden units were pushed off.

    Args:
        activation: ``"ReLU"``, ``"ELU(0.5)"``, ``"ELU(1)"`` or ``"ELU(2)"``.
        pushed: how many hidden units are pushed, of 32.
        distance: how many standard deviations of its pre-activation over the digits the mean of
            such a unit is below 0 at the start.
        steps: how many steps of gradient descent.
        seed: what the start is drawn from.

    Raises:
        ValueError: if there is no such activation, or a number is outside its range.
        ModuleNotFoundError: if scikit-learn, which has the digits, is not installed.

    Examples:
        >>> layer_run("ReLU", pushed=32, distance=4.0, steps=5).alive.tolist()
        [0, 0, 0, 0, 0, 0]
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation = {activation!r}; there are {', '.join(ACTIVATIONS)}")
    if not 0 <= pushed <= HIDDEN:
        raise ValueError(f"pushed = {pushed!r}; give a number from 0 to {HIDDEN}")
    if not 0 <= distance < np.inf:
        raise ValueError(f"distance = {distance!r}; give a finite number of at least 0")
    network, start = digits(ACTIVATIONS[activation], seed)
    layers = cast(Layers, network)
    weights, hidden_offsets, *_ = layers.split(start)  # views: what is written there is in start
    drawn = (layers.inputs @ weights)[:, :pushed]
    hidden_offsets[:pushed] = -drawn.mean(axis=0) - distance * drawn.std(axis=0)
    path = heavy_ball(layers, start, LAYER_LEARNING_RATE, MOMENTUM, steps)
    moved = np.cumsum(path.velocities, axis=0)
    points = [start, *(start - LAYER_LEARNING_RATE * way for way in moved)]
    alive = [_alive(layers, parameters)[:pushed].sum() for parameters in points]
    return LayerRun(path.losses, np.array(alive))


@cache
def _inputs() -> Array:
    """Equally likely quantiles of the standard normal law."""
    from scipy.special import ndtri

    return cast(Array, ndtri((np.arange(INPUTS) + 0.5) / INPUTS))


def _after_a_step(unit: Unit, offset: float, target: float) -> float:
    """The offset after one step of gradient descent on half the squared error of the mean."""
    value, slope = unit.value_and_slope(offset + _inputs())
    return offset - LEARNING_RATE * float((value.mean() - target) * slope.mean())


def _alive(layers: Layers, parameters: Array) -> NDArray[np.bool_]:
    """By hidden unit whether it is on for at least one input."""
    weights, hidden_offsets, *_ = layers.split(parameters)
    on = layers.inputs @ weights + hidden_offsets > 0
    return cast("NDArray[np.bool_]", on.any(axis=0))
