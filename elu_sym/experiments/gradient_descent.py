r"""Gradient descent with momentum (the heavy ball), and how much a run of it oscillates.

.. math:: v_{t+1} = \beta v_t + \nabla L(w_t), \qquad w_{t+1} = w_t - \eta v_{t+1}, \qquad v_0 = 0.

A run that leaves every reasonable bound has diverged: that is an outcome, not a number, and such a
run has no measures.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Objective = Callable[[Array], tuple[float, Array]]
"""The loss and its gradient at a vector of parameters."""

DIVERGED_FACTOR = 100.0
"""A run has diverged when its loss exceeds this many times the initial loss."""


class Trajectory(NamedTuple):
    """A run of gradient descent.

    Attributes:
        losses: the loss at the start and after every step.
        gradients: the gradient at the same points, one row each.
        velocities: the velocity of every step, one row each.
        diverged: whether the step after the last one here led beyond the bound.
    """

    losses: Array
    gradients: Array
    velocities: Array
    diverged: bool

    @property
    def steps(self) -> int:
        """The number of steps."""
        return len(self.velocities)

    @property
    def velocity_sign_changes(self) -> float:
        """How often the velocity changes its sign, for each coordinate and step.

        A coordinate counts where its velocity in two successive steps has opposite signs; a
        coordinate whose velocity is 0 counts nowhere.
        """
        before, after = np.sign(self.velocities[:-1]), np.sign(self.velocities[1:])
        return float(np.mean(before * after < 0))

    @property
    def gradient_variation(self) -> float:
        """The path length of the gradient in units of its size.

        The sum of the norms of its changes, divided by the sum of its norms at the same points.
        """
        changes = np.linalg.norm(np.diff(self.gradients, axis=0), axis=1)
        sizes = np.linalg.norm(self.gradients[:-1], axis=1)
        return float(np.sum(changes) / np.sum(sizes))

    @property
    def overshoot(self) -> float:
        """All that the loss rises over the run, in units of the initial loss."""
        return float(np.sum(np.maximum(np.diff(self.losses), 0.0)) / self.losses[0])

    @property
    def final_loss(self) -> float:
        """The loss after the last step, in units of the initial loss."""
        return float(self.losses[-1] / self.losses[0])

    def steps_to(self, fraction: float) -> int | None:
        """The first step after which the loss is at most this fraction of the initial loss.

        Returns:
            The number of the step, or None if no step leads there.
        """
        reached = np.flatnonzero(self.losses <= fraction * self.losses[0])
        return int(reached[0]) if reached.size else None


def bowl_sign_changes(curvature: float, learning_rate: float, momentum: float) -> float:
    r"""How often the velocity changes its sign, a step, in a quadratic bowl of one dimension.

    The velocity in a bowl of curvature c obeys :math:`v_{t+1} = (1 + \beta - \eta c)\,v_t - \beta
    v_{t-1}`. If the roots of that recursion are a conjugate pair
    :math:`\sqrt\beta\,e^{\pm i\theta}`, it turns :math:`\theta/\pi` times a step; if they are real,
    never or every time.

    Args:
        curvature: the second derivative of the loss, positive.
        learning_rate: as in :func:`heavy_ball`.
        momentum: so, too.

    Returns:
        The limit for a long run; a run that diverges turns as often.

    Raises:
        ValueError: if a number is outside its range.

    Source:
        Derived; the recursion is that of Polyak, 1964, Some methods of speeding up the convergence
        of iteration methods.

    Examples:
        >>> print(f"{bowl_sign_changes(1.0, 0.1, 0.9):.3f}, {bowl_sign_changes(1.0, 3.0, 0.9):.3f}")
        0.102, 0.697
        >>> bowl_sign_changes(1.0, 0.001, 0.9)
        0.0
    """
    if not 0 < curvature < np.inf:
        raise ValueError(f"curvature = {curvature!r}; give a positive finite number")
    _check_step(learning_rate, momentum)
    trace = 1 + momentum - learning_rate * curvature
    if trace**2 >= 4 * momentum:
        return 0.0 if trace > 0 else 1.0
    return float(np.arccos(trace / (2 * np.sqrt(momentum))) / np.pi)


def heavy_ball(
    objective: Objective, start: Array, learning_rate: float, momentum: float, steps: int
) -> Trajectory:
    """Run gradient descent with momentum at a constant learning rate.

    Args:
        objective: the loss and its gradient.
        start: the parameters before the first step; left unchanged.
        learning_rate: the factor of the velocity.
        momentum: how much of the velocity is kept, at least 0 and below 1.
        steps: how many.

    Returns:
        The run, which is shorter if it diverges.

    Raises:
        ValueError: if a number is outside its range, or the loss at the start is not positive and
            finite.

    Examples:
        >>> bowl = lambda w: (0.5 * float(w @ w), w)
        >>> calm = heavy_ball(bowl, np.array([2.0]), learning_rate=0.1, momentum=0.0, steps=60)
        >>> calm.velocity_sign_changes, calm.overshoot, calm.steps_to(0.01)
        (0.0, 0.0, 22)
        >>> rolling = heavy_ball(bowl, np.array([2.0]), learning_rate=0.1, momentum=0.9, steps=60)
        >>> rolling.velocity_sign_changes > 0, rolling.overshoot > 0
        (True, True)
        >>> heavy_ball(bowl, np.array([2.0]), learning_rate=4.0, momentum=0.9, steps=60).diverged
        True
    """
    _check_step(learning_rate, momentum)
    if steps < 2:
        raise ValueError(f"steps = {steps!r}; a sign change needs at least 2")
    parameters = start.astype(np.float64)
    velocity = np.zeros_like(parameters)
    loss, gradient = objective(parameters)
    if not 0 < loss < np.inf:
        raise ValueError(f"the loss at the start is {loss}; it must be positive and finite")
    losses, gradients, velocities = [loss], [gradient], []
    for _ in range(steps):
        following = momentum * velocity + gradient
        parameters = parameters - learning_rate * following
        # Overflow on the way out is how a run diverges, and is recorded as such.
        with np.errstate(over="ignore", invalid="ignore"):
            loss, gradient = objective(parameters)
        if not loss <= DIVERGED_FACTOR * losses[0] or not np.isfinite(gradient).all():
            break
        velocity = following
        losses.append(loss)
        gradients.append(gradient)
        velocities.append(velocity)
    shape, diverged = (-1, parameters.size), len(velocities) < steps
    rows, speeds = (np.array(each).reshape(shape) for each in (gradients, velocities))
    return Trajectory(np.array(losses), rows, speeds, diverged)


def _check_step(learning_rate: float, momentum: float) -> None:
    if not learning_rate > 0:
        raise ValueError(f"learning_rate = {learning_rate!r}; give a positive number")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum = {momentum!r}; give a number of at least 0 and below 1")
