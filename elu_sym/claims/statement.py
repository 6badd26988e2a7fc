"""A formal statement with its proof, as an assertion of a claim."""

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Any

from sympy import Expr, Symbol

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step
from elu_sym.claims.kernel import RULES, Theorem, prove
from elu_sym.claims.kernel.language import Formula, expanded, free_variables, negation
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.printing import in_latex, in_words, law_in_words
from elu_sym.claims.tactics import Tactic, counterexample


class Statement(Assertion):
    """A formula that the kernel proves, or one whose negation it proves.

    Attributes:
        formula: the statement.
        proof: of the statement, or of its negation; parts may be open, for tactics to find.
        is_false: whether it is the negation that is proved.

    Examples:
        >>> from elu_sym.claims.formulas import at_most, for_all
        >>> from elu_sym.claims.tactics import auto
        >>> from elu_sym.symbols import x
        >>> Statement(for_all(x, at_most(0, x**2)), auto()).check().holds
        True
        >>> refuted(for_all(x, at_most(0, x))).check().holds
        False
    """

    formula: Formula
    proof: Tactic = field(compare=False, repr=False)
    is_false: bool = False
    rule = "natural deduction"

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets is the formula: a proof with open places is code."""
        return {**self.__dict__, "proof": None}

    def sentence(self) -> Sentence:
        """The formula."""
        yield Notation(in_words(self.formula), in_latex(self.formula))

    def theorem(self) -> Theorem:
        """What the kernel makes of the proof.

        Raises:
            RejectedError: if it is none.
        """
        return prove(negation(self.formula) if self.is_false else self.formula, self.proof)

    def decide(self) -> Step:
        """Let the kernel check the proof; the step has it with nothing open."""
        theorem = self.theorem()
        known, steps = replace(self, proof=theorem.proof), _size(theorem.proof)
        if self.is_false:
            witness = dict(_values(theorem.statement, theorem.proof))
            return known.refuted(f"its negation has a proof of {steps} steps", witness)
        return known.proved(f"it has a proof of {steps} steps", evidence=Evidence.ALGEBRA)


def refuted(formula: Formula, proof: Tactic | None = None) -> Statement:
    """A false statement, with a proof of its negation; else a counterexample is searched for."""
    return Statement(formula, proof or counterexample(), is_false=True)


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
        case ("and", *parts), ("split", *proofs):
            for part, each in zip(parts, proofs, strict=True):
                yield from _values(part, each)
        case ("or", *parts), ("witness", number, then):
            yield from _values(parts[number], then)
        case _, ("have", _, _, then):
            yield from _values(goal, then)


def _size(proof: Any) -> int:
    """The number of steps of a proof."""
    if not isinstance(proof, tuple):
        return 0
    return sum(map(_size, proof)) + (bool(proof) and proof[0] in RULES)
