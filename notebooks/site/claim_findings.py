"""What is found of a claim when its page is made: verdict, proof, neighbours, what it uses."""

import hashlib
import inspect
from collections import Counter
from collections.abc import Iterator
from pprint import pformat
from types import FunctionType
from typing import Any

from checked_once import found_once

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Claim, Outcome
from elu_sym.claims.kernel import RULES
from elu_sym.claims.kernel.language import DEFINITIONS, canonical
from elu_sym.claims.printing import in_latex, in_words
from elu_sym.claims.report import verify
from elu_sym.claims.statement import size

__all__ = ["found_of", "found_of_claims"]

SHOWN = 60
"""How many lines of a proof are shown."""


def found_of(name: str) -> dict[str, Any]:
    """What the kernel finds of a claim and of its false neighbours now, as plain data."""
    (report,) = verify([name]).claims
    outcome = report.outcome
    proof = outcome.theorem.proof if outcome.theorem else ()
    lines = pformat(proof, width=88).splitlines()
    inside = list(_parts(proof))
    formula = outcome.statement.formula if outcome.statement else ()
    return _found(outcome) | {
        "passed": report.passed,
        "idea": _idea(outcome.claim),
        "findings": outcome.to_json()["findings"],
        "steps": size(proof),
        "proof": "\n".join(lines[:SHOWN]),
        "lines": len(lines),
        "rules": dict(Counter(p[0] for p in inside if p[0] in RULES).most_common()),
        "lemmas": sorted({_digest(p[1]) for p in inside if p[0] == "have" and _is_general(p[1])}),
        "definitions": sorted({p[0] for p in _parts(formula) if p[0] in DEFINITIONS}),
        "experiments": sorted({_experiment(p) for p in _parts(formula) if p[0] == "recorded"}),
        "neighbours": [_found(neighbour) for neighbour in report.neighbours],
    }


def found_of_claims() -> dict[str, Any]:
    """The same of every claim by its id: now, or as it was found of these very sources."""
    return found_once(found_of, list(CLAIMS), "claims")


def _found(outcome: Outcome) -> dict[str, Any]:
    """What a claim says and what came out."""
    parts = outcome.statement.parts if outcome.statement else ()
    return {
        "statement": outcome.claim.statement,
        "verdict": outcome.verdict.value,
        "expected": outcome.claim.expected.value,
        "where": outcome.where,
        "finding": outcome.finding,
        "words": [in_words(part) for part in parts],
        # What is recorded has no other words in mathematics.
        "latex": ["" if part[0] == "recorded" else in_latex(part) for part in parts],
    }


def _idea(claim: Claim) -> str:
    """What the documentation of the function that builds the proof says."""
    documented = isinstance(claim.proof, FunctionType) and claim.proof.__doc__
    return " ".join(inspect.cleandoc(documented).split()) if documented else ""


def _experiment(atom: tuple[Any, ...]) -> str:
    """What an atom about records is about."""
    return "library_thresholds" if atom[1] == "thresholds" else str(atom[2])


def _parts(part: Any) -> Iterator[tuple[Any, ...]]:
    """Every tuple in a proof or a formula that begins with a word."""
    if isinstance(part, tuple):
        if part and isinstance(part[0], str):
            yield part
        for each in part:
            yield from _parts(each)


def _is_general(lemma: Any) -> bool:
    """Whether a lemma is about all values, and so may be one of another proof, too."""
    return isinstance(lemma, tuple) and lemma[0] == "forall"


def _digest(formula: Any) -> str:
    return hashlib.sha256(canonical(formula).encode("ascii")).hexdigest()[:16]
