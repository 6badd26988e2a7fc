r"""The field of the coefficients, exponents and arguments in a normal form.

An element is a cancelled rational function, over the rationals, of generators:

* parameters; where a root of one occurs, the root instead, :math:`s = (s^{1/n})^n`,
* :math:`\sqrt{2\pi}`, which :math:`\pi` is half the square of, logarithms, and arc sines,
* roots of prime numbers and of other elements, and the real roots of polynomials,
* other real numbers, such as Euler's constant and sin(1), of which nothing is known,
* exponentials that stand inside an exponent or an argument, as the number e does in
  :math:`\Phi(\mu - e)`.

For the arithmetic the generators are independent of each other. What is known of them is applied
to its results: powers of a root are lowered by the polynomial that it solves, and taken out of
denominators; :math:`e^{n \log a} = a^n` joins what stands in exponents and before them. Each of
these is an identity, so what turns out to be zero is zero, whichever other relation is missed.
"""

from collections.abc import Iterable
from functools import cache
from math import gcd, lcm
from typing import Any, NamedTuple

from sympy import (
    ZZ,
    Add,
    CRootOf,
    Expr,
    Function,
    Mul,
    NumberSymbol,
    Poly,
    Pow,
    S,
    Symbol,
    asin,
    default_sort_key,
    erf,
    erfc,
    exp,
    expand,
    expand_log,
    factorrat,
    log,
    pi,
    sqrt,
)
from sympy.polys.matrices import DomainMatrix

from elu_sym.algebra.bivariate_normal import BivariateNormalCdf, complement
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.symbols import Correlation

ROOT = sqrt(2 * pi)
"""The generator for :math:`\\pi`: densities have it in their denominators."""


class NotNormalizableError(ValueError):
    """An expression outside the algebra; the message names the part that does not fit."""


def field_of(expressions: Iterable[Expr], inside: bool = False) -> Any:
    """The field over what occurs in expressions.

    Args:
        expressions: the expressions.
        inside: whether they stand in an exponent or an argument, where exponentials are elements.

    Examples:
        >>> from sympy import symbols
        >>> s, t = symbols("s t", positive=True)
        >>> field_of([t * sqrt(s), exp(s)]).symbols
        (sqrt(s), t, sqrt(2)*sqrt(pi))
        >>> field_of([sqrt(6) * t], inside=True).symbols
        (sqrt(2), sqrt(3), t, sqrt(2)*sqrt(pi))
    """
    generators: set[Expr] = {ROOT}
    degrees: dict[Expr, int] = {}
    rates: dict[Expr, int] = {}

    def visit(part: Expr, inside: bool) -> None:
        if part.is_Rational or not isinstance(part, Expr):
            return
        base, exponent = part.as_base_exp()
        if (power_of_e := logarithm_of(part, inside)) is not None:
            if inside:
                for term in Add.make_args(power_of_e):
                    coefficient, rate = term.as_coeff_Mul(rational=True)
                    rates[rate] = lcm(rates.get(rate, 1), coefficient.q)
            visit(power_of_e, True)
        elif isinstance(part, Pow) and not exponent.is_Integer:
            for radicand, times in _radicands(base).items():
                degree = (times * exponent).q
                degrees[radicand] = lcm(degrees.get(radicand, 1), degree)
                if radicand != ROOT:
                    visit(radicand, True)
        elif part.is_Symbol or isinstance(part, log | asin | CRootOf) or _is_constant(part):
            generators.add(part)
            for argument in part.args if isinstance(part, log | asin) else ():
                visit(argument, True)
        else:
            if isinstance(part, BivariateNormalCdf):  # its derivative, and its value at 0
                visit(complement(part.args[2]), True)
                visit(asin(part.args[2]), True)
            if isinstance(part, erf | erfc):  # Phi of sqrt(2) times the argument
                degrees[S(2)] = lcm(degrees.get(S(2), 1), 2)
            for argument in part.args:
                visit(argument, inside or part.is_Function)

    for expression in expressions:
        visit(expression, inside)
    roots = {base: S.One / degree for base, degree in degrees.items() if degree > 1}
    generators -= {base for base in roots if base.is_Symbol}
    generators |= {Pow(base, exponent, evaluate=False) for base, exponent in roots.items()}
    generators |= {exp(rate / divisor, evaluate=False) for rate, divisor in rates.items()}
    return ZZ.frac_field(*sorted(generators, key=default_sort_key))


