"""Claims: what is said about ELU, how it is checked, and the verdict that comes out.

A claim says neither more nor less than the assertions of its proof
(:mod:`elu_sym.claims.assertion`): it is PROVED when each of them holds, and REFUTED when one of
them fails at an exact point that can be shown. Beside a claim stand its false neighbours: a prover
that does not refute them is broken.

Nothing is believed on the word of a proof: a verdict is computed from steps that have just been
checked, a step that raises an exception decides nothing, and a proof without steps neither.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import Enum
from itertools import zip_longest
from typing import Any

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.optional import extra
from elu_sym.algebra.working_precision import alone
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step


class Verdict(Enum):
    """What can be said of a claim once it was checked."""

    PROVED = "PROVED"
    """Every step was checked by exact algebra or by a rigorous enclosure."""
    REFUTED = "REFUTED"
    """It fails at an exact point, or in a run of an experiment, which is shown."""
    MEASURED = "MEASURED"
    """An experiment supports it, with its sample size and bound; that is no proof."""
    UNKNOWN = "UNKNOWN"
    """Nothing was found that decides it."""


class ProofError(ArithmeticError):
    """A step that is not what its rule finds; the message names the step."""


Proof = Assertion | Sequence[Assertion] | Callable[[], Assertion | Iterable[Assertion]]
"""What a statement amounts to: assertions, or what builds them from the definition."""


@dataclass(frozen=True)
class Claim:
    """One statement about ELU, with its proof.

    Attributes:
        id: permanent, ``chapter.name`` in lower case.
        statement: one sentence.
        proof: the assertions whose conjunction the claim is, or what builds them when it is
            checked.
        source: who says so.
        assumptions: what is assumed of the runs of an experiment.
        expected: the verdict that the project stands for.
        neighbours: false statements close to this one, a constant, a sign, a quantifier or a
            condition changed, each with the assertions that it amounts to, one of which must be
            refuted.

    Examples:
        >>> from elu_sym.claims.chapters import CLAIMS
        >>> claim = CLAIMS["regularity.derivative_jump"]
        >>> claim.check().verdict
        <Verdict.PROVED: 'PROVED'>
    """

    id: str
    statement: str
    proof: Proof
    source: str
    assumptions: tuple[str, ...] = ()
    expected: Verdict = Verdict.PROVED
    neighbours: Mapping[str, Proof] = field(default_factory=dict, hash=False)

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
    def assertions(self) -> Iterable[Assertion]:
        """What the claim amounts to, built now if the proof builds it."""
        proof = self.proof() if callable(self.proof) else self.proof
        return [proof] if isinstance(proof, Assertion) else proof

    @property
    def false_claims(self) -> "tuple[Claim, ...]":
        """The neighbours as claims that expect to be refuted."""
        expected = Verdict.REFUTED
        return tuple(
            Claim(f"{self.id}_false_{n}", words, proof, self.source, self.assumptions, expected)
            for n, (words, proof) in enumerate(self.neighbours.items(), start=1)
        )

    def check(self) -> "Outcome":
        """Check every step, now."""
        start = time.perf_counter()
        steps: tuple[Step, ...] = ()
        failure = ""
        try:
            with alone(), extra("verify", f"the claim {self.id}"):
                steps = tuple(assertion.check() for assertion in self.assertions)
        except ModuleNotFoundError:
            raise
        except Exception as error:
            failure = f"the proof raises {type(error).__name__}: {error}"
        return Outcome(self, steps, time.perf_counter() - start, failure)


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
        steps: one step for each assertion of the proof.
        seconds: how long the check took.
        failure: why there are no steps, if the proof itself raised an exception.
    """

    claim: Claim
    steps: tuple[Step, ...]
    seconds: float
    failure: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict, computed from the steps."""
        if self._counterexample is not None:
            return Verdict.REFUTED
        if self.failure or not self.steps or any(step.holds is not True for step in self.steps):
            return Verdict.UNKNOWN
        measured = any(step.evidence is Evidence.EXPERIMENT for step in self.steps)
        return Verdict.MEASURED if measured else Verdict.PROVED

    @property
    def is_expected(self) -> bool:
        """Whether the verdict is the one that the claim expects, which UNKNOWN never is."""
        return self.verdict is self.claim.expected

    @property
    def witness(self) -> Point | None:
        """Where the claim fails, if it is REFUTED."""
        step = self._counterexample
        return None if step is None else step.witness

    @property
    def found(self) -> str:
        """The verdict as a word."""
        return self.verdict.value

    @property
    def where(self) -> str:
        """The witness in words, or nothing."""
        return _where(self.witness).strip()

    @property
    def finding(self) -> str:
        """What the rule found at the witness, or nothing."""
        step = self._counterexample
        return "" if step is None else step.detail

    @property
    def _counterexample(self) -> Step | None:
        """The first assertion of the claim that is false."""
        # What an experiment contradicts is open, unless one of its runs is the exception.
        false = (step for step in self.steps if step.holds is False)
        return next((s for s in false if s.evidence is not Evidence.EXPERIMENT or s.witness), None)

    def recheck(self) -> None:
        """Check the claim again and compare with the steps that are recorded here.

        Raises:
            ProofError: naming the first step that is not what its rule finds.
        """
        fresh = self.claim.check().steps
        for number, (kept, found) in enumerate(zip_longest(self.steps, fresh), start=1):
            if kept == found:
                continue
            if kept is None or found is None:
                raise ProofError(f"step {number} is {'missing' if kept is None else 'not needed'}")
            raise ProofError(
                f"step {number} ({kept.assertion.rule}) says: {kept.assertion.to_text()}:"
                f" {kept.holds}; the proof has: {found.assertion.to_text()}: {found.holds}"
            )

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
        """The proof as plain data."""
        return self.summary() | {
            "assumptions": list(self.claim.assumptions),
            "steps": [
                {
                    "number": number,
                    "assertion": step.assertion.to_text(),
                    "rule": step.assertion.rule,
                    "evidence": step.evidence.value,
                    "holds": step.holds,
                    "detail": step.detail,
                    "witness": _plain(step.witness),
                }
                for number, step in enumerate(self.steps, start=1)
            ],
            "failure": self.failure,
            "source": self.claim.source,
        }

    def to_text(self) -> str:
        """The proof as numbered steps: statement, rule, result."""
        lines = [f"{self.claim.id}: {self.claim.statement}", *self._assumptions]
        for number, step, reason in self._reasons:
            lines.append(f"{number}. {step.assertion.to_text()}")
            lines.append(f"   [{_RESULT[step.holds]}] {reason}")
        lines += [self.failure] if self.failure else []
        lines.append(f"{self.found}{_where(self.witness)}. Source: {self.claim.source}.")
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """The proof as a numbered list with formulas."""
        statement = self.claim.statement.replace("*", r"\*")
        lines = [f"**{self.claim.id}**: {statement}", ""]
        for assumptions in self._assumptions:
            lines += [assumptions, ""]
        for number, step, reason in self._reasons:
            lines.append(f"{number}. $\\displaystyle {step.assertion.to_latex()}$  ")
            lines.append(f"   *{_RESULT[step.holds]}*, {_plain_text(reason)}")
        lines += ["", self.failure] if self.failure else []
        return "\n".join([*lines, "", f"**{self.found}**{_where(self.witness)}"])

    @property
    def _assumptions(self) -> list[str]:
        assumptions = ", ".join(self.claim.assumptions)
        return [f"Assumptions: {assumptions}."] if assumptions else []

    @property
    def _reasons(self) -> Iterator[tuple[int, Step, str]]:
        """Every step with its number and why it holds or fails."""
        for number, step in enumerate(self.steps, start=1):
            reason = f"{step.assertion.rule}: {step.detail}{_where(step.witness)}"
            yield number, step, reason

    def __repr__(self) -> str:
        return f"<{self.claim.id}: {self.verdict.value}, {len(self.steps)} steps>"

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


_RESULT = {True: "holds", False: "FAILS", None: "undecided"}


def _plain(witness: Point | None) -> dict[str, str] | None:
    return None if witness is None else {str(name): str(value) for name, value in witness.items()}


def _where(witness: Point | None) -> str:
    if not witness:
        return ""
    return " at " + ", ".join(f"{symbol} = {value}" for symbol, value in witness.items())
