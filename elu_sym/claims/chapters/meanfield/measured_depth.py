"""Depth, measured: signals through 100 layers under four initializations, and 30 layers trained.

The setting and the runs are those of :mod:`elu_sym.experiments.depth` and
:mod:`elu_sym.experiments.depth_training`, on seeds that were new when the claims were worded.
"""

from functools import partial

from sympy import Rational, S

from elu_sym.claims.claim import measured_claim
from elu_sym.claims.measured import Sample, in_every_run, share_of_seeds
from elu_sym.experiments.depth import INPUTS, RULES

on_signals = partial(
    measured_claim,
    assumptions=(
        "100 layers of equal width without biases, alpha = 1",
        "of each seed the average over a Gaussian input and a handwritten digit",
    ),
)

on_training = partial(
    measured_claim,
    assumptions=(
        "30 hidden layers of 64 units without biases, alpha = 1, on handwritten digits",
        "200 steps of stochastic gradient descent at a constant learning rate",
    ),
)

EXACT_MOMENT = Rational("0.644945417492924")
"""E f(Z)^2 at alpha = 1, to which the second moment of the exact rule tends."""

WITHIN_A_QUARTER = Rational(3, 4), Rational(5, 4)
WITHIN_15_PERCENT = Rational(17, 20), Rational(23, 20)

mostly = partial(share_of_seeds, more_than=Rational(3, 4))
"""For more than three quarters of all seeds."""


def at_layer(measure: str, layer: int, rule: str, width: int = 1024) -> Sample:
    """A measure at a layer of the networks of a rule."""
    where = ("rule", (rule,)), ("layer", (str(layer),)), ("width", (str(width),))
    return Sample("depth", measure, (*where, ("inputs", INPUTS)))


def loss(rule: str, rate: str) -> Sample:
    """The loss after 200 steps."""
    chosen = ("rule", (rule,)), ("learning_rate", (rate,)), ("step", ("200",))
    return Sample("depth_training", "loss", chosen)


HE, EXACT, LECUN, XAVIER = (
    at_layer("second_moment", 100, rule) for rule in ("He", "exact", "LeCun", "Xavier")
)
"""The second moments in the last layer."""

HE_GRADIENT, EXACT_GRADIENT, LECUN_GRADIENT = (
    at_layer("gradient_100", 1, rule) for rule in ("He", "exact", "LeCun")
)
"""What arrives at layer 1 of a gradient of mean square 1 at layer 100."""

CLAIMS = (
    on_signals(
        "meanfield.depth_one_layer",
        "Given the layer before, means and second moments of the activations of a layer stray"
        " from the exact values as exact theory says at every width: averaged over 100 layers"
        " their squared standardized deviations are 1, within 15 %, each for more than half of all"
        " seeds, at each of the widths 64, 256 and 1024 and under each of four initializations.",
        [
            share_of_seeds(
                at_layer(measure, 100, rule, width),
                S(100),
                *WITHIN_15_PERCENT,
                more_than=S.Half,
            )
            for width in (64, 256, 1024)
            for rule in RULES
            for measure in ("mean_deviation", "square_deviation")
        ],
        "given the layer before, pre-activations are independent and exactly Gaussian",
        neighbours={
            "within 15 % in every run": in_every_run(
                at_layer("square_deviation", 100, "exact"), S(100), *WITHIN_15_PERCENT
            ),
        },
    ),
    on_signals(
        "meanfield.depth_kept",
        "At width 1024 the second moment of the activations in layer 100 is E f(Z)^2, within a"
        " quarter, under the exact rule; 30 to 180 times as large as that under He's; and 400 to"
        " 2500 times smaller under LeCun's, and under Xavier's; each for more than three quarters"
        " of all seeds.",
        [
            mostly(EXACT, EXACT_MOMENT, *WITHIN_A_QUARTER),
            mostly(HE, EXACT, S(30), S(180)),
            mostly(LECUN, EXACT, Rational(1, 2500), Rational(1, 400)),
            mostly(XAVIER, EXACT, Rational(1, 2500), Rational(1, 400)),
        ],
        "the variance maps, whose values there are 61 times as large and 1000 times smaller",
        neighbours={
            "within a quarter in every run": in_every_run(EXACT, EXACT_MOMENT, *WITHIN_A_QUARTER),
            "at least 40 times as large under He's in every run": in_every_run(
                HE, EXACT, S(40), None
            ),
        },
    ),
    on_signals(
        "meanfield.depth_gradients",
        "At width 1024 a gradient of mean square 1 that is sent back from layer 100 arrives in"
        " layer 1 with a mean square of 5 to 100 under the exact rule, with more than 10 times that"
        " under He's, and with less than a 5000th of it under LeCun's, each for more than three"
        " quarters of all seeds.",
        [
            mostly(EXACT_GRADIENT, S.One, S(5), S(100)),
            mostly(HE_GRADIENT, EXACT_GRADIENT, S(10), None),
            mostly(LECUN_GRADIENT, EXACT_GRADIENT, None, Rational(1, 5000)),
        ],
        "the factors chi, whose products are 23, 1440 and 0.00086 for Gaussian inputs",
        neighbours={"10 to 50 in every run": in_every_run(EXACT_GRADIENT, S.One, S(10), S(50))},
    ),
    on_training(
        "meanfield.depth_training",
        "At the learning rate 0.01 the loss after 200 steps is less than half with the exact rule"
        " of what it is with LeCun's, and less than it is with He's, each for more than half of all"
        " seeds.",
        [
            share_of_seeds(loss("exact", "0.01"), loss(rule, "0.01"), None, high, more_than=S.Half)
            for rule, high in (("LeCun", S.Half), ("He", S.One))
        ],
        "the belief that preserved variances make deep networks trainable",
        neighbours={
            "less than He's in every run": in_every_run(
                loss("exact", "0.01"), loss("He", "0.01"), None, S.One
            ),
        },
    ),
    on_training(
        "meanfield.depth_training_small_rate",
        "At the learning rate 0.001 He's rule, whose gradients are larger, is ahead: its loss"
        " after 200 steps is less than nine tenths of that with the exact rule, for more than three"
        " quarters of all seeds.",
        [mostly(loss("He", "0.001"), loss("exact", "0.001"), None, Rational(9, 10))],
        "the limit of the belief",
        neighbours={
            "less at the learning rate 0.003, too, in every run": in_every_run(
                loss("He", "0.003"), loss("exact", "0.003"), None, S.One
            ),
        },
    ),
)