HIGHEST_DEGREE = 100
"""Outside of exponents and arguments a root of a higher degree, as a float gives, is a power of e.

Inside it stays in a sum that divides: what frees one of a root takes a matrix of its degree.
"""


def logarithm_of(part: Expr, inside: bool = False) -> Expr | None:
    """The sum that e is raised to in an exponential, or in another power with such an exponent.

    Args:
        part: the power.
        inside: as of :func:`field_of`; there any root is an element.
    """
    base, exponent = part.as_base_exp()
    if base == S.Exp1:
        return expand(exponent)
    algebraic = exponent.is_Rational and (inside or exponent.q <= HIGHEST_DEGREE)
    if isinstance(part, Pow) and not algebraic:
        return expand(exponent * expand_log(log(base), factor=True))
    return None


def has_exponential(expression: Expr) -> bool:
    """Whether something in an expression is a function, or e to an exponent."""
    return expression.has(Function, S.Exp1) or any(
        logarithm_of(power) is not None for power in expression.atoms(Pow)
    )


def element(domain: Any, expression: Expr) -> Any:
    """An expression as an element of the field.

    Raises:
        NotNormalizableError: if it is no rational function of the generators.
    """
    value = _element(domain, expression)
    return reduced(domain, value) if _facts(domain).relations else value


def reduced(domain: Any, value: Any) -> Any:
    """An element with no power of a root that its polynomial lowers, and none in a denominator.

    Raises:
        NotNormalizableError: if the denominator turns out to be zero.
    """
    return _reduced(domain, value, len(_facts(domain).relations))


def raised(domain: Any, value: Any, power: int) -> Any:
    """An integer power; a negative one of SymPy's own may leave the sign in the denominator."""
    return value**power if power >= 0 else domain.one / value**-power


def logarithms(domain: Any) -> tuple[tuple[Any, Any], ...]:
    """Pairs of elements ``(a, l)`` with ``a = e^l``."""
    return _facts(domain).logarithms


def has_relations(domain: Any) -> bool:
    """Whether an element may have to be reduced."""
    return bool(_facts(domain).relations)


def derivative(domain: Any, value: Any, symbol: Symbol) -> Any:
    """The derivative of an element; a generator that depends on the parameter moves with it."""
    total = domain.zero
    for generator, atom in zip(domain.gens, domain.symbols, strict=True):
        inner = atom.diff(symbol)
        if inner:
            total += value.diff(generator) * _element(domain, inner)
    return total


def converted(source: Any, target: Any, value: Any) -> Any:
    """An element of one field as an element of another that holds its generators."""
    if set(source.symbols) <= set(target.symbols):
        moved = target.convert_from(value, source)
    else:
        images = [_element(target, atom) for atom in source.symbols]

        def image(polynomial: Any) -> Any:
            total = target.zero
            for monomial, coefficient in polynomial.items():
                term = target(coefficient)
                for generator, power in zip(images, monomial, strict=True):
                    term *= raised(target, generator, power)
                total += term
            return total

        moved = image(value.numer) / image(value.denom)
    return reduced(target, moved)


class _Relation(NamedTuple):
    """The polynomial that a generator solves: ``r^n`` is a combination of lower powers."""

    place: int
    degree: int
    lowered: dict[int, Any]

    def coefficients(self, domain: Any, polynomial: Any) -> dict[int, Any]:
        """A polynomial by powers of the generator below its degree."""
        parts: dict[int, dict[Any, Any]] = {}
        for monomial, coefficient in polynomial.items():
            others = (*monomial[: self.place], 0, *monomial[self.place + 1 :])
            parts.setdefault(monomial[self.place], {})[others] = coefficient
        ring = polynomial.ring
        whole = {p: domain.field.new(ring.from_dict(part), ring.one) for p, part in parts.items()}
        return self.lower(domain, whole)

    def lower(self, domain: Any, terms: dict[int, Any]) -> dict[int, Any]:
        """Any powers, replaced from the highest down."""
        while (power := max(terms, default=0)) >= self.degree:
            leading = terms.pop(power)
            for low, share in self.lowered.items():
                place = power - self.degree + low
                terms[place] = terms.get(place, domain.zero) + leading * share
        return {power: share for power, share in terms.items() if share}

    def multiply(self, domain: Any, left: dict[int, Any], right: dict[int, Any]) -> dict[int, Any]:
        product: dict[int, Any] = {}
        for i, a in left.items():
            for j, b in right.items():
                product[i + j] = product.get(i + j, domain.zero) + a * b
        return self.lower(domain, product)

    def inverse(self, domain: Any, divisor: dict[int, Any]) -> tuple[dict[int, Any], Any]:
        """What a divisor is multiplied by to become free of the generator, and what it becomes."""
        (power, share), *others = divisor.items()
        if not others and self.lowered.keys() == {0}:
            return {self.degree - power: domain.one}, share * self.lowered[0]
        shape = (self.degree, self.degree)
        columns = [
            self.lower(domain, {j + power: share for power, share in divisor.items()})
            for j in range(self.degree)
        ]
        rows = [[column.get(i, domain.zero) for column in columns] for i in range(self.degree)]
        _, *others, last = DomainMatrix(rows, shape, domain).charpoly()
        # By Cayley and Hamilton d (d^{n-1} + c_1 d^{n-2} + ... + c_{n-1}) = -c_n.
        multiplier = {0: domain.one}
        for coefficient in others:
            multiplier = self.multiply(domain, multiplier, divisor)
            multiplier[0] = multiplier.get(0, domain.zero) + coefficient
        return multiplier, -last


