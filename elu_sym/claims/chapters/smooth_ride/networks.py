"""The smooth ride in two small networks, where the belief hardly shows or is turned round.

On the digits, at the three smallest learning rates, the velocity turns on average about as often
with ELU at alpha <= 1 as with ReLU, and more often at alpha = 2; more runs diverge with ELU. On the
sine a network with ELU oscillates more, and the more so the larger alpha is, through the smooth
alpha = 1. So the belief without conditions fails.
"""

from itertools import pairwise

from elu_sym.claims.chapters.smooth_ride import setting
from elu_sym.claims.chapters.smooth_ride.setting import BELIEF, builders, listed, rates_of
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.measured import DifferenceInEveryRun
from elu_sym.experiments.problems import PROBLEMS

DIGITS, SINE = rates_of("digits"), rates_of("sine")

CALM_DIGITS = DIGITS[:3]
"""The learning rates of the digits at which every run gets to the tolerance."""

SMALLEST, LARGEST_CALM = CALM_DIGITS[:1], CALM_DIGITS[-1:]

COMMON_DIGITS, COMMON_SINE = DIGITS[:-1], SINE[:-1]
"""Those at which no run with ReLU or with ELU at alpha = 1 diverges."""

CALM_SINE = SINE[:3]
"""The learning rates of the sine at which no run diverges."""

digits_claim, digits_average, digits_always = builders("digits")
sine_claim, sine_average, sine_always = builders("sine")

