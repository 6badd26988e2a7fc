"""What the claims of the smooth ride share: the belief, the setting, how runs are compared."""

from collections.abc import Callable, Sequence
from functools import partial

from sympy import Rational

from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.measured import DifferenceInEveryRun, MeasuredDifference, RunComparison
from elu_sym.experiments.problems import PROBLEMS
from elu_sym.experiments.smooth_ride import MOMENTUM, SEEDS

BELIEF = "the belief that a smooth activation makes gradient descent oscillate less"

Comparison = Callable[..., RunComparison]


def rates_of(problem: str) -> tuple[Rational, ...]:
    """The learning rates of a problem, as exact decimals in increasing order."""
    return tuple(Rational(repr(rate)) for rate in PROBLEMS[problem].learning_rates)


def listed(rates: Sequence[Rational]) -> str:
    """Learning rates in a sentence.

    Examples:
        >>> listed(rates_of("digits"))
        '0.03, 0.1, 0.3, 1 and 1.5'
        >>> listed(rates_of("digits")[-1:])
        '1.5'
    """
    *firsts, last = (f"{float(rate):g}" for rate in rates)
    return f"{', '.join(firsts)} and {last}" if firsts else last


def setting(*problems: str) -> tuple[str, ...]:
    """What is assumed of the runs of some problems."""
    return (
        f"gradient descent with momentum {MOMENTUM} on all samples, at constant learning rates",
        "all activations from the same initial loss, at the same learning rates",
        f"averages are over {len(SEEDS)} seeds, their differences in units of the average of the"
        " reference, but for the fraction of diverged runs",
        *(
            f"{name}: {PROBLEMS[name].steps} steps, learning rates {listed(rates_of(name))},"
            f" tolerance {PROBLEMS[name].tolerance:g} of the initial loss"
            for name in problems
        ),
    )


def compared(
    rule: type[RunComparison],
    problem: str,
    measure: str,
    low: float | Rational | None,
    high: float | Rational | None,
    rates: tuple[Rational, ...] = (),
    activation: str = "ELU(1)",
    reference: str = "ReLU",
) -> RunComparison:
    """A comparison of runs whose ends are given as the decimals that they are.

    Examples:
        >>> compared(MeasuredDifference, "digits", "overshoot", None, 0.05).high
        1/20
    """
    low, high = (None if end is None else Rational(str(end)) for end in (low, high))
    return rule(problem, measure, activation, low, high, rates, reference)


def builders(problem: str) -> tuple[Callable[..., Claim], Comparison, Comparison]:
    """What builds the claims on a problem, averages over seeds, and what is so in every run."""
    return (
        partial(Claim, assumptions=setting(problem), expected=Verdict.MEASURED),
        partial(compared, MeasuredDifference, problem),
        partial(compared, DifferenceInEveryRun, problem),
    )
