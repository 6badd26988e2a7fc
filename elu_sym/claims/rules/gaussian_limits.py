r"""Limits of Gaussian closed forms as a parameter tends to an end of its range.

The variable is written as ``s``, ``-s`` or ``1/s`` with s -> oo. A closed form is a quotient of
sums of terms :math:`c\,e^q\,\Phi(a_1)^{n_1}\cdots`. Let c, q and the a_i be Laurent polynomials in
a variable s -> oo. Then, exactly:

* where a -> oo, Phi(a) = 1 - Phi(-a); where a has a finite limit, Phi(a) is analytic in h = 1/s at
  h = 0, and so is :math:`e^q` without the positive powers of s in q;
* where x = -a -> oo, Gordon's inequality and the one after it,

  .. math:: \frac{x}{1 + x^2} \le \frac{\Phi(-x)}{\varphi(x)} \le \frac{1}{x}, \qquad
      \frac{1}{x} - \frac{1}{x^3} \le \frac{\Phi(-x)}{\varphi(x)}
      \le \frac{1}{x} - \frac{1}{x^3} + \frac{3}{x^5}, \qquad x > 0,

  give :math:`\Phi(-x) = e^{-x^2/2} (1 - x^{-2} + O(x^{-4})) / (\sqrt{2\pi}\,x)`.

So each term is :math:`s^m e^{Q(s)} (g_0 + g_1 h + \cdots)`, Q made of positive powers of s. An
exponential :math:`e^Q` with a negative leading coefficient beats every power; otherwise the Taylor
coefficients of powers of s that do not vanish are added up, and the largest one left decides. Those
are compared by the normal form. Signs come from the assumptions on the symbols; where one is not
known, or more of the expansion would be needed than the inequalities give, nothing is decided.

References:
    Gordon: Values of Mills' ratio of area to bounding ordinate and of the normal probability
    integral for large values of the argument, Annals of Mathematical Statistics 12 (1941).
    Abramowitz, Stegun: Handbook of Mathematical Functions, 7.1.13 and 26.2.13.
"""

from math import comb, factorial
from typing import Any, NamedTuple

from sympy import Add, Dummy, Expr, Mul, S, Symbol, diff, exp, latex, oo, pi, sqrt

from elu_sym.algebra.enclosure import Point, enclose
from elu_sym.algebra.equality import UndecidedError, equals, rational_points
from elu_sym.algebra.laurent import laurent
from elu_sym.algebra.normal_form import ROOT, NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.assertion import Assertion, Notation, Sentence, Step
from elu_sym.claims.rules.elementary import NonNegative, Nonzero, Positive, takes_every

ORDERS = 4
"""In so many orders may the leading terms of a sum cancel before the search for one ends."""


POSITIVE, NEGATIVE = ("positive", "nonnegative"), ("negative", "nonpositive")
"""What may be assumed of a symbol that tends to oo or to 0 from above, and of one to -oo."""


class Limit(NamedTuple):
    """What a closed form tends to.

    Attributes:
        coefficient: the limit; or, of what tends to infinity, the coefficient.
        grows: whether there is no finite limit.
    """

    coefficient: Expr
    grows: bool


class _Term(NamedTuple):
    """``e^Q`` times the sum of ``c_p s^p`` times a function of ``h = 1/s`` that is regular at 0.

    Attributes:
        powers: the coefficients ``c_p``.
        regular: the function of ``h``.
        h: the symbol.
        exact: from which order in ``h`` on it is only known to be bounded; None if from none.
    """

    powers: dict[int, Expr]
    regular: Expr
    h: Symbol
    exact: int | None

    def coefficient(self, power: int) -> Expr:
        """The coefficient of ``s^power e^Q``.

        Raises:
            UndecidedError: if the inequalities do not give it.
        """
        if self.exact is not None and max(self.powers) - power >= self.exact:
            raise UndecidedError("more of the expansion is needed than the inequalities give")
        return Add(*(c * self._taylor(p - power) for p, c in self.powers.items() if p >= power))

    def _taylor(self, order: int) -> Expr:
        derivative = diff(self.regular, self.h, order)
        return derivative.xreplace({self.h: S.Zero}) / factorial(order)


