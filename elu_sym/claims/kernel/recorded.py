"""The rule about recorded experiments; what it makes is no theorem of mathematics.

Four atoms speak of stored records. They have no variables, only strings and rational numbers:

``("recorded", "runs", *RATIO)``
    In every stored run the ratio lies in the range.
``("recorded", "seeds", *RATIO, share)``
    A seed that is drawn at random has the ratio in the range with a probability above the share.
``("recorded", "differing-seeds", *RATIO, share)``
    The same, given that the seed is one for which the two measures differ, as in a sign test.
``("recorded", "thresholds", ...)``
    :mod:`elu_sym.claims.kernel.measured_thresholds`.

A ``RATIO`` is ``experiment, measure, chosen, reference, low, high`` (:class:`Ratio`): a measure of
the chosen runs, in units of a number or of the same measure of other runs of the same seeds, is
above ``low`` and below ``high``. Of a seed the measures of its runs are added up, and those of the
reference. A run that diverged has no measure, and its ratio is in no range.

What is said of every stored run is so or not, and a run that is an exception contradicts it. A seed
draws all that is random in its runs. For how many of all seeds something is so is therefore a
probability, and has an exact bound, since the seeds are independent: they follow from the bounds,
which were written down before (:mod:`elu_sym.experiments.registered`), and the records are those of
these seeds, of all of them and of no others. Records are read anew each time and compared as exact
decimals.

References:
    Clopper, Pearson: The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934).
"""

from fractions import Fraction
from itertools import product
from math import prod
from operator import attrgetter
from typing import NamedTuple

from sympy import Rational

from elu_sym.claims.kernel.language import Formula, Term, canonical
from elu_sym.claims.kernel.logic import need
from elu_sym.claims.kernel.meaning import Context, Finding, Place, RejectedError
from elu_sym.claims.kernel.measured_thresholds import Thresholds, within
from elu_sym.claims.kernel.proof import rule
from elu_sym.experiments import depth, depth_training, elu_or_relu, smooth_ride
from elu_sym.experiments.registered import registered_seeds
from elu_sym.symbols import learning_rate, seed

CONFIDENCE = 0.9999
"""The confidence of one bound: 100 of them are all right with 99 %."""

EXPERIMENTS = {
    "smooth_ride": smooth_ride,
    "depth": depth,
    "depth_training": depth_training,
    "elu_or_relu": elu_or_relu,
}
"""What runs are measured of, by its name in an atom."""

RUN = {
    "smooth_ride": ("problem", "activation", "learning_rate"),
    "depth": ("width", "inputs", "rule", "layer"),
    "depth_training": ("learning_rate", "rule", "step"),
    "elu_or_relu": ("activation", "rule", "learning_rate", "step"),
}
"""By experiment the columns that, with the seed, tell one record from all others."""

Chosen = tuple[tuple[str, tuple[str, ...]], ...]
"""The columns that tell runs apart, each with the values whose runs are meant."""

Run = tuple[str, ...]
"""A seed, and the value of each column of which several values are chosen."""


def by_run(experiment: str, measure: str, chosen: Chosen) -> dict[Run, Fraction | None]:
    """A measure of some runs, the same ones for every seed; None for a run that diverged.

    Args:
        experiment: the name of the experiment, whose table of new seeds is read.
        measure: a column of the table.
        chosen: the runs that are meant.

    Raises:
        ValueError: if a column is not chosen, or tells runs apart and measures none; or the runs
            of a registered seed are not there once each, or those of another one are.

    Examples:
        >>> chosen = ("rule", ("He",)), ("step", ("0",)), ("learning_rate", ("0.001", "0.01"))
        >>> len(by_run("depth_training", "loss", chosen))
        160
    """
    columns = RUN[experiment]
    tuples = all(isinstance(values, tuple) for _, values in chosen)
    if not tuples or sorted(name for name, _ in chosen) != sorted(columns):
        raise ValueError(f"chosen = {chosen}; give values of {', '.join(columns)}")
    if measure in ("seed", *columns):  # the seeds of the runs are no sample of seeds' numbers
        raise ValueError(f"measure = {measure!r}; it is what was given, not what was measured")
    module = EXPERIMENTS[experiment]
    open_columns = [name for name, values in chosen if len(values) > 1]
    values_of = dict(chosen)
    meant = set(product(*(values_of[name] for name in columns)))
    found: dict[Run, Fraction | None] = {}
    counts: dict[str, int] = {}
    told_apart = attrgetter(*columns)
    for row in module.read(module.NEW_RESULTS):
        if told_apart(row) not in meant:
            continue
        run = (row.seed, *(getattr(row, name) for name in open_columns))
        if run in found:
            raise ValueError(f"the run {run} is there twice")
        text = getattr(row, measure)
        found[run] = Fraction(text) if text else None
        counts[row.seed] = counts.get(row.seed, 0) + 1
    wanted = prod(len(values) for _, values in chosen)
    seeds = [str(number) for number in registered_seeds(experiment)]
    if not found:
        raise ValueError(f"there are no runs of {chosen}")
    if missing := [number for number in seeds if counts.pop(number, 0) < wanted]:
        raise ValueError(f"runs of {chosen} are missing, of the seeds {missing}")
    if counts:
        raise ValueError(f"the seeds {list(counts)} are not among those that were registered")
    return found


