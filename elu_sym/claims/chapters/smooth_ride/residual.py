"""The smooth ride where opposite units measure residuals, so that all kinks meet at the minimum.

With ReLU the loss is a sum of Vs, with ELU at alpha = 1 it is smooth. There the belief holds for
most seeds, except near the edge of stability of the smooth unit; the price is paid in steps where
the learning rate is small. Single rates differ from their average, and what they say is a claim of
its own.
"""

from sympy import Derivative, Integer, Rational, S

from elu_sym.activations import Elu
from elu_sym.claims.analysis import continuity
from elu_sym.claims.chapters.smooth_ride.setting import BELIEF, builders, listed, rates_of, setting
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.formulas import both, limit
from elu_sym.claims.kernel.language import Formula
from elu_sym.claims.statement import RECORDED, Statement, contradicted
from elu_sym.claims.tactics import parts
from elu_sym.symbols import x

ALPHA = Integer(2)
"""A floor so low that the corner of a pair of units points upwards."""


def slope_from(side: str, value: Integer) -> Formula:
    """The one-sided slope at 0 of a pair of units."""
    return limit(Derivative(Elu(x, ALPHA) + Elu(-x, ALPHA), x), x, 0, value, side)


RATES = rates_of("residual")

CALM, BELOW_THE_EDGE, EDGE = RATES[:1], RATES[:-1], RATES[-1:]
"""The smallest learning rate; all but the largest; the largest, near the edge of stability."""

SECOND, THIRD, NEXT_TO_EDGE = RATES[1:2], RATES[2:3], RATES[-2:-1]

THIRDS = Rational(1, 3), Rational(2, 3)

WITHIN_A_TWENTIETH = Rational(19, 20), Rational(21, 20)

claim, mostly, always = builders("residual")

