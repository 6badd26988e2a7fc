"""Rules about computations that round: they never decrease, so one float decides a half-line.

An increasing operation followed by rounding to nearest never decreases. So where the result reaches
a level is settled for every float by two of them, the threshold and its successor. Strict
inequalities that hold for real numbers fail for floats; the rules find the float, or the two
neighbours, at which they do. Claims quantify over the floats ``x <= 0`` of a format, where ELU is
its left piece.
"""

from sympy import Expr, Rational, Symbol

from elu_sym.algebra.rounding import Computation, FloatingPointFormat, largest_at_most, number
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step, first_false
from elu_sym.claims.rules.elementary import Equality, Positive, Side, may_be_undefined
from elu_sym.symbols import alpha, distance, excess, x, y


def exact(value: Rational) -> Notation:
    """A float as it is written in a sentence."""
    return Notation(number(value), rf"\mathtt{{{number(value)}}}")


def rounded(computation: Computation) -> Notation:
    """What a computation gives, as it is written in a sentence."""
    return Notation(str(computation), computation.to_latex())


def in_format(number_format: FloatingPointFormat, height: Rational | None) -> Sentence:
    """The format and, if it is given, the value of ``alpha``."""
    yield f"in {number_format.name}"
    yield from () if height is None else ("at", alpha, "=", exact(height))


class RoundingPreservesOrder(Assertion):
    """Rounding to nearest is monotone: ``u <= v`` implies ``fl(u) <= fl(v)``, in any format.

    Suppose ``u < v`` and yet ``fl(u) = a > b = fl(v)``. Then ``u`` is no closer to ``b`` than to
    ``a``, and ``v`` no closer to ``a`` than to ``b``: ``(u - b)^2 - (u - a)^2 >= 0`` and
    ``(v - a)^2 - (v - b)^2 >= 0``. But their sum is negative. With ``u = v`` both round alike.

    Examples:
        >>> RoundingPreservesOrder().check().holds
        True
    """

    rule = "distances to two floats"

    def sentence(self) -> Sentence:
        """The implication."""
        yield Notation("u <= v", r"u \le v")
        yield "implies"
        yield Notation("fl(u) <= fl(v)", r"\operatorname{fl}(u) \le \operatorname{fl}(v)")

    def decide(self) -> Step:
        """Check the sign of the sum, with x for u, y for b, and the differences as symbols."""
        u, v, b, a = x, x + distance, y, y + excess
        closer = (u - b) ** 2 - (u - a) ** 2 + (v - a) ** 2 - (v - b) ** 2
        detail = f"fl(u) = {a} > fl(v) = {b} with u = {u} < v = {v} cannot be"
        return self.concluded(detail, [Positive(-closer)])


class Increasing(Assertion):
    """A computation never decreases as ``x`` grows: what it gives at one float bounds the others.

    Examples:
        >>> from elu_sym.algebra.rounding import ELU_ROUNDED_TWICE
        >>> Increasing(ELU_ROUNDED_TWICE).check().holds
        True
    """

    computation: Computation
    rule = "a chain of increasing operations and roundings"

    def sentence(self) -> Sentence:
        """That it does."""
        yield from (rounded(self.computation), "never decreases as", x, "grows")

    def decide(self) -> Step:
        """Check the derivatives of every operation, and that rounding preserves order.

        A later operation may grow with ``x`` itself as well as with ``y``.
        """
        operations = self.computation.operations
        if operations[0].has(y) or any(map(may_be_undefined, operations)):
            return self.undecided("an operation is not defined everywhere")
        derivatives = [
            each.diff(symbol) for each in operations for symbol in (x, y) if each.has(symbol)
        ]
        premises = (RoundingPreservesOrder(), *map(Positive, derivatives))
        return self.concluded("each operation increases, and so does each rounding", premises, ())


class InFormat(Assertion):
    """An assertion about rounded operations.

    Attributes:
        computation: the operations.
        number_format: the format of every operand and result.
    """

    computation: Computation
    number_format: FloatingPointFormat


class RoundedValue(InFormat):
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

    relation: str
    level: Rational
    at: Rational
    height: Rational | None = None
    rule = "correct rounding of an enclosure"

    @property
    def point(self) -> dict[Symbol, Rational]:
        """The values of the symbols."""
        return {x: self.at} if self.height is None else {x: self.at, alpha: self.height}

    def sentence(self) -> Sentence:
        """The relation and the point."""
        yield from in_format(self.number_format, None)
        yield from (rounded(self.computation), self.relation, exact(self.level), "at")
        for place, (symbol, value) in enumerate(self.point.items()):
            yield from (*([","] if place else []), symbol, "=", exact(value))

    def decide(self) -> Step:
        """Compute the value and compare."""
        value = self.computation.value(self.number_format, self.point)
        holds = {"=": value == self.level, "<=": value <= self.level, ">": value > self.level}
        detail = f"in {self.number_format.name} the value is {number(value)}"
        if holds[self.relation]:
            return self.proved(detail, evidence=Evidence.ENCLOSURE)
        return self.refuted(detail, self.point)


