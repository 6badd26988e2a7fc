r"""The distribution of the derivative of an activation: P[f'(X) < level], X ~ N(mu, sigma**2).

A neuron whose derivative lies below a small level hardly learns. For ELU the left derivative
``alpha*exp(x)`` rises from 0 to ``alpha`` and the right one is 1, so the answer depends on how
level, alpha and 1 are ordered. The cases are found here from the two pieces of the derivative:

- the right piece is a constant r: all of x >= 0 belongs to the event, or nothing of it, as
  r < level or not;
- the left piece is a constant, with the same alternative, or strictly increasing to its value l0
  at 0: then the event is all of x < 0 if l0 < level, and else what lies below the solution of
  f'(x) = level.

Importing this module loads no SymPy; the symbolic face does when it is first looked at.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import sympy

    from elu_sym.book.formula import Activation
    from elu_sym.certify.witness import Witness
    from elu_sym.gaussian.derivation import Derivation


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

    relations: tuple[sympy.Expr, ...]
    event: sympy.Expr
    solution: sympy.Expr | None
    derivation: Derivation

    @property
    def condition(self) -> Any:
        """The relations as one condition."""
        from sympy import And

        return And(*self.relations)

    @property
    def order(self) -> tuple[sympy.Expr, ...]:
        """The breakpoints in increasing order; the relations imply it."""
        from sympy import S, expand_log

        return () if self.solution is None else (expand_log(self.solution), S.Zero)

    @property
    def integrand(self) -> sympy.Expr:
        """The indicator function of the event, in x and the parameters."""
        return self._solved(self.event)

    @property
    def closed_form(self) -> sympy.Expr:
        """The probability over ``NormalCdf``."""
        return self._solved(self.derivation.result)

    def _solved(self, expression: sympy.Expr) -> sympy.Expr:
        from elu_sym.symbols import threshold

        return expression.subs(threshold, self.order[0]) if self.order else expression

    @property
    def name(self) -> str:
        """The condition in words of a formula, such as ``level <= 1, level <= alpha``."""
        return ", ".join(map(str, self.relations))

    def over_primitives(self) -> sympy.Expr:
        """The probability as a sum of non-negative ones that the numerics compute.

        Raises:
            NoDecompositionError: if it is none.
        """
        from elu_sym.book.decomposition import decompose
        from elu_sym.book.primitives import UpperPartialMoment
        from elu_sym.symbols import mu, sigma

        if self.closed_form.is_number:
            return self.closed_form
        primitives = [UpperPartialMoment(0, mu, sigma), UpperPartialMoment(0, -mu, sigma)]
        if self.solution is not None:
            primitives.append(UpperPartialMoment(0, self.solution - mu, sigma))
        return decompose(self.closed_form, primitives)


class DerivativeDistribution:
    """P[f'(X) < level] of one activation, by cases.

    Call it with numbers, or read ``cases``, ``closed_form``, ``expr``, ``latex``,
    ``certificate``, ``source`` and ``domain``.

    Examples:
        >>> from elu_sym import derivative_below
        >>> print(f"{derivative_below(1.5, 0, 1, alpha=2):.6f}")
        0.886795
        >>> for case in derivative_below.cases:
        ...     print(f"{case.name}: {case.closed_form}")
        level <= 1, level <= alpha: NormalCdf(-mu/sigma + (-log(alpha) + log(level))/sigma)
        level <= 1, level > alpha: NormalCdf(-mu/sigma)
        level > 1, level <= alpha: NormalCdf(mu/sigma) + NormalCdf(-mu/sigma + (-log(alpha) + log(level))/sigma)
        level > 1, level > alpha: 1
    """  # noqa: E501 - the output of an example is not ours to wrap

    name = "derivative_below"
    activation: Activation
    id: str
    statement: str

    def __init__(self, activation: Activation) -> None:
        """Bind the distribution to an activation."""
        self.activation = activation
        self.id = self.name if activation.name == "elu" else f"{activation.name}.{self.name}"
        self.function_name = self.id.replace(".", "_")
        self.statement = (
            f"the probability that the derivative of {activation.name}(X) is below level"
        )
        self.source = f"derived from its definition; the activation: {activation.source}"
        self.domain = "mu real or infinite, sigma >= 0 and finite, " + ", ".join(
            f"{name} > 0 and finite" for name in ("level", *activation.parameters)
        )
        self.__doc__ = f"{self.id}: {self.statement}, X ~ N(mu, sigma**2)."

    def __call__(
        self, level: Any, mu: Any, sigma: Any = 1.0, *parameters: Any, **named: Any
    ) -> Any:
        """The probability in floating point, broadcast over the arguments.

        Args:
            level: what the derivative is compared with, positive and finite.
            mu: the mean of X, scalar or array; plus or minus infinity gives the limit.
            sigma: the standard deviation of X, at least 0 and finite; 0 gives the limit, which
                is 1/2 where the derivative passes the level at mu.
            *parameters: those of the activation, ``alpha`` for ELU, positive and finite.
            **named: the same by name.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an
            argument is NaN.

        Raises:
            TypeError: if an argument is no real number or array, or a parameter is unknown.
            ValueError: if a value is outside the domain or the shapes do not broadcast.
        """
        from elu_sym.numeric import _generated
        from elu_sym.numeric.arguments import LOCATION, POSITIVE, SCALE, broadcast_arguments

        values = self.activation.bind(parameters, named)
        checked = broadcast_arguments(
            level=(level, POSITIVE),
            mu=(mu, LOCATION),
            sigma=(sigma, SCALE),
            **{name: (value, POSITIVE) for name, value in values.items()},
        )
        function = getattr(_generated, self.function_name)
        with np.errstate(all="ignore"):
            return checked.result(function(*checked.arrays))

    @property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the closed form in the order of the arguments."""
        from elu_sym.symbols import level, mu, sigma

        return (level, mu, sigma, *self.activation.symbols)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every order of the level and the one-sided derivatives that can occur.

        Raises:
            UnsupportedDerivativeError: if the right piece of the derivative is not constant, or
                the left one is neither constant nor strictly increasing.
        """
        from itertools import product

        from sympy import S

        from elu_sym.symbols import level

        right = self._right_constant()
        highest, solution = self._left_piece()
        cases = []
        for on_the_right, on_the_left in product(
            (level <= right, level > right), (level <= highest, level > highest)
        ):
            relations = tuple(dict.fromkeys(r for r in (on_the_right, on_the_left) if r != S.true))
            contradictory = any(r == S.false or r.negated in relations for r in relations)
            if not contradictory:
                everything = on_the_right == (level > right), on_the_left == (level > highest)
                cases.append(_derived_case(relations, *everything, solution))
        return tuple(cases)

    def _right_constant(self) -> sympy.Expr:
        """The derivative for x >= 0."""
        from sympy import Dummy

        x = Dummy("x", nonnegative=True)
        right = self.activation.function.derivative.right(x, *self.activation.symbols)
        if right.has(x):
            raise UnsupportedDerivativeError(
                f"the right derivative of {self.activation.name}, {right}, is not constant"
            )
        return right

    def _left_piece(self) -> tuple[sympy.Expr, sympy.Expr | None]:
        """The left derivative at 0, and where it has the value level unless it is constant."""
        from sympy import Dummy, S, solve

        from elu_sym.algebra.normal_form import is_zero
        from elu_sym.symbols import level

        derivative, parameters = self.activation.function.derivative.left, self.activation.symbols
        x = Dummy("x", real=True)
        left = derivative(x, *parameters)
        highest = left.subs(x, S.Zero)
        if not left.has(x):
            return highest, None
        # The assumptions of SymPy prove the sign of the slope, or the piece is refused.
        solutions = solve(left - level, x) if left.diff(x).is_positive else []
        if len(solutions) != 1 or not is_zero(left.subs(x, solutions[0]) - level):
            raise UnsupportedDerivativeError(
                f"the left derivative of {self.activation.name}, {left}, is not known to be"
                " constant, or strictly increasing with an inverse in closed form"
            )
        return highest, solutions[0]

    @cached_property
    def closed_form(self) -> sympy.Expr:
        """The probability as a ``Piecewise`` in the parameters, over ``NormalCdf``."""
        from sympy import Piecewise

        *others, last = self.cases
        # The cases are exhaustive: the last one is what is left.
        pieces = [(case.closed_form, case.condition) for case in others]
        return Piecewise(*pieces, (last.closed_form, True))

    @cached_property
    def expr(self) -> sympy.Expr:
        """The same in plain SymPy: ``erfc`` and logarithms."""
        from sympy import erfc

        return self.closed_form.rewrite(erfc)

    @property
    def latex(self) -> str:
        """The distribution as an equation in LaTeX."""
        from sympy import latex

        return rf"P[f'(X) < \mathrm{{level}}] = {latex(self.closed_form)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    @property
    def certificate(self) -> tuple[Witness, ...]:
        """The independent witnesses of every case; needs the extra ``verify``."""
        from elu_sym.book.case_witnesses import witnesses_of_cases

        return witnesses_of_cases(self)

    def __repr__(self) -> str:
        arguments = ", ".join(("level", "mu", "sigma", *self.activation.parameters))
        return f"<distribution {self.id}({arguments}): {self.statement}>"


def _derived_case(
    relations: tuple[sympy.Expr, ...],
    all_above: bool,
    all_below: bool,
    solution: sympy.Expr | None,
) -> Case:
    """Derive the probability of the event that is made of a left and a right part.

    It is derived at a symbolic threshold below 0: no rule needs to know how the threshold
    depends on the parameters.
    """
    from sympy import Integer, Piecewise, S
    from sympy.stats import Normal

    from elu_sym.gaussian.engine import derive_expectation
    from elu_sym.symbols import mu, sigma, threshold, x

    above = Integer(all_above)
    if all_below or solution is None:
        below, solution = Integer(all_below), None
        event = above if above == below else Piecewise((below, x < 0), (above, True))
    else:
        rest = [(S.Zero, x < 0)] if all_above else []
        event = Piecewise((S.One, x < threshold), *rest, (above, True))
    X = Normal("X", mu, sigma)
    return Case(relations, event, solution, derive_expectation(event.subs(x, X), X))
