r"""The same closed form in the notation of textbooks.

A normal form knows exponents and arguments of :math:`\Phi`; a reader knows
:math:`\varphi(t)` and :math:`e^{\mu + \sigma^2/2} \Phi(-t - \sigma)`. This only prints:
the result has the same normal form again, and a test says so for every formula.
"""

from collections import defaultdict
from typing import Any

from sympy import Add, Expr, Mul, exp, expand, pi, sqrt

from elu_sym.algebra.normal_form import NormalForm, Sum
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.gaussian.derivation import Hypotheses


def textbook(form: NormalForm, hypotheses: Hypotheses) -> Expr:
    r"""The form over :math:`\Phi`, :math:`\varphi` and exponentials.

    Args:
        form: the normal form of an expectation, or a quotient of such.
        hypotheses: the law of X.

    Examples:
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
        q = expand(domain.to_sympy(exponent))
        constant = group.pop(frozenset(), domain.zero)
        if constant and [[n for _, n in distributions] for distributions in group] == [[1]]:
            # c0 + c1 Phi(a) = (c0 + c1) Phi(a) + c0 Phi(-a): no cancelling constant is left.
            (((argument, _),),) = group
            a = expand(domain.to_sympy(argument))
            summands.append(_number(domain, constant) * exp(q) * NormalCdf(-a))
            group = {key: constant + coefficient for key, coefficient in group.items()}
        elif constant:
            group[frozenset()] = constant
        for distributions, coefficient in group.items():
            powers = [(expand(domain.to_sympy(a)), n) for a, n in distributions]
            alone = [n for _, n in powers] == [1]
            weight = exp(q) if alone else _density(q, hypotheses)
            distribution = Mul(*(NormalCdf(a) ** n for a, n in powers))
            summands.append(_number(domain, coefficient) * weight * distribution)
    return Add(*summands)


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