class _Facts(NamedTuple):
    relations: tuple[_Relation, ...]
    logarithms: tuple[tuple[Any, Any], ...]


@cache
def _roots(domain: Any) -> dict[Expr, tuple[int, Any]]:
    """The root that stands for each base, with its degree."""
    return {
        atom.base: (int(1 / atom.exp), generator)
        for generator, atom in zip(domain.gens, domain.symbols, strict=True)
        if isinstance(atom, Pow)
    }


@cache
def _facts(domain: Any) -> _Facts:
    table = dict(zip(domain.symbols, domain.gens, strict=True))
    relations: list[_Relation] = []
    # A root of an expression that has other roots comes after those.
    for atom in sorted(table, key=lambda atom: (atom.count_ops(), default_sort_key(atom))):
        if isinstance(atom, Pow) and not atom.base.is_Symbol:
            radicand = _element(domain, atom.base)
            for number in range(len(relations), 0, -1):
                radicand = _reduced_by(domain, relations, radicand, number)
            degree, lowered = int(1 / atom.exp), {0: radicand}
        elif isinstance(atom, CRootOf):
            degree = atom.poly.degree()
            leading, *others = map(domain.from_sympy, Poly(atom.poly).all_coeffs())
            lowered = {p: -share / leading for p, share in enumerate(reversed(others)) if share}
        else:
            continue
        relations.append(_Relation(domain.symbols.index(atom), degree, lowered))

    def degree_of(base: Expr) -> int:
        return _roots(domain).get(base, (1, None))[0]

    pairs = []
    for atom, generator in table.items():
        base, exponent = atom.as_base_exp()
        if isinstance(atom, log):
            argument = atom.args[0]
            degree = degree_of(argument)
            if argument == pi:
                degree = gcd(2 * degree_of(ROOT), degree_of(S(2)))
            root = _element(domain, argument ** (S.One / degree))
            pairs.append((root, generator / degree))
        elif base == S.Exp1:
            pairs.append((generator, _element(domain, exponent)))
    return _Facts(tuple(relations), tuple(pairs))


def _reduced(domain: Any, value: Any, level: int) -> Any:
    return _reduced_by(domain, _facts(domain).relations, value, level) if level else value


def _reduced_by(domain: Any, relations: Any, value: Any, level: int) -> Any:
    """An element reduced by the first relations, of which a later one may hold earlier roots."""
    if not level or not value:
        return value
    relation = relations[level - 1]
    if not any(m[relation.place] for p in (value.numer, value.denom) for m in p):
        return _reduced_by(domain, relations, value, level - 1)
    upper = relation.coefficients(domain, value.numer)
    lower = relation.coefficients(domain, value.denom)
    if len(lower) > 1 and relation.degree > HIGHEST_DEGREE:
        return _reduced_by(domain, relations, value, level - 1)
    if any(lower):
        multiplier, divisor = relation.inverse(domain, lower)
        upper = relation.multiply(domain, upper, multiplier)
    else:
        divisor = lower.get(0, domain.zero)
    divisor = _reduced_by(domain, relations, divisor, level - 1)
    if not divisor:
        raise NotNormalizableError(f"the denominator of {domain.to_sympy(value)} may be zero")
    generator, total = domain.gens[relation.place], domain.zero
    for power, coefficient in upper.items():
        share = _reduced_by(domain, relations, coefficient / divisor, level - 1)
        total += share * generator**power
    return total


