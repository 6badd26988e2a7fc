"""What is said of computations that round, and why: rounding never decreases.

An increasing operation followed by rounding to nearest never decreases. So where the result reaches
a level is settled for every float by two of them, the threshold and its successor, and by what the
operations tend to at the left end. In a formula each rounded result has a name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sympy import Expr, Rational, S, Symbol, exp

from elu_sym.algebra.rounding import Computation, FloatingPointFormat
from elu_sym.claims.analysis import mean_value
from elu_sym.claims.formulas import at_most, both, for_all, iff, less, term
from elu_sym.claims.kernel import Proof
from elu_sym.claims.kernel.language import Formula, Term, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.statement import Statement, refuted
from elu_sym.claims.tactics import (
    Tactic,
    auto,
    counterexample,
    first_of,
    intro,
    last_either,
    lemmas,
    linear,
    number_of,
    parts,
    positive,
    tactic,
)
from elu_sym.symbols import alpha, x, y, z

Lemma: TypeAlias = "tuple[Formula, Tactic]"
"""A formula with its proof."""

RESULTS = (y, z, Symbol("w", real=True))
"""The rounded results, in order."""


def is_float(numbers: FloatingPointFormat, value: Expr) -> Formula:
    """A value is a finite number of a format."""
    return ("float", _data(numbers), term(value))


def rounds(numbers: FloatingPointFormat, value: Expr, result: Expr) -> Formula:
    """A result is a value rounded in a format."""
    return ("rounds", _data(numbers), term(value), term(result))


def _data(numbers: FloatingPointFormat) -> tuple[str, int, int]:
    return ("format", numbers.precision, numbers.least_exponent)


class Rounded:
    """A computation in a format, with a number for ``alpha`` where it is given.

    Attributes:
        numbers: the format.
        operations: each in terms of ``x`` and the result before.
        results: the names of the rounded results.

    Examples:
        >>> from elu_sym.algebra.rounding import ELU_ROUNDED_TWICE, FLOAT16
        >>> Rounded(ELU_ROUNDED_TWICE, FLOAT16, S(2)).operations
        [exp(x) - 1, 2*y]
    """

    def __init__(
        self,
        computation: Computation,
        numbers: FloatingPointFormat,
        height: Rational | None = None,
    ) -> None:
        self.numbers, self._computation = numbers, computation
        self._height = {} if height is None else {alpha: height}
        self.results = RESULTS[: len(computation.operations)]
        self.operations = [
            operation.xreplace({y: before, **self._height})
            for operation, before in zip(computation.operations, (y, *self.results), strict=False)
        ]

    @property
    def last(self) -> Symbol:
        """The last result."""
        return self.results[-1]

    @property
    def roundings(self) -> list[Formula]:
        """What each result is."""
        pairs = zip(self.operations, self.results, strict=True)
        return [rounds(self.numbers, *pair) for pair in pairs]

    def at_floats(self, *conclusion: Formula) -> Formula:
        """What holds, under further hypotheses, at every float ``x <= 0``."""
        floats = is_float(self.numbers, x), at_most(x, 0)
        return for_all(x, *self.results, implies(*floats, *self.roundings, *conclusion))

    def values(self, at: Rational, height: Rational | None = None) -> dict[Symbol, Rational]:
        """A float for ``x``, one for ``alpha`` if it is open, and what each result is there."""
        point = {x: at, **({} if height is None else {alpha: height})}
        steps = self._computation.operations
        computed = {
            result: Computation(steps[: n + 1]).value(self.numbers, {**point, **self._height})
            for n, result in enumerate(self.results)
        }
        return {**point, **computed}

    # --- Bounds ------------------------------------------------------------------------------

    def at_least(self, at: Rational, then: Tactic) -> Tactic:
        """Add that each result is at least what it is at a float which ``x`` is not less than."""
        return self._bounded(self.values(at), lambda bound, value: (bound, value), then)

    def at_most(self, at: Rational, then: Tactic) -> Tactic:
        """Add that each result is at most what it is at a float which ``x`` does not exceed."""
        return self._bounded(self.values(at), lambda bound, value: (value, bound), then)

    def above_limit(self, then: Tactic) -> Tactic:
        """Add that each result is at least what it tends to at the left end, a float."""
        limits: dict[Expr, Expr] = {exp(x): S.Zero}
        for operation, result in zip(self.operations, self.results, strict=True):
            limits[result] = operation.xreplace(limits)
        return self._bounded(limits, lambda bound, value: (bound, value), then)

    def _bounded(
        self,
        values: Mapping[Expr, Rational],
        ordered: Callable[[Expr, Expr], tuple[Expr, Expr]],
        then: Tactic,
    ) -> Tactic:
        steps = []
        for operation, result in zip(self.operations, self.results, strict=True):
            bound = operation.xreplace(dict(values))
            at_bound = rounds(self.numbers, bound, values[result])
            here = rounds(self.numbers, operation, result)
            rise: Tactic = positive()
            if x in values and operation.has(x):
                inner = Symbol("s", real=True)
                rise = mean_value(inner, operation.xreplace({x: inner}), *ordered(values[x], x))
            for before in self.results:
                if operation.has(before):
                    known = at_most(*ordered(values[before], before))
                    rise = linear((operation.diff(before), known))
            steps.append((at_bound, ("rounds-number", positive(), positive())))
            in_order = monotone(*ordered(at_bound, here), rise)
            steps.append((at_most(*ordered(values[result], result)), in_order))
        return lemmas(steps, then)


def monotone(lower: Formula, upper: Formula, rise: Tactic) -> Tactic:
    """Of two roundings, which are facts, the first result is at most the second."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("rounds-order", number_of(context, lower), number_of(context, upper), rise)

    return tactic(find)


