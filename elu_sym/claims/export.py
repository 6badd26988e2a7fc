"""The formal statements with their proofs as data, for a program that checks them again.

``elu_sym/checker.py`` is that program; it shares nothing with this package. Which statements it
must find stands in a file of its own, ``elu_sym/statements.json``, which is committed: a claim that
is missing, or that says something else, is seen there.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from elu_sym.claims.claim import Claim, ProofError, Verdict
from elu_sym.claims.kernel.language import DEFINITIONS, canonical
from elu_sym.claims.statement import Statement

STATEMENTS = Path(__file__).parents[1] / "statements.json"
"""Which statements there are, each with its verdict and a digest."""


def formal(claims: Iterable[Claim]) -> dict[str, Statement]:
    """The statement of each claim that is one, by its id."""
    found = {}
    for claim in claims:
        assertions = list(claim.assertions)
        if len(assertions) == 1 and isinstance(assertions[0], Statement):
            found[claim.id] = assertions[0]
    return found


def exported(claims: Iterable[Claim]) -> dict[str, Any]:
    """Definitions, and of every formal claim its id, verdict, statement and proof.

    Raises:
        ProofError: if the kernel accepts a proof not.
    """
    entries = []
    for claim_id, statement in formal(claims).items():
        verdict = Verdict.REFUTED if statement.is_false else Verdict.PROVED
        try:
            proof = statement.theorem().proof
        except ValueError as error:
            raise ProofError(f"{claim_id} has no proof: {error}") from error
        entries.append([claim_id, verdict.value, statement.formula, proof])
    definitions = [[name, list(names), body] for name, (names, body) in DEFINITIONS.items()]
    return {"definitions": definitions, "claims": entries}


def listed(proofs: dict[str, Any]) -> dict[str, Any]:
    """What the file of statements says of exported proofs."""
    claims = {
        claim_id: [verdict, _digest(statement)]
        for claim_id, verdict, statement, _ in proofs["claims"]
    }
    return {"definitions": _digest(proofs["definitions"]), "claims": claims}


def _digest(part: Any) -> str:
    return hashlib.sha256(canonical(part).encode("ascii")).hexdigest()


def to_text(proofs: dict[str, Any]) -> str:
    """Exported proofs as JSON, a claim a line."""
    claims = ",\n".join(map(canonical, proofs["claims"]))
    definitions = ",\n".join(map(canonical, proofs["definitions"]))
    return f'{{"definitions":[\n{definitions}\n],\n"claims":[\n{claims}\n]}}\n'


def statements_to_text(statements: dict[str, Any]) -> str:
    """The file of statements."""
    return json.dumps(statements, indent=1) + "\n"
