"""Proofs that are changed in one place, for programs that must notice."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple


class Mutant(NamedTuple):
    """A statement with its proof, one of them changed.

    Attributes:
        claim: the id.
        kind: what was changed.
        change: the part before and after.
        statement: the statement, as it is listed; another one where it is the statement that moved.
        proof: the proof.
    """

    claim: str
    kind: str
    change: str
    statement: Any
    proof: Any


Change = Callable[[Any], Iterator[Any]]
"""The parts that may stand in the place of a part."""

SKIPPED = {"have": 3, "use": 3, "assume": 1, "generalize": 2, "obtain": 3, "near": 4, "joint": 5}
"""Where the proof of what is left stands in a step that may be dropped."""


def _steps(part: Any) -> Iterator[Any]:
    match part:
        case [str(rule), *_] if rule in SKIPPED and len(part) > SKIPPED[rule]:
            yield part[SKIPPED[rule]]
        case ["cases", _, first, second]:
            yield first
            yield second
        case ["split", first, *others] if others:
            yield ["split", *others]


def _constants(part: Any) -> Iterator[Any]:
    if type(part) is int:
        yield part + 1
        yield part - 1


def _signs(part: Any) -> Iterator[Any]:
    match part:
        case [["*", *_] | ["^", *_] | ["exp", *_] | ["elu", *_] | ["E", *_] as term, int(fact)]:
            yield [["*", -1, term], fact]
        case ["exp" | "Phi" as head, argument]:
            yield [head, ["*", -1, argument]]
        case ["+", first, *others] if others:
            yield ["+", ["*", -1, first], *others]


def _quantifiers(part: Any) -> Iterator[Any]:
    match part:
        case ["forall", name, ["=>", hypothesis, formula]]:
            yield ["forall", name, formula]
            yield ["forall", name, ["=>", ["<=", *hypothesis[1:]], formula]]
        case ["exists", name, formula]:
            yield ["forall", name, formula]
            yield ["exists1", name, formula]
        case ["iff", left, right]:
            yield ["iff", left, ["not", right]]
        case ["or", *parts]:
            yield ["and", *parts]


def _comparisons(part: Any) -> Iterator[Any]:
    match part:
        case ["<=" | "<" as relation, left, right]:
            yield [relation, right, left]
            if relation == "<=":
                yield ["<", left, right]
        case ["=", left, right]:
            yield ["<", left, right]


def _boxes(part: Any) -> Iterator[Any]:
    match part:
        case ["cover", bits, box, tree]:
            yield ["cover", bits, box, tree[:-1]]
            yield ["cover", bits, box, tree.replace("m", "", 1)]
            yield ["cover", bits, [[box[0][0], ["/", box[0][1], 2], box[0][2]], *box[1:]], tree]
            half = ["/", ["+", box[0][1], box[0][2]], 2]
            yield ["cover", bits, [[box[0][0], box[0][1], half], *box[1:]], tree]


IN_PROOFS: dict[str, Change] = {
    "a step dropped": _steps,
    "a constant": _constants,
    "a sign": _signs,
    "a comparison": _comparisons,
    "a box": _boxes,
}
IN_STATEMENTS: dict[str, Change] = {
    "a constant": _constants,
    "a sign": _signs,
    "a quantifier or a domain": _quantifiers,
    "a comparison": _comparisons,
}


def changed(part: Any, change: Change) -> Iterator[tuple[Any, str]]:
    """A nested list with one part changed, in every place, and what was done."""
    for new in change(part):
        yield new, f"{str(part)[:70]} -> {str(new)[:70]}"
    if isinstance(part, list):
        for place, inner in enumerate(part):
            for new, done in changed(inner, change):
                yield [*part[:place], new, *part[place + 1 :]], done


def mutants(claims: list[Any], number: int, seed: int) -> list[Mutant]:
    """So many mutants of exported claims, spread over claims and kinds of change."""
    draw = Random(seed)
    found: list[Mutant] = []
    while len(found) < number:
        claim_id, _, statement, proof = draw.choice(claims)
        in_proof = draw.random() < 0.6
        kind, change = draw.choice(list((IN_PROOFS if in_proof else IN_STATEMENTS).items()))
        options = list(changed(proof if in_proof else statement, change))
        if options:
            new, done = draw.choice(options)
            pair = (statement, new) if in_proof else (new, proof)
            where = "proof" if in_proof else "statement"
            found.append(Mutant(claim_id, f"{kind} of the {where}", done, *pair))
    return found
