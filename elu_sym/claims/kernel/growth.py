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
are compared by the normal form. Where a sign is not known, or more of the expansion would be needed
than the inequalities give, nothing is decided.

References:
    Gordon: Values of Mills' ratio of area to bounding ordinate and of the normal probability
    integral for large values of the argument, Annals of Mathematical Statistics 12 (1941).
    Abramowitz, Stegun: Handbook of Mathematical Functions, 7.1.13 and 26.2.13.
"""

from collections.abc import Callable
from math import comb, factorial
from typing import Any, NamedTuple

from sympy import Add, Dummy, Expr, Mul, S, Symbol, diff, exp, pi, sqrt

from elu_sym.algebra.laurent import laurent
from elu_sym.algebra.normal_form import ROOT, NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.claims.kernel.meaning import RejectedError

ORDERS = 4
"""In so many orders may the leading terms of a sum cancel before the search for one ends."""

Sign = Callable[[Expr], str]


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
            RejectedError: if the inequalities do not give it.
        """
        if self.exact is not None and max(self.powers) - power >= self.exact:
            raise RejectedError("more of the expansion is needed than the inequalities give")
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
            raise RejectedError(f"the terms cancel in {ORDERS} orders")
        return least, self._coefficient(least)

    def _coefficient(self, power: int) -> Expr:
        return Add(*(term.coefficient(power) for term in self.terms))

    def compared_with(self, other: "_Group", sign: Sign) -> int:
        """1 if its exponential is the faster one, -1 if the other one is, 0 for the same."""
        ours, theirs = self.exponent, other.exponent
        powers = ours.keys() | theirs.keys()
        differences = {p: ours.get(p, S.Zero) - theirs.get(p, S.Zero) for p in powers}
        return _leading_sign(differences, sign)


def limit_at_infinity(form: NormalForm, s: Symbol, sign: Sign) -> Limit:
    """The limit of a quotient of two sums as s tends to infinity.

    Args:
        form: a normal form in s and parameters, all of them real.
        s: a positive symbol.
        sign: tells the sign of an expression without s, ``+`` or ``-`` if it is known.

    Raises:
        RejectedError: if a sign is not known, or the inequalities do not suffice.
        NotLaurentError: if a coefficient, exponent or argument is no Laurent polynomial in s.

    Examples:
        >>> from elu_sym.symbols import sigma
        >>> form = NormalForm.from_expr(sigma**2 * (1 - sigma * exp(sigma**2 / 2) * sqrt(2 * pi)
        ...     * NormalCdf(-sigma)))
        >>> limit_at_infinity(form, sigma, lambda value: "+" if value.is_positive else "")
        Limit(coefficient=1, grows=False)
    """
    reference = _fastest(_groups(form.domain, form.denominator, s, sign), sign)
    power, divisor = reference.leading()
    if sign(divisor.factor()) not in ("+", "-"):
        raise RejectedError(f"the leading coefficient {divisor} of the denominator may vanish")
    groups = _groups(form.domain, form.numerator, s, sign)
    if not groups:
        return Limit(S.Zero, False)
    fastest = _fastest(groups, sign)
    order = fastest.compared_with(reference, sign)
    if order < 0:
        return Limit(S.Zero, False)
    found, coefficient = fastest.leading(None if order else power)
    return Limit(coefficient / divisor, order > 0 or found > power)


def _fastest(groups: list[_Group], sign: Sign) -> _Group:
    first, *others = groups
    for group in others:
        order = group.compared_with(first, sign)
        if order == 0:  # equal exponents that are written with different logarithms
            first = _Group(first.exponent, first.terms + group.terms)
        first = group if order > 0 else first
    return first


def _groups(domain: Any, terms: Any, s: Symbol, sign: Sign) -> list[_Group]:
    """The terms of a sum by their growth."""
    h = Dummy("h", positive=True)
    found: dict[frozenset[tuple[int, Expr]], list[_Term]] = {}
    for (exponent, distributions), coefficient in _reflected(domain, terms, s, sign).items():
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


def _reflected(domain: Any, terms: Any, s: Symbol, sign: Sign) -> dict[Any, Any]:
    """The same sum without a Phi(a) whose a tends to oo: Phi(a) = 1 - Phi(-a)."""
    total: dict[Any, Any] = {}
    for (exponent, distributions), coefficient in terms.items():
        products: dict[Any, Any] = {frozenset(): coefficient}
        for argument, n in distributions:
            parts = _parts(domain, argument, s)
            upwards = max(parts) > 0 and _leading_sign(parts, sign) > 0
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


def _leading_sign(parts: dict[int, Expr], sign: Sign) -> int:
    """The sign of the coefficient of the largest power; 0 if every coefficient vanishes.

    Raises:
        RejectedError: if it is not known.
    """
    for power in sorted(parts, reverse=True):
        value = parts[power]
        if is_zero(value):
            continue
        found = sign(value.factor())
        if found not in ("+", "-"):
            raise RejectedError(f"the sign of {value} is not known")
        return 1 if found == "+" else -1
    return 0
