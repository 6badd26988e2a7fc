"""The smooth ride in two small networks, where the belief hardly shows or is turned round.

On the digits, at the three smallest learning rates, the velocity turns for most seeds about as
often with ELU at alpha <= 1 as with ReLU, and more often at alpha = 2; more runs diverge with ELU.
On the sine a network with ELU oscillates more, and the more so the larger alpha is, through the
smooth alpha = 1. So the belief without conditions fails.
"""

from itertools import pairwise

from sympy import Rational, S

from elu_sym.claims.chapters.smooth_ride import setting
from elu_sym.claims.chapters.smooth_ride.setting import BELIEF, builders, listed, rates_of
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.measured import in_every_run
from elu_sym.claims.statement import contradicted
from elu_sym.experiments.problems import PROBLEMS

DIGITS, SINE = rates_of("digits"), rates_of("sine")

CALM_DIGITS = DIGITS[:3]
"""The learning rates of the digits at which every run was seen to get to the tolerance."""

SMALLEST, LARGEST_CALM = CALM_DIGITS[:1], CALM_DIGITS[-1:]

COMMON_DIGITS, COMMON_SINE = DIGITS[:-1], SINE[:-1]
"""Those at which no run with ReLU or with ELU at alpha = 1 was seen to diverge."""

CALM_SINE = SINE[:3]
"""The learning rates of the sine at which no run was seen to diverge."""

WITHIN_A_QUARTER = Rational(3, 4), Rational(5, 4)

A_TWENTIETH_TO_A_FIFTH_FEWER = Rational(4, 5), Rational(19, 20)

A_THIRD_AT_MOST_SHORTER = Rational(2, 3), S.One

digits_claim, digits_mostly, digits_always = builders("digits")
sine_claim, sine_mostly, sine_always = builders("sine")

