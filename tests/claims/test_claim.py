"""The verdict logic: what may be called proved, refuted, measured, and what may not."""

import dataclasses
import pickle
import re
from typing import Any

import pytest
from sympy import Rational

from elu_sym.activations import Elu
from elu_sym.algebra.rounding import FLOAT64
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, ProofError, Registry, Verdict
from elu_sym.claims.formulas import both, equal, for_all, less
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.measured import thresholds_within
from elu_sym.claims.statement import RECORDED, Statement, borne_out, contradicted, refuted
from elu_sym.claims.tactics import auto, counterexample, have, parts, tactic
from elu_sym.symbols import alpha, x


def claim_of(proof: Any, **fields: Any) -> Claim:
    options = {"id": "test.claim", "statement": "A test.", "source": "the tests"} | fields
    return Claim(proof=proof, **options)


NEGATIVE = for_all(alpha, less(-alpha, 0))
SAME = for_all(alpha, equal(alpha + 0, alpha))
SMALL = for_all(alpha, less(alpha, 1))
TRUE, FALSE = Statement(NEGATIVE, auto()), refuted(SMALL, counterexample(alpha=Rational(7, 5)))
OPEN = Statement(for_all(x, equal(x, alpha)), auto())
EXP = "numpy", ("exp",), (FLOAT64,), Reference.EACH_ROUNDED
AGREES, DISAGREES = (thresholds_within(*EXP, least=least, greatest=2, cases=1) for least in (0, 1))
"""What the records bear out, and what they contradict."""

FORMAL = claim_of(Statement(both(NEGATIVE, SAME), auto()), assumptions=("a sunny day", "no wind"))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (TRUE, Verdict.PROVED),
        (OPEN, Verdict.UNKNOWN),
        (FALSE, Verdict.REFUTED),
        (lambda: TRUE, Verdict.PROVED),
        (borne_out(AGREES), Verdict.MEASURED),
        (borne_out(DISAGREES), Verdict.UNKNOWN),
        (contradicted(DISAGREES), Verdict.CONTRADICTED),
        (contradicted(AGREES), Verdict.UNKNOWN),
        # What rests on an experiment in one part only, rests on an experiment.
        (Statement(both(NEGATIVE, AGREES), parts(auto(), RECORDED)), Verdict.MEASURED),
        (Statement(both(NEGATIVE, DISAGREES), parts(auto(), RECORDED)), Verdict.UNKNOWN),
        (
            refuted(both(NEGATIVE, DISAGREES), counterexample(lambda: RECORDED)),
            Verdict.CONTRADICTED,
        ),
        # What is false whatever was recorded is refuted.
        (refuted(both(SMALL, AGREES), counterexample(alpha=2)), Verdict.REFUTED),
        (Statement(NEGATIVE, have(AGREES, RECORDED, auto())), Verdict.MEASURED),
        (refuted(SMALL, have(AGREES, RECORDED, counterexample(alpha=2))), Verdict.CONTRADICTED),
    ],
)
def test_the_verdict_follows_from_the_theorem(statement: Any, verdict: Verdict) -> None:
    outcome = claim_of(statement).check()
    assert outcome.verdict is verdict
    assert (outcome.theorem is None) is (verdict is Verdict.UNKNOWN) is bool(outcome.failure)
    assert (outcome.witness is not None) is (verdict in (Verdict.REFUTED, Verdict.CONTRADICTED))


def test_a_false_neighbour_expects_what_its_claim_rests_on() -> None:
    for expected, false in (
        (Verdict.PROVED, Verdict.REFUTED),
        (Verdict.REFUTED, Verdict.REFUTED),
        (Verdict.MEASURED, Verdict.CONTRADICTED),
        (Verdict.CONTRADICTED, Verdict.CONTRADICTED),
    ):
        (neighbour,) = claim_of(TRUE, expected=expected, neighbours={"No.": FALSE}).false_claims
        assert neighbour.expected is false
        assert neighbour.check().is_expected is (false is Verdict.REFUTED)


def test_an_exception_in_a_proof_is_unknown_with_its_reason() -> None:
    def raises(*_: Any) -> Statement:
        raise ZeroDivisionError("the proof divides by zero")

    for proof in (raises, Statement(NEGATIVE, tactic(raises))):
        outcome = claim_of(proof).check()
        assert outcome.verdict is Verdict.UNKNOWN
        reason = "the proof raises ZeroDivisionError: the proof divides by zero"
        if callable(proof):
            assert outcome.failure == reason
        for text in (outcome.failure, outcome.finding, outcome.to_text(), outcome.to_markdown()):
            assert "the proof divides by zero" in text


def test_a_proof_that_is_rejected_is_unknown_with_its_reason() -> None:
    outcome = claim_of(Statement(NEGATIVE, ("fact", 0))).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.failure.startswith("the proof is rejected: there is no fact 0")


def test_unknown_is_never_expected() -> None:
    outcome = claim_of(OPEN).check()
    assert not outcome.is_expected
    with pytest.raises(ValueError, match="expects UNKNOWN"):
        claim_of(OPEN, expected=Verdict.UNKNOWN)


