"""No rule can pass alone: what it proves is tried at points and laws that it does not know.

Patched to prove everything, the rules would prove every false claim of the project; the instances
of these claims contradict them. And of what holds, no instance does.
"""

from collections.abc import Iterator

import flint
import pytest
from sympy import Interval, Rational, S, Symbol, exp, oo, sin

from elu_sym.activations import Elu, Relu
from elu_sym.claims.assertion import Assertion, Sentence, Step
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.examination import Instance, instances, objection
from elu_sym.claims.rules.calculus import LimitAtInfinity, PositiveFromKink
from elu_sym.claims.rules.elementary import Equality, Positive, RunsThrough, Side, UniqueSolution
from elu_sym.claims.rules.function_shape import CoincideOnlyAt, WishesDetermine
from elu_sym.claims.rules.gaussian_limits import EventuallyNegative, GaussianLimit
from elu_sym.claims.rules.gaussian_means import GaussianMean, PositiveGaussianMean
from elu_sym.claims.rules.laws import PositiveMean, PositiveSymmetricMean, SymmetricMean
from elu_sym.claims.rules.variance_bounds import PositiveVariance
from elu_sym.symbols import alpha, excess, mu, rate, sigma, slack, x


def is_measured(kind: type[Assertion]) -> bool:
    """Whether stored runs decide it, which are no proof."""
    return kind.__module__.rpartition(".")[2].startswith("measured")


FALSE_CLAIMS = [
    false
    for claim in CLAIMS.values()
    for false in (claim, *claim.false_claims)
    if false.expected is Verdict.REFUTED
    and not any(is_measured(type(each)) for each in false.assertions)
]


def kinds(parent: type[Assertion] = Assertion) -> Iterator[type[Assertion]]:
    """Every kind of assertion of the project that has a rule."""
    for kind in parent.__subclasses__():
        yield from kinds(kind)
        if kind.__module__.startswith("elu_sym") and not kind.__abstractmethods__:
            yield kind


def test_a_kind_of_assertion_without_instances_is_an_experiment_or_never_proved() -> None:
    untried = instances.dispatch(object)
    without = {kind for kind in kinds() if instances.dispatch(kind) is untried}
    assert {kind for kind in without if not is_measured(kind)} == {WishesDetermine}
    assert len(set(kinds()) - without) > 50


def test_rules_that_prove_everything_prove_no_false_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assertion, "check", lambda self: self.proved("patched"))
    uncontradicted: list[Claim] = []
    for false in FALSE_CLAIMS:
        outcome = false.check()
        assert outcome.verdict is Verdict.UNKNOWN, outcome.to_text()
        if "is false at" not in outcome.failure:
            uncontradicted.append(false)
    # All are contradicted but those that a rival refutes, which have no instance.
    assert {type(each) for false in uncontradicted for each in false.assertions} == {
        WishesDetermine
    }
    assert len(uncontradicted) == 4
    assert len(FALSE_CLAIMS) > 250


negative = Symbol("m", negative=True)

FALSE = [
    LimitAtInfinity(exp(slack * x), Side.RIGHT, oo),
    SymmetricMean(Relu(x).diff(x, 2), S.Zero),
    CoincideOnlyAt(Elu(x, alpha), Elu(x, alpha), alpha, S.One),
    UniqueSolution((alpha * rate - rate,), (rate,), (S.One,)),
    # At the end of a range, at a zero, at one point of a law.
    Positive(slack),
    Positive(x**2),
    PositiveFromKink((x - 1) ** 2, Side.RIGHT),
    PositiveMean(Relu(x)),
    PositiveSymmetricMean(x),
    PositiveVariance(Relu(x)),
    RunsThrough(1 / (1 + slack), slack, Interval.open(0, 1)),
    RunsThrough(1 / (1 + excess), excess, Interval.Lopen(0, 1)),
    RunsThrough(1 / (1 + slack), slack, Interval.Lopen(0, 2)),
    GaussianMean(x**2, mu**2 + sigma),
    GaussianMean(Elu(x, alpha).diff(x, 2), S.Zero),
    PositiveGaussianMean(sigma - S(1) / 1000, x**2),
    GaussianLimit(exp(-sigma), sigma, oo, Rational(1, 100)),
    EventuallyNegative(sigma - 1, sigma, oo, S.NegativeOne),
]


@pytest.mark.parametrize("false", FALSE, ids=lambda false: false.to_text())
def test_an_instance_contradicts_what_is_false(false: Assertion) -> None:
    assert "is false at" in objection(false)


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        # Nothing of it can be looked at.
        (GaussianLimit(negative**2, negative, oo, oo), "has no instance"),
        (Equality(1 / (x - x * S.One + Symbol("z") - Symbol("z")), S.One), "has no instance"),
        (Positive(sin(x) + 2), "cannot be tried, ValueError: no enclosure is known for sin"),
        (WishesDetermine(Elu(x, alpha), Elu(x, alpha)), "no instance is known"),
    ],
)
def test_what_cannot_be_tried_is_an_objection_too(assertion: Assertion, reason: str) -> None:
    assert reason in objection(assertion)


class Sworn(Assertion):
    """An assertion whose rule proves it, whatever it is."""

    number: int
    rule = "an oath"

    def sentence(self) -> Sentence:
        yield f"{self.number} is 0"

    def decide(self) -> Step:
        return self.proved("so help me")


def claim_of(assertion: Assertion) -> Claim:
    return Claim("test.sworn", "A test.", assertion, "the tests")


def test_a_proof_without_instances_is_none() -> None:
    outcome = claim_of(Sworn(0)).check()
    assert outcome.steps[0].holds is True
    assert outcome.verdict is Verdict.UNKNOWN
    assert "no instance is known of Sworn" in outcome.to_text()


def test_a_premise_is_tried_too() -> None:
    class Borrowed(Sworn):
        premise: Assertion = Sworn(0)

        def decide(self) -> Step:
            return self.proved("from what is false", [self.premise.check()])

    @instances.register
    def _(said: Sworn) -> Iterator[Instance]:
        yield Instance("the number", flint.arb(said.number), "=")

    assert claim_of(Sworn(0)).check().verdict is Verdict.PROVED
    assert claim_of(Sworn(1)).check().verdict is Verdict.UNKNOWN
    assert claim_of(Borrowed(0, Sworn(0))).check().verdict is Verdict.PROVED
    outcome = claim_of(Borrowed(0, Sworn(1))).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert "1 is 0 is false at the number" in outcome.failure
