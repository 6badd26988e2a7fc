"""The smooth ride, measured: does gradient descent oscillate less with ELU than with ReLU?

The belief is that it does because ELU is smooth. Where the kinks of all units meet at the minimum,
it does on average over the learning rates; but near the edge of stability the smooth unit is the
one that oscillates, and two small networks do not show the belief: on the digits at the smaller
learning rates the velocity turns about as often as with ReLU at alpha <= 1 and more often at
alpha = 2, on the sine the network with ELU oscillates more at every height of the floor, the smooth
one included.

Each claim is about the stored runs of :mod:`elu_sym.experiments.smooth_ride`, on average over their
seeds, with 99.9 % for each of 33 intervals: by Bonferroni's inequality all of them together enclose
what they should with 96 %. The bounds are round numbers that were chosen on other seeds. Which
learning rates are looked at one by one, and that alpha = 2 is looked at on the digits, was chosen
when the stored runs had been seen; only what the seeds below 40 bear out as well is claimed. "In
every run" means every run that is stored; such a claim has no interval.
"""

from collections.abc import Iterator

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.smooth_ride import networks, residual, theorems
from elu_sym.claims.chapters.smooth_ride.setting import BELIEF, ZERO, setting
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.measured import DifferenceInEveryRun

PROBLEMS = ("residual", "digits", "sine")


def never_oscillates_more() -> Iterator[Assertion]:
    """Fewer sign changes with ELU in every pair of runs, whatever the problem."""
    for problem in PROBLEMS:
        yield DifferenceInEveryRun(problem, "velocity_sign_changes", "ELU(1)", None, ZERO)


CLAIMS = (
    *theorems.CLAIMS,
    *residual.CLAIMS,
    *networks.CLAIMS,
    Claim(
        id="smooth_ride.never_oscillates_more",
        statement=(
            "In every run of every problem the velocity changes sign less often with ELU at"
            " alpha = 1 than with ReLU."
        ),
        proof=never_oscillates_more,
        source=f"{BELIEF}, without conditions",
        assumptions=setting(*PROBLEMS),
        expected=Verdict.REFUTED,
        neighbours=(
            Neighbour(
                "the loss rises less in every run",
                lambda: [DifferenceInEveryRun("sine", "overshoot", "ELU(1)", None, ZERO)],
            ),
        ),
    ),
)
