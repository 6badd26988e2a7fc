r"""A normal form for what Gaussian expectations are made of, so that equality is decided.

Every closed form of this project is a sum of terms

.. math:: c \; e^{q} \; \Phi(a_1)^{n_1} \cdots \Phi(a_m)^{n_m},

where the coefficient ``c``, the exponent ``q`` and the arguments ``a_i`` are rational functions of
the parameters and of constants: :mod:`elu_sym.algebra.coefficient_field` says which. Written with

* cancelled rational functions over the rationals, roots reduced and out of denominators,
* exponents merged, :math:`e^p e^q = e^{p+q}`, a density being an exponential like any other,
* one sign for the argument of each :math:`\Phi`, by :math:`\Phi(-a) = 1 - \Phi(a)`, and
  :math:`\Phi(0) = 1/2`,
* the logarithms in an exponent taken out, :math:`e^{n \log a + q} = a^n e^q`,
* a distribution of two variables, :math:`\Phi_2(h, k; r)`, with one sign of h and of k, by
  :math:`\Phi_2(-h, k; r) = \Phi(k) - \Phi_2(h, k; -r)`, in one order, and a product or a
  number where r = 0 or h = k = 0,

the terms are keyed by ``(q, {a_i: n_i})`` and equal terms meet. A form without terms **is** zero:
that is a proof, and the only one that the project accepts. A form with terms left proves nothing
by itself; :mod:`elu_sym.algebra.equality` then looks for a point where the two sides differ.
Zero is meant as of functions: an identity at every value of the parameters at which no denominator
of the expression, as it was written, vanishes, as :math:`(x^2 - 1)/(x - 1) - x - 1` is zero.

Quotients, such as a conditional mean, are pairs of sums; they are compared crosswise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, reduce
from itertools import chain, repeat
from operator import mul
from typing import Any

import sympy
from sympy import QQ, Add, Expr, Mul, Pow, S, Symbol, asin, exp, log, sqrt

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement
from elu_sym.algebra.coefficient_field import (
    ROOT as ROOT,
    NotNormalizableError as NotNormalizableError,
    converted,
    derivative,
    element,
    field_of,
    has_exponential,
    has_relations,
    logarithm_of,
    logarithms,
    raised,
    reduced,
)
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import Correlation, symbolic

GOLDEN = {S.GoldenRatio: (1 + sqrt(5)) / 2}

Key = tuple[Any, frozenset[tuple[Any, int]]]
"""An exponent, and the powers of distributions: by an argument, or by a pair with a correlation."""
Sum = Mapping[Key, Any]


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
            expression: built by ``+ - * /``, powers and roots from rational numbers, symbols,
                ``pi``, ``E``, real roots of polynomials, ``log``, ``exp``, ``erf``, ``erfc`` and
                the functions of :mod:`elu_sym.algebra.special_functions`. What stands in an
                exponent, an argument or under a root is free of distributions, and what stands
                under a root is known to be positive or zero.

        Raises:
            TypeError: if it is text, or otherwise no expression.
            NotNormalizableError: if another function or number occurs.
            ZeroDivisionError: if a denominator vanishes identically.
        """
        # The argument of a logarithm of exponentials is multiplied out: log(e^q) becomes q.
        expression = (
            symbolic(expression, "expression")
            .xreplace(GOLDEN)
            .replace(
                lambda part: isinstance(part, log) and part.has(exp),
                lambda logarithm: log(sympy.expand(logarithm.args[0])),
            )
        )
        expression = sympy.expand_log(expression, factor=True)
        return _Reader(field_of([expression])).read(expression)

    @property
    def is_zero(self) -> bool:
        """Whether no term is left. True is a proof; False alone proves nothing."""
        return not self.numerator

    @property
    def is_sum(self) -> bool:
        """Whether the denominator is 1; one with a single term may still be a distribution."""
        return self.denominator == _unit(self.domain)

    def terms(self) -> Iterator[tuple[Expr, Expr, list[Expr]]]:
        """Coefficient, exponent and distributions of each term of the numerator."""
        for (exponent, distributions), coefficient in self.numerator.items():
            factors = [function_of(self.domain, a) for a, n in distributions for _ in range(n)]
            yield self.domain.to_sympy(coefficient), self.domain.to_sympy(exponent), factors

    def to_expr(self) -> Expr:
        """The form as a SymPy expression."""
        return self._sum_to_expr(self.numerator) / self._sum_to_expr(self.denominator)

    def _sum_to_expr(self, terms: Sum) -> Expr:
        to_sympy = self.domain.to_sympy
        summands = []
        for (exponent, distributions), coefficient in terms.items():
            factors = [function_of(self.domain, a) ** n for a, n in distributions]
            factors += [to_sympy(coefficient), exp(written(self.domain, exponent))]
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
            return NormalForm(domain, _add(domain, n, right.numerator), d)
        upper = _add(
            domain, _multiply(domain, n, right.denominator), _multiply(domain, right.numerator, d)
        )
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
    """Reads one expression over one field."""

    def __init__(self, domain: Any) -> None:
        self.domain = domain
        self.known: dict[Expr, NormalForm] = {}
        self.root = element(domain, ROOT)
        self.functions: dict[type, Callable[[Expr], NormalForm]] = {
            sympy.erf: lambda u: self.read(2 * NormalCdf(sqrt(2) * u) - 1),
            sympy.erfc: lambda u: self.read(2 - 2 * NormalCdf(sqrt(2) * u)),
            NormalCdf: self.distribution,
            BivariateNormalCdf: self.joint_distribution,
            NormalPdf: lambda t: self.exponential(-(t**2) / 2) * self.constant(1 / self.root),
            MillsRatio: lambda t: (
                self.exponential(t**2 / 2) * self.distribution(-t) * self.constant(self.root)
            ),
        }

    def read(self, expression: Expr) -> NormalForm:
        if expression not in self.known:
            self.known[expression] = self._read(expression)
        return self.known[expression]

    def _read(self, expression: Expr) -> NormalForm:
        if not has_exponential(expression):
            return self.constant(element(self.domain, expression))
        if isinstance(expression, Add):
            return self.sum(expression)
        if isinstance(expression, Mul):
            return reduce(mul, map(self.read, expression.args))
        if (exponent := logarithm_of(expression)) is not None:
            return self.exponential(exponent)
        if isinstance(expression, Pow) and expression.exp.is_Integer:
            return self.read(expression.base) ** int(expression.exp)
        if type(expression) in self.functions:
            return self.functions[type(expression)](*expression.args)
        return self.constant(element(self.domain, expression))

    def constant(self, value: Any) -> NormalForm:
        return NormalForm(self.domain, {(self.domain.zero, frozenset()): value} if value else {})

    def sum(self, expression: Expr) -> NormalForm:
        values = [self.read(term) for term in expression.args]
        sums = [value.numerator.items() for value in values if value.is_sum]
        whole = NormalForm(self.domain, _collect(self.domain, chain.from_iterable(sums)))
        return sum((value for value in values if not value.is_sum), whole)

    def exponential(self, exponent: Expr) -> NormalForm:
        value = self.rational(exponent, "the exponent")
        terms = {(value, frozenset[tuple[Any, int]]()): self.domain.one}
        return NormalForm(self.domain, _without_logarithms(self.domain, terms))

    def distribution(self, argument: Expr) -> NormalForm:
        value = self.rational(argument, "the argument of the normal distribution")
        return NormalForm(self.domain, _distribution(self.domain, value))

    def joint_distribution(self, *arguments: Expr) -> NormalForm:
        place = "the argument of the bivariate normal distribution"
        values = (self.rational(argument, place) for argument in arguments)
        return NormalForm(self.domain, _joint_distribution(self.domain, *values))

    def rational(self, expression: Expr, place: str) -> Any:
        try:
            return element(self.domain, expression)
        except NotNormalizableError as error:
            raise NotNormalizableError(f"{place} {expression}: {error}") from None


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


