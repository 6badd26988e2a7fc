"""Derivatives, limits and signs of expressions in ``x`` on a side of the kink.

One-sided limits come from continuity, limits at infinity from the growth of exponentials and
powers; both write ``x = -delta`` or ``x = delta`` with ``delta > 0``. Where the structure of an
expression does not show its sign, a start at 0 and the sign of a derivative often do: each order is
one application of the mean value theorem.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Add, Expr, Mul, Pow, Rational, S, diff, exp, expand, latex, oo

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import UndecidedError, equals, rational_points
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import (
    NonNegative,
    Nonzero,
    Positive,
    Side,
    Sign,
    equal_forms,
    where,
    where_latex,
)
from elu_sym.symbols import distance, x


@dataclass(frozen=True)
class DerivativeOf(Assertion):
    """One expression is the derivative of another in ``x``.

    The normal form differentiates by its own rules, apart from those of SymPy.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> DerivativeOf(alpha * (exp(x) - 1), alpha * exp(x)).check().holds
        True
    """

    expression: Expr
    derivative: Expr
    rule: ClassVar[str] = "differentiation of the normal form"

    def to_text(self) -> str:
        """The equation."""
        return f"the derivative of {self.expression} is {self.derivative}"

    def to_latex(self) -> str:
        """The equation."""
        inner = rf"\left({latex(self.expression)}\right)"
        return rf"\frac{{d}}{{dx}} {inner} = {latex(self.derivative)}"

    def decide(self) -> Step:
        """Differentiate and compare."""
        difference = NormalForm.from_expr(self.expression).diff(x)
        comparison = equals(difference.to_expr(), self.derivative)
        if comparison:
            return self.proved(comparison.reason)
        return self.refuted(comparison.reason, comparison.witness)


@dataclass(frozen=True)
class SmoothPiece(Assertion):
    """An expression has derivatives of every order on an open half-line.

    It has if it is built by sums, products and exponentials from ``x`` and parameters, with no
    denominator that vanishes on the half-line.

    Examples:
        >>> SmoothPiece(1 / (exp(x) + 1), Side.LEFT).check().holds
        True
        >>> SmoothPiece(1 / (x + 1), Side.LEFT).check().holds is None
        True
    """

    expression: Expr
    side: Side
    rule: ClassVar[str] = "composition of smooth functions"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.expression} is smooth{where(self.side)}"

    def to_latex(self) -> str:
        """The sentence."""
        return rf"{latex(self.expression)} \in C^\infty{where_latex(self.side)}"

    def decide(self) -> Step:
        """Walk the expression."""
        _require_smooth(self.side.approach(self.expression))
        return self.proved("sums, products and exponentials, no denominator that vanishes")


@dataclass(frozen=True)
class LimitAtKink(Assertion):
    """The limit at 0 of an expression from one side.

    With ``x = -delta`` or ``x = delta``, ``delta > 0``, the expression is continuous in ``delta``
    at 0, so its limit is its value there.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> LimitAtKink(alpha * (exp(x) - 1), Side.LEFT, S.Zero).check().holds
        True
        >>> step = LimitAtKink(alpha * exp(x), Side.LEFT, S.One).check()
        >>> step.holds, step.witness
        (False, {alpha: 1/2})
    """

    expression: Expr
    side: Side
    value: Expr
    rule: ClassVar[str] = "limit by continuity"

    def to_text(self) -> str:
        """The limit."""
        return f"{self.expression} -> {self.value} as x -> 0, {self.side.relation}"

    def to_latex(self) -> str:
        """The limit."""
        sign = "-" if self.side is Side.LEFT else "+"
        return rf"\lim_{{x \to 0^{sign}}} {_factor_latex(self.expression)} = {latex(self.value)}"

    def decide(self) -> Step:
        """Substitute and compare."""
        approach = self.side.approach(self.expression)
        _require_smooth(approach, at=S.Zero)
        limit = approach.xreplace({distance: S.Zero})
        comparison = equals(limit, self.value)
        if comparison:
            return self.proved(f"{self.side.substitution}, continuous at delta = 0")
        return self.refuted(f"the limit is {limit}, {comparison.reason}", comparison.witness)


@dataclass(frozen=True)
class LimitAtInfinity(Assertion):
    """The limit of an expression as ``x`` tends to one of the infinities.

    With ``x = -delta`` or ``x = delta``, ``delta -> oo``, the expression is a sum of terms
    ``c*delta**n*exp(r*delta)``; those with ``r < 0`` vanish, and the largest of the others decides.

    Examples:
        >>> from elu_sym.symbols import alpha
        >>> LimitAtInfinity(alpha * (exp(x) - 1), Side.LEFT, -alpha).check().holds
        True
        >>> LimitAtInfinity(x, Side.RIGHT, oo).check().holds
        True
        >>> LimitAtInfinity(alpha * exp(x) - alpha, Side.LEFT, S(-1)).check().witness
        {alpha: 1/2}
    """

    expression: Expr
    side: Side
    value: Expr
    rule: ClassVar[str] = "growth of exponentials and powers"

    def to_text(self) -> str:
        """The limit."""
        return f"{self.expression} -> {self.value} as x -> {self._infinity}"

    def to_latex(self) -> str:
        """The limit."""
        arrow = rf"x \to {latex(self._infinity)}"
        return rf"\lim_{{{arrow}}} {_factor_latex(self.expression)} = {latex(self.value)}"

    @property
    def _infinity(self) -> Expr:
        return self.side.value * oo

    def decide(self) -> Step:
        """Collect the terms that do not vanish, and compare."""
        approach = self.side.approach(self.expression)
        terms = _growth(approach)
        growing = [key for key in terms if key != (S.Zero, 0)]
        limit = terms.get((S.Zero, 0), S.Zero)
        if growing:
            return self._infinite(terms, growing)
        if self.value in (oo, -oo):
            point = next(rational_points(limit.free_symbols))
            return self.refuted(f"the limit is {limit}, which is finite", point)
        comparison = equals(limit, self.value)
        if comparison:
            return self.proved(f"{self.side.substitution}, and the exponentials decay")
        return self.refuted(f"the limit is {limit}, {comparison.reason}", comparison.witness)

    def _infinite(
        self, terms: dict[tuple[Expr, int], Expr], growing: list[tuple[Expr, int]]
    ) -> Step:
        """The term that grows fastest has no limit but an infinity of its sign."""
        fastest = growing[0]
        for key in growing[1:]:
            fastest = key if _is_faster(key, fastest) else fastest
        rate, power = fastest
        leading = terms[fastest]
        term = leading * distance**power * exp(rate * distance)
        detail = f"{term} outgrows every other term"
        if self.value in (oo, -oo) and (self.value * leading).is_extended_positive:
            return self.proved(f"{self.side.substitution}, and {detail}")
        for point in rational_points(leading.free_symbols | self.value.free_symbols):
            ball = enclose(leading, point)
            claimed = {oo: ball > 0, -oo: ball < 0}.get(self.value, False)
            if not claimed and (ball > 0 or ball < 0):
                return self.refuted(f"{detail}, its coefficient is {ball.str(8)}", point)
        return self.undecided(f"{detail}, but the sign of the coefficient is not known")


def _factor_latex(expression: Expr) -> str:
    printed: str = latex(expression)
    return rf"\left({printed}\right)" if isinstance(expression, Add) else printed


def _require_smooth(expression: Expr, at: Expr = distance) -> None:
    """Raise unless the expression is smooth in ``delta``, at every ``delta > 0`` or around 0."""
    if expression == distance or (not expression.has(distance) and expression.is_finite):
        return
    if isinstance(expression, Add | Mul | exp):
        for argument in expression.args:
            _require_smooth(argument, at)
    elif isinstance(expression, Pow) and expression.exp.is_Integer:
        base, power = expression.as_base_exp()
        _require_smooth(base, at)
        if power.is_negative and not Nonzero.is_evident(base.xreplace({distance: at})):
            raise UndecidedError(f"the denominator {base} may vanish")
    else:
        raise UndecidedError(f"{expression} is not made of powers and exponentials")


def _growth(expression: Expr) -> dict[tuple[Expr, int], Expr]:
    """The terms that do not decay, as a coefficient by rate and power."""
    expanded = expand(expression)
    if not is_zero(expanded - expression):
        raise UndecidedError(f"{expanded} is not known to equal {expression}")
    terms: dict[tuple[Expr, int], Expr] = {}
    for term in Add.make_args(expanded):
        coefficient, dependent = term.as_independent(distance, as_Add=False)
        rate, power = _rate_and_power(dependent)
        if not (rate.is_negative or rate.is_nonnegative):
            raise UndecidedError(f"the sign of the rate {rate} is not known")
        if not rate.is_negative:
            terms[rate, power] = terms.get((rate, power), S.Zero) + coefficient
    return {key: coefficient for key, coefficient in terms.items() if not is_zero(coefficient)}


def _rate_and_power(product: Expr) -> tuple[Expr, int]:
    """The ``r`` and ``n`` of ``delta**n*exp(r*delta)``."""
    rate, power = S.Zero, 0
    for factor in Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, exp) and not (factor.args[0] / distance).has(distance):
            rate += factor.args[0] / distance
        elif base == distance and exponent.is_Integer and exponent.is_nonnegative:
            power += int(exponent)
        elif factor != 1:
            raise UndecidedError(f"{factor} is no power or exponential of delta")
    return rate, power


def _is_faster(first: tuple[Expr, int], second: tuple[Expr, int]) -> bool:
    """Whether the first of two terms outgrows the second."""
    difference = first[0] - second[0]
    if difference.is_zero:
        return first[1] > second[1]
    if not (difference.is_positive or difference.is_negative):
        raise UndecidedError(f"it is not known which of {first[0]} and {second[0]} is larger")
    return bool(difference.is_positive)


_DERIVATIVES = ("its derivative", "its first two derivatives", "its first three derivatives")

_ARGUMENT = (
    "read off the expression",
    "starts at 0 and grows",
    *(f"it and {n} start at 0 or above and grow" for n in _DERIVATIVES),
)
"""What was found, by the order of the derivative whose structure shows the sign."""

NEAREST = 24
"""How often the distance from the kink is halved in the search for a counterexample."""


@dataclass(frozen=True)
class PositiveFromKink(Assertion):
    r"""An expression is positive on a side of the kink, because it starts at 0 and grows.

    With ``g(delta)`` for the expression at ``x = -delta`` or ``x = delta``: if ``g``, ``g'``, ...,
    :math:`g^{(n-1)}` are not negative at 0 and :math:`g^{(n)} > 0` for ``delta > 0``, then each of
    them is positive for ``delta > 0``, the last one first. The least such ``n`` is found. That all
    of them are differentiable needs no premise of its own: an expression of the normal form has no
    jump, and a pole of ``g`` would be one of :math:`g^{(n)}`. A product is taken factor by factor,
    an even number of which may be negative.

    A point where the expression has the wrong sign refutes, and nothing else does.

    Examples:
        >>> from sympy import exp
        >>> PositiveFromKink(exp(x) - 1 - x, Side.LEFT).check().holds
        True
        >>> PositiveFromKink(1 - x / 2 - exp(-x), Side.RIGHT).check().witness
        {x: 13/4}
    """

    expression: Expr
    side: Side
    rule: ClassVar[str] = "mean value theorem from 0"
    sign: ClassVar[type[Sign]] = Positive

    def to_text(self) -> str:
        """The inequality."""
        return self.sign(self.expression, self.side).to_text()

    def to_latex(self) -> str:
        """The inequality."""
        return self.sign(self.expression, self.side).to_latex()

    @property
    def _piece(self) -> Expr:
        """What holds on the side, each activation by its piece."""
        return self.side.approach(self.expression).xreplace({distance: self.side.value * x})

    def decide(self) -> Step:
        """Take it factor by factor, or differentiate until the structure shows the sign."""
        if self.expression.has(distance):
            return self.undecided(f"{distance} is the distance from the kink and no parameter")
        step = self._by_derivatives()
        if step.holds is not None:
            return step
        for form in equal_forms(self._piece):
            factors = list(_factors(form))
            # A number alone makes no product: a sum and its opposite would ask each other for ever.
            if sum(not factor.is_number for factor in factors) > 1:
                premises = [self._signed(factor) for factor in factors]
                negative = sum(
                    premise.assertion != type(self)(factor, self.side)
                    for premise, factor in zip(premises, factors, strict=True)
                )
                if negative % 2 == 0 and all(premise.holds for premise in premises):
                    return self.proved("the product of such factors", premises)
        return step

    def _signed(self, factor: Expr) -> Step:
        """That a factor is positive or, if that is not to be had, that its opposite is."""
        positive = type(self)(factor, self.side).check()
        return positive if positive.holds else type(self)(-factor, self.side).check()

    def _by_derivatives(self) -> Step:
        derivative = self.side.approach(self.expression).xreplace({distance: x})
        premises: list[Step] = []
        for order in range(len(_ARGUMENT)):
            evident = self.sign(derivative, Side.RIGHT)
            if any(map(self.sign.is_evident, equal_forms(Side.RIGHT.approach(derivative)))):
                detail = f"{self.side.substitution}: {_ARGUMENT[order]}"
                return self.proved(detail, [*premises, evident.check()])
            start = derivative.subs(x, S.Zero)
            following = diff(derivative, x)
            premises += [
                LimitAtKink(derivative, Side.RIGHT, start).check(),
                NonNegative(start).check(),
                DerivativeOf(derivative, following).check(),
            ]
            if not all(premise.holds for premise in premises):
                break
            derivative = following
        direct = self.sign(self.expression, self.side).check()
        if direct.holds is False and direct.witness is not None:
            return self.refuted(direct.detail, direct.witness, [direct])
        falls = next((step for step in premises if step.holds is False), None)
        if falls is not None and falls.witness is not None:
            return self._refuted_near_kink(falls.witness, premises)
        return self.undecided("no derivative shows the sign", premises)

    def _refuted_near_kink(self, parameters: Point, premises: list[Step]) -> Step:
        """Where a derivative is negative at 0, look close to it."""
        others = next(rational_points(self.expression.free_symbols - parameters.keys()))
        for halvings in range(NEAREST):
            place = self.side.value * Rational(1, 2**halvings)
            point = {**others, **parameters, x: place}
            ball = enclose(self._piece, point)
            if ball < 0:
                return self.refuted(f"the value lies in {ball.str(8)}, below 0", point)
        return self.undecided("it may fall from 0", premises)


@dataclass(frozen=True)
class NonNegativeFromKink(PositiveFromKink):
    """An expression is positive or zero on a side of the kink, by the same argument.

    Examples:
        >>> from sympy import exp
        >>> NonNegativeFromKink(1 - exp(x), Side.LEFT).check().holds
        True
        >>> NonNegativeFromKink(x + exp(-x) - S(101) / 100, Side.RIGHT).check().witness
        {x: 11/430}
    """

    sign: ClassVar[type[Sign]] = NonNegative


def _factors(product: Expr) -> Iterator[Expr]:
    """The factors of a product, a power once for each time that it is multiplied."""
    for factor in Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        repeated = isinstance(factor, Pow) and exponent.is_Integer and exponent > 0
        yield from [base] * int(exponent) if repeated else [factor]
