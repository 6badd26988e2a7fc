"""One record a run, and the table of them: comma-separated, one line each, written by rename.

Numbers are kept as the decimal text of six significant digits, so that a table can be compared
byte by byte and a value is an exact rational. A run that diverged has no measures: its fields are
empty, never zero and never not-a-number.
"""

import csv
import io
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

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


COLUMNS = tuple(field.name for field in fields(Record))
"""The columns of the table."""


def to_text(records: Iterable[Record], header: bool = True) -> str:
    """Records as lines of a table."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    writer.writerows([getattr(record, name) for name in COLUMNS] for record in records)
    return stream.getvalue()


def from_text(text: str) -> list[Record]:
    """Records from a table.

    Raises:
        ValueError: if the header or the number of fields in a line is another one.
    """
    header, *lines = csv.reader(io.StringIO(text))
    if tuple(header) != COLUMNS:
        raise ValueError(f"the columns are {header}; they should be {list(COLUMNS)}")
    for number, line in enumerate(lines, start=2):
        if len(line) != len(COLUMNS):
            raise ValueError(f"line {number} has {len(line)} fields instead of {len(COLUMNS)}")
    return [Record(*line) for line in lines]


def read(path: Path = RESULTS) -> list[Record]:
    """The records of a file."""
    return from_text(path.read_text(encoding="utf-8"))


def write(records: Iterable[Record], path: Path, header: bool = True) -> None:
    """Write a table by rename: an interrupted call leaves the old file whole."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(to_text(records, header))
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _digits(value: float) -> str:
    if not isfinite(value):
        raise ValueError(f"a measure is {value}; a run that did not diverge has finite measures")
    return f"{value:.6g}"
