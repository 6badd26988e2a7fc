"""The smooth ride where opposite units measure residuals, so that all kinks meet at the minimum.

With ReLU the loss is a sum of Vs, with ELU at alpha = 1 it is smooth. There the belief holds on
average over the learning rates, except near the edge of stability of the smooth unit; the price is
paid in steps where the learning rate is small. Single rates differ from the average, and what they
say is a claim of its own.
"""

from sympy import Integer, Rational

from elu_sym.activations import Elu
from elu_sym.claims.chapters.smooth_ride.setting import BELIEF, builders, listed, rates_of
from elu_sym.claims.rules.calculus import LimitAtKink
from elu_sym.claims.rules.elementary import Side
from elu_sym.symbols import x

ALPHA = Integer(2)
"""A floor so low that the corner of a pair of units points upwards."""

LEFT = Elu.left(x, ALPHA) + Elu.right(-x, ALPHA)
RIGHT = Elu.right(x, ALPHA) + Elu.left(-x, ALPHA)
"""The two sides of the corner f(x) + f(-x)."""

RATES = rates_of("residual")

CALM, BELOW_THE_EDGE, EDGE = RATES[:1], RATES[:-1], RATES[-1:]
"""The smallest learning rate; all but the largest; the largest, near the edge of stability."""

SECOND, THIRD, NEXT_TO_EDGE = RATES[1:2], RATES[2:3], RATES[-2:-1]

claim, average, always = builders("residual")