class _Group(NamedTuple):
    """The terms with one exponential ``e^Q``; the exponent by powers of s, all of them positive."""

    exponent: dict[int, Expr]
    terms: list[_Term]

    def leading(self, least: int | None = None) -> tuple[int, Expr]:
        """The largest power whose coefficient does not cancel, and the coefficient.

        Args:
            least: given, with its coefficient, where the coefficients of all larger ones cancel.
        """
        top = max(power for term in self.terms for power in term.powers)
        for power in range(top, top - ORDERS if least is None else least, -1):
            coefficient = self._coefficient(power)
            if not is_zero(coefficient):
                return power, coefficient
        if least is None:
            raise UndecidedError(f"the terms cancel in {ORDERS} orders")
        return least, self._coefficient(least)

    def _coefficient(self, power: int) -> Expr:
        return Add(*(term.coefficient(power) for term in self.terms))

    def compared_with(self, other: "_Group") -> int:
        """1 if its exponential is the faster one, -1 if the other one is, 0 for the same."""
        ours, theirs = self.exponent, other.exponent
        powers = ours.keys() | theirs.keys()
        return _leading_sign({p: ours.get(p, S.Zero) - theirs.get(p, S.Zero) for p in powers})


def limit_at_infinity(form: NormalForm, s: Symbol) -> Limit:
    """The limit of a quotient of two sums as s tends to infinity.

    Args:
        form: a normal form in s and parameters, all of them real.
        s: a positive symbol.

    Raises:
        UndecidedError: if a sign is not known, or the inequalities do not suffice.
        NotLaurentError: if a coefficient, exponent or argument is no Laurent polynomial in s.

    Examples:
        >>> from elu_sym.symbols import sigma
        >>> form = NormalForm.from_expr(sigma**2 * (1 - sigma * exp(sigma**2 / 2) * sqrt(2 * pi)
        ...     * NormalCdf(-sigma)))
        >>> limit_at_infinity(form, sigma)
        Limit(coefficient=1, grows=False)
    """
    reference = _fastest(_groups(form.domain, form.denominator, s))
    power, divisor = reference.leading()
    if not Nonzero.is_evident(divisor):
        raise UndecidedError(f"the leading coefficient {divisor} of the denominator may vanish")
    groups = _groups(form.domain, form.numerator, s)
    if not groups:
        return Limit(S.Zero, False)
    fastest = _fastest(groups)
    order = fastest.compared_with(reference)
    if order < 0:
        return Limit(S.Zero, False)
    found, coefficient = fastest.leading(None if order else power)
    return Limit(coefficient / divisor, order > 0 or found > power)


def _fastest(groups: list[_Group]) -> _Group:
    first, *others = groups
    for group in others:
        order = group.compared_with(first)
        if order == 0:  # equal exponents that are written with different logarithms
            first = _Group(first.exponent, first.terms + group.terms)
        first = group if order > 0 else first
    return first


