r"""The Monte Carlo certificate: z-scores on a grid, with a stated false-alarm rate.

At every grid point the value of a formula is compared with the estimate from n samples, in units of
the standard error of the estimate: for a mean :math:`s/\sqrt n`; for a variance
:math:`\sqrt{(m_4 - s^4)/n}`, from the fourth central moment. Under the null hypothesis that
the formula is right the z-scores are independent and standard normal, so with Šidák's threshold

.. math:: 2\Phi(-z^*) = 1 - (1 - a)^{1/m}

a right formula is rejected somewhere on a grid of m points with probability a.

Power. A formula that is off by a relative error e at one point is caught there with probability
1/2 when :math:`e = z^* \sigma_g / (|F| \sqrt n)`. With the defaults, n = 2^22, a = 1e-6 and
m = 12, z* = 5.3, and that is 2.6e-3 times the coefficient of variation, between 0.5 and 3 on the
default grid: an error of one percent anywhere is caught, one of a thousandth is not. The other
certificates see far smaller errors; this one shares no assumption with them.

What is not informative is said so. By the Berry-Esseen theorem the z-score deviates from normality
by at most 0.56 times the Lyapunov ratio :math:`\sum|d|^3/(\sum d^2)^{3/2}` of the deviations d.
Where an upper bound of that ratio exceeds 0.032, as when an event is hit a few hundred times or
never, the point is counted as uninformative and not as passed. The bound is, for a mean,
:math:`(\sum d^4)^{1/2}/\sum d^2` (Cauchy-Schwarz); for a variance, whose eighth powers are not
kept, the square root of the largest share of one sample in the squared deviations. A witness fails
if more points are uninformative than the caller allows, by default any.
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import expm1, log1p, sqrt
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from sympy import Expr, Rational, Symbol

from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.certify.sampling import sample
from elu_sym.certify.witness import Evidence, RejectedError, Witness, testify
from elu_sym.symbols import alpha, mu, sigma

GRID: tuple[tuple[float, float, float], ...] = tuple(
    (ratio * width, width, height)
    for ratio, width, height in product((-1.0, -0.25, 1.0), (0.5, 2.0), (0.75, 1.75))
)
"""The default grid of (mu, sigma, alpha): both sides of the kink at every point."""

LARGEST_LYAPUNOV_RATIO = 0.032
"""The bound of the Lyapunov ratio up to which a point is informative."""

Statistic = Literal["mean", "variance"]


def monte_carlo_certificate(
    formula: Expr | Callable[..., Any],
    g: Expr | Integrand,
    statistic: Statistic = "mean",
    *,
    grid: Sequence[Sequence[float]] = GRID,
    samples: int = 1 << 22,
    seed: int = 0,
    false_alarm: float = 1e-6,
    uninformative: int = 0,
    workers: int | None = None,
    symbols: Sequence[Symbol] = (mu, sigma, alpha),
    drawn: Sequence[SampleMoments] | None = None,
) -> Witness:
    """Test a formula for the mean or the variance of g(X) against samples.

    Args:
        formula: a closed form, or a function of one array for each of ``symbols``.
        g: the function of ``x`` whose mean or variance the formula claims to be.
        statistic: which of the two.
        grid: the values of ``symbols`` at every point.
        samples: how many a point.
        seed: the root of all seeds; the same seed gives the same bits with any ``workers``.
        false_alarm: the probability that a right formula is rejected, over the whole grid.
        uninformative: how many points may be uninformative before the witness fails.
        workers: threads; by default the number of processors.
        symbols: what the columns of the grid are.
        drawn: the result of :func:`~elu_sym.certify.sampling.sample` with the same ``g`` and
            ``grid``, to test a mean and a variance with one draw.

    Returns:
        A witness of kind ``"montecarlo"`` with the largest z-score, its threshold and n.

    Raises:
        IntegrandError: if ``g`` cannot be read or has an atom.
        ValueError: if ``false_alarm`` is no probability, or ``drawn`` does not fit the grid.

    Examples:
        >>> from elu_sym.symbols import x
        >>> grid = [(0.5, 1.0), (-1.0, 2.0)]
        >>> options = dict(grid=grid, samples=1 << 20, symbols=(mu, sigma))
        >>> monte_carlo_certificate(mu**2 + sigma**2, x**2, **options).passed
        True
        >>> monte_carlo_certificate(mu**2 - sigma**2, x**2, **options).passed
        False
        >>> monte_carlo_certificate(sigma, x, "variance", **options).passed
        False
    """
    if not 0 < false_alarm < 1:
        raise ValueError(f"false_alarm = {false_alarm!r}; give a probability between 0 and 1")
    if drawn is not None and len(drawn) != len(grid):
        raise ValueError(f"drawn has {len(drawn)} points; give one for each of {len(grid)}")
    integrand = Integrand.from_expr(g)
    values = _values(formula, grid, symbols)

    def check() -> str:
        moments = drawn or sample(
            integrand, grid, samples, seed=seed, workers=workers, symbols=symbols
        )
        threshold = threshold_of(false_alarm, len(grid))
        scores = {
            tuple(place): _score(value, moment, statistic)
            for place, value, moment in zip(grid, values, moments, strict=True)
            if lyapunov_bound(moment, statistic) <= LARGEST_LYAPUNOV_RATIO
        }
        if not scores or len(grid) - len(scores) > uninformative:
            raise RejectedError(
                f"only {len(scores)} of {len(grid)} points are informative with "
                f"{moments[0].count} samples each; {uninformative} may be uninformative"
            )
        # Not-a-number is the worst of all.
        place, worst = max(scores.items(), key=lambda item: np.nan_to_num(abs(item[1]), nan=np.inf))
        text = (
            f"largest |z| = {abs(worst):.2f} for a threshold of {threshold:.2f} on {len(scores)} "
            f"points of {moments[0].count} samples, false-alarm rate {false_alarm:.0e}"
        )
        if len(scores) < len(grid):
            text += f", {len(grid) - len(scores)} points uninformative"
        if not abs(worst) <= threshold:
            where = ", ".join(f"{s} = {v:g}" for s, v in zip(symbols, place, strict=True))
            raise RejectedError(f"{text}, at {where}")
        return text

    return testify(Evidence.SAMPLES, check)


def lyapunov_bound(moments: SampleMoments, statistic: Statistic = "mean") -> float:
    """An upper bound of the Lyapunov ratio of the estimator's deviations, 1 if nothing deviates.

    Examples:
        >>> values = np.tile([-1.0, 1.0], 5000)
        >>> round(lyapunov_bound(SampleMoments.of(values)), 6)
        0.01
    """
    second, _, fourth = moments.sums
    if statistic == "variance" or not second > 0:
        return sqrt(largest_share(moments, statistic))
    return sqrt(fourth) / second


def largest_share(moments: SampleMoments, statistic: Statistic = "mean") -> float:
    """The largest share that one sample has in the squared deviations of the estimator.

    Returns:
        A number in (0, 1], or 1 if nothing deviates: such a sample decides nothing.

    Examples:
        >>> hits = np.zeros(1000)
        >>> hits[0] = 1.0
        >>> round(largest_share(SampleMoments.of(hits)), 3)
        0.999
    """
    second, _, fourth = moments.sums
    reach = max(moments.greatest - moments.mean, moments.mean - moments.least) ** 2
    total = second
    if statistic == "variance":
        average = second / moments.count
        reach = max(abs(reach - average), average) ** 2
        total = fourth - moments.count * average**2
    return reach / total if total > 0 else 1.0


def threshold_of(false_alarm: float, points: int) -> float:
    """The z-score that one of so many independent standard normals exceeds at the given rate."""
    single = -expm1(log1p(-false_alarm) / points)
    return -NormalDist().inv_cdf(single / 2)


def _score(value: float, moments: SampleMoments, statistic: Statistic) -> float:
    n = moments.count
    second, _, fourth = moments.sums
    if statistic == "mean":
        return (moments.mean - value) / sqrt(second / (n - 1) / n)
    estimate = second / (n - 1)
    return (estimate - value) / sqrt((fourth / n - (second / n) ** 2) / n)


def _values(
    formula: Expr | Callable[..., Any], grid: Sequence[Sequence[float]], symbols: Sequence[Symbol]
) -> list[float]:
    if isinstance(formula, Expr):
        exact = [{s: Rational(v) for s, v in zip(symbols, place, strict=True)} for place in grid]
        return [float(enclose(formula, point, 256)) for point in exact]
    columns = np.array(grid, dtype=np.float64).T
    return [float(value) for value in np.asarray(formula(*columns))]
