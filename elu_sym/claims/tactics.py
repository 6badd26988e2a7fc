"""Tactics: they find proofs. What they find is checked by the kernel, so that none is believed.

A tactic is a proof that is still open. Where a rule asks for the proof of what is left to show, a
tactic may stand, and finds one when the goal and the facts are known. Terms are written in SymPy,
by the names of the variables in the statement. Here are those of logic and of inequalities; others
are of :mod:`elu_sym.claims.analysis` and :mod:`elu_sym.claims.branch_and_bound`.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations
from typing import Any

from sympy import Expr, Matrix, Rational, S, Symbol, cancel, expand, factor, together

from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.claims.formulas import term
from elu_sym.claims.kernel import Open, Proof, RejectedError
from elu_sym.claims.kernel.language import (
    COMPARISONS,
    FALSE,
    Formula,
    Term,
    canonical,
    expanded,
    free_variables,
    fresh,
    renamed,
    unfolded,
)
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.kernel.proof import check, closed, distinct

Tactic = Any
"""A proof, parts of which may be open."""


def tactic(find: Callable[[Formula, Context], Any]) -> Open:
    """A tactic that looks at the goal and the context."""
    return Open(find)


def proves(goal: Formula, context: Context, proof: Tactic) -> bool:
    """Whether a proof is one."""
    try:
        check(goal, context, proof)
    except RejectedError:
        return False
    return True


def first_of(*tactics: Callable[[], Tactic]) -> Tactic:
    """The first of some tactics that succeeds."""

    def find(goal: Formula, context: Context) -> Proof:
        failures = []
        for make in tactics:
            proof = distinct(make())
            try:
                check(goal, context, proof)
            except RejectedError as error:
                failures.append(str(error))
                continue
            return closed(proof)  # what was found is not looked for again
        raise RejectedError(f"{canonical(goal)}: " + "; ".join(dict.fromkeys(failures)))

    return tactic(find)


# --- Logic -----------------------------------------------------------------------------------


def intro(then: Tactic) -> Tactic:
    """Take variables and hypotheses of the goal into the context, all of them.

    What is denied by the goal is no hypothesis: ``assume`` takes it.
    """

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] in ("forall", "forall-law"):
            return ("generalize", fresh(goal[1], context.names), intro(then))
        return ("assume", intro(then)) if goal[0] == "=>" and goal[2] != FALSE else then

    return tactic(find)


def parts(*tactics: Tactic) -> Tactic:
    """Prove each part of a conjunction, or both directions of an equivalence."""
    return ("split", *tactics)


def witness(value: Any, then: Tactic) -> Tactic:
    """Give the value that is asked for."""
    return ("witness", term(value), then)


def have(lemma: Formula, proof: Tactic, then: Tactic) -> Tactic:
    """Prove something that is used afterwards."""
    return ("have", lemma, proof, then)


def lemmas(pairs: Iterable[tuple[Formula, Tactic]], then: Tactic) -> Tactic:
    """Prove several things that are used afterwards, each by those before it."""
    for lemma, proof in reversed(list(pairs)):
        then = have(lemma, proof, then)
    return then


def by_cases(formula: Formula, first: Tactic, second: Tactic) -> Tactic:
    """Prove it where a formula holds, and where it does not."""
    return ("cases", formula, first, second)


def by_sign(value: Any, negative: Tactic, zero: Tactic, positive: Tactic) -> Tactic:
    """Prove it where a value is negative, 0, and positive."""
    name = term(value)
    # In this order the value's sign is known to be strict, not first to be at least 0.
    other = by_cases(("<", name, 0), negative, equality(name, zero))
    return by_cases(("<", 0, name), positive, other)


def equality(name: Term, then: Tactic, value: Any = 0) -> Tactic:
    """Replace a term, neither less nor more than a value, by that value, in the goal."""
    both_ways = tactic(lambda goal, context: ("contradict", last_either(linear(), linear())))
    lemma = ("=", name, term(value))
    return have(lemma, both_ways, rewritten(lemma, then))


def rewritten(equation: Formula, then: Tactic) -> Tactic:
    """Write the right side of an equation, a fact, for its left side in the goal."""

    def find(goal: Formula, context: Context) -> Proof:
        _, left, _ = equation
        template = with_hole(goal, left, "hole")
        return ("replace", number_of(context, equation), "hole", template, then)

    return tactic(find)


def rewritten_as(left: Any, right: Any, proof: Tactic, then: Tactic) -> Tactic:
    """Prove an equation, and write its right side for its left side in the goal."""
    equation = ("=", term(left), term(right))
    return have(equation, proof, rewritten(equation, then))


def last_either(*tactics: Tactic) -> Tactic:
    """Use the last fact, a disjunction, part by part."""
    return tactic(lambda goal, context: ("cases", len(context.facts) - 1, *tactics))


def with_hole(part: Any, name: Term, hole: str) -> Any:
    """A term or formula with a hole in the place of a term."""
    if part == name:
        return hole
    return tuple(with_hole(p, name, hole) for p in part) if isinstance(part, tuple) else part


def number_of(context: Context, formula: Formula) -> int:
    """The number of a fact, the last one if it is known several times.

    Raises:
        RejectedError: if it is none.
    """
    wanted = renamed(formula)
    for number in reversed(range(len(context.facts))):
        if renamed(context.facts[number]) == wanted:
            return number
    raise RejectedError(f"{canonical(formula)} is no fact")


def by_fact(formula: Formula, *steps: Any, then: Tactic) -> Tactic:
    """Apply a general fact: at values, given as SymPy expressions, hypotheses shown by tactics.

    A step that is a proof or an open one shows a hypothesis; any other one is a value.
    """
    return using(formula, _steps(steps), then)


def using(formula: Formula, steps: tuple[Any, ...], then: Tactic) -> Tactic:
    """Apply a general fact by the steps of the rule ``use``."""
    return tactic(lambda goal, context: ("use", number_of(context, formula), steps, then))


def assumption() -> Tactic:
    """The goal is a fact, or has the difference of one."""

    def find(goal: Formula, context: Context) -> Proof:
        for number in reversed(range(len(context.facts))):
            fact, proof = context.facts[number], ("fact", number)
            if fact[0] in COMPARISONS and renamed(fact) != renamed(goal):
                proof = multiple_of(number)
            if fact[0] == goal[0] and proves(goal, context, proof):
                return proof
        raise RejectedError(f"{canonical(goal)} is no fact")

    return tactic(find)


def again(formula: Formula, then: Tactic) -> Tactic:
    """State a fact once more, so that its conditions are decided by what is known by now."""
    return have(formula, assumption(), then)


def multiple_of(number: int) -> Proof:
    """The goal has the difference of a fact."""
    return ("combine", ((1, number),))


def last(steps: Iterable[Any], then: Tactic) -> Tactic:
    """Apply the last fact: a value for each variable, a proof for each hypothesis."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("use", len(context.facts) - 1, _steps(steps), then)

    return tactic(find)


