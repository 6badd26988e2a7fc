r"""The distribution of the derivative of an activation: P[f'(X) < level], X ~ N(mu, sigma**2).

A neuron whose derivative lies below a small level hardly learns. For ELU the left derivative
``alpha*exp(x)`` rises from 0 to ``alpha`` and the right one is 1, so the answer depends on how
level, alpha and 1 are ordered. The cases are found here from the two pieces of the derivative:

- the right piece is a constant r: all of x >= 0 belongs to the event, or nothing of it, as
  r < level or not;
- the left piece is a constant, with the same alternative, or strictly increasing to its value l0
  at 0: then the event is all of x < 0 if l0 < level, and else what lies below the solution of
  f'(x) = level.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from sympy import And, Dummy, Expr, Integer, Piecewise, S, expand_log, solve
from sympy.core.relational import Relational
from sympy.stats import Normal

from elu_sym.algebra.normal_form import is_zero
from elu_sym.book.decomposition import decompose
from elu_sym.book.primitives import UpperPartialMoment
from elu_sym.gaussian.derivation import Derivation
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.gaussian.identity import IdentityDerivation
from elu_sym.symbols import mu, sigma, threshold, x


class UnsupportedDerivativeError(ValueError):
    """A derivative whose pieces are not of the kind that the cases are found from."""


class Case(NamedTuple):
    """One order of the level and the derivatives on either side of 0.

    Attributes:
        relations: what holds between them, all of it.
        event: the indicator function of {f'(x) < level}, in x and the symbol ``threshold``.
        solution: what ``threshold`` stands for, the solution of f'(x) = level; None if it does
            not occur.
        derivation: the steps from the event to its probability.
    """

    relations: tuple[Expr, ...]
    event: Expr
    solution: Expr | None
    derivation: Derivation

    @property
    def condition(self) -> Any:
        """The relations as one condition."""
        return And(*self.relations)

    @property
    def order(self) -> tuple[Expr, ...]:
        """The breakpoints in increasing order; the relations imply it."""
        return () if self.solution is None else (expand_log(self.solution), S.Zero)

    @property
    def integrand(self) -> Expr:
        """The indicator function of the event, in x and the parameters."""
        return self.solved(self.event)

    @property
    def closed_form(self) -> Expr:
        """The probability over ``NormalCdf``."""
        return self.solved(self.derivation.result)

    def solved(self, expression: Expr) -> Expr:
        """An expression in the symbol ``threshold`` in the parameters instead."""
        return expression.subs(threshold, self.order[0]) if self.order else expression

    @property
    def name(self) -> str:
        """The condition in words of a formula, such as ``level <= 1, level <= alpha``."""
        return ", ".join(map(str, self.relations))

    def over_primitives(self) -> Expr:
        """The probability as a sum of non-negative ones that the numerics compute.

        Raises:
            NoDecompositionError: if it is none.
        """
        if self.closed_form.is_number:
            return self.closed_form
        primitives = [UpperPartialMoment(0, mu, sigma), UpperPartialMoment(0, -mu, sigma)]
        if self.solution is not None:
            primitives.append(UpperPartialMoment(0, self.solution - mu, sigma))
        return decompose(self.closed_form, primitives)


@dataclass(frozen=True, repr=False)
class CaseDerivation(IdentityDerivation):
    """The derivation of a formula by cases: its parts are the cases, by name.

    Attributes:
        cases: every order of the level and the one-sided derivatives that can occur.

    Examples:
        >>> from elu_sym import relu
        >>> relu.derivative_below.derivation
        <derivation: derivative_below in the cases level <= 1; level > 1>
    """

    cases: tuple[Case, ...] = ()

    @property
    def identity(self) -> str:
        """The name and the cases."""
        return f"{self.name} in the cases {'; '.join(self.parts)}"

    def to_latex(self) -> str:
        """The cases one after the other, the condition of each in a comment."""
        return "\n".join(f"% {name}\n{part.to_latex()}" for name, part in self.parts.items())


def by_cases(cases: Sequence[Case], values: Iterable[Expr]) -> Expr:
    """One value a case as a ``Piecewise``; the cases are exhaustive, the last is the rest."""
    conditions = [*(case.condition for case in cases[:-1]), True]
    return Piecewise(*zip(values, conditions, strict=True))


def derive_cases(quantity: str, event: Relational, activation: str) -> CaseDerivation:
    """Find and derive the cases of the probability that a derivative is below a level.

    Args:
        quantity: the name of the probability.
        event: a derivative of :mod:`elu_sym.activations` at x, less than a positive symbol.
        activation: the name of the activation, for error messages.

    Raises:
        UnsupportedDerivativeError: if the right piece of the derivative is not constant, or
            the left one is neither constant nor strictly increasing.

    Examples:
        >>> from elu_sym.activations import CeluDerivative
        >>> from elu_sym.symbols import alpha, level
        >>> list(derive_cases("below", CeluDerivative(x, alpha) < level, "celu").parts)
        ['level <= 1', 'level > 1']
    """
    cases = tuple(_cases(event.lts, event.gts, activation))
    parts = {case.name: case.derivation for case in cases}
    return CaseDerivation(quantity, parts, partial(_combined, cases), cases)


def _combined(cases: tuple[Case, ...], *results: Expr) -> Expr:
    return by_cases(cases, (case.solved(r) for case, r in zip(cases, results, strict=True)))


def _cases(derivative: Any, level: Expr, name: str) -> Iterator[Case]:
    place = Dummy("x", nonnegative=True)
    right = derivative.right(place, *derivative.args[1:])
    if right.has(place):
        raise UnsupportedDerivativeError(
            f"the right derivative of {name}, {right}, is not constant"
        )
    highest, solution = _left_piece(derivative, level, name)
    for on_the_right, on_the_left in product(
        (level <= right, level > right), (level <= highest, level > highest)
    ):
        relations = tuple(dict.fromkeys(r for r in (on_the_right, on_the_left) if r != S.true))
        contradictory = any(r == S.false or r.negated in relations for r in relations)
        if not contradictory:
            everything = on_the_right == (level > right), on_the_left == (level > highest)
            yield _derived_case(relations, *everything, solution)


def _left_piece(derivative: Any, level: Expr, name: str) -> tuple[Expr, Expr | None]:
    """The left derivative at 0, and where it has the value level unless it is constant."""
    place = Dummy("x", real=True)
    left = derivative.left(place, *derivative.args[1:])
    highest = left.subs(place, S.Zero)
    if not left.has(place):
        return highest, None
    # The assumptions of SymPy prove the sign of the slope, or the piece is refused.
    solutions = solve(left - level, place) if left.diff(place).is_positive else []
    if len(solutions) != 1 or not is_zero(left.subs(place, solutions[0]) - level):
        raise UnsupportedDerivativeError(
            f"the left derivative of {name}, {left}, is not known to be"
            " constant, or strictly increasing with an inverse in closed form"
        )
    return highest, solutions[0]


def _derived_case(
    relations: tuple[Expr, ...], all_above: bool, all_below: bool, solution: Expr | None
) -> Case:
    """Derive the probability of the event that is made of a left and a right part.

    It is derived at a symbolic threshold below 0: no rule needs to know how the threshold
    depends on the parameters.
    """
    above = Integer(all_above)
    if all_below or solution is None:
        below, solution = Integer(all_below), None
        event = above if above == below else Piecewise((below, x < 0), (above, True))
    else:
        rest = [(S.Zero, x < 0)] if all_above else []
        event = Piecewise((S.One, x < threshold), *rest, (above, True))
    X = Normal("X", mu, sigma)
    return Case(relations, event, solution, derive_expectation(event.subs(x, X), X))