CLAIMS = (
    digits_claim(
        "smooth_ride.digits_sign_changes",
        "On the digits the velocity changes sign as often with ELU at alpha = 1/2 and at"
        " alpha = 1 as with ReLU, within an eighth, on average over the learning rates"
        f" {listed(CALM_DIGITS)}: there the smooth ride does not show.",
        [
            digits_average("velocity_sign_changes", -0.125, 0.125, CALM_DIGITS, activation=name)
            for name in ("ELU(0.5)", "ELU(1)")
        ],
        BELIEF,
        neighbours={
            "so in every run": digits_always("velocity_sign_changes", -0.125, 0.125, CALM_DIGITS)
        },
    ),
    digits_claim(
        "smooth_ride.digits_more_sign_changes",
        "On the digits the velocity changes sign more often with ELU at alpha = 2 than with"
        " ReLU, by more than a tenth on average over the learning rates"
        f" {listed(CALM_DIGITS)} and by more than two fifths at {listed(SMALLEST)}; at"
        f" {listed(LARGEST_CALM)} it does so at alpha = 1 as well, by less than a quarter.",
        [
            digits_average("velocity_sign_changes", 0.1, None, CALM_DIGITS, activation="ELU(2)"),
            digits_average("velocity_sign_changes", 0.4, None, SMALLEST, activation="ELU(2)"),
            digits_average("velocity_sign_changes", 0, 0.25, LARGEST_CALM),
        ],
        "against the belief",
        neighbours={
            "more often at alpha = 2 in every run": digits_always(
                "velocity_sign_changes", 0, None, CALM_DIGITS, activation="ELU(2)"
            ),
            f"at alpha = 1 more often in no run at {listed(LARGEST_CALM)}": digits_always(
                "velocity_sign_changes", None, 0, LARGEST_CALM
            ),
        },
    ),
    digits_claim(
        "smooth_ride.digits_gradient",
        "On the digits the path of the gradient, in units of its size, is shorter with ELU at"
        " alpha = 1 than with ReLU, by a tenth to a quarter, on average over the learning rates"
        f" {listed(COMMON_DIGITS)}, at which neither diverges.",
        digits_average("gradient_variation", -0.25, -0.1, COMMON_DIGITS),
        BELIEF,
        neighbours={"by as much in every run": digits_always("gradient_variation", -0.25, -0.1)},
    ),
    digits_claim(
        "smooth_ride.digits_steps",
        "On the digits ELU at alpha = 1 takes fewer steps to the tolerance than ReLU, by a"
        " twentieth to a fifth, on average over the learning rates"
        f" {listed(CALM_DIGITS)}, at which every run gets there.",
        digits_average("steps_to_tolerance", -0.2, -0.05, CALM_DIGITS),
        "Clevert, Unterthiner, Hochreiter 2016, section 4: faster learning",
        neighbours={
            "so in every run": digits_always("steps_to_tolerance", -0.2, -0.05, CALM_DIGITS)
        },
    ),
    digits_claim(
        "smooth_ride.digits_diverge",
        "On the digits more runs diverge with ELU at alpha = 1 than with ReLU, and more at"
        " alpha = 2 than at alpha = 1, the latter by a twentieth of all runs or more, counted"
        f" over the learning rates {listed(DIGITS)}.",
        [
            digits_average("diverged", 0, None),
            digits_average("diverged", 0.05, None, activation="ELU(2)", reference="ELU(1)"),
        ],
        "the limit of the belief",
        neighbours={
            "no run diverges at alpha = 2 that does not diverge with ReLU": digits_always(
                "diverged", None, 0.5, activation="ELU(2)"
            )
        },
    ),
    sine_claim(
        "smooth_ride.sine_sign_changes",
        "On the sine the velocity changes sign more often with ELU at alpha = 1 than with ReLU,"
        " by more than a tenth on average over the learning rates"
        f" {listed(COMMON_SINE)}, at which neither diverges.",
        sine_average("velocity_sign_changes", 0.1, None, COMMON_SINE),
        "against the belief",
        neighbours={
            "more often in every run": sine_always("velocity_sign_changes", 0, None),
            f"more often by a tenth in every run at {listed(CALM_SINE[-1:])}": sine_always(
                "velocity_sign_changes", 0.1, None, CALM_SINE[-1:]
            ),
            "less often in every run": sine_always("velocity_sign_changes", None, 0),
        },
    ),
    sine_claim(
        "smooth_ride.sine_overshoot",
        "On the sine all that the loss rises grows from ReLU to ELU at alpha = 1/2, on to alpha ="
        f" 1 and on to alpha = 2, on average over the learning rates {listed(CALM_SINE)}, at which"
        " none diverges, although the unit is smooth at alpha = 1 only.",
        [
            sine_average("overshoot", 0, None, CALM_SINE, activation=larger, reference=smaller)
            for smaller, larger in pairwise(("ReLU", "ELU(0.5)", "ELU(1)", "ELU(2)"))
        ],
        "against the belief",
        neighbours={
            "it grows from ReLU to alpha = 1/2 in every run": sine_always(
                "overshoot", 0, None, CALM_SINE, activation="ELU(0.5)"
            ),
            "it falls from alpha = 1/2 to alpha = 1 in every run": sine_always(
                "overshoot", None, 0, CALM_SINE, reference="ELU(0.5)"
            ),
        },
    ),
    sine_claim(
        "smooth_ride.sine_steps",
        "On the sine ELU at alpha = 1 takes more steps to the tolerance than ReLU, by more than a"
        f" quarter on average over the learning rates {listed(COMMON_SINE)}, at which neither"
        " diverges, where a run that does not get there counts its length.",
        sine_average("steps_to_tolerance", 0.25, None, COMMON_SINE),
        "against the belief that ELU learns faster",
        neighbours={"so in every run": sine_always("steps_to_tolerance", 0.25, None)},
    ),
    Claim(
        "smooth_ride.never_oscillates_more",
        "In every run of every problem the velocity changes sign less often with ELU at"
        " alpha = 1 than with ReLU.",
        [
            setting.compared(DifferenceInEveryRun, problem, "velocity_sign_changes", None, 0)
            for problem in PROBLEMS
        ],
        f"{BELIEF}, without conditions",
        assumptions=setting.setting(*PROBLEMS),
        expected=Verdict.REFUTED,
        neighbours={"the loss rises less in every run": sine_always("overshoot", None, 0)},
    ),
)