class AtMostUpTo(InFormat):
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

    level: Rational
    threshold: Rational
    height: Rational | None = None
    rule = "monotone: two neighbouring floats decide"
    relation = "<="

    def sentence(self) -> Sentence:
        """The equivalence."""
        yield from in_format(self.number_format, self.height)
        yield from (", for every float", x, "<= 0:", rounded(self.computation), self.relation)
        yield from (exact(self.level), "if and only if", x, "<=", exact(self.threshold))

    def decide(self) -> Step:
        """Check the result at the threshold and at the next float."""
        after = self.number_format.successor(self.threshold)
        if after > 0:
            return self.undecided("the threshold has no successor among the floats x <= 0")
        values = [self.value_at(self.relation, at).check() for at in self._reached()]
        values.append(self.value_at(">", after).check())
        false = first_false(values)
        if false is not None:
            return self.refuted(f"not so: {false.detail}", false.witness or {}, values)
        premises = [Increasing(self.computation).check(), *values]
        return self.concluded("so it is for every smaller and every greater float", premises, ())

    def _reached(self) -> list[Rational]:
        """The floats at which it is checked that the level is reached."""
        return [self.threshold]

    def value_at(self, relation: str, at: Rational) -> RoundedValue:
        """The assertion about the result at one float."""
        return RoundedValue(
            self.computation, self.number_format, relation, self.level, at, self.height
        )


class EqualUpTo(AtMostUpTo):
    """A computation equals a level for ``x <= threshold`` and exceeds it for every greater float.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL
        >>> EqualUpTo(EXPONENTIAL, BFLOAT16, Rational(0), Rational(-93)).check().holds
        True
        >>> EqualUpTo(EXPONENTIAL, BFLOAT16, Rational(0), Rational(-94)).check().witness
        {x: -187/2}
    """

    rule = "monotone: the first float and two neighbours decide"
    relation = "="

    def _reached(self) -> list[Rational]:
        return [self.threshold, -self.number_format.greatest]


class GreaterEverywhere(InFormat):
    """A computation is greater than a level at every float ``x <= 0``.

    A float at which it is not refutes: the largest one, found by bisection.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL
        >>> GreaterEverywhere(EXPONENTIAL, BFLOAT16, Rational(-1)).check().holds
        True
        >>> GreaterEverywhere(EXPONENTIAL, BFLOAT16, Rational(0)).check().witness
        {x: -93}
    """

    level: Rational
    height: Rational | None = None
    rule = "monotone: the first float decides"

    def sentence(self) -> Sentence:
        """The inequality."""
        yield from in_format(self.number_format, self.height)
        yield from (",", rounded(self.computation), ">", exact(self.level), "for every float", x)
        yield "<= 0"

    def decide(self) -> Step:
        """Check the result at the first float, and where it is not greater go to the last such."""
        first = self._value_at(-self.number_format.greatest).check()
        if first.holds is False:
            at = largest_at_most(self.computation, self.number_format, self.level, self.height)
            last = self._value_at(at).check()
            return self.refuted(last.detail, last.witness or {}, [last])
        premises = (first, Increasing(self.computation))
        return self.concluded("greater already at the first float", premises, entailed=())

    def _value_at(self, at: Rational) -> RoundedValue:
        return RoundedValue(self.computation, self.number_format, ">", self.level, at, self.height)


class InjectiveBetween(InFormat):
    """A computation gives different results at different floats of an interval.

    Two neighbouring floats with the same result refute. Where none is found among the first
    floats of a long interval, nothing is decided.

    Examples:
        >>> from elu_sym.algebra.rounding import BFLOAT16, EXPONENTIAL_LESS_ONE
        >>> ends = Rational(-1, 2), Rational(-1, 4)
        >>> InjectiveBetween(EXPONENTIAL_LESS_ONE, BFLOAT16, *ends).check().witness
        {x: -1/2, y: -255/512}
    """

    first: Rational
    last: Rational
    height: Rational | None = None
    rule = "neighbouring floats"
    most = 2048

    def sentence(self) -> Sentence:
        """The values and the interval."""
        first, last = exact(self.first), exact(self.last)
        yield from in_format(self.number_format, self.height)
        yield from (",", rounded(self.computation), "has different values at different floats", x)
        yield "in"
        yield Notation(f"[{first.text}, {last.text}]", f"[{first.latex}, {last.latex}]")

    def decide(self) -> Step:
        """Compare neighbours, from the first float on."""
        start, end = self.number_format.rank(self.first), self.number_format.rank(self.last)
        before = self._value(start)
        for rank in range(start + 1, min(end, start + self.most) + 1):
            value = self._value(rank)
            if value == before:
                pair = {x: self.number_format.at(rank - 1), y: self.number_format.at(rank)}
                detail = f"neighbours in {self.number_format.name}, both with {number(value)}"
                return self.refuted(detail, pair | self._given)
            before = value
        if end - start > self.most:
            return self.undecided(f"the first {self.most} floats have different values")
        increasing = Increasing(self.computation).check()
        if increasing.holds:
            detail = f"increasing, and different at all {end - start} pairs of neighbours"
            return self.proved(detail, [increasing], Evidence.ENCLOSURE)
        return self.undecided("a premise is open", [increasing])

    @property
    def _given(self) -> dict[Symbol, Rational]:
        return {} if self.height is None else {alpha: self.height}

    def _value(self, rank: int) -> Rational:
        point = {x: self.number_format.at(rank)} | self._given
        return self.computation.value(self.number_format, point)


def is_left_piece(computation: Computation, function: Expr) -> Equality:
    """The assertion that without rounding a computation gives a function for x < 0.

    Examples:
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.algebra.rounding import ELU_ROUNDED_TWICE
        >>> is_left_piece(ELU_ROUNDED_TWICE, Elu(x, alpha)).check().holds
        True
    """
    return Equality(computation.without_rounding, function, Side.LEFT)
