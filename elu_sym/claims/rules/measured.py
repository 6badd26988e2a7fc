"""Assertions about the stored runs of an experiment: for what share of all seeds, in every run.

What they find is read off the stored records, each time anew, and compared as exact decimals. A
seed draws all that is random in its runs. For how many of all seeds something is so is therefore a
probability, and has an exact bound, since the seeds are independent. Records bear out a statement
about it or leave it open; no single run contradicts it. A statement about every run that is stored
is refuted by one that is an exception.

The bounds were written down before the seeds were run (:mod:`elu_sym.experiments.registered`).

References:
    Clopper, Pearson: The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import ClassVar

from sympy import Expr, Rational

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.experiments import depth, depth_training, smooth_ride
from elu_sym.symbols import learning_rate, seed

CONFIDENCE = 0.9999
"""The confidence of one bound: 100 of them are all right with 99 %."""

EXPERIMENTS = {"smooth_ride": smooth_ride, "depth": depth, "depth_training": depth_training}
"""What runs are measured of, by the name that a sample has for it."""

RUN = {
    "smooth_ride": ("problem", "activation", "learning_rate"),
    "depth": ("width", "inputs", "rule", "layer"),
    "depth_training": ("learning_rate", "rule", "step"),
}
"""By experiment the columns that, with the seed, tell one record from all others."""

PHRASES = {
    "velocity_sign_changes": "sign changes of the velocity",
    "gradient_variation": "relative path length of the gradient",
    "overshoot": "total rise of the loss",
    "steps_to_tolerance": "steps to the tolerance, at most the length of the run",
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

Run = tuple[str, ...]
"""A seed, and the value of each column of which a sample has several."""


@dataclass(frozen=True)
class Sample:
    """A measure of some runs of an experiment, the same ones for every seed.

    Attributes:
        experiment: the name of the experiment.
        measure: the column of the table.
        chosen: the columns that tell runs apart, each with the values whose runs are meant.
        table: the file of the records; by default that of the new seeds.

    Examples:
        >>> chosen = ("rule", ("He",)), ("step", ("0",)), ("learning_rate", ("0.001", "0.01"))
        >>> sample = Sample("depth_training", "loss", chosen, depth_training.RESULTS)
        >>> len(sample.by_run())
        60
    """

    experiment: str
    measure: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    table: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what means no runs, or not the same ones for every seed.

        Raises:
            ValueError: if a column is not chosen, or is none, or there is no such measure.
        """
        if self.measure not in PHRASES:
            known = ", ".join(PHRASES)
            raise ValueError(f"measure = {self.measure!r}; the measures are {known}")
        columns = RUN[self.experiment]
        if {name for name, _ in self.chosen} != set(columns):
            raise ValueError(f"chosen = {self.chosen}; give values of {', '.join(columns)}")

    def by_run(self) -> dict[Run, Fraction | None]:
        """The exact numbers by run; None for a run that diverged, which has none.

        Raises:
            ValueError: if a run is missing, or there twice.
        """
        module = EXPERIMENTS[self.experiment]
        open_columns = [name for name, values in self.chosen if len(values) > 1]
        found: dict[Run, Fraction | None] = {}
        counts: dict[str, int] = {}
        for row in module.read(self.table or module.NEW_RESULTS):
            if any(getattr(row, name) not in values for name, values in self.chosen):
                continue
            run = (row.seed, *(getattr(row, name) for name in open_columns))
            if run in found:
                raise ValueError(f"the run {run} is there twice")
            text = getattr(row, self.measure)
            found[run] = Fraction(text) if text else None
            counts[row.seed] = counts.get(row.seed, 0) + 1
        wanted = prod(len(values) for _, values in self.chosen)
        if missing := [number for number, count in counts.items() if count < wanted]:
            raise ValueError(f"runs of {self.chosen} are missing, of the seeds {missing}")
        if not found:
            raise ValueError(f"there are no runs of {self.chosen}")
        return found


class Ratio(Assertion):
    """That the ratio of two measures, or of a measure and an exact number, lies in a range.

    The two are compared without a division, so that a measure that is 0 may be a reference. Where
    one of the runs has diverged, and has no such measure, the ratio is in no range.

    Attributes:
        sample: the measure.
        reference: what it is divided by, a sample of the same experiment.
        low: what the ratio exceeds; None for no bound.
        high: what it is below; None for no bound.
    """

    sample: Sample
    reference: Sample | Rational
    low: Rational | None
    high: Rational | None

    def __post_init__(self) -> None:
        """Refuse what no number could contradict.

        Raises:
            ValueError: if there is no bound.
        """
        if self.low is None and self.high is None:
            raise ValueError("a comparison without a bound holds of any numbers; give one")

    def ratio_in_words(self) -> Iterator[str | Expr]:
        """The inequalities, and of which runs they are."""
        other = self.reference
        shared = set(self.sample.chosen)
        shared &= set(other.chosen) if isinstance(other, Sample) else shared
        words = PHRASES[self.sample.measure]
        yield from () if self.low is None else (self.low, "<")
        if isinstance(other, Sample):
            yield f"{words}, {_choice(self.sample, shared)} / {_choice(other, shared)}"
        else:
            yield from (words, "/", other)
        yield from () if self.high is None else ("<", self.high)
        where = [f"{name} {', '.join(v)}" for name, v in self.sample.chosen if (name, v) in shared]
        yield f"; {'; '.join(where)};"

    def pairs(self) -> dict[Run, tuple[Fraction | None, Fraction | None]]:
        """By run the measure and what it is divided by.

        Raises:
            ValueError: if the two do not have the same runs.
        """
        values = self.sample.by_run()
        if not isinstance(self.reference, Sample):
            return {run: (value, _exact(self.reference)) for run, value in values.items()}
        units = self.reference.by_run()
        if values.keys() != units.keys():
            raise ValueError(f"runs {sorted(values.keys() ^ units.keys())} have no partner")
        return {run: (values[run], units[run]) for run in values}

    def admits(self, value: Fraction | None, unit: Fraction | None) -> bool:
        """Whether the ratio is in the range.

        Raises:
            ValueError: if the unit is negative.
        """
        if value is None or unit is None:
            return False
        if unit < 0:
            raise ValueError(f"{float(unit)} is what is divided by; it must not be negative")
        above = self.low is None or value > _exact(self.low) * unit
        return above and (self.high is None or value < _exact(self.high) * unit)


