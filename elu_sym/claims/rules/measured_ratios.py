"""Assertions about stored runs of deep networks: a ratio on average, and a ratio in every run.

As in :mod:`elu_sym.claims.rules.measured` the records are read anew each time. The runs
of a seed share their random numbers, and the interval is over seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from sympy import Integer, Rational

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Step
from elu_sym.claims.rules.ranges import InRange
from elu_sym.experiments import depth, depth_training
from elu_sym.experiments.paired_differences import CONFIDENCE, mean_difference
from elu_sym.symbols import seed

PHRASES = {
    "mean_deviation": "sum over layers of the squared standardized deviations of the means",
    "square_deviation": "sum over layers of the squared standardized deviations of the second"
    " moments",
    "second_moment": "second moment of the activations",
    "gradient_50": "mean square of the gradient sent back from layer 50",
    "gradient_100": "mean square of the gradient sent back from layer 100",
    "loss": "loss",
}
"""What the measures are called in a sentence."""


@dataclass(frozen=True)
class Sample:
    """A measure of the runs of one kind, a number or several a seed.

    Attributes:
        measure: the column of the table.
        chosen: the values of other columns that select the runs.
        table: the file of the records.

    Examples:
        >>> sample = Sample("loss", (("rule", "He"), ("step", "0"), ("learning_rate", "0.01")))
        >>> len(sample.by_run())
        30
    """

    measure: str
    chosen: tuple[tuple[str, str], ...]
    table: Path | None = None

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self.chosen)
        return f"{PHRASES[self.measure]} ({where})"

    def by_run(self) -> Mapping[tuple[str, ...], Rational]:
        """The exact numbers by seed and whatever else tells runs apart.

        Raises:
            ValueError: if there are none, or one is missing because a run diverged.
        """
        found: dict[tuple[str, ...], Rational] = {}
        rows: list[depth_training.LossRecord] | list[depth.LayerRecord]
        if self.measure == "loss":
            rows = depth_training.read(self.table or depth_training.RESULTS)
            others: tuple[str, ...] = ("learning_rate",)
        else:
            rows = depth.read(self.table or depth.RESULTS)
            others = ("inputs", "width")
        fixed = {name for name, _ in self.chosen}
        for row in rows:
            if any(getattr(row, name) != value for name, value in self.chosen):
                continue
            run = (row.seed, *(getattr(row, name) for name in others if name not in fixed))
            text = getattr(row, self.measure)
            if not text:
                raise ValueError(f"run {run} has no {self.measure}: it diverged, or there is none")
            if run in found:
                raise ValueError(f"run {run} is there twice; choose among {self.chosen}")
            found[run] = Rational(text)
        if not found:
            raise ValueError(f"there are no records of {self}")
        return found


@dataclass(frozen=True)
class Ratio(InRange):
    """A measure compared with another one, or with an exact number, as a ratio.

    Attributes:
        sample: the measure.
        reference: what it is divided by.
        low: what the ratio exceeds; None for no bound.
        high: what it is below; None for no bound.
    """

    sample: Sample
    reference: Sample | Rational
    low: Rational | None
    high: Rational | None
    quantifier: ClassVar[str]

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.bounded(f'{self.sample} / {self.reference}')}, {self.quantifier}"

    def to_latex(self) -> str:
        """The inequality."""
        fraction = rf"\frac{{\text{{{self.sample}}}}}{{\text{{{self.reference}}}}}"
        latex = rf"{self.bounded(fraction)}\quad \text{{{self.quantifier}}}"
        return latex.replace("_", r"\_")

    def pairs(self) -> dict[tuple[str, ...], tuple[Rational, Rational]]:
        """By run the measure and what it is divided by.

        Raises:
            ValueError: if the two do not have the same runs, or a reference is not positive.
        """
        values = self.sample.by_run()
        if isinstance(self.reference, Sample):
            units = self.reference.by_run()
        else:
            units = dict.fromkeys(values, self.reference)
        if values.keys() != units.keys():
            raise ValueError(f"runs {sorted(values.keys() ^ units.keys())} have no partner")
        if min(units.values()) <= 0:
            raise ValueError(f"{self.reference} is not positive in every run, which is no unit")
        return {run: (values[run], units[run]) for run in values}


@dataclass(frozen=True)
class RatioOnAverage(Ratio):
    """The ratio of the means over seeds lies in a range, with its bootstrap interval.

    Where the interval lies outside, the experiment contradicts it; where they overlap, it decides
    nothing.

    Examples:
        >>> he = Sample("gradient_100", (("rule", "He"), ("width", "1024"), ("layer", "1")))
        >>> exact = Sample("gradient_100", (("rule", "exact"), ("width", "1024"), ("layer", "1")))
        >>> RatioOnAverage(he, exact, Rational(10), None).check().holds
        True
    """

    rule: ClassVar[str] = "bootstrap interval of a ratio of means over seeds"
    quantifier: ClassVar[str] = "on average over seeds"

    def decide(self) -> Step:
        """Average over the runs of a seed, compute the interval, and compare it with the range."""
        by_seed: dict[str, list[tuple[Rational, Rational]]] = {}
        for run, pair in self.pairs().items():
            by_seed.setdefault(run[0], []).append(pair)
        if len({len(pairs) for pairs in by_seed.values()}) > 1:
            raise ValueError("some seeds have more runs than others")
        means = np.array([np.mean(np.array(p, dtype=float), axis=0) for p in by_seed.values()])
        found = mean_difference(means[:, 0], means[:, 1])
        low, high = 1.0 + found.low, 1.0 + found.high
        detail = (
            f"{1.0 + found.estimate:.4g}, {100 * CONFIDENCE:g} % interval [{low:.4g}, {high:.4g}]"
            f" from {found.pairs} seeds"
        )
        return self.judged(low, high, detail)


@dataclass(frozen=True)
class RatioInEveryRun(Ratio):
    """The ratio lies in a range in every run; the first exception is the witness.

    Examples:
        >>> loss = Sample("loss", (("rule", "exact"), ("step", "0"), ("learning_rate", "0.01")))
        >>> RatioInEveryRun(loss, Rational(1), None, Rational(2)).check().witness
        {seed: 0}
    """

    rule: ClassVar[str] = "comparison run by run"
    quantifier: ClassVar[str] = "in every run"

    def decide(self) -> Step:
        """Compare the exact decimals run by run."""
        pairs = self.pairs()
        for run, (value, unit) in pairs.items():
            above = self.low is None or value > self.low * unit
            below = self.high is None or value < self.high * unit
            if not (above and below):
                detail = f"run {' '.join(run)}: {float(value):.5g} and {float(unit):.5g}"
                witness = {seed: Integer(run[0])}
                return self.refuted(detail, witness, evidence=Evidence.EXPERIMENT)
        return self.proved(f"all {len(pairs)} runs agree", evidence=Evidence.EXPERIMENT)
