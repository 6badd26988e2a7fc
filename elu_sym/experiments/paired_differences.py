"""Paired differences between two activations, and an interval for what they are on average.

The pairs are the seeds: what a seed draws is the same for both activations. For each seed a measure
is averaged over learning rates. Those are, unless they are given, the ones at which no run of
either activation diverged, the same for every seed: choosing them seed by seed would compare one
activation where it does well with the other where it does not. Divergence itself is a measure, the
fraction of the rates at which a run diverges, and is counted over all rates.

The interval is of the mean difference, in units of the mean of the reference, where -1/2 is half;
of divergence, which is a fraction already, it is of the difference itself. It is a bootstrap
interval over seeds, bias-corrected and accelerated, with its own fixed random numbers. A measure
that is averaged over rates weighs those where it is large; where rates disagree, look at each of
them. Steps to a tolerance are censored at the length of the run, so that what is averaged is the
smaller of the two: a difference in means restricted to that length.

References:
    Efron: Better bootstrap confidence intervals, Journal of the American Statistical Association 82
    (1987). Royston, Parmar: Restricted mean survival time, BMC Medical Research Methodology 13
    (2013).
"""

import warnings
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from elu_sym.experiments.gradient_descent import Array
from elu_sym.experiments.smooth_ride import Record

CONFIDENCE = 0.999
"""The confidence of one interval; among m of them one fails with probability at most 0.001 m."""

RESAMPLES = 19_999
"""How many bootstrap samples an interval rests on."""

FEWEST_PAIRS = 30
"""Fewer seeds give no interval."""


class Interval(NamedTuple):
    """An estimate and what encloses it with the confidence ``CONFIDENCE``.

    Attributes:
        low: the lower end.
        estimate: the difference of the means, in its unit.
        high: the upper end.
        pairs: how many pairs it rests on.
    """

    low: float
    estimate: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return (
            f"{self.estimate:+.3g}, {100 * CONFIDENCE:g} % interval"
            f" [{self.low:+.3g}, {self.high:+.3g}] from {self.pairs} pairs"
        )


def mean_difference(values: Array, reference: Array, relative: bool = True) -> Interval:
    """The mean of ``values - reference``, with a bootstrap interval.

    Args:
        values: one number a pair.
        reference: the other number of each pair.
        relative: whether the unit is the mean of the reference.

    Returns:
        The estimate and its interval.

    Raises:
        ValueError: if there are fewer than ``FEWEST_PAIRS`` pairs, or the reference is not positive
            on average and is the unit, or nothing varies between the pairs.
        RuntimeWarning: if the bootstrap finds the data degenerate.

    Examples:
        >>> reference = np.linspace(1.0, 2.0, 40)
        >>> found = mean_difference(reference / 2 + 0.01 * np.sin(np.arange(40.0)), reference)
        >>> bool(-0.51 < found.low < found.estimate < found.high < -0.49)
        True
    """
    from scipy.stats import bootstrap

    if values.shape != reference.shape or len(values) < FEWEST_PAIRS:
        raise ValueError(
            f"{len(values)} values and {len(reference)} references;"
            f" give at least {FEWEST_PAIRS} pairs"
        )
    if relative and not reference.mean() > 0:
        raise ValueError(f"the mean of the reference is {reference.mean()}; it must be positive")

    def statistic(first: Array, second: Array, axis: int) -> Array:
        difference: Array = np.mean(first - second, axis=axis)
        return difference / np.mean(second, axis=axis) if relative else difference

    estimate = float(statistic(values, reference, -1))
    deviations = values - reference - estimate * (reference if relative else 1.0)
    if np.ptp(deviations) <= 1e-12 * max(np.abs(values).max(), np.abs(reference).max()):
        raise ValueError("the difference is the same in every pair; there is nothing to resample")
    with warnings.catch_warnings():
        # SciPy warns where an interval has no meaning; no number may come out of that.
        warnings.simplefilter("error")
        found = bootstrap(
            (values, reference),
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            method="BCa",
            rng=np.random.default_rng(0),
        ).confidence_interval
    if not (np.isfinite(found.low) and np.isfinite(found.high)):
        raise ValueError("the bootstrap gives no finite interval")
    return Interval(float(found.low), estimate, float(found.high), len(values))


def common_rates(records: Iterable[Record], activations: Sequence[str]) -> tuple[str, ...]:
    """The learning rates at which no run of these activations diverged, in increasing order."""
    chosen = [record for record in records if record.activation in activations]
    diverged = {record.learning_rate for record in chosen if record.diverged == "1"}
    return tuple(sorted({record.learning_rate for record in chosen} - diverged, key=float))


def means_over_rates(
    records: Iterable[Record], activation: str, measure: str, rates: Iterable[str]
) -> dict[int, float]:
    """For each seed in order the mean of a measure over some learning rates.

    Raises:
        ValueError: if a run is missing or there twice, or diverged and has no such measure.
    """
    wanted = tuple(rates)
    by_seed: dict[int, dict[str, float]] = {}
    for record in records:
        if record.activation != activation or record.learning_rate not in wanted:
            continue
        row = by_seed.setdefault(int(record.seed), {})
        if record.learning_rate in row:
            raise ValueError(f"the run {record} is there twice")
        row[record.learning_rate] = float(record.value(measure))
    incomplete = [seed for seed, row in by_seed.items() if len(row) < len(wanted)]
    if incomplete or not by_seed:
        raise ValueError(f"runs of {activation} are missing, of seeds {incomplete or 'all'}")
    return {seed: float(np.mean(list(by_seed[seed].values()))) for seed in sorted(by_seed)}


def paired_difference(
    records: Sequence[Record], activation: str, reference: str, measure: str, rates: Sequence[str]
) -> Interval:
    """The mean difference of a measure between two activations over the same seeds.

    Args:
        records: the runs of one problem.
        activation: the activation that is compared.
        reference: what it is compared with.
        measure: a measure of the records, or ``"diverged"``.
        rates: the learning rates over which it is averaged.

    Returns:
        The interval, relative to the reference unless the measure is ``"diverged"``.

    Raises:
        ValueError: if the two do not have the same seeds, or :func:`mean_difference` or
            :func:`means_over_rates` raises one.
    """
    values = means_over_rates(records, activation, measure, rates)
    units = means_over_rates(records, reference, measure, rates)
    if values.keys() != units.keys():
        unpaired = sorted(values.keys() ^ units.keys())
        raise ValueError(f"seeds {unpaired} have runs of one activation only")
    first, second = (np.array(list(each.values())) for each in (values, units))
    return mean_difference(first, second, relative=measure != "diverged")