class Ratio(NamedTuple):
    """A measure in units of another one, or of a number, and the range where it is said to lie.

    The two are compared without a division, so that a measure that is 0 may be a reference.

    Attributes:
        experiment: the name of the experiment.
        measure: a column of its table.
        chosen: the runs.
        reference: the runs whose measure is the unit, or a number.
        low: what the ratio exceeds; None for no bound.
        high: what it is below; None for no bound.
    """

    experiment: str
    measure: str
    chosen: Chosen
    reference: Chosen | Term
    low: Term | None
    high: Term | None

    def pairs(self) -> dict[Run, tuple[Fraction | None, Fraction | None]]:
        """By run the measure and its unit.

        Raises:
            ValueError: if the two do not have the same runs.
        """
        values = by_run(self.experiment, self.measure, self.chosen)
        if not is_chosen(self.reference):
            return {run: (value, exact(self.reference)) for run, value in values.items()}
        units = by_run(self.experiment, self.measure, self.reference)
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
        above = self.low is None or value > exact(self.low) * unit
        return above and (self.high is None or value < exact(self.high) * unit)

    def inside(self, differing: bool = False) -> list[bool]:
        """By seed whether the ratio of the sums is in the range; maybe only where they differ."""
        by_seed: dict[str, list[tuple[Fraction | None, Fraction | None]]] = {}
        for (number, *_), pair in self.pairs().items():
            by_seed.setdefault(number, []).append(pair)
        sums = [tuple(map(_sum, zip(*pairs, strict=True))) for pairs in by_seed.values()]
        return [self.admits(*pair) for pair in sums if not differing or pair[0] != pair[1]]

    def place(self, run: Run) -> Place:
        """The seed of a run, and its learning rate if there is one."""
        several = [name for name, values in self.chosen if len(values) > 1]
        values = {name: values[0] for name, values in self.chosen}
        values |= dict(zip(several, run[1:], strict=True))
        rates = [(learning_rate, Rational(v)) for k, v in values.items() if k == "learning_rate"]
        return ((seed, Rational(run[0])), *rates)


def is_chosen(reference: Chosen | Term) -> bool:
    """Whether runs are the unit of a ratio, and no number."""
    return isinstance(reference, tuple) and isinstance(reference[0], tuple)


def exact(number: Term) -> Fraction:
    """A rational number of the language."""
    match number:
        case int():
            return Fraction(number)
        case ("/", int(upper), int(lower)):
            return Fraction(upper, lower)
    raise ValueError(f"{canonical(number)} is no rational number")


def _sum(values: tuple[Fraction | None, ...]) -> Fraction | None:
    """The sum; None if one of the numbers is missing."""
    there = [value for value in values if value is not None]
    return sum(there, Fraction()) if len(there) == len(values) else None


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


@rule
def recorded(goal: Formula, context: Context) -> None:
    """What the stored records of an experiment bear out, or contradict, is taken to be so.

    Side conditions: of all runs, and of all thresholds, each one agrees, or one is an exception; of
    a share of all seeds, its bound with 99.99 % lies on that side (Clopper, Pearson 1934). The
    statement is MEASURED from then on, whatever else is in its proof.
    """
    holds, atom = True, goal
    match goal:
        case ("not", inner) | ("=>", inner, ("<", 0, 0)):
            holds, atom = False, inner
    match atom:
        case ("recorded", "runs", *ratio):
            found = _of_runs(holds, Ratio(*ratio))
        case ("recorded", "seeds" | "differing-seeds", *_, share):
            found = _of_seeds(holds, seeds_inside(atom), exact(share))
        case ("recorded", "thresholds", *thresholds):
            found = within(holds, Thresholds(*thresholds))
        case _:
            raise RejectedError(f"{canonical(goal)} is about no records")
    context.findings.append(Finding(atom, holds, *found))


def seeds_inside(atom: Formula) -> list[bool]:
    """Of an atom about seeds, by seed whether the ratio is in the range."""
    _, kind, *ratio, _ = atom
    return Ratio(*ratio).inside(kind == "differing-seeds")


def _of_runs(holds: bool, ratio: Ratio) -> tuple[str, Place]:
    """All runs agree, or the first exception."""
    pairs = ratio.pairs()
    for run, pair in pairs.items():
        if not ratio.admits(*pair):
            numbers = ("no number" if each is None else f"{float(each):.5g}" for each in pair)
            detail = f"in this run {' and '.join(numbers)}"
            need(not holds, f"{detail}: {ratio.place(run)}")
            return detail, ratio.place(run)
    need(holds, f"all {len(pairs)} runs agree")
    return f"all {len(pairs)} runs agree", ()


def _of_seeds(holds: bool, flags: list[bool], share: Fraction) -> tuple[str, Place]:
    """The bound of the share lies above what is said, or not."""
    count, seeds = sum(flags), len(flags)
    bound = share_above(count, seeds) if holds else 1 - share_above(seeds - count, seeds)
    side = "above" if holds else "below"
    detail = f"{count} of {seeds} seeds; the share is {side} {bound:.3f}"
    detail += f" with {100 * CONFIDENCE:g} %"
    need(bound > share if holds else bound <= share, f"{detail}, which does not reach {share}")
    return detail, ()
