"""ELU against ReLU in a deep network without any help, measured early and late.

The setting and the runs are those of :mod:`elu_sym.experiments.elu_or_relu`, on seeds that were new
when the claims were worded, each network at the learning rate that was the best for it, after as
many steps, on other seeds. That ReLU has caught up at the end was written down, too, and is not
borne out.
"""

from functools import partial

from sympy import Rational, S

from elu_sym.claims.claim import measured_claim
from elu_sym.claims.measured import Sample, in_every_run, share_of_seeds
from elu_sym.experiments.elu_or_relu import EARLY, STEPS, Rule, best_rate

on_comparison = partial(
    measured_claim,
    assumptions=(
        "30 hidden layers of 64 units, 1300 handwritten digits for training and 497 held out",
        "stochastic gradient descent at a constant learning rate, the best of several for each",
        "weights by the gain that keeps the second moment, for ReLU He's rule",
    ),
)


def errors(activation: str, step: int, rule: Rule = "second_moment") -> Sample:
    """How many of the held-out digits are taken for another one after so many steps."""
    rate = repr(best_rate(activation, rule, step))
    chosen = ("activation", (activation,)), ("rule", (rule,)), ("learning_rate", (rate,))
    return Sample("elu_or_relu", "held_out_errors", (*chosen, ("step", (str(step),))))


CLAIMS = (
    on_comparison(
        "meanfield.elu_is_ahead_early",
        f"After {EARLY} steps a network with ELU at alpha = 1 makes less than a third of the errors"
        " on held-out digits of one with ReLU, for more than half of all seeds.",
        [
            share_of_seeds(
                errors("ELU(1)", EARLY),
                errors("ReLU", EARLY),
                None,
                Rational(1, 3),
                more_than=S.Half,
            )
        ],
        "Clevert, Unterthiner, Hochreiter 2016, abstract: that ELU speeds up learning",
        neighbours={
            f"So after {STEPS[-1]} steps in every run.": in_every_run(
                errors("ELU(1)", STEPS[-1]), errors("ReLU", STEPS[-1]), None, Rational(1, 3)
            ),
        },
    ),
)
