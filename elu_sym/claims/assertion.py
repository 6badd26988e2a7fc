"""Assertions and steps: something definite, the rule that decides it, and what the rule found.

An assertion is a formal statement with its proof (:mod:`elu_sym.claims.statement`), or something
about stored runs (:mod:`elu_sym.claims.rules.measured`); its class is the rule that decides it.
Checking it gives a step. A step that raises an exception decides nothing.

An assertion is one sentence, of words and of mathematics, that is printed in two ways.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import Field, dataclass
from itertools import groupby
from typing import Any, ClassVar, NamedTuple, dataclass_transform

from sympy import Basic, latex

from elu_sym.algebra.enclosure import Point
from elu_sym.certify.witness import Evidence

RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "->": r"\to"}
"""What stands for itself in plain text and is mathematics in LaTeX."""


class Notation(NamedTuple):
    """Mathematics that is written otherwise than SymPy prints it.

    Attributes:
        text: in plain text.
        latex: as LaTeX without dollar signs.
    """

    text: str
    latex: str


Sentence = Iterable[str | Basic | Notation]
"""Words and relations as ``str``, mathematics as expressions or in a notation of its own."""


@dataclass_transform(frozen_default=True)
class Assertion(ABC):
    """Something definite that a rule decides.

    A subclass becomes a frozen dataclass: its fields are what is asserted, ``decide`` is the rule.
    Symbols are quantified universally, over the values that their assumptions admit.

    Attributes:
        rule: the name of the rule, as a mathematician would cite it.
    """

    rule: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @abstractmethod
    def sentence(self) -> Sentence:
        """What is asserted, in words and mathematics; it is printed as text and as LaTeX."""

    def to_text(self) -> str:
        """What is asserted, in plain text."""
        parts = (part.text if isinstance(part, Notation) else str(part) for part in self.sentence())
        return re.sub(r" (?=[,.;:](?:\s|$))", "", " ".join(parts))

    def to_latex(self) -> str:
        """What is asserted, as LaTeX without dollar signs."""
        return " ".join(map(_latex, self.sentence())).replace(" ,", ",")

    @abstractmethod
    def decide(self) -> "Step":
        """Apply the rule; an exception counts as undecided."""

    def check(self) -> "Step":
        """Apply the rule and let nothing but its own finding through."""
        try:
            step = self.decide()
        except ModuleNotFoundError:
            raise  # an extra that is not installed leaves nothing undecided
        except Exception as error:
            return self.undecided(f"{type(error).__name__}: {error}")
        if step.assertion != self:
            return self.undecided(f"the rule decided something else, {step.assertion.to_text()}")
        return step

    def proved(self, detail: str, evidence: Evidence = Evidence.ALGEBRA) -> "Step":
        """The step that finds the assertion true."""
        return Step(self, True, detail, evidence, None)

    def refuted(
        self, detail: str, witness: Point, evidence: Evidence = Evidence.ENCLOSURE
    ) -> "Step":
        """The step that finds the assertion false at an exact point."""
        return Step(self, False, detail, evidence, witness)

    def undecided(self, detail: str) -> "Step":
        """The step that leaves the assertion open."""
        return Step(self, None, detail, Evidence.ALGEBRA, None)


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
    """

    assertion: Assertion
    holds: bool | None
    detail: str
    evidence: Evidence
    witness: Point | None

    def __post_init__(self) -> None:
        if (self.holds is False) != (self.witness is not None):
            raise ValueError(
                f"the step for {self.assertion.to_text()} has holds={self.holds} and"
                f" witness={self.witness}; a witness is given exactly where holds is False"
            )


def _latex(part: str | Basic | Notation) -> str:
    r"""A part of a sentence; words in ``\text``, relations and whole numbers between them not."""
    if isinstance(part, Notation):
        return part.latex
    if not isinstance(part, str):
        printed: str = latex(part)
        return printed
    runs = groupby(part.split(), key=lambda word: word in RELATIONS or word.isdecimal())
    return " ".join(
        " ".join(RELATIONS.get(word, word) for word in run) if is_mathematics else _quoted(run)
        for is_mathematics, run in runs
    )


def _quoted(words: Iterable[str]) -> str:
    escaped = re.sub(r"([{}$\\&#^_%~])", r"\\\1", " ".join(words))
    return rf"\text{{{'' if escaped[0] in ',.;:' else ' '}{escaped} }}"
