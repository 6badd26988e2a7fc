"""Assertions about the stored runs of an experiment: on average over seeds, and in every run.

What they find is read off the stored records, each time anew. A statement about an average has an
interval: records can support it or leave it open, but no single run contradicts it. A statement
about every run there is, is refuted by a run that is an exception.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from sympy import Expr, Integer, Rational, S

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.experiments import depth, depth_training, paired_differences
from elu_sym.experiments.smooth_ride import MEASURES, RESULTS, Record, read
from elu_sym.symbols import learning_rate, seed

PHRASES = {
    "velocity_sign_changes": "sign changes of the velocity",
    "gradient_variation": "relative path length of the gradient",
    "overshoot": "total rise of the loss",
    "steps_to_tolerance": "steps to the tolerance",
    "final_loss": "final loss",
    "diverged": "fraction of diverged runs",
    "mean_deviation": "sum over layers of the squared standardized deviations of the means",
    "square_deviation": "sum over layers of the squared standardized deviations of the second"
    " moments",
    "second_moment": "second moment of the activations",
    "gradient_50": "mean square of the gradient sent back from layer 50",
    "gradient_100": "mean square of the gradient sent back from layer 100",
    "loss": "loss",
}
"""What the measures are called in a sentence."""


class InRange:
    """That a measured number lies in a range; an assertion has the fields and measures it.

    Attributes:
        low: what the number exceeds; None for no bound.
        high: what it is below; None for no bound.
        quantifier: of which runs that is said.
    """

    low: Rational | None
    high: Rational | None
    quantifier: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuse what no number could contradict.

        Raises:
            ValueError: if there is no bound.
        """
        if self.low is None and self.high is None:
            raise ValueError("a comparison without a bound holds of any numbers; give one")

    def bounded(self, number: str) -> Iterator[str | Expr]:
        """The inequalities, for a number given in words."""
        yield from () if self.low is None else (self.low, "<")
        yield number
        yield from () if self.high is None else ("<", self.high)
        yield f", {self.quantifier}"

    def admits(self, number: Rational | float, unit: Rational = S.One) -> bool:
        """Whether a number is in the range, in a unit, which may be 0."""
        above = self.low is None or number > self.low * unit
        return above and (self.high is None or number < self.high * unit)


def judged(
    claim: "MeasuredDifference | RatioOnAverage", low: float, high: float, detail: str
) -> Step:
    """What an interval of confidence says; where it overlaps an end, it decides nothing.

    Args:
        claim: what is said of the number.
        low: the lower end of the interval.
        high: the upper end.
        detail: the figures, for the step.
    """
    if claim.admits(low) and claim.admits(high):
        return claim.proved(detail, evidence=Evidence.EXPERIMENT)
    if (claim.low is not None and high <= claim.low) or (
        claim.high is not None and low >= claim.high
    ):
        return claim.refuted(detail, {}, evidence=Evidence.EXPERIMENT)
    return claim.undecided(f"{detail}; an end of the range is inside")


class RunComparison(InRange, Assertion):
    """A measure of an activation compared with that of another one, in units of the latter.

    The fraction of diverged runs is a measure too; its unit is 1.

    Attributes:
        problem: the name of the problem.
        measure: the name of the measure.
        activation: the activation that is compared with the reference.
        low: what the difference exceeds; None for no bound.
        high: what it is below; None for no bound.
        rates: the learning rates; where it is empty, all at which no run of the two diverged, or
            simply all if divergence is the measure.
        reference: what it is compared with.
        table: the file of the records.
    """

    problem: str
    measure: str
    activation: str
    low: Rational | None
    high: Rational | None
    rates: tuple[Rational, ...] = ()
    reference: str = "ReLU"
    table: Path = RESULTS

    def __post_init__(self) -> None:
        super().__post_init__()
        known = (*MEASURES, "diverged")
        if self.measure not in known:
            raise ValueError(f"measure = {self.measure!r}; the measures are {', '.join(known)}")

    def sentence(self) -> Iterator[str | Expr]:
        """The range of the difference."""
        rates = ", ".join(map(str, self.rates))
        yield f"{self.problem} at learning rate {rates}:" if rates else f"{self.problem}:"
        kind = "difference" if self.measure == "diverged" else "relative difference"
        yield from self.bounded(
            f"{kind} in {PHRASES[self.measure]}, {self.activation} less {self.reference}"
        )

    @property
    def activations(self) -> tuple[str, str]:
        """The two that are compared."""
        return self.activation, self.reference

    def records(self) -> list[Record]:
        """The records of the problem and of the two activations.

        Raises:
            ValueError: if there are none.
        """
        both, records = self.activations, read(self.table)
        records = [r for r in records if r.problem == self.problem and r.activation in both]
        if {record.activation for record in records} != set(both):
            raise ValueError(f"there are no records of {self.problem} with {' and '.join(both)}")
        return records

    def chosen_rates(self, records: list[Record]) -> tuple[str, ...]:
        """The learning rates that are compared, as they are written in the records.

        Raises:
            ValueError: if a rate that is asked for is not there, or every rate has a diverged run.
        """
        there = sorted({record.learning_rate for record in records}, key=float)
        if self.rates:
            chosen = tuple(text for text in there if Rational(text) in self.rates)
            if len(chosen) < len(self.rates):
                raise ValueError(f"the records have the learning rates {', '.join(there)} only")
            return chosen
        if self.measure == "diverged":
            return tuple(there)
        common = paired_differences.common_rates(records, self.activations)
        if not common:
            raise ValueError("runs diverged at every learning rate")
        return common


