"""Does a smooth activation make gradient descent oscillate less? Runs, and the table of them.

    python -m elu_sym.experiments.smooth_ride                  # 180 seeds, ten minutes
    python -m elu_sym.experiments.smooth_ride --processes 2    # the same tables

Every problem is run from every seed, at every learning rate, with every activation. What a seed
draws is the same for all activations and rates, so that runs are compared in pairs. There are two
tables. On the seeds from 0 to 79 the claims were worded; they are measured on new ones, which had
no part in that (:mod:`elu_sym.experiments.registered`). The same call takes up an interrupted one
where it stopped. Numbers have six significant digits; a run that diverged has no measures, and its
fields are empty.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from elu_sym.experiments import tables
from elu_sym.experiments.gradient_descent import Trajectory, heavy_ball
from elu_sym.experiments.problems import ACTIVATIONS, PROBLEMS, Problem
from elu_sym.experiments.registered import registered_seeds
from elu_sym.experiments.tables import Key, Table, digits, run_command

RESULTS = Path(__file__).with_name("smooth_ride.csv")
"""The runs on which the claims were worded."""

NEW_RESULTS = RESULTS.with_name("smooth_ride_new.csv")
"""The runs on which they rest."""

MOMENTUM = 0.9
"""The momentum of every run."""

SEEDS = range(80)
"""The seeds of the runs on which the claims were worded."""

MEASURES = (
    "velocity_sign_changes",
    "gradient_variation",
    "overshoot",
    "steps_to_tolerance",
    "final_loss",
)
"""What is measured of a run that did not diverge."""


class Record(NamedTuple):
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
        cls, trajectory: Trajectory, problem: Problem, seed: int, rate: float, activation: str
    ) -> "Record":
        """The record of a run."""
        steps = str(trajectory.steps)
        run = (problem.name, str(seed), repr(rate), activation)
        if trajectory.diverged:
            return cls(*run, "1", steps)
        names = ("velocity_sign_changes", "gradient_variation", "overshoot", "final_loss")
        measures = {name: digits(getattr(trajectory, name), 6) for name in names}
        reached = trajectory.steps_to(problem.tolerance)
        measures["steps_to_tolerance"] = steps if reached is None else str(reached)
        return cls(*run, "0", steps, reached="0" if reached is None else "1", **measures)

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


def run(problem: str, activation: str, learning_rate: float, seed: int) -> Trajectory:
    """One run, from the start that the seed draws.

    Args:
        problem: ``"residual"``, ``"digits"`` or ``"sine"``.
        activation: ``"ReLU"``, ``"ELU(0.5)"``, ``"ELU(1)"`` or ``"ELU(2)"``.
        learning_rate: any positive number, not only those of the results.
        seed: a whole number of at least 0.

    Returns:
        The losses, gradients and velocities of the run.

    Raises:
        ValueError: if there is no such problem or activation, or the learning rate is not positive.
        ModuleNotFoundError: for the digits, if scikit-learn is not installed.

    Examples:
        >>> relu = run("residual", "ReLU", learning_rate=0.1, seed=0)
        >>> elu = run("residual", "ELU(1)", learning_rate=0.1, seed=0)
        >>> bool(abs(relu.losses[0] - elu.losses[0]) < 1e-12)
        True
        >>> elu.velocity_sign_changes < relu.velocity_sign_changes / 2
        True
    """
    if problem not in PROBLEMS:
        raise ValueError(f"problem = {problem!r}; the problems are {', '.join(PROBLEMS)}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation = {activation!r}; there are {', '.join(ACTIVATIONS)}")
    objective, start = PROBLEMS[problem].instance(ACTIVATIONS[activation], seed)
    return heavy_ball(objective, start, learning_rate, MOMENTUM, PROBLEMS[problem].steps)


def measured(problem: str, seeds: Iterable[int]) -> list[Record]:
    """The records of some seeds of a problem, at all its learning rates, with all activations.

    Examples:
        >>> found = measured("residual", [0])
        >>> len(found), found[0].activation, found[0].learning_rate
        (24, 'ReLU', '0.01')
    """
    return [
        Record.of(run(problem, activation, rate, seed), PROBLEMS[problem], seed, rate, activation)
        for seed in seeds
        for rate in PROBLEMS[problem].learning_rates
        for activation in ACTIVATIONS
    ]


def read(path: Path = RESULTS) -> list[Record]:
    """The records of a file."""
    return tables.read(path, Record)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the stored results."""
    what = "Run gradient descent with ReLU and ELU and write one row a run."
    stored = [
        Table(path, Record, [(name, str(seed)) for name in PROBLEMS for seed in seeds], _block)
        for path, seeds in ((RESULTS, SEEDS), (NEW_RESULTS, registered_seeds("smooth_ride")))
    ]
    return run_command("smooth_ride", what, stored, arguments)


def _block(key: Key) -> list[Record]:
    name, seed = key
    return measured(name, [int(seed)])


if __name__ == "__main__":
    raise SystemExit(main())