def _joint_distribution(domain: Any, h: Any, k: Any, r: Any) -> Sum:
    """Phi_2 of field elements, with the one sign and the one order of its arguments."""
    if not r:
        return _multiply(domain, _distribution(domain, h), _distribution(domain, k))
    if h.numer.LC < 0 or (not h and r.numer.LC < 0):
        mirrored = _joint_distribution(domain, -h, k, -r)
        return _subtract(domain, _distribution(domain, k), mirrored)
    if k.numer.LC < 0 or (not k and r.numer.LC < 0):
        return _joint_distribution(domain, k, h, r)
    if not h and not k:
        angle = element(domain, asin(domain.to_sympy(r)))
        quarter = domain.one / 4 + angle / element(domain, ROOT) ** 2
        return {(domain.zero, frozenset()): quarter}
    arguments = (*sorted((h, k), key=str), r)
    return {(domain.zero, frozenset({(arguments, 1)})): domain.one}


def function_of(domain: Any, argument: Any) -> Expr:
    """The distribution that a key stands for.

    Examples:
        >>> from elu_sym.symbols import rho, sigma
        >>> NormalForm.from_expr(NormalCdf((1 - rho * sigma) / sqrt(1 - rho**2))).to_expr()
        NormalCdf((-rho*sigma + 1)/sqrt(1 - rho**2))
    """
    if isinstance(argument, tuple):
        return BivariateNormalCdf(*(written(domain, part) for part in argument))
    return NormalCdf(written(domain, argument))