class MeasuredDifference(RunComparison):
    """On average over seeds the relative difference from ReLU lies in a range.

    It holds where the interval of the paired differences lies inside the range. Where the interval
    lies outside, the experiment contradicts it; where they overlap, it decides nothing.

    Examples:
        >>> from sympy import Rational
        >>> step = MeasuredDifference(
        ...     "residual", "overshoot", "ELU(1)", None, Rational(-1, 2)
        ... ).check()
        >>> step.holds, step.evidence
        (True, <Evidence.EXPERIMENT: 'experiment'>)
    """

    rule = "bootstrap interval of paired differences"
    quantifier = "on average over seeds"

    def decide(self) -> Step:
        """Compute the interval from the records and compare it with the range."""
        records = self.records()
        rates = self.chosen_rates(records)
        pair = self.activations
        interval = paired_differences.paired_difference(records, *pair, self.measure, rates)
        detail = f"{interval}, mean over the learning rates {', '.join(rates)}"
        return judged(self, interval.low, interval.high, detail)


class DifferenceInEveryRun(RunComparison):
    """In every pair of runs, of one seed and learning rate, the relative difference is in a range.

    The numbers are compared as the exact decimals of the records, and without a division: where
    the measure of the reference is 0, the relative difference is in no range. A pair with a
    censored number of steps is no exception, and leaves open what nothing else contradicts.

    Examples:
        >>> from sympy import Rational
        >>> step = DifferenceInEveryRun(
        ...     "residual", "velocity_sign_changes", "ELU(1)", None, Rational(0)
        ... ).check()
        >>> step.holds, step.witness
        (False, {seed: 40, learning_rate: 3})
    """

    rule = "comparison run by run"
    quantifier = "in every run"

    def decide(self) -> Step:
        """Compare pair by pair; the first exception is the witness."""
        pairs = censored = 0
        for reference, record in self._pairs(self.records()):
            pairs += 1
            value, other = (Rational(each.value(self.measure)) for each in (record, reference))
            unit = S.One if self.measure == "diverged" else other
            if unit < 0:
                raise ValueError(f"{reference} has a negative {self.measure}, which is no unit")
            if self.measure == "steps_to_tolerance" and "0" in (record.reached, reference.reached):
                censored += 1
            elif not self.admits(value - other, unit):
                run = {seed: Integer(record.seed), learning_rate: Rational(record.learning_rate)}
                detail = f"in this run {record.value(self.measure)} with {self.activation}"
                detail += f", {reference.value(self.measure)} with {self.reference}"
                return self.refuted(detail, run, evidence=Evidence.EXPERIMENT)
        if censored:
            return self.undecided(f"{censored} of {pairs} pairs of runs are censored")
        return self.proved(f"all {pairs} pairs of runs agree", evidence=Evidence.EXPERIMENT)

    def _pairs(self, records: list[Record]) -> Iterator[tuple[Record, Record]]:
        """The runs of the reference and of the activation, by seed and learning rate.

        Raises:
            ValueError: if a run has no partner.
        """
        rates = self.chosen_rates(records)
        by_run: dict[tuple[int, str], dict[str, Record]] = {}
        for record in records:
            if record.learning_rate in rates:
                run = (int(record.seed), record.learning_rate)
                by_run.setdefault(run, {})[record.activation] = record
        for run in sorted(by_run, key=lambda run: (run[0], float(run[1]))):
            pair = by_run[run]
            if len(pair) < 2:
                raise ValueError(f"seed {run[0]} at learning rate {run[1]} has one run, not two")
            yield pair[self.reference], pair[self.activation]


