"""A function of sigma > 0 that falls, or rises, strictly takes each value between its limits once.

Near either end it lies on another side of the value; it takes it in between, by the intermediate
value theorem; and of two places at which it does, one would be the smaller.
"""

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Rational, Symbol, oo

from elu_sym.claims.analysis import growth, near_end
from elu_sym.claims.chapters.initialization.gain_lemmas import TAU, Lemma
from elu_sym.claims.formulas import both, equal, exists_one, for_all, less, limit, term
from elu_sym.claims.kernel.language import Formula, Term, implies, substitute
from elu_sym.claims.tactics import (
    Tactic,
    again,
    assumption,
    by_fact,
    have,
    intro,
    last_either,
    lemmas,
    linear,
    obtained,
    parts,
    witness,
)
from elu_sym.symbols import sigma

PLACE = Symbol("sigma_1", positive=True)
"""Where the value is taken."""

OTHER = Symbol("sigma'", positive=True)
"""Where it may be taken, too."""


@dataclass(frozen=True)
class Monotone:
    """A function of sigma with its limits for small and for large sigma, between which it goes.

    Attributes:
        function: of sigma.
        at_zero: its limit for small sigma.
        at_infinity: for large sigma.
        rises: whether it rises.
    """

    function: Expr
    at_zero: Any
    at_infinity: Any
    rises: bool = False

    def at(self, deviation: Expr) -> Term:
        """Its value."""
        return substitute(term(self.function), sigma.name, term(deviation))

    def changes(self, one: Expr, other: Expr) -> Formula:
        """How the values at two places are ordered, the first of which is the smaller one."""
        ends = (one, other) if self.rises else (other, one)
        return less(*map(self.at, ends))

    @property
    def order(self) -> Formula:
        """That it falls or rises."""
        return for_all(sigma, TAU, implies(less(sigma, TAU), self.changes(sigma, TAU)))

    @property
    def limits(self) -> tuple[Formula, Formula]:
        """Both limits."""
        return (
            limit(self.function, sigma, 0, self.at_zero, "+"),
            limit(self.function, sigma, oo, self.at_infinity),
        )

    def known(self, order: Tactic) -> tuple[Lemma, ...]:
        """The order, by a proof under sigma < tau, and the limits, by their growth."""
        small, large = self.limits
        return (self.order, intro(order)), (small, growth()), (large, growth(0))

    def takes_once(self, value: Expr, equation: Formula, factor: Expr) -> Lemma:
        """That an equation has one solution: so many times the one of the function and a value."""
        small, large = self.limits
        ways = ("above", "below") if self.rises else ("below", "above")

        def between(one: str, nearer: Formula, other: str, farther: Formula) -> Tactic:
            near, far = Symbol(one), Symbol(other)
            low, high = near / 2, near + far**2 + 1
            half = linear((Rational(1, 2), less(0, near)))
            beyond = linear(
                (1, less(0, near)), ((far - Rational(1, 2)) ** 2, -1), (Rational(3, 4), -1)
            )
            inside = both(less(low, sigma), less(sigma, high), equal(self.function, value))
            ends = (term(each) for each in (self.function, low, high, value))
            way = "rising" if self.rises else "falling"
            taken = ("root", *ends, way, assumption(), assumption())
            positive = (
                less(0, PLACE),
                linear((1, less(low, PLACE)), (Rational(1, 2), less(0, near))),
            )
            solved = self._is_the_one(value, equation, factor)
            taken_here = equal(self.at(PLACE), value)
            found = obtained(PLACE, have(*positive, again(taken_here, solved)))
            root = have(("exists", sigma.name, inside), taken, found)
            return by_fact(nearer, low, half, half, then=by_fact(farther, high, beyond, then=root))

        def then_large(one: str, nearer: Formula) -> Tactic:
            return near_end(large, value, ways[1], lambda *farther: between(one, nearer, *farther))

        return exists_one(sigma, equation), near_end(small, value, ways[0], then_large)

    def _is_the_one(self, value: Expr, equation: Formula, factor: Expr) -> Tactic:
        here, there = (equal(self.at(place), value) for place in (PLACE, OTHER))
        known = substitute(equation, sigma.name, OTHER.name)
        taken_there = there, linear((1 / factor.subs(sigma, OTHER), known))

        def clash(one: Expr, other: Expr) -> Tactic:
            lower, upper = (one, other) if self.rises else (other, one)
            equations = {PLACE: here, OTHER: there}
            shares = (1, self.changes(one, other)), (1, equations[upper]), (-1, equations[lower])
            ordered = (one, assumption(), other, assumption(), assumption())
            return by_fact(self.order, *ordered, then=linear(*shares))

        alone = ("contradict", last_either(clash(OTHER, PLACE), clash(PLACE, OTHER)))
        solved = linear((factor.subs(sigma, PLACE), here))
        return witness(
            PLACE, parts(parts(assumption(), solved), intro(lemmas([taken_there], alone)))
        )
