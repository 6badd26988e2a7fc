"""What the claims of the smooth ride share: the belief, the setting, how runs are compared."""

from collections.abc import Callable, Sequence
from functools import partial

from sympy import Rational

from elu_sym.claims.claim import Claim, measured_claim
from elu_sym.claims.kernel.language import Formula
from elu_sym.claims.measured import Sample, in_every_run, share_of_seeds
from elu_sym.experiments.problems import PROBLEMS
from elu_sym.experiments.smooth_ride import MOMENTUM

BELIEF = "the belief that a smooth activation makes gradient descent oscillate less"

MOST = Rational(3, 4)
"""The share of seeds of which nearly all claims are."""

Rates = tuple[str, ...]
"""Learning rates as they are written in the tables."""


def rates_of(problem: str) -> Rates:
    """The learning rates of a problem in increasing order."""
    return tuple(map(repr, PROBLEMS[problem].learning_rates))


def listed(rates: Sequence[str]) -> str:
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
        "seeds are drawn at random; measures are averaged over the learning rates of a seed",
        *(
            f"{name}: {PROBLEMS[name].steps} steps, learning rates {listed(rates_of(name))},"
            f" tolerance {PROBLEMS[name].tolerance:g} of the initial loss"
            for name in problems
        ),
    )


def runs(problem: str, measure: str, rates: Rates, activation: str) -> Sample:
    """A measure of the runs of a problem with an activation at some learning rates."""
    chosen = ("problem", (problem,)), ("activation", (activation,)), ("learning_rate", rates)
    return Sample("smooth_ride", measure, chosen)


def compared(
    says: Callable[..., Formula],
    problem: str,
    measure: str,
    low: Rational | int | None,
    high: Rational | int | None,
    rates: Rates,
    activation: str = "ELU(1)",
    reference: str | Rational = "ReLU",
    **share: Rational | bool,
) -> Formula:
    """What is said of a measure of an activation in units of that of another one, or of a number.

    Examples:
        >>> compared(in_every_run, "digits", "overshoot", None, 1, rates_of("digits"))[-2:]
        (None, 1)
    """
    unit = runs(problem, measure, rates, reference) if isinstance(reference, str) else reference
    return says(runs(problem, measure, rates, activation), unit, low, high, **share)


def builders(
    problem: str,
) -> tuple[Callable[..., Claim], Callable[..., Formula], Callable[..., Formula]]:
    """What builds the claims on a problem, what is so for most seeds, and in every run."""
    return (
        partial(measured_claim, assumptions=setting(problem)),
        partial(compared, partial(share_of_seeds, more_than=MOST), problem),
        partial(compared, in_every_run, problem),
    )
