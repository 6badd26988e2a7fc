"""The function under an expectation: its breakpoints, its pieces and its atoms.

The certificates read them from the expression of ``g`` themselves, so that a mistake of whoever
derived the closed form cannot repeat itself here. Every condition must be affine in ``x``, every
breakpoint comparable with every other one, every piece a polynomial times an exponential.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import sympy
from sympy import Abs, DiracDelta, Dummy, Expr, Piecewise, S, Symbol, cancel, diff, piecewise_fold
from sympy.core.relational import Equality, Relational, Unequality

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.laurent import NotLaurentError, laurent
from elu_sym.algebra.normal_form import NormalForm, NotNormalizableError, is_zero
from elu_sym.symbols import x


class IntegrandError(ValueError):
    """A function whose expectation these certificates cannot treat; the message says why."""


@dataclass(frozen=True)
class Term:
    """One ``coefficient * x**power * exp(rate*x)`` of a piece, the first and last free of ``x``."""

    coefficient: Expr
    power: int
    rate: Expr


@dataclass(frozen=True)
class Integrand:
    """A piecewise exponential polynomial of ``x``, possibly with atoms.

    Attributes:
        breakpoints: where one piece ends and the next begins, in increasing order.
        pieces: the expressions on the open intervals between them, one more than breakpoints.
        atoms: pairs of a location and the weight of the ``DiracDelta`` there.
        order: the declared increasing order of symbolic breakpoints; empty if none is needed.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha
        >>> elu = Integrand.from_expr(Elu(x, alpha)**2)
        >>> elu.breakpoints, elu.pieces
        ((0,), (alpha**2*(exp(x) - 1)**2, x**2))
        >>> Integrand.from_expr(Elu(x, alpha).diff(x, 2)).atoms
        ((0, 1 - alpha),)
    """

    breakpoints: tuple[Expr, ...]
    pieces: tuple[Expr, ...]
    atoms: tuple[tuple[Expr, Expr], ...] = ()
    order: tuple[Expr, ...] = ()

    @classmethod
    def from_expr(cls, g: "Expr | Integrand", order: Sequence[Expr] = ()) -> "Integrand":
        """Read a function of ``x``.

        Args:
            g: sums, products and integer powers of activations, ``Piecewise``, ``Abs``, ``Max``,
                ``Min``, ``sign``, ``Heaviside`` and ``DiracDelta`` of affine arguments,
                polynomials and exponentials; an :class:`Integrand` is returned as it is.
            order: expressions in increasing order, a declared assumption that decides between
                breakpoints whose difference has no known sign.

        Raises:
            IntegrandError: if a condition is not affine in ``x``, two breakpoints cannot be
                compared, a piece is no exponential polynomial, or an atom meets a jump.
        """
        if isinstance(g, Integrand):
            return g
        integrand = cls.split(g, order)
        for piece in integrand.pieces:
            terms(piece)
        return integrand

    @classmethod
    def split(cls, g: Expr, order: Sequence[Expr] = ()) -> "Integrand":
        """The same for pieces of any kind.

        Examples:
            >>> from sympy import tanh
            >>> Integrand.split(Abs(x) * tanh(x)).pieces
            (-x*tanh(x), x*tanh(x))
        """
        with_atoms, deltas = _take_out_deltas(g)
        expression = _as_piecewise(with_atoms)
        conditions = {
            condition: _root(condition.lhs - condition.rhs, str(condition))[0]
            for condition in expression.atoms(Relational)
            if condition.has(x)
        }
        locations = {location for location, _, _ in deltas}
        breakpoints = _sorted({*conditions.values(), *locations}, tuple(order))
        pieces = tuple(
            _on_interval(expression, conditions, breakpoints, position)
            for position in range(len(breakpoints) + 1)
        )
        atoms = _atoms(pieces, breakpoints, deltas)
        regular = tuple(piece.xreplace({d: S.Zero for _, _, d in deltas}) for piece in pieces)
        return cls(breakpoints, regular, atoms, tuple(order))

    def derivative(self, symbol: Symbol = x) -> "Integrand":
        """The distributional derivative, in ``x`` or in a parameter: a jump becomes an atom.

        Raises:
            IntegrandError: if there are atoms already; their derivative is no measure.
        """
        if self.atoms:
            raise IntegrandError("the derivative of an atom is no measure")
        atoms = []
        for location, (left, right) in zip(self.breakpoints, pairwise(self.pieces), strict=True):
            speed = S.One if symbol == x else -diff(location, symbol)
            weight = (speed * (right - left).subs(x, location)).expand()
            if not is_zero(weight):
                atoms.append((location, weight))
        pieces = tuple(diff(piece, symbol) for piece in self.pieces)
        return Integrand(self.breakpoints, pieces, tuple(atoms), self.order)

    def equals(self, other: "Integrand") -> bool:
        """Whether both have the same pieces and atoms, wherever else they break."""
        breakpoints = _sorted({*self.breakpoints, *other.breakpoints}, self.order or other.order)
        ours, theirs = self._refined(breakpoints), other._refined(breakpoints)
        weights: dict[Expr, Expr] = defaultdict(lambda: S.Zero)
        for sign_, atoms in ((1, self.atoms), (-1, other.atoms)):
            for location, weight in atoms:
                weights[location] += sign_ * weight
        return all(is_zero(a - b) for a, b in zip(ours, theirs, strict=True)) and all(
            is_zero(weight) for weight in weights.values()
        )

    def _refined(self, breakpoints: tuple[Expr, ...]) -> list[Expr]:
        passed = accumulate((b in self.breakpoints for b in breakpoints), initial=0)
        return [self.pieces[number] for number in passed]

    def piece_on(self, breakpoints: Sequence[Expr], position: int) -> Expr:
        """The piece on one of the intervals between more breakpoints, counted from the left.

        Examples:
            >>> from sympy import Integer
            >>> step = Integrand((S.Zero,), (S.Zero, S.One))
            >>> step.piece_on((Integer(-1), S.Zero), 1)
            0
        """
        return self._refined(tuple(breakpoints))[position]

    def parameters(self) -> set[Symbol]:
        """The symbols other than ``x``."""
        parts = [*self.breakpoints, *self.pieces, *(part for atom in self.atoms for part in atom)]
        return set().union(*(part.free_symbols for part in parts)) - {x}


def terms(piece: Expr) -> list[Term]:
    """The terms of an exponential polynomial, equal exponents merged.

    Raises:
        IntegrandError: if the piece is none.

    Examples:
        >>> from sympy import exp
        >>> terms(x*(exp(x) - 1))
        [Term(coefficient=-1, power=1, rate=0), Term(coefficient=1, power=1, rate=1)]
    """
    try:
        form = NormalForm.from_expr(piece)
        domain = form.domain
        if not form.is_sum:
            raise NotLaurentError("it is a quotient of exponentials")
        found = []
        for (exponent, distributions), coefficient in form.numerator.items():
            rates = laurent(domain, exponent, [x])
            powers = laurent(domain, coefficient, [x])
            if set(rates) - {(0,), (1,)} or distributions or min(powers) < (0,):
                raise NotLaurentError("only polynomials times exponentials of a line are treated")
            rate = domain.to_sympy(rates.get((1,), domain.zero))
            height = NormalForm(domain, {(rates.get((0,), domain.zero), frozenset()): domain.one})
            for (power,), value in powers.items():
                scaled = height * NormalForm(domain, {(domain.zero, frozenset()): value})
                found.append(Term(scaled.to_expr(), power, rate))
    except (NotNormalizableError, NotLaurentError, ZeroDivisionError) as reason:
        raise IntegrandError(f"the piece {piece} is no exponential polynomial: {reason}") from None
    return sorted(found, key=lambda term: (str(term.rate), term.power))


def compare(left: Expr, right: Expr, order: Sequence[Expr] = ()) -> int:
    """-1, 0 or 1 as the left breakpoint lies below, at or above the right one.

    Raises:
        IntegrandError: if neither the assumptions of the symbols nor ``order`` decide.
    """
    difference = cancel(sympy.expand_log(left - right))
    if difference.is_zero:
        return 0
    if difference.is_positive or difference.is_negative:
        return 1 if difference.is_positive else -1
    if left in order and right in order:
        return 1 if list(order).index(left) > list(order).index(right) else -1
    raise IntegrandError(
        f"the breakpoints {left} and {right} have no known order;"
        " declare it by order=(lowest, ..., highest)"
    )


def _sorted(breakpoints: set[Expr], order: tuple[Expr, ...]) -> tuple[Expr, ...]:
    result: list[Expr] = []
    for breakpoint_ in sorted(breakpoints, key=str):
        signs = [compare(breakpoint_, other, order) for other in result]
        if 0 not in signs:
            result.insert(signs.count(1), breakpoint_)
    return tuple(result)


def _take_out_deltas(g: Expr) -> tuple[Expr, list[tuple[Expr, Expr, Dummy]]]:
    """Put a symbol for each ``DiracDelta(slope*x + constant)``; list (place, 1/|slope|, symbol)."""
    deltas = []
    for delta in sorted(g.atoms(DiracDelta), key=str):
        if len(delta.args) > 1:
            raise IntegrandError(f"{delta} is no measure; only DiracDelta of one argument is")
        location, slope = _root(delta.args[0], str(delta))
        symbol = Dummy("delta", real=True)
        deltas.append((location, 1 / Abs(slope), symbol))
        g = g.xreplace({delta: symbol})
    return g, deltas


def _as_piecewise(g: Expr) -> Expr:
    """Write every function with a kink as a ``Piecewise``, from the inside out."""
    kinked = (KinkedFunction, Abs, sympy.Max, sympy.Min, sympy.Heaviside, sympy.sign)
    for _ in range(8):
        found = [part for part in g.atoms(*kinked) if part.has(x)]
        if not found:
            return g
        g = g.xreplace({part: part.rewrite(Piecewise) for part in found})
    raise IntegrandError(f"{g} nests more kinks than are treated")


def _root(argument: Expr, whole: str) -> tuple[Expr, Expr]:
    """The zero and the slope of an affine argument."""
    argument = piecewise_fold(argument) if argument.has(Piecewise) else argument
    if argument.has(Piecewise) or not argument.is_polynomial(x):
        raise IntegrandError(f"{whole} has an argument that is not affine in x")
    slope = argument.diff(x).expand()
    if slope.has(x) or slope.is_nonzero is not True:
        raise IntegrandError(f"{whole} is not affine in x with a slope known not to vanish")
    return cancel(-argument.subs(x, 0) / slope), slope


def _place(location: Expr, breakpoints: tuple[Expr, ...]) -> int:
    return next(i for i, b in enumerate(breakpoints) if cancel(b - location) == 0)


def _on_interval(
    expression: Expr,
    conditions: dict[Relational, Expr],
    breakpoints: tuple[Expr, ...],
    position: int,
) -> Expr:
    """The piece on the open interval that ends at ``breakpoints[position]``."""
    truth = {}
    for condition, location in conditions.items():
        if isinstance(condition, Equality | Unequality):
            truth[condition] = S.true if isinstance(condition, Unequality) else S.false
            continue
        slope = (condition.lhs - condition.rhs).diff(x).expand()
        if slope.is_positive is None or slope.is_positive == slope.is_negative:
            raise IntegrandError(f"the slope of {condition} has no known sign")
        rises = slope.is_positive == (_place(location, breakpoints) < position)
        truth[condition] = S.true if rises == (condition.rel_op in (">", ">=")) else S.false
    piece = piecewise_fold(expression.xreplace(truth))
    if piece.has(Piecewise):
        raise IntegrandError(f"the conditions of {piece} are not decided by x alone")
    return piece


def _atoms(
    pieces: tuple[Expr, ...], breakpoints: tuple[Expr, ...], deltas: list[tuple[Expr, Expr, Dummy]]
) -> tuple[tuple[Expr, Expr], ...]:
    atoms = []
    for location, scale, symbol in deltas:
        place, weights = _place(location, breakpoints), []
        for piece in pieces[place : place + 2]:
            weight = diff(piece, symbol)
            if weight.has(*(other for _, _, other in deltas)):
                raise IntegrandError(f"a product of atoms at {location} has no meaning")
            weights.append(scale * weight.subs(x, location))
        if not is_zero(weights[0] - weights[1]):
            raise IntegrandError(f"the atom at {location} multiplies a function that jumps there")
        if not is_zero(weights[0]):
            atoms.append((location, weights[0]))
    return tuple(atoms)
