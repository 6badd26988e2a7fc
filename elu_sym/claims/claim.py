"""Claims: what is said about ELU, how it is checked, and the verdict that comes out.

A claim says neither more nor less than its formal statement (:mod:`elu_sym.claims.statement`). The
verdict is computed from the theorem that the kernel has just made of its proof: of the statement,
or of its negation; and whether that rests on an experiment, the kernel knows. Beside a claim stand
its false neighbours: a prover that does not refute them is broken.

Nothing is believed on the word of a proof: one that is rejected, or raises an exception, decides
nothing, and a theorem about something else neither.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import Enum
from typing import Any

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.optional import extra
from elu_sym.algebra.working_precision import alone
from elu_sym.claims.kernel import RejectedError, Theorem
from elu_sym.claims.kernel.language import Formula, negation
from elu_sym.claims.printing import in_latex, in_words
from elu_sym.claims.statement import Statement, borne_out, contradicted, size, witness_of


class Verdict(Enum):
    """What can be said of a claim once it was checked."""

    PROVED = "PROVED"
    """The kernel has a proof of its formal statement."""
    REFUTED = "REFUTED"
    """The kernel has a proof of the negation; where it fails is shown."""
    MEASURED = "MEASURED"
    """A recorded experiment supports it, with its sample size and bound; that is no proof."""
    CONTRADICTED = "CONTRADICTED"
    """A recorded experiment contradicts it, in a run that is shown; that is no proof either."""
    UNKNOWN = "UNKNOWN"
    """Nothing was found that decides it."""


THEOREMS = (Verdict.PROVED, Verdict.REFUTED)
"""The verdicts that rest on no experiment."""


class ProofError(ArithmeticError):
    """A theorem that is not what the kernel finds; the message names the claim."""


@dataclass(frozen=True)
class Claim:
    """One sentence about ELU, with the formal statement that says it.

    Attributes:
        id: permanent, ``chapter.name`` in lower case.
        statement: one sentence.
        proof: the formal statement with its proof, or what builds it when it is checked.
        source: who says so.
        assumptions: what is assumed of the runs of an experiment.
        expected: the verdict that the project stands for.
        neighbours: false sentences close to this one, a constant, a sign, a quantifier or a
            condition changed, each with its formal statement, which must be refuted; that of a
            sentence about an experiment, contradicted by it.

    Examples:
        >>> from elu_sym.claims.chapters import CLAIMS
        >>> claim = CLAIMS["regularity.derivative_jump"]
        >>> claim.check().verdict
        <Verdict.PROVED: 'PROVED'>
    """

    id: str
    statement: str
    proof: Statement | Callable[[], Statement]
    source: str
    assumptions: tuple[str, ...] = ()
    expected: Verdict = Verdict.PROVED
    neighbours: Mapping[str, Statement | Callable[[], Statement]] = field(
        default_factory=dict, hash=False
    )

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]\w*\.[a-z]\w*", self.id):
            raise ValueError(f"the id of a claim is chapter.name in lower case, not {self.id!r}")
        if self.expected is Verdict.UNKNOWN:
            raise ValueError(f"the claim {self.id} expects UNKNOWN; expect what you stand for")

    def __reduce__(self) -> tuple[Any, ...]:
        """A claim of the project, or a false neighbour, travels by its id: a proof is code."""
        if self == _claim(self.id):
            return _claim, (self.id,)
        return Claim, tuple(getattr(self, each.name) for each in fields(self))

    @property
    def chapter(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def formal(self) -> Statement:
        """The formal statement, built now if it has to be."""
        return self.proof() if callable(self.proof) else self.proof

    @property
    def false_claims(self) -> "tuple[Claim, ...]":
        """The neighbours as claims that expect to be refuted, or contradicted by an experiment."""
        expected = Verdict.REFUTED if self.expected in THEOREMS else Verdict.CONTRADICTED
        return tuple(
            Claim(f"{self.id}_false_{n}", words, proof, self.source, self.assumptions, expected)
            for n, (words, proof) in enumerate(self.neighbours.items(), start=1)
        )

    def check(self) -> "Outcome":
        """Let the kernel check the proof, now."""
        start = time.perf_counter()
        statement = theorem = None
        failure = ""
        try:
            with alone(), extra("verify", f"the claim {self.id}"):
                statement = self.formal
                theorem = statement.theorem()
        except ModuleNotFoundError:
            raise  # an extra that is not installed leaves nothing undecided
        except RejectedError as error:
            failure = f"the proof is rejected: {error}"
        except Exception as error:
            failure = f"the proof raises {type(error).__name__}: {error}"
        return Outcome(self, statement, theorem, time.perf_counter() - start, failure)


def measured_claim(
    claim_id: str,
    statement: str,
    atoms: Sequence[Formula],
    source: str,
    assumptions: tuple[str, ...] = (),
    *,
    neighbours: Mapping[str, Formula],
) -> Claim:
    """A claim that records bear out, atom by atom, and whose neighbours they contradict."""
    false = {words: contradicted(atom) for words, atom in neighbours.items()}
    proof = borne_out(*atoms)
    return Claim(claim_id, statement, proof, source, assumptions, Verdict.MEASURED, false)


def _claim(claim_id: str) -> Claim | None:
    """The claim of the project with this id, or the false neighbour; None if there is none."""
    from elu_sym.claims.chapters import CLAIMS

    original, _, number = claim_id.partition("_false_")
    claim = CLAIMS.get(original)
    if claim is None or not number:
        return claim
    return next((false for false in claim.false_claims if false.id == claim_id), None)


@dataclass(frozen=True, repr=False)
class Outcome:
    """What checking a claim gave.

    Attributes:
        claim: the claim.
        statement: its formal statement; None if building it raised an exception.
        theorem: what the kernel has proved; None if nothing.
        seconds: how long the check took.
        failure: why there is no theorem.
    """

    claim: Claim
    statement: Statement | None
    theorem: Theorem | None
    seconds: float
    failure: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict, computed from what the theorem says and what it rests on."""
        if self.statement is None or self.theorem is None:
            return Verdict.UNKNOWN
        if self.theorem.statement == self.statement.formula:
            return Verdict.MEASURED if self.theorem.is_measured else Verdict.PROVED
        if self.theorem.statement == negation(self.statement.formula):
            return Verdict.CONTRADICTED if self.theorem.is_measured else Verdict.REFUTED
        return Verdict.UNKNOWN

    @property
    def is_expected(self) -> bool:
        """Whether the verdict is the one that the claim expects, which UNKNOWN never is."""
        return self.verdict is self.claim.expected

    @property
    def witness(self) -> Point | None:
        """Where the claim fails, if it is REFUTED or CONTRADICTED; empty if nowhere in particular.

        It is an exact value, or a law in words, by symbol; or the seed and the learning rate of a
        run; or the place of a measured threshold.
        """
        if self.verdict not in (Verdict.REFUTED, Verdict.CONTRADICTED):
            return None
        assert self.theorem is not None
        return witness_of(self.theorem)

    @property
    def where(self) -> str:
        """The witness in words, or nothing."""
        witness = (self.witness or {}).items()
        place = ", ".join(f"{symbol} = {value}" for symbol, value in witness)
        return f"at {place}" if place else ""

    @property
    def finding(self) -> str:
        """Why the verdict is what it is: how long the proof is, or what contradicts the claim."""
        if self.theorem is not None and self.verdict is Verdict.CONTRADICTED:
            return "; ".join(finding.detail for finding in self.theorem.findings)
        return self._proof

    @property
    def _proof(self) -> str:
        """How long the proof is, and whether it rests on an experiment; or why there is none."""
        if self.theorem is None:
            return self.failure
        whose = "it" if self.verdict in (Verdict.PROVED, Verdict.MEASURED) else "its negation"
        rests = ", which rests on an experiment" if self.theorem.is_measured else ""
        return f"{whose} has a proof of {size(self.theorem.proof)} steps{rests}"

    def recheck(self) -> None:
        """Check the claim again and compare with what is kept here.

        Raises:
            ProofError: if the kernel finds something else.
        """
        fresh = self.claim.check()
        if (self.statement, self.theorem) != (fresh.statement, fresh.theorem):
            raise ProofError(f"{self.to_text()}\nis kept; the kernel finds\n{fresh.to_text()}")

    def summary(self) -> dict[str, Any]:
        """What the claim says and what came out, as plain data."""
        return {
            "id": self.claim.id,
            "statement": self.claim.statement,
            "verdict": self.verdict.value,
            "expected": self.claim.expected.value,
            "witness": _plain(self.witness),
            "finding": self.finding,
        }

    def to_json(self) -> dict[str, Any]:
        """The same with the formal statement, part by part, and all that experiments found."""
        return self.summary() | {
            "assumptions": list(self.claim.assumptions),
            "parts": [in_words(part) for part, _ in self._parts],
            "findings": [
                {"formula": in_words(each.atom), "holds": each.holds, "detail": each.detail}
                for each in (self.theorem.findings if self.theorem else ())
            ],
            "failure": self.failure,
            "source": self.claim.source,
        }

    def to_text(self) -> str:
        """The formal statement as numbered parts, what was found, and the verdict."""
        lines = [f"{self.claim.id}: {self.claim.statement}", *self._assumptions]
        for number, (part, found) in enumerate(self._parts, start=1):
            lines += [f"{number}. {in_words(part)}", *(f"   {each}" for each in found)]
        verdict = f"{self.verdict.value} {self.where}".rstrip()
        lines.append(f"natural deduction: {self._proof}")
        return "\n".join([*lines, f"{verdict}. Source: {self.claim.source}."])

    def to_markdown(self) -> str:
        """The same as a numbered list with formulas."""
        statement = self.claim.statement.replace("*", r"\*")
        lines = [f"**{self.claim.id}**: {statement}", ""]
        for assumptions in self._assumptions:
            lines += [assumptions, ""]
        for number, (part, found) in enumerate(self._parts, start=1):
            formula = f"{number}. $\\displaystyle {in_latex(part)}$"
            lines.append("  \n   ".join([formula, *map(_plain_text, found)]))
        lines += ["", _plain_text(f"natural deduction: {self._proof}"), ""]
        return "\n".join([*lines, f"**{self.verdict.value}** {self.where}".rstrip()])

    @property
    def _assumptions(self) -> list[str]:
        assumptions = ", ".join(self.claim.assumptions)
        return [f"Assumptions: {assumptions}."] if assumptions else []

    @property
    def _parts(self) -> Iterator[tuple[Formula, list[str]]]:
        """Every part of the formula, and what experiments found of it."""
        found = defaultdict(list)
        for finding in self.theorem.findings if self.theorem else ():
            found[finding.atom].append(finding.detail)
        for part in self.statement.parts if self.statement else ():
            yield part, found[part]

    def __repr__(self) -> str:
        return f"<{self.claim.id}: {self.verdict.value}, {self.finding}>"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


