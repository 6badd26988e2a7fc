"""The smooth ride in two small networks, where the belief hardly shows or is turned round.

On the digits, at the three smallest learning rates, the velocity turns on average about as often
with ELU at alpha <= 1 as with ReLU, and more often at alpha = 2; more runs diverge with ELU. On the
sine a network with ELU oscillates more, and the more so the larger alpha is, through the smooth
alpha = 1.
"""

from collections.abc import Iterator
from itertools import pairwise

from sympy import Rational

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
from elu_sym.claims.rules.measured import DifferenceInEveryRun, MeasuredDifference

DIGITS, SINE = rates_of("digits"), rates_of("sine")

CALM_DIGITS = DIGITS[:3]
"""The learning rates of the digits at which every run gets to the tolerance."""

SMALLEST, LARGEST_CALM = CALM_DIGITS[:1], CALM_DIGITS[-1:]

COMMON_DIGITS = DIGITS[:-1]
"""Those at which no run with ReLU or with ELU at alpha = 1 diverges."""

CALM_SINE = SINE[:3]
"""The learning rates of the sine at which no run diverges."""

COMMON_SINE = SINE[:-1]
"""Those at which no run with ReLU or with ELU at alpha = 1 diverges."""

SETTING_DIGITS, SETTING_SINE = setting("digits"), setting("sine")


def digits_sign_changes() -> Iterator[Assertion]:
    """No difference of an eighth, either way."""
    eighth = Rational(1, 8)
    for activation in ("ELU(0.5)", "ELU(1)"):
        yield MeasuredDifference(
            "digits", "velocity_sign_changes", activation, -eighth, eighth, CALM_DIGITS
        )


def digits_more_sign_changes() -> Iterator[Assertion]:
    """More sign changes at alpha = 2, and at alpha = 1 at one learning rate."""
    changes = "velocity_sign_changes"
    yield MeasuredDifference("digits", changes, "ELU(2)", Rational(1, 10), None, CALM_DIGITS)
    yield MeasuredDifference("digits", changes, "ELU(2)", Rational(2, 5), None, SMALLEST)
    yield MeasuredDifference("digits", changes, "ELU(1)", ZERO, Rational(1, 4), LARGEST_CALM)


def digits_gradient() -> Iterator[Assertion]:
    """The path of the gradient is shorter, by a tenth to a quarter."""
    yield MeasuredDifference(
        "digits",
        "gradient_variation",
        "ELU(1)",
        -Rational(1, 4),
        -Rational(1, 10),
        COMMON_DIGITS,
    )


def digits_steps() -> Iterator[Assertion]:
    """Fewer steps, by a twentieth to a fifth."""
    yield MeasuredDifference(
        "digits",
        "steps_to_tolerance",
        "ELU(1)",
        -Rational(1, 5),
        -Rational(1, 20),
        CALM_DIGITS,
    )


def digits_diverge() -> Iterator[Assertion]:
    """More runs diverge, the more so the larger alpha is."""
    yield MeasuredDifference("digits", "diverged", "ELU(1)", ZERO, None)
    yield MeasuredDifference(
        "digits", "diverged", "ELU(2)", Rational(1, 20), None, reference="ELU(1)"
    )


def sine_sign_changes() -> Iterator[Assertion]:
    """The velocity changes sign more often."""
    yield MeasuredDifference(
        "sine", "velocity_sign_changes", "ELU(1)", Rational(1, 10), None, COMMON_SINE
    )


def sine_overshoot() -> Iterator[Assertion]:
    """The loss rises by more with ELU, and the more so the larger alpha is."""
    for reference, activation in pairwise(("ReLU", "ELU(0.5)", "ELU(1)", "ELU(2)")):
        yield MeasuredDifference(
            "sine", "overshoot", activation, ZERO, None, CALM_SINE, reference=reference
        )


def sine_steps() -> Iterator[Assertion]:
    """More steps, by a quarter or more."""
    yield MeasuredDifference(
        "sine", "steps_to_tolerance", "ELU(1)", Rational(1, 4), None, COMMON_SINE
    )


