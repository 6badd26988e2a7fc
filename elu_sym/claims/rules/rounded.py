"""Rules about computations that round: they never decrease, so one float decides a half-line.

An increasing operation followed by rounding to nearest never decreases. So where the result reaches
a level is settled for every float by two of them, the threshold and its successor. Claims quantify
over the floats ``x <= 0`` of a format, where ELU is its left piece.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sympy import Expr, Rational, Symbol, latex

from elu_sym.algebra.rounding import Computation, FloatingPointFormat, number
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.rules.elementary import Equality, Positive, Side
from elu_sym.claims.rules.kink import all_hold
from elu_sym.symbols import alpha, distance, excess, x, y


@dataclass(frozen=True)
class RoundingPreservesOrder(Assertion):
    """Rounding to nearest is monotone: ``u <= v`` implies ``fl(u) <= fl(v)``, in any format.

    Suppose ``u < v`` and yet ``fl(u) = a > b = fl(v)``. Then ``u`` is no closer to ``b`` than to
    ``a``, and ``v`` no closer to ``a`` than to ``b``: ``(u - b)^2 - (u - a)^2 >= 0`` and
    ``(v - a)^2 - (v - b)^2 >= 0``. But their sum is negative. With ``u = v`` both round alike.

    Examples:
        >>> RoundingPreservesOrder().check().holds
        True
    """

    rule: ClassVar[str] = "distances to two floats"

    def to_text(self) -> str:
        """The implication."""
        return "u <= v implies fl(u) <= fl(v)"

    def to_latex(self) -> str:
        """The implication."""
        return r"u \le v \implies \operatorname{fl}(u) \le \operatorname{fl}(v)"

    def decide(self) -> Step:
        """Check the sign of the sum, with x for u, y for b, and the differences as symbols."""
        u, v, b, a = x, x + distance, y, y + excess
        closer = (u - b) ** 2 - (u - a) ** 2 + (v - a) ** 2 - (v - b) ** 2
        premise = Positive(-closer).check()
        return self.concluded(
            f"fl(u) = {a} > fl(v) = {b} with u = {u} < v = {v} cannot be", [premise]
        )


@dataclass(frozen=True)
class Increasing(Assertion):
    """A computation never decreases as ``x`` grows: what it gives at one float bounds the others.

    Examples:
        >>> from elu_sym.algebra.rounding import ELU_ROUNDED_TWICE
        >>> Increasing(ELU_ROUNDED_TWICE).check().holds
        True
    """

    computation: Computation
    rule: ClassVar[str] = "a chain of increasing operations and roundings"

    def to_text(self) -> str:
        """The sentence."""
        return f"{self.computation} never decreases as x grows"

    def to_latex(self) -> str:
        """The sentence."""
        return rf"{self.computation.to_latex()} \text{{ never decreases}}"

    def decide(self) -> Step:
        """Check the derivative of every operation, and that rounding preserves order."""
        premises = [RoundingPreservesOrder().check(), *self._derivatives()]
        if all_hold(premises):
            return self.proved("each operation increases, and so does each rounding", premises)
        return self.undecided("an operation may decrease", premises)

    def _derivatives(self) -> Iterator[Step]:
        for place, operation in enumerate(self.computation.operations):
            yield Positive(operation.diff(y if place else x)).check()


@dataclass(frozen=True)
class RoundedValue(Assertion):
    """What a computation gives in a format at a float, compared with a number.

    Attributes:
        computation: the rounded operations.
        number_format: the format of every operand and result.
        relation: ``"="``, ``"<="`` or ``">"``.
        level: what the result is compared with.
        at: the argument ``x``.
        height: the value of ``alpha``, if it occurs.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL, FLOAT32
        >>> RoundedValue(EXPONENTIAL, BFLOAT16, "=", Rational(0), Rational(-93)).check().holds
        True
        >>> RoundedValue(EXPONENTIAL, FLOAT32, "=", Rational(0), Rational(-93)).check().witness
        {x: -93}
    """

    computation: Computation
    number_format: FloatingPointFormat
    relation: str
    level: Rational
    at: Rational
    height: Rational | None = None
    rule: ClassVar[str] = "correct rounding of an enclosure"

    @property
    def point(self) -> dict[Symbol, Rational]:
        """The values of the symbols."""
        return {x: self.at} if self.height is None else {x: self.at, alpha: self.height}

    def to_text(self) -> str:
        """The relation."""
        where = ", ".join(f"{symbol} = {number(value)}" for symbol, value in self.point.items())
        relation = f"{self.computation} {self.relation} {number(self.level)}"
        return f"in {self.number_format.name} {relation} at {where}"

    def to_latex(self) -> str:
        """The relation."""
        sign = {"<=": r"\le"}.get(self.relation, self.relation)
        where = r",\; ".join(
            rf"{latex(symbol)} = \mathtt{{{number(value)}}}" for symbol, value in self.point.items()
        )
        level = rf"\mathtt{{{number(self.level)}}}"
        return rf"{self.computation.to_latex()} {sign} {level} \quad \left({where}\right)"

    def decide(self) -> Step:
        """Compute the value and compare."""
        value = self.computation.value(self.number_format, self.point)
        holds = {"=": value == self.level, "<=": value <= self.level, ">": value > self.level}
        detail = f"in {self.number_format.name} the value is {number(value)}"
        if holds[self.relation]:
            return self.proved(detail, evidence=Evidence.ENCLOSURE)
        return self.refuted(detail, self.point)


@dataclass(frozen=True)
class AtMostUpTo(Assertion):
    """A computation is at most a level for ``x <= threshold`` and greater for every greater float.

    Attributes:
        computation: the rounded operations.
        number_format: the format of every operand and result.
        level: a number.
        threshold: the largest float at which the result is at most the level.
        height: the value of ``alpha``, if it occurs.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL
        >>> AtMostUpTo(EXPONENTIAL, BFLOAT16, Rational(1, 2), Rational(-177, 256)).check().holds
        True
        >>> AtMostUpTo(EXPONENTIAL, BFLOAT16, Rational(1, 2), Rational(-11, 16)).check().witness
        {x: -11/16}
    """

    computation: Computation
    number_format: FloatingPointFormat
    level: Rational
    threshold: Rational
    height: Rational | None = None
    rule: ClassVar[str] = "monotone: two neighbouring floats decide"
    relation: ClassVar[str] = "<="

    def to_text(self) -> str:
        """The equivalence."""
        return (
            f"in {self.number_format.name}{given(self.height)}, for every float x <= 0:"
            f" {self.computation} {self.relation} {number(self.level)}"
            f" if and only if x <= {number(self.threshold)}"
        )

    def to_latex(self) -> str:
        """The equivalence."""
        sign = r"\le" if self.relation == "<=" else self.relation
        return (
            rf"{self.computation.to_latex()} {sign} \mathtt{{{number(self.level)}}} \iff"
            rf" x \le \mathtt{{{number(self.threshold)}}}"
            rf" \quad (\text{{{self.number_format.name}}}{given_latex(self.height)})"
        )

    def decide(self) -> Step:
        """Check the result at the threshold and at the next float."""
        after = self.number_format.successor(self.threshold)
        if after > 0:
            return self.undecided("the threshold has no successor among the floats x <= 0")
        values = [*self._reached(), self.value_at(">", after).check()]
        for step in values:
            if step.holds is False and step.witness is not None:
                return self.refuted(f"not so: {step.detail}", step.witness, values)
        premises = [Increasing(self.computation).check(), *values]
        if all_hold(premises):
            return self.proved("so it is for every smaller and every greater float", premises)
        return self.undecided("a premise is open", premises)

    def _reached(self) -> list[Step]:
        """Where the level is reached."""
        return [self.value_at("<=", self.threshold).check()]

    def value_at(self, relation: str, at: Rational) -> RoundedValue:
        """The assertion about the result at one float."""
        return RoundedValue(
            self.computation, self.number_format, relation, self.level, at, self.height
        )


@dataclass(frozen=True)
class EqualUpTo(AtMostUpTo):
    """A computation equals a level for ``x <= threshold`` and exceeds it for every greater float.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL
        >>> EqualUpTo(EXPONENTIAL, BFLOAT16, Rational(0), Rational(-93)).check().holds
        True
        >>> EqualUpTo(EXPONENTIAL, BFLOAT16, Rational(0), Rational(-94)).check().witness
        {x: -187/2}
    """

    rule: ClassVar[str] = "monotone: the first float and two neighbours decide"
    relation: ClassVar[str] = "="

    def _reached(self) -> list[Step]:
        first = -self.number_format.greatest
        return [self.value_at("=", at).check() for at in (self.threshold, first)]


def is_left_piece(computation: Computation, function: Expr) -> Equality:
    """The assertion that without rounding a computation gives a function for x < 0.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.algebra.rounding import ELU_ROUNDED_TWICE
        >>> is_left_piece(ELU_ROUNDED_TWICE, Elu(x, alpha)).check().holds
        True
    """
    return Equality(computation.without_rounding, function, Side.LEFT)


def given(height: Rational | None) -> str:
    """The value of ``alpha`` in a sentence, or nothing."""
    return "" if height is None else f" at alpha = {number(height)}"


def given_latex(height: Rational | None) -> str:
    """The value of ``alpha`` in a formula, or nothing."""
    return "" if height is None else rf",\; \alpha = \mathtt{{{number(height)}}}"
