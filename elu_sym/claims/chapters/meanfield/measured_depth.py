"""Depth, measured: signals through 100 layers under four initializations, and 30 layers trained.

The setting and the runs are those of :mod:`elu_sym.experiments.depth` and
:mod:`elu_sym.experiments.depth_training`.
"""

from collections.abc import Iterator

from sympy import Rational

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict
from elu_sym.claims.rules.measured import RatioInEveryRun, RatioOnAverage, Sample
from elu_sym.experiments.depth import RULES

SIGNALS = (
    "100 layers of equal width without biases, alpha = 1",
    "Gaussian inputs and handwritten digits",
)

TRAINING = (
    "30 hidden layers of 64 units without biases, alpha = 1, on handwritten digits",
    "200 steps of stochastic gradient descent at a constant learning rate",
)

EXACT_MOMENT = Rational("0.644945417492924")
"""E f(Z)^2 at alpha = 1, to which the second moment of the exact rule tends."""

DEPTH = Rational(100)


def at_layer(measure: str, rule: str, layer: int, width: int = 1024) -> Sample:
    """A measure at a layer of the networks of a rule."""
    chosen = (("rule", rule), ("layer", str(layer)), ("width", str(width)))
    return Sample(measure, chosen)


def deviations(measure: str, rule: str, width: int) -> RatioOnAverage:
    """Sums of 100 squares, each of mean 1."""
    sample = at_layer(measure, rule, 100, width)
    return RatioOnAverage(sample, DEPTH, Rational(85, 100), Rational(115, 100))


def one_layer() -> Iterator[Assertion]:
    """Every rule, at three widths, means and second moments."""
    for width in (64, 256, 1024):
        for rule in RULES:
            yield deviations("mean_deviation", rule, width)
            yield deviations("square_deviation", rule, width)


def second_moment(rule: str) -> Sample:
    """The second moment in the last layer."""
    return at_layer("second_moment", rule, 100)


def kept() -> Iterator[Assertion]:
    """The exact rule keeps what the others do not."""
    low, high = Rational(85, 100), Rational(115, 100)
    yield RatioOnAverage(second_moment("exact"), EXACT_MOMENT, low, high)
    yield RatioOnAverage(second_moment("He"), second_moment("exact"), Rational(40), Rational(110))
    for rule in ("LeCun", "Xavier"):
        yield RatioOnAverage(
            second_moment(rule), second_moment("exact"), Rational(1, 2000), Rational(1, 500)
        )


def gradient(rule: str) -> Sample:
    """What arrives at layer 1 of a gradient of mean square 1 at layer 100."""
    return at_layer("gradient_100", rule, 1)


def gradients() -> Iterator[Assertion]:
    """They grow slowly under the exact rule, fast under He's, and vanish under LeCun's."""
    yield RatioOnAverage(gradient("exact"), Rational(1), Rational(10), Rational(50))
    yield RatioOnAverage(gradient("He"), gradient("exact"), Rational(25), None)
    yield RatioOnAverage(gradient("LeCun"), gradient("exact"), None, Rational(1, 5000))


def loss(rule: str, rate: str, step: int = 200) -> Sample:
    """The loss after some steps."""
    return Sample("loss", (("rule", rule), ("learning_rate", rate), ("step", str(step))))


def training() -> Iterator[Assertion]:
    """At the learning rate 0.01, where the exact rule does best."""
    yield RatioOnAverage(loss("exact", "0.01"), loss("LeCun", "0.01"), None, Rational(1, 2))
    yield RatioOnAverage(loss("exact", "0.01"), loss("He", "0.01"), None, Rational(4, 5))


def small_rate() -> Iterator[Assertion]:
    """Larger gradients are an advantage there."""
    yield RatioOnAverage(loss("He", "0.001"), loss("exact", "0.001"), None, Rational(9, 10))


CLAIMS = (
    Claim(
        id="meanfield.depth_one_layer",
        statement=(
            "Given the layer before, means and second moments of the activations of a layer stray"
            " from the exact values as exact theory says at every width: over 100 layers their"
            " squared standardized deviations are 1 on average, within 15 %, at widths 64, 256 and"
            " 1024 and under each of four initializations."
        ),
        assumptions=SIGNALS,
        proof=one_layer,
        source="given the layer before, pre-activations are independent and exactly Gaussian",
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "within 15 % in every run",
                lambda: [
                    RatioInEveryRun(
                        at_layer("square_deviation", "exact", 100),
                        DEPTH,
                        Rational(85, 100),
                        Rational(115, 100),
                    )
                ],
            ),
        ),
    ),
    Claim(
        id="meanfield.depth_kept",
        statement=(
            "At width 1024 the second moment of the activations in layer 100 is E f(Z)^2, within"
            " 15 %, under the exact rule; 40 to 110 times as large under He's, and 500 to 2000"
            " times smaller under LeCun's and Xavier's."
        ),
        assumptions=SIGNALS,
        proof=kept,
        source="the variance maps, whose values there are 61 times as large and 1000 times smaller",
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "within 15 % in every run",
                lambda: [
                    RatioInEveryRun(
                        second_moment("exact"),
                        EXACT_MOMENT,
                        Rational(85, 100),
                        Rational(115, 100),
                    )
                ],
            ),
            Neighbour(
                "at least 40 times as large under He's in every run",
                lambda: [
                    RatioInEveryRun(second_moment("He"), second_moment("exact"), Rational(40), None)
                ],
            ),
        ),
    ),
    Claim(
        id="meanfield.depth_gradients",
        statement=(
            "At width 1024 a gradient of mean square 1 that is sent back from layer 100 arrives in"
            " layer 1 with a mean square of 10 to 50 under the exact rule, with more than 25 times"
            " that under He's and less than a 5000th of it under LeCun's."
        ),
        assumptions=SIGNALS,
        proof=gradients,
        source="the factors chi, whose products are 23, 1440 and 0.00086 for Gaussian inputs",
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "10 to 50 in every run",
                lambda: [
                    RatioInEveryRun(gradient("exact"), Rational(1), Rational(10), Rational(50))
                ],
            ),
        ),
    ),
    Claim(
        id="meanfield.depth_training",
        statement=(
            "At the learning rate 0.01 the loss after 200 steps is less than half with the exact"
            " rule of what it is with LeCun's, and less than four fifths of what it is with He's."
        ),
        assumptions=TRAINING,
        proof=training,
        source="the belief that preserved variances make deep networks trainable",
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "less than He's in every run",
                lambda: [
                    RatioInEveryRun(loss("exact", "0.01"), loss("He", "0.01"), None, Rational(1))
                ],
            ),
        ),
    ),
    Claim(
        id="meanfield.depth_training_small_rate",
        statement=(
            "At the learning rate 0.001 He's rule, whose gradients are larger, is ahead: its loss"
            " after 200 steps is less than nine tenths of that with the exact rule."
        ),
        assumptions=TRAINING,
        proof=small_rate,
        source="the limit of the belief",
        expected=Verdict.MEASURED,
        neighbours=(
            Neighbour(
                "less at the learning rate 0.003, too, in every run",
                lambda: [
                    RatioInEveryRun(loss("He", "0.003"), loss("exact", "0.003"), None, Rational(1))
                ],
            ),
        ),
    ),
)
