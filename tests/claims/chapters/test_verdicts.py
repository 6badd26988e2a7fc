"""The true claims are PROVED, and their false neighbours REFUTED."""

from pathlib import Path
from typing import Any

import pytest
from checked_claims import LONG_PROOFS, outcome_of
from sympy import Float

import elu_sym
from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.claims.chapters.retired import RETIRED
from elu_sym.claims.claim import THEOREMS, Outcome, Verdict
from elu_sym.claims.statement import RECORDED

VERDICTS = [
    line.split()
    for line in Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8").splitlines()
]
"""Every id with its verdict, or RETIRED in place of it; an id that is here once stays."""


def test_ids_are_permanent_and_verdicts_known() -> None:
    made = [line for line in VERDICTS if line[1] != "RETIRED"]
    assert [[claim.id, claim.expected.value] for claim in CLAIMS.values()] == made
    assert [name for name, verdict in VERDICTS if verdict == "RETIRED"] == [
        name for name, _ in VERDICTS if name in RETIRED
    ]
    assert len({name for name, _ in VERDICTS}) == len(VERDICTS) == len(CLAIMS) + len(RETIRED)


def test_there_are_many_claims_of_every_verdict_and_more_false_neighbours() -> None:
    verdicts = {claim.expected for claim in CLAIMS.values()}
    assert verdicts == set(Verdict) - {Verdict.UNKNOWN}
    assert len(CLAIMS) >= 60
    assert sum(len(claim.neighbours) for claim in CLAIMS.values()) >= len(CLAIMS)
    assert {claim.chapter for claim in CLAIMS.values()} == set(CHAPTERS)


def rests_on_an_experiment(outcome: Outcome) -> bool:
    """Whether the rule about records is in the proof, and the kernel says so of the theorem."""
    assert outcome.theorem is not None

    def has_rule(part: Any) -> bool:
        return isinstance(part, tuple) and (part == RECORDED or any(map(has_rule, part)))

    assert has_rule(outcome.theorem.proof) is outcome.theorem.is_measured
    return outcome.theorem.is_measured


NAMES = [
    pytest.param(name, marks=pytest.mark.deep) if name in LONG_PROOFS else name for name in CLAIMS
]


@pytest.mark.parametrize("name", NAMES)
def test_claim_has_its_verdict(name: str) -> None:
    outcome = outcome_of(name)
    assert outcome.is_expected, outcome.to_text()
    assert bool(outcome.witness) == (outcome.verdict in (Verdict.REFUTED, Verdict.CONTRADICTED))
    assert rests_on_an_experiment(outcome) is (outcome.verdict not in THEOREMS)
    assert outcome.to_markdown().count("$") % 2 == 0


@pytest.mark.parametrize("name", NAMES)
def test_neighbours_are_refuted_at_an_exact_point_or_contradicted_by_a_run(name: str) -> None:
    claim = CLAIMS[name]
    statements = [claim.statement, *claim.neighbours]
    assert len(set(statements)) == len(statements) > 1
    for false in claim.false_claims:
        outcome = false.check()
        assert outcome.is_expected, outcome.to_text()
        assert outcome.verdict in (Verdict.REFUTED, Verdict.CONTRADICTED)
        assert rests_on_an_experiment(outcome) is (outcome.verdict is Verdict.CONTRADICTED)
        # About numbers there is nothing to name: the negation is proved as it stands.
        assert outcome.witness or outcome.verdict is Verdict.REFUTED
        # A number that need not be rational, or a law in words.
        assert not any(value.has(Float) for value in outcome.witness.values())


def test_construction_has_every_part() -> None:
    text = CLAIMS["construction.unique"].check().to_text()
    for part in (
        "(x if 0 <= x else p + q*exp(x*k)) -> 0 as x -> 0-",
        "(x if 0 <= x else p + q*exp(x*k)) -> -alpha as x -> -oo",
        "if and only if (p = -alpha and q = alpha)",
        "(x if 0 <= x else -alpha + alpha*exp(x)) = ELU(x, alpha)",
        "(x if 0 <= x else -alpha + alpha*exp(x*k)) is of class C^1 if and only if k = 1/alpha",
        "(x if 0 <= x else -alpha + alpha*exp(x/alpha)) = CELU(x, alpha)",
        "(for all x: ELU(x, alpha) = CELU(x, alpha)) if and only if alpha = 1",
    ):
        assert part in text, part


def test_simplify_judges_nothing() -> None:
    package = Path(elu_sym.__file__).parent
    for module in package.glob("claims/**/*.py"):
        assert "simplify" not in module.read_text(encoding="utf-8"), module.name
