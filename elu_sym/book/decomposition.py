"""Writing a closed form as a combination of primitives, and proving it.

The coefficients solve a linear system over the rationals: both sides are expanded over the terms
of the normal form, and equal terms must carry equal coefficients. The solution is then put back
and the difference must have the normal form zero, so nothing rests on the solver.

A primitive may be a combination of earlier ones itself, as a difference that cancels and has a
numeric function of its own: it stands for them where all of them occur with its signs.
"""

from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

from sympy import QQ, Add, Expr, S
from sympy.polys.matrices import DomainMatrix

from elu_sym.algebra.normal_form import NormalForm, is_zero
from elu_sym.algebra.special_functions import NormalCdf


class NoDecompositionError(ArithmeticError):
    """A closed form that is no rational combination of the primitives offered."""


def decompose(closed_form: Expr, primitives: Sequence[Expr]) -> Expr:
    """A closed form as a rational combination of primitives.

    Args:
        closed_form: an expression of the algebra of the normal form.
        primitives: expressions in :class:`~elu_sym.book.primitives.Primitive` functions; what
            depends linearly on earlier ones stands for them.

    Returns:
        The combination, proved equal.

    Raises:
        NoDecompositionError: if there is none.

    Examples:
        >>> from elu_sym.book.primitives import LowerPartialMoment, UpperPartialMoment
        >>> from elu_sym.symbols import alpha, mu, sigma
        >>> above = UpperPartialMoment(0, mu, sigma)
        >>> decompose(1 - 3 * NormalCdf(mu / sigma),
        ...           [above, LowerPartialMoment(0, mu, sigma, alpha)])
        LowerPartialMoment(0, mu, sigma, alpha) - 2*UpperPartialMoment(0, mu, sigma)
    """
    forms = [_normal_form(primitive) for primitive in primitives]
    vectors = _coordinates([*forms, NormalForm.from_expr(closed_form)])
    keys = sorted({key for vector in vectors for key in vector}, key=str)
    columns = [[vector.get(key, QQ(0)) for vector in vectors] for key in keys]
    reduced, pivots = DomainMatrix(columns, (len(keys), len(vectors)), QQ).rref()
    last = len(primitives)
    if last in pivots:
        raise NoDecompositionError(
            f"no rational combination of {list(primitives)} is {closed_form}"
        )
    rows, earlier = reduced.to_Matrix(), range(len(pivots))
    coefficients = {row: rows[row, last] for row in earlier}
    combination = S.Zero
    for column in sorted(set(range(last)) - set(pivots)):
        shares = {r: coefficients[r] / rows[r, column] for r in earlier if rows[r, column] != 0}
        # The largest multiple that takes no coefficient beyond zero.
        share = min(shares.values(), key=abs)
        if all(each * share > 0 for each in shares.values()):
            combination += share * primitives[column]
            coefficients |= {r: coefficients[r] - share * rows[r, column] for r in shares}
    combination += Add(*(coefficients[r] * primitives[column] for r, column in enumerate(pivots)))
    if not is_zero(combination.rewrite(NormalCdf) - closed_form):
        raise NoDecompositionError(f"{combination} was found for {closed_form} but is not equal")
    return combination


@cache
def _normal_form(primitive: Expr) -> NormalForm:
    return NormalForm.from_expr(primitive.rewrite(NormalCdf))


def _coordinates(forms: list[NormalForm]) -> list[dict[Any, Any]]:
    """Each form over the monomials that occur, after clearing all denominators."""
    domain = reduce(lambda left, right: left.unify(right), (form.domain for form in forms))
    ring = domain.field.ring
    lifted = [NormalForm(domain, {}) + form for form in forms]
    denominators = [form.denominator for form in lifted]
    distinct = [d for i, d in enumerate(denominators) if d not in denominators[:i]]
    numerators = []
    for form in lifted:
        others = [d for d in distinct if d != form.denominator]
        factors = [NormalForm(domain, terms) for terms in [form.numerator, *others]]
        numerators.append(reduce(lambda left, right: left * right, factors).numerator)
    common = ring.one
    for terms in numerators:
        for coefficient in terms.values():
            common = common.lcm(coefficient.denom)
    return [
        {
            (key, monomial): QQ(value)
            for key, coefficient in terms.items()
            for monomial, value in (coefficient.numer * common.exquo(coefficient.denom)).terms()
        }
        for terms in numerators
    ]