def written(domain: Any, value: Any) -> Expr:
    """An element as a sum, over powers of sqrt(1 - r^2) where that is shorter."""
    expression = sympy.expand(domain.to_sympy(value))

    def is_long(form: Expr, r: Symbol) -> bool:
        return form.has(complement(r)) or sympy.fraction(sympy.together(form))[1].has(r)

    for r in expression.atoms(Correlation):
        width = complement(r)
        powers = (1, 2) if width in domain.symbols else (2,)
        for power in powers if is_long(expression, r) else ():
            over = reduced(domain, value * element(domain, width**power))
            if not is_long(shorter := sympy.expand(domain.to_sympy(over)), r):
                return shorter / width**power
    return expression


def _slope(domain: Any, argument: Any, symbol: Symbol) -> Sum:
    """The derivative of the distribution that a key stands for."""
    root = element(domain, ROOT)
    if not isinstance(argument, tuple):
        inner = derivative(domain, argument, symbol)
        return {(-(argument**2) / 2, frozenset()): inner / root} if inner else {}
    h, k, r = argument
    width = element(domain, complement(domain.to_sympy(r)))
    inner = derivative(domain, r, symbol) / (root**2 * width)
    exponent = -(h**2 - 2 * r * h * k + k**2) / (2 * width**2)
    total: Sum = {(reduced(domain, exponent), frozenset()): inner} if inner else {}
    for first, second in ((h, k), (k, h)):
        given = _distribution(domain, reduced(domain, (second - r * first) / width))
        term = _multiply(domain, _slope(domain, first, symbol), given)
        total = _add(domain, total, term)
    return total


def _without_logarithms(domain: Any, terms: Sum) -> Sum:
    """Take integer multiples of logarithms out of the exponents: e^(n log a) = a^n."""
    for base, logarithm in logarithms(domain):
        moved = []
        for (exponent, distributions), coefficient in terms.items():
            times = _multiple(exponent, logarithm)
            key = (exponent - logarithm * times, distributions)
            moved.append((key, coefficient * raised(domain, base, times)))
        terms = _collect(domain, moved)
    return terms