class ShareOfSeeds(Ratio):
    """For more than a share of all seeds the ratio lies in a range.

    Measures are averaged over the runs of a seed. The seeds for which the ratio is in the range are
    counted. The statement holds if the lower bound of their share among all seeds is above what is
    said; otherwise nothing is decided.

    Attributes:
        more_than: what the share exceeds.
        differing: whether only the seeds count for which the two differ, as in a sign test.

    Examples:
        >>> from sympy import S
        >>> loss = [
        ...     Sample(
        ...         "depth_training",
        ...         "loss",
        ...         (("rule", (rule,)), ("step", ("200",)), ("learning_rate", ("0.01",))),
        ...         depth_training.RESULTS,
        ...     )
        ...     for rule in ("exact", "LeCun")
        ... ]
        >>> step = ShareOfSeeds(*loss, None, S.Half, more_than=S.Half).check()
        >>> step.holds, step.detail
        (True, '28 of 30 seeds; the share is above 0.618 with 99.99 %')
    """

    more_than: Rational
    differing: bool = False
    rule: ClassVar[str] = "exact binomial bound"

    def sentence(self) -> Iterator[str | Expr]:
        """The range of the ratio and the share."""
        yield from self.ratio_in_words()
        yield from ("for more than", self.more_than)
        yield "of all seeds" + " for which the two differ" * self.differing

    def inside(self) -> list[bool]:
        """By seed whether the ratio of the averages is in the range."""
        by_seed: dict[str, list[tuple[Fraction | None, Fraction | None]]] = {}
        for (number, *_), pair in self.pairs().items():
            by_seed.setdefault(number, []).append(pair)
        sums = [tuple(map(_sum, zip(*pairs, strict=True))) for pairs in by_seed.values()]
        return [self.admits(*pair) for pair in sums if not self.differing or pair[0] != pair[1]]

    def decide(self) -> Step:
        """Count the seeds and compare the bound of their share with what is said."""
        inside = self.inside()
        bound = share_above(sum(inside), len(inside))
        detail = f"{sum(inside)} of {len(inside)} seeds; the share is above {bound:.3f}"
        detail += f" with {100 * CONFIDENCE:g} %"
        if bound > self.more_than:
            return self.proved(detail, evidence=Evidence.EXPERIMENT)
        return self.undecided(f"{detail}, which does not reach {self.more_than}")


class InEveryRun(Ratio):
    """The ratio lies in a range in every run that is stored; the first exception is the witness.

    Examples:
        >>> from sympy import S
        >>> chosen = ("rule", ("exact",)), ("step", ("0",)), ("learning_rate", ("0.01",))
        >>> loss = Sample("depth_training", "loss", chosen, depth_training.RESULTS)
        >>> InEveryRun(loss, S.One, None, S(2)).check().witness
        {seed: 0, learning_rate: 1/100}
    """

    rule: ClassVar[str] = "comparison run by run"

    def sentence(self) -> Iterator[str | Expr]:
        """The range of the ratio."""
        yield from self.ratio_in_words()
        yield "in every run"

    def decide(self) -> Step:
        """Compare the exact decimals run by run."""
        pairs = self.pairs()
        for run, pair in pairs.items():
            if not self.admits(*pair):
                value, unit = ("no number" if v is None else f"{float(v):.5g}" for v in pair)
                detail = f"in this run {value} and {unit}"
                return self.refuted(detail, self._place(run), evidence=Evidence.EXPERIMENT)
        return self.proved(f"all {len(pairs)} runs agree", evidence=Evidence.EXPERIMENT)

    def _place(self, run: Run) -> dict[Expr, Rational]:
        """The seed, and the learning rate if there is one."""
        several = [name for name, values in self.sample.chosen if len(values) > 1]
        values = {name: values[0] for name, values in self.sample.chosen}
        values |= dict(zip(several, run[1:], strict=True))
        place = {seed: Rational(run[0])}
        if "learning_rate" in values:
            place[learning_rate] = Rational(values["learning_rate"])
        return place


def share_above(count: int, seeds: int) -> float:
    """A number below the probability of what happened so often, with ``CONFIDENCE``.

    Args:
        count: how often.
        seeds: among how many independent seeds.

    Returns:
        The lower bound of Clopper and Pearson, which is below the probability with at least that
        confidence, whatever it is.

    Examples:
        >>> print(f"{share_above(97, 100):.3f}")
        0.851
    """
    from scipy.stats import binomtest

    test = binomtest(count, seeds, alternative="greater")
    return float(test.proportion_ci(CONFIDENCE, method="exact").low)


def _choice(sample: Sample, shared: set[tuple[str, tuple[str, ...]]]) -> str:
    """What a sample does not share with the one that it is compared with."""
    return " ".join(
        ", ".join(values) for name, values in sample.chosen if (name, values) not in shared
    )


def _exact(number: Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _sum(values: tuple[Fraction | None, ...]) -> Fraction | None:
    """The sum; None if one of the numbers is missing."""
    there = [value for value in values if value is not None]
    return sum(there, Fraction()) if len(there) == len(values) else None
