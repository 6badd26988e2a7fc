"""One record a run of gradient descent, and the table of them (:mod:`elu_sym.experiments.tables`).

Numbers have six significant digits. A run that diverged has no measures: its fields are empty.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from elu_sym.experiments import tables

if TYPE_CHECKING:
    from elu_sym.experiments.gradient_descent import Trajectory
    from elu_sym.experiments.problems import Problem

RESULTS = Path(__file__).with_name("smooth_ride.csv")
"""The runs on which the claims rest."""

MEASURES = (
    "velocity_sign_changes",
    "gradient_variation",
    "overshoot",
    "steps_to_tolerance",
    "final_loss",
)
"""What is measured of a run that did not diverge."""


@dataclass(frozen=True)
class Record:
    """What is kept of one run, as text.

    Attributes:
        problem: the name of the problem.
        seed: what the problem drew its numbers from.
        learning_rate: the learning rate.
        activation: the name of the activation.
        diverged: 1 if the run diverged, otherwise 0.
        steps: the number of steps before it diverged or ended.
        velocity_sign_changes: how often the velocity changes its sign, a coordinate and step.
        gradient_variation: the path length of the gradient in units of its size.
        overshoot: all that the loss rises, in units of the initial loss.
        steps_to_tolerance: the steps until the loss is below the tolerance. A run that does not get
            there is censored: this is then the number of its steps, and ``reached`` is 0.
        reached: 1 if the loss came below the tolerance, otherwise 0.
        final_loss: the loss at the end, in units of the initial loss.
    """

    problem: str
    seed: str
    learning_rate: str
    activation: str
    diverged: str
    steps: str
    velocity_sign_changes: str = ""
    gradient_variation: str = ""
    overshoot: str = ""
    steps_to_tolerance: str = ""
    reached: str = ""
    final_loss: str = ""

    @classmethod
    def of(
        cls,
        trajectory: "Trajectory",
        problem: "Problem",
        seed: int,
        learning_rate: float,
        activation: str,
    ) -> "Record":
        """The record of a run."""
        steps = str(trajectory.steps)
        run = (problem.name, str(seed), repr(learning_rate), activation)
        if trajectory.diverged:
            return cls(*run, "1", steps)
        reached = trajectory.steps_to(problem.tolerance)
        return cls(
            *run,
            "0",
            steps,
            velocity_sign_changes=_digits(trajectory.velocity_sign_changes),
            gradient_variation=_digits(trajectory.gradient_variation),
            overshoot=_digits(trajectory.overshoot),
            steps_to_tolerance=steps if reached is None else str(reached),
            reached="0" if reached is None else "1",
            final_loss=_digits(trajectory.final_loss),
        )

    def value(self, measure: str) -> str:
        """A measure of a run that did not diverge, or whether it diverged, as decimal text.

        Raises:
            ValueError: if there is no such measure, or the run has none because it diverged.
        """
        if measure not in (*MEASURES, "diverged"):
            known = ", ".join((*MEASURES, "diverged"))
            raise ValueError(f"there is no measure {measure!r}; the measures are {known}")
        text: str = getattr(self, measure)
        if not text:
            raise ValueError(f"{self} diverged and has no {measure}")
        return text


def read(path: Path = RESULTS) -> list[Record]:
    """The records of a file."""
    return tables.read(path, Record)


def _digits(value: float) -> str:
    return tables.digits(value, significant=6)
