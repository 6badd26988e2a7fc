"""Formal statements with their proofs: what a claim is about, and what decides it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Symbol

from elu_sym.claims.kernel import RULES, Theorem, prove
from elu_sym.claims.kernel.language import Formula, expanded, free_variables, negation
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.printing import in_latex, in_words, law_in_words
from elu_sym.claims.tactics import Tactic, counterexample, parts

RECORDED = ("recorded",)
"""The proof of what an experiment recorded, or contradicts: the kernel reads the records."""


@dataclass(frozen=True)
class Statement:
    """A formula that the kernel proves, or one whose negation it proves.

    Attributes:
        formula: the statement.
        proof: of the statement, or of its negation; parts may be open, for tactics to find.
        is_false: whether it is the negation that is proved.

    Examples:
        >>> from elu_sym.claims.formulas import at_most, for_all
        >>> from elu_sym.claims.tactics import auto
        >>> from elu_sym.symbols import x
        >>> Statement(for_all(x, at_most(0, x**2)), auto()).theorem().is_measured
        False
        >>> witness_of(refuted(for_all(x, at_most(0, x))).theorem())
        {x: -1}
    """

    formula: Formula
    proof: Tactic = field(compare=False, repr=False)
    is_false: bool = False

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets is the formula: a proof with open places is code."""
        return {**self.__dict__, "proof": None}

    @property
    def parts(self) -> tuple[Formula, ...]:
        """What the formula is a conjunction of, or the formula itself."""
        return self.formula[1:] if self.formula[0] == "and" else (self.formula,)

    def to_text(self) -> str:
        """The formula in plain words."""
        return in_words(self.formula)

    def to_latex(self) -> str:
        """The formula as LaTeX without dollar signs."""
        return in_latex(self.formula)

    def theorem(self) -> Theorem:
        """What the kernel makes of the proof.

        Raises:
            RejectedError: if it is none.
        """
        return prove(negation(self.formula) if self.is_false else self.formula, self.proof)


def refuted(formula: Formula, proof: Tactic | None = None) -> Statement:
    """A false statement, with a proof of its negation; else a counterexample is searched for."""
    return Statement(formula, proof or counterexample(), is_false=True)


def borne_out(*atoms: Formula) -> Statement:
    """The statement that some atoms about records hold, each of which the records bear out."""
    if len(atoms) == 1:
        return Statement(atoms[0], RECORDED)
    return Statement(("and", *atoms), parts(*(RECORDED for _ in atoms)))


def contradicted(*atoms: Formula) -> Statement:
    """The statement that some atoms about records hold, one of which the records contradict."""
    if len(atoms) == 1:
        return refuted(atoms[0], RECORDED)
    return refuted(("and", *atoms), counterexample(lambda: RECORDED))


def witness_of(theorem: Theorem) -> dict[Expr, Expr]:
    """Where a statement fails whose negation is a theorem: by symbols, values, or a run."""
    exceptions = (pair for finding in theorem.findings for pair in finding.place)
    return dict([*_values(theorem.statement, theorem.proof), *exceptions])


def _values(goal: Formula, proof: Any) -> Iterator[tuple[Symbol, Expr]]:
    """The values that the proof of a negation gives to what a statement is about."""
    match expanded(goal), proof:
        case ("exists", name, inner), ("witness", value, then):
            if not free_variables(value):
                yield Symbol(name, real=True), Context().value(value)
            yield from _values(inner, then)
        case ("exists-law", name, inner), ("witness", law, then):
            yield Symbol(name), Symbol(law_in_words(law))
            yield from _values(inner, then)
        case ("and", *inner), ("split", *proofs):
            for part, each in zip(inner, proofs, strict=True):
                yield from _values(part, each)
        case ("or", *inner), ("witness", number, then):
            yield from _values(inner[number], then)
        case _, ("have", _, _, then):
            yield from _values(goal, then)


def size(proof: Any) -> int:
    """The number of steps of a proof."""
    if not isinstance(proof, tuple):
        return 0
    return sum(map(size, proof)) + (bool(proof) and proof[0] in RULES)
