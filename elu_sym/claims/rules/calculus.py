"""Derivatives, limits and signs of expressions in ``x`` on a side of the kink.

One-sided limits come from continuity, limits at infinity from the growth of exponentials and
powers; both write ``x = -delta`` or ``x = delta`` with ``delta > 0``. Where the structure of an
expression does not show its sign, a start at 0 and the sign of a derivative often do: each order is
one application of the mean value theorem.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from sympy import Add, Expr, Mul, Pow, Rational, S, diff, exp, latex

from elu_sym.algebra.equality import UndecidedError, equals, rational_points
from elu_sym.algebra.normal_form import NormalForm
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step, all_hold, first_false
from elu_sym.claims.rules.elementary import (
    NonNegative,
    Nonzero,
    Positive,
    Side,
    equal_forms,
    where,
    where_defined,
)
from elu_sym.claims.rules.gaussian_limits import GaussianLimit, limit_notation
from elu_sym.symbols import distance, x


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
    rule = "differentiation of the normal form"

    def sentence(self) -> Sentence:
        """The equation."""
        inner = latex(self.expression)
        yield Notation(
            f"the derivative of {self.expression} is", rf"\frac{{d}}{{dx}} \left({inner}\right) ="
        )
        yield from (self.derivative, *where_defined(self.expression, self.derivative))

    def decide(self) -> Step:
        """Differentiate and compare."""
        difference = NormalForm.from_expr(self.expression).diff(x)
        comparison = equals(difference.to_expr(), self.derivative)
        if comparison:
            return self.proved(comparison.reason)
        return self.refuted(comparison.reason, comparison.witness)


class OnSide(Assertion):
    """An assertion about an expression on a side of the kink."""

    expression: Expr
    side: Side


class SmoothPiece(OnSide):
    """An expression has derivatives of every order on an open half-line.

    It has if it is built by sums, products and exponentials from ``x`` and parameters, with no
    denominator that vanishes on the half-line.

    Examples:
        >>> SmoothPiece(1 / (exp(x) + 1), Side.LEFT).check().holds
        True
        >>> SmoothPiece(1 / (x + 1), Side.LEFT).check().holds is None
        True
    """

    rule = "composition of smooth functions"

    def sentence(self) -> Sentence:
        """Where it is smooth."""
        return self.expression, Notation("is smooth", r"\in C^\infty"), *where(self.side)

    def decide(self) -> Step:
        """Walk the expression."""
        _require_smooth(self.side.approach(self.expression))
        return self.proved("sums, products and exponentials, no denominator that vanishes")


class LimitAtKink(OnSide):
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

    value: Expr
    rule = "limit by continuity"

    def sentence(self) -> Sentence:
        """The limit."""
        end = Notation(f"0, {self.side.relation}", f"0^{self.side.sign}")
        yield limit_notation(self.expression, x, end, self.value)

    def decide(self) -> Step:
        """Substitute and compare."""
        approach = self.side.approach(self.expression)
        _require_smooth(approach, at=S.Zero)
        limit = approach.xreplace({distance: S.Zero})
        comparison = equals(limit, self.value)
        if comparison:
            return self.proved(f"{self.side.substitution}, continuous at delta = 0")
        return self.refuted(f"the limit is {limit}, {comparison.reason}", comparison.witness)


class LimitAtInfinity(OnSide):
    """The limit of an expression as ``x`` tends to one of the infinities.

    Examples:
        >>> from sympy import exp, oo
        >>> from elu_sym.symbols import alpha
        >>> LimitAtInfinity(alpha * (exp(x) - 1), Side.LEFT, -alpha).check().holds
        True
        >>> LimitAtInfinity(x, Side.RIGHT, oo).check().holds
        True
        >>> LimitAtInfinity(alpha * exp(x) - alpha, Side.LEFT, S(-1)).check().witness
        {alpha: 1/2}
    """

    value: Expr
    rule = "growth of exponentials and powers"

    def sentence(self) -> Sentence:
        """The limit."""
        return self._limit.sentence()

    @property
    def _limit(self) -> GaussianLimit:
        return GaussianLimit(self.expression, x, self.side.value * S.Infinity, self.value)

    def decide(self) -> Step:
        """Find what does not vanish, as for a closed form of Gaussian terms."""
        return replace(self._limit.decide(), assertion=self)


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


_DERIVATIVES = ("its derivative", "its first two derivatives", "its first three derivatives")

_ARGUMENT = (
    "read off the expression",
    "starts at 0 and grows",
    *(f"it and {n} start at 0 or above and grow" for n in _DERIVATIVES),
)
"""What was found, by the order of the derivative whose structure shows the sign."""

NEAREST = 24
"""How often the distance from the kink is halved in the search for a counterexample."""


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
    rule = "mean value theorem from 0"
    sign: ClassVar[type[Positive | NonNegative]] = Positive

    def sentence(self) -> Sentence:
        """The inequality."""
        return self.sign(self.expression, self.side).sentence()

    @property
    def _piece(self) -> Expr:
        """What holds on the side, each activation by its piece."""
        return self.side.approach(self.expression).xreplace({distance: self.side.value * x})

    def decide(self) -> Step:
        """Take it factor by factor, or differentiate until the structure shows the sign."""
        step = self._by_derivatives()
        if step.holds is not None:
            return step
        for form in equal_forms(self._piece):
            factors = list(_factors(form))
            # A number alone makes no product: a sum and its opposite would ask each other for ever.
            if sum(not factor.is_number for factor in factors) > 1:
                signs = [replace(self, expression=factor).check() for factor in factors]
                negative = [number for number, sign in enumerate(signs) if not sign.holds]
                for number in negative:
                    signs[number] = replace(self, expression=-factors[number]).check()
                if len(negative) % 2 == 0 and all_hold(signs):
                    return self.proved("the product of such factors", signs)
        return step

    def _by_derivatives(self) -> Step:
        derivative = self.side.approach(self.expression).xreplace({distance: x})
        premises: list[Step] = []
        for argument in _ARGUMENT:
            if any(map(self.sign.is_evident, equal_forms(Side.RIGHT.approach(derivative)))):
                premises.append(self.sign(derivative, Side.RIGHT).check())
                return self.proved(f"{self.side.substitution}: {argument}", premises)
            start = derivative.subs(x, S.Zero)
            following = diff(derivative, x)
            premises += [
                LimitAtKink(derivative, Side.RIGHT, start).check(),
                NonNegative(start).check(),
                DerivativeOf(derivative, following).check(),
            ]
            if not all_hold(premises):
                break
            derivative = following
        direct = self.sign(self.expression, self.side).check()
        if direct.witness is not None:
            return self.refuted(direct.detail, direct.witness, [direct])
        falls = first_false(premises)
        if falls is None or falls.witness is None:
            return self.undecided("no derivative shows the sign", premises)
        # Where a derivative is negative at 0, the expression is close to it.
        others = next(rational_points(self.expression.free_symbols - falls.witness.keys()))
        for halvings in range(NEAREST):
            point = {**others, **falls.witness, x: Rational(self.side.value, 2**halvings)}
            found = NonNegative.counterexample(self._piece, point)
            if found:
                return self.refuted(found, point)
        return self.undecided("it may fall from 0", premises)


class NonNegativeFromKink(PositiveFromKink):
    """An expression is positive or zero on a side of the kink, by the same argument.

    Examples:
        >>> from sympy import exp
        >>> NonNegativeFromKink(1 - exp(x), Side.LEFT).check().holds
        True
        >>> NonNegativeFromKink(x + exp(-x) - S(101) / 100, Side.RIGHT).check().witness
        {x: 11/430}
    """

    sign = NonNegative


def _factors(product: Expr) -> Iterator[Expr]:
    """The factors of a product, a power once for each time that it is multiplied."""
    for factor in Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        repeated = isinstance(factor, Pow) and exponent.is_Integer and exponent > 0
        yield from [base] * int(exponent) if repeated else [factor]