def _groups(domain: Any, terms: Any, s: Symbol) -> list[_Group]:
    """The terms of a sum by their growth."""
    h = Dummy("h", positive=True)
    found: dict[frozenset[tuple[int, Expr]], list[_Term]] = {}
    for (exponent, distributions), coefficient in _reflected(domain, terms, s).items():
        factors, shift, exact = [], 0, None
        for argument, n in distributions:
            parts = _parts(domain, argument, s)
            degree = max(parts)
            if degree <= 0:
                factors.append(NormalCdf(_regular(parts, h)) ** n)
                continue
            exponent -= n * argument**2 / 2
            scaled = {power - degree: -value for power, value in parts.items()}
            x = _regular(scaled, h)  # times s**degree, the argument of the tail with a sign
            factors.append(((1 - h ** (2 * degree) / x**2) / (sqrt(2 * pi) * x)) ** n)
            shift += n * degree
            exact = 4 * degree if exact is None else min(exact, 4 * degree)
        parts = _parts(domain, exponent, s)
        growing = frozenset((power, value) for power, value in parts.items() if power > 0)
        bounded = {power: value for power, value in parts.items() if power <= 0}
        powers = {power - shift: value for power, value in _parts(domain, coefficient, s).items()}
        regular = Mul(exp(_regular(bounded, h)), *factors)
        found.setdefault(growing, []).append(_Term(powers, regular, h, exact))
    return [_Group(dict(growing), members) for growing, members in found.items()]


def _reflected(domain: Any, terms: Any, s: Symbol) -> dict[Any, Any]:
    """The same sum without a Phi(a) whose a tends to oo: Phi(a) = 1 - Phi(-a)."""
    total: dict[Any, Any] = {}
    for (exponent, distributions), coefficient in terms.items():
        products: dict[Any, Any] = {frozenset(): coefficient}
        for argument, n in distributions:
            parts = _parts(domain, argument, s)
            upwards = max(parts) > 0 and _leading_sign(parts) > 0
            expanded = {n: 1} if not upwards else {k: (-1) ** k * comb(n, k) for k in range(n + 1)}
            inner = -argument if upwards else argument
            products = {
                others | ({(inner, k)} if k else set()): value * factor
                for others, value in products.items()
                for k, factor in expanded.items()
            }
        for factors, value in products.items():
            key = (exponent, factors)
            total[key] = total.get(key, domain.zero) + value
    return {key: value for key, value in total.items() if value}


def _parts(domain: Any, element: Any, s: Symbol) -> dict[int, Expr]:
    """A field element as coefficients by powers of s; zero has none."""
    root = {ROOT: sqrt(2 * pi)}
    parts = laurent(domain, element, [s])
    return {power: domain.to_sympy(part).xreplace(root) for (power,), part in parts.items()}


def _regular(parts: dict[int, Expr], h: Symbol) -> Expr:
    """Powers of s, none of them positive, as powers of h = 1/s."""
    return Add(*(value * h**-power for power, value in parts.items()))


def _leading_sign(parts: dict[int, Expr]) -> int:
    """The sign of the coefficient of the largest power; 0 if every coefficient vanishes.

    Raises:
        UndecidedError: if the assumptions do not tell it.
    """
    for power in sorted(parts, reverse=True):
        value = parts[power]
        if is_zero(value):
            continue
        value = value.factor()
        if not (value.is_positive or value.is_negative):
            raise UndecidedError(f"the sign of {value} is not known")
        return 1 if value.is_positive else -1
    return 0


def limit_notation(expression: Expr, variable: Symbol, end: Notation, value: Expr) -> Notation:
    """That the limit of an expression as a variable tends to an end is this value."""
    printed = latex(expression)
    inner = rf"\left({printed}\right)" if isinstance(expression, Add) else printed
    return Notation(
        f"{expression} -> {value} as {variable} -> {end.text}",
        rf"\lim_{{{latex(variable)} \to {end.latex}}} {inner} = {latex(value)}",
    )


def _end(to: Expr) -> Notation:
    return Notation("0+", "0^+") if to == 0 else Notation(str(to), latex(to))


class AtEnd(Assertion):
    """An assertion about a closed form as a variable tends to ``oo``, ``-oo`` or 0 from above."""

    expression: Expr
    variable: Symbol
    to: Expr

    def _named(self, witness: Point) -> Point:
        """A witness; where any values of the parameters will do, some that are admissible."""
        return witness or next(rational_points(self.expression.free_symbols - {self.variable}))


