"""Theorems, and the rules that make them.

A proof is data: ``(rule, ...)``, with the proofs of what the rule leaves to show inside it. It
holds no conclusion; :func:`prove` starts from the statement, and each rule computes what is left.
Tactics find proofs, in any way they like; a :class:`Theorem` is made here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any

from elu_sym.claims.kernel.language import Formula, canonical, pushed
from elu_sym.claims.kernel.meaning import Context, Finding, RejectedError

Proof = tuple[Any, ...]
Rule = Callable[..., None]


class Open:
    """A proof that is still to be found, by a tactic, once the goal and the facts are known.

    What a tactic finds is checked like any other proof.
    """

    def __init__(self, tactic: Callable[[Formula, Context], Any]) -> None:
        self.tactic = tactic
        self.found: Any = None


RULES: dict[str, Rule] = {}
"""Every rule by its name: a function of the goal, the context and the rest of the proof."""

_MADE = object()
_MISFITS = (TypeError, LookupError, AttributeError, ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class Theorem:
    """A statement without free variables that the kernel has proved.

    Attributes:
        statement: what is proved.
        proof: how.
        findings: what was found in the experiments on which it rests, none for a proper theorem.
    """

    statement: Formula
    proof: Proof
    findings: tuple[Finding, ...] = ()
    made: InitVar[object] = None

    def __post_init__(self, made: object) -> None:
        if made is not _MADE:
            raise TypeError("a theorem is made by elu_sym.claims.kernel.prove, from a proof")

    @property
    def is_measured(self) -> bool:
        """Whether it rests on an experiment, and is no theorem of mathematics."""
        return bool(self.findings)


def prove(statement: Formula, proof: Proof) -> Theorem:
    """The theorem that a proof proves.

    Args:
        statement: a formula without free variables.
        proof: as data.

    Raises:
        RejectedError: if it proves something else, or nothing.

    Examples:
        >>> from elu_sym.claims.formulas import for_all, less
        >>> from elu_sym.symbols import alpha, x
        >>> proof = ("generalize", "a", ("assume", ("combine", (((1, 0),)))))
        >>> prove(for_all(alpha, less(-alpha, 0)), proof).statement
        ('forall', 'alpha', ('=>', ('<', 0, 'alpha'), ('<', ('*', -1, 'alpha'), 0)))
    """
    proof = distinct(proof)
    context = Context()
    context.require("formula", statement)
    check(statement, context, proof)
    return Theorem(statement, closed(proof), tuple(dict.fromkeys(context.findings)), _MADE)


def distinct(proof: Any) -> Any:
    """A proof each open place of which is one of its own, for what is found there."""
    if isinstance(proof, Open):
        return Open(proof.tactic)
    return tuple(map(distinct, proof)) if isinstance(proof, tuple) else proof


def closed(proof: Any) -> Any:
    """A proof with what was found in the places that were open."""
    if isinstance(proof, Open):
        return closed(proof.found)
    return tuple(map(closed, proof)) if isinstance(proof, tuple) else proof


def rule(function: Rule) -> Rule:
    """List a function as the rule of its name."""
    RULES[function.__name__.strip("_").replace("_", "-")] = function
    return function


def check(goal: Formula, context: Context, proof: Proof) -> None:
    """Check that a proof proves a goal in a context.

    Raises:
        RejectedError: if it does not.
    """
    goal = pushed(goal)
    if isinstance(proof, Open):
        known = list(context.findings)
        proof.found = distinct(proof.tactic(goal, context))
        context.findings[:] = known  # of which a tactic takes none away, and to which it adds none
        check(goal, context, proof.found)
        return
    match proof:
        case (str(name), *data) if name in RULES:
            try:
                RULES[name](goal, context, *data)
            except RejectedError:
                raise
            except _MISFITS as error:
                raise RejectedError(f"{name} does not fit {canonical(goal)}: {error}") from error
        case _:
            raise RejectedError(f"{str(proof)[:60]} is no step of a proof")