def test_refuted_can_be_expected() -> None:
    outcome = claim_of(FALSE, expected=Verdict.REFUTED).check()
    assert outcome.is_expected
    assert outcome.where == "at alpha = 7/5"


class TestTampering:
    """An outcome that was changed by hand is found out."""

    outcome = FORMAL.check()
    others = (TRUE, FALSE, borne_out(AGREES), contradicted(DISAGREES))

    def test_untouched_outcome_passes(self) -> None:
        assert self.outcome.verdict is Verdict.PROVED
        self.outcome.recheck()

    @pytest.mark.parametrize("other", others)
    def test_another_theorem_decides_nothing(self, other: Statement) -> None:
        for changes in ({"theorem": other.theorem()}, {"statement": other}):
            changed = dataclasses.replace(self.outcome, **changes)
            assert changed.verdict is Verdict.UNKNOWN
            with pytest.raises(
                ProofError, match=r"(?s)^test\.claim: .*UNKNOWN\. .*is kept; the kernel finds"
            ):
                changed.recheck()

    @pytest.mark.parametrize("other", others)
    def test_another_theorem_with_its_statement_does_not_outlive_a_check(
        self, other: Statement
    ) -> None:
        changed = dataclasses.replace(self.outcome, statement=other, theorem=other.theorem())
        assert changed.verdict is not Verdict.UNKNOWN
        assert changed.claim.check().verdict is Verdict.PROVED
        with pytest.raises(
            ProofError,
            match=r"the kernel finds\ntest\.claim: A test\.\n.*\n1\. for all alpha > 0: ",
        ):
            changed.recheck()

    def test_another_proof_is_seen(self) -> None:
        longer = Statement(FORMAL.formal.formula, have(NEGATIVE, auto(), auto()))
        changed = dataclasses.replace(self.outcome, theorem=longer.theorem())
        assert changed.verdict is Verdict.PROVED
        with pytest.raises(
            ProofError, match=r"(?s)proof of \d+ steps\nPROVED.*proof of \d+ steps\nPROVED"
        ):
            changed.recheck()

    def test_a_missing_theorem_is_seen(self) -> None:
        with pytest.raises(ProofError, match=r"(?s)UNKNOWN\. .*the kernel finds.*PROVED"):
            dataclasses.replace(self.outcome, theorem=None).recheck()
        with pytest.raises(ProofError, match=r"(?s)UNKNOWN\. .*the kernel finds.*PROVED"):
            dataclasses.replace(self.outcome, statement=None, theorem=None).recheck()

    def test_that_it_rests_on_an_experiment_is_not_for_the_claim_to_say(self) -> None:
        outcome = claim_of(borne_out(AGREES), expected=Verdict.PROVED).check()
        assert outcome.verdict is Verdict.MEASURED
        assert not outcome.is_expected
        outcome = claim_of(TRUE, expected=Verdict.MEASURED).check()
        assert outcome.verdict is Verdict.PROVED
        assert not outcome.is_expected

    def test_a_proof_of_something_else_is_none(self) -> None:
        forged = dataclasses.replace(TRUE, formula=SAME, proof=FALSE.theorem().proof)
        assert claim_of(forged).check().verdict is Verdict.UNKNOWN
        turned = dataclasses.replace(FALSE, is_false=False, proof=FALSE.theorem().proof)
        assert claim_of(turned).check().verdict is Verdict.UNKNOWN

    def test_an_outcome_travels_whole(self) -> None:
        for statement in (TRUE, *self.others):
            outcome = claim_of(statement).check()
            kept = outcome.statement, outcome.theorem
            assert pickle.loads(pickle.dumps(kept)) == kept


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
    def test_text_numbers_each_part_and_says_what_decides(self) -> None:
        lines = FORMAL.check().to_text().splitlines()
        assert lines[0] == "test.claim: A test."
        assert lines[1] == "Assumptions: a sunny day, no wind."
        assert lines[2] == "1. for all alpha > 0: -alpha < 0"
        assert lines[3].startswith("2. for all alpha > 0: ")
        assert re.fullmatch(r"natural deduction: it has a proof of \d+ steps", lines[4])
        assert lines[-1].startswith("PROVED.")

    def test_what_an_experiment_found_stands_below_its_part(self) -> None:
        statement = Statement(both(NEGATIVE, AGREES), parts(auto(), RECORDED))
        lines = claim_of(statement).check().to_text().splitlines()
        assert lines[2].startswith("2. in all 1 cases of numpy (exp; float64; 4096 at a time)")
        assert lines[3].startswith("   1 thresholds, 0 to 0 floats above; numpy ")
        assert lines[4].endswith(" steps, which rests on an experiment")
        assert lines[5] == "MEASURED. Source: the tests."
        lines = claim_of(contradicted(AGREES, DISAGREES)).check().to_text().splitlines()
        assert [line[:2] for line in lines[1:4]] == ["1.", "2.", "  "]
        assert lines[3].endswith(", exp in float64: 0 floats")
        assert lines[-1].startswith("CONTRADICTED at x = -")

    def test_text_shows_the_witness(self) -> None:
        text = claim_of(FALSE).check().to_text()
        assert "natural deduction: its negation has a proof of" in text
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
    assert len({TRUE, dataclasses.replace(TRUE, proof=counterexample()), OPEN}) == 2