CLAIMS = (
    digits_claim(
        "smooth_ride.digits_sign_changes",
        "On the digits the velocity changes sign as often with ELU at alpha = 1/2, and at"
        " alpha = 1, as with ReLU, within a quarter, averaged over the learning rates"
        f" {listed(CALM_DIGITS)}, each for more than three quarters of all seeds: there the smooth"
        " ride does not show.",
        [
            digits_mostly("velocity_sign_changes", *WITHIN_A_QUARTER, CALM_DIGITS, name)
            for name in ("ELU(0.5)", "ELU(1)")
        ],
        BELIEF,
        neighbours={
            "so in every run": digits_always(
                "velocity_sign_changes", *WITHIN_A_QUARTER, CALM_DIGITS
            )
        },
    ),
    digits_claim(
        "smooth_ride.digits_more_sign_changes",
        "On the digits the velocity changes sign more often with ELU at alpha = 2 than with"
        f" ReLU, averaged over the learning rates {listed(CALM_DIGITS)} for more than two thirds"
        f" of all seeds, and by more than a fifth at {listed(SMALLEST)} for more than three"
        f" quarters; at {listed(LARGEST_CALM)} it does so at alpha = 1 as well, for more than half"
        " of them.",
        [
            digits_mostly(
                "velocity_sign_changes", 1, None, CALM_DIGITS, "ELU(2)", more_than=Rational(2, 3)
            ),
            digits_mostly("velocity_sign_changes", Rational(6, 5), None, SMALLEST, "ELU(2)"),
            digits_mostly("velocity_sign_changes", 1, None, LARGEST_CALM, more_than=S.Half),
        ],
        "against the belief",
        neighbours={
            "more often at alpha = 2 in every run": digits_always(
                "velocity_sign_changes", 1, None, CALM_DIGITS, "ELU(2)"
            ),
            f"at alpha = 1 more often in no run at {listed(LARGEST_CALM)}": digits_always(
                "velocity_sign_changes", None, 1, LARGEST_CALM
            ),
        },
    ),
    digits_claim(
        "smooth_ride.digits_gradient",
        "On the digits the path of the gradient, in units of its size and averaged over the"
        f" learning rates {listed(COMMON_DIGITS)}, is shorter with ELU at alpha = 1 than with"
        " ReLU, by less than a third, for more than three quarters of all seeds.",
        [digits_mostly("gradient_variation", *A_THIRD_AT_MOST_SHORTER, COMMON_DIGITS)],
        BELIEF,
        neighbours={
            "so in every run": digits_always(
                "gradient_variation", *A_THIRD_AT_MOST_SHORTER, COMMON_DIGITS
            )
        },
    ),
    digits_claim(
        "smooth_ride.digits_steps",
        "On the digits ELU at alpha = 1 takes fewer steps to the tolerance than ReLU, by a"
        f" twentieth to a fifth, averaged over the learning rates {listed(CALM_DIGITS)}, for more"
        " than three quarters of all seeds.",
        [digits_mostly("steps_to_tolerance", *A_TWENTIETH_TO_A_FIFTH_FEWER, CALM_DIGITS)],
        "Clevert, Unterthiner, Hochreiter 2016, section 4: faster learning",
        neighbours={
            "so in every run": digits_always(
                "steps_to_tolerance", *A_TWENTIETH_TO_A_FIFTH_FEWER, CALM_DIGITS
            )
        },
    ),
    digits_claim(
        "smooth_ride.digits_diverge",
        f"On the digits, over the learning rates {listed(DIGITS)}, more runs diverge with ELU at"
        " alpha = 2 than with ReLU for more than three quarters of all seeds. Where the numbers"
        " differ, there are more at alpha = 1 than with ReLU for more than half of these seeds, and"
        " more at alpha = 2 than at alpha = 1 for more than three quarters of them.",
        [
            digits_mostly("diverged", 1, None, DIGITS, "ELU(2)"),
            digits_mostly("diverged", 1, None, DIGITS, more_than=S.Half, differing=True),
            digits_mostly("diverged", 1, None, DIGITS, "ELU(2)", "ELU(1)", differing=True),
        ],
        "the limit of the belief",
        neighbours={
            f"at {listed(DIGITS[-1:])} every run diverges with ELU at alpha = 1": digits_always(
                "diverged", S.Half, None, DIGITS[-1:], "ELU(1)", S.One
            )
        },
    ),
    sine_claim(
        "smooth_ride.sine_sign_changes",
        "On the sine the velocity changes sign more often with ELU at alpha = 1 than with ReLU,"
        f" averaged over the learning rates {listed(COMMON_SINE)}, for more than three quarters of"
        " all seeds.",
        [sine_mostly("velocity_sign_changes", 1, None, COMMON_SINE)],
        "against the belief",
        neighbours={
            "more often in every run": sine_always("velocity_sign_changes", 1, None, COMMON_SINE),
            f"more often in every run at {listed(CALM_SINE[-1:])}": sine_always(
                "velocity_sign_changes", 1, None, CALM_SINE[-1:]
            ),
            "less often in every run": sine_always("velocity_sign_changes", None, 1, COMMON_SINE),
        },
    ),
    sine_claim(
        "smooth_ride.sine_overshoot",
        "On the sine all that the loss rises, averaged over the learning rates"
        f" {listed(CALM_SINE)}, grows from ReLU to ELU at alpha = 1/2 for more than two thirds of"
        " all seeds, and on to alpha = 1 and on to alpha = 2 for more than three quarters each,"
        " although the unit is smooth at alpha = 1 only.",
        [
            sine_mostly("overshoot", 1, None, CALM_SINE, larger, smaller, more_than=share)
            for (smaller, larger), share in zip(
                pairwise(("ReLU", "ELU(0.5)", "ELU(1)", "ELU(2)")),
                (Rational(2, 3), setting.MOST, setting.MOST),
                strict=True,
            )
        ],
        "against the belief",
        neighbours={
            "it grows from ReLU to alpha = 1/2 in every run": sine_always(
                "overshoot", 1, None, CALM_SINE, "ELU(0.5)"
            ),
            "it falls from alpha = 1/2 to alpha = 1 in every run": sine_always(
                "overshoot", None, 1, CALM_SINE, reference="ELU(0.5)"
            ),
        },
    ),
    sine_claim(
        "smooth_ride.sine_steps",
        "On the sine ELU at alpha = 1 takes more steps to the tolerance than ReLU, by more than a"
        f" tenth averaged over the learning rates {listed(COMMON_SINE)}, where a run that does not"
        " get there counts its length, for more than three quarters of all seeds.",
        [sine_mostly("steps_to_tolerance", Rational(11, 10), None, COMMON_SINE)],
        "against the belief that ELU learns faster",
        neighbours={
            "so in every run": sine_always(
                "steps_to_tolerance", Rational(11, 10), None, COMMON_SINE
            )
        },
    ),
    Claim(
        "smooth_ride.never_oscillates_more",
        "In every run of every problem the velocity changes sign less often with ELU at"
        " alpha = 1 than with ReLU.",
        contradicted(
            *(
                setting.compared(
                    in_every_run, problem, "velocity_sign_changes", None, 1, rates_of(problem)
                )
                for problem in PROBLEMS
            )
        ),
        f"{BELIEF}, without conditions",
        assumptions=setting.setting(*PROBLEMS),
        expected=Verdict.CONTRADICTED,
        neighbours={
            "the loss rises less in every run": contradicted(
                sine_always("overshoot", None, 1, SINE)
            )
        },
    ),
)
