"""The theorems with their proofs as data, for a program that checks them again.

``elu_sym/checker.py`` is that program; it shares nothing with this package. Which statements it
must find stands in a file of its own, ``elu_sym/statements.json``, which is committed: a claim that
is missing, or that says something else, is seen there. What rests on an experiment is no theorem.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from elu_sym.claims.claim import THEOREMS, Claim, Outcome, ProofError
from elu_sym.claims.kernel.language import DEFINITIONS, LanguageError, canonical
from elu_sym.claims.statement import Statement

STATEMENTS = Path(__file__).parents[1] / "statements.json"
"""Which statements there are, each with its verdict and a digest."""


def theorems(claims: Iterable[Claim]) -> dict[str, Statement]:
    """The statement of each claim, by its id, that stands for a theorem and for no experiment."""
    return {claim.id: claim.formal for claim in claims if claim.expected in THEOREMS}


def exported(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Definitions, and of every theorem among the claims its id, verdict, statement and proof.

    Raises:
        ProofError: if a proof was not accepted, or rests on an experiment.
    """
    entries = []
    for outcome in outcomes:
        if outcome.claim.expected not in THEOREMS:
            continue
        if outcome.verdict not in THEOREMS:
            raise ProofError(f"{outcome.claim.id} has no proof: {outcome.to_text()}")
        assert outcome.statement
        assert outcome.theorem
        formula, proof = outcome.statement.formula, outcome.theorem.proof
        entries.append([outcome.claim.id, outcome.verdict.value, formula, proof])
    return {"definitions": list(_definitions()), "claims": entries}


def _definitions() -> Iterator[list[Any]]:
    """The definitions by their names, after those that their bodies use."""
    left = dict(sorted(DEFINITIONS.items()))

    def uses(part: Any) -> bool:
        """Whether a part uses a definition that is still to come."""
        return isinstance(part, tuple) and (part[0] in left or any(map(uses, part)))

    while left:
        name = next(name for name, (_, body) in left.items() if not uses(body))
        parameters, body = left.pop(name)
        yield [name, list(parameters), body]


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


def read(data: Any) -> Any:
    """What JSON gives, as tuples.

    Raises:
        LanguageError: if there is anything but arrays, strings and integers.
    """
    if isinstance(data, list):
        return tuple(map(read, data))
    if type(data) not in (int, str):
        raise LanguageError(f"{data!r} belongs to no term, formula or proof")
    return data
