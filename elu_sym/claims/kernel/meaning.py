"""What terms mean under facts: their values, where they are defined, and their signs.

A value is a SymPy expression without activations, conditions, derivatives and expectations: the
facts at hand decide every condition, derivatives are taken, and expectations under a normal law
are integrated piece by piece. Whether a value is defined is checked as it is made, before SymPy
can cancel a division by zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

from sympy import Add, Dummy, Expr, Mul, Pow, Rational, S, Symbol, diff, exp, expand, log, pi, sqrt

from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.normal_form import NotNormalizableError, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.kernel.language import (
    COMPARISONS,
    DEFINITIONS,
    Formula,
    Term,
    canonical,
    free_variables,
    fresh,
    pushed,
    renamed,
    require,
    substitute,
    unfolded,
)


class RejectedError(ValueError):
    """A proof that is none; the message says what is missing."""


Place = tuple[tuple[Symbol, Rational], ...]
"""A run or a row of a table, by the symbols that tell it."""


class Finding(NamedTuple):
    """What was found in the records of an experiment, for a theorem that rests on it.

    Attributes:
        atom: what was claimed of the records.
        holds: whether they bear it out; they contradict it otherwise.
        detail: in words and figures.
        place: the run or row that is the exception; empty if there is none.
    """

    atom: Formula
    holds: bool
    detail: str
    place: Place


ABOVE, BELOW = {"+", "0+", "0"}, {"-", "0-", "0"}
STRICT = {"+", "-"}
_OPPOSITE = {"+": "-", "-": "+", "0": "0", "0+": "0-", "0-": "0+", "": ""}
BITS = (64, 128, 256, 512, 1024)
"""The precisions at which a number is enclosed until its sign shows."""

_UNKNOWN: dict[tuple[str, Term], Dummy] = {}
"""The number that stands for each expectation under a law of which only facts are known."""


@dataclass(frozen=True, eq=False)
class Context:
    """The free variables of a goal, and the facts that may be used.

    Attributes:
        symbols: the SymPy symbol of each variable, with what a fact says of its sign.
        laws: the free laws.
        facts: formulas, numbered from 0.
        before: the context to which each fact was added.
        place: where values are to be taken, for what must hold around a point.
        strict: whether conditions must hold with a margin, and roots be those of positive numbers.
        analytic: the variables in which values are differentiated or integrated, or tend to
            something; of an expectation under a free law nothing is known as a function of them.
        findings: of experiments, all those of a proof: contexts that grow from one share the list.
    """

    symbols: dict[str, Symbol] = field(default_factory=dict)
    laws: frozenset[str] = frozenset()
    facts: tuple[Formula, ...] = ()
    before: tuple["Context", ...] = ()
    place: tuple[tuple[Symbol, Expr], ...] = ()
    strict: bool = False
    analytic: frozenset[str] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    _values: dict[Term, Expr] = field(default_factory=dict)
    _differences: dict[int, tuple[str, Expr]] = field(default_factory=dict)
    _signs: dict[Expr, str] = field(default_factory=dict)

    # --- Growing -----------------------------------------------------------------------------

    def with_variable(self, name: str) -> "Context":
        """The context with a new variable.

        Raises:
            RejectedError: if it is not new.
        """
        self._require_new(name)
        return self._grown(symbols={**self.symbols, name: Symbol(name, real=True)})

    def with_analytic(self, name: str) -> "Context":
        """The context with a new variable in which values are analysed."""
        return self.with_variable(name)._grown(analytic=self.analytic | {name})

    def with_law(self, name: str) -> "Context":
        """The context with a new law.

        Raises:
            RejectedError: if it is not new.
        """
        self._require_new(name)
        return self._grown(laws=self.laws | {name})

    def _require_new(self, name: str) -> None:
        # Names of bound variables are compared as "#0", "#1", ...
        reserved = DEFINITIONS.keys() | {"oo", "-oo"}
        if type(name) is not str or name in self.names | reserved or name.startswith("#"):
            raise RejectedError(f"{name} is no new variable")

    def unused(self, name: str, *parts: Any) -> str:
        """The name with primes, until it is neither taken nor free in one of the parts."""
        return fresh(name, self.names.union(*map(free_variables, parts)))

    @property
    def names(self) -> frozenset[str]:
        """The names that are taken."""
        return self.laws | self.symbols.keys()

    def require(self, kind: str, part: Any, *bound: str) -> None:
        """Raise unless a part of a proof is a term, formula or law about what is known.

        What a name stands for that is not known could be another thing in each part of a proof.

        Args:
            kind: as for :func:`elu_sym.claims.kernel.language.require`.
            part: the part.
            bound: variables that it may have besides.

        Raises:
            RejectedError: if it is not.
        """
        try:
            for name in bound:
                require("name", name, frozenset())
            require(kind, part, self.symbols.keys() | {*bound}, self.laws - {*bound})
        except (TypeError, ValueError) as error:
            raise RejectedError(str(error)) from error

    def with_fact(self, fact: Formula) -> "Context":
        """The context with one more fact; or several, if the formula is a conjunction."""
        fact = pushed(fact)
        if fact[0] == "and":
            return reduce(Context.with_fact, fact[1:], self)
        if fact[0] == "iff":
            _, left, right = fact
            return self.with_fact(("=>", left, right)).with_fact(("=>", right, left))
        grown = self._grown(facts=(*self.facts, fact), before=(*self.before, self))
        return grown._signed(fact)

    def _signed(self, fact: Formula) -> "Context":
        """The sign of a variable, if a fact bounds it so, as an assumption of its symbol."""
        if fact[0] not in ("<", "<="):
            return self
        relation, lower, upper = fact
        for name, bound, side in ((upper, lower, "positive"), (lower, upper, "negative")):
            symbol = self.symbols.get(name)
            if symbol is None or symbol.is_positive or symbol.is_negative:
                continue
            sign, signs = self._sign_of_bound(bound), ABOVE if side == "positive" else BELOW
            if sign in signs and (relation == "<" or sign in STRICT):
                changed = Symbol(name, real=True, **{side: True})
            elif sign in ABOVE and side == "positive":
                changed = Symbol(name, real=True, nonnegative=True)
            else:
                continue
            return self._grown(symbols={**self.symbols, name: changed})
        return self

    def _sign_of_bound(self, bound: Term) -> str:
        """The sign of a number or a variable."""
        match bound:
            case int() | str() | ("/", int(), int()):
                return self.sign(self.value(bound))
        return ""

    def _grown(self, **changes: Any) -> "Context":
        grown = replace(self, **changes, _values={}, _signs={}, _differences={})
        same = (grown.place, grown.strict) == (self.place, self.strict)
        if (
            same
            and grown.analytic == self.analytic
            and self.symbols.items() <= grown.symbols.items()
        ):
            # What was known stays known under more facts.
            grown._values.update(self._values)
            grown._differences.update(self._differences)
            grown._signs.update((value, sign) for value, sign in self._signs.items() if sign)
        return grown

    def around(self, name: str, point: Expr) -> "Context":
        """The context of what holds around a point: conditions must hold there with a margin."""
        grown, sign = self.with_analytic(name), self.sign(point)
        symbol = grown.symbols[name]
        if sign in STRICT:
            symbol = Symbol(name, positive=True) if sign == "+" else Symbol(name, negative=True)
        place = (*self.place, (symbol, point.xreplace(dict(self.place))))
        symbols = {**self.symbols, name: symbol}
        return grown._grown(symbols=symbols, place=place, strict=True)

    def between(self, name: str, lower: Term | None, upper: Term | None, closed: bool) -> "Context":
        """The context with a new variable between two ends, where they are given."""
        relation = "<=" if closed else "<"
        grown = self.with_analytic(name)
        if lower is not None:
            grown = grown.with_fact((relation, lower, name))
            if self.sign(self.value(lower)) == "+":
                grown = grown.with_fact(("<", 0, name))
        if upper is not None:
            grown = grown.with_fact((relation, name, upper))
            if self.sign(self.value(upper)) == "-":
                grown = grown.with_fact(("<", name, 0))
        return grown

    def strictly(self) -> "Context":
        """The context in which values are defined only where they are smooth, too."""
        return self._grown(strict=True)

    # --- Values ------------------------------------------------------------------------------

    def value(self, term: Term) -> Expr:
        """The value of a term.

        Raises:
            RejectedError: if it is not known to be defined, or a condition is not decided.
        """
        if type(term) is int:
            return S(term)
        if term not in self._values:
            self._values[term] = self._value(term)
        return self._values[term]

    def _value(self, term: Term) -> Expr:
        match term:
            case str(name) if name in self.symbols:
                return self.symbols[name]
            case (str(head), *_) if head in DEFINITIONS:
                return self.value(unfolded(term))
            case ("pi",):
                return pi
            case ("+", _, *_):
                return Add(*map(self.value, term[1:]))
            case ("*", _, *_):
                return Mul(*map(self.value, term[1:]))
            case ("^", base, int(exponent)):
                value = self.value(base)
                self._require(exponent >= 0 or self.sign(value) in STRICT, term, "divides by 0")
                return value**exponent
            case ("/", upper, lower):
                divisor = self.value(lower)
                self._require(self.sign(divisor) in STRICT, term, "divides by 0")
                return self.value(upper) / divisor
            case ("sqrt", radicand):
                value = self.value(radicand)
                signs = {"+"} if self.strict else ABOVE
                self._require(self.sign(value) in signs, term, "is the root of a negative number")
                return sqrt(value)
            case ("log", argument):
                value = self.value(argument)
                self._require(self.sign(value) == "+", term, "is no logarithm")
                return log(value)
            case ("exp", exponent):
                return exp(self.value(exponent))
            case ("Phi", argument):
                return NormalCdf(self.value(argument))
            case ("if", condition, first, second):
                return self.value(first if self.holds(condition) else second)
            case ("D", str(name), body, at):
                return self._derivative(name, body, at)
            case ("E", str(name), law, body):
                return self._expectation(name, law, body)
            case ("iterate", int(), str(), _, _) if not free_variables(term):
                # A number of which a rule says between which bounds it lies.
                key = "", renamed(unfolded(term))
                return _UNKNOWN.setdefault(key, Dummy(f"E{len(_UNKNOWN)}", real=True))
        raise RejectedError(f"{canonical(term)} is no term here")

    def _require(self, condition: bool, term: Term, what: str) -> None:
        if not condition:
            raise RejectedError(f"for all that is known, {canonical(term)} {what}")

    def holds(self, condition: Formula) -> bool:
        """Whether a condition holds.

        Raises:
            RejectedError: if the facts do not decide it.
        """
        relation, left, right = condition
        if relation not in ("<", "<="):
            raise RejectedError(f"{relation} is no condition")
        sign = self.sign(self.value(right) - self.value(left))
        if sign not in STRICT and (
            self.strict or sign not in (BELOW if relation == "<" else ABOVE)
        ):
            raise RejectedError(f"the facts do not decide {canonical(condition)}")
        return sign == "+" or (relation == "<=" and sign != "-")

    def chosen(self, term: Term) -> Term:
        """An unfolded term with the pieces that the facts choose in the place of its conditions."""
        match term:
            case ("if", condition, first, second):
                return self.chosen(first if self.holds(condition) else second)
            case ("D", name, body, at):
                inner = self.unused(name, body)
                around = self.around(inner, self.value(at))
                return ("D", inner, around.chosen(substitute(body, name, inner)), self.chosen(at))
            case (str(head), *parts) if head not in ("E", "iterate"):  # which bind variables
                return (head, *map(self.chosen, parts))
        return term

    def _derivative(self, name: str, body: Term, at: Term) -> Expr:
        point = self.value(at)
        inner = self.unused(name, body)
        around = self.around(inner, point)
        value = around.value(substitute(body, name, inner))
        return diff(value, around.symbols[inner]).xreplace({around.symbols[inner]: point})

    # --- Expectations ------------------------------------------------------------------------

    def _expectation(self, name: str, law: Term, body: Term) -> Expr:
        match law:
            case str() if law in self.laws:
                body = renamed(unfolded(("E", name, law, body)))
                unknown = free_variables(body) - self.names
                self._require(not unknown, body, f"has no value for {', '.join(unknown)}")
                varied = free_variables(body) & self.analytic
                self._require(not varied, body, f"is no known function of {', '.join(varied)}")
                return _UNKNOWN.setdefault((law, body), Dummy(f"E{len(_UNKNOWN)}", real=True))
            case ("points", *_):
                check_weights(law)
                for place, _ in law[1:]:
                    self.value(place)  # a body may be without it
                values = (self.value(substitute(body, name, place)) for place, _ in law[1:])
                return Add(
                    *(self.value(mass) * v for (_, mass), v in zip(law[1:], values, strict=True))
                )
            case ("normal", mean, deviation):
                mean, deviation = self.value(mean), self.value(deviation)
                self._require(self.sign(deviation) == "+", law, "has no deviation")
                return Add(*self._shares(name, body, mean, deviation))
        raise RejectedError(f"{canonical(law)} is no law here")

    def _shares(self, name: str, body: Term, mean: Expr, deviation: Expr) -> Iterator[Expr]:
        """What each term c x^n e^(k x) of each piece adds: tilt by e^(k x), then integrate."""
        for lower, upper, inside, variable in self.pieces(name, body):
            value = inside.value(substitute(body, name, variable))
            for constant, power, rate in exponential_terms(value, inside.symbols[variable]):
                tilt = exp(expand(rate * mean + rate**2 * deviation**2 / 2))
                centre = mean + rate * deviation**2
                yield constant * tilt * _partial_moment(power, centre, deviation, lower, upper)

    def pieces(
        self, name: str, body: Term
    ) -> Iterator[tuple[Expr | None, Expr | None, "Context", str]]:
        """The intervals between the breakpoints of a body.

        Yields:
            Both ends, None where there is none; the context inside; and the variable in it.
        """
        variable = self.unused(name, body)
        body = unfolded(substitute(body, name, variable))
        breaks = [self._break(c, variable) for c in _conditions(body, variable)]
        ends = self._in_order([end for end, _, _ in breaks])
        for lower, upper in pairwise([None, *ends, None]):
            inside = self.with_analytic(variable)
            for end, below, above in breaks:
                side = "-" if lower is None else self.sign(lower - self.value(end))
                # A breakpoint that is equal to another one has its order to be known by itself.
                self._require(side in {"+", "-", "0"}, end, "may lie on either side")
                is_above = side in ABOVE
                inside = inside.with_fact(
                    ("<", end, variable) if is_above else ("<", variable, end)
                )
                inside = inside.with_fact(above if is_above else below)
            yield lower, upper, inside, variable

    def _break(self, condition: Formula, variable: str) -> tuple[Term, Formula, Formula]:
        """Where a condition changes, and what holds below and above."""
        _, left, right = condition
        inside = self.with_variable(variable)
        gap = inside.value(right) - inside.value(left)
        slope = diff(gap, inside.symbols[variable])
        if not slope.is_Rational or slope == 0:
            raise RejectedError(f"{canonical(condition)} is not linear in {variable}")
        start = ("+", right, ("*", -1, left))
        end = ("*", ("/", -slope.q, slope.p), substitute(start, variable, 0))
        rising = (("<", right, left), ("<", left, right))
        return (end, *(rising if slope > 0 else rising[::-1]))

    def _in_order(self, ends: list[Term]) -> list[Expr]:
        """Breakpoints from the least to the largest, equal ones once."""
        ordered: list[Expr] = []
        for end in map(self.value, ends):
            signs = [self.sign(end - other) for other in ordered]
            if "0" in signs and (not self.strict or is_zero(end - ordered[signs.index("0")])):
                continue
            if not STRICT.issuperset(signs):
                raise RejectedError(
                    f"the order of the breakpoints {end} and {ordered} is not known"
                )
            place = signs.count("+")
            ordered.insert(place, end)
        return ordered

    # --- Signs -------------------------------------------------------------------------------

    def sign(self, value: Expr) -> str:
        """The sign of a value: ``+ - 0``, ``0+`` and ``0-`` with 0, or nothing where it is open."""
        placed = value.xreplace(dict(self.place))
        if placed != value and (sign := self._sign_by_facts(value)) in STRICT:
            # Inside a piece whose ends move, what is known of it holds around the point, too.
            return sign
        value = placed
        if value not in self._signs:
            self._signs[value] = self._sign(value)
        return self._signs[value]

    def _sign(self, value: Expr) -> str:
        if value.is_Rational:
            return "0" if value == 0 else "+" if value > 0 else "-"
        if not value.free_symbols:
            return _sign_of_number(value)
        # The assumptions of a symbol come from facts.
        if value.is_Symbol and (value.is_positive or value.is_negative):
            return "+" if value.is_positive else "-"
        known = self._sign_by_structure(value) or self._sign_by_facts(value)
        return known or ("0+" if value.is_Symbol and value.is_nonnegative else "")

    def _sign_by_structure(self, value: Expr) -> str:
        if isinstance(value, exp | NormalCdf):
            return "+"
        if isinstance(value, log):
            return self.sign(value.args[0] - 1)
        if isinstance(value, Pow):
            return _sign_of_power(self.sign(value.base), value.exp)
        if isinstance(value, Mul):
            return reduce(_sign_of_product, map(self.sign, value.args))
        if isinstance(value, Add):
            match value.args:
                case (S.NegativeOne, exp(args=(exponent,))):
                    return self.sign(exponent)
                case (S.One, Mul(args=(S.NegativeOne, NormalCdf()))):
                    return "+"
            return reduce(_sign_of_sum, map(self.sign, value.args))
        return ""

    def _sign_by_facts(self, value: Expr) -> str:
        found = ""
        for number in range(len(self.facts)):
            relation, difference = self.difference(number)
            if not relation or difference.free_symbols != value.free_symbols:
                continue
            for candidate, turn in ((difference, str), (-difference, _OPPOSITE.__getitem__)):
                if candidate == value or _vanishes(candidate - value):
                    sign = turn({"<": "+", "<=": "0+", "=": "0"}[relation])
                    if sign in STRICT or sign == "0":
                        return sign
                    # Another fact may say more.
                    found = found or sign
        return found

    def difference(self, number: int) -> tuple[str, Expr]:
        """The relation of a fact and its right side less its left, from what was known before it.

        There is no relation if the fact is no comparison of defined terms.
        """
        if number not in self._differences:
            self._differences[number] = self._difference(number)
        return self._differences[number]

    def _difference(self, number: int) -> tuple[str, Expr]:
        relation, *sides = self.facts[number]
        if relation not in COMPARISONS:
            return "", S.Zero
        before = self.before[number]
        try:
            left, right = map(before.value, sides)
        except RejectedError:
            return "", S.Zero
        now = {symbol: self.symbols[name] for name, symbol in before.symbols.items()}
        return relation, (right - left).xreplace(now)


def check_weights(law: Term) -> None:
    """Raise unless the weights of a law on points are those of a probability."""
    weights = [_rational(pair) for pair in law[1:]]
    if not weights or min(weights) < 0 or sum(weights) != 1:
        raise RejectedError(f"the weights {weights} are no probabilities with the sum 1")


def _rational(pair: Any) -> Rational:
    match pair:
        case (_, int(number)):
            return Rational(number)
        case (_, ("/", int(upper), int(lower))) if lower > 0:
            return Rational(upper, lower)
    raise RejectedError(f"{pair} is no point with a rational weight")


def _conditions(term: Term, variable: str) -> Iterator[Formula]:
    """The conditions in an unfolded term that involve a variable which is free in it."""
    if variable not in free_variables(term) or isinstance(term, str):
        return
    parts = term[1:]
    match term:
        case ("if", condition, *parts) if variable in free_variables(condition):
            yield condition
        case ("D", name, body, at):
            parts = (substitute(body, name, at),)
        case ("E", name, _, body):
            parts = (body,) if name != variable else ()
    for part in parts:
        yield from _conditions(part, variable)


def exponential_terms(value: Expr, variable: Symbol) -> Iterator[tuple[Expr, int, Expr]]:
    """A value as a sum of terms ``c x^n e^(k x)``: each c, n and k.

    Raises:
        RejectedError: if it is none.
    """
    # SymPy would multiply e^x into a denominator without x.
    divisors = {p: Dummy() for p in value.atoms(Pow) if p.exp.is_negative and not p.has(variable)}
    hidden = expand(value.xreplace(divisors))
    for summand in Add.make_args(hidden.xreplace({d: p for p, d in divisors.items()})):
        if summand == 0:
            continue
        constant, factors = summand.as_independent(variable, as_Add=False)
        power, rate = 0, S.Zero
        for factor in Mul.make_args(factors):
            base, exponent = factor.as_base_exp()
            if base == variable and exponent.is_Integer and exponent > 0:
                power += int(exponent)
                continue
            linear = expand(factor.args[0]) if isinstance(factor, exp) else S.Zero
            slope = diff(linear, variable)
            if factor != 1 and (slope == 0 or slope.has(variable)):
                raise RejectedError(f"{value} is no sum of powers times exponentials of {variable}")
            if factor != 1:
                constant *= exp(expand(linear - slope * variable))
                rate += slope
        yield constant, power, rate


def _partial_moment(
    power: int, mean: Expr, deviation: Expr, lower: Expr | None, upper: Expr | None
) -> Expr:
    """E[X^n; a < X < b] of a normal law, by the recursion that integration by parts gives."""

    def density(end: Expr | None) -> Expr:
        if end is None:
            return S.Zero
        return exp(-((end - mean) ** 2) / (2 * deviation**2)) / (deviation * sqrt(2 * pi))

    above = S.One if upper is None else NormalCdf((upper - mean) / deviation)
    below = S.Zero if lower is None else NormalCdf((lower - mean) / deviation)
    moments = [above - below]
    for n in range(1, power + 1):
        ends = [S.Zero if e is None else e ** (n - 1) * density(e) for e in (lower, upper)]
        earlier = (n - 1) * moments[n - 2] if n > 1 else S.Zero
        moments.append(mean * moments[n - 1] + deviation**2 * (earlier + ends[0] - ends[1]))
    return moments[power]


def _sign_of_number(value: Expr) -> str:
    for bits in BITS:
        ball = enclose(value, {}, bits)
        if ball > 0 or ball < 0:
            return "+" if ball > 0 else "-"
    return "0" if _vanishes(value) else ""


def _vanishes(value: Expr) -> bool:
    """Whether the normal form shows that a value is 0; one that has none may be anything."""
    try:
        return is_zero(value)
    except NotNormalizableError:
        return False


def _sign_of_power(base: str, exponent: Expr) -> str:
    if base == "+" or not base:
        even = exponent.is_Integer and exponent % 2 == 0 and exponent > 0
        return "+" if base else "0+" if even else ""
    if not exponent.is_Rational or (exponent < 0 and base not in STRICT):
        return ""
    if not exponent.is_Integer:
        return base if base in ABOVE else ""
    if exponent % 2:
        return base
    return "+" if base == "-" else "0" if base == "0" else "0+"


def _sign_of_product(left: str, right: str) -> str:
    if not left or not right or "0" in (left, right):
        return "0" if "0" in (left, right) else ""
    strict = left in STRICT and right in STRICT
    same = (left in ABOVE) == (right in ABOVE)
    return ("+" if same else "-") if strict else ("0+" if same else "0-")


def _sign_of_sum(left: str, right: str) -> str:
    if not left or not right or "0" in (left, right):
        return "" if not left or not right else right if left == "0" else left
    if (left in ABOVE) != (right in ABOVE):
        return ""
    strict = left in STRICT or right in STRICT
    return ("+" if left in ABOVE else "-") if strict else left
