"""The verification report: every claim with its verdict, every formula with its witnesses."""

import itertools
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from elu_sym.algebra.optional import with_progress
from elu_sym.book.formula import FORMULAS, JOINT_FORMULAS, Formula
from elu_sym.book.joint_formula import JointFormula
from elu_sym.certify.witness import Evidence, Witness
from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.claims.claim import Outcome, Verdict
from elu_sym.experiments.processes import finished

BOOK: dict[str, Formula | JointFormula] = {**FORMULAS, **JOINT_FORMULAS}
"""Every formula by its id."""


@dataclass(frozen=True)
class ClaimReport:
    """A claim and what came out of it and of its false neighbours."""

    outcome: Outcome
    neighbours: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether the verdict is the expected one, and that of every neighbour."""
        return self.outcome.is_expected and self.refuted == len(self.neighbours)

    @property
    def refuted(self) -> int:
        """How many of the neighbours are refuted, or contradicted by an experiment, as expected."""
        return sum(neighbour.is_expected for neighbour in self.neighbours)

    @property
    def seconds(self) -> float:
        """What the claim and its neighbours cost."""
        return self.outcome.seconds + sum(neighbour.seconds for neighbour in self.neighbours)

    def to_text(self) -> str:
        """Verdict, statement, witnesses, neighbours and time."""
        claim, indent = self.outcome.claim, " " * 9
        mark = "" if self.outcome.is_expected else f", but {claim.expected.value} is expected"
        lines = [f"{self.outcome.verdict.value:8s} {claim.id}{mark}  [{self.seconds:.2f} s]"]
        said = [claim.statement]
        if self.outcome.witness:
            said.append(f"fails {self.outcome.where}")
        lines += [textwrap.indent(textwrap.fill(words, 96 - len(indent)), indent) for words in said]
        found = [f"{self._witness.kind}: {self._witness.detail}"]
        if self.neighbours:
            wanted = self.neighbours[0].claim.expected.value
            count = f"{self.refuted} of {len(self.neighbours)} {wanted.lower()}"
            found.append(f"false neighbours: {count}")
        lines.append(indent + "; ".join(found))
        for neighbour in (each for each in self.neighbours if not each.is_expected):
            verdict = neighbour.verdict.value
            lines.append(f"{indent}NOT {wanted} ({verdict}): {neighbour.claim.statement}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return self.outcome.summary() | {
            "chapter": self.outcome.claim.chapter,
            "passed": self.passed,
            "witnesses": [_witness_json(self._witness)],
            "neighbours": [neighbour.summary() for neighbour in self.neighbours],
            "seconds": round(self.seconds, 4),
        }

    @property
    def _witness(self) -> Witness:
        """The proof as a witness: whether the kernel accepts it, and what it rests on."""
        theorem, outcome = self.outcome.theorem, self.outcome
        kind = Evidence.EXPERIMENT if theorem and theorem.is_measured else Evidence.ALGEBRA
        return Witness(kind, theorem is not None, outcome.finding, outcome.seconds)


@dataclass(frozen=True)
class FormulaReport:
    """A formula and what its witnesses found."""

    formula: Formula | JointFormula
    witnesses: tuple[Witness, ...]

    @property
    def passed(self) -> bool:
        """Whether there are witnesses and all of them accept the formula."""
        return bool(self.witnesses) and all(witness.passed for witness in self.witnesses)

    @property
    def seconds(self) -> float:
        """What the witnesses cost."""
        return sum(witness.seconds for witness in self.witnesses)

    def to_text(self) -> str:
        """What the formula is, and what each witness found."""
        mark = "CERTIFIED" if self.passed else "FAILED"
        lines = [f"{mark:8s} {self.formula.id}: {self.formula.statement}"]
        for witness in self.witnesses:
            found = "passed" if witness.passed else "FAILED"
            cost = f"[{witness.seconds:.2f} s]"
            lines.append(f"         {witness.kind:11s} {found}  {witness.detail}  {cost}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """The outcome of a verification."""

    claims: tuple[ClaimReport, ...]
    formulas: tuple[FormulaReport, ...]
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every verdict is the expected one and every witness accepts its formula."""
        claims = all(report.passed for report in self.claims)
        return claims and all(report.passed for report in self.formulas)

    @property
    def counts(self) -> dict[str, int]:
        """How many claims, neighbours and formulas there are, and how many are as they should."""
        return {
            "claims": len(self.claims),
            "expected": sum(report.outcome.is_expected for report in self.claims),
            "neighbours": sum(len(report.neighbours) for report in self.claims),
            "refuted": sum(report.refuted for report in self.claims),
            "formulas": len(self.formulas),
            "certified": sum(report.passed for report in self.formulas),
        }

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "passed": self.passed,
            "counts": self.counts,
            "claims": [report.to_json() for report in self.claims],
            "formulas": [
                {
                    "id": report.formula.id,
                    "latex": report.formula.latex,
                    "passed": report.passed,
                    "witnesses": [_witness_json(witness) for witness in report.witnesses],
                    "seconds": round(report.seconds, 4),
                }
                for report in self.formulas
            ],
        }

    def to_text(self) -> str:
        """The whole report for a reader, by chapters, the summary last."""
        lines = []
        for chapter, reports in itertools.groupby(
            self.claims, lambda report: report.outcome.claim.chapter
        ):
            lines += [f"--- {CHAPTERS.get(chapter, chapter)} ---"]
            lines += [report.to_text() for report in reports]
        for title, kind in (("Formulas", Formula), ("Formulas of two inputs", JointFormula)):
            found = [each for each in self.formulas if isinstance(each.formula, kind)]
            lines += [f"--- {title} ---"] if found else []
            lines += [report.to_text() for report in found]
        return "\n".join([*lines, self.summary()])

    def summary(self) -> str:
        """What fails, in full, and how many hold, on one screen."""
        counts = self.counts
        lines = [report.to_text() for report in self.claims if not report.passed]
        lines += [report.to_text() for report in self.formulas if not report.passed]
        if self.claims:
            claims = _counted(report.outcome for report in self.claims)
            false = _counted(each for report in self.claims for each in report.neighbours)
            lines += [
                f"{counts['expected']} of {counts['claims']} claims as expected ({claims}),",
                f"{counts['refuted']} of {counts['neighbours']} false neighbours as expected"
                f" ({false}),",
            ]
        if self.formulas:
            lines += [f"{counts['certified']} of {counts['formulas']} formulas certified,"]
        result = "everything holds" if self.passed else "VERIFICATION FAILED"
        return "\n".join([*lines, f"in {self.seconds:.0f} s: {result}"])