def _multiple(exponent: Any, logarithm: Any) -> int:
    """How many whole times a logarithm of one term goes into the term like it of an exponent."""
    if len(logarithm.numer) != 1 or len(logarithm.denom) != 1:
        return 0
    ((step, share),) = logarithm.numer.items()
    ((own, parts),) = logarithm.denom.items()
    if len(exponent.denom) == 1:
        ((below, divisor),) = exponent.denom.items()
        target = tuple(i + j - k for i, j, k in zip(below, step, own, strict=True))
        coefficient = exponent.numer.get(target)
    elif any(own):
        return 0
    else:  # a multiple of the logarithm is one of the quotient, and not of the remainder
        ring = exponent.numer.ring.clone(domain=QQ)
        quotient, _ = exponent.numer.set_ring(ring).div(exponent.denom.set_ring(ring))
        coefficient, divisor = quotient.get(step), QQ.one
    if not coefficient:
        return 0
    ratio = QQ(coefficient) * QQ(parts) / (QQ(divisor) * QQ(share))
    return int(QQ.numer(ratio) // QQ.denom(ratio))


def _add(domain: Any, left: Sum, right: Sum) -> Sum:
    return _collect(domain, [*left.items(), *right.items()])


def _subtract(domain: Any, left: Sum, right: Sum) -> Sum:
    return _add(domain, left, {key: -coefficient for key, coefficient in right.items()})


def _collect(domain: Any, terms: Iterable[tuple[Key, Any]]) -> Sum:
    """Add up the coefficients of equal keys and drop what cancels."""
    result: dict[Key, Any] = {}
    if has_relations(domain):
        terms = [
            ((reduced(domain, exponent), distributions), reduced(domain, coefficient))
            for (exponent, distributions), coefficient in terms
        ]
    for key, coefficient in terms:
        result[key] = result[key] + coefficient if key in result else coefficient
    return {key: coefficient for key, coefficient in result.items() if coefficient}


def _multiply(domain: Any, left: Sum, right: Sum) -> Sum:
    unit = _unit(domain)
    if left == unit and not has_relations(domain):
        return right
    if right == unit and not has_relations(domain):
        return left
    terms = []
    for (p, first), c in left.items():
        for (q, second), d in right.items():
            powers = dict(first)
            for argument, n in second:
                powers[argument] = powers.get(argument, 0) + n
            terms.append(((p + q, frozenset(powers.items())), c * d))
    return _without_logarithms(domain, _collect(domain, terms))


def _differentiate(domain: Any, terms: Sum, symbol: Symbol) -> Sum:
    result = []
    for (exponent, distributions), coefficient in terms.items():
        slope = derivative(domain, exponent, symbol) * coefficient
        slope += derivative(domain, coefficient, symbol)
        result.append(((exponent, distributions), slope))
        for argument, n in distributions:
            others = dict(distributions)
            others[argument] = n - 1
            rest = frozenset((a, m) for a, m in others.items() if m)
            factor = {(exponent, rest): coefficient * n}
            result += _multiply(domain, factor, _slope(domain, argument, symbol)).items()
    return _without_logarithms(domain, _collect(domain, result))


def _unify(left: NormalForm, right: NormalForm) -> tuple[NormalForm, NormalForm]:
    if left.domain == right.domain:
        return left, right
    symbols = {*left.domain.symbols, *right.domain.symbols} - {ROOT}
    domain = field_of(symbols, inside=True)
    return _lift(left, domain), _lift(right, domain)


def _lift(form: NormalForm, domain: Any) -> NormalForm:
    """The same form over a larger field, where the sign of an argument may be another."""

    def lifted(terms: Sum) -> Sum:
        def convert(value: Any) -> Any:
            return converted(form.domain, domain, value)

        result: Sum = {}
        for (exponent, distributions), coefficient in terms.items():
            term: Sum = {(convert(exponent), frozenset()): convert(coefficient)}
            term = _without_logarithms(domain, term)
            for argument, n in distributions:
                if isinstance(argument, tuple):
                    factor = _joint_distribution(domain, *map(convert, argument))
                else:
                    factor = _distribution(domain, convert(argument))
                for _ in range(n):
                    term = _multiply(domain, term, factor)
            result = _add(domain, result, term)
        return result

    return NormalForm(domain, lifted(form.numerator), lifted(form.denominator))


def is_zero(expression: Expr) -> bool:
    """Whether the normal form of an expression is zero, which proves that it vanishes."""
    return NormalForm.from_expr(expression).is_zero
