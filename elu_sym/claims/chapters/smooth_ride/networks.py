"""The smooth ride in two small networks, where the belief hardly shows or is turned round.

On the digits, at the three smallest learning rates, the velocity turns on average about as often
with ELU at alpha <= 1 as with ReLU, and more often at alpha = 2; more runs diverge with ELU. On the
sine a network with ELU oscillates more, and the more so the larger alpha is, through the smooth
alpha = 1. So the belief without conditions fails.
"""

from functools import partial
from itertools import pairwise

from sympy import Rational

from elu_sym.claims.chapters.smooth_ride.setting import (
    BELIEF,
    GRADIENT_PATH,
    HALF,
    QUARTER,
    RISE,
    SIGN_CHANGES,
    STEPS,
    TENTH,
    TWENTIETH,
    ZERO,
    listed,
    rates_of,
    setting,
)
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.measured import DifferenceInEveryRun, MeasuredDifference
from elu_sym.experiments.problems import PROBLEMS

DIGITS, SINE = rates_of("digits"), rates_of("sine")

CALM_DIGITS = DIGITS[:3]
"""The learning rates of the digits at which every run gets to the tolerance."""

SMALLEST, LARGEST_CALM = CALM_DIGITS[:1], CALM_DIGITS[-1:]

COMMON_DIGITS, COMMON_SINE = DIGITS[:-1], SINE[:-1]
"""Those at which no run with ReLU or with ELU at alpha = 1 diverges."""

CALM_SINE = SINE[:3]
"""The learning rates of the sine at which no run diverges."""

EIGHTH, FIFTH = Rational(1, 8), Rational(1, 5)

on_digits, on_sine = (
    partial(Claim, assumptions=setting(name), expected=Verdict.MEASURED)
    for name in ("digits", "sine")
)
digits_average, sine_average = (partial(MeasuredDifference, name) for name in ("digits", "sine"))
digits_every_run, sine_every_run = (
    partial(DifferenceInEveryRun, name) for name in ("digits", "sine")
)

