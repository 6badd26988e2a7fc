"""What the claims of the smooth ride share: the belief, the setting, the measures, the bounds."""

from collections.abc import Sequence

from sympy import Integer, Rational

from elu_sym.experiments.problems import PROBLEMS
from elu_sym.experiments.smooth_ride import MEASURES, MOMENTUM, SEEDS

ZERO, HALF, QUARTER = Integer(0), Rational(1, 2), Rational(1, 4)
TENTH, TWENTIETH = Rational(1, 10), Rational(1, 20)

SIGN_CHANGES, GRADIENT_PATH, RISE, STEPS, FINAL_LOSS = MEASURES

BELIEF = "the belief that a smooth activation makes gradient descent oscillate less"


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
