"""Claims: what is said about ELU, how it is checked, and the verdict that comes out.

A claim says neither more nor less than the assertions of its proof
(:mod:`elu_sym.claims.assertion`): it is PROVED when each of them and each of their premises holds,
and REFUTED when one of them fails at an exact point that can be shown. Beside a claim stand its
false neighbours: a prover that does not refute them is broken.

Nothing is believed on the word of a proof: a verdict is computed from steps that the rules have
just checked, a step that raises an exception decides nothing, and a proof without steps neither.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from itertools import zip_longest
from typing import Any

from sympy import Symbol

from elu_sym.algebra.enclosure import Point
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step

__all__ = [
    "Assertion",
    "Claim",
    "Neighbour",
    "Outcome",
    "ProofError",
    "Registry",
    "Step",
    "Verdict",
]


class Verdict(Enum):
    """What can be said of a claim once it was checked."""

    PROVED = "PROVED"
    """Every step was checked by exact algebra or by a rigorous enclosure."""
    REFUTED = "REFUTED"
    """It fails at an exact point, or in a run of an experiment, which is shown."""
    MEASURED = "MEASURED"
    """An experiment supports it, with its sample size and interval; that is no proof."""
    UNKNOWN = "UNKNOWN"
    """The rules could not decide."""


class ProofError(ArithmeticError):
    """A step that is not what its rule finds; the message names the step."""


@dataclass(frozen=True)
class Neighbour:
    """A false statement beside a claim: a constant, a sign, a quantifier or a condition changed.

    Attributes:
        statement: what it says, in words.
        proof: builds the assertions that it amounts to, one of which is refuted.
    """

    statement: str
    proof: Callable[[], Iterable[Assertion]]


@dataclass(frozen=True)
class Claim:
    """One statement about ELU, with its proof.

    Attributes:
        id: permanent, ``chapter.name`` in lower case.
        statement: one sentence.
        proof: builds, from the definition, the assertions whose conjunction the claim is.
        source: who says so.
        latex: the statement as a formula, if it has one.
        assumptions: the symbols that the claim is about, whose SymPy assumptions are its
            hypotheses, and further hypotheses in words.
        expected: the verdict that the project stands for.
        neighbours: false statements close to this one, which its rules must refute.

    Examples:
        >>> from elu_sym.claims.chapters import CLAIMS
        >>> claim = CLAIMS["regularity.derivative_jump"]
        >>> claim.hypotheses
        ('x real', 'alpha > 0')
        >>> claim.check().verdict
        <Verdict.PROVED: 'PROVED'>
    """

    id: str
    statement: str
    proof: Callable[[], Iterable[Assertion]]
    source: str
    latex: str = ""
    assumptions: tuple[Symbol | str, ...] = ()
    expected: Verdict = Verdict.PROVED
    neighbours: tuple[Neighbour, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]\w*\.[a-z]\w*", self.id):
            raise ValueError(f"the id of a claim is chapter.name in lower case, not {self.id!r}")
        if self.expected is Verdict.UNKNOWN:
            raise ValueError(f"the claim {self.id} expects UNKNOWN; expect what you stand for")

    @property
    def chapter(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """The assumptions in words."""
        return tuple(_hypothesis(assumption) for assumption in self.assumptions)

    @property
    def false_claims(self) -> "tuple[Claim, ...]":
        """The neighbours as claims that expect to be refuted."""
        return tuple(
            replace(
                self,
                id=f"{self.id}_false_{number}",
                statement=neighbour.statement,
                proof=neighbour.proof,
                latex="",
                expected=Verdict.REFUTED,
                neighbours=(),
            )
            for number, neighbour in enumerate(self.neighbours, start=1)
        )

    def check(self) -> "Outcome":
        """Check every step, now."""
        start = time.perf_counter()
        steps: tuple[Step, ...] = ()
        failure = ""
        try:
            steps = tuple(assertion.check() for assertion in self.proof())
        except Exception as error:
            failure = f"the proof raises {type(error).__name__}: {error}"
        return Outcome(self, steps, time.perf_counter() - start, failure)


@dataclass(frozen=True, repr=False)
class Outcome:
    """What checking a claim gave.

    Attributes:
        claim: the claim.
        steps: one step for each assertion of the proof; their premises are inside them.
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
        steps = self.numbered_steps
        if self.failure or not steps or not all(step.holds is True for step in steps):
            return Verdict.UNKNOWN
        if any(step.evidence is Evidence.EXPERIMENT for step in steps):
            return Verdict.MEASURED
        return Verdict.PROVED

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
    def where(self) -> str:
        """The witness in words, or nothing."""
        return _where(self.witness).strip()

    @property
    def named_witness(self) -> dict[str, str] | None:
        """The witness as plain data."""
        return _plain(self.witness)

    @property
    def finding(self) -> str:
        """What the rule found at the witness, or nothing."""
        step = self._counterexample
        return "" if step is None else step.detail

    @property
    def _counterexample(self) -> Step | None:
        """The first assertion of the claim that is false; a false premise alone is none."""
        for step in self.steps:
            # What an experiment contradicts is open, unless one of its runs is the exception.
            if step.holds is False and (step.evidence is not Evidence.EXPERIMENT or step.witness):
                return step
        return None

    @property
    def numbered_steps(self) -> tuple[Step, ...]:
        """Every step once, premises before what rests on them."""
        steps: list[Step] = []
        for step in (step for top in self.steps for step in top.walk()):
            if step not in steps:
                steps.append(step)
        return tuple(steps)

    def recheck(self) -> None:
        """Check the claim again and compare with the steps that are recorded here.

        Raises:
            ProofError: naming the first step that is not what its rule finds.
        """
        fresh = self.claim.check().numbered_steps
        for number, (kept, found) in enumerate(zip_longest(self.numbered_steps, fresh), start=1):
            if kept == found:
                continue
            if kept is None or found is None:
                raise ProofError(f"step {number} is {'missing' if kept is None else 'not needed'}")
            raise ProofError(
                f"step {number} ({kept.assertion.rule}) says: {kept.assertion.to_text()}:"
                f" {kept.holds}; the proof has: {found.assertion.to_text()}: {found.holds}"
            )

    def to_json(self) -> dict[str, Any]:
        """The proof as plain data; the premises of a step are the numbers of other steps."""
        steps = self.numbered_steps
        return {
            "id": self.claim.id,
            "statement": self.claim.statement,
            "latex": self.claim.latex,
            "assumptions": list(self.claim.hypotheses),
            "steps": [
                {
                    "number": number,
                    "assertion": step.assertion.to_text(),
                    "rule": step.assertion.rule,
                    "evidence": step.evidence.value,
                    "holds": step.holds,
                    "detail": step.detail,
                    "witness": _plain(step.witness),
                    "premises": [steps.index(premise) + 1 for premise in step.premises],
                }
                for number, step in enumerate(steps, start=1)
            ],
            "failure": self.failure,
            "verdict": self.verdict.value,
            "expected": self.claim.expected.value,
            "witness": self.named_witness,
            "finding": self.finding,
            "source": self.claim.source,
        }

    def to_text(self) -> str:
        """The proof as numbered steps: statement, rule, result."""
        lines = [f"{self.claim.id}: {self.claim.statement}"]
        if self.claim.assumptions:
            lines.append(f"Assumptions: {', '.join(self.claim.hypotheses)}.")
        steps = self.numbered_steps
        for number, step in enumerate(steps, start=1):
            lines.append(f"{number}. {step.assertion.to_text()}")
            lines.append(f"   [{_RESULT[step.holds]}] {_reason(step, steps)}")
        lines += [self.failure] if self.failure else []
        lines.append(f"{self.verdict.value}{_where(self.witness)}. Source: {self.claim.source}.")
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """The proof as a numbered list with formulas."""
        formula = f" $\\displaystyle {self.claim.latex}$" if self.claim.latex else ""
        statement = self.claim.statement.replace("*", r"\*")
        lines = [f"**{self.claim.id}**: {statement}{formula}", ""]
        if self.claim.assumptions:
            lines += [f"Assumptions: {', '.join(self.claim.hypotheses)}.", ""]
        steps = self.numbered_steps
        for number, step in enumerate(steps, start=1):
            lines.append(f"{number}. $\\displaystyle {step.assertion.to_latex()}$  ")
            lines.append(f"   *{_RESULT[step.holds]}*, {_escaped(_reason(step, steps))}")
        lines += ["", self.failure] if self.failure else []
        lines += ["", f"**{self.verdict.value}**{_where(self.witness)}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self.claim.id}: {self.verdict.value}, {len(self.numbered_steps)} steps>"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


class Registry(Mapping[str, Claim]):
    """Claims by id, in the order of their chapters.

    Args:
        claims: the claims; ids are unique.

    Raises:
        ValueError: if two claims have the same id.

    Examples:
        >>> from elu_sym.claims.chapters import CLAIMS
        >>> list(CLAIMS)[:2]
        ['construction.unique', 'construction.wishes_determine_elu']
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims: dict[str, Claim] = {}
        for claim in claims:
            if claim.id in self._claims:
                raise ValueError(
                    f"two claims have the id {claim.id}; ids are permanent, choose another one"
                )
            self._claims[claim.id] = claim

    def __getitem__(self, claim_id: str) -> Claim:
        try:
            return self._claims[claim_id]
        except KeyError:
            # "mean" is close to no id by its letters, but means moments.mean.
            close = [each for each in self._claims if each.partition(".")[2] == claim_id]
            close = close or get_close_matches(claim_id, self._claims)
            known = ", ".join(close) if close else "what python -m elu_sym verify lists"
            raise KeyError(f"there is no claim {claim_id!r}; there is {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __repr__(self) -> str:
        return f"Registry({', '.join(self._claims)})"


_RESULT = {True: "holds", False: "FAILS", None: "undecided"}


def _hypothesis(assumption: Symbol | str) -> str:
    if isinstance(assumption, str):
        return assumption
    if assumption.is_positive:
        return f"{assumption} > 0"
    if assumption.is_nonnegative:
        return f"{assumption} >= 0"
    return f"{assumption} real" if assumption.is_real else f"{assumption} complex"


def _reason(step: Step, steps: tuple[Step, ...]) -> str:
    numbers = ", ".join(str(steps.index(premise) + 1) for premise in step.premises)
    rests_on = f" (from {numbers})" if numbers else ""
    return f"{step.assertion.rule}{rests_on}: {step.detail}{_where(step.witness)}"


def _escaped(text: str) -> str:
    """Plain text in Markdown, where ``a*b*c`` would set the b in italics."""
    return re.sub(r"([*_<>$\\])", r"\\\1", text)


def _plain(witness: Point | None) -> dict[str, str] | None:
    if witness is None:
        return None
    return {str(symbol): str(value) for symbol, value in witness.items()}


def _where(witness: Point | None) -> str:
    if not witness:
        return ""
    return " at " + ", ".join(f"{symbol} = {value}" for symbol, value in witness.items())
