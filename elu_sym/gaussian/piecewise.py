"""Reading g: any expression in X as pieces between ordered breakpoints, and atoms at them.

The pieces are closed under addition, multiplication and integer powers, so the reader walks the
expression once. ``Abs``, ``sign``, ``Heaviside``, ``Max`` and ``Min`` split where their argument
changes sign, a ``Piecewise`` where its conditions do, ``DiracDelta`` puts an atom.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cmp_to_key, reduce
from itertools import accumulate, chain, pairwise

import sympy
from sympy import Abs, Add, DiracDelta, Expr, Mul, Piecewise, S, Symbol, exp, expand
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Not, Or
from sympy.utilities.iterables import sift

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.exponential_polynomial import sign_between, zeros
from elu_sym.gaussian.order import OTHERWISE, BreakpointOrder, UnsupportedExpressionError


@dataclass(frozen=True)
class PiecewiseExpression:
    """A function of one variable by pieces, and atoms.

    Attributes:
        variable: the variable ``x``.
        breakpoints: where one piece ends and the next begins, increasing.
        pieces: one expression more than there are breakpoints.
        atoms: the weight of ``DiracDelta(x - b)`` by ``b``.
    """

    variable: Symbol
    breakpoints: tuple[Expr, ...]
    pieces: tuple[Expr, ...]
    atoms: dict[Expr, Expr] = field(default_factory=dict)

    def intervals(self) -> list[tuple[Expr, Expr, Expr]]:
        """Lower end, upper end and expression of each piece, from the left."""
        ends = [S.NegativeInfinity, *self.breakpoints, S.Infinity]
        return [
            (*interval, piece) for interval, piece in zip(pairwise(ends), self.pieces, strict=True)
        ]

    def value_at(self, point: Expr) -> Expr:
        """The value at a point of continuity.

        Raises:
            UnsupportedExpressionError: if the function jumps there.
        """
        values = {
            expand(piece.subs(self.variable, point))
            for lower, upper, piece in self.intervals()
            if point in (lower, upper)
        }
        if len(values) > 1:
            raise UnsupportedExpressionError(
                f"an atom at {self.variable} = {point} is multiplied by a function that jumps"
                f" there, from {' to '.join(map(str, values))}; their product is not defined;"
                " write the weight that is meant"
            )
        return values.pop()


def read_piecewise(
    g: Expr, variable: Symbol, order: BreakpointOrder | None = None
) -> PiecewiseExpression:
    """The pieces and atoms of an expression.

    Args:
        g: the expression.
        variable: the variable, a real symbol.
        order: what is declared about symbolic breakpoints.

    Raises:
        UnsupportedExpressionError: if a part of g is not piecewise made of known functions.
        UnorderedBreakpointsError: if the order of two breakpoints is not known.

    Examples:
        >>> from sympy import Max, Min
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> read_piecewise(Elu(x, alpha) ** 2, x).intervals()
        [(-oo, 0, alpha**2*(exp(x) - 1)**2), (0, oo, x**2)]
        >>> read_piecewise(Max(-1, Min(1, x)), x).breakpoints
        (-1, 1)
    """
    return _Reader(variable, order or BreakpointOrder()).read(g)


class _Reader:
    def __init__(self, variable: Symbol, order: BreakpointOrder) -> None:
        self.variable = variable
        self.order = order
        self.rules: dict[type, Callable[[Expr], PiecewiseExpression]] = {
            Add: self.add,
            Mul: lambda g: reduce(self.multiply, (self.read(factor) for factor in g.args)),
            sympy.Pow: self.power,
            **dict.fromkeys((exp, NormalCdf, NormalPdf), self.smooth),
            Piecewise: self.piecewise,
            Abs: lambda g: self.by_sign(g.args[0], lambda piece, s: s * piece),
            sympy.sign: lambda g: self.by_sign(g.args[0], lambda piece, s: S(s)),
            sympy.Heaviside: lambda g: self.by_sign(g.args[0], lambda piece, s: S.Half * (1 + s)),
            sympy.Max: lambda g: self.read(self.maximum(g.args)),
            sympy.Min: lambda g: self.read(-self.maximum([-argument for argument in g.args])),
            DiracDelta: self.atom,
        }

    def read(self, g: Expr) -> PiecewiseExpression:
        if not g.has(self.variable) or g == self.variable:
            return PiecewiseExpression(self.variable, (), (g,))
        if isinstance(g, KinkedFunction):
            return self.read(g.rewrite(Piecewise, deep=False))
        rule = self.rules.get(type(g))
        if rule is None:
            raise UnsupportedExpressionError(
                f"{g} is not made of polynomials, exponentials and pieces of them; {OTHERWISE}"
            )
        return rule(g)

    def without_atoms(self, g: Expr) -> PiecewiseExpression:
        form = self.read(g)
        if form.atoms:
            raise UnsupportedExpressionError(
                f"a function of the atoms in {g} is not defined; add them outside"
            )
        return form

    def refine(
        self, form: PiecewiseExpression, breakpoints: tuple[Expr, ...]
    ) -> PiecewiseExpression:
        """The same function with more breakpoints."""
        merged = self.order.merge(form.breakpoints, breakpoints)
        passed = accumulate((point in form.breakpoints for point in merged), initial=0)
        pieces = tuple(form.pieces[number] for number in passed)
        return PiecewiseExpression(self.variable, merged, pieces, form.atoms)

    def combine(
        self, operation: Callable[..., Expr], forms: Iterable[PiecewiseExpression]
    ) -> PiecewiseExpression:
        """An operation on the pieces of functions without atoms."""
        forms = list(forms)
        breakpoints = self.order.merge(*(form.breakpoints for form in forms))
        columns = zip(*(self.refine(form, breakpoints).pieces for form in forms), strict=True)
        pieces = tuple(operation(*column) for column in columns)
        return PiecewiseExpression(self.variable, breakpoints, pieces)

    def add(self, g: Expr) -> PiecewiseExpression:
        forms = [self.read(argument) for argument in g.args]
        atoms: dict[Expr, Expr] = defaultdict(lambda: S.Zero)
        for point, weight in chain(*(form.atoms.items() for form in forms)):
            atoms[point] += weight
        return replace(self.combine(Add, forms), atoms=atoms)

    def multiply(
        self, left: PiecewiseExpression, right: PiecewiseExpression
    ) -> PiecewiseExpression:
        atoms = self.order.merge(tuple(left.atoms), tuple(right.atoms))
        left, right = self.refine(left, atoms), self.refine(right, atoms)
        if left.atoms and right.atoms:
            raise UnsupportedExpressionError(
                "a product of two atoms is not defined; write one of them"
            )
        weights = {point: weight * right.value_at(point) for point, weight in left.atoms.items()}
        weights |= {point: weight * left.value_at(point) for point, weight in right.atoms.items()}
        return replace(self.combine(Mul, (left, right)), atoms=weights)

    def power(self, g: Expr) -> PiecewiseExpression:
        base, power = g.as_base_exp()
        if base.is_positive and not base.has(self.variable):
            return self.combine(lambda piece: base**piece, [self.without_atoms(power)])
        if not (power.is_Integer and power.is_positive):
            raise UnsupportedExpressionError(
                f"the power {g} is not a positive integer one; {OTHERWISE}"
            )
        form = self.without_atoms(base) if power > 1 else self.read(base)
        return self.combine(lambda piece: piece**power, [form])

    def smooth(self, g: Expr) -> PiecewiseExpression:
        """A function without kinks of its own."""
        return self.combine(g.func, [self.without_atoms(g.args[0])])

    def by_sign(self, argument: Expr, value: Callable[[Expr, int], Expr]) -> PiecewiseExpression:
        """A function of an argument that depends on its sign, split where the sign changes."""
        form = self.without_atoms(argument)
        inside = []
        for lower, upper, piece in form.intervals():
            if piece.has(self.variable):
                inside += [
                    zero
                    for zero in zeros(piece, self.variable)
                    if self.order.sign(lower, zero) < 0 < self.order.sign(upper, zero)
                ]
        form = self.refine(form, self.order.merge(tuple(inside)))
        pieces = tuple(
            value(piece, sign_between(piece, self.variable, lower, upper, self.order))
            for lower, upper, piece in form.intervals()
        )
        return PiecewiseExpression(self.variable, form.breakpoints, pieces)

    def maximum(self, arguments: Iterable[Expr]) -> Expr:
        """The maximum over moduli; of the arguments free of the variable the largest is taken."""
        varying, constants = sift(arguments, lambda g: g.has(self.variable), binary=True)
        constants = sorted(constants, key=cmp_to_key(self.order.sign))[-1:]
        return reduce(
            lambda left, right: (left + right) / 2 + Abs(left - right, evaluate=False) / 2,
            [*varying, *constants],
        )

    def piecewise(self, g: Expr) -> PiecewiseExpression:
        forms = [self.read(piece) for piece, _ in g.args]
        if any(form.atoms for form in forms):
            raise UnsupportedExpressionError(f"an atom inside the pieces of {g}; add it outside")

        def chosen(*column: Expr) -> Expr:
            for piece, holds in zip(column, column[len(forms) :], strict=False):
                if holds == S.true:
                    return piece
            raise UnsupportedExpressionError(
                f"no condition of {g} holds on an interval; end it with a piece (..., True)"
            )

        return self.combine(chosen, [*forms, *(self.truth(condition) for _, condition in g.args)])

    def truth(self, condition: Boolean) -> PiecewiseExpression:
        """Whether a condition holds between the points where it changes its truth."""
        if condition in (S.true, S.false):
            return PiecewiseExpression(self.variable, (), (condition,))
        if isinstance(condition, And | Or | Not):
            return self.combine(condition.func, map(self.truth, condition.args))
        if not (isinstance(condition, Relational) and condition.has(self.variable)):
            raise UnsupportedExpressionError(
                f"the condition {condition} is not a comparison of {self.variable}; write the"
                " expectation for either case, or g with the case decided by its assumptions"
            )
        difference = condition.lhs - condition.rhs
        return self.by_sign(difference, lambda piece, s: condition.func(s, 0))

    def atom(self, g: Expr) -> PiecewiseExpression:
        if len(g.args) > 1:
            raise UnsupportedExpressionError(
                f"{g}: derivatives of an atom are not supported; by parts, E g delta' = -(g phi)'"
            )
        slope = g.args[0].diff(self.variable)
        if slope.has(self.variable) or not slope.is_nonzero:
            raise UnsupportedExpressionError(
                f"the argument of {g} is not linear in the variable; write each of its zeros b as"
                f" DiracDelta({self.variable} - b), divided by the modulus of the slope there"
            )
        point = expand(-g.args[0].subs(self.variable, 0) / slope)
        return PiecewiseExpression(self.variable, (), (S.Zero,), {point: 1 / Abs(slope)})
