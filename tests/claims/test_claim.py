"""The verdict logic: what may be called proved, refuted, measured, and what may not."""

import dataclasses
import re
from typing import Any

import pytest
from sympy import Rational, S

from elu_sym.activations import Elu
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Sentence, Step
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, Outcome, ProofError, Registry, Verdict
from elu_sym.claims.formulas import equal, for_all, less
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import auto, counterexample
from elu_sym.symbols import alpha, x


class Announced(Assertion):
    """An assertion whose finding the test chooses."""

    holds: bool | None
    evidence: Evidence = Evidence.ALGEBRA
    run: Rational | None = S.One
    rule = "announcement"

    def sentence(self) -> Sentence:
        yield f"the test says {self.holds}"

    def decide(self) -> Step:
        place = {} if self.run is None else {alpha: self.run}
        witness = place if self.holds is False else None
        return Step(self, self.holds, "announced", self.evidence, witness)


def claim_of(*assertions: Assertion, **fields: Any) -> Claim:
    options = {"id": "test.claim", "statement": "A test.", "source": "the tests"} | fields
    return Claim(proof=lambda: assertions, **options)


TRUE, FALSE, OPEN = Announced(True), Announced(False), Announced(None)
BELOW = Statement(for_all(alpha, less(-alpha, 0)), auto())
SAME = Statement(for_all(alpha, equal(alpha + 0, alpha)), auto())
SMALL = refuted(for_all(alpha, less(alpha, 1)), counterexample(alpha=Rational(7, 5)))
"""Formal statements, true, true and false."""

FORMAL = claim_of(BELOW, SAME, assumptions=("a sunny day", "no wind"))


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
    ],
)
def test_verdict_follows_from_the_steps(
    assertions: tuple[Assertion, ...], verdict: Verdict
) -> None:
    assert claim_of(*assertions).check().verdict is verdict


class Raising(Announced):
    def decide(self) -> Step:
        raise ZeroDivisionError("the rule divides by zero")


def test_exception_in_a_rule_is_unknown_with_its_reason() -> None:
    outcome = claim_of(TRUE, Raising(True)).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.steps[1].detail == "ZeroDivisionError: the rule divides by zero"


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
        Step(FALSE, False, "no witness", Evidence.ALGEBRA, None)
    with pytest.raises(ValueError, match="witness"):
        Step(TRUE, True, "a witness", Evidence.ALGEBRA, {alpha: S.One})


def test_rule_cannot_decide_another_assertion() -> None:
    class Swindler(Announced):
        def decide(self) -> Step:
            return SAME.check()

    step = Swindler(True).check()
    assert step.holds is None
    assert "something else" in step.detail


class TestTampering:
    """An outcome that was changed by hand is found out, and the step is named."""

    outcome = FORMAL.check()

    def changed(self, number: int, **changes: object) -> Outcome:
        """The outcome with one step changed."""
        steps = list(self.outcome.steps)
        steps[number - 1] = dataclasses.replace(steps[number - 1], **changes)
        return dataclasses.replace(self.outcome, steps=tuple(steps))

    def test_untouched_outcome_passes(self) -> None:
        assert self.outcome.verdict is Verdict.PROVED
        self.outcome.recheck()

    @pytest.mark.parametrize("number", [1, 2])
    @pytest.mark.parametrize(
        "changes",
        [
            {"holds": None},
            {"holds": False, "witness": {alpha: S.One}},
            {"detail": "it has a proof of 1000000 steps"},
            {"evidence": Evidence.EXPERIMENT},
            {"assertion": Statement(for_all(alpha, less(alpha, 1)), auto())},
            {"assertion": dataclasses.replace(SAME, is_false=True)},
        ],
        ids=lambda changes: "-".join(changes),
    )
    def test_changed_step_is_named(self, number: int, changes: dict[str, object]) -> None:
        with pytest.raises(ProofError, match=rf"step {number} \(natural deduction\)"):
            self.changed(number, **changes).recheck()

    def test_dropped_step_is_missed(self) -> None:
        with pytest.raises(ProofError, match="step 2 is missing"):
            dataclasses.replace(self.outcome, steps=self.outcome.steps[:1]).recheck()

    def test_added_step_is_missed(self) -> None:
        more = (*self.outcome.steps, SMALL.check())
        with pytest.raises(ProofError, match="step 3 is not needed"):
            dataclasses.replace(self.outcome, steps=more).recheck()

    def test_a_proof_of_something_else_is_none(self) -> None:
        theorem = SAME.theorem()
        forged = dataclasses.replace(BELOW, proof=theorem.proof)
        assert claim_of(forged).check().verdict is Verdict.UNKNOWN
        turned = dataclasses.replace(SMALL, is_false=False, proof=SMALL.theorem().proof)
        assert claim_of(turned).check().verdict is Verdict.UNKNOWN

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


def test_the_chapter_is_what_the_id_begins_with() -> None:
    assert claim_of(TRUE).chapter == "test"


class TestRendering:
    def test_text_numbers_each_step_with_rule_and_result(self) -> None:
        lines = FORMAL.check().to_text().splitlines()
        assert lines[0] == "test.claim: A test."
        assert lines[1] == "Assumptions: a sunny day, no wind."
        assert lines[2] == "1. for all alpha > 0: -alpha < 0"
        assert re.fullmatch(r" +\[holds\] natural deduction: it has a proof of \d+ steps", lines[3])
        assert lines[4].startswith("2. for all alpha > 0: ")
        assert lines[-1].startswith("PROVED.")

    def test_text_shows_the_witness(self) -> None:
        text = claim_of(SMALL).check().to_text()
        assert "[FAILS] natural deduction: its negation has a proof of" in text
        assert text.splitlines()[-1] == "REFUTED at alpha = 7/5. Source: the tests."

    def test_markdown_is_for_notebooks(self) -> None:
        outcome = CLAIMS["regularity.derivative_jump"].check()
        markdown = outcome._repr_markdown_()
        assert r"\operatorname{ELU}" in markdown
        assert "**PROVED**" in markdown
        assert markdown.count("$") % 2 == 0
        assert "seconds" not in markdown

    def test_markdown_escapes_plain_text(self) -> None:
        markdown = claim_of(TRUE, statement="a*b_c < 1", source="x").check().to_markdown()
        assert r"a\*b" in markdown


def test_statements_are_hashable_and_comparable_whatever_their_proofs() -> None:
    formula = for_all(alpha, x, less(-alpha, Elu(x, alpha)))
    assert Statement(formula, auto()) == Statement(formula, counterexample())
    assert len({BELOW, dataclasses.replace(BELOW, proof=counterexample()), SAME}) == 2
