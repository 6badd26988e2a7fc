"""The verdict logic: what may be called proved, refuted, measured, and what may not."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import flint
import pytest
from sympy import Rational, S, Symbol, oo

from elu_sym.activations import Elu
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Sentence, Step
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, Outcome, ProofError, Registry, Verdict
from elu_sym.claims.examination import Instance, instances
from elu_sym.claims.rules.elementary import Equality, Positive
from elu_sym.claims.rules.function_shape import Range
from elu_sym.symbols import alpha, x


class Announced(Assertion):
    """An assertion whose finding the test chooses."""

    holds: bool | None
    evidence: Evidence = Evidence.ALGEBRA
    premises: tuple[Assertion, ...] = ()
    run: Rational | None = S.One
    rule = "announcement"

    def sentence(self) -> Sentence:
        yield f"the test says {self.holds}"

    def decide(self) -> Step:
        place = {} if self.run is None else {alpha: self.run}
        witness = place if self.holds is False else None
        premises = tuple(premise.check() for premise in self.premises)
        return Step(self, self.holds, "announced", self.evidence, witness, premises)


@instances.register
def _(said: Announced) -> Iterator[Instance]:
    yield Instance("everywhere", flint.arb(0), "=")


def claim_of(*assertions: Assertion, **fields: Any) -> Claim:
    options = {"id": "test.claim", "statement": "A test.", "source": "the tests"} | fields
    return Claim(proof=lambda: assertions, **options)


TRUE, FALSE, OPEN = Announced(True), Announced(False), Announced(None)
RANGE = claim_of(Range(Elu(x, alpha), -alpha, oo), assumptions=(x, alpha))
"""A claim with steps that rest on others, some of them on the same."""


@pytest.mark.parametrize(
    ("assertions", "verdict"),
    [
        ((), Verdict.UNKNOWN),
        ((TRUE,), Verdict.PROVED),
        ((OPEN,), Verdict.UNKNOWN),
        ((TRUE, OPEN), Verdict.UNKNOWN),
        ((FALSE,), Verdict.REFUTED),
        ((TRUE, OPEN, FALSE), Verdict.REFUTED),
        ((Announced(True, Evidence.ENCLOSURE),), Verdict.PROVED),
        ((Announced(True, Evidence.EXPERIMENT),), Verdict.MEASURED),
        ((TRUE, Announced(True, Evidence.EXPERIMENT)), Verdict.MEASURED),
        # An interval that contradicts decides nothing; a run that is an exception does.
        ((Announced(False, Evidence.EXPERIMENT, run=None),), Verdict.UNKNOWN),
        ((Announced(False, Evidence.EXPERIMENT),), Verdict.REFUTED),
        # A conclusion is worth no more than what it rests on.
        ((Announced(True, premises=(OPEN,)),), Verdict.UNKNOWN),
        ((Announced(True, premises=(FALSE,)),), Verdict.UNKNOWN),
        ((Announced(None, premises=(FALSE,)),), Verdict.UNKNOWN),
        ((Announced(True, premises=(Announced(True, Evidence.EXPERIMENT),)),), Verdict.MEASURED),
    ],
)
def test_verdict_follows_from_the_steps(
    assertions: tuple[Assertion, ...], verdict: Verdict
) -> None:
    assert claim_of(*assertions).check().verdict is verdict


def test_exception_in_a_rule_is_unknown_with_its_reason() -> None:
    outcome = claim_of(TRUE, Positive(Symbol("n", integer=True) / S(2), "no side")).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert "AttributeError" in outcome.steps[1].detail


def test_exception_in_a_proof_is_unknown_with_its_reason() -> None:
    def proof() -> list[Assertion]:
        raise ZeroDivisionError("the proof divides by zero")

    outcome = dataclasses.replace(claim_of(), proof=proof).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert "the proof divides by zero" in outcome.failure
    assert "the proof divides by zero" in outcome.to_text()
    assert "the proof divides by zero" in outcome.to_markdown()


def test_unknown_is_never_expected() -> None:
    outcome = claim_of(OPEN).check()
    assert not outcome.is_expected
    with pytest.raises(ValueError, match="expects UNKNOWN"):
        claim_of(OPEN, expected=Verdict.UNKNOWN)


def test_refuted_can_be_expected() -> None:
    outcome = claim_of(FALSE, expected=Verdict.REFUTED).check()
    assert outcome.is_expected
    assert outcome.witness == {alpha: 1}


def test_false_step_has_a_witness_and_only_a_false_one() -> None:
    with pytest.raises(ValueError, match="witness"):
        Step(FALSE, False, "no witness", Evidence.ALGEBRA, None, ())
    with pytest.raises(ValueError, match="witness"):
        Step(TRUE, True, "a witness", Evidence.ALGEBRA, {alpha: S.One}, ())


def test_rule_cannot_decide_another_assertion() -> None:
    class Swindler(Announced):
        def decide(self) -> Step:
            return Equality(S.One, S.One).check()

    step = Swindler(True).check()
    assert step.holds is None
    assert "something else" in step.detail


class TestTampering:
    """An outcome that was changed by hand is found out, and the step is named."""

    outcome = RANGE.check()

    def changed(self, number: int, **changes: object) -> Outcome:
        """The outcome with one numbered step changed, wherever it stands in the tree."""
        target = self.outcome.numbered_steps[number - 1]

        def rebuilt(step: Step) -> Step:
            premises = tuple(rebuilt(premise) for premise in step.premises)
            step = dataclasses.replace(step, premises=premises) if step != target else step
            return dataclasses.replace(step, **changes) if step == target else step

        steps = tuple(rebuilt(step) for step in self.outcome.steps)
        return dataclasses.replace(self.outcome, steps=steps)

    def test_untouched_outcome_passes(self) -> None:
        self.outcome.recheck()

    @pytest.mark.parametrize("number", [1, 3, 7, 11, 13])
    def test_changed_finding_is_named(self, number: int) -> None:
        with pytest.raises(ProofError, match=rf"step {number} \("):
            self.changed(number, holds=None).recheck()

    @pytest.mark.parametrize("number", [1, 3, 7, 11])
    def test_changed_assertion_is_named(self, number: int) -> None:
        with pytest.raises(ProofError, match=rf"step {number} \("):
            self.changed(number, assertion=Equality(S.One, S.One)).recheck()

    def test_dropped_premises_are_missed(self) -> None:
        with pytest.raises(ProofError, match="step 1 "):
            self.changed(13, premises=()).recheck()

    def test_dropped_step_is_missed(self) -> None:
        with pytest.raises(ProofError, match="missing"):
            dataclasses.replace(self.outcome, steps=()).recheck()

    def test_added_step_is_missed(self) -> None:
        more = (*self.outcome.steps, Equality(x, x).check())
        with pytest.raises(ProofError, match="not needed"):
            dataclasses.replace(self.outcome, steps=more).recheck()

    def test_forged_outcome_does_not_outlive_a_check(self) -> None:
        forged = dataclasses.replace(OPEN.check(), holds=True)
        outcome = Outcome(claim_of(OPEN), (forged,), 0.0)
        assert outcome.verdict is Verdict.PROVED
        assert outcome.claim.check().verdict is Verdict.UNKNOWN
        with pytest.raises(ProofError, match="announcement"):
            outcome.recheck()


class TestRegistry:
    def test_rejects_a_second_claim_of_the_same_id(self) -> None:
        with pytest.raises(ValueError, match=r"test\.claim"):
            Registry([claim_of(TRUE), claim_of(OPEN)])

    def test_keeps_the_order(self) -> None:
        claims = [claim_of(TRUE, id=f"{chapter}.c") for chapter in "zay"]
        assert list(Registry(claims)) == ["z.c", "a.c", "y.c"]
        assert Registry(claims)["a.c"] is claims[1]
        assert len(Registry(claims)) == 3

    def test_a_retired_id_names_its_successor(self) -> None:
        registry = Registry(
            [claim_of(TRUE)], {"test.old": "test.claim", "test.older": "mean"}, ["mean"]
        )
        with pytest.raises(KeyError, match=r"'test\.old' is retired; test\.claim says as much"):
            registry["test.old"]
        assert "test.old" not in registry
        assert list(registry) == ["test.claim"]

    @pytest.mark.parametrize("retired", [{"test.claim": "test.claim"}, {"test.old": "test.lost"}])
    def test_a_retired_id_is_no_claim_and_has_a_successor(self, retired: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="retired"):
            Registry([claim_of(TRUE)], retired)

    def test_unknown_id_names_the_known_ones(self) -> None:
        with pytest.raises(KeyError, match=r"regularity\.continuous"):
            CLAIMS["regularity.continous"]

    @pytest.mark.parametrize("name", ["", "continuous", "Regularity.continuous", "a.b.c", "a.b c"])
    def test_malformed_id_is_rejected(self, name: str) -> None:
        with pytest.raises(ValueError, match=r"chapter\.name"):
            claim_of(TRUE, id=name)


def test_claim_is_frozen() -> None:
    claim = CLAIMS["regularity.continuous"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.statement = "ELU is discontinuous."


def test_chapter_and_hypotheses() -> None:
    symbols = (alpha, x, Symbol("n", nonnegative=True), Symbol("w"), "X symmetric")
    claim = claim_of(TRUE, assumptions=symbols)
    assert claim.chapter == "test"
    assert claim.hypotheses == ("alpha > 0", "x real", "n >= 0", "w complex", "X symmetric")


class TestRendering:
    def test_text_numbers_each_step_once_with_rule_and_result(self) -> None:
        text = RANGE.check().to_text()
        lines = text.splitlines()
        assert lines[0] == "test.claim: A test."
        assert lines[1] == "Assumptions: x real, alpha > 0."
        assert "5. Elu(x, alpha) is continuous on the real line" in lines
        assert text.count("is continuous on the real line") == 1
        assert any("[holds] intermediate value theorem (from 10, 11, 12)" in line for line in lines)
        assert lines[-1].startswith("PROVED.")

    def test_text_shows_the_witness(self) -> None:
        text = claim_of(Positive(1 - alpha)).check().to_text()
        assert "[FAILS] sign by structure" in text
        assert text.splitlines()[-1] == "REFUTED at alpha = 7/5. Source: the tests."

    def test_markdown_is_for_notebooks(self) -> None:
        outcome = CLAIMS["regularity.derivative_jump"].check()
        markdown = outcome._repr_markdown_()
        assert r"\operatorname{ELU}" in markdown
        assert "**PROVED**" in markdown
        assert markdown.count("$") % 2 == 0
        assert "seconds" not in markdown

    def test_markdown_escapes_plain_text(self) -> None:
        markdown = claim_of(Positive(alpha * x**2 + alpha)).check().to_markdown()
        assert r"alpha\*x\*\*2" in markdown

    def test_rational_witness_is_exact(self) -> None:
        witness = claim_of(Positive(Rational(1, 10) - alpha)).check().witness
        assert witness is not None
        assert all(isinstance(value, Rational) for value in witness.values())


def test_assertion_of_the_definition_is_hashable_and_comparable() -> None:
    assert Positive(Elu(x, alpha)) == Positive(Elu(x, alpha))
    assert len({Positive(alpha), Positive(alpha), Equality(alpha, alpha)}) == 2


def test_a_conclusion_by_hand_is_said_wherever_the_verdict_is() -> None:
    claim = claim_of(TRUE, conclusion="what is above a*b is positive")
    outcome = claim.check()
    assert outcome.verdict is Verdict.PROVED
    assert outcome.is_expected
    assert outcome.is_by_hand
    text, markdown = outcome.to_text(), outcome.to_markdown()
    assert "Conclusion, by hand: what is above a*b is positive." in text
    assert "lemmas PROVED, conclusion by hand. Source" in text
    assert markdown.endswith("**lemmas PROVED, conclusion by hand**")
    assert r"a\*b" in markdown
    assert outcome.to_json()["conclusion"] == claim.conclusion
    # Where a lemma is open or false there is nothing to conclude from.
    assert not claim_of(OPEN, conclusion="so").check().is_by_hand
    assert "by hand" not in claim_of(FALSE, conclusion="so").check().to_text()
    with pytest.raises(ValueError, match="concludes, and expects REFUTED"):
        claim_of(FALSE, conclusion="so", expected=Verdict.REFUTED)
    # A false neighbour is refuted and concludes nothing.
    assert not any(false.conclusion for each in CLAIMS.values() for false in each.false_claims)
