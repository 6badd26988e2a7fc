"""The smooth ride where opposite units measure residuals, so that all kinks meet at the minimum.

With ReLU the loss is a sum of Vs, with ELU at alpha = 1 it is smooth. There the belief holds, and
by far, except near the edge of stability of the smooth unit; the price is paid in steps where the
learning rate is small.
"""

from collections.abc import Iterator

from sympy import Integer, Rational

from elu_sym.activations import Elu
from elu_sym.assertion import Assertion
from elu_sym.claim import Claim, Neighbour, Verdict
from elu_sym.inference.elementary import Side
from elu_sym.inference.limits import LimitAtKink
from elu_sym.inference.measured_differences import DifferenceInEveryRun, MeasuredDifference
from elu_sym.proofs.smooth_ride_setting import BELIEF, HALF, SETTING, ZERO
from elu_sym.symbols import x

ALPHA = Integer(2)
"""A floor so low that the corner of a pair of units points upwards."""

CALM = (Rational(1, 100),)
"""The smallest learning rate of the problem ``residual``."""

BELOW_THE_EDGE = (*CALM, Rational(3, 100), Rational(1, 10), Rational(3, 10), Integer(1))
"""All of its learning rates but the largest."""

EDGE = (Integer(3),)
"""The largest, near the edge of stability of the smooth unit."""


def fewer_sign_changes() -> Iterator[Assertion]:
    """The velocity changes sign less than half as often."""
    yield MeasuredDifference(
        "residual", "velocity_sign_changes", "ELU(1)", None, -HALF, BELOW_THE_EDGE
    )


def more_sign_changes_at_the_edge() -> Iterator[Assertion]:
    """At the largest learning rate it is the other way round."""
    yield MeasuredDifference(
        "residual", "velocity_sign_changes", "ELU(1)", Rational(1, 4), None, EDGE
    )


def steadier_gradient() -> Iterator[Assertion]:
    """The path of the gradient is less than half as long."""
    yield MeasuredDifference("residual", "gradient_variation", "ELU(1)", None, -HALF)


def smaller_overshoot() -> Iterator[Assertion]:
    """The loss rises by less than a third."""
    yield MeasuredDifference("residual", "overshoot", "ELU(1)", None, -Rational(2, 3))


def half_a_kink() -> Iterator[Assertion]:
    """As many sign changes, about half the overshoot."""
    twentieth, tenth = Rational(1, 20), Rational(1, 10)
    yield MeasuredDifference("residual", "velocity_sign_changes", "ELU(0.5)", -twentieth, twentieth)
    yield MeasuredDifference("residual", "overshoot", "ELU(0.5)", -HALF - tenth, -HALF + tenth)


def leaves_the_minimum() -> Iterator[Assertion]:
    """The slopes of f(u) + f(-u) at 0, and a final loss below 0, which is its value there."""
    left = Elu.left(x, ALPHA) + Elu.right(-x, ALPHA)
    right = Elu.right(x, ALPHA) + Elu.left(-x, ALPHA)
    yield LimitAtKink(left.diff(x), Side.LEFT, ALPHA - 1)
    yield LimitAtKink(right.diff(x), Side.RIGHT, 1 - ALPHA)
    yield DifferenceInEveryRun(
        "residual", "final_loss", "ELU(2)", None, Integer(-1), BELOW_THE_EDGE
    )


def slower_when_calm() -> Iterator[Assertion]:
    """More steps at the smallest learning rate, less than half of them over all."""
    yield MeasuredDifference(
        "residual", "steps_to_tolerance", "ELU(1)", Rational(1, 20), Rational(1, 4), CALM
    )
    yield MeasuredDifference("residual", "steps_to_tolerance", "ELU(1)", None, -HALF)


CLAIMS = (
    Claim(
        id="smooth_ride.fewer_sign_changes",
        statement=(
            "Where opposite units measure residuals, the velocity changes sign less than half as"
            " often with ELU at alpha = 1 as with ReLU, at learning rates below the edge of"
            " stability."
        ),
        proof=fewer_sign_changes,
        source=BELIEF,
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "less than half as often in every run, not on average",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "velocity_sign_changes", "ELU(1)", None, -HALF, BELOW_THE_EDGE
                    )
                ],
            ),
            Neighbour(
                "more often in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "velocity_sign_changes", "ELU(1)", ZERO, None, BELOW_THE_EDGE
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.more_sign_changes_at_the_edge",
        statement=(
            "In the same problem, at the largest learning rate, the velocity changes sign more"
            " often with ELU at alpha = 1 than with ReLU, by more than a quarter."
        ),
        proof=more_sign_changes_at_the_edge,
        source="the limit of the belief: a quadratic bowl is unstable at large rates, a V is not",
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "more often at every learning rate",
                lambda: [
                    DifferenceInEveryRun("residual", "velocity_sign_changes", "ELU(1)", ZERO, None)
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.steadier_gradient",
        statement=(
            "In the same problem the gradient moves along a path that is, in units of its size,"
            " less than half as long with ELU at alpha = 1 as with ReLU, over all learning rates."
        ),
        proof=steadier_gradient,
        source=BELIEF,
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "less than half as long in every run",
                lambda: [
                    DifferenceInEveryRun("residual", "gradient_variation", "ELU(1)", None, -HALF)
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.smaller_overshoot",
        statement=(
            "In the same problem all that the loss rises is less than a third with ELU at alpha = 1"
            " of what it is with ReLU, over all learning rates."
        ),
        proof=smaller_overshoot,
        source=BELIEF,
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "less than a third in every run",
                lambda: [
                    DifferenceInEveryRun("residual", "overshoot", "ELU(1)", None, -Rational(2, 3))
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.half_a_kink",
        statement=(
            "In the same problem a kink half as sharp, alpha = 1/2, leaves the sign changes of the"
            " velocity as they are with ReLU, within a twentieth, and takes away between two and"
            " three fifths of what the loss rises, over all learning rates."
        ),
        proof=half_a_kink,
        source="the belief, between its two ends",
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "the sign changes within a twentieth in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "residual",
                        "velocity_sign_changes",
                        "ELU(0.5)",
                        -Rational(1, 20),
                        Rational(1, 20),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.leaves_the_minimum",
        statement=(
            "In the same problem at alpha = 2 the pair of units falls off with slope 1 on either"
            " side of residual 0, and every run at a learning rate below the edge of stability ends"
            " at a loss below the one where all residuals are 0."
        ),
        proof=leaves_the_minimum,
        source="the one-sided slope 1 - alpha of f(u) + f(-u) at 0",
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "every run at every learning rate",
                lambda: [
                    DifferenceInEveryRun("residual", "final_loss", "ELU(2)", None, Integer(-1))
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.slower_when_calm",
        statement=(
            "In the same problem ELU at alpha = 1 takes more steps to the tolerance than ReLU at"
            " the smallest learning rate, by a twentieth to a quarter, and less than half as many"
            " over all learning rates, where a run that does not get there counts its length."
        ),
        proof=slower_when_calm,
        source="the price of the belief: the gradient of a smooth unit fades near the minimum",
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "fewer steps in every run",
                lambda: [
                    DifferenceInEveryRun("residual", "steps_to_tolerance", "ELU(1)", None, ZERO)
                ],
            ),
        ),
    ),
)