class GaussianLimit(AtEnd):
    """The limit of a Gaussian closed form as a variable tends to ``oo``, ``-oo`` or 0 from above.

    The other symbols are fixed, anywhere in the range that their assumptions admit.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.symbols import alpha, mu
        >>> GaussianLimit(mean.closed_form, mu, -oo, -alpha).check().holds
        True
        >>> GaussianLimit(mean.closed_form, mu, oo, oo).check().holds
        True
        >>> GaussianLimit(mean.closed_form, mu, -oo, -S.One).check().witness
        {alpha: 1/2}
    """

    value: Expr
    rule = "growth of Gaussian terms, Gordon's inequality"

    def sentence(self) -> Sentence:
        """The limit."""
        yield limit_notation(self.expression, self.variable, _end(self.to), self.value)

    def decide(self) -> Step:
        """Expand both sums of the quotient, find the limit, and compare."""
        if self.value.has(self.variable):
            return self.undecided(f"the value {self.value} depends on {self.variable}")
        large = Dummy("s", positive=True)
        approach = {oo: large, -oo: -large, S.Zero: 1 / large}.get(self.to)
        towards = NEGATIVE if self.to == -oo else POSITIVE
        if approach is None or not takes_every(self.variable, "real", *towards):
            return self.undecided(f"{self.variable} does not tend to {self.to}")
        form = NormalForm.from_expr(self.expression.xreplace({self.variable: approach}))
        unreal = [str(symbol) for symbol in form.domain.symbols if not symbol.is_real]
        if unreal:
            return self.undecided(f"{', '.join(unreal)} not assumed to be real")
        found = limit_at_infinity(form, large)
        if found.grows:
            return self._infinite(found)
        detail = f"the terms that do not vanish tend to {found.coefficient}"
        if self.value in (oo, -oo):
            return self.refuted(f"{detail}, which is finite", self._named({}))
        comparison = equals(found.coefficient, self.value)
        if comparison:
            return self.proved(detail)
        return self.refuted(f"{detail}, {comparison.reason}", self._named(comparison.witness))

    def _infinite(self, found: Limit) -> Step:
        """Something that grows has no limit but an infinity of the sign of its coefficient."""
        detail = f"the term that grows fastest has the coefficient {found.coefficient}"
        if self.value in (oo, -oo) and (self.value * found.coefficient).is_extended_positive:
            return self.proved(detail)
        for point in rational_points(found.coefficient.free_symbols | self.value.free_symbols):
            ball = enclose(found.coefficient, point)
            claimed = {oo: ball > 0, -oo: ball < 0}.get(self.value, False)
            if not claimed and (ball > 0 or ball < 0):
                return self.refuted(f"{detail}, which lies in {ball.str(8)}", self._named(point))
        return self.undecided(f"{detail}, of unknown sign")


class EventuallyNegative(AtEnd):
    """A closed form is negative once a variable is close enough to an end, as its limit is.

    Examples:
        >>> from elu_sym import mean
        >>> from elu_sym.symbols import alpha, mu
        >>> EventuallyNegative(mean.closed_form, mu, -oo, -alpha).check().holds
        True
        >>> EventuallyNegative(1 + mean.closed_form, mu, -oo, 1 - alpha).check().witness
        {alpha: 1/2}
    """

    limit: Expr
    rule = "sign of the limit"

    def sentence(self) -> Sentence:
        """The inequality."""
        yield from (self.expression, "<", S.Zero, "for", self.variable, "close to", _end(self.to))

    def decide(self) -> Step:
        """Check the limit and its sign; where the limit is positive, so is the closed form."""
        limit = GaussianLimit(self.expression, self.variable, self.to, self.limit).check()
        opposite = NonNegative(-self.limit).check()
        if limit.holds and opposite.witness is not None:
            witness = self._named(opposite.witness)
            return self.refuted("the limit is positive", witness, [limit, opposite])
        premises = (limit, Positive(-self.limit))
        return self.concluded("the limit is negative", premises, entailed=())
