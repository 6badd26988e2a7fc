"""The short form of a claim: the assertions that it amounts to, and false ones by what they say."""

from collections.abc import Iterable, Mapping, Sequence

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.claim import Claim, Neighbour, Verdict


def claimed(
    claim_id: str,
    statement: str,
    source: str,
    assertions: Iterable[Assertion],
    false: Mapping[str, Assertion | Sequence[Assertion]],
    *,
    assumptions: tuple[str, ...],
    expected: Verdict = Verdict.PROVED,
    latex: str = "",
) -> Claim:
    """A claim whose assertions are made at once, not when it is checked.

    Args:
        claim_id: permanent.
        statement: what is claimed.
        source: who says so.
        assertions: what it amounts to.
        false: the neighbours by what they say, one of whose assertions is refuted.
        assumptions: the hypotheses in words.
        expected: the verdict.
        latex: the statement as a formula, if it has one.
    """

    def neighbour(words: str, wrong: Assertion | Sequence[Assertion]) -> Neighbour:
        return Neighbour(words, lambda: [wrong] if isinstance(wrong, Assertion) else wrong)

    proof = tuple(assertions)
    return Claim(
        *(claim_id, statement, lambda: proof, source, latex),
        assumptions=assumptions,
        expected=expected,
        neighbours=tuple(neighbour(*each) for each in false.items()),
    )