CLAIMS = (
    claim(
        "smooth_ride.fewer_sign_changes",
        "Where opposite units measure residuals, the velocity changes sign less than half as"
        " often with ELU at alpha = 1 as with ReLU, averaged over the learning rates"
        f" {listed(BELOW_THE_EDGE)}, all but the largest, for more than three quarters of all"
        " seeds.",
        [mostly("velocity_sign_changes", None, S.Half, BELOW_THE_EDGE)],
        BELIEF,
        neighbours={
            "less than half as often in every run, not averaged": always(
                "velocity_sign_changes", None, S.Half, BELOW_THE_EDGE
            ),
            "more often in every run": always("velocity_sign_changes", 1, None, BELOW_THE_EDGE),
            "less than half as often at every one of these learning rates, so in every run at "
            f"{listed(NEXT_TO_EDGE)}": always("velocity_sign_changes", None, S.Half, NEXT_TO_EDGE),
        },
    ),
    claim(
        "smooth_ride.more_sign_changes_at_the_edge",
        f"In the same problem, at the largest learning rate, {listed(EDGE)}, the velocity"
        " changes sign more often with ELU at alpha = 1 than with ReLU, for more than three"
        " quarters of all seeds.",
        [mostly("velocity_sign_changes", 1, None, EDGE)],
        "the limit of the belief: a quadratic bowl is unstable at large rates, a V is not",
        neighbours={
            "more often at every learning rate": always("velocity_sign_changes", 1, None, RATES)
        },
    ),
    claim(
        "smooth_ride.steadier_gradient",
        "In the same problem the gradient moves along a path that is, in units of its size and"
        f" averaged over the learning rates {listed(RATES)}, shorter with ELU at alpha = 1 than"
        " three fifths of what it is with ReLU for more than three quarters of all seeds, and than"
        " half of it for more than half of them.",
        [
            mostly("gradient_variation", None, Rational(3, 5), RATES),
            mostly("gradient_variation", None, S.Half, RATES, more_than=S.Half),
        ],
        BELIEF,
        neighbours={
            "less than half as long in every run": always(
                "gradient_variation", None, S.Half, RATES
            ),
            "shorter at every learning rate, so in every run at the largest": always(
                "gradient_variation", None, 1, EDGE
            ),
        },
    ),
    claim(
        "smooth_ride.smaller_overshoot",
        "In the same problem all that the loss rises is less than a third with ELU at alpha = 1"
        f" of what it is with ReLU at each of the learning rates {listed(BELOW_THE_EDGE)}, and"
        f" less than two thirds at {listed(EDGE)}, each for more than three quarters of all seeds.",
        [
            *(mostly("overshoot", None, THIRDS[0], (rate,)) for rate in BELOW_THE_EDGE),
            mostly("overshoot", None, THIRDS[1], EDGE),
        ],
        BELIEF,
        neighbours={"less than a third in every run": always("overshoot", None, THIRDS[0], RATES)},
    ),
    claim(
        "smooth_ride.half_a_kink",
        "In the same problem a kink half as sharp, alpha = 1/2, leaves the sign changes of the"
        " velocity as they are with ReLU, within a twentieth, and takes away between a third and"
        f" two thirds of what the loss rises, averaged over the learning rates {listed(RATES)},"
        " each for more than three quarters of all seeds.",
        [
            mostly("velocity_sign_changes", *WITHIN_A_TWENTIETH, RATES, "ELU(0.5)"),
            mostly("overshoot", *THIRDS, RATES, "ELU(0.5)"),
        ],
        "the belief, between its two ends",
        neighbours={
            "the sign changes within a twentieth in every run": always(
                "velocity_sign_changes", *WITHIN_A_TWENTIETH, RATES, "ELU(0.5)"
            ),
            "within a twentieth at every learning rate, so in every run at the smallest": always(
                "velocity_sign_changes", *WITHIN_A_TWENTIETH, CALM, "ELU(0.5)"
            ),
        },
    ),
    Claim(
        "smooth_ride.leaves_the_minimum",
        "In the same problem at alpha = 2 the pair of units falls off with slope 1 on either"
        f" side of residual 0, and every run at the learning rates {listed(BELOW_THE_EDGE)} that"
        " is stored ends at a loss below the one where all residuals are 0.",
        Statement(
            both(
                slope_from("-", ALPHA - 1),
                slope_from("+", 1 - ALPHA),
                # A loss below 0, which is the one where all residuals are 0.
                always("final_loss", None, 0, BELOW_THE_EDGE, "ELU(2)", S.One),
            ),
            parts(continuity(), continuity(), RECORDED),
        ),
        "the one-sided slope 1 - alpha of f(u) + f(-u) at 0",
        setting("residual"),
        Verdict.MEASURED,
        neighbours={
            "at every learning rate": contradicted(
                always("final_loss", None, 0, RATES, "ELU(2)", S.One)
            )
        },
    ),
    claim(
        "smooth_ride.slower_when_calm",
        "In the same problem ELU at alpha = 1 takes more steps to the tolerance than ReLU at"
        f" the smallest learning rate, {listed(CALM)}, by a twentieth to a quarter, and less than"
        f" two thirds as many averaged over the learning rates {listed(RATES)}, where a run that"
        " does not get there counts its length; each for more than three quarters of all seeds.",
        [
            mostly("steps_to_tolerance", Rational(21, 20), Rational(5, 4), CALM),
            mostly("steps_to_tolerance", None, THIRDS[1], RATES),
        ],
        "the price of the belief: the gradient of a smooth unit fades near the minimum",
        neighbours={
            "fewer steps in every run": always("steps_to_tolerance", None, 1, RATES),
            "less than two thirds as many at every learning rate but the smallest, so in every run"
            f" at {listed(SECOND)}": always("steps_to_tolerance", None, THIRDS[1], SECOND),
        },
    ),
    claim(
        "smooth_ride.single_rates",
        "In the same problem these averages do not hold at every learning rate. With ELU at"
        f" alpha = 1 the sign changes at {listed(NEXT_TO_EDGE)} are fewer by less than two fifths,"
        f" for more than three quarters of all seeds; the path of the gradient at {listed(EDGE)} is"
        " longer than with ReLU for more than a third, and shorter for more than a twentieth; the"
        f" steps to the tolerance at {listed(THIRD)} are fewer by less than half for more than two"
        f" thirds. At alpha = 1/2 the sign changes are fewer at {listed(CALM)} and more at"
        f" {listed(EDGE)}, and the rise of the loss is less than a third at {listed(CALM)}, each"
        " for more than three quarters.",
        [
            mostly("velocity_sign_changes", Rational(3, 5), 1, NEXT_TO_EDGE),
            mostly("gradient_variation", 1, None, EDGE, more_than=Rational(1, 3)),
            mostly("gradient_variation", None, 1, EDGE, more_than=Rational(1, 20)),
            mostly("steps_to_tolerance", S.Half, 1, THIRD, more_than=Rational(2, 3)),
            mostly("velocity_sign_changes", None, 1, CALM, "ELU(0.5)"),
            mostly("velocity_sign_changes", 1, None, EDGE, "ELU(0.5)"),
            mostly("overshoot", None, THIRDS[0], CALM, "ELU(0.5)"),
        ],
        "the limit of averages over learning rates",
        neighbours={
            "the path of the gradient is longer in every run at the largest learning rate": (
                always("gradient_variation", 1, None, EDGE)
            ),
            "with alpha = 1/2 the sign changes are fewer in every run at the largest one": (
                always("velocity_sign_changes", None, 1, EDGE, "ELU(0.5)")
            ),
        },
    ),
)
