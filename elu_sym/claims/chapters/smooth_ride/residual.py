"""The smooth ride where opposite units measure residuals, so that all kinks meet at the minimum.

With ReLU the loss is a sum of Vs, with ELU at alpha = 1 it is smooth. There the belief holds on
average over the learning rates, except near the edge of stability of the smooth unit; the price is
paid in steps where the learning rate is small. Single rates differ from the average, and what they
say is a claim of its own.
"""

from collections.abc import Iterator

from sympy import Integer, Rational

from elu_sym.activations import Elu
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.smooth_ride.setting import (
    BELIEF,
    HALF,
    ZERO,
    listed,
    rates_of,
    setting,
)
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.elementary import Side
from elu_sym.claims.rules.limits_at_kink import LimitAtKink
from elu_sym.claims.rules.measured import DifferenceInEveryRun, MeasuredDifference
from elu_sym.symbols import x

ALPHA = Integer(2)
"""A floor so low that the corner of a pair of units points upwards."""

RATES = rates_of("residual")

CALM, BELOW_THE_EDGE, EDGE = RATES[:1], RATES[:-1], RATES[-1:]
"""The smallest learning rate; all but the largest; the largest, near the edge of stability."""

SECOND, THIRD, NEXT_TO_EDGE = RATES[1:2], RATES[2:3], RATES[-2:-1]

SETTING = setting("residual")


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
    yield MeasuredDifference("residual", "gradient_variation", "ELU(1)", None, -HALF, RATES)


def smaller_overshoot() -> Iterator[Assertion]:
    """The loss rises by less than a third, at one learning rate after the other."""
    for rate in RATES:
        yield MeasuredDifference("residual", "overshoot", "ELU(1)", None, -Rational(2, 3), (rate,))


def half_a_kink() -> Iterator[Assertion]:
    """As many sign changes, about half the overshoot."""
    twentieth, tenth = Rational(1, 20), Rational(1, 10)
    yield MeasuredDifference(
        "residual", "velocity_sign_changes", "ELU(0.5)", -twentieth, twentieth, RATES
    )
    yield MeasuredDifference(
        "residual", "overshoot", "ELU(0.5)", -HALF - tenth, -HALF + tenth, RATES
    )


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
    yield MeasuredDifference("residual", "steps_to_tolerance", "ELU(1)", None, -HALF, RATES)


def single_rates() -> Iterator[Assertion]:
    """One learning rate each at which a claim above, which is about an average, does not hold."""
    tenth, twentieth = Rational(1, 10), Rational(1, 20)
    changes = "velocity_sign_changes"
    yield MeasuredDifference("residual", changes, "ELU(1)", -Rational(1, 3), -tenth, NEXT_TO_EDGE)
    yield MeasuredDifference("residual", "gradient_variation", "ELU(1)", ZERO, None, EDGE)
    yield MeasuredDifference(
        "residual", "steps_to_tolerance", "ELU(1)", -Rational(2, 5), -tenth, THIRD
    )
    yield MeasuredDifference("residual", changes, "ELU(0.5)", None, -twentieth, CALM)
    yield MeasuredDifference("residual", changes, "ELU(0.5)", twentieth, None, EDGE)
    yield MeasuredDifference("residual", "overshoot", "ELU(0.5)", None, -Rational(7, 10), CALM)


CLAIMS = (
    Claim(
        id="smooth_ride.fewer_sign_changes",
        statement=(
            "Where opposite units measure residuals, the velocity changes sign less than half as"
            " often with ELU at alpha = 1 as with ReLU, on average over the learning rates"
            f" {listed(BELOW_THE_EDGE)}, all but the largest."
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
            Neighbour(
                "less than half as often at every one of these learning rates, so in every run at"
                f" {listed(NEXT_TO_EDGE)}",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "velocity_sign_changes", "ELU(1)", None, -HALF, NEXT_TO_EDGE
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.more_sign_changes_at_the_edge",
        statement=(
            f"In the same problem, at the largest learning rate, {listed(EDGE)}, the velocity"
            " changes sign more often with ELU at alpha = 1 than with ReLU, by more than a quarter"
            " on average over the seeds."
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
            " less than half as long with ELU at alpha = 1 as with ReLU, on average over the"
            f" learning rates {listed(RATES)}."
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
            Neighbour(
                "shorter at every learning rate, so in every run at the largest",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "gradient_variation", "ELU(1)", None, ZERO, EDGE
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.smaller_overshoot",
        statement=(
            "In the same problem all that the loss rises is less than a third with ELU at alpha = 1"
            " of what it is with ReLU, on average over the seeds at each of the learning rates"
            f" {listed(RATES)}."
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
            " three fifths of what the loss rises, both on average over the learning rates"
            f" {listed(RATES)}."
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
            Neighbour(
                "within a twentieth at every learning rate, so in every run at the smallest",
                lambda: [
                    DifferenceInEveryRun(
                        "residual",
                        "velocity_sign_changes",
                        "ELU(0.5)",
                        -Rational(1, 20),
                        Rational(1, 20),
                        CALM,
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.leaves_the_minimum",
        statement=(
            "In the same problem at alpha = 2 the pair of units falls off with slope 1 on either"
            f" side of residual 0, and every run at the learning rates {listed(BELOW_THE_EDGE)}"
            " ends at a loss below the one where all residuals are 0."
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
            f" the smallest learning rate, {listed(CALM)}, by a twentieth to a quarter on average"
            " over the seeds, and less than half as many on average over the learning rates"
            f" {listed(RATES)}, where a run that does not get there counts its length."
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
            Neighbour(
                "less than half as many at every learning rate but the smallest, so in every run at"
                f" {listed(SECOND)}",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "steps_to_tolerance", "ELU(1)", None, -HALF, SECOND
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.single_rates",
        statement=(
            "In the same problem these averages do not hold at every learning rate. With ELU at"
            f" alpha = 1 the sign changes are fewer by a tenth to a third at {listed(NEXT_TO_EDGE)}"
            f" and the path of the gradient is longer than with ReLU at {listed(EDGE)}; the steps"
            f" to the tolerance are fewer by a tenth to two fifths at {listed(THIRD)}. At"
            " alpha = 1/2 the sign changes are fewer by more than a twentieth and the rise of the"
            f" loss is smaller by more than seven tenths at {listed(CALM)}, and the sign changes"
            f" are more by more than a twentieth at {listed(EDGE)}."
        ),
        proof=single_rates,
        source="the limit of averages over learning rates",
        assumptions=SETTING,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "the path of the gradient is longer in every run at the largest learning rate",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "gradient_variation", "ELU(1)", ZERO, None, EDGE
                    )
                ],
            ),
            Neighbour(
                "with alpha = 1/2 the sign changes are fewer in every run at the largest one",
                lambda: [
                    DifferenceInEveryRun(
                        "residual", "velocity_sign_changes", "ELU(0.5)", None, ZERO, EDGE
                    )
                ],
            ),
        ),
    ),
)