def apart(value: Formula, at: Rational, below: Tactic, above: Tactic) -> Tactic:
    """A float, as a fact says, is at most another one, or at least the successor of that."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("floats-apart", number_of(context, value), term(at), last_either(below, above))

    return tactic(find)


def antisymmetric(one: Expr, other: Expr) -> Tactic:
    """Two numbers are equal that are at most each other, which are facts."""
    greater = linear((1, less(one, other)), (1, at_most(other, one)))
    less_ = linear((1, less(other, one)), (1, at_most(one, other)))
    return ("contradict", last_either(greater, less_))


def conjunction(pairs: Iterable[Lemma]) -> Statement:
    """Formulas, each with its proof, as one statement."""
    formulas, proofs = zip(*pairs, strict=True)
    return Statement(both(*formulas), parts(*proofs))


@dataclass(frozen=True)
class Level:
    """That the last result equals a level, or is less, if and only if ``x <= threshold``.

    Attributes:
        rounded: the computation.
        level: a number.
        threshold: a float.
        relation: ``"="`` or ``"<"``.
    """

    rounded: Rounded
    level: Any
    threshold: Rational
    relation: str = "="

    @property
    def _is_reached(self) -> Formula:
        return (self.relation, self.rounded.last.name, term(self.level))

    @property
    def formula(self) -> Formula:
        """The statement."""
        return self.rounded.at_floats(iff(self._is_reached, at_most(x, self.threshold)))

    def lemma(self) -> Lemma:
        """The statement, and its proof: the threshold and its successor decide."""
        rounded, last, threshold = self.rounded, self.rounded.last, self.threshold
        after = rounded.numbers.successor(threshold)
        least, greatest = rounded.values(after)[last], rounded.values(threshold)[last]
        rest = ("+", term(self.level), term(-greatest)), ("+", term(least), _minus(self.level))
        is_less = linear((1, at_most(last, greatest)), (rest[0], -1))
        there = antisymmetric(last, self.level) if self.relation == "=" else is_less
        below = rounded.at_most(threshold, parts(intro(auto()), intro(there)))
        if self.relation == "=":
            below = rounded.above_limit(below)
        passed = linear((1, at_most(least, last)), (1, self._is_reached), (rest[1], -1))
        above = parts(intro(("contradict", passed)), intro(beyond(threshold, after)))
        above = rounded.at_least(after, above)
        return self.formula, intro(apart(is_float(rounded.numbers, x), threshold, below, above))

    def refuted(self) -> Statement:
        """That the threshold is another one, seen at this one or at its successor."""
        floats = self.threshold, self.rounded.numbers.successor(self.threshold)
        ways = (partial(self._fails_at, at) for at in floats)
        return refuted(self.formula, first_of(*ways))

    def _fails_at(self, at: Rational) -> Tactic:
        return at_point(self.rounded.values(at))


def _minus(value: Any) -> Term:
    return ("*", -1, term(value))


def beyond(threshold: Rational, after: Rational) -> Tactic:
    """Anything, where ``x`` is at most a float and at least a greater one."""
    facts = (1, at_most(x, threshold)), (1, at_most(after, x)), (after - threshold, -1)
    return ("contradict", linear(*facts))


def at_point(point: Mapping[Symbol, Rational]) -> Tactic:
    """A counterexample with these values."""
    return counterexample(**{symbol.name: value for symbol, value in point.items()})