def _counted(outcomes: Iterable[Outcome]) -> str:
    """How often each verdict was found."""
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    return ", ".join(f"{verdicts[v]} {v.value}" for v in Verdict if verdicts[v])


def _witness_json(witness: Witness) -> dict[str, Any]:
    return {"kind": witness.kind, "passed": witness.passed, "detail": witness.detail}


def verify(only: Sequence[str] | None = None, processes: int = 1) -> Report:
    """Check claims and certify formulas, with progress on a terminal.

    Args:
        only: the ids of claims and formulas, and names of chapters; everything by default.
        processes: how many processes share the work; with more than one, the calling script
            must be importable, as :mod:`multiprocessing` requires. The findings do not depend
            on it.

    Returns:
        The report; its ``passed`` is False if a verdict is UNKNOWN or not the expected one, or
        if a witness rejects a formula.

    Raises:
        ValueError: if a name is no claim, no chapter and no formula, if nothing is named, or if
            ``processes`` is below 1.

    Examples:
        >>> report = verify(["regularity.continuous"])
        >>> report.passed, report.claims[0].outcome.verdict.value, report.claims[0].refuted
        (True, 'PROVED', 1)
    """
    known = [*CLAIMS, *BOOK]
    chosen = known if only is None else list(dict.fromkeys(_resolved(only, known)))
    if not chosen:
        raise ValueError("only is empty: name a claim, a chapter or a formula")
    start = time.perf_counter()
    with closing(finished(_checked_by_id, chosen, processes)) as results:
        bar = with_progress(results, len(chosen), "claim or formula")
        found = dict(bar)
    claims, formulas = [], []
    for name in chosen:
        if name in CLAIMS:
            checked = (CLAIMS[name], *CLAIMS[name].false_claims)
            outcome, *neighbours = (
                Outcome(claim, *parts) for claim, parts in zip(checked, found[name], strict=True)
            )
            claims.append(ClaimReport(outcome, tuple(neighbours)))
        else:
            formulas.append(FormulaReport(BOOK[name], found[name]))
    return Report(tuple(claims), tuple(formulas), time.perf_counter() - start)


def _resolved(only: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """Ids, and the ids of a chapter for its name."""
    for name in only:
        members = [name] if name in known else [c.id for c in CLAIMS.values() if c.chapter == name]
        if not members:
            close = get_close_matches(name, [*known, *CHAPTERS]) or CHAPTERS
            raise ValueError(
                f"{name!r} is no claim, no chapter and no formula; there is {', '.join(close)}"
            )
        yield from members


def _checked_by_id(name: str) -> Any:
    """What testifies for a claim or a formula; a process of its own is told the id alone.

    A claim itself stays where it is: its proof is a function, which does not travel.
    """
    if name in CLAIMS:
        checked = (claim.check() for claim in (CLAIMS[name], *CLAIMS[name].false_claims))
        return tuple((o.statement, o.theorem, o.seconds, o.failure) for o in checked)
    try:
        return BOOK[name].certificate
    except ModuleNotFoundError:
        raise  # an extra that is not installed says nothing about the formula
    except Exception as error:
        # One formula that cannot be certified must not hide what the others are.
        found = f"raises {type(error).__name__}: {error}"
        return (Witness(Evidence.ALGEBRA, False, found, 0.0),)
