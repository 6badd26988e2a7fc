"""Effect sizes of the smooth ride: a measure of one activation in units of another's, seed by seed.

What a seed draws is the same for all activations, so their runs are compared in pairs. Of the
ratios of all seeds the median is told, with an interval between two of them in order of size
(:mod:`elu_sym.experiments.median_intervals`). Means would say less: a few wild runs decide them. A
run that diverged is worse than any that did not: its measure is infinity, and so is, or 0, its
ratio.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from elu_sym.experiments.median_intervals import MedianInterval, median_interval
from elu_sym.experiments.smooth_ride import MEASURES, Record

CONFIDENCE = 0.9999
"""The confidence of one interval: 200 of them are all right with 98 %."""

Run = tuple[str, str, float]
"""A problem, an activation and a learning rate."""

Runs = Mapping[Run, Mapping[str, Record]]
"""The records of every run, by seed."""


class Comparison(NamedTuple):
    """A measure of one activation, and the same of another one, of the same seeds.

    Attributes:
        ratio: the median of the ratios and its interval. Of two zeros the ratio is 1.
        larger: for how many seeds the first measure is the larger one.
        smaller: for how many it is the smaller one.
        seeds: for how many at least one of the two runs did not diverge; the others are left out.
    """

    ratio: MedianInterval
    larger: int
    smaller: int
    seeds: int


def runs_by_seed(records: Iterable[Record]) -> dict[Run, dict[str, Record]]:
    """The records of a table, run by run.

    Examples:
        >>> from elu_sym.experiments import smooth_ride
        >>> runs = runs_by_seed(smooth_ride.read(smooth_ride.NEW_RESULTS))
        >>> len(runs), len(runs["sine", "ReLU", 0.01])
        (64, 110)
    """
    found: dict[Run, dict[str, Record]] = {}
    for record in records:
        run = record.problem, record.activation, float(record.learning_rate)
        found.setdefault(run, {})[record.seed] = record
    return found


def level(
    runs: Runs, problem: str, activation: str, learning_rate: float, measure: str
) -> MedianInterval:
    """The median of a measure over all seeds, where a run that diverged counts as infinity.

    Raises:
        ValueError: if there is no such run or measure.

    Examples:
        >>> from elu_sym.experiments import smooth_ride
        >>> runs = runs_by_seed(smooth_ride.read(smooth_ride.NEW_RESULTS))
        >>> level(runs, "digits", "ELU(2)", 0.3, "steps_to_tolerance").median
        7.0
    """
    by_seed = _by_seed(runs, problem, activation, learning_rate, measure)
    return median_interval(list(by_seed.values()), CONFIDENCE)


def compared(
    runs: Runs,
    problem: str,
    activation: str,
    learning_rate: float,
    measure: str,
    reference: str = "ReLU",
) -> Comparison:
    """A measure with one activation in units of the same with another, at one learning rate.

    Args:
        runs: as :func:`runs_by_seed` gives them.
        problem: ``"residual"``, ``"digits"`` or ``"sine"``.
        activation: the activation that is looked at.
        learning_rate: one of those of the problem.
        measure: one of ``MEASURES``.
        reference: the activation that is the unit.

    Raises:
        ValueError: if there is no such run or measure, or a measure is negative, which is in no
            unit: the final loss of ``residual`` at alpha = 2 is.

    Examples:
        >>> from elu_sym.experiments import smooth_ride
        >>> runs = runs_by_seed(smooth_ride.read(smooth_ride.NEW_RESULTS))
        >>> found = compared(runs, "digits", "ELU(1)", 1.0, "overshoot")
        >>> found.larger, found.smaller, found.seeds
        (5, 105, 110)
    """
    chosen = _by_seed(runs, problem, activation, learning_rate, measure)
    unit = _by_seed(runs, problem, reference, learning_rate, measure)
    if chosen.keys() != unit.keys():
        raise ValueError(f"seeds {sorted(chosen.keys() ^ unit.keys())} have no partner")
    pairs = [(chosen[seed], unit[seed]) for seed in chosen]
    if any(min(pair) < 0 for pair in pairs):
        raise ValueError(f"measure = {measure!r} is negative in a run; a ratio says nothing there")
    pairs = [pair for pair in pairs if np.isfinite(min(pair))]
    return Comparison(
        median_interval([_ratio(*pair) for pair in pairs], CONFIDENCE),
        sum(first > second for first, second in pairs),
        sum(first < second for first, second in pairs),
        len(pairs),
    )


def _by_seed(
    runs: Runs, problem: str, activation: str, learning_rate: float, measure: str
) -> dict[str, float]:
    """A measure by seed, infinity where the run diverged."""
    run = problem, activation, learning_rate
    if run not in runs:
        raise ValueError(f"there is no run {run}; there are, for example, {sorted(runs)[:3]}")
    if measure not in MEASURES:
        raise ValueError(f"measure = {measure!r}; the measures are {', '.join(MEASURES)}")
    return {
        seed: np.inf if record.diverged == "1" else float(record.value(measure))
        for seed, record in runs[run].items()
    }


def _ratio(value: float, unit: float) -> float:
    """Their ratio, where not both diverged; two zeros are alike."""
    if value == unit:
        return 1.0
    return np.inf if unit == 0 else value / unit
