"""Curves of training over seeds, and the learning rate at which a network does best."""

import math
from collections.abc import Iterable
from statistics import mean
from typing import Protocol

from elu_sym.experiments.median_intervals import MedianInterval, median_interval
from elu_sym.experiments.plain_networks import HELD_OUT

CONFIDENCE = 0.99
"""The least confidence of an interval."""


class Measured(Protocol):
    """What is asked of a record."""

    @property
    def learning_rate(self) -> str:
        """The learning rate."""

    @property
    def step(self) -> str:
        """After how many steps."""

    @property
    def loss(self) -> str:
        """The loss; empty where the run has diverged."""

    @property
    def held_out_errors(self) -> str:
        """How many images are taken for another digit; empty where the run has diverged."""


def loss_curve(rows: Iterable[Measured]) -> dict[int, MedianInterval]:
    """By step the median of the loss, of runs that differ in their seeds; diverged ones are inf."""
    return _curve((int(row.step), float(row.loss or math.inf)) for row in rows)


def accuracy_curve(rows: Iterable[Measured]) -> dict[int, MedianInterval]:
    """By step the median of the share of held-out images that are recognized; 0 if diverged."""
    return _curve(
        (int(row.step), 1.0 - int(row.held_out_errors or HELD_OUT) / HELD_OUT) for row in rows
    )


def rate_of_fewest_errors(rows: Iterable[Measured], step: int) -> float:
    """The learning rate at which a network makes the fewest held-out errors after a step.

    Errors are averaged over the seeds; a run that has diverged takes every image for another digit.
    Of two rates with as many errors the smaller one is taken.

    Args:
        rows: the records of one network.
        step: after how many steps.

    Raises:
        ValueError: if it was not measured after that step.
    """
    errors: dict[float, list[int]] = {}
    for row in rows:
        if row.step == str(step):
            wrong = int(row.held_out_errors or HELD_OUT)
            errors.setdefault(float(row.learning_rate), []).append(wrong)
    if not errors:
        raise ValueError(f"step = {step}: give a step after which the network was measured")
    return min(errors, key=lambda rate: (mean(errors[rate]), rate))


def _curve(points: Iterable[tuple[int, float]]) -> dict[int, MedianInterval]:
    found: dict[int, list[float]] = {}
    for step, value in points:
        found.setdefault(step, []).append(value)
    return {step: median_interval(values, CONFIDENCE) for step, values in sorted(found.items())}
