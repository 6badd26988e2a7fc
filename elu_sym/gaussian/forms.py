r"""The same closed form in the notation of textbooks.

A normal form knows exponents and arguments of :math:`\Phi`; a reader knows
:math:`\varphi(t)` and :math:`e^{\mu + \sigma^2/2} \Phi(-t - \sigma)`. This only prints:
the result has the same normal form again, and a test says so for every formula.
"""

from collections import defaultdict
from typing import Any

from sympy import Add, Expr, Mul, exp, expand, pi, sqrt

from elu_sym.algebra.normal_form import NormalForm, Sum, function_of, written
from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.gaussian.derivation import Hypotheses


def textbook(form: NormalForm, hypotheses: Hypotheses) -> Expr:
    r"""The form over :math:`\Phi`, :math:`\varphi` and exponentials.

    Args:
        form: the normal form of an expectation, or a quotient of such.
        hypotheses: the law of X.

    Examples:
        >>> from elu_sym.algebra.special_functions import NormalCdf
        >>> from elu_sym.symbols import alpha, mu, sigma
        >>> form = NormalForm.from_expr(alpha - alpha * NormalCdf(mu / sigma))
        >>> textbook(form, Hypotheses(mu, sigma))
        alpha*NormalCdf(-mu/sigma)
    """
    numerator, denominator = (
        _sum(form.domain, terms, hypotheses) for terms in (form.numerator, form.denominator)
    )
    return numerator / denominator


def _sum(domain: Any, terms: Sum, hypotheses: Hypotheses) -> Expr:
    groups: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for (exponent, distributions), coefficient in terms.items():
        groups[exponent][distributions] = coefficient
    summands = []
    for exponent, group in groups.items():
        q = written(domain, exponent)
        group = _with_tails(domain, group)
        constant = group.pop(frozenset(), domain.zero)
        arguments = [a for distributions in group for a, n in distributions for _ in range(n)]
        if constant and len(group) == len(arguments) == 1 and not isinstance(arguments[0], tuple):
            # c0 + c1 Phi(a) = (c0 + c1) Phi(a) + c0 Phi(-a): no cancelling constant is left.
            complement = function_of(domain, -arguments[0])
            summands.append(_number(domain, constant) * exp(q) * complement)
            group = {key: constant + coefficient for key, coefficient in group.items()}
        elif constant:
            group[frozenset()] = constant
        for distributions, coefficient in group.items():
            alone = [n for _, n in distributions] == [1]
            weight = exp(q) if alone else _density(q, hypotheses)
            distribution = Mul(*(function_of(domain, a) ** n for a, n in distributions))
            summands.append(_number(domain, coefficient) * weight * distribution)
    return Add(*summands)


def _with_tails(domain: Any, group: dict[Any, Any]) -> dict[Any, Any]:
    """The same sum, with the probability of a tail or a quadrant wherever it meets its rest.

    1 - Phi(h) is Phi(-h), Phi(h) - Phi_2(h, k; r) is Phi_2(h, -k; -r), and
    1 - Phi(h) - Phi(k) + Phi_2(h, k; r) is Phi_2(-h, -k; r).
    """
    result = dict(group)

    def met(key: Any, sign: int, tail: Any, rest: dict[Any, int]) -> bool:
        coefficient = result[key]
        if any(result.get(place) != share * coefficient for place, share in rest.items()):
            return False
        for place in (key, *rest):
            del result[place]
        result[_alone(tail)] = sign * coefficient
        return True

    whole = frozenset[tuple[Any, int]]()
    alone = [argument for key in group if len(key) == 1 for argument, n in key if n == 1]
    for argument in alone:
        if isinstance(argument, tuple):
            h, k, r = argument
            first, second, key = _alone(h), _alone(k), _alone(argument)
            both = {first: -1, second: -1} if first != second else {first: -2}
            tails = (
                (1, (-h, -k, r), {whole: 1, **both}),
                (-1, (h, -k, -r), {first: -1}),
                (-1, (k, -h, -r), {second: -1}),
            )
            next(filter(None, (met(key, *tail) for tail in tails)), None)  # the first that meets
    for argument in alone:
        if not isinstance(argument, tuple) and _alone(argument) in result:
            met(_alone(argument), -1, -argument, {whole: -1})
    return result


def _alone(argument: Any) -> frozenset[tuple[Any, int]]:
    return frozenset({(argument, 1)})


def _number(domain: Any, coefficient: Any) -> Expr:
    return _factored(coefficient.numer) / _factored(coefficient.denom)


def _factored(polynomial: Any) -> Expr:
    """A polynomial by its factors, unless one of them is a sum with a constant like pi in it."""
    content, factors = polynomial.factor_list()
    product = [(factor.as_expr(), power) for factor, power in factors]
    constants = [atom for atom in polynomial.ring.symbols if not atom.is_Symbol and atom.is_number]
    if any(factor.is_Add and factor.has(*constants) for factor, _ in product):
        return polynomial.as_expr()
    return Mul(content, *(factor**power for factor, power in product))


def _density(q: Expr, hypotheses: Hypotheses) -> Expr:
    """The exponential of q, as a density at a breakpoint where it is one.

    With ``q = -(m - b)**2/(2*s**2) + k*b`` the breakpoint is read off the part of the
    derivative ``dq/dm = -(m - b)/s**2`` that the mean does not enter.
    """
    mean, deviation = hypotheses.mean, hypotheses.standard_deviation
    if mean.is_Symbol and q.has(deviation):
        point = expand(deviation**2 * q.diff(mean) + mean)
        standardized = expand((mean - point) / deviation)
        rest = expand(q + standardized**2 / 2)
        if not (rest.has(mean) or rest.has(deviation) or point.has(mean)):
            return sqrt(2 * pi) * NormalPdf(standardized) * exp(rest)
    return exp(q)
