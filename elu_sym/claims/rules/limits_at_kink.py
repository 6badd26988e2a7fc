"""Rules of inference about limits and derivatives of expressions in ``x``.

One-sided limits come from continuity, limits at infinity from the growth of exponentials and
powers; both write ``x = -delta`` or ``x = delta`` with ``delta > 0``.
"""

from dataclasses import dataclass
from typing import ClassVar

from sympy import Add, Expr, Mul, Pow, S, exp, expand, latex, oo

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.equality import UndecidedError, equals, rational_points
from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Nonzero, Side, where, where_latex
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
