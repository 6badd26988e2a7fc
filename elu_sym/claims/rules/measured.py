"""Assertions about runs of an experiment: a mean difference, and a difference in every run.

What they find is read off the stored records, each time anew. The first is a statement about an
average, with an interval: records can support it or leave it open, but no single run contradicts
it. The second is about every run there is, and a run that is an exception refutes it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sympy import Integer, Rational

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Step
from elu_sym.claims.rules.ranges import InRange
from elu_sym.experiments.paired_differences import common_rates, paired_difference
from elu_sym.experiments.records import RESULTS, Record, read
from elu_sym.symbols import learning_rate, seed

PHRASES = {
    "velocity_sign_changes": "sign changes of the velocity",
    "gradient_variation": "relative path length of the gradient",
    "overshoot": "total rise of the loss",
    "steps_to_tolerance": "steps to the tolerance",
    "final_loss": "final loss",
    "diverged": "fraction of diverged runs",
}
"""What the measures are called in a sentence."""


@dataclass(frozen=True)
class RunComparison(InRange):
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
    quantifier: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.measure not in PHRASES:
            raise ValueError(f"measure = {self.measure!r}; the measures are {', '.join(PHRASES)}")

    def to_text(self) -> str:
        """The sentence."""
        kind = "relative difference" if self.is_relative else "difference"
        difference = f"{kind} in {PHRASES[self.measure]}, {self.activation} less {self.reference}"
        return f"{self._where}: {self.bounded(difference)}, {self.quantifier}"

    def to_latex(self) -> str:
        """The inequality."""
        phrase = rf"\text{{{PHRASES[self.measure]}}}"
        difference = rf"{phrase}_{{\text{{{self.activation}}}}} - "
        difference += rf"{phrase}_{{\text{{{self.reference}}}}}"
        if self.is_relative:
            difference = rf"\frac{{{difference}}}{{{phrase}_{{\text{{{self.reference}}}}}}}"
        return rf"{self.bounded(difference)}\quad \text{{{self._where}, {self.quantifier}}}"

    @property
    def is_relative(self) -> bool:
        """Whether the unit is the measure of the reference."""
        return self.measure != "diverged"

    @property
    def _where(self) -> str:
        rates = ", ".join(map(str, self.rates))
        return f"{self.problem} at learning rate {rates}" if rates else self.problem

    def records(self) -> list[Record]:
        """The records of the problem and of the two activations.

        Raises:
            ValueError: if there are none.
        """
        both = (self.activation, self.reference)
        chosen = [
            record
            for record in read(self.table)
            if record.problem == self.problem and record.activation in both
        ]
        if {record.activation for record in chosen} != set(both):
            raise ValueError(f"there are no records of {self.problem} with {' and '.join(both)}")
        return chosen

    def chosen_rates(self, records: Iterable[Record]) -> tuple[str, ...]:
        """The learning rates that are compared, as they are written in the records.

        Raises:
            ValueError: if a rate that is asked for is not there, or every rate has a diverged run.
        """
        records = list(records)
        there = sorted({record.learning_rate for record in records}, key=float)
        if self.rates:
            chosen = [text for text in there if Rational(text) in self.rates]
            if len(chosen) < len(self.rates):
                raise ValueError(f"the records have the learning rates {', '.join(there)} only")
            return tuple(chosen)
        if self.measure == "diverged":
            return tuple(there)
        common = common_rates(records, (self.activation, self.reference))
        if not common:
            raise ValueError("runs diverged at every learning rate")
        return common


@dataclass(frozen=True)
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

    rule: ClassVar[str] = "bootstrap interval of paired differences"
    quantifier: ClassVar[str] = "on average over seeds"

    def decide(self) -> Step:
        """Compute the interval from the records and compare it with the range."""
        records = self.records()
        rates = self.chosen_rates(records)
        interval = paired_difference(records, self.activation, self.reference, self.measure, rates)
        detail = f"{interval}, mean over the learning rates {', '.join(rates)}"
        return self.judged(interval.low, interval.high, detail)


@dataclass(frozen=True)
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

    rule: ClassVar[str] = "comparison run by run"
    quantifier: ClassVar[str] = "in every run"

    def decide(self) -> Step:
        """Compare pair by pair; the first exception is the witness."""
        records = self.records()
        pairs = censored = 0
        for reference, record in self._pairs(records):
            pairs += 1
            value, other = (Rational(each.value(self.measure)) for each in (record, reference))
            unit = other if self.is_relative else Integer(1)
            if unit < 0:
                raise ValueError(f"{reference} has a negative {self.measure}, which is no unit")
            if self.measure == "steps_to_tolerance" and "0" in (record.reached, reference.reached):
                censored += 1
                continue
            difference = value - other
            above = self.low is None or difference > self.low * unit
            below = self.high is None or difference < self.high * unit
            if not (above and below):
                witness = {
                    seed: Integer(record.seed),
                    learning_rate: Rational(record.learning_rate),
                }
                detail = f"in this run {record.value(self.measure)} with {self.activation}"
                detail += f", {reference.value(self.measure)} with {self.reference}"
                return self.refuted(detail, witness, evidence=Evidence.EXPERIMENT)
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