@dataclass(frozen=True)
class Sample:
    """A measure of the runs of deep networks of one kind, a number or several a seed.

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
        is_loss = self.measure == "loss"
        experiment = depth_training if is_loss else depth
        columns = ("learning_rate",) if is_loss else ("inputs", "width")
        others = [name for name in columns if name not in dict(self.chosen)]
        found: dict[tuple[str, ...], Rational] = {}
        for row in experiment.read(self.table or experiment.RESULTS):
            if any(getattr(row, name) != value for name, value in self.chosen):
                continue
            run = (row.seed, *(getattr(row, name) for name in others))
            text = getattr(row, self.measure)
            if not text:
                raise ValueError(f"run {run} has no {self.measure}: it diverged, or there is none")
            if run in found:
                raise ValueError(f"run {run} is there twice; choose among {self.chosen}")
            found[run] = Rational(text)
        if not found:
            raise ValueError(f"there are no records of {self}")
        return found


class Ratio(InRange, Assertion):
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

    def sentence(self) -> Iterator[str | Expr]:
        """The range of the ratio."""
        yield from self.bounded(f"{self.sample} / {self.reference}")

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


class RatioOnAverage(Ratio):
    """The ratio of the means over seeds lies in a range, with its bootstrap interval.

    The runs of a seed share their random numbers, and the interval is over seeds. Where it lies
    outside, the experiment contradicts it; where they overlap, it decides nothing.

    Examples:
        >>> he = Sample("gradient_100", (("rule", "He"), ("width", "1024"), ("layer", "1")))
        >>> exact = Sample("gradient_100", (("rule", "exact"), ("width", "1024"), ("layer", "1")))
        >>> RatioOnAverage(he, exact, Rational(10), None).check().holds
        True
    """

    rule = "bootstrap interval of a ratio of means over seeds"
    quantifier = "on average over seeds"

    def decide(self) -> Step:
        """Average over the runs of a seed, compute the interval, and compare it with the range."""
        by_seed: dict[str, list[tuple[Rational, Rational]]] = {}
        for run, pair in self.pairs().items():
            by_seed.setdefault(run[0], []).append(pair)
        if len({len(pairs) for pairs in by_seed.values()}) > 1:
            raise ValueError("some seeds have more runs than others")
        means = np.array([np.mean(np.array(p, dtype=float), axis=0) for p in by_seed.values()])
        found = paired_differences.mean_difference(means[:, 0], means[:, 1])
        low, high = 1.0 + found.low, 1.0 + found.high
        percent = 100 * paired_differences.CONFIDENCE
        interval = f"{percent:g} % interval [{low:.4g}, {high:.4g}]"
        detail = f"{1.0 + found.estimate:.4g}, {interval} from {found.pairs} seeds"
        return judged(self, low, high, detail)


class RatioInEveryRun(Ratio):
    """The ratio lies in a range in every run; the first exception is the witness.

    Examples:
        >>> loss = Sample("loss", (("rule", "exact"), ("step", "0"), ("learning_rate", "0.01")))
        >>> RatioInEveryRun(loss, Rational(1), None, Rational(2)).check().witness
        {seed: 0}
    """

    rule = "comparison run by run"
    quantifier = "in every run"

    def decide(self) -> Step:
        """Compare the exact decimals run by run."""
        pairs = self.pairs()
        for run, (value, unit) in pairs.items():
            if not self.admits(value, unit):
                detail = f"run {' '.join(run)}: {float(value):.5g} and {float(unit):.5g}"
                return self.refuted(detail, {seed: Integer(run[0])}, evidence=Evidence.EXPERIMENT)
        return self.proved(f"all {len(pairs)} runs agree", evidence=Evidence.EXPERIMENT)
