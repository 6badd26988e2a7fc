"""Tactics: they find proofs. What they find is checked by the kernel, so that none is believed.

A tactic is a proof that is still open. Where a rule asks for the proof of what is left to show, a
tactic may stand, and finds one when the goal and the facts are known. Terms are written in SymPy,
by the names of the variables in the statement.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from sympy import Expr, Matrix, Rational, S, Symbol, cancel, expand, factor, together

from elu_sym.algebra.interval_enclosure import BoxFunction, Interval
from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.covers.cover import AXES, CENTRED, NATURAL, halved, intervals
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
    term,
    unfolded,
)
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.kernel.theorem import check

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
            proof = make()
            try:
                check(goal, context, proof)
            except RejectedError as error:
                failures.append(str(error))
                continue
            return proof
        raise RejectedError(f"{canonical(goal)}: " + "; ".join(dict.fromkeys(failures)))

    return tactic(find)


# --- Logic -----------------------------------------------------------------------------------


def intro(then: Tactic) -> Tactic:
    """Take variables and hypotheses of the goal into the context, all of them."""

    def find(goal: Formula, context: Context) -> Proof:
        if goal[0] in ("forall", "forall-law"):
            return ("generalize", fresh(goal[1], context.names), intro(then))
        return ("assume", intro(then)) if goal[0] == "=>" else then

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
    other = by_cases(("<", 0, name), positive, equality(name, zero))
    return by_cases(("<", name, 0), negative, other)


def equality(name: Term, then: Tactic) -> Tactic:
    """Replace a value that is neither negative nor positive by 0, in the goal."""

    def find(goal: Formula, context: Context) -> Proof:
        lemma = ("=", name, 0)
        both_ways = tactic(lambda goal, context: ("contradict", last_either(linear(), linear())))
        template = with_hole(goal, name, "hole")
        replaced = tactic(
            lambda goal, context: ("replace", len(context.facts) - 1, "hole", template, then)
        )
        return ("have", lemma, both_ways, replaced)

    return tactic(find)


def last_either(*tactics: Tactic) -> Tactic:
    """Use the last fact, a disjunction, part by part."""
    return tactic(lambda goal, context: ("either", len(context.facts) - 1, *tactics))


def with_hole(part: Any, name: Term, hole: str) -> Any:
    """A formula with a variable in the place of a term, wherever that stands."""
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

    def find(goal: Formula, context: Context) -> Proof:
        return ("use", number_of(context, formula), _steps(steps), then)

    return tactic(find)


def assumption() -> Tactic:
    """The goal is a fact."""

    def find(goal: Formula, context: Context) -> Proof:
        for number in reversed(range(len(context.facts))):
            if context.facts[number][0] == goal[0] and proves(goal, context, ("fact", number)):
                return ("fact", number)
        raise RejectedError(f"{canonical(goal)} is no fact")

    return tactic(find)


def again(formula: Formula, then: Tactic) -> Tactic:
    """State a fact once more, so that its conditions are decided by what is known by now."""
    return have(formula, assumption(), then)


# --- Equations and inequalities --------------------------------------------------------------

ALGEBRA: Proof = ("algebra",)
"""Both sides have the same normal form."""

FORMS: tuple[Callable[[Expr], Expr], ...] = (lambda e: e, factor, expand, together, cancel)
"""The forms of a value in which its sign is looked for."""


def _gap(goal: Formula, context: Context) -> Expr:
    left, right = map(context.value, goal[1:])
    return right - left


def positive() -> Tactic:
    """The sign of the right side less the left shows in one of its forms."""

    def find(goal: Formula, context: Context) -> Proof:
        gap = _gap(goal, context)
        wanted = ("+",) if goal[0] == "<" else ("+", "0+", "0")
        for form in FORMS:
            shape = form(gap)
            if context.sign(shape) in wanted:
                return ("combine", ((term(shape), -1),))
        raise RejectedError(f"the sign of {gap} does not show")

    return tactic(find)


def multiple(number: int | None = None) -> Tactic:
    """The goal is a positive multiple of a fact."""

    def find(goal: Formula, context: Context) -> Proof:
        gap = _gap(goal, context)
        numbers = range(len(context.facts)) if number is None else [number]
        for candidate in reversed(numbers):
            relation, difference = context.difference(candidate)
            if not relation or difference == 0:
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
    gap = _terms(_gap(goal, context))
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
    """Facts that contradict each other: they add up to 0 < 0."""
    facts = [(n, *context.difference(n)) for n in range(len(context.facts))]
    known = [(-1, "<", S.One)]
    known += [(n, relation, _terms(d)) for n, relation, d in facts if relation]
    for number, relation, difference in known:
        if relation != "<":
            continue
        others = [fact for fact in known if fact[0] not in (number, -1)]
        for size in range(most + 1):
            for chosen in combinations(others, size):
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
        if goal[0] in ("forall", "=>"):
            return intro(auto())
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
            return part[1]
        return _open_condition(chosen, context)
    if part[0] in ("D", "E"):
        return None
    return next(filter(None, (_open_condition(inner, context) for inner in part[1:])), None)


# --- Calculus --------------------------------------------------------------------------------


def mean_value(variable: Symbol, f: Any, p: Any, q: Any, slope: Tactic | None = None) -> Tactic:
    """The goal is the sign of a rise, shown by the sign of the slope."""
    return ("mean-value", variable.name, term(f), term(p), term(q), slope or auto())


def continuity(distance: Any = 1) -> Tactic:
    """The limit at a point is the value of a continuous piece next to it."""
    return ("limit-by-continuity", term(distance))


def growth(bound: Any = 1) -> Tactic:
    """The limit is that of the terms that grow fastest, beyond a bound."""
    return ("limit-by-growth", term(bound))


def joined(order: int, variable: Symbol, f: Any, joints: Iterable[Any], then: Tactic) -> Tactic:
    """Add that a function is of class C^n if and only if its pieces meet."""
    return ("joint", order, variable.name, term(f), tuple(map(term, joints)), then)


def meets(order: int, variable: Symbol, f: Any, *joints: Any) -> Tactic:
    """A function is of class C^n, because its pieces meet."""
    return joined(order, variable, f, joints, last((auto(),), auto()))


def parting(order: int, variable: Symbol, f: Any, *joints: Any, then: Tactic) -> Tactic:
    """From a function of class C^n, a fact, it follows that its pieces meet."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("use", len(context.facts) - 2, (("by", assumption()),), then)

    return joined(order, variable, f, joints, tactic(find))


