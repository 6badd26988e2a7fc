r"""A normal form for what Gaussian expectations are made of, so that equality is decided.

Every closed form of this project is a sum of terms

.. math:: c \; e^{q} \; \Phi(a_1)^{n_1} \cdots \Phi(a_m)^{n_m},

where the coefficient ``c``, the exponent ``q`` and the arguments ``a_i`` are rational functions of
the parameters, ``c`` also of :math:`\sqrt{2\pi}`. Written with

* cancelled rational functions over the rationals,
* exponents merged, :math:`e^p e^q = e^{p+q}`, a density being an exponential like any other,
* one sign for the argument of each :math:`\Phi`, by :math:`\Phi(-a) = 1 - \Phi(a)`, and
  :math:`\Phi(0) = 1/2`,
* the logarithms in an exponent taken out, :math:`e^{n \log a + q} = a^n e^q`,

the terms are keyed by ``(q, {a_i: n_i})`` and equal terms meet. A form without terms **is** zero:
that is a proof, and the only one that the project accepts. A form with terms left proves nothing
by itself; :mod:`elu_sym.algebra.equality` then looks for a point where the two sides differ.

Quotients, such as a conditional mean, are pairs of sums; they are compared crosswise.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, reduce
from itertools import chain, repeat
from operator import mul
from typing import Any

import sympy
from sympy import ZZ, Add, Expr, Mul, Pow, S, Symbol, default_sort_key, exp, log, pi, sqrt
from sympy.polys.polyerrors import CoercionFailed

from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf

ROOT = Symbol("sqrt(2*pi)", positive=True)
"""Stands for the number ``sqrt(2*pi)``, a generator like any parameter."""

Key = tuple[Any, frozenset[tuple[Any, int]]]
Sum = Mapping[Key, Any]


class NotNormalizableError(ValueError):
    """An expression outside the algebra; the message names the part that does not fit."""


class NormalForm:
    """A quotient of two sums of terms, the denominator 1 wherever it can be.

    Build one with :meth:`from_expr`; add, subtract, multiply, divide, raise to integer powers,
    differentiate, and read back with :meth:`to_expr`.

    Examples:
        >>> from sympy import exp, symbols
        >>> t, s = symbols("t s", positive=True)
        >>> form = NormalForm.from_expr(NormalCdf(t) + NormalCdf(-t) - 1)
        >>> form.is_zero
        True
        >>> shifted = NormalPdf(t + s) - NormalPdf(t)*exp(-t*s - s**2/2)
        >>> NormalForm.from_expr(shifted).is_zero
        True
        >>> NormalForm.from_expr(t*NormalCdf(t)).diff(t).to_expr()
        sqrt(2)*t*exp(-t**2/2)/(2*sqrt(pi)) + NormalCdf(t)
    """

    __slots__ = ("denominator", "domain", "numerator")

    def __init__(self, domain: Any, numerator: Sum, denominator: Sum | None = None) -> None:
        """Take sums over the field ``domain``; a one-term denominator is divided out."""
        unit = _unit(domain)
        if denominator is None:
            denominator = unit
        if not denominator:
            raise ZeroDivisionError("the denominator of a normal form is zero")
        ((exponent, distributions), coefficient), *others = denominator.items()
        if denominator != unit and not others and not distributions:
            inverse = {(-exponent, distributions): domain.one / coefficient}
            numerator, denominator = _multiply(domain, numerator, inverse), unit
        self.domain = domain
        self.numerator = numerator
        self.denominator = denominator

    @classmethod
    @lru_cache(maxsize=1 << 12, typed=True)  # a derivation reads most of its expressions ten times
    def from_expr(cls, expression: Expr) -> "NormalForm":
        """Read a SymPy expression.

        Args:
            expression: built by ``+ - * /`` and integer powers from rational numbers, symbols,
                ``pi``, ``sqrt(2)``, ``log`` of a parameter, ``exp``, ``erf``, ``erfc`` and the
                functions of :mod:`elu_sym.algebra.special_functions`.

        Raises:
            NotNormalizableError: if another function or number occurs.
            ZeroDivisionError: if a denominator vanishes identically.
        """
        # The argument of a logarithm of exponentials is multiplied out: log(e^q) becomes q.
        expression = sympy.sympify(expression).replace(
            lambda part: isinstance(part, log) and part.has(exp),
            lambda logarithm: log(sympy.expand(logarithm.args[0])),
        )
        expression = sympy.expand_log(expression, factor=True)
        generators: list[Expr] = [*expression.free_symbols, *expression.atoms(log), ROOT]
        domain = ZZ.frac_field(*sorted(generators, key=default_sort_key))
        for logarithm in expression.atoms(log):
            _argument(domain, logarithm)
        form, twos = _Reader(domain).read(expression)
        if twos and not form.is_zero:
            raise NotNormalizableError(f"the factor sqrt(2) of {expression} does not cancel")
        return form

    @property
    def is_zero(self) -> bool:
        """Whether no term is left. True is a proof; False alone proves nothing."""
        return not self.numerator

    @property
    def is_sum(self) -> bool:
        """Whether the denominator is 1; one with a single term may still be a distribution."""
        return self.denominator == _unit(self.domain)

    def to_expr(self) -> Expr:
        """The form as a SymPy expression."""
        return self._sum_to_expr(self.numerator) / self._sum_to_expr(self.denominator)

    def _sum_to_expr(self, terms: Sum) -> Expr:
        to_sympy = self.domain.to_sympy
        summands = []
        for (exponent, distributions), coefficient in terms.items():
            factors = [NormalCdf(to_sympy(a)) ** n for a, n in distributions]
            factors += [to_sympy(coefficient).subs(ROOT, sqrt(2 * pi)), exp(to_sympy(exponent))]
            summands.append(Mul(*factors))
        return Add(*summands)

    def diff(self, symbol: Symbol) -> "NormalForm":
        """The derivative with respect to a parameter, by the quotient rule."""
        domain, n, d = self.domain, self.numerator, self.denominator
        n_slope, d_slope = (
            NormalForm(domain, _differentiate(domain, terms, symbol)) for terms in (n, d)
        )
        return (n_slope - self * d_slope) / NormalForm(domain, d)

    def __add__(self, other: "NormalForm") -> "NormalForm":
        left, right = _unify(self, other)
        domain, n, d = left.domain, left.numerator, left.denominator
        if d == right.denominator:
            return NormalForm(domain, _add(n, right.numerator), d)
        upper = _add(_multiply(domain, n, right.denominator), _multiply(domain, right.numerator, d))
        return NormalForm(domain, upper, _multiply(domain, d, right.denominator))

    def __neg__(self) -> "NormalForm":
        negated = {key: -coefficient for key, coefficient in self.numerator.items()}
        return NormalForm(self.domain, negated, self.denominator)

    def __sub__(self, other: "NormalForm") -> "NormalForm":
        return self + (-other)

    def __mul__(self, other: "NormalForm") -> "NormalForm":
        left, right = _unify(self, other)
        return NormalForm(
            left.domain,
            _multiply(left.domain, left.numerator, right.numerator),
            _multiply(left.domain, left.denominator, right.denominator),
        )

    def __truediv__(self, other: "NormalForm") -> "NormalForm":
        return self * NormalForm(other.domain, other.denominator, other.numerator)

    def __pow__(self, power: int) -> "NormalForm":
        one = NormalForm(self.domain, _unit(self.domain))
        return reduce(mul, repeat(self if power >= 0 else one / self, abs(power)), one)

    def __repr__(self) -> str:
        return f"NormalForm({self.to_expr()})"


class _Reader:
    """Reads one expression over one field; values are pairs, the second counting sqrt(2)."""

    def __init__(self, domain: Any) -> None:
        self.domain = domain
        self.known: dict[Expr, tuple[NormalForm, int]] = {}
        self.functions: dict[type, Callable[[Expr], tuple[NormalForm, int]]] = {
            exp: self.exponential,
            sympy.erf: lambda u: self.read(2 * NormalCdf(sqrt(2) * u) - 1),
            sympy.erfc: lambda u: self.read(2 - 2 * NormalCdf(sqrt(2) * u)),
            NormalCdf: self.distribution,
            NormalPdf: lambda t: self.read(exp(-(t**2) / 2) / sqrt(2 * pi)),
            MillsRatio: lambda t: self.read(sqrt(2 * pi) * exp(t**2 / 2) * NormalCdf(-t)),
        }

    def read(self, expression: Expr) -> tuple[NormalForm, int]:
        if expression not in self.known:
            self.known[expression] = self._read(expression)
        return self.known[expression]

    def _read(self, expression: Expr) -> tuple[NormalForm, int]:
        if expression == pi:
            return self.constant(self.domain.from_sympy(ROOT) ** 2 / 2), 0
        if expression.is_Rational or expression.is_Symbol or isinstance(expression, log):
            return self.constant(self.domain.from_sympy(expression)), 0
        if isinstance(expression, Add):
            return self.sum(expression)
        if isinstance(expression, Mul):
            return self.product(self.read(factor) for factor in expression.args)
        if expression == S.Exp1:
            return self.exponential(S.One)
        if isinstance(expression, Pow):
            return self.power(*expression.as_base_exp())
        rule = self.functions.get(type(expression))
        if rule is None:
            raise NotNormalizableError(
                f"{expression} is no polynomial, exponential or normal distribution"
            )
        return rule(expression.args[0])

    def constant(self, value: Any) -> NormalForm:
        return NormalForm(self.domain, {(self.domain.zero, frozenset()): value} if value else {})

    def sum(self, expression: Expr) -> tuple[NormalForm, int]:
        values = [self.read(term) for term in expression.args]
        _, twos = values[0]
        if any(its_twos != twos and not value.is_zero for value, its_twos in values):
            raise NotNormalizableError(f"sqrt(2) in one term only of {expression}")
        sums = [value.numerator.items() for value, _ in values if value.is_sum]
        whole = NormalForm(self.domain, _collect(chain.from_iterable(sums)))
        return sum((value for value, _ in values if not value.is_sum), whole), twos

    def product(self, values: Iterable[tuple[NormalForm, int]]) -> tuple[NormalForm, int]:
        total, twos = self.constant(self.domain.one), 0
        for value, its_twos in values:
            total, twos = total * value, twos + its_twos
        return total * self.constant(self.domain(2 ** (twos // 2))), twos % 2

    def power(self, base: Expr, power: Expr) -> tuple[NormalForm, int]:
        if power.is_Integer:
            form, twos = self.read(base)
            twos *= int(power)
            return form ** int(power) * self.constant(self.domain(2) ** (twos // 2)), twos % 2
        if (2 * power).is_Integer and base in (2, pi):
            n = int(2 * power)
            if base == 2:
                return self.constant(self.domain(2) ** (n // 2)), n % 2
            root = self.domain.from_sympy(ROOT) ** n
            return self.constant(root / self.domain(2) ** ((n + 1) // 2)), n % 2
        raise NotNormalizableError(f"the power {base}**({power}) is not an integer one")

    def rational(self, expression: Expr, place: str) -> Any:
        """A rational function of the parameters, as an element of the field."""
        form, twos = self.read(expression)
        if form.is_zero:
            return self.domain.zero
        ((exponent, distributions), value), *rest = form.numerator.items()
        if rest or exponent or distributions or twos or not form.is_sum:
            raise NotNormalizableError(f"{place} {expression} is no rational function")
        return value

    def exponential(self, exponent: Expr) -> tuple[NormalForm, int]:
        value = self.rational(exponent, "the exponent")
        terms = {(value, frozenset[tuple[Any, int]]()): self.domain.one}
        return NormalForm(self.domain, _without_logarithms(self.domain, terms)), 0

    def distribution(self, argument: Expr) -> tuple[NormalForm, int]:
        value = self.rational(argument, "the argument of the normal distribution")
        return NormalForm(self.domain, _distribution(self.domain, value)), 0


@cache
def _unit(domain: Any) -> Sum:
    """The number 1 as a sum, which is written into nowhere."""
    return {(domain.zero, frozenset()): domain.one}


def _distribution(domain: Any, argument: Any) -> Sum:
    """Phi of a field element, with the one sign of its argument."""
    constant = (domain.zero, frozenset[tuple[Any, int]]())
    if not argument:
        return {constant: domain.one / 2}
    if argument.numer.LC > 0:
        return {(domain.zero, frozenset({(argument, 1)})): domain.one}
    return {constant: domain.one, (domain.zero, frozenset({(-argument, 1)})): -domain.one}


def _argument(domain: Any, logarithm: Expr) -> Any:
    """The argument of a logarithm as an element of the field."""
    try:
        return domain.from_sympy(logarithm.args[0].subs(pi, ROOT**2 / 2))
    except (CoercionFailed, ValueError):
        raise NotNormalizableError(
            f"the argument of {logarithm} is no rational function of the parameters"
        ) from None


def _without_logarithms(domain: Any, terms: Sum) -> Sum:
    """Take integer multiples of logarithms out of the exponents: e^(n log a) = a^n."""
    logarithms = [
        g for g, symbol in zip(domain.gens, domain.symbols, strict=True) if isinstance(symbol, log)
    ]
    for logarithm in logarithms:
        base = _argument(domain, domain.to_sympy(logarithm))
        moved = []
        for (exponent, distributions), coefficient in terms.items():
            times = _multiple(exponent, logarithm)
            key = (exponent - logarithm * times, distributions)
            moved.append((key, coefficient * base**times))
        terms = _collect(moved)
    return terms


def _multiple(exponent: Any, logarithm: Any) -> int:
    """The integer part of the constant coefficient of a logarithm in an exponent."""
    denominator = exponent.denom
    if len(denominator) != 1:
        return 0
    ((monomial, divisor),) = denominator.items()
    ((step, _),) = logarithm.numer.items()
    target = tuple(i + j for i, j in zip(monomial, step, strict=True))
    coefficient = exponent.numer.get(target)
    return int(coefficient // divisor) if coefficient else 0


def _add(left: Sum, right: Sum) -> Sum:
    return _collect([*left.items(), *right.items()])


def _collect(terms: Iterable[tuple[Key, Any]]) -> Sum:
    """Add up the coefficients of equal keys and drop what cancels."""
    result: dict[Key, Any] = {}
    for key, coefficient in terms:
        result[key] = result[key] + coefficient if key in result else coefficient
    return {key: coefficient for key, coefficient in result.items() if coefficient}


def _multiply(domain: Any, left: Sum, right: Sum) -> Sum:
    unit = _unit(domain)
    if left == unit:
        return right
    if right == unit:
        return left
    terms = []
    for (p, first), c in left.items():
        for (q, second), d in right.items():
            powers = dict(first)
            for argument, n in second:
                powers[argument] = powers.get(argument, 0) + n
            terms.append(((p + q, frozenset(powers.items())), c * d))
    return _without_logarithms(domain, _collect(terms))


def _differentiate(domain: Any, terms: Sum, symbol: Symbol) -> Sum:
    root = domain.from_sympy(ROOT)
    result = []
    for (exponent, distributions), coefficient in terms.items():
        slope = _derivative(domain, exponent, symbol) * coefficient
        slope += _derivative(domain, coefficient, symbol)
        result.append(((exponent, distributions), slope))
        for argument, n in distributions:
            inner = _derivative(domain, argument, symbol)
            if not inner:
                continue
            others = dict(distributions)
            others[argument] = n - 1
            rest = frozenset((a, m) for a, m in others.items() if m)
            key = (exponent - argument**2 / 2, rest)
            result.append((key, coefficient * inner * n / root))
    return _without_logarithms(domain, _collect(result))


def _derivative(domain: Any, value: Any, symbol: Symbol) -> Any:
    """The derivative of a field element; a logarithm of a parameter moves with the parameter."""
    total = domain.zero
    for generator, atom in zip(domain.gens, domain.symbols, strict=True):
        inner = atom.diff(symbol)
        if inner:
            total += value.diff(generator) * domain.from_sympy(inner)
    return total


def _unify(left: NormalForm, right: NormalForm) -> tuple[NormalForm, NormalForm]:
    if left.domain == right.domain:
        return left, right
    domain = left.domain.unify(right.domain)
    return _lift(left, domain), _lift(right, domain)


def _lift(form: NormalForm, domain: Any) -> NormalForm:
    """The same form over a larger field, where the sign of an argument may be another."""

    def lifted(terms: Sum) -> Sum:
        def convert(value: Any) -> Any:
            return domain.convert_from(value, form.domain)

        result: Sum = {}
        for (exponent, distributions), coefficient in terms.items():
            term: Sum = {(convert(exponent), frozenset()): convert(coefficient)}
            for argument, n in distributions:
                for _ in range(n):
                    term = _multiply(domain, term, _distribution(domain, convert(argument)))
            result = _add(result, term)
        return result

    return NormalForm(domain, lifted(form.numerator), lifted(form.denominator))


def is_zero(expression: Expr) -> bool:
    """Whether the normal form of an expression is zero, which proves that it vanishes."""
    return NormalForm.from_expr(expression).is_zero