def _element(domain: Any, expression: Expr) -> Any:
    table = dict(zip(domain.symbols, domain.gens, strict=True))

    def read(part: Expr) -> Any:
        if part in table:
            return table[part]
        if part.is_Rational:
            return domain.from_sympy(part)
        if isinstance(part, Add):
            return _sum(domain, map(read, part.args))
        if isinstance(part, Mul):
            product = domain.one
            for factor in part.args:
                product *= read(factor)
            return product
        base, exponent = part.as_base_exp()
        if (power_of_e := logarithm_of(part, inside=True)) is not None:
            return exponential(power_of_e)
        if part == pi:
            return power(part, S.One)
        if part.is_Symbol and part in _roots(domain):
            degree, root = _roots(domain)[part]
            return root**degree
        if not isinstance(part, Pow):
            raise NotNormalizableError(
                f"{part} is no rational function, root, logarithm or exponential of the parameters"
                + "; write sympy.Rational for a float" * part.is_Float
            )
        if exponent.is_Integer:
            value = read(base)
            if not value and exponent.is_negative:
                raise ZeroDivisionError(f"{part} divides by zero")
            return raised(domain, value, int(exponent))
        return power(base, exponent)

    def power(base: Expr, exponent: Expr) -> Any:
        product = domain.one
        for radicand, times in _radicands(base).items():
            times *= exponent
            if times.is_Integer:
                factor = raised(domain, read(radicand), int(times))
            else:
                degree, generator = _roots(domain).get(radicand, (1, None))
                if generator is None:
                    raise NotNormalizableError(f"{base}**({exponent}) is no element of the field")
                factor = raised(domain, generator, _integer(degree * times, base))
            product *= factor
        return product

    def exponential(exponent: Expr) -> Any:
        product = domain.one
        for term in Add.make_args(exponent):
            coefficient, rate = term.as_coeff_Mul(rational=True)
            for atom, generator in table.items():
                base, own = atom.as_base_exp()
                share, own_rate = own.as_coeff_Mul(rational=True)
                if base == S.Exp1 and own_rate == rate:
                    product *= raised(
                        domain, generator, _integer(coefficient / share, exp(exponent))
                    )
                    break
            else:
                raise NotNormalizableError(f"{exp(term)} is no element of the field")
        return product

    return read(expression)


def _sum(domain: Any, values: Iterable[Any]) -> Any:
    """A sum in which polynomials are not cancelled against their denominator, 1, one by one."""
    ring = domain.field.ring
    whole, total = ring.zero, domain.zero
    for value in values:
        if value.denom == ring.one:
            whole += value.numer
        else:
            total += value
    polynomial = domain.field.raw_new(whole, ring.one)
    return total + polynomial if total else polynomial


def _integer(number: Expr, base: Expr) -> int:
    if not number.is_Integer:
        raise NotNormalizableError(f"the root of {base} is none of those that were asked for")
    return int(number)


def _radicands(base: Expr) -> dict[Expr, Expr]:
    """What a base is a product of: powers of prime numbers and ``ROOT``, or itself alone.

    Raises:
        NotNormalizableError: if it is not known to be a positive number or function.
    """
    if base == pi:
        return {ROOT: S(2), S(2): S.NegativeOne}
    if base.is_Rational and base.is_positive:
        return {S(prime): S(times) for prime, times in factorrat(base).items()}
    if base.is_nonnegative or _is_complement(base):
        return {base: S.One}
    raise NotNormalizableError(f"{base} has a root, but its sign is not known to be positive")


def _is_constant(part: Expr) -> bool:
    """Whether a part is a real number of which nothing is known, as Euler's constant or sin(1)."""
    if part in (pi, S.Exp1) or not part.is_number or not part.is_extended_real:
        return False
    return isinstance(part, NumberSymbol) or (part.is_Function and not isinstance(part, _APART))


def _is_complement(part: Expr) -> bool:
    """Whether it is 1 - r^2 with a correlation r."""
    squares = (1 - part).as_base_exp()
    return isinstance(squares[0], Correlation) and squares[1] == 2


_APART = (erf, erfc, MillsRatio, NormalCdf, NormalPdf, BivariateNormalCdf)
"""What a normal form keeps apart from the coefficients."""