class Registry(dict[str, Claim]):
    """Claims by id, in the order of their chapters.

    Args:
        claims: the claims; ids are unique.
        retired: ids that were claims once, each with the claim or formula that says as much.
        formulas: the ids of formulas that may be named there.

    Raises:
        ValueError: if two claims have the same id, be it retired, or a successor does not exist.

    Examples:
        >>> from elu_sym.claims.chapters import CLAIMS
        >>> list(CLAIMS)[:2]
        ['construction.unique', 'construction.wishes_determine_elu']
    """

    def __init__(
        self,
        claims: Iterable[Claim],
        retired: Mapping[str, str] | None = None,
        formulas: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._retired = dict(retired or {})
        for claim in claims:
            if claim.id in self or claim.id in self._retired:
                raise ValueError(
                    f"two claims have the id {claim.id}, one of which may be retired; ids are"
                    " permanent, choose another one"
                )
            self[claim.id] = claim
        for claim_id, successor in self._retired.items():
            if successor not in self and successor not in formulas:
                raise ValueError(
                    f"the retired claim {claim_id} names {successor}, which is no claim and no"
                    " formula; name one that says as much"
                )

    def __missing__(self, claim_id: str) -> Claim:
        if successor := self._retired.get(claim_id):
            formula = f", a formula: python -m elu_sym verify --verbose --only {successor}"
            end = "" if successor in self else formula
            raise KeyError(f"{claim_id!r} is retired; {successor} says as much{end}")
        # "c1" is close to no id by its letters, but begins regularity.c1_iff_alpha_1.
        name = claim_id.rpartition(".")[2]
        close = [each for each in self if each.partition(".")[2].startswith(name)]
        close = close or get_close_matches(claim_id, self)
        known = ", ".join(close) if close else "what python -m elu_sym verify --verbose lists"
        raise KeyError(f"there is no claim {claim_id!r}; there is {known}")

    def __repr__(self) -> str:
        return f"Registry({', '.join(self)})"


def _plain_text(words: str) -> str:
    """Words for Markdown, which otherwise sets the b of a*b*c in italics."""
    return re.sub(r"([*_<>$\\])", r"\\\1", words)


def _plain(witness: Point | None) -> dict[str, str] | None:
    return None if witness is None else {str(name): str(value) for name, value in witness.items()}
