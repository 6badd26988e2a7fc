"""Assertions and steps: something definite, the rule that decides it, and what the rule found.

An assertion is an identity, a sign, a limit, a theorem about a function; its class is the rule that
decides it (:mod:`elu_sym.claims.rules.elementary` and its neighbours). Checking it gives a step,
which may rest on further steps, its premises. A step that raises an exception decides nothing.

An assertion is one sentence, of words and of mathematics, that is printed in two ways.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
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

IFF = Notation("if and only if", r"\iff")
AND = Notation("and", r",\;")


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

    def proved(
        self, detail: str, premises: "Iterable[Step]" = (), evidence: Evidence = Evidence.ALGEBRA
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

    def concluded(
        self,
        detail: str,
        premises: "Iterable[Assertion | Step]",
        entailed: "Iterable[Step] | None" = None,
        failure: str = "",
        at: Point | None = None,
    ) -> "Step":
        """The step for an assertion that follows from its premises.

        Args:
            detail: why it follows.
            premises: steps, or assertions that are checked now.
            entailed: steps whose assertions follow from this one in turn: where one is false, it
                is. By default it holds if and only if the premises do, and none may be open.
            failure: what it means that one of them is false; it is named by default.
            at: values of the witness where the one of the false step has none.
        """
        steps = tuple(
            premise.check() if isinstance(premise, Assertion) else premise for premise in premises
        )
        if steps and all_hold(steps):
            return self.proved(detail, steps)
        is_open = any(step.holds is None for step in steps)
        false = first_false(entailed if entailed is not None else () if is_open else steps)
        if false is None:
            return self.undecided("a premise is open", steps)
        found = false.witness or {}
        witness = {**found, **(at or {}), **found}
        rests_on = steps if false in steps else (*steps, false)
        return self.refuted(failure or f"{false.assertion.to_text()} fails", witness, rests_on)

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

    def unless(
        self,
        points: Iterable[Point],
        failure: "Callable[[Point], str | Step]",
        given: Point | None = None,
    ) -> "Step":
        """The step; if it is open, the one that refutes the assertion at the first point it can.

        Args:
            points: where to look.
            failure: why the assertion fails at a point, or nothing; or a step that refutes it
                there if it holds.
            given: values that belong to the witness beside the point.
        """
        for point in points if self.holds is None else ():
            found = failure(point)
            witness = {**(given or {}), **point}
            if isinstance(found, Step):
                if found.holds:
                    detail = f"here {found.assertion.to_text()}"
                    return self.assertion.refuted(detail, witness, [*self.premises, found])
            elif found:
                return self.assertion.refuted(found, witness, self.premises)
        return self

    def walk(self) -> "Iterator[Step]":
        """The premises, theirs before them, and then the step itself."""
        for premise in self.premises:
            yield from premise.walk()
        yield self


def all_hold(steps: Iterable[Step]) -> bool:
    """Whether every step holds."""
    return all(step.holds is True for step in steps)


def first_false(steps: Iterable[Step]) -> Step | None:
    """The first step that is refuted, if there is one."""
    return next((step for step in steps if step.holds is False), None)


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