CLAIMS = (
    Claim(
        id="smooth_ride.digits_sign_changes",
        statement=(
            "On the digits the velocity changes sign as often with ELU at alpha = 1/2 and at"
            " alpha = 1 as with ReLU, within an eighth, on average over the learning rates"
            f" {listed(CALM_DIGITS)}: there the smooth ride does not show."
        ),
        proof=digits_sign_changes,
        source=BELIEF,
        assumptions=SETTING_DIGITS,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "within an eighth in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "digits",
                        "velocity_sign_changes",
                        "ELU(1)",
                        -Rational(1, 8),
                        Rational(1, 8),
                        CALM_DIGITS,
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.digits_more_sign_changes",
        statement=(
            "On the digits the velocity changes sign more often with ELU at alpha = 2 than with"
            " ReLU, by more than a tenth on average over the learning rates"
            f" {listed(CALM_DIGITS)} and by more than two fifths at {listed(SMALLEST)}; at"
            f" {listed(LARGEST_CALM)} it does so at alpha = 1 as well, by less than a quarter."
        ),
        proof=digits_more_sign_changes,
        source="against the belief",
        assumptions=SETTING_DIGITS,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "more often at alpha = 2 in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "digits", "velocity_sign_changes", "ELU(2)", ZERO, None, CALM_DIGITS
                    )
                ],
            ),
            Neighbour(
                f"at alpha = 1 more often in no run at {listed(LARGEST_CALM)}",
                lambda: [
                    DifferenceInEveryRun(
                        "digits", "velocity_sign_changes", "ELU(1)", None, ZERO, LARGEST_CALM
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.digits_gradient",
        statement=(
            "On the digits the path of the gradient, in units of its size, is shorter with ELU at"
            " alpha = 1 than with ReLU, by a tenth to a quarter, on average over the learning rates"
            f" {listed(COMMON_DIGITS)}, at which neither diverges."
        ),
        proof=digits_gradient,
        source=BELIEF,
        assumptions=SETTING_DIGITS,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "by a tenth to a quarter in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "digits",
                        "gradient_variation",
                        "ELU(1)",
                        -Rational(1, 4),
                        -Rational(1, 10),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.digits_steps",
        statement=(
            "On the digits ELU at alpha = 1 takes fewer steps to the tolerance than ReLU, by a"
            " twentieth to a fifth, on average over the learning rates"
            f" {listed(CALM_DIGITS)}, at which every run gets there."
        ),
        proof=digits_steps,
        source="Clevert, Unterthiner, Hochreiter 2016, section 4: faster learning",
        assumptions=SETTING_DIGITS,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "by a twentieth to a fifth in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "digits",
                        "steps_to_tolerance",
                        "ELU(1)",
                        -Rational(1, 5),
                        -Rational(1, 20),
                        CALM_DIGITS,
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.digits_diverge",
        statement=(
            "On the digits more runs diverge with ELU at alpha = 1 than with ReLU, and more at"
            " alpha = 2 than at alpha = 1, the latter by a twentieth of all runs or more, counted"
            f" over the learning rates {listed(DIGITS)}."
        ),
        proof=digits_diverge,
        source="the limit of the belief",
        assumptions=SETTING_DIGITS,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "no run diverges at alpha = 2 that does not diverge with ReLU",
                lambda: [DifferenceInEveryRun("digits", "diverged", "ELU(2)", None, HALF)],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.sine_sign_changes",
        statement=(
            "On the sine the velocity changes sign more often with ELU at alpha = 1 than with ReLU,"
            " by more than a tenth on average over the learning rates"
            f" {listed(COMMON_SINE)}, at which neither diverges."
        ),
        proof=sine_sign_changes,
        source="against the belief",
        assumptions=SETTING_SINE,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "more often in every run",
                lambda: [
                    DifferenceInEveryRun("sine", "velocity_sign_changes", "ELU(1)", ZERO, None)
                ],
            ),
            Neighbour(
                f"more often by a tenth in every run at {listed(CALM_SINE[-1:])}",
                lambda: [
                    DifferenceInEveryRun(
                        "sine",
                        "velocity_sign_changes",
                        "ELU(1)",
                        Rational(1, 10),
                        None,
                        CALM_SINE[-1:],
                    )
                ],
            ),
            Neighbour(
                "less often in every run",
                lambda: [
                    DifferenceInEveryRun("sine", "velocity_sign_changes", "ELU(1)", None, ZERO)
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.sine_overshoot",
        statement=(
            "On the sine all that the loss rises grows from ReLU to ELU at alpha = 1/2, on to"
            " alpha = 1 and on to alpha = 2, on average over the learning rates"
            f" {listed(CALM_SINE)}, at which none diverges, although the unit is smooth at"
            " alpha = 1 only."
        ),
        proof=sine_overshoot,
        source="against the belief",
        assumptions=SETTING_SINE,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "it grows from ReLU to alpha = 1/2 in every run",
                lambda: [
                    DifferenceInEveryRun("sine", "overshoot", "ELU(0.5)", ZERO, None, CALM_SINE)
                ],
            ),
            Neighbour(
                "it falls from alpha = 1/2 to alpha = 1 in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "sine", "overshoot", "ELU(1)", None, ZERO, CALM_SINE, reference="ELU(0.5)"
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="smooth_ride.sine_steps",
        statement=(
            "On the sine ELU at alpha = 1 takes more steps to the tolerance than ReLU, by more than"
            " a quarter on average over the learning rates"
            f" {listed(COMMON_SINE)}, at which neither diverges, where a run that does not get"
            " there counts its length."
        ),
        proof=sine_steps,
        source="against the belief that ELU learns faster",
        assumptions=SETTING_SINE,
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "more than a quarter in every run",
                lambda: [
                    DifferenceInEveryRun(
                        "sine", "steps_to_tolerance", "ELU(1)", Rational(1, 4), None
                    )
                ],
            ),
        ),
    ),
)
