"""Assertions and steps: something definite, the rule that decides it, and what the rule found.

An assertion is an identity, a sign, a limit, a theorem about a function; its class is the rule that
decides it (:mod:`elu_sym.claims.rules.elementary` and its neighbours). Checking it gives a step,
which may rest on further steps, its premises. A step that raises an exception decides nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from elu_sym.algebra.enclosure import Point
from elu_sym.certify.witness import Evidence


class Assertion(ABC):
    """Something definite that a rule decides.

    A subclass is a frozen dataclass: its fields are what is asserted, its ``decide`` is the rule.
    Symbols are quantified universally, over the values that their assumptions admit.

    Attributes:
        rule: the name of the rule, as a mathematician would cite it.
    """

    rule: ClassVar[str]

    @abstractmethod
    def to_text(self) -> str:
        """What is asserted, in plain text."""

    @abstractmethod
    def to_latex(self) -> str:
        """What is asserted, as LaTeX without dollar signs."""

    @abstractmethod
    def decide(self) -> "Step":
        """Apply the rule; an exception counts as undecided."""

    def check(self) -> "Step":
        """Apply the rule and let nothing but its own finding through."""
        try:
            step = self.decide()
        except Exception as error:
            return self.undecided(f"{type(error).__name__}: {error}")
        if step.assertion != self:
            return self.undecided(f"the rule decided something else, {step.assertion.to_text()}")
        return step

    def proved(
        self,
        detail: str,
        premises: "Iterable[Step]" = (),
        evidence: Evidence = Evidence.ALGEBRA,
    ) -> "Step":
        """The step that finds the assertion true."""
        return Step(self, True, detail, evidence, None, tuple(premises))

    def refuted(
        self,
        detail: str,
        witness: Point,
        premises: "Iterable[Step]" = (),
        evidence: Evidence = Evidence.ENCLOSURE,
    ) -> "Step":
        """The step that finds the assertion false at an exact point."""
        return Step(self, False, detail, evidence, witness, tuple(premises))

    def concluded(self, detail: str, premises: "Iterable[Step]") -> "Step":
        """The step for an assertion that is true if and only if every premise is."""
        premises = tuple(premises)
        findings = [premise.holds for premise in premises]
        if findings and all(findings):
            return self.proved(detail, premises)
        if None in findings or not findings:
            return self.undecided("a premise is open", premises)
        false = premises[findings.index(False)]
        return self.refuted(f"{false.assertion.to_text()} fails", false.witness or {}, premises)

    def undecided(self, detail: str, premises: "Iterable[Step]" = ()) -> "Step":
        """The step that leaves the assertion open."""
        return Step(self, None, detail, Evidence.ALGEBRA, None, tuple(premises))


@dataclass(frozen=True)
class Step:
    """An assertion and what its rule found.

    Attributes:
        assertion: what is claimed, and by which rule.
        holds: True, False, or None where the rule could not decide.
        detail: why, in words.
        evidence: what the finding rests on.
        witness: where it fails, an exact value by symbol; None unless ``holds`` is False. It is
            empty for a false assertion without symbols.
        premises: the steps it rests on.
    """

    assertion: Assertion
    holds: bool | None
    detail: str
    evidence: Evidence
    witness: Point | None
    premises: tuple["Step", ...]

    def __post_init__(self) -> None:
        if (self.holds is False) != (self.witness is not None):
            raise ValueError(
                f"the step for {self.assertion.to_text()} has holds={self.holds} and"
                f" witness={self.witness}; a witness is given exactly where holds is False"
            )

    def walk(self) -> "Iterator[Step]":
        """The premises, theirs before them, and then the step itself."""
        for premise in self.premises:
            yield from premise.walk()
        yield self