def _steps(steps: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(("at", term(step)) if _is_value(step) else ("by", step) for step in steps)


def _is_value(step: Any) -> bool:
    """Whether it is a value or a law, and no proof."""
    if isinstance(step, tuple):
        return step[0] in ("normal", "points")
    return not isinstance(step, Open)


def obtained(name: Symbol | str, then: Tactic) -> Tactic:
    """Name what the last fact says that there is."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("obtain", len(context.facts) - 1, fresh(str(name), context.names), then)

    return tactic(find)


def named(symbol: Symbol, value: Any, then: Tactic) -> Tactic:
    """Let a variable stand for a value: the last fact says that it is equal to it."""
    is_it = ("exists", symbol.name, ("=", symbol.name, term(value)))
    return have(is_it, witness(value, ALGEBRA), obtained(symbol, then))


# --- Equations and inequalities --------------------------------------------------------------

ALGEBRA: Proof = ("combine", ())
"""Both sides have the same normal form."""

FORMS: tuple[Callable[[Expr], Expr], ...] = (lambda e: e, factor, expand, together, cancel)
"""The forms of a value in which its sign is looked for."""


def gap_of(goal: Formula, context: Context) -> Expr:
    """The right side of a comparison less the left one."""
    left, right = map(context.value, goal[1:])
    return right - left


def positive() -> Tactic:
    """The sign of the right side less the left shows in one of its forms."""

    def find(goal: Formula, context: Context) -> Proof:
        gap = gap_of(goal, context)
        wanted = ("+",) if goal[0] == "<" else ("+", "0+", "0")
        # The sign of a number shows in any form, and e^(p/q) as a polynomial has the degree p.
        for form in FORMS if gap.free_symbols else FORMS[:1]:
            shape = form(gap)
            if context.sign(shape) in wanted:
                return ("combine", ((term(shape), -1),))
        raise RejectedError(f"the sign of {gap} does not show")

    return tactic(find)


def multiple(number: int | None = None) -> Tactic:
    """The goal is a positive multiple of a fact."""

    def find(goal: Formula, context: Context) -> Proof:
        gap = gap_of(goal, context)
        numbers = range(len(context.facts)) if number is None else [number]
        for candidate in reversed(numbers):
            relation, difference = context.difference(candidate)
            is_number = not (gap.free_symbols and difference.free_symbols)
            if not relation or difference == 0 or is_number:
                continue
            same = is_zero(gap - difference)
            quotient = S.One if same else factor(cancel(gap / difference))
            proof = ("combine", ((term(quotient), candidate),))
            if proves(goal, context, proof):
                return proof
        raise RejectedError(f"{gap} is no positive multiple of a fact")

    return tactic(find)


def linear(*shares: tuple[Any, Any], most: int = 3) -> Tactic:
    """The goal is a combination of facts: of those given, or of some that are found.

    Args:
        shares: pairs of a multiplier and a fact, which is a formula, or its number, -1 for 0 < 1.
        most: how many facts are combined, besides 0 < 1, where they are to be found.
    """

    def find(goal: Formula, context: Context) -> Proof:
        if not shares:
            return _combination(goal, context, most)
        numbers = (f if isinstance(f, int) else number_of(context, f) for _, f in shares)
        return ("combine", tuple((term(m), n) for (m, _), n in zip(shares, numbers, strict=True)))

    return tactic(find)


def _combination(goal: Formula, context: Context, most: int) -> Proof:
    """Facts that give the goal when multiplied by rational numbers and added up."""
    gap = _terms(gap_of(goal, context))
    if goal == FALSE:
        return _clash(context, most)
    facts = [(n, *context.difference(n)) for n in range(len(context.facts))]
    known = [(n, relation, _terms(d)) for n, relation, d in facts if relation and d != 0]
    for size in range(most + 1):
        for chosen in combinations(known, size):
            numbers, relations, differences = zip(*chosen, strict=True) if chosen else ((), (), ())
            for rest in ([S.One], []) if goal[0] != "=" else ([],):
                factors = _solved(gap, [*differences, *rest])
                kinds = [*relations, *("<" for _ in rest)]
                if factors is None or not _are_allowed(factors, kinds):
                    continue
                pairs = zip(factors, [*numbers, *(-1 for _ in rest)], strict=True)
                proof = ("combine", tuple((term(m), n) for m, n in pairs if m))
                if proves(goal, context, proof):
                    return proof
    raise RejectedError(f"{gap} is no combination of facts that is found")


def _are_allowed(factors: list[Rational], relations: list[str]) -> bool:
    """Whether only equations are turned around."""
    return all(m >= 0 or r == "=" for m, r in zip(factors, relations, strict=True))


def _terms(value: Expr) -> Expr:
    """A value as a sum, equal summands of which look equal."""
    try:
        return expand(NormalForm.from_expr(value).to_expr())
    except NotNormalizableError:
        return expand(value)


def _clash(context: Context, most: int) -> Proof:
    """Facts that contradict each other: they add up to 0 < 0; few of them, and the last first."""
    facts = [(n, *context.difference(n)) for n in range(len(context.facts))]
    known = [(n, relation, _terms(d)) for n, relation, d in reversed(facts) if relation]
    strict = [fact for fact in (*known, (-1, "<", S.One)) if fact[1] == "<"]
    for size in range(most + 1):
        for number, _, difference in strict:
            for chosen in combinations((fact for fact in known if fact[0] != number), size):
                factors = _solved(-difference, [d for _, _, d in chosen])
                if factors is None or not _are_allowed(factors, [r for _, r, _ in chosen]):
                    continue
                pairs = zip([S.One, *factors], [number, *(n for n, _, _ in chosen)], strict=True)
                return ("combine", tuple((term(m), n) for m, n in pairs if m))
    raise RejectedError("no contradiction between facts is found")


def _solved(total: Expr, parts: list[Expr]) -> list[Rational] | None:
    """Rational multipliers of the parts that add up to the total, if there are any."""
    columns = [part.as_coefficients_dict() for part in (*parts, total)]
    monomials = set().union(*columns)
    rows = [[column.get(monomial, S.Zero) for column in columns] for monomial in monomials]
    if not all(entry.is_Rational for row in rows for entry in row):
        return None
    reduced, pivots = Matrix(rows).rref() if rows else (Matrix(0, 0, []), ())
    if len(parts) in pivots:
        return None
    factors = [S.Zero] * len(parts)
    for row, column in enumerate(pivots):
        factors[column] = reduced[row, len(parts)]
    return factors


def auto() -> Tactic:
    """A fact, an equation of normal forms, a sign that shows, or a combination of facts.

    Conjunctions are split, hypotheses assumed, and cases told apart where a condition is open.
    """

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] == "and":
            return parts(*(auto() for _ in goal[1:]))
        if goal[0] == "=>" and goal[2] == FALSE:
            return ("assume", auto())
        if goal[0] in ("forall", "=>"):
            return intro(auto())
        if goal[0] in ("float", "rounds"):
            at_number = ("float", -1) if goal[0] == "float" else ("rounds-number", auto(), auto())
            return first_of(assumption, lambda: at_number)
        if goal[0] not in COMPARISONS:
            return assumption()
        for side in goal[1:]:
            if condition := _open_condition(unfolded(side), context):
                return by_cases(condition, auto(), auto())
        ways = (lambda: ALGEBRA,) if goal[0] == "=" else (positive, multiple)
        return first_of(assumption, *ways, linear)

    return tactic(find)


def _open_condition(part: Term, context: Context) -> Formula | None:
    """The first condition on free variables that the facts do not decide, if there is one."""
    if not isinstance(part, tuple):
        return None
    if part[0] == "if" and free_variables(part[1]) <= context.names:
        try:
            chosen = part[2] if context.holds(part[1]) else part[3]
        except RejectedError:
            return _open_condition(part[1], context) or part[1]
        return _open_condition(chosen, context)
    if part[0] in ("D", "E"):
        return None
    return next(filter(None, (_open_condition(inner, context) for inner in part[1:])), None)


def from_last(*multipliers: Any, also: Iterable[Any] = (), rest: Any = 0) -> Tactic:
    """The goal is a combination of the last facts, the last one first, and a rest >= 0.

    Args:
        multipliers: of the last fact, of the one before it, and so on.
        also: pairs of a multiplier and another fact.
        rest: what is added.
    """

    def find(goal: Formula, context: Context) -> Proof:
        last_ones = ((m, len(context.facts) - n) for n, m in enumerate(multipliers, start=1))
        return linear(*last_ones, *also, *([(rest, -1)] if rest != 0 else []))

    return tactic(find)


# --- Refutation ------------------------------------------------------------------------------

NUMBERS = tuple(map(Rational, ("1", "2", "1/2", "-1", "-2", "-1/2", "3", "1/4", "-3", "10", "-10")))

HALF = ("/", 1, 2)
LAWS = (("points", (0, 1)), ("points", (-1, 1)), ("points", (-1, HALF), (1, HALF)))


def counterexample(*others: Callable[[], Tactic], **values: Any) -> Tactic:
    """A negation of a universal statement: values for which it fails, those not given searched.

    Args:
        others: what proves a part, where :func:`auto` does not.
        values: of the variables of the statement, by their names.
    """
    more = partial(counterexample, *others, **values)

    def find(goal: Formula, context: Context) -> Proof:
        goal = expanded(goal)
        if goal[0] in ("exists", "exists-law"):
            _, name, _ = goal
            choice = NUMBERS if goal[0] == "exists" else LAWS
            tried = [values[name]] if name in values else choice
            return first_of(*(partial(_witness, value, more) for value in tried))
        if goal[0] == "and":
            return parts(*(more() for _ in goal[1:]))
        if goal[0] == "or":
            return first_of(*(partial(_part, n, more) for n in range(len(goal) - 1)))
        evident = goal[0] in ("symmetric", "integrable")
        return ("law-evident",) if evident else first_of(auto, *others)

    return tactic(find)


def _witness(value: Any, more: Callable[[], Tactic]) -> Tactic:
    return witness(value, more())


def _part(number: int, more: Callable[[], Tactic]) -> Tactic:
    return ("witness", number, more())


def instance(then: Tactic, **values: Any) -> Tactic:
    """Prove that something exists by values for its variables, side conditions by themselves."""

    def find(goal: Formula, context: Context) -> Proof:
        goal = expanded(goal)
        if goal[0] == "exists" and goal[1] in values:
            return witness(values[goal[1]], instance(then, **values))
        if goal[0] == "and":
            return parts(*(auto() for _ in goal[1:-1]), instance(then, **values))
        return then

    return tactic(find)