def last(steps: Iterable[Any], then: Tactic) -> Tactic:
    """Apply the last fact: a value for each variable, a proof for each hypothesis."""

    def find(goal: Formula, context: Context) -> Proof:
        return ("use", len(context.facts) - 1, _steps(steps), then)

    return tactic(find)


def _steps(steps: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(("by", s) if isinstance(s, Open | tuple) else ("at", term(s)) for s in steps)


# --- Refutation ------------------------------------------------------------------------------

NUMBERS = tuple(map(Rational, ("1", "2", "1/2", "-1", "-2", "-1/2", "3", "1/4", "-3", "10", "-10")))


def counterexample(**values: Any) -> Tactic:
    """A negation of a universal statement: values for which it fails, those not given searched."""

    def find(goal: Formula, context: Context) -> Proof:
        goal = expanded(goal)
        if goal[0] == "exists":
            _, name, _ = goal
            if name in values:
                return ("witness", term(values[name]), counterexample(**values))
            return first_of(*(_trial(number, values) for number in NUMBERS))
        if goal[0] == "and":
            return parts(*(counterexample(**values) for _ in goal[1:]))
        if goal[0] == "or":
            return first_of(*(_part(n, values) for n in range(len(goal) - 1)))
        return auto()

    return tactic(find)


def _trial(number: Rational, values: dict[str, Any]) -> Callable[[], Tactic]:
    return lambda: ("witness", term(number), counterexample(**values))


def _part(number: int, values: dict[str, Any]) -> Callable[[], Tactic]:
    return lambda: ("choose", number, counterexample(**values))


# --- Boxes -----------------------------------------------------------------------------------

DEEPEST = 60
"""How often a part of a box is halved before the search for a cover gives up."""


def on_box(
    box: Sequence[tuple[Symbol, Rational, Rational]], tree: str = "", bits: int = 64
) -> Tactic:
    """An inequality on a box, by a tree of halved boxes that is given, or that is found.

    Args:
        box: each variable with both rational ends.
        tree: where to begin; what is not seen on a leaf is looked for on the halves of it.
        bits: the working precision.
    """

    def find(goal: Formula, context: Context) -> Proof:
        symbols = [context.symbols[symbol.name] for symbol, _, _ in box]
        ends = [(low, high) for _, low, high in box]
        function = BoxFunction(_gap(goal, context), symbols, bits)
        given = iter(tree)

        def marks(part: tuple[Interval, ...], mark: str, depth: int) -> str:
            form = None
            if mark not in AXES:
                if function.natural(part) > 0:
                    return NATURAL
                form = function.centred(part)
                if form.lower > 0:
                    return CENTRED
                if depth == DEEPEST or form.value <= 0:
                    raise RejectedError(f"{canonical(goal)} is not seen at {form.base}")
                widths = [float(high - low) for low, high in part]
                changes = form.changes or widths
                mark = str(changes.index(max(changes)))
            halves = halved(part, int(mark))
            return mark + "".join(
                marks(half, next(given, NATURAL) if form is None else NATURAL, depth + 1)
                for half in halves
            )

        whole = intervals(tuple((s, *e) for s, e in zip(symbols, ends, strict=True)))
        with working_precision(bits):
            found = marks(whole, next(given, NATURAL), 0)
        axes = tuple((s.name, term(low), term(high)) for s, low, high in box)
        return ("cover", bits, axes, found)

    return tactic(find)