CLAIMS = (
    on_digits(
        "smooth_ride.digits_sign_changes",
        "On the digits the velocity changes sign as often with ELU at alpha = 1/2 and at"
        " alpha = 1 as with ReLU, within an eighth, on average over the learning rates"
        f" {listed(CALM_DIGITS)}: there the smooth ride does not show.",
        [
            digits_average(SIGN_CHANGES, activation, -EIGHTH, EIGHTH, CALM_DIGITS)
            for activation in ("ELU(0.5)", "ELU(1)")
        ],
        BELIEF,
        neighbours={
            "within an eighth in every run": digits_every_run(
                SIGN_CHANGES, "ELU(1)", -EIGHTH, EIGHTH, CALM_DIGITS
            ),
        },
    ),
    on_digits(
        "smooth_ride.digits_more_sign_changes",
        "On the digits the velocity changes sign more often with ELU at alpha = 2 than with"
        " ReLU, by more than a tenth on average over the learning rates"
        f" {listed(CALM_DIGITS)} and by more than two fifths at {listed(SMALLEST)}; at"
        f" {listed(LARGEST_CALM)} it does so at alpha = 1 as well, by less than a quarter.",
        [
            digits_average(SIGN_CHANGES, "ELU(2)", TENTH, None, CALM_DIGITS),
            digits_average(SIGN_CHANGES, "ELU(2)", 2 * FIFTH, None, SMALLEST),
            digits_average(SIGN_CHANGES, "ELU(1)", ZERO, QUARTER, LARGEST_CALM),
        ],
        "against the belief",
        neighbours={
            "more often at alpha = 2 in every run": digits_every_run(
                SIGN_CHANGES, "ELU(2)", ZERO, None, CALM_DIGITS
            ),
            f"at alpha = 1 more often in no run at {listed(LARGEST_CALM)}": digits_every_run(
                SIGN_CHANGES, "ELU(1)", None, ZERO, LARGEST_CALM
            ),
        },
    ),
    on_digits(
        "smooth_ride.digits_gradient",
        "On the digits the path of the gradient, in units of its size, is shorter with ELU at"
        " alpha = 1 than with ReLU, by a tenth to a quarter, on average over the learning rates"
        f" {listed(COMMON_DIGITS)}, at which neither diverges.",
        [digits_average(GRADIENT_PATH, "ELU(1)", -QUARTER, -TENTH, COMMON_DIGITS)],
        BELIEF,
        neighbours={
            "by a tenth to a quarter in every run": digits_every_run(
                GRADIENT_PATH, "ELU(1)", -QUARTER, -TENTH
            ),
        },
    ),
    on_digits(
        "smooth_ride.digits_steps",
        "On the digits ELU at alpha = 1 takes fewer steps to the tolerance than ReLU, by a"
        " twentieth to a fifth, on average over the learning rates"
        f" {listed(CALM_DIGITS)}, at which every run gets there.",
        [digits_average(STEPS, "ELU(1)", -FIFTH, -TWENTIETH, CALM_DIGITS)],
        "Clevert, Unterthiner, Hochreiter 2016, section 4: faster learning",
        neighbours={
            "by a twentieth to a fifth in every run": digits_every_run(
                STEPS, "ELU(1)", -FIFTH, -TWENTIETH, CALM_DIGITS
            ),
        },
    ),
    on_digits(
        "smooth_ride.digits_diverge",
        "On the digits more runs diverge with ELU at alpha = 1 than with ReLU, and more at"
        " alpha = 2 than at alpha = 1, the latter by a twentieth of all runs or more, counted"
        f" over the learning rates {listed(DIGITS)}.",
        [
            digits_average("diverged", "ELU(1)", ZERO, None),
            digits_average("diverged", "ELU(2)", TWENTIETH, None, reference="ELU(1)"),
        ],
        "the limit of the belief",
        neighbours={
            "no run diverges at alpha = 2 that does not diverge with ReLU": digits_every_run(
                "diverged", "ELU(2)", None, HALF
            ),
        },
    ),
    on_sine(
        "smooth_ride.sine_sign_changes",
        "On the sine the velocity changes sign more often with ELU at alpha = 1 than with ReLU,"
        " by more than a tenth on average over the learning rates"
        f" {listed(COMMON_SINE)}, at which neither diverges.",
        [sine_average(SIGN_CHANGES, "ELU(1)", TENTH, None, COMMON_SINE)],
        "against the belief",
        neighbours={
            "more often in every run": sine_every_run(SIGN_CHANGES, "ELU(1)", ZERO, None),
            f"more often by a tenth in every run at {listed(CALM_SINE[-1:])}": sine_every_run(
                SIGN_CHANGES, "ELU(1)", TENTH, None, CALM_SINE[-1:]
            ),
            "less often in every run": sine_every_run(SIGN_CHANGES, "ELU(1)", None, ZERO),
        },
    ),
    on_sine(
        "smooth_ride.sine_overshoot",
        "On the sine all that the loss rises grows from ReLU to ELU at alpha = 1/2, on to"
        " alpha = 1 and on to alpha = 2, on average over the learning rates"
        f" {listed(CALM_SINE)}, at which none diverges, although the unit is smooth at"
        " alpha = 1 only.",
        [
            sine_average(RISE, activation, ZERO, None, CALM_SINE, reference=reference)
            for reference, activation in pairwise(("ReLU", "ELU(0.5)", "ELU(1)", "ELU(2)"))
        ],
        "against the belief",
        neighbours={
            "it grows from ReLU to alpha = 1/2 in every run": sine_every_run(
                RISE, "ELU(0.5)", ZERO, None, CALM_SINE
            ),
            "it falls from alpha = 1/2 to alpha = 1 in every run": sine_every_run(
                RISE, "ELU(1)", None, ZERO, CALM_SINE, reference="ELU(0.5)"
            ),
        },
    ),
    on_sine(
        "smooth_ride.sine_steps",
        "On the sine ELU at alpha = 1 takes more steps to the tolerance than ReLU, by more than"
        " a quarter on average over the learning rates"
        f" {listed(COMMON_SINE)}, at which neither diverges, where a run that does not get"
        " there counts its length.",
        [sine_average(STEPS, "ELU(1)", QUARTER, None, COMMON_SINE)],
        "against the belief that ELU learns faster",
        neighbours={
            "more than a quarter in every run": sine_every_run(STEPS, "ELU(1)", QUARTER, None),
        },
    ),
    Claim(
        "smooth_ride.never_oscillates_more",
        "In every run of every problem the velocity changes sign less often with ELU at"
        " alpha = 1 than with ReLU.",
        [DifferenceInEveryRun(problem, SIGN_CHANGES, "ELU(1)", None, ZERO) for problem in PROBLEMS],
        f"{BELIEF}, without conditions",
        neighbours={
            "the loss rises less in every run": sine_every_run(RISE, "ELU(1)", None, ZERO),
        },
        assumptions=setting(*PROBLEMS),
        expected=Verdict.REFUTED,
    ),
)