CLAIMS = (
    claim(
        "smooth_ride.fewer_sign_changes",
        "Where opposite units measure residuals, the velocity changes sign less than half as"
        " often with ELU at alpha = 1 as with ReLU, on average over the learning rates"
        f" {listed(BELOW_THE_EDGE)}, all but the largest.",
        average("velocity_sign_changes", None, -0.5, BELOW_THE_EDGE),
        BELIEF,
        neighbours={
            "less than half as often in every run, not on average": always(
                "velocity_sign_changes", None, -0.5, BELOW_THE_EDGE
            ),
            "more often in every run": always("velocity_sign_changes", 0, None, BELOW_THE_EDGE),
            "less than half as often at every one of these learning rates, so in every run at "
            f"{listed(NEXT_TO_EDGE)}": always("velocity_sign_changes", None, -0.5, NEXT_TO_EDGE),
        },
    ),
    claim(
        "smooth_ride.more_sign_changes_at_the_edge",
        f"In the same problem, at the largest learning rate, {listed(EDGE)}, the velocity"
        " changes sign more often with ELU at alpha = 1 than with ReLU, by more than a quarter"
        " on average over the seeds.",
        average("velocity_sign_changes", 0.25, None, EDGE),
        "the limit of the belief: a quadratic bowl is unstable at large rates, a V is not",
        neighbours={"more often at every learning rate": always("velocity_sign_changes", 0, None)},
    ),
    claim(
        "smooth_ride.steadier_gradient",
        "In the same problem the gradient moves along a path that is, in units of its size,"
        " less than half as long with ELU at alpha = 1 as with ReLU, on average over the"
        f" learning rates {listed(RATES)}.",
        average("gradient_variation", None, -0.5, RATES),
        BELIEF,
        neighbours={
            "less than half as long in every run": always("gradient_variation", None, -0.5),
            "shorter at every learning rate, so in every run at the largest": always(
                "gradient_variation", None, 0, EDGE
            ),
        },
    ),
    claim(
        "smooth_ride.smaller_overshoot",
        "In the same problem all that the loss rises is less than a third with ELU at alpha = 1"
        " of what it is with ReLU, on average over the seeds at each of the learning rates"
        f" {listed(RATES)}.",
        [average("overshoot", None, -Rational(2, 3), (rate,)) for rate in RATES],
        BELIEF,
        neighbours={"less than a third in every run": always("overshoot", None, -Rational(2, 3))},
    ),
    claim(
        "smooth_ride.half_a_kink",
        "In the same problem a kink half as sharp, alpha = 1/2, leaves the sign changes of the"
        " velocity as they are with ReLU, within a twentieth, and takes away between two and three"
        f" fifths of what the loss rises, both on average over the learning rates {listed(RATES)}.",
        [
            average("velocity_sign_changes", -0.05, 0.05, RATES, activation="ELU(0.5)"),
            average("overshoot", -0.6, -0.4, RATES, activation="ELU(0.5)"),
        ],
        "the belief, between its two ends",
        neighbours={
            "the sign changes within a twentieth in every run": always(
                "velocity_sign_changes", -0.05, 0.05, activation="ELU(0.5)"
            ),
            "within a twentieth at every learning rate, so in every run at the smallest": always(
                "velocity_sign_changes", -0.05, 0.05, CALM, activation="ELU(0.5)"
            ),
        },
    ),
    claim(
        "smooth_ride.leaves_the_minimum",
        "In the same problem at alpha = 2 the pair of units falls off with slope 1 on either"
        f" side of residual 0, and every run at the learning rates {listed(BELOW_THE_EDGE)}"
        " ends at a loss below the one where all residuals are 0.",
        [
            LimitAtKink(LEFT.diff(x), Side.LEFT, ALPHA - 1),
            LimitAtKink(RIGHT.diff(x), Side.RIGHT, 1 - ALPHA),
            # A loss below 0, which is the one where all residuals are 0.
            always("final_loss", None, -1, BELOW_THE_EDGE, activation="ELU(2)"),
        ],
        "the one-sided slope 1 - alpha of f(u) + f(-u) at 0",
        neighbours={"at every learning rate": always("final_loss", None, -1, activation="ELU(2)")},
    ),
    claim(
        "smooth_ride.slower_when_calm",
        "In the same problem ELU at alpha = 1 takes more steps to the tolerance than ReLU at"
        f" the smallest learning rate, {listed(CALM)}, by a twentieth to a quarter on average"
        " over the seeds, and less than half as many on average over the learning rates"
        f" {listed(RATES)}, where a run that does not get there counts its length.",
        [
            average("steps_to_tolerance", 0.05, 0.25, CALM),
            average("steps_to_tolerance", None, -0.5, RATES),
        ],
        "the price of the belief: the gradient of a smooth unit fades near the minimum",
        neighbours={
            "fewer steps in every run": always("steps_to_tolerance", None, 0),
            "less than half as many at every learning rate but the smallest, so in every run at"
            f" {listed(SECOND)}": always("steps_to_tolerance", None, -0.5, SECOND),
        },
    ),
    claim(
        "smooth_ride.single_rates",
        "In the same problem these averages do not hold at every learning rate. With ELU at"
        f" alpha = 1 the sign changes are fewer by a tenth to a third at {listed(NEXT_TO_EDGE)}"
        f" and the path of the gradient is longer than with ReLU at {listed(EDGE)}; the steps"
        f" to the tolerance are fewer by a tenth to two fifths at {listed(THIRD)}. At"
        " alpha = 1/2 the sign changes are fewer by more than a twentieth and the rise of the"
        f" loss is smaller by more than seven tenths at {listed(CALM)}, and the sign changes"
        f" are more by more than a twentieth at {listed(EDGE)}.",
        [
            average("velocity_sign_changes", -Rational(1, 3), -0.1, NEXT_TO_EDGE),
            average("gradient_variation", 0, None, EDGE),
            average("steps_to_tolerance", -0.4, -0.1, THIRD),
            average("velocity_sign_changes", None, -0.05, CALM, activation="ELU(0.5)"),
            average("velocity_sign_changes", 0.05, None, EDGE, activation="ELU(0.5)"),
            average("overshoot", None, -0.7, CALM, activation="ELU(0.5)"),
        ],
        "the limit of averages over learning rates",
        neighbours={
            "the path of the gradient is longer in every run at the largest learning rate": (
                always("gradient_variation", 0, None, EDGE)
            ),
            "with alpha = 1/2 the sign changes are fewer in every run at the largest one": (
                always("velocity_sign_changes", None, 0, EDGE, activation="ELU(0.5)")
            ),
        },
    ),
)
